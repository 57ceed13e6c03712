/* A head-end of canned answers beside the counter of teller_fixture.h: it signs heads, time and leases with a key of
 * its own, insists on one call of sync at a time, and keeps the newest upload. */
#ifndef TESTS_UNIT_SYNC_FIXTURE_H
#define TESTS_UNIT_SYNC_FIXTURE_H

#include "tests/unit/teller_fixture.h"

#include "core/base/json.h"
#include "core/sync/sync.h"

struct far {
	struct shop shop;
	struct bt_sync *sync;
	struct bt_signer *key; /* the head-end's */
	bool out;              /* a call of sync is out */
	enum bt_call_kind kind;
	uint64_t id;
	char nonce[80];
	json_t *upload;               /* body of the newest JOURNAL call */
	struct bt_identity *identity; /* NULL: its certificate is nobody's business */
	char request[16384];          /* body of the newest RENEW call */
	int submits[BT_CALL_COUNT];
	int64_t number;     /* of the call that is out: what a directory call has */
	char asked[64][37]; /* sales asked for by POST /v1/sales, in order */
	uint64_t asked_id[64];
	int64_t asked_era[64];
	enum bt_err sale_submit;
	int64_t era;
	bool stepwise; /* an answer is not worked off at once: far_finish() does it */
	int64_t held;  /* newest record acknowledged */
	char held_hash[65];
};

static inline enum bt_err far_submit(void *self, const struct bt_call *call)
{
	struct far *far = self;

	if (call->kind == BT_CALL_SALE) {
		int n = far->submits[BT_CALL_SALE];

		if (far->sale_submit)
			return far->sale_submit;
		assert_true(n < 64);
		bt_text_copy(far->asked[n], sizeof far->asked[n], call->sale_id);
		far->asked_id[n] = call->id;
		far->asked_era[n] = call->era;
		far->submits[BT_CALL_SALE]++;
		return BT_OK;
	}
	assert_false(far->out);
	far->out = true;
	far->kind = call->kind;
	far->id = call->id;
	far->submits[call->kind]++;
	far->number = call->number;
	bt_text_copy(far->nonce, sizeof far->nonce, call->text);
	if (call->kind == BT_CALL_RENEW) {
		assert_true(call->body.len < sizeof far->request);
		memcpy(far->request, call->body.data, call->body.len);
		far->request[call->body.len] = '\0';
	}
	if (call->kind == BT_CALL_JOURNAL) {
		json_decref(far->upload);
		far->upload = NULL;
		assert_int_equal(bt_json_parse(call->body, 1 << 20, &far->upload, NULL), BT_OK);
	}
	return BT_OK;
}

static inline void far_open_sync(struct far *far)
{
	struct bt_sync_parts parts = {.dir = far->shop.dir,
				      .clock = &far->shop.clock,
				      .random = &far->shop.random,
				      .journal = far->shop.journal,
				      .directory = far->shop.directory,
				      .wire = &far->shop.wire,
				      .breaker = &far->shop.breaker,
				      .teller = far->shop.teller,
				      .enrolment = &far->shop.enrolment,
				      .identity = far->identity,
				      .slow_ms = 1500};

	far->out = false;
	assert_int_equal(bt_sync_open(&parts, &far->sync, &far->shop.fault), BT_OK);
}

static inline void far_restart(struct far *far)
{
	bt_sync_close(far->sync);
	shop_restart(&far->shop);
	far_open_sync(far);
}

static inline int far_setup(void **state)
{
	struct far *far = calloc(1, sizeof *far);
	uint8_t seed[BT_ED25519_SEED_LEN] = {9};

	assert_non_null(far);
	far->era = 1;
	memset(far->held_hash, '0', 64);
	shop_make(&far->shop);
	assert_int_equal(bt_signer_open(seed, &far->key), BT_OK);
	memcpy(far->shop.enrolment.head_end_key, bt_signer_public(far->key), BT_ED25519_PUBLIC_LEN);
	far->shop.wire.submit = far_submit;
	far->shop.wire.self = far;
	far_open_sync(far);
	*state = far;
	return 0;
}

static inline int far_teardown(void **state)
{
	struct far *far = *state;

	bt_sync_close(far->sync);
	json_decref(far->upload);
	bt_signer_close(far->key);
	shop_end(&far->shop);
	free(far);
	return 0;
}

/** Work off what an answer brought, step by step; nothing is asked meanwhile. @return how many steps that took. */
static inline int far_finish(struct far *far)
{
	int steps = 0;

	for (; bt_sync_due_ms(far->sync) == 0; steps++) {
		assert_true(steps < 1000);
		bt_sync_step(far->sync);
		assert_false(far->out);
	}
	return steps;
}

/** Give @p json (may be NULL) as the answer to the call that is out, with an HTTP status (0: none came). */
static inline void far_answer_status(struct far *far, int status, enum bt_err err, const char *code, const char *json)
{
	struct bt_answer answer = {.kind = far->kind,
				   .id = far->id,
				   .latency_ms = 10,
				   .status = status,
				   .era = status ? far->era : 0,
				   .fault = {.err = err}};

	assert_true(far->out);
	far->out = false;
	bt_text_copy(answer.code, sizeof answer.code, code);
	bt_buf_init(&answer.body, 1 << 20);
	if (json)
		assert_int_equal(bt_buf_put_text(&answer.body, json), BT_OK);
	if (json && err == BT_OK)
		answer.document = json_loads(json, 0, NULL);
	assert_true(bt_sync_answer(far->sync, &answer));
	bt_answer_fini(&answer);
	if (!far->stepwise)
		far_finish(far);
}

