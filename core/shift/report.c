#include "core/shift/report.h"

#include <limits.h>
#include <string.h>

#include "core/base/json.h"
#include "core/tender/tender.h"

/* Ways of paying that every counter has: that there was none is what a report is read for. */
#define ALWAYS_SAID 2
/* What one of the unsettled waits for, as the seal says it. */
#define WAITS_BANK "bank"

static const struct {
	const char *id, *name;
} kinds[BT_SHIFT_KINDS] = {
    [BT_SHIFT_TOKENS] = {"token", N_("Token recharge")},
    [BT_SHIFT_BALANCES] = {"balance", N_("Balance recharge")},
    [BT_SHIFT_DUES] = {"dues", N_("Dues payment")},
};

static const struct bt_tender_kind *tender_at(int place)
{
	for (int i = 0; bt_tender_kinds[i] && i + 1 < BT_SHIFT_TENDERS; i++)
		if (i == place)
			return bt_tender_kinds[i];
	return NULL;
}

const char *bt_shift_tender_id(int place)
{
	const struct bt_tender_kind *kind = tender_at(place);

	return kind ? kind->id : "other";
}

const char *bt_shift_tender_name(int place)
{
	const struct bt_tender_kind *kind = tender_at(place);

	return kind ? kind->name : N_("Other ways of paying");
}

static void put_total(struct bt_receipt_total *totals, int *count, const char *name, const struct bt_shift_sum *sum)
{
	struct bt_receipt_total *total = &totals[(*count)++];

	*total = (struct bt_receipt_total){.count = sum->count, .sum = sum->paise};
	bt_text_copy(total->name, sizeof total->name, name);
}

static void put_takings(const struct bt_shift_sums *sums, struct bt_receipt_shift *out)
{
	for (int i = 0; i < BT_SHIFT_TENDERS; i++)
		if (i < ALWAYS_SAID || sums->tenders[i].count > 0)
			put_total(out->tenders, &out->tender_count, bt_shift_tender_name(i), &sums->tenders[i]);
	for (int i = 0; i < BT_SHIFT_KINDS; i++)
		put_total(out->kinds, &out->kind_count, kinds[i].name, &sums->kinds[i]);
	out->refunds = (struct bt_receipt_total){.count = sums->refunds.count, .sum = sums->refunds.paise};
	out->refunded_cash = sums->refunded_cash;
	out->deposits = (struct bt_receipt_total){.count = sums->deposits.count, .sum = sums->deposits.paise};
	out->bankable = bt_shift_sums_bankable(sums);
	out->non_bankable = bt_shift_sums_non_bankable(sums);
}

static void put_numbers(const struct bt_shift_sums *sums, struct bt_receipt_shift *out)
{
	memcpy(out->first_receipt, sums->first_receipt, sizeof out->first_receipt);
	memcpy(out->last_receipt, sums->last_receipt, sizeof out->last_receipt);
	memcpy(out->abandoned, sums->abandoned, sizeof out->abandoned);
	out->abandoned_count = sums->abandoned_count > INT_MAX ? INT_MAX : (int)sums->abandoned_count;
}

static void put_cash(const struct bt_shift *shift, const struct bt_shift_sums *sums, struct bt_receipt_shift *out)
{
	const struct bt_shift_count *count = sums->counts > 0 ? &sums->counted[sums->counts - 1] : NULL;

	out->is_blind = shift->sealed_seq == 0;
	if (out->is_blind)
		return;
	out->expected_cash = bt_shift_sums_drawer(sums, shift->opening_float);
	if (!shift->counted || !count)
		return;
	out->is_counted = true;
	out->counted_cash = count->total;
	out->to_bank = bt_shift_sums_to_bank(sums, shift->opening_float, count->total);
	out->torn_cash = count->torn;
	out->note_count = count->note_count;
	memcpy(out->notes, count->notes, sizeof out->notes);
}

/* As its docket names it; a token that only waits for a word about its paper, and what waits for the bank, has none. */
static void name_docket(const struct bt_sale_row *row, char out[28])
{
	bool none =
	    row->stage == BT_STAGE_TOKENED || row->stage == BT_STAGE_CREDITED || row->stage == BT_STAGE_TENDERING;

	bt_text_copy(out, 28, none ? "" : "D-");
	bt_text_copy(out + strlen(out), 28 - strlen(out), row->receipt);
}

