#include "ui/widget/palette.h"

#include <stdlib.h>
#include <string.h>

#include "ui/widget/curses.h"

#define PAIRS_MAX 64
#define FROM_ROLE (-2) /* the role's own colour stands on this ground */

struct ink {
	short colour;
	uint32_t attrs;
};
struct ground {
	short colour, ink; /* ink: one colour for every role, or FROM_ROLE */
	uint32_t attrs;
};
struct theme {
	int colours;
	struct ink inks[BT_INK_COUNT];
	struct ground grounds[BT_ON_COUNT];
};

/* Source: colour roles of the screen design; contrasts are given there. Without colours both are the terminal's own. */
#define NO_COLOURS                                                                                                     \
	{                                                                                                              \
		0,                                                                                                     \
		    {[BT_INK_FAINT] = {0, A_DIM},                                                                      \
		     [BT_INK_OK] = {0, A_BOLD},                                                                        \
		     [BT_INK_WARN] = {0, A_BOLD},                                                                      \
		     [BT_INK_BAD] = {0, A_REVERSE}},                                                                   \
		{                                                                                                      \
			[BT_ON_BAR] = {0, 0, A_REVERSE}, [BT_ON_STOP] = {0, 0, A_REVERSE},                             \
			[BT_ON_TRAINING] = {0, 0, A_REVERSE}, [BT_ON_PAPER] = {                                        \
				0,                                                                                     \
				0,                                                                                     \
				A_REVERSE                                                                              \
			}                                                                                              \
		}                                                                                                      \
	}

static const struct theme themes[] = {
    {256,
     {[BT_INK_FACT] = {254, 0},
      [BT_INK_QUIET] = {248, 0},
      [BT_INK_FAINT] = {240, 0},
      [BT_INK_ACCENT] = {117, 0},
      [BT_INK_OK] = {114, 0},
      [BT_INK_WARN] = {221, 0},
      [BT_INK_BAD] = {210, 0}},
     {[BT_ON_GROUND] = {233, FROM_ROLE, 0},
      [BT_ON_BAR] = {236, FROM_ROLE, 0},
      [BT_ON_STOP] = {124, 231, 0},
      [BT_ON_TRAINING] = {221, 16, 0},
      [BT_ON_SELECTED] = {236, FROM_ROLE, 0},
      [BT_ON_PAPER] = {231, 16, 0}}},
    {16,
     {[BT_INK_FACT] = {15, 0},
      [BT_INK_QUIET] = {7, 0},
      [BT_INK_FAINT] = {8, 0},
      [BT_INK_ACCENT] = {14, 0},
      [BT_INK_OK] = {10, 0},
      [BT_INK_WARN] = {11, 0},
      [BT_INK_BAD] = {9, 0}},
     {[BT_ON_GROUND] = {0, FROM_ROLE, 0},
      [BT_ON_BAR] = {7, 0, 0},
      [BT_ON_STOP] = {1, 15, 0},
      [BT_ON_TRAINING] = {11, 0, 0},
      [BT_ON_SELECTED] = {0, FROM_ROLE, 0},
      [BT_ON_PAPER] = {7, 0, 0}}},
    {8,
     {[BT_INK_FACT] = {7, A_BOLD},
      [BT_INK_QUIET] = {7, 0},
      [BT_INK_FAINT] = {7, A_DIM},
      [BT_INK_ACCENT] = {6, A_BOLD},
      [BT_INK_OK] = {2, A_BOLD},
      [BT_INK_WARN] = {3, A_BOLD},
      [BT_INK_BAD] = {1, A_BOLD}},
     {[BT_ON_GROUND] = {0, FROM_ROLE, 0},
      [BT_ON_BAR] = {7, 0, 0},
      [BT_ON_STOP] = {1, 7, A_BOLD},
      [BT_ON_TRAINING] = {3, 0, 0},
      [BT_ON_SELECTED] = {0, FROM_ROLE, A_BOLD},
      [BT_ON_PAPER] = {7, 0, 0}}},
    NO_COLOURS,
};

/* Where dark green or brown would be too weak the shape and the word beside them carry the meaning. */
static const struct theme light_themes[] = {
    {256,
     {[BT_INK_FACT] = {233, 0},
      [BT_INK_QUIET] = {240, 0},
      [BT_INK_FAINT] = {250, 0},
      [BT_INK_ACCENT] = {24, 0},
      [BT_INK_OK] = {22, 0},
      [BT_INK_WARN] = {94, 0},
      [BT_INK_BAD] = {124, 0}},
     {[BT_ON_GROUND] = {231, FROM_ROLE, 0},
      [BT_ON_BAR] = {254, FROM_ROLE, 0},
      [BT_ON_STOP] = {124, 231, 0},
      [BT_ON_TRAINING] = {221, 16, 0},
      [BT_ON_SELECTED] = {254, FROM_ROLE, 0},
      [BT_ON_PAPER] = {231, 16, 0}}},
    {16,
     {[BT_INK_QUIET] = {8, 0}, [BT_INK_FAINT] = {7, 0}, [BT_INK_ACCENT] = {4, 0}, [BT_INK_BAD] = {1, 0}},
     {[BT_ON_GROUND] = {15, FROM_ROLE, 0},
      [BT_ON_BAR] = {7, 0, 0},
      [BT_ON_STOP] = {1, 15, 0},
      [BT_ON_TRAINING] = {11, 0, 0},
      [BT_ON_SELECTED] = {7, FROM_ROLE, 0},
      [BT_ON_PAPER] = {15, 0, 0}}},
    {8,
     {[BT_INK_ACCENT] = {4, 0}},
     {[BT_ON_GROUND] = {7, FROM_ROLE, 0},
      [BT_ON_BAR] = {7, 0, 0},
      [BT_ON_STOP] = {1, 7, A_BOLD},
      [BT_ON_TRAINING] = {3, 0, 0},
      [BT_ON_SELECTED] = {7, FROM_ROLE, A_BOLD},
      [BT_ON_PAPER] = {7, 0, 0}}},
    NO_COLOURS,
};

