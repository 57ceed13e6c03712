/* The second screen, for the payer: a program of its own on a terminal of its own. It shows what the counter offers
 * (ui/display_offer.h) and knows nothing else: no record, no keys, no server.
 *
 * It outlives the counter: while nothing is heard from it the page says so calmly, and it is looked for again. Keys
 * typed here mean nothing, and nothing is ever sent. */
#ifndef BT_UI_DISPLAY_H
#define BT_UI_DISPLAY_H

#include "core/base/words.h"

struct bt_ui_display_options {
	const char *dir; /* the counter's state folder */
	const struct bt_words *words;
	bool no_unicode; /* as bt_ui_app_options */
	int colours;
};

/** Run until the terminal hangs up or the process is told to end (TERM, HUP). @return as bt_ui_app_run. */
BT_MUST_USE enum bt_err bt_ui_display_run(const struct bt_ui_display_options *options, struct bt_fault *fault);

#endif
