/* The shop as the screens see it: what they may ask and order, and nothing else.
 *
 * Screens never touch journal, wire or printer; ui/counter.c joins them behind this table. Everything returns at once.
 * A test fills it with its own functions. */
#ifndef BT_UI_SCREEN_SHOP_H
#define BT_UI_SCREEN_SHOP_H

#include "core/sale/docket.h"
#include "ui/screen/shop_account.h"
#include "ui/screen/shop_desk.h"
#include "ui/screen/shop_practice.h"
#include "ui/screen/shop_till.h"
#include "ui/screen/shop_upi.h"

/** The five slots of the status row and what the banner and the limit screens need. */
struct bt_ui_status {
	enum bt_breaker_state server;
	int latency_ms;
	int64_t down_ms; /* since when the server is not answering; 0 */
	int64_t unsent;
	bool unsent_old; /* oldest older than half its cap */
	struct bt_allowance allowance;
	bool has_lease, keys_locked, clock_trusted;
	enum bt_clock_doubt clock_doubt; /* why it is not trusted */
	int64_t clock_apart_ms;          /* wall clock less confirmed time */
	int64_t newest_ms;               /* time of the newest record; known while the clock is in doubt */
	bool keys_want_pin;              /* the PIN of a key module opens them, not the passphrase */
	enum bt_paper paper;
	struct bt_dual who;        /* short name, empty before sign-in */
	int64_t now_ms;            /* confirmed time, or the wall clock while there is none */
	int64_t balances_known_ms; /* when the list was last updated */
	bool training;
	bool withdrawn;      /* by the head-end, as far as this run has heard */
	enum bt_err stopped; /* BT_OK, or why selling stopped */
	bool cash_near;      /* cash in hand is near its ceiling, or at it: "₹!" before the name */
	int open_sales;      /* stuck: PENDING and the like */
	int waiting_upi;     /* QRs that the bank has not decided about */
};

enum bt_ui_mark { BT_UI_GOOD, BT_UI_WARN, BT_UI_BAD };

/** One line of the system page; values are cleaned text, label is a catalogue key. */
struct bt_ui_system_line {
	const char *label;
	enum bt_ui_mark mark;
	char value[BT_LANG_COUNT][160];
	int64_t part, whole; /* shown as a bar before the value; whole 0 none */
};

enum bt_ui_job {
	BT_UI_JOB_NONE,
	BT_UI_JOB_RUNNING,
	BT_UI_JOB_GOOD,
	BT_UI_JOB_WRONG,
	BT_UI_JOB_LOCKED_OUT,
	BT_UI_JOB_FAILED
};

/** What an extension by telephone needs, for the screens that ask for one. */
struct bt_ui_extension {
	char request[16]; /* "58 213 904", to be read out */
	char head[16];    /* short head of the record, "7f3a 1c22" */
	bt_paise unsent;
	int codes_left; /* of the limit in force */
	int64_t until_ms;
	int64_t added_days; /* by the newest code accepted */
	bt_paise added;
};

struct bt_ui_shop {
	void *self;
	const struct bt_words *words;
	const struct bt_enrolment *enrolment;          /* counter name, operators, terminal, telephone numbers */
	const struct bt_tariff *(*tariff)(void *self); /* NULL until one is held */

	void (*status)(void *self, struct bt_ui_status *out);
	enum bt_err (*search)(void *self, const char *text, int max, struct bt_consumer *out, int *count, bool *more);
	/** Ask the server for one connection (not in the list, or fresh figures); the answer shows in `live`. */
	void (*look_up)(void *self, const char *number);
	/** BT_OK and *out when the answer to the last look_up of @p number is here; BT_EBUSY while it is not;
	 *  BT_ENOTFOUND (the server does not know it); BT_EUNREACHABLE (no answer). */
	enum bt_err (*live)(void *self, const char *number, struct bt_consumer *out);

	enum bt_err (*quote)(void *self, const struct bt_consumer *consumer, bt_paise amount, bt_paise dues,
			     struct bt_quote *out);
	enum bt_outlook (*outlook)(void *self, const struct bt_consumer *consumer, bt_paise amount, bt_paise dues,
				   enum bt_denial *denial);
	int (*repeat_minutes)(void *self, const struct bt_consumer *consumer, bt_paise amount);
	/** Last sales to a connection from this terminal, newest first. */
	enum bt_err (*history)(void *self, const struct bt_consumer *consumer, int max, struct bt_sale_row *out,
			       int *count);
	enum bt_err (*pay)(void *self, const struct bt_draft *draft, char sale_id[37]);
	enum bt_err (*view)(void *self, const char *sale_id, struct bt_sale_view *out);
	/** The signed record of a sale as the text of its QR, as it stands on paper. BT_OK; BT_ENOTFOUND (no such sale,
	 * or no record could be signed); BT_EFULL; @p out untouched then. */
	enum bt_err (*proof)(void *self, const char *sale_id, char *out, size_t cap);
	enum bt_err (*issue_now)(void *self, const char *sale_id);
	/** Finish a PENDING sale of this counter: ask the server with the same body, or make the token here. BT_OK: it
	 * is under way or done, see view; BT_ESTATE: not possible yet; BT_ENOTFOUND; BT_EFULL. */
	enum bt_err (*finish)(void *self, const char *sale_id);
	/** As bt_teller_reprint: BT_EINPUT asks why another is wanted. */
	enum bt_err (*reprint)(void *self, const char *sale_id, enum bt_reprint said);
	enum bt_err (*paper_seen)(void *self, const char *sale_id);

