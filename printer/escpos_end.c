#include "printer/escpos_end.h"

#include <string.h>

#define MOST_INTRODUCER 3
#define LF              0x0a
#define BLANK           0x20

/* How the length of a command is found behind its introducer. */
enum tail {
	TAIL_FIXED,  /* `fixed` bytes */
	TAIL_RASTER, /* mode, width in bytes and rows, two bytes each, then the dots */
	TAIL_SIZED,  /* a function, two bytes of length, then so many */
	TAIL_CUT,    /* one byte, and one more from 'A' on */
	TAIL_CODE,   /* a kind, a length, then so many */
};

struct command {
	uint8_t introducer[MOST_INTRODUCER];
	uint8_t len;
	enum tail tail;
	uint8_t fixed;
	bool inks;  /* prints by itself */
	bool feeds; /* what follows stands on another line */
};

static const struct command commands[] = {
    {{0x1b, '@'}, 2, TAIL_FIXED, 0, false, true},        {{0x1b, 'p'}, 2, TAIL_FIXED, 3, false, false},
    {{0x1b, 'J'}, 2, TAIL_FIXED, 1, false, true},        {{0x1b, 'd'}, 2, TAIL_FIXED, 1, false, true},
    {{0x1b, 'a'}, 2, TAIL_FIXED, 1, false, false},       {{0x1b, '!'}, 2, TAIL_FIXED, 1, false, false},
    {{0x1b, ' '}, 2, TAIL_FIXED, 1, false, false},       {{0x1b, 'E'}, 2, TAIL_FIXED, 1, false, false},
    {{0x1b, 'G'}, 2, TAIL_FIXED, 1, false, false},       {{0x1b, 'M'}, 2, TAIL_FIXED, 1, false, false},
    {{0x1b, '-'}, 2, TAIL_FIXED, 1, false, false},       {{0x1b, '2'}, 2, TAIL_FIXED, 0, false, false},
    {{0x1b, '3'}, 2, TAIL_FIXED, 1, false, false},       {{0x1b, 't'}, 2, TAIL_FIXED, 1, false, false},
    {{0x1b, 'R'}, 2, TAIL_FIXED, 1, false, false},       {{0x1b, '$'}, 2, TAIL_FIXED, 2, false, false},
    {{0x1c, '.'}, 2, TAIL_FIXED, 0, false, false},       {{0x1d, '!'}, 2, TAIL_FIXED, 1, false, false},
    {{0x1d, 'B'}, 2, TAIL_FIXED, 1, false, false},       {{0x1d, 'L'}, 2, TAIL_FIXED, 2, false, false},
    {{0x1d, 'W'}, 2, TAIL_FIXED, 2, false, false},       {{0x1d, 'P'}, 2, TAIL_FIXED, 2, false, false},
    {{0x1d, 'a'}, 2, TAIL_FIXED, 1, false, false},       {{0x1d, 'r'}, 2, TAIL_FIXED, 1, false, false},
    {{0x1d, 'V'}, 2, TAIL_CUT, 0, false, true},          {{0x1d, 'k'}, 2, TAIL_CODE, 0, true, true},
    {{0x1d, 'v', '0'}, 3, TAIL_RASTER, 0, false, false}, {{0x1d, '(', 'D'}, 3, TAIL_SIZED, 0, false, false},
    {{0x1d, '(', 'H'}, 3, TAIL_SIZED, 0, false, false},  {{0x1d, '(', 'k'}, 3, TAIL_SIZED, 0, true, true},
    {{0x1d, '(', 'L'}, 3, TAIL_SIZED, 0, true, true},
};

struct reader {
	struct bt_bytes slip;
	bool inking;    /* the row or the character just read belongs to the newest line of ink */
	size_t command; /* of the newest line of ink */
	size_t ink;
};

static void take_ink(struct reader *reader, size_t command, size_t at)
{
	if (!reader->inking) {
		reader->command = command;
		reader->ink = at;
	}
	reader->inking = true;
}

static const struct command *find_command(struct bt_bytes slip, size_t at)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (slip.len - at >= commands[i].len &&
		    memcmp(slip.data + at, commands[i].introducer, commands[i].len) == 0)
			return &commands[i];
	return NULL;
}

/* The byte at @p at, 0 behind the end. */
static size_t peek(struct bt_bytes slip, size_t at)
{
	return at < slip.len ? slip.data[at] : 0;
}

static size_t measure(const struct command *command, struct bt_bytes slip, size_t at)
{
	size_t tail = at + command->len;
	switch (command->tail) {
	case TAIL_RASTER:
		return command->len + 5 +
		       (peek(slip, tail + 1) + (peek(slip, tail + 2) << 8)) *
			   (peek(slip, tail + 3) + (peek(slip, tail + 4) << 8));
	case TAIL_SIZED:
		return command->len + 2 + peek(slip, tail) + (peek(slip, tail + 1) << 8);
	case TAIL_CUT:
		return command->len + (peek(slip, tail) >= 'A' ? 2u : 1u);
	case TAIL_CODE:
		return command->len + 2 + peek(slip, tail + 1);
	default:
		return (size_t)command->len + command->fixed;
	}
}

static bool has_ink(const uint8_t *row, size_t width)
{
	for (size_t i = 0; i < width; i++)
		if (row[i] != 0)
			return true;
	return false;
}

static void read_raster(struct reader *reader, size_t at, size_t len)
{
	size_t width = peek(reader->slip, at + 4) + (peek(reader->slip, at + 5) << 8);
	for (size_t row = at + 8; width > 0 && row + width <= at + len; row += width)
		if (has_ink(reader->slip.data + row, width))
			take_ink(reader, at, row);
		else
			reader->inking = false;
}

static void read_character(struct reader *reader, size_t at)
{
	uint8_t byte = reader->slip.data[at];
	if (byte == LF)
		reader->inking = false;
	else if (byte > BLANK)
		take_ink(reader, at, at);
}

/* @return the length of what begins at @p at; 0 when nobody knows. */
static size_t read_one(struct reader *reader, size_t at)
{
	uint8_t byte = reader->slip.data[at];
	if (byte >= BLANK || byte == LF || byte == 0x0d || byte == 0x00) {
		read_character(reader, at);
		return 1;
	}
	const struct command *command = find_command(reader->slip, at);
	if (command == NULL)
		return 0;
	size_t len = measure(command, reader->slip, at);
	if (len > reader->slip.len - at)
		return 0;
	if (command->tail == TAIL_RASTER)
		read_raster(reader, at, len);
	if (command->inks)
		take_ink(reader, at, at);
	if (command->feeds)
		reader->inking = false;
	return len;
}

static size_t find_opening(struct bt_bytes slip)
{
	size_t at = 0;
	while (at < slip.len && slip.data[at] == 0)
		at++;
	return slip.len - at >= 2 && slip.data[at] == 0x1b && slip.data[at + 1] == '@' ? at + 2 : 0;
}

void bt_escpos_find_end(struct bt_bytes slip, struct bt_escpos_end *out)
{
	struct reader reader = {.slip = slip, .command = slip.len, .ink = slip.len};
	size_t at = 0;
	for (size_t len = 1; at < slip.len && len > 0; at += len)
		len = read_one(&reader, at);
	out->opening = find_opening(slip);
	out->command = at < slip.len ? at : reader.command;
	out->marker = at < slip.len ? at : reader.ink;
}
