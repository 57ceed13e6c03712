#include "core/directory/account.h"

#include <string.h>

#include "core/base/json.h"
#include "core/directory/cache.h"

#define JSON_BYTES_MAX 65536
#define NOTICE_COLUMNS 140
#define MONTH_MIN      197001
#define MONTH_MAX      999912
#define TIME_MAX       INT64_C(253402300799999) /* the year 9999 */

static const char *const channels[BT_CHANNEL_COUNT] = {[BT_CHANNEL_OTHER] = "other",
						       [BT_CHANNEL_COUNTER] = "counter",
						       [BT_CHANNEL_APP] = "app",
						       [BT_CHANNEL_UPI] = "upi",
						       [BT_CHANNEL_WEB] = "web"};
static const char *const states[BT_RECHARGE_STATES] = {
    [BT_RECHARGE_NOT_GIVEN] = "not_given", [BT_RECHARGE_GIVEN] = "given", [BT_RECHARGE_IN_METER] = "in_meter"};
static const char *const deliveries[] = {"token", "balance", "dues"};

static int find_word(const json_t *object, const char *key, const char *const *words, int count)
{
	const char *text = json_string_value(json_object_get(object, key));
	for (int i = 0; text && i < count; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	return -1;
}

/* A channel that is not known here is still one. */
static enum bt_err read_channel(const json_t *row, enum bt_channel *out)
{
	int found = find_word(row, "channel", channels, BT_CHANNEL_COUNT);
	if (!json_is_string(json_object_get(row, "channel")))
		return BT_EFORMAT;
	*out = found < 0 ? BT_CHANNEL_OTHER : (enum bt_channel)found;
	return BT_OK;
}

static enum bt_err read_dual(const json_t *object, struct bt_dual *out)
{
	return bt_json_text(object, "en", out->en, sizeof out->en) == BT_OK &&
		       bt_json_text(object, "hi", out->hi, sizeof out->hi) == BT_OK
		   ? BT_OK
		   : BT_EFORMAT;
}

static enum bt_err read_recharge(const json_t *row, void *slot)
{
	struct bt_account_recharge *out = slot;
	int state = find_word(row, "state", states, BT_RECHARGE_STATES);
	int delivery = find_word(row, "delivery", deliveries, sizeof deliveries / sizeof *deliveries);
	if (state < 0 || delivery < 0 || read_channel(row, &out->channel) != BT_OK ||
	    bt_json_int(row, "at", 0, TIME_MAX, &out->at_ms) != BT_OK ||
	    bt_json_int(row, "amount_paise", 0, BT_PAISE_MAX, &out->amount) != BT_OK)
		return BT_EFORMAT;
	out->state = (enum bt_recharge_state)state;
	return bt_text_copy(out->delivery, sizeof out->delivery, deliveries[delivery]);
}

static enum bt_err read_charge(const json_t *row, void *slot)
{
	static const char *const whats[BT_CHARGES] = {[BT_CHARGE_SLAB] = "slab", [BT_CHARGE_FIXED] = "fixed"};
	struct bt_account_charge *out = slot;
	int what = find_word(row, "what", whats, BT_CHARGES);
	int64_t of = 0;
	if (what < 0 || bt_json_int(row, "at", 0, TIME_MAX, &out->at_ms) != BT_OK ||
	    bt_json_int(row, "of", MONTH_MIN, MONTH_MAX, &of) != BT_OK || of % 100 < 1 || of % 100 > 12 ||
	    bt_json_int(row, "amount_paise", -BT_PAISE_MAX, BT_PAISE_MAX, &out->amount) != BT_OK)
		return BT_EFORMAT;
	out->what = (enum bt_charge)what;
	out->of = (int32_t)of;
	return BT_OK;
}

static enum bt_err read_waiting(const json_t *row, void *slot)
{
	static const char *const stands[] = {"paid", "unsure"};
	struct bt_account_waiting *out = slot;
	int stand = find_word(row, "state", stands, 2);
	if (stand < 0 || read_channel(row, &out->channel) != BT_OK ||
	    bt_json_text(row, "payment_id", out->payment_id, sizeof out->payment_id) != BT_OK ||
	    bt_json_int(row, "amount_paise", 0, BT_PAISE_MAX, &out->amount) != BT_OK ||
	    bt_json_int(row, "paid_at", 0, TIME_MAX, &out->paid_at_ms) != BT_OK ||
	    bt_json_text(row, "utr", out->utr, sizeof out->utr) != BT_OK)
		return BT_EFORMAT;
	out->unsure = stand == 1;
	return BT_OK;
}

/* Cut rather than lost: half a notice is more than none. */
static enum bt_err read_notice(const json_t *row, void *slot)
{
	static const char *const keys[BT_LANG_COUNT] = {[BT_LANG_EN] = "en", [BT_LANG_HI] = "hi"};
	struct bt_account_notice *out = slot;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		const json_t *text = json_object_get(row, keys[lang]);
		if (!json_is_string(text))
			return BT_EFORMAT;
		bt_text_clean(json_string_value(text), json_string_length(text), NOTICE_COLUMNS, out->text[lang],
			      sizeof out->text[lang]);
	}
	return bt_json_int(row, "until", 0, TIME_MAX, &out->until_ms);
}

