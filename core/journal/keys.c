#include "core/journal/keys.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/journal/chain.h"

#define ROOM_FIRST 64

void bt_keys_fini(struct bt_keys *keys)
{
	free(keys->spans);
	*keys = (struct bt_keys){0};
}

const uint8_t *bt_keys_at(const struct bt_keys *keys, int64_t seq)
{
	for (int i = keys->count - 1; i >= 0; i--)
		if (keys->spans[i].from_seq <= seq)
			return keys->spans[i].key;
	return NULL;
}

enum bt_err bt_keys_reserve(struct bt_keys *keys)
{
	if (keys->count < keys->room)
		return BT_OK;
	int room = keys->room ? 2 * keys->room : ROOM_FIRST;
	struct bt_key_span *spans = realloc(keys->spans, (size_t)room * sizeof *spans);
	if (!spans)
		return BT_ENOMEM;
	keys->spans = spans;
	keys->room = room;
	return BT_OK;
}

void bt_keys_add(struct bt_keys *keys, int64_t from_seq, const uint8_t key[BT_ED25519_PUBLIC_LEN])
{
	keys->spans[keys->count].from_seq = from_seq;
	memcpy(keys->spans[keys->count++].key, key, BT_ED25519_PUBLIC_LEN);
}

static enum bt_err append(struct bt_keys *keys, int64_t from_seq, const uint8_t key[BT_ED25519_PUBLIC_LEN])
{
	enum bt_err err = bt_keys_reserve(keys);
	if (err == BT_OK)
		bt_keys_add(keys, from_seq, key);
	return err;
}

/* ---- the word of a key for the next ---- */

static enum bt_err make_statement(const char *terminal, const uint8_t key[BT_ED25519_PUBLIC_LEN], char out[128])
{
	char text[64];
	enum bt_err err = bt_base64_encode((struct bt_bytes){key, BT_ED25519_PUBLIC_LEN}, text, sizeof text);
	return err == BT_OK ? bt_text_printf(out, 128, "batti-key-v1|%.31s|%s", terminal, text) : err;
}

enum bt_err bt_key_link_make(const char *terminal, const struct bt_signer *by, const uint8_t key[BT_ED25519_PUBLIC_LEN],
			     struct bt_key_link *out)
{
	char statement[128];
	struct bt_key_link link;
	enum bt_err err = make_statement(terminal, key, statement);
	if (err == BT_OK)
		err = bt_sign(by, bt_bytes_of(statement), link.certificate);
	if (err != BT_OK)
		return err;
	memcpy(link.key, key, sizeof link.key);
	*out = link;
	return BT_OK;
}

static bool is_vouched(const char *terminal, const uint8_t by[BT_ED25519_PUBLIC_LEN], const struct bt_key_link *link)
{
	char statement[128];
	return make_statement(terminal, link->key, statement) == BT_OK &&
	       bt_verify(by, bt_bytes_of(statement), link->certificate) == BT_OK;
}

int bt_keys_bridge(const char *terminal, const uint8_t key[BT_ED25519_PUBLIC_LEN],
		   const uint8_t newest[BT_ED25519_PUBLIC_LEN], const struct bt_key_link *links, int count)
{
	if (memcmp(key, newest, BT_ED25519_PUBLIC_LEN) == 0)
		return 0;
	for (int i = count - 1; i >= 0; i--)
		if (is_vouched(terminal, key, &links[i]))
			return count - i;
	return -1;
}

json_t *bt_keys_encode_links(const struct bt_key_link *links, int count)
{
	json_t *list = json_array();
	for (int i = 0; list && i < count; i++) {
		char key[64], certificate[96];
		json_t *link = NULL;
		if (bt_base64_encode(BT_BYTES(links[i].key), key, sizeof key) == BT_OK &&
		    bt_base64_encode(BT_BYTES(links[i].certificate), certificate, sizeof certificate) == BT_OK)
			link = json_pack("{s:s, s:s}", "certificate", certificate, "journal_key", key);
		if (json_array_append_new(list, link) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* ---- what events say of keys ---- */

static bool read_bytes(const json_t *object, const char *name, uint8_t *out, size_t len)
{
	char text[96];
	size_t got = 0;
	return bt_json_text(object, name, text, sizeof text) == BT_OK &&
	       bt_base64_decode(text, out, len, &got) == BT_OK && got == len;
}

static enum bt_err take_genesis(struct bt_keys *keys, const struct bt_event *event)
{
	uint8_t key[BT_ED25519_PUBLIC_LEN];
	if (keys->count || event->seq != 1 ||
	    bt_chain_genesis(event->body, key, keys->terminal, sizeof keys->terminal) != BT_OK)
		return BT_ECORRUPT;
	return append(keys, 1, key);
}

static enum bt_err take_link(struct bt_keys *keys, int64_t seq, const json_t *object)
{
	struct bt_key_link link;
	const uint8_t *by = bt_keys_at(keys, seq);
	if (!by || !read_bytes(object, "journal_key", link.key, sizeof link.key) ||
	    !read_bytes(object, "certificate", link.certificate, sizeof link.certificate) ||
	    !is_vouched(keys->terminal, by, &link))
		return BT_ECORRUPT;
	return append(keys, seq, link.key);
}

static enum bt_err take_epoch(struct bt_keys *keys, const struct bt_event *event)
{
	json_t *body = NULL;
	const json_t *object;
	size_t i;
	enum bt_err err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL);
	if (err != BT_OK)
		return err == BT_ENOMEM ? err : BT_ECORRUPT;
	json_array_foreach(json_object_get(body, "keys"), i, object)
	{
		err = i < BT_KEY_LINKS_MAX ? take_link(keys, event->seq, object) : BT_ECORRUPT;
		if (err != BT_OK)
			break;
	}
	json_decref(body);
	return err;
}

static enum bt_err take_key(struct bt_keys *keys, const struct bt_event *event)
{
	json_t *body = NULL;
	uint8_t key[BT_ED25519_PUBLIC_LEN];
	int64_t from_seq;
	enum bt_err err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL);
	if (err != BT_OK)
		return err == BT_ENOMEM ? err : BT_ECORRUPT;
	bool ok = bt_json_int(body, "from_seq", event->seq + 1, event->seq + 1, &from_seq) == BT_OK &&
		  read_bytes(body, "journal_key", key, sizeof key);
	json_decref(body);
	return ok ? append(keys, from_seq, key) : BT_ECORRUPT;
}

enum bt_err bt_keys_check(struct bt_keys *keys, const struct bt_event *event)
{
	enum bt_err err = BT_OK;
	if (event->kind == BT_EVENT_GENESIS)
		err = take_genesis(keys, event);
	else if (event->kind == BT_EVENT_EPOCH)
		err = take_epoch(keys, event);
	if (err != BT_OK)
		return err;
	const uint8_t *key = bt_keys_at(keys, event->seq);
	if (!key || bt_verify(key, BT_BYTES(event->hash), event->signature) != BT_OK)
		return BT_ECORRUPT;
	return event->kind == BT_EVENT_KEY ? take_key(keys, event) : BT_OK;
}

enum bt_err bt_keys_follow(struct bt_keys *keys, const struct bt_event *event)
{
	bool says = event->kind == BT_EVENT_GENESIS || event->kind == BT_EVENT_EPOCH || event->kind == BT_EVENT_KEY;
	return says ? bt_keys_check(keys, event) : BT_OK;
}
