/* One counter: the real core over a power-loss disk, opened and closed as the program does it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/authority/record_key.h"
#include "core/base/file.h"
#include "core/shift/shift.h"
#include "tests/sim/older_schema.h"
#include "tests/world/world.h"

#define OPERATOR     "rina"
#define TURN_LEAST   1
#define TURN_MOST_MS 60000

/* ---- what the core is given ---- */

static int64_t wall_ms(void *self)
{
	const struct sim_counter *counter = self;

	return counter->world->now_ms + counter->skew_ms;
}

static int64_t boot_ms(void *self)
{
	const struct sim_counter *counter = self;

	return counter->world->now_ms - counter->booted_ms + 5000;
}

/* Hex digits into the zeros that end at @p end. */
static void put_hex(char *end, unsigned value)
{
	for (; value; value >>= 4)
		*--end = "0123456789abcdef"[value & 15];
}

/* Asked for at each look at the clock. */
static void boot_id(void *self, char out[37])
{
	const struct sim_counter *counter = self;

	memcpy(out, "00000000-0000-4000-8000-000000000000", 37);
	put_hex(out + 8, (unsigned)counter->index);
	put_hex(out + 36, (unsigned)counter->boot);
}

static enum bt_err fill(void *self, void *out, size_t len)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)chance_below(self, 256);
	return BT_OK;
}

/* The digits of all groups on a slip, one after the other. */
static void read_digits(const struct bt_receipt *receipt, char *out, size_t cap)
{
	size_t len = 0;

	for (int i = 0; i < receipt->count; i++)
		for (const char *at = receipt->lines[i].kind == BT_LINE_GROUP ? receipt->lines[i].right : ""; *at; at++)
			if (*at >= '0' && *at <= '9' && len + 1 < cap)
				out[len++] = *at;
	out[len] = '\0';
}

struct delivery {
	const char *sale_id, *digits;
	bool found;
};

static bool find_delivery(void *context, const struct bt_event *event)
{
	struct delivery *delivery = context;
	struct bt_bytes body = event->body;
	const char *token =
	    memmem(body.data, body.len, delivery->sale_id, 36) ? memmem(body.data, body.len, "\"token\":\"", 9) : NULL;
	char digits[21] = "";

	if (token && body.data + body.len - (const uint8_t *)token > 9 + 20)
		memcpy(digits, token + 9, 20);
	if (digits[0] && strstr(delivery->digits, digits))
		delivery->found = true;
	return !delivery->found;
}

/* A docket of another counter stands in the record as what was delivered, not as a sale. */
static bool is_delivered(struct sim_counter *counter, const char *sale_id, const char *digits)
{
	struct delivery delivery = {.sale_id = sale_id, .digits = digits};

	if (counter->errand < 0 || strcmp(counter->world->sales[counter->errand].id, sale_id) != 0)
		return false;
	return bt_journal_read_some(counter->journal, 0, UINT64_C(1) << BT_EVENT_DELIVERED, find_delivery, &delivery,
				    NULL) == BT_OK &&
	       delivery.found;
}

/* Journal first: what is on paper is in the record, digit for digit, and lasts. */
static void check_paper(struct sim_counter *counter, const struct bt_print_job *job)
{
	struct bt_sale_row row;
	char digits[256];

	read_digits(&job->receipt, digits, sizeof digits);
	sim_paper_keep(counter, job, digits[0] != '\0');
	if (!digits[0])
		return;
	if (is_delivered(counter, job->sale_id, digits))
		return;
	if (bt_journal_sale(counter->journal, job->sale_id, &row) != BT_OK || strlen(row.token) != 20)
		sim_fail(counter->world, "a token printed before it was recorded: %s", job->sale_id);
	else if (!strstr(digits, row.token))
		sim_fail(counter->world, "other digits on paper: %s", job->sale_id);
}

static enum bt_err print(void *self, const struct bt_print_job *job)
{
	struct sim_counter *counter = self;
	struct bt_print_result result = {.copy = job->copy, .state = BT_PRINT_CONFIRMED};

