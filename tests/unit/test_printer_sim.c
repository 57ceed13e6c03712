/* The printer of the other side by itself, under a clock that the test tells it: it has to do what a real one does.
 * rooms: tests/printer
 * uses: zbar */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "tests/printer/device.h"

#define ROWS_PER_S 1000
#define ROW_US     (1000000 / ROWS_PER_S)

static struct sim_device *device;

static void switch_on(const char *model, int rows_per_s, int in_cap)
{
	const struct sim_options options = {
	    .model = sim_model_find(model), .width = 384, .rows_per_s = rows_per_s, .in_cap = in_cap};

	assert_non_null(options.model);
	device = malloc(sizeof *device);
	assert_non_null(device);
	sim_device_init(device, &options);
}

static void switch_off(void)
{
	sim_device_fini(device);
	free(device);
}

static void send(const void *bytes, size_t len)
{
	assert_true(len <= sim_device_room(device));
	sim_device_take(device, bytes, len);
	sim_device_run(device, device->now_us);
}

#define SEND(text) send(text, sizeof(text) - 1)

static void wait_ms(int ms)
{
	sim_device_run(device, device->now_us + (int64_t)ms * 1000);
}

static void expect(const void *bytes, size_t len)
{
	uint8_t out[256];
	size_t got = sim_device_answer(device, out, sizeof out);

	assert_int_equal(got, len);
	assert_memory_equal(out, bytes, len);
}

#define EXPECT(text) expect(text, sizeof(text) - 1)

/* A raster of 8 dots by @p rows, row r holds r. */
static void send_ramp(uint8_t rows)
{
	const uint8_t head[] = {0x1d, 'v', '0', 0, 1, 0, rows, 0};

	send(head, sizeof head);
	for (int row = 0; row < rows; row++) {
		uint8_t byte = (uint8_t)row;

		send(&byte, 1);
	}
}

static void check_ramp(int from, int rows)
{
	assert_true(device->paper.rows >= from + rows);
	for (int row = 0; row < rows; row++)
		assert_int_equal(sim_dots_row(&device->paper, from + row)[0], row);
}

static void test_question_inside_a_picture_is_answered_and_stays_a_picture(void **state)
{
	(void)state;
	switch_on("epson", 0, 4096);
	SEND("\x1dv0\x00\x01\x00\x05\x00\x81\x10\x04\x04\x42");
	EXPECT("\x12");
	assert_int_equal(device->paper.rows, 5);
	assert_int_equal(sim_dots_row(&device->paper, 1)[0], 0x10);
	assert_int_equal(sim_dots_row(&device->paper, 3)[0], 0x04);
	assert_int_equal(sim_dots_row(&device->paper, 4)[0], 0x42);
	SEND("\x1dv0\x00\x01\x00\x05\x00\x10\x14\x01\x00\x01");
	assert_int_equal(device->tale.drawer, 1);
	SEND("\x1d(D\x03\x00\x14\x01\x00");
	SEND("\x1dv0\x00\x01\x00\x05\x00\x10\x14\x01\x00\x01");
	assert_int_equal(device->tale.drawer, 1);
	assert_int_equal(device->tale.unknown + device->tale.complaints, 0);
	switch_off();
}

static void test_goes_on_from_the_very_row_where_the_paper_ended(void **state)
{
	(void)state;
	switch_on("epson", 0, 4096);
	for (int stop = 1; stop < 40; stop++) {
		sim_device_reset(device);
		device->out_at_row = stop;
		send_ramp(40);
		SEND("\x1d\x72\x01\x1d(H\x06\x00"
		     "00abcd");
		assert_int_equal(device->paper.rows, stop);
		EXPECT("");
		SEND("\x10\x04\x02\x10\x04\x04");
		EXPECT("\x32\x7e");
		sim_device_trouble(device, SIM_PAPER_OUT, false);
		wait_ms(0);
		check_ramp(0, 40);
		assert_int_equal(device->paper.rows, 40);
		EXPECT("\x00\x37\x22"
		       "abcd\x00");
	}
	switch_off();
}

