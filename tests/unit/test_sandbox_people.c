/* The sandbox's consumers: the same from the same seed, well formed, and with the promised share of failures.
 *
 * rooms: core/sandbox
 * The well-known people are those of the screens' design. */
#include "core/sandbox/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/sandbox/bytes.h"

#define TOWN 2000
#define NOW  INT64_C(1795307088266)

static void check_first_is_known(void **state)
{
	struct bt_sbx_consumer c;
	(void)state;
	bt_sbx_person_make(77, 0, NOW, &c);
	assert_string_equal(c.number, "100244781560");
	assert_string_equal(c.name_en, "Ramesh Kumar Singh");
	assert_string_equal(c.relative_en, "Mahesh Singh");
	assert_string_equal(c.place_hi, "वार्ड 7, दानापुर");
	assert_int_equal(c.balance_paise, -14230);
	assert_int_equal(c.dues_paise, 186000);
	assert_int_equal(c.free_of, 1250);
	assert_true(c.cut_due);
	assert_string_equal(c.note, "");
}

static void check_everyone_is_whole(void **state)
{
	int ordinary = 0;
	(void)state;
	for (int64_t i = 0; i < TOWN; i++) {
		struct bt_sbx_consumer c;
		char pan[19];
		bt_sbx_person_make(1, i, NOW, &c);
		assert_true(bt_sbx_is_digits(c.number, 12));
		assert_true(bt_sbx_is_digits(c.mobile, 10));
		assert_true(*c.name_en && *c.name_hi && *c.relative_en && *c.relative_hi && *c.place_en && *c.place_hi);
		assert_true(strlen(c.relation) == 3 && c.relation[1] == '/');
		assert_true(!*c.meter || bt_sbx_pan_make(c.meter, pan));
		assert_true(!c.takes_token || *c.meter);
		assert_true(c.dues_paise >= 0);
		ordinary += strcmp(c.kind, "sts_units") == 0 && !*c.note;
	}
	assert_true(ordinary * 100 >= TOWN * 76 && ordinary * 100 <= TOWN * 86);
}

static void check_seed_decides(void **state)
{
	int differing = 0;
	(void)state;
	for (int64_t i = 20; i < 120; i++) {
		struct bt_sbx_consumer first = {.number = ""}, again = {.number = ""}, other = {.number = ""};
		bt_sbx_person_make(5, i, NOW, &first);
		bt_sbx_person_make(5, i, NOW, &again);
		bt_sbx_person_make(6, i, NOW, &other);
		assert_string_equal(first.name_hi, again.name_hi);
		assert_string_equal(first.meter, again.meter);
		assert_int_equal(first.balance_paise, again.balance_paise);
		differing += strcmp(first.name_en, other.name_en) != 0;
	}
	assert_true(differing > 50);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void check_no_number_comes_twice(void **state)
{
	static char meters[TOWN][14];
	static char numbers[TOWN][14];
	size_t count = 0;
	(void)state;
	for (int64_t i = 0; i < TOWN; i++) {
		struct bt_sbx_consumer c;
		bt_sbx_person_make(1, i, NOW, &c);
		memcpy(numbers[i], c.number, sizeof c.number);
		if (*c.meter)
			memcpy(meters[count++], c.meter, sizeof c.meter);
	}
	qsort(meters, count, sizeof *meters, compare_text);
	qsort(numbers, TOWN, sizeof *numbers, compare_text);
	for (size_t i = 1; i < count; i++)
		assert_string_not_equal(meters[i - 1], meters[i]);
	for (size_t i = 1; i < TOWN; i++)
		assert_string_not_equal(numbers[i - 1], numbers[i]);
}

static void check_every_failure_is_there(void **state)
{
	static const char *const notes[] = {"blocked",     "blocked_late", "unknown_to_server", "figures",
					    "not_covered", "key_changed",  "inactive",          "balance_only"};
	(void)state;
	for (size_t n = 0; n < sizeof notes / sizeof *notes; n++) {
		bool found = false;
		for (int64_t i = 0; i < 20 && !found; i++) {
			struct bt_sbx_consumer c;
			bt_sbx_person_make(1, i, NOW, &c);
			found = strcmp(c.note, notes[n]) == 0;
		}
		assert_true(found);
	}
}

/* The same in every town, and nobody else's numbers. */
static void check_guests(void **state)
{
	int due = 0;
	int longer = 0;
	(void)state;
	for (int64_t i = 0; i < BT_SBX_GUESTS; i++) {
		struct bt_sbx_consumer c, other;
		char pan[19];
		bt_sbx_guest_make(i, TOWN + i, NOW, &c);
		assert_true(bt_sbx_is_digits(c.number, 12) && bt_sbx_is_digits(c.mobile, 10));
		assert_true(*c.name_hi && *c.place_hi && bt_sbx_pan_make(c.meter, pan) && c.takes_token);
		assert_string_not_equal(c.note, "");
		assert_string_equal(bt_sbx_note_of(c.note)->id, c.note);
		due += bt_sbx_note_of(c.note)->is_key_due;
		longer += strlen(c.meter) == 13;
		for (int64_t j = 0; j < TOWN; j++) {
			bt_sbx_person_make(1, j, NOW, &other);
			assert_string_not_equal(other.number, c.number);
			assert_string_not_equal(other.meter, c.meter);
		}
	}
	assert_int_equal(due, 3);
	assert_int_equal(longer, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_first_is_known),         cmocka_unit_test(check_everyone_is_whole),
	    cmocka_unit_test(check_seed_decides),           cmocka_unit_test(check_no_number_comes_twice),
	    cmocka_unit_test(check_every_failure_is_there), cmocka_unit_test(check_guests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
