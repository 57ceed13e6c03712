/* What the head-end holds: one restored from a backup is sent again what it had acknowledged, and finishes no older
 * sale before; one that holds another history is sent nothing (PROTOCOL H4, J1).
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/sync_fixture.h"

#define LATER 70000

static void put_events(struct far *far, int count)
{
	struct bt_event_in event = {
	    .kind = BT_EVENT_UNSEAL, .sale_id = "", .body = bt_bytes_of("{\"operator\":\"rina\"}")};

	for (int i = 0; i < count; i++)
		assert_int_equal(bt_journal_put(far->shop.journal, &event, 1, &far->shop.fault), BT_OK);
}

static bool keep_hash(void *context, const struct bt_event *event)
{
	bt_hex_encode(BT_BYTES(event->hash), context);
	return false;
}

/* As a head-end that was restored to the time at which it held @p seq. */
static void hold(struct far *far, int64_t seq)
{
	far->held = seq;
	memset(far->held_hash, '0', 64);
	if (seq > 0)
		assert_int_equal(bt_journal_read(far->shop.journal, seq - 1, keep_hash, far->held_hash, NULL), BT_OK);
}

static void send_all(struct far *far)
{
	while (bt_journal_head(far->shop.journal).seq > far->held) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		far_acknowledge(far, far_last(far), "[]");
	}
}

static int64_t head_of(const struct far *far)
{
	return bt_journal_head(far->shop.journal).seq;
}

static void dues_docket(struct far *far, char sale_id[37])
{
	far->shop.consumer.kind = BT_KIND_DUES;
	shop_go_offline(&far->shop);
	shop_pay(&far->shop, 50000);
	shop_printed(&far->shop, BT_PRINT_CONFIRMED);
	bt_text_copy(sale_id, 37, far->shop.sale_id);
	shop_go_online(&far->shop);
}

static void sync_head_restored_is_sent_again(void **state)
{
	struct far *far = *state;
	int64_t sent;

	put_events(far, 150);
	send_all(far);
	sent = head_of(far);
	assert_false(far_wait(far, BT_CALL_JOURNAL, LATER)); /* nothing is unsent */
	hold(far, 40);
	far->era = 2;
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 41);
	assert_int_equal(bt_sync_state(far->sync)->era, 2);
	assert_int_equal(bt_journal_acknowledged(far->shop.journal), sent);
	far_acknowledge(far, far_last(far), "[]");
	send_all(far);
	assert_int_equal(far->held, head_of(far)); /* the new era is on record and sent too */
	assert_int_equal(head_of(far), sent + 1);
	assert_int_equal(bt_sync_state(far->sync)->to_send, 0);
	/* A second machine that still thinks it is the old one: nothing begins anew with each answer. */
	far->era = 1;
	assert_false(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(bt_sync_state(far->sync)->era, 2);
	assert_int_equal(head_of(far), sent + 1);
}

static void sync_head_is_asked_at_each_start(void **state)
{
	struct far *far = *state;
	int64_t unsent;

	put_events(far, 20);
	send_all(far);
	hold(far, 0);
	far_restart(far);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), 1);
	far_acknowledge(far, far_last(far), "[]");
	/* An answer beyond what is acknowledged here moves nothing forward: it is not signed. */
	send_all(far);
	unsent = head_of(far) + 1;
	put_events(far, 5);
	hold(far, head_of(far));
	far_restart(far);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_int_equal(far_first(far), unsent);
}

static void sync_head_era_outlives_the_run(void **state)
{
	struct far *far = *state;

	send_all(far);
	far->era = 3;
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_acknowledge(far, far_last(far), "[]");
	far_restart(far);
	assert_int_equal(bt_sync_state(far->sync)->era, 3);
	far->shop.consumer.kind = BT_KIND_STS_UNITS;
	shop_go_online(&far->shop);
	shop_pay(&far->shop, 50000);
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
	assert_int_equal(far->asked_era[0], 3); /* the first sale of the run names it */
}

/* Nothing is asked about an older sale before the head-end has again what it had when the era changed. */
static void sync_head_older_sales_wait(void **state)
{
	struct far *far = *state;
	char sale[37];

	put_events(far, 150);
	send_all(far);
	dues_docket(far, sale);
	far->sale_submit = BT_EFULL; /* not asked in the era gone by */
	send_all(far);
	hold(far, 0);
	far->era = 2;
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	far->sale_submit = BT_OK;
	far_tell_head(far);
	for (int batch = 0; batch < 2; batch++) {
		bt_sync_kick(far->sync);
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		assert_int_equal(far->submits[BT_CALL_SALE], 0);
		if (batch == 0)
			far_acknowledge(far, far_last(far), "[]");
	}
	/* Neither after a start in the middle of it, while the head-end's word is still out. */
	far_restart(far);
	shop_go_online(&far->shop);
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	assert_int_equal(far->submits[BT_CALL_SALE], 0);
	far_tell_head(far);
	send_all(far);
	assert_false(far_wait(far, BT_CALL_ENROL, 10000));
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
	assert_string_equal(far->asked[0], sale);
	assert_int_equal(far->asked_era[0], 2);
}

