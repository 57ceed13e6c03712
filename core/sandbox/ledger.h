/* What the head-end has booked: sales by id, minutes by meter, tombstones, and what each posting does to the account.
 *
 * Every function runs inside the caller's transaction, so the entry, the account and the stored reply are one commit.
 */
#ifndef BT_SANDBOX_LEDGER_H
#define BT_SANDBOX_LEDGER_H

#include "core/sandbox/consumer.h"
#include "core/sandbox/refusal.h"
#include "core/sandbox/sale_in.h"

/** An id the ledger knows. */
struct bt_sbx_entry {
	char state[12]; /* committed, reversed, tombstone */
	struct bt_sbx_core core;
	char exception[24]; /* "" for none */
	bool released;      /* the token left by some channel, or another terminal told of the credit */
	int64_t rev;
};

/** A sale about to be booked. */
struct bt_sbx_posting {
	const struct bt_sbx_sale *sale;
	const char *sale_text; /* the record as received, canonical */
	const char *by;        /* terminal that brought it */
	const char *token;     /* "" for none */
	const char *key_id;
	int64_t tid, rnd; /* -1 for none */
	bool picked;
	bool is_fact;                  /* it stands at its own figures, whatever they would be here */
	int64_t key_change;            /* number of the change whose tokens go with the token, 0: none */
	const json_t *key_change_json; /* the contract's `key_change`; NULL: null; borrowed */
	enum bt_sbx_code exception;
};

/** @return false when the id is unknown. */
bool bt_sbx_ledger_find(sqlite3 *db, const char *sale_id, struct bt_sbx_entry *out);
/** True when @p asked names the sale that @p entry is: by its core, or by the key that it was paid under before the
 *  head-end made its token under the next one (PROTOCOL H2, T6). */
bool bt_sbx_ledger_is_same(sqlite3 *db, const struct bt_sbx_entry *entry, const struct bt_sbx_core *asked);
/** True when another sale holds this minute of the meter, or a token that replaced one or is out beside it. */
bool bt_sbx_ledger_minute_used(sqlite3 *db, const char *meter, int64_t tid, const char *sale_id);
/** @p token of @p tid is out for this sale beside the one that stands for it: its minute is used up (PROTOCOL T1). One
 *  of the sale's own minute is not kept: the meter takes one of the two. */
BT_SBX_MUST_USE bool bt_sbx_ledger_put_beside(sqlite3 *db, const struct bt_sbx_core *core, int64_t tid,
					      const char *token);
/** Book it, over a tombstone or reversal of the same id too; @p consumer may be NULL when there is none. A minute that
 *  another sale holds is kept as said, not as held. */
BT_SBX_MUST_USE bool bt_sbx_ledger_put(struct bt_sbx *sbx, const struct bt_sbx_posting *posting,
				       struct bt_sbx_consumer *consumer);
/** Remember which sale a receipt number belongs to, "" none. */
BT_SBX_MUST_USE bool bt_sbx_ledger_note_receipt(sqlite3 *db, const char *receipt, const char *sale_id);
/** The stored reply of a committed sale, with the token that replaced its own where one did; yours. NULL when there is
 * none. */
json_t *bt_sbx_ledger_reply(sqlite3 *db, const char *sale_id);
BT_SBX_MUST_USE bool bt_sbx_ledger_tombstone(sqlite3 *db, const char *sale_id);
/** The same, by the reversal of the terminal that owns the sale: its docket is no credit any more (PROTOCOL S5). */
BT_SBX_MUST_USE bool bt_sbx_ledger_take_back(sqlite3 *db, const char *sale_id, const char *terminal);
/** Its owner, or the office, said that the money goes back. A tombstone that an inquiry left names nobody: the owner
 * may still issue, and then it is no money to give back. */
bool bt_sbx_ledger_is_taken_back(sqlite3 *db, const char *sale_id);
/** Take a committed sale back: its account effects are undone, its minute stays burned (PROTOCOL T1). */
BT_SBX_MUST_USE bool bt_sbx_ledger_reverse(sqlite3 *db, const char *sale_id);
BT_SBX_MUST_USE bool bt_sbx_ledger_release(sqlite3 *db, const char *sale_id);
/** @p terminal tells its consumer that the credit of another's sale is given: from here on it stands (PROTOCOL H3). A
 *  token, and the owner's own sale, are left alone. */
BT_SBX_MUST_USE bool bt_sbx_ledger_tell(sqlite3 *db, const char *sale_id, const char *terminal);
/** Name an exception on an entry and keep the record that caused it. */
BT_SBX_MUST_USE bool bt_sbx_ledger_except(sqlite3 *db, const char *terminal, const char *sale_id, enum bt_sbx_code code,
					  const char *detail);

#endif
