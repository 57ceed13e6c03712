/* Inside of sync: its tasks, one row each, and what their files share. Only core/sync includes it. */
#ifndef BT_SYNC_TASKS_H
#define BT_SYNC_TASKS_H

#include "core/desk/claim.h"
#include "core/directory/page.h"
#include "core/sync/sync.h"

/** Records in one upload. */
#define BT_SYNC_BATCH 50

/** In order of urgency: the first that is due goes first. */
enum bt_sync_task_id {
	BT_TASK_HEALTH,
	BT_TASK_HEAD, /* what the head-end holds, before anything is sent or asked */
	BT_TASK_LEASE,
	BT_TASK_TARIFFS,
	BT_TASK_PENDING, /* what ends a disconnection comes before the rest */
	BT_TASK_CLAIMS,
	BT_TASK_JOURNAL,
	BT_TASK_DIRECTORY,
	BT_TASK_IDENTITY,
	BT_TASK_COUNT,
	BT_TASK_NONE,
};

struct bt_sync_task {
	enum bt_call_kind kind;
	int64_t every_ms; /* when nothing is known to be new */
	bool when_slow;   /* also while the server is too slow to be waited for at the counter */
	/** True when there is something to ask for, beyond the clock. */
	bool (*wanted)(struct bt_sync *sync);
	/** May not run for now, whatever is wanted; NULL never. Nothing is put off by it. */
	bool (*held)(const struct bt_sync *sync);
	/** Submit the call. BT_OK: one is out. BT_ENOTFOUND: nothing to do after all. */
	enum bt_err (*start)(struct bt_sync *sync);
	/** Take a good answer. @return BT_OK: done; BT_EBUSY: more of the same is due at once; an error: back off. */
	enum bt_err (*take)(struct bt_sync *sync, const struct bt_answer *answer);
	/** Go on with one that was taken, a step at a time: the keyboard comes between. NULL: taken is done with. @p
	 * done is set by the last step, whose result counts as that of `take`; an error ends it too. */
	enum bt_err (*go_on)(struct bt_sync *sync, bool *done);
	/** Look at one that is not good, before the back-off; NULL nothing. */
	void (*failed)(struct bt_sync *sync, const struct bt_answer *answer);
};

/* One record that the head-end did not take by itself either. */
struct bt_sync_lone {
	int64_t seq;           /* 0 none */
	int tries;             /* definite failures of it alone */
	int64_t since_boot_ms; /* of the first */
	bool withheld;         /* its body is left out of the next attempt */
};

/* One row of "results" of an upload. */
struct bt_sync_result {
	bool exception;
	char sale_id[37], code[BT_EXCEPTION_CODE_MAX];
};

/* The acknowledgement that is being worked off. It is kept with the last sale that it settles: after a cut before that
 * the same records are sent again, and the same answer names the exceptions and settles what is left. */
struct bt_sync_settling {
	struct bt_head head;
	struct bt_sync_result results[BT_SYNC_BATCH];
	size_t count, noted;
};

struct bt_sync {
	struct bt_sync_parts parts;
	struct bt_sync_state state;
	enum bt_sync_task_id busy, going_on; /* whose call is out; whose answer is being worked off */
	uint64_t call_id, next_call;
	int64_t asked_boot_ms; /* of the call that is out */
	int64_t due_boot_ms[BT_TASK_COUNT];
	int64_t no_claims_at; /* head of the record at which every claim had its answer; 0 not known */
	int backoff_ms[BT_TASK_COUNT];
	char nonce[33];
	int64_t healthy_boot_ms; /* last good answer to HEALTH; -1 never */
	/* head and era */
	bool head_wanted, head_tried; /* to be asked; asked since it became wanted, with or without success */
	int64_t resend_to;            /* of older sales nothing is asked before the head-end holds this; 0 none */
	/* upload */
	int64_t sent_seq, upload_to; /* the batch that is out is (sent_seq, upload_to] */
	uint8_t upload_hash[BT_SHA256_LEN];
	int batch_most; /* records in the next one: halved by what fails, doubled by what goes */
	struct bt_sync_lone lone;
	struct bt_sync_settling settling;
	int64_t settled_seq;     /* what the head-end's acknowledgement up to here settles is settled */
	int64_t drain_from;      /* sent_seq when the drain under way began; -1 none */
	int64_t counted_boot_ms; /* when the quarantined ones were counted last */
	/* lease: the newest the journal has seen; nothing older is taken, whatever lies on the disk (PROTOCOL L1) */
	int64_t lease_number;
	char lease_hash[2 * BT_SHA256_LEN + 1];
	int64_t keys_number;            /* of the receipt keys held */
	struct bt_directory_page *page; /* that is being put; NULL none */
	/* pending: rounds through all of them, in order of rank and age */
	char finishing[37];
	int round_rank;        /* of the last one tried in this round, or of the first to look for */
	int64_t round_seq;     /* its paid_seq; 0 before the first of its rank */
	int round_tried;       /* how many were tried in this round */
	int round_before;      /* and in the one before; -1 none */
	int round_rests;       /* rounds one after the other that ended nothing, as far as they lengthen the rest */
	bool reached;          /* the head-end answered when last looked */
	bool round_over;       /* all were tried; the next round begins when the task is due */
	struct bt_claim claim; /* that is out, or was last */
	bool changed;
};

