/* The inside of one token, shared by what opens it (pkcs11.c) and what computes with its keys (pkcs11_key.c), and by
 * nothing else: here PKCS#11's own types are known. */
#ifndef BT_HSM_PKCS11_TOKEN_H
#define BT_HSM_PKCS11_TOKEN_H

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "core/hsm/pkcs11.h"

struct bt_pkcs11 {
	P11KitUri *uri;
	CK_FUNCTION_LIST **modules;  /* NULL-ended; those of p11-kit's configuration, or `single` */
	CK_FUNCTION_LIST *single[2]; /* the module that the URI names */
	CK_FUNCTION_LIST *module;    /* with our token; NULL while out */
	CK_SESSION_HANDLE session;
	struct bt_secret pin;
};

/** True when @p rv says that session, log-in or token are gone, and opening them again may help. */
bool bt_pkcs11_is_cut_off(CK_RV rv);
/** Is the token there and the session logged in? One that lost its log-in, or its token, sees no private keys and calls
 *  that success. */
bool bt_pkcs11_is_whole(const struct bt_pkcs11 *token);

/**
 * What becomes of a call that failed: a session that was cut off is opened again, once, and the caller looks for its
 * key anew.
 * @param[in] what the module was to do, as in "this module cannot ...".
 * @param[in] rv   not CKR_OK.
 * @return BT_ESTATE (logged in again), BT_EUNSUPPORTED (the module has no such thing), BT_ECRYPTO (anything else it
 * said), or why logging in failed, as bt_pkcs11_open. Never BT_OK.
 */
BT_MUST_USE enum bt_err bt_pkcs11_recover(struct bt_pkcs11 *token, const char *what, CK_RV rv, struct bt_fault *fault);

#endif
