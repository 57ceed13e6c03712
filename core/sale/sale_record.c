/* The sale record: one canonical JSON form for journal, wire and signature. Encode and decode side by side. */
#include "core/sale/sale.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/random.h"

#define MONTH_MIN 197001
#define MONTH_MAX 999912

static json_t *encode_key(const struct bt_sts_key_id *key)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:I}", "base", key->base, "dkga", key->dkga,
			 "ea", key->ea, "kcv", key->kcv, "ken", key->ken, "krn", key->krn, "kt", key->kt, "sgc",
			 key->sgc, "ti", key->ti, "version", (json_int_t)key->version);
}

static const char *const way_codes[] = {[BT_WAY_SERVER] = "head-end", [BT_WAY_SERVICE] = "psp"};

const char *bt_way_code(enum bt_tender_way way)
{
	return way_codes[way];
}

static json_t *encode_tenders(const struct bt_sale *sale)
{
	json_t *list = json_array();
	bool whole = list != NULL;

	for (int i = 0; whole && i < sale->tender_count; i++) {
		const struct bt_tender *tender = &sale->tenders[i];
		json_t *row = json_pack("{s:I, s:s, s:s, s:I}", "given_paise", (json_int_t)tender->given, "id",
					tender->id, "kind", tender->kind, "paise", (json_int_t)tender->amount);

		if (row && tender->reference[0])
			whole = json_object_set_new(row, "reference", json_string(tender->reference)) == 0;
		if (row && bt_way_code(tender->way))
			whole = json_object_set_new(row, "way", json_string(bt_way_code(tender->way))) == 0 && whole;
		whole = json_array_append_new(list, row) == 0 && whole;
	}
	if (!whole) {
		json_decref(list);
		return NULL;
	}
	return list;
}

void *bt_sale_month_json(const struct bt_quote *quote)
{
	return json_pack("{s:I, s:I, s:i, s:I}", "fixed_paise", (json_int_t)quote->fixed, "free",
			 (json_int_t)quote->free, "of", (int)quote->month, "units", (json_int_t)quote->before);
}

enum bt_err bt_sale_month_read(const void *object, struct bt_quote *out)
{
	const json_t *month = bt_json_object(object, "month");
	bt_paise fixed = 0;
	int64_t free_units = 0, of = 0, before = 0;

	if (!bt_json_has(object, "month"))
		return BT_OK;
	if (!month || bt_json_int(month, "fixed_paise", 0, BT_PAISE_MAX, &fixed) != BT_OK ||
	    bt_json_int(month, "free", 0, BT_MONTH_UNITS_MAX, &free_units) != BT_OK ||
	    bt_json_int(month, "of", MONTH_MIN, MONTH_MAX, &of) != BT_OK ||
	    bt_json_int(month, "units", 0, BT_MONTH_UNITS_MAX, &before) != BT_OK || of % 100 < 1 || of % 100 > 12)
		return BT_EFORMAT;
	out->fixed = fixed;
	out->free = free_units;
	out->month = (int32_t)of;
	out->before = before;
	return BT_OK;
}

/* A record that lacks a part must not be signed: the setters fail on a value that could not be made. */
static enum bt_err add_parts(json_t *o, const struct bt_sale *sale)
{
	if (json_object_set_new(o, "tenders", encode_tenders(sale)) != 0)
		return BT_ENOMEM;
	if (sale->quote.month && json_object_set_new(o, "month", bt_sale_month_json(&sale->quote)) != 0)
		return BT_ENOMEM;
	if (!sale->has_tid)
		return BT_OK;
	if (json_object_set_new(o, "key", encode_key(&sale->key)) != 0 ||
	    json_object_set_new(o, "tid", json_integer(sale->tid)) != 0 ||
	    json_object_set_new(o, "rnd", json_integer(sale->rnd)) != 0)
		return BT_ENOMEM;
	return BT_OK;
}

