#include "printer/probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/text.h"
#include "printer/link.h"
#include "printer/status_escpos.h"
#include "printer/stream.h"

#define WAIT_MS    2000
#define TAKE_MS    2000 /* for the few bytes of a question to be taken */
#define QUIET_MS   60   /* after which an answer of one byte is taken to be whole */
#define STALE_MOST 4096

/* Identity n of GS I. */
#define NAME_FIRMWARE 65
#define NAME_MAKER    66
#define NAME_MODEL    67

struct talk {
	int fd;
	int wait_ms; /* for an answer */
	bool broken; /* the line */
	bool heard;  /* any answer to any question */
};

static bool wait_until(int fd, short events, int64_t deadline_ms)
{
	for (;;) {
		int64_t left = deadline_ms - bt_stream_now_ms();
		struct pollfd one = {.fd = fd, .events = events};
		int ready = poll(&one, 1, left > 0 ? (int)left : 0);
		if (ready >= 0 || errno != EINTR)
			return ready > 0;
	}
}

static ssize_t put_some(int fd, struct bt_bytes bytes)
{
	ssize_t put = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return put < 0 && errno == ENOTSOCK ? write(fd, bytes.data, bytes.len) : put;
}

static bool put_all(struct talk *talk, struct bt_bytes bytes, int64_t deadline_ms)
{
	while (bytes.len > 0 && !talk->broken) {
		if (!wait_until(talk->fd, POLLOUT, deadline_ms))
			return false;
		ssize_t put = put_some(talk->fd, bytes);
		if (put > 0)
			bytes = (struct bt_bytes){bytes.data + put, bytes.len - (size_t)put};
		else
			talk->broken = put < 0 && errno != EAGAIN && errno != EINTR;
	}
	return !talk->broken;
}

/* @return false when nothing came before the deadline. */
static bool read_some(struct talk *talk, struct bt_escpos_status *status, int64_t deadline_ms)
{
	uint8_t bytes[64];
	if (!wait_until(talk->fd, POLLIN, deadline_ms))
		return false;
	ssize_t got = read(talk->fd, bytes, sizeof(bytes));
	if (got > 0)
		bt_escpos_status_read(status, (struct bt_bytes){bytes, (size_t)got});
	else
		talk->broken = got == 0 || (errno != EAGAIN && errno != EINTR);
	return got > 0;
}

/* Listen until @p is_done or the time is over. */
static bool listen_for(struct talk *talk, struct bt_escpos_status *status,
		       bool (*is_done)(const struct bt_escpos_status *status), int timeout_ms)
{
	int64_t deadline_ms = bt_stream_now_ms() + timeout_ms;
	while (!is_done(status) && !talk->broken && bt_stream_now_ms() < deadline_ms)
		if (!read_some(talk, status, bt_stream_now_ms() + QUIET_MS))
			bt_escpos_status_settle(status);
	talk->heard |= status->heard;
	return is_done(status);
}

/* What came before anything was asked is the end of another's conversation. */
static void drop_stale(struct talk *talk)
{
	struct bt_escpos_status unread;
	bt_escpos_status_init(&unread);
	for (int i = 0; i < STALE_MOST / 64 && read_some(talk, &unread, bt_stream_now_ms() + QUIET_MS); i++)
		;
}

static bool has_answered(const struct bt_escpos_status *status)
{
	return status->asked == BT_ESCPOS_NOTHING;
}

static bool has_heard(const struct bt_escpos_status *status)
{
	return status->heard;
}

static bool has_name(const struct bt_escpos_status *status)
{
	return status->text[0] != '\0';
}

static bool is_in_order(const struct bt_escpos_status *status)
{
	return !status->asked_in_order;
}

static bool has_printed(const struct bt_escpos_status *status)
{
	return status->printed[0] != '\0';
}

static bool ask(struct talk *talk, struct bt_escpos_status *status, enum bt_escpos_question question)
{
	bt_escpos_status_asked(status, question);
	return put_all(talk, bt_escpos_question(question), bt_stream_now_ms() + TAKE_MS);
}

/* Three questions tell apart paper, cover and cutter; who does not answer the first is not asked the others. */
static void ask_at_once(struct talk *talk, struct bt_prn_probe *out)
{
	static const enum bt_escpos_question questions[] = {BT_ESCPOS_ASK_PAPER, BT_ESCPOS_ASK_OFFLINE,
							    BT_ESCPOS_ASK_ERROR};
	struct bt_escpos_status status;
	int64_t begun_ms = bt_stream_now_ms();
	bt_escpos_status_init(&status);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		if (!ask(talk, &status, questions[i]) ||
		    !listen_for(talk, &status, has_answered, i == 0 ? 2 * talk->wait_ms : talk->wait_ms))
			break;
		if (i == 0 && bt_stream_now_ms() - begun_ms > talk->wait_ms / 2)
			talk->wait_ms *= 2;
	}
	out->real_time = status.heard;
	out->paper = bt_escpos_paper(&status);
}

