/* Leases: unsigned bytes are never one; of signed ones every figure lies within its range. */
#include "core/authority/lease.h"
#include "core/base/text.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/signed_document.h"

#define LIFE_MAX_MS (INT64_C(15) * 24 * 3600 * 1000)

static bool is_paise(bt_paise paise)
{
	return paise >= 0 && paise <= BT_PAISE_MAX;
}

static void check_ranges(const struct bt_lease *lease, struct bt_bytes document)
{
	uint8_t sha256[BT_SHA256_LEN];

	assert(bt_text_is_digits(lease->terminal) && bt_text_is_clean(lease->tariff) && bt_text_is_clean(lease->zone));
	assert(lease->tariff[0] && lease->number >= 1 && lease->era >= 1);
	assert(lease->lane.count >= 2 && lease->lane.index >= 1 && lease->lane.index < lease->lane.count);
	assert(lease->lane.floor <= 0xFFFFFF);
	assert(lease->not_before_ms >= 0 && lease->expires_ms > lease->not_before_ms);
	assert(lease->expires_ms - lease->not_before_ms <= LIFE_MAX_MS);
	assert(is_paise(lease->sale_cap) && is_paise(lease->meter_day_cap) && is_paise(lease->total_cap));
	assert(lease->meter_day_count >= 0 && lease->meter_day_count < 50 && lease->total_count >= 0);
	assert(lease->oldest_ms >= 0 && lease->oldest_ms <= LIFE_MAX_MS);
	assert(bt_sha256(document, sha256) == BT_OK && memcmp(sha256, lease->sha256, sizeof sha256) == 0);
	assert(!bt_lease_supersedes(lease, lease));
}

/* @return whether it was taken; a refused one leaves the old lease as it was. */
static bool read_lease(struct bt_bytes envelope, struct bt_lease *out)
{
	struct bt_lease before;
	enum bt_err err;

	memset(out, 0xA5, sizeof *out);
	before = *out;
	err = bt_lease_decode(envelope, bt_signer_public(find_signer()), out, NULL);
	assert(err == BT_OK || err == BT_EAUTH || err == BT_EFORMAT);
	assert(err == BT_OK || memcmp(&before, out, sizeof before) == 0);
	return err == BT_OK;
}

static bool read_signed(struct bt_bytes document, int flip, struct bt_lease *out)
{
	struct bt_buf envelope;
	bool taken;

	bt_buf_init(&envelope, 1u << 20);
	put_envelope(document, flip, &envelope);
	taken = read_lease(bt_buf_view(&envelope), out);
	bt_buf_fini(&envelope);
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_bytes bytes = {data, size};
	struct bt_lease lease;

	if (size > 1u << 16)
		return 0;
	assert(!read_lease(bytes, &lease));
	if (read_signed(bytes, -1, &lease)) {
		check_ranges(&lease, bytes);
		assert(!read_signed(bytes, data[size / 2], &lease));
	}
	return 0;
}
