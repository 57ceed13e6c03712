#include <string.h>

#include "printer/escpos.h"
#include "printer/layout.h"

/* Every control byte that leaves this file is here. */
static const uint8_t centre[] = {0x1b, 0x61, 0x01};
static const uint8_t left[] = {0x1b, 0x61, 0x00};
static const uint8_t left_margin[] = {0x1d, 0x4c};                                       /* nL nH, dots */
static const uint8_t model_2[] = {0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00}; /* function 165 */
static const uint8_t module_size[] = {0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43};         /* 167: n dots */
static const uint8_t level_m[] = {0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, 0x31};       /* 169 */
static const uint8_t store[] = {0x1d, 0x28, 0x6b};                                       /* pL pH, then: */
static const uint8_t store_data[] = {0x31, 0x50, 0x30};                                  /* 180, data */
static const uint8_t print_stored[] = {0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30};  /* 181 */
static const uint8_t blank_line[] = {0x20, 0x0a};

#define PUT(out, bytes) bt_buf_put(out, bytes, sizeof(bytes))

/* Bytes in a symbol of versions 1..20 at level M. */
static const int capacities[] = {14,  26,  42,  62,  84,  106, 122, 152, 180, 213,
				 251, 287, 331, 362, 412, 450, 504, 560, 624, 666};

int bt_escpos_qr_modules(const char *payload)
{
	int len = 0;
	for (; payload[len] != '\0'; len++)
		if (payload[len] < ' ' || payload[len] > '~')
			return 0;
	for (int i = 0; i < (int)(sizeof(capacities) / sizeof(capacities[0])) && len > 0; i++)
		if (len <= capacities[i])
			return 21 + 4 * i;
	return 0;
}

static enum bt_err put_margin(int dots, struct bt_buf *out)
{
	const uint8_t figures[] = {(uint8_t)(dots & 0xff), (uint8_t)(dots >> 8)};
	enum bt_err err = PUT(out, left_margin);
	return err == BT_OK ? PUT(out, figures) : err;
}

static enum bt_err put_symbol(const char *payload, int dots, struct bt_buf *out)
{
	size_t len = strlen(payload);
	const uint8_t size[] = {(uint8_t)((len + sizeof(store_data)) & 0xff),
				(uint8_t)((len + sizeof(store_data)) >> 8)};
	const uint8_t n = (uint8_t)dots;
	const struct bt_bytes pieces[] = {
	    {model_2, sizeof(model_2)},
	    {module_size, sizeof(module_size)},
	    {&n, 1},
	    {level_m, sizeof(level_m)},
	    {store, sizeof(store)},
	    {size, sizeof(size)},
	    {store_data, sizeof(store_data)},
	    bt_bytes_of(payload),
	    {print_stored, sizeof(print_stored)},
	};
	enum bt_err err = BT_OK;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && err == BT_OK; i++)
		err = bt_buf_put(out, pieces[i].data, pieces[i].len);
	return err;
}

/* The printer adds no quiet zone: a blank line above and below, and at the sides the paper's own white. What is centred
 * moves by half of the margin. */
enum bt_err bt_escpos_put_qr(const struct bt_prn_profile *profile, const char *payload, int copy, struct bt_buf *out)
{
	int dots = 0, shift = 0;
	int modules = bt_escpos_qr_modules(payload);
	enum bt_err err = modules > 0 ? bt_layout_qr(profile->width_dots, modules, copy, &dots, &shift) : BT_EINPUT;
	if (err == BT_OK)
		err = PUT(out, blank_line);
	if (err == BT_OK && shift > 0)
		err = put_margin(2 * shift, out);
	if (err == BT_OK)
		err = PUT(out, centre);
	if (err == BT_OK)
		err = put_symbol(payload, dots, out);
	if (err == BT_OK)
		err = PUT(out, left);
	if (err == BT_OK && shift > 0)
		err = put_margin(0, out);
	return err == BT_OK ? PUT(out, blank_line) : err;
}
