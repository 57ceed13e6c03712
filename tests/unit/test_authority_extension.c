/* Extension codes: told right or wrong group by group, proved and never computed, used once, five tries a request.
 * rooms: core/authority core/journal core/sts core/base */
#include "core/authority/extension.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json.h"

#define DAY INT64_C(86400000)
/* Check digits worked out by hand with Luhn's rule over the group's number and its four digits. */
#define CODE  "43891686641634972126"
#define OTHER "11112222243333644448"

/* commit: scrypt (N=16384, r=8, p=1) of "batti-extension-v1|5|I|CODE" with the salt of 16 bytes I, by Python's hashlib.
 */
static const uint8_t commits[2][BT_SHA256_LEN] = {
    {0xe7, 0x5f, 0xba, 0xc9, 0x89, 0x03, 0x44, 0x53, 0x4b, 0xbb, 0x3c, 0x73, 0x26, 0x59, 0x7a, 0x2f,
     0xd8, 0xa2, 0x27, 0xf0, 0x72, 0x49, 0xef, 0x82, 0xe7, 0x85, 0x0f, 0x0c, 0x56, 0x9c, 0xc6, 0x43},
    {0x4a, 0xb6, 0x55, 0xa4, 0x42, 0xae, 0xf5, 0x0c, 0x93, 0x8a, 0xb1, 0xcb, 0x21, 0xf5, 0x47, 0x34,
     0xba, 0x9b, 0x42, 0x93, 0xe8, 0x70, 0x08, 0xc4, 0xd4, 0x94, 0xd4, 0xe1, 0x73, 0xaa, 0x5e, 0x27},
};

static struct bt_lease make_lease(void)
{
	struct bt_lease lease = {.terminal = "0142",
				 .number = 5,
				 .not_before_ms = 1000,
				 .expires_ms = 1000 + 3 * DAY,
				 .total_cap = 15000000,
				 .total_count = 301,
				 .oldest_ms = 3 * DAY,
				 .grant_count = 2,
				 .grants = {{.days = 3, .value = 15000000}, {.days = 2, .value = 5000000}}};

	for (int i = 0; i < 2; i++) {
		memset(lease.grants[i].salt, i + 1, sizeof lease.grants[i].salt);
		memcpy(lease.grants[i].commit, commits[i], BT_SHA256_LEN);
	}
	return lease;
}

static void authority_extension_groups(void **state)
{
	char code[] = CODE;

	(void)state;
	assert_true(bt_extension_is_code(code));
	for (int group = 0; group < BT_EXTENSION_GROUPS; group++) {
		char *digits = code + group * BT_EXTENSION_GROUP;

		assert_true(bt_extension_is_group(group + 1, digits));
		/* Any one digit heard wrong is told. */
		for (int i = 0; i < BT_EXTENSION_GROUP; i++) {
			char right = digits[i];

			for (char digit = '0'; digit <= '9'; digit++) {
				digits[i] = digit;
				assert_int_equal(bt_extension_is_group(group + 1, digits), digit == right);
				assert_int_equal(bt_extension_is_code(code), digit == right);
			}
			digits[i] = right;
		}
		/* So is a group in another's place. */
		for (int place = 0; place < BT_EXTENSION_GROUPS; place++)
			assert_int_equal(bt_extension_is_group(place + 1, digits), place == group);
	}
	assert_false(bt_extension_is_code(""));
	assert_false(bt_extension_is_code("4389168664163497212"));
	assert_false(bt_extension_is_code(CODE "0"));
	assert_false(bt_extension_is_code("4389168664163497212x"));
}

/* Source of the numbers: the contract's rule, by Python's hashlib. */
static void authority_extension_request_numbers(void **state)
{
	static const char *const wanted[] = {"34037226", "67658278", "46521381"};
	struct bt_lease lease = make_lease();
	struct bt_extension at = {.lease = 5};
	char request[BT_REQUEST_CAP];

	(void)state;
	for (at.request = 0; at.request < 3; at.request++) {
		assert_int_equal(bt_extension_request(&lease, &at, request), BT_OK);
		assert_string_equal(request, wanted[at.request]);
	}
}

static void authority_extension_proof(void **state)
{
	struct bt_lease lease = make_lease(), renewed = lease;
	struct bt_extension fresh = {.lease = 5}, used = {.lease = 5, .used = 1};
	int number = 0;

	(void)state;
	assert_int_equal(bt_extension_judge(&lease, &fresh, bt_bytes_of(CODE), &number), BT_OK);
	assert_int_equal(number, 1);
	assert_int_equal(bt_extension_judge(&lease, &fresh, bt_bytes_of(OTHER), &number), BT_OK);
	assert_int_equal(number, 2);
	number = 0;
	/* Used once is used up; the other one is not. */
	assert_int_equal(bt_extension_judge(&lease, &used, bt_bytes_of(CODE), &number), BT_EAUTH);
	assert_int_equal(number, 0);
	assert_int_equal(bt_extension_judge(&lease, &used, bt_bytes_of(OTHER), &number), BT_OK);
	/* A code of another lease, even with the same salts. */
	renewed.number = 6;
	assert_int_equal(bt_extension_judge(&renewed, &fresh, bt_bytes_of(CODE), &number), BT_EAUTH);
	/* One digit off, its check digit with it. */
	assert_int_equal(bt_extension_judge(&lease, &fresh, bt_bytes_of("43990686641634972126"), &number), BT_EAUTH);
	assert_int_equal(bt_extension_judge(&lease, &fresh, bt_bytes_of("4389"), &number), BT_EAUTH);
	lease.grant_count = 0;
	assert_int_equal(bt_extension_judge(&lease, &fresh, bt_bytes_of(CODE), &number), BT_EAUTH);
}

