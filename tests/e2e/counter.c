#include "tests/e2e/counter.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GROUPS        5
#define GROUP_DIGITS  4
#define DIGIT_ROWS    3
#define DIGIT_COLUMNS 4
#define FIRST_COLUMN  8
#define FIRST_ROW     2
#define DIGIT_STEP    6 /* columns from one digit to the next */
#define GROUP_STEP    4 /* rows from one group to the next */
#define DIGIT_HALVES  5
#define CELL_COLOUR   3
#define HAND_MS       60

/* The big digits of the 3-row set, in half rows. */
static const char *const shapes[10][DIGIT_HALVES] = {
    {"####", "#  #", "#  #", "#  #", "####"}, {" ## ", "  # ", "  # ", "  # ", " ###"},
    {"####", "   #", "####", "#   ", "####"}, {"####", "   #", " ###", "   #", "####"},
    {"#  #", "#  #", "####", "   #", "   #"}, {"####", "#   ", "####", "   #", "####"},
    {"####", "#   ", "####", "#  #", "####"}, {"####", "   #", "   #", "   #", "   #"},
    {"####", "#  #", "####", "#  #", "####"}, {"####", "#  #", "####", "   #", "####"},
};

void counter_print_letters(struct world *world, const char *settings, char out[WORLD_PATH_CAP])
{
	char printer[WORLD_PATH_CAP];
	FILE *file;

	world_fill(world, "%D/batti.conf", out);
	world_fill(world, "file:%D/paper.txt", printer);
	file = fopen(out, "w");
	assert_non_null(file);
	fprintf(file, "[batti]\nreceipt_language = en\nprinter = %s\nprinter_profile = text-80\n%s", printer, settings);
	assert_int_equal(fclose(file), 0);
}

struct pty *counter_open(struct world *world, const struct counter_options *options)
{
	const char *arguments[] = {BATTI_PROGRAM,
				   "--state",
				   world->terminal,
				   "--passphrase-file",
				   world->passphrase,
				   "--lang",
				   options->lang != NULL ? options->lang : "en",
				   NULL,
				   NULL,
				   NULL,
				   NULL};
	struct pty_options terminal = {
	    .rows = options->rows, .columns = options->columns, .term = options->term, .argv = arguments};
	size_t count = 7;
	struct pty *counter;

	if (options->mono)
		arguments[count++] = "--mono";
	if (options->config != NULL) {
		arguments[count++] = "--config";
		arguments[count++] = options->config;
	}
	counter = pty_open(&terminal);
	if (counter == NULL)
		fail_msg("no pty");
	return counter;
}

static void expect_within(struct pty *counter, const char *text, int timeout_ms)
{
	if (pty_wait(counter, text, timeout_ms))
		return;
	fputs(pty_screen(counter), stderr);
	fail_msg("\"%s\" did not come; the counter %s", text, pty_running(counter) ? "runs" : "has ended");
}

void counter_expect(struct pty *counter, const char *text)
{
	expect_within(counter, text, COUNTER_WAIT_MS);
}

void counter_expect_server(struct pty *counter, const char *state)
{
	char text[32];

	snprintf(text, sizeof text, "Server %s", state);
	expect_within(counter, text, COUNTER_SERVER_MS);
}

void counter_type(struct pty *counter, const char *keys)
{
	if (!pty_type(counter, keys))
		fail_msg("\"%s\" could not be typed; the screen:\n%s", keys, pty_screen(counter));
}

/* A sale that was cut off is shown before the first consumer, and may be there before anybody has looked. */
static bool is_open(struct pty *counter, void *context)
{
	(void)context;
	return pty_shows(counter, "Find the consumer") || pty_shows(counter, "What became of it?");
}

static bool is_in(struct pty *counter, void *context)
{
	return is_open(counter, context) || pty_shows(counter, "Float in drawer");
}

static bool is_open_or_asked(struct pty *counter, void *context)
{
	return is_open(counter, context) || pty_shows(counter, "Enter again if this is right");
}

