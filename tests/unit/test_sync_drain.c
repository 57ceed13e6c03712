/* A long drain: one bad record blocks nothing, sales made meanwhile keep their order, what is said of it is true, and
 * no sale is asked about twice at once.
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/sync_fixture.h"

#define LATER 70000
#define BATCH 50

static const char *make_id(int n, char out[37])
{
	snprintf(out, 37, "019a9f00-0000-7000-8000-%012d", n);
	return out;
}

/* Sales made here without the server, `paid` and `tokened`, several in one put. */
static void sell(struct far *far, int first, int count)
{
	static char ids[64][37], paid[64][1024], tokened[64][256];
	struct bt_event_in events[128];

	assert_in_range(count, 1, 64);
	for (int i = 0; i < count; i++) {
		int n = first + i;

		make_id(n, ids[i]);
		snprintf(paid[i], sizeof paid[i],
			 "{\"amount_paise\":50000,\"connection\":\"100244781560\",\"delivery\":\"token\","
			 "\"dues_paise\":0,\"lease\":1,\"meter\":\"%011d\",\"operator\":\"rina\",\"paid_at\":%lld,"
			 "\"receipt\":\"0142-0611-%d\",\"rev\":1,\"sale_id\":\"%s\",\"shift\":611,\"tid\":%d,"
			 "\"units\":635}",
			 n % 5000, (long long)far->shop.wall_ms, n, ids[i], n + 1);
		snprintf(tokened[i], sizeof tokened[i],
			 "{\"issued_by\":\"terminal\",\"lease\":1,\"rev\":1,\"tid\":%d,\"token\":\"%020d\","
			 "\"units\":635}",
			 n + 1, n);
		events[2 * i] =
		    (struct bt_event_in){.kind = BT_EVENT_PAID, .sale_id = ids[i], .body = bt_bytes_of(paid[i])};
		events[2 * i + 1] =
		    (struct bt_event_in){.kind = BT_EVENT_TOKENED, .sale_id = ids[i], .body = bt_bytes_of(tokened[i])};
	}
	assert_int_equal(bt_journal_put(far->shop.journal, events, 2 * count, &far->shop.fault), BT_OK);
}

static void sell_many(struct far *far, int count)
{
	for (int sold = 0; sold < count; sold += 50)
		sell(far, sold, count - sold < 50 ? count - sold : 50);
}

static int64_t unsent(struct far *far)
{
	struct bt_unsent unsent = {0};

	assert_int_equal(bt_journal_unsent(far->shop.journal, &unsent), BT_OK);
	return unsent.count;
}

static int64_t head_of(const struct far *far)
{
	return bt_journal_head(far->shop.journal).seq;
}

static int batch_size(const struct far *far)
{
	return (int)json_array_size(far_events(far));
}

static const char *sale_at(const struct far *far, int64_t seq)
{
	return json_string_value(
	    json_object_get(json_array_get(far_events(far), (size_t)(seq - far_first(far))), "sale_id"));
}

static const char *body_at(const struct far *far, int64_t seq)
{
	return json_string_value(
	    json_object_get(json_array_get(far_events(far), (size_t)(seq - far_first(far))), "body"));
}

static bool has(const struct far *far, int64_t seq)
{
	return far_first(far) <= seq && seq <= far_last(far);
}

/* ---- one bad record ---- */

/* The head-end names the record malformed: the rest of its batch and all others settle. */
static void sync_drain_malformed_in_the_middle(void **state)
{
	struct far *far = *state;
	char results[256], bad[37];
	int64_t at;

	sell_many(far, 300);
	at = head_of(far) - 301; /* `paid` of one of them */
	make_id(149, bad);
	while (unsent(far) > 1 || head_of(far) > far->held) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		snprintf(results, sizeof results,
			 "[{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":\"malformed\"}]",
			 (long long)at, bad);
		if (has(far, at))
			assert_string_equal(sale_at(far, at), bad);
		far_acknowledge(far, far_last(far), has(far, at) ? results : "[]");
	}
	assert_int_equal(unsent(far), 1);
	assert_int_equal(bt_sync_state(far->sync)->sent, 299);
	assert_int_equal(bt_sync_state(far->sync)->quarantined, 1);
	assert_int_equal(bt_sync_state(far->sync)->to_send, 0);
}

