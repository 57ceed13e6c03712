#include "core/journal/places.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/journal/state.h"

#define MARK "ready"

static enum bt_err path_to(const struct bt_places *p, const char *folder, const char *name, char out[4400])
{
	char inner[4300];
	enum bt_err err = bt_path_join(p->dir, folder, inner, sizeof inner);
	return err == BT_OK ? bt_path_join(inner, name, out, 4400) : err;
}

static bool is_there(const struct bt_disk *disk, const char *path)
{
	struct bt_disk_file *file = NULL;
	bool there = disk->open(disk->context, path, BT_DISK_EXISTING, &file) == 0;
	disk->close(file);
	return there;
}

/* The epoch events of earlier recoveries may be among what is lost: the files they put away tell of them. */
int64_t bt_places_next_epoch(const struct bt_places *p, int64_t after)
{
	char name[64], path[4300];
	int64_t epoch = after + 1;
	for (;; epoch++) {
		bt_text_printf(name, sizeof name, "journal.head.before-%lld", (long long)epoch);
		if (bt_path_join(p->dir, name, path, sizeof path) == BT_OK && is_there(p->disk, path))
			continue;
		bt_text_printf(name, sizeof name, "journal.db.before-%lld", (long long)epoch);
		if (bt_path_join(p->dir, name, path, sizeof path) != BT_OK || !is_there(p->disk, path))
			return epoch;
	}
}

enum bt_err bt_places_clear(const struct bt_places *p, struct bt_fault *fault)
{
	static const char *const names[] = {MARK, "journal.db", "journal.db-wal", "journal.head"};
	char path[4400];
	enum bt_err err = bt_path_join(p->dir, BT_WORKPLACE, path, sizeof path);
	if (err == BT_OK && p->disk == bt_disk_system())
		err = bt_folder_make(path, fault);
	for (size_t i = 0; err == BT_OK && i < sizeof names / sizeof *names; i++) {
		err = path_to(p, BT_WORKPLACE, names[i], path);
		int sys = err == BT_OK ? p->disk->remove(p->disk->context, path) : 0;
		if (sys && sys != ENOENT)
			err = bt_disk_note(fault, sys, names[i], "remove");
	}
	return err;
}

enum bt_err bt_places_mark(const struct bt_places *p, const struct bt_recovery *report, struct bt_fault *fault)
{
	char path[4400], folder[4400], hash[2 * BT_SHA256_LEN + 1];
	struct bt_disk_file *file = NULL;
	struct bt_buf text;
	bt_buf_init(&text, 1024);
	bt_hex_encode(BT_BYTES(report->restored.hash), hash);
	json_t *root = json_pack("{s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "epoch", (json_int_t)report->epoch,
				 "seq", (json_int_t)report->restored.seq, "hash", hash, "known",
				 (json_int_t)report->known, "database", (json_int_t)report->in_database, "mirror",
				 (json_int_t)report->in_mirror, "file", (json_int_t)report->in_file, "damaged",
				 (json_int_t)report->mirror_is_damaged, "more", (json_int_t)report->may_be_more);
	enum bt_err err = root ? bt_json_encode(root, &text) : BT_ENOMEM;
	json_decref(root);
	if (err == BT_OK)
		err = path_to(p, BT_WORKPLACE, MARK, path);
	if (err == BT_OK)
		err = bt_path_join(p->dir, BT_WORKPLACE, folder, sizeof folder);
	if (err == BT_OK) {
		int sys = p->disk->open(p->disk->context, path, BT_DISK_CREATE, &file);
		if (!sys)
			sys = p->disk->write(file, 0, text.data, text.len);
		if (!sys)
			sys = p->disk->sync(file);
		p->disk->close(file);
		if (!sys)
			sys = p->disk->sync_folder(p->disk->context, folder);
		if (sys)
			err = bt_disk_note(fault, sys, MARK, "write");
	}
	bt_buf_fini(&text);
	return err;
}

static enum bt_err decode_mark(struct bt_bytes text, struct bt_recovery *out)
{
	json_t *root = NULL;
	char hash[2 * BT_SHA256_LEN + 1];
	int64_t damaged = 0, more = 0;
	enum bt_err err = bt_json_parse(text, 1024, &root, NULL);
	if (err == BT_OK && (bt_json_int(root, "epoch", 2, INT32_MAX, &out->epoch) != BT_OK ||
			     bt_json_int(root, "seq", 1, INT64_MAX, &out->restored.seq) != BT_OK ||
			     bt_json_text(root, "hash", hash, sizeof hash) != BT_OK ||
			     bt_hex_decode(hash, out->restored.hash, sizeof out->restored.hash) != BT_OK ||
			     bt_json_int(root, "known", 1, INT64_MAX, &out->known) != BT_OK ||
			     bt_json_int(root, "database", 0, INT64_MAX, &out->in_database) != BT_OK ||
			     bt_json_int(root, "mirror", 0, INT64_MAX, &out->in_mirror) != BT_OK ||
			     bt_json_int(root, "file", 0, INT64_MAX, &out->in_file) != BT_OK ||
			     (bt_json_has(root, "damaged") && bt_json_int(root, "damaged", 0, 1, &damaged) != BT_OK) ||
			     (bt_json_has(root, "more") && bt_json_int(root, "more", 0, 1, &more) != BT_OK)))
		err = BT_EFORMAT;
	out->mirror_is_damaged = damaged != 0;
	out->may_be_more = more != 0;
	json_decref(root);
	return err;
}

