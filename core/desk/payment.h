/* What the head-end says of payments and of supply that is owed back: its answers as values, every text cleaned. */
#ifndef BT_DESK_PAYMENT_H
#define BT_DESK_PAYMENT_H

#include "core/desk/verdict.h"
#include "core/directory/directory.h"

#define BT_DESK_FOUND_MAX 20 /* payments in one answer */
#define BT_DESK_STEPS_MAX 8
#define BT_DESK_OWED_MAX  50

struct bt_desk_step {
	int64_t at_ms;
	const char *says; /* catalogue key */
	bool good;
};

/** Source: schema FoundPayment of assets/api/openapi.yaml. */
struct bt_desk_payment {
	char payment_id[37], sale_id[37];
	char channel[12]; /* app, upi, counter */
	char connection[16], meter[14];
	char utr[16]; /* "" when there is none */
	struct bt_dual name;
	bt_paise amount;
	int64_t paid_at_ms;
	enum bt_desk_bank bank;
	bool received, credited;
	enum bt_desk_token token;
	enum bt_desk_can can;
	bool reissue;      /* its token may be replaced, or was: it shares a minute with another one of the meter, */
	bool next_key;     /* or the meter has got its next key since */
	bool refund_begun; /* at its own counter, and not confirmed */
	int steps;
	struct bt_desk_step step[BT_DESK_STEPS_MAX];
};

/** Source: schema Reconnections of assets/api/openapi.yaml. */
struct bt_desk_owed {
	char connection[16];
	struct bt_dual name;
	int64_t since_ms, due_ms;
	bool done, overdue;
};

/**
 * Read the answer to BT_CALL_FIND: all rows or none.
 * @param[out] out   room for BT_DESK_FOUND_MAX; written only on BT_OK.
 * @return BT_OK, BT_EFORMAT (a row that cannot be understood), BT_EFULL (too large), BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_desk_payments_read(struct bt_bytes body, struct bt_desk_payment *out, int *count);
/** The same of BT_CALL_RECONNECTIONS; room for BT_DESK_OWED_MAX. */
BT_MUST_USE enum bt_err bt_desk_owed_read(struct bt_bytes body, struct bt_desk_owed *out, int *count);
/** @p claimed: a claim about it is on record here. @p answers: the head-end can be asked now. */
struct bt_desk_facts bt_desk_facts_of_payment(const struct bt_desk_payment *payment, bool claimed, bool answers);

#endif
