/* The journal under power cuts: puts of sales as a counter makes them, the power cut at any operation of the disk (in
 * the middle of opening, recovering, making the schema, checkpoints and puts), started again, and held against what was
 * acknowledged. Other faults in between: a full disk, failing reads, writes, syncs and names.
 *
 * Usage: sim_cuts [--cuts N] [--seed S] [--jobs J] [--world W] [--trace] [--mutant NAME]
 * Prints one line; the same seed gives the same hash. A failure says seed, world and operation, and exits 1.
 *
 * rooms: core/journal core/base core/money */
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/campaign.h"
#include "tests/sim/journal_check.h"
#include "tests/sim/power_disk.h"

#define CUTS_PER_WORLD   24
#define LIVES_MAX        (CUTS_PER_WORLD * 8)
#define PUTS_PER_LIFE    48
#define SMALL_DISK_BYTES (INT64_C(12) << 20)

/* What was going on when the power failed, or what else happened: counted, and each has to be met. */
#define COUNTERS(ROW)                                                                                                  \
	ROW(COUNT_FAILURES, "failures")                                                                                \
	ROW(COUNT_LOST, "lost")                                                                                        \
	ROW(COUNT_EXTRA, "extra")                                                                                      \
	ROW(COUNT_CUTS, "cuts")                                                                                        \
	ROW(COUNT_PUTS, "puts")                                                                                        \
	ROW(COUNT_EVENTS, "events")                                                                                    \
	ROW(COUNT_OPENS, "opens")                                                                                      \
	ROW(COUNT_REFUSED, "refused")                                                                                  \
	ROW(COUNT_VISITS, "visits") /* those below have to be met */                                                   \
	ROW(COUNT_CUT_MAKING, "cut-making")                                                                            \
	ROW(COUNT_CUT_OPENING, "cut-opening")                                                                          \
	ROW(COUNT_CUT_PUTTING, "cut-putting")                                                                          \
	ROW(COUNT_CUT_TIDYING, "cut-tidying")                                                                          \
	ROW(COUNT_CUT_ACKNOWLEDGING, "cut-acknowledging")                                                              \
	ROW(COUNT_CUT_REBUILDING, "cut-rebuilding")                                                                    \
	ROW(COUNT_CUT_CLOSING, "cut-closing")                                                                          \
	ROW(COUNT_CUT_IDLE, "cut-idle")                                                                                \
	ROW(COUNT_HAND_KEPT, "put-in-hand-kept")                                                                       \
	ROW(COUNT_HAND_GONE, "put-in-hand-gone")                                                                       \
	ROW(COUNT_WRONG, "wrong-event-refused")                                                                        \
	ROW(COUNT_STOPPED, "stopped")                                                                                  \
	ROW(COUNT_FULL_REFUSED, "full-refused")                                                                        \
	ROW(COUNT_FULL_SURVIVED, "full-survived")                                                                      \
	ROW(COUNT_RESTARTS, "restarts-without-a-cut")                                                                  \
	ROW(COUNT_WRITE_FAILED, "write-failed")                                                                        \
	ROW(COUNT_READ_FAILED, "read-failed")                                                                          \
	ROW(COUNT_SYNC_DROPPED, "sync-dropped")                                                                        \
	ROW(COUNT_SYNC_FORGOTTEN, "sync-forgotten")                                                                    \
	ROW(COUNT_NAME_FAILED, "name-failed")                                                                          \
	ROW(COUNT_CUT_MIRRORED, "cut-with-a-mirror")                                                                   \
	ROW(COUNT_VERIFIED, "verified")

enum counter { COUNTERS(CAMPAIGN_COUNTER_ID) COUNTER_COUNT };
_Static_assert(COUNTER_COUNT <= CAMPAIGN_COUNTERS, "room for the counters");

static const char *const counter_names[] = {COUNTERS(CAMPAIGN_COUNTER_NAME)};

struct world {
	const struct campaign_options *options;
	struct campaign_totals *totals;
	uint64_t number;
	struct power_disk *disk;
	struct chance chance;
	struct ledger ledger;
	struct bt_clock clock;
	struct bt_signer *signer;
	struct bt_journal *journal;
	enum counter doing; /* which counter a cut belongs to now */
	bool mirrored;      /* whole events on the stick too */
	bool made;          /* an opening has succeeded: the genesis event is on record */
	bool failed;
	int life;
};

