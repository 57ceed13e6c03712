/* The simulated printer on its line: one client at a time over TCP, or a pty, and a line of its own for whoever plays
 * the clerk with the roll of paper.
 *
 * A thread that sleeps in one poll. Used by tests in their own process and by the program printer-sim. */
#ifndef TESTS_PRINTER_SERVER_H
#define TESTS_PRINTER_SERVER_H

#include "tests/printer/device.h"

struct sim_line_options {
	const char *tcp;     /* "PORT" or "HOST:PORT" on this machine, port 0: one that is free; or NULL */
	const char *pty;     /* a link with this name is made to the terminal; or NULL */
	const char *control; /* a FIFO's path (it is made), or "PORT" or "HOST:PORT"; or NULL */
	unsigned seed;       /* where a dumb printer closes the line */
};

struct sim_server; /* opaque; heap */

/** Start it. @return NULL when the line cannot be had; it has said why on stderr. */
struct sim_server *sim_server_open(const struct sim_options *options, const struct sim_line_options *line);
/** End it; the sheet in hand is written as it is. NULL is fine. */
void sim_server_close(struct sim_server *server);
/** Port of TCP, or of the control line; 0 when there is none. */
int sim_server_port(const struct sim_server *server);
int sim_server_control_port(const struct sim_server *server);

/**
 * A word of control, as over the control line:
 * paper out|low|ok, cover open|close, cutter jam|sticks|free, hot on|off, mute on|off, drawer open|close,
 * slow BYTES_PER_S (0: as fast as it comes), cut-after N (drops the line after N more bytes, before an answer to them),
 * paper-out-at N (row of the paper since reset), paper-out-at-byte N (of what was worked off), tear, reset.
 * jam: the blade stands out now; sticks: it will at the next cut. free also takes the error away.
 * @return false for a word that is none of these.
 */
bool sim_server_say(struct sim_server *server, const char *word);
/**
 * Wait until the client is gone and everything that came is worked off, as far as nothing stops it.
 * @return false at the deadline.
 */
bool sim_server_settle(struct sim_server *server, int timeout_ms);
/** Rows on the paper, and how often @p whole stands there row by row. */
int sim_server_count(struct sim_server *server, const struct sim_dots *whole);
/** A copy of the paper from @p row on; sim_dots_fini it. */
struct sim_dots sim_server_paper(struct sim_server *server, int row);
/** Bytes that came in since the last reset. */
size_t sim_server_bytes(struct sim_server *server);
/** Unknown commands and complaints on the sheet in hand. */
int sim_server_wrong(struct sim_server *server);

#endif
