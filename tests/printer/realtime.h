/* Real-time commands (DLE EOT, DLE ENQ, DLE DC4), found and obeyed as bytes arrive, wherever they stand, also in the
 * middle of a picture. Their bytes stay in the stream. Source: facts of printing 2, look-alikes. */
#ifndef TESTS_PRINTER_REALTIME_H
#define TESTS_PRINTER_REALTIME_H

#include "tests/printer/device.h"

void sim_realtime_scan(struct sim_device *device, const uint8_t *bytes, size_t len);
/** Bytes of the real-time command that starts with DLE and this byte, without what depends on the byte after it; 0:
 * none. */
size_t sim_realtime_length(uint8_t second);
/** Of DLE DC4 with this function. */
size_t sim_realtime_length_dc4(uint8_t function);

#endif
