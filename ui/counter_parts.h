/* Inside of the counter: what its files share. Only ui/counter*.c include it. */
#ifndef BT_UI_COUNTER_PARTS_H
#define BT_UI_COUNTER_PARTS_H

#include <pthread.h>
#include <sys/types.h>

#include "core/base/queue.h"
#include "core/desk/desk.h"
#include "core/shift/till.h"
#include "core/wire/psp.h"
#include "ui/counter.h"
#include "ui/printer_setup.h"
#include "ui/slips.h"

/** Marks calls of ours among those of teller and sync. */
#define BT_COUNTER_LIVE_CALLS (UINT64_C(1) << 62)

enum bt_counter_job_kind { BT_JOB_SIGN_IN, BT_JOB_UNLOCK, BT_JOB_CODE, BT_JOB_CLOCK, BT_JOB_APPROVE, BT_JOB_COUNT };

/** Key stretching on a thread of its own, one of each kind at a time: it takes about half a second. */
struct bt_counter_job {
	enum bt_counter_job_kind kind;
	bool running;
	bool quiet; /* nobody asked for it on screen: the unlock at start */
	pthread_t thread;
	struct bt_queue *done;
	const struct bt_operator *person;
	const struct bt_key_driver *driver;
	struct bt_key_terms terms;
	struct bt_lease lease; /* a code is judged under it, */
	struct bt_extension extension;
	int grant;               /* and names this one of its grants */
	int64_t offset_ms;       /* of the time that is given a word for */
	struct bt_secret secret; /* PIN, passphrase or code */
	void *unlocked;          /* result of an unlock, the driver's */
	enum bt_err err;
	struct bt_fault fault;
};

/** What the status row says of the journal and the list, as of at_ms since boot. */
struct bt_counter_counts {
	bool known, has_unsent;
	int64_t at_ms, balances_known_ms;
	struct bt_unsent unsent, used; /* all of it, and what the caps count */
	int open_sales, waiting_upi;
	bool cash_is_near; /* its ceiling */
};

/** The payment service, where the settings name one. */
struct bt_counter_bank {
	struct bt_wire_worker *worker;
	struct bt_wire service; /* one step at a time */
	struct bt_psp *psp;
	struct bt_wire wire; /* whole questions */
	bool has_wire;
	struct bt_breaker breaker;
};

#define BT_PRACTICE_FACTS 16 /* recharges of one lesson that are looked at */

/** The lessons, while training. */
struct bt_counter_practice {
	struct bt_lesson_person people[BT_LESSONS];
	bool has_people;
	int lesson, finished;
	bool done[BT_LESSONS], asks, is_stale;
	struct bt_lesson_verdict verdict;
	int64_t begun_seq;            /* newest sale when the lesson began */
	char was_open[37], shown[37]; /* sale that stood as a docket; whose token stood on the screen */
};

struct bt_counter {
	char dir[900];
	char font[512];
	struct bt_config config;
	enum bt_purpose purpose;
	struct bt_training *training; /* NULL in life */
	struct bt_clock clock;
	struct bt_clock record_clock; /* what records are dated by: confirmed time where there is any */
	struct bt_random random;
	struct bt_log *log;
	const struct bt_words *words;
	struct bt_enrolment enrolment;
	struct bt_record_key *record_key; /* signs the record */
	struct bt_identity *identity;     /* of TLS; NULL while it works without a server */
	struct bt_signer *signer;         /* proves slips */
	struct bt_journal *journal;
	struct bt_directory *directory;
	struct bt_wire_worker *worker;
	struct bt_wire wire;
	bool has_wire;
	struct bt_breaker breaker;
	struct bt_counter_bank bank;
	struct bt_printer *printer;
	struct bt_printer_setup printer_setup; /* while has_sink */
	struct bt_receipt_form form;           /* of the slips */
	struct bt_fault form_fault;            /* why it is the built-in one; BT_OK otherwise */
	struct bt_sink sink;
	bool has_sink;
	struct bt_sta sta;
	struct bt_keys keys;
	char keys_fault[160]; /* why they could not be opened, "" when nobody tried or it was the passphrase */
	struct bt_teller *teller;
	struct bt_sync *sync;
	struct bt_desk *desk;
	struct bt_ui_enquiry enquiry;
	const struct bt_operator *person;   /* signed in */
	const struct bt_operator *approver; /* whose PIN was right just now, for one thing */
	struct bt_till till;
	struct bt_ui_till ui_till;
	struct bt_ui_upi ui_upi;
	struct bt_counter_counts counts;
	/* live look-up */
	char live_number[16];
	uint64_t live_call, live_calls;
	enum bt_err live_err;
	struct bt_consumer live;
	uint64_t account_call; /* the one asked about last; 0 none is out */
	/* key stretching */
	struct bt_queue *job_done;
	struct bt_counter_job jobs[BT_JOB_COUNT];
	enum bt_ui_job job_state;
	int job_tries_left;
	int extended; /* the grant that the newest code named; 0 none */
	int64_t job_wait_ms;
	/* demo */
	const char *demo_sandbox;
	pid_t demo_pid;
	struct bt_counter_practice practice;
	int64_t typed_ms, synced_ms; /* since boot: the newest key, and sync's newest step */
	bool mirror_lacks;           /* what it does not have yet can be given now */
	bool changed;
};

