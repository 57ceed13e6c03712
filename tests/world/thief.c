/* A thief with a copy of a counter's disk and its passphrase. What the copy hands out is bounded by the lease, once
 * more for each copy, and it comes to light: as two heads of one record, or as minutes in meters that nobody ever
 * reported (PROTOCOL L4). The counter that was copied goes on and is right about its money. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sandbox/alarms.h"
#include "tests/world/world.h"

#define TRIES       15 /* sales that a thief attempts */
#define TOKENS      TRIES
#define TURNS       400 /* until a copy has told the head-end what it has */
#define ALARMS_MOST 128
#define ANSWERS     16
#define UPLOAD_MAX  (1 << 20)

struct sim_thief {
	struct sim_counter counter; /* a copy of the victim, over its own disk */
	int victim;
	bool online;
	struct bt_answer answers[ANSWERS];
	int answer_count;
	bt_paise paise, allowed;
	int64_t copied; /* newest record that the victim made */
	int sale_count;
	char sale_ids[TRIES][37];
	int token_count;
	struct {
		int person;
		uint32_t tid;
	} tokens[TOKENS]; /* that meters took */
};

/* ---- its net: none, or the head-end itself ---- */

static enum bt_err submit(void *self, const struct bt_call *call)
{
	struct sim_thief *thief = self;
	struct sim_world *world = thief->counter.world;
	struct bt_answer *answer = &thief->answers[thief->answer_count];
	struct bt_http_request request;
	struct bt_http_reply reply = {.era = world->head.sbx.era};
	struct bt_buf body;
	enum bt_err err;

	if (thief->answer_count == ANSWERS)
		return BT_EFULL;
	*answer = (struct bt_answer){.kind = call->kind, .id = call->id, .fault = {.err = BT_EUNREACHABLE}};
	if (thief->online) {
		err = bt_protocol_rest.encode(call, &request);
		if (err)
			return err;
		bt_buf_init(&body, bt_call_reply_max(call->kind));
		reply.status = sim_head_end_serve(&world->head, thief->counter.number, &request, true, &body);
		reply.body = bt_buf_view(&body);
		bt_protocol_rest.decode(call, &reply, answer);
		bt_buf_fini(&request.body);
		bt_buf_fini(&body);
	}
	thief->answer_count++;
	return BT_OK;
}

static bool take(void *self, struct bt_answer *out)
{
	struct sim_thief *thief = self;

	if (thief->answer_count == 0)
		return false;
	*out = thief->answers[0];
	thief->answer_count--;
	memmove(thief->answers, thief->answers + 1, (size_t)thief->answer_count * sizeof *thief->answers);
	return true;
}

static int no_descriptor(void *self)
{
	(void)self;
	return -1;
}

/* ---- its printer: none is needed for 20 digits ---- */

static enum bt_err print(void *self, const struct bt_print_job *job)
{
	(void)self;
	(void)job;
	return BT_OK;
}

static bool take_print(void *self, struct bt_print_result *out)
{
	(void)self;
	(void)out;
	return false;
}

static enum bt_paper paper(void *self)
{
	(void)self;
	return BT_PAPER_OK;
}

/* ---- the copy ---- */

static bool copy_file(const char *from, const char *to)
{
	char bytes[65536];
	FILE *in = fopen(from, "re"), *out = in ? fopen(to, "we") : NULL;
	size_t len;
	bool ok = in && out;

	while (ok && (len = fread(bytes, 1, sizeof bytes, in)) > 0)
		ok = fwrite(bytes, 1, len, out) == len;
	if (in)
		fclose(in);
	return (!out || fclose(out) == 0) && ok;
}

static void copy_caches(struct sim_thief *thief, const char *from)
{
	static const char *const names[] = {"directory.db", "lease.json", "tariff.json"};
	char path[160], copy[160];

	(void)mkdir(thief->counter.cache_dir, 0700);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", from, names[i]);
		snprintf(copy, sizeof copy, "%s/%s", thief->counter.cache_dir, names[i]);
		(void)copy_file(path, copy);
	}
}

