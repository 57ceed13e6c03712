/* The form of the slips: which blocks a slip has, in which order, and the sentences a utility words itself.
 *
 * A block is a piece of a slip that stays together ("token", "money", "proof"); what it says is code, whether and where
 * it stands is this form, which a utility's engineer writes as slips.json (assets/receipt). What must hold of every
 * slip stays in code, and a file that breaks it is refused whole: marks before all that has a value, the token near the
 * top and after its key change, the proof, the end marker last, and no sentence that could be read as a token. */
#ifndef BT_RECEIPT_FORM_H
#define BT_RECEIPT_FORM_H

#include "core/receipt/receipt_shift.h"

#define BT_FORM_BLOCKS    32
#define BT_FORM_SENTENCES 4
#define BT_FORM_STEPS     6
#define BT_FORM_MAX_BYTES 65536u
#define BT_FORM_PICTURE   24 /* name of a picture, with its end */

/** Slips by their form: the kinds, and the docket of a sale that never has a token. */
#define BT_FORM_CREDIT_DOCKET BT_RECEIPT_KINDS
#define BT_FORM_SLIPS         (BT_RECEIPT_KINDS + 1)

/** A sentence in both languages. Without Hindi the catalogue is asked for it; cleaned. */
struct bt_form_sentence {
	char text[BT_LANG_COUNT][192];
};

struct bt_form_slip {
	bool has_lang;
	enum bt_receipt_lang lang; /* that it is printed in, whatever the counter's is */
	struct bt_form_sentence heading;
	int notice_count;
	struct bt_form_sentence notices[BT_FORM_SENTENCES];
	int count;
	uint8_t blocks[BT_FORM_BLOCKS]; /* enum bt_block (receipt/blocks.h) */
};

struct bt_receipt_form {
	char logo[BT_FORM_PICTURE]; /* "" none */
	char complaint[16];         /* "" for the one that the head-end gave the counter */
	int step_count;
	struct bt_form_sentence steps[BT_FORM_STEPS]; /* how to key a token in, numbered when printed */
	char pictures[BT_FORM_STEPS][BT_FORM_PICTURE];
	int footer_count;
	struct bt_form_sentence footer[BT_FORM_SENTENCES];
	struct bt_form_slip slips[BT_FORM_SLIPS];
};

/** The form that needs no file. */
void bt_form_default(struct bt_receipt_form *out);
/**
 * Read a form. Whatever the text leaves out is as in the default; a member that is not known is an error.
 * @param[in]  json  any bytes; above BT_FORM_MAX_BYTES is BT_EFULL.
 * @return BT_OK; BT_EFORMAT or BT_EFULL, with the slip and what is wrong in fault->what, plain ASCII; BT_ENOMEM. @p out
 *         is untouched on failure.
 */
BT_MUST_USE enum bt_err bt_form_decode(struct bt_bytes json, struct bt_receipt_form *out, struct bt_fault *fault);
/** Read slips.json of @p folder. @return as bt_form_decode, or BT_ENOTFOUND, BT_EOS; @p out is the default on failure,
 *  so that a counter with a spoilt file prints. */
BT_MUST_USE enum bt_err bt_form_open(const char *folder, struct bt_receipt_form *out, struct bt_fault *fault);
/** The language @p kind is printed in at a counter that is set to @p lang. */
enum bt_receipt_lang bt_form_lang(const struct bt_receipt_form *form, enum bt_receipt_kind kind,
				  enum bt_receipt_lang lang);

/**
 * Compose the document of @p facts in this form.
 * @param[in] shift  what a report says; NULL for every other kind.
 * @return BT_OK, BT_EINPUT (a report without a shift), or BT_EFULL when it does not fit BT_RECEIPT_LINES.
 */
BT_MUST_USE enum bt_err bt_form_compose(const struct bt_receipt_form *form, const struct bt_receipt_facts *facts,
					const struct bt_receipt_shift *shift, const struct bt_words *words,
					enum bt_receipt_lang lang, struct bt_receipt *out);

#endif
