/* Faults on demand: one table of what the server can be made to do wrong, and the one that is in force.
 *
 * Requests in flight wait on the fault's own condition, so that a change of fault frees them at once. */
#ifndef BT_SANDBOX_FAULTS_H
#define BT_SANDBOX_FAULTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bt_sbx_fault_kind {
	BT_SBX_FAULT_NONE,
	BT_SBX_FAULT_DOWN,       /* connections refused */
	BT_SBX_FAULT_SLOW,       /* the answer comes after value ms */
	BT_SBX_FAULT_HANG,       /* accepted, never answered, nothing done */
	BT_SBX_FAULT_ERROR,      /* HTTP 500, nothing done */
	BT_SBX_FAULT_GARBAGE,    /* HTTP 200 with random bytes, nothing done */
	BT_SBX_FAULT_DROP_REPLY, /* everything done, connection closed without a reply */
	BT_SBX_FAULT_HUGE,       /* a 50 MB reply, nothing done */
	BT_SBX_FAULT_DEEP,       /* JSON nested 100,000 deep, nothing done */
	BT_SBX_FAULT_BIDI,       /* everything done, names in the reply carry control and bidi characters */
	BT_SBX_FAULT_CLOCK,      /* the server's clock is wrong by value minutes */
};

struct bt_sbx_fault {
	enum bt_sbx_fault_kind kind;
	int64_t value;
};

#define BT_SBX_FAULT_TEXT_MAX 40

/** Fault in force, shared by all request threads. */
struct bt_sbx_fault_box {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct bt_sbx_fault fault;
	int64_t generation; /* rises with every change */
	bool stopping;
};

/** Read `name` or `name=value`. @return false when there is no such fault or its value is out of range. */
bool bt_sbx_fault_parse(const char *text, struct bt_sbx_fault *out);
void bt_sbx_fault_format(struct bt_sbx_fault fault, char out[BT_SBX_FAULT_TEXT_MAX]);
/** Every fault's name with its argument, separated by '|'. */
void bt_sbx_fault_list(char *out, size_t cap);

bool bt_sbx_fault_box_init(struct bt_sbx_fault_box *box, struct bt_sbx_fault fault);
void bt_sbx_fault_box_fini(struct bt_sbx_fault_box *box);
void bt_sbx_fault_set(struct bt_sbx_fault_box *box, struct bt_sbx_fault fault);
/** Free all waiting requests for good. */
void bt_sbx_fault_stop(struct bt_sbx_fault_box *box);
struct bt_sbx_fault bt_sbx_fault_get(struct bt_sbx_fault_box *box);
/** Wait until the fault changes or @p timeout_ms is over (negative: no limit). @return true when it changed. */
bool bt_sbx_fault_wait(struct bt_sbx_fault_box *box, int64_t timeout_ms);

#endif
