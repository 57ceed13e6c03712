/* Models from files: the shipped ones are read whole, and a bad file is named and takes away only its own rows.
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
#include "printer/driver.h"
#include "printer/profile.h"

#define SHIPPED BATTI_SOURCE_DIR "/assets/printers"

/* A whole row but for what stands in front of its closing brace. */
#define ROW(id, more)                                                                                                  \
	"{\"id\":\"" id "\",\"name\":\"A printer\",\"vendor\":\"V\",\"model\":\"M 1\",\"width_dots\":576,"             \
	"\"columns\":48,\"dots_per_mm\":8,\"cutter\":true,\"drawer\":false,\"band_rows\":104,"                         \
	"\"feed_units_per_dot\":1,\"driver\":\"escpos\"" more "}"
#define FILE_OF(rows) "{\"printers\":[" rows "]}"
#define EMPTY         FILE_OF("")

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/batti-profile-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static void path_of(const char *name, char out[128])
{
	(void)snprintf(out, 128, "%s/%s", folder, name);
}

static int remove_folder(void **state)
{
	char path[128];
	(void)state;
	path_of("models.json", path);
	(void)unlink(path);
	path_of("escpos-printer-db.json", path);
	(void)unlink(path);
	return rmdir(folder);
}

static void put_file(const char *name, struct bt_bytes text)
{
	char path[128];
	path_of(name, path);
	assert_int_equal(bt_file_replace(path, text, 0600, NULL), BT_OK);
}

static void put_both(const char *models, const char *database)
{
	put_file("models.json", bt_bytes_of(models));
	put_file("escpos-printer-db.json", bt_bytes_of(database));
}

static void test_shipped_models_are_read_whole(void **state)
{
	struct bt_prn_profiles *list = NULL;
	struct bt_fault fault = {0};
	const struct bt_prn_profile *row;
	int count = 0;
	(void)state;
	assert_int_equal(bt_prn_profiles_open(SHIPPED, &list, &fault), BT_OK);
	for (; (row = bt_prn_profiles_at(list, count)) != NULL; count++) {
		assert_ptr_equal(bt_prn_profiles_find(list, row->id), row);
		assert_non_null(bt_prn_driver_find(row->driver));
		assert_non_null(bt_prn_profile_by_width(row->width_dots));
		assert_true(row->columns * 9 <= row->width_dots); /* the narrowest letters of font A are 9 dots wide */
		assert_int_equal(row->feed_units_per_dot == 2, row->dots_per_mm == 7);
	}
	assert_true(count > 50);
	row = bt_prn_profiles_find(list, "tvs-rp-3230");
	assert_non_null(row);
	assert_int_equal(row->width_dots, 576);
	assert_true(row->cutter);
	assert_false(row->process_id);
	row = bt_prn_profiles_find(list, "tm-t82x");
	assert_true(row->process_id && row->unasked && row->can_forget && row->native_qr);
	/* in both files: ours stands */
	assert_true(bt_prn_profiles_find(list, "tm-t88v")->process_id);
	/* only in the database; facts of printing 2 */
	row = bt_prn_profiles_find(list, "nt-5890k");
	assert_int_equal(row->width_dots, 384);
	assert_int_equal(row->columns, 32);
	assert_false(row->cutter);
	assert_string_equal(row->vendor, "Netum");
	assert_null(bt_prn_profiles_find(list, "af-240"));
	bt_prn_profiles_close(list);
}

static void test_found_by_what_it_calls_itself(void **state)
{
	struct bt_prn_profiles *list = NULL;
	(void)state;
	assert_int_equal(bt_prn_profiles_open(SHIPPED, &list, NULL), BT_OK);
	assert_string_equal(bt_prn_profiles_by_model(list, "TM-T82X")->id, "tm-t82x");
	assert_string_equal(bt_prn_profiles_by_model(list, "tm t82x")->id, "tm-t82x");
	assert_string_equal(bt_prn_profiles_by_model(list, "RP3160")->id, "tvs-rp-3160");
	assert_null(bt_prn_profiles_by_model(list, "TM-T82XY"));
	assert_null(bt_prn_profiles_by_model(list, "TM"));
	assert_null(bt_prn_profiles_by_model(list, ""));
	assert_null(bt_prn_profiles_by_model(list, " -"));
	bt_prn_profiles_close(list);
}

