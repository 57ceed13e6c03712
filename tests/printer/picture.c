#include "tests/printer/picture.h"

#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "tests/printer/answer.h"
#include "tests/printer/command.h"
#include "tests/printer/text.h"

#define USUAL_QR_DOTS   3
#define GRAPHICS_HEAD   10 /* m fn a bx by c xL xH yL yH */
#define GRAPHICS_STORE  112
#define GRAPHICS_PRINT  50
#define QR_KIND         49
#define QR_CHOOSE_MODEL 65
#define QR_CHOOSE_DOTS  67
#define QR_CHOOSE_LEVEL 69
#define QR_STORE        80
#define QR_PRINT        81
#define QR_SAY_SIZE     82

void sim_picture_reset(struct sim_device *device)
{
	sim_dots_clear(&device->graphics);
	device->qr_len = 0;
	device->qr_dots = USUAL_QR_DOTS;
	device->qr_level = QR_ECLEVEL_L;
}

static void draw_bits(struct sim_device *device, const uint8_t *bytes, int width, int start, int wide, int top,
		      int high)
{
	for (int x = 0; x < width; x++) {
		if (x % 8 == 0 && bytes[x / 8] == 0) {
			x += 7;
			continue;
		}
		if ((bytes[x / 8] & 0x80 >> x % 8) != 0)
			sim_dots_fill(&device->pending, start + x * wide, top, wide, high);
	}
}

/* The usual case, a whole row at the left, without a loop over its dots. */
static bool copy_row(struct sim_device *device, const uint8_t *bytes, size_t len, int start, int top)
{
	size_t fits = (size_t)device->pending.width / 8;

	if (start % 8 != 0)
		return false;
	fits -= (size_t)start / 8 < fits ? (size_t)start / 8 : fits;
	memcpy(sim_dots_row(&device->pending, top) + start / 8, bytes, len < fits ? len : fits);
	return true;
}

void sim_picture_row(struct sim_device *device, const uint8_t *bytes, size_t len, unsigned scale)
{
	int wide = (scale & 1) != 0 ? 2 : 1, high = (scale & 2) != 0 ? 2 : 1;
	int width = (int)len * 8, top = device->pending.rows;
	int start = sim_text_start(device, width * wide);

	sim_device_feed(device, high);
	if (wide > 1 || high > 1 || !copy_row(device, bytes, len, start, top))
		draw_bits(device, bytes, width, start, wide, top, high);
}

/* ---- graphics ---- */

static void store_graphics(struct sim_device *device, const uint8_t *payload, size_t len)
{
	int width = payload[6] + payload[7] * 256, height = payload[8] + payload[9] * 256;
	size_t stride = ((size_t)width + 7) / 8;

	sim_command_say(device, "store %d x %d dots", width, height);
	if (len != GRAPHICS_HEAD + stride * (size_t)height || payload[2] != 48 || payload[3] < 1 || payload[3] > 2 ||
	    payload[4] < 1 || payload[4] > 2) {
		sim_command_complain(device, "graphics whose length is not that of their dots");
		return;
	}
	sim_dots_clear(&device->graphics);
	sim_dots_extend(&device->graphics, height * payload[4]);
	for (int y = 0; y < height * payload[4]; y++)
		for (int x = 0; x < width * payload[3]; x++) {
			const uint8_t *row = payload + GRAPHICS_HEAD + (size_t)(y / payload[4]) * stride;
			int at = x / payload[3];

			if ((row[at / 8] & 0x80 >> at % 8) != 0)
				sim_dots_set(&device->graphics, x, y);
		}
}

static void print_graphics(struct sim_device *device)
{
	sim_text_flush(device);
	for (int y = 0; y < device->graphics.rows; y++)
		sim_picture_row(device, sim_dots_row(&device->graphics, y), (size_t)device->graphics.width / 8, 0);
	sim_dots_clear(&device->graphics);
}

