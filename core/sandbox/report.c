#include "core/sandbox/report.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/sandbox/clock.h"

static json_t *text_or_null(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	return text ? json_string(text) : json_null();
}

static json_t *number_or_null(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? json_null()
							       : json_integer(sqlite3_column_int64(row, column));
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
	return bt_sbx_store_ask(sbx->db,
				"SELECT number, meter, name_en, kind, note, name_hi, dues FROM consumers"
				" ORDER BY rowid",
				"");
}

int bt_sbx_report_consumers_json(struct bt_sbx *sbx)
{
	bool is_first = true;
	sqlite3_stmt *row = ask_consumers(sbx);
	fputs("[", stdout);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "number", text_or_null(row, 0), "meter",
				     text_or_null(row, 1), "name", text_or_null(row, 2), "kind", text_or_null(row, 3),
				     "note", text_or_null(row, 4), "name_hi", text_or_null(row, 5), "dues_paise",
				     (json_int_t)sqlite3_column_int64(row, 6)),
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

/* ---- the ledger ---- */

#define POSTED "FROM sales WHERE state='committed'"

/* Whose record says how a sale was paid: its owner's where it has come. */
#define TENDERS                                                                                                        \
	"FROM sales s LEFT JOIN paid p ON p.sale_id=s.sale_id,"                                                        \
	" json_each(coalesce(p.sale, s.sale), '$.tenders') t WHERE s.state='committed'"

/* The first tender of a sale and what it is known by elsewhere. */
#define RECORD_OF_SALE "coalesce((SELECT p.sale FROM paid p WHERE p.sale_id=sales.sale_id), sales.sale)"
#define PAID_BY                                                                                                        \
	"json_extract(" RECORD_OF_SALE ",'$.tenders[0].kind'), json_extract(" RECORD_OF_SALE                           \
	",'$.tenders[0].reference')"

/* Sums by tender; of sales whose record names none, such as those known from a docket, "". */
static sqlite3_stmt *ask_tenders(struct bt_sbx *sbx)
{
	return bt_sbx_store_ask(
	    sbx->db,
	    "SELECT json_extract(t.value,'$.kind'), count(*), sum(json_extract(t.value,'$.paise')) " TENDERS
	    " GROUP BY 1 UNION ALL SELECT '', count(*), sum(s.paise) FROM sales s LEFT JOIN"
	    " paid p ON p.sale_id=s.sale_id WHERE s.state='committed' AND"
	    " coalesce(json_array_length(coalesce(p.sale, s.sale),'$.tenders'),0)=0"
	    " HAVING count(*)>0 ORDER BY 1",
	    "");
}

/* Money that has come and for which nothing was given yet is stuck. */
static sqlite3_stmt *ask_payments(struct bt_sbx *sbx)
{
	return bt_sbx_store_ask(
	    sbx->db,
	    "SELECT payment_id, sale_id, terminal, way, status, attempt, utr, refund, paise, paid_at,"
	    " status='paid' AND refund='' AND NOT EXISTS (SELECT 1 FROM sales s WHERE"
	    " s.sale_id=payments.sale_id AND s.state='committed'), expires_at FROM payments"
	    " ORDER BY place",
	    "");
}

/* One that nobody paid in time. */
static const char *status_of(sqlite3_stmt *row)
{
	const char *status = (const char *)sqlite3_column_text(row, 4);
	bool is_over = bt_sbx_now_ms() >= sqlite3_column_int64(row, 11);
	return strcmp(status, "active") == 0 && is_over ? "expired" : status;
}

static void print_tenders_json(struct bt_sbx *sbx)
{
	bool is_first = true;
	sqlite3_stmt *row = ask_tenders(sbx);
	fputs("\n],\"tenders\":[", stdout);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:I, s:I}", "kind", text_or_null(row, 0), "sales",
				     (json_int_t)sqlite3_column_int64(row, 1), "paise",
				     (json_int_t)sqlite3_column_int64(row, 2)),
			   &is_first);
	sqlite3_finalize(row);
}

static void print_payments_json(struct bt_sbx *sbx)
{
	bool is_first = true;
	sqlite3_stmt *row = ask_payments(sbx);
	fputs("\n],\"payments\":[", stdout);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:b}", "payment_id",
				     text_or_null(row, 0), "sale_id", text_or_null(row, 1), "terminal",
				     text_or_null(row, 2), "way", text_or_null(row, 3), "status", status_of(row),
				     "attempt", text_or_null(row, 5), "utr", text_or_null(row, 6), "refund",
				     text_or_null(row, 7), "paise", (json_int_t)sqlite3_column_int64(row, 8), "paid_at",
				     (json_int_t)sqlite3_column_int64(row, 9), "stuck", sqlite3_column_int(row, 10)),
			   &is_first);
	sqlite3_finalize(row);
}

