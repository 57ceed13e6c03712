#include "tests/printer/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/printer/control.h"
#include "tests/printer/sheet.h"
#include "tests/printer/wire.h"

#define LINE_CAP        256
#define SMALL_BUFFER    16384 /* up to here the kernel is told to hold no more than the printer does */
#define SLOW_TICK_US    20000
#define DUMB_MOST       30000 /* bytes after which a dumb printer has closed the line */
#define LONGEST_POLL_MS 60000

struct sim_server {
	struct sim_device device;
	struct sim_mischief mischief;
	struct sim_line_options line;
	pthread_t thread;
	pthread_mutex_t lock;  /* all below, and the device */
	pthread_cond_t turned; /* the thread has gone round once more */
	bool stopping, started;
	int wake;
	int listener, client; /* -1: none; a terminal is a client that stays */
	int terminal_client;  /* its other side */
	int control_listener, control;
	int port, control_port;
	char said[LINE_CAP]; /* of a line of control */
	size_t said_len;
	int64_t slow_since_us; /* bytes since then are at most what slow allows */
	int64_t slow_taken;
	size_t bytes;
	unsigned seed;
};

/* ---- the line ---- */

static void drop_client(struct sim_server *server, bool broken)
{
	if (server->client < 0)
		return;
	if (broken)
		sim_wire_break(server->client);
	else
		close(server->client);
	server->client = -1;
	sim_device_hang_up(&server->device);
}

static void open_terminal(struct sim_server *server)
{
	if (server->terminal_client >= 0)
		close(server->terminal_client);
	server->client = sim_wire_terminal(server->line.pty, &server->terminal_client);
}

static void cut_line(struct sim_server *server)
{
	server->mischief.cut_after = -1;
	if (server->line.pty == NULL) {
		drop_client(server, true);
		return;
	}
	drop_client(server, false);
	open_terminal(server);
}

static void welcome(struct sim_server *server)
{
	server->client = sim_wire_accept(server->listener);
	if (server->client < 0 || !server->device.options.model->drops_line || server->mischief.cut_after >= 0)
		return;
	server->seed = server->seed * 1103515245U + 12345U;
	server->mischief.cut_after = 1 + (int64_t)(server->seed >> 8) % DUMB_MOST;
}

/* How many bytes may be taken now. */
static size_t find_room(struct sim_server *server)
{
	size_t room = sim_device_room(&server->device);
	const struct sim_mischief *mischief = &server->mischief;

	if (mischief->cut_after >= 0 && (size_t)mischief->cut_after < room)
		room = (size_t)mischief->cut_after;
	if (mischief->slow > 0) {
		int64_t since = sim_wire_now_us() - server->slow_since_us;
		int64_t allowed = mischief->slow * (since + SLOW_TICK_US) / 1000000 - server->slow_taken;

		if (since > 1000000) {
			server->slow_since_us += since;
			server->slow_taken = 0;
		}
		room = allowed <= 0 ? 0 : (size_t)allowed < room ? (size_t)allowed : room;
	}
	return room;
}

