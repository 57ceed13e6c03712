/* Figures of a token as people and files write them, read exactly: no floating point, no blanks, nothing left over.
 *
 * Shared by the options of `batti token` and the rows of its batch. Pure. */
#ifndef BT_UI_COMMAND_TOKEN_TEXT_H
#define BT_UI_COMMAND_TOKEN_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/** Decimal digits, at most ten. @return false beyond @p max or in another form; *out untouched then. */
bool bt_token_read_number(const char *text, uint32_t max, uint32_t *out);
/** "25.6" is 256 and so is "25.60"; a figure other than 0 behind the first decimal is refused, never rounded. Not more
 *  than @p max tenths. */
bool bt_token_read_tenths(const char *text, uint32_t max, uint32_t *out);
/** Bits as "0x1f" or in decimal, 64 at most. */
bool bt_token_read_bits(const char *text, uint64_t *out);
/** One digit or two; "7" comes out as "07". */
bool bt_token_read_code(const char *text, char out[3]);
/** UTC, YYYY-MM-DDTHH:MM or with :SS, either with a Z behind it; a day that is in the calendar, years 1970..9999.
 *  @p out milliseconds since 1970. */
bool bt_token_read_time(const char *text, int64_t *out);
/** Tenths as people write them: 256 is "25.6". @p out needs 14 bytes. */
void bt_token_format_tenths(uint32_t tenths, char out[14]);

#endif
