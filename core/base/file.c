#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum bt_err bt_path_join(const char *dir, const char *name, char *out, size_t cap)
{
	int len = snprintf(out, cap, "%s/%s", dir, name);

	return len >= 0 && (size_t)len < cap ? BT_OK : BT_EFULL;
}

enum bt_err bt_file_read(const char *path, struct bt_buf *out, struct bt_fault *fault)
{
	uint8_t piece[4096];
	ssize_t got;
	enum bt_err err = BT_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return bt_fault_set(fault, errno == ENOENT ? BT_ENOTFOUND : BT_EOS, errno, "cannot open %s", path);
	bt_buf_clear(out);
	while (!err && (got = read(fd, piece, sizeof piece)) != 0) {
		if (got < 0)
			err = bt_fault_set(fault, BT_EOS, errno, "cannot read %s", path);
		else if ((err = bt_buf_put(out, piece, (size_t)got)) != BT_OK)
			bt_fault_set(fault, err, 0, "%s is too large", path);
	}
	explicit_bzero(piece, sizeof piece);
	close(fd);
	return err;
}

static enum bt_err note_os(struct bt_fault *fault, const char *verb, const char *path)
{
	return bt_fault_set(fault, errno == ENOSPC ? BT_ENOSPC : BT_EOS, errno, "cannot %s %s", verb, path);
}

static enum bt_err write_whole(int fd, struct bt_bytes content)
{
	size_t done = 0;

	while (done < content.len) {
		ssize_t n = write(fd, content.data + done, content.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return BT_EOS;
		done += (size_t)n;
	}
	return fsync(fd) == 0 ? BT_OK : BT_EOS;
}

enum bt_err bt_folder_sync(const char *path, struct bt_fault *fault)
{
	enum bt_err err = BT_OK;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return note_os(fault, "open", path);
	if (fsync(fd) != 0)
		err = note_os(fault, "sync", path);
	close(fd);
	return err;
}

enum bt_err bt_file_replace(const char *path, struct bt_bytes content, unsigned mode, struct bt_fault *fault)
{
	char fresh[1100], folder[1100];
	enum bt_err err = BT_OK;
	int fd;

	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return bt_fault_set(fault, BT_EINPUT, 0, "path too long");
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	if (fd < 0)
		return note_os(fault, "make", fresh);
	if (fchmod(fd, (mode_t)mode) != 0 || write_whole(fd, content) != BT_OK)
		err = note_os(fault, "write", fresh);
	if (close(fd) != 0 && !err)
		err = note_os(fault, "close", fresh);
	if (!err && rename(fresh, path) != 0)
		err = note_os(fault, "rename", fresh);
	if (err) {
		unlink(fresh);
		return err;
	}
	snprintf(folder, sizeof folder, "%s", path);
	return bt_folder_sync(dirname(folder), fault);
}

enum bt_err bt_folder_make(const char *path, struct bt_fault *fault)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return BT_OK;
	return note_os(fault, "make", path);
}
