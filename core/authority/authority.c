#include "core/authority/authority.h"

#include "core/base/mutant.h"
#include "core/sts/base_date.h"

#include <string.h>

#define TYPICAL_SALE_PAISE 50000
#define PERCENT            100

struct denial_row {
	const char *code, *key;
};

static const struct denial_row denial_rows[BT_DENY_COUNT_OF] = {
#define DENIAL_ROW(id, short_id, sentence) [id] = {.code = short_id, .key = sentence},
    BT_DENIALS(DENIAL_ROW)
#undef DENIAL_ROW
};

const char *bt_denial_key(enum bt_denial denial)
{
	return denial_rows[denial].key;
}

const char *bt_denial_code(enum bt_denial denial)
{
	return denial_rows[denial].code;
}

enum bt_denial bt_denial_find(const char *code)
{
	for (int i = 0; i < BT_DENY_COUNT_OF; i++)
		if (strcmp(denial_rows[i].code, code) == 0)
			return (enum bt_denial)i;
	return BT_DENY_NONE;
}

/* ---- the decision ---- */

/* Does taking @p more pass the cap? Written so that no sum can overflow. */
static bool passes(int64_t used, int64_t more, int64_t cap)
{
	return used > cap || more > cap - used;
}

static bool lacks_lease(const struct bt_authority_ask *ask)
{
	return !ask->lease || (!ask->clock && ask->now_ms < ask->lease->not_before_ms);
}

static bool lacks_clock(const struct bt_authority_ask *ask)
{
	return ask->clock != BT_OK;
}

static bool is_expired(const struct bt_authority_ask *ask)
{
	return ask->now_ms >= ask->lease->expires_ms;
}

static bool is_oldest_too_old(const struct bt_authority_ask *ask)
{
	return ask->unsent.oldest_ms > 0 && ask->now_ms - ask->unsent.oldest_ms >= ask->lease->oldest_ms;
}

static bool passes_count(const struct bt_authority_ask *ask)
{
	return passes(ask->unsent.count, 1, ask->lease->total_count);
}

static bool is_total_used_up(const struct bt_authority_ask *ask)
{
	return ask->unsent.paise >= ask->lease->total_cap;
}

static bool passes_sale(const struct bt_authority_ask *ask)
{
	return ask->amount <= 0 || ask->amount > ask->lease->sale_cap;
}

static bool passes_meter_day(const struct bt_authority_ask *ask)
{
	return passes(ask->meter_tokens, 1, ask->lease->meter_day_count) ||
	       passes(ask->meter_paise, ask->amount, ask->lease->meter_day_cap);
}

static bool passes_total(const struct bt_authority_ask *ask)
{
	return passes(ask->unsent.paise, ask->amount, ask->lease->total_cap);
}

/* In this order: what no other amount would cure comes before what a smaller one may. */
static const struct {
	bool (*holds)(const struct bt_authority_ask *ask);
	enum bt_denial denial;
} rules[] = {
    {lacks_lease, BT_DENY_NO_LEASE},     {lacks_clock, BT_DENY_CLOCK},          {is_expired, BT_DENY_EXPIRED},
    {is_oldest_too_old, BT_DENY_OLDEST}, {passes_count, BT_DENY_COUNT},         {is_total_used_up, BT_DENY_TOTAL},
    {passes_sale, BT_DENY_SALE},         {passes_meter_day, BT_DENY_METER_DAY}, {passes_total, BT_DENY_TOTAL},
};

enum bt_denial bt_authority_decide(const struct bt_authority_ask *ask)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (bt_mutant(BT_MUTANT_EXPIRY_IGNORED) &&
		    (rules[i].denial == BT_DENY_EXPIRED || rules[i].denial == BT_DENY_OLDEST))
			continue;
		if (rules[i].holds(ask))
			return rules[i].denial;
	}
	return BT_DENY_NONE;
}

/* ---- lanes ---- */

#define FLOOR_BASE_MS INT64_C(1388534400000) /* 2014-01-01, what floors count from */
#define MINUTE_MS     INT64_C(60000)
#define FLOOR_LANES   4

