/* A form between slips.json and the struct. */
#include <string.h>

#include "core/base/json.h"
#include "core/receipt/blocks.h"

#define PICTURE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* Reading stops at the first mistake; `where` names the slip or list that is being read. */
struct reading {
	const char *where;
	struct bt_fault *fault;
};

static enum bt_err refuse(const struct reading *at, const char *what, const char *why)
{
	char plain[48];
	size_t len = 0;
	for (; what[len] != '\0' && len + 1 < sizeof(plain); len++)
		plain[len] = what[len] >= ' ' && what[len] <= '~' ? what[len] : '?';
	plain[len] = '\0';
	return bt_fault_set(at->fault, BT_EFORMAT, 0, "%s: \"%s\" %s", at->where, plain, why);
}

/* A misspelt member would be left out in silence, and the engineer would look for the mistake on paper. */
static enum bt_err check_members(const struct reading *at, const json_t *object, const char *const *known)
{
	const char *key;
	json_t *value;
	if (!json_is_object(object))
		return bt_fault_set(at->fault, BT_EFORMAT, 0, "%s: is not an object", at->where);
	json_object_foreach((json_t *)object, key, value)
	{
		int i = 0;
		while (known[i] != NULL && strcmp(known[i], key) != 0)
			i++;
		if (known[i] == NULL)
			return refuse(at, key, "is not known");
	}
	return BT_OK;
}

static enum bt_err read_sentence(const struct reading *at, const json_t *object, const char *what,
				 struct bt_form_sentence *out)
{
	static const char *const members[] = {"en", "hi", NULL};
	struct bt_form_sentence read = {0};
	enum bt_err err = check_members(at, object, members);
	if (err != BT_OK)
		return err;
	if (bt_json_text(object, "en", read.text[BT_LANG_EN], sizeof(read.text[0])) != BT_OK ||
	    read.text[BT_LANG_EN][0] == '\0')
		return refuse(at, what, "needs \"en\", a text of 1 to 191 bytes");
	if (bt_json_has(object, "hi") &&
	    bt_json_text(object, "hi", read.text[BT_LANG_HI], sizeof(read.text[0])) != BT_OK)
		return refuse(at, what, "has a \"hi\" that is no text of at most 191 bytes");
	const char *why = bt_form_check_sentence(&read);
	if (why != NULL)
		return refuse(at, what, why);
	*out = read;
	return BT_OK;
}

static enum bt_err read_sentences(const struct reading *at, const json_t *object, const char *key, int *count,
				  struct bt_form_sentence out[BT_FORM_SENTENCES])
{
	const json_t *rows = bt_json_array(object, key);
	if (!bt_json_has(object, key))
		return BT_OK;
	if (rows == NULL || json_array_size(rows) > BT_FORM_SENTENCES)
		return refuse(at, key, "is no list of at most 4 sentences");
	*count = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		enum bt_err err = read_sentence(at, json_array_get(rows, i), key, &out[i]);
		if (err != BT_OK)
			return err;
		*count = (int)i + 1;
	}
	return BT_OK;
}

/* The name of a file of the folder, never a path. */
static enum bt_err read_picture(const struct reading *at, const json_t *object, const char *key,
				char out[BT_FORM_PICTURE])
{
	char name[BT_FORM_PICTURE];
	if (!bt_json_has(object, key))
		return BT_OK;
	if (bt_json_text(object, key, name, sizeof(name)) != BT_OK || name[strspn(name, PICTURE_LETTERS)] != '\0')
		return refuse(at, key, "is no name of a picture: a-z, 0-9 and -, at most 23");
	return bt_text_copy(out, BT_FORM_PICTURE, name);
}

static enum bt_err read_step(const struct reading *at, const json_t *row, int step, struct bt_receipt_form *out)
{
	static const char *const members[] = {"text", "picture", NULL};
	enum bt_err err = check_members(at, row, members);
	out->pictures[step][0] = '\0';
	if (err == BT_OK)
		err = read_picture(at, row, "picture", out->pictures[step]);
	return err == BT_OK ? read_sentence(at, json_object_get(row, "text"), "text", &out->steps[step]) : err;
}

static enum bt_err read_steps(const struct reading *at, const json_t *object, struct bt_receipt_form *out)
{
	const struct reading here = {"how_to", at->fault};
	const json_t *rows = bt_json_array(object, "how_to");
	if (!bt_json_has(object, "how_to"))
		return BT_OK;
	if (rows == NULL || json_array_size(rows) > BT_FORM_STEPS)
		return refuse(at, "how_to", "is no list of at most 6 steps");
	out->step_count = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		enum bt_err err = read_step(&here, json_array_get(rows, i), (int)i, out);
		if (err != BT_OK)
			return err;
		out->step_count = (int)i + 1;
	}
	return BT_OK;
}

