/* Slips of any text, as ESC/POS in every mode and as plain text: read command by command, they hold nothing but the
 * driver's own commands, each where it may stand, letters that can be printed, and dots.
 * rooms: printer core/receipt core/qr core/money core/base */
#include <assert.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "printer/driver.h"
#include "printer/layout.h"
#include "tests/fuzz/input.h"

#define LINES_MAX 12

/* ---- a reader of what the driver may say, which knows each command by its bytes and its length ----------------------
 */

struct reader {
	const struct bt_prn_sheet *sheet;
	struct bt_bytes bytes;
	size_t at;
	int cells; /* of the row in hand */
	int wide;  /* times a letter's width, as set */
	int qr;    /* line of the slip whose payload comes next */
	bool stored;
	bool styled, margined, ended;
	int drawers;
};

enum place { AT_START, AMONG_LETTERS, ANYWHERE };

/* One row per command: its bytes, how many figures follow them, and who looks at those. */
struct command {
	uint8_t bytes[7];
	size_t len, figures;
	enum place place;
	void (*check)(struct reader *reader, const uint8_t *figures);
};

static void check_drawer(struct reader *reader, const uint8_t *figures)
{
	assert(figures[0] == 0x19 && figures[1] == 0xfa);
	reader->drawers++;
}

static void check_feed(struct reader *reader, const uint8_t *figures)
{
	int units = reader->sheet->profile->feed_units_per_dot;

	assert(reader->cells == 0 && units > 0 && figures[0] > 0 && figures[0] % units == 0);
}

/* Its size, and then its dots are stepped over. */
static void check_picture(struct reader *reader, const uint8_t *figures)
{
	const struct bt_prn_profile *profile = reader->sheet->profile;
	size_t width = figures[0] + ((size_t)figures[1] << 8), rows = figures[2] + ((size_t)figures[3] << 8);

	assert(reader->cells == 0 && !reader->styled && !reader->margined);
	assert(width >= 1 && width <= (size_t)profile->width_dots / 8);
	assert(rows >= 1 && rows <= (size_t)profile->band_rows);
	assert(width * rows <= reader->bytes.len - reader->at);
	reader->at += width * rows;
}

static void check_switch(struct reader *reader, const uint8_t *figures)
{
	(void)reader;
	assert(figures[0] <= 1);
}

static void check_align(struct reader *reader, const uint8_t *figures)
{
	check_switch(reader, figures);
	assert(reader->cells == 0);
	reader->styled = figures[0] != 0;
}

static void check_size(struct reader *reader, const uint8_t *figures)
{
	assert((figures[0] & 0x88) == 0);
	reader->wide = (figures[0] >> 4) + 1;
}

static void check_margin(struct reader *reader, const uint8_t *figures)
{
	assert(reader->cells == 0 && (figures[0] == 0 || figures[0] == 16) && figures[1] == 0);
	reader->margined = figures[0] != 0;
}

static void check_module(struct reader *reader, const uint8_t *figures)
{
	(void)reader;
	assert(figures[0] >= 4 && figures[0] <= 7);
}

/* A payload is the very text of the slip's next QR, and nothing that a printer would obey. */
static void check_payload(struct reader *reader, const uint8_t *figures)
{
	const struct bt_receipt *receipt = reader->sheet->receipt;
	size_t len = figures[0] + ((size_t)figures[1] << 8);

	assert(memcmp(figures + 2, "1P0", 3) == 0 && len >= 4 && len - 3 <= reader->bytes.len - reader->at);
	for (size_t i = 0; i < len - 3; i++)
		assert(reader->bytes.data[reader->at + i] >= ' ' && reader->bytes.data[reader->at + i] <= '~');
	while (reader->qr < receipt->count &&
	       (receipt->lines[reader->qr].kind != BT_LINE_QR || strlen(receipt->lines[reader->qr].left) != len - 3 ||
		memcmp(receipt->lines[reader->qr].left, reader->bytes.data + reader->at, len - 3) != 0))
		reader->qr++;
	assert(reader->qr++ < receipt->count && !reader->stored);
	reader->stored = true;
	reader->at += len - 3;
}

static void check_printed(struct reader *reader, const uint8_t *figures)
{
	(void)figures;
	assert(reader->stored && reader->cells == 0);
	reader->stored = false;
}

static void check_end(struct reader *reader, const uint8_t *figures)
{
	(void)figures;
	reader->ended = true;
}

