/* The breaker: is the head-end worth waiting for? Judged from recent latencies and failures only.
 *
 * It decides whether to wait, never whether something was done. A value; its owner feeds it. Pure. */
#ifndef BT_WIRE_BREAKER_H
#define BT_WIRE_BREAKER_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/random.h"

enum bt_breaker_state { BT_BREAKER_ONLINE, BT_BREAKER_SLOW, BT_BREAKER_OFFLINE };

struct bt_breaker {
	enum bt_breaker_state state;
	int failures;         /* without an answer, in a row; a refusal is an answer */
	int slow;             /* slow or without an answer, in a row */
	int latency_ms;       /* of the last answer */
	int64_t since_ms;     /* boot time at which the state began */
	int64_t next_probe_ms; /* boot time */
	int backoff_ms;
};

/** ONLINE, first probe at once. */
void bt_breaker_init(struct bt_breaker *breaker, int64_t boot_ms);
/**
 * Note how a call ended: @p err BT_OK or BT_EREFUSED means the head-end answered, after @p latency_ms.
 *
 * One unreachable opens it to OFFLINE. Two in a row that were slow (over @p slow_ms), late or lost open it: to SLOW, or
 * to OFFLINE when the second was lost. One answer within slow_ms closes it. Errors of fate NOTHING other than
 * BT_EUNREACHABLE say nothing about the head-end and are passed over.
 */
void bt_breaker_note(struct bt_breaker *breaker, enum bt_err err, int latency_ms, int slow_ms, int64_t boot_ms,
                     const struct bt_random *random);
/** Wait for a sale's answer now? True only when ONLINE. */
bool bt_breaker_worth_waiting(const struct bt_breaker *breaker);
/** True when a probe is due; the next one is then set: with back-off (1 s .. 30 s) and full jitter while open, about
 *  every 30 s while ONLINE. */
bool bt_breaker_probe_due(struct bt_breaker *breaker, int64_t boot_ms, const struct bt_random *random);

#endif
