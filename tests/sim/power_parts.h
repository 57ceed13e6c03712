/* What the files of the power disk share among themselves. */
#ifndef TESTS_SIM_POWER_PARTS_H
#define TESTS_SIM_POWER_PARTS_H

#include "tests/sim/power_disk.h"

#define POWER_BLOCK 4096 /* bytes are taken in blocks of so many */

extern const struct bt_disk power_face;

/** The place of a name in the tables, made when it is new. */
int power_name_of(struct power_disk *disk, const char *path);
/** A change of names that its folder does not have yet. */
void power_names_note(struct power_disk *disk, struct power_renaming renaming);
/** All names last from now on; those of one folder; some, by chance, and the others are as they were. */
void power_names_settle(struct power_disk *disk);
void power_names_settle_folder(struct power_disk *disk, const char *folder);
void power_names_keep_some(struct power_disk *disk);
int power_take_inode(struct power_disk *disk);
/** Free what has no name left and is not open. */
void power_drop_unnamed(struct power_disk *disk);
/** Add up the blocks in use. */
void power_recount(struct power_disk *disk);

#endif
