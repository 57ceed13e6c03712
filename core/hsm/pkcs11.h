/* One token of a PKCS#11 module, logged in: the few things asked of it, each done inside the module.
 *
 * Only pkcs11.c and pkcs11_key.c know p11-kit. Every call blocks for as long as the module takes: on a thread of its
 * own (hsm.c). Used by one thread at a time. Private to core/hsm. Source: PKCS#11 2.40, RFC 7512. */
#ifndef BT_HSM_PKCS11_H
#define BT_HSM_PKCS11_H

#include "core/base/bytes.h"
#include "core/base/secret.h"

struct bt_pkcs11;

/** What a vending key is used for; decides which types of key object will do. */
enum bt_pkcs11_use { BT_PKCS11_HMAC, BT_PKCS11_DES };

/** A key object of the token, valid until it is logged in again. */
struct bt_pkcs11_key {
	unsigned long object, type, len; /* handle, CKK_*, bytes of its value (0: not told) */
};

/**
 * Load the module, find the one token that @p uri names, log in.
 *
 * @param[in]  uri `pkcs11:token=...?module-path=...`; without module-path all modules that p11-kit knows are searched.
 * @param[in]  pin 1..255 bytes, copied into locked memory for logging in again.
 * @param[out] out owned by the caller.
 * @return BT_OK; BT_EINPUT (not such a URI, one that carries the PIN itself, or two tokens match); BT_ENOTFOUND (module
 *         file, token); BT_EAUTH (PIN: fault says what is known of tries left); BT_ECRYPTO (anything else the module
 *         says, its code in fault->sys); BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_pkcs11_open(const char *uri, struct bt_bytes pin, struct bt_pkcs11 **out,
				       struct bt_fault *fault);
/** Logs out and wipes the PIN. NULL is fine. */
void bt_pkcs11_close(struct bt_pkcs11 *token);
/** The path after `pin-source=` in @p uri. @return BT_OK, BT_ENOTFOUND (none), BT_EINPUT, BT_EFULL. */
BT_MUST_USE enum bt_err bt_pkcs11_pin_source(const char *uri, char *out, size_t cap);

/**
 * The secret key whose label is @p label.
 * @return BT_OK; BT_ENOTFOUND; BT_EINPUT (two of that label, or of a type that does not serve @p use); BT_ESTATE (the
 *         token was out, and is back: look again); else as bt_pkcs11_open.
 */
BT_MUST_USE enum bt_err bt_pkcs11_find_key(struct bt_pkcs11 *token, const char *label, enum bt_pkcs11_use use,
					   struct bt_pkcs11_key *out, struct bt_fault *fault);
/** HMAC-SHA-256 inside the module. @return BT_OK, BT_EUNSUPPORTED (mechanism, or its rule on the key's length),
 *  BT_ESTATE (find the key again), BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_pkcs11_hmac(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, struct bt_bytes in,
				       uint8_t out[32], struct bt_fault *fault);
/** DES of one block inside the module. Errors as bt_pkcs11_hmac. */
BT_MUST_USE enum bt_err bt_pkcs11_encipher(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key,
					   const uint8_t in[8], uint8_t out[8], struct bt_fault *fault);
/**
 * The key's value XOR @p mask, where the key's value itself never leaves the module: wrapped in CBC mode under a key
 * made there for this one use, then deciphered there with @p mask as the initial vector.
 * Errors as bt_pkcs11_hmac, and BT_EINPUT when a key of several DES parts holds different ones.
 */
BT_MUST_USE enum bt_err bt_pkcs11_xor_key(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key,
					  const uint8_t mask[8], uint8_t out[8], struct bt_fault *fault);

#endif
