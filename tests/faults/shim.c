/* A library to be loaded before a program (LD_PRELOAD): it stands before every call that changes files in one folder,
 * counts them over all threads, and does to one of them what verbs.h lists.
 *
 * A call of this kind that it does not stand before ends the program (refused.c), so that none goes by uncounted. */
#include "tests/faults/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/faults/unsynced.h"
#include "tests/faults/watched.h"

#define SECTOR 512

static const struct fault_kind_row kinds[] = FAULT_KIND_ROWS;
static const char *const verb_names[] = FAULT_VERB_NAMES;

static struct {
	const struct fault_kind_row *kind;
	long at, span;
	bool lies;
	int trace;
} plan = {.trace = -1};

static atomic_long calls;
static atomic_flag told = ATOMIC_FLAG_INIT;

static long read_number(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void read_plan(void)
{
	const char *name = getenv("FAULT_KIND"), *trace = getenv("FAULT_TRACE");

	watched_choose(getenv("FAULT_DIR"));
	plan.at = read_number("FAULT_AT");
	plan.span = read_number("FAULT_FOR");
	plan.lies = getenv("FAULT_LIES") != NULL;
	for (size_t i = 0; name != NULL && i < FAULT_KIND_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			plan.kind = &kinds[i];
	if (trace != NULL)
		plan.trace = (int)syscall(SYS_openat, AT_FDCWD, trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if ((plan.at > 0 && plan.kind == NULL) || (trace != NULL && plan.trace < 0)) {
		fputs("faultshim: no such FAULT_KIND, or no FAULT_TRACE\n", stderr);
		abort();
	}
}

/* ---- what happens to it ---- */

struct call {
	enum fault_verb verb;
	const char *path;
	off_t ends_at; /* of FAULT_SHAPE: what the file holds from here on is lost, or not there yet */
	int error;     /* left by meet: the call fails with it when not 0 */
	bool half;     /* left by meet: only a part of the bytes goes */
	bool kill;     /* left by meet: SIGKILL afterwards */
};

static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

static void tell(const char *word, const char *name)
{
	char line[300];
	int len = snprintf(line, sizeof line, "%s %.200s\n", word, name);

	if (plan.trace >= 0 && syscall(SYS_write, plan.trace, line, (size_t)len) != len)
		abort();
}

static bool is_met(const struct call *call)
{
	long number = atomic_fetch_add(&calls, 1) + 1;

	tell(verb_names[call->verb], strrchr(call->path, '/') + 1);
	if (plan.at == 0 || number < plan.at || (plan.span > 0 && number >= plan.at + plan.span))
		return false;
	return (plan.kind->verbs >> call->verb & 1U) != 0;
}

/* Count the call and decide. Comes back with what is still to be done to it. */
static void meet(struct call *call)
{
	if (!is_met(call))
		return;
	if (!atomic_flag_test_and_set(&told))
		tell(FAULT_DONE, strrchr(call->path, '/') + 1);
	switch (plan.kind->effect) {
	case FAULT_CUT:
		unsynced_take_back(NULL);
		die();
		break;
	case FAULT_KILL_BEFORE:
		die();
		break;
	case FAULT_KILL_HALF:
		call->half = call->kill = true;
		break;
	case FAULT_KILL_AFTER:
		call->kill = true;
		break;
	case FAULT_HALF:
		call->half = true;
		break;
	case FAULT_LOSE:
		unsynced_take_back(call->path);
		call->error = plan.kind->error;
		break;
	case FAULT_FAIL:
		call->error = plan.kind->error;
		break;
	}
}

static bool keeps_content(void)
{
	return plan.kind != NULL && (plan.kind->effect == FAULT_CUT || plan.kind->effect == FAULT_LOSE);
}

static void end(const struct call *call)
{
	int kept = errno;

	if (call->kill)
		die();
	errno = kept;
}

static int give_error(const struct call *call)
{
	errno = call->error;
	return -1;
}

/* A call that is carried out whole or not at all: the system call of this number with its arguments. */
static int carry_out(struct call *call, long number, long a, long b, long c, long d)
{
	int code;

	meet(call);
	if (call->error)
		return give_error(call);
	if (call->verb == FAULT_SHAPE && keeps_content())
		unsynced_note(call->path, call->ends_at, 0);
	code = (int)syscall(number, a, b, c, d);
	end(call);
	return code;
}

/* ---- bytes ---- */

static off_t find_end(int fd)
{
	struct stat info;

	if ((fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &info) == 0)
		return info.st_size;
	return lseek(fd, 0, SEEK_CUR);
}

/* Disks write a sector whole or not at all: a torn write ends between two of them, and one inside a sector never
 * began. */
static size_t find_tear(off_t at, size_t len)
{
	off_t end = at + (off_t)len, tear = (at + (off_t)len / 2 + SECTOR - 1) / SECTOR * SECTOR;

	if (tear >= end)
		tear -= SECTOR;
	return tear > at && tear < end ? (size_t)(tear - at) : 0;
}

static size_t begin_write(struct call *call, off_t at, size_t len)
{
	meet(call);
	if (call->error)
		return 0;
	if (call->half)
		len = call->kill ? find_tear(at, len) : (len + 1) / 2;
	if (keeps_content())
		unsynced_note(call->path, at, len);
	return len;
}

/* @p at is -1 for write, which goes where the file stands. */
static ssize_t write_one(int fd, const void *bytes, size_t len, off_t at)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_WRITE, .path = path};
	long number = at < 0 ? SYS_write : SYS_pwrite64; /* the first reads no place */
	ssize_t wrote;

	if (!watched_open(fd, path))
		return syscall(number, fd, bytes, len, at);
	len = begin_write(&call, at < 0 ? find_end(fd) : at, len);
	if (call.error)
		return give_error(&call);
	wrote = syscall(number, fd, bytes, len, at);
	end(&call);
	return wrote;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	return write_one(fd, bytes, len, -1);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	if (at < 0) {
		errno = EINVAL;
		return -1;
	}
	return write_one(fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return pwrite64(fd, bytes, len, at);
}

/* ---- durability ---- */

static int sync_one(int fd, long number)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_SYNC, .path = path};
	int code;

	if (!watched_open(fd, path))
		return (int)syscall(number, fd);
	code = carry_out(&call, number, fd, 0, 0, 0);
	if (code == 0 && !plan.lies)
		unsynced_forget(path);
	return code;
}

