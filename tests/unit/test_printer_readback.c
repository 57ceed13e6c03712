/* Golden slips read back by others: each QR by zbar and by ZXing, the Hindi and the figures by tesseract.
 * rooms: printer core/receipt core/money core/base
 * uses: zbar png
 * What is read are the dots that stood on paper (tests/golden/receipts), not what the layout meant to put there. */
#include <errno.h>
#include <png.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zbar.h>

#include "core/base/file.h"
#include "tests/unit/golden_fixture.h"

#define PATH_CAP 512
#define OUT_CAP  16384
#define BORDER   20 /* of white around what tesseract reads */

extern char **environ;

static struct bt_words *words;
static struct bt_receipt slip;
static char work[64];

static int open_all(void **state)
{
	(void)state;
	/* Threads cost it more than they bring on pictures of this size. */
	setenv("OMP_THREAD_LIMIT", "1", 1);
	snprintf(work, sizeof work, "%s/batti-readback-XXXXXX", P_tmpdir);
	return mkdtemp(work) && bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) == BT_OK ? 0 : -1;
}

static int close_all(void **state)
{
	(void)state;
	bt_words_close(words);
	return rmdir(work);
}

/* What a program says on its standard output; it has to end well. */
static void run(const char *const *arguments, char out[OUT_CAP])
{
	posix_spawn_file_actions_t actions;
	int ends[2], status = 0, err;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1 /* O_WRONLY */, 0);
	err = posix_spawn(&pid, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (err)
		fail_msg("%s: %s (assets/packages.txt names its package)", arguments[0], strerror(err));
	while ((got = read(ends[0], out + len, OUT_CAP - 1 - len)) > 0)
		len += (size_t)got;
	close(ends[0]);
	out[len] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("%s %s: status %d", arguments[0], arguments[1], status);
}

/* ---- pictures ---- */

struct grey {
	unsigned width, height;
	uint8_t *dots; /* a byte a dot */
};

static struct grey take_grey(png_image *image)
{
	struct grey grey = {image->width, image->height, NULL};

	image->format = PNG_FORMAT_GRAY;
	grey.dots = malloc(PNG_IMAGE_SIZE(*image));
	assert_non_null(grey.dots);
	assert_int_not_equal(png_image_finish_read(image, NULL, grey.dots, 0, NULL), 0);
	return grey;
}

static struct grey read_file(const char *path)
{
	png_image image = {.version = PNG_IMAGE_VERSION};

	if (!png_image_begin_read_from_file(&image, path))
		fail_msg("%s: %s", path, image.message);
	return take_grey(&image);
}

/* The slip in hand as the picture driver draws it. */
static struct grey draw(int width)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	struct grey grey;
	struct bt_buf bytes;

	bt_buf_init(&bytes, BT_PRN_MAX_BYTES);
	assert_int_equal(bt_prn_render("png", &slip, width, FIXTURE_FONT, GOLDEN_PICTURES, &bytes, NULL), BT_OK);
	assert_int_not_equal(png_image_begin_read_from_memory(&image, bytes.data, bytes.len), 0);
	grey = take_grey(&image);
	bt_buf_fini(&bytes);
	return grey;
}

/* Each dot @p times wide and high, or of @p times by @p times dots one when it is negative; with a border. */
static void write_scaled(const struct grey *grey, int times, const char *path)
{
	unsigned up = times > 0 ? (unsigned)times : 1, down = times < 0 ? (unsigned)-times : 1;
	unsigned width = grey->width * up / down, height = grey->height * up / down;
	png_image image = {.version = PNG_IMAGE_VERSION,
			   .width = width + 2 * BORDER,
			   .height = height + 2 * BORDER,
			   .format = PNG_FORMAT_GRAY};
	uint8_t *out = malloc(PNG_IMAGE_SIZE(image));

	assert_non_null(out);
	memset(out, 255, PNG_IMAGE_SIZE(image));
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			unsigned sum = 0;

			for (unsigned i = 0; i < down * down; i++)
				sum += grey->dots[(size_t)(y * down / up + i / down) * grey->width +
						  (x * down / up + i % down)];
			out[(size_t)(y + BORDER) * image.width + x + BORDER] = (uint8_t)(sum / (down * down));
		}
	assert_int_not_equal(png_image_write_to_file(&image, path, 0, out, 0, NULL), 0);
	free(out);
}

static void name_golden(const struct golden_kind *kind, const struct golden_paper *paper, char path[PATH_CAP])
{
	snprintf(path, PATH_CAP, BATTI_GOLDEN_DIR "/receipts/%s-%s.png", kind->name, paper->name);
}

/* ---- QR ---- */

