/* Damage to either record: each flipped bit, cut, edit, exchange and older copy is found before anything is sold.
 *
 * rooms: core/journal core/base core/money */
#include "tests/unit/journal_fixture.h"

#include <stdbool.h>
#include <sys/wait.h>

#include "core/journal/frames.h"

#define SALES 6

/* A journal of 1 + 2 * SALES events, closed. */
static int make(void **state)
{
	static struct fixture f;
	fixture_make(&f);
	assert_int_equal(fixture_open(&f), BT_OK);
	for (int i = 1; i <= SALES; i++) {
		assert_int_equal(fixture_put_paid(&f, i, 16 * i), BT_OK);
		assert_int_equal(fixture_put_tokened(&f, i, 16 * i), BT_OK);
	}
	fixture_close(&f);
	*state = &f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	return 0;
}

/* Open and verify. @return true when either says that the records do not agree. */
static bool is_found(struct fixture *f)
{
	struct bt_journal_report report;
	enum bt_err err = fixture_open(f);
	if (err == BT_OK)
		err = bt_journal_verify(f->journal, &report, NULL);
	fixture_close(f);
	return err == BT_ECORRUPT || err == BT_EDISK || err == BT_EUNSUPPORTED;
}

static void every_bit_of_the_second_record(void **state)
{
	struct fixture *f = *state;
	size_t len = 0;
	uint8_t *head = fixture_load_frames(f, &len);
	for (size_t i = 0; i < len; i++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			head[i] ^= (uint8_t)(1u << bit);
			fixture_save(f, "journal.head", head, len);
			assert_int_equal(fixture_open(f), BT_ECORRUPT);
			head[i] ^= (uint8_t)(1u << bit);
		}
	}
	fixture_save(f, "journal.head", head, len);
	assert_int_equal(fixture_open(f), BT_OK);
	free(head);
}

/* The newest put is one event: its frame may be missing or torn, no other may. */
static void every_length_of_the_second_record(void **state)
{
	struct fixture *f = *state;
	size_t len = 0, now = 0;
	uint8_t *head = fixture_load_frames(f, &len);
	for (size_t cut = 0; cut < len; cut++) {
		fixture_save(f, "journal.head", head, cut);
		enum bt_err err = fixture_open(f);
		assert_int_equal(err, cut < len - BT_FRAME_LEN ? BT_ECORRUPT : BT_OK);
		fixture_close(f);
		uint8_t *again = fixture_load(f, "journal.head", &now);
		if (err == BT_OK) {
			assert_true(now >= len);
			assert_memory_equal(again, head, len);
		} else {
			assert_int_equal(now, cut);
		}
		free(again);
	}
	/* Zeros where the newest frame was to come, as a file system may leave them. */
	memset(head + len - BT_FRAME_LEN, 0, BT_FRAME_LEN);
	fixture_save(f, "journal.head", head, len);
	assert_int_equal(fixture_open(f), BT_OK);
	fixture_close(f);
	memset(head + len - 2 * BT_FRAME_LEN, 0, BT_FRAME_LEN);
	fixture_save(f, "journal.head", head, len);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	free(head);
}

static void frames_exchanged_or_added(void **state)
{
	struct fixture *f = *state;
	size_t len = 0;
	uint8_t *head = fixture_load_frames(f, &len), frame[BT_FRAME_LEN];
	memcpy(frame, head + BT_FRAME_LEN, sizeof frame);
	memmove(head + BT_FRAME_LEN, head + 2 * BT_FRAME_LEN, BT_FRAME_LEN);
	memcpy(head + 2 * BT_FRAME_LEN, frame, sizeof frame);
	fixture_save(f, "journal.head", head, len);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	memcpy(head + 2 * BT_FRAME_LEN, head + BT_FRAME_LEN, BT_FRAME_LEN);
	memcpy(head + BT_FRAME_LEN, frame, sizeof frame);

	/* A whole frame beyond the database: the database has lost an event. */
	struct bt_frame more = {.seq = 2 * SALES + 2, .kind = BT_EVENT_PAID, .amount = 1};
	uint8_t *longer = malloc(len + BT_FRAME_LEN);
	assert_non_null(longer);
	memcpy(longer, head, len);
	bt_frame_encode(&more, longer + len);
	fixture_save(f, "journal.head", longer, len + BT_FRAME_LEN);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	/* And so has one that only began: the commit came first. */
	fixture_save(f, "journal.head", longer, len + 20);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	free(longer);
	free(head);
}

