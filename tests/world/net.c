/* The net between counters and head-end: the real codec on both ends of it, and everything that may happen to bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/world/world.h"

#define DELAY_MOST_MS 8000
#define LATE_MOST_MS  (3 * SIM_DAY_MS)

/* A tag names a place and who holds it: what was meant for an earlier message finds nobody. */
static uint64_t tag_of(const struct sim_world *world, const struct sim_message *message)
{
	return message->holder << 8 | (uint64_t)(message - world->messages);
}

static struct sim_message *find_message(struct sim_world *world, uint64_t tag)
{
	struct sim_message *message = &world->messages[tag & 0xff];

	return message->used && message->holder == tag >> 8 ? message : NULL;
}

static void drop_message(struct sim_message *message)
{
	bt_buf_fini(&message->request.body);
	bt_buf_fini(&message->reply);
	message->used = false;
}

/* A message lives until its answer is given and no copy of the request is under way. */
static void release(struct sim_message *message)
{
	if (message->answered && message->copies == 0)
		drop_message(message);
}

/* ---- the counter's end ---- */

static void give_answer(struct sim_counter *counter, struct bt_answer *answer)
{
	if (counter->answer_count == SIM_ANSWERS) {
		sim_fail(counter->world, "answers pile up at %s", counter->number);
		bt_answer_fini(answer);
		return;
	}
	counter->answers[(counter->answer_first + counter->answer_count++) % SIM_ANSWERS] = *answer;
	counter->turn_ms = INT64_MAX;
	sim_plan(counter->world, 0, SIM_TURN, counter->index, (uint64_t)counter->generation);
}

static struct bt_answer begin_answer(const struct sim_world *world, const struct sim_message *message)
{
	return (struct bt_answer){
	    .kind = message->call.kind, .id = message->call.id, .latency_ms = (int)(world->now_ms - message->sent_ms)};
}

static void answer_failed(struct sim_world *world, struct sim_message *message, enum bt_err err)
{
	struct bt_answer answer = begin_answer(world, message);

	message->answered = true;
	answer.fault.err = err;
	bt_text_copy(answer.sale_id, sizeof answer.sale_id, "");
	if (world->counters[message->counter].boot == message->boot)
		give_answer(&world->counters[message->counter], &answer);
	release(message);
}

static bool is_reachable(const struct sim_world *world, const struct sim_counter *counter)
{
	return world->head.up && counter->linked;
}

static int64_t travel_ms(struct sim_world *world)
{
	return sim_strikes(world, SIM_FAULT_DELAY, 150) ? sim_between(world, 500, DELAY_MOST_MS)
							: sim_between(world, 5, 120);
}

static void send_copies(struct sim_world *world, struct sim_message *message, uint64_t tag)
{
	bool strays = sim_strikes(world, SIM_FAULT_LOSE_REQUEST, 80);

	/* What goes astray may come when nobody waits for it any more. */
	if (!strays || chance_one_in(&world->chance, 2)) {
		message->copies++;
		sim_plan(world, strays ? sim_between(world, 35000, 10 * SIM_MINUTE_MS) : travel_ms(world), SIM_REQUEST,
			 message->counter, tag);
	}
	if (sim_strikes(world, SIM_FAULT_DUPLICATE, 60)) {
		message->copies++;
		sim_plan(world, sim_between(world, 10, chance_one_in(&world->chance, 4) ? LATE_MOST_MS : 60000),
			 SIM_REQUEST, message->counter, tag);
	}
}

static enum bt_err submit(void *self, const struct bt_call *call)
{
	struct sim_counter *counter = self;
	struct sim_world *world = counter->world;
	struct sim_message *message = NULL;
	uint64_t tag;
	enum bt_err err;

