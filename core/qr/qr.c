#include "core/qr/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

static const QRecLevel library_levels[] = {
    [BT_QR_L] = QR_ECLEVEL_L,
    [BT_QR_M] = QR_ECLEVEL_M,
    [BT_QR_Q] = QR_ECLEVEL_Q,
    [BT_QR_H] = QR_ECLEVEL_H,
};

static void copy_modules(const QRcode *code, struct bt_qr *out)
{
	memset(out, 0, sizeof(*out));
	out->modules = code->width;
	for (int row = 0; row < code->width; row++)
		for (int column = 0; column < code->width; column++)
			out->dark[row][column] = code->data[row * code->width + column] & 1;
}

enum bt_err bt_qr_encode(const char *text, enum bt_qr_level level, int min_version, struct bt_qr *out)
{
	if (text[0] == '\0' || min_version < 0)
		return BT_EINPUT;
	if (min_version > QRSPEC_VERSION_MAX)
		return BT_EFULL;
	QRcode *code = QRcode_encodeString(text, min_version, library_levels[level], QR_MODE_8, 1);
	if (code == NULL)
		return errno == ENOMEM ? BT_ENOMEM : BT_EFULL;
	enum bt_err err = BT_EFULL;
	if (code->width <= BT_QR_MAX_MODULES) {
		copy_modules(code, out);
		err = BT_OK;
	}
	QRcode_free(code);
	return err;
}
