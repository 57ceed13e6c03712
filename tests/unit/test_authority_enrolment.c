/* Enrolment: request, reply, files; what is refused leaves no enrolled folder; the vault key is nowhere in clear.
 * rooms: core/authority core/base
 * The head-end of this test signs the certificate itself, with OpenSSL. */
#include "core/authority/enrolment.h"
#include "core/authority/key_driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cmocka.h>

#include "core/authority/record_key.h"
#include "core/base/file.h"
#include "core/base/json.h"

#define NOW        INT64_C(1795000000000)
#define URL        "https://127.0.0.1:8443"
#define PASSPHRASE "lamp oil and wicks"

static const uint8_t vault_key[32] = {0xde, 0xad, 0xbe, 0xef, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70,
				      0x80, 0x90, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x17, 0x28, 0x39,
				      0x4a, 0x5b, 0x6c, 0x7d, 0x8e, 0x9f, 0xa0, 0xb1, 0xc2, 0xd3};
static const char *const files[] = {"terminal.json", "keys/journal.key", "keys/receipt.key", "keys/tls.pem",
				    "keys/ca.pem"};

static char dir[256];
static EVP_PKEY *ca_key;
static X509 *ca;

/* ---- the head-end ---- */

static char *print_certificate(X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text;
	long len;

	assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	len = BIO_get_mem_data(bio, &data);
	text = strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

static X509 *issue(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
	return certificate;
}

/** Read the request as a head-end would. @return the certificate in PEM; yours. */
static char *sign_request(struct bt_bytes request, const char *name, EVP_PKEY *with, uint8_t journal_key[32])
{
	json_t *json = json_loadb((const char *)request.data, request.len, 0, NULL);
	BIO *bio = BIO_new_mem_buf(json_string_value(json_object_get(json, "csr")), -1);
	X509_REQ *csr = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	char subject[32], *text;
	X509 *certificate;
	size_t len;

	assert_non_null(csr);
	assert_int_equal(X509_REQ_verify(csr, X509_REQ_get0_pubkey(csr)), 1);
	assert_string_equal(EVP_PKEY_get0_type_name(X509_REQ_get0_pubkey(csr)), "EC");
	assert_int_equal(EVP_PKEY_get_bits(X509_REQ_get0_pubkey(csr)), 256);
	X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(csr), NID_commonName, subject, sizeof subject);
	assert_string_equal(subject, "batti");
	assert_string_equal(json_string_value(json_object_get(json, "code")), "AB12-CD34-EF56");
	assert_int_equal(
	    bt_base64_decode(json_string_value(json_object_get(json, "journal_key")), journal_key, 32, &len), BT_OK);
	assert_int_equal(len, 32);
	certificate = issue(name, X509_REQ_get0_pubkey(csr), ca, with);
	text = print_certificate(certificate);
	X509_free(certificate);
	X509_REQ_free(csr);
	BIO_free(bio);
	json_decref(json);
	return text;
}

static json_t *make_bytes(const uint8_t *data, size_t len)
{
	char text[128];

	assert_int_equal(bt_base64_encode((struct bt_bytes){data, len}, text, sizeof text), BT_OK);
	return json_string(text);
}

static json_t *make_operator(const char *id, const char *role)
{
	static const uint8_t salt[16] = {5, 5};
	static uint8_t hash[32]; /* of the same PIN every time: stretched once, it takes half a second */
	static bool stretched;

	if (!stretched)
		assert_int_equal(bt_scrypt(bt_bytes_of("112233"), BT_BYTES(salt), 17, hash, sizeof hash), BT_OK);
	stretched = true;
	return json_pack("{s:s, s:{s:s,s:s}, s:{s:s,s:s}, s:s, s:o, s:o}", "id", id, "name", "en", "Rina Kumari", "hi",
			 "रीना कुमारी", "short", "en", "Rina", "hi", "रीना", "role", role, "pin_salt",
			 make_bytes(salt, sizeof salt), "pin_hash", make_bytes(hash, sizeof hash));
}

