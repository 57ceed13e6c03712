#include "core/hsm/pkcs11.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "core/base/text.h"

#define SLOTS_MAX   64
#define PIN_MAX     255
#define KEY_LEN_MAX 32
#define NAME_CAP    40 /* of a token or a module in a fault */

struct bt_pkcs11 {
	P11KitUri *uri;
	CK_FUNCTION_LIST **modules;  /* NULL-ended; those of p11-kit's configuration, or `single` */
	CK_FUNCTION_LIST *single[2]; /* the module that the URI names */
	CK_FUNCTION_LIST *module;    /* with our token; NULL while out */
	CK_SESSION_HANDLE session;
	struct bt_secret pin;
};

/* ---- telling what went wrong ---- */

static enum bt_err say_module(struct bt_fault *fault, const char *what, CK_RV rv)
{
	return bt_fault_set(fault, BT_ECRYPTO, (int)rv, "security module: %s: %.90s", what, p11_kit_strerror(rv));
}

static bool is_cut_off(CK_RV rv)
{
	return rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED || rv == CKR_USER_NOT_LOGGED_IN ||
	       rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_OBJECT_HANDLE_INVALID ||
	       rv == CKR_KEY_HANDLE_INVALID;
}

static bool is_unable(CK_RV rv)
{
	return rv == CKR_MECHANISM_INVALID || rv == CKR_MECHANISM_PARAM_INVALID || rv == CKR_FUNCTION_NOT_SUPPORTED ||
	       rv == CKR_KEY_FUNCTION_NOT_PERMITTED || rv == CKR_KEY_UNEXTRACTABLE || rv == CKR_KEY_NOT_WRAPPABLE ||
	       rv == CKR_KEY_SIZE_RANGE;
}

/* ---- finding the token ---- */

static bool is_our_token(const struct bt_pkcs11 *token, CK_FUNCTION_LIST *module, CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	return module->C_GetTokenInfo(slot, info) == CKR_OK && (info->flags & CKF_TOKEN_INITIALIZED) &&
	       p11_kit_uri_match_token_info(token->uri, info);
}

struct place {
	CK_FUNCTION_LIST *module;
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	int count;
};

static void search_module(const struct bt_pkcs11 *token, CK_FUNCTION_LIST *module, struct place *place)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;

	if (module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
		return;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;

		if (!is_our_token(token, module, slots[i], &info))
			continue;
		if (place->count++ == 0)
			*place = (struct place){module, slots[i], info, 1};
	}
}

static enum bt_err find_token(const struct bt_pkcs11 *token, struct place *out, struct bt_fault *fault)
{
	*out = (struct place){.count = 0};
	for (int i = 0; token->modules && token->modules[i]; i++)
		search_module(token, token->modules[i], out);
	if (out->count == 0)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no token in the security module matches vending_key");
	if (out->count > 1)
		return bt_fault_set(fault, BT_EINPUT, 0,
				    "%d tokens match vending_key: name one by token= or serial=", out->count);
	return BT_OK;
}

/* ---- logging in ---- */

static const char *describe_tries(CK_FLAGS flags)
{
	if (flags & CKF_USER_PIN_LOCKED)
		return "the token is locked: too many wrong PINs";
	if (flags & CKF_USER_PIN_FINAL_TRY)
		return "wrong PIN: one try is left before the token locks";
	if (flags & CKF_USER_PIN_COUNT_LOW)
		return "wrong PIN: few tries are left before the token locks";
	return "wrong PIN of the security module";
}

static enum bt_err say_login(struct bt_fault *fault, const struct place *place, CK_RV rv)
{
	CK_TOKEN_INFO info;

	if (rv == CKR_PIN_LOCKED)
		return bt_fault_set(fault, BT_EAUTH, (int)rv, "%s", describe_tries(CKF_USER_PIN_LOCKED));
	if (rv != CKR_PIN_INCORRECT && rv != CKR_PIN_LEN_RANGE && rv != CKR_PIN_INVALID)
		return say_module(fault, "log in", rv);
	if (place->module->C_GetTokenInfo(place->slot, &info) != CKR_OK)
		info = place->info;
	return bt_fault_set(fault, BT_EAUTH, (int)rv, "%s", describe_tries(info.flags));
}

