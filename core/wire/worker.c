/* The worker: the thread that owns the transport, and the two queues through which the rest of the program meets it. */
#include "core/wire/wire.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/queue.h"
#include "core/base/thread.h"
#include "core/wire/transport.h"

#define WAITING_MAX     64 /* calls handed in and not yet taken out again */
#define CLOSE_WITHIN_MS 900
#define POLL_MS         1000

struct bt_wire_worker {
	const struct bt_protocol *protocol;
	struct bt_clock clock;
	struct bt_transport *transport;
	struct bt_queue *calls;   /* of struct bt_parcel * */
	struct bt_queue *answers; /* of struct bt_answer * */
	struct bt_queue *ended;   /* one byte, when the thread is about to return */
	atomic_int waiting;
	atomic_bool stopping;
	pthread_t thread;
};

/* ---- the thread ---- */

/* The number of calls waiting is bounded where they come in, so there is always room for their answers. */
static void queue_answer(void *context, struct bt_answer *answer)
{
	struct bt_wire_worker *worker = context;

	if (bt_queue_put(worker->answers, &answer) != BT_OK)
		abort();
}

static void begin_waiting(struct bt_wire_worker *worker)
{
	struct bt_parcel *parcel;

	while (bt_transport_has_room(worker->transport) && bt_queue_take(worker->calls, &parcel) == BT_OK)
		bt_transport_begin(worker->transport, parcel);
}

static void *run_worker(void *context)
{
	struct bt_wire_worker *worker = context;

	while (!atomic_load(&worker->stopping)) {
		begin_waiting(worker);
		bt_transport_step(worker->transport, bt_queue_fd(worker->calls), POLL_MS);
	}
	/* Here, where it may block; the transport itself stays until the join, for it may still be woken. */
	bt_transport_drop(worker->transport);
	if (bt_queue_put(worker->ended, "") != BT_OK)
		abort();
	return NULL;
}

/* ---- opening and closing ---- */

static bool is_host_and_port(const char *text)
{
	size_t host = strcspn(text, ":"), port;
	long number = 0;

	for (size_t i = 0; i < host; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '.')
			return false;
	if (host == 0 || host > 253)
		return false;
	if (!text[host])
		return true;
	port = strlen(text + host + 1);
	if (port == 0 || port > 5)
		return false;
	for (const char *digit = text + host + 1; *digit; digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		number = number * 10 + (*digit - '0');
	}
	return number >= 1 && number <= 65535;
}

static bool is_url(const char *url)
{
	static const char scheme[] = "https://";

	return url && strncmp(url, scheme, sizeof scheme - 1) == 0 && is_host_and_port(url + sizeof scheme - 1);
}

static enum bt_err check_file(const char *path, struct bt_fault *fault)
{
	if (path && access(path, R_OK) != 0)
		return bt_fault_set(fault, BT_ENOTFOUND, errno, "cannot read %s", path);
	return BT_OK;
}

static enum bt_err check_options(const struct bt_wire_options *options, struct bt_fault *fault)
{
	enum bt_err err;

	if (!is_url(options->url))
		return bt_fault_set(fault, BT_EINPUT, 0, "url is not https://host:port");
	if (!options->ca_file || !options->protocol || !options->cert_file != !options->key_file)
		return bt_fault_set(fault, BT_EINPUT, 0, "CA, protocol, or one of certificate and key is missing");
	err = check_file(options->ca_file, fault);
	if (!err)
		err = check_file(options->cert_file, fault);
	return err ? err : check_file(options->key_file, fault);
}

static enum bt_err make_parts(struct bt_wire_worker *worker, const struct bt_wire_options *options)
{
	enum bt_err err = bt_queue_open(WAITING_MAX, sizeof(struct bt_parcel *), &worker->calls);

	if (!err)
		err = bt_queue_open(WAITING_MAX, sizeof(struct bt_answer *), &worker->answers);
	if (!err)
		err = bt_queue_open(1, 1, &worker->ended);
	return err ? err : bt_transport_open(options, queue_answer, worker, &worker->transport);
}

static void free_parts(struct bt_wire_worker *worker)
{
	struct bt_parcel *parcel;
	struct bt_answer *answer;

	bt_transport_close(worker->transport);
	while (worker->calls && bt_queue_take(worker->calls, &parcel) == BT_OK)
		bt_parcel_free(parcel);
	while (worker->answers && bt_queue_take(worker->answers, &answer) == BT_OK) {
		bt_answer_fini(answer);
		free(answer);
	}
	bt_queue_close(worker->calls);
	bt_queue_close(worker->answers);
	bt_queue_close(worker->ended);
	free(worker);
}

enum bt_err bt_wire_worker_open(const struct bt_wire_options *options, struct bt_wire_worker **out,
				struct bt_fault *fault)
{
	struct bt_wire_worker *worker;
	int failed;
	enum bt_err err = check_options(options, fault);

	if (err)
		return err;
	worker = calloc(1, sizeof *worker);
	if (!worker)
		return bt_fault_set(fault, BT_ENOMEM, 0, "wire");
	worker->protocol = options->protocol;
	worker->clock = bt_clock_system();
	err = make_parts(worker, options);
	if (err) {
		(void)bt_fault_set(fault, err, 0, "parts of the wire");
		goto out;
	}
	/* SIGPIPE of a closed socket must not end the counter; the transport is told to touch no signal. */
	failed = bt_thread_start(&worker->thread, run_worker, worker);
	if (failed)
		err = bt_fault_set(fault, BT_EOS, failed, "thread of the wire");
out:
	if (err)
		free_parts(worker);
	else
		*out = worker;
	return err;
}

bool bt_wire_worker_close(struct bt_wire_worker *worker)
{
	if (!worker)
		return true;
	atomic_store(&worker->stopping, true);
	bt_transport_wake(worker->transport);
	/* A worker that is stuck inside the system is left behind with its memory rather than waited for. */
	if (bt_queue_wait(worker->ended, CLOSE_WITHIN_MS) != BT_OK) {
		pthread_detach(worker->thread);
		return false;
	}
	pthread_join(worker->thread, NULL);
	free_parts(worker);
	return true;
}

/* ---- the interface ---- */

static enum bt_err submit_call(void *self, const struct bt_call *call)
{
	struct bt_wire_worker *worker = self;
	struct bt_parcel *parcel;
	enum bt_err err;

	if (atomic_fetch_add(&worker->waiting, 1) >= WAITING_MAX) {
		atomic_fetch_sub(&worker->waiting, 1);
		return BT_EFULL;
	}
	err = bt_parcel_make(call, bt_clock_boot_ms(&worker->clock), &parcel);
	if (!err) {
		err = bt_queue_put(worker->calls, &parcel);
		if (err)
			bt_parcel_free(parcel);
	}
	if (err)
		atomic_fetch_sub(&worker->waiting, 1);
	return err;
}

static bool take_answer(void *self, struct bt_answer *out)
{
	struct bt_wire_worker *worker = self;
	struct bt_answer *answer;

	if (bt_queue_take(worker->answers, &answer) != BT_OK)
		return false;
	*out = *answer;
	free(answer);
	atomic_fetch_sub(&worker->waiting, 1);
	return true;
}

static int get_fd(void *self)
{
	const struct bt_wire_worker *worker = self;

	return bt_queue_fd(worker->answers);
}

struct bt_wire bt_wire_worker_wire(struct bt_wire_worker *worker)
{
	return (struct bt_wire){
	    .submit = submit_call, .take = take_answer, .fd = get_fd, .self = worker, .protocol = worker->protocol};
}
