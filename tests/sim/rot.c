/* The journal on a disk that rots: a bit of the database, its log or the second record turns over, or the end of a file
 * is gone, while the counter is shut. Then it is opened and used: sums against the caps, sales, tokens, the upload, one
 * more sale. Every answer is right, or the journal says that something is wrong; nothing wrong is ever used.
 *
 * Usage: sim_rot [--flips N] [--seed S] [--jobs J] [--world W] [--trace] [--mutant NAME]
 * N counts the flips that mattered. Prints one line; the same seed gives the same hash.
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

#define MATTER_PER_WORLD 50 /* flips */
#define FLIPS_MAX        (MATTER_PER_WORLD * 40)
#define ROWS_MAX         LEDGER_SALES_MAX

#define COUNTERS(ROW)                                                                                                  \
	ROW(COUNT_FAILURES, "failures")                                                                                \
	ROW(COUNT_UNDETECTED, "undetected")                                                                            \
	ROW(COUNT_TRIED, "tried")                                                                                      \
	ROW(COUNT_MATTERED, "mattered")                                                                                \
	ROW(COUNT_HARMLESS, "harmless")                                                                                \
	ROW(COUNT_AT_OPEN, "found-at-open")                                                                            \
	ROW(COUNT_RECOVERED, "recovered-from-the-mirror")                                                              \
	ROW(COUNT_CUT_RECOVERY, "cut-while-recovering")                                                                \
	ROW(COUNT_AT_PUT, "found-at-put")                                                                              \
	ROW(COUNT_AT_VERIFY, "found-by-verify-only")                                                                   \
	ROW(COUNT_DATABASE, "database")                                                                                \
	ROW(COUNT_LOG, "log")                                                                                          \
	ROW(COUNT_HEAD, "head")                                                                                        \
	ROW(COUNT_SHORTENED, "shortened")

enum counter { COUNTERS(CAMPAIGN_COUNTER_ID) COUNTER_COUNT };
_Static_assert(COUNTER_COUNT <= CAMPAIGN_COUNTERS, "room for the counters");

static const char *const counter_names[] = {COUNTERS(CAMPAIGN_COUNTER_NAME)};

static const struct target {
	const char *path;
	enum counter counter;
} targets[] = {{POWER_FOLDER "/journal.db", COUNT_DATABASE},
	       {POWER_FOLDER "/journal.db-wal", COUNT_LOG},
	       {POWER_FOLDER "/journal.head", COUNT_HEAD}};

struct world {
	const struct campaign_options *options;
	struct campaign_totals *totals;
	uint64_t number;
	struct power_disk *disk;
	struct power_image *image;
	struct chance chance;
	struct ledger ledger, sound; /* as it is now, and as it was before the flip */
	struct bt_clock clock;
	struct bt_signer *signer;
	struct bt_journal *journal;
	uint8_t signatures[LEDGER_EVENTS_MAX][BT_ED25519_SIGNATURE_LEN];
	bool mirrored; /* whole events on the stick too, which does not rot */
	char flip[96]; /* what was done, for a person */
	bool failed;
};

/* What using a journal came to. */
enum outcome { RIGHT, FOUND, WRONG };

static void count(struct world *world, enum counter what)
{
	world->totals->counts[what]++;
}

static void fail(struct world *world, const char *what)
{
	if (world->failed)
		return;
	world->failed = true;
	count(world, COUNT_FAILURES);
	count(world, COUNT_UNDETECTED);
	printf("FAILED --seed %llu --world %llu: %s: %s\n", (unsigned long long)world->options->seed,
	       (unsigned long long)world->number, world->flip, what);
}

static struct bt_journal_options options_of(struct world *world)
{
	return (struct bt_journal_options){.dir = POWER_FOLDER,
					   .clock = &world->clock,
					   .signer = world->signer,
					   .disk = &world->disk->disk,
					   .mirror = world->mirrored ? POWER_STICK : NULL,
					   .terminal = LEDGER_TERMINAL};
}

static enum bt_err open_journal(struct world *world, struct bt_fault *fault)
{
	struct bt_journal_options options = options_of(world);
	return bt_journal_open(&options, &world->journal, fault);
}

static void close_journal(struct world *world, bool in_order)
{
	if (!in_order) /* as a program that is gone: its log stays */
		power_cut(world->disk);
	bt_journal_close(world->journal);
	world->journal = NULL;
	world->disk->off = false;
}

/* ---- a sound journal to begin with ---- */

static bool keep_signature(void *context, const struct bt_event *event)
{
	struct world *world = context;
	memcpy(world->signatures[event->seq - 1], event->signature, BT_ED25519_SIGNATURE_LEN);
	return true;
}

