/* One call of the wire contract: what was asked, by whom, and what is to be answered. No HTTP library shows here, so
 * the calls can be tested without a server. */
#ifndef BT_SANDBOX_CALL_H
#define BT_SANDBOX_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/sandbox/refusal.h"
#include "core/sandbox/sbx.h"

#define BT_SBX_BODY_MAX (4u << 20)

/** Who may call. */
enum bt_sbx_caller {
	BT_SBX_ANYONE,
	BT_SBX_NAMED,  /* a certificate of this CA, even expired, even of a revoked terminal (PROTOCOL H5) */
	BT_SBX_KNOWN,  /* the same; of a strict head-end not expired */
	BT_SBX_ACTIVE, /* the same, not revoked */
};

struct bt_sbx_request {
	const char *terminal; /* from the certificate, "" without one */
	bool is_expired;      /* that certificate has run out */
	const char *name;     /* the part of the path that stands for {} in the route, "" if none */
	const char *body;
	size_t body_len;
	/** Value of a query argument, NULL when absent. */
	const char *(*argument)(const void *source, const char *name);
	const void *source;
};

struct bt_sbx_reply {
	unsigned status;  /* of a success; a refusal has its own */
	json_t *body;     /* of a success, or extra members of a refusal ("figures", "expected"); owned here */
	char sale_id[40]; /* named in a refusal */
	const char *reason_en, *reason_hi; /* replace a refusal's text when set */
	bool moves_money;                  /* a commit that `drop-reply` should hide */
	bool shows_token;                  /* the reply carries the token of sale_id: once sent, it is out */
};

typedef enum bt_sbx_code (*bt_sbx_call)(struct bt_sbx *sbx, const struct bt_sbx_request *request,
					struct bt_sbx_reply *reply);

struct bt_sbx_route {
	const char *method;
	const char *path; /* with at most one {} */
	enum bt_sbx_caller caller;
	bt_sbx_call call;
};

/** The route for a path; *name gets what stands for {}. NULL when there is none. */
const struct bt_sbx_route *bt_sbx_route_find(const char *method, const char *path, char *name, size_t cap);
/** Check who calls, run the call inside the ledger, and put a refusal's envelope into the reply.
 *  @return the HTTP status. */
unsigned bt_sbx_route_run(struct bt_sbx *sbx, const struct bt_sbx_route *route, const struct bt_sbx_request *request,
			  struct bt_sbx_reply *reply);

/** {"document": base64 of the canonical bytes, "signature": over those bytes}; takes the document. NULL when it cannot
 * be signed. */
json_t *bt_sbx_sign_document(const struct bt_sbx *sbx, json_t *document);
/** What people call the counter of a terminal, in both languages; yours. */
json_t *bt_sbx_counter_name(const char *terminal);

enum bt_sbx_code bt_sbx_call_enrol(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_renew(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_health(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_lease(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_tariffs(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_directory(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_consumer(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_account(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_search(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_sell(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_inquire(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_reverse(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_docket(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_finish(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_pay(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_payment(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_close_payment(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_find_payments(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_claim(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_claim_view(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_reconnections(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_journal(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);
enum bt_sbx_code bt_sbx_call_head(struct bt_sbx *, const struct bt_sbx_request *, struct bt_sbx_reply *);

#endif
