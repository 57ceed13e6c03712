#include "core/receipt/form.h"

#include <string.h>

#include "core/base/file.h"
#include "core/receipt/blocks.h"

#define FILE_NAME "slips.json"

const char *const bt_form_names[BT_FORM_SLIPS] = {
    [BT_RECEIPT_TOKEN] = "token",     [BT_RECEIPT_DOCKET] = "docket",
    [BT_RECEIPT_CREDIT] = "credit",   [BT_RECEIPT_TEST] = "test",
    [BT_RECEIPT_REFUND] = "refund",   [BT_RECEIPT_REFUND_DOCKET] = "refund_docket",
    [BT_RECEIPT_STUCK] = "stuck",     [BT_RECEIPT_SHIFT_X] = "shift_x",
    [BT_RECEIPT_SHIFT_Z] = "shift_z", [BT_FORM_CREDIT_DOCKET] = "credit_docket",
};

/* Every list below begins with these and closes with the others. */
#define HEAD BT_BLOCK_LOGO, BT_BLOCK_UTILITY, BT_BLOCK_HEADING, BT_BLOCK_MARKS
#define SALE                                                                                                           \
	BT_BLOCK_NUMBER, BT_BLOCK_COPY, BT_BLOCK_MONEY, BT_BLOCK_TARIFF, BT_BLOCK_TENDER, BT_BLOCK_BALANCE,            \
	    BT_BLOCK_SAFE_UNTIL, BT_BLOCK_RULE
#define PEOPLE BT_BLOCK_CONSUMER, BT_BLOCK_COUNTER, BT_BLOCK_PROOF, BT_BLOCK_RULE
#define CLOSE  BT_BLOCK_NOTICE, BT_BLOCK_FOOTER, BT_BLOCK_END
#define REPORT                                                                                                         \
	BT_BLOCK_UTILITY, BT_BLOCK_HEADING, BT_BLOCK_MARKS, BT_BLOCK_SHIFT, BT_BLOCK_COUNTER, BT_BLOCK_COPY,           \
	    BT_BLOCK_RULE, BT_BLOCK_TAKINGS, BT_BLOCK_RULE, BT_BLOCK_CASH, BT_BLOCK_RULE, BT_BLOCK_NUMBERS,            \
	    BT_BLOCK_RULE, BT_BLOCK_UNSETTLED, BT_BLOCK_RULE

static const struct {
	const char *heading, *notice; /* catalogue keys; notice may be NULL */
	uint8_t blocks[BT_FORM_BLOCKS];
} built_in[BT_FORM_SLIPS] = {
    [BT_RECEIPT_TOKEN] = {N_("RECEIPT"),
			  N_("Tokens are not returned or exchanged"),
			  {HEAD, BT_BLOCK_METER, BT_BLOCK_RULE, BT_BLOCK_KEY_CHANGE, BT_BLOCK_TOKEN, BT_BLOCK_RULE,
			   BT_BLOCK_HOW_TO, BT_BLOCK_RULE, SALE, PEOPLE, CLOSE}},
    [BT_RECEIPT_DOCKET] = {N_("PAYMENT RECEIPT, token follows"),
			   NULL,
			   {HEAD, BT_BLOCK_DOCKET, BT_BLOCK_RULE, BT_BLOCK_METER, SALE, PEOPLE, CLOSE}},
    [BT_FORM_CREDIT_DOCKET] = {N_("PAYMENT RECEIPT, credit follows"),
			       NULL,
			       {HEAD, BT_BLOCK_DOCKET, BT_BLOCK_RULE, BT_BLOCK_METER, SALE, PEOPLE, CLOSE}},
    [BT_RECEIPT_CREDIT] = {N_("RECEIPT"), NULL, {HEAD, BT_BLOCK_METER, BT_BLOCK_RULE, SALE, PEOPLE, CLOSE}},
    [BT_RECEIPT_REFUND] = {N_("REFUND"),
			   NULL,
			   {HEAD, BT_BLOCK_REFUND, BT_BLOCK_RULE, BT_BLOCK_METER, SALE, PEOPLE, CLOSE}},
    [BT_RECEIPT_REFUND_DOCKET] = {N_("REFUND, money follows"),
				  NULL,
				  {HEAD, BT_BLOCK_REFUND, BT_BLOCK_RULE, BT_BLOCK_METER, SALE, PEOPLE, CLOSE}},
    [BT_RECEIPT_STUCK] = {N_("CLAIM, recharge not received"),
			  NULL,
			  {HEAD, BT_BLOCK_CLAIM, BT_BLOCK_RULE, BT_BLOCK_METER, BT_BLOCK_COPY, PEOPLE, CLOSE}},
    [BT_RECEIPT_TEST] = {N_("Electricity recharge"),
			 NULL,
			 {HEAD, BT_BLOCK_NUMBER, BT_BLOCK_COUNTER, BT_BLOCK_TEST, BT_BLOCK_HOW_TO, BT_BLOCK_PROOF,
			  BT_BLOCK_RULE, CLOSE}},
    [BT_RECEIPT_SHIFT_X] = {N_("X REPORT, the shift goes on"), NULL, {REPORT, BT_BLOCK_PROOF, BT_BLOCK_END}},
    [BT_RECEIPT_SHIFT_Z] = {N_("Z REPORT, the shift has ended"),
			    NULL,
			    {REPORT, BT_BLOCK_SIGN, BT_BLOCK_RULE, BT_BLOCK_PROOF, BT_BLOCK_END}},
};

