/* A world of the simulation: counters, one head-end, the net between them, consumers with meters, and what goes wrong.
 *
 * One thread, one list of events in order of time, everything decided by the seed. The counters are the real core over
 * power-loss disks; the head-end is the sandbox's own calls. What is true (cash handed over, tokens seen, what the
 * meters took) is kept here, outside of everything under test. Only files of tests/world include it. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "core/receipt/sink.h"
#include "core/sync/sync.h"
#include "core/wire/psp.h"
#include "tests/meter/judge.h"
#include "tests/sim/power_disk.h"
#include "tests/world/head_end.h"
#include "tests/world/visited.h"

#define SIM_COUNTERS    4
#define SIM_AT_FIRST    3                  /* the last comes in place of one that was withdrawn */
#define SIM_DISKS       (SIM_COUNTERS + 1) /* the last for copies of the others */
#define SIM_SALES_MAX   512
#define SIM_EVENTS_MAX  4096
#define SIM_MESSAGES    192
#define SIM_ANSWERS     64
#define SIM_PRINTS      32
#define SIM_METER_TIDS  50
#define SIM_KEY_CHANGES 3
#define SIM_SUPERVISOR  "jha"
#define SIM_MINUTE_MS   INT64_C(60000)
#define SIM_HOUR_MS     (60 * SIM_MINUTE_MS)
#define SIM_DAY_MS      (24 * SIM_HOUR_MS)

/** What may go wrong in one world; each is on or off for the whole of it (swarm testing). */
#define SIM_FAULTS(ROW)                                                                                                \
	ROW(LOSE_REQUEST)                                                                                              \
	ROW(LOSE_REPLY)                                                                                                \
	ROW(DELAY)                                                                                                     \
	ROW(DUPLICATE)                                                                                                 \
	ROW(CORRUPT)                                                                                                   \
	ROW(OUTAGE)                                                                                                    \
	ROW(LONG_OUTAGE)                                                                                               \
	ROW(POWER_CUT)                                                                                                 \
	ROW(KILL)                                                                                                      \
	ROW(DISK_FULL)                                                                                                 \
	ROW(SYNC_FAILS)                                                                                                \
	ROW(WRITE_FAILS)                                                                                               \
	ROW(CLOCK_JUMP)                                                                                                \
	ROW(REVOKE)                                                                                                    \
	ROW(SMALL_LIMIT)                                                                                               \
	ROW(SHORT_LIMIT)                                                                                               \
	ROW(RESTORE_SERVER)                                                                                            \
	ROW(LOSE_RECORD)                                                                                               \
	ROW(PRINTER_JAM)                                                                                               \
	ROW(LOCKED_KEYS)                                                                                               \
	ROW(OLD_LIST)                                                                                                  \
	ROW(HASTY_CLERK)                                                                                               \
	ROW(STALE_COPY)                                                                                                \
	ROW(UPGRADE)                                                                                                   \
	ROW(PAPER) ROW(THIEF) ROW(LANE_CHANGE) ROW(LOSE_MARKS) ROW(PICKS_MINUTES) ROW(OTHER_LANES) ROW(KEY_CHANGE)

enum sim_fault {
#define SIM_FAULT_ENUM(id) SIM_FAULT_##id,
	SIM_FAULTS(SIM_FAULT_ENUM)
#undef SIM_FAULT_ENUM
	    SIM_FAULT_COUNT
};

enum sim_event_kind {
	SIM_TURN,      /* a counter has something due */
	SIM_CLERK,     /* a clerk is free for the next consumer */
	SIM_REQUEST,   /* a request reaches the head-end */
	SIM_REPLY,     /* a reply reaches the counter */
	SIM_DEADLINE,  /* the wire gives up waiting */
	SIM_KEY_IN,    /* a consumer keys in a token */
	SIM_COME_BACK, /* a consumer asks after a docket */
	SIM_SCAN,      /* a payer's telephone, and what its bank says */
	SIM_SWITCH_ON,
	SIM_UNLOCK,  /* a supervisor opens the keys */
	SIM_REPLACE, /* a terminal comes in place of one that was withdrawn */
	SIM_PAPER,   /* a receipt is taken into the record of another counter */
	SIM_WEATHER, /* what goes wrong next */
	SIM_PRINTED,
};

