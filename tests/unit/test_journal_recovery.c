/* The mirror and recovery: nothing acknowledged is lost with the database, and nothing is made up.
 *
 * rooms: core/journal core/base core/money */
#include "tests/unit/journal_fixture.h"

#include <errno.h>
#include <stdbool.h>

#include <sqlite3.h>

#include "core/journal/chain.h"
#include "core/journal/frames.h"
#include "tests/unit/failing_disk.h"

#define SALES 5

struct world {
	struct fixture f;
	char stick[80], line_file[128];
	struct bt_journal_options options;
	bool required;
};

static enum bt_err open_world(struct world *w)
{
	w->options = fixture_options(&w->f);
	w->options.mirror = w->stick;
	w->options.mirror_required = w->required;
	return bt_journal_open(&w->options, &w->f.journal, &w->f.fault);
}

/* A journal of 1 + 2 * SALES events with its mirror, closed. */
static int make(void **state)
{
	static struct world w;
	w = (struct world){.required = false};
	fixture_make(&w.f);
	snprintf(w.stick, sizeof w.stick, "%s/stick", w.f.dir);
	snprintf(w.line_file, sizeof w.line_file, "%s/journal-0142.mirror", w.stick);
	assert_int_equal(mkdir(w.stick, 0700), 0);
	assert_int_equal(open_world(&w), BT_OK);
	for (int i = 1; i <= SALES; i++) {
		assert_int_equal(fixture_put_paid(&w.f, i, 16 * i), BT_OK);
		assert_int_equal(fixture_put_tokened(&w.f, i, 16 * i), BT_OK);
	}
	fixture_close(&w.f);
	*state = &w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;
	char path[128];
	fixture_close(&w->f);
	fixture_remove(w->stick);
	fixture_path(&w->f, "recovered", path);
	fixture_remove(path);
	fixture_empty(w->f.dir);
	fixture_end(&w->f);
	return 0;
}

static size_t lines_in(struct world *w)
{
	size_t len = 0, lines = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	assert_true(len == 0 || text[len - 1] == '\n');
	free(text);
	return lines;
}

static void follows_every_put(void **state)
{
	struct world *w = *state;
	struct bt_journal_report report;
	assert_int_equal(lines_in(w), 1 + 2 * SALES);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
	assert_int_equal(fixture_put_paid(&w->f, 50, 800), BT_OK);
	assert_int_equal(lines_in(w), 2 + 2 * SALES); /* before the put has returned */
	assert_int_equal(bt_journal_verify(w->f.journal, &report, &w->f.fault), BT_OK);
	assert_true(report.mirror_equal);
	assert_int_equal(report.mirror.state, BT_MIRROR_WHOLE);
}

/* Each cut of the newest lines is completed from the database; no cut is taken for the record's. */
static void torn_mirror_is_completed(void **state)
{
	struct world *w = *state;
	size_t len = 0, now = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	for (size_t cut = 0; cut < len; cut += 97) {
		fixture_save(&w->f, "stick/journal-0142.mirror", text, cut);
		assert_int_equal(open_world(w), BT_OK);
		assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
		fixture_close(&w->f);
		uint8_t *again = fixture_load(&w->f, "stick/journal-0142.mirror", &now);
		assert_int_equal(now, len);
		assert_memory_equal(again, text, len);
		free(again);
	}
	free(text);
}

static void rotten_mirror_is_found_and_made_good(void **state)
{
	struct world *w = *state;
	struct bt_journal_report report;
	size_t len = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	for (size_t at = 3; at < len; at += 301) {
		text[at] ^= 1;
		fixture_save(&w->f, "stick/journal-0142.mirror", text, len);
		text[at] ^= 1;
		assert_int_equal(open_world(w), BT_OK); /* the newest lines are read at a start, and rewritten */
		assert_int_equal(bt_journal_verify(w->f.journal, &report, &w->f.fault), BT_OK);
		assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
		/* While it is open only verify reads it. */
		text[at] ^= 1;
		fixture_save(&w->f, "stick/journal-0142.mirror", text, len);
		text[at] ^= 1;
		assert_int_equal(bt_journal_verify(w->f.journal, &report, &w->f.fault), BT_ECORRUPT);
		assert_false(report.mirror_equal);
		fixture_close(&w->f);
	}
	free(text);
}

