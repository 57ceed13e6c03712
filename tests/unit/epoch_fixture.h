/* A record and a head-end that takes its uploads, in one process: for the tests of epochs and of keys between the two.
 */
#ifndef TESTS_UNIT_EPOCH_FIXTURE_H
#define TESTS_UNIT_EPOCH_FIXTURE_H

#include "tests/unit/journal_fixture.h"

#include "core/sandbox/call.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/store.h"
#include "core/sandbox/terminal.h"

struct world {
	struct fixture f;
	char sandbox_dir[64];
	struct bt_sbx sbx;
};

static inline const char *no_argument(const void *source, const char *name)
{
	(void)source;
	(void)name;
	return NULL;
}

static inline int make(void **state)
{
	static struct world w;
	struct bt_sbx_terminal terminal = {.number = "0142", .lane = 3};
	fixture_make(&w.f);
	assert_int_equal(fixture_open(&w.f), BT_OK);
	bt_text_copy(w.sandbox_dir, sizeof w.sandbox_dir, "/tmp/batti-sandbox-XXXXXX");
	assert_non_null(mkdtemp(w.sandbox_dir));
	assert_true(bt_sbx_open(w.sandbox_dir, &w.sbx));
	memcpy(terminal.journal_key, bt_signer_public(w.f.signer), sizeof terminal.journal_key);
	assert_true(bt_sbx_terminal_put(w.sbx.db, &terminal));
	*state = &w;
	return 0;
}

static inline int end(void **state)
{
	struct world *w = *state;
	char path[128];
	fixture_close(&w->f);
	bt_sbx_close(&w->sbx);
	fixture_remove(w->sandbox_dir);
	fixture_path(&w->f, "recovered", path);
	fixture_remove(path);
	fixture_remove(w->f.dir);
	fixture_end(&w->f);
	return 0;
}

struct batch {
	json_t *events;
	size_t max;
};

static inline bool gather(void *context, const struct bt_event *event)
{
	struct batch *batch = context;
	struct bt_buf line;
	json_t *object = NULL;
	bt_buf_init(&line, 65536);
	assert_int_equal(bt_journal_line(event, &line), BT_OK);
	assert_int_equal(bt_json_parse(bt_buf_view(&line), line.max, &object, NULL), BT_OK);
	assert_int_equal(json_array_append_new(batch->events, object), 0);
	bt_buf_fini(&line);
	return json_array_size(batch->events) < batch->max;
}

/* Send at most @p max events after @p after; the head acknowledged and signed goes to @p head. @return the status. */
static inline unsigned upload(struct world *w, int64_t after, size_t max, struct bt_head *head)
{
	struct batch batch = {.events = json_array(), .max = max};
	struct bt_sbx_reply reply = {.status = 200};
	int64_t epoch = bt_journal_epoch(w->f.journal);
	char name[64], message[160];
	uint8_t signature[64];
	size_t len = 0;
	assert_int_equal(bt_journal_read(w->f.journal, after, gather, &batch, &w->f.fault), BT_OK);
	json_t *body = json_pack("{s:s, s:i, s:I, s:o}", "terminal", "0142", "era", 1, "epoch", (json_int_t)epoch,
				 "events", batch.events);
	char *text = json_dumps(body, JSON_COMPACT);
	struct bt_sbx_request request = {
	    .terminal = "0142", .name = name, .body = text, .body_len = strlen(text), .argument = no_argument};
	unsigned status =
	    bt_sbx_route_run(&w->sbx, bt_sbx_route_find("POST", "/v1/journal", name, sizeof name), &request, &reply);
	if (status == 200) {
		const char *hex = json_string_value(json_object_get(reply.body, "head"));
		head->seq = json_integer_value(json_object_get(reply.body, "acknowledged"));
		assert_int_equal(bt_hex_decode(hex, head->hash, sizeof head->hash), BT_OK);
		snprintf(message, sizeof message, "batti-head-v1|0142|%lld|%lld|%s", (long long)epoch,
			 (long long)head->seq, hex);
		assert_int_equal(bt_base64_decode(json_string_value(json_object_get(reply.body, "head_signature")),
						  signature, sizeof signature, &len),
				 BT_OK);
		assert_int_equal(bt_verify(w->sbx.head_end_key, bt_bytes_of(message), signature), BT_OK);
	}
	json_decref(reply.body);
	json_decref(body);
	free(text);
	return status;
}

/* As sync does: from the acknowledged head on, until nothing is left; each answer has to be of this record. */
static inline void upload_all(struct world *w)
{
	int64_t sent = bt_journal_acknowledged(w->f.journal);
	for (int i = 0; sent < bt_journal_head(w->f.journal).seq; i++) {
		struct bt_head head;
		assert_true(i < 100);
		assert_int_equal(upload(w, sent, 3, &head), 200);
		assert_int_equal(bt_journal_acknowledge(w->f.journal, &head, &w->f.fault), BT_OK);
		assert_true(head.seq > sent);
		sent = head.seq;
	}
}

static inline int64_t count(struct world *w, const char *sql)
{
	return bt_sbx_store_count(w->sbx.db, -1, sql, "");
}

static inline void put_signs(struct world *w, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(fixture_put(&w->f, BT_EVENT_SIGN_IN, 0, "{\"operator\":\"rina\"}"), BT_OK);
}

#endif
