/* Payers with telephones, and their bank: a QR is scanned, the bank collects, fails, is not sure, or says late that it
 * has the money; somebody asks for the token elsewhere before the owner has said anything (PROTOCOL S4, S7). */
#include <string.h>

#include "core/base/text.h"
#include "core/sale/upi.h"
#include "core/sandbox/bank.h"
#include "tests/world/world.h"

#define SCAN_TRIES 12

enum word { SCANS, COMES_LATE, CLAIMS };

/* What the bank collected is known to the bank, not to a head-end that was set back, and not to a counter that was
 * withdrawn: those worlds have cash only. */
static bool is_worldly(const struct sim_world *world)
{
	return !world->faults[SIM_FAULT_RESTORE_SERVER] && !world->faults[SIM_FAULT_REVOKE] &&
	       !world->faults[SIM_FAULT_LANE_CHANGE];
}

static void plan_scan(struct sim_world *world, int which, int64_t low_ms, int64_t high_ms, enum word word)
{
	sim_plan(world, sim_between(world, low_ms, high_ms), SIM_SCAN, which, word);
}

bool sim_payer_pays(struct sim_counter *counter, const struct bt_draft *draft, int person)
{
	struct sim_world *world = counter->world;
	struct sim_sale sale = {.counter = counter->index, .person = person, .cash = draft->amount, .upi = true};
	struct bt_draft asked = *draft;
	struct bt_fault fault = {0};
	enum bt_err err;
	int which;

	if (!is_worldly(world) || !chance_one_in(&world->chance, world->head.sbx.picks ? 2 : 4) ||
	    !bt_teller_upi_offered(counter->teller))
		return false;
	asked.tender = bt_tender_find("upi");
	sale.pays_all = chance_one_in(&world->chance, 3);
	err = bt_teller_upi_begin(counter->teller, &asked, sale.id, &fault);
	if (bt_err_fate(err) == BT_FATE_STOP || counter->disk->off) {
		counter->limbo = sale;
		counter->in_limbo = true;
		return true;
	}
	if (err)
		return false;
	sim_trace(world, "%s: sale %s of %lld by UPI", counter->number, sale.id, (long long)sale.cash);
	which = sim_clerk_remember(counter, &sale);
	if (which < 0)
		return true;
	plan_scan(world, which, 3000, 90000, SCANS);
	sim_clerk_plan_return(world, sim_between(world, 10000, 6 * SIM_MINUTE_MS), which);
	return true;
}

/* ---- the bank ---- */

static bool find_payment(struct sim_world *world, const char *sql, const struct sim_sale *sale,
			 struct bt_sbx_payment *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(world->head.sbx.db, sql, "t", sale->id);
	char id[37] = "";

	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, id, sizeof id);
	sqlite3_finalize(row);
	return id[0] && bt_sbx_payment_find(world->head.sbx.db, id, out);
}

static bool say(struct sim_world *world, const struct bt_sbx_payment *payment, enum bt_sbx_bank_word word)
{
	struct bt_sbx_payment after;
	sqlite3 *db = world->head.sbx.db;

	if (!bt_sbx_store_begin(db))
		return false;
	if (bt_sbx_bank_say(db, payment, word, NULL, &after) == NULL && bt_sbx_store_commit(db))
		return true;
	bt_sbx_store_rollback(db);
	return false;
}

static void collect(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];

	sale->captures++;
	sim_trace(world, "the bank has the money of %s", sale->id);
	/* One that picks tokens itself may have made one before the counter has heard of the money. */
	if (world->head.sbx.picks && !sale->swapped && !chance_one_in(&world->chance, 3))
		plan_scan(world, which, 20, 1500, CLAIMS);
	else if (!sale->swapped && chance_one_in(&world->chance, 3))
		plan_scan(world, which, 500, 20000, CLAIMS);
}

/* What comes of an attempt that the bank has not taken. */
static void plan_late(struct sim_world *world, int which)
{
	world->sales[which].later++;
	if (world->sales[which].pays_all)
		plan_scan(world, which, 8 * SIM_MINUTE_MS, 40 * SIM_MINUTE_MS, COMES_LATE);
	else
		plan_scan(world, which, 5000, (chance_one_in(&world->chance, 8) ? 40 : 10) * SIM_MINUTE_MS, COMES_LATE);
}

static bool sees_qr(struct sim_world *world, struct sim_sale *sale)
{
	struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_upi_view view;

	if (counter->on && bt_teller_upi_view(counter->teller, sale->id, &view) == BT_OK && view.stage == BT_UPI_SHOWN)
		sale->qr_seen = true;
	return sale->qr_seen;
}

