#include "core/receipt/receipt.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/receipt/lines.h"

#define TOKEN_GROUPS     5
#define DIGITS_PER_GROUP 4

static void put_rule(struct bt_lines *lines)
{
	bt_lines_put(lines, BT_LINE_RULE, false, "", "");
}

static void put_space(struct bt_lines *lines)
{
	bt_lines_put(lines, BT_LINE_SPACE, false, "", "");
}

/* "21-11-2026 11:42" in Indian time, or only the date; figures, so that it is the same in both languages. */
static void format_day(int64_t ms, char *out, size_t cap)
{
	struct bt_civil at = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	(void)bt_text_printf(out, cap, "%02d-%02d-%04d", at.day, at.month, at.year);
}

static void format_moment(int64_t ms, char *out, size_t cap)
{
	struct bt_civil at = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	(void)bt_text_printf(out, cap, "%02d-%02d-%04d %02d:%02d", at.day, at.month, at.year, at.hour, at.minute);
}

/* Fours with blanks between: read out and compared without losing the place. */
static void format_in_fours(const char *text, char *out, size_t cap)
{
	size_t made = 0;
	for (size_t i = 0; text[i] != '\0' && made + 2 < cap; i++) {
		if (i > 0 && i % 4 == 0)
			out[made++] = ' ';
		out[made++] = text[i];
	}
	out[made] = '\0';
}

static void put_marks(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char copy[16];
	(void)bt_text_printf(copy, sizeof(copy), "%d", facts->copy);
	if (facts->training)
		bt_lines_say(lines, BT_LINE_MARK, true, N_("TRAINING · NO VALUE"), NULL);
	if (facts->copy > 1)
		bt_lines_say(lines, BT_LINE_MARK, true, N_("DUPLICATE, copy {1}"), copy);
	if (facts->possible_duplicate)
		bt_lines_say(lines, BT_LINE_MARK, true, N_("POSSIBLE DUPLICATE"), NULL);
	if (facts->made_here)
		bt_lines_say(lines, BT_LINE_MARK, true, N_("Made while the server was down"), NULL);
}

static void put_groups(struct bt_lines *lines, const char *token)
{
	for (int group = 0; group < TOKEN_GROUPS; group++) {
		char number[2] = {(char)('1' + group), '\0'};
		char digits[DIGITS_PER_GROUP + 1] = {0};
		memcpy(digits, token + group * DIGITS_PER_GROUP, DIGITS_PER_GROUP);
		bt_lines_put(lines, BT_LINE_GROUP, true, number, digits);
	}
}

static void put_meter(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char meter[24];
	format_in_fours(facts->meter, meter, sizeof(meter));
	bt_lines_pair(lines, true, N_("Meter"), meter);
}

/* "Key change 1 of 4" over its digits. */
static void put_key_token(struct bt_lines *lines, const struct bt_key_tokens *tokens, int at)
{
	static const char *const labels[BT_KEY_SECTIONS_MAX + 1] = {
	    [2] = N_("Key change {1} of 2"), [4] = N_("Key change {1} of 4")};
	char number[2] = {(char)('1' + at), '\0'};
	char digits[32];
	bt_lines_say(lines, BT_LINE_CENTRE, false, labels[tokens->count], number);
	format_in_fours(tokens->digits[at], digits, sizeof(digits));
	bt_lines_put(lines, BT_LINE_DIGITS, true, "", digits);
}

/* They go in first; a meter that gets the credit token before them refuses it. It refuses them when it has taken them
 * from an earlier slip, and nobody at the counter can know that. */
static void put_key_change(struct bt_lines *lines, const struct bt_key_tokens *tokens)
{
	if (tokens->count == 0)
		return;
	bt_lines_say(lines, BT_LINE_CENTRE, true, N_("First key in these, one by one"), NULL);
	for (int i = 0; i < tokens->count; i++)
		put_key_token(lines, tokens, i);
	put_rule(lines);
	bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Then the recharge token"), NULL);
}

