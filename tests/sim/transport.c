/* The real transport against a server that keeps its connections and loses answers: each call that moves money reaches
 * it at most once, and an answer that was never given is never reported. PROTOCOL H6.
 *
 * A kept connection is the trap: when it dies under a request, libcurl opens another and posts again by itself.
 * Certificates and the port differ from run to run; what is counted and hashed does not. */
#include "core/wire/wire.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "tests/sim/campaign.h"
#include "tests/sim/chance.h"
#include "tests/unit/tls_server.h"

#define CALLS_A_WORLD 20
#define DEADLINE_MS   20000
#define NONCE         "00112233445566778899aabbccddeeff"
#define GOOD_HEAD     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s"
#define GOOD_BODY                                                                                                      \
	"{\"sale_id\":\"%s\",\"rev\":1,\"status\":\"committed\",\"token\":\"44170823915622607384\",\"tid\":6789012,"   \
	"\"units\":635,\"balance_paise\":0,\"dues_paise\":0,\"time\":1795000000000}"

enum count { COUNT_FAILURES, COUNT_CALLS, COUNT_ANSWERED, COUNT_DROPPED, COUNT_KEPT, COUNT_DOUBLED, COUNT_FALSE };

/* The server of one world. */
struct keeper {
	struct tls_server server; /* first: manners are given it */
	struct chance chance;     /* of the thread that serves: one call is under way at a time */
	char sale_id[37];         /* of the call that is under way */
	atomic_int answered;
};

static SSL_CTX *context;
static char dir[64], ca_file[80], cert_file[80], key_file[80];

/* Serves one request after the other while the client keeps the connection; some it reads and lets the line go dead. */
static void keep_and_drop(struct tls_server *server, SSL *ssl)
{
	struct keeper *keeper = (struct keeper *)server;
	char body[512], reply[1024];

	while (read_request(server, ssl)) {
		if (chance_one_in(&keeper->chance, 3))
			return;
		snprintf(body, sizeof body, GOOD_BODY, keeper->sale_id);
		snprintf(reply, sizeof reply, GOOD_HEAD, strlen(body), body);
		atomic_fetch_add(&keeper->answered, 1);
		if (!write_all(server, ssl, reply, strlen(reply)))
			return;
	}
}

/* ---- certificates: made once, by the process that shares the worlds out ---- */

static SSL_CTX *make_context(X509 *certificate, EVP_PKEY *key)
{
	SSL_CTX *made = libssl.SSL_CTX_new(libssl.TLS_server_method());

	libssl.SSL_CTX_use_certificate(made, certificate);
	libssl.SSL_CTX_use_PrivateKey(made, key);
	libssl.SSL_CTX_load_verify_locations(made, ca_file, NULL);
	libssl.SSL_CTX_set_verify(made, SSL_VERIFY_PEER, NULL);
	return made;
}

static bool make_certificates(void)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *server_key = EVP_EC_gen("P-256"), *client_key = EVP_EC_gen("P-256");
	X509 *ca = make_certificate("Test CA", ca_key, NULL, ca_key, "basicConstraints", "critical,CA:TRUE");
	X509 *server = make_certificate("server", server_key, ca, ca_key, "subjectAltName", "IP:127.0.0.1");
	X509 *client = make_certificate("0142", client_key, ca, ca_key, "extendedKeyUsage", "clientAuth");

	snprintf(dir, sizeof dir, "%s/batti-transport-XXXXXX", P_tmpdir);
	if (!mkdtemp(dir))
		return false;
	snprintf(ca_file, sizeof ca_file, "%s/ca.pem", dir);
	snprintf(cert_file, sizeof cert_file, "%s/client.crt", dir);
	snprintf(key_file, sizeof key_file, "%s/client.key", dir);
	write_certificate(ca_file, ca);
	write_certificate(cert_file, client);
	write_key(key_file, client_key);
	context = make_context(server, server_key);
	X509_free(ca);
	X509_free(server);
	X509_free(client);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(server_key);
	EVP_PKEY_free(client_key);
	return true;
}

static void remove_certificates(void)
{
	libssl.SSL_CTX_free(context);
	unlink(ca_file);
	unlink(cert_file);
	unlink(key_file);
	rmdir(dir);
}

/* ---- one world: one server, one client, calls one after the other ---- */

static struct bt_call draw_call(struct chance *chance, uint64_t id, const char *sale_id, char record[96])
{
	struct bt_call call = {.id = id, .deadline_ms = DEADLINE_MS, .number = 1, .era = 1};

	if (chance_one_in(chance, 3)) {
		call.kind = BT_CALL_HEALTH;
		(void)bt_text_copy(call.text, sizeof call.text, NONCE);
		return call;
	}
	snprintf(record, 96, "{\"rev\":1,\"sale_id\":\"%s\"}", sale_id);
	call.kind = chance_one_in(chance, 3) ? BT_CALL_INQUIRY : BT_CALL_SALE;
	(void)bt_text_copy(call.sale_id, sizeof call.sale_id, sale_id);
	if (call.kind == BT_CALL_SALE)
		call.body = bt_bytes_of(record);
	return call;
}

static bool fail(const struct campaign_options *options, uint64_t number, const struct bt_call *call, const char *what)
{
	fprintf(stderr, "transport: %s %s %s\n", bt_call_name(call->kind), call->sale_id, what);
	printf("FAILED --seed %" PRIu64 " --world %" PRIu64 "\n", options->seed, number);
	return false;
}

