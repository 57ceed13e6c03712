/* The clerk and a printer that stops in the middle of a slip: given up on F5, the slip is printed again as a copy, the
 * record says who had it made and why, and the server has it too; and a drawer that only a supervisor opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/paper.h"

#define SUPERVISOR_PIN "778899"
#define PRINT_MS       15000
#define SPEED          4000

static struct world *world;
static int consumer; /* a new one for each test */
static struct paper *paper;
static struct pty *counter;

static int open_world(void **state)
{
	(void)state;
	world = world_open_enrolled(60);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(world);
	return 0;
}

static int clear_away(void **state)
{
	(void)state;
	pty_close(counter);
	paper_close(paper);
	counter = NULL;
	paper = NULL;
	return 0;
}

static void open_all(const char *lang)
{
	char path[WORLD_PATH_CAP];
	struct counter_options options = {.lang = lang, .config = path};
	FILE *file;

	paper = paper_open(&(struct paper_options){.rows_per_s = SPEED});
	assert_non_null(paper);
	world_fill(world, "%D/batti.conf", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "[batti]\nreceipt_language = en\nprinter = %s\nprinter_profile = tm-t82x\n", paper_uri(paper));
	assert_int_equal(fclose(file), 0);
	counter = counter_open(world, &options);
	counter_sign_in(counter);
}

static void sell(char token[WORLD_TOKEN_CAP])
{
	counter_sell(counter, world_number(world, "sts_units", "", consumer++), "100", token);
	world_note_sale(world, 10000, token);
}

/* Sheets on which the end of a slip stands. */
static int count_whole(void)
{
	int whole = 0;

	for (int i = 1; i <= paper_count(paper); i++)
		whole += paper_sheet(paper, i).whole;
	return whole;
}

/* The newest record of @p kind, as the terminal's own journal has it; the caller's to release. */
static json_t *newest(const char *kind)
{
	struct world_run run = world_batti(world, "journal export --state %T");
	char *line = run.out, *next;
	json_t *found = NULL;

	assert_int_equal(run.status, 0);
	for (; line && *line; line = next) {
		next = strchr(line, '\n');
		json_t *event = json_loadb(line, next ? (size_t)(next - line) : strlen(line), 0, NULL);
		const char *name = json_string_value(json_object_get(event, "kind"));

		next = next ? next + 1 : NULL;
		if (name && strcmp(name, kind) == 0) {
			json_decref(found);
			found = json_loads(json_string_value(json_object_get(event, "body")), 0, NULL);
		}
		json_decref(event);
	}
	world_run_free(&run);
	assert_non_null(found);
	return found;
}

static void expect_text(const json_t *body, const char *name, const char *wanted)
{
	assert_string_equal(json_string_value(json_object_get(body, name)), wanted);
}

