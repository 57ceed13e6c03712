/* printer-sim: a receipt printer that is not there. */
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/printer/server.h"

#define USUAL_WIDTH  576
#define USUAL_SPEED  1600 /* rows a second: 200 mm, as a TM-T82X */
#define USUAL_BUFFER 4096

static const char usage[] =
    "usage: printer-sim --tcp [HOST:]PORT | --pty LINK [--profile PROFILE] [--control FIFO|[HOST:]PORT] [--out DIR]\n"
    "                   [--width DOTS] [--speed ROWS_PER_S] [--buffer BYTES] [--seed N] [--ready-file FILE]\n";

struct request {
	struct sim_options options;
	struct sim_line_options line;
	const char *ready;
};

static bool read_number(const char *text, int most, int *out)
{
	char *end;
	long n = strtol(text, &end, 10);

	*out = (int)n;
	return *text != '\0' && *end == '\0' && n >= 0 && n <= most;
}

static bool read_option(struct request *request, int option, const char *value)
{
	int seed = 0;

	switch (option) {
	case 't':
		request->line.tcp = value;
		return true;
	case 'p':
		request->line.pty = value;
		return true;
	case 'c':
		request->line.control = value;
		return true;
	case 'o':
		request->options.folder = value;
		return true;
	case 'r':
		request->ready = value;
		return true;
	case 'm':
		request->options.model = sim_model_find(value);
		return request->options.model != NULL;
	case 'w':
		return read_number(value, 8192, &request->options.width) && request->options.width % 8 == 0;
	case 's':
		return read_number(value, 1000000, &request->options.rows_per_s);
	case 'b':
		return read_number(value, SIM_IN_MOST, &request->options.in_cap) && request->options.in_cap > 0;
	case 'n':
		if (!read_number(value, 1 << 30, &seed))
			return false;
		request->line.seed = (unsigned)seed;
		return true;
	default:
		return false;
	}
}

static bool read_options(int argc, char **argv, struct request *out)
{
	static const struct option options[] = {
	    {"tcp", required_argument, NULL, 't'},
	    {"pty", required_argument, NULL, 'p'},
	    {"profile", required_argument, NULL, 'm'},
	    {"control", required_argument, NULL, 'c'},
	    {"out", required_argument, NULL, 'o'},
	    {"width", required_argument, NULL, 'w'},
	    {"speed", required_argument, NULL, 's'},
	    {"buffer", required_argument, NULL, 'b'},
	    {"seed", required_argument, NULL, 'n'},
	    {"ready-file", required_argument, NULL, 'r'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!read_option(out, option, optarg))
			return false;
	return optind == argc && (out->line.tcp != NULL) != (out->line.pty != NULL);
}

static bool say_ready(const struct request *request, const struct sim_server *server)
{
	FILE *file = request->ready != NULL ? fopen(request->ready, "w") : stdout;

	if (file == NULL) {
		perror(request->ready);
		return false;
	}
	fprintf(file, "port=%d control=%d\n", sim_server_port(server), sim_server_control_port(server));
	return file == stdout ? fflush(file) == 0 : fclose(file) == 0;
}

int main(int argc, char **argv)
{
	struct request request = {.options = {.width = USUAL_WIDTH,
					      .rows_per_s = USUAL_SPEED,
					      .in_cap = USUAL_BUFFER,
					      .model = sim_model_find("epson")}};
	struct sim_server *server;
	sigset_t ends;
	int signal;

	if (!read_options(argc, argv, &request)) {
		fputs(usage, stderr);
		return 2;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (request.options.folder != NULL)
		(void)mkdir(request.options.folder, 0700);
	server = sim_server_open(&request.options, &request.line);
	if (server == NULL || !say_ready(&request, server)) {
		sim_server_close(server);
		return 1;
	}
	sigwait(&ends, &signal);
	sim_server_close(server);
	return 0;
}
