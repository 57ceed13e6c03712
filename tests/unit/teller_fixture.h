/* A counter without a screen: real journal and list in a folder of their own, a set clock, seeded randomness, and a
 * server and a printer that only remember what they were given and insist that the journal knew it first. */
#ifndef TESTS_UNIT_TELLER_FIXTURE_H
#define TESTS_UNIT_TELLER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sale/teller.h"
#include "core/shift/book.h"
#include "core/shift/shift.h"
#include "core/sts/token.h"
#include "tests/unit/folder_fixture.h"
#include "tests/unit/key_fixture.h"

#define SHOP_START_MS INT64_C(1795000000000)
#define SHOP_DAY_MS   INT64_C(86400000)
#define SHOP_PAN      "600727047400152987"
#define SHOP_METER    "04740015298"
#define SHOP_NUMBER   "100244781560"
#define SHOP_GOOD     "1895000000000"
#define SHOP_CALLS    160
/** Minutes from 1 January 2014 to SHOP_START_MS: 1795000000 s less 1388534400 s. */
#define SHOP_MINUTE ((1795000000u - 1388534400u) / 60u)

struct shop_call {
	enum bt_call_kind kind;
	uint64_t id;
	char sale_id[37], payment_id[80], body[2048];
	int64_t rev, era;
	bool by_service; /* asked of the payment service, and not of the head-end */
};

struct shop {
	char dir[64];
	int64_t wall_ms, boot_ms;
	int boot; /* number of this boot */
	uint64_t seed;
	struct bt_clock clock;
	struct bt_random random;
	struct bt_signer *signer;
	struct bt_journal *journal;
	struct bt_directory *directory;
	struct bt_enrolment enrolment;
	struct bt_breaker breaker;
	struct bt_vault vault;
	struct bt_lease lease;
	struct bt_tariff tariff;
	struct bt_clock_trust trust;
	struct bt_consumer consumer;
	struct bt_wire wire, service;
	struct bt_breaker service_breaker;
	enum bt_upi_way upi;
	struct bt_sink sink;
	bool no_wire, no_sink, has_service;
	const struct bt_receipt_form *form;
	bool asks; /* a clerk is asked about sales that were cut off */
	struct bt_teller *teller;
	struct bt_fault fault;
	char sale_id[37]; /* of the newest sale paid */
	int calls_count;
	struct shop_call calls[SHOP_CALLS];
	enum bt_err submit_err, sink_err;
	int jobs_count, results_taken;
	struct bt_print_job jobs[SHOP_CALLS];
	enum bt_paper paper;
	int give_ups, drawers; /* drawers: opened without a slip */
	int results_count;
	struct bt_print_result results[SHOP_CALLS];
};

static inline int64_t shop_wall(void *self)
{
	return ((struct shop *)self)->wall_ms;
}

static inline int64_t shop_boot(void *self)
{
	return ((struct shop *)self)->boot_ms;
}

static inline void shop_boot_id(void *self, char out[37])
{
	snprintf(out, 37, "00000000-0000-4000-8000-%012d", ((struct shop *)self)->boot);
}

static inline enum bt_err shop_fill(void *self, void *out, size_t len)
{
	struct shop *shop = self;
	uint8_t *bytes = out;

	for (size_t i = 0; i < len; i++) {
		shop->seed ^= shop->seed << 13;
		shop->seed ^= shop->seed >> 7;
		shop->seed ^= shop->seed << 17;
		bytes[i] = (uint8_t)(shop->seed >> 24);
	}
	return BT_OK;
}

/* Journal first: a QR is asked for over the way that its newest intent names, and under the name that stands there. */
static inline void shop_check_intent(struct shop *shop, const struct bt_call *call, bool by_service)
{
	struct bt_event event;
	struct bt_sale sale;
	struct bt_buf body;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_INTENT, call->sale_id, &event, &body), BT_OK);
	assert_int_equal(bt_sale_decode(bt_buf_view(&body), &sale, NULL), BT_OK);
	bt_buf_fini(&body);
	assert_string_equal(sale.tenders[0].id, call->text);
	if (shop->has_service || sale.tenders[0].way != BT_WAY_UNSAID)
		assert_int_equal(sale.tenders[0].way, by_service ? BT_WAY_SERVICE : BT_WAY_SERVER);
}

