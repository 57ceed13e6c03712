/* What an ESC/POS printer is asked and how its answers read: questions as constants, bytes in, facts out.
 *
 * Four kinds of answer come back on one line, in any order and cut anywhere: one byte at once (DLE EOT), one byte in
 * order (GS r), four bytes unasked (GS a, automatic status back) and blocks from a header to a NUL (GS ( H, buffer
 * clear, GS I). Their forms differ in bits 0, 1, 4 and 7. Whatever has none of these forms is noise, and noise never
 * makes a slip printed. Sends and waits for nothing.
 *
 * Source: facts of printing 2, status; Epson TM programming guide (TM-T88III): DLE EOT p. 304, DLE DC4 fn 8 p. 395,
 * GS ( H p. 428-431. */
#ifndef BT_PRINTER_STATUS_ESCPOS_H
#define BT_PRINTER_STATUS_ESCPOS_H

#include "core/base/bytes.h"
#include "core/receipt/sink.h"

#define BT_ESCPOS_ID_LEN    4
#define BT_ESCPOS_TEXT_MOST 80 /* of an answer to GS I */

/* The first four are answered at once, by one byte each; which one it answers is not told in it. */
enum bt_escpos_question {
	BT_ESCPOS_NOTHING,
	BT_ESCPOS_ASK_PRINTER,  /* drawer pin, offline */
	BT_ESCPOS_ASK_OFFLINE,  /* why it is offline: cover, feed button, paper, error */
	BT_ESCPOS_ASK_ERROR,    /* which error: cutter, one that heals by itself, one that does not */
	BT_ESCPOS_ASK_PAPER,    /* near end, end */
	BT_ESCPOS_ASK_IN_ORDER, /* the paper, when all before it is worked off; nothing while offline */
	BT_ESCPOS_TELL_ALL,     /* from now on tell each change unasked, and the state at once */
	BT_ESCPOS_TELL_NOTHING,
	BT_ESCPOS_FORGET, /* recover from an error and throw away what is held */
	BT_ESCPOS_CLEAR,  /* throw away what is held; answered by BT_ESCPOS_CLEAR's block when it is done */
	/* No question: ends a command whose head was cut short, which would take a question for its size. */
	BT_ESCPOS_FILL,
	BT_ESCPOS_QUESTIONS,
};

struct bt_escpos_status {
	/* facts, as last told */
	bool heard; /* anything of a known form */
	bool offline, drawer_pin, cover_open, feeding;
	bool paper_low, paper_end, paper_stop;          /* paper_stop: printing stopped for want of it */
	bool error, cutter, needs_restart, heals, worn; /* worn: a mechanical error */
	unsigned faults;                                /* how often it went from able to print to not able */
	bool worked_off;                                /* the question in order was answered well */
	bool cleared;                                   /* it said that its buffers are empty */
	char printed[BT_ESCPOS_ID_LEN + 1];             /* id of the newest slip it called printed; "" */
	char text[BT_ESCPOS_TEXT_MOST + 1];             /* newest answer to GS I; "" */
	/* the reader's own */
	enum bt_escpos_question asked; /* the one-byte question still open */
	bool asked_in_order;
	bool has_lone, after_noise; /* a byte that may answer the question in order, not yet known to stand alone */
	uint8_t lone;
	uint8_t four[4], in_four;
	uint8_t block, in_block; /* identifier, 0: none */
	bool has_header;
	char held[BT_ESCPOS_TEXT_MOST];
};

/** Bytes of @p question, static; empty for BT_ESCPOS_NOTHING. Pure. */
struct bt_bytes bt_escpos_question(enum bt_escpos_question question);
/** Bytes that ask for @p id when all before them is on paper. Pure. */
void bt_escpos_ask_printed(const char id[BT_ESCPOS_ID_LEN + 1], uint8_t out[11]);
/**
 * Name a slip for bt_escpos_ask_printed. Its letters are those whose bit 4 is clear, so that no byte of an id can be
 * taken for the beginning of another answer. Pure.
 * @param[in] name  of the slip, any text.
 * @param[in] serial makes slips of one name differ.
 */
void bt_escpos_id(const char *name, uint32_t serial, char out[BT_ESCPOS_ID_LEN + 1]);

void bt_escpos_status_init(struct bt_escpos_status *status);
/** Note that @p question was sent: an answer of one byte reads by it. Forgets an earlier open one of its kind. */
void bt_escpos_status_asked(struct bt_escpos_status *status, enum bt_escpos_question question);
/** Read on. Never fails; any bytes, cut anywhere. */
void bt_escpos_status_read(struct bt_escpos_status *status, struct bt_bytes bytes);
/** Nothing more came for a while: a byte that stood alone was the answer in order. */
void bt_escpos_status_settle(struct bt_escpos_status *status);

/** What the facts mean to who waits for paper; BT_PAPER_SILENT when nothing was heard. Pure. */
enum bt_paper bt_escpos_paper(const struct bt_escpos_status *status);
/** True when a slip would not come out now. Pure. */
bool bt_escpos_is_blocked(enum bt_paper paper);

#endif
