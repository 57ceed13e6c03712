/* Dockets at the head-end: whose signature counts, what is committed, and what is said of those that are over.
 *
 * rooms: core/sandbox core/receipt core/base
 * Rules: PROTOCOL S4, T1, T6, H2, H4, H5; `finish` and `dockets` in assets/api/openapi.yaml. The QR's text is made by
 * the terminal's own codec, of which the sandbox has its own reading. */
#include "tests/unit/sandbox_fixture.h"

#include "core/receipt/record.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/docket_in.h"
#include "core/sandbox/fact.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/sell.h"

#define OWNER "0142"
#define OTHER "0143"
#define SALE  "00000000-0000-7000-8000-000000000001"
#define LANE  3

/* Why the office is refused. */
#define MAY_BE_OUT                                                                                                     \
	"a token of it may be out: give it, or give its meter another key first and wait until that change is done"
#define WENT_BACK "it was decided before that the money went back"

struct bench {
	struct head_end server;
	struct bt_signer *signer;
	struct bt_sbx_consumer consumer;
	struct bt_receipt_record record;
	char text[BT_RECORD_TEXT_CAP];
};

static void put_terminal(struct bench *bench, const char *number, int64_t lane)
{
	struct bt_sbx_terminal terminal = {.lane = lane};

	memcpy(terminal.journal_key, bt_signer_public(bench->signer), sizeof terminal.journal_key);
	snprintf(terminal.number, sizeof terminal.number, "%s", number);
	assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &terminal));
}

/* An ordinary meter: the first that terminals have keys for and that plays no trick. */
static void find_consumer(struct bench *bench)
{
	char number[13] = "";
	sqlite3_stmt *row = bt_sbx_store_ask(
	    bench->server.sbx.db, "SELECT number FROM consumers WHERE note='' AND kind='sts_units' LIMIT 1", "");

	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	bt_sbx_column_text(row, 0, number, sizeof number);
	sqlite3_finalize(row);
	assert_true(bt_sbx_consumer_find(bench->server.sbx.db, number, &bench->consumer));
}

static void name_key(struct bench *bench, struct bt_record_docket *docket)
{
	struct bt_sbx_meter_key key;
	struct bt_sbx_key_id id;

	assert_true(bt_sbx_meter_key_find(bench->server.sbx.db, &bench->consumer, &key));
	assert_true(bt_sbx_meter_key_id(&bench->server.sbx, &key.held, &id));
	memcpy(docket->sgc, id.sgc, sizeof docket->sgc);
	memcpy(docket->ti, id.ti, sizeof docket->ti);
	memcpy(docket->ea, id.ea, sizeof docket->ea);
	memcpy(docket->dkga, id.dkga, sizeof docket->dkga);
	memcpy(docket->kcv, id.kcv, sizeof docket->kcv);
	docket->krn = (uint8_t)id.krn;
	docket->kt = (uint8_t)id.kt;
	docket->ken = (uint8_t)id.ken;
	docket->base = (uint16_t)id.base;
	docket->has_key = true;
}

static void sign(struct bench *bench)
{
	assert_int_equal(bt_record_encode(&bench->record, bench->signer, bench->text), BT_OK);
}

static void make_docket(struct bench *bench)
{
	int64_t now = bt_sbx_now_ms(), minute = bt_sbx_tid_minute(now);
	struct bt_sbx_price price =
	    bt_sbx_price_of(bt_sbx_category_find(bt_sbx_categories, bench->consumer.category), 50000);
	struct bt_receipt_record *record = &bench->record;

	*record = (struct bt_receipt_record){.terminal = OWNER,
					     .sale_id = SALE,
					     .amount = 50000,
					     .units = (uint32_t)price.units,
					     .tid = (uint32_t)(minute - minute % 16 - 16 + LANE),
					     .rnd = 5,
					     .paid_at_ms = now / 1000 * 1000,
					     .is_docket = true,
					     .receipt = "0142-0611-087-7",
					     .kind = "sts_units",
					     .delivery = "token",
					     .duty = price.duty_paise,
					     .rev = 1};
	memcpy(record->drn, bench->consumer.meter, sizeof record->drn);
	memcpy(record->connection, bench->consumer.number, sizeof bench->consumer.number);
	name_key(bench, &record->docket);
	sign(bench);
}

