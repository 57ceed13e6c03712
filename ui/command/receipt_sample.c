/* batti receipt sample: a slip of each kind with figures of nobody, to look at a form, a picture, a printer. */
#include "ui/command/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "core/receipt/form.h"
#include "ui/printer_setup.h"
#include "ui/slips.h"

#define SLIP_MAX (8 << 20)
#define NOON     INT64_C(1795242600000) /* 2026-11-21 12:00 in India */
#define HOUR     INT64_C(3600000)

/* Every sample is in training: paper that shows digits must never be taken for a token that was paid for. */
static const struct bt_receipt_facts sold = {
    .training = true,
    .copy = 1,
    .utility = {{"Electricity Distribution Company", "बिजली वितरण कंपनी"}},
    .counter = {{"Mokama", "मोकामा"}},
    .clerk = {{"Rina Kumari", "रीना कुमारी"}},
    .consumer = {{"Ramesh Kumar Singh", "रमेश कुमार सिंह"}},
    .relative = {{"Krishna Prasad Vidyarthi", "कृष्ण प्रसाद विद्यार्थी"}},
    .place = {{"Ward 7, Ghoswari", "वार्ड 7, घोसवरी"}},
    .relation = "s/o",
    .terminal = "0142",
    .receipt_number = "0142-0611-087-4",
    .connection = "230411009876",
    .meter = "04740015298",
    .category = "DS-II",
    .token = "12345678901234567890",
    .paid_at_ms = NOON,
    .amount = 50000,
    .energy = 47170,
    .duty = 2830,
    .units = 635,
    .given = 100000,
    .change = 50000,
    .tender = N_("Cash"),
    .tariff = "2026-27",
    .rate_paise = 742,
    .complaint = "1912",
    .head = "0123456789abcdef",
    .record = "SAMPLE: A REAL SLIP HAS ITS TOKEN, THE FIGURES OF ITS SALE AND THE SIGNATURE OF THE COUNTER HERE, "
	      "ABOUT AS LONG AS THIS SENTENCE. THIS ONE PROVES NOTHING TO ANYBODY.",
};

static const struct bt_receipt_shift counted = {
    .number = 611,
    .from_ms = NOON - 2 * HOUR,
    .until_ms = NOON + 6 * HOUR,
    .sealed_ms = NOON + 6 * HOUR,
    .sealed_by = "1",
    .closed_ms = NOON + 7 * HOUR,
    .closed_by = "2",
    .opening_float = 100000,
    .tender_count = 2,
    .tenders = {{N_("Cash"), 41, 2050000}, {N_("UPI"), 12, 610000}},
    .kind_count = 3,
    .kinds = {{N_("Token recharge"), 44, 2160000},
	      {N_("Balance recharge"), 6, 300000},
	      {N_("Dues payment"), 3, 200000}},
    .refunds = {"", 1, 50000},
    .bankable = 2050000,
    .non_bankable = 610000,
    .expected_cash = 2100000,
    .is_counted = true,
    .counted_cash = 2098000,
    .to_bank = 1998000,
    .note_count = 3,
    .notes = {{50000, 40, 2}, {10000, 9, 0}, {1000, 8, 0}},
    .torn_cash = 100000,
    .first_receipt = "0142-0611-001-2",
    .last_receipt = "0142-0611-054-9",
    .abandoned_count = 1,
    .abandoned = {"0142-0611-033-8"},
    .unsettled_count = 2,
    .unsettled = {{.docket = "D-0142-0611-052-1", .amount = 50000}, {.docket = "D-0142-0611-053-0", .amount = 20000}},
};

static void promise(struct bt_receipt_facts *facts)
{
	facts->token[0] = '\0';
	facts->units = facts->energy = facts->duty = facts->given = facts->change = 0;
	facts->dues = 20000;
	facts->cut_from_ms = NOON + 46 * HOUR;
	bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, "D-0142-0611-087-4");
	bt_text_copy(facts->reason, sizeof facts->reason, N_("This meter is not in our offline list."));
	bt_text_copy(facts->tender, sizeof facts->tender, N_("UPI"));
	bt_text_copy(facts->tender_reference, sizeof facts->tender_reference, "123456789012");
}

static void promise_credit(struct bt_receipt_facts *facts)
{
	promise(facts);
	facts->no_token = true;
	facts->reason[0] = '\0';
}

static void credit(struct bt_receipt_facts *facts)
{
	promise(facts);
	facts->cut_from_ms = 0;
	facts->reason[0] = '\0';
	facts->balance_known = 28600;
	facts->balance_at_ms = NOON;
	facts->safe_until_ms = NOON + 9 * 24 * HOUR;
	facts->bank = (struct bt_receipt_name){{"State Bank", "स्टेट बैंक"}};
	bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, "0142-0611-087-4");
	bt_text_copy(facts->tender, sizeof facts->tender, N_("Cheque"));
	bt_text_copy(facts->tender_reference, sizeof facts->tender_reference, "004512");
}

static void refund(struct bt_receipt_facts *facts)
{
	facts->token[0] = facts->record[0] = facts->tariff[0] = facts->category[0] = '\0';
	facts->units = facts->energy = facts->duty = facts->given = facts->change = 0;
	facts->approved = (struct bt_receipt_name){{"A. K. Jha", "ए. के. झा"}};
}

