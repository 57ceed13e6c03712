/* Known answers computed at start-up, as certified security modules do: each cipher both ways, each key generation, one
 * token of each layout. A program whose arithmetic is wrong must not issue.
 *
 * The answers come from outside (RFC 2994, IEC sample tables, published examples); each row says from where. Pure but
 * for OpenSSL; a few hundred microseconds. */
#ifndef BT_STS_SELFTEST_H
#define BT_STS_SELFTEST_H

#include "core/base/err.h"

struct bt_sts_known_answer {
	const char *name;   /* "MISTY1 encrypt" */
	const char *origin; /* "RFC 2994" */
	bool (*holds)(void);
};

/** All rows, and their number. */
const struct bt_sts_known_answer *bt_sts_known_answers(unsigned *out_count);
/** @return BT_OK, or BT_ECORRUPT with the name of the first that does not hold. */
BT_MUST_USE enum bt_err bt_sts_selftest(struct bt_fault *fault);

#endif
