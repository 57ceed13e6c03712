/* The journal key of each terminal as it changes with every shift, and all there ever were.
 *
 * A `key` event signed with the key in force names the next, from the following record on. A terminal whose record was
 * made anew may have lost such events: its `epoch` event then carries the word of each key for the next. */
#ifndef BT_SANDBOX_JOURNAL_KEY_H
#define BT_SANDBOX_JOURNAL_KEY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/sandbox/terminal.h"

#define BT_SBX_KEY_LINKS_MAX 20

/** Keys that lead from one in force to the one that signs. */
struct bt_sbx_key_path {
	uint8_t keys[BT_SBX_KEY_LINKS_MAX + 1][32]; /* the first is in force already */
	int count;
};

/** The key that signs record @p seq of this terminal. @return false when the ledger cannot be read. */
bool bt_sbx_journal_key_at(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t seq, uint8_t out[32]);
/** Take what a genuine `key` record says. @return false when the ledger cannot be written; @p is_sound is false when
 * the record makes no sense and nothing changed. */
BT_SBX_MUST_USE bool bt_sbx_journal_key_take(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t seq,
					     const char *body, bool *is_sound);
/**
 * The keys of an `epoch` record at @p seq, which the last of them has to sign.
 * @return false when a word does not verify, or when the newest key that is known here is not among them: a key that
 *         was changed already begins no new life, whoever has kept it.
 */
bool bt_sbx_journal_key_path(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t seq, const json_t *body,
			     struct bt_sbx_key_path *out);
/** A new life of the record begins at @p seq with @p path; keys of the life before go with it under @p former. */
BT_SBX_MUST_USE bool bt_sbx_journal_key_rewind(sqlite3 *db, const struct bt_sbx_terminal *terminal, const char *former,
					       int64_t seq, const struct bt_sbx_key_path *path);

#endif
