/* What is printed as dots: rasters, stored graphics, QR symbols. */
#ifndef TESTS_PRINTER_PICTURE_H
#define TESTS_PRINTER_PICTURE_H

#include "tests/printer/device.h"

/** One row of GS v 0, @p scale bit 0 twice as wide, bit 1 twice as high. */
void sim_picture_row(struct sim_device *device, const uint8_t *bytes, size_t len, unsigned scale);
/** The payload of GS ( L or GS 8 L. */
void sim_picture_graphics(struct sim_device *device, const uint8_t *payload, size_t len);
/** The payload of GS ( k. */
void sim_picture_symbol(struct sim_device *device, const uint8_t *payload, size_t len);
/** As after ESC @. */
void sim_picture_reset(struct sim_device *device);

#endif
