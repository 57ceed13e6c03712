/* The line to the printer cut at every byte of a slip, and printers that answer badly: what the counter's rules make of
 * it. FAILED is printed again as the same copy, UNCONFIRMED as copy 2. Never are two originals whole on the paper, and
 * what is CONFIRMED is.
 *
 * A slip in the printer's own letters has every byte its turn, one of dots a sample; PRINTER_CUT_STEP=1 takes them all.
 * Waiting is most of the time, so many printers and counters work side by side.
 * rooms: tests/printer printer core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "printer/printer.h"
#include "tests/printer/server.h"
#include "tests/unit/receipt_fixture.h"

#define RESULT_MS  60000
#define SETTLE_MS  10000
#define TRIES      4 /* after that the clerk writes the digits down */
#define BAD_TRIES  2 /* of a printer that never says a good word */
#define TIMEOUT_MS 5000
#define ROLL_MS    2000 /* nobody brings a roll here before a slip is given up */
#define LANES      40   /* counters, each with a printer of its own */
#define BAD_MOST   10

enum { ORIGINAL, COPY, SLIPS };

struct campaign {
	const char *model; /* of the simulator */
	struct bt_prn_profile profile;
	size_t step;
	atomic_size_t next; /* byte that is cut after */
	atomic_size_t bytes;
	atomic_int cuts, bad;
};

struct bench {
	struct campaign *campaign;
	struct sim_server *server;
	struct bt_printer *printer;
	struct bt_sink sink;
	struct bt_print_job jobs[SLIPS];
	struct sim_dots whole[SLIPS]; /* as they look on paper */
	int alike;                    /* originals that seem to stand in a copy */
};

static bool compose(struct bt_print_job *job, int copy)
{
	struct bt_receipt_facts facts = fixture_token();

	facts.copy = copy;
	memcpy(job->sale_id, "01936f2e-7c3a-7abc-8def-0123456789ab", 37);
	job->copy = copy;
	return bt_receipt_compose(&facts, NULL, BT_RECEIPT_EN, &job->receipt) == BT_OK;
}

static bool print(struct bench *bench, const struct bt_print_job *job, struct bt_print_result *out)
{
	struct pollfd one = {.fd = bench->sink.fd(bench->sink.self), .events = POLLIN};

	return bench->sink.submit(bench->sink.self, job) == BT_OK && poll(&one, 1, RESULT_MS) == 1 &&
	       bench->sink.take(bench->sink.self, out) && sim_server_settle(bench->server, SETTLE_MS);
}

static bool is_blank(const struct sim_dots *dots, int row)
{
	for (int i = 0; i < dots->width / 8; i++)
		if (sim_dots_row(dots, row)[i] != 0)
			return false;
	return true;
}

/* What stands on the paper between the blank rows at both ends. */
static struct sim_dots find_slip(const struct sim_dots *paper)
{
	struct sim_dots slip;
	int top = 0, end = paper->rows;

	while (top < end && is_blank(paper, top))
		top++;
	while (end > top && is_blank(paper, end - 1))
		end--;
	sim_dots_init(&slip, paper->width);
	sim_dots_extend(&slip, end - top);
	if (end > top)
		memcpy(slip.bits, sim_dots_row(paper, top), (size_t)slip.rows * (size_t)slip.width / 8);
	return slip;
}

/* A slip undisturbed: this is what whole means. */
static bool learn(struct bench *bench, int which)
{
	struct bt_print_result result;
	struct sim_dots paper;

	sim_server_say(bench->server, "reset");
	if (!print(bench, &bench->jobs[which], &result) || result.state != BT_PRINT_CONFIRMED ||
	    sim_server_wrong(bench->server) != 0)
		return false;
	if (which == ORIGINAL)
		atomic_store(&bench->campaign->bytes, sim_server_bytes(bench->server));
	paper = sim_server_paper(bench->server, 0);
	bench->whole[which] = find_slip(&paper);
	sim_dots_fini(&paper);
	return bench->whole[which].rows > 0;
}

static bool open_line(struct bench *bench, const char *model, unsigned seed)
{
	struct campaign *campaign = bench->campaign;
	const struct sim_options options = {
	    .model = sim_model_find(model), .width = campaign->profile.width_dots, .in_cap = SIM_IN_MOST};
	const struct sim_line_options line = {.tcp = "0", .seed = seed};
	char uri[64];
	const struct bt_prn_options printer = {.uri = uri,
					       .model = &campaign->profile,
					       .font_path = FIXTURE_FONT,
					       .timeout_ms = TIMEOUT_MS,
					       .wait_ms = ROLL_MS};

	bench->server = sim_server_open(&options, &line);
	if (bench->server == NULL)
		return false;
	snprintf(uri, sizeof uri, "tcp://127.0.0.1:%d", sim_server_port(bench->server));
	if (bt_printer_open(&printer, &bench->printer, NULL) != BT_OK)
		return false;
	bench->sink = bt_printer_sink(bench->printer);
	return true;
}

