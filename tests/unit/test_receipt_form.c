/* The form of the slips: the file that is shipped is the one built in, and a file that breaks a rule of paper is
 * refused with the place and the reason.
 * rooms: core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/base/file.h"
#include "core/receipt/form.h"
#include "tests/unit/receipt_fixture.h"

#define FOLDER BATTI_SOURCE_DIR "/assets/receipt"

static struct bt_words *words;
static struct bt_receipt_form form;

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

static enum bt_err decode(const char *json, struct bt_fault *fault)
{
	return bt_form_decode((struct bt_bytes){(const uint8_t *)json, strlen(json)}, &form, fault);
}

/* @p blocks of a token's slip, in a form that is right otherwise. */
static enum bt_err decode_token(const char *blocks, struct bt_fault *fault)
{
	char json[2048];
	assert_int_equal(
	    bt_text_printf(json, sizeof(json), "{\"format\":1,\"slips\":{\"token\":{\"blocks\":[%s]}}}", blocks),
	    BT_OK);
	return decode(json, fault);
}

static struct bt_receipt_facts facts_of(int slip)
{
	struct bt_receipt_facts facts = fixture_training();
	facts.kind = slip == BT_FORM_CREDIT_DOCKET ? BT_RECEIPT_DOCKET : (enum bt_receipt_kind)slip;
	facts.no_token = slip == BT_FORM_CREDIT_DOCKET;
	facts.safe_until_ms = facts.cut_from_ms = FIXTURE_DAY;
	return facts;
}

static void test_shipped_file_is_what_is_built_in(void **state)
{
	struct bt_receipt_form built_in;
	struct bt_receipt_shift shift = fixture_shift();
	static struct bt_receipt ours, theirs;
	struct bt_fault fault = {0};
	(void)state;
	assert_int_equal(bt_form_open(FOLDER, &form, &fault), BT_OK);
	bt_form_default(&built_in);
	for (int slip = 0; slip < BT_FORM_SLIPS; slip++) {
		struct bt_receipt_facts facts = facts_of(slip);
		for (int lang = BT_RECEIPT_EN; lang <= BT_RECEIPT_BOTH; lang++) {
			assert_int_equal(
			    bt_form_compose(&form, &facts, &shift, words, (enum bt_receipt_lang)lang, &theirs), BT_OK);
			assert_int_equal(
			    bt_form_compose(&built_in, &facts, &shift, words, (enum bt_receipt_lang)lang, &ours),
			    BT_OK);
			assert_memory_equal(&ours, &theirs, sizeof(ours));
			assert_in_range(ours.count, 8, BT_RECEIPT_LINES);
		}
	}
}

static void test_a_utility_words_and_orders_its_slip(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	static struct bt_receipt slip;
	struct bt_fault fault = {0};
	(void)state;
	assert_int_equal(
	    decode(
		"{\"format\":1,\"logo\":\"\",\"complaint\":\"1800 345 6198\",\"how_to\":[],"
		"\"footer\":[{\"en\":\"Office: Vidyut Bhawan\",\"hi\":\"कार्यालय: विद्युत भवन\"}],"
		"\"slips\":{\"token\":{\"language\":\"hi\",\"heading\":{\"en\":\"TAX RECEIPT\",\"hi\":\"कर रसीद\"},"
		"\"notices\":[{\"en\":\"Keep this slip\"}],\"blocks\":[\"heading\",\"marks\",\"meter\",\"key_change\","
		"\"token\",\"consumer\",\"number\",\"copy\",\"money\",\"tender\",\"proof\",\"notice\",\"footer\","
		"\"end\"]}}}",
		&fault),
	    BT_OK);
	assert_int_equal(bt_form_lang(&form, BT_RECEIPT_TOKEN, BT_RECEIPT_EN), BT_RECEIPT_HI);
	assert_int_equal(bt_form_lang(&form, BT_RECEIPT_CREDIT, BT_RECEIPT_EN), BT_RECEIPT_EN);
	assert_int_equal(bt_form_compose(&form, &facts, NULL, words, BT_RECEIPT_HI, &slip), BT_OK);
	assert_string_equal(slip.lines[0].left, "कर रसीद");
	assert_int_equal(slip.lines[1].kind, BT_LINE_PAIR);
	assert_int_equal(slip.lines[2].kind, BT_LINE_GROUP);
	assert_string_equal(slip.lines[slip.count - 4].left, "पर्ची सँभाल कर रखें"); /* from the catalogue */
	assert_string_equal(slip.lines[slip.count - 3].left, "कार्यालय: विद्युत भवन");
	assert_string_equal(slip.lines[slip.count - 2].left, "शिकायत 1800 345 6198");
	assert_int_equal(slip.lines[slip.count - 1].kind, BT_LINE_END);
	for (int i = 0; i < slip.count; i++)
		assert_true(slip.lines[i].kind != BT_LINE_PICTURE && slip.lines[i].kind != BT_LINE_STEP);
}

