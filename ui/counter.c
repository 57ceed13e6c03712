#include "ui/counter.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/authority/identity.h"
#include "core/authority/record_key.h"
#include "core/base/file.h"
#include "core/hsm/hsm.h"
#include "core/shift/shift.h"
#include "core/sts/identity.h"
#include "ui/counter_parts.h"
#include "ui/training.h"

#define STA_TABLES_MAX 16384
/* So long after a key somebody is typing; then sync has one step in so long, however much there is to send. */
#define TYPING_MS 300
#define PACE_MS   100
/* The second copy catches up in steps so far apart. */
#define MIRROR_PACE_MS 20

static enum bt_err path_in(const struct bt_counter *counter, const char *name, char out[1024])
{
	return bt_path_join(counter->dir, name, out, 1024);
}

/* BT_ENOTFOUND of a counter means "not enrolled" and BT_EAUTH "wrong passphrase"; of a part they mean other things: a
 * file or a profile that is missing, and a record that another key began. */
static enum bt_err keep_meaning(enum bt_err err, struct bt_fault *fault)
{
	if (err == BT_ENOTFOUND)
		err = BT_EINPUT;
	if (err == BT_EAUTH)
		err = BT_ECORRUPT;
	if (fault && err)
		fault->err = err;
	return err;
}

static enum bt_err open_identity(struct bt_counter *counter, struct bt_fault *fault)
{
	char path[1024];
	enum bt_err err = bt_enrolment_load(counter->dir, &counter->enrolment, fault);

	if (!err && counter->enrolment.purpose != counter->purpose)
		err = bt_fault_set(fault, BT_EINPUT, 0, "%s",
				   counter->purpose == BT_FOR_LIVE ? "this folder is for training"
								   : "this folder is not for training");
	/* Its server has another port each time it is started. */
	if (!err && counter->training)
		err = bt_text_copy(counter->enrolment.url, sizeof counter->enrolment.url,
				   bt_training_url(counter->training));
	/* Before the first change of the journal key: it may have to be kept for the slips. */
	if (!err)
		err = bt_enrolment_receipt_signer(counter->dir, &counter->signer, fault);
	if (!err)
		err = path_in(counter, "keys", path);
	/* Without it nothing can be recorded, but the folder is an enrolled one all the same. */
	if (!err)
		err = keep_meaning(bt_record_key_open(NULL, path, counter->enrolment.terminal, &counter->random,
						      &counter->record_key, fault),
				   fault);
	if (!err)
		err = path_in(counter, "batti.log", path);
	if (!err)
		counter->log = bt_log_open(path, &counter->clock);
	return err;
}

static enum bt_err open_records(struct bt_counter *counter, struct bt_fault *fault)
{
	char path[1024];
	struct bt_journal_options journal = {
	    .dir = counter->dir,
	    .clock = &counter->record_clock,
	    .keys = bt_record_key_store(counter->record_key),
	    .first_key = counter->enrolment.has_journal_key ? counter->enrolment.journal_key : NULL,
	    .terminal = counter->enrolment.terminal,
	    .log = counter->log,
	    .mirror = counter->config.mirror,
	    .mirror_required = counter->config.mirror_required,
	    .mirror_aside = true};
	enum bt_err err = bt_journal_open(&journal, &counter->journal, fault);

	if (!err)
		err = path_in(counter, "directory.db", path);
	if (!err)
		err = bt_directory_open(path, &counter->directory, fault);
	return err;
}

static enum bt_err open_wire(struct bt_counter *counter, const struct bt_counter_options *options,
			     struct bt_fault *fault)
{
	char keys[1024], ca[1024], pair[1024];
	struct bt_wire_options wire = {.url = counter->enrolment.url,
				       .ca_file = ca,
				       .cert_file = pair,
				       .key_file = pair,
				       .protocol = counter->training ? &bt_protocol_rest : counter->config.protocol,
				       .log = counter->log};
	enum bt_err err = BT_OK;

