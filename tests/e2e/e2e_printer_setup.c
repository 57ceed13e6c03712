/* `batti printer`: whoever sets a counter up names, asks and tries the printer, without a server and before the
 * terminal is enrolled. The printer is the simulator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/paper.h"
#include "tests/e2e/world.h"

static char state[64];

/* `batti printer WORD --printer URI [--state] [--json]`. */
static struct world_run printer(const char *word, const char *uri, bool with_state, bool json)
{
	const char *words[10] = {BATTI_PROGRAM, "printer", word, "--printer", uri};
	int count = 5;

	if (with_state) {
		words[count++] = "--state";
		words[count++] = state;
	}
	if (json)
		words[count++] = "--json";
	return world_run(words);
}

static void expect(const char *word, const char *uri, bool with_state, bool json, int status, const char *says)
{
	struct world_run run = printer(word, uri, with_state, json);

	if (run.status != status || !strstr(run.out, says))
		fail_msg("printer %s ended with %d: %s%s", word, run.status, run.out, run.err);
	world_run_free(&run);
}

static json_t *answer(const char *word, const char *uri, int status)
{
	struct world_run run = printer(word, uri, true, true);
	json_t *value = json_loads(run.out, 0, NULL);

	if (run.status != status || !value)
		fail_msg("printer %s ended with %d: %s%s", word, run.status, run.out, run.err);
	world_run_free(&run);
	return value;
}

static bool flag(const json_t *value, const char *key)
{
	const json_t *member = json_object_get(value, key);

	assert_true(json_is_boolean(member));
	return json_is_true(member);
}

static int make_state(void **unused)
{
	(void)unused;
	snprintf(state, sizeof state, "/tmp/batti-printer-XXXXXX");
	return mkdtemp(state) ? 0 : -1;
}

static int remove_state(void **unused)
{
	char path[128];

	(void)unused;
	snprintf(path, sizeof path, "%s/printer.json", state);
	unlink(path);
	snprintf(path, sizeof path, "%s/batti.conf", state);
	unlink(path);
	return rmdir(state);
}

static void set(const char *settings)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/batti.conf", state);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fprintf(file, "[batti]\n%s\n", settings) > 0);
	assert_int_equal(fclose(file), 0);
}

static void models_are_listed(void **unused)
{
	static const char *const line[] = {BATTI_PROGRAM, "printer", "list", NULL};
	static const char *const json[] = {BATTI_PROGRAM, "printer", "list", "--json", NULL};
	struct world_run run = world_run(line);
	json_t *rows;
	(void)unused;

	assert_int_equal(run.status, 0);
	assert_int_equal(strncmp(run.out, "generic-80 ", 11), 0);
	assert_non_null(strstr(run.out, "\ntvs-rp-3230 "));
	assert_non_null(strstr(run.out, "\nnt-5890k "));
	world_run_free(&run);
	run = world_run(json);
	assert_int_equal(run.status, 0);
	rows = json_loads(run.out, 0, NULL);
	assert_true(json_array_size(rows) > 50);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "id")), "generic-58");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 1), "width_dots")), 384);
	json_decref(rows);
	world_run_free(&run);
}

/* The generic rows are there all the same, and a model that only the file knows prints on the narrowest. */
static void bad_models_are_said_and_stop_nothing(void **unused)
{
	struct paper *paper = paper_open(&(struct paper_options){.model = "epson"});
	struct world_run run;
	(void)unused;

	set("printer_models = /nowhere\nprinter_profile = tm-t82x");
	run = printer("list", "none", true, false);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.out, "generic-58 "));
	assert_null(strstr(run.out, "tm-t82x"));
	assert_non_null(strstr(run.err, "models.json"));
	world_run_free(&run);
	expect("test", paper_uri(paper), true, true, 0, "\"printed\"");
	paper_close(paper);
	set("printer_profile = tm-t82y");
	run = printer("status", "tcp://127.0.0.1:1", true, false);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "tm-t82y"));
	world_run_free(&run);
}

static void each_trouble_is_named(void **unused)
{
	static const struct {
		const char *word, *back, *paper, *en, *hi;
		int status;
	} rows[] = {
	    {"paper ok", "paper ok", "\"ok\"", "ready and has paper", "काग़ज़ है", 0},
	    {"paper low", "paper ok", "\"low\"", "paper ends soon", "जल्द ख़त्म", 0},
	    {"paper out", "paper ok", "\"out\"", "no paper", "काग़ज़ नहीं", 1},
	    {"cover open", "cover close", "\"open\"", "Close its cover", "ढक्कन बंद", 1},
	    {"cutter jam", "cutter free", "\"jam\"", "cutter is stuck", "कटर अटका", 1},
	    {"hot on", "hot off", "\"fault\"", "cool down", "ठंडा", 1},
	    {"mute on", "mute off", "\"silent\"", "does not answer", "जवाब नहीं", 3},
	};
	struct paper *paper = paper_open(&(struct paper_options){.model = "epson"});
	(void)unused;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		paper_say(paper, rows[i].word);
		expect("status", paper_uri(paper), false, true, rows[i].status, rows[i].paper);
		expect("status", paper_uri(paper), false, false, rows[i].status, rows[i].en);
		expect("status", paper_uri(paper), false, false, rows[i].status, rows[i].hi);
		paper_say(paper, rows[i].back);
	}
	paper_switch_off(paper);
	expect("status", paper_uri(paper), false, false, 3, "does not answer");
	paper_close(paper);
	expect("status", "none", false, false, 1, "No printer is set up");
	expect("status", "file:/tmp/slips", false, false, 0, "file:/tmp/slips");
	expect("status", "usb:", false, false, 2, "");
}

