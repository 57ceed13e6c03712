#include "core/sale/sale.h"

#include <stddef.h>

static const char *const state_names[] = {
#define STATE_NAME(id) [BT_SALE_##id] = #id,
    BT_SALE_STATES(STATE_NAME)
#undef STATE_NAME
};

static const char *const event_names[] = {
#define EVENT_NAME(id) [BT_SALE_EV_##id] = #id,
    BT_SALE_EVENTS(EVENT_NAME)
#undef EVENT_NAME
};

static const char *const delivery_codes[] = {
    [BT_DELIVERY_TOKEN] = "token",
    [BT_DELIVERY_BALANCE] = "balance",
    [BT_DELIVERY_DUES] = "dues",
};

const char *bt_sale_state_name(enum bt_sale_state state)
{
	return (unsigned)state < BT_SALE_STATE_COUNT ? state_names[state] : "?";
}

const char *bt_sale_event_name(enum bt_sale_event event)
{
	return (unsigned)event < BT_SALE_EVENT_COUNT ? event_names[event] : "?";
}

const char *bt_delivery_code(enum bt_delivery delivery)
{
	return delivery_codes[delivery];
}

#define ROW(from, ev, to, act) {BT_SALE_##from, BT_SALE_EV_##ev, BT_SALE_##to, BT_SALE_DO_##act},

