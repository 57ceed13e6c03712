/* fault-proxy: carries bytes between a client and a server on this machine, and does harm after an exact number of
 * them.
 *
 * fault-proxy --listen PORT --to PORT --ready FILE --count FILE [--cut request|reply --at BYTES --then WORD]
 *
 * The bytes of a direction are counted over all connections. PORT 0 takes a free one; FILE of --ready gets its number
 * when it listens. At SIGTERM, FILE of --count gets "<request bytes> <reply bytes> <1 when the harm was done>".
 * One thread; it looks at no byte, so what it carries may be TLS. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINES_MAX 64
#define PIECE     16384
#define UNLIMITED INT64_MAX

enum direction { REQUEST, REPLY, DIRECTIONS };

/** What happens when the bytes have passed. */
struct harm {
	const char *name;
	bool resets;   /* the connection ends with RST, else with FIN */
	bool ends;     /* this connection ends */
	bool ends_all; /* so do all others, and all to come */
	bool swallows; /* the direction is read and thrown away, the other one goes on; without it nothing passes */
};

static const struct harm harms[] = {
    {.name = "reset", .ends = true, .resets = true},
    {.name = "end", .ends = true},
    {.name = "gone", .ends = true, .resets = true, .ends_all = true},
    {.name = "silence"},
    {.name = "deaf", .swallows = true},
};

static const char *const direction_names[DIRECTIONS] = {"request", "reply"};

/** Two sockets: of the client, of the server; -1 when the line is free. */
struct line {
	int fds[DIRECTIONS];
	bool ended[DIRECTIONS]; /* this side has said all it will */
};

struct proxy {
	int listener, to;
	const char *count_file;
	enum direction cut;
	int64_t at; /* UNLIMITED: no harm */
	const struct harm *harm;
	bool done;
	int64_t carried[DIRECTIONS];
	struct line lines[LINES_MAX];
};

static volatile sig_atomic_t stopping;

static void note_stop(int signal)
{
	(void)signal;
	stopping = 1;
}

_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "fault-proxy: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in find_address(int port)
{
	return (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
}

/* ---- lines ---- */

static void close_line(struct line *line, bool resets)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	for (int side = 0; side < DIRECTIONS; side++) {
		if (line->fds[side] < 0)
			continue;
		if (resets)
			setsockopt(line->fds[side], SOL_SOCKET, SO_LINGER, &now, sizeof now);
		close(line->fds[side]);
		line->fds[side] = -1;
	}
}

static void open_line(struct proxy *proxy)
{
	struct sockaddr_in address = find_address(proxy->to);
	int client = accept(proxy->listener, NULL, NULL), at_once = 1;
	struct line *line = NULL, fresh = {.fds = {client, -1}};

	if (client < 0)
		return;
	for (int i = 0; i < LINES_MAX && line == NULL; i++)
		if (proxy->lines[i].fds[REQUEST] < 0)
			line = &proxy->lines[i];
	if (line == NULL || (proxy->done && proxy->harm->ends_all)) {
		close_line(&fresh, true);
		return;
	}
	fresh.fds[REPLY] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fresh.fds[REPLY], (struct sockaddr *)&address, sizeof address) != 0) {
		close_line(&fresh, true);
		return;
	}
	for (int side = 0; side < DIRECTIONS; side++)
		setsockopt(fresh.fds[side], IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
	*line = fresh;
}

static void do_harm(struct proxy *proxy, struct line *line)
{
	proxy->done = true;
	if (proxy->harm->ends)
		close_line(line, proxy->harm->resets);
	for (int i = 0; proxy->harm->ends_all && i < LINES_MAX; i++)
		close_line(&proxy->lines[i], proxy->harm->resets);
}