static const struct theme *const by_theme[BT_THEMES] = {[BT_THEME_DARK] = themes, [BT_THEME_LIGHT] = light_themes};

/* The one piece of state: which pairs this terminal has been given. */
static const struct theme *theme = &themes[3];
static struct {
	short ink, ground;
} pairs[PAIRS_MAX];
static short pair_count;

static int count_colours(void)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	if ((no_colour && no_colour[0]) || !has_colors() || (term && strncmp(term, "vt", 2) == 0)) {
		return 0;
	}
	start_color();
	return COLORS;
}

void bt_ui_palette_open(enum bt_ui_theme chosen, int most)
{
	pair_count = 0;
	int colours = count_colours();
	if (most > 0 && most < colours) {
		colours = most;
	}
	for (theme = by_theme[chosen]; theme->colours > colours; theme++) {
	}
}

int bt_ui_palette_colours(void)
{
	return theme->colours;
}

static short pair_of(short ink, short ground)
{
	for (short i = 0; i < pair_count; i++) {
		if (pairs[i].ink == ink && pairs[i].ground == ground) {
			return (short)(i + 1);
		}
	}
	if (pair_count >= PAIRS_MAX - 1 || pair_count + 1 >= COLOR_PAIRS) {
		return 0;
	}
	pairs[pair_count].ink = ink;
	pairs[pair_count].ground = ground;
	pair_count++;
	init_pair(pair_count, ink, ground);
	return pair_count;
}

/* Whole cells and upper halves are the ground painted in the ink's colour. */
static bool is_inverted(const struct bt_ui_cell *cell)
{
	return cell->glyph == BT_GLYPH_FULL || cell->glyph == BT_GLYPH_UPPER || cell->glyph == BT_GLYPH_BAR_ON ||
	       cell->glyph == BT_GLYPH_CURSOR;
}

struct coat {
	uint32_t attrs;
	short front, back;
};

static struct coat find_coat(const struct theme *of, const struct bt_ui_cell *cell)
{
	const struct ink *ink = &of->inks[cell->role];
	const struct ground *ground = &of->grounds[cell->ground];
	struct coat coat = {.attrs = cell->bold ? A_BOLD : 0};
	bool block = cell->glyph != BT_GLYPH_TEXT;
	if (of->colours == 0) {
		uint32_t attrs = ground->attrs;
		/* A block says what its text says; reversing a "bad" block would turn it into its opposite. */
		attrs ^= block ? 0 : ink->attrs;
		attrs ^= is_inverted(cell) ? A_REVERSE : 0;
		coat.attrs |= attrs;
		return coat;
	}
	coat.front = ground->ink == FROM_ROLE ? ink->colour : ground->ink;
	coat.back = ground->colour;
	uint32_t attrs = ground->ink == FROM_ROLE ? ink->attrs | ground->attrs : ground->attrs;
	if (cell->glyph == BT_GLYPH_BAR_OFF) {
		coat.back = of->grounds[BT_ON_BAR].colour;
		attrs = 0;
	}
	if (is_inverted(cell)) {
		short swap = coat.front;
		coat.front = coat.back;
		coat.back = swap;
		attrs = 0;
	}
	coat.attrs = block ? attrs : coat.attrs | attrs;
	if (coat.front == 0) {
		coat.attrs &= ~(uint32_t)A_BOLD; /* bold black is grey on many terminals */
	}
	return coat;
}

struct bt_ui_look bt_ui_palette_look(const struct bt_ui_cell *cell)
{
	struct coat coat = find_coat(theme, cell);
	struct bt_ui_look look = {.attrs = coat.attrs, .swapped = cell->glyph == BT_GLYPH_UPPER};
	if (theme->colours > 0) {
		look.pair = pair_of(coat.front, coat.back);
	}
	return look;
}

struct bt_ui_paint bt_ui_palette_paint(enum bt_ui_theme chosen, int colours, const struct bt_ui_cell *cell)
{
	const struct theme *of = by_theme[chosen];
	for (; of->colours > colours; of++) {
	}
	struct coat coat = find_coat(of, cell);
	return (struct bt_ui_paint){.front = coat.front,
				    .back = coat.back,
				    .bold = (coat.attrs & A_BOLD) != 0,
				    .dim = (coat.attrs & A_DIM) != 0,
				    .reverse = (coat.attrs & A_REVERSE) != 0};
}
