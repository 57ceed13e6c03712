/* The payment service's own port: TLS, basic authentication, and none of the head-end's faults. */
#ifndef BT_SANDBOX_PSP_HTTP_H
#define BT_SANDBOX_PSP_HTTP_H

#include "core/sandbox/sbx.h"

struct bt_sbx_psp_http;

/** Listen on @p host, IPv4, and @p port (0: any), for the state folder @p dir, which has been made. */
bool bt_sbx_psp_http_open(const char *dir, const char *host, int port, struct bt_sbx_psp_http **out);
/** NULL is fine. */
void bt_sbx_psp_http_close(struct bt_sbx_psp_http *http);
int bt_sbx_psp_http_port(const struct bt_sbx_psp_http *http);

#endif
