#include "core/sts/tid.h"

#include <stddef.h>

#include "core/sts/base_date.h"

#define MINUTE_MS      60000
#define MINUTES_OF_DAY 1440u
#define LANES_MAX      128u

/* How far from the present minute a token may be dated, in turns of the lane. Source: PROTOCOL T3. */
#define TURNS_BACK  5u
#define TURNS_AHEAD 4u

enum bt_err bt_sts_tid_of(int64_t wall_ms, uint16_t base, uint32_t *out)
{
	const struct bt_sts_base_date *date = bt_sts_base_date_find(base);

	if (date == NULL)
		return BT_EINPUT;
	if (wall_ms < date->wall_ms || (wall_ms - date->wall_ms) / MINUTE_MS > BT_STS_TID_MAX)
		return BT_ERANGE;
	*out = (uint32_t)((wall_ms - date->wall_ms) / MINUTE_MS);
	return BT_OK;
}

static bool is_reserved(uint32_t tid)
{
	return tid % MINUTES_OF_DAY == BT_STS_TID_RESERVED;
}

enum bt_err bt_sts_tid_ordinary(uint32_t minute, uint32_t *out)
{
	uint32_t tid = is_reserved(minute) ? minute + 1 : minute;

	if (tid > BT_STS_TID_MAX)
		return BT_ERANGE;
	*out = tid;
	return BT_OK;
}

uint32_t bt_sts_tid_special(uint32_t minute)
{
	return minute - minute % MINUTES_OF_DAY + BT_STS_TID_RESERVED;
}

struct search {
	const struct bt_sts_lane *lane;
	bt_sts_tid_used *used;
	void *context;
};

static bool is_free(const struct search *search, uint32_t tid)
{
	return !is_reserved(tid) && tid > search->lane->floor && !search->used(search->context, tid);
}

/* The largest free minute of the lane in (after, last]. */
static bool find_back(const struct search *search, uint32_t after, uint32_t last, uint32_t *out)
{
	uint32_t count = search->lane->count;
	uint32_t behind = (last % count + count - search->lane->index) % count; /* last is this far past the lane */

	for (uint32_t gap = behind; gap < last && last - gap > after; gap += count) {
		if (is_free(search, last - gap)) {
			*out = last - gap;
			return true;
		}
	}
	return false;
}

/* The smallest free minute of the lane in (after, last]. */
static bool find_ahead(const struct search *search, uint32_t after, uint32_t last, uint32_t *out)
{
	uint32_t count = search->lane->count;
	uint32_t next = after + 1;

	next += (search->lane->index + count - next % count) % count;
	for (; next <= last; next += count) {
		if (is_free(search, next)) {
			*out = next;
			return true;
		}
	}
	return false;
}

enum bt_err bt_sts_tid_choose(const struct bt_sts_lane *lane, uint32_t minute, bt_sts_tid_used *used, void *context,
			      uint32_t *out)
{
	const struct search search = {.lane = lane, .used = used, .context = context};
	uint32_t back, last;

	if (lane->count < 2 || lane->count > LANES_MAX || lane->index == 0 || lane->index >= lane->count ||
	    minute > BT_STS_TID_MAX)
		return BT_EINPUT;
	back = TURNS_BACK * lane->count;
	last = minute + TURNS_AHEAD * lane->count;
	if (last > BT_STS_TID_MAX)
		last = BT_STS_TID_MAX;
	if (find_back(&search, minute > back ? minute - back : 0, minute, out))
		return BT_OK;
	return find_ahead(&search, minute, last, out) ? BT_OK : BT_ENOTFOUND;
}

bool bt_sts_ken_expired(uint8_t ken, uint32_t tid)
{
	return ken != 255 && tid >> 16 > ken;
}
