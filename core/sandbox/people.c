#include "core/sandbox/people.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/account.h"
#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/month.h"
#include "core/sandbox/people_names.h"

#define SPECIALS_EVERY 50
#define FIRST_SPECIAL  9

/* What a slot of every 50 plays; all other slots are ordinary token meters. */
struct cast_row {
	const char *note;
	const char *kind;
	bool takes_token;
	bool has_meter;
};

static const struct cast_row ordinary = {"", "sts_units", true, true};
static const struct cast_row cast[] = {
    {"", "remote", true, true},
    {"balance_only", "remote", false, true},
    {"", "dues", false, false},
    {"blocked", "sts_units", true, true},
    {"blocked_late", "sts_units", true, true},
    {"unknown_to_server", "sts_units", true, true},
    {"figures", "sts_units", true, true},
    {"not_covered", "sts_units", true, true},
    {"key_changed", "sts_units", true, true},
    {"inactive", "sts_units", true, true},
};

static const struct bt_sbx_consumer known[] = {
    {.number = "100244781560",
     .meter = "04740075298",
     .mobile = "9835012201",
     .name_en = "Ramesh Kumar Singh",
     .name_hi = "रमेश कुमार सिंह",
     .relation = "s/o",
     .relative_en = "Mahesh Singh",
     .relative_hi = "महेश सिंह",
     .place_en = "Ward 7, Danapur",
     .place_hi = "वार्ड 7, दानापुर",
     .category = "DS-II",
     .kind = "sts_units",
     .takes_token = true,
     .cut_due = true,
     .balance_paise = -14230,
     .dues_paise = 186000,
     .dues_daily_paise = 3100,
     .free_left = 480,
     .free_of = 1250,
     .last_recharge_paise = 30000},
    {.number = "100244790417",
     .meter = "04740040417",
     .mobile = "9835012417",
     .name_en = "Ramesh Kumar",
     .name_hi = "रमेश कुमार",
     .relation = "s/o",
     .relative_en = "Ram Prasad",
     .relative_hi = "राम प्रसाद",
     .place_en = "Gola Road, Danapur",
     .place_hi = "गोला रोड, दानापुर",
     .category = "DS-II",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 31250,
     .free_left = 900,
     .free_of = 1250,
     .last_recharge_paise = 50000},
    {.number = "100244817731",
     .meter = "04740087731",
     .mobile = "9835017731",
     .name_en = "Ramesh Prasad",
     .name_hi = "रमेश प्रसाद",
     .relation = "s/o",
     .relative_en = "Late Shiv Narayan",
     .relative_hi = "स्व. शिव नारायण",
     .place_en = "Khagaul, Danapur",
     .place_hi = "खगौल, दानापुर",
     .category = "DS-II",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 8440,
     .dues_paise = 42000,
     .dues_daily_paise = 1400,
     .free_left = 110,
     .free_of = 1250,
     .last_recharge_paise = 20000},
    {.number = "100244831120",
     .meter = "04740181120",
     .mobile = "9835011120",
     .name_en = "Rameshwar Sao",
     .name_hi = "रामेश्वर साव",
     .relation = "s/o",
     .relative_en = "Bhola Sao",
     .relative_hi = "भोला साव",
     .place_en = "Danapur Bazar",
     .place_hi = "दानापुर बाज़ार",
     .category = "NDS-I",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 120500,
     .free_of = -1,
     .last_recharge_paise = 100000},
    {.number = "100245510087",
     .meter = "04740081775",
     .mobile = "9708451775",
     .name_en = "Sunita Devi",
     .name_hi = "सुनीता देवी",
     .relation = "w/o",
     .relative_en = "Anil Kumar",
     .relative_hi = "अनिल कुमार",
     .place_en = "Ward 3, Khagaul",
     .place_hi = "वार्ड 3, खगौल",
     .category = "DS-II",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 2210,
     .free_left = 0,
     .free_of = 1250,
     .last_recharge_paise = 50000},
    {.number = "100244900032",
     .meter = "04740033362",
     .mobile = "9955013362",
     .name_en = "Md. Irfan",
     .name_hi = "मो. इरफ़ान",
     .relation = "s/o",
     .relative_en = "Md. Salim",
     .relative_hi = "मो. सलीम",
     .place_en = "Takiya Par, Danapur",
     .place_hi = "तकिया पर, दानापुर",
     .category = "DS-II",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 56010,
     .free_left = 625,
     .free_of = 1250,
     .last_recharge_paise = 100000},
    {.number = "100245126904",
     .meter = "04740016904",
     .mobile = "9204316904",
     .name_en = "Kamla Devi",
     .name_hi = "कमला देवी",
     .relation = "w/o",
     .relative_en = "Shankar Ram",
     .relative_hi = "शंकर राम",
     .place_en = "Moti Chowk, Khagaul",
     .place_hi = "मोती चौक, खगौल",
     .category = "DS-I",
     .kind = "remote",
     .note = "balance_only",
     .balance_paise = -3150,
     .free_left = 300,
     .free_of = 1250,
     .last_recharge_paise = 20000},
    {.number = "100245308815",
     .meter = "04740058815",
     .mobile = "9123408815",
     .name_en = "Ajay Sao",
     .name_hi = "अजय साव",
     .relation = "s/o",
     .relative_en = "Bhola Sao",
     .relative_hi = "भोला साव",
     .place_en = "Danapur Bazar",
     .place_hi = "दानापुर बाज़ार",
     .category = "DS-II",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 14000,
     .dues_paise = 96000,
     .dues_daily_paise = 2400,
     .free_left = 70,
     .free_of = 1250,
     .last_recharge_paise = 30000},
    {.number = "100244781571",
     .meter = "",
     .mobile = "9835012201",
     .name_en = "Ramesh Kumar Singh",
     .name_hi = "रमेश कुमार सिंह",
     .relation = "s/o",
     .relative_en = "Mahesh Singh",
     .relative_hi = "महेश सिंह",
     .place_en = "Gola Road, Danapur",
     .place_hi = "गोला रोड, दानापुर",
     .category = "NDS-I",
     .kind = "sts_units",
     .takes_token = true,
     .balance_paise = 74360,
     .free_of = -1,
     .last_recharge_paise = 50000},
};

