/* Claims of consumers whose money, paid through another channel, did not arrive: written down here at any time, and
 * answered by the head-end with a promised time when it can be reached.
 *
 * The record has both: `claim` when it is written, `claim_answer` when the head-end has it. Claims are sent and
 * answered one after the other, oldest first. None is money of this counter. */
#ifndef BT_DESK_CLAIM_H
#define BT_DESK_CLAIM_H

#include "core/base/random.h"
#include "core/journal/journal.h"

struct bt_claim {
	char claim_id[37], number[24]; /* "C-0142-17-3": terminal, running number, check digit */
	char connection[16];
	char utr[16];               /* "" when the consumer has none */
	char channel[12], note[16]; /* codes of schema Claim in assets/api/openapi.yaml */
	char operator_id[24], approved_by[24];
	bt_paise amount;
	int64_t paid_on_ms, at_ms;
	/* the answer */
	bool answered;
	char state[16]; /* open, found, refund, settled; refused: the head-end does not take it */
	int64_t promised_ms;
};

/**
 * Put a claim on record. @p claim says connection, utr, channel, note, operator_id, approved_by, amount and paid_on_ms;
 * claim_id, number and at_ms are filled in on BT_OK.
 * @return BT_OK; BT_EINPUT (a connection that is no number, an UTR that is not 12 digits, no amount, an unknown code);
 *         BT_EOS (no randomness); as bt_journal_put.
 */
BT_MUST_USE enum bt_err bt_claim_write(struct bt_journal *journal, const char *terminal, const struct bt_random *random,
				       int64_t now_ms, struct bt_claim *claim, struct bt_fault *fault);
/** The newest claims with what was answered. @return BT_OK; the journal's error. */
BT_MUST_USE enum bt_err bt_claim_list(struct bt_journal *journal, int max, struct bt_claim *out, int *count);
/** The oldest one without an answer. @p body is its event's, as it is sent; may be NULL. BT_OK, BT_ENOTFOUND; the
 *  journal's error. */
BT_MUST_USE enum bt_err bt_claim_unanswered(struct bt_journal *journal, struct bt_claim *out, struct bt_buf *body);
/** Put the head-end's answer on record: the body of a good answer to BT_CALL_CLAIM. BT_OK; BT_EGARBAGE (not of this
 *  claim, or not understood); as bt_journal_put. */
BT_MUST_USE enum bt_err bt_claim_answer(struct bt_journal *journal, const struct bt_claim *claim, struct bt_bytes body,
					struct bt_fault *fault);
/** The head-end refuses it for good, with this code. */
BT_MUST_USE enum bt_err bt_claim_refused(struct bt_journal *journal, const struct bt_claim *claim, const char *code,
					 struct bt_fault *fault);

#endif
