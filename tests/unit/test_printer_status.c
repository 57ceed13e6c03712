/* Answers of ESC/POS printers, read in any pieces and in any order. Known answers are Epson's: DLE EOT in the TM-T88III
 * guide p. 304, automatic status back in the TM-U220 manual p. 82-83, process id, offline and clear responses in the
 * TM-T88III programming guide p. 395 and 428-431, GS r in the BT-532C manual p. 49.
 * rooms: printer core/receipt core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "printer/status_escpos.h"

static struct bt_escpos_status status;

static int start(void **state)
{
	(void)state;
	bt_escpos_status_init(&status);
	return 0;
}

static void hear(const char *bytes, size_t len)
{
	bt_escpos_status_read(&status, (struct bt_bytes){(const uint8_t *)bytes, len});
}

#define HEAR(bytes) hear(bytes, sizeof(bytes) - 1)

static enum bt_paper answer(enum bt_escpos_question question, uint8_t byte)
{
	char one = (char)byte;
	bt_escpos_status_asked(&status, question);
	hear(&one, 1);
	return bt_escpos_paper(&status);
}

static void test_questions_are_the_commands(void **state)
{
	uint8_t id[11];
	(void)state;
	static const struct {
		enum bt_escpos_question question;
		const char *bytes;
		size_t len;
	} known[] = {
	    {BT_ESCPOS_ASK_PRINTER, "\x10\x04\x01", 3},
	    {BT_ESCPOS_ASK_OFFLINE, "\x10\x04\x02", 3},
	    {BT_ESCPOS_ASK_ERROR, "\x10\x04\x03", 3},
	    {BT_ESCPOS_ASK_PAPER, "\x10\x04\x04", 3},
	    {BT_ESCPOS_ASK_IN_ORDER, "\x1d\x72\x01", 3},
	    {BT_ESCPOS_TELL_ALL, "\x1d\x61\xff", 3},
	    {BT_ESCPOS_TELL_NOTHING, "\x1d\x61\x00", 3},
	    {BT_ESCPOS_FORGET, "\x10\x05\x02", 3},
	    {BT_ESCPOS_CLEAR, "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", 10},
	    {BT_ESCPOS_NOTHING, "", 0},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct bt_bytes bytes = bt_escpos_question(known[i].question);
		assert_int_equal(bytes.len, known[i].len);
		if (bytes.len > 0)
			assert_memory_equal(bytes.data, known[i].bytes, bytes.len);
	}
	bt_escpos_ask_printed("AbCd", id);
	assert_memory_equal(id, "\x1d\x28\x48\x06\x00\x30\x30\x41\x62\x43\x64", sizeof(id));
}

static void test_answers_at_once(void **state)
{
	(void)state;
	assert_int_equal(bt_escpos_paper(&status), BT_PAPER_SILENT);
	assert_int_equal(answer(BT_ESCPOS_ASK_PAPER, 0x12), BT_PAPER_OK);
	assert_int_equal(answer(BT_ESCPOS_ASK_PAPER, 0x1e), BT_PAPER_LOW);
	assert_int_equal(answer(BT_ESCPOS_ASK_PAPER, 0x7e), BT_PAPER_OUT);
	assert_int_equal(answer(BT_ESCPOS_ASK_PAPER, 0x12), BT_PAPER_OK);
	assert_int_equal(answer(BT_ESCPOS_ASK_OFFLINE, 0x16), BT_PAPER_OPEN);
	assert_int_equal(answer(BT_ESCPOS_ASK_OFFLINE, 0x32), BT_PAPER_OUT);
	assert_int_equal(answer(BT_ESCPOS_ASK_OFFLINE, 0x52), BT_PAPER_FAULT);
	assert_int_equal(answer(BT_ESCPOS_ASK_ERROR, 0x1a), BT_PAPER_JAM);
	assert_int_equal(answer(BT_ESCPOS_ASK_ERROR, 0x32), BT_PAPER_FAULT);
	assert_int_equal(answer(BT_ESCPOS_ASK_ERROR, 0x52), BT_PAPER_FAULT);
	assert_int_equal(answer(BT_ESCPOS_ASK_OFFLINE, 0x1a), BT_PAPER_OK); /* the feed button is no trouble */
	assert_int_equal(answer(BT_ESCPOS_ASK_PRINTER, 0x1e), BT_PAPER_OK);
	assert_true(status.drawer_pin && status.offline);
	assert_int_equal(answer(BT_ESCPOS_ASK_PRINTER, 0x12), BT_PAPER_OK);
	assert_false(status.drawer_pin || status.offline);
}

