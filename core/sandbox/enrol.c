#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/ca.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/marks.h"
#include "core/sandbox/operators.h"
#include "core/sandbox/terminal.h"

#define TRIES_PER_MINUTE 5
#define FIRST_SHIFT      611

/* Wrong codes of the running minute, kept with the ledger so that a restart gives no new tries. */
static bool has_tries_left(sqlite3 *db)
{
	return bt_sbx_meta_int(db, "tries_minute", 0) != bt_sbx_now_ms() / BT_SBX_MINUTE_MS ||
	       bt_sbx_meta_int(db, "tries", 0) < TRIES_PER_MINUTE;
}

static bool count_wrong_try(sqlite3 *db)
{
	int64_t minute = bt_sbx_now_ms() / BT_SBX_MINUTE_MS;
	int64_t tries = bt_sbx_meta_int(db, "tries_minute", 0) == minute ? bt_sbx_meta_int(db, "tries", 0) : 0;
	return bt_sbx_meta_put_int(db, "tries_minute", minute) && bt_sbx_meta_put_int(db, "tries", tries + 1);
}

json_t *bt_sbx_counter_name(const char *terminal)
{
	char en[64];
	char hi[128];
	int64_t number = 0;
	(void)bt_sbx_number_parse(terminal, 0, 9999, &number);
	/* Terminal 0142 is counter 2. */
	snprintf(en, sizeof en, "Danapur counter %lld", (long long)number - 140);
	snprintf(hi, sizeof hi, "दानापुर काउंटर %lld", (long long)number - 140);
	return bt_sbx_json_words(en, hi);
}

static json_t *make_answer(const struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, const char *certificate)
{
	char ca[BT_SBX_PEM_MAX];
	char head_end_key[48];
	char vault_key[48];
	if (!bt_sbx_file_read(sbx, "ca.pem", ca, sizeof ca))
		return NULL;
	bt_sbx_b64_encode(sbx->head_end_key, sizeof sbx->head_end_key, head_end_key, sizeof head_end_key);
	bt_sbx_b64_encode(terminal->vault_key, sizeof terminal->vault_key, vault_key, sizeof vault_key);
	json_t *utility = bt_sbx_json_words("South Bihar Power Distribution", "साउथ बिहार पावर डिस्ट्रीब्यूशन");
	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:s, s:s, s:o, s:I}", "terminal",
			 terminal->number, "counter", bt_sbx_counter_name(terminal->number), "certificate", certificate,
			 "ca", ca, "head_end_key", head_end_key, "vault_key", vault_key, "lane",
			 (json_int_t)terminal->lane, "lanes", (json_int_t)terminal->lanes, "era", (json_int_t)sbx->era,
			 "tid_floor", (json_int_t)terminal->lane_floor, "shift_next", (json_int_t)FIRST_SHIFT,
			 "utility", utility, "complaint", "1912", "control_room", "0612-250 0000", "operators",
			 bt_sbx_operators_list(sbx->db), "time", (json_int_t)bt_sbx_now_ms());
}

static enum bt_sbx_code enrol_with(struct bt_sbx *sbx, const json_t *body, struct bt_sbx_reply *reply)
{
	struct bt_sbx_terminal terminal = {.lane = -1};
	char certificate[BT_SBX_PEM_MAX];
	char code[32];
	char key[64];
	uint8_t receipt_key[32];
	struct bt_sbx_csr said;
	const char *csr = json_string_value(json_object_get(body, "csr"));
	if (!csr || strlen(csr) >= BT_SBX_PEM_MAX || !bt_sbx_json_text(body, "code", code, sizeof code) ||
	    !bt_sbx_json_text(body, "journal_key", key, sizeof key) ||
	    !bt_sbx_b64_decode(key, terminal.journal_key, sizeof terminal.journal_key))
		return BT_SBX_MALFORMED;
	/* A terminal of an older version signs both with one key. */
	memcpy(receipt_key, terminal.journal_key, sizeof receipt_key);
	if (json_object_get(body, "receipt_key") && (!bt_sbx_json_text(body, "receipt_key", key, sizeof key) ||
						     !bt_sbx_b64_decode(key, receipt_key, sizeof receipt_key)))
		return BT_SBX_MALFORMED;
	if (!has_tries_left(sbx->db))
		return BT_SBX_TOO_MANY_TRIES;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_code_use(sbx->db, code)) {
		bt_sbx_store_rollback(sbx->db);
		return count_wrong_try(sbx->db) ? BT_SBX_ENROLMENT_CODE : BT_SBX_INTERNAL;
	}
	if (!bt_sbx_terminal_place(sbx, bt_sbx_now_ms(), &terminal))
		return BT_SBX_NO_LANE_FREE;
	/* An unreadable request leaves the code unused: the transaction is not committed. */
	if (!bt_sbx_ca_read(csr, &said) || !bt_sbx_ca_sign(sbx, csr, terminal.number, certificate))
		return BT_SBX_MALFORMED;
	if (sbx->training)
		memcpy(terminal.vault_key, BT_SBX_TRAINING_VAULT_KEY, sizeof terminal.vault_key);
	else
		bt_sbx_random(terminal.vault_key, sizeof terminal.vault_key);
	if (!bt_sbx_terminal_put(sbx->db, &terminal) ||
	    !bt_sbx_receipt_key_put(sbx->db, terminal.number, receipt_key) ||
	    !bt_sbx_certificate_put(sbx->db, terminal.number, said.key_hash, certificate, sbx->certificate_s * 1000))
		return BT_SBX_INTERNAL;
	reply->body = make_answer(sbx, &terminal, certificate);
	reply->status = 201;
	return reply->body && bt_sbx_mark_terminal(sbx, &terminal) && bt_sbx_store_commit(sbx->db) ? BT_SBX_NONE
												   : BT_SBX_INTERNAL;
}

enum bt_sbx_code bt_sbx_call_enrol(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	enum bt_sbx_code code = body ? enrol_with(sbx, body, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return code;
}
