#include "core/authority/record_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "core/base/file.h"

#define FOLDER_CAP 512
#define PATH_CAP   600
#define SEED_TEXT  (2 * BT_ED25519_SEED_LEN)
#define KEY_TEXT   44 /* base64 of 32 bytes */
#define SIGN_TEXT  88 /* of 64 */
#define LINK_TEXT  (KEY_TEXT + 1 + SIGN_TEXT + 1)
#define FILE_MAX   (SEED_TEXT + 1 + BT_KEY_LINKS_MAX * LINK_TEXT)

enum place { IN_FORCE, NEXT, PLACES };
static const char *const names[PLACES] = {"journal.key", "journal.next"};

/* One key with what led to it. */
struct held {
	struct bt_signer *signer; /* NULL: not at hand */
	struct bt_key_link links[BT_KEY_LINKS_MAX];
	int count;
	bool has_file; /* there is or may be a file of this name */
};

struct bt_record_key {
	const struct bt_disk *disk;
	struct bt_random random;
	char folder[FOLDER_CAP], terminal[32];
	struct held held[PLACES];
	bool is_name_new; /* journal.key was renamed and the folder is not synced since */
	struct bt_key_store store;
};

static void path_of(const struct bt_record_key *keys, enum place place, char out[PATH_CAP])
{
	/* The folder was measured when it was taken. */
	if (bt_path_join(keys->folder, names[place], out, PATH_CAP) != BT_OK)
		out[0] = '\0';
}

/* ---- the text of a file ---- */

static enum bt_err put_seed(const uint8_t seed[BT_ED25519_SEED_LEN], struct bt_buf *out)
{
	char hex[SEED_TEXT + 1];
	bt_hex_encode((struct bt_bytes){seed, BT_ED25519_SEED_LEN}, hex);
	hex[SEED_TEXT] = '\n';
	enum bt_err err = bt_buf_put(out, hex, sizeof hex);
	OPENSSL_cleanse(hex, sizeof hex);
	return err;
}

enum bt_err bt_record_key_encode(const uint8_t seed[BT_ED25519_SEED_LEN], struct bt_buf *out)
{
	return put_seed(seed, out);
}

static enum bt_err put_link(const struct bt_key_link *link, struct bt_buf *out)
{
	char key[KEY_TEXT + 1], certificate[SIGN_TEXT + 1];
	enum bt_err err = bt_base64_encode(BT_BYTES(link->key), key, sizeof key);
	if (!err)
		err = bt_base64_encode(BT_BYTES(link->certificate), certificate, sizeof certificate);
	return err ? err : bt_buf_printf(out, "%s %s\n", key, certificate);
}

static bool read_link(const char *text, struct bt_key_link *out)
{
	char key[KEY_TEXT + 1], certificate[SIGN_TEXT + 1];
	size_t key_len = 0, certificate_len = 0;
	memcpy(key, text, KEY_TEXT);
	memcpy(certificate, text + KEY_TEXT + 1, SIGN_TEXT);
	key[KEY_TEXT] = certificate[SIGN_TEXT] = '\0';
	return text[KEY_TEXT] == ' ' && text[LINK_TEXT - 1] == '\n' &&
	       bt_base64_decode(key, out->key, sizeof out->key, &key_len) == BT_OK && key_len == sizeof out->key &&
	       bt_base64_decode(certificate, out->certificate, sizeof out->certificate, &certificate_len) == BT_OK &&
	       certificate_len == sizeof out->certificate;
}

/* A damaged line among the certificates costs those before it: only an unbroken end leads anywhere. */
static void read_links(const char *text, size_t len, struct held *out)
{
	for (out->count = 0; len >= LINK_TEXT && out->count < BT_KEY_LINKS_MAX; len -= LINK_TEXT, text += LINK_TEXT)
		if (!read_link(text, &out->links[out->count++]))
			out->count = 0;
}

static enum bt_err read_seed(const char *text, size_t len, struct bt_signer **out)
{
	char hex[SEED_TEXT + 1];
	uint8_t seed[BT_ED25519_SEED_LEN];
	if (len < SEED_TEXT || (len > SEED_TEXT && text[SEED_TEXT] != '\n'))
		return BT_EFORMAT;
	memcpy(hex, text, SEED_TEXT);
	hex[SEED_TEXT] = '\0';
	enum bt_err err = bt_hex_decode(hex, seed, sizeof seed) == BT_OK ? bt_signer_open(seed, out) : BT_EFORMAT;
	OPENSSL_cleanse(hex, sizeof hex);
	OPENSSL_cleanse(seed, sizeof seed);
	return err;
}

/* ---- files ---- */

