/* Pictures of a slip: read, made smaller, and set beside their steps; and the dots of letters they stand among.
 * rooms: printer core/receipt core/qr core/money core/base
 * uses: png */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <png.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/file.h"
#include "printer/layout.h"
#include "tests/unit/receipt_fixture.h"

#define SIDE 120 /* of the test's picture, in dots of full paper */

static char folder[] = "/tmp/batti-pictures-XXXXXX";
static struct bt_raster *raster;
static struct bt_pictures *pictures;
static struct bt_receipt slip;

static void find_path(const char *name, char out[256])
{
	assert_int_equal(bt_text_printf(out, 256, "%s/%s.png", folder, name), BT_OK);
}

/* A frame of two dots around white. */
static void write_frame(const char *name, int width, int rows)
{
	char path[256];
	png_image image = {.version = PNG_IMAGE_VERSION,
			   .width = (png_uint_32)width,
			   .height = (png_uint_32)rows,
			   .format = PNG_FORMAT_GRAY};
	uint8_t *light = malloc((size_t)(width * rows));
	assert_non_null(light);
	for (int y = 0; y < rows; y++)
		for (int x = 0; x < width; x++)
			light[y * width + x] = x < 2 || y < 2 || x >= width - 2 || y >= rows - 2 ? 0 : 255;
	find_path(name, path);
	assert_int_not_equal(png_image_write_to_file(&image, path, 0, light, 0, NULL), 0);
	free(light);
}

static int open_parts(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	write_frame("frame", SIDE, SIDE);
	write_frame("wide", 1000, 40);
	return bt_raster_open(FIXTURE_FONT, &raster, NULL) == BT_OK ? 0 : -1;
}

static int close_parts(void **state)
{
	static const char *const names[] = {"frame", "wide", "junk", "brief"};
	char path[256];
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		find_path(names[i], path);
		(void)unlink(path);
	}
	bt_raster_close(raster);
	return rmdir(folder);
}

static int open_pictures(void **state)
{
	(void)state;
	return bt_pictures_open(folder, &pictures) == BT_OK ? 0 : -1;
}

static int close_pictures(void **state)
{
	(void)state;
	bt_pictures_close(pictures);
	return 0;
}

static bool is_black(const struct bt_stamp *stamp, int x, int y)
{
	return (stamp->bits[y * stamp->stride + x / 8] >> (7 - x % 8) & 1) != 0;
}

/* ---- reading -------------------------------------------------------------------------------------------------------
 */

/* The frame goes around on every paper, one or two dots wide, and nothing else is black. */
static void test_lines_stay_on_every_paper(void **state)
{
	static const struct {
		int paper, side;
	} sizes[] = {{576, 120}, {512, 107}, {384, 80}};
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int side = sizes[i].side;
		const struct bt_stamp *stamp = bt_pictures_find(pictures, "frame", sizes[i].paper);
		assert_non_null(stamp);
		assert_int_equal(stamp->width, side);
		assert_int_equal(stamp->rows, side);
		for (int at = 0; at < side; at++) {
			assert_true(is_black(stamp, at, 0) && is_black(stamp, at, side - 1));
			assert_true(is_black(stamp, 0, at) && is_black(stamp, side - 1, at));
		}
		for (int y = 2; y < side - 2; y++)
			for (int x = 2; x < side - 2; x++)
				assert_false(is_black(stamp, x, y));
	}
	assert_true(is_black(bt_pictures_find(pictures, "frame", 576), 1, 60));
}

static void test_no_picture_is_wider_than_the_paper(void **state)
{
	(void)state;
	assert_int_equal(bt_pictures_find(pictures, "wide", 576)->width, 576);
	assert_int_equal(bt_pictures_find(pictures, "wide", 576)->rows, 23);
	assert_int_equal(bt_pictures_find(pictures, "wide", 384)->width, 384);
}

static void write_file(const char *name, struct bt_bytes content)
{
	char path[256];
	find_path(name, path);
	assert_int_equal(bt_file_replace(path, content, 0644, NULL), BT_OK);
}

/* A file that is none, one cut at any byte, one that is elsewhere. */
static void test_what_is_no_picture_is_none(void **state)
{
	char path[256];
	struct bt_buf file;
	(void)state;
	write_file("junk", bt_bytes_of("this is no picture"));
	assert_null(bt_pictures_find(pictures, "junk", 576));
	assert_null(bt_pictures_find(pictures, "missing", 576));
	assert_null(bt_pictures_find(pictures, "", 576));
	assert_null(bt_pictures_find(pictures, "../frame", 576));
	assert_null(bt_pictures_find(pictures, "Frame", 576));
	assert_null(bt_pictures_find(pictures, "a-name-that-is-longer-than-any-of-ours", 576));
	assert_null(bt_pictures_find(pictures, "frame", 0));
	assert_null(bt_pictures_find(NULL, "frame", 576));
	bt_buf_init(&file, 65536);
	find_path("frame", path);
	assert_int_equal(bt_file_read(path, &file, NULL), BT_OK);
	for (size_t len = 0; len + 12 < file.len; len++) { /* the last 12 bytes only say that it ends */
		write_file("brief", (struct bt_bytes){file.data, len});
		assert_null(bt_pictures_find(pictures, "brief", 576));
	}
	bt_buf_fini(&file);
}

