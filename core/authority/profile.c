#include "core/authority/profile.h"

#include <string.h>

#include <openssl/crypto.h>

#define BASE64_CAP 128
#define LANES_MAX  128
#define TID_MAX    0xFFFFFF

static const char *const role_names[] = {
    [BT_ROLE_CLERK] = "clerk",
    [BT_ROLE_SUPERVISOR] = "supervisor",
    [BT_ROLE_AUDITOR] = "auditor",
};

enum bt_err bt_profile_read_bytes(const json_t *object, const char *key, uint8_t *out, size_t len)
{
	char text[BASE64_CAP];
	uint8_t bytes[BASE64_CAP];
	size_t got = 0;
	enum bt_err err = bt_json_text(object, key, text, sizeof text);

	if (!err)
		err = bt_base64_decode(text, bytes, sizeof bytes, &got);
	if (!err && got == len)
		memcpy(out, bytes, len);
	else
		err = BT_EFORMAT;
	OPENSSL_cleanse(text, sizeof text);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return err;
}

const char *bt_profile_read_pem(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);
	const char *text = json_string_value(member);

	if (!text || json_string_length(member) > BT_PEM_MAX)
		return NULL;
	for (const char *c = text; *c; c++)
		if ((*c < 0x20 || *c > 0x7e) && *c != '\n' && *c != '\r')
			return NULL;
	return text;
}

static bool read_dual(const json_t *object, const char *key, struct bt_dual *out)
{
	const json_t *dual = bt_json_object(object, key);

	return dual && bt_json_text(dual, "en", out->en, sizeof out->en) == BT_OK &&
	       bt_json_text(dual, "hi", out->hi, sizeof out->hi) == BT_OK;
}

static bool read_role(const json_t *json, enum bt_role *out)
{
	char name[16];

	if (bt_json_text(json, "role", name, sizeof name) != BT_OK)
		return false;
	for (size_t i = 0; i < sizeof role_names / sizeof role_names[0]; i++)
		if (strcmp(role_names[i], name) == 0) {
			*out = (enum bt_role)i;
			return true;
		}
	return false;
}

static bool read_operator(const json_t *json, struct bt_operator *out)
{
	return bt_json_text(json, "id", out->id, sizeof out->id) == BT_OK && out->id[0] &&
	       out->id[strspn(out->id, "abcdefghijklmnopqrstuvwxyz0123456789_-.")] == '\0' &&
	       read_dual(json, "name", &out->name) && read_dual(json, "short", &out->short_name) &&
	       read_role(json, &out->role) &&
	       bt_profile_read_bytes(json, "pin_salt", out->pin_salt, sizeof out->pin_salt) == BT_OK &&
	       bt_profile_read_bytes(json, "pin_hash", out->pin_hash, sizeof out->pin_hash) == BT_OK;
}

static bool read_operators(const json_t *json, struct bt_enrolment *out)
{
	const json_t *operators = bt_json_array(json, "operators"), *operator;
	size_t index;

	if (!operators || json_array_size(operators) == 0 || json_array_size(operators) > BT_OPERATORS_MAX)
		return false;
	out->operator_count = 0;
	json_array_foreach(operators, index, operator)
	{
		struct bt_operator *person = &out->operators[out->operator_count];

		if (!read_operator(operator, person) || bt_enrolment_operator(out, person->id))
			return false;
		out->operator_count++;
	}
	return true;
}

static bool read_lane(const json_t *json, struct bt_sts_lane *out)
{
	int64_t lane, lanes, floor;

	if (bt_json_int(json, "lanes", 2, LANES_MAX, &lanes) != BT_OK ||
	    bt_json_int(json, "lane", 1, lanes - 1, &lane) != BT_OK ||
	    bt_json_int(json, "tid_floor", 0, TID_MAX, &floor) != BT_OK)
		return false;
	*out = (struct bt_sts_lane){(uint32_t)lane, (uint32_t)lanes, (uint32_t)floor};
	return true;
}

static bool read_place(const json_t *json, struct bt_enrolment *out)
{
	return bt_json_text(json, "terminal", out->terminal, sizeof out->terminal) == BT_OK &&
	       bt_text_is_digits(out->terminal) && read_dual(json, "counter", &out->counter) &&
	       read_dual(json, "utility", &out->utility) &&
	       bt_json_text(json, "complaint", out->complaint, sizeof out->complaint) == BT_OK &&
	       bt_json_text(json, "control_room", out->control_room, sizeof out->control_room) == BT_OK;
}

enum bt_err bt_profile_read_shared(const json_t *json, struct bt_enrolment *out, struct bt_fault *fault)
{
	if (!read_place(json, out))
		return bt_fault_set(fault, BT_EFORMAT, 0, "terminal, counter, utility or numbers to call");
	if (!read_lane(json, &out->lane) || bt_json_int(json, "era", 1, INT64_MAX, &out->era) != BT_OK ||
	    bt_json_int(json, "shift_next", 1, 9999999, &out->shift_next) != BT_OK)
		return bt_fault_set(fault, BT_EFORMAT, 0, "lane, era or shift");
	if (bt_profile_read_bytes(json, "head_end_key", out->head_end_key, sizeof out->head_end_key) != BT_OK)
		return bt_fault_set(fault, BT_EFORMAT, 0, "head_end_key");
	if (!read_operators(json, out))
		return bt_fault_set(fault, BT_EFORMAT, 0, "operators");
	return BT_OK;
}

