/* How each step of the journal's schema is undone, for a record as an older version of Batti left it. */
#ifndef TESTS_SIM_OLDER_SCHEMA_STEPS_H
#define TESTS_SIM_OLDER_SCHEMA_STEPS_H

#define OLDER_SCHEMA_NEWEST 7 /* what this knows to undo; core/journal/schema.h goes no further */

#define UNSENT_TILL_4 "settled=0 AND stage NOT IN (5,6)"
#define UNSENT_TILL_6 "settled=0 AND stage NOT IN (5,6,10,11)"
#define OPEN_TILL_6   "stage<>6 AND (stage IN (0,1,4,5,7,9) OR (stage=8 AND printed=0) OR exception=1)"

/** older_schema_undo[i] takes version i + 2 back to i + 1. The texts are those of the versions that were released. */
static const char *const older_schema_undo[OLDER_SCHEMA_NEWEST - 1] = {
    "CREATE TABLE mark(id INTEGER PRIMARY KEY CHECK(id=1), batch_first INTEGER NOT NULL) STRICT;"
    "INSERT INTO mark SELECT 1,batch_first FROM newest;"
    "DROP TABLE newest;",
    "DROP INDEX sale_open;"
    "CREATE INDEX sale_open ON sale(paid_seq) WHERE stage<>6 AND (stage IN (0,1,4,5) OR exception=1);",
    "DROP INDEX sale_pending;"
    "DROP INDEX sale_unsent;"
    "CREATE INDEX sale_unsent ON sale(paid_seq) WHERE " UNSENT_TILL_4 ";",
    "DROP INDEX event_by_sale;"
    "DROP INDEX event_by_kind;"
    "CREATE INDEX event_by_sale ON event(sale_id,seq) WHERE sale_id<>'';"
    "CREATE INDEX event_by_kind ON event(kind,seq);",
    "DROP INDEX sale_tendered;"
    "DROP INDEX sale_unsent;"
    "CREATE INDEX sale_unsent ON sale(paid_seq,amount,paid_at,stage,settled) WHERE " UNSENT_TILL_4 ";",
    "DROP INDEX event_by_docket;"
    "DROP INDEX event_by_handed_sale;"
    "DROP INDEX sale_pending;"
    "DROP INDEX sale_open;"
    "DROP INDEX sale_unsent;"
    "CREATE INDEX sale_unsent ON sale(paid_seq,amount,paid_at,stage,settled) WHERE " UNSENT_TILL_6 ";"
    "CREATE INDEX sale_open ON sale(paid_seq) WHERE " OPEN_TILL_6 ";"
    "CREATE INDEX sale_pending ON sale(delivery,paid_seq) WHERE stage IN (4,7,9);",
};

#endif
