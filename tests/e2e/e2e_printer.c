/* The counter, its screen and a printer that is not there: whatever happens to the paper, one original comes out whole,
 * and whatever else comes out says that it is a copy, of the same token.
 *
 * Most slips are printed in the printer's own letters, because those can be read back; one is of dots and compared dot
 * for dot with what `batti receipt render` draws. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <png.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/paper.h"

#define PRINT_MS   15000
#define NO_MORE_MS 700 /* for a sheet that must not come */
#define SPEED      4000
#define TEXT_CAP   (256 * 1024)
#define COPY_TWO   "DUPLICATE, copy 2"
#define NUDGES     8 /* dots added where a row would hold what a printer takes for a command */

static struct world *world;
static int consumer; /* a new one for each test */
static struct paper *paper;
static struct pty *counter;

/* A model that answers everything and prints letters. */
static void write_models(void)
{
	char path[WORLD_PATH_CAP];
	FILE *file;

	world_fill(world, "%D/models", path);
	assert_int_equal(mkdir(path, 0700), 0);
	world_fill(world, "%D/models/models.json", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("{\"about\":\"for a "
	      "test\",\"printers\":[{\"id\":\"letters\",\"name\":\"letters\",\"vendor\":\"\",\"model\":"
	      "\"\",\"width_dots\":576,\"columns\":48,\"dots_per_mm\":8,\"cutter\":true,\"drawer\":true,\"native_qr\":"
	      "true,\"real_time\":true,\"in_order\":true,\"unasked\":true,\"process_id\":true,\"can_forget\":true,"
	      "\"mode\":\"text\",\"band_rows\":104,\"feed_units_per_dot\":1,\"driver\":\"escpos\"}]}\n",
	      file);
	assert_int_equal(fclose(file), 0);
}

static int open_world(void **state)
{
	(void)state;
	world = world_open_enrolled(60);
	write_models();
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(world);
	return 0;
}

/* ---- the counter and its printer ---- */

/* Also after a test that failed, so that the next finds the terminal's folder free. */
static int clear_away(void **state)
{
	(void)state;
	pty_close(counter);
	paper_close(paper);
	counter = NULL;
	paper = NULL;
	return 0;
}

static void open_printer(const struct paper_options *options)
{
	paper = paper_open(options);
	assert_non_null(paper);
}

static void open_counter(const char *profile)
{
	char path[WORLD_PATH_CAP], models[WORLD_PATH_CAP];
	struct counter_options options = {.config = path};
	FILE *file;

	world_fill(world, "%D/batti.conf", path);
	world_fill(world, "%D/models", models);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "[batti]\nreceipt_language = en\nprinter = %s\nprinter_profile = %s\n", paper_uri(paper),
		profile);
	if (strcmp(profile, "letters") == 0)
		fprintf(file, "printer_models = %s\n", models);
	assert_int_equal(fclose(file), 0);
	counter = counter_open(world, &options);
	counter_sign_in(counter);
}

static void sell(char token[WORLD_TOKEN_CAP])
{
	counter_sell(counter, world_number(world, "sts_units", "", consumer++), "100", token);
	world_note_sale(world, 10000, token);
}

/* ---- reading what came out ---- */

