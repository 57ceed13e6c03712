/* The terminal's certificate renewed on a disk that loses power at any operation, and that fails otherwise: whatever it
 * has kept, there is a certificate with its key, a renewal that was over stays so, one that was under way is asked for
 * again with the same request, and comes to its end. Half of the worlds begin with the two files of an older version.
 *
 * Usage: sim_identity [--cuts N] [--seed S] [--jobs J] [--world W] [--trace]
 * One world, one cut. Prints one line; what the disk does follows from the seed, the keys do not.
 *
 * rooms: core/authority core/base */
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/authority/identity.h"
#include "core/base/json.h"
#include "tests/sim/campaign.h"
#include "tests/sim/power_disk.h"

#define COUNTERS(ROW)                                                                                                  \
	ROW(COUNT_FAILURES, "failures")                                                                                \
	ROW(COUNT_CUTS, "cuts")                                                                                        \
	ROW(COUNT_TORN, "torn")                                                                                        \
	ROW(COUNT_FAULTS, "faults")                                                                                    \
	ROW(COUNT_OLD_STOOD, "old-stood")                                                                              \
	ROW(COUNT_NEW_STOOD, "new-stood")                                                                              \
	ROW(COUNT_JOINED, "joined")                                                                                    \
	ROW(COUNT_ASKED_AGAIN, "asked-again")                                                                          \
	ROW(COUNT_OVER, "over-before-the-cut")

enum counter { COUNTERS(CAMPAIGN_COUNTER_ID) COUNTER_COUNT };
_Static_assert(COUNTER_COUNT <= CAMPAIGN_COUNTERS, "room for the counters");

static const char *const counter_names[] = {COUNTERS(CAMPAIGN_COUNTER_NAME)};

#define OLD_TILL_S     INT64_C(1800000000)
#define NEW_TILL_S     INT64_C(1830000000)
#define TEXT_MAX       8192
#define OPERATIONS_MAX 26 /* a little more than the longest run has */
#define ATTEMPTS       4

/* The head-end: a CA, and the first pair that it gave. */
struct office {
	EVP_PKEY *ca_key;
	X509 *ca;
	char ca_text[TEXT_MAX], certificate[TEXT_MAX], key[TEXT_MAX];
};

struct world {
	const struct campaign_options *options;
	struct campaign_totals *totals;
	uint64_t number;
	struct power_disk *disk;
	struct chance chance;
	const struct office *office;
	struct bt_identity *identity;
	char request[TEXT_MAX]; /* the one that was made for good; "" none */
	bool over;              /* a new certificate was taken */
	bool failed;
};

static void count(struct world *world, enum counter what)
{
	world->totals->counts[what]++;
}

static void fail(struct world *world, const char *what)
{
	if (!world->failed)
		fprintf(stderr, "sim_identity: seed %llu world %llu: %s\n", (unsigned long long)world->options->seed,
			(unsigned long long)world->number, what);
	world->failed = true;
	count(world, COUNT_FAILURES);
}

/* ---- the head-end ---- */

static void keep_text(BIO *bio, char out[TEXT_MAX])
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len <= 0 || len >= TEXT_MAX)
		abort();
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	BIO_free(bio);
}

static void print_certificate(X509 *certificate, char out[TEXT_MAX])
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || PEM_write_bio_X509(bio, certificate) != 1)
		abort();
	keep_text(bio, out);
}

static X509 *issue(const struct office *office, const char *name, EVP_PKEY *key, int64_t till_s)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = certificate ? X509_get_subject_name(certificate) : NULL;

	if (!subject || X509_set_version(certificate, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) != 1 ||
	    !ASN1_TIME_set(X509_getm_notBefore(certificate), INT64_C(1700000000)) ||
	    !ASN1_TIME_set(X509_getm_notAfter(certificate), till_s) ||
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(certificate, office->ca ? X509_get_subject_name(office->ca) : subject) != 1 ||
	    X509_set_pubkey(certificate, key) != 1 || X509_sign(certificate, office->ca_key, EVP_sha256()) <= 0)
		abort();
	return certificate;
}

