/* The lease: what the head-end signed to let this terminal issue tokens while the server is away.
 *
 * Source: DESIGN 8, PROTOCOL L. */
#ifndef BT_AUTHORITY_LEASE_H
#define BT_AUTHORITY_LEASE_H

#include "core/base/crypto.h"
#include "core/money/money.h"
#include "core/sts/tid.h"

#define BT_GRANTS_MAX 4

/** An extension the head-end holds a code for: what the code adds, and what proves it (extension.h). */
struct bt_grant {
	int64_t days;
	bt_paise value;
	uint8_t salt[BT_SCRYPT_SALT_LEN], commit[BT_SHA256_LEN];
};

struct bt_lease {
	char terminal[8];
	int64_t number; /* only rises */
	int64_t era;
	struct bt_sts_lane lane; /* with the floor */
	uint32_t lanes_most;     /* the largest n that a token of late was dated by, at least the lane's own */
	int64_t not_before_ms, expires_ms;
	char tariff[32], zone[32];
	bt_paise sale_cap, meter_day_cap, total_cap;
	int64_t meter_day_count, total_count;
	int64_t oldest_ms; /* greatest age of the oldest unsent sale */
	int grant_count;
	struct bt_grant grants[BT_GRANTS_MAX]; /* number i stands at i-1 */
	uint8_t sha256[BT_SHA256_LEN];         /* of the signed bytes */
};

/** Read the reply of GET /v1/lease ({"document","signature"}). Signature first, then every field within its range.
 *  @return BT_OK, BT_EAUTH (signature), BT_EFORMAT; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_lease_decode(struct bt_bytes envelope, const uint8_t key[BT_ED25519_PUBLIC_LEN],
					struct bt_lease *out, struct bt_fault *fault);

/** May @p fresh replace @p held (NULL: none)? Same terminal, and the number rose (PROTOCOL L1). Pure. */
bool bt_lease_supersedes(const struct bt_lease *fresh, const struct bt_lease *held);

#endif
