/* What the head-end demands of a sale. A request that fails a check is refused before commit; a fact that fails one is
 * posted with the same name as its exception (PROTOCOL H1). */
#ifndef BT_SANDBOX_CHECK_H
#define BT_SANDBOX_CHECK_H

#include "core/sandbox/consumer.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/orders.h"
#include "core/sandbox/refusal.h"
#include "core/sandbox/sale_in.h"
#include "core/sandbox/terminal.h"

/** What the head-end makes of the amount. */
struct bt_sbx_figures {
	const char *tariff;
	int64_t energy_paise, duty_paise, dues_paise, units;
	int64_t fixed_paise, free;
	struct bt_sbx_month month; /* it was worked out in; of 0: the price knows no months */
};

/** Connection, block, meter, delivery, dues, limits, figures, in this order. @p consumer NULL when unknown.
 *  @p order is that of the moment at which it was paid; @p month is what the price is to be made by, NULL where it
 * knows no months.
 *  @p out is written whenever a price could be made. */
enum bt_sbx_code bt_sbx_check_account(const struct bt_sbx_sale *sale, const struct bt_sbx_order *order,
				      const struct bt_sbx_consumer *consumer, const struct bt_sbx_month *month,
				      struct bt_sbx_figures *out);
/** Key identity and check value against the meter's real key. While a change is due the key before is right too: none
 *  of its tokens is out. BT_SBX_NONE when the sale names no key. */
enum bt_sbx_code bt_sbx_check_key(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
				  const struct bt_sbx_consumer *consumer);
/** Put the key that the meter takes now in place of the one that @p sale names. @return false, and nothing is changed,
 *  where the meter has forgotten its minutes since (a change of base date): the same minute could count twice. */
bool bt_sbx_follow_key(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, struct bt_sbx_sale *sale);
/** True when the sale's token is one under the key of a change that is due, which *out then describes: the tokens of
 *  the change go with it. */
bool bt_sbx_carries_change(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
			   const struct bt_sbx_consumer *consumer, struct bt_sbx_meter_key *out);
/** Lane of the owner, reserved minutes, uniqueness on the meter. */
enum bt_sbx_code bt_sbx_check_lane(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale);
/** A meter remembers 50 TIDs: below 50 tokens for it within 10n minutes, by whichever terminal (PROTOCOL T3). One that
 * is refused may be asked for again when the minutes have passed. @return BT_SBX_NONE or BT_SBX_TID_WAIT. */
enum bt_sbx_code bt_sbx_check_memory(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, int64_t now_ms);
/** Distance from the head-end's own time: at most 5n+10 minutes ahead of now, and at most as much before the moment of
 *  payment, since a paid sale keeps its minute however long it waits (PROTOCOL T1, L2). */
enum bt_sbx_code bt_sbx_check_range(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, int64_t now_ms);
/** Fix key, TID and RND for a sale that left them to the head-end (PROTOCOL T1, T3): of lane 0, or of any where it
 *  picks any. */
enum bt_sbx_code bt_sbx_choose(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, int64_t now_ms,
			       struct bt_sbx_sale *sale);
/** The same, of lane 0 always: no counter ever has that minute. */
enum bt_sbx_code bt_sbx_choose_own(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer, int64_t now_ms,
				   struct bt_sbx_sale *sale);
/** The 20 digits that the sale names, from its own key identity. @return false when no such token can be made. */
bool bt_sbx_token_of(const struct bt_sbx *sbx, const struct bt_sbx_sale *sale, char out[21]);

/** May @p ms, by the clock of a terminal, be before the restore that began this era? What the ledger did with a sale of
 *  then it may have forgotten. A time that is still to come says nothing of when the sale was made. */
bool bt_sbx_is_before_restore(const struct bt_sbx *sbx, int64_t ms);
/** Has the record of @p terminal come again up to the restore? It notes each era when it hears of it, and sends in
 * order (PROTOCOL H4). */
bool bt_sbx_has_come_up(const struct bt_sbx *sbx, const char *terminal);
/** A ledger put back from a backup may have forgotten that the token of a sale made at @p ms left at a counter, its
 *  owner's or one that finished its docket: such a sale is taken back, finished or asked for anew only when the records
 *  of @p owner and of all in office that ever sent any, or were given a lease, have come up (PROTOCOL H4). @p but:
 * whose record need not, "" for nobody. */
bool bt_sbx_may_have_forgotten(const struct bt_sbx *sbx, int64_t ms, const char *owner, const char *but);

#endif
