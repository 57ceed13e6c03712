#include "printer/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PIECE           8192 /* usblp takes one request of this size at a time */
#define NOW_WAIT_MS     500
#define UNASKED_WAIT_MS 500 /* for the first status that GS a 0xFF brings */
#define PAUSE_MS        10  /* after a read that gave nothing */
/* What belongs together comes together: at once over a network, within what an adapter waits for more over a line. */
#define SETTLE_NET_MS  10
#define SETTLE_LINE_MS 40
#define PORT_EVERY_MS  1000

int64_t bt_stream_now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum bt_err bt_stream_open(const struct bt_prn_link *link, const char *address, struct bt_prn_hand *hand,
			   struct bt_stream *out, struct bt_fault *fault)
{
	int type;
	socklen_t len = sizeof(type);
	struct bt_fault found = {0};
	int fd = link->open(address, &found);
	if (fd < 0) {
		enum bt_err err = found.err != BT_OK ? found.err : BT_EUNREACHABLE;
		return bt_fault_set(fault, err, found.sys, "%s", found.what);
	}
	int flags = fcntl(fd, F_GETFL);
	*out = (struct bt_stream){.link = link, .hand = hand, .fd = fd};
	out->is_socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
	out->deaf = flags >= 0 && (flags & O_ACCMODE) == O_WRONLY;
	bt_escpos_status_init(&out->status);
	return BT_OK;
}

/* A terminal line waits in close for a printer that holds it up, half a minute; a socket goes on sending behind it. */
void bt_stream_close(struct bt_stream *stream, bool throw_away)
{
	static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	if (throw_away && stream->is_socket)
		(void)setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else if (!stream->is_socket && isatty(stream->fd))
		(void)tcflush(stream->fd, TCIOFLUSH);
	close(stream->fd);
	stream->fd = -1;
}

void bt_stream_drop_unsent(struct bt_stream *stream)
{
	if (!stream->is_socket && isatty(stream->fd))
		(void)tcflush(stream->fd, TCOFLUSH);
}

enum bt_prn_wish bt_stream_wish(const struct bt_stream *stream)
{
	return (enum bt_prn_wish)atomic_load(&stream->hand->wish);
}

enum bt_paper bt_stream_paper(struct bt_stream *stream)
{
	enum bt_paper paper = bt_escpos_paper(&stream->status);
	if (stream->port_out && paper != BT_PAPER_OPEN)
		paper = BT_PAPER_OUT;
	if (paper != BT_PAPER_SILENT)
		atomic_store(&stream->hand->paper, (int)paper);
	return paper;
}

/* The port's own byte costs a request on the bus: not more often than once a second. */
static void read_port(struct bt_stream *stream)
{
	int64_t now = bt_stream_now_ms();
	if (stream->link->port == NULL || now - stream->port_ms < PORT_EVERY_MS)
		return;
	stream->port_ms = now;
	stream->port_out = stream->link->port(stream->fd) == BT_PAPER_OUT;
	(void)bt_stream_paper(stream);
}

/* Nothing read is the end of a socket, and of a line that hung up; another device gives it when the printer has nothing
 * to say. */
static void read_answers(struct bt_stream *stream, bool hung_up)
{
	uint8_t bytes[256];
	ssize_t got = read(stream->fd, bytes, sizeof(bytes));
	if (got > 0) {
		stream->alive = true;
		stream->heard_ms = bt_stream_now_ms();
		bt_escpos_status_read(&stream->status, (struct bt_bytes){bytes, (size_t)got});
		(void)bt_stream_paper(stream);
	} else if (got == 0 && stream->is_socket) {
		stream->deaf = true;
	} else if (got == 0 && hung_up) {
		stream->deaf = stream->gone = true;
	} else if (got == 0) {
		(void)poll(NULL, 0, PAUSE_MS);
	} else if (errno == EINVAL || errno == EBADF) { /* usblp of a printer that cannot speak */
		stream->deaf = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		stream->sys = errno;
		stream->deaf = stream->gone = true;
	}
}

static int settle_ms(const struct bt_stream *stream)
{
	return stream->is_socket ? SETTLE_NET_MS : SETTLE_LINE_MS;
}

static void settle(struct bt_stream *stream)
{
	if (stream->status.has_lone && bt_stream_now_ms() - stream->heard_ms >= settle_ms(stream)) {
		bt_escpos_status_settle(&stream->status);
		(void)bt_stream_paper(stream);
	}
}

static int find_wait(const struct bt_stream *stream, int64_t until_ms)
{
	int64_t left = until_ms - bt_stream_now_ms();
	int64_t most = stream->status.has_lone ? settle_ms(stream) : left;
	left = left < most ? left : most;
	return left > 0 ? (int)left : 0;
}

