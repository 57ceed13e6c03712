/* Keys of the record as the head-end follows them: through uploads, through recoveries that lost changes, and against
 * whoever kept an old one.
 *
 * rooms: core/sandbox core/authority core/journal core/base core/money
 * Rules: PROTOCOL J1, J2, H1, L4. */
#include "tests/unit/epoch_fixture.h"

#include "core/authority/record_key.h"

static struct bt_record_key *keys;

static void start(struct world *w)
{
	struct bt_journal_options options = fixture_options(&w->f);
	const struct bt_random random = bt_random_system();
	assert_int_equal(bt_record_key_open(NULL, w->f.dir, "0142", &random, &keys, &w->f.fault), BT_OK);
	options.keys = bt_record_key_store(keys);
	assert_int_equal(bt_journal_open(&options, &w->f.journal, &w->f.fault), BT_OK);
}

static void shut(struct world *w)
{
	fixture_close(&w->f);
	bt_record_key_close(keys);
	keys = NULL;
}

/* The record has begun with a key for good, and changes it from now on. */
static int make_keyed(void **state)
{
	struct bt_buf text;
	uint8_t seed[BT_ED25519_SEED_LEN];
	if (make(state))
		return -1;
	struct world *w = *state;
	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (uint8_t)(i + 1);
	bt_buf_init(&text, 128);
	assert_int_equal(bt_record_key_encode(seed, &text), BT_OK);
	fixture_save(&w->f, "journal.key", text.data, text.len);
	bt_buf_fini(&text);
	fixture_close(&w->f);
	start(w);
	return 0;
}

static int end_keyed(void **state)
{
	shut(*state);
	return end(state);
}

static void change(struct world *w)
{
	assert_int_equal(bt_journal_ratchet(w->f.journal, &w->f.fault), BT_OK);
}

/* ---- copies ---- */

static const char *const record_files[] = {"journal.db", "journal.head", "journal.key"};
struct copy {
	uint8_t *data[3];
	size_t len[3];
};

static void take_copy(struct world *w, struct copy *copy)
{
	shut(w);
	for (int i = 0; i < 3; i++)
		copy->data[i] = fixture_load(&w->f, record_files[i], &copy->len[i]);
	start(w);
}

/* The first @p files of them; the record is shut. */
static void put_back(struct world *w, const struct copy *copy, int files)
{
	shut(w);
	for (int i = 0; i < files; i++)
		fixture_save(&w->f, record_files[i], copy->data[i], copy->len[i]);
}

static void free_copy(struct copy *copy)
{
	for (int i = 0; i < 3; i++)
		free(copy->data[i]);
}

/* The record is shut before and open afterwards. */
static void recover(struct world *w)
{
	struct bt_journal_options options = fixture_options(&w->f);
	const struct bt_random random = bt_random_system();
	struct bt_recovery recovery;
	assert_int_equal(bt_record_key_open(NULL, w->f.dir, "0142", &random, &keys, &w->f.fault), BT_OK);
	options.keys = bt_record_key_store(keys);
	assert_int_equal(bt_journal_recover(&options, NULL, &recovery, &w->f.fault), BT_OK);
	bt_record_key_close(keys);
	start(w);
}

/* ---- what is seen ---- */

static void changes_are_followed(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 5; i++) {
		put_signs(w, i);
		change(w);
		put_signs(w, 1);
	}
	upload_all(w); /* three records at a time: some uploads end with a change, some begin behind one */
	put_signs(w, 1);
	change(w);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE code<>''"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM journal_keys WHERE terminal='0142'"), 6);
	/* Sent again from the beginning, it is the same. */
	struct bt_head head;
	assert_int_equal(upload(w, 0, 100, &head), 200);
	assert_int_equal(count(w, "SELECT count(*) FROM journal_keys"), 6);
}

/* Copies with who and why, and the drawer: no money, so they are kept as they are. */
static void notes_are_kept(void **state)
{
	struct world *w = *state;
	assert_int_equal(bt_journal_put_json(w->f.journal, BT_EVENT_PRINTED, "",
					     json_pack("{s:i, s:s, s:s, s:s}", "copy", 2, "operator", "rina", "reason",
						       "damaged", "result", "confirmed"),
					     &w->f.fault),
			 BT_OK);
	assert_int_equal(
	    bt_journal_put_json(w->f.journal, BT_EVENT_DRAWER, "",
				json_pack("{s:s, s:s, s:s}", "asked_by", "rina", "by", "jha", "reason", "small_change"),
				&w->f.fault),
	    BT_OK);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE kind IN ('printed','drawer')"), 2);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE code<>''"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
}

