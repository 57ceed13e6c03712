#include "tests/faults/unsynced.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct piece {
	struct piece *older;
	char path[PATH_MAX];
	off_t at, size; /* size: of the whole file before */
	size_t len;     /* of bytes: what stood at @p at, as far as the file went */
	uint8_t bytes[];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct piece *newest;

/* The shim stands before open, pwrite and ftruncate: here the kernel is asked directly. */
static int open_raw(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}

void unsynced_note(const char *path, off_t at, size_t len)
{
	int fd = open_raw(path, O_RDONLY);
	struct piece *piece;
	struct stat info;
	ssize_t got;

	if (fd < 0 || fstat(fd, &info) != 0) {
		fprintf(stderr, "faultshim: %s cannot be read before it is written\n", path);
		abort();
	}
	if (len == 0 && at < info.st_size)
		len = (size_t)(info.st_size - at);
	piece = malloc(sizeof *piece + len);
	if (piece == NULL)
		abort();
	snprintf(piece->path, sizeof piece->path, "%s", path);
	piece->at = at;
	piece->size = info.st_size;
	got = pread(fd, piece->bytes, len, at);
	piece->len = got > 0 ? (size_t)got : 0;
	close(fd);
	pthread_mutex_lock(&mutex);
	piece->older = newest;
	newest = piece;
	pthread_mutex_unlock(&mutex);
}

static void put_back(const struct piece *piece)
{
	int fd = open_raw(piece->path, O_WRONLY);

	if (fd < 0)
		return;
	if (syscall(SYS_pwrite64, fd, piece->bytes, piece->len, piece->at) != (long)piece->len ||
	    syscall(SYS_ftruncate, fd, piece->size) != 0) {
		fprintf(stderr, "faultshim: %s cannot be put back\n", piece->path);
		abort();
	}
	close(fd);
}

/* Drop the pieces of a file, or of all with NULL; put back what they held first where that is asked for. */
static void drop(const char *path, void (*each)(const struct piece *))
{
	pthread_mutex_lock(&mutex);
	for (struct piece **link = &newest; *link != NULL;) {
		struct piece *piece = *link;

		if (path != NULL && strcmp(piece->path, path) != 0) {
			link = &piece->older;
			continue;
		}
		if (each != NULL)
			each(piece);
		*link = piece->older;
		free(piece);
	}
	pthread_mutex_unlock(&mutex);
}

void unsynced_forget(const char *path)
{
	drop(path, NULL);
}

void unsynced_take_back(const char *path)
{
	drop(path, put_back);
}

void unsynced_rename(const char *from, const char *to)
{
	unsynced_forget(to);
	pthread_mutex_lock(&mutex);
	for (struct piece *piece = newest; piece != NULL; piece = piece->older)
		if (strcmp(piece->path, from) == 0)
			snprintf(piece->path, sizeof piece->path, "%s", to);
	pthread_mutex_unlock(&mutex);
}
