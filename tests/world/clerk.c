/* Clerks and consumers: what people do at the counter, and what they remember of it. */
#include <string.h>

#include "core/base/text.h"
#include "tests/world/world.h"

#define HOT_PEOPLE     6
#define LEAST_RUPEES   100
#define MOST_RUPEES    3000
#define LOOK_BACK      8 /* newest sales looked through after a start */
#define REPRINT_CHANCE 40
#define SOON_MS        (2 * SIM_MINUTE_MS)
#define RESTS_MOST     4 /* each doubles what somebody stays away when everything is mended */

static void free_again(struct sim_counter *counter)
{
	counter->serving = false;
	counter->sale = -1;
	/* In a long outage few come. */
	bool quiet = counter->world->now_ms < counter->world->down_until_ms;
	int64_t wait = quiet && sim_strikes(counter->world, SIM_FAULT_LONG_OUTAGE, 80)
			   ? sim_between(counter->world, 5, 60) * SIM_MINUTE_MS
			   : sim_between(counter->world, 1000, 12000);

	sim_plan(counter->world, wait, SIM_CLERK, counter->index, (uint64_t)counter->boot);
}

/* ---- what consumers remember ---- */

void sim_clerk_plan_key_in(struct sim_world *world, int sale)
{
	int64_t wait = chance_one_in(&world->chance, 3) ? sim_between(world, SIM_HOUR_MS, 2 * SIM_DAY_MS)
							: sim_between(world, SIM_MINUTE_MS, SIM_HOUR_MS);

	/* Without the next key nothing that follows is of use. */
	if (world->sales[sale].key_tokens.count > 0)
		wait = sim_between(world, SIM_MINUTE_MS, 10 * SIM_MINUTE_MS);
	/* Where tokens may be refused nobody is long about it when everything is mended. */
	if (world->healing && (world->head.sbx.picks_any || sim_key_changes(world, world->sales[sale].person)))
		wait = SIM_MINUTE_MS;
	sim_plan(world, wait, SIM_KEY_IN, sale, 0);
}

bool sim_has_digits(const struct sim_sale *sale, const char *token)
{
	return token[0] && (strcmp(sale->token, token) == 0 || strcmp(sale->second, token) == 0 ||
			    strcmp(sale->substitute, token) == 0);
}

bool sim_clerk_take_second(struct sim_world *world, int which, const char *token)
{
	struct sim_sale *sale = &world->sales[which];

	if (sale->second[0] && strcmp(sale->second, token) != 0)
		sim_fail(world, "a third token of a sale: %s", sale->id);
	if (sale->second[0])
		return true;
	bt_text_copy(sale->second, sizeof sale->second, token);
	sale->keyed = false;
	sim_clerk_plan_key_in(world, which);
	return true;
}

void sim_clerk_see_token(struct sim_world *world, int which, const char *token, const struct bt_key_tokens *key_tokens)
{
	struct sim_sale *sale = &world->sales[which];

	if (sale->returned)
		sim_fail(world, "a token after the money went back: %s", sale->id);
	if (sale->refused)
		sim_fail(world, "a token after the head-end's no: %s", sale->id);
	if (sale->leaves)
		world->totals.visited[SIM_PATH_REFUND_TOO_LATE]++;
	sim_key_see(world, which, key_tokens, token);
	if (sale->token[0] && (sim_doubt_takes(world, which, token) || sim_refused_takes(world, which, token) ||
			       sim_key_takes(world, which, token)))
		return;
	if (sale->token[0] && strcmp(sale->token, token) != 0)
		sim_fail(world, "other digits for sale %s", sale->id);
	if (sale->token[0])
		return;
	bt_text_copy(sale->token, sizeof sale->token, token);
	sim_clerk_plan_key_in(world, which);
	if (!sale->docket)
		return;
	world->totals.visited[SIM_PATH_FINISHED_LATER]++;
	if (!world->healing && chance_one_in(&world->chance, 3))
		sim_clerk_plan_return(world, sim_between(world, 2000, SIM_MINUTE_MS), which);
}

