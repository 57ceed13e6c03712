#include "tests/printer/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/printer/answer.h"
#include "tests/printer/picture.h"
#include "tests/printer/realtime.h"
#include "tests/printer/sheet.h"
#include "tests/printer/text.h"

#define NUL 0x00
#define HT  0x09
#define LF  0x0a
#define CR  0x0d
#define DLE 0x10
#define ESC 0x1b
#define FS  0x1c
#define GS  0x1d
#define DEL 0x7f

#define RASTER_ROWS_MOST 2303
#define TOLD_BYTES       12

struct sim_command {
	uint8_t lead, letter;
	bool group; /* a clone may not know it */
	const char *name;
	size_t fixed;                                                   /* bytes after the letter */
	size_t (*more)(struct sim_device *device, const uint8_t *head); /* bytes after those; NULL: none */
	/** Obey. @p head: the whole of it from the lead on; the payload is in device->reading. */
	void (*run)(struct sim_device *device, const uint8_t *head);
};

void sim_command_say(struct sim_device *device, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(device->reading.detail, sizeof device->reading.detail, format, arguments);
	va_end(arguments);
}

void sim_command_complain(struct sim_device *device, const char *what)
{
	device->tale.complaints++;
	sim_tale_add(&device->tale, "          NOT OBEYED: %s\n", what);
}

/* ---- what each does ---- */

static void initialise(struct sim_device *device, const uint8_t *head)
{
	(void)head;
	sim_text_reset(device);
	sim_picture_reset(device);
}

static void set_size(struct sim_device *device, const uint8_t *head)
{
	device->style.wide = (head[2] >> 4 & 7) + 1;
	device->style.high = (head[2] & 7) + 1;
	sim_command_say(device, "%d x %d", device->style.wide, device->style.high);
}

static void set_mode(struct sim_device *device, const uint8_t *head)
{
	device->style.small = (head[2] & 0x01) != 0;
	device->style.bold = (head[2] & 0x08) != 0;
	device->style.high = (head[2] & 0x10) != 0 ? 2 : 1;
	device->style.wide = (head[2] & 0x20) != 0 ? 2 : 1;
	device->style.underline = (head[2] & 0x80) != 0;
}

static void set_bold(struct sim_device *device, const uint8_t *head)
{
	device->style.bold = (head[2] & 1) != 0;
}

static void set_underline(struct sim_device *device, const uint8_t *head)
{
	device->style.underline = (head[2] & 3) != 0;
}

static void set_reverse(struct sim_device *device, const uint8_t *head)
{
	device->style.reverse = (head[2] & 1) != 0;
}

static void set_font(struct sim_device *device, const uint8_t *head)
{
	device->style.small = (head[2] & 1) != 0;
}

static void set_align(struct sim_device *device, const uint8_t *head)
{
	int align = head[2] >= '0' ? head[2] - '0' : head[2];

	if (align > 2 || device->line_high > 0)
		sim_command_complain(device, "align in the middle of a line, or to nowhere");
	else
		device->style.align = align;
}

static void set_spacing(struct sim_device *device, const uint8_t *head)
{
	device->style.spacing = head[2];
}

static void set_usual_spacing(struct sim_device *device, const uint8_t *head)
{
	(void)head;
	device->style.spacing = 30;
}

static void set_gap(struct sim_device *device, const uint8_t *head)
{
	device->style.gap = head[2];
}

static void set_margin(struct sim_device *device, const uint8_t *head)
{
	int left = head[2] + head[3] * 256;

	device->style.left = left < device->options.width ? left : 0;
}

static void set_area(struct sim_device *device, const uint8_t *head)
{
	int area = head[2] + head[3] * 256, most = device->options.width - device->style.left;

	device->style.area = area < most ? area : most;
}

static void move_to(struct sim_device *device, const uint8_t *head)
{
	device->line_x = head[2] + head[3] * 256;
}

static void move_by(struct sim_device *device, const uint8_t *head)
{
	int by = (int16_t)(uint16_t)(head[2] | head[3] << 8);

	device->line_x = device->line_x + by > 0 ? device->line_x + by : 0;
}

static void feed_lines(struct sim_device *device, const uint8_t *head)
{
	sim_text_flush(device);
	sim_device_feed(device, head[2] * device->style.spacing);
}

static void feed_dots(struct sim_device *device, const uint8_t *head)
{
	int units = device->options.units_per_dot;

	sim_text_flush(device);
	sim_device_feed(device, units > 1 ? head[2] / units : head[2]);
}

static void pulse(struct sim_device *device, const uint8_t *head)
{
	(void)head;
	device->tale.drawer++;
}