static enum bt_err read_block(const struct reading *at, const json_t *name, uint8_t *out)
{
	const char *text = json_string_value(name);
	if (text == NULL)
		return refuse(at, "blocks", "holds something that is no name");
	for (int block = 0; block < BT_BLOCK_COUNT; block++) {
		if (strcmp(bt_blocks[block].name, text) == 0) {
			*out = (uint8_t)block;
			return BT_OK;
		}
	}
	return refuse(at, text, "is no block");
}

static enum bt_err read_blocks(const struct reading *at, const json_t *object, struct bt_form_slip *out)
{
	const json_t *rows = bt_json_array(object, "blocks");
	if (!bt_json_has(object, "blocks"))
		return BT_OK;
	if (rows == NULL || json_array_size(rows) < 1 || json_array_size(rows) > BT_FORM_BLOCKS)
		return refuse(at, "blocks", "is no list of 1 to 32 names");
	out->count = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		enum bt_err err = read_block(at, json_array_get(rows, i), &out->blocks[i]);
		if (err != BT_OK)
			return err;
		out->count = (int)i + 1;
	}
	return BT_OK;
}

static enum bt_err read_lang(const struct reading *at, const json_t *object, struct bt_form_slip *out)
{
	char lang[16];
	if (!bt_json_has(object, "language"))
		return BT_OK;
	if (bt_json_text(object, "language", lang, sizeof(lang)) != BT_OK)
		return refuse(at, "language", "is none of counter, en, hi, both");
	out->has_lang = strcmp(lang, "counter") != 0;
	if (out->has_lang && bt_receipt_lang_parse(lang, &out->lang) != BT_OK)
		return refuse(at, "language", "is none of counter, en, hi, both");
	return BT_OK;
}

static enum bt_err read_slip(int slip, const json_t *object, struct bt_form_slip *out, struct bt_fault *fault)
{
	static const char *const members[] = {"blocks", "heading", "language", "notices", NULL};
	const struct reading at = {bt_form_names[slip], fault};
	enum bt_err err = check_members(&at, object, members);
	if (err == BT_OK)
		err = read_lang(&at, object, out);
	if (err == BT_OK && bt_json_has(object, "heading"))
		err = read_sentence(&at, json_object_get(object, "heading"), "heading", &out->heading);
	if (err == BT_OK)
		err = read_sentences(&at, object, "notices", &out->notice_count, out->notices);
	if (err == BT_OK)
		err = read_blocks(&at, object, out);
	return err == BT_OK ? bt_form_check_slip(slip, out, fault) : err;
}

static enum bt_err read_slips(const json_t *form, struct bt_receipt_form *out, struct bt_fault *fault)
{
	const char *names[BT_FORM_SLIPS + 1] = {NULL};
	const struct reading at = {"slips", fault};
	const json_t *slips = json_object_get(form, "slips");
	if (slips == NULL)
		return BT_OK;
	memcpy(names, bt_form_names, sizeof(bt_form_names));
	enum bt_err err = check_members(&at, slips, names);
	for (int slip = 0; slip < BT_FORM_SLIPS && err == BT_OK; slip++)
		if (bt_json_has(slips, bt_form_names[slip]))
			err = read_slip(slip, json_object_get(slips, bt_form_names[slip]), &out->slips[slip], fault);
	return err;
}

static enum bt_err read_form(const json_t *form, struct bt_receipt_form *out, struct bt_fault *fault)
{
	static const char *const members[] = {"complaint", "footer", "format", "how_to", "logo", "slips", NULL};
	const struct reading at = {"slips.json", fault};
	int64_t format;
	enum bt_err err = check_members(&at, form, members);
	if (err != BT_OK)
		return err;
	if (bt_json_int(form, "format", 1, 1, &format) != BT_OK)
		return refuse(&at, "format", "must be 1");
	if (bt_json_has(form, "complaint") &&
	    bt_json_text(form, "complaint", out->complaint, sizeof(out->complaint)) != BT_OK)
		return refuse(&at, "complaint", "is no text of at most 15 bytes");
	err = read_picture(&at, form, "logo", out->logo);
	if (err == BT_OK)
		err = read_sentences(&at, form, "footer", &out->footer_count, out->footer);
	if (err == BT_OK)
		err = read_steps(&at, form, out);
	return err == BT_OK ? read_slips(form, out, fault) : err;
}

enum bt_err bt_form_decode(struct bt_bytes json, struct bt_receipt_form *out, struct bt_fault *fault)
{
	struct bt_receipt_form form;
	json_t *parsed = NULL;
	enum bt_err err = bt_json_parse(json, BT_FORM_MAX_BYTES, &parsed, fault);
	if (err != BT_OK)
		return err;
	bt_form_default(&form);
	err = read_form(parsed, &form, fault);
	json_decref(parsed);
	if (err == BT_OK)
		*out = form;
	return err;
}
