/* A sale that is paid by UPI, from the QR to the bank's word.
 *
 * The whole sale is fixed and on record (`intent`) before the bank is asked (PROTOCOL T1); it is PAID by the bank's
 * answer alone, never by what a telephone shows. A QR is dead after one attempt, even a failed one; a new one is a new
 * tender of the same sale. Source: facts of vending 3.1, 3.2; PROTOCOL T1, S7. */
#ifndef BT_SALE_UPI_H
#define BT_SALE_UPI_H

#include "core/sale/teller.h"

#define BT_UPI_WAITING 9    /* set aside at once */
#define BT_UPI_QR_TEXT 256  /* of the link in the QR, with its end */
#define BT_UPI_POLL_MS 4000 /* while a QR is up */

enum bt_upi_stage {
	BT_UPI_ASKING,  /* for a QR; nothing to scan yet */
	BT_UPI_SHOWN,   /* can be paid */
	BT_UPI_UNSURE,  /* somebody tried; the bank does not say what came of it */
	BT_UPI_DEAD,    /* used up, failed or run out, nothing paid: a new one may be asked for */
	BT_UPI_CLOSING, /* let go; the bank's last word is awaited */
	BT_UPI_ENDED,   /* without money: the sale is ABANDONED */
	BT_UPI_PAID,    /* the bank says so: the sale goes on as any other */
};

/** How a QR came to be DEAD. */
enum bt_upi_death {
	BT_UPI_DEATH_UNSAID, /* run out, or closed */
	BT_UPI_DEATH_FAILED, /* somebody tried, and the bank says that it did not pay */
	BT_UPI_DEATH_UNMADE, /* refused: there never was one */
};

struct bt_upi_view {
	char sale_id[37];
	enum bt_upi_stage stage;
	enum bt_upi_death death; /* while DEAD */
	bool nothing_came;       /* DEAD, and the bank has said so of every QR of the sale */
	bt_paise amount;
	struct bt_consumer consumer;
	char receipt[24];
	char qr[BT_UPI_QR_TEXT]; /* "upi://pay?...", while SHOWN */
	int64_t left_ms;         /* until the QR runs out; 0 when none is up */
	int64_t asked_ms;        /* since the bank last answered; -1 never */
	int64_t since_ms;        /* when the sale was begun, wall clock */
	bool unreachable;        /* the newest question got no answer */
	bool is_asking;          /* a question is out */
	bool for_cash;           /* let go because the consumer pays otherwise */
	char utr[24];            /* once PAID */
};

/** True while the bank can be asked and one more may wait (BT_UPI_WAITING); asks nobody. */
bool bt_teller_upi_offered(const struct bt_teller *teller);
/**
 * Fix the whole sale as bt_teller_pay does, journal the intent and ask for a QR. @p draft->tender must be one that asks
 * the bank.
 * @return as bt_teller_pay, and BT_EFULL: too many wait; BT_EUNREACHABLE: nobody to ask. Nothing is recorded unless
 * BT_OK, but for an error of fate STOP.
 */
BT_MUST_USE enum bt_err bt_teller_upi_begin(struct bt_teller *teller, const struct bt_draft *draft, char sale_id[37],
					    struct bt_fault *fault);
/** BT_OK; BT_ENOTFOUND: no sale that the bank was asked for. Once PAID the sale is as any other: bt_teller_view. */
BT_MUST_USE enum bt_err bt_teller_upi_view(struct bt_teller *teller, const char *sale_id, struct bt_upi_view *out);
/** Ask the bank now. BT_OK, BT_ESTATE. */
BT_MUST_USE enum bt_err bt_teller_upi_ask(struct bt_teller *teller, const char *sale_id);
/** A new QR for the same sale, TID and receipt, after one that is used up. BT_OK, BT_ESTATE, BT_EFULL, the journal's
 *  error. */
BT_MUST_USE enum bt_err bt_teller_upi_renew(struct bt_teller *teller, const char *sale_id);
/**
 * Let go: the bank is asked once more and told to close the QR. Money that comes before its word makes the sale go on;
 * money that comes later makes a docket of it. With @p for_cash, which is on record at once, whatever comes goes back:
 * also of one that has ended without money.
 * @return BT_OK, BT_ESTATE, the journal's error.
 */
BT_MUST_USE enum bt_err bt_teller_upi_stop(struct bt_teller *teller, const char *sale_id, bool for_cash);
/** The QR on paper: no receipt. BT_OK, BT_ESTATE (no printer, no QR is up), BT_EFULL. */
BT_MUST_USE enum bt_err bt_teller_upi_print(struct bt_teller *teller, const char *sale_id);
/** Those that wait for the bank, oldest first. @return how many, at most @p max. */
int bt_teller_upi_waiting(struct bt_teller *teller, int max, struct bt_upi_view *out);

#endif
