/* What the virtual meter does with each kind of token, and every reason for which it refuses one.
 * rooms: tests/meter core/sts core/base */
#include "tests/unit/meter_fixture.h"

#include "tests/meter/display.h"

#define WATTS_5000 5000

static struct meter make_meter(uint8_t ea, enum meter_product product, enum meter_key_type kt)
{
	struct meter_identity identity = fixture_identity(ea);

	identity.product = product;
	identity.binding.kt = (uint8_t)kt;
	return fixture_meter(&identity);
}

static struct meter make_plain(void)
{
	return make_meter(METER_EA_MISTY1, METER_ELECTRICITY, METER_DUTK);
}

static void test_credit_of_each_product(void **state)
{
	static const uint8_t eas[] = {METER_EA_STA, METER_EA_MISTY1};

	(void)state;
	for (unsigned i = 0; i < 2 * METER_PRODUCT_COUNT; i++) {
		enum meter_product product = (enum meter_product)(i / 2);
		struct meter meter = make_meter(eas[i % 2], product, METER_DUTK);

		for (unsigned subclass = 0; subclass < METER_PRODUCT_COUNT; subclass++) {
			enum meter_result result =
			    fixture_enter(&meter, 0, fixture_block(subclass, 1000 + subclass, 635));

			assert_int_equal(result, subclass == product ? METER_ACCEPTED : METER_FUNCTION);
		}
		assert_int_equal(meter.memory.credit_tenths, 635);
		assert_int_equal(meter.memory.total_tenths, 635);
		assert_int_equal(fixture_credit(&meter, 2000, 0x4001), METER_ACCEPTED); /* 16384 + 10 */
		assert_int_equal(meter.memory.credit_tenths, 635 + 16394);
		assert_int_equal(fixture_credit(&meter, 2000, 0x4001), METER_USED);
		meter_cipher_close(meter.cipher);
	}
}

/* Right tokens of every class and subclass there is; those without a rule are refused. */
static void test_unknown_kinds(void **state)
{
	struct meter meter = make_plain();
	unsigned known = 0;

	(void)state;
	for (uint8_t token_class = 0; token_class < 4; token_class++) {
		for (uint8_t subclass = 0; subclass < 16; subclass++) {
			bool currency = token_class == 0 && subclass >= 4 && subclass <= 7;
			uint64_t block = fixture_block(subclass, 5000, 1);
			char digits[BT_STS_TOKEN_CAP];
			struct meter_effect effect;

			if (meter_kind_find(token_class, subclass) != NULL) {
				known++;
				continue;
			}
			fixture_weave(&meter.memory.binding.key, token_class, block,
				      currency ? bt_sts_crc_c(token_class, block) : bt_sts_crc(token_class, block),
				      digits);
			meter_judge(&meter, digits, &effect);
			assert_int_equal(effect.result, METER_FUNCTION);
			assert_false(effect.remember);
		}
	}
	assert_int_equal(known, 4 + 2 + 10);
	meter_cipher_close(meter.cipher);
}

static void test_used_and_old(void **state)
{
	struct meter meter = make_plain();
	struct meter_memory *memory = &meter.memory;

	(void)state;
	assert_int_equal(fixture_credit(&meter, 0, 1), METER_USED); /* as every slot from the factory */
	/* Rising by two, in an order that is not rising. */
	for (uint32_t i = 0; i < METER_TIDS; i++)
		assert_int_equal(fixture_credit(&meter, 1000 + (i * 7 % METER_TIDS) * 2, 10), METER_ACCEPTED);
	assert_int_equal(memory->credit_tenths, 500);
	assert_int_equal(memory->tids[0], 1000);
	assert_int_equal(fixture_credit(&meter, 1000, 10), METER_USED);
	assert_int_equal(fixture_credit(&meter, 1098, 10), METER_USED);
	assert_int_equal(fixture_credit(&meter, 999, 10), METER_OLD);
	assert_int_equal(fixture_credit(&meter, 1001, 10), METER_ACCEPTED); /* 1000 falls out */
	assert_int_equal(fixture_credit(&meter, 1000, 10), METER_OLD);
	assert_int_equal(fixture_credit(&meter, 1001, 10), METER_USED);
	for (size_t i = 1; i < METER_TIDS; i++)
		assert_true(memory->tids[i - 1] < memory->tids[i]);
	assert_int_equal(memory->last_count, METER_LAST);
	assert_int_equal(memory->last[0].tid, 1001);
	assert_int_equal(memory->last[1].tid, 1000 + (49 * 7 % METER_TIDS) * 2);
	meter_cipher_close(meter.cipher);
}

