/* A docket of another terminal at this one: asked of the head-end alone, on record before it is seen, and never money
 * of this terminal. PROTOCOL S4, T1, H4.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "core/base/json.h"
#include "core/receipt/record.h"
#include "core/sale/docket.h"
#include "tests/unit/teller_fixture.h"

#define SALE  "01936f2e-7c3a-7abc-8def-0123456789ab"
#define TOKEN "12345678901234567890"
#define TID   6779539

/* The docket of terminal 0143, signed by its own key, which nobody here knows. */
static struct bt_receipt_record elsewhere(void)
{
	return (struct bt_receipt_record){.terminal = "0143",
					  .sale_id = SALE,
					  .drn = SHOP_METER,
					  .amount = 50000,
					  .units = 635,
					  .tid = TID,
					  .rnd = 5,
					  .paid_at_ms = SHOP_START_MS - 3600000,
					  .is_docket = true,
					  .receipt = "0143-0611-087-6",
					  .connection = SHOP_NUMBER,
					  .kind = "sts_units",
					  .delivery = "token",
					  .duty = 2830,
					  .rev = 1,
					  .docket = {.has_key = true, KEY_FIXTURE}};
}

static void write_as(uint8_t first, const struct bt_receipt_record *record, char out[BT_RECORD_TEXT_CAP])
{
	uint8_t seed[BT_ED25519_SEED_LEN] = {first};
	struct bt_signer *signer;

	assert_int_equal(bt_signer_open(seed, &signer), BT_OK);
	assert_int_equal(bt_record_encode(record, signer, out), BT_OK);
	bt_signer_close(signer);
}

static enum bt_docket_found open_text(struct shop *shop, const char *text)
{
	return bt_teller_docket_open(shop->teller, text, shop->sale_id);
}

static void open_paper(struct shop *shop)
{
	struct bt_receipt_record record = elsewhere();
	char text[BT_RECORD_TEXT_CAP];

	write_as(9, &record, text);
	assert_int_equal(open_text(shop, text), BT_DOCKET_ELSEWHERE);
}

static struct bt_docket_view view_of(struct shop *shop)
{
	struct bt_docket_view view;

	bt_teller_docket_view(shop->teller, &view);
	return view;
}

static struct bt_answer answer_of(struct shop *shop, enum bt_call_kind kind)
{
	const struct shop_call *call = &shop->calls[shop->calls_count - 1];
	struct bt_answer answer = {.kind = kind, .id = call->id, .status = 201, .latency_ms = 90, .era = 1, .rev = 1};

	assert_int_equal(call->kind, kind);
	bt_text_copy(answer.sale_id, sizeof answer.sale_id, SALE);
	answer.units = 635;
	answer.tid = TID;
	bt_text_copy(answer.token, sizeof answer.token, TOKEN);
	return answer;
}

static struct bt_answer bad_answer(struct shop *shop, enum bt_err err, const char *code)
{
	struct bt_answer answer = answer_of(shop, BT_CALL_FINISH);

	answer.fault.err = err;
	answer.token[0] = 0;
	bt_text_copy(answer.code, sizeof answer.code, code);
	return answer;
}

static int count_delivered(struct shop *shop)
{
	struct bt_event event = {.seq = 0};
	int count = 0;

	while (bt_journal_next(shop->journal, BT_EVENT_DELIVERED, event.seq, &event, NULL) == BT_OK) {
		assert_string_equal(event.sale_id, "");
		count++;
	}
	return count;
}

/* The record holds the token before any slip: the fixture's printer asks for the sale in vain, so this one only counts
 * what is on record when a slip comes. */
static enum bt_err print_delivered(void *self, const struct bt_print_job *job)
{
	struct shop *shop = self;

	assert_string_equal(job->sale_id, SALE);
	assert_true(count_delivered(shop) >= 1);
	shop->jobs[shop->jobs_count++] = *job;
	return BT_OK;
}

static int setup(void **state)
{
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	/* The teller borrows the sink. */
	shop->sink.submit = print_delivered;
	return 0;
}

