/* What the virtual meter keeps on disk: its memory in both forms, its key file, and entries that come at once or fail.
 * rooms: tests/meter core/sts core/base */
#include "tests/meter/memory.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/meter/entry.h"
#include "tests/meter/key_change.h"
#include "tests/unit/meter_fixture.h"
#include "tests/unit/sts_rows.h"

#define DRN   FIXTURE_DRN
#define KEY   FIXTURE_KEY
#define TOKEN "59386323472137426967" /* a worked example of the standard: 0.1 kWh at minute 5871660 */

static bool find(const char *text, struct meter_identity *out, struct meter_fault *fault)
{
	fixture_write("meters.csv", text, strlen(text));
	return meter_factory_find(fixture_folder, DRN, out, fault);
}

#define LINES(lines) METER_FACTORY_HEADER "\n" lines

static void test_key_file_refused(void **state)
{
	static const char *const texts[] = {
	    "drn,key\n" DRN ",00\n",
	    LINES(DRN ",11,2014,01,1,123457,256," KEY "\n"),
	    LINES(DRN ",11,2014,01,1,123457,255,00" KEY "\n"),
	    LINES(DRN ",11,2014,01,0,123457,255," KEY "\n"),
	    LINES(DRN ",11,2014,100,1,123457,255," KEY "\n"),
	    LINES(DRN ",11,2014,01,1,1234567,255," KEY "\n"),
	    LINES(DRN ",07,2014,01,1,123457,255," KEY "\n"),
	    METER_FACTORY_HEADER ",product\n" DRN ",11,2014,01,1,123457,255," KEY ",milk\n",
	    METER_FACTORY_HEADER ",mfr_date\n" DRN ",11,2014,01,1,123457,255," KEY ",2013-12-31\n",
	    METER_FACTORY_HEADER ",mfr_date\n" DRN ",11,2014,01,1,123457,255," KEY ",yesterday\n",
	    METER_FACTORY_HEADER ",kt\n" DRN ",11,2014,01,1,123457,255," KEY ",3\n",
	};
	struct meter_identity identity = {.made_tid = 7};
	struct meter_fault fault;

	(void)state;
	assert_false(meter_factory_find(fixture_folder, DRN, &identity, &fault));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_false(find(texts[i], &identity, &fault));
	assert_non_null(strstr(fault.what, "key type 3"));
	assert_false(find(LINES("58000079531,11,2014,01,1,123457,255," KEY "\n"), &identity, &fault));
	assert_non_null(strstr(fault.what, "unknown meter " DRN));
	assert_false(find(LINES(DRN ",09,2014,01,1,123457,255," KEY "\n"), &identity, &fault));
	assert_non_null(strstr(fault.what, "EA 09"));
	assert_false(meter_factory_find(fixture_folder, "../meters", &identity, &fault));
	assert_int_equal(identity.made_tid, 7);
}

static void test_key_file(void **state)
{
	struct meter_identity identity;
	struct meter_fault fault;

	(void)state;
	assert_true(find(METER_FACTORY_HEADER "\r\n" DRN ",11,2014,01,1,123457,0," KEY "\r\n" DRN
					      ",11,2014,42,2,000456,200," KEY,
			 &identity, &fault));
	assert_string_equal(identity.drn, DRN);
	assert_int_equal(identity.binding.ken, 200);
	assert_int_equal(identity.binding.ti, 42);
	assert_int_equal(identity.binding.krn, 2);
	assert_int_equal(identity.binding.sgc, 456);
	assert_int_equal(identity.binding.kt, METER_DUTK);
	assert_int_equal(identity.binding.key.bytes[15], 0x1d);
	assert_int_equal(identity.product, METER_ELECTRICITY);
	assert_int_equal(identity.made_tid, 0);
}

/* Columns in any order, columns nobody knows, and an optional one left empty. */
static void test_key_file_by_its_header(void **state)
{
	struct meter_identity identity;
	struct meter_fault fault;

	(void)state;
	assert_true(find("kt,colour,decoder_key_hex,ken,sgc,krn,ti,base,ea,mfr_date,product,drn\n"
			 "1,red," FIXTURE_KEY_7 ",255,123457,1,01,2014,07,2014-01-02,water," DRN "\n",
			 &identity, &fault));
	assert_int_equal(identity.binding.key.ea, METER_EA_STA);
	assert_int_equal(identity.binding.key.bytes[0], 0xe6);
	assert_int_equal(identity.binding.kt, METER_DDTK);
	assert_int_equal(identity.product, METER_WATER);
	assert_int_equal(identity.made_tid, 1440);
	assert_true(find("drn,ea,base,ti,krn,sgc,ken,decoder_key_hex,mfr_date\n" DRN ",11,2014,01,1,123457,255," KEY
			 ",\n",
			 &identity, &fault));
	assert_int_equal(identity.made_tid, 0);
}

