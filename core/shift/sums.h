/* The money of a range of the record: what was taken, given back, carried to the bank and counted.
 *
 * Sums come from events alone, in their order, so that going on from where one stopped gives the same as beginning
 * anew: a till keeps one running and holds it against the record when the shift is sealed. */
#ifndef BT_SHIFT_SUMS_H
#define BT_SHIFT_SUMS_H

#include "core/receipt/receipt_shift.h"
#include "core/shift/book.h"

#define BT_SHIFT_COUNTS  2 /* a count and one recount */
#define BT_SHIFT_TENDERS 6 /* those of core/tender, and one for any other */

enum bt_shift_kind { BT_SHIFT_TOKENS, BT_SHIFT_BALANCES, BT_SHIFT_DUES, BT_SHIFT_KINDS };

struct bt_shift_sum {
	int64_t count;
	bt_paise paise;
};

/** One count of the drawer. */
struct bt_shift_count {
	int64_t seq, at_ms;
	char operator_id[24];
	int note_count;
	struct bt_receipt_note notes[BT_RECEIPT_NOTES];
	bt_paise total, torn; /* torn or soiled, of the total */
};

struct bt_shift_sums {
	int64_t number;     /* of the shift; receipts of others are not among its first and last */
	int64_t after, seq; /* events behind @p after are in it, as far as @p seq */
	struct bt_shift_sum tenders[BT_SHIFT_TENDERS]; /* in the order of bt_tender_kinds; the last: any other */
	struct bt_shift_sum kinds[BT_SHIFT_KINDS];
	struct bt_shift_sum refunds, deposits;
	bt_paise refunded_cash, refunded_cheques; /* and whatever else lies in the drawer as paper */
	int counts;                               /* the newest BT_SHIFT_COUNTS are kept */
	struct bt_shift_count counted[BT_SHIFT_COUNTS];
	int64_t cash_seq; /* newest event that changed what is in the drawer; 0 none */
	char first_receipt[24], last_receipt[24];
	int64_t abandoned_count; /* numbers without money */
	char abandoned[BT_RECEIPT_ABANDONED][24];
	bool shifts_moved;             /* one was opened, sealed or closed among the events that were read last */
	struct bt_shift_sum recovered; /* sales that only a receipt remembers: not among the takings */
};

/** Zeroed sums of @p shift, before its first event. */
void bt_shift_sums_begin(const struct bt_shift *shift, struct bt_shift_sums *out);
/**
 * Read on up to and with event @p until, or to the newest.
 * @return BT_OK; BT_EFORMAT when an event lacks what it has to say; the journal's error. @p sums is untouched then.
 */
BT_MUST_USE enum bt_err bt_shift_sums_read(struct bt_journal *journal, int64_t until, struct bt_shift_sums *sums);
/** What was sold, whatever it was paid with. Pure. */
struct bt_shift_sum bt_shift_sums_sold(const struct bt_shift_sums *sums);
/** Of that what can be carried to a bank, and what cannot. Pure. */
bt_paise bt_shift_sums_bankable(const struct bt_shift_sums *sums);
bt_paise bt_shift_sums_non_bankable(const struct bt_shift_sums *sums);
/** What goes to the bank of a drawer in which @p counted_cash lay: the cash above @p opening_float, which stays, and
 *  what else was taken that can be carried there. Source: IEC 61968-9 CashierShift, cashFloat. Pure. */
bt_paise bt_shift_sums_to_bank(const struct bt_shift_sums *sums, bt_paise opening_float, bt_paise counted_cash);
/** What has to be in the drawer that was opened with @p opening_float. Pure. */
bt_paise bt_shift_sums_drawer(const struct bt_shift_sums *sums, bt_paise opening_float);
/** True when nothing moved in the drawer since the newest count. Pure. */
bool bt_shift_sums_are_counted(const struct bt_shift_sums *sums);

#endif
