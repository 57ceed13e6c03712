#include "core/sts/selftest.h"

#include <string.h>

#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "core/sts/token.h"

#define RFC_2994    "RFC 2994"
#define STS_PAGES   "public pages of the STS Association"
#define CONFORMANCE "conformance step in an independent implementation"
#define OTHER(row)  "another implementation, " row
#define PRINTED     "printed in public by a maker of security modules"
#define BOTAN       "Botan 2.19"
#define OF_SAMPLE   "tests/vectors/sts_ea07_sample_tables.csv "
#define OF_MISTY1   "tests/vectors/sts_ea11_misty1.csv "
#define OF_CLASS_1  "tests/vectors/sts_class1.csv "

/* ---- ciphers ------------------------------------------------------------------------------------------------------
 */

static const uint8_t rfc_key[BT_MISTY1_KEY_LEN] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
						   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint64_t rfc_plain[] = {UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)};
static const uint64_t rfc_cipher[] = {UINT64_C(0x8b1da5f56ab3d07c), UINT64_C(0x04b68240b13be95d)};

static bool hold_misty1_encrypt(void)
{
	struct bt_misty1 misty;

	bt_misty1_init(&misty, rfc_key);
	return bt_misty1_encrypt(&misty, rfc_plain[0]) == rfc_cipher[0] &&
	       bt_misty1_encrypt(&misty, rfc_plain[1]) == rfc_cipher[1];
}

static bool hold_misty1_decrypt(void)
{
	struct bt_misty1 misty;

	bt_misty1_init(&misty, rfc_key);
	return bt_misty1_decrypt(&misty, rfc_cipher[0]) == rfc_plain[0] &&
	       bt_misty1_decrypt(&misty, rfc_cipher[1]) == rfc_plain[1];
}

#define STA_KEY    UINT64_C(0xe5e539eb16b65e7e)
#define STA_PLAIN  UINT64_C(0x0387e15d000348c2)
#define STA_CIPHER UINT64_C(0xc95d8483a2304987)

static bool hold_sta_encrypt(void)
{
	struct bt_sta sta;

	bt_sta_init(&sta, &bt_sta_sample);
	return bt_sta_encrypt(&sta, STA_KEY, STA_PLAIN) == STA_CIPHER;
}

static bool hold_sta_decrypt(void)
{
	struct bt_sta sta;

	bt_sta_init(&sta, &bt_sta_sample);
	return bt_sta_decrypt(&sta, STA_KEY, STA_CIPHER) == STA_PLAIN;
}

/* ---- decoder keys -------------------------------------------------------------------------------------------------
 */

#define EXAMPLE_PAN "600727000000000009"

static const uint8_t vending_04[BT_STS_DKGA04_KEY_LEN] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0x94, 0x94,
							  0x94, 0x94, 0x94, 0x94, 0x94, 0x94, 0x01, 0x23, 0x45, 0x67};
static const uint8_t vending_02[BT_STS_DKGA02_KEY_LEN] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab};

/* The key of example B, under which a token below is made too. */
static const struct bt_sts_decoder_key example_key = {
    .bytes = {0xf9, 0x4b, 0x6e, 0xd3, 0x53, 0xc3, 0xbf, 0xdb, 0x11, 0x3e, 0x2d, 0x3a, 0x7e, 0xa3, 0xc4, 0x1d},
    .len = 16};

static bool hold_key(struct bt_bytes vending_key, const struct bt_sts_key_id *id,
		     const struct bt_sts_decoder_key *expected)
{
	struct bt_sts_deriver *deriver = NULL;
	struct bt_sts_decoder_key key = {.len = 0};
	bool holds;

	if (bt_sts_deriver_open(vending_key, &deriver) != BT_OK)
		return false;
	holds = bt_sts_derive(deriver, EXAMPLE_PAN, id, &key) == BT_OK && key.len == expected->len &&
		memcmp(key.bytes, expected->bytes, key.len) == 0;
	bt_sts_deriver_close(deriver);
	return holds;
}

