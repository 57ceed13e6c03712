/* What a screen is: one const struct; and the desk it works on.
 *
 * A screen draws what the desk and its own state say, and answers events with where to go. It never moves by itself:
 * only the stage does (stage.h). draw gets everything const, so it cannot change anything. Its rows of keys are the
 * only list of its keys: the last row and the help read them. */
#ifndef BT_UI_SCREEN_SCREEN_H
#define BT_UI_SCREEN_SCREEN_H

#include "ui/screen/payer.h"
#include "ui/screen/shop.h"
#include "ui/widget/canvas.h"
#include "ui/widget/key.h"

#define BT_NOTE_ARGS 3
#define BT_NOTE_ARG  96
#define BT_NOTE_TEXT 320

/** What row 22 says: a catalogue key with its places, so that it changes language with everything else. */
struct bt_ui_note {
	enum bt_ui_role role;
	const char *key;                                      /* NULL: nothing to say */
	char args[BT_LANG_COUNT][BT_NOTE_ARGS][BT_NOTE_TEXT]; /* names and reasons are other words in each language */
};

/** What a second person is asked to approve. */
enum bt_ui_asked {
	BT_UI_ASK_REFUND,
	BT_UI_ASK_CLOSE,
	BT_UI_ASK_MAKE,
	BT_UI_ASK_DRAWER,
	BT_UI_ASK_SHIFT,
	BT_UI_ASK_ORDER,
	BT_UI_ASK_REISSUE,
	BT_UI_ASK_CASH,
	BT_UI_ASK_COUNT
};

/** Why a slip is wanted once more, while that is asked (again.h). */
struct bt_ui_again {
	char sale_id[37]; /* "" nothing is asked */
	bool on_page;     /* the page in front says itself how printing goes */
	bool is_answered; /* by press, unless it begins a number or a scan */
	struct bt_ui_press press;
};

#define BT_ASIDE_MAX (2 * BT_UPI_WAITING)

/** Payments by UPI that wait for the bank while others are served, as far as they are known here (aside.h). */
struct bt_ui_aside {
	int count;
	char sale_ids[BT_ASIDE_MAX][37];
};

/** Everything that screens share. Owned by the stage; draw sees it const. */
struct bt_ui_desk {
	const struct bt_ui_shop *shop;
	enum bt_lang lang;
	int64_t boot_ms;                      /* now, since boot */
	struct bt_ui_status status;           /* as of the last tick */
	struct bt_till_state till;            /* likewise; zeroed where there is no till */
	struct bt_ui_practice_state practice; /* likewise, while training */
	struct bt_ui_note note;
	struct bt_ui_again again;
	struct bt_ui_aside aside;
	char instead_of[37];            /* the payment by UPI that was let go for the draft on Confirm; "" none */
	struct bt_desk_payment payment; /* of another channel, whose page is open */
	struct bt_claim claim;          /* whose page is open: an id, or what a new one begins with */
	struct bt_draft draft;          /* the sale being put together; zeroed at home */
	struct bt_quote quote;          /* what it buys, as last shown */
	enum bt_outlook outlook;
	enum bt_denial denial;
	char sale_id[37];        /* the sale that wait, docket, token and credit show */
	bool from_list;          /* the sale was opened from a list: Esc leads back to it */
	enum bt_ui_asked asked;  /* what the approval screen is about, of that sale */
	int64_t shift;           /* the one that its report shows, and that the approval closes */
	char scanned[37];        /* the sale whose receipt was scanned: the card offers it; "" none */
	char start[BT_NOTE_ARG]; /* what home begins with: first characters of the next person */
	int limit_shown;         /* per cent of the limit up to which the limit screen has been shown */
	enum bt_err stop_shown;  /* the stop that has been shown at home, BT_OK none */
	bool locked;             /* the sign-in screen in front is a lock */
	bool signed_in;          /* somebody is at the counter, locked or not */
	char operator_id[24];    /* who signed in last, "" nobody */
};

enum bt_ui_event_kind {
	BT_UI_EVENT_PRESS,
	BT_UI_EVENT_SCAN, /* text holds what was scanned */
	BT_UI_EVENT_TICK, /* something may have changed, or time has passed */
};

struct bt_ui_event {
	enum bt_ui_event_kind kind;
	struct bt_ui_press press;
	const char *text;
};

struct bt_ui_screen;