static void pulled_stick_stops_nothing(void **state)
{
	struct world *w = *state;
	char away[96];
	snprintf(away, sizeof away, "%s-away", w->stick);
	assert_int_equal(rename(w->stick, away), 0);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_MISSING);
	assert_int_equal(fixture_put_paid(&w->f, 50, 800), BT_OK);
	assert_int_equal(fixture_put_tokened(&w->f, 50, 800), BT_OK);
	assert_int_equal(rename(away, w->stick), 0);
	assert_int_equal(lines_in(w), 1 + 2 * SALES);
	for (int i = 0; i < 20; i++) /* the clock of this test moves a second at each look */
		assert_int_equal(fixture_put(&w->f, BT_EVENT_PRINTED, 50, "{\"copy\":1,\"result\":\"confirmed\"}"),
				 BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
	assert_int_equal(lines_in(w), 1 + 2 * SALES + 22);
}

static void required_mirror_bars_new_sales_only(void **state)
{
	struct world *w = *state;
	char away[96];
	w->required = true;
	snprintf(away, sizeof away, "%s-away", w->stick);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 50, 800), BT_OK);
	fixture_close(&w->f);
	assert_int_equal(rename(w->stick, away), 0);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 51, 816), BT_EDISK);
	assert_int_equal(bt_journal_state(w->f.journal), BT_OK);
	assert_int_equal(fixture_put_tokened(&w->f, 50, 800), BT_OK); /* the money was taken: it is finished */
	assert_int_equal(rename(away, w->stick), 0);
	for (int i = 0; i < 12; i++)
		assert_int_equal(fixture_put(&w->f, BT_EVENT_UNSEAL, 0, "{}"), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 51, 816), BT_OK);
}

/* ---- recovery ---- */

static enum bt_err recover(struct world *w, const char *from, struct bt_recovery *out)
{
	w->options = fixture_options(&w->f);
	w->options.mirror = w->stick;
	return bt_journal_recover(&w->options, from, out, &w->f.fault);
}

static void lose(struct world *w, const char *name)
{
	char path[128];
	fixture_path(&w->f, name, path);
	(void)unlink(path);
}

static void expect_all_back(struct world *w, int64_t epoch)
{
	struct bt_journal_report report;
	struct bt_sale_row row;
	char id[37];
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_epoch(w->f.journal), epoch);
	assert_true(bt_journal_epoch_seq(w->f.journal) > 1);
	assert_int_equal(bt_journal_verify(w->f.journal, &report, &w->f.fault), BT_OK);
	assert_int_equal(report.sales, SALES);
	for (int i = 1; i <= SALES; i++) {
		assert_int_equal(bt_journal_sale(w->f.journal, fixture_sale_id(i, id), &row), BT_OK);
		assert_int_equal(row.stage, BT_STAGE_TOKENED);
	}
	assert_int_equal(fixture_put_paid(&w->f, 70, 1600), BT_OK);
	fixture_close(&w->f);
}

static void from_the_mirror(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	lose(w, "journal.db");
	assert_int_equal(open_world(w), BT_ECORRUPT);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, 1 + 2 * SALES);
	assert_int_equal(recovery.known, 1 + 2 * SALES);
	assert_int_equal(recovery.in_mirror, 1 + 2 * SALES);
	assert_int_equal(recovery.in_database, 0);
	assert_int_equal(recovery.epoch, 2);
	expect_all_back(w, 2);
	/* And once more: a third life. */
	lose(w, "journal.head");
	assert_int_equal(open_world(w), BT_ECORRUPT);
	assert_int_equal(recover(w, w->stick, &recovery), BT_OK);
	assert_int_equal(recovery.epoch, 3);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_epoch(w->f.journal), 3);
}

/* Everything of the state folder gone but the keys: an empty journal is not begun beside its mirror. */
static void not_begun_anew_beside_a_mirror(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	lose(w, "journal.db");
	lose(w, "journal.head");
	assert_int_equal(open_world(w), BT_ECORRUPT);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	expect_all_back(w, 2);
}

static void from_the_database_when_the_head_file_is_gone(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	lose(w, "journal.head");
	lose(w, "stick/journal-0142.mirror");
	assert_int_equal(open_world(w), BT_ECORRUPT);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.in_database, 1 + 2 * SALES);
	assert_true(recovery.may_be_more); /* nothing else says how many there were */
	expect_all_back(w, 2);
}

