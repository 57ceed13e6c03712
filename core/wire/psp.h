/* The second way to the bank: a payment service asked by the counter itself, also while the head-end is away.
 *
 * It looks like any wire, and answers the three calls of a payment as the head-end would; each takes several requests.
 * Nothing has to be remembered here: the service keeps our payment's name beside its QR, and the time inside that name
 * says where in its list to look. What is known of the last ones only saves that look. Source: facts of vending 3.2;
 * Razorpay QR Codes API. */
#ifndef BT_WIRE_PSP_H
#define BT_WIRE_PSP_H

#include "core/wire/wire.h"

#define BT_PSP_PAGE 50 /* rows of the list at once; a row is about 700 bytes */

struct bt_psp;

/** @p service speaks bt_protocol_psp; both are borrowed until bt_psp_close. @return BT_OK or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_psp_open(const struct bt_wire *service, const struct bt_clock *clock, struct bt_psp **out);
/** NULL is fine. */
void bt_psp_close(struct bt_psp *psp);
/**
 * Of the calls only BT_CALL_PAYMENT_OPEN, BT_CALL_PAYMENT and BT_CALL_PAYMENT_CLOSE; others are BT_EINPUT. Submit and
 * take on one thread.
 *
 * A QR is shown for 5 minutes, though the service keeps it longer: whoever asked closes it. Closing one that the
 * service does not know says BT_PAYMENT_CLOSED: nobody was ever shown it.
 */
struct bt_wire bt_psp_wire(struct bt_psp *psp);

#endif