static bool put_some(struct world *world, int puts)
{
	for (int i = 0; i < puts; i++) {
		int n = ledger_draw(&world->ledger, chance_one_in(&world->chance, 4) ? 5 : 1);
		if (bt_journal_put(world->journal, world->ledger.put, n, NULL) != BT_OK)
			return false;
		ledger_keep(&world->ledger);
	}
	return true;
}

static bool make_journal(struct world *world)
{
	struct bt_fault fault;
	int puts = (int)chance_between(&world->chance, 10, chance_one_in(&world->chance, 4) ? 250 : 80);
	if (open_journal(world, &fault) != BT_OK)
		return false;
	world->ledger.events[0] = (struct ledger_event){.kind = BT_EVENT_GENESIS, .sale = -1, .own = true};
	world->ledger.count = world->ledger.drawn = 1;
	bool good = put_some(world, puts);
	if (chance_one_in(&world->chance, 3))
		good = good && bt_journal_tidy(world->journal, NULL) == BT_OK;
	struct bt_head head = bt_journal_head(world->journal);
	if (chance_one_in(&world->chance, 2))
		good = good && bt_journal_acknowledge(world->journal, &head, NULL) == BT_OK;
	good = good && put_some(world, (int)chance_below(&world->chance, 20)) &&
	       bt_journal_read(world->journal, 0, keep_signature, world, NULL) == BT_OK;
	close_journal(world, chance_one_in(&world->chance, 3));
	power_settle(world->disk);
	power_save(world->disk, world->image);
	world->sound = world->ledger;
	return good;
}

/* ---- what rots ---- */

/* Somewhere in a record of one sale: its id is found, or the file's length when it is not in this file. */
static size_t aim(struct world *world, const uint8_t *bytes, size_t len)
{
	const struct ledger_sale *sale =
	    &world->ledger.sales[chance_below(&world->chance, (uint32_t)world->ledger.sale_count)];
	uint32_t found = 0, skip = chance_below(&world->chance, 6);
	size_t at = len;
	for (const uint8_t *p = bytes; (p = memmem(p, len - (size_t)(p - bytes), sale->id, 36)) && found <= skip; p++) {
		found++;
		at = (size_t)(p - bytes) + chance_below(&world->chance, 240);
	}
	return at < len ? at : len;
}

static bool rot(struct world *world)
{
	const struct target *target = &targets[chance_below(&world->chance, 3)];
	size_t len = 0;
	const uint8_t *bytes = power_content(world->disk, target->path, &len);
	if (!bytes || len == 0 || world->ledger.sale_count == 0)
		return false;
	if (target->counter == COUNT_HEAD) /* most of it is room made ahead */
		len = (size_t)world->ledger.count * 64 + 64 < len ? (size_t)world->ledger.count * 64 + 64 : len;
	size_t at = chance_one_in(&world->chance, 2) ? aim(world, bytes, len) : len;
	if (at >= len)
		at = chance_below(&world->chance, (uint32_t)len);
	unsigned bit = chance_below(&world->chance, 8);
	bool shortens = chance_one_in(&world->chance, 16);
	bool done =
	    shortens ? power_shorten(world->disk, target->path, at) : power_flip(world->disk, target->path, at, bit);
	snprintf(world->flip, sizeof world->flip, "%s %s at %zu bit %u", target->path, shortens ? "cut off" : "flipped",
		 at, bit);
	if (done)
		count(world, shortens ? COUNT_SHORTENED : target->counter);
	return done;
}

/* ---- the counter goes on ---- */

struct signature_walk {
	const struct world *world;
	bool differs;
};

static bool compare_signature(void *context, const struct bt_event *event)
{
	struct signature_walk *walk = context;
	walk->differs =
	    memcmp(walk->world->signatures[event->seq - 1], event->signature, BT_ED25519_SIGNATURE_LEN) != 0;
	return !walk->differs && event->seq < walk->world->sound.count;
}

static enum outcome judge(struct world *world, const struct check_report *report)
{
	if (report->result == CHECK_GOOD)
		return RIGHT;
	if (report->result != CHECK_STOPPED)
		fail(world, report->where);
	return report->result == CHECK_STOPPED ? FOUND : WRONG;
}

