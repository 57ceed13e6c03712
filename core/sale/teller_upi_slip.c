/* The QR on paper, for a payer who cannot see the screen. It is no receipt and says so. */
#include "core/sale/teller_work.h"

#include "core/receipt/lines.h"

/* Until when, by the clock on the wall: the minutes that are left may be gone when it is read. */
static void put_until(const struct bt_teller *teller, int64_t left_ms, struct bt_lines *lines)
{
	struct bt_civil civil = bt_civil_of(bt_teller_now(teller) + left_ms, BT_INDIA_OFFSET_MINUTES);
	char text[8];

	if (bt_text_printf(text, sizeof text, "%02d:%02d", civil.hour, civil.minute) == BT_OK)
		bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Pay before {1}."), text);
}

static enum bt_err compose(const struct bt_teller *teller, const struct bt_upi_view *view, struct bt_receipt *out)
{
	struct bt_lines lines = {
	    .words = teller->parts.words, .lang = teller->parts.receipt_lang, .out = out, .err = BT_OK};
	struct bt_receipt_name name;
	char amount[48], text[64];

	*out = (struct bt_receipt){0};
	bt_teller_slip_name(&name, &teller->parts.enrolment->utility);
	bt_lines_put(&lines, BT_LINE_CENTRE, true, bt_lines_pick(&lines, &name), "");
	bt_teller_slip_name(&name, &teller->parts.enrolment->counter);
	bt_lines_put(&lines, BT_LINE_CENTRE, false, bt_lines_pick(&lines, &name), "");
	if (teller->parts.training)
		bt_lines_say(&lines, BT_LINE_MARK, false, N_("TRAINING · NO VALUE"), NULL);
	bt_money_format_full(view->amount, amount);
	bt_lines_say(&lines, BT_LINE_CENTRE, true, N_("Scan to pay"), NULL);
	if (bt_text_printf(text, sizeof text, "₹ %s", amount) == BT_OK)
		bt_lines_put(&lines, BT_LINE_HEADING, true, text, "");
	bt_lines_put(&lines, BT_LINE_QR, false, view->qr, "");
	put_until(teller, view->left_ms, &lines);
	bt_lines_pair(&lines, false, N_("Connection"), view->consumer.number);
	bt_lines_say(&lines, BT_LINE_MARK, false, N_("NOT A RECEIPT"), NULL);
	bt_lines_say(&lines, BT_LINE_TEXT, false, N_("The receipt comes when the bank has the money."), NULL);
	bt_lines_put(&lines, BT_LINE_END, false, "", "");
	return lines.err;
}

enum bt_err bt_teller_upi_print(struct bt_teller *teller, const char *sale_id)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_print_job job = {.copy = 1};
	struct bt_upi_view view;
	enum bt_err err = sink ? bt_teller_upi_view(teller, sale_id, &view) : BT_ESTATE;

	if (!err && view.stage != BT_UPI_SHOWN)
		err = BT_ESTATE;
	if (!err)
		err = compose(teller, &view, &job.receipt);
	/* Without the sale's id: its result is nobody's, and no slip of the sale is counted. */
	return err ? err : sink->submit(sink->self, &job);
}
