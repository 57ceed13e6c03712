#include "core/sandbox/marks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/ca.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/lanes.h"

#define NAME      "marks"
#define TEMPORARY "marks.new"
#define TITLE     "batti-marks 2\n"
#define SUM       "sum"
/* More enrolments than this come between no two backups. */
#define ENROLMENTS_FORGOTTEN 100

/* ---- the text ---- */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void sum_of(const char *text, size_t len, char out[2 * BT_SBX_HASH_LEN + 1])
{
	uint8_t hash[BT_SBX_HASH_LEN] = {0};
	(void)bt_sbx_sha256(text, len, hash);
	bt_sbx_hex_encode(hash, sizeof hash, out);
}

void bt_sbx_marks_write(const struct bt_sbx_marks *marks, char out[BT_SBX_MARKS_TEXT])
{
	char sum[2 * BT_SBX_HASH_LEN + 1];
	int len =
	    snprintf(out, BT_SBX_MARKS_TEXT, TITLE "era %lld\nterminal %lld\nforgotten %lld\nlanes %d\n",
		     (long long)marks->era, (long long)marks->terminal, (long long)marks->forgotten, marks->lane_count);
	for (int i = 0; i < marks->lane_count; i++) {
		const struct bt_sbx_lane_mark *lane = &marks->lanes[i];
		len += snprintf(
		    out + len, (size_t)(BT_SBX_MARKS_TEXT - len),
		    "lane %lld of %lld above %lld terminal %lld given %lld lease %lld from %lld until %lld\n",
		    (long long)lane->index, (long long)lane->count, (long long)lane->floor, (long long)lane->terminal,
		    (long long)lane->given, (long long)lane->lease, (long long)lane->from, (long long)lane->until);
	}
	sum_of(out, (size_t)len, sum);
	snprintf(out + len, (size_t)(BT_SBX_MARKS_TEXT - len), SUM " %s\n", sum);
}

/* "NAME DIGITS" and one character after it. */
static bool take_number(const char **at, const char *name, int64_t *out)
{
	char digits[20];
	size_t named = strlen(name);
	if (strncmp(*at, name, named) != 0 || (*at)[named] != ' ')
		return false;
	const char *first = *at + named + 1;
	size_t len = strspn(first, "0123456789");
	if (len == 0 || len >= sizeof digits || (first[len] != ' ' && first[len] != '\n'))
		return false;
	memcpy(digits, first, len);
	digits[len] = '\0';
	*at = first + len + 1;
	return bt_sbx_number_parse(digits, 0, INT64_MAX, out);
}

static bool take_lane(const char **at, struct bt_sbx_lane_mark *out)
{
	return take_number(at, "lane", &out->index) && take_number(at, "of", &out->count) &&
	       take_number(at, "above", &out->floor) && take_number(at, "terminal", &out->terminal) &&
	       take_number(at, "given", &out->given) && take_number(at, "lease", &out->lease) &&
	       take_number(at, "from", &out->from) && take_number(at, "until", &out->until) &&
	       bt_sbx_lanes_are_possible(out->count) && out->index < out->count;
}

bool bt_sbx_marks_read(const char *text, struct bt_sbx_marks *out)
{
	struct bt_sbx_marks marks = {.era = 0};
	char last[sizeof SUM + 2 * BT_SBX_HASH_LEN + 2];
	char sum[2 * BT_SBX_HASH_LEN + 1];
	int64_t count = 0;
	const char *at = text + strlen(TITLE);
	if (strncmp(text, TITLE, strlen(TITLE)) != 0 || !take_number(&at, "era", &marks.era) ||
	    !take_number(&at, "terminal", &marks.terminal) || !take_number(&at, "forgotten", &marks.forgotten) ||
	    !take_number(&at, "lanes", &count) || count > BT_SBX_MARKS_MAX)
		return false;
	for (; marks.lane_count < count; marks.lane_count++)
		if (!take_lane(&at, &marks.lanes[marks.lane_count]))
			return false;
	sum_of(text, (size_t)(at - text), sum);
	snprintf(last, sizeof last, SUM " %s\n", sum);
	if (strcmp(at, last) != 0)
		return false;
	*out = marks;
	return true;
}

/* ---- the file ---- */

static bool load(const struct bt_sbx *sbx, struct bt_sbx_marks *out)
{
	char text[BT_SBX_MARKS_TEXT];
	if (sbx->dir_fd < 0)
		return bt_sbx_marks_read(sbx->marks, out);
	return bt_sbx_file_read(sbx, NAME, text, sizeof text) && bt_sbx_marks_read(text, out);
}

