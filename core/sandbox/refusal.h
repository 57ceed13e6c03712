/* Why a request was not done: one row per reason, with its code on the wire, its HTTP status and what a person reads.
 *
 * The same rows name the exceptions under which facts are posted: what would have been refused as a request. */
#ifndef BT_SANDBOX_REFUSAL_H
#define BT_SANDBOX_REFUSAL_H

enum bt_sbx_code {
	BT_SBX_NONE,
	BT_SBX_MALFORMED,
	BT_SBX_TOO_LARGE,
	BT_SBX_NO_SUCH_CALL,
	BT_SBX_NO_CERTIFICATE,
	BT_SBX_REVOKED,
	BT_SBX_WRONG_TERMINAL,
	BT_SBX_ENROLMENT_CODE,
	BT_SBX_TOO_MANY_TRIES,
	BT_SBX_NO_LANE_FREE,
	BT_SBX_UNKNOWN_CONSUMER,
	BT_SBX_BLOCKED,
	BT_SBX_FIGURES,
	BT_SBX_BELOW_MINIMUM,
	BT_SBX_ABOVE_MAXIMUM,
	BT_SBX_KEY_MISMATCH,
	BT_SBX_TID_RANGE,
	BT_SBX_TID_LANE,
	BT_SBX_TID_USED,
	BT_SBX_TID_WAIT,
	BT_SBX_ID_CONFLICT,
	BT_SBX_TOMBSTONE,
	BT_SBX_REVERSED,
	BT_SBX_ERA,
	BT_SBX_DUES_TOO_MUCH,
	BT_SBX_METER_MISMATCH,
	BT_SBX_DELIVERY,
	BT_SBX_UNKNOWN_SALE,
	BT_SBX_TOKEN_RELEASED,
	BT_SBX_NOT_REVERSED,
	BT_SBX_ABANDONED,
	BT_SBX_TOKEN_DIFFERS,
	BT_SBX_LEASE_EXPIRED,
	BT_SBX_PAID_MISSING,
	BT_SBX_CREDIT_UNKNOWN,
	BT_SBX_FORK,
	BT_SBX_GAP,
	BT_SBX_EPOCH,
	BT_SBX_DIRECTORY_OLD,
	BT_SBX_EXTENSION_UNKNOWN,
	BT_SBX_UNKNOWN_DOCKET,
	BT_SBX_DOCKET_INVALID,
	BT_SBX_DOCKET_TERMINAL,
	BT_SBX_DOCKET_REVOKED,
	BT_SBX_DOCKET_WAITS,
	BT_SBX_UNKNOWN_CLAIM,
	BT_SBX_INTERNAL,
	BT_SBX_CODE_COUNT
};

struct bt_sbx_refusal {
	const char *name; /* on the wire; "" for BT_SBX_NONE */
	unsigned http;
	const char *en;
	const char *hi;
};

/** Never NULL; an impossible value reads as BT_SBX_INTERNAL. */
const struct bt_sbx_refusal *bt_sbx_refusal_of(enum bt_sbx_code code);

#endif
