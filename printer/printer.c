#include "printer/printer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/queue.h"
#include "core/base/thread.h"
#include "printer/driver.h"
#include "printer/idle.h"
#include "printer/stream.h"

#define MOST_WAITING     8     /* slips given and not yet taken back as results */
#define PROBE_EVERY_MS   30000 /* while idle: short connections, far apart */
#define LEAST_TIMEOUT_MS 1000
#define ROLL_WAIT_MS     600000 /* for a roll in the middle of a slip, unless set otherwise */

struct work {
	bool stop;
	struct bt_print_job job;
};

struct bt_printer {
	/* set before the worker starts, read only after */
	const struct bt_prn_link *link;
	struct bt_prn_profile profile;
	const struct bt_prn_driver *driver;
	char uri[256];
	const char *address; /* in uri */
	int timeout_ms, wait_ms;
	struct bt_log *log;
	struct bt_queue *works, *results;
	pthread_t thread;
	bool started;
	/* shared */
	atomic_int outstanding; /* slips between submit and take: results never overflow */
	atomic_bool stopping;
	struct bt_prn_hand hand;
	pthread_mutex_t lock; /* of in_hand and the wishes, so that none meets the next slip */
	bool in_hand;
	/* the worker's own */
	struct bt_raster *raster;
	struct bt_pictures *pictures;
	bool after_broken;
	int after_unanswered;
	uint32_t serial;
	struct work work;
};

static const char *const state_words[] = {
    [BT_PRINT_CONFIRMED] = "printed",
    [BT_PRINT_UNCONFIRMED] = "sent",
    [BT_PRINT_FAILED] = "not printed",
};

static void deliver_slip(struct bt_printer *printer, const struct bt_print_job *job, struct bt_bytes bytes,
			 struct bt_prn_outcome *outcome)
{
	const struct bt_prn_slip slip = {
	    .bytes = bytes,
	    .profile = printer->driver->answers ? &printer->profile : NULL,
	    .name = job->sale_id[0] != '\0' ? job->sale_id : "test",
	    .extension = printer->driver->extension,
	    .copy = job->copy,
	    .after_unanswered = printer->after_unanswered,
	    .serial = printer->serial++,
	    .timeout_ms = printer->timeout_ms,
	    .wait_ms = printer->wait_ms,
	};
	printer->link->deliver(printer->address, &slip, &printer->hand, outcome);
	if (outcome->state != BT_PRINT_FAILED || outcome->broken)
		printer->after_unanswered = outcome->unanswered;
}

static void print_slip(struct bt_printer *printer, const struct bt_print_job *job, struct bt_prn_outcome *outcome)
{
	struct bt_buf bytes;
	struct bt_prn_sheet sheet = {
	    .receipt = &job->receipt,
	    .profile = &printer->profile,
	    .raster = printer->raster,
	    .pictures = printer->pictures,
	    .open_drawer = job->open_drawer,
	    .after_broken = printer->after_broken,
	};
	bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
	outcome->state = BT_PRINT_FAILED;
	outcome->paper = (enum bt_paper)atomic_load(&printer->hand.paper);
	if (job->receipt.count == 0 && !printer->profile.drawer)
		bt_fault_set(&outcome->fault, BT_EUNSUPPORTED, 0, "the printer opens no drawer");
	else if (printer->driver->render(&sheet, &bytes, &outcome->fault) == BT_OK)
		deliver_slip(printer, job, bt_buf_view(&bytes), outcome);
	bt_buf_fini(&bytes);
}

/* A wish is for the slip in hand: the next begins without one, unless the counter closes. */
static void take_in_hand(struct bt_printer *printer, bool in_hand)
{
	uint64_t wishes;
	ssize_t drained;
	pthread_mutex_lock(&printer->lock);
	printer->in_hand = in_hand;
	atomic_store(&printer->hand.wish, atomic_load(&printer->stopping) ? BT_PRN_HURRY : BT_PRN_GO_ON);
	drained = read(printer->hand.wake, &wishes, sizeof(wishes)); /* EAGAIN when there was none */
	(void)drained;
	pthread_mutex_unlock(&printer->lock);
}

static void wish(struct bt_printer *printer, enum bt_prn_wish wanted)
{
	static const uint64_t one = 1;
	ssize_t woken;
	pthread_mutex_lock(&printer->lock);
	if (printer->in_hand) {
		atomic_store(&printer->hand.wish, (int)wanted);
		woken = write(printer->hand.wake, &one, sizeof(one));
		(void)woken;
	}
	pthread_mutex_unlock(&printer->lock);
}

