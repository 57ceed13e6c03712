#include "core/sandbox/close_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/docket_in.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/sell.h"
#include "core/sandbox/terminal.h"

#define OFFICE   "office" /* stands for the terminal that takes a sale back */
#define SLACK_MS (5 * BT_SBX_MINUTE_MS)

/* All that is known of a sale about which the office decides. */
struct matter {
	char sale_id[BT_SBX_SALE_ID_LEN + 1], owner[9];
	char docket[BT_SBX_DOCKET_TEXT_MAX + 1]; /* "" for none */
	bool has_sale;
	struct bt_sbx_sale sale;
	bool is_known; /* to the ledger */
	struct bt_sbx_entry entry;
	enum bt_sbx_ruling ruling;
};

static const char *const names[BT_SBX_RULINGS] = {"", "give", "returned", "give-back"};

/* ---- what others ask ---- */

static bool is_there(sqlite3 *db, const char *sql, const char *sale_id)
{
	return bt_sbx_store_count(db, 0, sql, "t", sale_id) == 1;
}

enum bt_sbx_ruling bt_sbx_ruling_of(sqlite3 *db, const char *sale_id)
{
	char name[16] = "";
	sqlite3_stmt *row = bt_sbx_store_ask(db, "SELECT ruling FROM closings WHERE sale_id=?", "t", sale_id);
	int ruling = BT_SBX_RULINGS;
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, name, sizeof name);
	sqlite3_finalize(row);
	while (--ruling > 0 && strcmp(names[ruling], name) != 0)
		;
	return (enum bt_sbx_ruling)ruling;
}

#define OF_ITS_COUNTER                                                                                                 \
	"SELECT 1 FROM events WHERE sale_id=?1 AND terminal=coalesce((SELECT terminal FROM sales WHERE sale_id=?1),"   \
	" (SELECT terminal FROM paid WHERE sale_id=?1), (SELECT terminal FROM payments WHERE sale_id=?1),"             \
	" (SELECT terminal FROM closings WHERE sale_id=?1), terminal)"

/* Its counter's own last word about the money. */
static bool is_ended_there(sqlite3 *db, const char *sale_id)
{
	return is_there(db, OF_ITS_COUNTER " AND kind IN ('refunded','abandoned') LIMIT 1", sale_id);
}

bool bt_sbx_is_to_give(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_ruling_of(db, sale_id) == BT_SBX_GIVE && !is_ended_there(db, sale_id);
}

void bt_sbx_owner_of(sqlite3 *db, const char *sale_id, char out[9])
{
	sqlite3_stmt *row = bt_sbx_store_ask(db,
					     "SELECT terminal FROM sales WHERE sale_id=?1 AND terminal IS NOT NULL"
					     " UNION ALL SELECT terminal FROM paid WHERE sale_id=?1"
					     " UNION ALL SELECT terminal FROM payments WHERE sale_id=?1"
					     " UNION ALL SELECT terminal FROM closings WHERE sale_id=?1 LIMIT 1",
					     "t", sale_id);
	out[0] = '\0';
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, out, 9);
	sqlite3_finalize(row);
}

bool bt_sbx_is_gone(sqlite3 *db, const char *terminal)
{
	struct bt_sbx_terminal found;
	return bt_sbx_terminal_find(db, terminal, &found) && found.is_revoked;
}

bool bt_sbx_refund_is_begun(sqlite3 *db, const char *sale_id)
{
	return is_there(db, OF_ITS_COUNTER " AND kind='refunding' LIMIT 1", sale_id) ||
	       bt_sbx_ledger_is_taken_back(db, sale_id);
}

/* A token that has left, a credit that is on the account and was not asked back. */
static bool is_given(sqlite3 *db, const struct bt_sbx_entry *entry)
{
	return strcmp(entry->state, "committed") == 0 &&
	       (entry->released || (!*entry->core.token && !bt_sbx_refund_is_begun(db, entry->core.sale_id)));
}

