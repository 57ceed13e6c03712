/* Key driver `sealed`: each meter's key comes with the directory, sealed under the vault. */
#include "core/authority/key_driver.h"

#include <stdlib.h>

static enum bt_err unlock(const struct bt_key_terms *terms, struct bt_bytes secret, void **out, struct bt_fault *fault)
{
	struct bt_vault *vault = calloc(1, sizeof *vault);
	enum bt_err err;

	if (!vault)
		return bt_fault_set(fault, BT_ENOMEM, 0, "vault");
	err = bt_vault_unseal(terms->wrap, secret, vault);
	if (err) {
		free(vault);
		return bt_fault_set(fault, err, 0, "passphrase");
	}
	if (bt_vault_key_purpose((struct bt_bytes){vault->key.data, vault->key.len}) != terms->purpose) {
		bt_vault_seal(vault);
		free(vault);
		return bt_fault_set(fault, BT_EINPUT, 0, "%s",
				    terms->purpose == BT_FOR_LIVE ? "the key is the published one of training"
								  : "the key is not the published one of training");
	}
	*out = vault;
	return BT_OK;
}

static void lock(void *self)
{
	if (self)
		bt_vault_seal(self);
	free(self);
}

static bool is_open(const void *self)
{
	return self && bt_vault_is_open(self);
}

static enum bt_err prepare(void *self, const char *pan, const struct bt_sealed_key *key)
{
	(void)self;
	(void)pan;
	(void)key;
	return BT_OK;
}

static enum bt_err derive(void *self, const char *pan, const struct bt_sealed_key *key, struct bt_sts_decoder_key *out,
			  struct bt_fault *fault)
{
	enum bt_err err = bt_vault_open_key(self, pan, key, out);

	return err ? bt_fault_set(fault, err, 0, "sealed key of a meter") : BT_OK;
}

const struct bt_key_driver bt_key_driver_sealed = {
    .id = "sealed",
    .unlock = unlock,
    .lock = lock,
    .is_open = is_open,
    .prepare = prepare,
    .derive = derive,
};