struct sim_event {
	int64_t at_ms;
	uint64_t order; /* of equal times, and of the world: what came first comes first */
	enum sim_event_kind kind;
	int who;      /* counter or sale */
	uint64_t tag; /* message, or boot of the counter */
};

/** One request on its way. */
struct sim_message {
	uint64_t holder;           /* rises with every message */
	bool used, answered;       /* answered: the counter has its answer, good or not */
	int counter, boot, copies; /* copies of the request still on the way */
	bool to_service;           /* to the payment service, and not to the head-end */
	struct bt_call call;       /* body is not kept */
	struct bt_http_request request;
	struct bt_buf reply;
	int status;
	int64_t era, sent_ms;
};

/** One sale as the people remember it. */
struct sim_sale {
	char id[37];
	int counter, person;
	bt_paise cash;
	bool returned;              /* the cash went back over the counter */
	bool docket;                /* left with a docket */
	bool refused;               /* the head-end's final no has reached the counter, with no token on record there */
	bool told_no;               /* the head-end has refused it at least once */
	bool leaves;                /* wants the money back, not the token */
	bool elsewhere;             /* its token was given at another counter */
	bool on_the_way;            /* back to the counter */
	bool ruled;                 /* its counter is gone, and head office lets it be given */
	int rests;                  /* how often it has waited since everything was mended */
	bool upi;                   /* cash is then what the bank is asked for; it counts when the bank has it */
	bool qr_seen, swapped;      /* swapped: let go for cash */
	bool pays_all;              /* has QR after QR tried, and the bank collects each of them late */
	int scans, later, captures; /* later: words of the bank that are still to come */
	char paper[BT_RECEIPT_TEXT], number[28]; /* of the docket: its QR, and what can be said; "" none yet */
	char slip[BT_RECEIPT_TEXT];              /* the QR of its receipt, "" none yet */
	uint32_t tid;                            /* as paid, 0 none yet */
	char token[21];                          /* as shown or printed, "" none yet */
	bool overridden;                         /* made at the counter on a supervisor's word, over doubt */
	char second[21];                         /* then the head-end's too, or the counter's, "" none yet */
	struct bt_key_tokens key_tokens;         /* on the slip of its token, keyed in before it; count 0 none */
	bool is_spoilt;                          /* an answer with its token was altered on its way, and read */
	bool is_behind;                          /* its token came under the key that its meter had before */
	bool keyed;                              /* the last token that came was tried at the meter */
	bool meter_refuses;                      /* its token, as used or of another key, though it never took it */
	bool wants_more;                         /* with the one in place of it in the pocket */
	char substitute[21];                     /* the token in place of that one, "" none yet */
	int accepted;                            /* how often a token of it was taken by the meter */
	int64_t units;                           /* tenths, that the meter booked */
};

/** A meter on the wall. */
struct sim_meter {
	uint32_t tids[SIM_METER_TIDS]; /* rising */
	int64_t units;                 /* tenths of kWh taken */
};

/** A key change of a meter, from when the office has begun it. */
struct sim_key_change {
	int person, krn;             /* of the next key */
	struct meter meter;          /* the key in force, and sections that wait for the others */
	struct meter_cipher *next;   /* whose is a token? */
	struct bt_key_tokens tokens; /* as seen first, count 0 none yet */
	bool is_out, done;           /* is_out: a token of the next key was handed out; done: the meter has that key */
	bool is_listed;              /* done for the office, too, and a record says why */
	bool spoilt[SIM_COUNTERS];   /* a page with its row was altered on its way there, and read */
};

