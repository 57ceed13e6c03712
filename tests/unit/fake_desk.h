/* The desk for stuck recharges as data, beside the shop of fake_shop.h: what is found, owed and claimed stands here
 * until a test changes it. */
#ifndef BT_TEST_FAKE_DESK_H
#define BT_TEST_FAKE_DESK_H

#include "tests/unit/fake_shop.h"

#define FAKE_UTR    "432611805521"
#define FAKE_SUNITA "100245510087"

struct fake_desk {
	struct bt_ui_enquiry enquiry;
	struct fake_shop *shop;
	struct bt_consumer sunita;
	char asked[64];
	enum bt_err find_err, finish_err;
	enum bt_desk_state state; /* of what was asked */
	struct bt_desk_payment found[2];
	int found_count;
	bool owed_known;
	struct bt_desk_owed owed[2];
	int owed_count;
	struct bt_claim claims[4]; /* newest first */
	int claim_count, claims_written, prints, finishes, orders, reissues;
	char ordered[40], approver[24];
	int lists; /* printed */
	struct bt_receipt_list listed;
};

static inline enum bt_err fake_find(void *self, const char *text)
{
	struct fake_desk *at = self;
	(void)bt_text_copy(at->asked, sizeof(at->asked), text);
	if (at->find_err == BT_OK && at->state == BT_DESK_IDLE) {
		at->state = BT_DESK_ANSWERED;
	}
	return at->find_err;
}

static inline enum bt_desk_state fake_found(void *self, const struct bt_desk_payment **out, int *count)
{
	struct fake_desk *at = self;
	*out = at->found;
	*count = at->state == BT_DESK_ANSWERED ? at->found_count : 0;
	return at->state;
}

static inline bool fake_owed(void *self, const struct bt_desk_owed **out, int *count)
{
	struct fake_desk *at = self;
	*out = at->owed;
	*count = at->owed_count;
	return at->owed_known;
}

static inline int fake_claims(void *self, int max, struct bt_claim *out)
{
	struct fake_desk *at = self;
	int count = at->claim_count < max ? at->claim_count : max;
	memcpy(out, at->claims, sizeof(*out) * (size_t)count);
	return count;
}

static inline bool fake_desk_person(void *self, const char *connection, struct bt_consumer *out)
{
	struct fake_desk *at = self;
	if (strcmp(connection, FAKE_SUNITA) != 0) {
		return false;
	}
	*out = at->sunita;
	return true;
}

static inline enum bt_err fake_desk_finish(void *self, const struct bt_desk_payment *payment)
{
	struct fake_desk *at = self;
	at->finishes++;
	at->shop->docket_view.state = BT_DOCKET_ASKING;
	(void)bt_text_copy(at->shop->docket_view.sale_id, 37, payment->sale_id);
	return at->finish_err;
}

static inline enum bt_err fake_write_claim(void *self, struct bt_claim *claim)
{
	struct fake_desk *at = self;
	(void)bt_text_copy(claim->claim_id, sizeof(claim->claim_id), "0192f000-0000-7000-8000-0000000000c1");
	(void)bt_text_copy(claim->number, sizeof(claim->number), "C-0142-1-7");
	claim->at_ms = at->shop->status.now_ms;
	at->claims[0] = *claim;
	at->claim_count = 1;
	at->claims_written++;
	return BT_OK;
}

static inline enum bt_err fake_print_claim(void *self, const char *claim_id)
{
	struct fake_desk *at = self;
	(void)claim_id;
	at->prints++;
	return BT_OK;
}

static inline enum bt_err fake_order_back(void *self, const char *payment_id, const struct bt_approval *approval,
					  enum bt_denial *denial)
{
	struct fake_desk *at = self;
	(void)denial;
	at->orders++;
	(void)bt_text_copy(at->ordered, sizeof(at->ordered), payment_id);
	(void)bt_text_copy(at->approver, sizeof(at->approver), approval->by);
	return BT_OK;
}

static inline enum bt_err fake_reissue(void *self, const char *payment_id, const struct bt_approval *approval,
				       enum bt_denial *denial)
{
	struct fake_desk *at = self;
	(void)denial;
	at->reissues++;
	(void)bt_text_copy(at->ordered, sizeof(at->ordered), payment_id);
	(void)bt_text_copy(at->shop->docket_view.refused_by, 24, approval->by);
	return fake_desk_finish(self, &at->found[0]);
}

static inline void fake_add_step(struct bt_desk_payment *payment, int64_t at_ms, const char *says, bool good)
{
	payment->step[payment->steps++] = (struct bt_desk_step){at_ms, says, good};
}

/* The payment of the mock-up: made in the app at ten past nine, and no token came. */
static inline void fake_app_payment(struct bt_desk_payment *out)
{
	int64_t paid = fake_time(2025, 11, 21, 9, 10, 22);
	*out = (struct bt_desk_payment){.payment_id = "0192f000-0000-7000-8000-0000000000a1",
					.sale_id = "0192f000-0000-7000-8000-0000000000a2",
					.channel = "app",
					.connection = FAKE_SUNITA,
					.meter = "04740021775",
					.utr = FAKE_UTR,
					.name = fake_dual("Sunita Devi", "सुनीता देवी"),
					.amount = 50000,
					.paid_at_ms = paid,
					.bank = BT_BANK_PAID,
					.received = true,
					.can = BT_CAN_FINISH};
	fake_add_step(out, paid, "Paid in the app", true);
	fake_add_step(out, paid + 3000, "Bank says paid", true);
	fake_add_step(out, paid + 18000, "App server gave no token", false);
	fake_add_step(out, fake_time(2025, 11, 21, 11, 41, 50), "Server asked now: no token exists, safe to give one",
		      true);
}

static inline enum bt_err fake_print_list(void *self, struct bt_receipt_list *list)
{
	struct fake_desk *at = self;
	at->listed = *list;
	at->lists++;
	return BT_OK;
}

static inline void fake_desk_open(struct fake_desk *at, struct fake_shop *shop)
{
	*at = (struct fake_desk){.shop = shop};
	at->enquiry = (struct bt_ui_enquiry){.self = at,
					     .find = fake_find,
					     .found = fake_found,
					     .owed = fake_owed,
					     .claims = fake_claims,
					     .person = fake_desk_person,
					     .finish = fake_desk_finish,
					     .claim = fake_write_claim,
					     .print = fake_print_claim,
					     .print_list = fake_print_list,
					     .order = fake_order_back,
					     .reissue = fake_reissue};
	shop->shop.enquiry = &at->enquiry;
	at->sunita = shop->ramesh;
	at->sunita.name = fake_dual("Sunita Devi", "सुनीता देवी");
	at->sunita.relative = fake_dual("Anil Kumar", "अनिल कुमार");
	at->sunita.place = fake_dual("Ward 3, Khagaul", "वार्ड 3, खगौल");
	(void)bt_text_copy(at->sunita.relation, sizeof(at->sunita.relation), "w/o");
	(void)bt_text_copy(at->sunita.number, sizeof(at->sunita.number), FAKE_SUNITA);
	(void)bt_text_copy(at->sunita.meter, sizeof(at->sunita.meter), "04740021775");
	at->sunita.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	fake_app_payment(&at->found[0]);
	at->found_count = 1;
}

#endif