static int open_bench(void **state)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {7};
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	head_end_open(&bench->server, 20);
	assert_int_equal(bt_signer_open(seed, &bench->signer), BT_OK);
	put_terminal(bench, OWNER, LANE);
	put_terminal(bench, OTHER, 4);
	find_consumer(bench);
	make_docket(bench);
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	head_end_close(&bench->server);
	bt_signer_close(bench->signer);
	free(bench);
	return 0;
}

static unsigned finish(struct bench *bench, const char *text, json_t **answer)
{
	char body[512];

	snprintf(body, sizeof body, "{\"era\":%d%s%s%s}", (int)bench->server.sbx.era, text ? ",\"docket\":\"" : "",
		 text ? text : "", text ? "\"" : "");
	return head_end_call(&bench->server, OTHER, "POST", "/v1/sales/" SALE "/finish", body, answer);
}

static void expect_token(struct bench *bench, const char *text, unsigned status, char token[21])
{
	json_t *answer;

	assert_int_equal(finish(bench, text, &answer), status);
	assert_int_equal(json_integer_value(json_object_get(answer, "tid")), bench->record.tid);
	snprintf(token, 21, "%s", json_string_value(json_object_get(answer, "token")));
	assert_int_equal(strlen(token), 20);
	json_decref(answer);
}

static void expect_refused(struct bench *bench, const char *text, const char *code)
{
	json_t *answer;

	assert_true(finish(bench, text, &answer) >= 400);
	assert_string_equal(head_end_code(answer), code);
	assert_string_equal(json_string_value(json_object_get(answer, "sale_id")), SALE);
	json_decref(answer);
}

/* Its counter is gone: what would be refused for good is the office's now. */
static void expect_office(struct bench *bench, const char *text, const char *why)
{
	json_t *answer;

	assert_int_equal(finish(bench, text, &answer), 409);
	assert_string_equal(head_end_code(answer), "office");
	assert_string_equal(json_string_value(json_object_get(answer, "why")), why);
	json_decref(answer);
}

/* The owner's own words for the sale, as it sends and uploads them. */
static char *owner_record(struct bench *bench, int64_t amount)
{
	struct bt_sbx_sale sale;
	json_t *o, *key;
	char *text;

	assert_true(bt_sbx_docket_read(bench->text, &sale));
	key = json_pack("{s:i,s:s,s:s,s:s,s:i,s:i,s:i,s:s,s:s,s:i}", "base", sale.key.base, "dkga", sale.key.dkga, "ea",
			sale.key.ea, "kcv", sale.key.kcv, "ken", sale.key.ken, "krn", sale.key.krn, "kt", sale.key.kt,
			"sgc", sale.key.sgc, "ti", sale.key.ti, "version", 1);
	o = json_pack("{s:I,s:s,s:s,s:I,s:I,s:I,s:s,s:s,s:s,s:I,s:s,s:s,s:I,s:s,s:s,s:s,s:[],s:I,s:I,s:I,s:o}",
		      "amount_paise", (json_int_t)amount, "connection", sale.connection, "delivery", "token",
		      "dues_paise", (json_int_t)0, "duty_paise", (json_int_t)sale.duty_paise, "energy_paise",
		      (json_int_t)(amount - sale.duty_paise), "kind", "sts_units", "meter", sale.meter, "operator",
		      "rina", "paid_at", (json_int_t)sale.paid_at, "pan", sale.pan, "receipt", sale.receipt, "rev",
		      (json_int_t)1, "sale_id", SALE, "tariff", "BERC-2026-27", "terminal", OWNER, "tenders", "tid",
		      (json_int_t)sale.tid, "rnd", (json_int_t)sale.rnd, "units", (json_int_t)sale.units, "key", key);
	assert_non_null(o);
	text = bt_sbx_json_canonical(o);
	json_decref(o);
	return text;
}

static void upload_paid(struct bench *bench, int64_t amount)
{
	char *text = owner_record(bench, amount);

	assert_true(bt_sbx_store_run(bench->server.sbx.db,
				     "INSERT INTO paid(sale_id, terminal, sale, time) VALUES(?,?,?,?)", "ttti", SALE,
				     OWNER, text, bt_sbx_now_ms()));
	assert_true(bt_sbx_ledger_note_receipt(bench->server.sbx.db, bench->record.receipt, SALE));
	free(text);
}

