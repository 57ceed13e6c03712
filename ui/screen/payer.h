/* What the second screen may show the payer: the screen in front fills one of these, and nothing else goes there.
 *
 * The name is masked before it gets in, so that what leaves the counter cannot tell a queue who is being served. The
 * pages are drawn here too, for the program that shows them (ui/display.h). Source: section "Self-service" of the
 * screen design, without its buttons. */
#ifndef BT_UI_SCREEN_PAYER_H
#define BT_UI_SCREEN_PAYER_H

#include "core/sale/upi.h"
#include "ui/widget/canvas.h"

enum bt_ui_payer_page {
	BT_PAYER_START,   /* the heading, between two persons */
	BT_PAYER_CLOSED,  /* nothing is heard from the counter */
	BT_PAYER_CONFIRM, /* name, amount, units */
	BT_PAYER_CHANGE,  /* what is to be given back */
	BT_PAYER_ASKING,  /* for a QR, or for the bank's last word */
	BT_PAYER_QR,
	BT_PAYER_UNSURE,  /* the bank does not say what came of it */
	BT_PAYER_USED_UP, /* the QR */
	BT_PAYER_FAILED,  /* the bank did not pay */
	BT_PAYER_WAIT,    /* money is recorded, the rest is under way */
	BT_PAYER_TOKEN,
	BT_PAYER_PAGES
};

struct bt_ui_payer {
	enum bt_ui_payer_page page;
	enum bt_lang lang;
	bool training;
	char name[128]; /* masked */
	char meter[5];  /* its last four digits, "" none */
	bt_paise amount, given, change;
	int64_t units;           /* tenths; 0 says nothing of them */
	int left_s;              /* until the QR runs out */
	char qr[BT_UPI_QR_TEXT]; /* with QR */
	char token[21];          /* with TOKEN; "" when other numbers have to be keyed in first: they are on the slip */
};

/** Name, masked, and meter of @p consumer in @p lang. */
void bt_ui_payer_name(struct bt_ui_payer *payer, const struct bt_consumer *consumer, enum bt_lang lang);
/** The first sign of each word, then three stars: "R*** K***". @p out is always terminated. */
void bt_ui_payer_mask(const char *name, char *out, size_t cap);
/** The page, over the whole of @p canvas. */
void bt_ui_payer_draw(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas);

#endif