/* A file that holds no key counts as none: an erased one, or a next one that a cut has torn. */
static enum bt_err load(struct bt_record_key *keys, enum place place, struct bt_fault *fault)
{
	struct held *held = &keys->held[place];
	struct bt_disk_file *file = NULL;
	char path[PATH_CAP], text[FILE_MAX];
	size_t len = 0;
	path_of(keys, place, path);
	int sys = keys->disk->open(keys->disk->context, path, BT_DISK_EXISTING, &file);
	if (sys == ENOENT)
		return BT_OK;
	if (!sys)
		sys = keys->disk->read(file, 0, text, sizeof text, &len);
	keys->disk->close(file);
	if (sys)
		return bt_disk_note(fault, sys, names[place], "reading");
	held->has_file = true;
	if (read_seed(text, len, &held->signer) == BT_OK && len > SEED_TEXT)
		read_links(text + SEED_TEXT + 1, len - SEED_TEXT - 1, held);
	OPENSSL_cleanse(text, sizeof text);
	return BT_OK;
}

static enum bt_err save(struct bt_record_key *keys, enum place place, struct bt_bytes text, struct bt_fault *fault)
{
	char path[PATH_CAP];
	path_of(keys, place, path);
	keys->held[place].has_file = true;
	int sys = bt_disk_write_whole(keys->disk, keys->folder, path, text);
	return sys ? bt_disk_note(fault, sys, names[place], "writing") : BT_OK;
}

/* Zeros over what the file holds; the name stays. */
static int blank(const struct bt_record_key *keys, enum place place)
{
	static const uint8_t zeros[FILE_MAX];
	const struct bt_disk *disk = keys->disk;
	struct bt_disk_file *file = NULL;
	char path[PATH_CAP];
	uint64_t len = 0;
	path_of(keys, place, path);
	int sys = disk->open(disk->context, path, BT_DISK_EXISTING, &file);
	if (sys == ENOENT)
		return 0;
	if (!sys)
		sys = disk->size(file, &len);
	if (!sys && len)
		sys = disk->write(file, 0, zeros, len < sizeof zeros ? (size_t)len : sizeof zeros);
	if (!sys)
		sys = disk->sync(file);
	disk->close(file);
	return sys;
}

static void forget(struct held *held)
{
	bt_signer_close(held->signer);
	*held = (struct held){0};
}

/* ---- what a journal asks ---- */

/* The certificate of a next key stands last in its file: where a cut has torn that off, nothing leads from the record
 * to this key, and none of it was in force. */
static bool is_vouched(const struct held *held)
{
	return held->signer && held->count > 0 &&
	       memcmp(held->links[held->count - 1].key, bt_signer_public(held->signer), BT_ED25519_PUBLIC_LEN) == 0;
}

static enum place place_of_newest(const struct bt_record_key *keys)
{
	bool is_next = is_vouched(&keys->held[NEXT]) || !keys->held[IN_FORCE].signer;
	return is_next && keys->held[NEXT].signer ? NEXT : IN_FORCE;
}

static const struct bt_signer *find_newest(void *self)
{
	const struct bt_record_key *keys = self;
	return keys->held[place_of_newest(keys)].signer;
}

static bool holds(const struct held *held, const uint8_t key[BT_ED25519_PUBLIC_LEN])
{
	return held->signer && memcmp(bt_signer_public(held->signer), key, BT_ED25519_PUBLIC_LEN) == 0;
}

static const struct bt_signer *find_key(void *self, const uint8_t key[BT_ED25519_PUBLIC_LEN])
{
	struct bt_record_key *keys = self;
	for (int i = 0; i < PLACES; i++)
		if (holds(&keys->held[i], key))
			return keys->held[i].signer;
	return NULL;
}

static int copy_links(void *self, struct bt_key_link *out)
{
	const struct bt_record_key *keys = self;
	const struct held *held = &keys->held[place_of_newest(keys)];
	memcpy(out, held->links, (size_t)held->count * sizeof *out);
	return held->count;
}

/* The word of the key in force for @p next goes behind those that led to it; the oldest gives way. */
static enum bt_err vouch(const struct bt_record_key *keys, const struct bt_signer *next, struct held *out)
{
	const struct held *now = &keys->held[IN_FORCE];
	int skip = now->count == BT_KEY_LINKS_MAX ? 1 : 0;
	out->count = now->count - skip + 1;
	memcpy(out->links, now->links + skip, (size_t)(now->count - skip) * sizeof *now->links);
	return bt_key_link_make(keys->terminal, now->signer, bt_signer_public(next), &out->links[out->count - 1]);
}

static enum bt_err make_text(struct bt_record_key *keys, struct held *out, struct bt_buf *text)
{
	struct bt_secret seed = {0};
	enum bt_err err = bt_secret_make(&seed, BT_ED25519_SEED_LEN);
	if (!err)
		err = bt_random_fill(&keys->random, seed.data, seed.len);
	if (!err)
		err = bt_signer_open(seed.data, &out->signer);
	if (!err)
		err = vouch(keys, out->signer, out);
	if (!err)
		err = put_seed(seed.data, text);
	for (int i = 0; !err && i < out->count; i++)
		err = put_link(&out->links[i], text);
	bt_secret_wipe(&seed);
	return err;
}