/* Its counter is gone, nothing of it was given, and nobody has said yet what becomes of it. */
static bool is_open(sqlite3 *db, const char *sale_id)
{
	struct bt_sbx_entry entry;
	char owner[9];
	bt_sbx_owner_of(db, sale_id, owner);
	return bt_sbx_is_gone(db, owner) && bt_sbx_ruling_of(db, sale_id) == BT_SBX_UNDECIDED &&
	       !is_ended_there(db, sale_id) && !(bt_sbx_ledger_find(db, sale_id, &entry) && is_given(db, &entry));
}

bool bt_sbx_waits_for_office(sqlite3 *db, const char *sale_id)
{
	if (!is_open(db, sale_id))
		return false;
	/* A token that was made here goes to whoever comes first; a claim alone stands in nobody's way. */
	return is_there(db, "SELECT 1 FROM closings WHERE sale_id=? AND code NOT IN ('','claim')", sale_id) ||
	       is_there(db, "SELECT 1 FROM sales WHERE sale_id=? AND state<>'committed'", sale_id) ||
	       (bt_sbx_refund_is_begun(db, sale_id) &&
		!is_there(db, "SELECT 1 FROM sales WHERE sale_id=? AND token IS NOT NULL", sale_id));
}

bool bt_sbx_ask_office_again(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_run(
	    db, "UPDATE closings SET ruling='', by=NULL, ruled_at=NULL WHERE sale_id=? AND ruling='give'", "t",
	    sale_id);
}

bool bt_sbx_lay_before_office(sqlite3 *db, const char *sale_id, const char *owner, const char *docket,
			      enum bt_sbx_code code)
{
	struct bt_sbx_sale said;
	if (*docket && (!bt_sbx_docket_read(docket, &said) || !bt_sbx_ledger_note_receipt(db, said.receipt, sale_id)))
		return false;
	return bt_sbx_store_run(db,
				"INSERT INTO closings(sale_id, terminal, docket, code, at) VALUES(?,?,?,?,?)"
				" ON CONFLICT(sale_id) DO UPDATE SET code=CASE excluded.code WHEN '' THEN code ELSE"
				" excluded.code END, docket=CASE excluded.docket"
				" WHEN '' THEN docket ELSE excluded.docket END",
				"tttti", sale_id, owner, docket, bt_sbx_refusal_of(code)->name, bt_sbx_now_ms());
}

bool bt_sbx_lay_claimed(sqlite3 *db, const char *connection, int64_t paise)
{
	return bt_sbx_store_run(
	    db,
	    "INSERT OR IGNORE INTO closings(sale_id, terminal, docket, code, at) SELECT sale_id, terminal, '', "
	    "'claim', ?3"
	    " FROM (SELECT sale_id, terminal, sale said FROM paid UNION SELECT sale_id, terminal, "
	    "coalesce(" BT_SBX_PAID_FOR
	    ", (SELECT json_object('connection', n.connection, 'amount_paise', p.paise) FROM"
	    "  payment_notes n WHERE n.payment_id=p.payment_id)) FROM payments p WHERE status='paid') c"
	    " WHERE json_extract(said,'$.connection')=?1 AND json_extract(said,'$.amount_paise')=?2 AND terminal IN"
	    "  (SELECT terminal FROM terminals WHERE revoked_at IS NOT NULL)"
	    " AND sale_id NOT IN (SELECT sale_id FROM sales WHERE state='committed') GROUP BY sale_id",
	    "tii", connection, paise, bt_sbx_now_ms());
}

/* ---- what is known of one ---- */

/* Every name that a person may have of it. A docket's text speaks for itself once its counter has signed it. */
static const char name_sql[] =
    "SELECT sale_id FROM closings WHERE sale_id=?1 UNION SELECT sale_id FROM sales WHERE sale_id=?1"
    " UNION SELECT sale_id FROM paid WHERE sale_id=?1"
    " UNION SELECT sale_id FROM receipts WHERE ?1 IN (receipt, 'D-' || receipt)"
    " UNION SELECT sale_id FROM payments WHERE sale_id<>'' AND ?1 IN (utr, reference, payment_id, sale_id)";

