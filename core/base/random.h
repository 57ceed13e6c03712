/* Randomness through a small interface: the real source is the kernel's, the simulation has a seeded one. */
#ifndef BT_BASE_RANDOM_H
#define BT_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct bt_random {
	/** Fill @p out with @p len random bytes. MUST be set; failing is BT_EOS. */
	enum bt_err (*fill)(void *self, void *out, size_t len);
	void *self;
};

struct bt_random bt_random_system(void);
BT_MUST_USE enum bt_err bt_random_fill(const struct bt_random *random, void *out, size_t len);

/** UUIDv7 text (RFC 9562): 36 characters and a terminator; sorts by @p wall_ms. */
BT_MUST_USE enum bt_err bt_uuid7(const struct bt_random *random, int64_t wall_ms, char out[37]);
/** True for 36 lower-case characters of UUID form, version 7. */
bool bt_uuid7_is(const char *text);

#endif
