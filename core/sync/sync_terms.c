/* The terms under which this terminal works: time, lease, tariffs, consumers, the keys of all terminals' slips. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/authority/receipt_keys.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/sync/tasks.h"

#define DOCUMENT_MAX (256 << 10)
/* Applied on the thread that owns the screen: a page of this size keeps a key waiting about 20 ms at most. */
#define DIRECTORY_PAGE 100                      /* read in one step, */
#define DIRECTORY_STEP 12                       /* and put so many at a time: about a millisecond */
#define FRESH_MS       60000                    /* that a signed time may take from being asked for to being read */
#define TIME_MAX_MS    INT64_C(253402300799999) /* the end of the year 9999 */

enum bt_err bt_sync_start_health(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_HEALTH};
	uint8_t raw[16];
	enum bt_err err = bt_random_fill(sync->parts.random, raw, sizeof raw);

	if (err)
		return err;
	bt_hex_encode(BT_BYTES(raw), sync->nonce);
	bt_text_copy(call.text, sizeof call.text, sync->nonce);
	return bt_sync_submit(sync, &call);
}

/* The head-end signs its time over our own nonce, so that an old answer cannot set our clock. */
static enum bt_err check_time(struct bt_sync *sync, const struct bt_answer *answer, int64_t *time_ms)
{
	char message[128], nonce[40], encoded[128];
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	size_t len;
	const json_t *o = answer->document;
	enum bt_err err = o ? bt_json_int(o, "time", 1, TIME_MAX_MS, time_ms) : BT_EFORMAT;

	if (!err)
		err = bt_json_text(o, "nonce", nonce, sizeof nonce);
	if (!err)
		err = bt_json_text(o, "signature", encoded, sizeof encoded);
	if (!err)
		err = bt_base64_decode(encoded, signature, sizeof signature, &len);
	if (err || len != sizeof signature || strcmp(nonce, sync->nonce) != 0)
		return BT_EAUTH;
	snprintf(message, sizeof message, "batti-time-v1|%s|%lld", nonce, (long long)*time_ms);
	return bt_verify(sync->parts.enrolment->head_end_key, bt_bytes_of(message), signature);
}

static enum bt_err confirm_clock(struct bt_sync *sync, int64_t true_ms, const char *source, const char *who)
{
	struct bt_event_in event = {.kind = BT_EVENT_CLOCK, .sale_id = ""};
	struct bt_clock_trust trust;
	struct bt_buf body;
	enum bt_err err;

	bt_clock_trust_confirm(&trust, sync->parts.clock, true_ms);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_clock_trust_encode(&trust, sync->parts.clock, source, who, &body);
	event.body = bt_buf_view(&body);
	if (!err)
		err = bt_journal_put(sync->parts.journal, &event, 1, NULL);
	bt_buf_fini(&body);
	if (err)
		return err;
	sync->state.trust = trust;
	bt_teller_set_trust(sync->parts.teller, &trust);
	sync->due_boot_ms[BT_TASK_IDENTITY] = 0; /* only now can it be said whether the certificate holds */
	return BT_OK;
}

enum bt_err bt_sync_take_health(struct bt_sync *sync, const struct bt_answer *answer)
{
	int64_t time_ms, now, wall = bt_clock_wall_ms(sync->parts.clock);
	enum bt_err err = check_time(sync, answer, &time_ms);

	/* A lid was shut over it: it says what time it was then. */
	if (!err && bt_sync_boot_ms(sync) - sync->asked_boot_ms > FRESH_MS)
		err = BT_ETIMEOUT;
	if (err) {
		sync->state.refused_clock++;
		return err;
	}
	sync->state.health_at_ms = wall;
	sync->healthy_boot_ms = bt_sync_boot_ms(sync);
	sync->state.clock_apart_ms = time_ms - wall;
	if (bt_clock_trust_now(&sync->state.trust, sync->parts.clock, &now) == BT_OK && now - time_ms < 60000 &&
	    time_ms - now < 60000)
		return BT_OK;
	return confirm_clock(sync, time_ms, "server", "");
}

static bool keep_time(void *context, const struct bt_event *event)
{
	*(int64_t *)context = event->time_ms;
	return true;
}

