/* The blocks that every slip has: whose it is, what it is worth, who stood on which side, and where it ends. */
#include "core/receipt/blocks.h"

#include <string.h>

void bt_block_logo(const struct bt_slip *slip)
{
	if (slip->form->logo[0] != '\0')
		bt_lines_put(slip->lines, BT_LINE_PICTURE, false, slip->form->logo, "");
}

void bt_block_utility(const struct bt_slip *slip)
{
	const char *utility = bt_lines_pick(slip->lines, &slip->facts->utility);
	if (utility[0] != '\0')
		bt_lines_put(slip->lines, BT_LINE_CENTRE, true, utility, "");
}

void bt_block_heading(const struct bt_slip *slip)
{
	bt_lines_sentence(slip->lines, BT_LINE_HEADING, true, &slip->own->heading);
}

/* A page that tests the printer has the mark of training: nothing on it may be taken for a sale. */
static void put_training(const struct bt_slip *slip)
{
	if (slip->facts->training || slip->facts->kind == BT_RECEIPT_TEST)
		bt_lines_say(slip->lines, BT_LINE_MARK, true, N_("TRAINING · NO VALUE"), NULL);
}

void bt_block_marks(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char copy[16];
	(void)bt_text_printf(copy, sizeof(copy), "%d", facts->copy);
	put_training(slip);
	if (facts->copy > 1)
		bt_lines_say(slip->lines, BT_LINE_MARK, true, N_("DUPLICATE, copy {1}"), copy);
	if (facts->possible_duplicate)
		bt_lines_say(slip->lines, BT_LINE_MARK, true, N_("POSSIBLE DUPLICATE"), NULL);
	if (facts->replaces)
		bt_lines_say(slip->lines, BT_LINE_MARK, true, N_("Replaces the old token"), NULL);
	if (facts->made_here)
		bt_lines_say(slip->lines, BT_LINE_MARK, true, N_("Made while the server was down"), NULL);
}

void bt_block_rule(const struct bt_slip *slip)
{
	bt_lines_rule(slip->lines);
}

void bt_block_space(const struct bt_slip *slip)
{
	bt_lines_put(slip->lines, BT_LINE_SPACE, false, "", "");
}

void bt_block_test(const struct bt_slip *slip)
{
	bt_lines_say(slip->lines, BT_LINE_CENTRE, true, N_("Paper ok"), NULL);
	bt_lines_say(slip->lines, BT_LINE_TEXT, false, N_("Key in all 20 digits, then Enter on the meter"), NULL);
}

/* A docket has its number in its own block. */
void bt_block_number(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	bool is_docket = facts->kind == BT_RECEIPT_DOCKET;
	if (!is_docket)
		bt_lines_pair(slip->lines, false, N_("Receipt number"), facts->receipt_number);
	bt_lines_when(slip->lines, false, N_("Time"), facts->paid_at_ms);
	if (!is_docket)
		bt_lines_pair(slip->lines, false, N_("Docket"), facts->docket);
	bt_lines_pair(slip->lines, false, N_("Paid at counter"), facts->paid_at);
}

/* Who wanted a second one, when and why: a copy that nobody answers for is worth nothing as evidence. */
void bt_block_copy(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char reason[BT_RECEIPT_TEXT] = "";
	if (facts->copy <= 1)
		return;
	bt_lines_when(slip->lines, false, N_("Copy printed"), facts->printed_at_ms);
	bt_lines_name(slip->lines, false, N_("Copy by"), &facts->printed_by);
	if (facts->reprint_reason[0] != '\0')
		bt_lines_word(slip->lines, facts->reprint_reason, NULL, reason, 128);
	bt_lines_pair(slip->lines, false, N_("Why a copy"), reason);
	bt_lines_when(slip->lines, false, N_("First printed"), facts->first_printed_ms);
}

void bt_block_consumer(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char connection[24];
	bt_lines_fours(facts->connection, connection, sizeof(connection));
	const char *relative = strcmp(facts->relation, "w/o") == 0 ? N_("Husband") : N_("Father");
	bt_lines_name(slip->lines, true, N_("Name"), &facts->consumer);
	bt_lines_name(slip->lines, false, relative, &facts->relative);
	bt_lines_name(slip->lines, false, N_("Place"), &facts->place);
	bt_lines_pair(slip->lines, false, N_("Connection"), connection);
}

void bt_block_counter(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	char who[128];
	const char *counter = bt_lines_pick(slip->lines, &facts->counter);
	const char *clerk = bt_lines_pick(slip->lines, &facts->clerk);
	(void)bt_text_printf(who, sizeof(who), "%s%s%s%s%s", facts->terminal,
			     facts->terminal[0] != '\0' && counter[0] != '\0' ? " " : "", counter,
			     clerk[0] != '\0' ? ", " : "", clerk);
	bt_lines_pair(slip->lines, false, N_("Counter, clerk"), who);
}

/* Where there is no proof of this slip's own, what any scanner shows is still the 20 digits; but not where others have
 * to be keyed in before them. */
static const char *pick_coded(const struct bt_receipt_facts *facts)
{
	if (facts->record[0] != '\0')
		return facts->record;
	return facts->key_change.count == 0 ? facts->token : "";
}

void bt_block_proof(const struct bt_slip *slip)
{
	char head[24];
	const char *coded = pick_coded(slip->facts);
	if (coded[0] != '\0')
		bt_lines_put(slip->lines, BT_LINE_QR, false, coded, "");
	if (slip->facts->head[0] == '\0')
		return;
	bt_lines_fours(slip->facts->head, head, sizeof(head));
	bt_lines_say(slip->lines, BT_LINE_CENTRE, false, N_("Reference {1}"), head);
}

void bt_block_notice(const struct bt_slip *slip)
{
	for (int i = 0; i < slip->own->notice_count; i++)
		bt_lines_sentence(slip->lines, BT_LINE_CENTRE, false, &slip->own->notices[i]);
}

void bt_block_footer(const struct bt_slip *slip)
{
	const struct bt_receipt_form *form = slip->form;
	const char *complaint = form->complaint[0] != '\0' ? form->complaint : slip->facts->complaint;
	for (int i = 0; i < form->footer_count; i++)
		bt_lines_sentence(slip->lines, BT_LINE_CENTRE, false, &form->footer[i]);
	if (complaint[0] != '\0')
		bt_lines_say(slip->lines, BT_LINE_CENTRE, true, N_("Complaint {1}"), complaint);
}

/* Marked at both ends, so that neither half of a torn slip is worth something. */
void bt_block_end(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	/* The test page has no number, and bars with nothing between them would run together into one. */
	const char *place = facts->terminal[0] != '\0' ? facts->terminal : "Batti";
	put_training(slip);
	bt_lines_put(slip->lines, BT_LINE_END, false, facts->receipt_number[0] != '\0' ? facts->receipt_number : place,
		     "");
}
