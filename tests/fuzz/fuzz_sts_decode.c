/* Reading tokens of every class: any digits under any key of EA07 and EA11; what is made is read back the same, and a
 * key change that is joined is the one that was made. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/sts/amount.h"
#include "core/sts/key_change.h"
#include "core/sts/token.h"
#include "core/sts/token_type.h"
#include "tests/fuzz/input.h"

static struct bt_sts_schedule take_schedule(struct input *input)
{
	static struct bt_sta sta;
	struct bt_sts_decoder_key key = {.len = take_byte(input) & 1 ? 16 : 8};
	struct bt_sts_schedule schedule;

	bt_sta_init(&sta, &bt_sta_sample);
	for (unsigned i = 0; i < key.len; i++)
		key.bytes[i] = take_byte(input);
	assert(bt_sts_schedule_init(&schedule, &sta, &key) == BT_OK);
	return schedule;
}

/* A token is a function of its fields: one that is read makes itself again, unless it announces what is not made. */
static void check_again(const struct bt_sts_schedule *schedule, const struct bt_sts_token *token, const char *digits)
{
	char again[BT_STS_TOKEN_CAP];
	enum bt_err err = bt_sts_token_encode(schedule, token, again);

	if (token->section.three) {
		assert(err == BT_EUNSUPPORTED && bt_sts_token_refusal(token));
		return;
	}
	assert(err == BT_OK && bt_sts_token_refusal(token) == NULL);
	assert(strcmp(again, digits) == 0);
}

static void check_read(const struct bt_sts_schedule *schedule, const char *digits)
{
	const struct bt_sts_token untouched = {.subclass = 77, .tid = 77};
	struct bt_sts_token token = untouched;
	enum bt_err err = bt_sts_token_decode(schedule, digits, &token);

	assert(err == BT_OK || err == BT_EINPUT || err == BT_EAUTH || err == BT_EUNSUPPORTED || err == BT_ERANGE);
	if (err == BT_OK)
		check_again(schedule, &token, digits);
	else if (err == BT_EUNSUPPORTED)
		assert(bt_sts_token_refusal(&token) && token.tid == 0);
	else
		assert(token.subclass == untouched.subclass && token.tid == untouched.tid);
}

static struct bt_sts_section take_section(struct input *input)
{
	return (struct bt_sts_section){
	    .ken_half = take_byte(input) & 31,
	    .krn = take_byte(input) & 15,
	    .kt = take_byte(input) & 7,
	    .ro = take_byte(input) & 1,
	    .three = (take_byte(input) & 15) == 0,
	    .ti = take_byte(input) & 127,
	    .sgc_half = (uint16_t)take_number(input, 2) & 0x1fff,
	    .key_part = (uint32_t)take_number(input, 4),
	};
}

/* Fields in and a little out of range. */
static void check_made(const struct bt_sts_schedule *schedule, struct input *input)
{
	const struct bt_sts_token token = {
	    .token_class = take_byte(input) & 3,
	    .subclass = take_byte(input) & 15,
	    .rnd = take_byte(input) & 31,
	    .tid = (uint32_t)take_number(input, 4) & 0x1ffffff,
	    .value = (uint32_t)take_number(input, 4) >> (take_byte(input) & 31),
	    .control = take_number(input, 8) >> (take_byte(input) & 63),
	    .mfr_code = (uint16_t)(take_number(input, 2) & 0x3fff),
	    .section = take_section(input),
	};
	struct bt_sts_token seen;
	char digits[BT_STS_TOKEN_CAP];
	enum bt_err err = bt_sts_token_encode(schedule, &token, digits);

	assert((err == BT_EUNSUPPORTED) == (bt_sts_token_refusal(&token) != NULL));
	assert(err == BT_OK || err == BT_EUNSUPPORTED || err == BT_ERANGE);
	if (err)
		return;
	assert(bt_sts_token_decode(schedule, digits, &seen) == BT_OK);
	assert(seen.token_class == token.token_class && seen.subclass == token.subclass);
	if (bt_sts_token_type_find(token.token_class, token.subclass)->layout == BT_STS_LAYOUT_AMOUNT)
		assert(seen.value >= token.value && seen.value <= BT_STS_AMOUNT_MAX && seen.tid == token.tid);
	check_again(schedule, &seen, digits);
}

