#include "printer/raster.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <assert.h>
#include <hb.h>
#include <stdlib.h>
#include <string.h>

#define UNITS 64 /* of FreeType and HarfBuzz: 26.6 fixed point */
#define LOAD  (FT_LOAD_NO_BITMAP | FT_LOAD_NO_HINTING | FT_LOAD_TARGET_MONO)
/* The face has one weight, thin for a thermal head: every stem is thickened by this part of the em. */
#define REGULAR_PART 40
#define BOLD_PART    17

/* Where in a dot an outline may start. Rounding to a whole dot would break the head line of a word; a quarter is less
 * than every stem is thickened by. */
#define STEPS_PER_DOT 4
#define STEP          (UNITS / STEPS_PER_DOT)

/* What was drawn and shaped before; both are emptied as a whole when full. */
#define INKED_SLOTS  2048 /* powers of two */
#define SHAPED_SLOTS 512
#define INKED_BYTES  (256 * 1024)
#define SHAPED_BYTES (192 * 1024)

/* A glyph as dots. */
struct inked {
	uint64_t key; /* 0: free */
	struct bt_stamp stamp;
	int left, top; /* of its corner, from pen and baseline, in dots */
};

/* A text as glyphs; both stand in the store of the cache. */
struct shaped {
	uint64_t key; /* 0: free */
	const char *text;
	struct bt_raster_style style;
	int count;
	const struct bt_raster_glyph *glyphs;
};

struct bt_raster {
	hb_blob_t *file;
	FT_Library library;
	FT_Face face;
	hb_face_t *shapes;
	hb_font_t *font;
	hb_buffer_t *buffer;
	hb_language_t hindi, english;
	int px; /* size the face is set to */
	int inked_count, shaped_count;
	size_t inked_len, shaped_len;
	struct inked inked[INKED_SLOTS];
	struct shaped shaped[SHAPED_SLOTS];
	uint8_t inked_store[INKED_BYTES];
	_Alignas(struct bt_raster_glyph) uint8_t shaped_store[SHAPED_BYTES];
};

/* The file is mapped once, for both libraries. */
static enum bt_err open_face(struct bt_raster *raster, const char *font_path, struct bt_fault *fault)
{
	unsigned len = 0;
	raster->file = hb_blob_create_from_file_or_fail(font_path);
	if (raster->file == NULL)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no font in %s", font_path);
	const FT_Byte *data = (const FT_Byte *)hb_blob_get_data(raster->file, &len);
	int failed = FT_New_Memory_Face(raster->library, data, (FT_Long)len, 0, &raster->face);
	if (failed != 0 || !FT_IS_SCALABLE(raster->face))
		return bt_fault_set(fault, BT_ENOTFOUND, failed, "no font in %s", font_path);
	raster->shapes = hb_face_create(raster->file, 0);
	raster->font = hb_font_create(raster->shapes);
	return BT_OK;
}