static void copy_disk(struct power_disk *from, struct power_disk *to, uint64_t seed)
{
	struct power_image image = {0};

	power_settle(from);
	power_save(from, &image);
	power_format(to, seed);
	power_load(to, &image);
	power_image_fini(&image);
}

static void make_copy(struct sim_thief *thief, struct sim_counter *victim, struct power_disk *disk)
{
	struct sim_world *world = victim->world;
	struct sim_counter *copy = &thief->counter;

	*copy = *victim;
	copy->to_service = (struct bt_wire){.submit = NULL};
	thief->victim = victim->index;
	copy->index = SIM_COUNTERS;
	copy->disk = disk;
	copy->chance.state = chance_next(&world->chance);
	copy->clock.self = copy;
	copy->random.self = &copy->chance;
	copy->skew_ms = 0;
	copy->booted_ms = world->now_ms;
	copy->wire = (struct bt_wire){
	    .submit = submit, .take = take, .fd = no_descriptor, .self = thief, .protocol = victim->wire.protocol};
	copy->sink =
	    (struct bt_sink){.submit = print, .take = take_print, .fd = no_descriptor, .paper = paper, .self = thief};
	snprintf(copy->cache_dir, sizeof copy->cache_dir, "%s/thief", world->town->dir);
	copy_caches(thief, victim->cache_dir);
	copy_disk(victim->disk, disk, chance_next(&world->chance));
}

/* ---- what it sells ---- */

static void turn(struct sim_thief *thief)
{
	struct bt_answer answer;

	while (bt_wire_take(&thief->counter.wire, &answer)) {
		if (!bt_teller_answer(thief->counter.teller, &answer))
			(void)bt_sync_answer(thief->counter.sync, &answer);
		bt_answer_fini(&answer);
	}
	bt_teller_step(thief->counter.teller);
	bt_sync_step(thief->counter.sync);
}

static void hand_out(struct sim_thief *thief, int person, const struct bt_sale_row *row)
{
	struct sim_world *world = thief->counter.world;

	thief->paise += row->amount;
	if (sim_meter_take(world, person, row->token) && thief->token_count < TOKENS) {
		thief->tokens[thief->token_count].person = person;
		thief->tokens[thief->token_count++].tid = row->tid;
	}
}

static void sell_one(struct sim_thief *thief)
{
	struct sim_world *world = thief->counter.world;
	struct bt_draft draft = {.tender = bt_tender_find("cash"), .amount = sim_between(world, 500, 3000) * 100};
	int person = (int)chance_below(&world->chance, SIM_PEOPLE);
	struct bt_sale_row row;
	char sale_id[37];

	if (bt_directory_find(thief->counter.directory, world->town->people[person].number, &draft.consumer) != BT_OK ||
	    draft.consumer.kind == BT_KIND_DUES || bt_teller_pay(thief->counter.teller, &draft, sale_id, NULL) != BT_OK)
		return;
	bt_text_copy(thief->sale_ids[thief->sale_count++], sizeof sale_id, sale_id);
	turn(thief);
	turn(thief);
	if (bt_journal_sale(thief->counter.journal, sale_id, &row) == BT_OK && row.made_here && row.token[0])
		hand_out(thief, person, &row);
}

/* The passphrase opens the keys, and whoever has it says what time it is. */
static bool open_copy(struct sim_thief *thief)
{
	struct sim_counter *copy = &thief->counter;
	struct bt_fault fault = {0};
	enum bt_err err = sim_counter_open(copy, &fault);

	if (err) {
		sim_fail(copy->world, "the copy of %s does not start: %s (%s)", copy->number, bt_err_name(err),
			 fault.what);
		return false;
	}
	copy->on = true;
	sim_counter_unlock(copy);
	return bt_sync_confirm_clock(copy->sync, copy->world->now_ms, SIM_SUPERVISOR, NULL) == BT_OK;
}

