#include "tests/e2e/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define READY_MS      60000
#define CODE_CAP      64
#define PASSPHRASE    "a lamp in every lane\n"
#define ARGUMENTS_MAX 40
#define LINE_CAP      4096
#define DAY_S         86400
#define INDIA_S       19800 /* ahead of UTC */
#define LONGEST_S     240   /* of one test, under sanitizers on a busy machine */

static int64_t read_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void join(char *out, const char *folder, const char *name)
{
	if (snprintf(out, WORLD_PATH_CAP, "%s/%s", folder, name) >= WORLD_PATH_CAP)
		fail_msg("path too long: %s/%s", folder, name);
}

/* ---- the folder ---- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	remove(path);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		fail_msg("%s could not be written", path);
	chmod(path, 0600);
}

static void make_folder(struct world *world)
{
	const char *base = getenv("TMPDIR");

	if (snprintf(world->dir, sizeof world->dir, "%s/batti-e2e-XXXXXX", base != NULL ? base : "/tmp") >=
		(int)sizeof world->dir ||
	    mkdtemp(world->dir) == NULL)
		fail_msg("no folder under %s", base != NULL ? base : "/tmp");
	join(world->server, world->dir, "server");
	join(world->terminal, world->dir, "terminal");
	join(world->passphrase, world->dir, "passphrase");
	write_file(world->passphrase, PASSPHRASE);
}

/* ---- running a program ---- */

static void append(char **text, size_t *len, const char *bytes, size_t count)
{
	if (*len + count + 1 > WORLD_OUT_CAP)
		count = WORLD_OUT_CAP - *len - 1;
	memcpy(*text + *len, bytes, count);
	*len += count;
	(*text)[*len] = '\0';
}

/* Read both pipes to their ends, or until the deadline; then the program is killed. */
static void read_both(pid_t pid, int out_fd, int err_fd, struct world_run *run)
{
	struct pollfd pipes[2] = {{.fd = out_fd, .events = POLLIN}, {.fd = err_fd, .events = POLLIN}};
	int64_t deadline = read_clock_ms() + WORLD_RUN_MS;
	size_t err_len = 0;
	char bytes[8192];

	while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
		int64_t left = deadline - read_clock_ms();

		if (left <= 0) {
			kill(pid, SIGKILL);
			left = 1000;
		}
		if (poll(pipes, 2, (int)left) <= 0)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t got;

			if (pipes[i].revents == 0)
				continue;
			got = read(pipes[i].fd, bytes, sizeof bytes);
			if (got <= 0)
				pipes[i].fd = -1;
			else if (i == 0)
				append(&run->out, &run->out_len, bytes, (size_t)got);
			else
				append(&run->err, &err_len, bytes, (size_t)got);
		}
	}
}

static void become(const char *const *arguments, const int out[2], const int err[2])
{
	dup2(out[1], STDOUT_FILENO);
	dup2(err[1], STDERR_FILENO);
	close(out[0]);
	close(err[0]);
	if (freopen("/dev/null", "r", stdin) == NULL)
		_exit(126);
	execv(arguments[0], (char *const *)(uintptr_t)arguments);
	_exit(127);
}

struct world_run world_run(const char *const *arguments)
{
	struct world_run run = {.out = calloc(1, WORLD_OUT_CAP), .err = calloc(1, WORLD_OUT_CAP)};
	int64_t began = read_clock_ms();
	int out[2], err[2], status = 0;
	pid_t pid;

	if (run.out == NULL || run.err == NULL || pipe(out) != 0 || pipe(err) != 0)
		fail_msg("no pipe");
	pid = fork();
	if (pid == 0)
		become(arguments, out, err);
	close(out[1]);
	close(err[1]);
	read_both(pid, out[0], err[0], &run);
	close(out[0]);
	close(err[0]);
	waitpid(pid, &status, 0);
	run.status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	run.took_ms = read_clock_ms() - began;
	if (run.status == 127)
		fail_msg("%s could not be started", arguments[0]);
	return run;
}

void world_run_free(struct world_run *run)
{
	free(run->out);
	free(run->err);
	run->out = run->err = NULL;
}

struct place {
	char letter;
	size_t offset; /* of a text in struct world */
};

static const struct place places[] = {
    {'T', offsetof(struct world, terminal)}, {'S', offsetof(struct world, server)},
    {'D', offsetof(struct world, dir)},      {'P', offsetof(struct world, passphrase)},
    {'U', offsetof(struct world, url)},
};

static const char *find_place(const struct world *world, char letter)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (places[i].letter == letter)
			return (const char *)world + places[i].offset;
	return NULL;
}

