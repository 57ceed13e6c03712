/* Tariffs: signature before content, strict content, the price rule.
 *
 * rooms: core/tariff core/money core/base
 * Known answers: 500 rupees at 742 paise and 6 % from the REST protocol; the others divided by hand. */
#include "core/base/clock.h"
#include "core/tariff/tariff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char document_text[] =
    "{\"categories\":[{\"code\":\"DS-II\",\"duty_bp\":600,\"rate_paise\":742},"
    "{\"code\":\"NDS-I\",\"duty_bp\":0,\"rate_paise\":850}],"
    "\"cut\":{\"from\":\"10:00\",\"grace_hours\":72,\"not_sunday\":true,\"until\":\"13:00\"},"
    "\"format\":1,\"id\":\"BERC-2026-27\",\"maximum_paise\":1000000,\"minimum_paise\":10000,"
    "\"name\":{\"en\":\"BERC 2026-27\",\"hi\":\"BERC 2026-27\"},\"valid_from\":1775000000000}";

static struct bt_signer *open_signer(void)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {1, 2, 3};
	struct bt_signer *signer = NULL;
	assert_int_equal(bt_signer_open(seed, &signer), BT_OK);
	return signer;
}

static void seal(const struct bt_signer *signer, const char *document, struct bt_buf *out)
{
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	static char text[98304];
	char mark[128];
	assert_int_equal(bt_sign(signer, bt_bytes_of(document), signature), BT_OK);
	assert_int_equal(bt_base64_encode(bt_bytes_of(document), text, sizeof(text)), BT_OK);
	assert_int_equal(bt_base64_encode(BT_BYTES(signature), mark, sizeof(mark)), BT_OK);
	bt_buf_clear(out);
	assert_int_equal(bt_buf_printf(out, "{\"document\":\"%s\",\"signature\":\"%s\"}", text, mark), BT_OK);
}

static enum bt_err decode_all(const char *document, struct bt_tariffs *out)
{
	struct bt_signer *signer = open_signer();
	struct bt_buf envelope;
	bt_buf_init(&envelope, 98304);
	seal(signer, document, &envelope);
	enum bt_err err = bt_tariffs_decode(bt_buf_view(&envelope), bt_signer_public(signer), out, NULL);
	bt_buf_fini(&envelope);
	bt_signer_close(signer);
	return err;
}

static enum bt_err decode(const char *document, struct bt_tariff *out)
{
	struct bt_tariffs tariffs;
	enum bt_err err = decode_all(document, &tariffs);
	if (err == BT_OK) {
		assert_int_equal(tariffs.count, 1);
		*out = tariffs.list[0];
	}
	return err;
}

static void check_decode(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	assert_int_equal(decode(document_text, &tariff), BT_OK);
	assert_string_equal(tariff.id, "BERC-2026-27");
	assert_string_equal(tariff.name_hi, "BERC 2026-27");
	assert_int_equal(tariff.valid_from_ms, INT64_C(1775000000000));
	assert_int_equal(tariff.minimum, 10000);
	assert_int_equal(tariff.maximum, 1000000);
	assert_int_equal(tariff.cut_from_minute, 600);
	assert_int_equal(tariff.cut_until_minute, 780);
	assert_true(tariff.cut_not_sunday);
	assert_int_equal(tariff.cut_grace_hours, 72);
	assert_int_equal(tariff.count, 2);
	assert_string_equal(tariff.categories[1].code, "NDS-I");
	assert_int_equal(tariff.categories[1].rate, 850);
	assert_int_equal(tariff.categories[0].duty_bp, 600);
}

/* A changed bit is refused, or was one that base64 does not use and nothing came out different. */
static void check_changed(struct bt_bytes envelope, const uint8_t *key)
{
	struct bt_tariffs tariffs = {.count = 77};
	if (bt_tariffs_decode(envelope, key, &tariffs, NULL) != BT_OK) {
		assert_int_equal(tariffs.count, 77);
		return;
	}
	struct bt_tariff good, tariff = tariffs.list[0];
	assert_int_equal(decode(document_text, &good), BT_OK);
	assert_string_equal(tariff.id, good.id);
	assert_int_equal(tariff.count, good.count);
	assert_int_equal(tariff.categories[0].rate, good.categories[0].rate);
	assert_int_equal(tariff.categories[1].rate, good.categories[1].rate);
	assert_int_equal(tariff.maximum, good.maximum);
}

