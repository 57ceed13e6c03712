/* One digit mistyped: each of the 180 changes of 10,000 tokens under each cipher. The check field has 16 bits, so of
 * what is a number below 2^66 one in 2^16 passes, give or take the spread of chance.
 * rooms: core/sts core/base */
#include "tests/unit/sts_tokens.h"

#define TOKENS  10000
#define CHANGES 180
#define SIGMAS  5

/* xorshift: the same tokens in every run, so that the counts never change. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

struct tally {
	uint64_t tried;     /* changes */
	uint64_t too_large; /* 2^66 and above: no token at all */
	uint64_t passed;    /* with a right check field */
	uint64_t read;      /* of those, of a type and with fields that mean something */
};

static void try_changes(const struct bt_sts_schedule *schedule, const char *token, struct tally *tally)
{
	char changed[BT_STS_TOKEN_CAP];

	memcpy(changed, token, sizeof changed);
	for (unsigned at = 0; at < 20; at++) {
		for (char digit = '0'; digit <= '9'; digit++) {
			struct bt_sts_token seen;
			enum bt_err err;

			if (digit == token[at])
				continue;
			changed[at] = digit;
			err = bt_sts_token_decode(schedule, changed, &seen);
			tally->tried++;
			tally->too_large += err == BT_EINPUT;
			tally->passed += err != BT_EINPUT && err != BT_EAUTH;
			tally->read += err == BT_OK;
		}
		changed[at] = token[at];
	}
}

static struct bt_sts_token make_token(uint64_t *seed)
{
	uint64_t random = next_random(seed);
	bool credit = random & 1;

	return (struct bt_sts_token){
	    .token_class = credit ? 0 : 2,
	    .subclass = (uint8_t)(credit ? random >> 1 & 3 : 2), /* SetTariffRate: all 16 bits are in use */
	    .rnd = random >> 3 & 15,
	    .tid = (uint32_t)(random >> 8 & 0xffffff),
	    .value = (uint32_t)(random >> 32) % (credit ? 18201625u : 65536u),
	};
}

/* A hundred meters, a hundred tokens each. passed ~ binomial(n, 2^-16): within SIGMAS of its mean, in whole numbers. */
static void check_mistypes(const char *name, uint8_t key_len)
{
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) + key_len, n, distance;
	struct tally tally = {0};

	for (unsigned meter = 0; meter < TOKENS / 100; meter++) {
		struct bt_sts_decoder_key key = {.len = key_len};
		struct bt_sts_schedule schedule;

		for (unsigned i = 0; i < key_len; i++)
			key.bytes[i] = (uint8_t)(next_random(&seed) >> 24);
		schedule = make_schedule(&key);
		for (unsigned i = 0; i < 100; i++) {
			const struct bt_sts_token token = make_token(&seed);
			char text[BT_STS_TOKEN_CAP];

			assert_int_equal(bt_sts_token_encode(&schedule, &token, text), BT_OK);
			try_changes(&schedule, text, &tally);
		}
	}
	n = tally.tried - tally.too_large;
	print_message("EA%s: %llu changes, %llu above 2^66, %llu deciphered: %llu passed (%llu of them read), expected "
		      "%llu\n",
		      name, (unsigned long long)tally.tried, (unsigned long long)tally.too_large, (unsigned long long)n,
		      (unsigned long long)tally.passed, (unsigned long long)tally.read,
		      (unsigned long long)(n / 65536));
	assert_true(tally.tried == (uint64_t)TOKENS * CHANGES);
	/* |passed - n / 2^16| <= SIGMAS * sqrt(n / 2^16), both sides times 2^16 and squared. */
	distance = tally.passed * 65536 > n ? tally.passed * 65536 - n : n - tally.passed * 65536;
	assert_true(distance * distance <= SIGMAS * SIGMAS * n * 65536);
}

static void test_ea07(void **state)
{
	(void)state;
	check_mistypes("07", 8);
}

static void test_ea11(void **state)
{
	(void)state;
	check_mistypes("11", 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ea07),
	    cmocka_unit_test(test_ea11),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