static void take_it(struct shop *shop)
{
	struct bt_answer answer;

	open_paper(shop);
	assert_int_equal(view_of(shop).state, BT_DOCKET_READY);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_ESTATE); /* one at a time */
	answer = answer_of(shop, BT_CALL_FINISH);
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DELIVERED);
	assert_string_equal(view_of(shop).token, TOKEN);
}

static bool says(const struct bt_receipt *receipt, const char *right)
{
	for (int i = 0; i < receipt->count; i++)
		if (strcmp(receipt->lines[i].right, right) == 0)
			return true;
	return false;
}

/* Token, record, slip, copy; and nothing of it is this terminal's money. */
static void delivers_and_counts_nothing(void **state)
{
	struct shop *shop = *state;
	struct bt_unsent unsent;
	struct bt_sale_row row;
	int64_t sold = -1;

	take_it(shop);
	assert_string_equal(shop->calls[0].sale_id, SALE);
	assert_int_equal(strncmp(shop->calls[0].body, "RC1:", 4), 0);
	assert_int_equal(shop->jobs_count, 1);
	assert_false(shop->jobs[0].open_drawer);
	assert_int_equal(shop->jobs[0].copy, 1);
	assert_true(says(&shop->jobs[0].receipt, "0143"));
	assert_true(says(&shop->jobs[0].receipt, "D-0143-0611-087-6"));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(view_of(shop).copies, 1);
	assert_int_equal(bt_teller_docket_reprint(shop->teller, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 2);
	assert_int_equal(bt_journal_unsent(shop->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 0);
	assert_int_equal(unsent.paise, 0);
	assert_int_equal(bt_journal_shift_count(shop->journal, 611, &sold), BT_OK);
	assert_int_equal(sold, 0);
	assert_int_equal(bt_journal_sale(shop->journal, SALE, &row), BT_ENOTFOUND);
}

/* The token of another counter's sale waits for paper: given up, it is a copy, and the record says why. */
static void is_given_up_and_printed_as_a_copy(void **state)
{
	struct shop *shop = *state;
	struct bt_event event;
	struct bt_buf body;
	json_t *o = NULL;
	char reason[16] = "";

	take_it(shop);
	shop->paper = BT_PAPER_OUT;
	assert_int_equal(bt_teller_docket_reprint(shop->teller, BT_REPRINT_UNSAID), BT_OK);
	assert_int_equal(bt_teller_docket_reprint(shop->teller, BT_REPRINT_UNSAID), BT_ESTATE);
	assert_int_equal(view_of(shop).printing, BT_PRINTING_GIVEN_UP);
	assert_int_equal(shop->jobs_count, 1);
	shop_printed(shop, BT_PRINT_UNCONFIRMED);
	assert_int_equal(shop->jobs_count, 2);
	assert_int_equal(shop->jobs[1].copy, 2);
	shop->paper = BT_PAPER_OK;
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(view_of(shop).copies, 2);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_DELIVERED, NULL, &event, &body), BT_OK);
	assert_int_equal(bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL), BT_OK);
	assert_int_equal(bt_json_text(o, "reason", reason, sizeof reason), BT_OK);
	assert_string_equal(reason, "paper");
	json_decref(o);
	bt_buf_fini(&body);
	assert_int_equal(bt_teller_docket_reprint(shop->teller, BT_REPRINT_UNSAID), BT_EINPUT);
	assert_int_equal(bt_teller_docket_reprint(shop->teller, BT_REPRINT_DAMAGED), BT_OK);
	assert_int_equal(shop->jobs[2].copy, 3);
	/* And it is still read back, with the copy that was on its way. */
	shop_restart(shop);
	open_paper(shop);
	assert_int_equal(view_of(shop).copies, 3);
	assert_int_equal(view_of(shop).printing, BT_PRINTING_ASK);
}

/* After a restart the same docket shows what was given, without asking anybody. */
static void remembers(void **state)
{
	struct shop *shop = *state;

	take_it(shop);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_restart(shop);
	shop_go_offline(shop);
	open_paper(shop);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DELIVERED);
	assert_string_equal(view_of(shop).token, TOKEN);
	assert_int_equal(view_of(shop).copies, 1);
	assert_int_equal(open_text(shop, "d-0143-0611-087-6"), BT_DOCKET_ELSEWHERE);
	assert_string_equal(view_of(shop).token, TOKEN);
	assert_int_equal(bt_teller_docket_reprint(shop->teller, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[shop->jobs_count - 1].copy, 2);
	assert_int_equal(shop->calls_count, 1);
}