static json_t *make_reply(const char *certificate)
{
	static const uint8_t head_end_key[32] = {42, 43};
	char *authority = print_certificate(ca);
	json_t *reply = json_pack(
	    "{s:s, s:{s:s,s:s}, s:s, s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:{s:s,s:s}, s:s, s:s, s:[o,o], s:I}",
	    "terminal", "0142", "counter", "en", "Danapur counter 2", "hi", "दानापुर काउंटर 2", "certificate",
	    certificate, "ca", authority, "head_end_key", make_bytes(head_end_key, 32), "vault_key",
	    make_bytes(vault_key, 32), "lane", 3, "lanes", 16, "era", 1, "tid_floor", 77, "shift_next", 611, "utility",
	    "en", "South Bihar Power", "hi", "", "complaint", "1912", "control_room", "0612-250 0000", "operators",
	    make_operator("rina", "clerk"), make_operator("jha", "supervisor"), "time", (json_int_t)NOW);

	assert_non_null(reply);
	free(authority);
	return reply;
}

/* ---- the folder ---- */

static int make_world(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "%s/batti-enrol-XXXXXX", P_tmpdir);
	ca_key = EVP_EC_gen("P-256");
	ca = issue("Test CA", ca_key, NULL, ca_key);
	return mkdtemp(dir) ? 0 : -1;
}

static void remove_files(void)
{
	char path[320];

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/keys", dir);
	rmdir(path);
}

static int end_world(void **state)
{
	(void)state;
	EVP_PKEY_free(ca_key);
	X509_free(ca);
	return rmdir(dir);
}

static bool is_enrolled(void)
{
	struct bt_enrolment enrolment;
	struct bt_fault fault;

	return bt_enrolment_load(dir, &enrolment, &fault) == BT_OK;
}

struct attempt {
	struct bt_enrolling *enrolling;
	struct bt_buf body;
	uint8_t journal_key[32];
	char *certificate;
};

static struct attempt begin(const char *name, EVP_PKEY *with)
{
	struct bt_random random = bt_random_system();
	struct attempt attempt = {0};
	struct bt_fault fault;

	bt_buf_init(&attempt.body, 8192);
	assert_int_equal(bt_enrolling_open(&random, "AB12-CD34-EF56", &attempt.enrolling, &attempt.body, &fault),
			 BT_OK);
	attempt.certificate = sign_request(bt_buf_view(&attempt.body), name, with, attempt.journal_key);
	return attempt;
}

static void end(struct attempt *attempt)
{
	bt_enrolling_close(attempt->enrolling);
	bt_buf_fini(&attempt->body);
	free(attempt->certificate);
}

static enum bt_err finish(const struct attempt *attempt, json_t *reply, const char *passphrase,
			  struct bt_enrolment *out)
{
	char *text = json_dumps(reply, JSON_COMPACT);
	struct bt_fault fault;
	enum bt_err err = bt_enrolling_finish(attempt->enrolling, bt_bytes_of(text), URL, bt_bytes_of(passphrase),
					      BT_FOR_LIVE, dir, NOW, out, &fault);

	free(text);
	return err;
}

/* ---- tests ---- */

static void assert_files_private_and_without_vault_key(void)
{
	char path[320], hex[65], base64[64];
	struct stat info;
	struct bt_fault fault;

	bt_hex_encode(BT_BYTES(vault_key), hex);
	assert_int_equal(bt_base64_encode(BT_BYTES(vault_key), base64, sizeof base64), BT_OK);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct bt_buf content;

		snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_mode & 0777, 0600);
		bt_buf_init(&content, 1u << 20);
		assert_int_equal(bt_file_read(path, &content, &fault), BT_OK);
		assert_null(memmem(content.data, content.len, vault_key, sizeof vault_key));
		assert_null(memmem(content.data, content.len, vault_key + 8, 16));
		assert_null(memmem(content.data, content.len, base64, 42));
		assert_null(memmem(content.data, content.len, hex, 64));
		bt_buf_fini(&content);
	}
	snprintf(path, sizeof path, "%s/keys", dir);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
}

