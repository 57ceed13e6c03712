#include "core/authority/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/authority/profile.h"
#include "core/authority/tls_identity.h"

#define FOLDER_CAP   512
#define PATH_CAP     600
#define PAIR_MAX     (2 * BT_PEM_MAX)
#define NEXT_FILE    "tls.next"
#define NEW_FILE     "tls.new"
#define CA_FILE      "ca.pem"
#define EARLY_MS     (30 * INT64_C(86400000))
#define EARLY_PART   3 /* of the time that a certificate holds */
#define OLD_KEY_FILE "tls.key"
#define OLD_CRT_FILE "tls.crt"

struct bt_identity {
	const struct bt_disk *disk;
	char folder[FOLDER_CAP], terminal[32];
	int64_t from_ms, until_ms;
	struct bt_tls_identity *next; /* asked for; NULL none */
	struct bt_buf request;        /* its request */
};

/* ---- files ---- */

static void path_of(const struct bt_identity *identity, const char *name, char out[PATH_CAP])
{
	/* The folder was measured when it was taken. */
	if (bt_text_printf(out, PATH_CAP, "%s/%s", identity->folder, name) != BT_OK)
		out[0] = '\0';
}

/* BT_ENOTFOUND when there is none of this name. */
static enum bt_err load(const struct bt_identity *identity, const char *name, struct bt_buf *out,
			struct bt_fault *fault)
{
	const struct bt_disk *disk = identity->disk;
	struct bt_disk_file *file = NULL;
	char path[PATH_CAP], piece[4096];
	size_t len = sizeof piece;
	enum bt_err err = BT_OK;
	int sys;

	path_of(identity, name, path);
	sys = disk->open(disk->context, path, BT_DISK_EXISTING, &file);
	if (sys == ENOENT)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "keys/%s is missing", name);
	while (!sys && !err && len == sizeof piece) {
		sys = disk->read(file, out->len, piece, sizeof piece, &len);
		if (!sys)
			err = bt_buf_put(out, piece, len);
	}
	explicit_bzero(piece, sizeof piece);
	disk->close(file);
	if (sys)
		return bt_disk_note(fault, sys, name, "reading");
	return err ? bt_fault_set(fault, BT_EFORMAT, 0, "keys/%s cannot be read", name) : BT_OK;
}

/* Whole under another name first: a cut leaves the old text or the new one. */
static enum bt_err save(const struct bt_identity *identity, const char *name, struct bt_bytes text,
			struct bt_fault *fault)
{
	const struct bt_disk *disk = identity->disk;
	char fresh[PATH_CAP], path[PATH_CAP];
	int sys;

	path_of(identity, NEW_FILE, fresh);
	path_of(identity, name, path);
	sys = bt_disk_write_whole(disk, NULL, fresh, text);
	if (!sys)
		sys = disk->rename(disk->context, fresh, path);
	if (!sys)
		sys = disk->sync_folder(disk->context, identity->folder);
	return sys ? bt_disk_note(fault, sys, name, "writing") : BT_OK;
}

/* What stays behind when it fails is found and removed at the next start. */
static void drop(const struct bt_identity *identity, const char *name)
{
	const struct bt_disk *disk = identity->disk;
	char path[PATH_CAP];

	path_of(identity, name, path);
	if (disk->remove(disk->context, path) == 0)
		(void)disk->sync_folder(disk->context, identity->folder);
}

/* ---- the pair in force ---- */

/* The key of the pair is the caller's to close. */
static enum bt_err judge_pair(struct bt_identity *identity, struct bt_bytes pair, struct bt_tls_identity **key,
			      struct bt_fault *fault)
{
	struct bt_buf again;
	enum bt_err err = bt_tls_identity_read(pair, key);

	if (!err)
		err = bt_tls_certificate_dates(pair, &identity->from_ms, &identity->until_ms);
	bt_buf_init(&again, PAIR_MAX);
	if (!err)
		err = bt_tls_identity_pair(*key, pair, &again);
	bt_buf_fini(&again);
	return err ? bt_fault_set(fault, err, 0, "keys/" BT_IDENTITY_FILE " holds no certificate with its key") : BT_OK;
}

/* Of an older version: certificate and key in two files. */
static enum bt_err join_old(struct bt_identity *identity, struct bt_buf *pair, struct bt_fault *fault)
{
	struct bt_tls_identity *key = NULL;
	struct bt_buf certificate, text;
	enum bt_err err;

