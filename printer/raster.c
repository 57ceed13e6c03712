#include "printer/raster.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-ft.h>
#include <hb.h>
#include <stdlib.h>
#include <string.h>

#define UNITS 64 /* of FreeType and HarfBuzz: 26.6 fixed point */
#define LOAD  (FT_LOAD_NO_BITMAP | FT_LOAD_NO_HINTING | FT_LOAD_TARGET_MONO)
/* The face has one weight, thin for a thermal head: every stem is thickened by this part of the em. */
#define REGULAR_PART 40
#define BOLD_PART    17

struct bt_raster {
	FT_Library library;
	FT_Face face;
	hb_font_t *font;
	hb_buffer_t *buffer;
	int px; /* size the face is set to */
};

enum bt_err bt_raster_open(const char *font_path, struct bt_raster **out, struct bt_fault *fault)
{
	enum bt_err err = BT_ENOMEM;
	struct bt_raster *raster = calloc(1, sizeof(*raster));
	if (raster == NULL)
		return bt_fault_set(fault, BT_ENOMEM, 0, "font");
	if (FT_Init_FreeType(&raster->library) != 0)
		goto out;
	int failed = FT_New_Face(raster->library, font_path, 0, &raster->face);
	if (failed != 0 || !FT_IS_SCALABLE(raster->face) || FT_Set_Pixel_Sizes(raster->face, 0, UNITS) != 0) {
		err = bt_fault_set(fault, BT_ENOTFOUND, failed, "no font in %s", font_path);
		goto out;
	}
	raster->font = hb_ft_font_create_referenced(raster->face);
	hb_ft_font_set_load_flags(raster->font, LOAD);
	raster->buffer = hb_buffer_create();
	if (!hb_buffer_allocation_successful(raster->buffer))
		goto out;
	*out = raster;
	return BT_OK;
out:
	bt_raster_close(raster);
	return err == BT_ENOTFOUND ? err : bt_fault_set(fault, err, 0, "font");
}

void bt_raster_close(struct bt_raster *raster)
{
	if (raster == NULL)
		return;
	hb_buffer_destroy(raster->buffer);
	hb_font_destroy(raster->font);
	if (raster->face != NULL)
		(void)FT_Done_Face(raster->face);
	if (raster->library != NULL)
		(void)FT_Done_FreeType(raster->library);
	free(raster);
}

static void set_size(struct bt_raster *raster, int px)
{
	if (raster->px == px)
		return;
	(void)FT_Set_Pixel_Sizes(raster->face, 0, (FT_UInt)px); /* scalable: any size is there */
	hb_ft_font_changed(raster->font);
	raster->px = px;
}

static int32_t find_thickening(struct bt_raster_style style)
{
	return style.px * UNITS / (style.bold ? BOLD_PART : REGULAR_PART);
}

/* ---- shaping ------------------------------------------------------------------------------------------------------
 */

enum script { SCRIPT_ANY, SCRIPT_LATIN, SCRIPT_DEVANAGARI };

/* Digits and Latin go together, so that no rule of the Devanagari script touches a figure. Blanks and marks of
 * joining belong to whatever stands before them. */
static enum script classify(uint32_t c)
{
	if (c == ' ' || c == 0x200c || c == 0x200d)
		return SCRIPT_ANY;
	return c >= 0x0900 && c <= 0x097f ? SCRIPT_DEVANAGARI : SCRIPT_LATIN;
}

/* Length of the piece of @p text that has one script. */
static size_t find_piece(const char *text, size_t len, enum script *out)
{
	size_t at = 0;
	*out = SCRIPT_ANY;
	while (at < len) {
		uint32_t c = 0;
		int used = bt_utf8_next(text + at, len - at, &c);
		if (used == 0)
			break;
		enum script script = used < 0 ? SCRIPT_ANY : classify(c);
		if (script != SCRIPT_ANY && *out != SCRIPT_ANY && script != *out)
			break;
		if (script != SCRIPT_ANY)
			*out = script;
		at += used < 0 ? 1 : (size_t)used;
	}
	return at;
}

static void append_glyphs(struct bt_raster *raster, const char *text, int32_t widen, struct bt_raster_run *out)
{
	unsigned count = 0;
	const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(raster->buffer, &count);
	const hb_glyph_position_t *places = hb_buffer_get_glyph_positions(raster->buffer, &count);
	for (unsigned i = 0; i < count && out->count < BT_RASTER_GLYPHS; i++) {
		out->glyphs[out->count++] = (struct bt_raster_glyph){
		    .id = infos[i].codepoint,
		    .at = infos[i].cluster,
		    .advance = places[i].x_advance + (places[i].x_advance > 0 ? widen : 0),
		    .dx = places[i].x_offset,
		    .dy = places[i].y_offset,
		    .blank = text[infos[i].cluster] == ' ',
		};
	}
}

