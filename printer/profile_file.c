/* Models from files: strict reading, because a key that is misspelt would silently print on the wrong width. */
#include "printer/profile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "printer/driver.h"

/* One request of usblp; a band larger than this is cut in two on its way. */
#define BAND_BYTES_MAX 8192

struct bt_prn_profiles {
	int count;
	struct bt_prn_profile rows[BT_PRN_PROFILES_MAX];
};

static const char *const file_names[] = {"models.json", "escpos-printer-db.json"};

static const char *const mode_names[] = {
    [BT_PRN_RASTER] = "raster",
    [BT_PRN_HYBRID] = "hybrid",
    [BT_PRN_TEXT] = "text",
};
#define MODE_COUNT (sizeof(mode_names) / sizeof(mode_names[0]))

enum kind { KIND_TEXT, KIND_INT, KIND_BOOL, KIND_MODE };

/* Every key a row may have. */
static const struct member {
	const char *key;
	enum kind kind;
	bool required;
	size_t at;
	size_t cap;   /* of a text */
	int min, max; /* of a number */
} members[] = {
#define AT(field)   .at = offsetof(struct bt_prn_profile, field)
#define TEXT(field) KIND_TEXT, AT(field), .cap = sizeof(((struct bt_prn_profile *)NULL)->field)
    {"id", TEXT(id), .required = true},
    {"name", TEXT(name), .required = true},
    {"vendor", TEXT(vendor), .required = true},
    {"model", TEXT(model), .required = true},
    {"width_dots", KIND_INT, AT(width_dots), .min = 384, .max = 576, .required = true},
    {"columns", KIND_INT, AT(columns), .min = 24, .max = 64, .required = true},
    {"dots_per_mm", KIND_INT, AT(dots_per_mm), .min = 6, .max = 12, .required = true},
    {"cutter", KIND_BOOL, AT(cutter), .required = true},
    {"drawer", KIND_BOOL, AT(drawer), .required = true},
    {"native_qr", KIND_BOOL, AT(native_qr)},
    {"real_time", KIND_BOOL, AT(real_time)},
    {"in_order", KIND_BOOL, AT(in_order)},
    {"unasked", KIND_BOOL, AT(unasked)},
    {"process_id", KIND_BOOL, AT(process_id)},
    {"can_forget", KIND_BOOL, AT(can_forget)},
    {"baud", KIND_INT, AT(baud), .min = 0, .max = 230400},
    {"mode", KIND_MODE, AT(mode)},
    {"band_rows", KIND_INT, AT(band_rows), .min = 24, .max = 128, .required = true},
    {"feed_units_per_dot", KIND_INT, AT(feed_units_per_dot), .min = 0, .max = 2, .required = true},
    {"driver", TEXT(driver), .required = true},
#undef TEXT
#undef AT
};
#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

/* What a file says of itself, for people. */
static const char *const head_keys[] = {"about", "source", "licence", "changed", "printers"};
#define HEAD_COUNT (sizeof(head_keys) / sizeof(head_keys[0]))

static enum bt_err read_mode(const json_t *row, const char *key, enum bt_prn_mode *out)
{
	char text[8];
	enum bt_err err = bt_json_text(row, key, text, sizeof(text));
	for (size_t i = 0; i < MODE_COUNT && err == BT_OK; i++)
		if (strcmp(mode_names[i], text) == 0) {
			*out = (enum bt_prn_mode)i;
			return BT_OK;
		}
	return BT_EFORMAT;
}

static enum bt_err read_number(const json_t *row, const struct member *member, int *out)
{
	int64_t value;
	enum bt_err err = bt_json_int(row, member->key, member->min, member->max, &value);
	if (err == BT_OK)
		*out = (int)value;
	return err;
}

static enum bt_err read_member(const json_t *row, const struct member *member, struct bt_prn_profile *out)
{
	void *at = (char *)out + member->at;
	if (!member->required && json_object_get(row, member->key) == NULL)
		return BT_OK;
	switch (member->kind) {
	case KIND_TEXT:
		return bt_json_text(row, member->key, at, member->cap);
	case KIND_INT:
		return read_number(row, member, at);
	case KIND_BOOL:
		return bt_json_bool(row, member->key, at);
	default:
		return read_mode(row, member->key, at);
	}
}

static bool is_known(const char *key)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (strcmp(members[i].key, key) == 0)
			return true;
	return false;
}

/* @return a key that no row has, or NULL; borrowed. */
static const char *find_stranger(const json_t *row)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)row, key, value) if (!is_known(key)) return key;
	return NULL;
}

static bool is_id(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* @return the key whose value no printer or no layout goes with, or NULL. */
static const char *find_misfit(const struct bt_prn_profile *row)
{
	if (!is_id(row->id))
		return "id";
	if (row->name[0] == '\0')
		return "name";
	if (bt_prn_profile_by_width(row->width_dots) == NULL)
		return "width_dots";
	if (row->band_rows * row->width_dots / 8 > BAND_BYTES_MAX)
		return "band_rows";
	return bt_prn_driver_find(row->driver) == NULL ? "driver" : NULL;
}

/* @p number from 1, for the message. */
static enum bt_err read_row(const json_t *json, const char *file, size_t number, struct bt_prn_profile *out,
			    struct bt_fault *fault)
{
	struct bt_prn_profile row = {.id = ""};
	const char *wrong = find_stranger(json);
	if (!json_is_object(json))
		return bt_fault_set(fault, BT_EFORMAT, 0, "%s: printer %zu is no object", file, number);
	if (wrong != NULL)
		return bt_fault_set(fault, BT_EFORMAT, 0, "%s: printer %zu: key %.40s is not known", file, number,
				    bt_text_is_clean(wrong) ? wrong : "?");
	for (size_t i = 0; i < MEMBER_COUNT && wrong == NULL; i++)
		if (read_member(json, &members[i], &row) != BT_OK)
			wrong = members[i].key;
	if (wrong == NULL)
		wrong = find_misfit(&row);
	if (wrong != NULL)
		return bt_fault_set(fault, BT_EFORMAT, 0, "%s: printer %zu: %s is missing or not possible", file,
				    number, wrong);
	*out = row;
	return BT_OK;
}

static enum bt_err check_head(const json_t *document, const char *file, struct bt_fault *fault)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)document, key, value)
	{
		size_t i = 0;
		while (i < HEAD_COUNT && strcmp(head_keys[i], key) != 0)
			i++;
		if (i == HEAD_COUNT)
			return bt_fault_set(fault, BT_EFORMAT, 0, "%s: key %.40s is not known", file,
					    bt_text_is_clean(key) ? key : "?");
	}
	if (bt_json_array(document, "printers") == NULL)
		return bt_fault_set(fault, BT_EFORMAT, 0, "%s: no list of printers", file);
	return BT_OK;
}

