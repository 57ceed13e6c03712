/* The journal: the append-only, hash-chained, signed record of everything that happened to money and tokens.
 *
 * One SQLite file (journal.db), one connection, one process per state folder. Events are the truth; projections (sales,
 * TIDs by meter, unsent) are tables rebuilt from them at will. A second record (journal.head, frames of 64 bytes,
 * synced before a put returns) catches what SQLite cannot: bit rot and a truncated log. Any doubt is fate STOP. Source:
 * DESIGN 6, PROTOCOL J, H2; settings and why: facts of reliability 2.3, 2.4.
 *
 * This room does not interpret a sale beyond the fields its projections need. */
#ifndef BT_JOURNAL_JOURNAL_H
#define BT_JOURNAL_JOURNAL_H

#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "core/base/disk.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/money/money.h"

#define BT_EVENT_BODY_MAX 4096
/** Events in one put. */
#define BT_PUT_MAX 256
/** The code of an exception, with its end. */
#define BT_EXCEPTION_CODE_MAX 40

/** Event kinds, one row each: id, name in the record. */
#define BT_EVENT_KINDS(ROW)                                                                                            \
	ROW(BT_EVENT_GENESIS, "genesis")                                                                               \
	ROW(BT_EVENT_CLOCK, "clock")                                                                                   \
	ROW(BT_EVENT_LEASE, "lease")                                                                                   \
	ROW(BT_EVENT_UNSEAL, "unseal")                                                                                 \
	ROW(BT_EVENT_SIGN_IN, "sign_in")                                                                               \
	ROW(BT_EVENT_SIGN_FAILED, "sign_failed")                                                                       \
	ROW(BT_EVENT_SHIFT_OPEN, "shift_open")                                                                         \
	ROW(BT_EVENT_PAID, "paid")                                                                                     \
	ROW(BT_EVENT_VENDING, "vending")                                                                               \
	ROW(BT_EVENT_TOKENED, "tokened")                                                                               \
	ROW(BT_EVENT_CREDITED, "credited")                                                                             \
	ROW(BT_EVENT_REFUSED, "refused")                                                                               \
	ROW(BT_EVENT_PENDING, "pending")                                                                               \
	ROW(BT_EVENT_PRINTED, "printed")                                                                               \
	ROW(BT_EVENT_SETTLED, "settled")                                                                               \
	ROW(BT_EVENT_EXCEPTION, "exception")                                                                           \
	ROW(BT_EVENT_ABANDONED, "abandoned")                                                                           \
	/* Frames keep a kind by its place in this list: new ones come last. */                                        \
	ROW(BT_EVENT_EPOCH, "epoch")                                                                                   \
	ROW(BT_EVENT_RECOVERED, "recovered")                                                                           \
	ROW(BT_EVENT_REVISED, "revised")                                                                               \
	ROW(BT_EVENT_REFUNDING, "refunding")                                                                           \
	ROW(BT_EVENT_REFUNDED, "refunded")                                                                             \
	ROW(BT_EVENT_INQUIRING, "inquiring")                                                                           \
	ROW(BT_EVENT_OVERRIDDEN, "overridden")                                                                         \
	ROW(BT_EVENT_ERA, "era")                                                                                       \
	ROW(BT_EVENT_EXTENSION, "extension")                                                                           \
	/* The token of another terminal's sale handed out here: without a sale of this record. */                     \
	ROW(BT_EVENT_DELIVERED, "delivered")                                                                           \
	ROW(BT_EVENT_KEY, "key")                                                                                       \
	/* The drawer opened on a supervisor's word, without a sale. */                                                \
	ROW(BT_EVENT_DRAWER, "drawer")                                                                                 \
	/* Cash of a shift that went to the bank or the cash office. */                                                \
	ROW(BT_EVENT_DEPOSIT, "deposit")                                                                               \
	ROW(BT_EVENT_CASH_COUNT, "cash_count")                                                                         \
	ROW(BT_EVENT_SHIFT_SEALED, "shift_sealed")                                                                     \
	ROW(BT_EVENT_SHIFT_CLOSED, "shift_closed")                                                                     \
	/* A sale that the bank has been asked for: money may be on its way. And its end without money. */             \
	ROW(BT_EVENT_INTENT, "intent")                                                                                 \
	ROW(BT_EVENT_INTENT_END, "intent_end")                                                                         \
	/* A consumer's claim about money paid elsewhere, and what the head-end promised. */                           \
	ROW(BT_EVENT_CLAIM, "claim")                                                                                   \
	ROW(BT_EVENT_CLAIM_ANSWER, "claim_answer")

