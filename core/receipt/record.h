/* The receipt's proof: a compact signed record of the sale that fits a QR on 58 mm paper.
 *
 * Binary fields, then an Ed25519 signature by the terminal's journal key, in base45 behind "RC1:", so that it stays in
 * the alphanumeric mode of a QR. No name and no telephone number. Source: RFC 9285 (base45), facts of printing 4. */
#ifndef BT_RECEIPT_RECORD_H
#define BT_RECEIPT_RECORD_H

#include "core/base/crypto.h"
#include "core/money/money.h"

#define BT_RECORD_TEXT_CAP 256

struct bt_receipt_record {
	char terminal[8]; /* up to 6 digits */
	char sale_id[37];
	char drn[14]; /* 11 or 13 digits, "" when none */
	bt_paise amount;
	bt_paise dues;
	uint32_t units; /* tenths */
	uint32_t tid;   /* 0 when none */
	uint8_t rnd;
	char token[21];     /* "" for a docket */
	int64_t paid_at_ms; /* carried to the second */
};

/** @return BT_OK, BT_EINPUT (a field's form), BT_EFULL or BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_record_encode(const struct bt_receipt_record *record, const struct bt_signer *signer,
					 char out[BT_RECORD_TEXT_CAP]);
/** Decode without judging the signature's owner. @return BT_OK, BT_EFORMAT, or BT_EAUTH when @p key did not sign it
 *  (fields are written all the same). */
BT_MUST_USE enum bt_err bt_record_decode(const char *text, const uint8_t key[BT_ED25519_PUBLIC_LEN],
					 struct bt_receipt_record *out);

#endif
