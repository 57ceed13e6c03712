#include "tests/printer/answer.h"

#include <string.h>

#define NOW_FORM 0x12 /* bits 1 and 4 of every DLE EOT byte */
#define ASB_FORM 0x10 /* of the first byte of a status that nobody asked for */

static bool has(const struct sim_device *device, unsigned troubles)
{
	return (device->troubles & troubles) != 0;
}

static unsigned when(bool is, unsigned bits)
{
	return is ? bits : 0;
}

static void queue(struct sim_device *device, const uint8_t *bytes, size_t len)
{
	struct sim_reply *reply = &device->replies[device->reply_count];

	if (device->reply_count == SIM_REPLIES_MOST || len > SIM_REPLY_CAP)
		return;
	reply->due_us = device->now_us + (int64_t)device->options.model->late_ms * 1000;
	reply->len = len;
	memcpy(reply->bytes, bytes, len);
	device->reply_count++;
}

void sim_answer(struct sim_device *device, const void *bytes, size_t len)
{
	if (device->muted || has(device, SIM_OFF))
		return;
	for (int i = 0; i < device->options.model->answers; i++)
		queue(device, bytes, len);
}

static void answer_byte(struct sim_device *device, unsigned byte)
{
	uint8_t out = (uint8_t)(byte ^ device->options.model->wrong);

	sim_answer(device, &out, 1);
}

static unsigned read_now(const struct sim_device *device, int n)
{
	switch (n) {
	case 1:
		return when(device->drawer_open, 0x04) | when(sim_device_is_stopped(device), 0x08);
	case 2:
		return when(has(device, SIM_COVER_OPEN), 0x04) | when(has(device, SIM_PAPER_OUT), 0x20) |
		       when(has(device, SIM_BLADE_STUCK | SIM_HEAD_HOT), 0x40);
	case 3:
		return when(has(device, SIM_BLADE_STUCK), 0x08) | when(has(device, SIM_HEAD_HOT), 0x40);
	default:
		return when(has(device, SIM_PAPER_LOW | SIM_PAPER_OUT), 0x0c) | when(has(device, SIM_PAPER_OUT), 0x60);
	}
}

void sim_answer_now(struct sim_device *device, int n)
{
	if (device->options.model->real_time && n >= 1 && n <= 4)
		answer_byte(device, NOW_FORM | read_now(device, n));
}

void sim_answer_in_order(struct sim_device *device, int n)
{
	if (!device->options.model->in_order)
		return;
	if (n == 1 || n == '1')
		answer_byte(device, when(has(device, SIM_PAPER_LOW | SIM_PAPER_OUT), 0x03) |
					when(has(device, SIM_PAPER_OUT), 0x0c));
	if (n == 2 || n == '2')
		answer_byte(device, when(device->drawer_open, 0x01));
}

void sim_answer_name(struct sim_device *device, int n)
{
	static const struct {
		int n;
		const char *text;
	} texts[] = {{65, "_1.05 ESC/POS"}, {66, "_EPSON"}, {67, "_TM-T82X"}, {68, "_SIM0000001"}};

	if (!device->options.model->names)
		return;
	if (n == 1 || n == '1')
		sim_answer(device, "\x20", 1);
	if (n == 2 || n == '2')
		sim_answer(device, "\x02", 1);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].n == n)
			sim_answer(device, texts[i].text, strlen(texts[i].text) + 1);
}

static void read_asb(const struct sim_device *device, uint8_t out[4])
{
	out[0] = (uint8_t)(ASB_FORM | when(device->drawer_open, 0x04) | when(sim_device_is_stopped(device), 0x08) |
			   when(has(device, SIM_COVER_OPEN), 0x20));
	out[1] = (uint8_t)(when(has(device, SIM_BLADE_STUCK), 0x08) | when(has(device, SIM_HEAD_HOT), 0x40));
	out[2] =
	    (uint8_t)(when(has(device, SIM_PAPER_LOW | SIM_PAPER_OUT), 0x03) | when(has(device, SIM_PAPER_OUT), 0x0c));
	out[3] = 0;
}

/* Which bits each bit of n asks to be told of. */
static bool is_told(unsigned n, const uint8_t before[4], const uint8_t after[4])
{
	unsigned first = before[0] ^ after[0], second = before[1] ^ after[1], third = before[2] ^ after[2];

	return ((n & 0x01) != 0 && (first & 0x04) != 0) || ((n & 0x02) != 0 && (first & 0x28) != 0) ||
	       ((n & 0x04) != 0 && second != 0) || ((n & 0x08) != 0 && third != 0);
}

void sim_answer_changed(struct sim_device *device)
{
	uint8_t now[4];

	read_asb(device, now);
	if (!is_told(device->asb, device->asb_last, now))
		return;
	memcpy(device->asb_last, now, sizeof now);
	sim_answer(device, now, sizeof now);
}

void sim_answer_unasked(struct sim_device *device, unsigned n)
{
	if (!device->options.model->unasked)
		return;
	device->asb = n;
	read_asb(device, device->asb_last);
	if (n != 0)
		sim_answer(device, device->asb_last, sizeof device->asb_last);
}
