#include "core/sale/slip.h"

#include <stddef.h>

#include "core/base/words.h"

#define ROW(from, ev, to, act) {BT_PRINTING_##from, BT_SLIP_EV_##ev, BT_PRINTING_##to, BT_SLIP_DO_##act},

const struct bt_slip_step bt_slip_table[] = {
    /* clang-format off */
	ROW(NONE,     PRINT,       NOW,      SEND)
	ROW(NONE,     DUE,         NOW,      SEND)
	ROW(DONE,     PRINT,       NOW,      SEND)
	ROW(DONE,     DUE,         NOW,      SEND)
	ROW(FAILED,   PRINT,       NOW,      SEND)
	ROW(FAILED,   DUE,         NOW,      SEND)
	ROW(ASK,      PRINT,       NOW,      SEND)        /* the clerk said that it did not come out */
	ROW(ASK,      DUE,         NOW,      SEND)
	ROW(ASK,      SEEN,        DONE,     RECORD)

	ROW(NOW,      NOT_TAKEN,   FAILED,   NOTHING)
	ROW(NOW,      CONFIRMED,   DONE,     RECORD)
	ROW(NOW,      UNCONFIRMED, ASK,      RECORD)
	ROW(NOW,      FAILED,      FAILED,   RECORD)
	ROW(NOW,      GIVE_UP,     GIVEN_UP, THROW_AWAY)
	ROW(NOW,      DUE,         FOLLOWED, NOTHING)

	ROW(GIVEN_UP, CONFIRMED,   DONE,     RECORD)      /* out at the last moment: no copy is wanted */
	ROW(GIVEN_UP, UNCONFIRMED, NOW,      RECORD_SEND) /* COPY n + 1 */
	ROW(GIVEN_UP, FAILED,      NOW,      RECORD_SEND) /* nothing of it left: the same number */
	ROW(GIVEN_UP, DUE,         FOLLOWED, NOTHING)

	ROW(FOLLOWED, CONFIRMED,   NOW,      RECORD_SEND)
	ROW(FOLLOWED, UNCONFIRMED, NOW,      RECORD_SEND)
	ROW(FOLLOWED, FAILED,      NOW,      RECORD_SEND)
	ROW(FOLLOWED, GIVE_UP,     FOLLOWED, THROW_AWAY)
	ROW(FOLLOWED, DUE,         FOLLOWED, NOTHING)
    /* clang-format on */
};
const int bt_slip_table_len = sizeof bt_slip_table / sizeof bt_slip_table[0];

static const struct {
	const char *code, *key;
} reprints[] = {
    [BT_REPRINT_UNSAID] = {"", ""},
    [BT_REPRINT_PAPER] = {"paper", N_("the printer had stopped")},
    [BT_REPRINT_NOT_OUT] = {"not_out", N_("the first did not come out")},
    [BT_REPRINT_ASKED] = {"asked", N_("asked for by the consumer")},
    [BT_REPRINT_DAMAGED] = {"damaged", N_("torn or unreadable")},
};

const struct bt_slip_step *bt_slip_find_step(enum bt_print_progress state, enum bt_slip_event event)
{
	for (int i = 0; i < bt_slip_table_len; i++)
		if (bt_slip_table[i].state == state && bt_slip_table[i].event == event)
			return &bt_slip_table[i];
	return NULL;
}

bool bt_slip_is_in_hand(enum bt_print_progress state)
{
	return state == BT_PRINTING_NOW || state == BT_PRINTING_GIVEN_UP || state == BT_PRINTING_FOLLOWED;
}

bool bt_slip_is_stuck(enum bt_paper paper)
{
	return paper == BT_PAPER_OUT || paper == BT_PAPER_OPEN || paper == BT_PAPER_JAM || paper == BT_PAPER_FAULT;
}

const char *bt_reprint_code(enum bt_reprint why)
{
	return reprints[why].code;
}

const char *bt_reprint_key(enum bt_reprint why)
{
	return reprints[why].key;
}

enum bt_err bt_reprint_why(enum bt_print_progress state, int copy, enum bt_reprint held, enum bt_reprint said,
			   enum bt_reprint *out)
{
	enum bt_reprint why = said;

	if (copy <= 1)
		why = BT_REPRINT_UNSAID;
	else if (bt_slip_is_in_hand(state))
		why = BT_REPRINT_PAPER;
	else if (state == BT_PRINTING_ASK)
		why = BT_REPRINT_NOT_OUT;
	else if (state == BT_PRINTING_FAILED && held != BT_REPRINT_UNSAID)
		why = held;
	if (copy > 1 && why == BT_REPRINT_UNSAID)
		return BT_EINPUT;
	*out = why;
	return BT_OK;
}
