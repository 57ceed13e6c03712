#include "core/journal/chain.h"

#include <string.h>

#include "core/base/json.h"

static const char *const kind_names[BT_EVENT_KIND_COUNT] = {
#define KIND_NAME(id, name) [id] = name,
    BT_EVENT_KINDS(KIND_NAME)
#undef KIND_NAME
};

const char *bt_event_kind_name(enum bt_event_kind kind)
{
	return (unsigned)kind < BT_EVENT_KIND_COUNT ? kind_names[kind] : "";
}

enum bt_err bt_event_kind_parse(const char *name, enum bt_event_kind *out)
{
	for (unsigned i = 0; i < BT_EVENT_KIND_COUNT; i++) {
		if (strcmp(kind_names[i], name) == 0) {
			*out = (enum bt_event_kind)i;
			return BT_OK;
		}
	}
	return BT_EINPUT;
}

static size_t put_field(uint8_t *out, struct bt_bytes field)
{
	bt_be32_put(out, (uint32_t)field.len);
	if (field.len)
		memcpy(out + 4, field.data, field.len);
	return 4 + field.len;
}

enum bt_err bt_chain_hash(const struct bt_event *event, uint8_t out[BT_SHA256_LEN])
{
	uint8_t message[6 * 4 + BT_SHA256_LEN + 8 + 8 + 36 + 16 + BT_EVENT_BODY_MAX];
	uint8_t seq[8], time[8];
	if (event->body.len > BT_EVENT_BODY_MAX)
		return BT_EFULL;
	bt_be64_put(seq, (uint64_t)event->seq);
	bt_be64_put(time, (uint64_t)event->time_ms);
	const struct bt_bytes fields[] = {BT_BYTES(event->prev_hash),
					  BT_BYTES(seq),
					  BT_BYTES(time),
					  bt_bytes_of(event->sale_id),
					  bt_bytes_of(bt_event_kind_name(event->kind)),
					  event->body};
	size_t len = 0;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		len += put_field(message + len, fields[i]);
	return bt_sha256((struct bt_bytes){message, len}, out);
}

enum bt_err bt_chain_check(const struct bt_event *event)
{
	uint8_t hash[BT_SHA256_LEN];
	enum bt_err err = bt_chain_hash(event, hash);
	if (err != BT_OK)
		return err;
	return memcmp(hash, event->hash, sizeof hash) == 0 ? BT_OK : BT_ECORRUPT;
}

enum bt_err bt_chain_genesis(struct bt_bytes body, uint8_t key[BT_ED25519_PUBLIC_LEN], char *terminal, size_t cap)
{
	json_t *root = NULL;
	char text[64];
	size_t len = 0;
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &root, NULL);
	if (err != BT_OK)
		return BT_EFORMAT;
	err = bt_json_text(root, "journal_key", text, sizeof text);
	if (err == BT_OK)
		err = bt_json_text(root, "terminal", terminal, cap);
	if (err == BT_OK)
		err = bt_base64_decode(text, key, BT_ED25519_PUBLIC_LEN, &len);
	json_decref(root);
	return err == BT_OK && len == BT_ED25519_PUBLIC_LEN ? BT_OK : BT_EFORMAT;
}

/* A recovery of an earlier version did not count them. */
static enum bt_err read_lost_sales(const json_t *root, struct bt_epoch *epoch)
{
	enum bt_err err = BT_OK;
	if (bt_json_has(root, "lost_sales"))
		err = bt_json_int(root, "lost_sales", 0, INT64_MAX, &epoch->lost_sales);
	if (err == BT_OK && bt_json_has(root, "lost_paise"))
		err = bt_json_int(root, "lost_paise", 0, INT64_MAX, &epoch->lost_paise);
	return err;
}

enum bt_err bt_chain_epoch(struct bt_bytes body, struct bt_epoch *out)
{
	json_t *root = NULL;
	struct bt_epoch epoch = {0};
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &root, NULL);
	if (err == BT_OK)
		err = bt_json_int(root, "epoch", 1, INT32_MAX, &epoch.number);
	if (err == BT_OK && epoch.number > 1)
		err = bt_json_int(root, "floor_ms", 0, INT64_MAX, &epoch.floor_ms);
	if (err == BT_OK && epoch.number > 1)
		err = bt_json_int(root, "lost", 0, INT64_MAX, &epoch.lost);
	if (err == BT_OK && epoch.number > 1)
		err = read_lost_sales(root, &epoch);
	json_decref(root);
	if (err != BT_OK)
		return BT_EFORMAT;
	*out = epoch;
	return BT_OK;
}

enum bt_err bt_chain_genesis_encode(const uint8_t key[BT_ED25519_PUBLIC_LEN], const char *terminal, struct bt_buf *out)
{
	char text[64];
	enum bt_err err = bt_base64_encode((struct bt_bytes){key, BT_ED25519_PUBLIC_LEN}, text, sizeof text);
	if (err != BT_OK)
		return err;
	json_t *root = json_pack("{s:i, s:s, s:s}", "epoch", 1, "journal_key", text, "terminal", terminal);
	if (!root)
		return BT_EINPUT;
	err = bt_json_encode(root, out);
	json_decref(root);
	return err;
}
