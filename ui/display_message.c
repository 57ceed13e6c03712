#include "ui/display_message.h"

#include <string.h>

#define AT_VERSION  3
#define AT_LENGTH   4
#define AT_PAGE     6
#define AT_LANG     7
#define AT_TRAINING 8
#define AT_AMOUNT   9
#define AT_GIVEN    17
#define AT_CHANGE   25
#define AT_UNITS    33
#define AT_LEFT     41
#define AT_NAME     45
#define AT_METER    173
#define AT_QR       178
#define AT_TOKEN    434
#define AT_END      455

#define FIGURE_MAX   INT64_C(1000000000000) /* of paise or tenths of units: nothing here comes near it */
#define LEFT_MAX     86400
#define TOKEN_DIGITS 20
#define METER_DIGITS 4

static const char magic[AT_VERSION] = {'B', 'T', 'D'};

static const struct {
	int at;
	size_t from, size;
} texts[] = {
    {AT_NAME, offsetof(struct bt_ui_payer, name), sizeof(((struct bt_ui_payer *)0)->name)},
    {AT_METER, offsetof(struct bt_ui_payer, meter), sizeof(((struct bt_ui_payer *)0)->meter)},
    {AT_QR, offsetof(struct bt_ui_payer, qr), sizeof(((struct bt_ui_payer *)0)->qr)},
    {AT_TOKEN, offsetof(struct bt_ui_payer, token), sizeof(((struct bt_ui_payer *)0)->token)},
};

static const struct {
	int at;
	size_t from;
} figures[] = {
    {AT_AMOUNT, offsetof(struct bt_ui_payer, amount)},
    {AT_GIVEN, offsetof(struct bt_ui_payer, given)},
    {AT_CHANGE, offsetof(struct bt_ui_payer, change)},
    {AT_UNITS, offsetof(struct bt_ui_payer, units)},
};

_Static_assert(AT_END == BT_DISPLAY_BYTES, "the last field ends the message");
_Static_assert(AT_QR - AT_METER == 5 && AT_TOKEN - AT_QR == BT_UPI_QR_TEXT && AT_METER - AT_NAME == 128,
	       "fields are as wide as what they carry");

static bool is_figure(int64_t figure)
{
	return figure >= 0 && figure <= FIGURE_MAX;
}

static bool is_digits(const char *text, size_t count)
{
	return !text[0] || (strlen(text) == count && bt_text_is_digits(text));
}

/* Printable ASCII: a link to pay by. */
static bool is_link(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~') {
			return false;
		}
	}
	return true;
}

static bool is_whole(const struct bt_ui_payer *payer)
{
	if ((payer->page == BT_PAYER_QR) != (payer->qr[0] != '\0') || !is_link(payer->qr)) {
		return false;
	}
	return bt_text_is_clean(payer->name) && is_digits(payer->meter, METER_DIGITS) &&
	       is_digits(payer->token, TOKEN_DIGITS) && (payer->page == BT_PAYER_TOKEN || !payer->token[0]);
}

void bt_display_encode(const struct bt_ui_payer *payer, uint8_t out[BT_DISPLAY_BYTES])
{
	static const struct bt_ui_payer start;
	if (!is_whole(payer) || (unsigned)payer->page >= BT_PAYER_PAGES || (unsigned)payer->lang >= BT_LANG_COUNT) {
		payer = &start;
	}
	memset(out, 0, BT_DISPLAY_BYTES);
	memcpy(out, magic, sizeof(magic));
	out[AT_VERSION] = BT_DISPLAY_VERSION;
	out[AT_LENGTH] = (uint8_t)(BT_DISPLAY_BYTES >> 8);
	out[AT_LENGTH + 1] = (uint8_t)(BT_DISPLAY_BYTES & 0xFF);
	out[AT_PAGE] = (uint8_t)payer->page;
	out[AT_LANG] = (uint8_t)payer->lang;
	out[AT_TRAINING] = payer->training;
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		int64_t figure;
		memcpy(&figure, (const char *)payer + figures[i].from, sizeof(figure));
		bt_be64_put(out + figures[i].at, is_figure(figure) ? (uint64_t)figure : 0);
	}
	bt_be32_put(out + AT_LEFT, payer->left_s >= 0 && payer->left_s <= LEFT_MAX ? (uint32_t)payer->left_s : 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = (const char *)payer + texts[i].from;
		memcpy(out + texts[i].at, text, strnlen(text, texts[i].size - 1));
	}
}

static bool read_figures(const uint8_t *in, struct bt_ui_payer *out)
{
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		uint64_t figure = bt_be64_get(in + figures[i].at);
		if (figure > (uint64_t)FIGURE_MAX) {
			return false;
		}
		memcpy((char *)out + figures[i].from, &(int64_t){(int64_t)figure}, sizeof(int64_t));
	}
	uint32_t left = bt_be32_get(in + AT_LEFT);
	out->left_s = (int)(left <= LEFT_MAX ? left : 0);
	return left <= LEFT_MAX;
}

/* Nothing stands behind the end of a text: one state has one message. */
static bool read_texts(const uint8_t *in, struct bt_ui_payer *out)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const uint8_t *field = in + texts[i].at;
		size_t len = strnlen((const char *)field, texts[i].size);
		for (size_t at = len; at < texts[i].size; at++) {
			if (field[at]) {
				return false;
			}
		}
		if (len == texts[i].size) {
			return false;
		}
		memcpy((char *)out + texts[i].from, field, texts[i].size);
	}
	return true;
}

enum bt_err bt_display_decode(struct bt_bytes message, struct bt_ui_payer *out)
{
	const uint8_t *in = message.data;
	struct bt_ui_payer read = {0};
	if (message.len < AT_PAGE || memcmp(in, magic, sizeof(magic)) != 0) {
		return BT_EFORMAT;
	}
	if (in[AT_VERSION] != BT_DISPLAY_VERSION) {
		return BT_EUNSUPPORTED;
	}
	if (message.len != BT_DISPLAY_BYTES || (size_t)(in[AT_LENGTH] << 8 | in[AT_LENGTH + 1]) != message.len) {
		return BT_EFORMAT;
	}
	if (in[AT_PAGE] >= BT_PAYER_PAGES || in[AT_LANG] >= BT_LANG_COUNT || in[AT_TRAINING] > 1) {
		return BT_EFORMAT;
	}
	read.page = (enum bt_ui_payer_page)in[AT_PAGE];
	read.lang = (enum bt_lang)in[AT_LANG];
	read.training = in[AT_TRAINING];
	if (!read_figures(in, &read) || !read_texts(in, &read) || !is_whole(&read)) {
		return BT_EFORMAT;
	}
	*out = read;
	return BT_OK;
}
