/* What to say to a printer: a document to bytes. One row per language of printers; no driver sends anything. */
#ifndef BT_PRINTER_DRIVER_H
#define BT_PRINTER_DRIVER_H

#include "core/receipt/receipt.h"
#include "printer/picture.h"
#include "printer/profile.h"
#include "printer/raster.h"

/** The largest encoding of a slip: a whole bitmap of the widest paper, unpacked, with room for commands. */
#define BT_PRN_MAX_BYTES ((size_t)1024 * 1024)

struct bt_prn_sheet {
	const struct bt_receipt *receipt;
	const struct bt_prn_profile *profile;
	struct bt_raster *raster;
	struct bt_pictures *pictures; /* of the slip; NULL: none are drawn */
	bool open_drawer;
	bool after_broken; /* the slip before was cut short: the printer may still wait for its bytes */
};

struct bt_prn_driver {
	const char *id;
	const char *extension; /* of a file that holds one slip */
	bool answers;          /* a printer of this language answers the questions of printer/status_escpos.h */
	/** Append the slip. @return BT_OK, BT_EFULL, BT_ENOMEM or BT_EINPUT. MUST be set. */
	enum bt_err (*render)(const struct bt_prn_sheet *sheet, struct bt_buf *out, struct bt_fault *fault);
};

extern const struct bt_prn_driver bt_prn_escpos;
extern const struct bt_prn_driver bt_prn_png;
extern const struct bt_prn_driver bt_prn_text;

/** NULL-ended. */
extern const struct bt_prn_driver *const bt_prn_drivers[];
/** @return the row or NULL; borrowed. */
const struct bt_prn_driver *bt_prn_driver_find(const char *id);

#endif
