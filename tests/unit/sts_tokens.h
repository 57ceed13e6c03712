/* Rows of tests/vectors/sts_*.csv as tokens and keys made ready; the worked example that many tests start from. */
#ifndef BATTI_UNIT_STS_TOKENS_H
#define BATTI_UNIT_STS_TOKENS_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/sts/key_change.h"
#include "core/sts/token.h"
#include "tests/unit/sts_rows.h"

/* 0.1 kWh at 2004-03-01T13:00Z, RND 5, under DKGA04 and EA11: published with every intermediate value. */
#define EXAMPLE_TOKEN "59386323472137426967"
#define EXAMPLE_TID   5871660u

static const struct bt_sts_decoder_key example_key = {
    .bytes = {0xf9, 0x4b, 0x6e, 0xd3, 0x53, 0xc3, 0xbf, 0xdb, 0x11, 0x3e, 0x2d, 0x3a, 0x7e, 0xa3, 0xc4, 0x1d},
    .len = 16};

static inline struct bt_sts_schedule make_schedule(const struct bt_sts_decoder_key *key)
{
	static struct bt_sta sta;
	struct bt_sts_schedule schedule;

	bt_sta_init(&sta, &bt_sta_sample);
	assert_int_equal(bt_sts_schedule_init(&schedule, &sta, key), BT_OK);
	return schedule;
}

static inline struct bt_sts_decoder_key read_hex_key(const char *hex)
{
	struct bt_sts_decoder_key key = {.len = (uint8_t)(strspn(hex, "0123456789abcdef") / 2)};

	assert_true(key.len <= sizeof key.bytes);
	sts_row_bytes(hex, key.bytes, key.len);
	return key;
}

/* The new identity and key of a row of a key change. */
static inline struct bt_sts_key_change read_change(const struct sts_row *row)
{
	struct bt_sts_key_change change = {
	    .to = {.krn = (uint8_t)sts_row_part_number(row, "newkrn", 10),
		   .kt = (uint8_t)sts_row_part_number(row, "newkt", 10),
		   .ken = (uint8_t)sts_row_part_number(row, "newken", 10)},
	    .roll_over = sts_row_part_number(row, "ro", 10) == 1,
	};

	assert_non_null(sts_row_part(row, "newdk"));
	memcpy(change.to.sgc, sts_row_part(row, "newsgc"), 6);
	memcpy(change.to.ti, sts_row_part(row, "newti"), 2);
	change.key = read_hex_key(sts_row_part(row, "newdk"));
	return change;
}

#endif