static void test_sta_tables(void **state)
{
	static const char swapped[] = "S1 6 9 7 4 3 10 12 14 2 13 1 15 0 11 8 5\n"
				      "S2 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11\n"
				      "P 29 27 34 9 16 62 55 2 40 49 38 25 33 61 30 23 1 41 21 57 42 15 5 58 19 53 22 "
				      "17 48 28 24 39 3 60 36 14 11 52 54 12 31 51 10 26 0 45 37 43 44 6 59 4 7 35 56 "
				      "50 13 18 32 47 46 63 20 8\n";
	struct meter_sta sample, sta;
	struct meter_fault fault;

	(void)state;
	meter_sta_sample(&sample);
	assert_true(meter_factory_tables(fixture_folder, &sta, &fault));
	assert_memory_equal(&sta, &sample, sizeof sta);
	fixture_write("sta_tables", swapped, strlen(swapped));
	assert_true(meter_factory_tables(fixture_folder, &sta, &fault));
	assert_memory_equal(sta.from_first, sample.from_second, sizeof sta.from_first);
	fixture_write("sta_tables", swapped, 50);
	assert_false(meter_factory_tables(fixture_folder, &sta, &fault));
}

static void assert_same_waiting(const struct meter_waiting *a, const struct meter_waiting *b)
{
	for (unsigned i = 0; i < METER_SECTIONS; i++) {
		assert_int_equal(a->held[i], b->held[i]);
		assert_int_equal(a->section[i].ken_half, b->section[i].ken_half);
		assert_int_equal(a->section[i].krn, b->section[i].krn);
		assert_int_equal(a->section[i].kt, b->section[i].kt);
		assert_int_equal(a->section[i].roll_over, b->section[i].roll_over);
		assert_int_equal(a->section[i].ti, b->section[i].ti);
		assert_int_equal(a->section[i].sgc_half, b->section[i].sgc_half);
		assert_int_equal(a->section[i].key_part, b->section[i].key_part);
	}
	assert_true(a->since_s == b->since_s);
}

static void assert_same_binding(const struct meter_binding *a, const struct meter_binding *b)
{
	assert_int_equal(a->key.ea, b->key.ea);
	assert_memory_equal(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
	assert_int_equal(a->krn, b->krn);
	assert_int_equal(a->kt, b->kt);
	assert_int_equal(a->ti, b->ti);
	assert_int_equal(a->ken, b->ken);
	assert_int_equal(a->sgc, b->sgc);
}

static void assert_same(const struct meter_memory *a, const struct meter_memory *b)
{
	assert_same_binding(&a->binding, &b->binding);
	assert_int_equal(a->rekeyed, b->rekeyed);
	assert_int_equal(a->credit_tenths, b->credit_tenths);
	assert_true(a->total_tenths == b->total_tenths);
	assert_memory_equal(a->tids, b->tids, sizeof a->tids);
	assert_int_equal(a->power_limit_w, b->power_limit_w);
	assert_int_equal(a->unbalance_limit_w, b->unbalance_limit_w);
	assert_int_equal(a->tariff_rate, b->tariff_rate);
	assert_int_equal(a->water_factor, b->water_factor);
	assert_int_equal(a->tampered, b->tampered);
	assert_int_equal(a->wrong, b->wrong);
	assert_true(a->wrong_at_s == b->wrong_at_s);
	assert_same_waiting(&a->waiting, &b->waiting);
	assert_int_equal(a->last_count, b->last_count);
	for (unsigned i = 0; i < a->last_count; i++) {
		assert_string_equal(a->last[i].digits, b->last[i].digits);
		assert_int_equal(a->last[i].token_class, b->last[i].token_class);
		assert_int_equal(a->last[i].subclass, b->last[i].subclass);
		assert_int_equal(a->last[i].tid, b->last[i].tid);
		assert_int_equal(a->last[i].tenths, b->last[i].tenths);
	}
}

/* One that has something in every line. */
static struct meter_memory make_full_memory(uint8_t ea)
{
	struct meter_identity identity = fixture_identity(ea);
	struct meter meter = fixture_meter(&identity);
	struct meter_effect effect;
	struct meter_memory memory;

	for (uint32_t i = 1; i < 70; i++)
		assert_int_equal(fixture_credit(&meter, i * 100, (uint16_t)i), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(0, 8000, 5000)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(6, 8001, 400)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, fixture_block(2, 8002, 65535)), METER_ACCEPTED);
	assert_int_equal(fixture_enter(&meter, 2, UINT64_C(0x3f9289abcdef) << 16), METER_SECTION_1);
	assert_int_equal(fixture_enter(&meter, 2, UINT64_C(0x4e63fedcba98) << 16),
			 ea == METER_EA_STA ? METER_ACCEPTED : METER_SECTION_2);
	fixture_rekey(&meter);
	if (ea == METER_EA_STA)
		assert_int_equal(fixture_enter(&meter, 2, UINT64_C(0x3f9affffffff) << 16), METER_SECTION_1);
	meter_judge(&meter, TOKEN, &effect);
	meter.memory.tampered = true;
	meter.memory.water_factor = 9;
	memory = meter.memory;
	meter_cipher_close(meter.cipher);
	return memory;
}

