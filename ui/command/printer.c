/* batti printer list | status | probe | test: for whoever sets a printer up. The counter need not be enrolled, and must
 * not be open on a network printer meanwhile: that serves one client at a time. */
#include "ui/command/command.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "printer/link.h"
#include "printer/probe.h"
#include "ui/printer_setup.h"

/* A slip may wait for a roll that a person puts in; longer than this it is given up. */
#define TEST_WAIT_MS    120000
#define GIVE_UP_WAIT_MS 10000
#define LOOK_MS         250

/* ---- saying ---- */

/* One sentence to standard output in both languages; @p first and @p second fill {1} and {2}. */
static void tell(const struct bt_command_env *env, const char *key, const char *first, const char *second)
{
	const char *args[3] = {first, second, NULL};
	char text[1024];

	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		bt_words_format(env->words, (enum bt_lang)lang, key, args, text, sizeof text);
		puts(text);
	}
}

/* The same with a word of the catalogue in {1}. */
static void tell_word(const struct bt_command_env *env, const char *key, const char *word)
{
	char text[1024];

	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		const char *args[2] = {bt_words_get(env->words, (enum bt_lang)lang, word), NULL};

		bt_words_format(env->words, (enum bt_lang)lang, key, args, text, sizeof text);
		puts(text);
	}
}

static enum bt_exit print_json(json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

	if (text)
		puts(text);
	free(text);
	json_decref(value);
	return text ? BT_EXIT_DONE : BT_EXIT_REFUSED;
}

/* How the paper stands: in one word, in a sentence, and how a command that asked for it ends. */
static const struct {
	const char *word, *key;
	enum bt_exit exit;
} papers[BT_PAPER_COUNT] = {
    [BT_PAPER_OK] = {"ok", N_("The printer is ready and has paper."), BT_EXIT_DONE},
    [BT_PAPER_LOW] = {"low", N_("The printer is ready. Its paper ends soon: have a new roll at hand."), BT_EXIT_DONE},
    [BT_PAPER_OUT] = {"out", N_("The printer has no paper. Put in a new roll."), BT_EXIT_REFUSED},
    [BT_PAPER_OPEN] = {"open", N_("The printer is open. Close its cover."), BT_EXIT_REFUSED},
    [BT_PAPER_JAM] = {"jam", N_("The printer's cutter is stuck. Switch it off, free the cutter, switch it on."),
		      BT_EXIT_REFUSED},
    [BT_PAPER_FAULT] = {"fault", N_("The printer reports an error. Let it cool down, or switch it off and on."),
			BT_EXIT_REFUSED},
    [BT_PAPER_SILENT] = {"silent", N_("The printer does not answer. Is it switched on, and its cable in?"),
			 BT_EXIT_UNKNOWN},
    [BT_PAPER_NONE] = {"none", N_("No printer is set up."), BT_EXIT_REFUSED},
};

static enum bt_exit say_paper(const struct bt_command_env *env, enum bt_paper paper)
{
	if (env->args.json)
		(void)print_json(json_pack("{s:s, s:s}", "printer", env->config.printer, "paper", papers[paper].word));
	else
		tell(env, papers[paper].key, NULL, NULL);
	return papers[paper].exit;
}

/* ---- list ---- */

static json_t *pack_profile(const struct bt_prn_profile *row)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:s, s:s}", "id",
			 row->id, "name", row->name, "vendor", row->vendor, "model", row->model, "width_dots",
			 row->width_dots, "columns", row->columns, "dots_per_mm", row->dots_per_mm, "cutter",
			 row->cutter, "drawer", row->drawer, "native_qr", row->native_qr, "real_time", row->real_time,
			 "in_order", row->in_order, "unasked", row->unasked, "process_id", row->process_id,
			 "can_forget", row->can_forget, "mode", bt_prn_mode_name(row->mode), "driver", row->driver);
}

