/* The word catalogue: every sentence a person reads, in both languages.
 *
 * The English text is the key, as in gettext; Hindi comes from a compiled .mo file that an installer may replace
 * (assets/locale). Sentences take numbered places {1}..{9}, never printf formats, so a translation cannot read the
 * stack. Mark keys with N_() for xgettext where they are stored, T() is not used. */
#ifndef BT_BASE_WORDS_H
#define BT_BASE_WORDS_H

#include "core/base/text.h"

#define N_(text) text

struct bt_words; /* opaque; read-only after load, may be used from any thread */

/** Load <dir>/hi.mo. @return BT_OK, BT_ENOTFOUND, BT_EFORMAT (damaged file, or a control or format
 *  character in a sentence) or BT_ENOMEM; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_words_open(const char *dir, struct bt_words **out, struct bt_fault *fault);
void bt_words_close(struct bt_words *words);
/** @return the sentence for @p key in @p lang; @p key itself when there is none or @p words is NULL. Borrowed. */
const char *bt_words_get(const struct bt_words *words, enum bt_lang lang, const char *key);
/** True when the catalogue holds @p key. */
bool bt_words_has(const struct bt_words *words, const char *key);
/**
 * Fill the places {1}.. of a sentence with @p args (NULL-ended list of at most 9 strings, cleaned already).
 * @return BT_OK or BT_EFULL (cut at a character).
 */
enum bt_err bt_words_format(const struct bt_words *words, enum bt_lang lang, const char *key, const char *const *args,
			    char *out, size_t cap);

#endif
