/* A terminal's certificate renewed at the head-end: for its own key only, whoever it is to the head-end by now.
 * rooms: core/sandbox
 * Rules: PROTOCOL H4, H5; /v1/terminals/{terminal}/certificate in assets/api/openapi.yaml. */
#include "tests/unit/sandbox_fixture.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/sandbox/ca.h"
#include "core/sandbox/terminal.h"

#define OWN "/v1/terminals/0142/certificate"

/** A request in PEM, yours; signed by @p with. */
static char *make_request(const char *name, EVP_PKEY *key, EVP_PKEY *with)
{
	X509_REQ *request = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL, *text;
	long len;

	X509_REQ_set_version(request, X509_REQ_VERSION_1);
	X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_UTF8, (const unsigned char *)name,
				   -1, -1, 0);
	X509_REQ_set_pubkey(request, key);
	assert_true(X509_REQ_sign(request, with, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509_REQ(bio, request), 1);
	len = BIO_get_mem_data(bio, &data);
	text = strndup(data, (size_t)len);
	BIO_free(bio);
	X509_REQ_free(request);
	return text;
}

static char *make_own(const char *name)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	char *request = make_request(name, key, key);

	EVP_PKEY_free(key);
	return request;
}

/* Enrolled with a key of its own; the request is the caller's. */
static char *enrol(struct head_end *h, const char *expected)
{
	char code[BT_SBX_CODE_LEN + 1], *csr = make_own("batti");
	json_t *answer;

	assert_true(bt_sbx_code_make(h->sbx.db, code));
	assert_int_equal(head_end_call_json(h, "", "POST", "/v1/enrolments",
					    json_pack("{s:s, s:s, s:s}", "code", code, "journal_key",
						      "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "csr", csr),
					    &answer),
			 201);
	assert_string_equal(json_string_value(json_object_get(answer, "terminal")), expected);
	json_decref(answer);
	return csr;
}

static int make(void **state)
{
	struct head_end *h = calloc(1, sizeof *h);

	assert_non_null(h);
	head_end_open(h, 4);
	free(enrol(h, "0142"));
	*state = h;
	return 0;
}

static unsigned renew(struct head_end *h, const char *terminal, const char *path, int era, const char *request,
		      json_t **answer)
{
	return head_end_call_json(h, terminal, "POST", path, json_pack("{s:i, s:s}", "era", era, "request", request),
				  answer);
}

static X509 *read_certificate(const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer, "certificate"));
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert_non_null(certificate);
	BIO_free(bio);
	return certificate;
}

/* How long it holds from now on, in seconds. */
static int64_t life_of(const X509 *certificate)
{
	int days = 0, seconds = 0;

	assert_int_equal(ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)), 1);
	return days * INT64_C(86400) + seconds;
}

static void check_answer(const json_t *answer, EVP_PKEY *key, int64_t life_s)
{
	X509 *certificate = read_certificate(answer);
	char name[32];

	X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
	assert_string_equal(name, "0142");
	assert_int_equal(X509_check_private_key(certificate, key), 1);
	assert_in_range(life_of(certificate), life_s - 60, life_s);
	assert_int_equal(json_integer_value(json_object_get(answer, "era")), 1);
	assert_true(json_integer_value(json_object_get(answer, "time")) > 0);
	X509_free(certificate);
}

static int64_t count(struct head_end *h)
{
	return bt_sbx_store_count(h->sbx.db, -1, "SELECT count(*) FROM certificates WHERE terminal='0142'", "");
}

static void the_same_request_gives_the_same_certificate(void **state)
{
	struct head_end *h = *state;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	char *request = make_request("0142", key, key), *anew = make_request("0142", key, key);
	json_t *first, *again;

	h->sbx.certificate_s = 864000;
	assert_int_equal(count(h), 1);
	assert_int_equal(renew(h, "0142", OWN, 1, request, &first), 201);
	check_answer(first, key, 864000);
	assert_int_equal(renew(h, "0142", OWN, 1, request, &again), 200);
	assert_string_equal(json_string_value(json_object_get(first, "certificate")),
			    json_string_value(json_object_get(again, "certificate")));
	json_decref(again);
	/* An era has begun meanwhile: what was given stays given, and nothing new is. */
	assert_int_equal(renew(h, "0142", OWN, 7, anew, &again), 200);
	json_decref(again);
	assert_int_equal(count(h), 2);
	/* The answer comes to be asked for when half of the time has gone: the key gets another. */
	bt_sbx_clock_skew(500000000);
	assert_int_equal(renew(h, "0142", OWN, 1, request, &again), 201);
	check_answer(again, key, 864000);
	assert_int_equal(count(h), 3);
	json_decref(again);
	json_decref(first);
	free(anew);
	free(request);
	EVP_PKEY_free(key);
}

static unsigned renew_expired(struct head_end *h, const char *path, const char *method, const char *body,
			      json_t **answer)
{
	char name[64];
	struct bt_sbx_reply reply = {.status = 200};
	struct bt_sbx_request request = {.terminal = "0142",
					 .is_expired = true,
					 .name = name,
					 .body = body,
					 .body_len = strlen(body),
					 .argument = head_end_argument,
					 .source = h};
	const struct bt_sbx_route *route = bt_sbx_route_find(method, path, name, sizeof name);
	unsigned status = bt_sbx_route_run(&h->sbx, route, &request, &reply);

	*answer = reply.body;
	return status;
}

