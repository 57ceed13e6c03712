/* Dockets of other terminals: finished by the head-end alone, delivered here, on record before anybody sees it, and
 * never money of this terminal. PROTOCOL S4, T1. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/random.h"
#include "core/sts/identity.h"

/* The clerk and the consumer look at the page meanwhile; both can turn to something else at any time. */
#define CALL_DEADLINE_MS 10000
#define CALL_GRACE_MS    5000
#define NAME_COLUMNS     48

void bt_teller_describe_key(const struct bt_sale *sale, struct bt_record_docket *out)
{
	const struct bt_sts_key_id *key = &sale->key;

	*out = (struct bt_record_docket){.has_key = sale->has_tid};
	if (!sale->has_tid)
		return;
	bt_text_copy(out->sgc, sizeof out->sgc, key->sgc);
	bt_text_copy(out->ti, sizeof out->ti, key->ti);
	bt_text_copy(out->ea, sizeof out->ea, key->ea);
	bt_text_copy(out->dkga, sizeof out->dkga, key->dkga);
	bt_text_copy(out->kcv, sizeof out->kcv, key->kcv);
	out->krn = key->krn;
	out->kt = key->kt;
	out->ken = key->ken;
	out->base = key->base;
}

/* ---- what the text is ---- */

/* "D-0142-0611-087-7" as it is written, from what was typed: blanks and a small d are forgiven, the check digit is not.
 * @return BT_OK, BT_EINPUT (no such number), BT_EFORMAT (a digit is wrong). */
static enum bt_err read_number(const char *text, char out[28], char terminal[8])
{
	char digits[28], plain[28];
	size_t len = 0, dashes = 0, used = 0, first = 0;

	if ((text[0] == 'D' || text[0] == 'd') && text[1] == '-')
		text += 2;
	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (len + 1 >= sizeof plain - 2 || ((*text < '0' || *text > '9') && *text != '-'))
			return BT_EINPUT;
		plain[len++] = *text;
		if (*text != '-')
			digits[used++] = *text;
		else if (dashes++ == 0)
			first = len - 1;
	}
	plain[len] = digits[used] = '\0';
	if (dashes != 3 || first < 1 || first > 6 || used < 9 || plain[len - 1] == '-' || plain[len - 2] != '-')
		return BT_EINPUT;
	if (bt_luhn_digit(digits, used - 1) != digits[used - 1])
		return BT_EFORMAT;
	bt_text_printf(out, 28, "D-%s", plain);
	plain[first] = '\0';
	return bt_text_copy(terminal, 8, plain);
}

static bool is_ours(const struct bt_teller *teller, const char *terminal)
{
	return strcmp(terminal, teller->parts.enrolment->terminal) == 0;
}

static void view_record(struct bt_teller *teller, const struct bt_receipt_record *record, struct bt_docket_view *view)
{
	*view = (struct bt_docket_view){.state = BT_DOCKET_READY,
					.amount = record->amount,
					.dues = record->dues,
					.duty = record->duty,
					.units = record->units,
					.tid = record->tid,
					.paid_at_ms = record->paid_at_ms,
					.is_known = true,
					.has_paper = true};
	view->gives_token = record->is_docket ? strcmp(record->delivery, "token") == 0 : record->units > 0;
	bt_text_copy(view->sale_id, sizeof view->sale_id, record->sale_id);
	bt_text_copy(view->terminal, sizeof view->terminal, record->terminal);
	if (record->is_docket)
		bt_text_printf(view->number, sizeof view->number, "D-%s", record->receipt);
	bt_teller_docket_name(teller, view, record->connection, record->drn);
}

/* Another terminal's key is not known here: the head-end judges its signature. Our own we know. */
static enum bt_docket_found read_record(struct bt_teller *teller, const char *text, struct bt_docket_view *view,
					char own_sale_id[37])
{
	static const uint8_t nobody[BT_ED25519_PUBLIC_LEN] = {0};
	const struct bt_signer *signer = teller->parts.signer;
	struct bt_receipt_record record;
	struct bt_sale_row row;
	enum bt_err err = bt_record_decode(text, signer ? bt_signer_public(signer) : nobody, &record);

	if (err && err != BT_EAUTH)
		return BT_DOCKET_DAMAGED;
	if (is_ours(teller, record.terminal) && err)
		return BT_DOCKET_DAMAGED;
	if (is_ours(teller, record.terminal) && bt_journal_sale(teller->parts.journal, record.sale_id, &row) == BT_OK) {
		bt_text_copy(own_sale_id, 37, record.sale_id);
		return BT_DOCKET_OURS;
	}
	/* The oldest slips of something credited cannot be told from dockets of their time. */
	if (record.token[0] || (!record.is_docket && record.version > 1))
		return BT_DOCKET_SLIP;
	view_record(teller, &record, view);
	return BT_DOCKET_ELSEWHERE;
}

