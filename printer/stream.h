/* An open line to a printer: bytes out, answers in, and nobody waits for ever.
 *
 * All waiting happens in one place, bt_stream_turn, which reads whatever the printer tells meanwhile, shows the paper
 * at once and ends when the screen's thread wishes something. What the bytes mean is not known here (status_escpos.h),
 * nor in which order to talk (ladder.h). Used by one thread. */
#ifndef BT_PRINTER_STREAM_H
#define BT_PRINTER_STREAM_H

#include "printer/link.h"
#include "printer/status_escpos.h"

struct bt_stream {
	const struct bt_prn_link *link;
	struct bt_prn_hand *hand;
	int fd;
	bool is_socket;
	bool deaf;                 /* nothing will come from the other side */
	bool gone;                 /* nothing will reach it either; sys says why */
	bool alive;                /* something came since it was opened */
	bool port_out;             /* the port itself says that there is no paper */
	int sys;                   /* errno of a line that is gone, 0: hung up */
	int64_t heard_ms, port_ms; /* last time that something came, that the port was read */
	struct bt_escpos_status status;
	struct bt_bytes rest; /* of a question that went half */
};

/** Milliseconds of the monotonic clock; for deadlines only. */
int64_t bt_stream_now_ms(void);
/** @param[in] hand borrowed; MUST have paper. @return BT_OK or what the link's open found. */
BT_MUST_USE enum bt_err bt_stream_open(const struct bt_prn_link *link, const char *address, struct bt_prn_hand *hand,
				       struct bt_stream *out, struct bt_fault *fault);
/** Close without waiting. @p throw_away: what was not transmitted yet is not to be. */
void bt_stream_close(struct bt_stream *stream, bool throw_away);
/** Wait until @p events (POLLOUT or 0) are ready, something was read, a wish came, or until @p until_ms.
 *  @return true when the line takes bytes. */
bool bt_stream_turn(struct bt_stream *stream, short events, int64_t until_ms);
/** Put some of @p bytes, at most one request of usblp (8 KiB), without waiting. @return bytes taken; sets gone. */
size_t bt_stream_put(struct bt_stream *stream, struct bt_bytes bytes);
/** Put a question and note it, as far as the line takes it now; what it does not take goes with the next.
 *  @return false when an earlier one still stands half. */
bool bt_stream_ask(struct bt_stream *stream, enum bt_escpos_question question);
/** Ask and wait at most half a second for the one byte. @return false when it did not come. */
bool bt_stream_ask_now(struct bt_stream *stream, enum bt_escpos_question question);
/** Ask at once for paper, cover and, of an error, which; each at most half a second, the others only after an answer.
 */
void bt_stream_ask_paper(struct bt_stream *stream);
/** Wait at most half a second for anything of a known form. */
void bt_stream_wait_unasked(struct bt_stream *stream);
/** Bytes the system took and has not transmitted yet; 0 where that cannot be known. */
size_t bt_stream_unsent(const struct bt_stream *stream);
/** Have the system throw away what it has not transmitted yet; a socket's cannot be. */
void bt_stream_drop_unsent(struct bt_stream *stream);
/** What is known of the paper, from answers and port; shown to the screen's thread too. */
enum bt_paper bt_stream_paper(struct bt_stream *stream);
enum bt_prn_wish bt_stream_wish(const struct bt_stream *stream);

#endif
