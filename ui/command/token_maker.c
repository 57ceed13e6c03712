#include "ui/command/token_maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/sts/amount.h"
#include "core/sts/base_date.h"
#include "core/sts/key_change.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"
#include "ui/command/token_text.h"

#define METER_CAP 256 /* a longer identity is not remembered: none that is right is as long */

/* A vending key opened, under the text it was opened from. */
struct vending {
	char hex[2 * BT_STS_DKGA04_KEY_LEN + 1];
	struct bt_sts_deriver *deriver;
};

/* A meter whose key is ready, under the bytes of its columns. */
struct meter {
	uint8_t columns[METER_CAP];
	size_t len; /* 0: none */
	char pan[BT_STS_PAN_CAP];
	struct bt_sts_key_id id;
	struct bt_sts_decoder_key key;
	struct bt_sts_schedule schedule;
};

struct bt_token_maker {
	const struct bt_sta *sta;
	struct vending held, next; /* the second for key changes */
	struct meter meter;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct bt_token_made *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out->why, sizeof out->why, format, args);
	va_end(args);
	return false;
}

enum bt_err bt_token_maker_open(const struct bt_sta *sta, struct bt_token_maker **out)
{
	struct bt_token_maker *maker = calloc(1, sizeof *maker);

	if (!maker)
		return BT_ENOMEM;
	maker->sta = sta;
	*out = maker;
	return BT_OK;
}

static void forget_vending(struct vending *vending)
{
	bt_sts_deriver_close(vending->deriver);
	explicit_bzero(vending, sizeof *vending);
}

void bt_token_maker_close(struct bt_token_maker *maker)
{
	if (!maker)
		return;
	forget_vending(&maker->held);
	forget_vending(&maker->next);
	bt_sts_schedule_wipe(&maker->meter.schedule);
	explicit_bzero(maker, sizeof *maker);
	free(maker);
}

/* ---- keys ---- */

static bool open_vending(struct vending *vending, const char *column, const char *hex, struct bt_token_made *out)
{
	uint8_t key[BT_STS_DKGA04_KEY_LEN];
	size_t len = strlen(hex);
	enum bt_err err;

	if (vending->deriver && bt_bytes_equal(bt_bytes_of(vending->hex), bt_bytes_of(hex)))
		return true;
	forget_vending(vending);
	if (len != 2 * BT_STS_DKGA02_KEY_LEN && len != 2 * BT_STS_DKGA04_KEY_LEN)
		return refuse(out, "%s: 16 or 40 hex digits", column);
	if (bt_hex_decode(hex, key, len / 2) != BT_OK) {
		explicit_bzero(key, sizeof key);
		return refuse(out, "%s: 16 or 40 hex digits", column);
	}
	err = bt_sts_deriver_open((struct bt_bytes){key, len / 2}, &vending->deriver);
	explicit_bzero(key, sizeof key);
	if (err) {
		vending->deriver = NULL;
		return refuse(out, "%s: %s", column, bt_err_text(err));
	}
	bt_text_copy(vending->hex, sizeof vending->hex, hex);
	return true;
}

static bool derive(struct vending *vending, const char *pan, const struct bt_sts_key_id *id,
		   struct bt_sts_decoder_key *key, struct bt_token_made *out)
{
	enum bt_err err = bt_sts_derive(vending->deriver, pan, id, key);

	if (err == BT_EINPUT)
		return refuse(out, "the vending key is not of the length that DKGA%s takes", id->dkga);
	return err ? refuse(out, "the decoder key cannot be made: %s", bt_err_text(err)) : true;
}

/* ---- who the meter is ---- */

static bool read_small(const char *name, const char *text, uint32_t min, uint32_t max, uint8_t *out_value,
		       struct bt_token_made *out)
{
	uint32_t value;

	if (!bt_token_read_number(text, max, &value) || value < min)
		return refuse(out, "%s: %u to %u", name, min, max);
	*out_value = (uint8_t)value;
	return true;
}

static bool read_base(const char *name, const char *text, uint16_t *out_base, struct bt_token_made *out)
{
	uint32_t year;

	if (!bt_token_read_number(text, 9999, &year) || !bt_sts_base_date_find((uint16_t)year))
		return refuse(out, "%s: 1993 or 2014 or 2035", name);
	*out_base = (uint16_t)year;
	return true;
}

static bool read_sgc(const char *name, const char *text, char sgc[7], struct bt_token_made *out)
{
	if (strlen(text) != 6 || !bt_text_is_digits(text))
		return refuse(out, "%s: 6 digits", name);
	bt_text_copy(sgc, 7, text);
	return true;
}

