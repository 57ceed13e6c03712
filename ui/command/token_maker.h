/* A row of a batch made into a token, with what the row before has left ready: the vending key opened, the meter's key
 * derived and scheduled.
 *
 * It does what the row says and adds no judgement of its own but two that no meter would forgive: a TID past the key's
 * expiry and a time outside the key's base date. It touches no file and no clock. */
#ifndef BT_UI_COMMAND_TOKEN_MAKER_H
#define BT_UI_COMMAND_TOKEN_MAKER_H

#include "core/base/bytes.h"
#include "core/sts/token.h"

/** The columns of a batch, in the order of the file. */
enum bt_token_column {
	BT_TOKEN_CASE,
	BT_TOKEN_DKGA,
	BT_TOKEN_EA,
	BT_TOKEN_VENDING_KEY,
	BT_TOKEN_IIN,
	BT_TOKEN_DRN,
	BT_TOKEN_SGC,
	BT_TOKEN_KRN,
	BT_TOKEN_KT,
	BT_TOKEN_TI,
	BT_TOKEN_KEN,
	BT_TOKEN_BASE,
	BT_TOKEN_CLASS,
	BT_TOKEN_SUBCLASS,
	BT_TOKEN_FIELDS, /* "25.6"; "value=4"; "mfr=23;control=0x4"; "newvk=...;newsgc=...;..." */
	BT_TOKEN_RND,
	BT_TOKEN_TIME, /* UTC, or "tid=N" */
	BT_TOKEN_INPUTS,
	BT_TOKEN_DECODER_KEY = BT_TOKEN_INPUTS,
	BT_TOKEN_TOKEN,
	BT_TOKEN_COLUMNS
};

#define BT_TOKEN_WHY_CAP 160

/** What has become of a row. Holds a key: wipe it. */
struct bt_token_made {
	struct bt_sts_decoder_key key; /* len 0 for a token that needs none */
	char token[BT_STS_TOKEN_CAP];
	char why[BT_TOKEN_WHY_CAP]; /* plain English without commas, quotes or anything of the row but small numbers */
};

struct bt_token_maker;

/** @p sta is kept by reference. @return BT_OK or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_token_maker_open(const struct bt_sta *sta, struct bt_token_maker **out);
/** Cleanses every key it remembers. NULL is fine. */
void bt_token_maker_close(struct bt_token_maker *maker);
/**
 * @param[in] value NUL-terminated texts of the columns before BT_TOKEN_INPUTS; that of the fields is taken apart.
 * @param[in] meter the bytes of the row that hold dkga to base_date: when they are the last row's, its key still
 * stands.
 * @return true and *out holds the token, or false and out->why says why there is none.
 */
bool bt_token_maker_make(struct bt_token_maker *maker, char *const value[BT_TOKEN_INPUTS], struct bt_bytes meter,
			 struct bt_token_made *out);

#endif
