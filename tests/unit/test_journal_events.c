/* Events: hash, signature and frame against known answers, reading back, refusals, and the projection of sales.
 *
 * rooms: core/journal core/base core/money */
#include "tests/unit/journal_fixture.h"

#include "core/journal/frames.h"

/* Computed outside: SHA-256 with Python's hashlib over the framing of assets/api/openapi.yaml, Ed25519 with
 * `openssl pkeyutl -sign -rawin` under the seed 01 02 .. 20, CRC-32 with zlib. */
static const char genesis_body[] = "{\"epoch\":1,\"journal_key\":\"ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=\","
				   "\"terminal\":\"0142\"}";
static const char genesis_hash[] = "30b0b7d66980e1435a5df235031bcd999100a0a82c8b4ef13a60d090e0039c11";
static const char genesis_signature[] = "37e8e944c9bf088127728849d1ec84915f9ecc24df53c42c308eb4981d187aeb"
					"e1fee28c368f6ed376f149473abd722f2e6d6c4e41a0b259a4c973e24d4ef903";
static const char sign_in_hash[] = "93574daf654a9ab12928eb94303ec8e4a0b6c97167284358f23ea9887a863714";
static const char sign_in_signature[] = "2627c32795ab584425ad4276b3520aec69605e7a9e77d36615aeadf13ca7de42"
					"61d40aa2981c8ac1c4ef2bd2bd2d99f04846e3572aad22995d0664ee96ba8803";
static const char sign_in_frame[] = "425448310400000000000000000000020000000000000000"
				    "93574daf654a9ab12928eb94303ec8e4a0b6c97167284358f23ea9887a863714"
				    "000000009706e909";

static int make(void **state)
{
	static struct fixture f;
	fixture_make(&f);
	assert_int_equal(fixture_open(&f), BT_OK);
	*state = &f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	return 0;
}

static void expect_hex(const uint8_t *data, size_t len, const char *hex)
{
	char text[256];
	bt_hex_encode((struct bt_bytes){data, len}, text);
	assert_string_equal(text, hex);
}

static void known_answers(void **state)
{
	struct fixture *f = *state;
	struct bt_event event;
	struct bt_buf body;
	size_t len = 0;
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_GENESIS, NULL, &event, &body), BT_OK);
	assert_string_equal((const char *)event.body.data, genesis_body);
	expect_hex(event.hash, sizeof event.hash, genesis_hash);
	expect_hex(event.signature, sizeof event.signature, genesis_signature);

	assert_int_equal(fixture_put(f, BT_EVENT_SIGN_IN, 0, "{\"operator\":\"rina\"}"), BT_OK);
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_SIGN_IN, NULL, &event, &body), BT_OK);
	expect_hex(event.prev_hash, sizeof event.prev_hash, genesis_hash);
	expect_hex(event.hash, sizeof event.hash, sign_in_hash);
	expect_hex(event.signature, sizeof event.signature, sign_in_signature);
	assert_int_equal(bt_journal_head(f->journal).seq, 2);
	bt_buf_fini(&body);

	uint8_t *head = fixture_load_frames(f, &len);
	assert_int_equal(len, 2 * BT_FRAME_LEN);
	expect_hex(head + BT_FRAME_LEN, BT_FRAME_LEN, sign_in_frame);
	free(head);
}

static void kinds_have_names(void **state)
{
	(void)state;
	enum bt_event_kind kind;
	for (unsigned i = 0; i < BT_EVENT_KIND_COUNT; i++) {
		assert_int_equal(bt_event_kind_parse(bt_event_kind_name((enum bt_event_kind)i), &kind), BT_OK);
		assert_int_equal(kind, i);
	}
	assert_int_equal(bt_event_kind_parse("nonsense", &kind), BT_EINPUT);
}

