/* An extension code at a counter: what it adds, that it counts once, and that neither a power cut, a renewal, a clock
 * set back nor a withdrawal makes more of it. And a supervisor's word for the time.
 *
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/sync_fixture.h"

#define CODE_ONE "43891686641634972126"
#define CODE_TWO "11112222243333644448"
#define TOTAL    100000

/* Grants 1 and 2 of lease @p number are proved by CODE_ONE and CODE_TWO; each adds a day and the total once more. */
static void format_grants(int number, char out[1024])
{
	static const char *const codes[] = {CODE_ONE, CODE_TWO};
	uint8_t salt[BT_SCRYPT_SALT_LEN] = {5}, commit[32];
	char message[96], salt_text[32], commit_text[64];
	size_t len = 0;

	assert_int_equal(bt_base64_encode(BT_BYTES(salt), salt_text, sizeof salt_text), BT_OK);
	for (int i = 1; i <= 2; i++) {
		snprintf(message, sizeof message, "batti-extension-v1|%d|%d|%s", number, i, codes[i - 1]);
		assert_int_equal(bt_scrypt(bt_bytes_of(message), BT_BYTES(salt), 14, commit, sizeof commit), BT_OK);
		assert_int_equal(bt_base64_encode(BT_BYTES(commit), commit_text, sizeof commit_text), BT_OK);
		len += (size_t)snprintf(out + len, 1024 - len,
					"%s{\"i\":%d,\"days\":1,\"value_paise\":%d,\"salt\":\"%s\",\"commit\":\"%s\"}",
					i > 1 ? "," : "", i, TOTAL, salt_text, commit_text);
	}
}

static void give_lease(struct far *far, int number)
{
	char grants[1024], document[2048], encoded[3072], signature[96], json[4096];

	format_grants(number, grants);
	snprintf(document, sizeof document,
		 "{\"format\":1,\"terminal\":\"0142\",\"number\":%d,\"era\":1,\"lane\":3,\"lanes\":16,\"tid_floor\":0,"
		 "\"not_before\":%lld,\"expires\":%lld,\"tariff\":\"BERC-2026-27\",\"zone\":\"danapur\","
		 "\"caps\":{\"sale_paise\":1000000,\"meter_day_paise\":2000000,\"meter_day_count\":9,"
		 "\"total_paise\":%d,\"total_count\":10,\"oldest_hours\":72},\"grants\":[%s]}",
		 number, (long long)(SHOP_START_MS - 1000), (long long)(SHOP_START_MS + 3 * SHOP_DAY_MS), TOTAL,
		 grants);
	far_sign(far, document, signature);
	assert_int_equal(bt_base64_encode(bt_bytes_of(document), encoded, sizeof encoded), BT_OK);
	snprintf(json, sizeof json, "{\"document\":\"%s\",\"signature\":\"%s\"}", encoded, signature);
	bt_sync_kick(far->sync);
	assert_true(far_wait(far, BT_CALL_LEASE, 120000));
	far_answer(far, BT_OK, "", json);
	assert_int_equal(bt_sync_state(far->sync)->lease.number, number);
}

static const struct bt_sync_state *state_of(struct far *far)
{
	return bt_sync_state(far->sync);
}

static enum bt_err judge(struct far *far, const char *code, int *number)
{
	return bt_extension_judge(&state_of(far)->signed_lease, &state_of(far)->extension, bt_bytes_of(code), number);
}

/* As a counter does it: the try on record, the code judged, the grant on record. */
static enum bt_err type_code(struct far *far, const char *code)
{
	int64_t lease = state_of(far)->signed_lease.number;
	int number = 0;
	enum bt_err err = bt_sync_try_code(far->sync, "rina", &far->shop.fault);

	if (!err)
		err = judge(far, code, &number);
	return err ? err : bt_sync_extend(far->sync, lease, number, "rina", &far->shop.fault);
}

static void confirm_time(struct far *far)
{
	assert_int_equal(bt_sync_confirm_clock(far->sync, far->shop.wall_ms, "jha", &far->shop.fault), BT_OK);
}

static enum bt_sale_state sell(struct far *far, bt_paise amount)
{
	shop_pay(&far->shop, amount);
	return shop_view(&far->shop).state;
}

static void sync_extension_adds_once(void **state)
{
	struct far *far = *state;

	give_lease(far, 5);
	shop_go_offline(&far->shop);
	/* To the cap, and one rupee over it. */
	assert_int_equal(sell(far, TOTAL), BT_SALE_TOKENED);
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_TOTAL);
	assert_int_equal(type_code(far, CODE_ONE), BT_OK);
	assert_int_equal(state_of(far)->lease.expires_ms, SHOP_START_MS + 4 * SHOP_DAY_MS);
	assert_int_equal(state_of(far)->lease.oldest_ms, 4 * SHOP_DAY_MS);
	assert_int_equal(state_of(far)->lease.total_cap, 2 * TOTAL);
	assert_int_equal(state_of(far)->lease.total_count, 20);
	assert_int_equal(state_of(far)->signed_lease.total_cap, TOTAL);
	/* The docket waits within the cap too; what is left is sold to the last paisa. */
	assert_int_equal(sell(far, TOTAL - 10000), BT_SALE_TOKENED);
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(type_code(far, CODE_ONE), BT_EAUTH);
	assert_int_equal(state_of(far)->lease.total_cap, 2 * TOTAL);
	assert_int_equal(bt_sync_extend(far->sync, 5, 1, "rina", &far->shop.fault), BT_EAUTH);
}

