/* Bytes as text and back, for the sandbox: hex, base64, and cleaning of strings that go to a log.
 *
 * The sandbox shares no codec with the product, so it has its own small set; nothing here allocates. */
#ifndef BT_SANDBOX_BYTES_H
#define BT_SANDBOX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Write 2*len lower-case hex digits and a terminator. @p out holds at least 2*len+1. */
void bt_sbx_hex_encode(const uint8_t *in, size_t len, char *out);
/** Read exactly @p len bytes from exactly 2*len hex digits. @return false and @p out unspecified on anything else. */
bool bt_sbx_hex_decode(const char *text, uint8_t *out, size_t len);
/** Standard base64 with padding. @return length written without terminator, 0 when @p cap is too small. */
size_t bt_sbx_b64_encode(const uint8_t *in, size_t len, char *out, size_t cap);
/** Read exactly @p len bytes from padded base64. */
bool bt_sbx_b64_decode(const char *text, uint8_t *out, size_t len);
/** True when @p text is 1 or more ASCII digits, exactly @p len of them. */
bool bt_sbx_is_digits(const char *text, size_t len);
/** Copy for a log line: everything but printable ASCII becomes '?'; cut at cap-1. */
void bt_sbx_clean(const char *in, char *out, size_t cap);
/** Decimal text of a whole string within [min, max]. @return false on anything else. */
bool bt_sbx_number_parse(const char *text, int64_t min, int64_t max, int64_t *out);

#endif
