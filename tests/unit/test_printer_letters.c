/* Slips in the printer's own letters: read command by command as a printer does, cell by cell.
 * rooms: printer core/receipt core/qr core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/qr/qr.h"
#include "printer/driver.h"
#include "printer/escpos.h"
#include "tests/unit/receipt_fixture.h"

static struct bt_raster *raster;
static struct bt_receipt slip;
static struct bt_buf bytes;

static int open_parts(void **state)
{
	(void)state;
	bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
	return bt_raster_open(FIXTURE_FONT, &raster, NULL) == BT_OK ? 0 : -1;
}

static int close_parts(void **state)
{
	(void)state;
	bt_raster_close(raster);
	bt_buf_fini(&bytes);
	return 0;
}

/* ---- a printer of letters ------------------------------------------------------------------------------------------
 */

#define ROWS_MOST 200

struct row {
	char text[128];
	int cells;  /* of font A, larger letters as many as they are wide */
	int widest; /* times a letter's width */
	bool centred, bold, reverse;
};

struct paper {
	int rows, strips, cuts, kicks;
	int align, bold, reverse, width, margin;
	int qr_margin, qr_dots;
	char qr_stored[300], qr_printed[300];
	struct row row[ROWS_MOST];
};

static struct paper paper;

static size_t take_qr(const uint8_t *at)
{
	size_t len = at[3] + at[4] * 256u;
	assert_int_equal(at[5], 0x31);
	if (at[6] == 0x43)
		paper.qr_dots = at[7];
	if (at[6] == 0x45)
		assert_int_equal(at[7], 0x31); /* M */
	if (at[6] == 0x50) {
		assert_true(len - 3 < sizeof(paper.qr_stored));
		memcpy(paper.qr_stored, at + 8, len - 3);
		paper.qr_stored[len - 3] = '\0';
	}
	if (at[6] == 0x51) {
		assert_int_equal(paper.align, 1);
		assert_int_equal(paper.row[paper.rows].cells, 0); /* at a line's start */
		memcpy(paper.qr_printed, paper.qr_stored, sizeof(paper.qr_printed));
		paper.qr_margin = paper.margin;
	}
	return 5 + len;
}

static size_t take_command(const uint8_t *at)
{
	switch (at[0] << 8 | at[1]) {
	case 0x1b40:
	case 0x1c2e:
		return 2;
	case 0x1b61:
		assert_int_equal(paper.row[paper.rows].cells, 0);
		paper.align = at[2];
		return 3;
	case 0x1b45:
		paper.bold = at[2];
		return 3;
	case 0x1d42:
		paper.reverse = at[2];
		return 3;
	case 0x1d21:
		paper.width = (at[2] >> 4) + 1;
		return 3;
	case 0x1d4c:
		paper.margin = at[2] + at[3] * 256;
		return 4;
	case 0x1d28:
		return take_qr(at);
	case 0x1d76:
		assert_int_equal(paper.align, 0);
		assert_int_equal(paper.row[paper.rows].cells, 0);
		paper.strips++;
		return 8 + (at[4] + at[5] * 256u) * (at[6] + at[7] * 256u);
	case 0x1b4a:
	case 0x1b64:
		return 3;
	case 0x1b70:
		paper.kicks++;
		return 5;
	case 0x1d56:
		paper.cuts++;
		return 4;
	default:
		fail_msg("not a command: %02x %02x", at[0], at[1]);
		return 0;
	}
}

static void take_letter(uint8_t letter)
{
	struct row *row = &paper.row[paper.rows];
	if (letter == '\n') {
		assert_true(++paper.rows < ROWS_MOST);
		return;
	}
	assert_in_range(letter, ' ', '~');
	row->text[strlen(row->text)] = (char)letter;
	row->cells += paper.width;
	row->widest = paper.width > row->widest ? paper.width : row->widest;
	row->centred = paper.align == 1;
	row->bold = paper.bold;
	row->reverse = paper.reverse;
}

static void print_bytes(const struct bt_prn_profile *profile)
{
	memset(&paper, 0, sizeof(paper));
	paper.width = 1;
	for (size_t at = 0; at < bytes.len;) {
		if (bytes.data[at] >= ' ' || bytes.data[at] == '\n')
			take_letter(bytes.data[at++]);
		else
			at += take_command(bytes.data + at);
	}
	for (int i = 0; i < paper.rows; i++)
		assert_in_range(paper.row[i].cells, 0, profile->columns);
	assert_int_equal(paper.align + paper.bold + paper.reverse + paper.margin, 0);
	assert_int_equal(paper.width, 1);
}

/* ---- slips ---------------------------------------------------------------------------------------------------------
 */

static void add(enum bt_receipt_line_kind kind, bool bold, const char *left, const char *right)
{
	struct bt_receipt_line *line = &slip.lines[slip.count++];
	*line = (struct bt_receipt_line){.kind = kind, .bold = bold};
	assert_int_equal(bt_text_copy(line->left, sizeof(line->left), left), BT_OK);
	assert_int_equal(bt_text_copy(line->right, sizeof(line->right), right), BT_OK);
}

