#include "core/sandbox/sale_in.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/token.h"

#define MONEY_MAX     INT64_C(100000000000) /* a thousand million rupees: far above any sale, far below overflow */
#define TIME_MAX      INT64_C(253402300799999)
#define TENDERS_MAX   16
#define MS_SINCE_EVER 0

bool bt_sbx_is_sale_id(const char *text)
{
	if (strlen(text) != BT_SBX_SALE_ID_LEN)
		return false;
	for (size_t i = 0; i < BT_SBX_SALE_ID_LEN; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (is_dash ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
			return false;
	}
	return true;
}

static bool read_key(const json_t *object, struct bt_sbx_key_id *out)
{
	return bt_sbx_json_text(object, "sgc", out->sgc, sizeof out->sgc) && bt_sbx_is_digits(out->sgc, 6) &&
	       bt_sbx_json_text(object, "ti", out->ti, sizeof out->ti) && bt_sbx_is_digits(out->ti, 2) &&
	       bt_sbx_json_text(object, "ea", out->ea, sizeof out->ea) && bt_sbx_is_digits(out->ea, 2) &&
	       bt_sbx_json_text(object, "dkga", out->dkga, sizeof out->dkga) && bt_sbx_is_digits(out->dkga, 2) &&
	       bt_sbx_json_text(object, "kcv", out->kcv, sizeof out->kcv) && strlen(out->kcv) == 6 &&
	       bt_sbx_json_small(object, "krn", 1, 9, &out->krn) && bt_sbx_json_small(object, "kt", 0, 3, &out->kt) &&
	       bt_sbx_json_small(object, "base", 1993, 2035, &out->base) &&
	       bt_sbx_json_small(object, "ken", 0, 255, &out->ken) &&
	       bt_sbx_json_small(object, "version", 0, 1000000, &out->version);
}

/* A claim carries no tenders; otherwise they add up to what was paid. */
static bool read_tenders(const json_t *list, int64_t amount_paise)
{
	int64_t sum = 0;
	char text[65];
	if (!json_is_array(list) || json_array_size(list) > TENDERS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *tender = json_array_get(list, i);
		int64_t paise = 0;
		if (!bt_sbx_json_text(tender, "kind", text, sizeof text) ||
		    !bt_sbx_json_text(tender, "id", text, sizeof text) ||
		    !bt_sbx_json_int(tender, "paise", 0, MONEY_MAX, &paise))
			return false;
		sum += paise;
	}
	return json_array_size(list) == 0 || sum == amount_paise;
}

static bool read_texts(const json_t *object, struct bt_sbx_sale *out)
{
	return bt_sbx_json_text(object, "sale_id", out->sale_id, sizeof out->sale_id) &&
	       bt_sbx_is_sale_id(out->sale_id) &&
	       bt_sbx_json_text(object, "terminal", out->terminal, sizeof out->terminal) &&
	       bt_sbx_json_text(object, "connection", out->connection, sizeof out->connection) &&
	       bt_sbx_json_text(object, "meter", out->meter, sizeof out->meter) &&
	       bt_sbx_json_text(object, "pan", out->pan, sizeof out->pan) &&
	       bt_sbx_json_text(object, "kind", out->kind, sizeof out->kind) &&
	       bt_sbx_json_text(object, "delivery", out->delivery, sizeof out->delivery) &&
	       bt_sbx_json_text(object, "operator", out->operator_id, sizeof out->operator_id) &&
	       bt_sbx_json_text(object, "receipt", out->receipt, sizeof out->receipt) &&
	       bt_sbx_json_text(object, "tariff", out->tariff, sizeof out->tariff);
}

static bool read_numbers(const json_t *object, struct bt_sbx_sale *out)
{
	return bt_sbx_json_int(object, "amount_paise", 1, MONEY_MAX, &out->amount_paise) &&
	       bt_sbx_json_int(object, "dues_paise", 0, out->amount_paise, &out->dues_paise) &&
	       bt_sbx_json_int(object, "duty_paise", 0, MONEY_MAX, &out->duty_paise) &&
	       bt_sbx_json_int(object, "energy_paise", 0, MONEY_MAX, &out->energy_paise) &&
	       bt_sbx_json_int(object, "units", 0, BT_SBX_UNITS_MAX, &out->units) &&
	       bt_sbx_json_int(object, "paid_at", MS_SINCE_EVER, TIME_MAX, &out->paid_at) &&
	       bt_sbx_json_int(object, "rev", 1, 1000, &out->rev);
}

static bool read_month(const json_t *object, struct bt_sbx_sale *out)
{
	out->has_month = object != NULL;
	return !object || (bt_sbx_json_int(object, "fixed_paise", 0, MONEY_MAX, &out->fixed_paise) &&
			   bt_sbx_json_int(object, "free", 0, BT_SBX_UNITS_MAX, &out->free) &&
			   bt_sbx_json_int(object, "of", 197001, 999912, &out->month) &&
			   bt_sbx_json_int(object, "units", 0, 1000000000, &out->before));
}

static bool is_consistent(const struct bt_sbx_sale *sale)
{
	bool is_token = strcmp(sale->delivery, "token") == 0;
	bool is_balance = strcmp(sale->delivery, "balance") == 0;
	bool is_dues = strcmp(sale->delivery, "dues") == 0;
	if (!is_token && !is_balance && !is_dues)
		return false;
	if (sale->has_tid && (!is_token || !sale->has_key))
		return false;
	if (is_dues && (sale->dues_paise != sale->amount_paise || sale->units != 0))
		return false;
	if (!is_dues && sale->dues_paise == sale->amount_paise)
		return false;
	return sale->free <= sale->units &&
	       sale->energy_paise + sale->duty_paise + sale->fixed_paise == sale->amount_paise - sale->dues_paise;
}

bool bt_sbx_sale_read(const json_t *object, struct bt_sbx_sale *out)
{
	struct bt_sbx_sale sale = {.tid = -1, .rnd = -1};
	if (!json_is_object(object) || !read_texts(object, &sale) || !read_numbers(object, &sale) ||
	    !read_tenders(json_object_get(object, "tenders"), sale.amount_paise))
		return false;
	if (json_object_get(object, "lease") && !bt_sbx_json_int(object, "lease", 0, INT64_MAX, &sale.lease))
		return false;
	sale.has_tid = json_object_get(object, "tid") != NULL;
	if (sale.has_tid && (!bt_sbx_json_int(object, "tid", 0, 0xffffff, &sale.tid) ||
			     !bt_sbx_json_int(object, "rnd", 0, 15, &sale.rnd)))
		return false;
	sale.has_key = json_object_get(object, "key") != NULL;
	if (sale.has_key && !read_key(json_object_get(object, "key"), &sale.key))
		return false;
	if (!read_month(json_object_get(object, "month"), &sale) || !is_consistent(&sale))
		return false;
	*out = sale;
	return true;
}

void bt_sbx_sale_drop_minute(struct bt_sbx_sale *sale)
{
	sale->has_tid = sale->has_key = false;
	sale->tid = sale->rnd = -1;
}

void bt_sbx_key_id_text(const struct bt_sbx_sale *sale, char out[80])
{
	const struct bt_sbx_key_id *key = &sale->key;
	out[0] = '\0';
	if (sale->has_key)
		snprintf(out, 80, "%s|%d|%d|%s|%s|%s|%d|%d|%s", key->sgc, key->krn, key->kt, key->ti, key->ea,
			 key->dkga, key->base, key->ken, key->kcv);
}

void bt_sbx_core_of(const struct bt_sbx_sale *sale, const char *token, struct bt_sbx_core *out)
{
	*out =
	    (struct bt_sbx_core){.paise = sale->amount_paise, .units = sale->units, .tid = sale->tid, .rnd = sale->rnd};
	snprintf(out->sale_id, sizeof out->sale_id, "%s", sale->sale_id);
	snprintf(out->terminal, sizeof out->terminal, "%s", sale->terminal);
	snprintf(out->connection, sizeof out->connection, "%s", sale->connection);
	snprintf(out->meter, sizeof out->meter, "%s", sale->meter);
	snprintf(out->delivery, sizeof out->delivery, "%s", sale->delivery);
	snprintf(out->token, sizeof out->token, "%s", token);
	bt_sbx_key_id_text(sale, out->key_id);
}

void bt_sbx_core_take_minute(struct bt_sbx_core *asked, const struct bt_sbx_core *held)
{
	asked->tid = held->tid;
	asked->rnd = held->rnd;
	memcpy(asked->key_id, held->key_id, sizeof asked->key_id);
}

bool bt_sbx_core_equal(const struct bt_sbx_core *held, const struct bt_sbx_core *asked)
{
	/* A terminal that let the head-end choose learns the choice later and may name it in its journal. */
	bool names_nothing = asked->tid < 0 && held->picked;
	bool same_minute = names_nothing || (held->tid == asked->tid && held->rnd == asked->rnd);
	bool same_key = held->picked ? !*asked->key_id || strcmp(held->key_id, asked->key_id) == 0
				     : strcmp(held->key_id, asked->key_id) == 0;
	bool same_token = !*held->token || !*asked->token || strcmp(held->token, asked->token) == 0;
	return strcmp(held->sale_id, asked->sale_id) == 0 && strcmp(held->terminal, asked->terminal) == 0 &&
	       strcmp(held->connection, asked->connection) == 0 && strcmp(held->meter, asked->meter) == 0 &&
	       strcmp(held->delivery, asked->delivery) == 0 && held->paise == asked->paise &&
	       held->units == asked->units && same_minute && same_key && same_token;
}