void counter_sign_in(struct pty *counter)
{
	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, COUNTER_PIN "{Enter}");
	(void)pty_wait_for(counter, is_in, NULL, COUNTER_WAIT_MS);
	/* A shift that a restart found open is gone on with. */
	if (pty_shows(counter, "Float in drawer")) {
		counter_type(counter, COUNTER_FLOAT "{Enter}");
		(void)pty_wait_for(counter, is_open_or_asked, NULL, COUNTER_WAIT_MS);
		if (pty_shows(counter, "Enter again if this is right"))
			counter_type(counter, "{Enter}");
	}
	if (!pty_wait_for(counter, is_open, NULL, COUNTER_WAIT_MS))
		counter_expect(counter, "Find the consumer");
}

void counter_find(struct pty *counter, const char *number)
{
	counter_type(counter, number);
	counter_expect(counter, number);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Amount");
	counter_expect(counter, "Pay by");
	/* The number was typed as fast as a scanner does: what comes at once behind it would be its tail. */
	pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
}

void counter_ask(struct pty *counter, const char *number, const char *rupees)
{
	counter_find(counter, number);
	counter_type(counter, rupees);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "count the money before Enter");
	/* An Enter typed before this screen was drawn is not "money taken"; one typed at once after may be ignored too.
	 */
	pty_settle(counter, 400, COUNTER_WAIT_MS);
}

void counter_sell(struct pty *counter, const char *number, const char *rupees, char token[WORLD_TOKEN_CAP])
{
	counter_ask(counter, number, rupees);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
}

/* ---- reading big digits back ---- */

/* Whether the upper or lower half of a cell differs from the ground of its row, however it was painted. */
static bool is_half_lit(struct pty *counter, int row, int column, int half)
{
	struct pty_cell cell = pty_cell(counter, row, column), ground = pty_cell(counter, row, 0);
	const uint8_t *colour = cell.reverse ? cell.ink : cell.ground;
	const uint8_t *ink = cell.reverse ? cell.ground : cell.ink;

	if (strcmp(cell.text, "█") == 0 || (strcmp(cell.text, "▀") == 0 && half == 0) ||
	    (strcmp(cell.text, "▄") == 0 && half == 1))
		colour = ink;
	return memcmp(colour, ground.ground, CELL_COLOUR) != 0;
}

static bool is_digit(struct pty *counter, int row, int column, int digit)
{
	for (int half = 0; half < DIGIT_HALVES; half++)
		for (int x = 0; x < DIGIT_COLUMNS; x++)
			if (is_half_lit(counter, row + half / 2, column + x, half % 2) !=
			    (shapes[digit][half][x] == '#'))
				return false;
	return true;
}

static int read_digit(struct pty *counter, int row, int column)
{
	for (int digit = 0; digit < 10; digit++)
		if (is_digit(counter, row, column, digit))
			return digit;
	return -1;
}

static bool read_token(struct pty *counter, void *out)
{
	char *token = out;
	int rows, columns;

	pty_size(counter, &rows, &columns);
	if (rows < FIRST_ROW + GROUPS * GROUP_STEP || columns < FIRST_COLUMN + GROUP_DIGITS * DIGIT_STEP)
		return false;
	for (int i = 0; i < GROUPS * GROUP_DIGITS; i++) {
		int digit = read_digit(counter, FIRST_ROW + i / GROUP_DIGITS * GROUP_STEP,
				       FIRST_COLUMN + i % GROUP_DIGITS * DIGIT_STEP);

		if (digit < 0)
			return false;
		token[i] = (char)('0' + digit);
	}
	token[GROUPS * GROUP_DIGITS] = '\0';
	return true;
}

bool counter_read_token(struct pty *counter, char token[WORLD_TOKEN_CAP], int timeout_ms)
{
	return pty_wait_for(counter, read_token, token, timeout_ms);
}

void counter_expect_token(struct pty *counter, char token[WORLD_TOKEN_CAP])
{
	if (counter_read_token(counter, token, COUNTER_WAIT_MS))
		return;
	fputs(pty_screen(counter), stderr);
	fail_msg("no token came");
}

void counter_close(struct pty *counter)
{
	const char *hostile = pty_raw_hostile(counter);

	if (hostile != NULL)
		fail_msg("%s reached the terminal", hostile);
	pty_kill(counter, SIGTERM);
	if (pty_wait_exit(counter, COUNTER_WAIT_MS) == PTY_STILL_RUNNING)
		fail_msg("the counter does not end at SIGTERM");
	pty_close(counter);
}
