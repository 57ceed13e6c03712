#include "tests/e2e/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define DRAIN_MS 20 /* how long the last output of a program that ended may take to arrive */

struct pty {
	int fd;
	pid_t pid;
	bool ended, drained;
	int status;
	VTerm *vt;
	VTermScreen *screen;
	int rows, columns;
	VTermPos cursor;
	bool cursor_hidden, changed, pasting;
	int bells;
	uint8_t *raw;
	size_t raw_len, raw_cap;
	char text[PTY_TEXT_CAP];
	char line[PTY_LINE_CAP];
	size_t plain;  /* characters typed since the last named key */
	bool was_code; /* they were as many as a code has, and Enter followed */
};

static int64_t read_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int ms_left(int64_t deadline_ns)
{
	int64_t left = (deadline_ns - read_clock_ns() + 999999) / 1000000;

	return left > 0 ? (int)left : 0;
}

static int64_t make_deadline(int timeout_ms)
{
	return read_clock_ns() + (int64_t)timeout_ms * 1000000;
}

/* ---- what the terminal tells ---- */

static int note_damage(VTermRect rect, void *user)
{
	struct pty *pty = user;

	(void)rect;
	pty->changed = true;
	return 1;
}

static int note_cursor(VTermPos at, VTermPos before, int visible, void *user)
{
	struct pty *pty = user;

	(void)before;
	(void)visible;
	pty->cursor = at;
	return 1;
}

static int note_property(VTermProp property, VTermValue *value, void *user)
{
	struct pty *pty = user;

	if (property == VTERM_PROP_CURSORVISIBLE)
		pty->cursor_hidden = !value->boolean;
	return 1;
}

static int note_bell(void *user)
{
	struct pty *pty = user;

	pty->bells++;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
    .damage = note_damage,
    .movecursor = note_cursor,
    .settermprop = note_property,
    .bell = note_bell,
};

/* ---- start and end ---- */

static void run_program(const struct pty_options *options)
{
	setenv("TERM", options->term != NULL ? options->term : "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	for (const char *const *extra = options->extra; extra != NULL && *extra != NULL; extra++) {
		char *pair = strdup(*extra);

		if (pair != NULL)
			putenv(pair);
	}
	execv(options->argv[0], (char *const *)(uintptr_t)options->argv);
	_exit(127);
}

static bool start_terminal(struct pty *pty)
{
	VTermState *state;
	VTermColor ink, ground;

	pty->vt = vterm_new(pty->rows, pty->columns);
	if (pty->vt == NULL)
		return false;
	vterm_set_utf8(pty->vt, 1);
	state = vterm_obtain_state(pty->vt);
	vterm_color_rgb(&ink, 228, 228, 228);
	vterm_color_rgb(&ground, 0, 0, 0);
	vterm_state_set_default_colors(state, &ink, &ground);
	vterm_state_set_bold_highbright(state, 1);
	pty->screen = vterm_obtain_screen(pty->vt);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	return true;
}

struct pty *pty_open(const struct pty_options *options)
{
	struct pty *pty = calloc(1, sizeof *pty);
	struct winsize size = {0};

	if (pty == NULL)
		return NULL;
	pty->rows = options->rows > 0 ? options->rows : 24;
	pty->columns = options->columns > 0 ? options->columns : 80;
	if (!start_terminal(pty)) {
		free(pty);
		return NULL;
	}
	size.ws_row = (unsigned short)pty->rows;
	size.ws_col = (unsigned short)pty->columns;
	pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
	if (pty->pid == 0)
		run_program(options);
	if (pty->pid < 0) {
		vterm_free(pty->vt);
		free(pty);
		return NULL;
	}
	fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
	fcntl(pty->fd, F_SETFL, O_NONBLOCK);
	return pty;
}

static void take_status(struct pty *pty, int options)
{
	int status;

	if (pty->ended || waitpid(pty->pid, &status, options) != pty->pid)
		return;
	pty->ended = true;
	pty->status = WIFSIGNALED(status) ? PTY_KILLED(WTERMSIG(status)) : WEXITSTATUS(status);
	if (pty->status == 127)
		fprintf(stderr, "pty: the program could not be started (exit 127)\n");
}