	/* The lights went out as what stands in the record was tidied up: no paper comes out any more. */
	if (counter->disk->off)
		return BT_EDISK;
	check_paper(counter, job);
	if (counter->print_count == SIM_PRINTS)
		return BT_EFULL;
	if (sim_strikes(counter->world, SIM_FAULT_PRINTER_JAM, 100))
		result.state = chance_one_in(&counter->chance, 2) ? BT_PRINT_UNCONFIRMED : BT_PRINT_FAILED;
	bt_text_copy(result.sale_id, sizeof result.sale_id, job->sale_id);
	counter->prints[(counter->print_first + counter->print_count++) % SIM_PRINTS] = result;
	sim_plan(counter->world, sim_between(counter->world, 300, 4000), SIM_PRINTED, counter->index,
		 (uint64_t)counter->boot);
	return BT_OK;
}

static bool take_print(void *self, struct bt_print_result *out)
{
	struct sim_counter *counter = self;

	if (counter->print_count == 0)
		return false;
	*out = counter->prints[counter->print_first];
	counter->print_first = (counter->print_first + 1) % SIM_PRINTS;
	counter->print_count--;
	return true;
}

static int no_descriptor(void *self)
{
	(void)self;
	return -1;
}

static enum bt_paper paper(void *self)
{
	(void)self;
	return BT_PAPER_OK;
}

/* ---- making and enrolling ---- */

static void make_folder(struct sim_counter *counter)
{
	snprintf(counter->cache_dir, sizeof counter->cache_dir, "%s/c%d", counter->world->town->dir, counter->index);
	(void)mkdir(counter->cache_dir, 0700);
}

/* All that lies there, whatever it is called: a world begins with nothing of the one before. */
static void forget_caches(struct sim_counter *counter)
{
	DIR *folder = opendir(counter->cache_dir);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
}

/* The record's first key, written down as the enrolment does it; it proves the slips for good. */
static bool make_key(struct sim_counter *counter)
{
	const struct bt_disk *disk = &counter->disk->disk;
	struct bt_disk_file *file = NULL;
	struct bt_buf text;
	uint8_t seed[BT_ED25519_SEED_LEN];
	bool ok;

	bt_buf_init(&text, 128);
	(void)fill(&counter->chance, seed, sizeof seed);
	ok = bt_signer_open(seed, &counter->signer) == BT_OK && bt_record_key_encode(seed, &text) == BT_OK &&
	     disk->open(disk->context, POWER_FOLDER "/journal.key", BT_DISK_CREATE, &file) == 0 &&
	     disk->write(file, 0, text.data, text.len) == 0 && disk->sync(file) == 0 &&
	     disk->sync_folder(disk->context, POWER_FOLDER) == 0;
	disk->close(file);
	bt_buf_fini(&text);
	return ok;
}

void sim_counter_make(struct sim_world *world, int index, struct power_disk *disk)
{
	static const char *const numbers[SIM_COUNTERS] = {"0142", "0143", "0144", "0145"};
	struct sim_counter *counter = &world->counters[index];
	*counter = (struct sim_counter){.world = world,
					.index = index,
					.disk = disk,
					.linked = true,
					.sale = -1,
					.errand = -1,
					.turn_ms = INT64_MAX,
					.chance = {.state = chance_next(&world->chance)}};
	bt_text_copy(counter->number, sizeof counter->number, numbers[index]);
	bt_text_copy(counter->journal_dir, sizeof counter->journal_dir, POWER_FOLDER);
	counter->clock = (struct bt_clock){.wall_ms = wall_ms, .boot_ms = boot_ms, .boot_id = boot_id, .self = counter};
	counter->random = (struct bt_random){.fill = fill, .self = &counter->chance};
	counter->wire = sim_net_wire(counter);
	counter->to_service = sim_net_service_wire(counter);
	counter->sink =
	    (struct bt_sink){.submit = print, .take = take_print, .fd = no_descriptor, .paper = paper, .self = counter};
	make_folder(counter);
	forget_caches(counter);
	(void)fill(&counter->chance, counter->vault_key, sizeof counter->vault_key);
	power_format(disk, chance_next(&world->chance));
	if (!make_key(counter))
		sim_fail(world, "no journal key");
}