enum bt_event_kind {
#define BT_EVENT_ENUM(id, name) id,
	BT_EVENT_KINDS(BT_EVENT_ENUM)
#undef BT_EVENT_ENUM
	    BT_EVENT_KIND_COUNT
};
const char *bt_event_kind_name(enum bt_event_kind kind);
BT_MUST_USE enum bt_err bt_event_kind_parse(const char *name, enum bt_event_kind *out);

/** What a caller hands in: a body of canonical JSON (base/json.h), an object; or the object itself, which is written
 *  canonically here and not read again. */
struct bt_event_in {
	enum bt_event_kind kind;
	const char *sale_id; /* "" or 36 characters */
	struct bt_bytes body;
	const json_t *tree; /* instead of the body; NULL: the body is it */
};

/** One event as recorded; body borrowed until the next call on the journal. */
struct bt_event {
	int64_t seq; /* from 1 */
	int64_t time_ms;
	enum bt_event_kind kind;
	char sale_id[37];
	struct bt_bytes body;
	uint8_t prev_hash[BT_SHA256_LEN];
	uint8_t hash[BT_SHA256_LEN];
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
};

struct bt_head {
	int64_t seq;
	uint8_t hash[BT_SHA256_LEN];
};

/** Where a sale stands, as projected from its events. */
enum bt_sale_stage {
	BT_STAGE_PAID,     /* money recorded; nothing sent yet */
	BT_STAGE_VENDING,  /* the request may have left */
	BT_STAGE_TOKENED,  /* token made or received */
	BT_STAGE_CREDITED, /* dues or balance credited by the head-end */
	BT_STAGE_PENDING,  /* docket given */
	BT_STAGE_REFUSED,  /* head-end refused; money has to be dealt with */
	BT_STAGE_ABANDONED,
	BT_STAGE_REFUNDING, /* approved: nothing is issued any more, and no cash moves before the head-end's answer */
	BT_STAGE_REFUNDED,  /* the head-end took it back: the money was returned */
	BT_STAGE_INQUIRING, /* asked of a head-end that picks tokens itself; what came of it is not known */
	BT_STAGE_TENDERING, /* fixed and on record, and the bank is asked: no money yet */
	BT_STAGE_UNPAID,    /* ended without money; the bank may say otherwise later, then it is PAID all the same */
};

struct bt_sale_row {
	char sale_id[37];
	char connection[16], meter[14], operator_id[24], receipt[24], token[21];
	char delivery[8]; /* "token", "balance" or "dues" */
	int64_t shift;
	int64_t paid_seq, last_seq; /* paid_seq: of its first event, an intent where the bank was asked */
	int64_t paid_at_ms;
	bt_paise amount, dues;
	int64_t units;
	uint32_t tid; /* 0 when none */
	enum bt_sale_stage stage;
	bool made_here;     /* token issued by this terminal */
	bool settled;       /* head-end has acknowledged */
	bool exception;     /* head-end named one */
	int printed_copies; /* slips printed, confirmed or not; once REFUNDED, slips of the refund */
};

struct bt_journal;

/* ---- the keys that sign ---- */

/** How many earlier keys are vouched for beside the newest: some days of shifts. */
#define BT_KEY_LINKS_MAX 20

/** A key of this terminal, with the word of the key before it. */
struct bt_key_link {
	uint8_t key[BT_ED25519_PUBLIC_LEN];
	uint8_t certificate[BT_ED25519_SIGNATURE_LEN]; /* over "batti-key-v1|<terminal>|<key in base64>" */
};
/** @return BT_OK, BT_EFULL or BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_key_link_make(const char *terminal, const struct bt_signer *by,
					 const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_key_link *out);

/**
 * Who keeps the secret halves (core/authority/record_key.h). At most two are at hand: the one in force, and the next
 * from before its `key` event is recorded until the old one is erased. Signers are borrowed until settle().
 */