static void sync_head_of_another_history(void **state)
{
	struct far *far = *state;

	put_events(far, 20);
	send_all(far);
	put_events(far, 3);
	far->held_hash[0] = far->held_hash[0] == 'a' ? 'b' : 'a';
	far_restart(far);
	assert_false(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_true(bt_sync_state(far->sync)->forked);
	assert_false(bt_sync_state(far->sync)->ahead);
	assert_int_equal(bt_teller_state(far->shop.teller), BT_OK);
	assert_int_equal(bt_sync_state(far->sync)->to_send, head_of(far) - far->held);
}

static void close_all(struct far *far)
{
	bt_sync_close(far->sync);
	far->sync = NULL;
	bt_teller_close(far->shop.teller);
	far->shop.teller = NULL;
	bt_journal_close(far->shop.journal);
	far->shop.journal = NULL;
}

static struct bt_recovery recover(struct far *far)
{
	struct bt_journal_options options = {
	    .dir = far->shop.dir, .clock = &far->shop.clock, .signer = far->shop.signer, .terminal = "0142"};
	struct bt_recovery done;

	close_all(far);
	assert_int_equal(bt_journal_recover(&options, NULL, &done, &far->shop.fault), BT_OK);
	assert_int_equal(shop_open_journal(&far->shop), BT_OK);
	assert_int_equal(shop_open_teller(&far->shop), BT_OK);
	far_open_sync(far);
	return done;
}

static void sync_head_beyond_this_record_stops_selling(void **state)
{
	struct far *far = *state;
	struct bt_recovery done;
	int64_t shift = shop_shift(&far->shop);

	put_events(far, 20);
	send_all(far);
	far->held = head_of(far) + 10;
	far_restart(far);
	assert_false(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_true(bt_sync_state(far->sync)->forked);
	assert_true(bt_sync_state(far->sync)->ahead);
	assert_int_equal(bt_teller_state(far->shop.teller), BT_ECORRUPT);
	/* The server is away at the next start: the old record does not open all the same. */
	close_all(far);
	assert_int_equal(shop_open_journal(&far->shop), BT_ECORRUPT);
	done = recover(far);
	assert_int_equal(done.known, far->held);
	assert_int_equal(bt_journal_epoch(far->shop.journal), 2);
	assert_int_equal(bt_shift_resume(far->shop.journal, "rina", far->shop.wall_ms, &shift), BT_ENOTFOUND);
	/* What it holds of the life before says nothing against this one, now or later. */
	for (int i = 0; i < 2; i++) {
		assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
		assert_false(bt_sync_state(far->sync)->forked);
		assert_int_equal(bt_teller_state(far->shop.teller), BT_OK);
		far_restart(far);
	}
}

/* What was spoilt on its way, or is not the head-end's word, makes no copy of an honest terminal. */
static void sync_head_that_does_not_verify(void **state)
{
	struct far *far = *state;

	put_events(far, 20);
	send_all(far);
	put_events(far, 3);
	far_restart(far);
	far->held += 10;
	for (int i = 0; i < 3; i++) {
		assert_true(far_wait(far, BT_CALL_HEAD, LATER));
		far_tell_held(far, 1, false);
		assert_false(bt_sync_state(far->sync)->forked);
		assert_int_equal(bt_teller_state(far->shop.teller), BT_OK);
	}
	far->held -= 10;
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	far_restart(far); /* nothing of it is kept either */
	assert_int_equal(bt_teller_state(far->shop.teller), BT_OK);
}

/* Sending does not wait for ever for an answer that does not come; older sales of a new era do. */
static void sync_head_not_answered(void **state)
{
	struct far *far = *state;
	char sale[37];

	send_all(far);
	dues_docket(far, sale);
	far->era = 2;
	for (int i = 0; i < 3; i++) {
		assert_true(far_wait(far, BT_CALL_HEAD, LATER));
		far_answer(far, i == 1 ? BT_OK : BT_EREFUSED, i == 1 ? "" : "not_now",
			   i == 1 ? "{\"seq\":4,\"hash\":\"zz\"}" : NULL);
	}
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER) || far->kind == BT_CALL_HEAD);
	assert_int_equal(far->submits[BT_CALL_SALE], 0);
	assert_false(bt_sync_state(far->sync)->forked);
}

static void give_lease(struct far *far, int number)
{
	char json[4096];

	assert_true(far_wait(far, BT_CALL_LEASE, 300000));
	far_lease(far, number, 30000000, json);
	far_answer(far, BT_OK, "", json);
}

static void sync_head_lease_of_an_era_gone_by_is_renewed(void **state)
{
	struct far *far = *state;

	send_all(far);
	give_lease(far, 5);
	assert_false(far_wait(far, BT_CALL_LEASE, 400000)); /* half its life is far away */
	far->era = 2;
	assert_true(far_wait(far, BT_CALL_LEASE, LATER));
}

/* ---- epochs ---- */

static void tell_epoch(struct far *far, int64_t seq, int epoch)
{
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	far->held = seq;
	snprintf(far->held_hash, sizeof far->held_hash, "%064d", 7);
	far_tell_held(far, epoch, true);
}

