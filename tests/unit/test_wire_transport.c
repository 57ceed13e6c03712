/* The transport against a TLS server that misbehaves: the fate of each failure, and one request for each call.
 * rooms: core/wire core/base */
#include "core/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <netdb.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/tls_server.h"

#define SALE_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define RECORD  "{\"rev\":1,\"sale_id\":\"" SALE_ID "\"}"
#define GOOD_BODY                                                                                                      \
	"{\"sale_id\":\"" SALE_ID "\",\"rev\":1,\"status\":\"committed\",\"token\":\"44170823915622607384\","          \
	"\"tid\":6789012,\"units\":635,\"balance_paise\":0,\"dues_paise\":0,\"time\":1795000000000}"
#define DEADLINE_MS 20000 /* of calls that must not end by it */
#define WRITE_ERROR 23    /* libcurl: our own callback stopped it */
#define SHORT_MS    1500  /* of calls that must; room for a handshake on a busy machine */
#define CLOSED_MS   3000  /* the worker is given up after 1 s; room for a busy machine */

/* ---- names that never resolve ---- */

static int release_names[2];

typedef int lookup(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result);

/* Stands before the C library's: the name hang.test is looked up until the test lets go. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	union {
		void *found;
		lookup *call;
	} real = {.found = dlsym(RTLD_NEXT, "getaddrinfo")};
	struct pollfd wait = {.fd = release_names[0], .events = POLLIN};

	if (node && strcmp(node, "hang.test") == 0) {
		poll(&wait, 1, -1);
		return EAI_AGAIN;
	}
	return real.call(node, service, hints, result);
}

/* ---- the world of these tests ---- */

static char dir[256], ca_file[300], other_ca_file[300], cert_file[300], key_file[300];
static SSL_CTX *context, *expired_context, *early_context;

static SSL_CTX *make_context(X509 *certificate, EVP_PKEY *key)
{
	SSL_CTX *made = libssl.SSL_CTX_new(libssl.TLS_server_method());

	libssl.SSL_CTX_use_certificate(made, certificate);
	libssl.SSL_CTX_use_PrivateKey(made, key);
	libssl.SSL_CTX_load_verify_locations(made, ca_file, NULL);
	libssl.SSL_CTX_set_verify(made, SSL_VERIFY_PEER, NULL);
	return made;
}

static int make_world(void **state)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *server_key = EVP_EC_gen("P-256"), *client_key = EVP_EC_gen("P-256");
	EVP_PKEY *other_key = EVP_EC_gen("P-256");
	X509 *ca = make_certificate("Test CA", ca_key, NULL, ca_key, "basicConstraints", "critical,CA:TRUE");
	X509 *other = make_certificate("Other CA", other_key, NULL, other_key, "basicConstraints", "critical,CA:TRUE");
	X509 *server = make_certificate("server", server_key, ca, ca_key, "subjectAltName", "IP:127.0.0.1");
	X509 *client = make_certificate("0142", client_key, ca, ca_key, "extendedKeyUsage", "clientAuth");
	X509 *expired, *early;

	(void)state;
	load_libssl();
	snprintf(dir, sizeof dir, "%s/batti-wire-XXXXXX", P_tmpdir);
	if (!mkdtemp(dir) || pipe(release_names) != 0)
		return -1;
	snprintf(ca_file, sizeof ca_file, "%s/ca.pem", dir);
	snprintf(other_ca_file, sizeof other_ca_file, "%s/other.pem", dir);
	snprintf(cert_file, sizeof cert_file, "%s/client.crt", dir);
	snprintf(key_file, sizeof key_file, "%s/client.key", dir);
	write_certificate(ca_file, ca);
	write_certificate(other_ca_file, other);
	write_certificate(cert_file, client);
	write_key(key_file, client_key);
	context = make_context(server, server_key);
	expired = X509_dup(server);
	date_certificate(expired, ca_key, -2 * 86400, -60);
	expired_context = make_context(expired, server_key);
	early = X509_dup(server);
	date_certificate(early, ca_key, 3600, 86400);
	early_context = make_context(early, server_key);
	X509_free(expired);
	X509_free(early);
	X509_free(ca);
	X509_free(other);
	X509_free(server);
	X509_free(client);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(server_key);
	EVP_PKEY_free(client_key);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	libssl.SSL_CTX_free(context);
	libssl.SSL_CTX_free(expired_context);
	libssl.SSL_CTX_free(early_context);
	unlink(ca_file);
	unlink(other_ca_file);
	unlink(cert_file);
	unlink(key_file);
	close(release_names[0]);
	close(release_names[1]);
	return rmdir(dir);
}

