/* The blocks a consumer keys in: meter, key change, token, and how to do it. */
#include "core/receipt/blocks.h"

#include <string.h>

#define TOKEN_GROUPS     5
#define DIGITS_PER_GROUP 4

void bt_block_meter(const struct bt_slip *slip)
{
	char meter[24];
	bt_lines_fours(slip->facts->meter, meter, sizeof(meter));
	bt_lines_pair(slip->lines, true, N_("Meter"), meter);
}

/* "Key change 1 of 4" over its digits. */
static void put_key_token(struct bt_lines *lines, const struct bt_key_tokens *tokens, int at)
{
	static const char *const labels[BT_KEY_SECTIONS_MAX + 1] = {
	    [2] = N_("Key change {1} of 2"), [4] = N_("Key change {1} of 4")};
	char number[2] = {(char)('1' + at), '\0'};
	char digits[32];
	bt_lines_say(lines, BT_LINE_CENTRE, false, labels[tokens->count], number);
	bt_lines_fours(tokens->digits[at], digits, sizeof(digits));
	bt_lines_put(lines, BT_LINE_DIGITS, true, "", digits);
}

/* They go in first; a meter that gets the credit token before them refuses it. It refuses them when it has taken them
 * from an earlier slip, and nobody at the counter can know that. */
void bt_block_key_change(const struct bt_slip *slip)
{
	const struct bt_key_tokens *tokens = &slip->facts->key_change;
	if (tokens->count == 0)
		return;
	bt_lines_say(slip->lines, BT_LINE_CENTRE, true, N_("First key in these, one by one"), NULL);
	for (int i = 0; i < tokens->count; i++)
		put_key_token(slip->lines, tokens, i);
	bt_lines_rule(slip->lines);
	bt_lines_say(slip->lines, BT_LINE_CENTRE, true, N_("Then the recharge token"), NULL);
}

static void put_key_remark(struct bt_lines *lines, const struct bt_key_tokens *tokens)
{
	if (tokens->count == 0)
		return;
	bt_lines_rule(lines);
	bt_lines_say(
	    lines, BT_LINE_TEXT, false,
	    N_("Key change refused? Check the digits and key it in again. Refused again: the meter has it; go on."),
	    NULL);
}

/* The consumer has two slips of one payment, and one of them is worth nothing. */
static void put_replaced(const struct bt_slip *slip)
{
	if (!slip->facts->replaces)
		return;
	bt_lines_rule(slip->lines);
	bt_lines_say(slip->lines, BT_LINE_TEXT, false, N_("The meter does not take the old token. Use only this one."),
		     NULL);
	bt_block_approved(slip->lines, &slip->facts->approved);
}

/* What must be known of the key change stands with the token and goes wherever the form puts it. */
void bt_block_token(const struct bt_slip *slip)
{
	for (int group = 0; group < TOKEN_GROUPS; group++) {
		char number[2] = {(char)('1' + group), '\0'};
		char digits[DIGITS_PER_GROUP + 1] = {0};
		memcpy(digits, slip->facts->token + group * DIGITS_PER_GROUP, DIGITS_PER_GROUP);
		bt_lines_put(slip->lines, BT_LINE_GROUP, true, number, digits);
	}
	put_key_remark(slip->lines, &slip->facts->key_change);
	put_replaced(slip);
}

static void put_step(const struct bt_slip *slip, int at, enum bt_lang lang, const char *picture)
{
	char text[BT_RECEIPT_TEXT];
	(void)bt_text_printf(text, sizeof(text), "%d. %s", at + 1,
			     bt_lines_text(slip->lines, &slip->form->steps[at], lang));
	bt_lines_put(slip->lines, BT_LINE_STEP, false, text, picture);
}

/* Each in both languages before the next, so that it stays beside its picture. */
void bt_block_how_to(const struct bt_slip *slip)
{
	enum bt_lang order[BT_LANG_COUNT];
	int languages = bt_lines_spoken(slip->lines, order);
	for (int at = 0; at < slip->form->step_count; at++)
		for (int i = 0; i < languages; i++)
			put_step(slip, at, order[i], i == 0 ? slip->form->pictures[at] : "");
}
