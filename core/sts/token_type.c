#include "core/sts/token_type.h"

#include <stddef.h>
#include <string.h>

#include "core/base/words.h"
#include "core/sts/amount.h"

#define CLASSES 4

/* Where the rows of each class begin: within a class the known subclasses run from 0 without a gap. */
enum {
	CREDIT = 0,
	TEST = CREDIT + 8,
	MANAGE = TEST + 3,
	ROWS = MANAGE + 11,
};

#define NO_CURRENCY N_("currency tokens, whose amount layout is not certain")
#define NO_READ     N_("the extended token read, whose layout is not certain")
#define NO_SET      N_("the extended token set, whose layout is not certain")

static const struct bt_sts_token_type types[ROWS] = {
    [CREDIT + 0] = {.id = "electricity",
		    .name = "TransferCredit electricity",
		    .field = "amount",
		    .unit = "0.1 kWh",
		    .max = BT_STS_AMOUNT_MAX},
    [CREDIT + 1] = {.subclass = 1,
		    .id = "water",
		    .name = "TransferCredit water",
		    .field = "amount",
		    .unit = "0.1 m3",
		    .max = BT_STS_AMOUNT_MAX},
    [CREDIT + 2] = {.subclass = 2,
		    .id = "gas",
		    .name = "TransferCredit gas",
		    .field = "amount",
		    .unit = "0.1 m3",
		    .max = BT_STS_AMOUNT_MAX},
    [CREDIT + 3] = {.subclass = 3,
		    .id = "time",
		    .name = "TransferCredit time",
		    .field = "amount",
		    .unit = "0.1 min",
		    .max = BT_STS_AMOUNT_MAX},
    [CREDIT + 4] = {.subclass = 4,
		    .layout = BT_STS_LAYOUT_NONE,
		    .id = "electricity_currency",
		    .name = "TransferCredit electricity currency",
		    .field = "",
		    .unit = "",
		    .refusal = NO_CURRENCY,
		    .crc_c = true},
    [CREDIT + 5] = {.subclass = 5,
		    .layout = BT_STS_LAYOUT_NONE,
		    .id = "water_currency",
		    .name = "TransferCredit water currency",
		    .field = "",
		    .unit = "",
		    .refusal = NO_CURRENCY,
		    .crc_c = true},
    [CREDIT + 6] = {.subclass = 6,
		    .layout = BT_STS_LAYOUT_NONE,
		    .id = "gas_currency",
		    .name = "TransferCredit gas currency",
		    .field = "",
		    .unit = "",
		    .refusal = NO_CURRENCY,
		    .crc_c = true},
    [CREDIT + 7] = {.subclass = 7,
		    .layout = BT_STS_LAYOUT_NONE,
		    .id = "time_currency",
		    .name = "TransferCredit time currency",
		    .field = "",
		    .unit = "",
		    .refusal = NO_CURRENCY,
		    .crc_c = true},
    [TEST + 0] = {.token_class = 1,
		  .layout = BT_STS_LAYOUT_TEST_2,
		  .id = "meter_test_2",
		  .name = "InitiateMeterTest/Display, two-digit manufacturer",
		  .field = "",
		  .unit = ""},
    [TEST + 1] = {.token_class = 1,
		  .subclass = 1,
		  .layout = BT_STS_LAYOUT_TEST_4,
		  .id = "meter_test_4",
		  .name = "InitiateMeterTest/Display, four-digit manufacturer",
		  .field = "",
		  .unit = ""},
    [TEST + 2] = {.token_class = 1,
		  .subclass = 2,
		  .layout = BT_STS_LAYOUT_NONE,
		  .id = "extended_read",
		  .name = "ExtendedTokenRead",
		  .field = "",
		  .unit = "",
		  .refusal = NO_READ},
    [MANAGE + 0] = {.token_class = 2,
		    .id = "max_power_limit",
		    .name = "SetMaximumPowerLimit",
		    .field = "watts",
		    .unit = "W",
		    .max = BT_STS_AMOUNT_MAX},
    [MANAGE + 1] = {.token_class = 2,
		    .subclass = 1,
		    .layout = BT_STS_LAYOUT_DATA,
		    .id = "clear_credit",
		    .name = "ClearCredit",
		    .field = "register",
		    .unit = "",
		    .max = 7,
		    .all = true},
    [MANAGE + 2] = {.token_class = 2,
		    .subclass = 2,
		    .layout = BT_STS_LAYOUT_DATA,
		    .id = "tariff_rate",
		    .name = "SetTariffRate",
		    .field = "rate",
		    .unit = "",
		    .max = UINT16_MAX},
    [MANAGE + 3] = {.token_class = 2,
		    .subclass = 3,
		    .layout = BT_STS_LAYOUT_SECTION,
		    .id = "key_change_1",
		    .name = "Set1stSectionDecoderKey",
		    .field = "",
		    .unit = "",
		    .section = 1},
    [MANAGE + 4] = {.token_class = 2,
		    .subclass = 4,
		    .layout = BT_STS_LAYOUT_SECTION,
		    .id = "key_change_2",
		    .name = "Set2ndSectionDecoderKey",
		    .field = "",
		    .unit = "",
		    .section = 2},
    [MANAGE + 5] = {.token_class = 2,
		    .subclass = 5,
		    .layout = BT_STS_LAYOUT_DATA,
		    .id = "clear_tamper",
		    .name = "ClearTamperCondition",
		    .field = "",
		    .unit = ""},
    [MANAGE + 6] = {.token_class = 2,
		    .subclass = 6,
		    .id = "phase_unbalance_limit",
		    .name = "SetMaximumPhasePowerUnbalanceLimit",
		    .field = "watts",
		    .unit = "W",
		    .max = BT_STS_AMOUNT_MAX},
    [MANAGE + 7] = {.token_class = 2,
		    .subclass = 7,
		    .layout = BT_STS_LAYOUT_DATA,
		    .id = "water_meter_factor",
		    .name = "SetWaterMeterFactor",
		    .field = "factor",
		    .unit = "",
		    .max = UINT16_MAX},
    [MANAGE + 8] = {.token_class = 2,
		    .subclass = 8,
		    .layout = BT_STS_LAYOUT_SECTION,
		    .id = "key_change_3",
		    .name = "Set3rdSectionDecoderKey",
		    .field = "",
		    .unit = "",
		    .section = 3},
    [MANAGE + 9] = {.token_class = 2,
		    .subclass = 9,
		    .layout = BT_STS_LAYOUT_SECTION,
		    .id = "key_change_4",
		    .name = "Set4thSectionDecoderKey",
		    .field = "",
		    .unit = "",
		    .section = 4},
    [MANAGE + 10] = {.token_class = 2,
		     .subclass = 10,
		     .layout = BT_STS_LAYOUT_NONE,
		     .id = "extended_set",
		     .name = "ExtendedTokenSet",
		     .field = "",
		     .unit = "",
		     .refusal = NO_SET},
};

