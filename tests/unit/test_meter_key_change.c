/* Key changes at the virtual meter: any order, all or nothing, ten minutes, what follows which key type.
 * rooms: tests/meter core/sts core/base */
#include "tests/meter/key_change.h"

#include "tests/unit/meter_fixture.h"

/* The standard's four sections of the worked example: from TI 01 to TI 02, under the fixture's key. Published. */
static const char *const example[METER_SECTIONS] = {"34812744915211133004", "46903925208523674737",
						    "71464563847088610152", "67904239402617643990"};

struct change {
	unsigned krn, kt, ti, ken, sgc;
	unsigned roll_over;
	uint32_t word[4]; /* of the new key, most significant first */
};

static const struct change ordinary = {.krn = 2,
				       .kt = METER_DUTK,
				       .ti = 42,
				       .ken = 0xa5,
				       .sgc = 999999,
				       .word = {0x01234567, 0x89abcdef, 0x02468ace, 0x13579bdf}};

/* Section @p at of a set for @p meter, as the block before its check field. */
static uint64_t make_section(const struct meter *meter, const struct change *change, unsigned at)
{
	bool whole = meter->memory.binding.key.ea == METER_EA_MISTY1;
	const uint64_t heads[METER_SECTIONS] = {
	    3ull << 12 | (change->ken >> 4) << 8 | change->krn << 4 | change->roll_over << 3 | change->kt,
	    4ull << 12 | (change->ken & 15) << 8 | change->ti,
	    8ull << 12 | (change->sgc & 0xfff),
	    9ull << 12 | change->sgc >> 12,
	};
	const uint32_t words[METER_SECTIONS] = {change->word[0], change->word[whole ? 3 : 1], change->word[1],
						change->word[2]};

	return heads[at] << 48 | (uint64_t)words[at] << 16;
}

static enum meter_result enter_section(struct meter *meter, const struct change *change, unsigned at)
{
	return fixture_enter(meter, 2, make_section(meter, change, at));
}

static void assert_changed(const struct meter *meter, const struct change *change, uint32_t sgc)
{
	const struct meter_binding *binding = &meter->memory.binding;

	assert_true(meter->memory.rekeyed);
	assert_int_equal(binding->krn, change->krn);
	assert_int_equal(binding->kt, change->kt);
	assert_int_equal(binding->ti, change->ti);
	assert_int_equal(binding->ken, change->ken);
	assert_int_equal(binding->sgc, sgc);
	for (unsigned i = 0; i < meter_key_len(binding->key.ea); i++)
		assert_int_equal(binding->key.bytes[i], change->word[i / 4] >> (24 - 8 * (i % 4)) & 0xff);
	assert_int_equal(meter_key_change_held(&meter->memory.waiting), 0);
}

static struct meter make_meter(uint8_t ea, enum meter_key_type kt)
{
	struct meter_identity identity = fixture_identity(ea);

	identity.binding.kt = (uint8_t)kt;
	return fixture_meter(&identity);
}

/* 24 orders of four. */
static void test_any_order_of_four(void **state)
{
	unsigned orders = 0;

	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		const unsigned order[METER_SECTIONS] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
		struct meter meter;

		if ((1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3]) != 15)
			continue;
		orders++;
		meter = make_meter(METER_EA_MISTY1, METER_DUTK);
		for (unsigned i = 0; i < METER_SECTIONS; i++) {
			enum meter_result result = enter_section(&meter, &ordinary, order[i]);

			assert_int_equal(result, i == 3 ? METER_ACCEPTED : METER_SECTION_1 + (int)order[i]);
			assert_int_equal(meter.memory.rekeyed, i == 3);
		}
		assert_changed(&meter, &ordinary, 999999);
		fixture_rekey(&meter);
		assert_int_equal(fixture_credit(&meter, 5, 10), METER_ACCEPTED);
		meter_cipher_close(meter.cipher);
	}
	assert_int_equal(orders, 24);
}