/* The power goes between the code and its first use, and again: nothing is lost of it and nothing comes back. */
static void sync_extension_outlives_power_cuts(void **state)
{
	struct far *far = *state;

	give_lease(far, 5);
	assert_int_equal(type_code(far, CODE_ONE), BT_OK);
	far_restart(far);
	confirm_time(far);
	assert_int_equal(state_of(far)->lease.total_cap, 2 * TOTAL);
	assert_int_equal(type_code(far, CODE_ONE), BT_EAUTH);
	shop_go_offline(&far->shop);
	shop_pass(&far->shop, 3 * SHOP_DAY_MS + 60000);
	assert_int_equal(sell(far, 2 * TOTAL), BT_SALE_TOKENED); /* after the signed end, above the signed total */
	far_restart(far);
	assert_int_equal(state_of(far)->extension.used, 1);
	shop_pass(&far->shop, SHOP_DAY_MS);
	confirm_time(far);
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_EXPIRED);
}

static void sync_extension_five_tries(void **state)
{
	struct far *far = *state;
	char first[BT_REQUEST_CAP], now[BT_REQUEST_CAP];

	give_lease(far, 5);
	assert_int_equal(bt_extension_request(&state_of(far)->signed_lease, &state_of(far)->extension, first), BT_OK);
	for (int i = 1; i <= 4; i++) {
		assert_int_equal(type_code(far, "00000000000000000000"), BT_EAUTH);
		far_restart(far); /* a cut gives no try back */
		assert_int_equal(state_of(far)->extension.tries, i);
	}
	/* Cut after the try was recorded and before it was judged: the try is gone, right as it may have been. */
	assert_int_equal(bt_sync_try_code(far->sync, "rina", &far->shop.fault), BT_OK);
	far_restart(far);
	assert_int_equal(state_of(far)->extension.tries, 0);
	assert_int_equal(state_of(far)->extension.request, 1);
	assert_int_equal(bt_extension_request(&state_of(far)->signed_lease, &state_of(far)->extension, now), BT_OK);
	assert_string_not_equal(now, first);
	assert_int_equal(type_code(far, CODE_TWO), BT_OK);
	assert_int_equal(state_of(far)->extension.request, 2);
	assert_int_equal(bt_extension_left(&state_of(far)->signed_lease, &state_of(far)->extension), 1);
}

/* A new lease ends what was granted to the old one, and its codes with it. */
static void sync_extension_ends_with_its_lease(void **state)
{
	struct far *far = *state;
	int number = 0;

	give_lease(far, 5);
	assert_int_equal(type_code(far, CODE_ONE), BT_OK);
	assert_int_equal(bt_sync_try_code(far->sync, "rina", &far->shop.fault), BT_OK);
	assert_int_equal(judge(far, CODE_TWO, &number), BT_OK);
	shop_pass(&far->shop, 2 * SHOP_DAY_MS);
	give_lease(far, 6); /* it comes while the code is being judged */
	assert_int_equal(bt_sync_extend(far->sync, 5, number, "rina", &far->shop.fault), BT_ESTATE);
	assert_int_equal(state_of(far)->lease.total_cap, TOTAL);
	assert_int_equal(state_of(far)->extension.tries, 0);
	far_restart(far);
	assert_int_equal(state_of(far)->lease.total_cap, TOTAL);
	assert_int_equal(state_of(far)->extension.used, 0);
	/* The codes of this test prove the same grants again only because its lease commits to them. */
	assert_int_equal(type_code(far, CODE_ONE), BT_OK);
}

static void sync_extension_of_a_withdrawn_terminal(void **state)
{
	struct far *far = *state;

	assert_int_equal(type_code(far, CODE_ONE), BT_ENOTFOUND);
	give_lease(far, 5);
	bt_sync_note_revoked(far->sync);
	assert_int_equal(type_code(far, CODE_ONE), BT_ENOTFOUND);
	assert_int_equal(bt_sync_extend(far->sync, 5, 1, "rina", &far->shop.fault), BT_ESTATE);
}