int64_t bt_sync_newest_ms(struct bt_sync *sync)
{
	int64_t newest = 0, head = bt_journal_head(sync->parts.journal).seq;

	/* What cannot be read holds nothing back; it stops the record by itself. */
	if (bt_journal_read(sync->parts.journal, head - 1, keep_time, &newest, NULL) != BT_OK)
		newest = 0;
	return newest;
}

enum bt_err bt_sync_confirm_clock(struct bt_sync *sync, int64_t true_ms, const char *who, struct bt_fault *fault)
{
	int64_t apart;
	bool same_boot = bt_clock_trust_doubt(&sync->state.trust, sync->parts.clock, &apart) != BT_CLOCK_UNCONFIRMED;
	enum bt_err err;

	if (true_ms < 1 || true_ms > TIME_MAX_MS)
		return bt_fault_set(fault, BT_EINPUT, 0, "no time of this world");
	/* Within one boot time has not gone back, whoever says so (PROTOCOL L2). */
	if (same_boot && true_ms < bt_sync_newest_ms(sync))
		return bt_fault_set(fault, BT_ECLOCK, 0, "earlier than the newest record of this boot");
	err = confirm_clock(sync, true_ms, "supervisor", who);
	return err ? bt_fault_set(fault, err, 0, "clock not confirmed") : BT_OK;
}

/* ---- lease ---- */

bool bt_sync_wants_lease(struct bt_sync *sync)
{
	const struct bt_lease *lease = &sync->state.signed_lease;
	int64_t now;

	if (!sync->state.has_lease || lease->era != sync->state.era)
		return true;
	if (bt_clock_trust_now(&sync->state.trust, sync->parts.clock, &now) != BT_OK)
		return false;
	return now - lease->not_before_ms > (lease->expires_ms - lease->not_before_ms) / 2;
}

enum bt_err bt_sync_start_lease(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_LEASE};

	return bt_sync_submit(sync, &call);
}

static enum bt_err keep_document(struct bt_sync *sync, const char *name, struct bt_bytes content)
{
	char path[1024];
	struct bt_fault fault;
	enum bt_err err = bt_path_join(sync->parts.dir, name, path, sizeof path);

	if (!err)
		err = bt_file_replace(path, content, 0600, &fault);
	if (err)
		bt_log_line(sync->parts.log, "sync", "%s not kept: %s", name, bt_err_name(err));
	return err;
}

/* PROTOCOL L1: numbers only rise, and one number is one document. What the journal has seen counts, so that an older
 * file put back into the folder brings no older limits back. */
static bool may_hold(const struct bt_sync *sync, const struct bt_lease *lease)
{
	struct bt_lease newest = {.number = sync->lease_number};
	char hex[2 * BT_SHA256_LEN + 1];

	bt_text_copy(newest.terminal, sizeof newest.terminal, sync->parts.enrolment->terminal);
	if (bt_lease_supersedes(lease, &newest))
		return true;
	bt_hex_encode(BT_BYTES(lease->sha256), hex);
	return strcmp(lease->terminal, newest.terminal) == 0 && lease->number == newest.number &&
	       strcmp(hex, sync->lease_hash) == 0;
}

static enum bt_err check_lease(struct bt_sync *sync, struct bt_bytes envelope, struct bt_lease *out)
{
	struct bt_fault fault = {0};
	enum bt_err err = bt_lease_decode(envelope, sync->parts.enrolment->head_end_key, out, &fault);

	if (!err && !may_hold(sync, out))
		err = BT_EAUTH;
	if (err)
		bt_log_line(sync->parts.log, "sync", "lease not taken: %s (%s)", bt_err_name(err), fault.what);
	return err;
}

/* What is worked under is the signed lease with its extensions, as far as the record says they were granted. */
static void extend_lease(struct bt_sync *sync)
{
	bt_extension_apply(&sync->state.signed_lease, &sync->state.extension, &sync->state.lease);
	bt_teller_set_lease(sync->parts.teller, &sync->state.lease);
}