/* Journal first: a request leaves only for a sale that the journal has as VENDING, or as PENDING being finished. */
static inline enum bt_err shop_submit_to(struct shop *shop, const struct bt_call *call, bool by_service)
{
	struct shop_call *kept = &shop->calls[shop->calls_count];
	struct bt_sale_row row;

	assert_true(shop->calls_count < SHOP_CALLS);
	if (call->kind == BT_CALL_SALE) {
		assert_int_equal(bt_journal_sale(shop->journal, call->sale_id, &row), BT_OK);
		assert_true(row.stage == BT_STAGE_VENDING || row.stage == BT_STAGE_PENDING);
	}
	if (call->kind == BT_CALL_REVERSAL || call->kind == BT_CALL_INQUIRY) {
		assert_int_equal(bt_journal_sale(shop->journal, call->sale_id, &row), BT_OK);
		assert_true(row.stage == BT_STAGE_REFUNDING ||
			    (call->kind == BT_CALL_INQUIRY && row.stage == BT_STAGE_INQUIRING));
	}
	if (call->kind == BT_CALL_PAYMENT_OPEN) {
		assert_int_equal(bt_journal_sale(shop->journal, call->sale_id, &row), BT_OK);
		assert_int_equal(row.stage, BT_STAGE_TENDERING);
		shop_check_intent(shop, call, by_service);
	}
	if (shop->submit_err)
		return shop->submit_err;
	*kept = (struct shop_call){
	    .kind = call->kind, .id = call->id, .rev = call->number, .era = call->era, .by_service = by_service};
	bt_text_copy(kept->sale_id, sizeof kept->sale_id, call->sale_id);
	bt_text_copy(kept->payment_id, sizeof kept->payment_id, call->text);
	snprintf(kept->body, sizeof kept->body, "%.*s", (int)call->body.len, (const char *)call->body.data);
	shop->calls_count++;
	return BT_OK;
}

static inline enum bt_err shop_submit(void *self, const struct bt_call *call)
{
	return shop_submit_to(self, call, false);
}

static inline enum bt_err shop_submit_to_service(void *self, const struct bt_call *call)
{
	return shop_submit_to(self, call, true);
}

static inline bool shop_take(void *self, struct bt_answer *out)
{
	(void)self;
	(void)out;
	return false;
}

static inline int shop_fd(void *self)
{
	(void)self;
	return -1;
}

static inline bool shop_shows_token(const struct bt_receipt *receipt)
{
	for (int i = 0; i < receipt->count; i++)
		if (receipt->lines[i].kind == BT_LINE_GROUP)
			return true;
	return false;
}

/* Journal first: no token reaches the printer that the journal does not hold. */
static inline enum bt_err shop_print(void *self, const struct bt_print_job *job)
{
	struct shop *shop = self;
	struct bt_sale_row row;

	assert_true(shop->jobs_count < SHOP_CALLS);
	if (job->receipt.count == 0) {
		assert_true(job->open_drawer);
		assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_DRAWER, NULL, &(struct bt_event){0}, NULL),
				 BT_OK);
		shop->drawers++;
		return shop->sink_err;
	}
	/* No slip of a sale: a QR to be paid, or the report of a shift. */
	if (!job->sale_id[0] || strncmp(job->sale_id, "shift-", 6) == 0) {
		assert_false(shop_shows_token(&job->receipt));
		shop->jobs[shop->jobs_count++] = *job;
		return BT_OK;
	}
	assert_int_equal(bt_journal_sale(shop->journal, job->sale_id, &row), BT_OK);
	if (shop_shows_token(&job->receipt)) {
		assert_int_equal(row.stage, BT_STAGE_TOKENED);
		assert_int_equal(strlen(row.token), 20);
	}
	if (shop->sink_err)
		return shop->sink_err;
	shop->jobs[shop->jobs_count++] = *job;
	return BT_OK;
}

static inline bool shop_take_print(void *self, struct bt_print_result *out)
{
	struct shop *shop = self;

	if (shop->results_taken == shop->results_count)
		return false;
	*out = shop->results[shop->results_taken++];
	return true;
}

static inline enum bt_paper shop_paper(void *self)
{
	return ((struct shop *)self)->paper;
}

static inline void shop_give_up(void *self)
{
	((struct shop *)self)->give_ups++;
}