struct client {
	struct bt_wire_worker *worker;
	struct bt_wire wire;
};

static struct client open_client(const char *host, int port, const char *ca)
{
	char url[128];
	struct bt_fault fault = {0};
	struct client client = {0};
	struct bt_wire_options options = {
	    .url = url, .ca_file = ca, .cert_file = cert_file, .key_file = key_file, .protocol = &bt_protocol_rest};

	snprintf(url, sizeof url, "https://%s:%d", host, port);
	assert_int_equal(bt_wire_worker_open(&options, &client.worker, &fault), BT_OK);
	client.wire = bt_wire_worker_wire(client.worker);
	return client;
}

static struct bt_call make_sale(uint64_t id, int deadline_ms)
{
	return (struct bt_call){.kind = BT_CALL_SALE,
				.id = id,
				.deadline_ms = deadline_ms,
				.sale_id = SALE_ID,
				.number = 1,
				.era = 1,
				.body = bt_bytes_of(RECORD)};
}

static struct bt_answer ask(const struct client *client, int deadline_ms)
{
	struct bt_call call = make_sale(9, deadline_ms);
	struct bt_answer answer = {0};

	assert_int_equal(bt_wire_submit(&client->wire, &call), BT_OK);
	assert_true(bt_wire_wait(&client->wire, 30000, &answer));
	assert_int_equal(answer.id, 9);
	return answer;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** One sale against @p server; what it is expected to end as, and how many requests the server must have seen.
 *  @return libcurl's code. */
static int assert_outcome(struct tls_server *server, int deadline_ms, enum bt_err err, int requests)
{
	int sys;
	struct client client;
	struct bt_answer answer;

	if (!server->context)
		server->context = context;
	start_server(server);
	client = open_client("127.0.0.1", server->port, ca_file);
	answer = ask(&client, deadline_ms);
	if (answer.fault.err != err)
		print_error("%s: %s\n", bt_err_name(answer.fault.err), answer.fault.what);
	assert_int_equal(answer.fault.err, err);
	sys = answer.fault.sys;
	bt_answer_fini(&answer);
	bt_wire_worker_close(client.worker);
	stop_server(server);
	assert_int_equal(atomic_load(&server->requests), requests);
	assert_int_equal(atomic_load(&server->connections), 1);
	return sys;
}

/* ---- manners ---- */

static void answer_once(struct tls_server *server, SSL *ssl)
{
	if (read_request(server, ssl)) {
		write_all(server, ssl, server->reply, server->reply_len);
		libssl.SSL_shutdown(ssl);
	}
}

static void close_before_reading(struct tls_server *server, SSL *ssl)
{
	(void)server;
	(void)ssl;
}

static void read_and_close(struct tls_server *server, SSL *ssl)
{
	read_request(server, ssl);
}

static void read_and_hang(struct tls_server *server, SSL *ssl)
{
	if (read_request(server, ssl))
		wait_for_end(server, libssl.SSL_get_fd(ssl), -1);
}

static void drip(struct tls_server *server, SSL *ssl)
{
	if (!read_request(server, ssl))
		return;
	for (size_t i = 0; i < server->reply_len; i++)
		if (!write_all(server, ssl, server->reply + i, 1) || wait_for_end(server, libssl.SSL_get_fd(ssl), 20))
			return;
}

static void flood(struct tls_server *server, SSL *ssl)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n";
	static const char blanks[16384];

