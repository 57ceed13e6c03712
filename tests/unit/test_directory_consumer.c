/* A consumer's JSON: every member read, written back alike, and everything hostile refused or cleaned.
 *
 * rooms: core/directory core/base core/money */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/directory/consumer.h"

static const char whole[] =
    "{\"number\":\"100244781560\",\"meter\":\"04740015298\",\"pan\":\"600727047400152986\",\"mobile\":\"9835012345\","
    "\"name\":{\"en\":\"Ramesh Kumar\",\"hi\":\"रमेश कुमार\"},\"relation\":\"s/o\","
    "\"relative\":{\"en\":\"Suresh\",\"hi\":\"\"},\"place\":{\"en\":\"Danapur, ward 12\",\"hi\":\"दानापुर\"},"
    "\"category\":\"DS-II\",\"kind\":\"remote\",\"takes_token\":true,\"balance_paise\":-14230,\"balance_at\":"
    "1795000000000,"
    "\"dues_paise\":186000,\"dues_daily_paise\":3100,\"free_units\":{\"left\":480,\"of\":1250},"
    "\"blocked\":{\"en\":\"Theft case\",\"hi\":\"चोरी\"},\"supply_cut_at\":1794000000000,\"cut_from\":null,"
    "\"postpaid\":false,\"last_recharge_paise\":50000,\"daily_units\":63,"
    "\"key\":{\"sgc\":\"123457\",\"krn\":1,\"kt\":2,\"ti\":\"01\",\"ea\":\"11\",\"dkga\":\"04\",\"base\":2014,\"ken\":"
    "255,"
    "\"version\":3,\"good_until\":1799000000000,\"kcv\":\"A1B2C3\","
    "\"sealed\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis=\"},"
    "\"key_next\":{\"sgc\":\"123457\",\"krn\":2,\"kt\":2,\"ti\":\"01\",\"ea\":\"07\",\"dkga\":\"02\",\"base\":2014,"
    "\"ken\":255,\"version\":4,\"good_until\":1799000000000,\"kcv\":\"B1B2C3\","
    "\"sealed\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj\"},"
    "\"key_change\":{\"tokens\":[\"34812744915211133004\",\"46903925208523674737\",\"71464563847088610152\","
    "\"67904239402617643990\"],\"from\":{\"sgc\":\"123456\",\"krn\":9,\"kt\":1,\"ti\":\"07\",\"ken\":254,"
    "\"base\":1993},\"roll_over\":true}}";

static enum bt_err decode(const char *json, struct bt_consumer *out)
{
	struct bt_fault fault;
	return bt_consumer_decode(bt_bytes_of(json), out, &fault);
}

/* The whole consumer with one piece of its text exchanged. */
static enum bt_err decode_with(const char *from, const char *to, struct bt_consumer *out)
{
	char text[8192];
	const char *at = strstr(whole, from);
	assert_non_null(at);
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
	return decode(text, out);
}

static void every_member_is_read(void **state)
{
	(void)state;
	struct bt_consumer c;
	assert_int_equal(decode(whole, &c), BT_OK);
	assert_string_equal(c.number, "100244781560");
	assert_string_equal(c.meter, "04740015298");
	assert_string_equal(c.pan, "600727047400152986");
	assert_string_equal(c.mobile, "9835012345");
	assert_int_equal(c.daily_units, 63);
	assert_string_equal(c.name.en, "Ramesh Kumar");
	assert_string_equal(bt_dual_get(&c.name, BT_LANG_HI), "रमेश कुमार");
	assert_string_equal(bt_dual_get(&c.relative, BT_LANG_HI), "Suresh");
	assert_string_equal(c.place.hi, "दानापुर");
	assert_string_equal(c.relation, "s/o");
	assert_string_equal(c.category, "DS-II");
	assert_int_equal(c.kind, BT_KIND_REMOTE);
	assert_true(c.takes_token);
	assert_false(c.postpaid);
	assert_int_equal(c.balance, -14230);
	assert_int_equal(c.balance_at_ms, INT64_C(1795000000000));
	assert_int_equal(c.dues, 186000);
	assert_int_equal(c.dues_daily, 3100);
	assert_int_equal(c.free_left, 480);
	assert_int_equal(c.free_of, 1250);
	assert_true(bt_consumer_is_blocked(&c));
	assert_int_equal(c.supply_cut_at_ms, INT64_C(1794000000000));
	assert_int_equal(c.cut_from_ms, 0);
	assert_int_equal(c.last_recharge, 50000);
	assert_true(c.key.present);
	assert_string_equal(c.key.sgc, "123457");
	assert_string_equal(c.key.kcv, "A1B2C3");
	assert_int_equal(c.key.krn, 1);
	assert_int_equal(c.key.kt, 2);
	assert_int_equal(c.key.ken, 255);
	assert_int_equal(c.key.base, 2014);
	assert_int_equal(c.key.version, 3);
	assert_int_equal(c.key.good_until_ms, INT64_C(1799000000000));
	for (size_t i = 0; i < sizeof c.key.sealed; i++)
		assert_int_equal(c.key.sealed[i], i);
}