/* Two codecs, one sale. */
static void reads_what_the_terminal_wrote(void **state)
{
	struct bench *bench = *state;
	const struct bt_receipt_record *record = &bench->record;
	struct bt_sbx_sale sale;
	char bent[BT_RECORD_TEXT_CAP];

	assert_true(bt_sbx_docket_read(bench->text, &sale));
	assert_string_equal(sale.sale_id, SALE);
	assert_string_equal(sale.receipt, record->receipt);
	assert_string_equal(sale.connection, record->connection);
	assert_string_equal(sale.meter, record->drn);
	assert_string_equal(sale.key.kcv, record->docket.kcv);
	assert_int_equal(sale.tid, record->tid);
	assert_int_equal(sale.paid_at, record->paid_at_ms);
	assert_int_equal(sale.energy_paise, record->amount - record->duty);
	assert_true(bt_sbx_docket_is_genuine(bench->text, bt_signer_public(bench->signer)));
	/* Every other letter is another docket, or none, and never a genuine one. */
	for (size_t i = 4; bench->text[i]; i++) {
		memcpy(bent, bench->text, sizeof bent);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		assert_false(bt_sbx_docket_is_genuine(bent, bt_signer_public(bench->signer)));
		expect_refused(bench, bent, "docket_invalid");
	}
	assert_int_equal(head_end_count_committed(&bench->server), 0);
}

/* From paper alone; again; and then the owner's own request and facts are the same sale. */
static void commits_once(void **state)
{
	struct bench *bench = *state;
	char token[21], again[21], body[4096];
	char *record = owner_record(bench, 50000);
	json_t *answer;

	expect_token(bench, bench->text, 201, token);
	expect_token(bench, bench->text, 200, again);
	assert_string_equal(again, token);
	expect_token(bench, NULL, 200, again);
	assert_string_equal(again, token);
	snprintf(body, sizeof body, "{\"era\":1,\"sale\":%s}", record);
	assert_int_equal(head_end_call(&bench->server, OWNER, "POST", "/v1/sales", body, &answer), 200);
	assert_string_equal(json_string_value(json_object_get(answer, "token")), token);
	json_decref(answer);
	free(record);
	assert_int_equal(head_end_count_committed(&bench->server), 1);
}

static void goes_by_the_owners_record(void **state)
{
	struct bench *bench = *state;
	char token[21];
	json_t *answer;

	expect_refused(bench, NULL, "unknown_docket");
	assert_int_equal(head_end_call(&bench->server, OTHER, "GET", "/v1/dockets/D-0142-0611-087-7", "", &answer),
			 404);
	json_decref(answer);
	upload_paid(bench, 50000);
	assert_int_equal(head_end_call(&bench->server, OTHER, "GET", "/v1/dockets/D-0142-0611-087-7", "", &answer),
			 200);
	assert_string_equal(json_string_value(json_object_get(answer, "sale_id")), SALE);
	assert_string_equal(json_string_value(json_object_get(answer, "status")), "open");
	json_decref(answer);
	expect_token(bench, NULL, 201, token);
	assert_int_equal(head_end_call(&bench->server, OTHER, "GET", "/v1/dockets/D-0142-0611-087-7", "", &answer),
			 200);
	assert_string_equal(json_string_value(json_object_get(answer, "status")), "committed");
	json_decref(answer);
}

/* Another body under the same id: before and after the commit. */
static void refuses_another_body(void **state)
{
	struct bench *bench = *state;
	char good[BT_RECORD_TEXT_CAP], token[21];

	memcpy(good, bench->text, sizeof good);
	upload_paid(bench, 50000);
	bench->record.amount = 60000;
	sign(bench);
	expect_refused(bench, bench->text, "id_conflict");
	expect_token(bench, good, 201, token);
	expect_refused(bench, bench->text, "id_conflict");
}

