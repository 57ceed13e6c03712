#include "tests/e2e/aftermath.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SYNCS    3 /* a counter sends more often than that in a minute */
#define LINE_CAP 1024

/* ---- the kept start ---- */

static void run_tool(const struct world *world, const char *const *words)
{
	char filled[6][WORLD_PATH_CAP];
	const char *arguments[7] = {0};
	struct world_run run;

	for (size_t i = 0; words[i] != NULL; i++) {
		world_fill(world, words[i], filled[i]);
		arguments[i] = filled[i];
	}
	run = world_run(arguments);
	if (run.status != 0)
		fail_msg("%s: exit %d %s", arguments[0], run.status, run.err);
	world_run_free(&run);
}

void aftermath_keep(struct world *world)
{
	static const char *const make[] = {"/bin/mkdir", "%D/kept", NULL};
	static const char *const copy[] = {"/bin/cp", "-a", "%T", "%S", "%D/kept/", NULL};

	world_stop_server(world, false);
	run_tool(world, make);
	run_tool(world, copy);
}

void aftermath_restore(struct world *world)
{
	static const char *const clear[] = {"/bin/rm", "-rf", "%T", "%S", NULL};
	static const char *const copy[] = {"/bin/cp", "-a", "%D/kept/.", "%D/", NULL};

	world_stop_server(world, true);
	run_tool(world, clear);
	run_tool(world, copy);
}

/* ---- the terminal ---- */