static void test_memory_survives(void **state)
{
	static const uint8_t eas[] = {METER_EA_STA, METER_EA_MISTY1};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct meter_identity identity = fixture_identity(eas[i]);
		struct meter_memory memory = make_full_memory(eas[i]), again;
		struct meter_fault fault;

		assert_int_equal(memory.rekeyed, eas[i] == METER_EA_STA);
		assert_int_equal(close(meter_memory_lock(fixture_folder, DRN, &fault)), 0);
		assert_true(meter_memory_save(fixture_folder, DRN, &memory, &fault));
		assert_true(meter_memory_load(fixture_folder, &identity, &again, &fault));
		assert_same(&memory, &again);
	}
}

static size_t read_file(const char *name, char *text, size_t cap)
{
	char path[128];
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", fixture_folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, cap, file);
	fclose(file);
	assert_true(len > 0 && len < cap);
	return len;
}

/* A memory cut short anywhere is told as damaged, and never read as another. */
static void test_damaged_memory(void **state)
{
	static const uint8_t eas[] = {METER_EA_STA, METER_EA_MISTY1};
	char text[8192];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct meter_identity identity = fixture_identity(eas[i]);
		struct meter_memory memory = make_full_memory(eas[i]), again = {.credit_tenths = 77};
		struct meter_fault fault;
		size_t len;

		assert_int_equal(close(meter_memory_lock(fixture_folder, DRN, &fault)), 0);
		assert_true(meter_memory_save(fixture_folder, DRN, &memory, &fault));
		len = read_file("meters/" DRN, text, sizeof text);
		for (size_t cut = 0; cut + 1 < len; cut++) {
			fixture_write("meters/" DRN, text, cut);
			assert_false(meter_memory_load(fixture_folder, &identity, &again, &fault));
		}
		text[strlen("batti-meter ")] = '3';
		fixture_write("meters/" DRN, text, len);
		assert_false(meter_memory_load(fixture_folder, &identity, &again, &fault));
		assert_int_equal(again.credit_tenths, 77);
	}
}