static void check_tampering(void **state)
{
	(void)state;
	struct bt_signer *signer = open_signer();
	struct bt_buf envelope;
	struct bt_tariffs tariffs = {.count = 77};
	bt_buf_init(&envelope, 65536);
	seal(signer, document_text, &envelope);
	for (size_t i = 0; i < envelope.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			envelope.data[i] ^= (uint8_t)(1 << bit);
			check_changed(bt_buf_view(&envelope), bt_signer_public(signer));
			envelope.data[i] ^= (uint8_t)(1 << bit);
		}
		struct bt_bytes cut = {envelope.data, i};
		assert_int_equal(bt_tariffs_decode(cut, bt_signer_public(signer), &tariffs, NULL), BT_EFORMAT);
	}
	uint8_t other[BT_ED25519_PUBLIC_LEN];
	memcpy(other, bt_signer_public(signer), sizeof(other));
	other[3] ^= 1;
	assert_int_equal(bt_tariffs_decode(bt_buf_view(&envelope), other, &tariffs, NULL), BT_EAUTH);
	assert_int_equal(tariffs.count, 77);
	bt_buf_fini(&envelope);
	bt_signer_close(signer);
}

/* ---- more than one order ---- */

static void put_order(char *out, size_t size, const char *id, int64_t from)
{
	snprintf(out, size,
		 "{\"categories\":[{\"code\":\"DS-II\",\"duty_bp\":600,\"rate_paise\":790}],"
		 "\"cut\":{\"from\":\"10:00\",\"grace_hours\":72,\"not_sunday\":true,\"until\":\"13:00\"},"
		 "\"format\":1,\"id\":\"%s\",\"maximum_paise\":1000000,\"minimum_paise\":10000,"
		 "\"name\":{\"en\":\"T\",\"hi\":\"T\"},\"valid_from\":%lld}",
		 id, (long long)from);
}

/* The good document with orders beside it. */
static enum bt_err decode_with(const char *first, const char *second, struct bt_tariffs *out)
{
	char text[4096];
	snprintf(text, sizeof(text), "%.*s,\"others\":[%s%s%s]}", (int)strlen(document_text) - 1, document_text, first,
		 *second ? "," : "", second);
	return decode_all(text, out);
}

/* Known times: 2025-04-01 and 2027-04-01, 00:00 in India; the good document's own lies between the first two. */
static void check_orders(void **state)
{
	(void)state;
	const int64_t before = INT64_C(1743445800000), own = INT64_C(1775000000000), after = INT64_C(1806517800000);
	char early[1024], late[1024], other[1024];
	struct bt_tariffs tariffs = {.count = 77};
	put_order(early, sizeof(early), "BERC-2025-26", before);
	put_order(late, sizeof(late), "BERC-2027-28", after);
	assert_int_equal(decode_with(late, early, &tariffs), BT_OK);
	assert_int_equal(tariffs.count, 3);
	assert_string_equal(bt_tariffs_at(&tariffs, before)->id, "BERC-2025-26");
	assert_string_equal(bt_tariffs_at(&tariffs, own - 1)->id, "BERC-2025-26");
	assert_string_equal(bt_tariffs_at(&tariffs, own)->id, "BERC-2026-27");
	assert_string_equal(bt_tariffs_at(&tariffs, after - 1)->id, "BERC-2026-27");
	assert_string_equal(bt_tariffs_at(&tariffs, after)->id, "BERC-2027-28");
	assert_string_equal(bt_tariffs_at(&tariffs, INT64_MAX)->id, "BERC-2027-28");
	assert_string_equal(bt_tariffs_at(&tariffs, 0)->id, "BERC-2025-26");
	assert_int_equal(bt_tariffs_find(&tariffs, "BERC-2027-28")->categories[0].rate, 790);
	assert_null(bt_tariffs_find(&tariffs, "BERC-2028-29"));
	/* Two of one time or of one name, and one that is none. */
	tariffs.count = 77;
	put_order(other, sizeof(other), "BERC-2024-25", after);
	assert_int_equal(decode_with(late, other, &tariffs), BT_EFORMAT);
	put_order(other, sizeof(other), "BERC-2026-27", before);
	assert_int_equal(decode_with(late, other, &tariffs), BT_EFORMAT);
	assert_int_equal(decode_with(late, "7", &tariffs), BT_EFORMAT);
	assert_int_equal(decode_with("{}", "", &tariffs), BT_EFORMAT);
	assert_int_equal(tariffs.count, 77);
}

