#include "core/journal/lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/journal/chain.h"

#define PIECE_LEN (2 * BT_LINE_MAX)

/* Its members in the order of their keys, without a tree made of them first: every event goes this way twice, to the
 * mirror and up. Digits, hex, base64 and the names of kinds need no escaping. */
enum bt_err bt_journal_event_json(const struct bt_event *event, struct bt_buf *out)
{
	char prev[2 * BT_SHA256_LEN + 1], hash[2 * BT_SHA256_LEN + 1], signature[96];
	size_t before = out->len;
	bt_hex_encode(BT_BYTES(event->prev_hash), prev);
	bt_hex_encode(BT_BYTES(event->hash), hash);
	enum bt_err err = bt_base64_encode(BT_BYTES(event->signature), signature, sizeof signature);
	if (err == BT_OK)
		err = bt_buf_put_text(out, "{\"body\":");
	if (err == BT_OK)
		err = bt_json_put_text(out, event->body);
	if (err == BT_OK)
		err = bt_buf_printf(out, ",\"hash\":\"%s\",\"kind\":\"%s\",\"prev_hash\":\"%s\",\"sale_id\":", hash,
				    bt_event_kind_name(event->kind), prev);
	if (err == BT_OK)
		err = bt_json_put_text(out, bt_bytes_of(event->sale_id));
	if (err == BT_OK)
		err = bt_buf_printf(out, ",\"seq\":%" PRId64 ",\"signature\":\"%s\",\"time\":%" PRId64 "}", event->seq,
				    signature, event->time_ms);
	if (err != BT_OK)
		bt_buf_cut(out, before);
	return err;
}

enum bt_err bt_journal_line(const struct bt_event *event, struct bt_buf *out)
{
	size_t before = out->len;
	enum bt_err err = bt_journal_event_json(event, out);
	if (err == BT_OK && (err = bt_buf_put(out, "\n", 1)) != BT_OK)
		bt_buf_cut(out, before);
	return err;
}

static enum bt_err read_hash(const json_t *root, const char *key, uint8_t out[BT_SHA256_LEN])
{
	char text[2 * BT_SHA256_LEN + 1];
	enum bt_err err = bt_json_text(root, key, text, sizeof text);
	return err == BT_OK ? bt_hex_decode(text, out, BT_SHA256_LEN) : err;
}

static enum bt_err read_members(const json_t *root, struct bt_event *out, struct bt_buf *body)
{
	const json_t *text = json_object_get(root, "body");
	char kind[32], signature[96];
	size_t len = 0;
	if (!json_is_string(text) || json_string_length(text) > BT_EVENT_BODY_MAX ||
	    bt_json_int(root, "seq", 1, INT64_MAX, &out->seq) != BT_OK ||
	    bt_json_int(root, "time", INT64_MIN, INT64_MAX, &out->time_ms) != BT_OK ||
	    bt_json_text(root, "sale_id", out->sale_id, sizeof out->sale_id) != BT_OK ||
	    bt_json_text(root, "kind", kind, sizeof kind) != BT_OK || bt_event_kind_parse(kind, &out->kind) != BT_OK ||
	    read_hash(root, "prev_hash", out->prev_hash) != BT_OK || read_hash(root, "hash", out->hash) != BT_OK ||
	    bt_json_text(root, "signature", signature, sizeof signature) != BT_OK ||
	    bt_base64_decode(signature, out->signature, sizeof out->signature, &len) != BT_OK ||
	    len != sizeof out->signature)
		return BT_ECORRUPT;
	bt_buf_clear(body);
	enum bt_err err = bt_buf_put(body, json_string_value(text), json_string_length(text));
	out->body = bt_buf_view(body);
	return err;
}

enum bt_err bt_line_decode(struct bt_bytes line, struct bt_event *out, struct bt_buf *body)
{
	json_t *root = NULL;
	struct bt_event event = {0};
	enum bt_err err = bt_json_parse(line, BT_LINE_MAX, &root, NULL);
	if (err != BT_OK)
		return err == BT_ENOMEM ? err : BT_ECORRUPT;
	err = read_members(root, &event, body);
	json_decref(root);
	if (err == BT_OK)
		err = bt_chain_check(&event);
	if (err == BT_OK)
		*out = event;
	return err;
}

/* ---- a file of them ---- */

enum bt_err bt_lines_open(struct bt_lines *lines, const struct bt_disk *disk, struct bt_disk_file *file, uint64_t at)
{
	*lines = (struct bt_lines){.disk = disk, .file = file, .at = at, .piece_at = at};
	bt_buf_init(&lines->body, BT_EVENT_BODY_MAX);
	lines->piece = malloc(PIECE_LEN);
	return lines->piece ? BT_OK : BT_ENOMEM;
}

void bt_lines_close(struct bt_lines *lines)
{
	free(lines->piece);
	bt_buf_fini(&lines->body);
	*lines = (struct bt_lines){0};
}

/* What is read ahead from the next line on, at least one line of it where there is one. */
static enum bt_err look_ahead(struct bt_lines *lines, struct bt_bytes *out)
{
	size_t used = (size_t)(lines->at - lines->piece_at);
	if (lines->have - used < BT_LINE_MAX) {
		if (lines->disk->read(lines->file, lines->at, lines->piece, PIECE_LEN, &lines->have) != 0)
			return BT_EDISK;
		lines->piece_at = lines->at;
		used = 0;
	}
	*out = (struct bt_bytes){lines->piece + used, lines->have - used};
	return BT_OK;
}

enum bt_err bt_lines_next(struct bt_lines *lines, struct bt_event *out)
{
	struct bt_bytes ahead;
	enum bt_err err = look_ahead(lines, &ahead);
	if (err != BT_OK)
		return err;
	if (ahead.len == 0)
		return BT_ENOTFOUND;
	const uint8_t *end = memchr(ahead.data, '\n', ahead.len < BT_LINE_MAX ? ahead.len : BT_LINE_MAX);
	size_t len = end ? (size_t)(end - ahead.data) : ahead.len < BT_LINE_MAX ? ahead.len : BT_LINE_MAX;
	lines->at += len + (end ? 1 : 0);
	return end ? bt_line_decode((struct bt_bytes){ahead.data, len}, out, &lines->body) : BT_ECORRUPT;
}
