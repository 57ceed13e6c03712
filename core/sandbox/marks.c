#include "core/sandbox/marks.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/meter_key.h"

#define NAME      "marks"
#define TEMPORARY "marks.new"
#define SEALED_AS "batti-marks vault key"
/* More enrolments than this come between no two backups. */
#define ENROLMENTS_FORGOTTEN 100

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- the file ---- */

/* Yours to free, NULL when there is none or it is too long to be one. */
static char *read_file(const struct bt_sbx *sbx)
{
	struct stat about;
	int fd = openat(sbx->dir_fd, NAME, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	bool fits = fstat(fd, &about) == 0 && about.st_size < BT_SBX_MARKS_TEXT;
	char *text = fits ? malloc((size_t)about.st_size + 1) : NULL;
	ssize_t len = text ? read(fd, text, (size_t)about.st_size) : -1;
	close(fd);
	if (len >= 0)
		text[len] = '\0';
	if (len >= 0 && len == about.st_size)
		return text;
	free(text);
	return NULL;
}

static bool load(const struct bt_sbx *sbx, struct bt_sbx_marks *out)
{
	if (sbx->dir_fd < 0)
		return sbx->marks && bt_sbx_marks_read(sbx->marks, out);
	char *text = read_file(sbx);
	bool whole = text && bt_sbx_marks_read(text, out);
	free(text);
	return whole;
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

static bool put_in_place(const struct bt_sbx *sbx, const char *text)
{
	return write_aside(sbx, text) && renameat(sbx->dir_fd, TEMPORARY, sbx->dir_fd, NAME) == 0 &&
	       fsync(sbx->dir_fd) == 0;
}

/* On the disk with its name before this returns: what it says may then be given out. */
static bool save(struct bt_sbx *sbx, const struct bt_sbx_marks *marks)
{
	char *text = marks->is_partial ? NULL : bt_sbx_marks_write(marks);
	bool ok = text != NULL;
	if (ok && sbx->dir_fd < 0) {
		free(sbx->marks);
		sbx->marks = text;
		return true;
	}
	ok = ok && put_in_place(sbx, text);
	free(text);
	if (!ok)
		fprintf(stderr, "batti-sandbox: the file \"" NAME "\" could not be written\n");
	return ok;
}

/* ---- who is known ---- */

/* Of the ledger's own seed, which every backup has had since the folder was made. */
static bool find_seal(const struct bt_sbx *sbx, uint8_t out[32])
{
	uint8_t in[sizeof SEALED_AS - 1 + sizeof sbx->head_end_seed];
	memcpy(in, SEALED_AS, sizeof SEALED_AS - 1);
	memcpy(in + sizeof SEALED_AS - 1, sbx->head_end_seed, sizeof sbx->head_end_seed);
	bool ok = bt_sbx_sha256(in, sizeof in, out);
	OPENSSL_cleanse(in, sizeof in);
	return ok;
}

static void say_number(int64_t number, char out[9])
{
	snprintf(out, 9, "%04d", (int)(number % 10000));
}

static void copy_key(sqlite3_stmt *row, int column, uint8_t out[32])
{
	if (sqlite3_column_bytes(row, column) == 32)
		memcpy(out, sqlite3_column_blob(row, column), 32);
}

static bool seal_vault_key(const struct bt_sbx *sbx, sqlite3_stmt *row, int column, struct bt_sbx_terminal_mark *mark)
{
	uint8_t seal[32], vault_key[32] = {0};
	char number[9];
	say_number(mark->number, number);
	copy_key(row, column, vault_key);
	bool ok = find_seal(sbx, seal) && bt_sbx_seal(seal, number, vault_key, sizeof vault_key, mark->sealed);
	OPENSSL_cleanse(seal, sizeof seal);
	OPENSSL_cleanse(vault_key, sizeof vault_key);
	return ok;
}

static bool add_terminal(const struct bt_sbx *sbx, struct bt_sbx_marks *marks, sqlite3_stmt *row)
{
	int count = marks->terminal_count;
	struct bt_sbx_terminal_mark *mark = bt_sbx_marks_terminal(marks, sqlite3_column_int64(row, 0));
	if (!mark)
		return false;
	if (mark->withdrawn == 0)
		mark->withdrawn = sqlite3_column_int64(row, 1);
	if (marks->terminal_count == count)
		return true;
	mark->index = sqlite3_column_int64(row, 2);
	mark->floor = sqlite3_column_int64(row, 3);
	mark->count = sqlite3_column_int64(row, 4);
	mark->enrolled = sqlite3_column_int64(row, 5);
	copy_key(row, 6, mark->journal_key);
	copy_key(row, 7, mark->receipt_key);
	return seal_vault_key(sbx, row, 8, mark);
}

static bool add_terminals(const struct bt_sbx *sbx, struct bt_sbx_marks *marks)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db,
	    "SELECT CAST(t.terminal AS INTEGER), revoked_at, t.lane, t.lane_floor, l.lanes, enrolled_at, journal_key,"
	    " coalesce(key, journal_key), vault_key FROM terminals t JOIN lanes l ON l.place=(SELECT min(place) FROM"
	    " lanes WHERE terminal=t.terminal) LEFT JOIN receipt_keys r ON r.terminal=t.terminal ORDER BY t.terminal",
	    "");
	int rc = row ? SQLITE_ROW : SQLITE_ERROR;
	while (rc == SQLITE_ROW && (rc = sqlite3_step(row)) == SQLITE_ROW)
		if (!add_terminal(sbx, marks, row))
			rc = SQLITE_NOMEM;
	sqlite3_finalize(row);
	return rc == SQLITE_DONE;
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
	marks->is_partial = !add_terminals(sbx, marks);
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

static bool save_and_release(struct bt_sbx *sbx, struct bt_sbx_marks *marks)
{
	bool ok = save(sbx, marks);
	bt_sbx_marks_fini(marks);
	return ok;
}

bool bt_sbx_marks_keep(struct bt_sbx *sbx)
{
	return bt_sbx_mark_era(sbx, 0);
}

bool bt_sbx_mark_era(struct bt_sbx *sbx, int64_t era)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	marks.era = larger(marks.era, era);
	return save_and_release(sbx, &marks);
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
	return save_and_release(sbx, &marks);
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
	return save_and_release(sbx, &marks);
}

