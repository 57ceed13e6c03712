/* The head-end's answers to the desk: read whole or not at all, and asked for without waiting.
 *
 * rooms: core/desk core/wire core/base
 * Source: schemas FoundPayment and Reconnections of assets/api/openapi.yaml; the answers are written out by hand. */
#include "core/desk/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define PAYMENT(bank, token, can)                                                                                                       \
	"{\"payment_id\":\"" ID "\",\"sale_id\":\"" ID                                                                                  \
	"\",\"channel\":\"app\",\"connection\":\"100245510087\",\"meter\":\"04740021775\",\"name\":{\"en\":\"Sunita "                   \
	"Devi\",\"hi\":\"सुनीता देवी\"},\"amount_paise\":50000,\"utr\":\"432611805521\",\"paid_at\":1795340245000," \
	"\"bank\":\"" bank "\",\"company\":\"received\",\"token\":\"" token "\",\"credit\":\"none\",\"steps\":["                        \
	"{\"at\":1795340245000,\"what\":\"paid_app\",\"ok\":true},{\"at\":1795340263000,\"what\":\"of "                                 \
	"tomorrow\",\"ok\":true},{\"at\":1795340263000,\"what\":\"no_token\",\"ok\":false}],\"can\":\"" can "\"}"
#define FOUND(rows) "{\"payments\":[" rows "],\"time\":1795350245000}"
#define OWED(state)                                                                                                    \
	"{\"reconnections\":[{\"connection\":\"100245510087\",\"name\":{\"en\":\"Ajay "                                \
	"Sao\",\"hi\":\"\"},\"since\":1795350120000,\"due_at\":1795351320000,\"state\":\"" state "\"}],\"time\":1}"

static struct bt_desk_payment found[BT_DESK_FOUND_MAX];
static struct bt_desk_owed owed[BT_DESK_OWED_MAX];

/* A copy without a terminator, so that reading one byte too many is seen by the sanitizer. */
static enum bt_err read_found(struct bt_bytes body, int *count)
{
	uint8_t *copy = malloc(body.len ? body.len : 1);
	enum bt_err err;

	assert_non_null(copy);
	memcpy(copy, body.data, body.len);
	err = bt_desk_payments_read((struct bt_bytes){copy, body.len}, found, count);
	free(copy);
	return err;
}

static void a_payment_is_read(void **state)
{
	int count = 0;

	(void)state;
	assert_int_equal(read_found(bt_bytes_of(FOUND(PAYMENT("paid", "none", "finish"))), &count), BT_OK);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].utr, "432611805521");
	assert_string_equal(found[0].name.hi, "सुनीता देवी");
	assert_int_equal(found[0].amount, 50000);
	assert_int_equal(found[0].bank, BT_BANK_PAID);
	assert_true(found[0].received);
	assert_int_equal(found[0].can, BT_CAN_FINISH);
	/* A step that nobody here knows is left out. */
	assert_int_equal(found[0].steps, 2);
	assert_string_equal(found[0].step[1].says, "App server gave no token");
	assert_false(found[0].step[1].good);
}

/* Only the payment service knows of it, and not for whom. */
static void a_payment_of_nobody_yet_is_read(void **state)
{
	static const char whole[] = FOUND(PAYMENT("paid", "none", "wait"));
	const char *number = strstr(whole, "100245510087");
	char text[2048];
	int count = 0;

	(void)state;
	snprintf(text, sizeof text, "%.*s%s", (int)(number - whole), whole, number + strlen("100245510087"));
	assert_int_equal(read_found(bt_bytes_of(text), &count), BT_OK);
	assert_string_equal(found[0].connection, "");
	snprintf(text, sizeof text, "%.*sA%s", (int)(number - whole), whole, number + 1);
	assert_int_equal(read_found(bt_bytes_of(text), &count), BT_EFORMAT);
}

