/* The blocks of slips that promise something: a docket, a refund, a claim. */
#include "core/receipt/blocks.h"

#include <string.h>

static void put_number(struct bt_lines *lines, const char *label, const char *number)
{
	bt_lines_say(lines, BT_LINE_CENTRE, false, label, NULL);
	bt_lines_put(lines, BT_LINE_HEADING, true, number, "");
	bt_lines_rule(lines);
}

void bt_block_docket(const struct bt_slip *slip)
{
	struct bt_lines *lines = slip->lines;
	put_number(lines, N_("Docket"), slip->facts->receipt_number);
	bt_lines_say(lines, BT_LINE_TEXT, true, N_("The money is safe."), NULL);
	if (slip->facts->reason[0] != '\0')
		bt_lines_say(lines, BT_LINE_TEXT, false, slip->facts->reason, NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false,
		     slip->facts->no_token
			 ? N_("The credit follows by itself when the server is back.")
			 : N_("The token comes when the server is back, at any counter, with this docket."),
		     NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("Nothing more to pay."), NULL);
}

void bt_block_approved(struct bt_lines *lines, const struct bt_receipt_name *who)
{
	const char *english = who->text[BT_LANG_EN][0] != '\0' ? who->text[BT_LANG_EN] : who->text[BT_LANG_HI];
	const char *hindi = who->text[BT_LANG_HI][0] != '\0' ? who->text[BT_LANG_HI] : who->text[BT_LANG_EN];
	if (english[0] != '\0')
		bt_lines_tell(lines, BT_LINE_TEXT, false, N_("Approved by {1}."), (const char *[]){english, NULL},
			      (const char *[]){hindi, NULL});
}

/* What came from a bank account goes back there: nothing is paid out here. */
static void put_to_bank(const struct bt_slip *slip, const char *amount)
{
	struct bt_lines *lines = slip->lines;
	if (slip->facts->kind == BT_RECEIPT_REFUND_DOCKET) {
		bt_lines_say(lines, BT_LINE_TEXT, true, N_("The money is safe."), NULL);
		bt_lines_say(lines, BT_LINE_TEXT, false,
			     N_("It goes back to the bank account it came from when the server has confirmed."), NULL);
	} else {
		bt_lines_say(lines, BT_LINE_TEXT, true, N_("Goes back to the bank account: ₹ {1}"), amount);
		bt_lines_say(lines, BT_LINE_TEXT, false, N_("The bank may take some days. No cash is paid."), NULL);
		bt_lines_say(lines, BT_LINE_TEXT, false, N_("No token was given for this payment."), NULL);
	}
}

void bt_block_refund(const struct bt_slip *slip)
{
	struct bt_lines *lines = slip->lines;
	char amount[48];
	bt_money_format_full(slip->facts->amount, amount);
	if (strcmp(slip->facts->tender, "UPI") == 0) {
		put_to_bank(slip, amount);
	} else if (slip->facts->kind == BT_RECEIPT_REFUND_DOCKET) {
		bt_lines_say(lines, BT_LINE_TEXT, true, N_("The money is safe."), NULL);
		bt_lines_say(lines, BT_LINE_TEXT, false,
			     N_("It is given back here when the server has confirmed. Bring this slip."), NULL);
	} else {
		bt_lines_say(lines, BT_LINE_TEXT, true, N_("Money returned: ₹ {1}"), amount);
		bt_lines_say(lines, BT_LINE_TEXT, false, N_("No token was given for this payment."), NULL);
	}
	bt_block_approved(lines, &slip->facts->approved);
}

static void put_promise(struct bt_lines *lines, int64_t promised_ms)
{
	char moment[32];
	bt_lines_moment(promised_ms, moment, sizeof(moment));
	if (promised_ms != 0)
		bt_lines_say(lines, BT_LINE_TEXT, true, N_("An answer is promised by {1}."), moment);
}

/* No receipt: the counter took nothing, and says so beside the figure. */
void bt_block_claim(const struct bt_slip *slip)
{
	const struct bt_receipt_facts *facts = slip->facts;
	struct bt_lines *lines = slip->lines;
	put_number(lines, N_("Claim number"), facts->receipt_number);
	bt_lines_say(lines, BT_LINE_TEXT, true, N_("Paid elsewhere, and not yet on this connection."), NULL);
	bt_lines_money(lines, true, N_("Amount claimed"), facts->amount);
	bt_lines_name(lines, false, N_("Paid through"), &facts->channel);
	bt_lines_pair(lines, false, N_("UTR or reference"), facts->tender_reference);
	bt_lines_when(lines, false, N_("Paid on"), facts->paid_at_ms);
	bt_lines_when(lines, false, N_("Claimed on"), facts->claimed_at_ms);
	bt_lines_rule(lines);
	put_promise(lines, facts->promised_ms);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("No money was taken here. Do not pay a second time for it."), NULL);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("Bring this slip when you ask about it."), NULL);
}