static void authority_extension_adds(void **state)
{
	struct bt_lease lease = make_lease(), out;
	struct bt_extension at = {.lease = 5, .used = 1};

	(void)state;
	bt_extension_apply(&lease, &at, &out);
	assert_int_equal(out.expires_ms, lease.expires_ms + 3 * DAY);
	assert_int_equal(out.oldest_ms, 6 * DAY);
	assert_int_equal(out.total_cap, 30000000);
	assert_int_equal(out.total_count, 602);
	at.used = 3;
	bt_extension_apply(&lease, &at, &out);
	assert_int_equal(out.expires_ms, lease.expires_ms + 5 * DAY);
	assert_int_equal(out.total_cap, 35000000);
	assert_int_equal(out.total_count, 602 + 101); /* a third of 301, rounded up */
	assert_int_equal(bt_extension_left(&lease, &at), 0);
	/* What was granted to one lease ends with it. */
	lease.number = 6;
	bt_extension_apply(&lease, &at, &out);
	assert_memory_equal(&out, &lease, sizeof out);
	/* Sums stop at what a lease may hold. */
	lease.number = 5;
	lease.total_cap = BT_PAISE_MAX;
	lease.total_count = 1000000;
	bt_extension_apply(&lease, &at, &out);
	assert_int_equal(out.total_cap, BT_PAISE_MAX);
	assert_int_equal(out.total_count, 1000000);
}

static struct bt_extension read_back(json_t *body, int64_t lease)
{
	struct bt_extension out = {.tries = 99};
	struct bt_buf text;

	assert_non_null(body);
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_json_encode(body, &text), BT_OK);
	json_decref(body);
	assert_int_equal(bt_extension_decode(bt_buf_view(&text), lease, &out), BT_OK);
	bt_buf_fini(&text);
	return out;
}

/* What the record says of a try or a use is the whole state: no power cut gives a try or a grant back. */
static void authority_extension_tries_in_the_record(void **state)
{
	struct bt_lease lease = make_lease();
	struct bt_extension at = {0}, back;

	(void)state;
	for (int i = 1; i <= 5; i++) {
		back = read_back(bt_extension_try_body(&lease, &at, "rina", &at), 5);
		assert_memory_equal(&back, &at, sizeof at);
		assert_int_equal(at.tries, i % 5);
		assert_int_equal(at.request, i / 5);
	}
	/* The fifth was the right one: one request is closed by it, not two. */
	back = read_back(bt_extension_use_body(&lease, &at, 1, "rina", &at), 5);
	assert_memory_equal(&back, &at, sizeof at);
	assert_int_equal(at.request, 1);
	assert_int_equal(at.used, 1);
	assert_int_equal(at.tries, 0);
	at = read_back(bt_extension_try_body(&lease, &at, "rina", &back), 5);
	at = read_back(bt_extension_use_body(&lease, &back, 2, "", &at), 5);
	assert_int_equal(at.request, 2);
	assert_int_equal(at.used, 3);
	/* Under the next lease all begins anew. */
	back = read_back(bt_extension_use_body(&lease, &back, 2, "", &at), 6);
	assert_int_equal(back.used, 0);
	assert_int_equal(back.request, 0);
}

static void authority_extension_damaged_records(void **state)
{
	static const char *const bad[] = {
	    "",
	    "{}",
	    "[]",
	    "{\"lease\":5,\"request\":0,\"tries\":0}",
	    "{\"lease\":5,\"request\":0,\"tries\":0,\"used\":16}",
	    "{\"lease\":5,\"request\":0,\"tries\":5,\"used\":0}",
	    "{\"lease\":5,\"request\":-1,\"tries\":0,\"used\":0}",
	    "{\"lease\":0,\"request\":0,\"tries\":0,\"used\":0}",
	    "{\"lease\":\"5\",\"request\":0,\"tries\":0,\"used\":0}",
	};
	struct bt_extension out = {.tries = 99};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(bt_extension_decode(bt_bytes_of(bad[i]), 5, &out), BT_EFORMAT);
	assert_int_equal(out.tries, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authority_extension_groups),
	    cmocka_unit_test(authority_extension_request_numbers),
	    cmocka_unit_test(authority_extension_proof),
	    cmocka_unit_test(authority_extension_adds),
	    cmocka_unit_test(authority_extension_tries_in_the_record),
	    cmocka_unit_test(authority_extension_damaged_records),
	};

	return cmocka_run_group_tests_name("authority_extension", tests, NULL, NULL);
}
