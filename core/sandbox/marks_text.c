/* The text of the marks: a title, one line a fact, and the SHA-256 of all of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/marks.h"

#define TITLE        "batti-marks 3\n"
#define TITLE_2      "batti-marks 2\n" /* as this one, but that it ends with the lanes */
#define SUM          "sum"
#define KEY_CHARS    44 /* 32 bytes in base64 */
#define SEALED_CHARS 80 /* 60 bytes */
/* The longest of each. */
#define HEAD_TEXT     512
#define LANE_TEXT     208
#define TERMINAL_TEXT 352

_Static_assert(sizeof((struct bt_sbx_terminal_mark *)0)->sealed == SEALED_CHARS / 4 * 3, "a sealed key in base64");

void bt_sbx_marks_fini(struct bt_sbx_marks *marks)
{
	free(marks->terminals);
	*marks = (struct bt_sbx_marks){.era = 0};
}

/* ---- terminals by number ---- */

/* Where it stands, or would. */
static int find_place(const struct bt_sbx_marks *marks, int64_t number)
{
	int low = 0, high = marks->terminal_count;
	while (low < high) {
		int middle = low + (high - low) / 2;
		if (marks->terminals[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Room grows with each power of two. */
static bool make_room(struct bt_sbx_marks *marks)
{
	int count = marks->terminal_count;
	if (count == BT_SBX_MARKS_KNOWN)
		return false;
	if ((count & (count - 1)) != 0)
		return true;
	void *larger = realloc(marks->terminals, (size_t)(count ? 2 * count : 1) * sizeof *marks->terminals);
	if (larger)
		marks->terminals = larger;
	return larger != NULL;
}

struct bt_sbx_terminal_mark *bt_sbx_marks_terminal(struct bt_sbx_marks *marks, int64_t number)
{
	int place = find_place(marks, number);
	if (place < marks->terminal_count && marks->terminals[place].number == number)
		return &marks->terminals[place];
	if (!make_room(marks))
		return NULL;
	memmove(&marks->terminals[place + 1], &marks->terminals[place],
		(size_t)(marks->terminal_count - place) * sizeof *marks->terminals);
	marks->terminal_count++;
	marks->terminals[place] = (struct bt_sbx_terminal_mark){.number = number};
	return &marks->terminals[place];
}

/* ---- written ---- */

static void sum_of(const char *text, size_t len, char out[2 * BT_SBX_HASH_LEN + 1])
{
	uint8_t hash[BT_SBX_HASH_LEN] = {0};
	(void)bt_sbx_sha256(text, len, hash);
	bt_sbx_hex_encode(hash, sizeof hash, out);
}

static int put_lane(const struct bt_sbx_lane_mark *lane, char *out)
{
	return snprintf(
	    out, LANE_TEXT, "lane %lld of %lld above %lld terminal %lld given %lld lease %lld from %lld until %lld\n",
	    (long long)lane->index, (long long)lane->count, (long long)lane->floor, (long long)lane->terminal,
	    (long long)lane->given, (long long)lane->lease, (long long)lane->from, (long long)lane->until);
}

static int put_terminal(const struct bt_sbx_terminal_mark *terminal, char *out)
{
	char journal_key[KEY_CHARS + 1], receipt_key[KEY_CHARS + 1], sealed[SEALED_CHARS + 1];
	bt_sbx_b64_encode(terminal->journal_key, sizeof terminal->journal_key, journal_key, sizeof journal_key);
	bt_sbx_b64_encode(terminal->receipt_key, sizeof terminal->receipt_key, receipt_key, sizeof receipt_key);
	bt_sbx_b64_encode(terminal->sealed, sizeof terminal->sealed, sealed, sizeof sealed);
	return snprintf(out, TERMINAL_TEXT,
			"counter %lld lane %lld of %lld above %lld enrolled %lld withdrawn %lld journal %s receipt %s"
			" vault %s\n",
			(long long)terminal->number, (long long)terminal->index, (long long)terminal->count,
			(long long)terminal->floor, (long long)terminal->enrolled, (long long)terminal->withdrawn,
			journal_key, receipt_key, sealed);
}

char *bt_sbx_marks_write(const struct bt_sbx_marks *marks)
{
	char sum[2 * BT_SBX_HASH_LEN + 1];
	char *out =
	    malloc(HEAD_TEXT + LANE_TEXT * (size_t)marks->lane_count + TERMINAL_TEXT * (size_t)marks->terminal_count);
	if (!out)
		return NULL;
	char *at = out + snprintf(out, HEAD_TEXT, TITLE "era %lld\nterminal %lld\nforgotten %lld\nlanes %d\n",
				  (long long)marks->era, (long long)marks->terminal, (long long)marks->forgotten,
				  marks->lane_count);
	for (int i = 0; i < marks->lane_count; i++)
		at += put_lane(&marks->lanes[i], at);
	at += snprintf(at, HEAD_TEXT / 4, "counters %d\n", marks->terminal_count);
	for (int i = 0; i < marks->terminal_count; i++)
		at += put_terminal(&marks->terminals[i], at);
	sum_of(out, (size_t)(at - out), sum);
	snprintf(at, HEAD_TEXT / 4, SUM " %s\n", sum);
	return out;
}

/* ---- read ---- */

/* "NAME " and a word of @p most characters at most, with one character after it. */
static bool take_word(const char **at, const char *name, char *out, size_t most)
{
	size_t named = strlen(name);
	if (strncmp(*at, name, named) != 0 || (*at)[named] != ' ')
		return false;
	const char *first = *at + named + 1;
	size_t len = strcspn(first, " \n");
	if (len == 0 || len > most || first[len] == '\0')
		return false;
	memcpy(out, first, len);
	out[len] = '\0';
	*at = first + len + 1;
	return true;
}

static bool take_number(const char **at, const char *name, int64_t *out)
{
	char digits[20];
	return take_word(at, name, digits, sizeof digits - 1) && bt_sbx_number_parse(digits, 0, INT64_MAX, out);
}

static bool take_bytes(const char **at, const char *name, uint8_t *out, size_t len)
{
	char word[SEALED_CHARS + 1];
	return take_word(at, name, word, sizeof word - 1) && bt_sbx_b64_decode(word, out, len);
}

static bool take_lane(const char **at, struct bt_sbx_lane_mark *out)
{
	return take_number(at, "lane", &out->index) && take_number(at, "of", &out->count) &&
	       take_number(at, "above", &out->floor) && take_number(at, "terminal", &out->terminal) &&
	       take_number(at, "given", &out->given) && take_number(at, "lease", &out->lease) &&
	       take_number(at, "from", &out->from) && take_number(at, "until", &out->until) &&
	       bt_sbx_lanes_are_possible(out->count) && out->index < out->count;
}

static bool take_terminal(const char **at, struct bt_sbx_terminal_mark *out)
{
	return take_number(at, "counter", &out->number) && take_number(at, "lane", &out->index) &&
	       take_number(at, "of", &out->count) && take_number(at, "above", &out->floor) &&
	       take_number(at, "enrolled", &out->enrolled) && take_number(at, "withdrawn", &out->withdrawn) &&
	       take_bytes(at, "journal", out->journal_key, sizeof out->journal_key) &&
	       take_bytes(at, "receipt", out->receipt_key, sizeof out->receipt_key) &&
	       take_bytes(at, "vault", out->sealed, sizeof out->sealed) && bt_sbx_lanes_are_possible(out->count) &&
	       out->index < out->count;
}

static bool take_terminals(const char **at, struct bt_sbx_marks *out)
{
	int64_t count = 0;
	bool ok = take_number(at, "counters", &count) && count <= BT_SBX_MARKS_KNOWN;
	for (int64_t i = 0; ok && i < count; i++) {
		struct bt_sbx_terminal_mark taken = {.number = 0}, *kept = NULL;
		ok = take_terminal(at, &taken) && (kept = bt_sbx_marks_terminal(out, taken.number));
		if (ok)
			*kept = taken;
	}
	return ok && out->terminal_count == count;
}

static bool take_all(const char **at, struct bt_sbx_marks *out)
{
	int64_t count = 0;
	bool has_terminals = strncmp(*at, TITLE, strlen(TITLE)) == 0;
	if (!has_terminals && strncmp(*at, TITLE_2, strlen(TITLE_2)) != 0)
		return false;
	*at += strlen(TITLE);
	if (!take_number(at, "era", &out->era) || !take_number(at, "terminal", &out->terminal) ||
	    !take_number(at, "forgotten", &out->forgotten) || !take_number(at, "lanes", &count) ||
	    count > BT_SBX_MARKS_MAX)
		return false;
	for (; out->lane_count < count; out->lane_count++)
		if (!take_lane(at, &out->lanes[out->lane_count]))
			return false;
	return !has_terminals || take_terminals(at, out);
}

bool bt_sbx_marks_read(const char *text, struct bt_sbx_marks *out)
{
	struct bt_sbx_marks marks = {.era = 0};
	char last[sizeof SUM + 2 * BT_SBX_HASH_LEN + 2];
	char sum[2 * BT_SBX_HASH_LEN + 1];
	const char *at = text;
	bool whole = take_all(&at, &marks);
	if (whole) {
		sum_of(text, (size_t)(at - text), sum);
		snprintf(last, sizeof last, SUM " %s\n", sum);
		whole = strcmp(at, last) == 0;
	}
	if (whole)
		*out = marks;
	else
		bt_sbx_marks_fini(&marks);
	return whole;
}
