/* The identity of one meter's key. Every struct that names a key calls its parts alike, so it stands here once, as
 * initialisers for any of them. */
#ifndef BT_TESTS_KEY_FIXTURE_H
#define BT_TESTS_KEY_FIXTURE_H

/* The check value is Botan's, of the key 00 11 .. ff. */
#define KEY_FIXTURE                                                                                                    \
	.sgc = "123457", .ti = "01", .ea = "11", .dkga = "04", .kcv = "061D8F", .krn = 1, .kt = 2, .ken = 255,         \
	.base = 2014

#endif