static void put_largest_order(struct bt_buf *out, int which)
{
	assert_int_equal(bt_buf_printf(out, "{\"categories\":["), BT_OK);
	for (int i = 0; i < BT_TARIFF_CATEGORIES; i++) {
		assert_int_equal(
		    bt_buf_printf(out,
				  "%s{\"code\":\"NDS-II-%04d\",\"duty_bp\":10000,\"fixed_paise\":100000000,"
				  "\"gives_free\":false,\"rate_paise\":100000,\"steps\":[",
				  i > 0 ? "," : "", i),
		    BT_OK);
		for (int step = 1; step < BT_TARIFF_STEPS; step++)
			assert_int_equal(bt_buf_printf(out, "%s{\"above\":%d,\"rate_paise\":100000}",
						       step > 1 ? "," : "", 999999990 + step),
					 BT_OK);
		assert_int_equal(bt_buf_printf(out, "]}"), BT_OK);
	}
	assert_int_equal(bt_buf_printf(out, "],\"cut\":{\"from\":\"10:00\",\"grace_hours\":8760,\"holidays\":["),
			 BT_OK);
	for (int i = 0; i < BT_TARIFF_HOLIDAYS; i++)
		assert_int_equal(bt_buf_printf(out, "%s\"20%02d-10-02\"", i > 0 ? "," : "", i), BT_OK);
	assert_int_equal(bt_buf_printf(out,
				       "],\"not_sunday\":false,\"until\":\"13:00\"},\"format\":1,\"id\":\"BERC-%d\","
				       "\"maximum_paise\":1000000,\"minimum_paise\":10000,"
				       "\"name\":{\"en\":\"T\",\"hi\":\"T\"},\"valid_from\":%d",
				       which, which),
			 BT_OK);
}

/* As much as the limits of every member allow, in every order that a counter may hold. */
static void check_largest(void **state)
{
	(void)state;
	struct bt_buf text;
	struct bt_tariffs tariffs = {.count = 77};
	bt_buf_init(&text, 98304);
	put_largest_order(&text, 0);
	assert_int_equal(bt_buf_printf(&text, ",\"others\":["), BT_OK);
	for (int i = 1; i < BT_TARIFFS_MAX; i++) {
		assert_int_equal(bt_buf_printf(&text, i > 1 ? "," : ""), BT_OK);
		put_largest_order(&text, i);
		assert_int_equal(bt_buf_printf(&text, "}"), BT_OK);
	}
	assert_int_equal(bt_buf_printf(&text, "]}"), BT_OK);
	assert_int_equal(decode_all((const char *)text.data, &tariffs), BT_OK);
	assert_int_equal(tariffs.count, BT_TARIFFS_MAX);
	assert_int_equal(tariffs.list[3].count, BT_TARIFF_CATEGORIES);
	assert_int_equal(tariffs.list[3].categories[31].steps[5].above, 999999995);
	bt_buf_fini(&text);
}

