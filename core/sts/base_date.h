/* The three base dates from which TIDs are counted: 1 January 1993, 2014, 2035, at 00:00 UTC.
 *
 * Source: IEC 62055-41 BDT. */
#ifndef BT_STS_BASE_DATE_H
#define BT_STS_BASE_DATE_H

#include <stdint.h>

struct bt_sts_base_date {
	uint16_t year;
	const char *code; /* two digits, as key derivation takes them */
	int64_t wall_ms;  /* milliseconds since 1970-01-01T00:00:00Z */
};

/** @return the row of @p year, or NULL. Pure. */
const struct bt_sts_base_date *bt_sts_base_date_find(uint16_t year);

#endif
