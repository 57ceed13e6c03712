/* What the head-end sounds an alarm about: figures that an honest counter does not show, each a place to look and no
 * verdict. Source: PROTOCOL J3.
 *
 * Two heads of one record, the sign of a copied terminal, are exceptions of the upload (journal_in.c), not alarms. */
#ifndef BT_SANDBOX_ALARMS_H
#define BT_SANDBOX_ALARMS_H

#include "core/sandbox/sbx.h"

#define BT_SBX_ALARM_DAYS 30 /* how far back it looks */

struct bt_sbx_alarm {
	char kind[24];    /* operator_twice, staff_meter, tender_mix, meter_cap, lane_minute */
	char terminal[9]; /* "" where no terminal has that lane */
	char subject[40]; /* an operator, a connection, a meter; "" */
	char detail[160]; /* one sentence with the figures */
};

/** All of now, by kind. @return how many, at most @p max; -1 when the ledger cannot be read. */
int bt_sbx_alarms(struct bt_sbx *sbx, int max, struct bt_sbx_alarm *out);
/** On standard output. @return exit code. */
int bt_sbx_alarms_report(struct bt_sbx *sbx, bool as_json);

/** This connection is @p operator_id's own, or of that household: the personnel office says so. @return false with a
 *  line on stderr: no such connection, or not a name. */
bool bt_sbx_staff_put(struct bt_sbx *sbx, const char *connection, const char *operator_id);
/** A reader of meters found this minute in the meter's memory of what it has taken. @return false with a line on
 *  stderr: no such meter, or no minute. */
bool bt_sbx_meter_read_put(struct bt_sbx *sbx, const char *meter, const char *tid);

#endif
