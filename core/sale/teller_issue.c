/* May the token be made here, and making it. PROTOCOL T1-T3, S2, L1, L2. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/sts/cipher.h"
#include "core/sts/token.h"
#include "core/sts/vending.h"

#define DAY_MS INT64_C(86400000)
/* A module has so long to give a key, keys have so long to be opened; then the consumer gets a docket. */
#define KEY_WAIT_MS 3000
#define KEY_LOOK_MS 20

/* Electricity by 20 digits at @p tid: what the key's type, expiry and base date allow. */
static bool may_vend(const struct bt_sts_key_id *key, int64_t now_ms, uint32_t tid)
{
	const struct bt_sts_vend vend = {.tct = BT_STS_TCT_DIGITS, .wall_ms = now_ms, .tid = tid};

	return bt_sts_vend_refusal(key, &vend) == NULL;
}

static bool key_is_usable(const struct bt_consumer *consumer, int64_t now_ms)
{
	const struct bt_sealed_key *key = &consumer->key;

	return key->present && (key->good_until_ms == 0 || now_ms < key->good_until_ms);
}

/* Why a token has no TID: its key takes none any more, or all minutes within reach are used. */
static enum bt_denial tell_no_tid(const struct bt_consumer *consumer, int64_t now_ms)
{
	struct bt_sts_key_id id = bt_sealed_key_id(&consumer->key);
	uint32_t minute;
	bool takes = bt_sts_tid_of(now_ms, id.base, &minute) == BT_OK &&
		     bt_sts_tid_ordinary(minute, &minute) == BT_OK && may_vend(&id, now_ms, minute);

	return takes ? BT_DENY_TID : BT_DENY_KEY_CHANGE;
}

struct tid_use {
	struct bt_journal *journal;
	const char *meter;
};

static bool is_tid_used(void *context, uint32_t tid)
{
	const struct tid_use *use = context;

	return bt_journal_tid_used(use->journal, use->meter, tid);
}

static const struct bt_lease *find_lease(const struct bt_teller *teller)
{
	return teller->has_lease ? &teller->lease : NULL;
}

static struct bt_sts_lane choose_lane(const struct bt_teller *teller, uint16_t base)
{
	return bt_authority_lane(find_lease(teller), &teller->parts.enrolment->lane,
				 bt_clock_recovered_ms(teller->parts.journal), base);
}

/* With its lease the lane may be another one's: then it is the head-end that dates the token (PROTOCOL T4). */
static bool is_lane_over(const struct bt_teller *teller, int64_t now_ms)
{
	return teller->has_lease && now_ms >= teller->lease.expires_ms && !bt_mutant(BT_MUTANT_EXPIRY_IGNORED);
}

/* So many tokens of late that the meter would forget one of them: only the head-end, which knows of all, may add one.
 */
static bool is_meter_full(const struct bt_teller *teller, const char *meter, uint32_t lanes, int64_t now)
{
	int64_t tokens = 0;
	bt_paise paise = 0;

	return bt_journal_meter_use(teller->parts.journal, meter, now - BT_METER_WINDOW_MS(lanes), &tokens, &paise) !=
		   BT_OK ||
	       tokens >= BT_METER_TOKENS_MAX;
}

void bt_teller_fix_token(struct bt_teller *teller, const struct bt_consumer *consumer, struct bt_sale *sale)
{
	struct tid_use use = {teller->parts.journal, consumer->meter};
	struct bt_sts_key_id key = bt_sealed_key_id(&consumer->key);
	struct bt_sts_lane lane = choose_lane(teller, key.base);
	int64_t now;
	uint32_t minute, tid;
	uint8_t rnd;

	if (sale->delivery != BT_DELIVERY_TOKEN ||
	    bt_clock_trust_now(&teller->trust, teller->parts.clock, &now) != BT_OK || !key_is_usable(consumer, now) ||
	    is_lane_over(teller, now))
		return;
	if (is_meter_full(teller, consumer->meter,
			  bt_authority_lanes_most(find_lease(teller), &teller->parts.enrolment->lane), now) ||
	    bt_sts_tid_of(now, key.base, &minute) != BT_OK ||
	    bt_sts_tid_choose(&lane, minute, is_tid_used, &use, &tid) != BT_OK || !may_vend(&key, now, tid) ||
	    bt_random_fill(teller->parts.random, &rnd, 1) != BT_OK)
		return;
	if (bt_mutant(BT_MUTANT_RAW_CLOCK_TID))
		tid = minute;
	sale->has_tid = true;
	sale->key = key;
	sale->tid = tid;
	sale->rnd = rnd & 15;
}

