/* Claims on record: numbered, read back, answered in their order, across a restart.
 *
 * rooms: core/desk core/journal core/base
 * Rules: core/desk/claim.h; schema Claim of assets/api/openapi.yaml. */
#include "tests/unit/journal_fixture.h"

#include "core/desk/claim.h"

static enum bt_err count_up(void *self, void *out, size_t len)
{
	uint8_t *next = self;

	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = (*next)++;
	return BT_OK;
}

static int open_bench(void **state)
{
	struct fixture *f = malloc(sizeof *f);

	assert_non_null(f);
	fixture_make(f);
	assert_int_equal(fixture_open(f), BT_OK);
	*state = f;
	return 0;
}

static int close_bench(void **state)
{
	struct fixture *f = *state;

	fixture_end(f);
	free(f);
	return 0;
}

static struct bt_claim sample(void)
{
	return (struct bt_claim){.connection = "100245510087",
				 .utr = "432611805521",
				 .channel = "app",
				 .note = "no_token",
				 .operator_id = "rina",
				 .amount = 50000,
				 .paid_on_ms = FIXTURE_START_MS};
}

static enum bt_err put(struct fixture *f, struct bt_claim *claim)
{
	static uint8_t next;
	struct bt_random random = {count_up, &next};

	return bt_claim_write(f->journal, "0142", &random, FIXTURE_START_MS, claim, NULL);
}

static enum bt_err answer(struct fixture *f, const struct bt_claim *claim, const char *claim_id, const char *state)
{
	char body[256];

	snprintf(body, sizeof body,
		 "{\"claim_id\":\"%s\",\"number\":\"%s\",\"promised_at\":1795007200000,\"state\":\"%s\"}", claim_id,
		 claim->number, state);
	return bt_claim_answer(f->journal, claim, bt_bytes_of(body), NULL);
}

static void a_claim_is_numbered_and_read_back(void **state)
{
	struct fixture *f = *state;
	struct bt_claim first = sample(), second = sample(), list[4];
	int count = 0;

	second.utr[0] = '\0';
	assert_int_equal(put(f, &first), BT_OK);
	assert_int_equal(put(f, &second), BT_OK);
	/* Luhn over 0142 1 and 0142 2, by hand. */
	assert_string_equal(first.number, "C-0142-1-7");
	assert_string_equal(second.number, "C-0142-2-5");
	assert_int_equal(bt_claim_list(f->journal, 4, list, &count), BT_OK);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].claim_id, second.claim_id);
	assert_string_equal(list[0].utr, "");
	assert_string_equal(list[1].claim_id, first.claim_id);
	assert_string_equal(list[1].utr, "432611805521");
	assert_int_equal(list[1].amount, 50000);
	assert_false(list[1].answered);
}

static void answered_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct bt_claim first = sample(), second = sample(), next, list[2];
	struct bt_buf body;
	int count = 0;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_claim_unanswered(f->journal, &next, NULL), BT_ENOTFOUND);
	assert_int_equal(put(f, &first), BT_OK);
	assert_int_equal(put(f, &second), BT_OK);
	assert_int_equal(bt_claim_unanswered(f->journal, &next, &body), BT_OK);
	assert_string_equal(next.claim_id, first.claim_id);
	assert_non_null(strstr((const char *)body.data, first.claim_id));
	assert_int_equal(answer(f, &first, first.claim_id, "open"), BT_OK);
	fixture_close(f);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_claim_unanswered(f->journal, &next, &body), BT_OK);
	assert_string_equal(next.claim_id, second.claim_id);
	assert_int_equal(bt_claim_refused(f->journal, &second, "id_conflict", NULL), BT_OK);
	assert_int_equal(bt_claim_unanswered(f->journal, &next, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_claim_list(f->journal, 2, list, &count), BT_OK);
	assert_string_equal(list[0].state, "refused");
	assert_string_equal(list[1].state, "open");
	assert_int_equal(list[1].promised_ms, INT64_C(1795007200000));
	bt_buf_fini(&body);
}

/* A promise for somebody else, or one that nobody understands, leaves the claim unanswered. */
static void an_answer_of_another_claim_is_none(void **state)
{
	struct fixture *f = *state;
	struct bt_claim claim = sample(), next;

	assert_int_equal(put(f, &claim), BT_OK);
	assert_int_equal(answer(f, &claim, "0192f000-0000-7000-8000-000000000001", "open"), BT_EGARBAGE);
	assert_int_equal(answer(f, &claim, claim.claim_id, "whatever"), BT_EGARBAGE);
	assert_int_equal(bt_claim_answer(f->journal, &claim, bt_bytes_of("{"), NULL), BT_EGARBAGE);
	assert_int_equal(bt_claim_unanswered(f->journal, &next, NULL), BT_OK);
}

static void what_can_be_no_claim_is_not_written(void **state)
{
	struct fixture *f = *state;
	struct bt_claim wrong[5], list[1];
	int count = 0;

	for (int i = 0; i < 5; i++)
		wrong[i] = sample();
	wrong[0].connection[0] = 'x';
	wrong[1].utr[11] = '\0';
	wrong[2].amount = 0;
	bt_text_copy(wrong[3].note, sizeof wrong[3].note, "rude");
	bt_text_copy(wrong[4].channel, sizeof wrong[4].channel, "cash");
	for (int i = 0; i < 5; i++)
		assert_int_equal(put(f, &wrong[i]), BT_EINPUT);
	assert_int_equal(bt_claim_list(f->journal, 1, list, &count), BT_OK);
	assert_int_equal(count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_claim_is_numbered_and_read_back),
	    TEST(answered_one_after_the_other),
	    TEST(an_answer_of_another_claim_is_none),
	    TEST(what_can_be_no_claim_is_not_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