/* A set of two does not send the supply group: it stays. */
static void test_any_order_of_two(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct meter meter = make_meter(METER_EA_STA, METER_DUTK);
		const struct meter_key old = meter.memory.binding.key;
		struct meter_effect effect;

		assert_int_equal(enter_section(&meter, &ordinary, first), METER_SECTION_1 + (int)first);
		assert_memory_equal(&meter.memory.binding.key, &old, sizeof old);
		assert_int_equal(fixture_enter_as(&meter, 2, make_section(&meter, &ordinary, 1 - first), &effect),
				 METER_ACCEPTED);
		assert_int_equal(effect.held, 2);
		assert_int_equal(effect.of, 2);
		assert_changed(&meter, &ordinary, 123457);
		meter_cipher_close(meter.cipher);
	}
}

static void test_published_set(void **state)
{
	struct meter meter = make_meter(METER_EA_MISTY1, METER_DUTK);
	struct meter_effect effect;

	(void)state;
	for (unsigned i = 0; i < METER_SECTIONS; i++) {
		meter_judge(&meter, example[i], &effect);
		assert_int_equal(effect.result, i == 3 ? METER_ACCEPTED : METER_SECTION_1 + (int)i);
		assert_int_equal(effect.held, i + 1);
		assert_int_equal(effect.of, 4);
	}
	assert_int_equal(meter.memory.binding.ti, 2);
	assert_int_equal(meter.memory.binding.krn, 1);
	assert_int_equal(meter.memory.binding.sgc, 123457);
	/* Under the new key they are nobody's. */
	fixture_rekey(&meter);
	meter_judge(&meter, example[0], &effect);
	assert_int_equal(effect.result, METER_BAD_CRC);
	meter_cipher_close(meter.cipher);
}

static void test_tids_and_roll_over(void **state)
{
	(void)state;
	for (unsigned roll_over = 0; roll_over < 2; roll_over++) {
		struct meter meter = make_meter(METER_EA_STA, METER_DUTK);
		struct change change = ordinary;

		change.roll_over = roll_over;
		change.ken = 255;
		for (uint32_t i = 0; i < METER_TIDS; i++)
			assert_int_equal(fixture_credit(&meter, 1000000 + i, 1), METER_ACCEPTED);
		assert_int_equal(enter_section(&meter, &change, 1), METER_SECTION_2);
		assert_int_equal(enter_section(&meter, &change, 0), METER_ACCEPTED);
		fixture_rekey(&meter);
		assert_int_equal(meter.memory.credit_tenths, METER_TIDS); /* the balance survives */
		assert_int_equal(fixture_credit(&meter, 500, 1), roll_over ? METER_ACCEPTED : METER_OLD);
		assert_int_equal(fixture_credit(&meter, 1000000, 1), roll_over ? METER_ACCEPTED : METER_USED);
		meter_cipher_close(meter.cipher);
	}
}

static void test_ten_minutes(void **state)
{
	struct meter meter = make_meter(METER_EA_STA, METER_DUTK);
	struct meter_effect effect;

	(void)state;
	assert_int_equal(enter_section(&meter, &ordinary, 0), METER_SECTION_1);
	meter.now_s += METER_CHANGE_WAITS_S;
	assert_int_equal(enter_section(&meter, &ordinary, 1), METER_SECTION_2); /* the first was dropped */
	meter.now_s += METER_CHANGE_WAITS_S;
	meter_judge(&meter, "00000000000134220737", &effect); /* any entry drops them, and that is remembered */
	assert_true(effect.remember);
	assert_int_equal(meter_key_change_held(&meter.memory.waiting), 0);
	assert_int_equal(enter_section(&meter, &ordinary, 1), METER_SECTION_2);
	meter.now_s += METER_CHANGE_WAITS_S - 1;
	assert_int_equal(enter_section(&meter, &ordinary, 0), METER_ACCEPTED);
	assert_changed(&meter, &ordinary, 123457);
	meter_cipher_close(meter.cipher);
}

/* The same section twice is one section; another in its place begins another set. */
static void test_sections_of_two_sets(void **state)
{
	struct meter meter = make_meter(METER_EA_MISTY1, METER_DUTK);
	struct change other = ordinary;

	(void)state;
	other.word[0] = 0xfeedbeef;
	other.krn = 3;
	assert_int_equal(enter_section(&meter, &ordinary, 0), METER_SECTION_1);
	assert_int_equal(enter_section(&meter, &ordinary, 1), METER_SECTION_2);
	assert_int_equal(enter_section(&meter, &ordinary, 1), METER_SECTION_2);
	assert_int_equal(enter_section(&meter, &ordinary, 2), METER_SECTION_3);
	assert_int_equal(meter_key_change_held(&meter.memory.waiting), 3);
	assert_int_equal(enter_section(&meter, &other, 0), METER_SECTION_1);
	assert_int_equal(meter_key_change_held(&meter.memory.waiting), 1);
	for (unsigned at = 1; at < METER_SECTIONS; at++)
		enter_section(&meter, &other, at);
	assert_changed(&meter, &other, 999999);
	meter_cipher_close(meter.cipher);
}

