#include "printer/ladder.h"

#include <poll.h>
#include <string.h>

#include "printer/escpos_end.h"
#include "printer/stream.h"

#define ANSWER_WAIT_MS 2000 /* of a printer that has said nothing yet, and of any while the counter closes */
#define FORGET_WAIT_MS 1000
#define ASK_EVERY_MS   1000 /* while waiting for an answer */
#define TURN_MS        250
/* After the first answer, for more: a head left without one has its feed and cut behind it. */
#define STALE_MS      250
#define STALE_HEAD_MS 1500

/* Why sending or waiting ended. */
enum end {
	END_DONE,
	END_GONE,     /* the line is dead */
	END_STALLED,  /* nothing moved for the slip's timeout */
	END_STARVED,  /* the printer could not print for as long as a slip may wait */
	END_GIVEN_UP, /* by a person */
	END_BLOCKED,  /* it said before the first byte that it cannot print */
};

struct talk {
	struct bt_stream *stream;
	const struct bt_prn_slip *slip;
	struct bt_escpos_end where;
	size_t sent;      /* of the slip's bytes */
	int64_t moved_ms; /* when something last moved; stands still while the printer cannot print */
	int64_t turned_ms, asked_ms;
	int64_t hindered_ms; /* how long it could not print, altogether */
	bool real_time;      /* it answers at once */
	bool unanswered;     /* it left a question in order open */
	char head[BT_ESCPOS_ID_LEN + 1], whole[BT_ESCPOS_ID_LEN + 1];
};

static bool has(const struct talk *talk, bool (*answers)(const struct bt_prn_profile *))
{
	return talk->slip->profile != NULL && answers(talk->slip->profile);
}

static bool answers_at_once(const struct bt_prn_profile *profile)
{
	return profile->real_time;
}

static bool answers_in_order(const struct bt_prn_profile *profile)
{
	return profile->in_order;
}

static bool tells_unasked(const struct bt_prn_profile *profile)
{
	return profile->unasked;
}

static bool tells_printed(const struct bt_prn_profile *profile)
{
	return profile->process_id;
}

static bool can_forget(const struct bt_prn_profile *profile)
{
	return profile->can_forget;
}

/* ---- waiting ------------------------------------------------------------------------------------------------------
 */

static bool is_blocked(struct talk *talk)
{
	return bt_escpos_is_blocked(bt_stream_paper(talk->stream));
}

/* Count the time since the last turn, and say whether it was the last. */
static enum end check_time(struct talk *talk, int64_t still_ms)
{
	int64_t now = bt_stream_now_ms(), since = now - talk->turned_ms;
	enum bt_prn_wish wish = bt_stream_wish(talk->stream);
	bool blocked = is_blocked(talk);
	talk->turned_ms = now;
	if (wish == BT_PRN_GIVE_UP)
		return END_GIVEN_UP;
	if (talk->stream->gone)
		return END_GONE;
	if (blocked) {
		talk->hindered_ms += since;
		talk->moved_ms = now;
	}
	if (blocked && (wish == BT_PRN_HURRY || talk->hindered_ms > talk->slip->wait_ms))
		return END_STARVED;
	return now - talk->moved_ms > still_ms ? END_STALLED : END_DONE;
}

static void turn(struct talk *talk, short events, bool *takes)
{
	bool ready = bt_stream_turn(talk->stream, events, bt_stream_now_ms() + TURN_MS);
	if (takes != NULL)
		*takes = ready;
}

static void start_waiting(struct talk *talk)
{
	talk->moved_ms = talk->turned_ms = bt_stream_now_ms();
}

/* A printer that answered before and takes nothing now has most likely no paper and no way to tell: a question in the
 * middle of a command would become a part of it. It is waited for like one that told. */