/* Lines on accounts beside the sales (PROTOCOL S8). */
static sqlite3_stmt *ask_charges(struct bt_sbx *sbx)
{
	return bt_sbx_store_ask(sbx->db,
				"SELECT connection, what, cause, sale_id, of, paise FROM charges ORDER BY place", "");
}

static void print_charges_json(struct bt_sbx *sbx)
{
	bool is_first = true;
	sqlite3_stmt *row = ask_charges(sbx);
	fputs("\n],\"charges\":[", stdout);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:o, s:o, s:o, s:I, s:I}", "connection", text_or_null(row, 0), "what",
				     text_or_null(row, 1), "cause", text_or_null(row, 2), "sale_id",
				     text_or_null(row, 3), "of", (json_int_t)sqlite3_column_int64(row, 4), "paise",
				     (json_int_t)sqlite3_column_int64(row, 5)),
			   &is_first);
	sqlite3_finalize(row);
}

static void print_charges_table(struct bt_sbx *sbx)
{
	sqlite3_stmt *row = ask_charges(sbx);
	printf("\n%-12s %-6s %-6s %-8s %10s %s\n", "connection", "month", "line", "cause", "paise", "sale");
	while (row && sqlite3_step(row) == SQLITE_ROW)
		printf("%-12s %-6lld %-6s %-8s %10lld %s\n", sqlite3_column_text(row, 0),
		       (long long)sqlite3_column_int64(row, 4), sqlite3_column_text(row, 1),
		       sqlite3_column_text(row, 2), (long long)sqlite3_column_int64(row, 5),
		       sqlite3_column_text(row, 3));
	sqlite3_finalize(row);
}

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
	    "SELECT sale_id, meter, token, paise, units, delivery, connection, terminal, exception, " PAID_BY
	    ", tid, (SELECT r.token FROM reissues r WHERE r.sale_id=sales.sale_id) " POSTED " ORDER BY place",
	    "");
	printf("{\"sales\":%lld,\"paise\":%lld,\"entries\":[", (long long)count, (long long)paise);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		print_item(json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sale_id",
				     text_or_null(row, 0), "meter", text_or_null(row, 1), "token", text_or_null(row, 2),
				     "paise", (json_int_t)sqlite3_column_int64(row, 3), "units",
				     (json_int_t)sqlite3_column_int64(row, 4), "delivery", text_or_null(row, 5),
				     "connection", text_or_null(row, 6), "terminal", text_or_null(row, 7), "exception",
				     text_or_null(row, 8), "tender", text_or_null(row, 9), "reference",
				     text_or_null(row, 10), "tid", number_or_null(row, 11), "replaced_by",
				     text_or_null(row, 12)),
			   &is_first);
	sqlite3_finalize(row);
	print_tenders_json(sbx);
	print_payments_json(sbx);
	print_charges_json(sbx);
	bt_sbx_store_rollback(sbx->db);
	fputs("\n]}\n", stdout);
	return row ? 0 : 1;
}

static void print_payments_table(struct bt_sbx *sbx)
{
	sqlite3_stmt *row = ask_tenders(sbx);
	printf("\n%-10s %6s %12s\n", "tender", "sales", "paise");
	while (row && sqlite3_step(row) == SQLITE_ROW)
		printf("%-10s %6lld %12lld\n", sqlite3_column_text(row, 0), (long long)sqlite3_column_int64(row, 1),
		       (long long)sqlite3_column_int64(row, 2));
	sqlite3_finalize(row);
	row = ask_payments(sbx);
	printf("\n%-36s %-36s %-4s %-8s %-7s %10s %-12s %s\n", "payment", "sale", "term", "status", "attempt", "paise",
	       "utr", "");
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		const char *refund = (const char *)sqlite3_column_text(row, 7);
		const char *utr = (const char *)sqlite3_column_text(row, 6);
		printf("%-36s %-36s %-4s %-8s %-7s %10lld %-12s %s%s\n", sqlite3_column_text(row, 0),
		       sqlite3_column_text(row, 1), sqlite3_column_text(row, 2), status_of(row),
		       sqlite3_column_text(row, 5), (long long)sqlite3_column_int64(row, 8), utr ? utr : "-",
		       sqlite3_column_int(row, 10) ? "stuck"
		       : *refund                   ? "refund "
						   : "",
		       refund);
	}
	sqlite3_finalize(row);
}

int bt_sbx_report_ledger_table(struct bt_sbx *sbx)
{
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db,
					     "SELECT sale_id, connection, delivery, paise, units, coalesce((SELECT"
					     " r.token FROM reissues r WHERE r.sale_id=sales.sale_id), token, '-'),"
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
	print_payments_table(sbx);
	print_charges_table(sbx);
	return row ? 0 : 1;
}