/* Cash moves only when the record says REFUNDED (PROTOCOL S5). */
static void give_back(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	const struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_sale_row row;
	enum bt_err err;

	if (sale->returned)
		return;
	if (sale->token[0])
		sim_fail(world, "money back over a token shown: %s", sale->id);
	err = bt_journal_sale(counter->journal, sale->id, &row);
	if (err != BT_OK && counter->disk->off) { /* the lights went out before the drawer was open */
		sim_clerk_plan_return(world, SIM_MINUTE_MS, which);
		return;
	}
	if (err != BT_OK || row.stage != BT_STAGE_REFUNDED)
		sim_fail(world, "money back before it was recorded: %s", sale->id);
	if (!world->faults[SIM_FAULT_RESTORE_SERVER] && !sim_is_closed_at_head(world, sale->id))
		sim_fail(world, "money back without the head-end's word: %s", sale->id);
	sale->returned = true;
	if (!sale->upi) /* the bank sends it back itself */
		world->cash -= sale->cash;
	world->totals.visited[SIM_PATH_REFUNDED]++;
	if (sale->docket && chance_one_in(&world->chance, 2))
		sim_clerk_plan_return(world, sim_between(world, 10000, 5 * SIM_MINUTE_MS), which);
}

int sim_clerk_remember(struct sim_counter *counter, const struct sim_sale *sale)
{
	struct sim_world *world = counter->world;

	if (world->sale_count == SIM_SALES_MAX) {
		sim_fail(world, "too many sales for one world");
		return -1;
	}
	world->sales[world->sale_count] = *sale;
	if (!sale->upi)
		world->cash += sale->cash;
	return world->sale_count++;
}

/* ---- selling ---- */

static const struct sim_person *pick_person(struct sim_counter *counter, int *out)
{
	struct sim_world *world = counter->world;
	/* Where minutes are to meet, most of the trade is with three meters. */
	bool any = world->head.sbx.picks_any;
	bool is_hot = chance_below(&world->chance, 100) < (any ? 90 : 60);
	uint32_t many = !is_hot ? SIM_PEOPLE : any ? 3 : HOT_PEOPLE;

	*out = sim_has(world, SIM_FAULT_KEY_CHANGE) && chance_one_in(&world->chance, counter->linked ? 3 : 2)
		   ? sim_key_pick(world)
		   : (int)chance_below(&world->chance, many);
	return &world->town->people[*out];
}

static bool draw_draft(struct sim_counter *counter, struct bt_draft *draft, int *person)
{
	struct sim_world *world = counter->world;
	enum bt_denial denial;

	*draft = (struct bt_draft){.tender = bt_tender_find("cash")};
	if (bt_directory_find(counter->directory, pick_person(counter, person)->number, &draft->consumer) != BT_OK)
		return false;
	draft->amount = sim_between(world, LEAST_RUPEES, MOST_RUPEES) * 100;
	if (draft->consumer.kind == BT_KIND_DUES)
		draft->dues = draft->amount;
	else if (draft->consumer.dues > 0 && chance_one_in(&world->chance, 6))
		draft->dues = draft->amount / 4 / 100 * 100;
	return bt_teller_outlook(counter->teller, &draft->consumer, draft->amount, draft->dues, &denial) !=
	       BT_OUTLOOK_REFUSED;
}

static bool is_used_up(enum bt_denial denial)
{
	return denial == BT_DENY_TOTAL || denial == BT_DENY_COUNT || denial == BT_DENY_OLDEST;
}

static void note_outlook(struct sim_counter *counter, const struct bt_draft *draft)
{
	enum bt_denial denial = BT_DENY_NONE;

	if (bt_teller_outlook(counter->teller, &draft->consumer, draft->amount, draft->dues, &denial) ==
		BT_OUTLOOK_DOCKET &&
	    is_used_up(denial)) {
		counter->world->totals.visited[SIM_PATH_LIMIT_REACHED]++;
		if (chance_one_in(&counter->world->chance, 2))
			sim_phone_for_code(counter);
	}
}

