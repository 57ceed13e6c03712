/* The key of the record changed per shift: every step cut, by failing operations of the disk the keys lie on; erased
 * files; followed by open, verify, mirror and recovery; what a record without any change does.
 *
 * rooms: core/authority core/shift core/journal core/base core/money
 * Rules: PROTOCOL J1, J2. */
#include "tests/unit/journal_fixture.h"

#include <errno.h>

#include "core/authority/record_key.h"
#include "core/base/json.h"
#include "core/shift/shift.h"
#include "tests/unit/failing_disk.h"

struct terminal {
	struct fixture f;
	struct bt_random random;
	struct bt_record_key *keys;
	uint8_t seed[BT_ED25519_SEED_LEN];
};

static void write_key(struct terminal *t, const char *name, const uint8_t *seed)
{
	struct bt_buf text;
	bt_buf_init(&text, 128);
	assert_int_equal(bt_record_key_encode(seed, &text), BT_OK);
	fixture_save(&t->f, name, text.data, text.len);
	bt_buf_fini(&text);
}

static int make(void **state)
{
	static struct terminal t;
	t = (struct terminal){.random = bt_random_system()};
	fixture_make(&t.f);
	for (size_t i = 0; i < sizeof t.seed; i++)
		t.seed[i] = (uint8_t)(i + 1);
	write_key(&t, "journal.key", t.seed);
	failing_disk_make(0);
	*state = &t;
	return 0;
}

static void shut(struct terminal *t)
{
	fixture_close(&t->f);
	bt_record_key_close(t->keys);
	t->keys = NULL;
}

static int end(void **state)
{
	struct terminal *t = *state;
	char path[128];
	shut(t);
	fixture_path(&t->f, "recovered", path);
	fixture_remove(path);
	fixture_path(&t->f, "stick", path);
	fixture_remove(path);
	fixture_remove(t->f.dir);
	fixture_end(&t->f);
	return 0;
}

static struct bt_journal_options options_of(struct terminal *t)
{
	struct bt_journal_options options = fixture_options(&t->f);
	options.signer = NULL;
	options.keys = bt_record_key_store(t->keys);
	options.first_key = bt_signer_public(t->f.signer);
	return options;
}

static enum bt_err start_with(struct terminal *t, const char *mirror)
{
	enum bt_err err = bt_record_key_open(&failing_disk.disk, t->f.dir, "0142", &t->random, &t->keys, &t->f.fault);
	struct bt_journal_options options;
	if (err)
		return err;
	options = options_of(t);
	options.mirror = mirror;
	err = bt_journal_open(&options, &t->f.journal, &t->f.fault);
	if (err)
		shut(t);
	return err;
}

static enum bt_err start(struct terminal *t)
{
	return start_with(t, NULL);
}

static bool is_there(const struct terminal *t, const char *name)
{
	char path[128];
	fixture_path(&t->f, name, path);
	return access(path, F_OK) == 0;
}

/* The text of a seed, anywhere in a file. */
static bool holds_seed(const struct terminal *t, const char *name, const char *hex)
{
	size_t len = 0;
	if (!is_there(t, name))
		return false;
	uint8_t *data = fixture_load(&t->f, name, &len);
	bool found = memmem(data, len, hex, strlen(hex)) != NULL;
	free(data);
	return found;
}

static int keys_named(const struct terminal *t)
{
	int n = 0;
	while (bt_journal_key(t->f.journal, n))
		n++;
	return n;
}

static void check_whole(struct terminal *t)
{
	struct bt_journal_report report;
	assert_int_equal(bt_journal_verify(t->f.journal, &report, &t->f.fault), BT_OK);
	assert_true(report.signatures_good);
}

static int64_t open_shift(struct terminal *t, const char *operator_id)
{
	int64_t shift = 0;
	assert_int_equal(bt_shift_sign_in(t->f.journal, operator_id, t->f.now_ms, &shift, &t->f.fault), BT_OK);
	if (shift == 0)
		assert_int_equal(bt_shift_open(t->f.journal, operator_id, 611, 0, &shift, &t->f.fault), BT_OK);
	return shift;
}