/* Each line of the first kind made one of the second: no meter has such a memory. */
static void test_memory_out_of_range(void **state)
{
	static const struct {
		const char *right, *wrong;
	} lines[] = {
	    {"batti-meter 2\n", "batti-meter 3\n"},
	    {"credit 24", "credit x4"},
	    {"tid 8000\n", "tid 1000\n"},
	    {"tid 8000\n", "tid 16777216\n"},
	    {"last 10\n", "last 11\n"},
	    {"last 10\n", "last x\n"},
	    {" 2 6 8001 0\n", " 1 0 8001 0\n"},
	    {" 2 6 8001 0\n", " 3 6 8001 0\n"},
	    {" 2 6 8001 0\n", " 0 4 8001 0\n"},
	    {" 2 6 8001 0\n", " 2 10 8001 0\n"},
	    {"token ", "token 1"},
	    {"tampered 1\n", "tampered x\n"},
	    {"wrong 1 ", "wrong x "},
	    {"key changed ", "key swapped "},
	    {"ea 7 ", "ea 11 "},
	    {"ea 7 ", "ea 9 "},
	    {" kt 2 ", " kt x "},
	    {"waiting 1 ", "waiting 5 "},
	    {"waiting 1 ", "waiting 2 "},
	    {"section 0 ", "section 4 "},
	    {" ro ", " no "},
	    {"end\n", "and\n"},
	};
	struct meter_identity identity = fixture_identity(METER_EA_STA);
	struct meter_memory memory = make_full_memory(METER_EA_STA);
	struct meter_fault fault;
	char text[8192], wrong[8192];

	(void)state;
	assert_int_equal(close(meter_memory_lock(fixture_folder, DRN, &fault)), 0);
	assert_true(meter_memory_save(fixture_folder, DRN, &memory, &fault));
	text[read_file("meters/" DRN, text, sizeof text)] = '\0';
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const char *at = strstr(text, lines[i].right);
		int len;

		assert_non_null(at);
		len = snprintf(wrong, sizeof wrong, "%.*s%s%s", (int)(at - text), text, lines[i].wrong,
			       at + strlen(lines[i].right));
		fixture_write("meters/" DRN, wrong, (size_t)len);
		if (meter_memory_load(fixture_folder, &identity, &memory, &fault))
			fail_msg("taken: \"%s\" instead of \"%s\"", lines[i].wrong, lines[i].right);
	}
}

/* As meters wrote it before they knew more than electricity credit. */
static void test_first_form(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_MISTY1);
	struct meter_memory memory, again;
	struct meter_fault fault;
	char text[2048];
	size_t len = (size_t)snprintf(text, sizeof text, "batti-meter 1\ncredit 635\n");

	(void)state;
	for (unsigned i = 0; i < METER_TIDS; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "tid %u\n", i < 48 ? 0 : i * 1000);
	len += (size_t)snprintf(text + len, sizeof text - len, "last 1\ntoken " TOKEN " 49000 635\nend\n");
	assert_int_equal(close(meter_memory_lock(fixture_folder, DRN, &fault)), 0);
	fixture_write("meters/" DRN, text, len);
	assert_true(meter_memory_load(fixture_folder, &identity, &memory, &fault));
	assert_int_equal(memory.credit_tenths, 635);
	assert_true(memory.total_tenths == 635);
	assert_int_equal(memory.tids[49], 49000);
	assert_int_equal(memory.last_count, 1);
	assert_string_equal(memory.last[0].digits, TOKEN);
	assert_int_equal(memory.last[0].tenths, 635);
	assert_int_equal(memory.power_limit_w, METER_NO_LIMIT_W);
	assert_same_binding(&memory.binding, &identity.binding);
	assert_true(meter_memory_save(fixture_folder, DRN, &memory, &fault));
	assert_true(meter_memory_load(fixture_folder, &identity, &again, &fault));
	assert_same(&memory, &again);
	for (size_t cut = 0; cut + 1 < len; cut++) {
		fixture_write("meters/" DRN, text, cut);
		assert_false(meter_memory_load(fixture_folder, &identity, &again, &fault));
	}
}

static enum meter_result enter_at(const struct meter_identity *identity, const char *text, int64_t now_s,
				  struct meter *after)
{
	struct meter_effect effect;
	struct meter_fault fault;

	assert_true(meter_enter(fixture_folder, identity, text, now_s, &effect, after, &fault));
	return effect.result;
}

/* Every token of the files that has a TID, at a meter made for it: accepted, then used; with its last digit changed,
 * wrong. One whose TID is 0, as every slot from the factory, is used at once. */