static void says_when_it_is_over(void **state)
{
	struct bench *bench = *state;
	sqlite3 *db = bench->server.sbx.db;

	assert_true(bt_sbx_ledger_take_back(db, SALE, OWNER));
	expect_refused(bench, bench->text, "reversed");
	assert_true(bt_sbx_store_run(db, "DELETE FROM sales", ""));
	assert_true(bt_sbx_ledger_tombstone(db, SALE));
	expect_refused(bench, bench->text, "tombstone");
	assert_true(bt_sbx_store_run(db, "DELETE FROM sales", ""));
	/* The owner has its word on record, and the ledger has forgotten the rest. */
	assert_true(bt_sbx_store_run(db, "INSERT INTO events VALUES(?,1,?,?,'refunding','{}','','','','',0)", "tit",
				     OWNER, bt_sbx_now_ms(), SALE));
	expect_refused(bench, bench->text, "reversed");
	assert_int_equal(head_end_count_committed(&bench->server), 0);
	/* Nor is a credit that is booked already delivered elsewhere: it is about to be taken out again. */
	assert_true(bt_sbx_store_run(db,
				     "INSERT INTO sales(sale_id, state, terminal, connection, meter, delivery, paise,"
				     " dues, units, rev, by, at, sale, reply)"
				     " VALUES(?,'committed',?,'','','dues',5000,5000,0,1,?,?,'{}','{}')",
				     "ttti", SALE, OWNER, OWNER, bt_sbx_now_ms()));
	expect_refused(bench, NULL, "reversed");
}

static void asks_who_signed(void **state)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {8};
	struct bench *bench = *state;
	struct bt_signer *stranger;
	char forged[BT_RECORD_TEXT_CAP];

	assert_int_equal(bt_signer_open(seed, &stranger), BT_OK);
	assert_int_equal(bt_record_encode(&bench->record, stranger, forged), BT_OK);
	bt_signer_close(stranger);
	expect_refused(bench, forged, "docket_invalid");
	memcpy(bench->record.terminal, "0199", 5);
	memcpy(bench->record.receipt, "0199-0611-087-7", 16);
	for (char digit = '0'; digit <= '9'; digit++) {
		struct bt_sbx_sale sale;

		bench->record.receipt[14] = digit;
		sign(bench);
		if (bt_sbx_docket_read(bench->text, &sale))
			break;
	}
	expect_refused(bench, bench->text, "docket_terminal");
	make_docket(bench);
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE terminals SET revoked_at=? WHERE terminal=?", "it",
				     bench->record.paid_at_ms - 1, OWNER));
	expect_office(bench, bench->text, "docket_revoked");
	/* Signed before it was withdrawn: a dead counter's money is not lost. */
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE terminals SET revoked_at=? WHERE terminal=?", "it",
				     bench->record.paid_at_ms + 1, OWNER));
	expect_token(bench, bench->text, 201, forged);
}

static void withdraw(struct bench *bench, const char *number)
{
	assert_true(bt_sbx_terminal_revoke(&bench->server.sbx, number));
}

static void expect_word(struct bench *bench, const char *number, const char *word, const char *expected)
{
	const char *why = bt_sbx_close_out(&bench->server.sbx, number, word, "sharma");

	assert_string_equal(why ? why : "", expected);
}

static void decide(struct bench *bench, const char *number, const char *word)
{
	expect_word(bench, number, word, "");
}

static void expect_exception(struct bench *bench, const char *name)
{
	assert_int_equal(bt_sbx_store_count(bench->server.sbx.db, 0,
					    "SELECT 1 FROM sales WHERE sale_id=? AND exception=?", "tt", SALE, name),
			 1);
}

/* Everything that speaks against the sale of a genuine paper: while its counter is there that ends it; once it is gone
 * the office has it, and what it lets be given is what was paid for, with the difference named. */
