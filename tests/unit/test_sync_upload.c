/* Uploading the journal: resumed batches, signed heads, gap, fork, partial acknowledgement, quarantine, back-off.
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/sync_fixture.h"

#define LATER 30000

static void sell_offline(struct far *far, bt_paise amount, char sale_id[37])
{
	shop_go_offline(&far->shop);
	shop_pay(&far->shop, amount);
	shop_printed(&far->shop, BT_PRINT_CONFIRMED);
	bt_text_copy(sale_id, 37, far->shop.sale_id);
	shop_go_online(&far->shop);
}

static struct bt_sale_row row_of(struct far *far, const char *sale_id)
{
	struct bt_sale_row row;

	assert_int_equal(bt_journal_sale(far->shop.journal, sale_id, &row), BT_OK);
	return row;
}

static void put_events(struct far *far, int count)
{
	struct bt_event_in event = {
	    .kind = BT_EVENT_UNSEAL, .sale_id = "", .body = bt_bytes_of("{\"operator\":\"rina\"}")};

	for (int i = 0; i < count; i++)
		assert_int_equal(bt_journal_put(far->shop.journal, &event, 1, &far->shop.fault), BT_OK);
}

static void sync_upload_batches_resume(void **state)
{
	struct far *far = *state;

	put_events(far, 75);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 1);
	assert_int_equal(json_array_size(far_events(far)), 50);
	assert_string_equal(json_string_value(json_object_get(far->upload, "terminal")), "0142");
	far_acknowledge(far, 50, "[]");
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 51);
	/* The answer is lost with the power: sending starts again where the head-end's signed word ended. */
	far_restart(far);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 51);
	far_acknowledge(far, far_last(far), "[]");
	assert_int_equal(bt_journal_acknowledged(far->shop.journal), far_last(far));
}

static void sync_upload_wrong_head_settles_nothing(void **state)
{
	struct far *far = *state;
	char sale[37], json[512], message[192], signature[96], hash[65];

	sell_offline(far, 50000, sale);
	for (int part = 0; part < 3; part++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		bt_text_copy(hash, sizeof hash, far_hash(far, far_last(far)));
		if (part == 1)
			hash[0] = hash[0] == 'a' ? 'b' : 'a';
		snprintf(message, sizeof message, "batti-head-v1|%s|1|%lld|%s", part == 2 ? "0143" : "0142",
			 (long long)far_last(far) + (part == 0), hash);
		far_sign(far, message, signature);
		snprintf(json, sizeof json,
			 "{\"acknowledged\":%lld,\"head\":\"%s\",\"head_signature\":\"%s\",\"results\":[]}",
			 (long long)far_last(far), hash, signature);
		far_answer(far, BT_OK, "", json);
		assert_false(row_of(far, sale).settled);
		assert_int_equal(bt_journal_acknowledged(far->shop.journal), 0);
		assert_int_equal(bt_journal_state(far->shop.journal), BT_OK);
		assert_int_equal(bt_sync_state(far->sync)->last_error, BT_EAUTH);
	}
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	assert_true(row_of(far, sale).settled);
	assert_int_equal(bt_sync_state(far->sync)->sent, 1);
}

static void sync_upload_nonsense_answers(void **state)
{
	static const char *const answers[] = {
	    "{}", "[]", "7", "{\"acknowledged\":-1,\"head\":\"\",\"head_signature\":\"\",\"results\":[]}",
	    "{\"acknowledged\":9223372036854775807,\"head\":\"zz\",\"head_signature\":\"%%\",\"results\":{}}"};
	struct far *far = *state;
	char sale[37];

	sell_offline(far, 50000, sale);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, 2 * LATER));
		far_answer(far, BT_OK, "", answers[i]);
		assert_false(row_of(far, sale).settled);
	}
	assert_int_equal(bt_journal_state(far->shop.journal), BT_OK);
}

static void sync_upload_gap(void **state)
{
	struct far *far = *state;

	put_events(far, 10);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	put_events(far, 1);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_true(far_first(far) > 4);
	far_answer(far, BT_EREFUSED, "gap", "{\"error\":{\"code\":\"gap\"},\"expected\":4}");
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 4);
	far_answer(far, BT_EREFUSED, "gap", "{\"error\":{\"code\":\"gap\"},\"expected\":4000}");
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 4);
}

static void sync_upload_fork(void **state)
{
	struct far *far = *state;

	put_events(far, 3);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_answer(far, BT_EREFUSED, "fork", "{\"error\":{\"code\":\"fork\"}}");
	assert_true(bt_sync_state(far->sync)->forked);
	assert_false(far_wait(far, BT_CALL_JOURNAL, 4 * LATER));
}

