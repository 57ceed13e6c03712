#include "ui/screen/stuck_rows.h"

#include <string.h>

#include "ui/screen/aside.h"
#include "ui/widget/dates.h"

#define CLAIMS_MAX 40
#define DAY_MS     INT64_C(86400000)

/* What an exception says to those at the counter; codes of the head-end are those of the journal upload in
 * assets/api/openapi.yaml, "diverged" is the teller's own. */
static const struct {
	const char *code, *says;
} objections[] = {
    {"diverged", N_("two different tokens")},      {"token_differs", N_("two different tokens")},
    {"malformed", N_("server cannot read it")},    {"paid_missing", N_("server lacks the payment")},
    {"lease_expired", N_("made after the limit")}, {"blocked", N_("given though blocked")},
    {"tid_used", N_("token may not work")},        {"tid_lane", N_("token may not work")},
    {"replaced", N_("new token given")},           {"possible_duplicate", N_("two tokens may be out")},
    {"abandoned", N_("closed by a supervisor")},   {"not_reversed", N_("money back, sale stands")},
    {"key_mismatch", N_("token may not work")},    {"meter_mismatch", N_("meter has changed")},
};

const char *bt_ui_stuck_objection(const char *code)
{
	for (size_t i = 0; i < sizeof(objections) / sizeof(objections[0]); i++) {
		if (strcmp(objections[i].code, code) == 0) {
			return objections[i].says;
		}
	}
	return N_("the server objects");
}

/* ---- one function for each source ---- */

static int add_sales(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max)
{
	struct bt_sale_row sales[BT_STUCK_OURS];
	int count = 0;
	if (desk->shop->open_sales(desk->shop->self, BT_STUCK_OURS < max ? BT_STUCK_OURS : max, sales, &count) !=
	    BT_OK) {
		return 0;
	}
	for (int i = 0; i < count; i++) {
		struct bt_desk_facts facts = bt_desk_facts_of_sale(&sales[i]);
		struct bt_desk_verdict verdict = bt_desk_judge(&facts);
		out[i] = (struct bt_stuck_row){.kind = BT_STUCK_SALE,
					       .amount = sales[i].amount,
					       .where = verdict.where,
					       .urgent = verdict.urgent,
					       .unpaid = verdict.place == BT_PLACE_PAYER,
					       .objected = sales[i].exception,
					       .refused = sales[i].stage == BT_STAGE_REFUSED,
					       .channel = "counter",
					       .since_ms = sales[i].paid_at_ms};
		bt_text_copy(out[i].id, sizeof(out[i].id), sales[i].sale_id);
		bt_text_copy(out[i].connection, sizeof(out[i].connection), sales[i].connection);
	}
	return count;
}

static int add_upi(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max)
{
	struct bt_upi_view views[BT_UPI_WAITING];
	const struct bt_ui_upi *upi = desk->shop->upi;
	int count = upi ? upi->waiting(upi->self, max < BT_UPI_WAITING ? max : BT_UPI_WAITING, views) : 0;
	for (int i = 0; i < count; i++) {
		bool unsure = views[i].stage == BT_UPI_UNSURE;
		out[i] = (struct bt_stuck_row){.kind = BT_STUCK_UPI,
					       .name = views[i].consumer.name,
					       .amount = views[i].amount,
					       .where = bt_ui_upi_where(&views[i]),
					       .urgent = unsure,
					       .unpaid = views[i].nothing_came,
					       .since_ms = views[i].since_ms};
		bt_text_copy(out[i].id, sizeof(out[i].id), views[i].sale_id);
		bt_text_copy(out[i].connection, sizeof(out[i].connection), views[i].consumer.number);
	}
	return count;
}

/* Until a day after its answer was due; what had been given needs nobody any more. */
static bool is_open(const struct bt_claim *claim, int64_t now_ms)
{
	int64_t until = claim->answered && claim->promised_ms ? claim->promised_ms : claim->at_ms;
	return !claim->answered || (strcmp(claim->state, "settled") != 0 && now_ms < until + DAY_MS);
}

