/* The desk for stuck recharges behind the table the screens know (ui/screen/shop_desk.h). */
#include <string.h>

#include "ui/counter_parts.h"

#define CLAIMS_MAX 40 /* as many as can still be on the page */

enum bt_err bt_counter_open_desk(struct bt_counter *counter)
{
	struct bt_desk_parts parts = {
	    .clock = &counter->clock, .wire = counter->has_wire ? &counter->wire : NULL, .log = counter->log};

	return bt_desk_open(&parts, &counter->desk);
}

static bool answers(const struct bt_counter *counter)
{
	return counter->has_wire && counter->breaker.state != BT_BREAKER_OFFLINE;
}

static enum bt_err find(void *self, const char *text)
{
	struct bt_counter *counter = self;

	return answers(counter) ? bt_desk_find(counter->desk, text) : BT_EUNREACHABLE;
}

static enum bt_desk_state found(void *self, const struct bt_desk_payment **out, int *count)
{
	return bt_desk_found(((struct bt_counter *)self)->desk, out, count);
}

static bool owed(void *self, const struct bt_desk_owed **out, int *count)
{
	struct bt_counter *counter = self;

	if (answers(counter))
		bt_desk_look_at_owed(counter->desk);
	return bt_desk_owed(counter->desk, out, count);
}

static int claims(void *self, int max, struct bt_claim *out)
{
	int count = 0;

	return bt_claim_list(((struct bt_counter *)self)->journal, max, out, &count) == BT_OK ? count : 0;
}

static bool person(void *self, const char *connection, struct bt_consumer *out)
{
	return bt_directory_find(((struct bt_counter *)self)->directory, connection, out) == BT_OK;
}

/* @p refused_by: who saw that the meter refuses its token, "" nobody. */
static enum bt_err ask_for_token(struct bt_counter *counter, const struct bt_desk_payment *payment,
				 const char *refused_by)
{
	struct bt_docket_view view = {
	    .amount = payment->amount, .paid_at_ms = payment->paid_at_ms, .gives_token = payment->meter[0] != '\0'};

	bt_text_copy(view.sale_id, sizeof view.sale_id, payment->sale_id);
	bt_text_copy(view.terminal, sizeof view.terminal, payment->channel);
	bt_text_copy(view.consumer.number, sizeof view.consumer.number, payment->connection);
	bt_text_copy(view.consumer.meter, sizeof view.consumer.meter, payment->meter);
	bt_text_copy(view.refused_by, sizeof view.refused_by, refused_by);
	bt_teller_docket_take(counter->teller, &view);
	bt_teller_docket_view(counter->teller, &view);
	return view.state == BT_DOCKET_DELIVERED ? BT_OK : bt_teller_docket_finish(counter->teller);
}

static enum bt_err finish(void *self, const struct bt_desk_payment *payment)
{
	return ask_for_token(self, payment, "");
}

/* The payment of the newest answer, NULL when it is not in it. */
static const struct bt_desk_payment *find_payment(const struct bt_counter *counter, const char *payment_id)
{
	const struct bt_desk_payment *list;
	int count = 0;

	(void)bt_desk_found(counter->desk, &list, &count);
	for (int i = 0; i < count; i++)
		if (strcmp(list[i].payment_id, payment_id) == 0)
			return &list[i];
	return NULL;
}

/* Somebody has looked at the meter, and answers for it. */
static enum bt_err reissue(void *self, const char *payment_id, const struct bt_approval *approval,
			   enum bt_denial *denial)
{
	struct bt_counter *counter = self;
	const struct bt_desk_payment *payment = find_payment(counter, payment_id);

	(void)denial;
	if (!bt_counter_use_approval(counter, approval))
		return BT_EAUTH;
	return payment ? ask_for_token(counter, payment, approval->by) : BT_ENOTFOUND;
}

/* ---- claims ---- */

static const struct {
	const char *code;
	struct bt_receipt_name name;
} channels[] = {
    {"app", {{"Mobile app", "मोबाइल ऐप"}}},
    {"upi", {{"UPI", "UPI"}}},
    {"bank", {{"Bank", "बैंक"}}},
    {"counter", {{"Counter", "काउंटर"}}},
    {"other", {{"Another way", "किसी और तरह"}}},
};

static void write_name(struct bt_receipt_name *out, const struct bt_dual *in)
{
	bt_text_copy(out->text[BT_LANG_EN], sizeof out->text[BT_LANG_EN], bt_dual_get(in, BT_LANG_EN));
	bt_text_copy(out->text[BT_LANG_HI], sizeof out->text[BT_LANG_HI], bt_dual_get(in, BT_LANG_HI));
}

