/* The full-screen program: joins the stage of screens to the terminal, the shop and the time.
 *
 * One thread, no waiting but in poll. It knows no sale: screens ask the shop, the shop does the work. */
#ifndef BT_UI_APP_H
#define BT_UI_APP_H

#include "ui/screen/shop.h"

#define BT_UI_IDLE_LOCK_MS 180000

struct bt_ui_app_options {
	enum bt_lang lang;
	bool no_unicode;         /* ASCII shapes only; also chosen by TERM=linux and NO_UNICODE */
	int64_t idle_lock_ms;    /* 0: never */
	int colours;             /* at most 256, 16 or 8; 0: as many as the terminal has. NO_COLOR takes all away */
	const char *signed_in;   /* who is signed in already: begin at home; NULL: nobody */
	const char *display_dir; /* state folder in which second screens find this counter; NULL: none do */
};

/**
 * Run until the terminal hangs up or the process is told to end (TERM, HUP); a demo also by Ctrl-Q.
 * INT, QUIT and TSTP are ignored.
 * @param[in] shop  outlives the call.
 * @return BT_OK on a clean end; BT_EUNSUPPORTED (no UTF-8 locale, unknown terminal), BT_ENOMEM, BT_EOS. The terminal is
 *         as it was before in every case, also after a fatal signal.
 */
BT_MUST_USE enum bt_err bt_ui_app_run(const struct bt_ui_shop *shop, const struct bt_ui_app_options *options,
				      struct bt_fault *fault);

#endif
