/* A shop with every part there is, and a desk in the middle of its work, so that any screen of the list can be opened
 * by itself: a new screen is met by the tests that walk bt_ui_screens without a line of theirs. */
#ifndef BT_TEST_FAKE_WHOLE_H
#define BT_TEST_FAKE_WHOLE_H

#include "tests/unit/fake_practice.h"
#include "tests/unit/fake_till.h"
#include "tests/unit/fake_upi.h"
#include "ui/screen/screen.h"

#if __has_include("tests/unit/fake_desk.h")
#include "tests/unit/fake_desk.h"
#define FAKE_WHOLE_HAS_DESK 1
#endif

struct fake_whole {
	struct fake_shop *shop;
	struct fake_till till;
	struct fake_upi upi;
#ifdef FAKE_WHOLE_HAS_DESK
	struct fake_desk stuck;
#endif
};

/** Join the parts to @p shop, which is open. */
static inline void fake_whole_open(struct fake_whole *whole, struct fake_shop *shop)
{
	memset(whole, 0, sizeof(*whole));
	whole->shop = shop;
	fake_till_open_in(&whole->till, shop);
	whole->till.state.stage = BT_TILL_OPEN;
	fake_upi_open(&whole->upi, shop);
#ifdef FAKE_WHOLE_HAS_DESK
	fake_desk_open(&whole->stuck, shop);
#endif
}

/** Ramesh's 500 rupees are in hand, and a sale, a payment and a claim are known by their names. */
static inline void fake_whole_desk(struct fake_whole *whole, struct bt_ui_desk *desk)
{
	desk->draft.consumer = whole->shop->ramesh;
	desk->draft.amount = 50000;
	desk->draft.tender = bt_tender_kinds[0];
	desk->signed_in = true;
	(void)whole->shop->shop.quote(whole->shop, &desk->draft.consumer, desk->draft.amount, 0, &desk->quote);
	(void)bt_text_copy(desk->operator_id, sizeof(desk->operator_id), "rina");
	(void)bt_text_copy(desk->sale_id, sizeof(desk->sale_id), "0192f000-0000-7000-8000-000000000001");
#ifdef FAKE_WHOLE_HAS_DESK
	desk->payment = whole->stuck.found[0];
#endif
}

#endif
