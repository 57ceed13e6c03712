#include "core/sts/token.h"

#include <stddef.h>

#include "core/base/words.h"
#include "core/sts/amount.h"
#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"

#define CLASS_TEST 1 /* travels in clear */

#define TI_MAX       99u
#define KRN_MAX      9u
#define KT_MAX       3u
#define SGC_HIGH_MAX (999999u >> 12) /* of the six decimal digits as 24 bits */

/* Where the fields begin, from the least significant bit. */
#define SUBCLASS_SHIFT   60
#define RND_SHIFT        56
#define TID_SHIFT        32
#define DATA_SHIFT       16
#define CONTROL_2_SHIFT  24
#define CONTROL_4_SHIFT  32
#define HEAD_SHIFT       48 /* of a section: 12 bits by section, then 32 bits of key */
#define KEY_PART_SHIFT   16
#define KEN_HALF_SHIFT   8
#define KRN_SHIFT        4
#define RO_BIT           3
#define THREE_BIT        2
#define CONTROL_2_MAX    ((UINT64_C(1) << 36) - 1)
#define CONTROL_4_MAX    ((UINT64_C(1) << 28) - 1)
#define MFR_CODE_2_MAX   99u
#define MFR_CODE_4_MAX   9999u
#define THIRD_OF_64_BITS N_("a third token in a key change of 64 bits (3KCT), whose contents are not certain")

static uint32_t take_bits(uint64_t block, unsigned shift, uint32_t mask)
{
	return (uint32_t)(block >> shift) & mask;
}

/* ---- tokens with RND and TID ---- */

static bool has_stamp_in_range(const struct bt_sts_token *token)
{
	return token->rnd <= 15 && token->tid <= BT_STS_TID_MAX;
}

static uint64_t pack_stamp(const struct bt_sts_token *token)
{
	return (uint64_t)token->rnd << RND_SHIFT | (uint64_t)token->tid << TID_SHIFT;
}

static void unpack_stamp(uint64_t block, struct bt_sts_token *out)
{
	out->rnd = (uint8_t)take_bits(block, RND_SHIFT, 15);
	out->tid = take_bits(block, TID_SHIFT, BT_STS_TID_MAX);
}

static bool check_value(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	return has_stamp_in_range(token) &&
	       (token->value <= type->max || (type->all && token->value == BT_STS_REGISTER_ALL));
}

static uint64_t pack_amount(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	uint16_t code = 0;

	(void)type;
	(void)!bt_sts_amount_encode(token->value, &code); /* in range: checked */
	return pack_stamp(token) | (uint64_t)code << DATA_SHIFT;
}

static void unpack_amount(const struct bt_sts_token_type *type, uint64_t block, struct bt_sts_token *out)
{
	(void)type;
	unpack_stamp(block, out);
	out->value = bt_sts_amount_decode((uint16_t)take_bits(block, DATA_SHIFT, UINT16_MAX));
}

static uint64_t pack_data(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	(void)type;
	return pack_stamp(token) | (uint64_t)token->value << DATA_SHIFT;
}

static void unpack_data(const struct bt_sts_token_type *type, uint64_t block, struct bt_sts_token *out)
{
	(void)type;
	unpack_stamp(block, out);
	out->value = take_bits(block, DATA_SHIFT, UINT16_MAX);
}

/* ---- meter tests ---- */

static bool check_test_2(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	(void)type;
	return token->control <= CONTROL_2_MAX && token->mfr_code <= MFR_CODE_2_MAX;
}

static uint64_t pack_test_2(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	(void)type;
	return token->control << CONTROL_2_SHIFT | (uint64_t)token->mfr_code << DATA_SHIFT;
}

static void unpack_test_2(const struct bt_sts_token_type *type, uint64_t block, struct bt_sts_token *out)
{
	(void)type;
	out->control = block >> CONTROL_2_SHIFT & CONTROL_2_MAX;
	out->mfr_code = (uint16_t)take_bits(block, DATA_SHIFT, UINT8_MAX);
}

static bool check_test_4(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	(void)type;
	return token->control <= CONTROL_4_MAX && token->mfr_code <= MFR_CODE_4_MAX;
}

