#include "printer/idle.h"

#include <poll.h>

#include "printer/stream.h"

static enum bt_paper ask_stream(struct bt_stream *stream, const struct bt_prn_profile *profile)
{
	if (stream->link->port != NULL) {
		enum bt_paper port = stream->link->port(stream->fd);
		stream->port_out = port == BT_PAPER_OUT;
		if (profile == NULL || port == BT_PAPER_OUT)
			return port;
	}
	if (profile == NULL || !bt_stream_ask(stream, BT_ESCPOS_FILL))
		return BT_PAPER_SILENT;
	if (profile->real_time)
		bt_stream_ask_paper(stream);
	else if (profile->unasked && bt_stream_ask(stream, BT_ESCPOS_TELL_ALL))
		bt_stream_wait_unasked(stream);
	else if (profile->in_order && bt_stream_ask(stream, BT_ESCPOS_ASK_IN_ORDER))
		bt_stream_wait_unasked(stream);
	enum bt_paper paper = bt_stream_paper(stream);
	return paper == BT_PAPER_SILENT && stream->link->port != NULL ? stream->link->port(stream->fd) : paper;
}

enum bt_paper bt_idle_probe(const struct bt_prn_link *link, const char *address, const struct bt_prn_profile *profile)
{
	struct bt_stream stream;
	struct bt_prn_hand own = {.wake = -1};
	if (bt_stream_open(link, address, &own, &stream, NULL) != BT_OK)
		return BT_PAPER_SILENT;
	enum bt_paper paper = ask_stream(&stream, profile);
	bt_stream_close(&stream, false);
	return paper;
}

bool bt_idle_watch(const struct bt_prn_link *link, const char *address, const struct bt_prn_profile *profile,
		   struct bt_prn_hand *hand, int work)
{
	struct bt_stream stream;
	struct pollfd two[] = {{.events = POLLIN}, {.fd = work, .events = POLLIN}};
	if (!link->stays || profile == NULL || !profile->unasked ||
	    bt_stream_open(link, address, hand, &stream, NULL) != BT_OK)
		return false;
	two[0].fd = stream.fd;
	bool asked = bt_stream_ask(&stream, BT_ESCPOS_FILL) && bt_stream_ask(&stream, BT_ESCPOS_TELL_ALL);
	if (asked)
		bt_stream_wait_unasked(&stream);
	/* A printer that tells nothing now will tell nothing later. */
	while (asked && stream.status.heard && !stream.deaf && !stream.gone && (two[1].revents & POLLIN) == 0)
		if (poll(two, 2, -1) > 0 && two[0].revents != 0)
			(void)bt_stream_turn(&stream, 0, 0);
	bool lost = stream.gone || stream.deaf || (two[1].revents & POLLIN) == 0;
	if (lost)
		atomic_store(&hand->paper, (int)BT_PAPER_SILENT);
	bt_stream_close(&stream, false);
	return !lost;
}
