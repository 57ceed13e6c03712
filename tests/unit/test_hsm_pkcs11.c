/* Vending keys in a real PKCS#11 module (SoftHSM2): every known decoder key comes out, the vending key does not; and
 * what is said of each thing that is missing, wrong or taken away.
 * rooms: core/hsm core/sts core/base
 * Known answers: tests/vectors (its README says whose). */
#include "core/hsm/hsm.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/base/text.h"
#include "tests/unit/hsm_fixture.h"
#include "tests/unit/sts_rows.h"

#define WAIT_MS  20000
#define ROWS_MAX 256

struct row {
	char name[32], label[BT_HSM_LABEL_CAP], pan[BT_STS_PAN_CAP];
	uint8_t vending[20], decoder[16];
	size_t vending_len, decoder_len;
	struct bt_sts_key_id id;
};

static const struct bt_sts_key_id some_id = {
    .sgc = "123457", .ti = "01", .ea = "11", .dkga = "04", .krn = 1, .kt = 2, .ken = 255, .base = 1993};
static const uint8_t some_key[20] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0x94, 0x94,
				     0x94, 0x94, 0x94, 0x94, 0x94, 0x94, 0x01, 0x23, 0x45, 0x67};
#define SOME_PAN   "600727000000000009"
#define SOME_LABEL "sgc=123457;krn=1;kt=2;base=1993;ken=255;dkga=04"

/* ---- the rows ---- */

static void read_row(const struct sts_row *in, struct row *out)
{
	*out = (struct row){.id = {.krn = (uint8_t)sts_row_number(in, STS_KRN),
				   .kt = (uint8_t)sts_row_number(in, STS_KT),
				   .ken = (uint8_t)sts_row_number(in, STS_KEN),
				   .base = (uint16_t)sts_row_number(in, STS_BASE)}};
	out->vending_len = strlen(in->field[STS_VENDING_KEY]) / 2;
	out->decoder_len = strlen(in->field[STS_DECODER_KEY]) / 2;
	assert_in_range(out->vending_len, 8, 20);
	assert_in_range(out->decoder_len, 8, 16);
	sts_row_bytes(in->field[STS_VENDING_KEY], out->vending, out->vending_len);
	sts_row_bytes(in->field[STS_DECODER_KEY], out->decoder, out->decoder_len);
	assert_int_equal(bt_text_copy(out->name, sizeof out->name, in->field[STS_CASE]), BT_OK);
	assert_int_equal(bt_text_copy(out->id.dkga, sizeof out->id.dkga, in->field[STS_DKGA]), BT_OK);
	assert_int_equal(bt_text_copy(out->id.ea, sizeof out->id.ea, in->field[STS_EA]), BT_OK);
	assert_int_equal(bt_text_copy(out->id.sgc, sizeof out->id.sgc, in->field[STS_SGC]), BT_OK);
	assert_int_equal(bt_text_printf(out->id.ti, sizeof out->id.ti, "%02lu", sts_row_number(in, STS_TI)), BT_OK);
	assert_int_equal(bt_sts_pan_of_drn(in->field[STS_DRN], out->pan), BT_OK);
	assert_int_equal(bt_hsm_label(&out->id, out->label), BT_OK);
}

static int read_rows(const char *path, struct row *rows, int count)
{
	FILE *file = fopen(path, "r");
	struct sts_row row;

	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		assert_true(count < ROWS_MAX);
		read_row(&row, &rows[count++]);
	}
	fclose(file);
	return count;
}

static bool is_imported(const struct row *rows, int count, const struct row *row)
{
	for (int i = 0; i < count; i++)
		if (strcmp(rows[i].label, row->label) == 0) {
			assert_memory_equal(rows[i].vending, row->vending, row->vending_len);
			return true;
		}
	return false;
}

/* ---- one token for all tests ---- */

static struct hsm_token the_token;

static struct bt_hsm *open_driver(void)
{
	struct bt_hsm *hsm = NULL;
	struct bt_fault fault = {0};

	if (bt_hsm_open(HSM_URI, bt_bytes_of(HSM_PIN), &hsm, &fault) != BT_OK)
		fail_msg("%s", fault.what);
	return hsm;
}

static int make_token(void **state)
{
	(void)state;
	hsm_make_token(&the_token);
	hsm_log_in(&the_token);
	hsm_import_vending(&the_token, SOME_LABEL, some_key, sizeof some_key);
	hsm_log_out(&the_token);
	return 0;
}