struct bt_key_store {
	void *self;
	/** The next when there is one, else the one in force. */
	const struct bt_signer *(*newest)(void *self);
	/** NULL when it is not at hand. */
	const struct bt_signer *(*find)(void *self, const uint8_t key[BT_ED25519_PUBLIC_LEN]);
	/** What leads to the newest, oldest first. @return how many, at most BT_KEY_LINKS_MAX. */
	int (*links)(void *self, struct bt_key_link *out);
	/** Make the next key and keep it, lasting, beside the one in force. @return BT_OK; BT_ESTATE while there is a
	 *  next one; BT_EDISK, BT_ENOSPC; BT_EOS, BT_ECRYPTO, BT_ENOMEM: the one in force stands. */
	enum bt_err (*prepare)(void *self, struct bt_fault *fault);
	/** @p key is in force: keep that one only and erase the other. @return BT_OK; BT_EDISK, BT_ENOSPC: both are
	 *  kept and it may be asked again; BT_ENOTFOUND when it is not at hand. */
	enum bt_err (*settle)(void *self, const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_fault *fault);
};

struct bt_journal_options {
	const char *dir;              /* state folder; files journal.db, journal.head, ballast, lock are made in it */
	const struct bt_clock *clock; /* borrowed */
	const struct bt_key_store *keys; /* borrowed; the record's key is changed per shift */
	const struct bt_signer *signer;  /* without @p keys: a key for good, borrowed; neither opens for reading only */
	const uint8_t *first_key;        /* the key of the enrolment; NULL: whichever the record names first */
	const char *terminal;            /* terminal number, for the genesis event */
	struct bt_log *log;              /* may be NULL */
	const struct bt_disk *disk;      /* borrowed; NULL is the machine's own */
	const char *mirror;              /* folder of the mirror, which is not made here; NULL or "": none */
	bool mirror_required;            /* no sale is begun while the mirror is missing or behind */
	bool mirror_aside; /* unless it is required, a thread looks for the mirror, reads and writes it: the @p disk
			      must stand two */
};

/**
 * Open, make if new (genesis event), bring an older schema up, and check: every event by its hash, its predecessor and
 * its frame; the signatures of the newest 64; the indexes; the projected rows against the tally written with them; the
 * head the head-end acknowledged last; and the end of the mirror. 100,000 sales take less than two seconds. Nothing but
 * the schema is written before. A mirror that is missing is no error; one that holds more than the record is. The keys
 * are followed from the first through every change, and a change that a cut left half done is finished or dropped.
 *
 * The database commits before the head file is written, so after a cut the database may be ahead by the newest put;
 * the head file is then completed from it. Any other difference means that a record lost what it had acknowledged.
 * @return BT_OK; BT_EBUSY when another process holds the folder (its pid in fault->what); BT_ECORRUPT when the records
 *         disagree; BT_EAUTH when the journal is another key's or terminal's, or the key in force is not at hand;
 *         BT_EUNSUPPORTED when a newer version made
 *         it; BT_ENOTFOUND when there is none and @p options has no signer; BT_ENOSPC; BT_EDISK; BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_journal_open(const struct bt_journal_options *options, struct bt_journal **out,
					struct bt_fault *fault);
void bt_journal_close(struct bt_journal *journal);

/**
 * Append @p count events (1..BT_PUT_MAX) in one transaction, durably in both records when it returns BT_OK.
 *
 * A failure of the storage (BT_EDISK, BT_ENOSPC, BT_ECORRUPT) is final: the journal stops and every later put is
 * refused with the same error until the process is restarted. Events are then either all there or not there at all;
 * those in the database only are completed at the next open and are not read before. A full disk gives up the ballast
 * first, once, so that the sale in hand can finish. These leave the journal as it was and usable: BT_ENOSPC for a put
 * that begins a sale (`paid`) when less than 1 MiB is free and no ballast is left; BT_EDISK for one while a required
 * mirror is missing or behind; BT_EINPUT for a body that is not
 * canonical or lacks what the projection needs; BT_ESTATE for an event that cannot follow (no `paid` before it, a TID
 * this meter has had from another sale, other digits for a token, a token beside a credit, a refund of what was
 * delivered, anything of this terminal's own making after a refund was begun), or a journal open for reading only;
 * BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_journal_put(struct bt_journal *journal, const struct bt_event_in *events, int count,
				       struct bt_fault *fault);
/** Append one event whose body is @p body, written canonically. @p body is stolen; NULL is BT_ENOMEM. @return as
 *  bt_journal_put, or BT_EFULL when it is longer than BT_EVENT_BODY_MAX. */
