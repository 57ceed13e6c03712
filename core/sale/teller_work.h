/* Inside of the teller: the sales under way and the pieces its files share. Only core/sale includes it. */
#ifndef BT_SALE_TELLER_WORK_H
#define BT_SALE_TELLER_WORK_H

#include "core/receipt/record.h"
#include "core/sale/docket.h"
#include "core/sale/upi.h"

#define BT_TELLER_PAYMENTS 64 /* QRs that are up, waited for, or asked about after their end */

/** One sale under way or lately finished. */
struct bt_teller_work {
	bool used;
	struct bt_sale sale;
	struct bt_consumer consumer;
	enum bt_sale_state state;
	char token[21];
	struct bt_key_tokens key_tokens; /* on record with the token, and keyed in before it */
	bool made_here, settled, asking; /* asking: a request is out */
	bool judged;                     /* the breaker has been told of this request */
	bool background;                 /* the consumer has a slip or is gone: nothing is printed by itself */
	bool cut_off;                    /* by a restart, and nobody has said yet what became of it */
	bool docket_given, overridden;
	bool era_told;               /* the same body has gone again under the era that the head-end named */
	enum bt_call_kind call_kind; /* of the request that is out, or was last */
	uint64_t call_id;            /* 0: the last one never left */
	bool reached;                /* an earlier request may have come to the head-end, or has */
	int64_t asked_boot_ms, deadline_boot_ms; /* 0: none */
	int64_t key_until_boot_ms;               /* how long its key is waited for; 0 it is not */
	int64_t later_boot_ms; /* PENDING or INQUIRING: when it is seen next whether that key has come; 0 it is not */
	char word_by[24], word_reason[24]; /* INQUIRING: the supervisor's word that is kept until then */
	bool unproved;                     /* the head-end's token: the key to make it here has not come yet */
	int64_t prove_boot_ms;             /* when that is looked at next */
	int64_t tokened_at_ms;
	enum bt_denial denial;
	char exception[BT_EXCEPTION_CODE_MAX];
	char code[40], refusal_en[160], refusal_hi[320];
	bool has_figures; /* of a refusal: what the consumer may agree to */
	struct bt_quote figures;
	char approved_by[24], reason[24]; /* of a refund */
	enum bt_print_progress printing;
	enum bt_receipt_kind slip; /* what is in the printer */
	enum bt_reprint why;       /* of that slip, when it is a copy */
	char asked_by[24];         /* and who had it printed */
	uint64_t sent;             /* number of that slip among all that were sent */
	int copies;                /* slips of the present kind printed: a token's original comes after the docket's */
	uint64_t touched;          /* for choosing which finished one makes room */
};

/** One QR of a sale: what the bank was asked for, and what it said last. */
struct bt_teller_payment {
	bool used;
	char sale_id[37], payment_id[37];
	enum bt_tender_way way; /* on record before it was asked for; all questions go that way */
	enum bt_upi_stage stage;
	enum bt_upi_death death;
	bool is_newest; /* of its sale; one before it is only watched for a late success */
	bool unsure;    /* the request for it may have arrived: it is asked about before it is asked for again */
	bool has_left;  /* a request for it, at any time: nobody but that way can say that it does not exist */
	bool refused;   /* the head-end will not have the sale: nobody else is asked for a QR of it either */
	bool closed;    /* the bank's last word, but for a late success */
	bool for_cash;
	char by[24]; /* who let it go for cash */
	bool asking, unreachable;
	enum bt_call_kind call_kind; /* of the question that is out, or was last */
	uint64_t call_id;
	int failures, looks;                    /* in a row without an answer; after its end */
	int64_t due_boot_ms, until_boot_ms;     /* of the next question, and the end of the one that is out */
	int64_t answered_boot_ms;               /* -1 never */
	int64_t expires_boot_ms, ended_boot_ms; /* of the QR; of its use */
	char qr[BT_UPI_QR_TEXT];
};

