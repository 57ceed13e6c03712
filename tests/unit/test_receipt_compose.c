/* Slips as data: what each kind says, in each language, and in which order.
 * rooms: core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/receipt_fixture.h"

static struct bt_words *words;
static struct bt_receipt slip;

static int open_words(void **state)
{
	(void)state;
	return bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) == BT_OK ? 0 : -1;
}

static int close_words(void **state)
{
	(void)state;
	bt_words_close(words);
	return 0;
}

static void compose(struct bt_receipt_facts facts, enum bt_receipt_lang lang)
{
	assert_int_equal(bt_receipt_compose(&facts, words, lang, &slip), BT_OK);
	assert_in_range(slip.count, 10, BT_RECEIPT_LINES);
}

/* @return the first line at or after @p from of that kind and left text (NULL: any); -1 when none. */
static int find_line(int from, enum bt_receipt_line_kind kind, const char *left)
{
	for (int i = from; i < slip.count; i++)
		if (slip.lines[i].kind == kind && (left == NULL || strcmp(slip.lines[i].left, left) == 0))
			return i;
	return -1;
}

static int count_kind(enum bt_receipt_line_kind kind)
{
	int count = 0;
	for (int i = 0; i < slip.count; i++)
		count += slip.lines[i].kind == kind;
	return count;
}

static void assert_pair(const char *label, const char *value)
{
	int at = find_line(0, BT_LINE_PAIR, label);
	assert_int_not_equal(at, -1);
	assert_string_equal(slip.lines[at].right, value);
}

static void assert_token_groups(int at, const char *token)
{
	for (int group = 0; group < 5; group++) {
		assert_int_equal(slip.lines[at + group].kind, BT_LINE_GROUP);
		assert_int_equal(slip.lines[at + group].left[0], '1' + group);
		assert_int_equal(strlen(slip.lines[at + group].right), 4);
		assert_memory_equal(slip.lines[at + group].right, token + group * 4, 4);
	}
}

static void test_token_comes_first_and_whole(void **state)
{
	(void)state;
	for (int lang = BT_RECEIPT_EN; lang <= BT_RECEIPT_BOTH; lang++) {
		compose(fixture_token(), (enum bt_receipt_lang)lang);
		int at = find_line(0, BT_LINE_GROUP, NULL);
		assert_in_range(at, 1, 7); /* a torn end still leaves the token */
		assert_token_groups(at, "44717023198527604388");
		assert_int_equal(count_kind(BT_LINE_GROUP), 5);
		assert_true(at < find_line(0, BT_LINE_QR, FIXTURE_PROOF));
		assert_int_equal(slip.lines[slip.count - 1].kind, BT_LINE_END);
		assert_string_equal(slip.lines[slip.count - 1].left, "0142-0611-087-4");
	}
}

static void test_english_figures(void **state)
{
	(void)state;
	compose(fixture_token(), BT_RECEIPT_EN);
	assert_int_not_equal(find_line(0, BT_LINE_HEADING, "RECEIPT"), -1);
	assert_pair("Amount", "₹ 500.00");
	assert_pair("energy", "₹ 450.45");
	assert_pair("duty", "₹ 27.03");
	assert_pair("Gives", "63.5 units");
	assert_pair("Given", "₹ 1,000.00");
	assert_pair("Returned", "₹ 500.00");
	assert_pair("Balance", "−₹ 214.00");
	assert_pair("Pay by", "Cash");
	assert_pair("Time", "21-11-2026 11:42");
	assert_pair("Meter", "0474 0015 298");
	assert_pair("Connection", "2304 1100 9876");
	assert_pair("Father", "Krishna Prasad Vidyarthi");
	assert_pair("Counter, clerk", "0142 Mokama, Rina Kumari");
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "five hundred rupees"), -1);
	assert_int_equal(find_line(0, BT_LINE_MARK, NULL), -1);
	assert_int_equal(find_line(0, BT_LINE_PAIR, "Towards dues"), -1);
}

