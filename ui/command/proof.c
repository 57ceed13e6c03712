#include "ui/command/proof.h"

#include <stdlib.h>
#include <string.h>

enum bt_err bt_proof_open(const char *dir, struct bt_proof **out, struct bt_fault *fault)
{
	struct bt_proof *proof = calloc(1, sizeof *proof);
	struct bt_signer *signer = NULL;
	enum bt_err err;

	if (!proof)
		return bt_fault_set(fault, BT_ENOMEM, 0, "keys of receipts");
	err = bt_enrolment_load(dir, &proof->enrolment, fault);
	if (!err)
		err = bt_enrolment_receipt_signer(dir, &signer, fault);
	if (!err)
		memcpy(proof->own, bt_signer_public(signer), sizeof proof->own);
	bt_signer_close(signer);
	if (!err)
		err = bt_receipt_keys_load(dir, proof->enrolment.head_end_key, &proof->keys, fault);
	if (err == BT_ENOTFOUND && proof->enrolment.terminal[0])
		err = BT_OK;
	if (err)
		bt_proof_close(proof);
	else
		*out = proof;
	return err;
}

void bt_proof_close(struct bt_proof *proof)
{
	if (!proof)
		return;
	bt_receipt_keys_fini(&proof->keys);
	free(proof);
}

/* By one key at a time: a terminal has had few. */
static enum bt_verdict judge_by_list(const struct bt_proof *proof, const char *text, struct bt_receipt_record *out)
{
	const struct bt_receipt_key *row = NULL;
	enum bt_verdict verdict = BT_VERDICT_UNKNOWN;
	char terminal[sizeof out->terminal];

	memcpy(terminal, out->terminal, sizeof terminal);
	while ((row = bt_receipt_keys_next(&proof->keys, terminal, row)) != NULL) {
		if (bt_record_decode(text, row->key, out) != BT_OK) {
			verdict = verdict == BT_VERDICT_UNKNOWN ? BT_VERDICT_ALTERED : verdict;
			continue;
		}
		if (row->until_ms == 0 || out->paid_at_ms <= row->until_ms)
			return BT_VERDICT_GENUINE;
		verdict = BT_VERDICT_WITHDRAWN;
	}
	return verdict;
}

enum bt_verdict bt_proof_judge(const struct bt_proof *proof, const char *text, struct bt_receipt_record *out)
{
	enum bt_verdict verdict;
	enum bt_err err;
	bool is_own;

	*out = (struct bt_receipt_record){0};
	if (!bt_record_is(text))
		return BT_VERDICT_NO_RECORD;
	err = bt_record_decode(text, proof->own, out);
	if (err && err != BT_EAUTH)
		return BT_VERDICT_ALTERED;
	is_own = strcmp(out->terminal, proof->enrolment.terminal) == 0;
	/* The list comes first: it knows until when a key was good. */
	verdict = judge_by_list(proof, text, out);
	if (!is_own || verdict == BT_VERDICT_GENUINE || verdict == BT_VERDICT_WITHDRAWN)
		return verdict;
	return err ? BT_VERDICT_ALTERED : BT_VERDICT_GENUINE;
}
