#include "tests/meter/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE "batti-meter 1"

static bool is_expired(uint8_t ken, uint32_t tid)
{
	return ken < 255 && (tid & 0xff0000) > (uint32_t)ken << 16;
}

static bool is_remembered(const struct meter_memory *memory, uint32_t tid)
{
	for (size_t i = 0; i < METER_TIDS; i++) {
		if (memory->tids[i] == tid)
			return true;
	}
	return false;
}

/* Drop the smallest, keep the rest rising. */
static void remember(struct meter_memory *memory, uint32_t tid)
{
	size_t at = 0;

	for (; at + 1 < METER_TIDS && memory->tids[at + 1] < tid; at++)
		memory->tids[at] = memory->tids[at + 1];
	memory->tids[at] = tid;
}

enum meter_result meter_memory_take(struct meter_memory *memory, uint8_t ken, const struct meter_token *token)
{
	if (is_expired(ken, token->tid))
		return METER_EXPIRED;
	if (token->tid < memory->tids[0])
		return METER_OLD;
	if (is_remembered(memory, token->tid))
		return METER_USED;
	if (token->tenths > METER_CREDIT_MAX - memory->credit_tenths)
		return METER_OVERFLOW;
	memory->credit_tenths += token->tenths;
	remember(memory, token->tid);
	memmove(&memory->last[1], &memory->last[0], sizeof memory->last - sizeof memory->last[0]);
	memory->last[0] = *token;
	if (memory->last_count < METER_LAST)
		memory->last_count++;
	return METER_ACCEPTED;
}

static bool make_path(const char *state, const char *drn, const char *suffix, char out[PATH_MAX],
		      struct meter_fault *fault)
{
	if (!meter_drn_is(drn))
		return meter_fault_set(fault, "a meter number has 11 or 13 digits");
	if (snprintf(out, PATH_MAX, "%s/meters/%s%s", state, drn, suffix) >= PATH_MAX)
		return meter_fault_set(fault, "the name of the state folder is too long");
	return true;
}

static bool read_tids(FILE *file, uint32_t tids[METER_TIDS])
{
	for (size_t i = 0; i < METER_TIDS; i++) {
		if (fscanf(file, "tid %8" SCNu32 "\n", &tids[i]) != 1 || tids[i] > 0xffffff)
			return false;
		if (i > 0 && tids[i] < tids[i - 1])
			return false;
	}
	return true;
}

static bool read_last(FILE *file, struct meter_memory *memory)
{
	if (fscanf(file, "last %2u\n", &memory->last_count) != 1 || memory->last_count > METER_LAST)
		return false;
	for (unsigned i = 0; i < memory->last_count; i++) {
		struct meter_token *token = &memory->last[i];

		if (fscanf(file, "token %20[0-9] %8" SCNu32 " %8" SCNu32 "\n", token->digits, &token->tid,
			   &token->tenths) != 3)
			return false;
	}
	return true;
}

static bool read_memory(FILE *file, struct meter_memory *out)
{
	char end[4] = "";

	return fscanf(file, FIRST_LINE "\ncredit %8" SCNu32 "\n", &out->credit_tenths) == 1 &&
	       out->credit_tenths <= METER_CREDIT_MAX && read_tids(file, out->tids) && read_last(file, out) &&
	       fscanf(file, "%3[end]", end) == 1 && strcmp(end, "end") == 0;
}

bool meter_memory_load(const char *state, const char *drn, struct meter_memory *out, struct meter_fault *fault)
{
	struct meter_memory memory = {.credit_tenths = 0};
	char path[PATH_MAX];
	FILE *file;
	bool done;

	if (!make_path(state, drn, "", path, fault))
		return false;
	file = fopen(path, "re");
	if (file == NULL && errno != ENOENT)
		return meter_fault_set(fault, "memory of meter %s: %s", drn, strerror(errno));
	if (file != NULL) {
		done = read_memory(file, &memory);
		fclose(file);
		if (!done)
			return meter_fault_set(fault, "memory of meter %s is damaged", drn);
	}
	*out = memory;
	return true;
}

static void write_memory(FILE *file, const struct meter_memory *memory)
{
	fprintf(file, FIRST_LINE "\ncredit %" PRIu32 "\n", memory->credit_tenths);
	for (size_t i = 0; i < METER_TIDS; i++)
		fprintf(file, "tid %" PRIu32 "\n", memory->tids[i]);
	fprintf(file, "last %u\n", memory->last_count);
	for (unsigned i = 0; i < memory->last_count; i++) {
		const struct meter_token *token = &memory->last[i];

		fprintf(file, "token %s %" PRIu32 " %" PRIu32 "\n", token->digits, token->tid, token->tenths);
	}
	fprintf(file, "end\n");
}

/* The new name lasts only when the folder is synced too. */
static bool sync_folder(const char *state)
{
	char path[PATH_MAX];
	bool done;
	int fd;

	if (snprintf(path, sizeof path, "%s/meters", state) >= (int)sizeof path)
		return false;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = fsync(fd) == 0;
	close(fd);
	return done;
}

bool meter_memory_save(const char *state, const char *drn, const struct meter_memory *memory, struct meter_fault *fault)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	bool done;
	FILE *file;

	if (!make_path(state, drn, "", path, fault) || !make_path(state, drn, ".new", fresh, fault))
		return false;
	file = fopen(fresh, "we");
	if (file == NULL)
		return meter_fault_set(fault, "memory of meter %s: %s", drn, strerror(errno));
	write_memory(file, memory);
	done = fflush(file) == 0 && ferror(file) == 0 && fsync(fileno(file)) == 0;
	done = fclose(file) == 0 && done;
	done = done && rename(fresh, path) == 0 && sync_folder(state);
	return done || meter_fault_set(fault, "memory of meter %s: %s", drn, strerror(errno));
}

int meter_memory_lock(const char *state, const char *drn, struct meter_fault *fault)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof path, "%s/meters", state) < (int)sizeof path && mkdir(path, 0700) != 0 &&
	    errno != EEXIST) {
		meter_fault_set(fault, "folder of the meters: %s", strerror(errno));
		return -1;
	}
	if (!make_path(state, drn, ".lock", path, fault))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	meter_fault_set(fault, "lock of meter %s: %s", drn, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

bool meter_enter(const char *state, const struct meter_identity *identity, const char *text, enum meter_result *result,
		 struct meter_token *token, struct meter_memory *memory, struct meter_fault *fault)
{
	int lock = meter_memory_lock(state, identity->drn, fault);
	bool done = false;

	if (lock < 0)
		return false;
	memset(token, 0, sizeof *token);
	if (!meter_memory_load(state, identity->drn, memory, fault))
		goto out;
	*result = meter_token_decode(identity->key, text, token);
	if (*result == METER_BROKEN) {
		meter_fault_set(fault, "MISTY1 is not to be had from the library");
		goto out;
	}
	if (*result == METER_ACCEPTED)
		*result = meter_memory_take(memory, identity->ken, token);
	done = *result != METER_ACCEPTED || meter_memory_save(state, identity->drn, memory, fault);
out:
	close(lock);
	return done;
}
