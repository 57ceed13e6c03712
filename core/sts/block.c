#include "core/sts/block.h"

#define DIGITS      (BT_STS_TOKEN_CAP - 1)
#define CLASS_SHIFT 27
#define CLASS_MASK  (UINT64_C(3) << CLASS_SHIFT)

/* 66 bits. */
struct word {
	uint64_t low;
	uint64_t high; /* 0..3 */
};

/* word = word * 10 + digit, in halves of 32 bits so that no step overflows. */
static void push_digit(struct word *word, unsigned digit)
{
	uint64_t lower = (word->low & UINT32_MAX) * 10 + digit;
	uint64_t upper = (word->low >> 32) * 10 + (lower >> 32);

	word->high = word->high * 10 + (upper >> 32);
	word->low = upper << 32 | (lower & UINT32_MAX);
}

/* The last digit of word, which is divided by ten. */
static unsigned pop_digit(struct word *word)
{
	uint64_t upper = (word->high % 10) << 32 | word->low >> 32;
	uint64_t lower = (upper % 10) << 32 | (word->low & UINT32_MAX);

	word->high /= 10;
	word->low = (upper / 10) << 32 | lower / 10;
	return (unsigned)(lower % 10);
}

void bt_sts_carrier_format(const struct bt_sts_carrier *carrier, char out[BT_STS_TOKEN_CAP])
{
	uint64_t token_class = carrier->token_class & 3u;
	struct word word = {
	    .low = (carrier->block & ~CLASS_MASK) | token_class << CLASS_SHIFT,
	    .high = (carrier->block & CLASS_MASK) >> CLASS_SHIFT,
	};

	for (unsigned i = DIGITS; i > 0; i--)
		out[i - 1] = "0123456789"[pop_digit(&word)];
	out[DIGITS] = '\0';
}

enum bt_err bt_sts_carrier_parse(const char *token, struct bt_sts_carrier *out)
{
	struct word word = {0, 0};

	for (unsigned i = 0; i < DIGITS; i++) {
		if (token[i] < '0' || token[i] > '9')
			return BT_EINPUT;
		push_digit(&word, (unsigned)(token[i] - '0'));
	}
	if (token[DIGITS] != '\0' || word.high > 3)
		return BT_EINPUT;
	out->token_class = (uint8_t)((word.low & CLASS_MASK) >> CLASS_SHIFT);
	out->block = (word.low & ~CLASS_MASK) | word.high << CLASS_SHIFT;
	return BT_OK;
}
