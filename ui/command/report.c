/* batti report: the shifts of this counter, for paper, spreadsheets and other programs.
 *
 * Totals are called as in IEC 61968 PaymentMetering: cash float, receipts that are bankable and not, transactions. What
 * the drawer should have held is said of a sealed shift only, here as on every screen. */
#include "ui/command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/shift/till.h"

#define TEXT_MAX     (1 << 20)
#define NAME_COLUMNS 20

/** One shift with all that is said of it. */
struct page {
	struct bt_shift shift;
	struct bt_shift_sums sums;
	struct bt_receipt_shift figures;
};

static const char *stage_of(const struct bt_shift *shift)
{
	if (shift->closed_seq)
		return "closed";
	if (shift->sealed_seq)
		return "sealed";
	return shift->ended ? "unsealed" : "open";
}

/* ---- JSON ---- */

static json_t *encode_sum(const char *kind, const struct bt_shift_sum *sum)
{
	return json_pack("{s:s, s:I, s:I}", "kind", kind, "count", (json_int_t)sum->count, "paise",
			 (json_int_t)sum->paise);
}

static json_t *encode_tenders(const struct bt_shift_sums *sums)
{
	json_t *list = json_array();

	for (int i = 0; i < BT_SHIFT_TENDERS; i++)
		json_array_append_new(list, encode_sum(bt_shift_tender_id(i), &sums->tenders[i]));
	return list;
}

static json_t *encode_kinds(const struct bt_shift_sums *sums)
{
	static const char *const names[BT_SHIFT_KINDS] = {"token", "balance", "dues"};
	json_t *list = json_array();

	for (int i = 0; i < BT_SHIFT_KINDS; i++)
		json_array_append_new(list, encode_sum(names[i], &sums->kinds[i]));
	return list;
}

static json_t *encode_count(const struct bt_shift_count *count)
{
	json_t *notes = json_array();

	for (int i = 0; i < count->note_count; i++)
		json_array_append_new(
		    notes, json_pack("{s:I, s:I, s:I}", "value_paise", (json_int_t)count->notes[i].value, "pieces",
				     (json_int_t)count->notes[i].pieces, "torn", (json_int_t)count->notes[i].torn));
	return json_pack("{s:s, s:I, s:I, s:I, s:o}", "operator", count->operator_id, "at", (json_int_t)count->at_ms,
			 "total_paise", (json_int_t)count->total, "torn_paise", (json_int_t)count->torn, "notes",
			 notes);
}

/* Both counts, once nothing can be made of them any more. */
static json_t *encode_counts(const struct page *page)
{
	json_t *list = json_array();

	for (int i = 0; i < page->sums.counts && !page->figures.is_blind; i++)
		json_array_append_new(list, encode_count(&page->sums.counted[i]));
	return list;
}

static json_t *encode_numbers(const struct bt_receipt_shift *figures)
{
	json_t *list = json_array();

	for (int i = 0; i < figures->abandoned_count && i < BT_RECEIPT_ABANDONED; i++)
		json_array_append_new(list, json_string(figures->abandoned[i]));
	return list;
}

static json_t *encode_unfinished(const struct bt_receipt_shift *figures)
{
	json_t *list = json_array();

	for (int i = 0; i < figures->unsettled_count && i < BT_RECEIPT_UNSETTLED; i++)
		json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "docket", figures->unsettled[i].docket,
						      "paise", (json_int_t)figures->unsettled[i].amount, "waits_for",
						      figures->unsettled[i].waits_for_bank ? "bank" : "delivery"));
	return list;
}

static json_t *paise_or_null(bool known, bt_paise paise)
{
	return known ? json_integer(paise) : json_null();
}