static void end_session(struct bt_pkcs11 *token)
{
	if (token->module)
		token->module->C_CloseSession(token->session);
	token->module = NULL;
}

/* A PIN that was wrong once is forgotten: trying it again and again would lock the token. */
static enum bt_err log_in(struct bt_pkcs11 *token, const struct place *place, struct bt_fault *fault)
{
	CK_RV rv =
	    place->module->C_OpenSession(place->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &token->session);

	/* A write-protected token still lets keys be made for a session. */
	if (rv == CKR_TOKEN_WRITE_PROTECTED)
		rv = place->module->C_OpenSession(place->slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
	if (rv != CKR_OK)
		return say_module(fault, "open a session", rv);
	token->module = place->module;
	rv = place->module->C_Login(token->session, CKU_USER, token->pin.data, token->pin.len);
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return BT_OK;
	end_session(token);
	if (say_login(fault, place, rv) == BT_EAUTH) {
		bt_secret_wipe(&token->pin);
		return BT_EAUTH;
	}
	return BT_ECRYPTO;
}

static enum bt_err begin_session(struct bt_pkcs11 *token, struct bt_fault *fault)
{
	struct place place;
	enum bt_err err;

	if (token->pin.len == 0)
		return bt_fault_set(fault, BT_ESEALED, 0, "the security module wants its PIN again");
	err = find_token(token, &place, fault);
	return err ? err : log_in(token, &place, fault);
}

/* ---- loading ---- */

static enum bt_err parse_uri(const char *text, P11KitUri **out, struct bt_fault *fault)
{
	P11KitUri *uri = p11_kit_uri_new();

	if (!uri)
		return bt_fault_set(fault, BT_ENOMEM, 0, "vending_key");
	if (p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri) != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri)) {
		p11_kit_uri_free(uri);
		return bt_fault_set(fault, BT_EINPUT, 0, "vending_key is no pkcs11: URI that can be read");
	}
	*out = uri;
	return BT_OK;
}

static enum bt_err load_named(struct bt_pkcs11 *token, const char *path, struct bt_fault *fault)
{
	CK_RV rv;

	if (access(path, R_OK) != 0)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no security module at %.120s", path);
	token->single[0] = p11_kit_module_load(path, 0);
	if (!token->single[0])
		return bt_fault_set(fault, BT_EINPUT, 0, "%.100s is no security module", path);
	rv = p11_kit_module_initialize(token->single[0]);
	if (rv != CKR_OK) {
		p11_kit_module_release(token->single[0]);
		token->single[0] = NULL;
		return say_module(fault, "begin", rv);
	}
	token->modules = token->single;
	return BT_OK;
}

static enum bt_err load_modules(struct bt_pkcs11 *token, struct bt_fault *fault)
{
	const char *path = p11_kit_uri_get_module_path(token->uri);

	if (path)
		return load_named(token, path, fault);
	token->modules = p11_kit_modules_load_and_initialize(0);
	return token->modules ? BT_OK : bt_fault_set(fault, BT_ENOTFOUND, 0, "no security module is set up here");
}

static void unload_modules(struct bt_pkcs11 *token)
{
	if (token->single[0]) {
		p11_kit_module_finalize(token->single[0]);
		p11_kit_module_release(token->single[0]);
	} else if (token->modules) {
		p11_kit_modules_finalize_and_release(token->modules);
	}
	token->single[0] = NULL;
	token->modules = NULL;
}

/* Some modules see a token that is put back only when they are begun anew. */
static enum bt_err begin_again(struct bt_pkcs11 *token, struct bt_fault *fault)
{
	enum bt_err err;

	end_session(token);
	err = begin_session(token, fault);
	if (err != BT_ENOTFOUND)
		return err;
	unload_modules(token);
	err = load_modules(token, fault);
	return err ? err : begin_session(token, fault);
}

/* After @p rv: a session that was cut off is opened again, once, and the caller looks for its key anew. */
static enum bt_err recover(struct bt_pkcs11 *token, const char *what, CK_RV rv, struct bt_fault *fault)
{
	enum bt_err err;

	if (!is_cut_off(rv))
		return is_unable(rv)
			   ? bt_fault_set(fault, BT_EUNSUPPORTED, (int)rv,
					  "not supported: this module cannot %s: %.80s", what, p11_kit_strerror(rv))
			   : say_module(fault, what, rv);
	err = begin_again(token, fault);
	return err ? err : bt_fault_set(fault, BT_ESTATE, (int)rv, "logged in to the security module again");
}

