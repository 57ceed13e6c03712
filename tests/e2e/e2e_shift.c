/* The clerk's day on the screen: a float, sales through an outage, a deposit, the mid-day report, a blind count, the
 * seal, and a supervisor who closes; then the next clerk on the same drawer.
 *
 * What the Z report says on paper and as JSON is compared with the server's ledger, not with what the screen said. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define SUPERVISOR_PIN "778899"
#define SECOND_PIN     "445566"
#define TEXT_CAP       (256 * 1024)
#define LINE_CAP       256

static struct world *world;
static struct pty *counter;
static int consumer;

/* A printer that prints letters into a file. */
static void open_all(const char *settings)
{
	char path[WORLD_PATH_CAP];
	struct counter_options options = {.lang = "en", .config = path};

	counter_print_letters(world, settings, path);
	counter = counter_open(world, &options);
}

static int open_world(void **state)
{
	(void)state;
	world = world_open_enrolled(60);
	consumer = 0;
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	pty_close(counter);
	counter = NULL;
	world_close(world);
	return 0;
}

static void sell(const char *rupees)
{
	char token[WORLD_TOKEN_CAP];

	counter_sell(counter, world_number(world, "sts_units", "", consumer++), rupees, token);
	world_note_sale(world, strtol(rupees, NULL, 10) * 100, token);
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
}

static void sign_in_and_open(const char *rupees)
{
	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, COUNTER_PIN "{Enter}");
	counter_expect(counter, "Float in drawer");
	counter_type(counter, rupees);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Find the consumer");
}

/* ---- what was printed ---- */

/* What the file of the printer holds from the newest @p title on, once @p end stands behind it. */
static const char *wait_for_sheet(const char *title, const char *end)
{
	static char text[TEXT_CAP];
	char path[WORLD_PATH_CAP];

	world_fill(world, "%D/paper.txt", path);
	for (int tries = 0; tries < 200; tries++) {
		FILE *file = fopen(path, "r");
		size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
		const char *at = text, *newest = NULL;

		if (file)
			fclose(file);
		text[len] = '\0';
		while ((at = strstr(at, title)) != NULL)
			newest = at++;
		if (newest && strstr(newest, end))
			return newest;
		pty_settle(counter, 50, 50);
	}
	fail_msg("no \"%s\" came out", title);
	return NULL;
}

/* The line of a sheet that begins with @p label has @p value at its end. */
static void expect_line(const char *sheet, const char *label, const char *value)
{
	char line[LINE_CAP];

	for (const char *at = sheet; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		size_t len = strcspn(at, "\n");

		if (strncmp(at, label, strlen(label)) != 0 || len >= sizeof line)
			continue;
		memcpy(line, at, len);
		line[len] = '\0';
		if (len < strlen(value) || strcmp(line + len - strlen(value), value) != 0)
			fail_msg("\"%s\" does not end in \"%s\"", line, value);
		return;
	}
	fail_msg("no line \"%s\" on the sheet:\n%s", label, sheet);
}

/* Amounts below a lakh are all there are here. */
static void write_rupees(int64_t paise, char out[64])
{
	long rupees = (long)(paise / 100);

	if (rupees >= 1000)
		snprintf(out, 64, "₹ %ld,%03ld.%02d", rupees / 1000, rupees % 1000, (int)(paise % 100));
	else
		snprintf(out, 64, "₹ %ld.%02d", rupees, (int)(paise % 100));
}

/* ---- what the commands say ---- */

static json_t *read_report(const char *line)
{
	struct world_run run = world_batti(world, line);
	json_t *o;

	if (run.status != 0)
		fail_msg("%s: %s", line, run.err);
	o = json_loads(run.out, 0, NULL);
	assert_non_null(o);
	world_run_free(&run);
	return o;
}

static int64_t number_of(const json_t *o, const char *name)
{
	assert_true(json_is_integer(json_object_get(o, name)));
	return json_integer_value(json_object_get(o, name));
}

static const char *text_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static const json_t *find_kind(const json_t *list, const char *kind)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(text_of(json_array_get(list, i), "kind"), kind) == 0)
			return json_array_get(list, i);
	fail_msg("no kind %s", kind);
	return NULL;
}