static unsigned check_entries(const char *path)
{
	FILE *file = fopen(path, "r");
	struct sts_row row;
	unsigned count = 0;

	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		struct meter_identity identity = {.binding = {.ken = 255, .kt = METER_DUTK}};
		unsigned long token_class = sts_row_number(&row, STS_CLASS),
			      subclass = sts_row_number(&row, STS_SUBCLASS);
		bool first = sts_row_tid(&row) != 0;
		struct meter meter, then;
		char *last;

		/* A currency register, which no meter has here; and key changes, which carry no TID. */
		if (row.field[STS_RND][0] == '\0' || (token_class == 2 && subclass == 1))
			continue;
		count++;
		if (token_class == 0)
			identity.product = (enum meter_product)subclass;
		if (token_class == 2 && subclass == 7)
			identity.product = METER_WATER;
		memcpy(identity.drn, row.field[STS_DRN], strlen(row.field[STS_DRN]));
		identity.binding.key.ea = (uint8_t)sts_row_number(&row, STS_EA);
		assert_true(meter_key_parse(row.field[STS_DECODER_KEY], &identity.binding.key));
		assert_int_equal(enter_at(&identity, row.field[STS_TOKEN], 1, &meter),
				 first ? METER_ACCEPTED : METER_USED);
		assert_int_equal(enter_at(&identity, row.field[STS_TOKEN], 1, &then), METER_USED);
		assert_int_equal(meter.memory.credit_tenths, then.memory.credit_tenths);
		last = row.field[STS_TOKEN] + METER_DIGITS - 1;
		*last = *last == '9' ? '0' : (char)(*last + 1);
		assert_int_equal(enter_at(&identity, row.field[STS_TOKEN], 1, &then), METER_BAD_CRC);
		assert_int_equal(meter.memory.credit_tenths, then.memory.credit_tenths);
		assert_true(token_class != 0 || !first || meter.memory.credit_tenths >= sts_row_tenths(&row));
	}
	fclose(file);
	return count;
}

static void test_vector_files(void **state)
{
	(void)state;
	assert_int_equal(check_entries(STS_ROWS_PATH), 42);
	assert_int_equal(check_entries(BATTI_VECTORS_DIR "/sts_ea07_sample_tables.csv"), 84);
}

/* After a key change the meter goes by its own memory, whatever the factory's file says then. */
static void test_the_key_outlives_the_factory_file(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_STA);
	struct meter meter;
	char digits[2][BT_STS_TOKEN_CAP];
	char credit[BT_STS_TOKEN_CAP];

	(void)state;
	fixture_token(&identity.binding.key, 2, UINT64_C(0x3f32abababab) << 16, digits[0]);
	fixture_token(&identity.binding.key, 2, UINT64_C(0x4f42cdcdcdcd) << 16, digits[1]);
	assert_int_equal(enter_at(&identity, digits[1], 100, &meter), METER_SECTION_2);
	assert_int_equal(enter_at(&identity, digits[0], 100 + METER_CHANGE_WAITS_S - 1, &meter), METER_ACCEPTED);
	fixture_token(&meter.memory.binding.key, 0, fixture_block(0, 1000, 5), credit);
	memset(&identity.binding, 0, sizeof identity.binding);
	identity.binding.key.ea = METER_EA_MISTY1;
	assert_int_equal(enter_at(&identity, credit, 5000, &meter), METER_ACCEPTED);
	assert_int_equal(meter.memory.credit_tenths, 5);
	assert_int_equal(meter.memory.binding.krn, 3);
	assert_int_equal(meter.memory.binding.ti, 0x42);
	assert_int_equal(meter.memory.binding.sgc, 123457);
}

/* Wrong entries are counted from one start of the program to the next. */
static void test_lock_out_outlives_the_program(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_MISTY1);
	struct meter meter;

	(void)state;
	for (int i = 0; i < METER_WRONG_FREE; i++)
		assert_int_equal(enter_at(&identity, "1", 1000, &meter), METER_BAD_DIGITS);
	assert_int_equal(enter_at(&identity, TOKEN, 1000 + METER_DELAY_FIRST_S - 1, &meter), METER_LOCKED);
	assert_int_equal(enter_at(&identity, "00000000000150997584", 1000, &meter), METER_ACCEPTED);
	assert_int_equal(enter_at(&identity, TOKEN, 1000 + METER_DELAY_FIRST_S, &meter), METER_ACCEPTED);
	assert_int_equal(enter_at(&identity, "1", 1006, &meter), METER_BAD_DIGITS);
	assert_int_equal(meter.memory.wrong, 1);
}

static void test_cover_opened(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_MISTY1);
	char digits[BT_STS_TOKEN_CAP];
	struct meter_memory memory;
	struct meter_fault fault;
	struct meter meter;

	(void)state;
	assert_true(meter_tamper(fixture_folder, &identity, &fault));
	assert_true(meter_memory_load(fixture_folder, &identity, &memory, &fault));
	assert_true(memory.tampered);
	fixture_token(&identity.binding.key, 2, fixture_block(5, 77, 0), digits);
	assert_int_equal(enter_at(&identity, digits, 1, &meter), METER_ACCEPTED);
	assert_true(meter_memory_load(fixture_folder, &identity, &memory, &fault));
	assert_false(memory.tampered);
}

