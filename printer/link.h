/* How a slip's bytes reach a printer, one row per scheme of its URI.
 *
 * A link opens, sends, asks and closes within one call; nothing is kept open between slips, because a network printer
 * serves one client at a time. It blocks its thread, never for ever: every wait has an end, and the screen's thread can
 * end it sooner (struct bt_prn_hand). */
#ifndef BT_PRINTER_LINK_H
#define BT_PRINTER_LINK_H

#include <stdatomic.h>

#include "core/base/bytes.h"
#include "core/receipt/sink.h"
#include "printer/profile.h"

struct bt_prn_slip {
	struct bt_bytes bytes;
	const struct bt_prn_profile *profile; /* which questions the printer answers; NULL: it is asked none */
	const char *name;                     /* sale id, or "test": for a file's name and the slip's own id */
	const char *extension;
	int copy;
	int after_unanswered; /* questions in order that the slip before left open: answers may still come */
	uint32_t serial;      /* differs from slip to slip */
	int timeout_ms;       /* without a byte taken or, from a printer that talks, an answer */
	int wait_ms;          /* altogether for a roll, a closed cover, a cool head in the middle of the slip */
};

/* What the screen's thread wants of the slip in hand. */
enum bt_prn_wish {
	BT_PRN_GO_ON,
	BT_PRN_HURRY,   /* the counter closes: finish what moves, wait for no roll */
	BT_PRN_GIVE_UP, /* stop, and have the printer throw away what it holds */
};

/* Shared by the worker, which delivers, and the screen's thread, which watches. */
struct bt_prn_hand {
	atomic_int paper; /* enum bt_paper, as last told */
	atomic_int wish;  /* enum bt_prn_wish */
	int wake;         /* an eventfd, written after wish: ends a wait; -1: none */
};

struct bt_prn_outcome {
	enum bt_print_state state;
	enum bt_paper paper;
	bool broken;    /* the printer may still wait for bytes of this slip */
	int unanswered; /* questions in order that were left open */
	struct bt_fault fault;
};

struct bt_prn_link {
	const char *scheme;
	/** True when the rest of the URI has this link's form. MUST be set. */
	bool (*accepts)(const char *address);
	/** Send one slip and say honestly how much is known. @p out comes zeroed. MUST be set. */
	void (*deliver)(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			struct bt_prn_outcome *out);
	/** Ask for the paper without printing. @p profile may be NULL. MUST be set. */
	enum bt_paper (*probe)(const char *address, const struct bt_prn_profile *profile);
	/** Open it for a conversation (printer/probe.h). NULL for a link that nothing can answer on.
	 *  @return a non-blocking descriptor that the caller closes, or -1 and @p fault is filled. */
	int (*open)(const char *address, struct bt_fault *fault);
	/** What the port itself tells of an open descriptor, beside the printer's language; BT_PAPER_SILENT: nothing.
	 *  NULL where there is no such thing. */
	enum bt_paper (*port)(int fd);
	/** The line is this counter's own: it may stay open while nothing is printed. */
	bool stays;
};

extern const struct bt_prn_link bt_prn_link_file;   /* file:/path: appended; file:/folder: one file a slip */
extern const struct bt_prn_link bt_prn_link_tcp;    /* tcp://host:port */
extern const struct bt_prn_link bt_prn_link_serial; /* serial:/dev/ttyUSB0?baud=38400 */
extern const struct bt_prn_link bt_prn_link_device; /* dev:/dev/usb/lp0 */
extern const struct bt_prn_link bt_prn_link_cups;   /* cups:queue */
extern const struct bt_prn_link bt_prn_link_none;   /* none: no printer */

/** NULL-ended. */
extern const struct bt_prn_link *const bt_prn_links[];
/** @return the row of @p uri and its address (borrowed from @p uri), or NULL when none takes it. */
const struct bt_prn_link *bt_prn_link_find(const char *uri, const char **address);

#endif
