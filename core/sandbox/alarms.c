#include "core/sandbox/alarms.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/consumer.h"
#include "core/sandbox/price.h"
#include "core/sandbox/store.h"

#define ALARMS_MAX 500
#define TID_MAX    0xFFFFFF /* 24 bits of minutes, IEC 62055-41 */

/* Whose record says how a sale was paid, and by whom: its owner's where it has come. */
#define RECORDS                                                                                                        \
	"SELECT s.terminal AS terminal, s.connection AS connection, s.paise AS paise,"                                 \
	" coalesce(p.sale, s.sale) AS record FROM sales s LEFT JOIN paid p ON p.sale_id=s.sale_id"                     \
	" WHERE s.state='committed' AND s.at>=?1"

/* A shift lasts until it is sealed, the next one is opened, or now. Two of one operator that overlap are two people, or
 * one who left a counter open to others. */
#define OPERATOR_TWICE                                                                                                 \
	"WITH shifts AS (SELECT terminal, json_extract(body,'$.operator') AS operator, time AS since,"                 \
	" coalesce((SELECT min(e.time) FROM events e WHERE e.terminal=s.terminal AND e.seq>s.seq AND"                  \
	" e.kind IN ('shift_open','shift_sealed')),?2) AS until FROM events s WHERE s.kind='shift_open' AND"           \
	" s.time>=?1 AND instr(s.terminal,'/')=0)"                                                                     \
	" SELECT b.terminal, b.operator, printf('%d times signed in here while a shift of %s was open at %s',"         \
	" count(*), b.operator, a.terminal) FROM shifts a JOIN shifts b ON a.operator=b.operator AND"                  \
	" a.terminal<>b.terminal AND b.since>=a.since AND b.since<a.until AND (b.since>a.since OR"                     \
	" a.terminal<b.terminal) GROUP BY a.terminal, b.terminal, b.operator ORDER BY 1, 2"

#define STAFF_METER                                                                                                    \
	"SELECT r.terminal, r.connection, printf('%d recharges, %d rupees, for the connection of %s, %d of them by'"   \
	" || ' the same person', count(*), sum(r.paise)/100, f.operator,"                                              \
	" coalesce(sum(json_extract(r.record,'$.operator')=f.operator),0)) FROM (" RECORDS                             \
	") r JOIN staff f ON f.connection=r.connection GROUP BY r.terminal, r.connection ORDER BY 1, 2"

/* A share of cash more than 40 in a hundred away from everybody else's, where both have sold twenty. */
#define TENDER_MIX                                                                                                     \
	"WITH mix AS (SELECT terminal, count(*) AS sales, sum(json_extract(record,'$.tenders[0].kind')='cash') AS"     \
	" cash FROM (" RECORDS ") WHERE json_extract(record,'$.tenders[0].kind') IS NOT NULL GROUP BY terminal),"      \
	" whole AS (SELECT sum(sales) AS sales, sum(cash) AS cash FROM mix)"                                           \
	" SELECT terminal, '', printf('cash in %d of 100 sales, elsewhere in %d', m.cash*100/m.sales,"                 \
	" (w.cash-m.cash)*100/(w.sales-m.sales)) FROM mix m, whole w WHERE m.sales>=20 AND w.sales-m.sales>=20 AND"    \
	" abs(m.cash*100/m.sales-(w.cash-m.cash)*100/(w.sales-m.sales))>40 ORDER BY 1"

/* Days (of Indian time) on which a meter was given offline so much that the least recharge would have been too much. */
#define METER_CAP                                                                                                      \
	"SELECT terminal, '', printf('%d times given to one meter in a day all that is allowed without a server',"     \
	" count(*)) FROM (SELECT e.terminal AS terminal FROM events e JOIN sales s ON s.sale_id=e.sale_id AND"         \
	" s.state='committed' WHERE e.kind='tokened' AND e.time>=?1 AND"                                               \
	" json_extract(e.body,'$.issued_by')='terminal' GROUP BY e.terminal, s.meter, (e.time+19800000)/86400000"      \
	" HAVING sum(s.paise)>?2 OR count(*)>=9) GROUP BY terminal HAVING count(*)>=3 ORDER BY 1"

/* A minute of a counter's lane that a meter has taken and nobody ever reported: made with a copy of the keys. Up to the
 * floor of whoever has the lane now it was the one before (PROTOCOL T4). Or chance: 16 bits are all that tells a meter
 * that a token is its own (IEC 62055-41, the CRC in the encrypted block), and the minute is then any of 31 years. */
