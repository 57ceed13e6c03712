#include <errno.h>
#include <fcntl.h>
#include <linux/lp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "printer/idle.h"
#include "printer/ladder.h"

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

/* One open for both would read its own bytes back as answers. */
static bool is_pipe(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0 && S_ISFIFO(found.st_mode);
}

/* usblp's write waits for ever while the printer is off-line: never without O_NONBLOCK. LPABORT makes it report a lack
 * of paper instead of waiting; other devices do not know the request, which is fine. */
static int open_device(const char *path, struct bt_fault *fault)
{
	int fd = is_pipe(path) ? -1 : open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && (is_pipe(path) || errno == EACCES || errno == EINVAL))
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		bt_fault_set(fault, errno == EBUSY ? BT_EBUSY : BT_EUNREACHABLE, errno, "opening the printer's device");
		return -1;
	}
	(void)ioctl(fd, LPABORT, 1);
	make_raw(fd);
	return fd;
}

/* Works on printers that answer nothing. Nought comes from those that do not know it either. */
static enum bt_paper read_port(int fd)
{
	int port = 0;
	if (ioctl(fd, LPGETSTATUS, &port) != 0 || port == 0)
		return BT_PAPER_SILENT;
	if ((port & LP_POUTPA) != 0)
		return BT_PAPER_OUT;
	return (port & LP_PERRORP) != 0 && (port & LP_PSELECD) != 0 ? BT_PAPER_OK : BT_PAPER_FAULT;
}

static void deliver_to_device(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			      struct bt_prn_outcome *out)
{
	bt_ladder_deliver(&bt_prn_link_device, address, slip, hand, out);
}

static enum bt_paper probe_device(const char *address, const struct bt_prn_profile *profile)
{
	return bt_idle_probe(&bt_prn_link_device, address, profile);
}

const struct bt_prn_link bt_prn_link_device = {
    .scheme = "dev",
    .accepts = accept_path,
    .deliver = deliver_to_device,
    .probe = probe_device,
    .open = open_device,
    .port = read_port,
    .stays = true,
};
