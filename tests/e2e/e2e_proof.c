/* A slip judged by its QR at any counter, without the server: genuine, altered, of a counter that is not known, and of
 * one that was withdrawn; typed, scanned, and from a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define TEXT_CAP 300

static struct world *world;
static char two[WORLD_PATH_CAP];
static const struct world_sale *sale;
static char qr[TEXT_CAP]; /* of its slip */

static void run_at(const char *state, const char *words, int status, struct world_run *out)
{
	char line[WORLD_PATH_CAP + 300];

	snprintf(line, sizeof line, "%s --state %s", words, state);
	*out = world_batti(world, line);
	if (out->status != status)
		fail_msg("%s: exit %d\n%s%s", line, out->status, out->out, out->err);
}

static void run(const char *state, const char *words)
{
	struct world_run run;

	run_at(state, words, 0, &run);
	world_run_free(&run);
}

/* `receipt verify` at @p state with @p text as one argument, or with @p lines on standard input. */
static struct world_run verify(const char *state, const char *text, const char *lines)
{
	char file[WORLD_PATH_CAP], command[2 * WORLD_PATH_CAP + 200];
	const char *typed[] = {BATTI_PROGRAM, "receipt", "verify", "--json", "--state", state, text, NULL};
	const char *scanned[] = {"/bin/sh", "-c", command, NULL};
	FILE *kept;

	if (!lines)
		return world_run(typed);
	world_fill(world, "%D/scan", file);
	kept = fopen(file, "w");
	assert_non_null(kept);
	fputs(lines, kept);
	fclose(kept);
	snprintf(command, sizeof command, BATTI_PROGRAM " receipt verify - --json --state %s < %s", state, file);
	return world_run(scanned);
}

static void expect(const char *state, const char *text, int status, const char *verdict)
{
	struct world_run run = verify(state, text, NULL);
	char member[64];

	snprintf(member, sizeof member, "\"verdict\":\"%s\"", verdict);
	if (run.status != status || !strstr(run.out, member))
		fail_msg("%s\nexit %d, wanted %d and %s\n%s%s", text, run.status, status, member, run.out, run.err);
	world_run_free(&run);
}

/* What any other scanner shows: ZXing reads the picture of the slip. */
static void read_with_zxing(const char *picture, char out[TEXT_CAP])
{
	const char *words[] = {"/usr/bin/ZXingReader", "-bytes", "-format", "QRCode", picture, NULL};
	struct world_run run = world_run(words);

	if (run.status != 0 || run.out_len == 0 || run.out_len >= TEXT_CAP)
		fail_msg("ZXingReader: exit %d, %zu bytes\n%s", run.status, run.out_len, run.err);
	memcpy(out, run.out, run.out_len + 1);
	world_run_free(&run);
}

static void read_slip(const struct world_sale *of, char out[TEXT_CAP])
{
	char line[200], picture[WORLD_PATH_CAP];

	snprintf(line, sizeof line, "receipt render --sale %s --as png --width 384 --lang both -o %%D/slip.png",
		 of->id);
	run(world->terminal, line);
	world_fill(world, "%D/slip.png", picture);
	read_with_zxing(picture, out);
}

static int open_world(void **state)
{
	world = world_open_enrolled(20);
	*state = world;
	sale = world_sell(world, world_number(world, "sts_units", "", 0), 500);
	run(world->terminal, "sync");
	read_slip(sale, qr);
	world_fill(world, "%D/two", two);
	world_enrol(world, two);
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

static void shows_the_token_first(void **state)
{
	(void)state;
	assert_memory_equal(qr, sale->token, 20);
	assert_memory_equal(qr + 20, " RC1:", 5);
}

static void says_more_at_its_own_counter(void **state)
{
	struct world_run run = verify(world->terminal, qr, NULL);

	(void)state;
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "\"here\":\"known\""));
	assert_non_null(strstr(run.out, sale->token));
	assert_non_null(strstr(run.out, sale->id));
	world_run_free(&run);
}

/* Held under the scanner of the full-screen counter it opens its person. */
static void opens_its_person_at_the_counter(void **state)
{
	static const struct counter_options english = {.lang = "en"};
	struct pty *counter = counter_open(world, &english);
	char keys[TEXT_CAP + 16];

	(void)state;
	counter_sign_in(counter);
	snprintf(keys, sizeof keys, "%s{Enter}", qr);
	counter_type(counter, keys);
	counter_expect(counter, "This receipt is of this counter. F5 prints it again.");
	counter_close(counter);
}

