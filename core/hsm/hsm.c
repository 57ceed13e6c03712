#include "core/hsm/hsm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "core/base/clock.h"
#include "core/base/queue.h"
#include "core/base/secret.h"
#include "core/base/text.h"
#include "core/base/thread.h"
#include "core/hsm/pkcs11.h"

#define JOBS      4 /* meters on their way or at hand: the one on screen and a few before it */
#define TRIES_MAX 2 /* of a token that was out and is back */

#define FAILURE_STANDS_MS 3000
/* Who closes waits so long for the module to let go; then it is left to its thread. */
#define CLOSE_MS 40
/* And the end of the process so long for such threads. */
#define EXIT_MS 2000

enum job_state { JOB_FREE, JOB_ASKED, JOB_RUNNING, JOB_DONE };

struct job {
	enum job_state state;
	uint64_t touched;
	char pan[BT_STS_PAN_CAP];
	struct bt_sts_key_id id;
	enum bt_err err;
	struct bt_fault fault;
	int64_t done_boot_ms;
};

struct bt_hsm {
	struct bt_pkcs11 *token; /* the thread's alone */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	struct bt_queue *done; /* wakes who waits; which job it was does not matter */
	struct bt_clock clock;
	bool ending, ended; /* told to end; done with the token */
	struct bt_hsm *next_left;
	uint64_t touches;
	struct job jobs[JOBS];
	struct bt_secret keys; /* one bt_sts_decoder_key per job, in locked memory */
};

enum bt_err bt_hsm_label(const struct bt_sts_key_id *id, char out[BT_HSM_LABEL_CAP])
{
	return bt_text_printf(out, BT_HSM_LABEL_CAP, "sgc=%s;krn=%u;kt=%u;base=%u;ken=%u;dkga=%s", id->sgc,
			      (unsigned)id->krn, (unsigned)id->kt, (unsigned)id->base, (unsigned)id->ken, id->dkga);
}

enum bt_err bt_hsm_pin_source(const char *uri, char *out, size_t cap)
{
	return bt_pkcs11_pin_source(uri, out, cap);
}

/* ---- the two algorithms ---- */

static enum bt_err derive04(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, const char *pan,
			    const struct bt_sts_key_id *id, struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	uint8_t message[BT_STS_DKGA04_MESSAGE_LEN], mac[32];
	enum bt_err err = bt_sts_dkga04_message(pan, id, message);

	/* A longer key than a hash block is hashed first: that would be another key. */
	if (!err && key->len != 0 && (key->len < BT_STS_DKGA04_KEY_LEN || key->len > 64))
		return bt_fault_set(fault, BT_EINPUT, 0,
				    "the vending key is of the wrong kind: %lu bytes, not 20 or padded to 32..64",
				    key->len);
	if (err)
		return bt_fault_set(fault, err, 0, "identity of the meter's key");
	err = bt_pkcs11_hmac(token, key, BT_BYTES(message), mac, fault);
	if (!err) {
		out->len = strcmp(id->ea, "07") == 0 ? 8 : 16;
		memcpy(out->bytes, mac, out->len);
	}
	OPENSSL_cleanse(mac, sizeof mac);
	return err;
}

static enum bt_err derive02(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, const char *pan,
			    const struct bt_sts_key_id *id, struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	uint8_t block[8], cipher[8];
	enum bt_err err = bt_sts_dkga02_block(pan, id, block);

	if (err)
		return bt_fault_set(fault, err, 0, "identity of the meter's key");
	err = bt_pkcs11_encipher(token, key, block, cipher, fault);
	for (size_t i = 0; !err && i < sizeof block; i++)
		block[i] ^= cipher[i];
	OPENSSL_cleanse(cipher, sizeof cipher);
	if (!err)
		err = bt_pkcs11_xor_key(token, key, block, out->bytes, fault);
	OPENSSL_cleanse(block, sizeof block);
	out->len = 8;
	return err;
}

