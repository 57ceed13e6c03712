/* What a journal event does to the ledger: the table of event kinds that concern money.
 *
 * A fact is never refused (PROTOCOL H1): what would have been a refusal is the name of its exception. */
#ifndef BT_SANDBOX_FACT_H
#define BT_SANDBOX_FACT_H

#include <jansson.h>

#include "core/sandbox/refusal.h"
#include "core/sandbox/sbx.h"
#include "core/sandbox/terminal.h"

struct bt_sbx_fact {
	const struct bt_sbx_terminal *terminal; /* whose journal it is */
	int64_t time;
	const char *sale_id;
	const char *kind;
	const char *body;
};

enum bt_sbx_standing {
	BT_SBX_SILENT, /* nothing about money to report */
	BT_SBX_POSTED,
	BT_SBX_EXCEPTION,
};

struct bt_sbx_outcome {
	enum bt_sbx_standing standing;
	enum bt_sbx_code code; /* of an exception */
};

/** Apply one verified event inside the caller's transaction. @return false only when the ledger failed. */
bool bt_sbx_fact_post(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, struct bt_sbx_outcome *out);

#endif
