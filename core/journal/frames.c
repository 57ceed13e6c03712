#include "core/journal/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"

static const uint8_t magic[4] = {'B', 'T', 'H', '1'};

/* CRC-32 of IEEE 802.3, four bits at a time: small, and fast enough for a start with 100,000 frames. */
static uint32_t crc32_of(const uint8_t *data, size_t len)
{
	static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
					    0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
					    0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < len; i++) {
		crc = (crc >> 4) ^ nibble[(crc ^ data[i]) & 0xf];
		crc = (crc >> 4) ^ nibble[(crc ^ (uint32_t)(data[i] >> 4)) & 0xf];
	}
	return ~crc;
}

void bt_frame_encode(const struct bt_frame *frame, uint8_t out[BT_FRAME_LEN])
{
	memset(out, 0, BT_FRAME_LEN);
	memcpy(out, magic, sizeof magic);
	out[4] = (uint8_t)frame->kind;
	bt_be64_put(out + 8, (uint64_t)frame->seq);
	bt_be64_put(out + 16, (uint64_t)frame->amount);
	memcpy(out + 24, frame->hash, sizeof frame->hash);
	bt_be32_put(out + 60, crc32_of(out, 60));
}

enum bt_err bt_frame_decode(const uint8_t in[BT_FRAME_LEN], struct bt_frame *out)
{
	uint8_t again[BT_FRAME_LEN];
	struct bt_frame frame = {.seq = (int64_t)bt_be64_get(in + 8),
				 .amount = (int64_t)bt_be64_get(in + 16),
				 .kind = (enum bt_event_kind)in[4]};
	memcpy(frame.hash, in + 24, sizeof frame.hash);
	bt_frame_encode(&frame, again);
	if (in[4] >= BT_EVENT_KIND_COUNT || memcmp(again, in, BT_FRAME_LEN) != 0)
		return BT_ECORRUPT;
	*out = frame;
	return BT_OK;
}

static bool is_zero(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i])
			return false;
	}
	return true;
}

/* Take one piece of the file, full or partial, into account. */
static void scan_frame(struct bt_frames *frames, const uint8_t *data, size_t len)
{
	struct bt_frame frame;
	frames->extent++;
	bool whole = len == BT_FRAME_LEN && bt_frame_decode(data, &frame) == BT_OK && frame.seq == frames->extent;
	if (whole && frames->tail == BT_TAIL_NONE)
		frames->count++;
	else if (!whole && len == BT_FRAME_LEN && !is_zero(data, len))
		frames->tail = BT_TAIL_BAD;
	else if (!whole && frames->tail == BT_TAIL_NONE)
		frames->tail = BT_TAIL_TORN;
}

static enum bt_err scan_file(struct bt_frames *frames, struct bt_fault *fault)
{
	uint8_t chunk[512 * BT_FRAME_LEN];
	off_t offset = 0;
	for (;;) {
		size_t have = 0;
		while (have < sizeof chunk) {
			ssize_t n = pread(frames->fd, chunk + have, sizeof chunk - have, offset + (off_t)have);
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return bt_fault_set(fault, BT_EDISK, errno, "journal.head: read: %s", strerror(errno));
			if (n == 0)
				break;
			have += (size_t)n;
		}
		for (size_t at = 0; at < have; at += BT_FRAME_LEN)
			scan_frame(frames, chunk + at, have - at < BT_FRAME_LEN ? have - at : BT_FRAME_LEN);
		if (have < sizeof chunk)
			return BT_OK;
		offset += (off_t)have;
	}
}

enum bt_err bt_frames_open(struct bt_frames *frames, const char *dir, bool writable, struct bt_fault *fault)
{
	char path[PATH_MAX];
	*frames = (struct bt_frames){.fd = -1};
	if (bt_path_join(dir, "journal.head", path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_EFULL, 0, "path is too long");
	frames->fd = open(path, (writable ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (frames->fd < 0 && !writable && errno == ENOENT)
		return BT_OK;
	if (frames->fd < 0)
		return bt_fault_set(fault, errno == ENOSPC ? BT_ENOSPC : BT_EDISK, errno, "journal.head: open: %s",
				    strerror(errno));
	enum bt_err err = scan_file(frames, fault);
	if (err == BT_OK && writable)
		err = bt_folder_sync(dir, fault) == BT_OK ? BT_OK : BT_EDISK;
	if (err != BT_OK)
		bt_frames_close(frames);
	return err;
}

void bt_frames_close(struct bt_frames *frames)
{
	if (frames->fd >= 0)
		close(frames->fd);
	frames->fd = -1;
}

enum bt_err bt_frames_cut(struct bt_frames *frames, struct bt_fault *fault)
{
	if (ftruncate(frames->fd, frames->count * BT_FRAME_LEN) != 0 || fdatasync(frames->fd) != 0)
		return bt_fault_set(fault, BT_EDISK, errno, "journal.head: cut: %s", strerror(errno));
	frames->extent = frames->count;
	frames->tail = BT_TAIL_NONE;
	return BT_OK;
}

static int write_all(int fd, const uint8_t *data, size_t len, off_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		data += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

enum bt_err bt_frames_append(struct bt_frames *frames, const struct bt_frame *list, int n, struct bt_fault *fault)
{
	uint8_t bytes[BT_PUT_MAX * BT_FRAME_LEN];
	if (n < 1 || n > BT_PUT_MAX)
		return bt_fault_set(fault, BT_EINPUT, 0, "journal.head: %d frames at once", n);
	for (int i = 0; i < n; i++)
		bt_frame_encode(&list[i], bytes + (size_t)i * BT_FRAME_LEN);
	off_t end = frames->count * BT_FRAME_LEN;
	int sys = write_all(frames->fd, bytes, (size_t)n * BT_FRAME_LEN, end);
	if (sys == ENOSPC && ftruncate(frames->fd, end) == 0)
		return bt_fault_set(fault, BT_ENOSPC, sys, "journal.head: disk full");
	if (!sys && fdatasync(frames->fd) != 0)
		sys = errno;
	if (sys)
		return bt_fault_set(fault, BT_EDISK, sys, "journal.head: write: %s", strerror(sys));
	frames->count += n;
	frames->extent = frames->count;
	return BT_OK;
}

enum bt_err bt_frames_get(const struct bt_frames *frames, int64_t seq, struct bt_frame *out)
{
	uint8_t bytes[BT_FRAME_LEN];
	if (seq < 1 || seq > frames->count)
		return BT_ENOTFOUND;
	ssize_t n = pread(frames->fd, bytes, sizeof bytes, (seq - 1) * BT_FRAME_LEN);
	if (n < 0)
		return BT_EDISK;
	struct bt_frame frame;
	if (n != BT_FRAME_LEN || bt_frame_decode(bytes, &frame) != BT_OK || frame.seq != seq)
		return BT_ECORRUPT;
	*out = frame;
	return BT_OK;
}