	if (!read_request(server, ssl) || !write_all(server, ssl, head, sizeof head - 1))
		return;
	for (size_t sent = 0; sent < 52428800; sent += sizeof blanks)
		if (!write_all(server, ssl, blanks, sizeof blanks))
			return;
}

/* Answers the first request of a connection and lets it stand; reads a second one and drops it: a client that reuses
 * the connection would have sold twice. */
static void answer_then_drop(struct tls_server *server, SSL *ssl)
{
	if (!read_request(server, ssl) || !write_all(server, ssl, server->reply, server->reply_len))
		return;
	read_request(server, ssl);
}

static struct tls_server make_server(tls_server_manner *manner, const char *reply)
{
	return (struct tls_server){.manner = manner, .reply = reply, .reply_len = reply ? strlen(reply) : 0};
}

/* Content-Length of GOOD_BODY is written by the test itself. */
static const char *make_reply(char out[1024], const char *head)
{
	snprintf(out, 1024, "%s\r\nContent-Length: %zu\r\n\r\n%s", head, sizeof GOOD_BODY - 1, GOOD_BODY);
	return out;
}

/* ---- good ---- */

static void wire_transport_brings_a_token(void **state)
{
	char reply[1024];
	struct tls_server server = make_server(answer_once, make_reply(reply, "HTTP/1.1 201 Created\r\nbatti-era:  4"));
	struct client client;
	struct bt_answer answer;

	(void)state;
	server.context = context;
	start_server(&server);
	client = open_client("127.0.0.1", server.port, ca_file);
	answer = ask(&client, DEADLINE_MS);
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.status, 201);
	assert_int_equal(answer.era, 4);
	assert_string_equal(answer.token, "44170823915622607384");
	bt_answer_fini(&answer);
	bt_wire_worker_close(client.worker);
	stop_server(&server);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_string_equal(server.peer_name, "0142");
	assert_ptr_equal(strstr(server.first_head, "POST /v1/sales HTTP/1.1\r\n"), server.first_head);
	assert_null(strcasestr(server.first_head, "\r\nexpect:"));
	assert_non_null(strstr(server.first_head, "{\"era\":1,\"sale\":" RECORD "}"));
}

/* ---- before a byte left: NOTHING ---- */

static void wire_transport_refused_port(void **state)
{
	int port, fd = listen_somewhere(&port);
	struct client client;
	struct bt_answer answer;

	(void)state;
	close(fd);
	client = open_client("127.0.0.1", port, ca_file);
	answer = ask(&client, DEADLINE_MS);
	assert_int_equal(answer.fault.err, BT_EUNREACHABLE);
	bt_answer_fini(&answer);
	bt_wire_worker_close(client.worker);
}

static void assert_not_trusted(SSL_CTX *with, const char *host, const char *ca)
{
	struct tls_server server = make_server(answer_once, "");
	struct client client;
	struct bt_answer answer;

	server.context = with;
	start_server(&server);
	client = open_client(host, server.port, ca);
	answer = ask(&client, DEADLINE_MS);
	assert_int_equal(answer.fault.err, BT_EUNREACHABLE);
	bt_answer_fini(&answer);
	bt_wire_worker_close(client.worker);
	stop_server(&server);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void wire_transport_wrong_ca(void **state)
{
	(void)state;
	assert_not_trusted(context, "127.0.0.1", other_ca_file);
}

static void wire_transport_wrong_name(void **state)
{
	(void)state;
	assert_not_trusted(context, "localhost", ca_file);
}

/* By the machine's clock, which may be the one that is wrong: then the head-end is unreachable, and the counter goes on
 * as without one. */
static void wire_transport_certificate_out_of_date(void **state)
{
	(void)state;
	assert_not_trusted(expired_context, "127.0.0.1", ca_file);
	assert_not_trusted(early_context, "127.0.0.1", ca_file);
}

static void wire_transport_closed_before_tls(void **state)
{
	struct tls_server server = make_server(NULL, NULL);

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_EUNREACHABLE, 0);
}

