/* Strict reading of JSON from outside: bounded depth, no duplicate keys, typed getters that refuse control characters.
 *
 * A getter returns false and leaves its output untouched when the member is missing, of another type, too long or out
 * of range. */
#ifndef BT_SANDBOX_JSON_IN_H
#define BT_SANDBOX_JSON_IN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_SBX_JSON_DEPTH 24

/** An object, yours to json_decref, or NULL. */
json_t *bt_sbx_json_parse(const char *text, size_t len);
/** Text of 0..cap-1 bytes without control characters. */
bool bt_sbx_json_text(const json_t *object, const char *key, char *out, size_t cap);
bool bt_sbx_json_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out);
/** As bt_sbx_json_int into an int. */
bool bt_sbx_json_small(const json_t *object, const char *key, int min, int max, int *out);
/** Canonical text: keys sorted, no blanks. Yours to free, NULL without memory. */
char *bt_sbx_json_canonical(const json_t *value);
/** {"en":..., "hi":...} */
json_t *bt_sbx_json_words(const char *en, const char *hi);

#endif
