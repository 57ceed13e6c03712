#include "core/sts/block.h"

#include <endian.h>
#include <string.h>

#define DIGITS      (BT_STS_TOKEN_CAP - 1)
#define CLASS_SHIFT 27
#define CLASS_MASK  (UINT64_C(3) << CLASS_SHIFT)

/* The 66 bits are taken apart, and put together, at ten digits: both halves fit 64 bits. */
#define HALF_DIGITS 10
#define HALF        UINT64_C(10000000000)
#define TOP_HIGH    UINT64_C(1844674407) /* 2^64 is TOP_HIGH times HALF and TOP_LOW */
#define TOP_LOW     UINT64_C(3709551616)
#define EIGHT       UINT64_C(100000000)
#define ZEROS       UINT64_C(0x3030303030303030) /* '0' in each byte */
#define PAIRS       UINT64_C(0x0000007f0000007f) /* two lanes of 32 bits */
#define SINGLES     UINT64_C(0x000f000f000f000f) /* four lanes of 16 */

/* Eight digits of @p value as text. Halved three times side by side, in lanes of one word: four digits, two, one, the
 * quotients in the upper lane of each pair; x * 10486 >> 20 is x / 100 below 10000, x * 103 >> 10 is x / 10 below 100.
 */
static void format_eight(uint32_t value, char out[8])
{
	uint64_t fours = (uint64_t)(value / 10000) << 32 | value % 10000;
	uint64_t hundreds = fours * 10486 >> 20 & PAIRS;
	uint64_t pairs = hundreds << 16 | (fours - hundreds * 100);
	uint64_t tens = pairs * 103 >> 10 & SINGLES;
	uint64_t digits = htobe64((tens << 8 | (pairs - tens * 10)) + ZEROS);

	memcpy(out, &digits, sizeof digits);
}

/* @p value below HALF. */
static void format_ten(uint64_t value, char out[HALF_DIGITS])
{
	uint32_t first = (uint32_t)(value / EIGHT);

	out[0] = (char)('0' + first / 10);
	out[1] = (char)('0' + first % 10);
	format_eight((uint32_t)(value % EIGHT), out + 2);
}

void bt_sts_carrier_format(const struct bt_sts_carrier *carrier, char out[BT_STS_TOKEN_CAP])
{
	uint64_t token_class = carrier->token_class & 3u;
	uint64_t low = (carrier->block & ~CLASS_MASK) | token_class << CLASS_SHIFT;
	uint64_t high = (carrier->block & CLASS_MASK) >> CLASS_SHIFT;
	uint64_t rest = low % HALF + high * TOP_LOW;

	format_ten(low / HALF + high * TOP_HIGH + rest / HALF, out);
	format_ten(rest % HALF, out + HALF_DIGITS);
	out[DIGITS] = '\0';
}

/* @return false when one of the ten is no digit. */
static bool parse_ten(const char *text, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < HALF_DIGITS; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

enum bt_err bt_sts_carrier_parse(const char *token, struct bt_sts_carrier *out)
{
	uint64_t upper, lower;
	unsigned __int128 word;

	if (strnlen(token, BT_STS_TOKEN_CAP) != DIGITS || !parse_ten(token, &upper) ||
	    !parse_ten(token + HALF_DIGITS, &lower))
		return BT_EINPUT;
	word = (unsigned __int128)upper * HALF + lower;
	if (word >> 66 != 0)
		return BT_EINPUT;
	out->token_class = (uint8_t)((uint64_t)word >> CLASS_SHIFT & 3);
	out->block = ((uint64_t)word & ~CLASS_MASK) | (uint64_t)(word >> 64) << CLASS_SHIFT;
	return BT_OK;
}