static void sync_upload_part_acknowledged(void **state)
{
	struct far *far = *state;
	char first[37], second[37];

	sell_offline(far, 50000, first);
	sell_offline(far, 60000, second);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, row_of(far, second).last_seq - 1, "[]");
	assert_true(row_of(far, first).settled);
	assert_false(row_of(far, second).settled);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	assert_true(row_of(far, second).settled);
}

static int count_exceptions(struct far *far)
{
	int count = 0;

	for (size_t i = 0; i < json_array_size(far_events(far)); i++)
		count += strcmp(json_string_value(json_object_get(json_array_get(far_events(far), i), "kind")),
				"exception") == 0;
	return count;
}

static void answer_except(struct far *far, const char *sale, const char *code, const char *posted)
{
	char results[512];
	int n = snprintf(results, sizeof results,
			 "[{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":\"%s\"}",
			 (long long)far_first(far), sale, code);

	if (posted)
		n += snprintf(results + n, sizeof results - (size_t)n,
			      ",{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"posted\",\"code\":\"\"}",
			      (long long)far_last(far), posted);
	snprintf(results + n, sizeof results - (size_t)n, "]");
	far_acknowledge(far, far_last(far), results);
}

/* One record could not be read: it stays unsent and is told, the other goes its way; sent again it is not told twice,
 * and the next run knows it still. */
static void sync_upload_malformed_is_quarantined(void **state)
{
	struct far *far = *state;
	char bad[37], good[37];

	sell_offline(far, 50000, bad);
	sell_offline(far, 60000, good);
	assert_int_equal(bt_sync_state(far->sync)->quarantined, 0);
	for (int round = 0; round < 2; round++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		answer_except(far, bad, "malformed", good);
		assert_int_equal(bt_sync_state(far->sync)->quarantined, 1);
		assert_true(row_of(far, good).settled);
		assert_false(row_of(far, bad).settled);
		assert_true(row_of(far, bad).exception);
		assert_false(row_of(far, good).exception);
		if (round == 0) {
			assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
			far_answer(far, BT_EREFUSED, "gap", "{\"expected\":1}");
		}
	}
	assert_int_equal(count_exceptions(far), 1);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER) || !far->out);
	if (far->out)
		far_acknowledge(far, far_last(far), "[]");
	assert_false(row_of(far, bad).settled);
	far_restart(far);
	assert_int_equal(bt_sync_state(far->sync)->quarantined, 1);
}

/* A slip brought back the sale: the head-end has nothing else of it and never will, but it has the slip, which is all
 * there is. It stays named, and no cap waits for it. */
static void sync_upload_paper_is_settled(void **state)
{
	static const char body[] =
	    "{\"amount_paise\":50000,\"dues_paise\":0,\"meter\":\"04740015298\",\"own\":true,\"paid_at\":1795000000000,"
	    "\"record\":\"RC1:ABC\",\"terminal\":\"0142\",\"tid\":4000,\"token\":\"01234567890123456789\",\"units\":"
	    "635}";
	static const char id[] = "01a22d66-9edd-7737-8afa-0555e9a459bb";
	struct far *far = *state;
	struct bt_event_in event = {.kind = BT_EVENT_RECOVERED, .sale_id = id, .body = bt_bytes_of(body)};
	struct bt_unsent unsent;

	assert_int_equal(bt_journal_put(far->shop.journal, &event, 1, NULL), BT_OK);
	assert_int_equal(bt_journal_unsent(far->shop.journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 1);
	bt_sync_kick(far->sync);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	answer_except(far, id, "paid_missing", NULL);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	assert_true(row_of(far, id).settled);
	assert_true(row_of(far, id).exception);
	assert_int_equal(bt_journal_unsent(far->shop.journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 0);
}

/* A later remark on the same sale does not make the record readable. */
static void sync_upload_malformed_under_a_newer_exception(void **state)
{
	struct far *far = *state;
	struct bt_sale_view view;
	char bad[37];

	sell_offline(far, 50000, bad);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	answer_except(far, bad, "malformed", NULL);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	answer_except(far, bad, "lease_expired", NULL);
	assert_false(row_of(far, bad).settled);
	assert_int_equal(bt_sync_state(far->sync)->quarantined, 1);
	assert_int_equal(bt_teller_view(far->shop.teller, bad, &view), BT_OK);
	assert_string_equal(view.exception, "lease_expired");
}

/* A row that cannot be read may be the objection to what would be settled: the whole answer counts as none. */
static void sync_upload_one_bad_row_settles_nothing(void **state)
{
	static const char *const bad[] = {
	    "7",
	    "{}",
	    "[]",
	    "null",
	    "{\"seq\":99999,\"sale_id\":\"\",\"status\":\"posted\",\"code\":\"\"}",
	    "{\"seq\":1,\"sale_id\":\"x\",\"status\":\"exception\",\"code\":\"tombstone\"}",
	    "{\"seq\":1,\"sale_id\":\"\",\"status\":\"exception\"}",
	    "{\"seq\":1,\"sale_id\":\"\",\"status\":\"exception\",\"code\":\"\"}",
	    "{\"seq\":1,\"sale_id\":\"\",\"status\":\"kept\",\"code\":\"\"}",
	};
	struct far *far = *state;
	char sale[37], results[512];

	sell_offline(far, 50000, sale);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, 4 * LATER));
		snprintf(results, sizeof results,
			 "[{\"seq\":1,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":\"malformed\"},%s]", sale,
			 bad[i]);
		far_acknowledge(far, far_last(far), results);
		assert_int_equal(bt_sync_state(far->sync)->last_error, BT_EGARBAGE);
		assert_false(row_of(far, sale).settled);
		assert_false(row_of(far, sale).exception);
		assert_int_equal(bt_journal_acknowledged(far->shop.journal), 0);
	}
	assert_true(far_wait(far, BT_CALL_JOURNAL, 4 * LATER));
	assert_int_equal(far_first(far), 1);
	far_acknowledge(far, far_last(far), "[]");
	assert_true(row_of(far, sale).settled);
}

