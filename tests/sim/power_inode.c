#include "tests/sim/power_inode.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 65536

/* ---- bytes of a file ---- */

void power_inode_grow(struct power_inode *inode, uint64_t len)
{
	size_t cap = inode->cap ? inode->cap : CAP_FIRST;
	if (len <= inode->cap)
		return;
	while (cap < len)
		cap *= 2;
	inode->live = realloc(inode->live, cap);
	inode->lasting = realloc(inode->lasting, cap);
	assert(inode->live && inode->lasting);
	memset(inode->live + inode->cap, 0, cap - inode->cap);
	memset(inode->lasting + inode->cap, 0, cap - inode->cap);
	inode->cap = cap;
}

void power_inode_cut(const struct power_inode *inode, uint8_t *bytes, uint64_t *len, uint64_t new_len)
{
	uint64_t end = *len < inode->cap ? *len : inode->cap;
	if (new_len < end)
		memset(bytes + new_len, 0, (size_t)(end - new_len));
	*len = new_len;
}

void power_inode_put(uint8_t *bytes, uint64_t *len, uint64_t at, const uint8_t *data, size_t n)
{
	memcpy(bytes + at, data, n);
	if (at + n > *len)
		*len = at + n;
}

void power_inode_note(struct power_inode *inode, enum power_op op, uint64_t at, const void *data, size_t len)
{
	if (inode->change_count == inode->change_cap) {
		inode->change_cap = inode->change_cap ? inode->change_cap * 2 : 64;
		inode->changes = realloc(inode->changes, inode->change_cap * sizeof *inode->changes);
		assert(inode->changes);
	}
	if (inode->log_len + len > inode->log_cap) {
		inode->log_cap = (inode->log_len + len) * 2;
		inode->log = realloc(inode->log, inode->log_cap);
		assert(inode->log);
	}
	uint64_t end = op == POWER_OP_WRITE ? at + len : UINT64_MAX;
	inode->touched_from = inode->change_count && inode->touched_from < at ? inode->touched_from : at;
	inode->touched_to = inode->change_count && inode->touched_to > end ? inode->touched_to : end;
	inode->changes[inode->change_count++] =
	    (struct power_change){.op = op, .at = at, .len = len, .data = inode->log_len};
	if (len)
		memcpy(inode->log + inode->log_len, data, len);
	inode->log_len += len;
}

static void forget_changes(struct power_inode *inode)
{
	inode->change_count = 0;
	inode->log_len = 0;
}

static void make_lasting(struct power_inode *inode, const struct power_change *change, uint64_t skip, uint64_t len)
{
	if (change->op == POWER_OP_WRITE)
		power_inode_put(inode->lasting, &inode->lasting_len, change->at + skip,
				inode->log + change->data + skip, (size_t)len);
	else if (change->op == POWER_OP_TRUNCATE)
		power_inode_cut(inode, inode->lasting, &inode->lasting_len, change->at);
	else if (change->at > inode->lasting_len)
		inode->lasting_len = change->at;
}

void power_inode_sync(struct power_inode *inode)
{
	for (size_t i = 0; i < inode->change_count; i++)
		make_lasting(inode, &inode->changes[i], 0, inode->changes[i].len);
	forget_changes(inode);
}

/* ---- what a cut keeps ---- */

struct power_keeping power_keeping_choose(struct chance *chance, size_t parts)
{
	struct power_keeping keeping = {.chance = chance, .way = (enum power_keep)chance_below(chance, KEEP_WAYS)};
	keeping.marked = chance_below(chance, (uint32_t)parts + 1);
	return keeping;
}

bool power_keeping_keeps(struct power_keeping *keeping)
{
	uint32_t place = keeping->place++;
	switch (keeping->way) {
	case KEEP_ALL:
		return true;
	case KEEP_FIRST:
		return place < keeping->marked;
	case KEEP_HALF:
		return chance_one_in(keeping->chance, 2);
	case KEEP_MOST:
		return !chance_one_in(keeping->chance, 8);
	case KEEP_FEW:
		return chance_one_in(keeping->chance, 8);
	case KEEP_BUT_ONE:
		return place != keeping->marked;
	case KEEP_ONE:
		return place == keeping->marked;
	case KEEP_NONE:
	case KEEP_WAYS:
		break;
	}
	return false;
}

static size_t count_parts(const struct power_inode *inode, uint32_t sector)
{
	size_t parts = 0;
	for (size_t i = 0; i < inode->change_count; i++)
		parts += 1 + inode->changes[i].len / sector;
	return parts;
}

void power_inode_keep_some(struct power_inode *inode, uint32_t sector, struct chance *chance)
{
	struct power_keeping keeping = power_keeping_choose(chance, count_parts(inode, sector));
	uint64_t longest = inode->lasting_len;
	for (size_t i = 0; i < inode->change_count; i++) {
		const struct power_change *change = &inode->changes[i];
		if (change->op != POWER_OP_WRITE) {
			if (power_keeping_keeps(&keeping))
				make_lasting(inode, change, 0, 0);
			continue;
		}
		for (uint64_t skip = 0, n; skip < change->len; skip += n) {
			n = sector - (change->at + skip) % sector;
			n = n < change->len - skip ? n : change->len - skip;
			if (power_keeping_keeps(&keeping))
				make_lasting(inode, change, skip, n);
		}
		longest = change->at + change->len > longest ? change->at + change->len : longest;
	}
	/* The length may have reached the disk without the bytes: zeros. */
	if (longest > inode->lasting_len && chance_one_in(chance, 4))
		inode->lasting_len = longest;
	forget_changes(inode);
}

/* Outside of what the changes touched memory and disk are the same, unless a sync has failed. */
void power_inode_reread(struct power_inode *inode)
{
	uint64_t end = inode->live_len > inode->lasting_len ? inode->live_len : inode->lasting_len;
	uint64_t from = inode->differs ? 0 : inode->touched_from;
	end = end < inode->cap ? end : inode->cap;
	end = inode->differs || end < inode->touched_to ? end : inode->touched_to;
	if (from < end)
		memcpy(inode->live + from, inode->lasting + from, (size_t)(end - from));
	inode->live_len = inode->lasting_len;
	inode->differs = false;
}

void power_inode_empty(struct power_inode *inode)
{
	power_inode_cut(inode, inode->live, &inode->live_len, 0);
	power_inode_cut(inode, inode->lasting, &inode->lasting_len, 0);
	forget_changes(inode);
	inode->reserved = 0;
	inode->differs = inode->used = false;
}
