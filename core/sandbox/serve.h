/* The server's life: start, faults while it runs, a clean end. */
#ifndef BT_SANDBOX_SERVE_H
#define BT_SANDBOX_SERVE_H

#include "core/sandbox/sbx.h"

struct bt_sbx_serve_options {
	const char *host; /* IPv4, numbers */
	int port;         /* 0: any */
	int psp_port;     /* of the payment service; 0: any, -1: none */
	int64_t consumers;
	uint64_t seed;
	const char *ready_file; /* NULL: none */
	bool until_eof;         /* end when standard input ends: with whoever started it, whatever became of them */
};

/** Serve until SIGTERM, SIGINT or, with until_eof, the end of standard input. @return exit code: 0, or 1 with a line on
 *  stderr. */
int bt_sbx_serve(struct bt_sbx *sbx, const struct bt_sbx_serve_options *options);

#endif
