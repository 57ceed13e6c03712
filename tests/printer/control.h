/* The words that say what happens to the printer: paper, cover, blade, heat, and what goes wrong on its line. */
#ifndef TESTS_PRINTER_CONTROL_H
#define TESTS_PRINTER_CONTROL_H

#include "tests/printer/device.h"

/** What of the words belongs to the line and not to the printer. */
struct sim_mischief {
	int64_t slow;      /* bytes a second, 0: as fast as they come */
	int64_t cut_after; /* bytes that are still taken, -1: no cut */
};

/** @return false for a word that is none. */
bool sim_control(struct sim_device *device, struct sim_mischief *mischief, const char *word);

#endif
