#include "core/sandbox/fact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/docket_in.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/month.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/reissue.h"

#define CLOCK_SLACK_MS (5 * BT_SBX_MINUTE_MS)

/* What the journal knows of a payment. */
struct payment {
	struct bt_sbx_sale sale;
	char text[BT_SBX_RECORD_MAX];
};

/* What a `tokened` event says was handed out. */
struct issue {
	char token[21];
	char issued_by[12];
	int64_t tid, units, lease;
	struct bt_sbx_key_tokens key_tokens; /* printed before it */
};

static struct bt_sbx_outcome posted(enum bt_sbx_code exception)
{
	return (struct bt_sbx_outcome){exception == BT_SBX_NONE ? BT_SBX_POSTED : BT_SBX_EXCEPTION, exception};
}

static bool except(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, enum bt_sbx_code code,
		   struct bt_sbx_outcome *out)
{
	*out = posted(code);
	return bt_sbx_ledger_except(sbx->db, fact->terminal->number, fact->sale_id, code, fact->body);
}

static bool find_payment(struct bt_sbx *sbx, const char *sale_id, struct payment *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, "SELECT sale FROM paid WHERE sale_id=?", "t", sale_id);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found)
		bt_sbx_column_text(row, 0, out->text, sizeof out->text);
	sqlite3_finalize(row);
	json_t *record = found ? bt_sbx_json_parse(out->text, strlen(out->text)) : NULL;
	found = record && bt_sbx_sale_read(record, &out->sale);
	json_decref(record);
	return found;
}

static bool post_waiting(struct bt_sbx *sbx, const struct bt_sbx_fact *paid);

/* A token that another counter gave stands here with the figures of the owner's older record, for a restored ledger had
 * forgotten the newer ones. Now the owner says what was agreed: its month is booked anew by that (PROTOCOL S3, S8). */
static bool follow_revision(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const struct bt_sbx_sale *sale)
{
	struct bt_sbx_entry entry;
	struct bt_sbx_consumer consumer;
	struct bt_sbx_core core;
	if (!bt_sbx_ledger_find(sbx->db, sale->sale_id, &entry) || strcmp(entry.state, "committed") != 0 ||
	    sale->rev <= entry.rev)
		return true;
	bt_sbx_core_of(sale, entry.core.token, &core);
	core.tid = entry.core.tid;
	if (!sale->has_tid)
		bt_sbx_core_take_minute(&core, &entry.core);
	/* The account was booked with the dues of then: other ones are no matter of the month alone. */
	if (!bt_sbx_core_equal(&entry.core, &core) ||
	    bt_sbx_store_count(sbx->db, -1, "SELECT dues FROM sales WHERE sale_id=?", "t", sale->sale_id) !=
		sale->dues_paise ||
	    !bt_sbx_consumer_find(sbx->db, sale->connection, &consumer))
		return true;
	return bt_sbx_month_undo(sbx->db, sale->sale_id, &consumer) &&
	       bt_sbx_month_book(sbx->db, sale, &consumer, true) && bt_sbx_consumer_update(sbx->db, &consumer) &&
	       bt_sbx_store_run(sbx->db, "UPDATE sales SET rev=?, sale=? WHERE sale_id=?", "itt", sale->rev, fact->body,
				sale->sale_id);
}

static bool take_paid(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
		      struct bt_sbx_outcome *out)
{
	struct bt_sbx_sale sale;
	if (!bt_sbx_sale_read(body, &sale) || strcmp(sale.sale_id, fact->sale_id) != 0 ||
	    strlen(fact->body) >= BT_SBX_RECORD_MAX)
		return except(sbx, fact, BT_SBX_MALFORMED, out);
	/* The owner's record replaces; a record of another's sale only fills a gap. */
	bool is_owner = strcmp(sale.terminal, fact->terminal->number) == 0;
	bool ok =
	    bt_sbx_store_run(sbx->db,
			     is_owner ? "INSERT INTO paid(sale_id, terminal, sale, time) VALUES(?,?,?,?)"
					" ON CONFLICT(sale_id) DO UPDATE SET sale=excluded.sale"
					" WHERE terminal=excluded.terminal"
				      : "INSERT OR IGNORE INTO paid(sale_id, terminal, sale, time) VALUES(?,?,?,?)",
			     "ttti", fact->sale_id, sale.terminal, fact->body, fact->time);
	ok = ok && bt_sbx_ledger_note_receipt(sbx->db, sale.receipt, fact->sale_id);
	ok = ok && (!is_owner || follow_revision(sbx, fact, &sale));
	/* Taken all the same: the bank's list may come later than the counter's. */
	ok = ok && (bt_sbx_payment_matches(sbx->db, body) || except(sbx, fact, BT_SBX_UTR_UNKNOWN, out));
	return ok && post_waiting(sbx, fact);
}

