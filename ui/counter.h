/* The counter: all parts of one terminal, built from its state folder and joined. Commands and screens stand on it.
 *
 * Opening it takes the state folder's lock. It owns everything it builds. */
#ifndef BT_UI_COUNTER_H
#define BT_UI_COUNTER_H

#include "core/sync/sync.h"
#include "printer/printer.h"
#include "ui/config.h"
#include "ui/screen/shop.h"

struct bt_training;

struct bt_counter_options {
	const char *dir;
	const struct bt_config *config;
	const struct bt_words *words;
	const struct bt_secret *passphrase; /* unseal with it; NULL leaves keys locked */
	bool unseal_now;                    /* wait for it (commands); otherwise it happens beside the first screen */
	bool has_clerk;                     /* somebody is at a screen and can say what became of a sale cut off */
	bool offline;                       /* build no wire at all */
	const char *demo_sandbox;           /* state folder of a sandbox of our own; NULL */
	enum bt_purpose purpose;            /* what the folder has to be for */
	struct bt_training *training;       /* the office it practises in, which it turns; NULL */
};

struct bt_counter;

/**
 * @return BT_OK; BT_ENOTFOUND (not enrolled); BT_EINPUT (the folder is for training and @p options are not, or the
 *         other way round); BT_EBUSY (fault->what names the process); BT_EAUTH (passphrase, only with
 *         unseal_now); BT_ECORRUPT, BT_EDISK, BT_ENOSPC (journal); BT_EINPUT (printer setting); others.
 */
BT_MUST_USE enum bt_err bt_counter_open(const struct bt_counter_options *options, struct bt_counter **out,
					struct bt_fault *fault);
void bt_counter_close(struct bt_counter *counter);

/** Borrowed parts, for commands. */
struct bt_journal *bt_counter_journal(struct bt_counter *counter);
struct bt_directory *bt_counter_directory(struct bt_counter *counter);
struct bt_teller *bt_counter_teller(struct bt_counter *counter);
struct bt_sync *bt_counter_sync(struct bt_counter *counter);
const struct bt_enrolment *bt_counter_enrolment(struct bt_counter *counter);
const char *bt_counter_font(struct bt_counter *counter);
/** Folder of the pictures of a slip. */
const char *bt_counter_pictures(const struct bt_counter *counter);

/** Do what is due, then wait at most @p timeout_ms for something to happen. For commands. */
void bt_counter_pump(struct bt_counter *counter, int timeout_ms);
/** As bt_counter_pump, leaving sync alone: only sales and prints go on. */
void bt_counter_pump_sales(struct bt_counter *counter, int timeout_ms);
/** Sign in without a PIN (commands run by whoever owns the state folder). @return BT_OK, BT_ENOTFOUND (no such
 * operator). */
BT_MUST_USE enum bt_err bt_counter_sign_in(struct bt_counter *counter, const char *operator_id, struct bt_fault *fault);
/** bt_directory_search, which a MeterPAN of 18 digits finds by the DRN in it. */
BT_MUST_USE enum bt_err bt_counter_search(struct bt_counter *counter, const char *text, int max,
					  struct bt_consumer *out, int *count, bool *more);
/** One connection, by number, DRN or MeterPAN: the list first, then the server (at most @p timeout_ms).
 * @return BT_OK, BT_ENOTFOUND (also when @p number is none), BT_EUNREACHABLE. */
BT_MUST_USE enum bt_err bt_counter_find(struct bt_counter *counter, const char *number, int timeout_ms,
					struct bt_consumer *out);
/** Ask the server for the account of a connection of the list, and wait for it at most @p timeout_ms; not when it is
 * not worth waiting for. What came is kept, and what was kept before stands where nothing came. The sale that follows
 * waits so much less. For commands. */
void bt_counter_await_account(struct bt_counter *counter, const char *number, int timeout_ms);
/** Whether @p draft may be paid as it says, where it says cash: the same word for screens and commands. */
enum bt_cash_word bt_counter_judge_cash(struct bt_counter *counter, const struct bt_draft *draft,
					struct bt_cash_facts *out);
/** The table for the screens; valid as long as the counter. */
struct bt_ui_shop bt_counter_shop(struct bt_counter *counter);

#endif