static void test_hindi_has_no_english_word(void **state)
{
	(void)state;
	compose(fixture_token(), BT_RECEIPT_HI);
	assert_int_not_equal(find_line(0, BT_LINE_HEADING, "रसीद"), -1);
	assert_pair("रकम", "₹ 500.00");
	assert_pair("मिलेगा", "63.5 यूनिट");
	assert_pair("नाम", "रमेश कुमार सिंह");
	assert_pair("पिता", "कृष्ण प्रसाद विद्यार्थी");
	for (int i = 0; i < slip.count; i++)
		if (slip.lines[i].kind == BT_LINE_PAIR && strstr(slip.lines[i].left, "BERC") == NULL)
			for (const char *at = slip.lines[i].left; *at != '\0'; at++)
				assert_false((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z'));
}

static void test_both_languages_say_each_thing_once(void **state)
{
	(void)state;
	compose(fixture_token(), BT_RECEIPT_BOTH);
	assert_pair("रकम / Amount", "₹ 500.00");
	assert_pair("भुगतान / Pay by", "नकद / Cash");
	int hindi = find_line(0, BT_LINE_HEADING, "रसीद");
	assert_int_equal(find_line(0, BT_LINE_HEADING, "RECEIPT"), hindi + 1);
	int name = find_line(0, BT_LINE_PAIR, "नाम / Name");
	assert_string_equal(slip.lines[name].right, "रमेश कुमार सिंह");
	assert_string_equal(slip.lines[name + 1].right, "Ramesh Kumar Singh");
	compose(fixture_docket(), BT_RECEIPT_BOTH);
	assert_pair("भुगतान / Pay by", "UPI");
	assert_pair("UTR", "432611805521");
}

static void test_docket_has_no_token_and_says_so(void **state)
{
	(void)state;
	compose(fixture_docket(), BT_RECEIPT_EN);
	assert_int_equal(count_kind(BT_LINE_GROUP), 0);
	assert_int_not_equal(find_line(0, BT_LINE_HEADING, "PAYMENT RECEIPT, token follows"), -1);
	assert_int_not_equal(find_line(0, BT_LINE_HEADING, "D-0142-0611-087-4"), -1);
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "The money is safe."), -1);
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "This meter is not in our offline list."), -1);
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "Nothing more to pay."), -1);
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "Balance not shown; last known 20-11-2026"), -1);
	assert_pair("Towards balance", "₹ 300.00");
	assert_pair("Towards dues", "₹ 200.00");
	assert_int_equal(find_line(0, BT_LINE_CENTRE, "Tokens are not returned or exchanged"), -1);
	assert_int_not_equal(find_line(0, BT_LINE_QR, &FIXTURE_PROOF[FIXTURE_NO_TOKEN]), -1);
}

static void test_credit_by_cheque(void **state)
{
	(void)state;
	compose(fixture_credit(), BT_RECEIPT_EN);
	assert_int_equal(count_kind(BT_LINE_GROUP), 0);
	assert_pair("Towards dues", "₹ 500.00");
	assert_pair("Pay by", "Cheque");
	assert_pair("Cheque number", "004512");
	assert_pair("Bank", "Punjab National Bank");
	assert_pair("Husband", "Krishna Prasad Vidyarthi");
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "Valid when the cheque clears"), -1);
}

static void test_second_copy_in_training(void **state)
{
	(void)state;
	compose(fixture_training(), BT_RECEIPT_EN);
	assert_int_equal(slip.copy, 2);
	int token = find_line(0, BT_LINE_GROUP, NULL);
	int training = find_line(0, BT_LINE_MARK, "TRAINING · NO VALUE");
	assert_in_range(training, 1, token);
	assert_true(find_line(training + 1, BT_LINE_MARK, "TRAINING · NO VALUE") > token); /* cut off neither way */
	assert_in_range(find_line(0, BT_LINE_MARK, "DUPLICATE, copy 2"), 1, token);
	assert_in_range(find_line(0, BT_LINE_MARK, "POSSIBLE DUPLICATE"), 1, token);
	assert_in_range(find_line(0, BT_LINE_MARK, "Made while the server was down"), 1, token);
}

static void assert_digits(int at, const char *digits)
{
	assert_int_equal(slip.lines[at].kind, BT_LINE_DIGITS);
	assert_string_equal(slip.lines[at].right, digits);
}

static void test_key_change_is_keyed_in_before(void **state)
{
	(void)state;
	compose(fixture_training(), BT_RECEIPT_EN);
	int first = find_line(0, BT_LINE_CENTRE, "First key in these, one by one");
	int label = find_line(first, BT_LINE_CENTRE, "Key change 1 of 2");
	int second = find_line(label, BT_LINE_CENTRE, "Key change 2 of 2");
	int last = find_line(second, BT_LINE_CENTRE, "Then the recharge token");
	assert_in_range(first, 1, label);
	assert_digits(label + 1, "1111 2222 3333 4444 5555");
	assert_digits(second + 1, "6666 7777 8888 9999 0000");
	assert_in_range(second, label, last);
	assert_token_groups(last + 1, "44717023198527604388");
	assert_true(find_line(last, BT_LINE_TEXT,
			      "Key change refused? Check the digits and key it in again. Refused again: the "
			      "meter has it; go on.") > last);
	assert_int_equal(count_kind(BT_LINE_DIGITS), 2);
}

static void test_four_of_them_in_both_languages(void **state)
{
	struct bt_receipt_facts facts = fixture_four();
	(void)state;
	compose(facts, BT_RECEIPT_HI);
	int last = find_line(0, BT_LINE_CENTRE, "कुंजी टोकन 4 (कुल 4)");
	assert_true(find_line(0, BT_LINE_CENTRE, "पहले इन्हें एक-एक करके डालें") > 0 && last > 0);
	assert_digits(last + 1, "6790 4239 4026 1764 3990");
	compose(facts, BT_RECEIPT_BOTH);
	int hindi = find_line(0, BT_LINE_CENTRE, "कुंजी टोकन 1 (कुल 4)");
	assert_int_equal(find_line(0, BT_LINE_CENTRE, "Key change 1 of 4"), hindi + 1);
	assert_int_equal(count_kind(BT_LINE_DIGITS), 4);
	assert_int_equal(count_kind(BT_LINE_GROUP), 5);
	/* A docket and a slip without a change say nothing of it. */
	facts.kind = BT_RECEIPT_DOCKET;
	compose(facts, BT_RECEIPT_BOTH);
	assert_int_equal(count_kind(BT_LINE_DIGITS), 0);
	compose(fixture_token(), BT_RECEIPT_EN);
	assert_int_equal(count_kind(BT_LINE_DIGITS), 0);
	assert_int_equal(find_line(0, BT_LINE_CENTRE, "Then the recharge token"), -1);
}

