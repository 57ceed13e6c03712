#include "printer/known.h"

#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"

#define FILE_NAME "printer.json"
#define FILE_MAX  ((size_t)16 * 1024)
#define LATEST_MS INT64_C(253402300799000) /* the end of the year 9999 */

static const struct {
	const char *key;
	size_t at, cap;
} texts[] = {
#define ROW(field)                                                                                                     \
	{                                                                                                              \
#field, offsetof(struct bt_prn_known, field), sizeof(((struct bt_prn_known *)NULL)->field)             \
	}
    ROW(uri), ROW(profile), ROW(maker), ROW(model), ROW(firmware),
#undef ROW
};

static const struct {
	const char *key;
	size_t at;
} flags[] = {
#define ROW(field)                                                                                                     \
	{                                                                                                              \
#field, offsetof(struct bt_prn_known, field)                                                           \
	}
    ROW(real_time),
    ROW(in_order),
    ROW(unasked),
    ROW(process_id),
#undef ROW
};
#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))
#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

static enum bt_err decode(const json_t *row, struct bt_prn_known *out)
{
	struct bt_prn_known known = {.uri = ""};
	enum bt_err err = bt_json_int(row, "asked_at", 0, LATEST_MS, &known.asked_at_ms);
	for (size_t i = 0; i < TEXT_COUNT && err == BT_OK; i++)
		err = bt_json_text(row, texts[i].key, (char *)&known + texts[i].at, texts[i].cap);
	for (size_t i = 0; i < FLAG_COUNT && err == BT_OK; i++)
		err = bt_json_bool(row, flags[i].key, (bool *)(void *)((char *)&known + flags[i].at));
	if (err == BT_OK)
		*out = known;
	return err;
}

static json_t *encode(const struct bt_prn_known *known)
{
	json_t *row = json_object();
	int failed = json_object_set_new(row, "asked_at", json_integer((json_int_t)known->asked_at_ms));
	for (size_t i = 0; i < TEXT_COUNT; i++)
		failed |= json_object_set_new(row, texts[i].key, json_string((const char *)known + texts[i].at));
	for (size_t i = 0; i < FLAG_COUNT; i++)
		failed |= json_object_set_new(
		    row, flags[i].key, json_boolean(*(const bool *)(const void *)((const char *)known + flags[i].at)));
	if (failed == 0)
		return row;
	json_decref(row);
	return NULL;
}

/* @p out has room for BT_PRN_KNOWN_MAX. */
static enum bt_err decode_all(const json_t *document, struct bt_prn_known *out, int *out_count)
{
	const json_t *rows = bt_json_array(document, "printers");
	size_t count = json_array_size(rows);
	if (rows == NULL || count > BT_PRN_KNOWN_MAX)
		return BT_EFORMAT;
	for (size_t i = 0; i < count; i++) {
		enum bt_err err = decode(json_array_get(rows, i), &out[i]);
		if (err != BT_OK)
			return err;
	}
	*out_count = (int)count;
	return BT_OK;
}

static enum bt_err read_all(const char *path, struct bt_prn_known *out, int *out_count, struct bt_fault *fault)
{
	struct bt_buf text;
	json_t *document = NULL;
	bt_buf_init(&text, FILE_MAX);
	enum bt_err err = bt_file_read(path, &text, fault);
	if (err == BT_OK)
		err = bt_json_parse(bt_buf_view(&text), FILE_MAX, &document, fault);
	if (err == BT_OK) {
		err = decode_all(document, out, out_count);
		if (err != BT_OK)
			bt_fault_set(fault, err, 0, "%s is damaged", FILE_NAME);
	}
	json_decref(document);
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_prn_known_read(const char *state, const char *uri, struct bt_prn_known *out, struct bt_fault *fault)
{
	struct bt_prn_known rows[BT_PRN_KNOWN_MAX];
	char path[1024];
	int count = 0;
	enum bt_err err = bt_path_join(state, FILE_NAME, path, sizeof(path));
	if (err == BT_OK)
		err = read_all(path, rows, &count, fault);
	if (err != BT_OK)
		return err;
	for (int i = 0; i < count; i++)
		if (strcmp(rows[i].uri, uri) == 0) {
			*out = rows[i];
			return BT_OK;
		}
	return bt_fault_set(fault, BT_ENOTFOUND, 0, "this printer was never asked");
}

/* @return where a row goes: its own place, a new one, or that of the one asked longest ago. */
static int find_place(const struct bt_prn_known *rows, int count, const char *uri)
{
	int oldest = 0;
	for (int i = 0; i < count; i++) {
		if (strcmp(rows[i].uri, uri) == 0)
			return i;
		if (rows[i].asked_at_ms < rows[oldest].asked_at_ms)
			oldest = i;
	}
	return count < BT_PRN_KNOWN_MAX ? count : oldest;
}

static enum bt_err write_all(const char *path, const struct bt_prn_known *rows, int count, struct bt_fault *fault)
{
	json_t *list = json_array(), *document = json_object();
	struct bt_buf text;
	int failed = 0;
	bt_buf_init(&text, FILE_MAX);
	for (int i = 0; i < count; i++)
		failed |= json_array_append_new(list, encode(&rows[i]));
	failed |= json_object_set_new(document, "printers", list);
	enum bt_err err = failed == 0 ? bt_json_encode(document, &text) : BT_ENOMEM;
	if (err == BT_OK)
		err = bt_file_replace(path, bt_buf_view(&text), 0600, fault);
	else
		bt_fault_set(fault, err, 0, "%s", FILE_NAME);
	json_decref(document);
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_prn_known_write(const char *state, const struct bt_prn_known *known, struct bt_fault *fault)
{
	struct bt_prn_known rows[BT_PRN_KNOWN_MAX];
	char path[1024];
	int count = 0;
	enum bt_err err = bt_path_join(state, FILE_NAME, path, sizeof(path));
	if (err != BT_OK)
		return bt_fault_set(fault, err, 0, "state folder's path is too long");
	if (read_all(path, rows, &count, NULL) != BT_OK)
		count = 0;
	int place = find_place(rows, count, known->uri);
	rows[place] = *known;
	return write_all(path, rows, place == count ? count + 1 : count, fault);
}

enum bt_err bt_prn_known_profile(const struct bt_prn_profiles *list, const char *wanted,
				 const struct bt_prn_known *known, struct bt_prn_profile *out, struct bt_fault *fault)
{
	const struct bt_prn_profile *row;
	if (strcmp(wanted, BT_PRN_PROFILE_AUTO) != 0)
		row = bt_prn_profiles_find(list, wanted);
	else
		row = known != NULL && known->profile[0] != '\0' ? bt_prn_profiles_find(list, known->profile)
								 : bt_prn_profile_find("generic-80");
	if (row == NULL)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no printer profile %.40s", wanted);
	*out = *row;
	if (known != NULL) {
		out->real_time = known->real_time;
		out->in_order = known->in_order;
		out->unasked = known->unasked;
		out->process_id = known->process_id;
	}
	return BT_OK;
}
