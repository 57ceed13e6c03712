#include "ui/command/token_row.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

static const char *const names[BT_TOKEN_COLUMNS] = {
    "case",
    "dkga",
    "ea",
    "vending_key_hex",
    "iin",
    "drn",
    "sgc",
    "krn",
    "kt",
    "ti",
    "ken",
    "base_date",
    "class",
    "subclass",
    "amount_or_fields",
    "rnd",
    "tid_or_datetime",
    "decoder_key_hex",
    "token20",
};

/* ---- in ---- */

static bool is_plain_ascii(struct bt_bytes line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] < 0x20 || line.data[i] > 0x7e)
			return false;
	return true;
}

/* Nothing that a screen or a spreadsheet would act on. Row after row of plain letters is not to wait for the rest. */
static bool is_text(struct bt_bytes line)
{
	char text[BT_TOKEN_LINE_MAX + 1];

	if (is_plain_ascii(line))
		return true;
	/* More than one blank at a time is not clean for a screen, and harmless in a file. */
	for (size_t i = 0; i < line.len; i++)
		text[i] = line.data[i] == ' ' ? '.' : (char)line.data[i];
	text[line.len] = '\0';
	return strlen(text) == line.len && bt_text_is_clean(text);
}

/* A field in quotes ends at the quote before a comma; a quote inside is left to whoever reads the value. */
static char *find_field_end(char *at, char *end)
{
	char *close;

	if (at < end && *at == '"')
		for (close = at + 1; close < end; close++)
			if (*close == '"' && (close + 1 == end || close[1] == ','))
				return close + 1;
	close = memchr(at, ',', (size_t)(end - at));
	return close ? close : end;
}

/* Cut row->line into raw and value. @return how many columns there were. */
static unsigned split(struct bt_token_row *row, struct bt_bytes line)
{
	char *at = row->line, *end = row->line + line.len, *stop;
	unsigned count = 0;

	for (;; at = stop + 1) {
		stop = find_field_end(at, end);
		if (count < BT_TOKEN_INPUTS) {
			row->raw[count] = (struct bt_bytes){line.data + (at - row->line), (size_t)(stop - at)};
			row->value[count] = at;
			if (stop - at >= 2 && at[0] == '"' && stop[-1] == '"') {
				row->value[count]++;
				stop[-1] = '\0';
			}
		}
		count++;
		if (stop == end)
			return count;
		*stop = '\0';
	}
}

static bool has_names(const struct bt_token_row *row, unsigned count)
{
	if (count < BT_TOKEN_INPUTS)
		return false;
	for (int i = 0; i < BT_TOKEN_INPUTS; i++)
		if (strcmp(row->value[i], names[i]) != 0)
			return false;
	return true;
}

/* ---- out ---- */

static void put(struct bt_token_row *row, const void *data, size_t len)
{
	assert(len <= sizeof row->out - row->len);
	memcpy(row->out + row->len, data, len);
	row->len += len;
}

static void put_names(struct bt_token_row *row)
{
	for (int i = 0; i < BT_TOKEN_COLUMNS; i++) {
		put(row, names[i], strlen(names[i]));
		put(row, i + 1 < BT_TOKEN_COLUMNS ? "," : "\n", 1);
	}
}

static void put_inputs(struct bt_token_row *row, unsigned count)
{
	for (unsigned i = 0; i < BT_TOKEN_INPUTS; i++) {
		if (i < count)
			put(row, row->raw[i].data, row->raw[i].len);
		put(row, ",", 1);
	}
}

static void put_made(struct bt_token_row *row)
{
	char hex[2 * sizeof row->made.key.bytes + 1];

	put_inputs(row, BT_TOKEN_INPUTS);
	bt_hex_encode((struct bt_bytes){row->made.key.bytes, row->made.key.len}, hex);
	put(row, hex, 2u * row->made.key.len);
	explicit_bzero(hex, sizeof hex);
	put(row, ",", 1);
	put(row, row->made.token, BT_STS_TOKEN_CAP - 1);
	put(row, "\n", 1);
}

/* The reason stands in one column of one line. */
static bool put_error(struct bt_token_row *row, unsigned count, const char *why)
{
	put_inputs(row, count);
	put(row, ",error: ", 8);
	for (; *why; why++)
		put(row, *why == ',' || *why == '"' || *why == '\n' ? ";" : why, 1);
	put(row, "\n", 1);
	return false;
}

static bool make(struct bt_token_row *row, struct bt_token_maker *maker, struct bt_bytes line, bool first)
{
	const uint8_t *meter;
	unsigned count;

	memcpy(row->line, line.data, line.len);
	row->line[line.len] = '\0';
	if (!is_text(line))
		return put_error(row, 0, "the line holds characters that are not text");
	count = split(row, line);
	if (first && has_names(row, count)) {
		put_names(row);
		return true;
	}
	if (count < BT_TOKEN_INPUTS || count > BT_TOKEN_COLUMNS) {
		snprintf(row->made.why, sizeof row->made.why, "a row has %d columns and this one has %u",
			 BT_TOKEN_COLUMNS, count);
		return put_error(row, count, row->made.why);
	}
	meter = row->raw[BT_TOKEN_DKGA].data;
	if (!bt_token_maker_make(maker, row->value,
				 (struct bt_bytes){meter, (size_t)(row->raw[BT_TOKEN_CLASS].data - meter)}, &row->made))
		return put_error(row, count, row->made.why);
	put_made(row);
	return true;
}

bool bt_token_row_make(struct bt_token_row *row, struct bt_token_maker *maker, struct bt_bytes line, bool first)
{
	static const char mark[] = "\xef\xbb\xbf"; /* a byte order mark, as spreadsheets put before their first line */

	row->len = 0;
	if (first && line.len >= 3 && memcmp(line.data, mark, 3) == 0)
		line = (struct bt_bytes){line.data + 3, line.len - 3};
	if (line.len > BT_TOKEN_LINE_MAX) {
		snprintf(row->made.why, sizeof row->made.why, "the line is longer than %d bytes", BT_TOKEN_LINE_MAX);
		return put_error(row, 0, row->made.why);
	}
	if (line.len == 0) {
		put(row, "\n", 1);
		return true;
	}
	return make(row, maker, line, first);
}
