#include "ui/app.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "ui/screen/stage.h"
#include "ui/widget/terminal.h"

#define FDS_MAX  16
#define SLEEP_MS 1000 /* the clock on the screen */

struct app {
	const struct bt_ui_shop *shop;
	struct bt_clock clock;
	struct bt_ui_stage *stage;
	struct bt_ui_canvas *canvas;
	int signal_fd;
	sigset_t before;
	bool over;
};

static int64_t now_ms(const struct app *app)
{
	return bt_clock_boot_ms(&app->clock);
}

/* A fatal signal gives the terminal back and then does what it always did. */
static void leave_terminal(int number)
{
	bt_ui_terminal_close();
	signal(number, SIG_DFL);
	raise(number);
}

static bool catch_signals(struct app *app)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	static const int taken[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGWINCH};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		sigaddset(&set, taken[i]);
	}
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		signal(fatal[i], leave_terminal);
	}
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, &app->before) != 0) {
		return false;
	}
	app->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return app->signal_fd >= 0;
}

static void take_signals(struct app *app)
{
	struct signalfd_siginfo info;
	while (read(app->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP) {
			app->over = true;
		} else if (info.ssi_signo == SIGWINCH) {
			bt_ui_terminal_resize();
		}
	}
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
	return any;
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
	struct pollfd polled[FDS_MAX + 2] = {{.fd = STDIN_FILENO, .events = POLLIN},
					     {.fd = app->signal_fd, .events = POLLIN}};
	int fds[FDS_MAX], count = app->shop->fds(app->shop->self, fds, FDS_MAX);
	for (int i = 0; i < count; i++) {
		polled[i + 2] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	}
	int timeout = sooner(sooner(app->shop->due_ms(app->shop->self), bt_ui_stage_due_ms(app->stage)), SLEEP_MS);
	int ready = poll(polled, (nfds_t)(count + 2), timeout);
	if (ready > 0 && (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL)) && !(polled[0].revents & POLLIN)) {
		app->over = true;
	}
	return ready >= 0 || errno == EINTR;
}

static enum bt_err run(struct app *app, struct bt_fault *fault)
{
	draw(app);
	while (!app->over && !bt_ui_stage_is_over(app->stage)) {
		if (!wait_for_work(app)) {
			return bt_fault_set(fault, BT_EOS, errno, "poll");
		}
		take_signals(app);
		if (take_keys(app, true)) {
			draw(app); /* the eye first, then the shop */
		}
		(void)app->shop->step(app->shop->self);
		bt_ui_stage_tick(app->stage, now_ms(app));
		draw(app);
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
	if (app->signal_fd >= 0) {
		close(app->signal_fd);
		sigprocmask(SIG_SETMASK, &app->before, NULL);
	}
}

enum bt_err bt_ui_app_run(const struct bt_ui_shop *shop, const struct bt_ui_app_options *options,
			  struct bt_fault *fault)
{
	struct app app = {.shop = shop, .clock = bt_clock_system(), .signal_fd = -1};
	struct bt_ui_stage_options stage_options = {.lang = options->lang,
						    .plain = options->no_unicode || bt_ui_terminal_is_plain(),
						    .idle_lock_ms = options->idle_lock_ms,
						    .signed_in = options->signed_in};
	enum bt_err err = bt_ui_terminal_open(options->colours, fault);
	if (err != BT_OK) {
		return err;
	}
	app.canvas = calloc(1, sizeof(*app.canvas));
	if (!app.canvas || bt_ui_stage_open(shop, &stage_options, now_ms(&app), &app.stage) != BT_OK) {
		err = bt_fault_set(fault, BT_ENOMEM, 0, "screens");
		goto out;
	}
	if (!catch_signals(&app)) {
		err = bt_fault_set(fault, BT_EOS, errno, "signals");
		goto out;
	}
	err = run(&app, fault);
out:
	put_away(&app);
	return err;
}