void sim_thief_strike(struct sim_counter *victim)
{
	struct sim_world *world = victim->world;
	struct sim_thief *thief = calloc(1, sizeof *thief);
	const struct bt_sync_state *state;

	if (!thief)
		return;
	world->thief = thief;
	make_copy(thief, victim, world->thief_disk);
	thief->copied = INT64_MAX;
	if (open_copy(thief)) {
		thief->copied = bt_journal_head(thief->counter.journal).seq;
		state = bt_sync_state(thief->counter.sync);
		thief->allowed = state->has_lease ? state->lease.total_cap : 0;
		for (int i = 0; i < TRIES; i++)
			sell_one(thief);
	}
	sim_trace(world, "a thief with the disk of %s hands out %d tokens over %lld paise", victim->number,
		  thief->token_count, (long long)thief->paise);
	if (thief->paise > thief->allowed)
		sim_fail(world, "a copy of %s has issued %lld paise, the lease allows %lld", victim->number,
			 (long long)thief->paise, (long long)thief->allowed);
	sim_counter_close(&thief->counter);
}

/* ---- how it comes to light ---- */

static bool is_flagged(struct sim_world *world, const char *number)
{
	return bt_sbx_store_count(world->head.sbx.db, 0,
				  "SELECT count(*) FROM exceptions WHERE terminal=? AND code IN ('fork','epoch')", "t",
				  number) > 0;
}

/* The program itself stops when the head-end holds another history of its record, or more of it. */
static bool has_stopped(const struct sim_thief *thief)
{
	const struct bt_sync_state *state = bt_sync_state(thief->counter.sync);

	return state->forked || state->ahead;
}

/* One day the copy is on the net, run as it is. */
static void go_online(struct sim_thief *thief)
{
	struct sim_world *world = thief->counter.world;

	thief->online = true;
	bt_sync_kick(thief->counter.sync);
	for (int i = 0; i < TURNS && !has_stopped(thief); i++) {
		turn(thief);
		world->now_ms += 50;
	}
	if (has_stopped(thief))
		world->totals.visited[SIM_PATH_CLONE_STOPPED]++;
}

struct parcel {
	struct bt_buf text;
	bool full;
};

static bool pack(void *context, const struct bt_event *event)
{
	struct parcel *parcel = context;

	parcel->full = parcel->text.len > UPLOAD_MAX / 2;
	return !parcel->full &&
	       (parcel->text.data[parcel->text.len - 1] == '[' || bt_buf_put_text(&parcel->text, ",") == BT_OK) &&
	       bt_journal_line(event, &parcel->text) == BT_OK;
}

/* A program of the thief's own asks nothing first: it sends what the copy has made. */
static void upload(struct sim_thief *thief)
{
	struct sim_world *world = thief->counter.world;
	struct bt_http_request request = {.method = "POST", .path = "/v1/journal"};
	struct parcel parcel = {.full = false};
	struct bt_buf reply;

	bt_buf_init(&parcel.text, UPLOAD_MAX);
	bt_buf_init(&reply, UPLOAD_MAX);
	if (bt_buf_printf(&parcel.text, "{\"terminal\":\"%s\",\"epoch\":%lld,\"events\":[", thief->counter.number,
			  (long long)bt_journal_epoch(thief->counter.journal)) == BT_OK &&
	    bt_journal_read(thief->counter.journal, thief->copied, pack, &parcel, NULL) == BT_OK &&
	    bt_buf_put(&parcel.text, "]}", 3) == BT_OK) {
		request.body = parcel.text;
		request.body.len--; /* its text ends with a NUL for those that search it */
		(void)sim_head_end_serve(&world->head, thief->counter.number, &request, true, &reply);
	}
	bt_buf_fini(&parcel.text);
	bt_buf_fini(&reply);
	if (!is_flagged(world, thief->counter.number))
		sim_fail(world, "a second head of %s is not noticed", thief->counter.number);
	world->totals.visited[SIM_PATH_CLONE_FLAGGED]++;
}

