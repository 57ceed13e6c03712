/* The list of receipt keys that rides on a page of consumers: signed and newer, or not taken.
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/sync_fixture.h"

#include "core/authority/receipt_keys.h"

#define LATER 700000
#define KEY_1 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

/* A page without consumers that carries list @p number. */
static void put_page(struct far *far, int number, bool genuine, char out[2048])
{
	char document[512], encoded[768], signature[96];

	snprintf(
	    document, sizeof document,
	    "{\"what\":\"receipt_keys\",\"format\":1,\"number\":%d,\"keys\":[{\"terminal\":\"0143\",\"key\":\"" KEY_1
	    "\",\"until\":%d}]}",
	    number, number);
	assert_int_equal(bt_base64_encode(bt_bytes_of(document), encoded, sizeof encoded), BT_OK);
	far_sign(far, genuine ? document : "{}", signature);
	snprintf(
	    out, 2048,
	    "{\"version\":0,\"complete\":true,\"consumers\":[],\"removed\":[],\"receipt_keys\":{\"document\":\"%s\","
	    "\"signature\":\"%s\"}}",
	    encoded, signature);
}

static void give_page(struct far *far, int number, bool genuine)
{
	char json[2048];

	bt_sync_kick(far->sync);
	assert_true(far_wait(far, BT_CALL_DIRECTORY, LATER));
	put_page(far, number, genuine, json);
	far_answer(far, BT_OK, "", json);
}

/* The number of the list in the folder, 0 for none; its key says which list it is. */
static int64_t number_in_folder(struct far *far)
{
	struct bt_receipt_keys keys = {0};
	int64_t number;

	if (bt_receipt_keys_load(far->shop.dir, far->shop.enrolment.head_end_key, &keys, NULL) != BT_OK)
		return 0;
	number = keys.number;
	assert_int_equal(keys.rows[0].until_ms, number);
	bt_receipt_keys_fini(&keys);
	return number;
}

static void takes_a_newer_list_only(void **state)
{
	struct far *far = *state;

	give_page(far, 4, true);
	assert_int_equal(number_in_folder(far), 4);
	give_page(far, 3, true);
	assert_int_equal(number_in_folder(far), 4);
	give_page(far, 5, false);
	assert_int_equal(number_in_folder(far), 4);
	give_page(far, 5, true);
	assert_int_equal(number_in_folder(far), 5);
}

static void remembers_what_it_holds(void **state)
{
	struct far *far = *state;

	give_page(far, 4, true);
	far_restart(far);
	give_page(far, 3, true);
	assert_int_equal(number_in_folder(far), 4);
}

/* Consumers are what a counter sells to: a bad list holds no page back. */
static void a_bad_list_costs_no_consumers(void **state)
{
	struct far *far = *state;

	give_page(far, 4, false);
	assert_int_equal(number_in_folder(far), 0);
	assert_int_not_equal(bt_directory_updated_ms(far->shop.directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(takes_a_newer_list_only, far_setup, far_teardown),
	    cmocka_unit_test_setup_teardown(remembers_what_it_holds, far_setup, far_teardown),
	    cmocka_unit_test_setup_teardown(a_bad_list_costs_no_consumers, far_setup, far_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
