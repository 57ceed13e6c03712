/* The terminal's certificate runs out and is renewed: under a counter that goes on selling, and where it cannot be
 * renewed for a while. The server is a strict one: with an expired certificate it takes records and renewal only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define SHORT_S  20
#define LONG_S   (90 * 86400)
#define RENEW_MS 90000 /* a counter looks for a lost server once a minute */

static struct world *open_short(void)
{
	struct world *world = world_open(12);

	world_stop_server(world, false);
	world->certificate_s = SHORT_S;
	world_start_server(world);
	world_enrol(world, world->terminal);
	return world;
}

static char *read_text(const char *folder, const char *name)
{
	char path[WORLD_PATH_CAP + 32], *text = calloc(1, 1 << 20);
	FILE *file;

	assert_non_null(text);
	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "r");
	if (file) {
		(void)!fread(text, 1, (1 << 20) - 1, file);
		fclose(file);
	}
	return text;
}

/* How often the server answered so. */
static int count_log(struct world *world, const char *what)
{
	char *log = read_text(world->server, "access.log");
	int count = 0;

	for (const char *at = log; (at = strstr(at, what)) != NULL; at++)
		count++;
	free(log);
	return count;
}

static void wait_s(int seconds)
{
	struct timespec rest = {.tv_sec = seconds};

	nanosleep(&rest, NULL);
}

static void note_on_screen(struct world *world, struct pty *counter, int nth, const char *rupees)
{
	char token[WORLD_TOKEN_CAP];

	counter_sell(counter, world_number(world, "sts_units", "", nth), rupees, token);
	world_note_sale(world, strtol(rupees, NULL, 10) * 100, token);
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
}

static void renewed_under_an_open_counter(void **state)
{
	struct world *world = open_short();
	struct pty *counter = counter_open(world, &(struct counter_options){.lang = "en"});
	char *before, *after = NULL;
	int sold;

	(void)state;
	counter_sign_in(counter);
	note_on_screen(world, counter, 0, "100");
	world_stop_server(world, false);
	before = read_text(world->terminal, "keys/tls.pem");
	wait_s(SHORT_S + 2); /* the newest certificate there can be has run out */
	note_on_screen(world, counter, 1, "200");
	sold = count_log(world, "POST /v1/sales 201");
	world->certificate_s = LONG_S;
	world_start_server(world);
	for (int waited = 0; waited < RENEW_MS; waited += 500) {
		after = read_text(world->terminal, "keys/tls.pem");
		if (strcmp(before, after) != 0)
			break;
		free(after);
		after = NULL;
		pty_settle(counter, 500, 500);
	}
	assert_non_null(after);
	assert_non_null(strstr(after, "-----BEGIN CERTIFICATE-----"));
	assert_true(count_log(world, "POST /v1/terminals/0142/certificate 201") >= 1);

	/* Without a restart, by the server, which takes no sale from an expired one. */
	note_on_screen(world, counter, 2, "300");
	assert_int_equal(count_log(world, "POST /v1/sales 201"), sold + 1);
	counter_type(counter, "{F12}");
	counter_expect(counter, "Server access");
	assert_false(pty_shows(counter, "not renewed"));
	counter_type(counter, "{Esc}");
	counter_expect(counter, "Find the consumer");
	counter_close(counter);

	/* And after one. */
	counter = counter_open(world, &(struct counter_options){.lang = "en"});
	counter_sign_in(counter);
	note_on_screen(world, counter, 3, "400");
	assert_int_equal(count_log(world, "POST /v1/sales 201"), sold + 2);
	counter_close(counter);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	free(before);
	free(after);
	world_close(world);
}

static json_int_t certificate_until(struct world *world)
{
	struct world_run run = world_batti(world, "sync --state %T --json");
	json_t *json = json_loads(run.out, 0, NULL);
	json_int_t until;

	assert_non_null(json);
	until = json_integer_value(json_object_get(json, "certificate_until"));
	json_decref(json);
	world_run_free(&run);
	return until;
}

static void expect_doctor(struct world *world, const char *words, bool expected)
{
	struct world_run run = world_batti(world, "doctor --state %T --lang en");

	if ((strstr(run.out, words) != NULL) != expected)
		fail_msg("doctor %s \"%s\":\n%s%s", expected ? "lacks" : "says", words, run.out, run.err);
	world_run_free(&run);
}

/* The next key cannot be written: its place is taken. Records go up, recharges are made under the lease, and what is
 * wrong is said; then there is room again. */
static void what_an_expired_one_is_still_good_for(void **state)
{
	struct world *world = open_short();
	char place[WORLD_PATH_CAP + 32];
	json_int_t until;

	(void)state;
	assert_int_equal(world_sync(world), 0);
	snprintf(place, sizeof place, "%s/keys/tls.new", world->terminal);
	assert_int_equal(mkdir(place, 0700), 0);
	wait_s(SHORT_S + 2);
	assert_string_equal(world_sell(world, world_number(world, "sts_units", "", 0), 100)->issued_by, "terminal");
	assert_true(count_log(world, "POST /v1/sales 401") > 0);
	assert_int_equal(world_sync(world), 0);
	assert_true(count_log(world, "GET /v1/lease 401") + count_log(world, "GET /v1/directory 401") > 0);
	assert_true(count_log(world, "POST /v1/journal 200") > 0);
	expect_doctor(world, "not renewed: tell the office", true);
	until = certificate_until(world);
	assert_true(until > 0 && until < (json_int_t)time(NULL) * 1000);

	assert_int_equal(rmdir(place), 0);
	world_stop_server(world, false);
	world->certificate_s = LONG_S;
	world_start_server(world);
	until = certificate_until(world);
	assert_in_range(until / 1000, time(NULL) + LONG_S - 600, time(NULL) + LONG_S);
	expect_doctor(world, "not renewed", false);
	assert_string_equal(world_sell(world, world_number(world, "sts_units", "", 1), 100)->issued_by, "server");
	assert_int_equal(count_log(world, "POST /v1/terminals/0142/certificate 201"), 1);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_close(world);
}

/* Nothing is said before it was to be renewed, a warning in its last week; by the server's time, which moves here. */
static void its_last_week_is_warned_of(void **state)
{
	struct world *world = world_open(4);
	char place[WORLD_PATH_CAP + 32];

	(void)state;
	world_stop_server(world, false);
	world->certificate_s = LONG_S;
	world_start_server(world);
	world_enrol(world, world->terminal);
	snprintf(place, sizeof place, "%s/keys/tls.new", world->terminal);
	assert_int_equal(mkdir(place, 0700), 0);
	expect_doctor(world, "Server access", true);
	world_fault(world, "clock=115200"); /* 80 days: due, and ten are left */
	expect_doctor(world, "not renewed", false);
	world_fault(world, "clock=120960"); /* 84 days */
	expect_doctor(world, "! Server access", true);
	expect_doctor(world, ", not renewed: tell the office", true);
	assert_int_equal(rmdir(place), 0);
	world_stop_server(world, false);
	world->certificate_s = 2 * LONG_S;
	world_start_server(world);
	expect_doctor(world, "+ Server access", true); /* doctor too renews it */
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(its_last_week_is_warned_of),
	    cmocka_unit_test(what_an_expired_one_is_still_good_for),
	    cmocka_unit_test(renewed_under_an_open_counter),
	};

	return cmocka_run_group_tests_name("renewal of the certificate", tests, NULL, NULL);
}