void sim_counter_enrol(struct sim_counter *counter, const struct bt_sbx_terminal *place)
{
	struct bt_enrolment *enrolment = &counter->enrolment;
	struct bt_sbx_terminal terminal = *place;

	*enrolment =
	    (struct bt_enrolment){.lane = {(uint32_t)place->lane, (uint32_t)place->lanes, (uint32_t)place->lane_floor},
				  .era = counter->world->head.sbx.era,
				  .shift_next = 611};
	enrolment->operator_count = 2;
	enrolment->operators[0] = (struct bt_operator){.id = OPERATOR, .role = BT_ROLE_CLERK};
	enrolment->operators[1] = (struct bt_operator){.id = SIM_SUPERVISOR, .role = BT_ROLE_SUPERVISOR};
	bt_text_copy(enrolment->terminal, sizeof enrolment->terminal, counter->number);
	bt_text_copy(enrolment->complaint, sizeof enrolment->complaint, "1912");
	memcpy(enrolment->head_end_key, counter->world->head.sbx.head_end_key, sizeof enrolment->head_end_key);
	bt_text_copy(terminal.number, sizeof terminal.number, counter->number);
	memcpy(terminal.journal_key, bt_signer_public(counter->signer), sizeof terminal.journal_key);
	memcpy(terminal.vault_key, counter->vault_key, sizeof terminal.vault_key);
	if (!sim_head_end_enrol(&counter->world->head, &terminal))
		sim_fail(counter->world, "no enrolment");
	counter->there = true;
	counter->world->there++;
}

bool sim_counter_withdraw(struct sim_counter *counter)
{
	if (!bt_sbx_terminal_revoke(&counter->world->head.sbx, counter->number))
		return false;
	if (!counter->revoked)
		counter->revoked_ms = counter->world->now_ms;
	counter->revoked = true;
	return true;
}

/* ---- on and off ---- */

/* Boards die and files are overwritten; the stick with the mirror was pulled in time. */
static bool lose_record(struct sim_counter *counter)
{
	size_t len = 0;

	/* Before the first start that succeeded there was nothing to lose. */
	if (counter->issued_seen == 0 || !sim_strikes(counter->world, SIM_FAULT_LOSE_RECORD, 300) ||
	    !power_content(counter->disk, POWER_FOLDER "/journal.db", &len) || len == 0)
		return false;
	(void)power_shorten(counter->disk, POWER_FOLDER "/journal.db",
			    chance_below(&counter->world->chance, (uint32_t)len));
	(void)power_shorten(counter->disk, POWER_FOLDER "/journal.db-wal", 0);
	return true;
}

/* What the engineer does: the record is made anew, in a new epoch (PROTOCOL J1), and once more where a cut ended that.
 */
static enum bt_err bring_back(struct sim_counter *counter, const struct bt_journal_options *options,
			      struct bt_fault *fault)
{
	struct bt_recovery recovery;
	enum bt_err err = bt_journal_recover(options, NULL, &recovery, fault);

	if (err)
		return err;
	sim_trace(counter->world, "%s: recovered %lld events, epoch %lld", counter->number,
		  (long long)recovery.restored.seq, (long long)recovery.epoch);
	counter->world->totals.visited[SIM_PATH_RESTORE_OF_TERMINAL]++;
	counter->lost_record = false;
	return BT_OK;
}

static enum bt_err open_records(struct sim_counter *counter, struct bt_fault *fault)
{
	bool mirrored = counter->world->faults[SIM_FAULT_LOSE_RECORD];
	struct bt_journal_options options = {.dir = counter->journal_dir,
					     .clock = &counter->clock,
					     .first_key = bt_signer_public(counter->signer),
					     .terminal = counter->number,
					     .mirror = mirrored ? POWER_STICK : NULL,
					     .mirror_required = mirrored,
					     .disk = &counter->disk->disk};
	char path[160];
	enum bt_err err = bt_record_key_open(options.disk, POWER_FOLDER, counter->number, &counter->random,
					     &counter->record_key, fault);

	if (err)
		return err;
	options.keys = bt_record_key_store(counter->record_key);
	err = counter->lost_record ? bring_back(counter, &options, fault) : BT_OK;
	if (!err)
		err = bt_journal_open(&options, &counter->journal, fault);
	if (err)
		return err;
	snprintf(path, sizeof path, "%s/directory.db", counter->cache_dir);
	return bt_directory_open(path, &counter->directory, fault);
}

/* Set once for all, or otherwise at another start: what a QR was made by is on record. */
static enum bt_upi_way upi_way(const struct sim_counter *counter)
{
	static const enum bt_upi_way settings[] = {BT_UPI_BY_SERVICE, BT_UPI_BY_EITHER, BT_UPI_BY_SERVICE,
						   BT_UPI_BY_EITHER,  BT_UPI_BY_SERVER, BT_UPI_BY_SERVICE};

