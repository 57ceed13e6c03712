/* Money back, and sales closed by a person: on a supervisor's word, which is on record before anything follows from it.
 * PROTOCOL S5, S9, H3, T2. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"

#define REASON_LETTERS "abcdefghijklmnopqrstuvwxyz_"

enum bt_err bt_teller_check_approval(const struct bt_teller *teller, const struct bt_approval *approval)
{
	const struct bt_operator *person = bt_enrolment_operator(teller->parts.enrolment, approval->by);
	size_t len = strlen(approval->reason);

	if (!person || person->role != BT_ROLE_SUPERVISOR || strcmp(person->id, teller->operator_id) == 0)
		return BT_EAUTH;
	return len > 0 && len < sizeof(((struct bt_teller_work *)0)->reason) &&
		       strspn(approval->reason, REASON_LETTERS) == len
		   ? BT_OK
		   : BT_EINPUT;
}

void *bt_teller_approval_body(const struct bt_teller *teller, const struct bt_approval *approval)
{
	return json_pack("{s:s, s:s, s:s}", "asked_by", teller->operator_id, "by", approval->by, "reason",
			 approval->reason);
}

/* Only where nothing was given: no token, no credit; and no request is being waited for at the counter. */
bool bt_teller_is_refundable(const struct bt_teller *teller, const struct bt_teller_work *work)
{
	bool waits = work->state == BT_SALE_REFUSED || work->state == BT_SALE_PENDING ||
		     work->state == BT_SALE_INQUIRING || work->cut_off;

	return waits && !work->token[0] && strcmp(work->sale.terminal, teller->parts.enrolment->terminal) == 0;
}

static void copy_digits(const char *text, char *out, size_t cap)
{
	size_t used = 0;

	for (; *text && used + 1 < cap; text++)
		if (*text >= '0' && *text <= '9')
			out[used++] = *text;
	out[used] = 0;
}

/* The number as it is printed, with its signs or without. */
static bool names_docket(const struct bt_sale *sale, const char *typed)
{
	char own[sizeof sale->receipt], other[sizeof sale->receipt + 8];

	copy_digits(sale->receipt, own, sizeof own);
	copy_digits(typed ? typed : "", other, sizeof other);
	return strcmp(own, other) == 0;
}

static enum bt_err record_refunding(struct bt_teller *teller, const struct bt_teller_work *work,
				    const struct bt_approval *approval)
{
	struct bt_teller_batch batch = {0};
	json_t *body = bt_teller_approval_body(teller, approval);
	enum bt_err err;

	if (body && json_object_set_new(body, "amount_paise", json_integer(work->sale.quote.amount)) != 0) {
		json_decref(body);
		body = NULL;
	}
	err = bt_teller_add(&batch, BT_EVENT_REFUNDING, work->sale.sale_id, body);
	return err ? err : bt_teller_commit(teller, &batch, NULL);
}

enum bt_err bt_teller_refund(struct bt_teller *teller, const char *sale_id, const struct bt_approval *approval)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (!bt_teller_is_refundable(teller, work))
		return BT_ESTATE;
	err = bt_teller_check_approval(teller, approval);
	if (err)
		return err;
	if (work->docket_given && !names_docket(&work->sale, approval->docket))
		return BT_EINPUT;
	err = bt_mutant(BT_MUTANT_REFUND_ON_WORD) ? BT_OK : record_refunding(teller, work, approval);
	if (err) {
		if (bt_err_fate(err) == BT_FATE_STOP)
			bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return err;
	}
	bt_teller_start_refund(teller, work, approval->by, approval->reason);
	return BT_OK;
}

void bt_teller_start_refund(struct bt_teller *teller, struct bt_teller_work *work, const char *by, const char *reason)
{
	bt_text_copy(work->approved_by, sizeof work->approved_by, by);
	bt_text_copy(work->reason, sizeof work->reason, reason);
	work->refusal_en[0] = work->refusal_hi[0] = 0;
	work->cut_off = false;
	work->background = false;
	work->copies = 0; /* another kind of slip begins */
	work->asked_boot_ms = work->asking ? work->asked_boot_ms : bt_clock_boot_ms(teller->parts.clock);
	work->deadline_boot_ms = bt_clock_boot_ms(teller->parts.clock) + teller->parts.deadline_ms;
	bt_teller_move(teller, work, BT_SALE_EV_REFUND);
	bt_teller_pursue_refund(teller, work);
	if (!work->asking)
		bt_teller_refund_waits(teller, work);
}