bool bt_stream_turn(struct bt_stream *stream, short events, int64_t until_ms)
{
	uint64_t wishes;
	ssize_t drained = 0;
	short in = stream->deaf ? 0 : POLLIN;
	struct pollfd two[] = {{.fd = stream->fd, .events = (short)(events | in)},
			       {.fd = stream->hand->wake, .events = POLLIN}};
	int ready = poll(two, 2, find_wait(stream, until_ms));
	if (ready > 0 && (two[1].revents & POLLIN) != 0)
		drained = read(stream->hand->wake, &wishes, sizeof(wishes)); /* what is wished stands in hand->wish */
	(void)drained;
	if (ready > 0 && !stream->deaf && (two[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		read_answers(stream, (two[0].revents & POLLHUP) != 0);
	else if (ready > 0 && (two[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 && (events & POLLOUT) == 0)
		stream->gone = true;
	settle(stream);
	if (ready <= 0 || (two[0].revents & POLLOUT) == 0)
		read_port(stream);
	return ready > 0 && (two[0].revents & (POLLOUT | POLLERR | POLLHUP)) != 0 && (events & POLLOUT) != 0;
}

/* A socket whose other end is gone must not raise SIGPIPE. ENOSPC is usblp's word for no paper (LPABORT). */
size_t bt_stream_put(struct bt_stream *stream, struct bt_bytes bytes)
{
	size_t piece = bytes.len < PIECE ? bytes.len : PIECE;
	ssize_t put = stream->is_socket ? send(stream->fd, bytes.data, piece, MSG_NOSIGNAL | MSG_DONTWAIT)
					: write(stream->fd, bytes.data, piece);
	if (put >= 0)
		return (size_t)put;
	if (errno == ENOSPC && stream->link->port != NULL) {
		stream->port_out = true;
		stream->port_ms = bt_stream_now_ms();
		(void)bt_stream_paper(stream);
	} else if (errno != EAGAIN && errno != EINTR) {
		stream->sys = errno;
		stream->gone = true;
	}
	return 0;
}

bool bt_stream_ask(struct bt_stream *stream, enum bt_escpos_question question)
{
	struct bt_bytes bytes = stream->rest.len > 0 ? stream->rest : bt_escpos_question(question);
	bool fresh = stream->rest.len == 0;
	size_t put = bt_stream_put(stream, bytes);
	if (put == 0 && fresh)
		return false;
	stream->rest = (struct bt_bytes){bytes.data + put, bytes.len - put};
	if (fresh)
		bt_escpos_status_asked(&stream->status, question);
	return fresh;
}

bool bt_stream_ask_now(struct bt_stream *stream, enum bt_escpos_question question)
{
	int64_t until_ms = bt_stream_now_ms() + NOW_WAIT_MS;
	if (!bt_stream_ask(stream, question))
		return false;
	while (stream->status.asked == question && !stream->deaf && !stream->gone &&
	       bt_stream_wish(stream) != BT_PRN_GIVE_UP && bt_stream_now_ms() < until_ms)
		(void)bt_stream_turn(stream, stream->rest.len > 0 ? POLLOUT : 0, until_ms);
	bool answered = stream->status.asked != question;
	stream->status.asked = BT_ESCPOS_NOTHING;
	/* Some clones answer twice: the second must not be taken for the answer to the next question. */
	if (answered)
		(void)bt_stream_turn(stream, 0, bt_stream_now_ms() + settle_ms(stream));
	return answered;
}

size_t bt_stream_unsent(const struct bt_stream *stream)
{
	int unsent = 0;
	return ioctl(stream->fd, TIOCOUTQ, &unsent) == 0 && unsent > 0 ? (size_t)unsent : 0;
}

void bt_stream_ask_paper(struct bt_stream *stream)
{
	if (bt_stream_ask_now(stream, BT_ESCPOS_ASK_PAPER) && bt_stream_ask_now(stream, BT_ESCPOS_ASK_OFFLINE) &&
	    stream->status.error)
		(void)bt_stream_ask_now(stream, BT_ESCPOS_ASK_ERROR);
}

void bt_stream_wait_unasked(struct bt_stream *stream)
{
	int64_t until_ms = bt_stream_now_ms() + UNASKED_WAIT_MS;
	while (!stream->status.heard && !stream->deaf && !stream->gone && bt_stream_wish(stream) != BT_PRN_GIVE_UP &&
	       bt_stream_now_ms() < until_ms)
		(void)bt_stream_turn(stream, stream->rest.len > 0 ? POLLOUT : 0, until_ms);
}
