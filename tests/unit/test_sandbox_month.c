/* The head-end's months: figures in a request, lines for what a counter sold by what it knew, each once and to the
 * paisa, and the turn of the month.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL S8, S3, H1. Known answers by hand: DS-III is 742 paise up to 100.0 units, 895 above, 6 % duty, 40
 * rupees a month; HEAD_END_NOW is 22 November 2026. */
#include "tests/unit/sandbox_fixture.h"

#include <openssl/evp.h>

#include "core/sandbox/fact.h"
#include "core/sandbox/month.h"
#include "core/sandbox/orders.h"

#define NEW    "100246000182" /* nothing bought, 125.0 free, the charge owed */
#define EDGE   "100246000193" /* 96.0 bought, the charge paid, nothing free */
#define PLAIN  "100244781560" /* DS-II, of one rate */
#define PEOPLE 12
#define DAYS   (10 * BT_SBX_DAY_MS)

static int setup(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal terminal = {.number = HEAD_END_TERMINAL, .lane = 3, .lanes = BT_SBX_LANES};
	json_t *answer;
	assert_non_null(bench);
	head_end_set_clock(HEAD_END_NOW);
	head_end_open(bench, PEOPLE);
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &terminal));
	assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", "/v1/lease", "", &answer), 200);
	json_decref(answer);
	*state = bench;
	return 0;
}

/* What a counter makes of it in the month that it knows. */
static json_t *sale_in(struct head_end *bench, const char *number, int64_t paise, struct bt_sbx_month month)
{
	struct bt_sbx_price price = bt_sbx_price_in(bt_sbx_category_find(bt_sbx_categories, "DS-III"), &month, paise);
	json_t *sale = head_end_sale(bench, number);
	json_object_set_new(sale, "amount_paise", json_integer(paise));
	json_object_set_new(sale, "energy_paise", json_integer(price.energy_paise));
	json_object_set_new(sale, "duty_paise", json_integer(price.duty_paise));
	json_object_set_new(sale, "units", json_integer(price.units));
	json_object_set_new(sale, "month",
			    json_pack("{s:I, s:I, s:I, s:I}", "fixed_paise", (json_int_t)price.fixed_paise, "free",
				      (json_int_t)price.free, "of", (json_int_t)month.of, "units",
				      (json_int_t)month.units));
	return sale;
}

static struct bt_sbx_month month_of(struct head_end *bench, const char *number)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_month month;
	assert_true(bt_sbx_consumer_find(bench->sbx.db, number, &consumer));
	assert_true(bt_sbx_month_find(bench->sbx.db, &consumer, bt_sbx_now_ms(), &month));
	return month;
}

static int64_t dues_of(struct head_end *bench, const char *number)
{
	return bt_sbx_store_count(bench->sbx.db, -1, "SELECT dues FROM consumers WHERE number=?", "t", number);
}

static int64_t lines_of(struct head_end *bench, const char *number, const char *what)
{
	return bt_sbx_store_count(bench->sbx.db, 0, "SELECT sum(paise) FROM charges WHERE connection=? AND what=?",
				  "tt", number, what);
}

static int64_t count_lines(struct head_end *bench, const char *number)
{
	return bt_sbx_store_count(bench->sbx.db, 0, "SELECT count(*) FROM charges WHERE connection=?", "t", number);
}

static enum bt_sbx_code post(struct head_end *bench, json_t *sale)
{
	struct bt_sbx_sale read;
	struct bt_sbx_terminal terminal;
	struct bt_sbx_outcome outcome = {BT_SBX_SILENT, BT_SBX_NONE};
	char token[21];
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &terminal));
	assert_true(bt_sbx_sale_read(sale, &read) && bt_sbx_token_of(&bench->sbx, &read, token));
	json_t *issue = json_pack("{s:s, s:i, s:O, s:s, s:O, s:i}", "issued_by", "terminal", "rev", 1, "tid",
				  json_object_get(sale, "tid"), "token", token, "units", json_object_get(sale, "units"),
				  "lease", 1);
	char *bodies[] = {bt_sbx_json_canonical(sale), bt_sbx_json_canonical(issue)};
	const char *kinds[] = {"paid", "tokened"};
	for (size_t i = 0; i < 2; i++) {
		struct bt_sbx_fact fact = {&terminal, bt_sbx_now_ms(), head_end_sale_id(sale), kinds[i], bodies[i]};
		assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
		free(bodies[i]);
	}
	json_decref(issue);
	return outcome.code;
}

