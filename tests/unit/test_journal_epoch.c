/* Epochs between the record and the head-end: a recovered terminal goes on, also when it lost what the head-end holds;
 * a copy of a terminal is noticed.
 *
 * rooms: core/sandbox core/journal core/base core/money
 * Rules: PROTOCOL J1, H1, L4. */
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

static const char *no_argument(const void *source, const char *name)
{
	(void)source;
	(void)name;
	return NULL;
}

static int make(void **state)
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

static void remove_in(const char *folder)
{
	DIR *dir = opendir(folder);
	char path[512];
	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	if (dir)
		closedir(dir);
	(void)rmdir(folder);
}

static int end(void **state)
{
	struct world *w = *state;
	char path[128];
	fixture_close(&w->f);
	bt_sbx_close(&w->sbx);
	remove_in(w->sandbox_dir);
	fixture_path(&w->f, "recovered", path);
	remove_in(path);
	remove_in(w->f.dir);
	fixture_end(&w->f);
	return 0;
}

struct batch {
	json_t *events;
	size_t max;
};

static bool gather(void *context, const struct bt_event *event)
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
static unsigned upload(struct world *w, int64_t after, size_t max, struct bt_head *head)
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
static void upload_all(struct world *w)
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

static int64_t count(struct world *w, const char *sql)
{
	return bt_sbx_store_count(w->sbx.db, -1, sql, "");
}

static void put_signs(struct world *w, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(fixture_put(&w->f, BT_EVENT_SIGN_IN, 0, "{\"operator\":\"rina\"}"), BT_OK);
}

struct copy {
	uint8_t *db, *head;
	size_t db_len, head_len;
};

static void take_copy(struct world *w, struct copy *copy)
{
	fixture_close(&w->f);
	copy->db = fixture_load(&w->f, "journal.db", &copy->db_len);
	copy->head = fixture_load(&w->f, "journal.head", &copy->head_len);
	assert_int_equal(fixture_open(&w->f), BT_OK);
}

static void put_back(struct world *w, const struct copy *copy)
{
	fixture_close(&w->f);
	fixture_save(&w->f, "journal.db", copy->db, copy->db_len);
	fixture_save(&w->f, "journal.head", copy->head, copy->head_len);
	free(copy->db);
	free(copy->head);
}

static void recover(struct world *w)
{
	struct bt_journal_options options = fixture_options(&w->f);
	struct bt_recovery recovery;
	fixture_close(&w->f);
	assert_int_equal(bt_journal_recover(&options, NULL, &recovery, &w->f.fault), BT_OK);
	assert_int_equal(fixture_open(&w->f), BT_OK);
}

/* Nothing was lost: the new epoch goes on where the head-end stands, over what it had not had yet. */
static void goes_on_after_a_recovery(void **state)
{
	struct world *w = *state;
	put_signs(w, 4);
	upload_all(w);
	put_signs(w, 3);
	recover(w);
	put_signs(w, 2);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142'"), 11);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	assert_int_equal(count(w, "SELECT value FROM meta WHERE name='epoch.0142'"), 2);
}

/* A disk image put back and recovered: the head-end holds more. Its records are put away, none is overwritten. */
static void goes_on_after_a_loss(void **state)
{
	struct world *w = *state;
	struct copy old;
	put_signs(w, 4);
	take_copy(w, &old);
	put_signs(w, 5);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events"), 10);
	put_back(w, &old);
	recover(w);
	put_signs(w, 2);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142/1'"), 5);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142'"), 8);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	/* Twice lost, the second time before anything of the second life was sent. */
	recover(w);
	recover(w);
	put_signs(w, 1);
	upload_all(w);
	assert_int_equal(count(w, "SELECT value FROM meta WHERE name='epoch.0142'"), 4);
}

/* A disk image put back and simply used: two heads in one epoch. */
static void copy_is_a_fork(void **state)
{
	struct world *w = *state;
	struct copy old;
	struct bt_head head;
	put_signs(w, 2);
	take_copy(w, &old);
	put_signs(w, 2);
	upload_all(w);
	put_back(w, &old);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	put_signs(w, 1);
	assert_int_equal(upload(w, 3, 10, &head), 409);
	assert_int_equal(upload(w, 3, 10, &head), 409);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='fork' AND terminal='0142'"), 1);
	assert_int_equal(count(w, "SELECT count(*) FROM events"), 5);
}

/* The terminal was recovered, and then the old disk sells on. */
static void life_gone_by_is_noticed(void **state)
{
	struct world *w = *state;
	struct copy old;
	struct bt_head head;
	put_signs(w, 2);
	take_copy(w, &old);
	recover(w);
	upload_all(w);
	put_back(w, &old);
	assert_int_equal(fixture_open(&w->f), BT_OK);
	put_signs(w, 1);
	assert_int_equal(upload(w, 0, 10, &head), 409);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='epoch' AND terminal='0142'"), 1);
}

/* What paper brought back is nobody's sale to the ledger until a person has seen to it. */
static void paper_is_named(void **state)
{
	struct world *w = *state;
	assert_int_equal(
	    fixture_put(&w->f, BT_EVENT_RECOVERED, 80,
			"{\"amount_paise\":50000,\"dues_paise\":0,\"meter\":\"04740015298\",\"paid_at\":"
			"1795000000000,\"record\":\"RC1:ABC\",\"terminal\":\"0142\",\"tid\":4000,\"token\":"
			"\"01234567890123456789\",\"units\":635}"),
	    BT_OK);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='paid_missing'"
				  " AND detail LIKE '%RC1:ABC%'"),
			 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(goes_on_after_a_recovery, make, end),
	    cmocka_unit_test_setup_teardown(goes_on_after_a_loss, make, end),
	    cmocka_unit_test_setup_teardown(copy_is_a_fork, make, end),
	    cmocka_unit_test_setup_teardown(life_gone_by_is_noticed, make, end),
	    cmocka_unit_test_setup_teardown(paper_is_named, make, end),
	};
	return cmocka_run_group_tests_name("journal epoch", tests, NULL, NULL);
}