void *bt_sale_json(const struct bt_sale *sale)
{
	const struct bt_quote *quote = &sale->quote;
	json_t *o = json_pack(
	    "{s:I, s:s, s:s, s:I, s:I, s:I, s:s, s:I, s:s, s:s, s:I, s:s, s:s, s:I, s:s, s:I, s:s, s:s, s:I}",
	    "amount_paise", (json_int_t)quote->amount, "connection", sale->connection, "delivery",
	    bt_delivery_code(sale->delivery), "dues_paise", (json_int_t)quote->dues, "duty_paise",
	    (json_int_t)quote->duty, "energy_paise", (json_int_t)quote->energy, "kind", bt_kind_code(sale->kind),
	    "lease", (json_int_t)sale->lease, "meter", sale->meter, "operator", sale->operator_id, "paid_at",
	    (json_int_t)sale->paid_at_ms, "pan", sale->pan, "receipt", sale->receipt, "rev", (json_int_t)sale->rev,
	    "sale_id", sale->sale_id, "shift", (json_int_t)sale->shift, "tariff", quote->tariff, "terminal",
	    sale->terminal, "units", (json_int_t)quote->units);

	if (o && add_parts(o, sale) != BT_OK) {
		json_decref(o);
		return NULL;
	}
	return o;
}

enum bt_err bt_sale_encode(const struct bt_sale *sale, struct bt_buf *out)
{
	json_t *o = bt_sale_json(sale);
	enum bt_err err = o ? bt_json_encode(o, out) : BT_ENOMEM;

	json_decref(o);
	return err;
}

/* Getters below stop at the first failure: `err` runs through them. */
static void take_int(enum bt_err *err, const json_t *o, const char *key, int64_t max, int64_t *out)
{
	if (!*err)
		*err = bt_json_int(o, key, 0, max, out);
}

static void take_text(enum bt_err *err, const json_t *o, const char *key, char *out, size_t cap)
{
	if (!*err)
		*err = bt_json_text(o, key, out, cap);
}

static enum bt_err decode_key(const json_t *o, struct bt_sts_key_id *out)
{
	enum bt_err err = BT_OK;
	int64_t base = 0, ken = 0, krn = 0, kt = 0, version = 0;

	take_text(&err, o, "dkga", out->dkga, sizeof out->dkga);
	take_text(&err, o, "ea", out->ea, sizeof out->ea);
	take_text(&err, o, "kcv", out->kcv, sizeof out->kcv);
	take_text(&err, o, "sgc", out->sgc, sizeof out->sgc);
	take_text(&err, o, "ti", out->ti, sizeof out->ti);
	take_int(&err, o, "base", 2100, &base);
	take_int(&err, o, "ken", 255, &ken);
	take_int(&err, o, "krn", 9, &krn);
	take_int(&err, o, "kt", 3, &kt);
	take_int(&err, o, "version", UINT32_MAX, &version);
	out->base = (uint16_t)base;
	out->ken = (uint8_t)ken;
	out->krn = (uint8_t)krn;
	out->kt = (uint8_t)kt;
	out->version = (uint32_t)version;
	return err;
}

/* Of another way nobody here could ask: the record is not understood. */
static enum bt_err decode_way(const json_t *row, enum bt_tender_way *out)
{
	char text[12];
	enum bt_err err;

	if (!bt_json_has(row, "way"))
		return BT_OK;
	err = bt_json_text(row, "way", text, sizeof text);
	if (err)
		return err;
	for (int way = BT_WAY_SERVER; way <= BT_WAY_SERVICE; way++)
		if (strcmp(text, way_codes[way]) == 0) {
			*out = (enum bt_tender_way)way;
			return BT_OK;
		}
	return BT_EFORMAT;
}

static enum bt_err decode_tenders(const json_t *list, struct bt_sale *out)
{
	enum bt_err err = BT_OK;
	size_t count = json_array_size(list);

	if (!list || count > BT_SALE_TENDERS)
		return BT_EFORMAT;
	for (size_t i = 0; !err && i < count; i++) {
		const json_t *row = json_array_get(list, i);
		struct bt_tender *tender = &out->tenders[i];

		take_text(&err, row, "id", tender->id, sizeof tender->id);
		take_text(&err, row, "kind", tender->kind, sizeof tender->kind);
		take_int(&err, row, "paise", BT_PAISE_MAX, &tender->amount);
		take_int(&err, row, "given_paise", BT_PAISE_MAX, &tender->given);
		if (bt_json_has(row, "reference"))
			take_text(&err, row, "reference", tender->reference, sizeof tender->reference);
		if (!err)
			err = decode_way(row, &tender->way);
	}
	out->tender_count = (int)count;
	return err;
}