/* ---- asking ---- */

static enum bt_err submit(struct bt_teller *teller, struct bt_call *call)
{
	struct bt_teller_docket *docket = &teller->docket;
	enum bt_err err;

	call->id = teller->next_call++;
	call->deadline_ms = CALL_DEADLINE_MS;
	call->era = teller->era;
	err = bt_wire_submit(teller->parts.wire, call);
	docket->asking = err == BT_OK;
	docket->call_id = call->id;
	docket->until_boot_ms = bt_clock_boot_ms(teller->parts.clock) + CALL_DEADLINE_MS + CALL_GRACE_MS;
	teller->changed = true;
	return err;
}

static void look_up(struct bt_teller *teller)
{
	struct bt_docket_view *view = &teller->docket.view;
	struct bt_call call = {.kind = BT_CALL_DOCKET};

	view->state = BT_DOCKET_NEEDS_SERVER;
	bt_text_copy(call.text, sizeof call.text, view->number);
	if (bt_teller_server_answers(teller) && submit(teller, &call) == BT_OK)
		view->state = BT_DOCKET_LOOKING;
}

enum bt_docket_found bt_teller_docket_open(struct bt_teller *teller, const char *text, char own_sale_id[37])
{
	struct bt_teller_docket *docket = &teller->docket;
	struct bt_docket_view view = {.gives_token = true};
	struct bt_sale_row row;
	enum bt_err err;

	if (bt_record_is(text)) {
		enum bt_docket_found found = read_record(teller, text, &view, own_sale_id);

		if (found != BT_DOCKET_ELSEWHERE)
			return found;
	} else {
		err = read_number(text, view.number, view.terminal);
		if (err)
			return err == BT_EFORMAT ? BT_DOCKET_DAMAGED : BT_DOCKET_NOT;
		if (is_ours(teller, view.terminal) &&
		    bt_journal_sale_by_receipt(teller->parts.journal, view.number, &row) == BT_OK) {
			bt_text_copy(own_sale_id, 37, row.sale_id);
			return BT_DOCKET_OURS;
		}
	}
	*docket = (struct bt_teller_docket){.view = view};
	teller->changed = true;
	if (bt_teller_docket_find(teller, &view, docket))
		return BT_DOCKET_ELSEWHERE;
	if (view.has_paper)
		bt_text_copy(docket->text, sizeof docket->text, text);
	else
		look_up(teller);
	return BT_DOCKET_ELSEWHERE;
}

void bt_teller_docket_take(struct bt_teller *teller, const struct bt_docket_view *payment)
{
	struct bt_teller_docket *docket = &teller->docket;
	struct bt_teller_docket before;
	struct bt_docket_view view = {.state = BT_DOCKET_READY,
				      .amount = payment->amount,
				      .paid_at_ms = payment->paid_at_ms,
				      .gives_token = payment->gives_token,
				      .is_known = true};

	bt_text_copy(view.sale_id, sizeof view.sale_id, payment->sale_id);
	bt_text_copy(view.terminal, sizeof view.terminal, payment->terminal);
	bt_text_copy(view.refused_by, sizeof view.refused_by, payment->refused_by);
	bt_teller_docket_name(teller, &view, payment->consumer.number, payment->consumer.meter);
	*docket = (struct bt_teller_docket){.view = view};
	teller->changed = true;
	/* The one that the meter refused is not what is asked for. */
	if (bt_teller_docket_find(teller, &view, &before) && (!view.refused_by[0] || before.view.refused_by[0]))
		*docket = before;
}

bool bt_teller_docket_replaced(struct bt_teller *teller, const char *sale_id, struct bt_docket_view *out)
{
	struct bt_teller_docket given;

	if (!bt_teller_docket_find_replaced(teller, sale_id, &given))
		return false;
	*out = given.view;
	return true;
}

