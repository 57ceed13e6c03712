/* Secrets: keys and passphrases in locked memory that is left out of core dumps and cleansed.
 *
 * Nothing formats, logs or compares a secret but the functions that need its bytes. */
#ifndef BT_BASE_SECRET_H
#define BT_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct bt_secret {
	uint8_t *data; /* in locked pages; NULL when empty */
	size_t len;
};

/** No core dumps, not dumpable, secure heap ready. Call once at start of every program. */
BT_MUST_USE enum bt_err bt_secret_process_init(struct bt_fault *fault);
/** @p len zero bytes in locked memory. @return BT_OK or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_secret_make(struct bt_secret *out, size_t len);
/** Cleanse and free; fine on a zeroed or empty one. */
void bt_secret_wipe(struct bt_secret *secret);
/** First line of a file, without its line end, 1..1023 bytes. @return BT_OK, BT_ENOTFOUND, BT_EINPUT or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_secret_read_file(const char *path, struct bt_secret *out, struct bt_fault *fault);

#endif