/* Anywhere up to a limit that doubles to a minute: over many failures both ends of it are met, and never more. */
static void sync_upload_back_off_has_full_jitter(void **state)
{
	struct far *far = *state;
	int64_t before, waited, sum = 0, least = INT64_MAX, most = 0;

	put_events(far, 3);
	for (int i = 0; i < 210; i++) {
		int64_t limit = i < 7 ? INT64_C(1000) << i : 60000;

		assert_true(far_wait(far, BT_CALL_JOURNAL, 70000));
		before = far->shop.boot_ms;
		far_answer(far, BT_EREFUSED, "not_now", NULL);
		assert_true(far_wait(far, BT_CALL_JOURNAL, 70000));
		waited = far->shop.boot_ms - before;
		assert_true(waited <= (limit > 60000 ? 60000 : limit) + 50);
		if (i < 10)
			continue;
		sum += waited;
		least = waited < least ? waited : least;
		most = waited > most ? waited : most;
	}
	assert_true(least < 3000 && most > 57000);
	assert_true(sum / 200 > 24000 && sum / 200 < 36000);
	assert_false(bt_sync_is_idle(far->sync));
}

/* Without randomness the whole limit is waited: late, but never a storm. */
static enum bt_err fail_random(void *self, void *out, size_t len)
{
	(void)self;
	(void)out;
	(void)len;
	return BT_EOS;
}

static void sync_upload_back_off_without_randomness(void **state)
{
	struct far *far = *state;
	int64_t before;

	put_events(far, 3);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far->shop.random.fill = fail_random;
	before = far->shop.boot_ms;
	far_answer(far, BT_EREFUSED, "not_now", NULL);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_true(far->shop.boot_ms - before >= 1000);
}

/* A head-end that acknowledges and takes nothing is not asked again and again without a pause. */
static void sync_upload_no_progress_backs_off(void **state)
{
	struct far *far = *state;
	int64_t before;
	char message[192], signature[96], json[512], hash[65];

	put_events(far, 5);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	bt_text_copy(hash, sizeof hash, far_hash(far, 2));
	far_acknowledge(far, 2, "[]");
	snprintf(message, sizeof message, "batti-head-v1|0142|1|2|%s", hash);
	far_sign(far, message, signature);
	snprintf(json, sizeof json, "{\"acknowledged\":2,\"head\":\"%s\",\"head_signature\":\"%s\",\"results\":[]}",
		 hash, signature);
	for (int i = 0; i < 3; i++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		assert_int_equal(far_first(far), 3);
		before = far->shop.boot_ms;
		far_answer(far, BT_OK, "", json);
	}
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_true(far->shop.boot_ms - before >= 2000);
	/* One that has gone back is given what it lacks. */
	far_answer(far, BT_EREFUSED, "gap", "{\"expected\":1}");
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 1);
}