static enum bt_denial decide_by_caps(struct bt_teller *teller, const struct bt_sale *sale, bool counted,
				     enum bt_err clock, int64_t now)
{
	struct bt_authority_ask ask = {.lease = teller->has_lease ? &teller->lease : NULL,
				       .clock = clock,
				       .now_ms = now,
				       .amount = sale->quote.amount};

	if (bt_journal_used(teller->parts.journal, &ask.unsent) != BT_OK ||
	    bt_journal_meter_use(teller->parts.journal, sale->meter, now - DAY_MS, &ask.meter_tokens,
				 &ask.meter_paise) != BT_OK)
		return BT_DENY_STOPPED;
	if (bt_mutant(BT_MUTANT_CAP_PER_LEASE) && teller->lease.number > 1)
		ask.unsent = (struct bt_unsent){.count = counted, .paise = counted ? sale->quote.amount : 0};
	if (bt_mutant(BT_MUTANT_CAP_WITHOUT_SALE))
		ask.amount = 1;
	if (counted) {
		ask.unsent.count--;
		ask.unsent.paise -= sale->quote.amount;
	}
	/* One that was paid more than a day ago is not in the day's sum. */
	if (counted && sale->paid_at_ms >= now - DAY_MS) {
		ask.meter_tokens--;
		ask.meter_paise -= sale->quote.amount;
	}
	return bt_authority_decide(&ask);
}

/* What another list may cure, and what only the place of the keys can. */
static enum bt_denial tell_no_key(enum bt_err err)
{
	if (err == BT_OK)
		return BT_DENY_NONE;
	return err == BT_EAUTH || err == BT_EUNSUPPORTED || err == BT_ERANGE || err == BT_ESTATE ? BT_DENY_KEY_CHANGE
												 : BT_DENY_KEYS;
}

/* A key that is on its way is promised: a module that then fails to give it leaves a docket. */
static enum bt_denial ask_key(const struct bt_teller *teller, const struct bt_sale *sale,
			      const struct bt_consumer *consumer)
{
	enum bt_err err = bt_keys_prepare(&teller->keys, sale->pan, &consumer->key);

	return err == BT_EBUSY ? BT_DENY_NONE : tell_no_key(err);
}

enum bt_denial bt_teller_authority(struct bt_teller *teller, const struct bt_sale *sale,
				   const struct bt_consumer *consumer, bool counted)
{
	int64_t now = 0;
	enum bt_denial denial;
	enum bt_err clock;

	if (bt_teller_state(teller) != BT_OK)
		return BT_DENY_STOPPED;
	if (sale->delivery != BT_DELIVERY_TOKEN)
		return BT_DENY_KIND;
	if (bt_consumer_is_blocked(consumer))
		return BT_DENY_BLOCKED;
	if (bt_teller_meter_in_doubt(teller, sale))
		return BT_DENY_DOUBT;
	clock = bt_clock_trust_now(&teller->trust, teller->parts.clock, &now);
	if (clock)
		return BT_DENY_CLOCK;
	if (!consumer->key.present)
		return BT_DENY_NOT_COVERED;
	if (!key_is_usable(consumer, now))
		return BT_DENY_KEY_CHANGE;
	if (!sale->has_tid)
		return is_lane_over(teller, now) ? BT_DENY_EXPIRED : tell_no_tid(consumer, now);
	denial = ask_key(teller, sale, consumer);
	if (denial != BT_DENY_NONE)
		return denial;
	return decide_by_caps(teller, sale, counted, clock, now);
}

