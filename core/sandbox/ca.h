/* The sandbox's small certificate authority: EC P-256, one CA, one server certificate for 127.0.0.1 and localhost,
 * client certificates of enrolled terminals. */
#ifndef BT_SANDBOX_CA_H
#define BT_SANDBOX_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bt_sbx;

#define BT_SBX_PEM_MAX       8192
#define BT_SBX_CERTIFICATE_S (INT64_C(10) * 365 * 24 * 3600) /* of a terminal, where nothing else is said */

/** What a terminal's PKCS#10 request says. */
struct bt_sbx_csr {
	char name[64];        /* its common name, "" when there is none */
	uint8_t key_hash[32]; /* SHA-256 of the public key as it stands in a certificate */
};

/** Make ca.pem, ca.key, server.pem and server.key where they are missing. The caller holds the folder's make lock. */
bool bt_sbx_ca_make(const struct bt_sbx *sbx);
/** @return false when the request is unreadable, unsigned by its own key, or not P-256. */
bool bt_sbx_ca_read(const char *csr_pem, struct bt_sbx_csr *out);
/** Sign a terminal's request, for sbx->certificate_s from now on; only its public key is taken from it, the subject is
 *  CN=@p terminal. @return false as bt_sbx_ca_read. */
bool bt_sbx_ca_sign(const struct bt_sbx *sbx, const char *csr_pem, const char *terminal, char out[BT_SBX_PEM_MAX]);
/** Whole text of a file in the state folder, NUL-terminated. */
bool bt_sbx_file_read(const struct bt_sbx *sbx, const char *name, char *out, size_t cap);

#endif
