/* Random tokens of every kind, made by the product and read by the meter, under each cipher; every field has to come
 * back. Usage: round_trips [COUNT [SEED]], COUNT for each cipher.
 * rooms: core/sts core/base tests/meter */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/sts/campaign.h"

#define COUNT    1000000
#define SEED     55041
#define PER_KEY  100
#define SHOW_MAX 10

/* The product has to read its own token as the meter does. */
static bool reads_its_own(const struct campaign_pair *pair, const char *digits, const struct meter_token *read)
{
	struct bt_sts_token again;

	return bt_sts_token_decode(&pair->schedule, digits, &again) == BT_OK && campaign_is_same(&again, read);
}

static bool goes_round(const struct campaign_pair *pair, const struct bt_sts_token *token, char digits[METER_TOKEN_CAP])
{
	struct meter_token read;

	memcpy(digits, "none", sizeof "none");
	return bt_sts_token_encode(&pair->schedule, token, digits) == BT_OK &&
	       meter_token_decode(pair->cipher, digits, &read) == METER_ACCEPTED && campaign_is_same(token, &read) &&
	       reads_its_own(pair, digits, &read);
}

static uint64_t run(unsigned ea, uint64_t count, struct campaign_chance *chance)
{
	struct campaign_pair pair;
	uint64_t by_class[3] = {0};
	uint64_t bad = 0;

	for (uint64_t i = 0; i < count; i++) {
		char digits[BT_STS_TOKEN_CAP];
		struct bt_sts_token token;

		if (i % PER_KEY == 0) {
			if (i > 0)
				campaign_pair_close(&pair);
			campaign_pair_open(&pair, ea, chance);
		}
		token = campaign_token(chance);
		by_class[token.token_class]++;
		if (!goes_round(&pair, &token, digits) && ++bad <= SHOW_MAX)
			printf("  token %" PRIu64 ", class %u subclass %u, %s: not read as it was meant\n", i,
			       token.token_class, token.subclass, digits);
	}
	if (count > 0)
		campaign_pair_close(&pair);
	printf("EA%02u: %" PRIu64 " tokens (class 0 %" PRIu64 ", 1 %" PRIu64 ", 2 %" PRIu64 ") under %" PRIu64
	       " keys, %" PRIu64 " wrong\n",
	       ea, count, by_class[0], by_class[1], by_class[2], (count + PER_KEY - 1) / PER_KEY, bad);
	return bad;
}

int main(int argc, char **argv)
{
	uint64_t count = campaign_argument(argc, argv, 1, COUNT);
	struct campaign_chance chance = {.state = campaign_argument(argc, argv, 2, SEED) | 1};
	uint64_t bad;

	printf("seed %" PRIu64 "\n", chance.state);
	bad = run(METER_EA_STA, count, &chance);
	bad += run(METER_EA_MISTY1, count, &chance);
	return bad == 0 ? 0 : 1;
}
