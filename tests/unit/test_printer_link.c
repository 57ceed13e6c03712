/* Links against printers of the test's own: a socket that answers, keeps silent, hangs up; a terminal line; files.
 * rooms: printer core/receipt core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/file.h"
#include "printer/link.h"

#define SLIP_LEN 300000
#define FILL     8 /* noughts before the first question */

static const struct bt_prn_profile talks = {.real_time = true, .in_order = true};
static uint8_t slip_bytes[SLIP_LEN]; /* noughts: no ink, so no end marker is held back */
static struct bt_prn_hand hand = {.wake = -1};
static struct bt_prn_slip slip = {
    .bytes = {slip_bytes, SLIP_LEN},
    .profile = &talks,
    .name = "01936f2e-7c3a-7abc-8def-0123456789ab",
    .extension = "bin",
    .copy = 1,
    .timeout_ms = 3000,
    .wait_ms = 500,
};

/* ---- a printer at the other end of a descriptor -------------------------------------------------------------------
 */

struct model {
	int paper_now;      /* answer to DLE EOT 4, -1 none */
	int offline_now;    /* answer to DLE EOT 2, -1 none */
	int worked_off;     /* answer to GS r 1, -1 none */
	size_t hang_up;     /* closes after this many bytes, 0 never */
	bool stops_reading; /* takes nothing after the first questions */
};

struct printer {
	struct model model;
	int listener, fd, port;
	int release[2]; /* closed when the test is done with one that stops reading */
	pthread_t thread;
	size_t taken;
	uint8_t last[3];
};

static void answer(int fd, int byte)
{
	uint8_t one = (uint8_t)byte;
	if (byte >= 0)
		assert_int_equal(write(fd, &one, 1), 1);
}

static void take_byte(struct printer *printer, uint8_t byte)
{
	printer->taken++;
	memmove(printer->last, printer->last + 1, 2);
	printer->last[2] = byte;
	if (memcmp(printer->last, "\x10\x04\x04", 3) == 0)
		answer(printer->fd, printer->model.paper_now);
	else if (memcmp(printer->last, "\x10\x04\x02", 3) == 0)
		answer(printer->fd, printer->model.offline_now);
	else if (memcmp(printer->last, "\x1d\x72\x01", 3) == 0)
		answer(printer->fd, printer->model.worked_off);
}

static void *run_printer(void *argument)
{
	struct printer *printer = argument;
	uint8_t bytes[4096];
	if (printer->listener >= 0)
		printer->fd = accept(printer->listener, NULL, NULL);
	for (;;) {
		size_t most = printer->model.stops_reading || printer->model.hang_up > 0 ? 3 : sizeof(bytes);
		if (printer->model.stops_reading && printer->taken >= FILL + 6) {
			assert_int_equal(read(printer->release[0], bytes, 1), 0);
			break;
		}
		ssize_t got = read(printer->fd, bytes, most);
		if (got <= 0)
			break;
		for (ssize_t i = 0; i < got; i++)
			take_byte(printer, bytes[i]);
		if (printer->model.hang_up > 0 && printer->taken >= printer->model.hang_up)
			break;
	}
	close(printer->fd);
	return NULL;
}

static void start_tcp(struct printer *printer, struct model model)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	*printer = (struct printer){.model = model, .fd = -1};
	printer->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(printer->listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(printer->listener, 1), 0);
	assert_int_equal(getsockname(printer->listener, (struct sockaddr *)&at, &len), 0);
	printer->port = ntohs(at.sin_port);
	assert_int_equal(pipe(printer->release), 0);
	assert_int_equal(pthread_create(&printer->thread, NULL, run_printer, printer), 0);
}

static void stop_tcp(struct printer *printer)
{
	close(printer->release[1]);
	pthread_join(printer->thread, NULL);
	close(printer->release[0]);
	close(printer->listener);
}

static struct bt_prn_outcome deliver(const char *uri)
{
	struct bt_prn_outcome outcome = {0};
	const char *address = NULL;
	const struct bt_prn_link *link = bt_prn_link_find(uri, &address);
	assert_non_null(link);
	link->deliver(address, &slip, &hand, &outcome);
	return outcome;
}