static void wire_transport_no_tls_at_all(void **state)
{
	struct tls_server server = {.plain = true};

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_EUNREACHABLE, 0);
}

static void wire_transport_deadline_in_the_handshake(void **state)
{
	struct tls_server server = {.mute = true};

	(void)state;
	assert_outcome(&server, SHORT_MS, BT_EUNREACHABLE, 0);
}

static void wire_transport_old_tls(void **state)
{
	struct tls_server server = make_server(answer_once, "");

	(void)state;
	libssl.SSL_CTX_set_security_level(context, 0);
	libssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_VERSION, NULL);
	libssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, NULL);
	assert_outcome(&server, DEADLINE_MS, BT_EUNREACHABLE, 0);
	libssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, 0, NULL);
}

/* ---- after: UNKNOWN ---- */

static void wire_transport_closed_before_reading(void **state)
{
	struct tls_server server = make_server(close_before_reading, NULL);

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_ELOST, 0);
}

static void wire_transport_closed_after_reading(void **state)
{
	struct tls_server server = make_server(read_and_close, NULL);

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_ELOST, 1);
}

static void wire_transport_half_reply(void **state)
{
	char reply[1024];
	struct tls_server server = make_server(answer_once, make_reply(reply, "HTTP/1.1 201 Created"));

	(void)state;
	server.reply_len -= 100;
	assert_outcome(&server, DEADLINE_MS, BT_ELOST, 1);
}

static void wire_transport_half_head(void **state)
{
	struct tls_server server = make_server(answer_once, "HTTP/1.1 201 Crea");

	(void)state;
	server.reply_len = 12;
	assert_outcome(&server, DEADLINE_MS, BT_ELOST, 1);
}

static void wire_transport_half_reply_without_length(void **state)
{
	struct tls_server server =
	    make_server(answer_once, "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n" GOOD_BODY);

	(void)state;
	server.reply_len -= 1;
	assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1);
}

static void wire_transport_never_answers(void **state)
{
	struct tls_server server = make_server(read_and_hang, NULL);

	(void)state;
	assert_outcome(&server, SHORT_MS, BT_ETIMEOUT, 1);
}

static void wire_transport_drips(void **state)
{
	char reply[1024];
	struct tls_server server = make_server(drip, make_reply(reply, "HTTP/1.1 201 Created"));
	int64_t begun = now_ms();

	(void)state;
	assert_outcome(&server, SHORT_MS, BT_ETIMEOUT, 1);
	assert_true(now_ms() - begun < 5000);
}

static void wire_transport_not_http(void **state)
{
	struct tls_server server = make_server(answer_once, "SSH-2.0-OpenSSH_9.2\r\n" GOOD_BODY);

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1);
}

static void wire_transport_redirects_are_not_followed(void **state)
{
	char reply[1024];
	struct tls_server server =
	    make_server(answer_once, make_reply(reply, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /v1/sales"));

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1);
}

static void wire_transport_expectation_failed_is_not_retried(void **state)
{
	char reply[1024];
	struct tls_server server = make_server(answer_once, make_reply(reply, "HTTP/1.1 417 Expectation Failed"));

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1);
}

/* ---- too much ---- */

static void wire_transport_cuts_fifty_megabytes(void **state)
{
	struct tls_server server = make_server(flood, NULL);

	(void)state;
	assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1);
	/* What the sockets of both sides hold, and no more. */
	assert_true(atomic_load(&server.bytes_out) < 16 * 1024 * 1024);
}

