/* One slip against a printer of the test's own at the other end of a socket pair: which question it gets when, what a
 * roll that ends in the middle does, what a line that dies leaves known.
 * rooms: printer core/receipt core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "printer/idle.h"
#include "printer/ladder.h"
#include "printer/stream.h"

/* Initialise, a line of dots, a blank row, the marker's row, cut. The marker's picture begins at 17, its dots at 25. */
static const uint8_t slip_bytes[] = "\x1b@\x1c.\x1d\x76\x30\x00\x02\x00\x01\x00\xff\xff"
				    "\x1b\x4a\x01\x1d\x76\x30\x00\x02\x00\x01\x00\x0f\xf0\x1d\x56\x42\x00";
#define SLIP_LEN   (sizeof(slip_bytes) - 1)
#define AT_HEAD    2  /* behind what initialises */
#define AT_COMMAND 17 /* of the marker */

enum order { GOES_IN_ORDER, GOES_BY_ID, SAYS_NOTHING };

/* What the printer is like, and what happens to it. */
struct model {
	bool at_once, unasked, in_order, by_id, forgets;
	size_t out_at;  /* the paper ends after so many bytes, 0: never */
	int roll_ms;    /* and a roll is in so much later, 0: never */
	size_t hang_at; /* it hangs up after so many bytes, 0: never */
	int stale;      /* answers to questions of before, told with the first */
	bool wrong_id;
	bool sleeps; /* reads nothing until peer_awake */
};

struct peer {
	struct model model;
	int fd, other;
	pthread_t thread;
	uint8_t taken[4096];
	size_t len;
	size_t at_first_answer; /* bytes it had when it first answered a question in order */
	bool out, forgot;
	int64_t roll_at_ms;
	uint8_t held[64]; /* answers in order that wait for paper */
	size_t held_len;
};

static struct peer peer;
static atomic_bool peer_awake;
static atomic_int port_first, port_later; /* enum bt_paper, told when it is read first and from then on */
static struct bt_prn_hand hand = {.wake = -1};
static struct bt_prn_profile profile;
static struct bt_prn_slip slip;

static void say(const void *bytes, size_t len)
{
	(void)!send(peer.fd, bytes, len, MSG_NOSIGNAL);
}

static void say_paper(void)
{
	say(peer.out ? "\x18\x00\x0f\x00" : "\x10\x00\x00\x00", 4);
}

static void say_in_order(const void *bytes, size_t len)
{
	if (peer.at_first_answer == 0)
		peer.at_first_answer = peer.len;
	if (!peer.out) {
		say(bytes, len);
		return;
	}
	memcpy(peer.held + peer.held_len, bytes, len);
	peer.held_len += len;
}

static bool ends_with(const char *bytes, size_t len)
{
	return peer.len >= len && memcmp(peer.taken + peer.len - len, bytes, len) == 0;
}

static void answer_id(void)
{
	uint8_t answer[7] = {0x37, 0x22};
	memcpy(answer + 2, peer.taken + peer.len - 4, 4);
	answer[2] = peer.model.wrong_id ? 'Z' : answer[2];
	say_in_order(answer, sizeof(answer));
}

static void answer_last(void)
{
	if (peer.model.at_once && ends_with("\x10\x04\x04", 3))
		say(peer.out ? "\x7e" : "\x12", 1);
	else if (peer.model.at_once && ends_with("\x10\x04\x02", 3))
		say(peer.out ? "\x32" : "\x12", 1);
	else if (peer.model.unasked && ends_with("\x1d\x61\xff", 3))
		say_paper();
	else if (peer.model.in_order && ends_with("\x1d\x72\x01", 3)) {
		for (; peer.model.stale > 0; peer.model.stale--, poll(NULL, 0, 60))
			say_in_order("\x00", 1);
		say_in_order("\x00", 1);
	} else if (peer.model.by_id && peer.len >= 11 &&
		   memcmp(peer.taken + peer.len - 11, "\x1d\x28\x48\x06\x00\x30\x30", 7) == 0)
		answer_id();
	else if (ends_with("\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", 10)) {
		peer.forgot = true;
		peer.held_len = 0;
		if (peer.model.forgets)
			say("\x37\x25\x00", 3);
	}
}

