/* Tokens per second on one thread, beside what the ciphers and hashes under them cost in other libraries.
 *
 * Usage: bench_token [ROUNDS]. One line of JSON a measure. A second is one of this thread's own, and the rate that of
 * the median round, so that work beside it counts little; cycles are those of the processor's time stamp (at its
 * nominal rate) in the least disturbed batch, instructions the kernel's count, null where it gives none. A token is
 * fields, check field, cipher and 20 digits through the public functions; "derived" makes the key of another meter from
 * the vending key for each.
 *
 * rooms: core/sts core/base
 * uses: botan crypto */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include <botan/ffi.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/crypto.h"
#include "core/sts/token.h"
#include "tests/bench/measure.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#define METERS     4096u
#define BATCH      2000u /* well under a turn of the scheduler */
#define ROUND_NS   60000000
#define ROUNDS_MAX 101

static const uint8_t key_02[BT_STS_DKGA02_KEY_LEN] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
static const uint8_t key_04[BT_STS_DKGA04_KEY_LEN] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0x94, 0x94,
						      0x94, 0x94, 0x94, 0x94, 0x94, 0x94, 0x01, 0x23, 0x45, 0x67};

/* One algorithm: its key held, a vending key, and tokens made for reading. */
struct line {
	struct bt_sts_key_id id;
	struct bt_sts_deriver *deriver;
	struct bt_sts_schedule held;
	char tokens[METERS][BT_STS_TOKEN_CAP];
};

struct stage {
	char pans[METERS][BT_STS_PAN_CAP];
	struct bt_sta sta;
	struct line ea07_dkga02, ea07_dkga04, ea11;
	struct bt_hmac_key hmac;
	struct bt_des_key des;
	EVP_CIPHER_CTX *openssl_des;
	botan_block_cipher_t botan_misty1;
	uint64_t turn;
	volatile unsigned sink; /* takes from every result, so that none is left out */
};

/* ---- what is measured ----------------------------------------------------------------------------------------------
 */

static void make_fields(struct stage *stage, struct bt_sts_token *out)
{
	uint64_t turn = ++stage->turn;

	*out = (struct bt_sts_token){.rnd = turn & 15, .tid = turn & 0xffffff, .value = (uint32_t)(turn * 37 % 60000)};
}

static void encode(struct stage *stage, const struct bt_sts_schedule *schedule, char out[BT_STS_TOKEN_CAP])
{
	struct bt_sts_token token;

	make_fields(stage, &token);
	if (bt_sts_token_encode(schedule, &token, out) != BT_OK)
		bench_fail("encode");
	stage->sink += (unsigned char)out[19];
}

static void encode_held(struct stage *stage, const struct line *line)
{
	char out[BT_STS_TOKEN_CAP];

	for (unsigned i = 0; i < BATCH; i++)
		encode(stage, &line->held, out);
}

static void decode_held(struct stage *stage, const struct line *line)
{
	struct bt_sts_token token;

	for (unsigned i = 0; i < BATCH; i++) {
		if (bt_sts_token_decode(&line->held, line->tokens[stage->turn++ % METERS], &token) != BT_OK)
			bench_fail("decode");
		stage->sink += token.tid;
	}
}

static void issue_derived(struct stage *stage, const struct line *line)
{
	struct bt_sts_decoder_key key;
	struct bt_sts_schedule schedule;
	char out[BT_STS_TOKEN_CAP];

	for (unsigned i = 0; i < BATCH; i++) {
		if (bt_sts_derive(line->deriver, stage->pans[stage->turn % METERS], &line->id, &key) != BT_OK ||
		    bt_sts_schedule_init(&schedule, &stage->sta, &key) != BT_OK)
			bench_fail("derive");
		encode(stage, &schedule, out);
	}
	bt_sts_schedule_wipe(&schedule);
	explicit_bzero(&key, sizeof key);
}

static void encipher_blocks(struct stage *stage, const struct line *line)
{
	uint64_t block = stage->turn;

	for (unsigned i = 0; i < BATCH; i++)
		block = bt_sts_encrypt(&line->held, block);
	stage->sink += (unsigned)block;
}