static enum bt_sbx_code check_lease(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const struct issue *issue)
{
	if (strcmp(issue->issued_by, "terminal") != 0)
		return BT_SBX_NONE;
	bool is_covered = bt_sbx_store_count(sbx->db, 0,
					     "SELECT 1 FROM leases WHERE terminal=? AND number=? AND not_before<=? AND"
					     " expires>=?",
					     "tiii", fact->terminal->number, issue->lease, fact->time + CLOCK_SLACK_MS,
					     fact->time - CLOCK_SLACK_MS) == 1;
	return is_covered ? BT_SBX_NONE : BT_SBX_LEASE_EXPIRED;
}

static bool is_token_right(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, const struct issue *issue)
{
	char token[21];
	return sale->tid == issue->tid && sale->units == issue->units && bt_sbx_token_of(sbx, sale, token) &&
	       strcmp(token, issue->token) == 0;
}

static bool find_chance(const struct bt_sbx *sbx, struct bt_sbx_sale *sale, const char *token)
{
	char made[21];
	for (sale->rnd = 0; sale->rnd < 16; sale->rnd++)
		if (bt_sbx_token_of(sbx, sale, made) && strcmp(made, token) == 0)
			return true;
	return false;
}

/* Where the record names no minute it was picked here, under the meter's key of then. What a restored ledger has
 * forgotten of that the digits say: the one key and chance that make them of this minute and these units. */
static void read_choice(const struct bt_sbx *sbx, struct bt_sbx_sale *sale, const struct issue *issue)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	struct bt_sbx_sale made = *sale;
	if (sale->has_tid || !bt_sbx_consumer_find(sbx->db, sale->connection, &consumer) ||
	    !bt_sbx_meter_key_find(sbx->db, &consumer, &key))
		return;
	const struct bt_sbx_meter_id *ids[] = {bt_sbx_meter_key_told(&key), &key.held};
	made.has_key = true;
	made.tid = issue->tid;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		if (!bt_sbx_meter_key_id(sbx, ids[i], &made.key) || !find_chance(sbx, &made, issue->token))
			continue;
		*sale = made;
		return;
	}
}

/* Those that lead to the sale's key, each of them and in their order; a slip without any says nothing wrong. */
static bool are_key_tokens_right(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
				 const struct bt_sbx_consumer *consumer, const struct issue *issue)
{
	struct bt_sbx_key_tokens right;
	if (issue->key_tokens.count == 0)
		return true;
	if (!consumer || !sale->has_key || !bt_sbx_meter_key_tokens_to(sbx, consumer, &sale->key, &right) ||
	    right.count != issue->key_tokens.count)
		return false;
	for (int i = 0; i < right.count; i++)
		if (strcmp(right.tokens[i], issue->key_tokens.tokens[i]) != 0)
			return false;
	return true;
}