/** Answers that have come in and have not been looked at. */
struct sim_mail {
	struct bt_answer answers[SIM_ANSWERS];
	int first, count;
};

struct sim_counter {
	struct sim_world *world;
	int index, boot, generation;
	char number[8], journal_dir[32], cache_dir[112];
	bool there, on, revoked;
	int64_t revoked_ms;
	int64_t booted_ms, skew_ms;
	struct chance chance;
	struct bt_clock clock;
	struct bt_random random;
	struct power_disk *disk;
	struct bt_record_key *record_key;
	struct bt_signer *signer; /* of slips: the key of the enrolment */
	uint8_t vault_key[32];
	struct bt_enrolment enrolment;
	struct bt_journal *journal;
	struct bt_directory *directory;
	struct bt_breaker breaker;
	struct bt_vault vault;
	struct bt_teller *teller;
	struct bt_sync *sync;
	struct bt_wire wire;
	struct bt_sink sink;
	struct sim_mail mail, service_mail;
	struct bt_breaker service_breaker;
	struct bt_wire to_service, service; /* one step at a time; whole questions */
	struct bt_psp *psp;                 /* NULL: without a payment service, or off */
	struct bt_print_result prints[SIM_PRINTS];
	int print_first, print_count;
	bool linked;              /* the line to the head-end */
	int64_t cut_off_until_ms; /* of one that is away for long */
	bool serving;
	int sale;   /* being served, -1 none */
	int errand; /* a docket of another counter, -1 none */
	int errand_tries;
	bool lost_record;      /* and only the mirror is left */
	bool older_schema;     /* its record is that of an older version */
	char code[24];         /* the last code by telephone that was taken */
	int64_t turn_ms;       /* of the turn that is in the list, INT64_MAX none */
	struct sim_sale limbo; /* cash in hand while nobody knows whether it was recorded; id "" */
	bool in_limbo;
	int64_t issued_seen; /* newest event looked at for tokens made here */
	uint64_t full_seen;  /* how often the disk was full, as far as noted */
	bool had_lease;      /* as the turn began */
	struct bt_lease lease;
	struct bt_lease newest; /* the last that it was seen with, on or off; number 0 none */
};

struct sim_totals {
	int64_t worlds, sales, cuts, offline, lost, doubled, unaccounted_paise, over_lease, tid_collisions, stuck,
	    clones, diverged, late_issue;
	int64_t visited[SIM_PATH_COUNT];
	uint64_t hash;
};

struct sim_world {
	const struct sim_town *town;
	uint64_t seed;
	struct chance chance;
	bool faults[SIM_FAULT_COUNT];
	bool healing, trace;
	bool has_service;      /* UPI by head-end or payment service, as a counter is set */
	bool has_new_prices;   /* from the month on that begins in mid-trade */
	int64_t down_until_ms; /* of a long outage */
	int64_t now_ms;
	uint64_t next_order, next_holder;
	int event_count;
	struct sim_event events[SIM_EVENTS_MAX]; /* a heap */
	struct sim_head_end head;
	struct sim_counter counters[SIM_COUNTERS];
	struct sim_message messages[SIM_MESSAGES];
	struct sim_meter meters[SIM_PEOPLE];
	int change_count;
	struct sim_key_change changes[SIM_KEY_CHANGES];
	int there;                            /* counters that are enrolled */
	int replaced;                         /* the one whose lane is to be given again, -1 none */
	bool waits;                           /* for that lane: some consumers come only then */
	int lane_tries;                       /* how often it was asked for */
	int64_t lanes_most, lanes_changed_ms; /* the largest n there has been, and when it became another */
	struct power_disk *thief_disk;
	struct sim_thief *thief; /* NULL: none has come yet */
	int sale_count, sales_wanted;
	struct sim_sale sales[SIM_SALES_MAX];
	bt_paise cash; /* in all drawers */
	struct sim_totals totals;
	char failure[256]; /* the first thing that must not be, "" none */
};

