/* A program in a terminal that only the test sees: a pty, with libvterm as the terminal.
 *
 * Waits are for text with a deadline, never for time. Questions that the program asks its terminal (cursor position,
 * what it is) are answered. Every byte the program wrote is kept, so a test can say what never reached the terminal.
 * Used by one thread. */
#ifndef TESTS_E2E_PTY_H
#define TESTS_E2E_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PTY_TEXT_CAP  (64 * 1024)        /* a whole screen as text; 200 x 80 with marks fits */
#define PTY_RAW_MAX   (16 * 1024 * 1024) /* bytes kept; a program that writes more has run away */
#define PTY_LINE_CAP  2048
#define PTY_KILLED(n) (-(n)) /* exit status of a program ended by signal n */

struct pty; /* opaque; heap; owned by the caller from pty_open to pty_close */

struct pty_options {
	int rows, columns;        /* 0: 24 and 80 */
	const char *term;         /* NULL: xterm-256color */
	const char *const *argv;  /* NULL-ended; argv[0] is an absolute path */
	const char *const *extra; /* NULL, or NULL-ended NAME=VALUE for its environment */
};

/** One cell: its characters as UTF-8 ("" when blank) and its looks, colours as RGB. */
struct pty_cell {
	char text[32];
	bool bold, reverse, underline, blink;
	uint8_t ink[3], ground[3];
};

/** Start the program. @return NULL when no pty could be had. A program that cannot be started shows as status 127. */
struct pty *pty_open(const struct pty_options *options);
/** End the program if it still runs (SIGKILL) and free. NULL is fine. */
void pty_close(struct pty *pty);

/** Type. `{Enter} {Esc} {Tab} {Backspace} {Del} {Up} {Down} {Left} {Right} {PgUp} {PgDn} {F1}..{F12}` are keys, the
 * rest is UTF-8 text. False when the program is gone. */
bool pty_type(struct pty *pty, const char *keys);
/** Type inside a bracketed paste, when the program asked for that; else as plain text. */
bool pty_paste(struct pty *pty, const char *text);
/** Send bytes as they are. */
bool pty_send(struct pty *pty, const void *bytes, size_t len);
void pty_resize(struct pty *pty, int rows, int columns);

/** Wait until the text stands somewhere within one row. False at the deadline or when the program ended. */
bool pty_wait(struct pty *pty, const char *text, int timeout_ms);
/** Wait until the text stands nowhere. */
bool pty_wait_gone(struct pty *pty, const char *text, int timeout_ms);
/** Wait until @p done says so; looked at after each thing the program wrote. */
bool pty_wait_for(struct pty *pty, bool (*done)(struct pty *pty, void *context), void *context, int timeout_ms);
/** Take what the program writes until it has been silent for @p quiet_ms, at most @p timeout_ms. */
void pty_settle(struct pty *pty, int quiet_ms, int timeout_ms);
/** Wait for output that changes a cell. @return nanoseconds from the call, or -1 at the deadline. */
int64_t pty_wait_change(struct pty *pty, int timeout_ms);

/** Text of one row, blanks at its end cut; borrowed until the next call with this pty. */
const char *pty_row(struct pty *pty, int row);
/** The whole screen, rows ended by \n; borrowed until the next call with this pty. */
const char *pty_screen(struct pty *pty);
bool pty_shows(struct pty *pty, const char *text);
struct pty_cell pty_cell(struct pty *pty, int row, int column);
void pty_size(const struct pty *pty, int *rows, int *columns);
/** Row and column of the cursor; false when it is hidden. */
bool pty_cursor(const struct pty *pty, int *row, int *column);
int pty_bells(const struct pty *pty);

/** All bytes written so far; borrowed until more is read. */
const uint8_t *pty_raw(const struct pty *pty, size_t *len);
/**
 * What must never reach a terminal, found in the raw bytes: bidi marks, C1 controls (raw or as UTF-8), OSC and DCS
 * strings, invalid UTF-8. @return NULL when there is none, else what it was; static storage.
 */
const char *pty_raw_hostile(const struct pty *pty);
/** The same for any bytes that are meant for a terminal. */
const char *pty_find_hostile(const uint8_t *bytes, size_t len);

pid_t pty_pid(const struct pty *pty);
bool pty_running(struct pty *pty);
/** Send a signal to the program. */
void pty_kill(struct pty *pty, int signal);
/** Wait for its end. @return its exit status, PTY_KILLED(signal), or PTY_STILL_RUNNING at the deadline. */
#define PTY_STILL_RUNNING (-1000)
int pty_wait_exit(struct pty *pty, int timeout_ms);

#endif