/** The docket of another terminal that is in hand. */
struct bt_teller_docket {
	struct bt_docket_view view;
	char text[BT_RECORD_TEXT_CAP]; /* of its QR, "" when only the number is known */
	bool asking, era_told;         /* era_told: asked once more after the head-end named its era */
	uint64_t call_id;
	int64_t until_boot_ms; /* of the call */
	char head[17];         /* of the record with it, for the slip */
	enum bt_reprint why;   /* of the newest slip, when it is a copy */
	uint64_t sent;         /* as of a sale */
};

struct bt_teller {
	struct bt_teller_parts parts;
	char operator_id[24];
	int64_t shift;
	bool has_lease;
	struct bt_lease lease;
	struct bt_tariffs tariffs; /* count 0: none is held */
	struct bt_clock_trust trust;
	int64_t era;
	struct bt_keys keys;
	enum bt_err stopped;
	uint64_t next_call, touches, sends;
	/* What the journal held when this run began; boot time of that moment, and when the sales that were cut off are
	 * sorted again: INT64_MAX never. */
	int64_t opened_seq, opened_boot_ms, sort_boot_ms;
	char newest[37];
	bool changed;
	int64_t waited_ms; /* for another answer of the head-end, by whoever is served next */
	struct bt_teller_docket docket;
	struct bt_teller_payment payments[BT_TELLER_PAYMENTS];
	struct bt_teller_work works[BT_TELLER_SALES];
};

/** Events gathered for one commit; their bodies, JSON objects, are owned until put. */
struct bt_teller_batch {
	void *bodies[4];
	struct bt_event_in events[4];
	int count;
};

/** The exception of a sale whose tokens differ: it is never finished, and it keeps selling stopped (PROTOCOL T2). */
#define BT_TELLER_DIVERGED "diverged"

/* teller.c */
/** Take the row of the table for @p event; asserts that it exists. @return the effect. */
enum bt_sale_effect bt_teller_move(struct bt_teller *teller, struct bt_teller_work *work, enum bt_sale_event event);
/** Add an event whose body is @p body (stolen; NULL is BT_ENOMEM). */
BT_MUST_USE enum bt_err bt_teller_add(struct bt_teller_batch *batch, enum bt_event_kind kind, const char *sale_id,
				      void *json);
/** Free what was gathered and not put. */
void bt_teller_drop(struct bt_teller_batch *batch);
/** Put what was gathered in one commit; a failure of the record stops the teller. Frees the batch. */
BT_MUST_USE enum bt_err bt_teller_commit(struct bt_teller *teller, struct bt_teller_batch *batch,
					 struct bt_fault *fault);
struct bt_teller_work *bt_teller_find(struct bt_teller *teller, const char *sale_id);
/** A free place, or the longest untouched finished one; NULL when all are busy. */
struct bt_teller_work *bt_teller_room(struct bt_teller *teller);
/** Stop selling while a divergence stands on record that nobody has closed; otherwise let it go on. */
BT_MUST_USE enum bt_err bt_teller_find_divergence(struct bt_teller *teller);

/* teller_load.c */
/** The sale from memory or read back from the journal. */
BT_MUST_USE enum bt_err bt_teller_load(struct bt_teller *teller, const char *sale_id, struct bt_teller_work **out);

/** What a sale on record was sold at, its newest revision. BT_OK, BT_ENOTFOUND, BT_EFORMAT, or the journal's error. */
BT_MUST_USE enum bt_err bt_teller_read_quote(struct bt_teller *teller, const char *sale_id, struct bt_quote *out);

/* teller_month.c */
/** That by which is sold at @p at_ms; NULL while none is held (PROTOCOL S3). */
const struct bt_tariff *bt_teller_tariff(const struct bt_teller *teller, int64_t at_ms);
/** What a sale of this consumer, paid at @p at_ms, is priced by. @return false where the price knows no months. */
bool bt_teller_month(struct bt_teller *teller, const struct bt_consumer *consumer, int64_t at_ms,
		     struct bt_tariff_month *out);

/** Trusted time where there is one, the wall clock otherwise. */
int64_t bt_teller_now(const struct bt_teller *teller);
/** Take block and key from the list as it stands now: it may have moved on since (PROTOCOL S2, T6). */
void bt_teller_freshen(const struct bt_teller *teller, struct bt_consumer *consumer);

