/* The slips around a sale: tenders and steps, copies, claims, and the reports of a shift.
 * rooms: core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/receipt/form.h"
#include "core/receipt/receipt_list.h"
#include "tests/unit/receipt_fixture.h"

static struct bt_words *words;
static struct bt_receipt_form form;
static struct bt_receipt slip;

static int open_words(void **state)
{
	(void)state;
	bt_form_default(&form);
	return bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) == BT_OK ? 0 : -1;
}

static int close_words(void **state)
{
	(void)state;
	bt_words_close(words);
	return 0;
}

static void compose(const struct bt_receipt_facts *facts, const struct bt_receipt_shift *shift,
		    enum bt_receipt_lang lang)
{
	assert_int_equal(bt_form_compose(&form, facts, shift, words, lang, &slip), BT_OK);
	assert_int_equal(slip.lines[slip.count - 1].kind, BT_LINE_END);
}

static int find_left(const char *left)
{
	for (int i = 0; i < slip.count; i++)
		if (strcmp(slip.lines[i].left, left) == 0)
			return i;
	return -1;
}

static void assert_pair(const char *label, const char *value)
{
	int at = find_left(label);
	if (at < 0)
		print_message("no line %s\n", label);
	assert_true(at >= 0);
	assert_string_equal(slip.lines[at].right, value);
}

static void test_each_tender_names_its_payment(void **state)
{
	static const struct {
		const char *tender, *label, *condition;
	} rows[] = {
	    {"UPI", "UTR", NULL},
	    {"Card", "RRN", NULL},
	    {"Cheque", "Cheque number", "Valid when the cheque clears"},
	    {"Demand draft", "Draft number", "Valid when the draft clears"},
	    {"Voucher", "Voucher number", NULL},
	    {"Something new", "Payment reference", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bt_receipt_facts facts = fixture_token();
		bt_text_copy(facts.tender, sizeof(facts.tender), rows[i].tender);
		bt_text_copy(facts.tender_reference, sizeof(facts.tender_reference), "432611805521");
		compose(&facts, NULL, BT_RECEIPT_EN);
		assert_pair("Pay by", rows[i].tender);
		assert_pair(rows[i].label, "432611805521");
		assert_int_equal(find_left("Valid when the cheque clears") >= 0,
				 rows[i].condition != NULL && rows[i].label[0] == 'C');
		if (rows[i].condition != NULL)
			assert_true(find_left(rows[i].condition) >= 0);
	}
}

static void test_steps_stand_instead_of_one_rate(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	facts.step_count = 2;
	facts.steps[0] = (struct bt_receipt_step){500, 612, 30600};
	facts.steps[1] = (struct bt_receipt_step){174, 826, 14445};
	compose(&facts, NULL, BT_RECEIPT_EN);
	assert_pair("DS-I · BERC 2026-27", "");
	assert_pair("50.0 × ₹ 6.12", "₹ 306.00");
	assert_pair("17.4 × ₹ 8.26", "₹ 144.45");
	facts.step_count = BT_RECEIPT_STEPS + 1; /* never beyond the list */
	compose(&facts, NULL, BT_RECEIPT_EN);
}

static void test_supply_lines_stand_only_when_known(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	compose(&facts, NULL, BT_RECEIPT_EN);
	assert_int_equal(find_left("Safe until about"), -1);
	assert_int_equal(find_left("Next possible cut"), -1);
	facts.safe_until_ms = FIXTURE_DAY + INT64_C(9) * 86400000;
	facts.cut_from_ms = FIXTURE_DAY + INT64_C(10) * 86400000;
	compose(&facts, NULL, BT_RECEIPT_EN);
	assert_pair("Safe until about", "30-11-2026");
	assert_pair("Next possible cut", "01-12-2026 11:42");
}

static void test_pictures_stand_beside_the_steps(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	int steps = 0, pictures = 0;
	(void)state;
	compose(&facts, NULL, BT_RECEIPT_BOTH);
	assert_int_equal(slip.lines[0].kind, BT_LINE_PICTURE);
	assert_string_equal(slip.lines[0].left, "logo");
	for (int i = 0; i < slip.count; i++) {
		if (slip.lines[i].kind != BT_LINE_STEP)
			continue;
		assert_int_equal(slip.lines[i].left[0], '1' + steps / 2);
		assert_true(steps % 2 == 0 || slip.lines[i].right[0] == '\0');
		pictures += slip.lines[i].right[0] != '\0';
		steps++;
	}
	assert_int_equal(steps, 10);
	assert_int_equal(pictures, 3);
}

