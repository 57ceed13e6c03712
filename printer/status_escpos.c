#include "printer/status_escpos.h"

#include <string.h>

#define XON  0x11
#define XOFF 0x13

#define HEADER_BLOCK 0x37
#define HEADER_TEXT  0x5f
#define BLOCK_ID     0x22
#define BLOCK_OFF    0x23 /* offline response, causes 40..7F */
#define BLOCK_CLEAR  0x25
#define CAUSES_MOST  10

static const uint8_t ask_printer[] = {0x10, 0x04, 0x01};
static const uint8_t ask_offline[] = {0x10, 0x04, 0x02};
static const uint8_t ask_error[] = {0x10, 0x04, 0x03};
static const uint8_t ask_paper[] = {0x10, 0x04, 0x04};
static const uint8_t ask_in_order[] = {0x1d, 0x72, 0x01};
static const uint8_t tell_all[] = {0x1d, 0x61, 0xff};
static const uint8_t tell_nothing[] = {0x1d, 0x61, 0x00};
static const uint8_t forget[] = {0x10, 0x05, 0x02};
static const uint8_t clear[] = {0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08};
static const uint8_t fill[8]; /* noughts: the longest head of a command of ours */

struct bt_bytes bt_escpos_question(enum bt_escpos_question question)
{
	static const struct bt_bytes questions[BT_ESCPOS_QUESTIONS] = {
	    [BT_ESCPOS_ASK_PRINTER] = {ask_printer, sizeof(ask_printer)},
	    [BT_ESCPOS_ASK_OFFLINE] = {ask_offline, sizeof(ask_offline)},
	    [BT_ESCPOS_ASK_ERROR] = {ask_error, sizeof(ask_error)},
	    [BT_ESCPOS_ASK_PAPER] = {ask_paper, sizeof(ask_paper)},
	    [BT_ESCPOS_ASK_IN_ORDER] = {ask_in_order, sizeof(ask_in_order)},
	    [BT_ESCPOS_TELL_ALL] = {tell_all, sizeof(tell_all)},
	    [BT_ESCPOS_TELL_NOTHING] = {tell_nothing, sizeof(tell_nothing)},
	    [BT_ESCPOS_FORGET] = {forget, sizeof(forget)},
	    [BT_ESCPOS_CLEAR] = {clear, sizeof(clear)},
	    [BT_ESCPOS_FILL] = {fill, sizeof(fill)},
	};
	return questions[question];
}

void bt_escpos_ask_printed(const char id[BT_ESCPOS_ID_LEN + 1], uint8_t out[11])
{
	static const uint8_t ask[] = {0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30};
	memcpy(out, ask, sizeof(ask));
	for (size_t i = 0; i < BT_ESCPOS_ID_LEN; i++)
		out[sizeof(ask) + i] = (uint8_t)id[i];
}