static size_t count_cut(struct sim_device *device, const uint8_t *head)
{
	(void)device;
	return head[2] == 65 || head[2] == 66 || head[2] == 97 || head[2] == 98 ? 1 : 0;
}

static void want_cut(struct sim_device *device, const uint8_t *head)
{
	bool feeds = device->reading.payload_len > 0;

	if (device->line_high > 0)
		sim_command_complain(device, "a cut in the middle of a line");
	if (feeds)
		sim_device_feed(device, SIM_BLADE_ROWS + device->reading.payload[0]);
	device->cut_partly = (head[2] & 1) != 0 && head[2] != 65;
	device->cut_wanted = true;
}

static size_t count_raster(struct sim_device *device, const uint8_t *head)
{
	size_t bytes = (size_t)(head[4] + head[5] * 256), rows = (size_t)(head[6] + head[7] * 256);

	sim_command_say(device, "%zu bytes x %zu rows", bytes, rows);
	if (head[2] != '0' || (head[3] & ~0x33) != 0 || bytes == 0 || rows == 0 || rows > RASTER_ROWS_MOST)
		sim_command_complain(device, "a raster of a size that is none");
	if (device->line_high > 0) {
		sim_command_complain(device, "a raster in the middle of a line");
		sim_text_flush(device);
	}
	device->reading.row_bytes = bytes;
	return bytes * rows;
}

static size_t count_columns(struct sim_device *device, const uint8_t *head)
{
	size_t columns = (size_t)(head[3] + head[4] * 256);

	if (head[2] != 0 && head[2] != 1 && head[2] != 32 && head[2] != 33)
		sim_command_complain(device, "columns of a kind that is none");
	return columns * (head[2] >= 32 ? 3 : 1);
}

static void print_columns(struct sim_device *device, const uint8_t *head)
{
	int columns = head[3] + head[4] * 256;

	sim_command_say(device, "%d columns", columns);
	sim_text_columns(device, device->reading.payload, columns, head[2] >= 32 ? 24 : 8, (head[2] & 1) != 0 ? 1 : 2);
}

static void set_real_time(struct sim_device *device, const uint8_t *payload, size_t len)
{
	for (size_t i = 1; i + 1 < len && payload[0] == 0x14; i += 2) {
		if (payload[i] == 1)
			device->obeys_pulse = (payload[i + 1] & 1) != 0;
		if (payload[i] == 2)
			device->obeys_off = (payload[i + 1] & 1) != 0;
	}
}

/* Everything before it is printed: the interpreter has waited for that. */
static void answer_process(struct sim_device *device, const uint8_t *payload, size_t len)
{
	uint8_t out[7] = {0x37, 0x22};

	if (len == 3 && payload[0] == 49)
		return;
	if (len != 6 || payload[0] != 48 || payload[1] != 48) {
		sim_command_complain(device, "a process id of another form");
		return;
	}
	memcpy(out + 2, payload + 2, 4);
	if (device->options.model->process_id)
		sim_answer(device, out, sizeof out);
}

static size_t count_group(struct sim_device *device, const uint8_t *head)
{
	(void)device;
	return (size_t)(head[3] + head[4] * 256);
}

static void run_group(struct sim_device *device, const uint8_t *head)
{
	const uint8_t *payload = device->reading.payload;
	size_t len = device->reading.payload_len;

	if (head[2] == 'L')
		sim_picture_graphics(device, payload, len);
	else if (head[2] == 'k')
		sim_picture_symbol(device, payload, len);
	else if (head[2] == 'H')
		answer_process(device, payload, len);
	else if (head[2] == 'D')
		set_real_time(device, payload, len);
	else
		device->tale.unknown++;
}

static size_t count_large(struct sim_device *device, const uint8_t *head)
{
	size_t len = head[3] | (size_t)head[4] << 8 | (size_t)head[5] << 16 | (size_t)head[6] << 24;

	if (head[2] != 'L' || len > SIM_PAYLOAD_CAP) {
		sim_command_complain(device, "graphics that are too large");
		return 0;
	}
	return len;
}

static void run_large(struct sim_device *device, const uint8_t *head)
{
	(void)head;
	sim_picture_graphics(device, device->reading.payload, device->reading.payload_len);
}

static void answer_name(struct sim_device *device, const uint8_t *head)
{
	sim_answer_name(device, head[2]);
}

static void answer_in_order(struct sim_device *device, const uint8_t *head)
{
	sim_answer_in_order(device, head[2]);
}

