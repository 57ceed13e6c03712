/* The head-end of the simulation: the sandbox's own calls and ledger, in memory, without sockets.
 *
 * A town is made once (consumers, keys, secrets, from a seed); each world gets a copy of its ledger. A backup is such a
 * copy taken in the middle, and restoring it begins a new era (PROTOCOL H4). */
#ifndef SIM_HEAD_END_H
#define SIM_HEAD_END_H

#include "core/sandbox/call.h"
#include "core/sandbox/terminal.h"
#include "core/wire/protocol.h"
#include "tests/meter/factory.h"
#include "tests/sim/chance.h"

#define SIM_PEOPLE 64
/** 30 November 2026, 22:30 in India: an hour and a half later the month turns. */
#define SIM_START_MS INT64_C(1796058000000)

struct sim_person {
	char number[16], meter[14];
	struct meter_identity identity; /* as the factory made its meter */
	struct meter_cipher *meter_key; /* NULL: no meter that takes tokens */
	bool has_other_key;             /* the meter has changed its key, and the list still has the one before */
};

/** What is the same in every world of a run. */
struct sim_town {
	char dir[96];
	struct bt_sbx sbx;
	struct sim_person people[SIM_PEOPLE];
};

struct sim_head_end {
	struct bt_sbx sbx; /* its db is this world's */
	sqlite3 *backup;
	char *backup_marks; /* as they were then: nobody puts them back but for a planted fault */
	int restores;       /* how often it was put back */
	bool up;
	bool took_old_era; /* a sale was committed from a request of another era: must never be */
	bool has_old_era;  /* an era was begun that had been before: must never be */
	struct chance chance;
};

/** Make it in a folder of its own within @p folder; it lives as long as the process, and whoever made @p folder removes
 *  it. @return false with a line on stderr. */
bool sim_town_open(struct sim_town *town, const char *folder, uint64_t seed);

/** months.c: make the price of some of its people depend on the month in which @p at_ms is. */
bool sim_months_seed(struct sim_town *town, int64_t at_ms);

/** A fresh head-end of @p town. */
bool sim_head_end_open(const struct sim_town *town, uint64_t seed, struct sim_head_end *out);
void sim_head_end_close(struct sim_head_end *head);
/** Enrol @p terminal: number, lane and its floor, keys. */
bool sim_head_end_enrol(struct sim_head_end *head, const struct bt_sbx_terminal *terminal);
/**
 * Serve one request of @p terminal.
 * @param[in]  reply_leaves the reply gets out of the house: a token in it is then out (PROTOCOL H3).
 * @param[out] body         the reply's JSON, put into an empty buffer.
 * @return the HTTP status.
 */
int sim_head_end_serve(struct sim_head_end *head, const char *terminal, const struct bt_http_request *request,
		       bool reply_leaves, struct bt_buf *body);
/** Serve one request to the payment service, whose books are in the same ledger: the bank's money is. As above; it
 * answers while the head-end is down. */
int sim_head_end_serve_payments(struct sim_head_end *head, const struct bt_http_request *request, struct bt_buf *body);
/** A planted fault: what it has noted of lanes is from now on of @p count, whatever they were given as. */
void sim_head_end_forget_counts(struct sim_head_end *head, int64_t count);
/** Keep a copy of the ledger, in place of the one before. */
void sim_head_end_back_up(struct sim_head_end *head);
/** Go back to the copy and begin a new era; the marks stay as they are (PROTOCOL H4), and nothing else is known of what
 *  came after the copy.
 *  @param[in] marks_lost they were on the disk that died, and only their beginning was saved.
 *  @return false when there is no copy. */
bool sim_head_end_restore(struct sim_head_end *head, bool marks_lost);

#endif