static void be_found_out(struct sim_thief *thief)
{
	thief->counter.booted_ms = thief->counter.world->now_ms;
	thief->counter.boot++;
	if (!open_copy(thief))
		return;
	go_online(thief);
	upload(thief);
	sim_counter_close(&thief->counter);
}

int64_t sim_thief_posted(const struct sim_world *world)
{
	int64_t paise = 0;

	for (int i = 0; world->thief && i < world->thief->sale_count; i++)
		paise += bt_sbx_store_count(world->head.sbx.db, 0,
					    "SELECT sum(paise) FROM sales WHERE sale_id=? AND state='committed'", "t",
					    world->thief->sale_ids[i]);
	return paise;
}

/* Every meter is read, once: what it took and nobody reported. */
static int read_meters(struct sim_world *world, struct bt_sbx_alarm *alarms)
{
	char tid[16];

	for (int i = 0; i < SIM_PEOPLE; i++)
		for (int k = 0; k < SIM_METER_TIDS; k++)
			if (world->meters[i].tids[k] != 0) {
				snprintf(tid, sizeof tid, "%u", world->meters[i].tids[k]);
				if (!bt_sbx_meter_read_put(&world->head.sbx, world->town->people[i].meter, tid))
					sim_fail(world, "a meter cannot be read");
			}
	return bt_sbx_alarms(&world->head.sbx, ALARMS_MOST, alarms);
}

static bool is_reported(struct sim_world *world, const char *meter, uint32_t tid)
{
	return bt_sbx_store_count(world->head.sbx.db, 0, "SELECT count(*) FROM minutes WHERE meter=? AND tid=?", "ti",
				  meter, (int64_t)tid) > 0;
}

static int count_stolen(struct sim_world *world)
{
	const struct sim_thief *thief = world->thief;
	int count = 0;

	for (int i = 0; thief && i < thief->token_count; i++)
		count += !is_reported(world, world->town->people[thief->tokens[i].person].meter, thief->tokens[i].tid);
	return count;
}

static void check_alarms(struct sim_world *world)
{
	static struct bt_sbx_alarm alarms[ALARMS_MOST];
	int count = read_meters(world, alarms), minutes = 0, stolen = count_stolen(world);
	const char *victim = world->thief ? world->thief->counter.number : "";

	for (int i = 0; i < count; i++) {
		if (strcmp(alarms[i].kind, "lane_minute") != 0)
			continue;
		minutes++;
		sim_trace(world, "meter %s: %s", alarms[i].subject, alarms[i].detail);
		if (strcmp(alarms[i].terminal, victim) != 0)
			sim_fail(world, "%s is taken for a clone: %s", alarms[i].terminal, alarms[i].detail);
	}
	if (minutes != stolen)
		sim_fail(world, "of %d minutes that a thief sold %d are noticed", stolen, minutes);
	if (stolen > 0)
		world->totals.visited[SIM_PATH_CLONE_IN_METERS]++;
}

void sim_thief_come_to_light(struct sim_world *world)
{
	check_alarms(world);
	for (int i = 0; i < SIM_COUNTERS; i++)
		if (is_flagged(world, world->counters[i].number)) {
			world->totals.clones++;
			sim_fail(world, "%s is flagged, and there is no other", world->counters[i].number);
		}
	if (world->thief && !world->failure[0])
		be_found_out(world->thief);
}

void sim_thief_free(struct sim_world *world)
{
	if (!world->thief)
		return;
	sim_counter_close(&world->thief->counter);
	while (world->thief->answer_count > 0)
		bt_answer_fini(&world->thief->answers[--world->thief->answer_count]);
	sim_counter_forget_caches(&world->thief->counter);
	free(world->thief);
	world->thief = NULL;
}
