#include "core/authority/enrolment.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "core/authority/identity.h"
#include "core/authority/profile.h"
#include "core/authority/record_key.h"
#include "core/authority/tls_identity.h"
#include "core/base/file.h"

#define PATH_CAP       512
#define CODE_MIN       4
#define CODE_MAX       32
#define PASSPHRASE_MIN 8
#define PIN_LOG2_N     17
#define FILE_MODE      0600
#define SEED_LINE_LEN  (2 * BT_ED25519_SEED_LEN + 1)
#define SEED_FILE_MAX  128

struct bt_enrolling {
	struct bt_random random;
	struct bt_secret seed;         /* of the journal key */
	struct bt_secret receipt_seed; /* of the key that proves slips */
	uint8_t public_key[BT_ED25519_PUBLIC_LEN], receipt_key[BT_ED25519_PUBLIC_LEN];
	struct bt_tls_identity *tls;
};

/* ---- asking ---- */

static bool is_code(const char *code)
{
	size_t len = strlen(code);

	return len >= CODE_MIN && len <= CODE_MAX && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len;
}

static enum bt_err make_seed(struct bt_enrolling *enrolling, struct bt_secret *seed,
			     uint8_t public_key[BT_ED25519_PUBLIC_LEN])
{
	struct bt_signer *signer = NULL;
	enum bt_err err = bt_secret_make(seed, BT_ED25519_SEED_LEN);

	if (!err)
		err = bt_random_fill(&enrolling->random, seed->data, seed->len);
	if (!err)
		err = bt_signer_open(seed->data, &signer);
	if (!err)
		memcpy(public_key, bt_signer_public(signer), BT_ED25519_PUBLIC_LEN);
	bt_signer_close(signer);
	return err;
}

static enum bt_err make_keys(struct bt_enrolling *enrolling)
{
	enum bt_err err = make_seed(enrolling, &enrolling->seed, enrolling->public_key);

	if (!err)
		err = make_seed(enrolling, &enrolling->receipt_seed, enrolling->receipt_key);
	return err ? err : bt_tls_identity_make(&enrolling->tls);
}

static enum bt_err put_request(const struct bt_enrolling *enrolling, const char *code, struct bt_buf *body)
{
	char journal_key[64], receipt_key[64];
	struct bt_buf csr;
	json_t *json = NULL;
	enum bt_err err;

	bt_buf_init(&csr, BT_PEM_MAX);
	err = bt_tls_identity_request(enrolling->tls, "batti", &csr);
	if (!err)
		err = bt_base64_encode(BT_BYTES(enrolling->public_key), journal_key, sizeof journal_key);
	if (!err)
		err = bt_base64_encode(BT_BYTES(enrolling->receipt_key), receipt_key, sizeof receipt_key);
	if (!err) {
		json = json_pack("{s:s, s:s, s:s, s:s}", "code", code, "journal_key", journal_key, "receipt_key",
				 receipt_key, "csr", (const char *)csr.data);
		err = json ? bt_json_encode(json, body) : BT_ENOMEM;
	}
	json_decref(json);
	bt_buf_fini(&csr);
	return err;
}

enum bt_err bt_enrolling_open(const struct bt_random *random, const char *code, struct bt_enrolling **out,
			      struct bt_buf *body, struct bt_fault *fault)
{
	struct bt_enrolling *enrolling;
	enum bt_err err;

	if (!is_code(code))
		return bt_fault_set(fault, BT_EINPUT, 0, "enrolment code is not of the form XXXX-XXXX-XXXX");
	enrolling = calloc(1, sizeof *enrolling);
	if (!enrolling)
		return bt_fault_set(fault, BT_ENOMEM, 0, "enrolment");
	enrolling->random = *random;
	err = make_keys(enrolling);
	if (!err)
		err = put_request(enrolling, code, body);
	if (err) {
		bt_enrolling_close(enrolling);
		return bt_fault_set(fault, err, 0, "making the keys of a terminal");
	}
	*out = enrolling;
	return BT_OK;
}

void bt_enrolling_close(struct bt_enrolling *enrolling)
{
	if (!enrolling)
		return;
	bt_secret_wipe(&enrolling->seed);
	bt_secret_wipe(&enrolling->receipt_seed);
	bt_tls_identity_close(enrolling->tls);
	free(enrolling);
}

/* ---- the files ---- */

static enum bt_err write_file(const char *dir, const char *name, struct bt_bytes content, struct bt_fault *fault)
{
	char path[PATH_CAP];

	if (bt_path_join(dir, name, path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "path of the state folder is too long");
	return bt_file_replace(path, content, FILE_MODE, fault);
}

static enum bt_err write_seed(const char *keys, const char *name, const struct bt_secret *seed, struct bt_fault *fault)
{
	struct bt_buf text;
	enum bt_err err;

