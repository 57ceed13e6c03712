#include "core/sts/amount.h"

#include <stddef.h>

#define MANTISSA_BITS 14

struct step {
	uint32_t first; /* smallest amount of this exponent */
	uint32_t scale; /* ten to the exponent */
};

/* Indexed by exponent. */
static const struct step steps[] = {
    {.first = 0, .scale = 1},
    {.first = 16384, .scale = 10},
    {.first = 180224, .scale = 100},
    {.first = 1818624, .scale = 1000},
};

enum bt_err bt_sts_amount_encode(uint32_t tenths, uint16_t *out)
{
	uint32_t exponent = sizeof steps / sizeof steps[0] - 1;
	uint32_t mantissa;

	if (tenths > BT_STS_AMOUNT_MAX)
		return BT_ERANGE;
	while (tenths < steps[exponent].first)
		exponent--;
	mantissa = (tenths - steps[exponent].first + steps[exponent].scale - 1) / steps[exponent].scale;
	/* Added, not joined: a mantissa rounded up to 2^14 is the next exponent with mantissa 0. */
	*out = (uint16_t)((exponent << MANTISSA_BITS) + mantissa);
	return BT_OK;
}

uint32_t bt_sts_amount_decode(uint16_t code)
{
	const struct step *step = &steps[code >> MANTISSA_BITS];
	uint32_t mantissa = code & ((1u << MANTISSA_BITS) - 1);

	return step->first + step->scale * mantissa;
}
