/* The certificate is renewed when trusted time says so, goes last and is starved by nothing, and stops nothing.
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base
 * Rules: PROTOCOL H4, H5, L2. */
#include "tests/unit/sync_fixture.h"

#include "core/authority/identity.h"
#include "tests/unit/identity_fixture.h"

#define START_S  (SHOP_START_MS / 1000)
#define DAY_S    IDENTITY_DAY_S
#define NEW_TILL (START_S + 365 * DAY_S)
#define LATER    120000

static struct keys_folder folder;

/* The counter of this test holds a certificate from @p from_days to @p till_days from now. */
static struct far *begin(void **state, int64_t from_days, int64_t till_days)
{
	struct far *far = *state;

	identity_make(&folder);
	identity_fill(&folder, START_S + from_days * DAY_S, START_S + till_days * DAY_S);
	assert_int_equal(bt_identity_open(NULL, folder.dir, "0142", &far->identity, &far->shop.fault), BT_OK);
	bt_sync_close(far->sync);
	far_open_sync(far);
	return far;
}

static int end(void **state)
{
	struct far *far = *state;

	bt_identity_close(far->identity);
	far->identity = NULL;
	identity_end(&folder);
	return far_teardown(state);
}

static void answer_with(struct far *far, const char *certificate)
{
	json_t *json = json_pack("{s:s, s:i, s:i}", "certificate", certificate, "time", 1, "era", 1);
	char *text = json_dumps(json, JSON_COMPACT);

	far_answer(far, BT_OK, "", text);
	free(text);
	json_decref(json);
}

static void renew(struct far *far)
{
	char *certificate = identity_sign(&folder, far->request, "0142", START_S, NEW_TILL);

	answer_with(far, certificate);
	free(certificate);
}

static int64_t until_s(struct far *far)
{
	return bt_sync_state(far->sync)->certificate_until_ms / 1000;
}

static void renewed_in_its_last_days_and_then_no_more(void **state)
{
	struct far *far = begin(state, -335, 30);

	assert_int_equal(until_s(far), START_S + 30 * DAY_S);
	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	assert_string_equal(far->nonce, "0142");
	/* Last in order: everything else had its turn. */
	assert_true(far->submits[BT_CALL_LEASE] && far->submits[BT_CALL_TARIFFS] && far->submits[BT_CALL_DIRECTORY]);
	renew(far);
	assert_int_equal(until_s(far), NEW_TILL);
	assert_false(far_wait(far, BT_CALL_RENEW, 10 * LATER));
	assert_int_equal(far->submits[BT_CALL_RENEW], 1);
}

static void left_alone_before(void **state)
{
	struct far *far = begin(state, -334, 31);

	assert_false(far_wait(far, BT_CALL_RENEW, 10 * LATER));
	shop_pass(&far->shop, 2 * DAY_S * 1000);
	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
}

/* One that ran out is what everything else waits for, but for the time itself. */
static void expired_it_goes_first(void **state)
{
	struct far *far = begin(state, -366, -1);

	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	assert_int_equal(far->submits[BT_CALL_HEALTH], 1);
	assert_int_equal(far->submits[BT_CALL_LEASE] + far->submits[BT_CALL_TARIFFS] + far->submits[BT_CALL_DIRECTORY],
			 0);
	renew(far);
	assert_int_equal(until_s(far), NEW_TILL);
}

/* PROTOCOL L2: the clock of this boot was confirmed by nobody, and the head-end signs for another time than ours. */
static void an_untrusted_clock_concludes_nothing(void **state)
{
	struct far *far = begin(state, -366, -1);
	char health[512];

	for (int i = 0; i < 600; i++) {
		bt_sync_step(far->sync);
		assert_true(!far->out || far->kind != BT_CALL_RENEW);
		far_health(far, far->nonce, far->shop.wall_ms, false, health);
		if (far->out && far->kind == BT_CALL_HEALTH)
			far_answer(far, BT_OK, "", health);
		else if (far->out)
			far_answer(far, BT_EREFUSED, "not_now", NULL);
		shop_pass(&far->shop, 500);
	}
	assert_int_equal(far->submits[BT_CALL_RENEW], 0);
	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
}

