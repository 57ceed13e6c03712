/* What the parts of `batti token` share: how each says what is wrong, the tables of EA07, the meter and its key.
 *
 * A function that returns an exit code has said why when it is not BT_EXIT_DONE, in both languages, and never with
 * anything of a key. */
#ifndef BT_UI_COMMAND_TOKEN_H
#define BT_UI_COMMAND_TOKEN_H

#include "core/base/json.h"
#include "core/sts/key_change.h"
#include "ui/command/command.h"

/** Rows that could not be made, as an exit code. */
#define BT_TOKEN_COUNT_MAX 125
/** Exit of a batch that was cut short: input unreadable, output unwritable. */
#define BT_TOKEN_CUT_SHORT 126

/** A meter's identity as the options give it. */
struct bt_token_meter {
	char pan[BT_STS_PAN_CAP]; /* "" when not given */
	struct bt_sts_key_id id;  /* what was not given stands at its default */
	bool named;               /* SGC, KRN and TI were given: a key can be derived */
};

/** The parts, each run after the word that names it. */
enum bt_exit bt_token_make(struct bt_command_env *env);
enum bt_exit bt_token_decode(struct bt_command_env *env);
enum bt_exit bt_token_batch(struct bt_command_env *env);

/** "This value cannot be used: --krn 0 (1..9)." @p value may be NULL. @return BT_EXIT_USAGE. */
enum bt_exit bt_token_say_value(const struct bt_command_env *env, const char *option, const char *value,
				const char *expected);
/** "An option needs a value". @return BT_EXIT_USAGE. */
enum bt_exit bt_token_say_missing(const struct bt_command_env *env, const char *option);
/** "not supported: ..."; @p refusal is a catalogue key. @return BT_EXIT_REFUSED. */
enum bt_exit bt_token_say_unsupported(const struct bt_command_env *env, const char *refusal);

/** The table set of --sta-tables, else of the settings, else the sample set; *out is freed with free(). */
enum bt_exit bt_token_tables(const struct bt_command_env *env, struct bt_sta **out);

/** The identity of --meter and the options beside it; out->named says whether it is enough to derive a key. */
enum bt_exit bt_token_meter_read(const struct bt_command_env *env, struct bt_token_meter *out);
/** What it becomes by the --to options; @p held is as bt_token_meter_read made it. */
enum bt_exit bt_token_meter_change(const struct bt_command_env *env, const struct bt_token_meter *held,
				   struct bt_token_meter *out);
/** The key of --vending-key-file, --vending-key or --decoder-key-file, made for @p meter, whose algorithms are filled
 * in from it. */
enum bt_exit bt_token_key_read(const struct bt_command_env *env, struct bt_token_meter *meter,
			       struct bt_sts_decoder_key *out);
/** The same of --to-vending-key-file or --to-decoder-key-file. */
enum bt_exit bt_token_new_key_read(const struct bt_command_env *env, struct bt_token_meter *meter,
				   struct bt_sts_decoder_key *out);

/** A token and what it carries. */
struct bt_token_shown {
	char digits[BT_STS_TOKEN_CAP];
	struct bt_sts_token token;
};

/** What JSON and people are told of one token; times are counted from @p base. @return a new object, or NULL. */
json_t *bt_token_json(const struct bt_token_shown *shown, uint16_t base);
void bt_token_print(const struct bt_command_env *env, const struct bt_token_shown *shown, uint16_t base);

#endif
