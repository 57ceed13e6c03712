/* Messages of any bytes to the second screen: what is read can be drawn, steers no terminal, and is the same again when
 * it is written.
 * rooms: ui ui/screen ui/widget core/base */
#include <assert.h>
#include <string.h>

#include "tests/fuzz/input.h"
#include "ui/display_message.h"

/* No control character and nothing malformed reaches a cell. */
static void check_cells(const struct bt_ui_canvas *canvas)
{
	for (int row = 0; row < canvas->rows; row++) {
		for (int col = 0; col < canvas->cols; col++) {
			const char *text = canvas->cell[row][col].text;
			uint32_t c = 0;

			assert(strnlen(text, sizeof canvas->cell[row][col].text) < sizeof canvas->cell[row][col].text);
			for (int used; *text; text += used) {
				used = bt_utf8_next(text, strlen(text), &c);
				assert(used > 0 && c >= ' ' && (c < 0x7F || c >= 0xA0));
			}
		}
	}
}

static void check(const uint8_t *bytes, size_t len)
{
	static struct bt_ui_canvas canvas;
	uint8_t again[BT_DISPLAY_BYTES];
	struct bt_ui_payer payer;

	if (bt_display_decode((struct bt_bytes){bytes, len}, &payer) != BT_OK)
		return;
	assert(len == BT_DISPLAY_BYTES && (unsigned)payer.page < BT_PAYER_PAGES);
	bt_display_encode(&payer, again);
	assert(memcmp(bytes, again, len) == 0);
	for (int size = 0; size < 4; size++) {
		canvas.plain = size % 2;
		bt_ui_canvas_reset(&canvas, size < 2 ? 24 : 43, size < 2 ? 80 : 132);
		bt_ui_payer_draw(&payer, &canvas);
		check_cells(&canvas);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bt_ui_payer start;
	uint8_t bytes[BT_DISPLAY_BYTES];
	struct input input = {data, size};
	size_t at;

	check(data, size);
	/* And nearer to what is taken: a good message with some of its bytes changed. */
	bt_display_encode(&start, bytes);
	while (input.len > 0) {
		at = take_number(&input, 2) % sizeof bytes;
		bytes[at] = take_byte(&input);
	}
	check(bytes, sizeof bytes);
	return 0;
}
