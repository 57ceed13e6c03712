#include "core/receipt/record.h"

#include <stdio.h>
#include <string.h>

#include "core/receipt/base45.h"

/* Fields in order, each most significant byte first. The flags say which optional fields are there and how many digits
 * the terminal and the DRN have, so that leading zeros survive. An absent field is zero and must be. All versions
 * share their first fields; 2 and 3 all but those of the key. */
enum {
	VERSION_OLD_SLIP = 1,
	VERSION_DOCKET = 2,
	VERSION_SLIP = 3,
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
	AT_REST = 45,
	/* version 1 */
	AT_TOKEN = 45, /* 9: 20 digits are below 2^67 */
	AT_TIME = 54,  /* 4, seconds since 1970 */
	OLD_SLIP_LEN = 58,
	/* versions 2 and 3 */
	AT_PAID = 45,       /* 4, seconds since 1970 */
	AT_CONNECTION = 49, /* 5; then the check digit of the receipt number * 16 + how many digits it has */
	AT_SHIFT = 55,      /* 3 */
	AT_SEQUENCE = 58,   /* 2 */
	AT_REV = 60,        /* 2 */
	AT_DUTY = 62,       /* 5, paise */
	AT_WHAT = 67,       /* kind * 16 + delivery */
	SLIP_LEN = 68,
	/* version 2 */
	AT_SGC = 68, /* 3 */
	AT_TI = 71,
	AT_KEY = 72, /* KRN in the upper four bits, then two of KT, two of the base date */
	AT_EA = 73,  /* EA * 8 + DKGA */
	AT_KEN = 74,
	AT_KCV = 75, /* 3 */
	DOCKET_LEN = 78,
	FIELDS_MAX = DOCKET_LEN,
	RECORD_MAX = FIELDS_MAX + BT_ED25519_SIGNATURE_LEN,
	TOKEN_LEN = 20,
};

enum {
	FLAG_DRN_11 = 0x01,
	FLAG_DRN_13 = 0x02,
	FLAG_TOKEN = 0x04,    /* versions 1 and 3 */
	FLAG_KEY = 0x08,      /* version 2 */
	FLAG_TRAINING = 0x08, /* version 3 */
	FLAG_TERMINAL_SHIFT = 4,
};

static const struct form {
	size_t fields_len; /* 0: no such version */
	uint8_t flags;     /* that it may have */
} forms[] = {
    [VERSION_OLD_SLIP] = {OLD_SLIP_LEN, 0x77},
    [VERSION_DOCKET] = {DOCKET_LEN, 0x7b},
    [VERSION_SLIP] = {SLIP_LEN, 0x7f},
};

/* A place in these lists is on paper for ever. */
static const char *const kinds[] = {"sts_units", "remote", "dues"};
static const char *const deliveries[] = {"token", "balance", "dues"};
static const uint16_t bases[] = {1993, 2014, 2035};

static const char prefix[] = "RC1:";
#define PREFIX_LEN (sizeof(prefix) - 1)

/* The prefix is signed too: no other message of this key begins with it. Behind the fields stands what the text has
 * before the prefix: the token's digits of a slip. */
struct signed_record {
	uint8_t prefix[PREFIX_LEN];
	uint8_t body[FIELDS_MAX + TOKEN_LEN];
};

