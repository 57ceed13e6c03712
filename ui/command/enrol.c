/* batti enrol URL: make this folder a terminal of the head-end at URL, and fetch all it needs to sell. */
#include "ui/command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"

#define ENROL_MS 20000
#define FETCH_MS 120000

static enum bt_exit read_needs(struct bt_command_env *env, struct bt_secret *passphrase)
{
	const struct bt_args *args = &env->args;
	const struct {
		const char *value, *name;
	} needs[] = {{args->state, "--state"},
		     {args->code, "--code"},
		     {args->ca, "--ca"},
		     {args->passphrase_file, "--passphrase-file"},
		     {args->count ? args->words[0] : NULL, "URL"}};

	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (!needs[i].value) {
			bt_command_say(env, N_("An option needs a value: {1}."), needs[i].name, NULL);
			return BT_EXIT_USAGE;
		}
	if (access(args->ca, R_OK) != 0) {
		bt_command_say(env, N_("The file is not there: {1}."), args->ca, NULL);
		return BT_EXIT_USAGE;
	}
	if (bt_secret_read_file(args->passphrase_file, passphrase, NULL) != BT_OK) {
		bt_command_say(env, N_("The file is not there: {1}."), args->passphrase_file, NULL);
		return BT_EXIT_USAGE;
	}
	if (passphrase->len < 8) {
		bt_command_say(env, N_("The passphrase needs at least 8 characters."), NULL, NULL);
		return BT_EXIT_USAGE;
	}
	return BT_EXIT_DONE;
}

static enum bt_err ask(struct bt_wire_worker *worker, const struct bt_buf *body, struct bt_answer *answer,
		       struct bt_fault *fault)
{
	struct bt_wire wire = bt_wire_worker_wire(worker);
	struct bt_call call = {.kind = BT_CALL_ENROL, .id = 1, .deadline_ms = ENROL_MS, .body = bt_buf_view(body)};
	enum bt_err err = bt_wire_submit(&wire, &call);

	if (err)
		return bt_fault_set(fault, err, 0, "request not made");
	if (!bt_wire_wait(&wire, ENROL_MS + 1000, answer))
		return bt_fault_set(fault, BT_ETIMEOUT, 0, "no answer");
	*fault = answer->fault;
	return answer->fault.err;
}

static enum bt_exit say_refused(struct bt_command_env *env, const struct bt_answer *answer)
{
	if (strcmp(answer->code, "enrolment_code") == 0)
		bt_command_say(env, N_("The enrolment code is not right, or was used already."), NULL, NULL);
	else
		bt_command_say_dual(env, N_("The server refused: {1}"), answer->message_en, answer->message_hi);
	return BT_EXIT_REFUSED;
}

static enum bt_exit exchange(struct bt_command_env *env, struct bt_wire_worker *worker,
			     const struct bt_secret *passphrase)
{
	struct bt_random random = bt_random_system();
	struct bt_clock clock = bt_clock_system();
	struct bt_enrolling *enrolling = NULL;
	struct bt_enrolment enrolment;
	struct bt_answer answer = {0};
	struct bt_fault fault = {0};
	struct bt_buf body;
	enum bt_exit code = BT_EXIT_DONE;
	enum bt_err err;

	bt_buf_init(&body, 65536);
	err = bt_enrolling_open(&random, env->args.code, &enrolling, &body, &fault);
	if (!err)
		err = ask(worker, &body, &answer, &fault);
	if (err == BT_EREFUSED)
		code = say_refused(env, &answer);
	else if (!err)
		err = bt_enrolling_finish(enrolling, bt_buf_view(&answer.body), env->args.words[0],
					  (struct bt_bytes){passphrase->data, passphrase->len}, bt_command_purpose(env),
					  env->args.state, bt_clock_wall_ms(&clock), &enrolment, &fault);
	if (err && err != BT_EREFUSED)
		code = bt_command_fail(env, &fault);
	bt_answer_fini(&answer);
	bt_enrolling_close(enrolling);
	bt_buf_fini(&body);
	return code;
}

static enum bt_exit enrol(struct bt_command_env *env, const struct bt_secret *passphrase)
{
	struct bt_wire_options options = {
	    .url = env->args.words[0], .ca_file = env->args.ca, .protocol = &bt_protocol_rest};
	struct bt_wire_worker *worker = NULL;
	struct bt_fault fault = {0};
	enum bt_exit code;

	if (bt_folder_make(env->args.state, &fault) != BT_OK || bt_wire_worker_open(&options, &worker, &fault) != BT_OK)
		return bt_command_fail(env, &fault);
	code = exchange(env, worker, passphrase);
	bt_wire_worker_close(worker);
	return code;
}

/* A terminal without lease, tariff and list is enrolled but cannot sell: fetch them while the server is there. */
static enum bt_exit fetch(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	const struct bt_sync_state *state;
	const struct bt_enrolment *enrolment;
	enum bt_exit code = bt_command_open(env, BT_OPEN_SERVER, &counter);

	if (code)
		return code;
	bt_command_sync(counter, FETCH_MS);
	state = bt_sync_state(bt_counter_sync(counter));
	enrolment = bt_counter_enrolment(counter);
	printf("terminal %s, lane %u of %u, lease %s, %lld consumers\n", enrolment->terminal, enrolment->lane.index,
	       enrolment->lane.count, state->has_lease ? "present" : "missing",
	       (long long)bt_directory_count(bt_counter_directory(counter)));
	if (!state->has_lease || state->tariffs.count == 0) {
		bt_command_say(env, N_("The server cannot be reached."), NULL, NULL);
		code = BT_EXIT_UNKNOWN;
	}
	bt_counter_close(counter);
	return code;
}

static enum bt_exit run(struct bt_command_env *env)
{
	struct bt_enrolment *held = calloc(1, sizeof *held);
	struct bt_secret passphrase = {0};
	enum bt_exit code = held ? read_needs(env, &passphrase) : BT_EXIT_REFUSED;

	if (!code && bt_enrolment_load(env->args.state, held, NULL) == BT_OK) {
		bt_command_say(env, N_("This terminal is enrolled as {1}."), held->terminal, NULL);
		code = BT_EXIT_REFUSED;
	}
	if (!code)
		code = enrol(env, &passphrase);
	bt_secret_wipe(&passphrase);
	free(held);
	return code ? code : fetch(env);
}

const struct bt_command bt_command_enrol = {
    .name = "enrol",
    .usage = "URL --state DIR --code CODE --ca FILE --passphrase-file FILE",
    .summary = "make this folder a terminal of the head-end at URL",
    .run = run,
};
