/* Sync: everything that goes between this terminal and the head-end beside selling.
 *
 * It asks for health (time, era), what the head-end holds, lease, tariffs and consumers, finishes pending sales, and
 * uploads the journal, and renews its certificate. One call of its own is in flight at a time; a failure waits with
 * back-off and full jitter; selling never waits for it. Runs on the thread that owns the journal. Source: DESIGN 7,
 * PROTOCOL H1, H4, J1, L2. */
#ifndef BT_SYNC_SYNC_H
#define BT_SYNC_SYNC_H

#include "core/authority/extension.h"
#include "core/sale/teller.h"

struct bt_identity;

struct bt_sync_parts {
	const char *dir; /* state folder: lease.json, tariff.json, receipt-keys.json */
	const struct bt_clock *clock;
	const struct bt_random *random;
	struct bt_journal *journal;
	struct bt_directory *directory;
	const struct bt_wire *wire;
	struct bt_breaker *breaker;
	struct bt_teller *teller;
	const struct bt_enrolment *enrolment;
	struct bt_identity *identity; /* to be renewed; NULL: nothing is */
	struct bt_log *log;
	int slow_ms;
};

/** What is known, for status row and system page. */
struct bt_sync_state {
	bool has_lease;
	struct bt_lease lease;        /* with the extensions granted by code */
	struct bt_lease signed_lease; /* as it came */
	struct bt_extension extension;
	struct bt_tariffs tariffs; /* count 0: none is held */
	struct bt_clock_trust trust;
	enum bt_err lease_file; /* BT_EAUTH or BT_EFORMAT: the stored lease is damaged and was not used */
	int64_t era;            /* of the head-end, as heard last, also by an earlier run */
	int64_t health_at_ms;   /* wall, last good answer; 0 never */
	int64_t clock_apart_ms; /* head-end's time less the wall clock, at that moment */
	int64_t refused_clock;  /* signed times that did not verify */
	int64_t sent;           /* sales acknowledged since open */
	int64_t quarantined;    /* sales the head-end could not post, whose record a person has to see to */
	int64_t to_send;        /* records that the head-end has not acknowledged */
	/** While many are sent: how many of how many have gone, in records; total 0 when no drain is under way. */
	int64_t drain_done, drain_total;
	bool revoked;
	bool forked; /* the head-end holds another history of this terminal: nothing is sent any more (PROTOCOL J1) */
	bool ahead;  /* and it holds more than this record, which an old copy has replaced: selling has stopped */
	int64_t certificate_until_ms; /* until when the certificate holds; 0 not known */
	enum bt_err last_error;       /* of the newest call that failed */
};

struct bt_sync;

/** Load lease, tariff, clock trust and era from disk and journal and hand them to the teller. */
BT_MUST_USE enum bt_err bt_sync_open(const struct bt_sync_parts *parts, struct bt_sync **out, struct bt_fault *fault);
void bt_sync_close(struct bt_sync *sync);
/** Make everything due now. */
void bt_sync_kick(struct bt_sync *sync);
/** Take an answer that is sync's. @return false when it belongs to somebody else. */
bool bt_sync_answer(struct bt_sync *sync, const struct bt_answer *answer);
/** Start what is due. @return true when its state has changed. */
bool bt_sync_step(struct bt_sync *sync);
/** Milliseconds until a step has something to do. */
int bt_sync_due_ms(const struct bt_sync *sync);
/** True when no call is out and nothing is left that could be done now. */
bool bt_sync_is_idle(struct bt_sync *sync);
/** Borrowed, valid until the next step or answer. */
const struct bt_sync_state *bt_sync_state(const struct bt_sync *sync);
/** A claim has been written: it is sent as soon as may be. */
void bt_sync_note_claim(struct bt_sync *sync);
/** The head-end has withdrawn this terminal: the lease is given up at once, on disk too; only a new one brings issue
 *  back (PROTOCOL H5). Accounting goes on. */
void bt_sync_note_revoked(struct bt_sync *sync);
/**
 * A supervisor's word for the clock (PROTOCOL L2); it opens a time epoch. The system's own clock is left alone.
 * @param[in] true_ms what the time is.
 * @param[in] who     operator id, for the record.
 * @return BT_OK; BT_ECLOCK when it is earlier than the newest record of an epoch of this same boot; BT_EINPUT (no
 * time); as bt_journal_put.
 */
BT_MUST_USE enum bt_err bt_sync_confirm_clock(struct bt_sync *sync, int64_t true_ms, const char *who,
					      struct bt_fault *fault);
/** The time of the newest record, 0 when it cannot be read. */
int64_t bt_sync_newest_ms(struct bt_sync *sync);
/** An extension code is about to be judged under the signed lease: the try is recorded before it is known to be right
 *  or wrong (PROTOCOL L3). @return BT_OK; BT_ENOTFOUND (no lease); as bt_journal_put. */
BT_MUST_USE enum bt_err bt_sync_try_code(struct bt_sync *sync, const char *who, struct bt_fault *fault);
/** Grant @p number was proved by a code under lease @p lease: record it, and work under the lease so extended.
 *  @return BT_OK; BT_ESTATE when another lease has come in between; BT_EAUTH when it is used; as bt_journal_put. */
BT_MUST_USE enum bt_err bt_sync_extend(struct bt_sync *sync, int64_t lease, int number, const char *who,
				       struct bt_fault *fault);

#endif
