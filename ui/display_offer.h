/* What the counter offers to second screens: a Unix socket in the state folder, and the newest message to each.
 *
 * Nothing is read from them, ever: the way back is shut as soon as one has come. Nothing waits for them either: what a
 * slow one does not take at once is left out, and the newest message follows when it has room again. Only processes of
 * the same user are let in. */
#ifndef BT_UI_DISPLAY_OFFER_H
#define BT_UI_DISPLAY_OFFER_H

#include "ui/display_message.h"

#define BT_DISPLAY_SOCKET   "display.socket" /* in the state folder */
#define BT_DISPLAY_MOST     4                /* screens at once */
#define BT_DISPLAY_AGAIN_MS 2000             /* an unchanged message is said again: the counter is alive */

struct bt_display_offer; /* opaque */

/** Take the place of a socket that an earlier run left: only the process that holds the journal of @p dir may call
 *  this. @return BT_OK, BT_ENOMEM or BT_EOS. */
BT_MUST_USE enum bt_err bt_display_offer_open(const char *dir, struct bt_display_offer **out, struct bt_fault *fault);
/** Let every screen go and take the socket away. NULL is fine. */
void bt_display_offer_close(struct bt_display_offer *offer);
/** Let in whoever waits, and send what has changed. Never blocks. NULL is fine. */
void bt_display_offer_show(struct bt_display_offer *offer, const struct bt_ui_payer *payer, int64_t boot_ms);
/** To be watched for a screen that comes; -1 for NULL. */
int bt_display_offer_fd(const struct bt_display_offer *offer);

/** For both sides: a socket address in a folder of any length of name, by way of the folder's descriptor.
 *  @param[out] dir_fd  to be closed by the caller after bind or connect.
 *  @return BT_OK or BT_EOS. */
struct sockaddr_un;
BT_MUST_USE enum bt_err bt_display_address(const char *dir, struct sockaddr_un *out, int *dir_fd,
					   struct bt_fault *fault);
/** True when the other end runs under the same user. */
bool bt_display_is_own(int fd);

#endif
