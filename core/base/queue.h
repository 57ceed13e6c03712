/* A bounded queue of small values between two threads, and the wake-up pipe that poll() watches.
 *
 * Values are copied in and out; nothing else is shared. Many may put, one takes. */
#ifndef BT_BASE_QUEUE_H
#define BT_BASE_QUEUE_H

#include <stddef.h>

#include "core/base/err.h"

struct bt_queue;

/** @p capacity values of @p value_size bytes each. */
BT_MUST_USE enum bt_err bt_queue_open(size_t capacity, size_t value_size, struct bt_queue **out);
void bt_queue_close(struct bt_queue *queue);
/** @return BT_OK, or BT_EFULL at once: never blocks. */
BT_MUST_USE enum bt_err bt_queue_put(struct bt_queue *queue, const void *value);
/** @return BT_OK, or BT_ENOTFOUND when empty: never blocks. */
BT_MUST_USE enum bt_err bt_queue_take(struct bt_queue *queue, void *out);
/** Readable while the queue holds a value. */
int bt_queue_fd(const struct bt_queue *queue);
/** Wait until it holds a value. @return BT_OK or BT_ETIMEOUT. @p timeout_ms -1 waits for ever. */
BT_MUST_USE enum bt_err bt_queue_wait(struct bt_queue *queue, int timeout_ms);

#endif
