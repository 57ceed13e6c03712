#include "core/desk/payment.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/random.h"
#include "core/base/words.h"

#define BODY_MAX     131072
#define NAME_COLUMNS 48

/* Words of the contract, by the value they stand for. */
static const char *const banks[] = {"paid", "unsure", "failed", "returned", NULL};
static const char *const tokens[] = {"none", "given", "in_meter", NULL};
static const char *const cans[] = {"none", "finish", "refund", "claim", "wait", "office", NULL};
static const char *const companies[] = {"none", "received", NULL};
static const char *const credits[] = {"none", "posted", NULL};
static const char *const orders[] = {"ordered", "done", "overdue", NULL};

static const struct {
	const char *what, *says;
} steps[] = {
    {"paid_app", N_("Paid in the app")},
    {"paid_counter", N_("Paid at a counter")},
    {"bank_paid", N_("Bank says paid")},
    {"bank_unsure", N_("Bank is not sure")},
    {"bank_failed", N_("Bank did not pay")},
    {"bank_returned", N_("Bank gave it back")},
    {"not_received", N_("The company has not got it")},
    {"no_token", N_("App server gave no token")},
    {"token_given", N_("Token given")},
    {"credited", N_("Credit posted")},
    {"in_meter", N_("The meter says it is in")},
    {"refund_ordered", N_("Refund ordered")},
    {"none_exists", N_("Server asked now: no token exists, safe to give one")},
};

static enum bt_err read_word(const json_t *o, const char *key, const char *const *words, int *out)
{
	char text[16];

	if (bt_json_text(o, key, text, sizeof text) != BT_OK)
		return BT_EFORMAT;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return BT_OK;
		}
	return BT_EFORMAT;
}

static void clean_dual(const json_t *o, const char *key, struct bt_dual *out)
{
	const json_t *words = bt_json_object(o, key);
	const char *en = json_string_value(json_object_get(words, "en")),
		   *hi = json_string_value(json_object_get(words, "hi"));

	bt_text_clean(en ? en : "", en ? strlen(en) : 0, NAME_COLUMNS, out->en, sizeof out->en);
	bt_text_clean(hi ? hi : "", hi ? strlen(hi) : 0, NAME_COLUMNS, out->hi, sizeof out->hi);
}

/* A step of a later head-end is left out: the rest is still true. */
static enum bt_err read_steps(const json_t *o, struct bt_desk_payment *out)
{
	const json_t *list = bt_json_array(o, "steps");

	if (!list || json_array_size(list) > BT_DESK_STEPS_MAX)
		return BT_EFORMAT;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		struct bt_desk_step *step = &out->step[out->steps];
		char what[24];

		*step = (struct bt_desk_step){0};
		if (bt_json_int(row, "at", 0, INT64_MAX, &step->at_ms) != BT_OK ||
		    bt_json_bool(row, "ok", &step->good) != BT_OK ||
		    bt_json_text(row, "what", what, sizeof what) != BT_OK)
			return BT_EFORMAT;
		for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
			if (strcmp(steps[k].what, what) == 0)
				step->says = steps[k].says;
		out->steps += step->says != NULL;
	}
	return BT_OK;
}

static enum bt_err read_texts(const json_t *o, struct bt_desk_payment *out)
{
	if (bt_json_text(o, "payment_id", out->payment_id, sizeof out->payment_id) != BT_OK ||
	    !bt_uuid7_is(out->payment_id) || bt_json_text(o, "sale_id", out->sale_id, sizeof out->sale_id) != BT_OK ||
	    !bt_uuid7_is(out->sale_id) || bt_json_text(o, "channel", out->channel, sizeof out->channel) != BT_OK ||
	    bt_json_text(o, "connection", out->connection, sizeof out->connection) != BT_OK ||
	    (out->connection[0] && !bt_text_is_digits(out->connection)) ||
	    bt_json_text(o, "meter", out->meter, sizeof out->meter) != BT_OK ||
	    (out->meter[0] && !bt_text_is_digits(out->meter)) ||
	    bt_json_text(o, "utr", out->utr, sizeof out->utr) != BT_OK || (out->utr[0] && !bt_text_is_digits(out->utr)))
		return BT_EFORMAT;
	clean_dual(o, "name", &out->name);
	return BT_OK;
}

