#include "core/sandbox/sbx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sandbox/ca.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/marks.h"
#include "core/sandbox/operators.h"

#define KEYS_GOOD_DAYS 730

void bt_sbx_path(const struct bt_sbx *sbx, const char *name, char out[BT_SBX_PATH_MAX])
{
	snprintf(out, BT_SBX_PATH_MAX, "%s/%s", sbx->dir, name);
}

int bt_sbx_lock(const struct bt_sbx *sbx, const char *name, int wait)
{
	int fd = openat(sbx->dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool make_folder(const char *dir, struct bt_sbx *sbx)
{
	if (strlen(dir) >= sizeof sbx->dir) {
		fprintf(stderr, "batti-sandbox: the path of the state folder is too long\n");
		return false;
	}
	snprintf(sbx->dir, sizeof sbx->dir, "%s", dir);
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "batti-sandbox: %s: %s\n", dir, strerror(errno));
		return false;
	}
	sbx->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (sbx->dir_fd < 0)
		fprintf(stderr, "batti-sandbox: %s: %s\n", dir, strerror(errno));
	return sbx->dir_fd >= 0;
}

static bool make_secrets(struct bt_sbx *sbx)
{
	uint8_t vending_key[BT_SBX_VENDING_KEY_LEN];
	uint8_t seed[32];
	bt_sbx_random(vending_key, sizeof vending_key);
	bt_sbx_random(seed, sizeof seed);
	int64_t now = bt_sbx_now_ms();
	return bt_sbx_store_begin(sbx->db) &&
	       bt_sbx_meta_put_bytes(sbx->db, "vending_key", vending_key, sizeof vending_key) &&
	       bt_sbx_meta_put_bytes(sbx->db, "head_end_seed", seed, sizeof seed) &&
	       bt_sbx_meta_put_int(sbx->db, "era", 1) && bt_sbx_meta_put_int(sbx->db, "made_at", now) &&
	       bt_sbx_meta_put_int(sbx->db, "key_good_until", now + KEYS_GOOD_DAYS * BT_SBX_DAY_MS) &&
	       bt_sbx_operators_make(sbx->db) && bt_sbx_mark_era(sbx, 1) && bt_sbx_store_commit(sbx->db);
}

/* Published test keys: whoever reads this may make tokens of them, and no live meter takes one. */
static const struct bt_sbx_vending training_keys = {.wide = "BATTI TRAINING 0001", .des = "TRAINING"};

bool bt_sbx_begin_training(struct bt_sbx *sbx)
{
	if (sbx->training)
		return true;
	if (bt_sbx_meta_int(sbx->db, "consumers", 0) > 0) {
		fprintf(stderr, "batti-sandbox: this folder has keys of its own; training needs one that is new\n");
		return false;
	}
	sbx->vending = training_keys;
	sbx->training =
	    bt_sbx_meta_put_bytes(sbx->db, "vending_key", training_keys.wide, sizeof training_keys.wide) &&
	    bt_sbx_meta_put_bytes(sbx->db, "vending_key_des", training_keys.des, sizeof training_keys.des) &&
	    bt_sbx_meta_put_int(sbx->db, "training", 1);
	return sbx->training;
}

/* A folder of an earlier version has no vending key for DKGA02 yet. */
static bool load_des_key(struct bt_sbx *sbx)
{
	uint8_t *key = sbx->vending.des;
	if (bt_sbx_meta_bytes(sbx->db, "vending_key_des", key, sizeof sbx->vending.des))
		return true;
	bt_sbx_random(key, sizeof sbx->vending.des);
	return bt_sbx_meta_put_bytes(sbx->db, "vending_key_des", key, sizeof sbx->vending.des);
}