static const struct {
	const char *dkga;
	enum bt_pkcs11_use use;
	enum bt_err (*derive)(struct bt_pkcs11 *token, const struct bt_pkcs11_key *key, const char *pan,
			      const struct bt_sts_key_id *id, struct bt_sts_decoder_key *out, struct bt_fault *fault);
} algorithms[] = {
    {"02", BT_PKCS11_DES, derive02},
    {"04", BT_PKCS11_HMAC, derive04},
};

static enum bt_err derive_once(struct bt_pkcs11 *token, const char *pan, const struct bt_sts_key_id *id,
			       struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	const char *refusal = bt_sts_key_id_refusal(id);
	char label[BT_HSM_LABEL_CAP];
	struct bt_pkcs11_key key;
	enum bt_err err;

	if (refusal)
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "not supported: %s", refusal);
	if (bt_hsm_label(id, label) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "identity of the vending key");
	for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		if (strcmp(algorithms[i].dkga, id->dkga) == 0) {
			err = bt_pkcs11_find_key(token, label, algorithms[i].use, &key, fault);
			return err ? err : algorithms[i].derive(token, &key, pan, id, out, fault);
		}
	return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "not supported: DKGA%s", id->dkga);
}

static enum bt_err derive(struct bt_pkcs11 *token, const char *pan, const struct bt_sts_key_id *id,
			  struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	enum bt_err err = BT_ESTATE;

	for (int i = 0; i < TRIES_MAX && err == BT_ESTATE; i++)
		err = derive_once(token, pan, id, out, fault);
	return err == BT_ESTATE ? bt_fault_set(fault, BT_ECRYPTO, 0, "the security module's token comes and goes")
				: err;
}

/* ---- the thread ---- */

static struct bt_sts_decoder_key *key_of(struct bt_hsm *hsm, const struct job *job)
{
	return (struct bt_sts_decoder_key *)(void *)hsm->keys.data + (job - hsm->jobs);
}

static void forget(struct bt_hsm *hsm, struct job *job)
{
	OPENSSL_cleanse(key_of(hsm, job), sizeof(struct bt_sts_decoder_key));
	job->state = JOB_FREE;
}

static struct job *find_asked(struct bt_hsm *hsm)
{
	struct job *found = NULL;

	for (int i = 0; i < JOBS; i++)
		if (hsm->jobs[i].state == JOB_ASKED && (!found || hsm->jobs[i].touched > found->touched))
			found = &hsm->jobs[i];
	return found;
}

/* The lock is held but for the time the module takes; a job that runs is nobody else's to change. */
static void run_job(struct bt_hsm *hsm, struct job *job)
{
	struct bt_sts_key_id id = job->id;
	char pan[BT_STS_PAN_CAP];
	int at = (int)(job - hsm->jobs);

	memcpy(pan, job->pan, sizeof pan);
	job->state = JOB_RUNNING;
	pthread_mutex_unlock(&hsm->lock);
	enum bt_err err = derive(hsm->token, pan, &id, key_of(hsm, job), &job->fault);
	pthread_mutex_lock(&hsm->lock);
	job->err = err;
	job->done_boot_ms = bt_clock_boot_ms(&hsm->clock);
	job->state = JOB_DONE;
	if (bt_queue_put(hsm->done, &at) != BT_OK)
		return; /* full: whoever waits is awake already */
}

static void free_all(struct bt_hsm *hsm)
{
	pthread_cond_destroy(&hsm->asked);
	pthread_mutex_destroy(&hsm->lock);
	bt_queue_close(hsm->done);
	bt_secret_wipe(&hsm->keys);
	free(hsm);
}

/* Logging out is the module's too: it may take as long as it likes. */
static void end_token(struct bt_hsm *hsm)
{
	int none = -1;

	bt_pkcs11_close(hsm->token);
	pthread_mutex_lock(&hsm->lock);
	bt_secret_wipe(&hsm->keys);
	hsm->ended = true;
	(void)!bt_queue_put(hsm->done, &none); /* full: whoever waits is awake already */
	pthread_mutex_unlock(&hsm->lock);
}