	return counter->psp ? settings[(counter->boot + counter->index) % 6] : BT_UPI_BY_SERVER;
}

static enum bt_err open_service(struct sim_counter *counter)
{
	enum bt_err err;

	if (!counter->world->has_service || !counter->to_service.submit)
		return BT_OK;
	bt_breaker_init(&counter->service_breaker, boot_ms(counter));
	err = bt_psp_open(&counter->to_service, &counter->clock, &counter->psp);
	if (!err)
		counter->service = bt_psp_wire(counter->psp);
	return err;
}

static enum bt_err open_trade(struct sim_counter *counter, struct bt_fault *fault)
{
	struct bt_teller_parts teller = {.clock = &counter->clock,
					 .random = &counter->random,
					 .journal = counter->journal,
					 .signer = counter->signer,
					 .enrolment = &counter->enrolment,
					 .directory = counter->directory,
					 .wire = &counter->wire,
					 .breaker = &counter->breaker,
					 .service = counter->psp ? &counter->service : NULL,
					 .service_breaker = &counter->service_breaker,
					 .upi = upi_way(counter),
					 .sink = &counter->sink,
					 .deadline_ms = 3000,
					 .slow_ms = 1500,
					 .receipt_lang = BT_RECEIPT_EN,
					 .asks_after_restart = sim_has(counter->world, SIM_FAULT_HASTY_CLERK) ||
							       sim_has(counter->world, SIM_FAULT_KILL)};
	struct bt_sync_parts sync = {.dir = counter->cache_dir,
				     .clock = &counter->clock,
				     .random = &counter->random,
				     .journal = counter->journal,
				     .directory = counter->directory,
				     .wire = &counter->wire,
				     .breaker = &counter->breaker,
				     .enrolment = &counter->enrolment,
				     .slow_ms = 1500};
	int64_t shift = 0;
	enum bt_err err = bt_teller_open(&teller, &counter->teller, fault);

	sync.teller = counter->teller;
	if (!err)
		err = bt_sync_open(&sync, &counter->sync, fault);
	if (!err)
		err = bt_shift_sign_in(counter->journal, OPERATOR, wall_ms(counter), &shift, fault);
	if (!err && shift == 0)
		err = bt_shift_open(counter->journal, OPERATOR, counter->enrolment.shift_next, 0, &shift, fault);
	if (err)
		return err;
	bt_teller_set_operator(counter->teller, OPERATOR, shift);
	bt_teller_set_keys(counter->teller,
			   &(struct bt_keys){.driver = &bt_key_driver_sealed, .self = &counter->vault});
	return BT_OK;
}

enum bt_err sim_counter_open(struct sim_counter *counter, struct bt_fault *fault)
{
	enum bt_err err = open_records(counter, fault);

	if (!err)
		err = open_service(counter);
	return err ? err : open_trade(counter, fault);
}

void sim_counter_close(struct sim_counter *counter)
{
	bt_sync_close(counter->sync);
	bt_teller_close(counter->teller);
	bt_psp_close(counter->psp);
	bt_vault_seal(&counter->vault);
	bt_directory_close(counter->directory);
	bt_journal_close(counter->journal);
	bt_record_key_close(counter->record_key);
	counter->sync = NULL;
	counter->teller = NULL;
	counter->psp = NULL;
	counter->directory = NULL;
	counter->journal = NULL;
	counter->record_key = NULL;
	counter->on = false;
	counter->serving = false;
	counter->generation++;
	counter->turn_ms = INT64_MAX;
	counter->print_count = 0;
	sim_net_forget(counter);
}

void sim_counter_crash(struct sim_counter *counter, bool disk_keeps)
{
	sim_errand_end(counter);
	sim_trace(counter->world, "counter %s goes dark%s", counter->number, disk_keeps ? " (killed)" : "");
	sim_net_note_drain(counter);
	if (!disk_keeps)
		power_cut(counter->disk);
	sim_counter_close(counter);
	/* The power may have gone in the very writing that closed it. */
	if (!disk_keeps || counter->disk->off)
		power_reboot(counter->disk);
	power_disarm(counter->disk);
	counter->world->totals.cuts++;
	sim_plan(counter->world, sim_between(counter->world, 20000, 10 * SIM_MINUTE_MS), SIM_SWITCH_ON, counter->index,
		 (uint64_t)counter->boot);
}

