/* Paying by UPI behind the screens: the teller asks, here it is only handed on. */
#include "ui/counter_parts.h"

static struct bt_teller *teller_of(void *self)
{
	return ((struct bt_counter *)self)->teller;
}

static bool offered(void *self)
{
	return bt_teller_upi_offered(teller_of(self));
}

static enum bt_err begin(void *self, const struct bt_draft *draft, char sale_id[37])
{
	struct bt_counter *counter = self;
	struct bt_fault fault = {0};
	enum bt_err err = bt_teller_upi_begin(counter->teller, draft, sale_id, &fault);

	counter->counts.known = false;
	if (err)
		bt_log_line(counter->log, "sale", "no QR asked for: %s (%s)", bt_err_name(err), fault.what);
	return err;
}

static enum bt_err view(void *self, const char *sale_id, struct bt_upi_view *out)
{
	return bt_teller_upi_view(teller_of(self), sale_id, out);
}

static enum bt_err ask(void *self, const char *sale_id)
{
	return bt_teller_upi_ask(teller_of(self), sale_id);
}

static enum bt_err renew(void *self, const char *sale_id)
{
	return bt_teller_upi_renew(teller_of(self), sale_id);
}

static enum bt_err stop(void *self, const char *sale_id, bool for_cash)
{
	return bt_teller_upi_stop(teller_of(self), sale_id, for_cash);
}

static enum bt_err print(void *self, const char *sale_id)
{
	return bt_teller_upi_print(teller_of(self), sale_id);
}

static int waiting(void *self, int max, struct bt_upi_view *out)
{
	return bt_teller_upi_waiting(teller_of(self), max, out);
}

struct bt_ui_upi bt_counter_upi(struct bt_counter *counter)
{
	return (struct bt_ui_upi){.self = counter,
				  .offered = offered,
				  .begin = begin,
				  .view = view,
				  .ask = ask,
				  .renew = renew,
				  .stop = stop,
				  .print = print,
				  .waiting = waiting};
}