/* The ledger is what came in over the wire; paper and JSON are what the terminal says of itself. */
static void compare_with_ledger(const json_t *z, const char *sheet)
{
	json_t *ledger = world_ledger(world);
	int64_t sales = number_of(ledger, "sales"), paise = number_of(ledger, "paise");
	char label[64], rupees[64];

	assert_true(number_of(z, "transactions") == sales);
	assert_true(number_of(z, "transactions_grand_total_paise") == paise);
	assert_true(number_of(find_kind(json_object_get(z, "tenders"), "cash"), "count") == sales);
	assert_true(number_of(find_kind(json_object_get(z, "tenders"), "cash"), "paise") == paise);
	assert_true(number_of(find_kind(json_object_get(z, "kinds"), "token"), "paise") == paise);
	write_rupees(paise, rupees);
	snprintf(label, sizeof label, "All sales (%d)", (int)sales);
	expect_line(sheet, label, rupees);
	snprintf(label, sizeof label, "Cash (%d)", (int)sales);
	expect_line(sheet, label, rupees);
	json_decref(ledger);
}

static void expect_paper_and_json_agree(const json_t *z, const char *sheet)
{
	static const struct {
		const char *label, *name;
	} lines[] = {
	    {"Opening float", "cash_float_paise"},  {"Cash expected", "expected_cash_paise"},
	    {"Cash counted", "counted_cash_paise"}, {"Cash and cheques", "receipts_grand_total_bankable_paise"},
	    {"Bankable", "bankable_paise"},         {"Not bankable", "receipts_grand_total_non_bankable_paise"}};
	char rupees[64];

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		write_rupees(number_of(z, lines[i].name), rupees);
		expect_line(sheet, lines[i].label, rupees);
	}
	write_rupees(number_of(json_object_get(z, "deposits"), "paise"), rupees);
	expect_line(sheet, "Deposits (1)", rupees);
	expect_line(sheet, "First receipt", text_of(z, "first_receipt"));
	expect_line(sheet, "Last receipt", text_of(z, "last_receipt"));
}

/* Of a closed shift the Z names both, on paper and in a spreadsheet. */
static void expect_hands(void)
{
	struct world_run run = world_batti(world, "report z --state %T --shift 611 --lang en");

	assert_int_equal(run.status, 0);
	expect_line(run.out, "Sealed by", "Rina Kumari");
	expect_line(run.out, "Closed by", "A. K. Jha");
	assert_null(strstr(run.out, "Not closed by a supervisor yet."));
	world_run_free(&run);
	run = world_batti(world, "report z --state %T --shift 611 --csv");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, ",\"Rina Kumari\",20"));
	assert_non_null(strstr(run.out, ",\"A. K. Jha\",20"));
	world_run_free(&run);
}

/* ---- the day ---- */

static void deposit(const char *rupees, const char *slip)
{
	counter_type(counter, "{F7}");
	counter_expect(counter, "What should be in the drawer is shown after");
	counter_type(counter, "{F7}");
	counter_expect(counter, "Slip number");
	counter_type(counter, rupees);
	counter_type(counter, "{Enter}");
	counter_type(counter, slip);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "out of the drawer, slip");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Recorded: ₹");
}

/* From the page of the shift: notes of 500, 200, 100, 50, 20, 10, then coins. */
static void count(const char *keys)
{
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Type how many.");
	counter_type(counter, keys);
	counter_expect(counter, "What should be there is shown after the seal");
	assert_true(pty_wait_gone(counter, "Should be", COUNTER_WAIT_MS));
}

static void close_as_supervisor(void)
{
	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, "{Down}{Down}" SUPERVISOR_PIN "{Enter}");
	counter_expect(counter, "Find the consumer");
	counter_type(counter, "{F7}");
	counter_expect(counter, "These shifts wait for a supervisor");
	counter_expect(counter, "₹ 100 short");
	counter_type(counter, "{F8}");
	counter_expect(counter, "Close shift 0611 of Rina Kumari.  The cash is ₹ 100 short.");
	counter_type(counter, SUPERVISOR_PIN "{Enter}1{Enter}");
	counter_expect(counter, "Shift 0611 is closed.");
	assert_true(pty_wait_gone(counter, "₹ 100 short", COUNTER_WAIT_MS));
}