void sim_counter_shut(struct sim_counter *counter)
{
	if (counter->on)
		sim_counter_close(counter);
}

/* What the disk will do to this run of the program. */
static void arm_disk(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct power_plan plan = {.cut_at = POWER_NEVER};
	uint32_t far = counter->older_schema || chance_one_in(&world->chance, 4) ? 60 : 1000;

	if (sim_strikes(world, SIM_FAULT_POWER_CUT, 700))
		plan.cut_at = 1 + chance_below(&world->chance, far);
	if (sim_strikes(world, SIM_FAULT_SYNC_FAILS, 200)) {
		plan.fault = POWER_SYNC_DROPS;
		world->totals.visited[SIM_PATH_SYNC_FAILED]++;
	} else if (sim_strikes(world, SIM_FAULT_WRITE_FAILS, 200)) {
		plan.fault = POWER_WRITE_FAILS;
	} else if (sim_strikes(world, SIM_FAULT_DISK_FULL, 300)) {
		plan.fault = POWER_FULL;
		plan.full_spare = chance_below(&world->chance, 200000);
	}
	plan.fault_at = 1 + chance_below(&world->chance, far);
	plan.full_until = plan.fault_at + 400;
	power_arm(counter->disk, &plan);
}

/* The program was brought up to this version while the counter was shut: its record is still as the one before left
 * it, any of those that were released. */
static void find_older(struct sim_counter *counter)
{
	if (counter->issued_seen == 0 || counter->lost_record || counter->older_schema ||
	    !sim_strikes(counter->world, SIM_FAULT_UPGRADE, 400))
		return;
	counter->older_schema =
	    older_schema_make(counter->disk, 1 + (int)chance_below(&counter->world->chance, OLDER_SCHEMA_NEWEST - 1));
	if (!counter->older_schema)
		sim_fail(counter->world, "%s: an older record could not be made", counter->number);
}

static void note_upgrade(struct sim_counter *counter, bool open)
{
	if (!counter->older_schema)
		return;
	if (!open && counter->disk->off)
		counter->world->totals.visited[SIM_PATH_CUT_IN_UPGRADE]++;
	if (!open)
		return;
	counter->world->totals.visited[SIM_PATH_UPGRADED]++;
	counter->older_schema = false;
}

static void start_clock(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;

	counter->boot++;
	counter->booted_ms = world->now_ms;
	counter->skew_ms = 0;
	if (sim_strikes(world, SIM_FAULT_CLOCK_JUMP, 400)) {
		counter->skew_ms = sim_between(world, -10 * 365, 10 * 365) * SIM_DAY_MS / 20;
		world->totals.visited[SIM_PATH_BOOT_AT_OLD_TIME]++;
	}
}

void sim_counter_switch_on(struct sim_counter *counter)
{
	struct bt_fault fault = {0};
	enum bt_err err;

	if (counter->on || !counter->there)
		return;
	start_clock(counter);
	counter->lost_record = counter->lost_record || lose_record(counter);
	find_older(counter);
	if (!counter->world->thief && counter->issued_seen > 0 && !counter->lost_record && !counter->older_schema &&
	    sim_strikes(counter->world, SIM_FAULT_THIEF, 500))
		sim_thief_strike(counter);
	arm_disk(counter);
	if (sim_strikes(counter->world, SIM_FAULT_OLD_LIST, 200))
		forget_caches(counter);
	bt_breaker_init(&counter->breaker, boot_ms(counter));
	err = open_records(counter, &fault);
	note_upgrade(counter, err == BT_OK);
	if (!err)
		err = open_service(counter);
	if (!err)
		err = open_trade(counter, &fault);
	counter->on = true;
	sim_trace(counter->world, "counter %s starts: %s %s", counter->number, bt_err_name(err), fault.what);
	if (err) {
		/* With the disk as it was meant to be, only trouble of this very run excuses it. */
		if (!counter->disk->off && !counter->disk->fault_done)
			sim_fail(counter->world, "counter %s does not start: %s (%s)", counter->number,
				 bt_err_name(err), fault.what);
		sim_counter_crash(counter, !counter->disk->off && chance_one_in(&counter->chance, 2));
		return;
	}
	sim_plan(counter->world,
		 sim_strikes(counter->world, SIM_FAULT_LOCKED_KEYS, 500) ? sim_between(counter->world, 0, SIM_HOUR_MS)
									 : 1000,
		 SIM_UNLOCK, counter->index, (uint64_t)counter->boot);
	/* What was issued as the lights went out is not judged by the lease of another morning. */
	counter->issued_seen = bt_journal_head(counter->journal).seq;
	sim_clerk_after_start(counter);
	sim_counter_turn(counter);
}

