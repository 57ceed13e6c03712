/* An open journal held against the ledger: what is on record, in order, and every total a caller may use. */
#ifndef TESTS_SIM_JOURNAL_CHECK_H
#define TESTS_SIM_JOURNAL_CHECK_H

#include "tests/sim/ledger.h"

enum check_result {
	CHECK_GOOD,
	CHECK_LOST,    /* something acknowledged is not there, or not as it was put */
	CHECK_EXTRA,   /* something is there that was not put, or half of a put */
	CHECK_STOPPED, /* the journal says itself that something is wrong */
};

/** What was found, and where when it is not good. */
struct check_report {
	enum check_result result;
	bool kept;       /* the put in hand is on record */
	char where[200]; /* for a person */
};

/** Every event on record: all acknowledged ones, and all or none of the put in hand; each linked to the one before.
 *  Reads through the upload's door, bt_journal_read(). */
struct check_report check_events(struct bt_journal *journal, const struct ledger *ledger);
/** The totals, and @p sales sales by chance (all of them when negative), the newest ones among them. The put in hand is
 *  settled (kept or forgotten) already. */
struct check_report check_totals(struct bt_journal *journal, struct ledger *ledger, int sales);
/** The body of a `tokened` event as the desk reads it for one sale. */
struct check_report check_token(struct bt_journal *journal, const struct ledger *ledger, int sale);

#endif