/* A management token uses its TID up as credit does. */
static void test_one_memory_for_both_classes(void **state)
{
	struct meter meter = make_plain();

	(void)state;
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(2, 700, 9)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(2, 700, 9)), METER_USED);
	assert_int_equal(fixture_credit(&meter, 700, 1), METER_USED);
	assert_int_equal(fixture_credit(&meter, 699, 1), METER_ACCEPTED);
	meter_cipher_close(meter.cipher);
}

/* What each management token set, told as its number; and each once. */
static void test_management_once(void **state)
{
	static const struct {
		unsigned subclass;
		enum meter_product product;
		uint16_t data;
		uint32_t set;
	} rows[] = {
	    {0, METER_ELECTRICITY, 0x4001, 16394}, {1, METER_ELECTRICITY, 0, 0}, {2, METER_ELECTRICITY, 4660, 4660},
	    {5, METER_ELECTRICITY, 0, 0},          {6, METER_ELECTRICITY, 7, 7}, {7, METER_WATER, 65535, 65535},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct meter meter = make_meter(METER_EA_STA, rows[i].product, METER_DUTK);
		uint64_t block = fixture_block(rows[i].subclass, 9, rows[i].data);
		struct meter_effect effect;

		assert_int_equal(fixture_enter_as(&meter, 2, block, &effect), METER_ACCEPTED);
		assert_int_equal(effect.set, rows[i].set);
		assert_true(effect.remember);
		assert_int_equal(fixture_enter(&meter, 2, block), METER_USED);
		meter_cipher_close(meter.cipher);
	}
}

static void test_tids_from_the_factory(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_STA);
	struct meter meter;

	(void)state;
	identity.made_tid = 100000;
	meter = fixture_meter(&identity);
	assert_int_equal(fixture_credit(&meter, 99999, 1), METER_OLD);
	assert_int_equal(fixture_credit(&meter, 100000, 1), METER_USED);
	assert_int_equal(fixture_credit(&meter, 100001, 1), METER_ACCEPTED);
	meter_cipher_close(meter.cipher);
}

static void test_overflow_is_not_used_up(void **state)
{
	struct meter meter = make_plain();

	(void)state;
	meter.memory.credit_tenths = METER_CREDIT_MAX - 10;
	assert_int_equal(fixture_credit(&meter, 5, 11), METER_OVERFLOW);
	assert_int_equal(meter.memory.credit_tenths, METER_CREDIT_MAX - 10);
	assert_int_equal(fixture_credit(&meter, 5, 10), METER_ACCEPTED);
	assert_int_equal(meter.memory.credit_tenths, METER_CREDIT_MAX);
	assert_int_equal(fixture_credit(&meter, 6, 1), METER_OVERFLOW);
	assert_int_equal(fixture_credit(&meter, 6, 0), METER_ACCEPTED);
	meter_cipher_close(meter.cipher);
}

static enum meter_result credit_under(uint8_t ken, uint32_t tid)
{
	struct meter meter = make_plain();
	enum meter_result result;

	meter.memory.binding.ken = ken;
	result = fixture_credit(&meter, tid, 1);
	meter_cipher_close(meter.cipher);
	return result;
}

static void test_expiry(void **state)
{
	struct meter meter = make_plain();

	(void)state;
	assert_int_equal(credit_under(85, 5636095), METER_ACCEPTED);
	assert_int_equal(credit_under(85, 5636096), METER_EXPIRED);
	assert_int_equal(credit_under(0, 0xffff), METER_ACCEPTED);
	assert_int_equal(credit_under(0, 0x10000), METER_EXPIRED);
	assert_int_equal(credit_under(254, 0xffffff), METER_EXPIRED);
	assert_int_equal(credit_under(255, 0xffffff), METER_ACCEPTED);
	meter.memory.binding.ken = 1;
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(2, 0x20000, 9)), METER_EXPIRED);
	/* Sections carry no TID: an expired key brings its successor. */
	assert_int_equal(fixture_enter(&meter, 2, UINT64_C(0x3f12) << 48), METER_SECTION_1);
	meter_cipher_close(meter.cipher);
}

