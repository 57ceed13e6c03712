/* Tariffs: unsigned bytes are never one; of signed ones every price lies within its range and no quote loses a paisa.
 */
#include "core/tariff/tariff.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/signed_document.h"

static const bt_paise amounts[] = {1, 99, 10000, 50000, 1000000, BT_PAISE_MAX};

/* The parts of a quote are its paid units and its energy, and no step costs more than was paid. */
static void check_parts(const struct bt_tariff_category *category, const struct bt_quote *quote)
{
	struct bt_tariff_part parts[BT_TARIFF_STEPS];
	int count = bt_tariff_parts(category, quote, parts);
	int64_t units = quote->free, tenths = 0;
	bt_paise energy = 0;

	assert(count >= 0 && count <= BT_TARIFF_STEPS);
	for (int i = 0; i < count; i++) {
		units += parts[i].units;
		energy += parts[i].energy;
		tenths += parts[i].units * parts[i].rate;
	}
	assert(units == quote->units && tenths <= quote->energy * 10);
	assert(count == 0 || energy == quote->energy);
}

static void check_quotes(const struct bt_tariff *tariff, const struct bt_tariff_category *category)
{
	static const struct bt_tariff_month months[] = {
	    {.of = 0}, {202611, 0, 4000, 1250}, {202611, 999, 0, 0}, {202611, BT_MONTH_UNITS_MAX, BT_PAISE_MAX, 1}};

	for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
		struct bt_quote quote;
		bt_paise dues = amounts[i] / 3;

		for (size_t j = 0; j < sizeof months / sizeof *months; j++) {
			assert(bt_tariff_quote(tariff, category->code, &months[j], amounts[i], dues, &quote) == BT_OK);
			assert(quote.dues == dues && quote.amount == amounts[i]);
			assert(quote.fixed >= 0 && quote.energy >= 0 && quote.duty >= 0 && quote.free >= 0);
			assert(quote.fixed + quote.energy + quote.duty + quote.dues == quote.amount);
			assert(quote.free <= months[j].free && quote.fixed <= months[j].fixed);
			assert(strcmp(quote.tariff, tariff->id) == 0);
			check_parts(category, &quote);
		}
		assert(bt_tariff_quote(tariff, category->code, NULL, amounts[i], amounts[i] + 1, &quote) == BT_ERANGE);
	}
}

static void check_ranges(const struct bt_tariff *tariff)
{
	assert(tariff->id[0] && bt_text_is_clean(tariff->id));
	assert(bt_text_is_clean(tariff->name_en) && bt_text_is_clean(tariff->name_hi));
	assert(tariff->valid_from_ms >= 0 && tariff->minimum >= 1 && tariff->minimum <= tariff->maximum);
	assert(tariff->maximum <= BT_PAISE_MAX);
	assert(tariff->cut_from_minute >= 0 && tariff->cut_from_minute < tariff->cut_until_minute);
	assert(tariff->cut_until_minute < 24 * 60 && tariff->cut_grace_hours >= 0);
	assert(tariff->count >= 1 && tariff->count <= BT_TARIFF_CATEGORIES);
	for (int i = 0; i < tariff->count; i++) {
		const struct bt_tariff_category *category = &tariff->categories[i];

		assert(category->code[0] && bt_text_is_clean(category->code));
		assert(category->rate >= 1 && category->rate <= 100000);
		assert(category->duty_bp >= 0 && category->duty_bp <= 10000);
		assert(category->step_count >= 0 && category->step_count <= BT_TARIFF_STEPS &&
		       category->step_count != 1);
		assert(category->fixed >= 0 && category->fixed <= BT_FIXED_CHARGE_MAX);
		for (int j = 1; j < category->step_count; j++)
			assert(category->steps[j].above > category->steps[j - 1].above && category->steps[j].rate >= 1);
		check_quotes(tariff, category);
	}
}

/* @return whether it was taken; a refused one leaves the old tariff as it was. */
static bool read_tariffs(struct bt_bytes envelope, struct bt_tariffs *out)
{
	struct bt_tariffs before;
	enum bt_err err;

	memset(out, 0xA5, sizeof *out);
	before = *out;
	err = bt_tariffs_decode(envelope, bt_signer_public(find_signer()), out, NULL);
	assert(err == BT_OK || err == BT_EAUTH || err == BT_EFORMAT);
	assert(err == BT_OK || memcmp(&before, out, sizeof before) == 0);
	return err == BT_OK;
}

static bool read_signed(struct bt_bytes document, int flip, struct bt_tariffs *out)
{
	struct bt_buf envelope;
	bool taken;

	bt_buf_init(&envelope, 1u << 20);
	put_envelope(document, flip, &envelope);
	taken = read_tariffs(bt_buf_view(&envelope), out);
	bt_buf_fini(&envelope);
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_bytes bytes = {data, size};
	struct bt_tariffs tariffs;

	if (size > 1u << 16)
		return 0;
	assert(!read_tariffs(bytes, &tariffs));
	if (read_signed(bytes, -1, &tariffs)) {
		assert(tariffs.count >= 1 && tariffs.count <= BT_TARIFFS_MAX);
		for (int i = 0; i < tariffs.count; i++) {
			check_ranges(&tariffs.list[i]);
			assert(i == 0 || tariffs.list[i].valid_from_ms > tariffs.list[i - 1].valid_from_ms);
		}
		assert(!read_signed(bytes, data[size / 2], &tariffs));
	}
	return 0;
}