/* And where an older version made none, the journal key as long as it was never changed. */
static void assert_receipt_key_is_one_of_its_own(const uint8_t journal_key[32])
{
	char path[300], other[300];
	struct bt_signer *signer = NULL;
	struct bt_fault fault;
	struct bt_buf text;

	assert_int_equal(bt_enrolment_receipt_signer(dir, &signer, &fault), BT_OK);
	assert_memory_not_equal(bt_signer_public(signer), journal_key, 32);
	bt_signer_close(signer);
	bt_text_printf(path, sizeof path, "%s/keys/receipt.key", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bt_enrolment_receipt_signer(dir, &signer, &fault), BT_OK);
	assert_memory_equal(bt_signer_public(signer), journal_key, 32);
	bt_signer_close(signer);
	assert_int_equal(access(path, R_OK), 0);
	/* Behind a changed key stand certificates. */
	bt_text_printf(other, sizeof other, "%s/keys/journal.key", dir);
	bt_buf_init(&text, 512);
	assert_int_equal(bt_file_read(other, &text, &fault), BT_OK);
	assert_int_equal(bt_buf_put_text(&text, "a certificate\n"), BT_OK);
	assert_int_equal(bt_file_replace(other, bt_buf_view(&text), 0600, &fault), BT_OK);
	bt_buf_fini(&text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bt_enrolment_receipt_signer(dir, &signer, &fault), BT_EFORMAT);
	assert_int_not_equal(access(path, R_OK), 0);
}

static void authority_enrolment_round_trip(void **state)
{
	struct attempt attempt = begin("0142", ca_key);
	json_t *reply = make_reply(attempt.certificate);
	struct bt_enrolment made = {0}, loaded = {0};
	struct bt_vault vault = {0};
	struct bt_record_key *keys = NULL;
	const struct bt_random random = bt_random_system();
	const struct bt_key_store *store;
	const struct bt_operator *rina;
	struct bt_fault fault;
	char path[300];

	(void)state;
	assert_int_equal(finish(&attempt, reply, PASSPHRASE, &made), BT_OK);
	assert_files_private_and_without_vault_key();
	assert_int_equal(bt_enrolment_load(dir, &loaded, &fault), BT_OK);
	assert_memory_equal(&made.vault, &loaded.vault, sizeof made.vault);
	assert_memory_equal(made.operators[1].pin_hash, loaded.operators[1].pin_hash, 32);
	assert_string_equal(made.operators[1].name.hi, loaded.operators[1].name.hi);
	assert_string_equal(loaded.url, URL);
	assert_string_equal(loaded.terminal, "0142");
	assert_string_equal(loaded.counter.hi, "दानापुर काउंटर 2");
	assert_string_equal(loaded.utility.hi, "");
	assert_int_equal(loaded.lane.index, 3);
	assert_int_equal(loaded.lane.floor, 77);
	assert_int_equal(loaded.shift_next, 611);
	assert_int_equal(loaded.enrolled_at_ms, NOW);
	assert_int_equal(loaded.head_end_key[0], 42);
	assert_int_equal(loaded.operator_count, 2);
	rina = bt_enrolment_operator(&loaded, "rina");
	assert_non_null(rina);
	assert_int_equal(rina->role, BT_ROLE_CLERK);
	assert_int_equal(bt_enrolment_operator(&loaded, "jha")->role, BT_ROLE_SUPERVISOR);
	assert_null(bt_enrolment_operator(&loaded, "rin"));
	assert_int_equal(bt_operator_check_pin(rina, bt_bytes_of("112233")), BT_OK);
	assert_int_equal(bt_operator_check_pin(rina, bt_bytes_of("112234")), BT_EAUTH);
	bt_text_printf(path, sizeof path, "%s/keys", dir);
	assert_int_equal(bt_record_key_open(NULL, path, loaded.terminal, &random, &keys, &fault), BT_OK);
	store = bt_record_key_store(keys);
	assert_memory_equal(bt_signer_public(store->newest(store->self)), attempt.journal_key, 32);
	assert_true(loaded.has_journal_key);
	assert_memory_equal(loaded.journal_key, attempt.journal_key, 32);
	assert_int_equal(bt_vault_unseal(&loaded.vault, bt_bytes_of(PASSPHRASE), &vault), BT_OK);
	assert_memory_equal(vault.key.data, vault_key, sizeof vault_key);
	bt_vault_seal(&vault);
	bt_record_key_close(keys);
	assert_receipt_key_is_one_of_its_own(attempt.journal_key);
	json_decref(reply);
	end(&attempt);
	remove_files();
}

