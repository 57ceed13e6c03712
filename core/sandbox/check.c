#include "core/sandbox/check.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/ledger.h"

#define MEMORY_TIDS    49 /* one below what a meter remembers */
#define DUES_MIN_PAISE 100
#define FAST_MS        60000 /* by so much a good clock of a terminal may be ahead */

static enum bt_sbx_code check_limits(const struct bt_sbx_sale *sale)
{
	/* Dues may be paid in any part; a recharge has the tariff's minimum. */
	bool is_dues = strcmp(sale->delivery, "dues") == 0;
	if (sale->amount_paise < (is_dues ? DUES_MIN_PAISE : BT_SBX_MINIMUM_PAISE))
		return BT_SBX_BELOW_MINIMUM;
	return sale->amount_paise > BT_SBX_MAXIMUM_PAISE ? BT_SBX_ABOVE_MAXIMUM : BT_SBX_NONE;
}

static bool is_delivery_possible(const struct bt_sbx_sale *sale, const struct bt_sbx_consumer *consumer)
{
	if (strcmp(sale->delivery, "token") == 0)
		return consumer->takes_token && *consumer->meter;
	if (strcmp(sale->delivery, "balance") == 0)
		return strcmp(consumer->kind, "remote") == 0;
	return true;
}

/* A docket says neither the fixed charge nor the free units: the one stands in its energy, the others in its units; nor
 * does it name the tariff, which is that of its moment. */
static bool agrees_with(const struct bt_sbx_sale *sale, const struct bt_sbx_order *order,
			const struct bt_sbx_price *price)
{
	int64_t energy = price->energy_paise + (sale->on_paper ? price->fixed_paise : 0);
	return sale->energy_paise == energy && sale->duty_paise == price->duty_paise && sale->units == price->units &&
	       (sale->on_paper || (sale->fixed_paise == price->fixed_paise && sale->free == price->free)) &&
	       (sale->on_paper || strcmp(sale->tariff, order->id) == 0);
}

enum bt_sbx_code bt_sbx_check_account(const struct bt_sbx_sale *sale, const struct bt_sbx_order *order,
				      const struct bt_sbx_consumer *consumer, const struct bt_sbx_month *month,
				      struct bt_sbx_figures *out)
{
	if (!consumer || bt_sbx_note_of(consumer->note)->server_knows_not)
		return BT_SBX_UNKNOWN_CONSUMER;
	const struct bt_sbx_note *note = bt_sbx_note_of(consumer->note);
	const struct bt_sbx_category *category =
	    bt_sbx_category_find(order->categories, note->true_category ? note->true_category : consumer->category);
	int64_t towards_balance = sale->amount_paise - sale->dues_paise;
	char pan[19] = "";
	enum bt_sbx_code limits = check_limits(sale);
	if (note->blocked)
		return BT_SBX_BLOCKED;
	if (strcmp(sale->meter, consumer->meter) != 0 || (*sale->meter && !bt_sbx_pan_make(sale->meter, pan)) ||
	    strcmp(sale->pan, pan) != 0)
		return BT_SBX_METER_MISMATCH;
	if (!is_delivery_possible(sale, consumer))
		return BT_SBX_DELIVERY;
	if (sale->dues_paise > consumer->dues_paise)
		return BT_SBX_DUES_TOO_MUCH;
	if (limits != BT_SBX_NONE)
		return limits;
	if (!category)
		return BT_SBX_INTERNAL;
	struct bt_sbx_price price = bt_sbx_price_in(category, month, towards_balance);
	*out = (struct bt_sbx_figures){.tariff = order->id,
				       .energy_paise = price.energy_paise,
				       .duty_paise = price.duty_paise,
				       .dues_paise = sale->dues_paise,
				       .units = price.units,
				       .fixed_paise = price.fixed_paise,
				       .free = price.free};
	if (month)
		out->month = *month;
	return agrees_with(sale, order, &price) ? BT_SBX_NONE : BT_SBX_FIGURES;
}

/* Two keys are one when sale records name them alike. */
static bool is_same_key(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, const struct bt_sbx_meter_id *meter)
{
	struct bt_sbx_sale right = {.has_key = true};
	char right_text[80];
	char said_text[80];
	if (!bt_sbx_meter_key_id(sbx, meter, &right.key))
		return false;
	bt_sbx_key_id_text(&right, right_text);
	bt_sbx_key_id_text(sale, said_text);
	return strcmp(right_text, said_text) == 0;
}

