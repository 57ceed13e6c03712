#include "core/sandbox/docket_in.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/token.h"

#define PREFIX     "RC1:"
#define PREFIX_LEN 4
#define VERSION    2
#define FIELDS_LEN 78
#define SIGNED_LEN 64
#define WHOLE_LEN  (FIELDS_LEN + SIGNED_LEN)
#define MONEY_MAX  INT64_C(100000000000)

/* Flags: how many digits the meter has, whether a key is named, and in the upper half the digits of the terminal. */
#define METER_11 0x01
#define METER_13 0x02
#define HAS_KEY  0x08
#define NO_FLAG  0x84

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

static int letter_value(char letter)
{
	const char *at = letter ? strchr(alphabet, letter) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

/* Three letters are two bytes; WHOLE_LEN is even, so nothing else comes. */
static bool decode_base45(const char *text, uint8_t out[WHOLE_LEN])
{
	if (strlen(text) != WHOLE_LEN / 2 * 3)
		return false;
	for (size_t i = 0; i < WHOLE_LEN / 2; i++) {
		int low = letter_value(text[3 * i]);
		int middle = letter_value(text[3 * i + 1]);
		int high = letter_value(text[3 * i + 2]);
		int value = low + 45 * middle + 2025 * high;
		if (low < 0 || middle < 0 || high < 0 || value > 0xffff)
			return false;
		out[2 * i] = (uint8_t)(value >> 8);
		out[2 * i + 1] = (uint8_t)(value & 0xff);
	}
	return true;
}

/* Reads the fields one behind the other. */
struct reader {
	const uint8_t *at;
};

static int64_t take(struct reader *reader, int bytes)
{
	int64_t value = 0;
	for (; bytes > 0; bytes--)
		value = value * 256 + *reader->at++;
	return value;
}

static void take_id(struct reader *reader, char out[BT_SBX_SALE_ID_LEN + 1])
{
	char hex[33];
	bt_sbx_hex_encode(reader->at, 16, hex);
	reader->at += 16;
	snprintf(out, BT_SBX_SALE_ID_LEN + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* A number with the digits that the flags say it has; zero digits only for the number zero. */
static bool write_digits(int64_t value, int digits, char *out, size_t cap)
{
	char text[24];
	if (digits == 0) {
		out[0] = '\0';
		return value == 0;
	}
	int len = snprintf(text, sizeof text, "%0*lld", digits, (long long)value);
	if (len != digits || (size_t)len >= cap)
		return false;
	memcpy(out, text, (size_t)len + 1);
	return true;
}

static bool take_key(struct reader *reader, struct bt_sbx_sale *sale)
{
	static const int bases[] = {1993, 2014, 2035};
	struct bt_sbx_key_id *key = &sale->key;
	int64_t sgc = take(reader, 3), ti = take(reader, 1), revision = take(reader, 1), ways = take(reader, 1);
	key->ken = (int)take(reader, 1);
	snprintf(key->kcv, sizeof key->kcv, "%06llX", (unsigned long long)take(reader, 3) & 0xffffff);
	if (!sale->has_key) {
		memset(key, 0, sizeof *key);
		return sgc == 0 && ti == 0 && revision == 0 && ways == 0;
	}
	if ((revision & 3) == 3)
		return false;
	key->krn = (int)(revision >> 4);
	key->kt = (int)(revision >> 2 & 3);
	key->base = bases[revision & 3];
	key->version = 1;
	return write_digits(sgc, 6, key->sgc, sizeof key->sgc) && write_digits(ti, 2, key->ti, sizeof key->ti) &&
	       write_digits(ways >> 3, 2, key->ea, sizeof key->ea) &&
	       write_digits(ways & 7, 2, key->dkga, sizeof key->dkga) && key->krn >= 1 && key->krn <= 9;
}

static bool take_receipt(struct reader *reader, int check, struct bt_sbx_sale *sale)
{
	char digits[32];
	long long shift = take(reader, 3), sequence = take(reader, 2);
	int len = snprintf(digits, sizeof digits, "%s%04lld%03lld", sale->terminal, shift, sequence);
	snprintf(sale->receipt, sizeof sale->receipt, "%s-%04lld-%03lld-%d", sale->terminal, shift, sequence, check);
	return bt_sbx_luhn(digits, (size_t)len) == '0' + check;
}

static bool take_what(struct reader *reader, struct bt_sbx_sale *sale)
{
	static const char *const kinds[] = {"sts_units", "remote", "dues"};
	static const char *const deliveries[] = {"token", "balance", "dues"};
	int64_t what = take(reader, 1);
	if (what >> 4 > 2 || (what & 15) > 2)
		return false;
	snprintf(sale->kind, sizeof sale->kind, "%s", kinds[what >> 4]);
	snprintf(sale->delivery, sizeof sale->delivery, "%s", deliveries[what & 15]);
	return true;
}

static bool is_possible(const struct bt_sbx_sale *sale)
{
	bool is_token = strcmp(sale->delivery, "token") == 0;
	return sale->amount_paise >= 1 && sale->amount_paise <= MONEY_MAX && sale->dues_paise <= sale->amount_paise &&
	       sale->energy_paise >= 0 && sale->units <= BT_SBX_UNITS_MAX && sale->rev >= 1 && sale->rev <= 1000 &&
	       (!sale->has_key || (is_token && sale->rnd >= 0 && sale->rnd <= 15));
}

static bool read_fields(const uint8_t *in, struct bt_sbx_sale *sale)
{
	struct reader reader = {in + 2};
	int flags = in[1], meter = (flags & METER_13) ? 13 : (flags & METER_11) ? 11 : 0;
	if (in[0] != VERSION || (flags & NO_FLAG) || (flags & 3) == 3)
		return false;
	bool ok = write_digits(take(&reader, 3), flags >> 4, sale->terminal, sizeof sale->terminal) && *sale->terminal;
	take_id(&reader, sale->sale_id);
	ok = write_digits(take(&reader, 6), meter, sale->meter, sizeof sale->meter) && ok;
	ok = (!*sale->meter || bt_sbx_pan_make(sale->meter, sale->pan)) && ok;
	sale->amount_paise = take(&reader, 5);
	sale->dues_paise = take(&reader, 5);
	sale->units = take(&reader, 4);
	sale->tid = take(&reader, 3);
	sale->rnd = take(&reader, 1);
	sale->paid_at = take(&reader, 4) * 1000;
	int64_t connection = take(&reader, 5), digits = take(&reader, 1);
	ok = write_digits(connection, (int)(digits & 15), sale->connection, sizeof sale->connection) && ok;
	ok = take_receipt(&reader, (int)(digits >> 4), sale) && ok;
	sale->rev = take(&reader, 2);
	sale->duty_paise = take(&reader, 5);
	sale->energy_paise = sale->amount_paise - sale->dues_paise - sale->duty_paise;
	sale->on_paper = true;
	sale->has_key = sale->has_tid = (flags & HAS_KEY) != 0;
	ok = take_what(&reader, sale) && take_key(&reader, sale) && ok;
	if (!sale->has_tid) {
		ok = sale->tid == 0 && sale->rnd == 0 && ok;
		sale->tid = sale->rnd = -1;
	}
	return ok && is_possible(sale);
}

static bool read_whole(const char *text, uint8_t out[PREFIX_LEN + WHOLE_LEN])
{
	memcpy(out, PREFIX, PREFIX_LEN);
	return strncmp(text, PREFIX, PREFIX_LEN) == 0 && decode_base45(text + PREFIX_LEN, out + PREFIX_LEN);
}

bool bt_sbx_docket_read(const char *text, struct bt_sbx_sale *out)
{
	uint8_t whole[PREFIX_LEN + WHOLE_LEN];
	struct bt_sbx_sale sale = {.tid = -1, .rnd = -1};
	if (!read_whole(text, whole) || !read_fields(whole + PREFIX_LEN, &sale))
		return false;
	*out = sale;
	return true;
}

bool bt_sbx_docket_is_genuine(const char *text, const uint8_t journal_key[32])
{
	uint8_t whole[PREFIX_LEN + WHOLE_LEN];
	return read_whole(text, whole) &&
	       bt_sbx_ed25519_verify(journal_key, whole, PREFIX_LEN + FIELDS_LEN, whole + PREFIX_LEN + FIELDS_LEN);
}

char *bt_sbx_docket_record(const char *text, const struct bt_sbx_sale *sale)
{
	json_t *record =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "docket", text, "sale_id", sale->sale_id, "terminal",
		      sale->terminal, "receipt", sale->receipt, "connection", sale->connection, "meter", sale->meter,
		      "amount_paise", (json_int_t)sale->amount_paise, "paid_at", (json_int_t)sale->paid_at);
	char *canonical = record ? bt_sbx_json_canonical(record) : NULL;
	json_decref(record);
	return canonical;
}