static void test_an_answer_that_nobody_asked_for_says_nothing(void **state)
{
	(void)state;
	HEAR("\x7e\x16\x32");
	assert_false(status.heard);
	assert_int_equal(answer(BT_ESCPOS_ASK_PAPER, 0x12), BT_PAPER_OK);
	HEAR("\x7e"); /* a second one to the same question */
	assert_int_equal(bt_escpos_paper(&status), BT_PAPER_OK);
}

static void test_four_bytes_unasked(void **state)
{
	(void)state;
	static const struct {
		const char *four;
		enum bt_paper paper;
	} known[] = {
	    {"\x10\x00\x00\x00", BT_PAPER_OK},    {"\x14\x00\x00\x00", BT_PAPER_OK},
	    {"\x10\x00\x03\x00", BT_PAPER_LOW},   {"\x18\x00\x0f\x00", BT_PAPER_OUT},
	    {"\x38\x00\x00\x00", BT_PAPER_OPEN},  {"\x38\x00\x0f\x00", BT_PAPER_OPEN},
	    {"\x18\x08\x00\x00", BT_PAPER_JAM},   {"\x18\x20\x00\x00", BT_PAPER_FAULT},
	    {"\x18\x40\x00\x00", BT_PAPER_FAULT}, {"\x18\x04\x00\x00", BT_PAPER_FAULT},
	    {"\x18\x00\x00\x00", BT_PAPER_FAULT}, {"\x58\x00\x00\x00", BT_PAPER_OK},
	    {"\x10\x00\x00\x0f", BT_PAPER_OK},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		hear(known[i].four, 4);
		assert_int_equal(bt_escpos_paper(&status), known[i].paper);
	}
	HEAR("\x14\x00\x00\x00");
	assert_true(status.drawer_pin);
	assert_int_equal(status.faults, 1); /* one spell, whatever the trouble was called */
}

static void ask_in_order(void)
{
	bt_escpos_status_asked(&status, BT_ESCPOS_ASK_IN_ORDER);
}

static void test_answer_in_order_stands_alone(void **state)
{
	(void)state;
	ask_in_order();
	assert_false(status.worked_off);
	hear("\x00", 1);
	assert_false(status.worked_off); /* more of its kind may follow */
	bt_escpos_status_settle(&status);
	assert_true(status.worked_off);
	ask_in_order();
	assert_false(status.worked_off);
	hear("\x03\x10\x00\x03\x00", 5); /* another answer behind it ends the waiting */
	assert_true(status.worked_off);
	assert_int_equal(bt_escpos_paper(&status), BT_PAPER_LOW);
	ask_in_order();
	HEAR("\x0f");
	bt_escpos_status_settle(&status);
	assert_false(status.worked_off);
	assert_false(status.asked_in_order);
	assert_int_equal(bt_escpos_paper(&status), BT_PAPER_OUT);
}

/* Bytes with bits 4 and 7 clear that are no answer to GS r. */
static void test_what_does_not_confirm(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} known[] = {
	    {"\x00\x00", 2},     /* twice */
	    {"\x00\x00\x00", 3}, /* four whose first was lost */
	    {"\x01", 1},         /* sensors that disagree with themselves */
	    {"\x08", 1},
	    {"\xff\x00", 2}, /* beside noise */
	    {"\x00\xff", 2},
	    {"OK\r\n", 4},
	    {"\x10\x00\x00\x00", 4}, /* four, whole */
	    {"\x37\x22\x00", 3},     /* an id that is none */
	    {"\x37\x22\x41\x00", 4},
	    {"_EPSON\x00", 7},
	    {"\x90\x80", 2},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		start(NULL);
		ask_in_order();
		hear(known[i].bytes, known[i].len);
		bt_escpos_status_settle(&status);
		assert_false(status.worked_off);
		assert_string_equal(status.printed, "");
	}
	start(NULL);
	HEAR("\x00"); /* nobody asked */
	bt_escpos_status_settle(&status);
	assert_false(status.worked_off);
	assert_false(status.heard);
}

static void test_process_id(void **state)
{
	(void)state;
	hear("\x37\x22"
	     "AbCd\x00",
	     7);
	assert_string_equal(status.printed, "AbCd");
	hear("\x37\x22"
	     "AbC\x00",
	     6); /* too short */
	hear("\x37\x22"
	     "AbCde\x00",
	     8); /* too long */
	hear("\x37\x22"
	     "Ab\x37\x22",
	     6); /* torn, and begun again */
	hear("abcd\x00", 5);
	assert_string_equal(status.printed, "abcd");
}

static void test_other_blocks(void **state)
{
	(void)state;
	hear("\x37\x25\x00", 3);
	assert_true(status.cleared);
	bt_escpos_status_asked(&status, BT_ESCPOS_CLEAR);
	assert_false(status.cleared);
	hear("\x37\x23\x44\x00", 4); /* offline, the cover's cause of one model */
	assert_int_equal(bt_escpos_paper(&status), BT_PAPER_FAULT);
	hear("_TM-T82X\x00", 9);
	assert_string_equal(status.text, "TM-T82X");
	assert_false(status.cleared);
}

