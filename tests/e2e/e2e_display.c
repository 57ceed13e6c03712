/* Paying by UPI on the real screen, and the second screen beside it: the QR is read from the cells of both, in colours,
 * without, and in whole cells, and paid as it was read; the second screen outlives the counter. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zbar.h>

#include "tests/e2e/counter.h"

#define DOT     3
#define QR_CAP  512
#define RAMESH  "100244781560"
#define MASKED  "R*** K***"
#define LOOK_MS 15000
#define SEEN_MS 400
#define HAND_MS 70

static struct world *world;

static int open_world(void **state)
{
	(void)state;
	world = world_open_enrolled(40);
	return world ? 0 : -1;
}

static int close_world(void **state)
{
	(void)state;
	world_close(world);
	world = NULL;
	return 0;
}

/* ---- a hand: keys faster than this are a scanner's, and what follows those at once is its tail ---- */

static void hand_type(struct pty *pty, const char *keys)
{
	while (*keys) {
		const char *end = *keys == '{' ? strchr(keys, '}') : keys;
		char key[16];

		assert_non_null(end);
		(void)snprintf(key, sizeof key, "%.*s", (int)(end + 1 - keys), keys);
		pty_settle(pty, HAND_MS, HAND_MS);
		assert_true(pty_type(pty, key));
		keys = end + 1;
	}
}

static void hand_find(struct pty *counter, const char *number)
{
	hand_type(counter, number);
	hand_type(counter, "{Enter}");
	counter_expect(counter, "Pay by");
}

static void hand_ask(struct pty *counter, const char *number, const char *rupees)
{
	hand_find(counter, number);
	hand_type(counter, rupees);
	hand_type(counter, "{Enter}");
	counter_expect(counter, "count the money before Enter");
}

/* ---- what a telephone sees ---- */

static uint8_t grey_of(const uint8_t colour[3])
{
	return (uint8_t)((colour[0] * 299 + colour[1] * 587 + colour[2] * 114) / 1000);
}

static void paint_half(uint8_t *grey, int width, int y, int x, uint8_t shade)
{
	for (int i = 0; i < DOT * DOT; i++)
		grey[(y * DOT + i / DOT) * width + x * DOT + i % DOT] = shade;
}

/* A half block has the lower half in its ink; everything else of the QR is ground alone. */
static uint8_t *photograph(struct pty *pty, int *width, int *height)
{
	int rows, columns;

	pty_size(pty, &rows, &columns);
	*width = columns * DOT;
	*height = rows * 2 * DOT;
	uint8_t *grey = malloc((size_t)*width * (size_t)*height);
	assert_non_null(grey);
	for (int row = 0; row < rows; row++) {
		for (int column = 0; column < columns; column++) {
			struct pty_cell cell = pty_cell(pty, row, column);
			const uint8_t *ink = cell.reverse ? cell.ground : cell.ink;
			uint8_t ground = grey_of(cell.reverse ? cell.ink : cell.ground);

			paint_half(grey, *width, 2 * row, column, ground);
			paint_half(grey, *width, 2 * row + 1, column,
				   strcmp(cell.text, "▄") == 0 ? grey_of(ink) : ground);
		}
	}
	return grey;
}

static bool read_qr(struct pty *pty, char out[QR_CAP])
{
	int width = 0, height = 0;
	uint8_t *grey = photograph(pty, &width, &height);
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();

	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)width, (unsigned)height);
	zbar_image_set_data(image, grey, (unsigned long)width * (unsigned long)height, NULL);
	bool found = zbar_scan_image(scanner, image) == 1;
	(void)snprintf(out, QR_CAP, "%s", found ? zbar_symbol_get_data(zbar_image_first_symbol(image)) : "");
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
	free(grey);
	return found;
}

static bool shows_qr(struct pty *pty, void *out)
{
	return read_qr(pty, out);
}

static void expect_qr(struct pty *pty, char out[QR_CAP])
{
	if (!pty_wait_for(pty, shows_qr, out, LOOK_MS)) {
		fputs(pty_screen(pty), stderr);
		fail_msg("no QR that reads");
	}
	assert_int_equal(strncmp(out, "upi://pay?", 10), 0);
}

/* The telephone pays what it has read. */
static void pay_qr(const char *qr, const char *how)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "pay", "--state", world->server, "--qr", qr, how, NULL};
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fputs(run.err, stderr);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

static struct pty *open_display(int rows, int columns, const char *option)
{
	const char *arguments[] = {BATTI_PROGRAM, "--display", "--state", world->terminal, option, NULL};
	struct pty_options options = {.rows = rows, .columns = columns, .argv = arguments};
	struct pty *display = pty_open(&options);