static enum bt_err decode_token_identity(const json_t *o, struct bt_sale *out)
{
	enum bt_err err = BT_OK;
	int64_t tid = 0, rnd = 0;

	if (!bt_json_has(o, "tid"))
		return bt_json_has(o, "rnd") || bt_json_has(o, "key") ? BT_EFORMAT : BT_OK;
	take_int(&err, o, "tid", 0xFFFFFF, &tid);
	take_int(&err, o, "rnd", 15, &rnd);
	if (!err)
		err = decode_key(bt_json_object(o, "key"), &out->key);
	out->has_tid = true;
	out->tid = (uint32_t)tid;
	out->rnd = (uint8_t)rnd;
	return err;
}

static enum bt_err decode_delivery(const json_t *o, enum bt_delivery *out)
{
	static const enum bt_delivery all[] = {BT_DELIVERY_TOKEN, BT_DELIVERY_BALANCE, BT_DELIVERY_DUES};
	char text[16];
	enum bt_err err = bt_json_text(o, "delivery", text, sizeof text);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (strcmp(text, bt_delivery_code(all[i])) == 0) {
			*out = all[i];
			return BT_OK;
		}
	return BT_EFORMAT;
}

static enum bt_err decode_fields(const json_t *o, struct bt_sale *sale)
{
	enum bt_err err = BT_OK;
	char kind[16] = "";

	take_text(&err, o, "sale_id", sale->sale_id, sizeof sale->sale_id);
	take_text(&err, o, "terminal", sale->terminal, sizeof sale->terminal);
	take_text(&err, o, "receipt", sale->receipt, sizeof sale->receipt);
	take_text(&err, o, "operator", sale->operator_id, sizeof sale->operator_id);
	take_text(&err, o, "connection", sale->connection, sizeof sale->connection);
	take_text(&err, o, "meter", sale->meter, sizeof sale->meter);
	take_text(&err, o, "pan", sale->pan, sizeof sale->pan);
	take_text(&err, o, "tariff", sale->quote.tariff, sizeof sale->quote.tariff);
	take_text(&err, o, "kind", kind, sizeof kind);
	take_int(&err, o, "shift", INT32_MAX, &sale->shift);
	take_int(&err, o, "rev", INT32_MAX, &sale->rev);
	take_int(&err, o, "lease", INT64_MAX, &sale->lease);
	take_int(&err, o, "paid_at", INT64_MAX, &sale->paid_at_ms);
	take_int(&err, o, "amount_paise", BT_PAISE_MAX, &sale->quote.amount);
	take_int(&err, o, "dues_paise", BT_PAISE_MAX, &sale->quote.dues);
	take_int(&err, o, "energy_paise", BT_PAISE_MAX, &sale->quote.energy);
	take_int(&err, o, "duty_paise", BT_PAISE_MAX, &sale->quote.duty);
	take_int(&err, o, "units", INT32_MAX, &sale->quote.units);
	if (!err)
		err = bt_sale_month_read(o, &sale->quote);
	if (!err)
		err = bt_kind_parse(kind, &sale->kind);
	if (!err)
		err = decode_delivery(o, &sale->delivery);
	if (!err)
		err = decode_tenders(bt_json_array(o, "tenders"), sale);
	if (!err)
		err = decode_token_identity(o, sale);
	if (!err && !bt_uuid7_is(sale->sale_id))
		err = BT_EFORMAT;
	return err;
}

enum bt_err bt_sale_decode(struct bt_bytes json, struct bt_sale *out, struct bt_fault *fault)
{
	struct bt_sale sale = {0};
	json_t *o;
	enum bt_err err = bt_json_parse(json, 8192, &o, fault);

	if (err)
		return err == BT_ENOMEM ? err : BT_EFORMAT;
	err = decode_fields(o, &sale);
	json_decref(o);
	if (err)
		return bt_fault_set(fault, BT_EFORMAT, 0, "sale record lacks a field or has one of another form");
	*out = sale;
	return BT_OK;
}
