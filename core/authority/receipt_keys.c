#include "core/authority/receipt_keys.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"

static enum bt_err read_base64(const json_t *object, const char *key, uint8_t *out, size_t cap, size_t *len)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? bt_base64_decode(text, out, cap, len) : BT_EFORMAT;
}

static enum bt_err read_row(const json_t *row, struct bt_receipt_key *out)
{
	size_t len = 0;

	if (bt_json_text(row, "terminal", out->terminal, sizeof out->terminal) != BT_OK ||
	    !bt_text_is_digits(out->terminal) || read_base64(row, "key", out->key, sizeof out->key, &len) != BT_OK ||
	    len != sizeof out->key)
		return BT_EFORMAT;
	return bt_json_has(row, "until") ? bt_json_int(row, "until", 1, INT64_MAX, &out->until_ms) : BT_OK;
}

static enum bt_err read_rows(const json_t *list, struct bt_receipt_keys *out)
{
	size_t count = list ? json_array_size(list) : 0;
	enum bt_err err = BT_OK;

	if (!list || count > BT_RECEIPT_KEYS_MAX)
		return BT_EFORMAT;
	out->rows = calloc(count ? count : 1, sizeof *out->rows);
	if (!out->rows)
		return BT_ENOMEM;
	out->count = (int)count;
	for (size_t i = 0; i < count && !err; i++)
		err = read_row(json_array_get(list, i), &out->rows[i]);
	return err;
}

static enum bt_err read_document(struct bt_bytes document, struct bt_receipt_keys *out)
{
	json_t *json = NULL;
	char what[16];
	int64_t format;
	enum bt_err err = bt_json_parse(document, BT_RECEIPT_KEYS_BYTES, &json, NULL);

	if (err)
		return BT_EFORMAT;
	if (bt_json_text(json, "what", what, sizeof what) != BT_OK || strcmp(what, "receipt_keys") != 0 ||
	    bt_json_int(json, "format", 1, 1, &format) != BT_OK ||
	    bt_json_int(json, "number", 1, INT64_MAX, &out->number) != BT_OK)
		err = BT_EFORMAT;
	if (!err)
		err = read_rows(bt_json_array(json, "keys"), out);
	json_decref(json);
	return err;
}

/* The signed bytes into @p document, of which there is room for the whole envelope; nothing unsigned is looked at. */
static enum bt_err open_envelope(struct bt_bytes envelope, const uint8_t key[BT_ED25519_PUBLIC_LEN], uint8_t *document,
				 size_t *len)
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	size_t signature_len = 0;
	json_t *json = NULL;
	enum bt_err err = bt_json_parse(envelope, BT_RECEIPT_KEYS_BYTES, &json, NULL);

	if (!err)
		err = read_base64(json, "document", document, envelope.len, len);
	if (!err)
		err = read_base64(json, "signature", signature, sizeof signature, &signature_len);
	json_decref(json);
	if (err || signature_len != sizeof signature)
		return BT_EFORMAT;
	return bt_verify(key, (struct bt_bytes){document, *len}, signature);
}

enum bt_err bt_receipt_keys_decode(struct bt_bytes envelope, const uint8_t head_end_key[BT_ED25519_PUBLIC_LEN],
				   struct bt_receipt_keys *out, struct bt_fault *fault)
{
	struct bt_receipt_keys keys = {0};
	size_t len = 0;
	uint8_t *document = malloc(envelope.len ? envelope.len : 1);
	enum bt_err err = document ? open_envelope(envelope, head_end_key, document, &len) : BT_ENOMEM;

	if (!err)
		err = read_document((struct bt_bytes){document, len}, &keys);
	free(document);
	if (err) {
		bt_receipt_keys_fini(&keys);
		return bt_fault_set(fault, err, 0, "receipt keys: %s",
				    err == BT_EAUTH ? "not signed by our head-end" : bt_err_name(err));
	}
	*out = keys;
	return BT_OK;
}

enum bt_err bt_receipt_keys_load(const char *dir, const uint8_t head_end_key[BT_ED25519_PUBLIC_LEN],
				 struct bt_receipt_keys *out, struct bt_fault *fault)
{
	char path[1024];
	struct bt_buf text;
	enum bt_err err = bt_path_join(dir, BT_RECEIPT_KEYS_FILE, path, sizeof path);

	if (err)
		return bt_fault_set(fault, err, 0, "path of the state folder is too long");
	bt_buf_init(&text, BT_RECEIPT_KEYS_BYTES);
	err = bt_file_read(path, &text, fault);
	if (!err)
		err = bt_receipt_keys_decode(bt_buf_view(&text), head_end_key, out, fault);
	bt_buf_fini(&text);
	return err;
}

void bt_receipt_keys_fini(struct bt_receipt_keys *keys)
{
	free(keys->rows);
	*keys = (struct bt_receipt_keys){0};
}

const struct bt_receipt_key *bt_receipt_keys_next(const struct bt_receipt_keys *keys, const char *terminal,
						  const struct bt_receipt_key *after)
{
	for (int i = after ? (int)(after - keys->rows) + 1 : 0; i < keys->count; i++)
		if (strcmp(keys->rows[i].terminal, terminal) == 0)
			return &keys->rows[i];
	return NULL;
}
