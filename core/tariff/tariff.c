#include "core/tariff/tariff.h"

#include <assert.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"

#define ENVELOPE_MAX 98304u /* a document in base64, and its signature */
#define DOCUMENT_MAX 65536u /* four orders of 32 categories, each with all that it can say, are 44 KB */
#define RATE_MAX     100000
#define BASIS_POINTS 10000
#define GRACE_MAX    8760 /* hours of a year */
#define DAY_MS       INT64_C(86400000)

/* "HH:MM" to the minute of the day. */
static enum bt_err parse_minute(const char *text, int *out)
{
	if (strlen(text) != 5 || text[2] != ':') {
		return BT_EFORMAT;
	}
	for (int i = 0; i < 5; i++) {
		if (i != 2 && (text[i] < '0' || text[i] > '9')) {
			return BT_EFORMAT;
		}
	}
	int hour = (text[0] - '0') * 10 + (text[1] - '0');
	int minute = (text[3] - '0') * 10 + (text[4] - '0');
	if (hour > 23 || minute > 59) {
		return BT_EFORMAT;
	}
	*out = hour * 60 + minute;
	return BT_OK;
}

static enum bt_err read_int(const json_t *object, const char *key, int max, int *out)
{
	int64_t value = 0;
	enum bt_err err = bt_json_int(object, key, 0, max, &value);
	if (err == BT_OK) {
		*out = (int)value;
	}
	return err;
}

static enum bt_err read_minute(const json_t *object, const char *key, int *out)
{
	char text[8];
	enum bt_err err = bt_json_text(object, key, text, sizeof(text));
	return err == BT_OK ? parse_minute(text, out) : err;
}

/* "2026-01-26" to days since 1970. */
static enum bt_err parse_day(const char *text, int32_t *out)
{
	static const char shape[] = "dddd-dd-dd";
	int parts[3] = {0, 0, 0}, part = 0;
	if (strlen(text) != sizeof(shape) - 1)
		return BT_EFORMAT;
	for (int i = 0; shape[i] != '\0'; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';
		if (shape[i] == 'd' ? !is_digit : text[i] != '-')
			return BT_EFORMAT;
		if (is_digit)
			parts[part] = parts[part] * 10 + (text[i] - '0');
		else
			part++;
	}
	if (parts[0] < 1970 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31)
		return BT_EFORMAT;
	int64_t ms = bt_civil_to_ms((struct bt_civil){.year = parts[0], .month = parts[1], .day = parts[2]}, 0);
	struct bt_civil civil = bt_civil_of(ms, 0);
	if (civil.month != parts[1] || civil.day != parts[2]) /* 31 April */
		return BT_EFORMAT;
	*out = (int32_t)(ms / DAY_MS);
	return BT_OK;
}

/* Optional: a tariff may name none. */
static enum bt_err read_holidays(const json_t *cut, struct bt_tariff *out)
{
	if (!bt_json_has(cut, "holidays"))
		return BT_OK;
	const json_t *rows = bt_json_array(cut, "holidays");
	size_t count = rows == NULL ? 0 : json_array_size(rows);
	if (rows == NULL || count > BT_TARIFF_HOLIDAYS)
		return BT_EFORMAT;
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(rows, i));
		if (text == NULL || parse_day(text, &out->holidays[i]) != BT_OK ||
		    (i > 0 && out->holidays[i] <= out->holidays[i - 1]))
			return BT_EFORMAT;
	}
	out->holiday_count = (int)count;
	return BT_OK;
}

static enum bt_err read_cut(const json_t *document, struct bt_tariff *out)
{
	const json_t *cut = bt_json_object(document, "cut");
	if (cut == NULL || read_minute(cut, "from", &out->cut_from_minute) != BT_OK ||
	    read_minute(cut, "until", &out->cut_until_minute) != BT_OK ||
	    bt_json_bool(cut, "not_sunday", &out->cut_not_sunday) != BT_OK ||
	    read_int(cut, "grace_hours", GRACE_MAX, &out->cut_grace_hours) != BT_OK) {
		return BT_EFORMAT;
	}
	return out->cut_from_minute < out->cut_until_minute ? read_holidays(cut, out) : BT_EFORMAT;
}

const struct bt_tariff_category *bt_tariff_category_find(const struct bt_tariff *tariff, const char *code)
{
	for (int i = 0; i < tariff->count; i++) {
		if (strcmp(tariff->categories[i].code, code) == 0) {
			return &tariff->categories[i];
		}
	}
	return NULL;
}