static enum bt_exit list_json(const struct bt_prn_profiles *list)
{
	const struct bt_prn_profile *row;
	json_t *rows = json_array();

	for (int i = 0; (row = bt_prn_profiles_at(list, i)); i++)
		if (json_array_append_new(rows, pack_profile(row)) != 0) {
			json_decref(rows);
			return BT_EXIT_REFUSED;
		}
	return print_json(rows);
}

static enum bt_exit run_list(struct bt_command_env *env)
{
	struct bt_prn_profiles *list = NULL;
	struct bt_fault fault = {0};
	const struct bt_prn_profile *row;
	enum bt_exit code = BT_EXIT_DONE;
	enum bt_err err = bt_printer_setup_models(&env->config, &list, &fault);

	if (env->args.json)
		code = list_json(list);
	for (int i = 0; !env->args.json && (row = bt_prn_profiles_at(list, i)); i++)
		printf("%-18s %3d %2d %-7s %s\n", row->id, row->width_dots, row->columns, row->cutter ? "cutter" : "",
		       row->name);
	if (err) {
		bt_command_say(env, N_("Models of printers cannot be read: {1}."), fault.what, NULL);
		code = BT_EXIT_REFUSED;
	}
	bt_prn_profiles_close(list);
	return code;
}

/* ---- what the others begin with ---- */

/* @return BT_EXIT_DONE and the row of the link, or the code after having said why. */
static enum bt_exit find_link(const struct bt_command_env *env, const struct bt_prn_link **out, const char **address)
{
	if (strcmp(env->config.printer, "none") == 0)
		return say_paper(env, BT_PAPER_NONE);
	*out = bt_prn_link_find(env->config.printer, address);
	if (*out)
		return BT_EXIT_DONE;
	bt_command_say(env, N_("This is no address of a printer: {1}."), env->config.printer, NULL);
	return BT_EXIT_USAGE;
}

/* @return BT_EXIT_DONE, or the code after having said why. */
static enum bt_exit read_setup(const struct bt_command_env *env, struct bt_printer_setup *out)
{
	struct bt_fault fault = {0};
	enum bt_err err = bt_printer_setup_read(&env->config, env->args.state, out, &fault);

	if (err) {
		bt_command_say(env, N_("This model of printer is not known: {1}. batti printer list names them all."),
			       env->config.printer_profile, NULL);
		return BT_EXIT_USAGE;
	}
	if (out->models_fault.err)
		bt_command_say(env, N_("Models of printers cannot be read: {1}."), out->models_fault.what, NULL);
	return BT_EXIT_DONE;
}

/* ---- status ---- */

static enum bt_exit run_status(struct bt_command_env *env)
{
	struct bt_printer_setup setup;
	const struct bt_prn_link *link;
	const char *address;
	enum bt_exit code = find_link(env, &link, &address);

	if (!code)
		code = read_setup(env, &setup);
	if (code)
		return code;
	if (link->open)
		return say_paper(env, link->probe(address, &setup.profile));
	if (env->args.json)
		return print_json(json_pack("{s:s, s:n}", "printer", env->config.printer, "paper"));
	tell(env, N_("Slips go to {1}, where no printer can be asked."), env->config.printer, NULL);
	return BT_EXIT_DONE;
}

/* ---- probe ---- */

static const struct {
	const char *name, *key;
	size_t at;
} answers[] = {
    {"real_time", N_("Says at once how it stands: {1}"), offsetof(struct bt_prn_probe, real_time)},
    {"unasked", N_("Tells by itself when paper ends or its cover is opened: {1}"),
     offsetof(struct bt_prn_probe, unasked)},
    {"in_order", N_("Answers when a slip has been worked off: {1}"), offsetof(struct bt_prn_probe, in_order)},
    {"process_id", N_("Says when a slip is on paper: {1}"), offsetof(struct bt_prn_probe, process_id)},
};
#define ANSWER_COUNT (sizeof answers / sizeof answers[0])