	for (int i = 0; i < SIM_MESSAGES && !message; i++)
		if (!world->messages[i].used)
			message = &world->messages[i];
	if (!message)
		return BT_EFULL;
	*message = (struct sim_message){
	    .call = *call, .counter = counter->index, .boot = counter->boot, .holder = ++world->next_holder};
	tag = tag_of(world, message);
	err = bt_protocol_rest.encode(call, &message->request);
	if (err)
		return err;
	message->used = true;
	message->call.body = (struct bt_bytes){NULL, 0};
	message->sent_ms = world->now_ms;
	bt_buf_init(&message->reply, bt_call_reply_max(call->kind));
	if (!is_reachable(world, counter)) {
		sim_plan(world, sim_between(world, 1, 40), SIM_DEADLINE, counter->index, tag);
		return BT_OK;
	}
	send_copies(world, message, tag);
	sim_plan(world, call->deadline_ms, SIM_DEADLINE, counter->index, tag);
	return BT_OK;
}

static bool take(void *self, struct bt_answer *out)
{
	struct sim_counter *counter = self;

	if (counter->answer_count == 0)
		return false;
	*out = counter->answers[counter->answer_first];
	counter->answer_first = (counter->answer_first + 1) % SIM_ANSWERS;
	counter->answer_count--;
	return true;
}

static int no_descriptor(void *self)
{
	(void)self;
	return -1;
}

struct bt_wire sim_net_wire(struct sim_counter *counter)
{
	return (struct bt_wire){
	    .submit = submit, .take = take, .fd = no_descriptor, .self = counter, .protocol = &bt_protocol_rest};
}

/* ---- what happens on the way ---- */

static void note_commit_without_reply(struct sim_world *world, const struct sim_message *message)
{
	if (message->call.kind == BT_CALL_SALE && (message->status == 200 || message->status == 201))
		world->totals.visited[SIM_PATH_REPLY_LOST_AFTER_COMMIT]++;
}

static void send_reply(struct sim_world *world, struct sim_message *message, uint64_t tag, bool lost)
{
	if (lost) {
		note_commit_without_reply(world, message);
		return;
	}
	message->copies++;
	sim_plan(world, travel_ms(world), SIM_REPLY, message->counter, tag);
}

/* A sale that was closed meanwhile is never made (PROTOCOL H3). */
static void note_tombstone(struct sim_world *world, const struct sim_message *message, const struct bt_buf *reply)
{
	if (message->call.kind == BT_CALL_SALE && message->status != 200 && message->status != 201 &&
	    (memmem(reply->data, reply->len, "\"tombstone\"", 11) ||
	     memmem(reply->data, reply->len, "\"reversed\"", 10)))
		world->totals.visited[SIM_PATH_TOMBSTONE_HIT]++;
}

void sim_net_request(struct sim_world *world, uint64_t tag)
{
	struct sim_message *message = find_message(world, tag);
	struct bt_buf reply;
	bool lost;

	if (!message)
		return;
	message->copies--;
	if (!world->head.up || !world->counters[message->counter].linked) {
		release(message);
		return;
	}
	/* A second copy is served like the first; its reply finds nobody. */
	lost = message->status != 0 || message->answered || sim_strikes(world, SIM_FAULT_LOSE_REPLY, 120);
	if (message->status != 0)
		world->totals.visited[SIM_PATH_DUPLICATE_REQUEST]++;
	bt_buf_init(&reply, bt_call_reply_max(message->call.kind));
	message->status = sim_head_end_serve(&world->head, world->counters[message->counter].number, &message->request,
					     !lost, &reply);
	message->era = world->head.sbx.era;
	note_tombstone(world, message, &reply);
	sim_hash_fold(&world->totals.hash, (uint64_t)message->status);
	sim_trace(world, "%s asked for %s: %d", world->counters[message->counter].number,
		  bt_call_name(message->call.kind), message->status);
	if (!lost) {
		bt_buf_fini(&message->reply);
		message->reply = reply;
	} else {
		bt_buf_fini(&reply);
	}
	send_reply(world, message, tag, lost);
	release(message);
}