static void *serve(void *context)
{
	struct bt_hsm *hsm = context;

	pthread_mutex_lock(&hsm->lock);
	while (!hsm->ending) {
		struct job *job = find_asked(hsm);

		if (job)
			run_job(hsm, job);
		else
			pthread_cond_wait(&hsm->asked, &hsm->lock);
	}
	pthread_mutex_unlock(&hsm->lock);
	end_token(hsm);
	return NULL;
}

static enum bt_err start_thread(struct bt_hsm *hsm, struct bt_fault *fault)
{
	pthread_mutex_init(&hsm->lock, NULL);
	pthread_cond_init(&hsm->asked, NULL);
	if (bt_thread_start(&hsm->thread, serve, hsm) == 0)
		return BT_OK;
	pthread_cond_destroy(&hsm->asked);
	pthread_mutex_destroy(&hsm->lock);
	return bt_fault_set(fault, BT_EOS, 0, "thread for the security module");
}

enum bt_err bt_hsm_open(const char *uri, struct bt_bytes pin, struct bt_hsm **out, struct bt_fault *fault)
{
	struct bt_hsm *hsm = calloc(1, sizeof *hsm);
	enum bt_err err;

	if (hsm)
		hsm->clock = bt_clock_system();
	if (!hsm || bt_secret_make(&hsm->keys, JOBS * sizeof(struct bt_sts_decoder_key)) != BT_OK)
		err = bt_fault_set(fault, BT_ENOMEM, 0, "security module");
	else
		err = bt_queue_open(JOBS, sizeof(int), &hsm->done);
	if (!err)
		err = bt_pkcs11_open(uri, pin, &hsm->token, fault);
	if (!err)
		err = start_thread(hsm, fault);
	if (!err) {
		*out = hsm;
		return BT_OK;
	}
	if (hsm) {
		bt_pkcs11_close(hsm->token);
		bt_queue_close(hsm->done);
		bt_secret_wipe(&hsm->keys);
	}
	free(hsm);
	return err;
}

/* What is at hand is wiped before anybody is waited for; a derivation under way is the thread's until it is done. */
static void tell_to_end(struct bt_hsm *hsm)
{
	pthread_mutex_lock(&hsm->lock);
	hsm->ending = true;
	for (int i = 0; i < JOBS; i++)
		if (hsm->jobs[i].state != JOB_RUNNING)
			forget(hsm, &hsm->jobs[i]);
	pthread_cond_broadcast(&hsm->asked);
	pthread_mutex_unlock(&hsm->lock);
}

static bool has_ended(struct bt_hsm *hsm)
{
	bool ended;

	pthread_mutex_lock(&hsm->lock);
	ended = hsm->ended;
	pthread_mutex_unlock(&hsm->lock);
	return ended;
}

/* Wait for the module to let go, and take down what is left then. @return whether it did. */
static bool take_down(struct bt_hsm *hsm, int64_t until_boot_ms)
{
	int64_t left;
	int woken;

	while (!has_ended(hsm)) {
		left = until_boot_ms - bt_clock_boot_ms(&hsm->clock);
		if (left <= 0)
			return false;
		if (bt_queue_wait(hsm->done, (int)left) == BT_OK)
			(void)!bt_queue_take(hsm->done, &woken);
	}
	pthread_join(hsm->thread, NULL);
	free_all(hsm);
	return true;
}

/* ---- threads that were left to the module ---- */

static struct {
	pthread_mutex_t lock;
	struct bt_hsm *first;
} left_over = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* @return whether none is left. */
static bool take_down_left(int64_t until_boot_ms)
{
	struct bt_hsm **at = &left_over.first;
	bool none;

	pthread_mutex_lock(&left_over.lock);
	while (*at) {
		struct bt_hsm *hsm = *at, *next = hsm->next_left;

		if (take_down(hsm, until_boot_ms))
			*at = next;
		else
			at = &hsm->next_left;
	}
	none = !left_over.first;
	pthread_mutex_unlock(&left_over.lock);
	return none;
}

