/* A meter's decoder key made ready: Botan's MISTY1 for EA11, the meter's own STA for EA07. Only the way back. */
#ifndef METER_CIPHER_H
#define METER_CIPHER_H

#include "tests/meter/sta.h"

#define METER_KEY_CAP   16
#define METER_EA_STA    7
#define METER_EA_MISTY1 11

struct meter_key {
	uint8_t ea;                   /* METER_EA_STA (8 bytes) or METER_EA_MISTY1 (16) */
	uint8_t bytes[METER_KEY_CAP]; /* most significant first; the rest 0 */
};

struct meter_cipher;

/** Bytes of a key of @p ea; 0 for an algorithm this meter does not know. */
unsigned meter_key_len(unsigned ea);
/** @p sta is copied. @return false when the library has no MISTY1, or the EA is unknown; *out untouched then. */
bool meter_cipher_open(const struct meter_key *key, const struct meter_sta *sta, struct meter_cipher **out);
/** NULL is fine. */
void meter_cipher_close(struct meter_cipher *cipher);
/** @return false when the library failed. */
bool meter_cipher_decrypt(const struct meter_cipher *cipher, uint64_t block, uint64_t *out);

#endif
