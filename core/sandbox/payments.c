#include "core/sandbox/payments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"

#define COLUMNS                                                                                                        \
	"SELECT payment_id, sale_id, terminal, way, status, attempt, coalesce(reference,''), qr, coalesce(utr,''),"    \
	" refund, paise, made_at, expires_at, paid_at FROM payments WHERE "

/* ---- finding ---- */

static bool read_row(sqlite3_stmt *row, struct bt_sbx_payment *out)
{
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found) {
		*out = (struct bt_sbx_payment){.paise = sqlite3_column_int64(row, 10),
					       .made_at = sqlite3_column_int64(row, 11),
					       .expires_at = sqlite3_column_int64(row, 12),
					       .paid_at = sqlite3_column_int64(row, 13)};
		bt_sbx_column_text(row, 0, out->payment_id, sizeof out->payment_id);
		bt_sbx_column_text(row, 1, out->sale_id, sizeof out->sale_id);
		bt_sbx_column_text(row, 2, out->terminal, sizeof out->terminal);
		bt_sbx_column_text(row, 3, out->way, sizeof out->way);
		bt_sbx_column_text(row, 4, out->status, sizeof out->status);
		bt_sbx_column_text(row, 5, out->attempt, sizeof out->attempt);
		bt_sbx_column_text(row, 6, out->reference, sizeof out->reference);
		bt_sbx_column_text(row, 7, out->qr, sizeof out->qr);
		bt_sbx_column_text(row, 8, out->utr, sizeof out->utr);
		bt_sbx_column_text(row, 9, out->refund, sizeof out->refund);
		if (strcmp(out->status, "active") == 0 && bt_sbx_now_ms() >= out->expires_at)
			snprintf(out->status, sizeof out->status, "expired");
	}
	sqlite3_finalize(row);
	return found;
}

bool bt_sbx_payment_find(sqlite3 *db, const char *payment_id, struct bt_sbx_payment *out)
{
	return read_row(bt_sbx_store_ask(db, COLUMNS "payment_id=?", "t", payment_id), out);
}

bool bt_sbx_payment_of_reference(sqlite3 *db, const char *reference, struct bt_sbx_payment *out)
{
	return read_row(bt_sbx_store_ask(db, COLUMNS "reference=?", "t", reference), out);
}

bool bt_sbx_payment_of_sale(sqlite3 *db, const char *sale_id, struct bt_sbx_payment *out)
{
	return read_row(bt_sbx_store_ask(db, COLUMNS "sale_id=? AND status='paid' AND refund=''", "t", sale_id), out);
}

bool bt_sbx_payment_is_known(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_count(db, 0, "SELECT 1 FROM payments WHERE sale_id=? LIMIT 1", "t", sale_id) == 1;
}

void bt_sbx_payment_record(sqlite3 *db, const char *payment_id, char out[BT_SBX_RECORD_MAX])
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, "SELECT sale FROM payments WHERE payment_id=?", "t", payment_id);
	out[0] = '\0';
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, out, BT_SBX_RECORD_MAX);
	sqlite3_finalize(row);
}

static void find_paid_for(sqlite3 *db, const char *payment_id, char out[BT_SBX_RECORD_MAX])
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db, "SELECT " BT_SBX_PAID_FOR " FROM payments p WHERE payment_id=?", "t", payment_id);
	out[0] = '\0';
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, out, BT_SBX_RECORD_MAX);
	sqlite3_finalize(row);
}

char *bt_sbx_payment_paid_record(sqlite3 *db, const char *sale_id)
{
	struct bt_sbx_payment payment;
	char text[BT_SBX_RECORD_MAX];
	char *canonical = NULL;
	if (!bt_sbx_payment_of_sale(db, sale_id, &payment))
		return NULL;
	find_paid_for(db, payment.payment_id, text);
	json_t *record = bt_sbx_json_parse(text, strlen(text));
	json_t *tender = json_array_get(json_object_get(record, "tenders"), 0);
	if (tender && json_object_set_new(tender, "reference", json_string(payment.utr)) == 0)
		canonical = bt_sbx_json_canonical(record);
	json_decref(record);
	return canonical;
}

/* ---- asking ---- */

bool bt_sbx_payment_put(sqlite3 *db, const struct bt_sbx_payment *payment, const char *sale_text)
{
	bool closes = *payment->sale_id && strcmp(payment->way, "head-end") == 0;
	return (!closes || bt_sbx_store_run(db,
					    "UPDATE payments SET status='closed' WHERE sale_id=? AND"
					    " status='active' AND way='head-end'",
					    "t", payment->sale_id)) &&
	       bt_sbx_store_run(db,
				"INSERT INTO payments(payment_id, sale_id, terminal, way, status, attempt, paise,"
				" reference, qr, made_at, expires_at, sale) VALUES(?,?,?,?,?,'none',?,?,?,?,?,?)",
				"tttttittiit", payment->payment_id, payment->sale_id, payment->terminal, payment->way,
				payment->status, payment->paise, *payment->reference ? payment->reference : NULL,
				payment->qr, payment->made_at, payment->expires_at, sale_text);
}

bool bt_sbx_payment_note(sqlite3 *db, const char *payment_id, const char *connection)
{
	return !*connection || bt_sbx_store_run(db, "INSERT INTO payment_notes(payment_id, connection) VALUES(?,?)",
						"tt", payment_id, connection);
}

bool bt_sbx_payment_close(sqlite3 *db, const char *payment_id)
{
	return bt_sbx_store_run(db, "UPDATE payments SET status='closed' WHERE payment_id=? AND status='active'", "t",
				payment_id);
}

