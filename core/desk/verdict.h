/* Where the money of a stuck recharge is, and the one right thing to do about it: one table, pure.
 *
 * The facts are those of the record for a sale of this counter, and the head-end's answer for any other payment. A
 * token is offered for another channel's payment only while the head-end says that none exists and would make it itself
 * (PROTOCOL T1, S4, T6); whatever is not known well enough becomes a claim. Source: DESIGN 2.1 and 2.4,
 * facts/vending.md 3.2 (a bank gives back by itself what it did not pay on, by the fifth day). */
#ifndef BT_DESK_VERDICT_H
#define BT_DESK_VERDICT_H

#include "core/journal/journal.h"

/** Who took the money, as far as this counter is concerned. */
enum bt_desk_side {
	BT_DESK_OURS,      /* a sale of this counter's record */
	BT_DESK_ELSEWHERE, /* a payment that the head-end knows */
	BT_DESK_UNHEARD,   /* a consumer says so; the head-end was asked and knows nothing */
	BT_DESK_UNASKED,   /* a consumer says so; the head-end cannot be asked */
	BT_DESK_SIDES
};

enum bt_desk_bank { BT_BANK_PAID, BT_BANK_UNSURE, BT_BANK_FAILED, BT_BANK_RETURNED, BT_BANKS };
enum bt_desk_token { BT_TOKEN_NONE, BT_TOKEN_GIVEN, BT_TOKEN_IN_METER, BT_TOKENS };
/** What the head-end says may be done. */
enum bt_desk_can { BT_CAN_NONE, BT_CAN_FINISH, BT_CAN_REFUND, BT_CAN_CLAIM, BT_CAN_WAIT, BT_CAN_OFFICE, BT_CANS };

struct bt_desk_facts {
	enum bt_desk_side side;
	bool claimed;        /* a claim about it is on record here, */
	bool refund_ordered; /* and asks for the money back */
	/* ours */
	enum bt_sale_stage stage;
	bool gives_token;
	bool objected; /* the head-end named an exception */
	/* elsewhere */
	bool answers; /* what follows was said just now, and the head-end can be asked for the rest */
	enum bt_desk_bank bank;
	bool received; /* by the company */
	enum bt_desk_token token;
	bool credited;
	enum bt_desk_can can;
	bool reissue;      /* the token may be replaced: another one of the meter has its minute, */
	bool next_key;     /* or the meter has got its next key since */
	bool refund_begun; /* at its own counter, and not confirmed */
};

enum bt_desk_place {
	BT_PLACE_UNKNOWN,
	BT_PLACE_BANK,
	BT_PLACE_COMPANY,
	BT_PLACE_HERE,  /* paid at this counter; token or credit waits */
	BT_PLACE_METER, /* or in a token that is out, or on the account */
	BT_PLACE_BACK,  /* on its way back */
	BT_PLACE_PAYER, /* the bank said no, and undoes what it took: paying again is right */
	BT_PLACES
};

enum bt_desk_act {
	BT_ACT_NOTHING,
	BT_ACT_FINISH,      /* the head-end makes the token or the credit, and it is given here */
	BT_ACT_OPEN,        /* ours: the sale's own page says what is next */
	BT_ACT_WAIT_SERVER, /* ours: it goes on by itself when the head-end is back */
	BT_ACT_REISSUE,     /* a new token where the meter refused this one, with a supervisor */
	BT_ACT_REFUND,      /* order it back to the bank, with a supervisor */
	BT_ACT_CLAIM,
	BT_ACT_WAIT_CLAIM,
	BT_ACT_WAIT_BANK,
	BT_ACTS
};

struct bt_desk_verdict {
	enum bt_desk_place place;
	enum bt_desk_act act;
	bool urgent;          /* somebody has to do something */
	const char *where;    /* catalogue key, for a row of a list */
	const char *sentence; /* catalogue key: where the money is */
	const char *now;      /* catalogue key: what to do */
};

/** Pure; always one verdict. */
struct bt_desk_verdict bt_desk_judge(const struct bt_desk_facts *facts);
/** What is known of a sale of this counter. */
struct bt_desk_facts bt_desk_facts_of_sale(const struct bt_sale_row *row);

/** The table, for its test: which row decides. */
int bt_desk_row_of(const struct bt_desk_facts *facts);
int bt_desk_row_count(void);

#endif