static enum bt_err read_other(const json_t *row, void *slot)
{
	struct bt_account_other *out = slot;
	const json_t *place = bt_json_object(row, "place");
	if (!place || bt_json_text(row, "number", out->number, sizeof out->number) != BT_OK ||
	    !bt_text_is_digits(out->number))
		return BT_EFORMAT;
	return read_dual(place, &out->place);
}

/* The lists, one row each: where they go, how many fit, how one is read. */
static const struct {
	const char *key;
	enum bt_err (*read)(const json_t *row, void *slot);
	size_t at, step, count_at;
	int max;
	bool optional; /* absent is empty */
} lists[] = {
#define LIST(key, read, rows, count, max, optional)                                                                    \
	{                                                                                                              \
		key, read, offsetof(struct bt_account, rows), sizeof(((struct bt_account *)0)->rows[0]),               \
		    offsetof(struct bt_account, count), max, optional                                                  \
	}
    LIST("recharges", read_recharge, recharges, recharge_count, BT_ACCOUNT_RECHARGES, false),
    LIST("charges", read_charge, charges, charge_count, BT_ACCOUNT_CHARGES, true),
    LIST("waiting", read_waiting, waiting, waiting_count, BT_ACCOUNT_WAITING, false),
    LIST("notices", read_notice, notices, notice_count, BT_ACCOUNT_NOTICES, false),
    LIST("others", read_other, others, other_count, BT_ACCOUNT_OTHERS, false),
#undef LIST
};

static const char *read_lists(const json_t *root, struct bt_account *out)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const json_t *rows = bt_json_array(root, lists[i].key);
		char *at = (char *)out + lists[i].at;
		int count = 0;
		if (lists[i].optional && !bt_json_has(root, lists[i].key))
			continue;
		for (; rows && count < lists[i].max && (size_t)count < json_array_size(rows); count++) {
			const json_t *row = json_array_get(rows, (size_t)count);
			if (!json_is_object(row) || lists[i].read(row, at + lists[i].step * (size_t)count) != BT_OK)
				return lists[i].key;
		}
		if (!rows)
			return lists[i].key;
		memcpy((char *)out + lists[i].count_at, &count, sizeof count);
	}
	return NULL;
}

static enum bt_err read_reconnection(const json_t *root, struct bt_account *out)
{
	const json_t *due = bt_json_object(root, "reconnection");
	if (!bt_json_has(root, "reconnection"))
		return BT_OK;
	if (!due || bt_json_int(due, "since", 1, TIME_MAX, &out->reconnect_since_ms) != BT_OK ||
	    bt_json_int(due, "due_at", 1, TIME_MAX, &out->reconnect_due_ms) != BT_OK)
		return BT_EFORMAT;
	return BT_OK;
}

