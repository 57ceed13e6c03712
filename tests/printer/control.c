#include "tests/printer/control.h"

#include <stdio.h>
#include <string.h>

static void set_trouble(struct sim_device *device, unsigned trouble, unsigned gone)
{
	sim_device_trouble(device, gone, false);
	if (trouble != 0)
		sim_device_trouble(device, trouble, true);
}

static void set_blade(struct sim_device *device, bool out, bool caught)
{
	device->blade_caught = caught;
	sim_device_trouble(device, SIM_BLADE_STUCK, out);
}

static void open_drawer(struct sim_device *device, bool open)
{
	device->drawer_open = open;
	sim_device_trouble(device, 0, true);
}

struct word {
	const char *text;
	unsigned trouble, gone;
};

static const struct word words[] = {
    {"paper out", SIM_PAPER_OUT, SIM_PAPER_LOW},
    {"paper low", SIM_PAPER_LOW, SIM_PAPER_OUT},
    {"paper ok", 0, SIM_PAPER_OUT | SIM_PAPER_LOW},
    {"cover open", SIM_COVER_OPEN, 0},
    {"cover close", 0, SIM_COVER_OPEN},
    {"hot on", SIM_HEAD_HOT, 0},
    {"hot off", 0, SIM_HEAD_HOT},
};

static bool set_number(struct sim_device *device, struct sim_mischief *mischief, const char *name, long long n)
{
	if (strcmp(name, "slow") == 0)
		mischief->slow = n;
	else if (strcmp(name, "cut-after") == 0)
		mischief->cut_after = n;
	else if (strcmp(name, "paper-out-at") == 0)
		device->out_at_row = (int)n;
	else if (strcmp(name, "paper-out-at-byte") == 0)
		device->out_at_byte = n;
	else
		return false;
	return true;
}

static bool reset(struct sim_device *device, struct sim_mischief *mischief)
{
	*mischief = (struct sim_mischief){.cut_after = -1};
	sim_device_reset(device);
	return true;
}

static bool set_state(struct sim_device *device, const char *word)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].text, word) != 0)
			continue;
		set_trouble(device, words[i].trouble, words[i].gone);
		return true;
	}
	return false;
}

static bool set_other(struct sim_device *device, const char *word)
{
	if (strcmp(word, "cutter jam") == 0)
		set_blade(device, true, true);
	else if (strcmp(word, "cutter sticks") == 0)
		set_blade(device, false, true);
	else if (strcmp(word, "cutter free") == 0)
		set_blade(device, false, false);
	else if (strcmp(word, "mute on") == 0 || strcmp(word, "mute off") == 0)
		device->muted = strcmp(word, "mute on") == 0;
	else if (strcmp(word, "drawer open") == 0 || strcmp(word, "drawer close") == 0)
		open_drawer(device, strcmp(word, "drawer open") == 0);
	else if (strcmp(word, "tear") == 0)
		sim_device_tear(device);
	else
		return false;
	return true;
}

bool sim_control(struct sim_device *device, struct sim_mischief *mischief, const char *word)
{
	char name[32], after;
	long long n;

	if (strcmp(word, "reset") == 0)
		return reset(device, mischief);
	if (sscanf(word, "%31s %lld %c", name, &n, &after) == 2 && n >= 0 && n < 1000000000)
		return set_number(device, mischief, name, n);
	return set_state(device, word) || set_other(device, word);
}
