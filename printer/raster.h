/* Text as dots: one line shaped, measured, broken and painted in one face.
 *
 * HarfBuzz shapes, FreeType draws in black and white without hinting, from one font file given by path; no
 * configuration of the machine has a say, so the same text gives the same dots everywhere. Native fonts of printers
 * are not used: none shapes Devanagari (facts of printing 3). A raster belongs to one thread at a time. */
#ifndef BT_PRINTER_RASTER_H
#define BT_PRINTER_RASTER_H

#include "core/base/text.h"
#include "printer/bitmap.h"

/** Glyphs a line of a receipt may have; more are dropped from its end. */
#define BT_RASTER_GLYPHS 256

struct bt_raster;

enum bt_raster_ink { BT_INK_BLACK, BT_INK_WHITE };

struct bt_raster_style {
	int px; /* the em in dots */
	bool bold;
	enum bt_raster_ink ink;
};

struct bt_raster_glyph {
	uint32_t id;
	uint32_t at;             /* byte of the text it came from; equal within a cluster */
	int32_t advance, dx, dy; /* 64ths of a dot */
	bool blank;              /* a line may end here */
};

/** A shaped line: plain value, valid as long as its raster. */
struct bt_raster_run {
	struct bt_raster_style style;
	int count;
	struct bt_raster_glyph glyphs[BT_RASTER_GLYPHS];
};

/** Load the face. @return BT_OK, BT_ENOTFOUND (no such file, or no font in it), BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_raster_open(const char *font_path, struct bt_raster **out, struct bt_fault *fault);
void bt_raster_close(struct bt_raster *raster);

/** Shape NUL-terminated @p text, split by script. @return BT_OK or BT_ENOMEM; @p out undefined then. */
BT_MUST_USE enum bt_err bt_raster_shape(struct bt_raster *raster, struct bt_raster_style style, const char *text,
					struct bt_raster_run *out);
/** Dots that glyphs @p from up to, not including, @p to need. Pure. */
int bt_raster_width(const struct bt_raster_run *run, int from, int to);
/**
 * Where the line that starts at glyph @p from ends when it may be @p max dots wide: at the last blank that fits, or
 * between clusters when one word is wider. Always advances. Pure.
 * @param[out] next the first glyph of the next line, past the blank.
 * @return the glyph one past the last of this line.
 */
int bt_raster_fit(const struct bt_raster_run *run, int from, int max, int *next);
/** Height above and below the baseline that any glyph of the face needs at @p px. */
void bt_raster_metrics(const struct bt_raster *raster, int px, int *ascent, int *descent);
/** Paint glyphs with the pen at @p x on @p baseline; dots outside the bitmap are dropped.
 *  @return BT_OK or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_raster_paint(struct bt_raster *raster, const struct bt_raster_run *run, int from, int to,
					int x, int baseline, struct bt_bitmap *out);

#endif