static bool read_pan(char *const value[BT_TOKEN_INPUTS], char pan[BT_STS_PAN_CAP], struct bt_token_made *out)
{
	const char *iin = value[BT_TOKEN_IIN];
	enum bt_err err = bt_sts_pan_of_drn(value[BT_TOKEN_DRN], pan);

	if (err == BT_EAUTH)
		return refuse(out, "drn: the meter number has a typing mistake");
	if (err)
		return refuse(out, "drn: 11 or 13 digits");
	/* What is left of the PAN behind both is its own check digit. */
	if (strlen(iin) + strlen(value[BT_TOKEN_DRN]) != BT_STS_PAN_CAP - 2 || strncmp(pan, iin, strlen(iin)) != 0)
		return refuse(out, "iin: 600727 with a drn of 11 digits and 0000 with one of 13");
	return true;
}

static bool read_id(char *const value[BT_TOKEN_INPUTS], struct bt_sts_key_id *id, struct bt_token_made *out)
{
	*id = (struct bt_sts_key_id){0};
	if (!bt_token_read_code(value[BT_TOKEN_DKGA], id->dkga))
		return refuse(out, "dkga: 02 or 04");
	if (!bt_token_read_code(value[BT_TOKEN_EA], id->ea))
		return refuse(out, "ea: 07 or 11");
	if (!bt_token_read_code(value[BT_TOKEN_TI], id->ti))
		return refuse(out, "ti: 00 to 99");
	return read_sgc("sgc", value[BT_TOKEN_SGC], id->sgc, out) &&
	       read_small("krn", value[BT_TOKEN_KRN], 1, 9, &id->krn, out) &&
	       read_small("kt", value[BT_TOKEN_KT], 0, 3, &id->kt, out) &&
	       read_small("ken", value[BT_TOKEN_KEN], 0, 255, &id->ken, out) &&
	       read_base("base_date", value[BT_TOKEN_BASE], &id->base, out);
}

static bool prepare_meter(struct bt_token_maker *maker, char *const value[BT_TOKEN_INPUTS], struct bt_bytes columns,
			  struct bt_token_made *out)
{
	struct meter *meter = &maker->meter;
	const char *refusal;

	if (meter->len && meter->len == columns.len && memcmp(meter->columns, columns.data, columns.len) == 0)
		return true;
	meter->len = 0;
	if (!read_id(value, &meter->id, out) || !read_pan(value, meter->pan, out))
		return false;
	refusal = bt_sts_key_id_refusal(&meter->id);
	if (refusal)
		return refuse(out, "not supported: %s", refusal);
	if (!open_vending(&maker->held, "vending_key_hex", value[BT_TOKEN_VENDING_KEY], out) ||
	    !derive(&maker->held, meter->pan, &meter->id, &meter->key, out))
		return false;
	if (bt_sts_schedule_init(&meter->schedule, maker->sta, &meter->key) != BT_OK)
		return refuse(out, "not supported: no cipher for EA%s", meter->id.ea);
	if (columns.len <= sizeof meter->columns) {
		memcpy(meter->columns, columns.data, columns.len);
		meter->len = columns.len;
	}
	return true;
}

/* ---- fields ---- */

struct pair {
	const char *name;
	const char *text; /* NULL: not given */
};

/* "a=1;b=2" into @p pairs. @return false for a name that is none of them or comes twice. */
static bool take_apart(char *text, struct pair *pairs, size_t count)
{
	char *part, *is;
	size_t i;

	while ((part = strsep(&text, ";"))) {
		is = strchr(part, '=');
		if (!is)
			return false;
		*is = '\0';
		for (i = 0; i < count && strcmp(pairs[i].name, part) != 0; i++)
			;
		if (i == count || pairs[i].text)
			return false;
		pairs[i].text = is + 1;
	}
	return true;
}

static bool make_test(char *const value[BT_TOKEN_INPUTS], const struct bt_sts_token_type *type,
		      struct bt_token_made *out)
{
	struct bt_sts_token token = {.token_class = type->token_class, .subclass = type->subclass};
	struct pair pairs[] = {{.name = "mfr"}, {.name = "control"}};
	bool four = type->layout == BT_STS_LAYOUT_TEST_4;
	uint32_t mfr;

