/* One connection: in the list of this machine, or asked of the server. */
#include <string.h>

#include "ui/counter_parts.h"

void bt_counter_start_look_up(struct bt_counter *counter, const char *number)
{
	struct bt_call call = {.kind = BT_CALL_CONSUMER, .deadline_ms = 4000};

	bt_text_copy(counter->live_number, sizeof counter->live_number, number);
	bt_text_copy(call.text, sizeof call.text, number);
	call.id = counter->live_call = BT_COUNTER_LIVE_CALLS | ++counter->live_calls;
	counter->live_err = BT_EUNREACHABLE;
	if (counter->has_wire && bt_wire_submit(&counter->wire, &call) == BT_OK)
		counter->live_err = BT_EBUSY;
}

static enum bt_err read_live(struct bt_counter *counter, const struct bt_answer *answer)
{
	struct bt_fault fault = {0};
	enum bt_err err = bt_consumer_decode(bt_buf_view(&answer->body), &counter->live, &fault);

	/* An answer about somebody else is as bad as none. */
	if (!err && strcmp(counter->live.number, counter->live_number) != 0)
		err = BT_EFORMAT;
	if (!err && bt_directory_put(counter->directory, &counter->live, &fault) != BT_OK)
		bt_log_line(counter->log, "list", "live consumer not kept: %s", fault.what);
	if (!err)
		bt_counter_ask_account(counter, counter->live.number);
	return err ? BT_EUNREACHABLE : BT_OK;
}

void bt_counter_take_live(struct bt_counter *counter, const struct bt_answer *answer)
{
	if (answer->kind != BT_CALL_CONSUMER || answer->id != counter->live_call)
		return;
	bt_breaker_note(&counter->breaker, answer->fault.err, answer->latency_ms, counter->config.slow_ms,
			bt_clock_boot_ms(&counter->clock), &counter->random);
	if (answer->fault.err == BT_OK)
		counter->live_err = read_live(counter, answer);
	else if (answer->fault.err == BT_EREFUSED)
		counter->live_err = BT_ENOTFOUND;
	else
		counter->live_err = BT_EUNREACHABLE;
}

/* Digits typed with blanks between them, without; "" when there are more than a MeterPAN has. */
static void squeeze(const char *text, char out[BT_STS_PAN_CAP])
{
	size_t len = 0;

	for (; *text; text++) {
		if (*text != ' ' && len + 1 < BT_STS_PAN_CAP)
			out[len++] = *text;
		else if (*text != ' ')
			len = BT_STS_PAN_CAP;
	}
	out[len < BT_STS_PAN_CAP ? len : 0] = '\0';
}

enum bt_err bt_counter_search(struct bt_counter *counter, const char *text, int max, struct bt_consumer *out,
			      int *count, bool *more)
{
	char digits[BT_STS_PAN_CAP], drn[BT_STS_DRN_CAP];

	squeeze(text, digits);
	if (bt_sts_drn_of(digits, drn) == BT_OK)
		text = drn;
	return bt_directory_search(counter->directory, text, max, out, count, more);
}

enum bt_err bt_counter_find(struct bt_counter *counter, const char *number, int timeout_ms, struct bt_consumer *out)
{
	int64_t until = bt_clock_boot_ms(&counter->clock) + timeout_ms;
	char drn[BT_STS_DRN_CAP];
	enum bt_err err;

	if (bt_sts_drn_of(number, drn) == BT_OK)
		number = drn;
	if (!bt_text_is_digits(number) || strlen(number) >= sizeof out->number)
		return BT_ENOTFOUND;
	err = bt_directory_find(counter->directory, number, out);
	if (err == BT_ENOTFOUND)
		err = bt_directory_find_meter(counter->directory, number, out);
	if (err != BT_ENOTFOUND)
		return err;
	bt_counter_start_look_up(counter, number);
	while (counter->live_err == BT_EBUSY && bt_clock_boot_ms(&counter->clock) < until)
		bt_counter_pump_sales(counter, 200);
	if (counter->live_err == BT_OK)
		*out = counter->live;
	return counter->live_err == BT_EBUSY ? BT_EUNREACHABLE : counter->live_err;
}
