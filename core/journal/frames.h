/* The second record: journal.head, an append-only file of 64-byte frames, one per event, synced after the database.
 *
 * It catches what SQLite cannot see: a truncated log, an older database put back, a row changed with its hash. Frame i
 * (from 0) names event i + 1, so a frame never straddles a disk sector and is there whole or not at all.
 * Private to core/journal. Source: DESIGN 6; facts of reliability 2.4. */
#ifndef BT_JOURNAL_FRAMES_H
#define BT_JOURNAL_FRAMES_H

#include "core/base/disk.h"
#include "core/journal/journal.h"

#define BT_FRAME_LEN 64
/** The file grows by so many zeros at a time: a synced append then changes no length and no block list. */
#define BT_FRAMES_GROWTH 65536

/* On disk, big endian: "BTH1", kind u8, 3 zeros, seq u64, amount i64, hash 32, 4 zeros, CRC-32 of the 60 before. */
struct bt_frame {
	int64_t seq;
	bt_paise amount; /* of a paid or tokened event, else 0 */
	enum bt_event_kind kind;
	uint8_t hash[BT_SHA256_LEN];
};

/** What follows the whole frames. */
enum bt_frames_tail {
	BT_TAIL_NONE, /* nothing, or zeros: room for what is to come */
	BT_TAIL_TORN, /* part of a frame, or frames after a gap: an append that a cut interrupted */
	BT_TAIL_BAD,  /* a full frame that does not verify: rot or an edit */
};

struct bt_frames {
	const struct bt_disk *disk;
	struct bt_disk_file *file; /* NULL when closed */
	uint64_t len;              /* of the file, bytes */
	int64_t count;             /* whole frames, which name events 1..count */
	int64_t extent;            /* frames begun, the torn ones included */
	uint64_t sum;              /* of bt_frame_mix() of the whole ones */
	enum bt_frames_tail tail;
};

/** Scatter: every bit of @p value changes half of the result's. Not a secret. Pure. */
uint64_t bt_mix(uint64_t value);
/** What one frame adds to the sum by which both records are compared whole. Pure. */
uint64_t bt_frame_mix(int64_t seq, enum bt_event_kind kind, const uint8_t hash[BT_SHA256_LEN]);
void bt_frame_encode(const struct bt_frame *frame, uint8_t out[BT_FRAME_LEN]);
/** @return BT_OK or BT_ECORRUPT. */
BT_MUST_USE enum bt_err bt_frame_decode(const uint8_t in[BT_FRAME_LEN], struct bt_frame *out);

/** Open <dir>/journal.head, making it when @p writable, and read it through. A file that is not there and may not be
 *  made counts as empty. @return BT_OK, BT_EDISK, BT_ENOSPC. */
BT_MUST_USE enum bt_err bt_frames_open(struct bt_frames *frames, const struct bt_disk *disk, const char *dir,
				       bool writable, struct bt_fault *fault);
void bt_frames_close(struct bt_frames *frames);
/** Write the frames from event @p first on again as they are, and sync: after a sync that failed they may be in memory
 *  only, and a later sync would not say so. @return BT_OK, BT_EDISK, BT_ENOSPC. */
BT_MUST_USE enum bt_err bt_frames_renew(struct bt_frames *frames, int64_t first, struct bt_fault *fault);
/** Cut a tail so that exactly the whole frames remain; synced. @return BT_OK or BT_EDISK. */
BT_MUST_USE enum bt_err bt_frames_cut(struct bt_frames *frames, struct bt_fault *fault);
/** Write @p n frames (1..BT_PUT_MAX) after the last and sync.
 *  @return BT_OK; BT_ENOSPC when nothing was synced and the file is as before; BT_EDISK otherwise. */
BT_MUST_USE enum bt_err bt_frames_append(struct bt_frames *frames, const struct bt_frame *list, int n,
					 struct bt_fault *fault);
/** Payments, as their frames name them. */
struct bt_frames_paid {
	int64_t sales;
	bt_paise paise;
};
/** Count the payments behind event @p after, as far as the file can be read: a damaged frame, whose place says that
 *  there was an event, says nothing of money, and those behind it count. Frames carry no signature. */
struct bt_frames_paid bt_frames_count_paid(const struct bt_frames *frames, int64_t after);
/** The frame of event @p seq. @return BT_OK, BT_ENOTFOUND, BT_ECORRUPT, BT_EDISK. */
BT_MUST_USE enum bt_err bt_frames_get(const struct bt_frames *frames, int64_t seq, struct bt_frame *out);

#endif
