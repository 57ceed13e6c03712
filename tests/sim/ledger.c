#include "tests/sim/ledger.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define UNDER_WAY_MAX 6

uint64_t ledger_content(struct bt_bytes bytes)
{
	uint64_t hash = bytes.len, word = 0;
	while (bytes.len >= sizeof word) {
		memcpy(&word, bytes.data, sizeof word);
		hash = chance_mix(hash ^ word);
		bytes.data += sizeof word;
		bytes.len -= sizeof word;
	}
	word = 0;
	memcpy(&word, bytes.data, bytes.len);
	return chance_mix(hash ^ word ^ (uint64_t)bytes.len << 56);
}

const char *ledger_meter(int meter, char out[14])
{
	snprintf(out, 14, "0474%07u", (15298u + 11u * (unsigned)meter) % 10000000u);
	return out;
}

void ledger_begin(struct ledger *ledger, uint64_t seed)
{
	ledger->chance.state = seed;
	ledger->now_ms = LEDGER_START_MS + chance_below(&ledger->chance, 1000000000);
	ledger->shift = 600 + chance_below(&ledger->chance, 50);
	ledger->count = ledger->drawn = 0;
	ledger->sale_count = ledger->sales_before = ledger->undo_count = 0;
	ledger->peer = ledger->peer_drawn = 0;
}

static int64_t read_ms(void *self)
{
	struct ledger *ledger = self;
	ledger->now_ms += 1;
	return ledger->now_ms;
}

static void name_boot(void *self, char out[37])
{
	(void)self;
	memcpy(out, "00000000-0000-4000-8000-000000000000", 37);
}

struct bt_clock ledger_clock(struct ledger *ledger)
{
	return (struct bt_clock){.wall_ms = read_ms, .boot_ms = read_ms, .boot_id = name_boot, .self = ledger};
}

bool ledger_has_room(const struct ledger *ledger, int most)
{
	return ledger->drawn + most <= LEDGER_EVENTS_MAX && ledger->sale_count + most <= LEDGER_SALES_MAX;
}

/* ---- bodies, canonical: keys in order, no space ---- */

static void write_paid(const struct ledger_sale *sale, char out[1024])
{
	char meter[14], tid[24] = "";
	if (sale->tid)
		snprintf(tid, sizeof tid, ",\"tid\":%u", sale->tid);
	snprintf(out, 1024,
		 "{\"amount_paise\":%lld,\"connection\":\"1002447815%02d\",\"delivery\":\"%s\",\"dues_paise\":%lld,"
		 "\"duty_paise\":%lld,\"energy_paise\":%lld,\"kind\":\"%s\",\"lease\":1,\"meter\":\"%s\",\"operator\":"
		 "\"rina\",\"paid_at\":%lld,\"receipt\":\"%s\",\"rev\":%d,\"sale_id\":\"%s\",\"shift\":%lld,\"tariff\":"
		 "\"BERC-2026-27\",\"tenders\":[{\"given_paise\":%lld,\"id\":\"%s\",\"kind\":\"cash\",\"paise\":%lld}],"
		 "\"terminal\":\"" LEDGER_TERMINAL "\"%s,\"units\":%lld}",
		 (long long)sale->amount, sale->meter, sale->delivery, (long long)sale->dues,
		 (long long)(sale->amount / 17), (long long)(sale->amount - sale->amount / 17),
		 strcmp(sale->delivery, "token") == 0 ? "sts_units" : "remote", ledger_meter(sale->meter, meter),
		 (long long)sale->paid_at_ms, sale->receipt, sale->rev, sale->id, (long long)sale->shift,
		 (long long)sale->amount, sale->id, (long long)sale->amount, tid, (long long)sale->units);
}

static void write_tokened(const struct ledger_sale *sale, char out[1024])
{
	snprintf(out, 1024, "{\"issued_by\":\"%s\",\"lease\":1,\"rev\":%d,\"tid\":%u,\"token\":\"%s\",\"units\":%lld}",
		 sale->made_here ? "terminal" : "head-end", sale->rev, sale->tid, sale->token, (long long)sale->units);
}

