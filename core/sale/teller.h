/* The teller: journals each step of a sale, then acts, and feeds what came of it back into the table.
 *
 * One thread owns it, the journal and the screen. It never waits: bt_teller_step does what is due and returns. Several
 * sales may be under way; each ends by itself whatever the clerk does (DESIGN 2.5). */
#ifndef BT_SALE_TELLER_H
#define BT_SALE_TELLER_H

#include "core/authority/authority.h"
#include "core/authority/enrolment.h"
#include "core/authority/key_driver.h"
#include "core/journal/journal.h"
#include "core/receipt/form.h"
#include "core/receipt/sink.h"
#include "core/sale/sale.h"
#include "core/sale/slip.h"
#include "core/wire/breaker.h"
#include "core/wire/wire.h"

#define BT_TELLER_SALES 64 /* under way at once */

/** What the clerk has put together; becomes a bt_sale when paid. */
struct bt_draft {
	struct bt_consumer consumer;
	bt_paise amount; /* whole */
	bt_paise dues;   /* part of it towards dues */
	const struct bt_tender_kind *tender;
	bt_paise given;
	char reference[40];
};

/** What will happen when money is taken, said before it is. */
enum bt_outlook {
	BT_OUTLOOK_TOKEN,   /* a token, server or no server */
	BT_OUTLOOK_CREDIT,  /* the server credits dues or balance */
	BT_OUTLOOK_DOCKET,  /* money is recorded, the rest follows; denial says why */
	BT_OUTLOOK_REFUSED, /* may not be sold: blocked, stopped */
};

/** One sale for those who look at it. */
struct bt_sale_view {
	struct bt_sale sale;
	struct bt_consumer
	    consumer; /* as known when it was paid; only number and meter after a restart without the list */
	enum bt_sale_state state;
	char token[21];                  /* shown only when TOKENED or DONE */
	struct bt_key_tokens key_tokens; /* keyed in before it; shown with it */
	bool made_here, settled;         /* settled: the head-end has acknowledged it */
	bt_paise given, change;
	int64_t waited_ms, deadline_ms;        /* while VENDING */
	enum bt_denial denial;                 /* why a docket */
	char exception[BT_EXCEPTION_CODE_MAX]; /* the newest one's code, "" none */
	char refusal_en[160], refusal_hi[320];
	enum bt_print_progress printing;
	int copies;
	int64_t tokened_at_ms;
	bool awaits_key;         /* all that is waited for is the key that makes the token here: VENDING, or finished
				    later and PENDING, or INQUIRING on a supervisor's word */
	bool asking;             /* the head-end has been asked something about it and has not answered yet */
	bool convergent;         /* a token made here would be the head-end's (PROTOCOL T5) */
	bool cut_off;            /* by a restart; nobody has said yet whether the consumer is here (PROTOCOL S6) */
	bool refundable;         /* bt_teller_refund may be asked */
	bool needs_docket;       /* a docket is out: a refund needs its number (PROTOCOL S5) */
	bool possible_duplicate; /* made on a supervisor's word while the head-end's outcome was not known */
	bool has_figures;        /* REFUSED, and the head-end would sell at these */
	struct bt_quote figures;
	char approved_by[24]; /* REFUNDING, REFUNDED: the supervisor */
};

/** A supervisor's word, given by PIN on the screen: the caller has checked the PIN. */
struct bt_approval {
	const char *by;     /* an enrolled supervisor, not the one who is signed in */
	const char *reason; /* a code: a-z and _, at most 23 */
	const char *docket; /* the number as typed or scanned, where a docket is out; NULL or "" otherwise */
};