static void test_what_was_read_is_kept(void **state)
{
	char path[256];
	(void)state;
	write_frame("brief", 16, 16);
	const struct bt_stamp *stamp = bt_pictures_find(pictures, "brief", 576);
	find_path("brief", path);
	assert_int_equal(unlink(path), 0);
	assert_ptr_equal(bt_pictures_find(pictures, "brief", 576), stamp);
	assert_null(bt_pictures_find(pictures, "brief", 384)); /* another size is another picture */
}

static void test_folder(void **state)
{
	char longest[2000];
	struct bt_pictures *none = NULL;
	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(bt_pictures_open(longest, &none), BT_EINPUT);
	assert_null(none);
	assert_int_equal(bt_pictures_open("/nowhere", &none), BT_OK);
	assert_null(bt_pictures_find(none, "frame", 576));
	bt_pictures_close(none);
	bt_pictures_close(NULL);
}

/* ---- on a slip -----------------------------------------------------------------------------------------------------
 */

static void add(enum bt_receipt_line_kind kind, const char *left, const char *right)
{
	struct bt_receipt_line *line = &slip.lines[slip.count++];
	*line = (struct bt_receipt_line){.kind = kind};
	assert_int_equal(bt_text_copy(line->left, sizeof(line->left), left), BT_OK);
	assert_int_equal(bt_text_copy(line->right, sizeof(line->right), right), BT_OK);
}

static void draw(int width, struct bt_raster *with, struct bt_pictures *shown, struct bt_bitmap *out)
{
	struct bt_prn_sheet sheet = {
	    .receipt = &slip, .profile = bt_prn_profile_by_width(width), .raster = with, .pictures = shown};
	bt_bitmap_init(out, width);
	assert_int_equal(bt_layout_draw(&sheet, out), BT_OK);
}

static int count_black(const struct bt_bitmap *dots, int left, int top, int right, int bottom)
{
	int count = 0;
	for (int y = top; y < bottom; y++)
		for (int x = left; x < right; x++)
			count += bt_bitmap_is_black(dots, x, y);
	return count;
}

static void test_a_picture_stands_in_the_middle(void **state)
{
	struct bt_bitmap dots;
	(void)state;
	slip = (struct bt_receipt){.copy = 1};
	add(BT_LINE_PICTURE, "missing", "");
	add(BT_LINE_PICTURE, "frame", "");
	draw(576, raster, pictures, &dots);
	assert_int_equal(dots.rows, SIDE);
	assert_true(bt_bitmap_is_black(&dots, (576 - SIDE) / 2, 0));
	assert_true(bt_bitmap_is_black(&dots, (576 + SIDE) / 2 - 1, SIDE - 1));
	assert_int_equal(count_black(&dots, 0, 0, (576 - SIDE) / 2, SIDE), 0);
	assert_int_equal(count_black(&dots, (576 + SIDE) / 2, 0, 576, SIDE), 0);
	bt_bitmap_fini(&dots);
}

/* Words begin to the right of the pictures, in the middle of their height; of both pictures nothing is covered. */
static void test_steps_stand_beside_their_pictures(void **state)
{
	struct bt_bitmap dots;
	(void)state;
	slip = (struct bt_receipt){.copy = 1};
	add(BT_LINE_STEP, "1. Press the key.", "frame");
	add(BT_LINE_STEP, "2. मीटर पर 20 अंक दबाएँ, एक-एक करके, ऊपर की पंक्ति से नीचे की पंक्ति तक।", "frame");
	draw(576, raster, pictures, &dots);
	assert_true(dots.rows >= 2 * SIDE);
	for (int top = 0; top <= SIDE; top += SIDE + 7) { /* 7: the gap at this paper */
		assert_int_equal(count_black(&dots, 8, top, 8 + SIDE, top + SIDE), 4 * 2 * (SIDE - 2));
		assert_int_equal(count_black(&dots, 8 + SIDE, top, 8 + SIDE + 14, top + SIDE), 0);
	}
	assert_int_equal(count_black(&dots, 8 + SIDE, 0, 576, 40), 0);
	assert_true(count_black(&dots, 8 + SIDE, 40, 576, 80) > 0);
	assert_int_equal(count_black(&dots, 8 + SIDE, 85, 576, SIDE), 0);
	bt_bitmap_fini(&dots);
}

static void assert_same(const struct bt_bitmap *a, const struct bt_bitmap *b)
{
	assert_int_equal(a->rows, b->rows);
	assert_memory_equal(a->bits, b->bits, (size_t)(a->rows * a->stride));
}