/* A head-end of before says nothing of it. */
static void a_minute_of_two_tokens_is_read(void **state)
{
	static const char *const wrong[] = {"1", "\"true\"", "{}"};
	char text[2048];
	int count = 0;

	(void)state;
	assert_int_equal(read_found(bt_bytes_of(FOUND(PAYMENT("paid", "given", "none"))), &count), BT_OK);
	assert_false(found[0].reissue);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "%.*s,\"reissue\":%s}],\"time\":1}",
			 (int)(strlen(FOUND(PAYMENT("paid", "given", "none"))) - strlen("}],\"time\":1795350245000}")),
			 FOUND(PAYMENT("paid", "given", "none")), wrong[i]);
		assert_int_equal(read_found(bt_bytes_of(text), &count), BT_EFORMAT);
	}
	snprintf(text, sizeof text, "%.*s,\"reissue\":true}],\"time\":1}",
		 (int)(strlen(FOUND(PAYMENT("paid", "given", "none"))) - strlen("}],\"time\":1795350245000}")),
		 FOUND(PAYMENT("paid", "given", "none")));
	assert_int_equal(read_found(bt_bytes_of(text), &count), BT_OK);
	assert_true(found[0].reissue);
	assert_false(found[0].next_key);
	snprintf(text, sizeof text, "%.*s,\"next_key\":true,\"reissue\":true}],\"time\":1}",
		 (int)(strlen(FOUND(PAYMENT("paid", "given", "none"))) - strlen("}],\"time\":1795350245000}")),
		 FOUND(PAYMENT("paid", "given", "none")));
	assert_int_equal(read_found(bt_bytes_of(text), &count), BT_OK);
	assert_true(found[0].next_key);
}

static void all_rows_or_none(void **state)
{
	static const char *const wrong[] = {
	    FOUND(PAYMENT("paid", "none", "finish") "," PAYMENT("sure", "none", "finish")),
	    FOUND(PAYMENT("paid", "maybe", "finish")),
	    FOUND(PAYMENT("paid", "none", "sell")),
	    FOUND("{}"),
	    FOUND("7"),
	    "{\"payments\":{}}",
	    "[]",
	};
	int count = 7;

	(void)state;
	memset(found, 'x', sizeof found);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(read_found(bt_bytes_of(wrong[i]), &count), BT_EFORMAT);
	assert_int_equal(count, 7);
	assert_int_equal(found[0].payment_id[0], 'x');
}

static void a_cut_answer_is_none(void **state)
{
	struct bt_bytes whole = bt_bytes_of(FOUND(PAYMENT("paid", "none", "finish")));
	int count = 7;

	(void)state;
	for (size_t len = 0; len < whole.len; len++)
		assert_int_not_equal(read_found((struct bt_bytes){whole.data, len}, &count), BT_OK);
	assert_int_equal(count, 7);
}

static void too_many_rows_are_none(void **state)
{
	char body[32768] = "{\"payments\":[";
	int count = 7;

	(void)state;
	for (int i = 0; i <= BT_DESK_FOUND_MAX; i++)
		snprintf(body + strlen(body), sizeof body - strlen(body), "%s%s", i ? "," : "",
			 PAYMENT("paid", "none", "none"));
	snprintf(body + strlen(body), sizeof body - strlen(body), "]}");
	assert_int_equal(read_found(bt_bytes_of(body), &count), BT_EFORMAT);
}

static void what_is_owed_is_read(void **state)
{
	int count = 0;

	(void)state;
	assert_int_equal(bt_desk_owed_read(bt_bytes_of(OWED("ordered")), owed, &count), BT_OK);
	assert_int_equal(count, 1);
	assert_int_equal(owed[0].due_ms - owed[0].since_ms, 1200000);
	assert_false(owed[0].overdue);
	assert_int_equal(bt_desk_owed_read(bt_bytes_of(OWED("overdue")), owed, &count), BT_OK);
	assert_true(owed[0].overdue);
	assert_int_equal(bt_desk_owed_read(bt_bytes_of(OWED("soon")), owed, &count), BT_EFORMAT);
}

/* ---- asking ---- */

struct bench {
	int64_t boot_ms;
	struct bt_clock clock;
	struct bt_wire wire;
	struct bt_call asked; /* newest */
	int calls;
	struct bt_desk *desk;
};

static enum bt_err take_call(void *self, const struct bt_call *call)
{
	struct bench *bench = self;

	bench->asked = *call;
	bench->calls++;
	return BT_OK;
}