/* FNV-1a over the name and the serial, spelled in letters. */
void bt_escpos_id(const char *name, uint32_t serial, char out[BT_ESCPOS_ID_LEN + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOabcdefghijklmno";
	uint32_t hash = 2166136261u;
	for (const char *at = name; *at != '\0'; at++)
		hash = (hash ^ (uint8_t)*at) * 16777619u;
	hash += serial; /* neighbours always differ */
	for (size_t i = 0; i < BT_ESCPOS_ID_LEN; i++) {
		out[i] = letters[hash % (sizeof(letters) - 1)];
		hash /= (uint32_t)(sizeof(letters) - 1);
	}
	out[BT_ESCPOS_ID_LEN] = '\0';
}

void bt_escpos_status_init(struct bt_escpos_status *status)
{
	*status = (struct bt_escpos_status){0};
}

void bt_escpos_status_asked(struct bt_escpos_status *status, enum bt_escpos_question question)
{
	if (question >= BT_ESCPOS_ASK_PRINTER && question <= BT_ESCPOS_ASK_PAPER)
		status->asked = question;
	if (question == BT_ESCPOS_ASK_IN_ORDER) {
		status->asked_in_order = true;
		status->worked_off = false;
		status->has_lone = false;
	}
	if (question == BT_ESCPOS_CLEAR)
		status->cleared = false;
}

enum bt_paper bt_escpos_paper(const struct bt_escpos_status *status)
{
	if (!status->heard)
		return BT_PAPER_SILENT;
	if (status->cover_open)
		return BT_PAPER_OPEN;
	if (status->paper_end || status->paper_stop)
		return BT_PAPER_OUT;
	if (status->cutter)
		return BT_PAPER_JAM;
	if (status->error || status->needs_restart || status->heals || status->worn ||
	    (status->offline && !status->feeding))
		return BT_PAPER_FAULT;
	return status->paper_low ? BT_PAPER_LOW : BT_PAPER_OK;
}

bool bt_escpos_is_blocked(enum bt_paper paper)
{
	return paper == BT_PAPER_OUT || paper == BT_PAPER_OPEN || paper == BT_PAPER_JAM || paper == BT_PAPER_FAULT;
}

/* ---- the forms ----------------------------------------------------------------------------------------------------
 */

static bool is_at_once(uint8_t byte)
{
	return (byte & 0x93) == 0x12;
}

static bool starts_four(uint8_t byte)
{
	return (byte & 0x93) == 0x10;
}

static bool follows_four(uint8_t byte)
{
	return (byte & 0x90) == 0x00;
}

/* Both sensors tell two equal bits each; another byte with bits 4 and 7 clear is no answer to GS r. */
static bool is_in_order(uint8_t byte)
{
	uint8_t low = byte & 0x03, end = byte & 0x0c;
	return (byte & 0x90) == 0x00 && (low == 0x00 || low == 0x03) && (end == 0x00 || end == 0x0c);
}

static void hear(struct bt_escpos_status *status, bool was_blocked)
{
	status->heard = true;
	if (!was_blocked && bt_escpos_is_blocked(bt_escpos_paper(status)))
		status->faults++;
}

static bool was_blocked(const struct bt_escpos_status *status)
{
	return bt_escpos_is_blocked(bt_escpos_paper(status));
}

/* A byte with bits 4 and 7 clear may be the answer in order, or a piece of four whose first was lost: only one that
 * has nothing like it beside it counts. */
static void end_lone(struct bt_escpos_status *status)
{
	bool blocked = was_blocked(status);
	if (!status->has_lone)
		return;
	status->has_lone = false;
	if (!status->asked_in_order || !is_in_order(status->lone))
		return;
	status->asked_in_order = false;
	status->paper_low = (status->lone & 0x03) != 0;
	status->paper_end = (status->lone & 0x0c) != 0;
	status->worked_off = !status->paper_end;
	hear(status, blocked);
}

static void take_noise(struct bt_escpos_status *status)
{
	status->has_lone = false;
	status->after_noise = true;
}

/* ---- one whole answer ---------------------------------------------------------------------------------------------
 */

static void take_at_once(struct bt_escpos_status *status, uint8_t byte)
{
	bool blocked = was_blocked(status);
	switch (status->asked) {
	case BT_ESCPOS_ASK_PRINTER:
		status->drawer_pin = (byte & 0x04) != 0;
		status->offline = (byte & 0x08) != 0;
		break;
	case BT_ESCPOS_ASK_OFFLINE:
		status->cover_open = (byte & 0x04) != 0;
		status->feeding = (byte & 0x08) != 0;
		status->paper_stop = (byte & 0x20) != 0;
		status->error = (byte & 0x40) != 0;
		status->offline = (byte & 0x6c) != 0;
		if (!status->error)
			status->cutter = status->needs_restart = status->heals = status->worn = false;
		break;
	case BT_ESCPOS_ASK_ERROR:
		status->cutter = (byte & 0x08) != 0;
		status->needs_restart = (byte & 0x20) != 0;
		status->heals = (byte & 0x40) != 0;
		break;
	case BT_ESCPOS_ASK_PAPER:
		status->paper_low = (byte & 0x0c) != 0;
		status->paper_end = (byte & 0x60) != 0;
		break;
	default: /* nobody asked, or too late: it cannot be told what it answers */
		return;
	}
	status->asked = BT_ESCPOS_NOTHING;
	hear(status, blocked);
}

static void take_four(struct bt_escpos_status *status)
{
	const uint8_t *four = status->four;
	bool blocked = was_blocked(status);
	status->drawer_pin = (four[0] & 0x04) != 0;
	status->offline = (four[0] & 0x08) != 0;
	status->cover_open = (four[0] & 0x20) != 0;
	status->feeding = (four[0] & 0x40) != 0;
	status->worn = (four[1] & 0x04) != 0;
	status->cutter = (four[1] & 0x08) != 0;
	status->needs_restart = (four[1] & 0x20) != 0;
	status->heals = (four[1] & 0x40) != 0;
	status->error = (four[1] & 0x6c) != 0;
	status->paper_low = (four[2] & 0x03) != 0;
	status->paper_end = (four[2] & 0x0c) != 0;
	status->paper_stop = false;
	hear(status, blocked);
}

static void end_block(struct bt_escpos_status *status)
{
	bool blocked = was_blocked(status);
	if (status->block == BLOCK_ID && status->in_block == BT_ESCPOS_ID_LEN) {
		memcpy(status->printed, status->held, BT_ESCPOS_ID_LEN);
		status->printed[BT_ESCPOS_ID_LEN] = '\0';
	} else if (status->block == BLOCK_CLEAR && status->in_block == 0) {
		status->cleared = true;
	} else if (status->block == BLOCK_OFF) {
		status->offline = true;
	} else if (status->block == HEADER_TEXT) {
		memcpy(status->text, status->held, status->in_block);
		status->text[status->in_block] = '\0';
	} else {
		take_noise(status);
		return;
	}
	hear(status, blocked);
}

/* ---- byte by byte -------------------------------------------------------------------------------------------------
 */

/* @return true when @p byte may stand in the block at this place. */
static bool fits_block(const struct bt_escpos_status *status, uint8_t byte)
{
	switch (status->block) {
	case BLOCK_ID:
		return status->in_block < BT_ESCPOS_ID_LEN && byte >= 0x20 && byte < 0x7f && (byte & 0x10) == 0;
	case BLOCK_OFF:
		return status->in_block < CAUSES_MOST && byte >= 0x40 && byte < 0x80;
	case HEADER_TEXT:
		return status->in_block < BT_ESCPOS_TEXT_MOST && byte >= 0x20 && byte < 0x7f;
	default:
		return false;
	}
}

static bool take_in_block(struct bt_escpos_status *status, uint8_t byte)
{
	if (byte == 0x00) {
		end_block(status);
		status->block = 0;
		return true;
	}
	if (!fits_block(status, byte))
		return false;
	status->held[status->in_block++] = (char)byte;
	return true;
}

static void begin_block(struct bt_escpos_status *status, uint8_t identifier)
{
	status->block = identifier;
	status->in_block = 0;
}

/* The byte after the header 37. @return true when it named a block. */
static bool take_identifier(struct bt_escpos_status *status, uint8_t byte)
{
	status->has_header = false;
	if (byte != BLOCK_ID && byte != BLOCK_OFF && byte != BLOCK_CLEAR)
		return false;
	begin_block(status, byte);
	return true;
}

static void take_first(struct bt_escpos_status *status, uint8_t byte)
{
	if (byte == HEADER_BLOCK || byte == HEADER_TEXT) {
		end_lone(status);
		status->has_header = byte == HEADER_BLOCK;
		if (byte == HEADER_TEXT)
			begin_block(status, HEADER_TEXT);
	} else if (follows_four(byte) && !status->has_lone && !status->after_noise) {
		status->has_lone = true;
		status->lone = byte;
		return;
	} else {
		take_noise(status);
		return;
	}
	status->after_noise = false;
}

/* Answers of one byte and of four may come in the middle of an id: no letter of ours has their form. */
static bool take_between(struct bt_escpos_status *status, uint8_t byte)
{
	bool open = status->block == 0 || status->block == BLOCK_ID;
	if (!open || (!is_at_once(byte) && !starts_four(byte)))
		return false;
	if (status->block == 0) {
		end_lone(status);
		status->after_noise = false;
	}
	if (is_at_once(byte)) {
		take_at_once(status, byte);
	} else {
		status->four[0] = byte;
		status->in_four = 1;
	}
	return true;
}

static bool take_of_four(struct bt_escpos_status *status, uint8_t byte)
{
	if (is_at_once(byte)) {
		take_at_once(status, byte);
		return true;
	}
	if (!follows_four(byte)) {
		status->in_four = 0;
		take_noise(status);
		return false;
	}
	status->four[status->in_four++] = byte;
	if (status->in_four == sizeof(status->four)) {
		status->in_four = 0;
		take_four(status);
	}
	return true;
}

static void read_byte(struct bt_escpos_status *status, uint8_t byte)
{
	if (byte == XON || byte == XOFF) /* flow control may come even within an answer */
		return;
	if (status->in_four > 0 && take_of_four(status, byte))
		return;
	if (status->has_header && take_identifier(status, byte))
		return;
	if (take_between(status, byte))
		return;
	if (status->block != 0 && take_in_block(status, byte))
		return;
	if (status->block != 0) {
		status->block = 0;
		take_noise(status);
	}
	take_first(status, byte);
}

void bt_escpos_status_read(struct bt_escpos_status *status, struct bt_bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		read_byte(status, bytes.data[i]);
}

void bt_escpos_status_settle(struct bt_escpos_status *status)
{
	end_lone(status);
	status->after_noise = false;
}