/* A docket of an older Batti does not say enough: the head-end goes by what it has, then. */
static enum bt_err ask_to_finish(struct bt_teller *teller)
{
	struct bt_teller_docket *docket = &teller->docket;
	struct bt_call call = {.kind = BT_CALL_FINISH};
	enum bt_err err;

	if (docket->view.number[0])
		call.body = bt_bytes_of(docket->text);
	bt_text_copy(call.text, sizeof call.text, docket->view.refused_by);
	bt_text_copy(call.sale_id, sizeof call.sale_id, docket->view.sale_id);
	err = submit(teller, &call);
	if (!err)
		docket->view.state = BT_DOCKET_ASKING;
	return err;
}

enum bt_err bt_teller_docket_finish(struct bt_teller *teller)
{
	struct bt_teller_docket *docket = &teller->docket;
	enum bt_docket_state state = docket->view.state;

	if (docket->asking || teller->stopped ||
	    (state != BT_DOCKET_READY && state != BT_DOCKET_REFUSED && state != BT_DOCKET_UNANSWERED &&
	     state != BT_DOCKET_NEEDS_SERVER))
		return BT_ESTATE;
	if (!bt_teller_server_answers(teller))
		return BT_EUNREACHABLE;
	docket->era_told = false;
	docket->view.code[0] = '\0';
	if (docket->view.sale_id[0])
		return ask_to_finish(teller);
	look_up(teller);
	return docket->asking ? BT_OK : BT_EFULL;
}

/* ---- answers ---- */

/* A token where one is due, and the one of this docket: its minute stands on the paper (PROTOCOL T2). Its units may
 * have been agreed anew since (PROTOCOL S3). */
static bool fits(const struct bt_docket_view *view, const struct bt_answer *answer)
{
	if (view->is_known && view->has_paper && view->gives_token != (answer->token[0] != '\0'))
		return false;
	return !answer->token[0] || view->tid == 0 || view->tid == answer->tid;
}

static void deliver(struct bt_teller *teller, const struct bt_answer *answer)
{
	struct bt_docket_view *view = &teller->docket.view;

	if (!fits(view, answer)) {
		bt_log_line(teller->parts.log, "docket", "%s: the answer is of another token", view->sale_id);
		view->state = BT_DOCKET_DIFFERS;
		return;
	}
	bt_text_copy(view->token, sizeof view->token, answer->token);
	view->gives_token = answer->token[0] != '\0';
	view->key_tokens = answer->key_change.tokens;
	view->units = answer->units;
	view->tid = answer->tid;
	view->delivered_at_ms = bt_teller_now(teller);
	if (bt_teller_docket_record(teller, 0, "") != BT_OK) {
		explicit_bzero(view->token, sizeof view->token);
		view->key_tokens.count = 0;
		view->state = BT_DOCKET_UNRECORDED;
		return;
	}
	view->state = BT_DOCKET_DELIVERED;
	bt_teller_docket_print(teller);
}

static void refuse(struct bt_docket_view *view, const struct bt_answer *answer)
{
	view->state = BT_DOCKET_REFUSED;
	bt_text_copy(view->code, sizeof view->code, answer->code);
	bt_text_copy(view->refusal_en, sizeof view->refusal_en, answer->message_en);
	bt_text_copy(view->refusal_hi, sizeof view->refusal_hi, answer->message_hi);
}

static void take_finish(struct bt_teller *teller, const struct bt_answer *answer)
{
	struct bt_teller_docket *docket = &teller->docket;

	if (answer->fault.err == BT_OK) {
		deliver(teller, answer);
		return;
	}
	docket->view.state = BT_DOCKET_UNANSWERED;
	if (answer->fault.err != BT_EREFUSED)
		return;
	if (strcmp(answer->code, "era") == 0 && answer->era > teller->era && !docket->era_told) {
		/* Nothing was committed; under the era that it names the same may be asked again (PROTOCOL H4). */
		teller->era = answer->era;
		docket->era_told = true;
		if (ask_to_finish(teller) == BT_OK)
			return;
	}
	refuse(&docket->view, answer);
}

