/* Every token that differs in one digit from a right one, given to the meter under the same key. It has to be refused,
 * or be another right token no more often than chance lets 16 bits of check field pass: the mean of a binomial with
 * 2^-16 and five of its deviations. Usage: typos [COUNT [SEED]], COUNT tokens for each cipher.
 * rooms: core/sts core/base tests/meter */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/sts/campaign.h"

#define COUNT   10000
#define SEED    62055
#define PER_KEY 100

struct tally {
	uint64_t tokens;
	uint64_t typos;
	uint64_t not_digits; /* 2^66 and above */
	uint64_t refused;    /* by the check field */
	uint64_t passed;
};

static void count_typo(const struct meter_cipher *cipher, const char *digits, struct tally *tally)
{
	struct meter_token read;
	enum meter_result result = meter_token_decode(cipher, digits, &read);

	tally->typos++;
	tally->not_digits += result == METER_BAD_DIGITS;
	tally->refused += result == METER_BAD_CRC;
	tally->passed += result == METER_ACCEPTED;
}

static void count_typos(const struct meter_cipher *cipher, const char *right, struct tally *tally)
{
	for (size_t at = 0; at < METER_DIGITS; at++) {
		char digits[METER_TOKEN_CAP];

		memcpy(digits, right, sizeof digits);
		for (char digit = '0'; digit <= '9'; digit++) {
			digits[at] = digit;
			if (digit != right[at])
				count_typo(cipher, digits, tally);
		}
	}
	tally->tokens++;
}

/* Mean n/2^16, variance n (2^16 - 1) / 2^32; both sides times 2^16, squared. */
static bool is_as_rare_as_chance(const struct tally *tally)
{
	uint64_t tried = tally->typos - tally->not_digits;
	uint64_t over = tally->passed * 65536;

	return over <= tried || (over - tried) * (over - tried) <= 25 * tried * 65535;
}

static bool report(unsigned ea, unsigned token_class, const struct tally *tally)
{
	uint64_t tried = tally->typos - tally->not_digits;
	bool good = is_as_rare_as_chance(tally) && tally->refused + tally->passed == tried &&
		    tally->typos == tally->tokens * METER_DIGITS * 9;

	printf("EA%02u class %u: %" PRIu64 " tokens, %" PRIu64 " typos: %" PRIu64 " beyond 2^66, %" PRIu64
	       " refused, %" PRIu64 " right by chance, %" PRIu64 ".%02" PRIu64 " expected: %s\n",
	       ea, token_class, tally->tokens, tally->typos, tally->not_digits, tally->refused, tally->passed,
	       tried / 65536, tried % 65536 * 100 / 65536, good ? "ok" : "TOO MANY");
	return good;
}

static bool run(unsigned ea, uint64_t count, struct campaign_chance *chance)
{
	struct tally tallies[3] = {{0}};
	struct campaign_pair pair;
	bool good = true;

	for (uint64_t i = 0; i < count; i++) {
		struct bt_sts_token token = campaign_token(chance);
		char digits[BT_STS_TOKEN_CAP];

		if (i % PER_KEY == 0) {
			if (i > 0)
				campaign_pair_close(&pair);
			campaign_pair_open(&pair, ea, chance);
		}
		if (bt_sts_token_encode(&pair.schedule, &token, digits) != BT_OK) {
			printf("class %u subclass %u was not made\n", token.token_class, token.subclass);
			good = false;
			continue;
		}
		count_typos(pair.cipher, digits, &tallies[token.token_class]);
	}
	if (count > 0)
		campaign_pair_close(&pair);
	for (unsigned token_class = 0; token_class < 3; token_class++)
		good = report(ea, token_class, &tallies[token_class]) && good;
	return good;
}

int main(int argc, char **argv)
{
	uint64_t count = campaign_argument(argc, argv, 1, COUNT);
	struct campaign_chance chance = {.state = campaign_argument(argc, argv, 2, SEED) | 1};
	bool good;

	printf("seed %" PRIu64 "\n", chance.state);
	good = run(METER_EA_STA, count, &chance);
	return run(METER_EA_MISTY1, count, &chance) && good ? 0 : 1;
}
