#include "core/wire/wire.h"

#include <poll.h>

enum bt_err bt_wire_submit(const struct bt_wire *wire, const struct bt_call *call)
{
	if ((unsigned)call->kind >= BT_CALL_COUNT || call->deadline_ms < 1 || call->deadline_ms > BT_DEADLINE_MAX_MS)
		return BT_EINPUT;
	return wire->submit(wire->self, call);
}

bool bt_wire_take(const struct bt_wire *wire, struct bt_answer *out)
{
	return wire->take(wire->self, out);
}

bool bt_wire_wait(const struct bt_wire *wire, int timeout_ms, struct bt_answer *out)
{
	struct pollfd wait = {.fd = wire->fd(wire->self), .events = POLLIN};

	if (bt_wire_take(wire, out))
		return true;
	return poll(&wait, 1, timeout_ms) > 0 && bt_wire_take(wire, out);
}