static void keys_to_come_are_read(void **state)
{
	(void)state;
	struct bt_consumer c;
	assert_int_equal(decode(whole, &c), BT_OK);
	assert_int_equal(c.key_next.krn, 2);
	assert_int_equal(bt_sealed_key_len(&c.key), 44);
	assert_int_equal(bt_sealed_key_len(&c.key_next), 36);
	assert_int_equal(c.key_next.sealed[35], 35);
	assert_int_equal(c.key_change.tokens.count, 4);
	assert_string_equal(c.key_change.tokens.digits[0], "34812744915211133004");
	assert_string_equal(c.key_change.tokens.digits[3], "67904239402617643990");
	assert_string_equal(c.key_change.sgc, "123456");
	assert_string_equal(c.key_change.ti, "07");
	assert_int_equal(c.key_change.krn, 9);
	assert_int_equal(c.key_change.kt, 1);
	assert_int_equal(c.key_change.ken, 254);
	assert_int_equal(c.key_change.base, 1993);
	assert_true(c.key_change.roll_over);
	assert_int_equal(decode_with("\"key_change\":{\"tokens\":", "\"key_change\":null,\"was\":{\"tokens\":", &c),
			 BT_OK);
	assert_int_equal(c.key_change.tokens.count, 0);
}

static void written_back_alike(void **state)
{
	(void)state;
	struct bt_consumer one, two;
	struct bt_buf text, again;
	bt_buf_init(&text, 8192);
	bt_buf_init(&again, 8192);
	assert_int_equal(decode(whole, &one), BT_OK);
	assert_int_equal(bt_consumer_encode(&one, &text), BT_OK);
	assert_int_equal(decode((const char *)text.data, &two), BT_OK);
	assert_int_equal(bt_consumer_encode(&two, &again), BT_OK);
	assert_string_equal((const char *)text.data, (const char *)again.data);
	assert_memory_equal(&one.key.sealed, &two.key.sealed, sizeof one.key.sealed);
	assert_int_equal(one.balance, two.balance);
	assert_memory_equal(&one.key_next, &two.key_next, sizeof one.key_next);
	assert_memory_equal(&one.key_change, &two.key_change, sizeof one.key_change);

	/* Without key, free units and block they stay away. */
	assert_int_equal(decode_with("\"blocked\":{\"en\":\"Theft case\",\"hi\":\"चोरी\"}", "\"blocked\":null", &one),
			 BT_OK);
	assert_false(bt_consumer_is_blocked(&one));
	one.key.present = false;
	one.key_next.present = false;
	one.key_change.tokens.count = 0;
	bt_buf_clear(&text);
	assert_int_equal(bt_consumer_encode(&one, &text), BT_OK);
	assert_int_equal(decode((const char *)text.data, &two), BT_OK);
	assert_false(two.key.present || two.key_next.present || two.key_change.tokens.count);
	assert_false(bt_consumer_is_blocked(&two));
	bt_buf_fini(&text);
	bt_buf_fini(&again);
}

