/* Slips as ESC/POS: taken apart command by command, put back together as dots, and the QR read from those dots.
 * rooms: printer core/receipt core/money core/base
 * uses: zbar */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <zbar.h>

#include "printer/driver.h"
#include "printer/escpos.h"
#include "printer/layout.h"
#include "tests/unit/receipt_fixture.h"

#define PAPER_ROWS 8192

static struct bt_words *words;
static struct bt_raster *raster;
static struct bt_receipt slip;

static int open_parts(void **state)
{
	(void)state;
	if (bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) != BT_OK)
		return -1;
	return bt_raster_open(FIXTURE_FONT, &raster, NULL) == BT_OK ? 0 : -1;
}

static int close_parts(void **state)
{
	(void)state;
	bt_raster_close(raster);
	bt_words_close(words);
	return 0;
}

/* ---- a printer that knows only what the driver may say ------------------------------------------------------------
 */

struct paper {
	int width, row; /* row: where the next band starts */
	int cuts, tears, kicks, starts;
	uint8_t dark[PAPER_ROWS][576];
};

static struct paper paper;

static size_t take_raster(const uint8_t *bytes, size_t left)
{
	int wide, rows;
	assert_true(left >= 8);
	assert_int_equal(bytes[3], 0);
	wide = bytes[4] + bytes[5] * 256;
	rows = bytes[6] + bytes[7] * 256;
	assert_in_range(wide, 1, paper.width / 8);
	assert_in_range(rows, 1, 112);
	assert_true(left - 8 >= (size_t)(wide * rows));
	for (int y = 0; y < rows; y++, paper.row++)
		for (int x = 0; x < wide * 8; x++)
			paper.dark[paper.row][x] = (bytes[8 + y * wide + x / 8] >> (7 - x % 8)) & 1;
	return 8 + (size_t)(wide * rows);
}

static size_t take_command(const uint8_t *bytes, size_t left, int feed_units)
{
	static const uint8_t init[] = {0x1b, 0x40, 0x1c, 0x2e}, kick[] = {0x1b, 0x70, 0x00, 0x19, 0xfa};
	static const uint8_t cut[] = {0x1d, 0x56, 0x42, 0x00}, tear[] = {0x1b, 0x64, 0x04}, feed[] = {0x1b, 0x4a};
	static const uint8_t band[] = {0x1d, 0x76, 0x30};
#define IS(form) (left >= sizeof(form) && memcmp(bytes, form, sizeof(form)) == 0)
	if (IS(init))
		return paper.starts++, sizeof(init);
	if (IS(kick))
		return paper.kicks++, sizeof(kick);
	if (IS(cut))
		return paper.cuts++, sizeof(cut);
	if (IS(tear))
		return paper.tears++, sizeof(tear);
	if (IS(feed) && left > 2) {
		assert_int_not_equal(feed_units, 0);
		assert_int_equal(bytes[2] % feed_units, 0);
		paper.row += bytes[2] / feed_units;
		return 3;
	}
	assert_true(IS(band)); /* nothing else may be there */
	return take_raster(bytes, left);
#undef IS
}

static void assert_no_look_alike(struct bt_bytes bytes)
{
	for (size_t i = 0; i + 1 < bytes.len; i++)
		if (bytes.data[i] == 0x10)
			assert_false(bytes.data[i + 1] == 0x04 || bytes.data[i + 1] == 0x05 ||
				     bytes.data[i + 1] == 0x14);
}

static void print_bytes(const struct bt_prn_profile *profile, struct bt_bytes bytes)
{
	memset(&paper, 0, sizeof(paper));
	paper.width = profile->width_dots;
	for (size_t at = 0; at < bytes.len;)
		at += take_command(bytes.data + at, bytes.len - at, profile->feed_units_per_dot);
	assert_no_look_alike(bytes);
}

/* ---- the slips ----------------------------------------------------------------------------------------------------
 */

static struct bt_receipt_facts (*const fixtures[])(void) = {fixture_token, fixture_docket, fixture_credit,
							    fixture_training};

