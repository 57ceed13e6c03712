/* The printer itself: bytes in at one end, dots on paper and answers out of the other, under a clock that the caller
 * tells it.
 *
 * Three parts as in a real one. What comes in is searched at once for real-time commands, wherever they stand, and kept
 * in a receive buffer of a set size. The interpreter takes it from there, one command at a time, and waits while the
 * mechanism has rows to print. The mechanism prints row by row at a set speed and stops at the very row where the
 * paper ends, the cover opens, the blade sticks or the head is hot, and goes on from there afterwards.
 * Used by one thread at a time; never blocks. Source: facts of printing 2. */
#ifndef TESTS_PRINTER_DEVICE_H
#define TESTS_PRINTER_DEVICE_H

#include "tests/printer/dots.h"
#include "tests/printer/model.h"

#define SIM_IN_MOST      65536
#define SIM_HEAD_CAP     16
#define SIM_PAYLOAD_CAP  (1024 * 1024)
#define SIM_TRACE_MOST   ((size_t)8 * 1024 * 1024)
#define SIM_DETAIL_CAP   160
#define SIM_TEXT_CAP     256
#define SIM_QR_CAP       7093
#define SIM_REPLIES_MOST 64
#define SIM_REPLY_CAP    128
#define SIM_LINE_ROWS    192 /* the tallest letters: eight times 24 */
#define SIM_BLADE_ROWS   96  /* from the head up to the blade, 12 mm */

enum sim_trouble {
	SIM_PAPER_LOW = 1,
	SIM_PAPER_OUT = 2,
	SIM_COVER_OPEN = 4,
	SIM_BLADE_STUCK = 8,
	SIM_HEAD_HOT = 16,
	SIM_OFF = 32, /* switched off by a command */
	SIM_STOPS = SIM_PAPER_OUT | SIM_COVER_OPEN | SIM_BLADE_STUCK | SIM_HEAD_HOT | SIM_OFF,
};

struct sim_options {
	const struct sim_model *model;
	int width;          /* dots */
	int rows_per_s;     /* 0: at once */
	int in_cap;         /* receive buffer, bytes */
	int units_per_dot;  /* of ESC J: 2 on models that count half dots; 0 is 1 */
	const char *folder; /* of the sheets, NULL: none is written */
};

struct sim_style {
	bool bold, underline, reverse, small;
	int wide, high; /* 1..8 */
	int align;      /* 0 left, 1 centre, 2 right */
	int spacing;    /* dots from line to line */
	int gap;        /* right of each letter */
	int left, area; /* margin and width, dots */
};

struct sim_reply {
	int64_t due_us;
	size_t len;
	uint8_t bytes[SIM_REPLY_CAP];
};

struct sim_command; /* a row of the table in command.c */

/* What is read of one command so far. */
struct sim_reading {
	const struct sim_command *command;
	size_t at; /* offset of its first byte */
	uint8_t head[SIM_HEAD_CAP];
	size_t head_len, head_need;
	uint8_t *payload; /* SIM_PAYLOAD_CAP */
	size_t payload_len, payload_left;
	size_t row_bytes; /* of a raster: its payload is worked off row by row */
	char detail[SIM_DETAIL_CAP];
};

/* What is told of one sheet. */
struct sim_tale {
	char *text;
	size_t len, cap;
	int unknown;    /* commands that do not exist */
	int complaints; /* commands that a strict printer would not obey */
	int drawer;     /* pulses */
	char last_line[SIM_TEXT_CAP];
};

struct sim_device {
	struct sim_options options;
	int64_t now_us, ready_us; /* the mechanism is done with the last row */
	unsigned troubles;        /* enum sim_trouble */
	bool muted, blade_caught, drawer_open;
	int out_at_row;      /* the paper ends after so many rows of it, -1 never */
	int64_t out_at_byte; /* or when the interpreter has had so many bytes, -1 never */
	/* receive buffer */
	uint8_t in[SIM_IN_MOST];
	size_t in_len;
	uint8_t real_time[SIM_HEAD_CAP];
	size_t real_time_len;
	bool obeys_pulse, obeys_off; /* DLE DC4 1 and 2, see GS ( D */
	/* interpreter */
	size_t taken; /* bytes since it was reset */
	struct sim_reading reading;
	struct sim_style style;
	struct sim_dots line; /* letters stand on its last row */
	int line_x, line_high;
	char text[SIM_TEXT_CAP]; /* letters since the last command, for the tale */
	size_t text_len, text_at;
	struct sim_dots graphics;
	uint8_t qr[SIM_QR_CAP];
	size_t qr_len;
	int qr_dots, qr_level;
	/* mechanism */
	struct sim_dots pending; /* rows to print */
	int pending_at;
	bool cut_wanted, cut_partly;
	struct sim_dots paper;
	int sheet_start; /* row of the paper */
	int sheets;
	struct sim_tale tale;
	/* answers */
	unsigned asb; /* GS a n */
	uint8_t asb_last[4];
	struct sim_reply replies[SIM_REPLIES_MOST];
	size_t reply_count;
};

/** @p device is large: give it memory of its own. Ends the program without memory. */
void sim_device_init(struct sim_device *device, const struct sim_options *options);
void sim_device_fini(struct sim_device *device);
/** As switched off and on with a new roll: nothing is kept but the options and the number of sheets written. */
void sim_device_reset(struct sim_device *device);

/** Bytes that fit into the receive buffer. */
size_t sim_device_room(const struct sim_device *device);
/** Take what fits; real-time commands in it are obeyed now. @p len at most sim_device_room(). */
void sim_device_take(struct sim_device *device, const uint8_t *bytes, size_t len);
/** Work until nothing can be done before a later time. */
void sim_device_run(struct sim_device *device, int64_t now_us);
/** When there is something to do again: a time, or -1 while only something from outside can change that. */
int64_t sim_device_next_us(const struct sim_device *device);
bool sim_device_is_idle(const struct sim_device *device);
/** The client is gone: what it was to be told is not told to the next, and that one asks for its own status. */
void sim_device_hang_up(struct sim_device *device);
/** Answers that are due. @return bytes put into @p out. */
size_t sim_device_answer(struct sim_device *device, uint8_t *out, size_t cap);

/** Trouble comes or goes; whoever asked to be told is told. */
void sim_device_trouble(struct sim_device *device, unsigned troubles, bool on);
/** Forget the receive buffer and what is not printed yet. */
void sim_device_forget(struct sim_device *device);
/** Let rows be printed: an empty pending takes them. For the interpreter. */
void sim_device_feed(struct sim_device *device, int rows);
bool sim_device_is_stopped(const struct sim_device *device);
/** Tear the paper off at the head: the sheet ends here. */
void sim_device_tear(struct sim_device *device);

#endif
