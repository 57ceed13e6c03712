#include <string.h>
#include <sys/stat.h>

#include "ui/counter_parts.h"

/* Whoever else can read the key can collect in the utility's name. */
static enum bt_err read_account(const char *path, struct bt_secret *out, struct bt_fault *fault)
{
	struct stat file;

	if (stat(path, &file) != 0)
		return bt_fault_set(fault, BT_EINPUT, 0, "psp_key_file = %.100s: not found", path);
	if (file.st_mode & (S_IRWXG | S_IRWXO))
		return bt_fault_set(fault, BT_EINPUT, 0, "psp_key_file = %.100s: others may read it", path);
	return bt_secret_read_file(path, out, fault);
}

static enum bt_err open_worker(struct bt_counter *counter, const struct bt_secret *secret, struct bt_fault *fault)
{
	const struct bt_config *config = &counter->config;
	struct bt_counter_bank *bank = &counter->bank;
	char account[160];
	struct bt_wire_options options = {.url = config->psp_url,
					  .ca_file = config->psp_ca_file,
					  .account = account,
					  .protocol = &bt_protocol_psp,
					  .log = counter->log};
	enum bt_err err = bt_text_printf(account, sizeof account, "%.*s", (int)secret->len, (const char *)secret->data);

	if (!err && !strchr(account, ':'))
		err = bt_fault_set(fault, BT_EINPUT, 0, "psp_key_file: no colon between key id and secret");
	if (!err)
		err = bt_wire_worker_open(&options, &bank->worker, fault);
	explicit_bzero(account, sizeof account);
	return err;
}

static enum bt_err open_service(struct bt_counter *counter, struct bt_fault *fault)
{
	struct bt_counter_bank *bank = &counter->bank;
	struct bt_secret secret = {0};
	enum bt_err err = read_account(counter->config.psp_key_file, &secret, fault);

	bt_breaker_init(&bank->breaker, bt_clock_boot_ms(&counter->clock));
	if (!err)
		err = open_worker(counter, &secret, fault);
	bt_secret_wipe(&secret);
	if (err)
		return BT_EINPUT;
	bank->service = bt_wire_worker_wire(bank->worker);
	err = bt_psp_open(&bank->service, &counter->record_clock, &bank->psp);
	if (err)
		return bt_fault_set(fault, err, 0, "payment service");
	bank->wire = bt_psp_wire(bank->psp);
	bank->has_wire = true;
	return BT_OK;
}

enum bt_err bt_counter_open_bank(struct bt_counter *counter, struct bt_fault *fault)
{
	const struct bt_config *config = &counter->config;
	struct bt_fault own = {0};
	enum bt_err err;

	/* Nobody pays real money while training. */
	if (counter->purpose == BT_FOR_TRAINING)
		return BT_OK;
	if (bt_config_lacks_service(config))
		return bt_fault_set(fault, BT_EINPUT, 0, "upi = %s needs psp_url and psp_key_file",
				    bt_config_lacks_service(config));
	if (!config->psp_url[0] || !config->psp_key_file[0])
		return BT_OK;
	err = open_service(counter, &own);
	if (err && (config->upi == BT_UPI_BY_SERVER || config->upi == BT_UPI_OFF)) {
		/* Only what was asked of it before the settings changed is not followed any more. */
		bt_log_line(counter->log, "upi", "payment service not opened: %s", own.what);
		return BT_OK;
	}
	if (err && fault)
		*fault = own;
	return err;
}

enum bt_upi_way bt_counter_upi_way(const struct bt_counter *counter)
{
	bool is_real = counter->purpose != BT_FOR_TRAINING || counter->config.upi == BT_UPI_OFF;

	return is_real ? counter->config.upi : BT_UPI_BY_SERVER;
}

bool bt_counter_close_bank(struct bt_counter *counter)
{
	bool ended = bt_wire_worker_close(counter->bank.worker);

	bt_psp_close(counter->bank.psp);
	return ended;
}

void bt_counter_take_bank(struct bt_counter *counter)
{
	struct bt_answer answer;

	while (counter->bank.has_wire && bt_wire_take(&counter->bank.wire, &answer)) {
		(void)bt_teller_answer(counter->teller, &answer);
		bt_answer_fini(&answer);
		counter->changed = true;
	}
}