/* End the counter, send everything, and let nobody object to it. */
static void finish(void)
{
	counter_close(counter);
	counter = NULL;
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

static void given_up_is_printed_again(void **state)
{
	char token[WORLD_TOKEN_CAP], again[WORLD_TOKEN_CAP];
	json_t *body;

	(void)state;
	open_all("en");
	paper_say(paper, "paper-out-at 400");
	sell(token);
	counter_expect(counter, "No paper. Put in a roll: it goes on by itself. F5 prints again.");
	counter_type(counter, "{F5}");
	/* Thrown away, its end on record, the copy sent: that one waits for the roll too. */
	assert_true(pty_wait_gone(counter, "it goes on by itself", COUNTER_WAIT_MS));
	assert_true(pty_wait_gone(counter, "Printing", COUNTER_WAIT_MS));
	paper_say(paper, "paper ok");
	counter_expect(counter, "Receipt printed.");
	assert_true(counter_read_token(counter, again, COUNTER_WAIT_MS));
	assert_string_equal(again, token);
	finish();
	paper_switch_off(paper);
	assert_int_equal(count_whole(), 1);
	assert_true(paper_sheet(paper, paper_count(paper)).whole);
	body = newest("printed");
	expect_text(body, "reason", "paper");
	assert_int_equal(json_integer_value(json_object_get(body, "copy")), 2);
	expect_text(body, "operator", "rina");
	expect_text(body, "result", "confirmed");
	json_decref(body);
}

static void every_stop_is_named_and_goes_away(void **state)
{
	static const struct {
		const char *stop, *go, *lang, *wanted, *printed;
	} rows[] = {
	    {"paper-out-at 400", "paper ok", "hi", "रोल लगाएँ, छपाई", "पर्ची छप गई।"},
	    {"cutter sticks", "cutter free", "hi", "कटर अटका है।", "पर्ची छप गई।"},
	};
	char token[WORLD_TOKEN_CAP];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		open_all("en");
		counter_type(counter, "{F2}");
		counter_expect(counter, "उपभोक्ता खोजें");
		counter_type(counter, "{F2}");
		counter_expect(counter, "Find the consumer");
		paper_say(paper, rows[i].stop);
		sell(token);
		counter_type(counter, "{F2}");
		counter_expect(counter, rows[i].wanted);
		paper_say(paper, rows[i].go);
		counter_expect(counter, rows[i].printed);
		assert_true(paper_wait(paper, 1, PRINT_MS));
		finish();
		paper_switch_off(paper);
		assert_int_equal(paper_count(paper), 1);
		(void)clear_away(state);
	}
}

/* It came out: the question, the answer, and both in the record. */
static void a_torn_one_is_printed_again(void **state)
{
	char token[WORLD_TOKEN_CAP];
	json_t *body;

	(void)state;
	open_all("en");
	sell(token);
	counter_expect(counter, "Receipt printed.");
	counter_type(counter, "{F5}");
	counter_expect(counter, "Why once more? 1 torn or unreadable, 2 the consumer asks for it.");
	counter_type(counter, "{Esc}");
	assert_true(pty_wait_gone(counter, "Why once more?", COUNTER_WAIT_MS));
	counter_type(counter, "{F5}");
	counter_expect(counter, "Why once more?");
	counter_type(counter, "1");
	assert_true(paper_wait(paper, 2, PRINT_MS));
	counter_expect(counter, "Receipt printed.");
	assert_int_equal(paper_sheet(paper, 1).drawer, 1);
	assert_int_equal(paper_sheet(paper, 2).drawer, 0);
	finish();
	body = newest("printed");
	assert_int_equal(json_integer_value(json_object_get(body, "copy")), 2);
	expect_text(body, "reason", "damaged");
	json_decref(body);
}

static void the_drawer_opens_for_a_supervisor(void **state)
{
	char token[WORLD_TOKEN_CAP];
	json_t *body;

	(void)state;
	open_all("en");
	counter_type(counter, "{F12}");
	counter_expect(counter, "F7 Open drawer");
	counter_type(counter, "{F7}");
	counter_expect(counter, "Open the drawer without a sale.");
	counter_type(counter, "000000{Enter}1{Enter}");
	counter_expect(counter, "Wrong PIN.");
	counter_type(counter, SUPERVISOR_PIN "{Enter}{Enter}");
	counter_expect(counter, "Drawer opened.");
	counter_type(counter, "{F3}");
	sell(token);
	counter_expect(counter, "Receipt printed.");
	assert_true(paper_wait(paper, 1, PRINT_MS));
	assert_int_equal(paper_sheet(paper, 1).drawer, 2); /* the supervisor's, and the sale's own */
	finish();
	paper_switch_off(paper);
	assert_int_equal(paper_count(paper), 1);
	body = newest("drawer");
	expect_text(body, "reason", "small_change");
	expect_text(body, "asked_by", "rina");
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(given_up_is_printed_again, clear_away),
	    cmocka_unit_test_teardown(every_stop_is_named_and_goes_away, clear_away),
	    cmocka_unit_test_teardown(a_torn_one_is_printed_again, clear_away),
	    cmocka_unit_test_teardown(the_drawer_opens_for_a_supervisor, clear_away),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