static bool get_answer(const struct bt_prn_probe *probe, size_t i)
{
	return *(const bool *)(const void *)((const char *)probe + answers[i].at);
}

/* What was found, with the profile that goes with it, and whether it was stored. */
struct finding {
	struct bt_prn_probe probe;
	struct bt_prn_profile profile; /* id "" when the model is not known by name */
	bool stored;
};

static void find_profile(const struct bt_command_env *env, struct finding *finding)
{
	struct bt_prn_profiles *list = NULL;
	struct bt_fault fault = {0};
	const struct bt_prn_profile *row;

	if (bt_printer_setup_models(&env->config, &list, &fault) != BT_OK)
		bt_command_say(env, N_("Models of printers cannot be read: {1}."), fault.what, NULL);
	row = bt_prn_profiles_by_model(list, finding->probe.model);
	if (row)
		finding->profile = *row;
	bt_prn_profiles_close(list);
}

static enum bt_err store(const struct bt_command_env *env, struct finding *finding, struct bt_fault *fault)
{
	const struct bt_prn_probe *probe = &finding->probe;
	struct bt_clock clock = bt_clock_system();
	struct bt_prn_known known = {.real_time = probe->real_time,
				     .in_order = probe->in_order,
				     .unasked = probe->unasked,
				     .process_id = probe->process_id,
				     .asked_at_ms = bt_clock_wall_ms(&clock)};
	enum bt_err err;

	if (!env->args.state)
		return BT_OK;
	bt_text_copy(known.uri, sizeof known.uri, env->config.printer);
	bt_text_copy(known.profile, sizeof known.profile, finding->profile.id);
	bt_text_copy(known.maker, sizeof known.maker, probe->maker);
	bt_text_copy(known.model, sizeof known.model, probe->model);
	bt_text_copy(known.firmware, sizeof known.firmware, probe->firmware);
	err = bt_prn_known_write(env->args.state, &known, fault);
	finding->stored = !err;
	return err;
}

static enum bt_exit show_json(const struct bt_command_env *env, const struct finding *finding)
{
	const struct bt_prn_probe *probe = &finding->probe;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "printer", env->config.printer, "paper",
			      papers[probe->paper].word, "maker", probe->maker, "model", probe->model, "firmware",
			      probe->firmware, "profile", finding->profile.id, "stored", finding->stored);

	for (size_t i = 0; i < ANSWER_COUNT; i++)
		json_object_set_new(o, answers[i].name, json_boolean(get_answer(probe, i)));
	return print_json(o);
}

static void show_profile(const struct bt_command_env *env, const struct bt_prn_profile *profile)
{
	const char *set = env->config.printer_profile;

	if (!profile->id[0])
		tell(env, N_("Its model is not known by name. It prints as {1}, as the settings say."), set, NULL);
	else if (strcmp(set, BT_PRN_PROFILE_AUTO) == 0)
		tell(env, N_("It prints as {1} ({2})."), profile->id, profile->name);
	else if (strcmp(set, profile->id) != 0)
		tell(env, N_("The settings say {1}. For this model write printer_profile = {2}."), set, profile->id);
}

static enum bt_exit show(const struct bt_command_env *env, const struct finding *finding)
{
	const struct bt_prn_probe *probe = &finding->probe;
	char name[80];

	if (env->args.json)
		return show_json(env, finding);
	bt_text_printf(name, sizeof name, "%s%s%s", probe->maker, probe->maker[0] ? " " : "", probe->model);
	if (probe->model[0])
		tell(env, N_("The printer calls itself {1}, version {2}."), name, probe->firmware);
	else
		tell(env, N_("The printer does not say its name."), NULL, NULL);
	for (size_t i = 0; i < ANSWER_COUNT; i++)
		tell_word(env, answers[i].key, get_answer(probe, i) ? N_("yes") : N_("no"));
	show_profile(env, &finding->profile);
	if (finding->stored)
		tell(env, N_("This is stored, and slips are printed by it from the next start."), NULL, NULL);
	else
		tell(env, N_("Nothing is stored: give --state."), NULL, NULL);
	return BT_EXIT_DONE;
}

