/* Colour roles: what a text is, never what colour it has.
 *
 * A role is what screens write; palette.c turns it into colours for 256, 16, 8 or no colours. Each state also has a
 * shape and a word, so taking all colour away loses nothing. Source: the table of colour roles of the screen design. */
#ifndef BT_UI_WIDGET_ROLE_H
#define BT_UI_WIDGET_ROLE_H

enum bt_ui_role {
	BT_INK_FACT,   /* facts */
	BT_INK_QUIET,  /* labels, remarks */
	BT_INK_FAINT,  /* rules, and the screen behind an overlay: never carries meaning */
	BT_INK_ACCENT, /* cursor, progress, the one next step */
	BT_INK_OK,     /* done */
	BT_INK_WARN,   /* needs an eye */
	BT_INK_BAD,    /* stops, negative, short */
	BT_INK_COUNT
};

/** Added to a role where a style is asked for. */
#define BT_BOLD              0x20u
#define BT_STYLE_ROLE(style) ((style)&0x1Fu)

/** What lies under the text. */
enum bt_ui_ground {
	BT_ON_GROUND,
	BT_ON_BAR,      /* status, banner, keys */
	BT_ON_STOP,     /* row 1 when tokens stop */
	BT_ON_TRAINING, /* row 1 in training */
	BT_ON_SELECTED, /* the chosen row of a list */
	BT_ON_PAPER,    /* a QR: black on white whatever the theme */
	BT_ON_COUNT
};

#endif