/** Where to go. */
struct bt_ui_go {
	enum {
		BT_GO_STAY,
		BT_GO_IGNORED, /* this key means nothing here */
		BT_GO_KEEP,    /* not for this screen: hand it to the next one */
		BT_GO_PUSH,    /* screen goes in front; Esc leads back */
		BT_GO_BACK,
		BT_GO_SWAP,   /* screen takes the place of this one */
		BT_GO_HOME,   /* everything is left; home with an empty field or desk->start */
		BT_GO_OVER,   /* home is left below, screen in front: after money is recorded */
		BT_GO_ANEW,   /* the same, and the draft is the next sale's */
		BT_GO_UNLOCK, /* the sign-in screen lets go */
		BT_GO_OUT,    /* everything is left, and nobody is signed in any more */
	} verb;
	const struct bt_ui_screen *screen;
};

/** One key of a screen. */
struct bt_ui_key_row {
	const char *key;   /* as printed on the keyboard, "Enter", "F4", "+ −"; NULL ends the list */
	const char *label; /* catalogue key */
	const char *help;  /* catalogue key of a sentence; "" when the label says all */
	/** NULL: always shown with label. Otherwise writes the label in the canvas's language; false: not shown now. */
	bool (*show)(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		     char label[64]);
};

/** What a scan does while a screen is in front. */
enum bt_ui_scan {
	BT_SCAN_STARTS,  /* the next person, with that number */
	BT_SCAN_REFUSED, /* what was typed by it is taken back, and said */
	BT_SCAN_TYPED,   /* it is typing like any other */
};

struct bt_ui_screen {
	const char *id; /* permanent */
	size_t size;    /* of its private state; zeroed before enter */
	int tick_ms;    /* how often it wants BT_UI_EVENT_TICK while in front; 0 only when something has changed */
	enum bt_ui_scan scan;
	bool no_leaving; /* F3 and F9 mean nothing: nobody is signed in */
	bool stands;     /* in its rows below a banner too: an eye or a telephone is on it */
	const struct bt_ui_key_row *keys;
	void (*enter)(void *self, struct bt_ui_desk *desk);
	void (*draw)(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas);
	struct bt_ui_go (*on_event)(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event);
	void (*leave)(void *self, struct bt_ui_desk *desk); /* may be NULL */
	/** One step back has led here: what was done in front may have changed what it shows. NULL: it can wait for its
	 *  tick. */
	void (*come_back)(void *self, struct bt_ui_desk *desk);
	/** How many columns the status, banner and message rows have; NULL: all of them. The screen has the rest. */
	int (*frame_columns)(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas);
	/** What the second screen shows the payer meanwhile; *out says START. NULL: what the screen behind says. */
	void (*payer)(const void *self, const struct bt_ui_desk *desk, struct bt_ui_payer *out);
};

#define BT_GO(what)             ((struct bt_ui_go){.verb = (what)})
#define BT_GO_TO(what, pointer) ((struct bt_ui_go){.verb = (what), .screen = (pointer)})

extern const struct bt_ui_screen bt_ui_signin, bt_ui_home, bt_ui_card, bt_ui_split, bt_ui_confirm, bt_ui_wait,
    bt_ui_docket, bt_ui_token, bt_ui_credit, bt_ui_history, bt_ui_stuck, bt_ui_limit_low, bt_ui_limit_used,
    bt_ui_system, bt_ui_extend, bt_ui_clock, bt_ui_approve, bt_ui_refund, bt_ui_resume, bt_ui_elsewhere,
    bt_ui_stuck_one, bt_ui_claim, bt_ui_shift_open, bt_ui_shift, bt_ui_deposit, bt_ui_count, bt_ui_seal,
    bt_ui_close_shift, bt_ui_upi;

/** Only while training. */
extern const struct bt_ui_screen bt_ui_practice_list;

/** Every screen, NULL-ended. */
extern const struct bt_ui_screen *const bt_ui_screens[];

/** Say something in row 22 from the NULL-ended list of at most three strings. */
__attribute__((sentinel)) void bt_ui_note(struct bt_ui_desk *desk, enum bt_ui_role role, const char *key, ...);
/** What stands in place @p at (0 the first) of that sentence, where the languages differ. "" in @p hi: as in English.
 */
void bt_ui_note_dual(struct bt_ui_desk *desk, int at, const char *en, const char *hi);
/** The same for a word of the catalogue. */
void bt_ui_note_word(struct bt_ui_desk *desk, int at, const char *key);
/** The sentence in the canvas's language; "" when there is nothing to say. */
void bt_ui_note_text(const struct bt_ui_note *note, const struct bt_ui_canvas *canvas, char *out, size_t cap);
/** Row 22 is quiet again. */
void bt_ui_note_clear(struct bt_ui_desk *desk);
/** Word in the desk's language. */
const char *bt_ui_desk_word(const struct bt_ui_desk *desk, const char *key);

/** The screen that shows a sale in this state; NULL while it is on its way. Pure. */
const struct bt_ui_screen *bt_ui_sale_screen(const struct bt_sale_view *view);

#endif
