#include <inttypes.h>

#include "tests/meter/display.h"
#include "tests/meter/key_change.h"
#include "tests/meter/report.h"

static void print_units(uint32_t tenths)
{
	printf("%" PRIu32 ".%" PRIu32, tenths / 10, tenths % 10);
}

static void print_credit(const struct meter *meter)
{
	printf("credit=");
	print_units(meter->memory.credit_tenths);
	printf(" %s", meter_product_unit(meter->identity.product));
}

static void print_binding(const struct meter_binding *binding)
{
	printf("krn=%u kt=%u ti=%02u sgc=%06" PRIu32 " ken=%u", binding->krn, binding->kt, binding->ti, binding->sgc,
	       binding->ken);
}

static void print_tests(const struct meter *meter, uint64_t shown)
{
	for (unsigned bit = 1; bit < METER_TESTS; bit++) {
		char text[METER_SHOWN_CAP];

		if ((shown >> bit & 1) == 0)
			continue;
		meter_test(bit)->show(meter, text);
		printf("%s=%s\n", meter_test(bit)->id, text);
	}
}

static void print_key_change(const struct meter *meter, const struct meter_effect *effect)
{
	printf("accepted key change %u of %u", effect->held, effect->of);
	if (effect->held == effect->of) {
		printf(" ");
		print_binding(&meter->memory.binding);
	}
	printf("\n");
}

static void print_set(const struct meter_effect *effect)
{
	const struct meter_kind *kind = effect->kind;

	if (kind->change[0] == '\0') {
		printf("-");
		print_units(effect->set);
		return;
	}
	printf("%s", kind->change);
	if (kind->unit != NULL)
		printf(" %" PRIu32 "%s", effect->set, kind->unit);
}

static void print_credited(const struct meter_effect *effect)
{
	printf("+");
	print_units(effect->added_tenths);
}

static void print_tested(const struct meter_effect *effect)
{
	(void)effect;
	printf("meter test");
}

static void print_accepted(const struct meter *meter, const struct meter_effect *effect)
{
	static void (*const prints[3])(const struct meter_effect *effect) = {print_credited, print_tested, print_set};

	if (effect->of != 0) {
		print_key_change(meter, effect);
		return;
	}
	printf("accepted ");
	print_credit(meter);
	printf(" (");
	prints[effect->token.token_class](effect);
	printf(")\n");
	print_tests(meter, effect->shown);
}

static void print_entry(const struct meter *meter, const struct meter_effect *effect)
{
	const struct meter_answer *answer = meter_answer(effect->result);

	if (meter_result_is_accepted(effect->result)) {
		print_accepted(meter, effect);
		return;
	}
	printf("%s ", answer->word);
	print_credit(meter);
	if (effect->result == METER_LOCKED)
		printf(" (%s, %" PRId64 " s to wait)", answer->reason, effect->wait_s);
	else if (answer->reason[0] != '\0')
		printf(" (%s)", answer->reason);
	printf("\n");
}

static void print_show(const struct meter *meter)
{
	print_credit(meter);
	printf("\n");
	for (unsigned i = 0; i < meter->memory.last_count; i++) {
		const struct meter_entry *entry = &meter->memory.last[i];
		const char *digits = entry->digits;

		printf("%.4s %.4s %.4s %.4s %.4s tid=%" PRIu32, digits, digits + 4, digits + 8, digits + 12,
		       digits + 16, entry->tid);
		if (entry->token_class == 0) {
			printf(" +");
			print_units(entry->tenths);
			printf("\n");
		} else {
			printf(" %s\n", meter_kind_find(entry->token_class, entry->subclass)->id);
		}
	}
}

static void print_status(const struct meter *meter)
{
	const struct meter_memory *memory = &meter->memory;
	unsigned held = meter_key_change_held(&memory->waiting);

	print_credit(meter);
	printf("\nproduct=%s\nkt=%u\n", meter_product_name(meter->identity.product), memory->binding.kt);
	print_tests(meter, meter_display_known(1));
	printf("key=%s\n", memory->rekeyed ? "changed" : "factory");
	printf("key_change=%u of %u\n", held, meter_key_change_count(memory->binding.key.ea));
	printf("wrong_entries=%u\nlocked_s=%" PRId64 "\n", memory->wrong, meter_locked_s(memory, meter->now_s));
}

const struct meter_report meter_report_text = {.entry = print_entry, .show = print_show, .status = print_status};
