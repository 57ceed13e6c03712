/* What the head-end tells of one connection beside the directory: the newest payments of every channel and what became
 * of them, money that is not in the meter yet, notices, the person's other connections, supply that is owed back.
 *
 * The newest answer of each connection stands in the cache, with the moment it came: what is known while the server is
 * down. Source: schema Account of assets/api/openapi.yaml. */
#ifndef BT_DIRECTORY_ACCOUNT_H
#define BT_DIRECTORY_ACCOUNT_H

#include "core/directory/directory.h"

#define BT_ACCOUNT_RECHARGES 12
#define BT_ACCOUNT_CHARGES   12
#define BT_ACCOUNT_WAITING   4
#define BT_ACCOUNT_NOTICES   3
#define BT_ACCOUNT_OTHERS    6
#define BT_NOTICE_BYTES      512

/** Where money was taken. */
enum bt_channel {
	BT_CHANNEL_OTHER,
	BT_CHANNEL_COUNTER,
	BT_CHANNEL_APP,
	BT_CHANNEL_UPI,
	BT_CHANNEL_WEB,
	BT_CHANNEL_COUNT
};

/** What became of it. In the meter is said only where the meter itself has reported it. */
enum bt_recharge_state { BT_RECHARGE_NOT_GIVEN, BT_RECHARGE_GIVEN, BT_RECHARGE_IN_METER, BT_RECHARGE_STATES };

struct bt_account_recharge {
	int64_t at_ms;
	bt_paise amount;
	enum bt_channel channel;
	enum bt_recharge_state state;
	char delivery[8]; /* "token", "balance", "dues" */
};

/** What a line beside the payments is: what an offline sale at another step of the month came to in the end, or the
 *  month's fixed charge (PROTOCOL S8). */
enum bt_charge { BT_CHARGE_SLAB, BT_CHARGE_FIXED, BT_CHARGES };

struct bt_account_charge {
	int64_t at_ms;
	enum bt_charge what;
	int32_t of;      /* year * 100 + month, in India */
	bt_paise amount; /* above 0: owed; below: given back */
};

/** Money that has left the consumer and is not in the meter. */
struct bt_account_waiting {
	char payment_id[37];
	enum bt_channel channel;
	bt_paise amount;
	int64_t paid_at_ms;
	char utr[24]; /* "" when there is none */
	bool unsure;  /* not even the bank knows where it is */
};

/** A sentence or two; what is longer is cut. */
struct bt_account_notice {
	char text[BT_LANG_COUNT][BT_NOTICE_BYTES];
	int64_t until_ms;
};

struct bt_account_other {
	char number[16];
	struct bt_dual place;
};

struct bt_account {
	char number[16];
	int64_t time_ms; /* the head-end's, when it said so */
	int recharge_count, charge_count, waiting_count, notice_count, other_count;
	struct bt_account_recharge recharges[BT_ACCOUNT_RECHARGES]; /* newest first */
	struct bt_account_charge charges[BT_ACCOUNT_CHARGES];       /* newest first */
	struct bt_account_waiting waiting[BT_ACCOUNT_WAITING];
	struct bt_account_notice notices[BT_ACCOUNT_NOTICES];
	struct bt_account_other others[BT_ACCOUNT_OTHERS];
	/* Cash that every other terminal took of the person, over all connections, since this midnight in India; 0: it
	 * was not said. What the terminal that asks has taken is never in it. */
	int64_t cash_since_ms;
	bt_paise cash_elsewhere;
	bool cash_is_odd;                             /* it was said, and cannot be: as if it had not been */
	int64_t reconnect_since_ms, reconnect_due_ms; /* 0: none is owed */
};

/** From the head-end's JSON (bytes of one object). Every string is cleaned; of lists that are longer than here the
 *  first are kept. A head-end that does not know the cash of others leaves it out; a sum that cannot be is left out
 *  here, and the rest is kept. @return BT_OK, or BT_EFORMAT; *out untouched then. */
BT_MUST_USE enum bt_err bt_account_decode(struct bt_bytes json, struct bt_account *out, struct bt_fault *fault);
/** Its text in @p lang, or the other when that is empty. Borrowed. */
const char *bt_account_notice_text(const struct bt_account_notice *notice, enum bt_lang lang);
/** The newest notice still in force at @p now_ms, NULL none. Borrowed. Pure. */
const struct bt_account_notice *bt_account_notice_now(const struct bt_account *account, int64_t now_ms);

/** Keep an answer, as it came, in place of the one before. @return BT_OK, BT_ENOSPC, BT_EOS. */
BT_MUST_USE enum bt_err bt_directory_put_account(struct bt_directory *directory, const char *number,
						 struct bt_bytes json, struct bt_fault *fault);
/** @return BT_OK, BT_ENOTFOUND, BT_EOS. */
BT_MUST_USE enum bt_err bt_directory_find_account(struct bt_directory *directory, const char *number,
						  struct bt_account *out);

#endif
