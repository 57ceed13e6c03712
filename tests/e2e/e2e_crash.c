/* kill -9 of the counter at the worst moments, then a restart: the money is there, the sale ends once. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define COMMIT_TRIES 200 /* each is a run of a program */
#define SLIP_CAP     65536
#define SLIP_TRIES   1500
#define PROBES_MAX   8
#define KILLS        10

static const struct counter_options english = {.lang = "en"};

static void kill_hard(struct pty *counter)
{
	pty_kill(counter, SIGKILL);
	assert_int_equal(pty_wait_exit(counter, 5000), PTY_KILLED(SIGKILL));
	pty_close(counter);
}

/* Start the counter again; what was open is finished on its own. Then everything must be sent. */
static void recover(struct world *world)
{
	struct pty *counter;

	world_check_journal(world);
	counter = counter_open(world, &english);
	counter_sign_in(counter);
	pty_settle(counter, 1000, 6000);
	counter_close(counter);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

/* 500 rupees are on record and the server does not answer: the program goes in between. */
static void pay_and_be_killed(struct world *world, struct pty *counter)
{
	counter_sign_in(counter);
	world_fault(world, "hang");
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Money is recorded");
	kill_hard(counter);
	world_note_sale(world, 50000, "");
}

static void killed_between_payment_and_token(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	pay_and_be_killed(world, counter);
	world_fault(world, "none");
	recover(world);
	world_close(world);
}

/* The ledger has the sale, and the server still sits on its answer. */
static void wait_for_commit(struct world *world, char token[WORLD_TOKEN_CAP])
{
	token[0] = '\0';
	for (int tries = 0; tries < COMMIT_TRIES && token[0] == '\0'; tries++) {
		json_t *ledger = world_ledger(world);
		const json_t *entry = json_array_get(json_object_get(ledger, "entries"), 0);
		const char *posted = json_string_value(json_object_get(entry, "token"));

		snprintf(token, WORLD_TOKEN_CAP, "%s", posted != NULL ? posted : "");
		json_decref(ledger);
	}
	assert_int_equal(strlen(token), WORLD_TOKEN_CAP - 1);
}

/* The server did commit; only the terminal does not know. Its token is the one that the terminal ends with too. */
static void killed_after_the_server_committed(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	counter_sign_in(counter);
	world_fault(world, "slow=60000");
	counter_ask(counter, world_number(world, "sts_units", "", 1), "300");
	counter_type(counter, "{Enter}");
	wait_for_commit(world, token);
	kill_hard(counter);
	assert_int_equal(world_journal_sales(world), 1);
	world_note_sale(world, 30000, token);
	world_fault(world, "none");
	recover(world);
	world_close(world);
}

static void killed_between_payment_and_token_server_still_down(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	pay_and_be_killed(world, counter);
	world_stop_server(world, true);
	counter = counter_open(world, &english);
	counter_sign_in(counter);
	pty_settle(counter, 1000, 8000);
	counter_close(counter);
	world_check_journal(world);
	world_start_server(world);
	world_fault(world, "none");
	recover(world);
	world_close(world);
}

/* ---- a printer that takes the call and no bytes ---- */

/* A socket that listens and is never read: what is sent stays in the sender's buffer and no question is answered. */
static int listen_mute(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), least = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, PROBES_MAX), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void write_settings(const struct world *world, const char *printer, const char *profile,
			   char path[WORLD_PATH_CAP])
{
	FILE *file;

	world_fill(world, "%D/batti.conf", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "[batti]\nprinter = %s\nprinter_profile = %s\n", printer, profile);
	assert_int_equal(fclose(file), 0);
}

/* How often the 20 digits stand on the paper so far: five lines, each with its number and four digits. */
static int count_on_paper(const char *path, const char *token)
{
	static char slip[SLIP_CAP];
	FILE *file = fopen(path, "r");
	size_t len = file != NULL ? fread(slip, 1, sizeof slip - 1, file) : 0, kept = 0;
	char lines[48];
	int times = 0;

	if (file != NULL)
		fclose(file);
	for (size_t i = 0; i < len; i++)
		if (slip[i] != ' ')
			slip[kept++] = slip[i];
	slip[kept] = '\0';
	snprintf(lines, sizeof lines, "\n1%.4s\n2%.4s\n3%.4s\n4%.4s\n5%.4s\n", token, token + 4, token + 8, token + 12,
		 token + 16);
	for (const char *at = slip; (at = strstr(at, lines)) != NULL; at++)
		times++;
	return times;
}