static void take_bytes(struct sim_server *server)
{
	uint8_t bytes[SIM_IN_MOST];
	size_t room = find_room(server);
	ssize_t got = room > 0 ? read(server->client, bytes, room) : -1;

	if (room == 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (got <= 0) {
		if (server->line.pty == NULL)
			drop_client(server, false);
		return;
	}
	sim_device_take(&server->device, bytes, (size_t)got);
	server->bytes += (size_t)got;
	server->slow_taken += got;
	if (server->mischief.cut_after < 0)
		return;
	server->mischief.cut_after -= got;
	if (server->mischief.cut_after == 0)
		cut_line(server);
}

/* An answer that the line does not take is lost, as in a real one. */
static void give_answers(struct sim_server *server)
{
	uint8_t out[4096];
	size_t len = sim_device_answer(&server->device, out, sizeof out);

	ssize_t put;

	if (len == 0 || server->client < 0)
		return;
	put = server->line.pty != NULL ? write(server->client, out, len) : send(server->client, out, len, MSG_NOSIGNAL);
	if (put < 0 && errno == EPIPE)
		drop_client(server, true);
}

/* ---- control ---- */

static void hear_line(struct sim_server *server)
{
	bool known;

	server->said[server->said_len] = '\0';
	server->said_len = 0;
	known = sim_control(&server->device, &server->mischief, server->said);
	if (!known)
		fprintf(stderr, "printer-sim: no such word: %s\n", server->said);
	if (server->control_listener >= 0 && write(server->control, known ? "ok\n" : "no\n", 3) != 3)
		fputs("printer-sim: nobody hears the answer\n", stderr);
}

static void hear(struct sim_server *server)
{
	char bytes[LINE_CAP];
	ssize_t got = read(server->control, bytes, sizeof bytes);

	if (got <= 0 && server->control_listener >= 0 && errno != EAGAIN) {
		close(server->control);
		server->control = -1;
	}
	for (ssize_t i = 0; i < got; i++) {
		if (bytes[i] == '\n')
			hear_line(server);
		else if (server->said_len < sizeof server->said - 1)
			server->said[server->said_len++] = bytes[i];
	}
}

/* ---- the thread ---- */

enum { POLL_WAKE, POLL_LINE, POLL_CONTROL, POLL_COUNT };

static int find_timeout(struct sim_server *server)
{
	int64_t next = sim_device_next_us(&server->device), left;

	if (server->client >= 0 && server->mischief.slow > 0 && find_room(server) == 0)
		return SLOW_TICK_US / 1000;
	if (next < 0)
		return LONGEST_POLL_MS;
	left = next - sim_wire_now_us();
	return left <= 0 ? 0 : (int)(left / 1000) + 1;
}

static void prepare(struct sim_server *server, struct pollfd polled[POLL_COUNT])
{
	bool room = server->client >= 0 && find_room(server) > 0;

	polled[POLL_WAKE] = (struct pollfd){.fd = server->wake, .events = POLLIN};
	polled[POLL_LINE] = (struct pollfd){.fd = server->client >= 0 ? (room ? server->client : -1) : server->listener,
					    .events = POLLIN};
	polled[POLL_CONTROL] =
	    (struct pollfd){.fd = server->control >= 0 ? server->control : server->control_listener, .events = POLLIN};
}

static void turn(struct sim_server *server, const struct pollfd polled[POLL_COUNT])
{
	uint64_t woken;

	if (polled[POLL_WAKE].revents != 0 && read(server->wake, &woken, sizeof woken) < 0)
		perror("printer-sim");
	if (polled[POLL_CONTROL].revents != 0) {
		if (server->control >= 0)
			hear(server);
		else
			server->control = sim_wire_accept(server->control_listener);
	}
	server->device.now_us = sim_wire_now_us();
	if (polled[POLL_LINE].revents != 0) {
		if (server->client >= 0)
			take_bytes(server);
		else
			welcome(server);
	}
	sim_device_run(&server->device, sim_wire_now_us());
	give_answers(server);
}

static void *run(void *argument)
{
	struct sim_server *server = argument;
	struct pollfd polled[POLL_COUNT];

	pthread_mutex_lock(&server->lock);
	while (!server->stopping) {
		int timeout_ms = find_timeout(server);

		prepare(server, polled);
		pthread_mutex_unlock(&server->lock);
		(void)poll(polled, POLL_COUNT, timeout_ms);
		pthread_mutex_lock(&server->lock);
		turn(server, polled);
		pthread_cond_broadcast(&server->turned);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

/* ---- opening ---- */

static bool open_line(struct sim_server *server)
{
	int cap = server->device.options.in_cap;

	if (server->line.tcp != NULL) {
		server->listener = sim_wire_listen(server->line.tcp, cap <= SMALL_BUFFER ? cap : 0, &server->port);
		return server->listener >= 0;
	}
	if (server->line.pty != NULL)
		open_terminal(server);
	return server->client >= 0;
}

static bool open_control(struct sim_server *server)
{
	const char *control = server->line.control;

	if (control == NULL)
		return true;
	if (strchr(control, '/') != NULL) {
		server->control = sim_wire_fifo(control);
		return server->control >= 0;
	}
	server->control_listener = sim_wire_listen(control, 0, &server->control_port);
	return server->control_listener >= 0;
}

struct sim_server *sim_server_open(const struct sim_options *options, const struct sim_line_options *line)
{
	struct sim_server *server = calloc(1, sizeof *server);

	if (server == NULL)
		return NULL;
	server->line = *line;
	server->seed = line->seed;
	server->mischief.cut_after = -1;
	server->listener = server->client = server->terminal_client = -1;
	server->control_listener = server->control = -1;
	server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->turned, NULL);
	server->device.now_us = 0;
	sim_device_init(&server->device, options);
	server->started = server->wake >= 0 && open_line(server) && open_control(server) &&
			  pthread_create(&server->thread, NULL, run, server) == 0;
	if (server->started)
		return server;
	sim_server_close(server);
	return NULL;
}

static void wake(struct sim_server *server)
{
	const uint64_t one = 1;

	if (write(server->wake, &one, sizeof one) != sizeof one)
		perror("printer-sim");
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void sim_server_close(struct sim_server *server)
{
	if (server == NULL)
		return;
	if (server->started) {
		pthread_mutex_lock(&server->lock);
		server->stopping = true;
		wake(server);
		pthread_mutex_unlock(&server->lock);
		pthread_join(server->thread, NULL);
		sim_sheet_end(&server->device, server->device.paper.rows, "left");
	}
	close_one(server->listener);
	close_one(server->client);
	close_one(server->terminal_client);
	close_one(server->control);
	close_one(server->control_listener);
	close_one(server->wake);
	sim_device_fini(&server->device);
	pthread_cond_destroy(&server->turned);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/* ---- from outside ---- */

int sim_server_port(const struct sim_server *server)
{
	return server->port;
}

int sim_server_control_port(const struct sim_server *server)
{
	return server->control_port;
}

bool sim_server_say(struct sim_server *server, const char *word)
{
	bool known;

	pthread_mutex_lock(&server->lock);
	known = sim_control(&server->device, &server->mischief, word);
	if (strcmp(word, "reset") == 0)
		server->bytes = 0;
	wake(server);
	pthread_mutex_unlock(&server->lock);
	return known;
}

/* Nobody is there, nobody waits to be let in, and nothing is left to do. */
static bool is_settled(struct sim_server *server)
{
	struct pollfd line = {.fd = server->line.pty != NULL ? server->client : server->listener, .events = POLLIN};
	bool alone = server->line.pty != NULL || server->client < 0;

	return alone && poll(&line, 1, 0) == 0 &&
	       (sim_device_is_stopped(&server->device) || sim_device_is_idle(&server->device));
}

bool sim_server_settle(struct sim_server *server, int timeout_ms)
{
	int64_t deadline_us = sim_wire_now_us() + (int64_t)timeout_ms * 1000;
	bool settled;

	pthread_mutex_lock(&server->lock);
	while (!(settled = is_settled(server)) && sim_wire_now_us() < deadline_us) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 10000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&server->turned, &server->lock, &until);
	}
	pthread_mutex_unlock(&server->lock);
	return settled;
}

int sim_server_count(struct sim_server *server, const struct sim_dots *whole)
{
	int count;

	pthread_mutex_lock(&server->lock);
	count = sim_dots_count(&server->device.paper, whole);
	pthread_mutex_unlock(&server->lock);
	return count;
}

struct sim_dots sim_server_paper(struct sim_server *server, int row)
{
	struct sim_dots copy;

	pthread_mutex_lock(&server->lock);
	sim_dots_init(&copy, server->device.paper.width);
	if (row < server->device.paper.rows) {
		sim_dots_extend(&copy, server->device.paper.rows - row);
		memcpy(copy.bits, sim_dots_row(&server->device.paper, row), (size_t)copy.rows * (size_t)copy.width / 8);
	}
	pthread_mutex_unlock(&server->lock);
	return copy;
}

size_t sim_server_bytes(struct sim_server *server)
{
	size_t bytes;

	pthread_mutex_lock(&server->lock);
	bytes = server->bytes;
	pthread_mutex_unlock(&server->lock);
	return bytes;
}

int sim_server_wrong(struct sim_server *server)
{
	int wrong;

	pthread_mutex_lock(&server->lock);
	wrong = server->device.tale.unknown + server->device.tale.complaints;
	pthread_mutex_unlock(&server->lock);
	return wrong;
}
