#include "core/authority/tls_identity.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

struct bt_tls_identity {
	EVP_PKEY *key;
};

enum bt_err bt_tls_identity_make(struct bt_tls_identity **out)
{
	struct bt_tls_identity *identity = calloc(1, sizeof *identity);

	if (!identity)
		return BT_ENOMEM;
	identity->key = EVP_EC_gen("P-256");
	if (!identity->key) {
		free(identity);
		return BT_ECRYPTO;
	}
	*out = identity;
	return BT_OK;
}

void bt_tls_identity_close(struct bt_tls_identity *identity)
{
	if (!identity)
		return;
	EVP_PKEY_free(identity->key);
	free(identity);
}

static enum bt_err put_bio(BIO *bio, struct bt_buf *out)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	return len > 0 ? bt_buf_put(out, data, (size_t)len) : BT_ECRYPTO;
}

enum bt_err bt_tls_identity_request(const struct bt_tls_identity *identity, const char *name, struct bt_buf *out)
{
	X509_REQ *request = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());
	enum bt_err err = BT_ECRYPTO;

	if (request && bio && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
	    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_UTF8,
				       (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_REQ_set_pubkey(request, identity->key) == 1 &&
	    X509_REQ_sign(request, identity->key, EVP_sha256()) > 0 && PEM_write_bio_X509_REQ(bio, request) == 1)
		err = put_bio(bio, out);
	BIO_free(bio);
	X509_REQ_free(request);
	return err;
}

enum bt_err bt_tls_identity_key(const struct bt_tls_identity *identity, struct bt_buf *out)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	enum bt_err err = BT_ECRYPTO;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, identity->key, NULL, NULL, 0, NULL, NULL) == 1)
		err = put_bio(bio, out);
	BIO_free(bio);
	return err;
}

/* ---- reading ---- */

static BIO *open_text(struct bt_bytes pem)
{
	return pem.len && pem.len <= INT_MAX ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
}

/* Our keys lie open; a passphrase must never be asked for on the screen. */
static int know_no_passphrase(char *buf, int size, int writing, void *context)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static bool is_p256(const EVP_PKEY *key)
{
	char group[32] = "";
	size_t len = 0;

	return EVP_PKEY_get_group_name(key, group, sizeof group, &len) == 1 && strcmp(group, SN_X9_62_prime256v1) == 0;
}

enum bt_err bt_tls_identity_read(struct bt_bytes pem, struct bt_tls_identity **out)
{
	BIO *bio = open_text(pem);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, know_no_passphrase, NULL) : NULL;
	struct bt_tls_identity *identity = NULL;
	enum bt_err err = key && is_p256(key) ? BT_OK : BT_EFORMAT;

	BIO_free(bio);
	if (!err && !(identity = calloc(1, sizeof *identity)))
		err = BT_ENOMEM;
	if (err) {
		EVP_PKEY_free(key);
		return err;
	}
	identity->key = key;
	*out = identity;
	return BT_OK;
}

static X509 *read_certificate(struct bt_bytes pem)
{
	BIO *bio = open_text(pem);
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, know_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return certificate;
}

static bool has_common_name(const X509_NAME *subject, const char *wanted)
{
	char name[64];
	int len = X509_NAME_get_text_by_NID(subject, NID_commonName, name, sizeof name);

	return len > 0 && (size_t)len == strlen(wanted) && memcmp(name, wanted, (size_t)len) == 0;
}

enum bt_err bt_tls_identity_check_request(const struct bt_tls_identity *identity, struct bt_bytes request,
					  const char *name)
{
	BIO *bio = open_text(request);
	X509_REQ *ours = bio ? PEM_read_bio_X509_REQ(bio, NULL, know_no_passphrase, NULL) : NULL;
	bool good = ours && X509_REQ_verify(ours, identity->key) == 1 &&
		    EVP_PKEY_eq(X509_REQ_get0_pubkey(ours), identity->key) == 1 &&
		    has_common_name(X509_REQ_get_subject_name(ours), name);

	X509_REQ_free(ours);
	BIO_free(bio);
	return good ? BT_OK : BT_EFORMAT;
}

enum bt_err bt_tls_identity_check(const struct bt_tls_identity *identity, struct bt_bytes certificate,
				  struct bt_bytes ca, const char *terminal)
{
	X509 *ours = read_certificate(certificate), *issuer = read_certificate(ca);
	bool good = ours && issuer && X509_check_private_key(ours, identity->key) == 1 &&
		    has_common_name(X509_get_subject_name(ours), terminal) &&
		    X509_verify(ours, X509_get0_pubkey(issuer)) == 1;

	X509_free(ours);
	X509_free(issuer);
	return good ? BT_OK : BT_EFORMAT;
}

enum bt_err bt_tls_identity_pair(const struct bt_tls_identity *identity, struct bt_bytes certificate,
				 struct bt_buf *out)
{
	X509 *ours = read_certificate(certificate);
	BIO *bio = BIO_new(BIO_s_mem());
	enum bt_err err = ours && X509_check_private_key(ours, identity->key) == 1 ? BT_OK : BT_EFORMAT;

	if (!err)
		err = bio && PEM_write_bio_X509(bio, ours) == 1 ? put_bio(bio, out) : BT_ECRYPTO;
	if (!err)
		err = bt_tls_identity_key(identity, out);
	BIO_free(bio);
	X509_free(ours);
	return err;
}

/* ---- dates ---- */

static bool read_time(const ASN1_TIME *time, int64_t *out)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;
	bool good = epoch && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;

	ASN1_TIME_free(epoch);
	if (good)
		*out = (days * INT64_C(86400) + seconds) * 1000;
	return good;
}

enum bt_err bt_tls_certificate_dates(struct bt_bytes certificate, int64_t *from_ms, int64_t *until_ms)
{
	X509 *ours = read_certificate(certificate);
	int64_t from, until;
	bool good = ours && read_time(X509_get0_notBefore(ours), &from) && read_time(X509_get0_notAfter(ours), &until);

	X509_free(ours);
	if (!good)
		return BT_EFORMAT;
	*from_ms = from;
	*until_ms = until;
	return BT_OK;
}
