#include "core/sandbox/operators.h"

#include <stdlib.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"

struct operator_row {
	const char *id;
	const char *pin;
	const char *role;
	const char *name_en, *name_hi;
	const char *short_en, *short_hi;
};

static const struct operator_row operators[] = {
    {"rina", "112233", "clerk", "Rina Kumari", "रीना कुमारी", "Rina", "रीना"},
    {"sanjay", "445566", "clerk", "Sanjay Prasad", "संजय प्रसाद", "Sanjay", "संजय"},
    {"jha", "778899", "supervisor", "A. K. Jha", "ए. के. झा", "Jha", "झा"},
};

static json_t *describe(const struct operator_row *row)
{
	uint8_t salt[16];
	uint8_t hash[32];
	char salt_text[32];
	char hash_text[48];
	bt_sbx_random(salt, sizeof salt);
	if (!bt_sbx_pin_hash(row->pin, salt, hash))
		return NULL;
	bt_sbx_b64_encode(salt, sizeof salt, salt_text, sizeof salt_text);
	bt_sbx_b64_encode(hash, sizeof hash, hash_text, sizeof hash_text);
	return json_pack("{s:s, s:o, s:o, s:s, s:s, s:s}", "id", row->id, "name",
			 bt_sbx_json_words(row->name_en, row->name_hi), "short",
			 bt_sbx_json_words(row->short_en, row->short_hi), "role", row->role, "pin_salt", salt_text,
			 "pin_hash", hash_text);
}

bool bt_sbx_operators_make(sqlite3 *db)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		json_array_append_new(list, describe(&operators[i]));
	char *text = bt_sbx_json_canonical(list);
	bool ok = text && json_array_size(list) == sizeof operators / sizeof *operators &&
		  bt_sbx_meta_put_text(db, "operators", text);
	free(text);
	json_decref(list);
	return ok;
}

json_t *bt_sbx_operators_list(sqlite3 *db)
{
	char text[4096];
	if (!bt_sbx_meta_text(db, "operators", text, sizeof text))
		return NULL;
	return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}
