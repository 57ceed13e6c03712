#include "core/sandbox/lanes.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"

#define HOLDERS_MAX 512

/* Lanes that belong to somebody: the newest of each terminal that is not withdrawn, and the head-end's own. */
#define HOLDERS                                                                                                        \
	"SELECT l.terminal, l.lane, l.lanes FROM lanes l LEFT JOIN terminals t ON t.terminal=l.terminal WHERE"         \
	" l.place=(SELECT max(place) FROM lanes x WHERE x.terminal=l.terminal) AND t.revoked_at IS NULL AND"           \
	" (t.terminal IS NOT NULL OR l.terminal='') ORDER BY l.place"

bool bt_sbx_lanes_are_possible(int64_t count)
{
	return count >= BT_SBX_LANES_LEAST && count <= BT_SBX_LANES_MOST && (count & (count - 1)) == 0;
}

bool bt_sbx_lanes_overlap(int64_t a, int64_t n, int64_t b, int64_t m)
{
	int64_t least = n < m ? n : m;
	return a % least == b % least;
}

int64_t bt_sbx_lanes_now(sqlite3 *db)
{
	return bt_sbx_meta_int(db, "lanes", BT_SBX_LANES);
}

int64_t bt_sbx_lanes_most(sqlite3 *db, int64_t now_ms)
{
	int64_t window = (int64_t)10 * BT_SBX_LANES_MOST * BT_SBX_MINUTE_MS;
	/* A lane that its terminal has left counts for as long as a lease in it may have been used. */
	return bt_sbx_store_count(
	    db, BT_SBX_LANES,
	    "SELECT max(l.lanes) FROM lanes l WHERE l.place=(SELECT max(place) FROM lanes x WHERE "
	    "x.terminal=l.terminal)"
	    " OR EXISTS (SELECT 1 FROM lanes x WHERE x.terminal=l.terminal AND x.place>l.place AND x.at>?1)"
	    " OR EXISTS (SELECT 1 FROM leases e WHERE e.terminal=l.terminal AND e.number>=l.lease AND e.expires>?1 AND"
	    " e.number<(SELECT min(x.lease) FROM lanes x WHERE x.terminal=l.terminal AND x.place>l.place))",
	    "i", now_ms - window);
}

/* ---- what is alive ---- */

struct holder {
	int64_t terminal; /* 0 the head-end */
	int64_t index, count;
};

struct book {
	const struct bt_sbx_marks *marks;
	int64_t now_ms;
	struct holder holders[HOLDERS_MAX];
	int holder_count;
};

static int64_t number_of(const char *terminal)
{
	int64_t number = 0;
	return bt_sbx_number_parse(terminal, 0, 9999, &number) ? number : 0;
}

/* @return false when the ledger could not be read to its end: then nothing may be given. */
static bool open_book(sqlite3 *db, const struct bt_sbx_marks *marks, int64_t now_ms, struct book *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, HOLDERS, "");
	int rc = row ? SQLITE_ROW : SQLITE_ERROR;
	*out = (struct book){.marks = marks, .now_ms = now_ms};
	while (rc == SQLITE_ROW && (rc = sqlite3_step(row)) == SQLITE_ROW && out->holder_count < HOLDERS_MAX) {
		char terminal[9];
		bt_sbx_column_text(row, 0, terminal, sizeof terminal);
		out->holders[out->holder_count++] =
		    (struct holder){number_of(terminal), sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2)};
	}
	sqlite3_finalize(row);
	return rc == SQLITE_DONE;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* "plus 5n minutes" of whichever lane is the slower one. */
static bool is_dead(int64_t until, int64_t n, int64_t m, int64_t now_ms)
{
	return until == 0 || until + 5 * larger(n, m) * BT_SBX_MINUTE_MS < now_ms;
}

/* No lease, nor code that lengthens one, may be alive on a lane that overlaps this one, but on @p own's: nobody else's
 * was when it was given its own (PROTOCOL T4). */
static bool is_free(const struct book *book, int64_t index, int64_t count, int64_t own)
{
	for (int i = 0; i < book->holder_count; i++) {
		const struct holder *holder = &book->holders[i];
		if (holder->terminal != own && bt_sbx_lanes_overlap(index, count, holder->index, holder->count))
			return false;
	}
	for (int i = 0; i < book->marks->lane_count; i++) {
		const struct bt_sbx_lane_mark *mark = &book->marks->lanes[i];
		if (mark->terminal != own && bt_sbx_lanes_overlap(index, count, mark->index, mark->count) &&
		    !is_dead(mark->until, count, mark->count, book->now_ms))
			return false;
	}
	return is_dead(book->marks->forgotten, count, BT_SBX_LANES_MOST, book->now_ms);
}

/* Minutes that somebody else, whose lane this was or overlapped, has used ahead of the time. 0: nobody ever. */
static int64_t floor_for(const struct book *book, int64_t index, int64_t count, int64_t own)
{
	int64_t widest = book->marks->forgotten ? count : 0;
	for (int i = 0; i < book->marks->lane_count; i++) {
		const struct bt_sbx_lane_mark *mark = &book->marks->lanes[i];
		if (mark->terminal != own && bt_sbx_lanes_overlap(index, count, mark->index, mark->count))
			widest = larger(widest, larger(count, mark->count));
	}
	return widest ? bt_sbx_tid_minute(book->now_ms) + 4 * widest : 0;
}