static void use_lease(struct bt_sync *sync, const struct bt_lease *lease)
{
	sync->state.signed_lease = *lease;
	if (sync->state.extension.lease != lease->number)
		sync->state.extension = (struct bt_extension){0};
	sync->state.has_lease = true;
	sync->state.lease_file = BT_OK;
	sync->lease_number = lease->number;
	bt_hex_encode(BT_BYTES(lease->sha256), sync->lease_hash);
	extend_lease(sync);
	/* Eras rise: a lease that names a later one is the head-end's signed word for it. */
	if (lease->era > sync->state.era)
		bt_sync_note_era(sync, lease->era);
}

enum bt_err bt_sync_try_code(struct bt_sync *sync, const char *who, struct bt_fault *fault)
{
	struct bt_extension after;
	enum bt_err err;

	if (!sync->state.has_lease)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no lease to extend");
	err = bt_journal_put_json(sync->parts.journal, BT_EVENT_EXTENSION, "",
				  bt_extension_try_body(&sync->state.signed_lease, &sync->state.extension, who, &after),
				  fault);
	if (!err)
		sync->state.extension = after;
	return err;
}

enum bt_err bt_sync_extend(struct bt_sync *sync, int64_t lease, int number, const char *who, struct bt_fault *fault)
{
	const struct bt_sync_state *state = &sync->state;
	struct bt_extension after;
	json_t *body;
	enum bt_err err;

	if (!state->has_lease || state->signed_lease.number != lease)
		return bt_fault_set(fault, BT_ESTATE, 0, "the lease of this code has gone");
	if (number < 1 || number > state->signed_lease.grant_count || (state->extension.used >> (number - 1) & 1u))
		return bt_fault_set(fault, BT_EAUTH, 0, "this grant is used");
	body = bt_extension_use_body(&state->signed_lease, &state->extension, number, who, &after);
	if (bt_mutant(BT_MUTANT_CODE_USED_TWICE)) {
		struct bt_extension forgotten;

		json_decref(body);
		body = bt_extension_try_body(&state->signed_lease, &state->extension, who, &forgotten);
	}
	err = bt_journal_put_json(sync->parts.journal, BT_EVENT_EXTENSION, "", body, fault);
	if (err)
		return err;
	sync->state.extension = after;
	extend_lease(sync);
	return BT_OK;
}

enum bt_err bt_sync_take_lease(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct bt_lease lease;
	char hex[2 * BT_SHA256_LEN + 1];
	bool same;
	enum bt_err err = check_lease(sync, bt_buf_view(&answer->body), &lease);

	if (err)
		return err;
	sync->state.revoked = false;
	same = sync->state.has_lease && sync->state.lease.number == lease.number;
	err = keep_document(sync, "lease.json", bt_buf_view(&answer->body));
	if (err || same)
		return err;
	bt_hex_encode(BT_BYTES(lease.sha256), hex);
	err = bt_journal_put_json(sync->parts.journal, BT_EVENT_LEASE, "",
				  json_pack("{s:I, s:I, s:s}", "expires", (json_int_t)lease.expires_ms, "number",
					    (json_int_t)lease.number, "sha256", hex),
				  NULL);
	if (!err)
		use_lease(sync, &lease);
	return err;
}

/* With the folder: a name that is gone may come back with a power cut. */
static enum bt_err drop_lease_file(struct bt_sync *sync)
{
	char path[1024];
	enum bt_err err = bt_path_join(sync->parts.dir, "lease.json", path, sizeof path);

	if (!err && unlink(path) == 0)
		return bt_folder_sync(sync->parts.dir, NULL);
	return err || errno == ENOENT ? err : BT_EOS;
}

void bt_sync_note_revoked(struct bt_sync *sync)
{
	if (!sync->state.revoked)
		bt_log_line(sync->parts.log, "sync", "withdrawn by the head-end: no more issue here");
	sync->state.revoked = true;
	sync->state.has_lease = false;
	bt_teller_set_lease(sync->parts.teller, NULL);
	if (drop_lease_file(sync) != BT_OK)
		bt_log_line(sync->parts.log, "sync", "lease.json cannot be removed");
}

/* ---- tariffs ---- */

bool bt_sync_wants_tariffs(struct bt_sync *sync)
{
	(void)sync;
	return true; /* paced by its hour, and at once at start */
}

