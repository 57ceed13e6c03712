/* The proof on a slip: base45 against the RFC's examples, records there and back, each flipped bit refused.
 * rooms: core/receipt core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "core/receipt/base45.h"
#include "core/receipt/record.h"
#include "tests/unit/key_fixture.h"

static struct bt_signer *signer;
static const uint8_t *key;

static const struct bt_receipt_record sale = {
    .terminal = "0142",
    .sale_id = "01936f2e-7c3a-7abc-8def-0123456789ab",
    .drn = "04740015298",
    .amount = 50000,
    .dues = 20000,
    .units = 635,
    .tid = 7123456,
    .rnd = 5,
    .token = "44717023198527604388",
    .paid_at_ms = INT64_C(1795241527000),
};

static const struct bt_receipt_record docket = {
    .terminal = "0142",
    .sale_id = "01936f2e-7c3a-7abc-8def-0123456789ab",
    .drn = "04740015298",
    .amount = 50000,
    .dues = 20000,
    .units = 635,
    .tid = 7123456,
    .rnd = 5,
    .paid_at_ms = INT64_C(1795241527000),
    .docket = {.receipt = "0142-0611-087-4",
	       .connection = "100244781560",
	       .kind = "sts_units",
	       .delivery = "token",
	       .duty = 2703,
	       .rev = 1,
	       .has_key = true,
	       KEY_FIXTURE},
};

static int open_signer(void **state)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {1, 2, 3};
	(void)state;
	if (bt_signer_open(seed, &signer) != BT_OK)
		return -1;
	key = bt_signer_public(signer);
	return 0;
}

static int close_signer(void **state)
{
	(void)state;
	bt_signer_close(signer);
	return 0;
}

static void assert_same_record(const struct bt_receipt_record *a, const struct bt_receipt_record *b)
{
	assert_string_equal(a->terminal, b->terminal);
	assert_string_equal(a->sale_id, b->sale_id);
	assert_string_equal(a->drn, b->drn);
	assert_int_equal(a->amount, b->amount);
	assert_int_equal(a->dues, b->dues);
	assert_int_equal(a->units, b->units);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->rnd, b->rnd);
	assert_string_equal(a->token, b->token);
	assert_int_equal(a->paid_at_ms, b->paid_at_ms);
	assert_string_equal(a->docket.receipt, b->docket.receipt);
	assert_string_equal(a->docket.connection, b->docket.connection);
	assert_string_equal(a->docket.kind, b->docket.kind);
	assert_string_equal(a->docket.delivery, b->docket.delivery);
	assert_int_equal(a->docket.duty, b->docket.duty);
	assert_int_equal(a->docket.rev, b->docket.rev);
	assert_int_equal(a->docket.has_key, b->docket.has_key);
	assert_string_equal(a->docket.sgc, b->docket.sgc);
	assert_string_equal(a->docket.ti, b->docket.ti);
	assert_string_equal(a->docket.ea, b->docket.ea);
	assert_string_equal(a->docket.dkga, b->docket.dkga);
	assert_string_equal(a->docket.kcv, b->docket.kcv);
	assert_int_equal(a->docket.krn, b->docket.krn);
	assert_int_equal(a->docket.kt, b->docket.kt);
	assert_int_equal(a->docket.ken, b->docket.ken);
	assert_int_equal(a->docket.base, b->docket.base);
}

/* Source: RFC 9285, sections 4.3 and 4.4. */
static const struct {
	const char *plain, *text;
} rfc_examples[] = {{"AB", "BB8"}, {"Hello!!", "%69 VD92EX0"}, {"base-45", "UJCLQE7W581"}, {"ietf!", "QED8WEX0"}};

static void test_base45_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rfc_examples) / sizeof(rfc_examples[0]); i++) {
		char text[32];
		uint8_t plain[32];
		size_t len = 0;
		assert_int_equal(bt_base45_encode(bt_bytes_of(rfc_examples[i].plain), text, sizeof(text)), BT_OK);
		assert_string_equal(text, rfc_examples[i].text);
		assert_int_equal(bt_base45_decode(rfc_examples[i].text, plain, sizeof(plain), &len), BT_OK);
		assert_int_equal(len, strlen(rfc_examples[i].plain));
		assert_memory_equal(plain, rfc_examples[i].plain, len);
	}
}