/* The other events of a sale say less. */
static void write_event(const struct ledger_sale *sale, enum bt_event_kind kind, char out[1024])
{
	switch (kind) {
	case BT_EVENT_PAID:
		write_paid(sale, out);
		break;
	case BT_EVENT_TOKENED:
		write_tokened(sale, out);
		break;
	case BT_EVENT_PRINTED:
		snprintf(out, 1024, "{\"copy\":%d,\"result\":\"ok\"}", sale->printed);
		break;
	case BT_EVENT_EXCEPTION:
		snprintf(out, 1024, "{\"code\":\"figures_differ\",\"reference\":\"%s\"}", sale->receipt);
		break;
	default:
		snprintf(out, 1024, "{\"at\":%lld,\"rev\":%d}", (long long)sale->paid_at_ms, sale->rev);
		break;
	}
}

/* ---- a sale's next step ---- */

static struct ledger_sale *touch(struct ledger *ledger, int sale)
{
	ledger->undo[ledger->undo_count].sale = sale;
	ledger->undo[ledger->undo_count++].was = ledger->sales[sale];
	return &ledger->sales[sale];
}

static int begin_sale(struct ledger *ledger)
{
	struct chance *chance = &ledger->chance;
	int index = ledger->sale_count++;
	struct ledger_sale *sale = &ledger->sales[index];
	bool balance = chance_one_in(chance, 6);
	*sale = (struct ledger_sale){.meter = (int)chance_below(chance, LEDGER_METERS),
				     .shift = ledger->shift,
				     .paid_at_ms = ledger->now_ms,
				     .paid_seq = ledger->drawn + 1,
				     .amount = chance_between(chance, 1000, 500000),
				     .dues = chance_one_in(chance, 4) ? 500 : 0,
				     .units = chance_between(chance, 10, 9000),
				     .tid = balance ? 0 : (uint32_t)(16 * index + 5),
				     .rev = 1,
				     .stage = BT_STAGE_PAID};
	memcpy(sale->delivery, balance ? "balance" : "token", balance ? 8 : 6);
	snprintf(sale->id, sizeof sale->id, "019a9f00-%04x-7000-8000-%012x", chance_below(chance, 0x10000), index);
	snprintf(sale->receipt, sizeof sale->receipt, LEDGER_TERMINAL "-%04lld-%03d-4", (long long)ledger->shift,
		 index);
	return index;
}

static bool is_delivered(const struct ledger_sale *sale)
{
	return sale->stage == BT_STAGE_TOKENED || sale->stage == BT_STAGE_CREDITED;
}

static bool is_finished(const struct ledger_sale *sale)
{
	return sale->stage == BT_STAGE_ABANDONED || (is_delivered(sale) && sale->settled && sale->printed);
}

static enum bt_event_kind deliver(struct ledger *ledger, struct ledger_sale *sale)
{
	if (sale->tid == 0) {
		sale->stage = BT_STAGE_CREDITED;
		return BT_EVENT_CREDITED;
	}
	sale->stage = BT_STAGE_TOKENED;
	sale->made_here = chance_one_in(&ledger->chance, 2);
	snprintf(sale->token, sizeof sale->token, "%010u%010u", sale->tid, chance_below(&ledger->chance, 1000000000));
	return BT_EVENT_TOKENED;
}

static enum bt_event_kind move(struct ledger_sale *sale, enum bt_sale_stage stage, enum bt_event_kind kind)
{
	sale->stage = stage;
	return kind;
}

static enum bt_event_kind pay_again(struct ledger *ledger, struct ledger_sale *sale)
{
	sale->rev++;
	sale->amount = chance_between(&ledger->chance, 1000, 500000);
	return move(sale, BT_STAGE_PAID, BT_EVENT_PAID);
}

static enum bt_event_kind after_delivery(struct ledger *ledger, struct ledger_sale *sale)
{
	if (!sale->exception && chance_one_in(&ledger->chance, 10)) {
		sale->exception = true;
		return BT_EVENT_EXCEPTION;
	}
	if (!sale->settled && (sale->printed || chance_one_in(&ledger->chance, 2))) {
		sale->settled = true;
		return BT_EVENT_SETTLED;
	}
	sale->printed++;
	return BT_EVENT_PRINTED;
}