static int remove_token(void **state)
{
	(void)state;
	hsm_remove_token(&the_token);
	return 0;
}

static void import_as(const char *label, CK_KEY_TYPE type, const uint8_t *value, size_t len, bool extractable)
{
	struct hsm_import key = {.label = label, .type = type, .value = value, .len = len, .extractable = extractable};

	hsm_log_in(&the_token);
	hsm_import(&the_token, &key);
	hsm_log_out(&the_token);
}

/* ---- what it makes ---- */

static void hsm_derives_every_known_decoder_key(void **state)
{
	static struct row rows[ROWS_MAX];
	int count = read_rows(STS_ROWS_EA11, rows, 0), made = 0;
	struct bt_hsm *hsm;

	(void)state;
	count = read_rows(STS_ROWS_EA07, rows, count);
	assert_true(count > 170);
	hsm_log_in(&the_token);
	for (int i = 0; i < count; i++)
		if (!is_imported(rows, i, &rows[i]))
			hsm_import_vending(&the_token, rows[i].label, rows[i].vending, rows[i].vending_len);
	hsm_log_out(&the_token);
	hsm = open_driver();
	for (int i = 0; i < count; i++) {
		struct bt_sts_decoder_key key = {.len = 0};
		struct bt_fault fault = {0};

		if (bt_hsm_derive(hsm, rows[i].pan, &rows[i].id, WAIT_MS, &key, &fault) != BT_OK)
			fail_msg("%s: %s", rows[i].name, fault.what);
		assert_int_equal(key.len, rows[i].decoder_len);
		assert_memory_equal(key.bytes, rows[i].decoder, key.len);
		made++;
	}
	print_message("%d decoder keys made in the module\n", made);
	bt_hsm_close(hsm);
}

static void hsm_vending_keys_cannot_be_read(void **state)
{
	static const char *const labels[] = {SOME_LABEL, "sensitive DES"};
	uint8_t value[64];

	(void)state;
	hsm_log_in(&the_token);
	hsm_import_vending(&the_token, labels[1], some_key, 8);
	for (size_t i = 0; i < 2; i++) {
		CK_OBJECT_HANDLE found = 0;
		CK_ULONG count = 0;
		CK_ATTRIBUTE label = {CKA_LABEL, (void *)(uintptr_t)labels[i], strlen(labels[i])};
		CK_ATTRIBUTE read = {CKA_VALUE, value, sizeof value};

		hsm_expect(the_token.module->C_FindObjectsInit(the_token.session, &label, 1), "search");
		hsm_expect(the_token.module->C_FindObjects(the_token.session, &found, 1, &count), "search");
		hsm_expect(the_token.module->C_FindObjectsFinal(the_token.session), "search");
		assert_int_equal(count, 1);
		assert_int_equal(the_token.module->C_GetAttributeValue(the_token.session, found, &read, 1),
				 CKR_ATTRIBUTE_SENSITIVE);
	}
	hsm_log_out(&the_token);
}

/* HMAC pads a short key with zeros itself: any length from 20 to a hash block gives the same keys. */
static void hsm_padded_hmac_keys_are_the_same_key(void **state)
{
	static const uint8_t expected[16] = {0xf9, 0x4b, 0x6e, 0xd3, 0x53, 0xc3, 0xbf, 0xdb, 0x11,
					     0x3e, 0x2d, 0x3a, 0x7e, 0xa3, 0xc4, 0x1d}; /* facts: worked example B */
	static const size_t lengths[] = {32, 33, 48, 64};
	struct bt_sts_key_id id = some_id;
	char label[BT_HSM_LABEL_CAP];
	uint8_t padded[65] = {0};
	struct bt_hsm *hsm = open_driver();

	(void)state;
	memcpy(padded, some_key, sizeof some_key);
	for (size_t i = 0; i < 4; i++) {
		struct bt_sts_decoder_key key;
		struct bt_fault fault = {0};

		/* KEN stands in the label and not in the key: it tells the four apart. */
		id.ken = (uint8_t)(100 + i);
		assert_int_equal(bt_hsm_label(&id, label), BT_OK);
		import_as(label, i % 2 ? CKK_SHA256_HMAC : CKK_GENERIC_SECRET, padded, lengths[i], false);
		assert_int_equal(bt_hsm_derive(hsm, SOME_PAN, &id, WAIT_MS, &key, &fault), BT_OK);
		assert_int_equal(key.len, 16);
		assert_memory_equal(key.bytes, expected, 16);
	}
	bt_hsm_close(hsm);
}