static enum end hold(struct talk *talk, enum end end)
{
	int64_t now = bt_stream_now_ms();
	if (end != END_STALLED || !talk->real_time || has(talk, tells_unasked) ||
	    bt_stream_wish(talk->stream) == BT_PRN_HURRY)
		return end;
	talk->hindered_ms += now - talk->moved_ms;
	talk->moved_ms = now;
	atomic_store(&talk->stream->hand->paper, (int)BT_PAPER_SILENT);
	return talk->hindered_ms > talk->slip->wait_ms ? END_STALLED : END_DONE;
}

/* Send up to @p until of the slip; nothing is sent while the printer cannot print, so that it holds as little as may be
 * when it is given up. */
static enum end send_until(struct talk *talk, size_t until)
{
	struct bt_bytes slip = talk->slip->bytes;
	enum end end = END_DONE;
	start_waiting(talk);
	while (end == END_DONE && talk->sent < until) {
		bool takes = false;
		turn(talk, is_blocked(talk) ? 0 : POLLOUT, &takes);
		if (takes && talk->stream->rest.len > 0)
			(void)bt_stream_ask(talk->stream, BT_ESCPOS_NOTHING);
		size_t put =
		    takes && talk->stream->rest.len == 0
			? bt_stream_put(talk->stream, (struct bt_bytes){slip.data + talk->sent, until - talk->sent})
			: 0;
		talk->sent += put;
		if (put > 0)
			talk->moved_ms = bt_stream_now_ms();
		end = talk->sent < until ? hold(talk, check_time(talk, talk->slip->timeout_ms)) : END_DONE;
	}
	return end;
}

/* Bytes that leave the system's own queue are movement too. */
static void note_moved(struct talk *talk, size_t *unsent)
{
	size_t left = bt_stream_unsent(talk->stream);
	if (left < *unsent)
		talk->moved_ms = bt_stream_now_ms();
	*unsent = left;
}

/* A device that took the last piece has it still in flight, a line that is slow has it in a queue: closing now would
 * lose it. */
static enum end drain(struct talk *talk)
{
	enum end end = END_DONE;
	bool takes = false;
	size_t unsent = bt_stream_unsent(talk->stream);
	start_waiting(talk);
	while (end == END_DONE && (!takes || unsent > 0)) {
		if (takes) /* ready at once: look again a little later */
			turn(talk, 0, NULL);
		else
			turn(talk, POLLOUT, &takes);
		note_moved(talk, &unsent);
		end = takes && unsent == 0 ? END_DONE : check_time(talk, talk->slip->timeout_ms);
	}
	return end;
}

/* ---- questions ----------------------------------------------------------------------------------------------------
 */

static void ask_again(struct talk *talk)
{
	if (!talk->real_time || bt_stream_now_ms() - talk->asked_ms < ASK_EVERY_MS)
		return;
	talk->asked_ms = bt_stream_now_ms();
	bt_stream_ask_paper(talk->stream);
}

/* The paper is at its end although all is worked off: ask again in order, nothing else would tell that a roll is in. */
static void ask_order_again(struct talk *talk)
{
	struct bt_escpos_status *status = &talk->stream->status;
	if (!has(talk, answers_in_order) || status->asked_in_order || status->worked_off ||
	    bt_stream_now_ms() - talk->asked_ms < ASK_EVERY_MS)
		return;
	talk->asked_ms = bt_stream_now_ms();
	(void)bt_stream_ask(talk->stream, BT_ESCPOS_ASK_IN_ORDER);
}

static bool head_is_worked_off(const struct talk *talk)
{
	const struct bt_escpos_status *status = &talk->stream->status;
	return status->worked_off || strcmp(status->printed, talk->head) == 0;
}

/* An answer without paper ends the waiting as well: no other will come. */
static bool whole_is_answered(const struct talk *talk)
{
	const struct bt_escpos_status *status = &talk->stream->status;
	if (has(talk, tells_printed))
		return strcmp(status->printed, talk->whole) == 0;
	return !status->asked_in_order;
}

static int64_t find_patience(const struct talk *talk)
{
	bool talks = talk->stream->alive && !talk->unanswered;
	if (!talks || bt_stream_wish(talk->stream) == BT_PRN_HURRY)
		return ANSWER_WAIT_MS;
	return talk->slip->timeout_ms > ANSWER_WAIT_MS ? talk->slip->timeout_ms : ANSWER_WAIT_MS;
}

