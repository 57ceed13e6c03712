/* Time, lease and pending sales: what is signed and newer is taken, what is pending is finished in turn.
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/sync_fixture.h"

#include <unistd.h>

#include "core/base/file.h"

#include "core/base/file.h"

#define LATER 30000

static enum bt_err clock_of(struct far *far)
{
	int64_t now;

	return bt_clock_trust_now(&bt_sync_state(far->sync)->trust, &far->shop.clock, &now);
}

static void sync_terms_time_must_be_signed_over_our_nonce(void **state)
{
	struct far *far = *state;
	char json[512];

	assert_int_equal(clock_of(far), BT_ECLOCK);
	assert_true(far_wait(far, BT_CALL_HEALTH, LATER));
	far_health(far, "00112233445566778899aabbccddeeff", far->shop.wall_ms, true, json);
	far_answer(far, BT_OK, "", json);
	assert_int_equal(clock_of(far), BT_ECLOCK);
	assert_true(far_wait(far, BT_CALL_HEALTH, LATER));
	far_health(far, far->nonce, far->shop.wall_ms, false, json);
	far_answer(far, BT_OK, "", json);
	assert_int_equal(clock_of(far), BT_ECLOCK);
	assert_true(far_wait(far, BT_CALL_HEALTH, LATER));
	far_health(far, far->nonce, INT64_MAX, true, json); /* signed, and no time of this world */
	far_answer(far, BT_OK, "", json);
	assert_int_equal(clock_of(far), BT_ECLOCK);
	assert_true(far_wait(far, BT_CALL_HEALTH, LATER));
	far_answer(far, BT_OK, "", "{}");
	assert_int_equal(bt_sync_state(far->sync)->refused_clock, 4);
	assert_int_equal(bt_sync_state(far->sync)->health_at_ms, 0);
	/* The lid was shut over the answer: it says what time it was before. */
	assert_true(far_wait(far, BT_CALL_HEALTH, LATER));
	far_health(far, far->nonce, far->shop.wall_ms, true, json);
	far->shop.wall_ms += 3 * LATER;
	far->shop.boot_ms += 3 * LATER;
	far_answer(far, BT_OK, "", json);
	assert_int_equal(clock_of(far), BT_ECLOCK);
	assert_true(far_wait(far, BT_CALL_HEALTH, LATER));
	far_health(far, far->nonce, far->shop.wall_ms, true, json);
	far_answer(far, BT_OK, "", json);
	assert_int_equal(clock_of(far), BT_OK);
	/* After the next boot it is to be confirmed again. */
	far_restart(far);
	assert_int_equal(clock_of(far), BT_ECLOCK);
	assert_int_equal(bt_sync_confirm_clock(far->sync, far->shop.wall_ms, "jha", &far->shop.fault), BT_OK);
	assert_int_equal(clock_of(far), BT_OK);
}

static void give_lease(struct far *far, int number, int total_cap)
{
	char json[4096];

	bt_sync_kick(far->sync);
	assert_true(far_wait(far, BT_CALL_LEASE, 4 * LATER));
	far_lease(far, number, total_cap, json);
	far_answer(far, BT_OK, "", json);
}

static void make_renewal_due(struct far *far)
{
	shop_pass(&far->shop, 2 * SHOP_DAY_MS);
}

static void write_lease_file(struct far *far, const char *text)
{
	char path[128];

	snprintf(path, sizeof path, "%s/lease.json", far->shop.dir);
	assert_int_equal(bt_file_replace(path, bt_bytes_of(text), 0600, &far->shop.fault), BT_OK);
}

static void sync_terms_older_lease(void **state)
{
	struct far *far = *state;
	const struct bt_sync_state *now;
	char json[4096];

	give_lease(far, 5, 30000000);
	assert_int_equal(bt_sync_state(far->sync)->lease.number, 5);
	make_renewal_due(far);
	give_lease(far, 4, 90000000);
	assert_int_equal(bt_sync_state(far->sync)->lease.number, 5);
	give_lease(far, 5, 90000000); /* one number is one document */
	assert_int_equal(bt_sync_state(far->sync)->lease.total_cap, 30000000);
	far_restart(far);
	assert_int_equal(bt_sync_state(far->sync)->lease.number, 5);
	assert_int_equal(bt_sync_state(far->sync)->lease.total_cap, 30000000);
	/* An older one, genuine, put back into the folder brings its limits back no more. */
	far_lease(far, 4, 90000000, json);
	write_lease_file(far, json);
	far_restart(far);
	now = bt_sync_state(far->sync);
	assert_false(now->has_lease);
	assert_int_equal(now->lease_file, BT_EAUTH);
	give_lease(far, 6, 30000000);
	assert_int_equal(bt_sync_state(far->sync)->lease.number, 6);
	assert_int_equal(bt_sync_state(far->sync)->lease_file, BT_OK);
}