enum bt_err bt_raster_shape(struct bt_raster *raster, struct bt_raster_style style, const char *text,
			    struct bt_raster_run *out)
{
	size_t len = strlen(text);
	out->style = style;
	out->count = 0;
	set_size(raster, style.px);
	for (size_t at = 0; at < len;) {
		enum script script;
		size_t piece = find_piece(text + at, len - at, &script);
		bool devanagari = script == SCRIPT_DEVANAGARI;
		hb_buffer_clear_contents(raster->buffer);
		hb_buffer_add_utf8(raster->buffer, text, (int)len, (unsigned)at, (int)piece);
		hb_buffer_set_direction(raster->buffer, HB_DIRECTION_LTR);
		hb_buffer_set_script(raster->buffer, devanagari ? HB_SCRIPT_DEVANAGARI : HB_SCRIPT_LATIN);
		hb_buffer_set_language(raster->buffer, hb_language_from_string(devanagari ? "hi" : "en", -1));
		hb_shape(raster->font, raster->buffer, NULL, 0);
		if (!hb_buffer_allocation_successful(raster->buffer))
			return BT_ENOMEM;
		/* The head line of Devanagari joins by itself; Latin letters must move apart to stay apart. */
		append_glyphs(raster, text, devanagari ? 0 : find_thickening(style), out);
		at += piece;
	}
	return BT_OK;
}

/* ---- measuring ----------------------------------------------------------------------------------------------------
 */

static int round_up(int32_t units)
{
	return (units + UNITS - 1) / UNITS;
}

int bt_raster_width(const struct bt_raster_run *run, int from, int to)
{
	int32_t units = 0;
	for (int i = from; i < to; i++)
		units += run->glyphs[i].advance;
	return round_up(units);
}

static int skip_blanks(const struct bt_raster_run *run, int at)
{
	while (at < run->count && run->glyphs[at].blank)
		at++;
	return at;
}

int bt_raster_fit(const struct bt_raster_run *run, int from, int max, int *next)
{
	int at_blank = -1;
	int at_cluster = from + 1;
	int32_t units = 0;
	for (int i = from; i < run->count; i++) {
		if (run->glyphs[i].blank)
			at_blank = i;
		else if (i > from && run->glyphs[i].at != run->glyphs[i - 1].at)
			at_cluster = i;
		units += run->glyphs[i].advance;
		if (round_up(units) <= max || run->glyphs[i].blank)
			continue;
		int end = at_blank > from ? at_blank : at_cluster;
		*next = skip_blanks(run, end);
		return end;
	}
	*next = run->count;
	int end = run->count;
	while (end > from && run->glyphs[end - 1].blank)
		end--;
	return end;
}

void bt_raster_metrics(const struct bt_raster *raster, int px, int *ascent, int *descent)
{
	int em = raster->face->units_per_EM;
	*ascent = (raster->face->ascender * px + em - 1) / em;
	*descent = (-raster->face->descender * px + em - 1) / em;
}

/* ---- painting -----------------------------------------------------------------------------------------------------
 */

static void copy_dots(const FT_GlyphSlot slot, int x, int baseline, enum bt_raster_ink ink, struct bt_bitmap *out)
{
	const FT_Bitmap *dots = &slot->bitmap;
	for (int row = 0; row < (int)dots->rows; row++) {
		const uint8_t *bytes = dots->buffer + row * dots->pitch;
		for (int column = 0; column < (int)dots->width; column++)
			if ((bytes[column / 8] & (0x80 >> (column % 8))) != 0)
				bt_bitmap_set(out, x + slot->bitmap_left + column, baseline - slot->bitmap_top + row,
					      ink == BT_INK_BLACK);
	}
}

enum bt_err bt_raster_paint(struct bt_raster *raster, const struct bt_raster_run *run, int from, int to, int x,
			    int baseline, struct bt_bitmap *out)
{
	int32_t pen = x * UNITS;
	set_size(raster, run->style.px);
	for (int i = from; i < to; i++) {
		const struct bt_raster_glyph *glyph = &run->glyphs[i];
		FT_GlyphSlot slot = raster->face->glyph;
		if (FT_Load_Glyph(raster->face, glyph->id, LOAD) != 0)
			return BT_ENOMEM;
		(void)FT_Outline_Embolden(&slot->outline, find_thickening(run->style));
		/* The part of a dot goes into the outline: rounding the pen would break the head line of a word. */
		int32_t at = pen + glyph->dx;
		FT_Outline_Translate(&slot->outline, at & (UNITS - 1), glyph->dy);
		if (FT_Render_Glyph(slot, FT_RENDER_MODE_MONO) != 0)
			return BT_ENOMEM;
		copy_dots(slot, at >> 6, baseline, run->style.ink, out);
		pen += glyph->advance;
	}
	return BT_OK;
}
