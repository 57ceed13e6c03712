/* The account of a connection: every member read, everything that does not fit refused, the newest kept.
 *
 * rooms: core/directory core/base core/money */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/directory/account.h"

#define NUMBER "100244781560"

static const char whole[] =
    "{\"number\":\"" NUMBER "\",\"time\":1795350245000,\"recharges\":["
    "{\"at\":1795322400000,\"amount_paise\":50000,\"channel\":\"app\",\"delivery\":\"token\",\"state\":\"not_given\"},"
    "{\"at\":1794714120000,\"amount_paise\":30000,\"channel\":\"counter\",\"delivery\":\"token\",\"state\":\"given\"},"
    "{\"at\":1791630060000,\"amount_paise\":20000,\"channel\":\"pigeon\",\"delivery\":\"balance\",\"state\":"
    "\"in_meter\"}],"
    "\"waiting\":[{\"payment_id\":\"0192f000-0000-7000-8000-000000000007\",\"channel\":\"upi\",\"amount_paise\":50000,"
    "\"paid_at\":1795322400000,\"utr\":\"432611805521\",\"state\":\"unsure\"}],"
    "\"notices\":[{\"en\":\"Line work\",\"hi\":\"लाइन का काम\",\"until\":1795300000000},"
    "{\"en\":\"More line work\",\"hi\":\"और काम\",\"until\":1795498200000}],"
    "\"others\":[{\"number\":\"100244781571\",\"place\":{\"en\":\"Gola Road\",\"hi\":\"गोला रोड\"}}],"
    "\"reconnection\":{\"since\":1795349000000,\"due_at\":1795350200000},"
    "\"cash_elsewhere\":{\"since\":1795285800000,\"amount_paise\":14900000}}";

static enum bt_err decode_with(const char *from, const char *to, struct bt_account *out)
{
	char text[8192];
	const char *at = strstr(whole, from);
	assert_non_null(at);
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
	return bt_account_decode(bt_bytes_of(text), out, NULL);
}

static void every_member_is_read(void **state)
{
	struct bt_account a;
	(void)state;
	assert_int_equal(bt_account_decode(bt_bytes_of(whole), &a, NULL), BT_OK);
	assert_string_equal(a.number, NUMBER);
	assert_int_equal(a.time_ms, 1795350245000);
	assert_int_equal(a.recharge_count, 3);
	assert_int_equal(a.recharges[0].at_ms, 1795322400000);
	assert_int_equal(a.recharges[0].amount, 50000);
	assert_int_equal(a.recharges[0].channel, BT_CHANNEL_APP);
	assert_int_equal(a.recharges[0].state, BT_RECHARGE_NOT_GIVEN);
	assert_string_equal(a.recharges[0].delivery, "token");
	assert_int_equal(a.recharges[1].channel, BT_CHANNEL_COUNTER);
	assert_int_equal(a.recharges[1].state, BT_RECHARGE_GIVEN);
	assert_int_equal(a.recharges[2].channel, BT_CHANNEL_OTHER);
	assert_int_equal(a.recharges[2].state, BT_RECHARGE_IN_METER);
	assert_int_equal(a.waiting_count, 1);
	assert_string_equal(a.waiting[0].payment_id, "0192f000-0000-7000-8000-000000000007");
	assert_string_equal(a.waiting[0].utr, "432611805521");
	assert_int_equal(a.waiting[0].channel, BT_CHANNEL_UPI);
	assert_true(a.waiting[0].unsure);
	assert_int_equal(a.other_count, 1);
	assert_string_equal(a.others[0].number, "100244781571");
	assert_string_equal(a.others[0].place.en, "Gola Road");
	assert_int_equal(a.reconnect_since_ms, 1795349000000);
	assert_int_equal(a.reconnect_due_ms, 1795350200000);
	assert_int_equal(a.cash_since_ms, 1795285800000);
	assert_int_equal(a.cash_elsewhere, 14900000);
	assert_false(a.cash_is_odd);
}

