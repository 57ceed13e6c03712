/* Folders of a test: emptied, and gone when it ends. */
#ifndef TESTS_UNIT_FOLDER_FIXTURE_H
#define TESTS_UNIT_FOLDER_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

/** The files of a folder, which may be missing, are gone; folders in it stay. */
static inline void fixture_empty(const char *folder)
{
	DIR *dir = opendir(folder);

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
}

static inline void fixture_remove(const char *folder)
{
	fixture_empty(folder);
	(void)rmdir(folder);
}

#endif