static bool has_row(const struct bt_prn_profile *rows, int count, const char *id)
{
	for (int i = 0; i < count; i++)
		if (strcmp(rows[i].id, id) == 0)
			return true;
	return false;
}

/* All rows of a file or none: half a file is one that was cut off. */
static enum bt_err take_rows(struct bt_prn_profiles *list, const json_t *document, const char *file,
			     struct bt_fault *fault)
{
	const json_t *rows = bt_json_array(document, "printers");
	int before = list->count, count = before;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct bt_prn_profile row;
		enum bt_err err = read_row(json_array_get(rows, i), file, i + 1, &row, fault);
		if (err != BT_OK)
			return err;
		if (has_row(list->rows + before, count - before, row.id))
			return bt_fault_set(fault, BT_EFORMAT, 0, "%s: %s stands twice", file, row.id);
		if (has_row(list->rows, before, row.id) || bt_prn_profile_find(row.id) != NULL)
			continue;
		if (count == BT_PRN_PROFILES_MAX)
			return bt_fault_set(fault, BT_EFULL, 0, "%s: more than %d printers", file, BT_PRN_PROFILES_MAX);
		list->rows[count++] = row;
	}
	list->count = count;
	return BT_OK;
}

static enum bt_err read_file(struct bt_prn_profiles *list, const char *folder, const char *file, struct bt_fault *fault)
{
	char path[1024];
	struct bt_buf text;
	struct bt_fault why = {0};
	json_t *document = NULL;
	bt_buf_init(&text, BT_PRN_PROFILES_FILE_MAX);
	enum bt_err err = bt_path_join(folder, file, path, sizeof(path));
	if (err == BT_OK)
		err = bt_file_read(path, &text, &why);
	if (err == BT_OK)
		err = bt_json_parse(bt_buf_view(&text), BT_PRN_PROFILES_FILE_MAX, &document, &why);
	if (err != BT_OK)
		bt_fault_set(fault, err, why.sys, "%s: %.100s", file,
			     why.what[0] != '\0' ? why.what : bt_err_text(err));
	if (err == BT_OK)
		err = check_head(document, file, fault);
	if (err == BT_OK)
		err = take_rows(list, document, file, fault);
	json_decref(document);
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_prn_profiles_open(const char *folder, struct bt_prn_profiles **out, struct bt_fault *fault)
{
	struct bt_prn_profiles *list = calloc(1, sizeof(*list));
	enum bt_err first = BT_OK;
	if (list == NULL)
		return bt_fault_set(fault, BT_ENOMEM, 0, "printer models");
	for (size_t i = 0; i < sizeof(file_names) / sizeof(file_names[0]); i++) {
		enum bt_err err = read_file(list, folder, file_names[i], first == BT_OK ? fault : NULL);
		first = first == BT_OK ? err : first;
	}
	*out = list;
	return first;
}

void bt_prn_profiles_close(struct bt_prn_profiles *list)
{
	free(list);
}

const struct bt_prn_profile *bt_prn_profiles_at(const struct bt_prn_profiles *list, int at)
{
	int generic = 0;
	while (bt_prn_profiles[generic].id[0] != '\0')
		generic++;
	if (at < 0)
		return NULL;
	if (at < generic)
		return &bt_prn_profiles[at];
	at -= generic;
	return list != NULL && at < list->count ? &list->rows[at] : NULL;
}

const struct bt_prn_profile *bt_prn_profiles_find(const struct bt_prn_profiles *list, const char *id)
{
	const struct bt_prn_profile *row;
	for (int i = 0; (row = bt_prn_profiles_at(list, i)) != NULL; i++)
		if (strcmp(row->id, id) == 0)
			return row;
	return NULL;
}

/* Makers write "TM-T82X" and "TM T82X" of one model. */
static bool is_same_model(const char *a, const char *b)
{
	for (;;) {
		while (*a == ' ' || *a == '-')
			a++;
		while (*b == ' ' || *b == '-')
			b++;
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

const struct bt_prn_profile *bt_prn_profiles_by_model(const struct bt_prn_profiles *list, const char *model)
{
	const struct bt_prn_profile *row;
	if (model[strspn(model, " -")] == '\0')
		return NULL;
	for (int i = 0; (row = bt_prn_profiles_at(list, i)) != NULL; i++)
		if (row->model[0] != '\0' && is_same_model(row->model, model))
			return row;
	return NULL;
}

const char *bt_prn_mode_name(enum bt_prn_mode mode)
{
	return (size_t)mode < MODE_COUNT ? mode_names[mode] : "";
}
