#include "core/sandbox/bank.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/upi_link.h"

static bool is_utr_taken(sqlite3 *db, const char *utr)
{
	return bt_sbx_store_count(db, 0, "SELECT 1 FROM payments WHERE utr=?", "t", utr) == 1;
}

static void make_utr(sqlite3 *db, char out[BT_SBX_UTR_LEN + 1])
{
	uint8_t raw[BT_SBX_UTR_LEN];
	do {
		bt_sbx_random(raw, sizeof raw);
		for (int i = 0; i < BT_SBX_UTR_LEN; i++)
			out[i] = (char)('0' + (i == 0 ? 6 : raw[i] % 10));
		out[BT_SBX_UTR_LEN] = '\0';
	} while (is_utr_taken(db, out));
}

static bool note_attempt(sqlite3 *db, const char *payment_id, const char *attempt)
{
	return bt_sbx_store_run(db, "UPDATE payments SET attempt=? WHERE payment_id=?", "tt", attempt, payment_id);
}

static const char *check(const struct bt_sbx_payment *payment, enum bt_sbx_bank_word word)
{
	bool is_active = strcmp(payment->status, "active") == 0;
	if (strcmp(payment->status, "paid") == 0)
		return "this QR has been paid";
	if (!*payment->sale_id)
		return "there is no QR of this payment";
	if (word == BT_SBX_BANK_LATE)
		return NULL;
	if (!is_active)
		return "this QR is closed";
	return strcmp(payment->attempt, "failed") == 0 ? "this QR is used up" : NULL;
}

const char *bt_sbx_bank_say(sqlite3 *db, const struct bt_sbx_payment *payment, enum bt_sbx_bank_word word,
			    const char *utr, struct bt_sbx_payment *out)
{
	char made[BT_SBX_UTR_LEN + 1];
	const char *why = check(payment, word);
	bool ok;
	if (why)
		return why;
	if (utr && (!bt_sbx_is_digits(utr, BT_SBX_UTR_LEN) || is_utr_taken(db, utr)))
		return "a UTR has 12 digits and is given once";
	if (word == BT_SBX_BANK_FAILS || word == BT_SBX_BANK_UNSURE) {
		ok = note_attempt(db, payment->payment_id, word == BT_SBX_BANK_FAILS ? "failed" : "unsure");
	} else {
		make_utr(db, made);
		ok = bt_sbx_payment_capture(db, payment, utr ? utr : made);
	}
	return ok && bt_sbx_payment_find(db, payment->payment_id, out) ? NULL : "the ledger failed";
}

const char *bt_sbx_bank_find(sqlite3 *db, const char *qr, const char *payment_id, struct bt_sbx_payment *out)
{
	char reference[sizeof out->reference];
	int64_t paise = 0;
	if (payment_id)
		return bt_sbx_payment_find(db, payment_id, out) ? NULL : "no such payment";
	if (!bt_sbx_upi_link_read(qr, reference, sizeof reference, &paise))
		return "this is no QR of a payment";
	if (!bt_sbx_payment_of_reference(db, reference, out))
		return "the bank knows no such QR";
	return paise == out->paise ? NULL : "this QR asks for another amount";
}