static void change_paper(bool out)
{
	peer.out = out;
	if (peer.model.unasked)
		say_paper();
	if (!out) {
		say(peer.held, peer.held_len);
		peer.held_len = 0;
	}
}

static bool take_byte(uint8_t byte)
{
	if (peer.len < sizeof(peer.taken))
		peer.taken[peer.len++] = byte;
	if (peer.len == peer.model.out_at) {
		change_paper(true);
		peer.roll_at_ms = bt_stream_now_ms() + peer.model.roll_ms;
	}
	answer_last();
	return peer.len != peer.model.hang_at;
}

static void *run_peer(void *nothing)
{
	struct pollfd one = {.fd = peer.fd, .events = POLLIN};
	uint8_t byte;
	bool open = true;
	(void)nothing;
	while (open) {
		int ready = poll(&one, 1, 10);
		if (peer.out && peer.model.roll_ms > 0 && bt_stream_now_ms() >= peer.roll_at_ms)
			change_paper(false);
		if (peer.model.sleeps && !atomic_load(&peer_awake))
			poll(NULL, 0, 10);
		else if (ready > 0)
			open = read(peer.fd, &byte, 1) == 1 && take_byte(byte);
	}
	close(peer.fd);
	return NULL;
}

static int open_peer(const char *address, struct bt_fault *fault)
{
	(void)address;
	(void)fault;
	return peer.other;
}

static const struct bt_prn_link link_to_peer = {.scheme = "peer", .open = open_peer};

static void start(struct model model)
{
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	peer = (struct peer){.model = model, .fd = ends[0], .other = ends[1]};
	profile = (struct bt_prn_profile){.real_time = model.at_once,
					  .in_order = model.in_order,
					  .unasked = model.unasked,
					  .process_id = model.by_id,
					  .can_forget = model.forgets};
	slip = (struct bt_prn_slip){.bytes = {slip_bytes, SLIP_LEN},
				    .profile = &profile,
				    .name = "01936f2e-7c3a-7abc-8def-0123456789ab",
				    .extension = "bin",
				    .copy = 1,
				    .timeout_ms = 1000,
				    .wait_ms = 5000};
	atomic_store(&hand.paper, BT_PAPER_SILENT);
	atomic_store(&hand.wish, BT_PRN_GO_ON);
	assert_int_equal(pthread_create(&peer.thread, NULL, run_peer, NULL), 0);
}

static struct bt_prn_outcome finish(void)
{
	struct bt_prn_outcome outcome = {0};
	bt_ladder_deliver(&link_to_peer, "", &slip, &hand, &outcome);
	pthread_join(peer.thread, NULL);
	return outcome;
}

static struct bt_prn_outcome deliver(struct model model)
{
	start(model);
	return finish();
}

/* How often two bytes of dots came. */
static int count(const char dots[2])
{
	int found = 0;
	for (size_t at = 0; at + 2 <= peer.len; at++)
		found += memcmp(peer.taken + at, dots, 2) == 0;
	return found;
}

static bool has_marker(void)
{
	return count("\x0f\xf0") > 0;
}

static const struct model epson = {.at_once = true, .unasked = true, .in_order = true, .by_id = true, .forgets = true};
static const struct model cheap = {.at_once = true, .in_order = true};