/* The first thing that would have stopped this sale had it been a request. */
static enum bt_sbx_code judge(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const struct payment *payment,
			      const struct bt_sbx_consumer *consumer, const struct issue *issue, const char *state)
{
	const struct bt_sbx_sale *sale = &payment->sale;
	struct bt_sbx_figures figures;
	if (issue && (!is_token_right(sbx, sale, issue) || !are_key_tokens_right(sbx, sale, consumer, issue)))
		return BT_SBX_TOKEN_DIFFERS;
	if (strcmp(state, "tombstone") == 0)
		return BT_SBX_TOMBSTONE;
	if (strcmp(state, "reversed") == 0)
		return BT_SBX_REVERSED;
	if (fact->terminal->is_revoked && fact->time >= fact->terminal->revoked_at)
		return BT_SBX_REVOKED;
	/* Priced by what the counter knew, it is right by that; what it comes to here is booked as lines (PROTOCOL S8).
	 */
	struct bt_sbx_month month;
	struct bt_sbx_order order = bt_sbx_order_at(sbx->db, sale->paid_at);
	const struct bt_sbx_category *category =
	    consumer ? bt_sbx_category_find(order.categories, consumer->category) : NULL;
	bool has_month = category && (bt_sbx_month_said(sale, category, &month) ||
				      bt_sbx_month_find(sbx->db, consumer, sale->paid_at, &month));
	enum bt_sbx_code code = bt_sbx_check_account(sale, &order, consumer, has_month ? &month : NULL, &figures);
	if (code == BT_SBX_NONE && issue)
		code = bt_sbx_check_key(sbx, sale, consumer);
	if (code == BT_SBX_NONE && issue)
		code = bt_sbx_check_lane(sbx, sale);
	return code == BT_SBX_NONE && issue ? check_lease(sbx, fact, issue) : code;
}

/* The tokens of a change that is due were on the slip. */
static bool carries_all(struct bt_sbx *sbx, const struct bt_sbx_sale *sale, const struct bt_sbx_consumer *consumer,
			const struct issue *issue, struct bt_sbx_meter_key *key)
{
	return issue && issue->key_tokens.count > 0 && are_key_tokens_right(sbx, sale, consumer, issue) &&
	       bt_sbx_carries_change(sbx, sale, consumer, key);
}

static bool post_new(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const struct payment *payment,
		     const struct issue *issue, enum bt_sbx_code exception)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	char key_id[80];
	bool known = bt_sbx_consumer_find(sbx->db, payment->sale.connection, &consumer);
	bt_sbx_key_id_text(&payment->sale, key_id);
	struct bt_sbx_posting posting = {.sale = &payment->sale,
					 .sale_text = payment->text,
					 .by = fact->terminal->number,
					 .token = issue ? issue->token : "",
					 .key_id = key_id,
					 .tid = issue ? issue->tid : -1,
					 .rnd = issue ? payment->sale.rnd : -1,
					 .picked = issue && !payment->sale.has_tid,
					 .is_fact = true,
					 .exception = exception};
	json_t *key_change = NULL;
	if (known && carries_all(sbx, &payment->sale, &consumer, issue, &key)) {
		key_change = bt_sbx_meter_key_json(sbx, &key);
		posting.key_change = key.change;
		posting.key_change_json = key_change;
	}
	bool ok = bt_sbx_ledger_put(sbx, &posting, known ? &consumer : NULL);
	json_decref(key_change);
	return ok;
}

static bool post_over(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const struct payment *payment,
		      const struct issue *issue, const char *state, struct bt_sbx_outcome *out)
{
	struct bt_sbx_consumer consumer;
	bool known = bt_sbx_consumer_find(sbx->db, payment->sale.connection, &consumer);
	enum bt_sbx_code exception = judge(sbx, fact, payment, known ? &consumer : NULL, issue, state);
	if (exception == BT_SBX_NONE && strcmp(fact->kind, "credited") == 0)
		exception = BT_SBX_CREDIT_UNKNOWN;
	*out = posted(exception);
	return post_new(sbx, fact, payment, issue, exception);
}

static bool read_key_tokens(const json_t *list, struct bt_sbx_key_tokens *out)
{
	size_t count = json_array_size(list);
	if (count != 2 && count != BT_SBX_SECTIONS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *token = json_string_value(json_array_get(list, i));
		if (!token || !bt_sbx_is_digits(token, 20))
			return false;
		snprintf(out->tokens[i], sizeof out->tokens[i], "%s", token);
	}
	out->count = (int)count;
	return true;
}

