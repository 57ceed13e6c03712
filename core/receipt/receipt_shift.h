/* What the report of a shift can say: X while it goes on, Z when it is closed. Plain values.
 *
 * Whoever counts the shift fills it; this room only sets it down. Sums are those of the record, the counted cash is
 * what lay in the drawer, and the difference between the two is worked out here so that paper never contradicts itself.
 * Names follow IEC 61968 PaymentMetering (bankable, float). */
#ifndef BT_RECEIPT_RECEIPT_SHIFT_H
#define BT_RECEIPT_RECEIPT_SHIFT_H

#include "core/receipt/receipt.h"

#define BT_RECEIPT_TOTALS    6
#define BT_RECEIPT_NOTES     12
#define BT_RECEIPT_ABANDONED 6
#define BT_RECEIPT_UNSETTLED 12

/** In place of a sum that is not to be known yet. */
#define BT_RECEIPT_HIDDEN INT64_MIN

/** Sales of one tender or one kind. */
struct bt_receipt_total {
	char name[48]; /* catalogue key: "Cash", "Token recharge" */
	int64_t count;
	bt_paise sum; /* BT_RECEIPT_HIDDEN: only how many is told */
};

struct bt_receipt_note {
	bt_paise value; /* of one note or coin */
	int64_t pieces;
	int64_t torn; /* of these: torn or soiled; good money, which the bank exchanges and nobody is given as change */
};

/** Paid for, and still to be delivered; or asked of the bank, which has not said yet whether it is paid. */
struct bt_receipt_unsettled {
	char docket[28]; /* of what waits for the bank the receipt's number: no docket was given */
	bt_paise amount;
	bool waits_for_bank;
};

/** The clerk, the counter, the head of the record, marks and copies come from struct bt_receipt_facts. */
struct bt_receipt_shift {
	int64_t number;
	int64_t from_ms, until_ms;    /* until 0: it goes on */
	int64_t sealed_ms, closed_ms; /* 0: not */
	/* Operators by their ids. Sealed by "": it ended by itself, when its receipt numbers were used up. On paper
	 * their names are those of the facts. */
	char sealed_by[24], closed_by[24];
	bt_paise opening_float;
	int tender_count, kind_count;
	struct bt_receipt_total tenders[BT_RECEIPT_TOTALS], kinds[BT_RECEIPT_TOTALS];
	struct bt_receipt_total refunds;  /* its name is not printed */
	bt_paise refunded_cash;           /* what of them came out of the drawer */
	struct bt_receipt_total deposits; /* cash carried away; its name is not printed */
	/* Receipts of tenders that can be carried to a bank (cash, cheques) and of those that cannot: what was sold for
	 * them, whatever came of it since. Source: IEC 61968-9 CashierShift, receiptsGrandTotalBankable. */
	bt_paise bankable, non_bankable;
	bool hides_cash; /* the sums that give the cash away are hidden (bt_shift_report_hide_cash), bankable is 0 */
	bool is_blind;   /* it is still to be counted: nothing says what is expected, and expected_cash is 0 */
	bt_paise expected_cash;
	bool is_counted;
	bt_paise counted_cash;
	bt_paise to_bank; /* counted cash above the float, and the cheques; known once it is counted */
	int note_count;   /* 0: counted without telling of what */
	struct bt_receipt_note notes[BT_RECEIPT_NOTES];
	bt_paise torn_cash;                       /* of counted_cash what is torn or soiled */
	char first_receipt[24], last_receipt[24]; /* "" when nothing was sold */
	int abandoned_count, unsettled_count;     /* of all; those beyond the lists are only counted on paper */
	int bank_count;                           /* of unsettled_count those that wait for the bank */
	char abandoned[BT_RECEIPT_ABANDONED][24];
	struct bt_receipt_unsettled unsettled[BT_RECEIPT_UNSETTLED];
};

#endif