#define LANE_MINUTE                                                                                                    \
	"WITH holders AS (SELECT r.meter AS meter, r.tid AS tid, (SELECT terminal FROM lanes WHERE lane=r.tid%lanes"   \
	" AND floor<r.tid ORDER BY floor DESC, place DESC LIMIT 1) AS terminal FROM meter_reads r WHERE "              \
	"r.read_at>=?1)"                                                                                               \
	" SELECT coalesce(h.terminal,''), h.meter, printf('the meter took minute %d, and no sale with it is known:'"   \
	" || ' one alone may be chance, of tokens of other meters one in 65536 is taken', h.tid) FROM holders h"       \
	" WHERE h.terminal IS NOT '' AND NOT EXISTS (SELECT 1 FROM minutes m WHERE m.meter=h.meter AND m.tid=h.tid)"   \
	" ORDER BY 1, 2, h.tid"

static const struct {
	const char *kind;
	const char *sql; /* ?1: from when; ?2 as in the row */
	enum { NOW, METER_DAY } second;
} rules[] = {
    {"operator_twice", OPERATOR_TWICE, NOW}, {"staff_meter", STAFF_METER, NOW}, {"tender_mix", TENDER_MIX, NOW},
    {"meter_cap", METER_CAP, METER_DAY},     {"lane_minute", LANE_MINUTE, NOW},
};

int bt_sbx_alarms(struct bt_sbx *sbx, int max, struct bt_sbx_alarm *out)
{
	int64_t now = bt_sbx_now_ms();
	const int64_t seconds[] = {[NOW] = now, [METER_DAY] = 2 * BT_SBX_MAXIMUM_PAISE - BT_SBX_MINIMUM_PAISE};
	int count = 0;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		bool has_second = strstr(rules[i].sql, "?2") != NULL;
		sqlite3_stmt *row =
		    bt_sbx_store_ask(sbx->db, rules[i].sql, has_second ? "ii" : "i",
				     now - BT_SBX_ALARM_DAYS * 24 * BT_SBX_HOUR_MS, seconds[rules[i].second]);
		int rc = row ? SQLITE_ROW : SQLITE_ERROR;
		while (rc == SQLITE_ROW && (rc = sqlite3_step(row)) == SQLITE_ROW && count < max) {
			struct bt_sbx_alarm *alarm = &out[count++];
			snprintf(alarm->kind, sizeof alarm->kind, "%s", rules[i].kind);
			bt_sbx_column_text(row, 0, alarm->terminal, sizeof alarm->terminal);
			bt_sbx_column_text(row, 1, alarm->subject, sizeof alarm->subject);
			bt_sbx_column_text(row, 2, alarm->detail, sizeof alarm->detail);
		}
		sqlite3_finalize(row);
		if (rc != SQLITE_DONE && rc != SQLITE_ROW)
			return -1;
	}
	return count;
}

int bt_sbx_alarms_report(struct bt_sbx *sbx, bool as_json)
{
	static struct bt_sbx_alarm alarms[ALARMS_MAX];
	int count = bt_sbx_alarms(sbx, ALARMS_MAX, alarms);
	json_t *list = json_array();
	for (int i = 0; i < count; i++) {
		const struct bt_sbx_alarm *alarm = &alarms[i];
		if (as_json)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "kind", alarm->kind, "terminal",
							      alarm->terminal, "subject", alarm->subject, "detail",
							      alarm->detail));
		else
			printf("%-15s %-5s %-16s %s\n", alarm->kind, alarm->terminal, alarm->subject, alarm->detail);
	}
	if (as_json && count >= 0) {
		json_dumpf(list, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
		printf("\n");
	}
	json_decref(list);
	return count < 0 ? 1 : 0;
}

bool bt_sbx_staff_put(struct bt_sbx *sbx, const char *connection, const char *operator_id)
{
	struct bt_sbx_consumer consumer;
	bool ok = bt_sbx_consumer_find(sbx->db, connection, &consumer) && *operator_id &&
		  bt_sbx_store_run(sbx->db, "INSERT OR REPLACE INTO staff VALUES(?,?)", "tt", connection, operator_id);
	if (!ok)
		fprintf(stderr, "batti-sandbox: no such connection\n");
	return ok;
}

bool bt_sbx_meter_read_put(struct bt_sbx *sbx, const char *meter, const char *tid)
{
	int64_t minute = 0;
	bool ok = bt_sbx_number_parse(tid, 0, TID_MAX, &minute) &&
		  bt_sbx_store_count(sbx->db, 0, "SELECT count(*) FROM consumers WHERE meter=?", "t", meter) > 0 &&
		  bt_sbx_store_run(sbx->db, "INSERT OR REPLACE INTO meter_reads VALUES(?,?,?)", "tii", meter, minute,
				   bt_sbx_now_ms());
	if (!ok)
		fprintf(stderr, "batti-sandbox: no such meter, or no minute of a token\n");
	return ok;
}
