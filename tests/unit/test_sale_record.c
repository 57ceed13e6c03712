/* The sale record: byte for byte the form of the wire contract, and nothing else is read.
 * rooms: core/sale core/base
 * The expected texts are written by hand from the contract: keys in order, integers, no blanks. */
#include "core/sale/sale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX 4096

static const char token_text[] =
    "{\"amount_paise\":50000,\"connection\":\"100244781560\",\"delivery\":\"token\",\"dues_paise\":0,"
    "\"duty_paise\":2830,\"energy_paise\":47170,"
    "\"key\":{\"base\":2014,\"dkga\":\"04\",\"ea\":\"11\",\"kcv\":\"A1B2C3\",\"ken\":255,\"krn\":1,\"kt\":2,"
    "\"sgc\":\"123457\",\"ti\":\"01\",\"version\":1},"
    "\"kind\":\"sts_units\",\"lease\":1,\"meter\":\"04740015298\",\"operator\":\"rina\",\"paid_at\":1795000000000,"
    "\"pan\":\"600727047400152987\",\"receipt\":\"0142-0611-087-4\",\"rev\":1,\"rnd\":5,"
    "\"sale_id\":\"019a9f00-0000-7000-8000-000000000001\",\"shift\":611,\"tariff\":\"BERC-2026-27\","
    "\"tenders\":[{\"given_paise\":100000,\"id\":\"019a9f00-0000-7000-8000-000000000002\",\"kind\":\"cash\","
    "\"paise\":50000}],\"terminal\":\"0142\",\"tid\":6789012,\"units\":635}";

static const char dues_text[] =
    "{\"amount_paise\":186000,\"connection\":\"100244781561\",\"delivery\":\"dues\",\"dues_paise\":186000,"
    "\"duty_paise\":0,\"energy_paise\":0,\"kind\":\"dues\",\"lease\":0,\"meter\":\"\",\"operator\":\"sanjay\","
    "\"paid_at\":1795000000001,\"pan\":\"\",\"receipt\":\"0142-0611-088-2\",\"rev\":2,"
    "\"sale_id\":\"019a9f00-0000-7000-8000-000000000003\",\"shift\":611,\"tariff\":\"BERC-2026-27\","
    "\"tenders\":[{\"given_paise\":186000,\"id\":\"019a9f00-0000-7000-8000-000000000004\",\"kind\":\"cheque\","
    "\"paise\":186000,\"reference\":\"445566\"}],\"terminal\":\"0142\",\"units\":0}";

static struct bt_sale token_sale(void)
{
	return (struct bt_sale){
	    .sale_id = "019a9f00-0000-7000-8000-000000000001",
	    .terminal = "0142",
	    .receipt = "0142-0611-087-4",
	    .operator_id = "rina",
	    .shift = 611,
	    .rev = 1,
	    .lease = 1,
	    .paid_at_ms = 1795000000000,
	    .kind = BT_KIND_STS_UNITS,
	    .delivery = BT_DELIVERY_TOKEN,
	    .connection = "100244781560",
	    .meter = "04740015298",
	    .pan = "600727047400152987",
	    .quote = {.amount = 50000, .energy = 47170, .duty = 2830, .units = 635, .tariff = "BERC-2026-27"},
	    .has_tid = true,
	    .key = {.sgc = "123457",
		    .ti = "01",
		    .ea = "11",
		    .dkga = "04",
		    .krn = 1,
		    .kt = 2,
		    .ken = 255,
		    .base = 2014,
		    .version = 1,
		    .kcv = "A1B2C3"},
	    .tid = 6789012,
	    .rnd = 5,
	    .tender_count = 1,
	    .tenders = {
		{.id = "019a9f00-0000-7000-8000-000000000002", .kind = "cash", .amount = 50000, .given = 100000}}};
}

static void assert_encodes(const struct bt_sale *sale, const char *expected)
{
	struct bt_buf out;

	bt_buf_init(&out, TEXT_MAX);
	assert_int_equal(bt_sale_encode(sale, &out), BT_OK);
	assert_string_equal((const char *)out.data, expected);
	bt_buf_fini(&out);
}

static enum bt_err decode(const char *text, struct bt_sale *out)
{
	struct bt_fault fault = {0};

	return bt_sale_decode(bt_bytes_of(text), out, &fault);
}

static void sale_record_is_the_contract_to_the_byte(void **state)
{
	struct bt_sale sale = token_sale();

	(void)state;
	assert_encodes(&sale, token_text);
}