static void test_each_shift_has_its_own_key(void **state)
{
	struct terminal *t = *state;
	char hex[2 * BT_ED25519_SEED_LEN + 1];
	bt_hex_encode(BT_BYTES(t->seed), hex);
	assert_int_equal(start(t), BT_OK);
	assert_true(holds_seed(t, "journal.key", hex));
	assert_int_equal(open_shift(t, "rina"), 611);
	assert_int_equal(keys_named(t), 2);
	assert_false(holds_seed(t, "journal.key", hex));
	assert_false(is_there(t, "journal.next"));
	assert_int_equal(fixture_put_paid(&t->f, 1, 7), BT_OK);
	assert_int_equal(open_shift(t, "rina"), 611); /* the same shift: the same key */
	assert_int_equal(keys_named(t), 2);
	assert_int_equal(open_shift(t, "sanjay"), 612);
	assert_int_equal(keys_named(t), 3);
	check_whole(t);
	shut(t);
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(keys_named(t), 3);
	assert_memory_equal(bt_journal_key(t->f.journal, 0), bt_signer_public(bt_journal_signer(t->f.journal)), 32);
	assert_memory_equal(bt_journal_key(t->f.journal, 2), bt_signer_public(t->f.signer), 32);
	check_whole(t);
}

/* From operation n on the disk of the keys does nothing: the terminal is switched off there and starts again. */
static void test_cut_at_every_operation(void **state)
{
	struct terminal *t = *state;
	int refused = 0, changed = 0;
	for (int n = 1; n < 40; n++) {
		assert_int_equal(start(t), BT_OK);
		int before = keys_named(t);
		failing_disk.operations = 0;
		failing_disk.fail_at = n;
		enum bt_err err = bt_journal_ratchet(t->f.journal, &t->f.fault);
		bool went_through = failing_disk.operations < n;
		int after = keys_named(t);
		assert_int_equal(after, err == BT_OK ? before + 1 : before);
		/* While the disk is bad it goes on with whichever is in force. */
		assert_int_equal(fixture_put(&t->f, BT_EVENT_SIGN_IN, 0, "{\"operator\":\"rina\"}"), BT_OK);
		shut(t);
		failing_disk.fail_at = 0;
		assert_int_equal(start(t), BT_OK);
		assert_int_equal(keys_named(t), after);
		assert_false(is_there(t, "journal.next"));
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
		check_whole(t);
		shut(t);
		refused += err != BT_OK;
		changed += err == BT_OK;
		if (went_through)
			break;
		assert_true(n < 39);
	}
	/* Before the event: truncate, write, sync, folder. Behind it: write, sync, rename, folder. */
	assert_int_equal(refused, 4);
	assert_int_equal(changed, 5);
}

/* A disk that is bad for a while: nothing in force is written over, and the next change makes up for it. */
static void test_erasing_is_made_up_for(void **state)
{
	struct terminal *t = *state;
	assert_int_equal(start(t), BT_OK);
	for (int n = 5; n <= 8; n++) {
		failing_disk.operations = 0;
		failing_disk.fail_at = n;
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
		assert_true(is_there(t, "journal.next") || n == 8);
		/* Still bad: no other key may be made. */
		failing_disk.operations = 0;
		failing_disk.fail_at = 1;
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_EDISK);
		failing_disk.fail_at = 0;
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
		assert_false(is_there(t, "journal.next"));
	}
	assert_int_equal(keys_named(t), 9);
	check_whole(t);
}