static void refusals_leave_no_trace(void **state)
{
	struct fixture *f = *state;
	char id[37], big[BT_EVENT_BODY_MAX + 64], body[1024];
	memset(big, 'x', sizeof big);
	memcpy(big, "{\"a\":\"", 6);
	memcpy(big + sizeof big - 3, "\"}", 3);
	static const char *const bad[] = {
	    "", "{", "[]", "{\"b\":1,\"a\":2}", "{\"a\": 1}", "{\"a\":1.5}", "{\"a\":1,\"a\":1}", "null"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(fixture_put(f, BT_EVENT_SIGN_IN, 0, bad[i]), BT_EINPUT);
	assert_int_equal(fixture_put(f, BT_EVENT_SIGN_IN, 0, big), BT_EINPUT);
	assert_int_equal(fixture_put(f, BT_EVENT_PAID, 0, fixture_paid(1, 0, body)), BT_EINPUT);
	assert_int_equal(fixture_put(f, BT_EVENT_PAID, 1, "{\"amount_paise\":5}"), BT_EINPUT);
	assert_int_equal(fixture_put_tokened(f, 1, 7), BT_ESTATE); /* nothing paid */
	struct bt_event_in wrong_id = {
	    .kind = BT_EVENT_PAID, .sale_id = "no-uuid", .body = bt_bytes_of(fixture_paid(1, 0, body))};
	assert_int_equal(bt_journal_put(f->journal, &wrong_id, 1, NULL), BT_EINPUT);
	assert_int_equal(bt_journal_put(f->journal, &wrong_id, 0, NULL), BT_EINPUT);

	/* A good event beside a bad one goes with it. */
	struct bt_event_in pair[] = {
	    {.kind = BT_EVENT_PAID, .sale_id = fixture_sale_id(1, id), .body = bt_bytes_of(body)},
	    {.kind = BT_EVENT_TOKENED, .sale_id = id, .body = bt_bytes_of("{}")},
	};
	assert_int_equal(bt_journal_put(f->journal, pair, 2, NULL), BT_EINPUT);
	assert_int_equal(bt_journal_state(f->journal), BT_OK);
	assert_int_equal(bt_journal_head(f->journal).seq, 1);
	struct bt_sale_row row;
	assert_int_equal(bt_journal_sale(f->journal, id, &row), BT_ENOTFOUND);
	struct bt_journal_report report;
	assert_int_equal(bt_journal_verify(f->journal, &report, NULL), BT_OK);
	assert_int_equal(report.events, 1);
}

static void a_sale_through_its_stages(void **state)
{
	struct fixture *f = *state;
	struct bt_sale_row row;
	struct bt_unsent unsent;
	int64_t n = 0;
	bt_paise paise = 0;
	char id[37];
	fixture_sale_id(3, id);
	assert_int_equal(fixture_put_paid(f, 3, 1008), BT_OK);
	assert_int_equal(bt_journal_sale(f->journal, id, &row), BT_OK);
	assert_int_equal(row.stage, BT_STAGE_PAID);
	assert_int_equal(row.amount, 50003);
	assert_int_equal(row.units, 635);
	assert_int_equal(row.tid, 1008);
	assert_string_equal(row.operator_id, "rina");
	assert_string_equal(row.delivery, "token");
	assert_true(bt_journal_tid_used(f->journal, FIXTURE_METER, 1008));
	assert_false(bt_journal_tid_used(f->journal, FIXTURE_METER, 1024));
	assert_false(bt_journal_tid_used(f->journal, "04740015306", 1008));

	assert_int_equal(fixture_put(f, BT_EVENT_VENDING, 3, "{\"rev\":1}"), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 3, 1008), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_PRINTED, 3, "{\"copy\":1,\"result\":\"failed\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_PRINTED, 3, "{\"copy\":1,\"result\":\"unconfirmed\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUSED, 3, "{\"code\":\"late\",\"rev\":1}"), BT_OK);
	assert_int_equal(bt_journal_sale_by_receipt(f->journal, "D-0142-0611-003-4", &row), BT_OK);
	assert_int_equal(row.stage, BT_STAGE_TOKENED); /* a token that is out stays out */
	assert_int_equal(row.printed_copies, 1);
	assert_string_equal(row.token, "00000000000000000003");
	assert_true(row.made_here);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 1);
	assert_int_equal(unsent.paise, 50003);
	assert_int_equal(unsent.oldest_ms, FIXTURE_START_MS + 3);
	assert_int_equal(bt_journal_meter_use(f->journal, FIXTURE_METER, FIXTURE_START_MS, &n, &paise), BT_OK);
	assert_int_equal(n, 1);
	assert_int_equal(paise, 50003);
	assert_int_equal(bt_journal_meter_use(f->journal, FIXTURE_METER, FIXTURE_START_MS + 4, &n, &paise), BT_OK);
	assert_int_equal(n, 0);

	assert_int_equal(fixture_put(f, BT_EVENT_SETTLED, 3, "{\"at\":1,\"by\":\"journal\"}"), BT_OK);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 0);
	assert_int_equal(unsent.oldest_ms, 0);
	assert_int_equal(bt_journal_shift_count(f->journal, 611, &n), BT_OK);
	assert_int_equal(n, 1);
}

static void one_tid_one_token(void **state)
{
	struct fixture *f = *state;
	char other[1024];
	assert_int_equal(fixture_put_paid(f, 1, 1008), BT_OK);
	assert_int_equal(fixture_put_paid(f, 2, 1008), BT_ESTATE); /* burned by another sale */
	assert_int_equal(fixture_put_paid(f, 1, 1024), BT_ESTATE); /* a second TID for one sale */
	assert_int_equal(fixture_put_tokened(f, 1, 1024), BT_ESTATE);
	assert_int_equal(fixture_put_tokened(f, 1, 1008), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 1, 1008), BT_OK); /* the same again, from the head-end */
	snprintf(other, sizeof other,
		 "{\"issued_by\":\"server\",\"rev\":1,\"tid\":1008,\"token\":\"99999999999999999999\",\"units\":635}");
	assert_int_equal(fixture_put(f, BT_EVENT_TOKENED, 1, other), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_CREDITED, 1, "{\"issued_by\":\"server\",\"rev\":1}"), BT_ESTATE);
	assert_int_equal(fixture_put_paid(f, 1, 1008), BT_ESTATE); /* delivered already */
	assert_int_equal(bt_journal_state(f->journal), BT_OK);
}

