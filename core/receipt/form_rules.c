/* What must hold of a slip whatever its form. */
#include "core/receipt/blocks.h"

#include <string.h>

/* A token has 20; a telephone number or an account must fit. */
#define MOST_DIGITS 15

#define BIT(block) (UINT64_C(1) << BT_BLOCK_##block)

#define ANYWHERE                                                                                                       \
	(BIT(LOGO) | BIT(UTILITY) | BIT(HEADING) | BIT(MARKS) | BIT(RULE) | BIT(SPACE) | BIT(COPY) | BIT(COUNTER) |    \
	 BIT(PROOF) | BIT(NOTICE) | BIT(FOOTER) | BIT(END))
#define SALE                                                                                                           \
	(ANYWHERE | BIT(METER) | BIT(NUMBER) | BIT(MONEY) | BIT(TARIFF) | BIT(TENDER) | BIT(BALANCE) |                 \
	 BIT(SAFE_UNTIL) | BIT(CONSUMER))
#define REPORT (ANYWHERE | BIT(SHIFT) | BIT(TAKINGS) | BIT(CASH) | BIT(NUMBERS) | BIT(UNSETTLED) | BIT(SIGN))
#define NEEDED (BIT(MARKS) | BIT(COPY) | BIT(PROOF) | BIT(END))
#define SOLD   (NEEDED | BIT(NUMBER) | BIT(MONEY) | BIT(TENDER) | BIT(CONSUMER))

/* A torn or crumpled end costs nothing that matters: this much may stand above the marks, and above the block that the
 * slip is for. */
#define ABOVE_MARKS (BIT(LOGO) | BIT(UTILITY) | BIT(HEADING) | BIT(RULE))
#define ABOVE_VALUE (ABOVE_MARKS | BIT(MARKS) | BIT(METER) | BIT(KEY_CHANGE))

static const struct {
	uint64_t may, must;
	enum bt_block value; /* what the slip is for */
} rules[BT_FORM_SLIPS] = {
    [BT_RECEIPT_TOKEN] = {SALE | BIT(KEY_CHANGE) | BIT(TOKEN) | BIT(HOW_TO),
			  SOLD | BIT(METER) | BIT(KEY_CHANGE) | BIT(TOKEN), BT_BLOCK_TOKEN},
    [BT_RECEIPT_DOCKET] = {SALE | BIT(DOCKET), SOLD | BIT(METER) | BIT(DOCKET), BT_BLOCK_DOCKET},
    [BT_FORM_CREDIT_DOCKET] = {SALE | BIT(DOCKET), SOLD | BIT(METER) | BIT(DOCKET), BT_BLOCK_DOCKET},
    [BT_RECEIPT_CREDIT] = {SALE, SOLD | BIT(METER), BT_BLOCK_NUMBER},
    [BT_RECEIPT_REFUND] = {SALE | BIT(REFUND), SOLD | BIT(REFUND), BT_BLOCK_REFUND},
    [BT_RECEIPT_REFUND_DOCKET] = {SALE | BIT(REFUND), SOLD | BIT(REFUND), BT_BLOCK_REFUND},
    [BT_RECEIPT_STUCK] = {ANYWHERE | BIT(CLAIM) | BIT(METER) | BIT(CONSUMER), NEEDED | BIT(CLAIM) | BIT(CONSUMER),
			  BT_BLOCK_CLAIM},
    [BT_RECEIPT_TEST] = {ANYWHERE | BIT(NUMBER) | BIT(TEST) | BIT(HOW_TO), BIT(MARKS) | BIT(TEST) | BIT(END),
			 BT_BLOCK_COUNT},
    [BT_RECEIPT_SHIFT_X] = {REPORT, NEEDED | BIT(SHIFT) | BIT(COUNTER) | BIT(TAKINGS), BT_BLOCK_SHIFT},
    [BT_RECEIPT_SHIFT_Z] = {REPORT,
			    NEEDED | BIT(SHIFT) | BIT(COUNTER) | BIT(TAKINGS) | BIT(CASH) | BIT(NUMBERS) |
				BIT(UNSETTLED),
			    BT_BLOCK_SHIFT},
};

