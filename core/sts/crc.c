#include "core/sts/crc.h"

#define START      0xffffu
#define POLYNOMIAL 0xa001u

static uint32_t add_byte(uint32_t crc, uint32_t byte)
{
	crc ^= byte;
	for (int bit = 0; bit < 8; bit++)
		crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
	return crc;
}

static uint32_t add_block(uint8_t token_class, uint64_t block)
{
	uint32_t crc = add_byte(START, token_class);

	for (unsigned shift = 64; shift > 16; shift -= 8)
		crc = add_byte(crc, (uint32_t)(block >> (shift - 8)) & 0xff);
	return crc;
}

static uint16_t swap_bytes(uint32_t crc)
{
	return (uint16_t)((crc & 0xff) << 8 | crc >> 8);
}

uint16_t bt_sts_crc(uint8_t token_class, uint64_t block)
{
	return swap_bytes(add_block(token_class, block));
}

uint16_t bt_sts_crc_c(uint8_t token_class, uint64_t block)
{
	return swap_bytes(add_byte(add_block(token_class, block), 1));
}