struct token_class {
	uint8_t first, count;
	const char *others; /* why not the subclasses beyond the rows */
};

static const struct token_class classes[CLASSES] = {
    {.first = CREDIT, .count = TEST - CREDIT, .others = N_("a subclass of class 0 that the standard reserves")},
    {.first = TEST,
     .count = MANAGE - TEST,
     .others = N_("a subclass of class 1 that is reserved or a manufacturer's own")},
    {.first = MANAGE,
     .count = ROWS - MANAGE,
     .others = N_("a subclass of class 2 that is reserved or a manufacturer's own")},
    {.others = N_("class 3, which the standard reserves")},
};

const struct bt_sts_token_type *bt_sts_token_type_find(uint8_t token_class, uint8_t subclass)
{
	if (token_class >= CLASSES || subclass >= classes[token_class].count)
		return NULL;
	return &types[classes[token_class].first + subclass];
}

const struct bt_sts_token_type *bt_sts_token_type_named(const char *id)
{
	for (unsigned i = 0; i < ROWS; i++) {
		if (strcmp(types[i].id, id) == 0)
			return &types[i];
	}
	return NULL;
}

const struct bt_sts_token_type *bt_sts_token_types(unsigned *out_count)
{
	*out_count = ROWS;
	return types;
}

const char *bt_sts_token_type_refusal(uint8_t token_class, uint8_t subclass)
{
	const struct bt_sts_token_type *type = bt_sts_token_type_find(token_class, subclass);

	if (token_class >= CLASSES || subclass >= BT_STS_SUBCLASSES)
		return N_("no such class or subclass");
	return type ? type->refusal : classes[token_class].others;
}