/* The head-end falls over any batch that holds record @p at whole. @return uploads it took until all is sent. */
static int drain_over(struct far *far, int64_t at, int status, enum bt_err err)
{
	char results[256];
	int calls = 0;

	while (head_of(far) > far->held) {
		assert_true(++calls < 100);
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		if (!has(far, at) || far->held >= at) {
			far_acknowledge(far, far_last(far), "[]");
		} else if (body_at(far, at)[0]) {
			far_answer_status(far, status, err, err == BT_EREFUSED ? "malformed" : "", NULL);
		} else {
			assert_int_equal(batch_size(far), 1);
			snprintf(results, sizeof results,
				 "[{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":\"malformed\"}]",
				 (long long)at, sale_at(far, at));
			far_acknowledge(far, at, results);
		}
	}
	return calls;
}

static void sync_drain_bad_record_stands_alone(void **state)
{
	static const struct {
		int status;
		enum bt_err err;
	} answers[] = {{500, BT_EGARBAGE}, {413, BT_EGARBAGE}, {400, BT_EREFUSED}, {422, BT_EREFUSED}};
	struct far *far = *state;

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		sell(far, 60 * (int)i, 60);
		drain_over(far, head_of(far) - 71, answers[i].status, answers[i].err);
		assert_int_equal(unsent(far), i + 1);
		assert_int_equal(bt_sync_state(far->sync)->quarantined, i + 1);
	}
	/* It is known still when the terminal starts again, and the others are not touched. */
	far_restart(far);
	assert_int_equal(bt_sync_state(far->sync)->quarantined, 4);
	assert_int_equal(unsent(far), 4);
}

/* Batches grow again behind it. */
static void sync_drain_batches_grow_again(void **state)
{
	struct far *far = *state;

	sell_many(far, 300);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	for (int size = BATCH; size > 12; size /= 2) {
		assert_int_equal(batch_size(far), size);
		far_answer_status(far, 413, BT_EGARBAGE, "", NULL);
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	}
	for (int size = 12; size < BATCH; size *= 2) {
		assert_int_equal(batch_size(far), size);
		far_acknowledge(far, far_last(far), "[]");
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	}
	assert_int_equal(batch_size(far), BATCH);
}

/* A head-end that is ill as a whole makes no record a bad one: it has to say that it is well in between. */
static void sync_drain_ill_head_end_withholds_nothing(void **state)
{
	struct far *far = *state;

	sell(far, 0, 10);
	for (int i = 0; i < 60; i++) {
		bt_sync_step(far->sync);
		shop_pass(&far->shop, 3000);
		if (!far->out)
			continue;
		if (far->kind == BT_CALL_JOURNAL)
			for (int64_t seq = far_first(far); seq <= far_last(far); seq++)
				assert_true(body_at(far, seq)[0]);
		far_answer_status(far, 500, BT_EGARBAGE, "", NULL);
		shop_go_online(&far->shop);
	}
	assert_true(far->submits[BT_CALL_JOURNAL] > 8);
}

/* What a gateway says of a head-end that is away, or a line that is slow, says nothing of one record. */
static void sync_drain_gateway_and_late_answers(void **state)
{
	struct far *far = *state;

	sell(far, 0, 1);
	for (int i = 0; i < 24; i++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, 200000));
		for (int64_t seq = far_first(far); seq <= far_last(far); seq++)
			assert_true(body_at(far, seq)[0]);
		if (i % 2)
			far_answer_status(far, 503, BT_EGARBAGE, "", NULL);
		else
			far_answer_status(far, 0, BT_ETIMEOUT, "", NULL);
	}
}

static void sync_drain_slow_line_gets_small_batches(void **state)
{
	struct far *far = *state;

	sell_many(far, 100);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(batch_size(far), BATCH);
	far_answer_status(far, 0, BT_ETIMEOUT, "", NULL);
	assert_true(far_wait(far, BT_CALL_JOURNAL, 200000));
	assert_int_equal(batch_size(far), BATCH / 2);
}

/* ---- an acknowledgement worked off step by step ---- */

#define STEP_MOST 13 /* sales that one step settles */

