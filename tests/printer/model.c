#include "tests/printer/model.h"

#include <stddef.h>
#include <string.h>

const struct sim_model sim_models[] = {
    {.name = "epson",
     .real_time = true,
     .in_order = true,
     .names = true,
     .unasked = true,
     .process_id = true,
     .groups = true,
     .forgets = true,
     .answers = 1},
    /* By the letter of the reference: without paper DLE ENQ 2 changes nothing. */
    {.name = "stubborn",
     .real_time = true,
     .in_order = true,
     .names = true,
     .unasked = true,
     .process_id = true,
     .groups = true,
     .forgets = true,
     .only_error = true,
     .answers = 1},
    {.name = "clone", .real_time = true, .in_order = true, .groups = true, .answers = 1},
    {.name = "clone-leaks", .real_time = true, .in_order = true, .answers = 1},
    {.name = "clone-wrong", .real_time = true, .in_order = true, .groups = true, .answers = 1, .wrong = 0x90},
    {.name = "clone-twice", .real_time = true, .in_order = true, .groups = true, .answers = 2},
    {.name = "clone-late", .real_time = true, .in_order = true, .groups = true, .answers = 1, .late_ms = 3000},
    {.name = "mute", .groups = true},
    {.name = "dumb", .drops_line = true},
    {.name = NULL},
};

const struct sim_model *sim_model_find(const char *name)
{
	for (const struct sim_model *row = sim_models; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}
