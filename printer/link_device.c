#include <errno.h>
#include <fcntl.h>
#include <linux/lp.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "printer/stream.h"

static bool accept_path(const char *address)
{
	return address[0] == '/';
}

/* A terminal line would turn bytes of a picture into others; its speed and flow control are the installer's. */
static void make_raw(int fd)
{
	struct termios line;
	if (tcgetattr(fd, &line) != 0)
		return;
	cfmakeraw(&line);
	(void)tcsetattr(fd, TCSANOW, &line);
}

/* usblp's write waits for ever while the printer is off-line: never without O_NONBLOCK. LPABORT makes it report a lack
 * of paper instead of waiting; other devices do not know the request, which is fine. */
static int open_device(const char *path, struct bt_fault *fault)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EINVAL))
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		bt_fault_set(fault, errno == EBUSY ? BT_EBUSY : BT_EUNREACHABLE, errno, "opening the printer's device");
		return -1;
	}
	(void)ioctl(fd, LPABORT, 1);
	make_raw(fd);
	return fd;
}

/* The port's own byte works on printers that answer nothing; the rest is asked in their language. */
static enum bt_paper ask_device(int fd)
{
	int port = 0;
	if (ioctl(fd, LPGETSTATUS, &port) == 0 && (port & LP_POUTPA) != 0)
		return BT_PAPER_OUT;
	enum bt_paper paper = bt_stream_ask_now(fd);
	bool port_fine = port != 0 && (port & LP_PERRORP) != 0 && (port & LP_PSELECD) != 0;
	return paper == BT_PAPER_SILENT && port_fine ? BT_PAPER_OK : paper;
}

static void deliver_to_device(const char *address, const struct bt_prn_slip *slip, struct bt_prn_outcome *out)
{
	out->state = BT_PRINT_FAILED;
	out->paper = BT_PAPER_SILENT;
	int fd = open_device(address, &out->fault);
	if (fd < 0)
		return;
	if (slip->ask_paper.len > 0)
		out->paper = ask_device(fd);
	if (bt_stream_is_blocked(out->paper))
		bt_fault_set(&out->fault, BT_ESTATE, 0, "no paper, or the cover is open");
	else
		bt_stream_deliver(fd, slip, out);
	close(fd);
}

static enum bt_paper probe_device(const char *address)
{
	int fd = open_device(address, NULL);
	if (fd < 0)
		return BT_PAPER_SILENT;
	enum bt_paper paper = ask_device(fd);
	close(fd);
	return paper;
}

const struct bt_prn_link bt_prn_link_device = {
    .scheme = "dev",
    .accepts = accept_path,
    .deliver = deliver_to_device,
    .probe = probe_device,
    .open = open_device,
};