/* What DESIGN 5 lets follow, by chance. */
static enum bt_event_kind step_sale(struct ledger *ledger, struct ledger_sale *sale)
{
	uint32_t way = chance_below(&ledger->chance, 8);
	switch (sale->stage) {
	case BT_STAGE_PAID:
		return way < 4   ? move(sale, BT_STAGE_VENDING, BT_EVENT_VENDING)
		       : way < 7 ? deliver(ledger, sale)
				 : move(sale, BT_STAGE_PENDING, BT_EVENT_PENDING);
	case BT_STAGE_VENDING:
		return way < 6   ? deliver(ledger, sale)
		       : way < 7 ? move(sale, BT_STAGE_REFUSED, BT_EVENT_REFUSED)
				 : move(sale, BT_STAGE_PENDING, BT_EVENT_PENDING);
	case BT_STAGE_PENDING:
		return deliver(ledger, sale);
	case BT_STAGE_REFUSED:
		return way < 4 ? pay_again(ledger, sale) : move(sale, BT_STAGE_ABANDONED, BT_EVENT_ABANDONED);
	default:
		return after_delivery(ledger, sale);
	}
}

/* A sale under way, any of the newest; -1 when there is none. */
static int find_under_way(struct ledger *ledger, int *count)
{
	int found = -1;
	*count = 0;
	int oldest = ledger->sale_count > 40 ? ledger->sale_count - 40 : 0;
	for (int i = oldest; i < ledger->sale_count; i++) {
		if (is_finished(&ledger->sales[i]))
			continue;
		++*count;
		if (chance_one_in(&ledger->chance, (uint32_t)*count))
			found = i;
	}
	return found;
}

static enum bt_event_kind draw_other(struct ledger *ledger, char out[1024])
{
	static const enum bt_event_kind kinds[] = {BT_EVENT_CLOCK, BT_EVENT_SIGN_IN, BT_EVENT_LEASE};
	snprintf(out, 1024, "{\"at\":%lld,\"note\":%u}", (long long)ledger->now_ms,
		 chance_below(&ledger->chance, 1000000));
	return kinds[chance_below(&ledger->chance, 3)];
}

static void draw_event(struct ledger *ledger, int place)
{
	int under_way = 0, sale = find_under_way(ledger, &under_way);
	struct ledger_event event = {.kind = BT_EVENT_PAID, .sale = -1};
	char *body = ledger->bodies[place];
	ledger->now_ms += chance_below(&ledger->chance, 20000);
	if (chance_one_in(&ledger->chance, 16)) {
		event.kind = draw_other(ledger, body);
	} else if (sale < 0 || (under_way < UNDER_WAY_MAX && chance_one_in(&ledger->chance, 4))) {
		event.sale = begin_sale(ledger);
		write_event(&ledger->sales[event.sale], BT_EVENT_PAID, body);
	} else {
		event.sale = sale;
		event.kind = step_sale(ledger, touch(ledger, sale));
		write_event(&ledger->sales[sale], event.kind, body);
	}
	ledger->put[place] = (struct bt_event_in){.kind = event.kind,
						  .sale_id = event.sale < 0 ? "" : ledger->sales[event.sale].id,
						  .body = bt_bytes_of(body)};
	event.content = ledger_content(ledger->put[place].body);
	ledger->events[ledger->drawn++] = event;
}

int ledger_draw(struct ledger *ledger, int most)
{
	int n = (int)chance_between(&ledger->chance, 1, (uint32_t)most);
	assert(ledger->drawn == ledger->count && ledger_has_room(ledger, n));
	ledger->sales_before = ledger->sale_count;
	ledger->undo_count = 0;
	for (int i = 0; i < n; i++)
		draw_event(ledger, i);
	return n;
}

void ledger_keep(struct ledger *ledger)
{
	ledger->count = ledger->drawn;
}

void ledger_forget(struct ledger *ledger)
{
	if (ledger->drawn == ledger->count)
		return;
	while (ledger->undo_count) {
		ledger->undo_count--;
		ledger->sales[ledger->undo[ledger->undo_count].sale] = ledger->undo[ledger->undo_count].was;
	}
	ledger->sale_count = ledger->sales_before;
	ledger->drawn = ledger->count;
}

