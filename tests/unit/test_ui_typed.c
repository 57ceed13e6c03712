/* What is typed at a terminal becomes keys: bytes that are none are dropped by themselves, what a terminal says by
 * itself is swallowed whole, and neither takes a key with it; and signals that mean nothing. In a pty, through the
 * program's own reading.
 *
 * rooms: ui ui/widget core/base
 */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/signals.h"
#include "ui/widget/terminal.h"

#define LINE_CAP 256
#define WAIT_MS  10000
#define REST_MS  120 /* longer than a sequence that is broken off is waited for */

static pid_t child;
static int terminal_fd, keys_fd;

/* ---- in the terminal: each key as one word ---- */

static void write_key(int fd, const struct bt_ui_press *press)
{
	static const char *const names[] = {
	    [BT_KEY_ENTER] = "Enter", [BT_KEY_ESC] = "Esc", [BT_KEY_TAB] = "Tab",     [BT_KEY_BACKSPACE] = "Backspace",
	    [BT_KEY_UP] = "Up",       [BT_KEY_F1] = "F1",   [BT_KEY_PASTE] = "Paste", [BT_KEY_F12] = "F12",
	};
	char line[32];
	const char *name = (size_t)press->key < sizeof(names) / sizeof(names[0]) ? names[press->key] : NULL;
	int len = press->key == BT_KEY_CHAR ? snprintf(line, sizeof(line), "%x ", (unsigned)press->ch)
					    : snprintf(line, sizeof(line), "%s ", name ? name : "other");
	if (write(fd, line, (size_t)len) != len) {
		_exit(2);
	}
}

static void read_keys(int fd)
{
	struct bt_ui_press press;
	struct bt_ui_signals signals = {.fd = -1};
	struct pollfd input[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	if (bt_ui_terminal_open(BT_THEME_DARK, 0, NULL) != BT_OK || bt_ui_signals_open(&signals, NULL) != BT_OK ||
	    write(fd, "ready ", 6) != 6) {
		_exit(1);
	}
	input[1].fd = signals.fd;
	while (poll(input, 2, WAIT_MS) > 0 && !(input[0].revents & (POLLHUP | POLLERR))) {
		if (bt_ui_signals_take(&signals)) {
			break;
		}
		while (bt_ui_terminal_read(&press)) {
			write_key(fd, &press);
		}
	}
	_exit(0);
}

/* ---- at it ---- */

/* Nobody looks at what the terminal shows, but it is to go on. */
static void drop_output(void)
{
	struct pollfd output = {.fd = terminal_fd, .events = POLLIN};
	char bytes[4096];
	while (poll(&output, 1, 0) > 0 && read(terminal_fd, bytes, sizeof(bytes)) > 0) {
		/* on to the next */
	}
}

/* Words until @p last has come. */
static void read_until(const char *last, char out[LINE_CAP])
{
	struct pollfd keys = {.fd = keys_fd, .events = POLLIN};
	size_t used = 0, len = strlen(last);
	out[0] = '\0';
	while (used < len || strcmp(out + used - len, last) != 0) {
		drop_output();
		if (poll(&keys, 1, WAIT_MS) <= 0 || used + 1 >= LINE_CAP || read(keys_fd, out + used, 1) != 1) {
			fail_msg("\"%s\" did not come behind \"%s\"", last, out);
		}
		out[++used] = '\0';
	}
}

static int open_terminal(void **state)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 80};
	int ends[2];
	char line[LINE_CAP];
	(void)state;
	if (pipe(ends) != 0) {
		return -1;
	}
	child = forkpty(&terminal_fd, NULL, NULL, &size);
	if (child == 0) {
		close(ends[0]);
		read_keys(ends[1]);
	}
	close(ends[1]);
	keys_fd = ends[0];
	read_until("ready ", line);
	return 0;
}

static int close_terminal(void **state)
{
	(void)state;
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	close(terminal_fd);
	close(keys_fd);
	return 0;
}

static void send_bytes(const char *bytes, size_t len)
{
	assert_int_equal(write(terminal_fd, bytes, len), (ssize_t)len);
}

static void rest(int ms)
{
	poll(NULL, 0, ms);
}

