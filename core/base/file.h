/* Small files, read whole and replaced whole: write to a new name, sync, rename, sync the folder. */
#ifndef BT_BASE_FILE_H
#define BT_BASE_FILE_H

#include "core/base/bytes.h"

/** Read at most @p out->max bytes. @return BT_OK, BT_ENOTFOUND, BT_EFULL (larger) or BT_EOS. */
BT_MUST_USE enum bt_err bt_file_read(const char *path, struct bt_buf *out, struct bt_fault *fault);
/** Replace atomically and durably with permission @p mode (e.g. 0600). On failure the old file stands. */
BT_MUST_USE enum bt_err bt_file_replace(const char *path, struct bt_bytes content, unsigned mode,
					struct bt_fault *fault);
/** fsync a folder. */
BT_MUST_USE enum bt_err bt_folder_sync(const char *path, struct bt_fault *fault);
/** Make a folder 0700 if it is not there (one level). */
BT_MUST_USE enum bt_err bt_folder_make(const char *path, struct bt_fault *fault);
/** "<dir>/<name>" into @p out. @return BT_OK or BT_EFULL. */
BT_MUST_USE enum bt_err bt_path_join(const char *dir, const char *name, char *out, size_t cap);

#endif