static bool send_whole(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

/* Bytes that side @p from of a line has sent go to the other side, as far as they may. */
static void carry(struct proxy *proxy, struct line *line, enum direction from)
{
	enum direction to = from == REQUEST ? REPLY : REQUEST;
	uint8_t piece[PIECE];
	ssize_t got = recv(line->fds[from], piece, sizeof piece, 0);
	bool counts = proxy->at != UNLIMITED && from == proxy->cut && !proxy->done;
	int64_t may = counts ? proxy->at - proxy->carried[from] : UNLIMITED;
	size_t pass = got > 0 ? (size_t)got : 0;

	if (got < 0) {
		close_line(line, true);
		return;
	}
	if (got == 0) {
		line->ended[from] = true;
		shutdown(line->fds[to], SHUT_WR);
		if (line->ended[to])
			close_line(line, false);
		return;
	}
	if (proxy->done && proxy->harm->swallows && from == proxy->cut)
		return;
	if ((int64_t)pass > may)
		pass = (size_t)may;
	proxy->carried[from] += (int64_t)pass;
	if (!send_whole(line->fds[to], piece, pass))
		close_line(line, true);
	else if (counts && proxy->carried[from] == proxy->at)
		do_harm(proxy, line);
}

/* ---- the loop ---- */

static bool is_silent(const struct proxy *proxy)
{
	return proxy->done && !proxy->harm->ends && !proxy->harm->swallows;
}

static void run_once(struct proxy *proxy)
{
	struct pollfd polls[1 + 2 * LINES_MAX] = {{.fd = proxy->listener, .events = POLLIN}};

	for (int i = 0; i < LINES_MAX; i++)
		for (int side = 0; side < DIRECTIONS; side++) {
			const struct line *line = &proxy->lines[i];
			bool open = line->fds[side] >= 0 && !line->ended[side] && !is_silent(proxy);

			polls[1 + 2 * i + side] = (struct pollfd){.fd = open ? line->fds[side] : -1, .events = POLLIN};
		}
	if (poll(polls, 1 + 2 * LINES_MAX, 1000) <= 0)
		return;
	if (polls[0].revents != 0)
		open_line(proxy);
	for (int i = 0; i < LINES_MAX; i++)
		for (int side = 0; side < DIRECTIONS; side++)
			if (polls[1 + 2 * i + side].revents != 0 && !is_silent(proxy) &&
			    proxy->lines[i].fds[side] == polls[1 + 2 * i + side].fd)
				carry(proxy, &proxy->lines[i], (enum direction)side);
}

static void write_text(const char *path, const char *text)
{
	char fresh[4096];
	FILE *file;

	snprintf(fresh, sizeof fresh, "%s.new", path);
	file = fopen(fresh, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 || rename(fresh, path) != 0)
		give_up(path);
}

static void listen_at(struct proxy *proxy, int port, const char *ready)
{
	struct sockaddr_in address = find_address(port);
	socklen_t len = sizeof address;
	int again = 1;
	char text[16];

	proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (proxy->listener < 0 || setsockopt(proxy->listener, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again) != 0 ||
	    bind(proxy->listener, (struct sockaddr *)&address, len) != 0 || listen(proxy->listener, LINES_MAX) != 0 ||
	    getsockname(proxy->listener, (struct sockaddr *)&address, &len) != 0)
		give_up("listen");
	snprintf(text, sizeof text, "%d\n", ntohs(address.sin_port));
	write_text(ready, text);
}

/* ---- what is asked ---- */

static const char *find_word(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i += 2)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

static const char *need_word(int argc, char **argv, const char *name)
{
	const char *word = find_word(argc, argv, name);

	if (word == NULL) {
		fprintf(stderr, "fault-proxy: %s is missing\n", name);
		exit(2);
	}
	return word;
}

static void read_harm(struct proxy *proxy, int argc, char **argv)
{
	const char *cut = find_word(argc, argv, "--cut"), *then;

	if (cut == NULL)
		return;
	then = need_word(argc, argv, "--then");
	proxy->at = strtoll(need_word(argc, argv, "--at"), NULL, 10);
	proxy->cut = strcmp(cut, direction_names[REPLY]) == 0 ? REPLY : REQUEST;
	for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++)
		if (strcmp(harms[i].name, then) == 0)
			proxy->harm = &harms[i];
	if (proxy->harm == NULL || proxy->at < 0) {
		fputs("fault-proxy: no such harm\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct proxy proxy = {.at = UNLIMITED};
	struct sigaction stop = {.sa_handler = note_stop};
	char text[96];

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no proxy behind */
	sigaction(SIGTERM, &stop, NULL);
	for (int i = 0; i < LINES_MAX; i++)
		proxy.lines[i] = (struct line){.fds = {-1, -1}};
	proxy.to = (int)strtol(need_word(argc, argv, "--to"), NULL, 10);
	proxy.count_file = need_word(argc, argv, "--count");
	read_harm(&proxy, argc, argv);
	listen_at(&proxy, (int)strtol(need_word(argc, argv, "--listen"), NULL, 10), need_word(argc, argv, "--ready"));
	while (!stopping)
		run_once(&proxy);
	snprintf(text, sizeof text, "%lld %lld %d\n", (long long)proxy.carried[REQUEST],
		 (long long)proxy.carried[REPLY], proxy.done);
	write_text(proxy.count_file, text);
	return 0;
}
