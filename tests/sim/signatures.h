/* Signatures made in this process, for whoever else would verify them again and again: see signatures.c. */
#ifndef TESTS_SIM_SIGNATURES_H
#define TESTS_SIM_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** True when the real code has made, or found right, this very signature of this message under this key. */
bool signature_is_remembered(const uint8_t key[32], const void *message, size_t len, const uint8_t signature[64]);

#endif