static void filters_and_unsent(void **state)
{
	struct fixture *f = *state;
	struct bt_sale_row rows[8];
	struct bt_unsent unsent;
	int count = 0;
	for (int i = 1; i <= 6; i++)
		assert_int_equal(fixture_put_paid(f, i, 1000 + 16 * i), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_PENDING, 2, "{\"reason\":\"keys\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUSED, 3, "{\"code\":\"blocked\",\"rev\":1}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_ABANDONED, 4, "{\"reason\":\"gone\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_CREDITED, 5, "{\"issued_by\":\"server\",\"rev\":1}"), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 6, 1096), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_SETTLED, 6, "{\"at\":1,\"by\":\"sale\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 6, "{\"code\":\"blocked\"}"), BT_OK);

	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_ALL, NULL, 8, rows, &count), BT_OK);
	assert_int_equal(count, 6);
	assert_int_equal(rows[0].amount, 50006);
	assert_true(rows[0].exception);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_UNSETTLED, NULL, 8, rows, &count), BT_OK);
	assert_int_equal(count, 3); /* 1 paid, 2 pending, 5 credited */
	assert_int_equal(rows[0].amount, 50001);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_OPEN, NULL, 8, rows, &count), BT_OK);
	assert_int_equal(count, 4); /* 1 paid, 2 pending, 3 refused, 6 with an exception */
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_METER, "100244781560", 2, rows, &count), BT_OK);
	assert_int_equal(count, 2);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_METER, "1", 8, rows, &count), BT_OK);
	assert_int_equal(count, 0);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 3);
	assert_int_equal(unsent.paise, 50001 + 50002 + 50005);
}

/* By its value it counts against the caps; by its age it would end all selling, and nothing here makes it younger. */
static void what_cannot_be_posted_is_never_too_old(void **state)
{
	struct fixture *f = *state;
	struct bt_unsent unsent;
	struct bt_sale_row second;
	char id[37];
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(fixture_put_paid(f, i, 16 * i), BT_OK);
		assert_int_equal(fixture_put_tokened(f, i, 16 * i), BT_OK);
	}
	assert_int_equal(bt_journal_sale(f->journal, fixture_sale_id(2, id), &second), BT_OK);
	assert_int_equal(bt_journal_used(f->journal, &unsent), BT_OK);
	assert_true(unsent.oldest_ms < second.paid_at_ms);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 1, "{\"code\":\"over_cap\"}"), BT_OK);
	assert_int_equal(bt_journal_used(f->journal, &unsent), BT_OK);
	assert_true(unsent.oldest_ms < second.paid_at_ms);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 1, "{\"code\":\"malformed\"}"), BT_OK);
	assert_int_equal(bt_journal_used(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 2);
	assert_int_equal(unsent.oldest_ms, second.paid_at_ms);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 2, "{\"code\":\"paid_missing\"}"), BT_OK);
	assert_int_equal(bt_journal_used(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 2);
	assert_int_equal(unsent.oldest_ms, 0);
}

/* What can still be finished comes before what cannot, however much of the latter there is; what a person has closed is
 * gone. */
static void open_sales_in_order(void **state)
{
	struct fixture *f = *state;
	struct bt_sale_row rows[64];
	int count = 0;
	int64_t open = 0;
	for (int i = 1; i <= 40; i++) {
		assert_int_equal(fixture_put_paid(f, i, 16 * i), BT_OK);
		if (i <= 38)
			assert_int_equal(fixture_put(f, BT_EVENT_REFUSED, i, "{\"code\":\"blocked\",\"rev\":1}"),
					 BT_OK);
	}
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 1, "{\"code\":\"malformed\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_ABANDONED, 1, "{\"reason\":\"returned\"}"), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 39, 16 * 39), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_SETTLED, 39, "{\"at\":1,\"by\":\"journal\"}"), BT_OK);
	assert_int_equal(bt_journal_open_count(f->journal, &open), BT_OK);
	assert_int_equal(open, 38);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 39, "{\"code\":\"lease_expired\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_PENDING, 40, "{\"reason\":\"keys\"}"), BT_OK);
	assert_int_equal(bt_journal_open_count(f->journal, &open), BT_OK);
	assert_int_equal(open, 39);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_OPEN, NULL, 64, rows, &count), BT_OK);
	assert_int_equal(count, 39);
	assert_int_equal(rows[0].amount, 50040);
	assert_int_equal(rows[1].amount, 50002);
	assert_int_equal(rows[37].amount, 50038);
	assert_int_equal(rows[38].amount, 50039);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_OPEN, NULL, 1, rows, &count), BT_OK);
	assert_int_equal(rows[0].stage, BT_STAGE_PENDING);
}

