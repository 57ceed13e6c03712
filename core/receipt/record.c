#include "core/receipt/record.h"

#include <stdio.h>
#include <string.h>

#include "core/receipt/base45.h"

/* Fields in order, each most significant byte first. The flags say which optional fields are there and how many digits
 * the terminal and the DRN have, so that leading zeros survive. An absent field is zero and must be. */
enum {
	VERSION = 1,
	AT_VERSION = 0,
	AT_FLAGS = 1,
	AT_TERMINAL = 2, /* 3 bytes */
	AT_SALE = 5,     /* 16 */
	AT_DRN = 21,     /* 6 */
	AT_AMOUNT = 27,  /* 5, paise */
	AT_DUES = 32,    /* 5, paise */
	AT_UNITS = 37,   /* 4, tenths */
	AT_TID = 41,     /* 3 */
	AT_RND = 44,     /* 1 */
	AT_TOKEN = 45,   /* 9: 20 digits are below 2^67 */
	AT_TIME = 54,    /* 4, seconds since 1970 */
	FIELDS_LEN = 58,
	RECORD_LEN = FIELDS_LEN + BT_ED25519_SIGNATURE_LEN,
};

enum {
	FLAG_DRN_11 = 0x01,
	FLAG_DRN_13 = 0x02,
	FLAG_TOKEN = 0x04,
	FLAG_TERMINAL_SHIFT = 4,
	FLAGS_KNOWN = 0x77,
};

static const char prefix[] = "RC1:";
#define PREFIX_LEN (sizeof(prefix) - 1)

/* The prefix is signed too: no other message of this key begins with it. */
struct signed_record {
	uint8_t prefix[PREFIX_LEN];
	uint8_t body[RECORD_LEN];
};

static struct bt_bytes view_signed_part(const struct signed_record *record)
{
	return (struct bt_bytes){record->prefix, PREFIX_LEN + FIELDS_LEN};
}

static void put_number(uint8_t *out, size_t len, uint64_t value)
{
	for (size_t i = len; i > 0; i--) {
		out[i - 1] = (uint8_t)(value & 0xff);
		value >>= 8;
	}
}

static uint64_t get_number(const uint8_t *in, size_t len)
{
	uint64_t value = 0;
	for (size_t i = 0; i < len; i++)
		value = value << 8 | in[i];
	return value;
}

/* Decimal digits to @p len bytes, by long multiplication: 20 digits do not fit 64 bits. */
static void put_decimal(uint8_t *out, size_t len, const char *digits)
{
	memset(out, 0, len);
	for (; *digits != '\0'; digits++) {
		unsigned carry = (unsigned)(*digits - '0');
		for (size_t i = len; i > 0; i--) {
			carry += out[i - 1] * 10u;
			out[i - 1] = (uint8_t)(carry & 0xff);
			carry >>= 8;
		}
	}
}

/* The inverse, to exactly @p count digits. @return false when the number has more. */
static bool get_decimal(const uint8_t *in, size_t len, size_t count, char *out)
{
	uint8_t rest[16];
	memcpy(rest, in, len);
	for (size_t digit = count; digit > 0; digit--) {
		unsigned remainder = 0;
		for (size_t i = 0; i < len; i++) {
			unsigned part = remainder << 8 | rest[i];
			rest[i] = (uint8_t)(part / 10);
			remainder = part % 10;
		}
		out[digit - 1] = (char)('0' + remainder);
	}
	out[count] = '\0';
	for (size_t i = 0; i < len; i++)
		if (rest[i] != 0)
			return false;
	return true;
}

static const size_t dash_after[] = {4, 6, 8, 10};

/* 16 bytes and the 36 characters with dashes, both ways. */
static bool parse_sale_id(const char *text, uint8_t out[16])
{
	char hex[33];
	size_t made = 0;
	if (strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash != (text[i] == '-'))
			return false;
		if (!dash)
			hex[made++] = text[i];
	}
	hex[made] = '\0';
	return bt_hex_decode(hex, out, 16) == BT_OK;
}

static void format_sale_id(const uint8_t id[16], char out[37])
{
	size_t from = 0;
	for (size_t part = 0; part <= sizeof(dash_after) / sizeof(dash_after[0]); part++) {
		size_t until = part < sizeof(dash_after) / sizeof(dash_after[0]) ? dash_after[part] : 16;
		bt_hex_encode((struct bt_bytes){id + from, until - from}, out);
		out += (until - from) * 2;
		*out++ = '-';
		from = until;
	}
	out[-1] = '\0';
}

static bool is_digits_or_empty(const char *text)
{
	return text[0] == '\0' || bt_text_is_digits(text);
}

static bool is_wellformed(const struct bt_receipt_record *record)
{
	size_t drn = strlen(record->drn);
	size_t token = strlen(record->token);
	size_t terminal = strlen(record->terminal);
	return bt_text_is_digits(record->terminal) && terminal <= 6 && is_digits_or_empty(record->drn) &&
	       (drn == 0 || drn == 11 || drn == 13) && is_digits_or_empty(record->token) &&
	       (token == 0 || token == 20) && record->amount >= 0 && record->amount <= BT_PAISE_MAX &&
	       record->dues >= 0 && record->dues <= BT_PAISE_MAX && record->tid <= 0xffffff &&
	       record->paid_at_ms >= 0 && record->paid_at_ms / 1000 <= UINT32_MAX;
}