enum bt_err bt_raster_open(const char *font_path, struct bt_raster **out, struct bt_fault *fault)
{
	enum bt_err err = BT_ENOMEM;
	struct bt_raster *raster = calloc(1, sizeof(*raster));
	if (raster == NULL)
		return bt_fault_set(fault, BT_ENOMEM, 0, "font");
	if (FT_Init_FreeType(&raster->library) != 0)
		goto out;
	err = open_face(raster, font_path, fault);
	if (err != BT_OK)
		goto out;
	raster->hindi = hb_language_from_string("hi", -1);
	raster->english = hb_language_from_string("en", -1);
	raster->buffer = hb_buffer_create();
	if (!hb_buffer_allocation_successful(raster->buffer))
		err = BT_ENOMEM;
	if (err != BT_OK)
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
	hb_face_destroy(raster->shapes);
	if (raster->face != NULL)
		(void)FT_Done_Face(raster->face);
	if (raster->library != NULL)
		(void)FT_Done_FreeType(raster->library);
	hb_blob_destroy(raster->file);
	free(raster);
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

static enum bt_err shape_text(struct bt_raster *raster, const char *text, struct bt_raster_run *out)
{
	size_t len = strlen(text);
	int scale = out->style.px * UNITS;
	out->count = 0;
	hb_font_set_scale(raster->font, scale, scale);
	for (size_t at = 0; at < len;) {
		enum script script;
		size_t piece = find_piece(text + at, len - at, &script);
		bool devanagari = script == SCRIPT_DEVANAGARI;
		hb_buffer_clear_contents(raster->buffer);
		hb_buffer_add_utf8(raster->buffer, text, (int)len, (unsigned)at, (int)piece);
		hb_buffer_set_direction(raster->buffer, HB_DIRECTION_LTR);
		hb_buffer_set_script(raster->buffer, devanagari ? HB_SCRIPT_DEVANAGARI : HB_SCRIPT_LATIN);
		hb_buffer_set_language(raster->buffer, devanagari ? raster->hindi : raster->english);
		hb_shape(raster->font, raster->buffer, NULL, 0);
		if (!hb_buffer_allocation_successful(raster->buffer))
			return BT_ENOMEM;
		/* The head line of Devanagari joins by itself; Latin letters must move apart to stay apart. */
		append_glyphs(raster, text, devanagari ? 0 : find_thickening(out->style), out);
		at += piece;
	}
	return BT_OK;
}

/* FNV-1a, 64 bits; never 0. The text is compared, too. */
static uint64_t hash_text(struct bt_raster_style style, const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)style.px << 1 ^ style.bold;
	for (const char *at = text; *at != '\0'; at++)
		hash = (hash ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
	return hash | 1;
}

/* The place of a text, or the free one where it belongs. */
static struct shaped *find_shaped(struct bt_raster *raster, struct bt_raster_style style, const char *text)
{
	uint64_t key = hash_text(style, text);
	for (size_t at = (key >> 32) % SHAPED_SLOTS;; at = (at + 1) % SHAPED_SLOTS) {
		struct shaped *slot = &raster->shaped[at];
		if (slot->key == 0 || (slot->key == key && slot->style.px == style.px &&
				       slot->style.bold == style.bold && strcmp(slot->text, text) == 0))
			return slot;
	}
}

static void keep_shaped(struct bt_raster *raster, const char *text, const struct bt_raster_run *run)
{
	size_t glyphs = (size_t)run->count * sizeof(run->glyphs[0]);
	size_t len = strlen(text) + 1;
	size_t pad = (0 - len) % _Alignof(struct bt_raster_glyph);
	if (glyphs + len + pad > SHAPED_BYTES)
		return;
	if (raster->shaped_len + glyphs + len + pad > SHAPED_BYTES || raster->shaped_count >= SHAPED_SLOTS * 3 / 4) {
		memset(raster->shaped, 0, sizeof(raster->shaped));
		raster->shaped_len = 0;
		raster->shaped_count = 0;
	}
	struct shaped *slot = find_shaped(raster, run->style, text);
	uint8_t *store = raster->shaped_store + raster->shaped_len;
	memcpy(store, run->glyphs, glyphs);
	memcpy(store + glyphs, text, len);
	*slot = (struct shaped){.key = hash_text(run->style, text),
				.text = (const char *)store + glyphs,
				.style = run->style,
				.count = run->count,
				.glyphs = (const struct bt_raster_glyph *)(const void *)store};
	raster->shaped_len += glyphs + len + pad;
	raster->shaped_count++;
}

enum bt_err bt_raster_shape(struct bt_raster *raster, struct bt_raster_style style, const char *text,
			    struct bt_raster_run *out)
{
	const struct shaped *kept = find_shaped(raster, style, text);
	out->style = style;
	if (kept->key != 0) {
		out->count = kept->count;
		memcpy(out->glyphs, kept->glyphs, (size_t)kept->count * sizeof(kept->glyphs[0]));
		return BT_OK;
	}
	enum bt_err err = shape_text(raster, text, out);
	if (err == BT_OK)
		keep_shaped(raster, text, out);
	return err;
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

static bool set_size(struct bt_raster *raster, int px)
{
	if (raster->px != px && FT_Set_Pixel_Sizes(raster->face, 0, (FT_UInt)px) != 0)
		return false;
	raster->px = px;
	return true;
}

/* A glyph of a TrueType face has 16 bits, a size here fewer than 8, and no mark is moved by 128 dots. */
static uint64_t make_key(const struct bt_raster_glyph *glyph, struct bt_raster_style style, int32_t step)
{
	return UINT64_C(1) << 63 | (uint64_t)(glyph->id & 0xffff) << 40 | (uint64_t)(style.px & 0xff) << 32 |
	       (uint64_t)style.bold << 24 | (uint64_t)(step & 0xff) << 16 | (uint16_t)glyph->dy;
}

static struct inked *find_inked(struct bt_raster *raster, uint64_t key)
{
	for (size_t at = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 40;; at++) {
		struct inked *slot = &raster->inked[at % INKED_SLOTS];
		if (slot->key == 0 || slot->key == key)
			return slot;
	}
}

/* The drawn glyph stands in the slot of the face until the next one is drawn. */
static enum bt_err ink_glyph(struct bt_raster *raster, const struct bt_raster_glyph *glyph,
			     struct bt_raster_style style, int32_t step, struct inked *out)
{
	FT_GlyphSlot slot = raster->face->glyph;
	if (!set_size(raster, style.px) || FT_Load_Glyph(raster->face, glyph->id, LOAD) != 0)
		return BT_ENOMEM;
	(void)FT_Outline_Embolden(&slot->outline, find_thickening(style));
	FT_Outline_Translate(&slot->outline, step * STEP, glyph->dy);
	if (FT_Render_Glyph(slot, FT_RENDER_MODE_MONO) != 0)
		return BT_ENOMEM;
	const FT_Bitmap *dots = &slot->bitmap;
	assert(dots->pitch >= 0); /* rows go downwards, as ours */
	*out = (struct inked){.key = make_key(glyph, style, step),
			      .stamp = {(int)dots->width, (int)dots->rows, dots->pitch, dots->buffer},
			      .left = slot->bitmap_left,
			      .top = slot->bitmap_top};
	return BT_OK;
}

static void keep_inked(struct bt_raster *raster, const struct inked *inked)
{
	size_t len = (size_t)inked->stamp.rows * (size_t)inked->stamp.stride;
	if (len > INKED_BYTES)
		return;
	if (raster->inked_len + len > INKED_BYTES || raster->inked_count >= INKED_SLOTS * 3 / 4) {
		memset(raster->inked, 0, sizeof(raster->inked));
		raster->inked_len = 0;
		raster->inked_count = 0;
	}
	struct inked *slot = find_inked(raster, inked->key);
	*slot = *inked;
	slot->stamp.bits = raster->inked_store + raster->inked_len;
	if (len > 0)
		memcpy(raster->inked_store + raster->inked_len, inked->stamp.bits, len);
	raster->inked_len += len;
	raster->inked_count++;
}

enum bt_err bt_raster_paint(struct bt_raster *raster, const struct bt_raster_run *run, int from, int to, int x,
			    int baseline, struct bt_bitmap *out)
{
	int32_t pen = x * UNITS;
	for (int i = from; i < to; i++) {
		const struct bt_raster_glyph *glyph = &run->glyphs[i];
		int32_t at = (pen + glyph->dx + STEP / 2) & ~(STEP - 1);
		int32_t step = (at & (UNITS - 1)) / STEP;
		struct inked fresh;
		const struct inked *inked = find_inked(raster, make_key(glyph, run->style, step));
		pen += glyph->advance;
		if (inked->key == 0) {
			enum bt_err err = ink_glyph(raster, glyph, run->style, step, &fresh);
			if (err != BT_OK)
				return err;
			keep_inked(raster, &fresh);
			inked = &fresh;
		}
		int left = (at >> 6) + inked->left, top = baseline - inked->top;
		if (run->style.ink == BT_INK_BLACK)
			bt_bitmap_print(out, &inked->stamp, left, top);
		else
			bt_bitmap_erase(out, &inked->stamp, left, top);
	}
	return BT_OK;
}