static bool read_issue(const json_t *body, struct issue *out)
{
	struct issue issue = {.lease = 0};
	if (!bt_sbx_json_text(body, "token", issue.token, sizeof issue.token) || !bt_sbx_is_digits(issue.token, 20) ||
	    !bt_sbx_json_text(body, "issued_by", issue.issued_by, sizeof issue.issued_by) ||
	    !bt_sbx_json_int(body, "tid", 0, 0xffffff, &issue.tid) ||
	    !bt_sbx_json_int(body, "units", 0, BT_SBX_UNITS_MAX, &issue.units))
		return false;
	if (json_object_get(body, "lease") && !bt_sbx_json_int(body, "lease", 0, INT64_MAX, &issue.lease))
		return false;
	(void)read_key_tokens(json_object_get(body, "key_change"), &issue.key_tokens);
	*out = issue;
	return true;
}

/* What stood above the token. A list that cannot be read is named and brought nobody a key change, and the token is out
 * all the same. */
static bool take_key_change(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			    struct bt_sbx_outcome *out)
{
	struct bt_sbx_key_tokens key_tokens = {.count = 0};
	const json_t *list = json_object_get(body, "key_change");
	if (list && !read_key_tokens(list, &key_tokens))
		return except(sbx, fact, BT_SBX_MALFORMED, out);
	return bt_sbx_key_change_arrive(sbx, fact->sale_id, &key_tokens);
}

static bool take_tokened(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			 struct bt_sbx_outcome *out)
{
	struct payment payment;
	struct issue issue;
	struct bt_sbx_entry entry = {.state = ""};
	struct bt_sbx_core core;
	if (!read_issue(body, &issue))
		return except(sbx, fact, BT_SBX_MALFORMED, out);
	if (!find_payment(sbx, fact->sale_id, &payment))
		return except(sbx, fact, BT_SBX_PAID_MISSING, out);
	bool known = bt_sbx_ledger_find(sbx->db, fact->sale_id, &entry);
	if (!known || strcmp(entry.state, "committed") != 0) {
		read_choice(sbx, &payment.sale, &issue);
		return post_over(sbx, fact, &payment, &issue, entry.state, out) &&
		       bt_sbx_ledger_release(sbx->db, fact->sale_id) && take_key_change(sbx, fact, body, out);
	}
	/* It was asked for again after the meter had refused the one before (PROTOCOL T5). */
	if (bt_sbx_reissue_is(sbx->db, fact->sale_id, issue.token)) {
		*out = posted(BT_SBX_NONE);
		return true;
	}
	bt_sbx_core_of(&payment.sale, issue.token, &core);
	core.units = issue.units;
	bool same_tid = entry.core.tid == issue.tid;
	bool same_token = strcmp(entry.core.token, issue.token) == 0;
	if (!bt_sbx_ledger_is_same(sbx->db, &entry, &core) || !same_tid) {
		/* Where minutes are picked here, a supervisor may have had one made beside (PROTOCOL T5). */
		bool two_tokens = !same_token && (same_tid || sbx->picks);
		if (two_tokens && !bt_sbx_ledger_put_beside(sbx->db, &entry.core, issue.tid, issue.token))
			return false;
		return except(sbx, fact, two_tokens ? BT_SBX_TOKEN_DIFFERS : BT_SBX_ID_CONFLICT, out);
	}
	*out = posted(BT_SBX_NONE);
	return bt_sbx_ledger_release(sbx->db, fact->sale_id) && take_key_change(sbx, fact, body, out);
}

/* A credit needs no digits: it is booked once, whoever says it first, request or fact. */
static bool take_credit(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, struct bt_sbx_outcome *out)
{
	struct payment payment;
	struct bt_sbx_entry entry = {.state = ""};
	struct bt_sbx_core core;
	if (!find_payment(sbx, fact->sale_id, &payment))
		return except(sbx, fact, BT_SBX_PAID_MISSING, out);
	if (strcmp(payment.sale.delivery, "token") == 0)
		return true;
	bool known = bt_sbx_ledger_find(sbx->db, fact->sale_id, &entry);
	if (!known || strcmp(entry.state, "committed") != 0)
		return post_over(sbx, fact, &payment, NULL, entry.state, out);
	bt_sbx_core_of(&payment.sale, "", &core);
	if (!bt_sbx_core_equal(&entry.core, &core))
		return except(sbx, fact, BT_SBX_ID_CONFLICT, out);
	*out = posted(BT_SBX_NONE);
	return true;
}

