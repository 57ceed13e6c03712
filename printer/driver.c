#include "printer/driver.h"

#include <string.h>

const struct bt_prn_driver *const bt_prn_drivers[] = {&bt_prn_escpos, &bt_prn_png, &bt_prn_text, NULL};

const struct bt_prn_driver *bt_prn_driver_find(const char *id)
{
	for (const struct bt_prn_driver *const *row = bt_prn_drivers; *row != NULL; row++)
		if (strcmp((*row)->id, id) == 0)
			return *row;
	return NULL;
}
