/* Keys as screens see them: what was pressed, not which bytes came. */
#ifndef BT_UI_WIDGET_KEY_H
#define BT_UI_WIDGET_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum bt_ui_key {
	BT_KEY_NONE,
	BT_KEY_CHAR, /* ch holds it */
	BT_KEY_ENTER,
	BT_KEY_ESC,
	BT_KEY_BACKSPACE,
	BT_KEY_DELETE,
	BT_KEY_UP,
	BT_KEY_DOWN,
	BT_KEY_PAGE_UP,
	BT_KEY_PAGE_DOWN,
	BT_KEY_SIDEWAYS, /* left, right, home, end, insert: nothing anywhere, but they tell that Num Lock is off */
	BT_KEY_TAB,
	BT_KEY_PASTE, /* a paste was refused */
	BT_KEY_RESIZE,
	BT_KEY_DEMO_DOWN,
	BT_KEY_DEMO_SLOW,
	BT_KEY_DEMO_UP,
	BT_KEY_DEMO_END,
	BT_KEY_F1,
	BT_KEY_F2,
	BT_KEY_F3,
	BT_KEY_F4,
	BT_KEY_F5,
	BT_KEY_F6,
	BT_KEY_F7,
	BT_KEY_F8,
	BT_KEY_F9,
	BT_KEY_F10,
	BT_KEY_F11,
	BT_KEY_F12,
};

struct bt_ui_press {
	enum bt_ui_key key;
	uint32_t ch;
	int64_t at_ms; /* time since boot when it was read */
	bool fresh;    /* pressed after the screen in front had been drawn */
};

#endif
