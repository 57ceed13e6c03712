/* The printer of the settings, ready to print: its model from the files, and what it answered when it was asked.
 *
 * The counter and `batti printer` open it in this one way. A file of models that cannot be read stops nothing: the
 * generic rows are there, and a model that only the file knows prints on the narrowest of them, whole on any paper. */
#ifndef BT_UI_PRINTER_SETUP_H
#define BT_UI_PRINTER_SETUP_H

#include "printer/known.h"
#include "printer/printer.h"
#include "ui/config.h"

struct bt_printer_setup {
	struct bt_prn_profile profile;
	bool narrowed; /* the wanted model could not be read; models_fault says why */
	bool asked;    /* known holds what the printer answered */
	struct bt_prn_known known;
	struct bt_fault models_fault; /* BT_OK when all files were read */
};

/** Read the files of models. @return as bt_prn_profiles_open. */
BT_MUST_USE enum bt_err bt_printer_setup_models(const struct bt_config *config, struct bt_prn_profiles **out,
						struct bt_fault *fault);
/**
 * Choose the profile.
 * @param[in] state the terminal's folder, or NULL: what was answered is not known then.
 * @return BT_OK; BT_ENOTFOUND when the files were read and none knows the model; BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_printer_setup_read(const struct bt_config *config, const char *state,
					      struct bt_printer_setup *out, struct bt_fault *fault);
/** Start the printer of @p config with @p setup. @p log may be NULL. @return as bt_printer_open. */
BT_MUST_USE enum bt_err bt_printer_setup_open(const struct bt_config *config, const struct bt_printer_setup *setup,
					      struct bt_log *log, struct bt_printer **out, struct bt_fault *fault);
/** Path of the font of the settings, or of the one that comes with Batti. @return BT_OK or BT_EFULL. */
BT_MUST_USE enum bt_err bt_printer_setup_font(const struct bt_config *config, char *out, size_t cap);

#endif