static enum bt_err read_step(const json_t *row, struct bt_tariff_category *out)
{
	struct bt_tariff_step *step = &out->steps[out->step_count];
	if (!json_is_object(row) || bt_json_int(row, "above", 1, BT_MONTH_UNITS_MAX, &step->above) != BT_OK ||
	    bt_json_int(row, "rate_paise", 1, RATE_MAX, &step->rate) != BT_OK || step->above <= step[-1].above)
		return BT_EFORMAT;
	out->step_count++;
	return BT_OK;
}

/* All three are optional: a document of one rate for each category has none of them. */
static enum bt_err read_monthly(const json_t *row, struct bt_tariff_category *out)
{
	if (bt_json_has(row, "fixed_paise") &&
	    bt_json_int(row, "fixed_paise", 0, BT_FIXED_CHARGE_MAX, &out->fixed) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_has(row, "gives_free") && bt_json_bool(row, "gives_free", &out->gives_free) != BT_OK)
		return BT_EFORMAT;
	if (!bt_json_has(row, "steps"))
		return BT_OK;
	const json_t *steps = bt_json_array(row, "steps");
	size_t count = steps == NULL ? 0 : json_array_size(steps);
	if (count == 0 || count >= BT_TARIFF_STEPS)
		return BT_EFORMAT;
	out->steps[0] = (struct bt_tariff_step){0, out->rate};
	out->step_count = 1;
	enum bt_err err = BT_OK;
	for (size_t i = 0; err == BT_OK && i < count; i++)
		err = read_step(json_array_get(steps, i), out);
	return err;
}

static enum bt_err read_category(const json_t *row, struct bt_tariff *out)
{
	struct bt_tariff_category category = {.rate = 0};
	if (!json_is_object(row) || bt_json_text(row, "code", category.code, sizeof(category.code)) != BT_OK ||
	    bt_json_int(row, "rate_paise", 1, RATE_MAX, &category.rate) != BT_OK ||
	    read_int(row, "duty_bp", BASIS_POINTS, &category.duty_bp) != BT_OK) {
		return BT_EFORMAT;
	}
	enum bt_err err = read_monthly(row, &category);
	if (err != BT_OK)
		return err;
	/* Two prices for one category would make the figure depend on who reads. */
	if (category.code[0] == '\0' || bt_tariff_category_find(out, category.code) != NULL) {
		return BT_EFORMAT;
	}
	out->categories[out->count++] = category;
	return BT_OK;
}

static enum bt_err read_categories(const json_t *document, struct bt_tariff *out)
{
	const json_t *rows = bt_json_array(document, "categories");
	size_t count = rows == NULL ? 0 : json_array_size(rows);
	if (count == 0 || count > BT_TARIFF_CATEGORIES) {
		return BT_EFORMAT;
	}
	for (size_t i = 0; i < count; i++) {
		enum bt_err err = read_category(json_array_get(rows, i), out);
		if (err != BT_OK) {
			return err;
		}
	}
	return BT_OK;
}

static enum bt_err read_head(const json_t *document, struct bt_tariff *out)
{
	int64_t format = 0;
	const json_t *name = bt_json_object(document, "name");
	if (name == NULL || bt_json_int(document, "format", 1, 1, &format) != BT_OK ||
	    bt_json_text(document, "id", out->id, sizeof(out->id)) != BT_OK || out->id[0] == '\0' ||
	    bt_json_text(name, "en", out->name_en, sizeof(out->name_en)) != BT_OK ||
	    bt_json_text(name, "hi", out->name_hi, sizeof(out->name_hi)) != BT_OK) {
		return BT_EFORMAT;
	}
	if (bt_json_int(document, "valid_from", 0, INT64_MAX, &out->valid_from_ms) != BT_OK ||
	    bt_json_int(document, "minimum_paise", 1, BT_PAISE_MAX, &out->minimum) != BT_OK ||
	    bt_json_int(document, "maximum_paise", out->minimum, BT_PAISE_MAX, &out->maximum) != BT_OK) {
		return BT_EFORMAT;
	}
	return BT_OK;
}

const struct bt_tariff *bt_tariffs_find(const struct bt_tariffs *tariffs, const char *id)
{
	for (int i = 0; i < tariffs->count; i++)
		if (strcmp(tariffs->list[i].id, id) == 0)
			return &tariffs->list[i];
	return NULL;
}

