/* What sending costs after a long outage: sales made without the server, drained through sync and teller against a
 * head-end in this process that keeps what a head-end has to keep of them: the newest hash, and a signature over it.
 *
 * Beside it the least work that sending can be: each event written as JSON and hashed once, and the head of each batch
 * verified. The time inside the head-end is taken out of both. While one part drains, sales go on being made: the line
 * `selling` counts them and says what the longest single step of the terminal took.
 *
 * Usage: bench_drain [FOLDER [SALES]]. Prints a line of JSON per measure.
 *
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/sync/sync.h"
#include "tests/bench/measure.h"

#define SALES_AT_ONCE   (BT_PUT_MAX / 3)
#define SALES           10000
#define SALES_MAX       200000
#define EVENTS_PER_SALE 3
#define BATCH           100
#define SOLD_PER_TURN   30
#define TURNS_MAX       SALES_MAX

/* ---- the head-end ---- */

struct far {
	struct bt_signer *key;
	int64_t boot_ms, wall_ms;
	uint64_t seed;
	bool out;
	struct bt_call call;
	char *upload;
	size_t upload_len;
	int64_t head; /* newest record held */
	char hash[65];
	int64_t batches, bytes, repeated, skipped;
	int64_t spent_us;
};

static int64_t far_wall(void *self)
{
	return ((struct far *)self)->wall_ms;
}

static int64_t far_boot(void *self)
{
	return ((struct far *)self)->boot_ms;
}

static void far_boot_id(void *self, char out[37])
{
	(void)self;
	snprintf(out, 37, "00000000-0000-4000-8000-000000000001");
}

static enum bt_err far_fill(void *self, void *out, size_t len)
{
	struct far *far = self;
	uint8_t *bytes = out;

	for (size_t i = 0; i < len; i++) {
		far->seed = far->seed * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (uint8_t)(far->seed >> 56);
	}
	return BT_OK;
}

static enum bt_err far_submit(void *self, const struct bt_call *call)
{
	struct far *far = self;
	int64_t began = bench_cpu_us();

	if (far->out)
		bench_fail("two calls at once");
	far->out = true;
	far->call = *call;
	free(far->upload);
	far->upload = NULL;
	far->upload_len = call->body.len;
	if (call->body.len) {
		far->upload = malloc(call->body.len);
		if (!far->upload)
			bench_fail("memory");
		memcpy(far->upload, call->body.data, call->body.len);
	}
	far->spent_us += bench_cpu_us() - began;
	return BT_OK;
}

static bool far_take(void *self, struct bt_answer *out)
{
	(void)self;
	(void)out;
	return false;
}

static int far_fd(void *self)
{
	(void)self;
	return -1;
}

static void sign_text(struct far *far, const char *message, char out[96])
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];

	if (bt_sign(far->key, bt_bytes_of(message), signature) != BT_OK ||
	    bt_base64_encode(BT_BYTES(signature), out, 96) != BT_OK)
		bench_fail("signature");
}

static void take_records(struct far *far)
{
	json_t *upload = NULL, *event;
	size_t at;

	if (bt_json_parse((struct bt_bytes){(const uint8_t *)far->upload, far->upload_len}, 1 << 20, &upload, NULL) !=
	    BT_OK)
		bench_fail("an upload that is no JSON");
	json_array_foreach(json_object_get(upload, "events"), at, event)
	{
		int64_t seq = json_integer_value(json_object_get(event, "seq"));

		far->repeated += seq <= far->head;
		far->skipped += seq > far->head + 1;
		far->head = seq;
		snprintf(far->hash, sizeof far->hash, "%s", json_string_value(json_object_get(event, "hash")));
	}
	far->batches++;
	far->bytes += (int64_t)far->upload_len;
	json_decref(upload);
}

static enum bt_err answer_call(struct far *far, char body[1024])
{
	char message[192], signature[96];

