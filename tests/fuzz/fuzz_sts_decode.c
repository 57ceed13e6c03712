/* Reading class 0 tokens: any bytes as a token under any key; and whatever is made must be read back the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/sts/credit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A token is a function of its fields: one that is read makes itself again. */
static void check_again(const struct bt_sts_decoder_key *key, const struct bt_sts_credit *credit, const char *token)
{
	char again[BT_STS_TOKEN_CAP];

	assert(bt_sts_credit_encode(key, credit, again) == BT_OK);
	assert(strcmp(again, token) == 0);
}

/* The first bytes as fields, so that right tokens are met too. */
static void check_made(const struct bt_sts_decoder_key *key, const uint8_t *data, size_t size)
{
	struct bt_sts_credit credit, seen;
	char token[BT_STS_TOKEN_CAP];

	if (size < 8)
		return;
	credit.subclass = data[0] & 3;
	credit.rnd = data[1] & 15;
	credit.tid = (uint32_t)data[2] << 16 | (uint32_t)data[3] << 8 | data[4];
	credit.amount = (uint32_t)data[5] << 16 | (uint32_t)data[6] << 8 | data[7];
	assert(bt_sts_credit_encode(key, &credit, token) == BT_OK);
	assert(bt_sts_credit_decode(key, token, &seen) == BT_OK);
	assert(seen.subclass == credit.subclass && seen.rnd == credit.rnd && seen.tid == credit.tid);
	assert(seen.amount >= credit.amount);
	check_again(key, &seen, token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_sts_decoder_key key = {.len = 16};
	struct bt_sts_credit credit;
	char token[64] = "";

	if (size < sizeof key.bytes)
		return 0;
	memcpy(key.bytes, data, sizeof key.bytes);
	data += sizeof key.bytes;
	size -= sizeof key.bytes;
	memcpy(token, data, size < sizeof token ? size : sizeof token - 1);
	if (bt_sts_credit_decode(&key, token, &credit) == BT_OK)
		check_again(&key, &credit, token);
	check_made(&key, data, size);
	return 0;
}
