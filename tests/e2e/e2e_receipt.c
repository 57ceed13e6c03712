/* Look-up and the slip by the command line: what a script may rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

struct form {
	const char *as, *width, *lang;
};

static const struct form forms[] = {
    {"text", "384", "en"},  {"text", "576", "hi"},   {"text", "576", "both"},   {"png", "384", "hi"},
    {"png", "576", "both"}, {"escpos", "384", "en"}, {"escpos", "576", "both"},
};

static size_t read_file(const struct world *world, const char *name, char *out, size_t cap)
{
	char path[WORLD_PATH_CAP + 32];
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", world->dir, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(out, 1, cap - 1, file);
	fclose(file);
	out[len] = '\0';
	return len;
}

static void check_slip(const struct form *form, const char *slip, size_t len, const char *token)
{
	char groups[32];

	assert_true(len > 100);
	if (strcmp(form->as, "png") == 0)
		assert_memory_equal(slip, "\x89PNG\r\n\x1a\n", 8);
	if (strcmp(form->as, "escpos") == 0)
		assert_memory_equal(slip, "\x1b@", 2);
	if (strcmp(form->as, "text") != 0)
		return;
	snprintf(groups, sizeof groups, "%c %c %c %c", token[0], token[1], token[2], token[3]);
	assert_non_null(strstr(slip, groups));
	assert_null(strchr(slip, '\x1b'));
	assert_int_equal(strstr(slip, "रसीद") != NULL, strcmp(form->lang, "en") != 0);
	assert_int_equal(strstr(slip, "RECEIPT") != NULL, strcmp(form->lang, "hi") != 0);
}

static void renders_every_form_of_a_slip(void **state)
{
	struct world *world = world_open_enrolled(60);
	const struct world_sale *sale = world_sell(world, world_number(world, "sts_units", "", 0), 500);
	size_t cap = 4 * 1024 * 1024;
	char *slip = malloc(cap), line[512];

	(void)state;
	assert_non_null(slip);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct world_run run;

		snprintf(line, sizeof line,
			 "receipt render --state %%T --sale %s --as %s --width %s --lang %s -o %%D/slip", sale->id,
			 forms[i].as, forms[i].width, forms[i].lang);
		run = world_batti(world, line);
		if (run.status != 0)
			fail_msg("%s: exit %d\n%s%s", line, run.status, run.out, run.err);
		world_run_free(&run);
		check_slip(&forms[i], slip, read_file(world, "slip", slip, cap), sale->token);
	}
	free(slip);
	world_close(world);
}

static void unknown_sale_has_no_slip(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct world_run run =
	    world_batti(world, "receipt render --state %T --sale 00000000-0000-7000-8000-000000000000 "
			       "--as text --width 384 --lang en -o %D/none");

	(void)state;
	assert_int_not_equal(run.status, 0);
	assert_true(run.err[0] != '\0');
	world_run_free(&run);
	world_close(world);
}

/* The meter's number with its issuer's before it and a check digit behind, as some cards show it: 600727 goes before 11
 * digits, 0000 before 13; from the right, every second digit counts double. */
static void make_pan(const char *meter, char out[19])
{
	int sum = 0;

	assert_int_equal(snprintf(out, 19, "%s%s", strlen(meter) == 11 ? "600727" : "0000", meter), 17);
	for (int i = 0; i < 17; i++) {
		int digit = (out[16 - i] - '0') * (i % 2 == 0 ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	out[17] = (char)('0' + (10 - sum % 10) % 10);
	out[18] = '\0';
}

static void look_up_finds_by_meter_pan(void **state)
{
	struct world *world = world_open_enrolled(60);
	const char *number = world_number(world, "sts_units", "", 0);
	char line[256], pan[19];
	struct world_run run;

	(void)state;
	make_pan(world_meter(world, number), pan);
	snprintf(line, sizeof line, "lookup --state %%T --json %s", pan);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, number));
	world_run_free(&run);

	pan[17] = pan[17] == '9' ? '0' : (char)(pan[17] + 1);
	snprintf(line, sizeof line, "lookup --state %%T --json %s", pan);
	run = world_batti(world, line);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "typing mistake"));
	world_run_free(&run);
	world_close(world);
}

static void look_up_finds_by_number_meter_and_name(void **state)
{
	struct world *world = world_open_enrolled(60);
	const char *number = world_number(world, "sts_units", "", 0);
	char line[256];
	struct world_run run;

	(void)state;
	world_stop_server(world, true);
	snprintf(line, sizeof line, "lookup --state %%T --json %s", number);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, number));
	world_run_free(&run);

	snprintf(line, sizeof line, "lookup --state %%T --json %s", world_meter(world, number));
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, number));
	world_run_free(&run);

	run = world_batti(world, "lookup --state %T --json ramesh");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, number));
	world_run_free(&run);

	run = world_batti(world, "lookup --state %T --json 999999999999");
	assert_int_equal(run.status, 1);
	world_run_free(&run);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(renders_every_form_of_a_slip),
	    cmocka_unit_test(unknown_sale_has_no_slip),
	    cmocka_unit_test(look_up_finds_by_number_meter_and_name),
	    cmocka_unit_test(look_up_finds_by_meter_pan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