/* counter.c */
bool bt_counter_turn(struct bt_counter *counter);
int bt_counter_due_ms(struct bt_counter *counter);
int bt_counter_fds(struct bt_counter *counter, int *out, int max);

/* counter_bank.c */
/** Open the wire to the payment service when the settings name one: new payments may not be asked of it any more, those
 *  of before are. @return BT_OK; BT_EINPUT and @p fault: a setting without which it cannot be what they want. */
BT_MUST_USE enum bt_err bt_counter_open_bank(struct bt_counter *counter, struct bt_fault *fault);
/** Whom new payments are asked of; while training the training server. */
enum bt_upi_way bt_counter_upi_way(const struct bt_counter *counter);
/** @return false when its worker was left behind: it still holds the log then. */
bool bt_counter_close_bank(struct bt_counter *counter);
void bt_counter_take_bank(struct bt_counter *counter);

/* counter_find.c */
void bt_counter_start_look_up(struct bt_counter *counter, const char *number);
void bt_counter_take_live(struct bt_counter *counter, const struct bt_answer *answer);

/* counter_job.c */
/** @p quiet: its end shows in the status row only. */
BT_MUST_USE enum bt_err bt_counter_start_unlock(struct bt_counter *counter, struct bt_bytes passphrase, bool quiet);
void bt_counter_start_sign_in(struct bt_counter *counter, const char *operator_id, const char *pin);
/** What the key driver of this counter needs. */
struct bt_key_terms bt_counter_key_terms(const struct bt_counter *counter);
/** Journal that the keys were opened (PROTOCOL L4) and take what the driver gave; given back when not recorded. */
BT_MUST_USE enum bt_err bt_counter_take_keys(struct bt_counter *counter, void *unlocked);
/** Take finished jobs, journal what came of them. @return true when something changed. */
bool bt_counter_take_jobs(struct bt_counter *counter);
/** Wait for running jobs, some seconds at most, and forget their results; at close.
 *  @return false: one is left behind, which still uses the counter. */
bool bt_counter_end_jobs(struct bt_counter *counter);

/** Start stretching @p secret on a thread. */
BT_MUST_USE enum bt_err bt_counter_start_job(struct bt_counter *counter, enum bt_counter_job_kind kind,
					     struct bt_bytes secret);
/** True when the person may try a PIN; sets what the screen says otherwise. */
bool bt_counter_may_try(struct bt_counter *counter, const char *operator_id);
/** A PIN was wrong: record it, and say how many tries are left. */
void bt_counter_note_wrong_pin(struct bt_counter *counter, const struct bt_operator *person);

/* counter_money.c: what the shop's table says of money back, cut-off sales and a supervisor's word */
enum bt_err bt_counter_agree(void *self, const char *sale_id);
bool bt_counter_cut_off(void *self, char sale_id[37]);
enum bt_err bt_counter_take_up(void *self, const char *sale_id);
enum bt_err bt_counter_let_wait(void *self, const char *sale_id);
void bt_counter_approve(void *self, const char *operator_id, const char *pin);
enum bt_err bt_counter_refund(void *self, const char *sale_id, const struct bt_approval *approval,
			      enum bt_denial *denial);