static void answer_unasked(struct sim_device *device, const uint8_t *head)
{
	sim_answer_unasked(device, head[2]);
}

/* Obeyed when it came in; here only its bytes are taken. */
static size_t count_dc4(struct sim_device *device, const uint8_t *head)
{
	(void)device;
	return sim_realtime_length_dc4(head[2]) - 3;
}

static void pass(struct sim_device *device, const uint8_t *head)
{
	(void)device;
	(void)head;
}

static const struct sim_command commands[] = {
    {ESC, '@', false, "initialise", 0, NULL, initialise},
    {ESC, '!', false, "mode of letters", 1, NULL, set_mode},
    {ESC, 'E', false, "bold", 1, NULL, set_bold},
    {ESC, 'G', false, "bold", 1, NULL, set_bold},
    {ESC, 'a', false, "align", 1, NULL, set_align},
    {ESC, 'M', false, "font", 1, NULL, set_font},
    {ESC, '3', false, "line spacing", 1, NULL, set_spacing},
    {ESC, '2', false, "usual line spacing", 0, NULL, set_usual_spacing},
    {ESC, 'd', false, "feed lines", 1, NULL, feed_lines},
    {ESC, 'J', false, "feed dots", 1, NULL, feed_dots},
    {ESC, 't', false, "code page", 1, NULL, pass},
    {ESC, 'R', false, "national letters", 1, NULL, pass},
    {ESC, ' ', false, "gap between letters", 1, NULL, set_gap},
    {ESC, '-', false, "underline", 1, NULL, set_underline},
    {ESC, '{', false, "upside down", 1, NULL, pass},
    {ESC, '$', false, "move to", 2, NULL, move_to},
    {ESC, '\\', false, "move by", 2, NULL, move_by},
    {ESC, '*', false, "columns of dots", 3, count_columns, print_columns},
    {ESC, 'p', false, "pulse to the drawer", 3, NULL, pulse},
    {FS, '.', false, "leave two-byte letters", 0, NULL, pass},
    {FS, '&', false, "two-byte letters", 0, NULL, pass},
    {FS, '-', false, "underline", 1, NULL, pass},
    {FS, '!', false, "mode of two-byte letters", 1, NULL, pass},
    {FS, 'S', false, "gap between two-byte letters", 2, NULL, pass},
    {FS, '(', true, "group of two-byte letters", 3, count_group, pass},
    {GS, '!', false, "size of letters", 1, NULL, set_size},
    {GS, 'B', false, "white on black", 1, NULL, set_reverse},
    {GS, 'L', false, "left margin", 2, NULL, set_margin},
    {GS, 'W', false, "width of the area", 2, NULL, set_area},
    {GS, 'P', false, "units", 2, NULL, pass},
    {GS, 'V', false, "cut", 1, count_cut, want_cut},
    {GS, 'v', false, "raster", 6, count_raster, pass},
    {GS, '(', true, "group", 3, count_group, run_group},
    {GS, '8', true, "large graphics", 5, count_large, run_large},
    {GS, 'I', false, "ask for the name", 1, NULL, answer_name},
    {GS, 'r', false, "ask in order", 1, NULL, answer_in_order},
    {GS, 'a', false, "tell changes", 1, NULL, answer_unasked},
    {DLE, 0x04, false, "ask now (answered when it came)", 1, NULL, pass},
    {DLE, 0x05, false, "recover (obeyed when it came)", 1, NULL, pass},
    {DLE, 0x14, false, "real time (obeyed when it came)", 1, count_dc4, pass},
};

static const struct sim_command *find_command(const struct sim_device *device, uint8_t lead, uint8_t letter)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (commands[i].lead == lead && commands[i].letter == letter &&
		    (!commands[i].group || device->options.model->groups))
			return &commands[i];
	return NULL;
}

/* ---- reading them ---- */

static void forget_reading(struct sim_reading *reading)
{
	uint8_t *payload = reading->payload;

	*reading = (struct sim_reading){.payload = payload};
}

void sim_command_reset(struct sim_device *device)
{
	forget_reading(&device->reading);
	device->text_len = 0;
	initialise(device, NULL);
}

static void tell_text(struct sim_device *device)
{
	if (device->text_len == 0)
		return;
	sim_tale_add(&device->tale, "%08zu  \"%.*s\"\n", device->text_at, (int)device->text_len, device->text);
	memcpy(device->tale.last_line, device->text, device->text_len);
	device->tale.last_line[device->text_len] = '\0';
	device->text_len = 0;
}

