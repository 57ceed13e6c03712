#include "ui/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#define CASH_DAY_LAW 200000 /* rupees */

#define CASH_IN_HAND_MAX 10000000 /* rupees */

struct reading {
	struct bt_config config;
	enum bt_err mistake; /* the first; BT_OK for none that was looked at */
	char bad[160];
};

static bool read_number(const char *text, int min, int max, int *out)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < min || value > max)
		return false;
	*out = (int)value;
	return true;
}

static bool set_deadline(struct bt_config *config, const char *value)
{
	return read_number(value, 200, 10000, &config->deadline_ms);
}

static bool set_slow(struct bt_config *config, const char *value)
{
	return read_number(value, 50, 10000, &config->slow_ms);
}

static bool set_idle_lock(struct bt_config *config, const char *value)
{
	return read_number(value, 0, 3600, &config->idle_lock_s) &&
	       (config->idle_lock_s == 0 || config->idle_lock_s >= 30);
}

/* The law's own limit is the highest (Income-tax Act, 269ST). */
static bool set_cash_day_limit(struct bt_config *config, const char *value)
{
	return read_number(value, 1, CASH_DAY_LAW, &config->cash_day_limit);
}

static bool read_rupees(const char *text, bt_paise *out)
{
	int rupees;

	if (!read_number(text, 0, CASH_IN_HAND_MAX, &rupees))
		return false;
	*out = (bt_paise)rupees * BT_PAISE_PER_RUPEE;
	return true;
}

static bool set_cash_ceiling(struct bt_config *config, const char *value)
{
	return read_rupees(value, &config->cash_ceiling);
}

static bool set_cash_warning(struct bt_config *config, const char *value)
{
	return read_rupees(value, &config->cash_warning);
}

/* "500, 200, 100": each smaller than the one before. */
static bool set_denominations(struct bt_config *config, const char *value)
{
	bt_paise notes[BT_DENOMINATIONS_MAX] = {0};
	int count = 0;

	for (const char *at = value; *at;) {
		char *end;
		long rupees;

		errno = 0;
		rupees = strtol(at, &end, 10);
		if (errno || end == at || rupees < 1 || rupees > 10000 || count == BT_DENOMINATIONS_MAX ||
		    (count > 0 && rupees * BT_PAISE_PER_RUPEE >= notes[count - 1]))
			return false;
		notes[count++] = (bt_paise)rupees * BT_PAISE_PER_RUPEE;
		at = end + strspn(end, " ");
		if (*at && (*at != ',' || !*++at))
			return false;
	}
	if (count == 0)
		return false;
	memcpy(config->denominations, notes, sizeof notes);
	config->denomination_count = count;
	return true;
}

static bool set_protocol(struct bt_config *config, const char *value)
{
	const struct bt_protocol *protocol = bt_protocol_find(value);

	if (protocol)
		config->protocol = protocol;
	return protocol != NULL;
}

static const char *const upi_ways[] = {
    [BT_UPI_BY_SERVER] = "head-end", [BT_UPI_BY_SERVICE] = "psp", [BT_UPI_BY_EITHER] = "auto", [BT_UPI_OFF] = "off"};

static bool set_upi(struct bt_config *config, const char *value)
{
	for (size_t i = 0; i < sizeof upi_ways / sizeof upi_ways[0]; i++)
		if (strcmp(upi_ways[i], value) == 0) {
			config->upi = (enum bt_upi_way)i;
			return true;
		}
	return false;
}

static bool set_psp_url(struct bt_config *config, const char *value)
{
	return (!value[0] || strncmp(value, "https://", 8) == 0) &&
	       bt_text_copy(config->psp_url, sizeof config->psp_url, value) == BT_OK;
}

static bool set_psp_key_file(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->psp_key_file, sizeof config->psp_key_file, value) == BT_OK;
}

static bool set_psp_ca_file(struct bt_config *config, const char *value)
{
	return value[0] && bt_text_copy(config->psp_ca_file, sizeof config->psp_ca_file, value) == BT_OK;
}

static bool set_language(struct bt_config *config, const char *value)
{
	return bt_lang_parse(value, &config->language) == BT_OK;
}

static bool set_receipt_language(struct bt_config *config, const char *value)
{
	return bt_receipt_lang_parse(value, &config->receipt_language) == BT_OK;
}

static bool set_printer(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->printer, sizeof config->printer, value) == BT_OK;
}

static bool set_printer_profile(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->printer_profile, sizeof config->printer_profile, value) == BT_OK;
}

static bool set_printer_models(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->printer_models, sizeof config->printer_models, value) == BT_OK;
}

static bool set_slips(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->slips, sizeof config->slips, value) == BT_OK;
}

static bool set_mirror(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->mirror, sizeof config->mirror, value) == BT_OK;
}

static bool set_mirror_required(struct bt_config *config, const char *value)
{
	config->mirror_required = strcmp(value, "yes") == 0;
	return config->mirror_required || strcmp(value, "no") == 0;
}