static uint64_t pack_test_4(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	(void)type;
	return token->control << CONTROL_4_SHIFT | (uint64_t)token->mfr_code << DATA_SHIFT;
}

static void unpack_test_4(const struct bt_sts_token_type *type, uint64_t block, struct bt_sts_token *out)
{
	(void)type;
	out->control = block >> CONTROL_4_SHIFT & CONTROL_4_MAX;
	out->mfr_code = (uint16_t)take_bits(block, DATA_SHIFT, UINT16_MAX);
}

/* ---- sections of a key change: what their 12 bits of head are ---- */

static bool check_first(const struct bt_sts_section *section)
{
	return section->ken_half <= 15 && section->krn >= 1 && section->krn <= KRN_MAX && section->kt <= KT_MAX;
}

static uint32_t pack_first(const struct bt_sts_section *section)
{
	return (uint32_t)section->ken_half << KEN_HALF_SHIFT | (uint32_t)section->krn << KRN_SHIFT |
	       (uint32_t)section->ro << RO_BIT | section->kt;
}

static void unpack_first(uint32_t head, struct bt_sts_section *out)
{
	out->ken_half = (uint8_t)(head >> KEN_HALF_SHIFT);
	out->krn = head >> KRN_SHIFT & 15;
	out->ro = head >> RO_BIT & 1;
	out->three = head >> THREE_BIT & 1;
	out->kt = head & KT_MAX;
}

static bool check_second(const struct bt_sts_section *section)
{
	return section->ken_half <= 15 && section->ti <= TI_MAX;
}

static uint32_t pack_second(const struct bt_sts_section *section)
{
	return (uint32_t)section->ken_half << KEN_HALF_SHIFT | section->ti;
}

static void unpack_second(uint32_t head, struct bt_sts_section *out)
{
	out->ken_half = (uint8_t)(head >> KEN_HALF_SHIFT);
	out->ti = (uint8_t)(head & UINT8_MAX);
}

static bool check_third(const struct bt_sts_section *section)
{
	return section->sgc_half <= 0xfff;
}

static bool check_fourth(const struct bt_sts_section *section)
{
	return section->sgc_half <= SGC_HIGH_MAX;
}

static uint32_t pack_sgc_half(const struct bt_sts_section *section)
{
	return section->sgc_half;
}

static void unpack_sgc_half(uint32_t head, struct bt_sts_section *out)
{
	out->sgc_half = (uint16_t)head;
}

struct head {
	bool (*check)(const struct bt_sts_section *section);
	uint32_t (*pack)(const struct bt_sts_section *section);
	void (*unpack)(uint32_t head, struct bt_sts_section *out);
};

/* Indexed by the number of the section. */
static const struct head heads[] = {
    [1] = {.check = check_first, .pack = pack_first, .unpack = unpack_first},
    [2] = {.check = check_second, .pack = pack_second, .unpack = unpack_second},
    [3] = {.check = check_third, .pack = pack_sgc_half, .unpack = unpack_sgc_half},
    [4] = {.check = check_fourth, .pack = pack_sgc_half, .unpack = unpack_sgc_half},
};

static bool check_section(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	return heads[type->section].check(&token->section);
}

static uint64_t pack_section(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	return (uint64_t)heads[type->section].pack(&token->section) << HEAD_SHIFT | (uint64_t)token->section.key_part
											<< KEY_PART_SHIFT;
}

static void unpack_section(const struct bt_sts_token_type *type, uint64_t block, struct bt_sts_token *out)
{
	heads[type->section].unpack(take_bits(block, HEAD_SHIFT, 0xfff), &out->section);
	out->section.key_part = take_bits(block, KEY_PART_SHIFT, UINT32_MAX);
}

/* ---- all of them ---- */

struct layout {
	bool (*check)(const struct bt_sts_token_type *type, const struct bt_sts_token *token);
	/* Of a checked token. */
	uint64_t (*pack)(const struct bt_sts_token_type *type, const struct bt_sts_token *token);
	void (*unpack)(const struct bt_sts_token_type *type, uint64_t block, struct bt_sts_token *out);
};