struct bt_teller_parts {
	const struct bt_clock *clock;
	const struct bt_random *random;
	struct bt_journal *journal;
	const struct bt_signer *signer;
	const struct bt_enrolment *enrolment;
	struct bt_directory *directory; /* for names on receipts after a restart; may be NULL */
	const struct bt_wire *wire;     /* NULL: no server at all */
	struct bt_breaker *breaker;
	const struct bt_wire *service; /* for payments; NULL: none. What it made is followed there whatever `upi` is */
	struct bt_breaker *service_breaker;
	enum bt_upi_way upi;        /* OFF: none is begun; those that were are brought to an end */
	const struct bt_sink *sink; /* NULL: nothing is printed */
	const struct bt_words *words;
	struct bt_log *log;
	int deadline_ms; /* 3000 by default */
	int slow_ms;     /* an answer slower than this is slow */
	enum bt_receipt_lang receipt_lang;
	const struct bt_receipt_form *form; /* of the slips; NULL: the one that is built in */
	bool training;
	bool asks_after_restart; /* a clerk can say what became of a sale that was cut off; otherwise it is PENDING at
				    once */
};

struct bt_teller;

/** Read the journal and take up every sale that was cut off. PAID and VENDING become PENDING (INQUIRING, when the
 *  head-end does not converge), stand under "stuck" and are finished with the same id and TID; with
 *  asks_after_restart those paid within the last 15 minutes wait for the clerk's word first, at most that long
 *  (PROTOCOL S6). A divergence on record (exception "diverged") keeps selling stopped until a person has closed that
 *  sale (PROTOCOL T2).
 *  @return BT_OK, BT_ENOMEM, or the journal's error. */
BT_MUST_USE enum bt_err bt_teller_open(const struct bt_teller_parts *parts, struct bt_teller **out,
				       struct bt_fault *fault);
void bt_teller_close(struct bt_teller *teller);

/** The parts that change while it runs; values are copied. */
void bt_teller_set_operator(struct bt_teller *teller, const char *operator_id, int64_t shift);
/** The shift that receipts are numbered in: that of set_operator, or one that followed it when its numbers were used
 * up.
 */
int64_t bt_teller_shift(const struct bt_teller *teller);
void bt_teller_set_lease(struct bt_teller *teller, const struct bt_lease *lease);
/** NULL: nothing has a price. */
void bt_teller_set_tariffs(struct bt_teller *teller, const struct bt_tariffs *tariffs);
/** That by which a sale would be priced now, of @p teller; NULL while none is held (PROTOCOL S3). */
const struct bt_tariff *bt_teller_tariff_now(const struct bt_teller *teller);
void bt_teller_set_trust(struct bt_teller *teller, const struct bt_clock_trust *trust);
void bt_teller_set_era(struct bt_teller *teller, int64_t era);
/** What is in it is borrowed. All zero, or locked, means that no token is made here. */
void bt_teller_set_keys(struct bt_teller *teller, const struct bt_keys *keys);

/** What @p amount buys. @return BT_OK, BT_ERANGE (below or above the tariff's limits), BT_ENOTFOUND (no tariff). */
BT_MUST_USE enum bt_err bt_teller_quote(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount,
					bt_paise dues, struct bt_quote *out);
enum bt_outlook bt_teller_outlook(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount,
				  bt_paise dues, enum bt_denial *denial);
/** Minutes since the same meter or connection was sold the same amount; -1 when not within 10 minutes. */
int bt_teller_repeat_minutes(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount);

/**
 * Money is taken: fix sale id, receipt number, TID and RND, journal PAID, and set the rest in motion.
 * @param[out] sale_id  names the sale from now on.
 * @return BT_OK; BT_EINPUT, BT_ERANGE (draft); BT_EUNSUPPORTED (tender); BT_ESTATE (blocked, no operator, no shift is
 * open, or counted twice); BT_EFULL; the journal's error. Nothing is recorded unless BT_OK, but for an error of fate
 * STOP: then the next start knows.
 */
BT_MUST_USE enum bt_err bt_teller_pay(struct bt_teller *teller, const struct bt_draft *draft, char sale_id[37],
				      struct bt_fault *fault);
