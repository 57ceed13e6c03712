/* The second screen: what a message may be, and that no screen at the other end keeps the counter or tells it anything.
 *
 * rooms: ui ui/screen ui/widget core/base core/money */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/display_offer.h"

#define LINK "upi://pay?pa=batti.0142@sbi&tr=01420611087&am=500.00&cu=INR"

static struct bt_ui_payer sample(enum bt_ui_payer_page page)
{
	struct bt_ui_payer payer = {.page = page,
				    .lang = BT_LANG_HI,
				    .name = "र*** कु***",
				    .meter = "5298",
				    .amount = 50000,
				    .given = 100000,
				    .change = 50000,
				    .units = 635,
				    .left_s = 252};
	if (page == BT_PAYER_QR) {
		(void)bt_text_copy(payer.qr, sizeof(payer.qr), LINK);
	}
	if (page == BT_PAYER_TOKEN) {
		(void)bt_text_copy(payer.token, sizeof(payer.token), "44170823915622607384");
	}
	return payer;
}

static enum bt_err decode(const uint8_t *bytes, size_t len, struct bt_ui_payer *out)
{
	return bt_display_decode((struct bt_bytes){bytes, len}, out);
}

/* ---- the message ---- */

static void test_every_page_comes_back_as_it_was(void **state)
{
	(void)state;
	for (int page = 0; page < BT_PAYER_PAGES; page++) {
		struct bt_ui_payer sent = sample((enum bt_ui_payer_page)page), read;
		uint8_t bytes[BT_DISPLAY_BYTES], again[BT_DISPLAY_BYTES];
		sent.training = page % 2;
		bt_display_encode(&sent, bytes);
		assert_int_equal(decode(bytes, sizeof(bytes), &read), BT_OK);
		assert_int_equal(read.page, page);
		assert_int_equal(read.lang, BT_LANG_HI);
		assert_int_equal(read.training, page % 2);
		assert_string_equal(read.name, sent.name);
		assert_string_equal(read.meter, sent.meter);
		assert_string_equal(read.qr, sent.qr);
		assert_string_equal(read.token, sent.token);
		assert_int_equal(read.amount, 50000);
		assert_int_equal(read.given, 100000);
		assert_int_equal(read.change, 50000);
		assert_int_equal(read.units, 635);
		assert_int_equal(read.left_s, 252);
		bt_display_encode(&read, again);
		assert_memory_equal(bytes, again, sizeof(bytes));
	}
}

static void test_no_shorter_or_longer_message_is_taken(void **state)
{
	uint8_t bytes[BT_DISPLAY_BYTES + 1] = {0};
	struct bt_ui_payer sent = sample(BT_PAYER_QR), read, before;
	(void)state;
	bt_display_encode(&sent, bytes);
	memset(&read, 0x5A, sizeof(read));
	before = read;
	for (size_t len = 0; len < BT_DISPLAY_BYTES; len++) {
		assert_int_not_equal(decode(bytes, len, &read), BT_OK);
	}
	assert_int_not_equal(decode(bytes, sizeof(bytes), &read), BT_OK);
	assert_memory_equal(&read, &before, sizeof(read));
}

