#include "core/sts/vending.h"

#include "core/base/words.h"
#include "core/sts/base_date.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"

#define CLASS_CREDIT 0
#define CLASS_TEST   1

#define KT_UNIQUE 2 /* the types below it are those of initialisation and default keys */
#define KT_COMMON 3

static bool is_before_base(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	const struct bt_sts_base_date *base = bt_sts_base_date_find(key->base);

	return base == NULL || vend->wall_ms < base->wall_ms;
}

/* Sections of a key change have no TID: a key that has expired, or whose base date is used up, may still carry its
 * successor. */
static bool carries_tid(const struct bt_sts_vend *vend)
{
	const struct bt_sts_token_type *type = bt_sts_token_type_find(vend->token_class, vend->subclass);

	return type == NULL || type->layout != BT_STS_LAYOUT_SECTION;
}

static bool is_beyond_base(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	uint32_t minute;

	return carries_tid(vend) &&
	       (bt_sts_tid_of(vend->wall_ms, key->base, &minute) != BT_OK || vend->tid > BT_STS_TID_MAX);
}

static bool is_expired(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	return carries_tid(vend) && bt_sts_ken_expired(key->ken, vend->tid);
}

static bool is_credit_under_default(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	return vend->token_class == CLASS_CREDIT && key->kt < KT_UNIQUE;
}

static bool is_common_off_card(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	return key->kt == KT_COMMON && vend->tct != BT_STS_TCT_CARD;
}

static bool is_minute_misused(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	(void)key;
	return carries_tid(vend) && (bt_sts_tid_special(vend->tid) == vend->tid) != vend->special;
}

struct rule {
	bool (*forbids)(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend);
	const char *refusal;
};

static const struct rule rules[] = {
    {.forbids = is_before_base, .refusal = N_("the time is before the base date of the meter's key")},
    {.forbids = is_beyond_base, .refusal = N_("the base date of the meter's key is used up")},
    {.forbids = is_expired, .refusal = N_("the meter's key has expired")},
    {.forbids = is_credit_under_default, .refusal = N_("the meter has no key of its own yet and takes no credit")},
    {.forbids = is_common_off_card, .refusal = N_("the meter's key is one for magnetic cards")},
    {.forbids = is_minute_misused, .refusal = N_("the minute after midnight is kept for special tokens")},
};

const char *bt_sts_vend_refusal(const struct bt_sts_key_id *key, const struct bt_sts_vend *vend)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0] && vend->token_class != CLASS_TEST; i++) {
		if (rules[i].forbids(key, vend))
			return rules[i].refusal;
	}
	return NULL;
}