static void handle_job(struct bt_printer *printer, const struct bt_print_job *job)
{
	struct bt_prn_outcome outcome = {0};
	struct bt_print_result result = {.copy = job->copy};
	take_in_hand(printer, true);
	print_slip(printer, job, &outcome);
	take_in_hand(printer, false);
	/* A slip that never left does not undo the break before it. */
	printer->after_broken = outcome.broken || (printer->after_broken && outcome.state == BT_PRINT_FAILED);
	atomic_store(&printer->hand.paper, (int)outcome.paper);
	memcpy(result.sale_id, job->sale_id, sizeof(result.sale_id));
	result.state = outcome.state;
	result.fault = outcome.fault;
	bt_log_line(printer->log, "printer", "%s copy %d: %s%s%s", job->sale_id, job->copy, state_words[outcome.state],
		    outcome.fault.what[0] != '\0' ? ", " : "", outcome.fault.what);
	if (bt_queue_put(printer->results, &result) != BT_OK)
		bt_log_line(printer->log, "printer", "a result was lost"); /* cannot be: submit counts */
}

/* Until a slip waits: an own line that tells by itself is listened to, any other asked now and then. */
static void wait_for_work(struct bt_printer *printer)
{
	const struct bt_prn_profile *asked = printer->driver->answers ? &printer->profile : NULL;
	while (!atomic_load(&printer->stopping)) {
		if (bt_idle_watch(printer->link, printer->address, asked, &printer->hand, bt_queue_fd(printer->works)))
			return;
		atomic_store(&printer->hand.paper, (int)printer->link->probe(printer->address, asked));
		if (bt_queue_wait(printer->works, PROBE_EVERY_MS) == BT_OK)
			return;
	}
}

static void *run_worker(void *argument)
{
	struct bt_printer *printer = argument;
	while (!atomic_load(&printer->stopping)) {
		if (bt_queue_take(printer->works, &printer->work) != BT_OK) {
			wait_for_work(printer);
			continue;
		}
		if (printer->work.stop)
			break;
		handle_job(printer, &printer->work.job);
	}
	return NULL;
}

/* A model's usual speed, where the address of a serial line names none. */
static enum bt_err choose_link(struct bt_printer *printer, const char *uri, int baud, struct bt_fault *fault)
{
	bool silent = strchr(uri, '?') == NULL && baud > 0;
	const struct bt_prn_link *link = bt_prn_link_find(uri, &printer->address);
	if (link == NULL)
		return bt_fault_set(fault, BT_EINPUT, 0, "not a printer's address: %s", uri);
	enum bt_err err = silent && link == &bt_prn_link_serial
			      ? bt_text_printf(printer->uri, sizeof(printer->uri), "%s?baud=%d", uri, baud)
			      : bt_text_copy(printer->uri, sizeof(printer->uri), uri);
	if (err != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "the printer's address is too long");
	printer->link = bt_prn_link_find(printer->uri, &printer->address);
	if (printer->link == NULL)
		return bt_fault_set(fault, BT_EINPUT, 0, "no line has a speed of %d", baud);
	return BT_OK;
}

static enum bt_err choose_parts(struct bt_printer *printer, const struct bt_prn_options *options,
				struct bt_fault *fault)
{
	const struct bt_prn_profile *profile =
	    options->model != NULL ? options->model : bt_prn_profile_find(options->profile);
	enum bt_err err = choose_link(printer, options->uri, profile != NULL ? profile->baud : 0, fault);
	if (err != BT_OK)
		return err;
	if (profile == NULL)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no printer profile %s", options->profile);
	printer->profile = *profile;
	printer->driver = bt_prn_driver_find(profile->driver);
	if (printer->driver == NULL)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no printer driver %s", profile->driver);
	printer->timeout_ms = options->timeout_ms > LEAST_TIMEOUT_MS ? options->timeout_ms : LEAST_TIMEOUT_MS;
	printer->wait_ms = options->wait_ms > 0 ? options->wait_ms : ROLL_WAIT_MS;
	printer->serial = (uint32_t)bt_stream_now_ms(); /* ids of an earlier run are not met again soon */
	printer->log = options->log;
	err = options->pictures != NULL ? bt_pictures_open(options->pictures, &printer->pictures) : BT_OK;
	if (err != BT_OK)
		return bt_fault_set(fault, err, 0, "folder of pictures %s", options->pictures);
	return bt_raster_open(options->font_path, &printer->raster, fault);
}

