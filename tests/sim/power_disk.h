/* A disk in memory that forgets what was not synced: the journal's files under a power cut at any operation.
 *
 * Every file has what is lasting and what the running program sees; between them lies the list of writes not yet
 * synced. A cut keeps any subset of them, torn at sector boundaries; a file's length, and the making, renaming and
 * removing of names, are kept or lost in the same way until the folder is synced. What was synced stays. The same disk
 * is a `struct bt_disk` and a SQLite VFS, so both records of the journal lose power together.
 *
 * Operations that change something (write, truncate, reserve, sync, create, remove, rename, folder sync) are counted
 * from power_arm(); a plan says at which of them the power fails or something else goes wrong. Everything is decided by
 * the seed. Not modelled: a sector that a cut leaves garbled, and a disk that says it has synced and has not.
 * Source: facts of reliability 2.2, 2.5; what SQLite's own VFS does with names: os_unix.c. */
#ifndef TESTS_SIM_POWER_DISK_H
#define TESTS_SIM_POWER_DISK_H

#include "core/base/disk.h"
#include "tests/sim/power_inode.h"

#define POWER_VFS         "power"
#define POWER_FOLDER      "/power"
#define POWER_STICK       "/stick" /* a second folder, e.g. for the mirror; it loses power with the first */
#define POWER_NAMES_MAX   256      /* each recovery of a record puts some away */
#define POWER_INODES_MAX  512      /* two for a name that was put elsewhere and not synced yet */
#define POWER_RENAMES_MAX 64
#define POWER_NEVER       UINT64_MAX
/** Enough for the ballast of the journal and all it writes; a campaign may set disk->whole_room after power_format().
 */
#define POWER_ROOM_BYTES (INT64_C(256) << 20)

/** What may go wrong besides the cut, once, at the first fitting operation from @p fault_at on. */
enum power_fault {
	POWER_NO_FAULT,
	POWER_WRITE_FAILS,  /* EIO; any part of it was written */
	POWER_READ_FAILS,   /* EIO */
	POWER_SYNC_DROPS,   /* EIO; what was not synced is gone from memory and disk */
	POWER_SYNC_FORGETS, /* EIO; memory keeps what the disk never gets, and the next sync says it is fine */
	POWER_FULL,         /* no room for new blocks until @p full_until */
	POWER_CREATE_FAILS, /* EIO for a name to be made, renamed or removed */
	POWER_FAULT_COUNT
};

struct power_plan {
	uint64_t cut_at; /* the power fails in this operation, counted from 1; POWER_NEVER */
	enum power_fault fault;
	uint64_t fault_at, full_until;
	uint32_t full_spare; /* bytes still free when it becomes full */
};

/** One or two names that change together; an inode of -1 is "no such name". */
struct power_renaming {
	int name[2], inode[2]; /* name[1] is -1 when there is one only */
};

/** What a bt_disk_file is here. */
struct bt_disk_file {
	struct power_disk *disk;
	int inode; /* -1 when free */
};

struct power_disk {
	struct bt_disk disk;
	struct sqlite3_vfs *vfs;
	char vfs_name[16];
	struct bt_disk_file handles[POWER_INODES_MAX];
	struct chance chance;
	struct power_plan plan;
	uint32_t sector;
	bool off, fault_done;
	uint64_t operations; /* since power_arm() */
	uint64_t reads;
	enum power_op last_op;
	uint64_t hash; /* of every operation since power_format() */
	uint64_t counts[POWER_OP_COUNT];
	uint64_t faults[POWER_FAULT_COUNT]; /* how often each really happened */
	int64_t whole_room, room, used;     /* bytes: when all is well, now, and taken */
	char names[POWER_NAMES_MAX][64];
	int live_names[POWER_NAMES_MAX], lasting_names[POWER_NAMES_MAX]; /* inode or -1 */
	struct power_renaming renamings[POWER_RENAMES_MAX];
	int renaming_count;
	struct power_inode inodes[POWER_INODES_MAX];
};

/** A file as it lies on the disk, everything synced; for putting back. */
struct power_image {
	int count;
	struct {
		char name[64];
		uint8_t *data;
		size_t len, cap;
		uint64_t whole_len;
	} files[POWER_NAMES_MAX];
};

/** A disk that is also the SQLite VFS @p vfs, at most 15 characters. The one called POWER_VFS is made the default so
 * that SQLite's own randomness and time are seeded too; others stand beside it or beside the machine's own. The first
 * is opened before SQLite is used. NULL when out of memory. Never freed while SQLite is in use. */
struct power_disk *power_open(const char *vfs);
void power_close(struct power_disk *disk);
/** Empty it; sector size and everything to come follow from @p seed. Nothing may be open. */
void power_format(struct power_disk *disk, uint64_t seed);
/** From now on this plan; operations are counted from 0 again. */
void power_arm(struct power_disk *disk, const struct power_plan *plan);
/** Nothing goes wrong from now on, and there is room again. */
void power_disarm(struct power_disk *disk);
/** Cut the power now, unless it is off. */
void power_cut(struct power_disk *disk);
/** After a cut, with everything closed: what the disk has kept is all there is. */
void power_reboot(struct power_disk *disk);
/** As if everything had been written back: nothing is unsynced any more. */
void power_settle(struct power_disk *disk);

/** Bytes of a file as they last; NULL when there is none. Borrowed. */
const uint8_t *power_content(struct power_disk *disk, const char *name, size_t *len);
/** Change one bit of what lasts (and of what is seen). @return false when there is no such byte. */
bool power_flip(struct power_disk *disk, const char *name, size_t at, unsigned bit);
/** Shorten what lasts. @return false when it is not longer. */
bool power_shorten(struct power_disk *disk, const char *name, size_t len);
/** Keep a copy of all files, which must be settled and closed; put it back. @p image starts zeroed. */
void power_save(struct power_disk *disk, struct power_image *image);
void power_load(struct power_disk *disk, const struct power_image *image);
void power_image_fini(struct power_image *image);

/* Shared with power_vfs.c: what both faces do. Results are 0 or an errno. */
int power_do_open(struct power_disk *disk, const char *path, enum bt_disk_open how, int *out);
void power_do_close(struct power_disk *disk, int inode);
int power_do_read(struct power_disk *disk, int inode, uint64_t at, void *data, size_t len, size_t *out_len);
int power_do_write(struct power_disk *disk, int inode, uint64_t at, const void *data, size_t len);
int power_do_truncate(struct power_disk *disk, int inode, uint64_t len);
int power_do_sync(struct power_disk *disk, int inode);
int power_do_remove(struct power_disk *disk, const char *path);
int power_do_sync_folder(struct power_disk *disk, const char *folder);
/** The inode of a name the program sees, -1 when there is none. */
int power_find(const struct power_disk *disk, const char *path);

/** Register the VFS. @return false when SQLite refuses. */
bool power_vfs_register(struct power_disk *disk);
void power_vfs_unregister(struct power_disk *disk);

#endif
