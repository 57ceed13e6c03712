/* Renewal of the TLS certificate on disk: when it is due, what is taken and what is not, and every step cut: whatever
 * lies there after it, key and certificate belong together and the renewal comes to its end.
 * rooms: core/authority core/base
 * The head-end of this test signs with OpenSSL itself. */
#include "core/authority/identity.h"

#include "core/base/json.h"
#include "tests/unit/failing_disk.h"
#include "tests/unit/identity_fixture.h"

#define NOW_S    INT64_C(1795350245)
#define DAY_MS   (IDENTITY_DAY_S * 1000)
#define OLD_FROM (NOW_S - 300 * IDENTITY_DAY_S)
#define OLD_TILL (NOW_S + 65 * IDENTITY_DAY_S) /* 365 days in all */
#define NEW_TILL (NOW_S + 365 * IDENTITY_DAY_S)

static struct keys_folder folder;
static struct bt_fault fault;

static int make(void **state)
{
	(void)state;
	identity_make(&folder);
	identity_fill(&folder, OLD_FROM, OLD_TILL);
	failing_disk_make(0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	identity_end(&folder);
	return 0;
}

static enum bt_err open_as(const char *terminal, struct bt_identity **out)
{
	return bt_identity_open(&failing_disk.disk, folder.dir, terminal, out, &fault);
}

static struct bt_identity *open_good(void)
{
	struct bt_identity *identity = NULL;

	assert_int_equal(open_as("0142", &identity), BT_OK);
	return identity;
}

/** The request as it would be sent; yours. NULL when it could not be made. */
static char *ask(struct bt_identity *identity)
{
	struct bt_buf request;
	char *text = NULL;

	bt_buf_init(&request, BT_IDENTITY_REQUEST_MAX);
	if (bt_identity_request(identity, &request, &fault) == BT_OK)
		text = strndup((const char *)request.data, request.len);
	bt_buf_fini(&request);
	return text;
}

static enum bt_err give(struct bt_identity *identity, const char *certificate)
{
	json_t *json = json_pack("{s:s, s:i, s:i}", "certificate", certificate, "time", 1, "era", 1);
	char *text = json_dumps(json, JSON_COMPACT);
	enum bt_err err = bt_identity_take(identity, bt_bytes_of(text), &fault);

	free(text);
	json_decref(json);
	return err;
}

static bool is_there(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder.dir, name);
	return access(path, F_OK) == 0;
}

