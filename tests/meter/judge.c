#include "tests/meter/judge.h"

#include <string.h>

#include "tests/meter/display.h"
#include "tests/meter/key_change.h"

static enum meter_result add_credit(struct meter *meter, const struct meter_token *token, struct meter_effect *effect)
{
	struct meter_memory *memory = &meter->memory;

	if (token->subclass != meter->identity.product)
		return METER_FUNCTION;
	if (token->amount > METER_CREDIT_MAX - memory->credit_tenths)
		return METER_OVERFLOW;
	memory->credit_tenths += token->amount;
	memory->total_tenths += token->amount;
	effect->added_tenths = token->amount;
	return METER_ACCEPTED;
}

static unsigned count_mfr_digits(const struct meter_identity *identity)
{
	return strlen(identity->drn) == 11 ? 2 : 4;
}

/* The maker's code begins the meter's number; 0 speaks to every maker's. */
static bool is_for_maker(const struct meter_identity *identity, unsigned digits, uint16_t code)
{
	unsigned own = 0;

	if (code == 0)
		return true;
	for (unsigned i = 0; i < digits; i++)
		own = own * 10 + (unsigned)(identity->drn[i] - '0');
	return digits == count_mfr_digits(identity) && code == own;
}

static enum meter_result show_tests(struct meter *meter, const struct meter_token *token, struct meter_effect *effect)
{
	unsigned digits = token->subclass == 0 ? 2 : 4;

	if (token->mfr_code > (digits == 2 ? 99 : 9999))
		return METER_RANGE;
	if (!is_for_maker(&meter->identity, digits, token->mfr_code))
		return METER_MFR_CODE;
	effect->shown = meter_display_known(token->control);
	return effect->shown != 0 ? METER_ACCEPTED : METER_FUNCTION;
}

static enum meter_result set_power_limit(struct meter *meter, const struct meter_token *token,
					 struct meter_effect *effect)
{
	if (meter->identity.product != METER_ELECTRICITY)
		return METER_FUNCTION;
	meter->memory.power_limit_w = token->amount;
	effect->set = token->amount;
	return METER_ACCEPTED;
}

static enum meter_result set_unbalance_limit(struct meter *meter, const struct meter_token *token,
					     struct meter_effect *effect)
{
	if (meter->identity.product != METER_ELECTRICITY)
		return METER_FUNCTION;
	meter->memory.unbalance_limit_w = token->amount;
	effect->set = token->amount;
	return METER_ACCEPTED;
}

/* This meter has one register, of units of its product; 4 to 7 are the currency registers. */
static enum meter_result clear_credit(struct meter *meter, const struct meter_token *token, struct meter_effect *effect)
{
	if (token->data > 7 && token->data != METER_REGISTER_ALL)
		return METER_RANGE;
	if (token->data != METER_REGISTER_ALL && token->data != meter->identity.product)
		return METER_FUNCTION;
	effect->set = meter->memory.credit_tenths;
	meter->memory.credit_tenths = 0;
	return METER_ACCEPTED;
}

static enum meter_result set_tariff_rate(struct meter *meter, const struct meter_token *token,
					 struct meter_effect *effect)
{
	meter->memory.tariff_rate = token->data;
	effect->set = token->data;
	return METER_ACCEPTED;
}

static enum meter_result clear_tamper(struct meter *meter, const struct meter_token *token, struct meter_effect *effect)
{
	(void)effect;
	if (token->data != 0)
		return METER_FORMAT;
	meter->memory.tampered = false;
	return METER_ACCEPTED;
}

static enum meter_result set_water_factor(struct meter *meter, const struct meter_token *token,
					  struct meter_effect *effect)
{
	if (meter->identity.product != METER_WATER)
		return METER_FUNCTION;
	meter->memory.water_factor = token->data;
	effect->set = token->data;
	return METER_ACCEPTED;
}

static const struct meter_kind kinds[3][16] = {
    [0] = {[METER_ELECTRICITY] = {.id = "credit_electricity", .apply = add_credit, .has_tid = true},
	   [METER_WATER] = {.id = "credit_water", .apply = add_credit, .has_tid = true},
	   [METER_GAS] = {.id = "credit_gas", .apply = add_credit, .has_tid = true},
	   [METER_TIME] = {.id = "credit_time", .apply = add_credit, .has_tid = true}},
    [1] = {[0] = {.id = "test_2", .apply = show_tests}, [1] = {.id = "test_4", .apply = show_tests}},
    [2] = {[0] = {.id = "power_limit",
		  .change = "power limit",
		  .unit = " W",
		  .field = "power_limit_w",
		  .apply = set_power_limit,
		  .has_tid = true},
	   [1] = {.id = "clear_credit",
		  .change = "",
		  .unit = "",
		  .field = "cleared_tenths",
		  .apply = clear_credit,
		  .has_tid = true},
	   [2] = {.id = "tariff_rate",
		  .change = "tariff rate",
		  .unit = "",
		  .field = "tariff_rate",
		  .apply = set_tariff_rate,
		  .has_tid = true},
	   [3] = {.id = "key_change_1", .apply = meter_key_change_apply},
	   [4] = {.id = "key_change_2", .apply = meter_key_change_apply},
	   [5] = {.id = "clear_tamper",
		  .change = "tamper cleared",
		  .field = "tampered",
		  .apply = clear_tamper,
		  .has_tid = true},
	   [6] = {.id = "unbalance_limit",
		  .change = "unbalance limit",
		  .unit = " W",
		  .field = "unbalance_limit_w",
		  .apply = set_unbalance_limit,
		  .has_tid = true},
	   [7] = {.id = "water_factor",
		  .change = "water factor",
		  .unit = "",
		  .field = "water_factor",
		  .apply = set_water_factor,
		  .has_tid = true},
	   [8] = {.id = "key_change_3", .apply = meter_key_change_apply},
	   [9] = {.id = "key_change_4", .apply = meter_key_change_apply}},
};

