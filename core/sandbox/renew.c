#include <string.h>

#include "core/sandbox/ca.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/terminal.h"

struct renewal {
	int64_t era;
	const char *request; /* borrowed from the body */
	struct bt_sbx_csr said;
	char certificate[BT_SBX_PEM_MAX];
};

static bool read_renewal(const json_t *body, struct renewal *out)
{
	out->request = json_string_value(json_object_get(body, "request"));
	return out->request && strlen(out->request) < BT_SBX_PEM_MAX &&
	       bt_sbx_json_int(body, "era", 0, INT64_MAX, &out->era) && bt_sbx_ca_read(out->request, &out->said);
}

/* A key of another terminal is no key for this one: whoever holds it could pass as both. */
static enum bt_sbx_code check_owner(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				    const struct renewal *renewal)
{
	bool is_own = strcmp(request->name, request->terminal) == 0 &&
		      strcmp(renewal->said.name, request->terminal) == 0 &&
		      !bt_sbx_certificate_is_foreign(sbx->db, request->terminal, renewal->said.key_hash);
	return is_own ? BT_SBX_NONE : BT_SBX_WRONG_TERMINAL;
}

static void say(const struct bt_sbx *sbx, const struct renewal *renewal, unsigned status, struct bt_sbx_reply *reply)
{
	reply->status = status;
	reply->body = json_pack("{s:s, s:I, s:I}", "certificate", renewal->certificate, "time",
				(json_int_t)bt_sbx_now_ms(), "era", (json_int_t)sbx->era);
}

static enum bt_sbx_code renew(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct renewal *renewal,
			      struct bt_sbx_reply *reply)
{
	const char *terminal = request->terminal;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	enum bt_sbx_code code = check_owner(sbx, request, renewal);
	if (code)
		return code;
	if (bt_sbx_certificate_find(sbx->db, terminal, renewal->said.key_hash, renewal->certificate,
				    sizeof renewal->certificate)) {
		say(sbx, renewal, 200, reply);
		return BT_SBX_NONE;
	}
	if (renewal->era != sbx->era)
		return BT_SBX_ERA;
	if (!bt_sbx_ca_sign(sbx, renewal->request, terminal, renewal->certificate) ||
	    !bt_sbx_certificate_put(sbx->db, terminal, renewal->said.key_hash, renewal->certificate,
				    sbx->certificate_s * 1000) ||
	    !bt_sbx_store_commit(sbx->db))
		return BT_SBX_INTERNAL;
	say(sbx, renewal, 201, reply);
	return BT_SBX_NONE;
}

enum bt_sbx_code bt_sbx_call_renew(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	struct renewal renewal = {.era = 0};
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	enum bt_sbx_code code =
	    body && read_renewal(body, &renewal) ? renew(sbx, request, &renewal, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return code;
}
