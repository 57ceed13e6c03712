/* The transport: calls under way over HTTPS, driven by whoever owns it. Private to this room.
 *
 * It knows libcurl and nothing of threads or queues. Every call that is begun ends in exactly one answer. */
#ifndef BT_WIRE_TRANSPORT_H
#define BT_WIRE_TRANSPORT_H

#include "core/wire/wire.h"

#define BT_TRANSPORT_AT_ONCE 16

/** A call in one piece, on the heap: its body is its own. */
struct bt_parcel {
	struct bt_call call;
	int64_t submitted_ms; /* boot time, from which deadline and latency count */
	struct bt_buf body;
};

/** @return BT_OK, BT_EINPUT (body too long), BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_parcel_make(const struct bt_call *call, int64_t now_ms, struct bt_parcel **out);
void bt_parcel_free(struct bt_parcel *parcel);

struct bt_transport; /* opaque */

/** Takes an answer on the heap; from then on the taker's to free. Must not fail. */
typedef void bt_transport_taker(void *context, struct bt_answer *answer);

/** @p options are checked already and copied. @return BT_OK, BT_EINPUT (a path too long), BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_transport_open(const struct bt_wire_options *options, bt_transport_taker *taker,
                                          void *context, struct bt_transport **out);
/** Give up what is under way, without answers. */
void bt_transport_drop(struct bt_transport *transport);
/** Drop, and free; NULL is fine. */
void bt_transport_close(struct bt_transport *transport);
/** May another call be begun? */
bool bt_transport_has_room(const struct bt_transport *transport);
/** Begin @p parcel, which is the transport's from now on; one that cannot be begun is answered at once. */
void bt_transport_begin(struct bt_transport *transport, struct bt_parcel *parcel);
/** Move everything on, hand out what is done, then wait until something may move, @p fd is readable (while there is
 *  room) or bt_transport_wake() is called; at most @p wait_ms. */
void bt_transport_step(struct bt_transport *transport, int fd, int wait_ms);
/** From any thread, until it is closed: end the wait. */
void bt_transport_wake(struct bt_transport *transport);

#endif