/* ---- opening ---- */

static enum bt_err keep_pin(struct bt_pkcs11 *token, struct bt_bytes pin, struct bt_fault *fault)
{
	if (pin.len < 1 || pin.len > PIN_MAX)
		return bt_fault_set(fault, BT_EAUTH, 0, "%s", describe_tries(0));
	if (bt_secret_make(&token->pin, pin.len) != BT_OK)
		return bt_fault_set(fault, BT_ENOMEM, 0, "PIN");
	memcpy(token->pin.data, pin.data, pin.len);
	return BT_OK;
}

enum bt_err bt_pkcs11_open(const char *uri, struct bt_bytes pin, struct bt_pkcs11 **out, struct bt_fault *fault)
{
	struct bt_pkcs11 *token = calloc(1, sizeof *token);
	enum bt_err err;

	if (!token)
		return bt_fault_set(fault, BT_ENOMEM, 0, "security module");
	err = parse_uri(uri, &token->uri, fault);
	if (!err && p11_kit_uri_get_pin_value(token->uri))
		err = bt_fault_set(fault, BT_EINPUT, 0, "vending_key carries a PIN: use pin-source or vending_key_pin");
	if (!err)
		err = keep_pin(token, pin, fault);
	if (!err)
		err = load_modules(token, fault);
	if (!err)
		err = begin_session(token, fault);
	if (err) {
		bt_pkcs11_close(token);
		return err;
	}
	*out = token;
	return BT_OK;
}

void bt_pkcs11_close(struct bt_pkcs11 *token)
{
	if (!token)
		return;
	if (token->module)
		token->module->C_Logout(token->session);
	end_session(token);
	unload_modules(token);
	bt_secret_wipe(&token->pin);
	p11_kit_uri_free(token->uri);
	free(token);
}

enum bt_err bt_pkcs11_pin_source(const char *text, char *out, size_t cap)
{
	P11KitUri *uri = NULL;
	const char *source;
	enum bt_err err = parse_uri(text, &uri, NULL);

	if (err)
		return err;
	source = p11_kit_uri_get_pin_source(uri);
	if (!source)
		err = BT_ENOTFOUND;
	else
		err = bt_text_copy(out, cap, strncmp(source, "file:", 5) == 0 ? source + 5 : source);
	p11_kit_uri_free(uri);
	return err;
}

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
		return recover(token, "tell a key's type", rv, fault);
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

/* A session that lost its log-in, or its token, sees no private keys and calls that success. */
static bool is_whole(const struct bt_pkcs11 *token)
{
	CK_SESSION_INFO info;
	struct place place;

	return find_token(token, &place, NULL) == BT_OK &&
	       token->module->C_GetSessionInfo(token->session, &info) == CKR_OK &&
	       (info.state == CKS_RW_USER_FUNCTIONS || info.state == CKS_RO_USER_FUNCTIONS);
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
	if (rv == CKR_OK && count == 0 && !is_whole(token))
		rv = CKR_USER_NOT_LOGGED_IN;
	if (rv != CKR_OK)
		return recover(token, "look for the vending key", rv, fault);
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
		return recover(token, "make an HMAC-SHA-256 with this key", rv ? rv : CKR_GENERAL_ERROR, fault);
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
		return recover(token,
			       key->type == CKK_DES ? "encipher with single DES (store the key twice, as DES2)"
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
		if (rv == CKR_OK || is_cut_off(rv) || rv == CKR_KEY_UNEXTRACTABLE)
			break;
	}
	if (rv == CKR_KEY_UNEXTRACTABLE)
		err =
		    bt_fault_set(fault, BT_EUNSUPPORTED, (int)rv,
				 "not supported: this module cannot make DKGA02 keys from a key that it may not wrap");
	else if (rv != CKR_OK)
		err = recover(token, "XOR the vending key in any way known here", rv, fault);
	else if (!has_equal_parts(value, key->len))
		err = bt_fault_set(fault, BT_EINPUT, 0, "the vending key is of the wrong kind: its DES parts differ");
	else
		memcpy(out, value, 8);
	OPENSSL_cleanse(value, sizeof value);
	return err;
}