enum bt_err bt_printer_open(const struct bt_prn_options *options, struct bt_printer **out, struct bt_fault *fault)
{
	struct bt_printer *printer = calloc(1, sizeof(*printer));
	if (printer == NULL)
		return bt_fault_set(fault, BT_ENOMEM, 0, "printer");
	atomic_init(&printer->hand.paper, BT_PAPER_SILENT);
	pthread_mutex_init(&printer->lock, NULL);
	printer->hand.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	enum bt_err err = choose_parts(printer, options, fault);
	if (err != BT_OK)
		goto out;
	if (printer->hand.wake < 0) {
		err = bt_fault_set(fault, BT_EOS, errno, "printer's bell");
		goto out;
	}
	err = bt_queue_open(MOST_WAITING, sizeof(struct work), &printer->works);
	if (err == BT_OK)
		err = bt_queue_open(MOST_WAITING, sizeof(struct bt_print_result), &printer->results);
	if (err != BT_OK) {
		bt_fault_set(fault, err, 0, "printer queues");
		goto out;
	}
	int sys = bt_thread_start(&printer->thread, run_worker, printer);
	if (sys != 0) {
		err = bt_fault_set(fault, BT_EOS, sys, "printer thread");
		goto out;
	}
	printer->started = true;
	*out = printer;
	return BT_OK;
out:
	bt_printer_close(printer);
	return err;
}

void bt_printer_close(struct bt_printer *printer)
{
	if (printer == NULL)
		return;
	if (printer->started) {
		struct work stop = {.stop = true};
		atomic_store(&printer->stopping, true);
		wish(printer, BT_PRN_HURRY);
		/* A full queue needs no nudge: the worker looks at the flag between slips. */
		if (bt_queue_put(printer->works, &stop) != BT_OK)
			bt_log_line(printer->log, "printer", "closed with slips waiting");
		(void)pthread_join(printer->thread, NULL);
	}
	if (printer->hand.wake >= 0)
		close(printer->hand.wake);
	pthread_mutex_destroy(&printer->lock);
	bt_queue_close(printer->works);
	bt_queue_close(printer->results);
	bt_raster_close(printer->raster);
	bt_pictures_close(printer->pictures);
	free(printer);
}

static enum bt_err submit_job(void *self, const struct bt_print_job *job)
{
	struct bt_printer *printer = self;
	struct work work = {.stop = false, .job = *job};
	if (atomic_fetch_add(&printer->outstanding, 1) >= MOST_WAITING) {
		atomic_fetch_sub(&printer->outstanding, 1);
		return BT_EFULL;
	}
	enum bt_err err = bt_queue_put(printer->works, &work);
	if (err != BT_OK)
		atomic_fetch_sub(&printer->outstanding, 1);
	return err;
}

static bool take_result(void *self, struct bt_print_result *out)
{
	struct bt_printer *printer = self;
	if (bt_queue_take(printer->results, out) != BT_OK)
		return false;
	atomic_fetch_sub(&printer->outstanding, 1);
	return true;
}

static int find_fd(void *self)
{
	struct bt_printer *printer = self;
	return bt_queue_fd(printer->results);
}

static enum bt_paper find_paper(void *self)
{
	struct bt_printer *printer = self;
	return (enum bt_paper)atomic_load(&printer->hand.paper);
}

static void give_up(void *self)
{
	wish(self, BT_PRN_GIVE_UP);
}

struct bt_sink bt_printer_sink(struct bt_printer *printer)
{
	return (struct bt_sink){.submit = submit_job,
				.take = take_result,
				.fd = find_fd,
				.paper = find_paper,
				.give_up = give_up,
				.self = printer};
}

enum bt_err bt_prn_render(const char *driver, const struct bt_receipt *receipt, int width_dots, const char *font_path,
			  const char *pictures, struct bt_buf *out, struct bt_fault *fault)
{
	const struct bt_prn_driver *row = bt_prn_driver_find(driver);
	const struct bt_prn_profile *profile = bt_prn_profile_by_width(width_dots);
	struct bt_prn_sheet sheet = {.receipt = receipt, .profile = profile};
	if (row == NULL)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no printer driver %s", driver);
	if (profile == NULL)
		return bt_fault_set(fault, BT_EINPUT, 0, "no paper is %d dots wide", width_dots);
	enum bt_err err = bt_raster_open(font_path, &sheet.raster, fault);
	if (err == BT_OK && pictures != NULL)
		err = bt_pictures_open(pictures, &sheet.pictures);
	if (err == BT_OK)
		err = row->render(&sheet, out, fault);
	bt_raster_close(sheet.raster);
	bt_pictures_close(sheet.pictures);
	return err;
}
