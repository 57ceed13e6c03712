#include "core/authority/lease.h"

#include <string.h>

#include "core/authority/authority.h"
#include "core/base/json.h"

#define DOCUMENT_MAX     8192
#define LIFE_MAX_MS      (INT64_C(15) * 24 * 3600 * 1000) /* 14 days is the longest a utility may set, and slack */
#define MS_PER_HOUR      INT64_C(3600000)
#define OLDEST_MAX_HOURS (15 * 24)
#define COUNT_MAX        1000000
#define LANES_MAX        128
#define TID_MAX          0xFFFFFF
#define GRANT_DAYS_MAX   14

static enum bt_err read_base64(const json_t *object, const char *key, uint8_t *out, size_t cap, size_t *out_len)
{
	char text[DOCUMENT_MAX * 4 / 3 + 8];
	enum bt_err err = bt_json_text(object, key, text, sizeof text);

	if (!err)
		err = bt_base64_decode(text, out, cap, out_len);
	return err ? BT_EFORMAT : BT_OK;
}

static bool read_terminal(const json_t *document, struct bt_lease *lease)
{
	int64_t lane, lanes, most, floor, format;

	if (bt_json_int(document, "format", 1, 1, &format) != BT_OK ||
	    bt_json_text(document, "terminal", lease->terminal, sizeof lease->terminal) != BT_OK ||
	    !bt_text_is_digits(lease->terminal) ||
	    bt_json_int(document, "number", 1, INT64_MAX, &lease->number) != BT_OK ||
	    bt_json_int(document, "era", 1, INT64_MAX, &lease->era) != BT_OK ||
	    bt_json_int(document, "lanes", 2, LANES_MAX, &lanes) != BT_OK ||
	    bt_json_int(document, "lane", 1, lanes - 1, &lane) != BT_OK ||
	    bt_json_int(document, "tid_floor", 0, TID_MAX, &floor) != BT_OK)
		return false;
	/* A head-end that never changes n does not say it. */
	if (!json_object_get(document, "lanes_most"))
		most = lanes;
	else if (bt_json_int(document, "lanes_most", lanes, LANES_MAX, &most) != BT_OK)
		return false;
	lease->lanes_most = (uint32_t)most;
	lease->lane = (struct bt_sts_lane){(uint32_t)lane, (uint32_t)lanes, (uint32_t)floor};
	return true;
}

static bool read_term(const json_t *document, struct bt_lease *lease)
{
	return bt_json_int(document, "not_before", 0, INT64_MAX, &lease->not_before_ms) == BT_OK &&
	       bt_json_int(document, "expires", 1, INT64_MAX, &lease->expires_ms) == BT_OK &&
	       lease->expires_ms > lease->not_before_ms && lease->expires_ms - lease->not_before_ms <= LIFE_MAX_MS &&
	       bt_json_text(document, "tariff", lease->tariff, sizeof lease->tariff) == BT_OK && lease->tariff[0] &&
	       bt_json_text(document, "zone", lease->zone, sizeof lease->zone) == BT_OK;
}

static bool read_caps(const json_t *caps, struct bt_lease *lease)
{
	int64_t hours;

	if (bt_json_int(caps, "sale_paise", 0, BT_PAISE_MAX, &lease->sale_cap) != BT_OK ||
	    bt_json_int(caps, "meter_day_paise", 0, BT_PAISE_MAX, &lease->meter_day_cap) != BT_OK ||
	    bt_json_int(caps, "meter_day_count", 0, BT_METER_TOKENS_MAX, &lease->meter_day_count) != BT_OK ||
	    bt_json_int(caps, "total_paise", 0, BT_PAISE_MAX, &lease->total_cap) != BT_OK ||
	    bt_json_int(caps, "total_count", 0, COUNT_MAX, &lease->total_count) != BT_OK ||
	    bt_json_int(caps, "oldest_hours", 0, OLDEST_MAX_HOURS, &hours) != BT_OK)
		return false;
	lease->oldest_ms = hours * MS_PER_HOUR;
	return true;
}

static bool read_exactly(const json_t *object, const char *key, uint8_t *out, size_t len)
{
	uint8_t bytes[64];
	size_t got = 0;

	if (read_base64(object, key, bytes, sizeof bytes, &got) != BT_OK || got != len)
		return false;
	memcpy(out, bytes, len);
	return true;
}

/* Numbered 1, 2 .. in order, at most four. */
static bool read_grants(const json_t *list, struct bt_lease *lease)
{
	int64_t number;

	if (!list || json_array_size(list) > BT_GRANTS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		struct bt_grant *grant = &lease->grants[i];

		if (bt_json_int(row, "i", (int64_t)i + 1, (int64_t)i + 1, &number) != BT_OK ||
		    bt_json_int(row, "days", 0, GRANT_DAYS_MAX, &grant->days) != BT_OK ||
		    bt_json_int(row, "value_paise", 0, BT_PAISE_MAX, &grant->value) != BT_OK ||
		    !read_exactly(row, "salt", grant->salt, sizeof grant->salt) ||
		    !read_exactly(row, "commit", grant->commit, sizeof grant->commit))
			return false;
	}
	lease->grant_count = (int)json_array_size(list);
	return true;
}

static enum bt_err read_document(struct bt_bytes document, struct bt_lease *lease, struct bt_fault *fault)
{
	json_t *json = NULL;
	const json_t *caps;
	enum bt_err err = bt_json_parse(document, DOCUMENT_MAX, &json, fault);

	if (err)
		return bt_fault_set(fault, BT_EFORMAT, 0, "lease document is not JSON");
	caps = bt_json_object(json, "caps");
	if (!caps || !read_terminal(json, lease) || !read_term(json, lease) || !read_caps(caps, lease) ||
	    !read_grants(bt_json_array(json, "grants"), lease))
		err = bt_fault_set(fault, BT_EFORMAT, 0, "lease: a field is missing or outside its range");
	json_decref(json);
	return err;
}

enum bt_err bt_lease_decode(struct bt_bytes envelope, const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_lease *out,
			    struct bt_fault *fault)
{
	struct bt_lease lease = {0};
	uint8_t document[DOCUMENT_MAX], signature[BT_ED25519_SIGNATURE_LEN];
	size_t document_len = 0, signature_len = 0;
	struct bt_bytes signed_bytes;
	json_t *json = NULL;
	enum bt_err err = bt_json_parse(envelope, 2 * DOCUMENT_MAX, &json, fault);

	if (err)
		return bt_fault_set(fault, BT_EFORMAT, 0, "lease envelope is not JSON");
	err = read_base64(json, "document", document, sizeof document, &document_len);
	if (!err)
		err = read_base64(json, "signature", signature, sizeof signature, &signature_len);
	json_decref(json);
	if (err || signature_len != sizeof signature)
		return bt_fault_set(fault, BT_EFORMAT, 0, "lease envelope: document or signature");
	signed_bytes = (struct bt_bytes){document, document_len};
	if (bt_verify(key, signed_bytes, signature) != BT_OK)
		return bt_fault_set(fault, BT_EAUTH, 0, "lease is not signed by our head-end");
	err = read_document(signed_bytes, &lease, fault);
	if (err)
		return err;
	err = bt_sha256(signed_bytes, lease.sha256);
	if (err)
		return bt_fault_set(fault, err, 0, "hash of the lease");
	*out = lease;
	return BT_OK;
}

bool bt_lease_supersedes(const struct bt_lease *fresh, const struct bt_lease *held)
{
	return !held || (strcmp(fresh->terminal, held->terminal) == 0 && fresh->number > held->number);
}
