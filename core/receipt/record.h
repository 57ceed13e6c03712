/* The receipt's proof: a compact signed record of the sale that fits a QR on 58 mm paper.
 *
 * A slip of something delivered is version 3. Its text begins with the 20 digits of the token and a space, so that any
 * scanner shows first what is keyed in; without a token that part is missing. A docket is version 2 and carries all
 * that another terminal needs to have it finished. Then in both "RC1:" and, in base45, the binary fields and an Ed25519
 * signature by the terminal's receipt key: all of it in the letters of a QR's alphanumeric mode. No name and no
 * telephone number. Version 1, the slip of older terminals, is read and no longer written. Source: RFC 9285 (base45),
 * facts of printing 4. */
#ifndef BT_RECEIPT_RECORD_H
#define BT_RECEIPT_RECORD_H

#include "core/base/crypto.h"
#include "core/money/money.h"

#define BT_RECORD_TEXT_CAP 256

/** What the head-end needs to finish a docket that it has not heard of: with the rest of the record it is the sale
 *  (PROTOCOL T1, S4). No name, no operator; tenders stay with the terminal that took them. */
struct bt_record_docket {
	bool has_key; /* TID, RND and the key below are fixed */
	char sgc[7], ti[3], ea[3], dkga[3], kcv[7];
	uint8_t krn, kt, ken;
	uint16_t base; /* 1993, 2014, 2035 */
};

struct bt_receipt_record {
	uint8_t version;  /* as read: 1, 2 or 3; not looked at when one is written */
	bool is_docket;   /* nothing was delivered yet */
	bool is_training; /* a slip that is worth nothing; never a docket */
	char terminal[8]; /* up to 6 digits */
	char sale_id[37];
	char drn[14]; /* 11 or 13 digits, "" when none */
	bt_paise amount;
	bt_paise dues;
	bt_paise duty;  /* 0 in version 1 */
	uint32_t units; /* tenths */
	uint32_t tid;   /* 0 when none */
	uint8_t rnd;
	char token[21];     /* "" when none was given */
	int64_t paid_at_ms; /* carried to the second */
	/* "" and 0 in version 1 */
	char receipt[24];    /* "0142-0611-087-7": terminal, shift, sequence, check digit */
	char connection[16]; /* 1 to 12 digits */
	char kind[16];       /* "sts_units", "remote", "dues" */
	char delivery[8];    /* "token", "balance", "dues" */
	uint16_t rev;
	struct bt_record_docket docket; /* all zero in a slip */
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
