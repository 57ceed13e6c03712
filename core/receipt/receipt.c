#include "core/receipt/receipt.h"

#include <string.h>

#include "core/receipt/blocks.h"

static const struct bt_form_slip *find_own(const struct bt_receipt_form *form, const struct bt_receipt_facts *facts)
{
	bool credit_follows = facts->kind == BT_RECEIPT_DOCKET && facts->no_token;
	return &form->slips[credit_follows ? BT_FORM_CREDIT_DOCKET : (int)facts->kind];
}

enum bt_err bt_form_compose(const struct bt_receipt_form *form, const struct bt_receipt_facts *facts,
			    const struct bt_receipt_shift *shift, const struct bt_words *words,
			    enum bt_receipt_lang lang, struct bt_receipt *out)
{
	struct bt_lines lines = {.words = words, .lang = lang, .out = out, .err = BT_OK};
	const struct bt_form_slip *own = find_own(form, facts);
	struct bt_slip slip = {.lines = &lines, .form = form, .own = own, .facts = facts, .shift = shift};
	if (shift == NULL && (facts->kind == BT_RECEIPT_SHIFT_X || facts->kind == BT_RECEIPT_SHIFT_Z))
		return BT_EINPUT;
	memset(out, 0, sizeof(*out));
	out->copy = facts->copy;
	for (int i = 0; i < own->count; i++)
		bt_blocks[own->blocks[i]].put(&slip);
	return lines.err;
}

enum bt_err bt_receipt_compose(const struct bt_receipt_facts *facts, const struct bt_words *words,
			       enum bt_receipt_lang lang, struct bt_receipt *out)
{
	struct bt_receipt_form form;
	bt_form_default(&form);
	return bt_form_compose(&form, facts, NULL, words, lang, out);
}

enum bt_receipt_lang bt_form_lang(const struct bt_receipt_form *form, enum bt_receipt_kind kind,
				  enum bt_receipt_lang lang)
{
	return form->slips[kind].has_lang ? form->slips[kind].lang : lang;
}

enum bt_err bt_receipt_lang_parse(const char *text, enum bt_receipt_lang *out)
{
	static const char *const codes[] = {[BT_RECEIPT_EN] = "en", [BT_RECEIPT_HI] = "hi", [BT_RECEIPT_BOTH] = "both"};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(text, codes[i]) == 0) {
			*out = (enum bt_receipt_lang)i;
			return BT_OK;
		}
	}
	return BT_EINPUT;
}