/* ---- training ---- */

static enum bt_err finish_for(enum bt_purpose purpose, bool published)
{
	struct attempt attempt = begin("0142", ca_key);
	json_t *reply = make_reply(attempt.certificate);
	struct bt_enrolment made;
	struct bt_fault fault;
	enum bt_err err;
	char *text;

	if (published)
		json_object_set_new(reply, "vault_key", make_bytes(bt_vault_training_key, 32));
	text = json_dumps(reply, JSON_COMPACT);
	err = bt_enrolling_finish(attempt.enrolling, bt_bytes_of(text), URL, bt_bytes_of(PASSPHRASE), purpose, dir, NOW,
				  &made, &fault);
	free(text);
	json_decref(reply);
	end(&attempt);
	return err;
}

/* What the key driver of a terminal for @p purpose says of the keys of this folder. */
static enum bt_err unlock_for(enum bt_purpose purpose, const struct bt_enrolment *enrolment)
{
	const struct bt_key_driver *driver = bt_key_driver_find("sealed");
	struct bt_key_terms terms = {.wrap = &enrolment->vault, .purpose = purpose};
	struct bt_fault fault;
	void *opened = NULL;
	enum bt_err err = driver->unlock(&terms, bt_bytes_of(PASSPHRASE), &opened, &fault);

	if (err)
		assert_null(opened);
	else
		driver->lock(opened);
	return err;
}

static void authority_enrolment_of_training_is_refused_when_live(void **state)
{
	struct bt_enrolment loaded;
	struct bt_fault fault;

	(void)state;
	assert_int_equal(finish_for(BT_FOR_LIVE, true), BT_EINPUT);
	assert_false(is_enrolled());
	assert_int_equal(finish_for(BT_FOR_TRAINING, true), BT_OK);
	assert_int_equal(bt_enrolment_load(dir, &loaded, &fault), BT_OK);
	assert_int_equal(loaded.purpose, BT_FOR_TRAINING);
	assert_int_equal(unlock_for(BT_FOR_TRAINING, &loaded), BT_OK);
	assert_int_equal(unlock_for(BT_FOR_LIVE, &loaded), BT_EINPUT);
	remove_files();
}

static void authority_enrolment_live_is_refused_in_training(void **state)
{
	struct bt_enrolment loaded;
	struct bt_fault fault;

	(void)state;
	assert_int_equal(finish_for(BT_FOR_TRAINING, false), BT_EINPUT);
	assert_false(is_enrolled());
	assert_int_equal(finish_for(BT_FOR_LIVE, false), BT_OK);
	assert_int_equal(bt_enrolment_load(dir, &loaded, &fault), BT_OK);
	assert_int_equal(loaded.purpose, BT_FOR_LIVE);
	assert_int_equal(unlock_for(BT_FOR_LIVE, &loaded), BT_OK);
	assert_int_equal(unlock_for(BT_FOR_TRAINING, &loaded), BT_EINPUT);
	remove_files();
}