static bool load_secrets(struct bt_sbx *sbx)
{
	sbx->era = bt_sbx_meta_int(sbx->db, "era", 1);
	sbx->own_floor = bt_sbx_meta_int(sbx->db, "own_floor", 0);
	sbx->picks_any = bt_sbx_meta_int(sbx->db, "picks_any", 0) == 1;
	sbx->training = bt_sbx_meta_int(sbx->db, "training", 0) == 1;
	sbx->key_good_until = bt_sbx_meta_int(sbx->db, "key_good_until", 0);
	return bt_sbx_meta_bytes(sbx->db, "vending_key", sbx->vending.wide, sizeof sbx->vending.wide) &&
	       load_des_key(sbx) &&
	       bt_sbx_meta_bytes(sbx->db, "head_end_seed", sbx->head_end_seed, sizeof sbx->head_end_seed) &&
	       bt_sbx_ed25519_public(sbx->head_end_seed, sbx->head_end_key);
}

bool bt_sbx_open(const char *dir, struct bt_sbx *out)
{
	char path[BT_SBX_PATH_MAX];
	bool ok = false;
	int lock = -1;
	*out = (struct bt_sbx){.dir_fd = -1,
			       .lease = {.hours = 72, .value_paise = 30000000, .count = 1000},
			       .certificate_s = BT_SBX_CERTIFICATE_S};
	if (!make_folder(dir, out))
		goto out;
	lock = bt_sbx_lock(out, "make.lock", 1);
	if (lock < 0)
		goto out;
	bt_sbx_path(out, "ledger.db", path);
	out->db = bt_sbx_store_open(path);
	if (!out->db || !bt_sbx_ca_make(out))
		goto out;
	if (bt_sbx_meta_int(out->db, "era", 0) == 0 && !make_secrets(out))
		goto out;
	ok = load_secrets(out);
out:
	if (lock >= 0)
		close(lock);
	if (!ok) {
		fprintf(stderr, "batti-sandbox: the state folder could not be opened\n");
		bt_sbx_close(out);
	}
	return ok;
}

bool bt_sbx_open_made(const char *dir, struct bt_sbx *out)
{
	char path[BT_SBX_PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/ledger.db", dir);
	if (len >= (int)sizeof path || access(path, F_OK) != 0) {
		fprintf(stderr, "batti-sandbox: %s: there is no head-end in this folder\n", dir);
		return false;
	}
	return bt_sbx_open(dir, out);
}

/* With the marks lost nobody knows how often an era was begun since the backup: never once a second since 1970. */
static int64_t next_era(const struct bt_sbx_marks *marks, bool whole, int64_t now_ms)
{
	int64_t second = now_ms / 1000;
	return whole || second <= marks->era ? marks->era + 1 : second;
}

static bool begin_era(struct bt_sbx *sbx, int64_t *era, int64_t *floor)
{
	struct bt_sbx_marks marks;
	int64_t now_ms = bt_sbx_now_ms();
	int64_t minute = bt_sbx_tid_minute(now_ms);
	bool whole = bt_sbx_marks_find(sbx, &marks);
	*era = next_era(&marks, whole, now_ms);
	*floor = minute + 4 * BT_SBX_LANES;
	bool ok = bt_sbx_meta_put_int(sbx->db, "era", *era) && bt_sbx_meta_put_int(sbx->db, "own_floor", *floor) &&
		  bt_sbx_meta_put_int(sbx->db, "restored_at", now_ms) && bt_sbx_marks_remind(sbx, &marks) &&
		  bt_sbx_codes_end(sbx->db) && bt_sbx_mark_era(sbx, *era) && bt_sbx_store_commit(sbx->db);
	bt_sbx_marks_fini(&marks);
	return ok;
}

bool bt_sbx_begin_era(struct bt_sbx *sbx)
{
	int64_t era = 0;
	int64_t floor = 0;
	if (!bt_sbx_store_begin(sbx->db))
		return false;
	if (!begin_era(sbx, &era, &floor)) {
		bt_sbx_store_rollback(sbx->db);
		return false;
	}
	sbx->era = era;
	sbx->own_floor = floor;
	return true;
}

void bt_sbx_close(struct bt_sbx *sbx)
{
	bt_sbx_store_close(sbx->db);
	if (sbx->dir_fd >= 0)
		close(sbx->dir_fd);
	free(sbx->marks);
	sbx->marks = NULL;
	sbx->db = NULL;
	sbx->dir_fd = -1;
}