static void wire_transport_cuts_endless_headers(void **state)
{
	struct tls_server server = make_server(answer_once, NULL);
	struct bt_buf reply;

	(void)state;
	bt_buf_init(&reply, 1u << 20);
	assert_int_equal(bt_buf_put_text(&reply, "HTTP/1.1 201 Created\r\n"), BT_OK);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(bt_buf_printf(&reply, "X-%d: %040d\r\n", i, i), BT_OK);
	server.reply = (const char *)reply.data;
	server.reply_len = reply.len;
	assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1);
	bt_buf_fini(&reply);
}

struct bits {
	uint8_t bytes[8192];
	size_t count;
};

static void put_bits(struct bits *bits, const char *text)
{
	for (; *text; text++, bits->count++)
		if (*text == '1')
			bits->bytes[bits->count / 8] |= (uint8_t)(1 << (bits->count % 8));
}

/* RFC 1951 by hand: one fixed-Huffman block, a blank, then "258 bytes from one back" (code 285, distance code 0) 4000
 * times: a megabyte in 6.5 kB. The limit must count what comes out of it. */
static void wire_transport_cuts_a_compressed_bomb(void **state)
{
	static const uint8_t gzip_head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
	static struct bits bits;
	struct tls_server server = make_server(answer_once, NULL);
	struct bt_buf reply;

	(void)state;
	put_bits(&bits, "110");      /* last block; type 1, low bit first */
	put_bits(&bits, "01010000"); /* literal 0x20 */
	for (int i = 0; i < 4000; i++)
		put_bits(&bits, "11000101"
				"00000");
	put_bits(&bits, "0000000");
	bt_buf_init(&reply, 1u << 16);
	assert_int_equal(bt_buf_printf(&reply,
				       "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: "
				       "%zu\r\n\r\n",
				       sizeof gzip_head + (bits.count + 7) / 8),
			 BT_OK);
	assert_int_equal(bt_buf_put(&reply, gzip_head, sizeof gzip_head), BT_OK);
	assert_int_equal(bt_buf_put(&reply, bits.bytes, (bits.count + 7) / 8), BT_OK);
	server.reply = (const char *)reply.data;
	server.reply_len = reply.len;
	assert_int_equal(assert_outcome(&server, DEADLINE_MS, BT_EGARBAGE, 1), WRITE_ERROR);
	bt_buf_fini(&reply);
}

/* ---- once ---- */

static void wire_transport_never_posts_again(void **state)
{
	char reply[1024];
	struct tls_server server = make_server(answer_then_drop, make_reply(reply, "HTTP/1.1 201 Created"));
	struct client client;

	(void)state;
	server.context = context;
	start_server(&server);
	client = open_client("127.0.0.1", server.port, ca_file);
	for (int i = 0; i < 5; i++) {
		struct bt_answer answer = ask(&client, DEADLINE_MS);

		assert_int_equal(answer.fault.err, BT_OK);
		bt_answer_fini(&answer);
	}
	bt_wire_worker_close(client.worker);
	stop_server(&server);
	assert_int_equal(atomic_load(&server.connections), 5);
	assert_int_equal(atomic_load(&server.requests), 5);
}

/* Answers every request of a connection. */
static void answer_always(struct tls_server *server, SSL *ssl)
{
	while (read_request(server, ssl) && write_all(server, ssl, server->reply, server->reply_len))
		continue;
}

static enum bt_err ask_health(const struct client *client)
{
	struct bt_call call = {
	    .kind = BT_CALL_HEALTH, .id = 3, .deadline_ms = DEADLINE_MS, .text = "00112233445566778899aabbccddeeff"};
	struct bt_answer answer = {0};
	enum bt_err err;

	assert_int_equal(bt_wire_submit(&client->wire, &call), BT_OK);
	assert_true(bt_wire_wait(&client->wire, 30000, &answer));
	err = answer.fault.err;
	bt_answer_fini(&answer);
	return err;
}

