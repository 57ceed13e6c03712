#include "tests/sts/campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sts/token_type.h"

#define KINDS_MAX  32
#define AMOUNT_MAX 18201624u

uint64_t campaign_draw(struct campaign_chance *chance)
{
	chance->state ^= chance->state >> 12;
	chance->state ^= chance->state << 25;
	chance->state ^= chance->state >> 27;
	return chance->state * UINT64_C(0x2545f4914f6cdd1d);
}

uint32_t campaign_below(struct campaign_chance *chance, uint32_t below)
{
	return (uint32_t)((campaign_draw(chance) >> 32) * below >> 32);
}

static void give_up(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

void campaign_pair_open(struct campaign_pair *pair, unsigned ea, struct campaign_chance *chance)
{
	static struct bt_sta vendor_tables;
	struct meter_sta meter_tables;
	struct bt_sts_decoder_key vendor = {.len = (uint8_t)meter_key_len(ea)};
	struct meter_key meter = {.ea = (uint8_t)ea};

	for (unsigned i = 0; i < vendor.len; i++)
		vendor.bytes[i] = meter.bytes[i] = (uint8_t)(campaign_draw(chance) >> 56);
	bt_sta_init(&vendor_tables, &bt_sta_sample);
	meter_sta_sample(&meter_tables);
	if (bt_sts_schedule_init(&pair->schedule, &vendor_tables, &vendor) != BT_OK)
		give_up("the vendor's cipher is not to be had");
	if (!meter_cipher_open(&meter, &meter_tables, &pair->cipher))
		give_up("the meter's cipher is not to be had");
}

void campaign_pair_close(struct campaign_pair *pair)
{
	meter_cipher_close(pair->cipher);
}

/* The types that are not refused. */
static const struct bt_sts_token_type *draw_type(struct campaign_chance *chance)
{
	static const struct bt_sts_token_type *kinds[KINDS_MAX];
	static unsigned count;

	if (count == 0) {
		unsigned all;
		const struct bt_sts_token_type *types = bt_sts_token_types(&all);

		for (unsigned i = 0; i < all && count < KINDS_MAX; i++) {
			if (types[i].refusal == NULL)
				kinds[count++] = &types[i];
		}
		if (count != 4 + 2 + 10)
			give_up("not every kind of token is supported that should be");
	}
	return kinds[campaign_below(chance, count)];
}

/* 0 .. max: either end one time in eight each, and small as often as great. */
static uint64_t draw_up_to(struct campaign_chance *chance, uint64_t max)
{
	uint32_t where = campaign_below(chance, 8);
	uint64_t any = campaign_draw(chance);

	if (where < 2)
		return where == 0 ? 0 : max;
	any >>= campaign_below(chance, 64);
	return max == UINT64_MAX ? any : any % (max + 1);
}

/* Where an exponent begins, and its neighbours. */
static uint32_t draw_amount(struct campaign_chance *chance)
{
	static const uint32_t starts[] = {16384, 180224, 1818624, AMOUNT_MAX - 1};

	if (campaign_below(chance, 8) == 0)
		return starts[campaign_below(chance, 4)] - 1 + campaign_below(chance, 3);
	return (uint32_t)draw_up_to(chance, AMOUNT_MAX);
}

static uint32_t draw_data(const struct bt_sts_token_type *type, struct campaign_chance *chance)
{
	if (strcmp(type->field, "register") == 0)
		return campaign_below(chance, 9) == 0 ? 0xffff : campaign_below(chance, 8);
	return type->field[0] == '\0' ? 0 : (uint32_t)draw_up_to(chance, 0xffff);
}

static void fill_value(const struct bt_sts_token_type *type, struct campaign_chance *chance, struct bt_sts_token *token)
{
	token->rnd = (uint8_t)campaign_below(chance, 16);
	token->tid = (uint32_t)draw_up_to(chance, 0xffffff);
	token->value = type->layout == BT_STS_LAYOUT_AMOUNT ? draw_amount(chance) : draw_data(type, chance);
}

static void fill_test(const struct bt_sts_token_type *type, struct campaign_chance *chance, struct bt_sts_token *token)
{
	bool two = type->layout == BT_STS_LAYOUT_TEST_2;

	token->control = draw_up_to(chance, ((uint64_t)1 << (two ? 36 : 28)) - 1);
	token->mfr_code = (uint16_t)draw_up_to(chance, two ? 99 : 9999);
}

static void fill_section(const struct bt_sts_token_type *type, struct campaign_chance *chance,
			 struct bt_sts_token *token)
{
	struct bt_sts_section *section = &token->section;
	uint32_t sgc = (uint32_t)draw_up_to(chance, 999999);

	section->key_part = (uint32_t)draw_up_to(chance, UINT32_MAX);
	if (type->subclass == 3 || type->subclass == 4)
		section->ken_half = (uint8_t)campaign_below(chance, 16);
	if (type->subclass == 3) {
		section->krn = (uint8_t)(1 + campaign_below(chance, 9));
		section->kt = (uint8_t)campaign_below(chance, 4);
		section->ro = campaign_below(chance, 2) != 0;
	}
	if (type->subclass == 4)
		section->ti = (uint8_t)campaign_below(chance, 100);
	if (type->subclass == 8)
		section->sgc_half = sgc & 0xfff;
	if (type->subclass == 9)
		section->sgc_half = (uint16_t)(sgc >> 12);
}

struct bt_sts_token campaign_token(struct campaign_chance *chance)
{
	static void (*const fill[])(const struct bt_sts_token_type *type, struct campaign_chance *chance,
				    struct bt_sts_token *token) = {
	    [BT_STS_LAYOUT_AMOUNT] = fill_value,    [BT_STS_LAYOUT_DATA] = fill_value,
	    [BT_STS_LAYOUT_TEST_2] = fill_test,     [BT_STS_LAYOUT_TEST_4] = fill_test,
	    [BT_STS_LAYOUT_SECTION] = fill_section,
	};
	const struct bt_sts_token_type *type = draw_type(chance);
	struct bt_sts_token token = {.token_class = type->token_class, .subclass = type->subclass};

	fill[type->layout](type, chance, &token);
	return token;
}

static bool is_same_value(const struct bt_sts_token *made, const struct meter_token *read)
{
	bool is_amount = made->token_class == 0 || made->subclass == 0 || made->subclass == 6;
	uint32_t step = made->value < 16384 ? 1 : made->value < 180224 ? 10 : made->value < 1818624 ? 100 : 1000;

	if (made->token_class == 1 || !is_amount)
		return read->data == made->value && read->amount == 0;
	return read->amount >= made->value && read->amount - made->value < step;
}

static bool is_same_section(const struct bt_sts_section *made, const struct meter_section *read)
{
	return made->ken_half == read->ken_half && made->krn == read->krn && made->kt == read->kt &&
	       made->ro == read->roll_over && made->three == read->three && made->ti == read->ti &&
	       made->sgc_half == read->sgc_half && made->key_part == read->key_part;
}

bool campaign_is_same(const struct bt_sts_token *made, const struct meter_token *read)
{
	return made->token_class == read->token_class && made->subclass == read->subclass && made->rnd == read->rnd &&
	       made->tid == read->tid && is_same_value(made, read) && made->control == read->control &&
	       made->mfr_code == read->mfr_code && is_same_section(&made->section, &read->section);
}

uint64_t campaign_argument(int argc, char **argv, int at, uint64_t otherwise)
{
	const char *text = at < argc ? argv[at] : NULL;
	size_t len = text == NULL ? 0 : strlen(text);

	if (text == NULL)
		return otherwise;
	if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
		give_up("arguments: numbers");
	return strtoull(text, NULL, 10);
}