/* world.c */
/** Fold @p value into a running hash of what happened. */
void sim_hash_fold(uint64_t *hash, uint64_t value);
/** Note that something happened that must not; the world ends. */
__attribute__((format(printf, 2, 3))) void sim_fail(struct sim_world *world, const char *format, ...);
__attribute__((format(printf, 2, 3))) void sim_trace(struct sim_world *world, const char *format, ...);
void sim_plan(struct sim_world *world, int64_t in_ms, enum sim_event_kind kind, int who, uint64_t tag);
bool sim_has(const struct sim_world *world, enum sim_fault fault);
/** True @p per_mille times in a thousand when the fault is on and the world is not healing. */
bool sim_strikes(struct sim_world *world, enum sim_fault fault, uint32_t per_mille);
int64_t sim_between(struct sim_world *world, int64_t low, int64_t high);
/** The sale of this id, -1 none. */
int sim_find_sale(const struct sim_world *world, const char *id);
/** One whole world. @return false when something was found that must not be; totals are added to either way. */
bool sim_world_run(const struct sim_town *town, struct power_disk *const disks[SIM_DISKS], uint64_t seed, int sales,
		   bool trace, struct sim_totals *totals);

/* counter.c */
void sim_counter_make(struct sim_world *world, int index, struct power_disk *disk);
/** Enrol it in the lane of @p place, above its floor. */
void sim_counter_enrol(struct sim_counter *counter, const struct bt_sbx_terminal *place);
/** The office withdraws it, from now on. @return false when the head-end could not. */
bool sim_counter_withdraw(struct sim_counter *counter);
/** Boot and open; a cut in the middle leaves it off. */
void sim_counter_switch_on(struct sim_counter *counter);
/** The program ends in an orderly way (closing time). */
void sim_counter_shut(struct sim_counter *counter);
/** The power goes, or the program is killed (@p disk_keeps: the disk has what was written, synced or not). */
void sim_counter_crash(struct sim_counter *counter, bool disk_keeps);
void sim_counter_unlock(struct sim_counter *counter);
/** Do what is due, then look whether it still stands. */
void sim_counter_turn(struct sim_counter *counter);
void sim_counter_plan_turn(struct sim_counter *counter);
void sim_counter_free(struct sim_counter *counter);

/* net.c */
struct bt_wire sim_net_wire(struct sim_counter *counter);
/** To the payment service, which is a party of its own and seldom away. */
struct bt_wire sim_net_service_wire(struct sim_counter *counter);
void sim_net_request(struct sim_world *world, uint64_t tag);
void sim_net_reply(struct sim_world *world, uint64_t tag);
void sim_net_deadline(struct sim_world *world, uint64_t tag);
/** It goes dark: at which step of sending its record? */
void sim_net_note_drain(const struct sim_counter *counter);
/** What was on its way to a counter that is gone. */
void sim_net_forget(struct sim_counter *counter);
void sim_net_free(struct sim_world *world);

/* clerk.c */
void sim_clerk_next(struct sim_counter *counter);
/** Look at the screen: hand over what is there. */
void sim_clerk_look(struct sim_counter *counter);
/** The head-end's no has come in: from here on no token (PROTOCOL S2). */
void sim_clerk_note_refused(struct sim_counter *counter, const char *sale_id);
/** After a start: find what was in hand when it went dark. */
void sim_clerk_after_start(struct sim_counter *counter);
void sim_clerk_come_back(struct sim_world *world, int sale);
/** Digits that the consumer has of this sale. */
bool sim_has_digits(const struct sim_sale *sale, const char *token);
/** The consumer has these digits, and those of a key change above them. */
void sim_clerk_see_token(struct sim_world *world, int sale, const char *token, const struct bt_key_tokens *key_tokens);
/** These digits are the second token that there may be of this sale, to be keyed in as well. @return true. */
bool sim_clerk_take_second(struct sim_world *world, int sale, const char *token);
void sim_clerk_plan_return(struct sim_world *world, int64_t in_ms, int sale);
/** The consumer goes home with digits, and keys them in some time. */
void sim_clerk_plan_key_in(struct sim_world *world, int sale);
/** @return its place among the sales, -1 when there is no more room. */
int sim_clerk_remember(struct sim_counter *counter, const struct sim_sale *sale);

