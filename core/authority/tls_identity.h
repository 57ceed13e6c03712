/* The terminal's TLS identity: an EC P-256 key, the request for its certificate, and the check of what comes back.
 *
 * Private to this room. Source: RFC 2986 (PKCS#10), REST contract POST /v1/enrolments. */
#ifndef BT_AUTHORITY_TLS_IDENTITY_H
#define BT_AUTHORITY_TLS_IDENTITY_H

#include "core/base/bytes.h"

struct bt_tls_identity; /* opaque */

/** A fresh key. @return BT_OK, BT_ENOMEM, BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_tls_identity_make(struct bt_tls_identity **out);
void bt_tls_identity_close(struct bt_tls_identity *identity);
/** PEM request with subject CN "batti", signed by the key, appended to @p out. */
BT_MUST_USE enum bt_err bt_tls_identity_request(const struct bt_tls_identity *identity, struct bt_buf *out);
/** PEM private key (PKCS#8, unencrypted) appended to @p out; the caller wipes it. */
BT_MUST_USE enum bt_err bt_tls_identity_key(const struct bt_tls_identity *identity, struct bt_buf *out);
/** BT_OK when @p certificate is for our key, names @p terminal as CN and is signed by @p ca; BT_EFORMAT otherwise.
 *  Both PEM, one certificate each. */
BT_MUST_USE enum bt_err bt_tls_identity_check(const struct bt_tls_identity *identity, const char *certificate,
                                              const char *ca, const char *terminal);

#endif
