/* A journal in a folder of its own for the tests of core/journal: a set clock, a fixed key, sales with made-up figures.
 */
#ifndef TESTS_UNIT_JOURNAL_FIXTURE_H
#define TESTS_UNIT_JOURNAL_FIXTURE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/journal/journal.h"
#include "tests/unit/folder_fixture.h"

#define FIXTURE_START_MS INT64_C(1795000000000)
#define FIXTURE_METER    "04740015298"

struct fixture {
	char dir[64];
	int64_t now_ms; /* moves by a second at each reading */
	struct bt_clock clock;
	struct bt_signer *signer;
	struct bt_journal *journal;
	struct bt_fault fault;
};

static int64_t fixture_now(void *self)
{
	struct fixture *f = self;
	int64_t now = f->now_ms;
	f->now_ms += 1000;
	return now;
}

static void fixture_boot_id(void *self, char out[37])
{
	(void)self;
	memcpy(out, "00000000-0000-4000-8000-000000000000", 37);
}

static inline struct bt_journal_options fixture_options(const struct fixture *f)
{
	return (struct bt_journal_options){.dir = f->dir, .clock = &f->clock, .signer = f->signer, .terminal = "0142"};
}

static inline enum bt_err fixture_open(struct fixture *f)
{
	struct bt_journal_options options = fixture_options(f);
	return bt_journal_open(&options, &f->journal, &f->fault);
}

static inline void fixture_close(struct fixture *f)
{
	bt_journal_close(f->journal);
	f->journal = NULL;
}

static inline struct bt_mirror_status fixture_mirror(const struct fixture *f)
{
	struct bt_mirror_status status;
	bt_journal_mirror(f->journal, &status);
	return status;
}

/* The key is the bytes 1, 2, .. 32. */
static inline void fixture_make(struct fixture *f)
{
	uint8_t seed[BT_ED25519_SEED_LEN];
	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] = (uint8_t)(i + 1);
	*f = (struct fixture){.now_ms = FIXTURE_START_MS};
	f->clock =
	    (struct bt_clock){.wall_ms = fixture_now, .boot_ms = fixture_now, .boot_id = fixture_boot_id, .self = f};
	bt_text_copy(f->dir, sizeof f->dir, "/tmp/batti-journal-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(bt_signer_open(seed, &f->signer), BT_OK);
}

static inline void fixture_path(const struct fixture *f, const char *name, char out[128])
{
	snprintf(out, 128, "%.63s/%.60s", f->dir, name);
}

static inline void fixture_end(struct fixture *f)
{
	fixture_close(f);
	bt_signer_close(f->signer);
	fixture_remove(f->dir);
}

static inline const char *fixture_sale_id(int n, char out[37])
{
	snprintf(out, 37, "019a9f00-0000-7000-8000-%012d", n);
	return out;
}

/* The body of `paid` for sale @p n: 500 rupees and n paise. */
static inline const char *fixture_paid(int n, int tid, char out[1024])
{
	char id[37], tid_text[24] = "";
	if (tid)
		snprintf(tid_text, sizeof tid_text, ",\"tid\":%d", tid);
	snprintf(
	    out, 1024,
	    "{\"amount_paise\":%d,\"connection\":\"100244781560\",\"delivery\":\"token\",\"dues_paise\":0,"
	    "\"duty_paise\":2830,\"energy_paise\":47170,\"kind\":\"sts_units\",\"lease\":1,\"meter\":\"" FIXTURE_METER
	    "\",\"operator\":\"rina\",\"paid_at\":%lld,\"pan\":\"600727047400152986\","
	    "\"receipt\":\"0142-0611-%03d-4\",\"rev\":1,\"sale_id\":\"%s\",\"shift\":611,"
	    "\"tariff\":\"BERC-2026-27\",\"tenders\":[],\"terminal\":\"0142\"%s,\"units\":635}",
	    50000 + n, (long long)(FIXTURE_START_MS + n), n, fixture_sale_id(n, id), tid_text);
	return out;
}

static inline enum bt_err fixture_put(struct fixture *f, enum bt_event_kind kind, int sale, const char *body)
{
	char id[37] = "";
	if (sale)
		fixture_sale_id(sale, id);
	struct bt_event_in event = {.kind = kind, .sale_id = id, .body = bt_bytes_of(body)};
	return bt_journal_put(f->journal, &event, 1, &f->fault);
}

static inline enum bt_err fixture_put_paid(struct fixture *f, int sale, int tid)
{
	char body[1024];
	return fixture_put(f, BT_EVENT_PAID, sale, fixture_paid(sale, tid, body));
}

static inline enum bt_err fixture_put_tokened(struct fixture *f, int sale, int tid)
{
	char body[256];
	snprintf(body, sizeof body,
		 "{\"issued_by\":\"terminal\",\"lease\":1,\"rev\":1,\"tid\":%d,\"token\":\"%020d\",\"units\":635}", tid,
		 sale);
	return fixture_put(f, BT_EVENT_TOKENED, sale, body);
}

/* A whole file in memory; the caller frees it. */
static inline uint8_t *fixture_load(const struct fixture *f, const char *name, size_t *len)
{
	char path[128];
	struct stat st;
	fixture_path(f, name, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	uint8_t *data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	*len = (size_t)st.st_size;
	return data;
}

/* journal.head without the zeros that are room for more; whole frames end in a checksum that is hardly ever zero. */
static inline uint8_t *fixture_load_frames(const struct fixture *f, size_t *len)
{
	uint8_t *data = fixture_load(f, "journal.head", len);
	while (*len && data[*len - 1] == 0)
		(*len)--;
	return data;
}

static inline void fixture_save(const struct fixture *f, const char *name, const uint8_t *data, size_t len)
{
	char path[128];
	fixture_path(f, name, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

#endif
