#include "ui/app.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "ui/display_offer.h"
#include "ui/screen/stage.h"
#include "ui/signals.h"
#include "ui/widget/terminal.h"

#define FDS_MAX   16
#define OWN_FDS   3
#define SLEEP_MS  1000 /* the clock on the screen */
#define LATE_MOST 4    /* turns in a row that keys may keep from being drawn whole */

struct app {
	const struct bt_ui_shop *shop;
	struct bt_clock clock;
	struct bt_ui_stage *stage;
	struct bt_ui_canvas *canvas;
	struct bt_ui_signals signals;
	struct bt_display_offer *offer; /* to second screens; NULL none */
	bool over;
};

static int64_t now_ms(const struct app *app)
{
	return bt_clock_boot_ms(&app->clock);
}

/* Everything that is there already; @p fresh is false for what was typed before the screen in front was drawn.
 * @return true when there was a key. */
static bool take_keys(struct app *app, bool fresh)
{
	struct bt_ui_press press;
	bool any = false;
	while (bt_ui_terminal_read(&press)) {
		press.at_ms = now_ms(app);
		press.fresh = fresh;
		if (bt_ui_stage_press(app->stage, &press)) {
			bt_ui_terminal_bell();
		}
		any = true;
	}
	if (any && app->shop->typed) {
		app->shop->typed(app->shop->self);
	}
	return any;
}

static bool is_typed(void)
{
	struct pollfd keyboard = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&keyboard, 1, 0) > 0;
}

/* A new screen may bring keys that were typed while it was being drawn: they are taken as typed before it. */
static void draw(struct app *app)
{
	bool is_new = true;
	for (int round = 0; is_new && round < 8; round++) {
		int rows = 0, cols = 0;
		is_new = bt_ui_stage_is_new(app->stage);
		bt_ui_terminal_size(&rows, &cols);
		bt_ui_stage_draw(app->stage, rows, cols, app->canvas);
		bt_ui_terminal_show(app->canvas);
		if (is_new) {
			(void)take_keys(app, false);
		}
	}
}

static int sooner(int a, int b)
{
	if (a < 0 || b < 0) {
		return a < 0 ? b : a;
	}
	return a < b ? a : b;
}

/* @return false when poll failed for good. */
static bool wait_for_work(struct app *app)
{
	struct pollfd polled[FDS_MAX + OWN_FDS] = {{.fd = STDIN_FILENO, .events = POLLIN},
						   {.fd = app->signals.fd, .events = POLLIN},
						   {.fd = bt_display_offer_fd(app->offer), .events = POLLIN}};
	int fds[FDS_MAX], count = app->shop->fds(app->shop->self, fds, FDS_MAX);
	for (int i = 0; i < count; i++) {
		polled[i + OWN_FDS] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	}
	int timeout = sooner(sooner(app->shop->due_ms(app->shop->self), bt_ui_stage_due_ms(app->stage)), SLEEP_MS);
	int ready = poll(polled, (nfds_t)(count + OWN_FDS), timeout);
	if (ready > 0 && (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL)) && !(polled[0].revents & POLLIN)) {
		app->over = true;
	}
	return ready >= 0 || errno == EINTR;
}

/* Never waits: a second screen that is slow misses something. */
static void show_payer(struct app *app)
{
	struct bt_ui_payer payer;
	bt_ui_stage_payer(app->stage, &payer);
	bt_display_offer_show(app->offer, &payer, now_ms(app));
	explicit_bzero(&payer, sizeof(payer));
}

static enum bt_err run(struct app *app, struct bt_fault *fault)
{
	int late = 0;
	draw(app);
	while (!app->over && !bt_ui_stage_is_over(app->stage)) {
		if (!wait_for_work(app)) {
			return bt_fault_set(fault, BT_EOS, errno, "poll");
		}
		app->over = bt_ui_signals_take(&app->signals) || app->over;
		if (take_keys(app, true)) {
			draw(app); /* the eye first, then the shop */
		}
		(void)app->shop->step(app->shop->self);
		/* What was typed during that step is seen before what the step has brought. */
		if (late < LATE_MOST && is_typed()) {
			late++;
			continue;
		}
		late = 0;
		bt_ui_stage_tick(app->stage, now_ms(app));
		draw(app);
		show_payer(app);
	}
	return BT_OK;
}

static void put_away(struct app *app)
{
	bt_ui_terminal_close();
	bt_ui_stage_close(app->stage);
	if (app->canvas) {
		explicit_bzero(app->canvas, sizeof(*app->canvas));
		free(app->canvas);
	}
	bt_display_offer_close(app->offer);
	bt_ui_signals_close(&app->signals);
}

enum bt_err bt_ui_app_run(const struct bt_ui_shop *shop, const struct bt_ui_app_options *options,
			  struct bt_fault *fault)
{
	struct app app = {.shop = shop, .clock = bt_clock_system(), .signals = {.fd = -1}};
	struct bt_ui_stage_options stage_options = {.lang = options->lang,
						    .plain = options->no_unicode || bt_ui_terminal_is_plain(),
						    .idle_lock_ms = options->idle_lock_ms,
						    .signed_in = options->signed_in};
	enum bt_err err = bt_ui_terminal_open(BT_THEME_DARK, options->colours, fault);
	if (err != BT_OK) {
		return err;
	}
	app.canvas = calloc(1, sizeof(*app.canvas));
	if (!app.canvas || bt_ui_stage_open(shop, &stage_options, now_ms(&app), &app.stage) != BT_OK) {
		err = bt_fault_set(fault, BT_ENOMEM, 0, "screens");
		goto out;
	}
	err = bt_ui_signals_open(&app.signals, fault);
	if (err != BT_OK) {
		goto out;
	}
	/* Without it the second screen asks for patience; the counter works all the same. */
	struct bt_fault unoffered = {0};
	if (options->display_dir && bt_display_offer_open(options->display_dir, &app.offer, &unoffered) != BT_OK) {
		app.offer = NULL;
	}
	err = run(&app, fault);
out:
	put_away(&app);
	return err;
}
