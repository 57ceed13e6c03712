/* batti-meter: a meter to key tokens into. See tests/meter/README.md. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/meter/memory.h"

#define EXIT_ACCEPTED 0
#define EXIT_REFUSED  1
#define EXIT_USAGE    2

#define TEXT_CAP 128 /* 20 digits with whatever blanks and dashes people put between them */

static const char usage[] = "usage: batti-meter enter --state FOLDER [--json] METER TOKEN\n"
			    "       batti-meter show --state FOLDER [--json] METER\n";

struct request {
	const char *command;
	const char *state;
	const char *drn;
	char text[TEXT_CAP]; /* the token as keyed in, its groups joined */
	int json;
};

static int complain(const char *what)
{
	fprintf(stderr, "batti-meter: %s\n", what);
	return EXIT_USAGE;
}

static void print_units(uint32_t tenths)
{
	printf("%" PRIu32 ".%" PRIu32, tenths / 10, tenths % 10);
}

static void print_entry_text(enum meter_result result, const struct meter_token *token,
			     const struct meter_memory *memory)
{
	const char *reason = meter_result_reason(result);

	printf("%s credit=", meter_result_word(result));
	print_units(memory->credit_tenths);
	printf(" kWh");
	if (result == METER_ACCEPTED) {
		printf(" (+");
		print_units(token->tenths);
		printf(")");
	} else if (reason[0] != '\0') {
		printf(" (%s)", reason);
	}
	printf("\n");
}

static void print_entry_json(const char *drn, enum meter_result result, const struct meter_token *token,
			     const struct meter_memory *memory)
{
	printf("{\"meter\":\"%s\",\"result\":\"%s\",\"reason\":\"%s\",\"credit_tenths\":%" PRIu32
	       ",\"added_tenths\":%" PRIu32 ",\"tid\":%" PRIu32 "}\n",
	       drn, meter_result_word(result), meter_result_reason(result), memory->credit_tenths,
	       result == METER_ACCEPTED ? token->tenths : 0, token->tid);
}

static int run_enter(const struct request *request)
{
	struct meter_identity identity;
	struct meter_memory memory;
	struct meter_token token;
	struct meter_fault fault;
	enum meter_result result;

	if (!meter_factory_find(request->state, request->drn, &identity, &fault) ||
	    !meter_enter(request->state, &identity, request->text, &result, &token, &memory, &fault))
		return complain(fault.what);
	if (request->json)
		print_entry_json(request->drn, result, &token, &memory);
	else
		print_entry_text(result, &token, &memory);
	return result == METER_ACCEPTED ? EXIT_ACCEPTED : EXIT_REFUSED;
}

static void print_memory_text(const struct meter_memory *memory)
{
	printf("credit=");
	print_units(memory->credit_tenths);
	printf(" kWh\n");
	for (unsigned i = 0; i < memory->last_count; i++) {
		const struct meter_token *token = &memory->last[i];

		printf("%.4s %.4s %.4s %.4s %.4s tid=%" PRIu32 " +", token->digits, token->digits + 4,
		       token->digits + 8, token->digits + 12, token->digits + 16, token->tid);
		print_units(token->tenths);
		printf("\n");
	}
}

static void print_memory_json(const char *drn, const struct meter_memory *memory)
{
	printf("{\"meter\":\"%s\",\"credit_tenths\":%" PRIu32 ",\"tokens\":[", drn, memory->credit_tenths);
	for (unsigned i = 0; i < memory->last_count; i++) {
		const struct meter_token *token = &memory->last[i];

		printf("%s{\"token\":\"%s\",\"tid\":%" PRIu32 ",\"tenths\":%" PRIu32 "}", i > 0 ? "," : "",
		       token->digits, token->tid, token->tenths);
	}
	printf("]}\n");
}

static int run_show(const struct request *request)
{
	struct meter_identity identity;
	struct meter_memory memory;
	struct meter_fault fault;

	if (!meter_factory_find(request->state, request->drn, &identity, &fault) ||
	    !meter_memory_load(request->state, request->drn, &memory, &fault))
		return complain(fault.what);
	if (request->json)
		print_memory_json(request->drn, &memory);
	else
		print_memory_text(&memory);
	return EXIT_ACCEPTED;
}

struct command {
	const char *name;
	int (*run)(const struct request *request);
	int token; /* whether a token follows the meter */
};

static const struct command commands[] = {
    {.name = "enter", .run = run_enter, .token = 1},
    {.name = "show", .run = run_show, .token = 0},
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* Groups may come as several arguments. What does not fit is no token and is left empty, which is not one either. */
static void join_token(char *const *groups, char out[TEXT_CAP])
{
	size_t len = 0;

	for (; *groups != NULL; groups++) {
		int wrote = snprintf(out + len, TEXT_CAP - len, "%s ", *groups);

		if (wrote < 0 || (size_t)wrote >= TEXT_CAP - len) {
			out[0] = '\0';
			return;
		}
		len += (size_t)wrote;
	}
}

static bool read_options(int argc, char **argv, struct request *out)
{
	static const struct option options[] = {
	    {"state", required_argument, NULL, 's'},
	    {"json", no_argument, NULL, 'j'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			out->state = optarg;
		else if (option == 'j')
			out->json = 1;
		else
			return false;
	}
	return out->state != NULL && argc - optind >= 2;
}

int main(int argc, char **argv)
{
	struct request request = {.json = 0};
	const struct command *command;

	if (!read_options(argc, argv, &request)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	command = find_command(argv[optind]);
	request.drn = argv[optind + 1];
	if (command == NULL || (argc - optind > 2) != (command->token != 0)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	join_token(argv + optind + 2, request.text);
	return command->run(&request);
}