static void test_marker_waits_for_the_head(void **state)
{
	(void)state;
	struct bt_prn_outcome outcome = deliver(epson);
	assert_int_equal(outcome.state, BT_PRINT_CONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OK);
	assert_false(outcome.broken);
	assert_int_equal(outcome.fault.err, BT_OK);
	uint8_t *marker = memmem(peer.taken, peer.len, "\x0f\xf0", 2);
	assert_true(marker != NULL && marker > peer.taken + peer.at_first_answer);
	/* Noughts, two questions, initialise, tell all; then the head and a question; then the tail and the id's. */
	assert_int_equal(peer.at_first_answer, 8 + 6 + AT_COMMAND + 3 + 3);
	assert_int_equal(peer.len, 8 + 6 + SLIP_LEN + 3 + 3 + 11);
}

static void test_each_rung(void **state)
{
	(void)state;
	assert_int_equal(deliver(cheap).state, BT_PRINT_CONFIRMED);
	assert_int_equal(deliver((struct model){.by_id = true}).state, BT_PRINT_CONFIRMED);
	assert_int_equal(deliver((struct model){.unasked = true}).state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(deliver((struct model){.at_once = true}).state, BT_PRINT_UNCONFIRMED);
	struct bt_prn_outcome outcome = deliver((struct model){0});
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(peer.len, SLIP_LEN); /* nothing is asked of one that answers nothing */
	assert_false(outcome.broken);
}

static void test_an_answer_with_another_id_is_none(void **state)
{
	struct model model = epson;
	(void)state;
	model.wrong_id = true;
	assert_int_equal(deliver(model).state, BT_PRINT_UNCONFIRMED);
	assert_true(has_marker());
}

/* At each byte of the head, and behind it while the head's answer is out: nothing is lost and nothing sent twice. */
static void test_roll_that_ends_in_the_middle(void **state)
{
	(void)state;
	for (size_t at = 8 + 6 + 3 + AT_HEAD + 1; at <= 8 + 6 + 3 + AT_COMMAND + 3; at++) {
		struct model model = epson;
		model.out_at = at;
		model.roll_ms = 60;
		struct bt_prn_outcome outcome = deliver(model);
		assert_int_equal(outcome.state, BT_PRINT_CONFIRMED);
		assert_int_equal(outcome.paper, BT_PAPER_OK);
		assert_int_equal(count("\xff\xff"), 1);
		assert_int_equal(count("\x0f\xf0"), 1);
	}
}

/* One that answers only when asked: trouble was told, so its word in order is not enough. */
static void test_roll_that_ends_in_a_cheap_one(void **state)
{
	struct model model = cheap;
	(void)state;
	model.out_at = 8 + 6 + AT_COMMAND;
	model.roll_ms = 1500;
	struct bt_prn_outcome outcome = deliver(model);
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OK);
	assert_true(has_marker());
}

static void *deliver_in_thread(void *out)
{
	bt_ladder_deliver(&link_to_peer, "", &slip, &hand, out);
	return NULL;
}

static void wait_for_paper(enum bt_paper paper)
{
	for (int i = 0; i < 500 && atomic_load(&hand.paper) != (int)paper; i++)
		poll(NULL, 0, 10);
	assert_int_equal(atomic_load(&hand.paper), paper);
}

/* Out of paper after the head; the screen's thread sees it and then wishes @p wish. */
static struct bt_prn_outcome wish_without_paper(struct model model, enum bt_prn_wish wish, int64_t *took_ms)
{
	struct bt_prn_outcome outcome = {0};
	uint64_t one = 1;
	pthread_t worker;
	model.out_at = 8 + 6 + 3 + AT_COMMAND;
	start(model);
	hand.wake = eventfd(0, EFD_NONBLOCK);
	assert_int_equal(pthread_create(&worker, NULL, deliver_in_thread, &outcome), 0);
	wait_for_paper(BT_PAPER_OUT);
	int64_t begun_ms = bt_stream_now_ms();
	atomic_store(&hand.wish, wish);
	assert_int_equal(write(hand.wake, &one, sizeof(one)), sizeof(one));
	pthread_join(worker, NULL);
	*took_ms = bt_stream_now_ms() - begun_ms;
	pthread_join(peer.thread, NULL);
	close(hand.wake);
	hand.wake = -1;
	return outcome;
}

