/* The interpreter: ESC/POS from the receive buffer, one command at a time, each told with its bytes and offset.
 *
 * Strict: what does not exist is counted as unknown, what a real printer would not obey as a complaint. */
#ifndef TESTS_PRINTER_COMMAND_H
#define TESTS_PRINTER_COMMAND_H

#include "tests/printer/device.h"

/** As after ESC @, and with nothing of a command read. */
void sim_command_reset(struct sim_device *device);
/** Take bytes until something is to be printed. @return false when no byte is there. */
bool sim_command_step(struct sim_device *device);
/** Count a complaint and say it. */
void sim_command_complain(struct sim_device *device, const char *what);
/** Say more of the command in hand. */
void sim_command_say(struct sim_device *device, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
