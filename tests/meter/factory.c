#include "tests/meter/factory.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MINUTE_S 60

static const struct {
	const char *name, *unit;
} products[METER_PRODUCT_COUNT] = {
    [METER_ELECTRICITY] = {"electricity", "kWh"},
    [METER_WATER] = {"water", "m3"},
    [METER_GAS] = {"gas", "m3"},
    [METER_TIME] = {"time", "min"},
};

bool meter_fault_set(struct meter_fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->what, sizeof fault->what, format, args);
	va_end(args);
	return false;
}

bool meter_drn_is(const char *text)
{
	size_t len = strnlen(text, METER_DRN_CAP);

	return (len == 11 || len == 13) && strspn(text, "0123456789") == len;
}

const char *meter_product_name(enum meter_product product)
{
	return products[product].name;
}

const char *meter_product_unit(enum meter_product product)
{
	return products[product].unit;
}

bool meter_key_parse(const char *hex, struct meter_key *key)
{
	unsigned len = meter_key_len(key->ea);
	struct meter_key read = {.ea = key->ea};

	if (len == 0 || strlen(hex) != 2 * len || strspn(hex, "0123456789abcdefABCDEF") != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		read.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	*key = read;
	return true;
}

static bool read_number(const char *text, unsigned long low, unsigned long high, unsigned long *out)
{
	size_t len = strlen(text);
	unsigned long number = strtoul(text, NULL, 10);

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len || number < low || number > high)
		return false;
	*out = number;
	return true;
}

static bool read_product(const char *text, enum meter_product *out)
{
	for (int i = 0; i < METER_PRODUCT_COUNT; i++) {
		if (strcmp(products[i].name, text) == 0) {
			*out = (enum meter_product)i;
			return true;
		}
	}
	return false;
}

/* Minutes from 1 January of the key's base year to the start of the day the meter was made. */
static bool read_made(const char *text, const char *base, uint32_t *out)
{
	struct tm day = {0}, start = {.tm_mday = 1};
	unsigned long year;
	const char *end = strptime(text, "%Y-%m-%d", &day);
	int64_t minutes;

	if (end == NULL || *end != '\0' || !read_number(base, 1993, 2035, &year))
		return false;
	start.tm_year = (int)year - 1900;
	minutes = ((int64_t)timegm(&day) - (int64_t)timegm(&start)) / MINUTE_S;
	if (minutes < 0 || minutes > 0xffffff)
		return false;
	*out = (uint32_t)minutes;
	return true;
}

enum column { DRN, EA, BASE, TI, KRN, SGC, KEN, KEY, NEEDED, KT = NEEDED, PRODUCT, MADE, COLUMNS };

static const char *const names[COLUMNS] = {
    [DRN] = "drn", [EA] = "ea", [BASE] = "base",           [TI] = "ti",           [KRN] = "krn",       [SGC] = "sgc",
    [KEN] = "ken", [KT] = "kt", [KEY] = "decoder_key_hex", [PRODUCT] = "product", [MADE] = "mfr_date",
};

/* Where each column stands on a line; of an optional one that is not there -1. */
struct header {
	int at[COLUMNS];
	int count;
};

static bool read_header(char *line, struct header *out)
{
	struct header header = {.count = 0};
	char *name;

	for (int i = 0; i < COLUMNS; i++)
		header.at[i] = -1;
	line[strcspn(line, "\r\n")] = '\0';
	while ((name = strsep(&line, ",")) != NULL) {
		for (int i = 0; i < COLUMNS; i++) {
			if (strcmp(names[i], name) == 0)
				header.at[i] = header.count;
		}
		header.count++;
	}
	for (int i = 0; i < NEEDED; i++) {
		if (header.at[i] < 0)
			return false;
	}
	*out = header;
	return true;
}

/* The fields by column; an optional one that is not there, or is empty, reads as "". */
static bool split_line(const struct header *header, char *line, const char *field[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++)
		field[i] = "";
	line[strcspn(line, "\r\n")] = '\0';
	for (int at = 0; at < header->count; at++) {
		const char *text = strsep(&line, ",");

		if (text == NULL)
			return false;
		for (int i = 0; i < COLUMNS; i++) {
			if (header->at[i] == at)
				field[i] = text;
		}
	}
	return line == NULL;
}

