#include "core/base/random.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static enum bt_err fill_from_kernel(void *self, void *out, size_t len)
{
	uint8_t *p = out;

	(void)self;
	while (len) {
		ssize_t got = getrandom(p, len, 0);

		if (got <= 0)
			return BT_EOS;
		p += got;
		len -= (size_t)got;
	}
	return BT_OK;
}

struct bt_random bt_random_system(void)
{
	return (struct bt_random){.fill = fill_from_kernel};
}

enum bt_err bt_random_fill(const struct bt_random *random, void *out, size_t len)
{
	return random->fill(random->self, out, len);
}

enum bt_err bt_uuid7(const struct bt_random *random, int64_t wall_ms, char out[37])
{
	uint8_t b[16];
	enum bt_err err = bt_random_fill(random, b, sizeof b);

	if (err)
		return err;
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
	b[6] = (uint8_t)(0x70 | (b[6] & 0x0f));
	b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
		 b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return BT_OK;
}

bool bt_uuid7_is(const char *text)
{
	if (strlen(text) != 36 || text[14] != '7')
		return false;
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
			return false;
	}
	return strchr("89ab", text[19]) != NULL;
}