static void hash_kept(struct stage *stage, const struct line *line)
{
	uint8_t message[BT_STS_DKGA04_MESSAGE_LEN] = {4}, out[BT_SHA256_LEN] = {0};

	(void)line;
	for (unsigned i = 0; i < BATCH; i++) {
		message[48] ^= out[0];
		bt_hmac_of(&stage->hmac, BT_BYTES(message), out);
	}
	stage->sink += out[0];
}

static void des_kept(struct stage *stage, const struct line *line)
{
	uint8_t block[BT_DES_LEN] = {1};

	(void)line;
	for (unsigned i = 0; i < BATCH; i++)
		bt_des_encrypt(&stage->des, block, block);
	stage->sink += block[0];
}

static void encipher_botan(struct stage *stage, const struct line *line)
{
	uint8_t block[8] = {1};

	(void)line;
	for (unsigned i = 0; i < BATCH; i++) {
		if (botan_block_cipher_encrypt_blocks(stage->botan_misty1, block, block, 1) != 0)
			bench_fail("Botan");
	}
	stage->sink += block[0];
}

static void hash_openssl(struct stage *stage, const struct line *line)
{
	uint8_t message[BT_STS_DKGA04_MESSAGE_LEN] = {4}, out[BT_SHA256_LEN] = {0};
	unsigned len;

	(void)line;
	for (unsigned i = 0; i < BATCH; i++) {
		message[48] ^= out[0];
		if (!HMAC(EVP_sha256(), key_04, sizeof key_04, message, sizeof message, out, &len))
			bench_fail("OpenSSL HMAC");
	}
	stage->sink += out[0];
}

static void des_openssl(struct stage *stage, const struct line *line)
{
	uint8_t block[BT_DES_LEN] = {1};
	int len;

	(void)line;
	for (unsigned i = 0; i < BATCH; i++) {
		if (EVP_EncryptUpdate(stage->openssl_des, block, &len, block, sizeof block) != 1)
			bench_fail("OpenSSL DES");
	}
	stage->sink += block[0];
}

struct measure {
	const char *name;
	const char *each; /* what is counted */
	void (*run)(struct stage *stage, const struct line *line);
	size_t line;      /* offset of its line in the stage */
	unsigned target;  /* a second; 0 for the limits */
	const char *peer; /* the measure it is held against */
};

static const struct measure measures[] = {
    {"encode_ea07_cached", "token", encode_held, offsetof(struct stage, ea07_dkga04), 800000, "cipher_ea07"},
    {"encode_ea11_cached", "token", encode_held, offsetof(struct stage, ea11), 3200000, "botan_misty1"},
    {"decode_ea07_cached", "token", decode_held, offsetof(struct stage, ea07_dkga04), 0, "cipher_ea07"},
    {"decode_ea11_cached", "token", decode_held, offsetof(struct stage, ea11), 0, "botan_misty1"},
    {"issue_dkga02_ea07_derived", "token", issue_derived, offsetof(struct stage, ea07_dkga02), 300000, "openssl_des"},
    {"issue_dkga04_ea07_derived", "token", issue_derived, offsetof(struct stage, ea07_dkga04), 300000, "openssl_hmac"},
    {"issue_dkga04_ea11_derived", "token", issue_derived, offsetof(struct stage, ea11), 300000, "openssl_hmac"},
    {"cipher_ea07", "block", encipher_blocks, offsetof(struct stage, ea07_dkga04), 0, NULL},
    {"cipher_ea11", "block", encipher_blocks, offsetof(struct stage, ea11), 0, "botan_misty1"},
    {"hmac_kept", "message", hash_kept, 0, 0, "openssl_hmac"},
    {"des_kept", "block", des_kept, 0, 0, "openssl_des"},
    {"botan_misty1", "block", encipher_botan, 0, 0, NULL},
    {"openssl_hmac", "message", hash_openssl, 0, 0, NULL},
    {"openssl_des", "block", des_openssl, 0, 0, NULL},
};

#define MEASURES (sizeof measures / sizeof measures[0])