bool ledger_draw_wrong(struct ledger *ledger, struct bt_event_in *out)
{
	struct ledger_sale other;
	char *body = ledger->bodies[0];
	if (ledger->sale_count == 0)
		return false;
	const struct ledger_sale *sale = &ledger->sales[chance_below(&ledger->chance, (uint32_t)ledger->sale_count)];
	static char id[37];
	other = *sale;
	memcpy(id, sale->id, sizeof id);
	enum bt_event_kind kind = BT_EVENT_TOKENED;
	switch (chance_below(&ledger->chance, 3)) {
	case 0: /* PROTOCOL T1: the TID is burned for this meter */
		kind = BT_EVENT_PAID;
		snprintf(id, sizeof id, "019a9f00-0000-7000-8001-%012x", chance_below(&ledger->chance, 0x10000));
		memcpy(other.id, id, sizeof id);
		break;
	case 1: /* PROTOCOL S9: never other digits */
		snprintf(other.token, sizeof other.token, "%020u", 7 + chance_below(&ledger->chance, 1000));
		break;
	default: /* nothing was paid */
		kind = BT_EVENT_VENDING;
		snprintf(id, sizeof id, "019a9f00-0000-7000-8002-%012x", chance_below(&ledger->chance, 0x10000));
		break;
	}
	if (kind != BT_EVENT_VENDING && (sale->tid == 0 || (kind == BT_EVENT_TOKENED && !sale->token[0])))
		return false;
	write_event(&other, kind, body);
	*out = (struct bt_event_in){.kind = kind, .sale_id = id, .body = bt_bytes_of(body)};
	return true;
}

/* ---- totals, reckoned again ---- */

struct bt_unsent ledger_unsent(const struct ledger *ledger)
{
	struct bt_unsent unsent = {0};
	for (int i = 0; i < ledger->sale_count; i++) {
		const struct ledger_sale *sale = &ledger->sales[i];
		if (sale->settled || sale->stage == BT_STAGE_REFUSED || sale->stage == BT_STAGE_ABANDONED)
			continue;
		unsent.count++;
		unsent.paise += sale->amount;
		if (!unsent.oldest_ms || sale->paid_at_ms < unsent.oldest_ms)
			unsent.oldest_ms = sale->paid_at_ms;
	}
	return unsent;
}

int64_t ledger_open_count(const struct ledger *ledger)
{
	int64_t count = 0;
	for (int i = 0; i < ledger->sale_count; i++) {
		const struct ledger_sale *sale = &ledger->sales[i];
		count += sale->stage != BT_STAGE_ABANDONED && (!is_delivered(sale) || sale->exception);
	}
	return count;
}

const char *ledger_differs(const struct ledger *ledger, int index, const struct bt_sale_row *row)
{
	const struct ledger_sale *sale = &ledger->sales[index];
	char meter[14];
	const struct {
		const char *name;
		bool same;
	} fields[] = {{"sale_id", strcmp(row->sale_id, sale->id) == 0},
		      {"meter", strcmp(row->meter, ledger_meter(sale->meter, meter)) == 0},
		      {"receipt", strcmp(row->receipt, sale->receipt) == 0},
		      {"token", strcmp(row->token, sale->token) == 0},
		      {"delivery", strcmp(row->delivery, sale->delivery) == 0},
		      {"shift", row->shift == sale->shift},
		      {"paid_at", row->paid_at_ms == sale->paid_at_ms},
		      {"paid_seq", row->paid_seq == sale->paid_seq},
		      {"amount", row->amount == sale->amount},
		      {"dues", row->dues == sale->dues},
		      {"units", row->units == sale->units},
		      {"tid", row->tid == sale->tid},
		      {"stage", row->stage == sale->stage},
		      {"made_here", row->made_here == sale->made_here},
		      {"settled", row->settled == sale->settled},
		      {"exception", row->exception == sale->exception},
		      {"printed", row->printed_copies == sale->printed}};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (!fields[i].same)
			return fields[i].name;
	}
	return NULL;
}