/* ---- what it refuses ---- */

static void expect_refusal(const struct bt_sts_key_id *id, enum bt_err expected, const char *words)
{
	struct bt_hsm *hsm = open_driver();
	struct bt_sts_decoder_key key = {.len = 99};
	struct bt_fault fault = {0};

	assert_int_equal(bt_hsm_derive(hsm, SOME_PAN, id, WAIT_MS, &key, &fault), expected);
	print_message("%s\n", fault.what);
	assert_non_null(strstr(fault.what, words));
	assert_int_equal(key.len, 99);
	bt_hsm_close(hsm);
}

static void import_for(const struct bt_sts_key_id *id, CK_KEY_TYPE type, const uint8_t *value, size_t len,
		       bool extractable)
{
	char label[BT_HSM_LABEL_CAP];

	assert_int_equal(bt_hsm_label(id, label), BT_OK);
	import_as(label, type, value, len, extractable);
}

static void hsm_refuses_what_is_not_there(void **state)
{
	struct bt_sts_key_id id = some_id;

	(void)state;
	memcpy(id.sgc, "999999", 7);
	expect_refusal(&id, BT_ENOTFOUND, "holds no vending key sgc=999999");
	memcpy(id.dkga, "01", 3);
	expect_refusal(&id, BT_EUNSUPPORTED, "not supported: ");
}

static void hsm_refuses_keys_of_the_wrong_kind(void **state)
{
	static const uint8_t long_key[80] = {1, 2, 3}, parts[16] = {1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1};
	struct bt_sts_key_id id = some_id;

	(void)state;
	memcpy(id.sgc, "200001", 7);
	import_for(&id, CKK_AES, some_key, 16, false);
	expect_refusal(&id, BT_EINPUT, "wrong kind");
	memcpy(id.sgc, "200002", 7);
	import_for(&id, CKK_GENERIC_SECRET, long_key, sizeof long_key, false);
	expect_refusal(&id, BT_EINPUT, "wrong kind: 80 bytes");
	memcpy(id.sgc, "200003", 7);
	import_for(&id, CKK_GENERIC_SECRET, some_key, 20, false);
	expect_refusal(&id, BT_EUNSUPPORTED, "zeros up to 32 bytes");
	memcpy(id.sgc, "200004", 7);
	import_for(&id, CKK_GENERIC_SECRET, long_key, 32, false);
	import_for(&id, CKK_GENERIC_SECRET, long_key, 32, false);
	expect_refusal(&id, BT_EINPUT, "two vending keys");
	memcpy(id.dkga, "02", 3);
	memcpy(id.ea, "07", 3);
	memcpy(id.sgc, "200005", 7);
	import_for(&id, CKK_GENERIC_SECRET, long_key, 32, false);
	expect_refusal(&id, BT_EINPUT, "wrong kind");
	memcpy(id.sgc, "200006", 7);
	import_for(&id, CKK_DES2, parts, sizeof parts, true);
	expect_refusal(&id, BT_EINPUT, "parts differ");
}

/* SoftHSM2 over OpenSSL 3 has no single DES; no module wraps what may not be wrapped. */
static void hsm_refuses_what_the_module_cannot_do(void **state)
{
	static const uint8_t twice[16] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab,
					  0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab};
	struct bt_sts_key_id id = some_id;

	(void)state;
	memcpy(id.dkga, "02", 3);
	memcpy(id.ea, "07", 3);
	memcpy(id.sgc, "300001", 7);
	import_for(&id, CKK_DES, some_key, 8, true);
	expect_refusal(&id, BT_EUNSUPPORTED, "not supported: this module cannot encipher with single DES");
	memcpy(id.sgc, "300002", 7);
	import_for(&id, CKK_DES2, twice, sizeof twice, false);
	expect_refusal(&id, BT_EUNSUPPORTED, "not supported: this module cannot");
}

static void expect_closed(const char *uri, const char *pin, enum bt_err expected, const char *words)
{
	struct bt_hsm *hsm = NULL;
	struct bt_fault fault = {0};

	assert_int_equal(bt_hsm_open(uri, bt_bytes_of(pin), &hsm, &fault), expected);
	print_message("%s\n", fault.what);
	assert_non_null(strstr(fault.what, words));
	assert_null(hsm);
}

