/* What is asked of a token that is logged in: find a key by its label, and compute with it inside the module. */
#include <string.h>

#include <openssl/crypto.h>

#include "core/base/text.h"
#include "core/hsm/pkcs11_token.h"

#define KEY_LEN_MAX 32

/* ---- finding a key ---- */

static const struct {
	CK_KEY_TYPE type;
	enum bt_pkcs11_use use;
	CK_ULONG len; /* 0: what its length attribute says */
} kinds[] = {
    {CKK_GENERIC_SECRET, BT_PKCS11_HMAC, 0}, {CKK_SHA256_HMAC, BT_PKCS11_HMAC, 0}, {CKK_DES, BT_PKCS11_DES, 8},
    {CKK_DES2, BT_PKCS11_DES, 16},           {CKK_DES3, BT_PKCS11_DES, 24},
};

static enum bt_err read_kind(struct bt_pkcs11 *token, CK_OBJECT_HANDLE object, enum bt_pkcs11_use use,
			     struct bt_pkcs11_key *out, struct bt_fault *fault)
{
	CK_KEY_TYPE type = 0;
	CK_ULONG len = 0;
	CK_ATTRIBUTE of_type = {CKA_KEY_TYPE, &type, sizeof type}, of_len = {CKA_VALUE_LEN, &len, sizeof len};
	CK_RV rv = token->module->C_GetAttributeValue(token->session, object, &of_type, 1);

	if (rv != CKR_OK)
		return bt_pkcs11_recover(token, "tell a key's type", rv, fault);
	if (token->module->C_GetAttributeValue(token->session, object, &of_len, 1) != CKR_OK)
		len = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].type == type && kinds[i].use == use) {
			*out = (struct bt_pkcs11_key){object, type, kinds[i].len ? kinds[i].len : len};
			return BT_OK;
		}
	return bt_fault_set(fault, BT_EINPUT, 0, "the vending key is of the wrong kind: it must be %s",
			    use == BT_PKCS11_HMAC ? "a generic secret or SHA256-HMAC" : "DES, DES2 or DES3");
}

static CK_RV search(struct bt_pkcs11 *token, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE found[2],
		    CK_ULONG *count)
{
	CK_RV rv = token->module->C_FindObjectsInit(token->session, template, n);

	if (rv != CKR_OK)
		return rv;
	rv = token->module->C_FindObjects(token->session, found, 2, count);
	token->module->C_FindObjectsFinal(token->session);
	return rv;
}

enum bt_err bt_pkcs11_find_key(struct bt_pkcs11 *token, const char *label, enum bt_pkcs11_use use,
			       struct bt_pkcs11_key *out, struct bt_fault *fault)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	char text[128];
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, text, 0}};
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;
	CK_RV rv;

	if (bt_text_copy(text, sizeof text, label) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "label");
	template[1].ulValueLen = strlen(text);
	rv = token->module ? search(token, template, 2, found, &count) : CKR_SESSION_CLOSED;
	if (rv == CKR_OK && count == 0 && !bt_pkcs11_is_whole(token))
		rv = CKR_USER_NOT_LOGGED_IN;
	if (rv != CKR_OK)
		return bt_pkcs11_recover(token, "look for the vending key", rv, fault);
	if (count == 0)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "the token holds no vending key %.100s", label);
	if (count > 1)
		return bt_fault_set(fault, BT_EINPUT, 0, "the token holds two vending keys %.100s", label);
	return read_kind(token, found[0], use, out, fault);
}

/* ---- what the module computes ---- */