static void survives_a_lost_answer(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	open_paper(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	answer = bad_answer(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_UNANSWERED);
	assert_int_equal(count_delivered(shop), 0);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_EUNREACHABLE);
	shop_go_online(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	/* Never answered at all: the page does not wait for ever. */
	shop_pass(shop, 20000);
	assert_int_equal(view_of(shop).state, BT_DOCKET_UNANSWERED);
	shop_go_online(shop);
	take_it(shop);
	assert_int_equal(shop->jobs_count, 1);
}

static void refuses_what_does_not_fit(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	open_paper(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	answer = answer_of(shop, BT_CALL_FINISH);
	answer.tid++;
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DIFFERS);
	assert_string_equal(view_of(shop).token, "");
	assert_int_equal(count_delivered(shop), 0);
	assert_int_equal(shop->jobs_count, 0);
	/* A credit where a token is due. */
	open_paper(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	answer = answer_of(shop, BT_CALL_FINISH);
	answer.token[0] = 0;
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DIFFERS);
}

static void says_the_refusal(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	open_paper(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	answer = bad_answer(shop, BT_EREFUSED, "reversed");
	bt_text_copy(answer.message_en, sizeof answer.message_en, "Taken back.");
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_REFUSED);
	assert_string_equal(view_of(shop).code, "reversed");
	assert_string_equal(view_of(shop).refusal_en, "Taken back.");
	/* The head-end was restored: it names its era, and the same is asked once more under it (PROTOCOL H4). */
	open_paper(shop);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	answer = bad_answer(shop, BT_EREFUSED, "era");
	answer.era = 2;
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_ASKING);
	assert_int_equal(shop->calls[shop->calls_count - 1].era, 2);
	answer = bad_answer(shop, BT_EREFUSED, "era");
	answer.era = 3;
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_REFUSED);
}

/* Only a number: the head-end says whose it is. */
static void looks_up_a_number(void **state)
{
	static const char known[] =
	    "{\"docket\":\"D-0143-0611-087-6\",\"sale_id\":\"" SALE "\",\"terminal\":\"0143\","
	    "\"counter\":{\"en\":\"Danapur counter 3\",\"hi\":\"\"},\"connection\":\"" SHOP_NUMBER
	    "\",\"meter\":\"" SHOP_METER "\",\"amount_paise\":50000,\"units\":635,"
	    "\"paid_at\":1794990000000,\"status\":\"open\"}";
	struct shop *shop = *state;
	struct bt_answer answer;

	assert_int_equal(open_text(shop, "0143-0611-087-6"), BT_DOCKET_ELSEWHERE);
	assert_int_equal(view_of(shop).state, BT_DOCKET_LOOKING);
	answer = answer_of(shop, BT_CALL_DOCKET);
	answer.token[0] = answer.sale_id[0] = 0;
	bt_buf_init(&answer.body, 4096);
	assert_int_equal(bt_buf_put_text(&answer.body, known), BT_OK);
	shop_give(shop, &answer);
	bt_answer_fini(&answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_READY);
	assert_string_equal(view_of(shop).counter.en, "Danapur counter 3");
	assert_int_equal(view_of(shop).amount, 50000);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	assert_string_equal(shop->calls[shop->calls_count - 1].body, "");
	answer = answer_of(shop, BT_CALL_FINISH);
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DELIVERED);
	shop_go_offline(shop);
	assert_int_equal(open_text(shop, "D-0143-0611-088-4"), BT_DOCKET_ELSEWHERE);
	assert_int_equal(view_of(shop).state, BT_DOCKET_NEEDS_SERVER);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_EUNREACHABLE);
}

/* The meter refused the token that was given, here or elsewhere: another one, once, on record with who saw it, and what
 * was given before is found no more (PROTOCOL T5). */
