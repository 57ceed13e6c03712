/* The disk as the record sees it: few operations, so that a simulation can cut the power between any two of them.
 *
 * Results are 0 or an errno. What write() put down is lasting only after sync() of the file, and a name only after
 * sync_folder(). The database goes through the SQLite VFS of the same disk. Nothing here is atomic but a rename. */
#ifndef BT_BASE_DISK_H
#define BT_BASE_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/err.h"

/** An open file; each disk has its own kind. */
struct bt_disk_file;

enum bt_disk_open {
	BT_DISK_EXISTING,  /* ENOENT when it is not there */
	BT_DISK_CREATE,    /* made when it is not there; mode 0600 */
	BT_DISK_EXCLUSIVE, /* EEXIST when it is there */
};

struct bt_disk {
	void *context;
	const char *vfs; /* name of the SQLite VFS of this disk; NULL for SQLite's own */
	int (*open)(void *context, const char *path, enum bt_disk_open how, struct bt_disk_file **out);
	void (*close)(struct bt_disk_file *file); /* syncs nothing; NULL is fine */
	int (*size)(struct bt_disk_file *file, uint64_t *out);
	/** *out_len is less than @p len at the end of the file only. */
	int (*read)(struct bt_disk_file *file, uint64_t at, void *data, size_t len, size_t *out_len);
	/** All or an errno; on an errno any part may have been written. */
	int (*write)(struct bt_disk_file *file, uint64_t at, const void *data, size_t len);
	int (*truncate)(struct bt_disk_file *file, uint64_t len);
	int (*reserve)(struct bt_disk_file *file, uint64_t len); /* blocks are there: a later write has room */
	int (*sync)(struct bt_disk_file *file);                  /* data and length (fdatasync) */
	int (*remove)(void *context, const char *path);
	int (*rename)(void *context, const char *from, const char *to);
	int (*sync_folder)(void *context, const char *folder);
	int (*free_bytes)(void *context, const char *folder, uint64_t *out);
};

/** The machine's own disk. */
const struct bt_disk *bt_disk_system(void);
/**
 * Make the file @p path hold @p data and nothing else: made or emptied, written, synced, closed, in this order.
 *
 * @param[in] folder  of the file, synced last so that its name is lasting too; NULL leaves that to the caller, who
 *                    renames it first.
 * @return 0 or an errno; then nothing after the step that failed was tried but the close, and the file holds what was
 *         in it, any part of @p data or nothing. Not atomic: what has to be the old or the new bytes is written under
 *         another name and renamed.
 */
int bt_disk_write_whole(const struct bt_disk *disk, const char *folder, const char *path, struct bt_bytes data);
/** Note what failed, "<file>: <doing>: <why>". @return BT_ENOSPC for a full disk, else BT_EDISK. */
enum bt_err bt_disk_note(struct bt_fault *fault, int sys, const char *file, const char *doing);

#endif