	assert_non_null(display);
	return display;
}

static void close_display(struct pty *display)
{
	assert_null(pty_raw_hostile(display));
	pty_kill(display, SIGTERM);
	assert_int_equal(pty_wait_exit(display, LOOK_MS), 0);
	pty_close(display);
}

/* From home to the QR. */
static void ask_by_upi(struct pty *counter, const char *rupees)
{
	hand_find(counter, RAMESH);
	hand_type(counter, rupees);
	hand_type(counter, "*{Enter}");
	counter_expect(counter, "Show QR");
	hand_type(counter, "{Enter}");
}

static void sell_and_read(const struct counter_options *options)
{
	char qr[QR_CAP], token[WORLD_TOKEN_CAP];
	struct pty *counter = counter_open(world, options);

	counter_sign_in(counter);
	ask_by_upi(counter, "500");
	expect_qr(counter, qr);
	assert_non_null(strstr(qr, "am=500"));
	pay_qr(qr, NULL);
	if (options->columns == 0 && !options->mono)
		counter_expect_token(counter, token);
	else
		counter_expect(counter, "No printer is set up. Write or photograph this.");
	counter_close(counter);
}

static void test_a_telephone_reads_the_screen_and_the_token_follows(void **state)
{
	(void)state;
	sell_and_read(&(struct counter_options){0});
}

static void test_it_reads_without_colours(void **state)
{
	(void)state;
	sell_and_read(&(struct counter_options){.mono = true});
}

static void test_it_reads_on_a_console_in_whole_cells(void **state)
{
	(void)state;
	sell_and_read(&(struct counter_options){.term = "linux", .rows = 50, .columns = 160});
}

static void test_it_reads_where_the_frame_is_whole(void **state)
{
	char qr[QR_CAP];
	struct pty *counter = counter_open(world, &(struct counter_options){.rows = 43, .columns = 132});

	(void)state;
	counter_sign_in(counter);
	ask_by_upi(counter, "500");
	expect_qr(counter, qr);
	counter_expect(counter, "To send");
	pty_resize(counter, 24, 80);
	counter_expect(counter, "Waiting for the bank");
	expect_qr(counter, qr);
	counter_close(counter);
}

static void test_the_payer_follows_on_the_second_screen(void **state)
{
	char qr[QR_CAP], again[QR_CAP];
	struct pty *display = open_display(24, 80, NULL);
	struct pty *counter;

	(void)state;
	counter_expect(display, "Please wait.");
	counter = counter_open(world, &(struct counter_options){0});
	assert_true(pty_wait_gone(display, "Please wait.", LOOK_MS));
	counter_expect(display, "Electricity recharge");
	counter_sign_in(counter);
	hand_find(counter, RAMESH);
	hand_type(counter, "500{Enter}");
	counter_expect(display, "Is this your connection?");
	counter_expect(display, MASKED);
	assert_true(pty_wait_gone(display, "Ramesh", COUNTER_WAIT_MS));
	hand_type(counter, "1000");
	counter_expect(display, "You get back");
	hand_type(counter, "*");
	counter_expect(display, "Is this your connection?");
	hand_type(counter, "{Enter}");
	expect_qr(counter, qr);
	expect_qr(display, again);
	assert_string_equal(qr, again);
	counter_expect(display, "Scan with your phone");
	/* Whatever is typed at the second screen is nothing to anybody. */
	hand_type(display, "*{Esc}{Enter}{F3}q");
	hand_type(counter, "{F2}");
	counter_expect(display, "स्कैन करें");
	hand_type(counter, "{F2}");
	counter_expect(display, "Scan with your phone");
	counter_expect(counter, "Waiting for the bank");
	pay_qr(again, NULL);
	counter_expect(display, "Key these 20 digits into the meter");
	hand_type(counter, "{F9}");
	assert_true(pty_wait_gone(display, "Key these 20 digits", LOOK_MS));
	counter_expect(display, "Electricity recharge");
	assert_true(pty_wait_gone(display, MASKED, COUNTER_WAIT_MS));
	counter_close(counter);
	close_display(display);
}

static void test_the_second_screen_outlives_the_counter(void **state)
{
	struct pty *display = open_display(43, 132, NULL), *counter = counter_open(world, &(struct counter_options){0});

	(void)state;
	counter_sign_in(counter);
	hand_ask(counter, RAMESH, "500");
	counter_expect(display, MASKED);
	pty_kill(counter, SIGKILL);
	(void)pty_wait_exit(counter, LOOK_MS);
	pty_close(counter);
	counter_expect(display, "Please wait.");
	assert_true(pty_wait_gone(display, MASKED, COUNTER_WAIT_MS));
	counter = counter_open(world, &(struct counter_options){0});
	assert_true(pty_wait_gone(display, "Please wait.", LOOK_MS));
	counter_sign_in(counter);
	hand_ask(counter, RAMESH, "500");
	counter_expect(display, MASKED);
	counter_close(counter);
	counter_expect(display, "Please wait.");
	close_display(display);
}

