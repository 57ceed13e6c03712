/* The public keys of the record one after the other, followed event by event from the first.
 *
 * The genesis event names the first; a `key` event, signed with the key in force, names the next from the following
 * event on (PROTOCOL J2); an `epoch` event bridges changes that were lost with the words of the keys between, and is
 * itself signed with the last of them. Private to core/journal. */
#ifndef BT_JOURNAL_KEYS_H
#define BT_JOURNAL_KEYS_H

#include "core/journal/journal.h"

struct bt_key_span {
	int64_t from_seq; /* first event it signs; of several with one number the last */
	uint8_t key[BT_ED25519_PUBLIC_LEN];
};

struct bt_keys {
	char terminal[32];
	struct bt_key_span *spans; /* oldest first */
	int count, room;
};

void bt_keys_fini(struct bt_keys *keys);
/** The key that signs event @p seq; NULL before the genesis event was taken. */
const uint8_t *bt_keys_at(const struct bt_keys *keys, int64_t seq);
/** Room for one more key. @return BT_OK or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_keys_reserve(struct bt_keys *keys);
/** One more, for which there is room. */
void bt_keys_add(struct bt_keys *keys, int64_t from_seq, const uint8_t key[BT_ED25519_PUBLIC_LEN]);
/** The next event of the record, its signature verified and what it says of keys taken. Hash and place are the caller's
 *  to check. @return BT_OK; BT_ECORRUPT; BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_keys_check(struct bt_keys *keys, const struct bt_event *event);
/** The same, but only events that say something of keys have their signature verified. */
BT_MUST_USE enum bt_err bt_keys_follow(struct bt_keys *keys, const struct bt_event *event);
/** The shortest end of @p links that leads on from @p key: how many of them, 0 when @p key is the last itself, -1 when
 *  none does. @p newest is the last key, also when there are no links. */
int bt_keys_bridge(const char *terminal, const uint8_t key[BT_ED25519_PUBLIC_LEN],
		   const uint8_t newest[BT_ED25519_PUBLIC_LEN], const struct bt_key_link *links, int count);
/** The array "keys" of an epoch event; NULL when out of memory. */
json_t *bt_keys_encode_links(const struct bt_key_link *links, int count);

#endif
