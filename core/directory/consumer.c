#include "core/directory/consumer.h"

#include <string.h>

#include "core/base/random.h"

#define JSON_BYTES_MAX 16384
#define TIME_MAX       INT64_C(253402300799999) /* the year 9999 */
#define UNITS_MAX      INT64_C(1000000000)      /* tenths of kWh */
#define MONTH_MIN      197001
#define MONTH_MAX      999912
#define DAILY_MAX      1000000 /* tenths of kWh a day */

static const char *const kind_codes[BT_KIND_COUNT] = {
    [BT_KIND_STS_UNITS] = "sts_units",
    [BT_KIND_REMOTE] = "remote",
    [BT_KIND_DUES] = "dues",
};

const char *bt_kind_code(enum bt_kind kind)
{
	return (unsigned)kind < BT_KIND_COUNT ? kind_codes[kind] : "";
}

enum bt_err bt_kind_parse(const char *text, enum bt_kind *out)
{
	for (unsigned i = 0; i < BT_KIND_COUNT; i++) {
		if (strcmp(kind_codes[i], text) == 0) {
			*out = (enum bt_kind)i;
			return BT_OK;
		}
	}
	return BT_EINPUT;
}

const char *bt_dual_get(const struct bt_dual *dual, enum bt_lang lang)
{
	const char *wanted = lang == BT_LANG_HI ? dual->hi : dual->en;
	const char *other = lang == BT_LANG_HI ? dual->en : dual->hi;
	return wanted[0] ? wanted : other;
}

size_t bt_sealed_key_len(const struct bt_sealed_key *key)
{
	return strcmp(key->ea, "07") == 0 ? BT_SEALED_KEY_LEN - 8 : BT_SEALED_KEY_LEN;
}

bool bt_consumer_is_blocked(const struct bt_consumer *consumer)
{
	return consumer->blocked.en[0] || consumer->blocked.hi[0];
}

/* ---- members, one row each; reading and writing both walk these ---- */

struct text_field {
	const char *key;
	size_t offset, cap;
	bool digits; /* nothing but digits, or empty */
};
struct number_field {
	const char *key;
	size_t offset;
	int64_t min, max;
	bool optional; /* null or absent is 0 */
};
struct place {
	const char *key;
	size_t offset;
	bool optional;
};

#define TEXT(key, field, digits)                                                                                       \
	{                                                                                                              \
		key, offsetof(struct bt_consumer, field), sizeof(((struct bt_consumer *)0)->field), digits             \
	}
#define NUMBER(key, field, min, max, optional)                                                                         \
	{                                                                                                              \
		key, offsetof(struct bt_consumer, field), min, max, optional                                           \
	}

static const struct text_field texts[] = {
    TEXT("number", number, true), TEXT("meter", meter, true),        TEXT("pan", pan, true),
    TEXT("mobile", mobile, true), TEXT("relation", relation, false), TEXT("category", category, false),
};

static const struct number_field numbers[] = {
    NUMBER("balance_paise", balance, -BT_PAISE_MAX, BT_PAISE_MAX, false),
    NUMBER("balance_at", balance_at_ms, 0, TIME_MAX, true),
    NUMBER("dues_paise", dues, 0, BT_PAISE_MAX, false),
    NUMBER("dues_daily_paise", dues_daily, 0, BT_PAISE_MAX, true),
    NUMBER("supply_cut_at", supply_cut_at_ms, 0, TIME_MAX, true),
    NUMBER("cut_from", cut_from_ms, 0, TIME_MAX, true),
    NUMBER("last_recharge_paise", last_recharge, 0, BT_PAISE_MAX, true),
    NUMBER("daily_units", daily_units, 0, DAILY_MAX, true),
};

static const struct place duals[] = {
    {"name", offsetof(struct bt_consumer, name), false},
    {"relative", offsetof(struct bt_consumer, relative), true},
    {"place", offsetof(struct bt_consumer, place), false},
    {"blocked", offsetof(struct bt_consumer, blocked), true},
};

static const struct place flags[] = {
    {"takes_token", offsetof(struct bt_consumer, takes_token), false},
    {"postpaid", offsetof(struct bt_consumer, postpaid), true},
};

#define EACH(row, table) (size_t row = 0; row < sizeof(table) / sizeof *(table); row++)

static enum bt_err read_dual(const json_t *object, const struct place *place, struct bt_dual *out)
{
	if (place->optional && !bt_json_has(object, place->key))
		return BT_OK;
	const json_t *dual = bt_json_object(object, place->key);
	if (!dual || (bt_json_has(dual, "en") && bt_json_text(dual, "en", out->en, sizeof out->en) != BT_OK) ||
	    (bt_json_has(dual, "hi") && bt_json_text(dual, "hi", out->hi, sizeof out->hi) != BT_OK))
		return BT_EFORMAT;
	return BT_OK;
}