	switch (far->call.kind) {
	case BT_CALL_JOURNAL:
		take_records(far);
		snprintf(message, sizeof message, "batti-head-v1|0142|1|%lld|%s", (long long)far->head, far->hash);
		sign_text(far, message, signature);
		snprintf(body, 1024, "{\"acknowledged\":%lld,\"head\":\"%s\",\"head_signature\":\"%s\",\"results\":[]}",
			 (long long)far->head, far->hash, signature);
		return BT_OK;
	case BT_CALL_HEAD:
		snprintf(message, sizeof message, "batti-held-v1|0142|1|%lld|%s", (long long)far->head, far->hash);
		sign_text(far, message, signature);
		snprintf(body, 1024, "{\"seq\":%lld,\"hash\":\"%s\",\"epoch\":1,\"signature\":\"%s\"}",
			 (long long)far->head, far->hash, signature);
		return BT_OK;
	case BT_CALL_HEALTH:
		snprintf(message, sizeof message, "batti-time-v1|%s|%lld", far->call.text, (long long)far->wall_ms);
		sign_text(far, message, signature);
		snprintf(body, 1024, "{\"time\":%lld,\"era\":1,\"nonce\":\"%s\",\"signature\":\"%s\",\"notices\":[]}",
			 (long long)far->wall_ms, far->call.text, signature);
		return BT_OK;
	default:
		return BT_EREFUSED;
	}
}

/* As the codec does: these answers are handed on as they were read, the others as they came. */
static void read_answer(struct bt_answer *answer, const char *body)
{
	bool is_read = answer->kind == BT_CALL_HEALTH || answer->kind == BT_CALL_JOURNAL;

	bt_buf_init(&answer->body, 1024);
	if (answer->fault.err == BT_OK && is_read &&
	    bt_json_parse(bt_bytes_of(body), 1024, &answer->document, NULL) != BT_OK)
		bench_fail("answer");
	if (!is_read && bt_buf_put_text(&answer->body, body) != BT_OK)
		bench_fail("answer");
}

static void far_answer(struct far *far, struct bt_sync *sync)
{
	char body[1024] = "";
	int64_t began = bench_cpu_us();
	struct bt_answer answer = {.kind = far->call.kind, .id = far->call.id, .latency_ms = 10, .era = 1};

	answer.fault.err = answer_call(far, body);
	far->out = false;
	far->spent_us += bench_cpu_us() - began;
	read_answer(&answer, body);
	if (!bt_sync_answer(sync, &answer))
		bench_fail("answer not taken");
	bt_answer_fini(&answer);
}

/* ---- the terminal ---- */

struct near {
	char dir[512];
	struct far far;
	struct bt_clock clock;
	struct bt_random random;
	struct bt_wire wire;
	struct bt_breaker breaker;
	struct bt_signer *signer;
	struct bt_enrolment enrolment;
	struct bt_journal *journal;
	struct bt_directory *directory;
	struct bt_teller *teller;
	struct bt_sync *sync;
	int made; /* sales */
};

