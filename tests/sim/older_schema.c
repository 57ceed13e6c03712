#include "tests/sim/older_schema.h"

#include <sqlite3.h>
#include <stdio.h>

#include "core/journal/schema.h"

_Static_assert(BT_SCHEMA_VERSION == OLDER_SCHEMA_NEWEST, "a new step wants a row that undoes it");

static bool is_newest(sqlite3 *db)
{
	sqlite3_stmt *ask = NULL;
	bool newest = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &ask, NULL) == SQLITE_OK &&
		      sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_int(ask, 0) == OLDER_SCHEMA_NEWEST;

	sqlite3_finalize(ask);
	return newest;
}

static bool take_back(sqlite3 *db, int version)
{
	char number[48];
	bool ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;

	for (int i = OLDER_SCHEMA_NEWEST - 2; ok && i >= version - 1; i--)
		ok = sqlite3_exec(db, older_schema_undo[i], NULL, NULL, NULL) == SQLITE_OK;
	snprintf(number, sizeof number, "PRAGMA user_version=%d;COMMIT", version);
	return ok && sqlite3_exec(db, number, NULL, NULL, NULL) == SQLITE_OK;
}

bool older_schema_make(struct power_disk *disk, int version)
{
	sqlite3 *db = NULL;
	bool ok =
	    sqlite3_open_v2(POWER_FOLDER "/journal.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    disk->vfs_name) == SQLITE_OK &&
	    sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE;PRAGMA temp_store=MEMORY", NULL, NULL, NULL) == SQLITE_OK &&
	    is_newest(db) && take_back(db, version);

	sqlite3_close(db);
	power_settle(disk);
	return ok;
}
