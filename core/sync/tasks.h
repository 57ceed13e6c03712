/* Inside of sync: its tasks, one row each, and what their files share. Only core/sync includes it. */
#ifndef BT_SYNC_TASKS_H
#define BT_SYNC_TASKS_H

#include "core/sync/sync.h"

enum bt_sync_task_id {
	BT_TASK_HEALTH,
	BT_TASK_LEASE,
	BT_TASK_TARIFFS,
	BT_TASK_PENDING, /* what ends a disconnection comes before the rest */
	BT_TASK_DIRECTORY,
	BT_TASK_JOURNAL,
	BT_TASK_COUNT,
	BT_TASK_NONE,
};

struct bt_sync_task {
	enum bt_call_kind kind;
	int64_t every_ms; /* when nothing is known to be new */
	/** True when there is something to ask for, beyond the clock. */
	bool (*wanted)(struct bt_sync *sync);
	/** Submit the call. BT_OK: one is out. BT_ENOTFOUND: nothing to do after all. */
	enum bt_err (*start)(struct bt_sync *sync);
	/** Take a good answer. @return BT_OK: done; BT_EBUSY: more of the same is due at once; an error: back off. */
	enum bt_err (*take)(struct bt_sync *sync, const struct bt_answer *answer);
};

struct bt_sync {
	struct bt_sync_parts parts;
	struct bt_sync_state state;
	enum bt_sync_task_id busy;
	uint64_t call_id, next_call;
	int64_t asked_boot_ms; /* of the call that is out */
	int64_t due_boot_ms[BT_TASK_COUNT];
	int backoff_ms[BT_TASK_COUNT];
	char nonce[33];
	/* upload */
	int64_t sent_seq, upload_to; /* the batch that is out is (sent_seq, upload_to] */
	uint8_t upload_hash[BT_SHA256_LEN];
	/* lease: the newest the journal has seen; nothing older is taken, whatever lies on the disk (PROTOCOL L1) */
	int64_t lease_number;
	char lease_hash[2 * BT_SHA256_LEN + 1];
	/* pending: rounds through all of them, in order of rank and age */
	char finishing[37];
	int round_rank;    /* of the last one tried in this round; -1 none yet */
	int64_t round_seq; /* its paid_seq */
	bool reached;      /* the head-end answered when last looked */
	bool round_over;   /* all were tried; the next round begins when the task is due */
	bool changed;
};

extern const struct bt_sync_task bt_sync_tasks[BT_TASK_COUNT];

/** Submit a call of sync's own. */
BT_MUST_USE enum bt_err bt_sync_submit(struct bt_sync *sync, struct bt_call *call);
/* sync_terms.c */
enum bt_err bt_sync_start_health(struct bt_sync *sync);
enum bt_err bt_sync_take_health(struct bt_sync *sync, const struct bt_answer *answer);
bool bt_sync_wants_lease(struct bt_sync *sync);
enum bt_err bt_sync_start_lease(struct bt_sync *sync);
enum bt_err bt_sync_take_lease(struct bt_sync *sync, const struct bt_answer *answer);
bool bt_sync_wants_tariffs(struct bt_sync *sync);
enum bt_err bt_sync_start_tariffs(struct bt_sync *sync);
enum bt_err bt_sync_take_tariffs(struct bt_sync *sync, const struct bt_answer *answer);
enum bt_err bt_sync_start_directory(struct bt_sync *sync);
enum bt_err bt_sync_take_directory(struct bt_sync *sync, const struct bt_answer *answer);
/** Lease, tariff and clock trust as they lie on disk. */
BT_MUST_USE enum bt_err bt_sync_load_terms(struct bt_sync *sync, struct bt_fault *fault);

/* sync_upload.c */
bool bt_sync_wants_upload(struct bt_sync *sync);
enum bt_err bt_sync_start_upload(struct bt_sync *sync);
enum bt_err bt_sync_take_upload(struct bt_sync *sync, const struct bt_answer *answer);
/** Count anew the sales that stand unposted. */
BT_MUST_USE enum bt_err bt_sync_count_quarantined(struct bt_sync *sync);
/** A refusal of an upload: a gap is closed by starting where the head-end stands. */
void bt_sync_upload_refused(struct bt_sync *sync, const struct bt_answer *answer);

#endif