static void hostile_members_are_refused(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
	    {"\"100244781560\"", "\"\""},
	    {"\"100244781560\"", "100244781560"},
	    {"\"100244781560\"", "\"1002447815601002447815\""},
	    {"\"100244781560\"", "\"10024478156a\""},
	    {"\"100244781560\"", "null"},
	    {"\"04740015298\"", "\"0474001529812345\""},
	    {"\"04740015298\"", "\"0474 001529\""},
	    {"\"9835012345\"", "[\"9835012345\"]"},
	    {"{\"en\":\"Ramesh Kumar\"", "{\"en\":5"},
	    {"\"DS-II\"", "\"DS-II-and-much-more-than-fits\""},
	    {"\"remote\"", "\"free\""},
	    {"\"takes_token\":true", "\"takes_token\":1"},
	    {"-14230", "-14230.5"},
	    {"-14230", "99999999999999999"},
	    {"-14230", "\"-14230\""},
	    {"186000", "-1"},
	    {"1795000000000", "-5"},
	    {"1795000000000", "99999999999999999"},
	    {"\"left\":480", "\"left\":1251"},
	    {"\"left\":480", "\"left\":-1"},
	    {"{\"left\":480,\"of\":1250}", "7"},
	    {"\"sgc\":\"123457\"", "\"sgc\":\"12345\""},
	    {"\"krn\":1", "\"krn\":16"},
	    {"\"base\":2014", "\"base\":70000"},
	    {"\"ken\":255", "\"ken\":256"},
	    {"\"version\":3", "\"version\":4294967296"},
	    {"\"A1B2C3\"", "\"a1b2c3\""},
	    {"AAECAwQF", "AAECAw=F"},
	    {"AAECAwQF", "AAEC"},
	    {"Hh8gISIj\"},", "Hh8gISIjJCUmJygpKis=\"},"}, /* of EA07 with the length of EA11 */
	    {"\"dkga\":\"02\"", "\"dkga\":\"2\""},
	    {"\"34812744915211133004\",", ""},                          /* three */
	    {"\"34812744915211133004\",\"46903925208523674737\",", ""}, /* two, with a key of EA11 */
	    {"34812744915211133004", "3481274491521113300"},
	    {"34812744915211133004", "3481274491521113300A"},
	    {"34812744915211133004", "46903925208523674737"}, /* twice */
	    {"34812744915211133004", "73786976294838206464"}, /* 2^66 */
	    {"\"34812744915211133004\"", "34812744915211133004"},
	    {"\"34812744915211133004\"", "null"},
	    {"[\"34812744915211133004\"", "[[\"34812744915211133004\"]"},
	    {"{\"sgc\":\"123456\",", "{"},
	    {"\"krn\":9", "\"krn\":10"},
	    {"\"kt\":1", "\"kt\":4"},
	    {"\"ti\":\"07\"", "\"ti\":\"7\""},
	    {"\"base\":1993", "\"base\":1992"},
	    {"\"roll_over\":true", "\"roll_over\":1"},
	    {"\"key_change\":{", "\"key_change\":[],\"was\":{"},
	    {"\"key\":{", "\"key\":null,\"was\":{"}, /* tokens of no key */
	    {"\"kind\":\"remote\"", "\"kind\":\"remote\",\"kind\":\"dues\""},
	};
	struct bt_consumer c;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (decode_with(pairs[i][0], pairs[i][1], &c) != BT_EFORMAT)
			fail_msg("taken: %s for %s", pairs[i][1], pairs[i][0]);
	}
	static const char *const documents[] = {"", "[]", "5", "null", "{}", "{\"number\":\"1\"}"};
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		assert_int_equal(decode(documents[i], &c), BT_EFORMAT);
}

static void truncation_is_refused_at_each_byte(void **state)
{
	(void)state;
	struct bt_consumer c;
	for (size_t len = 0; len < sizeof whole - 1; len++)
		assert_int_equal(bt_consumer_decode((struct bt_bytes){(const uint8_t *)whole, len}, &c, NULL),
				 BT_EFORMAT);
}

static void a_flipped_bit_never_lets_dirt_in(void **state)
{
	(void)state;
	struct bt_consumer c;
	char text[sizeof whole];
	memcpy(text, whole, sizeof whole);
	for (size_t i = 0; i < sizeof whole - 1; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			text[i] = (char)(whole[i] ^ (1 << bit));
			enum bt_err err =
			    bt_consumer_decode((struct bt_bytes){(const uint8_t *)text, sizeof whole - 1}, &c, NULL);
			if (err == BT_OK)
				assert_true(bt_text_is_clean(c.name.en) && bt_text_is_clean(c.name.hi) &&
					    bt_text_is_clean(c.place.en) && bt_text_is_clean(c.category));
		}
		text[i] = whole[i];
	}
}

static void names_are_cleaned(void **state)
{
	(void)state;
	static const char *const dirty[] = {
	    "\"Ram\\u202Eesh\"", "\"Ram\\u001b[2Jesh\"", "\"Ram\\u009besh\"",
	    "\"Ram\\u2066esh\"", "\"Ram\\u0007esh\"",    "\"Ram\\u2028esh\"",
	};
	struct bt_consumer c;
	for (size_t i = 0; i < sizeof dirty / sizeof *dirty; i++) {
		assert_int_equal(decode_with("\"Ramesh Kumar\"", dirty[i], &c), BT_OK);
		assert_true(bt_text_is_clean(c.name.en));
		assert_null(strchr(c.name.en, 0x1b));
		assert_null(strstr(c.name.en, "\xE2\x80\xAE"));
	}
}

static void words_of_both_scripts(void **state)
{
	(void)state;
	struct bt_consumer c;
	char words[256], small[8];
	assert_int_equal(decode(whole, &c), BT_OK);
	bt_consumer_words(&c, words, sizeof words);
	assert_string_equal(words, "ramesh kumar danapur vard 12 qrms qkmr xrmskmr qdnpr qvrd");
	bt_consumer_words(&c, small, sizeof small);
	assert_string_equal(small, "ramesh");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_member_is_read),
	    cmocka_unit_test(keys_to_come_are_read),
	    cmocka_unit_test(written_back_alike),
	    cmocka_unit_test(hostile_members_are_refused),
	    cmocka_unit_test(truncation_is_refused_at_each_byte),
	    cmocka_unit_test(a_flipped_bit_never_lets_dirt_in),
	    cmocka_unit_test(names_are_cleaned),
	    cmocka_unit_test(words_of_both_scripts),
	};
	return cmocka_run_group_tests_name("directory consumer", tests, NULL, NULL);
}