static json_t *encode_money(const struct page *page)
{
	const struct bt_receipt_shift *figures = &page->figures;
	const struct bt_shift_sums *sums = &page->sums;
	const struct bt_shift_sum sold = bt_shift_sums_sold(sums);
	bool counted = figures->is_counted;

	return json_pack(
	    "{s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:{s:I, s:I, s:I}, s:{s:I, s:I}, s:o, s:o, s:o, s:o, s:o}",
	    "cash_float_paise", (json_int_t)figures->opening_float, "receipts_grand_total_bankable_paise",
	    (json_int_t)figures->bankable, "receipts_grand_total_non_bankable_paise", (json_int_t)figures->non_bankable,
	    "transactions_grand_total_paise", (json_int_t)sold.paise, "transactions", (json_int_t)sold.count, "tenders",
	    encode_tenders(sums), "kinds", encode_kinds(sums), "refunds", "count", (json_int_t)sums->refunds.count,
	    "paise", (json_int_t)sums->refunds.paise, "cash_paise", (json_int_t)sums->refunded_cash, "deposits",
	    "count", (json_int_t)sums->deposits.count, "paise", (json_int_t)sums->deposits.paise, "expected_cash_paise",
	    paise_or_null(!figures->is_blind, figures->expected_cash), "counted_cash_paise",
	    paise_or_null(counted, figures->counted_cash), "difference_paise",
	    paise_or_null(counted, figures->counted_cash - figures->expected_cash), "bankable_paise",
	    paise_or_null(counted, figures->to_bank), "torn_cash_paise", paise_or_null(counted, figures->torn_cash));
}

static json_t *encode_page(const struct page *page)
{
	const struct bt_shift *shift = &page->shift;
	const struct bt_receipt_shift *figures = &page->figures;
	json_t *o = encode_money(page);
	json_t *rest = json_pack(
	    "{s:I, s:s, s:s, s:I, s:I, s:s, s:I, s:s, s:I, s:o, s:s, s:s, s:i, s:o, s:i, s:i, s:o, s:{s:I, s:I}, s:I}",
	    "shift", (json_int_t)shift->number, "operator", shift->operator_id, "stage", stage_of(shift), "from",
	    (json_int_t)shift->from_ms, "until", (json_int_t)shift->until_ms, "sealed_by", shift->sealed_by, "sealed",
	    (json_int_t)shift->sealed_ms, "closed_by", shift->closed_by, "closed", (json_int_t)shift->closed_ms,
	    "counts", encode_counts(page), "first_receipt", figures->first_receipt, "last_receipt",
	    figures->last_receipt, "abandoned_count", figures->abandoned_count, "abandoned", encode_numbers(figures),
	    "unsettled_count", figures->unsettled_count, "waiting_for_bank_count", figures->bank_count, "unsettled",
	    encode_unfinished(figures), "recovered", "count", (json_int_t)page->sums.recovered.count, "paise",
	    (json_int_t)page->sums.recovered.paise, "lost_records", (json_int_t)shift->lost);

	if (!o || !rest || json_object_update_new(rest, o) != 0)
		return NULL;
	return rest;
}

static enum bt_exit print_json(json_t *o)
{
	char *text = o ? json_dumps(o, JSON_INDENT(2)) : NULL;

	if (text)
		puts(text);
	free(text);
	json_decref(o);
	return text ? BT_EXIT_DONE : BT_EXIT_REFUSED;
}

/* By name, as everybody at the counter knows him; one who is no longer among the operators by number. */
static const char *name_operator(const struct bt_command_env *env, struct bt_counter *counter, const char *id)
{
	const struct bt_operator *person = bt_enrolment_operator(bt_counter_enrolment(counter), id);

	return person ? bt_dual_get(&person->name, env->config.language) : id;
}

/* ---- CSV: one row a shift; amounts in rupees, times with their zone ---- */

static void print_rupees(bool known, bt_paise paise)
{
	bt_paise whole = (paise < 0 ? -paise : paise) / BT_PAISE_PER_RUPEE;

	if (known)
		printf(",%s%lld.%02d", paise < 0 ? "-" : "", (long long)whole,
		       (int)((paise < 0 ? -paise : paise) % BT_PAISE_PER_RUPEE));
	else
		printf(",");
}

static void print_time(int64_t ms)
{
	struct bt_civil at = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);

	if (ms)
		printf(",%04d-%02d-%02dT%02d:%02d:%02d+05:30", at.year, at.month, at.day, at.hour, at.minute,
		       at.second);
	else
		printf(",");
}