struct found {
	char text[BT_RECORD_TEXT_CAP];
	int left, width; /* dots */
};

/* @return how many QR codes zbar sees; the first of them. */
static int read_with_zbar(const struct grey *grey, struct found *out)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	int count, right = 0;

	zbar_image_set_format(image, (unsigned long)'Y' | (unsigned long)'8' << 8 | (unsigned long)'0' << 16 |
					 (unsigned long)'0' << 24);
	zbar_image_set_size(image, grey->width, grey->height);
	zbar_image_set_data(image, grey->dots, (unsigned long)grey->width * grey->height, NULL);
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	count = zbar_scan_image(scanner, image);
	*out = (struct found){.left = (int)grey->width};
	if (count > 0) {
		const zbar_symbol_t *symbol = zbar_image_first_symbol(image);

		assert_int_equal(bt_text_copy(out->text, sizeof out->text, zbar_symbol_get_data(symbol)), BT_OK);
		for (unsigned i = 0; i < zbar_symbol_get_loc_size(symbol); i++) {
			int x = zbar_symbol_get_loc_x(symbol, i);

			out->left = x < out->left ? x : out->left;
			right = x > right ? x : right;
		}
		out->width = right - out->left;
	}
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
	return count;
}

static void read_with_zxing(const char *path, char out[OUT_CAP])
{
	const char *arguments[] = {"/usr/bin/ZXingReader", "-bytes", "-format", "QRCode", path, NULL};

	run(arguments, out);
}

static void every_qr_is_read_by_two_others(void **state)
{
	struct bt_signer *signer = golden_signer();
	char path[PATH_CAP], other[OUT_CAP];

	(void)state;
	for (size_t i = 0; i < GOLDEN_KINDS * GOLDEN_PAPERS; i++) {
		const struct golden_kind *kind = &golden_kinds[i / GOLDEN_PAPERS];
		struct bt_receipt_facts facts = kind->facts();
		struct bt_receipt_record record;
		struct found found;

		name_golden(kind, &golden_papers[i % GOLDEN_PAPERS], path);
		struct grey grey = read_file(path);
		int count = read_with_zbar(&grey, &found);
		free(grey.dots);
		if (count != (kind->qr != NO_QR))
			fail_msg("%s: zbar reads %d QR codes", path, count);
		if (kind->qr == NO_QR)
			continue;
		read_with_zxing(path, other);
		assert_string_equal(other, found.text);
		if (kind->qr == DIGITS) {
			assert_string_equal(other, facts.token);
			continue;
		}
		assert_int_equal(bt_record_decode(other, bt_signer_public(signer), &record), BT_OK);
		assert_string_equal(record.token, facts.token);
		assert_int_equal(strncmp(other, facts.token, strlen(facts.token)), 0);
		assert_int_equal(record.amount, facts.amount);
		assert_int_equal(record.is_training, facts.training);
		/* 49 modules of version 8, of six dots or more. */
		assert_true(found.width >= 49 * 6 - 6);
		assert_null(strstr(other, "RAMESH"));
	}
	bt_signer_close(signer);
}

/* Dead dots of the head spoil the same columns of every slip: a copy stands eight dots or more beside the one before.
 */
static void copies_are_shifted_and_read(void **state)
{
	char path[PATH_CAP], other[OUT_CAP];

	(void)state;
	snprintf(path, sizeof path, "%s/copy.png", work);
	for (size_t i = 0; i < GOLDEN_PAPERS; i++) {
		int before = -1000;

		for (int copy = 1; copy <= 4; copy++) {
			struct found found;

			golden_compose(&golden_kinds[0], golden_papers[i].lang, copy, words, GOLDEN_PICTURES, &slip);
			struct grey grey = draw(golden_papers[i].width);
			assert_int_equal(read_with_zbar(&grey, &found), 1);
			write_scaled(&grey, 1, path);
			read_with_zxing(path, other);
			assert_string_equal(other, found.text);
			if (abs(found.left - before) < 7) /* zbar's corners are a dot inexact */
				fail_msg("%s: copy %d stands at %d, the one before at %d", golden_papers[i].name, copy,
					 found.left, before);
			before = found.left;
			free(grey.dots);
		}
	}
	unlink(path);
}

/* ---- letters ---- */

static void read_letters(const struct grey *grey, int times, const char *lang, char out[OUT_CAP])
{
	char path[PATH_CAP];
	const char *arguments[] = {"/usr/bin/tesseract", path, "-", "-l", lang, "--psm", "6", NULL};

	snprintf(path, sizeof path, "%s/letters.png", work);
	write_scaled(grey, times, path);
	run(arguments, out);
	unlink(path);
}

