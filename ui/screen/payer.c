#include "ui/screen/payer.h"

#include <string.h>

#define STARS     "***"
#define METER_END 4

/* The shortest beginning of @p word that may be cut off: a letter with all its signs. */
static void first_sign(const char *word, char *out, size_t cap)
{
	int columns = bt_text_columns(word);
	for (int i = 1; i <= columns; i++) {
		bt_text_clip(word, i, out, cap);
		if (out[0]) {
			return;
		}
	}
	out[0] = '\0';
}

void bt_ui_payer_mask(const char *name, char *out, size_t cap)
{
	size_t used = 0;
	out[0] = '\0';
	while (*(name += strspn(name, " "))) {
		char word[256], sign[64];
		size_t len = strcspn(name, " ");
		bt_text_printf(word, sizeof(word), "%.*s", (int)(len < sizeof(word) ? len : sizeof(word) - 1), name);
		first_sign(word, sign, sizeof(sign));
		name += len;
		size_t need = strlen(sign) + strlen(STARS) + (used > 0 ? 1 : 0);
		if (used + need + 1 > cap) {
			return;
		}
		bt_text_printf(out + used, cap - used, "%s%s" STARS, used > 0 ? " " : "", sign);
		used += need;
	}
}

void bt_ui_payer_name(struct bt_ui_payer *payer, const struct bt_consumer *consumer, enum bt_lang lang)
{
	size_t len = strlen(consumer->meter);
	bt_ui_payer_mask(bt_dual_get(&consumer->name, lang), payer->name, sizeof(payer->name));
	bt_text_copy(payer->meter, sizeof(payer->meter), len >= METER_END ? consumer->meter + len - METER_END : "");
}