static void describe_claim(const struct bt_claim *claim, int64_t now_ms, struct bt_stuck_row *out)
{
	char time[BT_DATE_BYTES] = "";
	bool is_refused = strcmp(claim->state, "refused") == 0;
	bool is_late = claim->answered && !is_refused && now_ms > claim->promised_ms;
	*out = (struct bt_stuck_row){.kind = BT_STUCK_CLAIM,
				     .amount = claim->amount,
				     .where = N_("claim written, not sent"),
				     .urgent = is_refused || is_late,
				     .since_ms = claim->at_ms};
	if (claim->answered) {
		bt_ui_time(claim->promised_ms, time);
		out->where = N_("answer promised by {1}");
	}
	if (claim->answered && strcmp(claim->state, "refund") == 0) {
		out->where = N_("on its way back to the bank");
	}
	if (is_late) {
		out->where = N_("answer was due {1}");
	}
	if (is_refused) {
		out->where = N_("claim not accepted");
	}
	bt_text_copy(out->arg, sizeof(out->arg), time);
	bt_text_copy(out->id, sizeof(out->id), claim->claim_id);
	bt_text_copy(out->connection, sizeof(out->connection), claim->connection);
}

static int add_claims(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max)
{
	struct bt_claim claims[CLAIMS_MAX];
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	int used = 0, count = enquiry ? enquiry->claims(enquiry->self, CLAIMS_MAX, claims) : 0;
	for (int i = 0; i < count && used < max; i++) {
		if (is_open(&claims[i], desk->status.now_ms)) {
			describe_claim(&claims[i], desk->status.now_ms, &out[used++]);
		}
	}
	return used;
}

/* A timer for those who wait, and a line for whoever was not switched on in time. */
static int add_owed(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	const struct bt_desk_owed *owed = NULL;
	char time[BT_DATE_BYTES];
	int count = 0;
	if (!enquiry || !enquiry->owed(enquiry->self, &owed, &count)) {
		return 0;
	}
	for (int i = 0; i < count && i < max; i++) {
		bool late = owed[i].overdue || desk->status.now_ms > owed[i].due_ms;
		bt_ui_time(owed[i].due_ms, time);
		out[i] = (struct bt_stuck_row){.kind = BT_STUCK_OWED,
					       .name = owed[i].name,
					       .where = late ? N_("supply was due {1}") : N_("supply due back {1}"),
					       .urgent = late,
					       .since_ms = owed[i].since_ms};
		bt_text_copy(out[i].arg, sizeof(out[i].arg), time);
		bt_text_copy(out[i].id, sizeof(out[i].id), owed[i].connection);
		bt_text_copy(out[i].connection, sizeof(out[i].connection), owed[i].connection);
	}
	return count < max ? count : max;
}

/* One that a claim is written about already has the claim's row. */
static bool has_claim(const struct bt_ui_desk *desk, const char *connection, const struct bt_account_waiting *waiting)
{
	struct bt_desk_payment payment = {.amount = waiting->amount};
	struct bt_claim claim;
	bt_text_copy(payment.connection, sizeof(payment.connection), connection);
	bt_text_copy(payment.utr, sizeof(payment.utr), waiting->utr);
	return bt_ui_stuck_claim(desk, &payment, &claim);
}

static const char *const claim_channels[BT_CHANNEL_COUNT] = {[BT_CHANNEL_OTHER] = "other",
							     [BT_CHANNEL_COUNTER] = "counter",
							     [BT_CHANNEL_APP] = "app",
							     [BT_CHANNEL_UPI] = "upi",
							     [BT_CHANNEL_WEB] = "other"};