static void hsm_opens_only_the_token_that_is_meant(void **state)
{
	(void)state;
	expect_closed("pkcs11:token=vending?module-path=/nowhere/module.so", HSM_PIN, BT_ENOTFOUND,
		      "no security module at /nowhere/module.so");
	expect_closed("pkcs11:token=vending?module-path=/etc/passwd", HSM_PIN, BT_EINPUT, "is no security module");
	expect_closed("pkcs11:token=other?module-path=" HSM_MODULE, HSM_PIN, BT_ENOTFOUND, "no token");
	expect_closed(HSM_URI, "11111111", BT_EAUTH, "PIN");
	expect_closed(HSM_URI, "", BT_EAUTH, "PIN");
	expect_closed(HSM_URI "&pin-value=" HSM_PIN, HSM_PIN, BT_EINPUT, "carries a PIN");
	expect_closed("https://example.org", HSM_PIN, BT_EINPUT, "URI");
	expect_closed("pkcs11:nonsense=1?module-path=" HSM_MODULE, HSM_PIN, BT_EINPUT, "URI");
	bt_hsm_close(open_driver());
	bt_hsm_close(NULL);
}

static void hsm_pin_source_of_a_uri(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(bt_hsm_pin_source(HSM_URI "&pin-source=file:/run/pin", path, sizeof path), BT_OK);
	assert_string_equal(path, "/run/pin");
	assert_int_equal(bt_hsm_pin_source(HSM_URI "&pin-source=/run/pin", path, sizeof path), BT_OK);
	assert_string_equal(path, "/run/pin");
	assert_int_equal(bt_hsm_pin_source(HSM_URI, path, sizeof path), BT_ENOTFOUND);
	assert_int_equal(bt_hsm_pin_source("nothing", path, sizeof path), BT_EINPUT);
}

/* ---- a token that is taken away ---- */

static enum bt_err derive_some(struct bt_hsm *hsm, struct bt_fault *fault)
{
	struct bt_sts_decoder_key key;

	return bt_hsm_derive(hsm, SOME_PAN, &some_id, WAIT_MS, &key, fault);
}

/* The module logged us out behind our back: the driver notices and logs in again. */
static void hsm_logs_in_again(void **state)
{
	struct bt_hsm *hsm = open_driver();
	struct bt_fault fault = {0};

	(void)state;
	assert_int_equal(derive_some(hsm, &fault), BT_OK);
	hsm_log_in(&the_token);
	hsm_log_out(&the_token);
	if (derive_some(hsm, &fault) != BT_OK)
		fail_msg("%s", fault.what);
	bt_hsm_close(hsm);
}

/* The token's folder goes, as a stick that is pulled out: an error in plain words, and work again when it is back. */
static void hsm_outlives_a_token_that_is_pulled_out(void **state)
{
	struct bt_hsm *hsm = open_driver();
	struct bt_fault fault = {0};
	char away[96];
	enum bt_err err;

	(void)state;
	assert_int_equal(derive_some(hsm, &fault), BT_OK);
	snprintf(away, sizeof away, "%s-away", the_token.dir);
	assert_int_equal(rename(the_token.dir, away), 0);
	err = derive_some(hsm, &fault);
	assert_int_equal(rename(away, the_token.dir), 0);
	print_message("%s: %s\n", bt_err_name(err), fault.what);
	assert_true(err == BT_ENOTFOUND || err == BT_ECRYPTO);
	assert_true(fault.what[0]);
	if (derive_some(hsm, &fault) != BT_OK)
		fail_msg("%s", fault.what);
	bt_hsm_close(hsm);
}

/* Out of time is no failure of the key: the answer is there for whoever asks again. */
static void hsm_answers_later_what_was_asked_before(void **state)
{
	struct bt_hsm *hsm = open_driver();
	struct bt_sts_decoder_key key;
	enum bt_err err = BT_EBUSY;

	(void)state;
	assert_int_equal(bt_hsm_prepare(hsm, SOME_PAN, &some_id), BT_EBUSY);
	for (int i = 0; i < 2000 && err == BT_EBUSY; i++)
		err = bt_hsm_derive(hsm, SOME_PAN, &some_id, 5, &key, NULL);
	assert_int_equal(err, BT_OK);
	assert_int_equal(key.bytes[0], 0xf9);
	/* What was never fetched is wiped with the rest. */
	assert_int_equal(bt_hsm_prepare(hsm, SOME_PAN, &some_id), BT_EBUSY);
	bt_hsm_close(hsm);
}

