#include "ui/widget/dates.h"

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

static const char *const weekdays[7] = {N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat")};
static const char *const months[12] = {N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
				       N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")};

static const char *const whole_months[12] = {N_("January"),   N_("February"), N_("March"),    N_("April"),
					     N_("May"),       N_("June"),     N_("July"),     N_("August"),
					     N_("September"), N_("October"),  N_("November"), N_("December")};

static struct bt_civil civil_of(int64_t ms)
{
	return bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
}

static void fill(const struct bt_ui_canvas *canvas, const char *key, const char *const *args, char *out)
{
	(void)bt_words_format(canvas->words, canvas->lang, key, args, out, BT_DATE_BYTES);
}

void bt_ui_time(int64_t ms, char out[BT_DATE_BYTES])
{
	struct bt_civil civil = civil_of(ms);
	bt_text_printf(out, BT_DATE_BYTES, "%02d:%02d", civil.hour, civil.minute);
}

void bt_ui_time_seconds(int64_t ms, char out[BT_DATE_BYTES])
{
	struct bt_civil civil = civil_of(ms);
	bt_text_printf(out, BT_DATE_BYTES, "%02d:%02d:%02d", civil.hour, civil.minute, civil.second);
}

void bt_ui_date_day(const struct bt_ui_canvas *canvas, int64_t ms, char out[BT_DATE_BYTES])
{
	struct bt_civil civil = civil_of(ms);
	bt_text_printf(out, BT_DATE_BYTES, "%s %d %s", bt_ui_word(canvas, weekdays[civil.weekday]), civil.day,
		       bt_ui_word(canvas, months[civil.month - 1]));
}

void bt_ui_date_time(const struct bt_ui_canvas *canvas, int64_t ms, char out[BT_DATE_BYTES])
{
	char day[BT_DATE_BYTES], time[BT_DATE_BYTES];
	bt_ui_date_day(canvas, ms, day);
	bt_ui_time(ms, time);
	fill(canvas, N_("{1}, {2}"), (const char *[]){day, time, NULL}, out);
}

void bt_ui_date_short(const struct bt_ui_canvas *canvas, int64_t ms, char out[BT_DATE_BYTES])
{
	struct bt_civil civil = civil_of(ms);
	char time[BT_DATE_BYTES];
	bt_ui_time(ms, time);
	bt_text_printf(out, BT_DATE_BYTES, "%02d %s %s", civil.day, bt_ui_word(canvas, months[civil.month - 1]), time);
}

void bt_ui_month(const struct bt_ui_canvas *canvas, int32_t month, char out[BT_DATE_BYTES])
{
	bt_text_printf(out, BT_DATE_BYTES, "%s %d", bt_ui_word(canvas, whole_months[(month % 100 + 11) % 12]),
		       month / 100);
}

int64_t bt_ui_days_ago(int64_t ms, int64_t now_ms)
{
	int64_t shift = BT_INDIA_OFFSET_MINUTES * MINUTE_MS;
	return (now_ms + shift) / DAY_MS - (ms + shift) / DAY_MS;
}

void bt_ui_date_near(const struct bt_ui_canvas *canvas, int64_t ms, int64_t now_ms, char out[BT_DATE_BYTES])
{
	int64_t days = bt_ui_days_ago(ms, now_ms);
	char time[BT_DATE_BYTES];
	bt_ui_time(ms, time);
	if (days == 0) {
		bt_text_copy(out, BT_DATE_BYTES, time);
	} else if (days == 1) {
		fill(canvas, N_("yesterday {1}"), (const char *[]){time, NULL}, out);
	} else {
		bt_ui_date_time(canvas, ms, out);
	}
}

void bt_ui_span(int64_t span_ms, char out[BT_DATE_BYTES])
{
	int64_t minutes = span_ms / MINUTE_MS;
	bt_text_printf(out, BT_DATE_BYTES, "%lld:%02lld", (long long)(minutes / 60), (long long)(minutes % 60));
}

void bt_ui_seconds(int64_t span_ms, char out[BT_DATE_BYTES])
{
	int64_t tenths = (span_ms + 50) / 100;
	bt_text_printf(out, BT_DATE_BYTES, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}