/* splitmix64: small, and good enough to make people. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int64_t draw_below(uint64_t *state, int64_t limit)
{
	return (int64_t)(draw(state) % (uint64_t)limit);
}

static const struct bt_sbx_words *pick(uint64_t *state, const struct bt_sbx_name_list *list)
{
	return &list->rows[draw(state) % list->count];
}

static void join(const struct bt_sbx_words *first, const struct bt_sbx_words *last, char *en, size_t en_cap, char *hi,
		 size_t hi_cap)
{
	snprintf(en, en_cap, "%s %s", first->en, last->en);
	snprintf(hi, hi_cap, "%s %s", first->hi, last->hi);
}

static void make_name(uint64_t *state, struct bt_sbx_consumer *out)
{
	bool is_muslim = draw_below(state, 100) < 16;
	bool is_woman = draw_below(state, 100) < 35;
	const struct bt_sbx_words *family = pick(state, is_muslim ? &bt_sbx_muslim_surnames : &bt_sbx_surnames);
	const struct bt_sbx_words *relative = pick(state, is_muslim ? &bt_sbx_muslim_men : &bt_sbx_men);
	const struct bt_sbx_name_list *given = is_muslim ? &bt_sbx_muslim_men : &bt_sbx_men;
	static const struct bt_sbx_words khatun = {"Khatun", "ख़ातून"};
	const struct bt_sbx_words *last = family;
	if (is_woman) {
		given = is_muslim ? &bt_sbx_muslim_women : &bt_sbx_women;
		last = is_muslim ? &khatun : pick(state, &bt_sbx_woman_surnames);
	}
	join(pick(state, given), last, out->name_en, sizeof out->name_en, out->name_hi, sizeof out->name_hi);
	join(relative, family, out->relative_en, sizeof out->relative_en, out->relative_hi, sizeof out->relative_hi);
	/* Kumari is the name of the unmarried, so such a woman is somebody's daughter. */
	const char *relation = !is_woman ? "s/o" : strcmp(last->en, "Kumari") == 0 ? "d/o" : "w/o";
	snprintf(out->relation, sizeof out->relation, "%s", relation);
	snprintf(out->mobile, sizeof out->mobile, "%lld%09lld", (long long)(6 + draw_below(state, 4)),
		 (long long)draw_below(state, 1000000000));
}