static unsigned sell(struct head_end *bench, json_t *sale, json_t **answer)
{
	return head_end_call_json(bench, HEAD_END_TERMINAL, "POST", "/v1/sales", head_end_request(sale), answer);
}

/* A stale state is refused with what it is now; that is then sold, and no line is written. */
static void a_request_is_sold_at_the_head_ends_figures(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_month stale = month_of(bench, EDGE);
	json_t *answer;
	stale.units = 0;
	json_t *sale = sale_in(bench, EDGE, 50000, stale);
	assert_int_equal(sell(bench, sale, &answer), 409);
	assert_string_equal(head_end_code(answer), "figures");
	json_t *figures = json_object_get(answer, "figures");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(figures, "month"), "units")), 960);
	/* 471.70: 4.0 units at 7.42 are 29.68, and 442.02 buy 49.3 at 8.95. */
	assert_int_equal(json_integer_value(json_object_get(figures, "units")), 40 + 493);
	json_decref(answer);
	json_decref(sale);
	sale = sale_in(bench, EDGE, 50000, month_of(bench, EDGE));
	assert_int_equal(sell(bench, sale, &answer), 201);
	assert_int_equal(month_of(bench, EDGE).units, 960 + 533);
	assert_int_equal(count_lines(bench, EDGE), 0);
	json_decref(answer);
	json_decref(sale);
}

/* Sold as if nothing had been bought, where 96.0 units had: 59.5 of the 63.5 are above the step, once, however often it
 * is said. */
static void a_fact_stands_and_the_difference_is_a_line(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_month stale = month_of(bench, EDGE);
	stale.units = 0;
	json_t *sale = sale_in(bench, EDGE, 50000, stale); /* 63.5 units at 7.42 */
	assert_int_equal(post(bench, sale), BT_SBX_NONE);
	int64_t line = lines_of(bench, EDGE, "slab");
	assert_int_equal(line, bt_sbx_month_cost(bt_sbx_category_find(bt_sbx_categories, "DS-III"), 960 + 635) -
				   bt_sbx_month_cost(bt_sbx_category_find(bt_sbx_categories, "DS-III"), 960) -
				   bt_sbx_month_cost(bt_sbx_category_find(bt_sbx_categories, "DS-III"), 635));
	assert_in_range(line, 9640, 9660); /* 59.5 * 1.53 * 1.06 = 96.49 */
	assert_int_equal(dues_of(bench, EDGE), line);
	assert_int_equal(lines_of(bench, EDGE, "fixed"), 0);
	assert_int_equal(post(bench, sale), BT_SBX_NONE);
	assert_int_equal(count_lines(bench, EDGE), 1);
	assert_int_equal(dues_of(bench, EDGE), line);
	json_decref(sale);
}

/* The owner's newer record of a sale that stands here with the figures of an older one: the line is that of the newer,
 * once, however often it is said. */
