#include "core/authority/extension.h"

#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/sts/identity.h"

#define MS_PER_DAY     INT64_C(86400000)
#define REQUEST_BELOW  10000000u /* 7 digits, then the check digit */
#define REQUESTS_MAX   1000000
#define COUNT_MAX      1000000
#define MESSAGE_CAP    96
#define EVENT_GRANTS   0xFu
#define REQUEST_DIGITS (BT_REQUEST_CAP - 2)

bool bt_extension_is_group(int group, const char *digits)
{
	char framed[BT_EXTENSION_GROUP];

	framed[0] = (char)('0' + group);
	memcpy(framed + 1, digits, BT_EXTENSION_GROUP - 1);
	return bt_luhn_digit(framed, sizeof framed) == digits[BT_EXTENSION_GROUP - 1];
}

bool bt_extension_is_code(const char *code)
{
	if (strlen(code) != BT_EXTENSION_DIGITS || !bt_text_is_digits(code))
		return false;
	for (int group = 0; group < BT_EXTENSION_GROUPS; group++)
		if (!bt_extension_is_group(group + 1, code + group * BT_EXTENSION_GROUP))
			return false;
	return true;
}

enum bt_err bt_extension_request(const struct bt_lease *lease, const struct bt_extension *state,
				 char out[BT_REQUEST_CAP])
{
	char message[MESSAGE_CAP];
	uint8_t hash[BT_SHA256_LEN];
	uint32_t number;
	enum bt_err err;

	snprintf(message, sizeof message, "batti-request-v1|%s|%lld|%lld", lease->terminal, (long long)lease->number,
		 (long long)state->request);
	err = bt_sha256(bt_bytes_of(message), hash);
	if (err)
		return err;
	number = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
	snprintf(out, BT_REQUEST_CAP, "%07u", (unsigned)(number % REQUEST_BELOW));
	out[REQUEST_DIGITS] = bt_luhn_digit(out, REQUEST_DIGITS);
	out[REQUEST_DIGITS + 1] = '\0';
	return BT_OK;
}

/* ---- in the record ---- */

enum bt_err bt_extension_decode(struct bt_bytes event_body, int64_t number, struct bt_extension *out)
{
	struct bt_extension state = {0};
	int64_t used, tries;
	json_t *json = NULL;
	enum bt_err err = BT_EFORMAT;

	if (bt_json_parse(event_body, BT_EVENT_BODY_MAX, &json, NULL) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_int(json, "lease", 1, INT64_MAX, &state.lease) == BT_OK &&
	    bt_json_int(json, "used", 0, EVENT_GRANTS, &used) == BT_OK &&
	    bt_json_int(json, "request", 0, REQUESTS_MAX, &state.request) == BT_OK &&
	    bt_json_int(json, "tries", 0, BT_EXTENSION_TRIES - 1, &tries) == BT_OK)
		err = BT_OK;
	json_decref(json);
	if (err)
		return err;
	state.used = (unsigned)used;
	state.tries = (int)tries;
	*out = state.lease == number ? state : (struct bt_extension){0};
	return BT_OK;
}

static json_t *write_body(const struct bt_extension *state, int number, const struct bt_grant *grant, const char *who)
{
	return json_pack("{s:I, s:i, s:I, s:s, s:I, s:i, s:i, s:I}", "days", (json_int_t)grant->days, "grant", number,
			 "lease", (json_int_t)state->lease, "operator", who, "request", (json_int_t)state->request,
			 "tries", state->tries, "used", (int)state->used, "value", (json_int_t)grant->value);
}

json_t *bt_extension_try_body(const struct bt_lease *lease, const struct bt_extension *state, const char *who,
			      struct bt_extension *out)
{
	static const struct bt_grant nothing = {0};
	struct bt_extension after = *state;

	after.lease = lease->number;
	if (++after.tries == BT_EXTENSION_TRIES) {
		after.tries = 0;
		after.request++;
	}
	*out = after;
	return write_body(&after, 0, &nothing, who);
}

/* The fifth try has closed the request already; any other is closed by being right. */
json_t *bt_extension_use_body(const struct bt_lease *lease, const struct bt_extension *state, int number,
			      const char *who, struct bt_extension *out)
{
	struct bt_extension after = *state;

	after.lease = lease->number;
	after.used |= 1u << (number - 1);
	if (after.tries > 0)
		after.request++;
	after.tries = 0;
	*out = after;
	return write_body(&after, number, &lease->grants[number - 1], who);
}

/* ---- judging and applying ---- */

static bool is_used(const struct bt_extension *state, int number)
{
	return (state->used >> (number - 1) & 1u) != 0;
}

int bt_extension_left(const struct bt_lease *lease, const struct bt_extension *state)
{
	int left = 0;

	for (int i = 1; i <= lease->grant_count; i++)
		left += !is_used(state, i);
	return left;
}

/* Source: REST contract, "commit". */
static enum bt_err stretch(const struct bt_lease *lease, int number, struct bt_bytes code, uint8_t out[BT_SHA256_LEN])
{
	char message[MESSAGE_CAP];
	int len = snprintf(message, sizeof message, "batti-extension-v1|%lld|%d|%.*s", (long long)lease->number, number,
			   (int)code.len, (const char *)code.data);
	enum bt_err err = bt_scrypt((struct bt_bytes){(const uint8_t *)message, (size_t)len},
				    BT_BYTES(lease->grants[number - 1].salt), BT_EXTENSION_LOG2_N, out, BT_SHA256_LEN);

	explicit_bzero(message, sizeof message);
	return err;
}

static bool is_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t differs = 0;

	for (size_t i = 0; i < len; i++)
		differs |= a[i] ^ b[i];
	return differs == 0;
}

enum bt_err bt_extension_judge(const struct bt_lease *lease, const struct bt_extension *state, struct bt_bytes code,
			       int *number)
{
	uint8_t hash[BT_SHA256_LEN];

	if (code.len != BT_EXTENSION_DIGITS)
		return BT_EAUTH;
	for (int i = 1; i <= lease->grant_count; i++) {
		enum bt_err err = is_used(state, i) ? BT_EAUTH : stretch(lease, i, code, hash);

		if (err && err != BT_EAUTH)
			return err;
		if (!err && is_equal(hash, lease->grants[i - 1].commit, sizeof hash)) {
			*number = i;
			return BT_OK;
		}
	}
	return BT_EAUTH;
}

static int64_t add_up_to(int64_t sum, int64_t more, int64_t most)
{
	return sum > most - more ? most : sum + more;
}

/* Caps are below 2^37 and counts below 2^20, so the product fits. */
static int64_t count_for(const struct bt_lease *lease, bt_paise value)
{
	return lease->total_cap > 0 ? (lease->total_count * value + lease->total_cap - 1) / lease->total_cap : 0;
}

void bt_extension_apply(const struct bt_lease *signed_lease, const struct bt_extension *state, struct bt_lease *out)
{
	struct bt_lease lease = *signed_lease;

	for (int i = 1; state->lease == lease.number && i <= lease.grant_count; i++) {
		const struct bt_grant *grant = &lease.grants[i - 1];

		if (!is_used(state, i))
			continue;
		lease.expires_ms += grant->days * MS_PER_DAY;
		lease.oldest_ms += grant->days * MS_PER_DAY;
		lease.total_cap = add_up_to(lease.total_cap, grant->value, BT_PAISE_MAX);
		lease.total_count = add_up_to(lease.total_count, count_for(signed_lease, grant->value), COUNT_MAX);
	}
	*out = lease;
}