#define PEOPLE "\"consumer\",\"number\",\"copy\",\"money\",\"tender\",\"proof\""

static const struct {
	const char *blocks, *says;
} bad_tokens[] = {
    {"\"marks\",\"meter\",\"key_change\",\"token\"," PEOPLE, "token: block \"end\" is missing"},
    {"\"marks\",\"meter\",\"key_change\",\"token\"," PEOPLE ",\"end\",\"footer\"",
     "token: block \"end\" must be the last"},
    {"\"meter\",\"marks\",\"key_change\",\"token\"," PEOPLE ",\"end\"",
     "token: \"meter\" must not stand above \"marks\""},
    {"\"meter\",\"key_change\",\"token\"," PEOPLE ",\"end\"", "token: block \"marks\" is missing"},
    {"\"marks\",\"meter\",\"token\",\"key_change\"," PEOPLE ",\"end\"",
     "token: \"key_change\" must stand above \"token\""},
    {"\"marks\",\"meter\",\"token\"," PEOPLE ",\"end\"", "token: block \"key_change\" is missing"},
    {"\"marks\",\"meter\",\"key_change\"," PEOPLE ",\"token\",\"end\"",
     "token: \"consumer\" must not stand above \"token\""},
    {"\"marks\",\"meter\",\"key_change\",\"how_to\",\"token\"," PEOPLE ",\"end\"",
     "token: \"how_to\" must not stand above \"token\""},
    {"\"marks\",\"space\",\"meter\",\"key_change\",\"token\"," PEOPLE ",\"end\"",
     "token: \"space\" must not stand above \"token\""},
    {"\"marks\",\"meter\",\"key_change\",\"token\",\"token\"," PEOPLE ",\"end\"",
     "token: block \"token\" stands twice"},
    {"\"marks\",\"meter\",\"key_change\",\"token\",\"consumer\",\"number\",\"copy\",\"money\",\"tender\",\"end\"",
     "token: block \"proof\" is missing"},
    {"\"marks\",\"meter\",\"key_change\",\"token\",\"cash\"," PEOPLE ",\"end\"",
     "token: block \"cash\" is not for this slip"},
    {"\"marks\",\"meter\",\"key_change\",\"tokken\"," PEOPLE ",\"end\"", "token: \"tokken\" is no block"},
    {"\"marks\",\"meter\",\"key_change\",7," PEOPLE ",\"end\"", "token: \"blocks\" holds something that is no name"},
    {"", "token: \"blocks\" is no list of 1 to 32 names"},
};

static void test_rules_of_paper_are_not_for_a_file_to_break(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_tokens) / sizeof(bad_tokens[0]); i++) {
		struct bt_fault fault = {0};
		struct bt_receipt_form before;
		bt_form_default(&form);
		before = form;
		assert_int_equal(decode_token(bad_tokens[i].blocks, &fault), BT_EFORMAT);
		assert_string_equal(fault.what, bad_tokens[i].says);
		assert_memory_equal(&before, &form, sizeof(form));
	}
	/* The same list, whole, is taken: what was refused above was refused for its one mistake. */
	assert_int_equal(decode_token("\"marks\",\"meter\",\"key_change\",\"token\"," PEOPLE ",\"end\"", NULL), BT_OK);
}

