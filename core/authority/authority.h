/* Authority: may this sale be issued here, now? And how much is left before it may not.
 *
 * Pure decisions over lease, clock trust and what the journal says is unsent (PROTOCOL L1, L2, S2). */
#ifndef BT_AUTHORITY_AUTHORITY_H
#define BT_AUTHORITY_AUTHORITY_H

#include "core/authority/lease.h"
#include "core/base/clock.h"
#include "core/base/words.h"
#include "core/journal/journal.h"

/** Trust in the clock within one boot (PROTOCOL L2): made by a confirmation, journaled as event `clock`. */
struct bt_clock_trust {
	char boot_id[37];
	int64_t true_ms; /* confirmed time at boot_ms; 0: never confirmed */
	int64_t boot_ms;
	int64_t offset_ms; /* confirmed time less the wall clock, at that moment */
};

/** The wall clock may drift from trusted time by this much within one boot. */
#define BT_CLOCK_APART_MAX_MS INT64_C(300000)

/** Confirm: @p true_ms is the head-end's signed time or a supervisor's word. */
void bt_clock_trust_confirm(struct bt_clock_trust *trust, const struct bt_clock *clock, int64_t true_ms);
/** Canonical body of the `clock` event appended to @p out. @p source "server" or "supervisor"; @p who the operator who
 *  gave his word, "" none.
 *  @return BT_OK, BT_EINPUT (source), BT_ECLOCK (never confirmed, or in another boot than @p clock's), BT_EFULL,
 *  BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_clock_trust_encode(const struct bt_clock_trust *trust, const struct bt_clock *clock,
					      const char *source, const char *who, struct bt_buf *out);
/** And back. @return BT_OK, BT_EFORMAT; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_clock_trust_decode(struct bt_bytes body, struct bt_clock_trust *out);
/** Trusted time now: confirmed time plus what CLOCK_BOOTTIME has run since. BT_ECLOCK when this boot was not confirmed
 *  or the wall clock has gone more than 5 minutes apart from it since the confirmation. */
BT_MUST_USE enum bt_err bt_clock_trust_now(const struct bt_clock_trust *trust, const struct bt_clock *clock,
					   int64_t *out);
/** The best time there is for a record: confirmed time plus what CLOCK_BOOTTIME has run since, whatever the wall clock
 *  has done in between; the wall clock in a boot without a confirmation. Never a reason to issue. */
int64_t bt_clock_trust_best(const struct bt_clock_trust *trust, const struct bt_clock *clock);

/**
 * The first confirmed time of this life of the record, later than any minute that was lost with the one before; where
 * a supervisor gave it and the head-end has said an earlier one since, that.
 * @return 0 in the first life; INT64_MAX while nobody has confirmed the time in this one, or it cannot be read.
 */
int64_t bt_clock_recovered_ms(struct bt_journal *journal);

/** Why time is not trusted. */
enum bt_clock_doubt {
	BT_CLOCK_SURE,
	BT_CLOCK_UNCONFIRMED, /* not in this boot */
	BT_CLOCK_MOVED,       /* confirmed, and then the wall clock was set: away from CLOCK_BOOTTIME by @p apart_ms */
};
/** @p apart_ms wall clock less confirmed time at this moment, 0 when unconfirmed. */
enum bt_clock_doubt bt_clock_trust_doubt(const struct bt_clock_trust *trust, const struct bt_clock *clock,
					 int64_t *apart_ms);

/** Why no token may be made here: id, code in the record, reason as it is told (catalogue key; stands in a sentence).
 */
#define BT_DENIALS(ROW)                                                                                                \
	ROW(BT_DENY_NONE, "none", "")                                                                                  \
	ROW(BT_DENY_NO_LEASE, "no_lease", N_("this counter has no offline limit now"))                                 \
	ROW(BT_DENY_EXPIRED, "expired", N_("the offline limit is used"))                                               \
	ROW(BT_DENY_TOTAL, "total", N_("the offline limit is used"))                                                   \
	ROW(BT_DENY_COUNT, "count", N_("the offline limit is used"))                                                   \
	ROW(BT_DENY_OLDEST, "oldest", N_("the offline limit is used"))                                                 \
	ROW(BT_DENY_SALE, "sale", N_("the amount is above the offline limit of one sale"))                             \
	ROW(BT_DENY_METER_DAY, "meter_day", N_("this meter has had as much as is allowed in one day"))                 \
	ROW(BT_DENY_CLOCK, "clock", N_("the date and time are not confirmed"))                                         \
	ROW(BT_DENY_KEYS, "keys", N_("the offline keys are locked"))                                                   \
	ROW(BT_DENY_NOT_COVERED, "not_covered", N_("this meter is not in our offline list"))                           \
	ROW(BT_DENY_BLOCKED, "blocked", N_("blocked by the office"))                                                   \
	ROW(BT_DENY_KEY_CHANGE, "key_change", N_("this meter is not in our offline list"))                             \
	ROW(BT_DENY_TID, "tid", N_("this meter has had too many tokens just now"))                                     \
	ROW(BT_DENY_KIND, "kind", N_("the credit is made by the server"))                                              \
	ROW(BT_DENY_DOUBT, "doubt", N_("an earlier recharge of this meter is not certain yet"))                        \
	ROW(BT_DENY_SERVER, "restart", N_("the server has not answered"))                                              \
	ROW(BT_DENY_STOPPED, "stopped", N_("the record has stopped"))

