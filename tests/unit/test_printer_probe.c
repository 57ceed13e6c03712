/* The conversation that finds out what a device is: against a peer on a socket of its own that answers what a row says.
 * rooms: printer core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "printer/probe.h"
#include "printer/stream.h"

#define WAIT_MS 300

/* What the other side answers, in the forms of facts of printing 2. */
struct peer {
	bool real_time, in_order, names, unasked, process_id;
	bool hangs_up;                           /* after the first question */
	const char *name;                        /* to GS I 67, header and all; NULL: TM-T82X */
	uint8_t paper, offline, error, greeting; /* of DLE EOT; a byte before anything is asked */
	/* the peer's own */
	int fd;
	uint8_t held[16];
	size_t len;
	char leaked[64]; /* what a printer would have set as text */
	size_t leaked_len;
};

static void say(const struct peer *peer, const void *bytes, size_t len)
{
	(void)send(peer->fd, bytes, len, MSG_NOSIGNAL);
}

static void say_byte(const struct peer *peer, uint8_t byte)
{
	say(peer, &byte, 1);
}

static void answer_at_once(const struct peer *peer, uint8_t n)
{
	const uint8_t bytes[] = {0x12, 0x12, 0x12 | peer->offline, 0x12 | peer->error, 0x12 | peer->paper};
	if (peer->real_time && n < sizeof(bytes))
		say_byte(peer, bytes[n]);
}

static void answer_name(const struct peer *peer, uint8_t n)
{
	const char *name = peer->name != NULL ? peer->name : "_TM-T82X";
	const char *text = n == 67 ? name : n == 66 ? "_EPSON" : n == 65 ? "_1.05 ESC/POS" : NULL;
	if (peer->names && text != NULL)
		say(peer, text, strlen(text) + 1);
}

static void answer_unasked(const struct peer *peer, uint8_t n)
{
	static const uint8_t four[] = {0x10, 0x00, 0x00, 0x00};
	if (peer->unasked && n != 0)
		say(peer, four, sizeof(four));
}

static void answer_printed(const struct peer *peer)
{
	uint8_t block[] = {0x37, 0x22, peer->held[7], peer->held[8], peer->held[9], peer->held[10], 0x00};
	if (peer->process_id)
		say(peer, block, sizeof(block));
}

/* @return length of the whole command at the start of what is held, 0 while it is not whole. */
static size_t find_length(const struct peer *peer)
{
	static const struct {
		uint8_t start[2];
		size_t len;
	} rows[] = {{{0x10, 0x04}, 3}, {{0x1d, 0x72}, 3}, {{0x1d, 0x49}, 3}, {{0x1d, 0x61}, 3}, {{0x1d, 0x28}, 11}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && peer->len >= 2; i++)
		if (memcmp(peer->held, rows[i].start, 2) == 0)
			return peer->len >= rows[i].len ? rows[i].len : 0;
	return peer->len >= 2 ? 1 : 0;
}

static void obey(struct peer *peer, size_t len)
{
	uint8_t n = peer->held[2];
	if (len == 1 && peer->leaked_len < sizeof(peer->leaked) - 1)
		peer->leaked[peer->leaked_len++] = (char)peer->held[0];
	else if (len == 11)
		answer_printed(peer);
	else if (peer->held[0] == 0x10)
		answer_at_once(peer, n);
	else if (peer->held[1] == 0x72 && peer->in_order)
		say_byte(peer, 0x00);
	else if (peer->held[1] == 0x49)
		answer_name(peer, n);
	else if (peer->held[1] == 0x61)
		answer_unasked(peer, n);
	memmove(peer->held, peer->held + len, peer->len - len);
	peer->len -= len;
}

static void *run_peer(void *argument)
{
	struct peer *peer = argument;
	if (peer->greeting != 0)
		say_byte(peer, peer->greeting);
	for (;;) {
		size_t len;
		ssize_t got = recv(peer->fd, peer->held + peer->len, 1, 0);
		if (got <= 0)
			break;
		peer->len++;
		while ((len = find_length(peer)) > 0) {
			obey(peer, len);
			if (peer->hangs_up) {
				(void)shutdown(peer->fd, SHUT_RDWR);
				return NULL;
			}
		}
	}
	return NULL;
}