static void scan(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	struct bt_sbx_payment payment;
	uint32_t luck = chance_below(&world->chance, 100);

	if (!sees_qr(world, sale) ||
	    !find_payment(world,
			  "SELECT payment_id FROM payments WHERE sale_id=? AND status='active' AND attempt='none'"
			  " ORDER BY place DESC LIMIT 1",
			  sale, &payment) ||
	    strcmp(payment.status, "active") != 0) {
		if (sale->scans++ < SCAN_TRIES && !world->healing)
			plan_scan(world, which, 5000, 40000, SCANS);
		return;
	}
	if (sale->pays_all)
		luck = sale->later < 2 ? 60 : 0;
	if (luck < 60 && say(world, &payment, BT_SBX_BANK_COLLECTS)) {
		collect(world, which);
	} else if (luck >= 60 && luck < 80 && say(world, &payment, BT_SBX_BANK_FAILS)) {
		if (sale->pays_all || chance_one_in(&world->chance, 4))
			plan_late(world, which);
		plan_scan(world, which, 30000, 3 * SIM_MINUTE_MS, SCANS);
	} else if (luck >= 80 && say(world, &payment, BT_SBX_BANK_UNSURE)) {
		plan_late(world, which);
	}
}

/* Of any QR of the sale that somebody has tried. */
static void come_late(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	struct bt_sbx_payment payment;

	sale->later--;
	if ((!sale->pays_all && chance_one_in(&world->chance, 3)) ||
	    !find_payment(world,
			  "SELECT payment_id FROM payments WHERE sale_id=? AND status<>'paid' AND attempt<>'none'"
			  " ORDER BY place LIMIT 1",
			  sale, &payment) ||
	    !say(world, &payment, BT_SBX_BANK_LATE))
		return;
	if (strcmp(payment.status, "active") != 0)
		world->totals.visited[SIM_PATH_UPI_LATE]++;
	collect(world, which);
}

/* ---- the token asked for elsewhere ---- */

/* The owner has the sale in hand, or has made its token and not said so. */
static bool is_owner_issuing(struct sim_world *world, const struct sim_sale *sale)
{
	struct sim_counter *owner = &world->counters[sale->counter];
	struct bt_sale_row row;

	if (!owner->on || bt_journal_sale(owner->journal, sale->id, &row) != BT_OK)
		return false;
	return row.stage == BT_STAGE_TENDERING || row.stage == BT_STAGE_VENDING || row.stage == BT_STAGE_PENDING ||
	       (row.stage == BT_STAGE_TOKENED && row.made_here && !row.settled);
}

static bool ask_head(struct sim_world *world, const char *terminal, const struct bt_call *call, struct bt_answer *out)
{
	struct bt_http_request request;
	struct bt_http_reply reply = {.era = world->head.sbx.era};
	struct bt_buf body;

	*out = (struct bt_answer){.kind = call->kind};
	if (bt_protocol_rest.encode(call, &request) != BT_OK)
		return false;
	bt_buf_init(&body, bt_call_reply_max(call->kind));
	reply.status = sim_head_end_serve(&world->head, terminal, &request, true, &body);
	reply.body = bt_buf_view(&body);
	bt_protocol_rest.decode(call, &reply, out);
	bt_buf_fini(&body);
	bt_buf_fini(&request.body);
	return true;
}

/* At the desk of another counter, with the bank's message: the head-end knows the whole sale (PROTOCOL T1, S4). */
static void claim(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	const struct sim_counter *desk = &world->counters[(sale->counter + 1) % world->there];
	struct bt_call call = {.kind = BT_CALL_FINISH, .id = 1, .deadline_ms = 1000, .era = world->head.sbx.era};
	struct bt_answer answer;

	if (!world->head.up || sale->returned || sale->token[0] || sale->swapped || sale->leaves)
		return;
	bt_text_copy(call.sale_id, sizeof call.sale_id, sale->id);
	if (!ask_head(world, desk->number, &call, &answer))
		return;
	if (answer.fault.err == BT_OK && answer.token[0]) {
		if (is_owner_issuing(world, sale))
			world->totals.visited[SIM_PATH_UPI_CLAIM]++;
		sale->refused = false;
		sale->elsewhere = true;
		sim_clerk_see_token(world, which, answer.token, &answer.key_change.tokens);
	}
	bt_answer_fini(&answer);
}

void sim_payer_acts(struct sim_world *world, int which, uint64_t word)
{
	static void (*const acts[])(struct sim_world * world,
				    int which) = {[SCANS] = scan, [COMES_LATE] = come_late, [CLAIMS] = claim};

	acts[word](world, which);
}

/* ---- at the counter ---- */

static void swap_for_cash(struct sim_counter *counter, struct sim_sale *sale)
{
	if (bt_teller_upi_stop(counter->teller, sale->id, true) == BT_OK)
		sale->swapped = true;
}

static void attend_dead(struct sim_counter *counter, int which)
{
	struct sim_world *world = counter->world;
	struct sim_sale *sale = &world->sales[which];
	uint32_t luck = chance_below(&world->chance, 4);

	if ((luck < 2 || sale->pays_all) && !world->healing &&
	    bt_teller_upi_renew(counter->teller, sale->id) == BT_OK) {
		sale->qr_seen = false;
		plan_scan(world, which, 3000, 60000, SCANS);
	} else if (luck == 2) {
		swap_for_cash(counter, sale);
	} else {
		(void)!bt_teller_upi_stop(counter->teller, sale->id, false);
	}
}

