/* Known answers computed at start-up, as certified security modules do: each cipher both ways, each key generation, the
 * check fields, the digits, one token of each layout made and read. A program whose arithmetic is wrong must not issue.
 *
 * The answers come from outside (RFC 2994, published examples, another implementation); each row says from where.
 * Pure; a few hundred microseconds. */
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
/** @return BT_OK, or BT_ECORRUPT with the name of the first of @p count that does not hold. */
BT_MUST_USE enum bt_err bt_sts_known_answers_check(const struct bt_sts_known_answer *answers, unsigned count,
						   struct bt_fault *fault);
/** The same of all rows. */
BT_MUST_USE enum bt_err bt_sts_selftest(struct bt_fault *fault);

#endif