/* The file is only a word; the key itself is what counts. */
static void authority_enrolment_with_the_word_of_training_cut_out(void **state)
{
	struct bt_enrolment loaded;
	struct bt_fault fault;
	char path[300], *at;
	struct bt_buf text;

	(void)state;
	assert_int_equal(finish_for(BT_FOR_TRAINING, true), BT_OK);
	bt_text_printf(path, sizeof path, "%s/terminal.json", dir);
	bt_buf_init(&text, 1u << 16);
	assert_int_equal(bt_file_read(path, &text, &fault), BT_OK);
	assert_int_equal(bt_buf_put_text(&text, ""), BT_OK);
	at = memmem(text.data, text.len, "\"training\"", 10);
	assert_non_null(at);
	memcpy(at, "\"draining\"", 10);
	assert_int_equal(bt_file_replace(path, bt_buf_view(&text), 0600, &fault), BT_OK);
	bt_buf_fini(&text);
	assert_int_equal(bt_enrolment_load(dir, &loaded, &fault), BT_OK);
	assert_int_equal(loaded.purpose, BT_FOR_LIVE);
	assert_int_equal(unlock_for(BT_FOR_LIVE, &loaded), BT_EINPUT);
	remove_files();
}

/* A module holds keys that nobody published. */
static void authority_enrolment_training_takes_no_module(void **state)
{
	struct bt_key_terms terms = {.uri = "pkcs11:token=any", .purpose = BT_FOR_TRAINING};
	struct bt_fault fault;
	void *opened = NULL;

	(void)state;
	assert_int_equal(bt_key_driver_find("module")->unlock(&terms, bt_bytes_of("1234"), &opened, &fault), BT_EINPUT);
	assert_null(opened);
}

static void authority_enrolment_refuses_codes(void **state)
{
	static const char *const bad[] = {"", "ABC", "ab12-cd34-ef56", "AB12 CD34",
					  "AB12-CD34-EF56-AB12-CD34-EF56-AB12"};
	struct bt_random random = bt_random_system();
	struct bt_enrolling *enrolling = NULL;
	struct bt_fault fault;
	struct bt_buf body;

	(void)state;
	bt_buf_init(&body, 8192);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(bt_enrolling_open(&random, bad[i], &enrolling, &body, &fault), BT_EINPUT);
	assert_null(enrolling);
	assert_int_equal(body.len, 0);
	bt_enrolling_close(NULL);
}

static void authority_enrolment_refuses_a_short_passphrase(void **state)
{
	struct attempt attempt = begin("0142", ca_key);
	json_t *reply = make_reply(attempt.certificate);
	struct bt_enrolment made = {.era = 99};

	(void)state;
	assert_int_equal(finish(&attempt, reply, "1234567", &made), BT_EINPUT);
	assert_int_equal(made.era, 99);
	assert_false(is_enrolled());
	json_decref(reply);
	end(&attempt);
}

static void authority_enrolment_refuses_certificates_not_ours(void **state)
{
	EVP_PKEY *stranger = EVP_EC_gen("P-256");
	struct attempt named = begin("0143", ca_key), forged = begin("0142", stranger), good = begin("0142", ca_key);
	struct bt_enrolment made;
	json_t *reply;

	(void)state;
	reply = make_reply(named.certificate);
	assert_int_equal(finish(&named, reply, PASSPHRASE, &made), BT_EFORMAT);
	json_decref(reply);
	reply = make_reply(forged.certificate);
	assert_int_equal(finish(&forged, reply, PASSPHRASE, &made), BT_EFORMAT);
	json_decref(reply);
	/* A good certificate, of another terminal's key. */
	reply = make_reply(good.certificate);
	assert_int_equal(finish(&named, reply, PASSPHRASE, &made), BT_EFORMAT);
	json_decref(reply);
	assert_false(is_enrolled());
	EVP_PKEY_free(stranger);
	end(&named);
	end(&forged);
	end(&good);
}

