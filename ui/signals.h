/* Signals of a full-screen program as something to poll: those that end it, and a new size of the window.
 *
 * TERM and HUP end it; every other one that can be held, from the keyboard's INT, QUIT and TSTP to USR1 and ALRM, is
 * taken and means nothing. A fatal signal gives the terminal back and then does what it always did. One per process. */
#ifndef BT_UI_SIGNALS_H
#define BT_UI_SIGNALS_H

#include <signal.h>

#include "core/base/err.h"

struct bt_ui_signals {
	int fd; /* to be watched; -1 closed */
	sigset_t before;
};

/** @return BT_OK or BT_EOS. */
BT_MUST_USE enum bt_err bt_ui_signals_open(struct bt_ui_signals *signals, struct bt_fault *fault);
/** As it was before; a closed one is fine. */
void bt_ui_signals_close(struct bt_ui_signals *signals);
/** Take what has come; the terminal learns its new size. @return true when the program is to end (TERM, HUP). */
bool bt_ui_signals_take(const struct bt_ui_signals *signals);

#endif
