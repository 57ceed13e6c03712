/* A mirror on a slow stick: selling does not wait for it, nothing in it is out of order, and it is whole in the end.
 *
 * rooms: core/journal core/base core/money */
#include "tests/unit/journal_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#define STEPS   400
#define WAIT_MS 20 /* that a put waits at most */

/* The machine's disk, of whose mirror some calls hang until they are let go; a sync then ends with @p result. */
static struct {
	struct bt_disk disk;
	struct bt_disk_file *mirror;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *held; /* 'o' open, 'r' read, 's' sync, 'f' sync of its folder, 'c' close */
	int hanging;      /* calls that do */
	int result, syncs;
} slow = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .held = ""};

static void pass(char call)
{
	pthread_mutex_lock(&slow.lock);
	slow.hanging++;
	while (strchr(slow.held, call))
		pthread_cond_wait(&slow.changed, &slow.lock);
	slow.hanging--;
	pthread_mutex_unlock(&slow.lock);
}

static int count_hanging(void)
{
	pthread_mutex_lock(&slow.lock);
	int hanging = slow.hanging;
	pthread_mutex_unlock(&slow.lock);
	return hanging;
}

static bool is_mirror(const struct bt_disk_file *file)
{
	pthread_mutex_lock(&slow.lock);
	bool is = file && file == slow.mirror;
	pthread_mutex_unlock(&slow.lock);
	return is;
}

static int slow_open(void *context, const char *path, enum bt_disk_open how, struct bt_disk_file **out)
{
	if (!strstr(path, ".mirror"))
		return bt_disk_system()->open(context, path, how, out);
	pass('o');

	int sys = bt_disk_system()->open(context, path, how, out);

	pthread_mutex_lock(&slow.lock);
	slow.mirror = sys ? NULL : *out;
	pthread_mutex_unlock(&slow.lock);
	return sys;
}

static int slow_read(struct bt_disk_file *file, uint64_t at, void *data, size_t len, size_t *out_len)
{
	if (is_mirror(file))
		pass('r');
	return bt_disk_system()->read(file, at, data, len, out_len);
}

static int slow_sync(struct bt_disk_file *file)
{
	int result;

	if (!is_mirror(file))
		return bt_disk_system()->sync(file);
	pass('s');
	pthread_mutex_lock(&slow.lock);
	result = slow.result;
	slow.syncs++;
	pthread_mutex_unlock(&slow.lock);
	return result ? result : bt_disk_system()->sync(file);
}

static int slow_sync_folder(void *context, const char *folder)
{
	if (strstr(folder, "/stick"))
		pass('f');
	return bt_disk_system()->sync_folder(context, folder);
}

static void slow_close(struct bt_disk_file *file)
{
	if (is_mirror(file))
		pass('c');
	bt_disk_system()->close(file);
}

static void hold(const char *calls, int result)
{
	pthread_mutex_lock(&slow.lock);
	slow.held = calls;
	slow.result = result;
	pthread_cond_broadcast(&slow.changed);
	pthread_mutex_unlock(&slow.lock);
}

struct world {
	struct fixture f;
	char stick[80];
};

static enum bt_err open_world(struct world *w, bool required)
{
	struct bt_journal_options options = fixture_options(&w->f);

	options.disk = &slow.disk;
	options.mirror = w->stick;
	options.mirror_aside = true;
	options.mirror_required = required;
	return bt_journal_open(&options, &w->f.journal, &w->f.fault);
}

static int make(void **state)
{
	static struct world w;

	w = (struct world){.stick = ""};
	slow.disk = *bt_disk_system();
	slow.disk.open = slow_open;
	slow.disk.read = slow_read;
	slow.disk.sync = slow_sync;
	slow.disk.sync_folder = slow_sync_folder;
	slow.disk.close = slow_close;
	slow.mirror = NULL;
	hold("", 0);
	fixture_make(&w.f);
	snprintf(w.stick, sizeof w.stick, "%s/stick", w.f.dir);
	assert_int_equal(mkdir(w.stick, 0700), 0);
	*state = &w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	hold("", 0);
	fixture_close(&w->f);
	fixture_remove(w->stick);
	fixture_end(&w->f);
	return 0;
}

/* Until it is whole, or @p state otherwise; a step never waits, so the test does. */
static void step_until(struct world *w, enum bt_mirror_state state)
{
	for (int i = 0; i < 2000 && fixture_mirror(&w->f).state != state; i++) {
		(void)bt_journal_step(w->f.journal);
		(void)usleep(1000);
	}
	assert_int_equal(fixture_mirror(&w->f).state, state);
}

