#include "tests/e2e/hostile.h"

#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define FIRST_ROW  2 /* the status above and the banner tell of the server */
#define LAST_ROWS  3 /* message and keys, which tell what was refused */
#define TIME_LEN   5
#define QUIET_MS   25
#define COPY_BYTES 65536

/* ---- a hand ---- */

void hostile_type(struct pty *pty, const char *keys)
{
	pty_settle(pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	counter_type(pty, keys);
}

void hostile_type_by_hand(struct pty *pty, const char *text)
{
	for (; *text != '\0'; text++)
		hostile_type(pty, (const char[]){*text, '\0'});
}

/* ---- the record ---- */

static bool copy_file(const char *from, const char *to)
{
	static char bytes[COPY_BYTES];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t len;
	bool good = in != NULL && out != NULL;

	while (good && (len = fread(bytes, 1, sizeof bytes, in)) > 0)
		good = fwrite(bytes, 1, len, out) == len;
	if (in != NULL)
		fclose(in);
	return (out == NULL || fclose(out) == 0) && good;
}

static int64_t count_in(const char *path)
{
	/* What a server's answer or a printer adds comes by itself. */
	static const char sql[] =
	    "SELECT count(*) FROM event WHERE kind IN "
	    "('sign_in','sign_failed','shift_open','paid','abandoned',"
	    "'revised','refunding','inquiring','overridden','extension','drawer','deposit','cash_count',"
	    "'shift_sealed','shift_closed','intent','claim')";
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	int64_t count = -1;

	if (sqlite3_open(path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}

/* A copy: the record itself belongs to the program that runs. One that was being written to is copied again. */
int64_t hostile_count_events(const struct hostile_target *target)
{
	char from[WORLD_PATH_CAP + 16], to[WORLD_PATH_CAP + 16];
	int64_t count = -1;

	snprintf(from, sizeof from, "%s/journal.db", target->state);
	if (access(from, F_OK) != 0) /* no counter has been started yet */
		return 0;
	for (int tries = 0; tries < 20 && count < 0; tries++) {
		static const char *const ends[] = {"", "-wal"};
		bool good = true;

		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
			snprintf(from, sizeof from, "%s/journal.db%s", target->state, ends[i]);
			snprintf(to, sizeof to, "%s/copied.db%s", target->world->dir, ends[i]);
			unlink(to);
			good = (access(from, F_OK) != 0 || copy_file(from, to)) && good;
		}
		snprintf(to, sizeof to, "%s/copied.db", target->world->dir);
		count = good ? count_in(to) : -1;
	}
	if (count < 0)
		fail_msg("the record in %s cannot be read", target->state);
	return count;
}

/* ---- the page ---- */

/* 11:42: a minute may pass. */
static bool starts_with_time(const char *text)
{
	static const char shape[] = "00:00";

	for (int i = 0; i < TIME_LEN; i++)
		if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return false;
	return true;
}

/* The characters of the page, without the rows that tell of the server and of what was refused. */
static char *take_picture(struct pty *pty, unsigned flags)
{
	char *picture = calloc(1, PTY_TEXT_CAP);
	size_t used = 0;
	int rows, columns;

	assert_non_null(picture);
	pty_size(pty, &rows, &columns);
	for (int row = FIRST_ROW; row < rows - LAST_ROWS; row++) {
		const char *text = pty_row(pty, row);

		assert_true(used + strlen(text) + 2 < PTY_TEXT_CAP);
		while (*text != '\0') {
			bool is_time = starts_with_time(text);

			for (int left = is_time ? TIME_LEN : 1; left > 0; left--, text++)
				picture[used++] =
				    (is_time || flags & HOSTILE_CLOCK) && isdigit((unsigned char)*text) ? '0' : *text;
		}
		picture[used++] = '\n';
	}
	return picture;
}

struct seen {
	const struct hostile_place *place;
	const char *picture;
};

static bool is_as_before(struct pty *pty, void *context)
{
	const struct seen *seen = context;
	char *now;
	bool same;

	if (!pty_shows(pty, seen->place->shows))
		return false;
	if (seen->place->flags & HOSTILE_MOVES)
		return true;
	now = take_picture(pty, seen->place->flags);
	same = strcmp(now, seen->picture) == 0;
	free(now);
	return same;
}

static void assert_still(struct hostile_target *target, const struct seen *seen, int64_t events, const char *what)
{
	const char *name = seen->place->name, *hostile;
	struct pty *pty = target->pty;
	int64_t now;

	pty_settle(pty, QUIET_MS, COUNTER_WAIT_MS);
	if (!pty_running(pty))
		fail_msg("%s on %s: the program has ended", what, name);
	if (!pty_wait_for(pty, is_as_before, (void *)(uintptr_t)seen, 3000))
		fail_msg("%s on %s: the page has changed from\n%s\nto\n%s", what, name, seen->picture, pty_screen(pty));
	hostile = pty_raw_hostile(pty);
	if (hostile != NULL)
		fail_msg("%s on %s: %s reached the terminal", what, name, hostile);
	now = hostile_count_events(target);
	if (now != events)
		fail_msg("%s on %s: %lld events of hands instead of %lld", what, name, (long long)now,
			 (long long)events);
}

/* ---- what is thrown ---- */

static bool is_key(const struct hostile_place *place, int byte)
{
	if (byte >= ' ' && byte < 127 && place->flags & HOSTILE_TEXT)
		return true;
	return byte != 0 && strchr(place->keys, byte) != NULL;
}

static void throw_single_bytes(struct pty *pty, const struct hostile_place *place)
{
	for (int byte = 0; byte < 256; byte++) {
		uint8_t one = (uint8_t)byte;

		if (!is_key(place, byte))
			assert_true(pty_send(pty, &one, 1));
	}
}

/* What a terminal says by itself, and what whoever sits at one may try; each whole. */
static const char *const whole[] = {
    "\x1b[<0;10;10M", /* mice, the oldest with places beyond what a character can say */
    "\x1b[<65;1;1m",
    "\x1b[M !!",
    "\x1b[M \xff\xfe",
    "\x1b[I", /* the window has the keyboard, and has not */
    "\x1b[O",
    "\x1b[200~500\r\r\x1b[201~", /* pastes that hold Enter, an escape, and half a character */
    "\x1b[200~\x1b[15~\x03\xe0\xa4\x1b[201~",
    "\x1b[201~",
    "\x1b[?1;2c", /* answers to questions that nobody asked */
    "\x1b[>41;390;0c",
    "\x1b[12;40R",
    "\x1b[?2004;2$y",
    "\x1b[8;24;80t",
    "\x1b[0n",
    "\x1b]0;title\x07",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1b]52;c;aGVsbG8=\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1bP>|XTerm(379)\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b^private\x1b\\",
    "\x1b[97;5u", /* keys with a modifier, as newer terminals name them */
    "\x1b[27;5;13~",
    "\x1b[1;5P",
    "\x1b[25~", /* function keys that no keyboard here has */
    "\x1b[34~",
    "\x1bOX",
    "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32z",
    "\xc2\x80\xc2\x85\xc2\x9b\xe2\x80\x8b\xe2\x80\xae\xef\xbb\xbf\xf3\xa0\x81\x81", /* controls and marks */
    "\xf5\x80\x80\x80",
    "\xed\xa0\x80\xc0\xaf\xf8\x88\x80\x80\x80\xfe\xff",
};

/* Broken off by the next, and the last by a rest. */
static const char *const halves[] = {
    "\x1b[12;3", "\x1b]0;never ends", "\x1bP1$r", "\x1b[M ", "\x1bO", "\xc3", "\xe0\xa4", "\xf0\x9f\x99",
};

static void throw_sequences(struct pty *pty)
{
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		assert_true(pty_send(pty, whole[i], strlen(whole[i])));
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		assert_true(pty_send(pty, halves[i], strlen(halves[i])));
	}
	pty_settle(pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
}

/* No shell, no suspending, no core. What ends it is the power button's (TERM) and the terminal's end (HUP). */
static void throw_signals(struct pty *pty)
{
	static const int signals[] = {SIGINT,  SIGQUIT, SIGTSTP, SIGTTIN,   SIGTTOU, SIGPIPE, SIGALRM,
				      SIGUSR1, SIGUSR2, SIGPROF, SIGVTALRM, SIGIO,   SIGCONT, SIGURG};
	static const int sizes[][2] = {{43, 132}, {25, 81}, {10, 40}, {1, 1}};
	int rows, columns;

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		pty_kill(pty, signals[i]);
	for (int i = 0; i < 50; i++)
		pty_kill(pty, SIGWINCH);
	pty_size(pty, &rows, &columns);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		pty_resize(pty, sizes[i][0], sizes[i][1]);
	pty_resize(pty, rows, columns);
}

/* It is not stuck either. */
static void try_keys(struct pty *pty, const struct hostile_place *place)
{
	static const char shown[] = "Esc closes this help";

	pty_settle(pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	counter_type(pty, "{F1}");
	if (!pty_wait(pty, shown, COUNTER_WAIT_MS))
		fail_msg("%s: F1 is no key any more:\n%s", place->name, pty_screen(pty));
	pty_settle(pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	counter_type(pty, "{Esc}");
	if (!pty_wait_gone(pty, shown, COUNTER_WAIT_MS))
		fail_msg("%s: Esc is no key any more:\n%s", place->name, pty_screen(pty));
}

/* Keys are among them, so it may lead anywhere; it takes no money. */
static void throw_all_at_once(struct hostile_target *target, const struct hostile_place *place)
{
	uint8_t all[256];

	for (int byte = 0; byte < 256; byte++)
		all[byte] = (uint8_t)byte;
	pty_settle(target->pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	assert_true(pty_send(target->pty, all, sizeof all));
	pty_settle(target->pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	if (!pty_running(target->pty))
		fail_msg("all bytes on %s: the program has ended", place->name);
}

void hostile_throw(struct hostile_target *target, const struct hostile_place *place)
{
	struct pty *pty = target->pty;
	struct seen seen = {.place = place};
	char *picture;
	int64_t events;

	counter_expect(pty, place->shows);
	pty_settle(pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	counter_expect(pty, place->shows);
	seen.picture = picture = take_picture(pty, place->flags);
	events = hostile_count_events(target);
	throw_single_bytes(pty, place);
	pty_settle(pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	assert_still(target, &seen, events, "a single byte");
	throw_sequences(pty);
	assert_still(target, &seen, events, "a sequence");
	throw_signals(pty);
	assert_still(target, &seen, events, "a signal");
	if (!(place->flags & HOSTILE_ALONE)) {
		try_keys(pty, place);
		assert_still(target, &seen, events, "help and back");
	}
	if (place->flags & HOSTILE_ALL) {
		throw_all_at_once(target, place);
		if (hostile_count_events(target) != events)
			fail_msg("all bytes on %s: the record has grown", place->name);
	}
	free(picture);
	target->places++;
}

void hostile_throw_at_all(struct hostile_target *target, const struct hostile_place *places, size_t count,
			  void (*before)(void))
{
	for (size_t i = 0; i < count; i++) {
		if (before != NULL && places[i].go != before)
			before();
		places[i].go();
		hostile_throw(target, &places[i]);
	}
}