static void render(const struct bt_prn_profile *profile, const struct bt_receipt_facts *facts,
		   enum bt_receipt_lang lang, struct bt_buf *out)
{
	struct bt_prn_sheet sheet = {.receipt = &slip, .profile = profile, .raster = raster};
	assert_int_equal(bt_receipt_compose(facts, words, lang, &slip), BT_OK);
	bt_buf_init(out, BT_PRN_MAX_BYTES);
	assert_int_equal(bt_prn_escpos.render(&sheet, out, NULL), BT_OK);
}

static void draw(const struct bt_prn_profile *profile, struct bt_bitmap *out)
{
	struct bt_prn_sheet sheet = {.receipt = &slip, .profile = profile, .raster = raster};
	bt_bitmap_init(out, profile->width_dots);
	assert_int_equal(bt_layout_draw(&sheet, out), BT_OK);
}

/* At most one dot in 10 000 may differ from the drawing: the nudged ones. */
static void assert_paper_is(const struct bt_bitmap *drawn)
{
	int different = 0;
	assert_int_equal(paper.row, drawn->rows);
	for (int y = 0; y < drawn->rows; y++)
		for (int x = 0; x < drawn->width; x++)
			different += paper.dark[y][x] != bt_bitmap_is_black(drawn, x, y);
	assert_true(different * 10000 <= drawn->rows * drawn->width);
}

static void test_paper_shows_what_was_drawn(void **state)
{
	(void)state;
	for (const struct bt_prn_profile *profile = bt_prn_profiles; profile->id[0] != '\0'; profile++) {
		if (strcmp(profile->driver, "escpos") != 0)
			continue;
		for (size_t i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++) {
			struct bt_receipt_facts facts = fixtures[i]();
			struct bt_buf bytes;
			struct bt_bitmap drawn;
			render(profile, &facts, BT_RECEIPT_BOTH, &bytes);
			print_bytes(profile, bt_buf_view(&bytes));
			draw(profile, &drawn);
			assert_paper_is(&drawn);
			assert_int_equal(paper.starts, 1);
			assert_int_equal(paper.cuts, profile->cutter);
			assert_int_equal(paper.tears, !profile->cutter);
			assert_int_equal(paper.kicks, 0);
			bt_bitmap_fini(&drawn);
			bt_buf_fini(&bytes);
		}
	}
}

static void assert_qr_on_paper(const char *payload)
{
	unsigned size = (unsigned)(paper.width * paper.row);
	uint8_t *grey = malloc(size);
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	assert_non_null(grey);
	for (int y = 0; y < paper.row; y++)
		for (int x = 0; x < paper.width; x++)
			grey[y * paper.width + x] = paper.dark[y][x] ? 0 : 255;
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)paper.width, (unsigned)paper.row);
	zbar_image_set_data(image, grey, size, NULL);
	assert_int_equal(zbar_scan_image(scanner, image), 1);
	assert_string_equal(zbar_symbol_get_data(zbar_image_first_symbol(image)), payload);
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
	free(grey);
}

static void test_qr_is_read_from_every_paper(void **state)
{
	static const int widths[] = {384, 512, 576};
	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		const struct bt_prn_profile *profile = bt_prn_profile_by_width(widths[i]);
		for (int copy = 1; copy <= 2; copy++) {
			struct bt_receipt_facts facts = fixture_token();
			struct bt_buf bytes;
			facts.copy = copy;
			render(profile, &facts, BT_RECEIPT_HI, &bytes);
			print_bytes(profile, bt_buf_view(&bytes));
			assert_qr_on_paper(FIXTURE_PROOF);
			bt_buf_fini(&bytes);
		}
	}
}

static void test_drawer_opens_only_when_told(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	const struct bt_prn_profile *profile = bt_prn_profile_find("generic-80");
	struct bt_prn_profile without = *profile;
	struct bt_prn_sheet sheet = {.receipt = &slip, .profile = profile, .raster = raster, .open_drawer = true};
	struct bt_buf bytes;
	(void)state;
	bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_EN, &slip), BT_OK);
	assert_int_equal(bt_prn_escpos.render(&sheet, &bytes, NULL), BT_OK);
	print_bytes(profile, bt_buf_view(&bytes));
	assert_int_equal(paper.kicks, 1);
	without.drawer = false;
	sheet.profile = &without;
	bt_buf_clear(&bytes);
	assert_int_equal(bt_prn_escpos.render(&sheet, &bytes, NULL), BT_OK);
	print_bytes(&without, bt_buf_view(&bytes));
	assert_int_equal(paper.kicks, 0);
	bt_buf_fini(&bytes);
}