static void no_paper_of_a_gone_counter_is_without_a_way_out(void **state)
{
	static const struct {
		const char *sql, *why, *exception;
	} cases[] = {
	    {"UPDATE consumers SET category='NDS-I'", "figures", "figures"},
	    {"UPDATE consumers SET note='blocked'", "blocked", "blocked"},
	    {"UPDATE consumers SET note='unknown_to_server'", "unknown_consumer", "unknown_consumer"},
	    {"INSERT INTO sales(sale_id, state, at) VALUES('" SALE "','tombstone',0)", "tombstone", "closed_out"},
	    {"INSERT INTO sales(sale_id, state, by, at) VALUES('" SALE "','tombstone','" OWNER "',0)", "reversed",
	     "closed_out"},
	    {"UPDATE terminals SET revoked_at=1 WHERE terminal='" OWNER "'", "docket_revoked", "closed_out"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char token[21];
		void *place;
		struct bench *bench;

		open_bench(&place);
		bench = place;
		withdraw(bench, OWNER);
		assert_true(
		    bt_sbx_store_run(bench->server.sbx.db, "UPDATE terminals SET revoked_at=revoked_at+60000", ""));
		assert_true(bt_sbx_store_run(bench->server.sbx.db, cases[i].sql, ""));
		expect_office(bench, bench->text, cases[i].why);
		assert_true(bt_sbx_waits_for_office(bench->server.sbx.db, SALE));
		decide(bench, "D-0142-0611-087-7", "give");
		assert_false(bt_sbx_waits_for_office(bench->server.sbx.db, SALE));
		expect_token(bench, bench->text, 201, token);
		if (strcmp(cases[i].exception, "closed_out") != 0)
			expect_exception(bench, cases[i].exception);
		assert_int_equal(bt_sbx_store_count(bench->server.sbx.db, 0,
						    "SELECT 1 FROM exceptions WHERE sale_id=? AND code='closed_out' AND"
						    " json_extract(detail,'$.by')='sharma'",
						    "t", SALE),
				 1);
		expect_word(bench, SALE, "give-back", "it was given already");
		close_bench(&place);
	}
}

/* Paper that was signed there afterwards is told that the office has closed the payment, as any other paper of it is.
 */
static void a_late_paper_is_told_what_was_decided(void **state)
{
	struct bench *bench = *state;
	const json_t *words;
	json_t *answer;

	withdraw(bench, OWNER);
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE terminals SET revoked_at=? WHERE terminal=?", "it",
				     bench->record.paid_at_ms - 1, OWNER));
	expect_office(bench, bench->text, "docket_revoked");
	decide(bench, SALE, "give-back");
	assert_int_equal(finish(bench, bench->text, &answer), 409);
	assert_string_equal(head_end_code(answer), "reversed");
	words = json_object_get(json_object_get(json_object_get(answer, "error"), "message"), "en");
	assert_string_equal(json_string_value(words),
			    "The office has closed this payment: the money is given back. There is no token for it.");
	json_decref(answer);
}

/* Its minute may be another counter's, and a meter takes a minute once: the money goes back (PROTOCOL T1, T4). */
static void a_paper_of_no_minute_of_its_own_is_paid_back(void **state)
{
	struct bench *bench = *state;

	withdraw(bench, OWNER);
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE terminals SET revoked_at=revoked_at+60000", ""));
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE lanes SET lane=5 WHERE terminal='" OWNER "'", ""));
	expect_office(bench, bench->text, "tid_lane");
	expect_word(bench, "D-0142-0611-087-7", "give", bt_sbx_refusal_of(BT_SBX_TID_LANE)->en);
	assert_true(bt_sbx_waits_for_office(bench->server.sbx.db, SALE));
	decide(bench, "D-0142-0611-087-7", "give-back");
	expect_refused(bench, bench->text, "reversed");
}

/* A ledger put back waits for the owner, which will never say: a person does (PROTOCOL H4). */
static void a_gone_owner_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	char token[21];

	bench->server.sbx.own_floor = bt_sbx_tid_minute(bench->record.paid_at_ms) + 4 * BT_SBX_LANES + 1;
	expect_refused(bench, bench->text, "docket_waits");
	withdraw(bench, OWNER);
	assert_true(bt_sbx_store_run(bench->server.sbx.db,
				     "UPDATE terminals SET revoked_at=revoked_at+60000 WHERE revoked_at", ""));
	expect_office(bench, bench->text, "office");
	decide(bench, bench->text, "give");
	expect_token(bench, bench->text, 201, token);
}

