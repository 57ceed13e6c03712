/* How SQLite runs the journal's statements: what is looked for is found in an index, and a row that is written costs no
 * table made for the moment.
 *
 * rooms: core/journal core/base core/money
 * Source: EXPLAIN and EXPLAIN QUERY PLAN of the SQLite at hand. */
#include "tests/unit/journal_fixture.h"

#include "core/journal/schema.h"

static const char *const sql_of[BT_STMT_COUNT] = {
#define STATEMENT_SQL(id, sql) [id] = sql,
    BT_STATEMENTS(STATEMENT_SQL)
#undef STATEMENT_SQL
};

static int make(void **state)
{
	static struct fixture f;
	fixture_make(&f);
	*state = &f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	return 0;
}

static void open_store(struct fixture *f, struct bt_store *store)
{
	assert_int_equal(bt_store_open(store, bt_disk_system(), f->dir, true, &f->fault), BT_OK);
	assert_int_equal(bt_schema_check(store, &f->fault), BT_OK);
}

static sqlite3_stmt *explain(struct bt_store *store, const char *how, const char *sql)
{
	char text[4096];
	sqlite3_stmt *statement = NULL;
	int len = snprintf(text, sizeof text, "%s %s", how, sql);
	assert_true(len > 0 && (size_t)len < sizeof text);
	assert_int_equal(sqlite3_prepare_v2(store->db, text, -1, &statement, NULL), SQLITE_OK);
	return statement;
}

static int count_ops(struct bt_store *store, enum bt_statement id, const char *op)
{
	sqlite3_stmt *statement = explain(store, "EXPLAIN", sql_of[id]);
	int count = 0;
	while (sqlite3_step(statement) == SQLITE_ROW)
		count += strcmp((const char *)sqlite3_column_text(statement, 1), op) == 0;
	sqlite3_finalize(statement);
	return count;
}

/* Every row written is held against the condition of each index. */
static void writing_makes_no_table(void **state)
{
	static const enum bt_statement writing[] = {BT_STMT_INSERT,   BT_STMT_SALE_STORE, BT_STMT_SALE_MOVE,
						    BT_STMT_MARK_SET, BT_STMT_PEER_SET,   BT_STMT_TID,
						    BT_STMT_METER_USE};
	struct fixture *f = *state;
	struct bt_store store;
	open_store(f, &store);
	for (size_t i = 0; i < sizeof writing / sizeof *writing; i++) {
		assert_true(count_ops(&store, writing[i], "Halt") > 0);
		assert_int_equal(count_ops(&store, writing[i], "OpenEphemeral"), 0);
	}
	bt_store_close(&store);
}

/* A move leaves the indexes alone that hold nothing which moves. */
static void moving_writes_few_indexes(void **state)
{
	struct fixture *f = *state;
	struct bt_store store;
	open_store(f, &store);
	assert_true(count_ops(&store, BT_STMT_SALE_STORE, "IdxInsert") >= 10);
	assert_true(count_ops(&store, BT_STMT_SALE_MOVE, "IdxInsert") <= 5);
	bt_store_close(&store);
}