static void put_key_remark(struct bt_lines *lines, const struct bt_key_tokens *tokens)
{
	if (tokens->count == 0)
		return;
	put_rule(lines);
	bt_lines_say(
	    lines, BT_LINE_TEXT, false,
	    N_("Key change refused? Check the digits and key it in again. Refused again: the meter has it; go on."),
	    NULL);
}

static void put_token(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	put_meter(lines, facts);
	put_rule(lines);
	put_key_change(lines, &facts->key_change);
	put_groups(lines, facts->token);
	put_space(lines);
	bt_lines_say(lines, BT_LINE_CENTRE, false, N_("Key in all 20 digits, then Enter on the meter"), NULL);
	put_key_remark(lines, &facts->key_change);
	put_rule(lines);
}

static void put_docket(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	bt_lines_say(lines, BT_LINE_CENTRE, false, N_("Docket"), NULL);
	bt_lines_put(lines, BT_LINE_HEADING, true, facts->receipt_number, "");
	put_rule(lines);
	bt_lines_say(lines, BT_LINE_TEXT, true, N_("The money is safe."), NULL);
	if (facts->reason[0] != '\0')
		bt_lines_say(lines, BT_LINE_TEXT, false, facts->reason, NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false,
		     facts->no_token ? N_("The credit follows by itself when the server is back.")
				     : N_("The token comes when the server is back, at any counter, with this docket."),
		     NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("Nothing more to pay."), NULL);
	put_rule(lines);
	put_meter(lines, facts);
}

static void put_credit(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	put_meter(lines, facts);
	put_rule(lines);
}

static void put_approved(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	struct bt_receipt_name line = {0};
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		const char *own = facts->approved.text[lang], *other = facts->approved.text[1 - lang];
		const char *const args[] = {own[0] != '\0' ? own : other, NULL};
		if (args[0][0] != '\0')
			(void)bt_words_format(lines->words, (enum bt_lang)lang, N_("Approved by {1}."), args,
					      line.text[lang], sizeof(line.text[lang]));
	}
	if (lines->lang != BT_RECEIPT_EN && line.text[BT_LANG_HI][0] != '\0')
		bt_lines_put(lines, BT_LINE_TEXT, false, line.text[BT_LANG_HI], "");
	if (lines->lang != BT_RECEIPT_HI && line.text[BT_LANG_EN][0] != '\0')
		bt_lines_put(lines, BT_LINE_TEXT, false, line.text[BT_LANG_EN], "");
}

static void put_refund(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char amount[48];
	bt_money_format_full(facts->amount, amount);
	bt_lines_say(lines, BT_LINE_TEXT, true, N_("Money returned: ₹ {1}"), amount);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("No token was given for this payment."), NULL);
	put_approved(lines, facts);
	put_rule(lines);
	put_meter(lines, facts);
}

static void put_refund_docket(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	bt_lines_say(lines, BT_LINE_TEXT, true, N_("The money is safe."), NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false,
		     N_("It is given back here when the server has confirmed. Bring this slip."), NULL);
	put_approved(lines, facts);
	put_rule(lines);
	put_meter(lines, facts);
}

static void put_number_and_time(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char moment[32] = "";
	if (facts->kind != BT_RECEIPT_DOCKET)
		bt_lines_pair(lines, false, N_("Receipt number"), facts->receipt_number);
	if (facts->paid_at_ms != 0)
		format_moment(facts->paid_at_ms, moment, sizeof(moment));
	bt_lines_pair(lines, false, N_("Time"), moment);
	if (facts->docket[0] != '\0' && facts->kind != BT_RECEIPT_DOCKET)
		bt_lines_pair(lines, false, N_("Docket"), facts->docket);
	bt_lines_pair(lines, false, N_("Paid at counter"), facts->paid_at);
}

/* In words, so that no figure on the slip can be altered by a pen. */
static void put_amount_words(struct bt_lines *lines, bt_paise amount)
{
	char words[BT_RECEIPT_TEXT];
	if (lines->lang != BT_RECEIPT_EN && bt_money_words(amount, BT_LANG_HI, words, sizeof(words)) == BT_OK)
		bt_lines_put(lines, BT_LINE_TEXT, false, words, "");
	if (lines->lang != BT_RECEIPT_HI && bt_money_words(amount, BT_LANG_EN, words, sizeof(words)) == BT_OK)
		bt_lines_put(lines, BT_LINE_TEXT, false, words, "");
}

