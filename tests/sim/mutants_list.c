/* The planted faults of this build, one line each: name, campaign, rule. Exits 2 in a build without any.
 *
 * rooms: core/base */
#include <stdio.h>

#include "core/base/mutant.h"

int main(void)
{
#ifdef BATTI_MUTANTS
	for (int i = BT_MUTANT_NONE + 1; i < BT_MUTANT_COUNT; i++) {
		const struct bt_mutant_row *row = bt_mutant_row((enum bt_mutant)i);
		printf("%s\t%s\t%s\n", row->name, row->campaign, row->rule);
	}
	return 0;
#else
	fprintf(stderr, "sim_mutants: no faults are planted in this build; use the preset mutants\n");
	return 2;
#endif
}
