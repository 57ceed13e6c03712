#include "core/shift/sums.h"

#include <string.h>

#include "core/base/json.h"
#include "core/tender/tender.h"

#define CASH "cash"

struct reading {
	struct bt_journal *journal;
	struct bt_shift_sums sums;
	int64_t until;
	enum bt_err err;
};

void bt_shift_sums_begin(const struct bt_shift *shift, struct bt_shift_sums *out)
{
	*out = (struct bt_shift_sums){.number = shift->number, .after = shift->after, .seq = shift->after};
}

static size_t place_of(const char *tender)
{
	for (size_t i = 0; bt_tender_kinds[i] && i + 1 < BT_SHIFT_TENDERS; i++)
		if (strcmp(bt_tender_kinds[i]->id, tender) == 0)
			return i;
	return BT_SHIFT_TENDERS - 1;
}

static void add(struct bt_shift_sum *sum, bt_paise paise)
{
	sum->count++;
	sum->paise += paise;
}

static void note_receipt(struct bt_shift_sums *sums, const char *receipt, int64_t shift)
{
	if (shift != sums->number)
		return;
	/* Numbers of one shift differ in their sequence alone, which has three digits in all of them. */
	if (!sums->first_receipt[0] || strcmp(receipt, sums->first_receipt) < 0)
		bt_text_copy(sums->first_receipt, sizeof sums->first_receipt, receipt);
	if (strcmp(receipt, sums->last_receipt) > 0)
		bt_text_copy(sums->last_receipt, sizeof sums->last_receipt, receipt);
}

/* Give each tender of a sale to @p take: its kind and what of it counts towards the sale. */
static enum bt_err each_tender(const json_t *sale, struct bt_shift_sums *sums, int64_t seq,
			       void (*take)(struct bt_shift_sums *, int64_t, const char *, bt_paise))
{
	const json_t *list = bt_json_array(sale, "tenders");
	char kind[12];
	bt_paise paise;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);

		if (bt_json_text(row, "kind", kind, sizeof kind) != BT_OK ||
		    bt_json_int(row, "paise", 0, BT_PAISE_MAX, &paise) != BT_OK)
			return BT_EFORMAT;
		take(sums, seq, kind, paise);
	}
	return list ? BT_OK : BT_EFORMAT;
}

static void take_tender(struct bt_shift_sums *sums, int64_t seq, const char *kind, bt_paise paise)
{
	add(&sums->tenders[place_of(kind)], paise);
	if (strcmp(kind, CASH) == 0)
		sums->cash_seq = seq;
}

static void return_tender(struct bt_shift_sums *sums, int64_t seq, const char *kind, bt_paise paise)
{
	const struct bt_tender_kind *tender = bt_tender_find(kind);

	if (strcmp(kind, CASH) == 0) {
		sums->refunded_cash += paise;
		sums->cash_seq = seq;
	} else if (tender && tender->bankable) {
		sums->refunded_cheques += paise;
	}
}

static enum bt_err read_kind(const json_t *sale, enum bt_shift_kind *out)
{
	static const char *const codes[BT_SHIFT_KINDS] = {"token", "balance", "dues"};
	char delivery[8];

	if (bt_json_text(sale, "delivery", delivery, sizeof delivery) != BT_OK)
		return BT_EFORMAT;
	for (int i = 0; i < BT_SHIFT_KINDS; i++)
		if (strcmp(codes[i], delivery) == 0) {
			*out = (enum bt_shift_kind)i;
			return BT_OK;
		}
	return BT_EFORMAT;
}

/* A number that was given up, and has its money after all. */
static void take_back(struct bt_shift_sums *sums, const char *receipt)
{
	for (int64_t i = 0; i < sums->abandoned_count && i < BT_RECEIPT_ABANDONED; i++) {
		if (strcmp(sums->abandoned[i], receipt) != 0)
			continue;
		memmove(sums->abandoned[i], sums->abandoned[i + 1],
			(size_t)(BT_RECEIPT_ABANDONED - 1 - i) * sizeof sums->abandoned[0]);
		sums->abandoned[BT_RECEIPT_ABANDONED - 1][0] = '\0';
	}
	sums->abandoned_count--;
}

/* Whether the range has the end of the sale's intent, which the money comes after. */
static bool was_given_up(struct reading *reading, const struct bt_event *event)
{
	struct bt_event end;

	return bt_journal_newest(reading->journal, BT_EVENT_INTENT_END, event->sale_id, &end, NULL) == BT_OK &&
	       end.seq > reading->sums.after && end.seq < event->seq;
}

static enum bt_err fold_number(struct reading *reading, const json_t *sale, char receipt[24])
{
	int64_t shift;

	if (bt_json_text(sale, "receipt", receipt, 24) != BT_OK ||
	    bt_json_int(sale, "shift", 0, INT32_MAX, &shift) != BT_OK)
		return BT_EFORMAT;
	note_receipt(&reading->sums, receipt, shift);
	return BT_OK;
}