static void sync_upload_one_call_at_a_time(void **state)
{
	struct far *far = *state;
	int calls = 0;

	put_events(far, 3);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	for (int i = 0; i < 300; i++) { /* 15 s: far_submit fails the test at a second one */
		shop_pass(&far->shop, 50);
		bt_sync_kick(far->sync);
		bt_sync_step(far->sync);
	}
	for (int kind = 0; kind < BT_CALL_COUNT; kind++)
		calls += far->submits[kind];
	far->out = false; /* its answer never comes: after the longest wait the next one goes */
	assert_true(bt_sync_due_ms(far->sync) <= 10000);
	shop_pass(&far->shop, 10001);
	assert_true(far_wait(far, BT_CALL_JOURNAL, 2 * LATER));
	assert_true(calls > 0);
}

/* Two hundred dockets that cannot be settled stand before the sale that can. */
static void sync_upload_dockets_starve_nobody(void **state)
{
	struct far *far = *state;
	char sale[37];

	far->sale_submit = BT_EFULL;
	far->shop.lease.meter_day_cap = 100000000;
	bt_teller_set_lease(far->shop.teller, &far->shop.lease);
	shop_go_offline(&far->shop);
	far->shop.consumer.kind = BT_KIND_DUES;
	for (int i = 0; i < 200; i++) {
		far->shop.jobs_count = far->shop.results_count = far->shop.results_taken = 0;
		shop_pay(&far->shop, 10000);
		shop_printed(&far->shop, BT_PRINT_CONFIRMED);
	}
	far->shop.consumer.kind = BT_KIND_STS_UNITS;
	sell_offline(far, 50000, sale);
	for (int i = 0; i < 40 && !row_of(far, sale).settled; i++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		far_acknowledge(far, far_last(far), "[]");
	}
	assert_true(row_of(far, sale).settled);
}

/* The head-end posts a docket for dues from the journal: no request is needed any more. */
static void sync_upload_docket_is_posted(void **state)
{
	struct far *far = *state;
	char dues[37], token[37], results[512];

	far->sale_submit = BT_EFULL;
	far->shop.consumer.kind = BT_KIND_DUES;
	sell_offline(far, 50000, dues);
	far->shop.consumer.kind = BT_KIND_STS_UNITS;
	bt_vault_seal(&far->shop.vault);
	sell_offline(far, 50000, token);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	snprintf(results, sizeof results,
		 "[{\"seq\":1,\"sale_id\":\"%s\",\"status\":\"posted\"},{\"seq\":2,\"sale_id\":\"%s\",\"status\":"
		 "\"posted\"}]",
		 dues, token);
	far_acknowledge(far, far_last(far), results);
	assert_int_equal(row_of(far, dues).stage, BT_STAGE_CREDITED);
	assert_true(row_of(far, dues).settled);
	assert_int_equal(row_of(far, token).stage, BT_STAGE_PENDING);
	assert_false(row_of(far, token).settled);
}

/* A docket's money is a fact: refused as a request it stays owed, and the head-end's posting over its own objection
 * credits it, once, with the objection named (PROTOCOL H1). */
static void sync_upload_docket_is_posted_over_an_objection(void **state)
{
	struct far *far = *state;
	char dues[37], results[256];
	struct bt_sale_row row;

	far->sale_submit = BT_EFULL;
	far->shop.consumer.kind = BT_KIND_DUES;
	sell_offline(far, 50000, dues);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	snprintf(results, sizeof results,
		 "[{\"seq\":%lld,\"sale_id\":\"%s\",\"status\":\"exception\",\"code\":\"dues_too_much\"}]",
		 (long long)far_last(far), dues);
	far_acknowledge(far, far_last(far), results);
	row = row_of(far, dues);
	assert_int_equal(row.stage, BT_STAGE_CREDITED);
	assert_true(row.settled);
	assert_true(row.exception);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sync_upload_batches_resume),
	    TEST(sync_upload_wrong_head_settles_nothing),
	    TEST(sync_upload_nonsense_answers),
	    TEST(sync_upload_gap),
	    TEST(sync_upload_fork),
	    TEST(sync_upload_part_acknowledged),
	    TEST(sync_upload_malformed_is_quarantined),
	    TEST(sync_upload_paper_is_settled),
	    TEST(sync_upload_malformed_under_a_newer_exception),
	    TEST(sync_upload_one_bad_row_settles_nothing),
	    TEST(sync_upload_back_off_has_full_jitter),
	    TEST(sync_upload_back_off_without_randomness),
	    TEST(sync_upload_no_progress_backs_off),
	    TEST(sync_upload_one_call_at_a_time),
	    TEST(sync_upload_dockets_starve_nobody),
	    TEST(sync_upload_docket_is_posted),
	    TEST(sync_upload_docket_is_posted_over_an_objection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