static void count(struct world *world, enum counter what)
{
	world->totals->counts[what]++;
}

static void fail(struct world *world, enum counter how, const char *what)
{
	if (world->failed)
		return;
	world->failed = true;
	count(world, COUNT_FAILURES);
	count(world, how);
	printf("FAILED --seed %llu --world %llu: life %d, operation %llu, %s: %s\n",
	       (unsigned long long)world->options->seed, (unsigned long long)world->number, world->life,
	       (unsigned long long)world->disk->operations, counter_names[world->doing], what);
}

__attribute__((format(printf, 2, 3))) static void trace(const struct world *world, const char *format, ...)
{
	va_list args;
	if (!world->options->trace)
		return;
	va_start(args, format);
	printf("%4d %4llu ", world->life, (unsigned long long)world->disk->operations);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

/* A check's verdict; CHECK_STOPPED is a failure too, unless the disk has given a reason. */
static void judge(struct world *world, const struct check_report *report)
{
	bool excused = report->result == CHECK_STOPPED && (world->disk->off || world->disk->fault_done);
	if (report->result != CHECK_GOOD && !excused)
		fail(world, report->result == CHECK_EXTRA ? COUNT_EXTRA : COUNT_LOST, report->where);
}

/* ---- what may go wrong in one life ---- */

static struct power_plan draw_plan(struct world *world, bool cut_in_opening)
{
	struct chance *chance = &world->chance;
	struct power_plan plan = {.cut_at = POWER_NEVER, .full_until = POWER_NEVER};
	if (cut_in_opening)
		plan.cut_at = chance_between(chance, 1, world->made ? 12 : 60);
	else
		plan.cut_at = chance_between(chance, 1, chance_one_in(chance, 8) ? 900 : 160);
	if (!chance_one_in(chance, 5))
		return plan;
	plan.fault = (enum power_fault)chance_between(chance, POWER_NO_FAULT + 1, POWER_FAULT_COUNT - 1);
	plan.fault_at = chance_between(chance, 1, plan.fault == POWER_CREATE_FAILS ? 3 : 120);
	plan.full_spare = chance_one_in(chance, 2) ? 0 : 4096 * chance_below(chance, 40);
	if (chance_one_in(chance, 2))
		plan.full_until = plan.fault_at + chance_below(chance, 100);
	return plan;
}

static void count_faults(struct world *world)
{
	static const enum counter of[POWER_FAULT_COUNT] = {[POWER_WRITE_FAILS] = COUNT_WRITE_FAILED,
							   [POWER_READ_FAILS] = COUNT_READ_FAILED,
							   [POWER_SYNC_DROPS] = COUNT_SYNC_DROPPED,
							   [POWER_SYNC_FORGETS] = COUNT_SYNC_FORGOTTEN,
							   [POWER_CREATE_FAILS] = COUNT_NAME_FAILED};
	for (int i = 0; i < POWER_FAULT_COUNT; i++) {
		if (of[i])
			world->totals->counts[of[i]] += world->disk->faults[i];
		world->disk->faults[i] = 0;
	}
}

/* ---- opening, and what is then on record ---- */

static void open_journal(struct world *world)
{
	struct bt_journal_options options = {.dir = POWER_FOLDER,
					     .clock = &world->clock,
					     .signer = world->signer,
					     .disk = &world->disk->disk,
					     .mirror = world->mirrored ? POWER_STICK : NULL,
					     .terminal = LEDGER_TERMINAL};
	struct bt_fault fault = {0};
	world->doing = world->made ? COUNT_CUT_OPENING : COUNT_CUT_MAKING;
	count(world, COUNT_OPENS);
	enum bt_err err = bt_journal_open(&options, &world->journal, &fault);
	trace(world, "open: %s %s", bt_err_name(err), err == BT_OK ? "" : fault.what);
	if (err == BT_OK)
		return;
	world->journal = NULL;
	if (!world->disk->off && !world->disk->fault_done) {
		char what[240];
		snprintf(what, sizeof what, "refused to open: %s: %s", bt_err_name(err), fault.what);
		fail(world, COUNT_LOST, what);
	}
}

/* The genesis event is the journal's own: the ledger takes it as it is found. */
static void note_genesis(struct world *world)
{
	struct ledger *ledger = &world->ledger;
	if (ledger->count > 0)
		return;
	ledger->events[0] = (struct ledger_event){.kind = BT_EVENT_GENESIS, .sale = -1, .own = true};
	ledger->count = ledger->drawn = 1;
	world->made = true;
}

static void settle_hand(struct world *world, bool kept)
{
	if (world->ledger.drawn == world->ledger.count)
		return;
	count(world, kept ? COUNT_HAND_KEPT : COUNT_HAND_GONE);
	if (kept)
		ledger_keep(&world->ledger);
	else
		ledger_forget(&world->ledger);
}

static void check_peer(struct world *world)
{
	int64_t peer = bt_journal_acknowledged(world->journal);
	if (peer < world->ledger.peer || peer > world->ledger.peer_drawn)
		fail(world, COUNT_LOST, "the head-end's head was lost");
	world->ledger.peer = world->ledger.peer_drawn = peer;
}

static void verify(struct world *world)
{
	struct bt_journal_report report = {0};
	struct bt_fault fault = {0};
	enum bt_err err = bt_journal_verify(world->journal, &report, &fault);
	count(world, COUNT_VERIFIED);
	if (err == BT_OK || world->disk->fault_done || world->disk->off)
		return;
	char what[160];
	snprintf(what, sizeof what, "verify: file %d chain %d signatures %d second %d projections %d peer %d mirror %d",
		 report.file_sound, report.chain_whole, report.signatures_good, report.second_equal,
		 report.projections_equal, report.acknowledged_within, report.mirror_equal);
	fail(world, COUNT_LOST, what);
}

static void check_journal(struct world *world)
{
	note_genesis(world);
	struct check_report report = check_events(world->journal, &world->ledger);
	judge(world, &report);
	if (report.result != CHECK_GOOD)
		return;
	settle_hand(world, report.kept);
	report = check_totals(world->journal, &world->ledger, 3);
	judge(world, &report);
	if (report.result != CHECK_GOOD)
		return;
	check_peer(world);
	if (chance_one_in(&world->chance, 8))
		verify(world);
}

/* ---- working ---- */

static enum bt_err put_one_as_json(struct world *world, const struct bt_event_in *event, struct bt_fault *fault)
{
	json_t *body = NULL;
	if (bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL) != BT_OK)
		fail(world, COUNT_LOST, "the ledger's body is not JSON");
	return bt_journal_put_json(world->journal, event->kind, event->sale_id, body, fault);
}