static void expect_phrases(const char *name, const char *lang, const char *const *phrases)
{
	char path[PATH_CAP], text[OUT_CAP];
	int missing = 0;

	snprintf(path, sizeof path, BATTI_GOLDEN_DIR "/receipts/%s.png", name);
	struct grey grey = read_file(path);
	read_letters(&grey, 2, lang, text);
	free(grey.dots);
	for (; *phrases; phrases++)
		if (!strstr(text, *phrases)) {
			print_error("%s: not read: %s\n", name, *phrases);
			missing++;
		}
	if (missing > 0)
		fail_msg("%s reads as\n%s", name, text);
}

/* On every slip of a consumer. */
#define SLIP_HI                                                                                                        \
	"मीटर नंबर", "रमेश कुमार सिंह", "कृष्ण प्रसाद विद्यार्थी", "घोसवरी", "उपभोक्ता नंबर", "काउंटर, कर्मचारी",                   \
	    "मोकामा, रीना कुमारी", "पर्ची सँभाल कर रखें", "शिकायत"

static const struct {
	const char *name, *lang;
	const char *phrases[24];
} read_slips[] = {
    {"token-hi-384",
     "hin",
     {SLIP_HI, "साउथ बिहार पावर डिस्ट्रीब्यूशन कं. लि.", "मीटर या उसके कीपैड पर जाएँ", "मिटाने वाला बटन",
      "नए यूनिट दिखें तो लग गया", "टोकन वापस या बदला नहीं जाएगा"}},
    {"token-hi-576",
     "hin",
     {SLIP_HI, "साउथ बिहार पावर डिस्ट्रीब्यूशन कं. लि.", "रसीद", "शुल्क", "मिलेगा 63.5 यूनिट", "पाँच सौ रुपये",
      "टोकन वापस या बदला नहीं जाएगा"}},
    {"docket-hi-576", "hin", {SLIP_HI, "जमा रसीद, टोकन बाद में", "पैसा सुरक्षित है", "यह मीटर हमारी ऑफ़लाइन सूची में नहीं है"}},
    {"credit-hi-384", "hin", {SLIP_HI, "पंजाब नैशनल बैंक", "चेक पास होने पर मान्य"}},
    {"refund-hi-576", "hin", {SLIP_HI, "पैसा वापसी", "इस भुगतान पर कोई टोकन नहीं दिया गया", "सुनीता देवी ने मंज़ूर किया"}},
    {"change-hi-576", "hin", {SLIP_HI, "पहले इन्हें एक-एक करके डालें", "फिर रिचार्ज टोकन"}},
    {"token-en-384",
     "eng",
     {"Receipt number 0142-0611-087-4", "21-11-2026 11:42", "500.00", "450.45", "27.03", "63.5 units",
      "Ramesh Kumar Singh", "2304 1100 9876", "0474 0015 298", "Tokens are not returned or exchanged",
      "Complaint 1912"}},
    {"docket-en-576", "eng", {"D-0142-0611-087-4", "432611805521", "500.00", "The money is safe."}},
};

static void letters_are_read_by_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof read_slips / sizeof read_slips[0]; i++)
		expect_phrases(read_slips[i].name, read_slips[i].lang, read_slips[i].phrases);
}

/* The largest digits by themselves, half as large: a reader of documents expects letters, not posters. */
static void token_digits_are_read_by_another(void **state)
{
	static const char *const groups[] = {"4471", "7023", "1985", "2760", "4388", "9016", "5532"};
	static const int widths[] = {384, 512, 576};
	char text[OUT_CAP];

	(void)state;
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		slip = (struct bt_receipt){.copy = 1};
		for (size_t j = 0; j < sizeof groups / sizeof groups[0]; j++) {
			struct bt_receipt_line *line = &slip.lines[slip.count++];

			line->kind = BT_LINE_GROUP;
			line->bold = true;
			bt_text_copy(line->right, sizeof line->right, groups[j]);
		}
		struct grey grey = draw(widths[i]);
		read_letters(&grey, -2, "eng", text);
		free(grey.dots);
		const char *at = text;
		for (size_t j = 0; j < sizeof groups / sizeof groups[0] && at; j++) {
			char spaced[8];

			snprintf(spaced, sizeof spaced, "%c %c %c %c", groups[j][0], groups[j][1], groups[j][2],
				 groups[j][3]);
			at = strstr(at, spaced) ? strstr(at, spaced) : strstr(at, groups[j]);
		}
		if (!at)
			fail_msg("%d dots: read as\n%s", widths[i], text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_qr_is_read_by_two_others),
	    cmocka_unit_test(copies_are_shifted_and_read),
	    cmocka_unit_test(letters_are_read_by_another),
	    cmocka_unit_test(token_digits_are_read_by_another),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