BT_MUST_USE enum bt_err bt_journal_put_json(struct bt_journal *journal, enum bt_event_kind kind, const char *sale_id,
					    json_t *body, struct bt_fault *fault);
/**
 * Change the key (PROTOCOL J2): a fresh one is made and kept, the `key` event that names it is put, signed with the old
 * one; from the next event on the new one signs, and the old one is erased. A cut at any point leaves a terminal that
 * goes on with whichever key the record names. Nothing happens in a journal opened with a key for good.
 * @return as bt_journal_put and bt_key_store.prepare. When the event is recorded it is BT_OK, even if the old key could
 *         not be erased: that is logged and done before the next change.
 */
BT_MUST_USE enum bt_err bt_journal_ratchet(struct bt_journal *journal, struct bt_fault *fault);
/** The key in force, for what else this terminal signs; NULL when open for reading only. Borrowed until the next
 *  bt_journal_ratchet(). */
const struct bt_signer *bt_journal_signer(const struct bt_journal *journal);
/** The public halves of all keys this record names: @p age 0 is the one in force. NULL beyond the first of all. */
const uint8_t *bt_journal_key(const struct bt_journal *journal, int age);
/** BT_OK, or the error that stopped it. */
enum bt_err bt_journal_state(const struct bt_journal *journal);
/** Between two keys: give a mirror that is behind or back some of what it lacks, in some milliseconds. @return whether
 *  it lacks more. A failure of the record itself stops the journal. */
bool bt_journal_step(struct bt_journal *journal);
/** When there is time: bring the mirror up to date and move the log of SQLite into the database file and empty it.
 * @return BT_OK; BT_EBUSY while a reading is under way; any other failure stops the journal. */
BT_MUST_USE enum bt_err bt_journal_tidy(struct bt_journal *journal, struct bt_fault *fault);
struct bt_head bt_journal_head(const struct bt_journal *journal);

/** Which life of this record it is: 1, and one more after each recovery (PROTOCOL J1). */
int64_t bt_journal_epoch(const struct bt_journal *journal);
/** The event that opened this life of the record: what came before it may not be all there was. 0 in the first. */
int64_t bt_journal_epoch_seq(const struct bt_journal *journal);
/** How many events the recoveries after event @p seq may have lost. Numbers that are never given twice (shifts,
 *  receipts) go on that much later. */
int64_t bt_journal_lost_after(struct bt_journal *journal, int64_t seq);

enum bt_mirror_state {
	BT_MIRROR_NONE,    /* none is set */
	BT_MIRROR_WHOLE,   /* holds everything */
	BT_MIRROR_BEHIND,  /* there, and being brought up to date */
	BT_MIRROR_MISSING, /* not there, or cannot be written */
};

struct bt_mirror_status {
	enum bt_mirror_state state;
	bool required;
	int64_t behind; /* events it lacks, as far as known */
};
void bt_journal_mirror(const struct bt_journal *journal, struct bt_mirror_status *out);
/** One event as canonical JSON, appended to @p out: what is uploaded of it (assets/api/openapi.yaml).
 *  @return BT_OK, BT_EFULL, BT_ENOMEM, BT_EINPUT; @p out is as before on failure. */
BT_MUST_USE enum bt_err bt_journal_event_json(const struct bt_event *event, struct bt_buf *out);
/** The same as a line with its end: the form of mirror and export, which recovery reads. @return as
 *  bt_journal_event_json(). */
BT_MUST_USE enum bt_err bt_journal_line(const struct bt_event *event, struct bt_buf *out);

