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

static void give_answer(struct sim_counter *counter, bool by_service, struct bt_answer *answer)
{
	struct sim_mail *mail = by_service ? &counter->service_mail : &counter->mail;

	if (mail->count == SIM_ANSWERS) {
		sim_fail(counter->world, "answers pile up at %s", counter->number);
		bt_answer_fini(answer);
		return;
	}
	mail->answers[(mail->first + mail->count++) % SIM_ANSWERS] = *answer;
	counter->turn_ms = counter->world->now_ms;
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
		give_answer(&world->counters[message->counter], message->to_service, &answer);
	release(message);
}

/* The line to the service is another one, and it breaks for a moment only. */
static bool is_reachable(struct sim_world *world, const struct sim_counter *counter, bool to_service)
{
	/* What a machine does in the moment in which its power fails goes nowhere. */
	if (counter->disk->off)
		return false;
	if (to_service)
		return !sim_strikes(world, SIM_FAULT_OUTAGE, 120);
	return world->head.up && counter->linked;
}

static const struct bt_protocol *protocol_of(const struct sim_message *message)
{
	return message->to_service ? &bt_protocol_psp : &bt_protocol_rest;
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

static enum bt_err submit(struct sim_counter *counter, const struct bt_call *call, bool to_service)
{
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
	message->to_service = to_service;
	tag = tag_of(world, message);
	err = protocol_of(message)->encode(call, &message->request);
	if (err)
		return err;
	message->used = true;
	message->call.body = (struct bt_bytes){NULL, 0};
	message->sent_ms = world->now_ms;
	bt_buf_init(&message->reply, bt_call_reply_max(call->kind));
	if (!is_reachable(world, counter, to_service)) {
		sim_plan(world, sim_between(world, 1, 40), SIM_DEADLINE, counter->index, tag);
		return BT_OK;
	}
	send_copies(world, message, tag);
	sim_plan(world, call->deadline_ms, SIM_DEADLINE, counter->index, tag);
	return BT_OK;
}

static enum bt_err submit_to_head(void *self, const struct bt_call *call)
{
	return submit(self, call, false);
}

static enum bt_err submit_to_service(void *self, const struct bt_call *call)
{
	return submit(self, call, true);
}

static bool take(struct sim_mail *mail, struct bt_answer *out)
{
	if (mail->count == 0)
		return false;
	*out = mail->answers[mail->first];
	mail->first = (mail->first + 1) % SIM_ANSWERS;
	mail->count--;
	return true;
}

static bool take_from_head(void *self, struct bt_answer *out)
{
	return take(&((struct sim_counter *)self)->mail, out);
}

static bool take_from_service(void *self, struct bt_answer *out)
{
	return take(&((struct sim_counter *)self)->service_mail, out);
}

static int no_descriptor(void *self)
{
	(void)self;
	return -1;
}

struct bt_wire sim_net_wire(struct sim_counter *counter)
{
	return (struct bt_wire){.submit = submit_to_head,
				.take = take_from_head,
				.fd = no_descriptor,
				.self = counter,
				.protocol =
				    counter->world->head.sbx.picks ? &bt_protocol_rest_picks : &bt_protocol_rest};
}

struct bt_wire sim_net_service_wire(struct sim_counter *counter)
{
	return (struct bt_wire){.submit = submit_to_service,
				.take = take_from_service,
				.fd = no_descriptor,
				.self = counter,
				.protocol = &bt_protocol_psp};
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

/* A copy of the ledger that lags behind, or a machine in between: it knows no such sale and writes nothing down. What
 * it says is no tombstone (PROTOCOL H3). */
static bool is_asked_elsewhere(struct sim_world *world, const struct sim_message *message)
{
	return (message->call.kind == BT_CALL_INQUIRY || message->call.kind == BT_CALL_REVERSAL) &&
	       sim_strikes(world, SIM_FAULT_STALE_COPY, 200);
}

static int say_not_found(struct sim_world *world, const struct sim_message *message, struct bt_buf *reply)
{
	world->totals.visited[SIM_PATH_NOT_FOUND]++;
	return bt_buf_printf(reply, "{\"error\":{\"code\":\"unknown_sale\"},\"sale_id\":\"%s\"}",
			     message->call.sale_id) == BT_OK
		   ? 404
		   : 500;
}

static int serve(struct sim_world *world, const struct sim_message *message, bool reply_leaves, struct bt_buf *reply)
{
	if (message->to_service)
		return sim_head_end_serve_payments(&world->head, &message->request, reply);
	if (is_asked_elsewhere(world, message))
		return say_not_found(world, message, reply);
	if (message->call.kind == BT_CALL_SALE && world->now_ms - message->sent_ms > SIM_DAY_MS)
		world->totals.visited[SIM_PATH_ID_AFTER_DAYS]++;
	return sim_head_end_serve(&world->head, world->counters[message->counter].number, &message->request,
				  reply_leaves, reply);
}

/* What the head-end would not have made at its owner's counter it has made for another one, whether that one hears of
 * it or not: its owner may have it now, too. */
static void note_finished(struct sim_world *world, const struct sim_message *message)
{
	int which = sim_find_sale(world, message->call.sale_id);

	if (message->call.kind == BT_CALL_FINISH && (message->status == 200 || message->status == 201) && which >= 0)
		world->sales[which].refused = false;
}

void sim_net_request(struct sim_world *world, uint64_t tag)
{
	struct sim_message *message = find_message(world, tag);
	struct bt_buf reply;
	bool lost;

	if (!message)
		return;
	message->copies--;
	if (!message->to_service && (!world->head.up || !world->counters[message->counter].linked)) {
		release(message);
		return;
	}
	/* A second copy is served like the first; its reply finds nobody. */
	lost = message->status != 0 || message->answered || sim_strikes(world, SIM_FAULT_LOSE_REPLY, 120);
	if (message->status != 0)
		world->totals.visited[SIM_PATH_DUPLICATE_REQUEST]++;
	bt_buf_init(&reply, bt_call_reply_max(message->call.kind));
	message->status = serve(world, message, !lost, &reply);
	message->era = world->head.sbx.era;
	note_tombstone(world, message, &reply);
	note_finished(world, message);
	sim_hash_fold(&world->totals.hash, (uint64_t)message->status);
	sim_trace(world, "%s asked for %s: %d %.*s", world->counters[message->counter].number,
		  bt_call_name(message->call.kind), message->status, message->status >= 400 ? 90 : 0,
		  reply.data ? (const char *)reply.data : "");
	if (!lost) {
		bt_buf_fini(&message->reply);
		message->reply = reply;
	} else {
		bt_buf_fini(&reply);
	}
	send_reply(world, message, tag, lost);
	release(message);
}

/* Cut short, or a byte of it is another one. @return true when it is. */
static bool spoil(struct sim_world *world, struct bt_buf *body)
{
	if (body->len == 0 || !sim_strikes(world, SIM_FAULT_CORRUPT, 60))
		return false;
	if (chance_one_in(&world->chance, 2))
		body->len = chance_below(&world->chance, (uint32_t)body->len);
	else
		body->data[chance_below(&world->chance, (uint32_t)body->len)] ^= 0x5a;
	return true;
}

/* A sale whose outcome was not known: what the head-end says of it now (PROTOCOL T5, H3). */
static void note_inquiry(struct sim_counter *counter, const struct sim_message *message, const struct bt_answer *answer)
{
	struct sim_world *world = counter->world;
	struct bt_sale_row row;
	enum sim_path path = SIM_PATH_DOUBT_STAYS;

	if (answer->kind != BT_CALL_INQUIRY ||
	    bt_journal_sale(counter->journal, message->call.sale_id, &row) != BT_OK || row.stage != BT_STAGE_INQUIRING)
		return;
	if (answer->fault.err == BT_OK)
		path = SIM_PATH_DOUBT_SOLD;
	else if (answer->fault.err == BT_EREFUSED) {
		path = SIM_PATH_DOUBT_NOTHING;
		sim_clerk_note_refused(counter, answer->sale_id);
	}
	world->totals.visited[path]++;
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

/* The line breaks between the bank's word and the sale: somebody else may have it from the head-end meanwhile. */
static void break_after_word(struct sim_counter *counter, const struct bt_answer *answer)
{
	struct sim_world *world = counter->world;

	if (answer->kind != BT_CALL_PAYMENT || answer->fault.err != BT_OK ||
	    answer->payment.status != BT_PAYMENT_PAID || !world->head.sbx.picks || world->healing ||
	    chance_one_in(&world->chance, 4))
		return;
	counter->linked = false;
	counter->cut_off_until_ms = world->now_ms + sim_between(world, 1, 20) * SIM_MINUTE_MS;
}

void sim_net_reply(struct sim_world *world, uint64_t tag)
{
	struct sim_message *message = find_message(world, tag);
	struct sim_counter *counter;
	struct bt_answer answer;
	struct bt_http_reply reply;
	bool spoilt;

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
	/* A name that the service gave would be another one for good; TLS is what keeps it whole. */
	spoilt = !message->to_service && spoil(world, &message->reply);
	message->answered = true;
	reply = (struct bt_http_reply){
	    .status = message->status, .era = message->era, .body = bt_buf_view(&message->reply)};
	protocol_of(message)->decode(&message->call, &reply, &answer);
	if (spoilt && answer.fault.err == BT_OK)
		sim_key_note_spoilt(counter, message);
	note_made_twice(world, &answer);
	note_inquiry(counter, message, &answer);
	if (answer.kind == BT_CALL_SALE && answer.fault.err == BT_EREFUSED && strcmp(answer.code, "era") != 0 &&
	    strcmp(answer.code, "tid_wait") != 0 && strcmp(answer.code, "docket_waits") != 0)
		sim_clerk_note_refused(counter, answer.sale_id);
	if (answer.kind == BT_CALL_SALE && strcmp(answer.code, "key_mismatch") == 0)
		world->totals.visited[SIM_PATH_KEY_CHANGED_MEANWHILE]++;
	if (!message->to_service)
		break_after_word(counter, &answer);
	give_answer(counter, message->to_service, &answer);
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

void sim_net_note_drain(const struct sim_counter *counter)
{
	struct sim_world *world = counter->world;

	for (int i = 0; i < SIM_MESSAGES; i++) {
		const struct sim_message *message = &world->messages[i];

		if (!message->used || message->answered || message->counter != counter->index ||
		    message->call.kind != BT_CALL_JOURNAL)
			continue;
		world->totals.visited[message->status == 0 ? SIM_PATH_DRAIN_UNSERVED : SIM_PATH_DRAIN_UNANSWERED]++;
		return;
	}
	if (counter->sync && bt_sync_state(counter->sync)->to_send > 0)
		world->totals.visited[SIM_PATH_DRAIN_BETWEEN]++;
}

void sim_net_forget(struct sim_counter *counter)
{
	struct bt_answer answer;

	for (int i = 0; i < SIM_MESSAGES; i++) {
		struct sim_message *message = &counter->world->messages[i];

		if (message->used && message->counter == counter->index) {
			message->answered = true;
			release(message);
		}
	}
	while (take(&counter->mail, &answer) || take(&counter->service_mail, &answer))
		bt_answer_fini(&answer);
}

void sim_net_free(struct sim_world *world)
{
	for (int i = 0; i < SIM_MESSAGES; i++)
		if (world->messages[i].used)
			drop_message(&world->messages[i]);
}
