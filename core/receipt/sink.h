/* Whatever prints receipts: the only thing core and the screens know of a printer.
 *
 * Submitting copies the document and returns at once; results arrive later and are taken by the thread that owns the
 * screen. A result says honestly how much is known. */
#ifndef BT_RECEIPT_SINK_H
#define BT_RECEIPT_SINK_H

#include "core/receipt/receipt.h"

enum bt_print_state {
	BT_PRINT_CONFIRMED,   /* the printer said the paper is out */
	BT_PRINT_UNCONFIRMED, /* bytes were taken; nobody can say whether they are on paper */
	BT_PRINT_FAILED,      /* the printer did not take the slip */
};

enum bt_paper {
	BT_PAPER_OK,
	BT_PAPER_LOW,
	BT_PAPER_OUT,
	BT_PAPER_OPEN,
	BT_PAPER_JAM,    /* the cutter is stuck */
	BT_PAPER_FAULT,  /* the printer reports an error: the head is hot, or it wants to be switched off and on */
	BT_PAPER_SILENT, /* a printer is set up and does not answer */
	BT_PAPER_NONE,   /* no printer is set up; no sink says this, only who has none */
	BT_PAPER_COUNT,
};

struct bt_print_job {
	char sale_id[37]; /* "" for a test page */
	int copy;
	bool open_drawer;          /* only for a cash sale's original, its refund, or by a supervisor */
	struct bt_receipt receipt; /* without a line: nothing is printed, the drawer opens */
};

struct bt_print_result {
	char sale_id[37];
	int copy;
	enum bt_print_state state;
	struct bt_fault fault;
};

struct bt_sink {
	/** Copy the job and return. BT_OK, BT_EFULL (too many waiting). MUST be set. */
	enum bt_err (*submit)(void *self, const struct bt_print_job *job);
	/** Take one finished result; false when there is none. MUST be set. */
	bool (*take)(void *self, struct bt_print_result *out);
	/** Readable while a result waits; -1 when results are there at once. MUST be set. */
	int (*fd)(void *self);
	/** State of the paper as it was last told; moves while a slip is in hand. MUST be set. */
	enum bt_paper (*paper)(void *self);
	/** Stop waiting for the slip in hand, which a printer without paper would keep and print with the next roll:
	 * what the printer still holds of it is thrown away as far as it obeys, and its result comes as UNCONFIRMED, or
	 * FAILED when no byte of it had left. Without a slip in hand nothing happens. MAY be NULL. */
	void (*give_up)(void *self);
	void *self;
};

#endif
