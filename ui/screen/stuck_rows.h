/* The rows of the stuck list: every source makes the same small value, so that another source is one more function in
 * the table of stuck_rows.c. */
#ifndef BT_UI_SCREEN_STUCK_ROWS_H
#define BT_UI_SCREEN_STUCK_ROWS_H

#include "ui/screen/screen.h"

#define BT_STUCK_OURS 256 /* sales of our own that are listed */
#define BT_STUCK_MAX  400

enum bt_stuck_kind {
	BT_STUCK_SALE,    /* id: sale of our own */
	BT_STUCK_UPI,     /* id: sale whose QR waits for the bank */
	BT_STUCK_CLAIM,   /* id: claim written here */
	BT_STUCK_OWED,    /* id: connection whose supply is owed back */
	BT_STUCK_PAYMENT, /* id: payment that was found */
	BT_STUCK_WAITING, /* id: payment elsewhere of the person in hand; the server says of it what may be done */
};

enum bt_stuck_filter { BT_STUCK_ALL, BT_STUCK_OWN, BT_STUCK_APP, BT_STUCK_FILTERS };

struct bt_stuck_row {
	enum bt_stuck_kind kind;
	char id[40];
	struct bt_dual name; /* both empty: look it up, else the number is shown */
	char connection[16];
	char utr[24];        /* "" none, or not known here */
	const char *channel; /* as a claim names it; NULL where none is to be written */
	bt_paise amount;
	const char *where; /* catalogue key, with {1} for */
	char arg[32];      /* this */
	bool urgent, objected, refused;
	bool unpaid;      /* nothing came: whoever wants it pays again */
	bool same_minute; /* a token of a minute that the server had used: it says what may be done */
	int64_t since_ms;
};

/** What is stuck, oldest first. @return how many, at most @p max. */
int bt_ui_stuck_gather(const struct bt_ui_desk *desk, enum bt_stuck_filter filter, struct bt_stuck_row *out, int max);
/** What was found by name, in the server's order. */
int bt_ui_stuck_found(const struct bt_ui_desk *desk, struct bt_stuck_row *out, int max);
/** What an exception says, as a catalogue key. */
const char *bt_ui_stuck_objection(const char *code);
/** A claim about this payment that is on record here; false: none. */
bool bt_ui_stuck_claim(const struct bt_ui_desk *desk, const struct bt_desk_payment *payment, struct bt_claim *out);
/** Where the money of a payment is and what to do, with what is on record here. */
struct bt_desk_verdict bt_ui_stuck_judge(const struct bt_ui_desk *desk, const struct bt_desk_payment *payment);

#endif
