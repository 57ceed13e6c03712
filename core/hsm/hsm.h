/* Vending keys in a security module (PKCS#11): the module derives, the meter's decoder key comes out, the rest stays.
 *
 * DKGA04: the HMAC is made inside the module; of its 32 bytes the first 8 or 16 are kept. DKGA02: DES and the last XOR
 * are made inside. What that is worth, plainly: with DKGA04 whoever holds the session gets meters' keys for as long as
 * he holds it, never the vending key. With DKGA02 the decoder key is DES(VK, D) XOR D XOR VK, so whoever sees both
 * DES(VK, D) and the decoder key, as this process does for a moment, can compute VK: that is the algorithm, and no
 * module cures it. A vending key is found by its label, which is its identity (bt_hsm_label).
 * Source: PROTOCOL L4; IEC 62055-41 DKGA02, DKGA04; facts/sts.md 4, 8. */
#ifndef BT_HSM_HSM_H
#define BT_HSM_HSM_H

#include "core/base/bytes.h"
#include "core/sts/decoder_key.h"

#define BT_HSM_URI_CAP   512
#define BT_HSM_LABEL_CAP 64

struct bt_hsm;

/** Label of the vending key of @p id: `sgc=123457;krn=1;kt=2;base=2014;ken=255;dkga=04`. BT_OK or BT_EINPUT. Pure. */
BT_MUST_USE enum bt_err bt_hsm_label(const struct bt_sts_key_id *id, char out[BT_HSM_LABEL_CAP]);

/**
 * Log in to the token that @p uri names and start the thread that serves it. Blocks: not on the screen's thread.
 *
 * @param[in] uri `pkcs11:token=...?module-path=...` (RFC 7512).
 * @param[in] pin copied into locked memory; a token that was out is logged in to again with it.
 * @return BT_OK; BT_EINPUT (uri); BT_ENOTFOUND (module, token); BT_EAUTH (PIN); BT_ECRYPTO (the module says so);
 *         BT_ENOMEM, BT_EOS. @p fault tells which, in plain words.
 */
BT_MUST_USE enum bt_err bt_hsm_open(const char *uri, struct bt_bytes pin, struct bt_hsm **out, struct bt_fault *fault);
/** Wipes the keys at hand and logs out; waits at most 40 ms for the module, which is left to its thread when it does
 * not answer: PIN, session and a derivation under way end when it does, or with the process, whose exit waits for it at
 * most 2 s and then skips the module's own clearing up. NULL is fine. */
void bt_hsm_close(struct bt_hsm *hsm);
/** The file that `pin-source=` in @p uri names. @return BT_OK, BT_ENOTFOUND (none), BT_EINPUT, BT_EFULL. */
BT_MUST_USE enum bt_err bt_hsm_pin_source(const char *uri, char *out, size_t cap);

/**
 * Let the key of this meter be derived in the background, for a bt_hsm_derive to come. Returns at once.
 * @return BT_OK (it is there), BT_EBUSY (on its way), or why it could not be had, as bt_hsm_derive: that stands for 3
 * s, then the module is asked anew.
 */
BT_MUST_USE enum bt_err bt_hsm_prepare(struct bt_hsm *hsm, const char *pan, const struct bt_sts_key_id *id);
/**
 * The meter's decoder key. Waits for the module at most @p wait_ms.
 *
 * @param[in]  pan 18 checked digits.
 * @param[out] out the caller cleanses it; untouched on failure.
 * @return BT_OK; BT_EBUSY (the module has not answered yet: ask again); BT_ENOTFOUND (no such vending key, or the token
 *         is out); BT_EAUTH, BT_ESEALED (the PIN is no longer right); BT_EINPUT (identity, or a key of the wrong
 *         kind); BT_EUNSUPPORTED (algorithm, or "not supported: this module cannot ..."); BT_ECRYPTO. Never crashes on
 *         a token that was pulled out. A failure is told once and then tried anew.
 */
BT_MUST_USE enum bt_err bt_hsm_derive(struct bt_hsm *hsm, const char *pan, const struct bt_sts_key_id *id, int wait_ms,
				      struct bt_sts_decoder_key *out, struct bt_fault *fault);

#endif