/* PROTOCOL S5, S9: money goes back only after it was approved, and what was delivered never does. */
static void refund_by_its_steps(void **state)
{
	struct fixture *f = *state;
	struct bt_sale_row row, doubt[2];
	struct bt_unsent unsent;
	char id[37];
	int64_t open = 0;
	int count = 0;
	fixture_sale_id(1, id);
	assert_int_equal(fixture_put_paid(f, 1, 1008), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDED, 1, "{\"at\":1}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 1, "{\"by\":\"jha\"}"), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 1, 1008), BT_ESTATE); /* this terminal's own making */
	assert_int_equal(fixture_put_paid(f, 1, 1008), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_PENDING, 1, "{\"reason\":\"keys\"}"), BT_OK);
	assert_int_equal(bt_journal_sale(f->journal, id, &row), BT_OK);
	assert_int_equal(row.stage, BT_STAGE_REFUNDING);
	assert_int_equal(bt_journal_next_pending(f->journal, "token", 0, &row), BT_OK); /* sync asks for it again */
	assert_string_equal(row.sale_id, id);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 1);
	assert_int_equal(fixture_put(f, BT_EVENT_PRINTED, 1, "{\"copy\":1,\"result\":\"confirmed\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDED, 1, "{\"at\":1}"), BT_OK);
	assert_int_equal(bt_journal_open_count(f->journal, &open), BT_OK);
	assert_int_equal(open, 1); /* the money is still here */
	assert_int_equal(fixture_put(f, BT_EVENT_PRINTED, 1, "{\"copy\":1,\"result\":\"confirmed\"}"), BT_OK);
	assert_int_equal(bt_journal_open_count(f->journal, &open), BT_OK);
	assert_int_equal(open, 0);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 1, "{\"by\":\"jha\"}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_TOKENED, 1,
				     "{\"issued_by\":\"server\",\"lease\":1,\"rev\":1,\"tid\":1008,"
				     "\"token\":\"00000000000000000001\",\"units\":635}"),
			 BT_ESTATE);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 1);
	assert_int_equal(fixture_put(f, BT_EVENT_SETTLED, 1, "{\"at\":1,\"by\":\"journal\"}"), BT_OK);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 0);
	assert_int_equal(fixture_put_paid(f, 2, 1024), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 2, 1024), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 2, "{\"by\":\"jha\"}"), BT_ESTATE);
	assert_int_equal(fixture_put_paid(f, 3, 1040), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_OVERRIDDEN, 3, "{\"by\":\"jha\"}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_INQUIRING, 3, "{\"rev\":1}"), BT_OK);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_IN_DOUBT, FIXTURE_METER, 2, doubt, &count), BT_OK);
	assert_int_equal(count, 1);
	assert_int_equal(bt_journal_next_pending(f->journal, "token", 0, &row), BT_OK);
	assert_int_equal(row.stage, BT_STAGE_INQUIRING);
	assert_int_equal(fixture_put(f, BT_EVENT_OVERRIDDEN, 3, "{\"by\":\"jha\"}"), BT_OK);
	assert_int_equal(fixture_put_tokened(f, 3, 1040), BT_OK);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_IN_DOUBT, FIXTURE_METER, 2, doubt, &count), BT_OK);
	assert_int_equal(count, 0);
}

static enum bt_err put_intent(struct fixture *f, int sale, int tid)
{
	char body[1024];
	return fixture_put(f, BT_EVENT_INTENT, sale, fixture_paid(sale, tid, body));
}

static enum bt_sale_stage stage_of(struct fixture *f, int sale)
{
	struct bt_sale_row row;
	char id[37];
	assert_int_equal(bt_journal_sale(f->journal, fixture_sale_id(sale, id), &row), BT_OK);
	return row.stage;
}

/* What the bank has been asked for burns its number and its minute, and is no money in any sum. */
static void expect_no_money(struct fixture *f, int asked)
{
	struct bt_sale_row rows[4];
	struct bt_unsent unsent;
	int64_t open = -1, used = -1, tokens = -1;
	bt_paise paise = -1;
	int count = -1;
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 0);
	assert_int_equal(bt_journal_open_count(f->journal, &open), BT_OK);
	assert_int_equal(open, 0);
	assert_int_equal(bt_journal_meter_use(f->journal, FIXTURE_METER, 0, &tokens, &paise), BT_OK);
	assert_int_equal(tokens, 0);
	assert_int_equal(paise, 0);
	assert_int_equal(bt_journal_shift_count(f->journal, 611, &used), BT_OK);
	assert_int_equal(used, asked);
	assert_int_equal(bt_journal_sales(f->journal, BT_SALES_TENDERED, NULL, 4, rows, &count), BT_OK);
	assert_int_equal(count, asked);
}