static void put_tariff(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char tariff[80];
	char rate[48] = "";
	char digits[32];
	if (facts->tariff[0] == '\0' && facts->category[0] == '\0')
		return;
	const char *between = facts->category[0] != '\0' && facts->tariff[0] != '\0' ? " · " : "";
	(void)bt_text_printf(tariff, sizeof(tariff), "%s%s%s", facts->category, between, facts->tariff);
	if (facts->rate_paise != 0) {
		bt_money_format_full(facts->rate_paise, digits);
		(void)bt_text_printf(rate, sizeof(rate), "₹ %s/kWh", digits);
	}
	bt_lines_put(lines, BT_LINE_PAIR, false, tariff, rate);
}

static void put_units(struct bt_lines *lines, int64_t tenths)
{
	char digits[32];
	const char *const args[] = {digits, NULL};
	struct bt_receipt_name units;
	if (tenths == 0)
		return;
	bt_units_format(tenths, digits);
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		(void)bt_words_format(lines->words, (enum bt_lang)lang, N_("{1} units"), args, units.text[lang],
				      sizeof(units.text[lang]));
	bt_lines_name(lines, true, N_("Gives"), &units);
}

static void put_tender(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char word[BT_RECEIPT_TEXT];
	char paid[128];
	if (facts->tender[0] == '\0')
		return;
	bt_lines_word(lines, facts->tender, NULL, word, sizeof(word));
	(void)bt_text_printf(paid, sizeof(paid), "%s%s%s", word, facts->tender_reference[0] != '\0' ? " " : "",
			     facts->tender_reference);
	bt_lines_pair(lines, false, N_("Pay by"), paid);
	if (strcmp(facts->tender, "Cheque") == 0)
		bt_lines_say(lines, BT_LINE_TEXT, true, N_("Valid when the cheque clears"), NULL);
}

static void put_money(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	bt_lines_money(lines, true, N_("Amount"), facts->amount);
	put_amount_words(lines, facts->amount);
	if (facts->dues != 0) {
		bt_lines_money(lines, false, N_("Towards balance"), facts->amount - facts->dues);
		bt_lines_money(lines, false, N_("Towards dues"), facts->dues);
	}
	bt_lines_money(lines, false, N_("energy"), facts->energy);
	bt_lines_money(lines, false, N_("duty"), facts->duty);
	put_units(lines, facts->units);
	put_tariff(lines, facts);
	put_tender(lines, facts);
	bt_lines_money(lines, false, N_("Given"), facts->given);
	bt_lines_money(lines, false, N_("Returned"), facts->change);
}

/* A balance from before the outage is not the balance: its date is said, the figure is not. */
static void put_balance(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char day[32];
	if (facts->balance_at_ms == 0)
		return;
	if (!facts->made_here && facts->kind != BT_RECEIPT_DOCKET) {
		bt_lines_money(lines, false, N_("Balance"), facts->balance_known);
		return;
	}
	format_day(facts->balance_at_ms, day, sizeof(day));
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("Balance not shown; last known {1}"), day);
}

static void put_consumer(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char connection[24];
	format_in_fours(facts->connection, connection, sizeof(connection));
	const char *relative = strcmp(facts->relation, "w/o") == 0 ? N_("Husband") : N_("Father");
	bt_lines_name(lines, true, N_("Name"), &facts->consumer);
	bt_lines_name(lines, false, relative, &facts->relative);
	bt_lines_name(lines, false, N_("Place"), &facts->place);
	bt_lines_pair(lines, false, N_("Connection"), connection);
}