struct stop {
	enum sim_trouble trouble;
	const char *now, *asb; /* DLE EOT 1 to 3; what it tells by itself */
};

static void test_each_stop_is_told_and_stops(void **state)
{
	static const struct stop stops[] = {
	    {SIM_PAPER_OUT, "\x1a\x32\x12", "\x18\x00\x0f\x00"},
	    {SIM_COVER_OPEN, "\x1a\x16\x12", "\x38\x00\x00\x00"},
	    {SIM_BLADE_STUCK, "\x1a\x52\x1a", "\x18\x08\x00\x00"},
	    {SIM_HEAD_HOT, "\x1a\x52\x52", "\x18\x40\x00\x00"},
	};

	(void)state;
	switch_on("epson", 0, 4096);
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		sim_device_reset(device);
		SEND("\x1d\x61\xff");
		EXPECT("\x10\x00\x00\x00");
		sim_device_trouble(device, stops[i].trouble, true);
		expect(stops[i].asb, 4);
		SEND("\x10\x04\x01\x10\x04\x02\x10\x04\x03");
		expect(stops[i].now, 3);
		send_ramp(9);
		assert_int_equal(device->paper.rows, 0);
		sim_device_trouble(device, stops[i].trouble, false);
		EXPECT("\x10\x00\x00\x00");
		wait_ms(0);
		check_ramp(0, 9);
	}
	switch_off();
}

static void test_a_process_is_told_when_its_last_row_is_on_paper(void **state)
{
	(void)state;
	switch_on("epson", ROWS_PER_S, 4096);
	send_ramp(100);
	SEND("\x1d(H\x06\x00"
	     "001234");
	EXPECT("");
	for (int ms = 0; ms < 99; ms++) {
		EXPECT("");
		wait_ms(1);
	}
	assert_int_equal(device->paper.rows, 100);
	wait_ms(1);
	EXPECT("\x37\x22"
	       "1234\x00");
	switch_off();
}

static void test_a_full_buffer_takes_nothing_more(void **state)
{
	uint8_t zeros[64] = {0};

	(void)state;
	switch_on("epson", ROWS_PER_S, 64);
	SEND("\x1dv0\x00\x01\x00\xc8\x00");
	send(zeros, 56);
	assert_in_range(sim_device_room(device), 8, 16);
	send(zeros, sim_device_room(device));
	assert_int_equal(sim_device_room(device), 0);
	assert_int_equal(sim_device_next_us(device), device->ready_us);
	wait_ms(10);
	assert_int_equal(sim_device_room(device), 10);
	switch_off();
}