static const char *find_by_name(sqlite3 *db, const char *number, struct matter *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, name_sql, "t", number);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found)
		bt_sbx_column_text(row, 0, out->sale_id, sizeof out->sale_id);
	bool is_one = found && sqlite3_step(row) == SQLITE_DONE;
	sqlite3_finalize(row);
	if (!found)
		return "no such sale is known here: say the text of the docket's QR";
	return is_one ? NULL : "several sales have this number: say the id of the sale";
}

static const char *find_by_docket(sqlite3 *db, const char *text, struct matter *out)
{
	struct bt_sbx_terminal owner;
	struct bt_sbx_sale sale;
	uint8_t key[32];
	if (!bt_sbx_docket_read(text, &sale) || !bt_sbx_terminal_find(db, sale.terminal, &owner) ||
	    !bt_sbx_receipt_key(db, &owner, key) || !bt_sbx_docket_is_genuine(text, key))
		return "no counter of ours has signed this docket";
	memcpy(out->sale_id, sale.sale_id, sizeof out->sale_id);
	memcpy(out->owner, sale.terminal, sizeof out->owner);
	snprintf(out->docket, sizeof out->docket, "%s", text);
	return NULL;
}

static void read_text(sqlite3 *db, const char *sql, const char *sale_id, char *out, size_t cap)
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, sql, "t", sale_id);
	out[0] = '\0';
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, out, cap);
	sqlite3_finalize(row);
}

static bool read_sale(const char *text, struct bt_sbx_sale *out)
{
	json_t *record = text && *text ? bt_sbx_json_parse(text, strlen(text)) : NULL;
	bool ok = record && bt_sbx_sale_read(record, out);
	json_decref(record);
	return ok;
}

/* The record of its counter, else its docket, else what it asked the bank to collect for. */
static bool find_sale(sqlite3 *db, const char *sale_id, const char *docket, struct bt_sbx_sale *out)
{
	char text[BT_SBX_RECORD_MAX];
	read_text(db, "SELECT sale FROM paid WHERE sale_id=?", sale_id, text, sizeof text);
	if (read_sale(text, out) || (*docket && bt_sbx_docket_read(docket, out)))
		return true;
	read_text(db, "SELECT " BT_SBX_PAID_FOR " FROM payments p WHERE sale_id=? AND status='paid'", sale_id, text,
		  sizeof text);
	return read_sale(text, out);
}

static const char *find_matter(sqlite3 *db, const char *number, struct matter *out)
{
	const char *why =
	    strncmp(number, "RC1:", 4) == 0 ? find_by_docket(db, number, out) : find_by_name(db, number, out);
	if (why)
		return why;
	if (!*out->docket)
		read_text(db, "SELECT docket FROM closings WHERE sale_id=?", out->sale_id, out->docket,
			  sizeof out->docket);
	if (!*out->owner)
		bt_sbx_owner_of(db, out->sale_id, out->owner);
	out->has_sale = find_sale(db, out->sale_id, out->docket, &out->sale);
	out->is_known = bt_sbx_ledger_find(db, out->sale_id, &out->entry);
	out->ruling = bt_sbx_ruling_of(db, out->sale_id);
	return NULL;
}

static bool is_committed(const struct matter *matter)
{
	return matter->is_known && strcmp(matter->entry.state, "committed") == 0;
}

static bool is_collected(sqlite3 *db, const char *sale_id)
{
	return is_there(db, "SELECT 1 FROM payments WHERE sale_id=? AND status='paid' LIMIT 1", sale_id);
}

/* ---- may a token of it be out? ---- */

/* With no lease in force since it was paid its counter could make none by itself, and of one that was made here this
 * ledger knows, unless it was put back from a backup since. */
static bool could_issue(const struct bt_sbx *sbx, const struct matter *matter)
{
	int64_t since = bt_sbx_made_at(matter->sale_id);
	return matter->is_known || bt_sbx_is_before_restore(sbx, since) ||
	       bt_sbx_store_count(sbx->db, 0, "SELECT 1 FROM leases WHERE terminal=? AND expires>=? LIMIT 1", "ti",
				  matter->owner, since - SLACK_MS) == 1;
}

