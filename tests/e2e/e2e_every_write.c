/* One fault at every call by which the terminal changes its folder: killed there, the power cut there, the disk full
 * from there on, broken there, a sync that fails there. Then the program is started again as a user would, and no
 * rupee is lost or doubled: record, ledger, slip and meter agree, and the next sale is made.
 *
 * Usage: e2e_every_write [SCENARIO...]. Each call meets one kind of fault, in rotation; with FAULTS_ALL=1 every kind.
 * ONLY_AT and ONLY_KIND choose cases. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/e2e/aftermath.h"
#include "tests/faults/verbs.h"
#include "tests/sim/older_schema_steps.h"

#define SKIPPED        77
#define CONSUMERS      60
#define CALLS_MAX      2000
#define CALL_NAME_CAP  64
#define VIOLATIONS_MAX 25
#define HANG_MS        60000
#define FOR_EVER       0
#define CODE_CAP       64
#define LINE_CAP       512
#define EXPIRING_S     30
#define LASTING_S      (90 * 86400)

static const struct fault_kind_row kinds[] = FAULT_KIND_ROWS;
static const char *const verb_names[] = FAULT_VERB_NAMES;

/** How many calls from there on meet it, by kind; the others meet one. */
static const int spans[FAULT_KIND_COUNT][2] = {
    [FAULT_DISK_FULL] = {FOR_EVER, 3},
    [FAULT_BROKEN] = {1, FOR_EVER},
};

struct scenario {
	const char *name;
	int64_t (*prepare)(struct world *world); /* @return sales in the record */
	const char *line;                        /* of `batti`; {1} is the consumer's number, or the enrolment code */
	bool with_server, enrols, renews;
	int64_t may_add; /* sales */
	int stride;      /* of the sample, in calls */
};

struct learned {
	enum fault_verb verb[CALLS_MAX];
	char name[CALLS_MAX][CALL_NAME_CAP];
	int count;
};

/** One case: which fault, at which call. */
struct injury {
	enum fault_kind kind;
	int at, span;
};

struct tally {
	int cases, unmet, violations;
};

static void sell_away(struct world *world, int nth)
{
	char line[512];

	snprintf(line, sizeof line,
		 "sell --offline --state %%T --passphrase-file %%P --connection %s --amount %d --tender cash --json",
		 world_number(world, "sts_units", "", nth), AFTERMATH_RUPEES);
	assert_int_equal(aftermath_run(world, line, NULL), 0);
}

static int64_t prepare_nothing(struct world *world)
{
	assert_int_equal(mkdir(world->terminal, 0700), 0);
	return 0;
}

static int64_t prepare_sent(struct world *world)
{
	world_enrol(world, world->terminal);
	world_sell(world, world_number(world, "sts_units", "", 0), AFTERMATH_RUPEES);
	assert_int_equal(world_sync(world), 0);
	return 1;
}

static int64_t prepare_unsent(struct world *world)
{
	int64_t sent = prepare_sent(world);

	sell_away(world, 3);
	sell_away(world, 4);
	return sent + 2;
}

/* The certificate has run out: it is renewed before the sales are sent. */
static int64_t prepare_expired(struct world *world)
{
	struct timespec rest = {.tv_sec = EXPIRING_S + 1};
	int64_t sales;

	world_stop_server(world, false);
	world->certificate_s = EXPIRING_S;
	world_start_server(world);
	sales = prepare_unsent(world);
	nanosleep(&rest, NULL); /* nothing renews it meanwhile */
	world->certificate_s = LASTING_S;
	return sales;
}

/* ---- an older record ---- */

static int read_version(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	int version;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return version;
}