static void authority_enrolment_refuses_replies_out_of_form(void **state)
{
	static const char *const members[] = {"terminal",   "counter", "certificate", "ca",           "head_end_key",
					      "vault_key",  "lane",    "lanes",       "era",          "tid_floor",
					      "shift_next", "utility", "complaint",   "control_room", "operators"};
	static const char *const bad[][2] = {{"terminal", "\"../x\""},
					     {"lane", "0"},
					     {"lane", "16"},
					     {"lanes", "129"},
					     {"tid_floor", "16777216"},
					     {"era", "0"},
					     {"vault_key", "\"AAAA\""},
					     {"head_end_key", "\"AAAA\""},
					     {"operators", "[]"},
					     {"shift_next", "1.5"},
					     {"counter", "{\"en\":1,\"hi\":\"\"}"}};
	struct attempt attempt = begin("0142", ca_key);
	struct bt_enrolment made = {.era = 99};

	(void)state;
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		json_t *reply = make_reply(attempt.certificate);

		json_object_del(reply, members[i]);
		assert_int_equal(finish(&attempt, reply, PASSPHRASE, &made), BT_EFORMAT);
		json_decref(reply);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		json_t *reply = make_reply(attempt.certificate);

		json_object_set_new(reply, bad[i][0], json_loads(bad[i][1], JSON_DECODE_ANY, NULL));
		assert_int_equal(finish(&attempt, reply, PASSPHRASE, &made), BT_EFORMAT);
		json_decref(reply);
	}
	assert_int_equal(made.era, 99);
	assert_false(is_enrolled());
	end(&attempt);
	remove_files();
}

static void authority_enrolment_load_refuses_a_cut_file(void **state)
{
	struct attempt attempt = begin("0142", ca_key);
	json_t *reply = make_reply(attempt.certificate);
	struct bt_enrolment made, loaded;
	struct bt_fault fault;
	struct bt_buf file;
	char path[320];

	(void)state;
	assert_int_equal(bt_enrolment_load(dir, &loaded, &fault), BT_ENOTFOUND);
	assert_int_equal(finish(&attempt, reply, PASSPHRASE, &made), BT_OK);
	snprintf(path, sizeof path, "%s/terminal.json", dir);
	bt_buf_init(&file, 1u << 20);
	assert_int_equal(bt_file_read(path, &file, &fault), BT_OK);
	for (size_t len = 0; len < file.len; len += 97) {
		FILE *cut = fopen(path, "w");

		assert_non_null(cut);
		assert_int_equal(fwrite(file.data, 1, len, cut), len);
		assert_int_equal(fclose(cut), 0);
		assert_int_equal(bt_enrolment_load(dir, &loaded, &fault), BT_EFORMAT);
	}
	bt_buf_fini(&file);
	json_decref(reply);
	end(&attempt);
	remove_files();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authority_enrolment_round_trip),
	    cmocka_unit_test(authority_enrolment_of_training_is_refused_when_live),
	    cmocka_unit_test(authority_enrolment_live_is_refused_in_training),
	    cmocka_unit_test(authority_enrolment_with_the_word_of_training_cut_out),
	    cmocka_unit_test(authority_enrolment_training_takes_no_module),
	    cmocka_unit_test(authority_enrolment_refuses_codes),
	    cmocka_unit_test(authority_enrolment_refuses_a_short_passphrase),
	    cmocka_unit_test(authority_enrolment_refuses_certificates_not_ours),
	    cmocka_unit_test(authority_enrolment_refuses_replies_out_of_form),
	    cmocka_unit_test(authority_enrolment_load_refuses_a_cut_file),
	};

	return cmocka_run_group_tests_name("authority_enrolment", tests, make_world, end_world);
}