/* payer.c */
/** Some pay by UPI. @return false when this one does not. */
bool sim_payer_pays(struct sim_counter *counter, const struct bt_draft *draft, int person);
void sim_payer_acts(struct sim_world *world, int sale, uint64_t word);
/** At the counter for a sale that the bank has not paid. @return false when it is any other. */
bool sim_payer_attends(struct sim_world *world, int sale);
/** It was never paid, and will not be. */
bool sim_payer_is_over(const struct sim_world *world, const struct sim_sale *sale);
void sim_payer_check(struct sim_world *world, struct sim_sale *sale, bool committed, const struct bt_sale_row *row);

/* paper.c */
/** Remember what the QR of a slip says, of a docket's or of a receipt's. */
void sim_paper_keep(const struct sim_counter *counter, const struct bt_print_job *job, bool has_token);
/** A supervisor takes a receipt of another counter into this one's record. */
void sim_paper_take_in(struct sim_world *world, int sale);

/* errand.c */
/** Try another counter with the docket. @return false when there is none to try, or no docket. */
bool sim_errand_go(struct sim_world *world, int sale);
void sim_errand_look(struct sim_counter *counter);
/** Without a token the consumer goes back to where the money is. */
void sim_errand_end(struct sim_counter *counter);

/* refused.c */
/** Whoever has a token still has to try it, or stands there with one that the meter refuses. */
bool sim_refused_waits(const struct sim_world *world, const struct sim_sale *sale);
/** The meter says that the token of this sale was used, or cannot read it since its key is another one. */
void sim_refused_note(struct sim_world *world, int sale);
/** At a counter with such a token. @return false when it is none. */
bool sim_refused_attends(struct sim_world *world, int sale);
/** The consumer has other digits than the first. @return false when nothing was to be replaced. */
bool sim_refused_takes(struct sim_world *world, int sale, const char *token);
/** At the end: the meter took the one in place of it, and the ledger knows it. */
void sim_refused_check(struct sim_world *world, const struct sim_sale *sale);

/* doubt.c */
/** Some will not wait for the head-end's word. @return true when the counter makes the token over doubt. */
bool sim_doubt_is_overridden(struct sim_counter *counter, int sale);
/** Other digits than the first, of such a sale. @return false when it is none. */
bool sim_doubt_takes(struct sim_world *world, int sale, const char *token);
/** At the end: what is out beside the token that stands is a named exception. */
void sim_doubt_check(struct sim_world *world, const struct sim_sale *sale);

/* phone.c */
/** The limit is used up: have a code read out, and key it in. */
void sim_phone_for_code(struct sim_counter *counter);
/** A clerk who has overheard the last code keys it in once more. */
void sim_phone_try_again(struct sim_counter *counter);

/** Record, consumers, sale and sync of a counter that is off; nothing else happens. */
BT_MUST_USE enum bt_err sim_counter_open(struct sim_counter *counter, struct bt_fault *fault);
void sim_counter_close(struct sim_counter *counter);
/** Remove what its cache folder holds, and the folder. */
void sim_counter_forget_caches(struct sim_counter *counter);

/* cheap_memory.c */
/** Before anything asks for memory of JSON or of SQLite. */
bool sim_memory_use(void);

/* lane.c */
/** Some time into the trade a terminal is withdrawn, and another is to have its lane. */
void sim_lane_withdraw(struct sim_world *world);
void sim_lane_give_again(struct sim_world *world);
/** At any time the office may have another number of lanes. */
void sim_lane_renumber(struct sim_world *world);
/** After each turn: no two that are alive overlap. */
void sim_lane_check(struct sim_counter *counter);