static int bounded(int64_t count)
{
	return count > INT_MAX ? INT_MAX : (int)count;
}

static enum bt_err put_unfinished(struct bt_journal *journal, const struct bt_shift *shift,
				  struct bt_receipt_shift *out)
{
	struct bt_sale_row rows[BT_RECEIPT_UNSETTLED];
	struct bt_open_count all;
	int count = 0;
	enum bt_err err =
	    bt_journal_open_within(journal, shift->after, shift->until, BT_RECEIPT_UNSETTLED, rows, &count, &all);

	if (err)
		return err;
	out->unsettled_count = bounded(all.all);
	out->bank_count = bounded(all.bank);
	for (int i = 0; i < count; i++) {
		out->unsettled[i].amount = rows[i].amount;
		out->unsettled[i].waits_for_bank = rows[i].stage == BT_STAGE_TENDERING;
		name_docket(&rows[i], out->unsettled[i].docket);
	}
	return BT_OK;
}

static enum bt_err read_one(const json_t *row, struct bt_receipt_unsettled *out)
{
	char waits[8] = "";

	if (bt_json_text(row, "docket", out->docket, sizeof out->docket) != BT_OK ||
	    bt_json_int(row, "paise", 0, BT_PAISE_MAX, &out->amount) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_has(row, "waits") && bt_json_text(row, "waits", waits, sizeof waits) != BT_OK)
		return BT_EFORMAT;
	out->waits_for_bank = strcmp(waits, WAITS_BANK) == 0;
	return BT_OK;
}

static enum bt_err read_unfinished(const json_t *body, struct bt_receipt_shift *out)
{
	const json_t *list = bt_json_array(body, "unsettled");
	int64_t all, bank = 0;

	if (!list || json_array_size(list) > BT_RECEIPT_UNSETTLED ||
	    bt_json_int(body, "unsettled_count", 0, INT_MAX, &all) != BT_OK)
		return BT_EFORMAT;
	/* Older seals know of none. */
	if (bt_json_has(body, "bank_count") && bt_json_int(body, "bank_count", 0, all, &bank) != BT_OK)
		return BT_EFORMAT;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (read_one(json_array_get(list, i), &out->unsettled[i]) != BT_OK)
			return BT_EFORMAT;
	out->unsettled_count = (int)all;
	out->bank_count = (int)bank;
	return BT_OK;
}

static bool says(const json_t *body, const char *name, bt_paise paise)
{
	bt_paise said;

	return bt_json_int(body, name, INT64_MIN / 2, INT64_MAX / 2, &said) == BT_OK && said == paise;
}

/* The sums that were sealed are those of the events they were made from. */
static enum bt_err read_seal(struct bt_journal *journal, const struct bt_shift *shift, struct bt_receipt_shift *out)
{
	struct bt_event event;
	struct bt_buf text;
	json_t *body = NULL;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_journal_next(journal, BT_EVENT_SHIFT_SEALED, shift->sealed_seq - 1, &event, &text);
	if (!err)
		err = bt_json_parse(event.body, BT_EVENT_BODY_MAX, &body, NULL);
	if (!err)
		err = read_unfinished(body, out);
	if (!err &&
	    !(says(body, "expected_paise", out->expected_cash) && says(body, "bankable_paise", out->bankable) &&
	      says(body, "non_bankable_paise", out->non_bankable) && says(body, "refunded_paise", out->refunds.sum) &&
	      says(body, "deposited_paise", out->deposits.sum)))
		err = BT_ECORRUPT;
	json_decref(body);
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_shift_report_make(struct bt_journal *journal, const struct bt_shift *shift,
				 const struct bt_shift_sums *sums, struct bt_receipt_shift *out)
{
	struct bt_receipt_shift report = {.number = shift->number,
					  .from_ms = shift->from_ms,
					  .until_ms = shift->until_ms,
					  .sealed_ms = shift->sealed_ms,
					  .closed_ms = shift->closed_ms,
					  .opening_float = shift->opening_float};
	enum bt_err err;

	memcpy(report.sealed_by, shift->sealed_by, sizeof report.sealed_by);
	memcpy(report.closed_by, shift->closed_by, sizeof report.closed_by);
	put_takings(sums, &report);
	put_numbers(sums, &report);
	put_cash(shift, sums, &report);
	err = shift->sealed_seq ? read_seal(journal, shift, &report) : put_unfinished(journal, shift, &report);
	if (!err)
		*out = report;
	return err;
}

enum bt_err bt_shift_report(struct bt_journal *journal, int64_t number, struct bt_shift *shift,
			    struct bt_shift_sums *sums, struct bt_receipt_shift *out)
{
	struct bt_shift found;
	struct bt_shift_sums read;
	enum bt_err err = bt_shift_find(journal, number, &found);

