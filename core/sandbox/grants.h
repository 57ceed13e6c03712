/* Extensions of a lease by telephone: the codes that a lease commits to, read out one by one, each once.
 *
 * The ledger keeps the codes; the lease carries only what proves them (PROTOCOL L3). */
#ifndef BT_SANDBOX_GRANTS_H
#define BT_SANDBOX_GRANTS_H

#include <jansson.h>

#include "core/sandbox/fact.h"
#include "core/sandbox/sbx.h"

#define BT_SBX_GRANTS_MAX    4
#define BT_SBX_GRANT_DAYS    3
#define BT_SBX_GRANT_DIGITS  20
#define BT_SBX_REQUESTS_TOLD 3

/** Make the grants of lease @p number of @p terminal, inside the caller's transaction. A scrypt each.
 *  @return what the lease lists, yours; NULL when the ledger failed. */
json_t *bt_sbx_grants_make(const struct bt_sbx *sbx, const char *terminal, int64_t number);

/** What whoever sits at the telephone needs. */
struct bt_sbx_grant {
	char code[BT_SBX_GRANT_DIGITS + 1];
	int64_t lease, number, of, days, value_paise;
	char requests[BT_SBX_REQUESTS_TOLD][9]; /* one of these is what the terminal says */
	int64_t head_seq;                       /* newest record that came from it; 0 none */
	char head[17];                          /* its short head */
};

/** The next code of the newest lease that has not been read out; it never is again. The lease counts as alive for so
 *  much longer from here on. @return false with a line on stderr: no such terminal, withdrawn, no lease, none left,
 * keys of meters have changed without it. */
BT_SBX_MUST_USE bool bt_sbx_grants_read_out(struct bt_sbx *sbx, const char *terminal, struct bt_sbx_grant *out);

/** A terminal's `extension` record: note that a code was used. One that nobody read out is an exception.
 *  @return false only when the ledger failed. */
bool bt_sbx_grants_note(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			struct bt_sbx_outcome *out);

#endif
