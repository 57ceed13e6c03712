/* From a document to the bytes for the printer, in process: the whole Hindi slip as dots, and the English one in the
 * printer's own letters with its own QR. No two slips are the same but in their fixed words, as at a counter.
 *
 * Usage: bench_receipt [SLIPS]. One line of JSON a measure, times in microseconds of this thread. "cold" is the first
 * slip of a new process, with the font and the pictures opened; "warm" each later one. The limit of a slip is copying
 * its bytes and making its QR symbol, which no driver can do without; the peer packs the same dots with libpng.
 *
 * rooms: printer core/receipt core/qr core/money core/base
 * uses: png */
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <png.h>

#include "core/qr/qr.h"
#include "printer/driver.h"
#include "printer/layout.h"
#include "tests/bench/measure.h"
#include "tests/unit/receipt_fixture.h"

#define SLIPS_MAX  10000
#define COLD_SLIPS 15
#define PICTURES   (BATTI_SOURCE_DIR "/assets/receipt")

struct measure {
	const char *name;
	enum bt_receipt_lang lang;
	int width;
	enum bt_prn_mode mode;
	bool native_qr;
	int warm_us, cold_us, kilobytes; /* what is promised; 0: nothing */
};

static const struct measure measures[] = {
    {"raster_hi_576", BT_RECEIPT_HI, 576, BT_PRN_RASTER, false, 3000, 10000, 8192},
    {"raster_both_384", BT_RECEIPT_BOTH, 384, BT_PRN_RASTER, false, 0, 0, 0},
    {"hybrid_hi_576", BT_RECEIPT_HI, 576, BT_PRN_HYBRID, true, 0, 0, 0},
    {"text_en_576", BT_RECEIPT_EN, 576, BT_PRN_TEXT, true, 100, 0, 0},
};

/* One counter: what is opened once and kept. */
struct stage {
	struct bt_words *words;
	struct bt_raster *raster;
	struct bt_pictures *pictures;
	struct bt_prn_profile profile;
	struct bt_receipt slip;
	struct bt_buf bytes, png;
	struct bt_bitmap dots;
};

/* ---- slips ---------------------------------------------------------------------------------------------------------
 */

static void vary_digits(char *digits, uint64_t turn)
{
	for (size_t i = 0; digits[i] != '\0'; i++, turn = turn * 6364136223846793005u + 1442695040888963407u)
		if (digits[i] >= '0' && digits[i] <= '9')
			digits[i] = (char)('0' + (turn >> 33) % 10);
}

static void compose(struct stage *stage, const struct measure *measure, uint64_t turn)
{
	static const char *const names[][BT_LANG_COUNT] = {
	    {"Ramesh Kumar Singh", "रमेश कुमार सिंह"},    {"Sunita Devi", "सुनीता देवी"},
	    {"Mohammad Irfan", "मोहम्मद इरफ़ान"},        {"Krishna Prasad Vidyarthi", "कृष्ण प्रसाद विद्यार्थी"},
	    {"Lakshmi Shrivastava", "लक्ष्मी श्रीवास्तव"}, {"Gyanendra Tripathi", "ज्ञानेन्द्र त्रिपाठी"},
	    {"Pushpa Kumari", "पुष्पा कुमारी"},           {"Durga Charan Mahto", "दुर्गा चरण महतो"},
	};
	struct bt_receipt_facts facts = fixture_token();

	vary_digits(facts.token, turn);
	vary_digits(facts.meter, turn + 1);
	vary_digits(facts.connection, turn + 2);
	vary_digits(facts.receipt_number, turn + 3);
	vary_digits(facts.head, turn + 4);
	vary_digits(facts.record, turn + 5);
	facts.paid_at_ms += (int64_t)turn * 61000;
	facts.amount += (bt_paise)(turn % 100) * 1000;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		(void)bt_text_copy(facts.consumer.text[lang], sizeof facts.consumer.text[lang],
				   names[turn % (sizeof names / sizeof names[0])][lang]);
	if (bt_receipt_compose(&facts, stage->words, measure->lang, &stage->slip) != BT_OK)
		bench_fail("compose");
}

static void open_words(struct stage *stage)
{
	memset(stage, 0, sizeof *stage);
	bt_buf_init(&stage->bytes, BT_PRN_MAX_BYTES);
	bt_buf_init(&stage->png, BT_PRN_MAX_BYTES);
	if (bt_words_open(BATTI_SHARE_DIR "/locale", &stage->words, NULL) != BT_OK)
		bench_fail("words");
}

static void open_parts(struct stage *stage, const struct measure *measure)
{
	stage->profile = *bt_prn_profile_by_width(measure->width);
	stage->profile.mode = measure->mode;
	stage->profile.native_qr = measure->native_qr;
	if (bt_raster_open(FIXTURE_FONT, &stage->raster, NULL) != BT_OK ||
	    bt_pictures_open(PICTURES, &stage->pictures) != BT_OK)
		bench_fail("font and pictures");
}

static void close_parts(struct stage *stage)
{
	bt_raster_close(stage->raster);
	bt_pictures_close(stage->pictures);
	bt_words_close(stage->words);
	bt_buf_fini(&stage->bytes);
	bt_buf_fini(&stage->png);
}

static struct bt_prn_sheet make_sheet(const struct stage *stage)
{
	return (struct bt_prn_sheet){
	    .receipt = &stage->slip, .profile = &stage->profile, .raster = stage->raster, .pictures = stage->pictures};
}

static void render(struct stage *stage)
{
	struct bt_prn_sheet sheet = make_sheet(stage);

	bt_buf_clear(&stage->bytes);
	if (bt_prn_escpos.render(&sheet, &stage->bytes, NULL) != BT_OK)
		bench_fail("render");
}