static void make_account(uint64_t *state, const struct cast_row *part, int64_t now_ms, struct bt_sbx_consumer *out)
{
	bool is_home = draw_below(state, 100) < 85;
	snprintf(out->category, sizeof out->category, "%s", is_home ? "DS-II" : "NDS-I");
	if (is_home && draw_below(state, 100) < 15)
		snprintf(out->category, sizeof out->category, "DS-I");
	out->free_of = is_home ? 1250 : -1;
	out->free_left = is_home ? draw_below(state, 1251) : 0;
	out->balance_paise = (draw_below(state, 4000) - 600) * 25;
	bool in_arrears = draw_below(state, 100) < 30;
	out->dues_paise = in_arrears ? (1 + draw_below(state, 120)) * 6000 : 0;
	out->dues_daily_paise = (out->dues_paise + 299) / 300;
	out->last_recharge_paise = (1 + draw_below(state, 10)) * 10000;
	out->cut_due = out->balance_paise < 0;
	/* Some of the negative ones were cut this morning already. */
	out->supply_cut_at =
	    out->balance_paise < -10000 && draw_below(state, 2) == 0 ? now_ms - 3 * BT_SBX_HOUR_MS : -1;
	if (strcmp(part->kind, "dues") == 0) {
		out->balance_paise = 0;
		out->dues_paise = (20 + draw_below(state, 300)) * 1000;
		out->dues_daily_paise = 0;
		out->cut_due = false;
		out->supply_cut_at = -1;
		out->last_recharge_paise = 0;
	}
}

static void make_meter(const char *prefix, int64_t serial, char out[14])
{
	size_t len = strlen(prefix) + 8;
	snprintf(out, 14, "%s%08lld", prefix, (long long)serial);
	out[len] = bt_sbx_luhn(out, len);
	out[len + 1] = '\0';
}

static const struct cast_row *part_of(int64_t index)
{
	int64_t slot = index % SPECIALS_EVERY - FIRST_SPECIAL;
	return slot >= 0 && slot < (int64_t)(sizeof cast / sizeof *cast) ? &cast[slot] : &ordinary;
}

int64_t bt_sbx_person_past(const char *number, int which)
{
	for (size_t i = 0; which == 0 && i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].number, number) == 0)
			return known[i].last_recharge_paise;
	return bt_sbx_past_paise(number, which);
}

void bt_sbx_person_make(uint64_t seed, int64_t index, int64_t now_ms, struct bt_sbx_consumer *out)
{
	const int64_t known_count = (int64_t)(sizeof known / sizeof *known);
	if (index < known_count) {
		*out = known[index];
		out->supply_cut_at = -1;
		if (!*out->meter)
			make_meter("04", 75009001, out->meter);
	} else {
		const struct cast_row *part = part_of(index);
		/* One in ten has a second connection: the same person as the row before, another place and meter. */
		int64_t person = index % 10 == 7 ? index - 1 : index;
		uint64_t who = seed * UINT64_C(1000003) + (uint64_t)person;
		uint64_t what = ~seed * UINT64_C(1000033) + (uint64_t)index;
		*out = (struct bt_sbx_consumer){.takes_token = part->takes_token};
		make_name(&who, out);
		make_account(&what, part, now_ms, out);
		const struct bt_sbx_words *place = pick(&what, &bt_sbx_places);
		snprintf(out->place_en, sizeof out->place_en, "%s", place->en);
		snprintf(out->place_hi, sizeof out->place_hi, "%s", place->hi);
		snprintf(out->kind, sizeof out->kind, "%s", part->kind);
		snprintf(out->note, sizeof out->note, "%s", part->note);
		snprintf(out->number, sizeof out->number, "1003%08u", (unsigned)(11000013 + index * 37) % 100000000);
		if (out->last_recharge_paise > 0)
			out->last_recharge_paise = bt_sbx_person_past(out->number, 0);
		/* 7919 is prime to 60,000,000, so no serial comes twice; 74... and 75... stay for the known ones. */
		if (part->has_meter)
			make_meter("04", 10000000 + (index * 7919 + (int64_t)(seed % 60000000)) % 60000000, out->meter);
	}
	if (strcmp(out->note, "figures") == 0)
		snprintf(out->category, sizeof out->category, "DS-II");
	out->balance_at = now_ms;
	out->version = index + 1;
}

/* The meters of other makes and the people of the month's steps, after everybody else. They are who they are whatever
 * the seed. */
