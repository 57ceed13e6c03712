/* Each mock-up of the screen design has its golden screens: both languages, 80x24 and 132x43; and no picture stands in
 * one folder only.
 *
 * rooms: core/base
 * That they are what is drawn is the matter of the tests that draw them (screen_golden.h). */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/text.h"

static const char *const folders[] = {"en-80x24", "hi-80x24", "en-132x43", "hi-132x43"};
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* The pages of the kiosk that the second screen of a counter shows too are among them; the others are a kiosk's own. */
static const struct {
	const char *mockup, *golden;
} mockups[] = {
    {"01-home", "01-home"},
    {"01-home-hi", "01-home"},
    {"02-card", "02-card"},
    {"02-card-hi", "02-card"},
    {"02-card-hi-down", "02-card-down"},
    {"02-card-132", "02-card-stuck"},
    {"03-split", "03-split"},
    {"04-confirm", "04-confirm"},
    {"04-confirm-change", "04-confirm-change"},
    {"04-confirm-change-hi", "04-confirm-change"},
    {"05-upi", "05-upi"},
    {"06-wait-1", "06-wait"},
    {"06-wait-hi", "06-wait"},
    {"06-wait-docket", "06-wait-docket"},
    {"07-token", "07-token"},
    {"07-token-hi-paper", "07-token-paper"},
    {"07-token-132", "07-token-here"},
    {"08-lease-low", "08-lease-low"},
    {"08-blocked", "08-blocked"},
    {"09-desk", "09-desk"},
    {"10-desk-detail", "10-desk-detail"},
    {"11-signin", "11-signin"},
    {"12-shift-open", "12-shift-open"},
    {"13-count", "13-count"},
    {"14-close", "14-close"},
    {"15-approve", "15-approve"},
    {"16-training", "16-training"},
    {"17-system", "17-system"},
    {"20-kiosk-start", "24-payer-start"},
    {"23-kiosk-confirm", "24-payer-confirm"},
    {"24-kiosk-upi", "24-payer-qr"},
    {"25-kiosk-token", "24-payer-token"},
};

static bool has_picture(const char *folder, const char *file)
{
	char path[512];
	(void)bt_text_printf(path, sizeof(path), "%s/screens/%s/%s", BATTI_GOLDEN_DIR, folder, file);
	return access(path, R_OK) == 0;
}

static void test_every_mockup_is_drawn(void **state)
{
	char file[64];
	(void)state;
	for (size_t i = 0; i < sizeof(mockups) / sizeof(mockups[0]) * FOLDERS; i++) {
		(void)bt_text_printf(file, sizeof(file), "%s.txt", mockups[i / FOLDERS].golden);
		if (!has_picture(folders[i % FOLDERS], file)) {
			fail_msg("mock-up %s has no %s/%s", mockups[i / FOLDERS].mockup, folders[i % FOLDERS], file);
		}
	}
}

static void test_every_folder_has_the_same_pictures(void **state)
{
	int count = 0;
	(void)state;
	for (size_t i = 0; i < FOLDERS; i++) {
		char path[512];
		(void)bt_text_printf(path, sizeof(path), "%s/screens/%s", BATTI_GOLDEN_DIR, folders[i]);
		DIR *dir = opendir(path);
		assert_non_null(dir);
		for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
			for (size_t j = 0; entry->d_name[0] != '.' && j < FOLDERS; j++) {
				if (!has_picture(folders[j], entry->d_name)) {
					fail_msg("%s/%s is not in %s", folders[i], entry->d_name, folders[j]);
				}
			}
			count += entry->d_name[0] != '.';
		}
		closedir(dir);
	}
	print_message("%d pictures\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_mockup_is_drawn),
	    cmocka_unit_test(test_every_folder_has_the_same_pictures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