static void ask_unasked(struct talk *talk, struct bt_prn_probe *out)
{
	struct bt_escpos_status status;
	bt_escpos_status_init(&status);
	out->unasked = ask(talk, &status, BT_ESCPOS_TELL_ALL) && listen_for(talk, &status, has_heard, talk->wait_ms);
	(void)ask(talk, &status, BT_ESCPOS_TELL_NOTHING);
	if (out->paper == BT_PAPER_SILENT)
		out->paper = bt_escpos_paper(&status);
}

static void ask_in_order(struct talk *talk, struct bt_prn_probe *out)
{
	struct bt_escpos_status status;
	bt_escpos_status_init(&status);
	out->in_order =
	    ask(talk, &status, BT_ESCPOS_ASK_IN_ORDER) && listen_for(talk, &status, is_in_order, talk->wait_ms);
	if (out->paper == BT_PAPER_SILENT)
		out->paper = bt_escpos_paper(&status);
}

/* Where there is one, the answer in order that follows ends the waiting for a name that is not told. */
static void ask_name(struct talk *talk, const struct bt_prn_probe *probe, uint8_t which, char out[32])
{
	const uint8_t question[] = {0x1d, 0x49, which};
	struct bt_escpos_status status;
	bt_escpos_status_init(&status);
	if (!put_all(talk, BT_BYTES(question), bt_stream_now_ms() + TAKE_MS))
		return;
	if (probe->in_order && !ask(talk, &status, BT_ESCPOS_ASK_IN_ORDER))
		return;
	(void)listen_for(talk, &status, probe->in_order ? is_in_order : has_name, talk->wait_ms);
	bt_text_clean(status.text, strlen(status.text), 31, out, 32);
}

static void ask_process_id(struct talk *talk, struct bt_prn_probe *out)
{
	char id[BT_ESCPOS_ID_LEN + 1];
	uint8_t question[11];
	struct bt_escpos_status status;
	bt_escpos_status_init(&status);
	bt_escpos_id("probe", 0, id);
	bt_escpos_ask_printed(id, question);
	out->process_id = put_all(talk, BT_BYTES(question), bt_stream_now_ms() + TAKE_MS) &&
			  listen_for(talk, &status, has_printed, talk->wait_ms) && strcmp(status.printed, id) == 0;
}

static void ask_names(struct talk *talk, struct bt_prn_probe *out)
{
	ask_name(talk, out, NAME_MODEL, out->model);
	/* Who did not tell this one tells no other: printers know all of them or none. */
	if (out->model[0] == '\0')
		return;
	ask_name(talk, out, NAME_MAKER, out->maker);
	ask_name(talk, out, NAME_FIRMWARE, out->firmware);
}

enum bt_err bt_prn_probe_talk(int fd, int wait_ms, struct bt_prn_probe *out, struct bt_fault *fault)
{
	struct talk talk = {.fd = fd, .wait_ms = wait_ms};
	*out = (struct bt_prn_probe){.paper = BT_PAPER_SILENT};
	drop_stale(&talk);
	ask_at_once(&talk, out);
	if (bt_escpos_is_blocked(out->paper))
		return bt_fault_set(fault, BT_ESTATE, 0, "the printer has no paper, is open or is stuck");
	ask_unasked(&talk, out);
	ask_in_order(&talk, out);
	if (bt_escpos_is_blocked(out->paper))
		return bt_fault_set(fault, BT_ESTATE, 0, "the printer has no paper, is open or is stuck");
	ask_names(&talk, out);
	if (talk.heard)
		ask_process_id(&talk, out);
	if (talk.broken)
		return bt_fault_set(fault, BT_EOS, 0, "the line to the printer broke");
	return talk.heard ? BT_OK : bt_fault_set(fault, BT_ETIMEOUT, 0, "the printer answers nothing");
}

enum bt_err bt_prn_probe(const char *uri, struct bt_prn_probe *out, struct bt_fault *fault)
{
	const char *address;
	const struct bt_prn_link *link = bt_prn_link_find(uri, &address);
	struct bt_fault own = {0};
	*out = (struct bt_prn_probe){.paper = BT_PAPER_OK};
	if (link == NULL)
		return bt_fault_set(fault, BT_EINPUT, 0, "not a printer's address: %.100s", uri);
	if (link->open == NULL)
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "nothing answers on %.100s", uri);
	int fd = link->open(address, &own);
	if (fd < 0)
		return bt_fault_set(fault, own.err, own.sys, "%s", own.what);
	enum bt_err err = bt_prn_probe_talk(fd, WAIT_MS, out, fault);
	close(fd);
	return err;
}
