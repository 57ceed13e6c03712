#include "tests/meter/factory.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column { DRN, EA, BASE, TI, KRN, SGC, KEN, KEY, COLUMNS };

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

static bool read_key(const char *hex, uint8_t out[METER_KEY_LEN])
{
	if (strlen(hex) != 2 * METER_KEY_LEN || strspn(hex, "0123456789abcdefABCDEF") != 2 * METER_KEY_LEN)
		return false;
	for (size_t i = 0; i < METER_KEY_LEN; i++) {
		const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

static bool read_expiry(const char *text, uint8_t *out)
{
	unsigned long number = strtoul(text, NULL, 10);

	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || number > 255)
		return false;
	*out = (uint8_t)number;
	return true;
}

static bool split_line(char *line, char *field[COLUMNS])
{
	line[strcspn(line, "\r\n")] = '\0';
	for (int i = 0; i < COLUMNS; i++) {
		field[i] = strsep(&line, ",");
		if (field[i] == NULL)
			return false;
	}
	return line == NULL;
}

static bool read_identity(char *field[COLUMNS], struct meter_identity *out, struct meter_fault *fault)
{
	struct meter_identity identity = {.ken = 0};

	if (strcmp(field[EA], "11") != 0)
		return meter_fault_set(fault, "meter %s has EA %s; this meter knows EA 11", field[DRN], field[EA]);
	if (!read_expiry(field[KEN], &identity.ken) || !read_key(field[KEY], identity.key))
		return meter_fault_set(fault, "meters.csv: the line of meter %s is damaged", field[DRN]);
	memcpy(identity.drn, field[DRN], strlen(field[DRN]));
	*out = identity;
	return true;
}

static bool read_lines(FILE *file, const char *drn, struct meter_identity *out, struct meter_fault *fault)
{
	char *line = NULL;
	size_t cap = 0;
	bool found = false;
	bool done = false;
	char *field[COLUMNS];

	if (getline(&line, &cap, file) < 0 || strncmp(line, METER_FACTORY_HEADER, strlen(METER_FACTORY_HEADER)) != 0) {
		meter_fault_set(fault, "meters.csv: the first line is not %s", METER_FACTORY_HEADER);
		goto out;
	}
	while (getline(&line, &cap, file) >= 0) {
		if (!split_line(line, field) || strcmp(field[DRN], drn) != 0)
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
