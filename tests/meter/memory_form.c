#include "tests/meter/memory_form.h"

#include <inttypes.h>
#include <string.h>

#define KEY_TEXT_CAP (2 * METER_KEY_CAP + 1)

static bool read_tids(FILE *file, uint32_t tids[METER_TIDS])
{
	for (size_t i = 0; i < METER_TIDS; i++) {
		if (fscanf(file, "tid %8" SCNu32 "\n", &tids[i]) != 1 || tids[i] > 0xffffff)
			return false;
		if (i > 0 && tids[i] < tids[i - 1])
			return false;
	}
	return true;
}

/* Form 1 knew electricity credit only, so it did not say of what kind a token was. */
static bool read_entry(FILE *file, unsigned form, struct meter_entry *entry)
{
	unsigned token_class = 0, subclass = 0;

	if (fscanf(file, "token %20[0-9] ", entry->digits) != 1 ||
	    (form > 1 && fscanf(file, "%1u %2u ", &token_class, &subclass) != 2) ||
	    fscanf(file, "%8" SCNu32 " %8" SCNu32 "\n", &entry->tid, &entry->tenths) != 2)
		return false;
	entry->token_class = (uint8_t)token_class;
	entry->subclass = (uint8_t)subclass;
	return strlen(entry->digits) == METER_DIGITS && (token_class == 0 || token_class == 2) &&
	       subclass < (token_class == 0 ? 4 : 10);
}

static bool read_last(FILE *file, unsigned form, struct meter_memory *memory)
{
	if (fscanf(file, "last %2u\n", &memory->last_count) != 1 || memory->last_count > METER_LAST)
		return false;
	for (unsigned i = 0; i < memory->last_count; i++) {
		if (!read_entry(file, form, &memory->last[i]))
			return false;
	}
	return true;
}

static bool read_settings(FILE *file, struct meter_memory *memory)
{
	unsigned tampered;

	if (fscanf(file, "total %15" SCNu64 "\n", &memory->total_tenths) != 1 ||
	    fscanf(file, "power_limit %8" SCNu32 "\n", &memory->power_limit_w) != 1 ||
	    fscanf(file, "unbalance_limit %8" SCNu32 "\n", &memory->unbalance_limit_w) != 1 ||
	    fscanf(file, "tariff_rate %5" SCNu16 "\n", &memory->tariff_rate) != 1 ||
	    fscanf(file, "water_factor %5" SCNu16 "\n", &memory->water_factor) != 1 ||
	    fscanf(file, "tampered %1u\n", &tampered) != 1)
		return false;
	memory->tampered = tampered != 0;
	return fscanf(file, "wrong %9u %12" SCNd64 "\n", &memory->wrong, &memory->wrong_at_s) == 2;
}

/* "key factory", or the key of a key change and what it is bound to. */
static bool read_binding(FILE *file, struct meter_memory *memory)
{
	struct meter_binding binding = {.krn = 0};
	char hex[KEY_TEXT_CAP] = "";
	char origin[8] = "";

	if (fscanf(file, "key %7s", origin) != 1)
		return false;
	if (strcmp(origin, "factory") == 0)
		return fscanf(file, "\n") != EOF;
	if (strcmp(origin, "changed") != 0 ||
	    fscanf(file,
		   " ea %2" SCNu8 " %32[0-9a-f] krn %1" SCNu8 " kt %1" SCNu8 " ti %2" SCNu8 " ken %3" SCNu8
		   " sgc %6" SCNu32 "\n",
		   &binding.key.ea, hex, &binding.krn, &binding.kt, &binding.ti, &binding.ken, &binding.sgc) != 7 ||
	    !meter_key_parse(hex, &binding.key))
		return false;
	memory->binding = binding;
	memory->rekeyed = true;
	return true;
}

static bool read_section(FILE *file, struct meter_waiting *waiting)
{
	struct meter_section section = {.krn = 0};
	unsigned at, roll_over;

	if (fscanf(file,
		   "section %1u ken %2" SCNu8 " krn %2" SCNu8 " kt %1" SCNu8 " ro %1u ti %3" SCNu8 " sgc %4" SCNu16
		   " key %8" SCNx32 "\n",
		   &at, &section.ken_half, &section.krn, &section.kt, &roll_over, &section.ti, &section.sgc_half,
		   &section.key_part) != 8 ||
	    at >= METER_SECTIONS || waiting->held[at])
		return false;
	section.roll_over = roll_over != 0;
	waiting->held[at] = true;
	waiting->section[at] = section;
	return true;
}