/* What is lost is said, not made up: the head file knows how many there were. */
static void what_is_lost_is_known(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	size_t len = 0, keep = 0;
	lose(w, "journal.db");
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	for (int lines = 0; lines < 7; keep++)
		lines += text[keep] == '\n';
	fixture_save(&w->f, "stick/journal-0142.mirror", text, keep + 40);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, 7);
	assert_int_equal(recovery.known, 1 + 2 * SALES);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_head(w->f.journal).seq, 8);
	free(text);
}

static struct bt_epoch newest_epoch(struct world *w)
{
	struct bt_epoch epoch = {0};
	struct bt_event event;
	struct bt_buf body;
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_newest(w->f.journal, BT_EVENT_EPOCH, NULL, &event, &body), BT_OK);
	assert_int_equal(bt_chain_epoch(event.body, &epoch), BT_OK);
	assert_non_null(strstr((const char *)body.data, "\"lost_paise\":"));
	assert_non_null(strstr((const char *)body.data, "\"lost_sales\":"));
	bt_buf_fini(&body);
	fixture_close(&w->f);
	return epoch;
}

/* The database is gone, and the mirror ends behind the third of five sales. */
static struct bt_epoch lose_two_sales(struct world *w)
{
	struct bt_recovery recovery;
	size_t len = 0, keep = 0;
	lose(w, "journal.db");
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	for (int lines = 0; lines < 7; keep++)
		lines += text[keep] == '\n';
	fixture_save(&w->f, "stick/journal-0142.mirror", text, keep);
	free(text);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, 7);
	return newest_epoch(w);
}

/* Sales that are lost have used up their part of the offline limits: the head file knows how much. */
static void what_lost_sales_took_is_written_down(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	struct bt_unsent unsent, used;
	struct bt_head head;
	struct bt_epoch epoch = lose_two_sales(w);
	int64_t lost = epoch.lost;
	assert_true(lost > 0);
	assert_int_equal(epoch.number, 2);
	assert_int_equal(epoch.lost_sales, 2);
	assert_int_equal(epoch.lost_paise, 50004 + 50005);
	/* The caps do not begin anew with it, before the head-end has heard of it (PROTOCOL L1). */
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_unsent(w->f.journal, &unsent), BT_OK);
	assert_int_equal(bt_journal_used(w->f.journal, &used), BT_OK);
	assert_int_equal(unsent.count, 3);
	assert_int_equal(used.count, 5);
	assert_int_equal(used.paise, unsent.paise + 50004 + 50005);
	head = bt_journal_head(w->f.journal);
	assert_int_equal(bt_journal_acknowledge(w->f.journal, &head, &w->f.fault), BT_OK);
	assert_int_equal(bt_journal_used(w->f.journal, &used), BT_OK);
	assert_int_equal(used.count, 3);
	fixture_close(&w->f);
	/* Nothing more is lost the next time. */
	lose(w, "journal.db");
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	epoch = newest_epoch(w);
	assert_int_equal(epoch.number, 3);
	assert_int_equal(epoch.lost_sales, 0);
	assert_int_equal(epoch.lost_paise, 0);
	/* But what the first one lost is lost: the numbers of then do not come again. */
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_lost_after(w->f.journal, 7), lost);
	fixture_close(&w->f);
}

/* A frame that is rotten says nothing, those behind it do. */
static void lost_sales_behind_a_rotten_frame_count(void **state)
{
	struct world *w = *state;
	size_t len = 0;
	uint8_t *head = fixture_load(&w->f, "journal.head", &len);
	head[7 * BT_FRAME_LEN + 20] ^= 1; /* of the fourth payment */
	fixture_save(&w->f, "journal.head", head, len);
	free(head);
	struct bt_epoch epoch = lose_two_sales(w);
	assert_int_equal(epoch.lost_sales, 1);
	assert_int_equal(epoch.lost_paise, 50005);
}