static bool complain(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool complain(char *why, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(why, AFTERMATH_WHY_CAP, format, list);
	va_end(list);
	return false;
}

int aftermath_run(struct world *world, const char *line, char *text)
{
	struct world_run run = world_batti(world, line);
	int status = run.status;

	if (text != NULL)
		memcpy(text, run.out, run.out_len + 1);
	world_run_free(&run);
	return status;
}

static const char *get_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

void aftermath_read_sale(const struct world_run *run, struct aftermath_seen *out)
{
	json_t *answer = run->out_len > 0 ? json_loadb(run->out, run->out_len, 0, NULL) : NULL;

	*out = (struct aftermath_seen){.status = run->status, .has_line = run->out_len > 0};
	snprintf(out->sale_id, sizeof out->sale_id, "%.36s", get_string(answer, "sale_id"));
	snprintf(out->token, sizeof out->token, "%.20s", get_string(answer, "token"));
	json_decref(answer);
}

int64_t aftermath_recorded(struct world *world, char why[AFTERMATH_WHY_CAP])
{
	struct world_run run = world_batti(world, "journal verify --state %T --json");
	json_t *report = run.status == 0 ? json_loadb(run.out, run.out_len, 0, NULL) : NULL;
	json_t *sales = json_object_get(report, "sales");
	int64_t count = json_is_integer(sales) ? json_integer_value(sales) : -1;

	if (count < 0)
		complain(why, "journal verify: exit %d %.300s %.300s", run.status, run.out, run.err);
	json_decref(report);
	world_run_free(&run);
	return count;
}

static bool send_all(struct world *world, char why[AFTERMATH_WHY_CAP])
{
	struct world_run run = {0};
	bool sent = false;

	for (int i = 0; i < SYNCS && !sent; i++) {
		json_t *answer;

		world_run_free(&run);
		run = world_batti(world, "sync --state %T --json");
		answer = json_loadb(run.out, run.out_len, 0, NULL);
		sent = run.status == 0 && json_is_integer(json_object_get(answer, "unsent")) &&
		       json_integer_value(json_object_get(answer, "unsent")) == 0 &&
		       json_integer_value(json_object_get(answer, "quarantined")) == 0;
		json_decref(answer);
	}
	if (!sent)
		complain(why, "sync: exit %d %.300s %.300s", run.status, run.out, run.err);
	world_run_free(&run);
	return sent;
}

static bool sell_after(struct world *world, const char *connection, struct aftermath_seen *out,
		       char why[AFTERMATH_WHY_CAP])
{
	char line[LINE_CAP];
	struct world_run run;
	bool sold;

	snprintf(line, sizeof line, "sell --state %%T --connection %s --amount %d --tender cash --json", connection,
		 AFTERMATH_RUPEES);
	run = world_batti(world, line);
	aftermath_read_sale(&run, out);
	sold = run.status == 0 && out->token[0] != '\0';
	if (!sold)
		complain(why, "the next sale: exit %d %.300s %.300s", run.status, run.out, run.err);
	world_run_free(&run);
	return sold;
}

/* ---- what all sides say ---- */

bool aftermath_seen_holds(const json_t *entries, const struct aftermath_seen *seen, char why[AFTERMATH_WHY_CAP])
{
	json_t *entry;
	size_t index;
	int times = 0;

	json_array_foreach(entries, index, entry)
	{
		if (strcmp(get_string(entry, "sale_id"), seen->sale_id) != 0)
			continue;
		times++;
		if (seen->token[0] != '\0' && strcmp(get_string(entry, "token"), seen->token) != 0)
			return complain(why, "sale %s: the consumer has %s, the ledger %s", seen->sale_id, seen->token,
					get_string(entry, "token"));
	}
	if (times != 1 && seen->sale_id[0] != '\0')
		return complain(why, "sale %s, of which a line was written, stands in the ledger %d times",
				seen->sale_id, times);
	return true;
}

/* The slip that the terminal prints again carries the ledger's digits: five lines, each with its number. */
static bool is_on_slip(struct world *world, const json_t *entry, char why[AFTERMATH_WHY_CAP])
{
	static char slip[WORLD_OUT_CAP];
	const char *token = get_string(entry, "token");
	char line[LINE_CAP], digits[48];
	size_t kept = 0;

	snprintf(line, sizeof line, "receipt render --state %%T --as text --lang en --sale %s",
		 get_string(entry, "sale_id"));
	if (aftermath_run(world, line, slip) != 0)
		return complain(why, "no slip of sale %s", get_string(entry, "sale_id"));
	for (const char *at = slip; *at != '\0'; at++)
		if (*at != ' ')
			slip[kept++] = *at;
	slip[kept] = '\0';
	snprintf(digits, sizeof digits, "\n1%.4s\n2%.4s\n3%.4s\n4%.4s\n5%.4s\n", token, token + 4, token + 8,
		 token + 12, token + 16);
	return strstr(slip, digits) != NULL ||
	       complain(why, "the slip of sale %s does not carry %s", get_string(entry, "sale_id"), token);
}

static bool meters_hold(struct world *world, const json_t *entries, char why[AFTERMATH_WHY_CAP])
{
	json_t *entry;
	size_t index;

	json_array_foreach(entries, index, entry)
	{
		const char *meter = get_string(entry, "meter"), *token = get_string(entry, "token"), *said;

		said = world_meter_enter(world, meter, token);
		if (strcmp(said, "accepted") != 0)
			return complain(why, "meter %s says %s to %s", meter, said, token);
		said = world_meter_enter(world, meter, token);
		if (strcmp(said, "used") != 0)
			return complain(why, "meter %s says %s to %s the second time", meter, said, token);
	}
	return true;
}

bool aftermath_entries_hold(struct world *world, const json_t *ledger, char why[AFTERMATH_WHY_CAP])
{
	const json_t *entries = json_object_get(ledger, "entries");
	json_t *one, *other;
	int64_t paise = 0;
	size_t i, j;

	json_array_foreach(entries, i, one)
	{
		paise += json_integer_value(json_object_get(one, "paise"));
		if (strlen(get_string(one, "token")) != WORLD_TOKEN_CAP - 1 ||
		    !json_is_null(json_object_get(one, "exception")))
			return complain(why, "sale %s: token \"%s\", exception \"%s\"", get_string(one, "sale_id"),
					get_string(one, "token"), get_string(one, "exception"));
		json_array_foreach(entries, j, other)
		{
			if (i != j && strcmp(get_string(one, "connection"), get_string(other, "connection")) == 0)
				return complain(why, "%s has two sales", get_string(one, "connection"));
		}
		if (!is_on_slip(world, one, why))
			return false;
	}
	if (paise != json_integer_value(json_object_get(ledger, "paise")) ||
	    paise != (int64_t)json_array_size(entries) * AFTERMATH_RUPEES * 100)
		return complain(why, "%zu sales, %" PRId64 " paise", json_array_size(entries), paise);
	return meters_hold(world, entries, why);
}

static bool ledger_holds(struct world *world, int64_t recorded, const struct aftermath_seen *seen,
			 const struct aftermath_seen *next, char why[AFTERMATH_WHY_CAP])
{
	json_t *ledger = world_ledger(world), *entries = json_object_get(ledger, "entries");
	int64_t posted = (int64_t)json_array_size(entries);
	bool holds = posted == recorded ||
		     complain(why, "%" PRId64 " sales in the record, %" PRId64 " in the ledger", recorded, posted);

	holds = holds && aftermath_seen_holds(entries, seen, why) && aftermath_seen_holds(entries, next, why) &&
		aftermath_entries_hold(world, ledger, why);
	json_decref(ledger);
	return holds;
}

/* What the exit status promised of the sale. A stop promises nothing: the restart tells. */
static bool status_holds(const struct aftermath_seen *seen, int64_t added, int64_t may_add, char why[AFTERMATH_WHY_CAP])
{
	if (seen->status != -SIGKILL && (seen->status < 0 || seen->status > 5))
		return complain(why, "exit status %d is none that is documented", seen->status);
	if (added < 0 || added > may_add)
		return complain(why, "%" PRId64 " sales more in the record", added);
	if (may_add > 0 && seen->status == 0 && (added != 1 || seen->token[0] == '\0'))
		return complain(why, "exit 0, token \"%s\", %" PRId64 " sales more in the record", seen->token, added);
	if ((seen->status == 1 || seen->status == 2) && !seen->has_line && added != 0)
		return complain(why, "exit %d without a line, and a sale is recorded", seen->status);
	if ((seen->status == 3 || seen->status == 5) && may_add > 0 && added != 1)
		return complain(why, "exit %d, and no sale is recorded", seen->status);
	return true;
}

bool aftermath_holds(struct world *world, const struct aftermath_seen *seen, int64_t before, int64_t may_add,
		     const char *connection, char why[AFTERMATH_WHY_CAP])
{
	struct aftermath_seen next = {0};
	int64_t recorded = aftermath_recorded(world, why);

	if (recorded < 0 || !status_holds(seen, recorded - before, may_add, why) || !send_all(world, why) ||
	    !sell_after(world, connection, &next, why))
		return false;
	if (aftermath_recorded(world, why) != recorded + 1)
		return complain(why, "the record counts otherwise after the next sale");
	return ledger_holds(world, recorded + 1, seen, &next, why);
}