/* Flip a bit in every event's content: bodies, hashes and signatures lie in the file as they are. */
static void bits_of_events(void **state)
{
	struct fixture *f = *state;
	size_t len = 0;
	int flips = 0;
	uint8_t *db = fixture_load(f, "journal.db", &len);
	for (size_t i = 0; i + 32 < len; i++) {
		if (memcmp(db + i, "\"amount_paise\":5", 16) != 0 && memcmp(db + i, "\"issued_by\":\"ter", 16) != 0)
			continue;
		/* The body, and around it time, kind, the hashes and the signature of the row. */
		for (size_t at = i - 50; at < i + 900 && at < len; at += 17) {
			db[at] ^= 1;
			fixture_save(f, "journal.db", db, len);
			if (db[at] == 0 || db[at] == 1) { /* may be unused space: then nothing has changed */
				(void)is_found(f);
			} else {
				assert_true(is_found(f));
				flips++;
			}
			db[at] ^= 1;
		}
	}
	assert_true(flips > 300);
	fixture_save(f, "journal.db", db, len);
	assert_false(is_found(f));
	free(db);
}

/* Change every "from" of the database file into "to" of the same length; returns how many. */
static int edit(struct fixture *f, const char *from, const char *to)
{
	size_t len = 0, n = strlen(from);
	int count = 0;
	uint8_t *db = fixture_load(f, "journal.db", &len);
	for (size_t i = 0; i + n <= len; i++) {
		if (memcmp(db + i, from, n) == 0) {
			memcpy(db + i, to, n);
			count++;
		}
	}
	fixture_save(f, "journal.db", db, len);
	free(db);
	return count;
}

static void edits_of_content(void **state)
{
	static const char *const pairs[][2] = {
	    {"\"amount_paise\":50001", "\"amount_paise\":90001"},
	    {"\"operator\":\"rina\"", "\"operator\":\"jha!\""},
	    {"\"token\":\"00000000000000000005\"", "\"token\":\"00000000000000000006\""},
	    {"0142-0611-002-4", "0142-0611-012-4"},
	};
	struct fixture *f = *state;
	size_t len = 0;
	uint8_t *db = fixture_load(f, "journal.db", &len);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_true(edit(f, pairs[i][0], pairs[i][1]) > 0);
		assert_true(is_found(f));
		fixture_save(f, "journal.db", db, len);
	}
	assert_false(is_found(f));
	free(db);
}

/* A projected row that is not as it was written is found at the next start. */
static void edit_of_a_projected_row(void **state)
{
	struct fixture *f = *state;
	assert_true(edit(f, "00000000000000000005token", "00000000000000000007token") == 1);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	assert_non_null(strstr(f->fault.what, "sales differ"));
	assert_true(edit(f, "00000000000000000007token", "00000000000000000005token") == 1);
	assert_int_equal(fixture_open(f), BT_OK);
}

/* A condition of an index decides what counts as unsent: the schema is held against the one this program makes. */
static void edit_of_the_schema(void **state)
{
	struct fixture *f = *state;
	assert_true(edit(f, "((3168>>stage)&1)=0", "((3152>>stage)&1)=0") == 1);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
}

