#include "tests/meter/key_change.h"

#include <string.h>

enum place { FIRST, SECOND, THIRD, FOURTH };

static const struct {
	uint8_t subclass;
	uint8_t key_at; /* where its part of the key begins, for a key of four sections */
} places[METER_SECTIONS] = {
    [FIRST] = {.subclass = 3, .key_at = 0},   /* NKHO */
    [SECOND] = {.subclass = 4, .key_at = 12}, /* NKLO; at 4 in a key of two sections */
    [THIRD] = {.subclass = 8, .key_at = 4},   /* NKMO2 */
    [FOURTH] = {.subclass = 9, .key_at = 8},  /* NKMO1 */
};

/* Parent in the row, child in the column. The last column stands for magnetic cards. */
static const bool follows[4][4] = {
    [METER_DITK] = {[METER_DDTK] = true, [METER_DUTK] = true, [METER_DCTK] = true},
    [METER_DDTK] = {[METER_DDTK] = true, [METER_DUTK] = true, [METER_DCTK] = true},
    [METER_DUTK] = {[METER_DDTK] = true, [METER_DUTK] = true},
    [METER_DCTK] = {[METER_DDTK] = true, [METER_DCTK] = true},
};

bool meter_key_type_allows(unsigned from, unsigned to)
{
	return from < 4 && to < METER_DCTK && follows[from][to];
}

unsigned meter_key_change_count(unsigned ea)
{
	return meter_key_len(ea) / 4;
}

unsigned meter_key_change_held(const struct meter_waiting *waiting)
{
	unsigned held = 0;

	for (unsigned i = 0; i < METER_SECTIONS; i++)
		held += waiting->held[i];
	return held;
}

static void drop(struct meter_waiting *waiting)
{
	memset(waiting, 0, sizeof *waiting);
}

bool meter_key_change_expire(struct meter_waiting *waiting, int64_t now_s)
{
	if (meter_key_change_held(waiting) == 0 || now_s - waiting->since_s < METER_CHANGE_WAITS_S)
		return false;
	drop(waiting);
	return true;
}

static unsigned find_place(uint8_t subclass)
{
	unsigned at = FIRST;

	while (places[at].subclass != subclass)
		at++;
	return at;
}

static enum meter_result check_section(const struct meter_binding *binding, unsigned at,
				       const struct meter_section *section)
{
	if (at >= meter_key_change_count(binding->key.ea) || section->three)
		return METER_FUNCTION;
	if (at == FIRST && (section->krn < 1 || section->krn > 9))
		return METER_RANGE;
	if (at == FIRST && !meter_key_type_allows(binding->kt, section->kt))
		return METER_KEY_TYPE;
	if (at == SECOND && section->ti > 99)
		return METER_RANGE;
	return METER_ACCEPTED;
}

static bool is_same(const struct meter_section *a, const struct meter_section *b)
{
	return a->ken_half == b->ken_half && a->krn == b->krn && a->kt == b->kt && a->roll_over == b->roll_over &&
	       a->ti == b->ti && a->sgc_half == b->sgc_half && a->key_part == b->key_part;
}

static void hold(struct meter_waiting *waiting, unsigned at, const struct meter_section *section, int64_t now_s)
{
	if (waiting->held[at] && !is_same(&waiting->section[at], section))
		drop(waiting); /* of another set */
	waiting->held[at] = true;
	waiting->section[at] = *section;
	waiting->since_s = now_s;
}

static void put_key_part(struct meter_key *key, unsigned count, unsigned at, uint32_t part)
{
	unsigned to = count == 2 && at == SECOND ? 4 : places[at].key_at;

	for (unsigned i = 0; i < 4; i++)
		key->bytes[to + i] = (uint8_t)(part >> (24 - 8 * i) & 0xff);
}

/* The binding that the whole set stands for; what a set of two does not send stays. False, *out untouched, when its
 * supply group is none. */
static bool join(const struct meter_waiting *waiting, const struct meter_binding *old, struct meter_binding *out)
{
	unsigned count = meter_key_change_count(old->key.ea);
	struct meter_binding binding = {.key = {.ea = old->key.ea}, .sgc = old->sgc};

	for (unsigned at = 0; at < count; at++)
		put_key_part(&binding.key, count, at, waiting->section[at].key_part);
	binding.krn = waiting->section[FIRST].krn;
	binding.kt = waiting->section[FIRST].kt;
	binding.ken = (uint8_t)(waiting->section[FIRST].ken_half << 4 | waiting->section[SECOND].ken_half);
	binding.ti = waiting->section[SECOND].ti;
	if (count == METER_SECTIONS)
		binding.sgc = (uint32_t)waiting->section[FOURTH].sgc_half << 12 | waiting->section[THIRD].sgc_half;
	if (binding.sgc > 999999)
		return false;
	*out = binding;
	return true;
}

static enum meter_result apply_set(struct meter_memory *memory)
{
	bool roll_over = memory->waiting.section[FIRST].roll_over;
	bool joined = join(&memory->waiting, &memory->binding, &memory->binding);

	drop(&memory->waiting);
	if (!joined)
		return METER_RANGE;
	memory->rekeyed = true;
	if (roll_over)
		memset(memory->tids, 0, sizeof memory->tids);
	return METER_ACCEPTED;
}

enum meter_result meter_key_change_apply(struct meter *meter, const struct meter_token *token,
					 struct meter_effect *effect)
{
	struct meter_memory *memory = &meter->memory;
	unsigned at = find_place(token->subclass);
	enum meter_result result = check_section(&memory->binding, at, &token->section);

	if (result != METER_ACCEPTED)
		return result;
	hold(&memory->waiting, at, &token->section, meter->now_s);
	effect->remember = true;
	effect->of = meter_key_change_count(memory->binding.key.ea);
	effect->held = meter_key_change_held(&memory->waiting);
	return effect->held < effect->of ? (enum meter_result)(METER_SECTION_1 + at) : apply_set(memory);
}
