#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/account.h"
#include "core/sandbox/bytes.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/marks.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/orders.h"
#include "core/sandbox/terminal.h"

#define DOCUMENT_MAX  (2 << 20)
#define BACKDATE_MS   (5 * BT_SBX_MINUTE_MS)
#define LEASES_AN_ERA INT64_C(1000000)

json_t *bt_sbx_sign_document(const struct bt_sbx *sbx, json_t *document)
{
	uint8_t signature[64];
	char signature_text[96];
	json_t *signed_document = NULL;
	char *bytes = bt_sbx_json_canonical(document);
	size_t wide = bytes ? strlen(bytes) * 4 / 3 + 8 : 0;
	char *text = bytes ? malloc(wide) : NULL;
	if (text && strlen(bytes) < DOCUMENT_MAX &&
	    bt_sbx_ed25519_sign(sbx->head_end_seed, bytes, strlen(bytes), signature) &&
	    bt_sbx_b64_encode((const uint8_t *)bytes, strlen(bytes), text, wide) > 0) {
		bt_sbx_b64_encode(signature, sizeof signature, signature_text, sizeof signature_text);
		signed_document = json_pack("{s:s, s:s}", "document", text, "signature", signature_text);
	}
	free(text);
	free(bytes);
	json_decref(document);
	return signed_document;
}

enum bt_sbx_code bt_sbx_call_health(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				    struct bt_sbx_reply *reply)
{
	const char *nonce = request->argument(request->source, "nonce");
	uint8_t raw[16];
	char text[96];
	uint8_t signature[64];
	char signature_text[96];
	if (!nonce || !bt_sbx_hex_decode(nonce, raw, sizeof raw))
		return BT_SBX_MALFORMED;
	int64_t now_ms = bt_sbx_now_ms();
	snprintf(text, sizeof text, "batti-time-v1|%s|%lld", nonce, (long long)now_ms);
	if (!bt_sbx_ed25519_sign(sbx->head_end_seed, text, strlen(text), signature))
		return BT_SBX_INTERNAL;
	bt_sbx_b64_encode(signature, sizeof signature, signature_text, sizeof signature_text);
	reply->body =
	    json_pack("{s:I, s:I, s:s, s:s, s:o}", "time", (json_int_t)now_ms, "era", (json_int_t)sbx->era, "nonce",
		      nonce, "signature", signature_text, "notices", json_pack("[o]", bt_sbx_notice_words()));
	return BT_SBX_NONE;
}

static json_t *make_lease(const struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t number,
			  int64_t not_before, int64_t expires, json_t *grants)
{
	json_t *caps = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "sale_paise", (json_int_t)BT_SBX_MAXIMUM_PAISE,
				 "meter_day_paise", (json_int_t)(2 * BT_SBX_MAXIMUM_PAISE), "meter_day_count",
				 (json_int_t)9, "total_paise", (json_int_t)sbx->lease.value_paise, "total_count",
				 (json_int_t)sbx->lease.count, "oldest_hours", (json_int_t)sbx->lease.hours);
	return json_pack("{s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:o, s:o}", "format", 1,
			 "terminal", terminal->number, "number", (json_int_t)number, "era", (json_int_t)sbx->era,
			 "lane", (json_int_t)terminal->lane, "lanes", (json_int_t)terminal->lanes, "lanes_most",
			 (json_int_t)bt_sbx_lanes_most(sbx->db, bt_sbx_now_ms()), "tid_floor",
			 (json_int_t)terminal->lane_floor, "not_before", (json_int_t)not_before, "expires",
			 (json_int_t)expires, "tariff", bt_sbx_order_at(sbx->db, bt_sbx_now_ms()).id, "zone", "danapur",
			 "caps", caps, "grants", grants);
}

