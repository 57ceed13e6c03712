/* The list of receipt keys: read only under our head-end's signature, whole or not at all.
 * rooms: core/authority core/base */
#include "core/authority/receipt_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/file.h"

/* 32 bytes of 1, of 2 and of 3. */
#define KEY_1                     "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_2                     "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_3                     "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
#define LIST(number, keys)        "{\"what\":\"receipt_keys\",\"format\":1,\"number\":" number ",\"keys\":[" keys "]}"
#define ROW(terminal, key, until) "{\"terminal\":\"" terminal "\",\"key\":\"" key "\",\"until\":" until "}"

static const char good[] =
    LIST("7", ROW("0142", KEY_1, "1795000000000") "," ROW("0143", KEY_2, "null") "," ROW("0142", KEY_3, "null"));

static struct bt_signer *head_end;

static int open_signer(void **state)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {7, 7, 7};

	(void)state;
	return bt_signer_open(seed, &head_end) == BT_OK ? 0 : -1;
}

static int close_signer(void **state)
{
	(void)state;
	bt_signer_close(head_end);
	return 0;
}

/* @p flip: a bit of the signature to turn over, -1 none. */
static void put_envelope(const char *document, int flip, struct bt_buf *out)
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	char text[2048], signature_text[96];

	assert_int_equal(bt_sign(head_end, bt_bytes_of(document), signature), BT_OK);
	if (flip >= 0)
		signature[flip / 8] ^= (uint8_t)(1u << flip % 8);
	assert_int_equal(bt_base64_encode(bt_bytes_of(document), text, sizeof text), BT_OK);
	assert_int_equal(bt_base64_encode(BT_BYTES(signature), signature_text, sizeof signature_text), BT_OK);
	bt_buf_clear(out);
	assert_int_equal(bt_buf_printf(out, "{\"document\":\"%s\",\"signature\":\"%s\"}", text, signature_text), BT_OK);
}

static enum bt_err decode(struct bt_bytes envelope, struct bt_receipt_keys *out)
{
	return bt_receipt_keys_decode(envelope, bt_signer_public(head_end), out, NULL);
}

static enum bt_err decode_document(const char *document, int flip)
{
	struct bt_receipt_keys keys = {.number = 99};
	struct bt_buf envelope;
	enum bt_err err;

	bt_buf_init(&envelope, 8192);
	put_envelope(document, flip, &envelope);
	err = decode(bt_buf_view(&envelope), &keys);
	if (err)
		assert_int_equal(keys.number, 99);
	else
		bt_receipt_keys_fini(&keys);
	bt_buf_fini(&envelope);
	return err;
}

static void finds_every_key_of_a_terminal(void **state)
{
	const struct bt_receipt_key *row;
	struct bt_receipt_keys keys;
	struct bt_buf envelope;

	(void)state;
	bt_buf_init(&envelope, 8192);
	put_envelope(good, -1, &envelope);
	assert_int_equal(decode(bt_buf_view(&envelope), &keys), BT_OK);
	assert_int_equal(keys.number, 7);
	assert_int_equal(keys.count, 3);
	row = bt_receipt_keys_next(&keys, "0142", NULL);
	assert_non_null(row);
	assert_int_equal(row->key[31], 1);
	assert_int_equal(row->until_ms, 1795000000000);
	row = bt_receipt_keys_next(&keys, "0142", row);
	assert_non_null(row);
	assert_int_equal(row->key[0], 3);
	assert_int_equal(row->until_ms, 0);
	assert_null(bt_receipt_keys_next(&keys, "0142", row));
	assert_null(bt_receipt_keys_next(&keys, "0144", NULL));
	bt_receipt_keys_fini(&keys);
	assert_null(bt_receipt_keys_next(&keys, "0142", NULL));
	bt_buf_fini(&envelope);
}

static void refuses_what_the_head_end_did_not_sign(void **state)
{
	(void)state;
	for (int bit = 0; bit < BT_ED25519_SIGNATURE_LEN * 8; bit += 7)
		assert_int_equal(decode_document(good, bit), BT_EAUTH);
	assert_int_equal(decode_document(good, -1), BT_OK);
}

static void refuses_signed_nonsense(void **state)
{
	static const char *const bad[] = {
	    "[]",
	    "{}",
	    "{\"what\":\"receipt_keys\",\"format\":1,\"number\":7}",
	    "{\"what\":\"tariff\",\"format\":1,\"number\":7,\"keys\":[]}",
	    "{\"what\":\"receipt_keys\",\"format\":2,\"number\":7,\"keys\":[]}",
	    LIST("0", ""),
	    LIST("7", "7"),
	    LIST("7", ROW("O142", KEY_1, "null")),
	    LIST("7", ROW("01421421", KEY_1, "null")),
	    LIST("7", ROW("0142", "AQEB", "null")),
	    LIST("7", ROW("0142", KEY_1, "0")),
	    LIST("7", ROW("0142", KEY_1, "\"never\"")),
	    LIST("7", ROW("0142", KEY_1, "null") ",{\"terminal\":\"0143\"}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(decode_document(bad[i], -1), BT_EFORMAT);
	assert_int_equal(decode_document(LIST("7", ""), -1), BT_OK);
}

static void refuses_every_shorter_envelope(void **state)
{
	struct bt_receipt_keys keys;
	struct bt_buf envelope;

	(void)state;
	bt_buf_init(&envelope, 8192);
	put_envelope(good, -1, &envelope);
	for (size_t len = 0; len < envelope.len; len++)
		assert_int_equal(decode((struct bt_bytes){envelope.data, len}, &keys), BT_EFORMAT);
	bt_buf_fini(&envelope);
}

static void loads_what_lies_in_the_folder(void **state)
{
	char dir[] = P_tmpdir "/batti-keys-XXXXXX", path[64];
	struct bt_receipt_keys keys;
	struct bt_buf envelope;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/" BT_RECEIPT_KEYS_FILE, dir);
	assert_int_equal(bt_receipt_keys_load(dir, bt_signer_public(head_end), &keys, NULL), BT_ENOTFOUND);
	bt_buf_init(&envelope, 8192);
	put_envelope(good, -1, &envelope);
	assert_int_equal(bt_file_replace(path, bt_buf_view(&envelope), 0600, NULL), BT_OK);
	assert_int_equal(bt_receipt_keys_load(dir, bt_signer_public(head_end), &keys, NULL), BT_OK);
	assert_int_equal(keys.count, 3);
	bt_receipt_keys_fini(&keys);
	bt_buf_fini(&envelope);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_every_key_of_a_terminal), cmocka_unit_test(refuses_what_the_head_end_did_not_sign),
	    cmocka_unit_test(refuses_signed_nonsense),       cmocka_unit_test(refuses_every_shorter_envelope),
	    cmocka_unit_test(loads_what_lies_in_the_folder),
	};

	return cmocka_run_group_tests(tests, open_signer, close_signer);
}
