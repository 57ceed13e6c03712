#include "core/authority/key_driver.h"

#include <string.h>

#include <openssl/crypto.h>

static const struct bt_key_driver *const drivers[] = {&bt_key_driver_sealed, &bt_key_driver_module, NULL};

const struct bt_key_driver *bt_key_driver_find(const char *id)
{
	for (int i = 0; drivers[i]; i++)
		if (strcmp(drivers[i]->id, id) == 0)
			return drivers[i];
	return NULL;
}

bool bt_keys_are_open(const struct bt_keys *keys)
{
	return keys->driver && keys->driver->is_open(keys->self);
}

enum bt_err bt_keys_prepare(const struct bt_keys *keys, const char *pan, const struct bt_sealed_key *key)
{
	if (!key->present)
		return BT_ENOTFOUND;
	if (!bt_keys_are_open(keys))
		return keys->opening ? BT_EBUSY : BT_ESEALED;
	return keys->driver->prepare(keys->self, pan, key);
}

/* Seal or module prove who made the key; the check value proves that it is the key both sides mean. */
static enum bt_err check_value(const struct bt_sealed_key *key, const struct bt_sts_schedule *schedule,
			       struct bt_fault *fault)
{
	char kcv[7];

	if (strcmp(schedule->cipher->ea, key->ea) != 0)
		return bt_fault_set(fault, BT_EAUTH, 0, "key of another algorithm than it says");
	bt_sts_kcv(schedule, kcv);
	if (strcmp(kcv, key->kcv) != 0)
		return bt_fault_set(fault, BT_EAUTH, 0, "key check value %s where %s was expected", kcv, key->kcv);
	return BT_OK;
}

enum bt_err bt_keys_schedule(const struct bt_keys *keys, const char *pan, const struct bt_sealed_key *key,
			     struct bt_sts_schedule *out, struct bt_fault *fault)
{
	struct bt_sts_decoder_key decoder;
	struct bt_sts_schedule schedule;
	enum bt_err err;

	if (!key->present)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no key for this meter");
	if (!bt_keys_are_open(keys))
		return bt_fault_set(fault, keys->opening ? BT_EBUSY : BT_ESEALED, 0, "keys are locked");
	err = keys->driver->derive(keys->self, pan, key, &decoder, fault);
	if (err)
		return err;
	err = bt_sts_schedule_init(&schedule, keys->sta, &decoder);
	OPENSSL_cleanse(&decoder, sizeof decoder);
	if (err)
		return bt_fault_set(fault, err, 0, "not supported: EA%s here", key->ea);
	err = check_value(key, &schedule, fault);
	if (!err)
		*out = schedule;
	bt_sts_schedule_wipe(&schedule);
	return err;
}