/* The index, or the key, by which it finds what it looks for; two of a union. */
static void looking_uses_its_index(void **state)
{
	static const struct {
		enum bt_statement id;
		const char *by, *also;
	} expected[] = {
	    {BT_STMT_EVENT, "PRIMARY KEY", NULL},
	    {BT_STMT_NEWEST, "event_by_kind", NULL},
	    {BT_STMT_NEXT, "event_by_kind", NULL},
	    {BT_STMT_HANDED_SALE, "event_by_handed_sale", NULL},
	    {BT_STMT_HANDED_DOCKET, "event_by_docket", NULL},
	    {BT_STMT_SALE_EVENTS, "event_by_sale", NULL},
	    {BT_STMT_SALE, "PRIMARY KEY", NULL},
	    {BT_STMT_SALE_MOVE, "PRIMARY KEY", NULL},
	    {BT_STMT_RECEIPT, "sale_by_receipt", NULL},
	    {BT_STMT_ALL, "INDEX sale_by_seq", NULL},
	    {BT_STMT_UNSETTLED, "INDEX sale_unsent", NULL},
	    {BT_STMT_OPEN, "INDEX sale_open", NULL},
	    {BT_STMT_OF_METER, "sale_by_meter (meter=?", "sale_by_connection (connection=?"},
	    {BT_STMT_IN_DOUBT, "sale_by_meter (meter=?", NULL},
	    {BT_STMT_TENDERED, "INDEX sale_tendered", NULL},
	    {BT_STMT_UNSENT, "COVERING INDEX sale_unsent", NULL},
	    {BT_STMT_USED, "COVERING INDEX sale_unsent", NULL},
	    {BT_STMT_NEXT_PENDING, "sale_pending (delivery=? AND paid_seq>?)", NULL},
	    {BT_STMT_COVERED, "sale USING PRIMARY KEY", "event USING INTEGER PRIMARY KEY"},
	    {BT_STMT_LEFT_OVER, "sale_unsent (paid_seq>? AND paid_seq<?)", NULL},
	    {BT_STMT_OPEN_WITHIN, "sale_open (paid_seq>?", "sale_tendered (paid_seq>?"},
	    {BT_STMT_OPEN_WITHIN_COUNT, "sale_open (paid_seq>?", NULL},
	    {BT_STMT_BANK_WITHIN_COUNT, "sale_tendered (paid_seq>?", NULL},
	    {BT_STMT_UNDER_WAY, "INDEX sale_open", NULL},
	    {BT_STMT_OPEN_COUNT, "INDEX sale_open", NULL},
	    {BT_STMT_EXCEPTIONS, "event_by_kind", NULL},
	    {BT_STMT_SALE_EXCEPTIONS, "event_by_sale", NULL},
	    {BT_STMT_METER_USE, "sale_by_meter (meter=? AND paid_at>?)", NULL},
	    {BT_STMT_TID, "COVERING INDEX sale_by_tid", NULL},
	    {BT_STMT_SHIFT, "COVERING INDEX sale_by_shift", NULL},
	};
	struct fixture *f = *state;
	struct bt_store store;
	open_store(f, &store);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		char plan[1024] = "";
		sqlite3_stmt *statement = explain(&store, "EXPLAIN QUERY PLAN", sql_of[expected[i].id]);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			size_t len = strlen(plan);
			snprintf(plan + len, sizeof plan - len, "%s\n",
				 (const char *)sqlite3_column_text(statement, 3));
		}
		sqlite3_finalize(statement);
		if (!strstr(plan, expected[i].by) || (expected[i].also && !strstr(plan, expected[i].also)))
			fail_msg("%s\n%s", sql_of[expected[i].id], plan);
	}
	bt_store_close(&store);
}

/* A statement whose plan hangs on what is bound would be compiled each time that it is bound. */
static void asking_compiles_once(void **state)
{
	static const char *const kinds[] = {"paid", "delivered", "printed", "delivered"};
	static const enum bt_statement ids[] = {BT_STMT_NEWEST, BT_STMT_NEXT, BT_STMT_NEWEST_SALE};
	struct fixture *f = *state;
	struct bt_store store;
	open_store(f, &store);
	for (size_t id = 0; id < sizeof ids / sizeof *ids; id++)
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
			sqlite3_stmt *statement = bt_store_statement(&store, ids[id]);
			assert_non_null(statement);
			assert_int_equal(bt_store_bind_text(statement, 1, kinds[i]), SQLITE_OK);
			assert_int_equal(bt_store_run(statement), SQLITE_OK);
			assert_int_equal(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0), 0);
		}
	bt_store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(writing_makes_no_table, make, end),
	    cmocka_unit_test_setup_teardown(moving_writes_few_indexes, make, end),
	    cmocka_unit_test_setup_teardown(looking_uses_its_index, make, end),
	    cmocka_unit_test_setup_teardown(asking_compiles_once, make, end),
	};
	return cmocka_run_group_tests_name("journal plans", tests, NULL, NULL);
}