static bool puts_paid(const struct ledger *ledger, int n)
{
	for (int i = 0; i < n; i++) {
		if (ledger->put[i].kind == BT_EVENT_PAID)
			return true;
	}
	return false;
}

/* A stopped journal shows nothing of a put in doubt (PROTOCOL J1) and takes nothing more. */
static void check_stopped(struct world *world)
{
	struct ledger *ledger = &world->ledger;
	struct bt_event_in more = {.kind = BT_EVENT_CLOCK, .sale_id = "", .body = bt_bytes_of("{}")};
	count(world, COUNT_STOPPED);
	int64_t drawn = ledger->drawn;
	ledger->drawn = ledger->count;
	struct check_report report = check_events(world->journal, ledger);
	ledger->drawn = drawn;
	if (report.result != CHECK_STOPPED)
		judge(world, &report);
	if (bt_journal_put(world->journal, &more, 1, NULL) == BT_OK)
		fail(world, COUNT_EXTRA, "a stopped journal took a put");
}

static void note_refusal(struct world *world, enum bt_err err, bool begins_sale, const char *what)
{
	bool full = world->disk->plan.fault == POWER_FULL && world->disk->fault_done;
	count(world, COUNT_REFUSED);
	if (!world->disk->off && !world->disk->fault_done)
		fail(world, COUNT_LOST, what);
	if (bt_journal_state(world->journal) == BT_OK) {
		if (err != BT_ENOSPC || !full || !begins_sale)
			fail(world, COUNT_LOST, what);
		count(world, COUNT_FULL_REFUSED);
		ledger_forget(&world->ledger);
	} else if (!world->disk->off) {
		check_stopped(world);
	}
}