/* A module's own clearing up at exit would pull its memory from under a thread that is still inside. This is called
 * before it: of the two it was registered later, and anew for each thread, for a module may be loaded anew. */
static void await_left(int status, void *unused)
{
	struct bt_clock clock = bt_clock_system();

	(void)unused;
	if (take_down_left(bt_clock_boot_ms(&clock) + EXIT_MS))
		return;
	(void)fflush(NULL);
	_exit(status);
}

static void leave(struct bt_hsm *hsm)
{
	pthread_mutex_lock(&left_over.lock);
	hsm->next_left = left_over.first;
	left_over.first = hsm;
	(void)on_exit(await_left, NULL);
	pthread_mutex_unlock(&left_over.lock);
}

void bt_hsm_close(struct bt_hsm *hsm)
{
	if (!hsm)
		return;
	(void)take_down_left(0);
	tell_to_end(hsm);
	if (!take_down(hsm, bt_clock_boot_ms(&hsm->clock) + CLOSE_MS))
		leave(hsm);
}

/* ---- asking it ---- */

static bool is_same(const struct job *job, const char *pan, const struct bt_sts_key_id *id)
{
	return job->state != JOB_FREE && strcmp(job->pan, pan) == 0 && bt_sts_key_id_equal(&job->id, id);
}

/* The meter's job, or one made for it; NULL while the module is at work on others. */
static struct job *ask(struct bt_hsm *hsm, const char *pan, const struct bt_sts_key_id *id)
{
	struct job *room = NULL;

	for (int i = 0; i < JOBS; i++) {
		struct job *job = &hsm->jobs[i];

		if (is_same(job, pan, id)) {
			job->touched = ++hsm->touches;
			return job;
		}
		if (job->state != JOB_RUNNING && (!room || job->state == JOB_FREE || job->touched < room->touched))
			room = job;
	}
	if (!room)
		return NULL;
	forget(hsm, room);
	*room = (struct job){.state = JOB_ASKED, .touched = ++hsm->touches, .id = *id};
	if (bt_text_copy(room->pan, sizeof room->pan, pan) != BT_OK)
		room->pan[0] = '\0'; /* refused as an identity */
	pthread_cond_broadcast(&hsm->asked);
	return room;
}

enum bt_err bt_hsm_prepare(struct bt_hsm *hsm, const char *pan, const struct bt_sts_key_id *id)
{
	enum bt_err err = BT_EBUSY;
	struct job *job;

	pthread_mutex_lock(&hsm->lock);
	job = ask(hsm, pan, id);
	if (job && job->state == JOB_DONE) {
		err = job->err;
		if (err && bt_clock_boot_ms(&hsm->clock) - job->done_boot_ms >= FAILURE_STANDS_MS)
			forget(hsm, job);
	}
	pthread_mutex_unlock(&hsm->lock);
	return err;
}

/* Take what the job came to, when it is done; the lock is held. */
static enum bt_err take(struct bt_hsm *hsm, struct job *job, struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	enum bt_err err;

	if (!job || job->state != JOB_DONE)
		return bt_fault_set(fault, BT_EBUSY, 0, "the security module has not answered yet");
	err = job->err;
	if (err && fault)
		*fault = job->fault;
	if (!err)
		*out = *key_of(hsm, job);
	forget(hsm, job);
	return err;
}

enum bt_err bt_hsm_derive(struct bt_hsm *hsm, const char *pan, const struct bt_sts_key_id *id, int wait_ms,
			  struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	int64_t left, until = bt_clock_boot_ms(&hsm->clock) + wait_ms;
	enum bt_err err;
	int woken;

	do {
		while (bt_queue_take(hsm->done, &woken) == BT_OK)
			continue;
		pthread_mutex_lock(&hsm->lock);
		err = take(hsm, ask(hsm, pan, id), out, fault);
		pthread_mutex_unlock(&hsm->lock);
		left = until - bt_clock_boot_ms(&hsm->clock);
	} while (err == BT_EBUSY && left > 0 && bt_queue_wait(hsm->done, (int)left) == BT_OK);
	return err;
}
