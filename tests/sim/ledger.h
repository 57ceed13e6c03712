/* What the journal must hold, kept apart from it: every event put, in order, and what became of each sale.
 *
 * It draws the next put from its chance (several sales side by side, as at a busy counter, with bodies as the sale
 * writes them) and is told what came of it. It shares no code with the journal's projections: stages and totals are
 * reckoned here a second time from what DESIGN 5 and PROTOCOL say. */
#ifndef TESTS_SIM_LEDGER_H
#define TESTS_SIM_LEDGER_H

#include "core/journal/journal.h"
#include "tests/sim/chance.h"

#define LEDGER_EVENTS_MAX 4096
#define LEDGER_SALES_MAX  1024
#define LEDGER_METERS     24
#define LEDGER_START_MS   INT64_C(1795000000000)
#define LEDGER_TERMINAL   "0142"

struct ledger_sale {
	char id[37], receipt[24], token[21], delivery[8];
	int meter;
	int64_t shift, paid_at_ms, paid_seq;
	bt_paise amount, dues;
	int64_t units;
	uint32_t tid;
	int rev, printed;
	enum bt_sale_stage stage;
	bool made_here, settled, exception;
};

struct ledger_event {
	enum bt_event_kind kind;
	int sale;         /* -1 none */
	bool own;         /* the journal's own: genesis, a new epoch; its body is not the ledger's */
	uint64_t content; /* of the body */
};

struct ledger {
	struct chance chance;
	int64_t now_ms;
	int64_t shift;
	struct ledger_event events[LEDGER_EVENTS_MAX]; /* event i has seq i + 1 */
	int64_t count;                                 /* acknowledged by the journal */
	int64_t drawn;                                 /* with the put in hand */
	struct ledger_sale sales[LEDGER_SALES_MAX];
	int sale_count;
	int64_t peer, peer_drawn; /* head acknowledged: for certain, and perhaps */

	/* the put in hand */
	struct bt_event_in put[BT_PUT_MAX];
	char bodies[BT_PUT_MAX][1024];
	struct {
		int sale;
		struct ledger_sale was;
	} undo[BT_PUT_MAX];
	int undo_count, sales_before;
};

/** An empty one; the genesis event is its first. */
void ledger_begin(struct ledger *ledger, uint64_t seed);
/** Its time as the journal's clock: a millisecond goes by at each reading, in one boot. It borrows the ledger. */
struct bt_clock ledger_clock(struct ledger *ledger);
/** True when there is room for another put of @p most events. */
bool ledger_has_room(const struct ledger *ledger, int most);
/** Draw a put of 1 to @p most events into ledger->put. @return how many. */
int ledger_draw(struct ledger *ledger, int most);
/** An event that must be refused (a burned TID, other digits, an event of an unknown sale); nothing is noted.
 *  @return false when there is nothing yet that it could go against. */
bool ledger_draw_wrong(struct ledger *ledger, struct bt_event_in *out);
/** The put in hand is on record; or it is not. */
void ledger_keep(struct ledger *ledger);
void ledger_forget(struct ledger *ledger);

/** A stable hash of bytes, for telling bodies apart. */
uint64_t ledger_content(struct bt_bytes bytes);
const char *ledger_meter(int meter, char out[14]);

/** What stands against the caps, and what needs somebody (PROTOCOL L1; DESIGN 5). */
struct bt_unsent ledger_unsent(const struct ledger *ledger);
int64_t ledger_open_count(const struct ledger *ledger);
/** NULL, or the name of the first field in which @p row is not this sale's. */
const char *ledger_differs(const struct ledger *ledger, int sale, const struct bt_sale_row *row);

#endif
