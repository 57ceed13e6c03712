/* The desk: asks the head-end for payments of every channel and for supply that is owed back, and keeps the newest
 * answers. It never waits, and moves no money: a token is given by the teller, a claim is sent by sync. */
#ifndef BT_DESK_DESK_H
#define BT_DESK_DESK_H

#include "core/desk/payment.h"
#include "core/wire/wire.h"

struct bt_desk_parts {
	const struct bt_clock *clock;
	const struct bt_wire *wire; /* NULL: there is none */
	struct bt_log *log;
};

enum bt_desk_state {
	BT_DESK_IDLE, /* nothing was asked */
	BT_DESK_ASKING,
	BT_DESK_ANSWERED,
	BT_DESK_UNANSWERED, /* no answer, or none that could be understood */
};

struct bt_desk;

BT_MUST_USE enum bt_err bt_desk_open(const struct bt_desk_parts *parts, struct bt_desk **out);
void bt_desk_close(struct bt_desk *desk);
/** Ask for payments by any of their names; see bt_desk_found. What was found before is forgotten. BT_OK; BT_EINPUT (no
 *  name, or too long for one); BT_EUNREACHABLE (no wire); BT_EFULL. */
BT_MUST_USE enum bt_err bt_desk_find(struct bt_desk *desk, const char *text);
/** What was found, borrowed until the next call on the desk. */
enum bt_desk_state bt_desk_found(const struct bt_desk *desk, const struct bt_desk_payment **out, int *count);
/** Somebody looks at what is owed: ask when what is known is older than half a minute. */
void bt_desk_look_at_owed(struct bt_desk *desk);
/** What is owed as it was last told, longest due first. @return false while nothing was told. */
bool bt_desk_owed(const struct bt_desk *desk, const struct bt_desk_owed **out, int *count);
/** Take an answer that is the desk's. @return false when it belongs to somebody else. */
bool bt_desk_answer(struct bt_desk *desk, const struct bt_answer *answer);

#endif
