/* Tenders: the table and each kind's check.
 *
 * rooms: core/tender core/money core/base */
#include "core/tender/tender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check_table(void **state)
{
	(void)state;
	static const char *const ids[] = {"cash", "upi", "card", "cheque", "voucher"};
	for (size_t i = 0; i < 5; i++) {
		const struct bt_tender_kind *kind = bt_tender_kinds[i];
		assert_non_null(kind);
		assert_string_equal(kind->id, ids[i]);
		assert_ptr_equal(bt_tender_find(ids[i]), kind);
		assert_non_null(kind->check);
		assert_non_null(kind->name);
		assert_true(strlen(kind->id) < sizeof(((struct bt_tender *)NULL)->kind));
		assert_int_equal(kind->available, i < 2);
		assert_int_equal(kind->asks_bank, i == 1);
	}
	assert_null(bt_tender_kinds[5]);
	assert_null(bt_tender_find("Cash"));
	assert_null(bt_tender_find(""));
}

static void check_cash(void **state)
{
	(void)state;
	const struct bt_tender_kind *cash = bt_tender_find("cash");
	assert_int_equal(cash->check(50000, 50000, NULL), BT_OK);
	assert_int_equal(cash->check(50000, 100000, ""), BT_OK);
	assert_int_equal(cash->check(50000, 49999, NULL), BT_ERANGE);
	assert_int_equal(cash->check(0, 0, NULL), BT_ERANGE);
	assert_int_equal(cash->check(-1, 5, NULL), BT_ERANGE);
	assert_int_equal(cash->check(BT_TENDER_CASH_LEGAL_LIMIT - 1, BT_TENDER_CASH_LEGAL_LIMIT, NULL), BT_OK);
	assert_int_equal(cash->check(BT_TENDER_CASH_LEGAL_LIMIT, BT_TENDER_CASH_LEGAL_LIMIT, NULL), BT_ERANGE);
	assert_int_equal(cash->check(50000, BT_PAISE_MAX + 1, NULL), BT_ERANGE);
}

static void check_references(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *good, *bad[4];
	} rows[] = {
	    {"upi", "432611805521", {NULL, "", "43261180552", "43261180552A"}},
	    {"card", "4326A1805521", {NULL, "", "4326A18055211", "4326a1805521"}},
	    {"cheque", "004711", {NULL, "", "4711", "00471x"}},
	    {"voucher", "AB-1234", {NULL, "", "AB1", "AB 1234"}},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct bt_tender_kind *kind = bt_tender_find(rows[i].kind);
		assert_true(kind->needs_reference);
		assert_int_equal(kind->check(50000, 50000, rows[i].good), BT_OK);
		assert_int_equal(kind->check(50000, 60000, rows[i].good), BT_ERANGE);
		assert_int_equal(kind->check(0, 0, rows[i].good), BT_ERANGE);
		for (size_t k = 0; k < 4; k++) {
			assert_int_equal(kind->check(50000, 50000, rows[i].bad[k]), BT_EINPUT);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_table),
	    cmocka_unit_test(check_cash),
	    cmocka_unit_test(check_references),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