static void epoch_of_an_earlier_version_is_read(void **state)
{
	struct bt_epoch epoch;
	(void)state;
	assert_int_equal(bt_chain_epoch(bt_bytes_of("{\"epoch\":2,\"floor_ms\":5,\"lost\":7}"), &epoch), BT_OK);
	assert_int_equal(epoch.lost, 7);
	assert_int_equal(epoch.lost_sales, 0);
	assert_int_equal(epoch.lost_paise, 0);
	assert_int_equal(
	    bt_chain_epoch(bt_bytes_of("{\"epoch\":2,\"floor_ms\":5,\"lost\":7,\"lost_sales\":-1}"), &epoch),
	    BT_EFORMAT);
}

/* Without a head file the head-end's word counts, when it knows of more than is supposed otherwise: receipt numbers of
 * what is lost must not come again. */
static void what_the_head_end_holds_is_counted(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	char path[128];
	sqlite3 *db = NULL;
	fixture_path(&w->f, "journal.db", path);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "INSERT OR REPLACE INTO peer VALUES(1,5000,zeroblob(32))", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	lose(w, "journal.head");
	lose(w, "stick/journal-0142.mirror");
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.known, 5000);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_lost_after(w->f.journal, recovery.restored.seq), 5000 - recovery.restored.seq);
}

/* An old copy of the disk agrees with itself. What the head-end holds beyond it stops this start and all others, and
 * nobody knows what was made behind that. */
static void old_copy_stays_shut_until_brought_back(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	struct bt_head newest, old;
	size_t db_len = 0, head_len = 0;
	lose(w, "stick/journal-0142.mirror");
	uint8_t *db = fixture_load(&w->f, "journal.db", &db_len),
		*head = fixture_load(&w->f, "journal.head", &head_len);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	old = bt_journal_head(w->f.journal);
	assert_int_equal(fixture_put_paid(&w->f, 60, 960), BT_OK);
	newest = bt_journal_head(w->f.journal);
	fixture_close(&w->f);
	fixture_save(&w->f, "journal.db", db, db_len);
	fixture_save(&w->f, "journal.head", head, head_len);
	free(db);
	free(head);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	assert_int_equal(bt_journal_acknowledge(w->f.journal, &newest, &w->f.fault), BT_ECORRUPT);
	assert_int_equal(fixture_put_paid(&w->f, 61, 976), BT_ECORRUPT);
	fixture_close(&w->f);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fixture_open(&w->f), BT_ECORRUPT);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, old.seq);
	assert_int_equal(recovery.known, newest.seq);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fixture_open(&w->f), BT_OK);
		assert_int_equal(bt_journal_epoch(w->f.journal), 2);
		assert_int_equal(bt_journal_lost_after(w->f.journal, old.seq), 1000);
		assert_int_equal(bt_journal_acknowledged(w->f.journal), 0);
		fixture_close(&w->f);
	}
}

static size_t offset_of_line(const uint8_t *text, int line)
{
	size_t at = 0;
	for (int lines = 1; lines < line; at++)
		lines += text[at] == '\n';
	return at;
}

static void rot_in_mirror(struct world *w, int line)
{
	size_t len = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	text[offset_of_line(text, line) + 30] ^= 1;
	fixture_save(&w->f, "stick/journal-0142.mirror", text, len);
	free(text);
}

/* Whole lines behind a rotten one look like a record that went on otherwise: the recovery has judged them, and the next
 * start must not stumble over them. They are kept. */
static void mirror_rotten_in_the_middle_is_put_away(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	struct bt_journal_report report;
	size_t len = 0, kept_len = 0;
	lose(w, "journal.db");
	rot_in_mirror(w, 5);
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, 4);
	assert_true(recovery.mirror_is_damaged);
	uint8_t *kept = fixture_load(&w->f, "stick/journal-0142.mirror.before-2", &kept_len);
	assert_int_equal(kept_len, len);
	assert_memory_equal(kept, text, len);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_mirror(&w->f).state, BT_MIRROR_WHOLE);
	assert_int_equal(bt_journal_verify(w->f.journal, &report, &w->f.fault), BT_OK);
	assert_true(report.mirror_equal);
	free(kept);
	free(text);
}