/* An entry lost to an index hides a row from a total without changing the row. */
static void edit_of_an_index(void **state)
{
	struct fixture *f = *state;
	char id[37];
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_EXCEPTION, 3, "{\"code\":\"over_cap\"}"), BT_OK);
	fixture_close(f);
	size_t len = 0;
	int found = 0;
	uint8_t *db = fixture_load(f, "journal.db", &len);
	fixture_sale_id(3, id);
	/* Every copy of the id lies in a row or in an index, of events or of sales. */
	for (size_t i = 0; i + 36 <= len; i++) {
		if (memcmp(db + i, id, 36) != 0)
			continue;
		db[i + 35] ^= 0x08;
		fixture_save(f, "journal.db", db, len);
		assert_int_equal(fixture_open(f), BT_ECORRUPT);
		db[i + 35] ^= 0x08;
		found++;
	}
	free(db);
	assert_true(found >= 10);
}

/* What was handed out for others is found by index: an entry that is another would hand it out again. */
static void edit_of_what_was_handed_out(void **state)
{
	static const char body[] = "{\"docket\":\"D-0143-0611-002-5\",\"sale_id\":"
				   "\"019a9f00-0000-7000-8000-00000000abcd\"}";
	static const char *const texts[] = {"019a9f00-0000-7000-8000-00000000abcd", "D-0143-0611-002-5"};
	struct fixture *f = *state;
	size_t len = 0;
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(fixture_put(f, BT_EVENT_DELIVERED, 0, body), BT_OK);
	fixture_close(f);
	uint8_t *db = fixture_load(f, "journal.db", &len);
	for (size_t text = 0; text < sizeof texts / sizeof *texts; text++) {
		size_t text_len = strlen(texts[text]);
		int found = 0;
		for (size_t i = 0; i + text_len <= len; i++) {
			if (memcmp(db + i, texts[text], text_len) != 0)
				continue;
			db[i + text_len - 1] ^= 0x01;
			fixture_save(f, "journal.db", db, len);
			assert_int_equal(fixture_open(f), BT_ECORRUPT);
			db[i + text_len - 1] ^= 0x01;
			found++;
		}
		assert_int_equal(found, 2);
	}
	free(db);
}

/* Two events exchanged whole: same length, so their bytes can trade places. */
static void events_exchanged(void **state)
{
	struct fixture *f = *state;
	char one[1024], two[1024];
	fixture_paid(1, 16, one);
	fixture_paid(2, 32, two);
	size_t n = strlen(one), len = 0, at_one = 0, at_two = 0;
	assert_int_equal(n, strlen(two));
	uint8_t *db = fixture_load(f, "journal.db", &len);
	for (size_t i = 0; i + n <= len; i++) {
		if (memcmp(db + i, one, n) == 0)
			at_one = i;
		if (memcmp(db + i, two, n) == 0)
			at_two = i;
	}
	assert_true(at_one && at_two);
	/* prev_hash, hash and signature follow the body in the row */
	memcpy(one, db + at_one, n + 128);
	memcpy(db + at_one, db + at_two, n + 128);
	memcpy(db + at_two, one, n + 128);
	fixture_save(f, "journal.db", db, len);
	free(db);
	assert_true(is_found(f));
}