	bt_breaker_init(&counter->breaker, bt_clock_boot_ms(&counter->clock));
	if (options->offline)
		return BT_OK;
	if (path_in(counter, "keys", keys) || path_in(counter, "keys/ca.pem", ca) ||
	    path_in(counter, "keys/" BT_IDENTITY_FILE, pair))
		return bt_fault_set(fault, BT_EINPUT, 0, "state folder's path is too long");
	err = bt_identity_open(NULL, keys, counter->enrolment.terminal, &counter->identity, fault);
	if (!err)
		err = bt_wire_worker_open(&wire, &counter->worker, fault);
	if (!err) {
		counter->wire = bt_wire_worker_wire(counter->worker);
		counter->has_wire = true;
	}
	return err;
}

static enum bt_err open_printer(struct bt_counter *counter, struct bt_fault *fault)
{
	const struct bt_config *config = &counter->config;
	struct bt_printer_setup *setup = &counter->printer_setup;
	enum bt_err err;

	if (strcmp(config->printer, "none") == 0)
		return BT_OK;
	err = bt_printer_setup_read(config, counter->dir, setup, fault);
	if (!err && setup->models_fault.err)
		bt_log_line(counter->log, "printer", "models: %s", setup->models_fault.what);
	if (!err)
		err = bt_printer_setup_open(config, setup, counter->log, &counter->printer, fault);
	if (!err) {
		counter->sink = bt_printer_sink(counter->printer);
		counter->has_sink = true;
	}
	return err;
}

/* A mistake in the utility's file costs its wishes, never a sale. */
static void read_slips(struct bt_counter *counter)
{
	if (bt_slips_form(&counter->config, &counter->form, &counter->form_fault) != BT_OK)
		bt_log_line(counter->log, "slips", "built-in form: %s", counter->form_fault.what);
}

static enum bt_err open_trade(struct bt_counter *counter, const struct bt_counter_options *options,
			      struct bt_fault *fault)
{
	struct bt_teller_parts teller = {.clock = &counter->clock,
					 .random = &counter->random,
					 .journal = counter->journal,
					 .signer = counter->signer,
					 .enrolment = &counter->enrolment,
					 .directory = counter->directory,
					 .wire = counter->has_wire ? &counter->wire : NULL,
					 .breaker = &counter->breaker,
					 .service = counter->bank.has_wire ? &counter->bank.wire : NULL,
					 .service_breaker = &counter->bank.breaker,
					 .upi = bt_counter_upi_way(counter),
					 .sink = counter->has_sink ? &counter->sink : NULL,
					 .words = counter->words,
					 .log = counter->log,
					 .deadline_ms = counter->config.deadline_ms,
					 .slow_ms = counter->config.slow_ms,
					 .receipt_lang = counter->config.receipt_language,
					 .form = &counter->form,
					 .training = counter->purpose == BT_FOR_TRAINING,
					 .asks_after_restart = options->has_clerk};
	struct bt_sync_parts sync = {.dir = counter->dir,
				     .clock = &counter->clock,
				     .random = &counter->random,
				     .journal = counter->journal,
				     .directory = counter->directory,
				     .wire = counter->has_wire ? &counter->wire : NULL,
				     .breaker = &counter->breaker,
				     .enrolment = &counter->enrolment,
				     .identity = counter->identity,
				     .log = counter->log,
				     .slow_ms = counter->config.slow_ms};
	enum bt_err err = bt_teller_open(&teller, &counter->teller, fault);

	sync.teller = counter->teller;
	if (!err)
		err = bt_sync_open(&sync, &counter->sync, fault);
	if (!err)
		bt_teller_set_keys(counter->teller, &counter->keys);
	return err;
}

/* The tables of EA07: the utility's own, or the sample set. A bad file is told at the start, not at the first sale. */
static enum bt_err open_tables(struct bt_counter *counter, struct bt_fault *fault)
{
	struct bt_sta_tables tables = bt_sta_sample;
	const char *path = counter->config.sta_tables;
	struct bt_fault why = {0};
	struct bt_buf text;
	enum bt_err err = BT_OK;