static bool hold_dkga02(void)
{
	static const struct bt_sts_key_id id = {
	    .sgc = "123456", .ti = "01", .ea = "07", .dkga = "02", .krn = 1, .kt = 2, .base = 1993};
	static const struct bt_sts_decoder_key expected = {.bytes = {0xe6, 0x53, 0x34, 0x1f, 0x9d, 0x5b, 0xf3, 0x6f},
							   .len = 8};

	return hold_key(BT_BYTES(vending_02), &id, &expected);
}

static bool hold_dkga04_ea07(void)
{
	static const struct bt_sts_key_id id = {
	    .sgc = "123457", .ti = "01", .ea = "07", .dkga = "04", .krn = 4, .kt = 2, .base = 2014};
	static const struct bt_sts_decoder_key expected = {.bytes = {0x9d, 0xc0, 0x72, 0x2c, 0x29, 0xa6, 0xcc, 0x0c},
							   .len = 8};

	return hold_key(BT_BYTES(vending_04), &id, &expected);
}

static bool hold_dkga04_ea11(void)
{
	static const struct bt_sts_key_id id = {
	    .sgc = "123457", .ti = "01", .ea = "11", .dkga = "04", .krn = 1, .kt = 2, .base = 1993};

	return hold_key(BT_BYTES(vending_04), &id, &example_key);
}

static bool hold_check_value(void)
{
	struct bt_sts_schedule schedule;
	char kcv[7];

	if (bt_sts_schedule_init(&schedule, NULL, &example_key) != BT_OK)
		return false;
	bt_sts_kcv(&schedule, kcv);
	return strcmp(kcv, "9E0887") == 0;
}

/* ---- check fields and digits --------------------------------------------------------------------------------------
 */

static bool hold_crc(void)
{
	return bt_sts_crc(0, UINT64_C(0x004a2d900ff20000)) == 0x0ffa &&
	       bt_sts_crc(0, UINT64_C(0x05c02a5527100000)) == 0x1970;
}

static bool hold_crc_c(void)
{
	return bt_sts_crc_c(0, UINT64_C(0x004a2d900ff20000)) == 0x7bc4;
}

/* 3ad2ff6f8c100a5f4 hex: class bits 00, and above them 1 and 1, which go back to their places. */
#define SIXTY_SIX_BITS "67819696861845956084"
#define THEIR_BLOCK    UINT64_C(0xad2ff6f8d900a5f4)

static bool hold_digits_of_bits(void)
{
	const struct bt_sts_carrier carrier = {.token_class = 0, .block = THEIR_BLOCK};
	char digits[BT_STS_TOKEN_CAP];

	bt_sts_carrier_format(&carrier, digits);
	return strcmp(digits, SIXTY_SIX_BITS) == 0;
}

static bool hold_bits_of_digits(void)
{
	struct bt_sts_carrier carrier;

	return bt_sts_carrier_parse(SIXTY_SIX_BITS, &carrier) == BT_OK && carrier.token_class == 0 &&
	       carrier.block == THEIR_BLOCK;
}

/* ---- tokens -------------------------------------------------------------------------------------------------------
 */

static bool is_same_section(const struct bt_sts_section *a, const struct bt_sts_section *b)
{
	return a->ken_half == b->ken_half && a->krn == b->krn && a->kt == b->kt && a->ro == b->ro &&
	       a->three == b->three && a->ti == b->ti && a->sgc_half == b->sgc_half && a->key_part == b->key_part;
}

static bool is_same_token(const struct bt_sts_token *a, const struct bt_sts_token *b)
{
	return a->token_class == b->token_class && a->subclass == b->subclass && a->rnd == b->rnd && a->tid == b->tid &&
	       a->value == b->value && a->control == b->control && a->mfr_code == b->mfr_code &&
	       is_same_section(&a->section, &b->section);
}

