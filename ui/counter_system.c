/* Everything an engineer on the telephone asks: the system page and `batti doctor` read the same lines. */
#include <stdio.h>
#include <string.h>

#include "core/authority/identity.h"
#include "ui/counter_parts.h"

#define CERTIFICATE_SHORT_MS (7 * INT64_C(86400000))

struct page {
	struct bt_counter *counter;
	struct bt_ui_system_line *lines;
	int max, count;
};

/* Add a line: its sentence in both languages with the places filled. */
static void add(struct page *page, const char *label, enum bt_ui_mark mark, const char *key, const char *first,
		const char *second)
{
	const char *args[3] = {first ? first : "", second ? second : "", NULL};
	struct bt_ui_system_line *line;

	if (page->count >= page->max)
		return;
	line = &page->lines[page->count++];
	*line = (struct bt_ui_system_line){.label = label};
	line->mark = mark;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		bt_words_format(page->counter->words, (enum bt_lang)lang, key, args, line->value[lang],
				sizeof line->value[lang]);
}

static void format_day(int64_t ms, char out[32])
{
	struct bt_civil c = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);

	snprintf(out, 32, "%02d.%02d.%04d %02d:%02d", c.day, c.month, c.year, c.hour, c.minute);
}

static void add_server(struct page *page)
{
	const struct bt_breaker *breaker = &page->counter->breaker;
	char seconds[32];

	snprintf(seconds, sizeof seconds, "%d.%02d", breaker->latency_ms / 1000, breaker->latency_ms % 1000 / 10);
	if (!page->counter->has_wire || breaker->state == BT_BREAKER_OFFLINE)
		add(page, N_("Server"), BT_UI_BAD, N_("does not answer: {1}"), page->counter->enrolment.url, NULL);
	else
		add(page, N_("Server"), breaker->state == BT_BREAKER_ONLINE ? BT_UI_GOOD : BT_UI_WARN,
		    N_("answers in {1} s"), seconds, NULL);
}

/* Until when the server lets this counter in. Judged by trusted time only (PROTOCOL L2); one that holds for less than a
 * week when it is given is no reason to worry anybody before it was to be renewed. */
static void add_access(struct page *page)
{
	const struct bt_identity *identity = page->counter->identity;
	const char *key = N_("till {1}");
	enum bt_ui_mark mark = BT_UI_GOOD;
	int64_t now, until_ms;
	char until[32];

	if (!identity)
		return;
	until_ms = bt_identity_until_ms(identity);
	format_day(until_ms, until);
	if (bt_clock_trust_now(&bt_sync_state(page->counter->sync)->trust, &page->counter->clock, &now) == BT_OK) {
		if (now >= until_ms) {
			mark = BT_UI_BAD;
			key = N_("ended {1}, not renewed: tell the office");
		} else if (now >= bt_identity_renew_ms(identity) && until_ms - now < CERTIFICATE_SHORT_MS) {
			mark = BT_UI_WARN;
			key = N_("till {1}, not renewed: tell the office");
		}
	}
	add(page, N_("Server access"), mark, key, until, NULL);
}

/* "10:42", with the day before it when that is not today's. */
static void format_since(const struct page *page, int64_t ms, char out[32])
{
	int64_t now = bt_clock_wall_ms(&page->counter->clock);
	struct bt_civil then = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES),
			today = bt_civil_of(now, BT_INDIA_OFFSET_MINUTES);

	if (then.day == today.day && then.month == today.month && then.year == today.year)
		snprintf(out, 32, "%02d:%02d", then.hour, then.minute);
	else
		format_day(ms, out);
}

static void add_unsent(struct page *page)
{
	const struct bt_sync_state *state = bt_sync_state(page->counter->sync);
	struct bt_unsent unsent;
	char count[32], since[32];
	bool old;

	if (bt_journal_unsent(page->counter->journal, &unsent) != BT_OK)
		return; /* the line of the record says what is wrong */
	old =
	    state->has_lease && bt_clock_wall_ms(&page->counter->clock) - unsent.oldest_ms > state->lease.oldest_ms / 2;
	bt_count_format(unsent.count, count);
	format_since(page, unsent.oldest_ms, since);
	if (unsent.count == 0)
		add(page, N_("To send"), BT_UI_GOOD, N_("no sale"), NULL, NULL);
	else
		add(page, N_("To send"), old ? BT_UI_WARN : BT_UI_GOOD, N_("sales: {1}, unsent since {2}"), count,
		    since);
}

/* What holds sending up, or how far it is. */
static void add_sending(struct page *page)
{
	const struct bt_sync_state *state = bt_sync_state(page->counter->sync);
	char done[32], total[32];

	bt_count_format(state->drain_done, done);
	bt_count_format(state->drain_total, total);
	if (state->ahead)
		add(page, N_("Sending"), BT_UI_BAD, N_("stopped: the server has more records than this counter"), NULL,
		    NULL);
	else if (state->forked)
		add(page, N_("Sending"), BT_UI_BAD, N_("stopped: the server has other records of this counter"), NULL,
		    NULL);
	else if (state->drain_total > 0) {
		add(page, N_("Sending"), BT_UI_GOOD, N_("{1} of {2} records"), done, total);
		page->lines[page->count - 1].part = state->drain_done;
		page->lines[page->count - 1].whole = state->drain_total;
	}
	bt_count_format(state->quarantined, done);
	if (state->quarantined > 0)
		add(page, N_("Not taken"), BT_UI_WARN, N_("sales the server could not read: {1}"), done, NULL);
}