/* VENDING, so that an answer that comes first is taken as ever. */
bool bt_teller_await_key(struct bt_teller *teller, struct bt_teller_work *work)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);

	if (work->sale.delivery != BT_DELIVERY_TOKEN ||
	    bt_keys_prepare(&teller->keys, work->sale.pan, &work->consumer.key) != BT_EBUSY)
		return false;
	if (work->key_until_boot_ms == 0) {
		work->key_until_boot_ms = now + KEY_WAIT_MS;
		work->asked_boot_ms = work->asking ? work->asked_boot_ms : now;
	}
	if (now >= work->key_until_boot_ms)
		return false;
	if (work->state == BT_SALE_PAID) {
		work->call_id = 0;
		bt_teller_move(teller, work, BT_SALE_EV_SEND);
	}
	work->deadline_boot_ms = now + KEY_LOOK_MS;
	return true;
}

void bt_teller_forget_key(struct bt_teller_work *work)
{
	work->key_until_boot_ms = work->later_boot_ms = 0;
	work->word_by[0] = work->word_reason[0] = '\0';
}

bool bt_teller_await_key_later(struct bt_teller *teller, struct bt_teller_work *work)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);

	if (work->sale.delivery != BT_DELIVERY_TOKEN ||
	    bt_keys_prepare(&teller->keys, work->sale.pan, &work->consumer.key) != BT_EBUSY)
		return false;
	if (work->key_until_boot_ms == 0)
		work->key_until_boot_ms = now + KEY_WAIT_MS;
	if (now >= work->key_until_boot_ms)
		return false;
	if (!work->asking && work->later_boot_ms == 0)
		work->asked_boot_ms = now;
	work->later_boot_ms = now + KEY_LOOK_MS;
	teller->changed = true;
	return true;
}

enum bt_err bt_teller_make_token(struct bt_teller *teller, const struct bt_sale *sale,
				 const struct bt_consumer *consumer, char out[21])
{
	struct bt_sts_key_id now = bt_sealed_key_id(&consumer->key);
	struct bt_sts_token token = {.rnd = sale->rnd, .tid = sale->tid, .value = (uint32_t)sale->quote.units};
	struct bt_sts_schedule schedule;
	struct bt_fault fault = {0};
	enum bt_err err;

	if (!sale->has_tid || sale->quote.units <= 0 || sale->quote.units > UINT32_MAX)
		return BT_ESTATE;
	/* The identity was fixed at PAID; a key that changed since makes other digits, which PROTOCOL T1 forbids. */
	if (!bt_sts_key_id_equal(&sale->key, &now))
		return BT_EAUTH;
	err = bt_keys_schedule(&teller->keys, sale->pan, &consumer->key, &schedule, &fault);
	if (err) {
		bt_log_line(teller->parts.log, "sale", "%s: no key: %s (%s)", sale->sale_id, bt_err_name(err),
			    fault.what);
		return err;
	}
	err = bt_sts_token_encode(&schedule, &token, out);
	bt_sts_schedule_wipe(&schedule);
	return err;
}

enum bt_denial bt_teller_try_token(struct bt_teller *teller, const struct bt_sale *sale,
				   const struct bt_consumer *consumer, char out[21])
{
	return tell_no_key(bt_teller_make_token(teller, sale, consumer, out));
}

/* The list speaks of the key it names; a sale under another key of the meter is not what the change is for. */
struct bt_key_tokens bt_teller_key_tokens(const struct bt_sale *sale, const struct bt_consumer *consumer)
{
	struct bt_sts_key_id listed = bt_sealed_key_id(&consumer->key);
	struct bt_key_tokens none = {.count = 0};

	if (bt_mutant(BT_MUTANT_KEY_TOKENS_LEFT_OUT))
		return none;
	return sale->has_tid && bt_sts_key_id_equal(&sale->key, &listed) ? consumer->key_change.tokens : none;
}

void *bt_teller_tokened_body(const struct bt_teller *teller, const struct bt_sale *sale, const char *token,
			     const struct bt_key_tokens *key_tokens, uint32_t tid, int64_t units, const char *issued_by)
{
	json_t *body =
	    json_pack("{s:s, s:I, s:I, s:I, s:s, s:I}", "issued_by", issued_by, "lease",
		      (json_int_t)(teller->has_lease ? teller->lease.number : 0), "rev", (json_int_t)sale->rev, "tid",
		      (json_int_t)tid, "token", token, "units", (json_int_t)units);

	if (body && key_tokens->count != 0 &&
	    json_object_set_new(body, "key_change", bt_key_tokens_json(key_tokens)) != 0) {
		json_decref(body);
		return NULL;
	}
	return body;
}

