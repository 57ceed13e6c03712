#include "core/journal/mirror_writer.h"

#include <stdlib.h>

#include "core/base/queue.h"
#include "core/base/thread.h"

struct bt_mirror_writer {
	const struct bt_disk *disk;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t told;
	bool ending;
	struct bt_mirror_job *given; /* NULL: none is under way */
	struct bt_queue *done;       /* of one char: that it is */
};

static enum bt_err look(const struct bt_disk *disk, struct bt_mirror_job *job)
{
	return bt_mirror_tail_read(disk, job->path, job->how, &job->tail);
}

static enum bt_err cut(const struct bt_disk *disk, struct bt_mirror_job *job)
{
	uint64_t len = 0;
	int sys = disk->size(job->file, &len);

	if (!sys && len > job->at)
		sys = disk->truncate(job->file, job->at);
	if (!sys)
		sys = disk->sync_folder(disk->context, job->folder);
	return sys ? BT_EDISK : BT_OK;
}

static enum bt_err write_piece(const struct bt_disk *disk, struct bt_mirror_job *job)
{
	struct bt_bytes text = bt_buf_view(&job->text);

	return disk->write(job->file, job->at, text.data, text.len) || disk->sync(job->file) ? BT_EDISK : BT_OK;
}

static enum bt_err close_file(const struct bt_disk *disk, struct bt_mirror_job *job)
{
	disk->close(job->file);
	return BT_OK;
}

void bt_mirror_job_run(const struct bt_disk *disk, struct bt_mirror_job *job)
{
	static enum bt_err (*const tasks[BT_MIRROR_TASKS])(const struct bt_disk *,
							   struct bt_mirror_job *) = {[BT_MIRROR_LOOK] = look,
										      [BT_MIRROR_CUT] = cut,
										      [BT_MIRROR_WRITE] = write_piece,
										      [BT_MIRROR_CLOSE] = close_file};

	job->err = tasks[job->task](disk, job);
}

static void *serve(void *context)
{
	struct bt_mirror_writer *writer = context;

	pthread_mutex_lock(&writer->lock);
	while (writer->given || !writer->ending) {
		if (!writer->given) {
			pthread_cond_wait(&writer->told, &writer->lock);
			continue;
		}
		pthread_mutex_unlock(&writer->lock);
		bt_mirror_job_run(writer->disk, writer->given);
		pthread_mutex_lock(&writer->lock);
		writer->given = NULL;
		/* There is room: a result is taken before the next is given. */
		if (bt_queue_put(writer->done, "") != BT_OK)
			break;
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

enum bt_err bt_mirror_writer_start(const struct bt_disk *disk, struct bt_mirror_writer **out)
{
	struct bt_mirror_writer *writer = calloc(1, sizeof *writer);

	if (!writer)
		return BT_ENOMEM;
	writer->disk = disk;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->told, NULL);
	enum bt_err err = bt_queue_open(1, sizeof(char), &writer->done);
	if (!err && bt_thread_start(&writer->thread, serve, writer) != 0)
		err = BT_EOS;
	if (!err) {
		*out = writer;
		return BT_OK;
	}
	bt_queue_close(writer->done);
	pthread_cond_destroy(&writer->told);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
	return err;
}

void bt_mirror_writer_stop(struct bt_mirror_writer *writer)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->ending = true;
	pthread_cond_signal(&writer->told);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	bt_queue_close(writer->done);
	pthread_cond_destroy(&writer->told);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

void bt_mirror_writer_give(struct bt_mirror_writer *writer, struct bt_mirror_job *job)
{
	pthread_mutex_lock(&writer->lock);
	writer->given = job;
	pthread_cond_signal(&writer->told);
	pthread_mutex_unlock(&writer->lock);
}

enum bt_err bt_mirror_writer_wait(struct bt_mirror_writer *writer, int wait_ms)
{
	enum bt_err err;
	char done;

	do /* a signal ends a wait early */
		err = bt_queue_wait(writer->done, wait_ms);
	while (err && wait_ms < 0);
	return err ? err : bt_queue_take(writer->done, &done);
}