	/** The consumer agrees to the new figures of a refusal. */
	enum bt_err (*agree)(void *self, const char *sale_id);
	/** The oldest sale that a restart cut off and that waits for the clerk's word; false: none. */
	bool (*cut_off)(void *self, char sale_id[37]);
	/** What the clerk says of it: the consumer is here; or has gone. */
	enum bt_err (*take_up)(void *self, const char *sale_id);
	enum bt_err (*let_wait)(void *self, const char *sale_id);
	/** Start checking a supervisor's PIN; `job` says how it ended, as for a sign-in. FAILED: this person may not
	 * approve here. */
	void (*approve)(void *self, const char *operator_id, const char *pin);
	/** What the approval just given is for; it counts once, and only for the one who gave it (BT_EAUTH). Errors as
	 * those of the teller; @p denial says why a token cannot be made here (BT_ESTATE). */
	enum bt_err (*refund)(void *self, const char *sale_id, const struct bt_approval *approval,
			      enum bt_denial *denial);
	enum bt_err (*abandon)(void *self, const char *sale_id, const struct bt_approval *approval,
			       enum bt_denial *denial);
	enum bt_err (*make_anyway)(void *self, const char *sale_id, const struct bt_approval *approval,
				   enum bt_denial *denial);
	/** Open the drawer without a sale; @p sale_id means nothing. */
	enum bt_err (*open_drawer)(void *self, const char *sale_id, const struct bt_approval *approval,
				   enum bt_denial *denial);
	/** Take a docket in hand, by the text of its QR or its number; see docket.h. @p own_sale_id for BT_DOCKET_OURS.
	 */
	enum bt_docket_found (*docket)(void *self, const char *text, char own_sale_id[37]);
	/** Of the docket in hand; once delivered, `view` and `reprint` take its sale id as any other. */
	void (*docket_view)(void *self, struct bt_docket_view *out);
	/** Ask the server to finish it. BT_OK, BT_ESTATE, BT_EUNREACHABLE, BT_EFULL. */
	enum bt_err (*docket_finish)(void *self);
	/** Sales that are open (stuck), oldest first. */
	enum bt_err (*open_sales)(void *self, int max, struct bt_sale_row *out, int *count);
	void (*newest)(void *self, char sale_id[37]);

	/** Start checking a PIN or the passphrase; about half a second; `job` says how it ended. One at a time. */
	void (*sign_in)(void *self, const char *operator_id, const char *pin);
	void (*unlock)(void *self, const char *passphrase);
	/** @p tries_left and @p wait_ms are set with WRONG and LOCKED_OUT. FAILED: it was not the secret; the system
	 * page says what. */
	enum bt_ui_job (*job)(void *self, int *tries_left, int64_t *wait_ms);
	void (*sign_out)(void *self);
	/** false when there is no limit that could be extended; *out is zeroed then. */
	bool (*extension)(void *self, struct bt_ui_extension *out);
	/** Start judging an extension code of 20 digits; `job` says how it ended: GOOD; WRONG with @p tries_left (5:
	 * the request number is a new one); FAILED: the limit has changed or the record does not take it. */
	void (*extend)(void *self, const char *code);
	/** A supervisor's word for the clock: start checking the PIN; what is right is `now_ms` and @p offset_ms. `job`
	 * as for a sign-in, and FAILED: this time cannot be. */
	void (*confirm_clock)(void *self, const char *operator_id, const char *pin, int64_t offset_ms);

	const struct bt_ui_accounts *accounts; /* NULL: nothing is known beside the list */
	const struct bt_ui_enquiry *enquiry;   /* stuck recharges of other channels; NULL: only our own */
	const struct bt_ui_till *till;         /* the shift; NULL: none is kept here */
	const struct bt_ui_upi *upi;           /* NULL: not paid by UPI here */
	const struct bt_ui_practice *practice; /* NULL in life */

	/** Fill the system page. @return lines, at most @p max. */
	/** The lane that tokens are dated in now: the lease's, the enrolment's without one. */
	struct bt_sts_lane (*lane)(void *self);
	int (*system_lines)(void *self, int max, struct bt_ui_system_line *out);

	/** Demo keys: only when the shop runs a sandbox of its own; NULL otherwise. Take it down, slow it, bring it
	 * back. */
	void (*demo_server)(void *self, const char *fault);

	/** A key was pressed: what goes on behind the screens holds back for a moment. NULL: nothing does. */
	void (*typed)(void *self);
	/** Do what is due (answers, deadlines, sending). @return true when something a screen may show has changed. */
	bool (*step)(void *self);
	/** Milliseconds until the next step, -1 none. */
	int (*due_ms)(void *self);
	/** Descriptors to watch beside the keyboard. @return how many, at most @p max. */
	int (*fds)(void *self, int *out, int max);
};

#endif
