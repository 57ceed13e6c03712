/* A token that the meter refused: a new one in its place, once somebody has looked at the meter. Because another one of
 * the same minute went in before: one of another minute (PROTOCOL T5). Because the meter has got its next key since:
 * the same minute under that key, as long as the meter remembers its minutes (T6).
 *
 * The sale stays as it was posted; beside it stands the token that counts from then on. Of the sales that share a
 * minute of a meter one keeps its token, since the meter took one: it is never replaced. */
#ifndef BT_SANDBOX_REISSUE_H
#define BT_SANDBOX_REISSUE_H

#include "core/sandbox/call.h"
#include "core/sandbox/ledger.h"

/** Was its token replaced, or may it be: it shares its minute with one that is not replaced yet, or the meter has the
 *  key after its own. */
bool bt_sbx_reissue_is_open(const struct bt_sbx *sbx, const struct bt_sbx_entry *entry);
/** Of one that is open: is it for the meter's next key? */
bool bt_sbx_reissue_is_for_key(const struct bt_sbx *sbx, const struct bt_sbx_entry *entry);
/** True when @p token is the one that replaced the token of this sale. */
bool bt_sbx_reissue_is(sqlite3 *db, const char *sale_id, const char *token);
/** A terminal's record says that it gave @p token of @p tid in place of the sale's own, on the word of @p by: a ledger
 * put back from a backup learns it again (PROTOCOL H1, H4). Another replacement stays. */
BT_SBX_MUST_USE bool bt_sbx_reissue_learn(struct bt_sbx *sbx, const struct bt_sbx_entry *entry, const char *terminal,
					  const char *by, int64_t tid, const char *token);
/** Replace the token of @p entry on the word of @p by, inside the caller's transaction; done before, nothing is
 *  changed. BT_SBX_NONE; else why not, with the reason in @p reply. */
enum bt_sbx_code bt_sbx_reissue(struct bt_sbx *sbx, const struct bt_sbx_entry *entry, const char *terminal,
				const char *by, struct bt_sbx_reply *reply);

#endif