static enum bt_err talk_with(struct peer *peer, struct bt_prn_probe *out)
{
	int pair[2];
	pthread_t thread;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
	peer->fd = pair[1];
	assert_int_equal(pthread_create(&thread, NULL, run_peer, peer), 0);
	enum bt_err err = bt_prn_probe_talk(pair[0], WAIT_MS, out, NULL);
	close(pair[0]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(pair[1]);
	return err;
}

static void test_one_that_answers_all(void **state)
{
	struct peer peer = {.real_time = true, .in_order = true, .names = true, .unasked = true, .process_id = true};
	struct bt_prn_probe probe;
	(void)state;
	int64_t begun_ms = bt_stream_now_ms();
	assert_int_equal(talk_with(&peer, &probe), BT_OK);
	assert_true(bt_stream_now_ms() - begun_ms < 9 * WAIT_MS); /* of 18: not all was waited for to its end */
	assert_true(probe.real_time && probe.in_order && probe.unasked && probe.process_id);
	assert_int_equal(probe.paper, BT_PAPER_OK);
	assert_string_equal(probe.model, "TM-T82X");
	assert_string_equal(probe.maker, "EPSON");
	assert_string_equal(probe.firmware, "1.05 ESC/POS");
	assert_int_equal(peer.leaked_len, 0);
}

static void test_what_is_missing_is_found_missing(void **state)
{
	static const struct peer rows[] = {
	    {.in_order = true, .names = true, .unasked = true, .process_id = true},
	    {.real_time = true, .names = true, .unasked = true, .process_id = true},
	    {.real_time = true, .in_order = true, .unasked = true, .process_id = true},
	    {.real_time = true, .in_order = true, .names = true, .process_id = true},
	    {.real_time = true, .in_order = true, .names = true, .unasked = true},
	    {.real_time = true},
	    {.unasked = true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peer peer = rows[i];
		struct bt_prn_probe probe;
		assert_int_equal(talk_with(&peer, &probe), BT_OK);
		assert_int_equal(probe.real_time, peer.real_time);
		assert_int_equal(probe.in_order, peer.in_order);
		assert_int_equal(probe.unasked, peer.unasked);
		assert_int_equal(probe.process_id, peer.process_id);
		assert_string_equal(probe.model, peer.names ? "TM-T82X" : "");
		assert_string_equal(probe.maker, peer.names ? "EPSON" : "");
		assert_int_equal(probe.paper, BT_PAPER_OK);
	}
}

/* The long question is not put to who answers nothing: it would stand on the paper as letters. */
static void test_mute_is_told_from_simple(void **state)
{
	struct peer peer = {.real_time = false};
	struct bt_prn_probe probe;
	(void)state;
	assert_int_equal(talk_with(&peer, &probe), BT_ETIMEOUT);
	assert_int_equal(probe.paper, BT_PAPER_SILENT);
	assert_false(probe.real_time || probe.in_order || probe.unasked || probe.process_id);
	assert_string_equal(probe.model, "");
	assert_int_equal(peer.leaked_len, 0);
}

static void test_without_paper_nothing_more_is_asked(void **state)
{
	static const struct {
		uint8_t paper, offline, error;
		enum bt_paper is;
		enum bt_err err;
	} rows[] = {
	    {.paper = 0x6c, .offline = 0x20, .is = BT_PAPER_OUT, .err = BT_ESTATE},
	    {.offline = 0x04, .is = BT_PAPER_OPEN, .err = BT_ESTATE},
	    {.offline = 0x40, .error = 0x08, .is = BT_PAPER_JAM, .err = BT_ESTATE},
	    {.offline = 0x40, .error = 0x40, .is = BT_PAPER_FAULT, .err = BT_ESTATE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peer peer = {.real_time = true, .in_order = true, .names = true};
		struct bt_prn_probe probe;
		peer.paper = rows[i].paper;
		peer.offline = rows[i].offline;
		peer.error = rows[i].error;
		assert_int_equal(talk_with(&peer, &probe), rows[i].err);
		assert_int_equal(probe.paper, rows[i].is);
		assert_true(probe.real_time);
		assert_false(probe.in_order);
	}
}

static void test_low_paper_is_no_hindrance(void **state)
{
	struct peer peer = {.real_time = true, .in_order = true, .names = true, .unasked = true, .paper = 0x0c};
	struct bt_prn_probe probe;
	(void)state;
	assert_int_equal(talk_with(&peer, &probe), BT_OK);
	assert_int_equal(probe.paper, BT_PAPER_LOW);
	assert_true(probe.in_order);
}

/* What stood on the line before is no answer; a name is cleaned, and bounded. */
static void test_strange_answers(void **state)
{
	struct peer stale = {.greeting = 0x12};
	struct peer long_name = {
	    .in_order = true, .names = true, .name = "_ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP"};
	struct peer rough = {.in_order = true, .names = true, .name = "_A\x1b[2JB"};
	struct bt_prn_probe probe;
	(void)state;
	assert_int_equal(talk_with(&stale, &probe), BT_ETIMEOUT);
	assert_false(probe.real_time);
	assert_int_equal(talk_with(&long_name, &probe), BT_OK);
	assert_true(strlen(probe.model) < sizeof(probe.model));
	assert_int_equal(strncmp(probe.model, "ABCDEFGHIJ", 10), 0);
	assert_int_equal(talk_with(&rough, &probe), BT_OK);
	assert_null(strchr(probe.model, 0x1b));
}

static void test_line_that_breaks(void **state)
{
	struct peer peer = {.real_time = true, .in_order = true, .hangs_up = true};
	struct bt_prn_probe probe;
	(void)state;
	assert_int_equal(talk_with(&peer, &probe), BT_EOS);
	assert_false(probe.in_order || probe.process_id);
}

static void *serve_one(void *argument)
{
	struct peer *peer = argument;
	int listener = peer->fd;
	peer->fd = accept(listener, NULL, NULL);
	(void)run_peer(peer);
	close(peer->fd);
	close(listener);
	return NULL;
}

static void test_by_its_address(void **state)
{
	struct peer peer = {.real_time = true, .in_order = true, .names = true, .process_id = true, .unasked = true};
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	char uri[64];
	pthread_t thread;
	struct bt_prn_probe probe;
	(void)state;
	peer.fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(peer.fd, (struct sockaddr *)(void *)&at, len), 0);
	assert_int_equal(listen(peer.fd, 1), 0);
	assert_int_equal(getsockname(peer.fd, (struct sockaddr *)(void *)&at, &len), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve_one, &peer), 0);
	(void)snprintf(uri, sizeof(uri), "tcp://127.0.0.1:%d", ntohs(at.sin_port));
	assert_int_equal(bt_prn_probe(uri, &probe, NULL), BT_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(probe.process_id);
	assert_string_equal(probe.maker, "EPSON");
	assert_int_equal(bt_prn_probe(uri, &probe, NULL), BT_EUNREACHABLE); /* nobody serves there any more */
}

static void test_addresses_where_nothing_answers(void **state)
{
	struct bt_prn_probe probe;
	struct bt_fault fault;
	(void)state;
	assert_int_equal(bt_prn_probe("file:/dev/null", &probe, &fault), BT_EUNSUPPORTED);
	assert_int_equal(bt_prn_probe("none", &probe, &fault), BT_EUNSUPPORTED);
	assert_int_equal(bt_prn_probe("usb:", &probe, &fault), BT_EINPUT);
	assert_int_equal(bt_prn_probe("dev:/nowhere/lp0", &probe, &fault), BT_EUNREACHABLE);
	assert_string_equal(probe.model, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_that_answers_all),
	    cmocka_unit_test(test_what_is_missing_is_found_missing),
	    cmocka_unit_test(test_mute_is_told_from_simple),
	    cmocka_unit_test(test_without_paper_nothing_more_is_asked),
	    cmocka_unit_test(test_low_paper_is_no_hindrance),
	    cmocka_unit_test(test_strange_answers),
	    cmocka_unit_test(test_line_that_breaks),
	    cmocka_unit_test(test_by_its_address),
	    cmocka_unit_test(test_addresses_where_nothing_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