static const struct office *open_office(void)
{
	static struct office office;
	EVP_PKEY *key;
	X509 *certificate;
	BIO *bio;

	if (office.ca)
		return &office;
	office.ca_key = EVP_EC_gen("P-256");
	key = EVP_EC_gen("P-256");
	bio = BIO_new(BIO_s_mem());
	if (!office.ca_key || !key || !bio || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		abort();
	keep_text(bio, office.key);
	certificate = issue(&office, "office", office.ca_key, INT64_C(4000000000));
	print_certificate(certificate, office.ca_text);
	office.ca = certificate;
	certificate = issue(&office, "0142", key, OLD_TILL_S);
	print_certificate(certificate, office.certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return &office;
}

/* Asked again for the same key it gives another certificate of the same time: as good as the first. */
static void sign(const struct office *office, const char *request, char answer[2 * TEXT_MAX])
{
	BIO *bio = BIO_new_mem_buf(request, -1);
	X509_REQ *csr = bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
	char text[TEXT_MAX], *encoded;
	X509 *certificate;
	json_t *json;

	if (!csr || X509_REQ_verify(csr, X509_REQ_get0_pubkey(csr)) != 1)
		abort();
	certificate = issue(office, "0142", X509_REQ_get0_pubkey(csr), NEW_TILL_S);
	print_certificate(certificate, text);
	json = json_pack("{s:s}", "certificate", text);
	encoded = json_dumps(json, JSON_COMPACT);
	if (!encoded || strlen(encoded) >= 2 * TEXT_MAX)
		abort();
	memcpy(answer, encoded, strlen(encoded) + 1);
	free(encoded);
	json_decref(json);
	X509_free(certificate);
	X509_REQ_free(csr);
	BIO_free(bio);
}

/* ---- the terminal ---- */

static void put_file(struct world *world, const char *name, const char *first, const char *second)
{
	const struct bt_disk *disk = &world->disk->disk;
	struct bt_disk_file *file = NULL;
	char path[96];

	snprintf(path, sizeof path, POWER_FOLDER "/%s", name);
	if (disk->open(disk->context, path, BT_DISK_CREATE, &file) != 0 ||
	    disk->write(file, 0, first, strlen(first)) != 0 ||
	    disk->write(file, strlen(first), second, strlen(second)) != 0)
		abort();
	disk->close(file);
}

static void furnish(struct world *world)
{
	const struct office *office = world->office;

	put_file(world, "ca.pem", office->ca_text, "");
	if (chance_one_in(&world->chance, 2)) {
		put_file(world, "tls.crt", office->certificate, "");
		put_file(world, "tls.key", office->key, "");
		count(world, COUNT_JOINED);
	} else {
		put_file(world, "tls.pem", office->certificate, office->key);
	}
	power_settle(world->disk);
}

static enum bt_err start(struct world *world)
{
	return bt_identity_open(&world->disk->disk, POWER_FOLDER, "0142", &world->identity, NULL);
}

static void shut(struct world *world)
{
	bt_identity_close(world->identity);
	world->identity = NULL;
}

/* What was made for good is what is asked for from then on. */
static enum bt_err ask(struct world *world, char out[TEXT_MAX])
{
	struct bt_buf request;
	enum bt_err err;

	bt_buf_init(&request, TEXT_MAX - 1);
	err = bt_identity_request(world->identity, &request, NULL);
	if (!err) {
		memcpy(out, request.data, request.len + 1);
		if (world->request[0] && strcmp(world->request, out) != 0)
			fail(world, "another request than the one that was made before");
		memcpy(world->request, out, request.len + 1);
	}
	bt_buf_fini(&request);
	return err;
}

static enum bt_err renew(struct world *world)
{
	char request[TEXT_MAX], answer[2 * TEXT_MAX];
	enum bt_err err = ask(world, request);

	if (err)
		return err;
	sign(world->office, request, answer);
	err = bt_identity_take(world->identity, bt_bytes_of(answer), NULL);
	world->over = world->over || err == BT_OK;
	return err;
}

/* A program that goes on after what failed, and tries again; now and then it dies and is started anew. */
static void live(struct world *world)
{
	for (int i = 0; i < ATTEMPTS && !world->over && !world->disk->off; i++) {
		if (!world->identity && start(world) != BT_OK)
			continue;
		if (renew(world) != BT_OK && chance_one_in(&world->chance, 3))
			shut(world);
	}
	shut(world);
}

static void look_after(struct world *world)
{
	bool is_new;

	if (start(world) != BT_OK) {
		fail(world, "no certificate with its key");
		return;
	}
	is_new = bt_identity_until_ms(world->identity) == NEW_TILL_S * 1000;
	if (!is_new && bt_identity_until_ms(world->identity) != OLD_TILL_S * 1000)
		fail(world, "a certificate that nobody gave");
	if (world->over && !is_new)
		fail(world, "a renewal that was over is undone");
	count(world, is_new ? COUNT_NEW_STOOD : COUNT_OLD_STOOD);
	if (world->over)
		count(world, COUNT_OVER);
	if (!is_new) {
		if (world->request[0])
			count(world, COUNT_ASKED_AGAIN);
		if (renew(world) != BT_OK)
			fail(world, "it cannot be renewed any more");
	}
	shut(world);
	if (start(world) != BT_OK || bt_identity_until_ms(world->identity) != NEW_TILL_S * 1000)
		fail(world, "the renewed certificate is not there at the next start");
	shut(world);
}

static void run_world(const struct campaign_options *options, uint64_t number, struct campaign_totals *totals)
{
	static struct power_disk *disk;
	struct world world;
	struct power_plan plan;

	if (!disk && !(disk = power_open(POWER_VFS)))
		abort();
	world = (struct world){
	    .options = options, .totals = totals, .number = number, .disk = disk, .office = open_office()};
	world.chance.state = campaign_seed(options, number, 1);
	power_format(disk, campaign_seed(options, number, 2));
	furnish(&world);
	plan =
	    (struct power_plan){.cut_at = 1 + chance_below(&world.chance, OPERATIONS_MAX), .full_until = POWER_NEVER};
	if (chance_one_in(&world.chance, 3)) {
		static const enum power_fault faults[] = {POWER_WRITE_FAILS, POWER_SYNC_DROPS, POWER_SYNC_FORGETS,
							  POWER_CREATE_FAILS};

		plan.fault = faults[chance_below(&world.chance, sizeof faults / sizeof faults[0])];
		plan.fault_at = 1 + chance_below(&world.chance, OPERATIONS_MAX / 2);
	}
	power_arm(disk, &plan);
	live(&world);
	if (disk->fault_done)
		count(&world, COUNT_FAULTS);
	if (disk->off)
		count(&world, COUNT_TORN);
	power_cut(disk);
	count(&world, COUNT_CUTS);
	power_reboot(disk);
	power_disarm(disk);
	look_after(&world);
	totals->hash += disk->hash;
}

int main(int argc, char **argv)
{
	struct campaign_options options = {.seed = 1, .amount = 20000, .jobs = 2, .world = -1};
	struct campaign_totals totals = {.hash = 0};
	int status = campaign_options_read(argc, argv, "--cuts", &options);

	if (status)
		return status;
	if (!campaign_run(&options, options.amount, run_world, &totals))
		return 1;
	for (int i = 0; i < COUNTER_COUNT; i++)
		printf("%s=%llu ", counter_names[i], (unsigned long long)totals.counts[i]);
	printf("seed=%llu\n", (unsigned long long)options.seed);
	return totals.counts[COUNT_FAILURES] ? 1 : 0;
}
