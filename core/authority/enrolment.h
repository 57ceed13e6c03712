/* Enrolment: how a terminal becomes one, and what it knows of itself afterwards.
 *
 * The terminal makes its first Ed25519 journal key, the one that proves slips, and its TLS key; the head-end returns
 * certificate, CA, lane, operators and the vault's key, which is wrapped under the passphrase before anything is
 * written. Files in the state folder: terminal.json, keys/journal.key, keys/receipt.key, keys/tls.pem (identity.h),
 * keys/ca.pem (all 0600, folder 0700). */
#ifndef BT_AUTHORITY_ENROLMENT_H
#define BT_AUTHORITY_ENROLMENT_H

#include "core/authority/vault.h"
#include "core/base/crypto.h"
#include "core/base/random.h"
#include "core/directory/directory.h"
#include "core/sts/tid.h"

#define BT_OPERATORS_MAX 32

enum bt_role { BT_ROLE_CLERK, BT_ROLE_SUPERVISOR, BT_ROLE_AUDITOR };

struct bt_operator {
	char id[24];
	struct bt_dual name, short_name;
	enum bt_role role;
	uint8_t pin_salt[BT_SCRYPT_SALT_LEN], pin_hash[32]; /* scrypt, N=2^17 */
};

struct bt_enrolment {
	enum bt_purpose purpose; /* by the key that came with it */
	char url[256];
	char terminal[8];
	struct bt_dual counter, utility;
	char complaint[16], control_room[32];
	uint8_t head_end_key[BT_ED25519_PUBLIC_LEN];
	bool has_journal_key; /* terminal.json of an older version has none */
	uint8_t
	    journal_key[BT_ED25519_PUBLIC_LEN]; /* the first key of the record; the one in force is in record_key.h */
	struct bt_sts_lane lane;
	int64_t era, shift_next, enrolled_at_ms;
	struct bt_vault_wrap vault;
	int operator_count;
	struct bt_operator operators[BT_OPERATORS_MAX];
};

/** A terminal in the making: keys in memory, nothing on disk. Opaque. */
struct bt_enrolling;
/** Make the keys and append the request body of POST /v1/enrolments to @p body.
 *  @p code as given by the head-end, 4..32 of A-Z 0-9 and '-'. @return BT_OK, BT_EINPUT (code), BT_EOS (randomness),
 *  BT_ECRYPTO, BT_ENOMEM, BT_EFULL. */
BT_MUST_USE enum bt_err bt_enrolling_open(const struct bt_random *random, const char *code, struct bt_enrolling **out,
					  struct bt_buf *body, struct bt_fault *fault);
/**
 * Take the head-end's reply, wrap the vault key under @p passphrase (at least 8 bytes), write all files to @p dir.
 * terminal.json is written last: without it the folder is not enrolled. The certificate must be for our key, name the
 * terminal and be signed by the CA that came with it. The vault key is never written in clear; @p reply is the caller's
 * to wipe (bt_answer_fini does). About 0.4 s.
 * @param[in] url "https://host:port" as given to the wire; kept for the next start.
 * @param[in] purpose what the terminal is to be for; a head-end that is for the other is refused.
 * @return BT_OK, BT_EFORMAT (reply), BT_EINPUT (passphrase too short, url too long, purpose), BT_EOS, BT_ENOSPC,
 * BT_ENOMEM, BT_ECRYPTO; *out untouched on failure.
 */
BT_MUST_USE enum bt_err bt_enrolling_finish(struct bt_enrolling *enrolling, struct bt_bytes reply, const char *url,
					    struct bt_bytes passphrase, enum bt_purpose purpose, const char *dir,
					    int64_t now_ms, struct bt_enrolment *out, struct bt_fault *fault);
void bt_enrolling_close(struct bt_enrolling *enrolling);

/** @return BT_OK, BT_ENOTFOUND (not enrolled), BT_EFORMAT. */
BT_MUST_USE enum bt_err bt_enrolment_load(const char *dir, struct bt_enrolment *out, struct bt_fault *fault);
/** The key that proves slips and dockets, the same for good; yours to close. The folder of an older version has none:
 * its journal key, not yet changed, becomes this one. @return BT_OK; BT_EFORMAT when it is missing or no key;
 * BT_EINPUT; as bt_file_replace. */
BT_MUST_USE enum bt_err bt_enrolment_receipt_signer(const char *dir, struct bt_signer **out, struct bt_fault *fault);
/** @return the row or NULL; borrowed. */
const struct bt_operator *bt_enrolment_operator(const struct bt_enrolment *enrolment, const char *id);
/** Constant-time PIN check; about 0.4 s: never on the screen's thread. @return BT_OK or BT_EAUTH. */
BT_MUST_USE enum bt_err bt_operator_check_pin(const struct bt_operator *person, struct bt_bytes pin);

#endif