void sim_picture_graphics(struct sim_device *device, const uint8_t *payload, size_t len)
{
	int function = len >= 2 && payload[0] == 48 ? payload[1] : -1;

	if (function == GRAPHICS_STORE && len >= GRAPHICS_HEAD)
		store_graphics(device, payload, len);
	else if (function == GRAPHICS_PRINT || function == 2)
		print_graphics(device);
	else
		sim_command_complain(device, "a function of graphics that is not known");
}

/* ---- QR ---- */

static QRcode *make_symbol(const struct sim_device *device)
{
	return QRcode_encodeData((int)device->qr_len, device->qr, 0, (QRecLevel)device->qr_level);
}

static void print_symbol(struct sim_device *device)
{
	QRcode *symbol = device->qr_len > 0 ? make_symbol(device) : NULL;
	int side = symbol != NULL ? symbol->width * device->qr_dots : 0;
	int start = sim_text_start(device, side), top = device->pending.rows;

	if (symbol == NULL || side > device->style.area || device->line_high > 0) {
		sim_command_complain(device, "a symbol that is empty, too wide, or not at the start of a line");
		QRcode_free(symbol);
		return;
	}
	sim_command_say(device, "print %d modules of %d dots", symbol->width, device->qr_dots);
	sim_device_feed(device, side);
	for (int y = 0; y < symbol->width; y++)
		for (int x = 0; x < symbol->width; x++)
			if ((symbol->data[y * symbol->width + x] & 1) != 0)
				sim_dots_fill(&device->pending, start + x * device->qr_dots, top + y * device->qr_dots,
					      device->qr_dots, device->qr_dots);
	QRcode_free(symbol);
}

static void say_size(struct sim_device *device)
{
	QRcode *symbol = device->qr_len > 0 ? make_symbol(device) : NULL;
	uint8_t out[16] = {0x37, 0x36};
	int side = symbol != NULL ? symbol->width * device->qr_dots : 0;
	size_t len = 2;

	QRcode_free(symbol);
	for (int i = 0; i < 2; i++) {
		len += (size_t)(side >= 100);
		if (side >= 100)
			out[len - 1] = (uint8_t)('0' + side / 100);
		out[len++] = (uint8_t)('0' + side / 10 % 10);
		out[len++] = (uint8_t)('0' + side % 10);
		out[len++] = 0x1f;
	}
	out[len++] = 0x31;
	out[len++] = 0x1f;
	out[len++] = side > 0 && side <= device->style.area ? 0x30 : 0x31;
	out[len++] = 0;
	sim_answer(device, out, len);
}

static void store_symbol(struct sim_device *device, const uint8_t *payload, size_t len)
{
	if (len < 4 || payload[2] != 48 || len - 3 >= SIM_QR_CAP) {
		sim_command_complain(device, "a symbol of no length");
		return;
	}
	device->qr_len = len - 3;
	memcpy(device->qr, payload + 3, device->qr_len);
	sim_command_say(device, "store \"%.*s\"", device->qr_len > 100 ? 100 : (int)device->qr_len,
			(const char *)device->qr);
}

static void choose(struct sim_device *device, int function, int value)
{
	bool dots = function == QR_CHOOSE_DOTS && value >= 1 && value <= 16;
	bool level = function == QR_CHOOSE_LEVEL && value >= 48 && value <= 51;

	if (dots)
		device->qr_dots = value;
	else if (level)
		device->qr_level = value - 48;
	else if (function != QR_CHOOSE_MODEL || value != 50)
		sim_command_complain(device, "a choice for symbols that is not known");
	sim_command_say(device, "choose %d: %d", function, value);
}

void sim_picture_symbol(struct sim_device *device, const uint8_t *payload, size_t len)
{
	int function = len >= 3 && payload[0] == QR_KIND ? payload[1] : -1;

	if (function == QR_STORE)
		store_symbol(device, payload, len);
	else if (function == QR_PRINT)
		print_symbol(device);
	else if (function == QR_SAY_SIZE)
		say_size(device);
	else if (function >= 0)
		choose(device, function, payload[2]);
	else
		sim_command_complain(device, "a symbol that is not known");
}
