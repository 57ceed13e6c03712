/* Tells a bar code scanner that types from a hand that types, by the time between keys.
 *
 * Timing is a hint for what the screen does, never an authorisation. A value; its owner feeds it. Source: scanner wedge
 * measurements: 8 to 16 ms a key, autorepeat about 33 ms, fast typists 50 ms and more. */
#ifndef BT_UI_WIDGET_BURST_H
#define BT_UI_WIDGET_BURST_H

#include <stdbool.h>
#include <stdint.h>

#define BT_BURST_TEXT 256

struct bt_ui_burst {
	int count;
	int64_t first_ms, last_ms;
	uint32_t first_char;
	bool varied;              /* not one key held down */
	bool ended;               /* a scan ended at last_ms: what comes as fast behind it is its tail */
	char text[BT_BURST_TEXT]; /* ASCII only; cut at its size */
};

/** One character came. @return true when it begins a new run: what the screen holds now is what to go back to. */
bool bt_ui_burst_note(struct bt_ui_burst *burst, uint32_t ch, int64_t at_ms);
/** Enter came: was the run before it a scan? At least 8 characters, 25 ms each on average, no gap of 60 ms. */
bool bt_ui_burst_is_scan(const struct bt_ui_burst *burst, int64_t at_ms);
/** Another key than a character came: behind as many characters as a scan has, and as fast. Codes that hold the bytes
 * of a function key do that. It belongs to the run. @return true when it is not to be acted upon. */
bool bt_ui_burst_swallow(struct bt_ui_burst *burst, int64_t at_ms);
/** The run was a scan and is over; what it held is forgotten. */
void bt_ui_burst_end(struct bt_ui_burst *burst, int64_t at_ms);
/** Any key came: is it the tail of a scan that has ended, a second end of line, a suffix, a second line? Each one of
 *  them prolongs it. Type-ahead of a hand is slower. @return true when it is not to be acted upon. */
bool bt_ui_burst_is_tail(struct bt_ui_burst *burst, int64_t at_ms);
void bt_ui_burst_reset(struct bt_ui_burst *burst);

#endif
