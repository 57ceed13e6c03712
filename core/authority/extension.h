/* Extension codes: what a person reads out over the telephone to lengthen a lease while the server is away.
 *
 * The lease lists at most four grants; a code is a random number of which the lease holds only a stretched hash, so it
 * can be verified here and never computed. Which were used, how many tries were made and which request is being read
 * out is said by the newest `extension` event of the journal and nowhere else. Source: PROTOCOL L3. */
#ifndef BT_AUTHORITY_EXTENSION_H
#define BT_AUTHORITY_EXTENSION_H

#include "core/authority/lease.h"
#include "core/base/secret.h"
#include "core/journal/journal.h"

#define BT_EXTENSION_DIGITS 20
#define BT_EXTENSION_GROUPS 4
#define BT_EXTENSION_GROUP  5 /* digits in each; the fifth is a check digit */
#define BT_EXTENSION_TRIES  5
#define BT_EXTENSION_LOG2_N 14
#define BT_REQUEST_CAP      9 /* 8 digits and the end */

/** How far the extensions of one lease have gone. All zero: none was asked for. */
struct bt_extension {
	int64_t lease;   /* whose; 0 none */
	unsigned used;   /* bit i-1: grant i was used */
	int64_t request; /* requests closed so far: by a code that was right, or by five that were not */
	int tries;       /* codes tried under the request that is open, 0..4 */
};

/** True when the check digit of group @p group (1..4) agrees: the Luhn digit over the group's number and its first four
 *  digits, so that a group in another's place is told too. @p digits: 5 ASCII digits. Pure. */
bool bt_extension_is_group(int group, const char *digits);
/** True when @p code is 20 ASCII digits whose four groups agree. Pure. */
bool bt_extension_is_code(const char *code);
/** The number that stands for the open request, 8 digits of which the last is a check digit: known to the head-end too,
 *  other for each terminal, lease and request. @return BT_OK or BT_ECRYPTO. Pure. */
BT_MUST_USE enum bt_err bt_extension_request(const struct bt_lease *lease, const struct bt_extension *state,
					     char out[BT_REQUEST_CAP]);
/** What @p event_body says of the extensions of lease @p number; nothing used when it is another lease's.
 *  @return BT_OK, BT_EFORMAT; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_extension_decode(struct bt_bytes event_body, int64_t number, struct bt_extension *out);

/** A code about to be tried under @p lease: the event's body, for the record to have *before* the code is judged, so
 *  that no power cut gives the try back. @p who is the operator. @p out becomes the state after it.
 *  @return the body, NULL when memory is short; the caller's. */
json_t *bt_extension_try_body(const struct bt_lease *lease, const struct bt_extension *state, const char *who,
			      struct bt_extension *out);
/** Grant @p number (1..) was named by a code: the event's body and the state after it, as above. */
json_t *bt_extension_use_body(const struct bt_lease *lease, const struct bt_extension *state, int number,
			      const char *who, struct bt_extension *out);

/** Grants of @p lease that have not been used. Pure. */
int bt_extension_left(const struct bt_lease *lease, const struct bt_extension *state);
/**
 * Find the unused grant that @p code proves: at most four scrypts of N=2^14, about 0.05 s each. Never on the screen's
 * thread.
 * @param[in]  lease the signed one.
 * @param[in]  code  20 ASCII digits.
 * @param[out] number 1..4; untouched on failure.
 * @return BT_OK; BT_EAUTH (of no unused grant); BT_ECRYPTO; BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_extension_judge(const struct bt_lease *lease, const struct bt_extension *state,
					   struct bt_bytes code, int *number);
/**
 * The lease with what was granted added: days to its end and to the age of the oldest unsent sale, value to the total,
 * and to the count in proportion. Pure; sums stop at what a lease may hold.
 */
void bt_extension_apply(const struct bt_lease *signed_lease, const struct bt_extension *state, struct bt_lease *out);

#endif