/* Everything agrees but the key that signed: kept as a damaged record, which posts nothing. */
static void old_key_posts_nothing(void **state)
{
	struct world *w = *state;
	struct batch batch = {.events = json_array(), .max = 100};
	struct bt_sbx_reply reply = {.status = 200};
	uint8_t hash[BT_SHA256_LEN], signature[BT_ED25519_SIGNATURE_LEN];
	char name[64], text[128];
	change(w);
	upload_all(w);
	int64_t sent = bt_journal_head(w->f.journal).seq;
	put_signs(w, 2);
	assert_int_equal(bt_journal_read(w->f.journal, sent, gather, &batch, &w->f.fault), BT_OK);
	json_t *event = json_array_get(batch.events, 0);
	assert_int_equal(bt_hex_decode(json_string_value(json_object_get(event, "hash")), hash, sizeof hash), BT_OK);
	assert_int_equal(bt_sign(w->f.signer, BT_BYTES(hash), signature), BT_OK);
	assert_int_equal(bt_base64_encode(BT_BYTES(signature), text, sizeof text), BT_OK);
	json_object_set_new(event, "signature", json_string(text));
	json_t *body =
	    json_pack("{s:s, s:i, s:i, s:o}", "terminal", "0142", "era", 1, "epoch", 1, "events", batch.events);
	char *sending = json_dumps(body, JSON_COMPACT);
	struct bt_sbx_request request = {
	    .terminal = "0142", .name = name, .body = sending, .body_len = strlen(sending), .argument = no_argument};
	assert_int_equal(
	    bt_sbx_route_run(&w->sbx, bt_sbx_route_find("POST", "/v1/journal", name, sizeof name), &request, &reply),
	    200);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE code='malformed'"), 1);
	json_decref(reply.body);
	json_decref(body);
	free(sending);
}

static void recovery_without_loss_crosses_changes(void **state)
{
	struct world *w = *state;
	change(w);
	put_signs(w, 2);
	upload_all(w);
	change(w);
	put_signs(w, 1);
	shut(w);
	recover(w);
	change(w);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE code<>''"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM journal_keys WHERE terminal='0142'"), 3);
}

/* The record was put back from before two changes, the second of which the head-end never had; the keys are those of
 * today. */
static void lost_changes_are_bridged(void **state)
{
	struct world *w = *state;
	struct copy old;
	put_signs(w, 2);
	change(w);
	take_copy(w, &old);
	put_signs(w, 1);
	change(w);
	put_signs(w, 1);
	upload_all(w);
	change(w);
	put_signs(w, 1);
	put_back(w, &old, 2);
	free_copy(&old);
	recover(w);
	put_signs(w, 2);
	change(w);
	upload_all(w);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM events WHERE terminal='0142' AND code<>''"), 0);
	assert_int_equal(count(w, "SELECT value FROM meta WHERE name='epoch.0142'"), 2);
	/* The first change, the two that were bridged, and the one since; one of the former life. */
	assert_int_equal(count(w, "SELECT count(*) FROM journal_keys WHERE terminal='0142'"), 4);
	assert_int_equal(count(w, "SELECT count(*) FROM journal_keys WHERE terminal='0142/1'"), 1);
}

/* A whole disk of before a change, the key with it: it begins no new life, neither with the old key nor with one that
 * the old key vouches for. */
static void kept_key_begins_no_life(void **state)
{
	struct world *w = *state;
	struct copy old;
	struct bt_head head;
	put_signs(w, 2);
	take_copy(w, &old);
	change(w);
	upload_all(w);
	put_back(w, &old, 3);
	recover(w);
	assert_int_equal(upload(w, 3, 10, &head), 409);
	put_back(w, &old, 3);
	start(w);
	change(w);
	put_back(w, &old, 2);
	recover(w);
	assert_int_equal(bt_journal_head(w->f.journal).seq, 4);
	assert_int_equal(upload(w, 3, 10, &head), 409);
	assert_int_equal(count(w, "SELECT count(*) FROM exceptions WHERE code='fork'"), 2);
	assert_int_equal(count(w, "SELECT count(*) FROM meta WHERE name='epoch.0142'"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM events"), 4);
	free_copy(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(changes_are_followed, make_keyed, end_keyed),
	    cmocka_unit_test_setup_teardown(notes_are_kept, make_keyed, end_keyed),
	    cmocka_unit_test_setup_teardown(old_key_posts_nothing, make_keyed, end_keyed),
	    cmocka_unit_test_setup_teardown(recovery_without_loss_crosses_changes, make_keyed, end_keyed),
	    cmocka_unit_test_setup_teardown(lost_changes_are_bridged, make_keyed, end_keyed),
	    cmocka_unit_test_setup_teardown(kept_key_begins_no_life, make_keyed, end_keyed),
	};
	return cmocka_run_group_tests_name("keys of the record", tests, NULL, NULL);
}