static enum bt_exit run_probe(struct bt_command_env *env)
{
	const struct bt_prn_link *link;
	const char *address;
	struct finding finding = {.stored = false};
	struct bt_fault fault = {0};
	enum bt_exit code = find_link(env, &link, &address);
	enum bt_err err;

	if (code)
		return code;
	err = bt_prn_probe(env->config.printer, &finding.probe, &fault);
	if (err == BT_EUNSUPPORTED) {
		bt_command_say(env, N_("Slips go to {1}, where no printer can be asked."), env->config.printer, NULL);
		return BT_EXIT_REFUSED;
	}
	if (err == BT_ESTATE || err == BT_ETIMEOUT || err == BT_EUNREACHABLE || err == BT_EBUSY) {
		code = say_paper(env, err == BT_ESTATE ? finding.probe.paper : BT_PAPER_SILENT);
		bt_command_say(env, N_("Then ask it again: nothing is stored."), NULL, NULL);
		return code;
	}
	if (!err) {
		find_profile(env, &finding);
		err = store(env, &finding, &fault);
	}
	if (err) {
		bt_command_say(env, N_("Not possible now: {1}."), fault.what[0] ? fault.what : bt_err_text(err), NULL);
		return BT_EXIT_REFUSED;
	}
	return show(env, &finding);
}

/* ---- test ---- */

static void copy_name(const struct bt_dual *in, struct bt_receipt_name *out)
{
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		bt_text_copy(out->text[lang], sizeof out->text[lang], bt_dual_get(in, (enum bt_lang)lang));
}

/* Who prints it stands on the page when the terminal is enrolled. */
static void fill_place(const struct bt_command_env *env, struct bt_receipt_facts *facts)
{
	struct bt_enrolment *enrolment = calloc(1, sizeof *enrolment);

	if (enrolment && env->args.state && bt_enrolment_load(env->args.state, enrolment, NULL) == BT_OK) {
		copy_name(&enrolment->utility, &facts->utility);
		copy_name(&enrolment->counter, &facts->counter);
		bt_text_copy(facts->terminal, sizeof facts->terminal, enrolment->terminal);
		bt_text_copy(facts->complaint, sizeof facts->complaint, enrolment->complaint);
	}
	free(enrolment);
}

static enum bt_err compose(const struct bt_command_env *env, struct bt_print_job *out)
{
	struct bt_receipt_facts facts = {.kind = BT_RECEIPT_TEST};
	struct bt_clock clock = bt_clock_system();

	facts.paid_at_ms = bt_clock_wall_ms(&clock);
	fill_place(env, &facts);
	return bt_receipt_compose(&facts, env->words, env->config.receipt_language, &out->receipt);
}

/* Wait for the result and say meanwhile what holds it up. @return false when it did not come in time. */
static bool wait_for_result(const struct bt_command_env *env, const struct bt_sink *sink, int timeout_ms,
			    struct bt_print_result *out)
{
	struct bt_clock clock = bt_clock_system();
	int64_t until = bt_clock_boot_ms(&clock) + timeout_ms;
	enum bt_paper told = BT_PAPER_COUNT;

	while (!sink->take(sink->self, out)) {
		struct pollfd one = {.fd = sink->fd(sink->self), .events = POLLIN};
		enum bt_paper paper = sink->paper(sink->self);

		if (bt_clock_boot_ms(&clock) > until)
			return false;
		if (paper != told && (paper == BT_PAPER_OK || papers[paper].exit == BT_EXIT_REFUSED)) {
			if (told != BT_PAPER_COUNT || paper != BT_PAPER_OK)
				bt_command_say(env, papers[paper].key, NULL, NULL);
			told = paper;
		}
		(void)poll(&one, 1, LOOK_MS);
	}
	return true;
}