/* A counter needs the list that came with the consumers, and no server after that. */
static void any_counter_judges_it_without_a_server(void **state)
{
	char bent[TEXT_CAP], lines[3 * TEXT_CAP], list[WORLD_PATH_CAP];
	struct world_run run;

	(void)state;
	world_fill(world, "%D/two/receipt-keys.json", list);
	assert_int_equal(unlink(list), 0);
	expect(two, qr, 2, "unknown_terminal");
	run_at(two, "sync", 0, &run);
	world_run_free(&run);
	world_fault(world, "down");
	expect(two, qr, 0, "genuine");
	/* Any digit of the token, and any letter of the rest; without the letters between them it is no record. */
	for (size_t i = 0; qr[i]; i += i < 20 ? 7 : 31) {
		memcpy(bent, qr, sizeof bent);
		bent[i] = bent[i] == '1' ? '2' : '1';
		if (i >= 20 && i < 25)
			expect(two, bent, 2, "no_receipt");
		else
			expect(two, bent, 1, "altered");
	}
	expect(two, qr + 21, 1, "altered"); /* without its token */
	expect(two, sale->token, 2, "no_receipt");
	snprintf(lines, sizeof lines, "%s\r\n\n%s\nnonsense\n", qr, bent);
	run = verify(two, NULL, lines);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.out, "genuine"));
	assert_non_null(strstr(run.out, "altered"));
	assert_non_null(strstr(run.out, "no_receipt"));
	world_run_free(&run);
	world_fault(world, "none");
}

static void reads_pictures(void **state)
{
	struct world_run run;

	(void)state;
	run_at(two, "receipt verify --image %D/slip.png", 0, &run);
	assert_non_null(strstr(run.out, "Genuine: signed by terminal 0142."));
	assert_non_null(strstr(run.out, "असली है: टर्मिनल 0142 का हस्ताक्षर है।"));
	assert_non_null(strstr(run.out, "₹ 500"));
	world_run_free(&run);
	run_at(two, "receipt verify --image %D/passphrase", 2, &run);
	world_run_free(&run);
	run_at(two, "receipt verify --image %D/not-there", 2, &run);
	world_run_free(&run);
}

/* Another counter's lost record: what its slips say is taken, what was changed on them is not. */
static void brings_sales_back_from_slips(void **state)
{
	char file[WORLD_PATH_CAP];
	struct world_run run;
	FILE *kept;

	(void)state;
	world_fill(world, "%D/receipts", file);
	kept = fopen(file, "w");
	assert_non_null(kept);
	fprintf(kept, "%s\n", qr);
	qr[3] ^= 1;
	fprintf(kept, "%s\n", qr);
	qr[3] ^= 1;
	fclose(kept);
	for (int again = 0; again < 2; again++) {
		run_at(two, "journal recover --receipts %D/receipts", 1, &run);
		assert_non_null(strstr(run.out, again ? "0 sales brought back from receipts, 1 were there already."
						      : "1 sales brought back from receipts, 0 were there already."));
		assert_non_null(strstr(run.err, "Line 2 is not a receipt of ours."));
		world_run_free(&run);
	}
}

/* What a withdrawn counter sold before stays good; what it goes on to sell without having heard of it does not. */
static void knows_who_was_withdrawn(void **state)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "revoke", "--state", world->server, "0142", NULL};
	char late[TEXT_CAP];
	struct world_run run;
	struct timespec revoked, now;

	(void)state;
	world_fault(world, "down");
	run = world_run(arguments);
	if (run.status != 0)
		fail_msg("revoke: exit %d\n%s%s", run.status, run.out, run.err);
	world_run_free(&run);
	/* A slip names its second. */
	clock_gettime(CLOCK_REALTIME, &revoked);
	do
		clock_gettime(CLOCK_REALTIME, &now);
	while (now.tv_sec <= revoked.tv_sec);
	read_slip(world_sell(world, world_number(world, "sts_units", "", 1), 300), late);
	expect(two, late, 0, "genuine"); /* nobody has told this one yet */
	world_fault(world, "none");
	run_at(two, "sync", 0, &run);
	world_run_free(&run);
	expect(two, qr, 0, "genuine");
	expect(two, late, 1, "withdrawn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shows_the_token_first),
	    cmocka_unit_test(says_more_at_its_own_counter),
	    cmocka_unit_test(opens_its_person_at_the_counter),
	    cmocka_unit_test(any_counter_judges_it_without_a_server),
	    cmocka_unit_test(reads_pictures),
	    cmocka_unit_test(brings_sales_back_from_slips),
	    cmocka_unit_test(knows_who_was_withdrawn),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
