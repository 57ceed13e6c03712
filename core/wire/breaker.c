#include "core/wire/breaker.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_LAST_MS  30000
#define OPENS_AFTER      2

void bt_breaker_init(struct bt_breaker *breaker, int64_t boot_ms)
{
	*breaker = (struct bt_breaker){
	    .state = BT_BREAKER_ONLINE, .since_ms = boot_ms, .next_probe_ms = boot_ms, .backoff_ms = BACKOFF_FIRST_MS};
}

/* 1..limit; without randomness the whole limit, which is late but never a storm. */
static int64_t choose_delay(int limit, const struct bt_random *random)
{
	uint32_t value;

	if (bt_random_fill(random, &value, sizeof value) != BT_OK)
		return limit;
	return 1 + (int64_t)(value % (uint32_t)limit);
}

static void enter_state(struct bt_breaker *breaker, enum bt_breaker_state state, int64_t boot_ms,
			const struct bt_random *random)
{
	bool was_open = breaker->state != BT_BREAKER_ONLINE, is_open = state != BT_BREAKER_ONLINE;

	if (state == breaker->state)
		return;
	breaker->state = state;
	breaker->since_ms = boot_ms;
	if (was_open == is_open)
		return;
	breaker->backoff_ms = is_open ? BACKOFF_FIRST_MS : BACKOFF_LAST_MS;
	breaker->next_probe_ms = boot_ms + choose_delay(breaker->backoff_ms, random);
}

static void note_answer(struct bt_breaker *breaker, int latency_ms, int slow_ms, int64_t boot_ms,
			const struct bt_random *random)
{
	breaker->latency_ms = latency_ms;
	breaker->failures = 0;
	if (latency_ms <= slow_ms) {
		breaker->slow = 0;
		enter_state(breaker, BT_BREAKER_ONLINE, boot_ms, random);
		return;
	}
	breaker->slow++;
	if (breaker->slow >= OPENS_AFTER || breaker->state == BT_BREAKER_OFFLINE)
		enter_state(breaker, BT_BREAKER_SLOW, boot_ms, random);
}

static void note_silence(struct bt_breaker *breaker, enum bt_err err, int64_t boot_ms, const struct bt_random *random)
{
	breaker->failures++;
	breaker->slow++;
	if (err == BT_EUNREACHABLE)
		enter_state(breaker, BT_BREAKER_OFFLINE, boot_ms, random);
	else if (breaker->slow < OPENS_AFTER || breaker->state == BT_BREAKER_OFFLINE)
		return; /* one alone proves nothing, and nothing was heard that could lift OFFLINE */
	else
		enter_state(breaker, err == BT_ETIMEOUT ? BT_BREAKER_SLOW : BT_BREAKER_OFFLINE, boot_ms, random);
}

void bt_breaker_note(struct bt_breaker *breaker, enum bt_err err, int latency_ms, int slow_ms, int64_t boot_ms,
		     const struct bt_random *random)
{
	if (err == BT_OK || err == BT_EREFUSED)
		note_answer(breaker, latency_ms, slow_ms, boot_ms, random);
	else if (err == BT_EUNREACHABLE || bt_err_fate(err) == BT_FATE_UNKNOWN)
		note_silence(breaker, err, boot_ms, random);
}

bool bt_breaker_worth_waiting(const struct bt_breaker *breaker)
{
	return breaker->state == BT_BREAKER_ONLINE;
}

bool bt_breaker_probe_due(struct bt_breaker *breaker, int64_t boot_ms, const struct bt_random *random)
{
	if (boot_ms < breaker->next_probe_ms)
		return false;
	if (breaker->state == BT_BREAKER_ONLINE) {
		/* At least half the period, so that a healthy line is not asked in a loop. */
		breaker->next_probe_ms = boot_ms + BACKOFF_LAST_MS / 2 + choose_delay(BACKOFF_LAST_MS / 2, random);
		return true;
	}
	breaker->next_probe_ms = boot_ms + choose_delay(breaker->backoff_ms, random);
	breaker->backoff_ms = breaker->backoff_ms > BACKOFF_LAST_MS / 2 ? BACKOFF_LAST_MS : breaker->backoff_ms * 2;
	return true;
}