enum bt_err bt_pkcs11_hmac(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, struct bt_bytes in,
			   uint8_t out[32], struct bt_fault *fault)
{
	CK_MECHANISM mechanism = {CKM_SHA256_HMAC, NULL, 0};
	uint8_t message[64], mac[32];
	CK_ULONG len = sizeof mac;
	CK_RV rv;

	if (in.len > sizeof message)
		return bt_fault_set(fault, BT_EINPUT, 0, "message");
	memcpy(message, in.data, in.len);
	rv = token->module->C_SignInit(token->session, &mechanism, key->object);
	if (rv == CKR_KEY_SIZE_RANGE)
		return bt_fault_set(
		    fault, BT_EUNSUPPORTED, (int)rv,
		    "not supported: this module takes no HMAC key so short: load it with zeros up to 32 bytes");
	if (rv == CKR_OK)
		rv = token->module->C_Sign(token->session, message, in.len, mac, &len);
	if (rv != CKR_OK || len != sizeof mac)
		return bt_pkcs11_recover(token, "make an HMAC-SHA-256 with this key", rv ? rv : CKR_GENERAL_ERROR,
					 fault);
	memcpy(out, mac, sizeof mac);
	OPENSSL_cleanse(mac, sizeof mac);
	return BT_OK;
}

enum bt_err bt_pkcs11_encipher(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, const uint8_t in[8],
			       uint8_t out[8], struct bt_fault *fault)
{
	/* With all parts of the key equal, triple DES is DES. */
	CK_MECHANISM mechanism = {key->type == CKK_DES ? CKM_DES_ECB : CKM_DES3_ECB, NULL, 0};
	uint8_t block[8], cipher[8];
	CK_ULONG len = sizeof cipher;
	CK_RV rv = token->module->C_EncryptInit(token->session, &mechanism, key->object);

	memcpy(block, in, sizeof block);
	if (rv == CKR_OK)
		rv = token->module->C_Encrypt(token->session, block, sizeof block, cipher, &len);
	if (rv != CKR_OK || len != sizeof cipher)
		return bt_pkcs11_recover(token,
					 key->type == CKK_DES
					     ? "encipher with single DES (store the key twice, as DES2)"
					     : "encipher with this DES key",
					 rv ? rv : CKR_GENERAL_ERROR, fault);
	memcpy(out, cipher, sizeof cipher);
	OPENSSL_cleanse(cipher, sizeof cipher);
	return BT_OK;
}

/* How a module may be brought to XOR its key with a block of ours; tried in order. CKM_XOR_BASE_AND_DATA is not among
 * them: what it makes from a sensitive key is as sensitive, and would never come out (PKCS#11 2.40, 2.31.4). */
static const struct mask_way {
	CK_MECHANISM_TYPE make, wrap;
	CK_ULONG key_len; /* 0: the mechanism knows */
	CK_ULONG block;
} mask_ways[] = {
    {CKM_AES_KEY_GEN, CKM_AES_CBC, 32, 16},
    {CKM_DES3_KEY_GEN, CKM_DES3_CBC, 0, 8},
};

static CK_RV make_wrapping_key(struct bt_pkcs11 *token, const struct mask_way *way, CK_OBJECT_HANDLE *out)
{
	CK_MECHANISM mechanism = {way->make, NULL, 0};
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG len = way->key_len;
	CK_ATTRIBUTE template[] = {
	    {CKA_TOKEN, &no, sizeof no},       {CKA_PRIVATE, &yes, sizeof yes}, {CKA_SENSITIVE, &yes, sizeof yes},
	    {CKA_EXTRACTABLE, &no, sizeof no}, {CKA_WRAP, &yes, sizeof yes},    {CKA_DECRYPT, &yes, sizeof yes},
	    {CKA_VALUE_LEN, &len, sizeof len},
	};

	return token->module->C_GenerateKey(token->session, &mechanism, template, way->key_len ? 7 : 6, out);
}

/* The wrapped key comes out masked, block by block: deciphered whole, each block but the first would meet the block
 * before it in place of the mask, and come out bare. */