/* A name is a field of its own whatever stands in it, and no formula of a spreadsheet. */
static void print_name(const char *name)
{
	putchar(',');
	if (!name[0])
		return;
	fputs(strchr("=+-@", name[0]) ? "\"'" : "\"", stdout);
	for (; *name; name++) {
		if (*name == '"')
			putchar('"');
		putchar(*name);
	}
	putchar('"');
}

static void print_csv_head(void)
{
	printf("shift,operator,stage,from,until,cash_float,receipts_grand_total_bankable,"
	       "receipts_grand_total_non_bankable,transactions_grand_total,transactions");
	for (int i = 0; i < BT_SHIFT_TENDERS; i++)
		printf(",%s,%s_count", bt_shift_tender_id(i), bt_shift_tender_id(i));
	printf(",refunds,refunds_count,refunds_cash,deposits,deposits_count,expected_cash,counted_cash,difference,"
	       "bankable,"
	       "first_receipt,last_receipt,abandoned_count,unsettled_count,waiting_for_bank_count,torn_cash,"
	       "sealed_by,sealed,closed_by,closed\n");
}

static void print_csv(const struct bt_command_env *env, struct bt_counter *counter, const struct page *page)
{
	const struct bt_shift_sums *sums = &page->sums;
	const struct bt_receipt_shift *figures = &page->figures;
	const struct bt_shift_sum sold = bt_shift_sums_sold(sums);

	printf("%lld,%s,%s", (long long)page->shift.number, page->shift.operator_id, stage_of(&page->shift));
	print_time(page->shift.from_ms);
	print_time(page->shift.until_ms);
	print_rupees(true, figures->opening_float);
	print_rupees(true, figures->bankable);
	print_rupees(true, figures->non_bankable);
	print_rupees(true, sold.paise);
	printf(",%lld", (long long)sold.count);
	for (int i = 0; i < BT_SHIFT_TENDERS; i++) {
		print_rupees(true, sums->tenders[i].paise);
		printf(",%lld", (long long)sums->tenders[i].count);
	}
	print_rupees(true, sums->refunds.paise);
	printf(",%lld", (long long)sums->refunds.count);
	print_rupees(true, sums->refunded_cash);
	print_rupees(true, sums->deposits.paise);
	printf(",%lld", (long long)sums->deposits.count);
	print_rupees(!figures->is_blind, figures->expected_cash);
	print_rupees(figures->is_counted, figures->counted_cash);
	print_rupees(figures->is_counted, figures->counted_cash - figures->expected_cash);
	print_rupees(figures->is_counted, figures->to_bank);
	printf(",%s,%s,%d,%d,%d", figures->first_receipt, figures->last_receipt, figures->abandoned_count,
	       figures->unsettled_count, figures->bank_count);
	print_rupees(figures->is_counted, figures->torn_cash);
	print_name(name_operator(env, counter, page->shift.sealed_by));
	print_time(page->shift.sealed_ms);
	print_name(name_operator(env, counter, page->shift.closed_by));
	print_time(page->shift.closed_ms);
	printf("\n");
}

/* ---- words ---- */

static enum bt_exit print_slip(struct bt_command_env *env, struct bt_counter *counter, const struct page *page)
{
	struct bt_receipt *slip = calloc(1, sizeof *slip);
	enum bt_receipt_lang lang = env->config.receipt_language;
	struct bt_fault fault = {0};
	struct bt_buf out;
	enum bt_err err = slip ? BT_OK : BT_ENOMEM;

	bt_buf_init(&out, TEXT_MAX);
	if (!err && env->args.lang)
		err = bt_receipt_lang_parse(env->args.lang, &lang);
	if (!err)
		err = bt_teller_report(bt_counter_teller(counter), &page->figures, page->shift.operator_id, lang, slip);
	if (!err)
		err = bt_prn_render("text", slip, 576, bt_counter_font(counter), bt_counter_pictures(counter), &out,
				    &fault);
	if (!err && fwrite(out.data, 1, out.len, stdout) != out.len)
		err = BT_EOS;
	bt_buf_fini(&out);
	free(slip);
	if (!err)
		return BT_EXIT_DONE;
	bt_command_say(env, N_("Not possible now: {1}."), fault.what[0] ? fault.what : bt_err_text(err), NULL);
	return BT_EXIT_REFUSED;
}

