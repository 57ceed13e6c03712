#include "core/authority/tls_identity.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
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

enum bt_err bt_tls_identity_request(const struct bt_tls_identity *identity, struct bt_buf *out)
{
	static const unsigned char name[] = "batti";
	X509_REQ *request = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());
	enum bt_err err = BT_ECRYPTO;

	if (request && bio && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
	    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1 &&
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

static X509 *read_certificate(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return certificate;
}

static bool has_common_name(X509 *certificate, const char *wanted)
{
	char name[64];
	int len = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);

	return len > 0 && (size_t)len == strlen(wanted) && memcmp(name, wanted, (size_t)len) == 0;
}

enum bt_err bt_tls_identity_check(const struct bt_tls_identity *identity, const char *certificate, const char *ca,
				  const char *terminal)
{
	X509 *ours = read_certificate(certificate), *issuer = read_certificate(ca);
	bool good = ours && issuer && X509_check_private_key(ours, identity->key) == 1 &&
		    has_common_name(ours, terminal) && X509_verify(ours, X509_get0_pubkey(issuer)) == 1;

	X509_free(ours);
	X509_free(issuer);
	return good ? BT_OK : BT_EFORMAT;
}