	if (!take_apart(value[BT_TOKEN_FIELDS], pairs, 2) || !pairs[0].text || !pairs[1].text)
		return refuse(out, "amount_or_fields: mfr=NN;control=0xN");
	if (!bt_token_read_number(pairs[0].text, four ? 9999 : 99, &mfr))
		return refuse(out, "mfr: 0 to %s", four ? "9999" : "99");
	token.mfr_code = (uint16_t)mfr;
	if (!bt_token_read_bits(pairs[1].text, &token.control) ||
	    bt_sts_token_encode(NULL, &token, out->token) != BT_OK)
		return refuse(out, "control: 0x0 to 0x%s", four ? "fffffff" : "fffffffff");
	return true;
}

static bool read_value(char *text, const struct bt_sts_token_type *type, uint32_t *out_value, struct bt_token_made *out)
{
	struct pair pair = {.name = "value"};

	if (type->token_class == 0) {
		if (!bt_token_read_tenths(text, BT_STS_AMOUNT_MAX, out_value))
			return refuse(out, "amount_or_fields: 0.0 to 1820162.4 with one decimal");
	} else if (!take_apart(text, &pair, 1) || !pair.text ||
		   !bt_token_read_number(pair.text, UINT32_MAX, out_value)) {
		return refuse(out, "amount_or_fields: value=N");
	}
	return true;
}

static bool read_minute(const char *text, uint16_t base, uint32_t *out_tid, struct bt_token_made *out)
{
	uint32_t minute;
	int64_t ms;

	if (!bt_token_read_time(text, &ms))
		return refuse(out, "tid_or_datetime: YYYY-MM-DDTHH:MM:SS in UTC or tid=N");
	if (ms < bt_sts_base_date_find(base)->wall_ms)
		return refuse(out, "the time is before the base date %u", base);
	if (bt_sts_tid_of(ms, base, &minute) != BT_OK || bt_sts_tid_ordinary(minute, out_tid) != BT_OK)
		return refuse(out, "the time is past the last TID of the base date %u", base);
	return true;
}

static bool read_stamp(char *const value[BT_TOKEN_INPUTS], const struct bt_sts_key_id *id, struct bt_sts_token *token,
		       struct bt_token_made *out)
{
	const char *time = value[BT_TOKEN_TIME];

	if (!read_small("rnd", value[BT_TOKEN_RND], 0, 15, &token->rnd, out))
		return false;
	if (strncmp(time, "tid=", 4) == 0) {
		if (!bt_token_read_number(time + 4, BT_STS_TID_MAX, &token->tid))
			return refuse(out, "tid: 0 to %u", BT_STS_TID_MAX);
	} else if (!read_minute(time, id->base, &token->tid, out)) {
		return false;
	}
	if (bt_sts_ken_expired(id->ken, token->tid))
		return refuse(out, "the key has expired at this time (KEN %u)", id->ken);
	return true;
}

static bool make_stamped(struct bt_token_maker *maker, char *const value[BT_TOKEN_INPUTS],
			 const struct bt_sts_token_type *type, struct bt_token_made *out)
{
	struct bt_sts_token token = {.token_class = type->token_class, .subclass = type->subclass};
	enum bt_err err;

	if (!read_value(value[BT_TOKEN_FIELDS], type, &token.value, out) ||
	    !read_stamp(value, &maker->meter.id, &token, out))
		return false;
	err = bt_sts_token_encode(&maker->meter.schedule, &token, out->token);
	if (err == BT_ERANGE)
		return refuse(out, "amount_or_fields: the value is outside the range of this token");
	return err ? refuse(out, "the token cannot be made: %s", bt_err_text(err)) : true;
}

/* ---- key changes ---- */

enum { NEW_VK, NEW_SGC, NEW_KRN, NEW_KT, NEW_TI, NEW_KEN, NEW_BASE, RO, NEW_DK, CHANGE_FIELDS };

static bool read_change(struct pair *pair, const struct bt_sts_key_id *held, struct bt_sts_key_change *change,
			struct bt_token_made *out)
{
	uint32_t roll_over;

	for (int i = 0; i < NEW_DK; i++)
		if (!pair[i].text)
			return refuse(out, "amount_or_fields: %s is missing", pair[i].name);
	change->to = (struct bt_sts_key_id){0};
	bt_text_copy(change->to.dkga, sizeof change->to.dkga, held->dkga);
	bt_text_copy(change->to.ea, sizeof change->to.ea, held->ea);
	if (!bt_token_read_code(pair[NEW_TI].text, change->to.ti))
		return refuse(out, "newti: 00 to 99");
	if (!bt_token_read_number(pair[RO].text, 1, &roll_over))
		return refuse(out, "ro: 0 or 1");
	change->roll_over = roll_over == 1;
	return read_sgc("newsgc", pair[NEW_SGC].text, change->to.sgc, out) &&
	       read_small("newkrn", pair[NEW_KRN].text, 1, 9, &change->to.krn, out) &&
	       read_small("newkt", pair[NEW_KT].text, 0, 3, &change->to.kt, out) &&
	       read_small("newken", pair[NEW_KEN].text, 0, 255, &change->to.ken, out) &&
	       read_base("newbd", pair[NEW_BASE].text, &change->to.base, out);
}

