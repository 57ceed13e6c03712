#include "core/sandbox/app_pay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/month.h"
#include "core/sandbox/orders.h"
#include "core/sandbox/sell.h"

static const struct {
	const char *bank;
	bool received, delivers, in_meter;
} ends[BT_SBX_APP_ENDS] = {
    [BT_SBX_APP_GIVEN] = {"paid", true, true, false},
    [BT_SBX_APP_IN_METER] = {"paid", true, true, true},
    [BT_SBX_APP_NO_TOKEN] = {"paid", true, false, false},
    [BT_SBX_APP_BANK_UNSURE] = {"unsure", false, false, false},
    [BT_SBX_APP_BANK_FAILED] = {"failed", false, false, false},
};

/* A UUIDv7: 48 bits of milliseconds, then chance. */
static void make_id(char out[37])
{
	uint8_t raw[16];
	char hex[33];
	int64_t ms = bt_sbx_now_ms();
	bt_sbx_random(raw, sizeof raw);
	for (int i = 5; i >= 0; i--, ms >>= 8)
		raw[i] = (uint8_t)(ms & 0xff);
	raw[6] = (uint8_t)(0x70 | (raw[6] & 0x0f));
	raw[8] = (uint8_t)(0x80 | (raw[8] & 0x3f));
	bt_sbx_hex_encode(raw, sizeof raw, hex);
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void make_utr(char out[BT_SBX_UTR_LEN + 1])
{
	uint8_t raw[BT_SBX_UTR_LEN];
	bt_sbx_random(raw, sizeof raw);
	for (int i = 0; i < BT_SBX_UTR_LEN; i++)
		out[i] = (char)('0' + (i == 0 ? 4 : raw[i] % 10));
	out[BT_SBX_UTR_LEN] = '\0';
}

static const char *choose_delivery(const struct bt_sbx_consumer *consumer)
{
	if (strcmp(consumer->kind, "dues") == 0)
		return "dues";
	return consumer->takes_token && *consumer->meter ? "token" : "balance";
}

/* A whole sale without TID and key: they are fixed where it is committed first. */
static json_t *make_record(sqlite3 *db, const struct bt_sbx_consumer *consumer, const char *sale_id, int64_t paise)
{
	const char *delivery = choose_delivery(consumer);
	int64_t dues = strcmp(delivery, "dues") == 0 ? paise : 0;
	const struct bt_sbx_note *note = bt_sbx_note_of(consumer->note);
	struct bt_sbx_order order = bt_sbx_order_at(db, bt_sbx_now_ms());
	const struct bt_sbx_category *category =
	    bt_sbx_category_find(order.categories, note->true_category ? note->true_category : consumer->category);
	char pan[19] = "";
	if (!category || paise > BT_SBX_MAXIMUM_PAISE || (*consumer->meter && !bt_sbx_pan_make(consumer->meter, pan)))
		return NULL;
	struct bt_sbx_month known;
	bool has_month = paise > dues && bt_sbx_month_find(db, consumer, bt_sbx_now_ms(), &known);
	struct bt_sbx_price price = bt_sbx_price_in(category, has_month ? &known : NULL, paise - dues);
	json_t *month =
	    has_month ? json_pack("{s:I, s:I, s:I, s:I}", "fixed_paise", (json_int_t)price.fixed_paise, "free",
				  (json_int_t)price.free, "of", (json_int_t)known.of, "units", (json_int_t)known.units)
		      : NULL;
	return json_pack(
	    "{s:I, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:i, s:s, s:s, s:s, s:[], s:I, s:o*}",
	    "amount_paise", (json_int_t)paise, "connection", consumer->number, "delivery", delivery, "dues_paise",
	    (json_int_t)dues, "duty_paise", (json_int_t)price.duty_paise, "energy_paise",
	    (json_int_t)price.energy_paise, "kind", consumer->kind, "meter", consumer->meter, "operator", BT_SBX_APP,
	    "paid_at", (json_int_t)bt_sbx_now_ms(), "pan", pan, "receipt", "", "rev", 1, "sale_id", sale_id, "tariff",
	    order.id, "terminal", BT_SBX_APP, "tenders", "units", (json_int_t)price.units, "month", month);
}

static bool put_payment(struct bt_sbx *sbx, const struct bt_sbx_app_payment *payment,
			const struct bt_sbx_consumer *consumer, int64_t paise, enum bt_sbx_app_end end,
			const char *record)
{
	return bt_sbx_store_begin(sbx->db) &&
	       bt_sbx_store_run(sbx->db,
				"INSERT INTO app_payments(payment_id, sale_id, connection, meter, paise, utr, paid_at,"
				" bank, received, in_meter, sale) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
				"ttttititiit", payment->payment_id, payment->sale_id, consumer->number, consumer->meter,
				paise, payment->utr, bt_sbx_now_ms(), ends[end].bank, (int64_t)ends[end].received,
				(int64_t)ends[end].in_meter, record) &&
	       bt_sbx_store_commit(sbx->db);
}

/* The app's own token server: it asks the ledger like a counter, and what it shows is out. */
static bool deliver(struct bt_sbx *sbx, const char *record, const char *sale_id)
{
	struct bt_sbx_sale sale;
	struct bt_sbx_reply reply = {.status = 0};
	json_t *object = bt_sbx_json_parse(record, strlen(record));
	bool ok = object && bt_sbx_sale_read(object, &sale) && bt_sbx_store_begin(sbx->db);
	enum bt_sbx_code code = ok ? bt_sbx_sell_new(sbx, BT_SBX_APP, &sale, record, &reply) : BT_SBX_INTERNAL;
	json_decref(object);
	json_decref(reply.body);
	bt_sbx_store_rollback(sbx->db);
	if (code != BT_SBX_NONE) {
		fprintf(stderr, "batti-sandbox: %s\n", bt_sbx_refusal_of(code)->en);
		return false;
	}
	return bt_sbx_store_begin(sbx->db) && bt_sbx_ledger_release(sbx->db, sale_id) && bt_sbx_store_commit(sbx->db);
}

bool bt_sbx_app_pay(struct bt_sbx *sbx, const char *connection, int64_t rupees, enum bt_sbx_app_end end,
		    struct bt_sbx_app_payment *out)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_app_payment payment;
	if (!bt_sbx_consumer_find(sbx->db, connection, &consumer)) {
		fprintf(stderr, "batti-sandbox: no such connection\n");
		return false;
	}
	make_id(payment.payment_id);
	make_id(payment.sale_id);
	make_utr(payment.utr);
	json_t *object = make_record(sbx->db, &consumer, payment.sale_id, rupees * 100);
	char *record = object ? bt_sbx_json_canonical(object) : NULL;
	bool ok = record && put_payment(sbx, &payment, &consumer, rupees * 100, end, record);
	if (!record)
		fprintf(stderr, "batti-sandbox: this amount cannot be paid\n");
	if (ok && ends[end].delivers)
		ok = deliver(sbx, record, payment.sale_id);
	free(record);
	json_decref(object);
	bt_sbx_store_rollback(sbx->db);
	if (ok)
		*out = payment;
	return ok;
}

void bt_sbx_app_record(sqlite3 *db, const char *sale_id, char *out, size_t cap)
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db, "SELECT sale FROM app_payments WHERE sale_id=? AND received=1", "t", sale_id);
	out[0] = '\0';
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, out, cap);
	sqlite3_finalize(row);
}