static struct bt_bytes view_signed_part(struct signed_record *record, size_t fields_len, const char *token)
{
	size_t token_len = strlen(token);
	memcpy(record->prefix, prefix, PREFIX_LEN);
	memcpy(record->body + fields_len, token, token_len);
	return (struct bt_bytes){record->prefix, PREFIX_LEN + fields_len + token_len};
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

static uint8_t find_flags(const struct bt_receipt_record *record)
{
	size_t drn = strlen(record->drn);
	size_t flags = strlen(record->terminal) << FLAG_TERMINAL_SHIFT;
	flags |= drn == 11 ? FLAG_DRN_11 : 0;
	flags |= drn == 13 ? FLAG_DRN_13 : 0;
	flags |= record->token[0] != '\0' ? FLAG_TOKEN : 0;
	flags |= record->docket.has_key ? FLAG_KEY : 0;
	flags |= record->is_training ? FLAG_TRAINING : 0;
	return (uint8_t)flags;
}

/* The place of @p text in a list of @p count; @p count when it is not there. */
static size_t find_place(const char *const *list, size_t count, const char *text)
{
	size_t at = 0;
	while (at < count && strcmp(list[at], text) != 0)
		at++;
	return at;
}

#define KINDS      (sizeof(kinds) / sizeof(kinds[0]))
#define DELIVERIES (sizeof(deliveries) / sizeof(deliveries[0]))
#define BASES      (sizeof(bases) / sizeof(bases[0]))

static size_t find_base(uint16_t base)
{
	size_t at = 0;
	while (at < BASES && bases[at] != base)
		at++;
	return at;
}

static bool is_number_of(const char *text, size_t len)
{
	return strlen(text) == len && bt_text_is_digits(text);
}

static bool parse_below(const char *text, uint64_t end, uint64_t *out)
{
	uint64_t value = 0;
	if (!bt_text_is_digits(text) || strlen(text) > 9)
		return false;
	for (; *text != '\0'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	*out = value;
	return value < end;
}

/* "0142-0611-087-7" in its parts; whoever numbers receipts knows what the last digit checks. */
struct receipt_parts {
	char terminal[8];
	uint32_t shift, sequence;
	uint8_t check;
};

static bool parse_receipt(const char *text, struct receipt_parts *out)
{
	char parts[4][12] = {"", "", "", ""};
	size_t part = 0, len = 0;
	uint64_t shift_read = 0, sequence_read = 0;
	for (; *text != '\0'; text++) {
		if (*text == '-' && ++part < 4)
			len = 0;
		else if (*text == '-' || len + 1 >= sizeof(parts[0]))
			return false;
		else
			parts[part][len++] = *text;
	}
	/* As the terminal writes it, and no other spelling: shift and sequence have four and three digits, or more. */
	if (part != 3 || !bt_text_is_digits(parts[0]) || strlen(parts[0]) > 6 || strlen(parts[1]) < 4 ||
	    strlen(parts[2]) < 3 || !is_number_of(parts[3], 1) || !parse_below(parts[1], 1u << 24, &shift_read) ||
	    !parse_below(parts[2], 1u << 16, &sequence_read) || (strlen(parts[1]) > 4 && parts[1][0] == '0') ||
	    (strlen(parts[2]) > 3 && parts[2][0] == '0'))
		return false;
	(void)bt_text_copy(out->terminal, sizeof(out->terminal), parts[0]);
	out->shift = (uint32_t)shift_read;
	out->sequence = (uint32_t)sequence_read;
	out->check = (uint8_t)(parts[3][0] - '0');
	return true;
}

static bool is_key_wellformed(const struct bt_record_docket *docket)
{
	uint8_t kcv[3];
	uint64_t ea = 0, dkga = 0;
	return is_number_of(docket->sgc, 6) && is_number_of(docket->ti, 2) && is_number_of(docket->ea, 2) &&
	       is_number_of(docket->dkga, 2) && parse_below(docket->ea, 32, &ea) &&
	       parse_below(docket->dkga, 8, &dkga) && strlen(docket->kcv) == 6 &&
	       bt_hex_decode(docket->kcv, kcv, sizeof(kcv)) == BT_OK && docket->krn >= 1 && docket->krn <= 9 &&
	       docket->kt <= 3 && find_base(docket->base) < BASES;
}

/* What every version but the first has. */
static bool is_sale_wellformed(const struct bt_receipt_record *record)
{
	struct receipt_parts receipt;
	return parse_receipt(record->receipt, &receipt) && strcmp(receipt.terminal, record->terminal) == 0 &&
	       bt_text_is_digits(record->connection) && strlen(record->connection) <= 12 &&
	       find_place(kinds, KINDS, record->kind) < KINDS &&
	       find_place(deliveries, DELIVERIES, record->delivery) < DELIVERIES && record->duty >= 0 &&
	       record->duty <= BT_PAISE_MAX && record->rev >= 1;
}

static bool is_docket_wellformed(const struct bt_receipt_record *record)
{
	const struct bt_record_docket *docket = &record->docket;
	if (!record->is_docket)
		return !docket->has_key;
	return record->token[0] == '\0' && !record->is_training &&
	       (docket->has_key ? is_key_wellformed(docket) : record->tid == 0 && record->rnd == 0);
}

static void put_key(const struct bt_record_docket *docket, uint8_t *out)
{
	uint64_t ea = 0, dkga = 0;
	(void)parse_below(docket->ea, 32, &ea);
	(void)parse_below(docket->dkga, 8, &dkga);
	put_decimal(out + AT_SGC, AT_TI - AT_SGC, docket->sgc);
	put_decimal(out + AT_TI, 1, docket->ti);
	out[AT_KEY] = (uint8_t)(docket->krn << 4 | docket->kt << 2 | (int)find_base(docket->base));
	out[AT_EA] = (uint8_t)(ea << 3 | dkga);
	out[AT_KEN] = docket->ken;
	if (bt_hex_decode(docket->kcv, out + AT_KCV, DOCKET_LEN - AT_KCV) != BT_OK)
		memset(out + AT_KCV, 0, DOCKET_LEN - AT_KCV); /* cannot be: the form was checked */
}

static void put_sale(const struct bt_receipt_record *record, uint8_t *out)
{
	struct receipt_parts receipt = {.shift = 0};
	(void)parse_receipt(record->receipt, &receipt);
	put_number(out + AT_PAID, AT_CONNECTION - AT_PAID, (uint64_t)(record->paid_at_ms / 1000));
	put_decimal(out + AT_CONNECTION, 5, record->connection);
	out[AT_CONNECTION + 5] = (uint8_t)((size_t)receipt.check << 4 | strlen(record->connection));
	put_number(out + AT_SHIFT, AT_SEQUENCE - AT_SHIFT, receipt.shift);
	put_number(out + AT_SEQUENCE, AT_REV - AT_SEQUENCE, receipt.sequence);
	put_number(out + AT_REV, AT_DUTY - AT_REV, record->rev);
	put_number(out + AT_DUTY, AT_WHAT - AT_DUTY, (uint64_t)record->duty);
	out[AT_WHAT] = (uint8_t)(find_place(kinds, KINDS, record->kind) << 4 |
				 find_place(deliveries, DELIVERIES, record->delivery));
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
	       record->paid_at_ms >= 0 && record->paid_at_ms / 1000 <= UINT32_MAX && is_docket_wellformed(record);
}

static void put_fields(const struct bt_receipt_record *record, uint8_t *out)
{
	out[AT_VERSION] = record->is_docket ? VERSION_DOCKET : VERSION_SLIP;
	out[AT_FLAGS] = find_flags(record);
	put_decimal(out + AT_TERMINAL, AT_SALE - AT_TERMINAL, record->terminal);
	put_decimal(out + AT_DRN, AT_AMOUNT - AT_DRN, record->drn);
	put_number(out + AT_AMOUNT, AT_DUES - AT_AMOUNT, (uint64_t)record->amount);
	put_number(out + AT_DUES, AT_UNITS - AT_DUES, (uint64_t)record->dues);
	put_number(out + AT_UNITS, AT_TID - AT_UNITS, record->units);
	put_number(out + AT_TID, AT_RND - AT_TID, record->tid);
	out[AT_RND] = record->rnd;
	put_sale(record, out);
	if (record->docket.has_key)
		put_key(&record->docket, out);
}

/* Where "RC1:" begins: behind the token of a slip, when there is one. @return NULL when it does not. */
static const char *find_prefix(const char *text)
{
	if (strspn(text, "0123456789") == TOKEN_LEN && text[TOKEN_LEN] == ' ')
		text += TOKEN_LEN + 1;
	return strncmp(text, prefix, PREFIX_LEN) == 0 ? text : NULL;
}

bool bt_record_is(const char *text)
{
	return find_prefix(text) != NULL;
}

/* The fields and their signature, which is not over the bytes before it alone. */
static enum bt_err sign_fields(const struct bt_receipt_record *record, const struct bt_signer *signer,
			       uint8_t out[RECORD_MAX], size_t *len)
{
	struct signed_record made = {0};
	if (!is_wellformed(record) || !is_sale_wellformed(record) ||
	    !parse_sale_id(record->sale_id, made.body + AT_SALE))
		return BT_EINPUT;
	put_fields(record, made.body);
	size_t fields_len = forms[made.body[AT_VERSION]].fields_len;
	memcpy(out, made.body, fields_len);
	*len = fields_len + BT_ED25519_SIGNATURE_LEN;
	struct bt_bytes message = view_signed_part(&made, fields_len, record->token);
	return bt_sign(signer, message, out + fields_len) == BT_OK ? BT_OK : BT_ECRYPTO;
}

enum bt_err bt_record_encode(const struct bt_receipt_record *record, const struct bt_signer *signer,
			     char out[BT_RECORD_TEXT_CAP])
{
	uint8_t whole[RECORD_MAX];
	char base45[BT_BASE45_LEN(RECORD_MAX) + 1], text[BT_RECORD_TEXT_CAP];
	size_t len = 0;
	enum bt_err err = sign_fields(record, signer, whole, &len);
	if (err == BT_OK)
		err = bt_base45_encode((struct bt_bytes){whole, len}, base45, sizeof(base45));
	if (err == BT_OK)
		err = bt_text_printf(text, sizeof(text), "%s%s%s%s", record->token, record->token[0] ? " " : "", prefix,
				     base45);
	if (err == BT_OK)
		memcpy(out, text, strlen(text) + 1);
	return err;
}

static const size_t drn_digits[] = {[0] = 0, [FLAG_DRN_11] = 11, [FLAG_DRN_13] = 13};

static bool get_key(const uint8_t *in, struct bt_record_docket *out)
{
	if ((in[AT_KEY] & 3) >= BASES)
		return false;
	out->krn = in[AT_KEY] >> 4;
	out->kt = in[AT_KEY] >> 2 & 3;
	out->base = bases[in[AT_KEY] & 3];
	out->ken = in[AT_KEN];
	(void)bt_text_printf(out->ea, sizeof(out->ea), "%02d", in[AT_EA] >> 3);
	(void)bt_text_printf(out->dkga, sizeof(out->dkga), "%02d", in[AT_EA] & 7);
	char kcv[7];
	bt_hex_encode((struct bt_bytes){in + AT_KCV, DOCKET_LEN - AT_KCV}, kcv);
	for (size_t i = 0; i < sizeof(kcv); i++)
		out->kcv[i] = kcv[i] >= 'a' && kcv[i] <= 'f' ? (char)(kcv[i] - 'a' + 'A') : kcv[i];
	return get_decimal(in + AT_SGC, AT_TI - AT_SGC, 6, out->sgc) && get_decimal(in + AT_TI, 1, 2, out->ti);
}

static bool is_zero(const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (in[i] != 0)
			return false;
	return true;
}

static bool get_sale(const uint8_t *in, struct bt_receipt_record *out)
{
	size_t kind = in[AT_WHAT] >> 4, delivery = in[AT_WHAT] & 15, digits = in[AT_CONNECTION + 5] & 15;
	if (kind >= KINDS || delivery >= DELIVERIES || digits < 1 || digits > 12 || in[AT_CONNECTION + 5] >> 4 > 9)
		return false;
	(void)bt_text_copy(out->kind, sizeof(out->kind), kinds[kind]);
	(void)bt_text_copy(out->delivery, sizeof(out->delivery), deliveries[delivery]);
	out->paid_at_ms = (int64_t)get_number(in + AT_PAID, AT_CONNECTION - AT_PAID) * 1000;
	out->rev = (uint16_t)get_number(in + AT_REV, AT_DUTY - AT_REV);
	out->duty = (bt_paise)get_number(in + AT_DUTY, AT_WHAT - AT_DUTY);
	(void)bt_text_printf(out->receipt, sizeof(out->receipt), "%s-%04u-%03u-%u", out->terminal,
			     (unsigned)get_number(in + AT_SHIFT, AT_SEQUENCE - AT_SHIFT),
			     (unsigned)get_number(in + AT_SEQUENCE, AT_REV - AT_SEQUENCE), in[AT_CONNECTION + 5] >> 4u);
	return get_decimal(in + AT_CONNECTION, 5, digits, out->connection) && is_sale_wellformed(out);
}

static bool get_docket(const uint8_t *in, struct bt_receipt_record *out)
{
	out->is_docket = true;
	out->docket.has_key = (in[AT_FLAGS] & FLAG_KEY) != 0;
	if (!get_sale(in, out))
		return false;
	return out->docket.has_key ? get_key(in, &out->docket) : is_zero(in + AT_SGC, DOCKET_LEN - AT_SGC);
}

static bool get_slip(const uint8_t *in, struct bt_receipt_record *out)
{
	out->is_training = (in[AT_FLAGS] & FLAG_TRAINING) != 0;
	return get_sale(in, out);
}

static bool get_old_slip(const uint8_t *in, struct bt_receipt_record *out)
{
	out->paid_at_ms = (int64_t)get_number(in + AT_TIME, OLD_SLIP_LEN - AT_TIME) * 1000;
	return get_decimal(in + AT_TOKEN, AT_TIME - AT_TOKEN, (in[AT_FLAGS] & FLAG_TOKEN) != 0 ? TOKEN_LEN : 0,
			   out->token);
}

static bool (*const getters[])(const uint8_t *in, struct bt_receipt_record *out) = {
    [VERSION_OLD_SLIP] = get_old_slip,
    [VERSION_DOCKET] = get_docket,
    [VERSION_SLIP] = get_slip,
};

static bool get_fields(const uint8_t *in, struct bt_receipt_record *out)
{
	uint8_t flags = in[AT_FLAGS];
	size_t drn = flags & (FLAG_DRN_11 | FLAG_DRN_13);
	size_t terminal = flags >> FLAG_TERMINAL_SHIFT;
	if ((flags & ~forms[in[AT_VERSION]].flags) != 0 || terminal < 1 || terminal > 6 ||
	    drn >= sizeof(drn_digits) / sizeof(drn_digits[0]))
		return false;
	out->version = in[AT_VERSION];
	format_sale_id(in + AT_SALE, out->sale_id);
	out->amount = (bt_paise)get_number(in + AT_AMOUNT, AT_DUES - AT_AMOUNT);
	out->dues = (bt_paise)get_number(in + AT_DUES, AT_UNITS - AT_DUES);
	out->units = (uint32_t)get_number(in + AT_UNITS, AT_TID - AT_UNITS);
	out->tid = (uint32_t)get_number(in + AT_TID, AT_RND - AT_TID);
	out->rnd = in[AT_RND];
	return get_decimal(in + AT_TERMINAL, AT_SALE - AT_TERMINAL, terminal, out->terminal) &&
	       get_decimal(in + AT_DRN, AT_AMOUNT - AT_DRN, drn_digits[drn], out->drn) &&
	       getters[in[AT_VERSION]](in, out) && is_wellformed(out);
}

/* The token before the prefix belongs to version 3 alone, and there the flag says whether there is one. */
static bool take_token(const char *text, const char *at, const uint8_t *fields, struct bt_receipt_record *out)
{
	bool has_token = at != text;
	if (fields[AT_VERSION] != VERSION_SLIP)
		return !has_token;
	if (has_token) {
		memcpy(out->token, text, TOKEN_LEN);
		out->token[TOKEN_LEN] = '\0';
	}
	return has_token == ((fields[AT_FLAGS] & FLAG_TOKEN) != 0);
}

enum bt_err bt_record_decode(const char *text, const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_receipt_record *out)
{
	struct signed_record read;
	struct bt_receipt_record fields = {0};
	uint8_t whole[RECORD_MAX];
	size_t len = 0;
	const char *at = find_prefix(text);
	if (!at || bt_base45_decode(at + PREFIX_LEN, whole, sizeof(whole), &len) != BT_OK || len < OLD_SLIP_LEN)
		return BT_EFORMAT;
	uint8_t version = whole[AT_VERSION];
	size_t fields_len = version < sizeof(forms) / sizeof(forms[0]) ? forms[version].fields_len : 0;
	if (fields_len == 0 || len != fields_len + BT_ED25519_SIGNATURE_LEN || !take_token(text, at, whole, &fields) ||
	    !get_fields(whole, &fields))
		return BT_EFORMAT;
	memcpy(read.body, whole, fields_len);
	*out = fields;
	struct bt_bytes message = view_signed_part(&read, fields_len, version == VERSION_SLIP ? fields.token : "");
	return bt_verify(key, message, whole + fields_len);
}