static void test_copy_says_who_and_why(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	fixture_copy(&facts);
	bt_text_copy(facts.reprint_reason, sizeof(facts.reprint_reason), "Paper ok");
	compose(&facts, NULL, BT_RECEIPT_EN);
	assert_pair("Copy printed", "21-11-2026 15:02");
	assert_pair("Copy by", "Rina Kumari");
	assert_pair("Why a copy", "Paper ok");
	assert_pair("First printed", "21-11-2026 11:42");
	facts.copy = 1;
	compose(&facts, NULL, BT_RECEIPT_EN);
	assert_int_equal(find_left("Copy by"), -1);
}

static void test_claim_is_no_receipt(void **state)
{
	struct bt_receipt_facts facts = fixture_stuck();
	(void)state;
	compose(&facts, NULL, BT_RECEIPT_EN);
	assert_true(find_left("CLAIM, recharge not received") >= 0);
	assert_true(find_left("C-0142-0611-003-1") >= 0);
	assert_pair("Amount claimed", "₹ 500.00");
	assert_pair("Paid through", "PhonePe");
	assert_pair("UTR or reference", "432611805521");
	assert_pair("Paid on", "20-11-2026 11:42");
	assert_true(find_left("An answer is promised by 23-11-2026 11:42.") >= 0);
	assert_true(find_left("No money was taken here. Do not pay a second time for it.") >= 0);
	assert_pair("Connection", "2304 1100 9876");
	assert_int_equal(find_left("Amount"), -1);
	assert_int_equal(find_left("The money is safe."), -1);
	facts.promised_ms = 0;
	compose(&facts, NULL, BT_RECEIPT_HI);
	for (int i = 0; i < slip.count; i++)
		assert_null(strstr(slip.lines[i].left, "मिल जाएगा"));
}

static void test_report_of_a_closed_shift(void **state)
{
	struct bt_receipt_facts facts = fixture_report();
	struct bt_receipt_shift shift = fixture_shift();
	(void)state;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_true(find_left("Z REPORT, the shift has ended") >= 0);
	assert_pair("Shift", "611");
	assert_pair("Opened", "21-11-2026 09:42");
	assert_pair("Sealed", "21-11-2026 18:42");
	assert_pair("Sealed by", "Rina Kumari");
	assert_pair("Closed", "21-11-2026 19:07");
	assert_pair("Closed by", "A. K. Jha");
	assert_int_equal(find_left("Ended"), -1);
	assert_int_equal(find_left("Not closed by a supervisor yet."), -1);
	assert_pair("Counter, clerk", "0142 Mokama, Rina Kumari");
	assert_pair("Cash (41)", "₹ 20,500.00");
	assert_pair("Cheque (0)", "₹ 0.00");
	assert_pair("All sales (53)", "₹ 26,600.00");
	assert_pair("Dues payment (3)", "₹ 2,000.00");
	assert_pair("Refunds (1)", "₹ 500.00");
	assert_pair("Cash and cheques", "₹ 20,500.00");
	assert_pair("Not bankable", "₹ 6,100.00");
	assert_pair("Opening float", "₹ 1,000.00");
	assert_pair("Cash expected", "₹ 21,000.00");
	assert_pair("₹ 500 × 40", "₹ 20,000.00");
	assert_pair("Cash counted", "₹ 20,980.00");
	assert_pair("Cash short", "₹ 20.00");
	assert_pair("Bankable", "₹ 19,980.00"); /* what was counted, less the float that stays */
	assert_true(find_left("Torn or soiled, counted above") > find_left("Cash counted"));
	assert_pair("₹ 500 × 2", "₹ 1,000.00");
	assert_pair("₹ 10 × 3", "₹ 30.00");
	assert_pair("To be exchanged", "₹ 1,030.00");
	assert_true(find_left("At the bank; not to be given as change.") >= 0);
	assert_int_equal(find_left("₹ 100 × 0"), -1);
	assert_pair("First receipt", "0142-0611-001-2");
	assert_pair("Numbers given up", "1");
	assert_pair("Paid, not yet delivered", "2");
	assert_pair("D-0142-0611-052-1", "₹ 500.00");
	assert_true(find_left("Reference 7f3a 0011 2233 aabb") >= 0);
	assert_true(find_left("Signature of the clerk") >= 0);
	assert_string_equal(slip.lines[slip.count - 1].left, "Z-0142-0611");
}