/* A new key that is written beside its makings must be the one they make. */
static bool check_new_key(const char *hex, const struct bt_sts_decoder_key *key, struct bt_token_made *out)
{
	uint8_t given[sizeof key->bytes];
	bool same;

	if (!hex || !*hex)
		return true;
	same = strlen(hex) == 2u * key->len && bt_hex_decode(hex, given, key->len) == BT_OK &&
	       bt_bytes_equal((struct bt_bytes){given, key->len}, (struct bt_bytes){key->bytes, key->len});
	explicit_bzero(given, sizeof given);
	return same ? true : refuse(out, "newdk is not the key that newvk makes");
}

static bool encode_section(const struct bt_token_maker *maker, const struct bt_sts_key_change *change, unsigned section,
			   struct bt_token_made *out)
{
	char set[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP];
	unsigned count;
	enum bt_err err = bt_sts_key_change_encode(&maker->meter.schedule, change, set, &count);

	if (err)
		return refuse(out, "the key change cannot be made: %s", bt_err_text(err));
	if (section > count)
		return refuse(out, "a key change under EA%s has %u tokens", maker->meter.id.ea, count);
	bt_text_copy(out->token, sizeof out->token, set[section - 1]);
	return true;
}

static bool make_section(struct bt_token_maker *maker, char *const value[BT_TOKEN_INPUTS],
			 const struct bt_sts_token_type *type, struct bt_token_made *out)
{
	struct pair pairs[CHANGE_FIELDS] = {
	    [NEW_VK] = {.name = "newvk"},   [NEW_SGC] = {.name = "newsgc"}, [NEW_KRN] = {.name = "newkrn"},
	    [NEW_KT] = {.name = "newkt"},   [NEW_TI] = {.name = "newti"},   [NEW_KEN] = {.name = "newken"},
	    [NEW_BASE] = {.name = "newbd"}, [RO] = {.name = "ro"},          [NEW_DK] = {.name = "newdk"},
	};
	struct bt_sts_key_change change = {0};
	bool made;

	if (!take_apart(value[BT_TOKEN_FIELDS], pairs, CHANGE_FIELDS))
		return refuse(out, "amount_or_fields: newvk= newsgc= newkrn= newkt= newti= newken= newbd= ro= newdk=");
	made = read_change(pairs, &maker->meter.id, &change, out) &&
	       open_vending(&maker->next, "newvk", pairs[NEW_VK].text, out) &&
	       derive(&maker->next, maker->meter.pan, &change.to, &change.key, out) &&
	       check_new_key(pairs[NEW_DK].text, &change.key, out) &&
	       encode_section(maker, &change, type->section, out);
	explicit_bzero(&change, sizeof change);
	return made;
}

/* ---- a row ---- */

static bool read_type(char *const value[BT_TOKEN_INPUTS], const struct bt_sts_token_type **type,
		      struct bt_token_made *out)
{
	uint8_t token_class, subclass;
	const char *refusal;

	if (!read_small("class", value[BT_TOKEN_CLASS], 0, 3, &token_class, out) ||
	    !read_small("subclass", value[BT_TOKEN_SUBCLASS], 0, 15, &subclass, out))
		return false;
	refusal = bt_sts_token_type_refusal(token_class, subclass);
	if (refusal)
		return refuse(out, "not supported: %s", refusal);
	*type = bt_sts_token_type_find(token_class, subclass);
	return true;
}

bool bt_token_maker_make(struct bt_token_maker *maker, char *const value[BT_TOKEN_INPUTS], struct bt_bytes meter,
			 struct bt_token_made *out)
{
	const struct bt_sts_token_type *type;

	out->key.len = 0;
	if (!read_type(value, &type, out))
		return false;
	if (type->layout == BT_STS_LAYOUT_TEST_2 || type->layout == BT_STS_LAYOUT_TEST_4)
		return make_test(value, type, out);
	if (!prepare_meter(maker, value, meter, out) ||
	    !(type->layout == BT_STS_LAYOUT_SECTION ? make_section : make_stamped)(maker, value, type, out))
		return false;
	out->key = maker->meter.key;
	return true;
}