static bool has_other_key(const struct bt_sbx *sbx, const struct matter *matter, const struct bt_sbx_meter_key *key)
{
	struct bt_sbx_sale told = {.has_key = true};
	char told_text[80], said_text[80];
	int64_t withdrawn_at = bt_sbx_store_count(
	    sbx->db, INT64_MAX, "SELECT revoked_at FROM terminals WHERE terminal=?", "t", matter->owner);
	/* Nobody has said yet that the meter has the next one. */
	if (bt_sbx_meter_key_is_carried(key))
		return false;
	/* It never heard of what was announced after it had gone. */
	if (!matter->has_sale || !matter->sale.has_key)
		return key->change != 0 && bt_sbx_store_count(sbx->db, 0,
							      "SELECT 1 FROM key_changes WHERE place=? AND"
							      " stage='done' AND at>=?",
							      "ii", key->change, withdrawn_at) == 1;
	if (!bt_sbx_meter_key_id(sbx, bt_sbx_meter_key_told(key), &told.key))
		return false;
	bt_sbx_key_id_text(&told, told_text);
	bt_sbx_key_id_text(&matter->sale, said_text);
	return strcmp(told_text, said_text) != 0;
}

/* No token that may be out is taken any more: the meter is gone, or has got another key; and it did not take it before,
 * as far as anybody who read it has said. */
static bool is_dead_in_meter(const struct bt_sbx *sbx, const struct matter *matter)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	char connection[13];
	const struct bt_sbx_sale *sale = &matter->sale;
	if (matter->has_sale)
		snprintf(connection, sizeof connection, "%s", sale->connection);
	else
		read_text(sbx->db,
			  "SELECT connection FROM payment_notes JOIN payments USING(payment_id) WHERE sale_id=?",
			  matter->sale_id, connection, sizeof connection);
	if (matter->has_sale && sale->has_tid &&
	    bt_sbx_store_count(sbx->db, 0, "SELECT 1 FROM meter_reads WHERE meter=? AND tid=?", "ti", sale->meter,
			       sale->tid) == 1)
		return false;
	if (!bt_sbx_consumer_find(sbx->db, connection, &consumer))
		return matter->has_sale;
	if (matter->has_sale && strcmp(consumer.meter, sale->meter) != 0)
		return true;
	return bt_sbx_meter_key_find(sbx->db, &consumer, &key) && has_other_key(sbx, matter, &key);
}

static bool may_have_left(const struct bt_sbx *sbx, const struct matter *matter)
{
	if (bt_sbx_refund_is_begun(sbx->db, matter->sale_id))
		return false;
	if (matter->has_sale && strcmp(matter->sale.delivery, "token") != 0)
		return false;
	return could_issue(sbx, matter) && !is_dead_in_meter(sbx, matter);
}

/* ---- the words of the office ---- */

static const char *refuse_any(struct bt_sbx *sbx, const struct matter *matter)
{
	if (is_ended_there(sbx->db, matter->sale_id))
		return "the record of its counter says how it ended";
	if (is_committed(matter) && (matter->ruling == BT_SBX_GIVE || is_given(sbx->db, &matter->entry)))
		return "it was given already";
	return NULL;
}

static const char *refuse_give(struct bt_sbx *sbx, const struct matter *matter)
{
	const char *why = refuse_any(sbx, matter);
	if (!why && !matter->has_sale)
		why = "what was paid for is not known here: say the text of the docket's QR";
	if (!why &&
	    is_there(sbx->db, "SELECT 1 FROM payments WHERE sale_id=? AND refund='ordered' LIMIT 1", matter->sale_id) &&
	    !is_there(sbx->db, "SELECT 1 FROM payments WHERE sale_id=? AND status='paid' AND refund<>'ordered' LIMIT 1",
		      matter->sale_id))
		why = "its money is on the way back to the account";
	if (!why && !is_committed(matter) && bt_sbx_check_as_paid(sbx, &matter->sale) != BT_SBX_NONE)
		why = bt_sbx_refusal_of(bt_sbx_check_as_paid(sbx, &matter->sale))->en;
	return why;
}

