/* Claims: a consumer says at a counter that money paid elsewhere did not arrive. Each gets an answer by a promised
 * time; one that asks for the money back closes the sale first, so that nothing can be delivered beside it. */
#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/call.h"
#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/desk.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/sell.h"

#define ANSWER_MS (2 * BT_SBX_HOUR_MS)
#define REFUND_MS (5 * BT_SBX_DAY_MS) /* the bank's own limit: T+5, facts/vending.md 3.2 */
#define MONEY_MAX INT64_C(100000000000)

struct claim {
	char claim_id[37], number[24], connection[13], utr[13], channel[12], note[24];
	int64_t paise, paid_on, era;
};

/* What is answered, as it is kept. */
struct answer {
	char number[24], state[16];
	int64_t promised_at;
};

static bool is_listed(const char *const *list, const char *text)
{
	while (*list && strcmp(*list, text) != 0)
		list++;
	return *list != NULL;
}

static bool read_claim(const json_t *body, struct claim *out)
{
	static const char *const channels[] = {"app", "upi", "bank", "counter", "other", NULL};
	static const char *const notes[] = {"no_token", "paid_twice", "wrong_person", "refund", "other", NULL};
	return bt_sbx_json_text(body, "claim_id", out->claim_id, sizeof out->claim_id) &&
	       bt_sbx_is_sale_id(out->claim_id) && bt_sbx_json_text(body, "number", out->number, sizeof out->number) &&
	       strncmp(out->number, "C-", 2) == 0 &&
	       bt_sbx_json_text(body, "connection", out->connection, sizeof out->connection) &&
	       bt_sbx_json_text(body, "utr", out->utr, sizeof out->utr) &&
	       (!*out->utr || bt_sbx_is_digits(out->utr, 12)) &&
	       bt_sbx_json_text(body, "channel", out->channel, sizeof out->channel) &&
	       is_listed(channels, out->channel) && bt_sbx_json_text(body, "note", out->note, sizeof out->note) &&
	       is_listed(notes, out->note) && bt_sbx_json_int(body, "amount_paise", 1, MONEY_MAX, &out->paise) &&
	       bt_sbx_json_int(body, "paid_on", 0, INT64_MAX, &out->paid_on) &&
	       bt_sbx_json_int(body, "era", 0, INT64_MAX, &out->era);
}

/* ---- what is kept ---- */

static bool find_answer(sqlite3 *db, const char *claim_id, struct answer *out)
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db, "SELECT number, state, promised_at FROM claims WHERE claim_id=?", "t", claim_id);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found) {
		bt_sbx_column_text(row, 0, out->number, sizeof out->number);
		bt_sbx_column_text(row, 1, out->state, sizeof out->state);
		out->promised_at = sqlite3_column_int64(row, 2);
	}
	sqlite3_finalize(row);
	return found;
}

static bool is_same(sqlite3 *db, const struct claim *claim)
{
	return bt_sbx_store_count(db, 0,
				  "SELECT 1 FROM claims WHERE claim_id=? AND number=? AND connection=? AND utr=? AND"
				  " channel=? AND paise=? AND paid_on=? AND note=?",
				  "tttttiit", claim->claim_id, claim->number, claim->connection, claim->utr,
				  claim->channel, claim->paise, claim->paid_on, claim->note) == 1;
}

static bool put_claim(sqlite3 *db, const char *terminal, const struct claim *claim, const struct answer *answer)
{
	return bt_sbx_store_run(
	    db,
	    "INSERT INTO claims(claim_id, number, terminal, connection, utr, channel, paise, paid_on,"
	    " note, state, promised_at, at) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	    "ttttttiittii", claim->claim_id, claim->number, terminal, claim->connection, claim->utr, claim->channel,
	    claim->paise, claim->paid_on, claim->note, answer->state, answer->promised_at, bt_sbx_now_ms());
}

