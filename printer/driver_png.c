#include <png.h>

#include "printer/driver.h"
#include "printer/layout.h"

/* 8 dots a millimetre, so that a viewer shows the slip at its size. */
#define DOTS_PER_METRE(profile) ((png_uint_32)(profile)->dots_per_mm * 1000)

struct png_target {
	struct bt_buf *out;
	enum bt_err err;
};

static void write_chunk(png_structp png, png_bytep data, png_size_t len)
{
	struct png_target *target = png_get_io_ptr(png);
	if (target->err == BT_OK)
		target->err = bt_buf_put(target->out, data, len);
}

static void flush_nothing(png_structp png)
{
	(void)png;
}

/* libpng leaves by longjmp: everything it could skip is in the caller. */
static void write_picture(png_structp png, png_infop info, const struct bt_prn_profile *profile,
			  const struct bt_bitmap *bitmap)
{
	png_set_IHDR(png, info, (png_uint_32)bitmap->width, (png_uint_32)bitmap->rows, 1, PNG_COLOR_TYPE_GRAY,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_pHYs(png, info, DOTS_PER_METRE(profile), DOTS_PER_METRE(profile), PNG_RESOLUTION_METER);
	png_write_info(png, info);
	png_set_invert_mono(png); /* ours: 1 is black; PNG: 1 is white */
	for (int row = 0; row < bitmap->rows; row++)
		png_write_row(png, bt_bitmap_row(bitmap, row));
	png_write_end(png, info);
}

static enum bt_err encode_picture(const struct bt_prn_profile *profile, const struct bt_bitmap *bitmap,
				  struct bt_buf *out)
{
	struct png_target target = {out, BT_OK};
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
	if (info == NULL) {
		png_destroy_write_struct(&png, NULL);
		return BT_ENOMEM;
	}
	png_set_write_fn(png, &target, write_chunk, flush_nothing);
	if (setjmp(png_jmpbuf(png)) != 0) {
		png_destroy_write_struct(&png, &info);
		return BT_ENOMEM;
	}
	write_picture(png, info, profile, bitmap);
	png_destroy_write_struct(&png, &info);
	return target.err;
}

static enum bt_err render_png(const struct bt_prn_sheet *sheet, struct bt_buf *out, struct bt_fault *fault)
{
	struct bt_bitmap bitmap;
	bt_bitmap_init(&bitmap, sheet->profile->width_dots);
	enum bt_err err = bt_layout_draw(sheet, &bitmap);
	if (err == BT_OK)
		err = encode_picture(sheet->profile, &bitmap, out);
	bt_bitmap_fini(&bitmap);
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "picture of a slip");
}

const struct bt_prn_driver bt_prn_png = {
    .id = "png",
    .extension = "png",
    .render = render_png,
};