/* PROTOCOL T1, S7: the whole sale is fixed before the bank is asked, and only its word makes money of it. */
static void intent_waits_for_the_bank(void **state)
{
	struct fixture *f = *state;
	struct bt_unsent unsent;
	char body[1024], other[1024];
	assert_int_equal(fixture_put(f, BT_EVENT_INTENT_END, 1, "{\"why\":\"expired\"}"), BT_ESTATE);
	assert_int_equal(put_intent(f, 1, 1008), BT_OK);
	assert_int_equal(stage_of(f, 1), BT_STAGE_TENDERING);
	assert_true(bt_journal_tid_used(f->journal, FIXTURE_METER, 1008));
	assert_int_equal(fixture_put_paid(f, 7, 1008), BT_ESTATE);
	expect_no_money(f, 1);
	assert_int_equal(fixture_put(f, BT_EVENT_VENDING, 1, "{\"rev\":1}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_PENDING, 1, "{\"reason\":\"keys\"}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_CREDITED, 1, "{}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 1, "{\"by\":\"jha\"}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_REVISED, 1, fixture_paid(1, 1008, body)), BT_ESTATE);
	assert_int_equal(fixture_put_tokened(f, 1, 1008), BT_ESTATE);
	assert_int_equal(put_intent(f, 1, 1008), BT_OK); /* another QR */
	snprintf(other, sizeof other, "{\"amount_paise\":50009%s", strchr(fixture_paid(1, 1008, body), ','));
	assert_int_equal(fixture_put(f, BT_EVENT_PAID, 1, other), BT_ESTATE); /* not what was asked for */
	assert_int_equal(put_intent(f, 2, 1024), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_INTENT_END, 2, "{}"), BT_EINPUT);
	assert_int_equal(fixture_put(f, BT_EVENT_INTENT_END, 2, "{\"why\":\"expired\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_INTENT_END, 2, "{\"why\":\"expired\"}"), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_INTENT_END, 2, "{\"why\":\"for_cash\"}"), BT_OK);
	assert_int_equal(stage_of(f, 2), BT_STAGE_UNPAID);
	assert_int_equal(put_intent(f, 2, 1024), BT_ESTATE);
	expect_no_money(f, 2);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	expect_no_money(f, 2);
	assert_int_equal(fixture_put_paid(f, 1, 1008), BT_OK);
	assert_int_equal(stage_of(f, 1), BT_STAGE_PAID);
	assert_int_equal(put_intent(f, 1, 1008), BT_ESTATE);
	assert_int_equal(fixture_put(f, BT_EVENT_INTENT_END, 1, "{\"why\":\"expired\"}"), BT_ESTATE);
	assert_int_equal(fixture_put_paid(f, 2, 1024), BT_OK); /* a late success */
	assert_int_equal(stage_of(f, 2), BT_STAGE_PAID);
	assert_int_equal(bt_journal_unsent(f->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 2);
	assert_int_equal(fixture_put_tokened(f, 1, 1008), BT_OK);
	assert_int_equal(bt_journal_rebuild(f->journal, &f->fault), BT_OK);
	assert_int_equal(bt_journal_verify(f->journal, &(struct bt_journal_report){0}, &f->fault), BT_OK);
	assert_int_equal(stage_of(f, 2), BT_STAGE_PAID);
}

static bool count_exception(void *context, const char *sale_id, const char *code)
{
	assert_int_equal(strlen(sale_id), 36);
	(*(int *)context)++;
	return strcmp(code, "last") != 0;
}

static void exceptions_by_code(void **state)
{
	struct fixture *f = *state;
	char first[37], second[37], code[BT_EXCEPTION_CODE_MAX] = "kept";
	int count = 0;
	fixture_sale_id(1, first);
	fixture_sale_id(2, second);
	assert_int_equal(fixture_put_paid(f, 1, 16), BT_OK);
	assert_int_equal(fixture_put_paid(f, 2, 32), BT_OK);
	assert_int_equal(bt_journal_exception(f->journal, first, code), BT_ENOTFOUND);
	assert_string_equal(code, "kept");
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 1, "{\"code\":\"malformed\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 1, "{\"code\":\"lease_expired\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 2, "{\"code\":\"last\"}"), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 2, "{}"), BT_OK);
	assert_int_equal(bt_journal_exception(f->journal, first, code), BT_OK);
	assert_string_equal(code, "lease_expired");
	assert_int_equal(bt_journal_exception(f->journal, second, code), BT_OK);
	assert_string_equal(code, "");
	assert_true(bt_journal_has_exception(f->journal, first, "malformed"));
	assert_true(bt_journal_has_exception(f->journal, first, "lease_expired"));
	assert_false(bt_journal_has_exception(f->journal, second, "malformed"));
	assert_int_equal(bt_journal_exceptions(f->journal, NULL, count_exception, &count), BT_OK);
	assert_int_equal(count, 3);
}

static void put_json(void **state)
{
	struct fixture *f = *state;
	struct bt_event event;
	struct bt_buf body;
	char *wide = calloc(1, BT_EVENT_BODY_MAX + 1);
	assert_non_null(wide);
	memset(wide, 'x', BT_EVENT_BODY_MAX);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_put_json(f->journal, BT_EVENT_UNSEAL, "", NULL, &f->fault), BT_ENOMEM);
	assert_int_equal(
	    bt_journal_put_json(f->journal, BT_EVENT_UNSEAL, "", json_pack("{s:s}", "operator", wide), &f->fault),
	    BT_EFULL);
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_UNSEAL, NULL, &event, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_journal_put_json(f->journal, BT_EVENT_UNSEAL, "",
					     json_pack("{s:s, s:i}", "operator", "rina", "at", 7), &f->fault),
			 BT_OK);
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_UNSEAL, NULL, &event, &body), BT_OK);
	assert_int_equal(event.body.len, strlen("{\"at\":7,\"operator\":\"rina\"}"));
	assert_memory_equal(event.body.data, "{\"at\":7,\"operator\":\"rina\"}", event.body.len);
	bt_buf_fini(&body);
	free(wide);
}