static inline void far_answer(struct far *far, enum bt_err err, const char *code, const char *json)
{
	far_answer_status(far, err == BT_OK ? 200 : 409, err, code, json);
}

static inline void far_sign(struct far *far, const char *message, char out[96])
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];

	assert_int_equal(bt_sign(far->key, bt_bytes_of(message), signature), BT_OK);
	assert_int_equal(bt_base64_encode(BT_BYTES(signature), out, 96), BT_OK);
}

/** The answer of GET /v1/health over @p nonce. */
static inline void far_health(struct far *far, const char *nonce, int64_t time_ms, bool genuine, char out[512])
{
	char message[160], signature[96];

	snprintf(message, sizeof message, "batti-time-v1|%s|%lld", nonce, (long long)time_ms + (genuine ? 0 : 1));
	far_sign(far, message, signature);
	snprintf(out, 512, "{\"time\":%lld,\"era\":%lld,\"nonce\":\"%s\",\"signature\":\"%s\",\"notices\":[]}",
		 (long long)time_ms, (long long)far->era, nonce, signature);
}

/** Answer HEAD with what is held, by a head-end that has heard of @p epoch; @p genuine: with a good signature. */
static inline void far_tell_held(struct far *far, int epoch, bool genuine)
{
	char json[512], message[192], signature[96];

	snprintf(message, sizeof message, "batti-held-v1|0142|%d|%lld|%s", epoch, (long long)far->held + !genuine,
		 far->held_hash);
	far_sign(far, message, signature);
	snprintf(json, sizeof json, "{\"seq\":%lld,\"hash\":\"%s\",\"epoch\":%d,\"signature\":\"%s\"}",
		 (long long)far->held, far->held_hash, epoch, signature);
	far_answer(far, BT_OK, "", json);
}

static inline void far_tell_head(struct far *far)
{
	far_tell_held(far, 1, true);
}

/** Turn once; calls other than @p wanted are answered: health and head well, all else with a refusal. @return @p wanted
 * is out.
 */
static inline bool far_turn(struct far *far, enum bt_call_kind wanted)
{
	char health[512];

	bt_sync_step(far->sync);
	if (!far->out)
		return false;
	if (far->kind == wanted)
		return true;
	far_health(far, far->nonce, far->shop.wall_ms, true, health);
	if (far->kind == BT_CALL_HEALTH)
		far_answer(far, BT_OK, "", health);
	else if (far->kind == BT_CALL_HEAD)
		far_tell_head(far);
	else
		far_answer(far, BT_EREFUSED, "not_now", NULL);
	return false;
}

/** Turn until a call of @p kind is out, for at most @p ms. @return whether it is. */
static inline bool far_wait(struct far *far, enum bt_call_kind kind, int64_t ms)
{
	for (int64_t passed = 0; passed <= ms; passed += 50) {
		if (far_turn(far, kind))
			return true;
		shop_pass(&far->shop, 50);
	}
	return false;
}

static inline const json_t *far_events(const struct far *far)
{
	return json_object_get(far->upload, "events");
}

static inline int64_t far_first(const struct far *far)
{
	return json_integer_value(json_object_get(json_array_get(far_events(far), 0), "seq"));
}

static inline int64_t far_last(const struct far *far)
{
	const json_t *events = far_events(far);

	return json_integer_value(json_object_get(json_array_get(events, json_array_size(events) - 1), "seq"));
}

static inline const char *far_hash(const struct far *far, int64_t seq)
{
	const json_t *event = json_array_get(far_events(far), (size_t)(seq - far_first(far)));

	assert_int_equal(json_integer_value(json_object_get(event, "seq")), seq);
	return json_string_value(json_object_get(event, "hash"));
}

/** Acknowledge the upload up to @p seq with @p results (JSON array). */
static inline void far_acknowledge(struct far *far, int64_t seq, const char *results)
{
	char message[192], signature[96], *json = malloc(65536);

	assert_non_null(json);
	far->held = seq;
	bt_text_copy(far->held_hash, sizeof far->held_hash, far_hash(far, seq));
	snprintf(message, sizeof message, "batti-head-v1|0142|1|%lld|%s", (long long)seq, far_hash(far, seq));
	far_sign(far, message, signature);
	snprintf(json, 65536, "{\"acknowledged\":%lld,\"head\":\"%s\",\"head_signature\":\"%s\",\"results\":%s}",
		 (long long)seq, far_hash(far, seq), signature, results);
	far_answer(far, BT_OK, "", json);
	free(json);
}

/** A signed lease document; @p total_cap tells two of one number apart. */
static inline void far_lease(struct far *far, int number, int total_cap, char out[4096])
{
	char document[1024], encoded[2048], signature[96];

	snprintf(document, sizeof document,
		 "{\"format\":1,\"terminal\":\"0142\",\"number\":%d,\"era\":1,\"lane\":3,\"lanes\":16,\"tid_floor\":0,"
		 "\"not_before\":%lld,\"expires\":%lld,\"tariff\":\"BERC-2026-27\",\"zone\":\"danapur\","
		 "\"caps\":{\"sale_paise\":1000000,\"meter_day_paise\":2000000,\"meter_day_count\":9,"
		 "\"total_paise\":%d,\"total_count\":1000,\"oldest_hours\":72},\"grants\":[]}",
		 number, (long long)(SHOP_START_MS - 1000), (long long)(SHOP_START_MS + 3 * SHOP_DAY_MS), total_cap);
	far_sign(far, document, signature);
	assert_int_equal(bt_base64_encode(bt_bytes_of(document), encoded, sizeof encoded), BT_OK);
	snprintf(out, 4096, "{\"document\":\"%s\",\"signature\":\"%s\"}", encoded, signature);
}

#endif