/* The money that was to go back stands for the sale again. */
static bool give(struct bt_sbx *sbx, const struct matter *matter)
{
	return bt_sbx_store_run(sbx->db,
				"UPDATE payments SET refund='' WHERE place=(SELECT min(place) FROM payments WHERE"
				" sale_id=?1 AND refund='waits') AND NOT EXISTS (SELECT 1 FROM payments WHERE"
				" sale_id=?1 AND status='paid' AND refund='')",
				"t", matter->sale_id);
}

/* Another counter may have given it, and a ledger that was put back has not heard of it yet (PROTOCOL H4). */
static const char *refuse_closing(struct bt_sbx *sbx, const struct matter *matter)
{
	const char *why = refuse_any(sbx, matter);
	if (!why && bt_sbx_may_have_forgotten(sbx, bt_sbx_made_at(matter->sale_id), "", ""))
		why = "the server was restored and waits for the records of other counters";
	return why;
}

static const char *refuse_returned(struct bt_sbx *sbx, const struct matter *matter)
{
	const char *why = refuse_closing(sbx, matter);
	if (!why && !bt_sbx_refund_is_begun(sbx->db, matter->sale_id))
		why = "no refund was begun at that counter";
	if (!why && is_collected(sbx->db, matter->sale_id))
		why = "the bank has this money, and no counter pays it out: say give-back";
	return why;
}

/* From here on no counter gives it (PROTOCOL H3). */
static bool take_back(struct bt_sbx *sbx, const struct matter *matter)
{
	return is_committed(matter) ? bt_sbx_ledger_reverse(sbx->db, matter->sale_id)
				    : bt_sbx_ledger_take_back(sbx->db, matter->sale_id, OFFICE);
}

static const char *refuse_give_back(struct bt_sbx *sbx, const struct matter *matter)
{
	const char *why = refuse_closing(sbx, matter);
	if (!why && may_have_left(sbx, matter))
		why = "a token of it may be out: give it, or give its meter another key first and wait until that "
		      "change is done";
	return why;
}

static bool give_back(struct bt_sbx *sbx, const struct matter *matter)
{
	return take_back(sbx, matter) && bt_sbx_payment_order_back(sbx->db, matter->sale_id);
}

/* Which of them its counter took is all one: one stands, the others go back (PROTOCOL S7). */
static const char *refuse_second(struct bt_sbx *sbx, const struct matter *matter)
{
	return is_there(sbx->db,
			"SELECT 1 FROM payments p WHERE sale_id=? AND refund='waits' AND EXISTS (SELECT 1 FROM"
			" payments o WHERE o.sale_id=p.sale_id AND o.status='paid' AND o.refund='') LIMIT 1",
			matter->sale_id)
		   ? NULL
		   : "it was not paid for twice";
}

static bool give_back_second(struct bt_sbx *sbx, const struct matter *matter)
{
	return bt_sbx_store_run(sbx->db, "UPDATE payments SET refund='ordered' WHERE sale_id=? AND refund='waits'", "t",
				matter->sale_id);
}

static const struct word {
	const char *name;
	enum bt_sbx_ruling ruling; /* what it makes of the sale; BT_SBX_UNDECIDED: nothing */
	const char *(*refuse)(struct bt_sbx *sbx, const struct matter *matter);
	bool (*apply)(struct bt_sbx *sbx, const struct matter *matter);
} words[] = {
    {"give", BT_SBX_GIVE, refuse_give, give},
    {"returned", BT_SBX_RETURNED, refuse_returned, take_back},
    {"give-back", BT_SBX_GIVE_BACK, refuse_give_back, give_back},
    {"second-back", BT_SBX_UNDECIDED, refuse_second, give_back_second},
};