enum bt_err bt_sync_start_tariffs(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_TARIFFS};

	return bt_sync_submit(sync, &call);
}

enum bt_err bt_sync_take_tariffs(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct bt_fault fault = {0};
	struct bt_tariffs tariffs;
	enum bt_err err =
	    bt_tariffs_decode(bt_buf_view(&answer->body), sync->parts.enrolment->head_end_key, &tariffs, &fault);

	if (err) {
		bt_log_line(sync->parts.log, "sync", "tariff not taken: %s (%s)", bt_err_name(err), fault.what);
		return err;
	}
	err = keep_document(sync, "tariff.json", bt_buf_view(&answer->body));
	if (err)
		return err;
	sync->state.tariffs = tariffs;
	bt_teller_set_tariffs(sync->parts.teller, &tariffs);
	return BT_OK;
}

/* ---- directory ---- */

enum bt_err bt_sync_start_directory(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_DIRECTORY,
			       .number = bt_directory_version(sync->parts.directory),
			       .limit = DIRECTORY_PAGE,
			       .keys_number = sync->keys_number};

	return bt_sync_submit(sync, &call);
}

/* Receipt keys ride on a page of consumers when the head-end has a newer list. One that is of no use costs nothing but
 * a line in the log: consumers go in all the same. */
static void take_receipt_keys(struct bt_sync *sync)
{
	const json_t *signed_keys = bt_directory_page_object(sync->page, "receipt_keys");
	struct bt_receipt_keys keys = {0};
	struct bt_fault fault = {0};
	struct bt_buf text;
	enum bt_err err;

	if (!signed_keys)
		return;
	bt_buf_init(&text, BT_RECEIPT_KEYS_BYTES);
	err = bt_json_encode(signed_keys, &text);
	if (!err)
		err = bt_receipt_keys_decode(bt_buf_view(&text), sync->parts.enrolment->head_end_key, &keys, &fault);
	/* An older list would bring keys back that are withdrawn. */
	if (!err && keys.number > sync->keys_number &&
	    keep_document(sync, BT_RECEIPT_KEYS_FILE, bt_buf_view(&text)) == BT_OK)
		sync->keys_number = keys.number;
	if (err)
		bt_log_line(sync->parts.log, "sync", "receipt keys not taken: %s (%s)", bt_err_name(err), fault.what);
	bt_receipt_keys_fini(&keys);
	bt_buf_fini(&text);
}

enum bt_err bt_sync_take_directory(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct bt_fault fault = {0};
	enum bt_err err =
	    answer->document ? bt_directory_page_take(json_incref(answer->document), &sync->page, &fault) : BT_EGARBAGE;

	if (err)
		bt_log_line(sync->parts.log, "sync", "page of consumers not taken: %s (%s)", bt_err_name(err),
			    fault.what);
	else
		take_receipt_keys(sync);
	return err;
}

enum bt_err bt_sync_go_on_directory(struct bt_sync *sync, bool *done)
{
	struct bt_fault fault = {0};
	int64_t before = bt_directory_version(sync->parts.directory);
	enum bt_err err = bt_directory_page_step(sync->parts.directory, sync->page, DIRECTORY_STEP,
						 bt_clock_wall_ms(sync->parts.clock), done, &fault);

	if (!err && !*done)
		return BT_OK;
	if (err)
		bt_log_line(sync->parts.log, "sync", "page of consumers not taken: %s (%s)", bt_err_name(err),
			    fault.what);
	if (bt_directory_page_skipped(sync->page))
		bt_log_line(sync->parts.log, "sync", "%d consumers could not be read",
			    bt_directory_page_skipped(sync->page));
	bt_directory_page_close(sync->page);
	sync->page = NULL;
	/* After the last page too: asking beyond it is how the head-end learns what this terminal has, and key changes
	 * wait for that (PROTOCOL T6). A page that does not move the version would be asked for again for ever. */
	if (!err && bt_directory_version(sync->parts.directory) > before)
		return BT_EBUSY;
	return err;
}

/* ---- from disk ---- */

