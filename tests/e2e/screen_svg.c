/* screen-svg: drive a program in a terminal of its own and draw what it shows.
 *
 *   screen-svg [--size COLUMNSxROWS] STEP... -- PROGRAM [ARGUMENT...]
 *
 * Steps, in order: `wait=TEXT` (30 s at most), `type=KEYS` (as pty_type), `settle` (until it is silent for 0.3 s),
 * `size=COLUMNSxROWS`, `shot=FILE.svg`. Exit 1 when a text does not come; the screen is then on standard error. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/svg.h"

#define WAIT_MS  30000
#define QUIET_MS 300

static const char usage[] = "usage: screen-svg [--size COLUMNSxROWS] STEP... -- PROGRAM [ARGUMENT...]\n";

static bool read_size(const char *text, int *rows, int *columns)
{
	char *end;
	long wide = strtol(text, &end, 10), high;

	if (*end != 'x')
		return false;
	high = strtol(end + 1, &end, 10);
	if (*end != '\0' || wide < 1 || wide > 500 || high < 1 || high > 200)
		return false;
	*rows = (int)high;
	*columns = (int)wide;
	return true;
}

struct step {
	const char *name;
	bool (*run)(struct pty *pty, const char *value);
};

static bool run_wait(struct pty *pty, const char *value)
{
	return pty_wait(pty, value, WAIT_MS);
}

static bool run_type(struct pty *pty, const char *value)
{
	return pty_type(pty, value);
}

static bool run_settle(struct pty *pty, const char *value)
{
	(void)value;
	pty_settle(pty, QUIET_MS, WAIT_MS);
	return true;
}

static bool run_size(struct pty *pty, const char *value)
{
	int rows, columns;

	if (!read_size(value, &rows, &columns))
		return false;
	pty_resize(pty, rows, columns);
	return true;
}

static bool run_shot(struct pty *pty, const char *value)
{
	return svg_write(pty, value);
}

static const struct step steps[] = {
    {"wait=", run_wait}, {"type=", run_type}, {"settle", run_settle}, {"size=", run_size}, {"shot=", run_shot},
};

static bool run_step(struct pty *pty, const char *text)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strncmp(text, steps[i].name, strlen(steps[i].name)) == 0)
			return steps[i].run(pty, text + strlen(steps[i].name));
	fputs(usage, stderr);
	return false;
}

int main(int argc, char **argv)
{
	struct pty_options options = {0};
	int first = 1, program = 1, status = EXIT_SUCCESS;
	struct pty *pty;

	if (argc > 2 && strcmp(argv[1], "--size") == 0) {
		if (!read_size(argv[2], &options.rows, &options.columns)) {
			fputs(usage, stderr);
			return 2;
		}
		first = 3;
	}
	for (program = first; program < argc && strcmp(argv[program], "--") != 0; program++)
		;
	if (program + 1 >= argc) {
		fputs(usage, stderr);
		return 2;
	}
	options.argv = (const char *const *)(uintptr_t)(argv + program + 1);
	pty = pty_open(&options);
	if (pty == NULL)
		return EXIT_FAILURE;
	for (int i = first; i < program && status == EXIT_SUCCESS; i++) {
		if (run_step(pty, argv[i]))
			continue;
		fprintf(stderr, "screen-svg: %s failed; the screen:\n%s", argv[i], pty_screen(pty));
		status = EXIT_FAILURE;
	}
	pty_kill(pty, SIGTERM);
	pty_wait_exit(pty, 2000);
	pty_close(pty);
	return status;
}