static enum bt_err fold_paid(struct reading *reading, const struct bt_event *event, const json_t *sale)
{
	struct bt_shift_sums *sums = &reading->sums;
	enum bt_shift_kind kind = BT_SHIFT_TOKENS;
	char receipt[24];
	bt_paise amount;
	enum bt_err err = bt_json_int(sale, "amount_paise", 1, BT_PAISE_MAX, &amount);

	if (!err)
		err = read_kind(sale, &kind);
	if (!err)
		err = fold_number(reading, sale, receipt);
	if (!err)
		err = each_tender(sale, sums, event->seq, take_tender);
	if (err)
		return err;
	add(&sums->kinds[kind], amount);
	if (sums->abandoned_count > 0 && was_given_up(reading, event))
		take_back(sums, receipt);
	return BT_OK;
}

static enum bt_err fold_intent(struct reading *reading, const struct bt_event *event, const json_t *sale)
{
	char receipt[24];

	(void)event;
	return fold_number(reading, sale, receipt);
}

/* The sale @p event is about, as it was recorded in its event of @p kind. */
static enum bt_err find_sale(struct reading *reading, const struct bt_event *event, enum bt_event_kind kind,
			     json_t **out)
{
	struct bt_event found;
	struct bt_buf text;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(reading->journal, kind, event->sale_id, &found, &text);
	if (!err)
		err = bt_json_parse(found.body, BT_EVENT_BODY_MAX, out, NULL);
	bt_buf_fini(&text);
	return err;
}

static enum bt_err fold_intent_end(struct reading *reading, const struct bt_event *event, const json_t *body)
{
	struct bt_shift_sums *sums = &reading->sums;
	char receipt[24];
	json_t *sale;
	enum bt_err err;

	/* That cash took its place, said after it had ended: counted already. */
	if (bt_json_has(body, "again"))
		return BT_OK;
	err = find_sale(reading, event, BT_EVENT_INTENT, &sale);
	if (err)
		return err;
	err = fold_number(reading, sale, receipt);
	json_decref(sale);
	if (err)
		return err;
	if (sums->abandoned_count < BT_RECEIPT_ABANDONED)
		bt_text_copy(sums->abandoned[sums->abandoned_count], sizeof sums->abandoned[0], receipt);
	sums->abandoned_count++;
	return BT_OK;
}

/* Money goes back the way it came. What only its receipt remembers is given back in cash. */
static enum bt_err fold_refunded(struct reading *reading, const struct bt_event *event, const json_t *body)
{
	bt_paise amount;
	json_t *sale;
	enum bt_err err = bt_json_int(body, "amount_paise", 1, BT_PAISE_MAX, &amount);

	if (err)
		return err;
	add(&reading->sums.refunds, amount);
	err = find_sale(reading, event, BT_EVENT_PAID, &sale);
	if (err == BT_ENOTFOUND) {
		return_tender(&reading->sums, event->seq, CASH, amount);
		return BT_OK;
	}
	if (err)
		return err;
	err = each_tender(sale, &reading->sums, event->seq, return_tender);
	json_decref(sale);
	return err;
}

static enum bt_err fold_deposit(struct reading *reading, const struct bt_event *event, const json_t *body)
{
	bt_paise amount;
	enum bt_err err = bt_json_int(body, "amount_paise", 1, BT_PAISE_MAX, &amount);

	if (err)
		return err;
	add(&reading->sums.deposits, amount);
	reading->sums.cash_seq = event->seq;
	return BT_OK;
}

static enum bt_err read_notes(const json_t *body, struct bt_shift_count *out)
{
	const json_t *list = bt_json_array(body, "notes");
	size_t n = json_array_size(list);

	if (!list || n > BT_RECEIPT_NOTES)
		return BT_EFORMAT;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(list, i);

		struct bt_receipt_note note = {0};

		if (bt_json_int(row, "value_paise", 1, BT_PAISE_MAX, &note.value) != BT_OK ||
		    bt_json_int(row, "pieces", 0, BT_PAISE_MAX / note.value, &note.pieces) != BT_OK)
			return BT_EFORMAT;
		/* Said only where there are any. */
		if (bt_json_has(row, "torn") && bt_json_int(row, "torn", 0, note.pieces, &note.torn) != BT_OK)
			return BT_EFORMAT;
		out->notes[i] = note;
		out->torn += note.value * note.torn;
	}
	out->note_count = (int)n;
	return BT_OK;
}

static enum bt_err fold_count(struct reading *reading, const struct bt_event *event, const json_t *body)
{
	struct bt_shift_sums *sums = &reading->sums;
	struct bt_shift_count count = {.seq = event->seq, .at_ms = event->time_ms};
	enum bt_err err = bt_json_int(body, "total_paise", 0, BT_PAISE_MAX, &count.total);