static const struct {
	const char *sentence, *picture;
} built_in_steps[] = {
    {N_("Go to the meter or its keypad."), "step-keypad"},
    {N_("Key in lines 1 to 5, in order."), "step-digits"},
    {N_("Wrong digit? Use the back key."), ""},
    {N_("All 20 there? Press Enter."), "step-enter"},
    {N_("New units show: accepted."), ""},
};

static void put_english(struct bt_form_sentence *out, const char *key)
{
	(void)bt_text_copy(out->text[BT_LANG_EN], sizeof(out->text[BT_LANG_EN]), key);
}

/* The end closes each list, so that no list needs its length. */
static void put_slip(struct bt_form_slip *out, int slip)
{
	out->notice_count = built_in[slip].notice != NULL;
	put_english(&out->heading, built_in[slip].heading);
	if (built_in[slip].notice != NULL)
		put_english(&out->notices[0], built_in[slip].notice);
	memcpy(out->blocks, built_in[slip].blocks, sizeof(out->blocks));
	while (out->blocks[out->count++] != BT_BLOCK_END)
		;
}

void bt_form_default(struct bt_receipt_form *out)
{
	memset(out, 0, sizeof(*out));
	(void)bt_text_copy(out->logo, sizeof(out->logo), "logo");
	out->footer_count = 1;
	for (int slip = 0; slip < BT_FORM_SLIPS; slip++)
		put_slip(&out->slips[slip], slip);
	put_english(&out->footer[0], N_("Keep this slip"));
	out->step_count = (int)(sizeof(built_in_steps) / sizeof(built_in_steps[0]));
	for (int i = 0; i < out->step_count; i++) {
		put_english(&out->steps[i], built_in_steps[i].sentence);
		(void)bt_text_copy(out->pictures[i], sizeof(out->pictures[i]), built_in_steps[i].picture);
	}
}

enum bt_err bt_form_open(const char *folder, struct bt_receipt_form *out, struct bt_fault *fault)
{
	char path[512];
	struct bt_buf json;
	bt_form_default(out);
	bt_buf_init(&json, BT_FORM_MAX_BYTES);
	enum bt_err err = bt_path_join(folder, FILE_NAME, path, sizeof(path));
	if (err == BT_OK)
		err = bt_file_read(path, &json, fault);
	if (err == BT_OK)
		err = bt_form_decode(bt_buf_view(&json), out, fault);
	bt_buf_fini(&json);
	return err;
}
