/* Which files the shim stands before: all in one folder, and that folder. */
#ifndef TESTS_FAULTS_WATCHED_H
#define TESTS_FAULTS_WATCHED_H

#include <limits.h>
#include <stdbool.h>

/** Once, before anything else: the folder, which must be there; NULL: nothing is watched. */
void watched_choose(const char *folder);
/** Is this open file one of them? @p path gets its real path then. */
bool watched_open(int fd, char path[PATH_MAX]);
/** The same of a name that may not be there yet: its folder's real path decides. */
bool watched_named(const char *name, char path[PATH_MAX]);
/** End the program: this call changes watched files and is not counted. */
void refuse(const char *name);

#endif
