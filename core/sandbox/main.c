/* batti-sandbox: the reference head-end. This file reads the command line; every command is one row of a table. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sandbox/admin.h"
#include "core/sandbox/alarms.h"
#include "core/sandbox/app_pay.h"
#include "core/sandbox/bank.h"
#include "core/sandbox/bytes.h"
#include "core/sandbox/ca.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/faults.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/orders.h"
#include "core/sandbox/people.h"
#include "core/sandbox/psp.h"
#include "core/sandbox/reconnect.h"
#include "core/sandbox/report.h"
#include "core/sandbox/sbx.h"
#include "core/sandbox/serve.h"
#include "core/sandbox/terminal.h"

#define EXIT_USAGE 2

/* Every option of every command; a command takes those its row names. */
struct options {
	const char *state, *listen, *consumers, *seed, *ready_file;
	const char *lease_hours, *lease_value, *lease_count, *lease_grants;
	const char *psp_port, *certificate_seconds;
	const char *qr, *payment, *utr; /* what the bank is told of */
	const char *by;                 /* who decides */
	const char *operand;            /* a fault, a terminal, a meter, a connection */
	const char *second;             /* an amount, an operator, a minute */
	bool json, training, until_eof, strict, picks, picks_any;
	bool bank_words[BT_SBX_BANK_WORDS];
	bool app_ends[BT_SBX_APP_ENDS]; /* how a payment in the app ends */
};

struct command {
	const char *name;
	const char *takes; /* options with a space around each */
	const char *usage;
	bool needs_operand;
	bool may_have_operand;
	bool needs_second;
	bool may_have_second;
	int (*run)(const struct options *options);
};

static int run_serve(const struct options *options);
static int run_fault(const struct options *options);
static int run_consumers(const struct options *options);
static int run_code(const struct options *options);
static int run_ledger(const struct options *options);
static int run_restored(const struct options *options);
static int run_revoke(const struct options *options);
static int run_extension_code(const struct options *options);
static int run_vending_keys(const struct options *options);
static int run_key_change(const struct options *options);
static int run_psp_key(const struct options *options);
static int run_pay(const struct options *options);
static int run_app_pay(const struct options *options);
static int run_reconnect(const struct options *options);
static int run_lanes(const struct options *options);
static int run_tariff(const struct options *options);
static int run_cut(const struct options *options);
static int run_close_out(const struct options *options);
static int run_alarms(const struct options *options);
static int run_staff(const struct options *options);
static int run_meter_read(const struct options *options);