/* What a flipped bit leaves is refused, or is another message that says the same when it is written again. */
static void test_every_flipped_bit_is_refused_or_is_a_message(void **state)
{
	uint8_t bytes[BT_DISPLAY_BYTES], again[BT_DISPLAY_BYTES];
	struct bt_ui_payer sent = sample(BT_PAYER_TOKEN), read;
	(void)state;
	bt_display_encode(&sent, bytes);
	for (size_t i = 0; i < sizeof(bytes) * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		if (decode(bytes, sizeof(bytes), &read) == BT_OK) {
			assert_true(i / 8 >= 6); /* never the magic, the version or the length */
			bt_display_encode(&read, again);
			assert_memory_equal(bytes, again, sizeof(bytes));
		}
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void test_what_could_steer_a_terminal_is_refused(void **state)
{
	static const char *const names[] = {"\033[2J",
					    "a\nb",
					    "\xE2\x80\xAE"
					    "evil",
					    "\xFF",
					    "a\tb",
					    "\xC2\x9B"
					    "31m"};
	uint8_t bytes[BT_DISPLAY_BYTES];
	struct bt_ui_payer read;
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bt_ui_payer sent = sample(BT_PAYER_CONFIRM);
		bt_display_encode(&sent, bytes);
		memset(bytes + 45, 0, 128);
		memcpy(bytes + 45, names[i], strlen(names[i]));
		assert_int_equal(decode(bytes, sizeof(bytes), &read), BT_EFORMAT);
		/* And it is not written either: the heading goes instead. */
		(void)bt_text_copy(sent.name, sizeof(sent.name), names[i]);
		memcpy(sent.name, names[i], strlen(names[i]) + 1);
		bt_display_encode(&sent, bytes);
		assert_int_equal(decode(bytes, sizeof(bytes), &read), BT_OK);
		assert_int_equal(read.page, BT_PAYER_START);
		assert_string_equal(read.name, "");
	}
}

static void test_a_token_stands_on_no_other_page(void **state)
{
	uint8_t bytes[BT_DISPLAY_BYTES];
	struct bt_ui_payer sent = sample(BT_PAYER_TOKEN), read;
	(void)state;
	bt_display_encode(&sent, bytes);
	bytes[6] = BT_PAYER_START;
	assert_int_equal(decode(bytes, sizeof(bytes), &read), BT_EFORMAT);
	sent = sample(BT_PAYER_QR);
	bt_display_encode(&sent, bytes);
	bytes[6] = BT_PAYER_CONFIRM;
	assert_int_equal(decode(bytes, sizeof(bytes), &read), BT_EFORMAT);
}

static void test_another_version_is_told_apart(void **state)
{
	uint8_t bytes[BT_DISPLAY_BYTES];
	struct bt_ui_payer sent = sample(BT_PAYER_START), read;
	(void)state;
	bt_display_encode(&sent, bytes);
	bytes[3] = BT_DISPLAY_VERSION + 1;
	assert_int_equal(decode(bytes, sizeof(bytes), &read), BT_EUNSUPPORTED);
	assert_int_equal(decode(bytes, 6, &read), BT_EUNSUPPORTED); /* however long it is */
}

/* ---- the socket ---- */

static char dir[300];
static struct bt_display_offer *offer;
static int64_t boot_ms;

static int open_offer(void **state)
{
	struct bt_fault fault = {0};
	(void)state;
	/* Longer than the path of a socket may be. */
	(void)snprintf(dir, sizeof(dir), "/tmp/batti-display-%d-%0150d", (int)getpid(), 0);
	if (mkdir(dir, 0700) != 0) {
		return -1;
	}
	boot_ms = 1000;
	return bt_display_offer_open(dir, &offer, &fault) == BT_OK ? 0 : -1;
}

static int close_offer(void **state)
{
	(void)state;
	bt_display_offer_close(offer);
	offer = NULL;
	return rmdir(dir); /* the socket is gone with it */
}

static int connect_screen(void)
{
	struct sockaddr_un address;
	struct bt_fault fault = {0};
	int dir_fd = -1, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(bt_display_address(dir, &address, &dir_fd, &fault), BT_OK);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(dir_fd);
	return fd;
}

static void show(enum bt_ui_payer_page page)
{
	struct bt_ui_payer payer = sample(page);
	bt_display_offer_show(offer, &payer, boot_ms);
}

/* @return the page, or -1 when nothing is there, -2 when the counter has hung up. */
static int heard(int fd)
{
	uint8_t bytes[BT_DISPLAY_BYTES + 1];
	struct bt_ui_payer read;
	ssize_t len = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (len <= 0) {
		return len == 0 ? -2 : -1;
	}
	assert_int_equal(len, BT_DISPLAY_BYTES);
	assert_int_equal(decode(bytes, (size_t)len, &read), BT_OK);
	return (int)read.page;
}

static void test_a_screen_hears_what_is_shown_and_what_changes(void **state)
{
	(void)state;
	show(BT_PAYER_CONFIRM);
	int fd = connect_screen();
	show(BT_PAYER_CONFIRM);
	assert_int_equal(heard(fd), BT_PAYER_CONFIRM);
	show(BT_PAYER_CONFIRM);
	assert_int_equal(heard(fd), -1);
	show(BT_PAYER_TOKEN);
	assert_int_equal(heard(fd), BT_PAYER_TOKEN);
	boot_ms += BT_DISPLAY_AGAIN_MS;
	show(BT_PAYER_TOKEN);
	assert_int_equal(heard(fd), BT_PAYER_TOKEN);
	close(fd);
}

static void test_nobody_else_may_reach_the_socket(void **state)
{
	struct stat info;
	char path[400];
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/" BT_DISPLAY_SOCKET, dir);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

/* It never reads: the counter goes on, the newest message is there when it looks again. */
static void test_a_slow_screen_keeps_nobody_and_gets_the_newest(void **state)
{
	(void)state;
	int fd = connect_screen(), page = -1, count = 0;
	for (int i = 0; i < 20000; i++) {
		show(i % 2 ? BT_PAYER_CONFIRM : BT_PAYER_CHANGE);
	}
	while (heard(fd) >= 0) {
		count++;
	}
	assert_true(count > 0 && count < 20000);
	show(BT_PAYER_TOKEN);
	for (int next = heard(fd); next >= 0; next = heard(fd)) {
		page = next;
	}
	assert_int_equal(page, BT_PAYER_TOKEN);
	close(fd);
}

static void test_what_a_screen_sends_goes_nowhere(void **state)
{
	uint8_t noise[4096];
	(void)state;
	int fd = connect_screen();
	memset(noise, 'x', sizeof(noise));
	(void)send(fd, noise, sizeof(noise), MSG_NOSIGNAL | MSG_DONTWAIT);
	show(BT_PAYER_START);
	assert_int_equal(heard(fd), BT_PAYER_START);
	assert_int_equal(send(fd, noise, sizeof(noise), MSG_NOSIGNAL | MSG_DONTWAIT), -1);
	show(BT_PAYER_TOKEN);
	assert_int_equal(heard(fd), BT_PAYER_TOKEN);
	close(fd);
}

static void test_screens_come_and_go(void **state)
{
	int fds[3 * BT_DISPLAY_MOST];
	(void)state;
	for (int i = 0; i < 3 * BT_DISPLAY_MOST; i++) {
		fds[i] = connect_screen();
		show(BT_PAYER_START);
	}
	for (int i = 0; i < 3 * BT_DISPLAY_MOST; i++) {
		assert_int_equal(heard(fds[i]), BT_PAYER_START);
		assert_int_equal(heard(fds[i]), i < 2 * BT_DISPLAY_MOST ? -2 : -1);
	}
	for (int i = 0; i < 3 * BT_DISPLAY_MOST; i++) {
		close(fds[i]);
	}
	show(BT_PAYER_TOKEN);
	int fd = connect_screen();
	show(BT_PAYER_TOKEN);
	assert_int_equal(heard(fd), BT_PAYER_TOKEN);
	close(fd);
}

/* A counter that was killed leaves its socket; the next one takes its place. */
static void test_the_next_counter_takes_the_place_of_a_dead_one(void **state)
{
	struct bt_fault fault = {0};
	struct bt_display_offer *dead = offer;
	(void)state;
	int fd = connect_screen();
	show(BT_PAYER_START);
	assert_int_equal(heard(fd), BT_PAYER_START);
	assert_int_equal(bt_display_offer_open(dir, &offer, &fault), BT_OK);
	bt_display_offer_close(dead); /* takes the name away, too: what follows shows that a new one is made */
	assert_int_equal(heard(fd), -2);
	close(fd);
	bt_display_offer_close(offer);
	assert_int_equal(bt_display_offer_open(dir, &offer, &fault), BT_OK);
	fd = connect_screen();
	show(BT_PAYER_WAIT);
	assert_int_equal(heard(fd), BT_PAYER_WAIT);
	close(fd);
}

static void test_no_offer_is_nothing_to_show(void **state)
{
	struct bt_fault fault = {0};
	struct bt_display_offer *none = NULL;
	struct bt_ui_payer payer = sample(BT_PAYER_START);
	(void)state;
	assert_int_equal(bt_display_offer_open("/nowhere/at/all", &none, &fault), BT_EOS);
	assert_null(none);
	bt_display_offer_show(NULL, &payer, 1);
	assert_int_equal(bt_display_offer_fd(NULL), -1);
	bt_display_offer_close(NULL);
}

#define WITH_OFFER(function) cmocka_unit_test_setup_teardown(function, open_offer, close_offer)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_page_comes_back_as_it_was),
	    cmocka_unit_test(test_no_shorter_or_longer_message_is_taken),
	    cmocka_unit_test(test_every_flipped_bit_is_refused_or_is_a_message),
	    cmocka_unit_test(test_what_could_steer_a_terminal_is_refused),
	    cmocka_unit_test(test_a_token_stands_on_no_other_page),
	    cmocka_unit_test(test_another_version_is_told_apart),
	    WITH_OFFER(test_a_screen_hears_what_is_shown_and_what_changes),
	    WITH_OFFER(test_nobody_else_may_reach_the_socket),
	    WITH_OFFER(test_a_slow_screen_keeps_nobody_and_gets_the_newest),
	    WITH_OFFER(test_what_a_screen_sends_goes_nowhere),
	    WITH_OFFER(test_screens_come_and_go),
	    WITH_OFFER(test_the_next_counter_takes_the_place_of_a_dead_one),
	    cmocka_unit_test(test_no_offer_is_nothing_to_show),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
