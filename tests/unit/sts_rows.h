/* Rows of tests/vectors/sts_*.csv as text, for the tests that read them; shares no code with what it tests. */
#ifndef BATTI_UNIT_STS_ROWS_H
#define BATTI_UNIT_STS_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STS_ROWS_PATH    BATTI_VECTORS_DIR "/sts_ea11_misty1.csv"
#define STS_ROWS_EA11    STS_ROWS_PATH
#define STS_ROWS_EA07    BATTI_VECTORS_DIR "/sts_ea07_sample_tables.csv"
#define STS_ROWS_CLASS1  BATTI_VECTORS_DIR "/sts_class1.csv"
#define STS_ROW_RESERVED 1 /* minute of the day that a token does not carry */

enum sts_column {
	STS_CASE,
	STS_DKGA,
	STS_EA,
	STS_VENDING_KEY,
	STS_IIN,
	STS_DRN,
	STS_SGC,
	STS_KRN,
	STS_KT,
	STS_TI,
	STS_KEN,
	STS_BASE,
	STS_CLASS,
	STS_SUBCLASS,
	STS_AMOUNT,
	STS_RND,
	STS_TIME,
	STS_DECODER_KEY,
	STS_TOKEN,
	STS_COLUMNS
};

struct sts_row {
	char line[512];
	char *field[STS_COLUMNS];
};

/* The next row, false at the end; the line with the names is skipped. */
static inline bool sts_row_next(FILE *file, struct sts_row *row)
{
	char *rest = row->line;

	if (ftell(file) == 0 && fgets(row->line, sizeof row->line, file) == NULL)
		return false;
	if (fgets(row->line, sizeof row->line, file) == NULL)
		return false;
	row->line[strcspn(row->line, "\r\n")] = '\0';
	for (int i = 0; i < STS_COLUMNS; i++) {
		row->field[i] = strsep(&rest, ",");
		if (row->field[i] == NULL)
			return false;
	}
	return true;
}

static inline unsigned long sts_row_number(const struct sts_row *row, enum sts_column column)
{
	return strtoul(row->field[column], NULL, 10);
}

/* "1638.2" is 16382. */
static inline uint32_t sts_row_tenths(const struct sts_row *row)
{
	char *end;
	unsigned long whole = strtoul(row->field[STS_AMOUNT], &end, 10);

	return (uint32_t)(whole * 10 + (unsigned long)(end[1] - '0'));
}

/* What follows "name=" in the fields column, up to the next semicolon; NULL when it is not there. */
static inline const char *sts_row_part(const struct sts_row *row, const char *name)
{
	size_t len = strlen(name);

	for (const char *part = row->field[STS_AMOUNT]; part; part = strchr(part, ';')) {
		part += *part == ';';
		if (strncmp(part, name, len) == 0 && part[len] == '=')
			return part + len + 1;
	}
	return NULL;
}

static inline unsigned long sts_row_part_number(const struct sts_row *row, const char *name, int base)
{
	const char *part = sts_row_part(row, name);

	return part ? strtoul(part, NULL, base) : 0;
}

/* What the row's time is in milliseconds since 1970, by the C library's calendar. */
static inline int64_t sts_row_wall_ms(const struct sts_row *row)
{
	struct tm tm = {0};

	return strptime(row->field[STS_TIME], "%Y-%m-%dT%H:%M:%S", &tm) == NULL ? -1 : (int64_t)timegm(&tm) * 1000;
}

/* The TID in the row's token. */
static inline uint32_t sts_row_tid(const struct sts_row *row)
{
	struct tm base = {.tm_year = (int)sts_row_number(row, STS_BASE) - 1900, .tm_mday = 1};
	int64_t minute;

	if (strncmp(row->field[STS_TIME], "tid=", 4) == 0)
		return (uint32_t)strtoul(row->field[STS_TIME] + 4, NULL, 10);
	minute = (sts_row_wall_ms(row) / 1000 - (int64_t)timegm(&base)) / 60;
	return (uint32_t)(minute % 1440 == STS_ROW_RESERVED ? minute + 1 : minute);
}

/* Hex to bytes; the test files are known to be well formed. */
static inline void sts_row_bytes(const char *hex, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

#endif
