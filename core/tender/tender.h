/* Ways of paying: one row and one file each.
 *
 * A tender is money offered. It says what must be known before the money counts (PROTOCOL S7) and whether it may be
 * taken while the server is down. Names follow IEC 61968 PaymentMetering. */
#ifndef BT_TENDER_TENDER_H
#define BT_TENDER_TENDER_H

#include "core/money/money.h"

struct bt_tender_kind {
	const char *id;   /* permanent, in the record: "cash" */
	const char *name; /* catalogue key: "Cash" */
	bool bankable;    /* counts as bankable in shift totals */
	bool takes_change;
	bool needs_reference; /* RRN, UTR or cheque number */
	bool asks_bank;   /* money by the bank's answer alone: begun as an intent, never typed in (sale/upi.h) */
	bool offline;     /* may be taken while the server is down */
	bool available;   /* this build can complete it: UPI, card, cheque and voucher need a driver */
	/** Check one tender before it is recorded. BT_OK, BT_EINPUT (reference), BT_ERANGE (given too little, legal limit). */
	enum bt_err (*check)(bt_paise amount, bt_paise given, const char *reference);
};

/** Whom a counter asks for new payments by UPI. */
enum bt_upi_way {
	BT_UPI_BY_SERVER,  /* the head-end */
	BT_UPI_BY_SERVICE, /* a payment service */
	BT_UPI_BY_EITHER,  /* the head-end while it answers, else the payment service */
	BT_UPI_OFF,
};

/** Over whom the bank was asked for a tender; that one alone knows what becomes of it. */
enum bt_tender_way {
	BT_WAY_UNSAID, /* no bank is asked, or the record is older than this word */
	BT_WAY_SERVER,
	BT_WAY_SERVICE,
};

struct bt_tender {
	char id[37]; /* UUIDv7 of its own */
	char kind[12];
	bt_paise amount; /* what counts towards the sale */
	bt_paise given;  /* what was handed over, >= amount */
	char reference[40];
	enum bt_tender_way way;
};

/** NULL-ended, in the order of the screen. */
extern const struct bt_tender_kind *const bt_tender_kinds[];
/** @return the row or NULL; borrowed. */
const struct bt_tender_kind *bt_tender_find(const char *id);

/** Cash of this much or more may not be taken from one person in one day (Income-tax Act s.269ST). */
#define BT_TENDER_CASH_LEGAL_LIMIT INT64_C(20000000)

#endif
