/* Bytes: borrowed views, bounded buffers, hex, base64.
 *
 * A bt_bytes is borrowed and never freed by whoever receives it. A bt_buf grows on the heap up to a maximum stated
 * when it is made and no further: a hostile reply cannot make it larger. */
#ifndef BT_BASE_BYTES_H
#define BT_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct bt_bytes {
	const uint8_t *data;
	size_t len;
};

struct bt_buf {
	uint8_t *data; /* NUL-terminated one past len whenever not NULL */
	size_t len;
	size_t cap;
	size_t max; /* len never exceeds this */
};

#define BT_BYTES(array) ((struct bt_bytes){(const uint8_t *)(array), sizeof(array)})

/** View of a C string without its terminator. Pure. */
struct bt_bytes bt_bytes_of(const char *text);
/** Constant-time when lengths are equal. */
bool bt_bytes_equal(struct bt_bytes a, struct bt_bytes b);

/** Make @p buf empty; it will hold at most @p max bytes. Allocates nothing yet. */
void bt_buf_init(struct bt_buf *buf, size_t max);
/** Wipe and free what it holds; a zeroed or finished one is fine. */
void bt_buf_fini(struct bt_buf *buf);
/** Forget the content, keep the memory. */
void bt_buf_clear(struct bt_buf *buf);
/** Forget what stands behind the first @p len bytes, which it has. */
void bt_buf_cut(struct bt_buf *buf, size_t len);
/** @return BT_OK, BT_EFULL (over max) or BT_ENOMEM; unchanged on failure. */
BT_MUST_USE enum bt_err bt_buf_put(struct bt_buf *buf, const void *data, size_t len);
BT_MUST_USE enum bt_err bt_buf_put_text(struct bt_buf *buf, const char *text);
__attribute__((format(printf, 2, 3))) BT_MUST_USE enum bt_err bt_buf_printf(struct bt_buf *buf, const char *format,
									    ...);
/** View of the whole content, valid until the next change. */
struct bt_bytes bt_buf_view(const struct bt_buf *buf);

/** Lower-case hex of @p in; @p out needs 2*len+1 bytes. */
void bt_hex_encode(struct bt_bytes in, char *out);
/** Exactly 2*@p len hex digits, either case. @return BT_OK or BT_EINPUT (out then undefined). */
BT_MUST_USE enum bt_err bt_hex_decode(const char *text, uint8_t *out, size_t len);
/** Standard base64 with padding, no line breaks. @return BT_OK or BT_EFULL when @p cap is too small. */
BT_MUST_USE enum bt_err bt_base64_encode(struct bt_bytes in, char *out, size_t cap);
/** @p out receives at most @p cap bytes, @p out_len their number. @return BT_OK, BT_EINPUT or BT_EFULL. */
BT_MUST_USE enum bt_err bt_base64_decode(const char *text, uint8_t *out, size_t cap, size_t *out_len);

/** Big-endian loads and stores. Pure. */
uint64_t bt_be64_get(const uint8_t *p);
void bt_be64_put(uint8_t *p, uint64_t v);
uint32_t bt_be32_get(const uint8_t *p);
void bt_be32_put(uint8_t *p, uint32_t v);

#endif