static void run_sql(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static int64_t prepare_old_record(struct world *world)
{
	int64_t sales = prepare_unsent(world);
	char path[WORLD_PATH_CAP];
	sqlite3 *db = NULL;
	int version;

	world_fill(world, "%T/journal.db", path);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	version = read_version(db);
	assert_int_equal(version, OLDER_SCHEMA_NEWEST);
	run_sql(db, "BEGIN");
	for (; version > 1; version--)
		run_sql(db, older_schema_undo[version - 2]);
	run_sql(db, "PRAGMA user_version=1; COMMIT");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return sales;
}

static const struct scenario scenarios[] = {
    {.name = "online",
     .prepare = prepare_sent,
     .line = "sell --state %T --connection {1} --amount 200 --tender cash --json",
     .with_server = true,
     .may_add = 1,
     .stride = 1},
    {.name = "offline",
     .prepare = prepare_sent,
     .line = "sell --offline --state %T --passphrase-file %P --connection {1} --amount 200 --tender cash --json",
     .may_add = 1,
     .stride = 1},
    {.name = "drain", .prepare = prepare_unsent, .line = "sync --state %T --json", .with_server = true, .stride = 1},
    {.name = "migration",
     .prepare = prepare_old_record,
     .line = "sync --state %T --json",
     .with_server = true,
     .stride = 2},
    {.name = "renewal",
     .prepare = prepare_expired,
     .line = "sync --state %T --json",
     .with_server = true,
     .renews = true,
     .stride = 1},
    {.name = "enrol",
     .prepare = prepare_nothing,
     .line = "enrol %U --state %T --code {1} --ca %S/ca.pem --passphrase-file %P",
     .with_server = true,
     .enrols = true,
     .stride = 7},
};

/* ---- one case ---- */

static void set_number(const char *name, int number)
{
	char text[16];

	snprintf(text, sizeof text, "%d", number);
	setenv(name, text, 1);
}

static void read_code(struct world *world, char code[CODE_CAP])
{
	const char *arguments[] = {SANDBOX_PROGRAM, "enrolment-code", "--state", world->server, NULL};
	struct world_run run = world_run(arguments);

	assert_int_equal(run.status, 0);
	snprintf(code, CODE_CAP, "%.*s", (int)strcspn(run.out, "\r\n"), run.out);
	world_run_free(&run);
}

static void write_line(const struct scenario *scenario, const char *value, char line[LINE_CAP])
{
	const char *place = strstr(scenario->line, "{1}");

	if (place == NULL)
		snprintf(line, LINE_CAP, "%s", scenario->line);
	else
		snprintf(line, LINE_CAP, "%.*s%s%s", (int)(place - scenario->line), scenario->line, value, place + 3);
}

/* The command of the scenario with the shim before it. */
static struct world_run run_injured(struct world *world, const struct scenario *scenario, const struct injury *injury,
				    char code[CODE_CAP])
{
	char line[LINE_CAP], trace[WORLD_PATH_CAP];
	struct world_run run;

	if (scenario->enrols)
		read_code(world, code);
	write_line(scenario, scenario->enrols ? code : world_number(world, "sts_units", "", 1), line);
	world_fill(world, "%D/trace", trace);
	unlink(trace);
	setenv("FAULT_DIR", world->terminal, 1);
	setenv("FAULT_TRACE", trace, 1);
	setenv("FAULT_KIND", kinds[injury->kind].name, 1);
	set_number("FAULT_AT", injury->at);
	set_number("FAULT_FOR", injury->span);
	setenv("LD_PRELOAD", FAULT_SHIM, 1);
	run = world_batti(world, line);
	unsetenv("LD_PRELOAD");
	return run;
}

static FILE *open_trace(const struct world *world)
{
	char trace[WORLD_PATH_CAP];
	FILE *file;

	world_fill(world, "%D/trace", trace);
	file = fopen(trace, "r");
	assert_non_null(file);
	return file;
}

static bool was_met(const struct world *world, char name[CALL_NAME_CAP])
{
	FILE *file = open_trace(world);
	char line[300], last[300] = "";
	bool met = false;

	while (!met && fgets(line, sizeof line, file) != NULL) {
		met = strncmp(line, FAULT_DONE " ", strlen(FAULT_DONE) + 1) == 0;
		if (!met)
			memcpy(last, line, sizeof last);
	}
	fclose(file);
	last[strcspn(last, "\n")] = '\0';
	snprintf(name, CALL_NAME_CAP, "%.60s", last);
	return met;
}

static void start(struct world *world, const struct scenario *scenario)
{
	aftermath_restore(world);
	if (scenario->with_server)
		world_start_server(world);
}

/* Enrolling was interrupted: it is done again in the same folder, with the same code, else with a new one. */
static void enrol_again(struct world *world, const struct scenario *scenario, char code[CODE_CAP])
{
	char line[LINE_CAP];

	for (int i = 0; i < 2 && aftermath_run(world, "sync --state %T --json", NULL) != 0; i++) {
		if (i > 0)
			read_code(world, code);
		write_line(scenario, code, line);
		aftermath_run(world, line, NULL);
	}
}

/* The certificate holds, by the terminal's own word, once the program has run again. */
static bool is_renewed(struct world *world)
{
	struct world_run run = world_batti(world, "sync --state %T --json");
	json_t *json = json_loads(run.out, 0, NULL);
	json_int_t until = json_integer_value(json_object_get(json, "certificate_until"));

	json_decref(json);
	world_run_free(&run);
	return until / 1000 > (json_int_t)time(NULL);
}

static bool case_holds(struct world *world, const struct scenario *scenario, int64_t before,
		       const struct injury *injury, struct aftermath_seen *seen, char *why)
{
	struct world_run run;
	char code[CODE_CAP];
	bool in_time;

	start(world, scenario);
	run = run_injured(world, scenario, injury, code);
	in_time = run.took_ms < HANG_MS;
	if (scenario->may_add > 0)
		aftermath_read_sale(&run, seen);
	else
		*seen = (struct aftermath_seen){.status = run.status};
	world_run_free(&run);
	if (!scenario->with_server)
		world_start_server(world);
	if (scenario->enrols)
		enrol_again(world, scenario, code);
	if (scenario->renews && !is_renewed(world)) {
		snprintf(why, AFTERMATH_WHY_CAP, "the certificate was not renewed");
		return false;
	}
	snprintf(why, AFTERMATH_WHY_CAP, "it took longer than %d s", HANG_MS / 1000);
	return aftermath_holds(world, seen, before, scenario->may_add, world_number(world, "sts_units", "", 2), why) &&
	       in_time;
}

static void run_case(struct world *world, const struct scenario *scenario, int64_t before, const struct injury *injury,
		     struct tally *tally)
{
	char why[AFTERMATH_WHY_CAP], name[CALL_NAME_CAP];
	struct aftermath_seen seen = {0};
	bool holds = case_holds(world, scenario, before, injury, &seen, why);
	bool met = was_met(world, name);

	tally->cases++;
	tally->unmet += !met;
	if (holds)
		return;
	tally->violations++;
	print_message("%s: FAULT_KIND=%s FAULT_AT=%d for %d (%s%s, exit %d): %s\n", scenario->name,
		      kinds[injury->kind].name, injury->at, injury->span, name, met ? "" : ", not met", seen.status,
		      why);
	if (tally->violations >= VIOLATIONS_MAX)
		fail_msg("%d violations, enough", tally->violations);
}

/* ---- all cases ---- */

static void read_call(struct learned *out, char *line)
{
	char *name = strchr(line, ' ');

	assert_non_null(name);
	*name++ = '\0';
	for (int verb = 0; verb < FAULT_VERB_COUNT; verb++)
		if (strcmp(line, verb_names[verb]) == 0)
			out->verb[out->count] = (enum fault_verb)verb;
	snprintf(out->name[out->count], CALL_NAME_CAP, "%.*s", (int)strcspn(name, "\n"), name);
	out->count++;
}

/* Which calls the command makes when nothing is wrong. */
static void learn(struct world *world, const struct scenario *scenario, struct learned *out)
{
	static const struct injury none;
	struct world_run run;
	char line[300], code[CODE_CAP];
	FILE *file;

	start(world, scenario);
	run = run_injured(world, scenario, &none, code);
	if (run.status != 0)
		fail_msg("%s: exit %d\n%s%s", scenario->name, run.status, run.out, run.err);
	world_run_free(&run);
	file = open_trace(world);
	out->count = 0;
	while (out->count < CALLS_MAX && fgets(line, sizeof line, file) != NULL)
		read_call(out, line);
	fclose(file);
	assert_in_range(out->count, 20, CALLS_MAX - 1);
}

/* Every fault that can be done to a call of this verb. @return how many. */
static int list_injuries(enum fault_verb verb, int at, struct injury out[2 * FAULT_KIND_COUNT])
{
	int count = 0;

	for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
		if ((kinds[kind].verbs >> verb & 1U) == 0)
			continue;
		for (int i = 0; i < (spans[kind][0] != spans[kind][1] ? 2 : 1); i++) {
			bool listed = spans[kind][0] != spans[kind][1];

			out[count++] = (struct injury){(enum fault_kind)kind, at, listed ? spans[kind][i] : 1};
		}
	}
	return count;
}