static void a_day_is_sold_counted_and_closed(void **state)
{
	const char *sheet;
	const json_t *deposits;
	json_t *z;

	(void)state;
	open_all("cash_ceiling = 4000\ncash_warning = 3500\n");
	sign_in_and_open("2000");
	sell("500");
	world_fault(world, "down");
	counter_expect_server(counter, "down");
	sell("300");
	world_fault(world, "none");
	counter_expect_server(counter, "up");
	sell("1000");
	counter_expect(counter, "Drawer is near its ceiling. Deposit now.");
	counter_expect(counter, "₹!");
	deposit("1000", "4471");
	assert_true(pty_wait_gone(counter, "₹!", COUNTER_WAIT_MS));
	counter_type(counter, "{F5}");
	sheet = wait_for_sheet("X REPORT", "==== X-");
	expect_line(sheet, "Cash (3)", "—");
	expect_line(sheet, "All sales (3)", "—");
	assert_null(strstr(sheet, "Cash expected"));
	assert_null(strstr(sheet, "1,800"));
	counter_type(counter, "{F8}");
	counter_expect(counter, "Print the X report of shift 0611 of Rina Kumari with its cash.");
	counter_type(counter, SUPERVISOR_PIN "{Enter}1{Enter}");
	counter_expect(counter, "What should be in the drawer is shown after");
	sheet = wait_for_sheet("X REPORT", "Cash and cheques"); /* only the supervisor's has it */
	expect_line(sheet, "Cash (3)", "₹ 1,800.00");
	/* 2,000 + 1,800 - 1,000 less the hundred that is missing. */
	count("5{Enter}1{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Should be");
	counter_expect(counter, "2,700.00");
	counter_expect(counter, "2,800.00");
	counter_expect(counter, "Short");
	counter_type(counter, "{F5}");
	sheet = wait_for_sheet("Z REPORT", "==== Z-");
	expect_line(sheet, "Cash short", "₹ 100.00");
	expect_line(sheet, "Sealed by", "Rina Kumari");
	assert_non_null(strstr(sheet, "Not closed by a supervisor yet."));
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Sealed. You may go.");
	close_as_supervisor();
	counter_close(counter);
	counter = NULL;
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	z = read_report("report z --state %T --shift 611 --json");
	assert_string_equal(text_of(z, "stage"), "closed");
	assert_string_equal(text_of(z, "sealed_by"), "rina");
	assert_string_equal(text_of(z, "closed_by"), "jha");
	assert_true(number_of(z, "closed") >= number_of(z, "sealed") && number_of(z, "sealed") > 0);
	assert_true(number_of(z, "difference_paise") == -10000);
	assert_true(number_of(z, "bankable_paise") == 70000); /* 2,700 less the float */
	deposits = json_object_get(z, "deposits");
	assert_true(number_of(deposits, "paise") == 100000 && number_of(deposits, "count") == 1);
	expect_hands();
	compare_with_ledger(z, sheet);
	expect_paper_and_json_agree(z, sheet); /* nothing of it has changed since it came out */
	json_decref(z);
}

/* The next clerk begins with what the last count left; another sum is asked about once. */
static void the_next_shift_takes_the_drawer(void **state)
{
	(void)state;
	open_all("");
	sign_in_and_open("1500");
	counter_type(counter, "{F7}");
	counter_expect(counter, "What should be in the drawer is shown after");
	count("3{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Even");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Sealed. You may go.");
	counter_type(counter, "{Down}" SECOND_PIN "{Enter}");
	counter_expect(counter, "shift 0612");
	counter_expect(counter, "1 to be closed, see F7");
	counter_type(counter, "1400{Enter}");
	counter_expect(counter, "The last drawer had ₹ 1,500. Enter again if this is right.");
	counter_type(counter, "{Del}1500{Enter}");
	counter_expect(counter, "Shift 0612 is open with ₹ 1,500 in the drawer.");
	counter_close(counter);
	counter = NULL;
	world_check_journal(world);
}

