/* The names of the power disk: which file each is, for the program and on the disk, and the changes between. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/power_parts.h"

int power_find(const struct power_disk *disk, const char *path)
{
	for (int i = 0; i < POWER_NAMES_MAX && disk->names[i][0]; i++) {
		if (strcmp(disk->names[i], path) == 0)
			return disk->live_names[i];
	}
	return -1;
}

int power_name_of(struct power_disk *disk, const char *path)
{
	int i = 0;
	while (i < POWER_NAMES_MAX && disk->names[i][0] && strcmp(disk->names[i], path) != 0)
		i++;
	assert(i < POWER_NAMES_MAX && strlen(path) < sizeof disk->names[i]);
	memcpy(disk->names[i], path, strlen(path) + 1);
	return i;
}

static void rename_lasting(struct power_disk *disk, const struct power_renaming *renaming)
{
	for (int i = 0; i < 2; i++) {
		if (renaming->name[i] >= 0)
			disk->lasting_names[renaming->name[i]] = renaming->inode[i];
	}
}

static bool is_named(const struct power_disk *disk, int inode)
{
	for (int i = 0; i < POWER_NAMES_MAX && disk->names[i][0]; i++)
		if (disk->live_names[i] == inode || disk->lasting_names[i] == inode)
			return true;
	for (int i = 0; i < disk->renaming_count; i++)
		if (disk->renamings[i].inode[0] == inode || disk->renamings[i].inode[1] == inode)
			return true;
	return false;
}

static bool is_seen(const struct power_disk *disk, int inode)
{
	if (disk->inodes[inode].opens > 0)
		return true;
	for (int i = 0; i < POWER_NAMES_MAX && disk->names[i][0]; i++)
		if (disk->live_names[i] == inode)
			return true;
	return false;
}

void power_recount(struct power_disk *disk)
{
	disk->used = 0;
	for (int i = 0; i < POWER_INODES_MAX; i++) {
		const struct power_inode *inode = &disk->inodes[i];
		uint64_t len = inode->live_len > inode->reserved ? inode->live_len : inode->reserved;
		if (inode->used && is_seen(disk, i))
			disk->used += (int64_t)((len + POWER_BLOCK - 1) / POWER_BLOCK * POWER_BLOCK);
	}
}

void power_drop_unnamed(struct power_disk *disk)
{
	for (int i = 0; i < POWER_INODES_MAX; i++) {
		if (disk->inodes[i].used && disk->inodes[i].opens == 0 && !is_named(disk, i))
			power_inode_empty(&disk->inodes[i]);
	}
	power_recount(disk);
}

void power_names_settle(struct power_disk *disk)
{
	memcpy(disk->lasting_names, disk->live_names, sizeof disk->lasting_names);
	disk->renaming_count = 0;
	power_drop_unnamed(disk);
}

static bool is_in_folder(const char *path, const char *folder)
{
	size_t len = strlen(folder);
	return strncmp(path, folder, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/');
}

/* What is under way for one name has come to its end. */
static void settle_name(struct power_disk *disk, int name)
{
	int kept = 0;
	for (int i = 0; i < disk->renaming_count; i++) {
		if (disk->renamings[i].name[0] != name || disk->renamings[i].name[1] >= 0)
			disk->renamings[kept++] = disk->renamings[i];
	}
	disk->renaming_count = kept;
	disk->lasting_names[name] = disk->live_names[name];
}

/* The names of one folder last from now on, and those they were renamed from or to in another: a rename is one step. */
void power_names_settle_folder(struct power_disk *disk, const char *folder)
{
	for (int i = 0; i < disk->renaming_count; i++) {
		const int *pair = disk->renamings[i].name;
		if (pair[1] < 0 ||
		    (!is_in_folder(disk->names[pair[0]], folder) && !is_in_folder(disk->names[pair[1]], folder)))
			continue;
		int from = pair[0], to = pair[1];
		disk->renamings[i].name[1] = -1; /* is taken out with the others of its name */
		settle_name(disk, from);
		settle_name(disk, to);
		i = -1; /* the list has moved */
	}
	for (int i = 0; i < POWER_NAMES_MAX && disk->names[i][0]; i++) {
		if (is_in_folder(disk->names[i], folder))
			settle_name(disk, i);
	}
	power_drop_unnamed(disk);
}

void power_names_note(struct power_disk *disk, struct power_renaming renaming)
{
	if (disk->renaming_count == POWER_RENAMES_MAX) /* written back meanwhile */
		power_names_settle(disk);
	disk->renamings[disk->renaming_count++] = renaming;
	for (int i = 0; i < 2; i++) {
		if (renaming.name[i] >= 0)
			disk->live_names[renaming.name[i]] = renaming.inode[i];
	}
}

void power_names_keep_some(struct power_disk *disk)
{
	struct power_keeping keeping = power_keeping_choose(&disk->chance, (size_t)disk->renaming_count);
	for (int i = 0; i < disk->renaming_count; i++) {
		if (power_keeping_keeps(&keeping))
			rename_lasting(disk, &disk->renamings[i]);
	}
	disk->renaming_count = 0;
	memcpy(disk->live_names, disk->lasting_names, sizeof disk->live_names);
}

int power_take_inode(struct power_disk *disk)
{
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < POWER_INODES_MAX; i++) {
			if (!disk->inodes[i].used) {
				disk->inodes[i].used = true;
				power_inode_grow(&disk->inodes[i], 1);
				return i;
			}
		}
		power_names_settle(disk); /* written back meanwhile */
	}
	abort(); /* more files than the record has */
}
