/* Where a meter's decoder key comes from: one driver per kind of place, found by its permanent id.
 *
 * `sealed`: the directory carries each covered meter's key, sealed under the vault. `module`: a vending key in a
 * PKCS#11 module derives it. Whoever asks gets a schedule that is ready for tokens and proved by the key check value;
 * the key itself is wiped here. Source: PROTOCOL T2, L4; DESIGN 8. */
#ifndef BT_AUTHORITY_KEY_DRIVER_H
#define BT_AUTHORITY_KEY_DRIVER_H

#include "core/authority/vault.h"
#include "core/sts/cipher.h"

/** What the drivers need to unlock; each takes its own. */
struct bt_key_terms {
	const struct bt_vault_wrap *wrap; /* sealed */
	const char *uri;                  /* module: pkcs11:... */
	enum bt_purpose purpose;          /* keys that are for the other are refused */
};

struct bt_key_driver {
	const char *id;    /* "sealed", "module" */
	bool asks_for_pin; /* what a person types to unlock is the PIN of a token, not the passphrase */
	/** Blocks: on a thread of its own. *out is given back to `lock`. BT_EAUTH: wrong passphrase or PIN;
	 * BT_EINPUT: the key is for training and the terminal is not, or the other way round. */
	enum bt_err (*unlock)(const struct bt_key_terms *terms, struct bt_bytes secret, void **out,
			      struct bt_fault *fault);
	void (*lock)(void *self); /* wipes; NULL is fine */
	bool (*is_open)(const void *self);
	/** As bt_keys_prepare; @p self is open. */
	enum bt_err (*prepare)(void *self, const char *pan, const struct bt_sealed_key *key);
	/** The decoder key, not checked yet. Waits no longer than BT_KEYS_WAIT_MS: not at all behind a `prepare` that
	 * was BT_OK. */
	enum bt_err (*derive)(void *self, const char *pan, const struct bt_sealed_key *key,
			      struct bt_sts_decoder_key *out, struct bt_fault *fault);
};

/** A counter's thread waits no longer than this for a key: a person types at it (PROTOCOL, invariant 15). */
#define BT_KEYS_WAIT_MS 40

extern const struct bt_key_driver bt_key_driver_sealed, bt_key_driver_module;
/** @return the row of @p id, or NULL. */
const struct bt_key_driver *bt_key_driver_find(const char *id);

/** A place for keys as a counter holds it. A value: everything in it is borrowed. */
struct bt_keys {
	const struct bt_key_driver *driver; /* NULL: no place at all */
	void *self;                         /* what `unlock` gave; NULL while locked */
	const struct bt_sta *sta;           /* tables for EA07 keys; NULL when there are none such */
	bool opening;                       /* somebody has just typed what opens them: every key is on its way */
};

bool bt_keys_are_open(const struct bt_keys *keys);
/**
 * Let a key be made ready for a token to come; returns at once.
 * @return BT_OK (it can be had), BT_EBUSY (on its way), or why it cannot be had, as bt_keys_schedule.
 */
BT_MUST_USE enum bt_err bt_keys_prepare(const struct bt_keys *keys, const char *pan, const struct bt_sealed_key *key);
/**
 * One meter's key, made ready and proved by the key check value.
 *
 * @param[in]  pan 18 digits of the meter that the key is wanted for.
 * @param[in]  key identity and, for `sealed`, the sealed bytes. Whether it is still good is for the caller to say.
 * @param[out] out the caller wipes it (bt_sts_schedule_wipe); untouched on failure.
 * @return BT_OK; BT_ESEALED (locked); BT_EBUSY (not within BT_KEYS_WAIT_MS); BT_ENOTFOUND (no key for this meter, or
 * the token is out); BT_EAUTH (altered, of another meter, or another key than the check value names); BT_EUNSUPPORTED
 *         (algorithm); else what the module said. Blocks at most BT_KEYS_WAIT_MS.
 */
BT_MUST_USE enum bt_err bt_keys_schedule(const struct bt_keys *keys, const char *pan, const struct bt_sealed_key *key,
					 struct bt_sts_schedule *out, struct bt_fault *fault);

#endif