static const struct {
	const char *json, *says;
} bad_files[] = {
    {"[]", "slips.json: is not an object"},
    {"{}", "slips.json: \"format\" must be 1"},
    {"{\"format\":2}", "slips.json: \"format\" must be 1"},
    {"{\"format\":1,\n\"logo\" \"x\"}", "not JSON at line 2, byte 23"},
    {"{\"format\":1,\"slip\":{}}", "slips.json: \"slip\" is not known"},
    {"{\"format\":1,\"slips\":{\"receit\":{}}}", "slips: \"receit\" is not known"},
    {"{\"format\":1,\"slips\":{\"token\":{\"block\":[]}}}", "token: \"block\" is not known"},
    {"{\"format\":1,\"slips\":{\"token\":[]}}", "token: is not an object"},
    {"{\"format\":1,\"slips\":[]}", "slips: is not an object"},
    {"{\"format\":1,\"slips\":{\"token\":{\"language\":\"bn\"}}}",
     "token: \"language\" is none of counter, en, hi, both"},
    {"{\"format\":1,\"slips\":{\"shift_z\":{\"blocks\":[\"marks\",\"shift\",\"counter\",\"copy\",\"takings\",\"proof\","
     "\"end\"]}}}",
     "shift_z: block \"cash\" is missing"},
    {"{\"format\":1,\"logo\":\"../secret\"}",
     "slips.json: \"logo\" is no name of a picture: a-z, 0-9 and -, at most 23"},
    {"{\"format\":1,\"footer\":[{\"hi\":\"केवल\"}]}", "slips.json: \"footer\" needs \"en\", a text of 1 to 191 bytes"},
    {"{\"format\":1,\"footer\":[{\"en\":\"4471 7023 1985 2760 4388\"}]}",
     "slips.json: \"footer\" has as many digits as a token"},
    {"{\"format\":1,\"footer\":[{\"en\":\"x\",\"hi\":\"==== 0142 ====\"}]}",
     "slips.json: \"footer\" looks like the end of a slip"},
    {"{\"format\":1,\"footer\":[{\"en\":\"x\",\"ta\":\"y\"}]}", "slips.json: \"ta\" is not known"},
    {"{\"format\":1,\"how_to\":[{\"text\":{\"en\":\"x\"},\"picture\":7}]}",
     "how_to: \"picture\" is no name of a picture: a-z, 0-9 and -, at most 23"},
    {"{\"format\":1,\"how_to\":{}}", "slips.json: \"how_to\" is no list of at most 6 steps"},
    {"{\"format\":1,\"complaint\":\"1234567890123456\"}", "slips.json: \"complaint\" is no text of at most 15 bytes"},
};

static void test_mistakes_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
		struct bt_fault fault = {0};
		assert_int_equal(decode(bad_files[i].json, &fault), BT_EFORMAT);
		assert_string_equal(fault.what, bad_files[i].says);
	}
}

static void read_shipped(struct bt_buf *out)
{
	bt_buf_init(out, BT_FORM_MAX_BYTES);
	assert_int_equal(bt_file_read(FOLDER "/slips.json", out, NULL), BT_OK);
}

/* Cut at each byte, and with each byte changed: refused, or still a form in which every rule holds. */
static void test_no_damage_gets_past(void **state)
{
	struct bt_buf file;
	struct bt_receipt_facts facts = fixture_training();
	static struct bt_receipt slip;
	(void)state;
	read_shipped(&file);
	for (size_t len = 0; len + 2 < file.len; len++)
		assert_int_equal(bt_form_decode((struct bt_bytes){file.data, len}, &form, NULL), BT_EFORMAT);
	for (size_t at = 0; at < file.len; at++) {
		file.data[at] ^= 0x11;
		if (bt_form_decode(bt_buf_view(&file), &form, NULL) == BT_OK) {
			assert_int_equal(bt_form_compose(&form, &facts, NULL, NULL, BT_RECEIPT_HI, &slip), BT_OK);
			assert_int_equal(slip.lines[slip.count - 1].kind, BT_LINE_END);
		}
		file.data[at] ^= 0x11;
	}
	bt_buf_fini(&file);
}