static struct bt_prn_outcome deliver_tcp(struct printer *printer, struct model model)
{
	char uri[64];
	start_tcp(printer, model);
	(void)snprintf(uri, sizeof(uri), "tcp://127.0.0.1:%d", printer->port);
	struct bt_prn_outcome outcome = deliver(uri);
	stop_tcp(printer);
	return outcome;
}

static void test_answering_printer_confirms(void **state)
{
	struct printer printer;
	(void)state;
	struct bt_prn_outcome outcome = deliver_tcp(&printer, (struct model){0x12, 0x12, 0x00, 0, false});
	assert_int_equal(outcome.state, BT_PRINT_CONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OK);
	assert_false(outcome.broken);
	assert_int_equal(printer.taken, FILL + 6 + SLIP_LEN + 3);
	outcome = deliver_tcp(&printer, (struct model){0x1e, 0x12, 0x03, 0, false});
	assert_int_equal(outcome.state, BT_PRINT_CONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_LOW);
}

static void test_silent_printer_confirms_nothing(void **state)
{
	struct printer printer;
	(void)state;
	struct bt_prn_outcome outcome = deliver_tcp(&printer, (struct model){-1, -1, -1, 0, false});
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_SILENT);
	assert_int_equal(printer.taken, FILL + 3 + SLIP_LEN + 3);
}

static void test_paper_that_ends_while_printing(void **state)
{
	struct printer printer;
	(void)state;
	struct bt_prn_outcome outcome = deliver_tcp(&printer, (struct model){0x12, 0x12, 0x0c, 0, false});
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
}

static void test_nothing_is_sent_without_paper(void **state)
{
	struct printer printer;
	(void)state;
	struct bt_prn_outcome outcome = deliver_tcp(&printer, (struct model){0x72, 0x32, 0x00, 0, false});
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
	assert_false(outcome.broken);
	assert_int_equal(printer.taken, FILL + 6);
	outcome = deliver_tcp(&printer, (struct model){0x12, 0x16, 0x00, 0, false});
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.paper, BT_PAPER_OPEN);
	assert_int_equal(printer.taken, FILL + 6);
}

static void test_hanging_up_in_the_middle_breaks_the_slip(void **state)
{
	struct printer printer;
	(void)state;
	struct bt_prn_outcome outcome = deliver_tcp(&printer, (struct model){0x12, 0x12, 0x00, 600, false});
	/* What the kernel had taken already may be all of it: never CONFIRMED. */
	assert_int_not_equal(outcome.state, BT_PRINT_CONFIRMED);
	assert_true(outcome.state == BT_PRINT_UNCONFIRMED || outcome.broken);
	assert_int_not_equal(outcome.fault.err, BT_OK);
}

static void test_a_printer_that_stops_reading_is_given_up(void **state)
{
	static uint8_t huge[16 * 1024 * 1024];
	struct printer printer;
	(void)state;
	slip.bytes = (struct bt_bytes){huge, sizeof(huge)}; /* more than any socket buffer */
	slip.timeout_ms = 1000;
	struct bt_prn_outcome outcome = deliver_tcp(&printer, (struct model){0x12, 0x12, 0x00, 0, true});
	slip.bytes = (struct bt_bytes){slip_bytes, SLIP_LEN};
	slip.timeout_ms = 3000;
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.fault.err, BT_ETIMEOUT);
	assert_true(outcome.broken);
}

static void test_nobody_listens(void **state)
{
	struct printer printer;
	char uri[64];
	(void)state;
	start_tcp(&printer, (struct model){0});
	(void)snprintf(uri, sizeof(uri), "tcp://127.0.0.1:%d", printer.port);
	assert_int_equal(shutdown(printer.listener, SHUT_RDWR), 0);
	stop_tcp(&printer);
	struct bt_prn_outcome outcome = deliver(uri);
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.fault.err, BT_EUNREACHABLE);
	assert_int_equal(outcome.paper, BT_PAPER_SILENT);
	assert_false(outcome.broken);
}

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/batti-link-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static off_t find_size(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0 ? found.st_size : -1;
}