static const struct {
	const char *number, *meter_prefix;
	int serial;
	const char *relation, *name_en, *name_hi, *place_en, *place_hi, *note;
} guests[BT_SBX_GUESTS] = {
    {"100246000115", "04", 76000110, "w/o", "Lalita Devi", "ललिता देवी", "Ward 7, Danapur", "वार्ड 7, दानापुर", "key_due"},
    {"100246000126", "04", 76000210, "s/o", "Birju Mahto", "बिरजू महतो", "Gola Road, Danapur", "गोला रोड, दानापुर",
     "key_due_ea07"},
    {"100246000137", "04", 76000310, "d/o", "Asha Kumari", "आशा कुमारी", "Ward 3, Khagaul", "वार्ड 3, खगौल",
     "key_roll_over"},
    {"100246000148", "07", 76000410, "s/o", "Nand Kishor", "नंद किशोर", "Danapur Bazar", "दानापुर बाज़ार", "ea07"},
    {"100246000159", "07", 76000510, "w/o", "Rukhsana Khatun", "रुख़साना ख़ातून", "Takiya Par, Danapur", "तकिया पर, दानापुर",
     "ea07_dkga02"},
    {"100246000160", "0116", 76000610, "s/o", "Gopal Ram", "गोपाल राम", "Moti Chowk, Khagaul", "मोती चौक, खगौल",
     "long_drn"},
    {"100246000171", "0116", 76000710, "w/o", "Shanti Devi", "शांति देवी", "Khagaul, Danapur", "खगौल, दानापुर",
     "long_drn_ea07"},
    {"100246000182", "04", 76000810, "w/o", "Phoolmati Devi", "फूलमती देवी", "Ward 7, Danapur", "वार्ड 7, दानापुर",
     "month_new"},
    {"100246000193", "04", 76000910, "s/o", "Kishun Paswan", "किशुन पासवान", "Gola Road, Danapur", "गोला रोड, दानापुर",
     "month_edge"},
    {"100246000204", "04", 76001010, "d/o", "Rekha Kumari", "रेखा कुमारी", "Ward 3, Khagaul", "वार्ड 3, खगौल",
     "month_above"},
    {"100246000215", "04", 76001110, "s/o", "Sarfaraz Alam", "सरफ़राज़ आलम", "Takiya Par, Danapur", "तकिया पर, दानापुर",
     "month_remote"},
};

void bt_sbx_guest_make(int64_t index, int64_t version, int64_t now_ms, struct bt_sbx_consumer *out)
{
	*out = (struct bt_sbx_consumer){.relative_en = "Raghu Nath",
					.relative_hi = "रघु नाथ",
					.category = "DS-II",
					.kind = "sts_units",
					.takes_token = true,
					.balance_paise = 20000 + index * 1500,
					.balance_at = now_ms,
					.free_left = 300,
					.free_of = 1250,
					.supply_cut_at = -1,
					.version = version};
	snprintf(out->number, sizeof out->number, "%s", guests[index].number);
	out->last_recharge_paise = bt_sbx_person_past(out->number, 0);
	snprintf(out->mobile, sizeof out->mobile, "9835%06u", (unsigned)(99000 + index) % 1000000);
	snprintf(out->relation, sizeof out->relation, "%s", guests[index].relation);
	snprintf(out->name_en, sizeof out->name_en, "%s", guests[index].name_en);
	snprintf(out->name_hi, sizeof out->name_hi, "%s", guests[index].name_hi);
	snprintf(out->place_en, sizeof out->place_en, "%s", guests[index].place_en);
	snprintf(out->place_hi, sizeof out->place_hi, "%s", guests[index].place_hi);
	snprintf(out->note, sizeof out->note, "%s", guests[index].note);
	make_meter(guests[index].meter_prefix, guests[index].serial, out->meter);
	const struct bt_sbx_note *note = bt_sbx_note_of(out->note);
	if (note->category) {
		snprintf(out->category, sizeof out->category, "%s", note->category);
		out->free_left = note->month_free;
	}
	if (strcmp(out->note, "month_remote") == 0)
		snprintf(out->kind, sizeof out->kind, "remote");
}

static bool begin_month(sqlite3 *db, const struct bt_sbx_consumer *c, int64_t now_ms)
{
	const struct bt_sbx_note *note = bt_sbx_note_of(c->note);
	return bt_sbx_month_seed(db, c, now_ms, note->month_units, note->month_fixed);
}