static void gather(const struct bt_counter *counter, const struct bt_claim *claim, struct bt_receipt_facts *facts)
{
	const struct bt_enrolment *enrolment = &counter->enrolment;
	const struct bt_operator *clerk = bt_enrolment_operator(enrolment, claim->operator_id);
	struct bt_consumer consumer;

	*facts = (struct bt_receipt_facts){.kind = BT_RECEIPT_STUCK,
					   .training = counter->purpose == BT_FOR_TRAINING,
					   .copy = 1,
					   .paid_at_ms = claim->paid_on_ms,
					   .amount = claim->amount,
					   .claimed_at_ms = claim->at_ms,
					   .promised_ms = claim->answered ? claim->promised_ms : 0};
	write_name(&facts->utility, &enrolment->utility);
	write_name(&facts->counter, &enrolment->counter);
	if (clerk)
		write_name(&facts->clerk, &clerk->name);
	if (bt_directory_find(counter->directory, claim->connection, &consumer) == BT_OK) {
		write_name(&facts->consumer, &consumer.name);
		bt_text_copy(facts->meter, sizeof facts->meter, consumer.meter);
	}
	for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
		if (strcmp(channels[i].code, claim->channel) == 0)
			facts->channel = channels[i].name;
	bt_text_copy(facts->terminal, sizeof facts->terminal, enrolment->terminal);
	bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, claim->number);
	bt_text_copy(facts->tender_reference, sizeof facts->tender_reference, claim->utr);
	bt_text_copy(facts->connection, sizeof facts->connection, claim->connection);
	bt_text_copy(facts->complaint, sizeof facts->complaint, enrolment->complaint);
}

static enum bt_err print_claim(struct bt_counter *counter, const struct bt_claim *claim)
{
	struct bt_receipt_facts facts;
	struct bt_print_job job = {.copy = 1};
	enum bt_receipt_lang lang = bt_form_lang(&counter->form, BT_RECEIPT_STUCK, counter->config.receipt_language);
	enum bt_err err;

	if (!counter->has_sink)
		return BT_ESTATE;
	gather(counter, claim, &facts);
	bt_text_copy(job.sale_id, sizeof job.sale_id, claim->claim_id);
	err = bt_form_compose(&counter->form, &facts, NULL, counter->words, lang, &job.receipt);
	return err ? err : counter->sink.submit(counter->sink.self, &job);
}

static enum bt_err write_claim(struct bt_counter *counter, struct bt_claim *claim)
{
	struct bt_fault fault = {0};
	enum bt_err err;

	if (counter->person)
		bt_text_copy(claim->operator_id, sizeof claim->operator_id, counter->person->id);
	err = bt_claim_write(counter->journal, counter->enrolment.terminal, &counter->random,
			     bt_clock_wall_ms(&counter->record_clock), claim, &fault);
	if (err) {
		bt_log_line(counter->log, "desk", "claim not written: %s (%s)", bt_err_name(err), fault.what);
		return err;
	}
	bt_sync_note_claim(counter->sync);
	counter->counts.known = false;
	/* The claim is on record either way; the screen has the key to print it again. */
	err = print_claim(counter, claim);
	if (err)
		bt_log_line(counter->log, "desk", "docket of %s not printed: %s", claim->number, bt_err_name(err));
	return BT_OK;
}

static enum bt_err claim(void *self, struct bt_claim *made)
{
	return write_claim(self, made);
}

static enum bt_err print(void *self, const char *claim_id)
{
	struct bt_claim list[CLAIMS_MAX];
	int count = claims(self, CLAIMS_MAX, list);

	for (int i = 0; i < count; i++)
		if (strcmp(list[i].claim_id, claim_id) == 0)
			return print_claim(self, &list[i]);
	return BT_ENOTFOUND;
}

static enum bt_err print_list(void *self, struct bt_receipt_list *list)
{
	struct bt_counter *counter = self;
	const struct bt_enrolment *enrolment = &counter->enrolment;
	struct bt_print_job job = {.copy = 1}; /* of no sale: its result is nobody's */
	enum bt_err err;

	if (!counter->has_sink)
		return BT_ESTATE;
	list->training = counter->purpose == BT_FOR_TRAINING;
	list->at_ms = bt_clock_trust_best(&bt_sync_state(counter->sync)->trust, &counter->clock);
	write_name(&list->utility, &enrolment->utility);
	write_name(&list->counter, &enrolment->counter);
	if (counter->person)
		write_name(&list->clerk, &counter->person->name);
	err = bt_receipt_list_compose(list, counter->words, counter->config.receipt_language, &job.receipt);
	return err ? err : counter->sink.submit(counter->sink.self, &job);
}

/* The money never was in this drawer: only the head-end sends it back, and closes the sale before it says so. */
static enum bt_err order(void *self, const char *payment_id, const struct bt_approval *approval, enum bt_denial *denial)
{
	struct bt_counter *counter = self;
	struct bt_claim made = {.note = "refund"};
	const struct bt_desk_payment *payment = find_payment(counter, payment_id);

	(void)denial;
	if (!bt_counter_use_approval(counter, approval))
		return BT_EAUTH;
	if (!payment)
		return BT_ENOTFOUND;
	made.amount = payment->amount;
	made.paid_on_ms = payment->paid_at_ms;
	bt_text_copy(made.connection, sizeof made.connection, payment->connection);
	bt_text_copy(made.utr, sizeof made.utr, payment->utr);
	bt_text_copy(made.channel, sizeof made.channel, payment->channel);
	bt_text_copy(made.approved_by, sizeof made.approved_by, approval->by);
	return write_claim(counter, &made);
}

struct bt_ui_enquiry bt_counter_enquiry(struct bt_counter *counter)
{
	return (struct bt_ui_enquiry){.self = counter,
				      .find = find,
				      .found = found,
				      .owed = owed,
				      .claims = claims,
				      .person = person,
				      .finish = finish,
				      .claim = claim,
				      .print = print,
				      .print_list = print_list,
				      .order = order,
				      .reissue = reissue};
}