static void test_after_a_break_a_whole_band_is_filled(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	const struct bt_prn_profile *profile = bt_prn_profile_find("generic-80");
	struct bt_prn_sheet sheet = {.receipt = &slip, .profile = profile, .raster = raster, .after_broken = true};
	struct bt_buf bytes;
	size_t zeros = 0;
	(void)state;
	bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_EN, &slip), BT_OK);
	assert_int_equal(bt_prn_escpos.render(&sheet, &bytes, NULL), BT_OK);
	while (bytes.data[zeros] == 0)
		zeros++;
	assert_true(zeros >= (size_t)(profile->band_rows * profile->width_dots / 8));
	print_bytes(profile, (struct bt_bytes){bytes.data + zeros, bytes.len - zeros});
	bt_buf_fini(&bytes);
}

/* ---- pictures of nothing in particular ----------------------------------------------------------------------------
 */

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Bytes of the dangerous pairs are common, so that they meet within rows and across row ends. */
static void scatter(struct bt_bitmap *bitmap, uint32_t *seed)
{
	static const uint8_t picks[] = {0x10, 0x04, 0x05, 0x14, 0x00, 0x10, 0x1b, 0x1d};
	for (int i = 0; i < bitmap->rows * bitmap->stride; i++) {
		uint32_t r = next_random(seed);
		bitmap->bits[i] = (r & 0x100) != 0 ? picks[r % 8] : (uint8_t)(r >> 16);
	}
}

static void test_no_picture_commands_the_printer(void **state)
{
	uint32_t seed = 1;
	const struct bt_prn_profile *const profiles[] = {bt_prn_profile_find("generic-58"),
							 bt_prn_profile_find("generic-80")};
	(void)state;
	for (int round = 0; round < 300; round++) {
		const struct bt_prn_profile *profile = profiles[round % 2];
		struct bt_bitmap bitmap;
		struct bt_buf bytes;
		bt_bitmap_init(&bitmap, profile->width_dots);
		bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
		assert_int_equal(bt_bitmap_extend(&bitmap, 1 + (int)(next_random(&seed) % 300)), BT_OK);
		scatter(&bitmap, &seed);
		assert_int_equal(bt_escpos_put_bitmap(profile, &bitmap, &bytes), BT_OK);
		print_bytes(profile, bt_buf_view(&bytes));
		for (int y = 0; y < bitmap.rows; y++) /* dots are only added */
			for (int x = 0; x < bitmap.width; x++)
				assert_true(paper.dark[y][x] >= bt_bitmap_is_black(&bitmap, x, y));
		bt_buf_fini(&bytes);
		bt_bitmap_fini(&bitmap);
	}
}

/* The reason why a nudge never spoils a QR: no byte of one has a lone dot in its fourth place. */
static void test_modules_never_make_a_lone_dot(void **state)
{
	(void)state;
	for (int width = 384; width <= 576; width += 64) {
		struct bt_bitmap drawn;
		struct bt_receipt_facts facts = fixture_token();
		if (bt_prn_profile_by_width(width) == NULL)
			continue;
		assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_EN, &slip), BT_OK);
		int at = 0;
		while (slip.lines[at].kind != BT_LINE_QR)
			at++;
		slip.lines[0] = slip.lines[at];
		slip.count = 1;
		draw(bt_prn_profile_by_width(width), &drawn);
		for (int i = 0; i < drawn.rows * drawn.stride; i++)
			assert_int_not_equal(drawn.bits[i], 0x10);
		bt_bitmap_fini(&drawn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paper_shows_what_was_drawn),
	    cmocka_unit_test(test_qr_is_read_from_every_paper),
	    cmocka_unit_test(test_drawer_opens_only_when_told),
	    cmocka_unit_test(test_after_a_break_a_whole_band_is_filled),
	    cmocka_unit_test(test_no_picture_commands_the_printer),
	    cmocka_unit_test(test_modules_never_make_a_lone_dot),
	};
	return cmocka_run_group_tests(tests, open_parts, close_parts);
}