static void test_giving_up_throws_away(void **state)
{
	int64_t took_ms;
	(void)state;
	struct bt_prn_outcome outcome = wish_without_paper(epson, BT_PRN_GIVE_UP, &took_ms);
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
	assert_true(outcome.broken);
	assert_true(peer.forgot);
	assert_false(has_marker());
	assert_in_range(took_ms, 0, 1000);
	struct model keeps = epson;
	keeps.forgets = false;
	outcome = wish_without_paper(keeps, BT_PRN_GIVE_UP, &took_ms);
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_false(peer.forgot);
	assert_in_range(took_ms, 0, 1000);
}

static void test_closing_waits_for_no_roll(void **state)
{
	int64_t took_ms;
	(void)state;
	struct bt_prn_outcome outcome = wish_without_paper(epson, BT_PRN_HURRY, &took_ms);
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_false(has_marker());
	assert_in_range(took_ms, 0, 2000);
}

static void test_waiting_has_an_end(void **state)
{
	(void)state;
	struct model model = epson;
	model.out_at = 8 + 6 + 3 + AT_COMMAND;
	start(model);
	slip.wait_ms = 300;
	struct bt_prn_outcome outcome = finish();
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
	assert_true(peer.forgot);
}

static void test_giving_up_before_the_first_byte(void **state)
{
	(void)state;
	start(epson);
	atomic_store(&hand.wish, BT_PRN_GIVE_UP);
	struct bt_prn_outcome outcome = finish();
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_false(outcome.broken);
	assert_null(memmem(peer.taken, peer.len, "\xff\xff", 2));
}

/* Told only by the status that the first command brings: nothing of the slip has left yet. */
static void test_no_paper_told_unasked(void **state)
{
	(void)state;
	struct bt_prn_outcome outcome = deliver((struct model){.unasked = true, .out_at = 1});
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
	assert_false(outcome.broken);
	assert_int_equal(peer.len, AT_HEAD + 3);
}

/* What the printer had when it hung up decides: without a dot of the marker the original may be printed again. */
static void hang_up_everywhere(struct model model, size_t most)
{
	int failed = 0, unknown = 0;
	for (size_t at = 1; at <= most; at++) {
		model.hang_at = at;
		struct bt_prn_outcome outcome = deliver(model);
		assert_int_not_equal(outcome.state, BT_PRINT_CONFIRMED);
		assert_int_not_equal(outcome.fault.err, BT_OK);
		if (outcome.state == BT_PRINT_FAILED) {
			assert_false(has_marker());
			failed++;
		} else {
			assert_true(peer.at_first_answer > 0);
			unknown++;
		}
	}
	assert_true(failed > unknown && unknown > 0);
}

static void test_line_that_dies_at_each_byte(void **state)
{
	(void)state;
	hang_up_everywhere(epson, 8 + 6 + SLIP_LEN + 3 + 3 + 10);
	hang_up_everywhere(cheap, 8 + 6 + SLIP_LEN + 3 + 2);
}

/* A late answer to the slip before is left, and does not make this one printed. */
static void test_stale_answers_do_not_count(void **state)
{
	(void)state;
	struct model model = cheap;
	model.stale = 2;
	model.hang_at = 8 + 6 + SLIP_LEN + 3 + 3 + 2; /* before the last byte of its last question */
	start(model);
	slip.after_unanswered = 1;
	assert_int_equal(finish().state, BT_PRINT_UNCONFIRMED);
	model.hang_at = 0;
	start(model);
	slip.after_unanswered = 1;
	assert_int_equal(finish().state, BT_PRINT_CONFIRMED);
}