bool bt_sbx_mark_longer(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t until)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	struct bt_sbx_lane_mark *mark = find_lane(&marks, terminal);
	mark->until = larger(mark->until, until);
	return save_and_release(sbx, &marks);
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

/* With everything that it was known by; that it has keys is taken for granted, so that it hears of a key change before
 * it has a lease again (PROTOCOL T6). */
static bool enter_terminal(sqlite3 *db, const struct bt_sbx_terminal_mark *mark, const char *number,
			   const uint8_t vault_key[32])
{
	return bt_sbx_store_run(db, "INSERT INTO terminals VALUES(?,?,?,?,?,?,NULL)", "tiibbi", number, mark->index,
				mark->floor, (const void *)mark->journal_key, sizeof mark->journal_key,
				(const void *)vault_key, (size_t)32, mark->enrolled) &&
	       bt_sbx_receipt_key_put(db, number, mark->receipt_key) &&
	       bt_sbx_store_run(db, "INSERT INTO lanes(terminal, lane, lanes, floor, lease, at) VALUES(?,?,?,?,0,?)",
				"tiiii", number, mark->index, mark->count, mark->floor, mark->enrolled) &&
	       bt_sbx_key_change_give(db, number);
}

static bool remind_of_terminal(struct bt_sbx *sbx, const struct bt_sbx_terminal_mark *mark, const uint8_t seal[32])
{
	uint8_t vault_key[32];
	char number[9];
	say_number(mark->number, number);
	bool ok = bt_sbx_store_count(sbx->db, 0, "SELECT count(*) FROM terminals WHERE terminal=?", "t", number) == 1;
	ok = ok || (bt_sbx_unseal(seal, number, mark->sealed, sizeof vault_key, vault_key) &&
		    enter_terminal(sbx->db, mark, number, vault_key));
	OPENSSL_cleanse(vault_key, sizeof vault_key);
	return ok &&
	       (mark->withdrawn == 0 ||
		bt_sbx_store_run(sbx->db, "UPDATE terminals SET revoked_at=? WHERE terminal=? AND revoked_at IS NULL",
				 "it", mark->withdrawn, number));
}

/* Numbers say nothing of whose they are, for every head-end begins with the same: the seal does. */
static bool are_ours(const struct bt_sbx_marks *marks, const uint8_t seal[32])
{
	bool ok = true;
	for (int i = 0; ok && i < marks->terminal_count; i++) {
		uint8_t vault_key[32];
		char number[9];
		say_number(marks->terminals[i].number, number);
		ok = bt_sbx_unseal(seal, number, marks->terminals[i].sealed, sizeof vault_key, vault_key);
		OPENSSL_cleanse(vault_key, sizeof vault_key);
	}
	if (!ok)
		fprintf(stderr, "batti-sandbox: the file \"" NAME "\" is of another head-end\n");
	return ok;
}

static bool remind_of_terminals(struct bt_sbx *sbx, const struct bt_sbx_marks *marks)
{
	uint8_t seal[32];
	bool ok = find_seal(sbx, seal) && are_ours(marks, seal);
	for (int i = 0; ok && i < marks->terminal_count; i++)
		ok = remind_of_terminal(sbx, &marks->terminals[i], seal);
	OPENSSL_cleanse(seal, sizeof seal);
	return ok;
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

static bool remind_of_lanes(sqlite3 *db, const struct bt_sbx_marks *rising)
{
	bool ok = true;
	for (int i = 0; ok && i < rising->lane_count; i++) {
		const struct bt_sbx_lane_mark *mark = &rising->lanes[i];
		char number[9];
		say_number(mark->terminal, number);
		ok = mark->terminal == 0 || (remind_of_lane(db, mark, number) && remind_of_lease(db, mark, number));
	}
	for (int i = 0; ok && i < rising->lane_count; i++)
		ok = rising->lanes[i].terminal == 0 || withdraw_displaced(db, &rising->lanes[i]);
	return ok;
}

bool bt_sbx_marks_remind(struct bt_sbx *sbx, const struct bt_sbx_marks *marks)
{
	struct bt_sbx_marks rising = *marks;
	sort_by_time(&rising);
	return remind_of_terminals(sbx, marks) && remind_of_lanes(sbx->db, &rising);
}