	bt_buf_init(&text, SEED_FILE_MAX);
	err = bt_record_key_encode(seed->data, &text);
	if (err)
		(void)bt_fault_set(fault, err, 0, "writing out %s", name);
	else
		err = write_file(keys, name, bt_buf_view(&text), fault);
	if (text.data)
		OPENSSL_cleanse(text.data, text.cap);
	bt_buf_fini(&text);
	return err;
}

static enum bt_err write_pair(const char *keys, const struct bt_tls_identity *tls, const char *certificate,
			      struct bt_fault *fault)
{
	struct bt_buf pem;
	enum bt_err err;

	bt_buf_init(&pem, 2 * BT_PEM_MAX);
	err = bt_tls_identity_pair(tls, bt_bytes_of(certificate), &pem);
	if (err)
		(void)bt_fault_set(fault, err, 0, "writing out the TLS key");
	else
		err = write_file(keys, BT_IDENTITY_FILE, bt_buf_view(&pem), fault);
	bt_buf_fini(&pem);
	return err;
}

static enum bt_err write_profile(const char *dir, const struct bt_enrolment *enrolment, struct bt_fault *fault)
{
	struct bt_buf json;
	enum bt_err err;

	bt_buf_init(&json, BT_PROFILE_MAX);
	err = bt_profile_encode(enrolment, &json);
	if (err)
		(void)bt_fault_set(fault, err, 0, "terminal.json");
	else
		err = write_file(dir, "terminal.json", bt_buf_view(&json), fault);
	bt_buf_fini(&json);
	return err;
}

static enum bt_err write_all(const struct bt_enrolling *enrolling, const char *dir, const char *certificate,
			     const char *ca, const struct bt_enrolment *enrolment, struct bt_fault *fault)
{
	char keys[PATH_CAP];
	enum bt_err err;

	if (bt_path_join(dir, "keys", keys, sizeof keys) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "path of the state folder is too long");
	err = bt_folder_make(dir, fault);
	if (!err)
		err = bt_folder_make(keys, fault);
	if (!err)
		err = write_seed(keys, "journal.key", &enrolling->seed, fault);
	if (!err)
		err = write_seed(keys, "receipt.key", &enrolling->receipt_seed, fault);
	if (!err)
		err = write_pair(keys, enrolling->tls, certificate, fault);
	if (!err)
		err = write_file(keys, "ca.pem", bt_bytes_of(ca), fault);
	return err ? err : write_profile(dir, enrolment, fault);
}

/* ---- the reply ---- */

static enum bt_err wrap_key(const struct bt_enrolling *enrolling, const json_t *json, struct bt_bytes passphrase,
			    enum bt_purpose purpose, struct bt_vault_wrap *out, struct bt_fault *fault)
{
	struct bt_secret key = {0};
	enum bt_err err = bt_secret_make(&key, BT_GCM_KEY_LEN);

	if (err)
		return bt_fault_set(fault, err, 0, "vault key");
	err = bt_profile_read_bytes(json, "vault_key", key.data, key.len);
	if (!err && bt_vault_key_purpose((struct bt_bytes){key.data, key.len}) != purpose)
		err = BT_EINPUT;
	if (!err)
		err = bt_vault_wrap_make(&enrolling->random, passphrase, (struct bt_bytes){key.data, key.len}, out);
	bt_secret_wipe(&key);
	if (err == BT_EINPUT)
		return bt_fault_set(fault, err, 0, "%s",
				    purpose == BT_FOR_LIVE ? "this server is for training only"
							   : "this server is not for training");
	return err ? bt_fault_set(fault, err, 0, "vault key") : BT_OK;
}

static enum bt_err take_reply(const struct bt_enrolling *enrolling, const json_t *json, struct bt_bytes passphrase,
			      const char *dir, struct bt_enrolment *enrolment, struct bt_fault *fault)
{
	const char *certificate = bt_profile_read_pem(json, "certificate"), *ca = bt_profile_read_pem(json, "ca");
	enum bt_err err = bt_profile_read_shared(json, enrolment, fault);

	if (err)
		return err;
	if (!certificate || !ca ||
	    bt_tls_identity_check(enrolling->tls, bt_bytes_of(certificate), bt_bytes_of(ca), enrolment->terminal) !=
		BT_OK)
		return bt_fault_set(fault, BT_EFORMAT, 0, "certificate is not for our key, name and CA");
	err = wrap_key(enrolling, json, passphrase, enrolment->purpose, &enrolment->vault, fault);
	return err ? err : write_all(enrolling, dir, certificate, ca, enrolment, fault);
}

/* The parser's own copy of the vault key. */
static void wipe_vault_key(json_t *json)
{
	const json_t *key = json_object_get(json, "vault_key");

	if (json_is_string(key))
		OPENSSL_cleanse((char *)(uintptr_t)json_string_value(key), json_string_length(key));
}

enum bt_err bt_enrolling_finish(struct bt_enrolling *enrolling, struct bt_bytes reply, const char *url,
				struct bt_bytes passphrase, enum bt_purpose purpose, const char *dir, int64_t now_ms,
				struct bt_enrolment *out, struct bt_fault *fault)
{
	struct bt_enrolment enrolment = {.purpose = purpose, .enrolled_at_ms = now_ms, .has_journal_key = true};
	json_t *json = NULL;
	enum bt_err err;

