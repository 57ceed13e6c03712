/* The factory's key file: which key a meter was made with. Written by the sandbox, only read here.
 *
 * <state>/meters.csv, its first line METER_FACTORY_HEADER, then one meter a line. */
#ifndef METER_FACTORY_H
#define METER_FACTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/meter/decoder.h"

#define METER_FACTORY_HEADER "drn,ea,base,ti,krn,sgc,ken,decoder_key_hex"
#define METER_DRN_CAP        14 /* 11 or 13 digits and a terminator */

struct meter_identity {
	char drn[METER_DRN_CAP];
	uint8_t ken; /* key expiry number, 255 never */
	uint8_t key[METER_KEY_LEN];
};

/** A sentence about what went wrong, for standard error. */
struct meter_fault {
	char what[256];
};

/** Note a failure. @return false, so that call sites read `return meter_fault_set(...)`. */
__attribute__((format(printf, 2, 3))) bool meter_fault_set(struct meter_fault *fault, const char *format, ...);
/** True for 11 or 13 digits: also what makes a DRN safe as the name of a file. */
bool meter_drn_is(const char *text);
/** Find @p drn in the key file; of several lines the last counts. @return true and *out, or false and *fault. */
bool meter_factory_find(const char *state, const char *drn, struct meter_identity *out, struct meter_fault *fault);

#endif