	if (!err)
		err = bt_json_text(body, "operator", count.operator_id, sizeof count.operator_id);
	if (!err)
		err = read_notes(body, &count);
	if (err)
		return err;
	if (sums->counts >= BT_SHIFT_COUNTS)
		memmove(sums->counted, sums->counted + 1, sizeof sums->counted - sizeof sums->counted[0]);
	else
		sums->counts++;
	sums->counted[sums->counts - 1] = count;
	return BT_OK;
}

static enum bt_err fold_recovered(struct reading *reading, const struct bt_event *event, const json_t *body)
{
	bt_paise amount;
	enum bt_err err = bt_json_int(body, "amount_paise", 1, BT_PAISE_MAX, &amount);

	(void)event;
	if (!err)
		add(&reading->sums.recovered, amount);
	return err;
}

static const struct {
	enum bt_event_kind kind;
	/* NULL: of a shift itself */
	enum bt_err (*fold)(struct reading *reading, const struct bt_event *event, const json_t *body);
} folds[] = {
    {BT_EVENT_PAID, fold_paid},           {BT_EVENT_INTENT, fold_intent},   {BT_EVENT_INTENT_END, fold_intent_end},
    {BT_EVENT_REFUNDED, fold_refunded},   {BT_EVENT_DEPOSIT, fold_deposit}, {BT_EVENT_CASH_COUNT, fold_count},
    {BT_EVENT_RECOVERED, fold_recovered}, {BT_EVENT_SHIFT_OPEN, NULL},      {BT_EVENT_SHIFT_SEALED, NULL},
    {BT_EVENT_SHIFT_CLOSED, NULL},
};

static enum bt_err fold_event(struct reading *reading, const struct bt_event *event)
{
	enum bt_err err = BT_OK;
	json_t *body;

	for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++) {
		if (folds[i].kind != event->kind)
			continue;
		if (!folds[i].fold) {
			reading->sums.shifts_moved = true;
			return BT_OK;
		}
		err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL);
		if (err)
			return err;
		err = folds[i].fold(reading, event, body);
		json_decref(body);
	}
	return err;
}

static bool take_event(void *context, const struct bt_event *event)
{
	struct reading *reading = context;

	if (event->seq > reading->until)
		return false;
	reading->err = fold_event(reading, event);
	return reading->err == BT_OK;
}

enum bt_err bt_shift_sums_read(struct bt_journal *journal, int64_t until, struct bt_shift_sums *sums)
{
	struct reading reading = {.journal = journal, .sums = *sums, .until = until};
	int64_t head = bt_journal_head(journal).seq;
	uint64_t kinds = 0;
	enum bt_err err;

	for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++)
		kinds |= UINT64_C(1) << folds[i].kind;
	reading.sums.shifts_moved = false;
	err = bt_journal_read_some(journal, sums->seq, kinds, take_event, &reading, NULL);
	if (!err)
		err = reading.err;
	if (err)
		return err;
	if (reading.sums.seq < (head < until ? head : until))
		reading.sums.seq = head < until ? head : until;
	*sums = reading.sums;
	return BT_OK;
}

struct bt_shift_sum bt_shift_sums_sold(const struct bt_shift_sums *sums)
{
	struct bt_shift_sum all = {0};

	for (int i = 0; i < BT_SHIFT_KINDS; i++) {
		all.count += sums->kinds[i].count;
		all.paise += sums->kinds[i].paise;
	}
	return all;
}

bt_paise bt_shift_sums_bankable(const struct bt_shift_sums *sums)
{
	bt_paise paise = 0;

	for (size_t i = 0; bt_tender_kinds[i] && i + 1 < BT_SHIFT_TENDERS; i++)
		if (bt_tender_kinds[i]->bankable)
			paise += sums->tenders[i].paise;
	return paise;
}

bt_paise bt_shift_sums_non_bankable(const struct bt_shift_sums *sums)
{
	bt_paise all = 0;

	for (int i = 0; i < BT_SHIFT_TENDERS; i++)
		all += sums->tenders[i].paise;
	return all - bt_shift_sums_bankable(sums);
}

bt_paise bt_shift_sums_to_bank(const struct bt_shift_sums *sums, bt_paise opening_float, bt_paise counted_cash)
{
	bt_paise cheques = bt_shift_sums_bankable(sums) - sums->tenders[place_of(CASH)].paise - sums->refunded_cheques;

	return cheques + (counted_cash > opening_float ? counted_cash - opening_float : 0);
}

bt_paise bt_shift_sums_drawer(const struct bt_shift_sums *sums, bt_paise opening_float)
{
	return opening_float + sums->tenders[place_of(CASH)].paise - sums->refunded_cash - sums->deposits.paise;
}

bool bt_shift_sums_are_counted(const struct bt_shift_sums *sums)
{
	return sums->counts > 0 && sums->cash_seq < sums->counted[sums->counts - 1].seq;
}
