#include "tests/meter/entry.h"

#include <unistd.h>

bool meter_open(const char *state, const struct meter_identity *identity, struct meter *out, struct meter_fault *fault)
{
	struct meter meter = {.identity = *identity};
	struct meter_sta sta;

	if (!meter_factory_tables(state, &sta, fault) || !meter_memory_load(state, identity, &meter.memory, fault))
		return false;
	if (!meter_cipher_open(&meter.memory.binding.key, &sta, &meter.cipher))
		return meter_fault_set(fault, "the cipher of EA %02u is not to be had from the library",
				       meter.memory.binding.key.ea);
	*out = meter;
	return true;
}

void meter_close(struct meter *meter)
{
	meter_cipher_close(meter->cipher);
	meter->cipher = NULL;
}

bool meter_enter(const char *state, const struct meter_identity *identity, const char *text, int64_t now_s,
		 struct meter_effect *effect, struct meter *after, struct meter_fault *fault)
{
	int lock = meter_memory_lock(state, identity->drn, fault);
	bool done = false;

	if (lock < 0)
		return false;
	if (!meter_open(state, identity, after, fault))
		goto out;
	after->now_s = now_s;
	meter_judge(after, text, effect);
	meter_close(after);
	if (effect->result == METER_BROKEN)
		meter_fault_set(fault, "the library could not decipher");
	else
		done = !effect->remember || meter_memory_save(state, identity->drn, &after->memory, fault);
out:
	close(lock);
	return done;
}

bool meter_tamper(const char *state, const struct meter_identity *identity, struct meter_fault *fault)
{
	int lock = meter_memory_lock(state, identity->drn, fault);
	struct meter_memory memory;
	bool done = false;

	if (lock < 0)
		return false;
	if (!meter_memory_load(state, identity, &memory, fault))
		goto out;
	memory.tampered = true;
	done = meter_memory_save(state, identity->drn, &memory, fault);
out:
	close(lock);
	return done;
}