static void sale_record_round_trip(void **state)
{
	static const char *const texts[] = {token_text, dues_text};
	struct bt_sale sale;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(decode(texts[i], &sale), BT_OK);
		assert_encodes(&sale, texts[i]);
	}
	assert_int_equal(decode(token_text, &sale), BT_OK);
	assert_true(sale.has_tid);
	assert_int_equal(sale.tid, 6789012);
	assert_int_equal(sale.rnd, 5);
	assert_int_equal(sale.key.ken, 255);
	assert_int_equal(sale.tenders[0].given, 100000);
	assert_int_equal(decode(dues_text, &sale), BT_OK);
	assert_false(sale.has_tid);
	assert_int_equal(sale.delivery, BT_DELIVERY_DUES);
	assert_string_equal(sale.tenders[0].reference, "445566");
}

/* Over whom the bank was asked stands in the tender; an older record does not say, another word nobody could follow. */
static void sale_record_way_of_a_tender(void **state)
{
	static const char *const words[] = {"head-end", "psp"};
	static const char *const bad[] = {"\"bank\"", "\"\"", "7", "{}"};
	struct bt_sale sale = token_sale(), back;
	char text[TEXT_MAX];

	(void)state;
	for (int way = BT_WAY_SERVER; way <= BT_WAY_SERVICE; way++) {
		struct bt_buf out;

		sale.tenders[0].way = (enum bt_tender_way)way;
		bt_buf_init(&out, TEXT_MAX);
		assert_int_equal(bt_sale_encode(&sale, &out), BT_OK);
		snprintf(text, sizeof text, ",\"way\":\"%s\"}]", words[way - BT_WAY_SERVER]);
		assert_non_null(strstr((const char *)out.data, text));
		assert_int_equal(bt_sale_decode(bt_buf_view(&out), &back, NULL), BT_OK);
		assert_int_equal(back.tenders[0].way, way);
		bt_buf_fini(&out);
	}
	assert_int_equal(decode(token_text, &back), BT_OK);
	assert_int_equal(back.tenders[0].way, BT_WAY_UNSAID);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *end = strstr(token_text, "}]");

		snprintf(text, sizeof text, "%.*s,\"way\":%s%s", (int)(end - token_text), token_text, bad[i], end);
		assert_int_equal(decode(text, &back), BT_EFORMAT);
	}
}

static void sale_record_too_small_a_buffer(void **state)
{
	struct bt_sale sale = token_sale();
	struct bt_buf out;

	(void)state;
	for (size_t max = 0; max < strlen(token_text); max++) {
		bt_buf_init(&out, max);
		assert_int_equal(bt_sale_encode(&sale, &out), BT_EFULL);
		assert_int_equal(out.len, 0);
		bt_buf_fini(&out);
	}
}

/* How large the number of a lease may be is the head-end's affair: what was journaled must be read again. */
static void sale_record_lease_of_any_number(void **state)
{
	struct bt_sale sale = token_sale(), again = {.rev = 77};
	struct bt_buf text;

	(void)state;
	sale.lease = INT64_MAX;
	bt_buf_init(&text, TEXT_MAX);
	assert_int_equal(bt_sale_encode(&sale, &text), BT_OK);
	assert_int_equal(bt_sale_decode(bt_buf_view(&text), &again, NULL), BT_OK);
	assert_true(again.lease == INT64_MAX);
	bt_buf_fini(&text);
}

static void sale_record_cut_at_each_byte(void **state)
{
	struct bt_sale sale = {.rev = 77};

	(void)state;
	for (size_t len = 0; len < sizeof token_text - 1; len++) {
		struct bt_bytes cut = {(const uint8_t *)token_text, len};

		assert_int_equal(bt_sale_decode(cut, &sale, NULL), BT_EFORMAT);
	}
	assert_int_equal(sale.rev, 77);
}

/* Put @p put in the place of the member that begins with @p member; the member ends before @p until. */
static void alter(const char *text, const char *member, const char *until, const char *put, char out[TEXT_MAX])
{
	const char *at = strstr(text, member), *end;

	assert_non_null(at);
	end = strstr(at + strlen(member), until);
	assert_non_null(end);
	snprintf(out, TEXT_MAX, "%.*s%s%s", (int)(at - text), text, put, end);
}

static void sale_record_each_member_is_needed(void **state)
{
	static const char *const members[] = {
	    "amount_paise", "connection", "delivery",  "dues_paise", "duty_paise", "energy_paise", "kind\":\"sts",
	    "lease",        "meter",      "operator",  "paid_at",    "pan",        "receipt",      "rev",
	    "sale_id",      "shift",      "tariff",    "tenders",    "terminal",   "units\":6",    "given_paise",
	    "id\":\"019a",  "kind\":\"c", "paise\":5", "base",       "dkga",       "ea\":",        "kcv",
	    "ken",          "krn",        "kt",        "sgc",        "ti\":",      "version",      "rnd",
	    "tid\":6",      "key"};
	struct bt_sale sale = {.rev = 77};
	char text[TEXT_MAX], quoted[64], renamed[64];

	(void)state;
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		snprintf(quoted, sizeof quoted, "\"%s", members[i]);
		snprintf(renamed, sizeof renamed, "\"x%s", members[i]);
		alter(token_text, quoted, "", renamed, text);
		if (decode(text, &sale) != BT_EFORMAT)
			fail_msg("read without %s", members[i]);
	}
	assert_int_equal(sale.rev, 77);
}