static void test_left_over_next_is_dropped(void **state)
{
	struct terminal *t = *state;
	static const uint8_t other[BT_ED25519_SEED_LEN] = {9};
	char hex[2 * BT_ED25519_SEED_LEN + 1];
	bt_hex_encode(BT_BYTES(other), hex);
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	shut(t);
	write_key(t, "journal.next", other);
	assert_int_equal(start(t), BT_OK);
	assert_false(is_there(t, "journal.next"));
	assert_false(holds_seed(t, "journal.key", hex));
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	check_whole(t);
}

static void test_missing_or_wrong_key_is_refused(void **state)
{
	struct terminal *t = *state;
	char path[128];
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	shut(t);
	/* The key of the shift before, kept by somebody. */
	write_key(t, "journal.key", t->seed);
	assert_int_equal(start(t), BT_EAUTH);
	assert_string_equal(t->f.fault.what, "the key that signs this journal is not here");
	fixture_save(&t->f, "journal.key", (const uint8_t *)"\0\0\0\0", 4);
	assert_int_equal(start(t), BT_EFORMAT);
	assert_string_equal(t->f.fault.what, "keys/journal.key holds no key");
	fixture_path(&t->f, "journal.key", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(start(t), BT_ENOTFOUND);
	assert_string_equal(t->f.fault.what, "keys/journal.key is missing");
}

static void test_first_key_is_the_enrolments(void **state)
{
	struct terminal *t = *state;
	static const uint8_t other[BT_ED25519_PUBLIC_LEN] = {1};
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	shut(t);
	assert_int_equal(bt_record_key_open(NULL, t->f.dir, "0142", &t->random, &t->keys, &t->f.fault), BT_OK);
	struct bt_journal_options options = options_of(t);
	options.first_key = other;
	assert_int_equal(bt_journal_open(&options, &t->f.journal, &t->f.fault), BT_EAUTH);
	/* A record that is gone is not begun anew with a key that was changed in it. */
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.head"};
	char path[128];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		fixture_path(&t->f, names[i], path);
		(void)unlink(path);
	}
	shut(t);
	assert_int_equal(start(t), BT_ECORRUPT);
}

/* A hand that has a former key, and the tools to make everything else agree, signs the newest event with it. */
static void sign_newest_with(struct terminal *t, const struct bt_signer *with)
{
	uint8_t right[BT_ED25519_SIGNATURE_LEN], wrong[BT_ED25519_SIGNATURE_LEN];
	size_t len = 0;
	struct bt_head head = bt_journal_head(t->f.journal);
	assert_int_equal(bt_sign(bt_journal_signer(t->f.journal), BT_BYTES(head.hash), right), BT_OK);
	assert_int_equal(bt_sign(with, BT_BYTES(head.hash), wrong), BT_OK);
	shut(t);
	uint8_t *data = fixture_load(&t->f, "journal.db", &len);
	uint8_t *at = memmem(data, len, right, sizeof right);
	assert_non_null(at);
	memcpy(at, wrong, sizeof wrong);
	fixture_save(&t->f, "journal.db", data, len);
	free(data);
}

static void test_old_key_signs_nothing_after_the_change(void **state)
{
	struct terminal *t = *state;
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	assert_int_equal(fixture_put(&t->f, BT_EVENT_SIGN_IN, 0, "{\"operator\":\"rina\"}"), BT_OK);
	sign_newest_with(t, t->f.signer);
	assert_int_equal(start(t), BT_ECORRUPT);
}

static void test_a_key_is_not_put_like_other_events(void **state)
{
	struct terminal *t = *state;
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(fixture_put(&t->f, BT_EVENT_KEY, 0, "{\"from_seq\":3,\"journal_key\":\"\"}"), BT_EINPUT);
	assert_int_equal(bt_journal_state(t->f.journal), BT_OK);
}

