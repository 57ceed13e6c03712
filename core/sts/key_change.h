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

/**
 * Which changes of key type a meter takes: parent @p from to child @p to, each 0 DITK, 1 DDTK, 2 DUTK, 3 DCTK.
 *
 * Certain: a DUTK changes to a DUTK or DDTK only, and what is derived from a default key takes no credit. The rows of
 * the other parents are reconstructed from the purpose of each key: an initialisation or default key gives way to any
 * but an initialisation key, a common key to a common or default one. A change from DITK to DITK is the manufacturer's
 * business and not made here. A meter that takes 20 digits refuses any DCTK besides (vending.h). Source: IEC 62055-41
 * key type rules. Pure.
 */
bool bt_sts_key_type_allows(uint8_t from, uint8_t to);
/**
 * @param[out] out   sections 1, 2 (, 3, 4), each 20 digits.
 * @param[out] count 2 or 4.
 * @return BT_OK, BT_EINPUT (SGC or TI is not digits, or the lengths of the keys differ), BT_ERANGE (KRN, KT); nothing
 *         is written then. Whether the meter takes the change of key type is bt_sts_key_type_allows' to say. EA, DKGA
 *         and base date of the new identity do not travel and are not looked at.
 */
BT_MUST_USE enum bt_err bt_sts_key_change_encode(const struct bt_sts_schedule *held,
						 const struct bt_sts_key_change *change,
						 char out[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP], unsigned *count);
/**
 * Join @p count decoded sections, in any order, back to the change they carry. The SGC is "" when two sections carry
 * it not; EA follows from the length of the key; DKGA, base date, version and check value are left empty.
 * @return BT_OK, BT_EINPUT (a section missing, twice, of another kind, or an SGC beyond 999999), BT_EUNSUPPORTED (the
 *         first announces a third token for a key of 64 bits); *out untouched then.
 */
BT_MUST_USE enum bt_err bt_sts_key_change_join(const struct bt_sts_token *sections, unsigned count,
					       struct bt_sts_key_change *out);

#endif