enum bt_denial {
#define BT_DENY_ENUM(id, code, key) id,
	BT_DENIALS(BT_DENY_ENUM)
#undef BT_DENY_ENUM
	    BT_DENY_COUNT_OF
};
/** Catalogue key. */
const char *bt_denial_key(enum bt_denial denial);
/** The row whose code stands in a `pending` event; BT_DENY_NONE when there is none. */
enum bt_denial bt_denial_find(const char *code);
/** Short id for the record, e.g. "expired". */
const char *bt_denial_code(enum bt_denial denial);

/** What is asked for. */
struct bt_authority_ask {
	const struct bt_lease *lease; /* NULL: none held */
	enum bt_err clock;            /* of bt_clock_trust_now */
	int64_t now_ms;               /* trusted */
	bt_paise amount;
	struct bt_unsent unsent; /* not counting this sale */
	int64_t meter_tokens;    /* sold to this meter in the last 24 h by this terminal, not counting this sale */
	bt_paise meter_paise;
};
/**
 * PROTOCOL L1, S2: caps over all unacknowledged sales, whichever lease. A cap is what may be reached, not passed; at
 * the instant of expiry, and at the age cap of the oldest unsent sale, it is over. The first of these that holds is the
 * answer: no lease (or not begun), clock, expired, age, count, total used up, cap of one sale, meter and day, total.
 * Pure.
 */
enum bt_denial bt_authority_decide(const struct bt_authority_ask *ask);

/** A meter remembers 50 TIDs: so many tokens may one have within 10n minutes, and no more (PROTOCOL T3). */
#define BT_METER_TOKENS_MAX 49
/** How far back they count, of a lane of @p lanes. */
#define BT_METER_WINDOW_MS(lanes) ((int64_t)(lanes)*10 * 60000)

/** The largest number of lanes by which tokens of late may have been dated, by whomever: after n was changed, windows
 *  and floors that look back are those of the larger one (PROTOCOL T3, T4). @param[in] lease NULL: none held. */
uint32_t bt_authority_lanes_most(const struct bt_lease *lease, const struct bt_sts_lane *enrolled);

/**
 * The lane in which TIDs are chosen for keys of base date @p base: the lease's, or the one of the enrolment without a
 * lease; its floor is the latest of theirs and of 4n minutes after a recovery (PROTOCOL T4).
 * @param[in] lease        NULL: none held.
 * @param[in] enrolled     floors of lease and enrolment are minutes since 2014, whatever the key.
 * @param[in] recovered_ms bt_clock_recovered_ms(); 0 never. Beyond the last minute of @p base no TID is left.
 * Pure.
 */
struct bt_sts_lane bt_authority_lane(const struct bt_lease *lease, const struct bt_sts_lane *enrolled,
				     int64_t recovered_ms, uint16_t base);

/** What ends first, for the status row and the limit screens. */
struct bt_allowance {
	bt_paise paise_left, paise_cap;
	int64_t count_left, count_cap;
	int64_t ms_left;        /* to expiry or the age cap of the oldest unsent, whichever is first */
	int64_t ms_whole;       /* life of the lease */
	int sales_left;         /* about how many more, from the mean of the unsent ones, 500 rupees when none */
	int percent_used;       /* of the cap that ends first, 0..100 */
	enum bt_denial used_up; /* BT_DENY_NONE while something is left */
	enum { BT_ENDS_TIME, BT_ENDS_MONEY, BT_ENDS_COUNT } ends;
};
/** @p lease NULL: nothing is left. While the clock is not trusted nothing is left either, but money and count are told.
 *  Pure. */
void bt_authority_allowance(const struct bt_lease *lease, enum bt_err clock, int64_t now_ms,
			    const struct bt_unsent *unsent, struct bt_allowance *out);

#endif
