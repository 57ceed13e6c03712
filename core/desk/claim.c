#include "core/desk/claim.h"

#include <inttypes.h>
#include <string.h>

#include "core/sts/identity.h"

#define UTR_DIGITS 12
#define REPLY_MAX  65536

static const char *const channels[] = {"app", "upi", "bank", "counter", "other", NULL};
static const char *const notes[] = {"no_token", "paid_twice", "wrong_person", "refund", "other", NULL};
static const char *const states[] = {"open", "found", "refund", "settled", "refused", NULL};

static bool is_listed(const char *const *list, const char *text)
{
	while (*list && strcmp(*list, text) != 0)
		list++;
	return *list != NULL;
}

static bool is_possible(const struct bt_claim *claim)
{
	bool utr_fits = !claim->utr[0] || (strlen(claim->utr) == UTR_DIGITS && bt_text_is_digits(claim->utr));

	return utr_fits && bt_text_is_digits(claim->connection) && is_listed(channels, claim->channel) &&
	       is_listed(notes, claim->note) && claim->amount > 0 && claim->paid_on_ms >= 0;
}

/* ---- reading ---- */

static enum bt_err read_claim(struct bt_bytes body, struct bt_claim *out)
{
	struct bt_claim claim = {0};
	json_t *o = NULL;
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &o, NULL);

	if (!err && (bt_json_text(o, "claim_id", claim.claim_id, sizeof claim.claim_id) != BT_OK ||
		     bt_json_text(o, "number", claim.number, sizeof claim.number) != BT_OK ||
		     bt_json_text(o, "connection", claim.connection, sizeof claim.connection) != BT_OK ||
		     bt_json_text(o, "utr", claim.utr, sizeof claim.utr) != BT_OK ||
		     bt_json_text(o, "channel", claim.channel, sizeof claim.channel) != BT_OK ||
		     bt_json_text(o, "note", claim.note, sizeof claim.note) != BT_OK ||
		     bt_json_text(o, "operator", claim.operator_id, sizeof claim.operator_id) != BT_OK ||
		     bt_json_text(o, "approved_by", claim.approved_by, sizeof claim.approved_by) != BT_OK ||
		     bt_json_int(o, "amount_paise", 1, BT_PAISE_MAX, &claim.amount) != BT_OK ||
		     bt_json_int(o, "paid_on", 0, INT64_MAX, &claim.paid_on_ms) != BT_OK ||
		     bt_json_int(o, "at", 0, INT64_MAX, &claim.at_ms) != BT_OK))
		err = BT_EFORMAT;
	json_decref(o);
	if (!err)
		*out = claim;
	return err;
}

/* Of the claim's answer; false when it is another's. */
static bool read_answer(struct bt_bytes body, struct bt_claim *claim)
{
	char claim_id[37] = "", state[16] = "";
	int64_t promised = 0;
	json_t *o = NULL;
	bool fits = bt_json_parse(body, REPLY_MAX, &o, NULL) == BT_OK &&
		    bt_json_text(o, "claim_id", claim_id, sizeof claim_id) == BT_OK &&
		    strcmp(claim_id, claim->claim_id) == 0 && bt_json_text(o, "state", state, sizeof state) == BT_OK &&
		    bt_json_int(o, "promised_at", 0, INT64_MAX, &promised) == BT_OK && is_listed(states, state);

	json_decref(o);
	if (!fits)
		return false;
	claim->answered = true;
	claim->promised_ms = promised;
	return bt_text_copy(claim->state, sizeof claim->state, state) == BT_OK;
}

static enum bt_err count_claims(struct bt_journal *journal, int64_t *out)
{
	struct bt_event event = {.seq = 0};
	enum bt_err err;

	*out = 0;
	while ((err = bt_journal_next(journal, BT_EVENT_CLAIM, event.seq, &event, NULL)) == BT_OK)
		++*out;
	return err == BT_ENOTFOUND ? BT_OK : err;
}

static enum bt_err take_answers(struct bt_journal *journal, struct bt_claim *claims, int count)
{
	struct bt_event event = {.seq = INT64_MAX};
	struct bt_buf body;
	enum bt_err err = BT_OK;
	int left = count;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	while (left > 0 && (err = bt_journal_before(journal, BT_EVENT_CLAIM_ANSWER, event.seq, &event, &body)) == BT_OK)
		for (int i = 0; i < count; i++)
			if (!claims[i].answered && read_answer(bt_buf_view(&body), &claims[i]))
				left--;
	bt_buf_fini(&body);
	return left == 0 || err == BT_ENOTFOUND ? BT_OK : err;
}

