/* One head-end: its state folder, its ledger and its secrets, made once by whichever command comes first.
 *
 * The folder holds ledger.db, marks, ca.pem, ca.key, server.pem, server.key, meters.csv, access.log, admin.sock.
 * Everything in it is test material: keys are random per folder and never of value outside it. */
#ifndef BT_SANDBOX_SBX_H
#define BT_SANDBOX_SBX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sandbox/store.h"
#include "core/sandbox/token.h"

#define BT_SBX_LANES           16 /* at first; lanes.h */
#define BT_SBX_LEASE_HOURS_MAX (14 * 24)
#define BT_SBX_FIRST_LANE      3
#define BT_SBX_SGC             "123457"
#define BT_SBX_PATH_MAX        4096

struct bt_sbx_lease_terms {
	int64_t hours;
	int64_t value_paise;
	int64_t count;
	int grants; /* extensions each lease commits to, 0..4 */
};

struct bt_sbx {
	char dir[BT_SBX_PATH_MAX - 64]; /* room is left for the names inside it */
	int dir_fd;                     /* -1: a head-end in memory */
	char *marks;                    /* of one without a folder: what its file of marks would say (marks.h) */
	sqlite3 *db;
	struct bt_sbx_vending vending;
	uint8_t head_end_seed[32];
	uint8_t head_end_key[32];
	int64_t era;
	int64_t own_floor; /* no minute of lane 0 at or below it: what was given out before a restore is not known */
	int64_t key_good_until;
	struct bt_sbx_lease_terms lease;
	int64_t certificate_s; /* how long a terminal's certificate holds */
	bool is_strict;        /* an expired one is good for records and renewal only */
	bool training;         /* its keys are published ones */
	bool picks;            /* it picks every token's minute itself, whatever a request names (PROTOCOL T5) */
	bool picks_any;        /* not of lane 0 alone: it may meet one of a counter that it has not heard of */
};

/** The key under which a head-end of training seals meter keys for every terminal: published, so that nothing under it
 *  has value. */
#define BT_SBX_TRAINING_VAULT_KEY "BATTI TRAINING KEY - NO VALUE 0" /* with its NUL, 32 bytes */

/** Open the state folder, making what is missing in it. @return false with a line on stderr. */
bool bt_sbx_open(const char *dir, struct bt_sbx *out);
/** Open a state folder that a head-end has been made in before; makes nothing elsewhere, so that a mistyped path is not
 *  answered as an empty ledger. @return false with a line on stderr. */
bool bt_sbx_open_made(const char *dir, struct bt_sbx *out);
void bt_sbx_close(struct bt_sbx *sbx);
/** Make this head-end one for training, with published keys, for good. @return false with a line on stderr: it has
 *  consumers with keys of its own already. True at once when it is one. */
BT_SBX_MUST_USE bool bt_sbx_begin_training(struct bt_sbx *sbx);
/** The ledger was put back from a backup: begin an era that never was before, leave out the minutes that lane 0 may
 * have given since, and let the numbers of leases begin above all that were ever given (PROTOCOL H4, T4, L1). What the
 *  marks beside the ledger know of terminals and leases it is told again; without them it takes the worst for true. */
BT_SBX_MUST_USE bool bt_sbx_begin_era(struct bt_sbx *sbx);
/** Path of @p name inside the folder. */
void bt_sbx_path(const struct bt_sbx *sbx, const char *name, char out[BT_SBX_PATH_MAX]);
/** Take the named lock file for the life of the process. @return its descriptor, -1 when @p wait is 0 and it is held.
 */
int bt_sbx_lock(const struct bt_sbx *sbx, const char *name, int wait);

#endif