/* One letter of the body of an event in the database is another one; everything else is as it was. */
static void rot_in_database(struct world *w, int64_t seq)
{
	char path[128], sql[160];
	sqlite3 *db = NULL;
	sqlite3_stmt *keep = NULL;
	fixture_path(&w->f, "journal.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_master WHERE name='event_keep'", -1, &keep, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(keep), SQLITE_ROW);
	char *trigger = strdup((const char *)sqlite3_column_text(keep, 0));
	assert_non_null(trigger);
	assert_int_equal(sqlite3_finalize(keep), SQLITE_OK);
	snprintf(sql, sizeof sql, "DROP TRIGGER event_keep; UPDATE event SET body=replace(body,'0','9') WHERE seq=%lld",
		 (long long)seq);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	assert_int_equal(sqlite3_exec(db, trigger, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	free(trigger);
}

/* The stick was pulled some time ago, then a byte of what it had turned over in the database: where the one ends the
 * other goes on, link by link. */
static void what_came_after_the_stick_was_pulled_is_brought_back(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	size_t len = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	fixture_save(&w->f, "stick/journal-0142.mirror", text, offset_of_line(text, 8));
	rot_in_database(w, 4);
	assert_int_equal(open_world(w), BT_ECORRUPT);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.in_database, 3);
	assert_int_equal(recovery.in_mirror, 7);
	assert_false(recovery.may_be_more);
	assert_int_equal(recovery.restored.seq, 1 + 2 * SALES);
	assert_int_equal(recovery.known, 1 + 2 * SALES);
	assert_false(recovery.mirror_is_damaged);
	expect_all_back(w, 2);
	free(text);
}

/* A rotten line of the mirror that the database has, and the other way round. The mirror is put away all the same. */
static void rot_in_both_at_different_places(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	rot_in_mirror(w, 5);
	rot_in_database(w, 8);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.in_database, 7);
	assert_int_equal(recovery.in_mirror, 4);
	assert_int_equal(recovery.restored.seq, 1 + 2 * SALES);
	assert_true(recovery.mirror_is_damaged);
	expect_all_back(w, 2);
}

/* Nobody has event 5: what stands behind it proves nothing, and how much it was is said. */
static void the_same_event_rotten_everywhere(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	rot_in_mirror(w, 5);
	rot_in_database(w, 5);
	assert_int_equal(recover(w, NULL, &recovery), BT_OK);
	assert_int_equal(recovery.in_database, 4);
	assert_int_equal(recovery.in_mirror, 4);
	assert_int_equal(recovery.restored.seq, 4);
	assert_int_equal(recovery.known, 1 + 2 * SALES);
	assert_false(recovery.may_be_more);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(bt_journal_lost_after(w->f.journal, 4), 1 + 2 * SALES - 4);
}

static void from_an_export(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	char path[128];
	size_t len = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	fixture_save(&w->f, "exported", text, len);
	fixture_path(&w->f, "exported", path);
	lose(w, "journal.db");
	lose(w, "stick/journal-0142.mirror");
	assert_int_equal(recover(w, path, &recovery), BT_OK);
	assert_int_equal(recovery.in_file, 1 + 2 * SALES);
	expect_all_back(w, 2);
	free(text);
}

static void refused(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	uint8_t seed[BT_ED25519_SEED_LEN] = {9};
	struct bt_signer *own = w->f.signer, *other = NULL;
	assert_int_equal(recover(w, "/nowhere/at/all", &recovery), BT_ENOTFOUND);
	assert_int_equal(bt_signer_open(seed, &other), BT_OK);
	w->f.signer = other;
	assert_int_equal(recover(w, w->stick, &recovery), BT_EAUTH);
	w->f.signer = own;
	bt_signer_close(other);
	lose(w, "journal.db");
	fixture_save(&w->f, "stick/journal-0142.mirror", (const uint8_t *)"x\n", 2);
	assert_int_equal(recover(w, NULL, &recovery), BT_ENOTFOUND);
}

/* Two lives of one terminal: a mirror that went on elsewhere. Neither is chosen here. */
static void two_lives_are_not_mixed(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	size_t db_len = 0, head_len = 0;
	uint8_t *db = fixture_load(&w->f, "journal.db", &db_len),
		*head = fixture_load(&w->f, "journal.head", &head_len);
	char away[96];
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 60, 960), BT_OK);
	fixture_close(&w->f);
	snprintf(away, sizeof away, "%s-away", w->stick);
	assert_int_equal(rename(w->stick, away), 0);
	fixture_save(&w->f, "journal.db", db, db_len);
	fixture_save(&w->f, "journal.head", head, head_len);
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 61, 976), BT_OK);
	assert_int_equal(fixture_put_paid(&w->f, 62, 992), BT_OK);
	fixture_close(&w->f);
	assert_int_equal(rename(away, w->stick), 0);
	assert_int_equal(open_world(w), BT_ECORRUPT);
	assert_int_equal(recover(w, NULL, &recovery), BT_ECORRUPT);
	assert_non_null(strstr(w->f.fault.what, "mirror holds other events"));
	free(db);
	free(head);
}