/* What the head-end holds of the life before may be more than was brought back: that is no copy. */
static void sync_head_after_a_recovery(void **state)
{
	struct far *far = *state;
	int64_t before;

	put_events(far, 20);
	before = head_of(far);
	recover(far);
	assert_int_equal(bt_journal_epoch(far->shop.journal), 2);
	tell_epoch(far, before + 30, 1);
	assert_false(bt_sync_state(far->sync)->forked);
	assert_true(far_wait(far, BT_CALL_JOURNAL, LATER));
	assert_true(far_first(far) <= before + 1); /* the record that opens the epoch, or from before it */
	bt_sync_close(far->sync);
	far_open_sync(far);
	tell_epoch(far, before, 3);
	assert_true(bt_sync_state(far->sync)->forked);
}

/* ---- the time of a recovery ---- */

#define YEARS_MS (INT64_C(5) * 365 * SHOP_DAY_MS)

static bool is_clock_sure(const struct far *far)
{
	int64_t now;

	return bt_clock_trust_now(&bt_sync_state(far->sync)->trust, &far->shop.clock, &now) == BT_OK;
}

/* The clock of the machine is years off while the record is brought back: nothing is dated by it, and the confirmation
 * of before counts no more, though it was of this boot. */
static void recover_with_clock_off(struct far *far, int64_t by_ms)
{
	assert_int_equal(bt_clock_recovered_ms(far->shop.journal), 0);
	assert_true(far_wait(far, BT_CALL_LEASE, LATER));
	assert_true(is_clock_sure(far));
	far->shop.wall_ms += by_ms;
	recover(far);
	far->shop.wall_ms -= by_ms;
	assert_false(is_clock_sure(far));
	assert_int_equal(bt_clock_recovered_ms(far->shop.journal), INT64_MAX);
}

static void sync_head_floor_is_the_first_trusted_time(void **state)
{
	struct far *far = *state;
	int64_t recovered;

	recover_with_clock_off(far, YEARS_MS);
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	assert_true(is_clock_sure(far));
	recovered = bt_clock_recovered_ms(far->shop.journal);
	assert_true(recovered > SHOP_START_MS && recovered <= far->shop.wall_ms);
	/* Boots and confirmations to come change nothing about it. */
	far_restart(far);
	assert_false(is_clock_sure(far));
	shop_pass(&far->shop, SHOP_DAY_MS);
	assert_int_equal(bt_sync_confirm_clock(far->sync, far->shop.wall_ms, "jha", &far->shop.fault), BT_OK);
	assert_true(is_clock_sure(far));
	assert_int_equal(bt_clock_recovered_ms(far->shop.journal), recovered);
}

/* A clock that was years behind: what was lost since then must not be dated again either. */
static void sync_head_floor_is_not_too_low(void **state)
{
	struct far *far = *state;
	int64_t recovered = far->shop.wall_ms;

	recover_with_clock_off(far, -YEARS_MS);
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	assert_true(bt_clock_recovered_ms(far->shop.journal) > recovered);
}

/* Nor do minutes stay shut for years by a supervisor's wrong word, once the head-end has been heard. */
static void sync_head_floor_of_a_wrong_word(void **state)
{
	struct far *far = *state;
	int64_t said = far->shop.wall_ms + YEARS_MS;

	recover_with_clock_off(far, 0);
	assert_int_equal(bt_sync_confirm_clock(far->sync, said, "jha", &far->shop.fault), BT_OK);
	assert_int_equal(bt_clock_recovered_ms(far->shop.journal), said);
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	assert_true(bt_clock_recovered_ms(far->shop.journal) <= far->shop.wall_ms);
}

static void sync_head_tokens_after_a_recovery(void **state)
{
	struct far *far = *state;
	uint32_t minute;

	recover_with_clock_off(far, YEARS_MS);
	assert_true(far_wait(far, BT_CALL_HEAD, LATER));
	far_tell_held(far, 1, true);
	assert_int_equal(bt_sts_tid_of(bt_clock_recovered_ms(far->shop.journal), 2014, &minute), BT_OK);
	shop_go_offline(&far->shop);
	shop_pay(&far->shop, 50000);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_TID);
	shop_pass(&far->shop, INT64_C(80) * 60000);
	shop_pay(&far->shop, 50000);
	assert_int_equal(shop_view(&far->shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(&far->shop).sale.tid > minute + 64);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sync_head_restored_is_sent_again),
	    TEST(sync_head_is_asked_at_each_start),
	    TEST(sync_head_era_outlives_the_run),
	    TEST(sync_head_older_sales_wait),
	    TEST(sync_head_of_another_history),
	    TEST(sync_head_beyond_this_record_stops_selling),
	    TEST(sync_head_that_does_not_verify),
	    TEST(sync_head_not_answered),
	    TEST(sync_head_lease_of_an_era_gone_by_is_renewed),
	    TEST(sync_head_after_a_recovery),
	    TEST(sync_head_floor_is_the_first_trusted_time),
	    TEST(sync_head_floor_is_not_too_low),
	    TEST(sync_head_floor_of_a_wrong_word),
	    TEST(sync_head_tokens_after_a_recovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