	bt_buf_init(&text, STA_TABLES_MAX);
	if (path[0])
		err = bt_file_read(path, &text, &why);
	if (path[0] && !err)
		err = bt_sta_tables_parse(bt_buf_view(&text), &tables, &why);
	bt_buf_fini(&text);
	if (err)
		return bt_fault_set(fault, BT_EINPUT, 0, "sta_tables = %.70s: %.70s", path,
				    why.what[0] ? why.what : bt_err_text(err));
	bt_sta_init(&counter->sta, &tables);
	counter->keys = (struct bt_keys){
	    .driver = bt_key_driver_find(counter->config.vending_key[0] ? "module" : "sealed"), .sta = &counter->sta};
	return BT_OK;
}

/* The file with the PIN that the settings name: vending_key_pin, or pin-source in the URI. */
static enum bt_err read_pin(const struct bt_config *config, struct bt_secret *out, struct bt_fault *fault)
{
	char path[256];
	enum bt_err err;

	if (!config->vending_key[0])
		return BT_ENOTFOUND;
	if (strcmp(config->vending_key_pin, "ask") != 0)
		return bt_secret_read_file(config->vending_key_pin, out, fault);
	err = bt_hsm_pin_source(config->vending_key, path, sizeof path);
	return err ? err : bt_secret_read_file(path, out, fault);
}

static enum bt_err open_keys_now(struct bt_counter *counter, struct bt_bytes secret, struct bt_fault *fault)
{
	const struct bt_key_driver *driver = counter->keys.driver;
	struct bt_key_terms terms = bt_counter_key_terms(counter);
	void *unlocked = NULL;
	enum bt_err err = driver->unlock(&terms, secret, &unlocked, fault);

	/* BT_EAUTH is "wrong passphrase" to whoever opens a counter; a module says its own. */
	if (err)
		return driver->asks_for_pin ? keep_meaning(BT_EINPUT, fault) : err;
	err = bt_counter_take_keys(counter, unlocked);
	return err ? bt_fault_set(fault, err, 0, "opening the keys cannot be recorded") : BT_OK;
}

/* What was typed for this start must be right; a PIN that only stands in the settings may fail: selling goes on by the
 * server, and the system page says why the keys are locked. */
static enum bt_err open_keys(struct bt_counter *counter, const struct bt_counter_options *options,
			     struct bt_fault *fault)
{
	struct bt_secret pin = {0};
	struct bt_fault own = {0};
	struct bt_bytes secret;
	enum bt_err err = BT_OK;

	if (options->passphrase)
		secret = (struct bt_bytes){options->passphrase->data, options->passphrase->len};
	else if (read_pin(&counter->config, &pin, &own) == BT_OK)
		secret = (struct bt_bytes){pin.data, pin.len};
	else
		goto out;
	if (!options->unseal_now)
		err = bt_counter_start_unlock(counter, secret, true);
	else
		err = open_keys_now(counter, secret, &own);
out:
	bt_secret_wipe(&pin);
	if (own.what[0] && !options->passphrase) {
		bt_log_line(counter->log, "keys", "not opened: %s", own.what);
		bt_text_copy(counter->keys_fault, sizeof counter->keys_fault, own.what);
		return BT_OK;
	}
	if (err && !own.what[0])
		bt_fault_set(&own, err, 0, "keys");
	if (err && fault)
		*fault = own;
	return err;
}

enum bt_err bt_counter_open(const struct bt_counter_options *options, struct bt_counter **out, struct bt_fault *fault)
{
	struct bt_counter *counter = calloc(1, sizeof *counter);
	enum bt_err err;

