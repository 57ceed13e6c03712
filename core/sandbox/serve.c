#include "core/sandbox/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/sandbox/admin.h"
#include "core/sandbox/faults.h"
#include "core/sandbox/http.h"
#include "core/sandbox/people.h"
#include "core/sandbox/psp_http.h"

struct server {
	struct bt_sbx *sbx;
	struct bt_sbx_fault_box box;
	struct bt_sbx_http *http;
	struct bt_sbx_psp_http *psp; /* NULL: none */
	int lock_fd, admin_fd, signal_fd;
};

static bool say(const char *what)
{
	fprintf(stderr, "batti-sandbox: %s\n", what);
	return false;
}

/* Blocked before any thread starts, so that every thread inherits it and only the main one reads them. */
static int catch_signals(void)
{
	sigset_t ends;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaction(SIGPIPE, &ignore, NULL);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	return signalfd(-1, &ends, SFD_CLOEXEC);
}

static struct bt_sbx_fault load_fault(struct bt_sbx *sbx)
{
	char text[BT_SBX_FAULT_TEXT_MAX];
	struct bt_sbx_fault fault = {BT_SBX_FAULT_NONE, 0};
	if (bt_sbx_meta_text(sbx->db, "fault", text, sizeof text))
		(void)bt_sbx_fault_parse(text, &fault);
	return fault;
}

/* The listening socket follows the fault: only `down` closes it. */
static bool apply_fault(struct server *server, struct bt_sbx_fault fault)
{
	bt_sbx_fault_set(&server->box, fault);
	if (fault.kind != BT_SBX_FAULT_DOWN)
		return bt_sbx_http_start(server->http);
	bt_sbx_http_stop(server->http);
	return true;
}

static void answer_admin(struct server *server)
{
	char line[BT_SBX_ADMIN_LINE];
	char text[BT_SBX_FAULT_TEXT_MAX];
	struct bt_sbx_fault fault;
	int caller = bt_sbx_admin_accept(server->admin_fd, line);
	if (caller < 0)
		return;
	bool is_understood = strcmp(line, "?") == 0 || bt_sbx_fault_parse(line, &fault);
	if (!is_understood) {
		bt_sbx_admin_answer(caller, "!no such fault");
		return;
	}
	if (strcmp(line, "?") != 0 && !apply_fault(server, fault)) {
		bt_sbx_admin_answer(caller, "!the port could not be opened again");
		return;
	}
	bt_sbx_fault_format(bt_sbx_fault_get(&server->box), text);
	bt_sbx_admin_answer(caller, text);
}

/* One line for the head-end and, where there is one, one for the payment service. */
static void print_addresses(FILE *file, const struct server *server, const char *host)
{
	fprintf(file, "https://%s:%d\n", host, bt_sbx_http_port(server->http));
	if (server->psp)
		fprintf(file, "https://%s:%d\n", host, bt_sbx_psp_http_port(server->psp));
}

static bool write_ready(const struct server *server, const struct bt_sbx_serve_options *options)
{
	char temporary[BT_SBX_PATH_MAX];
	if (!options->ready_file)
		return true;
	if (snprintf(temporary, sizeof temporary, "%s.new", options->ready_file) >= (int)sizeof temporary)
		return false;
	FILE *file = fopen(temporary, "we");
	if (!file)
		return false;
	print_addresses(file, server, options->host);
	bool ok = !ferror(file);
	ok = fclose(file) == 0 && ok;
	/* Renamed, so that whoever waits for the file never reads half of it. */
	return ok && rename(temporary, options->ready_file) == 0;
}

static bool prepare(struct server *server, const struct bt_sbx_serve_options *options)
{
	server->signal_fd = catch_signals();
	server->lock_fd = bt_sbx_lock(server->sbx, "serve.lock", 0);
	if (server->lock_fd < 0)
		return say("another server is running on this state folder");
	if (!bt_sbx_people_make(server->sbx, options->seed, options->consumers))
		return say("the consumers could not be made");
	if (!bt_sbx_fault_box_init(&server->box, (struct bt_sbx_fault){BT_SBX_FAULT_NONE, 0}))
		return say("no memory");
	if (!bt_sbx_http_open(server->sbx, &server->box, options->host, options->port, &server->http) ||
	    !bt_sbx_http_start(server->http))
		return say("the address could not be listened on");
	server->admin_fd = bt_sbx_admin_listen(server->sbx);
	if (server->admin_fd < 0)
		return say("the admin socket could not be made");
	/* The port is taken first even when the server is to start `down`, so that it can come back on it. */
	if (!apply_fault(server, load_fault(server->sbx)))
		return say("the address could not be listened on");
	if (options->psp_port >= 0 &&
	    !bt_sbx_psp_http_open(server->sbx->dir, options->host, options->psp_port, &server->psp))
		return say("the payment service could not be started");
	if (!write_ready(server, options))
		return say("the ready file could not be written");
	return true;
}

/* Nothing is expected on standard input but its end. */
static bool is_at_end(const struct pollfd *input)
{
	char ignored[64];
	return input->revents && read(input->fd, ignored, sizeof ignored) <= 0;
}

static void run(struct server *server, bool until_eof)
{
	struct pollfd sources[] = {{.fd = server->signal_fd, .events = POLLIN},
				   {.fd = server->admin_fd, .events = POLLIN},
				   {.fd = until_eof ? STDIN_FILENO : -1, .events = POLLIN}};
	while (!(sources[0].revents & POLLIN) && !is_at_end(&sources[2])) {
		if (poll(sources, 3, -1) < 0)
			continue;
		if (sources[1].revents & POLLIN)
			answer_admin(server);
	}
}

int bt_sbx_serve(struct bt_sbx *sbx, const struct bt_sbx_serve_options *options)
{
	struct server server = {.sbx = sbx, .lock_fd = -1, .admin_fd = -1, .signal_fd = -1};
	bool ok = prepare(&server, options);
	if (ok) {
		print_addresses(stdout, &server, options->host);
		fflush(stdout);
		run(&server, options->until_eof);
	}
	bt_sbx_psp_http_close(server.psp);
	if (server.http) {
		bt_sbx_fault_stop(&server.box);
		bt_sbx_http_close(server.http);
		bt_sbx_fault_box_fini(&server.box);
	}
	if (server.admin_fd >= 0) {
		(void)unlinkat(sbx->dir_fd, "admin.sock", 0);
		close(server.admin_fd);
	}
	if (server.signal_fd >= 0)
		close(server.signal_fd);
	if (server.lock_fd >= 0)
		close(server.lock_fd);
	return ok ? 0 : 1;
}
