/* EA07, the 64-bit cipher of the older meters, worked bit by bit under the sample table set that is printed with the
 * standard. Written from the description, not from the product's own tables by nibble; slow, and nobody minds.
 *
 * Source: facts/sts.md 3.1 (sample set). */
#ifndef BT_SANDBOX_STA_H
#define BT_SANDBOX_STA_H

#include <stdint.h>

/** Encipher one block; bytes most significant first. */
void bt_sbx_sta_encrypt(const uint8_t key[8], const uint8_t in[8], uint8_t out[8]);

#endif