static void what_was_agreed_last_is_booked(void **state)
{
	struct head_end *bench = *state;
	const struct bt_sbx_category *category = bt_sbx_category_find(bt_sbx_categories, "DS-III");
	struct bt_sbx_month stale = month_of(bench, EDGE);
	struct bt_sbx_terminal terminal;
	struct bt_sbx_outcome outcome;
	stale.units = 0;
	json_t *sale = sale_in(bench, EDGE, 50000, stale); /* 63.5 units at 7.42 */
	assert_int_equal(post(bench, sale), BT_SBX_NONE);
	json_object_set_new(sale, "rev", json_integer(2));
	json_object_set_new(json_object_get(sale, "month"), "units", json_integer(800));
	char *body = bt_sbx_json_canonical(sale);
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &terminal));
	struct bt_sbx_fact fact = {&terminal, bt_sbx_now_ms(), head_end_sale_id(sale), "revised", body};
	for (int i = 0; i < 2; i++) {
		assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
		assert_int_equal(month_of(bench, EDGE).units, 960 + 635);
		int64_t paid = bt_sbx_month_cost(category, 800 + 635) - bt_sbx_month_cost(category, 800);
		int64_t right = bt_sbx_month_cost(category, 960 + 635) - bt_sbx_month_cost(category, 960);
		assert_int_equal(lines_of(bench, EDGE, "slab"), right - paid);
		assert_int_equal(dues_of(bench, EDGE), right - paid);
	}
	free(body);
	json_decref(sale);
}

/* A record that agrees other dues is no matter of the month: what was booked with the dues of then stays whole. */
static void other_dues_leave_the_month_alone(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_month stale = month_of(bench, EDGE);
	struct bt_sbx_terminal terminal;
	struct bt_sbx_outcome outcome;
	stale.units = 0;
	json_t *sale = sale_in(bench, EDGE, 50000, stale);
	assert_int_equal(post(bench, sale), BT_SBX_NONE);
	int64_t line = lines_of(bench, EDGE, "slab");
	int64_t energy = json_integer_value(json_object_get(sale, "energy_paise"));
	json_object_set_new(sale, "rev", json_integer(2));
	json_object_set_new(sale, "dues_paise", json_integer(1000));
	json_object_set_new(sale, "energy_paise", json_integer(energy - 1000));
	json_object_set_new(json_object_get(sale, "month"), "units", json_integer(800));
	char *body = bt_sbx_json_canonical(sale);
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &terminal));
	struct bt_sbx_fact fact = {&terminal, bt_sbx_now_ms(), head_end_sale_id(sale), "revised", body};
	assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
	assert_int_equal(outcome.code, BT_SBX_NONE);
	assert_int_equal(month_of(bench, EDGE).units, 960 + 635);
	assert_int_equal(lines_of(bench, EDGE, "slab"), line);
	assert_int_equal(dues_of(bench, EDGE), line);
	assert_int_equal(
	    bt_sbx_store_count(bench->sbx.db, -1, "SELECT rev FROM sales WHERE sale_id=?", "t", fact.sale_id), 1);
	free(body);
	json_decref(sale);
}

/* A minute that was picked here, and whose sale a restored ledger has forgotten: another counter says which token it
 * handed out, the owner the figures before the last ones. The digits say of how much it is and under which key, so it
 * stands for what the meter took, and what the owner says afterwards is the same sale. */
static void digits_say_what_a_picked_minute_was_sold_for(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_month now = month_of(bench, EDGE), stale = now;
	struct bt_sbx_terminal owner, other = {.number = "0143", .lane = 4, .lanes = BT_SBX_LANES};
	struct bt_sbx_outcome outcome;
	struct bt_sbx_sale made;
	struct bt_sbx_entry entry;
	char token[21];
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &other));
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &owner));
	stale.units = 0;
	json_t *agreed = sale_in(bench, EDGE, 50000, now);
	const char *id = head_end_sale_id(agreed);
	json_t *first = sale_in(bench, EDGE, 50000, stale);
	json_object_set(first, "sale_id", json_object_get(agreed, "sale_id"));
	json_object_set_new(agreed, "rev", json_integer(2));
	assert_true(bt_sbx_sale_read(agreed, &made));
	made.tid -= made.tid % BT_SBX_LANES;
	made.rnd = 11;
	assert_true(bt_sbx_token_of(&bench->sbx, &made, token));
	json_t *records[] = {first, agreed};
	for (size_t i = 0; i < 2; i++) {
		json_object_del(records[i], "tid");
		json_object_del(records[i], "rnd");
		json_object_del(records[i], "key");
	}
	json_t *handed = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "sale_id", id, "token", token, "proof", "", "tid",
				   (json_int_t)made.tid, "units", (json_int_t)made.units, "issued_by", "server");
	const struct {
		const struct bt_sbx_terminal *by;
		const char *kind;
		json_t *body;
		enum bt_sbx_code code;
	} said[] = {
	    {&owner, "paid", first, BT_SBX_NONE},
	    {&other, "delivered", handed, BT_SBX_FIGURES}, /* not those of the older record */
	    {&owner, "revised", agreed, BT_SBX_NONE},
	    {&owner, "tokened", handed, BT_SBX_NONE},
	};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		char *body = bt_sbx_json_canonical(said[i].body);
		struct bt_sbx_fact fact = {said[i].by, bt_sbx_now_ms(), said[i].by == &other ? "" : id, said[i].kind,
					   body};
		assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
		assert_int_equal(outcome.code, said[i].code);
		free(body);
	}
	assert_true(bt_sbx_ledger_find(bench->sbx.db, id, &entry));
	assert_string_equal(entry.core.token, token);
	assert_int_equal(entry.core.units, made.units);
	assert_int_equal(entry.core.rnd, made.rnd);
	assert_int_equal(entry.rev, 2);
	assert_int_equal(lines_of(bench, EDGE, "slab"), 0);
	json_decref(handed);
	json_decref(agreed);
	json_decref(first);
}