static const struct layout layouts[] = {
    [BT_STS_LAYOUT_AMOUNT] = {.check = check_value, .pack = pack_amount, .unpack = unpack_amount},
    [BT_STS_LAYOUT_DATA] = {.check = check_value, .pack = pack_data, .unpack = unpack_data},
    [BT_STS_LAYOUT_TEST_2] = {.check = check_test_2, .pack = pack_test_2, .unpack = unpack_test_2},
    [BT_STS_LAYOUT_TEST_4] = {.check = check_test_4, .pack = pack_test_4, .unpack = unpack_test_4},
    [BT_STS_LAYOUT_SECTION] = {.check = check_section, .pack = pack_section, .unpack = unpack_section},
};

static bool announces_third(const struct bt_sts_token_type *type, const struct bt_sts_token *token)
{
	return type->section == 1 && token->section.three;
}

const char *bt_sts_token_refusal(const struct bt_sts_token *token)
{
	const struct bt_sts_token_type *type = bt_sts_token_type_find(token->token_class, token->subclass);

	if (type && announces_third(type, token))
		return THIRD_OF_64_BITS;
	return bt_sts_token_type_refusal(token->token_class, token->subclass);
}

enum bt_err bt_sts_token_encode(const struct bt_sts_schedule *schedule, const struct bt_sts_token *token,
				char out[BT_STS_TOKEN_CAP])
{
	const struct bt_sts_token_type *type = bt_sts_token_type_find(token->token_class, token->subclass);
	struct bt_sts_carrier carrier = {.token_class = token->token_class};
	const struct layout *layout;
	uint64_t block;

	if (type == NULL || type->refusal || announces_third(type, token))
		return BT_EUNSUPPORTED;
	if (schedule == NULL && token->token_class != CLASS_TEST)
		return BT_EINPUT;
	layout = &layouts[type->layout];
	if (!layout->check(type, token))
		return BT_ERANGE;
	block = (uint64_t)token->subclass << SUBCLASS_SHIFT | layout->pack(type, token);
	block |= bt_sts_crc(token->token_class, block);
	carrier.block = token->token_class == CLASS_TEST ? block : bt_sts_encrypt(schedule, block);
	bt_sts_carrier_format(&carrier, out);
	return BT_OK;
}

static bool is_crc_right(const struct bt_sts_token_type *type, uint8_t token_class, uint64_t block)
{
	bool crc_c = type && type->crc_c;
	uint16_t crc = crc_c ? bt_sts_crc_c(token_class, block) : bt_sts_crc(token_class, block);

	return (block & UINT16_MAX) == crc;
}

enum bt_err bt_sts_token_decode(const struct bt_sts_schedule *schedule, const char *digits, struct bt_sts_token *out)
{
	const struct bt_sts_token_type *type;
	struct bt_sts_token token = {.token_class = 0};
	struct bt_sts_carrier carrier;
	uint64_t block;

	if (bt_sts_carrier_parse(digits, &carrier) != BT_OK)
		return BT_EINPUT;
	if (schedule == NULL && carrier.token_class != CLASS_TEST)
		return BT_EINPUT;
	block = carrier.token_class == CLASS_TEST ? carrier.block : bt_sts_decrypt(schedule, carrier.block);
	token.token_class = carrier.token_class;
	token.subclass = (uint8_t)(block >> SUBCLASS_SHIFT);
	type = bt_sts_token_type_find(token.token_class, token.subclass);
	/* Before anything else is told of it: a mistyped digit that changes the class is a mistyped digit all the same.
	 */
	if (!is_crc_right(type, token.token_class, block))
		return BT_EAUTH;
	if (type == NULL || type->refusal) {
		*out = token;
		return BT_EUNSUPPORTED;
	}
	layouts[type->layout].unpack(type, block, &token);
	if (!layouts[type->layout].check(type, &token))
		return BT_ERANGE;
	*out = token;
	return BT_OK;
}

void bt_sts_token_group(const char *token, char out[25])
{
	unsigned at = 0;

	for (unsigned i = 0; i < BT_STS_TOKEN_CAP - 1 && token[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			out[at++] = ' ';
		out[at++] = token[i];
	}
	out[at] = '\0';
}
