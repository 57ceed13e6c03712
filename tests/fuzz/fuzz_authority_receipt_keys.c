/* Lists of receipt keys: unsigned bytes are never one; of signed ones every row names a terminal and a key. */
#include "core/authority/receipt_keys.h"
#include "core/base/text.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/signed_document.h"

static void check_rows(const struct bt_receipt_keys *keys)
{
	const struct bt_receipt_key *row = NULL;
	int found = 0;

	assert(keys->number >= 1 && keys->count >= 0 && keys->count <= BT_RECEIPT_KEYS_MAX);
	for (int i = 0; i < keys->count; i++)
		assert(bt_text_is_digits(keys->rows[i].terminal) && keys->rows[i].until_ms >= 0);
	while (keys->count > 0 && (row = bt_receipt_keys_next(keys, keys->rows[0].terminal, row)) != NULL)
		found++;
	assert(keys->count == 0 || found >= 1);
}

/* @return whether it was taken; a refused one leaves what was there. */
static bool read_keys(struct bt_bytes envelope)
{
	struct bt_receipt_keys keys = {.number = -7};
	enum bt_err err = bt_receipt_keys_decode(envelope, bt_signer_public(find_signer()), &keys, NULL);

	assert(err == BT_OK || err == BT_EAUTH || err == BT_EFORMAT);
	if (err) {
		assert(keys.number == -7 && keys.rows == NULL);
		return false;
	}
	check_rows(&keys);
	bt_receipt_keys_fini(&keys);
	return true;
}

static bool read_signed(struct bt_bytes document, int flip)
{
	struct bt_buf envelope;
	bool taken;

	bt_buf_init(&envelope, 1u << 20);
	put_envelope(document, flip, &envelope);
	taken = read_keys(bt_buf_view(&envelope));
	bt_buf_fini(&envelope);
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_bytes bytes = {data, size};

	if (size > 1u << 16)
		return 0;
	assert(!read_keys(bytes));
	if (read_signed(bytes, -1))
		assert(!read_signed(bytes, data[size / 2]));
	return 0;
}