/* One attempt in flight per id (PROTOCOL H6): a request that is still out is waited for, whatever it says. */
void bt_teller_pursue_refund(struct bt_teller *teller, struct bt_teller_work *work)
{
	if (work->state == BT_SALE_REFUNDING && !work->asking && bt_teller_server_answers(teller))
		bt_teller_ask_about(teller, work, BT_CALL_REVERSAL);
}

void bt_teller_refund_waits(struct bt_teller *teller, struct bt_teller_work *work)
{
	if (work->background)
		return;
	bt_teller_print(teller, work);
	work->background = true;
}

/* The head-end's word is on record before the drawer opens. */
static enum bt_err record_refunded(struct bt_teller *teller, const struct bt_teller_work *work)
{
	struct bt_teller_batch batch = {0};
	enum bt_err err =
	    bt_teller_add(&batch, BT_EVENT_REFUNDED, work->sale.sale_id,
			  json_pack("{s:I, s:I, s:s}", "amount_paise", (json_int_t)work->sale.quote.amount, "at",
				    (json_int_t)bt_clock_wall_ms(teller->parts.clock), "status", "reversed"));

	return err ? err : bt_teller_commit(teller, &batch, NULL);
}

bool bt_teller_is_cash(const struct bt_sale *sale)
{
	return strcmp(sale->tenders[0].kind, "cash") == 0;
}

static void give_back(struct bt_teller *teller, struct bt_teller_work *work)
{
	enum bt_err err = record_refunded(teller, work);

	if (err) {
		/* Not the disk: it is asked again, and the head-end says the same again. */
		bt_teller_move(teller, work,
			       bt_err_fate(err) == BT_FATE_STOP ? BT_SALE_EV_STORAGE_FAILED : BT_SALE_EV_VEND_LOST);
		return;
	}
	work->copies = 0;
	bt_teller_move(teller, work, BT_SALE_EV_REVERSED);
	/* What goes back by itself waits for nobody: its slip is for whoever asks. */
	if (!work->background || !bt_teller_is_cash(&work->sale))
		bt_teller_print(teller, work);
}

void bt_teller_take_reversal(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	bool ours = strcmp(answer->sale_id, work->sale.sale_id) == 0;

	if (work->state != BT_SALE_REFUNDING)
		return;
	if (bt_mutant(BT_MUTANT_NOT_FOUND_IS_NOTHING) && strcmp(answer->code, "unknown_sale") == 0) {
		give_back(teller, work);
		return;
	}
	if ((ours && answer->fault.err == BT_OK) || bt_mutant(BT_MUTANT_REFUND_UNANSWERED)) {
		give_back(teller, work);
		return;
	}
	if (ours && answer->fault.err == BT_EREFUSED && strcmp(answer->code, "token_released") == 0) {
		bt_log_line(teller->parts.log, "sale", "%s: the token has left, no refund", work->sale.sale_id);
		bt_teller_ask_about(teller, work, BT_CALL_INQUIRY);
		return;
	}
	if (ours && answer->fault.err == BT_EREFUSED && bt_teller_ask_in_new_era(teller, work, answer))
		return;
	if (ours && answer->fault.err == BT_EREFUSED && strcmp(answer->code, "era") != 0) {
		bt_text_copy(work->code, sizeof work->code, answer->code);
		bt_text_copy(work->refusal_en, sizeof work->refusal_en, answer->message_en);
		bt_text_copy(work->refusal_hi, sizeof work->refusal_hi, answer->message_hi);
		bt_teller_move(teller, work, BT_SALE_EV_VEND_REFUSED);
	} else {
		bt_teller_move(teller, work, BT_SALE_EV_VEND_LOST);
	}
	bt_teller_refund_waits(teller, work);
}

enum bt_err bt_teller_abandon(struct bt_teller *teller, const char *sale_id, const struct bt_approval *approval)
{
	struct bt_teller_batch batch = {0};
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	/* A record in doubt is not cured by one more line in it. */
	if (work->state != BT_SALE_STOPPED || bt_journal_state(teller->parts.journal) != BT_OK)
		return BT_ESTATE;
	err = bt_teller_check_approval(teller, approval);
	if (!err)
		err = bt_teller_add(&batch, BT_EVENT_ABANDONED, sale_id, bt_teller_approval_body(teller, approval));
	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	if (err)
		return err;
	bt_teller_move(teller, work, BT_SALE_EV_ABANDON);
	return bt_teller_find_divergence(teller);
}
