#include "printer/profile.h"

#include <stddef.h>
#include <string.h>

const struct bt_prn_profile bt_prn_profiles[] = {
    {
	.id = "generic-80",
	.name = "80 mm, 576 dots, cutter (most counters)",
	.width_dots = 576,
	.columns = 48,
	.dots_per_mm = 8,
	.cutter = true,
	.drawer = true,
	.band_rows = 104,
	.feed_units_per_dot = 1,
	.real_time = true,
	.in_order = true,
	.driver = "escpos",
    },
    {
	.id = "generic-58",
	.name = "58 mm, 384 dots, tear bar",
	.width_dots = 384,
	.columns = 32,
	.dots_per_mm = 8,
	.cutter = false,
	.drawer = true,
	.band_rows = 112,
	.feed_units_per_dot = 0,
	.real_time = true,
	.in_order = true,
	.driver = "escpos",
    },
    {
	.id = "generic-512",
	.name = "80 mm at 180 dpi, 512 dots, cutter",
	.width_dots = 512,
	.columns = 42,
	.dots_per_mm = 7,
	.cutter = true,
	.drawer = true,
	.band_rows = 112,
	.feed_units_per_dot = 2,
	.real_time = true,
	.in_order = true,
	.driver = "escpos",
    },
    {
	.id = "generic-80-tear",
	.name = "80 mm, 576 dots, tear bar",
	.width_dots = 576,
	.columns = 48,
	.dots_per_mm = 8,
	.cutter = false,
	.drawer = true,
	.band_rows = 104,
	.feed_units_per_dot = 0,
	.real_time = true,
	.in_order = true,
	.driver = "escpos",
    },
    {
	.id = "text-80",
	.name = "plain text, 48 columns, to a file",
	.width_dots = 576,
	.columns = 48,
	.dots_per_mm = 8,
	.band_rows = 104,
	.driver = "text",
    },
    {
	.id = "picture-80",
	.name = "PNG, 576 dots, to a folder",
	.width_dots = 576,
	.columns = 48,
	.dots_per_mm = 8,
	.band_rows = 104,
	.driver = "png",
    },
    {.id = ""},
};

const struct bt_prn_profile *bt_prn_profile_find(const char *id)
{
	for (const struct bt_prn_profile *row = bt_prn_profiles; row->id[0] != '\0'; row++)
		if (strcmp(row->id, id) == 0)
			return row;
	return NULL;
}

/* The first row of a width is its generic one. */
const struct bt_prn_profile *bt_prn_profile_by_width(int width_dots)
{
	for (const struct bt_prn_profile *row = bt_prn_profiles; row->id[0] != '\0'; row++)
		if (row->width_dots == width_dots)
			return row;
	return NULL;
}