/* A printer that claims to answer and does not: the slip comes out all the same. */
static void test_silence_holds_nothing_back(void **state)
{
	(void)state;
	start((struct model){0});
	profile.in_order = true;
	struct bt_prn_outcome outcome = finish();
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.unanswered, 2);
	assert_true(has_marker());
	start((struct model){0});
	profile.in_order = profile.real_time =
	    true; /* not even asked at once: then it is not waited for before the end */
	outcome = finish();
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.unanswered, 1);
	assert_true(has_marker());
}

static enum bt_paper read_port(int fd)
{
	(void)fd;
	return (enum bt_paper)atomic_exchange(&port_first, atomic_load(&port_later));
}

static const struct bt_prn_link link_with_port = {.scheme = "port", .open = open_peer, .port = read_port};

static void *deliver_over_port(void *out)
{
	bt_ladder_deliver(&link_with_port, "", &slip, &hand, out);
	return NULL;
}

/* A printer that says nothing; its port does. More bytes than the line holds, so that it stops in the middle. */
static void test_port_speaks_for_a_silent_printer(void **state)
{
	static uint8_t much[400000];
	struct bt_prn_outcome outcome = {0};
	pthread_t worker;
	(void)state;
	start((struct model){0});
	atomic_store(&port_first, BT_PAPER_OUT);
	deliver_over_port(&outcome);
	pthread_join(peer.thread, NULL);
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
	assert_int_equal(peer.len, 0);
	outcome = (struct bt_prn_outcome){0};
	atomic_store(&port_first, BT_PAPER_OK);
	atomic_store(&port_later, BT_PAPER_OUT);
	atomic_store(&peer_awake, false);
	start((struct model){.sleeps = true});
	slip.bytes = (struct bt_bytes){much, sizeof(much)};
	slip.timeout_ms = 3000;
	assert_int_equal(pthread_create(&worker, NULL, deliver_over_port, &outcome), 0);
	wait_for_paper(BT_PAPER_OUT);
	atomic_store(&port_later, BT_PAPER_OK);
	atomic_store(&peer_awake, true);
	pthread_join(worker, NULL);
	pthread_join(peer.thread, NULL);
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_false(outcome.broken);
}

static void test_probe(void **state)
{
	(void)state;
	start(cheap);
	assert_int_equal(bt_idle_probe(&link_to_peer, "", &profile), BT_PAPER_OK);
	pthread_join(peer.thread, NULL);
	start((struct model){.unasked = true, .out_at = 1});
	assert_int_equal(bt_idle_probe(&link_to_peer, "", &profile), BT_PAPER_OUT);
	pthread_join(peer.thread, NULL);
	start((struct model){.in_order = true});
	assert_int_equal(bt_idle_probe(&link_to_peer, "", &profile), BT_PAPER_OK);
	pthread_join(peer.thread, NULL);
	start((struct model){0});
	assert_int_equal(bt_idle_probe(&link_to_peer, "", NULL), BT_PAPER_SILENT);
	pthread_join(peer.thread, NULL);
	assert_int_equal(peer.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_marker_waits_for_the_head),
	    cmocka_unit_test(test_each_rung),
	    cmocka_unit_test(test_an_answer_with_another_id_is_none),
	    cmocka_unit_test(test_roll_that_ends_in_the_middle),
	    cmocka_unit_test(test_roll_that_ends_in_a_cheap_one),
	    cmocka_unit_test(test_giving_up_throws_away),
	    cmocka_unit_test(test_closing_waits_for_no_roll),
	    cmocka_unit_test(test_waiting_has_an_end),
	    cmocka_unit_test(test_giving_up_before_the_first_byte),
	    cmocka_unit_test(test_no_paper_told_unasked),
	    cmocka_unit_test(test_line_that_dies_at_each_byte),
	    cmocka_unit_test(test_stale_answers_do_not_count),
	    cmocka_unit_test(test_silence_holds_nothing_back),
	    cmocka_unit_test(test_port_speaks_for_a_silent_printer),
	    cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