static void add_moved(struct page *page, int64_t moved_ms)
{
	char minutes[32];

	bt_count_format((moved_ms < 0 ? -moved_ms : moved_ms) / 60000, minutes);
	add(page, N_("Clock"), BT_UI_BAD, N_("set by {1} minutes since it was confirmed"), minutes, NULL);
}

static void add_clock(struct page *page)
{
	const struct bt_sync_state *state = bt_sync_state(page->counter->sync);
	int64_t now, moved, apart = state->clock_apart_ms < 0 ? -state->clock_apart_ms : state->clock_apart_ms;
	char seconds[32], minutes[32];

	snprintf(seconds, sizeof seconds, "%lld.%lld", (long long)(apart / 1000), (long long)(apart % 1000 / 100));
	bt_count_format(apart / 60000, minutes);
	if (bt_clock_trust_doubt(&state->trust, &page->counter->clock, &moved) == BT_CLOCK_MOVED)
		add_moved(page, moved);
	else if (bt_clock_trust_now(&state->trust, &page->counter->clock, &now) != BT_OK)
		add(page, N_("Clock"), BT_UI_BAD, N_("not confirmed"), NULL, NULL);
	else if (state->health_at_ms == 0)
		add(page, N_("Clock"), BT_UI_GOOD, N_("confirmed"), NULL, NULL);
	else if (apart < 60000)
		add(page, N_("Clock"), BT_UI_GOOD, N_("agrees with the server to {1} s"), seconds, NULL);
	else
		add(page, N_("Clock"), BT_UI_WARN, N_("differs from the server by {1} minutes"), minutes, NULL);
}