static CK_RV decipher_masked(struct bt_pkcs11 *token, const struct mask_way *way, CK_OBJECT_HANDLE wrapping,
			     uint8_t *wrapped, CK_ULONG len, const uint8_t mask[8], uint8_t *out)
{
	uint8_t vector[16];
	CK_MECHANISM mechanism = {way->wrap, vector, way->block};
	CK_RV rv = CKR_OK;

	for (size_t i = 0; i < sizeof vector; i++)
		vector[i] = mask[i % 8];
	for (CK_ULONG at = 0; rv == CKR_OK && at < len; at += way->block) {
		CK_ULONG got = way->block;

		rv = token->module->C_DecryptInit(token->session, &mechanism, wrapping);
		if (rv == CKR_OK)
			rv = token->module->C_Decrypt(token->session, wrapped + at, way->block, out + at, &got);
		for (CK_ULONG i = 0; at > 0 && i < way->block; i++)
			out[at + i] ^= wrapped[at - way->block + i]; /* what the wrap had chained to it */
	}
	return rv;
}

static CK_RV wrap_and_mask(struct bt_pkcs11 *token, const struct mask_way *way, CK_OBJECT_HANDLE wrapping,
			   const struct bt_pkcs11_key *key, const uint8_t mask[8], uint8_t out[KEY_LEN_MAX])
{
	uint8_t zero[16] = {0}, wrapped[KEY_LEN_MAX];
	CK_MECHANISM mechanism = {way->wrap, zero, way->block};
	CK_ULONG len = sizeof wrapped;
	CK_RV rv = token->module->C_WrapKey(token->session, &mechanism, wrapping, key->object, wrapped, &len);

	if (rv == CKR_OK && len != key->len)
		rv = CKR_MECHANISM_INVALID;
	if (rv == CKR_OK)
		rv = decipher_masked(token, way, wrapping, wrapped, len, mask, out);
	OPENSSL_cleanse(wrapped, sizeof wrapped);
	return rv;
}

static CK_RV try_way(struct bt_pkcs11 *token, const struct mask_way *way, const struct bt_pkcs11_key *key,
		     const uint8_t mask[8], uint8_t out[KEY_LEN_MAX])
{
	CK_OBJECT_HANDLE wrapping;
	CK_RV rv;

	if (key->len == 0 || key->len > KEY_LEN_MAX || key->len % way->block != 0)
		return CKR_MECHANISM_INVALID;
	rv = make_wrapping_key(token, way, &wrapping);
	if (rv != CKR_OK)
		return rv;
	rv = wrap_and_mask(token, way, wrapping, key, mask, out);
	token->module->C_DestroyObject(token->session, wrapping);
	return rv;
}

/* All parts of the key were masked alike: they must come out alike. */
static bool has_equal_parts(const uint8_t *value, CK_ULONG len)
{
	for (CK_ULONG at = 8; at < len; at += 8)
		if (CRYPTO_memcmp(value, value + at, 8) != 0)
			return false;
	return true;
}

enum bt_err bt_pkcs11_xor_key(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, const uint8_t mask[8],
			      uint8_t out[8], struct bt_fault *fault)
{
	uint8_t value[KEY_LEN_MAX] = {0};
	CK_RV rv = CKR_MECHANISM_INVALID;
	enum bt_err err = BT_OK;

	for (size_t i = 0; i < sizeof mask_ways / sizeof mask_ways[0]; i++) {
		rv = try_way(token, &mask_ways[i], key, mask, value);
		if (rv == CKR_OK || bt_pkcs11_is_cut_off(rv) || rv == CKR_KEY_UNEXTRACTABLE)
			break;
	}
	if (rv == CKR_KEY_UNEXTRACTABLE)
		err =
		    bt_fault_set(fault, BT_EUNSUPPORTED, (int)rv,
				 "not supported: this module cannot make DKGA02 keys from a key that it may not wrap");
	else if (rv != CKR_OK)
		err = bt_pkcs11_recover(token, "XOR the vending key in any way known here", rv, fault);
	else if (!has_equal_parts(value, key->len))
		err = bt_fault_set(fault, BT_EINPUT, 0, "the vending key is of the wrong kind: its DES parts differ");
	else
		memcpy(out, value, 8);
	OPENSSL_cleanse(value, sizeof value);
	return err;
}
