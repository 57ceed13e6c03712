/* Protocols: how calls to a head-end are put into bytes and answers read back. No socket here.
 *
 * One const struct per protocol in its own file. `rest` is Batti's own (assets/api/openapi.yaml). A codec turns every
 * answer into an error with a fate exactly once; nothing above looks at an HTTP status. Pure. */
#ifndef BT_WIRE_PROTOCOL_H
#define BT_WIRE_PROTOCOL_H

#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/base/key_change.h"
#include "core/money/money.h"

/** Calls: id, name in the log, moves money (a fresh connection, no reuse, PROTOCOL H6), largest reply in bytes. */
#define BT_CALLS(ROW) \
	ROW(BT_CALL_ENROL, "enrol", true, 262144) \
	ROW(BT_CALL_HEALTH, "health", false, 65536) \
	ROW(BT_CALL_LEASE, "lease", false, 65536) \
	ROW(BT_CALL_TARIFFS, "tariffs", false, 262144) \
	ROW(BT_CALL_DIRECTORY, "directory", false, 4194304) \
	ROW(BT_CALL_CONSUMER, "consumer", false, 65536) \
	ROW(BT_CALL_ACCOUNT, "account", false, 65536) \
	ROW(BT_CALL_SALE, "sale", true, 65536) \
	ROW(BT_CALL_INQUIRY, "inquiry", true, 65536) \
	ROW(BT_CALL_REVERSAL, "reversal", true, 65536) \
	ROW(BT_CALL_JOURNAL, "journal", true, 1048576) \
	ROW(BT_CALL_HEAD, "head", false, 65536) \
	ROW(BT_CALL_DOCKET, "docket", false, 65536) \
	ROW(BT_CALL_FINISH, "finish", true, 65536) \
	ROW(BT_CALL_FIND, "find", false, 131072) \
	ROW(BT_CALL_CLAIM, "claim", true, 65536) \
	ROW(BT_CALL_CLAIM_VIEW, "claim_view", false, 65536) \
	ROW(BT_CALL_RECONNECTIONS, "reconnections", false, 131072) \
	ROW(BT_CALL_PAYMENT_OPEN, "payment_open", true, 65536) \
	ROW(BT_CALL_PAYMENT, "payment", true, 65536) \
	ROW(BT_CALL_PAYMENT_CLOSE, "payment_close", true, 65536) \
	ROW(BT_CALL_RENEW, "renew", true, 65536)

enum bt_call_kind {
#define BT_CALL_ENUM(id, name, money, max) id,
	BT_CALLS(BT_CALL_ENUM)
#undef BT_CALL_ENUM
	BT_CALL_COUNT
};
const char *bt_call_name(enum bt_call_kind kind);
bool bt_call_moves_money(enum bt_call_kind kind);
size_t bt_call_reply_max(enum bt_call_kind kind);

#define BT_DEADLINE_MAX_MS 120000

/** A question about a payment goes to a payment service in steps; only psp.c fills them in. */
enum bt_psp_step {
	BT_PSP_LOOK,  /* in the service's list for the QR of this payment */
	BT_PSP_MAKE,
	BT_PSP_CLOSE,
	BT_PSP_MONEY, /* what was paid for it */
	BT_PSP_STATE,
};
struct bt_psp_call {
	enum bt_psp_step step;
	int page;           /* LOOK: 0 is the first */
	int64_t close_by_s; /* MAKE: the service's own end of the QR, since 1970 UTC */
	char qr_id[24];     /* CLOSE, MONEY, STATE: what the service calls it */
};

/** One call. Bytes are borrowed until it is submitted (the worker copies them). */
struct bt_call {
	enum bt_call_kind kind;
	uint64_t id;        /* the caller's, echoed in the answer */
	int deadline_ms;    /* whole call from submission, 1..BT_DEADLINE_MAX_MS */
	char sale_id[37];   /* SALE, INQUIRY, REVERSAL, FINISH, PAYMENT_* */
	char text[80];      /* CONSUMER, ACCOUNT: number; HEALTH: nonce, 32 hex digits; REVERSAL: reason, a code; DOCKET: number, "D-...";
			     FIND: any name of a payment; CLAIM, CLAIM_VIEW: claim id; FINISH: who saw that the
			     meter refuses its token, an operator's id, "" nobody; RECONNECTIONS: connection, "" all; RENEW: terminal */
	int64_t number;     /* DIRECTORY: since; SALE: rev */
	int limit;          /* DIRECTORY: rows a page */
	int64_t keys_number; /* DIRECTORY: of the list of receipt keys that is held, 0 none */
	int64_t era;        /* SALE, REVERSAL, JOURNAL, FINISH, PAYMENT_OPEN, PAYMENT_CLOSE, CLAIM, RENEW */
	struct bt_psp_call psp; /* PAYMENT_*, to a payment service */
	struct bt_bytes body; /* SALE, PAYMENT_OPEN: canonical sale record; JOURNAL, ENROL: the whole JSON body; FINISH: the text of the
			       docket's QR, empty when only its number is known; CLAIM: the claim as a JSON object, without its era;
			       RENEW: PEM of a PKCS#10 request */
};

