/* Makes many unsent sales in a terminal's record quickly: bench_busy's long outage. Not a command of the product.
 *
 * Usage: many-sales STATE PASSPHRASE-FILE NUMBERS COUNT. NUMBERS is a file with a connection number a line; each in
 * turn is sold 100 rupees and some, without a server, through the same teller as every sale.
 *
 * rooms: ui core/sync core/sale core/directory core/base */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/counter.h"

#define NUMBERS_MAX 8192
#define AT_ONCE     32

static char numbers[NUMBERS_MAX][16];

static int read_numbers(const char *path)
{
	FILE *file = fopen(path, "re");
	int count = 0;

	while (file && count < NUMBERS_MAX && fgets(numbers[count], sizeof numbers[count], file)) {
		numbers[count][strcspn(numbers[count], "\n")] = 0;
		count += numbers[count][0] != 0;
	}
	if (file)
		fclose(file);
	return count;
}

static enum bt_err sell(struct bt_counter *counter, int turn, int people, struct bt_fault *fault)
{
	struct bt_draft draft = {.tender = bt_tender_find("cash"),
				 .amount = (100 + turn / people) * (bt_paise)BT_PAISE_PER_RUPEE};
	char sale_id[37];
	enum bt_err err = bt_counter_find(counter, numbers[turn % people], 0, &draft.consumer);

	draft.given = draft.amount;
	if (!err)
		err = bt_teller_pay(bt_counter_teller(counter), &draft, sale_id, fault);
	while (!err && bt_teller_under_way(bt_counter_teller(counter)) >= AT_ONCE)
		bt_counter_pump_sales(counter, 10);
	return err;
}

int main(int argc, char **argv)
{
	static struct bt_config config;
	struct bt_secret passphrase = {0};
	struct bt_fault fault = {0};
	struct bt_counter *counter = NULL;
	int people = argc == 5 ? read_numbers(argv[3]) : 0;
	long count = people > 0 ? strtol(argv[4], NULL, 10) : 0;
	enum bt_err err = count > 0 ? BT_OK : BT_EINPUT;

	bt_config_default(&config);
	bt_text_copy(config.printer, sizeof config.printer, "none");
	if (!err)
		err = bt_secret_read_file(argv[2], &passphrase, &fault);
	if (!err)
		err = bt_counter_open(&(struct bt_counter_options){.dir = argv[1],
								   .config = &config,
								   .passphrase = &passphrase,
								   .unseal_now = true,
								   .offline = true},
				      &counter, &fault);
	bt_secret_wipe(&passphrase);
	if (!err)
		err = bt_counter_sign_in(counter, "rina", &fault);
	for (int i = 0; !err && i < count; i++)
		err = sell(counter, i, people, &fault);
	while (!err && bt_teller_under_way(bt_counter_teller(counter)) > 0)
		bt_counter_pump_sales(counter, 10);
	if (err)
		fprintf(stderr, "many-sales: %s: %s\n", bt_err_name(err), fault.what);
	bt_counter_close(counter);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
