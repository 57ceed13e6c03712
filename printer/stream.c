#include "printer/stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIECE          8192 /* usblp takes one request of this size at a time */
#define NOW_WAIT_MS    500
#define ANSWER_WAIT_MS 2000

static const uint8_t ask_paper_now[] = {0x10, 0x04, 0x04};
static const uint8_t ask_offline_now[] = {0x10, 0x04, 0x02};

int64_t bt_stream_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* @return true when @p events (or an error) came before the deadline. */
static bool wait_for(int fd, short events, int64_t deadline_ms)
{
	for (;;) {
		int64_t left = deadline_ms - bt_stream_now_ms();
		struct pollfd one = {.fd = fd, .events = events};
		int ready = poll(&one, 1, left > 0 ? (int)left : 0);
		if (ready > 0)
			return true;
		if (ready == 0 || errno != EINTR)
			return false;
	}
}

/* A socket whose other end is gone must not raise SIGPIPE. */
static ssize_t put_some(int fd, const uint8_t *data, size_t len)
{
	ssize_t put = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return put < 0 && errno == ENOTSOCK ? write(fd, data, len) : put;
}

/* @return BT_OK, BT_ETIMEOUT or BT_EOS; *sent counts what was taken in each case. */
static enum bt_err send_all(int fd, struct bt_bytes bytes, int64_t deadline_ms, size_t *sent)
{
	*sent = 0;
	while (*sent < bytes.len) {
		if (!wait_for(fd, POLLOUT, deadline_ms))
			return BT_ETIMEOUT;
		size_t piece = bytes.len - *sent < PIECE ? bytes.len - *sent : PIECE;
		ssize_t put = put_some(fd, bytes.data + *sent, piece);
		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return BT_EOS;
		*sent += put > 0 ? (size_t)put : 0;
	}
	/* A device that took the last piece may still have it in flight: closing now would lose it. */
	return wait_for(fd, POLLOUT, deadline_ms) ? BT_OK : BT_ETIMEOUT;
}

/* The first byte with (byte & mask) == form; others are answers to something else. @return it, or -1. */
static int read_status(int fd, uint8_t mask, uint8_t form, int64_t deadline_ms)
{
	while (wait_for(fd, POLLIN, deadline_ms)) {
		uint8_t byte;
		ssize_t got = read(fd, &byte, 1);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			return -1;
		if ((byte & mask) == form)
			return byte;
	}
	return -1;
}

static int ask_now(int fd, struct bt_bytes question)
{
	size_t sent;
	int64_t deadline_ms = bt_stream_now_ms() + NOW_WAIT_MS;
	if (send_all(fd, question, deadline_ms, &sent) != BT_OK)
		return -1;
	return read_status(fd, 0x93, 0x12, deadline_ms);
}

enum bt_paper bt_stream_ask_now(int fd)
{
	int paper = ask_now(fd, BT_BYTES(ask_paper_now));
	if (paper < 0)
		return BT_PAPER_SILENT;
	int offline = ask_now(fd, BT_BYTES(ask_offline_now));
	if (offline >= 0 && (offline & 0x04) != 0)
		return BT_PAPER_OPEN;
	if ((paper & 0x60) != 0 || (offline >= 0 && (offline & 0x20) != 0))
		return BT_PAPER_OUT;
	return (paper & 0x0c) != 0 ? BT_PAPER_LOW : BT_PAPER_OK;
}

bool bt_stream_is_blocked(enum bt_paper paper)
{
	return paper == BT_PAPER_OUT || paper == BT_PAPER_OPEN;
}

/* GS r is answered when everything before it has been worked off, and not at all without paper. */
static void ask_worked_off(int fd, struct bt_prn_outcome *out)
{
	int byte = read_status(fd, 0x90, 0x00, bt_stream_now_ms() + ANSWER_WAIT_MS);
	if (byte >= 0) {
		out->paper = (byte & 0x0c) != 0 ? BT_PAPER_OUT : (byte & 0x03) != 0 ? BT_PAPER_LOW : BT_PAPER_OK;
		out->state = out->paper == BT_PAPER_OUT ? BT_PRINT_UNCONFIRMED : BT_PRINT_CONFIRMED;
	} else {
		out->state = BT_PRINT_UNCONFIRMED;
		out->paper = bt_stream_ask_now(fd);
	}
	if (out->state == BT_PRINT_UNCONFIRMED)
		bt_fault_set(&out->fault, BT_ETIMEOUT, 0, "the printer did not say that it printed");
}

void bt_stream_deliver(int fd, const struct bt_prn_slip *slip, struct bt_prn_outcome *out)
{
	size_t sent = 0;
	int64_t deadline_ms = bt_stream_now_ms() + slip->timeout_ms;
	out->paper = BT_PAPER_SILENT;
	enum bt_err err = send_all(fd, slip->bytes, deadline_ms, &sent);
	if (err == BT_OK || sent == slip->bytes.len) {
		size_t asked = 0;
		out->state = BT_PRINT_UNCONFIRMED;
		if (err == BT_OK && slip->ask_paper.len > 0 &&
		    send_all(fd, slip->ask_paper, deadline_ms, &asked) == BT_OK)
			ask_worked_off(fd, out);
		return;
	}
	int sys = err == BT_EOS ? errno : 0;
	out->state = BT_PRINT_FAILED;
	out->broken = sent > 0;
	if (err == BT_ETIMEOUT && slip->ask_paper.len > 0)
		out->paper = bt_stream_ask_now(fd);
	else if (sys == ENOSPC) /* usblp with LPABORT: its word for no paper */
		out->paper = BT_PAPER_OUT;
	bt_fault_set(&out->fault, err, sys, "the printer took %zu of %zu bytes", sent, slip->bytes.len);
}