static void claim(struct bt_receipt_facts *facts)
{
	facts->token[0] = facts->record[0] = '\0';
	facts->paid_at_ms = NOON - 26 * HOUR;
	facts->claimed_at_ms = NOON;
	facts->promised_ms = NOON + 48 * HOUR;
	facts->channel = (struct bt_receipt_name){{"a UPI app", "UPI ऐप"}};
	bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, "C-0142-0611-003-1");
	bt_text_copy(facts->tender_reference, sizeof facts->tender_reference, "123456789012");
}

static void copy(struct bt_receipt_facts *facts)
{
	facts->copy = 2;
	facts->made_here = true;
	facts->printed_at_ms = NOON + 3 * HOUR;
	facts->first_printed_ms = NOON;
	facts->printed_by = facts->clerk;
}

static void change_key(struct bt_receipt_facts *facts)
{
	facts->key_change = (struct bt_key_tokens){2, {"11112222333344445555", "66667777888899990000"}};
}

static void step_rates(struct bt_receipt_facts *facts)
{
	facts->step_count = 2;
	facts->steps[0] = (struct bt_receipt_step){500, 612, 30600};
	facts->steps[1] = (struct bt_receipt_step){200, 828, 16570};
	facts->units = 700;
}

static void report(struct bt_receipt_facts *facts)
{
	facts->record[0] = '\0';
	facts->paid_at_ms = NOON + 6 * HOUR;
	bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, "0142-0611");
	facts->sealed_by = facts->clerk;
	facts->closed_by = (struct bt_receipt_name){{"A. K. Jha", "ए. के. झा"}};
}

static void keep(struct bt_receipt_facts *facts)
{
	(void)facts;
}

static const struct sample {
	const char *name;
	enum bt_receipt_kind kind;
	void (*change)(struct bt_receipt_facts *facts);
} samples[] = {
    {"token", BT_RECEIPT_TOKEN, keep},
    {"key_change", BT_RECEIPT_TOKEN, change_key},
    {"steps", BT_RECEIPT_TOKEN, step_rates},
    {"copy", BT_RECEIPT_TOKEN, copy},
    {"docket", BT_RECEIPT_DOCKET, promise},
    {"credit_docket", BT_RECEIPT_DOCKET, promise_credit},
    {"credit", BT_RECEIPT_CREDIT, credit},
    {"refund", BT_RECEIPT_REFUND, refund},
    {"refund_docket", BT_RECEIPT_REFUND_DOCKET, refund},
    {"stuck", BT_RECEIPT_STUCK, claim},
    {"shift_x", BT_RECEIPT_SHIFT_X, report},
    {"shift_z", BT_RECEIPT_SHIFT_Z, report},
    {"test", BT_RECEIPT_TEST, keep},
};

static const struct sample *find_sample(const char *name)
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	return NULL;
}

static enum bt_err compose(const struct sample *sample, const struct bt_receipt_form *form,
			   const struct bt_words *words, enum bt_receipt_lang lang, struct bt_receipt *out)
{
	struct bt_receipt_facts facts = sold;
	struct bt_receipt_shift shift = counted;

	facts.kind = sample->kind;
	sample->change(&facts);
	if (sample->kind == BT_RECEIPT_SHIFT_X) {
		shift.until_ms = 0;
		shift.is_counted = false;
	}
	return bt_form_compose(form, &facts, &shift, words, lang, out);
}

/* A form with a mistake is told of, and nothing is drawn: whoever asks wants to see that form. */
static enum bt_err draw(const struct bt_command_env *env, const struct sample *sample, struct bt_buf *out,
			struct bt_fault *fault)
{
	const struct bt_args *args = &env->args;
	struct bt_receipt_form *form = calloc(1, sizeof *form);
	struct bt_receipt *receipt = calloc(1, sizeof *receipt);
	enum bt_receipt_lang lang = env->config.receipt_language;
	bt_paise width = 0;
	char font[512];
	enum bt_err err = form && receipt ? BT_OK : BT_ENOMEM;

	if (!err)
		err = bt_slips_form(&env->config, form, fault);
	if (!err)
		lang = bt_form_lang(form, sample->kind, lang);
	if (!err && args->lang)
		err = bt_receipt_lang_parse(args->lang, &lang);
	if (!err)
		err = bt_money_parse(args->width ? args->width : "576", &width);
	if (!err)
		err = compose(sample, form, env->words, lang, receipt);
	if (!err)
		err = bt_printer_setup_font(&env->config, font, sizeof font);
	if (!err)
		err = bt_prn_render(args->as ? args->as : "text", receipt, (int)(width / BT_PAISE_PER_RUPEE), font,
				    bt_slips_folder(&env->config), out, fault);
	free(form);
	free(receipt);
	return err;
}

enum bt_exit bt_command_receipt_sample(struct bt_command_env *env)
{
	const struct sample *sample = env->args.count > 1 ? find_sample(env->args.words[1]) : NULL;
	struct bt_fault fault = {0};
	struct bt_buf out;
	enum bt_err err;

	if (!sample) {
		bt_command_say(env, N_("No such slip: {1}."), env->args.count > 1 ? env->args.words[1] : "", NULL);
		return BT_EXIT_USAGE;
	}
	bt_buf_init(&out, SLIP_MAX);
	err = draw(env, sample, &out, &fault);
	if (!err)
		err = bt_command_receipt_write(env->args.output, bt_buf_view(&out), &fault);
	if (err)
		bt_command_say(env, N_("Not possible now: {1}."), fault.what[0] ? fault.what : bt_err_text(err), NULL);
	bt_buf_fini(&out);
	return err ? BT_EXIT_REFUSED : BT_EXIT_DONE;
}