/* PROTOCOL H5: revocation stops issue, on disk too; only a new lease brings it back. */
static void sync_terms_revoked_gives_up_the_lease(void **state)
{
	struct far *far = *state;
	char path[1024];

	give_lease(far, 5, 30000000);
	assert_true(bt_sync_state(far->sync)->has_lease);
	assert_int_equal(bt_path_join(far->shop.dir, "lease.json", path, sizeof path), BT_OK);
	bt_sync_note_revoked(far->sync);
	assert_false(bt_sync_state(far->sync)->has_lease);
	assert_int_not_equal(access(path, F_OK), 0);
	shop_go_offline(&far->shop);
	shop_pay(&far->shop, 50000);
	assert_int_equal(shop_view(&far->shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_NO_LEASE);
}

/* That it is withdrawn stays so: it asks again in its own time, like one that was answered, and not every minute. Without
 * an answer it asks after seconds. */
static void sync_terms_revoked_asks_seldom(void **state)
{
	struct far *far = *state;

	bt_sync_kick(far->sync);
	assert_true(far_wait(far, BT_CALL_LEASE, 4 * LATER));
	far_answer(far, BT_ETIMEOUT, "", NULL);
	assert_true(far_wait(far, BT_CALL_LEASE, 2000));
	far_answer_status(far, 403, BT_EREFUSED, "revoked", NULL);
	assert_true(bt_sync_state(far->sync)->revoked);
	assert_false(far_wait(far, BT_CALL_LEASE, 200000));
	assert_true(far_wait(far, BT_CALL_LEASE, 200000));
}

static void sync_terms_damaged_lease_file(void **state)
{
	struct far *far = *state;
	char json[4096];

	give_lease(far, 5, 30000000);
	far_lease(far, 5, 30000000, json);
	json[20] = json[20] == 'A' ? 'B' : 'A';
	write_lease_file(far, json);
	far_restart(far);
	assert_false(bt_sync_state(far->sync)->has_lease);
	assert_int_not_equal(bt_sync_state(far->sync)->lease_file, BT_OK);
	write_lease_file(far, "");
	far_restart(far);
	assert_false(bt_sync_state(far->sync)->has_lease);
	assert_int_equal(bt_sync_state(far->sync)->lease_file, BT_EFORMAT);
	give_lease(far, 5, 30000000);
	assert_true(bt_sync_state(far->sync)->has_lease);
}

static void docket(struct far *far, enum bt_kind kind, char sale_id[37])
{
	far->shop.consumer.kind = kind;
	far->shop.consumer.takes_token = false;
	shop_go_offline(&far->shop);
	shop_pay(&far->shop, 50000);
	shop_printed(&far->shop, BT_PRINT_CONFIRMED);
	bt_text_copy(sale_id, 37, far->shop.sale_id);
}

static void answer_sale(struct far *far, int n, enum bt_err err, const char *code)
{
	struct bt_answer answer = {
	    .kind = BT_CALL_SALE, .id = far->asked_id[n], .rev = 1, .latency_ms = 10, .fault = {.err = err}};

	bt_text_copy(answer.sale_id, sizeof answer.sale_id, far->asked[n]);
	bt_text_copy(answer.code, sizeof answer.code, code);
	assert_true(bt_teller_answer(far->shop.teller, &answer));
}

/* What ends a disconnection first, then balances, then tokens; one at a time; one that fails holds up no other and has
 * its turn again. */
static void sync_terms_pending_in_turn(void **state)
{
	struct far *far = *state;
	char token[37], balance[37], dues[2][37];

	bt_vault_seal(&far->shop.vault);
	docket(far, BT_KIND_STS_UNITS, token);
	docket(far, BT_KIND_REMOTE, balance);
	docket(far, BT_KIND_DUES, dues[0]);
	docket(far, BT_KIND_DUES, dues[1]);
	shop_go_online(&far->shop);
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
	assert_string_equal(far->asked[0], dues[0]);
	answer_sale(far, 0, BT_ETIMEOUT, "");
	shop_go_online(&far->shop);
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_int_equal(far->submits[BT_CALL_SALE], 2);
	assert_string_equal(far->asked[1], dues[1]);
	answer_sale(far, 1, BT_OK, "");
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_string_equal(far->asked[2], balance);
	answer_sale(far, 2, BT_EREFUSED, "unknown_consumer");
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_string_equal(far->asked[3], token);
	answer_sale(far, 3, BT_ELOST, "");
	shop_go_online(&far->shop);
	assert_false(far_wait(far, BT_CALL_ENROL, 40000));
	assert_int_equal(far->submits[BT_CALL_SALE], 5);
	assert_string_equal(far->asked[4], dues[0]); /* the next round */
	answer_sale(far, 4, BT_OK, "");
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_string_equal(far->asked[5], balance); /* money taken stays owed, whatever the request was told */
	answer_sale(far, 5, BT_EREFUSED, "unknown_consumer");
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_string_equal(far->asked[6], token);
}

/* How often a loop turns in @p ms that waits for as long as it is told. */
static int turns_within(struct far *far, int64_t ms)
{
	int64_t until = far->shop.boot_ms + ms;
	int turns = 0;

	while (far->shop.boot_ms < until) {
		int rest = bt_sync_due_ms(far->sync), due = bt_teller_due_ms(far->shop.teller);

		assert_false(far_turn(far, BT_CALL_ENROL));
		shop_pass(&far->shop, due >= 0 && due < rest ? due : rest);
		turns++;
	}
	return turns;
}

/* An answer wakes the loop by itself. */
static void sync_terms_rests_while_one_is_finished(void **state)
{
	struct far *far = *state;
	char dues[2][37];

	docket(far, BT_KIND_DUES, dues[0]);
	docket(far, BT_KIND_DUES, dues[1]);
	shop_go_online(&far->shop);
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
	assert_true(turns_within(far, 20000) < 40);
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
}

/* What a withdrawn terminal may not finish is nothing to wake for. */
static void sync_terms_withdrawn_rests(void **state)
{
	struct far *far = *state;
	char dues[37];

	docket(far, BT_KIND_DUES, dues);
	bt_sync_note_revoked(far->sync);
	shop_go_online(&far->shop);
	assert_true(turns_within(far, 60000) < 120);
	assert_int_equal(far->submits[BT_CALL_SALE], 0);
}

/* Nothing to do is nothing to wake for: the loop turns seldom. */
static void sync_terms_rests(void **state)
{
	struct far *far = *state;
	int turns = 0;
	int64_t until;

	give_lease(far, 5, 30000000);
	assert_false(far_wait(far, BT_CALL_ENROL, 5000));
	if (far->out)
		far_answer(far, BT_EREFUSED, "not_now", NULL);
	until = far->shop.boot_ms + 60000;
	while (far->shop.boot_ms < until) {
		if (far_turn(far, BT_CALL_JOURNAL))
			far_acknowledge(far, far_last(far), "[]");
		shop_pass(&far->shop, bt_sync_due_ms(far->sync));
		turns++;
	}
	assert_true(turns < 60);
}

/* A server too slow for the counter still takes the record. */
static void sync_terms_slow_server_takes_the_record(void **state)
{
	struct far *far = *state;

	for (int i = 0; i < 2; i++)
		bt_breaker_note(&far->shop.breaker, BT_OK, 5000, 1500, far->shop.boot_ms, &far->shop.random);
	assert_int_equal(far->shop.breaker.state, BT_BREAKER_SLOW);
	for (int i = 0; i < 100 && !far->submits[BT_CALL_JOURNAL]; i++) {
		shop_pass(&far->shop, 1000);
		bt_sync_step(far->sync);
		if (far->out && far->kind != BT_CALL_JOURNAL)
			far_answer(far, BT_ETIMEOUT, "", NULL);
	}
	assert_int_equal(far->submits[BT_CALL_JOURNAL], 1);
	assert_int_equal(far->submits[BT_CALL_DIRECTORY], 0);
	assert_int_not_equal(far->shop.breaker.state, BT_BREAKER_ONLINE);
}

/* The last page is answered by asking beyond it, at once and once: so the head-end learns that it has come. */
static void sync_terms_says_what_it_has_fetched(void **state)
{
	static const char page[] = "{\"version\":7,\"complete\":true,\"consumers\":[],\"removed\":[]}";
	struct far *far = *state;

	assert_true(far_wait(far, BT_CALL_DIRECTORY, LATER));
	assert_int_equal(far->number, 0);
	far_answer(far, BT_OK, "", page);
	assert_true(far_wait(far, BT_CALL_DIRECTORY, 1000));
	assert_int_equal(far->number, 7);
	far_answer(far, BT_OK, "", page);
	assert_false(far_wait(far, BT_CALL_DIRECTORY, 5 * LATER));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sync_terms_time_must_be_signed_over_our_nonce),
	    TEST(sync_terms_older_lease),
	    TEST(sync_terms_revoked_gives_up_the_lease),
	    TEST(sync_terms_revoked_asks_seldom),
	    TEST(sync_terms_damaged_lease_file),
	    TEST(sync_terms_pending_in_turn),
	    TEST(sync_terms_rests),
	    TEST(sync_terms_rests_while_one_is_finished),
	    TEST(sync_terms_withdrawn_rests),
	    TEST(sync_terms_slow_server_takes_the_record),
	    TEST(sync_terms_says_what_it_has_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