static void print_line(const struct page *page, const char *name)
{
	int pad = NAME_COLUMNS - bt_text_columns(name);
	const struct bt_civil from = bt_civil_of(page->shift.from_ms, BT_INDIA_OFFSET_MINUTES);
	char sold[40], difference[40] = "";

	bt_money_format_rupees(bt_shift_sums_sold(&page->sums).paise, sold);
	if (page->figures.is_counted)
		bt_money_format_rupees(page->figures.counted_cash - page->figures.expected_cash, difference);
	printf("%04lld  %s%*s %02d-%02d-%04d %02d:%02d  %-9s %6lld  %16s  %s\n", (long long)page->shift.number, name,
	       pad > 0 ? pad : 0, "", from.day, from.month, from.year, from.hour, from.minute, stage_of(&page->shift),
	       (long long)bt_shift_sums_sold(&page->sums).count, sold, difference);
}

/* ---- which ---- */

static enum bt_err read_number(const char *text, int64_t *out)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end == text || *end || value < 1 || value > INT32_MAX)
		return BT_EINPUT;
	*out = value;
	return BT_OK;
}

/* The one that is named; else the newest that fits: open for an X, ended for a Z. */
static enum bt_err find_shift(struct bt_journal *journal, const char *named, bool ended, int64_t *out)
{
	struct bt_shift shifts[2];
	int count = 0;
	enum bt_err err;

	if (named)
		return read_number(named, out);
	err = bt_shift_list(journal, INT64_MAX, 2, shifts, &count);
	for (int i = 0; !err && i < count; i++)
		if (shifts[i].ended == ended) {
			*out = shifts[i].number;
			return BT_OK;
		}
	return err ? err : BT_ENOTFOUND;
}

static enum bt_err read_page(struct bt_journal *journal, int64_t number, struct page *out)
{
	return bt_shift_report(journal, number, &out->shift, &out->sums, &out->figures);
}

static enum bt_exit say_none(struct bt_command_env *env, enum bt_err err, const char *key)
{
	struct bt_fault fault = {.err = err};

	if (err != BT_ENOTFOUND && err != BT_EINPUT && err != BT_ESTATE)
		return bt_command_fail(env, &fault);
	bt_command_say(env, err == BT_EINPUT ? N_("This is not a number we know.") : key, NULL, NULL);
	return err == BT_EINPUT ? BT_EXIT_USAGE : BT_EXIT_REFUSED;
}

static enum bt_exit show(struct bt_command_env *env, struct bt_counter *counter, bool ended, const char *key)
{
	struct bt_journal *journal = bt_counter_journal(counter);
	struct page page;
	int64_t number = 0;
	enum bt_err err = find_shift(journal, env->args.shift, ended, &number);

	if (!err)
		err = read_page(journal, number, &page);
	if (!err && page.shift.ended != ended)
		err = BT_ESTATE;
	if (err)
		return say_none(env, err, key);
	if (env->args.json)
		return print_json(encode_page(&page));
	if (!env->args.csv)
		return print_slip(env, counter, &page);
	print_csv_head();
	print_csv(env, counter, &page);
	return BT_EXIT_DONE;
}

static enum bt_exit show_x(struct bt_command_env *env, struct bt_counter *counter)
{
	return show(env, counter, false, N_("There is no open shift."));
}

static enum bt_exit show_z(struct bt_command_env *env, struct bt_counter *counter)
{
	return show(env, counter, true, N_("There is no shift that has ended."));
}

static enum bt_exit show_list(struct bt_command_env *env, struct bt_counter *counter)
{
	struct bt_journal *journal = bt_counter_journal(counter);
	struct bt_shift shifts[BT_TILL_SHIFTS];
	json_t *list = env->args.json ? json_array() : NULL;
	struct page page;
	int count = 0;
	enum bt_err err = bt_shift_list(journal, INT64_MAX, BT_TILL_SHIFTS, shifts, &count);

