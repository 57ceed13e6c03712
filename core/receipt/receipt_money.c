/* The blocks of money: what was paid and how, what it buys, and how long that may last. */
#include "core/receipt/blocks.h"

#include <string.h>

/* What names the payment outside, by the catalogue key of the tender, and what the slip is worth until it is honoured.
 * Sources: UPI (NPCI), ISO 8583 field 37, CTS-2010. */
static const struct {
	const char *tender, *reference, *condition;
} tenders[] = {
    {N_("UPI"), N_("UTR"), NULL},
    {N_("Card"), N_("RRN"), NULL},
    {N_("Cheque"), N_("Cheque number"), N_("Valid when the cheque clears")},
    {N_("Demand draft"), N_("Draft number"), N_("Valid when the draft clears")},
    {N_("Voucher"), N_("Voucher number"), NULL},
};

/* In words, so that no figure on the slip can be altered by a pen. */
static void put_amount_words(struct bt_lines *lines, bt_paise amount)
{
	char words[BT_RECEIPT_TEXT];
	enum bt_lang order[BT_LANG_COUNT];
	int languages = bt_lines_spoken(lines, order);
	for (int i = 0; i < languages; i++)
		if (bt_money_words(amount, order[i], words, sizeof(words)) == BT_OK)
			bt_lines_put(lines, BT_LINE_TEXT, false, words, "");
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

void bt_block_money(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	struct bt_lines *lines = slip->lines;
	char digits[32];
	bt_lines_money(lines, true, N_("Amount"), facts->amount);
	put_amount_words(lines, facts->amount);
	if (facts->dues != 0) {
		bt_lines_money(lines, false, N_("Towards balance"), facts->amount - facts->dues);
		bt_lines_money(lines, false, N_("Towards dues"), facts->dues);
	}
	bt_lines_money(lines, false, N_("fixed charge"), facts->fixed);
	bt_lines_money(lines, false, N_("energy"), facts->energy);
	bt_lines_money(lines, false, N_("duty"), facts->duty);
	put_units(lines, facts->units);
	if (facts->free_units != 0) {
		bt_units_format(facts->free_units, digits);
		bt_lines_pair(lines, false, N_("of these free"), digits);
	}
}

/* "20.0 × ₹ 4.10" and what that comes to. */
static void put_step(struct bt_lines *lines, const struct bt_receipt_step *step)
{
	char units[32], rate[32], amount[32];
	char left[80], right[40];
	bt_units_format(step->units, units);
	bt_money_format_full(step->rate, rate);
	bt_money_format_full(step->amount, amount);
	(void)bt_text_printf(left, sizeof(left), "%s × ₹ %s", units, rate);
	(void)bt_text_printf(right, sizeof(right), "₹ %s", amount);
	bt_lines_put(lines, BT_LINE_PAIR, false, left, right);
}

void bt_block_tariff(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char tariff[80];
	char rate[48] = "";
	char digits[32];
	if (facts->tariff[0] == '\0' && facts->category[0] == '\0')
		return;
	const char *between = facts->category[0] != '\0' && facts->tariff[0] != '\0' ? " · " : "";
	(void)bt_text_printf(tariff, sizeof(tariff), "%s%s%s", facts->category, between, facts->tariff);
	if (facts->rate_paise != 0 && facts->step_count == 0) {
		bt_money_format_full(facts->rate_paise, digits);
		(void)bt_text_printf(rate, sizeof(rate), "₹ %s/kWh", digits);
	}
	bt_lines_put(slip->lines, BT_LINE_PAIR, false, tariff, rate);
	for (int i = 0; i < facts->step_count && i < BT_RECEIPT_STEPS; i++)
		put_step(slip->lines, &facts->steps[i]);
}

static void put_reference(struct bt_lines *lines, const struct bt_receipt_facts *facts)
{
	const char *label = N_("Payment reference");
	const char *condition = NULL;
	for (size_t i = 0; i < sizeof(tenders) / sizeof(tenders[0]); i++) {
		if (strcmp(facts->tender, tenders[i].tender) == 0) {
			label = tenders[i].reference;
			condition = tenders[i].condition;
		}
	}
	bt_lines_pair(lines, false, label, facts->tender_reference);
	bt_lines_name(lines, false, N_("Bank"), &facts->bank);
	if (condition != NULL)
		bt_lines_say(lines, BT_LINE_TEXT, true, condition, NULL);
}

void bt_block_tender(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char word[BT_RECEIPT_TEXT];
	char paid[128];
	if (facts->tender[0] == '\0')
		return;
	bt_lines_word(slip->lines, facts->tender, NULL, word, sizeof(word));
	(void)bt_text_copy(paid, sizeof(paid), word);
	bt_lines_pair(slip->lines, false, N_("Pay by"), paid);
	put_reference(slip->lines, facts);
	bt_lines_money(slip->lines, false, N_("Given"), facts->given);
	bt_lines_money(slip->lines, false, N_("Returned"), facts->change);
}

/* A balance from before the outage is not the balance: its date is said, the figure is not. */
void bt_block_balance(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char day[32];
	if (facts->balance_at_ms == 0)
		return;
	if (!facts->made_here && facts->kind != BT_RECEIPT_DOCKET) {
		bt_lines_money(slip->lines, false, N_("Balance"), facts->balance_known);
		return;
	}
	bt_lines_day(facts->balance_at_ms, day, sizeof(day));
	bt_lines_say(slip->lines, BT_LINE_TEXT, false, N_("Balance not shown; last known {1}"), day);
}

/* "About" is a day: an hour would be believed. A cut has its hour in the tariff. */
void bt_block_safe_until(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char day[32] = "";
	if (facts->safe_until_ms != 0)
		bt_lines_day(facts->safe_until_ms, day, sizeof(day));
	bt_lines_pair(slip->lines, true, N_("Safe until about"), day);
	bt_lines_when(slip->lines, true, N_("Next possible cut"), facts->cut_from_ms);
}