/* ---- what it is held against ---------------------------------------------------------------------------------------
 */

static void do_least(struct stage *stage, uint8_t *copy)
{
	struct bt_qr qr;

	memcpy(copy, stage->bytes.data, stage->bytes.len);
	for (int i = 0; i < stage->slip.count; i++)
		if (stage->slip.lines[i].kind == BT_LINE_QR && !stage->profile.native_qr &&
		    bt_qr_encode(stage->slip.lines[i].left, BT_QR_M, 0, &qr) != BT_OK)
			bench_fail("QR");
}

static void write_chunk(png_structp png, png_bytep data, png_size_t len)
{
	if (bt_buf_put(png_get_io_ptr(png), data, len) != BT_OK)
		png_error(png, "full");
}

static void flush_nothing(png_structp png)
{
	(void)png;
}

static void pack_png(struct stage *stage)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info)
		bench_fail("libpng");
	bt_buf_clear(&stage->png);
	png_set_write_fn(png, &stage->png, write_chunk, flush_nothing);
	png_set_IHDR(png, info, (png_uint_32)stage->dots.width, (png_uint_32)stage->dots.rows, 1, PNG_COLOR_TYPE_GRAY,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (int row = 0; row < stage->dots.rows; row++)
		png_write_row(png, bt_bitmap_row(&stage->dots, row));
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
}

/* ---- measuring -----------------------------------------------------------------------------------------------------
 */

static int64_t now_ns(void)
{
	return bench_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

struct cold {
	int64_t ns;
	long kilobytes;
};

/* In a process of its own. */
static struct cold run_cold(const struct measure *measure, uint64_t turn)
{
	static struct stage stage;
	struct cold cold = {0};
	struct rusage usage;
	int pipes[2], status;
	pid_t child;

	if (pipe(pipes) != 0 || (child = fork()) < 0)
		bench_fail("new process");
	if (child == 0) {
		open_words(&stage);
		compose(&stage, measure, turn);
		int64_t start = now_ns();
		open_parts(&stage, measure);
		render(&stage);
		cold.ns = now_ns() - start;
		_exit(write(pipes[1], &cold.ns, sizeof cold.ns) != sizeof cold.ns);
	}
	if (read(pipes[0], &cold.ns, sizeof cold.ns) != sizeof cold.ns || wait4(child, &status, 0, &usage) != child ||
	    status != 0)
		bench_fail("new process");
	close(pipes[0]);
	close(pipes[1]);
	cold.kilobytes = usage.ru_maxrss;
	return cold;
}

static void print_us(const char *name, int64_t ns)
{
	printf(",\"%s\":%lld.%lld", name, (long long)(ns / 1000), (long long)(ns % 1000 / 100));
}

static void run_measure(const struct measure *measure, size_t slips)
{
	static int64_t warm[SLIPS_MAX], least[SLIPS_MAX], packed[SLIPS_MAX], cold_ns[COLD_SLIPS];
	static struct stage stage;
	static uint8_t copy[BT_PRN_MAX_BYTES];
	long kilobytes = 0;

	for (size_t i = 0; i < COLD_SLIPS; i++) {
		struct cold cold = run_cold(measure, i);
		cold_ns[i] = cold.ns;
		kilobytes = cold.kilobytes > kilobytes ? cold.kilobytes : kilobytes;
	}
	open_words(&stage);
	open_parts(&stage, measure);
	for (size_t i = 0; i < slips; i++) {
		struct bt_prn_sheet sheet = make_sheet(&stage);
		compose(&stage, measure, i);
		int64_t start = now_ns();
		render(&stage);
		int64_t rendered = now_ns();
		do_least(&stage, copy);
		least[i] = now_ns() - rendered;
		warm[i] = rendered - start;
		bt_bitmap_init(&stage.dots, measure->width);
		if (bt_layout_draw(&sheet, &stage.dots) != BT_OK)
			bench_fail("draw");
		start = now_ns();
		pack_png(&stage);
		packed[i] = now_ns() - start;
		if (i + 1 < slips)
			bt_bitmap_fini(&stage.dots);
	}
	bench_sort_us(cold_ns, COLD_SLIPS);
	bench_sort_us(warm, slips);
	bench_sort_us(least, slips);
	bench_sort_us(packed, slips);
	printf("{\"bench\":\"receipt\",\"measure\":\"%s\",\"slips\":%zu,\"dots\":\"%dx%d\",\"bytes\":%zu",
	       measure->name, slips, stage.dots.width, stage.dots.rows, stage.bytes.len);
	print_us("warm_us", warm[slips / 2]);
	print_us("warm_p99_us", warm[slips * 99 / 100]);
	print_us("cold_us", cold_ns[COLD_SLIPS / 2]);
	printf(",\"peak_rss_kb\":%ld", kilobytes);
	if (measure->warm_us)
		printf(",\"target_warm_us\":%d", measure->warm_us);
	if (measure->cold_us)
		printf(",\"target_cold_us\":%d,\"target_rss_kb\":%d", measure->cold_us, measure->kilobytes);
	print_us("limit_us", least[slips / 2]);
	print_us("libpng_us", packed[slips / 2]);
	puts("}");
	bt_bitmap_fini(&stage.dots);
	close_parts(&stage);
}

int main(int argc, char **argv)
{
	long slips = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;

	if (slips < 1 || slips > SLIPS_MAX)
		bench_fail("number of slips");
	for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
		(void)fflush(stdout); /* before the next fork */
		run_measure(&measures[i], (size_t)slips);
	}
	return 0;
}
