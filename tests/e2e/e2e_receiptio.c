/* A client of somebody else prints to our simulated printer in each of its states and says what it found: receiptio,
 * from npm. This holds the simulator against the world outside; nothing of Batti takes part.
 *
 * Skipped, in words, where there is no Node or the package cannot be had. receiptio knows only port 9100, so the
 * printer stands at an address of its own within this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/paper.h"
#include "tests/e2e/world.h"

#define PACKAGE   "receiptio@2.1.2"
#define CLI       "node_modules/receiptio/bin/cli.js"
#define FIRST_NET 9 /* 127.9.n.1: whichever of them has its port 9100 free */
#define LAST_NET  29
#define SKIPPED   77
#define NOT_TRIED (-1)

static const char *folder; /* where the package is */

static struct world_run run_shell(const char *line)
{
	const char *const arguments[] = {"/bin/sh", "-c", line, NULL};

	return world_run(arguments);
}

static bool install(const char *where)
{
	char line[1024];
	struct world_run run;
	bool done;

	snprintf(line, sizeof line,
		 "command -v node >/dev/null && command -v npm >/dev/null && cd %s && timeout 60 npm install "
		 "--ignore-scripts --no-audit --no-fund --no-save --prefix . " PACKAGE " && test -f " CLI,
		 where);
	run = run_shell(line);
	done = run.status == 0;
	world_run_free(&run);
	return done;
}

struct state {
	const char *word; /* of control, before it prints */
	int print, ask;   /* exit status of receiptio, printing and only asking; it waits 12 s for a mute one */
};

/* The exit statuses are in its help. */
static const struct state states[] = {
    {"paper ok", 0, 100},        {"paper low", 0, 100},       {"paper out", 102, 102},
    {"cover open", 101, 101},    {"cutter jam", 103, 103},    {"hot on", 103, 103},
    {"mute on", NOT_TRIED, 104}, {"cutter sticks", 103, 100}, {"paper-out-at 40", 102, 100},
};

static struct paper *open_at_9100(char address[32])
{
	struct paper_options options = {.tcp = address, .rows_per_s = 20000};
	struct paper *paper = NULL;

	for (int n = FIRST_NET; n <= LAST_NET && paper == NULL; n++) {
		snprintf(address, 32, "127.9.%d.1:9100", n);
		paper = paper_open(&options);
	}
	assert_non_null(paper);
	*strchr(address, ':') = '\0';
	return paper;
}

static int run_client(const char *address, const char *options)
{
	char line[1024];
	struct world_run run;
	int status;

	snprintf(line, sizeof line, "cd %s && timeout 30 node " CLI " -d %s %s slip.receipt", folder, address, options);
	run = run_shell(line);
	status = run.status;
	world_run_free(&run);
	return status;
}

static void write_slip(void)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/slip.receipt", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("^^^RECHARGE\n\nAmount | 500.00\nUnits | 63.5\n{code:44717023198527604388;option:qrcode,6,m}\n", file);
	assert_int_equal(fclose(file), 0);
}

static void says_what_the_state_is(void **unused)
{
	char address[32];
	struct paper *paper = open_at_9100(address);

	(void)unused;
	write_slip();
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		int asked, printed;

		paper_say(paper, "reset");
		paper_say(paper, states[i].word);
		asked = run_client(address, "-q");
		printed = states[i].print == NOT_TRIED ? NOT_TRIED : run_client(address, "");
		print_message("%s: asked %d, printed %d\n", states[i].word, asked, printed);
		assert_int_equal(asked, states[i].ask);
		assert_int_equal(printed, states[i].print);
	}
	paper_switch_off(paper);
	for (int nth = 1; nth <= 2; nth++) {
		assert_int_equal(paper_sheet(paper, nth).complaints, 0);
		assert_true(paper_sheet(paper, nth).cut);
		assert_true(paper_sheet(paper, nth).rows > 200);
	}
	paper_close(paper);
}

static void remove_folder(const char *path)
{
	char line[1024];
	struct world_run run;

	snprintf(line, sizeof line, "rm -rf -- '%s'", path);
	run = run_shell(line);
	world_run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_the_state_is)};
	const char *base = getenv("TMPDIR");
	char path[256];
	int failed;

	snprintf(path, sizeof path, "%s/batti-receiptio-XXXXXX", base != NULL ? base : "/tmp");
	folder = mkdtemp(path);
	if (folder == NULL || !install(folder)) {
		puts("SKIP: no Node, or " PACKAGE " cannot be had from npm");
		if (folder != NULL)
			remove_folder(folder);
		return SKIPPED;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_folder(folder);
	return failed;
}