static void replaces_what_the_meter_refused(void **state)
{
	struct shop *shop = *state;
	struct bt_docket_view wanted = {.amount = 50000, .gives_token = true}, given;
	struct bt_answer answer;

	take_it(shop);
	bt_text_copy(wanted.sale_id, sizeof wanted.sale_id, SALE);
	bt_text_copy(wanted.terminal, sizeof wanted.terminal, "app");
	bt_text_copy(wanted.consumer.number, sizeof wanted.consumer.number, "100244781560");
	assert_false(bt_teller_docket_replaced(shop->teller, SALE, &given));
	bt_text_copy(wanted.refused_by, sizeof wanted.refused_by, "jha");
	bt_teller_docket_take(shop->teller, &wanted);
	assert_int_equal(view_of(shop).state, BT_DOCKET_READY);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	assert_string_equal(shop->calls[shop->calls_count - 1].payment_id, "jha");
	answer = answer_of(shop, BT_CALL_FINISH);
	answer.tid = TID + 5;
	bt_text_copy(answer.token, sizeof answer.token, "99998888777766665555");
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DELIVERED);
	assert_string_equal(view_of(shop).token, "99998888777766665555");
	assert_true(bt_teller_docket_replaced(shop->teller, SALE, &given));
	assert_string_equal(given.token, "99998888777766665555");
	assert_string_equal(given.refused_by, "jha");
	shop_restart(shop);
	assert_true(bt_teller_docket_replaced(shop->teller, SALE, &given));
	assert_int_equal(given.tid, TID + 5);
	/* Asked for again, by whoever, with a supervisor or without: these digits, and nobody is asked. */
	for (int i = 0; i < 2; i++) {
		int calls = shop->calls_count;

		bt_teller_docket_take(shop->teller, &wanted);
		assert_int_equal(view_of(shop).state, BT_DOCKET_DELIVERED);
		assert_string_equal(view_of(shop).token, "99998888777766665555");
		assert_int_equal(shop->calls_count, calls);
		wanted.refused_by[0] = '\0';
	}
}

static const char *find_line(const struct bt_receipt *slip, const char *left)
{
	for (int i = 0; i < slip->count; i++)
		if (strcmp(slip->lines[i].left, left) == 0)
			return slip->lines[i].right;
	return NULL;
}

/* A sale of our own: every slip of it is that of the new token from then on, with its number and whose word it was. */
static void prints_the_new_token_of_its_own_sale(void **state)
{
	struct shop *shop = *state;
	struct bt_docket_view wanted = {.amount = 50000, .gives_token = true};
	struct bt_receipt slip;
	struct bt_answer answer;
	char old[21], first[8];

	shop->sink.submit = shop_print;
	shop->enrolment.operators[shop->enrolment.operator_count++] =
	    (struct bt_operator){.id = "jha", .role = BT_ROLE_SUPERVISOR, .name = {"A. K. Jha", ""}};
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	while (bt_teller_step(shop->teller))
		;
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	bt_text_copy(old, sizeof old, shop_view(shop).token);
	snprintf(first, sizeof first, "%.4s", old);
	assert_int_equal(bt_teller_receipt(shop->teller, shop->sale_id, BT_RECEIPT_EN, 1, &slip), BT_OK);
	assert_string_equal(find_line(&slip, "1"), first);
	assert_null(find_line(&slip, "Replaces the old token"));
	shop_go_online(shop);
	bt_text_copy(wanted.sale_id, sizeof wanted.sale_id, shop->sale_id);
	bt_text_copy(wanted.terminal, sizeof wanted.terminal, "0142");
	bt_text_copy(wanted.consumer.number, sizeof wanted.consumer.number, SHOP_NUMBER);
	bt_text_copy(wanted.refused_by, sizeof wanted.refused_by, "jha");
	bt_teller_docket_take(shop->teller, &wanted);
	assert_int_equal(bt_teller_docket_finish(shop->teller), BT_OK);
	answer = answer_of(shop, BT_CALL_FINISH);
	bt_text_copy(answer.sale_id, sizeof answer.sale_id, shop->sale_id);
	bt_text_copy(answer.token, sizeof answer.token, "99998888777766665555");
	shop_give(shop, &answer);
	assert_int_equal(view_of(shop).state, BT_DOCKET_DELIVERED);
	assert_int_equal(bt_teller_receipt(shop->teller, shop->sale_id, BT_RECEIPT_EN, 1, &slip), BT_OK);
	assert_string_equal(find_line(&slip, "1"), "9999");
	assert_non_null(find_line(&slip, "Replaces the old token"));
	assert_non_null(find_line(&slip, "Approved by A. K. Jha."));
	assert_string_equal(find_line(&slip, "Receipt number"), shop_row(shop).receipt);
}

