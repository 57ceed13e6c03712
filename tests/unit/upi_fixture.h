/* A counter at which UPI is paid: the bank's words, put into the mouth of whoever was asked. */
#ifndef TESTS_UNIT_UPI_FIXTURE_H
#define TESTS_UNIT_UPI_FIXTURE_H

#include "core/sale/upi.h"
#include "tests/unit/teller_fixture.h"

#define UTR   "632512345678"
#define LINK  "upi://pay?pa=batti@bank&am=500.00"
#define QR_MS INT64_C(300000)
#define PAISE 50000

static inline const struct shop_call *last(const struct shop *shop)
{
	return &shop->calls[shop->calls_count - 1];
}

static inline enum bt_err try_upi(struct shop *shop, char sale_id[37])
{
	struct bt_draft draft = {.consumer = shop->consumer, .amount = PAISE, .tender = bt_tender_find("upi")};

	return bt_teller_upi_begin(shop->teller, &draft, sale_id, &shop->fault);
}

static inline struct bt_upi_view upi_view(struct shop *shop)
{
	struct bt_upi_view view;

	assert_int_equal(bt_teller_upi_view(shop->teller, shop->sale_id, &view), BT_OK);
	return view;
}

static inline enum bt_upi_stage stage(struct shop *shop)
{
	return upi_view(shop).stage;
}

/* An answer to a question about a payment. */
static inline struct bt_answer word_to(const struct shop *shop, const struct shop_call *call,
				       enum bt_payment_status status)
{
	struct bt_answer answer = {.kind = call->kind, .id = call->id, .status = 200, .latency_ms = 100, .era = 1};

	answer.server_time_ms = shop->wall_ms;
	answer.payment.status = status;
	bt_text_copy(answer.sale_id, sizeof answer.sale_id, call->sale_id);
	bt_text_copy(answer.payment.payment_id, sizeof answer.payment.payment_id, call->payment_id);
	if (call->kind == BT_CALL_PAYMENT_OPEN) {
		bt_text_copy(answer.payment.qr, sizeof answer.payment.qr, LINK);
		answer.payment.expires_at_ms = shop->wall_ms + QR_MS;
		return answer;
	}
	answer.payment.amount = PAISE;
	if (status == BT_PAYMENT_PAID)
		bt_text_copy(answer.payment.utr, sizeof answer.payment.utr, UTR);
	return answer;
}

/* To the newest one. */
static inline struct bt_answer word(const struct shop *shop, enum bt_payment_status status)
{
	return word_to(shop, last(shop), status);
}

static inline void say(struct shop *shop, enum bt_payment_status status)
{
	struct bt_answer answer = word(shop, status);

	shop_give(shop, &answer);
}

static inline void say_attempt(struct shop *shop, enum bt_payment_attempt attempt)
{
	struct bt_answer answer = word(shop, BT_PAYMENT_ACTIVE);

	answer.payment.attempt = attempt;
	shop_give(shop, &answer);
}

static inline void say_error(struct shop *shop, enum bt_err err, const char *code)
{
	struct bt_answer answer = word(shop, BT_PAYMENT_UNKNOWN);

	answer.payment = (struct bt_payment_word){.status = BT_PAYMENT_UNKNOWN};
	answer.fault.err = err;
	bt_text_copy(answer.code, sizeof answer.code, code);
	shop_give(shop, &answer);
}

static inline void begin(struct shop *shop)
{
	assert_int_equal(try_upi(shop, shop->sale_id), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
}

static inline void show(struct shop *shop)
{
	begin(shop);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
}

/* Let time go by until a question is out. */
static inline void wait_for(struct shop *shop, enum bt_call_kind kind)
{
	int before = shop->calls_count;

	for (int i = 0; i < 200 && shop->calls_count == before; i++)
		shop_pass(shop, 1000);
	assert_int_equal(shop->calls_count, before + 1);
	assert_int_equal(last(shop)->kind, kind);
}

static inline void sold_by_server(struct shop *shop)
{
	struct bt_answer answer;

	assert_int_equal(last(shop)->kind, BT_CALL_SALE);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
}

static inline bool paper_says(const struct bt_print_job *job, const char *text)
{
	for (int i = 0; i < job->receipt.count; i++)
		if (strstr(job->receipt.lines[i].left, text) || strstr(job->receipt.lines[i].right, text))
			return true;
	return false;
}

#endif