static bool read_vault(const json_t *json, struct bt_vault_wrap *out)
{
	const json_t *vault = bt_json_object(json, "vault");

	return vault && bt_profile_read_bytes(vault, "salt", out->salt, sizeof out->salt) == BT_OK &&
	       bt_profile_read_bytes(vault, "nonce", out->nonce, sizeof out->nonce) == BT_OK &&
	       bt_profile_read_bytes(vault, "cipher", out->cipher, sizeof out->cipher) == BT_OK &&
	       bt_profile_read_bytes(vault, "tag", out->tag, sizeof out->tag) == BT_OK;
}

enum bt_err bt_profile_decode(struct bt_bytes file, struct bt_enrolment *out, struct bt_fault *fault)
{
	struct bt_enrolment enrolment = {0};
	int64_t format;
	json_t *json = NULL;
	enum bt_err err = bt_json_parse(file, BT_PROFILE_MAX, &json, fault);

	if (err)
		return bt_fault_set(fault, BT_EFORMAT, 0, "terminal.json is not JSON");
	err = bt_profile_read_shared(json, &enrolment, fault);
	if (!err && (bt_json_int(json, "format", 1, 1, &format) != BT_OK ||
		     bt_json_text(json, "url", enrolment.url, sizeof enrolment.url) != BT_OK ||
		     bt_json_int(json, "enrolled_at", 0, INT64_MAX, &enrolment.enrolled_at_ms) != BT_OK ||
		     !read_vault(json, &enrolment.vault)))
		err = bt_fault_set(fault, BT_EFORMAT, 0, "terminal.json: format, url, enrolled_at or vault");
	/* The files of versions before training say nothing of it, and are live. */
	enrolment.purpose = json_is_true(json_object_get(json, "training")) ? BT_FOR_TRAINING : BT_FOR_LIVE;
	enrolment.has_journal_key = !err && json_object_get(json, "journal_key");
	if (enrolment.has_journal_key &&
	    bt_profile_read_bytes(json, "journal_key", enrolment.journal_key, sizeof enrolment.journal_key) != BT_OK)
		err = bt_fault_set(fault, BT_EFORMAT, 0, "terminal.json: journal_key");
	json_decref(json);
	if (!err)
		*out = enrolment;
	return err;
}

/* ---- writing ---- */

static json_t *make_bytes(const uint8_t *data, size_t len)
{
	char text[BASE64_CAP];

	if (bt_base64_encode((struct bt_bytes){data, len}, text, sizeof text) != BT_OK)
		return NULL;
	return json_string(text);
}

static json_t *make_dual(const struct bt_dual *dual)
{
	return json_pack("{s:s, s:s}", "en", dual->en, "hi", dual->hi);
}

/* json_pack takes each new reference whether it succeeds or not, and fails on a NULL one. */
static json_t *make_operators(const struct bt_enrolment *enrolment)
{
	json_t *operators = json_array();

	for (int i = 0; operators && i < enrolment->operator_count; i++) {
		const struct bt_operator *person = &enrolment->operators[i];
		json_t *json =
		    json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", person->id, "role", role_names[person->role],
			      "name", make_dual(&person->name), "short", make_dual(&person->short_name), "pin_salt",
			      make_bytes(person->pin_salt, sizeof person->pin_salt), "pin_hash",
			      make_bytes(person->pin_hash, sizeof person->pin_hash));

		if (json_array_append_new(operators, json) != 0) {
			json_decref(operators);
			return NULL;
		}
	}
	return operators;
}

static json_t *make_vault(const struct bt_vault_wrap *wrap)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "salt", make_bytes(wrap->salt, sizeof wrap->salt), "nonce",
			 make_bytes(wrap->nonce, sizeof wrap->nonce), "cipher",
			 make_bytes(wrap->cipher, sizeof wrap->cipher), "tag", make_bytes(wrap->tag, sizeof wrap->tag));
}

enum bt_err bt_profile_encode(const struct bt_enrolment *enrolment, struct bt_buf *out)
{
	json_t *json = json_pack(
	    "{s:i, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "format", 1, "url",
	    enrolment->url, "terminal", enrolment->terminal, "counter", make_dual(&enrolment->counter), "utility",
	    make_dual(&enrolment->utility), "complaint", enrolment->complaint, "control_room", enrolment->control_room,
	    "head_end_key", make_bytes(enrolment->head_end_key, sizeof enrolment->head_end_key), "lane",
	    (json_int_t)enrolment->lane.index, "lanes", (json_int_t)enrolment->lane.count, "tid_floor",
	    (json_int_t)enrolment->lane.floor, "era", (json_int_t)enrolment->era, "shift_next",
	    (json_int_t)enrolment->shift_next, "enrolled_at", (json_int_t)enrolment->enrolled_at_ms, "vault",
	    make_vault(&enrolment->vault), "operators", make_operators(enrolment));
	enum bt_err err = json ? BT_OK : BT_ENOMEM;

	if (!err && enrolment->has_journal_key &&
	    json_object_set_new(json, "journal_key",
				make_bytes(enrolment->journal_key, sizeof enrolment->journal_key)) != 0)
		err = BT_ENOMEM;
	if (!err && enrolment->purpose == BT_FOR_TRAINING && json_object_set_new(json, "training", json_true()) != 0)
		err = BT_ENOMEM;
	if (!err)
		err = bt_json_encode(json, out);
	json_decref(json);
	return err;
}
