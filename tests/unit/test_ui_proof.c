/* What a slip's QR proves: by every key its terminal ever had, as long as that was good; and QR codes in picture files.
 * rooms: ui/command core/receipt core/authority core/base
 * The pictures are golden slips, and a photograph made of one: turned, blurred, unevenly lit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/file.h"
#include "ui/command/proof.h"
#include "ui/command/scan_image.h"

#define PAID INT64_C(1795241527000)

enum { OLD, NEW, STRANGER, SIGNERS };
static struct bt_signer *signers[SIGNERS];

static int open_signers(void **state)
{
	(void)state;
	for (int i = 0; i < SIGNERS; i++) {
		uint8_t seed[BT_ED25519_SEED_LEN] = {(uint8_t)(i + 1)};

		if (bt_signer_open(seed, &signers[i]) != BT_OK)
			return -1;
	}
	return 0;
}

static int close_signers(void **state)
{
	(void)state;
	for (int i = 0; i < SIGNERS; i++)
		bt_signer_close(signers[i]);
	return 0;
}

static void write_slip(int signer, const char *terminal, char out[BT_RECORD_TEXT_CAP])
{
	struct bt_receipt_record record = {.sale_id = "01936f2e-7c3a-7abc-8def-0123456789ab",
					   .amount = 50000,
					   .units = 635,
					   .token = "44717023198527604388",
					   .paid_at_ms = PAID,
					   .connection = "230411009876",
					   .kind = "sts_units",
					   .delivery = "token",
					   .rev = 1};

	bt_text_copy(record.terminal, sizeof record.terminal, terminal);
	bt_text_printf(record.receipt, sizeof record.receipt, "%s-0611-087-4", terminal);
	assert_int_equal(bt_record_encode(&record, signers[signer], out), BT_OK);
}

/* Terminal 0143 has had two keys, the older good until @p until_ms; we are 0142, whose key is the new one. */
static struct bt_proof make_proof(struct bt_receipt_key rows[2], int64_t until_ms)
{
	struct bt_proof proof = {.keys = {.number = 1, .count = 2, .rows = rows}};

	for (int i = 0; i < 2; i++) {
		rows[i] = (struct bt_receipt_key){.terminal = "0143", .until_ms = i == OLD ? until_ms : 0};
		memcpy(rows[i].key, bt_signer_public(signers[i]), sizeof rows[i].key);
	}
	memcpy(proof.own, bt_signer_public(signers[NEW]), sizeof proof.own);
	bt_text_copy(proof.enrolment.terminal, sizeof proof.enrolment.terminal, "0142");
	return proof;
}

static enum bt_verdict judge(const struct bt_proof *proof, int signer, const char *terminal)
{
	struct bt_receipt_record record;
	char text[BT_RECORD_TEXT_CAP];
	enum bt_verdict verdict;

	write_slip(signer, terminal, text);
	verdict = bt_proof_judge(proof, text, &record);
	assert_string_equal(record.terminal, terminal);
	assert_string_equal(record.token, "44717023198527604388");
	return verdict;
}

static void a_slip_of_an_older_key_stays_good(void **state)
{
	struct bt_receipt_key rows[2];
	struct bt_proof proof = make_proof(rows, PAID + 1000);

	(void)state;
	assert_int_equal(judge(&proof, OLD, "0143"), BT_VERDICT_GENUINE);
	assert_int_equal(judge(&proof, NEW, "0143"), BT_VERDICT_GENUINE);
	assert_int_equal(judge(&proof, STRANGER, "0143"), BT_VERDICT_ALTERED);
	/* Whoever finds a key that is no longer in use cannot sign a slip of today. */
	proof = make_proof(rows, PAID - 1);
	assert_int_equal(judge(&proof, OLD, "0143"), BT_VERDICT_WITHDRAWN);
	assert_int_equal(judge(&proof, NEW, "0143"), BT_VERDICT_GENUINE);
}

static void knows_its_own_without_a_list(void **state)
{
	struct bt_receipt_key rows[2];
	struct bt_proof proof = make_proof(rows, PAID);

	(void)state;
	assert_int_equal(judge(&proof, NEW, "0142"), BT_VERDICT_GENUINE);
	assert_int_equal(judge(&proof, OLD, "0142"), BT_VERDICT_ALTERED);
	assert_int_equal(judge(&proof, OLD, "0144"), BT_VERDICT_UNKNOWN);
	proof.keys = (struct bt_receipt_keys){0};
	assert_int_equal(judge(&proof, NEW, "0142"), BT_VERDICT_GENUINE);
	assert_int_equal(judge(&proof, NEW, "0143"), BT_VERDICT_UNKNOWN);
}

