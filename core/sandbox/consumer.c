#include "core/sandbox/consumer.h"

#include <stdio.h>
#include <string.h>

static const struct bt_sbx_note notes[] = {
    {.id = "unknown_to_server", .server_knows_not = true},
    {.id = "blocked",
     .blocked = true,
     .told_blocked = true,
     .reason_en = "Seal found broken, see the section office",
     .reason_hi = "सील टूटी मिली, अनुभाग कार्यालय से मिलें"},
    {.id = "blocked_late",
     .blocked = true,
     .reason_en = "Disputed bill under enquiry",
     .reason_hi = "विवादित बिल की जाँच चल रही है"},
    {.id = "inactive",
     .blocked = true,
     .told_blocked = true,
     .reason_en = "Connection closed",
     .reason_hi = "कनेक्शन बंद है"},
    {.id = "figures", .true_category = "NDS-I"},
    {.id = "not_covered", .without_key = true},
    {.id = "key_changed", .key_changed = true},
    {.id = "key_due", .is_key_due = true},
    {.id = "key_due_ea07", .is_key_due = true, .ea = "07"},
    {.id = "key_roll_over", .is_key_due = true, .old_base = 1993},
    {.id = "ea07", .ea = "07"},
    {.id = "ea07_dkga02", .ea = "07", .dkga = "02"},
    {.id = "long_drn"},
    {.id = "long_drn_ea07", .ea = "07", .dkga = "02"},
    {.id = "month_new", .category = "DS-III", .month_free = 1250},
    {.id = "month_edge", .category = "DS-III", .month_units = 960, .month_fixed = 4000},
    {.id = "month_above", .category = "DS-III", .month_units = 1400, .month_fixed = 4000},
    {.id = "month_remote", .category = "DS-III", .month_units = 400, .month_free = 300},
};

static const struct bt_sbx_note ordinary = {.id = ""};

const struct bt_sbx_note *bt_sbx_note_of(const char *id)
{
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (strcmp(notes[i].id, id) == 0)
			return &notes[i];
	return &ordinary;
}

const char bt_sbx_consumer_columns[] =
    "number,meter,mobile,name_en,name_hi,relation,relative_en,relative_hi,place_en,place_hi,category,kind,note,"
    "takes_token,cut_due,balance,balance_at,dues,dues_daily,free_left,free_of,supply_cut_at,last_recharge,version";

static int64_t read_or_none(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}

void bt_sbx_consumer_read(sqlite3_stmt *row, struct bt_sbx_consumer *out)
{
	struct {
		char *text;
		size_t cap;
	} texts[] = {
	    {out->number, sizeof out->number},
	    {out->meter, sizeof out->meter},
	    {out->mobile, sizeof out->mobile},
	    {out->name_en, sizeof out->name_en},
	    {out->name_hi, sizeof out->name_hi},
	    {out->relation, sizeof out->relation},
	    {out->relative_en, sizeof out->relative_en},
	    {out->relative_hi, sizeof out->relative_hi},
	    {out->place_en, sizeof out->place_en},
	    {out->place_hi, sizeof out->place_hi},
	    {out->category, sizeof out->category},
	    {out->kind, sizeof out->kind},
	    {out->note, sizeof out->note},
	};
	int column = 0;
	for (; column < (int)(sizeof texts / sizeof *texts); column++)
		bt_sbx_column_text(row, column, texts[column].text, texts[column].cap);
	out->takes_token = sqlite3_column_int(row, column++) != 0;
	out->cut_due = sqlite3_column_int(row, column++) != 0;
	out->balance_paise = sqlite3_column_int64(row, column++);
	out->balance_at = sqlite3_column_int64(row, column++);
	out->dues_paise = sqlite3_column_int64(row, column++);
	out->dues_daily_paise = sqlite3_column_int64(row, column++);
	out->free_left = read_or_none(row, column++);
	out->free_of = read_or_none(row, column++);
	out->supply_cut_at = read_or_none(row, column++);
	out->last_recharge_paise = sqlite3_column_int64(row, column++);
	out->version = sqlite3_column_int64(row, column);
}

bool bt_sbx_consumer_find(sqlite3 *db, const char *number, struct bt_sbx_consumer *out)
{
	char sql[512];
	snprintf(sql, sizeof sql, "SELECT %s FROM consumers WHERE number=?", bt_sbx_consumer_columns);
	sqlite3_stmt *row = bt_sbx_store_ask(db, sql, "t", number);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found)
		bt_sbx_consumer_read(row, out);
	sqlite3_finalize(row);
	return found;
}

bool bt_sbx_consumer_update(sqlite3 *db, struct bt_sbx_consumer *consumer)
{
	consumer->version = bt_sbx_store_count(db, 0, "SELECT max(version) FROM consumers", "") + 1;
	return bt_sbx_store_run(db,
				"UPDATE consumers SET category=?, cut_due=?, balance=?, balance_at=?, dues=?,"
				" supply_cut_at=?, last_recharge=?, version=? WHERE number=?",
				"tiiiiniit", consumer->category, (int64_t)consumer->cut_due, consumer->balance_paise,
				consumer->balance_at, consumer->dues_paise, consumer->supply_cut_at,
				consumer->last_recharge_paise, consumer->version, consumer->number);
}
