/* One connection of the utility as the ledger holds it, and the failures that fixed numbers play.
 *
 * `note` is "" for an ordinary connection and otherwise the id of a row in bt_sbx_notes, which says where the
 * connection departs from what a terminal would expect. */
#ifndef BT_SANDBOX_CONSUMER_H
#define BT_SANDBOX_CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sandbox/sbx.h"

struct bt_sbx_consumer {
	char number[13];
	char meter[14]; /* "" when no meter takes tokens here */
	char mobile[11];
	char name_en[64], name_hi[128];
	char relation[4];
	char relative_en[64], relative_hi[128];
	char place_en[64], place_hi[128];
	char category[8];
	char kind[10]; /* sts_units, remote, dues */
	char note[24];
	bool takes_token;
	bool cut_due; /* supply is to be cut at the next cut window */
	int64_t balance_paise, balance_at;
	int64_t dues_paise, dues_daily_paise;
	int64_t free_left, free_of; /* tenths of kWh; free_of -1: none granted */
	int64_t supply_cut_at;      /* -1: supply is on */
	int64_t last_recharge_paise;
	int64_t version;
};

/** How a named failure behaves; a row of zeros is an ordinary connection. */
struct bt_sbx_note {
	const char *id;
	bool server_knows_not;     /* in the directory, refused as unknown */
	bool blocked;              /* refused */
	bool told_blocked;         /* ... and the directory says so */
	bool without_key;          /* no key for terminals */
	bool key_changed;          /* the meter is at KRN 2, the directory at KRN 1 */
	bool is_key_due;           /* a key change is due from the start */
	int old_base;              /* base date of the factory's key, 0: 2014 */
	const char *ea, *dkga;     /* of the meter, NULL: "11", "04" */
	const char *true_category; /* priced so by the server, once, before the directory says it */
	const char *reason_en, *reason_hi;
	const char *category;             /* of a guest, NULL: DS-II */
	int64_t month_units, month_fixed; /* of its first month: tenths paid for, and paise of its fixed charge taken */
	int64_t month_free;               /* tenths, free ones left */
};

/** Never NULL; unknown ids are ordinary. */
const struct bt_sbx_note *bt_sbx_note_of(const char *id);

/** Fetch by number. @return false when absent. */
bool bt_sbx_consumer_find(sqlite3 *db, const char *number, struct bt_sbx_consumer *out);
/** Columns in the order that bt_sbx_consumer_read expects. */
extern const char bt_sbx_consumer_columns[];
void bt_sbx_consumer_read(sqlite3_stmt *row, struct bt_sbx_consumer *out);
/** Write what a sale can change, under a new version. */
BT_SBX_MUST_USE bool bt_sbx_consumer_update(sqlite3 *db, struct bt_sbx_consumer *consumer);

#endif