/* Two counters take the same charge and give the same free units: the second comes to the account, with both signs. */
static void what_is_given_and_taken_twice_is_put_right(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_month known = month_of(bench, NEW);
	assert_int_equal(known.fixed_left, 4000);
	assert_int_equal(known.free_left, 1250);
	json_t *first = sale_in(bench, NEW, 50000, known), *second = sale_in(bench, NEW, 50000, known);
	assert_int_equal(post(bench, first), BT_SBX_NONE);
	assert_int_equal(count_lines(bench, NEW), 0);
	assert_int_equal(month_of(bench, NEW).fixed_left, 0);
	assert_int_equal(month_of(bench, NEW).free_left, 0);
	assert_int_equal(post(bench, second), BT_SBX_NONE);
	assert_int_equal(lines_of(bench, NEW, "fixed"), -4000);
	/* 58.4 units each were paid for; of the second's 183.4 none is free. */
	assert_int_equal(month_of(bench, NEW).units, 584 + 1834);
	assert_int_equal(lines_of(bench, NEW, "slab"),
			 bt_sbx_month_cost(bt_sbx_category_find(bt_sbx_categories, "DS-III"), 584 + 1834) -
			     2 * bt_sbx_month_cost(bt_sbx_category_find(bt_sbx_categories, "DS-III"), 584));
	assert_int_equal(dues_of(bench, NEW), lines_of(bench, NEW, "slab") - 4000);
	json_decref(first);
	json_decref(second);
}

/* What is taken out again leaves the month as if it had never been; what stays is put right. */
static void a_reversal_leaves_the_rest_right(void **state)
{
	struct head_end *bench = *state;
	const struct bt_sbx_category *category = bt_sbx_category_find(bt_sbx_categories, "DS-III");
	struct bt_sbx_consumer consumer;
	struct bt_sbx_sale first = {.amount_paise = 50000, .units = 533, .paid_at = HEAD_END_NOW}, second = first;
	assert_true(bt_sbx_consumer_find(bench->sbx.db, EDGE, &consumer));
	snprintf(first.sale_id, sizeof first.sale_id, "first");
	snprintf(second.sale_id, sizeof second.sale_id, "second");
	assert_true(bt_sbx_month_book(bench->sbx.db, &first, &consumer, false));
	assert_true(bt_sbx_month_book(bench->sbx.db, &second, &consumer, false));
	assert_int_equal(month_of(bench, EDGE).units, 960 + 533 + 533);
	assert_true(bt_sbx_month_undo(bench->sbx.db, "first", &consumer));
	assert_int_equal(month_of(bench, EDGE).units, 960 + 533);
	/* The second was sold above the step, and 4.0 units of it are below now. */
	int64_t sold = bt_sbx_month_cost(category, 960 + 533 + 533) - bt_sbx_month_cost(category, 960 + 533);
	int64_t due = bt_sbx_month_cost(category, 960 + 533) - bt_sbx_month_cost(category, 960);
	assert_int_equal(lines_of(bench, EDGE, "slab"), due - sold);
	assert_int_equal(consumer.balance_paise - consumer.dues_paise, 20000 + 8 * 1500 + sold - due);
	assert_true(bt_sbx_month_undo(bench->sbx.db, "first", &consumer));
	assert_int_equal(count_lines(bench, EDGE), 1);
}

