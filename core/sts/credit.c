#include "core/sts/credit.h"

#include "core/sts/amount.h"
#include "core/sts/block.h"
#include "core/sts/cipher.h"
#include "core/sts/crc.h"
#include "core/sts/tid.h"

#define CLASS_CREDIT 0
#define CLASS_TEST   1 /* travels in clear */

#define SUBCLASS_LAST           3 /* of those told in units */
#define SUBCLASS_CURRENCY_FIRST 4
#define SUBCLASS_CURRENCY_LAST  7

/* Where the fields begin, from the least significant bit. */
#define SUBCLASS_SHIFT 60
#define RND_SHIFT      56
#define TID_SHIFT      32
#define AMOUNT_SHIFT   16

static bool is_crc_right(uint8_t token_class, uint64_t block)
{
	uint64_t subclass = block >> SUBCLASS_SHIFT;
	bool currency =
	    token_class == CLASS_CREDIT && subclass >= SUBCLASS_CURRENCY_FIRST && subclass <= SUBCLASS_CURRENCY_LAST;
	uint16_t crc = currency ? bt_sts_crc_c(token_class, block) : bt_sts_crc(token_class, block);

	return (block & 0xffff) == crc;
}

enum bt_err bt_sts_credit_encode(const struct bt_sts_decoder_key *key, const struct bt_sts_credit *credit,
				 char out[BT_STS_TOKEN_CAP])
{
	struct bt_sts_carrier carrier = {.token_class = CLASS_CREDIT};
	struct bt_sts_schedule schedule;
	uint16_t amount;
	uint64_t block;

	if (bt_sts_schedule_init(&schedule, NULL, key) != BT_OK)
		return BT_EUNSUPPORTED;
	if (credit->subclass > SUBCLASS_LAST || credit->rnd > 15 || credit->tid > BT_STS_TID_MAX)
		return BT_ERANGE;
	if (bt_sts_amount_encode(credit->amount, &amount) != BT_OK)
		return BT_ERANGE;
	block = (uint64_t)credit->subclass << SUBCLASS_SHIFT | (uint64_t)credit->rnd << RND_SHIFT |
		(uint64_t)credit->tid << TID_SHIFT | (uint64_t)amount << AMOUNT_SHIFT;
	block |= bt_sts_crc(CLASS_CREDIT, block);
	carrier.block = bt_sts_encrypt(&schedule, block);
	bt_sts_schedule_wipe(&schedule);
	bt_sts_carrier_format(&carrier, out);
	return BT_OK;
}

enum bt_err bt_sts_credit_decode(const struct bt_sts_decoder_key *key, const char *token, struct bt_sts_credit *out)
{
	struct bt_sts_schedule schedule;
	struct bt_sts_carrier carrier;
	uint64_t block;

	if (bt_sts_schedule_init(&schedule, NULL, key) != BT_OK)
		return BT_EUNSUPPORTED;
	if (bt_sts_carrier_parse(token, &carrier) != BT_OK)
		return BT_EINPUT;
	block = carrier.token_class == CLASS_TEST ? carrier.block : bt_sts_decrypt(&schedule, carrier.block);
	bt_sts_schedule_wipe(&schedule);
	/* Whatever the class: a mistyped digit that changes it is a mistyped digit all the same. */
	if (!is_crc_right(carrier.token_class, block))
		return BT_EAUTH;
	if (carrier.token_class != CLASS_CREDIT || block >> SUBCLASS_SHIFT > SUBCLASS_LAST)
		return BT_EUNSUPPORTED;
	out->subclass = (uint8_t)(block >> SUBCLASS_SHIFT);
	out->rnd = (uint8_t)(block >> RND_SHIFT & 15);
	out->tid = (uint32_t)(block >> TID_SHIFT & BT_STS_TID_MAX);
	out->amount = bt_sts_amount_decode((uint16_t)(block >> AMOUNT_SHIFT & 0xffff));
	return BT_OK;
}