static void what_it_answers_is_stored(void **unused)
{
	struct paper *paper = paper_open(&(struct paper_options){.model = "epson"});
	char path[128];
	json_t *found, *file, *row;
	(void)unused;

	found = answer("probe", paper_uri(paper), 0);
	assert_string_equal(json_string_value(json_object_get(found, "model")), "TM-T82X");
	assert_string_equal(json_string_value(json_object_get(found, "maker")), "EPSON");
	assert_string_equal(json_string_value(json_object_get(found, "profile")), "tm-t82x");
	assert_true(flag(found, "real_time") && flag(found, "in_order") && flag(found, "unasked"));
	assert_true(flag(found, "process_id") && flag(found, "stored"));
	json_decref(found);
	snprintf(path, sizeof path, "%s/printer.json", state);
	file = json_load_file(path, 0, NULL);
	row = json_array_get(json_object_get(file, "printers"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "uri")), paper_uri(paper));
	assert_true(flag(row, "process_id"));
	json_decref(file);
	expect("probe", paper_uri(paper), true, false, 0, "It prints as tm-t82x");
	expect("probe", paper_uri(paper), true, false, 0, "हाँ");
	expect("probe", paper_uri(paper), false, false, 0, "Nothing is stored");
	set("printer_profile = generic-58");
	expect("probe", paper_uri(paper), true, false, 0, "printer_profile = tm-t82x");
	assert_int_equal(paper_count(paper), 0); /* no question came out as letters */
	paper_close(paper);
}

static void a_simple_one_is_found_simple(void **unused)
{
	struct paper *paper = paper_open(&(struct paper_options){.model = "clone"});
	json_t *found;
	(void)unused;

	found = answer("probe", paper_uri(paper), 0);
	assert_string_equal(json_string_value(json_object_get(found, "model")), "");
	assert_string_equal(json_string_value(json_object_get(found, "profile")), "");
	assert_true(flag(found, "real_time") && flag(found, "in_order") && flag(found, "stored"));
	assert_false(flag(found, "unasked") || flag(found, "process_id"));
	json_decref(found);
	expect("test", paper_uri(paper), true, true, 0, "\"printed\"");
	paper_close(paper);
}

/* The counter prints by what was stored, and the page for the engineer names the model. */
static void the_counter_goes_by_what_was_stored(void **unused)
{
	struct world *world = world_open_enrolled(2);
	struct paper *paper = paper_open(&(struct paper_options){.model = "epson"});
	char line[WORLD_PATH_CAP];
	struct world_run run;
	(void)unused;

	snprintf(line, sizeof line, "printer probe --state %%T --printer %s", paper_uri(paper));
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	snprintf(line, sizeof line, "doctor --state %%T --passphrase-file %%P --printer %s", paper_uri(paper));
	run = world_batti(world, line);
	if (!strstr(run.out, "Epson TM-T82X, 80 mm, "))
		fail_msg("doctor said: %s%s", run.out, run.err);
	world_run_free(&run);
	paper_close(paper);
	world_close(world);
}

static void nothing_is_stored_of_one_that_cannot_answer(void **unused)
{
	struct paper *paper = paper_open(&(struct paper_options){.model = "epson"});
	char path[128];
	(void)unused;

	paper_say(paper, "cover open");
	expect("probe", paper_uri(paper), true, false, 1, "Close its cover");
	paper_switch_off(paper);
	expect("probe", paper_uri(paper), true, false, 3, "does not answer");
	expect("probe", "file:/dev/null", true, false, 1, "");
	expect("probe", "none", true, false, 1, "No printer is set up");
	snprintf(path, sizeof path, "%s/printer.json", state);
	assert_int_not_equal(access(path, F_OK), 0);
	paper_close(paper);
}

static void the_test_page_is_told_honestly(void **unused)
{
	struct paper *paper = paper_open(&(struct paper_options){.model = "epson"});
	struct paper *mute = paper_open(&(struct paper_options){.model = "mute"});
	(void)unused;

	expect("test", paper_uri(paper), false, true, 0, "\"printed\"");
	assert_true(paper_wait(paper, 1, 10000));
	assert_true(paper_sheet(paper, 1).cut && paper_sheet(paper, 1).rows > 300);
	assert_int_equal(paper_sheet(paper, 1).drawer, 0);
	expect("test", paper_uri(mute), false, true, 3, "\"unconfirmed\"");
	paper_switch_off(mute);
	expect("test", paper_uri(mute), false, true, 1, "\"failed\"");
	paper_close(mute);
	paper_close(paper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(models_are_listed),
	    cmocka_unit_test_setup_teardown(bad_models_are_said_and_stop_nothing, make_state, remove_state),
	    cmocka_unit_test_setup_teardown(each_trouble_is_named, make_state, remove_state),
	    cmocka_unit_test_setup_teardown(what_it_answers_is_stored, make_state, remove_state),
	    cmocka_unit_test_setup_teardown(a_simple_one_is_found_simple, make_state, remove_state),
	    cmocka_unit_test(the_counter_goes_by_what_was_stored),
	    cmocka_unit_test_setup_teardown(nothing_is_stored_of_one_that_cannot_answer, make_state, remove_state),
	    cmocka_unit_test_setup_teardown(the_test_page_is_told_honestly, make_state, remove_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
