#include "core/base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct bt_disk_file {
	int fd;
};

static int open_file(void *context, const char *path, enum bt_disk_open how, struct bt_disk_file **out)
{
	static const int flags[] = {
	    [BT_DISK_EXISTING] = 0, [BT_DISK_CREATE] = O_CREAT, [BT_DISK_EXCLUSIVE] = O_CREAT | O_EXCL};
	(void)context;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags[how], 0600);
	/* A file kept read-only can still be read, e.g. a copy that was put away. */
	if (fd < 0 && how == BT_DISK_EXISTING && (errno == EACCES || errno == EROFS))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno;
	struct bt_disk_file *file = malloc(sizeof *file);
	if (!file) {
		close(fd);
		return ENOMEM;
	}
	file->fd = fd;
	*out = file;
	return 0;
}

static void close_file(struct bt_disk_file *file)
{
	if (file)
		close(file->fd);
	free(file);
}

static int size_of_file(struct bt_disk_file *file, uint64_t *out)
{
	struct stat now;
	if (fstat(file->fd, &now) != 0)
		return errno;
	*out = (uint64_t)now.st_size;
	return 0;
}

static int read_file(struct bt_disk_file *file, uint64_t at, void *data, size_t len, size_t *out_len)
{
	char *bytes = data;
	size_t have = 0;
	while (have < len) {
		ssize_t n = pread(file->fd, bytes + have, len - have, (off_t)(at + have));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*out_len = have;
	return 0;
}

static int write_file(struct bt_disk_file *file, uint64_t at, const void *data, size_t len)
{
	const char *bytes = data;
	size_t done = 0;
	while (done < len) {
		ssize_t n = pwrite(file->fd, bytes + done, len - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		done += (size_t)n;
	}
	return 0;
}

static int truncate_file(struct bt_disk_file *file, uint64_t len)
{
	return ftruncate(file->fd, (off_t)len) == 0 ? 0 : errno;
}

static int reserve_file(struct bt_disk_file *file, uint64_t len)
{
	struct stat now;
	if (fstat(file->fd, &now) == 0 && (uint64_t)now.st_size >= len && (uint64_t)now.st_blocks * 512 >= len)
		return 0;
	return fallocate(file->fd, 0, 0, (off_t)len) == 0 ? 0 : errno;
}

static int sync_file(struct bt_disk_file *file)
{
	return fdatasync(file->fd) == 0 ? 0 : errno;
}

static int remove_name(void *context, const char *path)
{
	(void)context;
	return unlink(path) == 0 ? 0 : errno;
}

static int rename_name(void *context, const char *from, const char *to)
{
	(void)context;
	return rename(from, to) == 0 ? 0 : errno;
}

static int sync_names(void *context, const char *folder)
{
	(void)context;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	int sys = fsync(fd) == 0 ? 0 : errno;
	close(fd);
	return sys;
}

static int free_bytes_of(void *context, const char *folder, uint64_t *out)
{
	struct statvfs fs;
	(void)context;
	if (statvfs(folder, &fs) != 0)
		return errno;
	*out = (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize;
	return 0;
}

static const struct bt_disk system_disk = {
    .open = open_file,
    .close = close_file,
    .size = size_of_file,
    .read = read_file,
    .write = write_file,
    .truncate = truncate_file,
    .reserve = reserve_file,
    .sync = sync_file,
    .remove = remove_name,
    .rename = rename_name,
    .sync_folder = sync_names,
    .free_bytes = free_bytes_of,
};

const struct bt_disk *bt_disk_system(void)
{
	return &system_disk;
}

int bt_disk_write_whole(const struct bt_disk *disk, const char *folder, const char *path, struct bt_bytes data)
{
	struct bt_disk_file *file = NULL;
	int sys = disk->open(disk->context, path, BT_DISK_CREATE, &file);
	if (!sys)
		sys = disk->truncate(file, 0);
	if (!sys)
		sys = disk->write(file, 0, data.data, data.len);
	if (!sys)
		sys = disk->sync(file);
	disk->close(file);
	if (!sys && folder)
		sys = disk->sync_folder(disk->context, folder);
	return sys;
}

enum bt_err bt_disk_note(struct bt_fault *fault, int sys, const char *file, const char *doing)
{
	return bt_fault_set(fault, sys == ENOSPC ? BT_ENOSPC : BT_EDISK, sys, "%s: %s: %s", file, doing, strerror(sys));
}
