/* Classes of characters that measuring and cleaning need, as tables of Unicode: private to this room. */
#ifndef BT_BASE_TEXT_TABLES_H
#define BT_BASE_TEXT_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

#define BT_CHAR_ZWNJ    0x200Cu
#define BT_CHAR_ZWJ     0x200Du
#define BT_CHAR_VIRAMA  0x094Du
#define BT_CHAR_NUKTA   0x093Cu
#define BT_CHAR_REPLACE 0xFFFDu

/** Mn or Me: no column of its own. */
bool bt_char_is_nonspacing(uint32_t c);
/** Mc: a spacing sign such as U+093E, one column, never the first of a cluster. */
bool bt_char_is_spacing_sign(uint32_t c);
/** East Asian wide or full width: two columns. */
bool bt_char_is_wide(uint32_t c);
/** Control, format, surrogate, private use, line or paragraph separator, noncharacter, or in a large block that holds
 *  no character; ZWJ and ZWNJ are not refused. */
bool bt_char_is_refused(uint32_t c);
/** White space of any kind, tab and line ends included. */
bool bt_char_is_blank(uint32_t c);
/** True when a text may be cut between these neighbours: not before a mark or spacing sign, after U+094D, beside ZWJ.
 */
bool bt_char_may_cut(uint32_t before, uint32_t after);

#endif
