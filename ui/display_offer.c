#include "ui/display_offer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 2

struct screen {
	int fd;
	bool behind; /* the newest message has not gone to it */
};

struct bt_display_offer {
	int dir_fd, fd, count;
	struct screen screens[BT_DISPLAY_MOST];
	uint8_t message[BT_DISPLAY_BYTES];
	int64_t said_ms;
};

enum bt_err bt_display_address(const char *dir, struct sockaddr_un *out, int *dir_fd, struct bt_fault *fault)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return bt_fault_set(fault, BT_EOS, errno, "state folder");
	}
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	bt_text_printf(out->sun_path, sizeof(out->sun_path), "/proc/self/fd/%d/" BT_DISPLAY_SOCKET, fd);
	*dir_fd = fd;
	return BT_OK;
}

bool bt_display_is_own(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && len == sizeof(peer) &&
	       peer.uid == geteuid();
}

static enum bt_err listen_there(struct bt_display_offer *offer, const struct sockaddr_un *address,
				struct bt_fault *fault)
{
	offer->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (offer->fd < 0) {
		return bt_fault_set(fault, BT_EOS, errno, "second screen: socket");
	}
	(void)unlinkat(offer->dir_fd, BT_DISPLAY_SOCKET, 0);
	mode_t before = umask(0177);
	int bound = bind(offer->fd, (const struct sockaddr *)address, sizeof(*address));
	int number = errno;
	(void)umask(before);
	if (bound != 0) {
		return bt_fault_set(fault, BT_EOS, number, "second screen: bind");
	}
	return listen(offer->fd, BACKLOG) == 0 ? BT_OK : bt_fault_set(fault, BT_EOS, errno, "second screen: listen");
}

enum bt_err bt_display_offer_open(const char *dir, struct bt_display_offer **out, struct bt_fault *fault)
{
	struct sockaddr_un address;
	struct bt_display_offer *offer = calloc(1, sizeof(*offer));
	if (!offer) {
		return bt_fault_set(fault, BT_ENOMEM, 0, "second screen");
	}
	offer->fd = offer->dir_fd = -1;
	enum bt_err err = bt_display_address(dir, &address, &offer->dir_fd, fault);
	if (err == BT_OK) {
		err = listen_there(offer, &address, fault);
	}
	if (err != BT_OK) {
		bt_display_offer_close(offer);
		return err;
	}
	bt_display_encode(&(struct bt_ui_payer){.page = BT_PAYER_START}, offer->message);
	*out = offer;
	return BT_OK;
}

void bt_display_offer_close(struct bt_display_offer *offer)
{
	if (!offer) {
		return;
	}
	for (int i = 0; i < offer->count; i++) {
		close(offer->screens[i].fd);
	}
	if (offer->fd >= 0) {
		(void)unlinkat(offer->dir_fd, BT_DISPLAY_SOCKET, 0);
		close(offer->fd);
	}
	if (offer->dir_fd >= 0) {
		close(offer->dir_fd);
	}
	explicit_bzero(offer, sizeof(*offer));
	free(offer);
}

/* At most so many at one time: a process that knocks without end does not keep the counter. */
static void let_in(struct bt_display_offer *offer)
{
	for (int i = 0; i < BT_DISPLAY_MOST; i++) {
		int fd = accept4(offer->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			return;
		}
		if (!bt_display_is_own(fd) || shutdown(fd, SHUT_RD) != 0) {
			close(fd);
			continue;
		}
		if (offer->count == BT_DISPLAY_MOST) {
			/* The oldest one may be gone without a word. */
			close(offer->screens[0].fd);
			offer->count--;
			memmove(&offer->screens[0], &offer->screens[1],
				sizeof(offer->screens[0]) * (size_t)offer->count);
		}
		offer->screens[offer->count++] = (struct screen){.fd = fd, .behind = true};
	}
}

/* @return false when it has gone. */
static bool say(struct screen *screen, const uint8_t message[BT_DISPLAY_BYTES])
{
	ssize_t sent = send(screen->fd, message, BT_DISPLAY_BYTES, MSG_DONTWAIT | MSG_NOSIGNAL);
	screen->behind = sent != BT_DISPLAY_BYTES;
	return sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS;
}

void bt_display_offer_show(struct bt_display_offer *offer, const struct bt_ui_payer *payer, int64_t boot_ms)
{
	uint8_t message[BT_DISPLAY_BYTES];
	if (!offer) {
		return;
	}
	let_in(offer);
	bt_display_encode(payer, message);
	bool all =
	    memcmp(message, offer->message, sizeof(message)) != 0 || boot_ms - offer->said_ms >= BT_DISPLAY_AGAIN_MS;
	if (all) {
		memcpy(offer->message, message, sizeof(message));
		offer->said_ms = boot_ms;
	}
	int left = 0;
	for (int i = 0; i < offer->count; i++) {
		struct screen screen = offer->screens[i];
		if ((all || screen.behind) && !say(&screen, message)) {
			close(screen.fd);
		} else {
			offer->screens[left++] = screen;
		}
	}
	offer->count = left;
}

int bt_display_offer_fd(const struct bt_display_offer *offer)
{
	return offer ? offer->fd : -1;
}
