/* Slips of any text, as ESC/POS: read command by command, they hold nothing but the driver's own commands and pictures.
 * rooms: printer core/receipt core/qr core/money core/base */
#include <assert.h>
#include <stdlib.h>

#include "printer/driver.h"
#include "tests/fuzz/input.h"

#define LINES_MAX 12

/* One row per command a slip may hold: its bytes, how many figures follow them, whether a picture follows those. */
static const struct command {
	uint8_t bytes[4];
	size_t len, figures;
	bool picture;
} commands[] = {
    {{0x1b, 0x40}, 2, 0, false},             /* initialise */
    {{0x1c, 0x2e}, 2, 0, false},             /* leave Kanji */
    {{0x1b, 0x70, 0x00}, 3, 2, false},       /* drawer */
    {{0x1b, 0x4a}, 2, 1, false},             /* feed */
    {{0x1d, 0x76, 0x30, 0x00}, 4, 4, true},  /* raster */
    {{0x1d, 0x56, 0x42, 0x00}, 4, 0, false}, /* feed and cut */
    {{0x1b, 0x64}, 2, 1, false},             /* feed to the tear bar */
};

#define DRAWER (&commands[2])

static struct bt_raster *find_raster(void)
{
	static struct bt_raster *raster;

	if (!raster && bt_raster_open(BATTI_SOURCE_DIR "/assets/fonts/Lohit-Devanagari.ttf", &raster, NULL) != BT_OK)
		abort();
	return raster;
}

static const struct bt_prn_profile *pick_profile(uint8_t pick)
{
	static const char *const ids[] = {"generic-80", "generic-58", "generic-512", "generic-80-tear"};
	const struct bt_prn_profile *profile = bt_prn_profile_find(ids[pick % 4]);

	assert(profile != NULL);
	return profile;
}

static const struct command *find_command(struct bt_bytes bytes, size_t at)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (bytes.len - at >= commands[i].len + commands[i].figures &&
		    memcmp(bytes.data + at, commands[i].bytes, commands[i].len) == 0)
			return &commands[i];
	return NULL;
}

/* Printers obey these three anywhere, even inside a picture; so the whole slip is searched. */
static void check_no_real_time(struct bt_bytes bytes)
{
	for (size_t i = 0; i + 1 < bytes.len; i++)
		assert(!(bytes.data[i] == 0x10 &&
			 (bytes.data[i + 1] == 0x04 || bytes.data[i + 1] == 0x05 || bytes.data[i + 1] == 0x14)));
}

/* @return the length of the picture whose size stands at @p figures. */
static size_t check_picture(const struct bt_prn_profile *profile, const uint8_t *figures)
{
	size_t width = figures[0] + ((size_t)figures[1] << 8), rows = figures[2] + ((size_t)figures[3] << 8);

	assert(width >= 1 && width <= (size_t)profile->width_dots / 8);
	assert(rows >= 1 && rows <= (size_t)profile->band_rows);
	return width * rows;
}

static void check_bytes(const struct bt_prn_sheet *sheet, struct bt_bytes bytes)
{
	size_t at = 0;
	int drawers = 0;

	while (sheet->after_broken && at < bytes.len && bytes.data[at] == 0)
		at++;
	while (at < bytes.len) {
		const struct command *command = find_command(bytes, at);

		assert(command != NULL);
		drawers += command == DRAWER;
		at += command->len;
		size_t picture = command->picture ? check_picture(sheet->profile, bytes.data + at) : 0;
		at += command->figures + picture;
		assert(at <= bytes.len);
	}
	assert(drawers == (sheet->open_drawer && sheet->profile->drawer));
	check_no_real_time(bytes);
}

static void take_line(struct input *input, struct bt_receipt_line *out)
{
	uint8_t shape = take_byte(input);

	out->kind = (shape & 15) % (BT_LINE_END + 1);
	out->bold = (shape & 16) != 0;
	take_text(input, take_byte(input), out->left, sizeof out->left);
	take_text(input, take_byte(input), out->right, sizeof out->right);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bt_receipt receipt;
	struct input input = {data, size};
	uint8_t shape = take_byte(&input);
	struct bt_prn_sheet sheet = {.receipt = &receipt,
				     .profile = pick_profile(shape),
				     .raster = find_raster(),
				     .open_drawer = (shape & 4) != 0,
				     .after_broken = (shape & 8) != 0};
	struct bt_buf out;
	enum bt_err err;

	receipt = (struct bt_receipt){.copy = shape >> 6};
	while (input.len > 0 && receipt.count < LINES_MAX)
		take_line(&input, &receipt.lines[receipt.count++]);
	bt_buf_init(&out, BT_PRN_MAX_BYTES);
	err = bt_prn_escpos.render(&sheet, &out, NULL);
	assert(err == BT_OK || err == BT_EFULL || err == BT_EINPUT);
	if (err == BT_OK)
		check_bytes(&sheet, bt_buf_view(&out));
	bt_buf_fini(&out);
	return 0;
}
