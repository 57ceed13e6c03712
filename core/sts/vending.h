/* May a token be made for a meter at all: the rules of the vending side about key type, expiry, base date and the
 * reserved minute. They are apart from encoding: a token that breaks one can be encoded, and is refused or lost in the
 * meter. Source: IEC 62055-41 (POS process), key type and KEN rules. Pure. */
#ifndef BT_STS_VENDING_H
#define BT_STS_VENDING_H

#include "core/sts/identity.h"

/** How a token reaches the meter. Source: IEC 62055-41 TCT. */
enum bt_sts_tct {
	BT_STS_TCT_CARD = 1,    /* magnetic card */
	BT_STS_TCT_DIGITS = 2,  /* 20 digits */
	BT_STS_TCT_VIRTUAL = 7, /* over a link */
};

/** A token about to be made. */
struct bt_sts_vend {
	uint8_t token_class;
	uint8_t subclass;
	enum bt_sts_tct tct;
	bool special;    /* asked for as special: carries the reserved minute of a day */
	int64_t wall_ms; /* time of issue, UTC */
	uint32_t tid;    /* not looked at where the type carries none */
};

/**
 * @param[in] key whose fields are right (bt_sts_key_id_fault); not looked at for class 1, which needs no key.
 * @return why the token may not be made, a clause of the word catalogue; NULL when it may.
 */
const char *bt_sts_vend_refusal(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend);

#endif