static void notices_end(void **state)
{
	struct bt_account a;
	(void)state;
	assert_int_equal(bt_account_decode(bt_bytes_of(whole), &a, NULL), BT_OK);
	assert_string_equal(bt_account_notice_now(&a, 1795299999999)->text[BT_LANG_EN], "Line work");
	assert_string_equal(bt_account_notice_now(&a, 1795300000000)->text[BT_LANG_EN], "More line work");
	assert_null(bt_account_notice_now(&a, 1795498200000));
	assert_string_equal(bt_account_notice_text(&a.notices[1], BT_LANG_HI), "और काम");
	assert_int_equal(decode_with("\"hi\":\"और काम\"", "\"hi\":\"\"", &a), BT_OK);
	assert_string_equal(bt_account_notice_text(&a.notices[1], BT_LANG_HI), "More line work");
}

static void a_long_notice_is_cut(void **state)
{
	char text[4096];
	size_t used = (size_t)snprintf(text, sizeof text, "\"en\":\"");
	struct bt_account a;
	(void)state;
	for (int i = 0; i < 100; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "लाइन ");
	snprintf(text + used, sizeof text - used, "\"");
	assert_int_equal(decode_with("\"en\":\"Line work\"", text, &a), BT_OK);
	assert_true(bt_text_columns(a.notices[0].text[BT_LANG_EN]) > 100);
	assert_true(bt_text_columns(a.notices[0].text[BT_LANG_EN]) <= 140);
}

/* A sum that cannot be is none, and takes nothing else with it; a head-end need not know it. */
static void cash_of_others_is_read_or_left_out(void **state)
{
	static const struct {
		const char *text;
		bool odd;
	} rows[] = {
	    {"null", false},
	    {"{\"since\":1795285800000,\"amount_paise\":-1}", true},
	    {"{\"since\":1795285800000,\"amount_paise\":99000000001}", true},
	    {"{\"since\":1795285800000,\"amount_paise\":9223372036854775807}", true},
	    {"{\"since\":1795285800000,\"amount_paise\":92233720368547758070}", true},
	    {"{\"since\":1795285800000,\"amount_paise\":1.5}", true},
	    {"{\"since\":1795285800000,\"amount_paise\":\"5\"}", true},
	    {"{\"since\":1795285800000}", true},
	    {"{\"since\":0,\"amount_paise\":5}", true},
	    {"{\"amount_paise\":5}", true},
	    {"[5]", true},
	    {"5", true},
	};
	struct bt_account a;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum bt_err err = decode_with("{\"since\":1795285800000,\"amount_paise\":14900000}", rows[i].text, &a);
		/* A number that no integer holds spoils the text it stands in. */
		if (err == BT_EFORMAT && strstr(rows[i].text, "92233720368547758070"))
			continue;
		if (err != BT_OK || a.cash_since_ms != 0 || a.cash_elsewhere != 0 || a.cash_is_odd != rows[i].odd ||
		    a.other_count != 1)
			fail_msg("%s", rows[i].text);
	}
	assert_int_equal(decode_with(",\"cash_elsewhere\":{\"since\":1795285800000,\"amount_paise\":14900000}", "", &a),
			 BT_OK);
	assert_true(a.cash_since_ms == 0 && !a.cash_is_odd);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const char *const rows[][2] = {
	    {"\"number\":\"" NUMBER "\"", "\"number\":\"x\""},
	    {"\"time\":1795350245000", "\"time\":-1"},
	    {"\"time\":1795350245000", "\"time\":\"now\""},
	    {"\"amount_paise\":50000", "\"amount_paise\":500.5"},
	    {"\"amount_paise\":50000", "\"amount_paise\":-1"},
	    {"\"channel\":\"app\"", "\"channel\":7"},
	    {"\"delivery\":\"token\"", "\"delivery\":\"goods\""},
	    {"\"state\":\"not_given\"", "\"state\":\"perhaps\""},
	    {"\"state\":\"unsure\"", "\"state\":\"given\""},
	    {"\"utr\":\"432611805521\"", "\"utr\":\"432611805521432611805521\""},
	    {"\"waiting\":[", "\"waiting\":[7,"},
	    {"\"notices\":[", "\"notes\":["},
	    {"\"others\":[{\"number\":\"100244781571\"", "\"others\":[{\"number\":\"\""},
	    {"\"until\":1795300000000", "\"until\":null"},
	    {"\"since\":1795349000000", "\"since\":0"},
	    {"\"reconnection\":{", "\"reconnection\":[{"},
	};
	struct bt_account a = {.number = "untouched"};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (decode_with(rows[i][0], rows[i][1], &a) != BT_EFORMAT)
			fail_msg("%s", rows[i][1]);
	}
	for (size_t len = 0; len < sizeof whole - 1; len++)
		assert_int_equal(bt_account_decode((struct bt_bytes){(const uint8_t *)whole, len}, &a, NULL),
				 BT_EFORMAT);
	assert_string_equal(a.number, "untouched");
	assert_int_equal(decode_with("\"reconnection\":{\"since\":1795349000000,\"due_at\":1795350200000}",
				     "\"reconnection\":null", &a),
			 BT_OK);
	assert_int_equal(a.reconnect_due_ms, 0);
}

