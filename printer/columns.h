/* Text of a slip in rows of so many columns: where rows end, and label and value of a pair on one row.
 *
 * Whoever writes the rows gets them one by one, without an end of line and with what stands to the left of a value. */
#ifndef BT_PRINTER_COLUMNS_H
#define BT_PRINTER_COLUMNS_H

#include "core/base/err.h"

#include <stddef.h>

enum bt_columns_align { BT_ALIGN_LEFT, BT_ALIGN_CENTRE };

struct bt_row {
	const char *text; /* borrowed, not terminated */
	size_t len;
	size_t label_len; /* bytes before those that stand out; 0: all do, len: none */
	int columns;      /* that the text takes */
	enum bt_columns_align align;
};

struct bt_columns {
	int width;
	enum bt_err (*put)(void *self, const struct bt_row *row);
	void *self;
};

/** As many words on each row as fit; a word that is wider than a row is cut between characters. "" makes no row.
 *  @return BT_OK or the first failure of a row. */
BT_MUST_USE enum bt_err bt_columns_wrap(const struct bt_columns *columns, const char *text,
					enum bt_columns_align align);
/** Label left, value right and standing out; on rows of their own when they do not fit on one. Either may be "". */
BT_MUST_USE enum bt_err bt_columns_pair(const struct bt_columns *columns, const char *label, const char *value);
/** One row of @p what. */
BT_MUST_USE enum bt_err bt_columns_rule(const struct bt_columns *columns, char what);

#endif
