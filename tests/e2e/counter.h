/* The counter on its screen, as a clerk uses it: sign in, find, amount, Enter, read the token.
 *
 * Each step waits for the words that the clerk waits for and ends the test with the screen when they do not come. */
#ifndef TESTS_E2E_COUNTER_H
#define TESTS_E2E_COUNTER_H

#include "tests/e2e/pty.h"
#include "tests/e2e/world.h"

#define COUNTER_WAIT_MS 15000
/* Until what became of the server is known: the longest pause between two looks at it (30 s), and the look itself. */
#define COUNTER_SERVER_MS 60000
#define COUNTER_CLERK     "Rina Kumari"
#define COUNTER_PIN       "112233"
#define COUNTER_FLOAT     "1000"

struct counter_options {
	int rows, columns;  /* 0: 24 and 80 */
	const char *lang;   /* "en" when NULL */
	const char *term;   /* NULL: xterm-256color */
	const char *config; /* file, or NULL */
	bool mono;
};

/** Settings of a counter that prints letters, in English, into the file %D/paper.txt, with the lines @p settings (""
 * none) beside. @p out gets their file for counter_options. */
void counter_print_letters(struct world *world, const char *settings, char out[WORLD_PATH_CAP]);
/** Start the counter of this world's terminal. */
struct pty *counter_open(struct world *world, const struct counter_options *options);
/** Wait for @p text or fail with the screen. */
void counter_expect(struct pty *counter, const char *text);
/** Wait until the counter has found out that its server is @p state, "up" or "down". */
void counter_expect_server(struct pty *counter, const char *state);
void counter_type(struct pty *counter, const char *keys);
/** Name list, PIN, Enter, the float where no shift is open, until home asks for the consumer. */
void counter_sign_in(struct pty *counter);
/** From home to the amount field of this connection. */
void counter_find(struct pty *counter, const char *number);
/** From home to the confirm screen. */
void counter_ask(struct pty *counter, const char *number, const char *rupees);
/** From home to the token; reads its digits. */
void counter_sell(struct pty *counter, const char *number, const char *rupees, char token[WORLD_TOKEN_CAP]);
/** Wait for the token screen and read the 20 big digits back from their cells. False when they do not come in time. */
bool counter_read_token(struct pty *counter, char token[WORLD_TOKEN_CAP], int timeout_ms);
/** Wait for the token and read it, or fail with the screen. */
void counter_expect_token(struct pty *counter, char token[WORLD_TOKEN_CAP]);
/** End the counter and fail the test when bytes reached the terminal that never may. */
void counter_close(struct pty *counter);

#endif
