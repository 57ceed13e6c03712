#include "core/sandbox/orders.h"

#include "core/sandbox/clock.h"

#define NEXT_META "next_order"

/* 2026-04-01 00:00 in India. */
#define FIRST_FROM_MS INT64_C(1774981800000)

static const struct bt_sbx_order first = {"BERC-2026-27", "BERC 2026-27", FIRST_FROM_MS, bt_sbx_categories};
static const struct bt_sbx_order next = {"BERC-2027-28", "BERC 2027-28", 0, bt_sbx_next_categories};

int bt_sbx_orders(sqlite3 *db, struct bt_sbx_order out[BT_SBX_ORDERS])
{
	int64_t month = bt_sbx_meta_int(db, NEXT_META, 0);
	out[0] = first;
	if (month == 0)
		return 1;
	out[1] = next;
	out[1].from_ms = bt_sbx_month_start(month);
	return 2;
}

struct bt_sbx_order bt_sbx_order_at(sqlite3 *db, int64_t ms)
{
	struct bt_sbx_order orders[BT_SBX_ORDERS];
	int i = bt_sbx_orders(db, orders) - 1;
	while (i > 0 && orders[i].from_ms > ms)
		i--;
	return orders[i];
}

bool bt_sbx_order_can_rule(sqlite3 *db, int64_t month, int64_t now_ms)
{
	int64_t ruling = bt_sbx_meta_int(db, NEXT_META, 0);
	int64_t today = bt_sbx_month_of(now_ms);
	return month > today && month % 100 >= 1 && month % 100 <= 12 && (ruling == 0 || ruling > today);
}

bool bt_sbx_order_announce(sqlite3 *db, int64_t month, int64_t now_ms)
{
	return bt_sbx_order_can_rule(db, month, now_ms) && bt_sbx_meta_put_int(db, NEXT_META, month);
}