	if (passphrase.len < PASSPHRASE_MIN)
		return bt_fault_set(fault, BT_EINPUT, 0, "passphrase is shorter than %d bytes", PASSPHRASE_MIN);
	if (bt_text_copy(enrolment.url, sizeof enrolment.url, url) != BT_OK || !bt_text_is_clean(url))
		return bt_fault_set(fault, BT_EINPUT, 0, "url is too long or not clean");
	if (bt_json_parse(reply, BT_PROFILE_MAX, &json, fault) != BT_OK)
		return bt_fault_set(fault, BT_EFORMAT, 0, "reply to the enrolment is not JSON");
	memcpy(enrolment.journal_key, enrolling->public_key, sizeof enrolment.journal_key);
	err = take_reply(enrolling, json, passphrase, dir, &enrolment, fault);
	wipe_vault_key(json);
	json_decref(json);
	if (!err)
		*out = enrolment;
	return err;
}

/* ---- afterwards ---- */

enum bt_err bt_enrolment_load(const char *dir, struct bt_enrolment *out, struct bt_fault *fault)
{
	char path[PATH_CAP];
	struct bt_buf file;
	enum bt_err err;

	if (bt_path_join(dir, "terminal.json", path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "path of the state folder is too long");
	bt_buf_init(&file, BT_PROFILE_MAX);
	err = bt_file_read(path, &file, fault);
	if (!err)
		err = bt_profile_decode(bt_buf_view(&file), out, fault);
	else if (err != BT_ENOTFOUND)
		err = bt_fault_set(fault, BT_EFORMAT, 0, "terminal.json cannot be read");
	bt_buf_fini(&file);
	return err;
}

/* An older version signed slips and record with one key, which the head-end knows for both. While it has not been
 * changed it becomes the key of the slips; a changed one has certificates behind it and is none. */
static enum bt_err keep_first_key(const char *keys, struct bt_fault *fault)
{
	char path[PATH_CAP];
	struct bt_buf text;
	enum bt_err err = bt_path_join(keys, "journal.key", path, sizeof path);

	bt_buf_init(&text, SEED_LINE_LEN);
	if (!err)
		err = bt_file_read(path, &text, NULL);
	if (!err && text.len == SEED_LINE_LEN)
		err = write_file(keys, "receipt.key", bt_buf_view(&text), fault);
	else
		err = bt_fault_set(fault, BT_EFORMAT, 0, "keys/receipt.key is missing");
	if (text.data)
		OPENSSL_cleanse(text.data, text.cap);
	bt_buf_fini(&text);
	return err;
}

static enum bt_err read_seed(const char *path, struct bt_signer **out, struct bt_fault *fault)
{
	uint8_t seed[BT_ED25519_SEED_LEN];
	char hex[2 * sizeof seed + 1];
	struct bt_secret line = {0};
	enum bt_err err = bt_secret_read_file(path, &line, fault);

	if (!err && line.len != 2 * sizeof seed)
		err = bt_fault_set(fault, BT_EFORMAT, 0, "keys/receipt.key holds no key");
	if (!err) {
		/* The secret has no terminator of its own. */
		memcpy(hex, line.data, line.len);
		hex[line.len] = '\0';
		err = bt_hex_decode(hex, seed, sizeof seed) == BT_OK ? bt_signer_open(seed, out) : BT_EFORMAT;
		OPENSSL_cleanse(hex, sizeof hex);
		OPENSSL_cleanse(seed, sizeof seed);
		if (err)
			(void)bt_fault_set(fault, err, 0, "keys/receipt.key holds no key");
	}
	bt_secret_wipe(&line);
	return err;
}

enum bt_err bt_enrolment_receipt_signer(const char *dir, struct bt_signer **out, struct bt_fault *fault)
{
	char keys[PATH_CAP], path[PATH_CAP];
	struct bt_fault ignored = {0};
	enum bt_err err;

	if (bt_path_join(dir, "keys", keys, sizeof keys) != BT_OK ||
	    bt_path_join(keys, "receipt.key", path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "path of the state folder is too long");
	err = read_seed(path, out, &ignored);
	if (err == BT_ENOTFOUND)
		err = keep_first_key(keys, fault);
	else if (err && fault)
		*fault = ignored;
	else
		return err;
	return err ? err : read_seed(path, out, fault);
}

const struct bt_operator *bt_enrolment_operator(const struct bt_enrolment *enrolment, const char *id)
{
	for (int i = 0; i < enrolment->operator_count; i++)
		if (strcmp(enrolment->operators[i].id, id) == 0)
			return &enrolment->operators[i];
	return NULL;
}

enum bt_err bt_operator_check_pin(const struct bt_operator *person, struct bt_bytes pin)
{
	uint8_t hash[sizeof person->pin_hash];
	enum bt_err err = bt_scrypt(pin, BT_BYTES(person->pin_salt), PIN_LOG2_N, hash, sizeof hash);

	if (!err)
		err = bt_bytes_equal(BT_BYTES(hash), BT_BYTES(person->pin_hash)) ? BT_OK : BT_EAUTH;
	OPENSSL_cleanse(hash, sizeof hash);
	return err;
}
