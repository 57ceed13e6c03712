/* The key of the record changed: PROTOCOL J2. What a cut leaves is decided at the next open by the record alone. */
#include <string.h>

#include "core/base/json.h"
#include "core/journal/state.h"

const struct bt_signer *bt_journal_signer(const struct bt_journal *journal)
{
	return journal->signer;
}

const uint8_t *bt_journal_key(const struct bt_journal *journal, int age)
{
	const struct bt_keys *keys = &journal->keys;
	return age >= 0 && age < keys->count ? keys->spans[keys->count - 1 - age].key : NULL;
}

enum bt_err bt_journal_choose_signer(struct bt_journal *journal, struct bt_fault *fault)
{
	const uint8_t *key = bt_journal_key(journal, 0);
	const struct bt_key_store *store = journal->key_store;
	if (!journal->signer)
		return BT_OK;
	const struct bt_signer *signer = !key ? NULL : store ? store->find(store->self, key) : journal->signer;
	if (!signer || memcmp(key, bt_signer_public(signer), BT_ED25519_PUBLIC_LEN) != 0)
		return bt_fault_set(fault, BT_EAUTH, 0, "the key that signs this journal is not here");
	journal->signer = signer;
	return BT_OK;
}

void bt_journal_settle_keys(struct bt_journal *journal)
{
	const struct bt_key_store *store = journal->key_store;
	struct bt_fault fault = {0};
	if (!store)
		return;
	enum bt_err err = store->settle(store->self, bt_signer_public(journal->signer), &fault);
	if (err != BT_OK)
		bt_log_line(journal->log, "journal", "old key not erased yet: %s %s", bt_err_name(err), fault.what);
}

static json_t *make_body(const struct bt_journal *journal, const struct bt_signer *next)
{
	char key[64];
	if (bt_base64_encode((struct bt_bytes){bt_signer_public(next), BT_ED25519_PUBLIC_LEN}, key, sizeof key) !=
	    BT_OK)
		return NULL;
	/* The event itself is the one after the head. */
	return json_pack("{s:I, s:s}", "from_seq", (json_int_t)journal->head.seq + 2, "journal_key", key);
}

static enum bt_err put_key(struct bt_journal *journal, const struct bt_signer *next, struct bt_fault *fault)
{
	json_t *json = make_body(journal, next);
	struct bt_event_in event = {.kind = BT_EVENT_KEY, .sale_id = ""};
	struct bt_buf body;
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	enum bt_err err = json ? bt_json_encode(json, &body) : BT_ENOMEM;
	json_decref(json);
	event.body = bt_buf_view(&body);
	if (err != BT_OK)
		bt_fault_set(fault, err, 0, "key event");
	else
		err = bt_journal_put_events(journal, &event, 1, NULL, fault);
	bt_buf_fini(&body);
	return err;
}

enum bt_err bt_journal_ratchet(struct bt_journal *journal, struct bt_fault *fault)
{
	const struct bt_key_store *store = journal->key_store;
	if (!store)
		return BT_OK;
	if (journal->state != BT_OK)
		return bt_fault_set(fault, journal->state, 0, "journal has stopped");
	/* What an earlier change has left goes first: no key that may be in force is written over. */
	enum bt_err err = store->settle(store->self, bt_signer_public(journal->signer), fault);
	if (err == BT_OK)
		err = store->prepare(store->self, fault);
	if (err == BT_OK)
		err = bt_keys_reserve(&journal->keys);
	if (err != BT_OK)
		return err;
	const struct bt_signer *next = store->newest(store->self);
	err = put_key(journal, next, fault);
	if (err != BT_OK)
		return err;
	bt_keys_add(&journal->keys, journal->head.seq + 1, bt_signer_public(next));
	journal->signer = next;
	bt_journal_settle_keys(journal);
	return BT_OK;
}