static bool count_kind(void *context, const struct bt_event *event)
{
	int *counts = context;

	counts[event->kind]++;
	return true;
}

static void count_kinds(struct far *far, int counts[BT_EVENT_KIND_COUNT])
{
	memset(counts, 0, sizeof(int) * BT_EVENT_KIND_COUNT);
	assert_int_equal(bt_journal_read(far->shop.journal, 0, count_kind, counts, &far->shop.fault), BT_OK);
}

/* Twenty-five sales in one batch: no step settles more than a few, each is durable when it returns, nothing is asked in
 * between, and the acknowledgement is kept with the last of them. */
static void sync_drain_settles_in_steps(void **state)
{
	struct far *far = *state;
	int64_t before, left;
	int steps = 0;

	sell(far, 0, 60);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	before = bt_journal_acknowledged(far->shop.journal);
	left = unsent(far);
	far->stepwise = true;
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	assert_int_equal(unsent(far), left);
	while (bt_sync_due_ms(far->sync) == 0) {
		int64_t now;

		assert_int_equal(bt_journal_acknowledged(far->shop.journal), before);
		assert_false(bt_sync_is_idle(far->sync));
		bt_sync_step(far->sync);
		assert_false(far->out);
		now = unsent(far);
		assert_in_range(left - now, 0, STEP_MOST);
		left = now;
		steps++;
	}
	assert_int_equal(steps, 2);
	assert_int_equal(left, 60 - 25 - 24);
	assert_int_equal(bt_journal_acknowledged(far->shop.journal), far->held);
}

/* The lights go out after each of its steps: the same records are sent again, the same answer comes again, and each
 * sale is settled once, each objection recorded once. */
static void sync_drain_death_between_steps(void **state)
{
	struct far *far = *state;
	int counts[BT_EVENT_KIND_COUNT], made = 0;
	char results[512], bad[37];

	far->stepwise = true;
	for (int lived = 0; lived < 4; lived++) {
		int64_t first;

		sell(far, made, 25);
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		first = far_first(far);
		snprintf(results, sizeof results,
			 "[{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":\"over_cap\"}]",
			 (long long)far_last(far), make_id(made + 20, bad));
		made += 25;
		far_acknowledge(far, far_last(far), results);
		for (int step = 0; step < lived; step++)
			bt_sync_step(far->sync);
		far_restart(far);
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		if (lived < 3)
			assert_int_equal(far_first(far), first);
		while (unsent(far) > 0 || head_of(far) > far->held) {
			bool again = far_first(far) <= first && first <= far_last(far);

			if (again)
				snprintf(results, sizeof results,
					 "[{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":"
					 "\"over_cap\"}]",
					 (long long)far_last(far), bad);
			far_acknowledge(far, far_last(far), again ? results : "[]");
			far_finish(far);
			if (head_of(far) > far->held)
				assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		}
		count_kinds(far, counts);
		assert_int_equal(counts[BT_EVENT_SETTLED], made);
		assert_int_equal(counts[BT_EVENT_EXCEPTION], lived + 1);
	}
	assert_int_equal(bt_sync_state(far->sync)->to_send, 0);
}

/* The counter works on between two steps. */
static void sync_drain_sale_moves_on_between_steps(void **state)
{
	struct far *far = *state;
	struct bt_event_in printed = {
	    .kind = BT_EVENT_PRINTED, .sale_id = "", .body = bt_bytes_of("{\"copy\":1,\"result\":\"confirmed\"}")};
	char id[37];

	far->stepwise = true;
	sell(far, 0, 20);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	bt_sync_step(far->sync);
	assert_int_equal(unsent(far), 20 - STEP_MOST);
	/* Printed again meanwhile: its newest record has not been sent, so it is not settled yet. */
	printed.sale_id = make_id(19, id);
	assert_int_equal(bt_journal_put(far->shop.journal, &printed, 1, &far->shop.fault), BT_OK);
	far_finish(far);
	assert_int_equal(unsent(far), 1);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	far_finish(far);
	assert_int_equal(unsent(far), 0);
}

/* ---- selling meanwhile ---- */

struct ledger {
	int64_t newest; /* record */
	int sales, twice, skipped;
	int64_t lost_batches;
};