static const struct command commands[] = {
    {.name = "serve",
     .takes = " --listen --consumers --seed --ready-file --lease-hours --lease-value --lease-count"
	      " --lease-grants --certificate-seconds --strict-certificates --psp-port --picks-minutes"
	      " --picks-minutes=any --training --until-eof ",
     .usage = "serve --state S --listen 127.0.0.1:PORT [--consumers N] [--seed K] [--ready-file F]\n"
	      "                      [--lease-hours H] [--lease-value RUPEES] [--lease-count N]\n"
	      "                      [--lease-grants 0..4] [--certificate-seconds N] [--strict-certificates]\n"
	      "                      [--psp-port PORT] [--picks-minutes[=any]] [--training] [--until-eof]",
     .run = run_serve},
    {.name = "fault", .takes = " ", .usage = "fault --state S [FAULT]", .may_have_operand = true, .run = run_fault},
    {.name = "consumers", .takes = " --json ", .usage = "consumers --state S [--json]", .run = run_consumers},
    {.name = "enrolment-code", .takes = " ", .usage = "enrolment-code --state S", .run = run_code},
    {.name = "ledger", .takes = " --json ", .usage = "ledger --state S [--json]", .run = run_ledger},
    {.name = "vending-keys", .takes = " ", .usage = "vending-keys --state S", .run = run_vending_keys},
    {.name = "revoke", .takes = " ", .usage = "revoke --state S TERMINAL", .needs_operand = true, .run = run_revoke},
    {.name = "restored", .takes = " ", .usage = "restored --state S", .run = run_restored},
    {.name = "extension-code",
     .takes = " ",
     .usage = "extension-code --state S TERMINAL",
     .needs_operand = true,
     .run = run_extension_code},
    {.name = "key-change",
     .takes = " ",
     .usage = "key-change --state S METER",
     .needs_operand = true,
     .run = run_key_change},
    {.name = "psp-key", .takes = " ", .usage = "psp-key --state S", .run = run_psp_key},
    {.name = "pay",
     .takes = " --qr --payment --utr --fail --unsure --late ",
     .usage = "pay --state S (--qr TEXT | --payment ID) [--utr UTR] [--fail | --unsure | --late]",
     .run = run_pay},
    {.name = "app-pay",
     .takes = " --no-token --in-meter --bank-unsure --bank-failed ",
     .usage = "app-pay --state S CONNECTION RUPEES\n"
	      "                      [--no-token | --in-meter | --bank-unsure | --bank-failed]",
     .needs_operand = true,
     .needs_second = true,
     .run = run_app_pay},
    {.name = "cut", .takes = " ", .usage = "cut --state S CONNECTION", .needs_operand = true, .run = run_cut},
    {.name = "reconnect",
     .takes = " ",
     .usage = "reconnect --state S CONNECTION",
     .needs_operand = true,
     .run = run_reconnect},
    {.name = "lanes", .takes = " ", .usage = "lanes --state S [COUNT]", .may_have_operand = true, .run = run_lanes},
    {.name = "tariff", .takes = " ", .usage = "tariff --state S YYYY-MM", .needs_operand = true, .run = run_tariff},
    {.name = "close-out",
     .takes = " --by ",
     .usage = "close-out --state S [NUMBER (give | returned | give-back | second-back) --by PERSON]",
     .may_have_operand = true,
     .may_have_second = true,
     .run = run_close_out},
    {.name = "alarms", .takes = " --json ", .usage = "alarms --state S [--json]", .run = run_alarms},
    {.name = "staff",
     .takes = " ",
     .usage = "staff --state S CONNECTION OPERATOR",
     .needs_operand = true,
     .needs_second = true,
     .run = run_staff},
    {.name = "meter-read",
     .takes = " ",
     .usage = "meter-read --state S METER MINUTE",
     .needs_operand = true,
     .needs_second = true,
     .run = run_meter_read},
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static int print_usage(FILE *where, int code)
{
	char faults[256];
	bt_sbx_fault_list(faults, sizeof faults);
	fputs("batti-sandbox, the reference head-end. Usage:\n", where);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(where, "  batti-sandbox %s\n", commands[i].usage);
	fprintf(where, "  batti-sandbox --help | --version\nFAULT is one of %s\n", faults);
	return code;
}

static int refuse(const char *what)
{
	fprintf(stderr, "batti-sandbox: %s\n", what);
	return EXIT_USAGE;
}

/* 127.0.0.1:PORT */
static bool read_address(const char *text, char host[64], int *port)
{
	int64_t number = 0;
	const char *colon = text ? strrchr(text, ':') : NULL;
	if (!colon || colon == text || colon - text >= 64 || !bt_sbx_number_parse(colon + 1, 0, 65535, &number))
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	*port = (int)number;
	return true;
}

static bool read_number(const char *text, int64_t max, int64_t *out)
{
	return !text || bt_sbx_number_parse(text, 1, max, out);
}

static int run_serve(const struct options *options)
{
	struct bt_sbx sbx;
	char host[64];
	struct bt_sbx_serve_options serve = {
	    .host = host, .consumers = 200, .ready_file = options->ready_file, .until_eof = options->until_eof};
	int64_t seed = 1;
	int64_t hours = 72;
	int64_t rupees = 300000;
	int64_t count = 1000;
	int64_t grants = BT_SBX_GRANTS_MAX;
	int64_t psp_port = -1;
	int64_t certificate_s = BT_SBX_CERTIFICATE_S;
	if (!read_address(options->listen, host, &serve.port))
		return refuse("--listen needs ADDRESS:PORT");
	if (!read_number(options->consumers, BT_SBX_CONSUMERS_MAX, &serve.consumers) ||
	    !read_number(options->seed, INT64_MAX, &seed) ||
	    !read_number(options->lease_hours, BT_SBX_LEASE_HOURS_MAX, &hours) ||
	    !read_number(options->lease_value, 100000000, &rupees) ||
	    !read_number(options->lease_count, 1000000, &count) ||
	    !read_number(options->certificate_seconds, BT_SBX_CERTIFICATE_S, &certificate_s) ||
	    (options->psp_port && !bt_sbx_number_parse(options->psp_port, 0, 65535, &psp_port)) ||
	    (options->lease_grants && !bt_sbx_number_parse(options->lease_grants, 0, BT_SBX_GRANTS_MAX, &grants)))
		return refuse("a number is missing or out of range");
	if (!bt_sbx_open(options->state, &sbx))
		return 1;
	serve.seed = (uint64_t)seed;
	serve.psp_port = (int)psp_port;
	sbx.lease = (struct bt_sbx_lease_terms){
	    .hours = hours, .value_paise = rupees * 100, .count = count, .grants = (int)grants};
	sbx.certificate_s = certificate_s;
	sbx.is_strict = options->strict;
	sbx.picks = options->picks || options->picks_any;
	/* For the commands beside the server too, which pay in the app. */
	sbx.picks_any = options->picks_any;
	if (!bt_sbx_meta_put_int(sbx.db, "picks_any", sbx.picks_any)) {
		bt_sbx_close(&sbx);
		return 1;
	}
	int code = options->training && !bt_sbx_begin_training(&sbx) ? 1 : bt_sbx_serve(&sbx, &serve);
	bt_sbx_close(&sbx);
	return code;
}

/* Kept in the ledger whether or not a server runs, so that the next one starts with it. */
static int change_fault(struct bt_sbx *sbx, const char *wanted)
{
	char answer[BT_SBX_ADMIN_LINE];
	char stored[BT_SBX_FAULT_TEXT_MAX] = "none";
	if (wanted && !bt_sbx_meta_put_text(sbx->db, "fault", wanted))
		return 1;
	if (!bt_sbx_admin_ask(sbx, wanted ? wanted : "?", answer)) {
		(void)bt_sbx_meta_text(sbx->db, "fault", stored, sizeof stored);
		snprintf(answer, sizeof answer, "%s", stored);
	}
	if (*answer == '!') {
		fprintf(stderr, "batti-sandbox: %s\n", answer + 1);
		return 1;
	}
	printf("%s\n", answer);
	return 0;
}

static int run_fault(const struct options *options)
{
	struct bt_sbx sbx;
	struct bt_sbx_fault fault;
	if (options->operand && !bt_sbx_fault_parse(options->operand, &fault)) {
		fprintf(stderr, "batti-sandbox: no such fault\n");
		return print_usage(stderr, EXIT_USAGE);
	}
	/* A fault may be laid down for a server that is yet to be made; asking for one needs a server. */
	if (!(options->operand ? bt_sbx_open : bt_sbx_open_made)(options->state, &sbx))
		return 1;
	int code = change_fault(&sbx, options->operand);
	bt_sbx_close(&sbx);
	return code;
}

static int run_consumers(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int code = options->json ? bt_sbx_report_consumers_json(&sbx) : bt_sbx_report_consumers_table(&sbx);
	bt_sbx_close(&sbx);
	return code;
}

static int run_code(const struct options *options)
{
	struct bt_sbx sbx;
	char code[BT_SBX_CODE_LEN + 1];
	if (!bt_sbx_open(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_code_make(sbx.db, code);
	bt_sbx_close(&sbx);
	if (ok)
		printf("%s\n", code);
	return ok ? 0 : 1;
}

static int run_ledger(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int code = options->json ? bt_sbx_report_ledger_json(&sbx) : bt_sbx_report_ledger_table(&sbx);
	bt_sbx_close(&sbx);
	return code;
}

static int run_vending_keys(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int code = bt_sbx_report_vending_keys(&sbx);
	bt_sbx_close(&sbx);
	return code;
}

/* A running server has its era in mind: it is stopped first. */
static int run_restored(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int lock = bt_sbx_lock(&sbx, "serve.lock", 0);
	bool ok = lock >= 0 && bt_sbx_begin_era(&sbx);
	if (lock < 0)
		fprintf(stderr, "batti-sandbox: stop the server of this folder first\n");
	else if (!ok)
		fprintf(stderr, "batti-sandbox: the new era could not be recorded\n");
	else
		printf("era %lld\n", (long long)sbx.era);
	if (lock >= 0)
		close(lock);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

static int run_revoke(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_terminal_revoke(&sbx, options->operand);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

/* The code alone on the first line, in groups as it is read out; then what to ask the caller before reading it. */
static void tell_code(const char *terminal, const struct bt_sbx_grant *grant)
{
	const char *c = grant->code;
	printf("%.5s %.5s %.5s %.5s\n", c, c + 5, c + 10, c + 15);
	printf("for terminal %s, lease %lld, extension %lld of %lld: %lld days and %lld rupees more\n", terminal,
	       (long long)grant->lease, (long long)grant->number, (long long)grant->of, (long long)grant->days,
	       (long long)grant->value_paise / 100);
	printf("before it is read out the counter says: terminal %s, request", terminal);
	for (int i = 0; i < BT_SBX_REQUESTS_TOLD; i++)
		printf("%s %.2s %.3s %s", i ? " or" : "", grant->requests[i], grant->requests[i] + 2,
		       grant->requests[i] + 5);
	printf(", what it has not sent, and its record\n");
	printf("newest record held here: number %lld, %.4s %.4s; the counter's own may be later\n",
	       (long long)grant->head_seq, grant->head[0] ? grant->head : "none",
	       grant->head[0] ? grant->head + 4 : "");
}

static int run_extension_code(const struct options *options)
{
	struct bt_sbx sbx;
	struct bt_sbx_grant grant;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_grants_read_out(&sbx, options->operand, &grant);
	bt_sbx_close(&sbx);
	if (ok)
		tell_code(options->operand, &grant);
	return ok ? 0 : 1;
}

static int run_key_change(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_key_change_begin(&sbx, options->operand);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

/* Names the payment as a bank and an app do, for whoever looks for it. */
static int run_app_pay(const struct options *options)
{
	struct bt_sbx sbx;
	struct bt_sbx_app_payment payment;
	enum bt_sbx_app_end end = BT_SBX_APP_GIVEN;
	int64_t rupees = 0;
	for (int i = 0; i < BT_SBX_APP_ENDS; i++)
		if (options->app_ends[i])
			end = (enum bt_sbx_app_end)i;
	if (!bt_sbx_number_parse(options->second, 1, 1000000, &rupees))
		return refuse("the amount is in whole rupees");
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_app_pay(&sbx, options->operand, rupees, end, &payment);
	bt_sbx_close(&sbx);
	if (ok)
		printf("utr %s\npayment %s\nsale %s\n", payment.utr, payment.payment_id, payment.sale_id);
	return ok ? 0 : 1;
}

static int run_cut(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_cut(&sbx, options->operand);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

/* Without a number: what waits for somebody's word, and what was said. */
static int run_close_out(const struct options *options)
{
	struct bt_sbx sbx;
	if (!options->operand != !options->second || !options->operand != !options->by)
		return refuse("close-out needs a number, what becomes of the money, and --by PERSON; or none of them");
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	const char *why =
	    options->operand ? bt_sbx_close_out(&sbx, options->operand, options->second, options->by) : NULL;
	int code = why ? 1 : options->operand ? 0 : bt_sbx_close_out_report(&sbx);
	bt_sbx_close(&sbx);
	if (why)
		fprintf(stderr, "batti-sandbox: %s\n", why);
	return code;
}

static int run_reconnect(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_reconnect(&sbx, options->operand);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

/* A server that runs gives them from its next lease on. */
static int run_lanes(const struct options *options)
{
	struct bt_sbx sbx;
	int64_t count = 0;
	if (options->operand &&
	    (!bt_sbx_number_parse(options->operand, BT_SBX_LANES_LEAST, BT_SBX_LANES_MOST, &count) ||
	     !bt_sbx_lanes_are_possible(count)))
		return refuse("lanes are 8, 16, 32, 64 or 128");
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int code = count > 0 && !bt_sbx_lanes_change(&sbx, count) ? 1 : bt_sbx_lanes_report(&sbx);
	bt_sbx_close(&sbx);
	return code;
}

/* "2027-04" to 202704. */
static bool read_month(const char *text, int64_t *out)
{
	int64_t year = 0, month = 0;
	char first[5] = "";
	if (strlen(text) != 7 || text[4] != '-')
		return false;
	memcpy(first, text, 4);
	if (!bt_sbx_number_parse(first, 2026, 9999, &year) || !bt_sbx_number_parse(text + 5, 1, 12, &month))
		return false;
	*out = year * 100 + month;
	return true;
}

/* Counters hear of it with their next tariff. */
static int run_tariff(const struct options *options)
{
	struct bt_sbx sbx;
	int64_t month = 0;
	if (!read_month(options->operand, &month))
		return refuse("the month is written as 2027-04");
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int64_t now_ms = bt_sbx_now_ms();
	bool can = bt_sbx_order_can_rule(sbx.db, month, now_ms);
	bool ok = can && bt_sbx_order_announce(sbx.db, month, now_ms);
	bt_sbx_close(&sbx);
	if (!can)
		return refuse("that month has begun, or the next tariff rules already");
	if (!ok)
		fprintf(stderr, "batti-sandbox: the ledger could not be written\n");
	return ok ? 0 : 1;
}

static int run_alarms(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	int code = bt_sbx_alarms_report(&sbx, options->json);
	bt_sbx_close(&sbx);
	return code;
}

static int run_staff(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_staff_put(&sbx, options->operand, options->second);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

static int run_meter_read(const struct options *options)
{
	struct bt_sbx sbx;
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_meter_read_put(&sbx, options->operand, options->second);
	bt_sbx_close(&sbx);
	return ok ? 0 : 1;
}

/* As the payment service's own page would show it, for the counter's settings. */
static int run_psp_key(const struct options *options)
{
	struct bt_sbx sbx;
	char key[BT_SBX_PSP_KEY_MAX];
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	bool ok = bt_sbx_psp_key(sbx.db, key);
	bt_sbx_close(&sbx);
	if (ok)
		printf("%s\n", key);
	return ok ? 0 : 1;
}

/* One transaction, as a bank's own: a server that runs sees it at its next look. */
static const char *tell_bank(struct bt_sbx *sbx, const struct options *options, enum bt_sbx_bank_word word,
			     struct bt_sbx_payment *out)
{
	struct bt_sbx_payment payment;
	if (!bt_sbx_store_begin(sbx->db))
		return "the ledger failed";
	const char *why = bt_sbx_bank_find(sbx->db, options->qr, options->payment, &payment);
	if (!why)
		why = bt_sbx_bank_say(sbx->db, &payment, word, options->utr, out);
	if (!why && !bt_sbx_store_commit(sbx->db))
		why = "the ledger failed";
	bt_sbx_store_rollback(sbx->db);
	return why;
}

static int run_pay(const struct options *options)
{
	struct bt_sbx sbx;
	struct bt_sbx_payment payment;
	enum bt_sbx_bank_word word = BT_SBX_BANK_COLLECTS;
	int words = 0;
	for (int i = 0; i < BT_SBX_BANK_WORDS; i++)
		if (options->bank_words[i]) {
			word = (enum bt_sbx_bank_word)i;
			words++;
		}
	if (words > 1 || !options->qr == !options->payment)
		return refuse("pay needs --qr or --payment, and at most one of --fail, --unsure, --late");
	if (!bt_sbx_open_made(options->state, &sbx))
		return 1;
	const char *why = tell_bank(&sbx, options, word, &payment);
	bt_sbx_close(&sbx);
	if (why)
		fprintf(stderr, "batti-sandbox: %s\n", why);
	else
		printf("%s %s\npayment %s\nsale %s\n", *payment.utr ? "utr" : "attempt",
		       *payment.utr ? payment.utr : payment.attempt, payment.payment_id, payment.sale_id);
	return why ? 1 : 0;
}

/* Where the value of an option goes; NULL for a name no command has. */
static const char **find_slot(struct options *options, const char *name)
{
	const struct {
		const char *name;
		const char **slot;
	} slots[] = {
	    {"--state", &options->state},
	    {"--listen", &options->listen},
	    {"--consumers", &options->consumers},
	    {"--seed", &options->seed},
	    {"--ready-file", &options->ready_file},
	    {"--lease-hours", &options->lease_hours},
	    {"--lease-value", &options->lease_value},
	    {"--lease-count", &options->lease_count},
	    {"--lease-grants", &options->lease_grants},
	    {"--psp-port", &options->psp_port},
	    {"--certificate-seconds", &options->certificate_seconds},
	    {"--qr", &options->qr},
	    {"--payment", &options->payment},
	    {"--utr", &options->utr},
	    {"--by", &options->by},
	};
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
		if (strcmp(slots[i].name, name) == 0)
			return slots[i].slot;
	return NULL;
}

static bool takes_option(const struct command *command, const char *name)
{
	char spaced[40];
	if (strcmp(name, "--state") == 0)
		return true;
	snprintf(spaced, sizeof spaced, " %.36s ", name);
	return strstr(command->takes, spaced) != NULL;
}

static bool *find_flag(struct options *options, const char *name)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
	    {"--json", &options->json},
	    {"--training", &options->training},
	    {"--until-eof", &options->until_eof},
	    {"--strict-certificates", &options->strict},
	    {"--picks-minutes", &options->picks},
	    {"--picks-minutes=any", &options->picks_any},
	    {"--no-token", &options->app_ends[BT_SBX_APP_NO_TOKEN]},
	    {"--in-meter", &options->app_ends[BT_SBX_APP_IN_METER]},
	    {"--bank-unsure", &options->app_ends[BT_SBX_APP_BANK_UNSURE]},
	    {"--fail", &options->bank_words[BT_SBX_BANK_FAILS]},
	    {"--unsure", &options->bank_words[BT_SBX_BANK_UNSURE]},
	    {"--late", &options->bank_words[BT_SBX_BANK_LATE]},
	    {"--bank-failed", &options->app_ends[BT_SBX_APP_BANK_FAILED]},
	};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(flags[i].name, name) == 0)
			return flags[i].flag;
	return NULL;
}

static bool read_options(const struct command *command, int argc, char **argv, struct options *out)
{
	for (int i = 2; i < argc; i++) {
		const char **slot = find_slot(out, argv[i]);
		if (argv[i][0] != '-') {
			bool has_second = command->needs_second || command->may_have_second;
			const char **place = out->operand && has_second ? &out->second : &out->operand;
			if (*place || !(command->needs_operand || command->may_have_operand))
				return false;
			*place = argv[i];
		} else if (!takes_option(command, argv[i])) {
			return false;
		} else if (find_flag(out, argv[i])) {
			*find_flag(out, argv[i]) = true;
		} else if (!slot || i + 1 >= argc) {
			return false;
		} else {
			*slot = argv[++i];
		}
	}
	return out->state && *out->state && (out->operand || !command->needs_operand) &&
	       (out->second || !command->needs_second);
}

int main(int argc, char **argv)
{
	struct options options = {.state = NULL};
	umask(077);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return print_usage(stdout, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("batti-sandbox %s\n", BATTI_VERSION);
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		if (!read_options(&commands[i], argc, argv, &options))
			return print_usage(stderr, EXIT_USAGE);
		return commands[i].run(&options);
	}
	return print_usage(stderr, EXIT_USAGE);
}
