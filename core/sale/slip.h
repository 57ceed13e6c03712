/* One slip on its way to paper: the states, events and effects as one table, and why a copy was made.
 *
 * Whoever prints holds a bt_print_progress and takes each step from this table, so that a slip whose end is not known
 * is never followed by a second original: it is waited for, or thrown away as far as the printer obeys, and what
 * follows it is a copy. Pure. Source: facts of printing 2, "Was it printed?" and "Paper out mid-print". */
#ifndef BT_SALE_SLIP_H
#define BT_SALE_SLIP_H

#include "core/receipt/sink.h"

enum bt_print_progress {
	BT_PRINTING_NONE, /* nothing printed by this run */
	BT_PRINTING_NOW,  /* in the printer's hand */
	BT_PRINTING_DONE,
	BT_PRINTING_ASK,    /* sent, and nobody can say whether it came out: the clerk can */
	BT_PRINTING_FAILED, /* no byte of it left: the same slip may be sent again */
	/* Others read these as they read NOW. */
	BT_PRINTING_GIVEN_UP, /* thrown away; its end is waited for, then a copy goes */
	BT_PRINTING_FOLLOWED, /* in hand, and another slip of this sale is due behind it */
	BT_PRINTING_COUNT,
};

/** What the record says of a slip before its first byte leaves: whatever comes after it is a copy, unless it is
 * followed by "failed". */
#define BT_SLIP_SENDING "sending"

/** Events of a slip. */
#define BT_SLIP_EVENTS(ROW)                                                                                            \
	ROW(PRINT)       /* a slip goes out, the first or a copy */                                                    \
	ROW(DUE)         /* another slip of the sale is to be printed by itself */                                     \
	ROW(NOT_TAKEN)   /* the sink did not take it */                                                                \
	ROW(GIVE_UP)     /* the clerk does not wait for paper any longer */                                            \
	ROW(CONFIRMED)   /* it ended: the printer said that it is out */                                               \
	ROW(UNCONFIRMED) /* it ended: nobody can say */                                                                \
	ROW(FAILED)      /* it ended: no byte of it left */                                                            \
	ROW(SEEN)        /* the clerk says that it came out */

/** What the one who prints does on a step, in this order. */
#define BT_SLIP_EFFECTS(ROW)                                                                                           \
	ROW(NOTHING)                                                                                                   \
	ROW(SEND)                                                                                                      \
	ROW(THROW_AWAY) /* tell the sink; the result still comes */                                                    \
	ROW(RECORD)     /* journal what became of it */                                                                \
	ROW(RECORD_SEND)

enum bt_slip_event {
#define BT_SLIP_ENUM(id) BT_SLIP_EV_##id,
	BT_SLIP_EVENTS(BT_SLIP_ENUM)
#undef BT_SLIP_ENUM
	    BT_SLIP_EVENT_COUNT
};
enum bt_slip_effect {
#define BT_SLIP_ENUM(id) BT_SLIP_DO_##id,
	BT_SLIP_EFFECTS(BT_SLIP_ENUM)
#undef BT_SLIP_ENUM
	    BT_SLIP_EFFECT_COUNT
};

struct bt_slip_step {
	enum bt_print_progress state;
	enum bt_slip_event event;
	enum bt_print_progress next;
	enum bt_slip_effect effect;
};
/** The whole table and its length. */
extern const struct bt_slip_step bt_slip_table[];
extern const int bt_slip_table_len;
/** @return the row, or NULL when @p event is not allowed in @p state. Pure. */
const struct bt_slip_step *bt_slip_find_step(enum bt_print_progress state, enum bt_slip_event event);

/** True while a result of it is still to come. */
bool bt_slip_is_in_hand(enum bt_print_progress state);
/** True when a slip in hand waits for somebody to do something about the printer: it may be given up. */
bool bt_slip_is_stuck(enum bt_paper paper);

/** Why a slip is printed again. */
enum bt_reprint {
	BT_REPRINT_UNSAID,  /* an original, or nobody said */
	BT_REPRINT_PAPER,   /* the first was given up for want of paper, an open printer, a fault */
	BT_REPRINT_NOT_OUT, /* the clerk says that it did not come out */
	BT_REPRINT_ASKED,   /* the consumer asks for another */
	BT_REPRINT_DAMAGED, /* it came out torn or cannot be read */
	BT_REPRINT_COUNT,
};
/** As the record has it: "paper", "not_out", "asked", "damaged"; "" for UNSAID. */
const char *bt_reprint_code(enum bt_reprint why);
/** As slips say it: a catalogue key; "" for UNSAID. */
const char *bt_reprint_key(enum bt_reprint why);

/**
 * Why the slip after one in @p state is a copy.
 * @param copy  number of the slip to come; 1 is an original and needs no reason.
 * @param held  the reason of the last one sent: a copy that never left keeps it.
 * @param said  what a person answered: UNSAID, ASKED or DAMAGED.
 * @param[out] out written only on BT_OK.
 * @return BT_OK; BT_EINPUT when the last one came out and nobody said why another is wanted.
 */
BT_MUST_USE enum bt_err bt_reprint_why(enum bt_print_progress state, int copy, enum bt_reprint held,
				       enum bt_reprint said, enum bt_reprint *out);

#endif