static const uint8_t shop_vault_key[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const struct bt_sts_decoder_key shop_meter_key = {
    .bytes = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
    .len = 16};

/* The seal is made from the words of the wire contract; the check value is Botan's (test of the vault). */
static inline struct bt_sealed_key shop_sealed(const char *version)
{
	struct bt_sealed_key sealed = {.present = true, KEY_FIXTURE, .good_until_ms = 1895000000000};
	char aad[160];

	sealed.version = (uint32_t)strtoul(version, NULL, 10);
	snprintf(aad, sizeof aad, "batti-key-v1|" SHOP_PAN "|123457|1|2|01|11|04|2014|255|%s|" SHOP_GOOD "|061D8F",
		 version);
	memset(sealed.sealed, 7, 12);
	assert_int_equal(bt_gcm_seal(BT_BYTES(shop_vault_key), sealed.sealed, bt_bytes_of(aad),
				     (struct bt_bytes){shop_meter_key.bytes, 16}, sealed.sealed + 12,
				     sealed.sealed + 28),
			 BT_OK);
	return sealed;
}

static inline void shop_fill_terms(struct shop *shop)
{
	shop->enrolment = (struct bt_enrolment){.terminal = "0142", .lane = {3, 16, 0}, .era = 1, .shift_next = 611};
	shop->tariff = (struct bt_tariff){.id = "BERC-2026-27",
					  .name_en = "BERC 2026-27",
					  .minimum = 10000,
					  .maximum = 1000000,
					  .count = 1,
					  .categories = {{.code = "DS-II", .rate = 742, .duty_bp = 600}}};
	shop->lease = (struct bt_lease){.terminal = "0142",
					.number = 1,
					.era = 1,
					.lane = {3, 16, 0},
					.not_before_ms = SHOP_START_MS - 1000,
					.expires_ms = SHOP_START_MS + 3 * SHOP_DAY_MS,
					.tariff = "BERC-2026-27",
					.sale_cap = 1000000,
					.meter_day_cap = 2000000,
					.total_cap = 30000000,
					.meter_day_count = 9,
					.total_count = 1000,
					.oldest_ms = 3 * SHOP_DAY_MS};
	shop->consumer = (struct bt_consumer){.number = SHOP_NUMBER,
					      .meter = SHOP_METER,
					      .pan = SHOP_PAN,
					      .name = {.en = "Ramesh Kumar"},
					      .category = "DS-II",
					      .kind = BT_KIND_STS_UNITS,
					      .takes_token = true,
					      .dues = 500000,
					      .key = shop_sealed("3")};
}

static inline enum bt_err shop_open_journal(struct shop *shop)
{
	struct bt_journal_options options = {
	    .dir = shop->dir, .clock = &shop->clock, .signer = shop->signer, .terminal = "0142"};

	return bt_journal_open(&options, &shop->journal, &shop->fault);
}

static inline void shop_trust_clock(struct shop *shop)
{
	bt_clock_trust_confirm(&shop->trust, &shop->clock, shop->wall_ms);
	bt_teller_set_trust(shop->teller, &shop->trust);
}

/** The shift that was opened first, whatever the clock says since. */
static inline int64_t shop_shift(struct shop *shop)
{
	struct bt_shift newest;
	int64_t shift = 0;

	if (bt_shift_newest(shop->journal, &newest) == BT_OK)
		return newest.number;
	assert_int_equal(bt_shift_open(shop->journal, "rina", 611, 0, &shift, &shop->fault), BT_OK);
	return shift;
}

static inline void shop_set_tariff(struct shop *shop)
{
	struct bt_tariffs tariffs = {.count = 1};

	tariffs.list[0] = shop->tariff;
	bt_teller_set_tariffs(shop->teller, &tariffs);
}

static inline enum bt_err shop_open_teller(struct shop *shop)
{
	struct bt_teller_parts parts = {.clock = &shop->clock,
					.random = &shop->random,
					.journal = shop->journal,
					.signer = shop->signer,
					.enrolment = &shop->enrolment,
					.directory = shop->directory,
					.wire = shop->no_wire ? NULL : &shop->wire,
					.breaker = &shop->breaker,
					.service = shop->has_service ? &shop->service : NULL,
					.service_breaker = &shop->service_breaker,
					.upi = shop->upi,
					.sink = shop->no_sink ? NULL : &shop->sink,
					.deadline_ms = 3000,
					.slow_ms = 1500,
					.receipt_lang = BT_RECEIPT_EN,
					.form = shop->form,
					.asks_after_restart = shop->asks};
	enum bt_err err = bt_teller_open(&parts, &shop->teller, &shop->fault);

	if (err)
		return err;
	bt_teller_set_operator(shop->teller, "rina", shop_shift(shop));
	bt_teller_set_lease(shop->teller, &shop->lease);
	shop_set_tariff(shop);
	bt_teller_set_keys(shop->teller, &(struct bt_keys){.driver = &bt_key_driver_sealed, .self = &shop->vault});
	shop_trust_clock(shop);
	return BT_OK;
}

static inline void shop_unlock(struct shop *shop)
{
	bt_vault_seal(&shop->vault);
	assert_int_equal(bt_secret_make(&shop->vault.key, sizeof shop_vault_key), BT_OK);
	memcpy(shop->vault.key.data, shop_vault_key, sizeof shop_vault_key);
}

/** Open for business: keys open, clock confirmed, server answering. */
static inline void shop_make(struct shop *shop)
{
	uint8_t seed[BT_ED25519_SEED_LEN];
	char path[96];

	memset(seed, 7, sizeof seed);
	*shop = (struct shop){.wall_ms = SHOP_START_MS, .boot_ms = 5000, .seed = 0x9e3779b97f4a7c15u};
	shop->clock =
	    (struct bt_clock){.wall_ms = shop_wall, .boot_ms = shop_boot, .boot_id = shop_boot_id, .self = shop};
	shop->random = (struct bt_random){.fill = shop_fill, .self = shop};
	shop->wire = (struct bt_wire){
	    .submit = shop_submit, .take = shop_take, .fd = shop_fd, .self = shop, .protocol = &bt_protocol_rest};
	shop->service = (struct bt_wire){.submit = shop_submit_to_service,
					 .take = shop_take,
					 .fd = shop_fd,
					 .self = shop,
					 .protocol = &bt_protocol_psp};
	shop->sink = (struct bt_sink){.submit = shop_print,
				      .take = shop_take_print,
				      .fd = shop_fd,
				      .paper = shop_paper,
				      .give_up = shop_give_up,
				      .self = shop};
	bt_text_copy(shop->dir, sizeof shop->dir, "/tmp/batti-teller-XXXXXX");
	assert_non_null(mkdtemp(shop->dir));
	assert_int_equal(bt_signer_open(seed, &shop->signer), BT_OK);
	snprintf(path, sizeof path, "%s/directory.db", shop->dir);
	assert_int_equal(bt_directory_open(path, &shop->directory, &shop->fault), BT_OK);
	shop_fill_terms(shop);
	bt_breaker_init(&shop->breaker, shop->boot_ms);
	bt_breaker_init(&shop->service_breaker, shop->boot_ms);
	shop_unlock(shop);
	assert_int_equal(shop_open_journal(shop), BT_OK);
	assert_int_equal(shop_open_teller(shop), BT_OK);
}

/** The power goes and comes back: what was not journaled is gone, the clock is set again. */
static inline void shop_restart(struct shop *shop)
{
	bt_teller_close(shop->teller);
	shop->teller = NULL;
	bt_journal_close(shop->journal);
	shop->journal = NULL;
	shop->boot++;
	shop->boot_ms = 1000;
	shop->results_taken = shop->results_count;
	assert_int_equal(shop_open_journal(shop), BT_OK);
	assert_int_equal(shop_open_teller(shop), BT_OK);
}

static inline void shop_end(struct shop *shop)
{
	bt_teller_close(shop->teller);
	bt_journal_close(shop->journal);
	bt_directory_close(shop->directory);
	bt_vault_seal(&shop->vault);
	bt_signer_close(shop->signer);
	fixture_remove(shop->dir);
}

static inline int shop_setup(void **state)
{
	struct shop *shop = calloc(1, sizeof *shop);

	assert_non_null(shop);
	shop_make(shop);
	*state = shop;
	return 0;
}

static inline int shop_teardown(void **state)
{
	shop_end(*state);
	free(*state);
	return 0;
}

static inline void shop_pass(struct shop *shop, int64_t ms)
{
	shop->wall_ms += ms;
	shop->boot_ms += ms;
	bt_teller_step(shop->teller);
}

static inline void shop_go_offline(struct shop *shop)
{
	bt_breaker_note(&shop->breaker, BT_EUNREACHABLE, 0, 1500, shop->boot_ms, &shop->random);
	assert_false(bt_breaker_worth_waiting(&shop->breaker));
}

static inline void shop_go_online(struct shop *shop)
{
	bt_breaker_note(&shop->breaker, BT_OK, 10, 1500, shop->boot_ms, &shop->random);
	assert_true(bt_breaker_worth_waiting(&shop->breaker));
}

static inline enum bt_err shop_try(struct shop *shop, bt_paise amount, bt_paise dues, bt_paise given)
{
	struct bt_draft draft = {.consumer = shop->consumer,
				 .amount = amount,
				 .dues = dues,
				 .tender = bt_tender_find("cash"),
				 .given = given};

	return bt_teller_pay(shop->teller, &draft, shop->sale_id, &shop->fault);
}

static inline void shop_pay(struct shop *shop, bt_paise amount)
{
	assert_int_equal(shop_try(shop, amount, 0, 0), BT_OK);
}

static inline struct bt_sale_view shop_view(struct shop *shop)
{
	struct bt_sale_view view;

	assert_int_equal(bt_teller_view(shop->teller, shop->sale_id, &view), BT_OK);
	return view;
}

static inline struct bt_sale_row shop_row(struct shop *shop)
{
	struct bt_sale_row row;

	assert_int_equal(bt_journal_sale(shop->journal, shop->sale_id, &row), BT_OK);
	return row;
}

/** The digits that this sale's identity means, made apart from the teller. */
static inline void shop_digits(const struct bt_sale *sale, char out[21])
{
	const struct bt_sts_token token = {.rnd = sale->rnd, .tid = sale->tid, .value = (uint32_t)sale->quote.units};
	struct bt_sts_schedule schedule;

	assert_true(sale->has_tid);
	assert_int_equal(bt_sts_schedule_init(&schedule, NULL, &shop_meter_key), BT_OK);
	assert_int_equal(bt_sts_token_encode(&schedule, &token, out), BT_OK);
}

/** A good answer to the newest call about the newest sale; the caller may change it before it is given. */
static inline struct bt_answer shop_good(struct shop *shop)
{
	const struct shop_call *call = &shop->calls[shop->calls_count - 1];
	struct bt_sale_view view = shop_view(shop);
	struct bt_answer answer = {
	    .kind = call->kind, .id = call->id, .status = 201, .latency_ms = 200, .era = 1, .rev = call->rev};

	assert_string_equal(call->sale_id, shop->sale_id);
	bt_text_copy(answer.sale_id, sizeof answer.sale_id, call->sale_id);
	if (view.sale.delivery == BT_DELIVERY_TOKEN) {
		answer.units = view.sale.quote.units;
		answer.tid = view.sale.has_tid ? view.sale.tid : SHOP_MINUTE / 16 * 16;
		bt_text_copy(answer.token, sizeof answer.token, "11112222333344445555");
		if (view.sale.has_tid)
			shop_digits(&view.sale, answer.token);
	}
	return answer;
}

static inline struct bt_answer shop_bad(struct shop *shop, enum bt_err err, const char *code)
{
	struct bt_answer answer = shop_good(shop);

	answer.fault.err = err;
	answer.token[0] = 0;
	bt_text_copy(answer.code, sizeof answer.code, code);
	return answer;
}

static inline void shop_give(struct shop *shop, const struct bt_answer *answer)
{
	assert_true(bt_teller_answer(shop->teller, answer));
	bt_teller_step(shop->teller);
}

/** Sold, and the head-end's digits are other ones than this counter's: selling stops (PROTOCOL T2). */
static inline void shop_pay_and_diverge(struct shop *shop, bt_paise paise)
{
	struct bt_answer answer;

	shop_pay(shop, paise);
	answer = shop_good(shop);
	answer.token[0] = answer.token[0] == '9' ? '8' : '9';
	shop_give(shop, &answer);
	assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
}

/** The printer says how the @p nth slip of all ended, from 0. */
static inline void shop_end_print(struct shop *shop, int nth, enum bt_print_state result)
{
	const struct bt_print_job *job = &shop->jobs[nth];
	struct bt_print_result *out = &shop->results[shop->results_count++];

	*out = (struct bt_print_result){.copy = job->copy, .state = result};
	bt_text_copy(out->sale_id, sizeof out->sale_id, job->sale_id);
	bt_teller_step(shop->teller);
}

/** And how the newest one did. */
static inline void shop_printed(struct shop *shop, enum bt_print_state result)
{
	shop_end_print(shop, shop->jobs_count - 1, result);
}

#endif