/* What the server saw of this one call, and what was said of it. */
static bool judge(const struct campaign_options *options, uint64_t number, const struct bt_call *call,
		  const struct bt_answer *answer, int requests, int answered, uint64_t *counts)
{
	if (!bt_call_moves_money(call->kind)) {
		counts[COUNT_KEPT] += answered == 1;
		return true;
	}
	counts[COUNT_ANSWERED] += answered == 1;
	counts[COUNT_DROPPED] += answered == 0 && requests == 1;
	if (requests > 1) {
		counts[COUNT_DOUBLED]++;
		return fail(options, number, call, "was sent more than once");
	}
	if ((answer->fault.err == BT_OK) != (answered == 1) ||
	    (answered == 0 && bt_err_fate(answer->fault.err) != BT_FATE_UNKNOWN)) {
		counts[COUNT_FALSE]++;
		return fail(options, number, call, "ended otherwise than the server saw it");
	}
	return true;
}

static bool ask(const struct campaign_options *options, uint64_t number, struct keeper *keeper,
		const struct bt_wire *wire, const struct bt_call *call, struct campaign_totals *totals)
{
	int requests = atomic_load(&keeper->server.requests), answered = atomic_load(&keeper->answered);
	struct bt_answer answer = {0};
	bool good;

	(void)bt_text_copy(keeper->sale_id, sizeof keeper->sale_id, call->sale_id);
	if (bt_wire_submit(wire, call) != BT_OK || !bt_wire_wait(wire, 2 * DEADLINE_MS, &answer))
		return fail(options, number, call, "was never answered");
	totals->counts[COUNT_CALLS]++;
	totals->hash = chance_mix(totals->hash ^ ((uint64_t)call->kind << 8 | (uint64_t)answer.fault.err));
	if (options->trace)
		printf("%s: %s\n", bt_call_name(call->kind), bt_err_name(answer.fault.err));
	good = judge(options, number, call, &answer, atomic_load(&keeper->server.requests) - requests,
		     atomic_load(&keeper->answered) - answered, totals->counts);
	bt_answer_fini(&answer);
	return good;
}

static void run_calls(const struct campaign_options *options, uint64_t number, struct keeper *keeper,
		      const struct bt_wire *wire, struct campaign_totals *totals)
{
	struct chance chance = {.state = campaign_seed(options, number, 2)};

	for (uint64_t i = 0; i < CALLS_A_WORLD; i++) {
		char sale_id[37], record[96];
		struct bt_call call;

		snprintf(sale_id, sizeof sale_id, "01890a5d-ac96-774b-bcce-%012x", chance_below(&chance, INT32_MAX));
		call = draw_call(&chance, i + 1, sale_id, record);
		if (!ask(options, number, keeper, wire, &call, totals)) {
			totals->counts[COUNT_FAILURES]++;
			return;
		}
	}
}

static void run_world(const struct campaign_options *options, uint64_t number, struct campaign_totals *totals)
{
	struct keeper keeper = {.server = {.context = context, .manner = keep_and_drop},
				.chance = {.state = campaign_seed(options, number, 1)}};
	struct campaign_totals own = {.hash = number};
	struct bt_wire_worker *worker;
	struct bt_wire wire;
	char url[64];

	start_server(&keeper.server);
	snprintf(url, sizeof url, "https://127.0.0.1:%d", keeper.server.port);
	struct bt_wire_options wire_options = {.url = url,
					       .ca_file = ca_file,
					       .cert_file = cert_file,
					       .key_file = key_file,
					       .protocol = &bt_protocol_rest};
	if (bt_wire_worker_open(&wire_options, &worker, NULL) != BT_OK)
		abort();
	wire = bt_wire_worker_wire(worker);
	run_calls(options, number, &keeper, &wire, &own);
	if (!bt_wire_worker_close(worker))
		abort();
	stop_server(&keeper.server);
	totals->hash += own.hash;
	for (int i = 0; i < CAMPAIGN_COUNTERS; i++)
		totals->counts[i] += own.counts[i];
}

int main(int argc, char **argv)
{
	struct campaign_options options = {.seed = 1, .amount = 2000};
	struct campaign_totals totals;
	int status = campaign_options_read(argc, argv, "--calls", &options);
	bool good;

	if (status)
		return status;
	load_libssl();
	if (!make_certificates())
		return 2;
	good = campaign_run(&options, (options.amount + CALLS_A_WORLD - 1) / CALLS_A_WORLD, run_world, &totals);
	remove_certificates();
	good = good && totals.counts[COUNT_FAILURES] == 0;
	printf("calls=%" PRIu64 " answered=%" PRIu64 " dropped=%" PRIu64 " kept=%" PRIu64 " doubled=%" PRIu64
	       " false=%" PRIu64 " seed=%" PRIu64 " hash=%016" PRIx64 "\n",
	       totals.counts[COUNT_CALLS], totals.counts[COUNT_ANSWERED], totals.counts[COUNT_DROPPED],
	       totals.counts[COUNT_KEPT], totals.counts[COUNT_DOUBLED], totals.counts[COUNT_FALSE], options.seed,
	       totals.hash);
	return good ? 0 : 1;
}