static enum end wait_for(struct talk *talk, bool (*came)(const struct talk *))
{
	enum end end = END_DONE;
	size_t unsent = bt_stream_unsent(talk->stream);
	start_waiting(talk);
	talk->asked_ms = bt_stream_now_ms();
	while (end == END_DONE && !came(talk)) {
		if (talk->stream->deaf)
			return END_GONE;
		turn(talk, talk->stream->rest.len > 0 ? POLLOUT : 0, NULL);
		if (talk->stream->rest.len > 0)
			(void)bt_stream_ask(talk->stream, BT_ESCPOS_NOTHING);
		note_moved(talk, &unsent);
		end = came(talk) ? END_DONE : check_time(talk, find_patience(talk));
		if (end != END_DONE || came(talk))
			break;
		ask_again(talk);
		if (came == head_is_worked_off)
			ask_order_again(talk);
	}
	return end;
}

/* Between two commands: trouble told before may be over, and the next command is only sent when it is. */
static enum end wait_until_able(struct talk *talk)
{
	enum end end = END_DONE;
	start_waiting(talk);
	talk->asked_ms = 0;
	while (end == END_DONE && is_blocked(talk)) {
		ask_again(talk);
		turn(talk, 0, NULL);
		end = check_time(talk, talk->slip->timeout_ms);
	}
	return end;
}

/* Put a short command that must go whole. */
static enum end put_command(struct talk *talk, struct bt_bytes bytes)
{
	enum end end = END_DONE;
	start_waiting(talk);
	while (end == END_DONE && bytes.len > 0) {
		bool takes;
		turn(talk, POLLOUT, &takes);
		size_t put = takes ? bt_stream_put(talk->stream, bytes) : 0;
		bytes = (struct bt_bytes){bytes.data + put, bytes.len - put};
		end = bytes.len > 0 ? check_time(talk, talk->slip->timeout_ms) : END_DONE;
	}
	return end;
}

static enum end ask_printed(struct talk *talk, const char id[BT_ESCPOS_ID_LEN + 1])
{
	uint8_t question[11];
	bt_escpos_ask_printed(id, question);
	return put_command(talk, BT_BYTES(question));
}

static enum end ask_in_order(struct talk *talk)
{
	enum end end = put_command(talk, bt_escpos_question(BT_ESCPOS_ASK_IN_ORDER));
	bt_escpos_status_asked(&talk->stream->status, BT_ESCPOS_ASK_IN_ORDER);
	return end;
}

/* ---- the rungs ----------------------------------------------------------------------------------------------------
 */

/* What is already known not to come out is not sent: a printer keeps it and prints it with the next roll. */
static bool may_begin(struct talk *talk)
{
	struct bt_stream *stream = talk->stream;
	if (stream->link->port != NULL)
		stream->port_out = stream->link->port(stream->fd) == BT_PAPER_OUT;
	if (!stream->port_out && has(talk, answers_at_once) && bt_stream_ask(stream, BT_ESCPOS_FILL))
		bt_stream_ask_paper(stream);
	talk->real_time = stream->status.heard;
	return !is_blocked(talk) && bt_stream_wish(stream) != BT_PRN_GIVE_UP;
}

static bool is_answered(const struct talk *talk)
{
	return !talk->stream->status.asked_in_order;
}

/* Answers to questions of the slip before, that come when the printer gets to them, must not count for this one: a new
 * question stands behind them, and what comes until quiet is left. */
