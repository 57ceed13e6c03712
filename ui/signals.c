#include "ui/signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ui/widget/terminal.h"

static void leave_terminal(int number)
{
	bt_ui_terminal_close();
	signal(number, SIG_DFL);
	raise(number);
}

enum bt_err bt_ui_signals_open(struct bt_ui_signals *signals, struct bt_fault *fault)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	/* These are the kernel's and the debugger's, or do nothing by themselves. */
	static const int left[] = {SIGTRAP, SIGSYS, SIGCHLD, SIGCONT};
	sigset_t set;
	signals->fd = -1;
	sigfillset(&set);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		sigdelset(&set, fatal[i]);
		signal(fatal[i], leave_terminal);
	}
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		sigdelset(&set, left[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, &signals->before) != 0) {
		return bt_fault_set(fault, BT_EOS, errno, "signals");
	}
	signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return signals->fd >= 0 ? BT_OK : bt_fault_set(fault, BT_EOS, errno, "signals");
}

void bt_ui_signals_close(struct bt_ui_signals *signals)
{
	if (signals->fd < 0) {
		return;
	}
	close(signals->fd);
	signals->fd = -1;
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

bool bt_ui_signals_take(const struct bt_ui_signals *signals)
{
	struct signalfd_siginfo info;
	bool over = false;
	while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			bt_ui_terminal_resize();
		}
		over = over || info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP;
	}
	return over;
}
