/* Meters that get their next key in mid-trade (PROTOCOL T6). The office begins it; counters hear of it with the list;
 * the tokens that bring the meter to its next key stand on a slip, and whoever has that keys them in: late, in any
 * order, or some now and the rest another day. From then on the meter reads nothing of the key before. */
#include <string.h>

#include "core/sandbox/meter_key.h"
#include "tests/meter/key_change.h"
#include "tests/world/world.h"

#define MAY_CHANGE 6 /* of the first people, who come most often */

static struct sim_key_change *find_change(struct sim_world *world, int person)
{
	for (int i = 0; i < world->change_count; i++)
		if (world->changes[i].person == person)
			return &world->changes[i];
	return NULL;
}

bool sim_key_changes(const struct sim_world *world, int person)
{
	return find_change((struct sim_world *)world, person) != NULL;
}

const struct meter_cipher *sim_key_of_meter(const struct sim_world *world, int person)
{
	const struct sim_key_change *change = find_change((struct sim_world *)world, person);

	return change ? change->meter.cipher : world->town->people[person].meter_key;
}

int sim_key_pick(struct sim_world *world)
{
	int which = (int)chance_below(&world->chance, SIM_KEY_CHANGES);

	return which < world->change_count ? world->changes[which].person : which;
}

bool sim_key_is_done(const struct sim_world *world, int person)
{
	const struct sim_key_change *change = find_change((struct sim_world *)world, person);

	return change && change->done;
}

/* ---- at the office ---- */

static bool open_cipher(const struct meter_key *key, struct meter_cipher **out)
{
	struct meter_sta sta;

	meter_sta_sample(&sta);
	return meter_cipher_open(key, &sta, out);
}

/* The key that it will have, so that it can be told whose a token is. */
static bool open_next(const struct sim_world *world, const char *number, struct sim_key_change *change)
{
	const struct bt_sbx *sbx = &world->head.sbx;
	struct meter_key next = {.ea = change->meter.identity.binding.key.ea};
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	struct bt_sbx_key made;

	if (!bt_sbx_consumer_find(sbx->db, number, &consumer) || !bt_sbx_meter_key_find(sbx->db, &consumer, &key) ||
	    !bt_sbx_decoder_key(&sbx->vending, &key.next, &made) || made.len > sizeof next.bytes)
		return false;
	change->krn = key.next.krn;
	memcpy(next.bytes, made.bytes, made.len);
	return open_cipher(&next, &change->next);
}

static bool may_change(const struct sim_world *world, int who)
{
	const struct sim_person *person = &world->town->people[who];
	struct bt_sbx_consumer consumer;

	if (!person->meter_key || person->has_other_key || sim_key_changes(world, who) ||
	    !bt_sbx_consumer_find(world->head.sbx.db, person->number, &consumer))
		return false;
	return consumer.takes_token && !bt_sbx_note_of(consumer.note)->without_key;
}

static void begin(struct sim_world *world, int who)
{
	const struct sim_person *person = &world->town->people[who];
	struct sim_key_change *change = &world->changes[world->change_count];

	*change = (struct sim_key_change){.person = who};
	change->meter.identity = person->identity;
	meter_memory_init(&change->meter.memory, &person->identity);
	if (!bt_sbx_key_change_begin(&world->head.sbx, person->meter) || !open_next(world, person->number, change) ||
	    !open_cipher(&person->identity.binding.key, &change->meter.cipher)) {
		sim_fail(world, "no key change of meter %s", person->meter);
		return;
	}
	world->change_count++;
	sim_trace(world, "the key of meter %s is to change", person->meter);
}

static bool is_in_stage(const struct sim_world *world, const struct sim_key_change *change, const char *stage)
{
	return bt_sbx_store_count(world->head.sbx.db, 0, "SELECT 1 FROM key_changes WHERE meter=? AND stage=?", "tt",
				  world->town->people[change->person].meter, stage) == 1;
}

