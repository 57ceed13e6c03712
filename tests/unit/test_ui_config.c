/* Settings: sums in rupees, notes in falling order, whom UPI is asked of; anything else is named, nothing is taken.
 * rooms: ui core/wire core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/config.h"

static enum bt_err read_line(const char *line, struct bt_config *config)
{
	char path[] = "/tmp/batti-config-XXXXXX";
	struct bt_fault fault = {0};
	int fd = mkstemp(path);
	enum bt_err err;

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "[batti]\n%s\n", line) > 0);
	close(fd);
	bt_config_default(config);
	err = bt_config_read(path, config, &fault);
	unlink(path);
	return err;
}

static void notes_in_falling_order(void **state)
{
	static const char *const bad[] = {
	    "denominations =",      "denominations = 100, 200", "denominations = 100, 100",
	    "denominations = 100,", "denominations = 0",        "denominations = 100 50",
	    "denominations = -5",   "denominations = 20000",    "denominations = 12,11,10,9,8,7,6,5,4,3,2,1"};
	struct bt_config config;

	(void)state;
	assert_int_equal(read_line("denominations = 2000, 500 ,100,1", &config), BT_OK);
	assert_int_equal(config.denomination_count, 4);
	assert_int_equal(config.denominations[0], 200000);
	assert_int_equal(config.denominations[3], 100);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(read_line(bad[i], &config), BT_EINPUT);
		assert_int_equal(config.denomination_count, 6);
	}
}

static void sums_in_rupees(void **state)
{
	struct bt_config config;

	(void)state;
	assert_int_equal(read_line("cash_ceiling = 75000\ncash_warning = 0", &config), BT_OK);
	assert_int_equal(config.cash_ceiling, 7500000);
	assert_int_equal(config.cash_warning, 0);
	assert_int_equal(read_line("cash_ceiling = -1", &config), BT_EINPUT);
	assert_int_equal(read_line("cash_ceiling = 10000001", &config), BT_EINPUT);
	assert_int_equal(read_line("cash_warning = 4.5", &config), BT_EINPUT);
}

#define URL "\npsp_url = https://api.example"
#define KEY "\npsp_key_file = /etc/batti/psp.key"

/* A service that is wanted has to be named whole; named without being wanted it may stay, for what it made before. */
static void upi_with_a_service_that_is_named(void **state)
{
	static const struct {
		const char *lines;
		enum bt_upi_way upi;
		const char *lacks;
	} rows[] = {
	    {"upi = head-end", BT_UPI_BY_SERVER, NULL},   {"upi = head-end" URL KEY, BT_UPI_BY_SERVER, NULL},
	    {"upi = off" KEY, BT_UPI_OFF, NULL},          {"upi = psp" URL KEY, BT_UPI_BY_SERVICE, NULL},
	    {"upi = psp" URL, BT_UPI_BY_SERVICE, "psp"},  {"upi = auto" URL KEY, BT_UPI_BY_EITHER, NULL},
	    {"upi = auto" URL, BT_UPI_BY_EITHER, "auto"}, {"upi = auto" KEY, BT_UPI_BY_EITHER, "auto"},
	    {"upi = auto", BT_UPI_BY_EITHER, "auto"},
	};
	struct bt_config config;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(read_line(rows[i].lines, &config), BT_OK);
		assert_int_equal(config.upi, rows[i].upi);
		if (rows[i].lacks)
			assert_string_equal(bt_config_lacks_service(&config), rows[i].lacks);
		else
			assert_null(bt_config_lacks_service(&config));
	}
	assert_int_equal(read_line("upi = either", &config), BT_EINPUT);
}

static void protocols_by_name(void **state)
{
	struct bt_config config;

	(void)state;
	bt_config_default(&config);
	assert_ptr_equal(config.protocol, &bt_protocol_rest);
	assert_int_equal(read_line("protocol = rest-picks", &config), BT_OK);
	assert_ptr_equal(config.protocol, &bt_protocol_rest_picks);
	assert_false(config.protocol->convergent);
	assert_int_equal(read_line("protocol = rest", &config), BT_OK);
	assert_ptr_equal(config.protocol, &bt_protocol_rest);
	assert_int_equal(read_line("protocol = psp", &config), BT_EINPUT);
	assert_int_equal(read_line("protocol =", &config), BT_EINPUT);
	assert_int_equal(read_line("protocol = REST", &config), BT_EINPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(notes_in_falling_order),
	    cmocka_unit_test(sums_in_rupees),
	    cmocka_unit_test(upi_with_a_service_that_is_named),
	    cmocka_unit_test(protocols_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