extern const struct bt_sync_task bt_sync_tasks[BT_TASK_COUNT];

/** Submit a call of sync's own. */
BT_MUST_USE enum bt_err bt_sync_submit(struct bt_sync *sync, struct bt_call *call);
int64_t bt_sync_boot_ms(const struct bt_sync *sync);

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
enum bt_err bt_sync_go_on_directory(struct bt_sync *sync, bool *done);
/** Lease, tariff and clock trust as they lie on disk. */
BT_MUST_USE enum bt_err bt_sync_load_terms(struct bt_sync *sync, struct bt_fault *fault);

/* sync_head.c */
/** The era the record knows, and what has to be sent again in it. */
BT_MUST_USE enum bt_err bt_sync_load_era(struct bt_sync *sync, struct bt_fault *fault);
/** The head-end is in @p era; a new one is journaled, and what it holds is asked for (PROTOCOL H4). 0 says nothing. */
void bt_sync_note_era(struct bt_sync *sync, int64_t era);
bool bt_sync_wants_head(struct bt_sync *sync);
enum bt_err bt_sync_start_head(struct bt_sync *sync);
enum bt_err bt_sync_take_head(struct bt_sync *sync, const struct bt_answer *answer);
void bt_sync_head_failed(struct bt_sync *sync, const struct bt_answer *answer);
/** True until the head-end holds what it held when the era changed: it finishes no older sales before (H4). */
bool bt_sync_is_resending(const struct bt_sync *sync);

/* sync_pending.c */
void bt_sync_start_round(struct bt_sync *sync);
bool bt_sync_wants_pending(struct bt_sync *sync);
/** True while there is no use in asking: what was held is sent again first, or the terminal is withdrawn. */
bool bt_sync_holds_pending(const struct bt_sync *sync);
/** This round is over. @return how long to rest before the next, in every_ms: longer when the last ones ended nothing.
 */
int bt_sync_end_round(struct bt_sync *sync);
/** Something has changed: rounds come quickly again. */
void bt_sync_hasten_rounds(struct bt_sync *sync);
enum bt_err bt_sync_start_pending(struct bt_sync *sync);

/** True while a payment that ends a disconnection is still to be tried in this round, and may be. */
bool bt_sync_is_ending_cuts(struct bt_sync *sync);
/** True while the teller waits for an answer about the sale that was asked for last. */
bool bt_sync_is_finishing(const struct bt_sync *sync);

/* sync_claims.c */
/** In this round no payment that ends a disconnection is left: claims are due, but for one that is backed off. */
void bt_sync_note_cuts_ended(struct bt_sync *sync);
bool bt_sync_wants_claims(struct bt_sync *sync);
enum bt_err bt_sync_start_claims(struct bt_sync *sync);
enum bt_err bt_sync_take_claims(struct bt_sync *sync, const struct bt_answer *answer);
void bt_sync_claims_failed(struct bt_sync *sync, const struct bt_answer *answer);

/* sync_identity.c */
bool bt_sync_wants_identity(struct bt_sync *sync);
/** True when the certificate has run out or was to be renewed an hour ago: it goes before all else then. */
bool bt_sync_presses_identity(const struct bt_sync *sync);
enum bt_err bt_sync_start_identity(struct bt_sync *sync);
enum bt_err bt_sync_take_identity(struct bt_sync *sync, const struct bt_answer *answer);
/** Until when it holds, for those who look. */
void bt_sync_note_identity(struct bt_sync *sync);

/* sync_upload.c */
bool bt_sync_wants_upload(struct bt_sync *sync);
bool bt_sync_holds_upload(const struct bt_sync *sync);
enum bt_err bt_sync_start_upload(struct bt_sync *sync);
enum bt_err bt_sync_take_upload(struct bt_sync *sync, const struct bt_answer *answer);
enum bt_err bt_sync_go_on_settling(struct bt_sync *sync, bool *done);
/** What the batch that failed says of the next one: where it starts, how large it is. */
void bt_sync_upload_failed(struct bt_sync *sync, const struct bt_answer *answer);
/** How far the drain is, for those who look. */
void bt_sync_measure_drain(struct bt_sync *sync);

/* sync_settle.c */
/** All rows or none: what stands in a row that cannot be read may be an objection to what would be settled. */
BT_MUST_USE enum bt_err bt_sync_read_results(const struct bt_sync *sync, const json_t *answer,
					     struct bt_sync_result out[BT_SYNC_BATCH], size_t *count);
/** Journal what the head-end says of records, a few of them. @param[out] looked_at how many, from the first. */
BT_MUST_USE enum bt_err bt_sync_note_results(struct bt_sync *sync, const struct bt_sync_result *results, size_t count,
					     size_t *looked_at);
/** Settle some of the sales that the head-end holds up to @p head, and keep the acknowledgement with the last of them.
 *  @param[out] done that was the last. */
BT_MUST_USE enum bt_err bt_sync_settle(struct bt_sync *sync, const struct bt_head *head, bool *done);
/** Settle what an acknowledgement on record covers and a cut left unsettled. */
BT_MUST_USE enum bt_err bt_sync_settle_left_over(struct bt_sync *sync);
/** Count anew the sales that stand unposted. */
BT_MUST_USE enum bt_err bt_sync_count_quarantined(struct bt_sync *sync);

#endif