static void older_copy_put_back(void **state)
{
	struct fixture *f = *state;
	size_t len = 0;
	uint8_t *db = fixture_load(f, "journal.db", &len);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(fixture_put_paid(f, 90, 1600), BT_OK);
	fixture_close(f);
	fixture_save(f, "journal.db", db, len);
	free(db);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	/* Without any database the second record still says that there was one. */
	char path[128];
	fixture_path(f, "journal.db", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
}

static void second_record_gone(void **state)
{
	struct fixture *f = *state;
	char path[128];
	fixture_path(f, "journal.head", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
}

/* A process that dies leaves its log; a log cut short loses events without SQLite noticing. */
static void log_cut_short(void **state)
{
	struct fixture *f = *state;
	size_t len = 0, db_len = 0, head_len = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		bool good = fixture_open(f) == BT_OK;
		for (int i = 50; i < 54; i++)
			good = good && fixture_put_paid(f, i, 16 * i) == BT_OK;
		_exit(good ? 0 : 1);
	}
	int status = 1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	uint8_t *log = fixture_load(f, "journal.db-wal", &len), *db = fixture_load(f, "journal.db", &db_len),
		*head = fixture_load_frames(f, &head_len);
	assert_true(len > 8 * 4096);
	for (size_t cut = 0; cut < len; cut += 1021) {
		fixture_save(f, "journal.db", db, db_len);
		fixture_save(f, "journal.db-wal", log, cut);
		assert_int_equal(fixture_open(f), BT_ECORRUPT);
	}
	for (size_t at = 24; at < len; at += 509) {
		fixture_save(f, "journal.db", db, db_len);
		log[at] ^= 4;
		fixture_save(f, "journal.db-wal", log, len);
		log[at] ^= 4;
		assert_true(is_found(f));
	}
	fixture_save(f, "journal.db", db, db_len);
	fixture_save(f, "journal.db-wal", log, len);
	fixture_save(f, "journal.head", head, head_len);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_journal_head(f->journal).seq, 1 + 2 * SALES + 4);
	free(log);
	free(db);
	free(head);
}

static void not_a_database(void **state)
{
	struct fixture *f = *state;
	uint8_t junk[8192];
	memset(junk, 'x', sizeof junk);
	fixture_save(f, "journal.db", junk, sizeof junk);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
}

/* A page that reads right and names room where it holds something: the next put would write over it. */
static void a_page_that_lies_about_its_room(void **state)
{
	struct fixture *f = *state;
	size_t len = 0, lies = 0;
	uint8_t *database = fixture_load(f, "journal.db", &len);
	assert_true(len > 4096 && database[16] == 0x10 && database[17] == 0); /* pages of 4096 bytes */
	for (size_t page = 0; page < len; page += 4096) {
		uint8_t *header = database + page + (page == 0 ? 100 : 0); /* file format 1.6 */
		bool leaf = header[0] == 0x0a || header[0] == 0x0d;
		if (!leaf || (header[3] == 0 && header[4] == 0))
			continue;
		int start = header[5] << 8 | header[6];
		header[5] = (uint8_t)((start + 1) >> 8);
		header[6] = (uint8_t)(start + 1);
		fixture_save(f, "journal.db", database, len);
		assert_int_equal(fixture_open(f), BT_ECORRUPT);
		header[5] = (uint8_t)(start >> 8);
		header[6] = (uint8_t)start;
		lies++;
	}
	fixture_save(f, "journal.db", database, len);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_true(lies >= 8);
	free(database);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_bit_of_the_second_record, make, end),
	    cmocka_unit_test_setup_teardown(every_length_of_the_second_record, make, end),
	    cmocka_unit_test_setup_teardown(frames_exchanged_or_added, make, end),
	    cmocka_unit_test_setup_teardown(bits_of_events, make, end),
	    cmocka_unit_test_setup_teardown(edits_of_content, make, end),
	    cmocka_unit_test_setup_teardown(edit_of_a_projected_row, make, end),
	    cmocka_unit_test_setup_teardown(edit_of_the_schema, make, end),
	    cmocka_unit_test_setup_teardown(edit_of_an_index, make, end),
	    cmocka_unit_test_setup_teardown(edit_of_what_was_handed_out, make, end),
	    cmocka_unit_test_setup_teardown(a_page_that_lies_about_its_room, make, end),
	    cmocka_unit_test_setup_teardown(events_exchanged, make, end),
	    cmocka_unit_test_setup_teardown(older_copy_put_back, make, end),
	    cmocka_unit_test_setup_teardown(second_record_gone, make, end),
	    cmocka_unit_test_setup_teardown(log_cut_short, make, end),
	    cmocka_unit_test_setup_teardown(not_a_database, make, end),
	};
	return cmocka_run_group_tests_name("journal damage", tests, NULL, NULL);
}
