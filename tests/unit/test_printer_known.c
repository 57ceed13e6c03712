/* What printers said of themselves, kept in a file: read back whole, bounded, and never trusted when it is damaged.
 * rooms: printer core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "printer/known.h"

static char folder[64], path[128];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/batti-known-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/printer.json", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static int start_empty(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

/* Without the waiting for the disk that a real one does. */
static void put_file(struct bt_bytes content)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.len, file), content.len);
	assert_int_equal(fclose(file), 0);
}

static struct bt_prn_known known_at(int port)
{
	struct bt_prn_known known = {.profile = "tm-t82x",
				     .maker = "EPSON",
				     .model = "TM-T82X",
				     .firmware = "1.05 ESC/POS",
				     .real_time = true,
				     .process_id = true};
	(void)snprintf(known.uri, sizeof(known.uri), "tcp://192.0.2.1:%d", port);
	known.asked_at_ms = INT64_C(1700000000000) + port;
	return known;
}

static void test_read_back(void **state)
{
	struct bt_prn_known known = known_at(9100), back, other = known_at(9101);
	(void)state;
	assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_prn_known_write(folder, &known, NULL), BT_OK);
	assert_int_equal(bt_prn_known_write(folder, &other, NULL), BT_OK);
	assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_OK);
	assert_string_equal(back.uri, known.uri);
	assert_string_equal(back.profile, "tm-t82x");
	assert_string_equal(back.maker, "EPSON");
	assert_string_equal(back.model, "TM-T82X");
	assert_string_equal(back.firmware, "1.05 ESC/POS");
	assert_true(back.real_time && back.process_id);
	assert_false(back.in_order || back.unasked);
	assert_int_equal(back.asked_at_ms, known.asked_at_ms);
	known.in_order = true;
	known.process_id = false;
	assert_int_equal(bt_prn_known_write(folder, &known, NULL), BT_OK);
	assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_OK);
	assert_true(back.in_order);
	assert_false(back.process_id);
	assert_int_equal(bt_prn_known_read(folder, other.uri, &back, NULL), BT_OK);
	assert_int_equal(bt_prn_known_read(folder, "tcp://192.0.2.1:9102", &back, NULL), BT_ENOTFOUND);
}

static void test_the_oldest_makes_room(void **state)
{
	struct bt_prn_known back;
	(void)state;
	for (int i = 0; i <= BT_PRN_KNOWN_MAX; i++) {
		struct bt_prn_known known = known_at(9100 + i);
		assert_int_equal(bt_prn_known_write(folder, &known, NULL), BT_OK);
	}
	assert_int_equal(bt_prn_known_read(folder, "tcp://192.0.2.1:9100", &back, NULL), BT_ENOTFOUND);
	for (int i = 1; i <= BT_PRN_KNOWN_MAX; i++) {
		struct bt_prn_known known = known_at(9100 + i);
		assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_OK);
	}
}

/* Cut at each byte, or with a bit turned in it: read whole or not at all, and written anew after. */
static void test_damage(void **state)
{
	struct bt_prn_known known = known_at(9100), back;
	struct bt_buf whole;
	(void)state;
	bt_buf_init(&whole, 4096);
	assert_int_equal(bt_prn_known_write(folder, &known, NULL), BT_OK);
	assert_int_equal(bt_file_read(path, &whole, NULL), BT_OK);
	for (size_t len = 0; len < whole.len; len++) {
		put_file((struct bt_bytes){whole.data, len});
		assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_EFORMAT);
	}
	assert_int_equal(bt_prn_known_write(folder, &known, NULL), BT_OK);
	assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_OK);
	for (size_t bit = 0; bit < whole.len * 8; bit += 3) {
		whole.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		put_file(bt_buf_view(&whole));
		enum bt_err err = bt_prn_known_read(folder, known.uri, &back, NULL);
		assert_true(err == BT_OK || err == BT_EFORMAT || err == BT_ENOTFOUND);
		whole.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	bt_buf_fini(&whole);
}

static void test_too_many_rows_are_none(void **state)
{
	struct bt_prn_known known = known_at(9100), back;
	struct bt_buf one, many;
	static const char head[] = "{\"printers\":[";
	(void)state;
	bt_buf_init(&one, 4096);
	bt_buf_init(&many, 16384);
	assert_int_equal(bt_prn_known_write(folder, &known, NULL), BT_OK);
	assert_int_equal(bt_file_read(path, &one, NULL), BT_OK);
	assert_int_equal(bt_buf_put_text(&many, head), BT_OK);
	for (int i = 0; i <= BT_PRN_KNOWN_MAX; i++)
		assert_int_equal(bt_buf_printf(&many, "%s%.*s", i > 0 ? "," : "",
					       (int)(one.len - (sizeof(head) - 1) - 2), one.data + sizeof(head) - 1),
				 BT_OK);
	assert_int_equal(bt_buf_put_text(&many, "]}"), BT_OK);
	put_file(bt_buf_view(&many));
	assert_int_equal(bt_prn_known_read(folder, known.uri, &back, NULL), BT_EFORMAT);
	bt_buf_fini(&one);
	bt_buf_fini(&many);
}

static void test_the_profile_to_print_with(void **state)
{
	struct bt_prn_profiles *list = NULL;
	struct bt_prn_known known = known_at(9100);
	struct bt_prn_profile profile;
	(void)state;
	assert_int_equal(bt_prn_profiles_open(BATTI_SOURCE_DIR "/assets/printers", &list, NULL), BT_OK);
	assert_int_equal(bt_prn_known_profile(list, "auto", NULL, &profile, NULL), BT_OK);
	assert_string_equal(profile.id, "generic-80");
	assert_int_equal(bt_prn_known_profile(list, "auto", &known, &profile, NULL), BT_OK);
	assert_string_equal(profile.id, "tm-t82x");
	assert_true(profile.real_time && profile.process_id);
	assert_false(profile.in_order || profile.unasked); /* the row says yes, the device did not */
	assert_true(profile.can_forget && profile.cutter);
	assert_int_equal(bt_prn_known_profile(list, "generic-58", &known, &profile, NULL), BT_OK);
	assert_int_equal(profile.width_dots, 384); /* whoever set it stands above the name */
	assert_true(profile.process_id);
	known.profile[0] = '\0';
	assert_int_equal(bt_prn_known_profile(list, "auto", &known, &profile, NULL), BT_OK);
	assert_string_equal(profile.id, "generic-80");
	assert_int_equal(bt_prn_known_profile(list, "tm-t99", NULL, &profile, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_prn_known_profile(NULL, "tm-t82x", NULL, &profile, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_prn_known_profile(NULL, "generic-512", NULL, &profile, NULL), BT_OK);
	bt_prn_profiles_close(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_read_back, start_empty),
	    cmocka_unit_test_setup(test_the_oldest_makes_room, start_empty),
	    cmocka_unit_test_setup(test_damage, start_empty),
	    cmocka_unit_test_setup(test_too_many_rows_are_none, start_empty),
	    cmocka_unit_test_setup(test_the_profile_to_print_with, start_empty),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