int fsync(int fd)
{
	return sync_one(fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return sync_one(fd, SYS_fdatasync);
}

/* ---- length ---- */

int ftruncate64(int fd, off64_t len)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_SHAPE, .path = path, .ends_at = len};

	if (!watched_open(fd, path))
		return (int)syscall(SYS_ftruncate, fd, len);
	return carry_out(&call, SYS_ftruncate, fd, len, 0, 0);
}

int ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

int fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_SHAPE, .path = path};
	struct stat info;

	if (!watched_open(fd, path))
		return (int)syscall(SYS_fallocate, fd, mode, at, len);
	if (fstat(fd, &info) != 0)
		return -1;
	call.ends_at = info.st_size;
	return carry_out(&call, SYS_fallocate, fd, mode, at, len);
}

int fallocate(int fd, int mode, off_t at, off_t len)
{
	return fallocate64(fd, mode, at, len);
}

int posix_fallocate64(int fd, off64_t at, off64_t len)
{
	return fallocate64(fd, 0, at, len) == 0 ? 0 : errno;
}

int posix_fallocate(int fd, off_t at, off_t len)
{
	return posix_fallocate64(fd, at, len);
}

/* ---- names ---- */

/* Only what may make or empty a file is counted. */
static int open_one(const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_CREATE, .path = path};

	if ((flags & (O_CREAT | O_TRUNC)) == 0 || !watched_named(name, path))
		return (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
	return carry_out(&call, SYS_openat, AT_FDCWD, (long)name, flags, (long)mode);
}

static mode_t read_mode(int flags, va_list list)
{
	return (flags & O_CREAT) != 0 ? (mode_t)va_arg(list, unsigned) : 0;
}

int open(const char *name, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = read_mode(flags, list);
	va_end(list);
	return open_one(name, flags, mode);
}

/* Offsets have 64 bits either way. */
int open64(const char *name, int flags, ...) __attribute__((alias("open")));

int openat(int folder, const char *name, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = read_mode(flags, list);
	va_end(list);
	if (folder == AT_FDCWD)
		return open_one(name, flags, mode);
	if ((flags & (O_CREAT | O_TRUNC)) != 0)
		refuse("openat below a folder");
	return (int)syscall(SYS_openat, folder, name, flags, mode);
}

int mkdir(const char *name, mode_t mode)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_CREATE, .path = path};

	if (!watched_named(name, path))
		return (int)syscall(SYS_mkdir, name, mode);
	return carry_out(&call, SYS_mkdir, (long)name, (long)mode, 0, 0);
}

int unlink(const char *name)
{
	char path[PATH_MAX];
	struct call call = {.verb = FAULT_NAME, .path = path};
	int code;

	if (!watched_named(name, path))
		return (int)syscall(SYS_unlink, name);
	code = carry_out(&call, SYS_unlink, (long)name, 0, 0, 0);
	if (code == 0)
		unsynced_forget(path);
	return code;
}

int rename(const char *from, const char *to)
{
	char old[PATH_MAX], path[PATH_MAX];
	struct call call = {.verb = FAULT_NAME, .path = path};
	int code;

	if (!watched_named(to, path) || !watched_named(from, old))
		return (int)syscall(SYS_rename, from, to);
	code = carry_out(&call, SYS_rename, (long)from, (long)to, 0, 0);
	if (code == 0)
		unsynced_rename(old, path);
	return code;
}