static void test_default_keys_bring_no_credit(void **state)
{
	(void)state;
	for (enum meter_key_type kt = METER_DITK; kt <= METER_DUTK; kt++) {
		struct meter meter = make_meter(METER_EA_MISTY1, METER_ELECTRICITY, kt);

		assert_int_equal(fixture_credit(&meter, 5, 1), kt == METER_DUTK ? METER_ACCEPTED : METER_DEFAULT_KEY);
		assert_int_equal(fixture_enter(&meter, 2, fixture_block(5, 6, 0)), METER_ACCEPTED);
		meter_cipher_close(meter.cipher);
	}
}

static void test_limits_rates_and_factors(void **state)
{
	struct meter meter = make_plain();
	struct meter water = make_meter(METER_EA_STA, METER_WATER, METER_DUTK);

	(void)state;
	assert_int_equal(meter.memory.power_limit_w, METER_NO_LIMIT_W);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(0, 1, WATTS_5000)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(6, 2, 0x4001)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(2, 3, 4660)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(7, 4, 77)), METER_FUNCTION);
	assert_int_equal(meter.memory.power_limit_w, WATTS_5000);
	assert_int_equal(meter.memory.unbalance_limit_w, 16394);
	assert_int_equal(meter.memory.tariff_rate, 4660);
	assert_int_equal(meter.memory.water_factor, 0);
	assert_int_equal(fixture_enter(&water, 2, fixture_block(7, 4, 77)), METER_ACCEPTED);
	assert_int_equal(water.memory.water_factor, 77);
	assert_int_equal(fixture_enter(&water, 2, fixture_block(0, 5, WATTS_5000)), METER_FUNCTION);
	assert_int_equal(fixture_enter(&water, 2, fixture_block(6, 5, WATTS_5000)), METER_FUNCTION);
	assert_int_equal(fixture_enter(&water, 2, fixture_block(2, 5, 1)), METER_ACCEPTED); /* was not used up */
	meter_cipher_close(meter.cipher);
	meter_cipher_close(water.cipher);
}

static void test_clear_credit(void **state)
{
	struct meter meter = make_meter(METER_EA_MISTY1, METER_GAS, METER_DUTK);
	struct meter_effect effect;

	(void)state;
	assert_int_equal(fixture_credit(&meter, 1, 635), METER_ACCEPTED);
	for (uint16_t other = 0; other < 8; other++) {
		if (other != METER_GAS)
			assert_int_equal(fixture_enter(&meter, 2, fixture_block(1, 10, other)), METER_FUNCTION);
	}
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(1, 10, 8)), METER_RANGE);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(1, 10, 0xfffe)), METER_RANGE);
	assert_int_equal(meter.memory.credit_tenths, 635);
	assert_int_equal(fixture_enter_as(&meter, 2, fixture_block(1, 10, METER_GAS), &effect), METER_ACCEPTED);
	assert_int_equal(effect.set, 635);
	assert_int_equal(meter.memory.credit_tenths, 0);
	assert_int_equal(fixture_credit(&meter, 11, 7), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(1, 12, METER_REGISTER_ALL)), METER_ACCEPTED);
	assert_int_equal(meter.memory.credit_tenths, 0);
	assert_int_equal(meter.memory.total_tenths, 642); /* what was ever credited stays */
	meter_cipher_close(meter.cipher);
}

static void test_clear_tamper(void **state)
{
	struct meter meter = make_plain();

	(void)state;
	meter.memory.tampered = true;
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(5, 9, 1)), METER_FORMAT); /* its pad is 0 */
	assert_true(meter.memory.tampered);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(5, 9, 0)), METER_ACCEPTED);
	assert_false(meter.memory.tampered);
	meter_cipher_close(meter.cipher);
}