	if (!counter)
		return bt_fault_set(fault, BT_ENOMEM, 0, "counter");
	counter->clock = bt_clock_system();
	counter->record_clock = bt_counter_record_clock(counter);
	counter->random = bt_random_system();
	counter->config = *options->config;
	counter->words = options->words;
	counter->demo_sandbox = options->demo_sandbox;
	counter->purpose = options->purpose;
	counter->training = options->training;
	err = bt_text_copy(counter->dir, sizeof counter->dir, options->dir);
	if (!err)
		err = bt_printer_setup_font(&counter->config, counter->font, sizeof counter->font);
	if (!err)
		err = bt_queue_open(BT_JOB_COUNT, sizeof(int), &counter->job_done);
	if (!err)
		err = open_identity(counter, fault);
	if (!err)
		err = keep_meaning(open_records(counter, fault), fault);
	if (!err) {
		static const struct bt_till_limits none;

		bt_till_begin(&counter->till, counter->journal, counter->enrolment.shift_next);
		/* The whole of the newest shift is read once, before anybody can type. */
		(void)bt_till_cash_is_near(&counter->till, "", 0, &none);
	}
	if (!err)
		err = keep_meaning(open_wire(counter, options, fault), fault);
	if (!err && !options->offline)
		err = bt_counter_open_bank(counter, fault);
	if (!err)
		err = keep_meaning(open_printer(counter, fault), fault);
	if (!err)
		err = open_tables(counter, fault);
	if (!err)
		read_slips(counter);
	if (!err)
		err = open_trade(counter, options, fault);
	if (!err)
		err = bt_counter_open_desk(counter);
	if (!err)
		err = open_keys(counter, options, fault);
	if (!err)
		bt_counter_open_practice(counter);
	if (err) {
		bt_counter_close(counter);
		return err;
	}
	*out = counter;
	return BT_OK;
}

void bt_counter_close(struct bt_counter *counter)
{
	if (!counter)
		return;
	bool idle = !counter->job_done || bt_counter_end_jobs(counter);
	bt_sync_close(counter->sync);
	counter->sync = NULL;
	bt_identity_close(counter->identity);
	counter->identity = NULL;
	bt_desk_close(counter->desk);
	bt_teller_close(counter->teller);
	if (counter->keys.self)
		counter->keys.driver->lock(counter->keys.self);
	bt_printer_close(counter->printer);
	/* A worker that is stuck in a name look-up is left behind with the log it writes to. */
	bool ended = bt_wire_worker_close(counter->worker);
	ended = bt_counter_close_bank(counter) && ended;
	bt_directory_close(counter->directory);
	bt_journal_close(counter->journal);
	bt_record_key_close(counter->record_key);
	bt_signer_close(counter->signer);
	if (ended)
		bt_log_close(counter->log);
	if (!idle)
		return; /* a job that was left behind may yet come back to it */
	bt_queue_close(counter->job_done);
	free(counter);
}

struct bt_journal *bt_counter_journal(struct bt_counter *counter)
{
	return counter->journal;
}

struct bt_directory *bt_counter_directory(struct bt_counter *counter)
{
	return counter->directory;
}

struct bt_teller *bt_counter_teller(struct bt_counter *counter)
{
	return counter->teller;
}

struct bt_sync *bt_counter_sync(struct bt_counter *counter)
{
	return counter->sync;
}

const struct bt_enrolment *bt_counter_enrolment(struct bt_counter *counter)
{
	return &counter->enrolment;
}

const char *bt_counter_pictures(const struct bt_counter *counter)
{
	return bt_slips_folder(&counter->config);
}

const char *bt_counter_font(struct bt_counter *counter)
{
	return counter->font;
}

/* ---- turning ---- */

static bool take_answers(struct bt_counter *counter)
{
	struct bt_answer answer;
	bool any = false;

	bt_counter_take_bank(counter);
	while (counter->has_wire && bt_wire_take(&counter->wire, &answer)) {
		if (answer.fault.err == BT_EREFUSED && strcmp(answer.code, "revoked") == 0)
			bt_sync_note_revoked(counter->sync);
		if (!bt_teller_answer(counter->teller, &answer) && !bt_sync_answer(counter->sync, &answer) &&
		    !bt_desk_answer(counter->desk, &answer)) {
			bt_counter_take_live(counter, &answer);
			bt_counter_take_account(counter, &answer);
		}
		bt_answer_fini(&answer);
		counter->changed = any = true;
	}
	return any;
}

