#include "core/receipt/lines.h"

#include <string.h>

#include "core/base/clock.h"

/* The languages of a slip, in the order they are printed. */
static const struct {
	int count;
	enum bt_lang order[BT_LANG_COUNT];
} spoken[] = {
    [BT_RECEIPT_EN] = {1, {BT_LANG_EN}},
    [BT_RECEIPT_HI] = {1, {BT_LANG_HI}},
    [BT_RECEIPT_BOTH] = {2, {BT_LANG_HI, BT_LANG_EN}},
};

void bt_lines_put(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold, const char *left,
		  const char *right)
{
	if (lines->err != BT_OK)
		return;
	if (lines->out->count >= BT_RECEIPT_LINES) {
		lines->err = BT_EFULL;
		return;
	}
	struct bt_receipt_line *line = &lines->out->lines[lines->out->count];
	line->kind = kind;
	line->bold = bold;
	lines->err = bt_text_copy(line->left, sizeof(line->left), left);
	if (lines->err == BT_OK)
		lines->err = bt_text_copy(line->right, sizeof(line->right), right);
	if (lines->err == BT_OK)
		lines->out->count++;
}

int bt_lines_spoken(const struct bt_lines *lines, enum bt_lang order[BT_LANG_COUNT])
{
	memcpy(order, spoken[lines->lang].order, sizeof(spoken[0].order));
	return spoken[lines->lang].count;
}

void bt_lines_rule(struct bt_lines *lines)
{
	const struct bt_receipt *out = lines->out;
	if (out->count > 0 && out->lines[out->count - 1].kind != BT_LINE_RULE)
		bt_lines_put(lines, BT_LINE_RULE, false, "", "");
}

/* Cut at a character when it is too long: still readable. */
static void format_word(const struct bt_lines *lines, enum bt_lang lang, const char *key, const char *arg, char *out,
			size_t cap)
{
	const char *args[] = {arg, NULL};
	(void)bt_words_format(lines->words, lang, key, args, out, cap);
}

/* Once when both languages say it with the same letters. */
static void put_spoken(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold,
		       char said[BT_LANG_COUNT][BT_RECEIPT_TEXT])
{
	for (int i = 0; i < spoken[lines->lang].count; i++) {
		const char *text = said[spoken[lines->lang].order[i]];
		if (i == 0 || strcmp(said[spoken[lines->lang].order[0]], text) != 0)
			bt_lines_put(lines, kind, bold, text, "");
	}
}

void bt_lines_say(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold, const char *key, const char *arg)
{
	const char *const args[] = {arg, NULL};
	bt_lines_tell(lines, kind, bold, key, args, args);
}

void bt_lines_tell(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold, const char *key,
		   const char *const *english, const char *const *hindi)
{
	char said[BT_LANG_COUNT][BT_RECEIPT_TEXT];
	(void)bt_words_format(lines->words, BT_LANG_EN, key, english, said[BT_LANG_EN], sizeof(said[0]));
	(void)bt_words_format(lines->words, BT_LANG_HI, key, hindi, said[BT_LANG_HI], sizeof(said[0]));
	put_spoken(lines, kind, bold, said);
}

const char *bt_lines_text(const struct bt_lines *lines, const struct bt_form_sentence *sentence, enum bt_lang lang)
{
	const char *own = sentence->text[lang];
	return own[0] != '\0' ? own : bt_words_get(lines->words, lang, sentence->text[BT_LANG_EN]);
}

void bt_lines_sentence(struct bt_lines *lines, enum bt_receipt_line_kind kind, bool bold,
		       const struct bt_form_sentence *sentence)
{
	char said[BT_LANG_COUNT][BT_RECEIPT_TEXT];
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		(void)bt_text_copy(said[lang], sizeof(said[lang]), bt_lines_text(lines, sentence, (enum bt_lang)lang));
	put_spoken(lines, kind, bold, said);
}

void bt_lines_day(int64_t ms, char *out, size_t cap)
{
	struct bt_civil at = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	(void)bt_text_printf(out, cap, "%02d-%02d-%04d", at.day, at.month, at.year);
}

void bt_lines_moment(int64_t ms, char *out, size_t cap)
{
	struct bt_civil at = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	(void)bt_text_printf(out, cap, "%02d-%02d-%04d %02d:%02d", at.day, at.month, at.year, at.hour, at.minute);
}

void bt_lines_fours(const char *text, char *out, size_t cap)
{
	size_t made = 0;
	for (size_t i = 0; text[i] != '\0' && made + 2 < cap; i++) {
		if (i > 0 && i % 4 == 0)
			out[made++] = ' ';
		out[made++] = text[i];
	}
	out[made] = '\0';
}

void bt_lines_when(struct bt_lines *lines, bool bold, const char *key, int64_t ms)
{
	char moment[32] = "";
	if (ms != 0)
		bt_lines_moment(ms, moment, sizeof(moment));
	bt_lines_pair(lines, bold, key, moment);
}

void bt_lines_word(const struct bt_lines *lines, const char *key, const char *arg, char *out, size_t cap)
{
	char said[BT_LANG_COUNT][BT_RECEIPT_TEXT] = {"", ""};
	for (int i = 0; i < spoken[lines->lang].count; i++)
		format_word(lines, spoken[lines->lang].order[i], key, arg, said[i], sizeof(said[i]));
	bool same = said[1][0] == '\0' || strcmp(said[0], said[1]) == 0;
	(void)bt_text_printf(out, cap, "%s%s%s", said[0], same ? "" : " / ", same ? "" : said[1]);
}

void bt_lines_pair(struct bt_lines *lines, bool bold, const char *key, const char *value)
{
	char label[BT_RECEIPT_TEXT];
	if (value[0] == '\0')
		return;
	bt_lines_word(lines, key, NULL, label, sizeof(label));
	bt_lines_put(lines, BT_LINE_PAIR, bold, label, value);
}

void bt_lines_money(struct bt_lines *lines, bool bold, const char *key, bt_paise paise)
{
	char digits[32];
	char value[40];
	if (paise == 0)
		return;
	bt_money_format_full(paise < 0 ? -paise : paise, digits);
	(void)bt_text_printf(value, sizeof(value), "%s₹ %s", paise < 0 ? "−" : "", digits);
	bt_lines_pair(lines, bold, key, value);
}

const char *bt_lines_pick(const struct bt_lines *lines, const struct bt_receipt_name *name)
{
	enum bt_lang first = spoken[lines->lang].order[0];
	enum bt_lang other = first == BT_LANG_EN ? BT_LANG_HI : BT_LANG_EN;
	return name->text[first][0] != '\0' ? name->text[first] : name->text[other];
}

void bt_lines_name(struct bt_lines *lines, bool bold, const char *key, const struct bt_receipt_name *name)
{
	const char *picked = bt_lines_pick(lines, name);
	const char *english = name->text[BT_LANG_EN];
	bt_lines_pair(lines, bold, key, picked);
	if (lines->lang == BT_RECEIPT_BOTH && english[0] != '\0' && strcmp(english, picked) != 0)
		bt_lines_put(lines, BT_LINE_PAIR, false, "", english);
}
