#include "core/sandbox/call.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/json_in.h"
#include "core/sandbox/terminal.h"

static const struct bt_sbx_route routes[] = {
    {"POST", "/v1/enrolments", BT_SBX_ANYONE, bt_sbx_call_enrol},
    {"GET", "/v1/health", BT_SBX_ANYONE, bt_sbx_call_health},
    {"POST", "/v1/terminals/{}/certificate", BT_SBX_NAMED, bt_sbx_call_renew},
    {"GET", "/v1/lease", BT_SBX_ACTIVE, bt_sbx_call_lease},
    {"GET", "/v1/tariffs", BT_SBX_ACTIVE, bt_sbx_call_tariffs},
    {"GET", "/v1/directory", BT_SBX_ACTIVE, bt_sbx_call_directory},
    {"GET", "/v1/consumers", BT_SBX_ACTIVE, bt_sbx_call_search},
    {"GET", "/v1/consumers/{}", BT_SBX_ACTIVE, bt_sbx_call_consumer},
    {"GET", "/v1/consumers/{}/account", BT_SBX_ACTIVE, bt_sbx_call_account},
    /* A revoked terminal's sale is refused by the call itself, with the sale's id (PROTOCOL H5). */
    {"POST", "/v1/sales", BT_SBX_KNOWN, bt_sbx_call_sell},
    {"GET", "/v1/sales/{}", BT_SBX_KNOWN, bt_sbx_call_inquire},
    {"POST", "/v1/sales/{}/reversal", BT_SBX_KNOWN, bt_sbx_call_reverse},
    {"POST", "/v1/sales/{}/finish", BT_SBX_KNOWN, bt_sbx_call_finish},
    {"GET", "/v1/dockets/{}", BT_SBX_ACTIVE, bt_sbx_call_docket},
    {"POST", "/v1/payments", BT_SBX_ACTIVE, bt_sbx_call_pay},
    {"GET", "/v1/payments/{}", BT_SBX_KNOWN, bt_sbx_call_payment},
    {"POST", "/v1/payments/{}/close", BT_SBX_KNOWN, bt_sbx_call_close_payment},
    {"GET", "/v1/payments", BT_SBX_ACTIVE, bt_sbx_call_find_payments},
    {"POST", "/v1/claims", BT_SBX_ACTIVE, bt_sbx_call_claim},
    {"GET", "/v1/claims/{}", BT_SBX_ACTIVE, bt_sbx_call_claim_view},
    {"GET", "/v1/reconnections", BT_SBX_ACTIVE, bt_sbx_call_reconnections},
    {"POST", "/v1/journal", BT_SBX_NAMED, bt_sbx_call_journal},
    {"GET", "/v1/journal/head", BT_SBX_NAMED, bt_sbx_call_head},
};

static bool match(const char *pattern, const char *path, char *name, size_t cap)
{
	const char *hole = strstr(pattern, "{}");
	name[0] = '\0';
	if (!hole)
		return strcmp(pattern, path) == 0;
	size_t before = (size_t)(hole - pattern);
	if (strncmp(pattern, path, before) != 0)
		return false;
	size_t len = strcspn(path + before, "/");
	if (len == 0 || len >= cap || strcmp(path + before + len, hole + 2) != 0)
		return false;
	memcpy(name, path + before, len);
	name[len] = '\0';
	return true;
}

const struct bt_sbx_route *bt_sbx_route_find(const char *method, const char *path, char *name, size_t cap)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (strcmp(routes[i].method, method) == 0 && match(routes[i].path, path, name, cap))
			return &routes[i];
	return NULL;
}

static enum bt_sbx_code check_caller(struct bt_sbx *sbx, const struct bt_sbx_route *route,
				     const struct bt_sbx_request *request)
{
	struct bt_sbx_terminal terminal;
	if (route->caller == BT_SBX_ANYONE)
		return BT_SBX_NONE;
	if (!bt_sbx_terminal_find(sbx->db, request->terminal, &terminal))
		return BT_SBX_NO_CERTIFICATE;
	if (request->is_expired && sbx->is_strict && route->caller != BT_SBX_NAMED)
		return BT_SBX_CERTIFICATE_EXPIRED;
	return route->caller == BT_SBX_ACTIVE && terminal.is_revoked ? BT_SBX_REVOKED : BT_SBX_NONE;
}

/* The contract's error reply; what the call left in reply->body goes in beside it. */
static void write_envelope(enum bt_sbx_code code, struct bt_sbx_reply *reply)
{
	const struct bt_sbx_refusal *refusal = bt_sbx_refusal_of(code);
	json_t *words = bt_sbx_json_words(reply->reason_en ? reply->reason_en : refusal->en,
					  reply->reason_hi ? reply->reason_hi : refusal->hi);
	json_t *envelope = json_pack("{s:{s:s, s:o}}", "error", "code", refusal->name, "message", words);
	if (*reply->sale_id)
		json_object_set_new(envelope, "sale_id", json_string(reply->sale_id));
	if (reply->body)
		json_object_update(envelope, reply->body);
	json_decref(reply->body);
	reply->body = envelope;
	reply->shows_token = false;
}

unsigned bt_sbx_route_run(struct bt_sbx *sbx, const struct bt_sbx_route *route, const struct bt_sbx_request *request,
			  struct bt_sbx_reply *reply)
{
	enum bt_sbx_code code = route ? check_caller(sbx, route, request) : BT_SBX_NO_SUCH_CALL;
	reply->status = 200;
	if (code == BT_SBX_NONE) {
		code = route->call(sbx, request, reply);
		bt_sbx_store_rollback(sbx->db); /* whatever a refusal left open */
	}
	if (code == BT_SBX_NONE && reply->body)
		return reply->status;
	if (code == BT_SBX_NONE)
		code = BT_SBX_INTERNAL;
	write_envelope(code, reply);
	return bt_sbx_refusal_of(code)->http;
}