void pty_close(struct pty *pty)
{
	if (pty == NULL)
		return;
	if (!pty->ended) {
		kill(pty->pid, SIGKILL);
		take_status(pty, 0);
	}
	close(pty->fd);
	vterm_free(pty->vt);
	free(pty->raw);
	free(pty);
}

/* ---- bytes in, bytes out ---- */

static void keep_raw(struct pty *pty, const uint8_t *bytes, size_t len)
{
	if (pty->raw_len + len > PTY_RAW_MAX)
		return;
	if (pty->raw_len + len > pty->raw_cap) {
		size_t cap = (pty->raw_len + len) * 2;
		uint8_t *grown = realloc(pty->raw, cap);

		if (grown == NULL)
			return;
		pty->raw = grown;
		pty->raw_cap = cap;
	}
	memcpy(pty->raw + pty->raw_len, bytes, len);
	pty->raw_len += len;
}

static bool write_all(struct pty *pty, const char *bytes, size_t len)
{
	int64_t deadline = make_deadline(5000);

	while (len > 0) {
		ssize_t wrote = write(pty->fd, bytes, len);
		struct pollfd ready = {.fd = pty->fd, .events = POLLOUT};

		if (wrote > 0) {
			bytes += wrote;
			len -= (size_t)wrote;
		} else if (errno != EAGAIN && errno != EINTR) {
			return false;
		} else if (ms_left(deadline) == 0 || poll(&ready, 1, ms_left(deadline)) < 0) {
			return false;
		}
	}
	return true;
}

/* What libvterm wants to send: keys typed, and answers to what the program asked its terminal. */
static bool flush_input(struct pty *pty)
{
	char bytes[4096];
	size_t len;

	while ((len = vterm_output_read(pty->vt, bytes, sizeof bytes)) > 0)
		if (!write_all(pty, bytes, len))
			return false;
	return true;
}

/* Read once, waiting at most timeout_ms. True when something came. */
static bool pump(struct pty *pty, int timeout_ms)
{
	uint8_t bytes[16384];
	struct pollfd ready = {.fd = pty->fd, .events = POLLIN};
	ssize_t got;

	if (pty->drained) {
		take_status(pty, WNOHANG);
		poll(NULL, 0, timeout_ms < DRAIN_MS ? timeout_ms : DRAIN_MS);
		return false;
	}
	if (poll(&ready, 1, timeout_ms) <= 0)
		return false;
	got = read(pty->fd, bytes, sizeof bytes);
	if (got <= 0) {
		pty->drained = got == 0 || (errno != EAGAIN && errno != EINTR);
		return false;
	}
	keep_raw(pty, bytes, (size_t)got);
	vterm_input_write(pty->vt, (const char *)bytes, (size_t)got);
	vterm_screen_flush_damage(pty->screen);
	flush_input(pty);
	return true;
}

/* ---- typing ---- */

struct key_name {
	const char *name;
	VTermKey key;
};

static const struct key_name key_names[] = {
    {"{Enter}", VTERM_KEY_ENTER},         {"{Esc}", VTERM_KEY_ESCAPE},       {"{Tab}", VTERM_KEY_TAB},
    {"{Backspace}", VTERM_KEY_BACKSPACE}, {"{Del}", VTERM_KEY_DEL},          {"{Up}", VTERM_KEY_UP},
    {"{Down}", VTERM_KEY_DOWN},           {"{Left}", VTERM_KEY_LEFT},        {"{Right}", VTERM_KEY_RIGHT},
    {"{PgUp}", VTERM_KEY_PAGEUP},         {"{PgDn}", VTERM_KEY_PAGEDOWN},    {"{F1}", VTERM_KEY_FUNCTION(1)},
    {"{F2}", VTERM_KEY_FUNCTION(2)},      {"{F3}", VTERM_KEY_FUNCTION(3)},   {"{F4}", VTERM_KEY_FUNCTION(4)},
    {"{F5}", VTERM_KEY_FUNCTION(5)},      {"{F6}", VTERM_KEY_FUNCTION(6)},   {"{F7}", VTERM_KEY_FUNCTION(7)},
    {"{F8}", VTERM_KEY_FUNCTION(8)},      {"{F9}", VTERM_KEY_FUNCTION(9)},   {"{F10}", VTERM_KEY_FUNCTION(10)},
    {"{F11}", VTERM_KEY_FUNCTION(11)},    {"{F12}", VTERM_KEY_FUNCTION(12)},
};

