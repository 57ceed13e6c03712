#include "ui/display.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "ui/display_offer.h"
#include "ui/signals.h"
#include "ui/widget/terminal.h"

#define RETRY_MS     1000 /* between two looks for the counter */
#define SILENT_MS    8000 /* it says something every two seconds: this is a counter that hangs */
#define MESSAGES_MAX 16   /* taken at one time; only the newest is shown */

struct display {
	const struct bt_ui_display_options *options;
	struct bt_clock clock;
	struct bt_ui_signals signals;
	struct bt_ui_canvas *canvas;
	struct bt_ui_payer page;
	bool plain;
	int fd; /* -1: not connected */
	int64_t tried_ms, heard_ms;
};

static int64_t now_ms(const struct display *display)
{
	return bt_clock_boot_ms(&display->clock);
}

/* What was shown was for somebody who may have gone. */
static void drop(struct display *display)
{
	if (display->fd >= 0) {
		close(display->fd);
	}
	display->fd = -1;
	explicit_bzero(&display->page, sizeof(display->page));
	display->page.page = BT_PAYER_CLOSED;
}

static void look_for_counter(struct display *display)
{
	struct sockaddr_un address;
	struct bt_fault fault = {0};
	int dir_fd = -1;
	if (display->fd >= 0 || now_ms(display) - display->tried_ms < RETRY_MS) {
		return;
	}
	display->tried_ms = now_ms(display);
	if (bt_display_address(display->options->dir, &address, &dir_fd, &fault) != BT_OK) {
		return;
	}
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 && bt_display_is_own(fd)) {
		display->fd = fd;
		display->heard_ms = now_ms(display);
	} else if (fd >= 0) {
		close(fd);
	}
	close(dir_fd);
}

/* @return false when nothing more is there. */
static bool take_message(struct display *display)
{
	uint8_t bytes[BT_DISPLAY_BYTES + 1];
	struct bt_ui_payer page;
	ssize_t len = recv(display->fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_TRUNC);
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
		return false;
	}
	/* Of another version, or no message at all: whoever it is, nothing of it is shown. */
	if (len <= 0 || len > BT_DISPLAY_BYTES ||
	    bt_display_decode((struct bt_bytes){bytes, (size_t)len}, &page) != BT_OK) {
		drop(display);
		return false;
	}
	display->page = page;
	display->heard_ms = now_ms(display);
	return true;
}

static void listen_to_counter(struct display *display)
{
	for (int i = 0; display->fd >= 0 && i < MESSAGES_MAX; i++) {
		if (!take_message(display)) {
			break;
		}
	}
	if (display->fd >= 0 && now_ms(display) - display->heard_ms >= SILENT_MS) {
		drop(display);
	}
}

static void draw(struct display *display)
{
	int rows = 0, cols = 0;
	bt_ui_terminal_size(&rows, &cols);
	display->canvas->words = display->options->words;
	display->canvas->lang = display->page.lang;
	display->canvas->plain = display->plain;
	bt_ui_canvas_reset(display->canvas, rows, cols);
	bt_ui_payer_draw(&display->page, display->canvas);
	bt_ui_terminal_show(display->canvas);
}

/* @return false when the terminal has gone or poll failed for good. */
static bool wait_for_work(const struct display *display)
{
	struct bt_ui_press press;
	struct pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN},
				  {.fd = display->signals.fd, .events = POLLIN},
				  {.fd = display->fd, .events = POLLIN}};
	int ready = poll(polled, sizeof(polled) / sizeof(polled[0]), RETRY_MS);
	if (ready > 0 && (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL)) && !(polled[0].revents & POLLIN)) {
		return false;
	}
	while (bt_ui_terminal_read(&press)) {
		/* Keys mean nothing here. */
	}
	return ready >= 0 || errno == EINTR;
}

static void run(struct display *display)
{
	bool over = false;
	while (!over) {
		look_for_counter(display);
		listen_to_counter(display);
		draw(display);
		over = !wait_for_work(display) || bt_ui_signals_take(&display->signals);
	}
}

enum bt_err bt_ui_display_run(const struct bt_ui_display_options *options, struct bt_fault *fault)
{
	struct display display = {.options = options,
				  .clock = bt_clock_system(),
				  .signals = {.fd = -1},
				  .page = {.page = BT_PAYER_CLOSED},
				  .plain = options->no_unicode || bt_ui_terminal_is_plain(),
				  .fd = -1,
				  .tried_ms = -RETRY_MS};
	enum bt_err err = bt_ui_terminal_open(BT_THEME_LIGHT, options->colours, fault);
	if (err != BT_OK) {
		return err;
	}
	display.canvas = calloc(1, sizeof(*display.canvas));
	err =
	    display.canvas ? bt_ui_signals_open(&display.signals, fault) : bt_fault_set(fault, BT_ENOMEM, 0, "screen");
	if (err == BT_OK) {
		run(&display);
	}
	bt_ui_terminal_close();
	drop(&display);
	bt_ui_signals_close(&display.signals);
	if (display.canvas) {
		explicit_bzero(display.canvas, sizeof(*display.canvas));
		free(display.canvas);
	}
	return err;
}
