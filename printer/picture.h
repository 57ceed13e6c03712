/* Pictures of a slip: PNG files of one folder, as dots of the paper in hand.
 *
 * They are drawn for paper of BT_PICTURE_FULL dots and made smaller for narrower paper, so that a picture takes the
 * same part of every slip; light and colour end at black or white. What was read once is kept: a slip must not wait for
 * a disc. Belongs to one thread at a time. */
#ifndef BT_PRINTER_PICTURE_H
#define BT_PRINTER_PICTURE_H

#include "printer/bitmap.h"

/** Width of the paper that pictures are drawn for, in dots. */
#define BT_PICTURE_FULL 576

struct bt_pictures;

/** @param[in] folder need not be there: then there is no picture. @return BT_OK, BT_EINPUT (path too long), BT_ENOMEM.
 */
BT_MUST_USE enum bt_err bt_pictures_open(const char *folder, struct bt_pictures **out);
/** NULL is fine. */
void bt_pictures_close(struct bt_pictures *pictures);
/**
 * @param[in] name     of the file without ".png": a-z, 0-9 and '-'.
 * @param[in] pictures may be NULL.
 * @param[in] paper_width of the paper, in dots; no picture is wider.
 * @return the dots, borrowed until close; NULL when there is no such file, it is no picture, or there are too many.
 */
const struct bt_stamp *bt_pictures_find(struct bt_pictures *pictures, const char *name, int paper_width);

#endif