static void sell_many(struct near *near, int sales)
{
	static char ids[SALES_AT_ONCE][37], paid[SALES_AT_ONCE][1024], tokened[SALES_AT_ONCE][256];
	struct bt_event_in events[BT_PUT_MAX];
	struct bt_fault fault;
	int count = 0;

	for (int i = 0; i < sales; i++) {
		int n = near->made++;

		snprintf(ids[i], 37, "019a9f00-0000-7000-8000-%012d", n);
		snprintf(
		    paid[i], sizeof paid[i],
		    "{\"amount_paise\":50000,\"connection\":\"100244781560\",\"delivery\":\"token\","
		    "\"dues_paise\":0,\"duty_paise\":2830,\"energy_paise\":47170,\"key\":{\"base\":2014,"
		    "\"dkga\":\"04\",\"ea\":\"11\",\"kcv\":\"A1B2C3\",\"ken\":255,\"krn\":1,\"kt\":2,"
		    "\"sgc\":\"123457\",\"ti\":\"01\",\"version\":1},\"kind\":\"sts_units\",\"lease\":1,"
		    "\"meter\":\"%011d\",\"operator\":\"rina\",\"paid_at\":1795000000000,"
		    "\"pan\":\"600727047400152986\",\"receipt\":\"0142-0611-%d\",\"rev\":1,\"rnd\":5,"
		    "\"sale_id\":\"%.36s\",\"shift\":611,\"tariff\":\"BERC-2026-27\",\"tenders\":[{\"given_paise\":"
		    "100000,\"id\":\"%.36s\",\"kind\":\"cash\",\"paise\":50000}],\"terminal\":\"0142\",\"tid\":%d,"
		    "\"units\":635}",
		    n % 5000, n, ids[i], ids[i], n + 1);
		snprintf(tokened[i], sizeof tokened[i],
			 "{\"issued_by\":\"terminal\",\"lease\":1,\"rev\":1,\"tid\":%d,\"token\":\"%020d\","
			 "\"units\":635}",
			 n + 1, n);
		events[count++] =
		    (struct bt_event_in){.kind = BT_EVENT_PAID, .sale_id = ids[i], .body = bt_bytes_of(paid[i])};
		events[count++] =
		    (struct bt_event_in){.kind = BT_EVENT_TOKENED, .sale_id = ids[i], .body = bt_bytes_of(tokened[i])};
		events[count++] = (struct bt_event_in){.kind = BT_EVENT_PRINTED,
						       .sale_id = ids[i],
						       .body = bt_bytes_of("{\"copy\":1,\"result\":\"confirmed\"}")};
	}
	if (bt_journal_put(near->journal, events, count, &fault) != BT_OK)
		bench_fail(fault.what);
}

static void sell(struct near *near, int sales)
{
	while (sales > 0) {
		int n = sales < SALES_AT_ONCE ? sales : SALES_AT_ONCE;

		sell_many(near, n);
		sales -= n;
	}
}

static void open_records(struct near *near)
{
	uint8_t seed[BT_ED25519_SEED_LEN] = {7}, far_seed[BT_ED25519_SEED_LEN] = {9};
	struct bt_journal_options options = {.dir = near->dir, .clock = &near->clock, .terminal = "0142"};
	struct bt_fault fault;
	char path[600];

	near->far = (struct far){.boot_ms = 5000, .wall_ms = INT64_C(1795000000000), .seed = 1};
	memset(near->far.hash, '0', 64);
	near->clock =
	    (struct bt_clock){.wall_ms = far_wall, .boot_ms = far_boot, .boot_id = far_boot_id, .self = &near->far};
	near->random = (struct bt_random){.fill = far_fill, .self = &near->far};
	near->wire = (struct bt_wire){
	    .submit = far_submit, .take = far_take, .fd = far_fd, .self = &near->far, .protocol = &bt_protocol_rest};
	near->enrolment = (struct bt_enrolment){.terminal = "0142", .lane = {3, 16, 0}, .era = 1, .shift_next = 611};
	snprintf(path, sizeof path, "%s/directory.db", near->dir);
	if (bt_signer_open(seed, &near->signer) != BT_OK || bt_signer_open(far_seed, &near->far.key) != BT_OK)
		bench_fail("keys");
	memcpy(near->enrolment.head_end_key, bt_signer_public(near->far.key), BT_ED25519_PUBLIC_LEN);
	options.signer = near->signer;
	if (bt_journal_open(&options, &near->journal, &fault) != BT_OK ||
	    bt_directory_open(path, &near->directory, &fault) != BT_OK)
		bench_fail(fault.what);
}