enum bt_err bt_claim_list(struct bt_journal *journal, int max, struct bt_claim *out, int *count)
{
	struct bt_event event = {.seq = INT64_MAX};
	struct bt_buf body;
	enum bt_err err = BT_OK;
	int used = 0;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	while (used < max && (err = bt_journal_before(journal, BT_EVENT_CLAIM, event.seq, &event, &body)) == BT_OK)
		used += read_claim(bt_buf_view(&body), &out[used]) == BT_OK;
	bt_buf_fini(&body);
	if (err && err != BT_ENOTFOUND)
		return err;
	*count = used;
	return used ? take_answers(journal, out, used) : BT_OK;
}

/* Claims are answered in their order, so the newest answer says where to go on. */
enum bt_err bt_claim_unanswered(struct bt_journal *journal, struct bt_claim *out, struct bt_buf *body)
{
	struct bt_event event = {.seq = INT64_MAX};
	struct bt_claim claim, oldest = {0};
	struct bt_buf answer, text;
	enum bt_err err = BT_OK;
	bool has_answer, found = false, ended = false;

	bt_buf_init(&answer, BT_EVENT_BODY_MAX);
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	has_answer = bt_journal_newest(journal, BT_EVENT_CLAIM_ANSWER, NULL, &event, &answer) == BT_OK;
	event.seq = INT64_MAX;
	while (!ended && (err = bt_journal_before(journal, BT_EVENT_CLAIM, event.seq, &event, &text)) == BT_OK) {
		if (read_claim(bt_buf_view(&text), &claim) != BT_OK)
			continue;
		ended = has_answer && read_answer(bt_buf_view(&answer), &claim);
		if (ended)
			break;
		oldest = claim;
		found = true;
		if (body) {
			bt_buf_clear(body);
			if (bt_buf_put(body, text.data, text.len) != BT_OK)
				found = false;
		}
	}
	bt_buf_fini(&answer);
	bt_buf_fini(&text);
	if (!ended && err != BT_ENOTFOUND)
		return err;
	if (!found)
		return BT_ENOTFOUND;
	*out = oldest;
	return BT_OK;
}

/* ---- writing ---- */

static enum bt_err number_claim(const char *terminal, int64_t ordinal, char out[24])
{
	char digits[24];

	if (bt_text_printf(digits, sizeof digits, "%s%" PRId64, terminal, ordinal) != BT_OK)
		return BT_EFULL;
	return bt_text_printf(out, 24, "C-%s-%" PRId64 "-%c", terminal, ordinal, bt_luhn_digit(digits, strlen(digits)));
}

enum bt_err bt_claim_write(struct bt_journal *journal, const char *terminal, const struct bt_random *random,
			   int64_t now_ms, struct bt_claim *claim, struct bt_fault *fault)
{
	struct bt_claim made = *claim;
	int64_t before;
	enum bt_err err;

	if (!is_possible(claim))
		return bt_fault_set(fault, BT_EINPUT, 0, "claim");
	made.at_ms = now_ms;
	err = count_claims(journal, &before);
	if (!err)
		err = bt_uuid7(random, now_ms, made.claim_id);
	if (!err)
		err = number_claim(terminal, before + 1, made.number);
	if (err)
		return bt_fault_set(fault, err, 0, "claim");
	err = bt_journal_put_json(journal, BT_EVENT_CLAIM, "",
				  json_pack("{s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "amount_paise",
					    (json_int_t)made.amount, "approved_by", made.approved_by, "at",
					    (json_int_t)now_ms, "channel", made.channel, "claim_id", made.claim_id,
					    "connection", made.connection, "note", made.note, "number", made.number,
					    "operator", made.operator_id, "paid_on", (json_int_t)made.paid_on_ms, "utr",
					    made.utr),
				  fault);
	if (!err)
		*claim = made;
	return err;
}

static enum bt_err put_answer(struct bt_journal *journal, const struct bt_claim *claim, const char *code,
			      struct bt_fault *fault)
{
	return bt_journal_put_json(journal, BT_EVENT_CLAIM_ANSWER, "",
				   json_pack("{s:s, s:s, s:s, s:I, s:s}", "claim_id", claim->claim_id, "code", code,
					     "number", claim->number, "promised_at", (json_int_t)claim->promised_ms,
					     "state", claim->state),
				   fault);
}

enum bt_err bt_claim_answer(struct bt_journal *journal, const struct bt_claim *claim, struct bt_bytes body,
			    struct bt_fault *fault)
{
	struct bt_claim answered = *claim;

	if (!read_answer(body, &answered))
		return bt_fault_set(fault, BT_EGARBAGE, 0, "answer to a claim");
	return put_answer(journal, &answered, "", fault);
}

enum bt_err bt_claim_refused(struct bt_journal *journal, const struct bt_claim *claim, const char *code,
			     struct bt_fault *fault)
{
	struct bt_claim refused = *claim;

	refused.promised_ms = 0;
	(void)bt_text_copy(refused.state, sizeof refused.state, "refused");
	return put_answer(journal, &refused, code, fault);
}
