/* The second way to the bank: a payment service provider with a public QR interface, as its customers' programs see it.
 *
 * It is a party of its own: it knows QRs and what was paid for them, no sale and no meter, and stays up while the
 * head-end is down. No HTTP in it, so tests call it directly. Times are seconds and money is paise, as that interface
 * has them. Source: facts of vending 3.2; Razorpay QR Codes API. */
#ifndef BT_SANDBOX_PSP_H
#define BT_SANDBOX_PSP_H

#include <jansson.h>

#include "core/sandbox/sbx.h"

#define BT_SBX_PSP_KEY_MAX 64

struct bt_sbx_psp_request {
	const char *method, *path;
	const char *body;
	size_t body_len;
	/** Value of a query argument, NULL when absent. */
	const char *(*argument)(const void *source, const char *name);
	const void *source;
};

/** "key id:secret" of the one customer, made when it is first asked for. @return false when the ledger failed. */
bool bt_sbx_psp_key(sqlite3 *db, char out[BT_SBX_PSP_KEY_MAX]);
/** @return the HTTP status; *answer is yours, NULL without memory. */
unsigned bt_sbx_psp_run(struct bt_sbx *sbx, const struct bt_sbx_psp_request *request, json_t **answer);
/** The answer to a wrong key, yours. */
json_t *bt_sbx_psp_denial(void);

#endif
