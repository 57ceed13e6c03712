#include "core/sts/decoder_key.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crypto.h"
#include "core/base/text.h"
#include "core/sts/base_date.h"
#include "core/sts/cipher.h"
#include "core/sts/credit.h"

#define VENDING_KEY_LEN 20
#define MESSAGE_LEN     49

static bool is_key_id(const struct bt_sts_key_id *id)
{
	return strnlen(id->sgc, sizeof id->sgc) == 6 && bt_text_is_digits(id->sgc) &&
	       strnlen(id->ti, sizeof id->ti) == 2 && bt_text_is_digits(id->ti) && id->krn >= 1 && id->krn <= 9 &&
	       id->kt <= 3 && bt_sts_base_date_find(id->base) != NULL;
}

/* Length in one byte, then the characters. @return where the next field goes. */
static uint8_t *put_field(uint8_t *at, const char *text, size_t len)
{
	*at++ = (uint8_t)len;
	memcpy(at, text, len);
	return at + len;
}

/* Label, separator, context and the length of the key in bits, as NIST SP 800-108 names them. */
static void make_message(const char *pan, const struct bt_sts_key_id *id, uint32_t key_bits, uint8_t out[MESSAGE_LEN])
{
	const char kt = "0123"[id->kt];
	const char krn = "0123456789"[id->krn];
	uint8_t *at = out;

	*at++ = 4; /* fields in the label */
	at = put_field(at, "04", 2);
	at = put_field(at, bt_sts_base_date_find(id->base)->code, 2);
	at = put_field(at, id->ea, 2);
	at = put_field(at, id->ti, 2);
	*at++ = 0;
	*at++ = 4; /* fields in the context */
	at = put_field(at, id->sgc, 6);
	at = put_field(at, &kt, 1);
	at = put_field(at, &krn, 1);
	at = put_field(at, pan, BT_STS_PAN_CAP - 1);
	bt_be32_put(at, key_bits);
}

enum bt_err bt_sts_dkga04(const uint8_t vending_key[20], const char *pan, const struct bt_sts_key_id *id,
			  struct bt_sts_decoder_key *out)
{
	const struct bt_sts_cipher *cipher = bt_sts_cipher_find(id->ea);
	struct bt_sts_decoder_key key = {.len = 0};
	uint8_t message[MESSAGE_LEN];
	uint8_t digest[BT_SHA256_LEN];
	enum bt_err err = BT_OK;

	if (strcmp(id->dkga, "04") != 0 || cipher == NULL)
		return BT_EUNSUPPORTED;
	if (!is_key_id(id) || bt_sts_pan_check(pan) != BT_OK)
		return BT_EINPUT;
	make_message(pan, id, cipher->key_len * 8u, message);
	err = bt_hmac_sha256((struct bt_bytes){vending_key, VENDING_KEY_LEN}, BT_BYTES(message), digest);
	if (err != BT_OK)
		goto out;
	key.len = cipher->key_len;
	memcpy(key.bytes, digest, key.len);
	*out = key;
out:
	explicit_bzero(digest, sizeof digest);
	explicit_bzero(&key, sizeof key);
	return err == BT_OK ? BT_OK : BT_ECRYPTO;
}