/** Made by encode; whoever called it frees the body (bt_buf_fini). */
struct bt_http_request {
	const char *method; /* static */
	char path[256];     /* with query, percent-encoded where needed */
	struct bt_buf body; /* empty for GET */
};

struct bt_http_reply {
	int status;           /* 100..599 */
	int64_t era;          /* of the header Batti-Era; 0 when absent or not a number */
	struct bt_bytes body; /* at most bt_call_reply_max() */
};

/** What the bank says of a payment by UPI, through the head-end. */
enum bt_payment_status {
	BT_PAYMENT_UNKNOWN, /* not told */
	BT_PAYMENT_ACTIVE,
	BT_PAYMENT_PAID,
	BT_PAYMENT_CLOSED, /* by us; with EXPIRED an end, but for a late success */
	BT_PAYMENT_EXPIRED,
};
enum bt_payment_attempt { BT_ATTEMPT_NONE, BT_ATTEMPT_FAILED, BT_ATTEMPT_UNSURE };
struct bt_payment_word {
	char payment_id[37];
	enum bt_payment_status status;
	enum bt_payment_attempt attempt; /* PAYMENT, PAYMENT_CLOSE: what came of a scan; of a failed one the QR is dead */
	bt_paise amount;
	char utr[13];          /* 12 digits once PAID, "" otherwise */
	int64_t paid_at_ms;
	int64_t expires_at_ms; /* PAYMENT_OPEN */
	char qr[256];          /* PAYMENT_OPEN: "upi://pay?..." */
	char qr_id[24];        /* of a payment service: what it calls the QR, "" when it has none */
	int listed;            /* BT_PSP_LOOK: rows on this page */
};

/** The link goes into a QR as it is: one of UPI, printable ASCII without a space. */
bool bt_payment_is_link(const char *text);

/** What an answer says. For kinds that carry a document (all but SALE, INQUIRY, REVERSAL and FINISH), and for every refusal (figures),
 *  `body` holds the reply's whole JSON, checked to be an object within limits of size and depth and to have the members
 *  of its kind at their types; it is the receiver's to free (bt_answer_fini). Every other field that the reply does not
 *  name is zero.
 *
 *  A good REVERSAL says that the sale is taken back, or never will be taken: the money may be returned (PROTOCOL H3).
 *
 *  BT_EREFUSED is given only for a 4xx error object; of SALE, REVERSAL and FINISH only when it names the sale asked about (code
 *  "token_released": the token has left, an inquiry gives it); of INQUIRY only
 *  when it also says that a tombstone stands (PROTOCOL H3) or that the sale was reversed (code "reversed"). All else
 *  that is not a good answer is BT_EGARBAGE, fate UNKNOWN. */
struct bt_answer {
	enum bt_call_kind kind;
	uint64_t id;
	struct bt_fault fault; /* fault.err == BT_OK when good; its fate says what became of the request */
	int status, latency_ms;
	int64_t era;           /* 0 when not named */
	int64_t server_time_ms; /* 0 when not named */
	char sale_id[37];
	int64_t rev;
	char code[40];         /* refusal code, "" otherwise */
	char message_en[160], message_hi[320]; /* cleaned */
	char token[21];        /* SALE, INQUIRY, FINISH: "" when none */
	uint32_t tid;
	int64_t units;
	bt_paise balance, dues;
	bool has_account;      /* balance and dues are set */
	struct bt_key_change key_change; /* SALE, INQUIRY, FINISH: keyed in before the token; without tokens: none */
	bool next_key;         /* SALE, INQUIRY, FINISH: made under the key that followed the sale's (PROTOCOL T6) */
	bool tombstone;        /* INQUIRY: the head-end will never take this sale id */
	struct bt_payment_word payment; /* PAYMENT_* */
	struct bt_buf body;
	json_t *document;      /* HEALTH, DIRECTORY, JOURNAL: the good body as it was read, instead of it; NULL none */
};
/** Wipe and free the body and the document; a zeroed one is fine. */
void bt_answer_fini(struct bt_answer *answer);

struct bt_protocol {
	const char *id;
	bool convergent; /* the head-end makes exactly the token named in the request or refuses (PROTOCOL T2, T5) */
	/** Fill method, path and body; @p out is untouched on failure. BT_OK, BT_EINPUT (a field of the call), BT_EFULL,
	 *  BT_ENOMEM. MUST be set. */
	enum bt_err (*encode)(const struct bt_call *call, struct bt_http_request *out);
	/** Read a reply into @p out (kind, id and latency already set, all else zero); every outcome is in out->fault.
	 *  MUST be set. */
	void (*decode)(const struct bt_call *call, const struct bt_http_reply *reply, struct bt_answer *out);
};

/** NULL-ended. */
extern const struct bt_protocol *const bt_protocols[];
/** @return the row or NULL; borrowed. */
const struct bt_protocol *bt_protocol_find(const char *id);
extern const struct bt_protocol bt_protocol_rest;
/** The same bytes to a head-end that picks the minute of each token itself (PROTOCOL T5). */
extern const struct bt_protocol bt_protocol_rest_picks;
/** Payments alone, for psp.h; never chosen by name. */
extern const struct bt_protocol bt_protocol_psp;

#endif
