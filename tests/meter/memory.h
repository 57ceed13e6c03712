/* What a meter remembers: its credit, the TIDs of 50 tokens, and the last tokens it accepted.
 *
 * One small text file per meter, <state>/meters/<DRN>, replaced whole and synced before anything is said. A lock
 * beside it makes two entries at once take turns. Source: IEC 62055-41 token acceptance. */
#ifndef METER_MEMORY_H
#define METER_MEMORY_H

#include "tests/meter/factory.h"

#define METER_TIDS       50
#define METER_LAST       10
#define METER_CREDIT_MAX 99999999u /* tenths of a kWh: eight digits on the display */

struct meter_memory {
	uint32_t credit_tenths;
	uint32_t tids[METER_TIDS];           /* rising; 0 from the factory */
	struct meter_token last[METER_LAST]; /* newest first */
	unsigned last_count;
};

/**
 * Judge a decoded token and, when accepted, book it: expiry, old, used, overflow, in this order.
 * @param[in,out] memory changed on METER_ACCEPTED only: a token refused is not used up.
 */
enum meter_result meter_memory_take(struct meter_memory *memory, uint8_t ken, const struct meter_token *token);

/** Read the memory of @p drn; one that has none yet is as from the factory. Makes no file. Blocks on disk. */
bool meter_memory_load(const char *state, const char *drn, struct meter_memory *out, struct meter_fault *fault);
/** Replace it durably. On failure the old one stands. */
bool meter_memory_save(const char *state, const char *drn, const struct meter_memory *memory,
		       struct meter_fault *fault);
/** Wait for this meter's lock, making the folder when needed. @return a file descriptor to close, or -1 and *fault. */
int meter_memory_lock(const char *state, const char *drn, struct meter_fault *fault);

/** One entry on the keypad: lock, decode, judge, save. @p memory and @p token tell the state after it (token zeroed
 *  when it could not be read). @return true with *result, or false and *fault when the meter could not do it. */
bool meter_enter(const char *state, const struct meter_identity *identity, const char *text, enum meter_result *result,
		 struct meter_token *token, struct meter_memory *memory, struct meter_fault *fault);

#endif
