/* The factory's key file: what a meter was made with. Written by the sandbox, only read here.
 *
 * <state>/meters.csv: a line that names the columns, then one meter a line. METER_FACTORY_HEADER has to be there in any
 * order; kt, product and mfr_date may be; others are passed over. */
#ifndef METER_FACTORY_H
#define METER_FACTORY_H

#include "tests/meter/decoder.h"

#define METER_FACTORY_HEADER "drn,ea,base,ti,krn,sgc,ken,decoder_key_hex"
#define METER_DRN_CAP        14 /* 11 or 13 digits and a terminator */

/** Key types. */
enum meter_key_type { METER_DITK, METER_DDTK, METER_DUTK, METER_DCTK };

/** What a meter measures; also the class 0 subclass that credits it and its register. */
enum meter_product { METER_ELECTRICITY, METER_WATER, METER_GAS, METER_TIME, METER_PRODUCT_COUNT };

/** A key and what it is bound to: all that a key change replaces. */
struct meter_binding {
	struct meter_key key;
	uint8_t krn;  /* 1..9 */
	uint8_t kt;   /* enum meter_key_type */
	uint8_t ti;   /* 0..99 */
	uint8_t ken;  /* key expiry number, 255 never */
	uint32_t sgc; /* six digits */
};

struct meter_identity {
	char drn[METER_DRN_CAP];
	enum meter_product product; /* electricity unless the file says otherwise */
	uint32_t made_tid;          /* of the day it was made; 0 when the file does not say */
	struct meter_binding binding;
};

/** A sentence about what went wrong, for standard error. */
struct meter_fault {
	char what[256];
};

/** Note a failure. @return false, so that call sites read `return meter_fault_set(...)`. */
__attribute__((format(printf, 2, 3))) bool meter_fault_set(struct meter_fault *fault, const char *format, ...);
/** True for 11 or 13 digits: also what makes a DRN safe as the name of a file. */
bool meter_drn_is(const char *text);
/** "electricity", "water", "gas", "time". */
const char *meter_product_name(enum meter_product product);
/** "kWh", "m3", "min". */
const char *meter_product_unit(enum meter_product product);
/** @p hex as a key of @p key->ea. @return false, @p key untouched, for another length or digit. */
bool meter_key_parse(const char *hex, struct meter_key *key);
/** Find @p drn in the key file; of several lines the last counts. @return true and *out, or false and *fault. */
bool meter_factory_find(const char *state, const char *drn, struct meter_identity *out, struct meter_fault *fault);
/** The table set of <state>/sta_tables, or the sample set when there is no such file. @return false and *fault for a
 *  file that cannot be used. */
bool meter_factory_tables(const char *state, struct meter_sta *out, struct meter_fault *fault);

#endif
