/* Sale records: what is read is within its ranges, and is the same again after being written and read. */
#include <assert.h>

#include "core/base/random.h"
#include "core/sale/sale.h"
#include "tests/fuzz/input.h"

#define RECORD_MAX 65536

static bool is_paise(bt_paise paise)
{
	return paise >= 0 && paise <= BT_PAISE_MAX;
}

static void check_texts(const struct bt_sale *sale)
{
	assert(bt_uuid7_is(sale->sale_id) && bt_text_is_clean(sale->terminal) && bt_text_is_clean(sale->receipt));
	assert(bt_text_is_clean(sale->operator_id) && bt_text_is_clean(sale->connection));
	assert(bt_text_is_clean(sale->meter) && bt_text_is_clean(sale->pan) && bt_text_is_clean(sale->quote.tariff));
	for (int i = 0; i < sale->tender_count; i++) {
		const struct bt_tender *tender = &sale->tenders[i];

		assert(bt_text_is_clean(tender->id) && bt_text_is_clean(tender->kind));
		assert(bt_text_is_clean(tender->reference) && is_paise(tender->amount) && is_paise(tender->given));
	}
}

static void check_numbers(const struct bt_sale *sale)
{
	assert(sale->tender_count >= 0 && sale->tender_count <= BT_SALE_TENDERS);
	assert((unsigned)sale->kind < BT_KIND_COUNT && bt_delivery_code(sale->delivery)[0]);
	assert(is_paise(sale->quote.amount) && is_paise(sale->quote.dues) && is_paise(sale->quote.energy));
	assert(is_paise(sale->quote.duty) && sale->quote.units >= 0);
	assert(sale->shift >= 0 && sale->rev >= 0 && sale->lease >= 0 && sale->paid_at_ms >= 0);
	if (sale->has_tid)
		assert(sale->tid <= 0xFFFFFF && sale->rnd <= 15 && sale->key.kt <= 3 && sale->key.krn <= 9);
}

static void check_again(const struct bt_sale *sale)
{
	struct bt_buf first, second;
	struct bt_sale again;

	bt_buf_init(&first, RECORD_MAX);
	bt_buf_init(&second, RECORD_MAX);
	assert(bt_sale_encode(sale, &first) == BT_OK);
	assert(bt_sale_decode(bt_buf_view(&first), &again, NULL) == BT_OK);
	assert(bt_sale_encode(&again, &second) == BT_OK);
	assert(bt_bytes_equal(bt_buf_view(&first), bt_buf_view(&second)));
	assert(again.has_tid == sale->has_tid && again.tender_count == sale->tender_count);
	assert(!sale->has_tid || bt_sts_key_id_equal(&sale->key, &again.key));
	bt_buf_fini(&first);
	bt_buf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_sale sale, before;

	memset(&sale, 0xA5, sizeof sale);
	before = sale;
	if (bt_sale_decode((struct bt_bytes){data, size}, &sale, NULL) != BT_OK) {
		assert(memcmp(&sale, &before, sizeof sale) == 0);
		return 0;
	}
	check_texts(&sale);
	check_numbers(&sale);
	check_again(&sale);
	return 0;
}
