/* What the families of calls of the protocol `rest` share: a call as one row, and pieces of paths and answers. Private
 * to this room.
 *
 * A family is a file with its rows; protocol_rest.c puts the rows into one table and reads what every answer has. */
#ifndef BT_WIRE_REST_H
#define BT_WIRE_REST_H

#include "core/base/json.h"
#include "core/wire/protocol.h"

/** Codes of refusals and reasons are made of these, so that they need no escaping. */
#define BT_REST_CODE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

enum bt_rest_type { BT_MEMBER_TEXT, BT_MEMBER_COUNT, BT_MEMBER_BOOL, BT_MEMBER_OBJECT, BT_MEMBER_ARRAY };

struct bt_rest_member {
	const char *key; /* NULL ends the list */
	enum bt_rest_type type;
};

struct bt_rest_call {
	const char *method;
	/** BT_OK, BT_EINPUT (a field of the call), BT_EFULL, BT_ENOMEM. MUST be set. */
	enum bt_err (*put_path)(const struct bt_call *call, struct bt_buf *path);
	enum bt_err (*put_body)(const struct bt_call *call, struct bt_buf *body); /* NULL: none */
	int good_status[2];
	struct bt_rest_member members[8]; /* of a good reply */
	/** What else a good reply says. BT_OK, BT_EREFUSED, or BT_EFORMAT: not understood. May be NULL. */
	enum bt_err (*read_good)(const struct bt_call *call, const json_t *reply, struct bt_answer *out);
	bool about_sale; /* an error counts as a refusal only when it names our sale */
	bool keeps_body;
	bool keeps_document; /* as it was read, and only when it is good: nobody has to read it twice */
};

/** A segment of a path, escaped where needed. */
BT_MUST_USE enum bt_err bt_rest_put_escaped(struct bt_buf *path, const char *text);
/** Put @p call->text behind @p before as a segment that names something: not empty, and no dot segment, which would
 * name another resource once the path is put in normal form. BT_OK, BT_EINPUT, BT_EFULL, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_rest_put_named(const struct bt_call *call, const char *before, struct bt_buf *path);
/** True for an id as made by base/uuid. */
bool bt_rest_is_sale_id(const char *text);
/** A body that its caller made whole. */
BT_MUST_USE enum bt_err bt_rest_put_document(const struct bt_call *call, struct bt_buf *body);
/** True when the reply is about the sale that was asked about. */
bool bt_rest_names_sale(const struct bt_call *call, const json_t *reply);

/* rest_terms.c: what a terminal is told about itself and about consumers */
extern const struct bt_rest_call bt_rest_enrol, bt_rest_health, bt_rest_lease, bt_rest_tariffs, bt_rest_directory,
    bt_rest_consumer, bt_rest_renew;
/* rest_account.c */
extern const struct bt_rest_call bt_rest_account;
/* rest_sales.c */
extern const struct bt_rest_call bt_rest_sale, bt_rest_inquiry, bt_rest_reversal, bt_rest_docket, bt_rest_finish;
/* rest_desk.c */
extern const struct bt_rest_call bt_rest_find, bt_rest_claim, bt_rest_claim_view, bt_rest_reconnections;
/* rest_payments.c */
extern const struct bt_rest_call bt_rest_payment_open, bt_rest_payment, bt_rest_payment_close;
/* rest_journal.c */
extern const struct bt_rest_call bt_rest_journal, bt_rest_head;

#endif