static void wait_for_paper(struct pty *counter, const char *path, const char *token, int times)
{
	for (int tries = 0; tries < SLIP_TRIES; tries++) {
		if (count_on_paper(path, token) >= times)
			return;
		pty_settle(counter, 10, 10);
	}
	fputs(pty_screen(counter), stderr);
	fail_msg("%s does not carry %s %d times", path, token, times);
}

static void killed_between_token_and_print(void **state)
{
	struct world *world = world_open_enrolled(60);
	char token[WORLD_TOKEN_CAP], settings[WORLD_PATH_CAP], printer[WORLD_PATH_CAP], uri[WORLD_PATH_CAP];
	struct counter_options options = {.lang = "en", .config = settings};
	struct pty *counter;
	const char *paper = printer + strlen("file:");
	int port, fd = listen_mute(&port), before;

	(void)state;
	snprintf(uri, sizeof uri, "tcp://127.0.0.1:%d", port);
	write_settings(world, uri, "generic-80",
		       settings); /* its slips are large, and it is asked whether it printed */
	counter = counter_open(world, &options);
	counter_sign_in(counter);
	/* The slip is in the hand of a printer that says nothing, whether it is still asked or has been given up on. */
	counter_sell(counter, world_number(world, "sts_units", "", 2), "400", token);
	kill_hard(counter);
	close(fd);
	world_note_sale(world, 40000, token);

	world_fill(world, "file:%D/paper.txt", printer);
	write_settings(world, printer, "text-80", settings);
	counter = counter_open(world, &options);
	counter_sign_in(counter);
	pty_settle(counter, 500, COUNTER_WAIT_MS);
	before = count_on_paper(paper, token);
	counter_type(counter, "{F5}");
	wait_for_paper(counter, paper, token, before + 1);
	counter_close(counter);
	recover(world);
	world_close(world);
}

/* ---- any moment ---- */

/* Every kill was of another consumer, so none may stand in the ledger twice, and each has a token. */
static void check_once_each(struct world *world)
{
	json_t *ledger = world_ledger(world), *entries = json_object_get(ledger, "entries"), *one, *other;
	size_t i, j;

	json_array_foreach(entries, i, one)
	{
		const char *token = json_string_value(json_object_get(one, "token"));

		assert_true(token != NULL && strlen(token) == WORLD_TOKEN_CAP - 1);
		assert_true(json_is_null(json_object_get(one, "exception")));
		json_array_foreach(entries, j, other)
		{
			bool same =
			    json_equal(json_object_get(one, "connection"), json_object_get(other, "connection"));

			assert_int_equal(same, i == j);
		}
	}
	json_decref(ledger);
}

/* Every 40 ms from Enter on, a fresh sale is killed: whatever was durable then, it settles once. Whether a kill came
 * before the money was recorded is the machine's choice, so the terminal's own record says how many sales there are
 * before the ledger is looked at. */
static void killed_at_any_moment(void **state)
{
	struct world *world = world_open_enrolled(200);
	int64_t sales = 0;

	(void)state;
	for (int i = 0; i < KILLS; i++) {
		struct pty *counter = counter_open(world, &english);
		int64_t counted;

		counter_sign_in(counter);
		counter_ask(counter, world_number(world, "sts_units", "", 3 + i), "200");
		counter_type(counter, "{Enter}");
		pty_settle(counter, 40 * i, 40 * i);
		kill_hard(counter);
		counted = world_journal_sales(world);
		assert_in_range(counted, sales, sales + 1);
		if (counted > sales)
			world_note_sale(world, 20000, "");
		sales = counted;
	}
	assert_true(sales > 0);
	recover(world);
	assert_int_equal(world_journal_sales(world), sales);
	check_once_each(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_between_payment_and_token),
	    cmocka_unit_test(killed_after_the_server_committed),
	    cmocka_unit_test(killed_between_payment_and_token_server_still_down),
	    cmocka_unit_test(killed_between_token_and_print),
	    cmocka_unit_test(killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