/* A docket whose money its owner takes back is no credit any more: the owner had that on record before it asked, and
 * books nothing after (PROTOCOL S5). */
static bool take_pending(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			 struct bt_sbx_outcome *out)
{
	(void)body;
	if (!bt_sbx_store_run(sbx->db, "UPDATE paid SET pending=1 WHERE sale_id=?", "t", fact->sale_id))
		return false;
	return bt_sbx_ledger_is_taken_back(sbx->db, fact->sale_id) || take_credit(sbx, fact, out);
}

static bool take_credited(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			  struct bt_sbx_outcome *out)
{
	(void)body;
	return take_credit(sbx, fact, out);
}

/* The office let it be given, or gave the money back over its own desk, before this was known. */
static bool is_decided_otherwise(struct bt_sbx *sbx, const char *sale_id)
{
	enum bt_sbx_ruling ruling = bt_sbx_ruling_of(sbx->db, sale_id);
	return ruling == BT_SBX_GIVE ||
	       (ruling == BT_SBX_GIVE_BACK && bt_sbx_store_count(sbx->db, 0,
								 "SELECT 1 FROM payments WHERE sale_id=? AND"
								 " status='paid' LIMIT 1",
								 "t", sale_id) != 1);
}

/* Money that went back for a sale that stands is the worst there is: it is named (PROTOCOL S5, H3). */
static bool take_refunded(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			  struct bt_sbx_outcome *out)
{
	struct bt_sbx_entry entry;
	(void)body;
	*out = posted(BT_SBX_NONE);
	if (bt_sbx_ledger_is_taken_back(sbx->db, fact->sale_id))
		return bt_sbx_payment_return(sbx->db, fact->sale_id) &&
		       (!is_decided_otherwise(sbx, fact->sale_id) || except(sbx, fact, BT_SBX_DECIDED_OTHERWISE, out));
	/* The money has gone back, with this head-end's word or without it: a restored ledger does not know that it
	 * gave it. What was credited is taken out again, what is not known never comes; only a token that is out stays
	 * out. */
	bool known = bt_sbx_ledger_find(sbx->db, fact->sale_id, &entry);
	bool out_already = known && *entry.core.token && entry.released;
	if (!out_already &&
	    !(known ? bt_sbx_ledger_reverse(sbx->db, fact->sale_id) : bt_sbx_ledger_tombstone(sbx->db, fact->sale_id)))
		return false;
	return (out_already || bt_sbx_payment_return(sbx->db, fact->sale_id)) &&
	       except(sbx, fact, BT_SBX_NOT_REVERSED, out);
}

/* A sale that was finished on the bank's word alone, before its owner said anything. */
static bool find_collected(struct bt_sbx *sbx, const char *sale_id, struct payment *out)
{
	char *text = bt_sbx_payment_paid_record(sbx->db, sale_id);
	json_t *record = text ? bt_sbx_json_parse(text, strlen(text)) : NULL;
	bool ok = record && strlen(text) < sizeof out->text && bt_sbx_sale_read(record, &out->sale);
	if (ok)
		snprintf(out->text, sizeof out->text, "%s", text);
	json_decref(record);
	free(text);
	return ok;
}

