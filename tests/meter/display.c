#include "tests/meter/display.h"

#include <inttypes.h>

#include "tests/meter/key_change.h"

static void show_load_switch(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	bool closed = meter->memory.credit_tenths > 0 && !meter->memory.tampered;

	snprintf(out, METER_SHOWN_CAP, "%s", closed ? "closed" : "open");
}

static void show_display(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	(void)meter;
	snprintf(out, METER_SHOWN_CAP, "88888888");
}

static void show_total(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	uint64_t tenths = meter->memory.total_tenths;

	snprintf(out, METER_SHOWN_CAP, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
		 meter_product_unit(meter->identity.product));
}

static void show_krn(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%u", meter->memory.binding.krn);
}

static void show_ti(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%02u", meter->memory.binding.ti);
}

/* It read the token that asks. */
static void show_reader(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	(void)meter;
	snprintf(out, METER_SHOWN_CAP, "good");
}

static void show_power_limit(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%" PRIu32, meter->memory.power_limit_w);
}

static void show_tamper(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%s", meter->memory.tampered ? "tampered" : "untouched");
}

/* Nothing is connected behind this meter. */
static void show_power(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	(void)meter;
	snprintf(out, METER_SHOWN_CAP, "0");
}

static void show_version(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	(void)meter;
	snprintf(out, METER_SHOWN_CAP, "batti-meter 2");
}

static void show_unbalance_limit(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%" PRIu32, meter->memory.unbalance_limit_w);
}

static void show_water_factor(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%u", meter->memory.water_factor);
}

static void show_tariff_rate(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%u", meter->memory.tariff_rate);
}

static void show_ea(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%02u", meter->memory.binding.key.ea);
}

static void show_key_tokens(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%u", meter_key_change_count(meter->memory.binding.key.ea));
}

static void show_sgc(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%06" PRIu32, meter->memory.binding.sgc);
}

static void show_ken(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%u", meter->memory.binding.ken);
}

static void show_drn(const struct meter *meter, char out[METER_SHOWN_CAP])
{
	snprintf(out, METER_SHOWN_CAP, "%s", meter->identity.drn);
}

static const struct meter_test tests[METER_TESTS] = {
    [1] = {.id = "load_switch", .show = show_load_switch},
    [2] = {.id = "display", .show = show_display},
    [3] = {.id = "total", .show = show_total},
    [4] = {.id = "krn", .is_number = true, .show = show_krn},
    [5] = {.id = "ti", .show = show_ti},
    [6] = {.id = "token_reader", .show = show_reader},
    [7] = {.id = "power_limit_w", .is_number = true, .show = show_power_limit},
    [8] = {.id = "tamper", .show = show_tamper},
    [9] = {.id = "power_w", .is_number = true, .show = show_power},
    [10] = {.id = "version", .show = show_version},
    [11] = {.id = "unbalance_limit_w", .is_number = true, .show = show_unbalance_limit},
    [12] = {.id = "water_factor", .is_number = true, .show = show_water_factor},
    [13] = {.id = "tariff_rate", .is_number = true, .show = show_tariff_rate},
    [14] = {.id = "ea", .show = show_ea},
    [15] = {.id = "key_tokens", .is_number = true, .show = show_key_tokens},
    [16] = {.id = "sgc", .show = show_sgc},
    [17] = {.id = "ken", .is_number = true, .show = show_ken},
    [18] = {.id = "drn", .show = show_drn},
};

const struct meter_test *meter_test(unsigned bit)
{
	return &tests[bit];
}

uint64_t meter_display_known(uint64_t control)
{
	const uint64_t each = ((uint64_t)1 << METER_TESTS) - 2;

	return (control & 1) != 0 ? each : control & each;
}
