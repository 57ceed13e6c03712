#include "core/journal/frames.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/mutant.h"

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

/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t bt_mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

uint64_t bt_frame_mix(int64_t seq, enum bt_event_kind kind, const uint8_t hash[BT_SHA256_LEN])
{
	return bt_mix(bt_be64_get(hash) ^ bt_mix((uint64_t)seq << 8 | (uint64_t)kind));
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
	return data[0] == 0 && (len == 1 || memcmp(data, data + 1, len - 1) == 0);
}

/* Take piece @p index (from 1) of the file, full or partial, into account. */
static void scan_frame(struct bt_frames *frames, int64_t index, const uint8_t *data, size_t len)
{
	struct bt_frame frame;
	if (is_zero(data, len))
		return;
	frames->extent = index;
	bool whole = len == BT_FRAME_LEN && bt_frame_decode(data, &frame) == BT_OK && frame.seq == index;
	if (whole && frames->tail == BT_TAIL_NONE && frames->count == index - 1) {
		frames->count = index;
		frames->sum += bt_frame_mix(frame.seq, frame.kind, frame.hash);
	} else if (!whole && len == BT_FRAME_LEN && data[len - 1]) { /* else cut short, in the room made for it */
		frames->tail = BT_TAIL_BAD;
	} else if (frames->tail == BT_TAIL_NONE) {
		frames->tail = BT_TAIL_TORN;
	}
}

static enum bt_err scan_file(struct bt_frames *frames, struct bt_fault *fault)
{
	uint8_t chunk[512 * BT_FRAME_LEN];
	int64_t index = 0;
	size_t have = sizeof chunk;
	while (have == sizeof chunk) {
		int sys = frames->disk->read(frames->file, frames->len, chunk, sizeof chunk, &have);
		if (sys)
			return bt_disk_note(fault, sys, "journal.head", "read");
		for (size_t at = 0; at < have; at += BT_FRAME_LEN)
			scan_frame(frames, ++index, chunk + at, have - at < BT_FRAME_LEN ? have - at : BT_FRAME_LEN);
		frames->len += have;
	}
	return BT_OK;
}