/* Set back, the clock is worth nothing: the code counts, no token is made. */
static void sync_extension_under_a_clock_set_back(void **state)
{
	struct far *far = *state;
	int64_t apart;

	give_lease(far, 5);
	shop_go_offline(&far->shop);
	far->shop.wall_ms -= SHOP_DAY_MS;
	assert_int_equal(type_code(far, CODE_ONE), BT_OK);
	assert_int_equal(state_of(far)->lease.expires_ms, SHOP_START_MS + 4 * SHOP_DAY_MS);
	assert_int_equal(bt_clock_trust_doubt(&state_of(far)->trust, &far->shop.clock, &apart), BT_CLOCK_MOVED);
	assert_int_equal(apart, -SHOP_DAY_MS);
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_CLOCK);
}

/* ---- a supervisor's word ---- */

static enum bt_err trusted(struct far *far, int64_t *now)
{
	return bt_clock_trust_now(&state_of(far)->trust, &far->shop.clock, now);
}

static void read_word(struct far *far, char who[24])
{
	struct bt_event event;
	struct bt_buf body;
	json_t *o = NULL;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(far->shop.journal, BT_EVENT_CLOCK, NULL, &event, &body), BT_OK);
	assert_int_equal(bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL), BT_OK);
	assert_int_equal(bt_json_text(o, "operator", who, 24), BT_OK);
	json_decref(o);
	bt_buf_fini(&body);
}

/* A clock that came up two hours wrong: what is trusted is the word, the computer's own time is left as it is. */
static void sync_clock_word_after_a_boot(void **state)
{
	struct far *far = *state;
	int64_t now = 0, wall;
	char who[24] = "";

	give_lease(far, 5);
	far_restart(far);
	shop_go_offline(&far->shop);
	far->shop.wall_ms -= 2 * 3600000;
	wall = far->shop.wall_ms;
	assert_int_equal(trusted(far, &now), BT_ECLOCK);
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_CLOCK);
	assert_int_equal(bt_sync_confirm_clock(far->sync, wall + 2 * 3600000, "jha", &far->shop.fault), BT_OK);
	assert_int_equal(far->shop.wall_ms, wall);
	assert_int_equal(trusted(far, &now), BT_OK);
	assert_int_equal(now, wall + 2 * 3600000);
	read_word(far, who);
	assert_string_equal(who, "jha");
	assert_int_equal(sell(far, 10000), BT_SALE_TOKENED);
	assert_int_equal(shop_view(&far->shop).sale.paid_at_ms, now);
	/* It is a word for this boot only. */
	far_restart(far);
	assert_int_equal(trusted(far, &now), BT_ECLOCK);
}

/* "Not earlier than the newest record" counts within one boot; after another one the clock before may have been wrong.
 */
static void sync_clock_word_and_the_newest_record(void **state)
{
	struct far *far = *state;
	int64_t newest, now;

	give_lease(far, 5);
	newest = bt_sync_newest_ms(far->sync);
	assert_int_equal(newest, far->shop.wall_ms);
	shop_pass(&far->shop, 60000);
	assert_int_equal(bt_sync_confirm_clock(far->sync, newest - 1, "jha", &far->shop.fault), BT_ECLOCK);
	assert_int_equal(bt_sync_confirm_clock(far->sync, 0, "jha", &far->shop.fault), BT_EINPUT);
	assert_int_equal(bt_sync_confirm_clock(far->sync, newest, "jha", &far->shop.fault), BT_OK);
	far_restart(far);
	assert_int_equal(bt_sync_confirm_clock(far->sync, newest - SHOP_DAY_MS, "jha", &far->shop.fault), BT_OK);
	assert_int_equal(trusted(far, &now), BT_OK);
	/* Before its lease began there is none: time set back lengthens nothing. */
	shop_go_offline(&far->shop);
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_NO_LEASE);
}

/* A clock that begins at 1970 with each boot: the docket taken before the word is not fifty years old after it. */
static void sync_clock_word_after_a_dead_battery(void **state)
{
	struct far *far = *state;
	int64_t true_ms;

	give_lease(far, 5);
	far_restart(far);
	shop_go_offline(&far->shop);
	true_ms = far->shop.wall_ms;
	far->shop.wall_ms = 60000;
	assert_int_equal(sell(far, 10000), BT_SALE_PENDING);
	assert_int_equal(shop_view(&far->shop).denial, BT_DENY_CLOCK);
	assert_int_equal(bt_sync_confirm_clock(far->sync, true_ms, "jha", &far->shop.fault), BT_OK);
	assert_int_equal(sell(far, 10000), BT_SALE_TOKENED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sync_extension_adds_once),
	    TEST(sync_extension_outlives_power_cuts),
	    TEST(sync_extension_five_tries),
	    TEST(sync_extension_ends_with_its_lease),
	    TEST(sync_extension_of_a_withdrawn_terminal),
	    TEST(sync_extension_under_a_clock_set_back),
	    TEST(sync_clock_word_after_a_boot),
	    TEST(sync_clock_word_after_a_dead_battery),
	    TEST(sync_clock_word_and_the_newest_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
