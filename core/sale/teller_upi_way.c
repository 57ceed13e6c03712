/* Over whom a payment is asked: chosen when its QR is asked for, on record before that, and kept for good, because
 * nobody else can say what becomes of it. Source: facts of vending 3.2; PROTOCOL H3, S7. */
#include "core/sale/teller_work.h"

#include <string.h>

const struct bt_wire *bt_teller_upi_wire(const struct bt_teller *teller, enum bt_tender_way way)
{
	return way == BT_WAY_SERVICE ? teller->parts.service : teller->parts.wire;
}

struct bt_breaker *bt_teller_upi_breaker(const struct bt_teller *teller, enum bt_tender_way way)
{
	return way == BT_WAY_SERVICE ? teller->parts.service_breaker : teller->parts.breaker;
}

/* Slow is no reason: nobody stands still while the bank is asked. While the head-end is known to be away nobody asks
 * it: sync looks after it. After a payment service nobody looks but those who ask it. */
bool bt_teller_upi_can_ask(const struct bt_teller *teller, enum bt_tender_way way)
{
	const struct bt_breaker *breaker = bt_teller_upi_breaker(teller, way);

	return bt_teller_upi_wire(teller, way) &&
	       (breaker->state != BT_BREAKER_OFFLINE ||
		(way == BT_WAY_SERVICE && bt_clock_boot_ms(teller->parts.clock) >= breaker->next_probe_ms));
}

void bt_teller_upi_note_trial(struct bt_teller *teller, enum bt_tender_way way)
{
	struct bt_breaker *breaker = bt_teller_upi_breaker(teller, way);

	if (way == BT_WAY_SERVICE && breaker->state == BT_BREAKER_OFFLINE)
		(void)bt_breaker_probe_due(breaker, bt_clock_boot_ms(teller->parts.clock), teller->parts.random);
}

/* One silence proves nothing of a sale, which is asked all the same; of two who can make a QR the other one is better.
 */
static enum bt_tender_way choose_either(const struct bt_teller *teller)
{
	bool server = bt_teller_upi_can_ask(teller, BT_WAY_SERVER);
	bool service = bt_teller_upi_can_ask(teller, BT_WAY_SERVICE);

	if (server && (teller->parts.breaker->failures == 0 || !service))
		return BT_WAY_SERVER;
	return service ? BT_WAY_SERVICE : BT_WAY_UNSAID;
}

enum bt_tender_way bt_teller_upi_choose(const struct bt_teller *teller)
{
	static const enum bt_tender_way fixed[] = {
	    [BT_UPI_BY_SERVER] = BT_WAY_SERVER, [BT_UPI_BY_SERVICE] = BT_WAY_SERVICE};

	if (teller->parts.upi == BT_UPI_OFF)
		return BT_WAY_UNSAID;
	if (teller->parts.upi == BT_UPI_BY_EITHER)
		return choose_either(teller);
	return bt_teller_upi_can_ask(teller, fixed[teller->parts.upi]) ? fixed[teller->parts.upi] : BT_WAY_UNSAID;
}

/* The head-end closes a QR of its own with the next one of its sale; all others are closed first. */
static bool stands_in_way(const struct bt_teller_payment *payment, enum bt_tender_way way)
{
	if (way == BT_WAY_SERVER && payment->way == BT_WAY_SERVER)
		return false;
	return payment->refused || (payment->has_left && !payment->closed);
}

bool bt_teller_upi_is_clear(const struct bt_teller *teller, const char *sale_id, enum bt_tender_way way)
{
	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		if (teller->payments[i].used && strcmp(teller->payments[i].sale_id, sale_id) == 0 &&
		    stands_in_way(&teller->payments[i], way))
			return false;
	return true;
}

/* Once a request for it has left it stays where it is, answered or not. */
enum bt_tender_way bt_teller_upi_detour(const struct bt_teller *teller, const struct bt_teller_payment *payment)
{
	enum bt_tender_way way;

	if (teller->parts.upi != BT_UPI_BY_EITHER || payment->stage != BT_UPI_ASKING || !payment->is_newest ||
	    payment->asking || payment->has_left)
		return BT_WAY_UNSAID;
	way = bt_teller_upi_choose(teller);
	return way == payment->way ? BT_WAY_UNSAID : way;
}