enum bt_err bt_frames_open(struct bt_frames *frames, const struct bt_disk *disk, const char *dir, bool writable,
			   struct bt_fault *fault)
{
	char path[PATH_MAX];
	*frames = (struct bt_frames){.disk = disk};
	if (bt_path_join(dir, "journal.head", path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_EFULL, 0, "path is too long");
	int sys = disk->open(disk->context, path, writable ? BT_DISK_CREATE : BT_DISK_EXISTING, &frames->file);
	if (sys == ENOENT && !writable)
		return BT_OK;
	if (sys)
		return bt_disk_note(fault, sys, "journal.head", "open");
	enum bt_err err = scan_file(frames, fault);
	bool names = err == BT_OK && writable && !bt_mutant(BT_MUTANT_FOLDER_NOT_SYNCED);
	if (names && (sys = disk->sync_folder(disk->context, dir)) != 0)
		err = bt_disk_note(fault, sys, "state folder", "sync");
	if (err != BT_OK)
		bt_frames_close(frames);
	return err;
}

enum bt_err bt_frames_renew(struct bt_frames *frames, int64_t first, struct bt_fault *fault)
{
	uint8_t bytes[BT_PUT_MAX * BT_FRAME_LEN];
	uint64_t start = (uint64_t)(first - 1) * BT_FRAME_LEN;
	size_t len = (size_t)(frames->count - first + 1) * BT_FRAME_LEN, have = 0;
	if (first < 1 || first > frames->count || frames->count - first >= BT_PUT_MAX)
		return BT_OK;
	int sys = frames->disk->read(frames->file, start, bytes, len, &have);
	if (!sys)
		sys = frames->disk->write(frames->file, start, bytes, have);
	if (!sys)
		sys = frames->disk->sync(frames->file);
	return sys ? bt_disk_note(fault, sys, "journal.head", "renew") : BT_OK;
}

void bt_frames_close(struct bt_frames *frames)
{
	if (frames->file)
		frames->disk->close(frames->file);
	frames->file = NULL;
}

enum bt_err bt_frames_cut(struct bt_frames *frames, struct bt_fault *fault)
{
	uint64_t end = (uint64_t)frames->count * BT_FRAME_LEN;
	int sys = frames->disk->truncate(frames->file, end);
	if (!sys)
		sys = frames->disk->sync(frames->file);
	if (sys)
		return bt_disk_note(fault, sys, "journal.head", "cut");
	frames->len = end;
	frames->extent = frames->count;
	frames->tail = BT_TAIL_NONE;
	return BT_OK;
}

/* Room for frames up to @p end and a while longer; without it they are appended as before. */
static void make_room(struct bt_frames *frames, uint64_t end)
{
	static const uint8_t zeros[BT_FRAMES_GROWTH];
	while (frames->len < end && frames->disk->write(frames->file, frames->len, zeros, sizeof zeros) == 0)
		frames->len += sizeof zeros;
}

enum bt_err bt_frames_append(struct bt_frames *frames, const struct bt_frame *list, int n, struct bt_fault *fault)
{
	uint8_t bytes[BT_PUT_MAX * BT_FRAME_LEN];
	if (n < 1 || n > BT_PUT_MAX)
		return bt_fault_set(fault, BT_EINPUT, 0, "journal.head: %d frames at once", n);
	for (int i = 0; i < n; i++)
		bt_frame_encode(&list[i], bytes + (size_t)i * BT_FRAME_LEN);
	uint64_t start = (uint64_t)frames->count * BT_FRAME_LEN, len = (uint64_t)n * BT_FRAME_LEN;
	make_room(frames, start + len);
	int sys = frames->disk->write(frames->file, start, bytes, (size_t)len);
	if (sys == ENOSPC && frames->disk->truncate(frames->file, start) == 0) {
		frames->len = start;
		return bt_fault_set(fault, BT_ENOSPC, sys, "journal.head: disk full");
	}
	if (!sys && !bt_mutant(BT_MUTANT_FRAMES_NOT_SYNCED))
		sys = frames->disk->sync(frames->file);
	if (sys && bt_mutant(BT_MUTANT_SYNC_RETRIED))
		sys = frames->disk->sync(frames->file);
	if (sys && !bt_mutant(BT_MUTANT_SYNC_ERROR_IGNORED))
		return bt_fault_set(fault, BT_EDISK, sys, "journal.head: write: %s", strerror(sys));
	if (frames->len < start + len)
		frames->len = start + len;
	for (int i = 0; i < n; i++)
		frames->sum += bt_frame_mix(list[i].seq, list[i].kind, list[i].hash);
	frames->count += n;
	frames->extent = frames->count;
	return BT_OK;
}

enum bt_err bt_frames_get(const struct bt_frames *frames, int64_t seq, struct bt_frame *out)
{
	uint8_t bytes[BT_FRAME_LEN];
	struct bt_frame frame;
	size_t have = 0;
	if (seq < 1 || seq > frames->count)
		return BT_ENOTFOUND;
	if (frames->disk->read(frames->file, (uint64_t)(seq - 1) * BT_FRAME_LEN, bytes, sizeof bytes, &have) != 0)
		return BT_EDISK;
	if (have != BT_FRAME_LEN || bt_frame_decode(bytes, &frame) != BT_OK || frame.seq != seq)
		return BT_ECORRUPT;
	*out = frame;
	return BT_OK;
}

static void count_paid(struct bt_frames_paid *paid, int64_t seq, const uint8_t *data)
{
	struct bt_frame frame;
	if (bt_frame_decode(data, &frame) != BT_OK || frame.seq != seq || frame.kind != BT_EVENT_PAID)
		return;
	paid->sales++;
	if (frame.amount > 0 && frame.amount <= BT_PAISE_MAX && paid->paise <= INT64_MAX - frame.amount)
		paid->paise += frame.amount;
}

struct bt_frames_paid bt_frames_count_paid(const struct bt_frames *frames, int64_t after)
{
	uint8_t chunk[512 * BT_FRAME_LEN];
	struct bt_frames_paid paid = {0};
	size_t have = sizeof chunk;
	for (int64_t seq = after + 1; frames->file && have == sizeof chunk;) {
		if (frames->disk->read(frames->file, (uint64_t)(seq - 1) * BT_FRAME_LEN, chunk, sizeof chunk, &have))
			break;
		for (size_t at = 0; at + BT_FRAME_LEN <= have; at += BT_FRAME_LEN)
			count_paid(&paid, seq++, chunk + at);
	}
	return paid;
}