static void test_fields_out_of_range(void **state)
{
	struct meter meter = make_meter(METER_EA_MISTY1, METER_DUTK);
	struct change change = ordinary;
	struct meter_effect effect;

	(void)state;
	change.krn = 0;
	assert_int_equal(enter_section(&meter, &change, 0), METER_RANGE);
	change.krn = 10;
	assert_int_equal(enter_section(&meter, &change, 0), METER_RANGE);
	change.ti = 100;
	assert_int_equal(enter_section(&meter, &change, 1), METER_RANGE);
	assert_int_equal(meter_key_change_held(&meter.memory.waiting), 0);
	/* A supply group is known only when both halves are: then the whole set is dropped. */
	change = ordinary;
	change.sgc = 1000000;
	for (unsigned at = 0; at < 3; at++)
		assert_int_equal(enter_section(&meter, &change, at), METER_SECTION_1 + (int)at);
	assert_int_equal(fixture_enter_as(&meter, 2, make_section(&meter, &change, 3), &effect), METER_RANGE);
	assert_true(effect.remember);
	assert_int_equal(meter_key_change_held(&meter.memory.waiting), 0);
	assert_false(meter.memory.rekeyed);
	assert_int_equal(meter.memory.binding.sgc, 123457);
	assert_int_equal(fixture_credit(&meter, 5, 1), METER_ACCEPTED);
	meter_cipher_close(meter.cipher);
}

/* Three sections for a 64-bit key: announced by a bit of the first, and sent as subclass 8. */
static void test_sets_of_three_are_refused(void **state)
{
	struct meter meter = make_meter(METER_EA_STA, METER_DUTK);
	uint64_t first = make_section(&meter, &ordinary, 0);

	(void)state;
	assert_int_equal(fixture_enter(&meter, 2, first | (uint64_t)1 << 50), METER_FUNCTION);
	assert_int_equal(enter_section(&meter, &ordinary, 2), METER_FUNCTION);
	assert_int_equal(enter_section(&meter, &ordinary, 3), METER_FUNCTION);
	assert_int_equal(meter_key_change_held(&meter.memory.waiting), 0);
	assert_int_equal(fixture_enter(&meter, 2, first), METER_SECTION_1);
	meter_cipher_close(meter.cipher);
}

static void test_key_types(void **state)
{
	static const bool allowed[3][4] = {
	    {false, true, true, false}, {false, true, true, false}, {false, true, true, false}};

	(void)state;
	for (unsigned from = METER_DITK; from <= METER_DUTK; from++) {
		for (unsigned to = METER_DITK; to <= METER_DCTK; to++) {
			struct meter meter = make_meter(METER_EA_STA, (enum meter_key_type)from);
			struct change change = ordinary;

			change.kt = to;
			assert_int_equal(enter_section(&meter, &change, 0),
					 allowed[from][to] ? METER_SECTION_1 : METER_KEY_TYPE);
			meter_cipher_close(meter.cipher);
		}
	}
	assert_true(meter_key_type_allows(METER_DCTK, METER_DDTK));
	assert_false(meter_key_type_allows(METER_DCTK, METER_DUTK));
	assert_false(meter_key_type_allows(METER_DCTK, METER_DCTK));
	assert_false(meter_key_type_allows(4, METER_DUTK));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_order_of_four),   cmocka_unit_test(test_any_order_of_two),
	    cmocka_unit_test(test_published_set),       cmocka_unit_test(test_tids_and_roll_over),
	    cmocka_unit_test(test_ten_minutes),         cmocka_unit_test(test_sections_of_two_sets),
	    cmocka_unit_test(test_fields_out_of_range), cmocka_unit_test(test_sets_of_three_are_refused),
	    cmocka_unit_test(test_key_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
