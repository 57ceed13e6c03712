#include "core/sts/decoder_key.h"

#include <string.h>

#include "core/base/crypto.h"
#include "core/base/secret.h"
#include "core/base/words.h"
#include "core/sts/base_date.h"
#include "core/sts/cipher.h"

/* Whose digits of the MeterPAN go into the PANBlock: all but the first and the check digit. */
#define PAN_BLOCK_FIRST  1
#define PAN_BLOCK_DIGITS 16
#define SHORT_IIN        "0000"
#define IIN_IN_BLOCK     5 /* digits of it, before an 11-digit DRN */
#define SHORT_IN_BLOCK   3 /* before a 13-digit DRN */
#define KT_COMMON        3
#define CONTROL_PADDING  15 /* nibbles behind the ten digits of the CONTROLBlock */

struct bt_sts_deriver {
	struct bt_secret memory; /* that this lies in */
	size_t key_len;
	struct bt_hmac_key hmac; /* of a key for DKGA04 */
	struct bt_des_key des;   /* of a key for DKGA02, and the key as it was given */
	uint8_t key[BT_STS_DKGA02_KEY_LEN];
};

/* ---- which there are ----------------------------------------------------------------------------------------------
 */

struct key_generation {
	const char *dkga;
	const char *refusal;
	uint8_t vending_len; /* bytes */
	uint8_t widest;      /* bytes of the longest decoder key it makes */
	enum bt_err (*derive)(const struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
			      struct bt_sts_decoder_key *out);
};

static enum bt_err derive_02(const struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
			     struct bt_sts_decoder_key *out);
static enum bt_err derive_04(const struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
			     struct bt_sts_decoder_key *out);

static const struct key_generation generations[] = {
    {.dkga = "01", .refusal = N_("DKGA01, of early meters, whose steps are not published with certainty")},
    {.dkga = "02", .vending_len = BT_STS_DKGA02_KEY_LEN, .widest = 8, .derive = derive_02},
    {.dkga = "03", .refusal = N_("DKGA03, which is withdrawn from the standard")},
    {.dkga = "04", .vending_len = BT_STS_DKGA04_KEY_LEN, .widest = 16, .derive = derive_04},
};

static const struct key_generation *find_generation(const struct bt_sts_key_id *id)
{
	for (size_t i = 0; i < sizeof generations / sizeof generations[0]; i++) {
		if (memcmp(generations[i].dkga, id->dkga, sizeof id->dkga) == 0)
			return &generations[i];
	}
	return NULL;
}

static const struct bt_sts_cipher *find_cipher(const struct bt_sts_key_id *id)
{
	return memchr(id->ea, '\0', sizeof id->ea) ? bt_sts_cipher_find(id->ea) : NULL;
}

const char *bt_sts_key_id_refusal(const struct bt_sts_key_id *id)
{
	const struct key_generation *generation = find_generation(id);
	const struct bt_sts_cipher *cipher = find_cipher(id);

	if (generation == NULL)
		return N_("a key generation algorithm other than DKGA01 to DKGA04");
	if (cipher == NULL)
		return N_("an encryption algorithm other than EA07, EA09 and EA11");
	if (generation->refusal != NULL)
		return generation->refusal;
	if (cipher->refusal != NULL)
		return cipher->refusal;
	return cipher->key_len <= generation->widest ? NULL
						     : N_("DKGA02 with EA11: it makes keys of 64 bits, not of 128");
}

static enum bt_err check_identity(const char *pan, const struct bt_sts_key_id *id, const char *dkga)
{
	if (bt_sts_key_id_refusal(id) != NULL || memcmp(id->dkga, dkga, sizeof id->dkga) != 0)
		return BT_EUNSUPPORTED;
	return bt_sts_key_id_fault(id) == NULL && bt_sts_pan_check(pan) == BT_OK ? BT_OK : BT_EINPUT;
}

/* ---- what is hashed or enciphered ---------------------------------------------------------------------------------
 */

/* Length in one byte, then the characters. @return where the next field goes. */
static uint8_t *put_field(uint8_t *at, const char *text, size_t len)
{
	*at++ = (uint8_t)len;
	memcpy(at, text, len);
	return at + len;
}

/* Label, separator, context and the length of the key in bits, as NIST SP 800-108 names them. */
enum bt_err bt_sts_dkga04_message(const char *pan, const struct bt_sts_key_id *id,
				  uint8_t out[BT_STS_DKGA04_MESSAGE_LEN])
{
	enum bt_err err = check_identity(pan, id, "04");
	uint8_t *at = out;

	if (err != BT_OK)
		return err;
	*at++ = 4; /* fields in the label */
	at = put_field(at, id->dkga, 2);
	at = put_field(at, bt_sts_base_date_find(id->base)->code, 2);
	at = put_field(at, id->ea, 2);
	at = put_field(at, id->ti, 2);
	*at++ = 0;
	*at++ = 4; /* fields in the context */
	at = put_field(at, id->sgc, 6);
	at = put_field(at, &"0123"[id->kt], 1);
	at = put_field(at, &"0123456789"[id->krn], 1);
	at = put_field(at, pan, BT_STS_PAN_CAP - 1);
	bt_be32_put(at, find_cipher(id)->key_len * 8u);
	return BT_OK;
}

