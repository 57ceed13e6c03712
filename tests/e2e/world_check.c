/* The other side of a test: what the server's ledger and the meters say. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define METERS_MAX 256

json_t *world_ledger(struct world *world)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "ledger", "--state", world->server, "--json", NULL};
	struct world_run run = world_run(arguments);
	json_t *ledger = run.status == 0 ? json_loadb(run.out, run.out_len, 0, NULL) : NULL;

	if (ledger == NULL)
		fail_msg("batti-sandbox ledger --json: exit %d\n%s%s", run.status, run.out, run.err);
	world_run_free(&run);
	return ledger;
}

static const char *get_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

bool world_ledger_token(struct world *world, const char *sale_id, char *out)
{
	json_t *ledger = world_ledger(world), *entry;
	bool found = false;
	size_t index;

	out[0] = '\0';
	json_array_foreach(json_object_get(ledger, "entries"), index, entry)
	{
		if (strcmp(get_string(entry, "sale_id"), sale_id) != 0)
			continue;
		found = true;
		snprintf(out, WORLD_TOKEN_CAP, "%s", get_string(entry, "token"));
	}
	json_decref(ledger);
	return found;
}

const char *world_meter_enter(struct world *world, const char *meter, const char *token)
{
	static const char *const words[] = {"accepted", "used", "old", "invalid"};
	const char *arguments[] = {METER_PROGRAM, "enter", "--state", world->server, meter, token, NULL};
	struct world_run run = world_run(arguments);
	const char *said = "nothing";

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(run.out, words[i], strlen(words[i])) == 0)
			said = words[i];
	if ((run.status == 0) != (strcmp(said, "accepted") == 0))
		fail_msg("batti-meter enter: exit %d and \"%s\" %s", run.status, run.out, run.err);
	world_run_free(&run);
	return said;
}

int64_t world_meter_credit(struct world *world, const char *meter)
{
	const char *arguments[] = {METER_PROGRAM, "show", "--json", "--state", world->server, meter, NULL};
	struct world_run run = world_run(arguments);
	json_t *shown = run.status == 0 ? json_loadb(run.out, run.out_len, 0, NULL) : NULL;
	int64_t credit = json_integer_value(json_object_get(shown, "credit_tenths"));

	if (shown == NULL)
		fail_msg("batti-meter show: exit %d\n%s%s", run.status, run.out, run.err);
	json_decref(shown);
	world_run_free(&run);
	return credit;
}

void world_check_journal(struct world *world)
{
	struct world_run run = world_batti(world, "journal verify --state %T");

	if (run.status != 0)
		fail_msg("batti journal verify: exit %d\n%s%s", run.status, run.out, run.err);
	world_run_free(&run);
}

int64_t world_journal_sales(struct world *world)
{
	struct world_run run = world_batti(world, "journal verify --state %T --json");
	json_t *report = run.status == 0 ? json_loadb(run.out, run.out_len, 0, NULL) : NULL;
	json_t *sales = json_object_get(report, "sales");
	int64_t count = json_integer_value(sales);

	if (!json_is_integer(sales))
		fail_msg("batti journal verify --json: exit %d\n%s%s", run.status, run.out, run.err);
	json_decref(report);
	world_run_free(&run);
	return count;
}

/* Each sale of the test that gave a token stands in the ledger once, with that token and that money. */
static void check_sale(const struct world_sale *sale, const json_t *entries)
{
	json_t *entry;
	size_t index;
	int times = 0;

	if (sale->id[0] == '\0' && sale->token[0] == '\0') /* known only by its money, which is summed elsewhere */
		return;
	json_array_foreach(entries, index, entry)
	{
		bool same = sale->id[0] != '\0' ? strcmp(get_string(entry, "sale_id"), sale->id) == 0
						: strcmp(get_string(entry, "token"), sale->token) == 0;

		if (!same)
			continue;
		times++;
		assert_int_equal(json_integer_value(json_object_get(entry, "paise")), sale->paise);
		if (json_is_string(json_object_get(entry, "exception")))
			fail_msg("sale %s is an exception: %s", sale->id, get_string(entry, "exception"));
		if (sale->token[0] != '\0')
			assert_string_equal(get_string(entry, "token"), sale->token);
	}
	if (times != 1)
		fail_msg("sale %s (token %s) stands in the ledger %d times", sale->id, sale->token, times);
}

struct meter_sum {
	const char *meter;
	int64_t tenths;
};

static struct meter_sum *find_sum(struct meter_sum *sums, size_t *count, const char *meter)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(sums[i].meter, meter) == 0)
			return &sums[i];
	if (*count == METERS_MAX)
		fail_msg("more meters than a test may have");
	sums[*count] = (struct meter_sum){.meter = meter};
	return &sums[(*count)++];
}

/* Every token of the ledger into its meter: taken once, and never twice. */
static void key_in(struct world *world, const json_t *entries)
{
	struct meter_sum sums[METERS_MAX];
	size_t count = 0, index;
	json_t *entry;

	json_array_foreach(entries, index, entry)
	{
		const char *meter = get_string(entry, "meter"), *token = get_string(entry, "token"), *said;

		if (token[0] == '\0')
			continue;
		if (!json_is_integer(json_object_get(entry, "units")))
			fail_msg("the ledger's entries name no units");
		find_sum(sums, &count, meter)->tenths += json_integer_value(json_object_get(entry, "units"));
		said = world_meter_enter(world, meter, token);
		if (strcmp(said, "accepted") != 0 && strcmp(said, "used") != 0)
			fail_msg("meter %s says %s to %s", meter, said, token);
		assert_string_equal(world_meter_enter(world, meter, token), "used");
	}
	for (size_t i = 0; i < count; i++)
		if (world_meter_credit(world, sums[i].meter) != sums[i].tenths)
			fail_msg("meter %s has %" PRId64 " tenths, the ledger says %" PRId64, sums[i].meter,
				 world_meter_credit(world, sums[i].meter), sums[i].tenths);
}

void world_check_settled(struct world *world)
{
	json_t *ledger = world_ledger(world), *entries = json_object_get(ledger, "entries");
	int64_t cash = 0, posted = 0;
	size_t index;
	json_t *entry;

	for (int i = 0; i < world->sale_count; i++)
		cash += world->sales[i].paise;
	json_array_foreach(entries, index, entry)
	{
		posted += json_integer_value(json_object_get(entry, "paise"));
	}
	assert_int_equal(json_integer_value(json_object_get(ledger, "paise")), cash);
	assert_int_equal(posted, cash);
	assert_int_equal(json_integer_value(json_object_get(ledger, "sales")), world->sale_count);
	assert_int_equal(json_array_size(entries), world->sale_count);
	for (int i = 0; i < world->sale_count; i++)
		check_sale(&world->sales[i], entries);
	key_in(world, entries);
	world_check_journal(world);
	json_decref(ledger);
}