static enum end skip_stale(struct talk *talk)
{
	int quiet = talk->slip->after_unanswered > 1 ? STALE_HEAD_MS : STALE_MS;
	enum end end = ask_in_order(talk);
	if (end == END_DONE)
		end = wait_for(talk, is_answered);
	int64_t until_ms = bt_stream_now_ms() + quiet;
	while (end == END_DONE && bt_stream_now_ms() < until_ms) {
		(void)bt_stream_turn(talk->stream, 0, until_ms);
		if (talk->stream->heard_ms + quiet > until_ms)
			until_ms = talk->stream->heard_ms + quiet;
		end = check_time(talk, talk->slip->timeout_ms);
	}
	talk->stream->status.asked_in_order = talk->stream->status.worked_off = false;
	return end == END_STALLED ? END_DONE : end;
}

/* Initialise, and have the printer tell by itself. Nothing is printed by that. @return END_BLOCKED when it then tells
 * that it cannot print. */
static enum end open_slip(struct talk *talk)
{
	bool stale = talk->slip->after_unanswered > 0 && has(talk, answers_in_order);
	if ((!has(talk, tells_unasked) && !stale) || talk->where.opening == 0)
		return END_DONE;
	enum end end = send_until(talk, talk->where.opening);
	if (end == END_DONE && has(talk, tells_unasked))
		end = put_command(talk, bt_escpos_question(BT_ESCPOS_TELL_ALL));
	if (end == END_DONE && has(talk, tells_unasked))
		bt_stream_wait_unasked(talk->stream);
	if (end == END_DONE && stale)
		end = skip_stale(talk);
	return end == END_DONE && is_blocked(talk) ? END_BLOCKED : end;
}

/* All but the end, and the word of the printer that it has it. One that says nothing gets the rest all the same. */
static enum end send_head(struct talk *talk)
{
	bool answers = has(talk, answers_in_order) || has(talk, tells_printed);
	bool mute = has(talk, answers_at_once) && !talk->stream->alive;
	if (!answers || mute || talk->stream->deaf || talk->where.command >= talk->slip->bytes.len ||
	    talk->where.command <= talk->sent)
		return END_DONE;
	enum end end = send_until(talk, talk->where.command);
	if (end == END_DONE)
		end = has(talk, answers_in_order) ? ask_in_order(talk) : ask_printed(talk, talk->head);
	if (end == END_DONE)
		end = wait_for(talk, head_is_worked_off);
	if (end == END_DONE)
		return wait_until_able(talk);
	if (end != END_STALLED || talk->sent < talk->where.command)
		return end;
	talk->unanswered = true;
	return END_DONE;
}

static enum end send_rest(struct talk *talk)
{
	enum end end = send_until(talk, talk->slip->bytes.len);
	if (end != END_DONE)
		return end;
	if (talk->stream->deaf)
		return drain(talk);
	if (has(talk, tells_printed))
		end = ask_printed(talk, talk->whole);
	else if (has(talk, answers_in_order))
		end = ask_in_order(talk);
	else
		return drain(talk);
	return end == END_DONE ? wait_for(talk, whole_is_answered) : end;
}

/* Something of the slip itself left, not only what initialises the printer. */
static bool has_begun(const struct talk *talk)
{
	return talk->sent > talk->where.opening;
}

static enum bt_print_state judge(struct talk *talk, enum end end)
{
	const struct bt_escpos_status *status = &talk->stream->status;
	bool given_up = end == END_GIVEN_UP || end == END_STARVED;
	bool whole = talk->sent == talk->slip->bytes.len;
	if (!has_begun(talk) || (!given_up && !whole && talk->sent <= talk->where.marker))
		return BT_PRINT_FAILED;
	if (end != END_DONE || talk->stream->deaf || is_blocked(talk))
		return BT_PRINT_UNCONFIRMED;
	if (has(talk, tells_printed))
		return BT_PRINT_CONFIRMED;
	return status->worked_off && status->faults == 0 && talk->hindered_ms == 0 ? BT_PRINT_CONFIRMED
										   : BT_PRINT_UNCONFIRMED;
}

