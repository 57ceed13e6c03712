/* How a slip's bytes reach a printer, one row per scheme of its URI.
 *
 * A link opens, sends, asks and closes within one call and a deadline; nothing is kept open between slips, because a
 * network printer serves one client at a time. It blocks its thread, never for ever. */
#ifndef BT_PRINTER_LINK_H
#define BT_PRINTER_LINK_H

#include "core/base/bytes.h"
#include "core/receipt/sink.h"

struct bt_prn_slip {
	struct bt_bytes bytes;
	struct bt_bytes ask_paper; /* sent last, answered in order by one byte with bits 4 and 7 clear; empty for
				    * a printer that knows no questions, which is then asked none */
	const char *name;          /* sale id, or "test": for a file's name */
	const char *extension;
	int copy;
	int timeout_ms; /* for all of it but the wait for the answer */
};

struct bt_prn_outcome {
	enum bt_print_state state;
	enum bt_paper paper;
	bool broken; /* some bytes left and others did not */
	struct bt_fault fault;
};

struct bt_prn_link {
	const char *scheme;
	/** True when the rest of the URI has this link's form. MUST be set. */
	bool (*accepts)(const char *address);
	/** Send one slip and say honestly how much is known. @p out comes zeroed. MUST be set. */
	void (*deliver)(const char *address, const struct bt_prn_slip *slip, struct bt_prn_outcome *out);
	/** Ask for the paper without printing. MUST be set. */
	enum bt_paper (*probe)(const char *address);
	/** Open it for a conversation (printer/probe.h). NULL for a link that nothing can answer on.
	 *  @return a non-blocking descriptor that the caller closes, or -1 and @p fault is filled. */
	int (*open)(const char *address, struct bt_fault *fault);
};

extern const struct bt_prn_link bt_prn_link_file;   /* file:/path: appended; file:/folder: one file a slip */
extern const struct bt_prn_link bt_prn_link_tcp;    /* tcp://host:port */
extern const struct bt_prn_link bt_prn_link_device; /* dev:/dev/usb/lp0 */
extern const struct bt_prn_link bt_prn_link_none;   /* none: no printer */

/** NULL-ended. */
extern const struct bt_prn_link *const bt_prn_links[];
/** @return the row of @p uri and its address (borrowed from @p uri), or NULL when none takes it. */
const struct bt_prn_link *bt_prn_link_find(const char *uri, const char **address);

#endif