static void remove_named(const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

/* A terminal's other end is what both links of lines open. */
static struct bt_prn_outcome deliver_to_terminal(struct printer *printer, const char *scheme, const char *query)
{
	char path[128], uri[192];
	int line;
	*printer = (struct printer){.model = {0x12, 0x12, 0x00, 0, false}, .listener = -1};
	assert_int_equal(openpty(&printer->fd, &line, path, NULL, NULL), 0);
	(void)snprintf(uri, sizeof(uri), "%s:%s%s", scheme, path, query);
	memset(slip_bytes, '\n', 64); /* a line that is not raw would make two bytes of each */
	assert_int_equal(pthread_create(&printer->thread, NULL, run_printer, printer), 0);
	struct bt_prn_outcome outcome = deliver(uri);
	close(line);
	pthread_join(printer->thread, NULL);
	memset(slip_bytes, 0, 64);
	return outcome;
}

static void test_lines_go_both_ways(void **state)
{
	struct printer printer;
	(void)state;
	assert_int_equal(deliver_to_terminal(&printer, "dev", "").state, BT_PRINT_CONFIRMED);
	assert_int_equal(printer.taken, FILL + 6 + SLIP_LEN + 3);
	assert_int_equal(deliver_to_terminal(&printer, "serial", "?baud=115200").state, BT_PRINT_CONFIRMED);
	assert_int_equal(printer.taken, FILL + 6 + SLIP_LEN + 3);
	assert_int_equal(deliver_to_terminal(&printer, "serial", "").state, BT_PRINT_CONFIRMED);
}

static void test_lines_that_are_not_there(void **state)
{
	static const char *const uris[] = {"dev:/dev/usb/lp-none", "serial:/dev/ttyUSB-none", "serial:/dev/null"};
	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		struct bt_prn_outcome outcome = deliver(uris[i]);
		assert_int_equal(outcome.state, BT_PRINT_FAILED);
		assert_int_equal(outcome.fault.err, BT_EUNREACHABLE);
		assert_int_equal(outcome.paper, BT_PAPER_SILENT);
	}
}

/* The speed and form a line is set to, read back from it. */
static void test_serial_line_is_set(void **state)
{
	char path[128], uri[192];
	const char *address = NULL;
	struct termios set;
	int other, line;
	(void)state;
	assert_int_equal(openpty(&other, &line, path, NULL, NULL), 0);
	(void)snprintf(uri, sizeof(uri), "serial:%s?baud=38400", path);
	const struct bt_prn_link *link = bt_prn_link_find(uri, &address);
	int fd = link->open(address, NULL);
	assert_true(fd >= 0);
	assert_int_equal(tcgetattr(fd, &set), 0);
	assert_int_equal(cfgetospeed(&set), B38400);
	assert_int_equal(set.c_cflag & CSIZE, CS8);
	assert_int_equal(set.c_cflag & (PARENB | CSTOPB), 0);
	assert_int_equal(set.c_iflag & (IXON | IXOFF | ICRNL), 0);
	assert_int_equal(set.c_oflag & OPOST, 0);
	assert_true((set.c_cflag & CRTSCTS) != 0);
	close(fd);
	close(line);
	close(other);
}

/* A pipe takes bytes and says nothing; its own bytes must not come back as answers. */
static void test_device_that_is_a_pipe(void **state)
{
	char path[128], uri[192];
	uint8_t bytes[4096];
	size_t taken = 0;
	ssize_t got;
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)snprintf(uri, sizeof(uri), "dev:%s", path);
	assert_int_equal(deliver(uri).state, BT_PRINT_FAILED); /* nobody reads */
	int reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(reader >= 0);
	slip.bytes.len = 3000;
	struct bt_prn_outcome outcome = deliver(uri);
	slip.bytes.len = SLIP_LEN;
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_SILENT);
	while ((got = read(reader, bytes, sizeof(bytes))) > 0)
		taken += (size_t)got;
	assert_in_range(taken, 3000, 3000 + FILL + 6);
	outcome = deliver(uri); /* more than the pipe holds, and nobody reads on */
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.fault.err, BT_ETIMEOUT);
	assert_true(outcome.broken);
	close(reader);
	remove_named("fifo");
}