/* What else was said stays of use: whose connections they are bounds the cash, too. */
static void read_cash(const json_t *root, struct bt_account *out)
{
	const json_t *cash = bt_json_object(root, "cash_elsewhere");
	int64_t since, amount;
	if (!bt_json_has(root, "cash_elsewhere"))
		return;
	out->cash_is_odd = !cash || bt_json_int(cash, "since", 1, TIME_MAX, &since) != BT_OK ||
			   bt_json_int(cash, "amount_paise", 0, BT_PAISE_MAX, &amount) != BT_OK;
	if (out->cash_is_odd)
		return;
	out->cash_since_ms = since;
	out->cash_elsewhere = amount;
}

enum bt_err bt_account_decode(struct bt_bytes json, struct bt_account *out, struct bt_fault *fault)
{
	struct bt_account account = {.number = ""};
	json_t *root = NULL;
	if (bt_json_parse(json, JSON_BYTES_MAX, &root, fault) != BT_OK)
		return fault ? (fault->err = BT_EFORMAT) : BT_EFORMAT;
	const char *bad = json_is_object(root) ? read_lists(root, &account) : "object";
	if (!bad && (bt_json_text(root, "number", account.number, sizeof account.number) != BT_OK ||
		     !bt_text_is_digits(account.number)))
		bad = "number";
	if (!bad && bt_json_int(root, "time", 0, TIME_MAX, &account.time_ms) != BT_OK)
		bad = "time";
	if (!bad && read_reconnection(root, &account) != BT_OK)
		bad = "reconnection";
	if (!bad)
		read_cash(root, &account);
	json_decref(root);
	if (bad)
		return bt_fault_set(fault, BT_EFORMAT, 0, "account: %s", bad);
	*out = account;
	return BT_OK;
}

const char *bt_account_notice_text(const struct bt_account_notice *notice, enum bt_lang lang)
{
	const char *wanted = notice->text[lang];
	return wanted[0] ? wanted : notice->text[lang == BT_LANG_EN ? BT_LANG_HI : BT_LANG_EN];
}

const struct bt_account_notice *bt_account_notice_now(const struct bt_account *account, int64_t now_ms)
{
	for (int i = 0; i < account->notice_count; i++) {
		if (account->notices[i].until_ms > now_ms)
			return &account->notices[i];
	}
	return NULL;
}

/* ---- the cache ---- */

enum bt_err bt_directory_put_account(struct bt_directory *directory, const char *number, struct bt_bytes json,
				     struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_ACCOUNT_SET);
	int code = SQLITE_ERROR;
	if (statement && !bt_cache_bind(statement, 1, number) &&
	    !sqlite3_bind_text64(statement, 2, (const char *)json.data, json.len, SQLITE_TRANSIENT, SQLITE_UTF8))
		code = sqlite3_step(statement);
	int reset = statement ? sqlite3_reset(statement) : SQLITE_ERROR;
	if (code == SQLITE_DONE && reset == SQLITE_OK)
		return BT_OK;
	return bt_fault_set(fault, (code & 0xff) == SQLITE_FULL ? BT_ENOSPC : BT_EOS, code, "directory.db: account");
}

enum bt_err bt_directory_find_account(struct bt_directory *directory, const char *number, struct bt_account *out)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_ACCOUNT);
	enum bt_err err = BT_EOS;
	if (!statement || bt_cache_bind(statement, 1, number))
		return BT_EOS;
	int code = sqlite3_step(statement);
	if (code == SQLITE_DONE)
		err = BT_ENOTFOUND;
	if (code == SQLITE_ROW) {
		struct bt_bytes json = {sqlite3_column_text(statement, 0), (size_t)sqlite3_column_bytes(statement, 0)};
		err = json.data && bt_account_decode(json, out, NULL) == BT_OK ? BT_OK : BT_ENOTFOUND;
	}
	sqlite3_reset(statement);
	return err;
}