static enum bt_exit say_result(const struct bt_command_env *env, const struct bt_print_result *result)
{
	static const struct {
		const char *word, *key;
		enum bt_exit exit;
	} ends[] = {
	    [BT_PRINT_CONFIRMED] = {"printed", N_("The test page is printed."), BT_EXIT_DONE},
	    [BT_PRINT_UNCONFIRMED] = {"unconfirmed",
				      N_("The test page was sent. Whether it is on paper, only you can see."),
				      BT_EXIT_UNKNOWN},
	    [BT_PRINT_FAILED] = {"failed", N_("The test page was not printed: {1}."), BT_EXIT_REFUSED},
	};

	if (env->args.json)
		(void)print_json(json_pack("{s:s, s:s, s:s}", "printer", env->config.printer, "result",
					   ends[result->state].word, "why", result->fault.what));
	else
		tell(env, ends[result->state].key, result->fault.what, NULL);
	return ends[result->state].exit;
}

static enum bt_exit print_page(const struct bt_command_env *env, struct bt_printer *printer,
			       const struct bt_print_job *job)
{
	struct bt_sink sink = bt_printer_sink(printer);
	struct bt_print_result result = {.state = BT_PRINT_UNCONFIRMED};
	enum bt_err err = sink.submit(sink.self, job);

	if (err) {
		bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(err), NULL);
		return BT_EXIT_REFUSED;
	}
	if (!wait_for_result(env, &sink, TEST_WAIT_MS, &result)) {
		if (sink.give_up)
			sink.give_up(sink.self);
		/* Without a result by then nobody knows: that is what it was set to. */
		(void)wait_for_result(env, &sink, GIVE_UP_WAIT_MS, &result);
	}
	return say_result(env, &result);
}

static enum bt_exit run_test(struct bt_command_env *env)
{
	struct bt_print_job *job = calloc(1, sizeof *job);
	struct bt_printer *printer = NULL;
	struct bt_printer_setup setup;
	const struct bt_prn_link *link;
	const char *address;
	struct bt_fault fault = {0};
	enum bt_exit code = find_link(env, &link, &address);
	enum bt_err err = job ? BT_OK : BT_ENOMEM;

	if (!code)
		code = read_setup(env, &setup);
	if (code)
		goto out;
	if (!err)
		err = compose(env, job);
	if (!err)
		err = bt_printer_setup_open(&env->config, &setup, NULL, &printer, &fault);
	if (err) {
		bt_command_say(env, N_("Not possible now: {1}."), fault.what[0] ? fault.what : bt_err_text(err), NULL);
		code = BT_EXIT_REFUSED;
		goto out;
	}
	code = print_page(env, printer, job);
out:
	bt_printer_close(printer);
	free(job);
	return code;
}

static const struct bt_command_form forms[] = {
    {"list", "[--json]", "the models that can be named in the settings: id, dots, columns, cutter, name", run_list},
    {"status", "[--state DIR] [--printer URI] [--json]", "ask the printer now how it stands", run_status},
    {"probe", "--state DIR [--printer URI] [--json]", "ask the printer what it is and what it answers, and store it",
     run_probe},
    {"test", "[--state DIR] [--printer URI] [--json]", "print a test page and say whether it came out", run_test},
    {NULL, NULL, NULL, NULL},
};

static enum bt_exit run(struct bt_command_env *env)
{
	const char *word = env->args.count == 1 ? env->args.words[0] : "";
	const struct bt_command_form *form = bt_command_form_find(forms, word);

	if (form)
		return form->run(env);
	bt_command_say(env, N_("This command is not known: {1}."), env->args.count ? env->args.words[0] : "printer",
		       NULL);
	return BT_EXIT_USAGE;
}

const struct bt_command bt_command_printer = {
    .name = "printer",
    .usage = "",
    .summary = "name, ask and try the printer",
    .forms = forms,
    .run = run,
};