static void open_trade(struct near *near)
{
	struct bt_fault fault;
	struct bt_teller_parts teller = {.clock = &near->clock,
					 .random = &near->random,
					 .journal = near->journal,
					 .signer = near->signer,
					 .enrolment = &near->enrolment,
					 .directory = near->directory,
					 .wire = &near->wire,
					 .breaker = &near->breaker,
					 .deadline_ms = 3000,
					 .slow_ms = 1500};
	struct bt_sync_parts sync = {.dir = near->dir,
				     .clock = &near->clock,
				     .random = &near->random,
				     .journal = near->journal,
				     .directory = near->directory,
				     .wire = &near->wire,
				     .breaker = &near->breaker,
				     .enrolment = &near->enrolment,
				     .slow_ms = 1500};

	bt_breaker_init(&near->breaker, near->far.boot_ms);
	if (bt_teller_open(&teller, &near->teller, &fault) != BT_OK)
		bench_fail(fault.what);
	sync.teller = near->teller;
	if (bt_sync_open(&sync, &near->sync, &fault) != BT_OK)
		bench_fail(fault.what);
}

struct drain {
	int64_t us, cpu_us, longest_cpu_us, sold;
};

static void turn(struct near *near, struct drain *drain)
{
	int64_t began = bench_cpu_us(), took, spent;

	bt_sync_step(near->sync);
	took = bench_cpu_us() - began;
	if (took > drain->longest_cpu_us)
		drain->longest_cpu_us = took;
	if (near->far.out) {
		began = bench_cpu_us();
		spent = near->far.spent_us;
		far_answer(&near->far, near->sync);
		took = bench_cpu_us() - began - (near->far.spent_us - spent);
		if (took > drain->longest_cpu_us)
			drain->longest_cpu_us = took;
	} else {
		int due = bt_sync_due_ms(near->sync);

		near->far.boot_ms += due;
		near->far.wall_ms += due;
	}
}

/* Until all is sent; @p selling sales are made in between, some at a turn. */
static struct drain run_drain(struct near *near, int selling)
{
	struct drain drain = {0};
	struct bt_unsent unsent = {.count = 1};
	int64_t began, began_cpu = bench_cpu_us(), spent = near->far.spent_us, turns = 0;

	for (began = bench_now_us();
	     unsent.count > 0 || selling > drain.sold || bt_journal_head(near->journal).seq > near->far.head;) {
		turn(near, &drain);
		if (++turns > TURNS_MAX)
			bench_fail("it does not come to an end");
		if (selling > drain.sold) {
			sell_many(near, SOLD_PER_TURN);
			drain.sold += SOLD_PER_TURN;
		}
		if (bt_journal_head(near->journal).seq <= near->far.head &&
		    bt_journal_unsent(near->journal, &unsent) != BT_OK)
			bench_fail("unsent");
	}
	drain.us = bench_now_us() - began - (near->far.spent_us - spent);
	drain.cpu_us = bench_cpu_us() - began_cpu - (near->far.spent_us - spent);
	return drain;
}

/* ---- the floor ---- */

struct floor {
	int64_t us, events;
	struct bt_buf text;
	const struct bt_signer *signer;
};

static bool encode_bare(void *context, const struct bt_event *event)
{
	struct floor *floor = context;
	char prev[65], hash[65], signature[96];
	uint8_t digest[BT_SHA256_LEN];
	int64_t began = bench_cpu_us();
	json_t *row;

	bt_hex_encode(BT_BYTES(event->prev_hash), prev);
	bt_hex_encode(BT_BYTES(event->hash), hash);
	if (bt_base64_encode(BT_BYTES(event->signature), signature, sizeof signature) != BT_OK)
		bench_fail("base64");
	row = json_pack("{s:I, s:I, s:s, s:s, s:s%, s:s, s:s, s:s}", "seq", (json_int_t)event->seq, "time",
			(json_int_t)event->time_ms, "sale_id", event->sale_id, "kind", bt_event_kind_name(event->kind),
			"body", (const char *)event->body.data, event->body.len, "prev_hash", prev, "hash", hash,
			"signature", signature);
	floor->text.len = 0;
	if (bt_json_encode(row, &floor->text) != BT_OK || bt_sha256(event->body, digest) != BT_OK)
		bench_fail("encode");
	json_decref(row);
	if (event->seq % BATCH == 0 &&
	    bt_verify(bt_signer_public(floor->signer), BT_BYTES(event->hash), event->signature) != BT_OK)
		bench_fail("verify");
	floor->us += bench_cpu_us() - began;
	floor->events++;
	return true;
}