enum bt_err bt_counter_abandon(void *self, const char *sale_id, const struct bt_approval *approval,
			       enum bt_denial *denial);
enum bt_err bt_counter_make_anyway(void *self, const char *sale_id, const struct bt_approval *approval,
				   enum bt_denial *denial);
enum bt_err bt_counter_open_drawer(void *self, const char *sale_id, const struct bt_approval *approval,
				   enum bt_denial *denial);
/** The PIN that was right just now is @p approval's; it counts once. */
bool bt_counter_use_approval(struct bt_counter *counter, const struct bt_approval *approval);
/** The same, where the one at the counter may be the one who approves. */
bool bt_counter_use_word(struct bt_counter *counter, const struct bt_approval *approval);
void bt_counter_take_approval(struct bt_counter *counter, struct bt_counter_job *job);

/* counter_till.c: the shift and its drawer */
struct bt_ui_till bt_counter_till(struct bt_counter *counter);

/* counter_upi.c */
struct bt_ui_upi bt_counter_upi(struct bt_counter *counter);
/** Open one for a command: with what the last drawer was left with, when that is known. */
BT_MUST_USE enum bt_err bt_counter_open_shift(struct bt_counter *counter, const char *operator_id, int64_t *shift,
					      struct bt_fault *fault);
/** The cash in hand is near its ceiling. */
bool bt_counter_cash_is_near(struct bt_counter *counter);
/** Cash in hand is at its ceiling: no more is taken before a deposit. */
bool bt_counter_drawer_is_full(struct bt_counter *counter);

/* counter_desk.c: stuck recharges of every channel, and claims */
BT_MUST_USE enum bt_err bt_counter_open_desk(struct bt_counter *counter);
struct bt_ui_enquiry bt_counter_enquiry(struct bt_counter *counter);

/* counter_docket.c: dockets of other counters, and what was delivered for one */
enum bt_docket_found bt_counter_docket(void *self, const char *text, char own_sale_id[37]);
void bt_counter_docket_view(void *self, struct bt_docket_view *out);
enum bt_err bt_counter_docket_finish(void *self);
enum bt_err bt_counter_view(void *self, const char *sale_id, struct bt_sale_view *out);
enum bt_err bt_counter_reprint(void *self, const char *sale_id, enum bt_reprint said);
enum bt_err bt_counter_paper_seen(void *self, const char *sale_id);

/* counter_account.c */
void bt_counter_ask_account(struct bt_counter *counter, const char *number);
void bt_counter_take_account(struct bt_counter *counter, const struct bt_answer *answer);
extern const struct bt_ui_accounts bt_counter_accounts;

/* counter_trust.c */
bool bt_counter_extension(struct bt_counter *counter, struct bt_ui_extension *out);
void bt_counter_start_extend(struct bt_counter *counter, const char *code);
void bt_counter_start_clock(struct bt_counter *counter, const char *operator_id, const char *pin, int64_t offset_ms);
/** On the job's thread. */
void bt_counter_judge_code(struct bt_counter_job *job, struct bt_bytes code);
void bt_counter_take_code(struct bt_counter *counter, struct bt_counter_job *job);
void bt_counter_take_clock(struct bt_counter *counter, struct bt_counter_job *job);
/** Confirmed time where there is any, else the wall clock; borrowed parts of @p counter. */
struct bt_clock bt_counter_record_clock(struct bt_counter *counter);

/* counter_practice.c */
void bt_counter_open_practice(struct bt_counter *counter);
void bt_counter_note_shown(struct bt_counter *counter, const struct bt_sale_view *view);
/** Judge the lesson in hand anew when something @p changed. @return true when the screens are to look again. */
bool bt_counter_turn_practice(struct bt_counter *counter, bool changed);
extern const struct bt_ui_practice bt_counter_practice_shop;

/* counter_system.c */
int bt_counter_system(struct bt_counter *counter, int max, struct bt_ui_system_line *out);

#endif
