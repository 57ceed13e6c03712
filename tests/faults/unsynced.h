/* What a file held before each write that no sync has made durable yet, so that a power cut or a lost sync can take it
 * back. Content and length only: names made, moved and removed stay as they are. Any thread may call. */
#ifndef TESTS_FAULTS_UNSYNCED_H
#define TESTS_FAULTS_UNSYNCED_H

#include <stddef.h>
#include <sys/types.h>

/** Before @p len bytes are written at @p at, or the file is cut or grown to @p at (@p len 0). */
void unsynced_note(const char *path, off_t at, size_t len);
/** A sync of the file succeeded, or its name is gone: nothing is taken back any more. */
void unsynced_forget(const char *path);
/** The file has another name now. */
void unsynced_rename(const char *from, const char *to);
/** Take back what was noted, the newest first: of this file, or of all with NULL. */
void unsynced_take_back(const char *path);

#endif