/* ---- a cut anywhere in a recovery ---- */

/* The disk fails for good at its n-th change, like that of a machine whose power goes. */
static void cut_at_each_operation(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	char path[128];
	size_t len = 0;
	uint8_t *text = fixture_load(&w->f, "stick/journal-0142.mirror", &len);
	int cuts = 0;
	fixture_path(&w->f, "recovered", path);
	for (bool done = false; !done; cuts++) {
		assert_true(cuts < 200);
		fixture_save(&w->f, "journal.db", (const uint8_t *)"rot", 3);
		lose(w, "journal.head");
		fixture_save(&w->f, "stick/journal-0142.mirror", text, len);
		failing_disk_make(cuts + 1);
		w->options = fixture_options(&w->f);
		w->options.disk = &failing_disk.disk;
		assert_int_equal(mkdir(path, 0700) == 0 || errno == EEXIST, 1);
		done = bt_journal_recover(&w->options, w->stick, &recovery, &w->f.fault) == BT_OK;
		/* Whatever is left is no journal to sell on, or the whole new one. */
		enum bt_err err = open_world(w);
		fixture_close(&w->f);
		if (err == BT_OK)
			done = true;
		else
			assert_true(err == BT_ECORRUPT);
		fixture_save(&w->f, "stick/journal-0142.mirror", text, len);
		assert_int_equal(done ? BT_OK : recover(w, w->stick, &recovery), BT_OK);
		expect_all_back(w, 2);
		fixture_empty(path);
		fixture_empty(w->f.dir);
	}
	assert_true(cuts > 15);
	free(text);
}

/* A mark that a cut left torn, longer than the next: it must not spoil that one, by which the files change places. Here
 * the database is all there is. */
static void cut_behind_a_torn_mark(void **state)
{
	struct world *w = *state;
	struct bt_recovery recovery;
	uint8_t torn[900];
	char path[128];
	size_t len = 0;
	uint8_t *db = fixture_load(&w->f, "journal.db", &len);
	int cuts = 0;
	memset(torn, ' ', sizeof torn);
	torn[sizeof torn - 1] = '{';
	fixture_path(&w->f, "recovered", path);
	for (bool done = false; !done; cuts++) {
		assert_true(cuts < 200);
		fixture_save(&w->f, "journal.db", db, len);
		lose(w, "journal.head");
		lose(w, "stick/journal-0142.mirror");
		assert_int_equal(mkdir(path, 0700) == 0 || errno == EEXIST, 1);
		fixture_save(&w->f, "recovered/ready", torn, sizeof torn);
		failing_disk_make(cuts + 1);
		w->options = fixture_options(&w->f);
		w->options.disk = &failing_disk.disk;
		done = bt_journal_recover(&w->options, NULL, &recovery, &w->f.fault) == BT_OK || open_world(w) == BT_OK;
		fixture_close(&w->f);
		assert_int_equal(done ? BT_OK : recover(w, NULL, &recovery), BT_OK);
		expect_all_back(w, 2);
		fixture_empty(path);
		fixture_empty(w->f.dir);
	}
	assert_true(cuts > 15);
	free(db);
}

/* ---- from paper ---- */