/* Each row replaces one part of the good document; signed, and still refused. */
static void check_strictness(void **state)
{
	(void)state;
	static const struct {
		const char *part, *instead;
	} rows[] = {
	    {"\"format\":1", "\"format\":2"},
	    {"\"rate_paise\":742", "\"rate_paise\":0"},
	    {"\"rate_paise\":742", "\"rate_paise\":100001"},
	    {"\"rate_paise\":742", "\"rate_paise\":7.42"},
	    {"\"rate_paise\":742", "\"rate_paise\":\"742\""},
	    {"\"duty_bp\":600", "\"duty_bp\":-1"},
	    {"\"duty_bp\":600", "\"duty_bp\":10001"},
	    {"\"duty_bp\":600", "\"duty\":600"},
	    {"NDS-I", "DS-II"},
	    {"NDS-I", ""},
	    {"NDS-I", "NDS-I-AND-MUCH-MORE"},
	    {"10:00", "24:00"},
	    {"10:00", "1000"},
	    {"10:00", "14:00"},
	    {"\"minimum_paise\":10000", "\"minimum_paise\":1000001"},
	    {"\"minimum_paise\":10000", "\"minimum_paise\":0"},
	    {"\"not_sunday\":true", "\"not_sunday\":1"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":\"2026-10-02\""},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[20261002]"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[\"2026-10-2\"]"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[\"2026-13-02\"]"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[\"2026-04-31\"]"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[\"1969-12-31\"]"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[\"2026-10-02\",\"2026-10-02\"]"},
	    {"\"not_sunday\":true", "\"not_sunday\":true,\"holidays\":[\"2026-10-02\",\"2026-01-26\"]"},
	    {"\"id\":\"BERC-2026-27\"", "\"id\":\"\""},
	    {"\"hi\":", "\"en\":"},
	    {"\"categories\":[", "\"categories\":[], \"rows\":["},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char changed[2048];
		struct bt_tariff tariff = {.count = 77};
		const char *at = strstr(document_text, rows[i].part);
		assert_non_null(at);
		assert_int_equal(bt_text_printf(changed, sizeof(changed), "%.*s%s%s", (int)(at - document_text),
						document_text, rows[i].instead, at + strlen(rows[i].part)),
				 BT_OK);
		assert_int_equal(decode(changed, &tariff), BT_EFORMAT);
		assert_int_equal(tariff.count, 77);
	}
	struct bt_tariff tariff;
	assert_int_equal(decode("", &tariff), BT_EFORMAT);
	assert_int_equal(decode("[]", &tariff), BT_EFORMAT);
}

static void check_quote(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	struct bt_quote quote;
	assert_int_equal(decode(document_text, &tariff), BT_OK);
	static const struct {
		const char *category;
		bt_paise amount, dues, energy, duty;
		int64_t units;
	} rows[] = {
	    {"DS-II", 50000, 0, 47170, 2830, 635},
	    {"DS-II", 100000, 30000, 66038, 3962, 890},
	    {"DS-II", 50000, 50000, 0, 0, 0},
	    {"DS-II", 1, 0, 1, 0, 0}, /* 0.943 paisa rounds up */
	    {"DS-II", 106, 0, 100, 6, 1},
	    {"NDS-I", 85000, 0, 85000, 0, 1000},
	    {"DS-II", BT_PAISE_MAX, 0, INT64_C(93396226415), INT64_C(5603773585), INT64_C(1258709250)},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(bt_tariff_quote(&tariff, rows[i].category, NULL, rows[i].amount, rows[i].dues, &quote),
				 BT_OK);
		assert_int_equal(quote.energy, rows[i].energy);
		assert_int_equal(quote.duty, rows[i].duty);
		assert_int_equal(quote.units, rows[i].units);
		assert_int_equal(quote.energy + quote.duty + quote.dues, quote.amount);
		assert_string_equal(quote.tariff, "BERC-2026-27");
	}
	quote.units = 77;
	assert_int_equal(bt_tariff_quote(&tariff, "HT", NULL, 50000, 0, &quote), BT_ENOTFOUND);
	assert_int_equal(bt_tariff_quote(&tariff, "DS-II", NULL, 0, 0, &quote), BT_ERANGE);
	assert_int_equal(bt_tariff_quote(&tariff, "DS-II", NULL, 500, 501, &quote), BT_ERANGE);
	assert_int_equal(bt_tariff_quote(&tariff, "DS-II", NULL, 500, -1, &quote), BT_ERANGE);
	assert_int_equal(bt_tariff_quote(&tariff, "DS-II", NULL, BT_PAISE_MAX + 1, 0, &quote), BT_ERANGE);
	assert_int_equal(quote.units, 77);
}

/* Indian times of November 2026, whose 20th is a Friday, in milliseconds. */
static int64_t india(int day, int hour, int minute)
{
	return bt_civil_to_ms((struct bt_civil){.year = 2026, .month = 11, .day = day, .hour = hour, .minute = minute},
			      BT_INDIA_OFFSET_MINUTES);
}

static void check_next_cut(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	assert_int_equal(decode(document_text, &tariff), BT_OK); /* 10:00 to 13:00, not on a Sunday */
	assert_int_equal(bt_tariff_next_cut(&tariff, india(20, 3, 0)), india(20, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(20, 10, 0)), india(20, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(20, 12, 59)), india(20, 12, 59));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(20, 13, 0)), india(21, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(21, 13, 0)), india(23, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(22, 11, 0)), india(23, 10, 0));
	tariff.cut_not_sunday = false;
	assert_int_equal(bt_tariff_next_cut(&tariff, india(22, 11, 0)), india(22, 11, 0));
}

/* 26 January 2026 is 20479 days after 1 January 1970: 56 years of 365 days, 14 leap days, 25 days. */
static void check_holidays(void **state)
{
	(void)state;
	static const char with[] = "\"not_sunday\":true,\"holidays\":[\"2026-01-26\",\"2026-11-23\"]";
	char document[2048];
	struct bt_tariff tariff;
	const char *at = strstr(document_text, "\"not_sunday\":true");
	assert_int_equal(bt_text_printf(document, sizeof(document), "%.*s%s%s", (int)(at - document_text),
					document_text, with, at + strlen("\"not_sunday\":true")),
			 BT_OK);
	assert_int_equal(decode(document, &tariff), BT_OK);
	assert_int_equal(tariff.holiday_count, 2);
	assert_int_equal(tariff.holidays[0], 20479);
	/* Saturday afternoon, Sunday, and Monday is a holiday: Tuesday. */
	assert_int_equal(bt_tariff_next_cut(&tariff, india(21, 13, 0)), india(24, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(22, 11, 0)), india(24, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(23, 11, 0)), india(24, 10, 0));
	assert_int_equal(bt_tariff_next_cut(&tariff, india(24, 11, 0)), india(24, 11, 0));
	/* Two days of holiday behind a Sunday. */
	tariff.holidays[0] = tariff.holidays[1];
	tariff.holidays[1]++;
	assert_int_equal(bt_tariff_next_cut(&tariff, india(21, 13, 0)), india(25, 10, 0));
}

/* At 742 paise and 6 % a kWh costs 786.52 paise. */
static void check_safe_amount(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	assert_int_equal(decode(document_text, &tariff), BT_OK);
	static const struct {
		const char *why;
		int day, hour, grace_hours;
		bool monday_off;
		struct bt_tariff_use use;
		bt_paise safe;
	} rows[] = {
	    {"negative and the minimum", 20, 12, 72, false, {"DS-II", -14230, 3100, 0, 480}, 24300},
	    {"enough", 20, 12, 72, false, {"DS-II", 10000, 0, 60, 0}, 0},
	    {"a paisa less: not below the minimum", 20, 12, 72, false, {"DS-II", 9999, 0, 60, 0}, 10000},
	    {"Saturday evening to Monday 10:00: 40 hours, 20.0 kWh", 21, 18, 0, false, {"DS-II", 0, 0, 120, 0}, 15800},
	    {"and its part of the dues: 51.67", 21, 18, 0, false, {"DS-II", 0, 3100, 120, 0}, 20900},
	    {"of which 15.0 kWh are free", 21, 18, 0, false, {"DS-II", 0, 0, 120, 150}, 10000},
	    {"Monday is a holiday: 64 hours, 32.0 kWh", 21, 18, 0, true, {"DS-II", 0, 0, 120, 0}, 25200},
	    {"Sunday 09:00: 25 hours, 25.0 kWh", 22, 9, 0, false, {"DS-II", 0, 0, 240, 0}, 19700},
	    {"a day of grace leaves 16 of the 40 hours: 8.0 kWh", 21, 18, 24, false, {"DS-II", 0, 0, 120, 0}, 10000},
	    {"the same at 30 kWh a day: 20.0 kWh", 21, 18, 24, false, {"DS-II", 0, 0, 300, 0}, 15800},
	    {"three days of grace outlast the Sunday", 21, 18, 72, false, {"DS-II", 0, 0, 300, 0}, 10000},
	    {"what is held counts", 21, 18, 0, false, {"DS-II", 4000, 0, 120, 0}, 11800},
	    {"no such category: only what is negative", 21, 18, 0, false, {"HT", -5000, 0, 120, 0}, 15000},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tariff.cut_grace_hours = rows[i].grace_hours;
		tariff.holiday_count = rows[i].monday_off ? 1 : 0;
		tariff.holidays[0] = 20780; /* 23 November 2026, 301 days after 26 January */
		bt_paise safe = bt_tariff_safe_amount(&tariff, &rows[i].use, india(rows[i].day, rows[i].hour, 0));
		if (safe != rows[i].safe)
			fail_msg("%s: %lld", rows[i].why, (long long)safe);
	}
}

static void check_safe_until(void **state)
{
	(void)state;
	struct bt_tariff tariff;
	assert_int_equal(decode(document_text, &tariff), BT_OK);
	static const struct {
		const char *why;
		int day, hour, grace_hours;
		bool monday_off;
		struct bt_tariff_use use;
		int until_day, until_hour;
	} rows[] = {
	    {"a day from Friday noon", 20, 12, 0, false, {"DS-II", 4720, 0, 60, 0}, 21, 12},
	    {"two days: a Sunday", 20, 12, 0, false, {"DS-II", 9439, 0, 60, 0}, 23, 10},
	    {"and a holiday", 20, 12, 0, true, {"DS-II", 9439, 0, 60, 0}, 24, 10},
	    {"Saturday evening", 20, 18, 0, false, {"DS-II", 4720, 0, 60, 0}, 23, 10},
	    {"Saturday evening and three days", 20, 18, 72, false, {"DS-II", 4720, 0, 60, 0}, 25, 10},
	    {"free units last, too", 20, 12, 0, false, {"DS-II", 0, 0, 60, 60}, 21, 12},
	    {"the part of the dues is taken as well", 20, 12, 0, false, {"DS-II", 7820, 3100, 60, 0}, 21, 12},
	    {"nothing left: at once", 20, 12, 0, false, {"DS-II", 0, 0, 60, 0}, 20, 12},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tariff.cut_grace_hours = rows[i].grace_hours;
		tariff.holiday_count = rows[i].monday_off ? 1 : 0;
		tariff.holidays[0] = 20780;
		int64_t until = bt_tariff_safe_until(&tariff, &rows[i].use, india(rows[i].day, rows[i].hour, 0));
		if (until != india(rows[i].until_day, rows[i].until_hour, 0))
			fail_msg("%s: %lld", rows[i].why, (long long)until);
	}
	/* A tenth of a kWh that has begun is owed: 59.9 of 60.0 kWh last 9 days, 23 hours and 36 minutes. */
	tariff.cut_grace_hours = 0;
	tariff.holiday_count = 0;
	struct bt_tariff_use use = {"DS-II", 47191, 0, 60, 0};
	assert_int_equal(bt_tariff_safe_until(&tariff, &use, india(20, 12, 0)), india(30, 11, 36));
	use.balance = -1;
	assert_int_equal(bt_tariff_safe_until(&tariff, &use, india(20, 12, 0)), 0);
	use = (struct bt_tariff_use){"DS-II", 47191, 0, 0, 0};
	assert_int_equal(bt_tariff_safe_until(&tariff, &use, india(20, 12, 0)), 0);
	use = (struct bt_tariff_use){"HT", 47191, 0, 60, 0};
	assert_int_equal(bt_tariff_safe_until(&tariff, &use, india(20, 12, 0)), 0);
	use = (struct bt_tariff_use){"DS-II", BT_PAISE_MAX, 0, 60, 0};
	assert_int_equal(bt_tariff_safe_until(&tariff, &use, india(20, 12, 0)), 0);
	use = (struct bt_tariff_use){"DS-II", BT_PAISE_MAX, BT_PAISE_MAX, BT_DAILY_UNITS_MAX, 0};
	assert_true(bt_tariff_safe_until(&tariff, &use, india(20, 12, 0)) >= india(20, 12, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_decode),     cmocka_unit_test(check_tampering),  cmocka_unit_test(check_orders),
	    cmocka_unit_test(check_largest),    cmocka_unit_test(check_strictness), cmocka_unit_test(check_quote),
	    cmocka_unit_test(check_next_cut),   cmocka_unit_test(check_holidays),   cmocka_unit_test(check_safe_amount),
	    cmocka_unit_test(check_safe_until),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