/* SubClass 0: 36 bits of control, 8 of manufacturer. SubClass 1: 28 and 16. */
static uint64_t make_test(unsigned subclass, uint64_t control, uint64_t mfr_code)
{
	return (uint64_t)subclass << 60 | control << (subclass == 0 ? 24 : 32) | mfr_code << 16;
}

static void test_meter_tests(void **state)
{
	struct meter meter = make_plain();
	struct meter_effect effect;

	(void)state;
	assert_int_equal(fixture_enter_as(&meter, 1, make_test(0, 1, 0), &effect), METER_ACCEPTED);
	assert_true(effect.shown == 0x7fffe);
	assert_false(effect.remember);
	assert_int_equal(fixture_enter_as(&meter, 1, make_test(1, 1u << 16 | 1u << 4, 0), &effect), METER_ACCEPTED);
	assert_true(effect.shown == (1u << 16 | 1u << 4));
	assert_int_equal(fixture_enter(&meter, 1, make_test(0, 0, 0)), METER_FUNCTION);
	assert_int_equal(fixture_enter(&meter, 1, make_test(0, (uint64_t)1 << 35, 0)), METER_FUNCTION);
	assert_int_equal(fixture_enter(&meter, 1, make_test(0, 1, 58)), METER_ACCEPTED); /* the DRN begins with 58 */
	assert_int_equal(fixture_enter(&meter, 1, make_test(0, 1, 23)), METER_MFR_CODE);
	assert_int_equal(fixture_enter(&meter, 1, make_test(1, 1, 58)), METER_MFR_CODE); /* four digits, another list */
	assert_int_equal(fixture_enter(&meter, 1, make_test(0, 1, 100)), METER_RANGE);
	assert_int_equal(fixture_enter(&meter, 1, make_test(1, 1, 10000)), METER_RANGE);
	memcpy(meter.identity.drn, "0001000000000", sizeof "0001000000000");
	assert_int_equal(fixture_enter(&meter, 1, make_test(1, 1, 1)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 1, make_test(0, 1, 1)), METER_MFR_CODE);
	assert_int_equal(meter.memory.last_count, 0);
	meter_cipher_close(meter.cipher);
}

static void assert_shows(const struct meter *meter, const char *id, const char *expected)
{
	char text[METER_SHOWN_CAP] = "";

	for (unsigned bit = 1; bit < METER_TESTS; bit++) {
		if (strcmp(meter_test(bit)->id, id) == 0)
			meter_test(bit)->show(meter, text);
	}
	assert_string_equal(text, expected);
}

static void test_display(void **state)
{
	struct meter meter = make_meter(METER_EA_STA, METER_WATER, METER_DUTK);

	(void)state;
	assert_shows(&meter, "load_switch", "open");
	assert_int_equal(fixture_credit(&meter, 1, 635), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(7, 2, 3)), METER_ACCEPTED);
	assert_shows(&meter, "load_switch", "closed");
	assert_shows(&meter, "total", "63.5 m3");
	assert_shows(&meter, "krn", "1");
	assert_shows(&meter, "ti", "01");
	assert_shows(&meter, "ea", "07");
	assert_shows(&meter, "key_tokens", "2");
	assert_shows(&meter, "sgc", "123457");
	assert_shows(&meter, "ken", "255");
	assert_shows(&meter, "drn", FIXTURE_DRN);
	assert_shows(&meter, "water_factor", "3");
	assert_shows(&meter, "tariff_rate", "0");
	assert_shows(&meter, "power_limit_w", "18201624");
	assert_shows(&meter, "unbalance_limit_w", "18201624");
	assert_shows(&meter, "power_w", "0");
	assert_shows(&meter, "tamper", "untouched");
	meter.memory.tampered = true;
	assert_shows(&meter, "tamper", "tampered");
	assert_shows(&meter, "load_switch", "open");
	assert_shows(&meter, "display", "88888888");
	assert_shows(&meter, "token_reader", "good");
	assert_shows(&meter, "version", "batti-meter 2");
	meter_cipher_close(meter.cipher);
}

static enum meter_result enter_digits(struct meter *meter, const char *digits)
{
	struct meter_effect effect;

	meter_judge(meter, digits, &effect);
	return effect.result;
}