/* Made, and read again. @p key NULL for class 1. */
static bool hold_token(const struct bt_sts_decoder_key *key, const struct bt_sts_token *token, const char *expected)
{
	struct bt_sts_schedule schedule;
	struct bt_sts_token seen;
	struct bt_sta sta;
	char digits[BT_STS_TOKEN_CAP];

	bt_sta_init(&sta, &bt_sta_sample);
	if (key && bt_sts_schedule_init(&schedule, &sta, key) != BT_OK)
		return false;
	return bt_sts_token_encode(key ? &schedule : NULL, token, digits) == BT_OK && strcmp(digits, expected) == 0 &&
	       bt_sts_token_decode(key ? &schedule : NULL, digits, &seen) == BT_OK && is_same_token(token, &seen);
}

static bool hold_amount_ea07(void)
{
	static const struct bt_sts_decoder_key key = {.bytes = {0xe5, 0xe5, 0x39, 0xeb, 0x16, 0xb6, 0x5e, 0x7e},
						      .len = 8};
	static const struct bt_sts_token token = {.rnd = 3, .tid = 8905053, .value = 3};

	return hold_token(&key, &token, "14509899275354261895");
}

static bool hold_amount_ea11(void)
{
	static const struct bt_sts_token token = {.rnd = 5, .tid = 5871660, .value = 1};

	return hold_token(&example_key, &token, "59386323472137426967");
}

static bool hold_data(void)
{
	static const struct bt_sts_decoder_key key = {
	    .bytes = {0xd4, 0x91, 0xa1, 0x6f, 0xe1, 0x89, 0x27, 0x11, 0x51, 0x70, 0x65, 0x47, 0xae, 0xa5, 0x25, 0xae},
	    .len = 16};
	static const struct bt_sts_token token = {
	    .token_class = 2, .subclass = 1, .rnd = 10, .tid = 2624788, .value = 0xffff};

	return hold_token(&key, &token, "60324322255897969638");
}

static bool hold_test_2(void)
{
	static const struct bt_sts_token all = {.token_class = 1};
	static const struct bt_sts_token some = {.token_class = 1, .control = 8, .mfr_code = 99};

	return hold_token(NULL, &all, "00000000000134220736") && hold_token(NULL, &some, "18446744073850276905");
}

static bool hold_test_4(void)
{
	static const struct bt_sts_token token = {.token_class = 1, .subclass = 1, .control = 4, .mfr_code = 9999};

	return hold_token(NULL, &token, "01152921522576233317");
}

/* Three sections of one change: SGC 809209, KRN 4, KT 2, TI 10, KEN 60. */
static const struct bt_sts_decoder_key changed_key = {
    .bytes = {0x17, 0x53, 0x21, 0x3b, 0xde, 0xd8, 0xc7, 0x7e, 0xb5, 0xbf, 0x5f, 0x05, 0x9d, 0x14, 0x27, 0xf5},
    .len = 16};

static bool hold_section_1(void)
{
	static const struct bt_sts_token token = {
	    .token_class = 2, .subclass = 3, .section = {.ken_half = 3, .krn = 4, .kt = 2, .key_part = 0x4eae517d}};

	return hold_token(&changed_key, &token, "64735923338640098120");
}

static bool hold_section_3(void)
{
	static const struct bt_sts_token token = {
	    .token_class = 2, .subclass = 8, .section = {.sgc_half = 0x8f9, .key_part = 0x15c1c00a}};

	return hold_token(&changed_key, &token, "07916303110473761575");
}

static bool hold_section_4(void)
{
	static const struct bt_sts_token token = {
	    .token_class = 2, .subclass = 9, .section = {.sgc_half = 0x0c5, .key_part = 0xaf2a9c40}};

	return hold_token(&changed_key, &token, "02853952334809847296");
}