static void test_report_while_the_shift_goes_on(void **state)
{
	struct bt_receipt_facts facts = fixture_report();
	struct bt_receipt_shift shift = fixture_shift();
	(void)state;
	facts.kind = BT_RECEIPT_SHIFT_X;
	shift.until_ms = 0;
	shift.is_counted = false;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_true(find_left("X REPORT, the shift goes on") >= 0);
	assert_int_equal(find_left("Closed"), -1);
	assert_true(find_left("The cash is not counted") >= 0);
	assert_int_equal(find_left("Cash short"), -1);
	assert_int_equal(find_left("Signature of the clerk"), -1);
	assert_pair("Cash (41)", "₹ 20,500.00");
	shift.is_blind = shift.hides_cash = true;
	shift.tenders[0].sum = BT_RECEIPT_HIDDEN;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_pair("Cash (41)", "—");
	assert_pair("All sales (53)", "—");
	assert_pair("UPI (12)", "₹ 6,100.00");
	assert_int_equal(find_left("Cash and cheques"), -1);
	assert_true(find_left("The cash is told after the count is sealed.") >= 0);
	shift = fixture_shift();
	shift.until_ms = 0;
	shift.is_counted = true;
	shift.counted_cash = shift.expected_cash;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_true(find_left("The cash agrees") >= 0);
	shift.counted_cash += 700;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_pair("Cash over", "₹ 7.00");
	assert_int_equal(bt_form_compose(&form, &facts, NULL, words, BT_RECEIPT_EN, &slip), BT_EINPUT);
}

/* Where there is none nothing is said of it. */
static void test_no_torn_notes(void **state)
{
	struct bt_receipt_facts facts = fixture_report();
	struct bt_receipt_shift shift = fixture_shift();
	(void)state;
	for (int i = 0; i < shift.note_count; i++)
		shift.notes[i].torn = 0;
	shift.torn_cash = 0;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_pair("Bankable", "₹ 19,980.00");
	assert_int_equal(find_left("Torn or soiled, counted above"), -1);
	assert_int_equal(find_left("To be exchanged"), -1);
}

/* What the bank may still pay stands apart from what is owed for money that is here. */
static void test_report_names_what_waits_for_the_bank(void **state)
{
	struct bt_receipt_facts facts = fixture_report();
	struct bt_receipt_shift shift = fixture_shift();
	(void)state;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_int_equal(find_left("Waiting for the bank"), -1);
	shift.unsettled_count = 3;
	shift.bank_count = 1;
	shift.unsettled[2] = shift.unsettled[1];
	shift.unsettled[1] = (struct bt_receipt_unsettled){"0142-0611-048-3", 70000, true};
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_pair("Paid, not yet delivered", "2");
	assert_pair("Waiting for the bank", "1");
	assert_pair("0142-0611-048-3", "₹ 700.00");
	assert_true(find_left("D-0142-0611-053-0") < find_left("Waiting for the bank"));
	assert_int_equal(find_left("0142-0611-048-3"), find_left("Waiting for the bank") + 1);
}

/* What has not been done is said, and nobody is named for it. */
static void test_report_of_a_shift_still_to_be_closed(void **state)
{
	struct bt_receipt_facts facts = fixture_report();
	struct bt_receipt_shift shift = fixture_shift();
	(void)state;
	facts.closed_by = (struct bt_receipt_name){0};
	shift.closed_ms = 0;
	shift.closed_by[0] = '\0';
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_pair("Sealed by", "Rina Kumari");
	assert_true(find_left("Not closed by a supervisor yet.") >= 0);
	assert_int_equal(find_left("Closed"), -1);
	assert_int_equal(find_left("Closed by"), -1);
	facts.sealed_by = (struct bt_receipt_name){0};
	shift.sealed_by[0] = '\0';
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_true(find_left("It ended by itself: its receipt numbers were used up.") >= 0);
	assert_int_equal(find_left("Sealed by"), -1);
	shift.sealed_ms = 0;
	compose(&facts, &shift, BT_RECEIPT_EN);
	assert_pair("Ended", "21-11-2026 18:42");
	assert_true(find_left("Nobody has sealed this shift.") >= 0);
	assert_int_equal(find_left("Sealed"), -1);
}