static void expect_whole(struct world *w)
{
	struct bt_journal_report report;

	assert_int_equal(bt_journal_verify(w->f.journal, &report, &w->f.fault), BT_OK);
	assert_true(report.mirror_equal);
	assert_int_equal(report.mirror.state, BT_MIRROR_WHOLE);
}

/* Many puts pass while the stick holds its first: none waits for it, and all are in it afterwards, in order. */
static void puts_do_not_wait_for_a_slow_stick(void **state)
{
	struct world *w = *state;

	assert_int_equal(open_world(w, false), BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
	hold("s", 0);
	for (int i = 1; i <= 60; i++) {
		assert_int_equal(fixture_put_paid(&w->f, i, 16 * i), BT_OK);
		assert_int_equal(fixture_put_tokened(&w->f, i, 16 * i), BT_OK);
	}
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_BEHIND);
	assert_int_equal(fixture_mirror(&w->f).behind, 120);
	hold("", 0);
	step_until(w, BT_MIRROR_WHOLE);
	expect_whole(w);
}

/* A stick that fails late is missing from then on; selling goes on; back again it gets what it lacks. */
static void a_stick_that_fails_late_is_missing(void **state)
{
	struct world *w = *state;

	assert_int_equal(open_world(w, false), BT_OK);
	hold("s", 0);
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	hold("", EIO);
	step_until(w, BT_MIRROR_MISSING);
	assert_int_equal(fixture_put_tokened(&w->f, 1, 16), BT_OK);
	assert_int_equal(bt_journal_state(w->f.journal), BT_OK);
	hold("", 0);
	step_until(w, BT_MIRROR_WHOLE); /* the clock of this test moves a second at each look */
	expect_whole(w);
}

static void *let_go_soon(void *unused)
{
	(void)unused;
	(void)usleep(100 * 1000);
	hold("", 0);
	return NULL;
}

/* Closing waits for what is on its way: the file is not pulled from under it, and holds no half. */
static void closing_waits_for_what_is_on_its_way(void **state)
{
	struct world *w = *state;
	pthread_t helper;

	assert_int_equal(open_world(w, false), BT_OK);
	hold("s", 0);
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	assert_int_equal(fixture_put_tokened(&w->f, 1, 16), BT_OK);
	assert_int_equal(pthread_create(&helper, NULL, let_go_soon, NULL), 0);
	fixture_close(&w->f);
	assert_int_equal(pthread_join(helper, NULL), 0);
	assert_int_equal(open_world(w, false), BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
	expect_whole(w);
}

/* Whoever verifies reads no file that is being written. */
static void verify_waits_too(void **state)
{
	struct world *w = *state;
	pthread_t helper;

	assert_int_equal(open_world(w, false), BT_OK);
	hold("s", 0);
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	assert_int_equal(pthread_create(&helper, NULL, let_go_soon, NULL), 0);
	expect_whole(w);
	assert_int_equal(pthread_join(helper, NULL), 0);
}

/* Required, it is part of the put: a thread beside it would only hide how long that takes. */
static void a_required_mirror_has_it_before_the_put_returns(void **state)
{
	struct world *w = *state;
	int syncs;

	assert_int_equal(open_world(w, true), BT_OK);
	syncs = slow.syncs;
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	assert_int_equal(slow.syncs, syncs + 1);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
}

static void pull_out(const struct world *w)
{
	char away[96];

	snprintf(away, sizeof away, "%s-away", w->stick);
	assert_int_equal(rename(w->stick, away), 0);
}

static void put_back(const struct world *w)
{
	char away[96];

	snprintf(away, sizeof away, "%s-away", w->stick);
	assert_int_equal(rename(away, w->stick), 0);
}

/* A stick put back into an idle counter: nothing is sold, and it is brought up to date all the same. */
static void an_idle_counter_brings_it_up_to_date(void **state)
{
	struct world *w = *state;

	assert_int_equal(open_world(w, false), BT_OK);
	fixture_close(&w->f);
	pull_out(w);
	assert_int_equal(open_world(w, false), BT_OK);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(fixture_put_paid(&w->f, i, 16 * i), BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_MISSING);
	put_back(w);
	step_until(w, BT_MIRROR_WHOLE);
	expect_whole(w);
}

/* Until a call hangs; the look is begun by a step, which does not wait for it. */
static void step_until_it_hangs(struct world *w)
{
	for (int i = 0; i < 2000 && count_hanging() == 0; i++) {
		(void)bt_journal_step(w->f.journal);
		(void)usleep(1000);
	}
	assert_int_equal(count_hanging(), 1);
}

static int64_t passed_ms(const struct timespec *since)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (now.tv_sec - since->tv_sec) * INT64_C(1000) + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* Keys and sales go on while it hangs: it is let go only by this thread, later. A step waits for nothing at all, and a
 * put no more than 20 ms, were it the first that meets it. */
static void go_on_selling(struct world *w, int first)
{
	struct timespec began;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &began), 0);
	for (int i = 0; i < STEPS; i++)
		(void)bt_journal_step(w->f.journal);
	assert_true(passed_ms(&began) < STEPS * WAIT_MS / 4);
	for (int i = first; i < first + 10; i++) {
		assert_int_equal(fixture_put_paid(&w->f, i, 16 * i), BT_OK);
		(void)bt_journal_step(w->f.journal);
		assert_int_equal(fixture_put_tokened(&w->f, i, 16 * i), BT_OK);
	}
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_MISSING);
	assert_int_equal(count_hanging(), 1);
}

