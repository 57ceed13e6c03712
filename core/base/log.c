#include "core/base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/text.h"

#define LOG_MAX_BYTES (8 << 20)

struct bt_log {
	int fd;
	struct bt_clock clock;
	pthread_mutex_t lock;
};

struct bt_log *bt_log_open(const char *path, const struct bt_clock *clock)
{
	struct bt_log *log = calloc(1, sizeof *log);

	if (!log)
		return NULL;
	log->clock = *clock;
	log->fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	pthread_mutex_init(&log->lock, NULL);
	return log;
}

void bt_log_close(struct bt_log *log)
{
	if (!log)
		return;
	if (log->fd >= 0)
		close(log->fd);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

static void cut_when_large(struct bt_log *log)
{
	struct stat info;

	if (fstat(log->fd, &info) == 0 && info.st_size > LOG_MAX_BYTES && ftruncate(log->fd, 0) != 0)
		log->fd = -1;
}

void bt_log_line(struct bt_log *log, const char *topic, const char *format, ...)
{
	char text[512], clean[1024], line[1200], stamp[21];
	va_list args;
	int len;

	if (!log || log->fd < 0)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	bt_text_clean(text, strlen(text), 400, clean, sizeof clean);
	bt_time_format_utc(bt_clock_wall_ms(&log->clock), stamp);
	len = snprintf(line, sizeof line, "%s %s: %s\n", stamp, topic, clean);
	pthread_mutex_lock(&log->lock);
	cut_when_large(log);
	/* A log that cannot be written is not a reason to stop selling: the line is dropped. */
	if (len > 0 && log->fd >= 0 && write(log->fd, line, (size_t)len) < 0)
		len = 0;
	pthread_mutex_unlock(&log->lock);
}
