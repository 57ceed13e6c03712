/* Key driver `module`: a vending key in a PKCS#11 module derives each meter's key; the vault is not used at all. */
#include "core/authority/key_driver.h"
#include "core/hsm/hsm.h"

static enum bt_err unlock(const struct bt_key_terms *terms, struct bt_bytes secret, void **out, struct bt_fault *fault)
{
	struct bt_hsm *hsm;
	enum bt_err err;

	/* What a module holds is never published. */
	if (terms->purpose != BT_FOR_LIVE)
		return bt_fault_set(fault, BT_EINPUT, 0, "a key module is not for training");
	err = bt_hsm_open(terms->uri, secret, &hsm, fault);
	if (!err)
		*out = hsm;
	return err;
}

static void lock(void *self)
{
	bt_hsm_close(self);
}

static bool is_open(const void *self)
{
	return self != NULL;
}

static enum bt_err prepare(void *self, const char *pan, const struct bt_sealed_key *key)
{
	struct bt_sts_key_id id = bt_sealed_key_id(key);

	return bt_hsm_prepare(self, pan, &id);
}

static enum bt_err derive(void *self, const char *pan, const struct bt_sealed_key *key, struct bt_sts_decoder_key *out,
			  struct bt_fault *fault)
{
	struct bt_sts_key_id id = bt_sealed_key_id(key);

	return bt_hsm_derive(self, pan, &id, BT_KEYS_WAIT_MS, out, fault);
}

const struct bt_key_driver bt_key_driver_module = {
    .id = "module",
    .asks_for_pin = true,
    .unlock = unlock,
    .lock = lock,
    .is_open = is_open,
    .prepare = prepare,
    .derive = derive,
};
