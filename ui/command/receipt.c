/* batti receipt render: a slip as picture, text or printer bytes. */
#include "ui/command/receipt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/random.h"

#define SLIP_MAX (8 << 20)

static enum bt_err find_sale(struct bt_counter *counter, const char *text, char sale_id[37])
{
	struct bt_sale_row row;
	enum bt_err err;

	if (bt_uuid7_is(text))
		return bt_text_copy(sale_id, 37, text);
	err = bt_journal_sale_by_receipt(bt_counter_journal(counter), text, &row);
	return err ? err : bt_text_copy(sale_id, 37, row.sale_id);
}

enum bt_err bt_command_receipt_write(const char *path, struct bt_bytes bytes, struct bt_fault *fault)
{
	if (path && strcmp(path, "-") != 0)
		return bt_file_replace(path, bytes, 0600, fault);
	if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len || fflush(stdout) != 0)
		return bt_fault_set(fault, BT_EOS, 0, "standard output");
	return BT_OK;
}

static enum bt_exit render(struct bt_command_env *env, struct bt_counter *counter)
{
	const struct bt_args *args = &env->args;
	struct bt_receipt *receipt = calloc(1, sizeof *receipt);
	enum bt_receipt_lang lang = env->config.receipt_language;
	struct bt_fault fault = {0};
	struct bt_buf out;
	char sale_id[37];
	bt_paise width = 0;
	enum bt_err err = receipt ? BT_OK : BT_ENOMEM;

	bt_buf_init(&out, SLIP_MAX);
	if (!err && args->lang)
		err = bt_receipt_lang_parse(args->lang, &lang);
	if (!err)
		err = bt_money_parse(args->width ? args->width : "576", &width);
	if (!err)
		err = find_sale(counter, args->sale, sale_id);
	if (!err)
		err = bt_teller_receipt(bt_counter_teller(counter), sale_id, lang, 1, receipt);
	if (err == BT_ENOTFOUND) {
		bt_command_say(env, N_("This is not a number we know."), NULL, NULL);
		goto out;
	}
	if (!err)
		err = bt_prn_render(args->as ? args->as : "text", receipt, (int)(width / BT_PAISE_PER_RUPEE),
				    bt_counter_font(counter), bt_counter_pictures(counter), &out, &fault);
	if (!err)
		err = bt_command_receipt_write(args->output, bt_buf_view(&out), &fault);
	if (err)
		bt_command_say(env, N_("Not possible now: {1}."), fault.what[0] ? fault.what : bt_err_text(err), NULL);
out:
	free(receipt);
	bt_buf_fini(&out);
	return err ? BT_EXIT_REFUSED : BT_EXIT_DONE;
}

static enum bt_exit run_render(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	enum bt_exit code;

	if (!env->args.sale) {
		bt_command_say(env, N_("An option needs a value: {1}."), "--sale", NULL);
		return BT_EXIT_USAGE;
	}
	code = bt_command_open(env, BT_OPEN_LOCAL, &counter);
	if (!code)
		code = render(env, counter);
	bt_counter_close(counter);
	return code;
}

static const struct bt_command_form forms[] = {
    {"render", "--state DIR --sale ID [--as png|text|escpos] [--width 384|512|576] [--lang en|hi|both] [-o FILE]",
     "a slip as picture, text or printer bytes", run_render},
    {"sample", "KIND [--config FILE] [--as png|text|escpos] [--width 384|512|576] [--lang en|hi|both] [-o FILE]",
     "a slip with figures of nobody, to look at its form", bt_command_receipt_sample},
    {"verify", "--state DIR TEXT|-|--image FILE [--json]", "whether the QR of a slip is genuine; asks no server",
     bt_command_receipt_verify},
    {0},
};

static enum bt_exit run(struct bt_command_env *env)
{
	const char *name = env->args.count ? env->args.words[0] : "receipt";
	const struct bt_command_form *form = bt_command_form_find(forms, name);

	if (form)
		return form->run(env);
	bt_command_say(env, N_("This command is not known: {1}."), name, NULL);
	return BT_EXIT_USAGE;
}

const struct bt_command bt_command_receipt = {
    .name = "receipt",
    .usage = "",
    .summary = "a slip drawn, or judged by its QR",
    .forms = forms,
    .run = run,
};
