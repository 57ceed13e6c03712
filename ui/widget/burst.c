#include "ui/widget/burst.h"

#include <string.h>

#define SCAN_CHARS      8
#define SCAN_MEAN_MS    25
#define SCAN_MAX_GAP_MS 60

void bt_ui_burst_reset(struct bt_ui_burst *burst)
{
	memset(burst, 0, sizeof(*burst));
}

bool bt_ui_burst_note(struct bt_ui_burst *burst, uint32_t ch, int64_t at_ms)
{
	bool begins = burst->count == 0 || at_ms - burst->last_ms >= SCAN_MAX_GAP_MS;
	if (begins) {
		bt_ui_burst_reset(burst);
		burst->first_ms = at_ms;
		burst->first_char = ch;
	}
	burst->varied = burst->varied || ch != burst->first_char;
	if (burst->count < BT_BURST_TEXT - 1) {
		burst->text[burst->count] = ch >= ' ' && ch < 0x7F ? (char)ch : '?';
		burst->text[burst->count + 1] = '\0';
	}
	burst->count++;
	burst->last_ms = at_ms;
	return begins;
}

bool bt_ui_burst_is_scan(const struct bt_ui_burst *burst, int64_t at_ms)
{
	return burst->count >= SCAN_CHARS && burst->varied && at_ms - burst->last_ms < SCAN_MAX_GAP_MS &&
	       burst->last_ms - burst->first_ms <= (int64_t)SCAN_MEAN_MS * burst->count;
}

bool bt_ui_burst_swallow(struct bt_ui_burst *burst, int64_t at_ms)
{
	if (burst->count < SCAN_CHARS || at_ms - burst->last_ms > SCAN_MEAN_MS ||
	    burst->last_ms - burst->first_ms > (int64_t)SCAN_MEAN_MS * burst->count) {
		return false;
	}
	return !bt_ui_burst_note(burst, '?', at_ms);
}

void bt_ui_burst_end(struct bt_ui_burst *burst, int64_t at_ms)
{
	bt_ui_burst_reset(burst);
	burst->ended = true;
	burst->last_ms = at_ms;
}

bool bt_ui_burst_is_tail(struct bt_ui_burst *burst, int64_t at_ms)
{
	if (!burst->ended || at_ms - burst->last_ms > SCAN_MEAN_MS) {
		burst->ended = false;
		return false;
	}
	burst->last_ms = at_ms;
	return true;
}
