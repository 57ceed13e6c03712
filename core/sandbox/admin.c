#include "core/sandbox/admin.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ADMIN_WAIT_S  2
#define ANSWER_WAIT_S 15

/* Through the folder's descriptor, because a socket address holds 107 bytes and a state folder may lie deeper. */
static struct sockaddr_un make_address(const struct bt_sbx *sbx)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/admin.sock", sbx->dir_fd);
	return address;
}

static void limit_waiting(int fd, time_t seconds)
{
	struct timeval limit = {.tv_sec = seconds};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int bt_sbx_admin_listen(const struct bt_sbx *sbx)
{
	struct sockaddr_un address = make_address(sbx);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* Left by a server that was killed; the serve lock says that no other one is alive. */
	(void)unlinkat(sbx->dir_fd, "admin.sock", 0);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool read_line(int fd, char line[BT_SBX_ADMIN_LINE])
{
	size_t len = 0;
	while (len + 1 < BT_SBX_ADMIN_LINE) {
		ssize_t got = recv(fd, line + len, BT_SBX_ADMIN_LINE - 1 - len, 0);
		if (got <= 0)
			return false;
		len += (size_t)got;
		line[len] = '\0';
		char *end = strchr(line, '\n');
		if (end) {
			*end = '\0';
			return true;
		}
	}
	return false;
}

int bt_sbx_admin_accept(int listener, char line[BT_SBX_ADMIN_LINE])
{
	int caller = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (caller < 0)
		return -1;
	limit_waiting(caller, ADMIN_WAIT_S);
	if (read_line(caller, line))
		return caller;
	close(caller);
	return -1;
}

static bool send_line(int fd, const char *line)
{
	char text[BT_SBX_ADMIN_LINE + 2];
	int len = snprintf(text, sizeof text, "%.*s\n", BT_SBX_ADMIN_LINE - 1, line);
	return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
}

void bt_sbx_admin_answer(int caller, const char *line)
{
	(void)send_line(caller, line);
	close(caller);
}

bool bt_sbx_admin_ask(const struct bt_sbx *sbx, const char *line, char answer[BT_SBX_ADMIN_LINE])
{
	struct sockaddr_un address = make_address(sbx);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	limit_waiting(fd, ANSWER_WAIT_S);
	bool ok = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 && send_line(fd, line) &&
		  read_line(fd, answer);
	close(fd);
	return ok;
}
