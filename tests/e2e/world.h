/* A small world for one test: a sandbox on a loopback port, a terminal enrolled with it, meters, and what the test
 * knows of the cash that was taken.
 *
 * Everything lives in one folder under TMPDIR that world_close removes. A step that cannot succeed ends the test with
 * the command line and all it said. Used by one thread. */
#ifndef TESTS_E2E_WORLD_H
#define TESTS_E2E_WORLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WORLD_PATH_CAP  512
#define WORLD_OUT_CAP   (2 * 1024 * 1024)
#define WORLD_SALES_MAX 512
#define WORLD_TOKEN_CAP 21 /* 20 digits */
#define WORLD_RUN_MS    120000

struct world_sale {
	char id[37];
	char token[WORLD_TOKEN_CAP];         /* empty when none was given */
	char key_change[4][WORLD_TOKEN_CAP]; /* keyed in before it */
	int key_changes;
	char issued_by[16];
	char state[16];
	int64_t paise;
	int64_t took_ms; /* of the whole command, 0 when the screen made the sale */
};

struct world {
	char dir[WORLD_PATH_CAP];
	char server[WORLD_PATH_CAP];     /* state of the sandbox */
	char terminal[WORLD_PATH_CAP];   /* state of batti */
	char passphrase[WORLD_PATH_CAP]; /* file */
	char url[64];
	char psp_url[64]; /* of the payment service beside it */
	int port;         /* 0 until the server has been started; it comes back on the same */
	int port_fd;      /* keeps the port for it while it is away */
	int consumers;
	int certificate_s; /* how long a certificate holds, and an expired one is good for little; 0: long */
	int lease_rupees, lease_count; /* what the lease has room for; 0: as the sandbox has it */
	bool picks;     /* the server picks the minute of each token itself, and the terminal's settings say so */
	bool picks_any; /* of every lane */
	pid_t sandbox;
	struct world_sale sales[WORLD_SALES_MAX]; /* cash that this test saw taken */
	int sale_count;
	json_t *list; /* batti-sandbox consumers --json */
};

/** What a command said and how it ended. The texts end with a NUL; world_run_free frees them. */
struct world_run {
	int status; /* exit status, or minus the signal */
	char *out, *err;
	size_t out_len;
	int64_t took_ms;
};

/** Start a sandbox with @p consumers people on a free port and wait until it serves; in the last minutes of a day in
 * India the next one is waited for. */
struct world *world_open(int consumers);
/** The same, and enrol one terminal. */
struct world *world_open_enrolled(int consumers);
/** The same, with a lease that has room for a hundred thousand sales. */
struct world *world_open_wide(int consumers);
/** The same, with a lease that @p rupees use up. */
struct world *world_open_narrow(int consumers, int rupees);
/** A server that picks the minute of each token itself, and a terminal that is set so. */
struct world *world_open_picks(int consumers);
/** The same; its minutes are of every lane, so that they may meet those of the terminal. */
struct world *world_open_picks_any(int consumers);
void world_close(struct world *world);

/** Start the server: on a free port the first time, on the same one every time after. */
void world_start_server(struct world *world);
/** SIGKILL when @p hard, else SIGTERM; waits for its end. */
void world_stop_server(struct world *world, bool hard);
/** `batti-sandbox fault`; fails the test when the sandbox does not take it. */
void world_fault(struct world *world, const char *fault);
/** Enrol a terminal whose state is @p state; used by world_open_enrolled. */
void world_enrol(struct world *world, const char *state);

/** Run a program; @p arguments is NULL-ended, argv[0] a path; killed after WORLD_RUN_MS. */
struct world_run world_run(const char *const *arguments);
/** Run `batti` with the words of @p line (blanks separate; %T terminal state, %P passphrase file, %D the test's
 * folder). */
struct world_run world_batti(struct world *world, const char *line);
void world_run_free(struct world_run *run);
/** Fill %T %P %D %S %U of a text; @p out is of WORLD_PATH_CAP. */
void world_fill(const struct world *world, const char *text, char *out);

/** The connection number of the @p nth consumer of @p kind whose note is @p note ("": an ordinary one). */
const char *world_number(const struct world *world, const char *kind, const char *note, int nth);
const char *world_meter(const struct world *world, const char *number);

/** Sell by the command line and remember the cash. Fails the test unless exit 0 and well-formed JSON. */
const struct world_sale *world_sell(struct world *world, const char *number, int rupees);
/** Remember a sale that the screen made. */
void world_note_sale(struct world *world, int64_t paise, const char *token);

/** `batti sync`; returns what is left unsent, -1 when it could not run to its end. */
int64_t world_sync(struct world *world);
json_t *world_ledger(struct world *world);
/** The ledger's token of a sale, "" when the ledger has none of this sale. @p out of WORLD_TOKEN_CAP. */
bool world_ledger_token(struct world *world, const char *sale_id, char *out);
/** Key a token into its meter. @return the first word said: accepted, used, old or invalid; static storage. */
const char *world_meter_enter(struct world *world, const char *meter, const char *token);
/** Credit of a meter in tenths of a kWh. */
int64_t world_meter_credit(struct world *world, const char *meter);

/**
 * What always holds, checked when everything is sent: ledger paise equal the cash taken; each paid sale stands in the
 * ledger exactly once with the token the consumer was given; each token is accepted once by its meter and then used;
 * the meters' credit equals the ledger's units; the journal agrees with itself.
 */
void world_check_settled(struct world *world);
/** `batti journal verify` exits 0. */
void world_check_journal(struct world *world);
/** How many sales the terminal's own record holds money of; it must agree with itself. Does not ask the server. */
int64_t world_journal_sales(struct world *world);

#endif