static void take_money(struct sim_counter *counter, const struct bt_draft *draft, int person)
{
	struct sim_world *world = counter->world;
	struct sim_sale sale = {.counter = counter->index, .person = person, .cash = draft->amount};
	struct bt_fault fault = {0};
	enum bt_err err;

	if (sim_payer_pays(counter, draft, person)) {
		if (!counter->in_limbo)
			free_again(counter);
		sim_counter_turn(counter);
		return;
	}
	err = bt_teller_pay(counter->teller, draft, sale.id, &fault);
	if (bt_err_fate(err) == BT_FATE_STOP || counter->disk->off) {
		/* The note is on the counter, the screen dark: what the record says when it is back decides. */
		counter->limbo = sale;
		counter->in_limbo = true;
		return;
	}
	if (err) {
		free_again(counter);
		return;
	}
	sim_trace(world, "%s: sale %s of %lld for %s", counter->number, sale.id, (long long)sale.cash,
		  world->town->people[person].number);
	sim_hash_fold(&world->totals.hash, (uint64_t)sale.cash);
	counter->sale = sim_clerk_remember(counter, &sale);
	counter->serving = counter->sale >= 0;
	sim_counter_turn(counter);
}

void sim_clerk_next(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct bt_draft draft;
	int person;

	if (!counter->on || counter->serving || world->healing || world->sale_count >= world->sales_wanted)
		return;
	if (world->waits && world->sale_count >= world->sales_wanted * 2 / 3) {
		sim_plan(world, 5 * SIM_MINUTE_MS, SIM_CLERK, counter->index, (uint64_t)counter->boot);
		return;
	}
	/* A lease lasts an hour: within this trade it is to be given anew. */
	if (sim_has(world, SIM_FAULT_OTHER_LANES) && chance_one_in(&world->chance, 5)) {
		sim_plan(world, sim_between(world, 5, 30) * SIM_MINUTE_MS, SIM_CLERK, counter->index,
			 (uint64_t)counter->boot);
		return;
	}
	/* Until every counter has heard of a key the trade goes on as before. */
	if (sim_has(world, SIM_FAULT_KEY_CHANGE) && chance_one_in(&world->chance, 4)) {
		sim_plan(world, sim_between(world, 5, 40) * SIM_MINUTE_MS, SIM_CLERK, counter->index,
			 (uint64_t)counter->boot);
		return;
	}
	if (bt_teller_state(counter->teller) != BT_OK || !draw_draft(counter, &draft, &person)) {
		free_again(counter);
		return;
	}
	note_outlook(counter, &draft);
	take_money(counter, &draft, person);
}

/* ---- looking at the screen ---- */

/* One walk to the office at a time; nobody waits long once everything is mended. */
void sim_clerk_plan_return(struct sim_world *world, int64_t in_ms, int sale)
{
	if (world->sales[sale].on_the_way)
		return;
	if (world->healing && in_ms > SOON_MS << world->sales[sale].rests)
		in_ms = sim_between(world, SOON_MS / 2, SOON_MS);
	world->sales[sale].on_the_way = true;
	sim_plan(world, in_ms, SIM_COME_BACK, sale, 0);
}

static void leave_with_docket(struct sim_counter *counter, int sale)
{
	struct sim_world *world = counter->world;
	struct bt_sale_row row;

	world->sales[sale].docket = true;
	if (bt_journal_sale(counter->journal, world->sales[sale].id, &row) == BT_OK)
		(void)bt_text_printf(world->sales[sale].number, sizeof world->sales[sale].number, "D-%s", row.receipt);
	sim_clerk_plan_return(world,
			      chance_one_in(&world->chance, 2) || sim_key_changes(world, world->sales[sale].person)
				  ? sim_between(world, 10000, 5 * SIM_MINUTE_MS)
				  : sim_between(world, SIM_HOUR_MS, SIM_DAY_MS),
			      sale);
}

