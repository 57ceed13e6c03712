/* The words themselves: places agree, labels and status slots fit, nukta is decomposed.
 *
 * rooms: core/base
 * Widths allowed: the grid and the glossary of screens. */
#include "core/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 1500

struct pair {
	char english[256], hindi[512];
};

static struct {
	struct pair pairs[WORDS_MAX];
	size_t count;
} catalogue;

/* The text between the quotes of one line; the file keeps each sentence on one line. */
static bool take_quoted(const char *line, const char *keyword, char *out, size_t cap)
{
	size_t len = strlen(keyword);
	const char *end = strrchr(line, '"');
	if (strncmp(line, keyword, len) != 0 || end == NULL || end < line + len) {
		return false;
	}
	assert_true((size_t)(end - line) - len < cap);
	memcpy(out, line + len, (size_t)(end - line) - len);
	out[(size_t)(end - line) - len] = '\0';
	return true;
}

static int read_catalogue(void **state)
{
	(void)state;
	char line[1024];
	FILE *file = fopen(BATTI_SOURCE_DIR "/assets/locale/hi.po", "r");
	if (file == NULL) {
		return -1;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		struct pair *pair = &catalogue.pairs[catalogue.count];
		assert_true(catalogue.count + 1 < WORDS_MAX);
		(void)take_quoted(line, "msgid \"", pair->english, sizeof(pair->english));
		if (take_quoted(line, "msgstr \"", pair->hindi, sizeof(pair->hindi)) && pair->english[0] != '\0') {
			catalogue.count++;
		}
	}
	return fclose(file);
}

static const struct pair *find_pair(const char *english)
{
	for (size_t i = 0; i < catalogue.count; i++) {
		if (strcmp(catalogue.pairs[i].english, english) == 0) {
			return &catalogue.pairs[i];
		}
	}
	fail_msg("not in the catalogue: %s", english);
	return NULL;
}

static unsigned find_places(const char *text)
{
	unsigned places = 0;
	for (; (text = strchr(text, '{')) != NULL; text++) {
		assert_true(text[1] >= '1' && text[1] <= '9' && text[2] == '}');
		places |= 1u << (text[1] - '0');
	}
	return places;
}

static void check_places_agree(void **state)
{
	(void)state;
	assert_true(catalogue.count > 400);
	for (size_t i = 0; i < catalogue.count; i++) {
		const struct pair *pair = &catalogue.pairs[i];
		if (find_places(pair->english) != find_places(pair->hindi) || pair->hindi[0] == '\0') {
			fail_msg("%s", pair->english);
		}
	}
}

static void check_nukta_is_decomposed(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue.count; i++) {
		const char *text = catalogue.pairs[i].hindi;
		size_t len = strlen(text);
		for (size_t at = 0; at < len;) {
			uint32_t c = 0;
			int step = bt_utf8_next(text + at, len - at, &c);
			assert_true(step > 0);
			assert_false(c >= 0x0958 && c <= 0x095F);
			assert_false(c >= 0x0966 && c <= 0x096F);
			at += (size_t)step;
		}
	}
}

static void check_fits(const char *english, int columns)
{
	const struct pair *pair = find_pair(english);
	if (bt_text_columns(pair->english) > columns || bt_text_columns(pair->hindi) > columns) {
		fail_msg("%s: %d, %s: %d, allowed %d", pair->english, bt_text_columns(pair->english), pair->hindi,
			 bt_text_columns(pair->hindi), columns);
	}
}

static void check_labels(void **state)
{
	(void)state;
	static const char *const labels[] = {
	    "Connection",
	    "Meter",
	    "Free units",
	    "Balance",
	    "Dues",
	    "To be safe",
	    "Amount",
	    "Towards",
	    "Pay by",
	    "Gives",
	    "Take",
	    "Return",
	    "Cash given",
	    "Name",
	    "PIN",
	    "Why",
	    "Money",
	    "Recharges",
	    "Time",
	    "Open the shift",
	    "Float in drawer",
	    "Cash ceiling",
	    "Printer",
	    "Offline limit",
	    "Left over",
	    "Count the cash",
	    "Counted",
	    "Deposits",
	    "Slip number",
	    "Earlier shifts",
	    "Should be",
	    "Short",
	    "Over",
	    "Not settled",
	    "Close the shift",
	    "Bankable",
	    "Float",
	    "System",
	    "Server",
	    "Clock",
	    "Record",
	    "Disk",
	    "Offline keys",
	    "Consumers",
	    "Tariff",
	    "Scanner",
	    "Screen",
	    "Second copy",
	    "Do now",
	    "If not",
	    "Supply",
	    "Stuck recharges",
	    "Still works",
	    "Waits",
	    "Coins",
	    "Note",
	    "How many",
	    "Rupees",
	    "Mobile",
	    "Category",
	    "Last 3 digits",
	    "Passphrase",
	    "Even",
	};
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		check_fits(labels[i], 15);
	}
}

/* Slots of the status row; figures as wide as they get stand in the mock-ups, here the words alone must leave room. */
static void check_status_slots(void **state)
{
	(void)state;
	static const struct {
		const char *english;
		int columns;
	} slots[] = {
	    {"Server up", 17},     {"Slow {1} s", 17},  {"Server down {1}", 17}, {"To send {1}", 15},
	    {"Offline {1} h", 15}, {"Offline {1}", 15}, {"Offline used", 15},    {"Offline {1} left", 15 + 3},
	    {"Keys locked", 15},   {"Paper ok", 10},    {"Paper low", 10},       {"No paper", 10},
	};
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		check_fits(slots[i].english, slots[i].columns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_places_agree),
	    cmocka_unit_test(check_nukta_is_decomposed),
	    cmocka_unit_test(check_labels),
	    cmocka_unit_test(check_status_slots),
	};
	return cmocka_run_group_tests(tests, read_catalogue, NULL);
}