/** Read events with seq > @p after in order, until @p visit returns false or none are left. Only events that are in
 * both records (PROTOCOL J1). Each one is held against its hash; BT_ECORRUPT stops the journal. */
BT_MUST_USE enum bt_err bt_journal_read(struct bt_journal *journal, int64_t after,
					bool (*visit)(void *context, const struct bt_event *event), void *context,
					struct bt_fault *fault);
/** The same with the events of @p kinds alone, bit by enum bt_event_kind; the others are not looked at. */
BT_MUST_USE enum bt_err bt_journal_read_some(struct bt_journal *journal, int64_t after, uint64_t kinds,
					     bool (*visit)(void *context, const struct bt_event *event), void *context,
					     struct bt_fault *fault);
/** The newest event of @p kind (any sale when @p sale_id is NULL). Body copied into @p body. BT_OK or BT_ENOTFOUND. */
BT_MUST_USE enum bt_err bt_journal_newest(struct bt_journal *journal, enum bt_event_kind kind, const char *sale_id,
					  struct bt_event *out, struct bt_buf *body);

/** The newest event of @p kind with a seq below @p before, as bt_journal_newest. */
BT_MUST_USE enum bt_err bt_journal_before(struct bt_journal *journal, enum bt_event_kind kind, int64_t before,
					  struct bt_event *out, struct bt_buf *body);
/** The first event of @p kind with a seq above @p after, as bt_journal_newest. */
BT_MUST_USE enum bt_err bt_journal_next(struct bt_journal *journal, enum bt_event_kind kind, int64_t after,
					struct bt_event *out, struct bt_buf *body);
/** The newest `delivered` of @p sale_id, or of the docket @p number when that is "", as bt_journal_newest. */
BT_MUST_USE enum bt_err bt_journal_handed(struct bt_journal *journal, const char *sale_id, const char *number,
					  struct bt_event *out, struct bt_buf *body);

/* ---- projections ---- */
/** One sale; the row is held against the events it came from. @return BT_OK, BT_ENOTFOUND, BT_ECORRUPT (stops),
 * BT_EDISK. */
BT_MUST_USE enum bt_err bt_journal_sale(struct bt_journal *journal, const char *sale_id, struct bt_sale_row *out);
/** Whether it is worth asking bt_journal_sale() for a pending one: by the row alone, several times faster; true also
 *  when that cannot be read. */
bool bt_journal_may_be_pending(struct bt_journal *journal, const char *sale_id);
/** By receipt number or docket (same number with "D-" before it). */
BT_MUST_USE enum bt_err bt_journal_sale_by_receipt(struct bt_journal *journal, const char *receipt,
						   struct bt_sale_row *out);

enum bt_sale_filter {
	BT_SALES_ALL,       /* newest first */
	BT_SALES_UNSETTLED, /* oldest first: unsent */
	/* What still needs somebody: PAID, VENDING, PENDING, REFUNDING and INQUIRING, then REFUSED and REFUNDED without
	 * a slip, then delivered or refunded ones with an exception; each oldest first. */
	BT_SALES_OPEN,
	BT_SALES_METER,    /* newest first, of meter or connection @p key */
	BT_SALES_IN_DOUBT, /* oldest first, INQUIRING ones of meter @p key */
	BT_SALES_TENDERED, /* newest first, TENDERING and UNPAID ones */
};
/** Fill at most @p max rows. */
BT_MUST_USE enum bt_err bt_journal_sales(struct bt_journal *journal, enum bt_sale_filter filter, const char *key,
					 int max, struct bt_sale_row *out, int *count);
/** The oldest PENDING, REFUNDING or INQUIRING sale of @p delivery whose paid_seq is above @p after. @return BT_OK,
 * BT_ENOTFOUND, BT_ECORRUPT (stops), BT_EDISK. */
BT_MUST_USE enum bt_err bt_journal_next_pending(struct bt_journal *journal, const char *delivery, int64_t after,
						struct bt_sale_row *out);
/** Sales that are delivered or refunded, not settled, and have their newest event in (@p after, @p upto], in that
 * order. At most @p max rows, which has to be upto - after or more, or some are left out. @return as bt_journal_sales.
 */