/* In the list our own key may be withdrawn: the list says so against our own file. */
static void the_list_counts_before_the_own_key(void **state)
{
	struct bt_receipt_key rows[2];
	struct bt_proof proof = make_proof(rows, PAID - 1);

	(void)state;
	memcpy(proof.own, bt_signer_public(signers[OLD]), sizeof proof.own);
	bt_text_copy(proof.enrolment.terminal, sizeof proof.enrolment.terminal, "0143");
	assert_int_equal(judge(&proof, OLD, "0143"), BT_VERDICT_WITHDRAWN);
}

static void tells_damage_from_other_texts(void **state)
{
	struct bt_receipt_key rows[2];
	struct bt_proof proof = make_proof(rows, PAID);
	struct bt_receipt_record record;
	char text[BT_RECORD_TEXT_CAP];

	(void)state;
	write_slip(NEW, "0143", text);
	text[strlen(text) - 3] = '\0';
	assert_int_equal(bt_proof_judge(&proof, text, &record), BT_VERDICT_ALTERED);
	assert_int_equal(bt_proof_judge(&proof, "RC1:", &record), BT_VERDICT_ALTERED);
	assert_int_equal(bt_proof_judge(&proof, "", &record), BT_VERDICT_NO_RECORD);
	assert_int_equal(bt_proof_judge(&proof, "44717023198527604388", &record), BT_VERDICT_NO_RECORD);
	assert_int_equal(bt_proof_judge(&proof, "upi://pay?pa=x@y", &record), BT_VERDICT_NO_RECORD);
	assert_int_equal(record.terminal[0], '\0');
}

/* ---- pictures ---- */

static const char *const pictures[] = {"receipts/token-en-384.png", "scan/slip.jpg"};

static void name_picture(const char *name, char out[600])
{
	snprintf(out, 600, "%s/%s", BATTI_GOLDEN_DIR, name);
}

static void reads_a_scan_and_a_photograph(void **state)
{
	struct bt_scan *found = calloc(1, sizeof *found);
	char path[600];

	(void)state;
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
		name_picture(pictures[i], path);
		assert_int_equal(bt_scan_image(path, found, NULL), BT_OK);
		assert_int_equal(found->count, 1);
		assert_memory_equal(found->texts[0], "44717023198527604388 RC1:", 25);
		assert_int_equal(strlen(found->texts[0]), 223);
	}
	name_picture("receipts/refund-en-384.png", path);
	assert_int_equal(bt_scan_image(path, found, NULL), BT_OK);
	assert_int_equal(found->count, 0);
	name_picture("receipts/no-such.png", path);
	assert_int_equal(bt_scan_image(path, found, NULL), BT_ENOTFOUND);
	name_picture("receipts/token-en-384.txt", path);
	assert_int_equal(bt_scan_image(path, found, NULL), BT_EFORMAT);
	free(found);
}

/* Cut anywhere, and with bytes turned over: no picture, or one without a code; or, where a decoder mends it, the code.
 */
static void survives_damaged_pictures(void **state)
{
	struct bt_scan *found = calloc(1, sizeof *found);
	char path[600], bent_path[64] = P_tmpdir "/batti-scan-XXXXXX";
	struct bt_buf file;
	int fd = mkstemp(bent_path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
		name_picture(pictures[i], path);
		bt_buf_init(&file, 1 << 20);
		assert_int_equal(bt_file_read(path, &file, NULL), BT_OK);
		for (size_t at = 0; at < file.len; at += at < 700 ? 1 + at / 40 : file.len / 16) {
			enum bt_err err;
			uint8_t kept = file.data[at];

			assert_int_equal(bt_file_replace(bent_path, (struct bt_bytes){file.data, at}, 0600, NULL),
					 BT_OK);
			err = bt_scan_image(bent_path, found, NULL);
			assert_true(err == BT_OK || err == BT_EFORMAT || err == BT_EFULL);
			file.data[at] ^= 0x5a;
			assert_int_equal(bt_file_replace(bent_path, bt_buf_view(&file), 0600, NULL), BT_OK);
			err = bt_scan_image(bent_path, found, NULL);
			assert_true(err == BT_OK || err == BT_EFORMAT || err == BT_EFULL);
			file.data[at] = kept;
		}
		bt_buf_fini(&file);
	}
	unlink(bent_path);
	free(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_slip_of_an_older_key_stays_good),  cmocka_unit_test(knows_its_own_without_a_list),
	    cmocka_unit_test(the_list_counts_before_the_own_key), cmocka_unit_test(tells_damage_from_other_texts),
	    cmocka_unit_test(reads_a_scan_and_a_photograph),      cmocka_unit_test(survives_damaged_pictures),
	};

	return cmocka_run_group_tests(tests, open_signers, close_signers);
}