static void test_row_is_taken_as_it_stands(void **state)
{
	struct bt_prn_profiles *list = NULL;
	const struct bt_prn_profile *row;
	(void)state;
	put_both(FILE_OF(ROW("a-1", ",\"mode\":\"hybrid\",\"baud\":115200,\"unasked\":true")), EMPTY);
	assert_int_equal(bt_prn_profiles_open(folder, &list, NULL), BT_OK);
	row = bt_prn_profiles_find(list, "a-1");
	assert_non_null(row);
	assert_string_equal(row->name, "A printer");
	assert_string_equal(row->vendor, "V");
	assert_string_equal(row->model, "M 1");
	assert_int_equal(row->width_dots, 576);
	assert_int_equal(row->columns, 48);
	assert_int_equal(row->dots_per_mm, 8);
	assert_true(row->cutter && row->unasked);
	assert_false(row->drawer || row->native_qr || row->real_time || row->in_order || row->process_id);
	assert_int_equal(row->baud, 115200);
	assert_int_equal(row->mode, BT_PRN_HYBRID);
	assert_string_equal(bt_prn_mode_name(row->mode), "hybrid");
	assert_int_equal(row->band_rows, 104);
	assert_int_equal(row->feed_units_per_dot, 1);
	assert_string_equal(row->driver, "escpos");
	bt_prn_profiles_close(list);
}

static void test_generic_rows_stand_above_files(void **state)
{
	struct bt_prn_profiles *list = NULL;
	(void)state;
	put_both(FILE_OF(ROW("generic-58", "")), FILE_OF(ROW("a-1", "")));
	assert_int_equal(bt_prn_profiles_open(folder, &list, NULL), BT_OK);
	assert_int_equal(bt_prn_profiles_find(list, "generic-58")->width_dots, 384);
	assert_non_null(bt_prn_profiles_find(list, "a-1"));
	bt_prn_profiles_close(list);
	assert_ptr_equal(bt_prn_profiles_find(NULL, "generic-58"), bt_prn_profile_find("generic-58"));
	assert_null(bt_prn_profiles_find(NULL, "a-1"));
	assert_null(bt_prn_profiles_at(NULL, -1));
	bt_prn_profiles_close(NULL);
}

