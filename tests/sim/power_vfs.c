/* The power disk as a SQLite VFS: what os_unix.c does, on the files in memory.
 *
 * Like os_unix.c it says that a write leaves the bytes beside it alone, syncs the folder once after the first sync of a
 * log it has made, and counts an empty file as not there. It has no shared memory: the journal locks exclusively, so
 * SQLite keeps the index of its log on the heap. */
#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/power_disk.h"

#define VFS_START_MS INT64_C(211845067200000) /* some julian day in ms; nothing in the journal asks SQLite for it */

struct vfs_file {
	sqlite3_file base;
	struct power_disk *disk;
	int inode;
	bool new_name; /* made here and its folder not synced yet */
	char folder[64];
};

static struct vfs_file *of(sqlite3_file *file)
{
	return (struct vfs_file *)(void *)file;
}

static int vfs_close(sqlite3_file *file)
{
	power_do_close(of(file)->disk, of(file)->inode);
	return SQLITE_OK;
}

static int vfs_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	size_t got = 0;
	if (power_do_read(of(file)->disk, of(file)->inode, (uint64_t)at, data, (size_t)len, &got))
		return SQLITE_IOERR_READ;
	if (got == (size_t)len)
		return SQLITE_OK;
	memset((uint8_t *)data + got, 0, (size_t)len - got);
	return SQLITE_IOERR_SHORT_READ;
}

static int vfs_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	int err = power_do_write(of(file)->disk, of(file)->inode, (uint64_t)at, data, (size_t)len);
	return err == ENOSPC ? SQLITE_FULL : err ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	return power_do_truncate(of(file)->disk, of(file)->inode, (uint64_t)len) ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int vfs_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (power_do_sync(of(file)->disk, of(file)->inode))
		return SQLITE_IOERR_FSYNC;
	/* os_unix.c does not mind when this fails either. */
	if (of(file)->new_name)
		(void)power_do_sync_folder(of(file)->disk, of(file)->folder);
	of(file)->new_name = false;
	return SQLITE_OK;
}

static int vfs_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	if (of(file)->disk->off)
		return SQLITE_IOERR_FSTAT;
	*out = (sqlite3_int64)of(file)->disk->inodes[of(file)->inode].live_len;
	return SQLITE_OK;
}

static int vfs_lock(sqlite3_file *file, int level)
{
	(void)level;
	return of(file)->disk->off ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

static int vfs_unlock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int vfs_check_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

static int vfs_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	if (op != SQLITE_FCNTL_MMAP_SIZE)
		return SQLITE_NOTFOUND;
	*(sqlite3_int64 *)arg = 0; /* never mapped, whatever is asked */
	return SQLITE_OK;
}

static int vfs_sector_size(sqlite3_file *file)
{
	(void)file;
	return 4096; /* as os_unix.c says, whatever the disk has */
}

static int vfs_device(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {.iVersion = 1,
					   .xClose = vfs_close,
					   .xRead = vfs_read,
					   .xWrite = vfs_write,
					   .xTruncate = vfs_truncate,
					   .xSync = vfs_sync,
					   .xFileSize = vfs_file_size,
					   .xLock = vfs_lock,
					   .xUnlock = vfs_unlock,
					   .xCheckReservedLock = vfs_check_reserved,
					   .xFileControl = vfs_control,
					   .xSectorSize = vfs_sector_size,
					   .xDeviceCharacteristics = vfs_device};

static void folder_of(const char *path, char out[64])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	len = len < 63 ? len : 63;
	memcpy(out, path, len);
	out[len] = 0;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	struct power_disk *disk = vfs->pAppData;
	int inode = -1;
	of(file)->base.pMethods = NULL;
	if (!name) /* a temporary file: the journal keeps those in memory */
		return SQLITE_CANTOPEN;
	bool was_there = power_find(disk, name) >= 0;
	int err = power_do_open(disk, name, flags & SQLITE_OPEN_CREATE ? BT_DISK_CREATE : BT_DISK_EXISTING, &inode);
	if (err)
		return SQLITE_CANTOPEN;
	bool is_log = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL);
	*of(file) = (struct vfs_file){
	    .base.pMethods = &methods, .disk = disk, .inode = inode, .new_name = is_log && !was_there};
	folder_of(name, of(file)->folder);
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	struct power_disk *disk = vfs->pAppData;
	int err = power_do_remove(disk, name);
	if (err)
		return err == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
	char folder[64];
	folder_of(name, folder);
	return sync_folder && power_do_sync_folder(disk, folder) ? SQLITE_IOERR_DIR_FSYNC : SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	const struct power_disk *disk = vfs->pAppData;
	int inode = power_find(disk, name);
	if (disk->off)
		return SQLITE_IOERR_ACCESS;
	*out = inode >= 0 && (flags != SQLITE_ACCESS_EXISTS || disk->inodes[inode].live_len > 0);
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int cap, char *out)
{
	(void)vfs;
	size_t len = strlen(name);
	if (len >= (size_t)cap)
		return SQLITE_CANTOPEN;
	memcpy(out, name, len + 1);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int len, char *out)
{
	struct power_disk *disk = vfs->pAppData;
	for (int i = 0; i < len; i++)
		out[i] = (char)chance_below(&disk->chance, 256);
	return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return microseconds;
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)vfs;
	*out = VFS_START_MS;
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *out)
{
	(void)vfs;
	(void)len;
	(void)out;
	return 0;
}

static const sqlite3_vfs power_vfs = {.iVersion = 2,
				      .szOsFile = sizeof(struct vfs_file),
				      .mxPathname = 256,
				      .xOpen = vfs_open,
				      .xDelete = vfs_delete,
				      .xAccess = vfs_access,
				      .xFullPathname = vfs_full_path,
				      .xRandomness = vfs_randomness,
				      .xSleep = vfs_sleep,
				      .xGetLastError = vfs_last_error,
				      .xCurrentTimeInt64 = vfs_time_ms};

bool power_vfs_register(struct power_disk *disk)
{
	disk->vfs = malloc(sizeof *disk->vfs);
	if (!disk->vfs)
		return false;
	*disk->vfs = power_vfs;
	disk->vfs->zName = disk->vfs_name;
	disk->vfs->pAppData = disk;
	return sqlite3_vfs_register(disk->vfs, strcmp(disk->vfs_name, POWER_VFS) == 0) == SQLITE_OK;
}

void power_vfs_unregister(struct power_disk *disk)
{
	sqlite3_vfs_unregister(disk->vfs);
	free(disk->vfs);
	disk->vfs = NULL;
}
