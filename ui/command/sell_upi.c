/* batti sell --tender upi: the QR is written out, and the bank's word is waited for. */
#include "ui/command/sell_upi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sale/upi.h"

#define PUMP_MS  200
#define CLOSE_MS 20000 /* for the bank's last word */

static void show_qr(const struct bt_command_env *env, const struct bt_upi_view *view)
{
	/* Both are of signs that need no escaping. */
	if (env->args.json)
		printf("{\"sale_id\":\"%s\",\"receipt\":\"%s\",\"qr\":\"%s\",\"paise\":%" PRId64 ",\"left_ms\":%" PRId64
		       "}\n",
		       view->sale_id, view->receipt, view->qr, view->amount, view->left_ms);
	else
		printf("%s  %s\n", view->qr, view->receipt);
	fflush(stdout);
}

static bool is_waited_for(enum bt_upi_stage stage)
{
	return stage == BT_UPI_ASKING || stage == BT_UPI_SHOWN || stage == BT_UPI_UNSURE;
}

/* Until the bank has said what became of the QR, or nobody has answered for longer than one lives. */
static enum bt_err wait_for_bank(struct bt_command_env *env, struct bt_counter *counter, const char *sale_id,
				 struct bt_upi_view *view)
{
	struct bt_clock clock = bt_clock_system();
	int64_t until = bt_clock_boot_ms(&clock) + BT_UPI_COMMAND_MS;
	bool shown = false;
	enum bt_err err;

	do {
		bt_counter_pump(counter, PUMP_MS);
		err = bt_teller_upi_view(bt_counter_teller(counter), sale_id, view);
		if (!err && view->stage == BT_UPI_SHOWN && !shown) {
			show_qr(env, view);
			shown = true;
		}
	} while (!err && is_waited_for(view->stage) && bt_clock_boot_ms(&clock) < until);
	return err;
}

static enum bt_err let_go(struct bt_counter *counter, const char *sale_id, struct bt_upi_view *view)
{
	struct bt_clock clock = bt_clock_system();
	int64_t until = bt_clock_boot_ms(&clock) + CLOSE_MS;
	enum bt_err err = bt_teller_upi_stop(bt_counter_teller(counter), sale_id, false);

	if (err == BT_ESTATE) /* paid just now, or ended */
		err = BT_OK;
	while (!err) {
		err = bt_teller_upi_view(bt_counter_teller(counter), sale_id, view);
		if (err || view->stage != BT_UPI_CLOSING || bt_clock_boot_ms(&clock) >= until)
			break;
		bt_counter_pump(counter, PUMP_MS);
	}
	return err;
}

enum bt_exit bt_command_sell_upi(struct bt_command_env *env, struct bt_counter *counter, const char *sale_id)
{
	struct bt_upi_view view = {.stage = BT_UPI_ASKING};
	enum bt_err err = wait_for_bank(env, counter, sale_id, &view);

	if (!err && view.stage != BT_UPI_PAID)
		err = let_go(counter, sale_id, &view);
	if (!err && view.stage == BT_UPI_PAID)
		return BT_EXIT_DONE;
	if (!err && view.stage == BT_UPI_ENDED) {
		bt_command_say(env, N_("Stopped. The bank says that nothing was paid."), NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	bt_command_say(env, N_("The bank has not said what became of it, {1}."), sale_id, NULL);
	return BT_EXIT_UNKNOWN;
}