static bool is_digits_or_empty(const char *text)
{
	return !text[0] || bt_text_is_digits(text);
}

static bool is_hex_upper(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789ABCDEF") == len;
}

static bool is_digits_of(const char *text, size_t len)
{
	return strlen(text) == len && bt_text_is_digits(text);
}

static enum bt_err read_key(const json_t *object, const char *name, struct bt_sealed_key *out)
{
	int64_t krn = 0, kt = 0, ken = 0, base = 0, version = 0;
	char sealed[(BT_SEALED_KEY_LEN + 2) / 3 * 4 + 1];
	size_t len = 0;
	if (!bt_json_has(object, name))
		return BT_OK;
	const json_t *key = bt_json_object(object, name);
	if (!key || bt_json_text(key, "sgc", out->sgc, sizeof out->sgc) != BT_OK ||
	    bt_json_text(key, "ti", out->ti, sizeof out->ti) != BT_OK ||
	    bt_json_text(key, "ea", out->ea, sizeof out->ea) != BT_OK ||
	    bt_json_text(key, "dkga", out->dkga, sizeof out->dkga) != BT_OK ||
	    bt_json_text(key, "kcv", out->kcv, sizeof out->kcv) != BT_OK ||
	    bt_json_text(key, "sealed", sealed, sizeof sealed) != BT_OK ||
	    bt_json_int(key, "krn", 0, 15, &krn) != BT_OK || bt_json_int(key, "kt", 0, 15, &kt) != BT_OK ||
	    bt_json_int(key, "ken", 0, 255, &ken) != BT_OK || bt_json_int(key, "base", 1993, 2035, &base) != BT_OK ||
	    bt_json_int(key, "version", 0, UINT32_MAX, &version) != BT_OK ||
	    bt_json_int(key, "good_until", 0, TIME_MAX, &out->good_until_ms) != BT_OK)
		return BT_EFORMAT;
	if (!is_digits_of(out->sgc, 6) || !is_digits_of(out->ti, 2) || !is_digits_of(out->ea, 2) ||
	    !is_digits_of(out->dkga, 2) || !is_hex_upper(out->kcv, 6) ||
	    bt_base64_decode(sealed, out->sealed, sizeof out->sealed, &len) != BT_OK || len != bt_sealed_key_len(out))
		return BT_EFORMAT;
	out->krn = (uint8_t)krn;
	out->kt = (uint8_t)kt;
	out->ken = (uint8_t)ken;
	out->base = (uint16_t)base;
	out->version = (uint32_t)version;
	out->present = true;
	return BT_OK;
}

/* Tokens of a change to no key, or of another length than the key's, are nobody's. */
static enum bt_err read_change(const json_t *object, struct bt_consumer *out)
{
	struct bt_key_change change;
	if (bt_key_change_read(object, &change) != BT_OK)
		return BT_EFORMAT;
	int count = strcmp(out->key.ea, "07") == 0 ? 2 : BT_KEY_SECTIONS_MAX;
	if (change.tokens.count != 0 && (!out->key.present || change.tokens.count != count))
		return BT_EFORMAT;
	out->key_change = change;
	return BT_OK;
}

static enum bt_err read_free_units(const json_t *object, struct bt_consumer *out)
{
	if (!bt_json_has(object, "free_units"))
		return BT_OK;
	const json_t *free_units = bt_json_object(object, "free_units");
	if (!free_units || bt_json_int(free_units, "of", 0, UNITS_MAX, &out->free_of) != BT_OK ||
	    bt_json_int(free_units, "left", 0, out->free_of, &out->free_left) != BT_OK)
		return BT_EFORMAT;
	return BT_OK;
}

static enum bt_err read_month_sales(const json_t *month, struct bt_consumer_month *out)
{
	const json_t *rows = bt_json_array(month, "sales");
	size_t count = json_array_size(rows);
	if (!rows || count > BT_MONTH_SALES)
		return BT_EFORMAT;
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(rows, i));
		if (!text || !bt_uuid7_is(text) || bt_text_copy(out->sales[i], sizeof out->sales[i], text) != BT_OK)
			return BT_EFORMAT;
	}
	out->sale_count = (int)count;
	return BT_OK;
}