struct reading {
	int64_t last;
	int seen, stop_after;
};

static bool note_event(void *context, const struct bt_event *event)
{
	struct reading *r = context;
	assert_int_equal(event->seq, r->last + 1);
	r->last = event->seq;
	return ++r->seen != r->stop_after;
}

static void reads_in_order_after_reopen(void **state)
{
	struct fixture *f = *state;
	for (int i = 1; i <= 80; i++)
		assert_int_equal(fixture_put_paid(f, i, 16 * i), BT_OK);
	struct bt_head head = bt_journal_head(f->journal);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_memory_equal(bt_journal_head(f->journal).hash, head.hash, sizeof head.hash);
	struct reading all = {0}, some = {.last = 10, .stop_after = 5};
	assert_int_equal(bt_journal_read(f->journal, 0, note_event, &all, NULL), BT_OK);
	assert_int_equal(all.seen, 81);
	assert_int_equal(bt_journal_read(f->journal, 10, note_event, &some, NULL), BT_OK);
	assert_int_equal(some.seen, 5);
	struct bt_event event;
	char id[37];
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_PAID, fixture_sale_id(7, id), &event, NULL), BT_OK);
	assert_int_equal(event.seq, 8);
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_LEASE, NULL, &event, NULL), BT_ENOTFOUND);
}

static void acknowledged_head(void **state)
{
	struct fixture *f = *state;
	struct bt_head first = bt_journal_head(f->journal);
	assert_int_equal(fixture_put_paid(f, 1, 16), BT_OK);
	struct bt_head second = bt_journal_head(f->journal);
	assert_int_equal(bt_journal_acknowledged(f->journal), 0);
	assert_int_equal(bt_journal_acknowledge(f->journal, &second, NULL), BT_OK);
	assert_int_equal(bt_journal_acknowledge(f->journal, &first, NULL), BT_OK);
	assert_int_equal(bt_journal_acknowledged(f->journal), 2);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_journal_acknowledged(f->journal), 2);
	second.hash[0] ^= 1;
	assert_int_equal(bt_journal_acknowledge(f->journal, &second, NULL), BT_ECORRUPT);
	assert_int_equal(bt_journal_state(f->journal), BT_ECORRUPT);
	assert_int_equal(fixture_put_paid(f, 2, 32), BT_ECORRUPT);
}

/* Events and what the head-end acknowledges, in one commit. */
static void acknowledged_with_a_put(void **state)
{
	struct fixture *f = *state;
	char id[37];
	assert_int_equal(fixture_put_paid(f, 1, 16), BT_OK);
	struct bt_head head = bt_journal_head(f->journal), wrong = head;
	struct bt_event_in event = {
	    .kind = BT_EVENT_SETTLED, .sale_id = fixture_sale_id(1, id), .body = bt_bytes_of("{\"at\":1}")};
	/* A put that is refused acknowledges nothing either. */
	struct bt_event_in stranger = {
	    .kind = BT_EVENT_SETTLED, .sale_id = fixture_sale_id(9, id), .body = bt_bytes_of("{\"at\":1}")};
	assert_int_equal(bt_journal_put_acknowledged(f->journal, &stranger, 1, &head, NULL), BT_ESTATE);
	assert_int_equal(bt_journal_acknowledged(f->journal), 0);
	event.sale_id = fixture_sale_id(1, id);
	assert_int_equal(bt_journal_put_acknowledged(f->journal, &event, 1, &head, NULL), BT_OK);
	assert_int_equal(bt_journal_acknowledged(f->journal), 2);
	assert_int_equal(bt_journal_head(f->journal).seq, 3);
	struct bt_head newest = bt_journal_head(f->journal);
	assert_int_equal(bt_journal_put_acknowledged(f->journal, NULL, 0, &newest, NULL), BT_OK);
	assert_int_equal(bt_journal_put_acknowledged(f->journal, &event, 1, &head, NULL), BT_OK);
	assert_int_equal(bt_journal_acknowledged(f->journal), 3);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_journal_acknowledged(f->journal), 3);
	event.kind = BT_EVENT_KEY;
	assert_int_equal(bt_journal_put_acknowledged(f->journal, &event, 1, &head, NULL), BT_EINPUT);
	event.kind = BT_EVENT_SETTLED;
	wrong.hash[0] ^= 1;
	assert_int_equal(bt_journal_put_acknowledged(f->journal, &event, 1, &wrong, NULL), BT_ECORRUPT);
	assert_int_equal(bt_journal_head(f->journal).seq, 4);
	assert_int_equal(bt_journal_state(f->journal), BT_ECORRUPT);
}