/* Of what is no token of this meter as it is, nobody's word makes one: the money goes back. */
static void what_cannot_be_a_token_goes_back(void **state)
{
	struct bench *bench = *state;
	sqlite3 *db = bench->server.sbx.db;

	assert_true(bt_sbx_store_run(db, "INSERT INTO leases VALUES(?,1,0,?)", "ti", OWNER, INT64_MAX));
	withdraw(bench, OWNER);
	assert_true(bt_sbx_store_run(db, "UPDATE terminals SET revoked_at=revoked_at+60000 WHERE revoked_at", ""));
	expect_word(bench, bench->text, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db,
				     "INSERT INTO key_changes(meter, krn, base, stage, at) VALUES(?,2,2035,'due',0)",
				     "t", bench->consumer.meter));
	/* The meter still takes what may be out; so it may once the change has left and nobody has said that it
	 * arrived. */
	expect_word(bench, bench->text, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db, "UPDATE key_changes SET stage='out'", ""));
	expect_word(bench, bench->text, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db, "UPDATE key_changes SET stage='done'", ""));
	expect_office(bench, bench->text, "key_mismatch");
	expect_word(bench, SALE, "give", bt_sbx_refusal_of(BT_SBX_KEY_MISMATCH)->en);
	assert_true(bt_sbx_store_run(db, "INSERT INTO meter_reads VALUES(?,?,0)", "ti", bench->consumer.meter,
				     (int64_t)bench->record.tid));
	expect_word(bench, SALE, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db, "DELETE FROM meter_reads", ""));
	decide(bench, SALE, "give-back");
	decide(bench, SALE, "give-back");
	expect_refused(bench, bench->text, "reversed");
	expect_word(bench, SALE, "give", WENT_BACK);
	expect_word(bench, SALE, "returned", WENT_BACK);
}

/* With no lease in force since then its counter could make no token by itself. */
static void no_token_can_be_out_without_a_lease(void **state)
{
	struct bench *bench = *state;
	sqlite3 *db = bench->server.sbx.db;
	int64_t made_at = bt_sbx_made_at(SALE);

	expect_word(bench, bench->text, "give-back", "its counter is not withdrawn: it ends this sale itself");
	withdraw(bench, OWNER);
	assert_true(bt_sbx_store_run(db, "INSERT INTO leases VALUES(?,1,0,?)", "ti", OWNER, made_at));
	expect_word(bench, bench->text, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db, "UPDATE leases SET expires=?", "i", made_at - 6 * BT_SBX_MINUTE_MS));
	decide(bench, bench->text, "give-back");
	expect_refused(bench, bench->text, "reversed");
}

/* The key moved on: the same minute under the new key, and the owner's body is still this sale. After a change of base
 * date the meter would take that minute again. */
static void follows_the_key(void **state)
{
	struct bench *bench = *state;
	char *record = owner_record(bench, 50000), body[4096], token[21];
	sqlite3 *db = bench->server.sbx.db;
	json_t *answer;

	assert_true(bt_sbx_store_run(db,
				     "INSERT INTO key_changes(meter, krn, base, stage, at) VALUES(?,2,2035,'done',0)",
				     "t", bench->consumer.meter));
	expect_refused(bench, bench->text, "key_mismatch");
	assert_true(bt_sbx_store_run(db, "UPDATE key_changes SET base=2014", ""));
	expect_token(bench, bench->text, 201, token);
	snprintf(body, sizeof body, "{\"era\":1,\"sale\":%s}", record);
	assert_int_equal(head_end_call(&bench->server, OWNER, "POST", "/v1/sales", body, &answer), 200);
	assert_string_equal(json_string_value(json_object_get(answer, "token")), token);
	/* It would make other digits of its own list, and must not take that for a fault. */
	assert_true(json_is_true(json_object_get(answer, "next_key")));
	json_decref(answer);
	free(record);
}