/* ---- making ready --------------------------------------------------------------------------------------------------
 */

static void make_pans(struct stage *stage)
{
	for (unsigned i = 0; i < METERS; i++) {
		char drn[BT_STS_DRN_CAP];

		snprintf(drn, sizeof drn, "04%08u", i * 7919u);
		drn[10] = bt_luhn_digit(drn, 10);
		drn[11] = '\0';
		if (bt_sts_pan_of_drn(drn, stage->pans[i]) != BT_OK)
			bench_fail("meter number");
	}
}

static void open_line(struct stage *stage, struct line *line, const char *dkga, const char *ea, struct bt_bytes key)
{
	struct bt_sts_decoder_key decoder_key;

	line->id = (struct bt_sts_key_id){.sgc = "123457", .ti = "01", .krn = 1, .kt = 2, .ken = 255, .base = 2014};
	memcpy(line->id.dkga, dkga, sizeof line->id.dkga);
	memcpy(line->id.ea, ea, sizeof line->id.ea);
	if (bt_sts_deriver_open(key, &line->deriver) != BT_OK ||
	    bt_sts_derive(line->deriver, stage->pans[0], &line->id, &decoder_key) != BT_OK ||
	    bt_sts_schedule_init(&line->held, &stage->sta, &decoder_key) != BT_OK)
		bench_fail("keys");
	for (unsigned i = 0; i < METERS; i++)
		encode(stage, &line->held, line->tokens[i]);
}

