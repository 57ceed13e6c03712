/* A certificate authority of the test itself and a folder of keys under it, for the tests of renewal. */
#ifndef TESTS_UNIT_IDENTITY_FIXTURE_H
#define TESTS_UNIT_IDENTITY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cmocka.h>

#include "tests/unit/folder_fixture.h"

#define IDENTITY_DAY_S INT64_C(86400)

struct keys_folder {
	char dir[128];
	EVP_PKEY *ca_key;
	X509 *ca;
};

/** The PEM text of what @p write puts out; yours. */
static inline char *identity_take_text(BIO *bio)
{
	char *data = NULL, *text;
	long len = BIO_get_mem_data(bio, &data);

	text = strndup(data, (size_t)len);
	BIO_free(bio);
	assert_non_null(text);
	return text;
}

static inline char *identity_print(X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	return identity_take_text(bio);
}

static inline char *identity_print_key(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
	return identity_take_text(bio);
}

/** A certificate from @p from_s until @p until_s, seconds since 1970. */
static inline X509 *identity_issue(const struct keys_folder *f, const char *name, EVP_PKEY *key, EVP_PKEY *with,
				   int64_t from_s, int64_t until_s)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), from_s));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), until_s));
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(certificate, f->ca ? X509_get_subject_name(f->ca) : subject);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, with, EVP_sha256()) > 0);
	return certificate;
}

/** PEM, and yours: what a head-end gives for a request in PEM, checked as a head-end would. */
static inline char *identity_sign(const struct keys_folder *f, const char *request, const char *name, int64_t from_s,
				  int64_t until_s)
{
	BIO *bio = BIO_new_mem_buf(request, -1);
	X509_REQ *csr = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	EVP_PKEY *key = csr ? X509_REQ_get0_pubkey(csr) : NULL;
	X509 *certificate;
	char subject[32], *text;

	assert_non_null(key);
	assert_int_equal(X509_REQ_verify(csr, key), 1);
	assert_int_equal(EVP_PKEY_get_bits(key), 256);
	X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(csr), NID_commonName, subject, sizeof subject);
	assert_string_equal(subject, "0142");
	certificate = identity_issue(f, name, key, f->ca_key, from_s, until_s);
	text = identity_print(certificate);
	X509_free(certificate);
	X509_REQ_free(csr);
	BIO_free(bio);
	return text;
}

static inline void identity_write(const struct keys_folder *f, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/** "" when there is none; yours. */
static inline char *identity_read(const struct keys_folder *f, const char *name)
{
	char path[256], *text = calloc(1, 65536);
	FILE *file;

	assert_non_null(text);
	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	file = fopen(path, "r");
	if (file) {
		assert_true(fread(text, 1, 65535, file) < 65535);
		fclose(file);
	}
	return text;
}

/** ca.pem, and tls.pem of terminal 0142 that holds from @p from_s until @p until_s. */
static inline void identity_fill(struct keys_folder *f, int64_t from_s, int64_t until_s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = identity_issue(f, "0142", key, f->ca_key, from_s, until_s);
	char *ca = identity_print(f->ca), *first = identity_print(certificate), *second = identity_print_key(key);
	size_t cap = strlen(first) + strlen(second) + 1;
	char *pair = calloc(1, cap);

	assert_non_null(pair);
	snprintf(pair, cap, "%s%s", first, second);
	identity_write(f, "ca.pem", ca);
	identity_write(f, "tls.pem", pair);
	free(pair);
	free(second);
	free(first);
	free(ca);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static inline void identity_make(struct keys_folder *f)
{
	*f = (struct keys_folder){.ca = NULL};
	snprintf(f->dir, sizeof f->dir, "%s/batti-identity-XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(f->dir));
	f->ca_key = EVP_EC_gen("P-256");
	f->ca = identity_issue(f, "Test CA", f->ca_key, f->ca_key, 1, INT64_C(4000000000));
}

static inline void identity_end(struct keys_folder *f)
{
	fixture_remove(f->dir);
	X509_free(f->ca);
	EVP_PKEY_free(f->ca_key);
}

#endif