/* Some record has them above a token of this meter. */
static bool is_listed(const struct sim_world *world, const struct sim_key_change *change)
{
	return bt_sbx_store_count(
		   world->head.sbx.db, 0,
		   "SELECT 1 FROM events e WHERE instr(body, '\"key_change\":[')>0 AND CASE kind WHEN 'delivered' THEN"
		   " json_extract(body,'$.meter')=?1 WHEN 'tokened' THEN EXISTS(SELECT 1 FROM sales s WHERE"
		   " s.sale_id=e.sale_id AND s.meter=?1) END LIMIT 1",
		   "t", world->town->people[change->person].meter) == 1;
}

/* Whether an answer arrived nobody at the office knows: it is done when a record says so. Looked at as long as the
 * trade goes on, and at the end. */
static void look(struct sim_world *world, struct sim_key_change *change)
{
	if (change->is_listed || !is_in_stage(world, change, "done"))
		return;
	change->is_listed = is_listed(world, change);
	if (!change->is_listed)
		sim_fail(world, "the key change of meter %s is taken for done, and stands on no slip",
			 change->meter.identity.drn);
}

void sim_key_begin(struct sim_world *world)
{
	int who = (int)chance_below(&world->chance, MAY_CHANGE);

	for (int i = 0; i < world->change_count; i++)
		look(world, &world->changes[i]);
	if (sim_has(world, SIM_FAULT_KEY_CHANGE) && world->head.up && world->change_count < SIM_KEY_CHANGES &&
	    chance_one_in(&world->chance, 3) && may_change(world, who))
		begin(world, who);
}

/* ---- at the counters ---- */

static bool has_heard(const struct sim_counter *counter, const struct sim_key_change *change)
{
	return bt_sbx_store_count(
		   counter->world->head.sbx.db, 0,
		   "SELECT 1 FROM key_acks JOIN key_changes ON change=place WHERE terminal=? AND meter=?", "tt",
		   counter->number, counter->world->town->people[change->person].meter) == 1;
}

/* Some have nobody there who opens the keys again so soon: there are dockets, under the key before. */
static void lock_keys(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;

	if (chance_one_in(&world->chance, 2))
		return;
	bt_vault_seal(&counter->vault);
	sim_plan(world, sim_between(world, 10, 90) * SIM_MINUTE_MS, SIM_UNLOCK, counter->index,
		 (uint64_t)counter->boot);
}

bool sim_key_cuts_off(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	/* One of them: somebody has to sell under the next key. */
	bool may_go = counter->index == (int)(world->seed % SIM_AT_FIRST);

	for (int i = 0; i < world->change_count && counter->on; i++) {
		const struct sim_key_change *change = &world->changes[i];

		if (change->done || !sim_strikes(world, SIM_FAULT_KEY_CHANGE, may_go ? 700 : 300))
			continue;
		if (may_go && !is_in_stage(world, change, "announced")) {
			lock_keys(counter);
			return true;
		}
		if (has_heard(counter, change))
			continue;
		bt_sync_kick(counter->sync);
		sim_counter_plan_turn(counter);
	}
	return false;
}

static bool names(const struct sim_message *message, const char *text)
{
	return memmem(message->reply.data, message->reply.len, text, strlen(text)) != NULL;
}

/* It is one byte that is another one: the row has its number or its meter still. */
void sim_key_note_spoilt(const struct sim_counter *counter, const struct sim_message *message)
{
	struct sim_world *world = counter->world;
	int sale = sim_find_sale(world, message->call.sale_id);

	if (sale >= 0)
		world->sales[sale].is_spoilt = true;
	for (int i = 0; i < world->change_count && message->call.kind == BT_CALL_DIRECTORY; i++) {
		const struct sim_person *person = &world->town->people[world->changes[i].person];

		if (names(message, person->number) || names(message, person->meter))
			world->changes[i].spoilt[counter->index] = true;
	}
}

/* Whoever may make tokens has the key in its list that follows, before anything of it is out. Where a page of the list
 * was spoilt on its way the row may lack it, and what comes of that is given anew like any token of the key before. */