	bt_buf_init(&certificate, BT_PEM_MAX);
	bt_buf_init(&text, BT_PEM_MAX);
	err = load(identity, OLD_CRT_FILE, &certificate, fault);
	if (!err)
		err = load(identity, OLD_KEY_FILE, &text, fault);
	if (!err) {
		err = bt_tls_identity_read(bt_buf_view(&text), &key);
		if (!err)
			err = bt_tls_identity_pair(key, bt_buf_view(&certificate), pair);
		if (err)
			(void)bt_fault_set(fault, err, 0, "keys/" OLD_CRT_FILE " is not for its key");
	}
	if (!err)
		err = save(identity, BT_IDENTITY_FILE, bt_buf_view(pair), fault);
	bt_tls_identity_close(key);
	bt_buf_fini(&text);
	bt_buf_fini(&certificate);
	return err;
}

static enum bt_err load_pair(struct bt_identity *identity, struct bt_tls_identity **key, struct bt_fault *fault)
{
	struct bt_buf pair;
	enum bt_err err;

	bt_buf_init(&pair, PAIR_MAX);
	err = load(identity, BT_IDENTITY_FILE, &pair, fault);
	if (err == BT_ENOTFOUND)
		err = join_old(identity, &pair, fault);
	if (!err)
		err = judge_pair(identity, bt_buf_view(&pair), key, fault);
	bt_buf_fini(&pair);
	if (!err) {
		drop(identity, OLD_KEY_FILE);
		drop(identity, OLD_CRT_FILE);
		drop(identity, NEW_FILE);
	}
	return err;
}

/* ---- the next one ---- */

static void forget_next(struct bt_identity *identity)
{
	bt_tls_identity_close(identity->next);
	identity->next = NULL;
	bt_buf_clear(&identity->request);
}

/* The request stands behind the key in the same file. */
static bool read_next(struct bt_identity *identity, struct bt_bytes text)
{
	static const char begin[] = "-----BEGIN CERTIFICATE REQUEST-----";
	const uint8_t *at = text.len ? memmem(text.data, text.len, begin, sizeof begin - 1) : NULL;
	struct bt_bytes request;

	if (!at || bt_tls_identity_read(text, &identity->next) != BT_OK)
		return false;
	request = (struct bt_bytes){at, text.len - (size_t)(at - text.data)};
	return bt_tls_identity_check_request(identity->next, request, identity->terminal) == BT_OK &&
	       bt_buf_put(&identity->request, request.data, request.len) == BT_OK;
}

/* One whose certificate is in force already was left behind by a cut. */
static enum bt_err load_next(struct bt_identity *identity, const struct bt_tls_identity *in_force,
			     struct bt_fault *fault)
{
	struct bt_buf text;
	enum bt_err err;

	bt_buf_init(&text, PAIR_MAX);
	err = load(identity, NEXT_FILE, &text, fault);
	if ((!err &&
	     (!read_next(identity, bt_buf_view(&text)) ||
	      bt_tls_identity_check_request(in_force, bt_buf_view(&identity->request), identity->terminal) == BT_OK)) ||
	    err == BT_EFORMAT) {
		forget_next(identity);
		drop(identity, NEXT_FILE);
		err = BT_OK;
	}
	bt_buf_fini(&text);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

static enum bt_err make_next(struct bt_identity *identity, struct bt_fault *fault)
{
	struct bt_tls_identity *key = NULL;
	struct bt_buf text, request;
	enum bt_err err = bt_tls_identity_make(&key);

