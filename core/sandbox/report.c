#include "core/sandbox/report.h"

#include <jansson.h>
#include <stdio.h>

static json_t *text_or_null(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	return text ? json_string(text) : json_null();
}

/* Printed row by row: a million consumers need not be one document in memory. */
static void print_item(json_t *item, bool *is_first)
{
	fputs(*is_first ? "\n" : ",\n", stdout);
	*is_first = false;
	json_dumpf(item, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(item);
}

static sqlite3_stmt *ask_consumers(struct bt_sbx *sbx)
{
	return bt_sbx_store_ask(sbx->db, "SELECT number, meter, name_en, kind, note FROM consumers ORDER BY rowid", "");
}

int bt_sbx_report_consumers_json(struct bt_sbx *sbx)
{
	bool is_first = true;
	sqlite3_stmt *row = ask_consumers(sbx);
	fputs("[", stdout);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:o, s:o, s:o, s:o}", "number", text_or_null(row, 0), "meter",
				     text_or_null(row, 1), "name", text_or_null(row, 2), "kind", text_or_null(row, 3),
				     "note", text_or_null(row, 4)),
			   &is_first);
	sqlite3_finalize(row);
	fputs("\n]\n", stdout);
	return row ? 0 : 1;
}

int bt_sbx_report_consumers_table(struct bt_sbx *sbx)
{
	sqlite3_stmt *row = ask_consumers(sbx);
	printf("%-13s %-12s %-10s %-18s %s\n", "number", "meter", "kind", "note", "name");
	while (row && sqlite3_step(row) == SQLITE_ROW)
		printf("%-13s %-12s %-10s %-18s %s\n", sqlite3_column_text(row, 0), sqlite3_column_text(row, 1),
		       sqlite3_column_text(row, 3), sqlite3_column_text(row, 4), sqlite3_column_text(row, 2));
	sqlite3_finalize(row);
	return row ? 0 : 1;
}

/* Every KRN and base date that a meter here may hold or be changed to; one key stands behind all of one DKGA. */
static void print_vending_key(const char *dkga, const uint8_t *key, size_t len)
{
	static const int bases[] = {1993, 2014};
	for (int krn = 1; krn <= 9; krn++)
		for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
			printf("sgc=%s;krn=%d;kt=2;base=%d;ken=255;dkga=%s ", BT_SBX_SGC, krn, bases[i], dkga);
			for (size_t at = 0; at < len; at++)
				printf("%02x", key[at]);
			printf("\n");
		}
}

int bt_sbx_report_vending_keys(struct bt_sbx *sbx)
{
	print_vending_key("02", sbx->vending.des, sizeof sbx->vending.des);
	print_vending_key("04", sbx->vending.wide, sizeof sbx->vending.wide);
	return 0;
}

#define POSTED "FROM sales WHERE state='committed'"

int bt_sbx_report_ledger_json(struct bt_sbx *sbx)
{
	bool is_first = true;
	/* One transaction, so that the sums and the rows are of one moment while the server runs. */
	if (!bt_sbx_store_run(sbx->db, "BEGIN", ""))
		return 1;
	int64_t count = bt_sbx_store_count(sbx->db, 0, "SELECT count(*) " POSTED, "");
	int64_t paise = bt_sbx_store_count(sbx->db, 0, "SELECT sum(paise) " POSTED, "");
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db,
	    "SELECT sale_id, meter, token, paise, units, delivery, connection, terminal, exception " POSTED
	    " ORDER BY place",
	    "");
	printf("{\"sales\":%lld,\"paise\":%lld,\"entries\":[", (long long)count, (long long)paise);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "sale_id", text_or_null(row, 0),
				     "meter", text_or_null(row, 1), "token", text_or_null(row, 2), "paise",
				     (json_int_t)sqlite3_column_int64(row, 3), "units",
				     (json_int_t)sqlite3_column_int64(row, 4), "delivery", text_or_null(row, 5),
				     "connection", text_or_null(row, 6), "terminal", text_or_null(row, 7), "exception",
				     text_or_null(row, 8)),
			   &is_first);
	sqlite3_finalize(row);
	bt_sbx_store_rollback(sbx->db);
	fputs("\n]}\n", stdout);
	return row ? 0 : 1;
}

int bt_sbx_report_ledger_table(struct bt_sbx *sbx)
{
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db,
					     "SELECT sale_id, connection, delivery, paise, units, coalesce(token, '-'),"
					     " terminal, coalesce(exception, '') " POSTED " ORDER BY place",
					     "");
	printf("%-36s %-12s %-8s %10s %8s %-20s %-4s %s\n", "sale", "connection", "delivery", "paise", "units/10",
	       "token", "term", "exception");
	while (row && sqlite3_step(row) == SQLITE_ROW)
		printf("%-36s %-12s %-8s %10lld %8lld %-20s %-4s %s\n", sqlite3_column_text(row, 0),
		       sqlite3_column_text(row, 1), sqlite3_column_text(row, 2),
		       (long long)sqlite3_column_int64(row, 3), (long long)sqlite3_column_int64(row, 4),
		       sqlite3_column_text(row, 5), sqlite3_column_text(row, 6), sqlite3_column_text(row, 7));
	sqlite3_finalize(row);
	return row ? 0 : 1;
}
