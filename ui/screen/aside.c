#include "ui/screen/aside.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/pay.h"

static int find(const struct bt_ui_aside *aside, const char *sale_id)
{
	for (int i = 0; i < aside->count; i++) {
		if (strcmp(aside->sale_ids[i], sale_id) == 0) {
			return i;
		}
	}
	return -1;
}

static void take_out(struct bt_ui_aside *aside, int at)
{
	aside->count--;
	memmove(&aside->sale_ids[at], &aside->sale_ids[at + 1],
		sizeof(aside->sale_ids[0]) * (size_t)(aside->count - at));
}

void bt_ui_aside_add(struct bt_ui_desk *desk, const char *sale_id)
{
	struct bt_ui_aside *aside = &desk->aside;
	if (find(aside, sale_id) >= 0) {
		return;
	}
	if (aside->count == BT_ASIDE_MAX) {
		take_out(aside, 0);
	}
	bt_text_copy(aside->sale_ids[aside->count++], sizeof(aside->sale_ids[0]), sale_id);
}

void bt_ui_aside_drop(struct bt_ui_desk *desk, const char *sale_id)
{
	int at = find(&desk->aside, sale_id);
	if (at >= 0) {
		take_out(&desk->aside, at);
	}
}

/* After a restart the desk knows of none: those that wait are asked for. */
static void take_known(struct bt_ui_desk *desk)
{
	struct bt_upi_view waiting[BT_UPI_WAITING];
	int count = desk->shop->upi->waiting(desk->shop->upi->self, BT_UPI_WAITING, waiting);
	for (int i = 0; i < count; i++) {
		bt_ui_aside_add(desk, waiting[i].sale_id);
	}
}

/* What the slip says for itself is not said here; only where it does not come by itself the clerk has to look. */
static void say_paid(struct bt_ui_desk *desk, const struct bt_upi_view *view)
{
	struct bt_sale_view sale;
	char amount[48];
	bt_ui_rupees(view->amount, false, amount);
	if (!bt_ui_sale_view(desk, view->sale_id, &sale) || sale.state == BT_SALE_PENDING ||
	    sale.state == BT_SALE_REFUNDING || sale.state == BT_SALE_REFUNDED) {
		bt_ui_note(desk, BT_INK_OK, N_("Paid: {1} {2}. It stands under F4."), "", amount, NULL);
	} else if (desk->status.paper == BT_PAPER_NONE) {
		bt_ui_note(desk, BT_INK_OK, N_("Paid: {1} {2}."), "", amount, NULL);
	} else {
		bt_ui_note(desk, BT_INK_OK, N_("Paid: {1} {2}. The slip is printing."), "", amount, NULL);
	}
	bt_ui_note_dual(desk, 0, view->consumer.name.en, view->consumer.name.hi);
}

void bt_ui_aside_tell(struct bt_ui_desk *desk)
{
	const struct bt_ui_upi *upi = desk->shop->upi;
	if (!upi || desk->note.key) {
		return;
	}
	take_known(desk);
	for (int i = 0; i < desk->aside.count; i++) {
		struct bt_upi_view view;
		enum bt_err err = upi->view(upi->self, desk->aside.sale_ids[i], &view);
		bool paid = err == BT_OK && view.stage == BT_UPI_PAID;
		if (paid) {
			say_paid(desk, &view);
		}
		if (paid || err != BT_OK || view.stage == BT_UPI_ENDED) {
			take_out(&desk->aside, i--);
		}
		if (paid) {
			return;
		}
	}
}

bool bt_ui_aside_find(const struct bt_ui_desk *desk, const struct bt_consumer *consumer, char sale_id[37])
{
	struct bt_upi_view waiting[BT_UPI_WAITING];
	const struct bt_ui_upi *upi = desk->shop->upi;
	int count = upi ? upi->waiting(upi->self, BT_UPI_WAITING, waiting) : 0;
	for (int i = 0; i < count; i++) {
		if (strcmp(waiting[i].consumer.number, consumer->number) == 0) {
			bt_text_copy(sale_id, 37, waiting[i].sale_id);
			return true;
		}
	}
	return false;
}

const char *bt_ui_upi_where(const struct bt_upi_view *view)
{
	if (view->nothing_came) {
		return N_("UPI, no money came");
	}
	return view->stage == BT_UPI_UNSURE ? N_("UPI, bank unsure") : N_("UPI, waiting for the bank");
}

const char *bt_ui_upi_refusal(const struct bt_ui_desk *desk)
{
	struct bt_upi_view waiting[BT_UPI_WAITING];
	const struct bt_ui_upi *upi = desk->shop->upi;
	if (!upi) {
		return N_("This way of paying is not available here.");
	}
	if (upi->waiting(upi->self, BT_UPI_WAITING, waiting) >= BT_UPI_WAITING) {
		return N_("Nine payments by UPI are waiting. Finish one of them first: F4.");
	}
	return upi->offered(upi->self) ? NULL : N_("No UPI now: the bank cannot be asked. Take cash.");
}
