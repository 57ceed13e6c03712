/* A journal as an older version of Batti left it, made by undoing the schema's steps one by one. */
#ifndef TESTS_SIM_OLDER_SCHEMA_H
#define TESTS_SIM_OLDER_SCHEMA_H

#include "tests/sim/older_schema_steps.h"
#include "tests/sim/power_disk.h"

/** Take journal.db of POWER_FOLDER, closed and at the newest schema, back to @p version, 1 to 6, and settle the disk:
 *  that was long ago. @return false when it cannot be read or is at another schema; it is as it was then. */
bool older_schema_make(struct power_disk *disk, int version);

#endif
