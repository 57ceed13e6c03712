#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "printer/idle.h"
#include "printer/ladder.h"
#include "printer/stream.h"

#define CONNECT_MS 3000
#define HOST_CAP   128
#define PORT_CAP   6

/* "//host:port" or "//[v6]:port". */
static bool split_address(const char *address, char host[HOST_CAP], char port[PORT_CAP])
{
	if (strncmp(address, "//", 2) != 0)
		return false;
	const char *start = address + 2;
	const char *colon = strrchr(start, ':');
	if (colon == NULL || colon == start || !bt_text_is_digits(colon + 1) || strlen(colon + 1) >= PORT_CAP)
		return false;
	size_t len = (size_t)(colon - start);
	bool bracketed = start[0] == '[' && colon[-1] == ']';
	if (bracketed) {
		start++;
		len -= 2;
	}
	if (len == 0 || len >= HOST_CAP)
		return false;
	memcpy(host, start, len);
	host[len] = '\0';
	return bt_text_copy(port, PORT_CAP, colon + 1) == BT_OK;
}

static bool accept_host(const char *address)
{
	char host[HOST_CAP], port[PORT_CAP];
	return split_address(address, host, port);
}

static bool finish_connecting(int fd, int64_t deadline_ms)
{
	struct pollfd one = {.fd = fd, .events = POLLOUT};
	int failed = 0;
	socklen_t len = sizeof(failed);
	int64_t left = deadline_ms - bt_stream_now_ms();
	if (poll(&one, 1, left > 0 ? (int)left : 0) != 1) {
		errno = ETIMEDOUT;
		return false;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &len) != 0)
		return false;
	errno = failed;
	return failed == 0;
}

/* @return a connected non-blocking socket, or -1 with errno. */
static int connect_one(const struct addrinfo *target, int64_t deadline_ms)
{
	int fd = socket(target->ai_family, target->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, target->ai_protocol);
	if (fd < 0)
		return -1;
	if (connect(fd, target->ai_addr, target->ai_addrlen) == 0 ||
	    (errno == EINPROGRESS && finish_connecting(fd, deadline_ms)))
		return fd;
	int sys = errno;
	close(fd);
	errno = sys;
	return -1;
}

static int connect_printer(const char *address, struct bt_fault *fault)
{
	char host[HOST_CAP], port[PORT_CAP];
	struct addrinfo *found = NULL;
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	int64_t deadline_ms = bt_stream_now_ms() + CONNECT_MS;
	int fd = -1;
	if (!split_address(address, host, port) || getaddrinfo(host, port, &hints, &found) != 0) {
		bt_fault_set(fault, BT_EUNREACHABLE, 0, "the printer's name is not known");
		return -1;
	}
	for (const struct addrinfo *target = found; target != NULL && fd < 0; target = target->ai_next)
		fd = connect_one(target, deadline_ms);
	if (fd < 0)
		bt_fault_set(fault, BT_EUNREACHABLE, errno, "the printer does not answer at its address");
	freeaddrinfo(found);
	return fd;
}

static void deliver_over_tcp(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			     struct bt_prn_outcome *out)
{
	bt_ladder_deliver(&bt_prn_link_tcp, address, slip, hand, out);
}

static enum bt_paper probe_tcp(const char *address, const struct bt_prn_profile *profile)
{
	return bt_idle_probe(&bt_prn_link_tcp, address, profile);
}

const struct bt_prn_link bt_prn_link_tcp = {
    .scheme = "tcp",
    .accepts = accept_host,
    .deliver = deliver_over_tcp,
    .probe = probe_tcp,
    .open = connect_printer,
};