void *bt_teller_pending_body(enum bt_denial denial)
{
	return json_pack("{s:s}", "reason", bt_denial_code(denial));
}

static void give_docket(struct bt_teller *teller, struct bt_teller_work *work, enum bt_denial denial)
{
	struct bt_teller_batch batch = {0};
	bool first = work->state == BT_SALE_DECIDING;

	work->denial = denial;
	teller->changed = true;
	if (!first)
		return; /* PENDING already: nothing new to record */
	if (bt_teller_add(&batch, BT_EVENT_PENDING, work->sale.sale_id, bt_teller_pending_body(denial)) != BT_OK ||
	    bt_teller_commit(teller, &batch, NULL) != BT_OK) {
		bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return;
	}
	bt_teller_move(teller, work, BT_SALE_EV_CANNOT_ISSUE);
	if (!work->background)
		bt_teller_print(teller, work);
	/* With the docket the consumer is free to go: a token that follows must not come out beside the next person. */
	work->background = true;
}

enum bt_err bt_teller_add_tokened(const struct bt_teller *teller, struct bt_teller_batch *batch,
				  const struct bt_sale *on_record, const struct bt_sale *sale, const char *token,
				  const struct bt_key_tokens *key_tokens)
{
	enum bt_err err = BT_OK;

	if (sale->rev != on_record->rev)
		err = bt_teller_add_sale(batch, BT_EVENT_REVISED, sale);
	return err ? err
		   : bt_teller_add(batch, BT_EVENT_TOKENED, sale->sale_id,
				   bt_teller_tokened_body(teller, sale, token, key_tokens, sale->tid, sale->quote.units,
							  "terminal"));
}

enum bt_err bt_teller_commit_tokened(struct bt_teller *teller, struct bt_teller_work *work,
				     struct bt_teller_batch *batch, const struct bt_sale *sale, const char *token)
{
	struct bt_key_tokens key_tokens = bt_teller_key_tokens(sale, &work->consumer);
	enum bt_err err = bt_teller_add_tokened(teller, batch, &work->sale, sale, token, &key_tokens);

	if (err) {
		bt_teller_drop(batch);
		return err;
	}
	err = bt_teller_commit(teller, batch, NULL);
	if (err)
		return err;
	work->sale = *sale;
	bt_text_copy(work->token, sizeof work->token, token);
	work->key_tokens = key_tokens;
	work->made_here = true;
	work->copies = 0;
	work->tokened_at_ms = bt_clock_wall_ms(teller->parts.clock);
	return BT_OK;
}

void bt_teller_decide(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_teller_batch batch = {0};
	struct bt_sale sale;
	char token[21];
	enum bt_denial denial;

	if (bt_teller_is_for_server(teller, work)) {
		give_docket(teller, work, BT_DENY_SERVER);
		return;
	}
	bt_teller_freshen(teller, &work->consumer);
	sale = bt_teller_with_late_tid(teller, work);
	if (bt_mutant(BT_MUTANT_NEW_TID_LATER) && work->state == BT_SALE_PENDING)
		bt_teller_fix_token(teller, &work->consumer, &sale);
	denial = bt_teller_authority(teller, &sale, &work->consumer, true);
	if (denial == BT_DENY_NONE && work->state == BT_SALE_PENDING && bt_teller_await_key_later(teller, work))
		return;
	bt_teller_forget_key(work);
	if (denial == BT_DENY_NONE)
		denial = bt_teller_try_token(teller, &sale, &work->consumer, token);
	if (denial != BT_DENY_NONE) {
		give_docket(teller, work, denial);
		return;
	}
	if (bt_mutant(BT_MUTANT_SHOW_FIRST)) {
		bt_text_copy(work->token, sizeof work->token, token);
		bt_teller_move(teller, work, BT_SALE_EV_ISSUE_HERE);
		bt_teller_print(teller, work);
		(void)!bt_teller_commit_tokened(teller, work, &batch, &sale, token);
		return;
	}
	if (bt_teller_commit_tokened(teller, work, &batch, &sale, token) != BT_OK) {
		if (work->state == BT_SALE_DECIDING || work->state == BT_SALE_PENDING)
			bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return;
	}
	bt_teller_move(teller, work, BT_SALE_EV_ISSUE_HERE);
	if (!work->background)
		bt_teller_print(teller, work);
}