static void check_counter(struct sim_world *world, struct sim_counter *counter, const struct sim_key_change *change)
{
	const struct sim_person *person = &world->town->people[change->person];
	struct bt_consumer listed;

	if (change->spoilt[counter->index] || !counter->on || !bt_sync_state(counter->sync)->has_lease ||
	    world->now_ms >= bt_sync_state(counter->sync)->lease.expires_ms ||
	    bt_directory_find(counter->directory, person->number, &listed) != BT_OK || !listed.key.present)
		return;
	if (listed.key.krn != change->krn && (!listed.key_next.present || listed.key_next.krn != change->krn))
		sim_fail(world, "the next key of meter %s is used, and %s has a lease and not heard of it",
			 person->meter, counter->number);
}

static bool is_of(const struct meter_cipher *cipher, const struct sim_sale *sale, const char *digits)
{
	struct meter_token token;

	return meter_token_decode(cipher, digits, &token) == METER_ACCEPTED && token.token_class == 0 &&
	       (sale->tid == 0 || token.tid == sale->tid);
}

void sim_key_see(struct sim_world *world, int which, const struct bt_key_tokens *tokens, const char *token)
{
	struct sim_sale *sale = &world->sales[which];
	struct sim_key_change *change = find_change(world, sale->person);
	bool has_tokens = tokens->count > 0, is_next;

	if (!change) {
		if (has_tokens)
			sim_fail(world, "a key change is handed out for a meter whose key stays: %s", sale->id);
		return;
	}
	is_next = is_of(change->next, sale, token);
	if (has_tokens && !is_next)
		sim_fail(world, "a key change, and a token of the key before: %s", sale->id);
	if (has_tokens && change->tokens.count && !bt_key_tokens_equal(&change->tokens, tokens))
		sim_fail(world, "another key change of the same meter: %s", sale->id);
	if (has_tokens)
		change->tokens = sale->key_tokens = *tokens;
	/* Or the slip that a record lists them on is on its way to its consumer. A byte that was another one on the way
	 * may have been of the name that they go by, in the answer or in its counter's list: then they are not there,
	 * and as no record says that they were handed out the next sale brings them. */
	if (is_next && !change->tokens.count && !sale->is_spoilt && !change->spoilt[sale->counter] &&
	    !is_listed(world, change))
		sim_fail(world, "a token of the next key, and no slip with the key change before it: %s", sale->id);
	if (is_next && !change->is_out)
		for (int i = 0; i < SIM_COUNTERS; i++)
			check_counter(world, &world->counters[i], change);
	change->is_out = change->is_out || is_next;
	if (!sale->token[0])
		sale->is_behind = change->done && !is_next;
}

/* The owner made it under the key before, and elsewhere its docket was finished under the next: two tokens of one
 * minute, of which the meter takes one. */
bool sim_key_takes(struct sim_world *world, int which, const char *token)
{
	const struct sim_sale *sale = &world->sales[which];
	const struct sim_key_change *change = find_change(world, sale->person);

	if (!change || strcmp(sale->token, token) == 0)
		return false;
	if (is_of(change->next, sale, token) == is_of(change->next, sale, sale->token))
		return false;
	return sim_clerk_take_second(world, which, token);
}

/* ---- at the meter ---- */

/* What it would not read before it may read now: everybody of the house tries again. And whoever has a docket asks at
 * the next counter what has become of it. */
static void try_again(struct sim_world *world, int person)
{
	for (int i = 0; i < world->sale_count; i++) {
		struct sim_sale *sale = &world->sales[i];

		if (sale->person != person)
			continue;
		if (sale->keyed && sale->accepted == 0)
			sim_plan(world, SIM_MINUTE_MS, SIM_KEY_IN, i, 0);
		else if (sale->docket && !sale->token[0] && !sale->returned)
			sim_plan(world, sim_between(world, 10000, 5 * SIM_MINUTE_MS), SIM_COME_BACK, i, 0);
	}
}