/* New figures are agreed to by most; who does not wants the money back, with the supervisor's word for it. */
static void answer_refusal(struct sim_counter *counter, int which, const struct bt_sale_view *view)
{
	struct sim_sale *sale = &counter->world->sales[which];
	struct bt_approval approval = {.by = SIM_SUPERVISOR, .reason = "refused", .docket = view->sale.receipt};

	if (view->state == BT_SALE_REFUSED && !sale->told_no)
		sim_fail(counter->world, "refused without the head-end's word: %s", sale->id);

	if (view->state == BT_SALE_REFUSED && view->has_figures && !sale->leaves &&
	    bt_teller_agree(counter->teller, sale->id) == BT_OK) {
		sale->refused = false;
		counter->world->totals.visited[SIM_PATH_NEW_FIGURES]++;
		return;
	}
	sale->leaves = true;
	if (bt_teller_refund(counter->teller, sale->id, &approval) == BT_OK)
		sim_trace(counter->world, "%s: refund of %s begun", counter->number, sale->id);
}

void sim_clerk_note_refused(struct sim_counter *counter, const char *sale_id)
{
	int which = sim_find_sale(counter->world, sale_id);
	struct bt_sale_row row;

	if (which < 0)
		return;
	counter->world->sales[which].told_no = true;
	if (bt_journal_sale(counter->journal, sale_id, &row) == BT_OK && !row.token[0] &&
	    row.stage != BT_STAGE_REFUNDING && strcmp(row.delivery, "token") == 0)
		counter->world->sales[which].refused = true;
}

/* One minute a sale, for ever, whatever figures were agreed to since (PROTOCOL T1, S3). */
static void check_minute(struct sim_world *world, struct sim_sale *sale, const struct bt_sale *now)
{
	if (!now->has_tid)
		return;
	if (sale->tid != 0 && now->tid != sale->tid)
		sim_fail(world, "sale %s was paid for minute %u and has %u", sale->id, sale->tid, now->tid);
	sale->tid = now->tid;
}

static bool is_served(struct sim_counter *counter, int sale, const struct bt_sale_view *view)
{
	struct sim_world *world = counter->world;

	check_minute(world, &world->sales[sale], &view->sale);
	switch (view->state) {
	case BT_SALE_TOKENED:
	case BT_SALE_CREDITED:
	case BT_SALE_DONE:
		sim_trace(world, "%s: served%s", counter->number, view->made_here ? ", made here" : "");
		if (view->token[0])
			sim_clerk_see_token(world, sale, view->token, &view->key_tokens);
		return true;
	case BT_SALE_REFUNDED:
		give_back(world, sale);
		return true;
	case BT_SALE_REFUSED:
		answer_refusal(counter, sale, view);
		return false;
	case BT_SALE_REFUNDING:
		leave_with_docket(counter, sale);
		return true;
	case BT_SALE_INQUIRING:
		sim_trace(world, "%s: docket: in doubt", counter->number);
		world->totals.visited[SIM_PATH_DOUBT]++;
		if (sim_doubt_is_overridden(counter, sale))
			return false;
		leave_with_docket(counter, sale);
		return true;
	case BT_SALE_PENDING:
		world->totals.visited[SIM_PATH_DOUBT_BARS] += view->denial == BT_DENY_DOUBT;
		sim_trace(world, "%s: docket: %s", counter->number, bt_denial_code(view->denial));
		if (sim_strikes(world, SIM_FAULT_HASTY_CLERK, 300))
			answer_refusal(counter, sale, view); /* no token, no sale: the money back, please */
		leave_with_docket(counter, sale);
		if (is_used_up(view->denial))
			sim_phone_for_code(counter);
		return true;
	case BT_SALE_STOPPED:
		leave_with_docket(counter, sale);
		return true;
	default:
		return false;
	}
}