static enum bt_err read_month(const json_t *object, struct bt_consumer_month *out)
{
	int64_t of = 0;
	if (!bt_json_has(object, "month"))
		return BT_OK;
	const json_t *month = bt_json_object(object, "month");
	if (!month || bt_json_int(month, "of", MONTH_MIN, MONTH_MAX, &of) != BT_OK ||
	    bt_json_int(month, "units", 0, UNITS_MAX, &out->units) != BT_OK ||
	    bt_json_int(month, "fixed_paise", 0, BT_PAISE_MAX, &out->fixed) != BT_OK || of % 100 < 1 || of % 100 > 12)
		return BT_EFORMAT;
	out->of = (int32_t)of;
	return read_month_sales(month, out);
}

static enum bt_err read_kind(const json_t *object, struct bt_consumer *out)
{
	char code[16];
	if (bt_json_text(object, "kind", code, sizeof code) != BT_OK || bt_kind_parse(code, &out->kind) != BT_OK)
		return BT_EFORMAT;
	return BT_OK;
}

/* The simple members, table by table. @return the key at fault, or NULL. */
static const char *read_members(const json_t *object, struct bt_consumer *out)
{
	char *at = (char *)out;
	for
		EACH(i, texts)
		{
			char *text = at + texts[i].offset;
			if (bt_json_text(object, texts[i].key, text, texts[i].cap) != BT_OK ||
			    (texts[i].digits && !is_digits_or_empty(text)))
				return texts[i].key;
		}
	for
		EACH(i, numbers)
		{
			int64_t value = 0;
			if (numbers[i].optional && !bt_json_has(object, numbers[i].key))
				continue;
			if (bt_json_int(object, numbers[i].key, numbers[i].min, numbers[i].max, &value) != BT_OK)
				return numbers[i].key;
			memcpy(at + numbers[i].offset, &value, sizeof value);
		}
	for
		EACH(i, duals)
		{
			struct bt_dual dual = {.en = "", .hi = ""};
			if (read_dual(object, &duals[i], &dual) != BT_OK)
				return duals[i].key;
			memcpy(at + duals[i].offset, &dual, sizeof dual);
		}
	for
		EACH(i, flags)
		{
			bool flag = false;
			if (!(flags[i].optional && !bt_json_has(object, flags[i].key)) &&
			    bt_json_bool(object, flags[i].key, &flag) != BT_OK)
				return flags[i].key;
			memcpy(at + flags[i].offset, &flag, sizeof flag);
		}
	return NULL;
}

enum bt_err bt_consumer_read(const json_t *object, struct bt_consumer *out, struct bt_fault *fault)
{
	memset(out, 0, sizeof *out);
	const char *bad = json_is_object(object) ? read_members(object, out) : "object";
	if (!bad && !out->number[0])
		bad = "number";
	if (!bad && read_kind(object, out) != BT_OK)
		bad = "kind";
	if (!bad && read_free_units(object, out) != BT_OK)
		bad = "free_units";
	if (!bad && read_month(object, &out->month) != BT_OK)
		bad = "month";
	if (!bad && read_key(object, "key", &out->key) != BT_OK)
		bad = "key";
	if (!bad && read_key(object, "key_next", &out->key_next) != BT_OK)
		bad = "key_next";
	if (!bad && read_change(object, out) != BT_OK)
		bad = "key_change";
	return bad ? bt_fault_set(fault, BT_EFORMAT, 0, "consumer: %s", bad) : BT_OK;
}

enum bt_err bt_consumer_decode(struct bt_bytes json, struct bt_consumer *out, struct bt_fault *fault)
{
	json_t *root = NULL;
	if (bt_json_parse(json, JSON_BYTES_MAX, &root, fault) != BT_OK)
		return fault ? (fault->err = BT_EFORMAT) : BT_EFORMAT;
	enum bt_err err = bt_consumer_read(root, out, fault);
	json_decref(root);
	return err;
}

static json_t *encode_key(const struct bt_sealed_key *key)
{
	char sealed[(BT_SEALED_KEY_LEN + 2) / 3 * 4 + 1];
	if (!key->present ||
	    bt_base64_encode((struct bt_bytes){key->sealed, bt_sealed_key_len(key)}, sealed, sizeof sealed) != BT_OK)
		return json_null();
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:i,s:I,s:I}", "sgc", key->sgc, "ti", key->ti, "ea",
			 key->ea, "dkga", key->dkga, "kcv", key->kcv, "sealed", sealed, "krn", (int)key->krn, "kt",
			 (int)key->kt, "ken", (int)key->ken, "base", (int)key->base, "version",
			 (json_int_t)key->version, "good_until", (json_int_t)key->good_until_ms);
}