/* ---- files --------------------------------------------------------------------------------------------------------
 */

static void test_log_grows_by_whole_slips(void **state)
{
	char path[128], uri[160];
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	(void)snprintf(uri, sizeof(uri), "file:%s", path);
	for (int n = 1; n <= 2; n++) {
		assert_int_equal(deliver(uri).state, BT_PRINT_CONFIRMED);
		assert_int_equal(find_size(path), n * SLIP_LEN);
	}
	remove_named("log");
}

static void test_folder_gets_a_file_a_slip(void **state)
{
	static const char *const names[] = {"01936f2e-7c3a-7abc-8def-0123456789ab-1.bin",
					    "01936f2e-7c3a-7abc-8def-0123456789ab-1.2.bin"};
	char uri[160], path[256];
	(void)state;
	(void)snprintf(uri, sizeof(uri), "file:%s", folder);
	assert_int_equal(deliver(uri).state, BT_PRINT_CONFIRMED);
	assert_int_equal(deliver(uri).state, BT_PRINT_CONFIRMED);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(find_size(path), SLIP_LEN);
		remove_named(names[i]);
	}
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(deliver("file:/nowhere/at/all").state, BT_PRINT_FAILED);
}

static void test_full_disk_fails(void **state)
{
	(void)state;
	struct bt_prn_outcome outcome = deliver("file:/dev/full");
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.fault.sys, ENOSPC);
	outcome = deliver("file:/dev/null"); /* taken, but nothing to sync */
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
}

static void test_uris(void **state)
{
	static const char *const bad[] = {"",
					  "tcp",
					  "tcp:h:9100",
					  "tcp://h",
					  "tcp://:9100",
					  "tcp://h:",
					  "tcp://h:x",
					  "tcp://h:1234567",
					  "file:here",
					  "dev:lp0",
					  "none:x",
					  "usb:/x",
					  "fil:/x",
					  "serial:ttyS0",
					  "serial:/dev/ttyS0?baud=9601",
					  "serial:/dev/ttyS0?speed=9600",
					  "serial:/dev/ttyS0?baud=",
					  "cups:",
					  "cups:a/b",
					  "cups:a b"};
	static const char *const good[] = {"none",
					   "file:/x",
					   "dev:/dev/usb/lp0",
					   "tcp://h:9100",
					   "tcp://[::1]:9100",
					   "serial:/dev/ttyS0",
					   "serial:/dev/ttyUSB0?baud=9600",
					   "cups:counter_2"};
	const char *address;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(bt_prn_link_find(bad[i], &address));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_non_null(bt_prn_link_find(good[i], &address));
	struct bt_prn_outcome outcome = deliver("none");
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_answering_printer_confirms),
	    cmocka_unit_test(test_silent_printer_confirms_nothing),
	    cmocka_unit_test(test_paper_that_ends_while_printing),
	    cmocka_unit_test(test_nothing_is_sent_without_paper),
	    cmocka_unit_test(test_hanging_up_in_the_middle_breaks_the_slip),
	    cmocka_unit_test(test_a_printer_that_stops_reading_is_given_up),
	    cmocka_unit_test(test_nobody_listens),
	    cmocka_unit_test(test_lines_go_both_ways),
	    cmocka_unit_test(test_lines_that_are_not_there),
	    cmocka_unit_test(test_serial_line_is_set),
	    cmocka_unit_test(test_device_that_is_a_pipe),
	    cmocka_unit_test(test_log_grows_by_whole_slips),
	    cmocka_unit_test(test_folder_gets_a_file_a_slip),
	    cmocka_unit_test(test_full_disk_fails),
	    cmocka_unit_test(test_uris),
	};
	return cmocka_run_group_tests(tests, make_folder, NULL);
}
