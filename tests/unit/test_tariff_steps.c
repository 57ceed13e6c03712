/* Tariffs with steps, a fixed charge and free units: the document, and quotes against known answers.
 *
 * rooms: core/tariff core/money core/base
 * Source: tests/vectors/tariff_steps.csv (see its README); what is not in it was worked out by hand. */
#include "core/base/clock.h"
#include "core/tariff/tariff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIELDS 18

static enum bt_err decode(const char *members, struct bt_tariff *out)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {1, 2, 3};
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	char document[2048], text[4096], mark[128];
	struct bt_signer *signer = NULL;
	struct bt_buf envelope;
	assert_int_equal(bt_signer_open(seed, &signer), BT_OK);
	snprintf(document, sizeof(document),
		 "{\"categories\":[{\"code\":\"X\",%s}],"
		 "\"cut\":{\"from\":\"10:00\",\"grace_hours\":72,\"not_sunday\":true,\"until\":\"13:00\"},"
		 "\"format\":1,\"id\":\"T\",\"maximum_paise\":1000000,\"minimum_paise\":1,"
		 "\"name\":{\"en\":\"T\",\"hi\":\"T\"},\"valid_from\":0}",
		 members);
	assert_int_equal(bt_sign(signer, bt_bytes_of(document), signature), BT_OK);
	assert_int_equal(bt_base64_encode(bt_bytes_of(document), text, sizeof(text)), BT_OK);
	assert_int_equal(bt_base64_encode(BT_BYTES(signature), mark, sizeof(mark)), BT_OK);
	bt_buf_init(&envelope, 65536);
	assert_int_equal(bt_buf_printf(&envelope, "{\"document\":\"%s\",\"signature\":\"%s\"}", text, mark), BT_OK);
	struct bt_tariffs tariffs;
	enum bt_err err = bt_tariffs_decode(bt_buf_view(&envelope), bt_signer_public(signer), &tariffs, NULL);
	if (err == BT_OK)
		*out = tariffs.list[0];
	bt_buf_fini(&envelope);
	bt_signer_close(signer);
	return err;
}

static void check_document(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	assert_int_equal(decode("\"duty_bp\":600,\"rate_paise\":742,\"fixed_paise\":4000,\"gives_free\":true,"
				"\"steps\":[{\"above\":1000,\"rate_paise\":895}]",
				&tariff),
			 BT_OK);
	const struct bt_tariff_category *row = bt_tariff_category_find(&tariff, "X");
	assert_non_null(row);
	assert_int_equal(row->fixed, 4000);
	assert_true(row->gives_free);
	assert_int_equal(row->step_count, 2);
	assert_int_equal(row->steps[0].above, 0);
	assert_int_equal(row->steps[0].rate, 742);
	assert_int_equal(row->steps[1].above, 1000);
	assert_int_equal(row->steps[1].rate, 895);
	assert_true(bt_tariff_is_monthly(row));
	assert_int_equal(decode("\"duty_bp\":600,\"rate_paise\":742", &tariff), BT_OK);
	assert_false(bt_tariff_is_monthly(&tariff.categories[0]));
}

static void check_bad_documents(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "\"steps\":[]",
	    "\"steps\":{}",
	    "\"steps\":[7]",
	    "\"steps\":[{\"above\":0,\"rate_paise\":895}]",
	    "\"steps\":[{\"above\":1000000001,\"rate_paise\":895}]",
	    "\"steps\":[{\"above\":1000,\"rate_paise\":0}]",
	    "\"steps\":[{\"above\":1000}]",
	    "\"steps\":[{\"above\":1000,\"rate_paise\":895},{\"above\":1000,\"rate_paise\":900}]",
	    "\"steps\":[{\"above\":1,\"rate_paise\":1},{\"above\":2,\"rate_paise\":1},{\"above\":3,\"rate_paise\":1},"
	    "{\"above\":4,\"rate_paise\":1},{\"above\":5,\"rate_paise\":1},{\"above\":6,\"rate_paise\":1},"
	    "{\"above\":7,\"rate_paise\":1},{\"above\":8,\"rate_paise\":1}]",
	    "\"fixed_paise\":-1",
	    "\"fixed_paise\":100000001",
	    "\"fixed_paise\":\"40\"",
	    "\"gives_free\":1",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char members[1024];
		struct bt_tariff tariff;
		snprintf(members, sizeof(members), "\"duty_bp\":600,\"rate_paise\":742,%s", bad[i]);
		assert_int_equal(decode(members, &tariff), BT_EFORMAT);
	}
}

/* "0:742;1000:895" */
static void read_steps(char *text, struct bt_tariff_category *out)
{
	char *rest = NULL;
	for (char *row = strtok_r(text, ";", &rest); row; row = strtok_r(NULL, ";", &rest)) {
		char *rate = strchr(row, ':');
		assert_non_null(rate);
		out->steps[out->step_count++] =
		    (struct bt_tariff_step){strtoll(row, NULL, 10), strtoll(rate + 1, NULL, 10)};
	}
	out->rate = out->steps[0].rate;
	if (out->step_count == 1)
		out->step_count = 0;
}