static const struct {
	const char *bytes, *keys; /* before the Enter that ends each row */
} rows[] = {
    {"a", "61 "},
    {"\xe0\xa4\x95", "915 "},
    {"\xf0\x9f\x99\x82", "1f642 "},
    {"\x1b[15~", "other "}, /* F5 */
    {"\x1bOP", "F1 "},
    {"\x1bOA", "Up "},
    {"\t\x7f\b", "Tab Backspace Backspace "},
    {"\x01\x02\x1a\x1c", ""},
    /* What is no character takes nothing with it, neither a letter nor a key. */
    {"\x80\xbf\xfe\xff", ""},
    {"\xff"
     "a",
     "61 "},
    {"\xc3"
     "a",
     "61 "},
    {"\xe0\xa4"
     "a",
     "61 "},
    {"\xf0\x9f\x99"
     "a",
     "61 "},
    {"\xc0\xaf"
     "a",
     "61 "},
    {"\xed\xa0\x80"
     "a",
     "61 "},
    {"\xf5\x80\x80\x80"
     "a",
     "61 "},
    {"\xe0\xa4\xe0\xa4\x95", "915 "},
    {"\xff\x1bOP", "F1 "},
    {"\xe0\xa4\x1bOP", "F1 "},
    {"\xc3\x1b[I"
     "a",
     "61 "},
    /* What a terminal says by itself. */
    {"\x1b[I\x1b[O"
     "a",
     "61 "},
    {"\x1b[<0;10;10M\x1b[<0;10;10m"
     "a",
     "61 "},
    {"\x1b[M !!"
     "a",
     "61 "},
    {"\x1b[M \xff\xfe"
     "a",
     "61 "},
    {"\x1b[M \xe0\xa4"
     "a",
     "61 "},
    {"\x1b[?1;2c\x1b[12;40R"
     "a",
     "61 "},
    {"\x1b]0;\xe0\xa4\x95\x07"
     "a",
     "61 "},
    {"\x1bP1$r0m\x1b\\"
     "a",
     "61 "},
    {"\x1b_x\x1b\\\x1b^y\x1b\\"
     "a",
     "61 "},
    {"\x1b[97;5u"
     "a",
     "61 "},
    {"\x1b[200~5\r\xe0\xa4\x1b[201~"
     "a",
     "Paste 61 "},
    /* Broken off by the next one. */
    {"\x1b[12;3\x1bOP", "F1 "},
    {"\x1b]0;never\x1bOP", "F1 "},
    {"\x1b]0;never\x1bP1$r\x1b[M \x1bO\x1bOP", "F1 "},
};

static void test_bytes_become_keys_or_nothing(void **state)
{
	char line[LINE_CAP], wanted[LINE_CAP];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		send_bytes(rows[i].bytes, strlen(rows[i].bytes));
		send_bytes("\r", 1);
		read_until("Enter ", line);
		(void)snprintf(wanted, sizeof(wanted), "%sEnter ", rows[i].keys);
		if (strcmp(line, wanted) != 0) {
			fail_msg("row %zu: \"%s\" instead of \"%s\"", i, line, wanted);
		}
	}
}

/* Broken off, and a rest behind it: the next key is a key. */
static void test_what_is_broken_off_takes_no_key(void **state)
{
	static const char *const halves[] = {"\x1b[12;3", "\x1b]0;never", "\x1bP1$r", "\x1b[M",
					     "\x1b[M ",   "\x1bO",        "\xe0\xa4", "\xf0"};
	char line[LINE_CAP];
	(void)state;
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		send_bytes(halves[i], strlen(halves[i]));
		rest(REST_MS);
		send_bytes("a\r", 2);
		read_until("Enter ", line);
		assert_string_equal(line, "61 Enter ");
	}
}

/* The end of a paste is lost on its way: keys are dropped for a while, and not for ever. */
static void test_a_paste_without_an_end_is_over_by_itself(void **state)
{
	char line[LINE_CAP];
	(void)state;
	send_bytes("\x1b[200~500\r", 10);
	read_until("Paste ", line);
	rest(REST_MS);
	send_bytes("1\r", 2);
	rest(2300);
	send_bytes("a\r", 2);
	read_until("Enter ", line);
	assert_string_equal(line, "61 Enter ");
	/* And the next one is one again. */
	send_bytes("\x1b[200~500\r\x1b[201~b\r", 18);
	read_until("Enter ", line);
	assert_string_equal(line, "Paste 62 Enter ");
}

/* Each signal that would end or stop a program, but for TERM and HUP, which end it well, and what nobody can hold;
 * WINCH is a new size. */
static void test_signals_mean_nothing(void **state)
{
	static const int kept[] = {SIGHUP, SIGTERM, SIGWINCH, SIGKILL, SIGSTOP, SIGTRAP,
				   SIGSYS, SIGSEGV, SIGBUS,   SIGILL,  SIGFPE,  SIGABRT};
	char line[LINE_CAP];
	int status = -1;
	(void)state;
	for (int number = 1; number <= SIGRTMAX; number++) {
		bool is_sent = number < 32 || number >= SIGRTMIN;
		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
			is_sent = is_sent && kept[i] != number;
		}
		if (!is_sent) {
			continue;
		}
		assert_int_equal(kill(child, number), 0);
		send_bytes("a\r", 2);
		read_until("Enter ", line);
		if (strcmp(line, "61 Enter ") != 0) {
			fail_msg("signal %d: \"%s\"", number, line);
		}
	}
	assert_int_equal(kill(child, SIGTERM), 0);
	while (waitpid(child, &status, WNOHANG) == 0) {
		drop_output();
		rest(1);
	}
	assert_int_equal(status, 0);
	child = 0;
}

#define IN_TERMINAL(function) cmocka_unit_test_setup_teardown(function, open_terminal, close_terminal)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_TERMINAL(test_bytes_become_keys_or_nothing),
	    IN_TERMINAL(test_what_is_broken_off_takes_no_key),
	    IN_TERMINAL(test_signals_mean_nothing),
	    IN_TERMINAL(test_a_paste_without_an_end_is_over_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
