/* Names and places of the sandbox's consumers, each in both scripts. */
#ifndef BT_SANDBOX_PEOPLE_NAMES_H
#define BT_SANDBOX_PEOPLE_NAMES_H

#include <stddef.h>

struct bt_sbx_words {
	const char *en;
	const char *hi;
};

struct bt_sbx_name_list {
	const struct bt_sbx_words *rows;
	size_t count;
};

extern const struct bt_sbx_name_list bt_sbx_men;
extern const struct bt_sbx_name_list bt_sbx_women;
extern const struct bt_sbx_name_list bt_sbx_surnames;
/** What stands after a woman's given name. */
extern const struct bt_sbx_name_list bt_sbx_woman_surnames;
extern const struct bt_sbx_name_list bt_sbx_muslim_men;
extern const struct bt_sbx_name_list bt_sbx_muslim_women;
extern const struct bt_sbx_name_list bt_sbx_muslim_surnames;
extern const struct bt_sbx_name_list bt_sbx_places;

#endif