static bool open_bench(struct bench *bench, struct campaign *campaign, const char *model)
{
	bench->campaign = campaign;
	if (!open_line(bench, model, 0))
		return false;
	for (int i = 0; i < SLIPS; i++)
		if (!compose(&bench->jobs[i], i + 1) || !learn(bench, i))
			return false;
	/* A copy says so above what the original says: without that line it would pass for one. */
	bench->alike = sim_dots_count(&bench->whole[COPY], &bench->whole[ORIGINAL]);
	return sim_dots_count(&bench->whole[ORIGINAL], &bench->whole[COPY]) == 0;
}

static void close_line(struct bench *bench)
{
	bt_printer_close(bench->printer);
	sim_server_close(bench->server);
	bench->printer = NULL;
	bench->server = NULL;
}

static void count_whole(struct bench *bench, int *originals, int *copies)
{
	*copies = sim_server_count(bench->server, &bench->whole[COPY]);
	*originals = sim_server_count(bench->server, &bench->whole[ORIGINAL]) - *copies * bench->alike;
}

static void close_bench(struct bench *bench)
{
	close_line(bench);
	for (int i = 0; i < SLIPS; i++)
		sim_dots_fini(&bench->whole[i]);
}

/* Print by the counter's rules until a slip is confirmed; the line is cut after @p bytes of the first try. */
static bool print_and_cut(struct bench *bench, size_t bytes)
{
	struct bt_print_result result = {.state = BT_PRINT_FAILED};
	char word[32], told[TRIES + 1] = "";
	int which = ORIGINAL, originals, copies;

	sim_server_say(bench->server, "reset");
	snprintf(word, sizeof word, "cut-after %zu", bytes);
	sim_server_say(bench->server, word);
	for (int i = 0; i < TRIES && result.state != BT_PRINT_CONFIRMED; i++) {
		if (!print(bench, &bench->jobs[which], &result))
			return false;
		told[i] = "CUF"[result.state];
		which = result.state == BT_PRINT_UNCONFIRMED ? COPY : which;
	}
	count_whole(bench, &originals, &copies);
	if (result.state == BT_PRINT_CONFIRMED && originals <= 1 && (which == COPY ? copies == 1 : originals == 1))
		return true;
	fprintf(stderr, "cut after %zu: results %s, %d originals and %d copies whole on the paper\n", bytes, told,
		originals, copies);
	return false;
}

static void *run_lane(void *argument)
{
	struct campaign *campaign = argument;
	struct bench *bench = calloc(1, sizeof *bench);
	size_t bytes = 0;

	if (bench == NULL || !open_bench(bench, campaign, campaign->model)) {
		fprintf(stderr, "no slip came out undisturbed\n");
		atomic_fetch_add(&campaign->bad, BAD_MOST);
	}
	while (atomic_load(&campaign->bad) < BAD_MOST) {
		bytes = atomic_fetch_add(&campaign->next, campaign->step);
		if (bytes > atomic_load(&campaign->bytes))
			break;
		atomic_fetch_add(&campaign->cuts, 1);
		if (!print_and_cut(bench, bytes))
			atomic_fetch_add(&campaign->bad, 1);
	}
	if (bench != NULL)
		close_bench(bench);
	free(bench);
	return NULL;
}

static void run_campaign(const char *model, const struct bt_prn_profile *profile, size_t step)
{
	struct campaign campaign = {.model = model, .profile = *profile};
	const char *wanted = getenv("PRINTER_CUT_STEP");
	pthread_t lanes[LANES];

	campaign.step = wanted != NULL && strtoul(wanted, NULL, 10) > 0 ? strtoul(wanted, NULL, 10) : step;
	atomic_init(&campaign.next, 1);
	for (int i = 0; i < LANES; i++)
		assert_int_equal(pthread_create(&lanes[i], NULL, run_lane, &campaign), 0);
	for (int i = 0; i < LANES; i++)
		pthread_join(lanes[i], NULL);
	print_message("%s: %d cuts in %zu bytes\n", model, campaign.cuts, campaign.bytes);
	assert_int_equal(campaign.bad, 0);
	assert_true((size_t)campaign.cuts >= campaign.bytes / campaign.step);
}

