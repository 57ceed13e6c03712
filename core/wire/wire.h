/* The wire: calls go in, answers come out, the caller never waits.
 *
 * The real one is a worker thread that owns curl (a hanging name look-up freezes whoever owns it); the simulation has
 * its own. Answers are taken by the thread that owns the sale, woken through a descriptor that poll() watches. */
#ifndef BT_WIRE_WIRE_H
#define BT_WIRE_WIRE_H

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/wire/protocol.h"

struct bt_wire {
	/** Copy the call and return. BT_OK, BT_EFULL (too many waiting), BT_EINPUT, BT_ENOMEM. MUST be set. */
	enum bt_err (*submit)(void *self, const struct bt_call *call);
	/** Take one answer; false when there is none. The receiver calls bt_answer_fini. MUST be set. */
	bool (*take)(void *self, struct bt_answer *out);
	/** Readable while an answer waits. MUST be set. */
	int (*fd)(void *self);
	void *self;
	const struct bt_protocol *protocol;
};

enum bt_err bt_wire_submit(const struct bt_wire *wire, const struct bt_call *call);
bool bt_wire_take(const struct bt_wire *wire, struct bt_answer *out);
/** Take one answer, waiting at most @p timeout_ms; for commands, never for screens. */
bool bt_wire_wait(const struct bt_wire *wire, int timeout_ms, struct bt_answer *out);

struct bt_wire_options {
	const char *url;       /* "https://host:port", no path; anything else is BT_EINPUT */
	const char *ca_file;   /* PEM; the only trust anchor */
	const char *cert_file; /* PEM client certificate, NULL before enrolment; read anew for each call */
	const char *key_file;  /* PEM, NULL before enrolment; may be the same file */
	const char *account;   /* "id:secret" for basic authentication, NULL for none */
	const struct bt_protocol *protocol;
	struct bt_log *log; /* may be NULL */
};

struct bt_wire_worker;

/** Start the worker. Every call is attempted once: no retry, no redirect, no proxy, TLS 1.2 or later.
 *  @return BT_OK, BT_EINPUT, BT_ENOTFOUND (a file), BT_ENOMEM, BT_EOS. */
BT_MUST_USE enum bt_err bt_wire_worker_open(const struct bt_wire_options *options, struct bt_wire_worker **out,
					    struct bt_fault *fault);
/** Stop: calls in flight are given up (their outcome is UNKNOWN to nobody: the process ends). At most 1 s.
 *  @return false when the worker was stuck in the system and left behind: it still holds the log then. NULL is fine. */
bool bt_wire_worker_close(struct bt_wire_worker *worker);
struct bt_wire bt_wire_worker_wire(struct bt_wire_worker *worker);

#endif
