/* The printer service through its sink: slips to a folder as text, results back, a bounded number waiting; paper shown,
 * a slip given up and the counter closed while a printer on a line of its own has no paper.
 * rooms: printer core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
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

/* ---- a printer on a line of its own, that tells by itself ---------------------------------------------------------
 */

struct own_line {
	struct bt_prn_profile model;
	struct bt_printer *printer;
	struct bt_sink sink;
	int fd, line; /* the printer's end, and one end kept open so that it never hangs up */
};

static void open_line(struct own_line *own)
{
	char path[128], uri[160];
	struct bt_prn_options options = {
	    .uri = uri, .model = &own->model, .font_path = FIXTURE_FONT, .timeout_ms = 2000};
	own->model = *bt_prn_profile_find("generic-58");
	own->model.unasked = true;
	own->model.real_time = own->model.in_order = false;
	own->model.process_id = true;
	own->model.baud = 38400;
	assert_int_equal(openpty(&own->fd, &own->line, path, NULL, NULL), 0);
	(void)snprintf(uri, sizeof(uri), "serial:%s", path);
	assert_int_equal(bt_printer_open(&options, &own->printer, NULL), BT_OK);
	own->sink = bt_printer_sink(own->printer);
}

static void close_line(struct own_line *own)
{
	bt_printer_close(own->printer);
	close(own->line);
	close(own->fd);
}

/* Take bytes until @p bytes came. */
static void take_until(const struct own_line *own, const char *bytes, size_t len)
{
	char newest[16] = "";
	struct pollfd one = {.fd = own->fd, .events = POLLIN};
	while (memcmp(newest + sizeof(newest) - len, bytes, len) != 0) {
		assert_int_equal(poll(&one, 1, 20000), 1);
		memmove(newest, newest + 1, sizeof(newest) - 1);
		assert_int_equal(read(own->fd, newest + sizeof(newest) - 1, 1), 1);
	}
}

static void say(const struct own_line *own, const char *four)
{
	assert_int_equal(write(own->fd, four, 4), 4);
}

static void wait_for_paper(const struct own_line *own, enum bt_paper paper)
{
	for (int i = 0; i < 1000 && own->sink.paper(own->sink.self) != paper; i++)
		poll(NULL, 0, 10);
	assert_int_equal(own->sink.paper(own->sink.self), paper);
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#define TELL_ALL "\x1d\x61\xff"

/* Nothing is printed, and still each change shows at once. */
static void test_paper_is_shown_while_idle(void **state)
{
	static const struct {
		const char *four;
		enum bt_paper paper;
	} told[] = {{"\x10\x00\x03\x00", BT_PAPER_LOW},
		    {"\x18\x00\x0f\x00", BT_PAPER_OUT},
		    {"\x38\x00\x00\x00", BT_PAPER_OPEN},
		    {"\x18\x08\x00\x00", BT_PAPER_JAM},
		    {"\x10\x00\x00\x00", BT_PAPER_OK}};
	struct own_line own;
	(void)state;
	open_line(&own);
	take_until(&own, TELL_ALL, 3);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		say(&own, told[i].four);
		wait_for_paper(&own, told[i].paper);
	}
	close_line(&own);
}

/* Bring a slip so far that its first part is out, then end the paper. */
static void run_out(struct own_line *own)
{
	open_line(own);
	take_until(own, TELL_ALL, 3);
	say(own, "\x10\x00\x00\x00");
	wait_for_paper(own, BT_PAPER_OK);
	assert_int_equal(own->sink.submit(own->sink.self, &job), BT_OK);
	take_until(own, TELL_ALL, 3);
	say(own, "\x10\x00\x00\x00");
	take_until(own, "\x1d\x28\x48\x06\x00\x30\x30", 7);
	say(own, "\x18\x00\x0f\x00");
	wait_for_paper(own, BT_PAPER_OUT);
}

static void test_giving_up_the_slip_in_hand(void **state)
{
	struct own_line own;
	(void)state;
	run_out(&own);
	own.sink.give_up(own.sink.self);
	struct bt_print_result result = wait_for_result(&own.sink);
	assert_int_equal(result.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(own.sink.paper(own.sink.self), BT_PAPER_OUT);
	own.sink.give_up(own.sink.self); /* nothing is in hand: the next slip is not meant */
	/* The next one is told before its first dot that there is no paper. */
	assert_int_equal(own.sink.submit(own.sink.self, &job), BT_OK);
	take_until(&own, TELL_ALL, 3);
	say(&own, "\x18\x00\x0f\x00");
	assert_int_equal(wait_for_result(&own.sink).state, BT_PRINT_FAILED);
	close_line(&own);
}

static void test_closing_while_a_roll_is_waited_for(void **state)
{
	struct own_line own;
	(void)state;
	run_out(&own);
	int64_t begun_ms = now_ms();
	close_line(&own);
	assert_in_range(now_ms() - begun_ms, 0, 3000);
}

static void test_drawer_alone(void **state)
{
	static struct bt_print_job drawer = {.copy = 1, .open_drawer = true};
	char folder[] = "/tmp/batti-drawer-XXXXXX";
	char uri[64], path[256];
	struct bt_buf bytes;
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(uri, sizeof(uri), "file:%s", folder);
	struct bt_printer *printer = open_printer(uri, "generic-80");
	struct bt_sink sink = bt_printer_sink(printer);
	assert_int_equal(sink.submit(sink.self, &drawer), BT_OK);
	assert_int_equal(wait_for_result(&sink).state, BT_PRINT_CONFIRMED);
	bt_printer_close(printer);
	(void)snprintf(path, sizeof(path), "%s/test-1.bin", folder);
	bt_buf_init(&bytes, 65536);
	assert_int_equal(bt_file_read(path, &bytes, NULL), BT_OK);
	assert_int_equal(bytes.len, 9); /* initialise, leave Kanji, the pulse: no paper moves, nothing is cut */
	assert_memory_equal(bytes.data, "\x1b@\x1c.\x1b\x70\x00\x19\xfa", 9);
	bt_buf_fini(&bytes);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	printer = open_printer("file:/dev/null", "text-80");
	sink = bt_printer_sink(printer);
	assert_int_equal(sink.submit(sink.self, &drawer), BT_OK);
	struct bt_print_result result = wait_for_result(&sink);
	assert_int_equal(result.state, BT_PRINT_FAILED);
	assert_int_equal(result.fault.err, BT_EUNSUPPORTED);
	bt_printer_close(printer);
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
	    cmocka_unit_test(test_paper_is_shown_while_idle),
	    cmocka_unit_test(test_giving_up_the_slip_in_hand),
	    cmocka_unit_test(test_closing_while_a_roll_is_waited_for),
	    cmocka_unit_test(test_drawer_alone),
	    cmocka_unit_test(test_bad_options),
	};
	return cmocka_run_group_tests(tests, compose_job, NULL);
}