/* The lists of unsent and open sales, as the upload and the desk take them. */
static enum outcome use_lists(struct world *world)
{
	static struct bt_sale_row rows[ROWS_MAX];
	const struct ledger *ledger = &world->ledger;
	int unsent = 0, open = 0;
	bt_paise paise = 0;
	if (bt_journal_sales(world->journal, BT_SALES_UNSETTLED, NULL, ROWS_MAX, rows, &unsent) != BT_OK)
		return FOUND;
	for (int i = 0; i < unsent; i++)
		paise += rows[i].amount;
	if (bt_journal_sales(world->journal, BT_SALES_OPEN, NULL, ROWS_MAX, rows, &open) != BT_OK)
		return FOUND;
	struct bt_unsent want = ledger_unsent(ledger);
	if (unsent != want.count || paise != want.paise || open != ledger_open_count(ledger)) {
		fail(world, "a list of sales is not what was put");
		return WRONG;
	}
	return RIGHT;
}

static enum outcome use_tokens(struct world *world)
{
	enum outcome outcome = RIGHT;
	for (int i = 0; i < world->ledger.sale_count && outcome == RIGHT; i++) {
		struct check_report report = check_token(world->journal, &world->ledger, i);
		outcome = judge(world, &report);
	}
	return outcome;
}

static enum outcome use_totals(struct world *world)
{
	struct check_report report = check_totals(world->journal, &world->ledger, -1);
	return judge(world, &report);
}

static enum outcome use_events(struct world *world)
{
	struct check_report report = check_events(world->journal, &world->ledger);
	return judge(world, &report);
}

/* A signature on an older event is read through by `verify` only: no token and no sum comes from it. */
static enum outcome use_signatures(struct world *world)
{
	struct signature_walk walk = {.world = world};
	struct bt_journal_report report;
	if (bt_journal_read(world->journal, 0, compare_signature, &walk, NULL) != BT_OK)
		return FOUND;
	if (!walk.differs || world->failed)
		return RIGHT;
	if (bt_journal_verify(world->journal, &report, NULL) == BT_OK) {
		fail(world, "verify passed an altered signature");
		return WRONG;
	}
	count(world, COUNT_AT_VERIFY);
	return FOUND;
}

static enum outcome use_put(struct world *world)
{
	int n = ledger_draw(&world->ledger, 3);
	if (bt_journal_put(world->journal, world->ledger.put, n, NULL) != BT_OK) {
		ledger_forget(&world->ledger);
		return FOUND;
	}
	ledger_keep(&world->ledger);
	return RIGHT;
}

/* In an order that differs from flip to flip: whoever comes first would use what is wrong. */
static enum outcome use_everything(struct world *world)
{
	static enum outcome (*const uses[])(struct world * world) = {use_totals, use_lists, use_tokens, use_signatures,
								     use_events};
	enum { USES = sizeof uses / sizeof *uses };
	uint32_t first = chance_below(&world->chance, USES);
	enum outcome outcome = RIGHT;
	for (uint32_t i = 0; i < USES && outcome == RIGHT; i++)
		outcome = uses[(first + i) % USES](world);
	return outcome;
}

/* Something was found: from then on nothing is sold. */
static void check_stopped(struct world *world)
{
	struct bt_event_in event = {.kind = BT_EVENT_CLOCK, .sale_id = "", .body = bt_bytes_of("{}")};
	if (bt_journal_state(world->journal) == BT_OK || bt_journal_put(world->journal, &event, 1, NULL) == BT_OK)
		fail(world, "damage was found and the journal goes on");
}

/* The power may fail meanwhile, any number of times: running it again finishes it, unless it was done and opens. */
static enum bt_err run_recovery(struct world *world, struct bt_recovery *recovery, struct bt_fault *fault)
{
	struct bt_journal_options options = options_of(world);
	for (int cuts = 0; cuts < 4 && chance_one_in(&world->chance, 2); cuts++) {
		struct power_plan plan = {.cut_at = chance_between(&world->chance, 1, 160)};
		power_arm(world->disk, &plan);
		enum bt_err err = bt_journal_recover(&options, NULL, recovery, fault);
		if (!world->disk->off) {
			power_disarm(world->disk);
			return err;
		}
		count(world, COUNT_CUT_RECOVERY);
		power_reboot(world->disk);
		if (open_journal(world, fault) == BT_OK) {
			close_journal(world, true);
			recovery->restored.seq = world->ledger.count;
			return BT_OK;
		}
	}
	return bt_journal_recover(&options, NULL, recovery, fault);
}