/* teller_resume.c */
/** Nothing of this run stands behind it in the journal. One that stopped over other digits waits for a person, not for
 *  its consumer. */
bool bt_teller_is_cut_off(const struct bt_teller *teller, const struct bt_sale_row *row);
/** Put every cut-off sale that nobody is to be asked about, or any more, where sync finishes it. */
BT_MUST_USE enum bt_err bt_teller_sort_cut_off(struct bt_teller *teller);
/** Boot time at which that is due again; INT64_MAX never. */
int64_t bt_teller_cut_off_at(const struct bt_teller *teller);
void bt_teller_watch_cut_off(struct bt_teller *teller, int64_t boot_ms);

/* teller_revise.c */
/** The figures of a refusal, when they are ones the consumer can agree to: the same money, divided otherwise. */
bool bt_teller_read_figures(const void *json, const struct bt_sale *sale, struct bt_quote *out);
/** The same as a member for the `refused` event; NULL when it cannot be made. */
void *bt_teller_figures_json(const struct bt_quote *figures);
/** Add the whole sale as a `paid` or `revised` event. */
BT_MUST_USE enum bt_err bt_teller_add_sale(struct bt_teller_batch *batch, enum bt_event_kind kind,
					   const struct bt_sale *sale);

/* teller_refund.c */
bool bt_teller_is_refundable(const struct bt_teller *teller, const struct bt_teller_work *work);
/** BT_OK, BT_EAUTH (not a supervisor, or the one who asks), BT_EINPUT (the reason). */
BT_MUST_USE enum bt_err bt_teller_check_approval(const struct bt_teller *teller, const struct bt_approval *approval);
/** The body of what a person approved: who, who asked, why; yours. */
void *bt_teller_approval_body(const struct bt_teller *teller, const struct bt_approval *approval);
/** REFUNDING: ask for the reversal as soon as nothing else is out for this sale and the head-end is worth asking. */
void bt_teller_pursue_refund(struct bt_teller *teller, struct bt_teller_work *work);
void bt_teller_take_reversal(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer);
/** No answer: the consumer gets a slip that says so, once. */
void bt_teller_refund_waits(struct bt_teller *teller, struct bt_teller_work *work);

/** The refund is on record: ask for it, and give the slip. */
void bt_teller_start_refund(struct bt_teller *teller, struct bt_teller_work *work, const char *by, const char *reason);
/** Only cash is handed over; all else goes back to where it came from. */
bool bt_teller_is_cash(const struct bt_sale *sale);

/* teller_pay.c */
/** The whole sale of a draft, fixed but not on record, in a work of the caller's. Errors as bt_teller_pay. */
BT_MUST_USE enum bt_err bt_teller_take_draft(struct bt_teller *teller, const struct bt_draft *draft,
					     struct bt_teller_work *fresh, struct bt_fault *fault);
/** Of a sale that is PAID with what stands in @p batch: put it with what is next, and do that. @p work is spoilt, and
 *  the batch freed, on failure. */
BT_MUST_USE enum bt_err bt_teller_record_paid(struct bt_teller *teller, struct bt_teller_work *work,
					      struct bt_teller_batch *batch, struct bt_fault *fault);

/* teller_upi.c */
/** The newest QR of a sale; NULL when none is held. */
struct bt_teller_payment *bt_teller_upi_find(struct bt_teller *teller, const char *sale_id);
/** A place for another QR of that sale, which becomes its newest; NULL when all are taken by ones that are up. */
struct bt_teller_payment *bt_teller_upi_add(struct bt_teller *teller, const char *sale_id, const char *payment_id,
					    enum bt_tender_way way);
/** Another QR of a sale that waits for the bank, over @p way: on record, and asked for. BT_OK; BT_ESTATE; BT_EFULL; the
 *  journal's error. */
BT_MUST_USE enum bt_err bt_teller_upi_replace(struct bt_teller *teller, const char *sale_id, enum bt_tender_way way);
/** No money came: on record, and said. */
BT_MUST_USE enum bt_err bt_teller_upi_end(struct bt_teller *teller, struct bt_teller_payment *payment, const char *why);

