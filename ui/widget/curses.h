/* The only place that names ncurses. Included by terminal.c and palette.c and by nothing else. */
#ifndef BT_UI_WIDGET_CURSES_H
#define BT_UI_WIDGET_CURSES_H

#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>

#endif