/** Stop waiting for the server and make the token here (Enter on the waiting screen). BT_OK or BT_ESTATE. */
BT_MUST_USE enum bt_err bt_teller_issue_now(struct bt_teller *teller, const char *sale_id);
/**
 * Print again: the same token or docket, COPY n, journaled with who and why. A slip in hand that waits for paper,
 * cover, cutter or head is given up first: the copy goes out when its end is known, and not at all when it came out
 * after all.
 * @param said  what a person answered to "why once more?": UNSAID, ASKED or DAMAGED; the rest is known here.
 * @return BT_OK; BT_EINPUT: the last one came out and @p said is UNSAID; BT_ENOTFOUND; BT_ESTATE (nothing to print, or
 * one in hand that nothing keeps from coming out); BT_EFULL.
 * Of several slips on their way the oldest is given up, whichever sale it is of: the printer holds that one.
 */
BT_MUST_USE enum bt_err bt_teller_reprint(struct bt_teller *teller, const char *sale_id, enum bt_reprint said);
/** Open the drawer without a sale, on a supervisor's word, which is on record first. BT_OK; BT_EAUTH; BT_EINPUT;
 *  BT_ESTATE (no printer); BT_EFULL; the journal's error. */
BT_MUST_USE enum bt_err bt_teller_open_drawer(struct bt_teller *teller, const struct bt_approval *approval);
/** Finish an owned sale (sync and desk): PENDING by asking the server with the same body, INQUIRING by an inquiry,
 *  REFUNDING by asking for the reversal again; nothing is printed by itself.
 *  One whose key is on its way (awaits_key) is under way too: it ends by itself, with its token or as it was.
 *  BT_OK, BT_ENOTFOUND, BT_ESTATE (nothing to finish, diverged, asked already, or still not possible), BT_EFULL. */
BT_MUST_USE enum bt_err bt_teller_finish(struct bt_teller *teller, const char *sale_id);
/** The consumer agrees to the new figures of a refusal: the next revision, same TID, goes to the server (PROTOCOL S3).
 *  BT_OK, BT_ENOTFOUND, BT_ESTATE (no figures), the journal's error. */
BT_MUST_USE enum bt_err bt_teller_agree(struct bt_teller *teller, const char *sale_id);

/** The oldest sale that was cut off and waits for the clerk's word. @return false: none, *out is "". */
bool bt_teller_cut_off(struct bt_teller *teller, char sale_id[37]);
/** The clerk says of such a sale: the consumer is here. It goes on as if nothing had been: the server is asked, or the
 *  token made here, with the same TID. BT_OK, BT_ENOTFOUND, BT_ESTATE (not cut off), the journal's error. */
BT_MUST_USE enum bt_err bt_teller_take_up(struct bt_teller *teller, const char *sale_id);
/** Or: gone. It is PENDING from now on. BT_OK, BT_ENOTFOUND, BT_ESTATE (not cut off), the journal's error. */
BT_MUST_USE enum bt_err bt_teller_let_wait(struct bt_teller *teller, const char *sale_id);

/**
 * Give the money back: journal REFUNDING, after which nothing is issued here, then ask the head-end to reverse. Money
 * moves only when the sale is REFUNDED; where the token has left already the head-end says so, and that token is
 * delivered instead (PROTOCOL S5, S9, H3). Without an answer it stays REFUNDING and bt_teller_finish asks again.
 * @return BT_OK; BT_ENOTFOUND; BT_ESTATE (a token or credit is out, a request is being waited for, not this
 * terminal's); BT_EAUTH (the approver); BT_EINPUT (reason, or the docket's number); the journal's error.
 */
BT_MUST_USE enum bt_err bt_teller_refund(struct bt_teller *teller, const char *sale_id,
					 const struct bt_approval *approval);
/** Close a sale that stopped because two different tokens were made; selling goes on, the exception stays on record
 *  (PROTOCOL T2). Errors as bt_teller_refund. */