/* teller_upi_ask.c */
/** Take an answer about a payment; false: it is not one. */
bool bt_teller_upi_answer(struct bt_teller *teller, const struct bt_answer *answer);
/** Ask what is due, and end what was waited for long enough. */
void bt_teller_upi_watch(struct bt_teller *teller, int64_t boot_ms);
int64_t bt_teller_upi_watch_at(const struct bt_teller *teller);
/** Ask at once, unless a question is out. */
void bt_teller_upi_hurry(struct bt_teller *teller, struct bt_teller_payment *payment);

/* teller_upi_way.c */
/** Who is asked over @p way, NULL nobody; and whether that is worth it just now. */
const struct bt_wire *bt_teller_upi_wire(const struct bt_teller *teller, enum bt_tender_way way);
struct bt_breaker *bt_teller_upi_breaker(const struct bt_teller *teller, enum bt_tender_way way);
bool bt_teller_upi_can_ask(const struct bt_teller *teller, enum bt_tender_way way);
/** A question is on its way there. */
void bt_teller_upi_note_trial(struct bt_teller *teller, enum bt_tender_way way);
/** The way of a new QR, as the settings have it; UNSAID: nobody can be asked. */
enum bt_tender_way bt_teller_upi_choose(const struct bt_teller *teller);
/** True when the sale may have another QR over @p way: none of its others can be paid then. */
bool bt_teller_upi_is_clear(const struct bt_teller *teller, const char *sale_id, enum bt_tender_way way);
/** Where to ask instead for a QR that nobody has been asked for; UNSAID: it stays where it is. */
enum bt_tender_way bt_teller_upi_detour(const struct bt_teller *teller, const struct bt_teller_payment *payment);

/* teller_upi_paid.c */
/** The bank says that it has the money. */
void bt_teller_upi_captured(struct bt_teller *teller, struct bt_teller_payment *payment,
			    const struct bt_payment_word *word);

/* teller_upi_resume.c */
/** After a restart: ask about every sale whose money the bank may have. */
BT_MUST_USE enum bt_err bt_teller_upi_take_up(struct bt_teller *teller);

/* teller_doubt.c */
/** True when a token made here is the one the head-end makes (PROTOCOL T2); without a head-end too. */
bool bt_teller_converges(const struct bt_teller *teller);
/** Under a head-end that picks TIDs only it may make this sale's token any more: a docket is out, or a request for it
 *  has been there. */
bool bt_teller_is_for_server(const struct bt_teller *teller, const struct bt_teller_work *work);
/** Another sale of this meter may have been given a token that nobody here knows of (PROTOCOL T5). */
bool bt_teller_meter_in_doubt(struct bt_teller *teller, const struct bt_sale *sale);
/** The sale with key identity, TID and RND fixed a revision later, where a head-end that picks its own was asked
 *  without them (PROTOCOL T1); as it is otherwise. */
struct bt_sale bt_teller_with_late_tid(struct bt_teller *teller, const struct bt_teller_work *work);
/** Asked and lost under such a head-end: journal INQUIRING and free the counter with a docket. */
void bt_teller_enter_doubt(struct bt_teller *teller, struct bt_teller_work *work);
/** Try again what a supervisor has ordered, now that its key may have come; at the end of the wait why not is said. */
void bt_teller_override_later(struct bt_teller *teller, struct bt_teller_work *work);
/** The head-end gave another token than the one made here on a supervisor's word: an exception, once. */
void bt_teller_note_duplicate(struct bt_teller *teller, struct bt_teller_work *work);

/* teller_docket.c */
/** What a docket's QR says beyond the sale's money and minute. */
void bt_teller_describe_key(const struct bt_sale *sale, struct bt_record_docket *out);
/** Take an answer about the docket in hand; false: it is not one. */
bool bt_teller_docket_answer(struct bt_teller *teller, const struct bt_answer *answer);
void bt_teller_docket_watch(struct bt_teller *teller, int64_t boot_ms);
int64_t bt_teller_docket_watch_at(const struct bt_teller *teller);