static void test_a_counter_prints_without_its_file(void **state)
{
	struct bt_receipt_form built_in;
	char folder[] = "/tmp/batti-form-XXXXXX";
	char path[64];
	struct bt_fault fault = {0};
	static const char spoilt[] = "{\"format\":1,\"slips\":{\"token\":{\"blocks\":[\"end\"]}}}";
	(void)state;
	bt_form_default(&built_in);
	assert_non_null(mkdtemp(folder));
	memset(&form, 0xA5, sizeof(form));
	assert_int_equal(bt_form_open(folder, &form, &fault), BT_ENOTFOUND);
	assert_memory_equal(&form, &built_in, sizeof(form));
	assert_int_equal(bt_path_join(folder, "slips.json", path, sizeof(path)), BT_OK);
	assert_int_equal(bt_file_replace(path, (struct bt_bytes){(const uint8_t *)spoilt, strlen(spoilt)}, 0600, NULL),
			 BT_OK);
	memset(&form, 0xA5, sizeof(form));
	assert_int_equal(bt_form_open(folder, &form, &fault), BT_EFORMAT);
	assert_string_equal(fault.what, "token: block \"marks\" is missing");
	assert_memory_equal(&form, &built_in, sizeof(form));
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(folder), 0);
}

/* As much as a file may add: no form makes a slip that does not print. */
static void test_longest_slip_in_the_longest_form_fits(void **state)
{
	struct bt_receipt_facts facts = fixture_longest();
	struct bt_form_slip *own = &form.slips[BT_RECEIPT_TOKEN];
	static struct bt_receipt slip;
	uint8_t space = 0;
	(void)state;
	assert_int_equal(
	    decode_token("\"marks\",\"meter\",\"key_change\",\"token\"," PEOPLE ",\"space\",\"end\"", NULL), BT_OK);
	space = own->blocks[own->count - 2];
	bt_form_default(&form);
	own->blocks[BT_FORM_BLOCKS - 1] = own->blocks[own->count - 1];
	for (int i = own->count - 1; i < BT_FORM_BLOCKS - 1; i++)
		own->blocks[i] = space;
	own->count = BT_FORM_BLOCKS;
	own->notice_count = form.footer_count = BT_FORM_SENTENCES;
	form.step_count = BT_FORM_STEPS;
	for (int i = 0; i < BT_FORM_SENTENCES; i++)
		own->notices[i] = form.footer[i] = own->heading;
	form.steps[BT_FORM_STEPS - 1] = form.steps[0];
	assert_int_equal(bt_form_compose(&form, &facts, NULL, words, BT_RECEIPT_BOTH, &slip), BT_OK);
	assert_in_range(slip.count, 100, BT_RECEIPT_LINES);
}

static void test_too_long_a_file_is_refused(void **state)
{
	static uint8_t bytes[BT_FORM_MAX_BYTES + 1];
	(void)state;
	memset(bytes, ' ', sizeof(bytes));
	assert_int_equal(bt_form_decode((struct bt_bytes){bytes, sizeof(bytes)}, &form, NULL), BT_EFULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shipped_file_is_what_is_built_in),
	    cmocka_unit_test(test_a_utility_words_and_orders_its_slip),
	    cmocka_unit_test(test_rules_of_paper_are_not_for_a_file_to_break),
	    cmocka_unit_test(test_mistakes_are_named),
	    cmocka_unit_test(test_no_damage_gets_past),
	    cmocka_unit_test(test_a_counter_prints_without_its_file),
	    cmocka_unit_test(test_longest_slip_in_the_longest_form_fits),
	    cmocka_unit_test(test_too_long_a_file_is_refused),
	};
	return cmocka_run_group_tests(tests, open_words, close_words);
}
