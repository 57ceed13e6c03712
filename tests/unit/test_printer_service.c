/* The printer service through its sink: slips to a folder as text, results back, a bounded number waiting.
 * rooms: printer core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/file.h"
#include "printer/printer.h"
#include "tests/unit/receipt_fixture.h"

static struct bt_print_job job;

static int compose_job(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	memcpy(job.sale_id, "01936f2e-7c3a-7abc-8def-0123456789ab", 37);
	job.copy = 1;
	return bt_receipt_compose(&facts, NULL, BT_RECEIPT_EN, &job.receipt) == BT_OK ? 0 : -1;
}

static struct bt_printer *open_printer(const char *uri, const char *profile)
{
	struct bt_printer *printer = NULL;
	const struct bt_prn_options options = {
	    .uri = uri, .profile = profile, .font_path = FIXTURE_FONT, .timeout_ms = 2000};
	assert_int_equal(bt_printer_open(&options, &printer, NULL), BT_OK);
	return printer;
}

static struct bt_print_result wait_for_result(const struct bt_sink *sink)
{
	struct bt_print_result result;
	struct pollfd one = {.fd = sink->fd(sink->self), .events = POLLIN};
	assert_int_equal(poll(&one, 1, 30000), 1);
	assert_true(sink->take(sink->self, &result));
	return result;
}

static void test_slip_comes_out_as_text(void **state)
{
	char folder[] = "/tmp/batti-service-XXXXXX";
	char uri[64], path[256];
	struct bt_buf printed;
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(uri, sizeof(uri), "file:%s", folder);
	struct bt_printer *printer = open_printer(uri, "text-80");
	struct bt_sink sink = bt_printer_sink(printer);
	assert_int_equal(sink.submit(sink.self, &job), BT_OK);
	struct bt_print_result result = wait_for_result(&sink);
	assert_int_equal(result.state, BT_PRINT_CONFIRMED);
	assert_string_equal(result.sale_id, job.sale_id);
	assert_int_equal(result.copy, 1);
	assert_int_equal(sink.paper(sink.self), BT_PAPER_OK);
	assert_false(sink.take(sink.self, &result));
	bt_printer_close(printer);
	(void)snprintf(path, sizeof(path), "%s/%s-1.txt", folder, job.sale_id);
	bt_buf_init(&printed, 65536);
	assert_int_equal(bt_file_read(path, &printed, NULL), BT_OK);
	assert_non_null(strstr((const char *)printed.data, "4 4 7 1"));
	assert_non_null(strstr((const char *)printed.data, "==== 0142-0611-087-4 ===="));
	bt_buf_fini(&printed);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void test_waiting_slips_are_bounded_and_none_is_lost(void **state)
{
	int given = 0;
	(void)state;
	struct bt_printer *printer = open_printer("none", "generic-58");
	struct bt_sink sink = bt_printer_sink(printer);
	while (sink.submit(sink.self, &job) == BT_OK)
		given++;
	assert_in_range(given, 1, 64);
	assert_int_equal(sink.submit(sink.self, &job), BT_EFULL);
	for (int i = 0; i < given; i++)
		assert_int_equal(wait_for_result(&sink).state, BT_PRINT_FAILED);
	assert_int_equal(sink.submit(sink.self, &job), BT_OK);
	assert_int_equal(wait_for_result(&sink).state, BT_PRINT_FAILED);
	assert_int_equal(sink.paper(sink.self), BT_PAPER_SILENT);
	bt_printer_close(printer);
}

static void test_closing_with_slips_waiting(void **state)
{
	(void)state;
	struct bt_printer *printer = open_printer("file:/dev/null", "generic-80");
	struct bt_sink sink = bt_printer_sink(printer);
	while (sink.submit(sink.self, &job) == BT_OK)
		;
	bt_printer_close(printer);
	bt_printer_close(NULL);
}

static void test_bad_options(void **state)
{
	struct bt_printer *printer = NULL;
	struct bt_fault fault;
	struct bt_prn_options options = {.uri = "usb:", .profile = "generic-80", .font_path = FIXTURE_FONT};
	(void)state;
	assert_int_equal(bt_printer_open(&options, &printer, &fault), BT_EINPUT);
	options.uri = "none";
	options.profile = "generic-81";
	assert_int_equal(bt_printer_open(&options, &printer, &fault), BT_ENOTFOUND);
	options.profile = "generic-80";
	options.font_path = "/nowhere.ttf";
	assert_int_equal(bt_printer_open(&options, &printer, &fault), BT_ENOTFOUND);
	assert_null(printer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_slip_comes_out_as_text),
	    cmocka_unit_test(test_waiting_slips_are_bounded_and_none_is_lost),
	    cmocka_unit_test(test_closing_with_slips_waiting),
	    cmocka_unit_test(test_bad_options),
	};
	return cmocka_run_group_tests(tests, compose_job, NULL);
}