static void clean_dual(const json_t *o, const char *key, struct bt_dual *out)
{
	const json_t *words = bt_json_object(o, key);
	const char *en = json_string_value(json_object_get(words, "en")),
		   *hi = json_string_value(json_object_get(words, "hi"));

	bt_text_clean(en ? en : "", en ? strlen(en) : 0, NAME_COLUMNS, out->en, sizeof out->en);
	bt_text_clean(hi ? hi : "", hi ? strlen(hi) : 0, NAME_COLUMNS, out->hi, sizeof out->hi);
}

static enum bt_err read_known(struct bt_teller *teller, const json_t *o, struct bt_docket_view *view)
{
	char connection[16], meter[14], terminal[8], sale_id[37], status[16];
	int64_t amount, paid_at, units = 0;

	if (bt_json_text(o, "sale_id", sale_id, sizeof sale_id) != BT_OK || !bt_uuid7_is(sale_id) ||
	    bt_json_text(o, "terminal", terminal, sizeof terminal) != BT_OK || strcmp(terminal, view->terminal) != 0 ||
	    bt_json_text(o, "connection", connection, sizeof connection) != BT_OK ||
	    bt_json_text(o, "meter", meter, sizeof meter) != BT_OK || !bt_text_is_clean(connection) ||
	    !bt_text_is_clean(meter) || bt_json_text(o, "status", status, sizeof status) != BT_OK ||
	    bt_json_int(o, "amount_paise", 0, BT_PAISE_MAX, &amount) != BT_OK ||
	    bt_json_int(o, "paid_at", 0, INT64_MAX, &paid_at) != BT_OK ||
	    bt_json_int(o, "units", 0, INT32_MAX, &units) != BT_OK)
		return BT_EFORMAT;
	bt_text_copy(view->sale_id, sizeof view->sale_id, sale_id);
	view->amount = amount;
	view->paid_at_ms = paid_at;
	view->units = units;
	view->is_known = true;
	view->was_given = strcmp(status, "committed") == 0;
	clean_dual(o, "counter", &view->counter);
	bt_teller_docket_name(teller, view, connection, meter);
	return BT_OK;
}

static void take_known(struct bt_teller *teller, const struct bt_answer *answer)
{
	struct bt_docket_view *view = &teller->docket.view;
	json_t *o = NULL;
	enum bt_err err = answer->fault.err;

	if (err == BT_EREFUSED) {
		refuse(view, answer);
		return;
	}
	if (!err)
		err = bt_json_parse(bt_buf_view(&answer->body), bt_call_reply_max(BT_CALL_DOCKET), &o, NULL);
	if (!err)
		err = read_known(teller, o, view);
	json_decref(o);
	view->state = err ? BT_DOCKET_NEEDS_SERVER : BT_DOCKET_READY;
}

bool bt_teller_docket_answer(struct bt_teller *teller, const struct bt_answer *answer)
{
	struct bt_teller_docket *docket = &teller->docket;

	if (answer->kind != BT_CALL_DOCKET && answer->kind != BT_CALL_FINISH)
		return false;
	/* Of a docket that was laid aside: whoever comes with it again gets the same digits. */
	if (!docket->asking || docket->call_id != answer->id)
		return true;
	docket->asking = false;
	teller->changed = true;
	bt_breaker_note(teller->parts.breaker, answer->fault.err, answer->latency_ms, teller->parts.slow_ms,
			bt_clock_boot_ms(teller->parts.clock), teller->parts.random);
	if (answer->kind == BT_CALL_DOCKET)
		take_known(teller, answer);
	else
		take_finish(teller, answer);
	return true;
}

int64_t bt_teller_docket_watch_at(const struct bt_teller *teller)
{
	return teller->docket.asking ? teller->docket.until_boot_ms : INT64_MAX;
}

void bt_teller_docket_watch(struct bt_teller *teller, int64_t boot_ms)
{
	struct bt_teller_docket *docket = &teller->docket;

	if (boot_ms < bt_teller_docket_watch_at(teller))
		return;
	docket->asking = false;
	docket->view.state = docket->view.state == BT_DOCKET_LOOKING ? BT_DOCKET_NEEDS_SERVER : BT_DOCKET_UNANSWERED;
	teller->changed = true;
}

void bt_teller_docket_view(const struct bt_teller *teller, struct bt_docket_view *out)
{
	*out = teller->docket.view;
}