static enum bt_err read_payment(const json_t *o, void *place)
{
	struct bt_desk_payment *out = place;
	int bank, company, token, credit, can;

	*out = (struct bt_desk_payment){0};
	if (read_texts(o, out) != BT_OK || bt_json_int(o, "amount_paise", 1, BT_PAISE_MAX, &out->amount) != BT_OK ||
	    bt_json_int(o, "paid_at", 0, INT64_MAX, &out->paid_at_ms) != BT_OK ||
	    read_word(o, "bank", banks, &bank) != BT_OK || read_word(o, "company", companies, &company) != BT_OK ||
	    read_word(o, "token", tokens, &token) != BT_OK || read_word(o, "credit", credits, &credit) != BT_OK ||
	    read_word(o, "can", cans, &can) != BT_OK ||
	    (bt_json_has(o, "reissue") && bt_json_bool(o, "reissue", &out->reissue) != BT_OK) ||
	    (bt_json_has(o, "next_key") && bt_json_bool(o, "next_key", &out->next_key) != BT_OK) ||
	    (bt_json_has(o, "refund_begun") && bt_json_bool(o, "refund_begun", &out->refund_begun) != BT_OK))
		return BT_EFORMAT;
	out->bank = (enum bt_desk_bank)bank;
	out->received = company == 1;
	out->token = (enum bt_desk_token)token;
	out->credited = credit == 1;
	out->can = (enum bt_desk_can)can;
	return read_steps(o, out);
}

/* A list of at most @p most rows of @p size each. Read twice, so that a bad row leaves nothing half written: first into
 * @p one, which has room for one. */
static enum bt_err read_list(struct bt_bytes body, const char *key, size_t most,
			     enum bt_err (*read)(const json_t *o, void *out), void *one, size_t size, void *out,
			     int *count)
{
	json_t *reply = NULL;
	const json_t *list;
	size_t rows;
	enum bt_err err = bt_json_parse(body, BODY_MAX, &reply, NULL);

	if (err)
		return err;
	list = bt_json_array(reply, key);
	rows = json_array_size(list);
	if (!list || rows > most)
		err = BT_EFORMAT;
	for (size_t i = 0; i < rows && !err; i++)
		err = read(json_array_get(list, i), one);
	for (size_t i = 0; i < rows && !err; i++)
		err = read(json_array_get(list, i), (uint8_t *)out + i * size);
	if (!err)
		*count = (int)rows;
	json_decref(reply);
	return err;
}

enum bt_err bt_desk_payments_read(struct bt_bytes body, struct bt_desk_payment *out, int *count)
{
	struct bt_desk_payment one;

	return read_list(body, "payments", BT_DESK_FOUND_MAX, read_payment, &one, sizeof one, out, count);
}

static enum bt_err read_owed(const json_t *o, void *place)
{
	struct bt_desk_owed *out = place;
	int order;

	*out = (struct bt_desk_owed){0};
	if (bt_json_text(o, "connection", out->connection, sizeof out->connection) != BT_OK ||
	    !bt_text_is_digits(out->connection) || bt_json_int(o, "since", 0, INT64_MAX, &out->since_ms) != BT_OK ||
	    bt_json_int(o, "due_at", 0, INT64_MAX, &out->due_ms) != BT_OK ||
	    read_word(o, "state", orders, &order) != BT_OK)
		return BT_EFORMAT;
	clean_dual(o, "name", &out->name);
	out->done = order == 1;
	out->overdue = order == 2;
	return BT_OK;
}

enum bt_err bt_desk_owed_read(struct bt_bytes body, struct bt_desk_owed *out, int *count)
{
	struct bt_desk_owed one;

	return read_list(body, "reconnections", BT_DESK_OWED_MAX, read_owed, &one, sizeof one, out, count);
}

struct bt_desk_facts bt_desk_facts_of_payment(const struct bt_desk_payment *payment, bool claimed, bool answers)
{
	return (struct bt_desk_facts){.side = BT_DESK_ELSEWHERE,
				      .claimed = claimed,
				      .answers = answers,
				      .bank = payment->bank,
				      .received = payment->received,
				      .token = payment->token,
				      .credited = payment->credited,
				      .can = payment->can,
				      .reissue = payment->reissue,
				      .next_key = payment->next_key,
				      .refund_begun = payment->refund_begun};
}
