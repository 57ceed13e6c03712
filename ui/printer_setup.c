#include "ui/printer_setup.h"

#include <string.h>

#include "core/base/file.h"
#include "ui/slips.h"

#define SLIP_TIMEOUT_MS 20000
#define NARROWEST       "generic-58"

enum bt_err bt_printer_setup_models(const struct bt_config *config, struct bt_prn_profiles **out,
				    struct bt_fault *fault)
{
	const char *folder = config->printer_models[0] ? config->printer_models : BATTI_SOURCE_DIR "/assets/printers";

	return bt_prn_profiles_open(folder, out, fault);
}

enum bt_err bt_printer_setup_read(const struct bt_config *config, const char *state, struct bt_printer_setup *out,
				  struct bt_fault *fault)
{
	struct bt_printer_setup setup = {.narrowed = false};
	struct bt_prn_profiles *list = NULL;
	enum bt_err models = bt_printer_setup_models(config, &list, &setup.models_fault), err;

	/* A damaged file of answers counts as none: the printer can be asked again. */
	setup.asked = state && bt_prn_known_read(state, config->printer, &setup.known, NULL) == BT_OK;
	err = bt_prn_known_profile(list, config->printer_profile, setup.asked ? &setup.known : NULL, &setup.profile,
				   fault);
	if (err == BT_ENOTFOUND && models) {
		setup.narrowed = true;
		err = bt_prn_known_profile(list, NARROWEST, setup.asked ? &setup.known : NULL, &setup.profile, fault);
	}
	bt_prn_profiles_close(list);
	if (!err)
		*out = setup;
	return err;
}

enum bt_err bt_printer_setup_open(const struct bt_config *config, const struct bt_printer_setup *setup,
				  struct bt_log *log, struct bt_printer **out, struct bt_fault *fault)
{
	char font[512];
	struct bt_prn_options options = {.uri = config->printer,
					 .profile = setup->profile.id,
					 .model = &setup->profile,
					 .font_path = font,
					 .pictures = bt_slips_folder(config),
					 .timeout_ms = SLIP_TIMEOUT_MS,
					 .log = log};

	if (bt_printer_setup_font(config, font, sizeof font) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "the font's path is too long");
	return bt_printer_open(&options, out, fault);
}

enum bt_err bt_printer_setup_font(const struct bt_config *config, char *out, size_t cap)
{
	if (config->font[0])
		return bt_text_copy(out, cap, config->font);
	return bt_path_join(BATTI_SOURCE_DIR "/assets/fonts", "Lohit-Devanagari.ttf", out, cap);
}