static enum bt_err prepare(void *self, struct bt_fault *fault)
{
	struct bt_record_key *keys = self;
	struct held made = {0};
	struct bt_buf text;
	if (keys->held[NEXT].has_file || !keys->held[IN_FORCE].signer)
		return bt_fault_set(fault, BT_ESTATE, 0, "a key is being changed");
	bt_buf_init(&text, FILE_MAX);
	enum bt_err err = make_text(keys, &made, &text);
	if (err)
		bt_fault_set(fault, err, 0, "making the next key");
	else
		err = save(keys, NEXT, bt_buf_view(&text), fault);
	if (text.data)
		OPENSSL_cleanse(text.data, text.cap);
	bt_buf_fini(&text);
	made.has_file = keys->held[NEXT].has_file;
	if (err)
		bt_signer_close(made.signer);
	else
		keys->held[NEXT] = made;
	return err;
}

static int drop_next(struct bt_record_key *keys)
{
	char path[PATH_CAP];
	if (!keys->held[NEXT].has_file)
		return 0;
	path_of(keys, NEXT, path);
	int sys = blank(keys, NEXT);
	if (!sys)
		sys = keys->disk->remove(keys->disk->context, path);
	if (!sys || sys == ENOENT)
		sys = keys->disk->sync_folder(keys->disk->context, keys->folder);
	if (!sys)
		forget(&keys->held[NEXT]);
	return sys;
}

/* From the first zero on the old key is gone; the next one lies there whole and synced all the while. */
static int promote_next(struct bt_record_key *keys)
{
	char from[PATH_CAP], to[PATH_CAP];
	path_of(keys, NEXT, from);
	path_of(keys, IN_FORCE, to);
	int sys = blank(keys, IN_FORCE);
	if (!sys)
		sys = keys->disk->rename(keys->disk->context, from, to);
	if (sys)
		return sys;
	/* From here on the file of that name is the new key's, whether the name is lasting yet or not. */
	forget(&keys->held[IN_FORCE]);
	keys->held[IN_FORCE] = keys->held[NEXT];
	keys->held[NEXT] = (struct held){0};
	keys->is_name_new = true;
	return 0;
}

static int sync_name(struct bt_record_key *keys)
{
	int sys = keys->is_name_new ? keys->disk->sync_folder(keys->disk->context, keys->folder) : 0;
	keys->is_name_new = keys->is_name_new && sys;
	return sys;
}

static enum bt_err settle(void *self, const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_fault *fault)
{
	struct bt_record_key *keys = self;
	int sys = 0;
	if (holds(&keys->held[IN_FORCE], key))
		sys = drop_next(keys);
	else if (holds(&keys->held[NEXT], key))
		sys = promote_next(keys);
	else
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "the key in force is not here");
	if (!sys)
		sys = sync_name(keys);
	return sys ? bt_disk_note(fault, sys, names[IN_FORCE], "changing") : BT_OK;
}

/* ---- opening ---- */

enum bt_err bt_record_key_open(const struct bt_disk *disk, const char *folder, const char *terminal,
			       const struct bt_random *random, struct bt_record_key **out, struct bt_fault *fault)
{
	struct bt_record_key *keys = calloc(1, sizeof *keys);
	if (!keys)
		return bt_fault_set(fault, BT_ENOMEM, 0, "keys");
	keys->disk = disk ? disk : bt_disk_system();
	keys->random = *random;
	keys->store = (struct bt_key_store){.self = keys,
					    .newest = find_newest,
					    .find = find_key,
					    .links = copy_links,
					    .prepare = prepare,
					    .settle = settle};
	enum bt_err err = bt_text_copy(keys->folder, sizeof keys->folder, folder);
	if (!err)
		err = bt_text_copy(keys->terminal, sizeof keys->terminal, terminal);
	if (err)
		bt_fault_set(fault, err, 0, "path of the state folder is too long");
	for (int i = 0; i < PLACES && !err; i++)
		err = load(keys, (enum place)i, fault);
	bool any = keys->held[IN_FORCE].has_file || keys->held[NEXT].has_file;
	if (!err && !find_newest(keys))
		err = bt_fault_set(fault, any ? BT_EFORMAT : BT_ENOTFOUND, 0,
				   any ? "keys/journal.key holds no key" : "keys/journal.key is missing");
	if (err) {
		bt_record_key_close(keys);
		return err;
	}
	*out = keys;
	return BT_OK;
}

void bt_record_key_close(struct bt_record_key *keys)
{
	if (!keys)
		return;
	for (int i = 0; i < PLACES; i++)
		forget(&keys->held[i]);
	free(keys);
}

const struct bt_key_store *bt_record_key_store(const struct bt_record_key *keys)
{
	return &keys->store;
}
