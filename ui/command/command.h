/* Commands: one const struct each, in its own file; the list in command.c is the only one.
 *
 * Exit codes: 0 done, 1 refused, 2 usage, 3 outcome unknown, 4 stopped (record in doubt), 5 outside the lease. */
#ifndef BT_UI_COMMAND_COMMAND_H
#define BT_UI_COMMAND_COMMAND_H

#include "ui/counter.h"

enum bt_exit { BT_EXIT_DONE, BT_EXIT_REFUSED, BT_EXIT_USAGE, BT_EXIT_UNKNOWN, BT_EXIT_STOPPED, BT_EXIT_LEASE };

#define BT_WORDS_MAX 64

/** The part of the command line that only `token` reads. */
struct bt_token_args {
	const char *meter, *sgc, *krn, *kt, *ti, *ken, *base, *ea, *dkga, *vending_key_file, *decoder_key_file;
	const char *vending_key;
	const char *to_sgc, *to_krn, *to_kt, *to_ti, *to_ken, *to_base, *to_vending_key_file, *to_decoder_key_file;
	const char *sta_tables, *type, *value, *control, *manufacturer, *tid, *time, *rnd;
	bool reserved;
};

/** What the command line said; texts borrowed from argv, NULL when not given. */
struct bt_args {
	const char *state, *config, *passphrase_file, *lang;
	const char *connection, *amount, *towards, *tender, *given, *reference, *operator_id, *printer;
	const char *code, *ca;
	const char *sale, *as, *width, *output, *image;
	const char *shift;
	const char *from, *receipts;
	const char *sign_in, *demo_sandbox;
	bool json, csv, mono, ascii, offline, help, training, anew, display;
	struct bt_token_args token;
	const char *command; /* the first word that is no option */
	int count;           /* words that are not options, after the command's name */
	const char *words[BT_WORDS_MAX];
};

/** What every command stands on. */
struct bt_command_env {
	struct bt_args args;
	struct bt_config config;
	struct bt_words *words;
	struct bt_training *training; /* the office that is practised in; NULL */
};

/** What a word behind the command's name makes of it: `make` in `token make`. */
struct bt_command_form {
	const char *word;    /* NULL ends a list of them */
	const char *usage;   /* after the word */
	const char *summary; /* one line */
	enum bt_exit (*run)(struct bt_command_env *env);
};

struct bt_command {
	const char *name;
	const char *usage;                   /* after the name; "" for a command that has forms */
	const char *summary;                 /* one line */
	const struct bt_command_form *forms; /* NULL for a command that is one thing */
	enum bt_exit (*run)(struct bt_command_env *env);
	const char
	    *listing; /* the word that makes it list the known answers, even when one does not come out; or NULL */
};

extern const struct bt_command bt_command_sell, bt_command_lookup, bt_command_sync_now, bt_command_enrol,
    bt_command_journal, bt_command_receipt, bt_command_doctor, bt_command_token, bt_command_lease, bt_command_docket,
    bt_command_printer, bt_command_report;
/** The counter itself: what runs when no command is named. Not in the list. */
extern const struct bt_command bt_command_counter;
/** The second screen: the same with --display. */
extern const struct bt_command bt_command_display;
/** NULL-ended, in the order of the help. */
extern const struct bt_command *const bt_commands[];
/** @return the row or NULL. */
const struct bt_command *bt_command_find(const char *name);

/** @return the row of @p forms, which may be NULL, or NULL. */
const struct bt_command_form *bt_command_form_find(const struct bt_command_form *forms, const char *word);
/** Print to standard output what was asked about with `--help` or `help`: all of it, one command or one form of it.
 *  @return false when nothing was asked, or it is about no command. */
bool bt_command_help(const struct bt_args *args);

/** Read options and words of @p argv (the program's name already taken off), in any order.
 *  @return NULL, or the word that is wrong; *why is the catalogue key that says how. */
const char *bt_args_parse(int argc, char **argv, struct bt_args *out, const char **why);
/** The options that @p command takes in @p form, with their values' names and meanings, to standard output. NULL stands
 *  for every form, and for every command. */
void bt_args_help(const char *command, const char *form);

/** One sentence to standard error in both languages; @p first and @p second fill {1} and {2}. */
void bt_command_say(const struct bt_command_env *env, const char *key, const char *first, const char *second);
/** The same with {1} in each language of its own; a full stop at its end is left to the sentence. */
void bt_command_say_dual(const struct bt_command_env *env, const char *key, const char *en, const char *hi);
/** Say why a counter could not be opened or a call failed. @return the exit code that goes with it. */
enum bt_exit bt_command_fail(const struct bt_command_env *env, const struct bt_fault *fault);
/** How a command needs the counter. */
enum bt_open {
	BT_OPEN_SERVER, /* with the server */
	BT_OPEN_LOCAL,  /* only what is on this machine */
	BT_OPEN_SCREEN, /* with the server; keys are opened beside the first screen */
};
/** Open the counter of --state. @return BT_EXIT_DONE, or the code after having said why. */
enum bt_exit bt_command_open(struct bt_command_env *env, enum bt_open how, struct bt_counter **out);
/** What the folder of --state has to be for: training with --training, and nothing else without. */
enum bt_purpose bt_command_purpose(const struct bt_command_env *env);
/** Start the office of --training, which `--new` makes anew, enrol with it when it is new, and let --state and
 *  --passphrase-file name what is in it. Settings that reach beyond it are left out: key module and second disk.
 *  @return BT_EXIT_DONE, or the code after having said why; env->training is then yours to close in either case. */
enum bt_exit bt_command_start_training(struct bt_command_env *env);
/** Turn until sync has nothing left to do, at most @p timeout_ms. */
void bt_command_sync(struct bt_counter *counter, int timeout_ms);

#endif