/* A ledger from a backup waits for the owner (PROTOCOL H4), and an era gone by commits nothing. */
static void waits_after_a_restore(void **state)
{
	struct bench *bench = *state;
	int64_t later = bench->record.paid_at_ms + 10 * BT_SBX_MINUTE_MS;
	char token[21];

	bench->server.sbx.era = 2;
	bench->server.sbx.own_floor = bt_sbx_tid_minute(bench->record.paid_at_ms) + 4 * BT_SBX_LANES + 1;
	expect_refused(bench, bench->text, "docket_waits");
	/* A clock that runs ahead says nothing of what has come; the era that the owner noted does. */
	assert_true(bt_sbx_store_run(bench->server.sbx.db,
				     "INSERT INTO events VALUES(?,1,?,'','clock','{}','','','','',0)", "ti", OWNER,
				     later));
	expect_refused(bench, bench->text, "docket_waits");
	assert_true(bt_sbx_store_run(bench->server.sbx.db,
				     "INSERT INTO events VALUES(?,2,?,'','era','{\"era\":3}','','','','',0)", "ti",
				     OWNER, later));
	bench->server.sbx.era = 3;
	{
		json_t *answer;

		assert_int_equal(
		    head_end_call(&bench->server, OTHER, "POST", "/v1/sales/" SALE "/finish", "{\"era\":2}", &answer),
		    409);
		assert_string_equal(head_end_code(answer), "era");
		json_decref(answer);
	}
	expect_token(bench, bench->text, 201, token);
}

static void note_era(struct bench *bench, const char *terminal, int seq, int era)
{
	char body[24];

	snprintf(body, sizeof body, "{\"era\":%d}", era);
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "INSERT INTO events VALUES(?,?,?,'','era',?,'','','','',0)",
				     "tiit", terminal, (int64_t)seq, bt_sbx_now_ms(), body));
}

/* Another counter may have finished this docket under the meter's next key before the restore: its owner is given
 * nothing before that counter's record has come, and neither is a third one (PROTOCOL H4). */
static void the_owner_waits_for_the_others(void **state)
{
	struct bench *bench = *state;
	char *record = owner_record(bench, 50000), body[4096], token[21];
	json_t *answer;

	note_era(bench, OWNER, 1, 1);
	note_era(bench, OTHER, 1, 1);
	bench->server.sbx.era = 2;
	bench->server.sbx.own_floor = bt_sbx_tid_minute(bench->record.paid_at_ms) + 4 * BT_SBX_LANES + 1;
	assert_true(bt_sbx_meta_put_int(bench->server.sbx.db, "restored_at", bt_sbx_now_ms()));
	snprintf(body, sizeof body, "{\"era\":2,\"sale\":%s}", record);
	assert_int_equal(head_end_call(&bench->server, OWNER, "POST", "/v1/sales", body, &answer), 409);
	assert_string_equal(head_end_code(answer), "docket_waits");
	json_decref(answer);
	assert_int_equal(head_end_count_committed(&bench->server), 0);
	note_era(bench, OWNER, 2, 2);
	expect_refused(bench, bench->text, "docket_waits");
	note_era(bench, OTHER, 2, 2);
	assert_int_equal(head_end_call(&bench->server, OWNER, "POST", "/v1/sales", body, &answer), 201);
	snprintf(token, sizeof token, "%s", json_string_value(json_object_get(answer, "token")));
	json_decref(answer);
	assert_int_equal(strlen(token), 20);
	free(record);
}

/* A ledger put back has the sale of a request whose answer never left, and may have forgotten that it was taken back
 * afterwards: its token goes to nobody else before the owner's record has come. One that has left goes out again. */
static void what_was_taken_back_since_is_not_given(void **state)
{
	struct bench *bench = *state;
	sqlite3 *db = bench->server.sbx.db;
	char *record = owner_record(bench, 50000), body[4096], token[21];
	json_t *answer;

	note_era(bench, OWNER, 1, 1);
	snprintf(body, sizeof body, "{\"era\":1,\"sale\":%s}", record);
	assert_int_equal(head_end_call(&bench->server, OWNER, "POST", "/v1/sales", body, &answer), 201);
	json_decref(answer);
	assert_true(bt_sbx_store_run(db, "UPDATE sales SET released=0", ""));
	bench->server.sbx.era = 2;
	bench->server.sbx.own_floor = bt_sbx_tid_minute(bench->record.paid_at_ms) + 4 * BT_SBX_LANES + 1;
	assert_true(bt_sbx_meta_put_int(db, "restored_at", bt_sbx_now_ms()));
	expect_refused(bench, bench->text, "docket_waits");
	assert_true(bt_sbx_store_run(db, "UPDATE sales SET released=1", ""));
	expect_token(bench, bench->text, 200, token);
	assert_true(bt_sbx_store_run(db, "UPDATE sales SET released=0", ""));
	expect_refused(bench, bench->text, "docket_waits");
	note_era(bench, OWNER, 2, 2);
	expect_token(bench, bench->text, 200, token);
	free(record);
}