/* A record of a version that changed no keys: it opens as it is, and changes its key with the next shift. */
static void test_record_without_changes_goes_on(void **state)
{
	struct terminal *t = *state;
	assert_int_equal(fixture_open(&t->f), BT_OK); /* with a key for good */
	assert_int_equal(open_shift(t, "rina"), 611);
	assert_int_equal(keys_named(t), 1);
	fixture_close(&t->f);
	assert_int_equal(bt_record_key_open(NULL, t->f.dir, "0142", &t->random, &t->keys, &t->f.fault), BT_OK);
	struct bt_journal_options options = options_of(t);
	options.first_key = NULL; /* an older terminal.json does not name it */
	assert_int_equal(bt_journal_open(&options, &t->f.journal, &t->f.fault), BT_OK);
	assert_int_equal(keys_named(t), 1);
	assert_int_equal(open_shift(t, "sanjay"), 612);
	assert_int_equal(keys_named(t), 2);
	check_whole(t);
}

/* ---- mirror and recovery ---- */

static void spoil(struct terminal *t)
{
	fixture_save(&t->f, "journal.db", (const uint8_t *)"spoiled", 7);
	char path[128];
	fixture_path(&t->f, "journal.db-wal", path);
	(void)unlink(path);
}

static enum bt_err recover(struct terminal *t, const char *from, struct bt_recovery *out)
{
	assert_int_equal(bt_record_key_open(&failing_disk.disk, t->f.dir, "0142", &t->random, &t->keys, &t->f.fault),
			 BT_OK);
	struct bt_journal_options options = options_of(t);
	enum bt_err err = bt_journal_recover(&options, from, out, &t->f.fault);
	shut(t);
	return err;
}

static void test_mirror_and_recovery_cross_changes(void **state)
{
	struct terminal *t = *state;
	struct bt_recovery recovery;
	char stick[128];
	fixture_path(&t->f, "stick", stick);
	assert_int_equal(mkdir(stick, 0700), 0);
	assert_int_equal(start_with(t, stick), BT_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(fixture_put_paid(&t->f, i + 1, i + 7), BT_OK);
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	}
	check_whole(t);
	shut(t);
	assert_int_equal(start_with(t, stick), BT_OK); /* the mirror's end is read, under more than one key */
	check_whole(t);
	int64_t head = bt_journal_head(t->f.journal).seq;
	shut(t);
	spoil(t);
	assert_int_equal(start(t), BT_ECORRUPT);
	assert_int_equal(recover(t, stick, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, head);
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(keys_named(t), 4); /* nothing had to be bridged */
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	check_whole(t);
}

/* The stick was pulled @p changes changes ago; what came since is lost, and its keys are erased. */
static enum bt_err lose_changes(struct terminal *t, int changes, struct bt_recovery *recovery)
{
	char stick[128];
	fixture_path(&t->f, "stick", stick);
	(void)mkdir(stick, 0700);
	assert_int_equal(start_with(t, stick), BT_OK);
	assert_int_equal(fixture_put_paid(&t->f, 1, 7), BT_OK);
	shut(t);
	assert_int_equal(start(t), BT_OK);
	for (int i = 0; i < changes; i++)
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	shut(t);
	spoil(t);
	return recover(t, stick, recovery);
}

static void test_lost_changes_are_bridged(void **state)
{
	struct terminal *t = *state;
	struct bt_recovery recovery;
	assert_int_equal(lose_changes(t, BT_KEY_LINKS_MAX, &recovery), BT_OK);
	assert_int_equal(recovery.restored.seq, 2);
	assert_int_equal(start(t), BT_OK);
	assert_int_equal(keys_named(t), 1 + BT_KEY_LINKS_MAX);
	/* The record was behind its keys by more than anything here may know of. */
	assert_true(bt_journal_lost_after(t->f.journal, recovery.restored.seq) >= 1000);
	assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	check_whole(t);
	shut(t);
	assert_int_equal(start(t), BT_OK);
	check_whole(t);
	assert_int_equal(
	    bt_journal_sale(t->f.journal, "019a9f00-0000-7000-8000-000000000001", &(struct bt_sale_row){0}), BT_OK);
}

static void test_too_many_lost_changes_are_refused(void **state)
{
	struct terminal *t = *state;
	struct bt_recovery recovery;
	assert_int_equal(lose_changes(t, BT_KEY_LINKS_MAX + 1, &recovery), BT_EAUTH);
}

static void prepare_next(struct terminal *t)
{
	assert_int_equal(bt_record_key_open(&failing_disk.disk, t->f.dir, "0142", &t->random, &t->keys, &t->f.fault),
			 BT_OK);
	const struct bt_key_store *store = bt_record_key_store(t->keys);
	assert_int_equal(store->prepare(store->self, &t->f.fault), BT_OK);
	shut(t);
}

/* The cut that tore the next key's certificate off its file is the last thing before the record is lost: what is in
 * force still brings the mirror back. */
static void test_a_torn_next_key_is_none(void **state)
{
	static const size_t torn[] = {1, 40, 134, 135, 160};
	struct terminal *t = *state;
	struct bt_recovery recovery;
	char stick[128];
	fixture_path(&t->f, "stick", stick);
	assert_int_equal(mkdir(stick, 0700), 0);
	for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
		size_t len = 0;
		assert_int_equal(start_with(t, stick), BT_OK);
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
		assert_int_equal(fixture_put_paid(&t->f, (int)i + 1, (int)i + 7), BT_OK);
		int64_t head = bt_journal_head(t->f.journal).seq;
		shut(t);
		prepare_next(t);
		uint8_t *data = fixture_load(&t->f, "journal.next", &len);
		assert_true(len > 160);
		fixture_save(&t->f, "journal.next", data, len - torn[i]);
		free(data);
		spoil(t);
		assert_int_equal(recover(t, stick, &recovery), BT_OK);
		assert_int_equal(recovery.restored.seq, head);
	}
	assert_int_equal(start_with(t, stick), BT_OK);
	check_whole(t);
}

