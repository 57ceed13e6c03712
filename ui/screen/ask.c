#include "ui/screen/ask.h"

#include <string.h>

#include "ui/screen/face.h"

#define TENTH       10
#define CASH_OF_LAW INT64_C(20000000) /* paise; Income-tax Act, 269ST */

static void say_day(struct bt_ui_desk *desk, const struct bt_cash_facts *facts)
{
	char limit[32], taken[32], elsewhere[32];
	bt_money_format(facts->day_limit, limit);
	bt_money_format(facts->today, taken);
	bt_money_format(facts->elsewhere, elsewhere);
	if (facts->elsewhere > 0) {
		bt_ui_note(desk, BT_INK_BAD, N_("Cash stays below ₹ {1} a day: ₹ {2} here, ₹ {3} elsewhere."), limit,
			   taken, elsewhere, NULL);
	} else if (facts->day_limit >= CASH_OF_LAW && facts->today == 0) {
		bt_ui_note(desk, BT_INK_BAD, N_("Cash of ₹ {1} or more is not allowed by law."), limit, NULL);
	} else {
		bt_ui_note(desk, BT_INK_BAD, N_("Cash stays below ₹ {1} a person a day; ₹ {2} was taken today."), limit,
			   taken, NULL);
	}
}

bool bt_ui_refuse_withdrawn(struct bt_ui_desk *desk)
{
	if (desk->status.withdrawn) {
		bt_ui_note(desk, BT_INK_BAD, bt_ui_withdrawn_sentence, NULL);
	}
	return desk->status.withdrawn;
}

bool bt_ui_refuse_cash(struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	struct bt_cash_facts facts;
	char ceiling[32];
	if (!shop->accounts || !desk->draft.tender || strcmp(desk->draft.tender->id, "cash") != 0) {
		return false;
	}
	switch (shop->accounts->judge_cash(shop->self, &desk->draft, &facts)) {
	case BT_CASH_MAY:
		return false;
	case BT_CASH_DAY:
		say_day(desk, &facts);
		return true;
	case BT_CASH_DRAWER:
		bt_money_format(facts.ceiling, ceiling);
		bt_ui_note(desk, BT_INK_BAD, N_("The drawer is at its ceiling of ₹ {1}. Deposit first: F7."), ceiling,
			   NULL);
		return true;
	default:
		bt_ui_note(desk, BT_INK_BAD,
			   N_("The cash taken today cannot be summed up. Another way of paying works."), NULL);
		return true;
	}
}

/* The app's payment cannot be seen from here while the server is down, and who is cut has often tried it first. */
static bool ask_app(struct bt_ui_desk *desk, struct bt_ui_asked_once *asked)
{
	if (asked->app || desk->draft.consumer.supply_cut_at_ms == 0 || desk->status.server != BT_BREAKER_OFFLINE) {
		return false;
	}
	asked->app = true;
	bt_ui_note(desk, BT_INK_WARN, N_("Did you pay in the app today? If not, Enter again."), NULL);
	return true;
}

static bool ask_tenfold(struct bt_ui_desk *desk, struct bt_ui_asked_once *asked)
{
	char text[32];
	bt_paise amount = desk->draft.amount, last = desk->draft.consumer.last_recharge;
	if (last <= 0 || amount < TENTH * last || asked->tenfold == amount) {
		return false;
	}
	asked->tenfold = amount;
	bt_money_format(amount, text);
	bt_ui_note(desk, BT_INK_WARN, N_("₹ {1} is ten times the last recharge. Enter again if right."), text, NULL);
	return true;
}

static bool ask_repeat(struct bt_ui_desk *desk, struct bt_ui_asked_once *asked)
{
	char text[32];
	int minutes = asked->repeat
			  ? -1
			  : desk->shop->repeat_minutes(desk->shop->self, &desk->draft.consumer, desk->draft.amount);
	if (minutes < 0) {
		return false;
	}
	asked->repeat = true;
	bt_count_format(minutes, text);
	bt_ui_note(desk, BT_INK_WARN, N_("Same recharge {1} minutes ago. Once more?"), text, NULL);
	return true;
}

bool bt_ui_ask_once(struct bt_ui_desk *desk, struct bt_ui_asked_once *asked)
{
	return ask_app(desk, asked) || ask_tenfold(desk, asked) || ask_repeat(desk, asked);
}
