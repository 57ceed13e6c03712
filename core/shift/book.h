/* The shifts of a record, each a range of its events.
 *
 * A shift begins with `shift_open` and ends with its own `shift_sealed`, or where the next one is opened: then nobody
 * counted it. What is recorded between a seal and the next opening (an answer that came late, money given back) belongs
 * to the next shift, so that every event is in exactly one and a shift that has ended is never changed again. Nothing
 * is kept beside the record. */
#ifndef BT_SHIFT_BOOK_H
#define BT_SHIFT_BOOK_H

#include "core/journal/journal.h"

struct bt_shift {
	int64_t number;
	char operator_id[24];
	bt_paise opening_float;
	int64_t open_seq;
	int64_t after, until; /* its events: after < seq <= until; INT64_MAX while it goes on */
	int64_t from_ms, until_ms;
	bool ended;
	int64_t sealed_seq, closed_seq;  /* 0: not */
	int64_t sealed_ms, closed_ms;    /* 0: not */
	char sealed_by[24];              /* "": it ended by itself, when its receipt numbers were used up */
	bool counted;                    /* and as it was sealed: */
	bt_paise counted_cash, expected; /* a drawer's; expected of a shift that nobody counted, too */
	char closed_by[24];
	int64_t lost; /* events that a recovery may have lost after it was opened; 0 none */
};

/**
 * The newest shifts whose number is at most @p upto, newest first.
 * @param[in] upto  INT64_MAX for all.
 * @return BT_OK, also with none; BT_EFORMAT when an event of a shift is none; the journal's error. Nothing is written
 *         to @p count then.
 */
BT_MUST_USE enum bt_err bt_shift_list(struct bt_journal *journal, int64_t upto, int max, struct bt_shift *out,
				      int *count);
/** The newest one. @return as bt_shift_list, or BT_ENOTFOUND. */
BT_MUST_USE enum bt_err bt_shift_newest(struct bt_journal *journal, struct bt_shift *out);
/** By its number. @return as bt_shift_list, or BT_ENOTFOUND. */
BT_MUST_USE enum bt_err bt_shift_find(struct bt_journal *journal, int64_t number, struct bt_shift *out);
/** True when @p operator_id may go on in it at @p now_ms: it is open, his, of this day in India, and no number given in
 *  it was lost. Pure. */
bool bt_shift_is_of(const struct bt_shift *shift, const char *operator_id, int64_t now_ms);
/** The number of the next shift after @p newest (NULL: none), numbers lost with the record left out. Pure. */
int64_t bt_shift_next_number(const struct bt_shift *newest, int64_t first);

#endif