static void put_counter(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char who[128];
	const char *counter = bt_lines_pick(lines, &facts->counter);
	const char *clerk = bt_lines_pick(lines, &facts->clerk);
	(void)bt_text_printf(who, sizeof(who), "%s%s%s%s%s", facts->terminal,
			     facts->terminal[0] != '\0' && counter[0] != '\0' ? " " : "", counter,
			     clerk[0] != '\0' ? ", " : "", clerk);
	bt_lines_pair(lines, false, N_("Counter, clerk"), who);
}

static void put_proof(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	char head[24];
	if (facts->record[0] != '\0')
		bt_lines_put(lines, BT_LINE_QR, false, facts->record, "");
	if (facts->head[0] == '\0')
		return;
	format_in_fours(facts->head, head, sizeof(head));
	bt_lines_say(lines, BT_LINE_CENTRE, false, N_("Reference {1}"), head);
}

static void put_end(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	put_rule(lines);
	if (facts->kind == BT_RECEIPT_TOKEN)
		bt_lines_say(lines, BT_LINE_CENTRE, false, N_("Tokens are not returned or exchanged"), NULL);
	bt_lines_say(lines, BT_LINE_CENTRE, false, N_("Keep this slip"), NULL);
	if (facts->complaint[0] != '\0')
		bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Complaint {1}"), facts->complaint);
	if (facts->training)
		bt_lines_say(lines, BT_LINE_MARK, true, N_("TRAINING · NO VALUE"), NULL);
	bt_lines_put(lines, BT_LINE_END, false, facts->receipt_number, "");
}

/* What stands between the heading and the money, by kind of slip. */
static const struct {
	const char *heading;
	void (*put)(struct bt_lines *lines, const struct bt_receipt_facts *facts);
} kinds[] = {
    [BT_RECEIPT_TOKEN] = {N_("RECEIPT"), put_token},
    [BT_RECEIPT_DOCKET] = {N_("PAYMENT RECEIPT, token follows"), put_docket},
    [BT_RECEIPT_CREDIT] = {N_("RECEIPT"), put_credit},
    [BT_RECEIPT_REFUND] = {N_("REFUND"), put_refund},
    [BT_RECEIPT_REFUND_DOCKET] = {N_("REFUND, money follows"), put_refund_docket},
};

static void put_sale(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	bool credit_follows = facts->kind == BT_RECEIPT_DOCKET && facts->no_token;
	bt_lines_say(lines, BT_LINE_HEADING, true,
		     credit_follows ? N_("PAYMENT RECEIPT, credit follows") : kinds[facts->kind].heading, NULL);
	put_marks(lines, facts);
	kinds[facts->kind].put(lines, facts);
	put_number_and_time(lines, facts);
	put_money(lines, facts);
	put_balance(lines, facts);
	put_rule(lines);
	put_consumer(lines, facts);
	put_counter(lines, facts);
	put_proof(lines, facts);
	put_end(lines, facts);
}

/* The test page shows every kind of line, says that it is worth nothing, and names no sale. */
static void put_test_page(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	bt_lines_say(lines, BT_LINE_HEADING, true, N_("Electricity recharge"), NULL);
	bt_lines_say(lines, BT_LINE_MARK, true, N_("TRAINING · NO VALUE"), NULL);
	put_number_and_time(lines, facts);
	put_counter(lines, facts);
	bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Paper ok"), NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("Key in all 20 digits, then Enter on the meter"), NULL);
	put_proof(lines, facts);
	put_end(lines, facts);
}

enum bt_err bt_receipt_compose(const struct bt_receipt_facts *facts, const struct bt_words *words,
			       enum bt_receipt_lang lang, struct bt_receipt *out)
{
	struct bt_lines lines = {.words = words, .lang = lang, .out = out, .err = BT_OK};
	memset(out, 0, sizeof(*out));
	out->copy = facts->copy;
	const char *utility = bt_lines_pick(&lines, &facts->utility);
	if (utility[0] != '\0')
		bt_lines_put(&lines, BT_LINE_CENTRE, true, utility, "");
	if (facts->kind == BT_RECEIPT_TEST)
		put_test_page(&lines, facts);
	else
		put_sale(&lines, facts);
	return lines.err;
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
