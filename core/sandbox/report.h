/* What the sandbox shows of itself on standard output: consumers and ledger, as a table or as JSON. */
#ifndef BT_SANDBOX_REPORT_H
#define BT_SANDBOX_REPORT_H

#include "core/sandbox/sbx.h"

/** @return exit code. */
int bt_sbx_report_consumers_json(struct bt_sbx *sbx);
int bt_sbx_report_consumers_table(struct bt_sbx *sbx);
int bt_sbx_report_ledger_json(struct bt_sbx *sbx);
int bt_sbx_report_ledger_table(struct bt_sbx *sbx);
/** The vending keys of this ledger's meters, to be loaded into a security module: one line each, identity and hex. They
 *  are test keys of this folder and of no value outside it. */
int bt_sbx_report_vending_keys(struct bt_sbx *sbx);

#endif