static void add_records(struct page *page)
{
	char count[32], free_gb[32];
	int64_t bytes = bt_journal_free_bytes(page->counter->journal), tenths = bytes / 100000000;

	bt_count_format(bt_journal_head(page->counter->journal).seq, count);
	if (bt_teller_state(page->counter->teller) == BT_OK)
		add(page, N_("Record"), BT_UI_GOOD, N_("{1} entries, none missing, none changed"), count, NULL);
	else
		add(page, N_("Record"), BT_UI_BAD, N_("does not agree with itself"), NULL, NULL);
	snprintf(free_gb, sizeof free_gb, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
	add(page, N_("Disk"), bytes > (INT64_C(1) << 28) ? BT_UI_GOOD : BT_UI_BAD, N_("{1} GB free"), free_gb, NULL);
}

/* Codes by telephone: how many were used of how many. */
static void add_extensions(struct page *page)
{
	const struct bt_sync_state *state = bt_sync_state(page->counter->sync);
	int of = state->signed_lease.grant_count, left = bt_extension_left(&state->signed_lease, &state->extension);
	char used[32], all[32];

	if (!state->has_lease || left == of)
		return;
	bt_count_format(of - left, used);
	bt_count_format(of, all);
	add(page, N_("Extended"), BT_UI_WARN, N_("{1} of {2} times, by telephone"), used, all);
}

static void add_limits(struct page *page)
{
	const struct bt_sync_state *state = bt_sync_state(page->counter->sync);
	char until[32], rupees[32];

	if (state->has_lease) {
		format_day(state->lease.expires_ms, until);
		bt_money_format(state->lease.total_cap, rupees);
		add(page, N_("Offline limit"), BT_UI_GOOD, N_("till {1}, ₹ {2}"), until, rupees);
	} else {
		add(page, N_("Offline limit"), BT_UI_BAD,
		    state->revoked      ? N_("withdrawn by the office")
		    : state->lease_file ? N_("The offline permission is damaged. A new one is needed from the server.")
					: N_("not confirmed"),
		    NULL, NULL);
	}
	add_extensions(page);
	if (bt_keys_are_open(&page->counter->keys))
		add(page, N_("Offline keys"), BT_UI_GOOD, N_("open"), NULL, NULL);
	else if (page->counter->keys_fault[0])
		add(page, N_("Offline keys"), BT_UI_WARN, N_("locked: {1}"), page->counter->keys_fault, NULL);
	else
		add(page, N_("Offline keys"), BT_UI_WARN, N_("locked"), NULL, NULL);
}

static void add_tariff(struct page *page)
{
	const struct bt_tariffs *tariffs = &bt_sync_state(page->counter->sync)->tariffs;
	const struct bt_tariff *now = bt_teller_tariff_now(page->counter->teller);
	const struct bt_tariff *last = tariffs->count > 0 ? &tariffs->list[tariffs->count - 1] : NULL;
	char from[32];

	if (!now || !last) {
		add(page, N_("Tariff"), BT_UI_BAD, N_("not confirmed"), NULL, NULL);
		return;
	}
	while (last > tariffs->list && last[-1].valid_from_ms > now->valid_from_ms)
		last--;
	if (last->valid_from_ms <= now->valid_from_ms) {
		add(page, N_("Tariff"), BT_UI_GOOD, N_("{1}, signed"), now->name_en, NULL);
		return;
	}
	format_day(last->valid_from_ms, from);
	add(page, N_("Tariff"), BT_UI_GOOD, N_("{1}, signed; a new one from {2}"), now->name_en, from);
}

static void add_lists(struct page *page)
{
	struct bt_directory *directory = page->counter->directory;
	int64_t age = bt_clock_wall_ms(&page->counter->clock) - bt_directory_updated_ms(directory);
	int64_t count = bt_directory_count(directory), hours = age > 0 ? age / 3600000 : 0;
	char known[32], ago[32];

	bt_count_format(count, known);
	bt_count_format(hours, ago);
	add(page, N_("Consumers"), count > 0 && hours < 24 ? BT_UI_GOOD : BT_UI_WARN,
	    N_("{1} known, last updated {2} h ago"), known, ago);
	add_tariff(page);
}

/* Before what is said of the paper: which model it is, when it is known by name. */
static void name_model(struct page *page, const struct bt_printer_setup *setup)
{
	struct bt_ui_system_line *line = &page->lines[page->count - 1];

	if (setup->narrowed)
		add(page, N_("Printer"), BT_UI_WARN, N_("its model cannot be read: {1}"), setup->models_fault.what,
		    NULL);
	for (int lang = 0; lang < BT_LANG_COUNT && !setup->narrowed && setup->profile.vendor[0]; lang++) {
		char said[sizeof line->value[0]];

		bt_text_copy(said, sizeof said, line->value[lang]);
		bt_text_printf(line->value[lang], sizeof line->value[lang], "%s, %s", setup->profile.name, said);
	}
}

static void add_printer(struct page *page)
{
	static const struct {
		enum bt_ui_mark mark;
		const char *key;
	} papers[] = {
	    [BT_PAPER_OK] = {BT_UI_GOOD, N_("Paper ok")},           [BT_PAPER_LOW] = {BT_UI_WARN, N_("Paper low")},
	    [BT_PAPER_OUT] = {BT_UI_BAD, N_("No paper")},           [BT_PAPER_OPEN] = {BT_UI_BAD, N_("Printer open")},
	    [BT_PAPER_JAM] = {BT_UI_BAD, N_("Cutter stuck")},       [BT_PAPER_FAULT] = {BT_UI_BAD, N_("Printer error")},
	    [BT_PAPER_SILENT] = {BT_UI_WARN, N_("Printer silent")}, [BT_PAPER_NONE] = {BT_UI_WARN, N_("No printer")},
	};
	struct bt_counter *counter = page->counter;
	enum bt_paper paper = counter->has_sink ? counter->sink.paper(counter->sink.self) : BT_PAPER_NONE;
	int before = page->count;

	add(page, N_("Printer"), papers[paper].mark, papers[paper].key, NULL, NULL);
	if (counter->has_sink && page->count > before)
		name_model(page, &counter->printer_setup);
}

/* Only when the utility's file has a mistake: the engineer who wrote it is told where. */
static void add_slips(struct page *page)
{
	const struct bt_fault *fault = &page->counter->form_fault;

	if (fault->err)
		add(page, N_("Slips"), BT_UI_WARN, N_("as built in: {1}"), fault->what, NULL);
}

static void add_mirror(struct page *page)
{
	struct bt_mirror_status status;
	char count[32];

	bt_journal_mirror(page->counter->journal, &status);
	bt_count_format(status.behind, count);
	if (status.state == BT_MIRROR_NONE)
		add(page, N_("Second copy"), BT_UI_WARN, N_("no second disk"), NULL, NULL);
	else if (status.state == BT_MIRROR_WHOLE)
		add(page, N_("Second copy"), BT_UI_GOOD, N_("holds every record"), NULL, NULL);
	else if (status.state == BT_MIRROR_BEHIND)
		add(page, N_("Second copy"), BT_UI_WARN, N_("{1} records behind"), count, NULL);
	else if (status.required)
		add(page, N_("Second copy"), BT_UI_BAD, N_("missing: no new sale"), NULL, NULL);
	else
		add(page, N_("Second copy"), BT_UI_WARN, N_("missing: selling goes on"), NULL, NULL);
}

int bt_counter_system(struct bt_counter *counter, int max, struct bt_ui_system_line *out)
{
	struct page page = {.counter = counter, .lines = out, .max = max};

	add_server(&page);
	add_access(&page);
	add_unsent(&page);
	add_sending(&page);
	add_clock(&page);
	add_records(&page);
	add_limits(&page);
	add_lists(&page);
	add_printer(&page);
	add_slips(&page);
	add_mirror(&page);
	return page.count;
}
