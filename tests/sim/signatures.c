/* Signatures remembered: bt_sign and bt_verify of the core, linked in between by the linker's --wrap.
 *
 * The simulation opens a journal a million times and each opening verifies the newest events anew. Whether a signature
 * is this message's under this key never changes, so the answer of the real code is kept and given again; one answer in
 * 1024 is asked for anew all the same. A false answer is never kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"

#define REMEMBERED 8192

enum bt_err __real_bt_sign(const struct bt_signer *signer, struct bt_bytes message,
			   uint8_t out[BT_ED25519_SIGNATURE_LEN]);
enum bt_err __real_bt_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
			     const uint8_t signature[BT_ED25519_SIGNATURE_LEN]);
enum bt_err __wrap_bt_sign(const struct bt_signer *signer, struct bt_bytes message,
			   uint8_t out[BT_ED25519_SIGNATURE_LEN]);
enum bt_err __wrap_bt_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
			     const uint8_t signature[BT_ED25519_SIGNATURE_LEN]);

struct remembered {
	uint8_t key[BT_ED25519_PUBLIC_LEN], message[BT_SHA256_LEN], signature[BT_ED25519_SIGNATURE_LEN];
};

static struct remembered *slot_of(const uint8_t *signature)
{
	static struct remembered table[REMEMBERED];
	uint32_t index;
	memcpy(&index, signature, sizeof index);
	return &table[index % REMEMBERED];
}

static void remember(const uint8_t *key, struct bt_bytes message, const uint8_t *signature)
{
	struct remembered *slot = slot_of(signature);
	if (message.len != sizeof slot->message)
		return;
	memcpy(slot->key, key, sizeof slot->key);
	memcpy(slot->message, message.data, sizeof slot->message);
	memcpy(slot->signature, signature, sizeof slot->signature);
}

static bool is_remembered(const uint8_t *key, struct bt_bytes message, const uint8_t *signature)
{
	const struct remembered *slot = slot_of(signature);
	return message.len == sizeof slot->message && memcmp(slot->key, key, sizeof slot->key) == 0 &&
	       memcmp(slot->message, message.data, sizeof slot->message) == 0 &&
	       memcmp(slot->signature, signature, sizeof slot->signature) == 0;
}

enum bt_err __wrap_bt_sign(const struct bt_signer *signer, struct bt_bytes message,
			   uint8_t out[BT_ED25519_SIGNATURE_LEN])
{
	enum bt_err err = __real_bt_sign(signer, message, out);
	if (err == BT_OK)
		remember(bt_signer_public(signer), message, out);
	return err;
}

enum bt_err __wrap_bt_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
			     const uint8_t signature[BT_ED25519_SIGNATURE_LEN])
{
	static unsigned asked;
	bool known = is_remembered(key, message, signature);
	if (known && ++asked % 1024 != 0)
		return BT_OK;
	enum bt_err err = __real_bt_verify(key, message, signature);
	if (known && err != BT_OK) {
		fprintf(stderr, "signatures: a signature made here does not verify\n");
		abort();
	}
	if (err == BT_OK)
		remember(key, message, signature);
	return err;
}