/* What the card of the person in hand warns of. */
static int add_waiting(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_consumer *person = &desk->draft.consumer;
	struct bt_account account;
	int used = 0;
	if (!person->number[0] || !shop->accounts || !shop->enquiry ||
	    shop->accounts->find(shop->self, person->number, &account) != BT_OK) {
		return 0;
	}
	for (int i = 0; i < account.waiting_count && used < max; i++) {
		const struct bt_account_waiting *waiting = &account.waiting[i];
		if (has_claim(desk, person->number, waiting)) {
			continue;
		}
		struct bt_stuck_row *row = &out[used++];
		*row = (struct bt_stuck_row){.kind = BT_STUCK_WAITING,
					     .name = person->name,
					     .amount = waiting->amount,
					     .where = waiting->unsure ? N_("UPI, bank unsure")
						      : waiting->channel == BT_CHANNEL_APP
							  ? N_("app paid, no token")
							  : N_("paid elsewhere, no token"),
					     .urgent = true,
					     .channel = claim_channels[waiting->channel],
					     .since_ms = waiting->paid_at_ms};
		bt_text_copy(row->id, sizeof(row->id), waiting->payment_id);
		bt_text_copy(row->connection, sizeof(row->connection), person->number);
		bt_text_copy(row->utr, sizeof(row->utr), waiting->utr);
	}
	return used;
}

static const struct {
	int (*add)(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max);
	enum bt_stuck_filter filter;
} sources[] = {
    {add_sales, BT_STUCK_OWN}, {add_upi, BT_STUCK_OWN},     {add_claims, BT_STUCK_APP},
    {add_owed, BT_STUCK_APP},  {add_waiting, BT_STUCK_APP},
};

/* Oldest first; those of one moment keep their order. Nearly sorted as it comes. */
static void sort(struct bt_stuck_row *rows, int count)
{
	for (int i = 1; i < count; i++) {
		struct bt_stuck_row row = rows[i];
		int at = i;
		while (at > 0 && rows[at - 1].since_ms > row.since_ms) {
			rows[at] = rows[at - 1];
			at--;
		}
		rows[at] = row;
	}
}

int bt_ui_stuck_gather(const struct bt_ui_desk *desk, enum bt_stuck_filter filter, struct bt_stuck_row *out, int max)
{
	int count = 0;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (filter == BT_STUCK_ALL || filter == sources[i].filter) {
			count += sources[i].add(desk, out + count, max - count);
		}
	}
	sort(out, count);
	return count;
}

/* ---- what was found ---- */

bool bt_ui_stuck_claim(const struct bt_ui_desk *desk, const struct bt_desk_payment *payment, struct bt_claim *out)
{
	struct bt_claim claims[CLAIMS_MAX];
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	int count = enquiry ? enquiry->claims(enquiry->self, CLAIMS_MAX, claims) : 0;
	for (int i = 0; i < count; i++) {
		bool same = strcmp(claims[i].connection, payment->connection) == 0 &&
			    claims[i].amount == payment->amount && strcmp(claims[i].utr, payment->utr) == 0;
		if (same && strcmp(claims[i].state, "refused") != 0) {
			*out = claims[i];
			return true;
		}
	}
	return false;
}

struct bt_desk_verdict bt_ui_stuck_judge(const struct bt_ui_desk *desk, const struct bt_desk_payment *payment)
{
	struct bt_claim claim;
	bool claimed = bt_ui_stuck_claim(desk, payment, &claim);
	struct bt_desk_facts facts =
	    bt_desk_facts_of_payment(payment, claimed, desk->status.server != BT_BREAKER_OFFLINE);
	facts.refund_ordered = claimed && strcmp(claim.note, "refund") == 0;
	return bt_desk_judge(&facts);
}

int bt_ui_stuck_found(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	const struct bt_desk_payment *found = NULL;
	int count = 0;
	if (!enquiry || enquiry->found(enquiry->self, &found, &count) != BT_DESK_ANSWERED) {
		return 0;
	}
	for (int i = 0; i < count && i < max; i++) {
		struct bt_desk_verdict verdict = bt_ui_stuck_judge(desk, &found[i]);
		out[i] = (struct bt_stuck_row){.kind = BT_STUCK_PAYMENT,
					       .name = found[i].name,
					       .amount = found[i].amount,
					       .where = verdict.where,
					       .urgent = verdict.urgent,
					       .unpaid = verdict.place == BT_PLACE_PAYER,
					       .since_ms = found[i].paid_at_ms};
		bt_text_copy(out[i].id, sizeof(out[i].id), found[i].payment_id);
		bt_text_copy(out[i].connection, sizeof(out[i].connection), found[i].connection);
	}
	return count < max ? count : max;
}