static void write_pair(const char *path, const char *name)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = make_certificate(name, key, NULL, key, "extendedKeyUsage", "clientAuth");
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	assert_int_equal(PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static int take_any(int good, X509_STORE_CTX *store)
{
	(void)good;
	(void)store;
	return 1;
}

/* One file with certificate and key, put in the place of another while the worker runs: the next call has the new
 * certificate, on a connection of its own, where without a change a connection serves again. */
static void wire_transport_uses_a_renewed_certificate_at_once(void **state)
{
	static const char good[] =
	    "{\"time\":1795000000000,\"era\":1,\"nonce\":\"00112233445566778899aabbccddeeff\",\"signature\":\"x\"}";
	char reply[1024], pair[300], next[300], url[64];
	struct tls_server server = {.manner = answer_always, .reply = reply, .tells_newest_peer = true};
	struct bt_wire_options options = {
	    .url = url, .ca_file = ca_file, .cert_file = pair, .key_file = pair, .protocol = &bt_protocol_rest};
	struct client client = {0};

	(void)state;
	snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(good), good);
	server.reply_len = strlen(reply);
	libssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, take_any);
	server.context = context;
	start_server(&server);
	snprintf(url, sizeof url, "https://127.0.0.1:%d", server.port);
	snprintf(pair, sizeof pair, "%s/tls.pem", dir);
	snprintf(next, sizeof next, "%s/tls.next", dir);
	write_pair(pair, "first");
	assert_int_equal(bt_wire_worker_open(&options, &client.worker, NULL), BT_OK);
	client.wire = bt_wire_worker_wire(client.worker);
	assert_int_equal(ask_health(&client), BT_OK);
	assert_int_equal(ask_health(&client), BT_OK);
	assert_int_equal(atomic_load(&server.connections), 1);
	assert_string_equal(server.peer_name, "first");
	write_pair(next, "second");
	assert_int_equal(rename(next, pair), 0);
	assert_int_equal(ask_health(&client), BT_OK);
	assert_string_equal(server.peer_name, "second");
	assert_int_equal(atomic_load(&server.connections), 2);
	/* Without one that can be read no byte leaves. */
	assert_int_equal(unlink(pair), 0);
	assert_int_equal(ask_health(&client), BT_EUNREACHABLE);
	assert_int_equal(atomic_load(&server.connections), 2);
	bt_wire_worker_close(client.worker);
	stop_server(&server);
	libssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
}

/* Under TLS 1.3 a client learns that its certificate is not wanted only after its request left. */
static void assert_certificate_wanted(int version, enum bt_err err)
{
	struct tls_server server = make_server(answer_once, "");
	struct bt_wire_options options = {.ca_file = ca_file, .protocol = &bt_protocol_rest};
	struct client client = {0};
	struct bt_answer answer;
	char url[64];

	libssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	libssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, version, NULL);
	server.context = context;
	start_server(&server);
	snprintf(url, sizeof url, "https://127.0.0.1:%d", server.port);
	options.url = url;
	assert_int_equal(bt_wire_worker_open(&options, &client.worker, NULL), BT_OK);
	client.wire = bt_wire_worker_wire(client.worker);
	answer = ask(&client, DEADLINE_MS);
	assert_int_equal(answer.fault.err, err);
	bt_answer_fini(&answer);
	bt_wire_worker_close(client.worker);
	stop_server(&server);
	assert_int_equal(atomic_load(&server.requests), 0);
	libssl.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	libssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, 0, NULL);
}

static void wire_transport_without_certificate(void **state)
{
	(void)state;
	assert_certificate_wanted(TLS1_2_VERSION, BT_EUNREACHABLE);
	assert_certificate_wanted(TLS1_3_VERSION, BT_ELOST);
}

/* ---- many at once ---- */

