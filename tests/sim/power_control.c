/* The campaign's side of the power disk: making, arming, cutting, rotting, putting back. */
#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/sim/power_parts.h"

struct power_disk *power_open(const char *vfs)
{
	struct power_disk *disk = calloc(1, sizeof *disk);
	/* One thread, and no bookkeeping of memory: a third faster, and the same SQLite. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (!disk || bt_text_copy(disk->vfs_name, sizeof disk->vfs_name, vfs) != BT_OK || !power_vfs_register(disk)) {
		free(disk);
		return NULL;
	}
	disk->disk = power_face;
	disk->disk.context = disk;
	disk->disk.vfs = disk->vfs_name;
	for (int i = 0; i < POWER_INODES_MAX; i++)
		disk->handles[i].inode = -1;
	power_format(disk, 0);
	return disk;
}

void power_close(struct power_disk *disk)
{
	if (!disk)
		return;
	power_vfs_unregister(disk);
	for (int i = 0; i < POWER_INODES_MAX; i++) {
		free(disk->inodes[i].live);
		free(disk->inodes[i].lasting);
		free(disk->inodes[i].changes);
		free(disk->inodes[i].log);
	}
	free(disk);
}

void power_format(struct power_disk *disk, uint64_t seed)
{
	for (int i = 0; i < POWER_INODES_MAX; i++) {
		assert(disk->inodes[i].opens == 0);
		if (disk->inodes[i].used)
			power_inode_empty(&disk->inodes[i]);
	}
	memset(disk->names, 0, sizeof disk->names);
	memset(disk->live_names, 0xff, sizeof disk->live_names); /* -1 */
	memset(disk->lasting_names, 0xff, sizeof disk->lasting_names);
	disk->renaming_count = 0;
	disk->chance.state = seed;
	disk->sector = chance_one_in(&disk->chance, 2) ? 512 : 4096;
	disk->off = false;
	disk->whole_room = POWER_ROOM_BYTES;
	disk->hash = seed;
	power_recount(disk);
	power_disarm(disk);
}

void power_arm(struct power_disk *disk, const struct power_plan *plan)
{
	disk->plan = *plan;
	disk->operations = 0;
	disk->fault_done = false;
	disk->room = disk->whole_room;
}

void power_disarm(struct power_disk *disk)
{
	static const struct power_plan none = {.cut_at = POWER_NEVER};
	power_arm(disk, &none);
}

void power_cut(struct power_disk *disk)
{
	disk->off = true;
}

void power_reboot(struct power_disk *disk)
{
	disk->off = true;
	for (int i = 0; i < POWER_INODES_MAX; i++) {
		struct power_inode *inode = &disk->inodes[i];
		assert(inode->opens == 0);
		if (!inode->used || (inode->change_count == 0 && !inode->differs))
			continue;
		power_inode_keep_some(inode, disk->sector, &disk->chance);
		power_inode_reread(inode);
		inode->reserved = inode->reserved < inode->live_len ? inode->reserved : inode->live_len;
	}
	power_names_keep_some(disk);
	power_drop_unnamed(disk);
	disk->off = false;
	power_disarm(disk);
}

void power_settle(struct power_disk *disk)
{
	for (int i = 0; i < POWER_INODES_MAX; i++)
		power_inode_sync(&disk->inodes[i]);
	power_names_settle(disk);
}

static struct power_inode *lasting_inode(struct power_disk *disk, const char *name)
{
	for (int i = 0; i < POWER_NAMES_MAX && disk->names[i][0]; i++) {
		if (strcmp(disk->names[i], name) == 0 && disk->lasting_names[i] >= 0)
			return &disk->inodes[disk->lasting_names[i]];
	}
	return NULL;
}

const uint8_t *power_content(struct power_disk *disk, const char *name, size_t *len)
{
	struct power_inode *inode = lasting_inode(disk, name);
	if (!inode)
		return NULL;
	*len = (size_t)(inode->lasting_len < inode->cap ? inode->lasting_len : inode->cap);
	return inode->lasting;
}

bool power_flip(struct power_disk *disk, const char *name, size_t at, unsigned bit)
{
	struct power_inode *inode = lasting_inode(disk, name);
	if (!inode || at >= inode->lasting_len || at >= inode->cap)
		return false;
	inode->lasting[at] ^= (uint8_t)(1u << bit);
	inode->live[at] ^= (uint8_t)(1u << bit);
	return true;
}

bool power_shorten(struct power_disk *disk, const char *name, size_t len)
{
	struct power_inode *inode = lasting_inode(disk, name);
	if (!inode || len >= inode->lasting_len)
		return false;
	power_inode_cut(inode, inode->lasting, &inode->lasting_len, len);
	power_inode_cut(inode, inode->live, &inode->live_len, len);
	return true;
}

void power_save(struct power_disk *disk, struct power_image *image)
{
	image->count = 0;
	for (int i = 0; i < POWER_NAMES_MAX && disk->names[i][0]; i++) {
		if (disk->live_names[i] < 0)
			continue;
		const struct power_inode *inode = &disk->inodes[disk->live_names[i]];
		size_t len = (size_t)(inode->live_len < inode->cap ? inode->live_len : inode->cap);
		int slot = image->count++;
		memcpy(image->files[slot].name, disk->names[i], sizeof disk->names[i]);
		if (len > image->files[slot].cap) {
			image->files[slot].data = realloc(image->files[slot].data, len);
			assert(image->files[slot].data);
			image->files[slot].cap = len;
		}
		if (len)
			memcpy(image->files[slot].data, inode->live, len);
		image->files[slot].len = len;
		image->files[slot].whole_len = inode->live_len;
	}
}

void power_load(struct power_disk *disk, const struct power_image *image)
{
	power_format(disk, disk->chance.state);
	for (int i = 0; i < image->count; i++) {
		int at = power_take_inode(disk);
		struct power_inode *inode = &disk->inodes[at];
		power_inode_grow(inode, image->files[i].len);
		if (image->files[i].len) {
			memcpy(inode->live, image->files[i].data, image->files[i].len);
			memcpy(inode->lasting, image->files[i].data, image->files[i].len);
		}
		inode->live_len = inode->lasting_len = inode->reserved = image->files[i].whole_len;
		disk->live_names[power_name_of(disk, image->files[i].name)] = at;
	}
	power_names_settle(disk);
}

void power_image_fini(struct power_image *image)
{
	for (int i = 0; i < POWER_NAMES_MAX; i++)
		free(image->files[i].data);
	*image = (struct power_image){0};
}