#define CODE_CHARS 8

static const struct key_name *find_key(const char *at)
{
	for (size_t i = 0; i < sizeof key_names / sizeof key_names[0]; i++)
		if (strncmp(at, key_names[i].name, strlen(key_names[i].name)) == 0)
			return &key_names[i];
	return NULL;
}

bool pty_send(struct pty *pty, const void *bytes, size_t len)
{
	return !pty->ended && write_all(pty, bytes, len);
}

/* What comes within 25 ms behind a code and its Enter is the scanner's, not a hand's, and so is any key but Enter
 * behind a code (ui/widget/burst.h). Callers have seen the answer to the code by then. */
static void rest_after_code(struct pty *pty, const struct key_name *next)
{
	static const struct timespec rest = {.tv_nsec = 40000000};

	if (pty->was_code || (pty->plain >= CODE_CHARS && next != NULL && next->key != VTERM_KEY_ENTER))
		nanosleep(&rest, NULL);
	pty->was_code = false;
}

bool pty_type(struct pty *pty, const char *keys)
{
	while (*keys != '\0') {
		const struct key_name *named = find_key(keys);
		size_t plain = 1;

		rest_after_code(pty, named);
		if (named != NULL) {
			vterm_keyboard_key(pty->vt, named->key, VTERM_MOD_NONE);
			if (!flush_input(pty))
				return false;
			pty->was_code = named->key == VTERM_KEY_ENTER && pty->plain >= CODE_CHARS;
			pty->plain = 0;
			keys += strlen(named->name);
			continue;
		}
		while (keys[plain] != '\0' && keys[plain] != '{')
			plain++;
		if (!pty_send(pty, keys, plain))
			return false;
		pty->plain += plain;
		keys += plain;
	}
	return true;
}

bool pty_paste(struct pty *pty, const char *text)
{
	vterm_keyboard_start_paste(pty->vt);
	if (!flush_input(pty) || !pty_send(pty, text, strlen(text)))
		return false;
	vterm_keyboard_end_paste(pty->vt);
	return flush_input(pty);
}

void pty_resize(struct pty *pty, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	pty->rows = rows;
	pty->columns = columns;
	vterm_set_size(pty->vt, rows, columns);
	vterm_screen_flush_damage(pty->screen);
	ioctl(pty->fd, TIOCSWINSZ, &size);
}

/* ---- reading the screen ---- */