static void wire_transport_answers_every_call(void **state)
{
	char reply[1024];
	struct tls_server server = make_server(answer_once, make_reply(reply, "HTTP/1.1 201 Created"));
	struct client client;
	uint64_t seen = 0;

	(void)state;
	server.context = context;
	start_server(&server);
	client = open_client("127.0.0.1", server.port, ca_file);
	for (uint64_t i = 0; i < 40; i++) {
		struct bt_call call = make_sale(i, DEADLINE_MS);

		assert_int_equal(bt_wire_submit(&client.wire, &call), BT_OK);
	}
	for (int i = 0; i < 40; i++) {
		struct bt_answer answer = {0};

		assert_true(bt_wire_wait(&client.wire, 30000, &answer));
		assert_int_equal(answer.fault.err, BT_OK);
		seen |= UINT64_C(1) << answer.id;
		bt_answer_fini(&answer);
	}
	assert_true(seen == (UINT64_C(1) << 40) - 1);
	bt_wire_worker_close(client.worker);
	stop_server(&server);
	assert_int_equal(atomic_load(&server.requests), 40);
}

static void wire_transport_queue_is_bounded_and_its_wait_counts(void **state)
{
	struct tls_server server = make_server(read_and_hang, NULL);
	struct client client;
	int accepted = 0, unreachable = 0;

	(void)state;
	server.context = context;
	start_server(&server);
	client = open_client("127.0.0.1", server.port, ca_file);
	for (uint64_t i = 0; i < 200; i++) {
		struct bt_call call = make_sale(i, SHORT_MS);
		enum bt_err err = bt_wire_submit(&client.wire, &call);

		assert_true(err == BT_OK || err == BT_EFULL);
		accepted += err == BT_OK;
	}
	assert_int_equal(accepted, 64);
	for (int i = 0; i < accepted; i++) {
		struct bt_answer answer = {0};

		assert_true(bt_wire_wait(&client.wire, 30000, &answer));
		assert_true(answer.fault.err == BT_ETIMEOUT || answer.fault.err == BT_EUNREACHABLE);
		unreachable += answer.fault.err == BT_EUNREACHABLE;
		bt_answer_fini(&answer);
	}
	/* Those that found no place before their deadline never left. */
	assert_true(unreachable >= 64 - 16);
	bt_wire_worker_close(client.worker);
	stop_server(&server);
}

/* ---- names that hang ---- */

static void wire_transport_hanging_name(void **state)
{
	struct client client = open_client("hang.test", 443, ca_file);
	struct bt_call call = make_sale(1, DEADLINE_MS);
	struct bt_answer answer;
	int64_t begun = now_ms();

	(void)state;
	answer = ask(&client, SHORT_MS);
	assert_int_equal(answer.fault.err, BT_EUNREACHABLE);
	assert_true(now_ms() - begun < 5000);
	bt_answer_fini(&answer);
	assert_int_equal(bt_wire_submit(&client.wire, &call), BT_OK);
	begun = now_ms();
	bt_wire_worker_close(client.worker);
	assert_true(now_ms() - begun < CLOSED_MS);
	assert_int_equal(write(release_names[1], "x", 1), 1);
}

static void wire_transport_closes_while_calls_are_out(void **state)
{
	struct tls_server server = make_server(read_and_hang, NULL);
	struct client client;
	int64_t begun;

	(void)state;
	server.context = context;
	start_server(&server);
	client = open_client("127.0.0.1", server.port, ca_file);
	for (uint64_t i = 0; i < 30; i++) {
		struct bt_call call = make_sale(i, DEADLINE_MS);

		assert_int_equal(bt_wire_submit(&client.wire, &call), BT_OK);
	}
	begun = now_ms();
	bt_wire_worker_close(client.worker);
	assert_true(now_ms() - begun < CLOSED_MS);
	stop_server(&server);
}

/* ---- options ---- */

