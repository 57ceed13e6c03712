/* The fuzzer's bytes taken piece by piece: whatever is asked for beyond their end is zero. */
#ifndef BT_TESTS_FUZZ_INPUT_H
#define BT_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
	const uint8_t *data;
	size_t len;
};

/* What libFuzzer calls; every target defines it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline uint8_t take_byte(struct input *input)
{
	if (input->len == 0)
		return 0;
	input->len--;
	return *input->data++;
}

/* Big-endian, of @p len bytes, 1..8. */
static inline uint64_t take_number(struct input *input, size_t len)
{
	uint64_t value = 0;

	while (len-- > 0)
		value = value << 8 | take_byte(input);
	return value;
}

/* At most @p len bytes and never more than @p cap - 1; a NUL among them ends the text. */
static inline void take_text(struct input *input, size_t len, char *out, size_t cap)
{
	if (len > cap - 1)
		len = cap - 1;
	if (len > input->len)
		len = input->len;
	memcpy(out, input->data, len);
	out[len] = '\0';
	input->data += len;
	input->len -= len;
}

#endif
