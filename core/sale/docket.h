/* A docket at any counter: the consumer paid at one terminal and asks at another for what is still to come.
 *
 * Only the head-end finishes such a sale, with the owner's identity of the token (PROTOCOL S4, T1). What it answers is
 * journaled here as `delivered` before anybody sees it; the money is never counted here. One docket at a time: it is on
 * the screen in front of the clerk. Inside of the teller, which it shares wire, printer and record with. */
#ifndef BT_SALE_DOCKET_H
#define BT_SALE_DOCKET_H

#include "core/sale/teller.h"

/** What a text is that was typed or scanned. */
enum bt_docket_found {
	BT_DOCKET_NOT,       /* neither a number nor a QR of ours */
	BT_DOCKET_DAMAGED,   /* it looks like one, and a digit or a letter is wrong */
	BT_DOCKET_SLIP,      /* the receipt of a token that was given */
	BT_DOCKET_OURS,      /* of a sale in this record */
	BT_DOCKET_ELSEWHERE, /* of another terminal, or of this one before it lost its record: see view */
};

enum bt_docket_state {
	BT_DOCKET_NONE,         /* no docket in hand */
	BT_DOCKET_LOOKING,      /* the head-end was asked what it knows of the number */
	BT_DOCKET_READY,        /* known, from paper or from the head-end: bt_teller_docket_finish may be asked */
	BT_DOCKET_ASKING,       /* asked to finish it */
	BT_DOCKET_DELIVERED,    /* token or credit is on record here */
	BT_DOCKET_REFUSED,      /* code and refusal say why; it may be asked again */
	BT_DOCKET_UNANSWERED,   /* no answer, or none that could be understood: asking again gives the same digits */
	BT_DOCKET_NEEDS_SERVER, /* only its number is known, and the head-end cannot be asked */
	BT_DOCKET_DIFFERS,      /* the head-end's answer is not of this docket: nothing is shown */
	BT_DOCKET_UNRECORDED,   /* it came, and the record does not take it: nothing is shown */
};

/** For those who look at it. */
struct bt_docket_view {
	enum bt_docket_state state;
	char number[28]; /* "D-0142-0611-087-7"; "" when an older docket's QR does not say */
	char sale_id[37];
	char terminal[8];            /* where the money is */
	struct bt_dual counter;      /* its name; both empty when only the paper spoke */
	struct bt_consumer consumer; /* from the list, or only connection and meter */
	bt_paise amount, dues, duty;
	int64_t units, paid_at_ms, delivered_at_ms;
	uint32_t tid;     /* 0: not said */
	bool has_paper;   /* the QR was read */
	bool is_known;    /* amount and time are known */
	bool gives_token; /* false: a credit to dues or balance; true too while it is not known */
	bool was_given;   /* by the head-end's look-up: committed already */
	char token[21];
	struct bt_key_tokens key_tokens; /* keyed in before it */
	char refused_by[24]; /* who saw that the meter refuses the token before it; "": it is the sale's own */
	char code[40], refusal_en[160], refusal_hi[320];
	enum bt_print_progress printing;
	int copies; /* slips printed here */
};

/**
 * Take a docket in hand: the text of its QR, or its number with or without "D-". What was delivered here before is
 * found in the record; a number that is not is asked of the head-end.
 * @param[out] own_sale_id written for BT_DOCKET_OURS only.
 */
enum bt_docket_found bt_teller_docket_open(struct bt_teller *teller, const char *text, char own_sale_id[37]);
/**
 * Take in hand a payment of another channel that the head-end has just told of, and says that it can finish: there is
 * no paper, and its own answer is all that counts. What was delivered here before is found in the record.
 * With `refused_by` it is a token in place of one that the meter refused as used (PROTOCOL T5): the head-end makes it
 * once, of sales of this record too.
 * @param[in] payment sale_id, terminal (the channel), consumer.number and .meter, amount, paid_at_ms, gives_token and
 *                    refused_by.
 */
void bt_teller_docket_take(struct bt_teller *teller, const struct bt_docket_view *payment);
/** Ask the head-end to finish the docket in hand. BT_OK; BT_ESTATE (none that can be); BT_EUNREACHABLE; BT_EFULL. */
BT_MUST_USE enum bt_err bt_teller_docket_finish(struct bt_teller *teller);
/** Print again what was delivered, as bt_teller_reprint. BT_OK, BT_EINPUT, BT_ESTATE, BT_EFULL. */
BT_MUST_USE enum bt_err bt_teller_docket_reprint(struct bt_teller *teller, enum bt_reprint said);
/** The clerk says that an unconfirmed slip came out. BT_OK, BT_ESTATE. */
BT_MUST_USE enum bt_err bt_teller_docket_paper_seen(struct bt_teller *teller);
/** What was given here in place of a token of @p sale_id that the meter refused. @return false: nothing, *out is
 *  untouched. */
bool bt_teller_docket_replaced(struct bt_teller *teller, const char *sale_id, struct bt_docket_view *out);
void bt_teller_docket_view(const struct bt_teller *teller, struct bt_docket_view *out);

#endif
