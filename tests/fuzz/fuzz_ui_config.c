/* Settings files of any content: no value out of range is ever taken, and a refused file changes nothing.
 * rooms: ui */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/input.h"
#include "ui/config.h"

/* A file in memory, made once. */
static int open_file(char *path, size_t cap)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("batti.conf", 0);
	if (fd < 0 || snprintf(path, cap, "/proc/self/fd/%d", fd) < 0)
		abort();
	return fd;
}

static void check_config(const struct bt_config *config)
{
	assert(config->deadline_ms >= 200 && config->deadline_ms <= 10000);
	assert(config->slow_ms >= 50 && config->slow_ms <= 10000);
	assert(config->idle_lock_s == 0 || (config->idle_lock_s >= 30 && config->idle_lock_s <= 3600));
	assert((unsigned)config->language < BT_LANG_COUNT && (unsigned)config->receipt_language <= BT_RECEIPT_BOTH);
	assert(config->colours == BT_COLOURS_AUTO || config->colours == BT_COLOURS_NONE || config->colours == 8 ||
	       config->colours == 16 || config->colours == 256);
	assert(memchr(config->printer, '\0', sizeof config->printer) != NULL);
	assert(memchr(config->printer_profile, '\0', sizeof config->printer_profile) != NULL);
	assert(memchr(config->printer_models, '\0', sizeof config->printer_models) != NULL);
	assert(memchr(config->font, '\0', sizeof config->font) != NULL);
	assert(memchr(config->sta_tables, '\0', sizeof config->sta_tables) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_config config, before;
	struct bt_fault fault = {0};
	char path[64];
	int fd = open_file(path, sizeof path);
	enum bt_err err;

	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	memset(&config, 0, sizeof config);
	bt_config_default(&config);
	before = config;
	err = bt_config_read(path, &config, &fault);
	assert(err == BT_OK || err == BT_EUNSUPPORTED || err == BT_EINPUT || err == BT_ESTATE || err == BT_ECORRUPT);
	assert(err == BT_OK || fault.sys > 0);
	assert(err == BT_OK || err == BT_ECORRUPT || fault.what[0]);
	assert(err == BT_OK || memcmp(&before, &config, sizeof config) == 0);
	check_config(&config);
	return 0;
}
