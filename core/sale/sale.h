/* A sale: its states as a pure table, and the record that is journaled, sent and signed.
 *
 * Source: DESIGN 5, PROTOCOL T1, T2, T5, S1-S6, S9, H3. The table is walked by a test: no unreachable state, no trap,
 * and money once taken leaves only as token, credit, refund or a person's decision. */
#ifndef BT_SALE_SALE_H
#define BT_SALE_SALE_H

#include "core/directory/directory.h"
#include "core/sts/identity.h"
#include "core/tariff/tariff.h"
#include "core/tender/tender.h"

#define BT_SALE_STATES(ROW)                                                                                            \
	ROW(DRAFT)                                                                                                     \
	ROW(PAID)                                                                                                      \
	ROW(VENDING)                                                                                                   \
	ROW(DECIDING)                                                                                                  \
	ROW(INQUIRING) /* asked of a head-end that picks tokens itself; the outcome is not known */                    \
	ROW(TOKENED)                                                                                                   \
	ROW(CREDITED)                                                                                                  \
	ROW(PENDING)                                                                                                   \
	ROW(REFUSED)                                                                                                   \
	ROW(REFUNDING) /* approved and on record; no money moves before the head-end's answer */                       \
	ROW(REFUNDED)                                                                                                  \
	ROW(ABANDONED) /* closed by a supervisor */                                                                    \
	ROW(DONE)                                                                                                      \
	ROW(STOPPED)                                                                                                   \
	ROW(TENDERING) /* fixed and on record; the bank is asked, no money yet (PROTOCOL T1) */                        \
	ROW(UNPAID)    /* ended without money; a late word of the bank makes it PAID all the same (PROTOCOL S7) */
#define BT_SALE_EVENTS(ROW)                                                                                            \
	ROW(PAY)                                                                                                       \
	ROW(SEND)                                                                                                      \
	ROW(SKIP_SERVER)                                                                                               \
	ROW(VEND_OK)                                                                                                   \
	ROW(VEND_CREDITED)                                                                                             \
	ROW(VEND_LOST)                                                                                                 \
	ROW(VEND_UNKNOWN) /* lost, and the head-end does not converge */                                               \
	ROW(VEND_REFUSED)                                                                                              \
	ROW(VEND_DIVERGED)                                                                                             \
	ROW(ISSUE_HERE)                                                                                                \
	ROW(CANNOT_ISSUE)                                                                                              \
	ROW(AGREED)   /* the consumer, to new figures */                                                               \
	ROW(GONE)     /* nobody waits for it any more */                                                               \
	ROW(REFUND)   /* a supervisor approved */                                                                      \
	ROW(REVERSED) /* the head-end took it back */                                                                  \
	ROW(OVERRIDE) /* a supervisor's word: make it here though the head-end may have made one */                    \
	ROW(ABANDON)                                                                                                   \
	ROW(PRINTED)                                                                                                   \
	ROW(FINISH)                                                                                                    \
	ROW(STORAGE_FAILED)                                                                                            \
	ROW(INTEND)   /* the bank is to be asked for the money */                                                      \
	ROW(RENEW)    /* another QR for the same sale, the one before being used up */                                 \
	ROW(CAPTURED) /* the bank's word, early or late */                                                             \
	ROW(GAVE_UP)
#define BT_SALE_EFFECTS(ROW)                                                                                           \
	ROW(NONE)                                                                                                      \
	ROW(CHOOSE_ROUTE)                                                                                              \
	ROW(ASK_SERVER)                                                                                                \
	ROW(ASK_AUTHORITY)                                                                                             \
	ROW(ASK_INQUIRY)                                                                                               \
	ROW(ASK_REVERSAL)                                                                                              \
	ROW(MAKE_TOKEN)                                                                                                \
	ROW(PRINT_TOKEN)                                                                                               \
	ROW(PRINT_CREDIT)                                                                                              \
	ROW(PRINT_DOCKET)                                                                                              \
	ROW(GIVE_BACK)                                                                                                 \
	ROW(STOP)                                                                                                      \
	ROW(ASK_PAYMENT)

enum bt_sale_state {
#define BT_SALE_ENUM(id) BT_SALE_##id,
	BT_SALE_STATES(BT_SALE_ENUM)
#undef BT_SALE_ENUM
	    BT_SALE_STATE_COUNT
};
enum bt_sale_event {
#define BT_SALE_ENUM(id) BT_SALE_EV_##id,
	BT_SALE_EVENTS(BT_SALE_ENUM)
#undef BT_SALE_ENUM
	    BT_SALE_EVENT_COUNT
};
enum bt_sale_effect {
#define BT_SALE_ENUM(id) BT_SALE_DO_##id,
	BT_SALE_EFFECTS(BT_SALE_ENUM)
#undef BT_SALE_ENUM
	    BT_SALE_EFFECT_COUNT
};
const char *bt_sale_state_name(enum bt_sale_state state);
const char *bt_sale_event_name(enum bt_sale_event event);

struct bt_sale_step {
	enum bt_sale_state state;
	enum bt_sale_event event;
	enum bt_sale_state next;
	enum bt_sale_effect effect;
};
/** The whole table and its length. */
extern const struct bt_sale_step bt_sale_table[];
extern const int bt_sale_table_len;
/** @return the row, or NULL when @p event is not allowed in @p state. Pure. */
const struct bt_sale_step *bt_sale_find_step(enum bt_sale_state state, enum bt_sale_event event);

enum bt_delivery { BT_DELIVERY_TOKEN, BT_DELIVERY_BALANCE, BT_DELIVERY_DUES };
const char *bt_delivery_code(enum bt_delivery delivery);

/** "head-end", "psp", as settings and records have it; NULL of UNSAID. */
const char *bt_way_code(enum bt_tender_way way);

#define BT_SALE_TENDERS 4

/** The sale as journaled in `paid` and sent in POST /v1/sales; fixed at PAID but for rev (PROTOCOL S3). */
struct bt_sale {
	char sale_id[37];
	char terminal[8], receipt[24], operator_id[24];
	int64_t shift, rev, lease, paid_at_ms;
	enum bt_kind kind;
	enum bt_delivery delivery;
	char connection[16], meter[14], pan[19];
	struct bt_quote quote;
	bool has_tid; /* key identity, tid and rnd are fixed; otherwise the head-end's first commit fixes them */
	struct bt_sts_key_id key;
	uint32_t tid;
	uint8_t rnd;
	int tender_count;
	struct bt_tender tenders[BT_SALE_TENDERS];
};

/** What a price was made by where it depends on the month: the member `month` of records and figures. A JSON object,
 * the caller's; NULL without memory. */
void *bt_sale_month_json(const struct bt_quote *quote);
/** Inverse, from the object that has the member: fixed charge, free units, month and what was bought before go into
 *  @p out; without the member it stays as it is. @return BT_OK or BT_EFORMAT. */
BT_MUST_USE enum bt_err bt_sale_month_read(const void *object, struct bt_quote *out);
/** The schema SaleRecord of assets/api/openapi.yaml as a JSON object, the caller's; NULL without memory. */
void *bt_sale_json(const struct bt_sale *sale);
/** The same as canonical JSON, appended to @p out. */
BT_MUST_USE enum bt_err bt_sale_encode(const struct bt_sale *sale, struct bt_buf *out);
/** Inverse. @return BT_OK, BT_EFORMAT or BT_ENOMEM; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_sale_decode(struct bt_bytes json, struct bt_sale *out, struct bt_fault *fault);

#endif