/* @return true when the printer said that it holds nothing any more. */
static bool have_it_forget(struct talk *talk)
{
	struct bt_stream *stream = talk->stream;
	if (!has(talk, can_forget) || stream->gone)
		return false;
	int64_t until_ms = bt_stream_now_ms() + FORGET_WAIT_MS;
	bt_stream_drop_unsent(stream);
	(void)bt_stream_ask(stream, BT_ESCPOS_CLEAR);
	while (!stream->status.cleared && !stream->deaf && !stream->gone && bt_stream_now_ms() < until_ms) {
		(void)bt_stream_turn(stream, stream->rest.len > 0 ? POLLOUT : 0, until_ms);
		if (stream->rest.len > 0)
			(void)bt_stream_ask(stream, BT_ESCPOS_NOTHING);
	}
	if (!stream->status.cleared && bt_stream_ask(stream, BT_ESCPOS_FORGET))
		(void)bt_stream_turn(stream, 0,
				     bt_stream_now_ms() + TURN_MS); /* it has to leave before the line closes */
	return stream->status.cleared;
}

static void explain(struct talk *talk, enum end end, bool forgot, struct bt_prn_outcome *out)
{
	static const struct {
		enum bt_err err;
		const char *what;
	} reasons[] = {
	    [END_DONE] = {BT_ETIMEOUT, "the printer did not say that it printed"},
	    [END_GONE] = {BT_EOS, "the line to the printer broke"},
	    [END_STALLED] = {BT_ETIMEOUT, "the printer stopped answering"},
	    [END_STARVED] = {BT_ESTATE, "the printer could not print for too long"},
	    [END_GIVEN_UP] = {BT_ESTATE, "printing was given up"},
	    [END_BLOCKED] = {BT_ESTATE, "no paper, or the printer is not ready"},
	};
	if (out->state == BT_PRINT_CONFIRMED)
		return;
	bt_fault_set(&out->fault, reasons[end].err, talk->stream->sys, "%s, %zu of %zu bytes left%s", reasons[end].what,
		     talk->sent, talk->slip->bytes.len, forgot ? ", it threw them away" : "");
}

static void deliver_open(struct talk *talk, struct bt_prn_outcome *out)
{
	bool forgot = false;
	enum end end = open_slip(talk);
	if (end == END_DONE)
		end = send_head(talk);
	if (end == END_DONE)
		end = send_rest(talk);
	bool whole = talk->sent == talk->slip->bytes.len;
	out->state = judge(talk, end);
	out->broken = has_begun(talk) && !(whole && (end == END_DONE || end == END_STALLED));
	out->unanswered = talk->unanswered + talk->stream->status.asked_in_order;
	if ((end == END_GIVEN_UP || end == END_STARVED) && has_begun(talk))
		forgot = have_it_forget(talk);
	else if (end == END_STALLED && !whole && talk->real_time)
		bt_stream_ask_paper(talk->stream); /* it is broken off: a question can spoil nothing more */
	out->paper = talk->stream->gone ? BT_PAPER_SILENT : bt_stream_paper(talk->stream);
	explain(talk, end, forgot, out);
}

void bt_ladder_deliver(const struct bt_prn_link *link, const char *address, const struct bt_prn_slip *slip,
		       struct bt_prn_hand *hand, struct bt_prn_outcome *out)
{
	struct bt_stream stream;
	struct talk talk = {.stream = &stream, .slip = slip};
	out->state = BT_PRINT_FAILED;
	out->paper = BT_PAPER_SILENT;
	if (bt_stream_open(link, address, hand, &stream, &out->fault) != BT_OK)
		return;
	bt_escpos_find_end(slip->bytes, &talk.where);
	bt_escpos_id(slip->name, slip->serial * 2, talk.head);
	bt_escpos_id(slip->name, slip->serial * 2 + 1, talk.whole);
	if (may_begin(&talk)) {
		stream.status.faults = 0;
		deliver_open(&talk, out);
	} else {
		out->paper = bt_stream_paper(&stream);
		explain(&talk, bt_stream_wish(&stream) == BT_PRN_GIVE_UP ? END_GIVEN_UP : END_BLOCKED, false, out);
	}
	bt_stream_close(&stream, out->broken);
}
