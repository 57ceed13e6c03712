/* What `--help` and `help` print, read from the list of commands and the table of options. */
#include "ui/command/command.h"

#include <stdio.h>
#include <string.h>

static void print_form(const struct bt_command *command, const struct bt_command_form *form)
{
	printf("  batti %s %s %s\n      %s\n", command->name, form->word, form->usage, form->summary);
}

static void print_command(const struct bt_command *command)
{
	if (!command->forms)
		printf("  batti %s %s\n      %s\n", command->name, command->usage, command->summary);
	for (const struct bt_command_form *form = command->forms; form && form->word; form++)
		print_form(command, form);
}

static void print_all(void)
{
	printf("Batti " BATTI_VERSION ": the recharge counter that keeps working when the server does not.\n\n"
	       "  batti %s [options]\n      %s\n",
	       bt_command_counter.usage, bt_command_counter.summary);
	for (int i = 0; bt_commands[i]; i++)
		print_command(bt_commands[i]);
	puts("  batti help [COMMAND]\n      this, or what one command does and takes");
	puts("\nOptions:");
	bt_args_help(NULL, NULL);
	puts("\nExit codes: 0 done, 1 refused, 2 usage, 3 outcome unknown, 4 stopped (record in doubt), 5 outside the "
	     "limit;\n  token batch: how many rows could not be made, 125 for more");
}

static void print_one(const struct bt_command *command, const struct bt_command_form *form)
{
	if (form) {
		print_form(command, form);
	} else {
		if (command->forms)
			printf("batti %s: %s\n\n", command->name, command->summary);
		print_command(command);
	}
	puts("\nOptions:");
	bt_args_help(command->name, form ? form->word : NULL);
}

bool bt_command_help(const struct bt_args *args)
{
	bool by_word = args->command && strcmp(args->command, "help") == 0;
	const char *about = !by_word ? args->command : args->count ? args->words[0] : NULL;
	int at = by_word ? 1 : 0; /* of the word that may name a form */
	const struct bt_command *command = about ? bt_command_find(about) : NULL;
	bool about_all = !about || strcmp(about, "help") == 0;

	if (!by_word && !args->help)
		return false;
	if (command)
		print_one(command, args->count > at ? bt_command_form_find(command->forms, args->words[at]) : NULL);
	else if (about_all)
		print_all();
	return command || about_all;
}