/* Nothing was bought in November: its charge is a line in December, whose own is owed; the list says so. */
static void the_month_turns(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	char path[64];
	snprintf(path, sizeof path, "/v1/consumers/%s", NEW);
	head_end_set_clock(HEAD_END_NOW + DAYS);
	assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", path, "", &answer), 200);
	json_t *month = json_object_get(answer, "month");
	assert_int_equal(json_integer_value(json_object_get(month, "of")), 202612);
	assert_int_equal(json_integer_value(json_object_get(month, "fixed_paise")), 4000);
	assert_int_equal(json_integer_value(json_object_get(answer, "dues_paise")), 4000);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(answer, "free_units"), "left")), 1250);
	json_decref(answer);
	assert_int_equal(lines_of(bench, NEW, "fixed"), 4000);
	assert_int_equal(lines_of(bench, EDGE, "fixed"), 0);
	/* A sale of November that is heard of now took the charge too: it comes back. */
	head_end_set_clock(HEAD_END_NOW);
	json_t *sale = sale_in(bench, NEW, 50000, (struct bt_sbx_month){202611, 0, 4000, 0});
	head_end_set_clock(HEAD_END_NOW + DAYS);
	assert_int_equal(post(bench, sale), BT_SBX_LEASE_EXPIRED);
	assert_int_equal(lines_of(bench, NEW, "fixed"), 0);
	assert_int_equal(dues_of(bench, NEW), 0);
	assert_int_equal(month_of(bench, NEW).units, 0);
	json_decref(sale);
}

/* The list names the counter's own sales that are in it; the account has the lines. */
static void what_is_told(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_month stale = month_of(bench, EDGE);
	json_t *answer;
	stale.units = 0;
	json_t *sale = sale_in(bench, EDGE, 50000, stale);
	assert_int_equal(post(bench, sale), BT_SBX_NONE);
	assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", "/v1/consumers/" EDGE, "", &answer), 200);
	json_t *sales = json_object_get(json_object_get(answer, "month"), "sales");
	assert_int_equal(json_array_size(sales), 1);
	assert_string_equal(json_string_value(json_array_get(sales, 0)), head_end_sale_id(sale));
	json_decref(answer);
	assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", "/v1/consumers/" EDGE "/account", "", &answer),
			 200);
	json_t *line = json_array_get(json_object_get(answer, "charges"), 0);
	assert_string_equal(json_string_value(json_object_get(line, "what")), "slab");
	assert_int_equal(json_integer_value(json_object_get(line, "of")), 202611);
	assert_int_equal(json_integer_value(json_object_get(line, "amount_paise")), lines_of(bench, EDGE, "slab"));
	json_decref(answer);
	json_decref(sale);
}

/* ---- another tariff ---- */

/* DS-II by hand: 500 rupees with 6 % duty are 471.70 of energy; 63.5 units at 7.42 and 61.1 at 7.72. The order rules
 * from 1 December 2026. */
static json_t *plain_sale(struct head_end *bench, const char *tariff, int64_t units, int64_t paid_at)
{
	json_t *sale = head_end_sale(bench, PLAIN);
	json_object_set_new(sale, "amount_paise", json_integer(50000));
	json_object_set_new(sale, "energy_paise", json_integer(47170));
	json_object_set_new(sale, "duty_paise", json_integer(2830));
	json_object_set_new(sale, "units", json_integer(units));
	json_object_set_new(sale, "tariff", json_string(tariff));
	json_object_set_new(sale, "paid_at", json_integer(paid_at));
	return sale;
}