static bool read_waiting(FILE *file, struct meter_waiting *waiting)
{
	unsigned count;

	if (fscanf(file, "waiting %1u %12" SCNd64 "\n", &count, &waiting->since_s) != 2 || count > METER_SECTIONS)
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (!read_section(file, waiting))
			return false;
	}
	return true;
}

static bool read_more(FILE *file, unsigned form, struct meter_memory *memory)
{
	if (form == 1) {
		memory->total_tenths = memory->credit_tenths; /* a meter of then never gave any back */
		return true;
	}
	return read_settings(file, memory) && read_binding(file, memory) && read_waiting(file, &memory->waiting);
}

bool meter_memory_read(FILE *file, struct meter_memory *memory)
{
	unsigned form;
	char end[4] = "";

	return fscanf(file, "batti-meter %2u\n", &form) == 1 && (form == 1 || form == 2) &&
	       fscanf(file, "credit %8" SCNu32 "\n", &memory->credit_tenths) == 1 &&
	       memory->credit_tenths <= METER_CREDIT_MAX && read_tids(file, memory->tids) &&
	       read_last(file, form, memory) && read_more(file, form, memory) && fscanf(file, "%3[end]", end) == 1 &&
	       strcmp(end, "end") == 0;
}

static void write_last(FILE *file, const struct meter_memory *memory)
{
	fprintf(file, "last %u\n", memory->last_count);
	for (unsigned i = 0; i < memory->last_count; i++) {
		const struct meter_entry *entry = &memory->last[i];

		fprintf(file, "token %s %u %u %" PRIu32 " %" PRIu32 "\n", entry->digits, entry->token_class,
			entry->subclass, entry->tid, entry->tenths);
	}
}

static void write_settings(FILE *file, const struct meter_memory *memory)
{
	fprintf(file, "total %" PRIu64 "\npower_limit %" PRIu32 "\nunbalance_limit %" PRIu32 "\n", memory->total_tenths,
		memory->power_limit_w, memory->unbalance_limit_w);
	fprintf(file, "tariff_rate %u\nwater_factor %u\ntampered %d\n", memory->tariff_rate, memory->water_factor,
		memory->tampered);
	fprintf(file, "wrong %u %" PRId64 "\n", memory->wrong, memory->wrong_at_s);
}

static void write_binding(FILE *file, const struct meter_memory *memory)
{
	const struct meter_binding *binding = &memory->binding;

	if (!memory->rekeyed) {
		fprintf(file, "key factory\n");
		return;
	}
	fprintf(file, "key changed ea %u ", binding->key.ea);
	for (unsigned i = 0; i < meter_key_len(binding->key.ea); i++)
		fprintf(file, "%02x", binding->key.bytes[i]);
	fprintf(file, " krn %u kt %u ti %u ken %u sgc %" PRIu32 "\n", binding->krn, binding->kt, binding->ti,
		binding->ken, binding->sgc);
}

static void write_waiting(FILE *file, const struct meter_waiting *waiting)
{
	unsigned count = 0;

	for (unsigned i = 0; i < METER_SECTIONS; i++)
		count += waiting->held[i];
	fprintf(file, "waiting %u %" PRId64 "\n", count, waiting->since_s);
	for (unsigned i = 0; i < METER_SECTIONS; i++) {
		const struct meter_section *section = &waiting->section[i];

		if (waiting->held[i])
			fprintf(file, "section %u ken %u krn %u kt %u ro %d ti %u sgc %u key %08" PRIx32 "\n", i,
				section->ken_half, section->krn, section->kt, section->roll_over, section->ti,
				section->sgc_half, section->key_part);
	}
}

void meter_memory_write(FILE *file, const struct meter_memory *memory)
{
	fprintf(file, "batti-meter 2\ncredit %" PRIu32 "\n", memory->credit_tenths);
	for (size_t i = 0; i < METER_TIDS; i++)
		fprintf(file, "tid %" PRIu32 "\n", memory->tids[i]);
	write_last(file, memory);
	write_settings(file, memory);
	write_binding(file, memory);
	write_waiting(file, &memory->waiting);
	fprintf(file, "end\n");
}
