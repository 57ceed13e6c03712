/* A counter that keeps its vending keys in a PKCS#11 module: with no server at all it makes the token that the meter
 * takes, and the head-end then finds the very same one. The keys are those of the sandbox, loaded into SoftHSM2 here.
 */
#include "tests/e2e/world.h"
#include "tests/unit/hsm_fixture.h"

#define REFUSED  1 /* exit status */
#define NO_LEASE 5 /* exit status: paid, but no right to issue */
#define KEYS_MAX 64

static struct hsm_token the_token;

/* "identity hex" a line. */
static void import_line(char *line)
{
	char *hex = strchr(line, ' ');
	uint8_t key[32];
	size_t len;

	assert_non_null(hex);
	*hex++ = '\0';
	len = strlen(hex) / 2;
	assert_true(len == 8 || len == 20);
	for (size_t i = 0; i < len; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		key[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	hsm_import_vending(&the_token, line, key, len);
}

static void load_vending_keys(struct world *world)
{
	const char *const arguments[] = {SANDBOX_PROGRAM, "vending-keys", "--state", world->server, NULL};
	struct world_run run = world_run(arguments);
	char *rest = run.out, *line;
	int count = 0;

	assert_int_equal(run.status, 0);
	hsm_log_in(&the_token);
	while ((line = strsep(&rest, "\n")) != NULL && line[0]) {
		import_line(line);
		assert_true(++count <= KEYS_MAX);
	}
	hsm_log_out(&the_token);
	assert_true(count > 0);
	world_run_free(&run);
}

static void write_file(struct world *world, const char *name, const char *text)
{
	char path[WORLD_PATH_CAP];
	FILE *file;

	world_fill(world, name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void write_settings(struct world *world, const char *vending_key, const char *pin)
{
	char text[4 * WORLD_PATH_CAP];

	snprintf(text, sizeof text, "[batti]\nvending_key = %s\nvending_key_pin = %s\n", vending_key, pin);
	write_file(world, "%D/module.conf", text);
}

static int open_world(void **state)
{
	struct world *world = world_open_enrolled(300);

	hsm_make_token(&the_token);
	load_vending_keys(world);
	write_file(world, "%D/pin", HSM_PIN "\n");
	write_file(world, "%D/wrong-pin", "11112222\n");
	write_settings(world, HSM_URI, "ask");
	assert_int_equal(world_sync(world), 0);
	*state = world;
	return 0;
}

static int close_world(void **state)
{
	hsm_remove_token(&the_token);
	world_close(*state);
	return 0;
}

static struct world_run sell(struct world *world, const char *number, const char *options)
{
	char line[512];

	snprintf(line, sizeof line,
		 "sell --state %%T --config %%D/module.conf --connection %s --amount 500 --tender cash --json %s",
		 number, options);
	return world_batti(world, line);
}

static void take_token(struct world *world, struct world_run *run, char token[WORLD_TOKEN_CAP])
{
	json_t *answer;

	if (run->status != 0)
		fail_msg("exit %d\n%s%s", run->status, run->out, run->err);
	answer = json_loadb(run->out, run->out_len, 0, NULL);
	assert_non_null(answer);
	assert_string_equal(json_string_value(json_object_get(answer, "issued_by")), "terminal");
	snprintf(token, WORLD_TOKEN_CAP, "%s", json_string_value(json_object_get(answer, "token")));
	assert_int_equal(strlen(token), 20);
	world_note_sale(world, 50000, token);
	json_decref(answer);
	world_run_free(run);
}

static void module_sells_with_no_server(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, "sts_units", "", 0);
	struct world_run run = sell(world, number, "--offline --passphrase-file %D/pin");
	char token[WORLD_TOKEN_CAP], text[WORLD_PATH_CAP], uri[2 * WORLD_PATH_CAP];

	take_token(world, &run, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
	/* The same with the PIN in a file that the settings name. */
	world_fill(world, "%D/pin", text);
	write_settings(world, HSM_URI, text);
	run = sell(world, world_number(world, "sts_units", "", 1), "--offline");
	take_token(world, &run, token);
	/* And with the file that the URI names. */
	snprintf(uri, sizeof uri, HSM_URI "&pin-source=file:%s/pin", world->dir);
	write_settings(world, uri, "ask");
	run = sell(world, world_number(world, "sts_units", "", 2), "--offline");
	take_token(world, &run, token);
	/* The head-end makes the same digits of the same sales. */
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

/* One meter of each algorithm, by module and, beside it, by the sealed key: the head-end agrees with all of them. */
static void module_sells_for_every_algorithm(void **state)
{
	static const char *const notes[] = {"", "ea07", "ea07_dkga02", "long_drn_ea07"};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
		const char *number = world_number(world, "sts_units", notes[i], 0);
		struct world_run run = sell(world, number, "--offline --passphrase-file %D/pin");
		char token[WORLD_TOKEN_CAP], line[512];

		take_token(world, &run, token);
		snprintf(line, sizeof line,
			 "sell --state %%T --connection %s --amount 500 --tender cash --json --offline "
			 "--passphrase-file %%P",
			 number);
		run = world_batti(world, line);
		take_token(world, &run, token);
	}
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

/* `batti token make` by the module: worked example B of the facts, whose vending key is loaded beside the others. */
static void module_makes_a_token_by_command(void **state)
{
	static const char make[] =
	    "token make --type electricity --amount 0.1 --rnd 5 --time 2004-03-01T13:00:00 --meter 600727000000000009 "
	    "--sgc 123457 --ti 01 --base 1993 --ken 200 --ea 11 --vending-key " HSM_URI;
	static char example[] =
	    "sgc=123457;krn=1;kt=2;base=1993;ken=200;dkga=04 abababababababab949494949494949401234567";
	struct world *world = *state;
	char line[1024];
	struct world_run run;

	hsm_log_in(&the_token);
	import_line(example);
	hsm_log_out(&the_token);
	snprintf(line, sizeof line, "%s --krn 1 --passphrase-file %%D/pin", make);
	run = world_batti(world, line);
	if (run.status != 0)
		fail_msg("exit %d\n%s%s", run.status, run.out, run.err);
	assert_non_null(strstr(run.out, "5938 6323 4721 3742 6967"));
	world_run_free(&run);
	snprintf(line, sizeof line, "%s --krn 2 --passphrase-file %%D/pin", make);
	run = world_batti(world, line);
	assert_int_equal(run.status, REFUSED);
	assert_non_null(strstr(run.err, "holds no vending key"));
	world_run_free(&run);
	snprintf(line, sizeof line, "%s --krn 1", make);
	run = world_batti(world, line);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "--passphrase-file"));
	world_run_free(&run);
}

static void module_refuses_in_plain_words(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, "sts_units", "", 3);
	struct world_run run = sell(world, number, "--offline --passphrase-file %D/wrong-pin");
	char path[WORLD_PATH_CAP], text[2 * WORLD_PATH_CAP];

	assert_int_equal(run.status, REFUSED);
	assert_non_null(strstr(run.err, "wrong PIN"));
	world_run_free(&run);
	write_settings(world, "pkcs11:token=vending?module-path=/nowhere/module.so", "ask");
	run = sell(world, number, "--offline --passphrase-file %D/pin");
	assert_int_equal(run.status, REFUSED);
	assert_non_null(strstr(run.err, "no security module at /nowhere/module.so"));
	world_run_free(&run);
	write_file(world, "%D/tables", "S1 1 2 3\n");
	world_fill(world, "%D/tables", path);
	snprintf(text, sizeof text, "[batti]\nsta_tables = %s\n", path);
	write_file(world, "%D/module.conf", text);
	run = sell(world, number, "--offline");
	assert_int_equal(run.status, REFUSED);
	assert_non_null(strstr(run.err, "sta_tables"));
	world_run_free(&run);
	write_settings(world, "/usr/lib/softhsm/libsofthsm2.so", "ask");
	run = sell(world, number, "--offline");
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "vending_key"));
	world_run_free(&run);
	/* A PIN that only stands in the settings may be wrong: the money is taken against a docket all the same. */
	world_fill(world, "%D/wrong-pin", path);
	write_settings(world, HSM_URI, path);
	run = sell(world, number, "--offline");
	assert_int_equal(run.status, NO_LEASE);
	assert_null(strstr(run.out, "\"token\":\""));
	world_run_free(&run);
	world_check_journal(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(module_sells_with_no_server, open_world, close_world),
	    cmocka_unit_test_setup_teardown(module_sells_for_every_algorithm, open_world, close_world),
	    cmocka_unit_test_setup_teardown(module_makes_a_token_by_command, open_world, close_world),
	    cmocka_unit_test_setup_teardown(module_refuses_in_plain_words, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