/* An object is written as its canonical text would be; what cannot be is refused and leaves nothing. */
static void body_as_an_object(void **state)
{
	struct fixture *f = *state;
	struct bt_event_in in = {.kind = BT_EVENT_EXCEPTION, .sale_id = ""};
	char long_text[BT_EVENT_BODY_MAX + 1];
	struct bt_event event;
	struct bt_buf body;
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = 0;
	json_t *trees[] = {json_pack("{s:[i,s], s:s}", "b", 5, "\xE0\xA4\xB0", "a", "\n"), json_array(),
			   json_pack("{s:f}", "a", 0.5), json_pack("{s:s}", "a", long_text)};
	static const enum bt_err expected[] = {BT_OK, BT_EINPUT, BT_EINPUT, BT_EFULL};
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		in.tree = trees[i];
		assert_int_equal(bt_journal_put(f->journal, &in, 1, &f->fault), expected[i]);
		json_decref(trees[i]);
	}
	assert_int_equal(bt_journal_head(f->journal).seq, 2);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(f->journal, BT_EVENT_EXCEPTION, NULL, &event, &body), BT_OK);
	assert_string_equal((const char *)body.data, "{\"a\":\"\\n\",\"b\":[5,\"\xE0\xA4\xB0\"]}");
	bt_buf_fini(&body);
}

static enum bt_err put_delivered(struct fixture *f, int sale, const char *docket, int copy)
{
	char id[37], body[256];
	snprintf(body, sizeof body, "{\"copy\":%d,\"docket\":\"%s\",\"sale_id\":\"%s\"}", copy, docket,
		 fixture_sale_id(sale, id));
	return fixture_put(f, BT_EVENT_DELIVERED, 0, body);
}

/* The newest of a sale, or of a docket where that is all that is known; of another one, nothing. */
static void what_was_handed_out(void **state)
{
	struct fixture *f = *state;
	struct bt_event event;
	struct bt_buf body;
	char id[37];
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(put_delivered(f, 41, "D-0143-0611-001-4", 1), BT_OK);
	assert_int_equal(put_delivered(f, 42, "D-0143-0611-002-5", 1), BT_OK);
	assert_int_equal(put_delivered(f, 41, "D-0143-0611-001-4", 2), BT_OK);
	assert_int_equal(bt_journal_handed(f->journal, fixture_sale_id(41, id), "", &event, &body), BT_OK);
	assert_int_equal(event.seq, 4);
	assert_non_null(memmem(body.data, body.len, "\"copy\":2", 8));
	assert_int_equal(bt_journal_handed(f->journal, "", "D-0143-0611-002-5", &event, NULL), BT_OK);
	assert_int_equal(event.seq, 3);
	assert_int_equal(bt_journal_handed(f->journal, "", "D-0143-0611-002", &event, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_journal_handed(f->journal, fixture_sale_id(43, id), "D-0143-0611-002-5", &event, NULL),
			 BT_ENOTFOUND);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_journal_handed(f->journal, fixture_sale_id(42, id), "", &event, NULL), BT_OK);
	assert_int_equal(event.seq, 3);
	bt_buf_fini(&body);
}

/* What the indexes could not hold as it is never comes on record. */
static void handed_out_without_its_names(void **state)
{
	static const char *const bodies[] = {"{\"docket\":\"D-1\"}", "{\"docket\":\"D-1\",\"sale_id\":5}",
					     "{\"docket\":\"D-\\\"1\",\"sale_id\":\"\"}",
					     "{\"docket\":\"D-1\",\"sale_id\":\"\\n\"}",
					     "{\"docket\":\"0123456789012345678901234567\",\"sale_id\":\"\"}"};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		assert_int_equal(fixture_put(f, BT_EVENT_DELIVERED, 0, bodies[i]), BT_EINPUT);
	assert_int_equal(bt_journal_state(f->journal), BT_OK);
	assert_int_equal(bt_journal_head(f->journal).seq, 1);
}

/* What Jansson makes of the same members. */
static void expect_line(const struct bt_event *event)
{
	char prev[65], hash[65], signature[96];
	struct bt_buf line;
	bt_hex_encode(BT_BYTES(event->prev_hash), prev);
	bt_hex_encode(BT_BYTES(event->hash), hash);
	assert_int_equal(bt_base64_encode(BT_BYTES(event->signature), signature, sizeof signature), BT_OK);
	json_t *o = json_pack("{s:s%, s:s, s:s, s:s, s:s, s:I, s:s, s:I}", "body", (const char *)event->body.data,
			      event->body.len, "hash", hash, "kind", bt_event_kind_name(event->kind), "prev_hash", prev,
			      "sale_id", event->sale_id, "seq", (json_int_t)event->seq, "signature", signature, "time",
			      (json_int_t)event->time_ms);
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	bt_buf_init(&line, BT_EVENT_BODY_MAX * 6 + 1024);
	assert_int_equal(bt_journal_line(event, &line), BT_OK);
	assert_int_equal(line.len, strlen(text) + 1);
	assert_memory_equal(line.data, text, line.len - 1);
	assert_int_equal(line.data[line.len - 1], '\n');
	bt_buf_fini(&line);
	free(text);
	json_decref(o);
}

