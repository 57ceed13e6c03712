/* A utility's own slips: looked at before they are used, named in the settings, and a mistake that costs no sale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define OWN                                                                                                                \
	"{\"format\": 1, \"logo\": \"\", \"slips\": {\"token\": {\"heading\": {\"en\": \"TAX RECEIPT\", \"hi\": \"कर " \
	"रसीद\"},"                                                                                                 \
	"\"blocks\": [\"heading\", \"marks\", \"meter\", \"key_change\", \"token\", \"consumer\", \"number\", "            \
	"\"copy\", "                                                                                                       \
	"\"money\", \"tender\", \"proof\", \"footer\", \"end\"]}}}"
#define BAD                                                                                                            \
	"{\"format\": 1, \"slips\": {\"token\": {\"blocks\": [\"heading\", \"marks\", \"meter\", \"token\", "          \
	"\"key_change\", \"consumer\", \"number\", \"copy\", \"money\", \"tender\", \"proof\", \"end\"]}}}"
#define WRONG "token: \"key_change\" must stand above \"token\""

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The settings beside the terminal's state name a folder with this form. */
static void use_form(const struct world *world, const char *form)
{
	char folder[WORLD_PATH_CAP + 16], path[WORLD_PATH_CAP + 32], settings[WORLD_PATH_CAP + 64];

	snprintf(folder, sizeof folder, "%s/slips", world->dir);
	(void)mkdir(folder, 0700);
	snprintf(path, sizeof path, "%s/slips.json", folder);
	write_file(path, form);
	snprintf(path, sizeof path, "%s/batti.conf", world->terminal);
	snprintf(settings, sizeof settings, "[batti]\nslips = %s\n", folder);
	write_file(path, settings);
}

static struct world_run render(struct world *world, const char *sale_id)
{
	char line[160];

	snprintf(line, sizeof line, "receipt render --state %%T --sale %s --as text --width 576 --lang en", sale_id);
	return world_batti(world, line);
}

static void every_sample_is_drawn(void **state)
{
	static const char *const kinds[] = {"token",         "key_change", "steps",  "copy",          "docket",
					    "credit_docket", "credit",     "refund", "refund_docket", "stuck",
					    "shift_x",       "shift_z",    "test"};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const char *const text[] = {BATTI_PROGRAM, "receipt", "sample", kinds[i], "--lang", "both", NULL};
		const char *const picture[] = {BATTI_PROGRAM, "receipt", "sample", kinds[i], "--as",
					       "png",         "--width", "384",    NULL};
		struct world_run run = world_run(text);

		assert_int_equal(run.status, 0);
		assert_non_null(strstr(run.out, "TRAINING · NO VALUE"));
		assert_non_null(strstr(run.out, "===="));
		world_run_free(&run);
		run = world_run(picture);
		assert_int_equal(run.status, 0);
		assert_memory_equal(run.out, "\x89PNG\r\n\x1a\n", 8);
		world_run_free(&run);
	}
}

static void a_slip_nobody_knows_is_refused(void **state)
{
	static const char *const words[] = {"receipt", "slips.json", NULL};
	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const char *const arguments[] = {BATTI_PROGRAM, "receipt", "sample", words[i], NULL};
		struct world_run run = world_run(arguments);

		assert_int_equal(run.status, 2);
		assert_string_equal(run.out, "");
		assert_non_null(strstr(run.err, "No such slip"));
		world_run_free(&run);
	}
}

static void a_utility_has_its_own_slip(void **state)
{
	struct world *world = world_open_enrolled(60);
	const struct world_sale *sale;
	struct world_run run;
	(void)state;

	use_form(world, OWN);
	sale = world_sell(world, world_number(world, "sts_units", "", 0), 500);
	run = render(world, sale->id);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "TAX RECEIPT"));
	assert_null(strstr(run.out, "Wrong digit?"));
	assert_null(strstr(run.out, "Counter, clerk"));
	assert_true(strstr(run.out, "Name") < strstr(run.out, "Amount"));
	world_run_free(&run);
	run = world_batti(world, "receipt sample token --config %T/batti.conf --lang hi");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "कर रसीद"));
	world_run_free(&run);
	world_check_settled(world);
	world_close(world);
}

static void a_mistake_is_named_and_costs_no_sale(void **state)
{
	struct world *world = world_open_enrolled(60);
	const struct world_sale *sale;
	struct world_run run;
	(void)state;

	use_form(world, BAD);
	run = world_batti(world, "receipt sample token --config %T/batti.conf");
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out, "");
	assert_non_null(strstr(run.err, WRONG));
	world_run_free(&run);
	run = world_batti(world, "doctor --state %T");
	assert_non_null(strstr(run.out, "as built in: " WRONG));
	world_run_free(&run);
	sale = world_sell(world, world_number(world, "sts_units", "", 0), 500);
	run = render(world, sale->id);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "Wrong digit?"));
	world_run_free(&run);
	use_form(world, OWN);
	run = world_batti(world, "doctor --state %T");
	assert_null(strstr(run.out, "as built in"));
	world_run_free(&run);
	world_check_settled(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_sample_is_drawn),
	    cmocka_unit_test(a_slip_nobody_knows_is_refused),
	    cmocka_unit_test(a_utility_has_its_own_slip),
	    cmocka_unit_test(a_mistake_is_named_and_costs_no_sale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