static size_t put_utf8(uint32_t rune, char *out)
{
	if (rune < 0x80) {
		out[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		out[0] = (char)(0xc0 | rune >> 6);
		out[1] = (char)(0x80 | (rune & 0x3f));
		return 2;
	}
	if (rune < 0x10000) {
		out[0] = (char)(0xe0 | rune >> 12);
		out[1] = (char)(0x80 | (rune >> 6 & 0x3f));
		out[2] = (char)(0x80 | (rune & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | rune >> 18);
	out[1] = (char)(0x80 | (rune >> 12 & 0x3f));
	out[2] = (char)(0x80 | (rune >> 6 & 0x3f));
	out[3] = (char)(0x80 | (rune & 0x3f));
	return 4;
}

static size_t put_cell(const VTermScreenCell *cell, char *out)
{
	size_t len = 0;

	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0 && cell->chars[i] != UINT32_MAX; i++)
		len += put_utf8(cell->chars[i], out + len);
	return len;
}

static void write_row(struct pty *pty, int row, char *out, size_t cap)
{
	size_t len = 0, last = 0;

	for (int column = 0; column < pty->columns && len + 32 < cap; column++) {
		VTermScreenCell cell;
		size_t put;

		vterm_screen_get_cell(pty->screen, (VTermPos){row, column}, &cell);
		if (cell.chars[0] == UINT32_MAX) /* the right half of a wide character */
			continue;
		put = put_cell(&cell, out + len);
		if (put == 0)
			out[len++] = ' ';
		len += put;
		if (put > 0 && out[len - 1] != ' ')
			last = len;
	}
	out[last] = '\0';
}

const char *pty_row(struct pty *pty, int row)
{
	write_row(pty, row, pty->line, sizeof pty->line);
	return pty->line;
}

const char *pty_screen(struct pty *pty)
{
	size_t len = 0;

	for (int row = 0; row < pty->rows && len + PTY_LINE_CAP < sizeof pty->text; row++) {
		write_row(pty, row, pty->text + len, PTY_LINE_CAP - 2);
		len += strlen(pty->text + len);
		pty->text[len++] = '\n';
	}
	pty->text[len] = '\0';
	return pty->text;
}

bool pty_shows(struct pty *pty, const char *text)
{
	return strstr(pty_screen(pty), text) != NULL;
}

static void copy_colour(const struct pty *pty, VTermColor colour, uint8_t out[3])
{
	vterm_screen_convert_color_to_rgb(pty->screen, &colour);
	out[0] = colour.rgb.red;
	out[1] = colour.rgb.green;
	out[2] = colour.rgb.blue;
}

struct pty_cell pty_cell(struct pty *pty, int row, int column)
{
	struct pty_cell out = {0};
	VTermScreenCell cell;

	vterm_screen_get_cell(pty->screen, (VTermPos){row, column}, &cell);
	put_cell(&cell, out.text);
	out.bold = cell.attrs.bold;
	out.reverse = cell.attrs.reverse;
	out.underline = cell.attrs.underline != 0;
	out.blink = cell.attrs.blink;
	copy_colour(pty, cell.fg, out.ink);
	copy_colour(pty, cell.bg, out.ground);
	return out;
}

void pty_size(const struct pty *pty, int *rows, int *columns)
{
	*rows = pty->rows;
	*columns = pty->columns;
}

bool pty_cursor(const struct pty *pty, int *row, int *column)
{
	*row = pty->cursor.row;
	*column = pty->cursor.col;
	return !pty->cursor_hidden;
}

int pty_bells(const struct pty *pty)
{
	return pty->bells;
}

const uint8_t *pty_raw(const struct pty *pty, size_t *len)
{
	*len = pty->raw_len;
	return pty->raw;
}

/* ---- waiting ---- */

bool pty_wait_for(struct pty *pty, bool (*done)(struct pty *pty, void *context), void *context, int timeout_ms)
{
	int64_t deadline = make_deadline(timeout_ms);

	for (;;) {
		if (done(pty, context))
			return true;
		if (ms_left(deadline) == 0 || pty->ended)
			return false;
		pump(pty, ms_left(deadline));
	}
}

static bool is_shown(struct pty *pty, void *text)
{
	return pty_shows(pty, text);
}

static bool is_not_shown(struct pty *pty, void *text)
{
	return !pty_shows(pty, text);
}

bool pty_wait(struct pty *pty, const char *text, int timeout_ms)
{
	return pty_wait_for(pty, is_shown, (void *)(uintptr_t)text, timeout_ms);
}

bool pty_wait_gone(struct pty *pty, const char *text, int timeout_ms)
{
	return pty_wait_for(pty, is_not_shown, (void *)(uintptr_t)text, timeout_ms);
}

void pty_settle(struct pty *pty, int quiet_ms, int timeout_ms)
{
	int64_t deadline = make_deadline(timeout_ms);

	while (ms_left(deadline) > 0 && pump(pty, quiet_ms))
		;
}

int64_t pty_wait_change(struct pty *pty, int timeout_ms)
{
	int64_t began = read_clock_ns(), deadline = began + (int64_t)timeout_ms * 1000000;

	pty->changed = false;
	while (!pty->changed) {
		if (ms_left(deadline) == 0 || pty->ended)
			return -1;
		pump(pty, ms_left(deadline));
	}
	return read_clock_ns() - began;
}

pid_t pty_pid(const struct pty *pty)
{
	return pty->pid;
}

bool pty_running(struct pty *pty)
{
	take_status(pty, WNOHANG);
	return !pty->ended;
}

void pty_kill(struct pty *pty, int signal)
{
	if (!pty->ended)
		kill(pty->pid, signal);
}

int pty_wait_exit(struct pty *pty, int timeout_ms)
{
	int64_t deadline = make_deadline(timeout_ms);

	while (!pty->ended && ms_left(deadline) > 0) {
		pump(pty, DRAIN_MS);
		take_status(pty, WNOHANG);
	}
	return pty->ended ? pty->status : PTY_STILL_RUNNING;
}
