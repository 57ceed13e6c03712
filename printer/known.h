/* What each printer said it can do when it was asked, kept in the terminal's folder (printer.json).
 *
 * It stands above the row of the model: a clone that calls itself by a famous name does not answer like it. The file
 * holds nothing that cannot be asked again: a damaged one counts as none, and is written anew. */
#ifndef BT_PRINTER_KNOWN_H
#define BT_PRINTER_KNOWN_H

#include <stdint.h>

#include "printer/profile.h"

/** Printers that are remembered; the one asked longest ago makes room. */
#define BT_PRN_KNOWN_MAX 8
/** What the setting printer_profile says to take the profile that was found by asking, else generic-80. */
#define BT_PRN_PROFILE_AUTO "auto"

struct bt_prn_known {
	char uri[256];    /* as the setting names it */
	char profile[32]; /* that goes with the model; "" when it is not known by name */
	char maker[32], model[32], firmware[32];
	bool real_time, in_order, unasked, process_id;
	int64_t asked_at_ms;
};

/** @return BT_OK, BT_ENOTFOUND (never asked), BT_EFORMAT (damaged file), BT_EFULL, BT_EOS, BT_ENOMEM; *out untouched on
 *  failure. */
BT_MUST_USE enum bt_err bt_prn_known_read(const char *state, const char *uri, struct bt_prn_known *out,
					  struct bt_fault *fault);
/** Replace what is known of known->uri, durably. @return BT_OK, BT_EOS, BT_EFULL, BT_ENOMEM; the old file stands on
 *  failure. */
BT_MUST_USE enum bt_err bt_prn_known_write(const char *state, const struct bt_prn_known *known, struct bt_fault *fault);

/**
 * The profile to print with.
 * @param[in]  list   may be NULL: the generic rows.
 * @param[in]  wanted id of a row, or BT_PRN_PROFILE_AUTO.
 * @param[in]  known  what the printer said; NULL when it was not asked.
 * @return BT_OK, or BT_ENOTFOUND when no row has that id; *out untouched then.
 */
BT_MUST_USE enum bt_err bt_prn_known_profile(const struct bt_prn_profiles *list, const char *wanted,
					     const struct bt_prn_known *known, struct bt_prn_profile *out,
					     struct bt_fault *fault);

#endif