static void test_longest_slip_fits(void **state)
{
	(void)state;
	compose(fixture_longest(), BT_RECEIPT_BOTH);
	assert_true(slip.count > 80); /* it is long */
}

static void test_missing_names_use_the_other_script(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	facts.consumer.text[BT_LANG_HI][0] = '\0';
	facts.relative.text[BT_LANG_HI][0] = '\0';
	facts.relative.text[BT_LANG_EN][0] = '\0';
	compose(facts, BT_RECEIPT_HI);
	assert_pair("नाम", "Ramesh Kumar Singh");
	assert_int_equal(find_line(0, BT_LINE_PAIR, "पिता"), -1);
}

static void test_test_page_is_worth_nothing(void **state)
{
	struct bt_receipt_facts facts = {.kind = BT_RECEIPT_TEST, .paid_at_ms = FIXTURE_DAY, .record = "BATTI"};
	(void)state;
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_BOTH, &slip), BT_OK);
	assert_int_not_equal(find_line(0, BT_LINE_MARK, "TRAINING · NO VALUE"), -1);
	assert_int_not_equal(find_line(0, BT_LINE_QR, "BATTI"), -1);
	assert_int_equal(count_kind(BT_LINE_GROUP), 0);
	assert_int_equal(slip.lines[slip.count - 1].kind, BT_LINE_END);
}

/* A QR that was cut would be proof of nothing, and a docket's is the longest: it stands whole on its line. */
static void test_longest_proof_stands_whole(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	facts.kind = BT_RECEIPT_DOCKET;
	memset(facts.record, 'A', sizeof(facts.record) - 1);
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_EN, &slip), BT_OK);
	assert_int_not_equal(find_line(0, BT_LINE_QR, facts.record), -1);
}

/* What a refund says: the money, who let it go, and nothing that was bought; and the slip of one that waits. */
static void test_refund_slips(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	facts.kind = BT_RECEIPT_REFUND;
	facts.token[0] = facts.record[0] = '\0';
	facts.key_change.count = 0;
	bt_text_copy(facts.approved.text[BT_LANG_EN], sizeof(facts.approved.text[BT_LANG_EN]), "A. K. Jha");
	compose(facts, BT_RECEIPT_BOTH);
	assert_int_not_equal(find_line(0, BT_LINE_HEADING, "REFUND"), -1);
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "Approved by A. K. Jha."), -1);
	assert_int_not_equal(find_line(0, BT_LINE_TEXT, "A. K. Jha ने मंज़ूर किया।"), -1);
	assert_int_equal(count_kind(BT_LINE_GROUP), 0);
	assert_int_equal(count_kind(BT_LINE_QR), 0);
	facts.kind = BT_RECEIPT_REFUND_DOCKET;
	compose(facts, BT_RECEIPT_HI);
	assert_int_not_equal(find_line(0, BT_LINE_HEADING, "पैसा वापसी, पैसा बाद में"), -1);
	assert_int_equal(count_kind(BT_LINE_QR), 0);
}

static void test_languages_parse(void **state)
{
	enum bt_receipt_lang lang = BT_RECEIPT_EN;
	(void)state;
	assert_int_equal(bt_receipt_lang_parse("both", &lang), BT_OK);
	assert_int_equal(lang, BT_RECEIPT_BOTH);
	assert_int_equal(bt_receipt_lang_parse("hindi", &lang), BT_EINPUT);
	assert_int_equal(lang, BT_RECEIPT_BOTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_token_comes_first_and_whole),
	    cmocka_unit_test(test_english_figures),
	    cmocka_unit_test(test_hindi_has_no_english_word),
	    cmocka_unit_test(test_both_languages_say_each_thing_once),
	    cmocka_unit_test(test_docket_has_no_token_and_says_so),
	    cmocka_unit_test(test_credit_by_cheque),
	    cmocka_unit_test(test_second_copy_in_training),
	    cmocka_unit_test(test_key_change_is_keyed_in_before),
	    cmocka_unit_test(test_four_of_them_in_both_languages),
	    cmocka_unit_test(test_longest_slip_fits),
	    cmocka_unit_test(test_missing_names_use_the_other_script),
	    cmocka_unit_test(test_test_page_is_worth_nothing),
	    cmocka_unit_test(test_longest_proof_stands_whole),
	    cmocka_unit_test(test_refund_slips),
	    cmocka_unit_test(test_languages_parse),
	};
	return cmocka_run_group_tests(tests, open_words, close_words);
}
