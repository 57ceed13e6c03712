#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/text.h"
#include "printer/idle.h"
#include "printer/ladder.h"

#define BAUD_KEY     "?baud="
#define BAUD_DEFAULT "9600"

static const struct {
	int baud;
	speed_t speed;
} speeds[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},     {9600, B9600},    {19200, B19200},
	      {38400, B38400}, {57600, B57600}, {115200, B115200}, {230400, B230400}};

#define SPEEDS (sizeof(speeds) / sizeof(speeds[0]))

/* @return index in speeds; -1 when it is none that printers have. */
static int find_speed(const char *digits)
{
	long baud;
	if (!bt_text_is_digits(digits) || strlen(digits) > 6)
		return -1;
	baud = strtol(digits, NULL, 10);
	for (size_t i = 0; i < SPEEDS; i++)
		if (speeds[i].baud == baud)
			return (int)i;
	return -1;
}

/* "/dev/ttyUSB0" or "/dev/ttyUSB0?baud=38400". */
static bool split_address(const char *address, char path[PATH_MAX], int *speed)
{
	const char *query = strchr(address, '?');
	size_t len = query != NULL ? (size_t)(query - address) : strlen(address);
	if (address[0] != '/' || len >= PATH_MAX)
		return false;
	memcpy(path, address, len);
	path[len] = '\0';
	if (query == NULL)
		*speed = find_speed(BAUD_DEFAULT);
	else if (strncmp(query, BAUD_KEY, strlen(BAUD_KEY)) == 0)
		*speed = find_speed(query + strlen(BAUD_KEY));
	else
		return false;
	return *speed >= 0;
}

static bool accept_line(const char *address)
{
	char path[PATH_MAX];
	int speed;
	return split_address(address, path, &speed);
}

/* Eight bits, no parity, one stop bit; the printer holds the line up by CTS while its buffer is full. */
static bool set_port(struct sp_port *port, int baud)
{
	return sp_set_baudrate(port, baud) == SP_OK && sp_set_bits(port, 8) == SP_OK &&
	       sp_set_parity(port, SP_PARITY_NONE) == SP_OK && sp_set_stopbits(port, 1) == SP_OK &&
	       sp_set_flowcontrol(port, SP_FLOWCONTROL_RTSCTS) == SP_OK;
}

/* The library sets the line; from then on it is a descriptor like any other. */
static int open_port(struct sp_port *port, int baud)
{
	int handle, fd = -1;
	if (sp_open(port, SP_MODE_READ_WRITE) != SP_OK)
		return -1;
	if (set_port(port, baud) && sp_get_port_handle(port, &handle) == SP_OK)
		fd = fcntl(handle, F_DUPFD_CLOEXEC, 0);
	int sys = errno;
	(void)sp_close(port);
	errno = sys;
	return fd;
}

/* A line that the library does not list, like a terminal of a program: the same settings by hand. */
static int open_terminal(const char *path, speed_t speed)
{
	struct termios line;
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &line) != 0)
		goto out;
	cfmakeraw(&line);
	line.c_cflag = (line.c_cflag & ~(tcflag_t)(CSTOPB | PARENB)) | CLOCAL | CREAD | CRTSCTS;
	if (cfsetspeed(&line, speed) == 0 && tcsetattr(fd, TCSANOW, &line) == 0)
		return fd;
out:;
	int sys = errno;
	if (fd >= 0)
		close(fd);
	errno = sys;
	return -1;
}

static int open_line(const char *address, struct bt_fault *fault)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct sp_port *port = NULL;
	int speed, fd = -1;
	if (!split_address(address, path, &speed) || realpath(path, real) == NULL) {
		bt_fault_set(fault, BT_EUNREACHABLE, errno, "the printer's line is not there");
		return -1;
	}
	if (sp_get_port_by_name(real, &port) == SP_OK) {
		fd = open_port(port, speeds[speed].baud);
		sp_free_port(port);
	} else {
		fd = open_terminal(real, speeds[speed].speed);
	}
	if (fd < 0)
		bt_fault_set(fault, errno == EBUSY ? BT_EBUSY : BT_EUNREACHABLE, errno, "opening the printer's line");
	return fd;
}

static void deliver_over_line(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			      struct bt_prn_outcome *out)
{
	bt_ladder_deliver(&bt_prn_link_serial, address, slip, hand, out);
}

static enum bt_paper probe_line(const char *address, const struct bt_prn_profile *profile)
{
	return bt_idle_probe(&bt_prn_link_serial, address, profile);
}

const struct bt_prn_link bt_prn_link_serial = {
    .scheme = "serial",
    .accepts = accept_line,
    .deliver = deliver_over_line,
    .probe = probe_line,
    .open = open_line,
    .stays = true,
};
