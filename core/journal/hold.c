#include "core/journal/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The holder's pid as it wrote it, digits only; "?" when unreadable. */
static void read_holder(int fd, char out[16])
{
	ssize_t n = pread(fd, out, 15, 0);
	size_t len = 0;
	while (n > 0 && len < (size_t)n && out[len] >= '0' && out[len] <= '9')
		len++;
	if (len == 0)
		out[len++] = '?';
	out[len] = 0;
}

static enum bt_err take_lock(struct bt_hold *hold, struct bt_fault *fault)
{
	char pid[16];
	hold->lock_fd = openat(hold->folder_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (hold->lock_fd < 0)
		return bt_fault_set(fault, errno == ENOSPC ? BT_ENOSPC : BT_EDISK, errno, "lock: open: %s",
				    strerror(errno));
	if (flock(hold->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		int sys = errno;
		read_holder(hold->lock_fd, pid);
		return bt_fault_set(fault, sys == EWOULDBLOCK ? BT_EBUSY : BT_EDISK, sys, "held by process %s", pid);
	}
	int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	/* The pid is a courtesy to whoever comes second; a full disk must not keep the shop shut. */
	if (ftruncate(hold->lock_fd, 0) == 0)
		(void)!pwrite(hold->lock_fd, pid, (size_t)len, 0);
	return BT_OK;
}

enum bt_err bt_hold_open(struct bt_hold *hold, const char *dir, struct bt_fault *fault)
{
	*hold = (struct bt_hold){.lock_fd = -1, .folder_fd = -1};
	hold->folder_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (hold->folder_fd < 0)
		return bt_fault_set(fault, BT_EDISK, errno, "state folder: %s", strerror(errno));
	enum bt_err err = take_lock(hold, fault);
	if (err != BT_OK)
		bt_hold_close(hold);
	return err;
}

void bt_hold_close(struct bt_hold *hold)
{
	if (hold->lock_fd >= 0)
		close(hold->lock_fd);
	if (hold->folder_fd >= 0)
		close(hold->folder_fd);
	*hold = (struct bt_hold){.lock_fd = -1, .folder_fd = -1};
}

int64_t bt_hold_free_bytes(const struct bt_hold *hold)
{
	struct statvfs fs;
	if (fstatvfs(hold->folder_fd, &fs) != 0)
		return -1;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

void bt_hold_fill_ballast(struct bt_hold *hold)
{
	struct stat now;
	if (fstatat(hold->folder_fd, "ballast", &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_size == BT_BALLAST_BYTES &&
	    now.st_blocks * 512 >= BT_BALLAST_BYTES) {
		hold->ballast = true;
		return;
	}
	if (bt_hold_free_bytes(hold) < 2 * BT_BALLAST_BYTES)
		return;
	int fd = openat(hold->folder_fd, "ballast", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	hold->ballast = fallocate(fd, 0, 0, BT_BALLAST_BYTES) == 0 && fsync(fd) == 0;
	if (!hold->ballast)
		(void)unlinkat(hold->folder_fd, "ballast", 0);
	close(fd);
}

bool bt_hold_drop_ballast(struct bt_hold *hold)
{
	if (!hold->ballast)
		return false;
	hold->ballast = false;
	return unlinkat(hold->folder_fd, "ballast", 0) == 0;
}