static void begin(void)
{
	slip = (struct bt_receipt){.copy = 1};
}

static struct bt_prn_profile render(int width_dots, enum bt_prn_mode mode, bool native_qr)
{
	struct bt_prn_profile profile = *bt_prn_profile_by_width(width_dots);
	struct bt_prn_sheet sheet = {.receipt = &slip, .profile = &profile, .raster = raster};
	profile.mode = mode;
	profile.native_qr = native_qr;
	bt_buf_clear(&bytes);
	assert_int_equal(bt_prn_escpos.render(&sheet, &bytes, NULL), BT_OK);
	print_bytes(&profile);
	return profile;
}

static void test_lines_stand_in_columns(void **state)
{
	(void)state;
	begin();
	add(BT_LINE_PAIR, true, "Amount", "₹ 1,500.00");
	add(BT_LINE_PAIR, false, "Paid at the counter of the Mokama division", "0142");
	add(BT_LINE_TEXT, false, "A sentence that is longer than one row of the paper is.", "");
	add(BT_LINE_RULE, false, "", "");
	(void)render(384, BT_PRN_TEXT, false);
	assert_int_equal(paper.strips, 0);
	assert_string_equal(paper.row[0].text, "Amount               Rs 1,500.00");
	assert_true(paper.row[0].bold);
	assert_string_equal(paper.row[1].text, "Paid at the counter of the");
	assert_string_equal(paper.row[2].text, "Mokama division");
	assert_string_equal(paper.row[3].text, "                            0142");
	assert_string_equal(paper.row[4].text, "A sentence that is longer than");
	assert_string_equal(paper.row[5].text, "one row of the paper is.");
	assert_string_equal(paper.row[6].text, "--------------------------------");
	assert_int_equal(paper.rows, 7);
}

/* All five groups on rows of one form, in the largest letters of the slip. */
static void test_token_is_the_largest(void **state)
{
	static const struct {
		int width, times;
	} papers[] = {{384, 5}, {512, 6}, {576, 7}};
	(void)state;
	for (size_t p = 0; p < sizeof(papers) / sizeof(papers[0]); p++) {
		begin();
		add(BT_LINE_HEADING, true, "RECEIPT", "");
		for (int i = 0; i < 5; i++)
			add(BT_LINE_GROUP, true, (const char[]){(char)('1' + i), '\0'}, "0471");
		add(BT_LINE_DIGITS, true, "", "1111 2222 3333 4444 5555");
		(void)render(papers[p].width, BT_PRN_TEXT, false);
		assert_string_equal(paper.row[0].text, "RECEIPT");
		assert_int_equal(paper.row[0].widest, 2);
		for (int i = 1; i <= 5; i++) {
			assert_string_equal(paper.row[i].text + 1, "  0471");
			assert_int_equal(paper.row[i].text[0], '0' + i);
			assert_int_equal(paper.row[i].widest, papers[p].times);
			assert_true(paper.row[i].centred);
		}
		assert_string_equal(paper.row[6].text, "1111 2222 3333");
		assert_string_equal(paper.row[7].text, "4444 5555");
	}
}

static void test_marks_and_end(void **state)
{
	(void)state;
	begin();
	add(BT_LINE_MARK, true, "DUPLICATE, copy 2", "");
	add(BT_LINE_SPACE, false, "", "");
	add(BT_LINE_END, false, "0142-0611", "");
	(void)render(576, BT_PRN_TEXT, false);
	assert_string_equal(paper.row[0].text, "           *** DUPLICATE, copy 2 ***            ");
	assert_true(paper.row[0].reverse);
	assert_string_equal(paper.row[1].text, " "); /* never a bare end of line */
	assert_string_equal(paper.row[2].text, "==== 0142-0611 ====");
	assert_int_equal(paper.cuts, 1);
	(void)render(576, BT_PRN_HYBRID, false);
	assert_int_equal(paper.strips, 1);
	assert_string_equal(paper.row[0].text, " ");
}

static void test_what_is_letters(void **state)
{
	static const char *const said[] = {"",           "~ a-z !",   "₹ 5.00", "−₹ 214.00", "DS-I · BERC",
					   "“x” — ‘y’…", "5 × 2 → 10"};
	static const char *const drawn[] = {
	    "राशि", "x é", "\x1b@", "a\x10\x04", "\x7f", "\xff", "\xc2\x9b", "\xf0\x9f\x92\xa1", "\t"};
	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		begin();
		add(BT_LINE_TEXT, false, said[i], "");
		assert_true(bt_escpos_is_letters(&slip.lines[0]));
	}
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
		begin();
		add(BT_LINE_TEXT, false, drawn[i], "");
		add(BT_LINE_PAIR, false, "Name", drawn[i]);
		assert_false(bt_escpos_is_letters(&slip.lines[0]));
		assert_false(bt_escpos_is_letters(&slip.lines[1]));
		bt_buf_clear(&bytes);
		assert_int_equal(bt_escpos_put_letters(bt_prn_profile_by_width(576), &slip.lines[0], &bytes),
				 BT_EINPUT);
		assert_int_equal(bytes.len, 0);
		(void)render(576, BT_PRN_TEXT, true); /* print_bytes refuses what is not ours */
		assert_int_equal(paper.rows, 0);
	}
	begin();
	add(BT_LINE_QR, false, "RC1", "");
	add(BT_LINE_PICTURE, false, "logo", "");
	assert_false(bt_escpos_is_letters(&slip.lines[0]));
	assert_false(bt_escpos_is_letters(&slip.lines[1]));
}

