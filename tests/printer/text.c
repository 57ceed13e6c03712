#include "tests/printer/text.h"

#include "tests/printer/command.h"
#include "tests/printer/glyph.h"

#define USUAL_SPACING 30

void sim_text_reset(struct sim_device *device)
{
	device->style =
	    (struct sim_style){.wide = 1, .high = 1, .spacing = USUAL_SPACING, .area = device->options.width};
	sim_dots_clear(&device->line);
	device->line_x = device->line_high = 0;
}

int sim_text_start(const struct sim_device *device, int width)
{
	const struct sim_style *style = &device->style;
	int spare = style->area > width ? style->area - width : 0;

	return style->left + (style->align == 0 ? 0 : style->align == 1 ? spare / 2 : spare);
}

static void make_room(struct sim_device *device, int rows)
{
	sim_dots_extend(&device->line, SIM_LINE_ROWS);
	device->line_high = rows > device->line_high ? rows : device->line_high;
}

static void draw_letter(struct sim_device *device, uint8_t letter, int rows)
{
	const struct sim_style *style = &device->style;
	const uint8_t *glyph = sim_glyph(letter);
	int across = style->wide * (style->small ? 1 : 2), down = style->high * (style->small ? 2 : 3);

	for (int y = 0; y < SIM_GLYPH_HEIGHT; y++)
		for (int x = 0; x < SIM_GLYPH_WIDTH; x++)
			if ((glyph[y] & 0x10 >> x) != 0)
				sim_dots_fill(&device->line, device->line_x + (x * across) + across / 2,
					      SIM_LINE_ROWS - rows + y * down, across + (style->bold ? 1 : 0), down);
}

void sim_text_letter(struct sim_device *device, uint8_t letter)
{
	const struct sim_style *style = &device->style;
	int width = style->wide * (style->small ? SIM_SMALL_WIDTH : SIM_LETTER_WIDTH) + style->gap;
	int rows = style->high * (style->small ? SIM_SMALL_ROWS : SIM_LETTER_ROWS);

	if (device->line_x + width > style->area && device->line_x > 0)
		sim_text_end_line(device);
	make_room(device, rows);
	draw_letter(device, letter, rows);
	if (style->underline)
		sim_dots_fill(&device->line, device->line_x, SIM_LINE_ROWS - 1, width, 1);
	if (style->reverse)
		sim_dots_invert(&device->line, device->line_x, SIM_LINE_ROWS - rows, width, rows);
	device->line_x += width;
	if (letter > 0x7e)
		sim_command_complain(device, "a letter that stands elsewhere in every code page");
}

static void draw_column(struct sim_device *device, const uint8_t *bytes, int tall, int wide)
{
	int scale = SIM_LETTER_ROWS / tall;

	for (int y = 0; y < tall; y++)
		if ((bytes[y / 8] & 0x80 >> y % 8) != 0)
			sim_dots_fill(&device->line, device->line_x, SIM_LINE_ROWS - SIM_LETTER_ROWS + y * scale, wide,
				      scale);
}

void sim_text_columns(struct sim_device *device, const uint8_t *bytes, int count, int tall, int wide)
{
	make_room(device, SIM_LETTER_ROWS);
	for (int i = 0; i < count; i++, device->line_x += wide)
		if (device->line_x + wide <= device->style.area)
			draw_column(device, bytes + i * (tall / 8), tall, wide);
}

static void copy_line(struct sim_device *device, int top, int start)
{
	int high = device->line_high;

	for (int y = 0; y < high; y++) {
		const uint8_t *row = sim_dots_row(&device->line, SIM_LINE_ROWS - high + y);

		for (int x = 0; x < device->line_x; x++) {
			if (x % 8 == 0 && row[x / 8 < device->line.width / 8 ? x / 8 : 0] == 0) {
				x += 7;
				continue;
			}
			if (sim_dots_get(&device->line, x, SIM_LINE_ROWS - high + y))
				sim_dots_set(&device->pending, start + x, top + y);
		}
	}
}

void sim_text_end_line(struct sim_device *device)
{
	const struct sim_style *style = &device->style;
	int rows = device->line_high > style->spacing ? device->line_high : style->spacing;
	int top = device->pending.rows;

	sim_device_feed(device, rows);
	copy_line(device, top, sim_text_start(device, device->line_x));
	sim_dots_clear(&device->line);
	device->line_x = device->line_high = 0;
}

void sim_text_flush(struct sim_device *device)
{
	if (device->line_high > 0)
		sim_text_end_line(device);
}