static enum bt_err read_document(struct bt_sync *sync, const char *name, struct bt_buf *out)
{
	char path[1024];
	enum bt_err err = bt_path_join(sync->parts.dir, name, path, sizeof path);

	return err ? err : bt_file_read(path, out, NULL);
}

static void load_lease(struct bt_sync *sync)
{
	struct bt_buf text;
	struct bt_lease lease;
	enum bt_err err;

	bt_buf_init(&text, DOCUMENT_MAX);
	err = read_document(sync, "lease.json", &text);
	if (!err)
		err = check_lease(sync, bt_buf_view(&text), &lease);
	if (!err)
		use_lease(sync, &lease);
	else if (err != BT_ENOTFOUND)
		sync->state.lease_file = err == BT_EAUTH ? BT_EAUTH : BT_EFORMAT;
	bt_buf_fini(&text);
}

/* The newest lease of the record. A record of it that cannot be read holds nothing back. */
static enum bt_err load_lease_mark(struct bt_sync *sync)
{
	struct bt_event event;
	struct bt_buf body;
	json_t *o = NULL;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(sync->parts.journal, BT_EVENT_LEASE, NULL, &event, &body);
	if (!err && bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL) == BT_OK &&
	    bt_json_text(o, "sha256", sync->lease_hash, sizeof sync->lease_hash) == BT_OK &&
	    bt_json_int(o, "number", 1, INT64_MAX, &sync->lease_number) != BT_OK)
		sync->lease_number = 0;
	json_decref(o);
	bt_buf_fini(&body);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

/* A record of it that cannot be read must not give grants or tries back: the counter does not open then. */
static enum bt_err load_extension(struct bt_sync *sync)
{
	struct bt_event event;
	struct bt_buf body;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(sync->parts.journal, BT_EVENT_EXTENSION, NULL, &event, &body);
	if (!err)
		err = bt_extension_decode(bt_buf_view(&body), sync->lease_number, &sync->state.extension);
	bt_buf_fini(&body);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

static void load_tariff(struct bt_sync *sync)
{
	struct bt_buf text;

	bt_buf_init(&text, DOCUMENT_MAX);
	if (read_document(sync, "tariff.json", &text) == BT_OK &&
	    bt_tariffs_decode(bt_buf_view(&text), sync->parts.enrolment->head_end_key, &sync->state.tariffs, NULL) ==
		BT_OK)
		bt_teller_set_tariffs(sync->parts.teller, &sync->state.tariffs);
	bt_buf_fini(&text);
}

static void load_receipt_keys(struct bt_sync *sync)
{
	struct bt_receipt_keys keys = {0};

	if (bt_receipt_keys_load(sync->parts.dir, sync->parts.enrolment->head_end_key, &keys, NULL) == BT_OK)
		sync->keys_number = keys.number;
	bt_receipt_keys_fini(&keys);
}

/* A confirmation of before a recovery counts no more, be it of this boot: the one that follows says from which minute
 * on none was lost (PROTOCOL T4). */
static enum bt_err load_trust(struct bt_sync *sync)
{
	struct bt_event event;
	struct bt_buf body;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(sync->parts.journal, BT_EVENT_CLOCK, NULL, &event, &body);
	if (!err && event.seq > bt_journal_epoch_seq(sync->parts.journal) &&
	    bt_clock_trust_decode(bt_buf_view(&body), &sync->state.trust) == BT_OK)
		bt_teller_set_trust(sync->parts.teller, &sync->state.trust);
	bt_buf_fini(&body);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

enum bt_err bt_sync_load_terms(struct bt_sync *sync, struct bt_fault *fault)
{
	enum bt_err err;

	err = load_lease_mark(sync);
	/* Before its extension: of a lease that a cut kept out of the record only the file says that it is the newest.
	 */
	if (!err)
		load_lease(sync);
	if (!err)
		err = load_extension(sync);
	if (!err)
		err = load_trust(sync);
	if (err)
		return bt_fault_set(fault, err, 0, "lease, extension or clock confirmation cannot be read");
	if (sync->state.has_lease)
		extend_lease(sync);
	load_tariff(sync);
	load_receipt_keys(sync);
	return BT_OK;
}