static bool is_wanted(const struct injury *injury)
{
	const char *kind = getenv("ONLY_KIND"), *at = getenv("ONLY_AT");

	return (kind == NULL || strcmp(kind, kinds[injury->kind].name) == 0) &&
	       (at == NULL || strtol(at, NULL, 10) == injury->at);
}

static void injure_every_call(struct world *world, const struct scenario *scenario, const struct learned *calls,
			      int64_t before, struct tally *tally)
{
	bool all = getenv("FAULTS_ALL") != NULL || getenv("ONLY_KIND") != NULL || getenv("ONLY_AT") != NULL;

	for (int at = 1; at <= calls->count; at++) {
		struct injury injuries[2 * FAULT_KIND_COUNT];
		int count = list_injuries(calls->verb[at - 1], at, injuries);
		/* Frames' heads and pages take turns: the quotient keeps the rotation from following them. */
		int turn = (at + at / count) % count;

		for (int i = 0; i < count; i++)
			if ((all || (i == turn && at % scenario->stride == 0)) && is_wanted(&injuries[i]))
				run_case(world, scenario, before, &injuries[i], tally);
	}
}

/* The check can fail: on a disk that says "durable" and is not, a power cut at the end takes the sale from the record
 * whose token the server has given. No program survives that unseen. */
