/* A change of a meter's decoder key: the set of two (64-bit key) or four (128-bit key) tokens, in the order they are
 * printed and keyed in. All are enciphered under the key the meter holds now. Source: IEC 62055-41 key change. Pure. */
#ifndef BT_STS_KEY_CHANGE_H
#define BT_STS_KEY_CHANGE_H

#include "core/sts/token.h"

#define BT_STS_SECTIONS_MAX 4

struct bt_sts_key_change {
	struct bt_sts_key_id to;       /* the new SGC, KRN, KT, TI, KEN */
	struct bt_sts_decoder_key key; /* the new key, of the same length as the one held */
	bool roll_over;                /* RO: a change of base date; the meter forgets its TIDs */
};

/** Which changes of key type a meter takes: parent @p from to child @p to. Source: IEC 62055-41 key type rules. */
bool bt_sts_key_type_allows(uint8_t from, uint8_t to);
/**
 * @param[out] out   sections 1, 2 (, 3, 4), each 20 digits.
 * @param[out] count 2 or 4.
 * @return BT_OK, BT_EINPUT (identity, or lengths differ), BT_ERANGE; nothing is written then.
 */
BT_MUST_USE enum bt_err bt_sts_key_change_encode(const struct bt_sts_schedule *held,
						 const struct bt_sts_key_change *change,
						 char out[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP], unsigned *count);
/** Join @p count decoded sections, in any order, back to the change they carry.
 *  @return BT_OK, BT_EINPUT (a section missing, twice, or of another kind); *out untouched then. */
BT_MUST_USE enum bt_err bt_sts_key_change_join(const struct bt_sts_token *sections, unsigned count,
					       struct bt_sts_key_change *out);

#endif
