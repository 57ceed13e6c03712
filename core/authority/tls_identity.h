/* The terminal's TLS identity: an EC P-256 key, the request for its certificate, and the check of what comes back.
 *
 * Private to this room. Source: RFC 2986 (PKCS#10), REST contract POST /v1/enrolments and
 * POST /v1/terminals/{terminal}/certificate. */
#ifndef BT_AUTHORITY_TLS_IDENTITY_H
#define BT_AUTHORITY_TLS_IDENTITY_H

#include "core/base/bytes.h"

struct bt_tls_identity; /* opaque */

/** A fresh key. @return BT_OK, BT_ENOMEM, BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_tls_identity_make(struct bt_tls_identity **out);
void bt_tls_identity_close(struct bt_tls_identity *identity);
/** The key that stands in @p pem, whatever stands before it. @return BT_OK, BT_EFORMAT (none, or none of P-256),
 *  BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_tls_identity_read(struct bt_bytes pem, struct bt_tls_identity **out);
/** PEM request with subject CN @p name, signed by the key, appended to @p out. */
BT_MUST_USE enum bt_err bt_tls_identity_request(const struct bt_tls_identity *identity, const char *name,
						struct bt_buf *out);
/** BT_OK when @p request is for our key, signed by it, and names @p name as CN; BT_EFORMAT otherwise. */
BT_MUST_USE enum bt_err bt_tls_identity_check_request(const struct bt_tls_identity *identity, struct bt_bytes request,
						      const char *name);
/** PEM private key (PKCS#8, unencrypted) appended to @p out; the caller wipes it. */
BT_MUST_USE enum bt_err bt_tls_identity_key(const struct bt_tls_identity *identity, struct bt_buf *out);
/** BT_OK when @p certificate is for our key, names @p terminal as CN and is signed by @p ca; BT_EFORMAT otherwise.
 *  Both PEM, one certificate each. */
BT_MUST_USE enum bt_err bt_tls_identity_check(const struct bt_tls_identity *identity, struct bt_bytes certificate,
					      struct bt_bytes ca, const char *terminal);
/** Certificate and key as one text, in this order and nothing else in it, appended to @p out; the caller wipes it.
 *  @return BT_OK; BT_EFORMAT when @p certificate is not for our key; BT_ECRYPTO, BT_EFULL, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_tls_identity_pair(const struct bt_tls_identity *identity, struct bt_bytes certificate,
					     struct bt_buf *out);
/** From when until when a PEM certificate holds, in ms since 1970 UTC. @return BT_OK, BT_EFORMAT. */
BT_MUST_USE enum bt_err bt_tls_certificate_dates(struct bt_bytes certificate, int64_t *from_ms, int64_t *until_ms);

#endif