static void wire_transport_takes_only_its_kind_of_url(void **state)
{
	static const char *const bad[] = {"http://127.0.0.1:1",
					  "https://",
					  "https://h:0",
					  "https://h:65536",
					  "https://h:",
					  "https://h:1/",
					  "https://h/path",
					  "https://u@h:1",
					  "https://h:1?x",
					  "https://h:1#f",
					  "https://h h:1",
					  "file:///etc/passwd",
					  "https://h:12a",
					  "HTTPS://h:1",
					  "https://h:1\r\nX: y",
					  "https://h:000000443",
					  NULL};
	struct bt_wire_options options = {.ca_file = ca_file, .protocol = &bt_protocol_rest};
	struct bt_wire_worker *worker = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		options.url = bad[i];
		assert_int_equal(bt_wire_worker_open(&options, &worker, NULL), BT_EINPUT);
	}
	options.url = "https://head-end.example:8443";
	options.ca_file = "nosuch.pem";
	assert_int_equal(bt_wire_worker_open(&options, &worker, NULL), BT_ENOTFOUND);
	options.ca_file = ca_file;
	options.cert_file = cert_file;
	assert_int_equal(bt_wire_worker_open(&options, &worker, NULL), BT_EINPUT);
	assert_null(worker);
	bt_wire_worker_close(NULL);
}

static void wire_transport_takes_only_sound_calls(void **state)
{
	struct client client = open_client("127.0.0.1", 9, ca_file);
	struct bt_call call = make_sale(1, 0);
	struct bt_answer answer = {0};

	(void)state;
	assert_int_equal(bt_wire_submit(&client.wire, &call), BT_EINPUT);
	call = make_sale(1, BT_DEADLINE_MAX_MS + 1);
	assert_int_equal(bt_wire_submit(&client.wire, &call), BT_EINPUT);
	call = make_sale(1, 1000);
	call.sale_id[0] = '\0';
	assert_int_equal(bt_wire_submit(&client.wire, &call), BT_OK);
	assert_true(bt_wire_wait(&client.wire, 30000, &answer));
	assert_int_equal(answer.fault.err, BT_EINPUT);
	bt_answer_fini(&answer);
	bt_wire_worker_close(client.worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_transport_uses_a_renewed_certificate_at_once),
	    cmocka_unit_test(wire_transport_brings_a_token),
	    cmocka_unit_test(wire_transport_refused_port),
	    cmocka_unit_test(wire_transport_wrong_ca),
	    cmocka_unit_test(wire_transport_wrong_name),
	    cmocka_unit_test(wire_transport_certificate_out_of_date),
	    cmocka_unit_test(wire_transport_closed_before_tls),
	    cmocka_unit_test(wire_transport_no_tls_at_all),
	    cmocka_unit_test(wire_transport_deadline_in_the_handshake),
	    cmocka_unit_test(wire_transport_old_tls),
	    cmocka_unit_test(wire_transport_closed_before_reading),
	    cmocka_unit_test(wire_transport_closed_after_reading),
	    cmocka_unit_test(wire_transport_half_reply),
	    cmocka_unit_test(wire_transport_half_head),
	    cmocka_unit_test(wire_transport_half_reply_without_length),
	    cmocka_unit_test(wire_transport_never_answers),
	    cmocka_unit_test(wire_transport_drips),
	    cmocka_unit_test(wire_transport_not_http),
	    cmocka_unit_test(wire_transport_redirects_are_not_followed),
	    cmocka_unit_test(wire_transport_expectation_failed_is_not_retried),
	    cmocka_unit_test(wire_transport_cuts_fifty_megabytes),
	    cmocka_unit_test(wire_transport_cuts_endless_headers),
	    cmocka_unit_test(wire_transport_cuts_a_compressed_bomb),
	    cmocka_unit_test(wire_transport_never_posts_again),
	    cmocka_unit_test(wire_transport_without_certificate),
	    cmocka_unit_test(wire_transport_answers_every_call),
	    cmocka_unit_test(wire_transport_queue_is_bounded_and_its_wait_counts),
	    cmocka_unit_test(wire_transport_hanging_name),
	    cmocka_unit_test(wire_transport_closes_while_calls_are_out),
	    cmocka_unit_test(wire_transport_takes_only_its_kind_of_url),
	    cmocka_unit_test(wire_transport_takes_only_sound_calls),
	};

	return cmocka_run_group_tests_name("wire_transport", tests, make_world, end_world);
}
