/* How much cash may be taken: of one person in one day, and into one drawer.
 *
 * Screen and command ask here before a sale is paid in cash. The day's cash is what the record of this counter has of
 * the person's connections, and what the head-end says that every other terminal has taken: what this one has sent up
 * is not in that, so that each sale counts once. What is being given back counts until it is. What the head-end said
 * last holds for the rest of the day; where it has said nothing the record stands alone. Source: Income-tax Act,
 * section 269ST; facts of vending 1.1 and 2 on cash in hand. */
#ifndef BT_SALE_CASH_H
#define BT_SALE_CASH_H

#include "core/directory/account.h"
#include "core/journal/journal.h"

enum bt_cash_word {
	BT_CASH_MAY,
	BT_CASH_DAY,     /* it would reach what may be taken of one person in one day */
	BT_CASH_DRAWER,  /* the drawer is at its ceiling: some of it is to be deposited first */
	BT_CASH_UNKNOWN, /* what was taken today cannot be summed up */
};

struct bt_cash_facts {
	bt_paise amount;    /* to be taken */
	bt_paise today;     /* of this person, as bt_cash_today */
	bt_paise elsewhere; /* as bt_cash_elsewhere */
	bt_paise day_limit; /* from this much on nothing more is taken */
	bt_paise ceiling;   /* of the drawer, for whoever says why */
	/* At its ceiling. Whatever the amount: a refusal that depended on it would tell what is in the drawer. */
	bool drawer_is_full;
	bool today_is_unknown;
};

/** Pure. */
enum bt_cash_word bt_cash_judge(const struct bt_cash_facts *facts);
/**
 * Cash taken by this record since midnight in India before @p now_ms, for connection @p number and the others of
 * @p account, NULL none.
 * @return BT_OK; BT_EFULL when there are more sales of a connection in the day than are looked at; the journal's error.
 *         @p out is untouched then.
 */
BT_MUST_USE enum bt_err bt_cash_today(struct bt_journal *journal, const char *number, const struct bt_account *account,
				      int64_t now_ms, bt_paise *out);

/** Cash that other terminals took on the day of @p now_ms in India, as @p account has it (NULL: nothing is known). What
 *  it says of another day is nothing. 0..BT_PAISE_MAX. Pure. */
bt_paise bt_cash_elsewhere(const struct bt_account *account, int64_t now_ms);

#endif
