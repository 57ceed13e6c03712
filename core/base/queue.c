#include "core/base/queue.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct bt_queue {
	pthread_mutex_t lock;
	int fd; /* eventfd, readable while count > 0 */
	size_t capacity, value_size, first, count;
	uint8_t *values;
};

enum bt_err bt_queue_open(size_t capacity, size_t value_size, struct bt_queue **out)
{
	struct bt_queue *queue = calloc(1, sizeof *queue);

	if (!queue)
		return BT_ENOMEM;
	queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	queue->values = calloc(capacity, value_size);
	if (queue->fd < 0 || !queue->values) {
		if (queue->fd >= 0)
			close(queue->fd);
		free(queue->values);
		free(queue);
		return BT_ENOMEM;
	}
	pthread_mutex_init(&queue->lock, NULL);
	queue->capacity = capacity;
	queue->value_size = value_size;
	*out = queue;
	return BT_OK;
}

void bt_queue_close(struct bt_queue *queue)
{
	if (!queue)
		return;
	close(queue->fd);
	pthread_mutex_destroy(&queue->lock);
	free(queue->values);
	free(queue);
}

enum bt_err bt_queue_put(struct bt_queue *queue, const void *value)
{
	uint64_t one = 1;
	enum bt_err err = BT_EFULL;

	pthread_mutex_lock(&queue->lock);
	if (queue->count < queue->capacity) {
		size_t at = (queue->first + queue->count++) % queue->capacity;

		memcpy(queue->values + at * queue->value_size, value, queue->value_size);
		if (queue->count == 1 && write(queue->fd, &one, sizeof one) != (ssize_t)sizeof one)
			abort();
		err = BT_OK;
	}
	pthread_mutex_unlock(&queue->lock);
	return err;
}

enum bt_err bt_queue_take(struct bt_queue *queue, void *out)
{
	uint64_t drained;
	enum bt_err err = BT_ENOTFOUND;

	pthread_mutex_lock(&queue->lock);
	if (queue->count) {
		memcpy(out, queue->values + queue->first * queue->value_size, queue->value_size);
		explicit_bzero(queue->values + queue->first * queue->value_size, queue->value_size);
		queue->first = (queue->first + 1) % queue->capacity;
		if (--queue->count == 0 && read(queue->fd, &drained, sizeof drained) != (ssize_t)sizeof drained)
			abort();
		err = BT_OK;
	}
	pthread_mutex_unlock(&queue->lock);
	return err;
}

int bt_queue_fd(const struct bt_queue *queue)
{
	return queue->fd;
}

enum bt_err bt_queue_wait(struct bt_queue *queue, int timeout_ms)
{
	struct pollfd wait = {.fd = queue->fd, .events = POLLIN};

	return poll(&wait, 1, timeout_ms) > 0 ? BT_OK : BT_ETIMEOUT;
}