static void test_without_pictures_steps_are_sentences(void **state)
{
	struct bt_bitmap none, missing;
	(void)state;
	slip = (struct bt_receipt){.copy = 1};
	add(BT_LINE_STEP, "Press the key.", "frame");
	draw(384, raster, NULL, &none);
	slip.lines[0].right[0] = 'x';
	draw(384, raster, pictures, &missing);
	assert_same(&none, &missing);
	assert_true(count_black(&none, 0, 0, 40, none.rows) > 0);
	bt_bitmap_fini(&none);
	bt_bitmap_fini(&missing);
}

/* ---- letters -------------------------------------------------------------------------------------------------------
 */

/* What is kept of earlier slips, and having to forget it, changes no dot. */
static void test_a_slip_looks_the_same_whatever_came_before(void **state)
{
	struct bt_bitmap first, later, fresh;
	struct bt_raster *other;
	char text[128];
	(void)state;
	slip = (struct bt_receipt){.copy = 1};
	add(BT_LINE_MARK, "दूसरी प्रति 2", "");
	add(BT_LINE_PAIR, "कृष्ण प्रसाद विद्यार्थी", "₹ 1,234.50");
	add(BT_LINE_GROUP, "1", "0471");
	struct bt_receipt wanted = slip;
	draw(576, raster, NULL, &first);
	for (int i = 0; i < 3000; i++) {
		slip = (struct bt_receipt){.copy = 1};
		assert_int_equal(bt_text_printf(text, sizeof(text), "%d क%d Amount %d.%d", i, i * 7, i * 31, i), BT_OK);
		add(i % 2 == 0 ? BT_LINE_TEXT : BT_LINE_HEADING, text, "");
		draw(i % 3 == 0 ? 384 : 512, raster, NULL, &later);
		bt_bitmap_fini(&later);
	}
	slip = wanted;
	draw(576, raster, NULL, &later);
	assert_int_equal(bt_raster_open(FIXTURE_FONT, &other, NULL), BT_OK);
	draw(576, other, NULL, &fresh);
	assert_same(&first, &later);
	assert_same(&first, &fresh);
	bt_raster_close(other);
	bt_bitmap_fini(&first);
	bt_bitmap_fini(&later);
	bt_bitmap_fini(&fresh);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Stamps and rectangles, also over the edges, against the same dot by dot. */
static void test_stamps_put_the_same_dots_as_dots(void **state)
{
	uint32_t seed = 7;
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct bt_bitmap fast, slow;
		uint8_t bits[4 * 20];
		struct bt_stamp stamp = {.width = 1 + (int)(next_random(&seed) % 32), .rows = 20, .stride = 4};
		int x = (int)(next_random(&seed) % 120) - 40, y = (int)(next_random(&seed) % 60) - 20;
		bool black = round % 2 == 0;
		stamp.bits = bits;
		for (int i = 0; i < 80; i++)
			bits[i] = (uint8_t)(i % 4 * 8 >= stamp.width ? 0 : next_random(&seed));
		for (int row = 0; row < 20; row++) /* nothing beyond the width */
			bits[row * 4 + (stamp.width - 1) / 8] &= (uint8_t)(0xff << (7 - (stamp.width - 1) % 8));
		bt_bitmap_init(&fast, 64);
		bt_bitmap_init(&slow, 64);
		assert_int_equal(bt_bitmap_extend(&fast, 40), BT_OK);
		assert_int_equal(bt_bitmap_extend(&slow, 40), BT_OK);
		bt_bitmap_fill(&fast, 5, -3, 70, 30);
		for (int row = 0; row < 27; row++)
			for (int column = 5; column < 64; column++)
				bt_bitmap_set(&slow, column, row, true);
		(black ? bt_bitmap_print : bt_bitmap_erase)(&fast, &stamp, x, y);
		for (int row = 0; row < 20; row++)
			for (int column = 0; column < stamp.width; column++)
				if (is_black(&stamp, column, row))
					bt_bitmap_set(&slow, x + column, y + row, black);
		assert_same(&fast, &slow);
		bt_bitmap_fini(&fast);
		bt_bitmap_fini(&slow);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pictures, close_pictures)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_lines_stay_on_every_paper),
	    TEST(test_no_picture_is_wider_than_the_paper),
	    TEST(test_what_is_no_picture_is_none),
	    TEST(test_what_was_read_is_kept),
	    TEST(test_folder),
	    TEST(test_a_picture_stands_in_the_middle),
	    TEST(test_steps_stand_beside_their_pictures),
	    TEST(test_without_pictures_steps_are_sentences),
	    TEST(test_a_slip_looks_the_same_whatever_came_before),
	    TEST(test_stamps_put_the_same_dots_as_dots),
	};
	return cmocka_run_group_tests(tests, open_parts, close_parts);
}