static void take_key(struct sim_world *world, struct sim_key_change *change)
{
	struct meter_cipher *cipher = NULL;

	if (!open_cipher(&change->meter.memory.binding.key, &cipher)) {
		sim_fail(world, "a meter has no cipher");
		return;
	}
	meter_cipher_close(change->meter.cipher);
	change->meter.cipher = cipher;
	change->done = true;
	sim_trace(world, "meter %s has its next key", change->meter.identity.drn);
	world->totals.visited[SIM_PATH_KEY_CHANGED]++;
	try_again(world, change->person);
}

static void enter(struct sim_world *world, struct sim_key_change *change, const char *digits)
{
	struct meter_effect effect = {.held = 0};
	struct meter_token token;
	const struct meter_kind *kind = NULL;

	change->meter.now_s = world->now_ms / 1000;
	(void)meter_key_change_expire(&change->meter.memory.waiting, change->meter.now_s);
	if (meter_token_decode(change->meter.cipher, digits, &token) == METER_ACCEPTED)
		kind = meter_kind_find(token.token_class, token.subclass);
	if (!kind || kind->apply != meter_key_change_apply) {
		sim_fail(world, "meter %s does not read its key change", change->meter.identity.drn);
		return;
	}
	if (kind->apply(&change->meter, &token, &effect) == METER_ACCEPTED)
		take_key(world, change);
}

bool sim_key_in(struct sim_world *world, int which)
{
	const struct bt_key_tokens *tokens = &world->sales[which].key_tokens;
	struct sim_key_change *change = find_change(world, world->sales[which].person);
	int many = tokens->count;
	bool backwards;

	if (!change || change->done || many == 0)
		return true;
	if (!world->healing && chance_one_in(&world->chance, 3))
		many = (int)chance_below(&world->chance, (uint32_t)many);
	backwards = chance_one_in(&world->chance, 3);
	for (int i = 0; i < many && !change->done; i++)
		enter(world, change, tokens->digits[backwards ? tokens->count - 1 - i : i]);
	if (change->done) {
		world->totals.visited[SIM_PATH_KEY_BACKWARDS] += backwards;
		return true;
	}
	world->totals.visited[SIM_PATH_KEY_IN_PART]++;
	sim_plan(world, sim_between(world, SIM_MINUTE_MS, SIM_HOUR_MS), SIM_KEY_IN, which, 0);
	return false;
}

void sim_key_note_taken(struct sim_world *world, const struct sim_sale *sale, const char *digits)
{
	const struct sim_key_change *change = find_change(world, sale->person);

	if (!change || !change->done)
		return;
	world->totals.visited[SIM_PATH_KEY_NEXT]++;
	if (sale->substitute[0] && strcmp(sale->substitute, digits) == 0)
		world->totals.visited[sale->is_behind ? SIM_PATH_KEY_BEHIND : SIM_PATH_KEY_RENEWED]++;
}

/* ---- at the end ---- */

/* What the ledger has of its minutes is of the key that it names, whoever made it; a change that became done as all was
 * mended stands on a slip like any other. */
void sim_key_check(struct sim_world *world)
{
	int64_t differ = bt_sbx_store_count(
	    world->head.sbx.db, 0,
	    "SELECT count(*) FROM exceptions e WHERE code='token_differs' AND NOT EXISTS(SELECT 1 FROM rekeyed r"
	    " WHERE r.sale_id=e.sale_id)",
	    "");

	for (int i = 0; i < world->change_count; i++)
		look(world, &world->changes[i]);
	if (world->change_count > 0 && differ > 0)
		sim_fail(world, "%lld tokens are other ones than the ledger's", (long long)differ);
	world->totals.visited[SIM_PATH_KEY_ELSEWHERE] +=
	    bt_sbx_store_count(world->head.sbx.db, 0,
			       "SELECT count(*) FROM rekeyed JOIN sales USING(sale_id) WHERE state='committed'", "");
}

void sim_key_free(struct sim_world *world)
{
	for (int i = 0; i < world->change_count; i++) {
		meter_cipher_close(world->changes[i].meter.cipher);
		meter_cipher_close(world->changes[i].next);
	}
	world->change_count = 0;
}
