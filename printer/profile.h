/* What a printer model can do, as data.
 *
 * Source: geometry and quirks by model, facts of printing 2. A model that is not listed prints right with the generic
 * profile of its width. */
#ifndef BT_PRINTER_PROFILE_H
#define BT_PRINTER_PROFILE_H

#include <stdbool.h>

/* How Hindi and large digits reach the paper. */
enum bt_prn_mode {
	BT_PRN_RASTER, /* the whole slip as dots: the same on every printer */
	BT_PRN_HYBRID, /* lines of plain ASCII in the printer's own letters, every other line as a strip of dots */
	BT_PRN_TEXT,   /* the printer's own letters only: for slips in English */
};

struct bt_prn_profile {
	const char *id;
	const char *name;
	int width_dots;
	int columns; /* of font A */
	int dots_per_mm;
	bool cutter;
	bool drawer;
	bool native_qr;  /* GS ( k: only where the QR of the mode is not dots */
	bool real_time;  /* answers DLE EOT */
	bool in_order;   /* answers GS r when everything before it has been worked off */
	bool unasked;    /* tells each change by itself (GS a, automatic status back) */
	bool process_id; /* says when a slip is on paper (GS ( H) */
	bool can_forget; /* throws away what it holds of a slip (DLE ENQ 2) */
	int baud;        /* of a serial line, 0 for others */
	enum bt_prn_mode mode;
	int band_rows; /* raster rows per command, 96..112 */
	/* Motion units of ESC J for one dot row: 1 at 203 dpi, 2 on 180 dpi models that count half dots. 0 where the
	 * command is not obeyed: blank rows are then sent as a raster one byte wide. */
	int feed_units_per_dot;
	const char *driver; /* id in bt_prn_drivers */
};

/** NULL-id-ended. */
extern const struct bt_prn_profile bt_prn_profiles[];
/** @return the row or NULL; borrowed. */
const struct bt_prn_profile *bt_prn_profile_find(const char *id);
/** @return the generic profile of @p width_dots (384, 512 or 576) or NULL; borrowed. */
const struct bt_prn_profile *bt_prn_profile_by_width(int width_dots);

#endif
