/* The printer service: a worker thread that renders documents with a driver and sends them over a link.
 *
 * What to say (driver), how to send it (link) and what a model can do (profile) are three separate const tables.
 * The screen's thread only submits and takes results (core/receipt/sink.h). */
#ifndef BT_PRINTER_PRINTER_H
#define BT_PRINTER_PRINTER_H

#include "core/base/log.h"
#include "core/receipt/sink.h"
#include "printer/profile.h"

struct bt_prn_options {
	const char *uri;                    /* of printer/link.h: "tcp://host:port", "serial:/dev/ttyUSB0", "none" */
	const char *profile;                /* id in bt_prn_profiles, e.g. "generic-80"; read when model is NULL */
	const struct bt_prn_profile *model; /* from a file or changed by what the device answers; copied. MAY be NULL */
	const char *font_path;              /* Devanagari and Latin in one file */
	const char *pictures;               /* folder of the pictures of a slip; NULL: none are drawn */
	int timeout_ms;     /* without a byte taken or, from a printer that talks, an answer; at least a second */
	int wait_ms;        /* altogether for a roll, or a closed cover, in the middle of a slip; 0: ten minutes */
	struct bt_log *log; /* may be NULL */
};

struct bt_printer;

/** Start the worker. @return BT_OK, BT_EINPUT (URI), BT_ENOTFOUND (profile or font), BT_ENOMEM, BT_EOS. */
BT_MUST_USE enum bt_err bt_printer_open(const struct bt_prn_options *options, struct bt_printer **out,
					struct bt_fault *fault);
/** Stop it. The slip in hand is finished while bytes move, but no roll is waited for; some seconds, at most its
 * timeout. NULL is fine. */
void bt_printer_close(struct bt_printer *printer);
struct bt_sink bt_printer_sink(struct bt_printer *printer);

/**
 * Render in the caller's thread: for previews and `batti receipt render`.
 * @param[in]  driver "escpos", "png" or "text".
 * @param[in]  width_dots 384, 512 or 576.
 * @param[in]  pictures folder of the pictures of a slip; NULL: none are drawn.
 * @return BT_OK, BT_ENOTFOUND (driver, font), BT_EINPUT (width), BT_EFULL, BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_prn_render(const char *driver, const struct bt_receipt *receipt, int width_dots,
				      const char *font_path, const char *pictures, struct bt_buf *out,
				      struct bt_fault *fault);

#endif
