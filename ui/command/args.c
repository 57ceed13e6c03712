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
	const char *value;
	const char *of; /* the commands that take it, or forms of one, with commas between; NULL for every command */
	const char *meaning;
} options[] = {
    {"--state", TEXT, offsetof(struct bt_args, state), "DIR", NULL, "the terminal's state folder"},
    {"--config", TEXT, offsetof(struct bt_args, config), "FILE", NULL,
     "settings (default: DIR/batti.conf if there is one)"},
    {"--passphrase-file", TEXT, offsetof(struct bt_args, passphrase_file), "FILE", NULL,
     "open the offline keys with its first line"},
    {"--lang", TEXT, offsetof(struct bt_args, lang), "en|hi", NULL,
     "language of the screen; en, hi or both for a receipt"},
    {"--json", FLAG, offsetof(struct bt_args, json), "",
     "sell, lookup, sync, docket, journal verify, receipt verify, report, lease, token, printer",
     "answer in JSON on standard output"},
    {"--offline", FLAG, offsetof(struct bt_args, offline), "", "sell, lookup, sync, doctor, enrol, docket, the counter",
     "do not ask the server at all"},
    {"--connection", TEXT, offsetof(struct bt_args, connection), "NUMBER", "sell, lookup",
     "connection or meter number"},
    {"--amount", TEXT, offsetof(struct bt_args, amount), "RUPEES", "sell", "the whole amount, whole rupees"},
    {"--amount", TEXT, offsetof(struct bt_args, amount), "UNITS", "token make", "units, as 25.6"},
    {"--towards", TEXT, offsetof(struct bt_args, towards), "WHAT", "sell",
     "balance (default), dues, or rupees of it towards dues"},
    {"--tender", TEXT, offsetof(struct bt_args, tender), "KIND", "sell", "cash or upi"},
    {"--given", TEXT, offsetof(struct bt_args, given), "RUPEES", "sell", "cash handed over (default: the amount)"},
    {"--operator", TEXT, offsetof(struct bt_args, operator_id), "ID", "sell, docket",
     "whose name stands on the receipt (default: the first)"},
    {"--printer", TEXT, offsetof(struct bt_args, printer), "URI", "sell, docket, doctor, printer, the counter",
     "none, file:PATH, tcp://HOST:PORT, dev:PATH, serial:PATH?baud=N, cups:QUEUE"},
    {"--code", TEXT, offsetof(struct bt_args, code), "CODE", "enrol", "the code the utility gave"},
    {"--ca", TEXT, offsetof(struct bt_args, ca), "FILE", "enrol", "the head-end's CA certificate, PEM"},
    {"--sale", TEXT, offsetof(struct bt_args, sale), "ID", "receipt render", "sale id or receipt number"},
    {"--shift", TEXT, offsetof(struct bt_args, shift), "N", "report x, report z, report stuck-free",
     "its number (default: the newest that fits)"},
    {"--csv", FLAG, offsetof(struct bt_args, csv), "", "report x, report z, report list",
     "answer as rows for a spreadsheet on standard output"},
    {"--as", TEXT, offsetof(struct bt_args, as), "FORM", "receipt render, receipt sample", "png, text or escpos"},
    {"--width", TEXT, offsetof(struct bt_args, width), "DOTS", "receipt render, receipt sample", "384, 512 or 576"},
    {"-o", TEXT, offsetof(struct bt_args, output), "FILE", "receipt render, receipt sample, journal export",
     "where to write (default: standard output)"},
    {"--image", TEXT, offsetof(struct bt_args, image), "FILE", "receipt verify",
     "a picture of the slip's QR, PNG or JPEG"},
    {"--from", TEXT, offsetof(struct bt_args, from), "FILE|DIR", "journal recover",
     "an exported file, or a folder with the copy of the second disk"},
    {"--receipts", TEXT, offsetof(struct bt_args, receipts), "FILE", "journal recover",
     "the text of one receipt's QR code on each line"},
    {"--sign-in", TEXT, offsetof(struct bt_args, sign_in), "ID", "the counter",
     "start signed in; for the demo, only with a server on this machine"},
    {"--demo-sandbox", TEXT, offsetof(struct bt_args, demo_sandbox), "DIR", "the counter",
     "state folder of the sandbox that keys may take down; for the demo"},
    {"--display", FLAG, offsetof(struct bt_args, display), "", "the counter",
     "not the counter but the second screen beside it, for the payer"},
    {"--meter", TEXT, offsetof(struct bt_args, token.meter), "METER", "token",
     "DRN of 11 or 13 digits, or MeterPAN of 18"},
    {"--sgc", TEXT, offsetof(struct bt_args, token.sgc), "NNNNNN", "token", "supply group code"},
    {"--krn", TEXT, offsetof(struct bt_args, token.krn), "1..9", "token", "key revision number"},
    {"--kt", TEXT, offsetof(struct bt_args, token.kt), "0..3", "token", "key type (default 2, unique)"},
    {"--ti", TEXT, offsetof(struct bt_args, token.ti), "00..99", "token", "tariff index"},
    {"--ken", TEXT, offsetof(struct bt_args, token.ken), "0..255", "token", "key expiry number (default 255, never)"},
    {"--base", TEXT, offsetof(struct bt_args, token.base), "YEAR", "token", "base date 1993, 2014 (default) or 2035"},
    {"--ea", TEXT, offsetof(struct bt_args, token.ea), "07|11", "token", "encryption algorithm"},
    {"--dkga", TEXT, offsetof(struct bt_args, token.dkga), "02|04", "token",
     "key generation (default: by the vending key's length)"},
    {"--vending-key-file", TEXT, offsetof(struct bt_args, token.vending_key_file), "FILE", "token",
     "hex of the vending key; - is standard input"},
    {"--vending-key", TEXT, offsetof(struct bt_args, token.vending_key), "URI", "token",
     "pkcs11:... of a module that holds it; PIN by --passphrase-file"},
    {"--decoder-key-file", TEXT, offsetof(struct bt_args, token.decoder_key_file), "FILE", "token",
     "hex of the meter's own key instead"},
    {"--sta-tables", TEXT, offsetof(struct bt_args, token.sta_tables), "FILE", "token",
     "tables of EA07 (default: the sample set)"},
    {"--type", TEXT, offsetof(struct bt_args, token.type), "TYPE", "token make",
     "electricity, clear_credit, key_change ..."},
    {"--value", TEXT, offsetof(struct bt_args, token.value), "N", "token make",
     "watts, register, rate or factor of a class 2 token"},
    {"--control", TEXT, offsetof(struct bt_args, token.control), "BITS", "token make", "tests of a meter test, as 0x1"},
    {"--manufacturer", TEXT, offsetof(struct bt_args, token.manufacturer), "N", "token make",
     "of a meter test (default 0, every one)"},
    {"--time", TEXT, offsetof(struct bt_args, token.time), "UTC", "token make", "YYYY-MM-DDTHH:MM[:SS] (default: now)"},
    {"--tid", TEXT, offsetof(struct bt_args, token.tid), "N", "token make", "the minute itself instead"},
    {"--rnd", TEXT, offsetof(struct bt_args, token.rnd), "0..15", "token make", "default random"},
    {"--to-sgc", TEXT, offsetof(struct bt_args, token.to_sgc), "NNNNNN", "token make", "what a key change makes of it"},
    {"--to-krn", TEXT, offsetof(struct bt_args, token.to_krn), "1..9", "token make", "likewise"},
    {"--to-kt", TEXT, offsetof(struct bt_args, token.to_kt), "0..3", "token make", "likewise"},
    {"--to-ti", TEXT, offsetof(struct bt_args, token.to_ti), "00..99", "token make", "likewise"},
    {"--to-ken", TEXT, offsetof(struct bt_args, token.to_ken), "0..255", "token make", "likewise"},
    {"--to-base", TEXT, offsetof(struct bt_args, token.to_base), "YEAR", "token make",
     "likewise; the meter forgets its TIDs"},
    {"--to-vending-key-file", TEXT, offsetof(struct bt_args, token.to_vending_key_file), "FILE", "token make",
     "the new vending key of a key change (default: the same)"},
    {"--to-decoder-key-file", TEXT, offsetof(struct bt_args, token.to_decoder_key_file), "FILE", "token make",
     "the meter's new key of a key change instead"},
    {"--reserved", FLAG, offsetof(struct bt_args, token.reserved), "", "token make",
     "the minute 00:01, kept for special tokens"},
    {"--mono", FLAG, offsetof(struct bt_args, mono), "", "the counter", "no colours"},
    {"--ascii", FLAG, offsetof(struct bt_args, ascii), "", "the counter", "no shapes beyond ASCII"},
    {"--training", FLAG, offsetof(struct bt_args, training), "", NULL,
     "practise in an office of its own, in DIR or the user's folder for state: nothing has value"},
    {"--new", FLAG, offsetof(struct bt_args, anew), "", "the counter", "with --training: forget all practice before"},
    {"--help", FLAG, offsetof(struct bt_args, help), "", NULL, "this, of the command alone when one is named"},
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
			/* A dash alone is standard input. */
			if ((argv[i][0] == '-' && argv[i][1]) || out->count >= BT_WORDS_MAX)
				return argv[i];
			if (out->command)
				out->words[out->count++] = argv[i];
			else
				out->command = argv[i];
		}
	}
	return NULL;
}

/* Whether @p of, as the table has it, names @p command in @p form. */
static bool names(const char *of, const char *command, const char *form)
{
	for (size_t len; *of; of += len + (of[len] ? strlen(", ") : 0)) {
		size_t name = strlen(command);

		len = strcspn(of, ",");
		if (len < name || strncmp(of, command, name) != 0)
			continue;
		if (len == name || (of[name] == ' ' && (!form || (strlen(form) == len - name - 1 &&
								  strncmp(of + name + 1, form, len - name - 1) == 0))))
			return true;
	}
	return false;
}

void bt_args_help(const char *command, const char *form)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &options[i];
		const char *of = !command && option->of ? option->of : "";
		char left[64];

		if (command && option->of && !names(option->of, command, form))
			continue;
		snprintf(left, sizeof left, "%s %s", option->name, option->value);
		printf("  %-26s %s%s%s\n", left, of, *of ? ": " : "", option->meaning);
	}
}