static void open_stage(struct stage *stage)
{
	static const uint8_t misty1_key[BT_MISTY1_KEY_LEN] = {0x42};
	uint8_t three_times[3 * BT_STS_DKGA02_KEY_LEN];

	make_pans(stage);
	bt_sta_init(&stage->sta, &bt_sta_sample);
	open_line(stage, &stage->ea07_dkga02, "02", "07", BT_BYTES(key_02));
	open_line(stage, &stage->ea07_dkga04, "04", "07", BT_BYTES(key_04));
	open_line(stage, &stage->ea11, "04", "11", BT_BYTES(key_04));
	if (bt_hmac_key_init(&stage->hmac, BT_BYTES(key_04)) != BT_OK)
		bench_fail("HMAC");
	bt_des_key_init(&stage->des, key_02);
	for (size_t i = 0; i < sizeof three_times; i++)
		three_times[i] = key_02[i % sizeof key_02];
	stage->openssl_des = EVP_CIPHER_CTX_new();
	if (!stage->openssl_des ||
	    EVP_EncryptInit_ex(stage->openssl_des, EVP_des_ede3_ecb(), NULL, three_times, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(stage->openssl_des, 0) != 1)
		bench_fail("OpenSSL DES");
	if (botan_block_cipher_init(&stage->botan_misty1, "MISTY1") != 0 ||
	    botan_block_cipher_set_key(stage->botan_misty1, misty1_key, sizeof misty1_key) != 0)
		bench_fail("Botan MISTY1");
}

static void close_stage(struct stage *stage)
{
	bt_sts_deriver_close(stage->ea07_dkga02.deriver);
	bt_sts_deriver_close(stage->ea07_dkga04.deriver);
	bt_sts_deriver_close(stage->ea11.deriver);
	EVP_CIPHER_CTX_free(stage->openssl_des);
	botan_block_cipher_destroy(stage->botan_misty1);
}

/* ---- counting ------------------------------------------------------------------------------------------------------
 */

/* Of one round, in thousandths of each. */
struct count {
	uint64_t per_s, cycles, instructions;
};

/* Behind all that was begun before it and ahead of all that follows; 0 where there is no such counter. */
static uint64_t read_cycles(void)
{
#if defined(__x86_64__)
	uint64_t cycles;

	_mm_lfence();
	cycles = __rdtsc();
	_mm_lfence();
	return cycles;
#else
	return 0;
#endif
}

/* @return -1 where the kernel or the machine gives none. */
static int open_instructions(void)
{
	struct perf_event_attr event = {.type = PERF_TYPE_HARDWARE,
					.size = sizeof event,
					.config = PERF_COUNT_HW_INSTRUCTIONS,
					.exclude_kernel = 1,
					.exclude_hv = 1};

	return (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);
}

static uint64_t read_instructions(int counter)
{
	uint64_t value = 0;

	return counter >= 0 && read(counter, &value, sizeof value) == (ssize_t)sizeof value ? value : 0;
}

static struct count run_round(struct stage *stage, const struct measure *measure, int counter)
{
	const struct line *line = (const struct line *)(const void *)((const char *)stage + measure->line);
	uint64_t instructions = read_instructions(counter), start = (uint64_t)bench_read_ns(CLOCK_THREAD_CPUTIME_ID),
		 least = UINT64_MAX, done = 0, ns;

	do {
		uint64_t cycles = read_cycles();

		measure->run(stage, line);
		cycles = read_cycles() - cycles;
		least = cycles < least ? cycles : least;
		done += BATCH;
		ns = (uint64_t)bench_read_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	} while (ns < ROUND_NS);
	instructions = read_instructions(counter) - instructions;
	return (struct count){.per_s = done * 1000000000u / ns,
			      .cycles = least * 1000 / BATCH,
			      .instructions = instructions * 1000 / done};
}

static int compare_counts(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	return (x->per_s > y->per_s) - (x->per_s < y->per_s);
}

static const struct count *find_count(const struct count *counts, const char *name)
{
	for (size_t i = 0; i < MEASURES; i++) {
		if (strcmp(measures[i].name, name) == 0)
			return &counts[i];
	}
	bench_fail(name);
	return NULL;
}

static void print_thousandths(const char *name, const char *each, uint64_t value)
{
	if (value == 0)
		printf(",\"%s_per_%s\":null", name, each);
	else
		printf(",\"%s_per_%s\":%llu.%llu", name, each, (unsigned long long)(value / 1000),
		       (unsigned long long)(value % 1000 / 100));
}

static void print_measure(const struct measure *measure, const struct count *count, const struct count *counts)
{
	printf("{\"bench\":\"token\",\"measure\":\"%s\",\"%ss_per_s\":%llu", measure->name, measure->each,
	       (unsigned long long)count->per_s);
	print_thousandths("cycles", measure->each, count->cycles);
	print_thousandths("instructions", measure->each, count->instructions);
	if (measure->target)
		printf(",\"target_per_s\":%u", measure->target);
	if (measure->peer) {
		uint64_t peer = find_count(counts, measure->peer)->per_s;

		printf(",\"limit\":\"%s\",\"limit_per_s\":%llu,\"ratio\":%llu.%02llu", measure->peer,
		       (unsigned long long)peer, (unsigned long long)(count->per_s / peer),
		       (unsigned long long)(count->per_s * 100 / peer % 100));
	}
	puts("}");
}

int main(int argc, char **argv)
{
	static struct stage stage;
	static struct count rounds[MEASURES][ROUNDS_MAX];
	struct count medians[MEASURES];
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 9;
	int counter = open_instructions();

	if (count < 1 || count > ROUNDS_MAX)
		bench_fail("number of rounds");
	open_stage(&stage);
	for (size_t i = 0; i < MEASURES; i++)
		(void)run_round(&stage, &measures[i], counter);
	for (long round = 0; round < count; round++) { /* turn by turn, so that all meet the same machine */
		for (size_t i = 0; i < MEASURES; i++)
			rounds[i][round] = run_round(&stage, &measures[i], counter);
	}
	for (size_t i = 0; i < MEASURES; i++) {
		qsort(rounds[i], (size_t)count, sizeof rounds[i][0], compare_counts);
		medians[i] = rounds[i][count / 2];
		for (long round = 0; round < count; round++) {
			if (rounds[i][round].cycles < medians[i].cycles)
				medians[i].cycles = rounds[i][round].cycles;
		}
	}
	for (size_t i = 0; i < MEASURES; i++)
		print_measure(&measures[i], &medians[i], medians);
	close_stage(&stage);
	if (counter >= 0)
		close(counter);
	return 0;
}
