/* The text of a UPI QR: `upi://pay?` and its fields, made here and read back where somebody scans it.
 *
 * At most 106 bytes for any sale, so that its symbol is of version 5 at level L and fits a screen of 80x24.
 * Source: facts of vending 3.1; ISO/IEC 18004. */
#ifndef BT_SANDBOX_UPI_LINK_H
#define BT_SANDBOX_UPI_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_SBX_UPI_LINK_MAX 106

/** @p reference is `tr`: letters and digits; @p note is `tn`: the same. @return false when it does not fit @p cap. */
bool bt_sbx_upi_link_make(const char *reference, int64_t paise, const char *note, char *out, size_t cap);
/** What was scanned. @return false when it is no such link, or one without reference or whole amount. */
bool bt_sbx_upi_link_read(const char *text, char *reference, size_t cap, int64_t *paise);

#endif
