#include "tests/printer/sheet.h"

#include <png.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_CAP       4096
#define BAR_LEAST_ROWS 4
#define BAR_MOST_ROWS  10
#define BARS_APART     100 /* rows from the first to the last of the two */

void sim_tale_clear(struct sim_tale *tale)
{
	tale->len = 0;
	tale->unknown = tale->complaints = tale->drawer = 0;
	tale->last_line[0] = '\0';
}

static bool hold(struct sim_tale *tale, size_t len)
{
	size_t cap = tale->cap > 0 ? tale->cap : 4096;
	char *text;

	if (tale->len + len < tale->cap)
		return true;
	if (tale->len + len >= SIM_TRACE_MOST)
		return false;
	while (cap <= tale->len + len)
		cap *= 2;
	text = realloc(tale->text, cap);
	if (text == NULL)
		return false;
	tale->text = text;
	tale->cap = cap;
	return true;
}

void sim_tale_add(struct sim_tale *tale, const char *format, ...)
{
	char line[1024];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (len < 0 || (size_t)len >= sizeof line || !hold(tale, (size_t)len))
		return;
	memcpy(tale->text + tale->len, line, (size_t)len);
	tale->len += (size_t)len;
}

/* ---- is it whole ---- */

static bool is_bar_row(const struct sim_dots *paper, int row)
{
	const uint8_t *bits = sim_dots_row(paper, row);
	int black = 0;

	for (int i = 0; i < paper->width / 8; i++)
		black += __builtin_popcount(bits[i]);
	return black * 10 >= paper->width * 9;
}

static bool is_blank_row(const struct sim_dots *paper, int row)
{
	const uint8_t *bits = sim_dots_row(paper, row);

	for (int i = 0; i < paper->width / 8; i++)
		if (bits[i] != 0)
			return false;
	return true;
}

/* Rows of the bar that ends at @p row, going up; 0 when there is none or it is no bar of an end. */
static int measure_bar(const struct sim_dots *paper, int start, int row)
{
	int rows = 0;

	while (row - rows >= start && is_bar_row(paper, row - rows))
		rows++;
	return rows >= BAR_LEAST_ROWS && rows <= BAR_MOST_ROWS ? rows : 0;
}

static bool ends_in_bars(const struct sim_dots *paper, int start, int end)
{
	int row = end - 1, lower;

	while (row >= start && is_blank_row(paper, row))
		row--;
	lower = measure_bar(paper, start, row);
	if (lower == 0)
		return false;
	for (int up = row - lower; up >= start && up > row - BARS_APART; up--)
		if (measure_bar(paper, start, up) > 0)
			return true;
	return false;
}

static bool ends_in_text(const struct sim_tale *tale)
{
	size_t len = strlen(tale->last_line);
	const char *start = tale->last_line + strspn(tale->last_line, " ");

	while (len > 0 && tale->last_line[len - 1] == ' ')
		len--;
	return strncmp(start, "====", 4) == 0 && len > 8 && strncmp(tale->last_line + len - 4, "====", 4) == 0;
}

static const char *find_end(const struct sim_device *device, int end)
{
	if (ends_in_bars(&device->paper, device->sheet_start, end))
		return "bars";
	return ends_in_text(&device->tale) ? "text" : "none";
}

/* ---- the files ---- */

static FILE *open_file(const struct sim_device *device, const char *name, const char *mode)
{
	char path[PATH_CAP];
	FILE *file;

	if (snprintf(path, sizeof path, "%s/%s", device->options.folder, name) >= (int)sizeof path)
		return NULL;
	file = fopen(path, mode);
	if (file == NULL)
		perror(path);
	return file;
}

static void write_picture(const struct sim_device *device, const char *name, int start, int end)
{
	png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_GRAY};
	size_t width = (size_t)device->paper.width;
	FILE *file = open_file(device, name, "wb");
	uint8_t *grey = calloc((size_t)(end - start), width);

	if (file != NULL && grey != NULL) {
		for (int y = start; y < end; y++)
			for (int x = 0; x < device->paper.width; x++)
				grey[(size_t)(y - start) * width + (size_t)x] =
				    sim_dots_get(&device->paper, x, y) ? 0 : 255;
		image.width = (png_uint_32)width;
		image.height = (png_uint_32)(end - start);
		if (png_image_write_to_stdio(&image, file, 0, grey, 0, NULL) == 0)
			fprintf(stderr, "printer-sim: %s: %s\n", name, image.message);
	}
	free(grey);
	if (file != NULL)
		fclose(file);
}

static void write_tale(const struct sim_device *device, const char *name, int rows)
{
	FILE *file = open_file(device, name, "w");

	if (file == NULL)
		return;
	fprintf(file, "%d dots wide, %d rows\n", device->paper.width, rows);
	fwrite(device->tale.text, 1, device->tale.len, file);
	fclose(file);
}

/* Last, so that whoever waits for the line finds the sheet. */
static void write_line(const struct sim_device *device, int end, const char *how)
{
	FILE *file = open_file(device, "prints.log", "a");

	if (file == NULL)
		return;
	fprintf(file, "sheet=%03d rows=%d cut=%s end=%s unknown=%d complaints=%d drawer=%d\n", device->sheets,
		end - device->sheet_start, how, find_end(device, end), device->tale.unknown, device->tale.complaints,
		device->tale.drawer);
	fclose(file);
}

static bool is_blank(const struct sim_device *device, int end)
{
	for (int row = device->sheet_start; row < end; row++)
		if (!is_blank_row(&device->paper, row))
			return false;
	return true;
}

/* The rows between head and blade are no sheet when the printer is switched off. */
static void write_sheet(const struct sim_device *device, int end, const char *how)
{
	char name[32];

	snprintf(name, sizeof name, "sheet-%03d.txt", device->sheets);
	write_tale(device, name, end - device->sheet_start);
	if (strcmp(how, "left") == 0 && is_blank(device, end))
		return;
	snprintf(name, sizeof name, "sheet-%03d.png", device->sheets);
	if (end > device->sheet_start)
		write_picture(device, name, device->sheet_start, end);
	write_line(device, end, how);
}

void sim_sheet_end(struct sim_device *device, int end, const char *how)
{
	if (end <= device->sheet_start && device->tale.len == 0)
		return;
	device->sheets++;
	if (device->options.folder != NULL)
		write_sheet(device, end, how);
	device->sheet_start = end;
	sim_tale_clear(&device->tale);
}
