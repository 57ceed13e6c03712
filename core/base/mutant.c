#include "core/base/mutant.h"

#ifdef BATTI_MUTANTS

#include <stddef.h>
#include <string.h>

static enum bt_mutant switched_on = BT_MUTANT_NONE;

static const struct bt_mutant_row rows[BT_MUTANT_COUNT] = {
#define MUTANT_ROW(id, name, campaign, rule) [id] = {name, campaign, rule},
    BT_MUTANTS(MUTANT_ROW)
#undef MUTANT_ROW
};

bool bt_mutant(enum bt_mutant mutant)
{
	return switched_on == mutant;
}

bool bt_mutant_switch_on(const char *name)
{
	for (int i = BT_MUTANT_NONE + 1; i < BT_MUTANT_COUNT; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			switched_on = (enum bt_mutant)i;
			return true;
		}
	}
	return false;
}

const struct bt_mutant_row *bt_mutant_row(enum bt_mutant mutant)
{
	return &rows[mutant];
}

#endif
