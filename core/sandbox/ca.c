#include "core/sandbox/ca.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sandbox/crypto.h"
#include "core/sandbox/sbx.h"

#define YEAR_SECONDS (365L * 24 * 3600)
#define OWN_SECONDS  (10 * YEAR_SECONDS)

bool bt_sbx_file_read(const struct bt_sbx *sbx, const char *name, char *out, size_t cap)
{
	int fd = openat(sbx->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t len = 0;
	ssize_t got = 1;
	while (got > 0 && len + 1 < cap) {
		got = read(fd, out + len, cap - 1 - len);
		len += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	out[len] = '\0';
	return got == 0;
}

/* Written beside and renamed: a cut while writing leaves no half certificate that would be kept for ever. */
static bool write_file(const struct bt_sbx *sbx, const char *name, BIO *text)
{
	char *data = NULL;
	char temporary[64];
	long len = BIO_get_mem_data(text, &data);
	snprintf(temporary, sizeof temporary, "%s.new", name);
	int fd = openat(sbx->dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool ok = write(fd, data, (size_t)len) == len && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	return ok && renameat(sbx->dir_fd, temporary, sbx->dir_fd, name) == 0;
}

static bool write_key(const struct bt_sbx *sbx, const char *name, EVP_PKEY *key)
{
	BIO *text = BIO_new(BIO_s_mem());
	bool ok =
	    text && PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1 && write_file(sbx, name, text);
	BIO_free(text);
	return ok;
}

static bool write_certificate(const struct bt_sbx *sbx, const char *name, X509 *certificate)
{
	BIO *text = BIO_new(BIO_s_mem());
	bool ok = text && PEM_write_bio_X509(text, certificate) == 1 && write_file(sbx, name, text);
	BIO_free(text);
	return ok;
}

static bool add_extension(X509 *certificate, X509 *issuer, int which, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, which, value);
	bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* A certificate without its purpose yet, good from @p back seconds ago for @p life from now on. */
static X509 *start_certificate(const char *name, EVP_PKEY *key, long back, long life)
{
	uint8_t serial[16];
	bt_sbx_random(serial, sizeof serial);
	serial[0] &= 0x7f;
	X509 *certificate = X509_new();
	BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
	if (!certificate || !number)
		goto fail;
	X509_NAME *subject = X509_get_subject_name(certificate);
	if (X509_set_version(certificate, 2) != 1 || !BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) ||
	    !X509_gmtime_adj(X509_getm_notBefore(certificate), -back) ||
	    !X509_gmtime_adj(X509_getm_notAfter(certificate), life) ||
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1 ||
	    X509_set_pubkey(certificate, key) != 1)
		goto fail;
	BN_free(number);
	return certificate;
fail:
	BN_free(number);
	X509_free(certificate);
	return NULL;
}

static bool finish_certificate(X509 *certificate, X509 *issuer, EVP_PKEY *issuer_key)
{
	return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
	       add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
	       add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") &&
	       X509_sign(certificate, issuer_key, EVP_sha256()) > 0;
}

/* Of the head-end itself. Dated a year back: a terminal with a dead clock must still be able to enrol. */
static X509 *start_own(const char *name, EVP_PKEY *key)
{
	return start_certificate(name, key, YEAR_SECONDS, OWN_SECONDS);
}

static bool make_ca(const struct bt_sbx *sbx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *ca = key ? start_own("Batti sandbox CA", key) : NULL;
	bool ok = ca && add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
		  add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
		  finish_certificate(ca, ca, key) && write_key(sbx, "ca.key", key) &&
		  write_certificate(sbx, "ca.pem", ca);
	X509_free(ca);
	EVP_PKEY_free(key);
	return ok;
}

static bool load_ca(const struct bt_sbx *sbx, X509 **ca, EVP_PKEY **key)
{
	char text[BT_SBX_PEM_MAX];
	BIO *source = NULL;
	if (bt_sbx_file_read(sbx, "ca.pem", text, sizeof text) && (source = BIO_new_mem_buf(text, -1))) {
		*ca = PEM_read_bio_X509(source, NULL, NULL, NULL);
		BIO_free(source);
	}
	if (bt_sbx_file_read(sbx, "ca.key", text, sizeof text) && (source = BIO_new_mem_buf(text, -1))) {
		*key = PEM_read_bio_PrivateKey(source, NULL, NULL, NULL);
		BIO_free(source);
	}
	OPENSSL_cleanse(text, sizeof text);
	return *ca && *key;
}

static bool make_server(const struct bt_sbx *sbx)
{
	X509 *ca = NULL;
	EVP_PKEY *ca_key = NULL;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *server = key ? start_own("localhost", key) : NULL;
	bool ok = server && load_ca(sbx, &ca, &ca_key) &&
		  add_extension(server, ca, NID_basic_constraints, "critical,CA:FALSE") &&
		  add_extension(server, ca, NID_key_usage, "critical,digitalSignature") &&
		  add_extension(server, ca, NID_ext_key_usage, "serverAuth") &&
		  add_extension(server, ca, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost") &&
		  finish_certificate(server, ca, ca_key) && write_key(sbx, "server.key", key) &&
		  write_certificate(sbx, "server.pem", server);
	X509_free(server);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return ok;
}

/* The certificate is written last, so its presence says that its key is there too. */
static bool is_missing(const struct bt_sbx *sbx, const char *name)
{
	return faccessat(sbx->dir_fd, name, R_OK, 0) != 0;
}

bool bt_sbx_ca_make(const struct bt_sbx *sbx)
{
	if (is_missing(sbx, "ca.pem") && !make_ca(sbx))
		return false;
	return !is_missing(sbx, "server.pem") || make_server(sbx);
}

static bool is_p256(EVP_PKEY *key)
{
	char group[32] = "";
	size_t len = 0;
	return key && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	       EVP_PKEY_get_group_name(key, group, sizeof group, &len) == 1 && strcmp(group, SN_X9_62_prime256v1) == 0;
}

static bool copy_pem(X509 *certificate, char out[BT_SBX_PEM_MAX])
{
	char *data = NULL;
	BIO *text = BIO_new(BIO_s_mem());
	bool ok = false;
	if (text && PEM_write_bio_X509(text, certificate) == 1) {
		long len = BIO_get_mem_data(text, &data);
		ok = len > 0 && len < BT_SBX_PEM_MAX;
		if (ok) {
			memcpy(out, data, (size_t)len);
			out[len] = '\0';
		}
	}
	BIO_free(text);
	return ok;
}

static X509_REQ *read_request(const char *csr_pem)
{
	BIO *source = BIO_new_mem_buf(csr_pem, -1);
	X509_REQ *request = source ? PEM_read_bio_X509_REQ(source, NULL, NULL, NULL) : NULL;
	EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;
	BIO_free(source);
	if (is_p256(key) && X509_REQ_verify(request, key) == 1)
		return request;
	X509_REQ_free(request);
	return NULL;
}

bool bt_sbx_ca_read(const char *csr_pem, struct bt_sbx_csr *out)
{
	X509_REQ *request = read_request(csr_pem);
	unsigned char *der = NULL;
	int len = request ? i2d_PUBKEY(X509_REQ_get0_pubkey(request), &der) : -1;
	struct bt_sbx_csr said = {.name = ""};
	bool ok = len > 0 && bt_sbx_sha256(der, (size_t)len, said.key_hash);
	if (ok && X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(request), NID_commonName, said.name,
					    sizeof said.name) < 0)
		said.name[0] = '\0';
	OPENSSL_free(der);
	X509_REQ_free(request);
	if (ok)
		*out = said;
	return ok;
}

bool bt_sbx_ca_sign(const struct bt_sbx *sbx, const char *csr_pem, const char *terminal, char out[BT_SBX_PEM_MAX])
{
	X509 *ca = NULL;
	EVP_PKEY *ca_key = NULL;
	X509_REQ *request = read_request(csr_pem);
	X509 *client = NULL;
	bool ok = request && load_ca(sbx, &ca, &ca_key);
	if (ok)
		client = start_certificate(terminal, X509_REQ_get0_pubkey(request), 0, (long)sbx->certificate_s);
	ok = client && add_extension(client, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	     add_extension(client, ca, NID_key_usage, "critical,digitalSignature") &&
	     add_extension(client, ca, NID_ext_key_usage, "clientAuth") && finish_certificate(client, ca, ca_key) &&
	     copy_pem(client, out);
	X509_free(client);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	X509_REQ_free(request);
	return ok;
}
