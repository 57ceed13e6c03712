#include "core/hsm/pkcs11.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/hsm/pkcs11_token.h"

#define SLOTS_MAX 64
#define PIN_MAX   255

/* ---- telling what went wrong ---- */

static enum bt_err say_module(struct bt_fault *fault, const char *what, CK_RV rv)
{
	return bt_fault_set(fault, BT_ECRYPTO, (int)rv, "security module: %s: %.90s", what, p11_kit_strerror(rv));
}

bool bt_pkcs11_is_cut_off(CK_RV rv)
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

/* The last session that closes logs out (PKCS#11, C_CloseSession). C_Logout would log out the whole process: a driver
 * that was opened while this one still waited for the module, too. */
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
	if (!token->modules || !token->modules[0])
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no security module is set up here");
	return BT_OK;
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

enum bt_err bt_pkcs11_recover(struct bt_pkcs11 *token, const char *what, CK_RV rv, struct bt_fault *fault)
{
	enum bt_err err;

	if (!bt_pkcs11_is_cut_off(rv))
		return is_unable(rv)
			   ? bt_fault_set(fault, BT_EUNSUPPORTED, (int)rv,
					  "not supported: this module cannot %s: %.80s", what, p11_kit_strerror(rv))
			   : say_module(fault, what, rv);
	err = begin_again(token, fault);
	return err ? err : bt_fault_set(fault, BT_ESTATE, (int)rv, "logged in to the security module again");
}

bool bt_pkcs11_is_whole(const struct bt_pkcs11 *token)
{
	CK_SESSION_INFO info;
	struct place place;

	return find_token(token, &place, NULL) == BT_OK &&
	       token->module->C_GetSessionInfo(token->session, &info) == CKR_OK &&
	       (info.state == CKS_RW_USER_FUNCTIONS || info.state == CKS_RO_USER_FUNCTIONS);
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
