/* Epochs between the record and the head-end: a recovered terminal goes on, also when it lost what the head-end holds;
 * a copy of a terminal is noticed.
 *
 * rooms: core/sandbox core/journal core/base core/money
 * Rules: PROTOCOL J1, H1, L4. */
#include "tests/unit/epoch_fixture.h"

struct copy {
	uint8_t *db, *head;
	size_t db_len, head_len;
};

static void take_copy(struct world *w, struct copy *copy)
{
	fixture_close(&w->f);
	copy->db = fixture_load(&w->f, "journal.db", &copy->db_len);
	copy->head = fixture_load(&w->f, "journal.head", &copy->head_len);
	assert_int_equal(fixture_open(&w->f), BT_OK);
}

static void put_back(struct world *w, const struct copy *copy)
{
	fixture_close(&w->f);
	fixture_save(&w->f, "journal.db", copy->db, copy->db_len);
	fixture_save(&w->f, "journal.head", copy->head, copy->head_len);
	free(copy->db);
	free(copy->head);
}

static void recover(struct world *w)
{
	struct bt_journal_options options = fixture_options(&w->f);
	struct bt_recovery recovery;
	fixture_close(&w->f);
	assert_int_equal(bt_journal_recover(&options, NULL, &recovery, &w->f.fault), BT_OK);
	assert_int_equal(fixture_open(&w->f), BT_OK);
}

/* Nothing was lost: the new epoch goes on where the head-end stands, over what it had not had yet. */
static void goes_on_after_a_recovery(void **state)
{
	struct world *w = *state;
	put_signs(w, 4);
	upload_all(w);
	put_signs(w, 3);
	recover(w);
	put_signs(w, 2);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142'"), 11);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	assert_int_equal(count(w, "SELECT value FROM meta WHERE name='epoch.0142'"), 2);
}

/* A disk image put back and recovered: the head-end holds more. Its records are put away, none is overwritten. */
static void goes_on_after_a_loss(void **state)
{
	struct world *w = *state;
	struct copy old;
	put_signs(w, 4);
	take_copy(w, &old);
	put_signs(w, 5);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events"), 10);
	put_back(w, &old);
	recover(w);
	put_signs(w, 2);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142/1'"), 5);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142'"), 8);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	/* Twice lost, the second time before anything of the second life was sent. */
	recover(w);
	recover(w);
	put_signs(w, 1);
	upload_all(w);
	assert_int_equal(count(w, "SELECT value FROM meta WHERE name='epoch.0142'"), 4);
}

/* A disk image put back and simply used: two heads in one epoch. */
static void copy_is_a_fork(void **state)
{
	struct world *w = *state;
	struct copy old;
	struct bt_head head;
	put_signs(w, 2);
	take_copy(w, &old);
	put_signs(w, 2);
	upload_all(w);
	put_back(w, &old);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	put_signs(w, 1);
	assert_int_equal(upload(w, 3, 10, &head), 409);
	assert_int_equal(upload(w, 3, 10, &head), 409);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='fork' AND terminal='0142'"), 1);
	assert_int_equal(count(w, "SELECT count(*) FROM events"), 5);
}

/* The terminal was recovered, and then the old disk sells on. */
static void life_gone_by_is_noticed(void **state)
{
	struct world *w = *state;
	struct copy old;
	struct bt_head head;
	put_signs(w, 2);
	take_copy(w, &old);
	recover(w);
	upload_all(w);
	put_back(w, &old);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	put_signs(w, 1);
	assert_int_equal(upload(w, 0, 10, &head), 409);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='epoch' AND terminal='0142'"), 1);
}

/* A request of the life before that was days on its way: refused, and no copy of the terminal is behind it. */
static void late_upload_is_no_copy(void **state)
{
	struct world *w = *state;
	struct copy old;
	struct bt_head head;
	put_signs(w, 2);
	upload_all(w);
	take_copy(w, &old);
	recover(w);
	put_signs(w, 1);
	upload_all(w);
	put_back(w, &old);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	assert_int_equal(upload(w, 0, 10, &head), 409);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
}

/* What paper brought back is nobody's sale to the ledger until a person has seen to it. */
static void paper_is_named(void **state)
{
	struct world *w = *state;
	assert_int_equal(
	    fixture_put(&w->f, BT_EVENT_RECOVERED, 80,
			"{\"amount_paise\":50000,\"dues_paise\":0,\"meter\":\"04740015298\",\"paid_at\":"
			"1795000000000,\"record\":\"RC1:ABC\",\"terminal\":\"0142\",\"tid\":4000,\"token\":"
			"\"01234567890123456789\",\"units\":635}"),
	    BT_OK);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='paid_missing'"
				  " AND detail LIKE '%RC1:ABC%'"),
			 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(goes_on_after_a_recovery, make, end),
	    cmocka_unit_test_setup_teardown(goes_on_after_a_loss, make, end),
	    cmocka_unit_test_setup_teardown(copy_is_a_fork, make, end),
	    cmocka_unit_test_setup_teardown(life_gone_by_is_noticed, make, end),
	    cmocka_unit_test_setup_teardown(late_upload_is_no_copy, make, end),
	    cmocka_unit_test_setup_teardown(paper_is_named, make, end),
	};
	return cmocka_run_group_tests_name("journal epoch", tests, NULL, NULL);
}