static void check_parts(const struct bt_tariff_category *category, const struct bt_quote *quote)
{
	struct bt_tariff_part parts[BT_TARIFF_STEPS];
	int count = bt_tariff_parts(category, quote, parts);
	int64_t units = 0;
	bt_paise energy = 0;
	for (int i = 0; i < count; i++) {
		units += parts[i].units;
		energy += parts[i].energy;
	}
	assert_int_equal(units, quote->units - quote->free);
	assert_int_equal(energy, count > 0 ? quote->energy : 0);
}

static void check_row(char *line)
{
	int64_t n[FIELDS] = {0};
	char *field[FIELDS], *rest = line;
	struct bt_tariff tariff = {.id = "T", .count = 1, .categories = {{.code = "X"}}};
	struct bt_tariff_category *category = &tariff.categories[0];
	struct bt_quote quote;
	for (int i = 0; i < FIELDS; i++) {
		field[i] = strsep(&rest, ",");
		assert_non_null(field[i]);
		n[i] = strtoll(field[i], NULL, 10);
	}
	assert_null(rest);
	read_steps(field[1], category);
	category->duty_bp = (int)n[2];
	category->fixed = n[3];
	category->gives_free = n[4] != 0;
	struct bt_tariff_month known = {(int32_t)n[5], n[6], n[7], n[8]};
	struct bt_tariff_month month = bt_tariff_month_in(category, &known, (int32_t)n[9]);
	assert_int_equal(bt_tariff_quote(&tariff, "X", &month, n[10], n[11], &quote), BT_OK);
	bool same = quote.fixed == n[12] && quote.energy == n[13] && quote.duty == n[14] && quote.units == n[15] &&
		    quote.free == n[16] && quote.rate == n[17];
	if (!same)
		fail_msg("%s: fixed %lld energy %lld duty %lld units %lld free %lld rate %lld", field[0],
			 (long long)quote.fixed, (long long)quote.energy, (long long)quote.duty, (long long)quote.units,
			 (long long)quote.free, (long long)quote.rate);
	assert_int_equal(quote.month, n[9]);
	assert_int_equal(quote.before, month.units);
	check_parts(category, &quote);
}

static void check_known_answers(void **state)
{
	(void)state;
	char line[512];
	int rows = 0;
	FILE *file = fopen(BATTI_VECTORS_DIR "/tariff_steps.csv", "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	for (; fgets(line, sizeof(line), file) != NULL; rows++)
		check_row(line);
	fclose(file);
	assert_int_equal(rows, 28);
}

/* 100.0 units at 7.42 and 22.5 at 8.95; one paisa below a tenth of a kWh stands with the last. */
static void check_two_parts(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	struct bt_quote quote;
	struct bt_tariff_part parts[BT_TARIFF_STEPS];
	const struct bt_tariff_month month = {.of = 202611};
	assert_int_equal(
	    decode("\"duty_bp\":600,\"rate_paise\":742,\"steps\":[{\"above\":1000,\"rate_paise\":895}]", &tariff),
	    BT_OK);
	assert_int_equal(bt_tariff_quote(&tariff, "X", &month, 100000, 0, &quote), BT_OK);
	assert_int_equal(bt_tariff_parts(&tariff.categories[0], &quote, parts), 2);
	assert_int_equal(parts[0].units, 1000);
	assert_int_equal(parts[0].energy, 74200);
	assert_int_equal(parts[1].units, 225);
	assert_int_equal(parts[1].energy, 20140);
	quote.units++; /* of another tariff */
	assert_int_equal(bt_tariff_parts(&tariff.categories[0], &quote, parts), 0);
}

static void check_ranges(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	struct bt_quote quote = {.units = 77};
	static const struct bt_tariff_month bad[] = {
	    {202611, -1, 0, 0}, {202611, BT_MONTH_UNITS_MAX + 1, 0, 0}, {202611, 0, -1, 0}, {202611, 0, 0, -1}};
	assert_int_equal(decode("\"duty_bp\":600,\"rate_paise\":742,\"fixed_paise\":4000", &tariff), BT_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bt_tariff_quote(&tariff, "X", &bad[i], 50000, 0, &quote), BT_ERANGE);
	assert_int_equal(quote.units, 77);
	assert_int_equal(bt_tariff_quote(&tariff, "X", NULL, 50000, 0, &quote), BT_OK);
	assert_int_equal(quote.fixed, 0);
}

/* 30 November 2026, 18:29:59 UTC is still November in India; a second later it is not. */
static void check_month_of(void **state)
{
	(void)state;
	struct bt_civil turn = {.year = 2026, .month = 12, .day = 1};
	int64_t ms = bt_civil_to_ms(turn, BT_INDIA_OFFSET_MINUTES);
	assert_int_equal(bt_tariff_month_of(ms), 202612);
	assert_int_equal(bt_tariff_month_of(ms - 1), 202611);
	turn.year = 2027;
	turn.month = 1;
	assert_int_equal(bt_tariff_month_of(bt_civil_to_ms(turn, BT_INDIA_OFFSET_MINUTES)), 202701);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_document),      cmocka_unit_test(check_bad_documents),
	    cmocka_unit_test(check_known_answers), cmocka_unit_test(check_two_parts),
	    cmocka_unit_test(check_ranges),        cmocka_unit_test(check_month_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