static void check_cut(struct reader *reader, const uint8_t *figures)
{
	assert(reader->sheet->profile->cutter);
	check_end(reader, figures);
}

static void check_tear(struct reader *reader, const uint8_t *figures)
{
	assert(!reader->sheet->profile->cutter);
	check_end(reader, figures);
}

static const struct command commands[] = {
    {{0x1b, 0x40}, 2, 0, AT_START, NULL},
    {{0x1c, 0x2e}, 2, 0, AT_START, NULL},
    {{0x1b, 0x70, 0x00}, 3, 2, AT_START, check_drawer},
    {{0x1b, 0x4a}, 2, 1, ANYWHERE, check_feed},
    {{0x1d, 0x76, 0x30, 0x00}, 4, 4, ANYWHERE, check_picture},
    {{0x1b, 0x61}, 2, 1, AMONG_LETTERS, check_align},
    {{0x1b, 0x45}, 2, 1, AMONG_LETTERS, check_switch},
    {{0x1d, 0x42}, 2, 1, AMONG_LETTERS, check_switch},
    {{0x1d, 0x21}, 2, 1, AMONG_LETTERS, check_size},
    {{0x1d, 0x4c}, 2, 2, AMONG_LETTERS, check_margin},
    {{0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41}, 7, 2, AMONG_LETTERS, NULL},
    {{0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43}, 7, 1, AMONG_LETTERS, check_module},
    {{0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45}, 7, 1, AMONG_LETTERS, NULL},
    {{0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51}, 7, 1, AMONG_LETTERS, check_printed},
    {{0x1d, 0x28, 0x6b}, 3, 5, AMONG_LETTERS, check_payload},
    {{0x1d, 0x56, 0x42, 0x00}, 4, 0, ANYWHERE, check_cut},
    {{0x1b, 0x64, 0x04}, 3, 0, ANYWHERE, check_tear},
};

static const struct command *find_command(struct bt_bytes bytes, size_t at)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (bytes.len - at >= commands[i].len + commands[i].figures &&
		    memcmp(bytes.data + at, commands[i].bytes, commands[i].len) == 0)
			return &commands[i];
	return NULL;
}

static void read_letter(struct reader *reader, uint8_t letter)
{
	assert(reader->sheet->profile->mode != BT_PRN_RASTER);
	reader->cells = letter == '\n' ? 0 : reader->cells + reader->wide;
	assert(reader->cells <= reader->sheet->profile->columns);
	reader->at++;
}

static void read_command(struct reader *reader, bool started)
{
	const struct command *command = find_command(reader->bytes, reader->at);

	assert(command != NULL);
	assert(command->place != AT_START || !started);
	assert(command->place != AMONG_LETTERS || reader->sheet->profile->mode != BT_PRN_RASTER);
	const uint8_t *figures = reader->bytes.data + reader->at + command->len;
	reader->at += command->len + command->figures;
	if (command->check)
		command->check(reader, figures);
}

/* Printers obey these three anywhere, even inside a picture; so the whole slip is searched. */
static void check_no_real_time(struct bt_bytes bytes)
{
	const uint8_t *end = bytes.data + bytes.len;

	for (const uint8_t *at = memchr(bytes.data, 0x10, bytes.len); at != NULL && at + 1 < end;
	     at = memchr(at + 1, 0x10, (size_t)(end - at - 1)))
		assert(at[1] != 0x04 && at[1] != 0x05 && at[1] != 0x14);
}

static void check_bytes(const struct bt_prn_sheet *sheet, struct bt_bytes bytes)
{
	struct reader reader = {.sheet = sheet, .bytes = bytes, .wide = 1};
	bool started = false;

	while (sheet->after_broken && reader.at < bytes.len && bytes.data[reader.at] == 0)
		reader.at++;
	while (reader.at < bytes.len) {
		uint8_t byte = bytes.data[reader.at];

		assert(!reader.ended);
		started = started || !(byte == 0x1b || byte == 0x1c) || reader.drawers > 0;
		if ((byte >= ' ' && byte <= '~') || byte == '\n')
			read_letter(&reader, byte);
		else
			read_command(&reader, started);
	}
	assert(reader.ended == (sheet->receipt->count > 0) && !reader.stored);
	assert(reader.wide == 1 && reader.cells == 0 && !reader.styled && !reader.margined);
	assert(reader.drawers == (sheet->open_drawer && sheet->profile->drawer));
	check_no_real_time(bytes);
}

