/* A disk that stops working at a chosen operation, for the tests of what must outlast that. */
#ifndef BT_TESTS_FAILING_DISK_H
#define BT_TESTS_FAILING_DISK_H

#include <errno.h>
#include <stdbool.h>

#include "core/base/disk.h"

/* The machine's disk, of which from operation @p fail_at on nothing that changes anything works. A write that fails
 * leaves its first half. */
struct failing_disk {
	struct bt_disk disk;
	int operations, fail_at; /* 0: never */
};
static struct failing_disk failing_disk;

static inline bool failing_disk_fails(void)
{
	return failing_disk.fail_at && ++failing_disk.operations >= failing_disk.fail_at;
}

static inline int failing_disk_write(struct bt_disk_file *file, uint64_t at, const void *data, size_t len)
{
	bool first = failing_disk.operations + 1 == failing_disk.fail_at;
	if (!failing_disk_fails())
		return bt_disk_system()->write(file, at, data, len);
	if (first)
		(void)bt_disk_system()->write(file, at, data, len / 2);
	return EIO;
}

static inline int failing_disk_truncate(struct bt_disk_file *file, uint64_t len)
{
	return failing_disk_fails() ? EIO : bt_disk_system()->truncate(file, len);
}

static inline int failing_disk_sync(struct bt_disk_file *file)
{
	return failing_disk_fails() ? EIO : bt_disk_system()->sync(file);
}

static inline int failing_disk_remove(void *context, const char *path)
{
	return failing_disk_fails() ? EIO : bt_disk_system()->remove(context, path);
}

static inline int failing_disk_rename(void *context, const char *from, const char *to)
{
	return failing_disk_fails() ? EIO : bt_disk_system()->rename(context, from, to);
}

static inline int failing_disk_sync_folder(void *context, const char *folder)
{
	return failing_disk_fails() ? EIO : bt_disk_system()->sync_folder(context, folder);
}

/* It begins to count now. */
static inline void failing_disk_make(int fail_at)
{
	failing_disk = (struct failing_disk){.disk = *bt_disk_system(), .fail_at = fail_at};
	failing_disk.disk.write = failing_disk_write;
	failing_disk.disk.truncate = failing_disk_truncate;
	failing_disk.disk.sync = failing_disk_sync;
	failing_disk.disk.remove = failing_disk_remove;
	failing_disk.disk.rename = failing_disk_rename;
	failing_disk.disk.sync_folder = failing_disk_sync_folder;
}

#endif