/* What was counted is on record at once; what was only typed is not. */
static void a_count_outlives_a_kill(void **state)
{
	json_t *z;

	(void)state;
	open_all("");
	sign_in_and_open("500");
	sell("200");
	counter_type(counter, "{F7}");
	counter_expect(counter, "What should be in the drawer is shown after");
	count("1{Enter}1{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}");
	pty_kill(counter, SIGKILL);
	assert_int_equal(pty_wait_exit(counter, 5000), PTY_KILLED(SIGKILL));
	pty_close(counter);
	open_all("");
	counter_sign_in(counter);
	counter_type(counter, "{F7}");
	counter_expect(counter, "The cash is counted. The count is to be sealed.");
	/* Somebody pays after the count: it does not hold any more. */
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	sell("100");
	counter_type(counter, "{F7}");
	counter_expect(counter, "Cash has moved since it was counted.");
	count("1{Enter}1{Enter}1{Enter}{Enter}{Enter}{Enter}{Enter}");
	counter_expect(counter, "count 2 of 2");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Even");
	counter_close(counter);
	counter = NULL;
	z = read_report("report z --state %T --json");
	assert_true(json_array_size(json_object_get(z, "counts")) == 2);
	assert_true(number_of(z, "difference_paise") == 0);
	json_decref(z);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

/* A QR that nobody has paid yet when the clerk goes home: no money, but named wherever the end of the shift is told. */
static void a_payment_that_waits_is_not_forgotten(void **state)
{
	const char *sheet;
	json_t *z;

	(void)state;
	open_all("");
	sign_in_and_open("500");
	sell("200");
	counter_ask(counter, world_number(world, "sts_units", "", consumer), "400");
	counter_type(counter, "*");
	counter_expect(counter, "UPI");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	counter_type(counter, "{F7}");
	counter_expect(counter, "What should be in the drawer is shown after");
	count("1{Enter}1{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "1, each goes on the printed list");
	counter_expect(counter, "UPI, waiting for the bank");
	counter_expect(counter, "₹ 400");
	counter_type(counter, "{F5}");
	sheet = wait_for_sheet("Z REPORT", "==== Z-");
	expect_line(sheet, "Paid, not yet delivered", "0");
	expect_line(sheet, "Waiting for the bank", "1");
	expect_line(sheet, "0142-0611-002-", "₹ 400.00");
	counter_close(counter);
	counter = NULL;
	z = read_report("report z --state %T --shift 611 --json");
	assert_true(number_of(z, "unsettled_count") == 1);
	assert_true(number_of(z, "waiting_for_bank_count") == 1);
	assert_string_equal(text_of(json_array_get(json_object_get(z, "unsettled"), 0), "waits_for"), "bank");
	assert_true(number_of(z, "transactions_grand_total_paise") == 20000);
	json_decref(z);
}

/* Cash in hand at its ceiling: none more is taken, on the screen or by the command, before some is deposited. */
static void a_full_drawer_takes_no_cash(void **state)
{
	struct world_run run;
	char line[200];

	(void)state;
	open_all("cash_ceiling = 1000\ncash_warning = 900\n");
	sign_in_and_open("500");
	sell("600"); /* 1,100 by now: the one that filled it went through */
	counter_expect(counter, "The drawer is at its ceiling of ₹ 1,000. Deposit first: F7.");
	counter_find(counter, world_number(world, "sts_units", "", consumer));
	counter_type(counter, "200{Enter}");
	counter_expect(counter, "The drawer is at its ceiling of ₹ 1,000. Deposit first: F7.");
	counter_expect(counter, "Pay by");
	counter_close(counter);
	counter = NULL;
	snprintf(line, sizeof line, "sell --config %%D/batti.conf --state %%T --connection %s --amount 200",
		 world_number(world, "sts_units", "", consumer));
	run = world_batti(world, line);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "The drawer is at its ceiling of ₹ 1,000."));
	world_run_free(&run);
	open_all("cash_ceiling = 1000\ncash_warning = 900\n");
	counter_sign_in(counter);
	deposit("700", "4472");
	counter_type(counter, "{Esc}");
	counter_expect(counter, "Find the consumer");
	sell("200");
	counter_close(counter);
	counter = NULL;
	world_check_journal(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_day_is_sold_counted_and_closed, open_world, close_world),
	    cmocka_unit_test_setup_teardown(the_next_shift_takes_the_drawer, open_world, close_world),
	    cmocka_unit_test_setup_teardown(a_count_outlives_a_kill, open_world, close_world),
	    cmocka_unit_test_setup_teardown(a_payment_that_waits_is_not_forgotten, open_world, close_world),
	    cmocka_unit_test_setup_teardown(a_full_drawer_takes_no_cash, open_world, close_world),
	};

	return cmocka_run_group_tests_name("shift", tests, NULL, NULL);
}
