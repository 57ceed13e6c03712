/* The least a curses program can be: says that it is ready, echoes keys in place. The limit for bench_start and
 * bench_keys. */
#include <curses.h>
#include <locale.h>

int main(void)
{
	int key;

	setlocale(LC_ALL, "");
	initscr();
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	mvaddstr(0, 0, "ready");
	refresh();
	while ((key = getch()) != 'q') {
		mvaddch(2, 4, (chtype)(key >= ' ' && key < 127 ? key : ' '));
		refresh();
	}
	endwin();
	return 0;
}