/* A model that answers everything, in its own letters. */
static const struct bt_prn_profile able = {
    .id = "able",
    .width_dots = 576,
    .columns = 48,
    .dots_per_mm = 8,
    .cutter = true,
    .native_qr = true,
    .real_time = true,
    .in_order = true,
    .unasked = true,
    .process_id = true,
    .can_forget = true,
    .mode = BT_PRN_TEXT,
    .band_rows = 104,
    .feed_units_per_dot = 1,
    .driver = "escpos",
};

static void test_cut_at_every_byte(void **state)
{
	(void)state;
	run_campaign("epson", &able, 1);
}

static void test_clone_cut(void **state)
{
	struct bt_prn_profile clone = able;

	(void)state;
	clone.unasked = clone.process_id = clone.can_forget = false;
	run_campaign("clone", &clone, 3);
}

static void test_slip_of_dots_cut(void **state)
{
	struct bt_prn_profile dots = able;

	(void)state;
	dots.mode = BT_PRN_RASTER;
	run_campaign("epson", &dots, 1999);
}

/* Narrow paper without a blade, from a printer that answers only what it is asked. */
static void test_narrow_slip_of_dots_cut(void **state)
{
	(void)state;
	run_campaign("clone", bt_prn_profile_find("generic-58"), 1999);
}

/* ---- printers that answer badly, with and without paper ---- */

static const char *const bad_models[] = {"clone-wrong", "clone-twice", "clone-late", "clone-leaks",
					 "mute",        "dumb",        "stubborn"};
static const char *const stops[] = {"paper ok",          "paper-out-at 1",    "paper-out-at 700",
				    "paper-out-at 1400", "paper-out-at 1650", "cutter sticks"};

#define MODELS (sizeof bad_models / sizeof bad_models[0])
#define STOPS  (sizeof stops / sizeof stops[0])

struct trial {
	struct campaign campaign;
	const char *model, *stop;
	unsigned seed;
	bool fine;
};

/* What is confirmed stands on the paper now, not with the next roll. */
static bool print_badly(struct bench *bench, const char *stop, char told[TRIES + 1])
{
	struct bt_print_result result = {.state = BT_PRINT_FAILED};
	int which = ORIGINAL, whole[SLIPS];

	sim_server_say(bench->server, stop);
	for (int i = 0; i < BAD_TRIES && result.state != BT_PRINT_CONFIRMED; i++) {
		if (!print(bench, &bench->jobs[which], &result))
			return false;
		told[i] = "CUF"[result.state];
		count_whole(bench, &whole[ORIGINAL], &whole[COPY]);
		if (result.state == BT_PRINT_CONFIRMED && whole[which] == 0)
			return false;
		which = result.state == BT_PRINT_UNCONFIRMED ? COPY : which;
	}
	sim_server_say(bench->server, "cutter free");
	sim_server_say(bench->server, "paper ok");
	if (!sim_server_settle(bench->server, SETTLE_MS))
		return false;
	count_whole(bench, &whole[ORIGINAL], &whole[COPY]);
	return whole[ORIGINAL] <= 1;
}

static void *run_trial(void *argument)
{
	struct trial *trial = argument;
	struct bench *bench = calloc(1, sizeof *bench);
	char told[TRIES + 1] = "";

	if (bench != NULL && open_bench(bench, &trial->campaign, "epson")) {
		close_line(bench);
		trial->fine = open_line(bench, trial->model, trial->seed) && print_badly(bench, trial->stop, told);
		fprintf(stderr, "%s%s, %s: results %s\n", trial->fine ? "" : "WRONG: ", trial->model, trial->stop,
			told);
	}
	if (bench != NULL)
		close_bench(bench);
	free(bench);
	return NULL;
}

static void test_printers_that_answer_badly(void **state)
{
	static struct trial trials[MODELS * STOPS];
	pthread_t threads[MODELS * STOPS];

	(void)state;
	for (size_t i = 0; i < MODELS * STOPS; i++) {
		trials[i].campaign.profile = able;
		trials[i].model = bad_models[i / STOPS];
		trials[i].stop = stops[i % STOPS];
		trials[i].seed = (unsigned)i;
		assert_int_equal(pthread_create(&threads[i], NULL, run_trial, &trials[i]), 0);
	}
	for (size_t i = 0; i < MODELS * STOPS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < MODELS * STOPS; i++)
		assert_true(trials[i].fine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut_at_every_byte),          cmocka_unit_test(test_clone_cut),
	    cmocka_unit_test(test_slip_of_dots_cut),           cmocka_unit_test(test_narrow_slip_of_dots_cut),
	    cmocka_unit_test(test_printers_that_answer_badly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
