#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "printer/link.h"

#define MOST_SLIPS_OF_A_NAME 999

static bool accept_path(const char *address)
{
	return address[0] == '/';
}

static bool is_folder(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* A new file in the folder; a name that is there already gets a number, so that no slip is ever written over. */
static int open_new(const char *folder, const struct bt_prn_slip *slip)
{
	char path[512];
	for (int n = 1; n <= MOST_SLIPS_OF_A_NAME; n++) {
		enum bt_err err = n == 1 ? bt_text_printf(path, sizeof(path), "%s/%s-%d.%s", folder, slip->name,
							  slip->copy, slip->extension)
					 : bt_text_printf(path, sizeof(path), "%s/%s-%d.%d.%s", folder, slip->name,
							  slip->copy, n, slip->extension);
		if (err != BT_OK) {
			errno = ENAMETOOLONG;
			return -1;
		}
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* A pipe whose reader sleeps is waited for; a disk never says that it would block. */
static bool wait_for_room(int fd, int timeout_ms)
{
	struct pollfd one = {.fd = fd, .events = POLLOUT};
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	if (poll(&one, 1, timeout_ms) == 1)
		return true;
	errno = ETIMEDOUT;
	return false;
}

static bool write_all(int fd, const struct bt_prn_slip *slip, size_t *written)
{
	*written = 0;
	while (*written < slip->bytes.len) {
		ssize_t put = write(fd, slip->bytes.data + *written, slip->bytes.len - *written);
		if (put < 0 && !wait_for_room(fd, slip->timeout_ms))
			return false;
		*written += put > 0 ? (size_t)put : 0;
	}
	return true;
}

/* Half a slip in a print log would be taken for a whole one: it is cut off again. */
static void append_slip(int fd, const struct bt_prn_slip *slip, struct bt_prn_outcome *out)
{
	size_t written;
	off_t before = lseek(fd, 0, SEEK_END);
	if (!write_all(fd, slip, &written)) {
		out->state = BT_PRINT_FAILED;
		bt_fault_set(&out->fault, BT_EOS, errno, "writing the print file");
		out->broken = written > 0 && (before < 0 || ftruncate(fd, before) != 0);
		return;
	}
	if (fdatasync(fd) == 0) {
		out->state = BT_PRINT_CONFIRMED;
		return;
	}
	/* A pipe or a special file cannot be synced: the bytes were taken, no more is known. */
	bool special = errno == EINVAL || errno == EROFS;
	out->state = special ? BT_PRINT_UNCONFIRMED : BT_PRINT_FAILED;
	bt_fault_set(&out->fault, BT_EOS, errno, "syncing the print file");
}

static void deliver_to_file(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			    struct bt_prn_outcome *out)
{
	(void)hand;
	out->paper = BT_PAPER_OK;
	int fd = is_folder(address) ? open_new(address, slip)
				    : open(address, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0) {
		out->state = BT_PRINT_FAILED;
		out->paper = BT_PAPER_SILENT;
		bt_fault_set(&out->fault, BT_EOS, errno, "opening the print file");
		return;
	}
	append_slip(fd, slip, out);
	close(fd);
}

static enum bt_paper probe_file(const char *address, const struct bt_prn_profile *profile)
{
	(void)address;
	(void)profile;
	return BT_PAPER_OK;
}

const struct bt_prn_link bt_prn_link_file = {
    .scheme = "file",
    .accepts = accept_path,
    .deliver = deliver_to_file,
    .probe = probe_file,
};
