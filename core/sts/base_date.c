#include "core/sts/base_date.h"

#include <stddef.h>

static const struct bt_sts_base_date base_dates[] = {
    {.year = 1993, .code = "93", .wall_ms = INT64_C(725846400000)},
    {.year = 2014, .code = "14", .wall_ms = INT64_C(1388534400000)},
    {.year = 2035, .code = "35", .wall_ms = INT64_C(2051222400000)},
};

const struct bt_sts_base_date *bt_sts_base_date_find(uint16_t year)
{
	for (size_t i = 0; i < sizeof base_dates / sizeof base_dates[0]; i++) {
		if (base_dates[i].year == year)
			return &base_dates[i];
	}
	return NULL;
}