/* teller_docket_slip.c */
/** Who it is for, from the list or as far as the docket says. */
void bt_teller_docket_name(struct bt_teller *teller, struct bt_docket_view *view, const char *connection,
			   const char *meter);
/** Journal that the docket in hand was delivered here; @p copy 0 and @p result "" before anybody sees it, then once for
 *  each slip. */
BT_MUST_USE enum bt_err bt_teller_docket_record(struct bt_teller *teller, int copy, const char *result);
/** What was delivered here before, by sale id or number; false: nothing, *out is untouched. */
bool bt_teller_docket_find(struct bt_teller *teller, const struct bt_docket_view *wanted, struct bt_teller_docket *out);
/** What was given here in place of a token of @p sale_id that the meter refused; false: nothing, *out is untouched. */
bool bt_teller_docket_find_replaced(struct bt_teller *teller, const char *sale_id, struct bt_teller_docket *out);
/** Its slip, as it is printed. */
BT_MUST_USE enum bt_err bt_teller_docket_compose(struct bt_teller *teller, const struct bt_teller_docket *docket,
						 enum bt_receipt_lang lang, int copy, struct bt_receipt *out);
void bt_teller_docket_print(struct bt_teller *teller);
/** Take the end of a slip of it; false: it is not one. */
bool bt_teller_docket_printed(struct bt_teller *teller, const struct bt_print_result *result);

/* teller_issue.c */
/** May this sale be issued here now, and with which key? @p counted: the sale itself is in the journal's sums. */
enum bt_denial bt_teller_authority(struct bt_teller *teller, const struct bt_sale *sale,
				   const struct bt_consumer *consumer, bool counted);
/** Choose TID and RND and fix the key identity, when clock and key allow (PROTOCOL T1, T3). */
void bt_teller_fix_token(struct bt_teller *teller, const struct bt_consumer *consumer, struct bt_sale *sale);
/** True while the key that a token is made with is on its way: for so long as it is, and a few seconds at most, the
 * sale stays VENDING, or becomes it, and is looked at again soon. Nothing is asked, and nothing goes on record. */
bool bt_teller_await_key(struct bt_teller *teller, struct bt_teller_work *work);
/** The same of a sale that has its docket already: it stays PENDING, or INQUIRING with a supervisor's word, and is
 * tried again by itself. */
bool bt_teller_await_key_later(struct bt_teller *teller, struct bt_teller_work *work);
/** Nobody waits for that key any more, or the wait begins anew with the next try. */
void bt_teller_forget_key(struct bt_teller_work *work);
/** Make the 20 digits of a sale whose TID is fixed. @return BT_OK, BT_ESEALED, BT_EAUTH, ... */
BT_MUST_USE enum bt_err bt_teller_make_token(struct bt_teller *teller, const struct bt_sale *sale,
					     const struct bt_consumer *consumer, char out[21]);
/** The same, and why not in the words of a docket. */
enum bt_denial bt_teller_try_token(struct bt_teller *teller, const struct bt_sale *sale,
				   const struct bt_consumer *consumer, char out[21]);
/** The tokens that bring the meter to the key of @p sale, by the list; without any when none are due. */
struct bt_key_tokens bt_teller_key_tokens(const struct bt_sale *sale, const struct bt_consumer *consumer);
/** @p key_tokens go on record with the token, before anybody sees either. */
void *bt_teller_tokened_body(const struct bt_teller *teller, const struct bt_sale *sale, const char *token,
			     const struct bt_key_tokens *key_tokens, uint32_t tid, int64_t units,
			     const char *issued_by);
void *bt_teller_pending_body(enum bt_denial denial);
/** Add the token made here, and before it the sale when its revision is not the one on record. */
BT_MUST_USE enum bt_err bt_teller_add_tokened(const struct bt_teller *teller, struct bt_teller_batch *batch,
					      const struct bt_sale *on_record, const struct bt_sale *sale,
					      const char *token, const struct bt_key_tokens *key_tokens);
