/* The receipt's proof: a compact signed record of the sale that fits a QR on 58 mm paper.
 *
 * Version 1 is the slip of something delivered; version 2 is a docket, which carries all that another terminal needs to
 * have it finished, in the same size of QR. Binary fields, then an Ed25519 signature by the terminal's receipt key, in
 * base45 behind "RC1:", so that it stays in the alphanumeric mode of a QR. No name and no telephone number. Source: RFC
 * 9285 (base45), facts of printing 4. */
#ifndef BT_RECEIPT_RECORD_H
#define BT_RECEIPT_RECORD_H

#include "core/base/crypto.h"
#include "core/money/money.h"

#define BT_RECORD_TEXT_CAP 256

/** What the head-end needs to finish a docket that it has not heard of: with the rest of the record it is the sale
 *  (PROTOCOL T1, S4). No name, no operator; tenders stay with the terminal that took them. */
struct bt_record_docket {
	char receipt[24]; /* "0142-0611-087-7": terminal, shift, sequence, check digit; "" when the record is no docket
			   */
	char connection[16]; /* 1 to 12 digits */
	char kind[16];       /* "sts_units", "remote", "dues" */
	char delivery[8];    /* "token", "balance", "dues" */
	bt_paise duty;
	uint16_t rev;
	bool has_key; /* TID, RND and the key below are fixed */
	char sgc[7], ti[3], ea[3], dkga[3], kcv[7];
	uint8_t krn, kt, ken;
	uint16_t base; /* 1993, 2014, 2035 */
};

struct bt_receipt_record {
	char terminal[8]; /* up to 6 digits */
	char sale_id[37];
	char drn[14]; /* 11 or 13 digits, "" when none */
	bt_paise amount;
	bt_paise dues;
	uint32_t units; /* tenths */
	uint32_t tid;   /* 0 when none */
	uint8_t rnd;
	char token[21];                 /* "" for a docket */
	int64_t paid_at_ms;             /* carried to the second */
	struct bt_record_docket docket; /* receipt[0]: this is a docket, without a token */
};

/** True when @p text begins as a record does; nothing is judged. */
bool bt_record_is(const char *text);
/** @return BT_OK, BT_EINPUT (a field's form), BT_EFULL or BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_record_encode(const struct bt_receipt_record *record, const struct bt_signer *signer,
					 char out[BT_RECORD_TEXT_CAP]);
/** Decode without judging the signature's owner. @return BT_OK, BT_EFORMAT, or BT_EAUTH when @p key did not sign it
 *  (fields are written all the same). */
BT_MUST_USE enum bt_err bt_record_decode(const char *text, const uint8_t key[BT_ED25519_PUBLIC_LEN],
					 struct bt_receipt_record *out);

#endif
