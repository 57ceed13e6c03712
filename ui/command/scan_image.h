/* QR codes in a picture file, PNG or JPEG: a scan, or a photograph of a slip. */
#ifndef BT_UI_COMMAND_SCAN_IMAGE_H
#define BT_UI_COMMAND_SCAN_IMAGE_H

#include "core/base/bytes.h"

#define BT_SCAN_TEXT_CAP 512
#define BT_SCAN_MAX      8

struct bt_scan {
	int count;
	char texts[BT_SCAN_MAX][BT_SCAN_TEXT_CAP];
};

/** Read every QR code of the picture at @p path, up to BT_SCAN_MAX; one that does not fit is left out.
 *  @return BT_OK, also with none found; BT_ENOTFOUND (no such file), BT_EFORMAT (no PNG or JPEG, or a broken one),
 *          BT_EFULL (above 32 MiB or 64 million pixels), BT_ENOMEM, BT_EOS. */
BT_MUST_USE enum bt_err bt_scan_image(const char *path, struct bt_scan *out, struct bt_fault *fault);

#endif