static uint64_t bit_of(enum bt_block block)
{
	return UINT64_C(1) << block;
}

/* @return the place of @p block, or the length of the list. */
static int find_block(const struct bt_form_slip *own, enum bt_block block)
{
	int at = 0;
	while (at < own->count && own->blocks[at] != block)
		at++;
	return at;
}

static enum bt_err check_above(int slip, const struct bt_form_slip *own, enum bt_block block, uint64_t above,
			       struct bt_fault *fault)
{
	int place = find_block(own, block);
	for (int i = 0; i < place; i++)
		if ((bit_of((enum bt_block)own->blocks[i]) & above) == 0)
			return bt_fault_set(fault, BT_EFORMAT, 0, "%s: \"%s\" must not stand above \"%s\"",
					    bt_form_names[slip], bt_blocks[own->blocks[i]].name, bt_blocks[block].name);
	return BT_OK;
}

static enum bt_err check_present(int slip, const struct bt_form_slip *own, struct bt_fault *fault)
{
	uint64_t seen = 0;
	for (int i = 0; i < own->count; i++) {
		uint64_t bit = bit_of((enum bt_block)own->blocks[i]);
		const char *name = bt_blocks[own->blocks[i]].name;
		if ((bit & rules[slip].may) == 0)
			return bt_fault_set(fault, BT_EFORMAT, 0, "%s: block \"%s\" is not for this slip",
					    bt_form_names[slip], name);
		if ((bit & seen & ~(BIT(RULE) | BIT(SPACE))) != 0)
			return bt_fault_set(fault, BT_EFORMAT, 0, "%s: block \"%s\" stands twice", bt_form_names[slip],
					    name);
		seen |= bit;
	}
	for (int block = 0; block < BT_BLOCK_COUNT; block++)
		if ((bit_of((enum bt_block)block) & rules[slip].must & ~seen) != 0)
			return bt_fault_set(fault, BT_EFORMAT, 0, "%s: block \"%s\" is missing", bt_form_names[slip],
					    bt_blocks[block].name);
	return BT_OK;
}

enum bt_err bt_form_check_slip(int slip, const struct bt_form_slip *own, struct bt_fault *fault)
{
	enum bt_err err = check_present(slip, own, fault);
	if (err != BT_OK)
		return err;
	if (own->blocks[own->count - 1] != BT_BLOCK_END)
		return bt_fault_set(fault, BT_EFORMAT, 0, "%s: block \"end\" must be the last", bt_form_names[slip]);
	err = check_above(slip, own, BT_BLOCK_MARKS, ABOVE_MARKS, fault);
	if (err == BT_OK && rules[slip].value != BT_BLOCK_COUNT)
		err = check_above(slip, own, rules[slip].value, ABOVE_VALUE, fault);
	if (err == BT_OK && slip == BT_RECEIPT_TOKEN &&
	    find_block(own, BT_BLOCK_KEY_CHANGE) > find_block(own, BT_BLOCK_TOKEN))
		err = bt_fault_set(fault, BT_EFORMAT, 0, "token: \"key_change\" must stand above \"token\"");
	return err;
}

static const char *check_text(const char *text)
{
	int digits = 0;
	for (const char *at = text; *at != '\0'; at++)
		digits += *at >= '0' && *at <= '9';
	if (digits > MOST_DIGITS)
		return "has as many digits as a token";
	return strstr(text, "===") != NULL ? "looks like the end of a slip" : NULL;
}

const char *bt_form_check_sentence(const struct bt_form_sentence *sentence)
{
	const char *why = check_text(sentence->text[BT_LANG_EN]);
	return why != NULL ? why : check_text(sentence->text[BT_LANG_HI]);
}
