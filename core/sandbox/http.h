/* HTTPS in front of the calls: libmicrohttpd with GnuTLS, mutual TLS, body limits, faults, access log.
 *
 * One thread per connection; calls run one at a time under one mutex, because one ledger connection serves all. */
#ifndef BT_SANDBOX_HTTP_H
#define BT_SANDBOX_HTTP_H

#include "core/sandbox/faults.h"
#include "core/sandbox/sbx.h"

struct bt_sbx_http;

/** Prepare; nothing listens yet. The box and @p sbx stay the caller's and outlive the server. */
bool bt_sbx_http_open(struct bt_sbx *sbx, struct bt_sbx_fault_box *box, const char *host, int port,
		      struct bt_sbx_http **out);
/** Listen, on the port of the last time. @return false when it cannot be had; true when it listens already. */
bool bt_sbx_http_start(struct bt_sbx_http *http);
/** Stop listening and end all connections; waits for calls that are running. */
void bt_sbx_http_stop(struct bt_sbx_http *http);
/** Port in use, 0 before the first start. */
int bt_sbx_http_port(const struct bt_sbx_http *http);
void bt_sbx_http_close(struct bt_sbx_http *http);

#endif