/* The payment as its owner's record has it, or as the docket says whose text the deliverer kept. */
static bool find_docket(struct bt_sbx *sbx, const json_t *body, const char *sale_id, struct payment *out)
{
	char proof[BT_SBX_DOCKET_TEXT_MAX + 1];
	uint8_t key[32];
	struct bt_sbx_terminal owner;
	if (find_payment(sbx, sale_id, out) || find_collected(sbx, sale_id, out))
		return true;
	if (!bt_sbx_json_text(body, "proof", proof, sizeof proof) || !bt_sbx_docket_read(proof, &out->sale) ||
	    strcmp(out->sale.sale_id, sale_id) != 0 || !bt_sbx_terminal_find(sbx->db, out->sale.terminal, &owner) ||
	    !bt_sbx_receipt_key(sbx->db, &owner, key) || !bt_sbx_docket_is_genuine(proof, key))
		return false;
	char *record = bt_sbx_docket_record(proof, &out->sale);
	bool fits = record && strlen(record) < sizeof out->text;
	if (fits)
		snprintf(out->text, sizeof out->text, "%s", record);
	free(record);
	return fits;
}

/* The figures may have been agreed anew since the revision that is known here: of how much, the token itself says. */
static void follow_token(const struct bt_sbx *sbx, struct payment *payment, const struct issue *issue)
{
	struct bt_sbx_sale sale = payment->sale;
	sale.units = issue->units;
	read_choice(sbx, &sale, issue);
	if (is_token_right(sbx, &sale, issue))
		payment->sale = sale;
}

/* A ledger put back from a backup has forgotten that it gave this: what is out stays out, and is posted (PROTOCOL H1,
 * H4). A credit is out only in this ledger; where its money went back it is not booked again. */
static bool post_delivered(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body, const char *token,
			   const char *state, struct bt_sbx_outcome *out)
{
	struct payment payment;
	struct issue issue = {.issued_by = "server"};
	if ((!*token && *state) || !find_docket(sbx, body, fact->sale_id, &payment))
		return except(sbx, fact, BT_SBX_PAID_MISSING, out);
	if (!*token)
		return post_over(sbx, fact, &payment, NULL, state, out) &&
		       bt_sbx_ledger_tell(sbx->db, fact->sale_id, fact->terminal->number);
	if (!bt_sbx_is_digits(token, 20) || !bt_sbx_json_int(body, "tid", 0, 0xffffff, &issue.tid) ||
	    !bt_sbx_json_int(body, "units", 0, BT_SBX_UNITS_MAX, &issue.units))
		return except(sbx, fact, BT_SBX_MALFORMED, out);
	snprintf(issue.token, sizeof issue.token, "%s", token);
	(void)read_key_tokens(json_object_get(body, "key_change"), &issue.key_tokens);
	follow_token(sbx, &payment, &issue);
	return post_over(sbx, fact, &payment, &issue, state, out) && bt_sbx_ledger_release(sbx->db, fact->sale_id) &&
	       take_key_change(sbx, fact, body, out);
}

/* A token in place of one that the meter refused: whoever gave it says on whose word. It is out, be the other token of
 * that minute known here again or not (PROTOCOL H1). */
static bool learn_reissue(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const struct bt_sbx_entry *entry,
			  const json_t *body, const char *token)
{
	char by[33];
	int64_t tid;
	if (!bt_sbx_json_text(body, "refused_by", by, sizeof by) || !bt_sbx_is_digits(token, 20) ||
	    !bt_sbx_json_int(body, "tid", 0, 0xffffff, &tid) ||
	    bt_sbx_ledger_minute_used(sbx->db, entry->core.meter, tid, entry->core.sale_id))
		return true;
	return bt_sbx_reissue_learn(sbx, entry, fact->terminal->number, by, tid, token);
}

/* It is out all the same, and its minute used up. */
static bool keep_beside(struct bt_sbx *sbx, const struct bt_sbx_entry *entry, const json_t *body, const char *token)
{
	int64_t tid;
	if (!*entry->core.token || !bt_sbx_is_digits(token, 20) || !bt_sbx_json_int(body, "tid", 0, 0xffffff, &tid))
		return true;
	return bt_sbx_ledger_put_beside(sbx->db, &entry->core, tid, token);
}

/* Another terminal's sale, handed out there: the token is out, and its owner answers for the money. The record that
 * says so is of no sale of its own. */