void sim_counter_unlock(struct sim_counter *counter)
{
	if (!counter->on || bt_vault_is_open(&counter->vault))
		return;
	if (bt_secret_make(&counter->vault.key, sizeof counter->vault_key) != BT_OK)
		return;
	memcpy(counter->vault.key.data, counter->vault_key, sizeof counter->vault_key);
}

/* ---- turning ---- */

static void take_answers(struct sim_counter *counter)
{
	struct bt_answer answer;

	while (bt_wire_take(&counter->wire, &answer)) {
		/* Whoever was enrolled once is known for good, restored or not (PROTOCOL H4, H5). */
		if (strcmp(answer.code, "no_certificate") == 0)
			sim_fail(counter->world, "the head-end does not know %s any more", counter->number);
		if (answer.fault.err == BT_EREFUSED && strcmp(answer.code, "revoked") == 0) {
			if (!bt_sync_state(counter->sync)->revoked)
				counter->world->totals.visited[SIM_PATH_REVOKED]++;
			bt_sync_note_revoked(counter->sync);
		}
		if (!bt_teller_answer(counter->teller, &answer))
			(void)bt_sync_answer(counter->sync, &answer);
		bt_answer_fini(&answer);
	}
	while (counter->psp && bt_wire_take(&counter->service, &answer)) {
		(void)bt_teller_answer(counter->teller, &answer);
		bt_answer_fini(&answer);
	}
}

static bool has_fallen(const struct sim_counter *counter)
{
	return counter->disk->off || bt_journal_state(counter->journal) != BT_OK;
}

void sim_counter_plan_turn(struct sim_counter *counter)
{
	int due = bt_teller_due_ms(counter->teller), later = bt_sync_due_ms(counter->sync);

	if (due < 0 || (later >= 0 && later < due))
		due = later;
	if (due < 0 || due > TURN_MOST_MS)
		due = TURN_MOST_MS;
	if (due < TURN_LEAST)
		due = TURN_LEAST;
	if (counter->turn_ms <= counter->world->now_ms + due)
		return;
	counter->turn_ms = counter->world->now_ms + due;
	sim_plan(counter->world, due, SIM_TURN, counter->index, (uint64_t)counter->generation);
}

static void note_full(struct sim_counter *counter)
{
	uint64_t full = counter->disk->faults[POWER_FULL];

	if (full > counter->full_seen && counter->serving)
		counter->world->totals.visited[SIM_PATH_DISK_FULL_IN_SALE]++;
	counter->full_seen = full;
}

void sim_counter_turn(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;

	if (!counter->on)
		return;
	if (counter->turn_ms <= world->now_ms)
		counter->turn_ms = INT64_MAX;
	counter->had_lease = bt_sync_state(counter->sync)->has_lease;
	counter->lease = bt_sync_state(counter->sync)->lease;
	take_answers(counter);
	bt_teller_step(counter->teller);
	bt_sync_step(counter->sync);
	if (!has_fallen(counter)) {
		sim_check_turn(counter);
		sim_lane_check(counter);
		sim_clerk_look(counter);
		sim_errand_look(counter);
	}
	note_full(counter);
	if (has_fallen(counter)) {
		sim_counter_crash(counter, !counter->disk->off && chance_one_in(&counter->chance, 2));
		return;
	}
	sim_counter_plan_turn(counter);
}

void sim_counter_forget_caches(struct sim_counter *counter)
{
	forget_caches(counter);
	(void)rmdir(counter->cache_dir);
}

void sim_counter_free(struct sim_counter *counter)
{
	sim_counter_close(counter);
	sim_counter_forget_caches(counter);
	bt_signer_close(counter->signer);
	counter->signer = NULL;
}