const struct meter_kind *meter_kind_find(uint8_t token_class, uint8_t subclass)
{
	if (token_class >= 3 || subclass >= 16 || kinds[token_class][subclass].apply == NULL)
		return NULL;
	return &kinds[token_class][subclass];
}

/* A clock set back counts as none gone by. */
int64_t meter_locked_s(const struct meter_memory *memory, int64_t now_s)
{
	int64_t delay = METER_DELAY_FIRST_S;
	int64_t gone = now_s > memory->wrong_at_s ? now_s - memory->wrong_at_s : 0;

	if (memory->wrong < METER_WRONG_FREE)
		return 0;
	for (unsigned i = METER_WRONG_FREE; i < memory->wrong && delay < METER_DELAY_MAX_S; i++)
		delay *= 2;
	return gone < delay ? delay - gone : 0;
}

/* The key expiry number against the high byte of the TID. */
static bool is_expired(uint8_t ken, uint32_t tid)
{
	return ken < 255 && (tid & 0xff0000) > (uint32_t)ken << 16;
}

static bool is_remembered(const struct meter_memory *memory, uint32_t tid)
{
	for (size_t i = 0; i < METER_TIDS; i++) {
		if (memory->tids[i] == tid)
			return true;
	}
	return false;
}

static enum meter_result check_tid(const struct meter_memory *memory, uint32_t tid)
{
	if (is_expired(memory->binding.ken, tid))
		return METER_EXPIRED;
	if (tid < memory->tids[0])
		return METER_OLD;
	return is_remembered(memory, tid) ? METER_USED : METER_ACCEPTED;
}

/* Drop the smallest, keep the rest rising. */
static void remember_tid(struct meter_memory *memory, uint32_t tid)
{
	size_t at = 0;

	for (; at + 1 < METER_TIDS && memory->tids[at + 1] < tid; at++)
		memory->tids[at] = memory->tids[at + 1];
	memory->tids[at] = tid;
}

static void remember_entry(struct meter_memory *memory, const struct meter_effect *effect)
{
	struct meter_entry entry = {.token_class = effect->token.token_class,
				    .subclass = effect->token.subclass,
				    .tid = effect->token.tid,
				    .tenths = effect->added_tenths};

	memcpy(entry.digits, effect->token.digits, sizeof entry.digits);
	memmove(&memory->last[1], &memory->last[0], sizeof memory->last - sizeof memory->last[0]);
	memory->last[0] = entry;
	if (memory->last_count < METER_LAST)
		memory->last_count++;
}

/* A test is for everyone to enter, so it neither counts nor forgives: it could be keyed in between two guesses. */
static void remember_accepted(struct meter_memory *memory, struct meter_effect *effect)
{
	if (effect->token.token_class == 1)
		return;
	if (effect->kind->has_tid)
		remember_tid(memory, effect->token.tid);
	remember_entry(memory, effect);
	memory->wrong = 0;
	effect->remember = true;
}

static enum meter_result judge_token(struct meter *meter, struct meter_effect *effect)
{
	const struct meter_memory *memory = &meter->memory;
	enum meter_result result = METER_ACCEPTED;

	effect->kind = meter_kind_find(effect->token.token_class, effect->token.subclass);
	if (effect->kind == NULL)
		return METER_FUNCTION;
	if (effect->token.token_class == 0 && memory->binding.kt <= METER_DDTK)
		return METER_DEFAULT_KEY;
	if (effect->kind->has_tid)
		result = check_tid(memory, effect->token.tid);
	return result != METER_ACCEPTED ? result : effect->kind->apply(meter, &effect->token, effect);
}

static enum meter_result read_token(const struct meter *meter, const char *text, struct meter_effect *effect)
{
	enum meter_result result;

	effect->wait_s = meter_locked_s(&meter->memory, meter->now_s);
	result = meter_token_decode(effect->wait_s > 0 ? NULL : meter->cipher, text, &effect->token);
	return result != METER_ACCEPTED && effect->wait_s > 0 ? METER_LOCKED : result;
}

static void count_wrong(struct meter_memory *memory, int64_t now_s, struct meter_effect *effect)
{
	if (memory->wrong < 99)
		memory->wrong++;
	memory->wrong_at_s = now_s;
	effect->wait_s = meter_locked_s(memory, now_s);
	effect->remember = true;
}

void meter_judge(struct meter *meter, const char *text, struct meter_effect *out)
{
	struct meter_effect effect = {.result = METER_BROKEN};

	effect.remember = meter_key_change_expire(&meter->memory.waiting, meter->now_s);
	effect.result = read_token(meter, text, &effect);
	if (effect.result == METER_BAD_CRC || effect.result == METER_BAD_DIGITS)
		count_wrong(&meter->memory, meter->now_s, &effect);
	if (effect.result == METER_ACCEPTED)
		effect.result = judge_token(meter, &effect);
	if (meter_result_is_accepted(effect.result))
		remember_accepted(&meter->memory, &effect);
	*out = effect;
}
