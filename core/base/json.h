/* JSON at the trust boundary: Jansson with limits, and typed getters that clean what they read.
 *
 * Input is bounded in bytes and in depth, duplicate keys are refused, strings are cleaned (base/text.h). Output is
 * canonical: keys sorted, no blanks, UTF-8, integers only - the form that is hashed and signed. */
#ifndef BT_BASE_JSON_H
#define BT_BASE_JSON_H

#include <jansson.h>

#include "core/base/bytes.h"

#define BT_JSON_MAX_DEPTH 16

/** Every value is wiped when it is freed: a reply may carry a key. Once, at start of a program, before any JSON. */
void bt_json_process_init(void);

/** Parse an object or array. @return BT_OK and *out is yours (json_decref), BT_EFORMAT, or BT_EFULL above
 *  @p max_bytes. Depth is checked before parsing. */
BT_MUST_USE enum bt_err bt_json_parse(struct bt_bytes in, size_t max_bytes, json_t **out, struct bt_fault *fault);
/** Canonical text appended to @p out. @return BT_OK, BT_EFULL, BT_ENOMEM, BT_EINPUT when bt_json_parse() would
 *  not read it, or it holds a real number; @p out is as before on failure. */
BT_MUST_USE enum bt_err bt_json_encode(const json_t *value, struct bt_buf *out);
/** @p text as a string with its quotes, for a canonical text whose other members need no escaping. @return BT_OK,
 *  BT_EFULL, BT_EINPUT when it is not UTF-8; @p out is as before on failure. */
BT_MUST_USE enum bt_err bt_json_put_text(struct bt_buf *out, struct bt_bytes text);

/** Members of an object. A missing or wrongly typed one is BT_EFORMAT and leaves @p out untouched; strings longer than
 *  cap-1 bytes, as they are or cleaned, are BT_EFORMAT too; strings come out cleaned and whole. */
BT_MUST_USE enum bt_err bt_json_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out);
BT_MUST_USE enum bt_err bt_json_text(const json_t *object, const char *key, char *out, size_t cap);
BT_MUST_USE enum bt_err bt_json_bool(const json_t *object, const char *key, bool *out);
/** Borrowed array or object member; NULL when absent or of another type. */
const json_t *bt_json_array(const json_t *object, const char *key);
const json_t *bt_json_object(const json_t *object, const char *key);
/** True when the member is present and not null. */
bool bt_json_has(const json_t *object, const char *key);

#endif