/* Whoever opens one of the token's files from now on waits: it has become a pipe that nobody writes to. */
static int make_silent(const char *path, const struct stat *status, int type, struct FTW *place)
{
	const char *end = strrchr(path, '.');

	(void)status;
	(void)place;
	if (type == FTW_F && end && strcmp(end, ".object") == 0)
		return unlink(path) == 0 && mkfifo(path, 0600) == 0 ? 0 : -1;
	return 0;
}

/* Whoever waits reads the end of the file; the pipe is gone for those who come later. */
static int let_go(const char *path, const struct stat *status, int type, struct FTW *place)
{
	int fd;

	(void)type;
	(void)place;
	if (!S_ISFIFO(status->st_mode))
		return 0;
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	(void)unlink(path);
	if (fd >= 0)
		close(fd);
	return 0;
}

static int64_t now_ms(void)
{
	struct bt_clock clock = bt_clock_system();

	return bt_clock_boot_ms(&clock);
}

static void expect_nobody_held_up(struct bt_hsm *hsm)
{
	struct bt_sts_decoder_key key;
	int64_t began = now_ms();

	assert_int_equal(bt_hsm_derive(hsm, SOME_PAN, &some_id, 200, &key, NULL), BT_EBUSY);
	assert_true(now_ms() - began >= 200);
	began = now_ms();
	bt_hsm_close(hsm);
	assert_in_range(now_ms() - began, 40, 5000);
}

/* A module that does not answer holds nobody up: neither who asks nor who closes. */
static void hsm_closes_a_module_that_does_not_answer(void **state)
{
	struct bt_hsm *hsm = open_driver();

	(void)state;
	assert_int_equal(nftw(the_token.dir, make_silent, 8, FTW_PHYS), 0);
	expect_nobody_held_up(hsm);
	assert_int_equal(nftw(the_token.dir, let_go, 8, FTW_PHYS), 0);
}

static int held[16];
static size_t held_count;

static int hold(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)type;
	(void)place;
	if (S_ISFIFO(status->st_mode) && held_count < sizeof held / sizeof held[0])
		held[held_count++] = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return 0;
}

/* The folder goes first: once the module goes on, so does the end of the process. */
static void *let_go_later(void *unused)
{
	(void)unused;
	(void)usleep(300 * 1000);
	(void)nftw(the_token.dir, hold, 8, FTW_PHYS);
	remove_token(NULL);
	for (size_t i = 0; i < held_count; i++)
		if (held[i] >= 0)
			close(held[i]);
	return NULL;
}

/* In a process of its own, with a token of its own: end it while the module holds a thread, for good or until a moment
 * later. */
static void exit_while_held(bool for_good)
{
	struct bt_hsm *hsm;
	pthread_t helper;

	make_token(NULL);
	hsm = open_driver();
	assert_int_equal(nftw(the_token.dir, make_silent, 8, FTW_PHYS), 0);
	expect_nobody_held_up(hsm);
	if (for_good)
		remove_token(NULL);
	else
		assert_int_equal(pthread_create(&helper, NULL, let_go_later, NULL), 0);
	exit(7);
}

/* The process ends with its own status: the module's clearing up at exit meets no thread that is still inside. */
static void hsm_lets_the_process_end(void **state)
{
	(void)state;
	for (int for_good = 0; for_good < 2; for_good++) {
		pid_t child;
		int status = -1;

		(void)fflush(NULL);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			exit_while_held(for_good);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hsm_lets_the_process_end), /* first: it forks */
	    cmocka_unit_test(hsm_derives_every_known_decoder_key),
	    cmocka_unit_test(hsm_vending_keys_cannot_be_read),
	    cmocka_unit_test(hsm_padded_hmac_keys_are_the_same_key),
	    cmocka_unit_test(hsm_refuses_what_is_not_there),
	    cmocka_unit_test(hsm_refuses_keys_of_the_wrong_kind),
	    cmocka_unit_test(hsm_refuses_what_the_module_cannot_do),
	    cmocka_unit_test(hsm_opens_only_the_token_that_is_meant),
	    cmocka_unit_test(hsm_pin_source_of_a_uri),
	    cmocka_unit_test(hsm_logs_in_again),
	    cmocka_unit_test(hsm_outlives_a_token_that_is_pulled_out),
	    cmocka_unit_test(hsm_answers_later_what_was_asked_before),
	    cmocka_unit_test(hsm_closes_a_module_that_does_not_answer),
	};
	struct bt_fault fault;

	if (bt_secret_process_init(&fault) != BT_OK)
		return 1;
	return cmocka_run_group_tests_name("hsm_pkcs11", tests, make_token, remove_token);
}