bool bt_sbx_lane_place(struct bt_sbx *sbx, const struct bt_sbx_marks *marks, int64_t now_ms,
		       struct bt_sbx_terminal *out)
{
	struct book book;
	int64_t count = bt_sbx_lanes_now(sbx->db);
	if (!open_book(sbx->db, marks, now_ms, &book))
		return false;
	for (int64_t i = 0; i < count - 1; i++) {
		/* 3, 4 .. 15, 1, 2: lane 0 is the head-end's own. */
		int64_t index = (BT_SBX_FIRST_LANE - 1 + i) % (count - 1) + 1;
		if (!is_free(&book, index, count, -1))
			continue;
		out->lane = index;
		out->lanes = count;
		out->lane_floor = floor_for(&book, index, count, -1);
		return true;
	}
	return false;
}

bool bt_sbx_lane_is_free(struct bt_sbx *sbx, int64_t index, int64_t count, int64_t now_ms)
{
	struct bt_sbx_marks marks;
	struct book book;
	(void)bt_sbx_marks_find(sbx, &marks);
	bool is_nobodys = index > 0 && open_book(sbx->db, &marks, now_ms, &book) && is_free(&book, index, count, -1);
	bt_sbx_marks_fini(&marks);
	return is_nobodys;
}

/* ---- from one n to another ---- */

bool bt_sbx_lane_put(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t lease)
{
	return bt_sbx_store_run(db, "INSERT INTO lanes(terminal, lane, lanes, floor, lease, at) VALUES(?,?,?,?,?,?)",
				"tiiiii", terminal->number, terminal->lane,
				terminal->lanes ? terminal->lanes : BT_SBX_LANES, terminal->lane_floor, lease,
				terminal->lane_at ? terminal->lane_at : bt_sbx_now_ms());
}

/* The lane of now within its own, or around it; with more lanes nobody else can have it. */
static bool move(struct bt_sbx *sbx, const struct book *book, int64_t lease, struct bt_sbx_terminal *terminal)
{
	int64_t own = number_of(terminal->number);
	int64_t count = bt_sbx_lanes_now(sbx->db);
	int64_t index = terminal->lane % count;
	if (index == 0 || !is_free(book, index, count, own))
		return true;
	if (count < terminal->lanes)
		terminal->lane_floor = larger(terminal->lane_floor, floor_for(book, index, count, own));
	terminal->lane = index;
	terminal->lanes = count;
	terminal->lane_at = book->now_ms;
	return bt_sbx_lane_put(sbx->db, terminal, lease);
}

bool bt_sbx_lane_follow(struct bt_sbx *sbx, int64_t lease, struct bt_sbx_terminal *terminal)
{
	struct bt_sbx_marks marks;
	struct book book;
	if (terminal->lanes == bt_sbx_lanes_now(sbx->db))
		return true;
	(void)bt_sbx_marks_find(sbx, &marks);
	bool ok = open_book(sbx->db, &marks, bt_sbx_now_ms(), &book) && move(sbx, &book, lease, terminal);
	bt_sbx_marks_fini(&marks);
	return ok;
}

bool bt_sbx_lanes_change(struct bt_sbx *sbx, int64_t count)
{
	return bt_sbx_lanes_are_possible(count) && bt_sbx_meta_put_int(sbx->db, "lanes", count);
}

/* ---- whose minute ---- */

/* A lane that was left is good to the end of the last lease in it, and a token may be dated 4n minutes ahead. */
#define HAD                                                                                                            \
	"SELECT l.lanes, (SELECT min(x.at) FROM lanes x WHERE x.terminal=l.terminal AND x.place>l.place),"             \
	" (SELECT max(e.expires) FROM leases e WHERE e.terminal=l.terminal AND e.number>=l.lease AND e.number<"        \
	"(SELECT min(x.lease) FROM lanes x WHERE x.terminal=l.terminal AND x.place>l.place))"                          \
	" FROM lanes l WHERE l.terminal=?1 AND ?2%l.lanes=l.lane AND ?2>l.floor ORDER BY l.place DESC"

bool bt_sbx_lane_had(sqlite3 *db, const char *terminal, int64_t minute, int64_t *count)
{
	bool had = false;
	sqlite3_stmt *row = bt_sbx_store_ask(db, HAD, "ti", terminal, minute);
	while (!had && row && sqlite3_step(row) == SQLITE_ROW) {
		int64_t lanes = sqlite3_column_int64(row, 0);
		int64_t end = larger(sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2));
		bool is_left = sqlite3_column_type(row, 1) != SQLITE_NULL;
		had = !is_left || minute <= bt_sbx_tid_minute(end) + 4 * lanes;
		if (had)
			*count = lanes;
	}
	sqlite3_finalize(row);
	return had;
}

static void print_lanes(const struct book *book, int64_t count)
{
	printf("%lld lanes\n", (long long)count);
	for (int i = 0; i < book->holder_count; i++) {
		const struct holder *holder = &book->holders[i];
		char who[16] = "head-end";
		if (holder->terminal)
			snprintf(who, sizeof who, "%04d", (int)(holder->terminal % 10000));
		printf("%-8s lane %lld of %lld\n", who, (long long)holder->index, (long long)holder->count);
	}
	printf("free    ");
	for (int64_t i = 1; i < count; i++)
		if (is_free(book, i, count, -1))
			printf(" %lld", (long long)i);
	printf("\n");
}

int bt_sbx_lanes_report(struct bt_sbx *sbx)
{
	struct bt_sbx_marks marks;
	struct book book;
	(void)bt_sbx_marks_find(sbx, &marks);
	bool ok = open_book(sbx->db, &marks, bt_sbx_now_ms(), &book);
	if (ok)
		print_lanes(&book, bt_sbx_lanes_now(sbx->db));
	bt_sbx_marks_fini(&marks);
	return ok ? 0 : 1;
}