/* What is thrown away is never told as printed, and what follows is read as commands. */
static void test_forgets_when_told_to(void **state)
{
	static const char *const words[] = {"\x10\x05\x02", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"};

	(void)state;
	switch_on("epson", 0, 4096);
	for (int i = 0; i < 2; i++) {
		sim_device_reset(device);
		device->out_at_row = 10;
		send_ramp(40);
		SEND("\x1d(H\x06\x00"
		     "00abcd");
		send(words[i], i == 0 ? 3 : 10);
		expect("\x37\x25", i == 0 ? 0 : 3);
		sim_device_trouble(device, SIM_PAPER_OUT, false);
		send_ramp(20);
		EXPECT("");
		assert_int_equal(device->paper.rows, 30);
		check_ramp(10, 20);
	}
	switch_off();
	switch_on("stubborn", 0, 4096);
	device->out_at_row = 10;
	send_ramp(40);
	SEND("\x10\x05\x02");
	sim_device_trouble(device, SIM_PAPER_OUT, false);
	wait_ms(0);
	check_ramp(0, 40);
	switch_off();
}

static void test_a_stuck_blade_stops_at_the_cut(void **state)
{
	(void)state;
	switch_on("epson", 0, 4096);
	device->blade_caught = true;
	send_ramp(10);
	SEND("\x1dVB\x00\x1d\x72\x01");
	assert_int_equal(device->paper.rows, 10 + SIM_BLADE_ROWS);
	assert_int_equal(device->sheets, 0);
	SEND("\x10\x04\x03\x10\x05\x01");
	EXPECT("\x1a");
	SEND("\x10\x04\x03");
	EXPECT("\x1a");
	device->blade_caught = false;
	SEND("\x10\x05\x01");
	EXPECT("\x00");
	assert_int_equal(device->sheets, 1);
	switch_off();
}

static void test_clones(void **state)
{
	(void)state;
	switch_on("clone", 0, 4096);
	SEND("\x10\x04\x04\x1d\x72\x01\x1d\x61\xff\x1d\x49\x43\x1d(H\x06\x00"
	     "00abcd");
	EXPECT("\x12\x00");
	assert_int_equal(device->line_x, 0);
	switch_off();
	switch_on("clone-leaks", 0, 4096);
	SEND("\x1d(H\x06\x00"
	     "00abcd");
	assert_true(device->line_x > 0);
	switch_off();
	switch_on("clone-wrong", 0, 4096);
	SEND("\x10\x04\x04\x1d\x72\x01");
	EXPECT("\x82\x90");
	switch_off();
	switch_on("clone-twice", 0, 4096);
	SEND("\x10\x04\x04\x1d\x72\x01");
	EXPECT("\x12\x12\x00\x00");
	switch_off();
	switch_on("clone-late", 0, 4096);
	SEND("\x10\x04\x04");
	wait_ms(2999);
	EXPECT("");
	wait_ms(1);
	EXPECT("\x12");
	switch_off();
	switch_on("mute", 0, 4096);
	SEND("\x10\x04\x04\x1d\x72\x01letters\n");
	EXPECT("");
	assert_int_equal(device->paper.rows, 30);
	switch_off();
}

static void test_what_does_not_exist_is_counted(void **state)
{
	(void)state;
	switch_on("epson", 0, 4096);
	SEND("\x1b\x40\x1c\x2eplain\n\x00\x00");
	assert_int_equal(device->tale.unknown + device->tale.complaints, 0);
	SEND("\x1b\x01");
	assert_int_equal(device->tale.unknown, 1);
	SEND("\x1dv0\x00\x00\x00\x01\x00");
	assert_int_equal(device->tale.complaints, 1);
	SEND("half a line\x1dv0\x00\x01\x00\x01\x00\xff");
	assert_int_equal(device->tale.complaints, 2);
	SEND("\xa4\n");
	assert_int_equal(device->tale.complaints, 3);
	switch_off();
}

/* Split anywhere, the same stream gives the same paper. */
static void test_pieces_of_any_size_give_the_same_paper(void **state)
{
	static const char stream[] =
	    "\x1b@\x1b\x61\x01\x1d!\x11TOKEN\n\x1d!\x00\x1b\x45\x01one\x1b\x45\x00 two\n"
	    "\x1dv0\x00\x02\x00\x03\x00\xff\x81\x42\x10\x04\x01\x1b\x64\x02\x1d(k\x03\x00\x31\x43\x04"
	    "\x1d(k\x0b\x00\x31\x50\x30RC1:ABCD\x1d(k\x03\x00\x31\x51\x30\x1dVB\x00";
	struct sim_dots whole;

	(void)state;
	switch_on("epson", 0, 4096);
	send(stream, sizeof stream - 1);
	assert_int_equal(device->tale.complaints, 0);
	sim_dots_init(&whole, device->paper.width);
	sim_dots_extend(&whole, device->paper.rows);
	memcpy(whole.bits, device->paper.bits, (size_t)whole.rows * (size_t)whole.width / 8);
	for (size_t cut = 1; cut < sizeof stream - 1; cut++) {
		sim_device_reset(device);
		send(stream, cut);
		send(stream + cut, sizeof stream - 1 - cut);
		assert_int_equal(device->paper.rows, whole.rows);
		assert_int_equal(sim_dots_count(&device->paper, &whole), 1);
	}
	sim_dots_fini(&whole);
	switch_off();
}

static int read_symbols(const struct sim_dots *dots, char *out, size_t cap)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	size_t size = (size_t)dots->width * (size_t)dots->rows;
	uint8_t *grey = malloc(size);
	int found;

	assert_non_null(grey);
	for (int y = 0; y < dots->rows; y++)
		for (int x = 0; x < dots->width; x++)
			grey[y * dots->width + x] = sim_dots_get(dots, x, y) ? 0 : 255;
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)dots->width, (unsigned)dots->rows);
	zbar_image_set_data(image, grey, size, NULL);
	found = zbar_scan_image(scanner, image);
	out[0] = '\0';
	if (found == 1)
		strncat(out, zbar_symbol_get_data(zbar_image_first_symbol(image)), cap - 1);
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
	free(grey);
	return found;
}