/* Lines of dots in a row are one strip; letters between them divide it. */
static void test_hindi_goes_between_as_dots(void **state)
{
	(void)state;
	for (int mode = BT_PRN_HYBRID; mode <= BT_PRN_TEXT; mode++) {
		begin();
		add(BT_LINE_TEXT, false, "मीटर नंबर", "");
		add(BT_LINE_PAIR, false, "रकम", "₹ 500.00");
		add(BT_LINE_PAIR, false, "Amount", "₹ 500.00");
		add(BT_LINE_PAIR, false, "Name", "रमेश");
		(void)render(576, (enum bt_prn_mode)mode, false);
		assert_int_equal(paper.strips, 2);
		assert_int_equal(paper.rows, 1);
		assert_string_equal(paper.row[0].text, "Amount                                 Rs 500.00");
	}
}

/* ---- the printer's own QR ------------------------------------------------------------------------------------------
 */

static void test_own_qr_holds_the_payload(void **state)
{
	(void)state;
	begin();
	add(BT_LINE_QR, false, FIXTURE_PROOF, "");
	(void)render(576, BT_PRN_TEXT, true);
	assert_int_equal(paper.strips, 0);
	assert_string_equal(paper.qr_printed, FIXTURE_PROOF);
	assert_int_equal(paper.qr_dots, 7);
	assert_int_equal(paper.qr_margin, 0);
	slip.copy = 2;
	(void)render(576, BT_PRN_HYBRID, true);
	assert_string_equal(paper.qr_printed, FIXTURE_PROOF);
	assert_int_equal(paper.qr_margin, 16); /* half of it to the right */
	(void)render(384, BT_PRN_HYBRID, true);
	assert_int_equal(paper.qr_dots, 5); /* 57 modules if it takes it for bytes */
}

static void test_qr_is_dots_where_the_printer_has_none(void **state)
{
	(void)state;
	begin();
	add(BT_LINE_QR, false, FIXTURE_PROOF, "");
	(void)render(576, BT_PRN_TEXT, false);
	assert_true(paper.strips > 0);
	(void)render(576, BT_PRN_RASTER, true); /* a slip of dots is dots throughout */
	assert_true(paper.strips > 0);
	assert_string_equal(paper.qr_printed, "");
	begin();
	add(BT_LINE_QR, false, "a\x1b@b", "");
	(void)render(576, BT_PRN_TEXT, true);
	assert_true(paper.strips > 0);
	assert_string_equal(paper.qr_printed, "");
}

static void test_largest_size_of_a_symbol_is_known_beforehand(void **state)
{
	struct bt_qr qr;
	char text[BT_RECEIPT_TEXT];
	(void)state;
	for (size_t len = 1; len < sizeof(text); len++) {
		memset(text, 'a', len); /* no other mode has small letters */
		text[len] = '\0';
		assert_int_equal(bt_qr_encode(text, BT_QR_M, 0, &qr), BT_OK);
		assert_int_equal(bt_escpos_qr_modules(text), qr.modules);
	}
	assert_int_equal(bt_escpos_qr_modules(""), 0);
	assert_int_equal(bt_escpos_qr_modules("\n"), 0);
	assert_int_equal(bt_escpos_qr_modules("é"), 0);
}

static void test_no_line_opens_the_drawer_alone(void **state)
{
	struct bt_prn_profile profile = *bt_prn_profile_by_width(576);
	struct bt_prn_sheet sheet = {.receipt = &slip, .profile = &profile, .raster = raster, .open_drawer = true};
	(void)state;
	begin();
	for (int mode = BT_PRN_RASTER; mode <= BT_PRN_TEXT; mode++) {
		profile.mode = (enum bt_prn_mode)mode;
		bt_buf_clear(&bytes);
		assert_int_equal(bt_prn_escpos.render(&sheet, &bytes, NULL), BT_OK);
		print_bytes(&profile);
		assert_int_equal(paper.kicks, 1);
		assert_int_equal(paper.cuts + paper.rows + paper.strips, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines_stand_in_columns),
	    cmocka_unit_test(test_token_is_the_largest),
	    cmocka_unit_test(test_marks_and_end),
	    cmocka_unit_test(test_what_is_letters),
	    cmocka_unit_test(test_hindi_goes_between_as_dots),
	    cmocka_unit_test(test_own_qr_holds_the_payload),
	    cmocka_unit_test(test_qr_is_dots_where_the_printer_has_none),
	    cmocka_unit_test(test_largest_size_of_a_symbol_is_known_beforehand),
	    cmocka_unit_test(test_no_line_opens_the_drawer_alone),
	};
	return cmocka_run_group_tests(tests, open_parts, close_parts);
}