/* By OpenSSL alone: the file as curl would read it. */
static int64_t check_pair(void)
{
	char *text = identity_read(&folder, "tls.pem");
	BIO *first = BIO_new_mem_buf(text, -1), *second = BIO_new_mem_buf(text, -1);
	X509 *certificate = PEM_read_bio_X509(first, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(second, NULL, NULL, NULL);
	ASN1_TIME *new_till = ASN1_TIME_set(NULL, NEW_TILL), *old_till = ASN1_TIME_set(NULL, OLD_TILL);
	int64_t till = 0;

	assert_non_null(certificate);
	assert_non_null(key);
	assert_int_equal(X509_check_private_key(certificate, key), 1);
	if (ASN1_TIME_compare(X509_get0_notAfter(certificate), new_till) == 0)
		till = NEW_TILL;
	if (ASN1_TIME_compare(X509_get0_notAfter(certificate), old_till) == 0)
		till = OLD_TILL;
	assert_true(till != 0);
	ASN1_TIME_free(new_till);
	ASN1_TIME_free(old_till);
	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(first);
	BIO_free(second);
	free(text);
	return till;
}

static void renews_with_a_key_of_its_own(void **state)
{
	struct bt_identity *identity = open_good();
	char *before = identity_read(&folder, "tls.pem"), *request, *certificate, *after;

	(void)state;
	assert_int_equal(bt_identity_until_ms(identity), OLD_TILL * 1000);
	assert_false(is_there("tls.next"));
	request = ask(identity);
	assert_non_null(request);
	assert_true(is_there("tls.next"));
	assert_int_equal(check_pair(), OLD_TILL);
	certificate = identity_sign(&folder, request, "0142", NOW_S, NEW_TILL);
	assert_int_equal(give(identity, certificate), BT_OK);
	assert_int_equal(check_pair(), NEW_TILL);
	assert_false(is_there("tls.next"));
	assert_int_equal(bt_identity_until_ms(identity), NEW_TILL * 1000);
	after = identity_read(&folder, "tls.pem");
	assert_null(strstr(after, strstr(before, "-----BEGIN PRIVATE KEY-----")));
	/* What came twice was asked for once. */
	assert_int_equal(give(identity, certificate), BT_ESTATE);
	bt_identity_close(identity);
	identity = open_good();
	assert_int_equal(bt_identity_until_ms(identity), NEW_TILL * 1000);
	bt_identity_close(identity);
	free(after);
	free(certificate);
	free(request);
	free(before);
}

static void the_same_request_until_it_is_answered(void **state)
{
	struct bt_identity *identity = open_good();
	char *first = ask(identity), *again = ask(identity), *later;

	(void)state;
	assert_non_null(first);
	assert_string_equal(first, again);
	bt_identity_close(identity);
	identity = open_good();
	later = ask(identity);
	assert_string_equal(first, later);
	bt_identity_close(identity);
	free(later);
	free(again);
	free(first);
}

static void due_by_a_third_or_thirty_days(void **state)
{
	static const struct {
		int64_t days, early_ms;
	} rows[] = {{365, 30 * DAY_MS}, {90, 30 * DAY_MS}, {89, 89 * DAY_MS / 3}, {3, DAY_MS}, {3650, 30 * DAY_MS}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bt_identity *identity;

		identity_fill(&folder, NOW_S, NOW_S + rows[i].days * IDENTITY_DAY_S);
		identity = open_good();
		assert_int_equal(bt_identity_renew_ms(identity),
				 (NOW_S + rows[i].days * IDENTITY_DAY_S) * 1000 - rows[i].early_ms);
		bt_identity_close(identity);
	}
}

static void refused(struct bt_identity *identity, char *certificate)
{
	assert_int_equal(give(identity, certificate), BT_EFORMAT);
	assert_int_equal(check_pair(), OLD_TILL);
	assert_int_equal(bt_identity_until_ms(identity), OLD_TILL * 1000);
	free(certificate);
}

static void takes_no_other_certificate(void **state)
{
	struct bt_identity *identity = open_good();
	EVP_PKEY *other = EVP_EC_gen("P-256");
	char *request = ask(identity), *again;
	X509 *foreign = identity_issue(&folder, "0142", other, folder.ca_key, NOW_S, NEW_TILL);
	struct keys_folder elsewhere = folder;

	(void)state;
	elsewhere.ca_key = other;
	refused(identity, identity_print(foreign)); /* another key */
	refused(identity, identity_sign(&folder, request, "0143", NOW_S, NEW_TILL));
	refused(identity, identity_sign(&elsewhere, request, "0142", NOW_S, NEW_TILL)); /* another CA */
	refused(identity, identity_sign(&folder, request, "0142", NOW_S, OLD_TILL));    /* no gain */
	refused(identity, identity_read(&folder, "tls.next"));
	refused(identity, strdup("garbage"));
	refused(identity, strdup(""));
	assert_int_equal(bt_identity_take(identity, bt_bytes_of("{}"), &fault), BT_EFORMAT);
	assert_int_equal(bt_identity_take(identity, bt_bytes_of("{\"certificate\":7}"), &fault), BT_EFORMAT);
	assert_int_equal(bt_identity_take(identity, bt_bytes_of("nothing"), &fault), BT_EFORMAT);
	again = ask(identity);
	assert_string_equal(request, again);
	free(again);
	free(request);
	X509_free(foreign);
	EVP_PKEY_free(other);
	bt_identity_close(identity);
}

/* From operation @p at on nothing of the disk works, as if the power had gone; then everything is looked at anew. */
static bool cut_at(int at)
{
	struct bt_identity *identity = NULL;
	char *request, *certificate = NULL;
	bool ended;

	failing_disk_make(at);
	if (open_as("0142", &identity) == BT_OK && (request = ask(identity)) != NULL) {
		certificate = identity_sign(&folder, request, "0142", NOW_S, NEW_TILL);
		if (give(identity, certificate) != BT_OK) {
			/* The program lives on: what failed is done again once the disk works. */
			char *again = ask(identity);

			assert_string_equal(request, again);
			free(again);
		}
		free(request);
	}
	bt_identity_close(identity);
	ended = failing_disk.operations < at;
	failing_disk_make(0);
	check_pair();
	identity = open_good();
	check_pair();
	if (bt_identity_until_ms(identity) != NEW_TILL * 1000) {
		request = ask(identity);
		assert_non_null(request);
		/* The head-end gave a certificate for this key already, if it was asked. */
		if (!certificate)
			certificate = identity_sign(&folder, request, "0142", NOW_S, NEW_TILL);
		assert_int_equal(give(identity, certificate), BT_OK);
		free(request);
	}
	assert_int_equal(check_pair(), NEW_TILL);
	assert_false(is_there("tls.next"));
	assert_false(is_there("tls.new"));
	assert_false(is_there("tls.key"));
	assert_false(is_there("tls.crt"));
	bt_identity_close(identity);
	free(certificate);
	return ended;
}

static void every_step_may_be_cut(void **state)
{
	int at = 1;

	(void)state;
	while (at < 100 && !cut_at(at)) {
		fixture_empty(folder.dir);
		identity_fill(&folder, OLD_FROM, OLD_TILL);
		at++;
	}
	/* Twice write, sync, rename and sync the folder; then the name of the next one goes. */
	assert_in_range(at, 12, 99);
}

/* Certificate and key in two files, as an older version left them. */
static void fill_as_of_old(void)
{
	char *pair, *key;

	fixture_empty(folder.dir);
	identity_fill(&folder, OLD_FROM, OLD_TILL);
	pair = identity_read(&folder, "tls.pem");
	key = strstr(pair, "-----BEGIN PRIVATE KEY-----");
	identity_write(&folder, "tls.key", key);
	*key = '\0';
	identity_write(&folder, "tls.crt", pair);
	free(pair);
	pair = malloc(256);
	assert_non_null(pair);
	snprintf(pair, 256, "%s/tls.pem", folder.dir);
	assert_int_equal(unlink(pair), 0);
	free(pair);
}

/* Before the first operation that worked there is no tls.pem yet; the two old files are there still. */
static void an_older_folder_is_joined_whatever_is_cut(void **state)
{
	(void)state;
	for (int at = 1; at < 20; at++) {
		struct bt_identity *identity = NULL;

		fill_as_of_old();
		failing_disk_make(at);
		(void)open_as("0142", &identity);
		bt_identity_close(identity);
		assert_true(is_there("tls.pem") || (is_there("tls.key") && is_there("tls.crt")));
		failing_disk_make(0);
		identity = open_good();
		assert_int_equal(bt_identity_until_ms(identity), OLD_TILL * 1000);
		assert_int_equal(check_pair(), OLD_TILL);
		assert_false(is_there("tls.key"));
		assert_false(is_there("tls.crt"));
		bt_identity_close(identity);
	}
}

static void what_cannot_be_read(void **state)
{
	struct bt_identity *identity = open_good();
	char *request = ask(identity), *other, *next = identity_read(&folder, "tls.next"), *pair;

	(void)state;
	bt_identity_close(identity);
	/* A next key that is torn, or of another terminal, is put away and another made. */
	next[strlen(next) / 2] = '\0';
	identity_write(&folder, "tls.next", next);
	identity = open_good();
	assert_false(is_there("tls.next"));
	other = ask(identity);
	assert_string_not_equal(request, other);
	bt_identity_close(identity);
	pair = identity_read(&folder, "tls.pem");
	identity = NULL;
	assert_int_equal(open_as("0143", &identity), BT_OK);
	assert_false(is_there("tls.next"));
	bt_identity_close(identity);
	/* The certificate in force is needed. */
	identity = NULL;
	identity_write(&folder, "tls.pem", strstr(pair, "-----BEGIN PRIVATE KEY-----"));
	assert_int_equal(open_as("0142", &identity), BT_EFORMAT);
	pair[strlen(pair) - 40] = '\0';
	identity_write(&folder, "tls.pem", pair);
	assert_int_equal(open_as("0142", &identity), BT_EFORMAT);
	fixture_empty(folder.dir);
	assert_int_equal(open_as("0142", &identity), BT_ENOTFOUND);
	assert_null(identity);
	free(pair);
	free(other);
	free(next);
	free(request);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(renews_with_a_key_of_its_own),  TEST(the_same_request_until_it_is_answered),
	    TEST(due_by_a_third_or_thirty_days), TEST(takes_no_other_certificate),
	    TEST(every_step_may_be_cut),         TEST(an_older_folder_is_joined_whatever_is_cut),
	    TEST(what_cannot_be_read),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