static void notice_a_lying_disk(struct world *world, const struct scenario *scenario, int64_t before,
				const struct learned *calls)
{
	const struct injury cut = {FAULT_POWER_CUT, calls->count, 1};
	char why[AFTERMATH_WHY_CAP], name[CALL_NAME_CAP];
	struct aftermath_seen seen;

	setenv("FAULT_LIES", "1", 1);
	assert_false(case_holds(world, scenario, before, &cut, &seen, why));
	unsetenv("FAULT_LIES");
	assert_true(was_met(world, name));
	print_message("%s: a disk that lies is noticed: %s\n", scenario->name, why);
}

static void survives_every_write(void **state)
{
	const struct scenario *scenario = *state;
	struct world *world = world_open(CONSUMERS);
	static struct learned calls;
	struct tally tally = {0};
	int64_t before = scenario->prepare(world);

	aftermath_keep(world);
	learn(world, scenario, &calls);
	if (scenario->may_add > 0 && scenario->with_server)
		notice_a_lying_disk(world, scenario, before, &calls);
	injure_every_call(world, scenario, &calls, before, &tally);
	print_message("%s: %d calls, %d cases, %d not met, %d violations\n", scenario->name, calls.count, tally.cases,
		      tally.unmet, tally.violations);
	world_close(world);
	assert_int_equal(tally.violations, 0);
	assert_in_range(tally.unmet, 0, tally.cases / 20);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[sizeof scenarios / sizeof scenarios[0]];
	size_t count = 0;

	if (FAULT_SHIM[0] == '\0') {
		printf("SKIP: the sanitizers stand before the same system calls; the release build runs this\n");
		return SKIPPED;
	}
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
		bool asked = argc == 1;

		for (int word = 1; word < argc; word++)
			asked = asked || strcmp(argv[word], scenarios[i].name) == 0;
		if (asked)
			tests[count++] = (struct CMUnitTest){.name = scenarios[i].name,
							     .test_func = survives_every_write,
							     .initial_state = (void *)(uintptr_t)&scenarios[i]};
	}
	return _cmocka_run_group_tests("every write", tests, count, NULL, NULL);
}