static void test_base45_refusals(void **state)
{
	static const char *const bad[] = {"GGW", ":::", "A", "BB8A", "bb8", "BB\x01", "::"};
	uint8_t plain[8];
	char text[8];
	size_t len = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bt_base45_decode(bad[i], plain, sizeof(plain), &len), BT_EINPUT);
	assert_int_equal(bt_base45_decode("FGW", plain, sizeof(plain), &len), BT_OK); /* 65535, the RFC's limit */
	assert_int_equal(bt_base45_decode("FGWFGW", plain, 3, &len), BT_EFULL);
	assert_int_equal(bt_base45_encode(bt_bytes_of("AB"), text, 3), BT_EFULL);
}

static void test_round_trip(void **state)
{
	struct bt_receipt_record variants[] = {sale, sale, sale, sale};
	char text[BT_RECORD_TEXT_CAP];
	(void)state;
	variants[1].token[0] = '\0'; /* a docket */
	variants[1].tid = 0;
	memcpy(variants[1].drn, "0004740015298", 14);
	variants[2].drn[0] = '\0';
	memcpy(variants[2].terminal, "000001", 7);
	memcpy(variants[2].token, "00000000000000000000", 21);
	variants[3] = (struct bt_receipt_record){
	    .terminal = "9",
	    .sale_id = "ffffffff-ffff-7fff-bfff-ffffffffffff",
	    .drn = "9999999999999",
	    .amount = BT_PAISE_MAX,
	    .dues = BT_PAISE_MAX,
	    .units = UINT32_MAX,
	    .tid = 0xffffff,
	    .rnd = 255,
	    .token = "99999999999999999999",
	    .paid_at_ms = INT64_C(4294967295000),
	};
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		struct bt_receipt_record read;
		assert_int_equal(bt_record_encode(&variants[i], signer, text), BT_OK);
		assert_int_equal(strlen(text), 187);
		assert_int_equal(bt_record_decode(text, key, &read), BT_OK);
		assert_same_record(&read, &variants[i]);
	}
}

static void test_docket_round_trip(void **state)
{
	struct bt_receipt_record variants[] = {docket, docket, docket, docket};
	char text[BT_RECORD_TEXT_CAP];
	(void)state;
	/* Nothing fixed yet: the head-end's first commit does that (PROTOCOL T1). */
	memset(&variants[1].docket.has_key, 0, sizeof(variants[1].docket) - offsetof(struct bt_record_docket, has_key));
	variants[1].tid = variants[1].rnd = 0;
	memcpy(variants[2].docket.receipt, "0142-70611-1087-0", 18);
	memcpy(variants[2].docket.kcv, "FFFFFF", 7);
	memcpy(variants[2].docket.ea, "07", 3);
	memcpy(variants[2].docket.dkga, "02", 3);
	variants[2].docket.base = 2035;
	variants[2].docket.rev = UINT16_MAX;
	variants[3] = (struct bt_receipt_record){.terminal = "000001",
						 .sale_id = "ffffffff-ffff-7fff-bfff-ffffffffffff",
						 .amount = BT_PAISE_MAX,
						 .dues = BT_PAISE_MAX,
						 .paid_at_ms = INT64_C(4294967295000),
						 .docket = {.receipt = "000001-16777215-65535-9",
							    .connection = "999999999999",
							    .kind = "dues",
							    .delivery = "dues",
							    .duty = BT_PAISE_MAX,
							    .rev = 1}};
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		struct bt_receipt_record read;
		assert_int_equal(bt_record_encode(&variants[i], signer, text), BT_OK);
		assert_int_equal(strlen(text), 217); /* 221 fit the QR of a slip: version 8, level M */
		assert_int_equal(bt_record_decode(text, key, &read), BT_OK);
		assert_same_record(&read, &variants[i]);
	}
}