void world_fill(const struct world *world, const char *text, char *out)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		const char *place = text[0] == '%' ? find_place(world, text[1]) : NULL;
		size_t count = place != NULL ? strlen(place) : 1;

		if (len + count >= WORLD_PATH_CAP)
			fail_msg("argument too long: %s", text);
		memcpy(out + len, place != NULL ? place : text, count);
		len += count;
		text += place != NULL;
	}
	out[len] = '\0';
}

struct world_run world_batti(struct world *world, const char *line)
{
	const char *arguments[ARGUMENTS_MAX + 2] = {BATTI_PROGRAM};
	char words[ARGUMENTS_MAX][WORLD_PATH_CAP];
	char copy[LINE_CAP];
	char *rest = copy, *word;
	int count = 0;

	if (strlen(line) >= sizeof copy)
		fail_msg("line too long");
	memcpy(copy, line, strlen(line) + 1);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (count == ARGUMENTS_MAX)
			fail_msg("too many words: %s", line);
		world_fill(world, word, words[count]);
		arguments[count + 1] = words[count];
		count++;
	}
	arguments[count + 1] = NULL;
	return world_run(arguments);
}

/* ---- the server ---- */

/* A port that stays this world's while nobody serves on it: bound and never listened on, so that a call to it is
 * refused and the server, which asks for its address again as one that may be reused, gets it whenever it comes. */
static void hold_port(struct world *world)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof address;
	int yes = 1;

	world->port_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (world->port_fd < 0 || setsockopt(world->port_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    bind(world->port_fd, (const struct sockaddr *)&address, len) != 0 ||
	    getsockname(world->port_fd, (struct sockaddr *)&address, &len) != 0)
		fail_msg("no port for the server: %s", strerror(errno));
	world->port = ntohs(address.sin_port);
}

/* Where the server says it listens: https://127.0.0.1:PORT. */
static void read_ready(struct world *world, const char *ready)
{
	FILE *file = fopen(ready, "r");
	char line[sizeof world->url] = "", *end;
	const char *colon;

	if (file == NULL || fgets(line, sizeof line, file) == NULL ||
	    fgets(world->psp_url, sizeof world->psp_url, file) == NULL)
		fail_msg("%s could not be read", ready);
	if (file != NULL)
		fclose(file);
	line[strcspn(line, "\n")] = '\0';
	world->psp_url[strcspn(world->psp_url, "\n")] = '\0';
	colon = strrchr(line, ':');
	if (colon == NULL || world->port != strtol(colon + 1, &end, 10) || *end != '\0')
		fail_msg("the ready file says \"%s\"", line);
	memcpy(world->url, line, sizeof line);
}

