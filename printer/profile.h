/* What a printer model can do, as data.
 *
 * The generic rows are built in; models by name come from files (assets/printers), and a file that cannot be read takes
 * away only its own rows. A model that is not listed prints right with the generic profile of its width. What a device
 * said of itself when it was asked stands above its row (printer/known.h).
 * Source: geometry and quirks by model, facts of printing 2. */
#ifndef BT_PRINTER_PROFILE_H
#define BT_PRINTER_PROFILE_H

#include <stdbool.h>

#include "core/base/bytes.h"

/** Rows of all files together. */
#define BT_PRN_PROFILES_MAX 256
/** Bytes of one file. */
#define BT_PRN_PROFILES_FILE_MAX ((size_t)256 * 1024)

/* How Hindi and large digits reach the paper. */
enum bt_prn_mode {
	BT_PRN_RASTER, /* the whole slip as dots: the same on every printer */
	BT_PRN_HYBRID, /* lines of plain ASCII in the printer's own letters, every other line as a strip of dots */
	BT_PRN_TEXT,   /* the printer's own letters only: for slips in English */
};

struct bt_prn_profile {
	char id[32];     /* a-z, 0-9, '-': what the setting printer_profile names */
	char name[64];   /* for people */
	char vendor[32]; /* "" for a generic row */
	char model[32];  /* as the device names itself when asked (GS I 67); "" for a generic row */
	int width_dots;  /* 384, 512 or 576: what the slip is laid out for, at most what the head prints */
	int columns;     /* of font A */
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
	char driver[8]; /* id in bt_prn_drivers */
};

/** The generic rows; one without an id ends them. */
extern const struct bt_prn_profile bt_prn_profiles[];
/** @return the generic row or NULL; borrowed. */
const struct bt_prn_profile *bt_prn_profile_find(const char *id);
/** @return the generic profile of @p width_dots (384, 512 or 576) or NULL; borrowed. */
const struct bt_prn_profile *bt_prn_profile_by_width(int width_dots);
/** "raster", "hybrid" or "text". */
const char *bt_prn_mode_name(enum bt_prn_mode mode);

/** The generic rows and those of the files. Read-only after open: may be read from any thread. */
struct bt_prn_profiles;

/**
 * Read the files of @p folder: models.json, then escpos-printer-db.json. Of two rows with one id the first stands.
 *
 * @param[in]  folder assets/printers, or an installer's own.
 * @param[out] out    yours to close, also when a file is bad or missing: it then holds the rows of the other.
 * @return BT_OK; BT_ENOTFOUND, BT_EFULL, BT_EFORMAT (fault->what names file, row and key) of the first bad file;
 * BT_EOS; BT_ENOMEM, when @p out is untouched.
 */
BT_MUST_USE enum bt_err bt_prn_profiles_open(const char *folder, struct bt_prn_profiles **out, struct bt_fault *fault);
/** NULL is fine. */
void bt_prn_profiles_close(struct bt_prn_profiles *list);
/** @return the row or NULL; borrowed. A NULL list has the generic rows. */
const struct bt_prn_profile *bt_prn_profiles_find(const struct bt_prn_profiles *list, const char *id);
/** @return the first row whose model is what a device calls itself, letters' case and blanks aside, or NULL; borrowed.
 */
const struct bt_prn_profile *bt_prn_profiles_by_model(const struct bt_prn_profiles *list, const char *model);
/** @return row @p at of all, generic ones first; NULL behind the last. Borrowed. */
const struct bt_prn_profile *bt_prn_profiles_at(const struct bt_prn_profiles *list, int at);

#endif
