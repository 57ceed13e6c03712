/* A utility's form of the slips: whatever is taken, every slip still has its marks above its digits, its key change
 * above its token, its proof, its end, and no text that could steer a terminal; a refused one leaves the old form.
 * rooms: core/receipt core/money core/base */
#include <assert.h>
#include <stdlib.h>

#include "core/receipt/form.h"
#include "tests/fuzz/input.h"

#define PROOF "RC1:PROOF"

static int find_kind(const struct bt_receipt *slip, enum bt_receipt_line_kind kind)
{
	for (int i = 0; i < slip->count; i++)
		if (slip->lines[i].kind == kind)
			return i;
	return -1;
}

static void check_texts(const struct bt_receipt *slip)
{
	for (int i = 0; i < slip->count; i++) {
		assert(bt_text_is_clean(slip->lines[i].left));
		assert(bt_text_is_clean(slip->lines[i].right));
	}
}

static void check_slip(const struct bt_receipt *slip, enum bt_receipt_kind kind)
{
	int mark = find_kind(slip, BT_LINE_MARK), digits = find_kind(slip, BT_LINE_DIGITS),
	    group = find_kind(slip, BT_LINE_GROUP);

	assert(slip->count > 0 && slip->lines[slip->count - 1].kind == BT_LINE_END);
	assert(find_kind(slip, BT_LINE_END) == slip->count - 1);
	assert(mark >= 0 && mark <= 6);
	assert((group >= 0) == (kind == BT_RECEIPT_TOKEN));
	assert((digits >= 0) == (group >= 0));
	assert(group < 0 || (mark < digits && digits < group && slip->count > group + 5));
	assert(kind == BT_RECEIPT_TEST || find_kind(slip, BT_LINE_QR) > mark);
	check_texts(slip);
}

static void check_form(const struct bt_receipt_form *form)
{
	static struct bt_receipt slip;
	struct bt_receipt_shift shift = {.number = 1, .tender_count = 1, .tenders = {{"Cash", 1, 100}}};

	for (int i = 0; i < BT_FORM_SLIPS * 3; i++) {
		struct bt_receipt_facts facts = {.kind = (enum bt_receipt_kind)(i / 3),
						 .training = true,
						 .copy = 2,
						 .receipt_number = "0142-0611-087-4",
						 .meter = "04740015298",
						 .connection = "230411009876",
						 .token = "12345678901234567890",
						 .key_change = {2, {"11112222333344445555", "66667777888899990000"}},
						 .amount = 50000,
						 .paid_at_ms = 1,
						 .tender = "Cash",
						 .record = PROOF};
		if (i / 3 == BT_FORM_CREDIT_DOCKET) {
			facts.kind = BT_RECEIPT_DOCKET;
			facts.no_token = true;
		}
		assert(bt_form_compose(form, &facts, &shift, NULL, (enum bt_receipt_lang)(i % 3), &slip) == BT_OK);
		check_slip(&slip, facts.kind);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bt_receipt_form form, before;
	struct bt_fault fault = {0};

	memset(&form, 0xA5, sizeof form);
	before = form;
	if (bt_form_decode((struct bt_bytes){data, size}, &form, &fault) == BT_OK) {
		check_form(&form);
		return 0;
	}
	assert(memcmp(&form, &before, sizeof form) == 0);
	assert(fault.what[0]);
	for (const char *at = fault.what; *at != '\0'; at++)
		assert(*at >= ' ' && *at <= '~');
	return 0;
}