static bool put_consumer(sqlite3_stmt *insert, const struct bt_sbx_consumer *c)
{
	const char *texts[] = {c->number,   c->meter,       c->mobile,      c->name_en,  c->name_hi,
			       c->relation, c->relative_en, c->relative_hi, c->place_en, c->place_hi,
			       c->category, c->kind,        c->note};
	const int64_t numbers[] = {
	    c->takes_token, c->cut_due, c->balance_paise, c->balance_at,          c->dues_paise, c->dues_daily_paise,
	    c->free_left,   c->free_of, c->supply_cut_at, c->last_recharge_paise, c->version};
	int column = 1;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		sqlite3_bind_text(insert, column++, texts[i], -1, SQLITE_STATIC);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++, column++) {
		/* Columns 6..8 are free_left, free_of, supply_cut_at, which may be absent. */
		bool is_absent = (i == 6 && c->free_of < 0) || ((i == 7 || i == 8) && numbers[i] < 0);
		if (is_absent)
			sqlite3_bind_null(insert, column);
		else
			sqlite3_bind_int64(insert, column, numbers[i]);
	}
	bool ok = sqlite3_step(insert) == SQLITE_DONE;
	sqlite3_reset(insert);
	return ok;
}

/* The meter factory's list, for the virtual meter: the keys that are really in the meters. */
static bool write_meter(FILE *list, const struct bt_sbx *sbx, const struct bt_sbx_consumer *c)
{
	struct bt_sbx_meter_id id;
	struct bt_sbx_key key;
	char hex[2 * sizeof key.bytes + 1];
	if (!*c->meter)
		return true;
	if (!bt_sbx_meter_key_origin(c, &id))
		return false;
	if (bt_sbx_note_of(c->note)->key_changed)
		id.krn++;
	if (!bt_sbx_decoder_key(&sbx->vending, &id, &key))
		return false;
	bt_sbx_hex_encode(key.bytes, key.len, hex);
	return fprintf(list, "%s,%s,%d,%s,%d,%s,%d,%s,%d\n", c->meter, id.ea, id.base, id.ti, id.krn, id.sgc, id.ken,
		       hex, id.kt) > 0;
}

static bool put_all(struct bt_sbx *sbx, FILE *list, uint64_t seed, int64_t count)
{
	char sql[640];
	snprintf(sql, sizeof sql, "INSERT INTO consumers(%s) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		 bt_sbx_consumer_columns);
	sqlite3_stmt *insert = bt_sbx_store_ask(sbx->db, sql, "");
	int64_t now_ms = bt_sbx_now_ms();
	bool ok = insert && fprintf(list, "drn,ea,base,ti,krn,sgc,ken,decoder_key_hex,kt\n") > 0;
	for (int64_t i = 0; ok && i < count + BT_SBX_GUESTS; i++) {
		struct bt_sbx_consumer consumer;
		if (i < count)
			bt_sbx_person_make(seed, i, now_ms, &consumer);
		else
			bt_sbx_guest_make(i - count, i + 1, now_ms, &consumer);
		ok = put_consumer(insert, &consumer) && write_meter(list, sbx, &consumer) &&
		     bt_sbx_key_change_seed(sbx->db, &consumer) && begin_month(sbx->db, &consumer, now_ms);
	}
	sqlite3_finalize(insert);
	return ok && bt_sbx_month_turn(sbx->db, now_ms);
}

bool bt_sbx_people_make(struct bt_sbx *sbx, uint64_t seed, int64_t count)
{
	char path[BT_SBX_PATH_MAX];
	if (bt_sbx_meta_int(sbx->db, "consumers", 0) > 0)
		return true;
	bt_sbx_path(sbx, "meters.csv", path);
	FILE *list = fopen(path, "we");
	if (!list)
		return false;
	bool ok = bt_sbx_store_begin(sbx->db) && put_all(sbx, list, seed, count) &&
		  bt_sbx_meta_put_int(sbx->db, "consumers", count) &&
		  bt_sbx_meta_put_int(sbx->db, BT_SBX_TOWN_AT, bt_sbx_now_ms());
	ok = fclose(list) == 0 && ok && bt_sbx_store_commit(sbx->db);
	if (!ok)
		bt_sbx_store_rollback(sbx->db);
	return ok;
}