	if (err)
		return err;
	bt_shift_sums_begin(&found, &read);
	err = bt_shift_sums_read(journal, found.until, &read);
	if (!err)
		err = bt_shift_report_make(journal, &found, &read, out);
	if (err)
		return err;
	if (shift)
		*shift = found;
	if (sums)
		*sums = read;
	return BT_OK;
}

void bt_shift_report_hide_cash(struct bt_receipt_shift *report)
{
	const struct bt_tender_kind *cash = bt_tender_find("cash");

	if (!report->is_blind)
		return;
	report->hides_cash = true;
	report->bankable = report->refunded_cash = 0;
	for (int i = 0; i < report->tender_count; i++)
		if (cash && strcmp(report->tenders[i].name, cash->name) == 0)
			report->tenders[i].sum = BT_RECEIPT_HIDDEN;
	/* What is left of the whole when the others are taken away. */
	for (int i = 0; i < report->kind_count; i++)
		report->kinds[i].sum = BT_RECEIPT_HIDDEN;
}

/* ---- the seal ---- */

static json_t *encode_sum(const char *id, const struct bt_shift_sum *sum)
{
	return json_pack("{s:I, s:s, s:I}", "count", (json_int_t)sum->count, "kind", id, "paise",
			 (json_int_t)sum->paise);
}

static json_t *encode_tenders(const struct bt_shift_sums *sums)
{
	json_t *list = json_array();

	for (int i = 0; list && i < BT_SHIFT_TENDERS; i++)
		if (sums->tenders[i].count > 0 &&
		    json_array_append_new(list, encode_sum(bt_shift_tender_id(i), &sums->tenders[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *encode_kinds(const struct bt_shift_sums *sums)
{
	json_t *list = json_array();

	for (int i = 0; list && i < BT_SHIFT_KINDS; i++)
		if (sums->kinds[i].count > 0 &&
		    json_array_append_new(list, encode_sum(kinds[i].id, &sums->kinds[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *encode_one(const struct bt_receipt_unsettled *one)
{
	json_t *row = json_pack("{s:s, s:I}", "docket", one->docket, "paise", (json_int_t)one->amount);

	if (row && one->waits_for_bank && json_object_set_new(row, "waits", json_string(WAITS_BANK)) != 0) {
		json_decref(row);
		return NULL;
	}
	return row;
}

static json_t *encode_unfinished(const struct bt_receipt_shift *report)
{
	json_t *list = json_array();

	for (int i = 0; list && i < report->unsettled_count && i < BT_RECEIPT_UNSETTLED; i++)
		if (json_array_append_new(list, encode_one(&report->unsettled[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

enum bt_err bt_shift_report_freeze(struct bt_journal *journal, const struct bt_shift *shift,
				   const struct bt_shift_sums *sums, json_t **out)
{
	struct bt_receipt_shift report = {0};
	json_t *body;
	enum bt_err err = put_unfinished(journal, shift, &report);

	if (err)
		return err;
	put_takings(sums, &report);
	body = json_pack(
	    "{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:s, s:I, s:I, s:o, s:o, s:I}", "abandoned_count",
	    (json_int_t)sums->abandoned_count, "bank_count", (json_int_t)report.bank_count, "bankable_paise",
	    (json_int_t)report.bankable, "deposited_paise", (json_int_t)report.deposits.sum, "expected_paise",
	    (json_int_t)bt_shift_sums_drawer(sums, shift->opening_float), "float_paise",
	    (json_int_t)shift->opening_float, "kinds", encode_kinds(sums), "non_bankable_paise",
	    (json_int_t)report.non_bankable, "operator", shift->operator_id, "refunded_paise",
	    (json_int_t)report.refunds.sum, "shift", (json_int_t)shift->number, "tenders", encode_tenders(sums),
	    "unsettled", encode_unfinished(&report), "unsettled_count", (json_int_t)report.unsettled_count);
	if (!body)
		return BT_ENOMEM;
	*out = body;
	return BT_OK;
}
