/* Where in the bytes of an ESC/POS slip its end marker begins: the last line of ink, by which paper is known whole.
 *
 * What was cut off before it is no receipt, and the original may be printed again; what was cut off after it may lie
 * on the counter whole. The slip is read as a printer reads it, command by command. Bytes of no known command end the
 * reading: the marker may then be anywhere behind them. */
#ifndef BT_PRINTER_ESCPOS_END_H
#define BT_PRINTER_ESCPOS_END_H

#include "core/base/bytes.h"

struct bt_escpos_end {
	size_t opening; /* nothing to print yet: noughts, initialise; commands of a link may stand here */
	size_t command; /* a command begins here, and none of the marker's ink is before it; >= opening */
	size_t marker;  /* as long as the byte here has not left, no dot of the marker has; >= command */
};

/**
 * @param[in] slip  what a driver rendered, of any length.
 * @param[out] out  command and marker are slip.len in a slip without ink.
 * Time: linear, pure.
 * Source: lengths of commands, facts of printing 2.
 */
void bt_escpos_find_end(struct bt_bytes slip, struct bt_escpos_end *out);

#endif