static int64_t read_boot(void *self)
{
	return ((struct bench *)self)->boot_ms;
}

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct bt_desk_parts parts;

	assert_non_null(bench);
	bench->clock = (struct bt_clock){.wall_ms = read_boot, .boot_ms = read_boot, .self = bench};
	bench->wire = (struct bt_wire){.submit = take_call, .self = bench};
	parts = (struct bt_desk_parts){.clock = &bench->clock, .wire = &bench->wire};
	assert_int_equal(bt_desk_open(&parts, &bench->desk), BT_OK);
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	bt_desk_close(((struct bench *)*state)->desk);
	free(*state);
	return 0;
}

static bool give(struct bench *bench, uint64_t id, enum bt_err err, const char *body)
{
	struct bt_answer answer = {.kind = bench->asked.kind, .id = id, .fault = {.err = err}};
	bool taken;

	bt_buf_init(&answer.body, 65536);
	assert_int_equal(bt_buf_put_text(&answer.body, body), BT_OK);
	taken = bt_desk_answer(bench->desk, &answer);
	bt_answer_fini(&answer);
	return taken;
}

static enum bt_desk_state state_of(const struct bench *bench, int *count)
{
	const struct bt_desk_payment *rows;

	return bt_desk_found(bench->desk, &rows, count);
}

/* Only the answer to the newest question counts. */
static void an_old_answer_says_nothing(void **state)
{
	struct bench *bench = *state;
	uint64_t old;
	int count = 0;

	assert_int_equal(bt_desk_find(bench->desk, ""), BT_EINPUT);
	assert_int_equal(bt_desk_find(bench->desk, "432611805521"), BT_OK);
	old = bench->asked.id;
	assert_int_equal(bt_desk_find(bench->desk, "100245510087"), BT_OK);
	assert_true(give(bench, old, BT_OK, FOUND(PAYMENT("paid", "none", "finish"))));
	assert_int_equal(state_of(bench, &count), BT_DESK_ASKING);
	assert_true(give(bench, bench->asked.id, BT_OK, FOUND("")));
	assert_int_equal(state_of(bench, &count), BT_DESK_ANSWERED);
	assert_int_equal(count, 0);
}

static void no_answer_is_not_nothing_found(void **state)
{
	struct bench *bench = *state;
	int count = 0;

	assert_int_equal(bt_desk_find(bench->desk, "432611805521"), BT_OK);
	assert_true(give(bench, bench->asked.id, BT_ETIMEOUT, ""));
	assert_int_equal(state_of(bench, &count), BT_DESK_UNANSWERED);
	assert_int_equal(bt_desk_find(bench->desk, "432611805521"), BT_OK);
	assert_true(give(bench, bench->asked.id, BT_OK, FOUND("{}")));
	assert_int_equal(state_of(bench, &count), BT_DESK_UNANSWERED);
}

static void what_is_owed_is_asked_twice_a_minute(void **state)
{
	struct bench *bench = *state;
	const struct bt_desk_owed *rows;
	int count = 0;

	bt_desk_look_at_owed(bench->desk);
	bt_desk_look_at_owed(bench->desk);
	assert_int_equal(bench->calls, 1);
	assert_false(bt_desk_owed(bench->desk, &rows, &count));
	assert_true(give(bench, bench->asked.id, BT_OK, OWED("ordered")));
	assert_true(bt_desk_owed(bench->desk, &rows, &count));
	assert_int_equal(count, 1);
	bench->boot_ms += 30000;
	bt_desk_look_at_owed(bench->desk);
	assert_int_equal(bench->calls, 2);
	/* What was told before stands. */
	assert_true(give(bench, bench->asked.id, BT_ELOST, ""));
	assert_true(bt_desk_owed(bench->desk, &rows, &count));
	assert_int_equal(count, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_payment_is_read),
	    cmocka_unit_test(a_payment_of_nobody_yet_is_read),
	    cmocka_unit_test(a_minute_of_two_tokens_is_read),
	    cmocka_unit_test(all_rows_or_none),
	    cmocka_unit_test(a_cut_answer_is_none),
	    cmocka_unit_test(too_many_rows_are_none),
	    cmocka_unit_test(what_is_owed_is_read),
	    TEST(an_old_answer_says_nothing),
	    TEST(no_answer_is_not_nothing_found),
	    TEST(what_is_owed_is_asked_twice_a_minute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