static void sale_record_wrong_types_and_ranges(void **state)
{
	static const struct {
		const char *member, *until, *put;
	} rows[] = {
	    {"\"amount_paise\":", ",", "\"amount_paise\":\"50000\""},
	    {"\"amount_paise\":", ",", "\"amount_paise\":-1"},
	    {"\"amount_paise\":", ",", "\"amount_paise\":99000000001"},
	    {"\"amount_paise\":", ",", "\"amount_paise\":50000.0"},
	    {"\"amount_paise\":", ",", "\"amount_paise\":9223372036854775808"},
	    {"\"amount_paise\":", ",", "\"amount_paise\":null"},
	    {"\"connection\":", ",", "\"connection\":100244781560"},
	    {"\"connection\":", ",", "\"connection\":\"10024478156010024478156\""},
	    {"\"delivery\":", ",", "\"delivery\":\"tokens\""},
	    {"\"delivery\":", ",", "\"delivery\":\"\""},
	    {"\"kind\":\"sts", ",", "\"kind\":\"coal\""},
	    {"\"sale_id\":", ",", "\"sale_id\":\"019a9f00-0000-4000-8000-000000000001\""},
	    {"\"sale_id\":", ",", "\"sale_id\":\"1\""},
	    {"\"tid\":", ",", "\"tid\":16777216"},
	    {"\"tid\":", ",", "\"tid\":-1"},
	    {"\"rnd\":", ",", "\"rnd\":16"},
	    {"\"krn\":", ",", "\"krn\":10"},
	    {"\"kt\":", ",", "\"kt\":4"},
	    {"\"ken\":", ",", "\"ken\":256"},
	    {"\"version\":", "}", "\"version\":4294967296"},
	    {"\"key\":", ",\"kind\":\"sts", "\"key\":[]"},
	    {"\"key\":", ",\"kind\":\"sts", "\"key\":null"},
	    {"\"tenders\":", ",\"terminal", "\"tenders\":{}"},
	    {"\"tenders\":", ",\"terminal", "\"tenders\":[1]"},
	    {"\"tenders\":", ",\"terminal", "\"tenders\":[{},{},{},{},{}]"},
	    {"\"rev\":", ",", "\"rev\":1,\"rev\":2"},
	};
	struct bt_sale sale = {.rev = 77};
	char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		alter(token_text, rows[i].member, rows[i].until, rows[i].put, text);
		if (decode(text, &sale) != BT_EFORMAT)
			fail_msg("read with %s", rows[i].put);
	}
	assert_int_equal(decode("[]", &sale), BT_EFORMAT);
	assert_int_equal(decode("7", &sale), BT_EFORMAT);
	assert_int_equal(sale.rev, 77);
}

/* Half a token identity is none that anybody could finish. */
static void sale_record_identity_whole_or_not_at_all(void **state)
{
	struct bt_sale sale;
	char text[TEXT_MAX], shorter[TEXT_MAX];

	(void)state;
	alter(token_text, ",\"tid\":", ",\"units", "", text);
	assert_int_equal(decode(text, &sale), BT_EFORMAT);
	alter(text, "\"rnd\":5,", "\"sale_id", "", shorter);
	assert_int_equal(decode(shorter, &sale), BT_EFORMAT);
}

static void sale_record_too_long(void **state)
{
	struct bt_sale sale;
	char *text = malloc(10001);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', 10000);
	memcpy(text, token_text, sizeof token_text - 1);
	text[10000] = 0;
	assert_int_equal(decode(text, &sale), BT_EFORMAT);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sale_record_is_the_contract_to_the_byte),
	    cmocka_unit_test(sale_record_round_trip),
	    cmocka_unit_test(sale_record_way_of_a_tender),
	    cmocka_unit_test(sale_record_too_small_a_buffer),
	    cmocka_unit_test(sale_record_lease_of_any_number),
	    cmocka_unit_test(sale_record_cut_at_each_byte),
	    cmocka_unit_test(sale_record_each_member_is_needed),
	    cmocka_unit_test(sale_record_wrong_types_and_ranges),
	    cmocka_unit_test(sale_record_identity_whole_or_not_at_all),
	    cmocka_unit_test(sale_record_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