/* thief.c */
/** Copy the disk of a counter that is off, start the copy elsewhere and sell with it. Once a world. */
void sim_thief_strike(struct sim_counter *victim);
/** At the end: no honest counter was ever flagged, and every copy is. */
void sim_thief_come_to_light(struct sim_world *world);
/** What the head-end has posted of its sales: it is known whose, and nobody's drawer has the money. */
int64_t sim_thief_posted(const struct sim_world *world);
void sim_thief_free(struct sim_world *world);

/* meter.c */
/** Key in 20 digits. @return true when the meter took them. */
bool sim_meter_take(struct sim_world *world, int person, const char *token);
void sim_meter_key_in(struct sim_world *world, int sale);

/* key_change.c */
/** At any time the office may begin the key change of a meter; those it takes for done are. */
void sim_key_begin(struct sim_world *world);
/** Some have the newest list fetched; and when the head-end has heard that a counter knows of the next key, its line
 * may break, so that it goes on with the key before. @return true when it does now. */
bool sim_key_cuts_off(struct sim_counter *counter);
/** One of those whose meters change. */
int sim_key_pick(struct sim_world *world);
/** One was begun for the meter of this person. */
bool sim_key_changes(const struct sim_world *world, int person);
/** The meter has its next key. */
bool sim_key_is_done(const struct sim_world *world, int person);
/** What the meter reads by; NULL when there is none. Borrowed. */
const struct meter_cipher *sim_key_of_meter(const struct sim_world *world, int person);
/** What is handed out for a sale: its token and the key change above it, if any. */
void sim_key_see(struct sim_world *world, int sale, const struct bt_key_tokens *tokens, const char *token);
/** Other digits than the first, of the same minute under another key. @return false when they are not. */
bool sim_key_takes(struct sim_world *world, int sale, const char *token);
/** Something was altered on its way to @p counter, and could be read all the same: does it tell of keys? */
void sim_key_note_spoilt(const struct sim_counter *counter, const struct sim_message *message);
/** Key in what stands above the token. @return false when that was not all: the token has to wait for the rest. */
bool sim_key_in(struct sim_world *world, int sale);
/** The meter took these digits of the sale. */
void sim_key_note_taken(struct sim_world *world, const struct sim_sale *sale, const char *digits);
/** At the end: no token is another one than the ledger's but where it says so. */
void sim_key_check(struct sim_world *world);
void sim_key_free(struct sim_world *world);

/* months.c */
/** Announce, or not, that the month that comes has another tariff. */
void sim_months_announce(struct sim_world *world);
/** Whether the price of this connection depends on the month. */
bool sim_months_has(const struct sim_world *world, const char *number);
/** At the end: each month of each such consumer, its lines, and what was gone through. */
void sim_months_check(struct sim_world *world);

/* check.c */
/** After each turn of @p counter: limits, times, one token a sale. */
void sim_check_turn(struct sim_counter *counter);
/** The head-end will never post this sale any more: a tombstone stands, or it was reversed (PROTOCOL H3). */
bool sim_is_closed_at_head(const struct sim_world *world, const char *sale_id);
/** All is quiet: head office ends each refund that a withdrawn counter has begun. @return false when there is none. */
bool sim_office_decides(struct sim_world *world);
/** A consumer comes for what head office lets be given. @return false when this is none. */
bool sim_office_attends(struct sim_world *world, int which);
/** @p sale, which head office lets be given, has not been. */
bool sim_office_waits(const struct sim_sale *sale);
/** A refund that was begun at a counter which has been withdrawn since: a person at head office has to end it. */
bool sim_is_for_head_office(const struct sim_world *world, const struct sim_sale *sale, const struct bt_sale_row *row);
/** At the end, everything mended. */
void sim_check_end(struct sim_world *world);

#endif