/* Damage among the certificates costs no more than what it damages. */
static void test_damaged_certificates(void **state)
{
	struct terminal *t = *state;
	size_t len = 0;
	assert_int_equal(start(t), BT_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bt_journal_ratchet(t->f.journal, &t->f.fault), BT_OK);
	shut(t);
	uint8_t *data = fixture_load(&t->f, "journal.key", &len);
	for (size_t at = 0; at < len; at += 5) {
		data[at] ^= 0x40;
		fixture_save(&t->f, "journal.key", data, len);
		data[at] ^= 0x40;
		enum bt_err err = start(t);
		assert_true(at <= 64 ? err == BT_EAUTH || err == BT_EFORMAT : err == BT_OK);
		shut(t);
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_shift_has_its_own_key, make, end),
	    cmocka_unit_test_setup_teardown(test_cut_at_every_operation, make, end),
	    cmocka_unit_test_setup_teardown(test_erasing_is_made_up_for, make, end),
	    cmocka_unit_test_setup_teardown(test_left_over_next_is_dropped, make, end),
	    cmocka_unit_test_setup_teardown(test_missing_or_wrong_key_is_refused, make, end),
	    cmocka_unit_test_setup_teardown(test_first_key_is_the_enrolments, make, end),
	    cmocka_unit_test_setup_teardown(test_old_key_signs_nothing_after_the_change, make, end),
	    cmocka_unit_test_setup_teardown(test_a_key_is_not_put_like_other_events, make, end),
	    cmocka_unit_test_setup_teardown(test_record_without_changes_goes_on, make, end),
	    cmocka_unit_test_setup_teardown(test_mirror_and_recovery_cross_changes, make, end),
	    cmocka_unit_test_setup_teardown(test_lost_changes_are_bridged, make, end),
	    cmocka_unit_test_setup_teardown(test_too_many_lost_changes_are_refused, make, end),
	    cmocka_unit_test_setup_teardown(test_a_torn_next_key_is_none, make, end),
	    cmocka_unit_test_setup_teardown(test_damaged_certificates, make, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