/* A head-end that says more than is shown is not a head-end that says nothing. */
static void long_lists_are_cut(void **state)
{
	char others[2048] = "";
	struct bt_account a;
	(void)state;
	for (int i = 0; i < 20; i++)
		snprintf(others + strlen(others), sizeof others - strlen(others),
			 "{\"number\":\"1002447816%02d\",\"place\":{\"en\":\"\",\"hi\":\"\"}},", i);
	snprintf(others + strlen(others), sizeof others - strlen(others), "{\"number\"");
	char list[2100];
	snprintf(list, sizeof list, "\"others\":[%s", others);
	assert_int_equal(decode_with("\"others\":[{\"number\"", list, &a), BT_OK);
	assert_int_equal(a.other_count, BT_ACCOUNT_OTHERS);
	assert_string_equal(a.others[5].number, "100244781605");
}

static void the_newest_is_kept(void **state)
{
	char dir[] = "/tmp/batti-account-XXXXXX", path[64];
	struct bt_directory *directory;
	struct bt_account a;
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/directory.db", dir);
	assert_int_equal(bt_directory_open(path, &directory, NULL), BT_OK);
	assert_int_equal(bt_directory_find_account(directory, NUMBER, &a), BT_ENOTFOUND);
	assert_int_equal(bt_directory_put_account(directory, NUMBER, bt_bytes_of("{}"), NULL), BT_OK);
	assert_int_equal(bt_directory_find_account(directory, NUMBER, &a), BT_ENOTFOUND);
	assert_int_equal(bt_directory_put_account(directory, NUMBER, bt_bytes_of(whole), NULL), BT_OK);
	bt_directory_close(directory);
	assert_int_equal(bt_directory_open(path, &directory, NULL), BT_OK);
	assert_int_equal(bt_directory_find_account(directory, NUMBER, &a), BT_OK);
	assert_int_equal(a.time_ms, 1795350245000);
	bt_directory_close(directory);
	static const char *const endings[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		char name[80];
		snprintf(name, sizeof name, "%s%s", path, endings[i]);
		(void)unlink(name);
	}
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_member_is_read),         cmocka_unit_test(notices_end),
	    cmocka_unit_test(a_long_notice_is_cut),         cmocka_unit_test(cash_of_others_is_read_or_left_out),
	    cmocka_unit_test(what_does_not_fit_is_refused), cmocka_unit_test(long_lists_are_cut),
	    cmocka_unit_test(the_newest_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