static void wait_for_any(struct bt_counter *counter, int timeout_ms)
{
	int fds[4], n = bt_counter_fds(counter, fds, 4);
	struct pollfd polled[4];

	for (int i = 0; i < n; i++)
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	if (poll(polled, (nfds_t)n, timeout_ms) < 0)
		return; /* interrupted: the caller turns again */
}

static int shorter(int a, int b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

void bt_counter_pump_sales(struct bt_counter *counter, int timeout_ms)
{
	bool answered = take_answers(counter);

	bt_teller_step(counter->teller);
	/* What was there already may be all that the caller waits for. */
	if (answered)
		return;
	wait_for_any(counter, shorter(bt_teller_due_ms(counter->teller), timeout_ms));
	take_answers(counter);
	bt_teller_step(counter->teller);
}

void bt_counter_pump(struct bt_counter *counter, int timeout_ms)
{
	bt_counter_turn(counter);
	wait_for_any(counter, shorter(bt_counter_due_ms(counter), timeout_ms));
	bt_counter_turn(counter);
}

/* How long sync is to hold back yet. A disk that is busy makes each of its steps long, and it has time. */
static int64_t hold_back_ms(const struct bt_counter *counter)
{
	int64_t now = bt_clock_boot_ms(&counter->clock), until = counter->synced_ms + PACE_MS;

	return now - counter->typed_ms < TYPING_MS && until > now ? until - now : 0;
}

/* What has time until nobody types. */
static void step_quietly(struct bt_counter *counter)
{
	if (hold_back_ms(counter) > 0)
		return;
	counter->synced_ms = bt_clock_boot_ms(&counter->clock);
	if (bt_sync_step(counter->sync))
		counter->changed = true;
	counter->mirror_lacks = bt_journal_step(counter->journal);
}

bool bt_counter_turn(struct bt_counter *counter)
{
	bool changed, answered = take_answers(counter);

	if (bt_teller_step(counter->teller))
		counter->changed = true;
	/* What an answer brings and what is asked next each take their time: the keyboard comes between. */
	if (!answered)
		step_quietly(counter);
	if (bt_counter_take_jobs(counter))
		counter->changed = true;
	changed = counter->changed;
	counter->changed = false;
	return changed;
}

int bt_counter_due_ms(struct bt_counter *counter)
{
	int quiet = bt_sync_due_ms(counter->sync), held = (int)hold_back_ms(counter);

	if (counter->mirror_lacks)
		quiet = shorter(quiet, MIRROR_PACE_MS);
	return shorter(bt_teller_due_ms(counter->teller), quiet < held ? held : quiet);
}

int bt_counter_fds(struct bt_counter *counter, int *out, int max)
{
	int n = 0;

	if (counter->has_wire && n < max)
		out[n++] = counter->wire.fd(counter->wire.self);
	if (counter->bank.has_wire && n < max)
		out[n++] = counter->bank.wire.fd(counter->bank.wire.self);
	if (counter->has_sink && n < max && counter->sink.fd(counter->sink.self) >= 0)
		out[n++] = counter->sink.fd(counter->sink.self);
	if (n < max)
		out[n++] = bt_queue_fd(counter->job_done);
	return n;
}

/* ---- people ---- */

enum bt_err bt_counter_sign_in(struct bt_counter *counter, const char *operator_id, struct bt_fault *fault)
{
	const struct bt_operator *person = bt_enrolment_operator(&counter->enrolment, operator_id);
	int64_t shift = 0, now = bt_clock_wall_ms(&counter->clock);
	enum bt_err err;

	if (!person)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "operator");
	err = bt_shift_resume(counter->journal, operator_id, now, &shift);
	if (err == BT_ENOTFOUND)
		err = bt_shift_sign_in(counter->journal, operator_id, now, &shift, fault);
	if (!err && shift == 0)
		err = bt_counter_open_shift(counter, operator_id, &shift, fault);
	if (err)
		return err;
	counter->person = person;
	bt_teller_set_operator(counter->teller, operator_id, shift);
	return BT_OK;
}