#define TYPO "59386323472137426960"

/* Three are free; then 5 s, doubled by each that follows, up to 1280 s. Entries while locked do not count. */
static void test_lock_out(void **state)
{
	struct meter meter = make_plain();
	int64_t delay = METER_DELAY_FIRST_S;
	struct meter_effect effect;

	(void)state;
	for (int i = 0; i < METER_WRONG_FREE; i++) {
		assert_int_equal(meter_locked_s(&meter.memory, meter.now_s), 0);
		assert_int_equal(enter_digits(&meter, i == 1 ? "123" : TYPO),
				 i == 1 ? METER_BAD_DIGITS : METER_BAD_CRC);
	}
	for (int i = 0; i < 12; i++) {
		assert_int_equal(meter_locked_s(&meter.memory, meter.now_s), delay);
		assert_int_equal(fixture_credit(&meter, 5, 1), METER_LOCKED);
		assert_int_equal(enter_digits(&meter, TYPO), METER_LOCKED);
		assert_int_equal(enter_digits(&meter, "123"), METER_LOCKED);
		assert_int_equal(fixture_enter(&meter, 1, make_test(0, 2, 0)), METER_ACCEPTED);
		meter.now_s += delay - 1;
		assert_int_equal(fixture_credit(&meter, 5, 1), METER_LOCKED);
		assert_int_equal(meter_locked_s(&meter.memory, meter.now_s - 100000), delay); /* a clock set back */
		meter.now_s++;
		meter_judge(&meter, TYPO, &effect);
		assert_int_equal(effect.result, METER_BAD_CRC);
		delay = delay * 2 > METER_DELAY_MAX_S ? METER_DELAY_MAX_S : delay * 2;
		assert_int_equal(effect.wait_s, delay);
	}
	assert_int_equal(delay, METER_DELAY_MAX_S);
	meter.now_s += delay;
	assert_int_equal(fixture_credit(&meter, 5, 1), METER_ACCEPTED);
	assert_int_equal(meter.memory.wrong, 0);
	meter_cipher_close(meter.cipher);
}

/* What anyone can enter does not help a guesser: neither a test nor a token used before ends the row. */
static void test_what_does_not_forgive(void **state)
{
	struct meter meter = make_plain();

	(void)state;
	assert_int_equal(fixture_credit(&meter, 5, 1), METER_ACCEPTED);
	for (int i = 0; i < METER_WRONG_FREE; i++) {
		assert_int_equal(enter_digits(&meter, TYPO), METER_BAD_CRC);
		if (i + 1 == METER_WRONG_FREE)
			break;
		assert_int_equal(fixture_enter(&meter, 1, make_test(0, 2, 0)), METER_ACCEPTED);
		assert_int_equal(fixture_credit(&meter, 5, 1), METER_USED);
		assert_int_equal(fixture_enter(&meter, 1, make_test(0, 1, 23)), METER_MFR_CODE);
	}
	assert_int_equal(fixture_credit(&meter, 6, 1), METER_LOCKED);
	meter.now_s += METER_DELAY_FIRST_S;
	assert_int_equal(fixture_enter(&meter, 2, UINT64_C(0x3f12) << 48), METER_SECTION_1);
	assert_int_equal(meter.memory.wrong, 0);
	meter_cipher_close(meter.cipher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_credit_of_each_product),
	    cmocka_unit_test(test_unknown_kinds),
	    cmocka_unit_test(test_used_and_old),
	    cmocka_unit_test(test_one_memory_for_both_classes),
	    cmocka_unit_test(test_management_once),
	    cmocka_unit_test(test_tids_from_the_factory),
	    cmocka_unit_test(test_overflow_is_not_used_up),
	    cmocka_unit_test(test_expiry),
	    cmocka_unit_test(test_default_keys_bring_no_credit),
	    cmocka_unit_test(test_limits_rates_and_factors),
	    cmocka_unit_test(test_clear_credit),
	    cmocka_unit_test(test_clear_tamper),
	    cmocka_unit_test(test_meter_tests),
	    cmocka_unit_test(test_display),
	    cmocka_unit_test(test_lock_out),
	    cmocka_unit_test(test_what_does_not_forgive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