const struct bt_sale_step bt_sale_table[] = {
    /* clang-format off */
	ROW(DRAFT,     PAY,            PAID,      CHOOSE_ROUTE)
	ROW(DRAFT,     INTEND,         TENDERING, ASK_PAYMENT)

	ROW(TENDERING, RENEW,          TENDERING, ASK_PAYMENT)
	ROW(TENDERING, CAPTURED,       PAID,      CHOOSE_ROUTE)  /* by the bank's word alone (PROTOCOL S7) */
	ROW(TENDERING, GAVE_UP,        UNPAID,    NONE)
	ROW(UNPAID,    CAPTURED,       PAID,      CHOOSE_ROUTE)  /* a late success: nobody stands there any more */

	ROW(PAID,      SEND,           VENDING,   ASK_SERVER)
	ROW(PAID,      SKIP_SERVER,    DECIDING,  ASK_AUTHORITY)
	ROW(PAID,      GONE,           PENDING,   NONE)          /* cut off, and the consumer has left (PROTOCOL S6) */
	ROW(PAID,      REFUND,         REFUNDING, ASK_REVERSAL)  /* cut off, and the money went back */

	ROW(VENDING,   VEND_OK,        TOKENED,   PRINT_TOKEN)
	ROW(VENDING,   VEND_CREDITED,  CREDITED,  PRINT_CREDIT)
	ROW(VENDING,   VEND_LOST,      DECIDING,  ASK_AUTHORITY) /* convergent: the same token may be made here */
	ROW(VENDING,   VEND_UNKNOWN,   INQUIRING, PRINT_DOCKET)  /* not convergent: inquiry first (PROTOCOL T5) */
	ROW(VENDING,   VEND_REFUSED,   REFUSED,   NONE)          /* new figures, or the money goes back: no slip */
	ROW(VENDING,   VEND_DIVERGED,  STOPPED,   STOP)          /* PROTOCOL T2 */
	ROW(VENDING,   ISSUE_HERE,     DECIDING,  ASK_AUTHORITY) /* the clerk ends the wait */
	ROW(VENDING,   SEND,           VENDING,   ASK_SERVER)    /* cut off, and the consumer is here */
	ROW(VENDING,   GONE,           PENDING,   NONE)
	ROW(VENDING,   REFUND,         REFUNDING, ASK_REVERSAL)  /* cut off only: a wait is ended, never refunded */

	ROW(DECIDING,  ISSUE_HERE,     TOKENED,   PRINT_TOKEN)
	ROW(DECIDING,  CANNOT_ISSUE,   PENDING,   PRINT_DOCKET)

	ROW(INQUIRING, SEND,           INQUIRING, ASK_INQUIRY)
	ROW(INQUIRING, VEND_OK,        DONE,      NONE)          /* a docket is out: the desk prints the token */
	ROW(INQUIRING, VEND_CREDITED,  DONE,      NONE)
	ROW(INQUIRING, VEND_LOST,      INQUIRING, NONE)
	ROW(INQUIRING, VEND_REFUSED,   REFUSED,   NONE)          /* refused, or a tombstone: nothing was given */
	ROW(INQUIRING, OVERRIDE,       TOKENED,   PRINT_TOKEN)   /* POSSIBLE DUPLICATE stands on it */
	ROW(INQUIRING, REFUND,         REFUNDING, ASK_REVERSAL)

	ROW(PENDING,   SEND,           PENDING,   ASK_SERVER)    /* finished later, same id and TID (PROTOCOL T1, S4) */
	ROW(PENDING,   ISSUE_HERE,     TOKENED,   PRINT_TOKEN)   /* by its owner, the limit allowing */
	ROW(PENDING,   VEND_OK,        DONE,      NONE)
	ROW(PENDING,   VEND_CREDITED,  DONE,      NONE)
	ROW(PENDING,   VEND_LOST,      PENDING,   NONE)
	ROW(PENDING,   VEND_UNKNOWN,   INQUIRING, NONE)
	ROW(PENDING,   VEND_REFUSED,   REFUSED,   NONE)
	ROW(PENDING,   VEND_DIVERGED,  STOPPED,   STOP)
	ROW(PENDING,   REFUND,         REFUNDING, ASK_REVERSAL)

	ROW(REFUSED,   AGREED,         VENDING,   ASK_SERVER)    /* the next revision, same TID (PROTOCOL S3) */
	ROW(REFUSED,   REFUND,         REFUNDING, ASK_REVERSAL)

	ROW(REFUNDING, SEND,           REFUNDING, ASK_REVERSAL)
	ROW(REFUNDING, REVERSED,       REFUNDED,  GIVE_BACK)     /* PROTOCOL S5, H3 */
	ROW(REFUNDING, VEND_OK,        TOKENED,   PRINT_TOKEN)   /* the token had left: it wins (PROTOCOL H3, S9) */
	ROW(REFUNDING, VEND_CREDITED,  CREDITED,  PRINT_CREDIT)  /* given at another counter: it stands */
	ROW(REFUNDING, VEND_LOST,      REFUNDING, NONE)          /* no answer: asked again */
	ROW(REFUNDING, VEND_REFUSED,   REFUNDING, NONE)
	ROW(REFUNDING, VEND_DIVERGED,  STOPPED,   STOP)

	ROW(TOKENED,   PRINTED,        DONE,      NONE)
	ROW(TOKENED,   FINISH,         DONE,      NONE)
	ROW(TOKENED,   VEND_OK,        TOKENED,   NONE)          /* a late answer: the same digits, now settled */
	ROW(TOKENED,   VEND_LOST,      TOKENED,   NONE)
	ROW(TOKENED,   VEND_REFUSED,   TOKENED,   NONE)          /* the fact is posted all the same (PROTOCOL H1) */
	ROW(TOKENED,   VEND_DIVERGED,  STOPPED,   STOP)
	ROW(CREDITED,  PRINTED,        DONE,      NONE)
	ROW(CREDITED,  FINISH,         DONE,      NONE)
	ROW(DONE,      VEND_OK,        DONE,      NONE)
	ROW(DONE,      VEND_CREDITED,  DONE,      NONE)
	ROW(DONE,      VEND_LOST,      DONE,      NONE)
	ROW(DONE,      VEND_REFUSED,   DONE,      NONE)
	ROW(DONE,      VEND_DIVERGED,  STOPPED,   STOP)
	ROW(DONE,      PRINTED,        DONE,      NONE)
	ROW(INQUIRING, PRINTED,        INQUIRING, NONE)
	ROW(INQUIRING, FINISH,         INQUIRING, NONE)
	ROW(PENDING,   PRINTED,        PENDING,   NONE)
	ROW(PENDING,   FINISH,         PENDING,   NONE)
	ROW(REFUSED,   PRINTED,        REFUSED,   NONE)
	ROW(REFUSED,   FINISH,         REFUSED,   NONE)
	ROW(REFUNDING, PRINTED,        REFUNDING, NONE)
	ROW(REFUNDING, FINISH,         REFUNDING, NONE)
	ROW(REFUNDED,  PRINTED,        REFUNDED,  NONE)
	ROW(REFUNDED,  FINISH,         REFUNDED,  NONE)

	ROW(PAID,      STORAGE_FAILED, STOPPED,   STOP)
	ROW(TENDERING, STORAGE_FAILED, STOPPED,   STOP)
	ROW(UNPAID,    STORAGE_FAILED, STOPPED,   STOP)
	ROW(VENDING,   STORAGE_FAILED, STOPPED,   STOP)
	ROW(DECIDING,  STORAGE_FAILED, STOPPED,   STOP)
	ROW(INQUIRING, STORAGE_FAILED, STOPPED,   STOP)
	ROW(PENDING,   STORAGE_FAILED, STOPPED,   STOP)
	ROW(REFUSED,   STORAGE_FAILED, STOPPED,   STOP)
	ROW(REFUNDING, STORAGE_FAILED, STOPPED,   STOP)
	ROW(STOPPED,   ABANDON,        ABANDONED, NONE)          /* a supervisor has closed it */
    /* clang-format on */
};
#undef ROW

const int bt_sale_table_len = sizeof bt_sale_table / sizeof bt_sale_table[0];

const struct bt_sale_step *bt_sale_find_step(enum bt_sale_state state, enum bt_sale_event event)
{
	for (int i = 0; i < bt_sale_table_len; i++)
		if (bt_sale_table[i].state == state && bt_sale_table[i].event == event)
			return &bt_sale_table[i];
	return NULL;
}
