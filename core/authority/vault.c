#include "core/authority/vault.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/crypto.h>

#define AAD_CAP  160
#define SEAL_LEN (BT_GCM_NONCE_LEN + BT_GCM_TAG_LEN) /* around the decoder key */

_Static_assert(BT_SEALED_KEY_LEN == SEAL_LEN + sizeof((struct bt_sts_decoder_key *)0)->bytes, "nonce, key, tag");

const uint8_t bt_vault_training_key[BT_GCM_KEY_LEN] = "BATTI TRAINING KEY - NO VALUE 0";

static const char wrap_purpose[] = "batti-vault-v1";

enum bt_purpose bt_vault_key_purpose(struct bt_bytes key)
{
	return bt_bytes_equal(key, BT_BYTES(bt_vault_training_key)) ? BT_FOR_TRAINING : BT_FOR_LIVE;
}

static enum bt_err stretch(struct bt_bytes passphrase, const uint8_t salt[BT_SCRYPT_SALT_LEN], struct bt_secret *out)
{
	enum bt_err err = bt_secret_make(out, BT_GCM_KEY_LEN);

	if (!err)
		err = bt_scrypt(passphrase, (struct bt_bytes){salt, BT_SCRYPT_SALT_LEN}, BT_VAULT_LOG2_N, out->data,
				out->len);
	return err;
}

static struct bt_bytes view_secret(const struct bt_secret *secret)
{
	return (struct bt_bytes){secret->data, secret->len};
}

enum bt_err bt_vault_wrap_make(const struct bt_random *random, struct bt_bytes passphrase, struct bt_bytes key,
			       struct bt_vault_wrap *out)
{
	struct bt_vault_wrap wrap = {0};
	struct bt_secret stretched = {0};
	enum bt_err err;

	if (key.len != BT_GCM_KEY_LEN)
		return BT_EINPUT;
	err = bt_random_fill(random, wrap.salt, sizeof wrap.salt);
	if (!err)
		err = bt_random_fill(random, wrap.nonce, sizeof wrap.nonce);
	if (!err)
		err = stretch(passphrase, wrap.salt, &stretched);
	if (!err)
		err = bt_gcm_seal(view_secret(&stretched), wrap.nonce, bt_bytes_of(wrap_purpose), key, wrap.cipher,
				  wrap.tag);
	bt_secret_wipe(&stretched);
	if (!err)
		*out = wrap;
	return err;
}

enum bt_err bt_vault_unseal(const struct bt_vault_wrap *wrap, struct bt_bytes passphrase, struct bt_vault *out)
{
	struct bt_secret stretched = {0}, key = {0};
	enum bt_err err = stretch(passphrase, wrap->salt, &stretched);

	if (!err)
		err = bt_secret_make(&key, BT_GCM_KEY_LEN);
	if (!err)
		err = bt_gcm_open(view_secret(&stretched), wrap->nonce, bt_bytes_of(wrap_purpose),
				  BT_BYTES(wrap->cipher), wrap->tag, key.data);
	bt_secret_wipe(&stretched);
	if (err) {
		bt_secret_wipe(&key);
		return err;
	}
	bt_vault_seal(out);
	out->key = key;
	return BT_OK;
}

bool bt_vault_is_open(const struct bt_vault *vault)
{
	return vault->key.data != NULL;
}

void bt_vault_seal(struct bt_vault *vault)
{
	bt_secret_wipe(&vault->key);
}

struct bt_sts_key_id bt_sealed_key_id(const struct bt_sealed_key *sealed)
{
	struct bt_sts_key_id id = {
	    .krn = sealed->krn, .kt = sealed->kt, .ken = sealed->ken, .base = sealed->base, .version = sealed->version};

	_Static_assert(sizeof id.sgc == sizeof sealed->sgc && sizeof id.ti == sizeof sealed->ti &&
			   sizeof id.ea == sizeof sealed->ea && sizeof id.dkga == sizeof sealed->dkga &&
			   sizeof id.kcv == sizeof sealed->kcv,
		       "both rooms name keys alike");
	memcpy(id.sgc, sealed->sgc, sizeof id.sgc);
	memcpy(id.ti, sealed->ti, sizeof id.ti);
	memcpy(id.ea, sealed->ea, sizeof id.ea);
	memcpy(id.dkga, sealed->dkga, sizeof id.dkga);
	memcpy(id.kcv, sealed->kcv, sizeof id.kcv);
	return id;
}

static enum bt_err format_identity(const char *pan, const struct bt_sealed_key *sealed, char out[AAD_CAP])
{
	return bt_text_printf(out, AAD_CAP, "batti-key-v1|%s|%s|%u|%u|%s|%s|%s|%u|%u|%" PRIu32 "|%" PRId64 "|%s", pan,
			      sealed->sgc, (unsigned)sealed->krn, (unsigned)sealed->kt, sealed->ti, sealed->ea,
			      sealed->dkga, (unsigned)sealed->base, (unsigned)sealed->ken, sealed->version,
			      sealed->good_until_ms, sealed->kcv);
}

enum bt_err bt_vault_open_key(const struct bt_vault *vault, const char *pan, const struct bt_sealed_key *sealed,
			      struct bt_sts_decoder_key *out)
{
	const struct bt_sts_cipher *known = bt_sts_cipher_find(sealed->ea);
	struct bt_sts_decoder_key key = {.len = (uint8_t)(bt_sealed_key_len(sealed) - SEAL_LEN)};
	const uint8_t *cipher = sealed->sealed + BT_GCM_NONCE_LEN;
	char identity[AAD_CAP];
	enum bt_err err;

	if (!sealed->present)
		return BT_ENOTFOUND;
	if (!bt_vault_is_open(vault))
		return BT_ESEALED;
	if (format_identity(pan, sealed, identity) != BT_OK)
		return BT_EAUTH;
	err = bt_gcm_open(view_secret(&vault->key), sealed->sealed, bt_bytes_of(identity),
			  (struct bt_bytes){cipher, key.len}, cipher + key.len, key.bytes);
	if (!err && (!known || known->refusal))
		err = BT_EUNSUPPORTED;
	if (!err)
		*out = key;
	OPENSSL_cleanse(&key, sizeof key);
	return err;
}