/* What the other terminal's record says that it handed out. */
static struct bt_sbx_outcome post_delivered(struct bench *bench, const char *token, const char *proof)
{
	const struct bt_receipt_record *record = &bench->record;
	struct bt_sbx_terminal other;
	struct bt_sbx_outcome outcome;
	json_t *o = json_pack("{s:s, s:s, s:s, s:I, s:I}", "sale_id", SALE, "token", token, "proof", proof, "tid",
			      (json_int_t)record->tid, "units", (json_int_t)record->units);
	char *body = bt_sbx_json_canonical(o);
	struct bt_sbx_fact fact = {
	    .terminal = &other, .time = bt_sbx_now_ms(), .sale_id = "", .kind = "delivered", .body = body};

	assert_true(bt_sbx_terminal_find(bench->server.sbx.db, OTHER, &other));
	assert_true(bt_sbx_store_begin(bench->server.sbx.db));
	assert_true(bt_sbx_fact_post(&bench->server.sbx, &fact, &outcome));
	assert_true(bt_sbx_store_commit(bench->server.sbx.db));
	free(body);
	json_decref(o);
	return outcome;
}

/* A ledger that was put back has forgotten the finishing: the token is out, so its sale is posted from the record of
 * whoever gave it, and nobody gets the money back any more (PROTOCOL H1, H4). */
static void posted_from_who_delivered_it(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_sale sale;
	struct bt_sbx_entry entry;
	char token[21], given[21];

	assert_true(bt_sbx_docket_read(bench->text, &sale));
	assert_true(bt_sbx_token_of(&bench->server.sbx, &sale, token));
	assert_int_equal(post_delivered(bench, token, "").code, BT_SBX_PAID_MISSING);
	assert_int_equal(head_end_count_committed(&bench->server), 0);
	bench->text[60] = bench->text[60] == 'A' ? 'B' : 'A';
	assert_int_equal(post_delivered(bench, token, bench->text).code, BT_SBX_PAID_MISSING);
	assert_int_equal(head_end_count_committed(&bench->server), 0);
	sign(bench);
	assert_int_equal(post_delivered(bench, token, bench->text).standing, BT_SBX_POSTED);
	assert_true(bt_sbx_ledger_find(bench->server.sbx.db, SALE, &entry));
	assert_string_equal(entry.state, "committed");
	assert_string_equal(entry.core.token, token);
	assert_true(entry.released);
	/* Once: told again, and asked for again with the paper. */
	(void)post_delivered(bench, token, bench->text);
	expect_token(bench, bench->text, 200, given);
	assert_string_equal(given, token);
	assert_int_equal(head_end_count_committed(&bench->server), 1);
}

static void posted_although_other_digits(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_outcome outcome = post_delivered(bench, "00000000000000000001", bench->text);

	assert_int_equal(outcome.standing, BT_SBX_EXCEPTION);
	assert_int_equal(outcome.code, BT_SBX_TOKEN_DIFFERS);
	assert_int_equal(head_end_count_committed(&bench->server), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(reads_what_the_terminal_wrote, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(commits_once, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(posted_from_who_delivered_it, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(posted_although_other_digits, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(goes_by_the_owners_record, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(refuses_another_body, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(says_when_it_is_over, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(asks_who_signed, open_bench, close_bench),
	    cmocka_unit_test(no_paper_of_a_gone_counter_is_without_a_way_out),
	    cmocka_unit_test_setup_teardown(a_late_paper_is_told_what_was_decided, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(a_paper_of_no_minute_of_its_own_is_paid_back, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(a_gone_owner_is_not_waited_for, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(what_cannot_be_a_token_goes_back, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(no_token_can_be_out_without_a_lease, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(follows_the_key, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(waits_after_a_restore, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(the_owner_waits_for_the_others, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(what_was_taken_back_since_is_not_given, open_bench, close_bench),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