static void be_hasty(struct sim_counter *counter, const struct bt_sale_view *view)
{
	if (view->state == BT_SALE_VENDING && sim_strikes(counter->world, SIM_FAULT_HASTY_CLERK, 300) &&
	    bt_teller_issue_now(counter->teller, view->sale.sale_id) == BT_OK)
		sim_trace(counter->world, "%s: the clerk ends the wait", counter->number);
}

void sim_clerk_look(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct bt_sale_view view;

	if (!counter->serving || counter->sale < 0 ||
	    bt_teller_view(counter->teller, world->sales[counter->sale].id, &view) != BT_OK)
		return;
	if (!is_served(counter, counter->sale, &view)) {
		be_hasty(counter, &view);
		return;
	}
	if (view.token[0] && sim_strikes(world, SIM_FAULT_PRINTER_JAM, REPRINT_CHANCE))
		(void)!bt_teller_reprint(counter->teller, view.sale.sale_id, BT_REPRINT_DAMAGED);
	free_again(counter);
}

/* ---- after the dark ---- */

/* A sale nobody remembers can only be the one that was in hand. */
static void settle_limbo(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct bt_sale_row rows[LOOK_BACK];
	int count = 0;

	if (bt_journal_sales(counter->journal, BT_SALES_ALL, NULL, LOOK_BACK, rows, &count) != BT_OK)
		return;
	for (int i = 0; i < count; i++) {
		struct sim_sale sale = counter->limbo;

		if (sim_find_sale(world, rows[i].sale_id) >= 0)
			continue;
		if (!counter->in_limbo || rows[i].amount != sale.cash) {
			sim_fail(world, "a sale nobody made: %s", rows[i].sale_id);
			return;
		}
		bt_text_copy(sale.id, sizeof sale.id, rows[i].sale_id);
		counter->in_limbo = false;
		int which = sim_clerk_remember(counter, &sale);
		if (sale.upi)
			sim_clerk_plan_return(world, 10000, which);
		else
			leave_with_docket(counter, which);
	}
	counter->in_limbo = false; /* not on record: the consumer has the money back */
}

/* What was once recorded lasts, with the digits it had. */
static void check_remembered(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct bt_sale_row row;

	for (int i = 0; i < world->sale_count; i++) {
		const struct sim_sale *sale = &world->sales[i];

		if (sale->counter != counter->index)
			continue;
		if (bt_journal_sale(counter->journal, sale->id, &row) != BT_OK) {
			if (bt_journal_state(counter->journal) == BT_OK && !counter->disk->off)
				sim_fail(world, "sale %s is gone from its record", sale->id);
			return;
		}
		/* A no that came in as the lights went out was never on record. */
		if (row.stage != BT_STAGE_REFUSED && row.stage != BT_STAGE_REFUNDING && row.stage != BT_STAGE_REFUNDED)
			world->sales[i].refused = false;
		/* One that was finished at another counter comes to its owner later, and nobody has seen yet what was
		 * made as the lights went out: over doubt, or under the key before of one that has the next elsewhere.
		 */
		bool has_next = sim_key_changes(world, sale->person) || world->town->people[sale->person].has_other_key;
		bool may_differ = sale->overridden || (sale->elsewhere && has_next);
		bool is_unseen = row.token[0] ? may_differ && !sale->second[0] : sale->elsewhere;

		if (sale->token[0] && !is_unseen && !sim_has_digits(sale, row.token))
			sim_fail(world, "the record has other digits for %s", sale->id);
		if (i == counter->sale && row.stage == BT_STAGE_TOKENED && row.printed_copies == 0)
			world->totals.visited[SIM_PATH_CUT_BETWEEN_COMMIT_AND_PRINT]++;
	}
}

