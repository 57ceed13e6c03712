/* The terminal: brings a canvas to it, and its bytes back as keys. The only file that drives ncurses.
 *
 * One terminal per process. Output is by difference: an unchanged row costs a comparison. Input never blocks. */
#ifndef BT_UI_WIDGET_TERMINAL_H
#define BT_UI_WIDGET_TERMINAL_H

#include "ui/widget/canvas.h"
#include "ui/widget/key.h"
#include "ui/widget/palette.h"

/** Locale for characters, raw keys, no paste, no cursor; standard input and output.
 *  @param[in] colours  use no more than these: 256, 16, 8; 0 as many as there are.
 *  @return BT_OK; BT_EUNSUPPORTED without a UTF-8 locale or a terminal that can be addressed. */
BT_MUST_USE enum bt_err bt_ui_terminal_open(enum bt_ui_theme theme, int colours, struct bt_fault *fault);
/** Give the terminal back as it was; more than once is fine. */
void bt_ui_terminal_close(void);
/** Its size now. */
void bt_ui_terminal_size(int *rows, int *cols);
/** Learn the size anew after SIGWINCH. */
void bt_ui_terminal_resize(void);
/** Show the canvas. */
void bt_ui_terminal_show(const struct bt_ui_canvas *canvas);
/** The next key that is there already. @return false when there is none. */
bool bt_ui_terminal_read(struct bt_ui_press *out);
/** One short bell. */
void bt_ui_terminal_bell(void);
/** True for consoles that have no Unicode shapes: TERM=linux or NO_UNICODE set. */
bool bt_ui_terminal_is_plain(void);

#endif
