#include "ui/command/scan_image.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "core/base/file.h"
#include "core/base/text.h"

#define FILE_MAX   ((size_t)32 << 20)
#define PIXELS_MAX ((size_t)64 << 20)
/* Pictures are often cut close to the code, and a reader needs its quiet zone: 4 modules of up to 16 dots. */
#define BORDER 64

/* Grey, one byte a pixel, with a white border. */
struct picture {
	unsigned width, height;
	uint8_t *grey;
};

static enum bt_err make_picture(unsigned width, unsigned height, struct picture *out)
{
	size_t wide = (size_t)width + 2 * BORDER, high = (size_t)height + 2 * BORDER;

	if (width == 0 || height == 0)
		return BT_EFORMAT;
	if (wide > PIXELS_MAX / high)
		return BT_EFULL;
	out->grey = malloc(wide * high);
	if (!out->grey)
		return BT_ENOMEM;
	memset(out->grey, 255, wide * high);
	out->width = (unsigned)wide;
	out->height = (unsigned)high;
	return BT_OK;
}

static uint8_t *find_inside(const struct picture *picture)
{
	return picture->grey + (size_t)BORDER * picture->width + BORDER;
}

/* What is transparent is paper. */
static enum bt_err read_png(struct bt_bytes file, struct picture *out)
{
	static const png_color paper = {255, 255, 255};
	png_image image = {.version = PNG_IMAGE_VERSION};
	enum bt_err err = BT_EFORMAT;

	if (!png_image_begin_read_from_memory(&image, file.data, file.len))
		return BT_EFORMAT;
	image.format = PNG_FORMAT_GRAY;
	err = make_picture(image.width, image.height, out);
	if (!err && !png_image_finish_read(&image, &paper, find_inside(out), (png_int_32)out->width, NULL))
		err = BT_EFORMAT;
	png_image_free(&image);
	return err;
}

/* Width and height stand in the first frame header: FF C0 to CF, but for C4, C8 and CC (ITU-T T.81, B.2.2). */
static enum bt_err find_jpeg_size(struct bt_bytes file, unsigned *width, unsigned *height)
{
	for (size_t at = 2; at + 9 < file.len && file.data[at] == 0xFF;) {
		unsigned marker = file.data[at + 1];

		if (marker == 0xFF) {
			at++;
		} else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
			*height = (unsigned)file.data[at + 5] << 8 | file.data[at + 6];
			*width = (unsigned)file.data[at + 7] << 8 | file.data[at + 8];
			return BT_OK;
		} else {
			at += 2 + ((size_t)file.data[at + 2] << 8 | file.data[at + 3]);
		}
	}
	return BT_EFORMAT;
}

static zbar_image_t *wrap(unsigned width, unsigned height, const char *format, const void *data, size_t len)
{
	zbar_image_t *image = zbar_image_create();

	if (!image)
		return NULL;
	zbar_image_set_format(image, (unsigned long)format[0] | (unsigned long)format[1] << 8 |
					 (unsigned long)format[2] << 16 | (unsigned long)format[3] << 24);
	zbar_image_set_size(image, width, height);
	zbar_image_set_data(image, data, len, NULL);
	return image;
}

/* The library of the scanner unpacks it. */
static enum bt_err read_jpeg(struct bt_bytes file, struct picture *out)
{
	unsigned width = 0, height = 0;
	zbar_image_t *packed, *grey = NULL;
	enum bt_err err = find_jpeg_size(file, &width, &height);

	if (!err)
		err = make_picture(width, height, out);
	if (err)
		return err;
	packed = wrap(width, height, "JPEG", file.data, file.len);
	if (packed)
		grey = zbar_image_convert(packed, (unsigned long)'Y' | (unsigned long)'8' << 8 |
						      (unsigned long)'0' << 16 | (unsigned long)'0' << 24);
	if (!grey || zbar_image_get_width(grey) != width || zbar_image_get_height(grey) != height ||
	    zbar_image_get_data_length(grey) < (unsigned long)width * height)
		err = BT_EFORMAT;
	for (unsigned row = 0; row < height && !err; row++)
		memcpy(find_inside(out) + (size_t)row * out->width,
		       (const uint8_t *)zbar_image_get_data(grey) + (size_t)row * width, width);
	if (grey)
		zbar_image_destroy(grey);
	if (packed)
		zbar_image_destroy(packed);
	return err;
}

static enum bt_err read_picture(struct bt_bytes file, struct picture *out)
{
	if (file.len > 8 && memcmp(file.data, "\x89PNG", 4) == 0)
		return read_png(file, out);
	if (file.len > 8 && memcmp(file.data, "\xFF\xD8\xFF", 3) == 0)
		return read_jpeg(file, out);
	return BT_EFORMAT;
}

static void keep(const char *text, struct bt_scan *out)
{
	if (out->count < BT_SCAN_MAX && bt_text_copy(out->texts[out->count], BT_SCAN_TEXT_CAP, text) == BT_OK)
		out->count++;
}

static enum bt_err scan(const struct picture *picture, struct bt_scan *out)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image =
	    wrap(picture->width, picture->height, "Y800", picture->grey, (size_t)picture->width * picture->height);
	enum bt_err err = scanner && image ? BT_OK : BT_ENOMEM;

	if (!err) {
		zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
		zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
		(void)zbar_scan_image(scanner, image);
		for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol;
		     symbol = zbar_symbol_next(symbol))
			keep(zbar_symbol_get_data(symbol), out);
	}
	if (image)
		zbar_image_destroy(image);
	if (scanner)
		zbar_image_scanner_destroy(scanner);
	return err;
}

/* Half as large, each pixel of four: takes away the noise of a photograph, and gaps between printed rows. */
static void halve(struct picture *picture)
{
	unsigned width = picture->width / 2, height = picture->height / 2;

	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			const uint8_t *at = picture->grey + (size_t)2 * y * picture->width + (size_t)2 * x;
			unsigned sum = (unsigned)at[0] + at[1] + at[picture->width] + at[picture->width + 1];

			picture->grey[(size_t)y * width + x] = (uint8_t)(sum / 4);
		}
	picture->width = width;
	picture->height = height;
}

enum bt_err bt_scan_image(const char *path, struct bt_scan *out, struct bt_fault *fault)
{
	struct picture picture = {0};
	struct bt_buf file;
	enum bt_err err;

	*out = (struct bt_scan){0};
	bt_buf_init(&file, FILE_MAX);
	err = bt_file_read(path, &file, fault);
	if (!err)
		err = read_picture(bt_buf_view(&file), &picture);
	for (int i = 0; i < 3 && !err && out->count == 0; i++) {
		if (i > 0)
			halve(&picture);
		err = scan(&picture, out);
	}
	free(picture.grey);
	bt_buf_fini(&file);
	return err ? bt_fault_set(fault, err, 0, "%.200s: %s", path, bt_err_text(err)) : BT_OK;
}
