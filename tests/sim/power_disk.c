#include "tests/sim/power_disk.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "tests/sim/power_parts.h"

/* ---- operations, counted ---- */

static void mix_in(struct power_disk *disk, uint64_t value)
{
	disk->hash = (disk->hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	disk->hash ^= disk->hash >> 29;
}

/* A word in every so many bytes, and the last: enough to tell two runs apart. */
static void mix_in_bytes(struct power_disk *disk, const uint8_t *data, size_t len)
{
	uint64_t word = len;
	for (size_t at = 0; at + sizeof word <= len; at += 15 * sizeof word) {
		memcpy(&word, data + at, sizeof word);
		mix_in(disk, word);
	}
	if (len >= sizeof word)
		memcpy(&word, data + len - sizeof word, sizeof word);
	mix_in(disk, word);
}

/* Count one operation. @return false when there is no power; when it fails in this very operation, disk->off is set on
 * return and the operation is one more unsynced change. */
static bool begin_op(struct power_disk *disk, enum power_op op, uint64_t at, uint64_t len)
{
	if (disk->off)
		return false;
	disk->operations++;
	disk->counts[op]++;
	disk->last_op = op;
	mix_in(disk, (uint64_t)op << 56 ^ len << 32 ^ at);
	if (disk->plan.fault == POWER_FULL && disk->operations >= disk->plan.fault_at) {
		if (!disk->fault_done)
			disk->room = disk->used + disk->plan.full_spare;
		disk->fault_done = true;
		if (disk->operations >= disk->plan.full_until)
			disk->room = disk->whole_room;
	}
	disk->off = disk->operations >= disk->plan.cut_at;
	return true;
}

static bool fault_strikes(struct power_disk *disk, enum power_fault fault)
{
	if (disk->plan.fault != fault || disk->fault_done || disk->operations < disk->plan.fault_at)
		return false;
	disk->fault_done = true;
	disk->faults[fault]++;
	return true;
}

static int result(const struct power_disk *disk, int err)
{
	return err ? err : disk->off ? EIO : 0;
}

/* ---- what both faces do ---- */

int power_do_open(struct power_disk *disk, const char *path, enum bt_disk_open how, int *out)
{
	int inode = power_find(disk, path);
	if (disk->off)
		return EIO;
	if (inode >= 0 && how == BT_DISK_EXCLUSIVE)
		return EEXIST;
	if (inode < 0) {
		if (how == BT_DISK_EXISTING)
			return ENOENT;
		if (!begin_op(disk, POWER_OP_CREATE, 0, 0))
			return EIO;
		if (fault_strikes(disk, POWER_CREATE_FAILS))
			return EIO;
		if (disk->room - disk->used < POWER_BLOCK) /* a folder entry and an inode need a block too */
			return ENOSPC;
		inode = power_take_inode(disk);
		power_names_note(
		    disk, (struct power_renaming){.name = {power_name_of(disk, path), -1}, .inode = {inode, -1}});
		if (disk->off)
			return EIO;
	}
	disk->inodes[inode].opens++;
	*out = inode;
	return 0;
}

void power_do_close(struct power_disk *disk, int inode)
{
	assert(disk->inodes[inode].opens > 0);
	disk->inodes[inode].opens--;
}

int power_do_read(struct power_disk *disk, int i, uint64_t at, void *data, size_t len, size_t *out_len)
{
	const struct power_inode *inode = &disk->inodes[i];
	if (disk->off || fault_strikes(disk, POWER_READ_FAILS))
		return EIO;
	disk->reads++;
	uint64_t n = at >= inode->live_len ? 0 : inode->live_len - at;
	n = n < len ? n : len;
	uint64_t there = at >= inode->cap ? 0 : inode->cap - at;
	there = there < n ? there : n;
	if (there)
		memcpy(data, inode->live + at, (size_t)there);
	memset((uint8_t *)data + there, 0, (size_t)(n - there));
	*out_len = (size_t)n;
	return 0;
}

static uint64_t blocks_of(const struct power_inode *inode)
{
	uint64_t len = inode->live_len > inode->reserved ? inode->live_len : inode->reserved;
	return (len + POWER_BLOCK - 1) / POWER_BLOCK;
}

/* How far into a file there is room, from where it is now. */
static uint64_t room_until(const struct power_disk *disk, const struct power_inode *inode)
{
	int64_t left = disk->room - disk->used;
	return (blocks_of(inode) + (uint64_t)(left > 0 ? left / POWER_BLOCK : 0)) * POWER_BLOCK;
}

/* What is the same already, in memory and on the disk, with nothing under way, cannot be torn. */
static bool changes_nothing(const struct power_inode *inode, uint64_t at, const void *data, size_t len)
{
	return inode->change_count == 0 && at + len <= inode->live_len && at + len <= inode->lasting_len &&
	       at + len <= inode->cap && memcmp(inode->live + at, data, len) == 0 &&
	       memcmp(inode->lasting + at, data, len) == 0;
}

int power_do_write(struct power_disk *disk, int i, uint64_t at, const void *data, size_t len)
{
	struct power_inode *inode = &disk->inodes[i];
	uint64_t before = blocks_of(inode), room = room_until(disk, inode);
	int err = 0;
	if (!begin_op(disk, POWER_OP_WRITE, at, len))
		return EIO;
	room = disk->plan.fault == POWER_FULL ? room_until(disk, inode) : room;
	if (fault_strikes(disk, POWER_WRITE_FAILS)) {
		err = EIO;
		len = chance_below(&disk->chance, (uint32_t)len + 1);
	} else if (at + len > room) {
		err = ENOSPC;
		disk->faults[POWER_FULL]++;
		len = at < room ? (size_t)(room - at) : 0;
	}
	mix_in_bytes(disk, data, len);
	if (len && !changes_nothing(inode, at, data, len)) {
		power_inode_grow(inode, at + len);
		power_inode_note(inode, POWER_OP_WRITE, at, data, len);
		power_inode_put(inode->live, &inode->live_len, at, data, len);
		disk->used += (int64_t)((blocks_of(inode) - before) * POWER_BLOCK);
	}
	return result(disk, err);
}

int power_do_truncate(struct power_disk *disk, int i, uint64_t len)
{
	struct power_inode *inode = &disk->inodes[i];
	if (!begin_op(disk, POWER_OP_TRUNCATE, len, 0))
		return EIO;
	if (fault_strikes(disk, POWER_WRITE_FAILS))
		return EIO;
	power_inode_note(inode, POWER_OP_TRUNCATE, len, NULL, 0);
	power_inode_cut(inode, inode->live, &inode->live_len, len);
	inode->reserved = inode->reserved < len ? inode->reserved : len;
	power_recount(disk);
	return result(disk, 0);
}

static int do_reserve(struct power_disk *disk, int i, uint64_t len)
{
	struct power_inode *inode = &disk->inodes[i];
	if (!begin_op(disk, POWER_OP_RESERVE, len, 0))
		return EIO;
	if (len > room_until(disk, inode))
		return ENOSPC;
	power_inode_note(inode, POWER_OP_RESERVE, len, NULL, 0);
	inode->reserved = inode->reserved > len ? inode->reserved : len;
	inode->live_len = inode->live_len > len ? inode->live_len : len;
	power_recount(disk);
	return result(disk, 0);
}

int power_do_sync(struct power_disk *disk, int i)
{
	struct power_inode *inode = &disk->inodes[i];
	if (!begin_op(disk, POWER_OP_SYNC, (uint64_t)i, 0) || disk->off)
		return EIO;
	bool drops = fault_strikes(disk, POWER_SYNC_DROPS);
	if (drops || fault_strikes(disk, POWER_SYNC_FORGETS)) {
		power_inode_keep_some(inode, disk->sector, &disk->chance);
		inode->differs = true;
		if (drops)
			power_inode_reread(inode);
		power_recount(disk);
		return EIO;
	}
	power_inode_sync(inode);
	return 0;
}

int power_do_remove(struct power_disk *disk, const char *path)
{
	if (power_find(disk, path) < 0)
		return disk->off ? EIO : ENOENT;
	if (!begin_op(disk, POWER_OP_REMOVE, 0, 0))
		return EIO;
	if (fault_strikes(disk, POWER_CREATE_FAILS))
		return EIO;
	power_names_note(disk, (struct power_renaming){.name = {power_name_of(disk, path), -1}, .inode = {-1, -1}});
	power_recount(disk);
	return result(disk, 0);
}

static int do_rename(void *context, const char *from, const char *to)
{
	struct power_disk *disk = context;
	int inode = power_find(disk, from);
	if (inode < 0)
		return disk->off ? EIO : ENOENT;
	if (!begin_op(disk, POWER_OP_RENAME, 0, 0))
		return EIO;
	if (fault_strikes(disk, POWER_CREATE_FAILS))
		return EIO;
	power_names_note(disk, (struct power_renaming){.name = {power_name_of(disk, from), power_name_of(disk, to)},
						       .inode = {-1, inode}});
	power_recount(disk);
	return result(disk, 0);
}

int power_do_sync_folder(struct power_disk *disk, const char *folder)
{
	if (!begin_op(disk, POWER_OP_SYNC_FOLDER, 0, 0) || disk->off)
		return EIO;
	power_names_settle_folder(disk, folder);
	return 0;
}

/* ---- as struct bt_disk ---- */

static int open_file(void *context, const char *path, enum bt_disk_open how, struct bt_disk_file **out)
{
	struct power_disk *disk = context;
	struct bt_disk_file *file = disk->handles;
	while (file < disk->handles + POWER_INODES_MAX && file->inode >= 0)
		file++;
	assert(file < disk->handles + POWER_INODES_MAX);
	int inode = -1, err = power_do_open(disk, path, how, &inode);
	if (err)
		return err;
	*file = (struct bt_disk_file){.disk = disk, .inode = inode};
	*out = file;
	return 0;
}

static void close_file(struct bt_disk_file *file)
{
	if (!file)
		return;
	power_do_close(file->disk, file->inode);
	file->inode = -1;
}

static int size_file(struct bt_disk_file *file, uint64_t *out)
{
	if (file->disk->off)
		return EIO;
	*out = file->disk->inodes[file->inode].live_len;
	return 0;
}

static int read_file(struct bt_disk_file *file, uint64_t at, void *data, size_t len, size_t *out_len)
{
	return power_do_read(file->disk, file->inode, at, data, len, out_len);
}

static int write_file(struct bt_disk_file *file, uint64_t at, const void *data, size_t len)
{
	return power_do_write(file->disk, file->inode, at, data, len);
}

static int truncate_file(struct bt_disk_file *file, uint64_t len)
{
	return power_do_truncate(file->disk, file->inode, len);
}

static int reserve_file(struct bt_disk_file *file, uint64_t len)
{
	return do_reserve(file->disk, file->inode, len);
}

static int sync_file(struct bt_disk_file *file)
{
	return power_do_sync(file->disk, file->inode);
}

static int remove_name(void *context, const char *path)
{
	return power_do_remove(context, path);
}

static int sync_folder(void *context, const char *folder)
{
	return power_do_sync_folder(context, folder);
}

static int free_bytes(void *context, const char *folder, uint64_t *out)
{
	const struct power_disk *disk = context;
	(void)folder;
	if (disk->off)
		return EIO;
	*out = disk->room > disk->used ? (uint64_t)(disk->room - disk->used) : 0;
	return 0;
}

const struct bt_disk power_face = {.open = open_file,
				   .close = close_file,
				   .size = size_file,
				   .read = read_file,
				   .write = write_file,
				   .truncate = truncate_file,
				   .reserve = reserve_file,
				   .sync = sync_file,
				   .remove = remove_name,
				   .rename = do_rename,
				   .sync_folder = sync_folder,
				   .free_bytes = free_bytes};
