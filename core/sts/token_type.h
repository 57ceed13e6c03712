/* The table of token types: one row for each class and subclass with its standard name. */
#ifndef BT_STS_TOKEN_TYPE_H
#define BT_STS_TOKEN_TYPE_H

#include <stdbool.h>
#include <stdint.h>

/** How the 64 bits are laid out. */
enum bt_sts_layout {
	BT_STS_LAYOUT_AMOUNT, /* RND, TID, amount field */
	BT_STS_LAYOUT_DATA,   /* RND, TID, 16 bits as they are */
	BT_STS_LAYOUT_TEST_2, /* class 1, two-digit manufacturers */
	BT_STS_LAYOUT_TEST_4, /* class 1, four-digit manufacturers */
	BT_STS_LAYOUT_SECTION,
	BT_STS_LAYOUT_NONE, /* known by name, not supported */
};

#define BT_STS_SUBCLASSES   16
#define BT_STS_REGISTER_ALL 0xFFFFu /* ClearCredit: every register */

struct bt_sts_token_type {
	uint8_t token_class, subclass;
	enum bt_sts_layout layout;
	const char *id;      /* permanent: "electricity", "clear_credit", "key_change_1" ... */
	const char *name;    /* as the standard says it: "TransferCredit electricity", "Set1stSectionDecoderKey" ... */
	const char *field;   /* what `value` is called: "amount", "watts", "register", "rate", "factor", "" */
	const char *unit;    /* of value: "0.1 kWh", "0.1 m3", "0.1 min", "W", "" */
	const char *refusal; /* why not, after "not supported: "; NULL when supported */
	uint32_t max;        /* largest value */
	bool all;            /* BT_STS_REGISTER_ALL is a value too */
	uint8_t section;     /* 1..4 of a key change, in the order they are keyed in; 0 for the rest */
	bool crc_c;          /* carries the check field of currency tokens */
};

/** @return the row, or NULL for a reserved class or subclass. Pure. */
const struct bt_sts_token_type *bt_sts_token_type_find(uint8_t token_class, uint8_t subclass);
/** By its id, or NULL. */
const struct bt_sts_token_type *bt_sts_token_type_named(const char *id);
/** All rows in order, and their number. */
const struct bt_sts_token_type *bt_sts_token_types(unsigned *out_count);
/** The row's refusal, or a sentence for reserved ones; NULL when supported. */
const char *bt_sts_token_type_refusal(uint8_t token_class, uint8_t subclass);

#endif
