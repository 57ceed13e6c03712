/* A meter under test and any token for it, right or wrong: what the tests of tests/meter share.
 *
 * The tokens are woven and enciphered by core/sts, the other side; the fields go in as bits, so that also those can be
 * made which core refuses to make. */
#ifndef BATTI_UNIT_METER_FIXTURE_H
#define BATTI_UNIT_METER_FIXTURE_H

#include <ftw.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "tests/meter/judge.h"

#define FIXTURE_DRN   "58000079523"
#define FIXTURE_KEY   "f94b6ed353c3bfdb113e2d3a7ea3c41d"
#define FIXTURE_KEY_7 "e653341f9d5bf36f"
#define FIXTURE_NOW_S 1700000000 /* seconds since 1970 */

static struct bt_sta fixture_sta;

/* A meter with a unique key, electricity, as from the factory. */
static inline struct meter_identity fixture_identity(uint8_t ea)
{
	struct meter_identity identity = {
	    .drn = FIXTURE_DRN,
	    .binding = {.key = {.ea = ea}, .krn = 1, .kt = METER_DUTK, .ti = 1, .ken = 255, .sgc = 123457}};

	assert_true(meter_key_parse(ea == METER_EA_STA ? FIXTURE_KEY_7 : FIXTURE_KEY, &identity.binding.key));
	return identity;
}

/* Takes the key in force from the memory; again after each key change. */
static inline void fixture_rekey(struct meter *meter)
{
	struct meter_sta sta;

	meter_sta_sample(&sta);
	meter_cipher_close(meter->cipher);
	assert_true(meter_cipher_open(&meter->memory.binding.key, &sta, &meter->cipher));
}

static inline struct meter fixture_meter(const struct meter_identity *identity)
{
	struct meter meter = {.identity = *identity, .now_s = FIXTURE_NOW_S};

	meter_memory_init(&meter.memory, identity);
	fixture_rekey(&meter);
	return meter;
}

/* @p block without its check field, which @p crc makes. */
static inline void fixture_weave(const struct meter_key *key, uint8_t token_class, uint64_t block, uint16_t crc,
				 char out[BT_STS_TOKEN_CAP])
{
	struct bt_sts_decoder_key decoder_key = {.len = (uint8_t)meter_key_len(key->ea)};
	struct bt_sts_carrier carrier = {.token_class = token_class, .block = block | crc};
	struct bt_sts_schedule schedule;

	bt_sta_init(&fixture_sta, &bt_sta_sample);
	memcpy(decoder_key.bytes, key->bytes, decoder_key.len);
	assert_int_equal(bt_sts_schedule_init(&schedule, &fixture_sta, &decoder_key), BT_OK);
	if (token_class != 1)
		carrier.block = bt_sts_encrypt(&schedule, carrier.block);
	bt_sts_carrier_format(&carrier, out);
}

static inline void fixture_token(const struct meter_key *key, uint8_t token_class, uint64_t block,
				 char out[BT_STS_TOKEN_CAP])
{
	block &= ~(uint64_t)0xffff;
	fixture_weave(key, token_class, block, bt_sts_crc(token_class, block), out);
}

/* SubClass, RND 5, TID, 16 bits. */
static inline uint64_t fixture_block(unsigned subclass, uint32_t tid, uint16_t data)
{
	return (uint64_t)subclass << 60 | (uint64_t)5 << 56 | (uint64_t)tid << 32 | (uint64_t)data << 16;
}

/* What the meter says to such a token, made under the key it holds; and what it did. */
static inline enum meter_result fixture_enter_as(struct meter *meter, uint8_t token_class, uint64_t block,
						 struct meter_effect *effect)
{
	char digits[BT_STS_TOKEN_CAP];

	fixture_token(&meter->memory.binding.key, token_class, block, digits);
	meter_judge(meter, digits, effect);
	return effect->result;
}

static inline enum meter_result fixture_enter(struct meter *meter, uint8_t token_class, uint64_t block)
{
	struct meter_effect effect;

	return fixture_enter_as(meter, token_class, block, &effect);
}

static inline enum meter_result fixture_credit(struct meter *meter, uint32_t tid, uint16_t amount)
{
	return fixture_enter(meter, 0, fixture_block(meter->identity.product, tid, amount));
}

/* A folder of its own for each test. */
#define FIXTURE_FOLDER P_tmpdir "/batti-meter-XXXXXX"
static char fixture_folder[sizeof FIXTURE_FOLDER];

static inline int fixture_make_folder(void **state)
{
	(void)state;
	memcpy(fixture_folder, FIXTURE_FOLDER, sizeof FIXTURE_FOLDER);
	return mkdtemp(fixture_folder) == NULL;
}

static inline int fixture_remove_entry(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline int fixture_remove_folder(void **state)
{
	(void)state;
	return nftw(fixture_folder, fixture_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void fixture_write(const char *name, const char *text, size_t len)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", fixture_folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

#endif
