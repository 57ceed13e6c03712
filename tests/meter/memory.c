#include "tests/meter/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/meter/memory_form.h"

void meter_memory_init(struct meter_memory *memory, const struct meter_identity *identity)
{
	memset(memory, 0, sizeof *memory);
	memory->binding = identity->binding;
	memory->power_limit_w = METER_NO_LIMIT_W;
	memory->unbalance_limit_w = METER_NO_LIMIT_W;
	for (size_t i = 0; i < METER_TIDS; i++)
		memory->tids[i] = identity->made_tid;
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

bool meter_memory_load(const char *state, const struct meter_identity *identity, struct meter_memory *out,
		       struct meter_fault *fault)
{
	struct meter_memory memory;
	char path[PATH_MAX];
	FILE *file;
	bool done;

	if (!make_path(state, identity->drn, "", path, fault))
		return false;
	meter_memory_init(&memory, identity);
	file = fopen(path, "re");
	if (file == NULL && errno != ENOENT)
		return meter_fault_set(fault, "memory of meter %s: %s", identity->drn, strerror(errno));
	if (file != NULL) {
		done = meter_memory_read(file, &memory);
		fclose(file);
		if (!done)
			return meter_fault_set(fault, "memory of meter %s is damaged", identity->drn);
	}
	*out = memory;
	return true;
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

/* Keys may be in it: for its owner only. */
static FILE *open_fresh(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (file == NULL && fd >= 0)
		close(fd);
	return file;
}

bool meter_memory_save(const char *state, const char *drn, const struct meter_memory *memory, struct meter_fault *fault)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	bool done;
	FILE *file;

	if (!make_path(state, drn, "", path, fault) || !make_path(state, drn, ".new", fresh, fault))
		return false;
	file = open_fresh(fresh);
	if (file == NULL)
		return meter_fault_set(fault, "memory of meter %s: %s", drn, strerror(errno));
	meter_memory_write(file, memory);
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
