/* Lock-out and shift numbers, all from the journal: no restart and no clock shortens the one or repeats the other.
 * rooms: core/shift core/receipt core/tender core/journal core/money core/base */
#include "tests/unit/journal_fixture.h"

#include "core/shift/shift.h"

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	fixture_make(f);
	assert_int_equal(fixture_open(f), BT_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	free(*state);
	return 0;
}

static void fail_times(struct fixture *f, const char *operator_id, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(bt_shift_note_failed(f->journal, operator_id, &f->fault), BT_OK);
}

static struct bt_sign_in_state state_of(struct fixture *f, const char *operator_id, int64_t now_ms)
{
	struct bt_sign_in_state out;

	assert_int_equal(bt_shift_sign_in_state(f->journal, operator_id, now_ms, &out), BT_OK);
	return out;
}

static void reopen(struct fixture *f)
{
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
}

/* As a clerk begins: the shift that is open, or a new one. */
static int64_t sign_in(struct fixture *f, const char *operator_id)
{
	int64_t shift = -1;

	assert_int_equal(bt_shift_sign_in(f->journal, operator_id, f->now_ms, &shift, &f->fault), BT_OK);
	if (shift == 0)
		assert_int_equal(bt_shift_open(f->journal, operator_id, 611, 0, &shift, &f->fault), BT_OK);
	return shift;
}

static void shift_sign_in_opens_none(void **state)
{
	struct fixture *f = *state;
	int64_t shift = -1;

	assert_int_equal(bt_shift_sign_in(f->journal, "rina", f->now_ms, &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 0);
	assert_int_equal(bt_shift_continue(f->journal, "rina", &shift, &f->fault), BT_ESTATE);
	assert_int_equal(bt_shift_open(f->journal, "rina", 611, -1, &shift, &f->fault), BT_ERANGE);
	assert_int_equal(bt_shift_open(f->journal, "rina", 611, 200000, &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 611);
	assert_int_equal(bt_shift_continue(f->journal, "rina", &shift, &f->fault), BT_OK);
	assert_int_equal(bt_shift_continue(f->journal, "sanjay", &shift, &f->fault), BT_ESTATE);
	assert_int_equal(bt_shift_sign_in(f->journal, "sanjay", f->now_ms, &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 0);
	assert_int_equal(bt_shift_sign_in(f->journal, "rina", f->now_ms, &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 611);
}

/* A PIN that was right for a refund counts as one that was right; a refund that another approved does not. */
static void shift_approval_ends_the_count(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fixture_put_paid(f, 1, 16), BT_OK);
	assert_int_equal(fixture_put_paid(f, 2, 32), BT_OK);
	fail_times(f, "jha", 4);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 1, "{\"asked_by\":\"jha\",\"by\":\"other\"}"), BT_OK);
	assert_int_equal(state_of(f, "jha", f->now_ms).tries_left, 1);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 2, "{\"asked_by\":\"rina\",\"by\":\"jha\"}"), BT_OK);
	assert_int_equal(state_of(f, "jha", f->now_ms).tries_left, 5);
	fail_times(f, "jha", 2);
	assert_int_equal(fixture_put(f, BT_EVENT_DRAWER, 0, "{\"asked_by\":\"rina\",\"by\":\"jha\"}"), BT_OK);
	assert_int_equal(state_of(f, "jha", f->now_ms).tries_left, 5);
}

static void shift_lock_out_after_five(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 5);
	for (int left = 4; left > 0; left--) {
		fail_times(f, "rina", 1);
		assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, left);
		assert_int_equal(state_of(f, "rina", f->now_ms).wait_ms, 0);
	}
	fail_times(f, "rina", 1);
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 0);
	assert_in_range(state_of(f, "rina", f->now_ms).wait_ms, BT_SHIFT_LOCKOUT_MS - 2000, BT_SHIFT_LOCKOUT_MS);
	/* Each person has tries of their own; a name that begins alike is another person. */
	assert_int_equal(state_of(f, "sanjay", f->now_ms).tries_left, 5);
	assert_int_equal(state_of(f, "rin", f->now_ms).tries_left, 5);
}

static void shift_lock_out_ends_and_comes_again(void **state)
{
	struct fixture *f = *state;
	int64_t last;

	fail_times(f, "rina", 5);
	last = f->now_ms - 1000;
	assert_int_equal(state_of(f, "rina", last + BT_SHIFT_LOCKOUT_MS - 1).wait_ms, 1);
	assert_int_equal(state_of(f, "rina", last + BT_SHIFT_LOCKOUT_MS - 1).tries_left, 0);
	assert_int_equal(state_of(f, "rina", last + BT_SHIFT_LOCKOUT_MS).tries_left, 5);
	f->now_ms = last + BT_SHIFT_LOCKOUT_MS;
	fail_times(f, "rina", 4);
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 1);
	fail_times(f, "rina", 1);
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 0);
}

static void shift_restart_does_not_shorten(void **state)
{
	struct fixture *f = *state;

	fail_times(f, "rina", 3);
	reopen(f);
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 2);
	fail_times(f, "rina", 2);
	reopen(f);
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 0);
}

static void shift_clock_set_back_does_not_shorten(void **state)
{
	struct fixture *f = *state;

	fail_times(f, "rina", 5);
	assert_int_equal(state_of(f, "rina", f->now_ms - 86400000).wait_ms, BT_SHIFT_LOCKOUT_MS);
	assert_int_equal(state_of(f, "rina", 0).tries_left, 0);
	assert_int_equal(state_of(f, "rina", INT64_MIN / 2).tries_left, 0);
}

