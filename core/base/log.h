/* One log for the engineer: a line each, UTC, to a file given at start or nowhere. Never a token, PIN, key, name or
 * mobile number; every string is cleaned on the way. */
#ifndef BT_BASE_LOG_H
#define BT_BASE_LOG_H

#include "core/base/clock.h"

struct bt_log;

/** Append to @p path (made 0600), cut when above 8 MiB. @p path NULL or unwritable gives a log that drops lines. */
struct bt_log *bt_log_open(const char *path, const struct bt_clock *clock);
void bt_log_close(struct bt_log *log);
/** Thread-safe; does nothing when @p log is NULL. */
__attribute__((format(printf, 3, 4))) void bt_log_line(struct bt_log *log, const char *topic, const char *format, ...);

#endif
