#include "core/journal/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"

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
	char path[sizeof hold->dir + 8];
	if (bt_path_join(hold->dir, "lock", path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_EFULL, 0, "path is too long");
	hold->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (hold->lock_fd < 0)
		return bt_disk_note(fault, errno, "lock", "open");
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

enum bt_err bt_hold_open(struct bt_hold *hold, const struct bt_disk *disk, const char *dir, struct bt_fault *fault)
{
	*hold = (struct bt_hold){.lock_fd = -1, .disk = disk};
	enum bt_err err = bt_text_copy(hold->dir, sizeof hold->dir, dir);
	if (err != BT_OK)
		return bt_fault_set(fault, err, 0, "path is too long");
	if (disk == bt_disk_system())
		err = take_lock(hold, fault);
	if (err != BT_OK)
		bt_hold_close(hold);
	return err;
}

void bt_hold_close(struct bt_hold *hold)
{
	if (hold->lock_fd >= 0)
		close(hold->lock_fd);
	hold->lock_fd = -1;
}

int64_t bt_hold_free_bytes(const struct bt_hold *hold)
{
	uint64_t bytes = 0;
	if (hold->disk->free_bytes(hold->disk->context, hold->dir, &bytes) != 0)
		return -1;
	return bytes < INT64_MAX ? (int64_t)bytes : INT64_MAX;
}

static bool make_ballast(struct bt_hold *hold, const char *path)
{
	const struct bt_disk *disk = hold->disk;
	struct bt_disk_file *file = NULL;
	uint64_t len = 0;
	if (disk->open(disk->context, path, BT_DISK_CREATE, &file) != 0)
		return false;
	bool there = disk->size(file, &len) == 0 && len == BT_BALLAST_BYTES;
	bool made = (there || bt_hold_free_bytes(hold) >= 2 * BT_BALLAST_BYTES) &&
		    disk->reserve(file, BT_BALLAST_BYTES) == 0 && (there || disk->sync(file) == 0);
	disk->close(file);
	return made;
}

void bt_hold_fill_ballast(struct bt_hold *hold)
{
	char path[sizeof hold->dir + 8];
	if (bt_path_join(hold->dir, "ballast", path, sizeof path) != BT_OK)
		return;
	hold->ballast = make_ballast(hold, path);
	if (!hold->ballast)
		(void)hold->disk->remove(hold->disk->context, path);
}

bool bt_hold_drop_ballast(struct bt_hold *hold)
{
	char path[sizeof hold->dir + 8];
	if (!hold->ballast || bt_path_join(hold->dir, "ballast", path, sizeof path) != BT_OK)
		return false;
	hold->ballast = false;
	return hold->disk->remove(hold->disk->context, path) == 0;
}
