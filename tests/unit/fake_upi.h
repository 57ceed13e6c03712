/* A bank that is only data: what the shop says of payments by UPI, for the fake shop. A test sets the stage. */
#ifndef BT_TEST_FAKE_UPI_H
#define BT_TEST_FAKE_UPI_H

#include "tests/unit/fake_shop.h"

/* As the bank writes it: 84 bytes, the most that version 5 holds at level M. */
#define FAKE_QR    "upi://pay?pa=batti.0142@sbi&pn=SBPDCL&tr=01420611087&am=500.00&cu=INR&mc=4900&tn=087"
#define FAKE_UPI_A "0192f000-0000-7000-8000-00000000000a"
#define FAKE_UPI_B "0192f000-0000-7000-8000-00000000000b"

struct fake_upi {
	struct bt_ui_upi table;
	struct fake_shop *fake;
	bool offered;
	enum bt_err begin_err, stop_err, print_err;
	int begins, asks, renews, stops, cash_stops, prints, count;
	struct bt_draft begun;
	struct bt_upi_view view[BT_UPI_WAITING]; /* [0] is the one that begin makes */
};

static inline struct bt_upi_view *fake_upi_find(struct fake_upi *upi, const char *sale_id)
{
	for (int i = 0; i < upi->count; i++) {
		if (strcmp(upi->view[i].sale_id, sale_id) == 0) {
			return &upi->view[i];
		}
	}
	return NULL;
}

static inline bool fake_upi_is_waiting(const struct bt_upi_view *view)
{
	return view->sale_id[0] && view->stage != BT_UPI_ENDED && view->stage != BT_UPI_PAID;
}

static inline bool fake_upi_offered(void *self)
{
	return ((struct fake_upi *)self)->offered;
}

static inline enum bt_err fake_upi_begin(void *self, const struct bt_draft *draft, char sale_id[37])
{
	struct fake_upi *upi = self;
	if (upi->begin_err != BT_OK) {
		return upi->begin_err;
	}
	upi->begins++;
	upi->begun = *draft;
	upi->count = upi->count > 0 ? upi->count : 1;
	struct bt_upi_view *view = &upi->view[0];
	view->consumer = draft->consumer;
	view->amount = draft->amount;
	(void)bt_text_copy(view->sale_id, sizeof(view->sale_id), FAKE_UPI_A);
	(void)bt_text_copy(sale_id, 37, view->sale_id);
	return BT_OK;
}

static inline enum bt_err fake_upi_view(void *self, const char *sale_id, struct bt_upi_view *out)
{
	const struct bt_upi_view *view = fake_upi_find(self, sale_id);
	if (!view) {
		return BT_ENOTFOUND;
	}
	*out = *view;
	if (view->stage != BT_UPI_SHOWN) {
		out->qr[0] = '\0';
		out->left_ms = 0;
	}
	return BT_OK;
}

static inline enum bt_err fake_upi_ask(void *self, const char *sale_id)
{
	(void)sale_id;
	((struct fake_upi *)self)->asks++;
	return BT_OK;
}

static inline enum bt_err fake_upi_renew(void *self, const char *sale_id)
{
	struct fake_upi *upi = self;
	fake_upi_find(upi, sale_id)->stage = BT_UPI_SHOWN;
	upi->renews++;
	return BT_OK;
}

static inline enum bt_err fake_upi_stop(void *self, const char *sale_id, bool for_cash)
{
	struct fake_upi *upi = self;
	struct bt_upi_view *view = fake_upi_find(upi, sale_id);
	if (upi->stop_err != BT_OK) {
		return upi->stop_err;
	}
	upi->stops++;
	upi->cash_stops += for_cash;
	if (fake_upi_is_waiting(view)) {
		view->stage = BT_UPI_CLOSING;
	}
	return BT_OK;
}

static inline enum bt_err fake_upi_print(void *self, const char *sale_id)
{
	struct fake_upi *upi = self;
	(void)sale_id;
	upi->prints += upi->print_err == BT_OK;
	return upi->print_err;
}

static inline int fake_upi_waiting(void *self, int max, struct bt_upi_view *out)
{
	struct fake_upi *upi = self;
	int count = 0;
	for (int i = 0; i < upi->count && count < max; i++) {
		if (fake_upi_is_waiting(&upi->view[i])) {
			out[count++] = upi->view[i];
		}
	}
	return count;
}

/** Ramesh's 500 rupees, the QR up for 48 seconds, asked 3 seconds ago; begun when `begin` is called. */
static inline void fake_upi_open(struct fake_upi *upi, struct fake_shop *fake)
{
	memset(upi, 0, sizeof(*upi));
	upi->fake = fake;
	upi->offered = true;
	upi->table = (struct bt_ui_upi){.self = upi,
					.offered = fake_upi_offered,
					.begin = fake_upi_begin,
					.view = fake_upi_view,
					.ask = fake_upi_ask,
					.renew = fake_upi_renew,
					.stop = fake_upi_stop,
					.print = fake_upi_print,
					.waiting = fake_upi_waiting};
	for (int i = 0; i < BT_UPI_WAITING; i++) {
		struct bt_upi_view *view = &upi->view[i];
		*view = (struct bt_upi_view){.stage = BT_UPI_SHOWN,
					     .amount = 50000,
					     .consumer = fake->ramesh,
					     .left_ms = 252000,
					     .asked_ms = 3400,
					     .since_ms = fake->status.now_ms - 48000};
		(void)bt_text_copy(view->qr, sizeof(view->qr), FAKE_QR);
	}
	fake->shop.upi = &upi->table;
}

/** One of somebody else, set aside before. */
static inline struct bt_upi_view *fake_upi_aside(struct fake_upi *upi, const char *sale_id)
{
	struct bt_upi_view *view = &upi->view[upi->count > 0 ? upi->count : 1];
	upi->count = (int)(view - upi->view) + 1;
	(void)bt_text_copy(view->sale_id, sizeof(view->sale_id), sale_id);
	view->amount = 100000;
	view->consumer = fake_person("100244779902", "04740019902", fake_dual("Md. Irfan", "मो. इरफ़ान"), "s/o",
				     fake_dual("Md. Salim", "मो. सलीम"), fake_dual("Khagaul", "खगौल"));
	view->since_ms = upi->fake->status.now_ms - 9 * 60000;
	return view;
}

#endif