/* Each is refused with the whole file, by file, row and key; the other file and the generic rows stand. */
static void test_bad_files_are_named(void **state)
{
	static const struct {
		const char *text;
		enum bt_err err;
		const char *says;
	} rows[] = {
	    {"", BT_EFORMAT, "models.json: not JSON"},
	    {"{\"printers\":[", BT_EFORMAT, "models.json: not JSON"},
	    {"[]", BT_EFORMAT, "models.json: no list of printers"},
	    {"{}", BT_EFORMAT, "models.json: no list of printers"},
	    {"{\"printers\":{}}", BT_EFORMAT, "models.json: no list of printers"},
	    {"{\"printers\":[],\"prniters\":[]}", BT_EFORMAT, "models.json: key prniters is not known"},
	    {"{\"printers\":[],\"printers\":[]}", BT_EFORMAT, "models.json: not JSON"},
	    {FILE_OF("7"), BT_EFORMAT, "printer 1 is no object"},
	    {FILE_OF("{}"), BT_EFORMAT, "printer 1: id is missing or not possible"},
	    {FILE_OF(ROW("a-1", "") "," ROW("a-2", ",\"cuter\":true")), BT_EFORMAT,
	     "printer 2: key cuter is not known"},
	    {FILE_OF(ROW("a-1", "") "," ROW("a-1", "")), BT_EFORMAT, "a-1 stands twice"},
	    {FILE_OF(ROW("A 1", "")), BT_EFORMAT, "printer 1: id "},
	    {FILE_OF(ROW("", "")), BT_EFORMAT, "printer 1: id "},
	    {FILE_OF(ROW("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "")), BT_EFORMAT, "printer 1: id "},
	    {FILE_OF(ROW("a-1", ",\"baud\":-1")), BT_EFORMAT, "printer 1: baud "},
	    {FILE_OF(ROW("a-1", ",\"baud\":4294967296")), BT_EFORMAT, "printer 1: baud "},
	    {FILE_OF(ROW("a-1", ",\"baud\":99999999999999999999")), BT_EFORMAT, "models.json: not JSON"},
	    {FILE_OF(ROW("a-1", ",\"baud\":9600.5")), BT_EFORMAT, "printer 1: baud "},
	    {FILE_OF(ROW("a-1", ",\"unasked\":1")), BT_EFORMAT, "printer 1: unasked "},
	    {FILE_OF(ROW("a-1", ",\"unasked\":null")), BT_EFORMAT, "printer 1: unasked "},
	    {FILE_OF(ROW("a-1", ",\"mode\":\"dots\"")), BT_EFORMAT, "printer 1: mode "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bt_prn_profiles *list = NULL;
		struct bt_fault fault = {0};
		put_both(rows[i].text, FILE_OF(ROW("other", "")));
		assert_int_equal(bt_prn_profiles_open(folder, &list, &fault), rows[i].err);
		assert_int_equal(fault.err, rows[i].err);
		assert_non_null(strstr(fault.what, rows[i].says));
		assert_null(bt_prn_profiles_find(list, "a-1"));
		assert_non_null(bt_prn_profiles_find(list, "other"));
		assert_non_null(bt_prn_profiles_find(list, "generic-80"));
		bt_prn_profiles_close(list);
	}
}

/* One number of a good row after the other is put out of its range. */
static void test_each_number_is_bounded(void **state)
{
	static const struct {
		const char *good, *bad;
	} rows[] = {
	    {"\"width_dots\":576", "\"width_dots\":575"},
	    {"\"width_dots\":576", "\"width_dots\":640"},
	    {"\"width_dots\":576", "\"width_dots\":0"},
	    {"\"columns\":48", "\"columns\":12"},
	    {"\"columns\":48", "\"columns\":65"},
	    {"\"dots_per_mm\":8", "\"dots_per_mm\":0"},
	    {"\"dots_per_mm\":8", "\"dots_per_mm\":13"},
	    {"\"band_rows\":104", "\"band_rows\":0"},
	    {"\"band_rows\":104", "\"band_rows\":114"},
	    {"\"feed_units_per_dot\":1", "\"feed_units_per_dot\":3"},
	    {"\"driver\":\"escpos\"", "\"driver\":\"lpd\""},
	    {"\"cutter\":true", "\"cutter\":\"yes\""},
	    {"\"name\":\"A printer\"", "\"name\":\"\""},
	};
	static const char good[] = FILE_OF(ROW("a-1", ""));
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bt_prn_profiles *list = NULL;
		char text[1024];
		const char *at = strstr(good, rows[i].good);
		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, rows[i].bad,
			       at + strlen(rows[i].good));
		put_both(text, EMPTY);
		assert_int_equal(bt_prn_profiles_open(folder, &list, NULL), BT_EFORMAT);
		assert_null(bt_prn_profiles_find(list, "a-1"));
		bt_prn_profiles_close(list);
	}
}

/* Cut at each byte it is refused, and nothing of it is taken. */
static void test_cut_files_give_nothing(void **state)
{
	static const char whole[] = FILE_OF(ROW("a-1", ""));
	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		struct bt_prn_profiles *list = NULL;
		put_file("models.json", (struct bt_bytes){(const uint8_t *)whole, len});
		put_file("escpos-printer-db.json", bt_bytes_of(EMPTY));
		assert_int_equal(bt_prn_profiles_open(folder, &list, NULL), BT_EFORMAT);
		assert_null(bt_prn_profiles_find(list, "a-1"));
		bt_prn_profiles_close(list);
	}
}

static void test_too_much_and_too_little(void **state)
{
	struct bt_prn_profiles *list = NULL;
	struct bt_fault fault = {0};
	struct bt_buf text;
	(void)state;
	bt_buf_init(&text, 2 * BT_PRN_PROFILES_FILE_MAX);
	assert_int_equal(bt_buf_put_text(&text, "{\"printers\":["), BT_OK);
	for (int i = 0; i <= BT_PRN_PROFILES_MAX; i++) {
		char id[16];
		(void)snprintf(id, sizeof(id), "m-%d", i);
		assert_int_equal(bt_buf_printf(&text, "%s" ROW("%s", ""), i > 0 ? "," : "", id), BT_OK);
	}
	assert_int_equal(bt_buf_put_text(&text, "]}"), BT_OK);
	put_file("models.json", bt_buf_view(&text));
	put_file("escpos-printer-db.json", bt_bytes_of(FILE_OF(ROW("other", ""))));
	assert_int_equal(bt_prn_profiles_open(folder, &list, &fault), BT_EFULL);
	assert_non_null(strstr(fault.what, "more than"));
	assert_null(bt_prn_profiles_find(list, "m-0"));
	assert_non_null(bt_prn_profiles_find(list, "other"));
	bt_prn_profiles_close(list);
	while (text.len <= BT_PRN_PROFILES_FILE_MAX)
		assert_int_equal(bt_buf_put_text(&text, "                                "), BT_OK);
	put_file("models.json", bt_buf_view(&text));
	assert_int_equal(bt_prn_profiles_open(folder, &list, &fault), BT_EFULL);
	bt_prn_profiles_close(list);
	assert_int_equal(bt_prn_profiles_open("/nowhere", &list, &fault), BT_ENOTFOUND);
	assert_non_null(strstr(fault.what, "models.json"));
	assert_non_null(bt_prn_profiles_find(list, "generic-80"));
	bt_prn_profiles_close(list);
	bt_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shipped_models_are_read_whole), cmocka_unit_test(test_found_by_what_it_calls_itself),
	    cmocka_unit_test(test_row_is_taken_as_it_stands),     cmocka_unit_test(test_generic_rows_stand_above_files),
	    cmocka_unit_test(test_bad_files_are_named),           cmocka_unit_test(test_each_number_is_bounded),
	    cmocka_unit_test(test_cut_files_give_nothing),        cmocka_unit_test(test_too_much_and_too_little),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
