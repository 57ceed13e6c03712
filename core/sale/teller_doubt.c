/* Head-ends that pick tokens themselves: an outcome that is not known is asked about before anything else. PROTOCOL T5.
 */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"

#define DUPLICATE "possible_duplicate"

bool bt_teller_converges(const struct bt_teller *teller)
{
	return !teller->parts.wire || teller->parts.wire->protocol->convergent;
}

/* A question that cannot be answered counts as yes. */
bool bt_teller_meter_in_doubt(struct bt_teller *teller, const struct bt_sale *sale)
{
	struct bt_sale_row rows[2];
	int count = 0;

	if (bt_journal_sales(teller->parts.journal, BT_SALES_IN_DOUBT, sale->meter, 2, rows, &count) != BT_OK)
		return true;
	return count > 1 || (count == 1 && strcmp(rows[0].sale_id, sale->sale_id) != 0);
}

/* The head-end has the whole sale before its money: from the request to collect it, or from the record and the bank's
 * statement where a payment service collects. Then it may finish it for whoever has the bank's word (PROTOCOL T1). */
static bool is_known_before_paid(const struct bt_sale *sale)
{
	const struct bt_tender_kind *kind = bt_tender_find(sale->tenders[0].kind);

	return kind && kind->asks_bank && !bt_mutant(BT_MUTANT_UPI_PICKED_TWICE);
}

/* What it has been asked for, be it only to collect the money, it may make at any time, and a docket without a TID it
 * makes a token of wherever that is shown: the first commit fixes it, and that is no longer ours (PROTOCOL T1, S4). */
bool bt_teller_is_for_server(const struct bt_teller *teller, const struct bt_teller_work *work)
{
	return !bt_teller_converges(teller) && work->sale.delivery == BT_DELIVERY_TOKEN &&
	       (work->reached || work->state == BT_SALE_PENDING || is_known_before_paid(&work->sale));
}

struct bt_sale bt_teller_with_late_tid(struct bt_teller *teller, const struct bt_teller_work *work)
{
	struct bt_sale sale = work->sale;

	if (sale.has_tid || bt_teller_converges(teller))
		return sale;
	bt_teller_fix_token(teller, &work->consumer, &sale);
	if (sale.has_tid)
		sale.rev++;
	return sale;
}

void bt_teller_enter_doubt(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_teller_batch batch = {0};

	if (bt_teller_add(&batch, BT_EVENT_INQUIRING, work->sale.sale_id, bt_teller_pending_body(BT_DENY_SERVER)) !=
		BT_OK ||
	    bt_teller_commit(teller, &batch, NULL) != BT_OK) {
		bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return;
	}
	work->denial = BT_DENY_SERVER;
	bt_teller_move(teller, work, BT_SALE_EV_VEND_UNKNOWN);
	if (!work->background)
		bt_teller_print(teller, work);
	work->background = true;
}

void bt_teller_note_duplicate(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_teller_batch batch = {0};
	const char *sale_id = work->sale.sale_id;

	if (bt_journal_has_exception(teller->parts.journal, sale_id, DUPLICATE))
		return;
	if (bt_teller_add(&batch, BT_EVENT_EXCEPTION, sale_id, json_pack("{s:s}", "code", DUPLICATE)) == BT_OK &&
	    bt_teller_commit(teller, &batch, NULL) == BT_OK)
		bt_teller_note_exception(teller, sale_id, DUPLICATE);
}

/* The supervisor's word, the sale with its TID, the token: one commit, or none of it. */
static enum bt_err commit_override(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_sale *sale,
				   const struct bt_approval *approval, const char *token)
{
	struct bt_teller_batch batch = {0};
	enum bt_err err =
	    bt_teller_add(&batch, BT_EVENT_OVERRIDDEN, sale->sale_id, bt_teller_approval_body(teller, approval));

	return err ? err : bt_teller_commit_tokened(teller, work, &batch, sale, token);
}

/* A key that is on its way is waited for with the word in hand; nothing of it is on record before the token is. */
static enum bt_err make_anyway(struct bt_teller *teller, struct bt_teller_work *work,
			       const struct bt_approval *approval, enum bt_denial *denial)
{
	struct bt_sale sale;
	char token[21];
	enum bt_err err = bt_teller_check_approval(teller, approval);

	if (err)
		return err;
	bt_teller_freshen(teller, &work->consumer);
	sale = bt_teller_with_late_tid(teller, work);
	*denial = bt_teller_authority(teller, &sale, &work->consumer, true);
	if (*denial == BT_DENY_NONE && bt_teller_await_key_later(teller, work)) {
		if (approval->by != work->word_by) {
			bt_text_copy(work->word_by, sizeof work->word_by, approval->by);
			bt_text_copy(work->word_reason, sizeof work->word_reason, approval->reason);
		}
		return BT_OK;
	}
	if (*denial == BT_DENY_NONE)
		*denial = bt_teller_try_token(teller, &sale, &work->consumer, token);
	if (*denial != BT_DENY_NONE)
		return BT_ESTATE;
	err = commit_override(teller, work, &sale, approval, token);
	if (err) {
		if (bt_err_fate(err) == BT_FATE_STOP)
			bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return err;
	}
	bt_teller_forget_key(work);
	work->overridden = true;
	work->background = false;
	bt_teller_move(teller, work, BT_SALE_EV_OVERRIDE);
	bt_teller_print(teller, work);
	return BT_OK;
}

enum bt_err bt_teller_override(struct bt_teller *teller, const char *sale_id, const struct bt_approval *approval,
			       enum bt_denial *denial)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (work->state != BT_SALE_INQUIRING)
		return BT_ESTATE;
	bt_teller_forget_key(work);
	return make_anyway(teller, work, approval, denial);
}

void bt_teller_override_later(struct bt_teller *teller, struct bt_teller_work *work)
{
	const struct bt_approval approval = {.by = work->word_by, .reason = work->word_reason};
	enum bt_denial denial = BT_DENY_NONE;

	if (make_anyway(teller, work, &approval, &denial) == BT_OK)
		return;
	if (denial != BT_DENY_NONE)
		work->denial = denial;
	bt_teller_forget_key(work);
	teller->changed = true;
}
