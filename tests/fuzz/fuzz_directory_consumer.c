/* Consumers as a head-end sends them: clean, within their ranges, and the same again after being written and read. */
#include <assert.h>

#include "core/directory/consumer.h"
#include "tests/fuzz/input.h"

#define TIME_MAX INT64_C(253402300799999)
#define PAGE_MAX (1u << 16)

/* Terminated inside its field, and clean. */
static void check_text(const char *text, size_t cap)
{
	assert(memchr(text, '\0', cap) != NULL && bt_text_is_clean(text));
}

#define CHECK_TEXT(field) check_text(field, sizeof(field))

static void check_digits(const char *text)
{
	assert(strspn(text, "0123456789") == strlen(text));
}

static void check_range(int64_t value, int64_t min, int64_t max)
{
	assert(value >= min && value <= max);
}

static void check_texts(const struct bt_consumer *c)
{
	CHECK_TEXT(c->number);
	CHECK_TEXT(c->meter);
	CHECK_TEXT(c->pan);
	CHECK_TEXT(c->mobile);
	CHECK_TEXT(c->relation);
	CHECK_TEXT(c->category);
	CHECK_TEXT(c->name.en);
	CHECK_TEXT(c->name.hi);
	CHECK_TEXT(c->relative.en);
	CHECK_TEXT(c->relative.hi);
	CHECK_TEXT(c->place.en);
	CHECK_TEXT(c->place.hi);
	CHECK_TEXT(c->blocked.en);
	CHECK_TEXT(c->blocked.hi);
	assert(c->number[0]);
	check_digits(c->number);
	check_digits(c->meter);
	check_digits(c->pan);
	check_digits(c->mobile);
}

static void check_numbers(const struct bt_consumer *c)
{
	assert((unsigned)c->kind < BT_KIND_COUNT);
	check_range(c->balance, -BT_PAISE_MAX, BT_PAISE_MAX);
	check_range(c->dues, 0, BT_PAISE_MAX);
	check_range(c->dues_daily, 0, BT_PAISE_MAX);
	check_range(c->last_recharge, 0, BT_PAISE_MAX);
	check_range(c->balance_at_ms, 0, TIME_MAX);
	check_range(c->supply_cut_at_ms, 0, TIME_MAX);
	check_range(c->cut_from_ms, 0, TIME_MAX);
	check_range(c->free_left, 0, c->free_of);
	check_range(c->month.of, 0, 999912);
	check_range(c->month.units, 0, 1000000000);
	check_range(c->month.fixed, 0, BT_PAISE_MAX);
	check_range(c->month.sale_count, 0, BT_MONTH_SALES);
}

static void check_key(const struct bt_sealed_key *key)
{
	CHECK_TEXT(key->sgc);
	CHECK_TEXT(key->ti);
	CHECK_TEXT(key->ea);
	CHECK_TEXT(key->dkga);
	CHECK_TEXT(key->kcv);
	if (!key->present)
		return;
	assert(strlen(key->sgc) == 6 && strlen(key->ti) == 2 && strlen(key->ea) == 2 && strlen(key->dkga) == 2);
	assert(strlen(key->kcv) == 6 && strspn(key->kcv, "0123456789ABCDEF") == 6);
	check_digits(key->sgc);
	check_range(key->krn, 0, 15);
	check_range(key->kt, 0, 15);
	check_range(key->base, 1993, 2035);
	check_range(key->good_until_ms, 0, TIME_MAX);
}

static void check_change(const struct bt_consumer *c)
{
	const struct bt_key_tokens *tokens = &c->key_change.tokens;

	assert(tokens->count == 0 || (c->key.present && tokens->count == (strcmp(c->key.ea, "07") == 0 ? 2 : 4)));
	for (int i = 0; i < tokens->count; i++)
		assert(strlen(tokens->digits[i]) == 20 && strspn(tokens->digits[i], "0123456789") == 20);
}

static void check_again(const struct bt_consumer *consumer)
{
	struct bt_buf first, second;
	struct bt_consumer again;

	bt_buf_init(&first, PAGE_MAX);
	bt_buf_init(&second, PAGE_MAX);
	assert(bt_consumer_encode(consumer, &first) == BT_OK);
	assert(bt_consumer_decode(bt_buf_view(&first), &again, NULL) == BT_OK);
	assert(memcmp(consumer, &again, sizeof again) == 0);
	assert(bt_consumer_encode(&again, &second) == BT_OK);
	assert(bt_bytes_equal(bt_buf_view(&first), bt_buf_view(&second)));
	bt_buf_fini(&first);
	bt_buf_fini(&second);
}

static void check_words(const struct bt_consumer *consumer, size_t cap)
{
	char words[512];

	memset(words, 0x7F, sizeof words);
	bt_consumer_words(consumer, words, cap);
	assert(memchr(words, '\0', cap) != NULL && words[cap] == 0x7F);
	assert(strspn(words, "abcdefghijklmnopqrstuvwxyz0123456789 ") == strlen(words));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_consumer consumer;
	struct bt_fault fault = {0};
	enum bt_err err;

	memset(&consumer, 0xA5, sizeof consumer);
	err = bt_consumer_decode((struct bt_bytes){data, size}, &consumer, &fault);
	assert(err == BT_OK || (err == BT_EFORMAT && fault.err == BT_EFORMAT));
	if (err)
		return 0;
	check_texts(&consumer);
	check_numbers(&consumer);
	check_key(&consumer.key);
	check_key(&consumer.key_next);
	check_change(&consumer);
	check_again(&consumer);
	check_words(&consumer, 1 + data[size / 2]);
	return 0;
}
