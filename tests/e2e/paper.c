#include "tests/e2e/paper.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define READY_MS  10000
#define STEP_MS   10
#define LINE_CAP  256
#define WORDS_CAP 32

struct paper {
	struct paper_options options;
	char folder[PAPER_PATH_CAP - 64];
	char address[64]; /* HOST:PORT, or the link of the terminal in the folder */
	char uri[PAPER_PATH_CAP];
	char path[PAPER_PATH_CAP];
	int control_port;
	pid_t pid;
};

static void join(const struct paper *paper, const char *name, char out[PAPER_PATH_CAP])
{
	if (snprintf(out, PAPER_PATH_CAP, "%s/%s", paper->folder, name) >= PAPER_PATH_CAP)
		fail_msg("path too long: %s", name);
}

/* ---- the program ---- */

static void serve(const struct paper *paper)
{
	char ready[PAPER_PATH_CAP], out[PAPER_PATH_CAP], link[PAPER_PATH_CAP], speed[16], buffer[16];
	const char *model = paper->options.model != NULL ? paper->options.model : "epson";

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no printer behind */
	join(paper, "ready", ready);
	join(paper, "out", out);
	join(paper, "line", link);
	snprintf(speed, sizeof speed, "%d", paper->options.rows_per_s);
	snprintf(buffer, sizeof buffer, "%d", paper->options.buffer > 0 ? paper->options.buffer : 4096);
	execl(PRINTER_PROGRAM, PRINTER_PROGRAM, paper->options.terminal ? "--pty" : "--tcp",
	      paper->options.terminal ? link : paper->address, "--profile", model, "--control", "127.0.0.1:0", "--out",
	      out, "--ready-file", ready, "--speed", speed, "--buffer", buffer, (char *)NULL);
	_exit(127);
}

static bool read_ready(struct paper *paper, const char *ready)
{
	FILE *file = fopen(ready, "r");
	int port = 0, found = file != NULL ? fscanf(file, "port=%d control=%d", &port, &paper->control_port) : 0;

	if (file != NULL)
		fclose(file);
	if (found != 2)
		return false;
	if (paper->options.terminal) {
		snprintf(paper->uri, sizeof paper->uri, "dev:%s/line", paper->folder);
	} else {
		*strrchr(paper->address, ':') = '\0';
		snprintf(paper->address + strlen(paper->address), 8, ":%d", port);
		snprintf(paper->uri, sizeof paper->uri, "tcp://%s", paper->address);
	}
	return true;
}

static bool start(struct paper *paper)
{
	char ready[PAPER_PATH_CAP];

	join(paper, "ready", ready);
	unlink(ready);
	paper->pid = fork();
	if (paper->pid == 0)
		serve(paper);
	for (int waited = 0; waited < READY_MS && !read_ready(paper, ready); waited += STEP_MS) {
		if (waitpid(paper->pid, NULL, WNOHANG) == paper->pid) {
			paper->pid = 0;
			return false;
		}
		poll(NULL, 0, STEP_MS);
	}
	return paper->control_port > 0;
}

struct paper *paper_open(const struct paper_options *options)
{
	struct paper *paper = calloc(1, sizeof *paper);
	const char *base = getenv("TMPDIR");

	if (paper == NULL)
		fail_msg("out of memory");
	paper->options = *options;
	snprintf(paper->address, sizeof paper->address, "%s", options->tcp != NULL ? options->tcp : "127.0.0.1:0");
	if (snprintf(paper->folder, sizeof paper->folder, "%s/batti-paper-XXXXXX", base != NULL ? base : "/tmp") >=
		(int)sizeof paper->folder ||
	    mkdtemp(paper->folder) == NULL)
		fail_msg("no folder for paper");
	if (start(paper))
		return paper;
	paper_close(paper);
	return NULL;
}

void paper_switch_off(struct paper *paper)
{
	if (paper->pid <= 0)
		return;
	kill(paper->pid, SIGTERM);
	waitpid(paper->pid, NULL, 0);
	paper->pid = 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	remove(path);
	return 0;
}

void paper_switch_on(struct paper *paper)
{
	char out[PAPER_PATH_CAP];

	join(paper, "out", out);
	nftw(out, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	if (!start(paper))
		fail_msg("the printer cannot be switched on again at %s", paper->address);
}

void paper_close(struct paper *paper)
{
	if (paper == NULL)
		return;
	paper_switch_off(paper);
	if (getenv("E2E_KEEP") != NULL)
		fprintf(stderr, "kept: %s\n", paper->folder);
	else
		nftw(paper->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(paper);
}

const char *paper_uri(const struct paper *paper)
{
	return paper->uri;
}

void paper_say(struct paper *paper, const char *word)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)paper->control_port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char line[LINE_CAP], answer[4] = "";

	snprintf(line, sizeof line, "%s\n", word);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    send(fd, line, strlen(line), MSG_NOSIGNAL) < 0 || recv(fd, answer, 3, MSG_WAITALL) != 3)
		fail_msg("the printer does not hear \"%s\"", word);
	close(fd);
	if (strcmp(answer, "ok\n") != 0)
		fail_msg("the printer does not know \"%s\"", word);
}

/* ---- what came out ---- */

/* @return lines of prints.log; the @p nth goes to @p out. */
static int read_log(struct paper *paper, int nth, char out[LINE_CAP])
{
	char path[PAPER_PATH_CAP], line[LINE_CAP];
	int count = 0;
	FILE *file;

	join(paper, "out/prints.log", path);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		count += strchr(line, '\n') != NULL;
		if (count == nth)
			memcpy(out, line, sizeof line);
	}
	if (file != NULL)
		fclose(file);
	return count;
}

int paper_count(struct paper *paper)
{
	char line[LINE_CAP];

	return read_log(paper, 0, line);
}

bool paper_wait(struct paper *paper, int count, int timeout_ms)
{
	for (int waited = 0; paper_count(paper) < count; waited += STEP_MS) {
		if (waited >= timeout_ms)
			return false;
		poll(NULL, 0, STEP_MS);
	}
	return true;
}

struct paper_sheet paper_sheet(struct paper *paper, int nth)
{
	struct paper_sheet sheet = {0};
	char line[LINE_CAP] = "", cut[WORDS_CAP], end[WORDS_CAP];

	if (read_log(paper, nth, line) < nth ||
	    sscanf(line, "sheet=%*d rows=%d cut=%31s end=%31s unknown=%d complaints=%d drawer=%d", &sheet.rows, cut,
		   end, &sheet.unknown, &sheet.complaints, &sheet.drawer) != 6)
		fail_msg("there is no sheet %d: %s", nth, line);
	sheet.whole = strcmp(end, "none") != 0;
	sheet.cut = strcmp(cut, "full") == 0 || strcmp(cut, "partly") == 0;
	return sheet;
}

static const char *name_file(struct paper *paper, int nth, const char *ending)
{
	char name[32];

	snprintf(name, sizeof name, "out/sheet-%03d.%s", nth, ending);
	join(paper, name, paper->path);
	return paper->path;
}

const char *paper_text_path(struct paper *paper, int nth)
{
	return name_file(paper, nth, "txt");
}

const char *paper_picture_path(struct paper *paper, int nth)
{
	return name_file(paper, nth, "png");
}
