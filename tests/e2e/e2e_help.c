/* Help on the command line: of everything, of one command, of one form of it; and options wherever they stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

/* `batti` and the words of @p line. */
static struct world_run batti(const char *line)
{
	const char *words[16] = {BATTI_PROGRAM};
	char copy[256], *rest = copy, *word;
	int count = 1;

	snprintf(copy, sizeof copy, "%s", line);
	while ((word = strsep(&rest, " ")) && count < 15)
		words[count++] = word;
	return world_run(words);
}

static void all_of_it_names_every_command(void **state)
{
	static const char *const lines[] = {"--help", "help", "help help", "--state /nowhere --help"};
	static const char *const parts[] = {"  batti --state DIR ",
					    "  batti sell ",
					    "  batti lookup ",
					    "  batti sync ",
					    "  batti enrol ",
					    "  batti receipt ",
					    "  batti doctor ",
					    "  batti docket ",
					    "  batti journal verify ",
					    "  batti lease extend ",
					    "  batti token selftest ",
					    "  --towards WHAT ",
					    "sell: ",
					    "Exit codes: "};
	(void)state;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct world_run run = batti(lines[i]);

		assert_int_equal(run.status, 0);
		for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
			assert_non_null(strstr(run.out, parts[k]));
		world_run_free(&run);
	}
}

static void one_command_has_its_own(void **state)
{
	static const struct {
		const char *line, *has[3], *has_not[5];
	} rows[] = {
	    {"sell --help",
	     {"  batti sell ", "  --towards WHAT", "  --amount RUPEES"},
	     {"batti lookup", "--krn", "UNITS"}},
	    {"help sell", {"  batti sell ", "  --towards WHAT", "  --state DIR"}, {"batti lookup", "--krn", "--ascii"}},
	    {"help token",
	     {"  batti token make ", "  batti token batch ", "  --krn 1..9"},
	     {"batti sell", "--towards", "--offline"}},
	    {"token --help",
	     {"  batti token make ", "  batti token decode ", "  --rnd 0..15"},
	     {"batti sell", "RUPEES"}},
	    {"help token make", {"  batti token make ", "  --amount UNITS", "  --to-krn"}, {"token decode", "RUPEES"}},
	    {"token make --help", {"  batti token make ", "  --krn 1..9", "  --rnd"}, {"token decode", "--receipts"}},
	    {"--help token decode", {"  batti token decode ", "  --krn 1..9"}, {"token make", "--amount", "--rnd"}},
	    {"help journal recover", {"  batti journal recover ", "  --from FILE"}, {"verify", "  -o FILE", "--json"}},
	    {"help journal export", {"  batti journal export ", "  -o FILE"}, {"recover", "--from", "--json"}},
	    {"lookup ramesh --help", {"  batti lookup ", "  --connection"}, {"batti sell", "--amount"}},
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world_run run = batti(rows[i].line);

		assert_int_equal(run.status, 0);
		assert_string_equal(run.err, "");
		for (size_t k = 0; k < 3 && rows[i].has[k]; k++)
			if (!strstr(run.out, rows[i].has[k]))
				fail_msg("%s: no \"%s\" in\n%s", rows[i].line, rows[i].has[k], run.out);
		for (size_t k = 0; k < 5 && rows[i].has_not[k]; k++)
			if (strstr(run.out, rows[i].has_not[k]))
				fail_msg("%s: \"%s\" in\n%s", rows[i].line, rows[i].has_not[k], run.out);
		world_run_free(&run);
	}
}

static void what_is_no_command_is_named(void **state)
{
	static const char *const lines[] = {"help nonsense", "nonsense --help", "nonsense", "--json nonsense"};
	(void)state;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct world_run run = batti(lines[i]);

		assert_int_equal(run.status, 2);
		assert_string_equal(run.out, "");
		assert_non_null(strstr(run.err, "This command is not known: nonsense."));
		assert_non_null(strstr(run.err, "यह कमांड पता नहीं: nonsense"));
		world_run_free(&run);
	}
}

static void options_may_come_first(void **state)
{
	static const struct {
		const char *line;
		int status;
		const char *out, *err;
	} rows[] = {
	    {"--json token selftest", 0, "\"ok\": true", ""},
	    {"token --json selftest", 0, "\"ok\": true", ""},
	    {"--state /nowhere lease", 2, "", "This command is not known: lease."},
	    {"--amount", 2, "", "An option needs a value: --amount."},
	    {"--amuont 5 sell", 2, "", "This option is not known: --amuont."},
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world_run run = batti(rows[i].line);

		if (run.status != rows[i].status || !strstr(run.out, rows[i].out) || !strstr(run.err, rows[i].err))
			fail_msg("%s: exit %d\nout: %s\nerr: %s", rows[i].line, run.status, run.out, run.err);
		world_run_free(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_of_it_names_every_command),
	    cmocka_unit_test(one_command_has_its_own),
	    cmocka_unit_test(what_is_no_command_is_named),
	    cmocka_unit_test(options_may_come_first),
	};

	return cmocka_run_group_tests_name("e2e_help", tests, NULL, NULL);
}
