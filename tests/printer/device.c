#include "tests/printer/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/printer/answer.h"
#include "tests/printer/command.h"
#include "tests/printer/realtime.h"
#include "tests/printer/sheet.h"

#define CATCH_UP_US 20000 /* rows that were due while nobody looked are printed together */

void sim_device_init(struct sim_device *device, const struct sim_options *options)
{
	memset(device, 0, sizeof *device);
	device->options = *options;
	sim_dots_init(&device->line, options->width);
	sim_dots_init(&device->graphics, options->width);
	sim_dots_init(&device->pending, options->width);
	sim_dots_init(&device->paper, options->width);
	device->reading.payload = malloc(SIM_PAYLOAD_CAP);
	if (device->reading.payload == NULL)
		abort();
	sim_device_reset(device);
}

void sim_device_fini(struct sim_device *device)
{
	sim_dots_fini(&device->line);
	sim_dots_fini(&device->graphics);
	sim_dots_fini(&device->pending);
	sim_dots_fini(&device->paper);
	free(device->reading.payload);
	free(device->tale.text);
}

void sim_device_reset(struct sim_device *device)
{
	sim_device_forget(device);
	sim_dots_clear(&device->paper);
	sim_tale_clear(&device->tale);
	device->taken = 0;
	device->sheet_start = 0;
	device->troubles = 0;
	device->muted = device->blade_caught = device->drawer_open = false;
	device->obeys_pulse = device->obeys_off = true;
	device->out_at_row = -1;
	device->out_at_byte = -1;
	device->ready_us = device->now_us;
	device->asb = 0;
	device->reply_count = 0;
}

void sim_device_forget(struct sim_device *device)
{
	device->in_len = 0;
	sim_dots_clear(&device->pending);
	device->pending_at = 0;
	device->cut_wanted = false;
	sim_command_reset(device);
}

bool sim_device_is_stopped(const struct sim_device *device)
{
	return (device->troubles & SIM_STOPS) != 0;
}

size_t sim_device_room(const struct sim_device *device)
{
	size_t cap = (size_t)device->options.in_cap;

	return device->in_len < cap ? cap - device->in_len : 0;
}

void sim_device_take(struct sim_device *device, const uint8_t *bytes, size_t len)
{
	memcpy(device->in + device->in_len, bytes, len);
	device->in_len += len;
	sim_realtime_scan(device, bytes, len);
}

void sim_device_trouble(struct sim_device *device, unsigned troubles, bool on)
{
	device->troubles = on ? device->troubles | troubles : device->troubles & ~troubles;
	sim_answer_changed(device);
}

void sim_device_feed(struct sim_device *device, int rows)
{
	sim_dots_extend(&device->pending, device->pending.rows + rows);
}

/* ---- the mechanism ---- */

static void print_row(struct sim_device *device)
{
	struct sim_dots *paper = &device->paper;

	sim_dots_extend(paper, paper->rows + 1);
	memcpy(sim_dots_row(paper, paper->rows - 1), sim_dots_row(&device->pending, device->pending_at),
	       (size_t)paper->width / 8);
	device->pending_at++;
	if (device->options.rows_per_s > 0) {
		int64_t earliest = device->now_us - CATCH_UP_US;

		device->ready_us = device->ready_us > earliest ? device->ready_us : earliest;
		device->ready_us += 1000000 / device->options.rows_per_s;
	}
	if (device->out_at_row >= 0 && paper->rows >= device->out_at_row) {
		device->out_at_row = -1;
		sim_device_trouble(device, SIM_PAPER_OUT, true);
	}
}

/* The blade stands above the head: what is between them stays on the next sheet. */
static void cut(struct sim_device *device)
{
	int end = device->paper.rows - SIM_BLADE_ROWS;

	if (device->blade_caught) {
		sim_device_trouble(device, SIM_BLADE_STUCK, true);
		return;
	}
	device->cut_wanted = false;
	sim_sheet_end(device, end > device->sheet_start ? end : device->paper.rows,
		      device->cut_partly ? "partly" : "full");
}

void sim_device_tear(struct sim_device *device)
{
	sim_sheet_end(device, device->paper.rows, "torn");
}

/* One step. @return false when nothing can be done now. */
static bool work(struct sim_device *device)
{
	if (sim_device_is_stopped(device) || device->now_us < device->ready_us)
		return false;
	if (device->pending_at < device->pending.rows) {
		print_row(device);
		return true;
	}
	sim_dots_clear(&device->pending);
	device->pending_at = 0;
	if (device->cut_wanted) {
		cut(device);
		return true;
	}
	if (device->out_at_byte >= 0 && (int64_t)device->taken >= device->out_at_byte) {
		device->out_at_byte = -1;
		sim_device_trouble(device, SIM_PAPER_OUT, true);
		return true;
	}
	return sim_command_step(device);
}

void sim_device_run(struct sim_device *device, int64_t now_us)
{
	device->now_us = now_us;
	while (work(device))
		;
}

bool sim_device_is_idle(const struct sim_device *device)
{
	return device->pending_at >= device->pending.rows && !device->cut_wanted && device->in_len == 0 &&
	       device->now_us >= device->ready_us;
}

int64_t sim_device_next_us(const struct sim_device *device)
{
	int64_t next = -1;

	if (!sim_device_is_stopped(device) && (device->pending_at < device->pending.rows || device->in_len > 0))
		next = device->ready_us;
	if (device->reply_count > 0 && (next < 0 || device->replies[0].due_us < next))
		next = device->replies[0].due_us;
	return next;
}

void sim_device_hang_up(struct sim_device *device)
{
	device->reply_count = 0;
	device->asb = 0;
	device->real_time_len = 0;
}

size_t sim_device_answer(struct sim_device *device, uint8_t *out, size_t cap)
{
	size_t len = 0, sent = 0;

	while (sent < device->reply_count && device->replies[sent].due_us <= device->now_us &&
	       len + device->replies[sent].len <= cap) {
		memcpy(out + len, device->replies[sent].bytes, device->replies[sent].len);
		len += device->replies[sent].len;
		sent++;
	}
	device->reply_count -= sent;
	memmove(device->replies, device->replies + sent, device->reply_count * sizeof device->replies[0]);
	return len;
}
