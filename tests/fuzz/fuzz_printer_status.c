/* Whatever comes back from a printer, in any pieces: it is read without harm, reads the same however it is cut, and no
 * slip is called printed but by its own id.
 * rooms: printer core/receipt core/base */
#include <assert.h>
#include <string.h>

#include "printer/status_escpos.h"
#include "tests/fuzz/input.h"

static const char slip[] = "AbCd";

/* The answer that names the slip, flow control and answers between its bytes taken out, has to stand in @p bytes. */
static int may_confirm(const uint8_t *bytes, size_t len)
{
	static const uint8_t answer[] = {0x37, 0x22, 'A', 'b', 'C', 'd', 0x00};
	size_t found = 0;

	for (size_t i = 0; i < len; i++)
		if (found < sizeof answer && bytes[i] == answer[found])
			found++;
	return found == sizeof answer;
}

static void check_text(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	assert(len < cap);
	for (size_t i = 0; i < len; i++)
		assert(text[i] >= 0x20 && text[i] < 0x7f);
}

static void check(const struct bt_escpos_status *status, struct bt_bytes heard)
{
	assert(bt_escpos_paper(status) < BT_PAPER_COUNT);
	assert(status->heard || bt_escpos_paper(status) == BT_PAPER_SILENT);
	assert(status->in_four < 4);
	assert(status->in_block <= BT_ESCPOS_TEXT_MOST);
	check_text(status->printed, sizeof status->printed);
	check_text(status->text, sizeof status->text);
	assert(strcmp(status->printed, slip) != 0 || may_confirm(heard.data, heard.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct bt_escpos_status pieces, whole;
	enum bt_escpos_question question = take_byte(&input) % (BT_ESCPOS_ASK_PAPER + 1);
	uint8_t ask = take_byte(&input), cut = take_byte(&input);
	struct bt_bytes rest = {input.data, input.len};

	bt_escpos_status_init(&pieces);
	bt_escpos_status_asked(&pieces, question);
	if (ask & 1)
		bt_escpos_status_asked(&pieces, BT_ESCPOS_ASK_IN_ORDER);
	whole = pieces;
	bt_escpos_status_read(&whole, rest);
	for (size_t at = 0; at < rest.len;) {
		size_t len = 1 + (at * 7 + cut) % 9;

		len = len < rest.len - at ? len : rest.len - at;
		bt_escpos_status_read(&pieces, (struct bt_bytes){rest.data + at, len});
		check(&pieces, rest);
		at += len;
	}
	assert(memcmp(&pieces, &whole, sizeof whole) == 0);
	bt_escpos_status_settle(&whole);
	check(&whole, rest);
	assert(!whole.worked_off || (ask & 1));
	return 0;
}
