/* Enrolled terminals: number, lane, keys, leases; and the one-time codes that let a terminal enrol. */
#ifndef BT_SANDBOX_TERMINAL_H
#define BT_SANDBOX_TERMINAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/sandbox/store.h"

#define BT_SBX_CODE_LEN       14 /* XXXX-XXXX-XXXX */
#define BT_SBX_FIRST_TERMINAL 142

struct bt_sbx;

struct bt_sbx_terminal {
	char number[9];
	int64_t lane;
	int64_t lanes;           /* of so many; 0 stands for BT_SBX_LANES */
	int64_t lane_floor;      /* no TID at or below it may be used */
	int64_t lane_at;         /* since when it has this lane, ms since 1970; 0: from when it is put */
	uint8_t journal_key[32]; /* the first; later ones are in journal_key.h */
	uint8_t vault_key[32];
	bool is_revoked;
	int64_t revoked_at;
};

/** @return false when no such terminal was ever enrolled. */
bool bt_sbx_terminal_find(sqlite3 *db, const char *number, struct bt_sbx_terminal *out);
/** Next number that never was given and a lane that no living lease can be using (PROTOCOL T4). It is given out only
 *  after bt_sbx_mark_terminal. @return false when no lane is free. */
BT_SBX_MUST_USE bool bt_sbx_terminal_place(struct bt_sbx *sbx, int64_t now_ms, struct bt_sbx_terminal *out);
BT_SBX_MUST_USE bool bt_sbx_terminal_put(sqlite3 *db, const struct bt_sbx_terminal *terminal);
/** The key that proves this terminal's slips and dockets, for good: it is known here before any of its records is. */
BT_SBX_MUST_USE bool bt_sbx_receipt_key_put(sqlite3 *db, const char *number, const uint8_t key[32]);
/** @return false when the ledger cannot be read. Without one of its own it is the journal key of the enrolment. */
BT_SBX_MUST_USE bool bt_sbx_receipt_key(sqlite3 *db, const struct bt_sbx_terminal *terminal, uint8_t out[32]);
/** Keys of all terminals and until when each was good: {"terminal", "key", "until"}; yours. */
json_t *bt_sbx_receipt_keys_list(sqlite3 *db);
/** Rises with every change of that list. */
int64_t bt_sbx_receipt_keys_changes(sqlite3 *db);
/** Withdraw it, from now on; in a transaction of its own. @return false with a line on stderr: there is no such
 *  terminal, or it could not be written down. */
BT_SBX_MUST_USE bool bt_sbx_terminal_revoke(struct bt_sbx *sbx, const char *number);

/** Note a certificate that was given to a terminal now. */
BT_SBX_MUST_USE bool bt_sbx_certificate_put(sqlite3 *db, const char *number, const uint8_t key_hash[32],
					    const char *pem, int64_t life_ms);
/** The certificate that this terminal was given last for this key, when more than half of its time is left. */
bool bt_sbx_certificate_find(sqlite3 *db, const char *number, const uint8_t key_hash[32], char *pem, size_t cap);
/** True when another terminal was given a certificate for this key. */
bool bt_sbx_certificate_is_foreign(sqlite3 *db, const char *number, const uint8_t key_hash[32]);

/** Make a code good for 24 hours, once. */
BT_SBX_MUST_USE bool bt_sbx_code_make(sqlite3 *db, char out[BT_SBX_CODE_LEN + 1]);
/** No code that was made up to now is good any more: the ledger may have forgotten which were used. */
BT_SBX_MUST_USE bool bt_sbx_codes_end(sqlite3 *db);
/** Use a code up, inside the caller's transaction. @return false when unknown, used or expired. */
BT_SBX_MUST_USE bool bt_sbx_code_use(sqlite3 *db, const char *code);

#endif