static void take_digits(struct input *input, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = take_byte(input);

		out[i] = byte < 250 ? (char)('0' + byte % 10) : (char)byte;
	}
}

/* Made, read, handed over in another order, joined. */
static void check_change(const struct bt_sts_schedule *schedule, struct input *input)
{
	struct bt_sts_key_change change = {.roll_over = take_byte(input) & 1}, seen;
	char set[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP];
	struct bt_sts_token sections[BT_STS_SECTIONS_MAX];
	unsigned count = 0, turn = take_byte(input);

	take_digits(input, 6, change.to.sgc);
	take_digits(input, 2, change.to.ti);
	change.to.krn = take_byte(input) & 15;
	change.to.kt = take_byte(input) & 7;
	change.to.ken = take_byte(input);
	change.key.len = take_byte(input) & 7 ? schedule->cipher->key_len : 24 - schedule->cipher->key_len;
	for (unsigned i = 0; i < change.key.len; i++)
		change.key.bytes[i] = take_byte(input);
	if (bt_sts_key_change_encode(schedule, &change, set, &count) != BT_OK) {
		assert(count == 0);
		return;
	}
	assert(count == change.key.len / 4u);
	for (unsigned i = 0; i < count; i++)
		assert(bt_sts_token_decode(schedule, set[i], &sections[(i + turn) % count]) == BT_OK);
	assert(bt_sts_key_change_join(sections, count, &seen) == BT_OK);
	assert(seen.key.len == change.key.len && memcmp(seen.key.bytes, change.key.bytes, change.key.len) == 0);
	assert(strcmp(seen.to.ti, change.to.ti) == 0 && seen.to.krn == change.to.krn && seen.to.kt == change.to.kt &&
	       seen.to.ken == change.to.ken && seen.roll_over == change.roll_over);
	assert(strcmp(seen.to.sgc, count == 2 ? "" : change.to.sgc) == 0);
}

/* Sections of anything: joined only when they are a set, and then its fields are in range. */
static void check_join(struct input *input)
{
	static const uint8_t subclasses[] = {3, 4, 8, 9, 3, 4, 8, 5};
	struct bt_sts_token sections[BT_STS_SECTIONS_MAX + 1] = {0};
	struct bt_sts_key_change change = {.key = {.len = 77}};
	unsigned count = take_byte(input) % (BT_STS_SECTIONS_MAX + 2);

	for (unsigned i = 0; i < count; i++) {
		sections[i].token_class = take_byte(input) & 7 ? 2 : 0;
		sections[i].subclass = subclasses[(i + (take_byte(input) & 7 ? 0 : 1)) % 8];
		sections[i].section = take_section(input);
	}
	if (bt_sts_key_change_join(sections, count, &change) != BT_OK) {
		assert(change.key.len == 77);
		return;
	}
	assert((count == 2 && change.key.len == 8) || (count == 4 && change.key.len == 16));
	assert(strlen(change.to.ti) == 2 && strlen(change.to.sgc) == (count == 2 ? 0 : 6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.data = data, .len = size};
	struct bt_sts_schedule schedule = take_schedule(&input);
	char digits[24] = "";

	check_made(&schedule, &input);
	check_change(&schedule, &input);
	check_join(&input);
	take_digits(&input, 20, digits);
	check_read(take_byte(&input) & 1 ? &schedule : NULL, digits);
	take_text(&input, input.len, digits, sizeof digits);
	check_read(&schedule, digits);
	return 0;
}
