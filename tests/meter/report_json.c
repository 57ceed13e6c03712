#include <inttypes.h>

#include "tests/meter/display.h"
#include "tests/meter/key_change.h"
#include "tests/meter/report.h"

static void print_tests(const struct meter *meter, uint64_t shown)
{
	const char *comma = "";

	for (unsigned bit = 1; bit < METER_TESTS; bit++) {
		const char *quote = meter_test(bit)->is_number ? "" : "\"";
		char text[METER_SHOWN_CAP];

		if ((shown >> bit & 1) == 0)
			continue;
		meter_test(bit)->show(meter, text);
		printf("%s\"%s\":%s%s%s", comma, meter_test(bit)->id, quote, text, quote);
		comma = ",";
	}
}

static void print_binding(const struct meter_binding *binding)
{
	printf("{\"krn\":%u,\"kt\":%u,\"ti\":\"%02u\",\"sgc\":\"%06" PRIu32 "\",\"ken\":%u}", binding->krn, binding->kt,
	       binding->ti, binding->sgc, binding->ken);
}

static void print_accepted(const struct meter *meter, const struct meter_effect *effect)
{
	if (effect->of != 0) {
		printf(",\"key_change\":{\"held\":%u,\"of\":%u}", effect->held, effect->of);
		if (effect->held == effect->of) {
			printf(",\"binding\":");
			print_binding(&meter->memory.binding);
		}
	} else if (effect->token.token_class == 1) {
		printf(",\"display\":{");
		print_tests(meter, effect->shown);
		printf("}");
	} else if (effect->token.token_class == 2) {
		printf(",\"changed\":{\"%s\":%" PRIu32 "}", effect->kind->field, effect->set);
	}
}

static void print_entry(const struct meter *meter, const struct meter_effect *effect)
{
	const struct meter_answer *answer = meter_answer(effect->result);

	printf("{\"meter\":\"%s\",\"result\":\"%s\",\"reason\":\"%s\",\"credit_tenths\":%" PRIu32
	       ",\"added_tenths\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"name\":\"%s\",\"code\":",
	       meter->identity.drn, answer->word, answer->reason, meter->memory.credit_tenths, effect->added_tenths,
	       effect->token.tid, answer->name);
	if (answer->code == 0)
		printf("null");
	else
		printf("%u", answer->code);
	printf(",\"kind\":\"%s\",\"unit\":\"%s\"", effect->kind != NULL ? effect->kind->id : "",
	       meter_product_unit(meter->identity.product));
	if (effect->wait_s > 0)
		printf(",\"wait_s\":%" PRId64, effect->wait_s);
	if (meter_result_is_accepted(effect->result))
		print_accepted(meter, effect);
	printf("}\n");
}

static void print_show(const struct meter *meter)
{
	const struct meter_memory *memory = &meter->memory;

	printf("{\"meter\":\"%s\",\"credit_tenths\":%" PRIu32 ",\"tokens\":[", meter->identity.drn,
	       memory->credit_tenths);
	for (unsigned i = 0; i < memory->last_count; i++) {
		const struct meter_entry *entry = &memory->last[i];

		printf("%s{\"token\":\"%s\",\"tid\":%" PRIu32 ",\"tenths\":%" PRIu32 ",\"kind\":\"%s\"}",
		       i > 0 ? "," : "", entry->digits, entry->tid, entry->tenths,
		       meter_kind_find(entry->token_class, entry->subclass)->id);
	}
	printf("]}\n");
}

static void print_status(const struct meter *meter)
{
	const struct meter_memory *memory = &meter->memory;

	printf("{\"meter\":\"%s\",\"product\":\"%s\",\"unit\":\"%s\",\"credit_tenths\":%" PRIu32 ",\"binding\":",
	       meter->identity.drn, meter_product_name(meter->identity.product),
	       meter_product_unit(meter->identity.product), memory->credit_tenths);
	print_binding(&memory->binding);
	printf(",\"key\":\"%s\",\"display\":{", memory->rekeyed ? "changed" : "factory");
	print_tests(meter, meter_display_known(1));
	printf("},\"key_change\":{\"held\":%u,\"of\":%u},\"wrong_entries\":%u,\"locked_s\":%" PRId64 "}\n",
	       meter_key_change_held(&memory->waiting), meter_key_change_count(memory->binding.key.ea), memory->wrong,
	       meter_locked_s(memory, meter->now_s));
}

const struct meter_report meter_report_json = {.entry = print_entry, .show = print_show, .status = print_status};