/* json_object_set_new() takes NULL for an error and remembers it in its result. */
static int put_members(json_t *root, const struct bt_consumer *consumer)
{
	const char *at = (const char *)consumer;
	int bad = 0;
	for
		EACH(i, texts)
	bad |= json_object_set_new(root, texts[i].key, json_string(at + texts[i].offset));
	for
		EACH(i, numbers)
		{
			int64_t value = 0;
			memcpy(&value, at + numbers[i].offset, sizeof value);
			bad |= json_object_set_new(root, numbers[i].key, json_integer(value));
		}
	for
		EACH(i, duals)
		{
			const struct bt_dual *dual = (const void *)(at + duals[i].offset);
			bad |= json_object_set_new(root, duals[i].key,
						   json_pack("{s:s,s:s}", "en", dual->en, "hi", dual->hi));
		}
	for
		EACH(i, flags)
		{
			bool flag = false;
			memcpy(&flag, at + flags[i].offset, sizeof flag);
			bad |= json_object_set_new(root, flags[i].key, json_boolean(flag));
		}
	return bad;
}

static json_t *encode_month(const struct bt_consumer_month *month)
{
	json_t *sales = month->of ? json_array() : NULL;
	if (!month->of)
		return json_null();
	for (int i = 0; i < month->sale_count; i++)
		if (json_array_append_new(sales, json_string(month->sales[i])) != 0) {
			json_decref(sales);
			return NULL;
		}
	return json_pack("{s:I,s:o,s:i,s:I}", "fixed_paise", (json_int_t)month->fixed, "sales", sales, "of",
			 (int)month->of, "units", (json_int_t)month->units);
}

enum bt_err bt_consumer_encode(const struct bt_consumer *consumer, struct bt_buf *out)
{
	json_t *root = json_object();
	int bad = root ? put_members(root, consumer) : -1;
	if (!bad) {
		bad |= json_object_set_new(root, "kind", json_string(bt_kind_code(consumer->kind)));
		bad |= json_object_set_new(root, "key", encode_key(&consumer->key));
		bad |= json_object_set_new(root, "key_next", encode_key(&consumer->key_next));
		bad |= json_object_set_new(root, "key_change", bt_key_change_json(&consumer->key_change));
		bad |= json_object_set_new(root, "free_units",
					   json_pack("{s:I,s:I}", "left", (json_int_t)consumer->free_left, "of",
						     (json_int_t)consumer->free_of));
		bad |= json_object_set_new(root, "month", encode_month(&consumer->month));
	}
	enum bt_err err = bad ? BT_ENOMEM : bt_json_encode(root, out);
	json_decref(root);
	return err;
}

static bool has_word(const char *words, const char *word, size_t len)
{
	for (const char *at = words; (at = strstr(at, word)); at += 1) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Append a word unless it is there. */
static void add_word(const char *word, char *out, size_t cap)
{
	size_t len = strlen(word), have = strlen(out);
	if (len == 0 || has_word(out, word, len) || have + len + 2 > cap)
		return;
	if (have)
		out[have++] = ' ';
	memcpy(out + have, word, len + 1);
}

#define KEY_MAX 256

/* Append each word of a search key not there yet. */
static void add_words(const char *from, char *out, size_t cap)
{
	char key[KEY_MAX], *rest = NULL;
	bt_text_copy(key, sizeof key, from);
	for (char *word = strtok_r(key, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		add_word(word, out, cap);
}

/* The sounds of each word behind BT_SOUNDS_MARK, and those of a whole name, whose words others write as one, behind
 * BT_JOINED_MARK. No search key has either letter. */
static void add_sounds(const char *from, bool is_name, char *out, size_t cap)
{
	char key[KEY_MAX], sounds[64], joined[96] = {BT_JOINED_MARK}, *rest = NULL;
	bt_text_copy(key, sizeof key, from);
	for (char *word = strtok_r(key, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		sounds[0] = BT_SOUNDS_MARK;
		bt_text_sounds(word, sounds + 1, sizeof sounds - 1);
		if (strlen(sounds) > BT_SOUNDS_LEAST)
			add_word(sounds, out, cap);
		if (strlen(joined) + strlen(sounds) < sizeof joined)
			memcpy(joined + strlen(joined), sounds + 1, strlen(sounds));
	}
	if (is_name && strlen(joined) > BT_SOUNDS_LEAST)
		add_word(joined, out, cap);
}

void bt_consumer_words(const struct bt_consumer *consumer, char *out, size_t cap)
{
	const char *const said[] = {consumer->name.en, consumer->name.hi, consumer->place.en, consumer->place.hi};
	char keys[sizeof said / sizeof *said][KEY_MAX];
	out[0] = '\0';
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		bt_text_search_key(said[i], keys[i], sizeof keys[i]);
		add_words(keys[i], out, cap);
	}
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		add_sounds(keys[i], i < 2, out, cap);
}