static void expect_each_bit_refused(const struct bt_receipt_record *record)
{
	char good[BT_RECORD_TEXT_CAP], bad[BT_RECORD_TEXT_CAP];
	uint8_t bytes[192];
	size_t len = 0;
	struct bt_receipt_record read;
	assert_int_equal(bt_record_encode(record, signer, good), BT_OK);
	assert_int_equal(bt_base45_decode(good + 4, bytes, sizeof(bytes), &len), BT_OK);
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memcpy(bad, "RC1:", 4);
		assert_int_equal(bt_base45_encode((struct bt_bytes){bytes, len}, bad + 4, sizeof(bad) - 4), BT_OK);
		assert_int_not_equal(bt_record_decode(bad, key, &read), BT_OK);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void test_every_flipped_bit_is_refused(void **state)
{
	(void)state;
	expect_each_bit_refused(&sale);
	expect_each_bit_refused(&docket);
}

static void test_every_changed_character_is_refused(void **state)
{
	char text[BT_RECORD_TEXT_CAP];
	struct bt_receipt_record read;
	(void)state;
	assert_int_equal(bt_record_encode(&sale, signer, text), BT_OK);
	for (size_t i = 0; text[i] != '\0'; i++) {
		char kept = text[i];
		for (int bit = 0; bit < 7; bit++) {
			text[i] = (char)(kept ^ (1 << bit));
			assert_int_not_equal(bt_record_decode(text, key, &read), BT_OK);
		}
		text[i] = kept;
	}
	assert_int_equal(bt_record_decode(text, key, &read), BT_OK);
}

static void test_truncation_and_excess(void **state)
{
	char text[BT_RECORD_TEXT_CAP];
	struct bt_receipt_record read;
	(void)state;
	assert_int_equal(bt_record_encode(&sale, signer, text), BT_OK);
	for (size_t len = strlen(text); len > 0; len--) {
		text[len - 1] = '\0';
		assert_int_equal(bt_record_decode(text, key, &read), BT_EFORMAT);
	}
	assert_int_equal(bt_record_encode(&sale, signer, text), BT_OK);
	memcpy(text + strlen(text), "000", 4);
	assert_int_equal(bt_record_decode(text, key, &read), BT_EFORMAT);
}

static void test_another_key_still_shows_the_fields(void **state)
{
	static const uint8_t other[BT_ED25519_PUBLIC_LEN] = {9};
	char text[BT_RECORD_TEXT_CAP];
	struct bt_receipt_record read;
	(void)state;
	assert_int_equal(bt_record_encode(&sale, signer, text), BT_OK);
	assert_int_equal(bt_record_decode(text, other, &read), BT_EAUTH);
	assert_same_record(&read, &sale);
}

static void assert_form_is_refused(struct bt_receipt_record record)
{
	char text[BT_RECORD_TEXT_CAP] = "untouched";
	assert_int_equal(bt_record_encode(&record, signer, text), BT_EINPUT);
	assert_string_equal(text, "untouched");
}

static void test_forms_are_refused(void **state)
{
	struct bt_receipt_record record;
	(void)state;
	record = sale, record.terminal[0] = 'A', assert_form_is_refused(record);
	record = sale, record.terminal[0] = '\0', assert_form_is_refused(record);
	record = sale, memcpy(record.terminal, "1234567", 8), assert_form_is_refused(record);
	record = docket, memcpy(record.token, sale.token, 21), assert_form_is_refused(record);
	record = docket, record.docket.has_key = false, assert_form_is_refused(record);
	record = docket, record.docket.base = 2000, assert_form_is_refused(record);
	record = docket, record.docket.kcv[0] = 'G', assert_form_is_refused(record);
	record = docket, record.docket.kind[0] = 'X', assert_form_is_refused(record);
	record = docket, record.docket.connection[0] = '\0', assert_form_is_refused(record);
	record = docket, record.docket.receipt[3] = '3', assert_form_is_refused(record); /* another terminal's */
	record = docket, record.docket.receipt[4] = '0', assert_form_is_refused(record);
	record = docket, record.docket.rev = 0, assert_form_is_refused(record);
	record = sale, record.drn[10] = '\0', assert_form_is_refused(record);
	record = sale, record.token[19] = '\0', assert_form_is_refused(record);
	record = sale, record.token[3] = ' ', assert_form_is_refused(record);
	record = sale, record.sale_id[8] = '0', assert_form_is_refused(record);
	record = sale, record.sale_id[35] = 'g', assert_form_is_refused(record);
	record = sale, record.amount = -1, assert_form_is_refused(record);
	record = sale, record.dues = BT_PAISE_MAX + 1, assert_form_is_refused(record);
	record = sale, record.tid = 0x1000000, assert_form_is_refused(record);
	record = sale, record.paid_at_ms = -1, assert_form_is_refused(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_base45_examples),
	    cmocka_unit_test(test_base45_refusals),
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_docket_round_trip),
	    cmocka_unit_test(test_every_flipped_bit_is_refused),
	    cmocka_unit_test(test_every_changed_character_is_refused),
	    cmocka_unit_test(test_truncation_and_excess),
	    cmocka_unit_test(test_another_key_still_shows_the_fields),
	    cmocka_unit_test(test_forms_are_refused),
	};
	return cmocka_run_group_tests(tests, open_signer, close_signer);
}