static int64_t measure_floor(struct near *near)
{
	struct floor floor = {.signer = near->signer};

	bt_buf_init(&floor.text, 1 << 16);
	if (bt_journal_read(near->journal, 0, encode_bare, &floor, NULL) != BT_OK)
		bench_fail("read");
	bt_buf_fini(&floor.text);
	return floor.us;
}

static int64_t measure_idle(struct near *near)
{
	int64_t began = bench_now_us();

	for (int i = 0; i < 100000; i++)
		bt_sync_step(near->sync);
	return (bench_now_us() - began) * 1000 / 100000;
}

static void report(const char *what, struct near *near, const struct drain *drain, int64_t sales, int64_t bytes)
{
	printf("{\"bench\":\"drain\",\"part\":\"%s\",\"sales\":%lld,\"sales_per_s\":%lld,\"us_per_sale\":%lld,\"cpu_us_"
	       "per_sale\":%lld,"
	       "\"bytes_per_sale\":%lld,\"longest_step_cpu_us\":%lld,\"batches\":%lld,\"sent_twice\":%lld,"
	       "\"skipped\":%lld",
	       what, (long long)sales, (long long)(sales * 1000000 / drain->us), (long long)(drain->us / sales),
	       (long long)(drain->cpu_us / sales), (long long)(bytes / sales), (long long)drain->longest_cpu_us,
	       (long long)near->far.batches, (long long)near->far.repeated, (long long)near->far.skipped);
}

static void remove_files(const struct near *near)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.head",     "ballast",
					    "lock",       "directory.db",   "directory.db-wal", "directory.db-shm"};
	char path[600];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", near->dir, names[i]);
		unlink(path);
	}
	rmdir(near->dir);
}

int main(int argc, char **argv)
{
	static struct near near;
	struct drain drain;
	int64_t floor_us, idle_ns, bytes;
	char *end = NULL;
	long sales = argc > 2 ? strtol(argv[2], &end, 10) : SALES;

	if (sales < SALES_AT_ONCE || sales > SALES_MAX || (end && *end))
		bench_fail("how many sales?");
	snprintf(near.dir, sizeof near.dir, "%s/batti-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
	if (!mkdtemp(near.dir))
		bench_fail("no folder");
	open_records(&near);
	sell(&near, (int)sales);
	open_trade(&near);
	drain = run_drain(&near, 0);
	bytes = near.far.bytes;
	idle_ns = measure_idle(&near);
	floor_us = measure_floor(&near);
	report("after", &near, &drain, sales, bytes);
	printf(",\"limit_us_per_sale\":%lld,\"times_limit_percent\":%lld,\"idle_step_ns\":%lld}\n",
	       (long long)(floor_us / sales), (long long)(drain.cpu_us * 100 / floor_us), (long long)idle_ns);
	sell(&near, SALES_AT_ONCE * 10);
	drain = run_drain(&near, SALES);
	report("selling", &near, &drain, drain.sold + SALES_AT_ONCE * 10, near.far.bytes - bytes);
	printf("}\n");
	bt_sync_close(near.sync);
	bt_teller_close(near.teller);
	bt_directory_close(near.directory);
	bt_journal_close(near.journal);
	bt_signer_close(near.signer);
	bt_signer_close(near.far.key);
	free(near.far.upload);
	remove_files(&near);
	return 0;
}