/* The same request, also by a program that was started anew, until its certificate has come. */
static void a_lost_answer_is_asked_for_again(void **state)
{
	struct far *far = begin(state, -366, -1);
	char *first;

	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	first = strdup(far->request);
	far_answer_status(far, 0, BT_ELOST, "", NULL);
	bt_breaker_note(&far->shop.breaker, BT_OK, 10, 1500, far->shop.boot_ms, &far->shop.random);
	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	assert_string_equal(far->request, first);
	far->out = false;
	bt_identity_close(far->identity);
	assert_int_equal(bt_identity_open(NULL, folder.dir, "0142", &far->identity, &far->shop.fault), BT_OK);
	far_restart(far);
	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	assert_string_equal(far->request, first);
	renew(far);
	assert_int_equal(until_s(far), NEW_TILL);
	free(first);
}

static void a_refusal_stops_nothing(void **state)
{
	struct far *far = begin(state, -366, -1);
	int before;

	for (int i = 0; i < 12; i++) {
		assert_true(far_wait(far, BT_CALL_RENEW, LATER));
		far_answer(far, BT_EREFUSED, "no_such_call", NULL);
	}
	assert_int_equal(until_s(far), START_S - DAY_S);
	assert_true(far_wait(far, BT_CALL_LEASE, LATER));
	far_answer(far, BT_EREFUSED, "not_now", NULL);
	assert_true(far_wait(far, BT_CALL_DIRECTORY, LATER));
	far_answer(far, BT_EREFUSED, "not_now", NULL);
	/* And it keeps off for a while: a minute at most, on the average half of one. */
	before = far->submits[BT_CALL_RENEW];
	for (int i = 0; i < 600; i++) {
		if (far_turn(far, BT_CALL_RENEW))
			far_answer(far, BT_EREFUSED, "no_such_call", NULL);
		shop_pass(&far->shop, 1000);
	}
	assert_in_range(far->submits[BT_CALL_RENEW] - before, 8, 60);
}

static void what_is_not_for_us_is_not_taken(void **state)
{
	struct far *far = begin(state, -366, -1);
	char *certificate;

	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	certificate = identity_sign(&folder, far->request, "0143", START_S, NEW_TILL);
	answer_with(far, certificate);
	free(certificate);
	assert_int_equal(until_s(far), START_S - DAY_S);
	assert_true(far_wait(far, BT_CALL_RENEW, LATER));
	renew(far);
	assert_int_equal(until_s(far), NEW_TILL);
}

/* Pages of consumers follow one another without a pause, and the record is long: an hour is patience enough. */
static void nothing_starves_it(void **state)
{
	struct far *far = begin(state, -366, 31);
	char page[256];
	int64_t version = 1, due_ms;
	bool asked = false;

	assert_true(far_wait(far, BT_CALL_DIRECTORY, LATER));
	due_ms = far->shop.wall_ms + DAY_S * 1000;
	shop_pass(&far->shop, due_ms - far->shop.wall_ms - 60000);
	for (int i = 0; i < 4000 && !asked; i++) {
		char health[512];

		snprintf(page, sizeof page, "{\"version\":%lld,\"complete\":false,\"consumers\":[],\"removed\":[]}",
			 (long long)++version);
		far_health(far, far->nonce, far->shop.wall_ms, true, health);
		if (far->out && far->kind == BT_CALL_RENEW)
			asked = true;
		else if (far->out && far->kind == BT_CALL_HEALTH)
			far_answer(far, BT_OK, "", health);
		else if (far->out && far->kind == BT_CALL_DIRECTORY)
			far_answer(far, BT_OK, "", page);
		else if (far->out && far->kind == BT_CALL_HEAD)
			far_tell_head(far);
		else if (far->out)
			far_answer(far, BT_EREFUSED, "not_now", NULL);
		shop_pass(&far->shop, 2000);
		bt_sync_step(far->sync);
	}
	assert_true(asked);
	assert_true(far->shop.wall_ms > due_ms + 3000000);
	assert_true(far->submits[BT_CALL_DIRECTORY] > 500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, far_setup, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(renewed_in_its_last_days_and_then_no_more),
	    TEST(left_alone_before),
	    TEST(expired_it_goes_first),
	    TEST(an_untrusted_clock_concludes_nothing),
	    TEST(a_lost_answer_is_asked_for_again),
	    TEST(a_refusal_stops_nothing),
	    TEST(what_is_not_for_us_is_not_taken),
	    TEST(nothing_starves_it),
	};

	return cmocka_run_group_tests_name("sync identity", tests, NULL, NULL);
}