static void from_paper(void **state)
{
	static const char body[] =
	    "{\"amount_paise\":50000,\"dues_paise\":0,\"meter\":\"04740015298\",\"paid_at\":1795000000000,\"record\":"
	    "\"RC1:ABC\",\"terminal\":\"0142\",\"tid\":4000,\"token\":\"01234567890123456789\",\"units\":635}";
	static const char foreign[] =
	    "{\"amount_paise\":70000,\"dues_paise\":0,\"meter\":\"04740015298\",\"own\":false,\"paid_at\":1000,"
	    "\"record\":\"RC1:ABD\",\"terminal\":\"0143\",\"tid\":4016,\"token\":\"01234567890123456780\",\"units\":"
	    "635}";
	struct world *w = *state;
	struct bt_sale_row row;
	struct bt_unsent unsent;
	char id[37];
	assert_int_equal(open_world(w), BT_OK);
	assert_int_equal(fixture_put(&w->f, BT_EVENT_RECOVERED, 80, body), BT_OK);
	assert_int_equal(bt_journal_sale(w->f.journal, fixture_sale_id(80, id), &row), BT_OK);
	assert_int_equal(row.stage, BT_STAGE_TOKENED);
	assert_int_equal(row.amount, 50000);
	assert_string_equal(row.token, "01234567890123456789");
	assert_true(bt_journal_tid_used(w->f.journal, FIXTURE_METER, 4000));
	assert_int_equal(bt_journal_unsent(w->f.journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, SALES + 1);
	/* What another terminal issued is not this one's to answer for (PROTOCOL L1). */
	assert_int_equal(fixture_put(&w->f, BT_EVENT_RECOVERED, 83, foreign), BT_OK);
	assert_int_equal(bt_journal_sale(w->f.journal, fixture_sale_id(83, id), &row), BT_OK);
	assert_int_equal(bt_journal_used(w->f.journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, SALES + 1);
	assert_true(unsent.oldest_ms > 1000);
	/* One that the record has is not brought back again, and its TID is burned. */
	assert_int_equal(fixture_put(&w->f, BT_EVENT_RECOVERED, 80, body), BT_ESTATE);
	assert_int_equal(fixture_put(&w->f, BT_EVENT_RECOVERED, 1, body), BT_ESTATE);
	assert_int_equal(fixture_put_paid(&w->f, 81, 4000), BT_ESTATE);
	assert_int_equal(fixture_put(&w->f, BT_EVENT_RECOVERED, 82, "{\"amount_paise\":5}"), BT_EINPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(follows_every_put, make, end),
	    cmocka_unit_test_setup_teardown(torn_mirror_is_completed, make, end),
	    cmocka_unit_test_setup_teardown(rotten_mirror_is_found_and_made_good, make, end),
	    cmocka_unit_test_setup_teardown(pulled_stick_stops_nothing, make, end),
	    cmocka_unit_test_setup_teardown(required_mirror_bars_new_sales_only, make, end),
	    cmocka_unit_test_setup_teardown(from_the_mirror, make, end),
	    cmocka_unit_test_setup_teardown(not_begun_anew_beside_a_mirror, make, end),
	    cmocka_unit_test_setup_teardown(from_the_database_when_the_head_file_is_gone, make, end),
	    cmocka_unit_test_setup_teardown(what_is_lost_is_known, make, end),
	    cmocka_unit_test_setup_teardown(what_lost_sales_took_is_written_down, make, end),
	    cmocka_unit_test_setup_teardown(lost_sales_behind_a_rotten_frame_count, make, end),
	    cmocka_unit_test_setup_teardown(epoch_of_an_earlier_version_is_read, make, end),
	    cmocka_unit_test_setup_teardown(what_the_head_end_holds_is_counted, make, end),
	    cmocka_unit_test_setup_teardown(old_copy_stays_shut_until_brought_back, make, end),
	    cmocka_unit_test_setup_teardown(mirror_rotten_in_the_middle_is_put_away, make, end),
	    cmocka_unit_test_setup_teardown(what_came_after_the_stick_was_pulled_is_brought_back, make, end),
	    cmocka_unit_test_setup_teardown(rot_in_both_at_different_places, make, end),
	    cmocka_unit_test_setup_teardown(the_same_event_rotten_everywhere, make, end),
	    cmocka_unit_test_setup_teardown(from_an_export, make, end),
	    cmocka_unit_test_setup_teardown(refused, make, end),
	    cmocka_unit_test_setup_teardown(two_lives_are_not_mixed, make, end),
	    cmocka_unit_test_setup_teardown(cut_at_each_operation, make, end),
	    cmocka_unit_test_setup_teardown(cut_behind_a_torn_mark, make, end),
	    cmocka_unit_test_setup_teardown(from_paper, make, end),
	};
	return cmocka_run_group_tests_name("journal recovery", tests, NULL, NULL);
}