static void tells_texts_apart(void **state)
{
	static const struct {
		const char *text;
		enum bt_docket_found found;
	} texts[] = {{"", BT_DOCKET_NOT},
		     {"Anita-Devi", BT_DOCKET_NOT},
		     {"100244781560", BT_DOCKET_NOT},
		     {"D-", BT_DOCKET_NOT},
		     {"D-0143-0611-087", BT_DOCKET_NOT},
		     {"D-0143-0611-087-6-1", BT_DOCKET_NOT},
		     {"D-0143-0611-087-66", BT_DOCKET_NOT},
		     {"D--0611-087-6", BT_DOCKET_NOT},
		     {"99999999999999999999999999-1-1-1", BT_DOCKET_NOT},
		     {"D-0143-0611-087-7", BT_DOCKET_DAMAGED},
		     {"RC1:", BT_DOCKET_DAMAGED},
		     {"RC1:AAA", BT_DOCKET_DAMAGED}};
	struct shop *shop = *state;
	struct bt_receipt_record record = elsewhere();
	char text[BT_RECORD_TEXT_CAP];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(open_text(shop, texts[i].text), texts[i].found);
	record.is_docket = false;
	record.docket = (struct bt_record_docket){0};
	bt_text_copy(record.token, sizeof record.token, TOKEN);
	write_as(9, &record, text);
	assert_int_equal(open_text(shop, text), BT_DOCKET_SLIP);
	/* In our own name and not by our key. */
	record = elsewhere();
	bt_text_copy(record.terminal, sizeof record.terminal, "0142");
	bt_text_copy(record.receipt, sizeof record.receipt, "0142-0611-087-7");
	write_as(9, &record, text);
	assert_int_equal(open_text(shop, text), BT_DOCKET_DAMAGED);
	assert_int_equal(shop->calls_count, 0);
	assert_int_equal(view_of(shop).state, BT_DOCKET_NONE);
}

/* Our own docket leads to our own sale, by its number and by what its slip carries. */
static void knows_its_own(void **state)
{
	struct shop *shop = *state;
	struct bt_receipt slip;
	struct bt_sale_view sale;
	char paid[37], number[32];
	const char *text = NULL;

	shop->sink.submit = shop_print;
	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	bt_text_copy(paid, sizeof paid, shop->sale_id);
	sale = shop_view(shop);
	assert_int_equal(sale.state, BT_SALE_PENDING);
	snprintf(number, sizeof number, "D-%.20s", sale.sale.receipt);
	assert_int_equal(open_text(shop, number), BT_DOCKET_OURS);
	assert_string_equal(shop->sale_id, paid);
	assert_int_equal(bt_teller_receipt(shop->teller, paid, BT_RECEIPT_EN, 1, &slip), BT_OK);
	for (int i = 0; i < slip.count; i++)
		if (slip.lines[i].kind == BT_LINE_QR)
			text = slip.lines[i].left;
	assert_non_null(text);
	assert_int_equal(strlen(text), 217);
	shop->sale_id[0] = 0;
	assert_int_equal(open_text(shop, text), BT_DOCKET_OURS);
	assert_string_equal(shop->sale_id, paid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(delivers_and_counts_nothing, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(is_given_up_and_printed_as_a_copy, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(remembers, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(survives_a_lost_answer, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(refuses_what_does_not_fit, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(says_the_refusal, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(looks_up_a_number, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(replaces_what_the_meter_refused, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(prints_the_new_token_of_its_own_sale, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(tells_texts_apart, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(knows_its_own, setup, shop_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