static bool write_aside(const struct bt_sbx *sbx, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);
	int fd = openat(sbx->dir_fd, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool ok = write(fd, text, (size_t)len) == len && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

/* On the disk with its name before this returns: what it says may then be given out. */
static bool save(struct bt_sbx *sbx, const struct bt_sbx_marks *marks)
{
	char text[BT_SBX_MARKS_TEXT];
	bt_sbx_marks_write(marks, text);
	if (sbx->dir_fd < 0) {
		memcpy(sbx->marks, text, strlen(text) + 1);
		return true;
	}
	if (write_aside(sbx, text) && renameat(sbx->dir_fd, TEMPORARY, sbx->dir_fd, NAME) == 0 &&
	    fsync(sbx->dir_fd) == 0)
		return true;
	fprintf(stderr, "batti-sandbox: the file \"" NAME "\" could not be written\n");
	return false;
}

/* ---- what was given ---- */

/* There is room for every lane that can be. */
static struct bt_sbx_lane_mark *find_mark(struct bt_sbx_marks *marks, int64_t index, int64_t count)
{
	for (int i = 0; i < marks->lane_count; i++)
		if (marks->lanes[i].index == index && marks->lanes[i].count == count)
			return &marks->lanes[i];
	if (marks->lane_count == BT_SBX_MARKS_MAX)
		return &marks->lanes[0];
	marks->lanes[marks->lane_count] = (struct bt_sbx_lane_mark){.index = index, .count = count};
	return &marks->lanes[marks->lane_count++];
}

static void add_row(struct bt_sbx_marks *marks, sqlite3_stmt *row)
{
	int64_t terminal = sqlite3_column_int64(row, 3);
	int64_t given = sqlite3_column_int64(row, 4);
	struct bt_sbx_lane_mark *mark = find_mark(marks, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1));
	if (terminal != mark->terminal && given >= mark->given)
		*mark = (struct bt_sbx_lane_mark){.index = mark->index,
						  .count = mark->count,
						  .floor = sqlite3_column_int64(row, 2),
						  .terminal = terminal,
						  .given = given,
						  .until = mark->until};
	marks->terminal = larger(marks->terminal, terminal);
	mark->until = larger(mark->until, sqlite3_column_int64(row, 5));
}

/* The leases of a lane are those from its first on and before the first of the terminal's next lane. */
static void add_ledger(struct bt_sbx *sbx, struct bt_sbx_marks *marks)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db,
	    "SELECT l.lane, l.lanes, l.floor, CAST(l.terminal AS INTEGER), l.at, max(e.expires) FROM lanes l LEFT JOIN"
	    " leases e ON e.terminal=l.terminal AND e.number>=l.lease AND e.number<coalesce((SELECT min(x.lease) FROM"
	    " lanes x WHERE x.terminal=l.terminal AND x.place>l.place), 9223372036854775807) WHERE l.terminal<>''"
	    " GROUP BY l.place ORDER BY l.place",
	    "");
	marks->era = larger(marks->era, bt_sbx_meta_int(sbx->db, "era", 1));
	while (row && sqlite3_step(row) == SQLITE_ROW)
		add_row(marks, row);
	sqlite3_finalize(row);
}

/* A ledger put back from a backup may have forgotten enrolments and leases, in any lane: until the longest that there
 * may be has ended, none is surely dead (PROTOCOL T4, H4). */
static void add_forgotten(struct bt_sbx *sbx, struct bt_sbx_marks *marks)
{
	int64_t restored_at = bt_sbx_meta_int(sbx->db, "restored_at", 0);
	int64_t longest =
	    BT_SBX_LEASE_HOURS_MAX * BT_SBX_HOUR_MS + (int64_t)BT_SBX_GRANTS_MAX * BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS;
	if (restored_at == 0)
		return;
	marks->terminal = larger(marks->terminal, BT_SBX_FIRST_TERMINAL - 1) + ENROLMENTS_FORGOTTEN;
	marks->forgotten = larger(marks->forgotten, restored_at + longest);
}

bool bt_sbx_marks_find(struct bt_sbx *sbx, struct bt_sbx_marks *out)
{
	*out = (struct bt_sbx_marks){.era = 0};
	bool whole = load(sbx, out);
	add_ledger(sbx, out);
	if (!whole)
		add_forgotten(sbx, out);
	return whole;
}

bool bt_sbx_mark_era(struct bt_sbx *sbx, int64_t era)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	marks.era = larger(marks.era, era);
	return save(sbx, &marks);
}

