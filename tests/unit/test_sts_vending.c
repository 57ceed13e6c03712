/* May a token be made: base date, expiry, key type, carrier, the reserved minute.
 * rooms: core/sts core/base */
#include "core/sts/vending.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/sts/tid.h"

#define CREDIT  0
#define TEST    1
#define MANAGE  2
#define SECTION 3 /* subclass of class 2 */

static const struct bt_sts_key_id unique = {
    .sgc = "123457", .ti = "01", .ea = "11", .dkga = "04", .krn = 1, .kt = 2, .ken = 255, .base = 2014};

static int64_t make_time(int year, int month, int day)
{
	return bt_civil_to_ms((struct bt_civil){year, month, day, 12, 0, 0, 0}, 0);
}

static struct bt_sts_vend make_vend(uint16_t base)
{
	struct bt_sts_vend vend = {.tct = BT_STS_TCT_DIGITS, .wall_ms = make_time(2020, 6, 1)};

	assert_int_equal(bt_sts_tid_of(vend.wall_ms, base, &vend.tid), BT_OK);
	return vend;
}

static void expect(const char *part, const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	const char *refusal = bt_sts_vend_refusal(key, vend);

	if (part == NULL)
		assert_null(refusal);
	else if (refusal == NULL || strstr(refusal, part) == NULL)
		fail_msg("expected %s, got %s", part, refusal ? refusal : "nothing");
}

static void test_good(void **state)
{
	struct bt_sts_vend vend = make_vend(2014);

	(void)state;
	expect(NULL, &unique, &vend);
	vend.token_class = MANAGE;
	expect(NULL, &unique, &vend);
}

static void test_base_date(void **state)
{
	struct bt_sts_key_id key = unique;
	struct bt_sts_vend vend = make_vend(2014);

	(void)state;
	vend.wall_ms = make_time(2013, 12, 31);
	expect("before the base date", &key, &vend);
	key.base = 2035;
	vend.wall_ms = make_time(2026, 1, 1);
	expect("before the base date", &key, &vend);
	/* TIDs from 1993 ran out on 2024-11-24. */
	key.base = 1993;
	vend.wall_ms = make_time(2024, 11, 24);
	expect(NULL, &key, &vend);
	vend.wall_ms = make_time(2024, 11, 25);
	expect("used up", &key, &vend);
	vend.token_class = MANAGE;
	expect("used up", &key, &vend);
	/* A roll-over leaves the base that is used up: sections are made under it, and have no TID. */
	vend.subclass = SECTION;
	expect(NULL, &key, &vend);
	vend.tid = BT_STS_TID_MAX + 1;
	expect(NULL, &key, &vend);
	vend = make_vend(2014);
	vend.tid = BT_STS_TID_MAX + 1;
	expect("used up", &unique, &vend);
}

static void test_expiry(void **state)
{
	struct bt_sts_key_id key = unique;
	struct bt_sts_vend vend = make_vend(2014);

	(void)state;
	key.ken = 51;
	vend.tid = 52u << 16;
	expect("expired", &key, &vend);
	vend.tid--;
	expect(NULL, &key, &vend);
	key.ken = 0;
	expect("expired", &key, &vend);
	vend.token_class = MANAGE;
	expect("expired", &key, &vend);
	/* Its successor may still travel under it. */
	vend.subclass = SECTION;
	expect(NULL, &key, &vend);
}

static void test_key_types(void **state)
{
	struct bt_sts_key_id key = unique;
	struct bt_sts_vend vend = make_vend(2014);

	(void)state;
	for (key.kt = 0; key.kt < 2; key.kt++) {
		vend.token_class = CREDIT;
		expect("takes no credit", &key, &vend);
		vend.token_class = MANAGE;
		expect(NULL, &key, &vend);
	}
	key.kt = 3;
	vend.token_class = CREDIT;
	expect("magnetic", &key, &vend);
	vend.tct = BT_STS_TCT_VIRTUAL;
	expect("magnetic", &key, &vend);
	vend.tct = BT_STS_TCT_CARD;
	expect(NULL, &key, &vend);
}

static void test_reserved_minute(void **state)
{
	struct bt_sts_vend vend = make_vend(2014);

	(void)state;
	vend.tid = bt_sts_tid_special(vend.tid);
	assert_int_equal(vend.tid % 1440, 1);
	expect("special", &unique, &vend);
	vend.special = true;
	expect(NULL, &unique, &vend);
	vend.tid++;
	expect("special", &unique, &vend);
	vend.special = false;
	expect(NULL, &unique, &vend);
}

/* A meter test is in clear: no rule of keys applies. */
static void test_class_1(void **state)
{
	struct bt_sts_key_id key = {.kt = 0, .base = 2000};
	struct bt_sts_vend vend = {.token_class = TEST};

	(void)state;
	expect(NULL, &key, &vend);
	vend.token_class = MANAGE;
	expect("before the base date", &key, &vend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),      cmocka_unit_test(test_base_date),       cmocka_unit_test(test_expiry),
	    cmocka_unit_test(test_key_types), cmocka_unit_test(test_reserved_minute), cmocka_unit_test(test_class_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
