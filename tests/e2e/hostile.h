/* Bytes that are no key, thrown at one page after the other of a program in a pty: each by itself, what terminals send
 * by themselves, all at once, signals and a window that changes its size.
 *
 * Afterwards the program runs, the page shows the very same characters, a key is still a key, the record holds no event
 * of a hand more, and nothing raw came back. A page is one row of a table: how a hand gets there and which bytes are
 * keys on it. Used by one thread. */
#ifndef TESTS_E2E_HOSTILE_H
#define TESTS_E2E_HOSTILE_H

#include "tests/e2e/pty.h"
#include "tests/e2e/world.h"

#define HOSTILE_REST_MS 45 /* what comes behind it is no part of what was sent before */

/** Bytes that are keys: these and no others are left out when every byte is thrown at a page. */
#define HOSTILE_ENTER     "\r\n"
#define HOSTILE_ESC       "\x1b"
#define HOSTILE_BACKSPACE "\b\x7f"
#define HOSTILE_TAB       "\t"
#define HOSTILE_DIGITS    "0123456789"

#define HOSTILE_TEXT  1u  /* every printable character is a key too */
#define HOSTILE_CLOCK 2u  /* its digits change by themselves */
#define HOSTILE_MOVES 4u  /* so may the rest, but for the words it is known by */
#define HOSTILE_ALONE 8u  /* F1 means something else there, or nothing */
#define HOSTILE_ALL   16u /* last, all 256 in one breath: the record stays what it was, wherever that leads */

struct hostile_place {
	const char *name;  /* the id of its screen, and what is special */
	void (*go)(void);  /* from home, or from where the row before has ended */
	const char *shows; /* the words by which it is known */
	const char *keys;  /* bytes that are keys there */
	unsigned flags;
};

/** What is thrown at, and whose record is looked at. */
struct hostile_target {
	struct pty *pty;
	const struct world *world;
	const char *state; /* folder of that record */
	int places;        /* counted here */
};

/** Throw everything at the page in front, which is @p place; ends the test where it does not hold. */
void hostile_throw(struct hostile_target *target, const struct hostile_place *place);
/** The same at each row, in their order; before each @p before, NULL none, unless it is the row's own way. */
void hostile_throw_at_all(struct hostile_target *target, const struct hostile_place *places, size_t count,
			  void (*before)(void));
/** Events in the record that only a hand makes: money, shifts, people, claims. Read while the program runs. */
int64_t hostile_count_events(const struct hostile_target *target);
/** Type as counter_type, behind a rest. */
void hostile_type(struct pty *pty, const char *keys);
/** Type character by character, each behind a rest: faster would be a scanner. */
void hostile_type_by_hand(struct pty *pty, const char *text);

#endif