static void event_as_a_line(void **state)
{
	static const char body[] = "{\"a\":\"\\n\\u0001 \xE0\xA4\xB0\xE0\xA5\x80 \\\"\"}";
	struct bt_event event = {.seq = 17,
				 .time_ms = INT64_MIN,
				 .kind = BT_EVENT_EXCEPTION,
				 .sale_id = "019a9f00-0000-7000-8000-000000000001",
				 .body = bt_bytes_of(body)};
	struct bt_buf line;
	(void)state;
	expect_line(&event);
	event.time_ms = INT64_MAX;
	event.body = bt_bytes_of("");
	event.sale_id[0] = 0;
	expect_line(&event);
	bt_buf_init(&line, 300);
	assert_int_equal(bt_buf_put(&line, "keep", 4), BT_OK);
	assert_int_equal(bt_journal_line(&event, &line), BT_EFULL);
	assert_string_equal((const char *)line.data, "keep");
	bt_buf_fini(&line);
}

static void projections_made_anew(void **state)
{
	struct fixture *f = *state;
	struct bt_journal_report report;
	for (int i = 1; i <= 20; i++) {
		assert_int_equal(fixture_put_paid(f, i, 16 * i), BT_OK);
		assert_int_equal(fixture_put_tokened(f, i, 16 * i), BT_OK);
	}
	assert_int_equal(bt_journal_rebuild(f->journal, NULL), BT_OK);
	assert_int_equal(bt_journal_tidy(f->journal, NULL), BT_OK);
	assert_int_equal(bt_journal_verify(f->journal, &report, &f->fault), BT_OK);
	assert_int_equal(report.events, 41);
	assert_int_equal(report.sales, 20);
	assert_true(report.file_sound && report.chain_whole && report.signatures_good && report.second_equal &&
		    report.projections_equal && report.acknowledged_within);
}

static void reading_only(void **state)
{
	struct fixture *f = *state;
	struct bt_signer *signer = f->signer;
	struct bt_journal_report report;
	assert_int_equal(fixture_put_paid(f, 1, 16), BT_OK);
	fixture_close(f);
	f->signer = NULL;
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(fixture_put_paid(f, 2, 32), BT_ESTATE);
	assert_int_equal(bt_journal_head(f->journal).seq, 2);
	assert_int_equal(bt_journal_verify(f->journal, &report, NULL), BT_OK);
	fixture_close(f);
	f->signer = signer;

	uint8_t seed[BT_ED25519_SEED_LEN] = {9};
	struct bt_journal_options options = fixture_options(f);
	struct bt_signer *stranger = NULL;
	assert_int_equal(bt_signer_open(seed, &stranger), BT_OK);
	options.signer = stranger;
	assert_int_equal(bt_journal_open(&options, &f->journal, NULL), BT_EAUTH);
	bt_signer_close(stranger);
	options = fixture_options(f);
	options.terminal = "0143";
	assert_int_equal(bt_journal_open(&options, &f->journal, NULL), BT_EAUTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(known_answers, make, end),
	    cmocka_unit_test(kinds_have_names),
	    cmocka_unit_test_setup_teardown(refusals_leave_no_trace, make, end),
	    cmocka_unit_test_setup_teardown(a_sale_through_its_stages, make, end),
	    cmocka_unit_test_setup_teardown(one_tid_one_token, make, end),
	    cmocka_unit_test_setup_teardown(filters_and_unsent, make, end),
	    cmocka_unit_test_setup_teardown(what_cannot_be_posted_is_never_too_old, make, end),
	    cmocka_unit_test_setup_teardown(open_sales_in_order, make, end),
	    cmocka_unit_test_setup_teardown(refund_by_its_steps, make, end),
	    cmocka_unit_test_setup_teardown(exceptions_by_code, make, end),
	    cmocka_unit_test_setup_teardown(intent_waits_for_the_bank, make, end),
	    cmocka_unit_test_setup_teardown(put_json, make, end),
	    cmocka_unit_test_setup_teardown(reads_in_order_after_reopen, make, end),
	    cmocka_unit_test_setup_teardown(acknowledged_head, make, end),
	    cmocka_unit_test_setup_teardown(acknowledged_with_a_put, make, end),
	    cmocka_unit_test_setup_teardown(body_as_an_object, make, end),
	    cmocka_unit_test_setup_teardown(what_was_handed_out, make, end),
	    cmocka_unit_test_setup_teardown(handed_out_without_its_names, make, end),
	    cmocka_unit_test(event_as_a_line),
	    cmocka_unit_test_setup_teardown(projections_made_anew, make, end),
	    cmocka_unit_test_setup_teardown(reading_only, make, end),
	};
	return cmocka_run_group_tests_name("journal events", tests, NULL, NULL);
}