/* Put back, it hangs as it is opened, as its end is read, or as its name is made lasting. */
static void a_stick_that_hangs_as_it_is_looked_for(void **state)
{
	static const char *const calls[] = {"o", "r", "f"};
	struct world *w = *state;

	assert_int_equal(open_world(w, false), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	for (int i = 0; i < 3; i++) {
		fixture_close(&w->f);
		pull_out(w);
		assert_int_equal(open_world(w, false), BT_OK);
		assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_MISSING);
		hold(calls[i], 0);
		put_back(w);
		step_until_it_hangs(w);
		go_on_selling(w, 10 * i + 2);
		hold("", 0);
		step_until(w, BT_MIRROR_WHOLE);
		expect_whole(w);
	}
}

/* Broken, it hangs even as it is let go. */
static void a_stick_that_hangs_as_it_is_closed(void **state)
{
	struct world *w = *state;

	assert_int_equal(open_world(w, false), BT_OK);
	hold("c", EIO);
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	step_until(w, BT_MIRROR_MISSING);
	step_until_it_hangs(w);
	go_on_selling(w, 2);
	hold("", 0);
	step_until(w, BT_MIRROR_WHOLE);
	expect_whole(w);
}

/* Closing waits for the look that is under way, and takes nothing of it. */
static void closing_waits_for_the_look(void **state)
{
	static const char *const calls[] = {"o", "r", "f"};
	struct world *w = *state;
	pthread_t helper;

	assert_int_equal(open_world(w, false), BT_OK);
	for (int i = 0; i < 3; i++) {
		fixture_close(&w->f);
		pull_out(w);
		assert_int_equal(open_world(w, false), BT_OK);
		hold(calls[i], 0);
		put_back(w);
		step_until_it_hangs(w);
		assert_int_equal(pthread_create(&helper, NULL, let_go_soon, NULL), 0);
		fixture_close(&w->f);
		assert_int_equal(pthread_join(helper, NULL), 0);
		assert_int_equal(open_world(w, false), BT_OK);
		assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
	}
	expect_whole(w);
}

/* One that holds other events stops the record, though it went on past their numbers while it was looked at. */
static void a_stick_of_another_record_stops_it_late(void **state)
{
	struct world *w = *state;

	assert_int_equal(open_world(w, false), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 1, 16), BT_OK);
	assert_int_equal(fixture_put_tokened(&w->f, 1, 16), BT_OK);
	fixture_close(&w->f);
	pull_out(w);
	fixture_empty(w->f.dir);
	assert_int_equal(open_world(w, false), BT_OK);
	hold("o", 0);
	put_back(w);
	step_until_it_hangs(w);
	go_on_selling(w, 2);
	hold("", 0);
	for (int i = 0; i < 2000 && bt_journal_state(w->f.journal) == BT_OK; i++) {
		(void)bt_journal_step(w->f.journal);
		(void)usleep(1000);
	}
	assert_int_equal(bt_journal_state(w->f.journal), BT_ECORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(puts_do_not_wait_for_a_slow_stick, make, end),
	    cmocka_unit_test_setup_teardown(a_stick_that_fails_late_is_missing, make, end),
	    cmocka_unit_test_setup_teardown(closing_waits_for_what_is_on_its_way, make, end),
	    cmocka_unit_test_setup_teardown(verify_waits_too, make, end),
	    cmocka_unit_test_setup_teardown(a_required_mirror_has_it_before_the_put_returns, make, end),
	    cmocka_unit_test_setup_teardown(an_idle_counter_brings_it_up_to_date, make, end),
	    cmocka_unit_test_setup_teardown(a_stick_that_hangs_as_it_is_looked_for, make, end),
	    cmocka_unit_test_setup_teardown(a_stick_that_hangs_as_it_is_closed, make, end),
	    cmocka_unit_test_setup_teardown(closing_waits_for_the_look, make, end),
	    cmocka_unit_test_setup_teardown(a_stick_of_another_record_stops_it_late, make, end),
	};

	return cmocka_run_group_tests_name("journal_mirror_aside", tests, NULL, NULL);
}