/* All kinds at once, one within another where they may be, flow control between. */
static const char mixed[] = "\x37\x22"
			    "A\x18\x00\x0f\x00"
			    "b\x12"
			    "C\x13\x11"
			    "d\x00"
			    "\x10\x00\x00\x00"
			    "\x37\x23\x40\x41\x00"
			    "\x10\x11\x00\x12\x00\x00"
			    "\x00";

static void test_mixed_and_cut_anywhere(void **state)
{
	struct bt_escpos_status whole;
	(void)state;
	for (size_t cut = 0; cut < sizeof(mixed); cut++) {
		start(NULL);
		bt_escpos_status_asked(&status, BT_ESCPOS_ASK_PAPER);
		ask_in_order();
		hear(mixed, cut);
		hear(mixed + cut, sizeof(mixed) - 1 - cut);
		bt_escpos_status_settle(&status);
		assert_string_equal(status.printed, "AbCd");
		assert_true(status.worked_off);
		assert_int_equal(status.asked, BT_ESCPOS_NOTHING);
		assert_int_equal(bt_escpos_paper(&status), BT_PAPER_OK);
		assert_int_equal(status.faults, 2);
		if (cut > 0)
			assert_memory_equal(&status, &whole, sizeof(whole));
		whole = status;
	}
}

/* A bit turned in the id's answer, or a byte lost from it, is not that id. */
static void test_a_damaged_id_does_not_confirm(void **state)
{
	static const char whole[] = "\x37\x22"
				    "AbCd";
	(void)state;
	for (size_t at = 0; at < sizeof(whole); at++) {
		for (int bit = 0; bit < 8; bit++) {
			char damaged[sizeof(whole)];
			memcpy(damaged, whole, sizeof(whole));
			damaged[at] = (char)(damaged[at] ^ (1 << bit));
			start(NULL);
			hear(damaged, sizeof(damaged));
			assert_string_not_equal(status.printed, "AbCd");
		}
		char shorter[sizeof(whole)];
		memcpy(shorter, whole, at);
		memcpy(shorter + at, whole + at + 1, sizeof(whole) - at - 1);
		start(NULL);
		hear(shorter, sizeof(whole) - 1);
		assert_string_not_equal(status.printed, "AbCd");
	}
}

/* Of an id's letters none can begin another answer, and neighbours differ. */
static void test_ids(void **state)
{
	char before[BT_ESCPOS_ID_LEN + 1] = "", id[BT_ESCPOS_ID_LEN + 1];
	(void)state;
	for (uint32_t serial = 0; serial < 5000; serial++) {
		bt_escpos_id("01936f2e-7c3a-7abc-8def-0123456789ab", serial, id);
		assert_int_equal(strlen(id), BT_ESCPOS_ID_LEN);
		for (int i = 0; i < BT_ESCPOS_ID_LEN; i++)
			assert_int_equal(id[i] & 0x90, 0);
		assert_string_not_equal(id, before);
		memcpy(before, id, sizeof(id));
	}
}

static void test_blocked(void **state)
{
	(void)state;
	assert_true(bt_escpos_is_blocked(BT_PAPER_OUT) && bt_escpos_is_blocked(BT_PAPER_OPEN) &&
		    bt_escpos_is_blocked(BT_PAPER_JAM) && bt_escpos_is_blocked(BT_PAPER_FAULT));
	assert_false(bt_escpos_is_blocked(BT_PAPER_OK) || bt_escpos_is_blocked(BT_PAPER_LOW) ||
		     bt_escpos_is_blocked(BT_PAPER_SILENT) || bt_escpos_is_blocked(BT_PAPER_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_questions_are_the_commands, start),
	    cmocka_unit_test_setup(test_answers_at_once, start),
	    cmocka_unit_test_setup(test_an_answer_that_nobody_asked_for_says_nothing, start),
	    cmocka_unit_test_setup(test_four_bytes_unasked, start),
	    cmocka_unit_test_setup(test_answer_in_order_stands_alone, start),
	    cmocka_unit_test_setup(test_what_does_not_confirm, start),
	    cmocka_unit_test_setup(test_process_id, start),
	    cmocka_unit_test_setup(test_other_blocks, start),
	    cmocka_unit_test_setup(test_mixed_and_cut_anywhere, start),
	    cmocka_unit_test_setup(test_a_damaged_id_does_not_confirm, start),
	    cmocka_unit_test_setup(test_ids, start),
	    cmocka_unit_test_setup(test_blocked, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
