/* What a meter remembers: its credit, the TIDs of 50 tokens, what management tokens set, the key in force, a key change
 * that is on its way, wrong entries, and the last tokens it accepted.
 *
 * One small text file per meter, <state>/meters/<DRN>, replaced whole and synced before anything is said. A lock
 * beside it makes two entries at once take turns. Its first line has the number of its form; form 1 is read too. */
#ifndef METER_MEMORY_H
#define METER_MEMORY_H

#include "tests/meter/factory.h"

#define METER_TIDS       50
#define METER_LAST       10
#define METER_SECTIONS   4
#define METER_CREDIT_MAX 99999999u /* tenths of a unit: eight digits on the display */
#define METER_NO_LIMIT_W 18201624u /* the greatest that a token can set, and as from the factory */

/** A token once accepted, as the meter lists it. */
struct meter_entry {
	char digits[METER_TOKEN_CAP];
	uint8_t token_class, subclass;
	uint32_t tid;
	uint32_t tenths; /* credited */
};

/** Sections of a key change that wait for the others. */
struct meter_waiting {
	bool held[METER_SECTIONS];
	struct meter_section section[METER_SECTIONS];
	int64_t since_s; /* when the last came, seconds since 1970 */
};

struct meter_memory {
	struct meter_binding binding; /* the key in force */
	bool rekeyed;                 /* a key change was applied: the factory's key is of no more use */
	uint32_t credit_tenths;
	uint64_t total_tenths;               /* of all credit ever */
	uint32_t tids[METER_TIDS];           /* rising */
	struct meter_entry last[METER_LAST]; /* newest first */
	unsigned last_count;
	uint32_t power_limit_w, unbalance_limit_w;
	uint16_t tariff_rate, water_factor;
	bool tampered;
	unsigned wrong;     /* entries in a row */
	int64_t wrong_at_s; /* the last of them, seconds since 1970 */
	struct meter_waiting waiting;
};

/** As the meter left the factory. */
void meter_memory_init(struct meter_memory *memory, const struct meter_identity *identity);
/** Read the memory of a meter; one that has none yet is as from the factory. Makes no file. Blocks on disk. */
bool meter_memory_load(const char *state, const struct meter_identity *identity, struct meter_memory *out,
		       struct meter_fault *fault);
/** Replace it durably. On failure the old one stands. */
bool meter_memory_save(const char *state, const char *drn, const struct meter_memory *memory,
		       struct meter_fault *fault);
/** Wait for this meter's lock, making the folder when needed. @return a file descriptor to close, or -1 and *fault. */
int meter_memory_lock(const char *state, const char *drn, struct meter_fault *fault);

#endif
