/* The proof on a slip: no text is taken for one unless our key made it, character by character.
 * rooms: core/receipt core/money core/base */
#include "core/receipt/record.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/signed_document.h"

static enum bt_err read_record(const char *text, struct bt_receipt_record *out)
{
	return bt_record_decode(text, bt_signer_public(find_signer()), out);
}

static void check_fields(const struct bt_receipt_record *record)
{
	size_t drn = strlen(record->drn), token = strlen(record->token), terminal = strlen(record->terminal);

	assert(terminal >= 1 && terminal <= 6 && (drn == 0 || drn == 11 || drn == 13) && (token == 0 || token == 20));
	assert(strspn(record->drn, "0123456789") == drn && strspn(record->token, "0123456789") == token);
	assert(strspn(record->terminal, "0123456789") == terminal);
	assert(record->amount >= 0 && record->amount <= BT_PAISE_MAX);
	assert(record->dues >= 0 && record->dues <= BT_PAISE_MAX && record->tid <= 0xFFFFFF);
	assert(record->version >= 1 && record->version <= 3 && record->is_docket == (record->version == 2));
	assert((record->receipt[0] != '\0') == (record->version > 1) && record->duty <= BT_PAISE_MAX);
	assert(!record->is_docket || (token == 0 && !record->is_training));
	assert(strlen(record->sale_id) == 36 && strspn(record->sale_id, "0123456789abcdef-") == 36);
}

/* Signing is deterministic: whatever verifies is the very text that its fields make; the first version is no longer
 * written. */
static void check_text(const char *text)
{
	struct bt_receipt_record record = {0};
	char made[BT_RECORD_TEXT_CAP];
	enum bt_err err = read_record(text, &record);

	assert(err == BT_OK || err == BT_EFORMAT || err == BT_EAUTH);
	if (err == BT_OK || err == BT_EAUTH)
		check_fields(&record);
	if (err == BT_OK && record.version > 1) {
		assert(bt_record_encode(&record, find_signer(), made) == BT_OK);
		assert(strcmp(made, text) == 0);
	}
}

static void take_digits(struct input *input, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		*out++ = (char)('0' + take_byte(input) % 10);
	*out = '\0';
}

/* What the later versions have. */
static void take_sale(struct input *input, struct bt_receipt_record *out)
{
	static const char *const kinds[] = {"sts_units", "remote", "dues"};
	static const char *const deliveries[] = {"token", "balance", "dues"};

	out->version = 3;
	out->is_training = take_byte(input) & 1;
	out->rev = (uint16_t)(1 + take_byte(input));
	out->duty = (bt_paise)(take_number(input, 5) % (uint64_t)(BT_PAISE_MAX + 1));
	bt_text_copy(out->kind, sizeof out->kind, kinds[take_byte(input) % 3]);
	bt_text_copy(out->delivery, sizeof out->delivery, deliveries[take_byte(input) % 3]);
	take_digits(input, 1 + take_byte(input) % 12, out->connection);
	bt_text_printf(out->receipt, sizeof out->receipt, "%s-%04u-%03u-%u", out->terminal,
		       (unsigned)take_number(input, 3), (unsigned)take_number(input, 2), take_byte(input) % 10u);
}

static void take_sale_id(struct input *input, char out[37])
{
	for (size_t i = 0; i < 36; i++)
		out[i] = i == 8 || i == 13 || i == 18 || i == 23 ? '-' : "0123456789abcdef"[take_byte(input) & 15];
	out[36] = '\0';
}

/* Fields of the fuzzer's choice: read back as they were, and not at all with one character changed. */
static void check_made(struct input *input)
{
	static const size_t drn_lengths[] = {0, 11, 13};
	struct bt_receipt_record record = {0}, again = {0};
	char text[BT_RECORD_TEXT_CAP];

	take_digits(input, 1 + take_byte(input) % 6, record.terminal);
	take_sale_id(input, record.sale_id);
	take_digits(input, drn_lengths[take_byte(input) % 3], record.drn);
	take_digits(input, take_byte(input) & 1 ? 20 : 0, record.token);
	record.amount = (bt_paise)(take_number(input, 5) % (uint64_t)(BT_PAISE_MAX + 1));
	record.dues = (bt_paise)(take_number(input, 5) % (uint64_t)(BT_PAISE_MAX + 1));
	record.units = (uint32_t)take_number(input, 4);
	record.tid = (uint32_t)take_number(input, 3);
	record.rnd = take_byte(input) & 15;
	record.paid_at_ms = (int64_t)take_number(input, 4) * 1000;
	take_sale(input, &record);
	assert(bt_record_encode(&record, find_signer(), text) == BT_OK);
	assert(read_record(text, &again) == BT_OK && memcmp(&record, &again, sizeof record) == 0);
	char *at = text + take_byte(input) % strlen(text);
	char other = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[take_byte(input) % 45];
	if (*at != other) {
		*at = other;
		assert(read_record(text, &again) != BT_OK);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	char text[512];

	take_text(&input, size, text, sizeof text);
	check_text(text);
	input = (struct input){data, size};
	check_made(&input);
	return 0;
}