BT_MUST_USE enum bt_err bt_teller_abandon(struct bt_teller *teller, const char *sale_id,
					  const struct bt_approval *approval);
/** INQUIRING: make the token here although the head-end may have made another; POSSIBLE DUPLICATE stands on the slip
 *  (PROTOCOL T5). BT_OK also while its key is on its way: the word is kept, and the token follows by itself or not at
 *  all. @p denial says why not with BT_ESTATE. Errors as bt_teller_refund. */
BT_MUST_USE enum bt_err bt_teller_override(struct bt_teller *teller, const char *sale_id,
					   const struct bt_approval *approval, enum bt_denial *denial);
/** True while a request for @p sale_id is out, or its key is waited for. */
bool bt_teller_is_asking(struct bt_teller *teller, const char *sale_id);
/** The answer to an upload says that the credit of this PENDING dues or balance sale is posted: journals it as credited
 *  and settled. BT_OK, BT_ENOTFOUND, BT_ESTATE (not such a sale), BT_EFULL, the journal's error. */
BT_MUST_USE enum bt_err bt_teller_note_posted(struct bt_teller *teller, const char *sale_id);
/** The clerk says that an unconfirmed slip came out. BT_OK, BT_ENOTFOUND, BT_ESTATE. */
BT_MUST_USE enum bt_err bt_teller_paper_seen(struct bt_teller *teller, const char *sale_id);

/** Sync has journaled that the head-end acknowledged this sale; refreshes what views say. */
void bt_teller_note_settled(struct bt_teller *teller, const char *sale_id);

/** Sync has journaled an exception of this sale; refreshes what views say. */
void bt_teller_note_exception(struct bt_teller *teller, const char *sale_id, const char *code);

/** Take an answer that is this teller's. @return false when it belongs to somebody else. */
bool bt_teller_answer(struct bt_teller *teller, const struct bt_answer *answer);
/** The consumer has waited for the head-end already, over another question: the next request of a sale has @p ms less
 * of the deadline, down to none; it is sent all the same. */
void bt_teller_wait_less(struct bt_teller *teller, int64_t ms);
/** Do what is due: deadlines, print results. @return true when a view has changed. */
bool bt_teller_step(struct bt_teller *teller);
/** Milliseconds until bt_teller_step has something to do; -1 nothing. */
int bt_teller_due_ms(const struct bt_teller *teller);
/** BT_OK or BT_ENOTFOUND. */
BT_MUST_USE enum bt_err bt_teller_view(struct bt_teller *teller, const char *sale_id, struct bt_sale_view *out);
/** Newest sale taken by this run, "" none. */
void bt_teller_newest(struct bt_teller *teller, char sale_id[37]);
/** Sales whose next step is still to come (waiting for server or printer). */
int bt_teller_under_way(const struct bt_teller *teller);
/** The document of a sale as it stands, original or copy, for preview and file; where the meter refused its token and
 *  another was given here in its place, that one's. */
BT_MUST_USE enum bt_err bt_teller_receipt(struct bt_teller *teller, const char *sale_id, enum bt_receipt_lang lang,
					  int copy, struct bt_receipt *out);
/** The document of a shift's report: an X while it goes on (until_ms 0), else its Z, a copy when it was printed before.
 *  @p clerk is whose shift it is. @return BT_OK, BT_EFULL. */
BT_MUST_USE enum bt_err bt_teller_report(struct bt_teller *teller, const struct bt_receipt_shift *shift,
					 const char *clerk, enum bt_receipt_lang lang, struct bt_receipt *out);
/** Print it: on record before its first byte leaves. @return BT_OK; BT_ESTATE (no printer); BT_EFULL; the journal's
 *  error. */
BT_MUST_USE enum bt_err bt_teller_print_report(struct bt_teller *teller, const struct bt_receipt_shift *shift,
					       const char *clerk);
/** BT_OK while selling is possible; otherwise why it stopped. */
enum bt_err bt_teller_state(const struct bt_teller *teller);

#endif