/* What the meter takes now: the key that terminals are told, but for the meters that play a mistake of theirs. */
static bool find_true_key(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer,
			  struct bt_sbx_meter_key *key, struct bt_sbx_meter_id *out)
{
	if (!bt_sbx_meter_key_find(sbx->db, consumer, key))
		return false;
	*out = *bt_sbx_meter_key_told(key);
	if (bt_sbx_note_of(consumer->note)->key_changed)
		out->krn++;
	return true;
}

enum bt_sbx_code bt_sbx_check_key(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
				  const struct bt_sbx_consumer *consumer)
{
	struct bt_sbx_meter_key key;
	struct bt_sbx_meter_id right;
	if (!sale->has_key)
		return BT_SBX_NONE;
	if (!find_true_key(sbx, consumer, &key, &right))
		return BT_SBX_KEY_MISMATCH;
	/* Paid for just before the change was due: no token of it has left yet, so the meter still holds this key. */
	bool is_old = key.stage == BT_SBX_KEY_DUE && is_same_key(sbx, sale, &key.held);
	return is_old || is_same_key(sbx, sale, &right) ? BT_SBX_NONE : BT_SBX_KEY_MISMATCH;
}

bool bt_sbx_follow_key(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, struct bt_sbx_sale *sale)
{
	struct bt_sbx_meter_key key;
	struct bt_sbx_meter_id right;
	if (!find_true_key(sbx, consumer, &key, &right) || right.base != sale->key.base)
		return false;
	return bt_sbx_meter_key_id(sbx, &right, &sale->key);
}

bool bt_sbx_carries_change(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
			   const struct bt_sbx_consumer *consumer, struct bt_sbx_meter_key *out)
{
	return sale->has_key && strcmp(sale->delivery, "token") == 0 && bt_sbx_meter_key_find(sbx->db, consumer, out) &&
	       bt_sbx_meter_key_is_carried(out) && is_same_key(sbx, sale, &out->next);
}

/* 00:01 of each day is kept for special tokens. Source: facts/sts.md 5.3. */
static bool is_reserved(int64_t tid)
{
	return tid % 1440 == 1;
}

enum bt_sbx_code bt_sbx_check_lane(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale)
{
	int64_t lanes = 0;
	if (!sale->has_tid)
		return BT_SBX_NONE;
	if (!*sale->terminal || !bt_sbx_lane_had(sbx->db, sale->terminal, sale->tid, &lanes) || is_reserved(sale->tid))
		return BT_SBX_TID_LANE;
	return bt_sbx_ledger_minute_used(sbx->db, sale->meter, sale->tid, sale->sale_id) ? BT_SBX_TID_USED
											 : BT_SBX_NONE;
}

enum bt_sbx_code bt_sbx_check_memory(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, int64_t now_ms)
{
	if (strcmp(sale->delivery, "token") != 0)
		return BT_SBX_NONE;
	int64_t tokens =
	    bt_sbx_store_count(sbx->db, 0, "SELECT count(*) FROM minutes WHERE meter=? AND tid>?", "ti", sale->meter,
			       bt_sbx_tid_minute(now_ms) - 10 * bt_sbx_lanes_most(sbx->db, now_ms));
	return tokens < MEMORY_TIDS ? BT_SBX_NONE : BT_SBX_TID_WAIT;
}

enum bt_sbx_code bt_sbx_check_range(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, int64_t now_ms)
{
	int64_t lanes = BT_SBX_LANES;
	int64_t paid_at = sale->paid_at < now_ms ? sale->paid_at : now_ms;
	if (!sale->has_tid)
		return BT_SBX_NONE;
	(void)bt_sbx_lane_had(sbx->db, sale->terminal, sale->tid, &lanes);
	bool is_ahead = sale->tid > bt_sbx_tid_minute(now_ms) + 5 * lanes + 10;
	bool is_behind = sale->tid < bt_sbx_tid_minute(paid_at) - 5 * lanes - 10;
	return is_ahead || is_behind ? BT_SBX_TID_RANGE : BT_SBX_NONE;
}

bool bt_sbx_is_before_restore(const struct bt_sbx *sbx, int64_t ms)
{
	bool is_to_come = ms > bt_sbx_now_ms() + FAST_MS;
	return sbx->own_floor != 0 && (is_to_come || bt_sbx_tid_minute(ms) <= sbx->own_floor - 4 * BT_SBX_LANES);
}

bool bt_sbx_has_come_up(const struct bt_sbx *sbx, const char *terminal)
{
	return bt_sbx_store_count(sbx->db, 0,
				  "SELECT 1 FROM events WHERE terminal=? AND kind='era' AND"
				  " CASE WHEN json_valid(body) THEN json_extract(body,'$.era') END>=? LIMIT 1",
				  "ti", terminal, sbx->era) == 1;
}