static void take_upload(struct far *far, struct ledger *ledger)
{
	for (int64_t seq = far_first(far); seq <= far_last(far); seq++) {
		ledger->twice += seq <= ledger->newest;
		ledger->skipped += seq > ledger->newest + 1;
		if (seq > ledger->newest)
			ledger->newest = seq;
	}
}

/* Ten thousand sales are made while batches go. Some answers are lost; only what was in those goes twice. */
static void sync_drain_ten_thousand_sales_meanwhile(void **state)
{
	struct far *far = *state;
	const struct bt_sync_state *now = bt_sync_state(far->sync);
	struct ledger ledger = {0};
	int made = 0, batches = 0, expected_twice = 0;

	sell(far, made, 50);
	made = 50;
	while (made < 10000 || head_of(far) > far->held) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, 200000));
		batches++;
		take_upload(far, &ledger);
		if (made < 10000) {
			sell(far, made, 50);
			made += 50;
		}
		if (batches % 37 == 0) {
			expected_twice += batch_size(far);
			far_answer_status(far, 0, BT_ELOST, "", NULL);
			shop_go_online(&far->shop);
			continue;
		}
		far_acknowledge(far, far_last(far), "[]");
		/* What is said is true at every step. */
		assert_int_equal(now->to_send, head_of(far) - far->held);
		assert_int_equal(now->sent + unsent(far), made);
		assert_true(now->drain_total == 0 ? now->to_send == 0
						  : now->drain_total - now->drain_done == now->to_send);
	}
	assert_int_equal(ledger.skipped, 0);
	assert_int_equal(ledger.twice, expected_twice);
	assert_int_equal(ledger.newest, head_of(far));
	assert_int_equal(unsent(far), 0);
	assert_int_equal(now->sent, 10000);
	assert_int_equal(now->drain_total, 0);
}

/* ---- one attempt for each sale ---- */

static void answer_sale(struct far *far, int n, enum bt_err err)
{
	struct bt_answer answer = {
	    .kind = BT_CALL_SALE, .id = far->asked_id[n], .rev = 1, .latency_ms = 10, .fault = {.err = err}};

	bt_text_copy(answer.sale_id, sizeof answer.sale_id, far->asked[n]);
	assert_true(bt_teller_answer(far->shop.teller, &answer));
}

/* The counter's own request may still be under way long after the counter has gone on: nobody asks beside it. */
static void sync_drain_one_attempt_for_each_sale(void **state)
{
	struct far *far = *state;

	far->shop.consumer.kind = BT_KIND_DUES;
	shop_go_online(&far->shop);
	shop_pay(&far->shop, 50000);
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
	for (int64_t passed = 0; passed < 30000; passed += 500) {
		shop_pass(&far->shop, 500);
		bt_teller_step(far->shop.teller);
		shop_go_online(&far->shop); /* others are answered */
		bt_sync_kick(far->sync);
		far_turn(far, BT_CALL_ENROL);
		assert_int_equal(far->submits[BT_CALL_SALE], 1);
	}
	assert_int_equal(shop_view(&far->shop).state, BT_SALE_PENDING);
	/* The answer came, with nothing in it: now it is asked again, once. */
	answer_sale(far, 0, BT_ETIMEOUT);
	shop_go_online(&far->shop);
	bt_sync_kick(far->sync);
	for (int i = 0; i < 60; i++) {
		shop_pass(&far->shop, 400);
		bt_teller_step(far->shop.teller);
		far_turn(far, BT_CALL_ENROL);
	}
	assert_int_equal(far->submits[BT_CALL_SALE], 2);
	assert_string_equal(far->asked[1], far->asked[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sync_drain_malformed_in_the_middle),
	    TEST(sync_drain_bad_record_stands_alone),
	    TEST(sync_drain_batches_grow_again),
	    TEST(sync_drain_ill_head_end_withholds_nothing),
	    TEST(sync_drain_gateway_and_late_answers),
	    TEST(sync_drain_slow_line_gets_small_batches),
	    TEST(sync_drain_ten_thousand_sales_meanwhile),
	    TEST(sync_drain_one_attempt_for_each_sale),
	    TEST(sync_drain_settles_in_steps),
	    TEST(sync_drain_death_between_steps),
	    TEST(sync_drain_sale_moves_on_between_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