/* ---- what the bank says ---- */

bool bt_sbx_payment_capture(sqlite3 *db, const struct bt_sbx_payment *payment, const char *utr)
{
	struct bt_sbx_payment other;
	bool is_twice = *payment->sale_id && bt_sbx_payment_of_sale(db, payment->sale_id, &other);
	bool goes_back = is_twice || bt_sbx_ledger_is_taken_back(db, payment->sale_id);
	return bt_sbx_store_run(db,
				"UPDATE payments SET status='paid', attempt='none', utr=?, paid_at=?, refund=?"
				" WHERE payment_id=? AND status<>'paid'",
				"titt", utr, bt_sbx_now_ms(), goes_back ? "waits" : "", payment->payment_id) &&
	       (!is_twice || bt_sbx_ledger_except(db, payment->terminal, payment->sale_id, BT_SBX_PAID_TWICE, utr)) &&
	       bt_sbx_payment_settle(db, payment->terminal);
}

/* ---- giving back ---- */

bool bt_sbx_payment_return(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_run(db, "UPDATE payments SET status='closed' WHERE sale_id=? AND status='active'", "t",
				sale_id) &&
	       bt_sbx_store_run(db,
				"UPDATE payments SET refund='waits' WHERE sale_id=? AND status='paid' AND refund=''",
				"t", sale_id) &&
	       bt_sbx_store_run(
		   db,
		   "UPDATE payments SET refund='ordered' WHERE sale_id=? AND refund='waits' AND EXISTS"
		   " (SELECT 1 FROM events e WHERE e.terminal=payments.terminal AND e.sale_id=payments.sale_id"
		   " AND e.kind IN ('refunding','refunded','abandoned'))",
		   "t", sale_id);
}

bool bt_sbx_payment_order_back(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_payment_return(db, sale_id) &&
	       bt_sbx_store_run(db, "UPDATE payments SET refund='ordered' WHERE sale_id=? AND refund='waits'", "t",
				sale_id);
}

/* Of several payments for one sale the owner's record names the one that it took: all others go back. */
static bool keep_named(sqlite3 *db, const char *terminal)
{
	return bt_sbx_store_run(db,
				"UPDATE payments SET refund=CASE payment_id WHEN (SELECT"
				" json_extract(f.sale,'$.tenders[0].id') FROM paid f WHERE"
				" f.sale_id=payments.sale_id) THEN '' ELSE 'waits' END"
				" WHERE terminal=?1 AND status='paid' AND refund<>'ordered' AND sale_id IN"
				" (SELECT p.sale_id FROM payments p JOIN paid f ON f.sale_id=p.sale_id WHERE"
				" p.terminal=?1 AND p.refund='waits' AND"
				" json_extract(f.sale,'$.tenders[0].id')=p.payment_id AND EXISTS"
				" (SELECT 1 FROM payments o WHERE o.sale_id=p.sale_id AND o.status='paid' AND"
				" o.refund=''))",
				"t", terminal);
}

bool bt_sbx_payment_settle(sqlite3 *db, const char *terminal)
{
	bool waits = bt_sbx_store_count(db, 0, "SELECT 1 FROM payments WHERE terminal=? AND refund='waits' LIMIT 1",
					"t", terminal) == 1;
	if (!waits)
		return true;
	return keep_named(db, terminal) &&
	       /* Another payment stands for the sale, and the record has come beyond the moment of this one. */
	       bt_sbx_store_run(db,
				"UPDATE payments SET refund='ordered' WHERE terminal=?1 AND refund='waits' AND EXISTS"
				" (SELECT 1 FROM payments o WHERE o.sale_id=payments.sale_id AND o.status='paid' AND"
				" o.refund='') AND EXISTS (SELECT 1 FROM events e WHERE e.terminal=?1 AND"
				" e.time>payments.paid_at)",
				"t", terminal) &&
	       /* The sale was taken back, and its owner has on record that nothing will be given for it. */
	       bt_sbx_store_run(db,
				"UPDATE payments SET refund='ordered' WHERE terminal=?1 AND refund='waits' AND EXISTS"
				" (SELECT 1 FROM sales s WHERE s.sale_id=payments.sale_id AND s.state<>'committed')"
				" AND EXISTS (SELECT 1 FROM events e WHERE e.terminal=?1 AND"
				" e.sale_id=payments.sale_id AND e.kind IN ('refunding','refunded','abandoned'))",
				"t", terminal);
}

/* ---- matching ---- */

bool bt_sbx_payment_matches(sqlite3 *db, const json_t *record)
{
	const json_t *list = json_object_get(record, "tenders");
	const json_t *tender;
	size_t i;
	char kind[16], utr[BT_SBX_UTR_LEN + 1] = "", sale_id[BT_SBX_SALE_ID_LEN + 1] = "";
	int64_t paise = 0;
	(void)bt_sbx_json_text(record, "sale_id", sale_id, sizeof sale_id);
	json_array_foreach(list, i, tender)
	{
		if (!bt_sbx_json_text(tender, "kind", kind, sizeof kind) || strcmp(kind, "upi") != 0)
			continue;
		if (!bt_sbx_json_text(tender, "reference", utr, sizeof utr) ||
		    !bt_sbx_json_int(tender, "paise", 0, INT64_MAX, &paise) ||
		    bt_sbx_store_count(db, 0,
				       "SELECT 1 FROM payments WHERE utr=? AND paise=? AND status='paid' AND"
				       " sale_id=?",
				       "tit", utr, paise, sale_id) != 1)
			return false;
	}
	return true;
}