bool bt_sbx_may_have_forgotten(const struct bt_sbx *sbx, int64_t ms, const char *owner, const char *but)
{
	bool waits = false;
	char number[9];
	int64_t restored_at = bt_sbx_meta_int(sbx->db, "restored_at", 0);
	if (!bt_sbx_is_before_restore(sbx, ms))
		return false;
	sqlite3_stmt *row =
	    bt_sbx_store_ask(sbx->db,
			     "SELECT terminal, enrolled_at FROM terminals WHERE revoked_at IS NULL AND"
			     " (terminal=? OR EXISTS (SELECT 1 FROM events WHERE events.terminal=terminals.terminal)"
			     " OR EXISTS (SELECT 1 FROM leases WHERE leases.terminal=terminals.terminal))"
			     " AND terminal<>?",
			     "tt", owner, but);
	while (!waits && row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, number, sizeof number);
		/* One that was enrolled since, in the same minute perhaps, knows of no era before this one. */
		waits = sqlite3_column_int64(row, 1) <= restored_at && !bt_sbx_has_come_up(sbx, number);
	}
	sqlite3_finalize(row);
	return waits || !row;
}

static bool is_minute_free(const struct bt_sbx *sbx, const char *meter, int64_t tid)
{
	return tid > sbx->own_floor && !is_reserved(tid) && !bt_sbx_ledger_minute_used(sbx->db, meter, tid, "");
}

/* The newest free minute within 5n minutes back, else the first one up to 4n ahead; -1 when there is none.
 * @param step BT_SBX_LANES: of lane 0; 1: of all lanes. */
static int64_t choose_minute(const struct bt_sbx *sbx, const char *meter, int64_t minute, int64_t step)
{
	int64_t newest = minute - minute % step;
	for (int64_t tid = newest; tid > minute - 5 * BT_SBX_LANES && tid > sbx->own_floor; tid -= step)
		if (is_minute_free(sbx, meter, tid))
			return tid;
	for (int64_t tid = newest + step; tid <= minute + 4 * BT_SBX_LANES; tid += step)
		if (is_minute_free(sbx, meter, tid))
			return tid;
	return -1;
}

static enum bt_sbx_code choose(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, int64_t now_ms,
			       int64_t step, struct bt_sbx_sale *sale)
{
	struct bt_sbx_meter_key key;
	struct bt_sbx_meter_id meter;
	uint8_t rnd;
	int64_t tid = choose_minute(sbx, consumer->meter, bt_sbx_tid_minute(now_ms), step);
	if (tid < 0)
		return BT_SBX_TID_WAIT;
	if (!find_true_key(sbx, consumer, &key, &meter) || !bt_sbx_meter_key_id(sbx, &meter, &sale->key))
		return BT_SBX_INTERNAL;
	bt_sbx_random(&rnd, 1);
	sale->has_key = true;
	sale->has_tid = true;
	sale->tid = tid;
	sale->rnd = rnd & 15;
	return BT_SBX_NONE;
}

enum bt_sbx_code bt_sbx_choose(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, int64_t now_ms,
			       struct bt_sbx_sale *sale)
{
	return choose(sbx, consumer, now_ms, sbx->picks_any ? 1 : BT_SBX_LANES, sale);
}

enum bt_sbx_code bt_sbx_choose_own(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, int64_t now_ms,
				   struct bt_sbx_sale *sale)
{
	return choose(sbx, consumer, now_ms, BT_SBX_LANES, sale);
}

bool bt_sbx_token_of(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, char out[21])
{
	const struct bt_sbx_key_id *said = &sale->key;
	struct bt_sbx_meter_id id = {.krn = said->krn, .kt = said->kt, .base = said->base, .ken = said->ken};
	struct bt_sbx_key key;
	char kcv[7];
	if (!sale->has_key || sale->tid < 0 || sale->units == 0 || sale->tid >> 16 > said->ken)
		return false;
	snprintf(id.pan, sizeof id.pan, "%s", sale->pan);
	memcpy(id.sgc, said->sgc, sizeof id.sgc);
	memcpy(id.ti, said->ti, sizeof id.ti);
	memcpy(id.ea, said->ea, sizeof id.ea);
	memcpy(id.dkga, said->dkga, sizeof id.dkga);
	return bt_sbx_decoder_key(&sbx->vending, &id, &key) && bt_sbx_kcv(&key, kcv) && strcmp(kcv, said->kcv) == 0 &&
	       bt_sbx_token_make(&key, 0, sale->rnd, sale->tid, sale->units, out);
}