static void put(struct world *world)
{
	struct ledger *ledger = &world->ledger;
	struct bt_fault fault = {0};
	int most = chance_one_in(&world->chance, 4) ? 6 : chance_one_in(&world->chance, 60) ? 100 : 1;
	if (!ledger_has_room(ledger, most))
		return;
	bool was_full = world->disk->faults[POWER_FULL] > 0;
	int n = ledger_draw(ledger, most);
	world->doing = COUNT_CUT_PUTTING;
	enum bt_err err = n == 1 && chance_one_in(&world->chance, 6)
			      ? put_one_as_json(world, &ledger->put[0], &fault)
			      : bt_journal_put(world->journal, ledger->put, n, &fault);
	trace(world, "put %lld..%lld: %s %s", (long long)ledger->count + 1, (long long)ledger->drawn, bt_err_name(err),
	      err == BT_OK ? "" : fault.what);
	if (err != BT_OK) {
		note_refusal(world, err, puts_paid(ledger, n), fault.what);
		return;
	}
	world->totals->counts[COUNT_EVENTS] += (uint64_t)n;
	count(world, COUNT_PUTS);
	if (!was_full && world->disk->faults[POWER_FULL] > 0)
		count(world, COUNT_FULL_SURVIVED);
	ledger_keep(ledger);
}

static void put_wrong(struct world *world)
{
	struct bt_event_in event;
	struct bt_fault fault = {0};
	if (!ledger_draw_wrong(&world->ledger, &event))
		return;
	enum bt_err err = bt_journal_put(world->journal, &event, 1, &fault);
	if (err == BT_OK)
		fail(world, COUNT_EXTRA, "an event that cannot follow was recorded");
	else if (err == BT_ESTATE)
		count(world, COUNT_WRONG);
}

static void tidy(struct world *world)
{
	world->doing = COUNT_CUT_TIDYING;
	enum bt_err err = bt_journal_tidy(world->journal, NULL);
	trace(world, "tidy: %s", bt_err_name(err));
	if (err != BT_OK && !world->disk->off && !world->disk->fault_done)
		fail(world, COUNT_LOST, "tidy failed without a cause");
}

static void rebuild(struct world *world)
{
	world->doing = COUNT_CUT_REBUILDING;
	enum bt_err err = bt_journal_rebuild(world->journal, NULL);
	trace(world, "rebuild: %s", bt_err_name(err));
	if (err != BT_OK && !world->disk->off && !world->disk->fault_done)
		fail(world, COUNT_LOST, "rebuild failed without a cause");
}

static void acknowledge(struct world *world)
{
	struct bt_head head = bt_journal_head(world->journal);
	world->doing = COUNT_CUT_ACKNOWLEDGING;
	world->ledger.peer_drawn = head.seq;
	enum bt_err err = bt_journal_acknowledge(world->journal, &head, NULL);
	trace(world, "acknowledge %lld: %s", (long long)head.seq, bt_err_name(err));
	if (err == BT_OK)
		world->ledger.peer = head.seq;
	else if (!world->disk->off && !world->disk->fault_done)
		fail(world, COUNT_LOST, "an acknowledgement failed without a cause");
}

static void work(struct world *world)
{
	static const struct {
		uint32_t one_in;
		void (*act)(struct world *world);
	} others[] = {{24, tidy}, {16, acknowledge}, {12, put_wrong}, {64, rebuild}};
	for (int i = 0; i < PUTS_PER_LIFE && !world->disk->off && !world->failed; i++) {
		for (size_t j = 0; j < sizeof others / sizeof *others; j++) {
			if (bt_journal_state(world->journal) == BT_OK &&
			    chance_one_in(&world->chance, others[j].one_in))
				others[j].act(world);
		}
		if (bt_journal_state(world->journal) != BT_OK)
			return;
		put(world);
		if (chance_one_in(&world->chance, 32))
			return;
	}
}

/* ---- lives ---- */

/* Leave the journal: closed in order, or as a program that is gone (the power then fails first). */
static void leave(struct world *world)
{
	bool in_order = !world->disk->off && chance_one_in(&world->chance, 3);
	bool restart = !world->disk->off && !in_order && chance_one_in(&world->chance, 4);
	if (in_order)
		world->doing = COUNT_CUT_CLOSING;
	else if (!world->disk->off)
		world->doing = COUNT_CUT_IDLE;
	if (!in_order)
		power_cut(world->disk);
	bt_journal_close(world->journal);
	world->journal = NULL;
	if (restart) { /* the program died, the machine did not */
		world->disk->off = false;
		count(world, COUNT_RESTARTS);
	}
}