static bool set_font(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->font, sizeof config->font, value) == BT_OK;
}

static bool set_vending_key(struct bt_config *config, const char *value)
{
	return (!value[0] || strncmp(value, "pkcs11:", 7) == 0) &&
	       bt_text_copy(config->vending_key, sizeof config->vending_key, value) == BT_OK;
}

static bool set_vending_key_pin(struct bt_config *config, const char *value)
{
	return value[0] && bt_text_copy(config->vending_key_pin, sizeof config->vending_key_pin, value) == BT_OK;
}

static bool set_sta_tables(struct bt_config *config, const char *value)
{
	return bt_text_copy(config->sta_tables, sizeof config->sta_tables, value) == BT_OK;
}

static bool set_colours(struct bt_config *config, const char *value)
{
	static const struct {
		const char *name;
		int colours;
	} known[] = {
	    {"auto", BT_COLOURS_AUTO}, {"256", 256}, {"16", 16}, {"8", 8}, {"mono", BT_COLOURS_NONE}, {NULL, 0},
	};

	for (int i = 0; known[i].name; i++)
		if (strcmp(known[i].name, value) == 0) {
			config->colours = known[i].colours;
			return true;
		}
	return false;
}

static const struct {
	const char *key;
	bool (*set)(struct bt_config *config, const char *value);
} settings[] = {
    {"deadline_ms", set_deadline},
    {"slow_ms", set_slow},
    {"idle_lock_s", set_idle_lock},
    {"cash_day_limit", set_cash_day_limit},
    {"cash_ceiling", set_cash_ceiling},
    {"cash_warning", set_cash_warning},
    {"denominations", set_denominations},
    {"protocol", set_protocol},
    {"upi", set_upi},
    {"psp_url", set_psp_url},
    {"psp_key_file", set_psp_key_file},
    {"psp_ca_file", set_psp_ca_file},
    {"language", set_language},
    {"receipt_language", set_receipt_language},
    {"printer", set_printer},
    {"printer_profile", set_printer_profile},
    {"printer_models", set_printer_models},
    {"slips", set_slips},
    {"font", set_font},
    {"mirror", set_mirror},
    {"mirror_required", set_mirror_required},
    {"vending_key", set_vending_key},
    {"vending_key_pin", set_vending_key_pin},
    {"sta_tables", set_sta_tables},
    {"colours", set_colours},
};

static enum bt_err set_one(struct reading *reading, const char *section, const char *name, const char *value)
{
	if (strcmp(section, "batti") != 0)
		return BT_ESTATE;
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (strcmp(settings[i].key, name) == 0)
			return settings[i].set(&reading->config, value) ? BT_OK : BT_EINPUT;
	return BT_EUNSUPPORTED;
}

static int take_setting(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;
	enum bt_err err = set_one(reading, section, name, value);

	if (!err)
		return 1;
	if (!reading->mistake)
		snprintf(reading->bad, sizeof reading->bad, "%.60s = %.80s", name, value);
	if (!reading->mistake)
		reading->mistake = err;
	return 0;
}

void bt_config_default(struct bt_config *config)
{
	*config = (struct bt_config){
	    .deadline_ms = 3000,
	    .slow_ms = 1500,
	    .idle_lock_s = 180,
	    .cash_day_limit = CASH_DAY_LAW,
	    .cash_ceiling = INT64_C(5000000),
	    .cash_warning = INT64_C(4000000),
	    .denomination_count = 6,
	    .denominations = {50000, 20000, 10000, 5000, 2000, 1000},
	    .protocol = &bt_protocol_rest,
	    .psp_ca_file = "/etc/ssl/certs/ca-certificates.crt",
	    .language = BT_LANG_EN,
	    .receipt_language = BT_RECEIPT_BOTH,
	    .printer = "none",
	    .vending_key_pin = "ask",
	    .printer_profile = "auto",
	    .colours = BT_COLOURS_AUTO,
	};
}

enum bt_err bt_config_read(const char *path, struct bt_config *config, struct bt_fault *fault)
{
	struct reading reading = {.config = *config};
	int line;

	if (access(path, R_OK) != 0)
		return bt_fault_set(fault, BT_ENOTFOUND, errno, "%s", path);
	line = ini_parse(path, take_setting, &reading);
	if (line < 0)
		return bt_fault_set(fault, BT_EOS, errno, "%s", path);
	if (line > 0)
		return bt_fault_set(fault, reading.mistake ? reading.mistake : BT_ECORRUPT, line, "%s", reading.bad);
	*config = reading.config;
	return BT_OK;
}

const char *bt_config_lacks_service(const struct bt_config *config)
{
	bool wanted = config->upi == BT_UPI_BY_SERVICE || config->upi == BT_UPI_BY_EITHER;

	return wanted && (!config->psp_url[0] || !config->psp_key_file[0]) ? upi_ways[config->upi] : NULL;
}
