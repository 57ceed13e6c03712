/* Text that people read: strict UTF-8, columns of a terminal, and the one place where strings from outside are cleaned.
 *
 * Widths are those of a terminal cell grid (wcswidth in a UTF-8 locale): spacing signs 1, marks 0, a conjunct one per
 * consonant. Source: facts of Devanagari on terminals, Unicode categories. */
#ifndef BT_BASE_TEXT_H
#define BT_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

enum bt_lang { BT_LANG_EN, BT_LANG_HI, BT_LANG_COUNT };

/** "en" or "hi". */
const char *bt_lang_code(enum bt_lang lang);
/** @return BT_OK or BT_EINPUT for anything but "en" and "hi". */
BT_MUST_USE enum bt_err bt_lang_parse(const char *text, enum bt_lang *out);

/** Copy NUL-terminated @p in into @p out of @p cap bytes. @return BT_OK, or BT_EFULL and @p out is the longest prefix
 *  that ends at a character. Never writes past cap; always terminates when cap > 0. */
enum bt_err bt_text_copy(char *out, size_t cap, const char *in);
/** printf into a bounded string; BT_EFULL when cut (still terminated). */
__attribute__((format(printf, 3, 4))) enum bt_err bt_text_printf(char *out, size_t cap, const char *format, ...);

/**
 * Decode one character strictly (no overlong forms, surrogates, or values above U+10FFFF).
 * @return bytes used, 1..4; 0 at the end; -1 on a malformed byte (skip one byte to go on).
 */
int bt_utf8_next(const char *text, size_t len, uint32_t *out);

/** Encode @p c, a scalar value. @return bytes written, 1..4; no terminator. */
int bt_utf8_put(uint32_t c, char out[4]);

/**
 * Clean a string from outside: the only way one may reach screen, paper or log.
 *
 * Malformed bytes, control, format and private-use characters, bidi marks and line separators become U+FFFD; ZWJ and
 * ZWNJ stay but not in runs or at the start; at most four marks per base; at most @p max_columns columns. White space
 * is one blank.
 * @param[in]  in   any bytes, @p len of them.
 * @param[out] out  always NUL-terminated, at most @p cap bytes.
 */
void bt_text_clean(const char *in, size_t len, int max_columns, char *out, size_t cap);
/** @return bytes that bt_text_clean gives for all of @p in when columns and room suffice, terminator not counted. */
size_t bt_text_clean_len(const char *in, size_t len);
/** @return true when bt_text_clean would leave @p text unchanged (columns unlimited). */
bool bt_text_is_clean(const char *text);

/** Columns of NUL-terminated UTF-8; a character without a width counts 1. Pure, needs no locale. */
int bt_text_columns(const char *text);
/** Columns of one character: 0, 1 or 2. */
int bt_char_columns(uint32_t c);
/** True for marks that combine with the character before (Mn, Me), ZWJ and ZWNJ. */
bool bt_char_is_mark(uint32_t c);
/** Copy at most @p columns columns, never cutting before a mark or spacing sign, after U+094D or beside ZWJ. */
void bt_text_clip(const char *in, int columns, char *out, size_t cap);
/** Compose base+U+093C to U+0958..U+095F, for terminals that lose a column otherwise. Display only. */
void bt_text_compose_nukta(const char *in, char *out, size_t cap);
/** True when every byte is '0'..'9' and there is at least one. */
bool bt_text_is_digits(const char *text);
/** Case-folded Latin search key of a Latin or Devanagari word or phrase: letters and digits, words separated by one
 *  blank; Devanagari is transliterated (रमेश -> "ramesh"), long and short vowels fold, final schwa drops. */
void bt_text_search_key(const char *in, char *out, size_t cap);
/**
 * The bare sounds of one word of a search key, by which spellings of one name meet that the key keeps apart: "vrndr" of
 * virendra, birendra, veerender. Vowels but the first, breath, glides and doubled letters go; b and v are one.
 * The sounds of a beginning are the beginning of the sounds, but where a letter is silent only before the next one.
 * @param[in]  word one word as bt_text_search_key makes it.
 * @param[out] out  a-z, "" for a word with a digit; cut at @p cap.
 */
void bt_text_sounds(const char *word, char *out, size_t cap);

#endif
