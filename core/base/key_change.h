/* The tokens that bring a meter to its next decoder key, as they travel: from the head-end, in the list of consumers,
 * in the record. Digits only; what stands in them is for the meter. Source: assets/api/openapi.yaml, KeyChange. */
#ifndef BT_BASE_KEY_CHANGE_H
#define BT_BASE_KEY_CHANGE_H

#include <jansson.h>
#include <stdint.h>

#include "core/base/err.h"

#define BT_KEY_SECTIONS_MAX 4

/** Tokens of one change in the order they are keyed in, before the token they came with. */
struct bt_key_tokens {
	int count; /* 0: none, 2 or 4 */
	char digits[BT_KEY_SECTIONS_MAX][21];
};

/** A change that is due: its tokens, and the key they change from. */
struct bt_key_change {
	struct bt_key_tokens tokens; /* count 0: none is due */
	char sgc[7], ti[3];
	uint8_t krn, kt, ken;
	uint16_t base;
	bool roll_over; /* the meter forgets which tokens it has taken */
};

/** An array of tokens. @return BT_OK, or BT_EFORMAT (not 2 or 4, not 20 digits of 66 bits, one twice); *out untouched
 *  then. */
BT_MUST_USE enum bt_err bt_key_tokens_read(const json_t *list, struct bt_key_tokens *out);
/** The array, yours; NULL when out of memory. */
json_t *bt_key_tokens_json(const struct bt_key_tokens *tokens);
bool bt_key_tokens_equal(const struct bt_key_tokens *a, const struct bt_key_tokens *b);

/** The member `key_change` of @p object; absent or null is a change without tokens. @return BT_OK, or BT_EFORMAT and
 *  *out is untouched. */
BT_MUST_USE enum bt_err bt_key_change_read(const json_t *object, struct bt_key_change *out);
/** The same shape back, null without tokens; yours; NULL when out of memory. */
json_t *bt_key_change_json(const struct bt_key_change *change);

#endif