/* Cut short, or a byte of it is another one. */
static void spoil(struct sim_world *world, struct bt_buf *body)
{
	if (body->len == 0 || !sim_strikes(world, SIM_FAULT_CORRUPT, 60))
		return;
	if (chance_one_in(&world->chance, 2))
		body->len = chance_below(&world->chance, (uint32_t)body->len);
	else
		body->data[chance_below(&world->chance, (uint32_t)body->len)] ^= 0x5a;
}

static void note_made_twice(struct sim_world *world, const struct bt_answer *answer)
{
	int sale = answer->fault.err == BT_OK && answer->token[0] ? sim_find_sale(world, answer->sale_id) : -1;

	if (sale >= 0 && world->sales[sale].token[0])
		world->totals.visited[SIM_PATH_MADE_HERE_AND_THERE]++;
	if (answer->kind == BT_CALL_SALE && answer->fault.err == BT_EREFUSED) {
		sale = sim_find_sale(world, answer->sale_id);
		if (sale >= 0 && world->sales[sale].token[0])
			world->totals.visited[SIM_PATH_REFUSAL_AFTER_FALLBACK]++;
	}
}

void sim_net_reply(struct sim_world *world, uint64_t tag)
{
	struct sim_message *message = find_message(world, tag);
	struct sim_counter *counter;
	struct bt_answer answer;
	struct bt_http_reply reply;

	if (!message)
		return;
	counter = &world->counters[message->counter];
	answer = begin_answer(world, message);
	message->copies--;
	if (message->answered || counter->boot != message->boot || !counter->on) {
		if (!message->answered)
			note_commit_without_reply(world, message);
		message->answered = message->answered || counter->boot != message->boot;
		release(message);
		return;
	}
	spoil(world, &message->reply);
	message->answered = true;
	reply = (struct bt_http_reply){
	    .status = message->status, .era = message->era, .body = bt_buf_view(&message->reply)};
	bt_protocol_rest.decode(&message->call, &reply, &answer);
	note_made_twice(world, &answer);
	if (answer.kind == BT_CALL_SALE && answer.fault.err == BT_EREFUSED && strcmp(answer.code, "era") != 0 &&
	    strcmp(answer.code, "tid_wait") != 0)
		sim_clerk_note_refused(counter, answer.sale_id);
	if (answer.kind == BT_CALL_SALE && strcmp(answer.code, "key_mismatch") == 0)
		world->totals.visited[SIM_PATH_KEY_CHANGED_MEANWHILE]++;
	give_answer(counter, &answer);
	release(message);
}

void sim_net_deadline(struct sim_world *world, uint64_t tag)
{
	struct sim_message *message = find_message(world, tag);
	bool never_left;

	if (!message || message->answered)
		return;
	never_left = message->copies == 0 && message->status == 0 &&
		     world->now_ms - message->sent_ms < message->call.deadline_ms;
	if (message->status != 0)
		note_commit_without_reply(world, message);
	answer_failed(world, message, never_left ? BT_EUNREACHABLE : BT_ETIMEOUT);
}

bool sim_net_is_uploading(const struct sim_counter *counter)
{
	for (int i = 0; i < SIM_MESSAGES; i++) {
		const struct sim_message *message = &counter->world->messages[i];

		if (message->used && !message->answered && message->counter == counter->index &&
		    message->call.kind == BT_CALL_JOURNAL)
			return true;
	}
	return false;
}

void sim_net_forget(struct sim_counter *counter)
{
	for (int i = 0; i < SIM_MESSAGES; i++) {
		struct sim_message *message = &counter->world->messages[i];

		if (message->used && message->counter == counter->index) {
			message->answered = true;
			release(message);
		}
	}
	while (counter->answer_count > 0) {
		struct bt_answer answer;

		if (take(counter, &answer))
			bt_answer_fini(&answer);
	}
}

void sim_net_free(struct sim_world *world)
{
	for (int i = 0; i < SIM_MESSAGES; i++)
		if (world->messages[i].used)
			drop_message(&world->messages[i]);
}