/** The same at the end of @p batch, committed; the work holds the token then. */
BT_MUST_USE enum bt_err bt_teller_commit_tokened(struct bt_teller *teller, struct bt_teller_work *work,
						 struct bt_teller_batch *batch, const struct bt_sale *sale,
						 const char *token);
/** DECIDING: issue here or give a docket; journals and prints. */
void bt_teller_decide(struct bt_teller *teller, struct bt_teller_work *work);

/* teller_ask.c */
/** Send the sale's request; the caller has journaled VENDING. */
void bt_teller_ask(struct bt_teller *teller, struct bt_teller_work *work);
/** Send an inquiry or a reversal about it. */
void bt_teller_ask_about(struct bt_teller *teller, struct bt_teller_work *work, enum bt_call_kind kind);
/** The head-end was restored and names its era: nothing was committed, and under that era the same may be asked again
 *  (PROTOCOL H4), once, while the consumer would have waited anyway; the wait is not drawn out by it.
 *  @return true when it was asked again; the era is taken over either way. */
bool bt_teller_ask_in_new_era(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer);
/** The head-end is there and worth waiting for. */
bool bt_teller_server_answers(const struct bt_teller *teller);
/** End a wait whose deadline has passed. */
void bt_teller_watch(struct bt_teller *teller, struct bt_teller_work *work, int64_t boot_ms);
/** Boot time at which bt_teller_watch has something to do; INT64_MAX never. */
int64_t bt_teller_watch_at(const struct bt_teller_work *work);

/* teller_print.c */
/** A name as slips have it. */
void bt_teller_slip_name(struct bt_receipt_name *out, const struct bt_dual *in);
/** In the form of this counter's slips; as bt_form_compose. */
BT_MUST_USE enum bt_err bt_teller_compose(const struct bt_teller *teller, const struct bt_receipt_facts *facts,
					  enum bt_receipt_lang lang, struct bt_receipt *out);
/** The language of paper: the counter's, or what the form says of this kind. */
enum bt_receipt_lang bt_teller_slip_lang(const struct bt_teller *teller, enum bt_receipt_kind kind);
/** Who asked for this copy, when and why; an original says nothing of it. */
void bt_teller_slip_copy(const struct bt_teller *teller, enum bt_reprint why, int64_t first_printed_ms,
			 struct bt_receipt_facts *facts);
/** How many slips of the present kind the journal knows of, one on its way counted.
 *  @param[out] left how the newest was left: NOW when it was on its way as the lights went out, ASK when the printer
 * did not say, NONE otherwise. */
int bt_teller_printed(struct bt_teller *teller, const struct bt_sale_row *row, enum bt_print_progress *left);
/** Which slip the sale has as it stands, and its name in the record: those of each name are counted apart. */
enum bt_receipt_kind bt_teller_slip_kind(const struct bt_teller_work *work);
const char *bt_teller_slip_code(enum bt_receipt_kind kind);
/** The slip of work->slip, as it goes to the printer. */
BT_MUST_USE enum bt_err bt_teller_slip(struct bt_teller *teller, const struct bt_teller_work *work, int copy,
				       struct bt_receipt *out);

/* teller_paper.c */
/** Print by itself what the sale has now, after the slip in hand if there is one. */
void bt_teller_print(struct bt_teller *teller, struct bt_teller_work *work);
/** Take finished slips from the sink and journal them. */
void bt_teller_take_prints(struct bt_teller *teller);

/* teller_report.c */
/** What became of a shift's report on paper. @return false when @p result is of something else. */
bool bt_teller_report_printed(struct bt_teller *teller, const struct bt_print_result *result);
/** Take the row for @p event, if there is one. @return the effect; NOTHING without a row. */
enum bt_slip_effect bt_teller_slip_step(enum bt_print_progress *printing, enum bt_slip_event event);
/** Name in the record and event of a slip that ended. */
const char *bt_teller_outcome(enum bt_print_state state, enum bt_slip_event *event);
/** Give up the slip in the printer's hand, which is the oldest of those on their way. BT_OK, or BT_ESTATE: nothing
 * keeps it from coming out, it is given up already, or the sink cannot. */
BT_MUST_USE enum bt_err bt_teller_give_up(struct bt_teller *teller);

#endif
