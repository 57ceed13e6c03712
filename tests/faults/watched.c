#include "tests/faults/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char watched[PATH_MAX]; /* real path; empty: nothing */

void watched_choose(const char *folder)
{
	if (folder == NULL || realpath(folder, watched) == NULL)
		watched[0] = '\0';
}

static bool is_inside(const char *path)
{
	size_t len = strlen(watched);

	return len > 0 && strncmp(path, watched, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

bool watched_open(int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t len;

	if (watched[0] == '\0')
		return false;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	return is_inside(path);
}

bool watched_named(const char *name, char path[PATH_MAX])
{
	char folder[PATH_MAX] = ".", real[PATH_MAX];
	const char *last = strrchr(name, '/');
	size_t len = last == NULL ? 0 : last == name ? 1 : (size_t)(last - name);

	if (watched[0] == '\0' || len >= sizeof folder)
		return false;
	if (last != NULL) {
		memcpy(folder, name, len);
		folder[len] = '\0';
	}
	if (realpath(folder, real) == NULL)
		return false;
	return snprintf(path, PATH_MAX, "%s/%s", real, last != NULL ? last + 1 : name) < PATH_MAX && is_inside(path);
}

void refuse(const char *name)
{
	if (watched[0] == '\0')
		return;
	fprintf(stderr, "faultshim: %s is not counted\n", name);
	abort();
}