/* The clerk says what became of each sale that was cut off (PROTOCOL S6). */
static void answer_for_cut_off(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	char sale_id[37];

	for (int i = 0; i < LOOK_BACK && bt_teller_cut_off(counter->teller, sale_id); i++) {
		int sale = sim_find_sale(world, sale_id);
		enum bt_err err;

		if (sale >= 0 && chance_one_in(&world->chance, 6)) {
			struct bt_approval approval = {.by = SIM_SUPERVISOR, .reason = "returned"};

			/* The note went back in the dark, says the clerk: it waits all the same for the record. */
			world->sales[sale].leaves = true;
			err = bt_teller_refund(counter->teller, sale_id, &approval);
		} else if (!chance_one_in(&world->chance, 4)) {
			err = bt_teller_take_up(counter->teller, sale_id);
			world->totals.visited[SIM_PATH_RESUMED] += err == BT_OK;
		} else {
			err = bt_teller_let_wait(counter->teller, sale_id);
		}
		if (err)
			return;
		if (sale >= 0)
			leave_with_docket(counter, sale);
	}
}

void sim_clerk_after_start(struct sim_counter *counter)
{
	settle_limbo(counter);
	answer_for_cut_off(counter);
	sim_phone_try_again(counter);
	check_remembered(counter);
	if (counter->sale >= 0)
		sim_clerk_plan_return(counter->world, 10000, counter->sale);
	free_again(counter);
}

/* When everything is mended what is left to wait for is a free minute of the meter: who was told so once asks again
 * soon, and later less and less often. */
static int64_t absence_ms(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	int rests = sale->rests;

	if (!world->healing)
		return sim_between(world, 10000, 3 * SIM_HOUR_MS);
	if (sale->rests < RESTS_MOST)
		sale->rests++;
	return sim_between(world, 10000, SIM_MINUTE_MS) << rests;
}

void sim_clerk_come_back(struct sim_world *world, int which)
{
	const struct sim_sale *sale = &world->sales[which];
	struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_sale_view view;
	bool stays = false; /* until it is there */

	world->sales[which].on_the_way = false;
	if (sale->upi && sim_payer_attends(world, which))
		return;
	if (sim_refused_attends(world, which) || sim_office_attends(world, which))
		return;
	/* Once more with the docket, somewhere else: perhaps there is more to be had. */
	if ((sale->returned || sale->token[0]) && sim_errand_go(world, which))
		world->totals.visited[sale->token[0] ? SIM_PATH_DOCKET_AFTER_TOKEN : SIM_PATH_DOCKET_AFTER_REFUND]++;
	if (sale->returned || sale->token[0])
		return;
	if (sale->docket &&
	    (chance_one_in(&world->chance, 2) || (sim_key_is_done(world, sale->person) && !world->healing)) &&
	    sim_errand_go(world, which))
		return;
	if (!counter->on || bt_teller_view(counter->teller, sale->id, &view) != BT_OK) {
		sim_clerk_plan_return(world, SIM_HOUR_MS, which);
		return;
	}
	if (view.state == BT_SALE_PENDING || view.state == BT_SALE_STOPPED || view.state == BT_SALE_REFUSED ||
	    view.state == BT_SALE_REFUNDING || view.state == BT_SALE_INQUIRING) {
		if (view.state == BT_SALE_REFUSED || (view.state == BT_SALE_PENDING && sale->docket &&
						      !world->healing && chance_one_in(&world->chance, 8)))
			answer_refusal(counter, which, &view);
		else if (chance_one_in(&world->chance, 2))
			stays =
			    bt_teller_finish(counter->teller, sale->id) == BT_OK && chance_one_in(&world->chance, 2);
		sim_clerk_plan_return(world, stays ? 5000 : absence_ms(world, which), which);
		sim_counter_turn(counter);
		return;
	}
	if (!is_served(counter, which, &view))
		sim_clerk_plan_return(world, SIM_MINUTE_MS, which);
}
