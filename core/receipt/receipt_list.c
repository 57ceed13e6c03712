#include "core/receipt/receipt_list.h"

#include "core/receipt/lines.h"

static void put_head(struct bt_lines *lines, const struct bt_receipt_list *list)
{
	char count[16], people[BT_RECEIPT_TEXT / 2];
	bt_lines_put(lines, BT_LINE_CENTRE, true, bt_lines_pick(lines, &list->utility), "");
	if (list->training)
		bt_lines_say(lines, BT_LINE_MARK, true, N_("TRAINING · NO VALUE"), NULL);
	bt_lines_say(lines, BT_LINE_HEADING, true, N_("Stuck recharges"), NULL);
	bt_lines_rule(lines);
	bt_lines_when(lines, false, N_("Time"), list->at_ms);
	(void)bt_text_printf(people, sizeof(people), "%.60s, %.60s", bt_lines_pick(lines, &list->counter),
			     bt_lines_pick(lines, &list->clerk));
	bt_lines_pair(lines, false, N_("Counter, clerk"), people);
	(void)bt_text_printf(count, sizeof(count), "%d", list->all);
	bt_lines_pair(lines, true, N_("How many"), count);
	bt_lines_rule(lines);
}

static void put_row(struct bt_lines *lines, const struct bt_receipt_listed *row)
{
	const char *name = bt_lines_pick(lines, &row->name);
	char number[32], money[48] = "", digits[32], where[BT_RECEIPT_TEXT], since[32];
	bt_lines_fours(row->connection, number, sizeof(number));
	if (row->amount > 0) {
		bt_money_format_full(row->amount, digits);
		(void)bt_text_printf(money, sizeof(money), "₹ %s", digits);
	}
	bt_lines_put(lines, BT_LINE_PAIR, true, name[0] != '\0' ? name : number, money);
	bt_lines_word(lines, row->where, row->arg, where, sizeof(where));
	bt_lines_put(lines, BT_LINE_TEXT, false, where, "");
	bt_lines_moment(row->since_ms, since, sizeof(since));
	bt_lines_put(lines, BT_LINE_PAIR, false, number, since);
}

enum bt_err bt_receipt_list_compose(const struct bt_receipt_list *list, const struct bt_words *words,
				    enum bt_receipt_lang lang, struct bt_receipt *out)
{
	struct bt_lines lines = {.words = words, .lang = lang, .out = out, .err = BT_OK};
	char more[16];

	*out = (struct bt_receipt){.copy = 1};
	put_head(&lines, list);
	for (int i = 0; i < list->count && i < BT_RECEIPT_LISTED; i++)
		put_row(&lines, &list->rows[i]);
	bt_lines_rule(&lines);
	(void)bt_text_printf(more, sizeof(more), "%d", list->all - list->count);
	if (list->all > list->count)
		bt_lines_say(&lines, BT_LINE_TEXT, false, N_("and {1} more on the screen"), more);
	bt_lines_say(&lines, BT_LINE_TEXT, false,
		     list->unpaid ? N_("Pay again only where no money came.")
				  : N_("Nothing here needs to be paid again."),
		     NULL);
	bt_lines_put(&lines, BT_LINE_END, false, "", "");
	return lines.err;
}