static void attend_up(struct sim_counter *counter, struct sim_sale *sale)
{
	struct sim_world *world = counter->world;
	uint32_t luck = chance_below(&world->chance, 6);

	if (luck == 0)
		swap_for_cash(counter, sale);
	else if (luck < 3 || world->healing)
		(void)!bt_teller_upi_stop(counter->teller, sale->id, false);
	else
		(void)!bt_teller_upi_ask(counter->teller, sale->id);
}

bool sim_payer_attends(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_upi_view view;
	struct bt_sale_row row;

	if (!counter->on || bt_teller_upi_view(counter->teller, sale->id, &view) != BT_OK ||
	    bt_journal_sale(counter->journal, sale->id, &row) != BT_OK)
		return false;
	if (row.stage != BT_STAGE_TENDERING && row.stage != BT_STAGE_UNPAID)
		return false;
	if (view.stage == BT_UPI_DEAD)
		attend_dead(counter, which);
	else if (view.stage == BT_UPI_ENDED && !sale->swapped && !sale->captures && chance_one_in(&world->chance, 4))
		swap_for_cash(counter, sale);
	else if (view.stage != BT_UPI_ENDED && view.stage != BT_UPI_CLOSING)
		attend_up(counter, sale);
	if (!sim_payer_is_over(world, sale))
		sim_clerk_plan_return(world, sim_between(world, 10000, 4 * SIM_MINUTE_MS), which);
	sim_counter_turn(counter);
	return true;
}

bool sim_payer_is_over(const struct sim_world *world, const struct sim_sale *sale)
{
	const struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_sale_row row;

	return sale->upi && !sale->captures && !sale->later && counter->on &&
	       bt_journal_sale(counter->journal, sale->id, &row) == BT_OK && row.stage == BT_STAGE_UNPAID;
}

/* ---- at the end ---- */

static int64_t count_payments(const struct sim_world *world, const char *sql, const struct sim_sale *sale)
{
	return bt_sbx_store_count(world->head.sbx.db, 0, sql, "t", sale->id);
}

/* Paid, and nobody to ask at that moment: a docket, and not a token of the counter's own. */
static bool was_left(const struct sim_world *world, const struct sim_sale *sale)
{
	return bt_sbx_store_count(world->head.sbx.db, 0,
				  "SELECT count(*) FROM events WHERE sale_id=? AND kind IN ('pending','inquiring')",
				  "t", sale->id) > 0;
}

/* Every rupee that the bank collected is one sale in the ledger, or on its way back to its account. */
void sim_payer_check(struct sim_world *world, struct sim_sale *sale, bool committed, const struct bt_sale_row *row)
{
	int64_t standing = count_payments(
	    world, "SELECT count(*) FROM payments WHERE sale_id=? AND status='paid' AND refund=''", sale);
	int64_t back = count_payments(
	    world, "SELECT count(*) FROM payments WHERE sale_id=? AND status='paid' AND refund<>''", sale);

	if (standing + back != sale->captures || standing != committed) {
		world->totals.unaccounted_paise += sale->cash;
		sim_fail(world, "sale %s: the bank collected %d, %lld stand, %lld go back, posted %d", sale->id,
			 sale->captures, (long long)standing, (long long)back, committed);
	}
	if (!committed && sale->captures && row->stage != BT_STAGE_REFUNDED) {
		world->totals.stuck++;
		sim_fail(world, "sale %s was paid by UPI and has no end: stage %d", sale->id, (int)row->stage);
	}
	if (!sale->captures && row->stage != BT_STAGE_UNPAID) {
		world->totals.stuck++;
		sim_fail(world, "sale %s was never paid and is stage %d", sale->id, (int)row->stage);
	}
	/* Whoever has the bank's word may have had one made (PROTOCOL T1, T5). */
	if (world->head.sbx.picks && row->made_here)
		sim_fail(world, "sale %s was paid by UPI and has a token of the counter's own", sale->id);
	world->totals.visited[SIM_PATH_UPI_BY_SERVICE] +=
	    count_payments(world, "SELECT count(*) FROM payments WHERE sale_id=? AND status='paid' AND way='psp'",
			   sale) > 0;
	world->totals.visited[SIM_PATH_UPI_PAID] += committed;
	if (world->head.sbx.picks && committed) {
		world->totals.visited[SIM_PATH_UPI_PICKED]++;
		world->totals.visited[SIM_PATH_UPI_LEFT_TO_IT] += was_left(world, sale);
	}
	world->totals.visited[SIM_PATH_UPI_RETURNED] += back > 0;
	world->totals.visited[SIM_PATH_UPI_THREE] += standing + back > 2;
	if (committed)
		world->cash += sale->cash; /* at the bank; from here on the sums are of all money */
}
