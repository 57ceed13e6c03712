/* A receipt as data: what a slip says, line by line, before any printer is chosen.
 *
 * bt_receipt_compose turns the facts of a sale into a document in English, Hindi or both, with words from the
 * catalogue only. A document is a bounded value: it is copied to the printer worker and may be rendered again at any
 * time. Amounts and digits are always 0-9. Source: receipt contents, facts of vending 1.3 and printing 1. */
#ifndef BT_RECEIPT_RECEIPT_H
#define BT_RECEIPT_RECEIPT_H

#include "core/base/key_change.h"
#include "core/base/words.h"
#include "core/money/money.h"

#define BT_RECEIPT_LINES 144 /* the longest slip in the longest form: tests/unit/test_receipt_form.c */
#define BT_RECEIPT_TEXT  256 /* the text of a QR, too */
#define BT_RECEIPT_STEPS 6   /* of a tariff */

enum bt_receipt_lang { BT_RECEIPT_EN, BT_RECEIPT_HI, BT_RECEIPT_BOTH };

enum bt_receipt_kind {
	BT_RECEIPT_TOKEN,         /* a token was given */
	BT_RECEIPT_DOCKET,        /* paid, token or credit follows */
	BT_RECEIPT_CREDIT,        /* dues or balance credited, no token */
	BT_RECEIPT_TEST,          /* test page: no sale */
	BT_RECEIPT_REFUND,        /* the money was given back */
	BT_RECEIPT_REFUND_DOCKET, /* it will be, when the server has confirmed */
	BT_RECEIPT_STUCK,   /* a claim for money paid through another channel that did not arrive; none is taken */
	BT_RECEIPT_SHIFT_X, /* the shift so far (receipt_shift.h) */
	BT_RECEIPT_SHIFT_Z, /* the shift as it was closed */
	BT_RECEIPT_KINDS,
};

enum bt_receipt_line_kind {
	BT_LINE_HEADING, /* centred, large */
	BT_LINE_CENTRE,  /* centred */
	BT_LINE_TEXT,    /* a sentence, wrapped */
	BT_LINE_PAIR,    /* label left, value right, one baseline */
	BT_LINE_MARK,    /* centred, reversed: DUPLICATE, TRAINING, made while the server was down */
	BT_LINE_DIGITS,  /* right = 20 digits in fours, large, that are keyed in before those of the groups */
	BT_LINE_GROUP,   /* one group of four token digits, numbered, in the largest digits */
	BT_LINE_PICTURE, /* left = name of a picture of assets/receipt, without its ending, centred; none there: nothing
			  */
	BT_LINE_STEP,    /* left = a sentence, right = name of a picture or "". Steps in a row are one block: their
			  * pictures down the left side, the sentences beside them */
	BT_LINE_QR,      /* text = payload; the quiet zone is added by the driver */
	BT_LINE_RULE,
	BT_LINE_SPACE,
	BT_LINE_END, /* the end-of-slip marker: a torn slip shows by its absence */
};

struct bt_receipt_line {
	enum bt_receipt_line_kind kind;
	bool bold;
	char left[BT_RECEIPT_TEXT]; /* text, label, group number or QR payload */
	char right[128];            /* value of a pair, digits of a group */
};

struct bt_receipt {
	int count;
	int copy; /* 0 a test page; 1 the original; n > 1 carries DUPLICATE, copy n */
	struct bt_receipt_line lines[BT_RECEIPT_LINES];
};

/** Names in both scripts; either may be empty, the other is used then. All cleaned. */
struct bt_receipt_name {
	char text[BT_LANG_COUNT][128];
};

/** One price of a tariff whose price depends on how much is used. */
struct bt_receipt_step {
	int64_t units;         /* tenths of kWh */
	bt_paise rate, amount; /* per kWh; of these units */
};

/** Everything a slip can say about one sale; plain values, no pointers into elsewhere. Texts are cleaned already;
 *  an empty text, a zero amount or a zero time leaves its line out. */
struct bt_receipt_facts {
	enum bt_receipt_kind kind;
	bool training;
	bool made_here; /* token made while the server was down */
	bool possible_duplicate;
	bool replaces; /* the meter refused the token before this one as used; approved: on whose word */
	bool no_token; /* docket: a credit follows, never a token */
	int copy;
	struct bt_receipt_name utility, counter, clerk, consumer, relative, place;
	struct bt_receipt_name approved;             /* refunds and new tokens: the supervisor */
	struct bt_receipt_name sealed_by, closed_by; /* reports of a shift that has ended; empty: nobody yet */
	char relation[8];                            /* "s/o", "d/o", "w/o" */
	char terminal[8], receipt_number[24], connection[16], meter[16], category[16];
	char token[21];                  /* "" when none */
	struct bt_key_tokens key_change; /* keyed in before the token */
	int64_t paid_at_ms;
	bt_paise amount, dues, energy, duty, given, change;
	bt_paise fixed;     /* of the amount, towards the month's fixed charge */
	int64_t units;      /* tenths of kWh, the free ones too */
	int64_t free_units; /* those of them that cost nothing */
	char tender[16];    /* catalogue key, e.g. "Cash" */
	char tender_reference[40];
	struct bt_receipt_name bank; /* of a cheque or draft */
	char tariff[48];
	bt_paise rate_paise; /* per kWh, 0 when unknown */
	int step_count;      /* 0 when the tariff has one rate */
	struct bt_receipt_step steps[BT_RECEIPT_STEPS];
	bt_paise balance_known; /* last known balance */
	int64_t balance_at_ms;  /* 0 when unknown */
	int64_t safe_until_ms;  /* the supply lasts about until then; 0 when nobody knows */
	int64_t cut_from_ms;    /* no cut before then; 0 when none is in sight, or nobody knows */
	char reason[96];        /* docket: catalogue key of why no token now */
	char complaint[16];     /* "1912" */
	char docket[28];        /* token of a docket from elsewhere: its number */
	char paid_at[8];        /* and the terminal that took the money; "" otherwise */
	char head[17];          /* short head of the record, 16 hex digits */
	char record[256];       /* payload of the proof QR (receipt/record.h); "": the token's digits alone */
	/* of a copy */
	int64_t printed_at_ms, first_printed_ms;
	struct bt_receipt_name printed_by;
	char reprint_reason[96]; /* catalogue key */
	/* of a claim (BT_RECEIPT_STUCK): receipt_number is its number, amount and paid_at_ms are of the payment, and
	 * tender_reference is what the other channel calls it */
	struct bt_receipt_name channel;
	int64_t claimed_at_ms, promised_ms;
};

/**
 * Compose the document in the form that is built in (receipt/form.h): token near the top, five groups of four, one per
 * line; then money, consumer, proof, end. Not for reports of a shift, which need more than these facts.
 * @return BT_OK, or BT_EFULL when it does not fit BT_RECEIPT_LINES (out then undefined).
 */
BT_MUST_USE enum bt_err bt_receipt_compose(const struct bt_receipt_facts *facts, const struct bt_words *words,
					   enum bt_receipt_lang lang, struct bt_receipt *out);
BT_MUST_USE enum bt_err bt_receipt_lang_parse(const char *text, enum bt_receipt_lang *out);

#endif
