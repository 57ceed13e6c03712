/* What a receipt's QR proves: judged by the signed list of receipt keys and this terminal's own, without a server.
 *
 * Nothing here takes the lock of the state folder: a slip can be judged while the counter sells. */
#ifndef BT_UI_COMMAND_PROOF_H
#define BT_UI_COMMAND_PROOF_H

#include "core/authority/enrolment.h"
#include "core/authority/receipt_keys.h"
#include "core/receipt/record.h"

enum bt_verdict {
	BT_VERDICT_GENUINE,
	BT_VERDICT_ALTERED,   /* no key of its terminal signed it, or it is damaged */
	BT_VERDICT_WITHDRAWN, /* by a key of its terminal that was no longer good at the time it names */
	BT_VERDICT_UNKNOWN,   /* of a terminal whose keys are not known here */
	BT_VERDICT_NO_RECORD, /* not the text of a receipt's QR */
};

struct bt_proof {
	struct bt_enrolment enrolment;
	uint8_t own[BT_ED25519_PUBLIC_LEN];
	struct bt_receipt_keys keys; /* number 0: none have come yet */
};

/** All that judging needs, from the state folder @p dir; yours, to bt_proof_close. The terminal's own key is always
 *  there, the list of the others' may be missing. @return as bt_enrolment_load and bt_enrolment_receipt_signer;
 * BT_EAUTH or BT_EFORMAT when the list is there and no good. */
BT_MUST_USE enum bt_err bt_proof_open(const char *dir, struct bt_proof **out, struct bt_fault *fault);
/** Takes NULL. */
void bt_proof_close(struct bt_proof *proof);
/** @param[out] out what it says, whatever the verdict; all zero when that cannot be read. */
enum bt_verdict bt_proof_judge(const struct bt_proof *proof, const char *text, struct bt_receipt_record *out);

#endif
