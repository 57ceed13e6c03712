/* The blocks of a slip: one row and one function each. Private to core/receipt. */
#ifndef BT_RECEIPT_BLOCKS_H
#define BT_RECEIPT_BLOCKS_H

#include "core/receipt/form.h"
#include "core/receipt/lines.h"

enum bt_block {
	BT_BLOCK_LOGO,
	BT_BLOCK_UTILITY,
	BT_BLOCK_HEADING,
	BT_BLOCK_MARKS,
	BT_BLOCK_RULE,
	BT_BLOCK_SPACE,
	BT_BLOCK_METER,
	BT_BLOCK_KEY_CHANGE,
	BT_BLOCK_TOKEN,
	BT_BLOCK_HOW_TO,
	BT_BLOCK_DOCKET,
	BT_BLOCK_REFUND,
	BT_BLOCK_CLAIM,
	BT_BLOCK_TEST,
	BT_BLOCK_NUMBER,
	BT_BLOCK_COPY,
	BT_BLOCK_MONEY,
	BT_BLOCK_TARIFF,
	BT_BLOCK_TENDER,
	BT_BLOCK_BALANCE,
	BT_BLOCK_SAFE_UNTIL,
	BT_BLOCK_CONSUMER,
	BT_BLOCK_COUNTER,
	BT_BLOCK_PROOF,
	BT_BLOCK_SHIFT,
	BT_BLOCK_TAKINGS,
	BT_BLOCK_CASH,
	BT_BLOCK_NUMBERS,
	BT_BLOCK_UNSETTLED,
	BT_BLOCK_SIGN,
	BT_BLOCK_NOTICE,
	BT_BLOCK_FOOTER,
	BT_BLOCK_END,
	BT_BLOCK_COUNT,
};

/** What a block is made from. */
struct bt_slip {
	struct bt_lines *lines;
	const struct bt_receipt_form *form;
	const struct bt_form_slip *own; /* the part of the form that is this slip's */
	const struct bt_receipt_facts *facts;
	const struct bt_receipt_shift *shift; /* NULL unless it is a report */
};

struct bt_block_row {
	const char *name; /* in slips.json */
	void (*put)(const struct bt_slip *slip);
};
extern const struct bt_block_row bt_blocks[BT_BLOCK_COUNT];

/** Names in slips.json of the slips, by their form. */
extern const char *const bt_form_names[BT_FORM_SLIPS];
/** Hold one slip's blocks against what must be so on every paper. @return BT_OK or BT_EFORMAT with the reason. */
BT_MUST_USE enum bt_err bt_form_check_slip(int slip, const struct bt_form_slip *own, struct bt_fault *fault);
/** Hold a sentence of a utility's against what only code may print: digits as long as a token, the mark of the end.
 *  @return NULL, or why not. */
const char *bt_form_check_sentence(const struct bt_form_sentence *sentence);

/* receipt_head.c */
void bt_block_logo(const struct bt_slip *slip);
void bt_block_utility(const struct bt_slip *slip);
void bt_block_heading(const struct bt_slip *slip);
void bt_block_marks(const struct bt_slip *slip);
void bt_block_rule(const struct bt_slip *slip);
void bt_block_space(const struct bt_slip *slip);
void bt_block_test(const struct bt_slip *slip);
void bt_block_number(const struct bt_slip *slip);
void bt_block_copy(const struct bt_slip *slip);
void bt_block_consumer(const struct bt_slip *slip);
void bt_block_counter(const struct bt_slip *slip);
void bt_block_proof(const struct bt_slip *slip);
void bt_block_notice(const struct bt_slip *slip);
void bt_block_footer(const struct bt_slip *slip);
void bt_block_end(const struct bt_slip *slip);
/* receipt_token.c */
void bt_block_meter(const struct bt_slip *slip);
void bt_block_key_change(const struct bt_slip *slip);
void bt_block_token(const struct bt_slip *slip);
void bt_block_how_to(const struct bt_slip *slip);
/* receipt_docket.c */
/** Whose word it was, in one sentence; nothing when nobody is named. */
void bt_block_approved(struct bt_lines *lines, const struct bt_receipt_name *who);
void bt_block_docket(const struct bt_slip *slip);
void bt_block_refund(const struct bt_slip *slip);
void bt_block_claim(const struct bt_slip *slip);
/* receipt_money.c */
void bt_block_money(const struct bt_slip *slip);
void bt_block_tariff(const struct bt_slip *slip);
void bt_block_tender(const struct bt_slip *slip);
void bt_block_balance(const struct bt_slip *slip);
void bt_block_safe_until(const struct bt_slip *slip);
/* receipt_shift.c */
void bt_block_shift(const struct bt_slip *slip);
void bt_block_takings(const struct bt_slip *slip);
void bt_block_cash(const struct bt_slip *slip);
void bt_block_numbers(const struct bt_slip *slip);
void bt_block_unsettled(const struct bt_slip *slip);
void bt_block_sign(const struct bt_slip *slip);

#endif
