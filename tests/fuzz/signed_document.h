/* Documents signed by a key of the fuzzer's own, in the envelope that lease and tariffs travel in. */
#ifndef BT_TESTS_FUZZ_SIGNED_DOCUMENT_H
#define BT_TESTS_FUZZ_SIGNED_DOCUMENT_H

#include <assert.h>
#include <stdlib.h>

#include "core/base/crypto.h"

/* Opened once: a run makes millions of calls. */
static inline const struct bt_signer *find_signer(void)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = "signs nothing that is of value";
	static struct bt_signer *signer;

	if (!signer && bt_signer_open(seed, &signer) != BT_OK)
		abort();
	return signer;
}

/* {"document","signature"} around @p document; bit @p flip of the signature is turned over, none when it is negative.
 */
static inline void put_envelope(struct bt_bytes document, int flip, struct bt_buf *out)
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	char signature_text[96];
	size_t cap = document.len * 4 / 3 + 8;
	char *text = malloc(cap);

	assert(text && bt_sign(find_signer(), document, signature) == BT_OK);
	if (flip >= 0)
		signature[flip / 8 % BT_ED25519_SIGNATURE_LEN] ^= (uint8_t)(1 << flip % 8);
	assert(bt_base64_encode(document, text, cap) == BT_OK);
	assert(bt_base64_encode(BT_BYTES(signature), signature_text, sizeof signature_text) == BT_OK);
	assert(bt_buf_printf(out, "{\"document\":\"%s\",\"signature\":\"%s\"}", text, signature_text) == BT_OK);
	free(text);
}

#endif