static const struct word *find_word(const char *name)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

/* A line of the list of exceptions too, with who said it. */
static bool note(sqlite3 *db, const struct matter *matter, const struct word *word, const char *by)
{
	json_t *said = json_pack("{s:s, s:s}", "by", by, "ruling", word->name);
	char *text = said ? bt_sbx_json_canonical(said) : NULL;
	bool ok = text && bt_sbx_ledger_except(db, matter->owner, matter->sale_id, BT_SBX_CLOSED_OUT, text);
	free(text);
	json_decref(said);
	if (!ok || word->ruling == BT_SBX_UNDECIDED)
		return ok;
	return bt_sbx_lay_before_office(db, matter->sale_id, matter->owner, matter->docket, BT_SBX_NONE) &&
	       bt_sbx_store_run(db, "UPDATE closings SET ruling=?, by=?, ruled_at=? WHERE sale_id=?", "ttit",
				word->name, by, bt_sbx_now_ms(), matter->sale_id);
}

/* What was to be given may still go back as long as nobody has come for it. */
static const char *refuse_again(const struct matter *matter)
{
	return matter->ruling == BT_SBX_UNDECIDED || matter->ruling == BT_SBX_GIVE
		   ? NULL
		   : "it was decided before that the money went back";
}

const char *bt_sbx_close_out(struct bt_sbx *sbx, const char *number, const char *name, const char *by)
{
	struct matter matter = {.sale_id = ""};
	const struct word *word = find_word(name);
	if (!word || !*by)
		return "say give, returned, give-back or second-back, and who decides";
	if (!bt_sbx_store_begin(sbx->db))
		return "the ledger failed";
	const char *why = find_matter(sbx->db, number, &matter);
	bool is_again = !why && word->ruling != BT_SBX_UNDECIDED && word->ruling == matter.ruling;
	if (!why && !bt_sbx_is_gone(sbx->db, matter.owner))
		why = "its counter is not withdrawn: it ends this sale itself";
	if (!why && !is_again && word->ruling != BT_SBX_UNDECIDED)
		why = refuse_again(&matter);
	if (!why && !is_again)
		why = word->refuse(sbx, &matter);
	if (!why && !is_again &&
	    (!word->apply(sbx, &matter) || !note(sbx->db, &matter, word, by) || !bt_sbx_store_commit(sbx->db)))
		why = "the ledger failed";
	bt_sbx_store_rollback(sbx->db);
	return why;
}

/* ---- the list ---- */

static const char list_sql[] =
    "SELECT sale_id, coalesce((SELECT max(receipt) FROM receipts r WHERE r.sale_id=c.sale_id),''), terminal, code,"
    " ruling, coalesce(by,'') FROM (SELECT sale_id, terminal, code, ruling, by, at FROM closings"
    " UNION ALL SELECT e.sale_id, e.terminal, 'refunding', '', NULL, min(e.received) FROM events e JOIN terminals t"
    "  USING(terminal) WHERE e.kind='refunding' AND t.revoked_at IS NOT NULL AND e.sale_id NOT IN"
    "  (SELECT sale_id FROM closings) GROUP BY e.sale_id) c ORDER BY ruling<>'', at";

int bt_sbx_close_out_report(struct bt_sbx *sbx)
{
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, list_sql, "");
	printf("%-36s %-16s %-8s %-16s %-10s %s\n", "sale", "receipt", "counter", "why", "decided", "by");
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		const char *ruling = (const char *)sqlite3_column_text(row, 4);
		const char *sale_id = (const char *)sqlite3_column_text(row, 0);
		if (!*ruling && !is_open(sbx->db, sale_id))
			continue;
		printf("%-36s %-16s %-8s %-16s %-10s %s\n", sale_id, sqlite3_column_text(row, 1),
		       sqlite3_column_text(row, 2), sqlite3_column_text(row, 3), *ruling ? ruling : "-",
		       sqlite3_column_text(row, 5));
	}
	sqlite3_finalize(row);
	return row ? 0 : 1;
}