/* Minutes of another base date; a moment before that date holds nothing back, one behind its last minute everything. */
static uint32_t floor_at(int64_t ms, uint16_t base)
{
	const struct bt_sts_base_date *date = bt_sts_base_date_find(base);
	uint32_t minute;

	if (bt_sts_tid_of(ms, base, &minute) == BT_OK)
		return minute;
	return date && ms > date->wall_ms ? BT_STS_TID_MAX : 0;
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

uint32_t bt_authority_lanes_most(const struct bt_lease *lease, const struct bt_sts_lane *enrolled)
{
	return lease ? later(lease->lane.count, lease->lanes_most) : enrolled->count;
}

struct bt_sts_lane bt_authority_lane(const struct bt_lease *lease, const struct bt_sts_lane *enrolled,
				     int64_t recovered_ms, uint16_t base)
{
	struct bt_sts_lane lane = lease ? lease->lane : *enrolled;
	uint32_t told = later(lane.floor, enrolled->floor);

	lane.floor = told ? floor_at(FLOOR_BASE_MS + (int64_t)told * MINUTE_MS, base) : 0;
	if (recovered_ms)
		lane.floor = later(lane.floor, floor_at(recovered_ms, base) +
						   FLOOR_LANES * bt_authority_lanes_most(lease, enrolled));
	return lane;
}

/* ---- what is left ---- */

static int64_t left_of(int64_t cap, int64_t used)
{
	return used < cap ? cap - used : 0;
}

/* Below 100 while anything is left, 100 when nothing is. Caps are below 2^40, so the product fits. */
static int percent_of(int64_t left, int64_t whole)
{
	return left <= 0 || whole <= 0 ? PERCENT : (int)((whole - left) * PERCENT / whole);
}

struct time_left {
	int64_t ms;
	int percent;
};

static struct time_left judge_time(const struct bt_lease *lease, int64_t now_ms, const struct bt_unsent *unsent)
{
	int64_t life = lease->expires_ms - lease->not_before_ms, left = left_of(lease->expires_ms, now_ms);
	struct time_left time;

	left = left > life ? life : left;
	time = (struct time_left){left, percent_of(left, life)};
	if (unsent->oldest_ms > 0) {
		int64_t age_left = left_of(unsent->oldest_ms + lease->oldest_ms, now_ms);
		int percent = percent_of(age_left, lease->oldest_ms);

		time.ms = age_left < time.ms ? age_left : time.ms;
		time.percent = percent > time.percent && percent <= PERCENT ? percent : time.percent;
	}
	return time;
}

static int judge_sales(const struct bt_allowance *allowance, const struct bt_lease *lease,
		       const struct bt_unsent *unsent)
{
	int64_t mean = unsent->count > 0 ? unsent->paise / unsent->count : TYPICAL_SALE_PAISE;
	int64_t sales;

	if (mean <= 0)
		mean = TYPICAL_SALE_PAISE;
	if (mean > lease->sale_cap && lease->sale_cap > 0)
		mean = lease->sale_cap;
	sales = allowance->paise_left / mean;
	return (int)(sales < allowance->count_left ? sales : allowance->count_left);
}

static void judge_money(const struct bt_lease *lease, const struct bt_unsent *unsent, struct bt_allowance *out)
{
	int money, count;

	out->paise_cap = lease->total_cap;
	out->paise_left = left_of(lease->total_cap, unsent->paise);
	out->count_cap = lease->total_count;
	out->count_left = left_of(lease->total_count, unsent->count);
	out->ms_whole = lease->expires_ms - lease->not_before_ms;
	money = percent_of(out->paise_left, out->paise_cap);
	count = percent_of(out->count_left, out->count_cap);
	out->percent_used = money >= count ? money : count;
	out->ends = money >= count ? BT_ENDS_MONEY : BT_ENDS_COUNT;
}

void bt_authority_allowance(const struct bt_lease *lease, enum bt_err clock, int64_t now_ms,
			    const struct bt_unsent *unsent, struct bt_allowance *out)
{
	/* The smallest possible sale: what is refused to one paisa is refused to all. */
	struct bt_authority_ask least = {
	    .lease = lease, .clock = clock, .now_ms = now_ms, .amount = 1, .unsent = *unsent};
	struct time_left time;

	*out = (struct bt_allowance){.percent_used = PERCENT, .ends = BT_ENDS_TIME};
	out->used_up = bt_authority_decide(&least);
	if (!lease)
		return;
	judge_money(lease, unsent, out);
	if (clock)
		return;
	time = judge_time(lease, now_ms, unsent);
	out->ms_left = time.ms;
	if (time.percent >= out->percent_used) {
		out->percent_used = time.percent;
		out->ends = BT_ENDS_TIME;
	}
	out->sales_left = out->used_up ? 0 : judge_sales(out, lease, unsent);
}