/* Stopped in the middle, as a debugger or a full disk would: what is on the second screen does not stay. */
static void test_a_counter_that_hangs_leaves_nobody_on_the_second_screen(void **state)
{
	struct pty *display = open_display(24, 80, NULL), *counter = counter_open(world, &(struct counter_options){0});

	(void)state;
	counter_sign_in(counter);
	hand_ask(counter, RAMESH, "500");
	counter_expect(display, MASKED);
	pty_kill(counter, SIGSTOP);
	counter_expect(display, "Please wait.");
	assert_true(pty_wait_gone(display, MASKED, COUNTER_WAIT_MS));
	pty_kill(counter, SIGCONT);
	counter_expect(display, MASKED);
	/* And the other way round: the counter goes on without it. */
	pty_kill(display, SIGSTOP);
	hand_type(counter, "{Enter}");
	counter_expect(counter, "No printer is set up. Write or photograph this.");
	pty_kill(display, SIGCONT);
	counter_expect(display, "Key these 20 digits into the meter");
	counter_close(counter);
	close_display(display);
}

static void test_one_set_aside_is_told_at_home(void **state)
{
	char qr[QR_CAP];
	struct pty *counter = counter_open(world, &(struct counter_options){0});

	(void)state;
	counter_sign_in(counter);
	ask_by_upi(counter, "500");
	expect_qr(counter, qr);
	hand_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	hand_find(counter, "100244781571");
	pay_qr(qr, NULL);
	hand_type(counter, "{F3}");
	counter_expect(counter, "Paid: Ramesh Kumar Singh ₹ 500.");
	counter_close(counter);
}

static void test_its_person_comes_back_and_pays_cash(void **state)
{
	char qr[QR_CAP], token[WORLD_TOKEN_CAP];
	struct pty *counter = counter_open(world, &(struct counter_options){0});

	(void)state;
	counter_sign_in(counter);
	ask_by_upi(counter, "500");
	expect_qr(counter, qr);
	hand_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	hand_type(counter, RAMESH "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	hand_type(counter, "*");
	counter_expect(counter, "Cash given");
	hand_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	counter_close(counter);
}

static void test_money_that_comes_as_it_is_let_go_is_not_lost(void **state)
{
	char qr[QR_CAP], token[WORLD_TOKEN_CAP];
	struct pty *counter = counter_open(world, &(struct counter_options){0});

	(void)state;
	counter_sign_in(counter);
	ask_by_upi(counter, "500");
	expect_qr(counter, qr);
	pay_qr(qr, NULL);
	hand_type(counter, "*"); /* the bank is asked first */
	counter_expect_token(counter, token);
	counter_close(counter);
}

static void test_a_qr_that_failed_is_made_anew(void **state)
{
	char qr[QR_CAP], next[QR_CAP], token[WORLD_TOKEN_CAP];
	struct pty *counter = counter_open(world, &(struct counter_options){0});

	(void)state;
	counter_sign_in(counter);
	ask_by_upi(counter, "500");
	expect_qr(counter, qr);
	pay_qr(qr, "--fail");
	counter_expect(counter, "The bank said no: no money");
	pty_settle(counter, SEEN_MS, SEEN_MS); /* an Enter at once was meant for what stood there before */
	hand_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	expect_qr(counter, next);
	assert_string_not_equal(qr, next);
	pay_qr(next, NULL);
	counter_expect_token(counter, token);
	counter_close(counter);
}

#define IN_WORLD(function) cmocka_unit_test_setup_teardown(function, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_WORLD(test_a_telephone_reads_the_screen_and_the_token_follows),
	    IN_WORLD(test_it_reads_without_colours),
	    IN_WORLD(test_it_reads_on_a_console_in_whole_cells),
	    IN_WORLD(test_it_reads_where_the_frame_is_whole),
	    IN_WORLD(test_the_payer_follows_on_the_second_screen),
	    IN_WORLD(test_the_second_screen_outlives_the_counter),
	    IN_WORLD(test_a_counter_that_hangs_leaves_nobody_on_the_second_screen),
	    IN_WORLD(test_one_set_aside_is_told_at_home),
	    IN_WORLD(test_its_person_comes_back_and_pays_cash),
	    IN_WORLD(test_money_that_comes_as_it_is_let_go_is_not_lost),
	    IN_WORLD(test_a_qr_that_failed_is_made_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