static bool take_delivered(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			   struct bt_sbx_outcome *out)
{
	struct bt_sbx_entry entry = {.state = ""};
	struct bt_sbx_fact about = *fact;
	char token[21] = "", sale_id[BT_SBX_SALE_ID_LEN + 1] = "";
	about.sale_id = sale_id;
	if (!bt_sbx_json_text(body, "token", token, sizeof token) ||
	    !bt_sbx_json_text(body, "sale_id", sale_id, sizeof sale_id) || !bt_sbx_is_sale_id(sale_id))
		return except(sbx, fact, BT_SBX_MALFORMED, out);
	bool known = bt_sbx_ledger_find(sbx->db, sale_id, &entry);
	if (!known || strcmp(entry.state, "committed") != 0)
		return post_delivered(sbx, &about, body, token, entry.state, out);
	if (*entry.core.token && strcmp(entry.core.token, token) != 0 && !learn_reissue(sbx, fact, &entry, body, token))
		return false;
	/* A token of the sale is out, be it this one or another, and no money goes back. */
	if (!bt_sbx_ledger_release(sbx->db, sale_id))
		return false;
	if (strcmp(entry.core.token, token) != 0 && !bt_sbx_reissue_is(sbx->db, sale_id, token))
		return keep_beside(sbx, &entry, body, token) && except(sbx, &about, BT_SBX_TOKEN_DIFFERS, out);
	return bt_sbx_ledger_tell(sbx->db, sale_id, fact->terminal->number) && take_key_change(sbx, &about, body, out);
}

/* The word of a terminal that handed out this sale's token came first, from a record that outlived a restored ledger,
 * and without the docket's text nobody knew of what: now it is known. */
static bool post_waiting(struct bt_sbx *sbx, const struct bt_sbx_fact *paid)
{
	struct bt_sbx_fact fact = *paid;
	struct bt_sbx_terminal deliverer;
	struct bt_sbx_outcome outcome = {BT_SBX_SILENT, BT_SBX_NONE};
	char terminal[8], detail[BT_SBX_RECORD_MAX];
	sqlite3_stmt *row =
	    bt_sbx_store_ask(sbx->db,
			     "SELECT terminal, detail FROM exceptions WHERE sale_id=?1 AND code='paid_missing' AND"
			     " json_extract(detail,'$.sale_id')=?1 ORDER BY place LIMIT 1",
			     "t", paid->sale_id);
	bool waits = row && sqlite3_step(row) == SQLITE_ROW;
	if (waits) {
		bt_sbx_column_text(row, 0, terminal, sizeof terminal);
		bt_sbx_column_text(row, 1, detail, sizeof detail);
	}
	sqlite3_finalize(row);
	if (!waits || !bt_sbx_terminal_find(sbx->db, terminal, &deliverer))
		return row != NULL;
	json_t *body = bt_sbx_json_parse(detail, strlen(detail));
	fact.terminal = &deliverer;
	fact.kind = "delivered";
	fact.body = detail;
	bool ok = !body || take_delivered(sbx, &fact, body, &outcome);
	json_decref(body);
	return ok;
}

static bool take_abandoned(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			   struct bt_sbx_outcome *out)
{
	(void)body;
	return except(sbx, fact, BT_SBX_ABANDONED, out);
}

static const struct {
	const char *kind;
	bool (*take)(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
		     struct bt_sbx_outcome *out);
} kinds[] = {
    {"paid", take_paid},           {"revised", take_paid},        {"pending", take_pending},
    {"tokened", take_tokened},     {"credited", take_credited},   {"refunded", take_refunded},
    {"abandoned", take_abandoned}, {"delivered", take_delivered}, {"extension", bt_sbx_grants_note},
};

bool bt_sbx_fact_post(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, struct bt_sbx_outcome *out)
{
	*out = (struct bt_sbx_outcome){BT_SBX_SILENT, BT_SBX_NONE};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].kind, fact->kind) != 0)
			continue;
		json_t *body = bt_sbx_json_parse(fact->body, strlen(fact->body));
		bool ok = body ? kinds[i].take(sbx, fact, body, out) : except(sbx, fact, BT_SBX_MALFORMED, out);
		json_decref(body);
		return ok;
	}
	return true;
}
