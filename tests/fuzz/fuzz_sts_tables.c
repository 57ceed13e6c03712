/* Table sets of EA07 of any text: what is taken is a set, written down it is the same again and its cipher can be
 * undone; what is not leaves nothing behind and says why. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/sts/sta.h"
#include "tests/fuzz/input.h"

#define TEXT_CAP 512 /* three lines of a set are under 300 */

static bool is_permutation(const uint8_t *values, unsigned count)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < count; i++) {
		if (values[i] >= count || (seen >> values[i] & 1))
			return false;
		seen |= UINT64_C(1) << values[i];
	}
	return true;
}

static size_t write_line(const char *name, const uint8_t *values, unsigned count, char *out, size_t cap)
{
	size_t len = (size_t)snprintf(out, cap, "%s", name);

	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, cap - len, " %u", values[i]);
	len += (size_t)snprintf(out + len, cap - len, "\n");
	assert(len < cap);
	return len;
}

static void check_again(const struct bt_sta_tables *tables)
{
	struct bt_sta_tables again;
	char text[TEXT_CAP];
	size_t len = write_line("P", tables->p, 64, text, sizeof text);

	len += write_line("S2", tables->s2, 16, text + len, sizeof text - len);
	len += write_line("S1", tables->s1, 16, text + len, sizeof text - len);
	assert(bt_sta_tables_parse((struct bt_bytes){(const uint8_t *)text, len}, &again, NULL) == BT_OK);
	assert(memcmp(&again, tables, sizeof again) == 0);
}

static void check_cipher(const struct bt_sta_tables *tables, struct input *input)
{
	static struct bt_sta sta;
	uint64_t key = take_number(input, 8), block = take_number(input, 8);

	bt_sta_init(&sta, tables);
	assert(bt_sta_decrypt(&sta, key, bt_sta_encrypt(&sta, key, block)) == block);
	assert(bt_sta_encrypt(&sta, key, bt_sta_decrypt(&sta, key, block)) == block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.data = data, .len = size};
	struct bt_sta_tables tables, untouched;
	struct bt_fault fault = {0};
	enum bt_err err;

	memset(&tables, 0xa5, sizeof tables);
	untouched = tables;
	err = bt_sta_tables_parse((struct bt_bytes){data, size}, &tables, &fault);
	assert(err == BT_OK || (err == BT_EFORMAT && fault.what[0]));
	if (err) {
		assert(memcmp(&tables, &untouched, sizeof tables) == 0);
		return 0;
	}
	assert(is_permutation(tables.s1, 16) && is_permutation(tables.s2, 16) && is_permutation(tables.p, 64));
	check_again(&tables);
	check_cipher(&tables, &input);
	return 0;
}