static void serve(const struct world *world, const char *ready)
{
	char listen_at[32], consumers[16], seconds[16], rupees[16], recharges[16], log[WORLD_PATH_CAP];
	const char *arguments[24] = {SANDBOX_PROGRAM, "serve",       "--state",      world->server, "--listen",
				     listen_at,       "--consumers", consumers,      "--seed",      "7",
				     "--psp-port",    "0",           "--ready-file", ready};
	size_t count = 14;

	if (world->lease_rupees > 0) {
		arguments[count++] = "--lease-value";
		arguments[count++] = rupees;
	}
	if (world->lease_count > 0) {
		arguments[count++] = "--lease-count";
		arguments[count++] = recharges;
	}
	if (world->picks)
		arguments[count++] = world->picks_any ? "--picks-minutes=any" : "--picks-minutes";
	if (world->certificate_s > 0) {
		arguments[count++] = "--strict-certificates";
		arguments[count++] = "--certificate-seconds";
		arguments[count++] = seconds;
	}
	snprintf(rupees, sizeof rupees, "%d", world->lease_rupees);
	snprintf(recharges, sizeof recharges, "%d", world->lease_count);
	snprintf(seconds, sizeof seconds, "%d", world->certificate_s);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no server behind */
	snprintf(listen_at, sizeof listen_at, "127.0.0.1:%d", world->port);
	snprintf(consumers, sizeof consumers, "%d", world->consumers);
	join(log, world->dir, "server.log");
	if (freopen("/dev/null", "r", stdin) == NULL || freopen(log, "a", stdout) == NULL ||
	    dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		_exit(126);
	execv(SANDBOX_PROGRAM, (char *const *)(uintptr_t)arguments);
	_exit(127);
}

void world_start_server(struct world *world)
{
	char ready[WORLD_PATH_CAP];
	int64_t deadline = read_clock_ms() + READY_MS;

	join(ready, world->dir, "ready");
	unlink(ready);
	if (world->port == 0)
		hold_port(world);
	world->sandbox = fork();
	if (world->sandbox == 0)
		serve(world, ready);
	while (access(ready, F_OK) != 0) {
		int status;

		if (waitpid(world->sandbox, &status, WNOHANG) == world->sandbox) {
			world->sandbox = 0;
			fail_msg("batti-sandbox ended at once (status %d), see %s/server.log", WEXITSTATUS(status),
				 world->dir);
		}
		if (read_clock_ms() > deadline)
			fail_msg("batti-sandbox did not become ready");
		poll(NULL, 0, 10);
	}
	read_ready(world, ready);
}

void world_stop_server(struct world *world, bool hard)
{
	if (world->sandbox <= 0)
		return;
	kill(world->sandbox, hard ? SIGKILL : SIGTERM);
	waitpid(world->sandbox, NULL, 0);
	world->sandbox = 0;
}

static struct world_run run_sandbox(const struct world *world, const char *word, const char *last)
{
	const char *arguments[] = {SANDBOX_PROGRAM, word, "--state", world->server, last, NULL};

	return world_run(arguments);
}

void world_fault(struct world *world, const char *fault)
{
	struct world_run run = run_sandbox(world, "fault", fault);

	if (run.status != 0)
		fail_msg("batti-sandbox fault %s: exit %d\n%s%s", fault, run.status, run.out, run.err);
	world_run_free(&run);
}

static json_t *read_json(struct world_run *run, const char *what)
{
	json_error_t error;
	json_t *json = run->status == 0 ? json_loadb(run->out, run->out_len, 0, &error) : NULL;

	if (json == NULL)
		fail_msg("%s: exit %d, no JSON\nout: %s\nerr: %s", what, run->status, run->out, run->err);
	world_run_free(run);
	return json;
}

static struct world *open_worlds[8]; /* those a failed test left open are closed at exit */

static void close_left_open(void)
{
	for (size_t i = 0; i < sizeof open_worlds / sizeof open_worlds[0]; i++)
		world_close(open_worlds[i]);
}

static void remember(struct world *world)
{
	static bool asked;

	if (!asked)
		atexit(close_left_open);
	asked = true;
	for (size_t i = 0; i < sizeof open_worlds / sizeof open_worlds[0]; i++) {
		if (open_worlds[i] == NULL) {
			open_worlds[i] = world;
			return;
		}
	}
}

static void forget(const struct world *world)
{
	for (size_t i = 0; i < sizeof open_worlds / sizeof open_worlds[0]; i++)
		if (open_worlds[i] == world)
			open_worlds[i] = NULL;
}

/* What is said of today (shifts, the cash of a person, the month) is said within one day of India: near its end the
 * next one is waited for. How the day turns is looked at in the unit tests, which have a clock of their own. */
static void keep_to_one_day(void)
{
	unsigned left = (unsigned)(DAY_S - (time(NULL) + INDIA_S) % DAY_S);

	if (left >= LONGEST_S)
		return;
	fprintf(stderr, "midnight in India is %u s away, and is waited for\n", left);
	while (left > 0)
		left = sleep(left);
}

static struct world *open_with(int consumers, int lease_rupees, int lease_count)
{
	struct world *world = calloc(1, sizeof *world);
	struct world_run run;

	if (world == NULL)
		fail_msg("out of memory");
	keep_to_one_day();
	remember(world);
	make_folder(world);
	world->consumers = consumers;
	world->lease_rupees = lease_rupees;
	world->lease_count = lease_count;
	world_start_server(world);
	run = run_sandbox(world, "consumers", "--json");
	world->list = read_json(&run, "batti-sandbox consumers --json");
	return world;
}

struct world *world_open(int consumers)
{
	return open_with(consumers, 0, 0);
}

void world_close(struct world *world)
{
	if (world == NULL)
		return;
	forget(world);
	world_stop_server(world, true);
	if (world->port != 0)
		close(world->port_fd);
	json_decref(world->list);
	if (getenv("E2E_KEEP") != NULL)
		fprintf(stderr, "kept: %s\n", world->dir);
	else
		nftw(world->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(world);
}

void world_enrol(struct world *world, const char *state)
{
	struct world_run code = run_sandbox(world, "enrolment-code", NULL);
	struct world_run run;
	char line[LINE_CAP];

	if (code.status != 0)
		fail_msg("batti-sandbox enrolment-code: exit %d\n%s%s", code.status, code.out, code.err);
	code.out[strcspn(code.out, "\r\n")] = '\0';
	snprintf(line, sizeof line, "enrol %%U --state %s --code %.60s --ca %%S/ca.pem --passphrase-file %%P", state,
		 code.out);
	run = world_batti(world, line);
	if (run.status != 0)
		fail_msg("batti %s: exit %d\n%s%s", line, run.status, run.out, run.err);
	world_run_free(&code);
	world_run_free(&run);
}

static struct world *enrol_in(struct world *world)
{
	world_enrol(world, world->terminal);
	return world;
}

struct world *world_open_enrolled(int consumers)
{
	return enrol_in(open_with(consumers, 0, 0));
}

struct world *world_open_wide(int consumers)
{
	return enrol_in(open_with(consumers, 100000000, 100000));
}

struct world *world_open_narrow(int consumers, int rupees)
{
	return enrol_in(open_with(consumers, rupees, 0));
}

static struct world *open_picks(int consumers, bool any)
{
	struct world *world = world_open_enrolled(consumers);
	char path[WORLD_PATH_CAP];
	FILE *file;

	world_stop_server(world, false);
	world->picks = true;
	world->picks_any = any;
	world_start_server(world);
	world_fill(world, "%T/batti.conf", path);
	file = fopen(path, "w");
	if (file == NULL || fputs("[batti]\nprotocol = rest-picks\n", file) < 0 || fclose(file) != 0)
		fail_msg("%s could not be written", path);
	return world;
}

struct world *world_open_picks(int consumers)
{
	return open_picks(consumers, false);
}

struct world *world_open_picks_any(int consumers)
{
	return open_picks(consumers, true);
}

/* ---- consumers ---- */

static const char *get_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

const char *world_number(const struct world *world, const char *kind, const char *note, int nth)
{
	size_t index;
	json_t *one;

	json_array_foreach(world->list, index, one)
	{
		if (strcmp(get_string(one, "kind"), kind) != 0 || strcmp(get_string(one, "note"), note) != 0)
			continue;
		if (nth-- == 0)
			return get_string(one, "number");
	}
	fail_msg("the sandbox has no %s consumer with note \"%s\"", kind, note);
	return "";
}

const char *world_meter(const struct world *world, const char *number)
{
	size_t index;
	json_t *one;

	json_array_foreach(world->list, index, one)
	{
		if (strcmp(get_string(one, "number"), number) == 0)
			return get_string(one, "meter");
	}
	fail_msg("no consumer %s", number);
	return "";
}

/* ---- selling ---- */

static void copy_text(char *out, size_t cap, const char *text)
{
	if (strlen(text) >= cap)
		fail_msg("longer than expected: %s", text);
	memcpy(out, text, strlen(text) + 1);
}

static struct world_sale *add_sale(struct world *world)
{
	if (world->sale_count == WORLD_SALES_MAX)
		fail_msg("more sales than a test may make");
	return &world->sales[world->sale_count++];
}

static void read_key_change(const json_t *list, struct world_sale *sale)
{
	assert_true(json_is_array(list) && json_array_size(list) <= 4);
	sale->key_changes = (int)json_array_size(list);
	for (int i = 0; i < sale->key_changes; i++)
		copy_text(sale->key_change[i], sizeof sale->key_change[i],
			  json_string_value(json_array_get(list, (size_t)i)));
}

const struct world_sale *world_sell(struct world *world, const char *number, int rupees)
{
	struct world_sale *sale = add_sale(world);
	struct world_run run;
	char line[LINE_CAP];
	json_t *answer;

	snprintf(line, sizeof line,
		 "sell --state %%T --passphrase-file %%P --connection %s --amount %d --tender cash --json", number,
		 rupees);
	run = world_batti(world, line);
	sale->took_ms = run.took_ms;
	answer = read_json(&run, line);
	copy_text(sale->id, sizeof sale->id, get_string(answer, "sale_id"));
	copy_text(sale->token, sizeof sale->token, get_string(answer, "token"));
	copy_text(sale->issued_by, sizeof sale->issued_by, get_string(answer, "issued_by"));
	copy_text(sale->state, sizeof sale->state, get_string(answer, "state"));
	sale->paise = json_integer_value(json_object_get(answer, "paise"));
	read_key_change(json_object_get(answer, "key_change"), sale);
	assert_int_equal(strlen(sale->id), 36);
	assert_int_equal(sale->paise, (int64_t)rupees * 100);
	json_decref(answer);
	return sale;
}

void world_note_sale(struct world *world, int64_t paise, const char *token)
{
	struct world_sale *sale = add_sale(world);

	sale->paise = paise;
	copy_text(sale->token, sizeof sale->token, token);
}

int64_t world_sync(struct world *world)
{
	struct world_run run = world_batti(world, "sync --state %T --json");
	json_t *answer = run.out_len > 0 ? json_loadb(run.out, run.out_len, 0, NULL) : NULL;
	int64_t unsent = answer != NULL ? json_integer_value(json_object_get(answer, "unsent")) : -1;

	if (answer == NULL)
		print_message("batti sync: exit %d\n%s%s", run.status, run.out, run.err);
	json_decref(answer);
	world_run_free(&run);
	return unsent;
}
