/* Slips as text against golden files, and as pictures.
 * rooms: printer core/receipt core/money core/base
 * With BATTI_GOLDEN_WRITE=1 in the environment the golden files are written anew; read the difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/base/file.h"
#include "printer/printer.h"
#include "tests/unit/receipt_fixture.h"

static struct bt_words *words;
static struct bt_receipt slip;

static int open_words(void **state)
{
	(void)state;
	return bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) == BT_OK ? 0 : -1;
}

static int close_words(void **state)
{
	(void)state;
	bt_words_close(words);
	return 0;
}

static const struct {
	const char *golden;
	struct bt_receipt_facts (*facts)(void);
	enum bt_receipt_lang lang;
	int width;
} slips[] = {
    {"receipt-token-en-576.txt", fixture_token, BT_RECEIPT_EN, 576},
    {"receipt-token-hi-384.txt", fixture_token, BT_RECEIPT_HI, 384},
    {"receipt-token-both-576.txt", fixture_token, BT_RECEIPT_BOTH, 576},
    {"receipt-change-en-384.txt", fixture_four, BT_RECEIPT_EN, 384},
    {"receipt-change-both-576.txt", fixture_four, BT_RECEIPT_BOTH, 576},
    {"receipt-docket-en-384.txt", fixture_docket, BT_RECEIPT_EN, 384},
    {"receipt-docket-hi-576.txt", fixture_docket, BT_RECEIPT_HI, 576},
    {"receipt-credit-both-512.txt", fixture_credit, BT_RECEIPT_BOTH, 512},
    {"receipt-training-en-384.txt", fixture_training, BT_RECEIPT_EN, 384},
};

static void assert_golden(const char *name, const struct bt_buf *made)
{
	char path[512];
	struct bt_buf golden;
	assert_int_equal(bt_path_join(BATTI_GOLDEN_DIR, name, path, sizeof(path)), BT_OK);
	if (getenv("BATTI_GOLDEN_WRITE") != NULL)
		assert_int_equal(bt_file_replace(path, bt_buf_view(made), 0644, NULL), BT_OK);
	bt_buf_init(&golden, 65536);
	assert_int_equal(bt_file_read(path, &golden, NULL), BT_OK);
	assert_string_equal((const char *)made->data, (const char *)golden.data);
	bt_buf_fini(&golden);
}

static void test_text_is_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		struct bt_receipt_facts facts = slips[i].facts();
		struct bt_buf made;
		bt_buf_init(&made, 65536);
		assert_int_equal(bt_receipt_compose(&facts, words, slips[i].lang, &slip), BT_OK);
		assert_int_equal(bt_prn_render("text", &slip, slips[i].width, FIXTURE_FONT, NULL, &made, NULL), BT_OK);
		assert_golden(slips[i].golden, &made);
		bt_buf_fini(&made);
	}
}

static void test_no_row_is_wider_than_the_paper(void **state)
{
	struct bt_receipt_facts facts = fixture_training();
	struct bt_buf made;
	(void)state;
	memset(facts.place.text[BT_LANG_EN], 'W', sizeof(facts.place.text[0]) - 1);
	bt_buf_init(&made, 65536);
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_BOTH, &slip), BT_OK);
	assert_int_equal(bt_prn_render("text", &slip, 384, FIXTURE_FONT, NULL, &made, NULL), BT_OK);
	for (char *row = (char *)made.data; *row != '\0';) {
		char *end = strchr(row, '\n');
		*end = '\0';
		assert_in_range(bt_text_columns(row), 0, 32);
		row = end + 1;
	}
	bt_buf_fini(&made);
}

/* Width and depth stand at fixed places of a PNG: bytes 16..19 and 24 (PNG specification, IHDR). */
static void test_picture_is_one_bit_and_as_wide_as_the_paper(void **state)
{
	static const int widths[] = {384, 512, 576};
	struct bt_receipt_facts facts = fixture_token();
	(void)state;
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_BOTH, &slip), BT_OK);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct bt_buf made;
		bt_buf_init(&made, 1024 * 1024);
		assert_int_equal(bt_prn_render("png", &slip, widths[i], FIXTURE_FONT, NULL, &made, NULL), BT_OK);
		assert_memory_equal(made.data, "\x89PNG\r\n\x1a\n", 8);
		assert_int_equal(bt_be32_get(made.data + 16), widths[i]);
		assert_int_equal(made.data[24], 1);
		bt_buf_fini(&made);
	}
}

static void test_refusals(void **state)
{
	struct bt_receipt_facts facts = fixture_token();
	struct bt_buf made;
	(void)state;
	bt_buf_init(&made, 4096);
	assert_int_equal(bt_receipt_compose(&facts, words, BT_RECEIPT_EN, &slip), BT_OK);
	assert_int_equal(bt_prn_render("pdf", &slip, 576, FIXTURE_FONT, NULL, &made, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_prn_render("png", &slip, 577, FIXTURE_FONT, NULL, &made, NULL), BT_EINPUT);
	assert_int_equal(bt_prn_render("png", &slip, 576, "/nowhere.ttf", NULL, &made, NULL), BT_ENOTFOUND);
	assert_int_equal(bt_prn_render("png", &slip, 576, BATTI_SOURCE_DIR "/LICENSE", NULL, &made, NULL),
			 BT_ENOTFOUND);
	assert_int_equal(bt_prn_render("escpos", &slip, 576, FIXTURE_FONT, NULL, &made, NULL), BT_EFULL);
	bt_buf_fini(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text_is_golden),
	    cmocka_unit_test(test_no_row_is_wider_than_the_paper),
	    cmocka_unit_test(test_picture_is_one_bit_and_as_wide_as_the_paper),
	    cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, open_words, close_words);
}