const struct bt_tariff *bt_tariffs_at(const struct bt_tariffs *tariffs, int64_t ms)
{
	int i = tariffs->count - 1;
	assert(tariffs->count > 0);
	while (i > 0 && tariffs->list[i].valid_from_ms > ms)
		i--;
	return &tariffs->list[i];
}

/* Put where its time is. */
static enum bt_err read_one(const json_t *document, struct bt_tariffs *out)
{
	struct bt_tariff *last = &out->list[out->count];
	*last = (struct bt_tariff){.count = 0};
	if (read_head(document, last) != BT_OK || read_cut(document, last) != BT_OK ||
	    read_categories(document, last) != BT_OK || bt_tariffs_find(out, last->id) != NULL)
		return BT_EFORMAT;
	out->count++;
	for (; last > out->list && last[-1].valid_from_ms >= last->valid_from_ms; last--) {
		struct bt_tariff later = last[-1];
		if (later.valid_from_ms == last->valid_from_ms)
			return BT_EFORMAT;
		last[-1] = *last;
		*last = later;
	}
	return BT_OK;
}

/* Optional: one that rules alone names none. */
static enum bt_err read_others(const json_t *document, struct bt_tariffs *out)
{
	if (!bt_json_has(document, "others"))
		return BT_OK;
	const json_t *rows = bt_json_array(document, "others");
	size_t count = rows == NULL ? 0 : json_array_size(rows);
	if (rows == NULL || count >= BT_TARIFFS_MAX)
		return BT_EFORMAT;
	enum bt_err err = BT_OK;
	for (size_t i = 0; err == BT_OK && i < count; i++) {
		const json_t *row = json_array_get(rows, i);
		err = json_is_object(row) ? read_one(row, out) : BT_EFORMAT;
	}
	return err;
}

static enum bt_err read_document(struct bt_bytes bytes, struct bt_tariffs *out, struct bt_fault *fault)
{
	json_t *document = NULL;
	enum bt_err err = bt_json_parse(bytes, DOCUMENT_MAX, &document, fault);
	if (err != BT_OK) {
		return err == BT_ENOMEM ? err : BT_EFORMAT;
	}
	err = read_one(document, out);
	if (err == BT_OK) {
		err = read_others(document, out);
	}
	if (err != BT_OK) {
		err = bt_fault_set(fault, BT_EFORMAT, 0, "tariff: a member is missing or out of range");
	}
	json_decref(document);
	return err;
}

/* The signed bytes, only when the signature is right: nothing in an unsigned document is looked at. */
static enum bt_err open_envelope(const json_t *envelope, const uint8_t *key, uint8_t document[DOCUMENT_MAX],
				 size_t *len)
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	size_t signature_len = 0;
	const char *document_text = json_string_value(json_object_get(envelope, "document"));
	const char *signature_text = json_string_value(json_object_get(envelope, "signature"));
	if (document_text == NULL || signature_text == NULL ||
	    bt_base64_decode(signature_text, signature, sizeof(signature), &signature_len) != BT_OK ||
	    signature_len != sizeof(signature) ||
	    bt_base64_decode(document_text, document, DOCUMENT_MAX, len) != BT_OK) {
		return BT_EFORMAT;
	}
	return bt_verify(key, (struct bt_bytes){document, *len}, signature);
}

enum bt_err bt_tariffs_decode(struct bt_bytes envelope, const uint8_t key[BT_ED25519_PUBLIC_LEN],
			      struct bt_tariffs *out, struct bt_fault *fault)
{
	uint8_t document[DOCUMENT_MAX];
	size_t len = 0;
	json_t *parsed = NULL;
	enum bt_err err = bt_json_parse(envelope, ENVELOPE_MAX, &parsed, fault);
	if (err != BT_OK) {
		return err == BT_ENOMEM ? err : BT_EFORMAT;
	}
	err = open_envelope(parsed, key, document, &len);
	json_decref(parsed);
	if (err != BT_OK) {
		return bt_fault_set(fault, err, 0, "tariff: %s",
				    err == BT_EAUTH ? "not signed by the head-end" : "envelope cannot be read");
	}
	struct bt_tariffs tariffs = {.count = 0};
	err = read_document((struct bt_bytes){document, len}, &tariffs, fault);
	if (err == BT_OK) {
		*out = tariffs;
	}
	return err;
}
