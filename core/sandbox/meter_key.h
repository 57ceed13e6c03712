/* Which decoder key a meter holds, and the way from it to the next one (PROTOCOL T6).
 *
 * A change is announced first: the next key travels to the terminals beside the one that is still used. When every
 * terminal whose lease is alive has said that it has it, the change is due: the next key is the key, and each sale
 * carries the tokens that bring the meter to it. Once such a token has left the head-end the change is out: the meter
 * may have the next key, and whether the answer arrived is not known here, so that sales carry the tokens on. It is
 * done when the record of a terminal lists them. */
#ifndef BT_SANDBOX_METER_KEY_H
#define BT_SANDBOX_METER_KEY_H

#include <jansson.h>

#include "core/sandbox/consumer.h"
#include "core/sandbox/refusal.h"
#include "core/sandbox/sale_in.h"

enum bt_sbx_key_stage { BT_SBX_KEY_SETTLED, BT_SBX_KEY_ANNOUNCED, BT_SBX_KEY_DUE, BT_SBX_KEY_OUT };

struct bt_sbx_meter_key {
	enum bt_sbx_key_stage stage;
	struct bt_sbx_meter_id held; /* in the meter, as far as is known here */
	struct bt_sbx_meter_id next; /* when announced, due or out */
	bool roll_over;              /* the change is one of base date */
	int64_t change;              /* number of the change, 0: none */
	int64_t version;             /* of the key that is told; the next one's is one more */
};

/** Tokens of a change, in the order they are keyed in. */
struct bt_sbx_key_tokens {
	int count; /* 0: none; 2 or 4 */
	char tokens[BT_SBX_SECTIONS_MAX][21];
};

/** The identity that the factory put into a consumer's meter. @return false when there is no meter. */
bool bt_sbx_meter_key_origin(const struct bt_sbx_consumer *consumer, struct bt_sbx_meter_id *out);
/** @return false when there is no meter. */
bool bt_sbx_meter_key_find(sqlite3 *db, const struct bt_sbx_consumer *consumer, struct bt_sbx_meter_key *out);
/** Sales carry the tokens of the change: it is due or out. */
bool bt_sbx_meter_key_is_carried(const struct bt_sbx_meter_key *key);
/** The key that terminals make credit tokens under. Borrowed. */
const struct bt_sbx_meter_id *bt_sbx_meter_key_told(const struct bt_sbx_meter_key *key);
/** Identity as sale records name it, with its check value. */
bool bt_sbx_meter_key_id(const struct bt_sbx *sbx, const struct bt_sbx_meter_id *meter, struct bt_sbx_key_id *out);
/** Tokens of the change that is due or out; count 0 when none is. @return false when they cannot be made. */
bool bt_sbx_meter_key_tokens(const struct bt_sbx *sbx, const struct bt_sbx_meter_key *key,
			     struct bt_sbx_key_tokens *out);
/** Tokens of the change that led to the key @p said, due, out or done. @return false when none did. */
bool bt_sbx_meter_key_tokens_to(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer,
				const struct bt_sbx_key_id *said, struct bt_sbx_key_tokens *out);
/** The contract's `key_change`, null when sales carry none; yours. */
json_t *bt_sbx_meter_key_json(const struct bt_sbx *sbx, const struct bt_sbx_meter_key *key);

/** A change that is due from the start: the folder is new, so nobody can hold the key before. */
BT_SBX_MUST_USE bool bt_sbx_key_change_seed(sqlite3 *db, const struct bt_sbx_consumer *consumer);
/** Begin the change to the next KRN. Opens and commits its own transaction. @return false with a line on stderr. */
BT_SBX_MUST_USE bool bt_sbx_key_change_begin(struct bt_sbx *sbx, const char *meter);
/** A terminal asks for rows after @p since: it has all up to it. */
BT_SBX_MUST_USE bool bt_sbx_key_change_acknowledge(sqlite3 *db, const char *terminal, int64_t since);
/** Make due what every terminal has acknowledged whose lease is alive. */
BT_SBX_MUST_USE bool bt_sbx_key_change_release(sqlite3 *db);
/** A terminal is given keys: from now on it can be behind. */
BT_SBX_MUST_USE bool bt_sbx_key_change_give(sqlite3 *db, const char *terminal);
/** True for a terminal that was away while keys changed and has not fetched them yet: a lease would let it make tokens
 *  that meters refuse. */
bool bt_sbx_key_change_is_behind(sqlite3 *db, const char *terminal);
/** Remember that the token of @p sale_id goes with the tokens of @p change. */
BT_SBX_MUST_USE bool bt_sbx_key_change_carry(sqlite3 *db, const char *sale_id, int64_t change);
/** The token of @p sale_id has left: what it carried is out. */
BT_SBX_MUST_USE bool bt_sbx_key_change_leave(sqlite3 *db, const char *sale_id);
/** A terminal's record lists @p tokens above the token of @p sale_id: where it carried these, the change is done. */
BT_SBX_MUST_USE bool bt_sbx_key_change_arrive(struct bt_sbx *sbx, const char *sale_id,
					      const struct bt_sbx_key_tokens *tokens);

#endif