	if (!err && env->args.csv && !list)
		print_csv_head();
	for (int i = 0; !err && i < count; i++) {
		err = read_page(journal, shifts[i].number, &page);
		if (err)
			break;
		if (list)
			json_array_append_new(list, encode_page(&page));
		else if (env->args.csv)
			print_csv(env, counter, &page);
		else
			print_line(&page, name_operator(env, counter, page.shift.operator_id));
	}
	if (err) {
		json_decref(list);
		return say_none(env, err, N_("There is no shift that has ended."));
	}
	return list ? print_json(json_pack("{s:o}", "shifts", list)) : BT_EXIT_DONE;
}

/* Whether the newest shift that is open, or the one that is named, has left nothing for somebody else to finish. */
static enum bt_exit show_unfinished(struct bt_command_env *env, struct bt_counter *counter)
{
	struct bt_journal *journal = bt_counter_journal(counter);
	struct bt_sale_row rows[BT_RECEIPT_UNSETTLED];
	int64_t number = 0;
	struct bt_open_count all = {0};
	struct bt_shift shift;
	char amount[40];
	int count = 0;
	enum bt_err err = find_shift(journal, env->args.shift, false, &number);

	if (err == BT_ENOTFOUND)
		err = find_shift(journal, NULL, true, &number);
	if (!err)
		err = bt_shift_find(journal, number, &shift);
	if (!err)
		err =
		    bt_journal_open_within(journal, shift.after, shift.until, BT_RECEIPT_UNSETTLED, rows, &count, &all);
	if (err)
		return say_none(env, err, N_("There is no open shift."));
	for (int i = 0; i < count && !env->args.json; i++) {
		bt_money_format_rupees(rows[i].amount, amount);
		printf("%-20s %s\n", rows[i].receipt, amount);
	}
	if (env->args.json)
		(void)!print_json(
		    json_pack("{s:I, s:I}", "shift", (json_int_t)number, "unsettled_count", (json_int_t)all.all));
	return all.all ? BT_EXIT_REFUSED : BT_EXIT_DONE;
}

static enum bt_exit with_counter(struct bt_command_env *env,
				 enum bt_exit (*run)(struct bt_command_env *env, struct bt_counter *counter))
{
	struct bt_counter *counter = NULL;
	enum bt_exit code = bt_command_open(env, BT_OPEN_LOCAL, &counter);

	if (!code)
		code = run(env, counter);
	bt_counter_close(counter);
	return code;
}

static enum bt_exit run_x(struct bt_command_env *env)
{
	return with_counter(env, show_x);
}

static enum bt_exit run_z(struct bt_command_env *env)
{
	return with_counter(env, show_z);
}

static enum bt_exit run_list(struct bt_command_env *env)
{
	return with_counter(env, show_list);
}

static enum bt_exit run_unfinished(struct bt_command_env *env)
{
	return with_counter(env, show_unfinished);
}

static const struct bt_command_form forms[] = {
    {"x", "--state DIR [--shift N] [--json|--csv] [--lang en|hi|both]", "the shift so far, as it goes on", run_x},
    {"z", "--state DIR [--shift N] [--json|--csv] [--lang en|hi|both]", "a shift that has ended (default: the newest)",
     run_z},
    {"list", "--state DIR [--json|--csv]", "the newest shifts, a line each", run_list},
    {"stuck-free", "--state DIR [--shift N] [--json]", "what a shift has not finished; exit status 0 when nothing",
     run_unfinished},
    {0},
};

static enum bt_exit run(struct bt_command_env *env)
{
	const char *name = env->args.count ? env->args.words[0] : "report";
	const struct bt_command_form *form = bt_command_form_find(forms, name);

	if (form)
		return form->run(env);
	bt_command_say(env, N_("This command is not known: {1}."), name, NULL);
	return BT_EXIT_USAGE;
}

const struct bt_command bt_command_report = {
    .name = "report",
    .usage = "",
    .summary = "the shifts of this counter: X, Z and what is not finished",
    .forms = forms,
    .run = run,
};
