/* The QR of a docket: what a terminal signed when it took money and could not give a token yet.
 *
 * It carries enough of the sale for the head-end to finish it before the owner's record has come (PROTOCOL T1, S4).
 * Source: schema DocketText of assets/api/openapi.yaml; base45 of RFC 9285. */
#ifndef BT_SANDBOX_DOCKET_IN_H
#define BT_SANDBOX_DOCKET_IN_H

#include "core/sandbox/sale_in.h"

#define BT_SBX_DOCKET_TEXT_MAX 255

/** Read the sale that a docket stands for; its tariff is the one in force, and it has no operator and no tenders.
 *  @return false on anything that no terminal writes. */
bool bt_sbx_docket_read(const char *text, struct bt_sbx_sale *out);
/** True when the holder of @p journal_key signed it. @p text has been read before. */
bool bt_sbx_docket_is_genuine(const char *text, const uint8_t journal_key[32]);
/** The sale as the ledger keeps it when only its docket is known; yours, NULL without memory. */
char *bt_sbx_docket_record(const char *text, const struct bt_sbx_sale *sale);

#endif