static uint8_t find_flags(const struct bt_receipt_record *record)
{
	size_t drn = strlen(record->drn);
	size_t flags = strlen(record->terminal) << FLAG_TERMINAL_SHIFT;
	flags |= drn == 11 ? FLAG_DRN_11 : 0;
	flags |= drn == 13 ? FLAG_DRN_13 : 0;
	flags |= record->token[0] != '\0' ? FLAG_TOKEN : 0;
	return (uint8_t)flags;
}

static void put_fields(const struct bt_receipt_record *record, uint8_t *out)
{
	out[AT_VERSION] = VERSION;
	out[AT_FLAGS] = find_flags(record);
	put_decimal(out + AT_TERMINAL, AT_SALE - AT_TERMINAL, record->terminal);
	put_decimal(out + AT_DRN, AT_AMOUNT - AT_DRN, record->drn);
	put_number(out + AT_AMOUNT, AT_DUES - AT_AMOUNT, (uint64_t)record->amount);
	put_number(out + AT_DUES, AT_UNITS - AT_DUES, (uint64_t)record->dues);
	put_number(out + AT_UNITS, AT_TID - AT_UNITS, record->units);
	put_number(out + AT_TID, AT_RND - AT_TID, record->tid);
	out[AT_RND] = record->rnd;
	put_decimal(out + AT_TOKEN, AT_TIME - AT_TOKEN, record->token);
	put_number(out + AT_TIME, FIELDS_LEN - AT_TIME, (uint64_t)(record->paid_at_ms / 1000));
}

enum bt_err bt_record_encode(const struct bt_receipt_record *record, const struct bt_signer *signer,
			     char out[BT_RECORD_TEXT_CAP])
{
	struct signed_record made;
	memcpy(made.prefix, prefix, PREFIX_LEN);
	if (!is_wellformed(record) || !parse_sale_id(record->sale_id, made.body + AT_SALE))
		return BT_EINPUT;
	put_fields(record, made.body);
	if (bt_sign(signer, view_signed_part(&made), made.body + FIELDS_LEN) != BT_OK)
		return BT_ECRYPTO;
	char text[BT_RECORD_TEXT_CAP];
	memcpy(text, prefix, PREFIX_LEN);
	enum bt_err err =
	    bt_base45_encode((struct bt_bytes){made.body, RECORD_LEN}, text + PREFIX_LEN, sizeof(text) - PREFIX_LEN);
	if (err == BT_OK)
		memcpy(out, text, strlen(text) + 1);
	return err;
}

static const size_t drn_digits[] = {[0] = 0, [FLAG_DRN_11] = 11, [FLAG_DRN_13] = 13};

static bool get_fields(const uint8_t *in, struct bt_receipt_record *out)
{
	uint8_t flags = in[AT_FLAGS];
	size_t drn = flags & (FLAG_DRN_11 | FLAG_DRN_13);
	size_t terminal = flags >> FLAG_TERMINAL_SHIFT;
	if (in[AT_VERSION] != VERSION || (flags & ~FLAGS_KNOWN) != 0 || terminal < 1 || terminal > 6 ||
	    drn >= sizeof(drn_digits) / sizeof(drn_digits[0]))
		return false;
	format_sale_id(in + AT_SALE, out->sale_id);
	out->amount = (bt_paise)get_number(in + AT_AMOUNT, AT_DUES - AT_AMOUNT);
	out->dues = (bt_paise)get_number(in + AT_DUES, AT_UNITS - AT_DUES);
	out->units = (uint32_t)get_number(in + AT_UNITS, AT_TID - AT_UNITS);
	out->tid = (uint32_t)get_number(in + AT_TID, AT_RND - AT_TID);
	out->rnd = in[AT_RND];
	out->paid_at_ms = (int64_t)get_number(in + AT_TIME, FIELDS_LEN - AT_TIME) * 1000;
	return get_decimal(in + AT_TERMINAL, AT_SALE - AT_TERMINAL, terminal, out->terminal) &&
	       get_decimal(in + AT_DRN, AT_AMOUNT - AT_DRN, drn_digits[drn], out->drn) &&
	       get_decimal(in + AT_TOKEN, AT_TIME - AT_TOKEN, (flags & FLAG_TOKEN) != 0 ? 20 : 0, out->token) &&
	       is_wellformed(out);
}

enum bt_err bt_record_decode(const char *text, const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_receipt_record *out)
{
	struct signed_record read;
	struct bt_receipt_record fields = {0};
	size_t len = 0;
	if (strncmp(text, prefix, PREFIX_LEN) != 0)
		return BT_EFORMAT;
	memcpy(read.prefix, prefix, PREFIX_LEN);
	if (bt_base45_decode(text + PREFIX_LEN, read.body, sizeof(read.body), &len) != BT_OK || len != RECORD_LEN)
		return BT_EFORMAT;
	if (!get_fields(read.body, &fields))
		return BT_EFORMAT;
	*out = fields;
	return bt_verify(key, view_signed_part(&read), read.body + FIELDS_LEN);
}