enum bt_sbx_code bt_sbx_call_lease(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	struct bt_sbx_terminal terminal;
	int64_t now_ms = bt_sbx_now_ms();
	int64_t expires = now_ms + sbx->lease.hours * BT_SBX_HOUR_MS;
	json_t *grants = NULL;
	if (!bt_sbx_store_begin(sbx->db) || !bt_sbx_terminal_find(sbx->db, request->terminal, &terminal))
		return BT_SBX_INTERNAL;
	if (bt_sbx_key_change_is_behind(sbx->db, terminal.number))
		return BT_SBX_DIRECTORY_OLD;
	int64_t from = now_ms - BACKDATE_MS;
	int64_t highest =
	    bt_sbx_store_count(sbx->db, 0, "SELECT max(number) FROM leases WHERE terminal=?", "t", terminal.number);
	/* A restored ledger may not know what it has given since: numbers only rise, whatever it forgot (PROTOCOL L1).
	 */
	int64_t least = (sbx->era - 1) * LEASES_AN_ERA;
	int64_t number = 1 + (highest > least ? highest : least);
	if (!bt_sbx_lane_follow(sbx, number, &terminal) ||
	    !bt_sbx_store_run(sbx->db, "INSERT INTO leases VALUES(?,?,?,?)", "tiii", terminal.number, number, from,
			      expires) ||
	    !(grants = bt_sbx_grants_make(sbx, terminal.number, number)))
		return BT_SBX_INTERNAL;
	reply->body = bt_sbx_sign_document(sbx, make_lease(sbx, &terminal, number, from, expires, grants));
	bool ok = bt_sbx_mark_lease(sbx, &terminal, number, from, expires) && bt_sbx_store_commit(sbx->db);
	return ok ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

/* Of one rate and nothing else, it says nothing of months. */
static json_t *make_category(const struct bt_sbx_category *row)
{
	json_t *category = json_pack("{s:s, s:I, s:I}", "code", row->code, "rate_paise", (json_int_t)row->rate_paise,
				     "duty_bp", (json_int_t)row->duty_bp);
	json_t *steps = json_array();
	for (int i = 0; i < BT_SBX_STEPS && row->steps[i].rate_paise > 0; i++)
		json_array_append_new(steps, json_pack("{s:I, s:I}", "above", (json_int_t)row->steps[i].above,
						       "rate_paise", (json_int_t)row->steps[i].rate_paise));
	if (json_array_size(steps) > 0)
		json_object_set(category, "steps", steps);
	json_decref(steps);
	if (row->fixed_paise > 0)
		json_object_set_new(category, "fixed_paise", json_integer(row->fixed_paise));
	if (row->gives_free)
		json_object_set_new(category, "gives_free", json_true());
	return category;
}

static json_t *make_order(const struct bt_sbx_order *order)
{
	json_t *categories = json_array();
	for (const struct bt_sbx_category *row = order->categories; row->code; row++)
		json_array_append_new(categories, make_category(row));
	json_t *holidays = json_array();
	for (size_t i = 0; bt_sbx_holidays[i]; i++)
		json_array_append_new(holidays, json_string(bt_sbx_holidays[i]));
	json_t *cut = json_pack("{s:s, s:s, s:b, s:i, s:o}", "from", "10:00", "until", "13:00", "not_sunday", 1,
				"grace_hours", 72, "holidays", holidays);
	return json_pack("{s:i, s:s, s:o, s:I, s:o, s:I, s:I, s:o}", "format", 1, "id", order->id, "name",
			 bt_sbx_json_words(order->name, order->name), "valid_from", (json_int_t)order->from_ms,
			 "categories", categories, "minimum_paise", (json_int_t)BT_SBX_MINIMUM_PAISE, "maximum_paise",
			 (json_int_t)BT_SBX_MAXIMUM_PAISE, "cut", cut);
}

enum bt_sbx_code bt_sbx_call_tariffs(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				     struct bt_sbx_reply *reply)
{
	struct bt_sbx_order orders[BT_SBX_ORDERS];
	struct bt_sbx_order ruling = bt_sbx_order_at(sbx->db, bt_sbx_now_ms());
	int count = bt_sbx_orders(sbx->db, orders);
	json_t *others = json_array();
	(void)request;
	for (int i = 0; i < count; i++)
		if (orders[i].id != ruling.id)
			json_array_append_new(others, make_order(&orders[i]));
	json_t *document = make_order(&ruling);
	if (json_array_size(others) > 0)
		json_object_set(document, "others", others);
	json_decref(others);
	reply->body = bt_sbx_sign_document(sbx, document);
	return BT_SBX_NONE;
}