/* More of everything than the lists hold, in both languages, in training, a copy: it still fits. */
static void test_largest_report_fits(void **state)
{
	struct bt_receipt_facts facts = fixture_report();
	struct bt_receipt_shift shift = fixture_shift();
	(void)state;
	fixture_copy(&facts);
	facts.training = true;
	shift.tender_count = shift.kind_count = BT_RECEIPT_TOTALS;
	for (int i = 0; i < BT_RECEIPT_TOTALS; i++) {
		shift.tenders[i] = (struct bt_receipt_total){"Cash", 1, 100};
		shift.kinds[i] = (struct bt_receipt_total){"Token recharge", 1, 100};
	}
	shift.note_count = BT_RECEIPT_NOTES;
	for (int i = 0; i < BT_RECEIPT_NOTES; i++)
		shift.notes[i] = (struct bt_receipt_note){50000, 9999, 9999};
	shift.abandoned_count = 99;
	shift.unsettled_count = 40;
	compose(&facts, &shift, BT_RECEIPT_BOTH);
	assert_true(find_left("and 28 more on the screen") >= 0);
	assert_pair("छोड़े गए नंबर / Numbers given up", "99");
}

/* Three lines a row; the most there can be, with the longest names in both languages, fit. */
static void test_list_of_stuck_recharges(void **state)
{
	struct bt_receipt_list list = {.count = 2, .all = 2, .at_ms = FIXTURE_DAY};
	int at;
	(void)state;
	list.utility = fixture_token().utility;
	list.counter = fixture_report().counter;
	list.clerk = fixture_report().clerk;
	list.rows[0] = (struct bt_receipt_listed){.name = fixture_token().consumer,
						  .connection = "100245510087",
						  .amount = 50000,
						  .where = "app paid, no token",
						  .since_ms = FIXTURE_DAY};
	list.rows[1] = (struct bt_receipt_listed){
	    .connection = "100245510088", .where = "supply due back {1}", .arg = "11:52", .since_ms = FIXTURE_DAY};
	assert_int_equal(bt_receipt_list_compose(&list, words, BT_RECEIPT_EN, &slip), BT_OK);
	assert_true(find_left("Stuck recharges") >= 0);
	assert_pair("How many", "2");
	assert_pair("1002 4551 0087", "21-11-2026 11:42");
	at = find_left("app paid, no token");
	assert_string_equal(slip.lines[at - 1].right, "₹ 500.00");
	assert_true(find_left("supply due back 11:52") > at);
	assert_string_equal(slip.lines[find_left("supply due back 11:52") - 1].left, "1002 4551 0088");
	assert_int_equal(slip.lines[slip.count - 1].kind, BT_LINE_END);
	assert_true(find_left("Nothing here needs to be paid again.") > at);
	list.unpaid = true;
	assert_int_equal(bt_receipt_list_compose(&list, words, BT_RECEIPT_EN, &slip), BT_OK);
	assert_true(find_left("Pay again only where no money came.") > at);
	assert_int_equal(find_left("Nothing here needs to be paid again."), -1);
	list.count = BT_RECEIPT_LISTED;
	list.all = 300;
	list.training = true;
	for (int i = 0; i < BT_RECEIPT_LISTED; i++) {
		list.rows[i] = list.rows[i % 2];
		for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
			memset(list.rows[i].name.text[lang], 'n', sizeof(list.rows[i].name.text[lang]) - 1);
			list.rows[i].name.text[lang][sizeof(list.rows[i].name.text[lang]) - 1] = '\0';
		}
	}
	assert_int_equal(bt_receipt_list_compose(&list, words, BT_RECEIPT_BOTH, &slip), BT_OK);
	assert_true(find_left("and 260 more on the screen") >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_tender_names_its_payment),
	    cmocka_unit_test(test_steps_stand_instead_of_one_rate),
	    cmocka_unit_test(test_supply_lines_stand_only_when_known),
	    cmocka_unit_test(test_pictures_stand_beside_the_steps),
	    cmocka_unit_test(test_copy_says_who_and_why),
	    cmocka_unit_test(test_claim_is_no_receipt),
	    cmocka_unit_test(test_report_of_a_closed_shift),
	    cmocka_unit_test(test_report_while_the_shift_goes_on),
	    cmocka_unit_test(test_report_names_what_waits_for_the_bank),
	    cmocka_unit_test(test_no_torn_notes),
	    cmocka_unit_test(test_report_of_a_shift_still_to_be_closed),
	    cmocka_unit_test(test_largest_report_fits),
	    cmocka_unit_test(test_list_of_stuck_recharges),
	};
	return cmocka_run_group_tests(tests, open_words, close_words);
}