/* A mark that was not written whole was never acted on. */
bool bt_places_find_mark(const struct bt_places *p, struct bt_recovery *out)
{
	char path[4400];
	uint8_t text[1024];
	size_t have = 0;
	struct bt_disk_file *file = NULL;
	if (path_to(p, BT_WORKPLACE, MARK, path) != BT_OK ||
	    p->disk->open(p->disk->context, path, BT_DISK_EXISTING, &file) != 0)
		return false;
	bool found = p->disk->read(file, 0, text, sizeof text, &have) == 0 &&
		     decode_mark((struct bt_bytes){text, have}, out) == BT_OK;
	p->disk->close(file);
	return found;
}

/* Put a file of the old journal away, once; what a failed opening has made since is nothing to keep. */
static int put_away(const struct bt_places *p, int64_t epoch, const char *name, const char *suffix)
{
	char path[4300], kept[4400], kept_name[80];
	bt_text_printf(kept_name, sizeof kept_name, "%s.before-%lld%s", name, (long long)epoch, suffix);
	bt_text_printf(kept, sizeof kept, "%s%s", name, suffix);
	if (bt_path_join(p->dir, kept, path, sizeof path) != BT_OK ||
	    bt_path_join(p->dir, kept_name, kept, sizeof kept) != BT_OK)
		return ENAMETOOLONG;
	int sys = is_there(p->disk, kept) ? p->disk->remove(p->disk->context, path)
					  : p->disk->rename(p->disk->context, path, kept);
	return sys == ENOENT ? 0 : sys;
}

enum bt_err bt_places_put_mirror_away(const struct bt_places *p, const char *folder, const char *path, int64_t epoch,
				      struct bt_fault *fault)
{
	char kept[4400];
	bt_text_printf(kept, sizeof kept, "%s.before-%lld", path, (long long)epoch);
	/* Kept by a run that was cut: what stands there now is the new one. */
	int sys = is_there(p->disk, kept) ? 0 : p->disk->rename(p->disk->context, path, kept);
	if (!sys)
		sys = p->disk->sync_folder(p->disk->context, folder);
	return sys && sys != ENOENT ? bt_disk_note(fault, sys, "damaged mirror", "put away") : BT_OK;
}

/* Each name is lasting before the next is touched. */
static int place(const struct bt_places *p, int64_t epoch, const char *name, bool has_log)
{
	char from[4400], to[4300], folder[4300];
	if (path_to(p, BT_WORKPLACE, name, from) != BT_OK || bt_path_join(p->dir, name, to, sizeof to) != BT_OK ||
	    bt_path_join(p->dir, BT_WORKPLACE, folder, sizeof folder) != BT_OK)
		return ENAMETOOLONG;
	if (!is_there(p->disk, from))
		return 0;
	int sys = has_log ? put_away(p, epoch, name, "-wal") : 0;
	if (!sys)
		sys = put_away(p, epoch, name, "");
	if (!sys)
		sys = p->disk->sync_folder(p->disk->context, p->dir);
	if (!sys)
		sys = p->disk->rename(p->disk->context, from, to);
	if (!sys)
		sys = p->disk->sync_folder(p->disk->context, p->dir);
	return sys ? sys : p->disk->sync_folder(p->disk->context, folder);
}

/* A mark that a cut brings back would keep the journal shut until somebody runs the recovery once more. */
static int remove_mark(const struct bt_places *p)
{
	char path[4400], folder[4300];
	if (path_to(p, BT_WORKPLACE, MARK, path) != BT_OK ||
	    bt_path_join(p->dir, BT_WORKPLACE, folder, sizeof folder) != BT_OK)
		return ENAMETOOLONG;
	int sys = p->disk->remove(p->disk->context, path);
	return sys ? sys : p->disk->sync_folder(p->disk->context, folder);
}

enum bt_err bt_places_change(const struct bt_places *p, int64_t epoch, struct bt_fault *fault)
{
	char path[4400];
	int sys = place(p, epoch, "journal.head", false);
	if (!sys)
		sys = place(p, epoch, "journal.db", true);
	if (!sys)
		sys = remove_mark(p);
	if (sys)
		return bt_disk_note(fault, sys, "recovered journal", "put in place");
	if (p->disk == bt_disk_system() && bt_path_join(p->dir, BT_WORKPLACE, path, sizeof path) == BT_OK)
		(void)rmdir(path);
	return BT_OK;
}

bool bt_recovery_is_cut(const struct bt_disk *disk, const char *dir)
{
	char path[4400];
	return bt_path_join(dir, BT_WORKPLACE "/" MARK, path, sizeof path) == BT_OK && is_there(disk, path);
}