static void live(struct world *world)
{
	struct power_plan plan = draw_plan(world, chance_one_in(&world->chance, 3));
	power_arm(world->disk, &plan);
	open_journal(world);
	if (world->journal && !world->disk->off && !world->failed)
		check_journal(world);
	if (world->journal && !world->disk->off && !world->failed)
		work(world);
	leave(world);
	count_faults(world);
	if (world->disk->off) {
		trace(world, "cut");
		count(world, COUNT_CUTS);
		count(world, world->doing);
		world->totals->counts[COUNT_CUT_MIRRORED] += world->mirrored;
		power_reboot(world->disk);
	} else {
		power_disarm(world->disk);
	}
}

static bool is_done(const struct world *world, uint64_t cuts_before)
{
	return world->failed || world->totals->counts[COUNT_CUTS] - cuts_before >= CUTS_PER_WORLD;
}

static void run_world(const struct campaign_options *options, uint64_t number, struct campaign_totals *totals)
{
	static const uint8_t key[BT_ED25519_SEED_LEN] = {7};
	static struct power_disk *disk;
	static struct bt_signer *signer;
	static struct world world;
	if (!disk && (!(disk = power_open(POWER_VFS)) || bt_signer_open(key, &signer) != BT_OK))
		abort();
	world = (struct world){.options = options, .totals = totals, .number = number, .disk = disk, .signer = signer};
	world.clock = ledger_clock(&world.ledger);
	world.chance.state = campaign_seed(options, number, 1);
	power_format(disk, campaign_seed(options, number, 2));
	if (chance_one_in(&world.chance, 3)) /* too small for a ballast */
		disk->whole_room = SMALL_DISK_BYTES;
	world.mirrored = chance_one_in(&world.chance, 3);
	sqlite3_randomness(0, NULL); /* seeded by the disk, anew in each world */
	ledger_begin(&world.ledger, campaign_seed(options, number, 3));
	uint64_t cuts_before = totals->counts[COUNT_CUTS];
	for (world.life = 1; world.life < LIVES_MAX && !is_done(&world, cuts_before); world.life++)
		live(&world);
	if (!is_done(&world, cuts_before))
		fail(&world, COUNT_LOST, "the world did not come to its cuts");
	totals->hash += chance_mix(disk->hash ^ (uint64_t)world.ledger.count << 32 ^ number);
}

/* ---- the campaign ---- */

static bool is_everything_met(const struct campaign_totals *totals)
{
	bool met = true;
	for (int i = COUNT_VISITS + 1; i < COUNTER_COUNT; i++) {
		printf("%s=%llu ", counter_names[i], (unsigned long long)totals->counts[i]);
		met = met && totals->counts[i] >= 100;
	}
	putchar('\n');
	return met;
}

int main(int argc, char **argv)
{
	struct campaign_options options = {.seed = 1, .amount = 50000};
	struct campaign_totals totals;
	int status = campaign_options_read(argc, argv, "--cuts", &options);
	if (status)
		return status;
	uint64_t worlds = (options.amount + CUTS_PER_WORLD - 1) / CUTS_PER_WORLD;
	bool good = campaign_run(&options, worlds, run_world, &totals);
	const uint64_t *counts = totals.counts;
	good = good && counts[COUNT_FAILURES] == 0;
	bool met = is_everything_met(&totals);
	if (good && !met && options.amount >= 50000 && options.world < 0) {
		printf("FAILED something above was met less than 100 times\n");
		good = false;
	}
	printf("cuts=%llu puts=%llu events=%llu opens=%llu lost=%llu extra=%llu refused=%llu seed=%llu hash=%016llx\n",
	       (unsigned long long)counts[COUNT_CUTS], (unsigned long long)counts[COUNT_PUTS],
	       (unsigned long long)counts[COUNT_EVENTS], (unsigned long long)counts[COUNT_OPENS],
	       (unsigned long long)counts[COUNT_LOST], (unsigned long long)counts[COUNT_EXTRA],
	       (unsigned long long)counts[COUNT_REFUSED], (unsigned long long)options.seed,
	       (unsigned long long)totals.hash);
	return good ? 0 : 1;
}