	bt_buf_init(&text, PAIR_MAX);
	bt_buf_init(&request, BT_IDENTITY_REQUEST_MAX);
	if (!err)
		err = bt_tls_identity_key(key, &text);
	if (!err)
		err = bt_tls_identity_request(key, identity->terminal, &request);
	if (!err)
		err = bt_buf_put(&text, request.data, request.len);
	if (err)
		(void)bt_fault_set(fault, err, 0, "making the next TLS key");
	else
		err = save(identity, NEXT_FILE, bt_buf_view(&text), fault);
	if (!err)
		err = bt_buf_put(&identity->request, request.data, request.len);
	if (!err) {
		identity->next = key;
		key = NULL;
	}
	bt_tls_identity_close(key);
	bt_buf_fini(&request);
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_identity_request(struct bt_identity *identity, struct bt_buf *out, struct bt_fault *fault)
{
	enum bt_err err = identity->next ? BT_OK : make_next(identity, fault);

	return err ? err : bt_buf_put(out, identity->request.data, identity->request.len);
}

/* ---- the answer ---- */

static enum bt_err judge(const struct bt_identity *identity, struct bt_bytes certificate, int64_t *from_ms,
			 int64_t *until_ms, struct bt_fault *fault)
{
	struct bt_buf ca;
	enum bt_err err;

	bt_buf_init(&ca, BT_PEM_MAX);
	err = load(identity, CA_FILE, &ca, fault);
	if (!err)
		err = bt_tls_identity_check(identity->next, certificate, bt_buf_view(&ca), identity->terminal);
	if (!err)
		err = bt_tls_certificate_dates(certificate, from_ms, until_ms);
	if (!err && *until_ms <= identity->until_ms)
		err = BT_EFORMAT;
	bt_buf_fini(&ca);
	return err ? bt_fault_set(fault, err, 0, "certificate is not for our key, name and CA, or ends too soon")
		   : BT_OK;
}

static enum bt_err take_certificate(struct bt_identity *identity, struct bt_bytes certificate, struct bt_fault *fault)
{
	int64_t from_ms = 0, until_ms = 0;
	struct bt_buf pair;
	enum bt_err err = judge(identity, certificate, &from_ms, &until_ms, fault);

	bt_buf_init(&pair, PAIR_MAX);
	if (!err && (err = bt_tls_identity_pair(identity->next, certificate, &pair)) != BT_OK)
		(void)bt_fault_set(fault, err, 0, "writing out the TLS key");
	if (!err)
		err = save(identity, BT_IDENTITY_FILE, bt_buf_view(&pair), fault);
	bt_buf_fini(&pair);
	if (err)
		return err;
	identity->from_ms = from_ms;
	identity->until_ms = until_ms;
	forget_next(identity);
	drop(identity, NEXT_FILE);
	return BT_OK;
}

enum bt_err bt_identity_take(struct bt_identity *identity, struct bt_bytes answer, struct bt_fault *fault)
{
	const char *certificate;
	json_t *json = NULL;
	enum bt_err err;

	if (!identity->next)
		return bt_fault_set(fault, BT_ESTATE, 0, "no certificate was asked for");
	err = bt_json_parse(answer, PAIR_MAX, &json, fault);
	certificate = err ? NULL : bt_profile_read_pem(json, "certificate");
	if (!err && !certificate)
		err = bt_fault_set(fault, BT_EFORMAT, 0, "answer without a certificate");
	if (!err)
		err = take_certificate(identity, bt_bytes_of(certificate), fault);
	json_decref(json);
	return err;
}

/* ---- opening ---- */

enum bt_err bt_identity_open(const struct bt_disk *disk, const char *folder, const char *terminal,
			     struct bt_identity **out, struct bt_fault *fault)
{
	struct bt_identity *identity = calloc(1, sizeof *identity);
	struct bt_tls_identity *key = NULL;
	enum bt_err err = BT_OK;

	if (!identity)
		return bt_fault_set(fault, BT_ENOMEM, 0, "certificate");
	identity->disk = disk ? disk : bt_disk_system();
	bt_buf_init(&identity->request, BT_IDENTITY_REQUEST_MAX);
	if (bt_text_copy(identity->folder, sizeof identity->folder, folder) != BT_OK ||
	    bt_text_copy(identity->terminal, sizeof identity->terminal, terminal) != BT_OK)
		err = bt_fault_set(fault, BT_EINPUT, 0, "path of the state folder is too long");
	if (!err)
		err = load_pair(identity, &key, fault);
	if (!err)
		err = load_next(identity, key, fault);
	bt_tls_identity_close(key);
	if (err)
		bt_identity_close(identity);
	else
		*out = identity;
	return err;
}

void bt_identity_close(struct bt_identity *identity)
{
	if (!identity)
		return;
	bt_tls_identity_close(identity->next);
	bt_buf_fini(&identity->request);
	free(identity);
}

int64_t bt_identity_until_ms(const struct bt_identity *identity)
{
	return identity->until_ms;
}

int64_t bt_identity_renew_ms(const struct bt_identity *identity)
{
	int64_t early = (identity->until_ms - identity->from_ms) / EARLY_PART;

	return identity->until_ms - (early < EARLY_MS ? early : EARLY_MS);
}
