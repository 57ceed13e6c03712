/* Calls that change files and that the programs do not use today: the shim does not count them, so whoever begins to
 * use one has to add it there. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/faults/watched.h"

ssize_t writev(int fd, const struct iovec *list, int count)
{
	char path[PATH_MAX];

	if (watched_open(fd, path))
		refuse("writev");
	return syscall(SYS_writev, fd, list, count);
}

ssize_t pwritev(int fd, const struct iovec *list, int count, off_t at)
{
	char path[PATH_MAX];

	if (watched_open(fd, path))
		refuse("pwritev");
	return syscall(SYS_pwritev, fd, list, count, at, 0);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	refuse("renameat");
	return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int unlinkat(int folder, const char *name, int flags)
{
	refuse("unlinkat");
	return (int)syscall(SYS_unlinkat, folder, name, flags);
}

int truncate(const char *name, off_t len)
{
	refuse("truncate");
	return (int)syscall(SYS_truncate, name, len);
}

int link(const char *from, const char *to)
{
	refuse("link");
	return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
