/* Money: signed 64-bit paise, never floating point. Indian digit grouping and amounts in words.
 *
 * Source: Indian grouping (lakh, crore); words as printed on receipts, the glossary of screens. */
#ifndef BT_MONEY_MONEY_H
#define BT_MONEY_MONEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

typedef int64_t bt_paise;

#define BT_PAISE_PER_RUPEE 100
/** The largest amount any field takes: 99 crore rupees. */
#define BT_PAISE_MAX INT64_C(99000000000)

/**
 * Parse what a person typed: digits, optional grouping commas in any place, optional '.' and one or two paise digits.
 * No sign, no blank inside, no exponent. @return BT_OK, BT_EINPUT (not a number), BT_ERANGE (above BT_PAISE_MAX).
 */
BT_MUST_USE enum bt_err bt_money_parse(const char *text, bt_paise *out);
/** "1,20,000" or "1,20,000.50"; paise only where they exist; "-" before a negative one. Needs 32 bytes. */
void bt_money_format(bt_paise paise, char out[32]);
/** As bt_money_format but always with two paise digits. */
void bt_money_format_full(bt_paise paise, char out[32]);
/** "₹ 1,20,000" with U+2212 before ₹ when negative. Needs 40 bytes. */
void bt_money_format_rupees(bt_paise paise, char out[40]);
/** "63.5" from 635 tenths of a unit, grouped. Needs 32 bytes. */
void bt_units_format(int64_t tenths, char out[32]);
/** "five hundred rupees", "पाँच सौ रुपये"; paise follow as "and fifty paise". @return BT_OK or BT_EFULL. */
BT_MUST_USE enum bt_err bt_money_words(bt_paise paise, enum bt_lang lang, char *out, size_t cap);
/** "1,20,000" grouping of a plain non-negative count. Needs 32 bytes. */
void bt_count_format(int64_t n, char out[32]);

#endif
