/* batti-meter: a meter to key tokens into. See tests/meter/README.md. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/meter/entry.h"
#include "tests/meter/key_change.h"
#include "tests/meter/report.h"

#define EXIT_ACCEPTED 0
#define EXIT_REFUSED  1
#define EXIT_USAGE    2

#define TEXT_CAP 128 /* 20 digits with whatever blanks and dashes people put between them */

static const char usage[] = "usage: batti-meter enter --state FOLDER [--json] [--now SECONDS] METER TOKEN\n"
			    "       batti-meter show --state FOLDER [--json] METER\n"
			    "       batti-meter status --state FOLDER [--json] [--now SECONDS] METER\n"
			    "       batti-meter tamper --state FOLDER METER\n";

struct request {
	const struct meter_report *report;
	const char *state;
	const char *drn;
	char text[TEXT_CAP]; /* the token as keyed in, its groups joined */
	int64_t now_s;
};

static int complain(const char *what)
{
	fprintf(stderr, "batti-meter: %s\n", what);
	return EXIT_USAGE;
}

static int run_enter(const struct request *request, const struct meter_identity *identity, struct meter_fault *fault)
{
	struct meter_effect effect;
	struct meter meter;

	if (!meter_enter(request->state, identity, request->text, request->now_s, &effect, &meter, fault))
		return complain(fault->what);
	request->report->entry(&meter, &effect);
	return meter_result_is_accepted(effect.result) ? EXIT_ACCEPTED : EXIT_REFUSED;
}

static bool look_at(const struct request *request, const struct meter_identity *identity, struct meter *out,
		    struct meter_fault *fault)
{
	*out = (struct meter){.identity = *identity, .now_s = request->now_s};
	return meter_memory_load(request->state, identity, &out->memory, fault);
}

static int run_show(const struct request *request, const struct meter_identity *identity, struct meter_fault *fault)
{
	struct meter meter;

	if (!look_at(request, identity, &meter, fault))
		return complain(fault->what);
	request->report->show(&meter);
	return EXIT_ACCEPTED;
}

static int run_status(const struct request *request, const struct meter_identity *identity, struct meter_fault *fault)
{
	struct meter meter;

	if (!look_at(request, identity, &meter, fault))
		return complain(fault->what);
	meter_key_change_expire(&meter.memory.waiting, meter.now_s);
	request->report->status(&meter);
	return EXIT_ACCEPTED;
}

static int run_tamper(const struct request *request, const struct meter_identity *identity, struct meter_fault *fault)
{
	return meter_tamper(request->state, identity, fault) ? EXIT_ACCEPTED : complain(fault->what);
}

struct command {
	const char *name;
	int (*run)(const struct request *request, const struct meter_identity *identity, struct meter_fault *fault);
	int token; /* whether a token follows the meter */
};

static const struct command commands[] = {
    {.name = "enter", .run = run_enter, .token = 1},
    {.name = "show", .run = run_show, .token = 0},
    {.name = "status", .run = run_status, .token = 0},
    {.name = "tamper", .run = run_tamper, .token = 0},
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

static bool read_seconds(const char *text, int64_t *out)
{
	size_t len = strlen(text);

	if (len == 0 || len > 12 || strspn(text, "0123456789") != len)
		return false;
	*out = strtoll(text, NULL, 10);
	return true;
}

static bool read_options(int argc, char **argv, struct request *out)
{
	static const struct option options[] = {
	    {"state", required_argument, NULL, 's'},
	    {"json", no_argument, NULL, 'j'},
	    {"now", required_argument, NULL, 'n'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			out->state = optarg;
		else if (option == 'j')
			out->report = &meter_report_json;
		else if (option != 'n' || !read_seconds(optarg, &out->now_s))
			return false;
	}
	return out->state != NULL && argc - optind >= 2;
}

int main(int argc, char **argv)
{
	struct request request = {.report = &meter_report_text, .now_s = time(NULL)};
	const struct command *command;
	struct meter_identity identity;
	struct meter_fault fault;

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
	if (!meter_factory_find(request.state, request.drn, &identity, &fault))
		return complain(fault.what);
	return command->run(&request, &identity, &fault);
}
