#include "tests/printer/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int64_t sim_wire_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool read_address(const char *address, struct sockaddr_in *out)
{
	const char *colon = strrchr(address, ':');
	char host[32] = "127.0.0.1", *end;
	long port = strtol(colon != NULL ? colon + 1 : address, &end, 10);

	if (colon != NULL && (size_t)(colon - address) < sizeof host) {
		memcpy(host, address, (size_t)(colon - address));
		host[colon - address] = '\0';
	}
	*out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	return *end == '\0' && port >= 0 && port <= 65535 && inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

int sim_wire_listen(const char *address, int buffer, int *port)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0 || !read_address(address, &at) || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    (buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0) ||
	    bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
		fprintf(stderr, "printer-sim: %s: %s\n", address, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(at.sin_port);
	return fd;
}

int sim_wire_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), yes = 1;

	if (fd >= 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	return fd;
}

void sim_wire_break(int fd)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

int sim_wire_terminal(const char *link, int *client)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	const char *name = fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0 ? ptsname(fd) : NULL;
	struct termios raw;

	*client = name != NULL ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	if (*client >= 0 && tcgetattr(*client, &raw) == 0) {
		cfmakeraw(&raw);
		(void)tcsetattr(*client, TCSANOW, &raw);
		(void)unlink(link);
		if (symlink(name, link) == 0)
			return fd;
	}
	fprintf(stderr, "printer-sim: %s: %s\n", link, strerror(errno));
	if (*client >= 0)
		close(*client);
	if (fd >= 0)
		close(fd);
	return -1;
}

int sim_wire_fifo(const char *path)
{
	int fd;

	if (mkfifo(path, 0600) != 0 && errno != EEXIST) {
		perror(path);
		return -1;
	}
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		perror(path);
	return fd;
}