static bool read_binding(const char *const field[COLUMNS], struct meter_binding *out)
{
	unsigned long krn, ti, ken, sgc, kt = METER_DUTK;

	if (!read_number(field[KRN], 1, 9, &krn) || !read_number(field[TI], 0, 99, &ti) ||
	    !read_number(field[KEN], 0, 255, &ken) || !read_number(field[SGC], 0, 999999, &sgc) ||
	    (field[KT][0] != '\0' && !read_number(field[KT], METER_DITK, METER_DUTK, &kt)) ||
	    !meter_key_parse(field[KEY], &out->key))
		return false;
	out->krn = (uint8_t)krn;
	out->ti = (uint8_t)ti;
	out->ken = (uint8_t)ken;
	out->kt = (uint8_t)kt;
	out->sgc = (uint32_t)sgc;
	return true;
}

static bool read_identity(const char *const field[COLUMNS], struct meter_identity *out, struct meter_fault *fault)
{
	struct meter_identity identity = {.product = METER_ELECTRICITY};
	unsigned long ea;

	if (!read_number(field[EA], 0, 99, &ea) || meter_key_len((unsigned)ea) == 0)
		return meter_fault_set(fault, "meter %s has EA %s; this meter knows EA 07 and EA 11", field[DRN],
				       field[EA]);
	if (strcmp(field[KT], "3") == 0)
		return meter_fault_set(fault, "meter %s has key type 3, which no meter with a keypad takes",
				       field[DRN]);
	identity.binding.key.ea = (uint8_t)ea;
	if (!read_binding(field, &identity.binding) ||
	    (field[PRODUCT][0] != '\0' && !read_product(field[PRODUCT], &identity.product)) ||
	    (field[MADE][0] != '\0' && !read_made(field[MADE], field[BASE], &identity.made_tid)))
		return meter_fault_set(fault, "meters.csv: the line of meter %s is damaged", field[DRN]);
	memcpy(identity.drn, field[DRN], strlen(field[DRN]));
	*out = identity;
	return true;
}

static bool read_lines(FILE *file, const char *drn, struct meter_identity *out, struct meter_fault *fault)
{
	struct header header;
	char *line = NULL;
	size_t cap = 0;
	bool found = false;
	bool done = false;
	const char *field[COLUMNS];

	if (getline(&line, &cap, file) < 0 || !read_header(line, &header)) {
		meter_fault_set(fault, "meters.csv: the first line does not name " METER_FACTORY_HEADER);
		goto out;
	}
	while (getline(&line, &cap, file) >= 0) {
		if (!split_line(&header, line, field) || strcmp(field[DRN], drn) != 0)
			continue;
		if (!read_identity(field, out, fault))
			goto out;
		found = true;
	}
	done = found || meter_fault_set(fault, "unknown meter %s: not in meters.csv", drn);
out:
	free(line);
	return done;
}

bool meter_factory_find(const char *state, const char *drn, struct meter_identity *out, struct meter_fault *fault)
{
	struct meter_identity identity;
	char path[PATH_MAX];
	FILE *file;
	bool done;

	if (!meter_drn_is(drn))
		return meter_fault_set(fault, "a meter number has 11 or 13 digits");
	if (snprintf(path, sizeof path, "%s/meters.csv", state) >= (int)sizeof path)
		return meter_fault_set(fault, "the name of the state folder is too long");
	file = fopen(path, "re");
	if (file == NULL)
		return meter_fault_set(fault, "meters.csv in the state folder: %s", strerror(errno));
	done = read_lines(file, drn, &identity, fault);
	fclose(file);
	if (done)
		*out = identity;
	return done;
}

bool meter_factory_tables(const char *state, struct meter_sta *out, struct meter_fault *fault)
{
	char path[PATH_MAX];
	FILE *file;
	bool done;

	if (snprintf(path, sizeof path, "%s/sta_tables", state) >= (int)sizeof path)
		return meter_fault_set(fault, "the name of the state folder is too long");
	file = fopen(path, "re");
	if (file == NULL && errno != ENOENT)
		return meter_fault_set(fault, "sta_tables in the state folder: %s", strerror(errno));
	if (file == NULL) {
		meter_sta_sample(out);
		return true;
	}
	done = meter_sta_read(file, out);
	fclose(file);
	return done || meter_fault_set(fault, "sta_tables in the state folder: not the lines S1, S2 and P of a set");
}
