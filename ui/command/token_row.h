/* One line of a batch in, one line out: the columns as they came, the decoder key and the token behind them.
 *
 * The first line may name the columns and is then answered with their names; a blank line stays a blank line; any other
 * line becomes a row of 19 columns whose last is a token or `error: ...`. No line of any bytes does anything else. */
#ifndef BT_UI_COMMAND_TOKEN_ROW_H
#define BT_UI_COMMAND_TOKEN_ROW_H

#include "ui/command/token_maker.h"

#define BT_TOKEN_LINE_MAX 2048                      /* bytes, without the line's end */
#define BT_TOKEN_ROW_CAP  (BT_TOKEN_LINE_MAX + 384) /* what a row can become, its line's end included */

/** Room to work in; holds keys: wipe it when all is done. */
struct bt_token_row {
	char line[BT_TOKEN_LINE_MAX + 1];
	struct bt_bytes raw[BT_TOKEN_INPUTS]; /* as they came, quotes and all */
	char *value[BT_TOKEN_INPUTS];         /* in `line` */
	struct bt_token_made made;
	char out[BT_TOKEN_ROW_CAP];
	size_t len; /* of out, which ends with a line feed and no NUL */
};

/**
 * @param[in] line  without its line's end; of any length and content.
 * @param[in] first it is the first of its file.
 * @return false when the row could not be made; row->out is to be written either way.
 */
bool bt_token_row_make(struct bt_token_row *row, struct bt_token_maker *maker, struct bt_bytes line, bool first);

#endif
