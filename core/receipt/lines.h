/* Writing a document line by line, in the language or languages of the slip.
 *
 * A key of the word catalogue goes in; one line per language comes out (a sentence) or one line with both words (a
 * label). The first failure is kept and the rest are skipped, so that the order of a slip reads as a plain list. */
#ifndef BT_RECEIPT_LINES_H
#define BT_RECEIPT_LINES_H

#include "core/receipt/form.h"

struct bt_lines {
	const struct bt_words *words; /* borrowed; may be NULL: English */
	enum bt_receipt_lang lang;
	struct bt_receipt *out;
	enum bt_err err; /* BT_OK, or BT_EFULL from the first line that did not fit */
};

/** Text as it is: @p left and @p right are copied. BT_EFULL when one of them is too long for a line. */
void bt_lines_put(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold, const char *left,
		  const char *right);
/** A sentence of the catalogue, once in each language of the slip, Hindi first. @p arg fills {1}; may be NULL. */
void bt_lines_say(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold, const char *key, const char *arg);
/** The same for a sentence with up to four places, filled with @p args in English and in Hindi, each NULL-ended. */
void bt_lines_tell(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold, const char *key,
		   const char *const *english, const char *const *hindi);
/** A sentence of the form: as it stands in the slip's language, or as the catalogue has the English. */
void bt_lines_sentence(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold,
		       const struct bt_form_sentence *sentence);
/** A line across. One after another, or at the top, is left out. */
void bt_lines_rule(struct bt_lines *lines);
/** A pair whose label is a catalogue key and whose value stands as it is. Leaves the line out when @p value is "". */
void bt_lines_pair(struct bt_lines *lines, bool bold, const char *key, const char *value);
/** A pair with a money value, always with paise. Leaves the line out when it is zero. */
void bt_lines_money(struct bt_lines *lines, bool bold, const char *key, bt_paise paise);
/** A pair with a name, or anything else that has two scripts: in the language of the slip, in both when they differ.
 * Left out when there is none. */
void bt_lines_name(struct bt_lines *lines, bool bold, const char *key, const struct bt_receipt_name *name);

/** A pair with "21-11-2026 11:42" in Indian time; left out when @p ms is 0. */
void bt_lines_when(struct bt_lines *lines, bool bold, const char *key, int64_t ms);

/** The text of a sentence in one language. Borrowed. */
const char *bt_lines_text(const struct bt_lines *lines, const struct bt_form_sentence *sentence, enum bt_lang lang);
/** The languages of the slip in the order they are printed. @return how many, 1 or 2. */
int bt_lines_spoken(const struct bt_lines *lines, enum bt_lang order[BT_LANG_COUNT]);
/** "21-11-2026" and "21-11-2026 11:42" in Indian time: figures, so that they are the same in both languages. */
void bt_lines_day(int64_t ms, char *out, size_t cap);
void bt_lines_moment(int64_t ms, char *out, size_t cap);
/** Fours with blanks between: read out and compared without losing the place. */
void bt_lines_fours(const char *text, char *out, size_t cap);
/** The words of @p key on one line: one language, or "Hindi / English" when the two differ. @p arg fills {1}. */
void bt_lines_word(const struct bt_lines *lines, const char *key, const char *arg, char *out, size_t cap);
/** @p name in the slip's first language, or in the other when it is empty there. Borrowed. */
const char *bt_lines_pick(const struct bt_lines *lines, const struct bt_receipt_name *name);

#endif