/* Of another change: TI 20, KEN 170. */
static bool hold_section_2(void)
{
	static const struct bt_sts_decoder_key key = {
	    .bytes = {0xdf, 0x63, 0x1f, 0xaa, 0xad, 0x1f, 0x09, 0x63, 0xdb, 0x1a, 0x5d, 0xd5, 0xc5, 0x52, 0xe6, 0x46},
	    .len = 16};
	static const struct bt_sts_token token = {
	    .token_class = 2, .subclass = 4, .section = {.ken_half = 10, .ti = 20, .key_part = 0xd2cb3f30}};

	return hold_token(&key, &token, "50622757303826381090");
}

/* ---- all of them --------------------------------------------------------------------------------------------------
 */

/* clang-format off */
static const struct bt_sts_known_answer answers[] = {
    {.name = "MISTY1 encrypt", .origin = RFC_2994, .holds = hold_misty1_encrypt},
    {.name = "MISTY1 decrypt", .origin = RFC_2994, .holds = hold_misty1_decrypt},
    {.name = "STA encrypt, sample tables", .origin = OTHER(OF_SAMPLE "D02E07-C0-004"), .holds = hold_sta_encrypt},
    {.name = "STA decrypt, sample tables", .origin = OTHER(OF_SAMPLE "D02E07-C0-004"), .holds = hold_sta_decrypt},
    {.name = "DKGA02 for EA07", .origin = CONFORMANCE, .holds = hold_dkga02},
    {.name = "DKGA04 for EA07", .origin = CONFORMANCE, .holds = hold_dkga04_ea07},
    {.name = "DKGA04 for EA11", .origin = CONFORMANCE, .holds = hold_dkga04_ea11},
    {.name = "key check value", .origin = BOTAN, .holds = hold_check_value},
    {.name = "CRC", .origin = STS_PAGES, .holds = hold_crc},
    {.name = "CRC_C", .origin = STS_PAGES, .holds = hold_crc_c},
    {.name = "66 bits to 20 digits", .origin = PRINTED, .holds = hold_digits_of_bits},
    {.name = "20 digits to 66 bits", .origin = PRINTED, .holds = hold_bits_of_digits},
    {.name = "credit token, EA07", .origin = OTHER(OF_SAMPLE "D02E07-C0-004"), .holds = hold_amount_ea07},
    {.name = "credit token, EA11", .origin = CONFORMANCE, .holds = hold_amount_ea11},
    {.name = "management token", .origin = OTHER(OF_MISTY1 "D04E11-C2-244"), .holds = hold_data},
    {.name = "test token, 2-digit makers", .origin = PRINTED "; " OF_CLASS_1 "C1-323", .holds = hold_test_2},
    {.name = "test token, 4-digit makers", .origin = OTHER(OF_CLASS_1 "C1-362"), .holds = hold_test_4},
    {.name = "key change, 1st section", .origin = OTHER(OF_MISTY1 "D04E11-K-292"), .holds = hold_section_1},
    {.name = "key change, 2nd section", .origin = OTHER(OF_MISTY1 "D04E11-K-313"), .holds = hold_section_2},
    {.name = "key change, 3rd section", .origin = OTHER(OF_MISTY1 "D04E11-K-294"), .holds = hold_section_3},
    {.name = "key change, 4th section", .origin = OTHER(OF_MISTY1 "D04E11-K-295"), .holds = hold_section_4},
};
/* clang-format on */

#define ANSWERS (sizeof answers / sizeof answers[0])

const struct bt_sts_known_answer *bt_sts_known_answers(unsigned *out_count)
{
	*out_count = ANSWERS;
	return answers;
}

enum bt_err bt_sts_known_answers_check(const struct bt_sts_known_answer *rows, unsigned count, struct bt_fault *fault)
{
	for (unsigned i = 0; i < count; i++) {
		if (!rows[i].holds())
			return bt_fault_set(fault, BT_ECORRUPT, 0, "%s", rows[i].name);
	}
	return BT_OK;
}

enum bt_err bt_sts_selftest(struct bt_fault *fault)
{
	return bt_sts_known_answers_check(answers, ANSWERS, fault);
}
