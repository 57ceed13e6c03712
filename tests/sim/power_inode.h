/* One file of the power disk: what lasts, what the program sees, the changes between, and what a cut keeps of them. */
#ifndef TESTS_SIM_POWER_INODE_H
#define TESTS_SIM_POWER_INODE_H

#include <stddef.h>

#include "tests/sim/chance.h"

enum power_op {
	POWER_OP_WRITE,
	POWER_OP_TRUNCATE,
	POWER_OP_RESERVE,
	POWER_OP_SYNC,
	POWER_OP_CREATE,
	POWER_OP_REMOVE,
	POWER_OP_RENAME,
	POWER_OP_SYNC_FOLDER,
	POWER_OP_COUNT
};

/** A change of a file that is not synced yet. */
struct power_change {
	enum power_op op; /* write, truncate or reserve */
	uint64_t at, len; /* of a write; the others have the new length in @p at */
	size_t data;      /* where its bytes are in the file's log */
};

struct power_inode {
	bool used;
	int opens;
	uint8_t *live, *lasting; /* cap bytes each; zeros from the length on */
	size_t cap;
	uint64_t live_len, lasting_len; /* may be beyond cap: then zeros */
	uint64_t reserved;
	bool differs; /* a failed sync has left memory and disk apart */
	struct power_change *changes;
	size_t change_count, change_cap;
	uint64_t touched_from, touched_to; /* what @p changes are within */
	uint8_t *log;                      /* bytes of the writes in @p changes */
	size_t log_len, log_cap;
};

/** Ways to choose among the parts that were not synced. */
enum power_keep { KEEP_NONE, KEEP_ALL, KEEP_FIRST, KEEP_HALF, KEEP_MOST, KEEP_FEW, KEEP_BUT_ONE, KEEP_ONE, KEEP_WAYS };

/* How a cut, or a sync that fails, chooses among the parts that were not synced. */
struct power_keeping {
	struct chance *chance;
	enum power_keep way;
	uint32_t marked; /* KEEP_FIRST: so many; BUT_ONE and ONE: which */
	uint32_t place;
};

struct power_keeping power_keeping_choose(struct chance *chance, size_t parts);
/** Is the next part kept? */
bool power_keeping_keeps(struct power_keeping *keeping);

/** Make room for @p len bytes. */
void power_inode_grow(struct power_inode *inode, uint64_t len);
/** Cut, or write to, one of the two contents: inode->live with live_len, or inode->lasting with lasting_len. */
void power_inode_cut(const struct power_inode *inode, uint8_t *bytes, uint64_t *len, uint64_t new_len);
void power_inode_put(uint8_t *bytes, uint64_t *len, uint64_t at, const uint8_t *data, size_t n);
/** Note a change that is not synced; the live content is the caller's. */
void power_inode_note(struct power_inode *inode, enum power_op op, uint64_t at, const void *data, size_t len);
/** All changes last from now on. */
void power_inode_sync(struct power_inode *inode);
/** Some do, by chance and torn at sectors; the others are forgotten. The live content stays. */
void power_inode_keep_some(struct power_inode *inode, uint32_t sector, struct chance *chance);
/** The program sees what lasts. */
void power_inode_reread(struct power_inode *inode);
void power_inode_empty(struct power_inode *inode);

#endif
