/* What an open journal is made of, shared by the files of this room only. */
#ifndef BT_JOURNAL_STATE_H
#define BT_JOURNAL_STATE_H

#include "core/journal/chain.h"
#include "core/journal/frames.h"
#include "core/journal/hold.h"
#include "core/journal/keys.h"
#include "core/journal/mirror.h"
#include "core/journal/store.h"

struct bt_journal {
	char dir[4096];
	const struct bt_disk *disk;
	const struct bt_clock *clock;
	const struct bt_key_store *key_store; /* NULL: a key for good */
	const struct bt_signer *signer;       /* the key in force; NULL: reading only */
	struct bt_log *log;
	struct bt_hold hold;
	struct bt_store store;
	struct bt_frames frames;
	struct bt_mirror mirror;
	struct bt_epoch epoch;
	int64_t epoch_seq;   /* of the event that began it */
	struct bt_head head; /* newest event that is in both records */
	struct bt_keys keys; /* as far as events were read */
	enum bt_err state;   /* BT_OK, or what stopped it */
};

/** Stop for good: note @p err, say so in the log, hand it back. */
enum bt_err bt_journal_stop(struct bt_journal *journal, enum bt_err err, const char *why);
/** Stop when @p err is of the STOP fate or a storage failure; hand it back. */
enum bt_err bt_journal_judge(struct bt_journal *journal, enum bt_err err, const char *why);
/** Inside a transaction of the store: write a sealed event with its projection. @p frame is its second record.
 *  @return as bt_journal_put; BT_ESTATE, BT_EINPUT when it cannot follow. */
BT_MUST_USE enum bt_err bt_journal_store(struct bt_journal *journal, const struct bt_event *event, const json_t *body,
					 struct bt_frame *frame, struct bt_fault *fault);
/** @return BT_OK, or BT_EINPUT: one of @p events is not for callers to put. */
BT_MUST_USE enum bt_err bt_journal_check_kinds(const struct bt_event_in *events, int count, struct bt_fault *fault);
/** As bt_journal_put(), for kinds that this room alone makes too; with @p peer, which may be NULL, as what the head-end
 *  acknowledged, in the same commit. */
BT_MUST_USE enum bt_err bt_journal_put_events(struct bt_journal *journal, const struct bt_event_in *events, int count,
					      const struct bt_head *peer, struct bt_fault *fault);
/** Once all events were read: sign with the key they name last. @return BT_OK or BT_EAUTH: it is not at hand. */
BT_MUST_USE enum bt_err bt_journal_choose_signer(struct bt_journal *journal, struct bt_fault *fault);
/** Keep the secret of the key in force only; what cannot be erased now is logged and erased another time. */
void bt_journal_settle_keys(struct bt_journal *journal);
/** A recovery has begun to change places and has not ended. */
bool bt_recovery_is_cut(const struct bt_disk *disk, const char *dir);
/** The disk was full. As after a crash: let go of the database as it is, give the ballast back, recover, and say in
 *  @p found what is there; only then may the caller write again, once. */
BT_MUST_USE enum bt_err bt_journal_regain(struct bt_journal *journal, struct bt_head *found, struct bt_fault *fault);

#endif
