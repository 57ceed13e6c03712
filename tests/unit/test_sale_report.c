/* The X and Z of a shift on their way to paper: on record before their first byte, a Z once and then copies.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

#include "core/base/json.h"
#include "core/shift/till.h"

static int setup(void **state)
{
	static const struct bt_operator people[] = {
	    {.id = "rina", .name = {.en = "Rina Kumari"}, .role = BT_ROLE_CLERK},
	    {.id = "jha", .name = {.en = "A. K. Jha"}, .role = BT_ROLE_SUPERVISOR}};
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	memcpy(shop->enrolment.operators, people, sizeof people);
	shop->enrolment.operator_count = 2;
	return 0;
}

static const struct bt_receipt *newest_slip(const struct shop *shop)
{
	return &shop->jobs[shop->jobs_count - 1].receipt;
}

static bool has_line(const struct bt_receipt *slip, const char *left)
{
	for (int i = 0; i < slip->count; i++)
		if (strcmp(slip->lines[i].left, left) == 0)
			return true;
	return false;
}

static bool has_mark(const struct bt_receipt *slip)
{
	for (int i = 0; i < slip->count; i++)
		if (slip->lines[i].kind == BT_LINE_MARK)
			return true;
	return false;
}

static enum bt_err print(struct shop *shop)
{
	struct bt_receipt_shift report;
	struct bt_till till;

	bt_till_begin(&till, shop->journal, 611);
	assert_int_equal(bt_till_report(&till, 611, &report), BT_OK);
	return bt_teller_print_report(shop->teller, &report, "rina");
}

static void seal(struct shop *shop)
{
	const struct bt_receipt_note notes[] = {{50000, 1, 0}};
	struct bt_till till;

	bt_till_begin(&till, shop->journal, 611);
	assert_int_equal(bt_till_count(&till, "rina", 611, notes, 1, &shop->fault), BT_OK);
	assert_int_equal(bt_till_seal(&till, "rina", 611, &shop->fault), BT_OK);
}

/* What the newest `printed` of no sale says. */
static void assert_printed(struct shop *shop, const char *slip, int copy, const char *result)
{
	struct bt_event event;
	struct bt_buf text;
	json_t *body;
	char said[16];
	int64_t number;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_PRINTED, NULL, &event, &text), BT_OK);
	assert_string_equal(event.sale_id, "");
	assert_int_equal(bt_json_parse(event.body, BT_EVENT_BODY_MAX, &body, NULL), BT_OK);
	assert_int_equal(bt_json_text(body, "slip", said, sizeof said), BT_OK);
	assert_string_equal(said, slip);
	assert_int_equal(bt_json_text(body, "result", said, sizeof said), BT_OK);
	assert_string_equal(said, result);
	assert_int_equal(bt_json_int(body, "copy", 0, 100, &number), BT_OK);
	assert_int_equal(number, copy);
	assert_int_equal(bt_json_int(body, "shift", 1, 9999, &number), BT_OK);
	assert_int_equal(number, 611);
	json_decref(body);
	bt_buf_fini(&text);
}

static void an_x_is_of_its_moment(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(print(shop), BT_OK);
	assert_printed(shop, "shift_x", 1, BT_SLIP_SENDING);
	assert_true(has_line(newest_slip(shop), "X REPORT, the shift goes on"));
	assert_false(has_line(newest_slip(shop), "Cash expected"));
	assert_true(has_line(newest_slip(shop), "The cash is not counted"));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_printed(shop, "shift_x", 1, "confirmed");
	assert_int_equal(print(shop), BT_OK);
	assert_int_equal(newest_slip(shop)->copy, 1);
	assert_false(has_mark(newest_slip(shop)));
}

static void a_z_is_printed_once_and_then_copied(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	seal(shop);
	assert_int_equal(print(shop), BT_OK);
	assert_int_equal(newest_slip(shop)->copy, 1);
	assert_true(has_line(newest_slip(shop), "Z REPORT, the shift has ended"));
	assert_true(has_line(newest_slip(shop), "Cash expected"));
	assert_true(has_line(newest_slip(shop), "The cash agrees"));
	assert_true(has_line(newest_slip(shop), "Signature of the supervisor"));
	/* Nothing of it left the machine: what follows is the original still. */
	shop_printed(shop, BT_PRINT_FAILED);
	assert_printed(shop, "shift_z", 1, "failed");
	/* The power goes with it on its way: what follows is a copy. */
	assert_int_equal(print(shop), BT_OK);
	shop_restart(shop);
	assert_int_equal(print(shop), BT_OK);
	assert_int_equal(newest_slip(shop)->copy, 2);
	assert_true(has_mark(newest_slip(shop)));
	assert_true(has_line(newest_slip(shop), "First printed"));
	shop_printed(shop, BT_PRINT_UNCONFIRMED);
	assert_printed(shop, "shift_z", 2, "unconfirmed");
}

static void without_a_printer_nothing_is_recorded(void **state)
{
	struct shop *shop = *state;
	int64_t head;

	shop->no_sink = true;
	shop_restart(shop);
	head = bt_journal_head(shop->journal).seq;
	assert_int_equal(print(shop), BT_ESTATE);
	assert_int_equal(bt_journal_head(shop->journal).seq, head);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_x_is_of_its_moment),
	    TEST(a_z_is_printed_once_and_then_copied),
	    TEST(without_a_printer_nothing_is_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