/* What could not be kept was not done: the token is good once there is room again. */
static void test_nowhere_to_write(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_MISTY1);
	struct meter_effect effect;
	struct meter_fault fault;
	struct meter meter;
	char path[128];

	(void)state;
	assert_int_equal(close(meter_memory_lock(fixture_folder, DRN, &fault)), 0);
	snprintf(path, sizeof path, "%s/meters/" DRN ".new", fixture_folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(meter_enter(fixture_folder, &identity, TOKEN, 1, &effect, &meter, &fault));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(enter_at(&identity, TOKEN, 1, &meter), METER_ACCEPTED);
	assert_int_equal(meter.memory.credit_tenths, 1);
}

static void test_entries_at_once(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_MISTY1);
	struct meter_memory memory;
	struct meter_fault fault;
	int accepted = 0, used = 0;
	int status;

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct meter_effect effect;
		struct meter meter;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(meter_enter(fixture_folder, &identity, TOKEN, 1, &effect, &meter, &fault)
				  ? (int)effect.result
				  : 99);
	}
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		accepted += WEXITSTATUS(status) == METER_ACCEPTED;
		used += WEXITSTATUS(status) == METER_USED;
	}
	assert_int_equal(accepted, 1);
	assert_int_equal(used, 7);
	assert_true(meter_memory_load(fixture_folder, &identity, &memory, &fault));
	assert_int_equal(memory.credit_tenths, 1);
}

/* Says on @p pipe what it was told, if it lives that long. */
static void enter_and_say(const struct meter_identity *identity, const char *digits, int pipe)
{
	struct meter_effect effect;
	struct meter_fault fault;
	struct meter meter;
	char said;

	if (!meter_enter(fixture_folder, identity, digits, 1, &effect, &meter, &fault))
		_exit(1);
	said = (char)effect.result;
	_exit(write(pipe, &said, 1) == 1 ? 0 : 1);
}

/* Killed at any moment of an entry, the meter has it whole or not at all; and what it said, it has. */
static void test_killed_while_it_enters(void **state)
{
	struct meter_identity identity = fixture_identity(METER_EA_STA);
	uint32_t rounds = 150, told = 0, killed = 0;
	struct meter meter;

	(void)state;
	for (uint32_t i = 1; i <= rounds; i++) {
		struct timespec wait_ns = {.tv_nsec = (long)i * 80000};
		char digits[BT_STS_TOKEN_CAP];
		char said = -1;
		int ends[2], status;
		enum meter_result again;
		pid_t child;

		fixture_token(&identity.binding.key, 0, fixture_block(0, i, 1), digits);
		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			enter_and_say(&identity, digits, ends[1]);
		nanosleep(&wait_ns, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
		killed += WIFSIGNALED(status);
		close(ends[1]);
		if (read(ends[0], &said, 1) == 1)
			told++;
		close(ends[0]);
		again = enter_at(&identity, digits, 1, &meter);
		assert_true(again == METER_USED || (again == METER_ACCEPTED && said == -1));
		assert_true(said == -1 || said == METER_ACCEPTED);
		assert_int_equal(meter.memory.credit_tenths, i);
	}
	print_message("killed %u of %u, %u had spoken\n", killed, rounds, told);
	assert_true(killed > 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_make_folder, fixture_remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(test_key_file_refused),
	    IN_FOLDER(test_key_file),
	    IN_FOLDER(test_key_file_by_its_header),
	    IN_FOLDER(test_sta_tables),
	    IN_FOLDER(test_memory_survives),
	    IN_FOLDER(test_damaged_memory),
	    IN_FOLDER(test_memory_out_of_range),
	    IN_FOLDER(test_first_form),
	    IN_FOLDER(test_vector_files),
	    IN_FOLDER(test_the_key_outlives_the_factory_file),
	    IN_FOLDER(test_lock_out_outlives_the_program),
	    IN_FOLDER(test_cover_opened),
	    IN_FOLDER(test_nowhere_to_write),
	    IN_FOLDER(test_killed_while_it_enters),
	    IN_FOLDER(test_entries_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