static void test_a_symbol_of_its_own_can_be_read(void **state)
{
	char text[64];

	(void)state;
	switch_on("epson", 0, 4096);
	SEND("\x1b@\n\n\x1b\x61\x01\x1d(k\x04\x00\x31\x41\x32\x00\x1d(k\x03\x00\x31\x43\x06\x1d(k\x03\x00\x31\x45\x31"
	     "\x1d(k\x17\x00\x31\x50\x30"
	     "44717023198527604388\x1d(k\x03\x00\x31\x51\x30\n\n");
	assert_int_equal(device->tale.unknown + device->tale.complaints, 0);
	assert_int_equal(read_symbols(&device->paper, text, sizeof text), 1);
	assert_string_equal(text, "44717023198527604388");
	switch_off();
}

/* The same dots as raster, as stored graphics and as columns. */
static void test_three_ways_to_print_dots_agree(void **state)
{
	struct sim_dots first;

	(void)state;
	switch_on("epson", 0, 4096);
	SEND("\x1b@\x1dv0\x00\x01\x00\x18\x00");
	for (int i = 0; i < 24; i++)
		SEND("\x91");
	assert_int_equal(device->paper.rows, 24);
	sim_dots_init(&first, device->paper.width);
	sim_dots_extend(&first, 24);
	memcpy(first.bits, device->paper.bits, 24U * 384 / 8);
	SEND("\x1d(L\x22\x00\x30\x70\x30\x01\x01\x31\x08\x00\x18\x00");
	for (int i = 0; i < 24; i++)
		SEND("\x91");
	SEND("\x1d(L\x02\x00\x30\x32");
	SEND("\x1b\x33\x18\x1b*\x21\x08\x00\xff\xff\xff\x00\x00\x00\x00\x00\x00\xff\xff\xff\x00\x00\x00\x00\x00\x00"
	     "\x00\x00\x00\xff\xff\xff\n");
	assert_int_equal(device->tale.unknown + device->tale.complaints, 0);
	assert_int_equal(device->paper.rows, 72);
	assert_int_equal(sim_dots_count(&device->paper, &first), 3);
	sim_dots_fini(&first);
	switch_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_question_inside_a_picture_is_answered_and_stays_a_picture),
	    cmocka_unit_test(test_goes_on_from_the_very_row_where_the_paper_ended),
	    cmocka_unit_test(test_each_stop_is_told_and_stops),
	    cmocka_unit_test(test_a_process_is_told_when_its_last_row_is_on_paper),
	    cmocka_unit_test(test_a_full_buffer_takes_nothing_more),
	    cmocka_unit_test(test_forgets_when_told_to),
	    cmocka_unit_test(test_a_stuck_blade_stops_at_the_cut),
	    cmocka_unit_test(test_clones),
	    cmocka_unit_test(test_what_does_not_exist_is_counted),
	    cmocka_unit_test(test_pieces_of_any_size_give_the_same_paper),
	    cmocka_unit_test(test_a_symbol_of_its_own_can_be_read),
	    cmocka_unit_test(test_three_ways_to_print_dots_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