static void say(const char *claim_id, const struct answer *answer, struct bt_sbx_reply *reply)
{
	reply->body =
	    json_pack("{s:s, s:s, s:I, s:s, s:I}", "claim_id", claim_id, "number", answer->number, "promised_at",
		      (json_int_t)answer->promised_at, "state", answer->state, "time", (json_int_t)bt_sbx_now_ms());
}

/* ---- a new one ---- */

/* Money of the right connection and amount that nothing was delivered for. */
static bool is_refundable(const struct bt_sbx_found *found, const struct bt_sbx_entry *entry, const struct claim *claim)
{
	return found->received && strcmp(found->channel, "counter") != 0 && found->paise == claim->paise &&
	       strcmp(found->connection, claim->connection) == 0 && strcmp(entry->state, "committed") != 0;
}

/* Of what a counter had collected that counter may make the token by itself at any time: its money goes back by its own
 * word. And a ledger put back from a backup may have forgotten that a token left (PROTOCOL S5, H4). */
static bool may_have_left(const struct bt_sbx *sbx, const struct bt_sbx_found *found)
{
	return strcmp(found->channel, "upi") == 0 ||
	       bt_sbx_may_have_forgotten(sbx, bt_sbx_made_at(found->sale_id), "", "");
}

/* The tombstone comes before the promise: from here on no counter can finish this sale (PROTOCOL H3). */
static bool decide(struct bt_sbx *sbx, const struct claim *claim, struct answer *out)
{
	struct bt_sbx_found found;
	struct bt_sbx_entry entry = {.state = ""};
	const char *state = "open";
	out->promised_at = bt_sbx_now_ms() + ANSWER_MS;
	snprintf(out->number, sizeof out->number, "%s", claim->number);
	if (bt_sbx_found_by_utr(sbx, claim->utr, &found)) {
		(void)bt_sbx_ledger_find(sbx->db, found.sale_id, &entry);
		state = strcmp(entry.state, "committed") == 0 ? "settled" : "found";
		if (strcmp(claim->note, "refund") == 0 && is_refundable(&found, &entry, claim) &&
		    !may_have_left(sbx, &found)) {
			state = "refund";
			out->promised_at = bt_sbx_now_ms() + REFUND_MS;
			if (!bt_sbx_ledger_tombstone(sbx->db, found.sale_id))
				return false;
		}
	}
	snprintf(out->state, sizeof out->state, "%s", state);
	return bt_sbx_lay_claimed(sbx->db, claim->connection, claim->paise);
}

static enum bt_sbx_code take(struct bt_sbx *sbx, const char *terminal, const json_t *body, struct bt_sbx_reply *reply)
{
	struct claim claim;
	struct answer answer;
	if (!read_claim(body, &claim))
		return BT_SBX_MALFORMED;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	if (find_answer(sbx->db, claim.claim_id, &answer)) {
		if (!is_same(sbx->db, &claim))
			return BT_SBX_ID_CONFLICT;
		say(claim.claim_id, &answer, reply);
		return BT_SBX_NONE;
	}
	if (claim.era != sbx->era)
		return BT_SBX_ERA;
	if (!decide(sbx, &claim, &answer) || !put_claim(sbx->db, terminal, &claim, &answer) ||
	    !bt_sbx_store_commit(sbx->db))
		return BT_SBX_INTERNAL;
	say(claim.claim_id, &answer, reply);
	reply->status = 201;
	return BT_SBX_NONE;
}

enum bt_sbx_code bt_sbx_call_claim(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	reply->moves_money = true;
	enum bt_sbx_code code = body ? take(sbx, request->terminal, body, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return code;
}

enum bt_sbx_code bt_sbx_call_claim_view(struct bt_sbx *sbx, const struct bt_sbx_request *request,
					struct bt_sbx_reply *reply)
{
	struct answer answer;
	if (!bt_sbx_is_sale_id(request->name))
		return BT_SBX_MALFORMED;
	if (!find_answer(sbx->db, request->name, &answer))
		return BT_SBX_UNKNOWN_CLAIM;
	say(request->name, &answer, reply);
	return BT_SBX_NONE;
}