/* @p count digits appended to @p block, four bits each. */
static uint64_t push_digits(uint64_t block, const char *digits, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		block = block << 4 | (uint64_t)(digits[i] - '0');
	return block;
}

/* Of a common key, which many meters hold, the digits of the one meter are zeros. */
static uint64_t make_pan_block(const char *pan, const struct bt_sts_key_id *id)
{
	unsigned count = PAN_BLOCK_DIGITS;

	if (id->kt == KT_COMMON)
		count = memcmp(pan, SHORT_IIN, sizeof SHORT_IIN - 1) == 0 ? SHORT_IN_BLOCK : IIN_IN_BLOCK;
	return push_digits(0, pan + PAN_BLOCK_FIRST, count) << 4 * (PAN_BLOCK_DIGITS - count);
}

static uint64_t make_control_block(const struct bt_sts_key_id *id)
{
	uint64_t block = push_digits(id->kt, id->sgc, 6);

	block = push_digits(block, id->ti, 2) << 4 | id->krn;
	for (unsigned i = 0; i < 6; i++)
		block = block << 4 | CONTROL_PADDING;
	return block;
}

enum bt_err bt_sts_dkga02_block(const char *pan, const struct bt_sts_key_id *id, uint8_t out[8])
{
	enum bt_err err = check_identity(pan, id, "02");

	if (err != BT_OK)
		return err;
	bt_be64_put(out, make_pan_block(pan, id) ^ make_control_block(id));
	return BT_OK;
}

/* ---- with the vending key in the clear ----------------------------------------------------------------------------
 */

static enum bt_err derive_02(const struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
			     struct bt_sts_decoder_key *out)
{
	uint8_t block[8], cipher[8];
	enum bt_err err = bt_sts_dkga02_block(pan, id, block);

	if (err != BT_OK)
		return err;
	bt_des_encrypt(&deriver->des, block, cipher);
	memset(out, 0, sizeof *out);
	out->len = sizeof cipher;
	for (size_t i = 0; i < sizeof cipher; i++)
		out->bytes[i] = cipher[i] ^ block[i] ^ deriver->key[i];
	explicit_bzero(cipher, sizeof cipher);
	return BT_OK;
}

static enum bt_err derive_04(const struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
			     struct bt_sts_decoder_key *out)
{
	uint8_t message[BT_STS_DKGA04_MESSAGE_LEN];
	uint8_t digest[BT_SHA256_LEN];
	enum bt_err err = bt_sts_dkga04_message(pan, id, message);

	if (err != BT_OK)
		return err;
	bt_hmac_of(&deriver->hmac, BT_BYTES(message), digest);
	memset(out, 0, sizeof *out);
	out->len = find_cipher(id)->key_len;
	memcpy(out->bytes, digest, out->len);
	explicit_bzero(digest, sizeof digest);
	return BT_OK;
}

enum bt_err bt_sts_deriver_open(struct bt_bytes vending_key, struct bt_sts_deriver **out)
{
	struct bt_secret memory;
	struct bt_sts_deriver *deriver;
	enum bt_err err;

	if (vending_key.len != BT_STS_DKGA02_KEY_LEN && vending_key.len != BT_STS_DKGA04_KEY_LEN)
		return BT_EINPUT;
	err = bt_secret_make(&memory, sizeof *deriver);
	if (err != BT_OK)
		return err;
	deriver = (struct bt_sts_deriver *)(void *)memory.data;
	deriver->memory = memory;
	deriver->key_len = vending_key.len;
	if (vending_key.len == BT_STS_DKGA04_KEY_LEN) {
		err = bt_hmac_key_init(&deriver->hmac, vending_key);
	} else {
		memcpy(deriver->key, vending_key.data, sizeof deriver->key);
		bt_des_key_init(&deriver->des, vending_key.data);
	}
	if (err != BT_OK) {
		bt_sts_deriver_close(deriver);
		return BT_ECRYPTO;
	}
	*out = deriver;
	return BT_OK;
}

void bt_sts_deriver_close(struct bt_sts_deriver *deriver)
{
	struct bt_secret memory;

	if (!deriver)
		return;
	memory = deriver->memory;
	bt_secret_wipe(&memory);
}

enum bt_err bt_sts_derive(struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
			  struct bt_sts_decoder_key *out)
{
	const struct key_generation *generation = find_generation(id);

	if (generation == NULL || generation->derive == NULL || bt_sts_key_id_refusal(id) != NULL)
		return BT_EUNSUPPORTED;
	if (generation->vending_len != deriver->key_len)
		return BT_EINPUT;
	return generation->derive(deriver, pan, id, out);
}
