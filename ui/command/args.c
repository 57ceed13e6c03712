/* The command line: one table of options for all commands. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "ui/command/command.h"

enum option_kind { TEXT, FLAG };

static const struct option {
	const char *name;
	enum option_kind kind;
	size_t at;
	const char *value, *meaning;
} options[] = {
    {"--state", TEXT, offsetof(struct bt_args, state), "DIR", "the terminal's state folder"},
    {"--config", TEXT, offsetof(struct bt_args, config), "FILE", "settings (default: DIR/batti.conf if there is one)"},
    {"--passphrase-file", TEXT, offsetof(struct bt_args, passphrase_file), "FILE",
     "open the offline keys with its first line"},
    {"--lang", TEXT, offsetof(struct bt_args, lang), "en|hi", "language of the screen; en, hi or both for a receipt"},
    {"--json", FLAG, offsetof(struct bt_args, json), "", "answer in JSON on standard output"},
    {"--offline", FLAG, offsetof(struct bt_args, offline), "", "do not ask the server at all"},
    {"--connection", TEXT, offsetof(struct bt_args, connection), "NUMBER", "sell, lookup: connection or meter number"},
    {"--amount", TEXT, offsetof(struct bt_args, amount), "RUPEES", "sell: the whole amount, whole rupees"},
    {"--towards", TEXT, offsetof(struct bt_args, towards), "WHAT",
     "sell: balance (default), dues, or rupees of it towards dues"},
    {"--tender", TEXT, offsetof(struct bt_args, tender), "KIND", "sell: cash"},
    {"--given", TEXT, offsetof(struct bt_args, given), "RUPEES", "sell: cash handed over (default: the amount)"},
    {"--operator", TEXT, offsetof(struct bt_args, operator_id), "ID",
     "sell: whose name stands on the receipt (default: the first)"},
    {"--printer", TEXT, offsetof(struct bt_args, printer), "URI", "none, file:PATH, tcp://HOST:PORT, dev:PATH"},
    {"--code", TEXT, offsetof(struct bt_args, code), "CODE", "enrol: the code the utility gave"},
    {"--ca", TEXT, offsetof(struct bt_args, ca), "FILE", "enrol: the head-end's CA certificate, PEM"},
    {"--sale", TEXT, offsetof(struct bt_args, sale), "ID", "receipt: sale id or receipt number"},
    {"--as", TEXT, offsetof(struct bt_args, as), "FORM", "receipt: png, text or escpos"},
    {"--width", TEXT, offsetof(struct bt_args, width), "DOTS", "receipt: 384, 512 or 576"},
    {"-o", TEXT, offsetof(struct bt_args, output), "FILE", "receipt: where to write (default: standard output)"},
    {"--sign-in", TEXT, offsetof(struct bt_args, sign_in), "ID",
     "demo: start signed in; only with a server on this machine"},
    {"--demo-sandbox", TEXT, offsetof(struct bt_args, demo_sandbox), "DIR",
     "demo: state folder of the sandbox that keys may take down"},
    {"--mono", FLAG, offsetof(struct bt_args, mono), "", "no colours"},
    {"--ascii", FLAG, offsetof(struct bt_args, ascii), "", "no shapes beyond ASCII"},
};
#define OPTION_COUNT (sizeof options / sizeof options[0])

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

const char *bt_args_parse(int argc, char **argv, struct bt_args *out, const char **why)
{
	for (int i = 0; i < argc; i++) {
		const struct option *option = find_option(argv[i]);
		char *base = (char *)out;

		if (option && option->kind == FLAG) {
			*(bool *)(void *)(base + option->at) = true;
		} else if (option) {
			*why = N_("An option needs a value: {1}.");
			if (i + 1 >= argc)
				return argv[i];
			*(const char **)(void *)(base + option->at) = argv[++i];
		} else {
			*why = N_("This option is not known: {1}.");
			if (argv[i][0] == '-' || out->count >= 8)
				return argv[i];
			out->words[out->count++] = argv[i];
		}
	}
	return NULL;
}

void bt_args_help(void)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char left[64];

		snprintf(left, sizeof left, "%s %s", options[i].name, options[i].value);
		printf("  %-26s %s\n", left, options[i].meaning);
	}
}