static char *read_sheet(int nth)
{
	static char text[TEXT_CAP];
	FILE *file = fopen(paper_text_path(paper, nth), "r");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

/* The five groups, as they are set on the lines of the sheet, in order. */
static bool has_token(const char *sheet, const char *token)
{
	char together[8], apart[16];

	for (int group = 0; group < 5; group++) {
		const char *t = token + group * 4, *found, *other;

		snprintf(together, sizeof together, "%.4s", t);
		snprintf(apart, sizeof apart, "%c %c %c %c", t[0], t[1], t[2], t[3]);
		found = strstr(sheet, together);
		other = strstr(sheet, apart);
		if (found == NULL && other == NULL)
			return false;
		sheet = found == NULL || (other != NULL && other < found) ? other : found;
	}
	return true;
}

static void check_slip(int nth, const char *token, bool copy)
{
	struct paper_sheet sheet = paper_sheet(paper, nth);
	const char *text = read_sheet(nth);

	if (!sheet.whole || !sheet.cut || sheet.unknown != 0 || sheet.complaints != 0 || !has_token(text, token) ||
	    (strstr(text, "DUPLICATE") != NULL) != copy || (copy && strstr(text, COPY_TWO) == NULL))
		fail_msg("sheet %d is no %s of %s: whole %d, cut %d, unknown %d, complaints %d\n%s", nth,
			 copy ? "copy 2" : "original", token, sheet.whole, sheet.cut, sheet.unknown, sheet.complaints,
			 text);
}

/* Nothing more comes out by itself, not even when the printer is switched off. */
static void close_and_check(int count)
{
	counter_close(counter);
	counter = NULL;
	assert_false(paper_wait(paper, count + 1, NO_MORE_MS));
	paper_switch_off(paper);
	assert_int_equal(paper_count(paper), count);
}

static void expect_printed(int nth, const char *token, bool copy)
{
	counter_expect(counter, "Receipt printed.");
	assert_true(paper_wait(paper, nth, PRINT_MS));
	check_slip(nth, token, copy);
}

/* ---- the tests ---- */

static void print_one(const struct paper_options *options)
{
	char token[WORLD_TOKEN_CAP];

	open_printer(options);
	open_counter("letters");
	sell(token);
	expect_printed(1, token, false);
	assert_int_equal(paper_sheet(paper, 1).drawer, 1);
	close_and_check(1);
}

static void a_sale_prints_one_original(void **state)
{
	(void)state;
	print_one(&(struct paper_options){.rows_per_s = SPEED});
}

static void the_same_over_a_line_of_its_own(void **state)
{
	(void)state;
	print_one(&(struct paper_options){.rows_per_s = SPEED, .terminal = true});
}

/* The stop comes while the slip is printed; when it is over, the slip goes on by itself. */
static void stop_in_the_middle(const struct paper_options *options, const char *stop, const char *told, const char *go)
{
	char token[WORLD_TOKEN_CAP];

	open_printer(options);
	open_counter("letters");
	paper_say(paper, stop);
	sell(token);
	counter_expect(counter, told);
	assert_int_equal(paper_count(paper), 0);
	paper_say(paper, go);
	expect_printed(1, token, false);
	close_and_check(1);
}

static void a_new_roll_in_the_middle_doubles_nothing(void **state)
{
	(void)state;
	stop_in_the_middle(&(struct paper_options){.rows_per_s = SPEED}, "paper-out-at 400", "No paper.", "paper ok");
	clear_away(state);
	stop_in_the_middle(&(struct paper_options){.rows_per_s = SPEED, .terminal = true}, "paper-out-at 400",
			   "No paper.", "paper ok");
}

static void a_blade_that_sticks_at_the_end_doubles_nothing(void **state)
{
	(void)state;
	stop_in_the_middle(&(struct paper_options){.rows_per_s = SPEED}, "cutter sticks", "The cutter is stuck.",
			   "cutter free");
}

static void an_open_cover_takes_no_slip(void **state)
{
	char token[WORLD_TOKEN_CAP];

	open_printer(&(struct paper_options){.rows_per_s = SPEED});
	open_counter("letters");
	(void)state;
	paper_say(paper, "cover open");
	sell(token);
	counter_expect(counter, "The printer is open. Close it, then F5.");
	paper_say(paper, "cover close");
	assert_false(paper_wait(paper, 1, NO_MORE_MS));
	counter_type(counter, "{F5}");
	expect_printed(1, token, false);
	close_and_check(1);
}

/* The clerk is asked; what is printed after a no is a copy. */
static void a_mute_printer_has_the_clerk_asked(void **state)
{
	char token[WORLD_TOKEN_CAP];

	open_printer(&(struct paper_options){.rows_per_s = SPEED, .model = "mute"});
	open_counter("letters");
	(void)state;
	sell(token);
	counter_expect(counter, "Did the slip come out? Enter yes, F5 no.");
	assert_true(paper_wait(paper, 1, PRINT_MS));
	check_slip(1, token, false);
	counter_type(counter, "{F5}");
	assert_true(pty_wait_gone(counter, "Did the slip come out?", COUNTER_WAIT_MS));
	assert_true(paper_wait(paper, 2, PRINT_MS));
	check_slip(2, token, true);
	counter_expect(counter, "Did the slip come out? Enter yes, F5 no.");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Receipt printed.");
	close_and_check(2);
}

static void a_slip_printed_again_is_copy_2_of_the_same_token(void **state)
{
	char token[WORLD_TOKEN_CAP];

	open_printer(&(struct paper_options){.rows_per_s = SPEED});
	open_counter("letters");
	(void)state;
	sell(token);
	expect_printed(1, token, false);
	counter_type(counter, "{F5}");
	counter_expect(counter, "Why once more?");
	counter_type(counter, "1");
	assert_true(paper_wait(paper, 2, PRINT_MS));
	check_slip(2, token, true);
	assert_int_equal(paper_sheet(paper, 2).drawer, 0);
	counter_expect(counter, "Receipt printed.");
	close_and_check(2);
}

static void a_printer_that_is_off_keeps_the_token_on_the_screen(void **state)
{
	char token[WORLD_TOKEN_CAP], again[WORLD_TOKEN_CAP];

	open_printer(&(struct paper_options){.rows_per_s = SPEED});
	open_counter("letters");
	(void)state;
	paper_switch_off(paper);
	sell(token);
	counter_expect(counter, "The printer does not answer.");
	assert_true(counter_read_token(counter, again, COUNTER_WAIT_MS));
	assert_string_equal(again, token);
	paper_switch_on(paper);
	counter_type(counter, "{F5}");
	expect_printed(1, token, false);
	close_and_check(1);
}

/* ---- dot for dot ---- */

struct picture {
	png_image image;
	uint8_t *grey;
};

static void read_picture(const char *path, struct picture *out)
{
	*out = (struct picture){.image = {.version = PNG_IMAGE_VERSION}};
	if (png_image_begin_read_from_file(&out->image, path) == 0)
		fail_msg("%s: %s", path, out->image.message);
	out->image.format = PNG_FORMAT_GRAY;
	out->grey = malloc(PNG_IMAGE_SIZE(out->image));
	assert_non_null(out->grey);
	assert_int_not_equal(png_image_finish_read(&out->image, NULL, out->grey, 0, NULL), 0);
}

static const uint8_t *row_of(const struct picture *picture, unsigned row)
{
	return picture->grey + (size_t)row * picture->image.width;
}

static bool is_white(const struct picture *picture, unsigned row)
{
	for (unsigned x = 0; x < picture->image.width; x++)
		if (row_of(picture, row)[x] == 0)
			return false;
	return true;
}

/* The rows between the white ones at both ends. */
static void find_ink(const struct picture *picture, unsigned *top, unsigned *end)
{
	*top = 0;
	*end = picture->image.height;
	while (*top < *end && is_white(picture, *top))
		++*top;
	while (*end > *top && is_white(picture, *end - 1))
		--*end;
}

static void compare_pictures(const struct picture *printed, const struct picture *drawn)
{
	unsigned top, end, drawn_top, drawn_end, less = 0, more = 0;

	find_ink(printed, &top, &end);
	find_ink(drawn, &drawn_top, &drawn_end);
	assert_int_equal(printed->image.width, drawn->image.width);
	assert_int_equal(end - top, drawn_end - drawn_top);
	for (unsigned row = 0; row < end - top; row++)
		for (unsigned x = 0; x < printed->image.width; x++) {
			bool ink = row_of(printed, top + row)[x] == 0, wanted = row_of(drawn, drawn_top + row)[x] == 0;

			less += !ink && wanted;
			more += ink && !wanted;
		}
	assert_int_equal(less, 0);
	assert_in_range(more, 0, NUDGES);
}

/* Bands, blank rows left out, feeds: none of it may show. The sale was made without a printer, by the command line. */
static void a_slip_of_dots_is_what_was_drawn(void **state)
{
	const struct world_sale *sale = world_sell(world, world_number(world, "sts_units", "", consumer++), 100);
	struct picture printed, drawn;
	char path[WORLD_PATH_CAP], line[256];
	struct world_run run;

	(void)state;
	open_printer(&(struct paper_options){.rows_per_s = SPEED});
	open_counter("tm-t82x");
	counter_type(counter, "{F5}");
	assert_true(paper_wait(paper, 1, PRINT_MS));
	assert_true(paper_sheet(paper, 1).whole && paper_sheet(paper, 1).cut);
	assert_int_equal(paper_sheet(paper, 1).unknown + paper_sheet(paper, 1).complaints, 0);
	close_and_check(1);
	snprintf(line, sizeof line,
		 "receipt render --state %%T --sale %s --as png --width 576 --lang en -o %%D/drawn.png", sale->id);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	world_fill(world, "%D/drawn.png", path);
	read_picture(path, &drawn);
	read_picture(paper_picture_path(paper, 1), &printed);
	compare_pictures(&printed, &drawn);
	free(drawn.grey);
	free(printed.grey);
}

/* However often they were printed: each sale once, with the token that stands on its slips. */
static void paper_sells_nothing(void **state)
{
	(void)state;
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(a_sale_prints_one_original, clear_away),
	    cmocka_unit_test_teardown(the_same_over_a_line_of_its_own, clear_away),
	    cmocka_unit_test_teardown(a_new_roll_in_the_middle_doubles_nothing, clear_away),
	    cmocka_unit_test_teardown(a_blade_that_sticks_at_the_end_doubles_nothing, clear_away),
	    cmocka_unit_test_teardown(an_open_cover_takes_no_slip, clear_away),
	    cmocka_unit_test_teardown(a_mute_printer_has_the_clerk_asked, clear_away),
	    cmocka_unit_test_teardown(a_slip_printed_again_is_copy_2_of_the_same_token, clear_away),
	    cmocka_unit_test_teardown(a_printer_that_is_off_keeps_the_token_on_the_screen, clear_away),
	    cmocka_unit_test_teardown(a_slip_of_dots_is_what_was_drawn, clear_away),
	    cmocka_unit_test(paper_sells_nothing),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