BT_MUST_USE enum bt_err bt_journal_covered(struct bt_journal *journal, int64_t after, int64_t upto, int max,
					   struct bt_sale_row *out, int *count);
/** The same for those paid in (@p after, @p upto] with no event above @p upto, oldest first; at most @p max. */
BT_MUST_USE enum bt_err bt_journal_left_over(struct bt_journal *journal, int64_t after, int64_t upto, int max,
					     struct bt_sale_row *out, int *count);
struct bt_open_count {
	int64_t all;
	int64_t bank; /* of them those without money, whose last word the bank still owes (TENDERING) */
};
/** Sales begun in (@p after, @p upto] that BT_SALES_OPEN has or that wait for the bank: the oldest @p max of them, and
 *  how many there are. */
BT_MUST_USE enum bt_err bt_journal_open_within(struct bt_journal *journal, int64_t after, int64_t upto, int max,
					       struct bt_sale_row *out, int *count, struct bt_open_count *all);
/** How many sales are paid for and wait for what a request, or a clerk, says of them next (PAID, VENDING). */
BT_MUST_USE enum bt_err bt_journal_under_way(struct bt_journal *journal, int64_t *out);
/** How many rows BT_SALES_OPEN has. */
BT_MUST_USE enum bt_err bt_journal_open_count(struct bt_journal *journal, int64_t *out);

/** Name every exception on record, in order; those of one sale unless @p sale_id is NULL. @p visit returns false to end
 *  and may ask the journal anything but exceptions; a code that cannot be read is "". @return BT_OK, BT_ECORRUPT
 *  (stops), BT_EDISK. */
BT_MUST_USE enum bt_err bt_journal_exceptions(struct bt_journal *journal, const char *sale_id,
					      bool (*visit)(void *context, const char *sale_id, const char *code),
					      void *context);
/** True when any exception of @p sale_id has this code. A question that cannot be answered counts as yes: nothing is
 *  settled or finished on it. */
bool bt_journal_has_exception(struct bt_journal *journal, const char *sale_id, const char *code);
/** How many sales that are not settled and not closed have an exception with one of @p codes, a JSON array of texts.
 *  @return BT_OK, BT_ECORRUPT (stops), BT_EDISK. */
BT_MUST_USE enum bt_err bt_journal_count_excepted(struct bt_journal *journal, const char *codes, int64_t *out);
/** The code of the newest exception of @p sale_id. @return BT_OK, BT_ENOTFOUND (none), or as bt_journal_exceptions. */
BT_MUST_USE enum bt_err bt_journal_exception(struct bt_journal *journal, const char *sale_id,
					     char out[BT_EXCEPTION_CODE_MAX]);

/** Sales the head-end has not acknowledged, from PAID on, but refused and abandoned ones; one that is being refunded
 *  counts until its refund is acknowledged. */
struct bt_unsent {
	int64_t count;
	bt_paise paise;
	int64_t oldest_ms; /* paid_at of the oldest; 0 when none */
};
BT_MUST_USE enum bt_err bt_journal_unsent(struct bt_journal *journal, struct bt_unsent *out);
/** What of them counts against the caps (PROTOCOL L1); the sale in hand does as soon as it is PAID. Not what paper of
 *  another terminal brought here; not by its age what the head-end has named as one that it cannot post; and with what
 *  is known to be lost behind a recovery that the head-end has not heard of yet. */
BT_MUST_USE enum bt_err bt_journal_used(struct bt_journal *journal, struct bt_unsent *out);
/** What this terminal has sold to @p meter since @p since_ms (by paid time), refused, abandoned, refunded and unpaid
 * ones left out: sales that deliver a token, given or owed, and the paise of all. */
BT_MUST_USE enum bt_err bt_journal_meter_use(struct bt_journal *journal, const char *meter, int64_t since_ms,
					     int64_t *tokens, bt_paise *paise);
