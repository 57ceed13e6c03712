/* The reports of a shift on paper: sent through the same hands as every slip, and on record like them. */
#include "core/sale/teller_work.h"

#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/shift/book.h"

#define COPIES_SEARCHED 20000 /* slips printed since the seal */
#define JOB_FORM        "shift-%lld-%c"

static const char *slip_of(enum bt_receipt_kind kind)
{
	return kind == BT_RECEIPT_SHIFT_X ? "shift_x" : "shift_z";
}

static enum bt_err record_report(struct bt_teller *teller, int64_t shift, const char *slip, int copy,
				 const char *result)
{
	struct bt_teller_batch batch = {0};
	enum bt_err err =
	    bt_teller_add(&batch, BT_EVENT_PRINTED, "",
			  json_pack("{s:i, s:s, s:s, s:I, s:s}", "copy", copy, "operator", teller->operator_id,
				    "result", result, "shift", (json_int_t)shift, "slip", slip));

	return err ? err : bt_teller_commit(teller, &batch, NULL);
}

/* How many of this report were printed by then; -1: it is of something else. */
static int read_copy(const json_t *body, int64_t shift, const char *slip)
{
	int64_t copy, of;
	char result[16], name[16];

	if (!bt_json_has(body, "shift") || bt_json_int(body, "shift", 1, INT32_MAX, &of) != BT_OK || of != shift ||
	    bt_json_text(body, "slip", name, sizeof name) != BT_OK || strcmp(name, slip) != 0 ||
	    bt_json_text(body, "result", result, sizeof result) != BT_OK ||
	    bt_json_int(body, "copy", 1, 1000000, &copy) != BT_OK)
		return -1;
	return strcmp(result, "failed") == 0 ? (int)copy - 1 : (int)copy;
}

/* A Z is printed once, and what follows are copies. An X is of its moment: each is an original. */
static int find_copies(struct bt_teller *teller, const struct bt_receipt_shift *shift, enum bt_receipt_kind kind,
		       int64_t *first_ms)
{
	struct bt_event event;
	struct bt_shift of;
	struct bt_buf text;
	int copies = 0;

	if (kind != BT_RECEIPT_SHIFT_Z || bt_shift_find(teller->parts.journal, shift->number, &of) != BT_OK)
		return 0;
	event.seq = of.until;
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	for (int i = 0; i < COPIES_SEARCHED; i++) {
		json_t *body;
		int read;

		if (bt_journal_next(teller->parts.journal, BT_EVENT_PRINTED, event.seq, &event, &text) != BT_OK)
			break;
		if (event.sale_id[0] || bt_json_parse(event.body, BT_EVENT_BODY_MAX, &body, NULL) != BT_OK)
			continue;
		read = read_copy(body, shift->number, slip_of(kind));
		json_decref(body);
		if (read > 0 && copies == 0)
			*first_ms = event.time_ms;
		copies = read >= 0 ? read : copies;
	}
	bt_buf_fini(&text);
	return copies;
}

/* By name, as everybody at the counter knows him; one who is no longer among the operators by number. */
static void name_operator(const struct bt_enrolment *enrolment, const char *id, struct bt_receipt_name *out)
{
	const struct bt_operator *person = bt_enrolment_operator(enrolment, id);

	if (person) {
		bt_teller_slip_name(out, &person->name);
		return;
	}
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		bt_text_copy(out->text[lang], sizeof out->text[lang], id);
}

static void gather(struct bt_teller *teller, const struct bt_receipt_shift *shift, const char *clerk,
		   struct bt_receipt_facts *facts)
{
	const struct bt_enrolment *enrolment = teller->parts.enrolment;
	const struct bt_head head = bt_journal_head(teller->parts.journal);
	int64_t first_ms = 0;

	*facts = (struct bt_receipt_facts){.kind = shift->until_ms ? BT_RECEIPT_SHIFT_Z : BT_RECEIPT_SHIFT_X,
					   .training = teller->parts.training};
	facts->copy = find_copies(teller, shift, facts->kind, &first_ms) + 1;
	facts->paid_at_ms = bt_teller_now(teller);
	bt_teller_slip_name(&facts->utility, &enrolment->utility);
	bt_teller_slip_name(&facts->counter, &enrolment->counter);
	name_operator(enrolment, clerk, &facts->clerk);
	name_operator(enrolment, shift->sealed_by, &facts->sealed_by);
	name_operator(enrolment, shift->closed_by, &facts->closed_by);
	bt_text_copy(facts->terminal, sizeof facts->terminal, enrolment->terminal);
	bt_text_copy(facts->complaint, sizeof facts->complaint, enrolment->complaint);
	(void)bt_text_printf(facts->receipt_number, sizeof facts->receipt_number, "%c-%.7s-%04lld",
			     shift->until_ms ? 'Z' : 'X', enrolment->terminal, (long long)shift->number);
	bt_hex_encode((struct bt_bytes){head.hash, 8}, facts->head);
	bt_teller_slip_copy(teller, BT_REPRINT_ASKED, first_ms, facts);
}

enum bt_err bt_teller_report(struct bt_teller *teller, const struct bt_receipt_shift *shift, const char *clerk,
			     enum bt_receipt_lang lang, struct bt_receipt *out)
{
	struct bt_receipt_facts facts;
	struct bt_receipt_form form;

	gather(teller, shift, clerk, &facts);
	if (teller->parts.form)
		return bt_form_compose(teller->parts.form, &facts, shift, teller->parts.words, lang, out);
	bt_form_default(&form);
	return bt_form_compose(&form, &facts, shift, teller->parts.words, lang, out);
}

enum bt_err bt_teller_print_report(struct bt_teller *teller, const struct bt_receipt_shift *shift, const char *clerk)
{
	const struct bt_sink *sink = teller->parts.sink;
	enum bt_receipt_kind kind = shift->until_ms ? BT_RECEIPT_SHIFT_Z : BT_RECEIPT_SHIFT_X;
	struct bt_print_job job = {0};
	enum bt_err err;

	if (!sink)
		return BT_ESTATE;
	err = bt_teller_report(teller, shift, clerk, bt_teller_slip_lang(teller, kind), &job.receipt);
	if (err)
		return err;
	job.copy = job.receipt.copy;
	snprintf(job.sale_id, sizeof job.sale_id, JOB_FORM, (long long)shift->number,
		 kind == BT_RECEIPT_SHIFT_X ? 'x' : 'z');
	err = record_report(teller, shift->number, slip_of(kind), job.copy, BT_SLIP_SENDING);
	if (err)
		return err;
	err = sink->submit(sink->self, &job);
	if (err)
		(void)!record_report(teller, shift->number, slip_of(kind), job.copy, "failed");
	return err;
}

bool bt_teller_report_printed(struct bt_teller *teller, const struct bt_print_result *result)
{
	enum bt_slip_event event;
	long long shift;
	char letter;

	if (sscanf(result->sale_id, JOB_FORM, &shift, &letter) != 2)
		return false;
	(void)!record_report(teller, shift, slip_of(letter == 'x' ? BT_RECEIPT_SHIFT_X : BT_RECEIPT_SHIFT_Z),
			     result->copy, bt_teller_outcome(result->state, &event));
	teller->changed = true;
	return true;
}