/* Nor does it lock out for years: once something was recorded under the new time, the wait runs from there. */
static void shift_clock_set_back_does_not_lengthen_for_ever(void **state)
{
	struct fixture *f = *state;
	int64_t base;

	fail_times(f, "rina", 5);
	f->now_ms -= INT64_C(31536000000);
	base = f->now_ms;
	fail_times(f, "sanjay", 1);
	assert_int_equal(state_of(f, "rina", base).wait_ms, BT_SHIFT_LOCKOUT_MS);
	assert_int_equal(state_of(f, "rina", base + BT_SHIFT_LOCKOUT_MS - 1).tries_left, 0);
	assert_int_equal(state_of(f, "rina", base + BT_SHIFT_LOCKOUT_MS).tries_left, 5);
}

static void shift_success_resets(void **state)
{
	struct fixture *f = *state;

	fail_times(f, "rina", 4);
	sign_in(f, "sanjay");
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 1);
	sign_in(f, "rina");
	assert_int_equal(state_of(f, "rina", f->now_ms).tries_left, 5);
}

static void shift_numbers_rise(void **state)
{
	struct fixture *f = *state;
	int64_t shift = 0;

	assert_int_equal(bt_shift_resume(f->journal, "rina", f->now_ms, &shift), BT_ENOTFOUND);
	assert_int_equal(sign_in(f, "rina"), 611);
	assert_int_equal(sign_in(f, "rina"), 611);
	reopen(f);
	assert_int_equal(bt_shift_resume(f->journal, "rina", f->now_ms, &shift), BT_OK);
	assert_int_equal(shift, 611);
	assert_int_equal(bt_shift_resume(f->journal, "sanjay", f->now_ms, &shift), BT_ENOTFOUND);
	assert_int_equal(sign_in(f, "sanjay"), 612);
	assert_int_equal(sign_in(f, "rina"), 613);
}

/* Days are India's: 18:29:59 UTC and 18:30:00 UTC are two. */
static void shift_new_day_new_shift(void **state)
{
	struct fixture *f = *state;
	int64_t shift = 0, midnight = (FIXTURE_START_MS / 86400000 + 1) * 86400000 - 330 * 60000;

	f->now_ms = midnight - 10000;
	assert_int_equal(sign_in(f, "rina"), 611);
	assert_int_equal(bt_shift_resume(f->journal, "rina", midnight - 1, &shift), BT_OK);
	assert_int_equal(bt_shift_resume(f->journal, "rina", midnight, &shift), BT_ENOTFOUND);
	f->now_ms = midnight;
	assert_int_equal(sign_in(f, "rina"), 612);
}

static void shift_ends_at_999(void **state)
{
	struct fixture *f = *state;
	int64_t shift = sign_in(f, "rina");

	for (int i = 1; i <= 998; i++)
		assert_int_equal(fixture_put_paid(f, i, 0), BT_OK);
	assert_int_equal(bt_shift_continue(f->journal, "rina", &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 611);
	assert_int_equal(fixture_put_paid(f, 999, 0), BT_OK);
	assert_int_equal(bt_shift_continue(f->journal, "rina", &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 612);
	assert_int_equal(sign_in(f, "rina"), 612);
	/* A shift that ended is not opened twice. */
	assert_int_equal(bt_shift_continue(f->journal, "rina", &shift, &f->fault), BT_OK);
	assert_int_equal(shift, 612);
}

static void lose(struct fixture *f, const char *name)
{
	char path[128];

	fixture_path(f, name, path);
	(void)unlink(path);
}

static void recover(struct fixture *f)
{
	static const char *const kept[] = {"journal.db.before-2",   "journal.db.before-3",   "journal.db.before-2-wal",
					   "journal.head.before-2", "journal.head.before-3", "recovered"};
	struct bt_journal_options options = fixture_options(f);
	struct bt_recovery recovery;

	assert_int_equal(bt_journal_recover(&options, NULL, &recovery, &f->fault), BT_OK);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		lose(f, kept[i]);
	assert_int_equal(fixture_open(f), BT_OK);
}

/* A record that came back whole goes on in its shift; one that may have lost shifts does not give their numbers again.
 */
static void shift_numbers_lost_are_not_given_again(void **state)
{
	struct fixture *f = *state;
	int64_t shift = 0;

	assert_int_equal(sign_in(f, "rina"), 611);
	fixture_close(f);
	recover(f);
	assert_int_equal(bt_shift_resume(f->journal, "rina", f->now_ms, &shift), BT_OK);
	assert_int_equal(shift, 611);
	fixture_close(f);
	lose(f, "journal.head"); /* nobody knows how many there were */
	recover(f);
	assert_int_equal(bt_shift_resume(f->journal, "rina", f->now_ms, &shift), BT_ENOTFOUND);
	assert_int_equal(sign_in(f, "rina"), 812);
	assert_int_equal(bt_shift_resume(f->journal, "rina", f->now_ms, &shift), BT_OK);
	assert_int_equal(shift, 812);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(shift_lock_out_after_five),
	    TEST(shift_approval_ends_the_count),
	    TEST(shift_lock_out_ends_and_comes_again),
	    TEST(shift_restart_does_not_shorten),
	    TEST(shift_clock_set_back_does_not_shorten),
	    TEST(shift_clock_set_back_does_not_lengthen_for_ever),
	    TEST(shift_success_resets),
	    TEST(shift_sign_in_opens_none),
	    TEST(shift_numbers_rise),
	    TEST(shift_new_day_new_shift),
	    TEST(shift_ends_at_999),
	    TEST(shift_numbers_lost_are_not_given_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