static void tell(struct sim_device *device, const char *name)
{
	const struct sim_reading *reading = &device->reading;
	char bytes[TOLD_BYTES * 3 + 4] = "";
	size_t len = 0;

	for (size_t i = 0; i < reading->head_len && i < TOLD_BYTES; i++)
		len += (size_t)snprintf(bytes + len, sizeof bytes - len, "%02X ", reading->head[i]);
	if (reading->payload_len > 0 || reading->row_bytes > 0)
		snprintf(bytes + len, sizeof bytes - len, "..");
	sim_tale_add(&device->tale, "%08zu  %-27s %s%s%s\n", reading->at, bytes, name,
		     reading->detail[0] != '\0' ? ": " : "", reading->detail);
}

static void finish(struct sim_device *device)
{
	struct sim_reading *reading = &device->reading;
	const struct sim_command *command = reading->command;

	command->run(device, reading->head);
	tell(device, command->name);
	forget_reading(reading);
}

static void read_letter(struct sim_device *device, uint8_t byte)
{
	if (device->text_len == 0)
		device->text_at = device->taken - 1;
	device->text[device->text_len++] = byte >= ' ' && byte < DEL ? (char)byte : '?';
	if (device->text_len == SIM_TEXT_CAP - 1)
		tell_text(device);
	sim_text_letter(device, byte);
}

static void read_plain(struct sim_device *device, uint8_t byte)
{
	if (byte >= ' ') {
		read_letter(device, byte);
		return;
	}
	if (byte == LF) {
		tell_text(device);
		sim_text_end_line(device);
	} else if (byte == HT) {
		device->line_x = (device->line_x / (8 * SIM_LETTER_WIDTH) + 1) * 8 * SIM_LETTER_WIDTH;
	} else if (byte != NUL && byte != CR) {
		device->tale.unknown++;
		sim_tale_add(&device->tale, "%08zu  %02X                          UNKNOWN\n", device->taken - 1, byte);
	}
}

static void start_payload(struct sim_device *device)
{
	struct sim_reading *reading = &device->reading;
	const struct sim_command *command = reading->command;

	reading->payload_left = command->more != NULL ? command->more(device, reading->head) : 0;
	if (reading->payload_left == 0)
		finish(device);
}

static void read_head(struct sim_device *device, uint8_t byte)
{
	struct sim_reading *reading = &device->reading;

	reading->head[reading->head_len++] = byte;
	if (reading->head_len == 2) {
		reading->command = find_command(device, reading->head[0], byte);
		if (reading->command == NULL) {
			device->tale.unknown++;
			tell(device, "UNKNOWN");
			forget_reading(reading);
			return;
		}
		reading->head_need = 2 + reading->command->fixed;
	}
	if (reading->head_len >= 2 && reading->head_len == reading->head_need)
		start_payload(device);
}

static void read_byte(struct sim_device *device, uint8_t byte)
{
	device->taken++;
	if (device->reading.head_len > 0) {
		read_head(device, byte);
	} else if (byte == ESC || byte == FS || byte == GS || byte == DLE) {
		tell_text(device);
		device->reading.at = device->taken - 1;
		device->reading.head[device->reading.head_len++] = byte;
	} else {
		read_plain(device, byte);
	}
}

/* @return bytes taken. */
static size_t read_payload(struct sim_device *device, const uint8_t *bytes, size_t len)
{
	struct sim_reading *reading = &device->reading;
	size_t most = reading->row_bytes > 0 ? reading->row_bytes - reading->payload_len : reading->payload_left;

	len = len < most ? len : most;
	memcpy(reading->payload + reading->payload_len, bytes, len);
	reading->payload_len += len;
	reading->payload_left -= len;
	device->taken += len;
	if (reading->row_bytes > 0 && reading->payload_len == reading->row_bytes) {
		sim_picture_row(device, reading->payload, reading->row_bytes, reading->head[3] & 3U);
		reading->payload_len = 0;
	}
	if (reading->payload_left == 0)
		finish(device);
	return len;
}

static bool is_busy(const struct sim_device *device)
{
	return device->pending.rows > 0 || device->cut_wanted ||
	       (device->out_at_byte >= 0 && (int64_t)device->taken >= device->out_at_byte);
}

bool sim_command_step(struct sim_device *device)
{
	size_t at = 0;

	while (at < device->in_len && !is_busy(device)) {
		if (device->reading.payload_left > 0) {
			at += read_payload(device, device->in + at, device->in_len - at);
		} else {
			read_byte(device, device->in[at]);
			at++;
		}
	}
	if (at == 0)
		return false;
	device->in_len -= at;
	memmove(device->in, device->in + at, device->in_len);
	return true;
}
