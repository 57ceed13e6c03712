#include "core/sandbox/faults.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"

static const struct {
	const char *name;
	const char *argument; /* NULL when there is none */
	int64_t min, max;
} faults[] = {
    [BT_SBX_FAULT_NONE] = {.name = "none"},
    [BT_SBX_FAULT_DOWN] = {.name = "down"},
    [BT_SBX_FAULT_SLOW] = {.name = "slow", .argument = "MS", .min = 1, .max = 3600000},
    [BT_SBX_FAULT_HANG] = {.name = "hang"},
    [BT_SBX_FAULT_ERROR] = {.name = "error"},
    [BT_SBX_FAULT_GARBAGE] = {.name = "garbage"},
    [BT_SBX_FAULT_DROP_REPLY] = {.name = "drop-reply"},
    [BT_SBX_FAULT_HUGE] = {.name = "huge"},
    [BT_SBX_FAULT_DEEP] = {.name = "deep"},
    [BT_SBX_FAULT_BIDI] = {.name = "bidi"},
    [BT_SBX_FAULT_CLOCK] = {.name = "clock", .argument = "MINUTES", .min = -5256000, .max = 5256000},
};

#define FAULT_COUNT (sizeof faults / sizeof *faults)

bool bt_sbx_fault_parse(const char *text, struct bt_sbx_fault *out)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] ? text + len + 1 : NULL;
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		struct bt_sbx_fault fault = {.kind = (enum bt_sbx_fault_kind)i};
		if (strlen(faults[i].name) != len || strncmp(faults[i].name, text, len) != 0)
			continue;
		if ((value != NULL) != (faults[i].argument != NULL))
			return false;
		if (value && !bt_sbx_number_parse(value, faults[i].min, faults[i].max, &fault.value))
			return false;
		*out = fault;
		return true;
	}
	return false;
}

void bt_sbx_fault_format(struct bt_sbx_fault fault, char out[BT_SBX_FAULT_TEXT_MAX])
{
	if (faults[fault.kind].argument)
		snprintf(out, BT_SBX_FAULT_TEXT_MAX, "%s=%lld", faults[fault.kind].name, (long long)fault.value);
	else
		snprintf(out, BT_SBX_FAULT_TEXT_MAX, "%s", faults[fault.kind].name);
}

void bt_sbx_fault_list(char *out, size_t cap)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < FAULT_COUNT && used < cap; i++) {
		const char *argument = faults[i].argument;
		int len = snprintf(out + used, cap - used, "%s%s%s%s", i ? "|" : "", faults[i].name,
				   argument ? "=" : "", argument ? argument : "");
		used += len > 0 ? (size_t)len : 0;
	}
}

bool bt_sbx_fault_box_init(struct bt_sbx_fault_box *box, struct bt_sbx_fault fault)
{
	pthread_condattr_t attributes;
	*box = (struct bt_sbx_fault_box){.fault = fault};
	if (pthread_condattr_init(&attributes) != 0)
		return false;
	/* Durations must not follow a wall clock that someone sets. */
	bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
		  pthread_cond_init(&box->changed, &attributes) == 0;
	pthread_condattr_destroy(&attributes);
	return ok && pthread_mutex_init(&box->mutex, NULL) == 0;
}

void bt_sbx_fault_box_fini(struct bt_sbx_fault_box *box)
{
	pthread_cond_destroy(&box->changed);
	pthread_mutex_destroy(&box->mutex);
}

void bt_sbx_fault_set(struct bt_sbx_fault_box *box, struct bt_sbx_fault fault)
{
	pthread_mutex_lock(&box->mutex);
	box->fault = fault;
	box->generation++;
	bt_sbx_clock_skew(fault.kind == BT_SBX_FAULT_CLOCK ? fault.value * BT_SBX_MINUTE_MS : 0);
	pthread_cond_broadcast(&box->changed);
	pthread_mutex_unlock(&box->mutex);
}

void bt_sbx_fault_stop(struct bt_sbx_fault_box *box)
{
	pthread_mutex_lock(&box->mutex);
	box->stopping = true;
	box->generation++;
	pthread_cond_broadcast(&box->changed);
	pthread_mutex_unlock(&box->mutex);
}

struct bt_sbx_fault bt_sbx_fault_get(struct bt_sbx_fault_box *box)
{
	pthread_mutex_lock(&box->mutex);
	struct bt_sbx_fault fault = box->fault;
	pthread_mutex_unlock(&box->mutex);
	return fault;
}

bool bt_sbx_fault_wait(struct bt_sbx_fault_box *box, int64_t timeout_ms)
{
	int64_t until_ms = bt_sbx_tick_ms() + timeout_ms;
	struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
	int rc = 0;
	pthread_mutex_lock(&box->mutex);
	int64_t generation = box->generation;
	while (!box->stopping && box->generation == generation && rc == 0)
		rc = timeout_ms < 0 ? pthread_cond_wait(&box->changed, &box->mutex)
				    : pthread_cond_timedwait(&box->changed, &box->mutex, &until);
	bool changed = box->stopping || box->generation != generation;
	pthread_mutex_unlock(&box->mutex);
	return changed;
}
