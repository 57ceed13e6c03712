/* A printer of the other side for one test: printer-sim on a free port or a terminal, its paper, and a hand that opens
 * its cover. A step that cannot succeed ends the test. Used by one thread. */
#ifndef TESTS_E2E_PAPER_H
#define TESTS_E2E_PAPER_H

#include <stdbool.h>
#include <stddef.h>

#define PAPER_PATH_CAP 512

struct paper; /* opaque; heap */

struct paper_options {
	const char *model; /* NULL: epson */
	const char *tcp;   /* "HOST:PORT", NULL: a free port of this machine */
	bool terminal;     /* a terminal instead of TCP */
	int rows_per_s;    /* 0: at once */
	int buffer;        /* bytes, 0: 4096 */
};

/** A line of prints.log. */
struct paper_sheet {
	int rows;
	bool whole; /* the end of a slip is the last thing on it */
	bool cut;
	int unknown, complaints, drawer;
};

/** Start it. @return NULL when the address is taken. */
struct paper *paper_open(const struct paper_options *options);
/** End it, write what hangs out of it as the last sheet, keep the folder. */
void paper_switch_off(struct paper *paper);
/** Start it again at the same address, with an empty folder. */
void paper_switch_on(struct paper *paper);
/** End it and remove all. NULL is fine. */
void paper_close(struct paper *paper);
/** What `--printer` takes. */
const char *paper_uri(const struct paper *paper);
/** A word of control; waits until it is obeyed. */
void paper_say(struct paper *paper, const char *word);
/** Wait until @p count sheets lie there. False at the deadline. */
bool paper_wait(struct paper *paper, int count, int timeout_ms);
int paper_count(struct paper *paper);
/** Sheet @p nth, from 1; it must be there. */
struct paper_sheet paper_sheet(struct paper *paper, int nth);
/** What the printer was told on that sheet, and its dots: paths, borrowed until the next call. */
const char *paper_text_path(struct paper *paper, int nth);
const char *paper_picture_path(struct paper *paper, int nth);

#endif