/** True when a journaled sale, paid or not, has burned @p tid for @p meter (PROTOCOL T1, T3). */
bool bt_journal_tid_used(struct bt_journal *journal, const char *meter, uint32_t tid);
/** Newest and how many sales of the given shift; @p count is the receipt sequence used so far. */
BT_MUST_USE enum bt_err bt_journal_shift_count(struct bt_journal *journal, int64_t shift, int64_t *count);

/** What the head-end holds of this terminal, kept in the cache table "peer": seq acknowledged, 0 none. */
int64_t bt_journal_acknowledged(struct bt_journal *journal);
/** Note an acknowledged head after its signature was verified by the caller. A head below the one held already is
 *  taken as nothing new. @return BT_OK; BT_ECORRUPT, and the journal stops, when this journal has no such event; a head
 *  beyond it is kept, and the journal does not open again before it was brought back. */
BT_MUST_USE enum bt_err bt_journal_acknowledge(struct bt_journal *journal, const struct bt_head *head,
					       struct bt_fault *fault);
/** Put @p count events, at most BT_PUT_MAX, none being fine, and acknowledge @p head, in one commit: after a cut both
 *  are there or neither. Errors as those two. */
BT_MUST_USE enum bt_err bt_journal_put_acknowledged(struct bt_journal *journal, const struct bt_event_in *events,
						    int count, const struct bt_head *head, struct bt_fault *fault);

struct bt_journal_report {
	int64_t events, sales;
	struct bt_head head;
	bool file_sound; /* SQLite's own integrity check */
	bool chain_whole, signatures_good, second_equal, projections_equal, acknowledged_within;
	bool mirror_equal; /* also when there is none to compare */
	struct bt_mirror_status mirror;
	int64_t epoch, acknowledged;
};
/** Read everything, check chain and signatures, rebuild projections beside the live ones and compare, compare heads.
 *  @return BT_OK when all agree, BT_ECORRUPT otherwise (report says which), BT_EDISK. */
BT_MUST_USE enum bt_err bt_journal_verify(struct bt_journal *journal, struct bt_journal_report *out,
					  struct bt_fault *fault);

/** What a recovery did. */
struct bt_recovery {
	struct bt_head restored; /* newest event brought back */
	int64_t epoch;           /* of the journal as it is now */
	int64_t known; /* newest event any record or the head-end is known to have held; above restored: lost */
	int64_t in_database, in_mirror, in_file; /* events that verified, from the first on; 0 where there were none */
	bool mirror_is_damaged; /* behind those: it is kept under ".before-<epoch>", and a new one begins */
	bool may_be_more;       /* lost than `known` says: what would name the last of them is missing or old */
};
/**
 * Make the journal of @p options->dir anew from the longest record that verifies from its first event on, chain and
 * signatures, and from whatever goes on behind it in another: the database as far as it can be read, the mirror of
 * @p options, and @p from. What was there is kept
 * under names ending in ".before-<epoch>". A new epoch linked to the restored head begins (PROTOCOL J1). A run that was
 * cut is finished by running it again; until then the journal does not open.
 * @param[in] from a file of lines (bt_journal_line) or a folder with a mirror of this terminal; NULL for none.
 *
 * The new epoch is signed with the newest key at hand. Where the changes that led to it were lost, the words of the
 * keys between stand in the epoch event; more than BT_KEY_LINKS_MAX of them cannot be bridged.
 * @return BT_OK; BT_ENOTFOUND when nothing verifies; BT_EAUTH when @p from is another terminal's or key's, or no key at
 *         hand follows that of any record; BT_ECORRUPT when two records hold different events under one number: a
 *         person has to say which; BT_EINPUT without a signer; BT_EBUSY; BT_ENOSPC; BT_EDISK; BT_ENOMEM. The journal
 * stands as it was on failure.
 */
BT_MUST_USE enum bt_err bt_journal_recover(const struct bt_journal_options *options, const char *from,
					   struct bt_recovery *out, struct bt_fault *fault);

/** Make the projections anew from the events, in one transaction. @return as bt_journal_put. */
BT_MUST_USE enum bt_err bt_journal_rebuild(struct bt_journal *journal, struct bt_fault *fault);
/** Bytes free on the journal's file system, the ballast not counted; -1 when unknown. */
int64_t bt_journal_free_bytes(const struct bt_journal *journal);

#endif