/* Its lane's mark, which is another one's no more. */
static struct bt_sbx_lane_mark *find_lane(struct bt_sbx_marks *marks, const struct bt_sbx_terminal *terminal)
{
	int64_t number = 0;
	struct bt_sbx_lane_mark *mark =
	    find_mark(marks, terminal->lane, terminal->lanes ? terminal->lanes : BT_SBX_LANES);
	(void)bt_sbx_number_parse(terminal->number, 0, 9999, &number);
	if (number != mark->terminal)
		mark->lease = mark->from = 0;
	mark->terminal = number;
	mark->floor = terminal->lane_floor;
	mark->given = terminal->lane_at ? terminal->lane_at : bt_sbx_now_ms();
	marks->terminal = larger(marks->terminal, number);
	return mark;
}

bool bt_sbx_mark_terminal(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	(void)find_lane(&marks, terminal);
	return save(sbx, &marks);
}

bool bt_sbx_mark_lease(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t number, int64_t from,
		       int64_t until)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	struct bt_sbx_lane_mark *mark = find_lane(&marks, terminal);
	mark->lease = larger(mark->lease, number);
	mark->from = from;
	mark->until = larger(mark->until, until);
	return save(sbx, &marks);
}

bool bt_sbx_mark_longer(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t until)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	struct bt_sbx_lane_mark *mark = find_lane(&marks, terminal);
	mark->until = larger(mark->until, until);
	return save(sbx, &marks);
}

/* ---- what a ledger that was put back has forgotten ---- */

static void sort_by_time(struct bt_sbx_marks *marks)
{
	for (int i = 1; i < marks->lane_count; i++)
		for (int j = i; j > 0 && marks->lanes[j].given < marks->lanes[j - 1].given; j--) {
			struct bt_sbx_lane_mark later = marks->lanes[j - 1];
			marks->lanes[j - 1] = marks->lanes[j];
			marks->lanes[j] = later;
		}
}

/* Which lane its terminal has been given since. Of a terminal that is not known there is nothing to tell. */
static bool remind_of_lane(sqlite3 *db, const struct bt_sbx_lane_mark *mark, const char *number)
{
	return bt_sbx_store_run(db,
				"INSERT INTO lanes(terminal, lane, lanes, floor, lease, at) SELECT ?1, ?2, ?3, ?4,"
				" (SELECT coalesce(max(number),0)+1 FROM leases WHERE terminal=?1), ?5 WHERE"
				" EXISTS (SELECT 1 FROM terminals WHERE terminal=?1) AND"
				" ?5>(SELECT coalesce(max(at),0) FROM lanes WHERE terminal=?1)",
				"tiiii", number, mark->index, mark->count, mark->floor, mark->given);
}

static bool remind_of_lease(sqlite3 *db, const struct bt_sbx_lane_mark *mark, const char *number)
{
	return mark->lease == 0 || bt_sbx_store_run(db,
						    "INSERT INTO leases VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET"
						    " expires=max(expires, excluded.expires)",
						    "tiii", number, mark->lease, mark->from, mark->until);
}

/* Withdrawn since, or nobody else could have been given a lane that overlaps its own. */
static bool withdraw_displaced(sqlite3 *db, const struct bt_sbx_lane_mark *mark)
{
	return bt_sbx_store_run(db,
				"UPDATE terminals SET revoked_at=?1 WHERE revoked_at IS NULL AND"
				" CAST(terminal AS INTEGER)<>?2 AND EXISTS (SELECT 1 FROM lanes l WHERE l.place="
				"(SELECT max(place) FROM lanes x WHERE x.terminal=terminals.terminal) AND"
				" l.lane%min(l.lanes,?4)=?3%min(l.lanes,?4) AND (l.at<?5 OR (l.at=?5 AND"
				" CAST(terminals.terminal AS INTEGER)<?2)))",
				"iiiii", bt_sbx_now_ms(), mark->terminal, mark->index, mark->count, mark->given);
}

bool bt_sbx_marks_remind(struct bt_sbx *sbx, const struct bt_sbx_marks *marks)
{
	struct bt_sbx_marks rising = *marks;
	bool ok = true;
	sort_by_time(&rising);
	for (int i = 0; ok && i < rising.lane_count; i++) {
		const struct bt_sbx_lane_mark *mark = &rising.lanes[i];
		char number[9];
		snprintf(number, sizeof number, "%04d", (int)(mark->terminal % 10000));
		ok = mark->terminal == 0 ||
		     (remind_of_lane(sbx->db, mark, number) && remind_of_lease(sbx->db, mark, number));
	}
	for (int i = 0; ok && i < rising.lane_count; i++)
		ok = rising.lanes[i].terminal == 0 || withdraw_displaced(sbx->db, &rising.lanes[i]);
	return ok;
}