/* With the mirror whole, nothing that was acknowledged is lost: the record is made anew, in a new epoch. */
static void recover(struct world *world)
{
	struct bt_recovery recovery = {0};
	struct bt_fault fault = {0};
	struct ledger *ledger = &world->ledger;
	enum bt_err err = run_recovery(world, &recovery, &fault);
	if (err != BT_OK || recovery.restored.seq != ledger->count) {
		char what[240];
		snprintf(what, sizeof what, "recovered %lld of %lld events: %s %s", (long long)recovery.restored.seq,
			 (long long)ledger->count, bt_err_name(err), fault.what);
		fail(world, what);
		return;
	}
	if (open_journal(world, &fault) != BT_OK) {
		fail(world, "what was recovered does not open");
		return;
	}
	ledger->events[ledger->count++] = (struct ledger_event){.kind = BT_EVENT_EPOCH, .sale = -1, .own = true};
	ledger->drawn = ledger->count;
	if (use_totals(world) != RIGHT || use_tokens(world) != RIGHT || use_events(world) != RIGHT ||
	    use_put(world) != RIGHT)
		fail(world, "what was recovered is not what was put");
	close_journal(world, true);
	count(world, COUNT_RECOVERED);
}

/* Open and use, twice: what was written on top has to be right as well. */
static enum outcome go_on(struct world *world)
{
	struct bt_fault fault = {0};
	enum outcome outcome = RIGHT;
	for (int round = 0; round < 2 && outcome == RIGHT && !world->failed; round++) {
		enum bt_err err = open_journal(world, &fault);
		if (world->options->trace)
			printf("%s: open: %s %s\n", world->flip, bt_err_name(err), err == BT_OK ? "" : fault.what);
		if (err != BT_OK) {
			if (round > 0)
				fail(world, "what was sold on could not be opened again");
			count(world, COUNT_AT_OPEN);
			if (world->mirrored && chance_one_in(&world->chance, 4))
				recover(world);
			return FOUND;
		}
		uint64_t by_verify = world->totals->counts[COUNT_AT_VERIFY];
		outcome = use_everything(world);
		if (outcome == FOUND && by_verify == world->totals->counts[COUNT_AT_VERIFY])
			fail(world, "the opening passed what a use then stumbled over");
		if (outcome == RIGHT && (outcome = use_put(world)) == FOUND)
			count(world, COUNT_AT_PUT);
		if (outcome == FOUND)
			check_stopped(world);
		close_journal(world, chance_one_in(&world->chance, 2));
	}
	return outcome;
}

static void run_world(const struct campaign_options *options, uint64_t number, struct campaign_totals *totals)
{
	static const uint8_t key[BT_ED25519_SEED_LEN] = {7};
	static struct power_disk *disk;
	static struct power_image image;
	static struct bt_signer *signer;
	static struct world world;
	if (!disk && (!(disk = power_open(POWER_VFS)) || bt_signer_open(key, &signer) != BT_OK))
		abort();
	world = (struct world){
	    .options = options, .totals = totals, .number = number, .disk = disk, .image = &image, .signer = signer};
	world.clock = ledger_clock(&world.ledger);
	world.chance.state = campaign_seed(options, number, 1);
	power_format(disk, campaign_seed(options, number, 2));
	world.mirrored = chance_one_in(&world.chance, 2);
	sqlite3_randomness(0, NULL);
	ledger_begin(&world.ledger, campaign_seed(options, number, 3));
	if (!make_journal(&world))
		fail(&world, "a sound journal could not be made");
	uint64_t before = totals->counts[COUNT_MATTERED];
	for (int i = 0; i < FLIPS_MAX && !world.failed && totals->counts[COUNT_MATTERED] - before < MATTER_PER_WORLD;
	     i++) {
		world.ledger = world.sound;
		power_load(disk, &image);
		if (!rot(&world))
			continue;
		count(&world, COUNT_TRIED);
		enum outcome outcome = go_on(&world);
		count(&world, outcome == RIGHT ? COUNT_HARMLESS : COUNT_MATTERED);
		totals->hash += chance_mix(disk->hash ^ (uint64_t)outcome << 60 ^ number << 20 ^ (uint64_t)i);
	}
}

int main(int argc, char **argv)
{
	struct campaign_options options = {.seed = 1, .amount = 10000};
	struct campaign_totals totals;
	int status = campaign_options_read(argc, argv, "--flips", &options);
	if (status)
		return status;
	uint64_t worlds = (options.amount + MATTER_PER_WORLD - 1) / MATTER_PER_WORLD;
	bool good = campaign_run(&options, worlds, run_world, &totals) && totals.counts[COUNT_FAILURES] == 0;
	if (good && options.world < 0 && totals.counts[COUNT_MATTERED] < options.amount) {
		printf("FAILED too few flips mattered\n");
		good = false;
	}
	printf("flips=%llu ", (unsigned long long)totals.counts[COUNT_MATTERED]);
	for (int i = COUNT_UNDETECTED; i < COUNTER_COUNT; i++)
		printf("%s=%llu ", counter_names[i], (unsigned long long)totals.counts[i]);
	printf("seed=%llu hash=%016llx\n", (unsigned long long)options.seed, (unsigned long long)totals.hash);
	return good ? 0 : 1;
}