/* @return the code it is refused with, "" when it is sold. */
static const char *sell_plain(struct head_end *bench, const char *tariff, int64_t units, int64_t paid_at)
{
	static char code[32];
	json_t *answer, *sale = plain_sale(bench, tariff, units, paid_at);
	unsigned status = sell(bench, sale, &answer);
	snprintf(code, sizeof code, "%s", status == 200 || status == 201 ? "" : head_end_code(answer));
	json_decref(answer);
	json_decref(sale);
	return code;
}

/* The order of the moment at which it was paid is right whenever it is heard of, and no other is (PROTOCOL S3). */
static void the_order_of_the_moment(void **state)
{
	struct head_end *bench = *state;
	const int64_t turn = INT64_C(1796063400000);
	assert_false(bt_sbx_order_announce(bench->sbx.db, 202611, HEAD_END_NOW)); /* has begun */
	assert_false(bt_sbx_order_announce(bench->sbx.db, 202613, HEAD_END_NOW));
	assert_true(bt_sbx_order_announce(bench->sbx.db, 202701, HEAD_END_NOW));
	assert_true(bt_sbx_order_announce(bench->sbx.db, 202612, HEAD_END_NOW)); /* before it rules it may move */
	assert_string_equal(sell_plain(bench, "BERC-2027-28", 611, HEAD_END_NOW), "figures");
	assert_string_equal(sell_plain(bench, "BERC-2026-27", 635, HEAD_END_NOW), "");
	head_end_set_clock(turn + BT_SBX_MINUTE_MS);
	assert_false(bt_sbx_order_announce(bench->sbx.db, 202701, turn)); /* it rules */
	assert_string_equal(sell_plain(bench, "BERC-2026-27", 635, turn - 1), "");
	assert_string_equal(sell_plain(bench, "BERC-2027-28", 611, turn), "");
	assert_string_equal(sell_plain(bench, "BERC-2026-27", 635, turn), "figures");
	assert_string_equal(sell_plain(bench, "BERC-2027-28", 611, turn - 1), "figures");
}

static json_t *document_of(const json_t *answer)
{
	uint8_t raw[16384];
	const char *text = json_string_value(json_object_get(answer, "document"));
	size_t wide = strlen(text);
	assert_true(wide < sizeof raw);
	int len = EVP_DecodeBlock(raw, (const unsigned char *)text, (int)wide);
	len -= (text[wide - 1] == '=') + (text[wide - 2] == '=');
	return json_loadb((const char *)raw, (size_t)len, 0, NULL);
}

/* Both are told at once, the one that rules first. */
static void both_orders_are_told(void **state)
{
	struct head_end *bench = *state;
	for (int turned = 0; turned < 2; turned++) {
		json_t *answer;
		assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", "/v1/tariffs", "", &answer), 200);
		json_t *document = document_of(answer);
		json_t *other = json_array_get(json_object_get(document, "others"), 0);
		assert_string_equal(json_string_value(json_object_get(document, "id")),
				    turned ? "BERC-2027-28" : "BERC-2026-27");
		assert_int_equal(json_array_size(json_object_get(document, "others")), turned ? 1 : 0);
		if (turned)
			assert_string_equal(json_string_value(json_object_get(other, "id")), "BERC-2026-27");
		json_decref(document);
		json_decref(answer);
		assert_true(turned || bt_sbx_order_announce(bench->sbx.db, 202612, HEAD_END_NOW));
		head_end_set_clock(INT64_C(1796063400000));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_request_is_sold_at_the_head_ends_figures, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_fact_stands_and_the_difference_is_a_line, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(what_was_agreed_last_is_booked, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(other_dues_leave_the_month_alone, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(digits_say_what_a_picked_minute_was_sold_for, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(what_is_given_and_taken_twice_is_put_right, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_reversal_leaves_the_rest_right, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(the_month_turns, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(what_is_told, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(the_order_of_the_moment, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(both_orders_are_told, setup, head_end_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