/* ---- other things that must hold -----------------------------------------------------------------------------------
 */

/* Why no dot of a QR is ever moved: 0x10 is not among its bytes, and that is the byte that moves. */
static void check_qr(const struct bt_prn_sheet *sheet, int line)
{
	struct bt_bitmap dots;

	bt_bitmap_init(&dots, sheet->profile->width_dots);
	if (bt_layout_draw_lines(sheet, line, line + 1, &dots) == BT_OK)
		assert(memchr(dots.bits, 0x10, (size_t)dots.rows * (size_t)dots.stride) == NULL);
	bt_bitmap_fini(&dots);
}

static void check_text(struct bt_bytes bytes)
{
	uint32_t c = 0;

	for (size_t at = 0; at < bytes.len;) {
		int used = bt_utf8_next((const char *)bytes.data + at, bytes.len - at, &c);

		assert(used > 0 && (c == '\n' || (c >= ' ' && c < 0x7f) || c >= 0xa0));
		at += (size_t)used;
	}
}

/* ---- slips ---------------------------------------------------------------------------------------------------------
 */

static struct bt_raster *find_raster(void)
{
	static struct bt_raster *raster;

	if (!raster && bt_raster_open(BATTI_SOURCE_DIR "/assets/fonts/Lohit-Devanagari.ttf", &raster, NULL) != BT_OK)
		abort();
	return raster;
}

static struct bt_pictures *find_pictures(void)
{
	static struct bt_pictures *pictures;

	if (!pictures && bt_pictures_open(BATTI_SOURCE_DIR "/assets/receipt", &pictures) != BT_OK)
		abort();
	return pictures;
}

static void take_profile(struct input *input, struct bt_prn_profile *out)
{
	static const int widths[] = {576, 384, 512, 576};
	uint8_t shape = take_byte(input), quirks = take_byte(input);
	const struct bt_prn_profile *generic = bt_prn_profile_by_width(widths[shape % 4]);

	assert(generic != NULL);
	*out = *generic;
	out->mode = (enum bt_prn_mode)(shape / 4 % 4 % (BT_PRN_TEXT + 1));
	out->native_qr = (shape & 16) != 0;
	out->cutter = (shape & 32) != 0;
	out->drawer = (shape & 64) != 0;
	out->feed_units_per_dot = quirks % 3;
	out->band_rows = 96 + quirks / 3 % 17;
}

static void take_line(struct input *input, struct bt_receipt_line *out)
{
	uint8_t shape = take_byte(input);

	out->kind = (shape & 15) % (BT_LINE_END + 1);
	out->bold = (shape & 16) != 0;
	take_text(input, take_byte(input), out->left, sizeof out->left);
	take_text(input, take_byte(input), out->right, sizeof out->right);
}

static void check_render(const struct bt_prn_driver *driver, const struct bt_prn_sheet *sheet)
{
	static struct bt_buf out = {.max = BT_PRN_MAX_BYTES};
	enum bt_err err;

	bt_buf_clear(&out);
	err = driver->render(sheet, &out, NULL);
	assert(err == BT_OK || err == BT_EFULL || err == BT_EINPUT);
	if (err == BT_OK && driver == &bt_prn_text)
		check_text(bt_buf_view(&out));
	else if (err == BT_OK)
		check_bytes(sheet, bt_buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bt_receipt receipt;
	static struct bt_prn_profile profile;
	struct input input = {data, size};
	uint8_t shape = take_byte(&input);
	struct bt_prn_sheet sheet = {.receipt = &receipt,
				     .profile = &profile,
				     .raster = find_raster(),
				     .pictures = (shape & 1) != 0 ? find_pictures() : NULL,
				     .open_drawer = (shape & 2) != 0,
				     .after_broken = (shape & 4) != 0};

	take_profile(&input, &profile);
	receipt.count = 0;
	receipt.copy = shape >> 6;
	while (input.len > 0 && receipt.count < LINES_MAX)
		take_line(&input, &receipt.lines[receipt.count++]);
	check_render((shape & 8) != 0 ? &bt_prn_text : &bt_prn_escpos, &sheet);
	for (int i = 0; i < receipt.count && (shape & 16) != 0; i++)
		if (receipt.lines[i].kind == BT_LINE_QR)
			check_qr(&sheet, i);
	return 0;
}