/* Renewal and records under an expired certificate, with a strict head-end too; nothing else with that one. */
static void expired_it_renews_and_accounts(void **state)
{
	static const char *const others[] = {"/v1/lease", "/v1/tariffs", "/v1/directory", "/v1/consumers/100246000115"};
	struct head_end *h = *state;
	json_t *body, *answer;
	char *request = make_own("0142"), *text;

	body = json_pack("{s:i, s:s}", "era", 1, "request", request);
	text = bt_sbx_json_canonical(body);
	h->sbx.is_strict = true;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_int_equal(renew_expired(h, others[i], "GET", "", &answer), 401);
		assert_string_equal(head_end_code(answer), "certificate_expired");
		assert_false(json_object_get(answer, "sale_id"));
		json_decref(answer);
	}
	assert_int_equal(renew_expired(h, "/v1/sales", "POST", "{}", &answer), 401);
	assert_string_equal(head_end_code(answer), "certificate_expired");
	json_decref(answer);
	assert_int_equal(renew_expired(h, "/v1/journal/head", "GET", "", &answer), 200);
	json_decref(answer);
	assert_int_equal(renew_expired(h, OWN, "POST", text, &answer), 201);
	json_decref(answer);
	h->sbx.is_strict = false;
	assert_int_equal(renew_expired(h, "/v1/tariffs", "GET", "", &answer), 200);
	json_decref(answer);
	free(text);
	json_decref(body);
	free(request);
}

static void revoked_it_renews_and_gets_no_right_back(void **state)
{
	struct head_end *h = *state;
	char *request = make_own("0142");
	json_t *answer;

	assert_true(bt_sbx_terminal_revoke(&h->sbx, "0142"));
	assert_int_equal(renew(h, "0142", OWN, 1, request, &answer), 201);
	json_decref(answer);
	assert_int_equal(head_end_call(h, "0142", "GET", "/v1/lease", "", &answer), 403);
	assert_string_equal(head_end_code(answer), "revoked");
	json_decref(answer);
	free(request);
}

static void refused(struct head_end *h, const char *terminal, const char *path, int era, const char *request,
		    unsigned status, const char *code)
{
	int64_t before = count(h);
	json_t *answer;

	assert_int_equal(renew(h, terminal, path, era, request, &answer), status);
	assert_string_equal(head_end_code(answer), code);
	assert_int_equal(count(h), before);
	json_decref(answer);
}

static void what_belongs_to_another_is_refused(void **state)
{
	struct head_end *h = *state;
	EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
	char *own = make_own("0142"), *theirs = make_request("0143", key, key), *stolen, *unnamed = make_own("batti");
	json_t *answer;

	free(enrol(h, "0143"));
	refused(h, "", OWN, 1, own, 401, "no_certificate");
	refused(h, "0199", OWN, 1, own, 401, "no_certificate");
	refused(h, "0143", OWN, 1, own, 403, "wrong_terminal");
	refused(h, "0142", "/v1/terminals/0143/certificate", 1, own, 403, "wrong_terminal");
	refused(h, "0142", OWN, 1, theirs, 403, "wrong_terminal");
	refused(h, "0142", OWN, 1, unnamed, 403, "wrong_terminal");
	/* A key that 0143 has a certificate for. */
	assert_int_equal(renew(h, "0143", "/v1/terminals/0143/certificate", 1, theirs, &answer), 201);
	json_decref(answer);
	stolen = make_request("0142", key, key);
	refused(h, "0142", OWN, 1, stolen, 403, "wrong_terminal");
	free(stolen);
	/* A key whose owner has not signed. */
	stolen = make_request("0142", key, other);
	refused(h, "0142", OWN, 1, stolen, 400, "malformed");
	refused(h, "0142", OWN, 2, own, 409, "era");
	free(stolen);
	free(unnamed);
	free(theirs);
	free(own);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static void garbage_is_refused(void **state)
{
	static const char *const bodies[] = {"",
					     "[]",
					     "{}",
					     "{\"era\":1}",
					     "{\"era\":1,\"request\":7}",
					     "{\"era\":1,\"request\":\"\"}",
					     "{\"era\":1,\"request\":\"-----BEGIN CERTIFICATE REQUEST-----\"}",
					     "{\"era\":\"1\",\"request\":\"x\"}"};
	struct head_end *h = *state;
	EVP_PKEY *wide = EVP_EC_gen("P-384");
	char *request = make_own("0142"), *strong = make_request("0142", wide, wide);
	json_t *answer;

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		assert_int_equal(head_end_call(h, "0142", "POST", OWN, bodies[i], &answer), 400);
		assert_string_equal(head_end_code(answer), "malformed");
		json_decref(answer);
	}
	refused(h, "0142", OWN, 1, strong, 400, "malformed");
	/* One byte of the text at a time; a change of the base64 that is none of the request may go through. */
	for (size_t i = 40; i < strlen(request) - 40; i += 7) {
		char kept = request[i];
		unsigned status;

		request[i] = kept == '!' ? '?' : '!';
		status = renew(h, "0142", OWN, 1, request, &answer);
		assert_int_equal(status, 400);
		json_decref(answer);
		request[i] = kept;
	}
	assert_int_equal(renew(h, "0142", OWN, 1, request, &answer), 201);
	json_decref(answer);
	free(strong);
	free(request);
	EVP_PKEY_free(wide);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, head_end_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_same_request_gives_the_same_certificate),
	    TEST(expired_it_renews_and_accounts),
	    TEST(revoked_it_renews_and_gets_no_right_back),
	    TEST(what_belongs_to_another_is_refused),
	    TEST(garbage_is_refused),
	};

	return cmocka_run_group_tests_name("renewal at the head-end", tests, NULL, NULL);
}
