#include "core/sandbox/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/ca.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/mischief.h"

#define CONNECTIONS_MAX 256
#define IDLE_SECONDS    30

struct bt_sbx_http {
	struct bt_sbx *sbx;
	struct bt_sbx_fault_box *box;
	pthread_mutex_t one_call; /* held while a call uses the ledger */
	struct MHD_Daemon *daemon;
	struct in_addr host;
	int port;
	int log_fd;
	char ca[BT_SBX_PEM_MAX], certificate[BT_SBX_PEM_MAX], key[BT_SBX_PEM_MAX];
};

/* One request while its body arrives. */
struct inbox {
	char *body;
	size_t len, cap;
	bool too_large;
	int64_t began_ms;
};

static void write_log(struct bt_sbx_http *http, const char *method, const char *path, unsigned status,
		      const struct inbox *inbox)
{
	char line[512];
	char clean_method[16];
	char clean_path[200];
	bt_sbx_clean(method, clean_method, sizeof clean_method);
	bt_sbx_clean(path, clean_path, sizeof clean_path);
	int64_t took_ms = inbox ? bt_sbx_tick_ms() - inbox->began_ms : 0;
	int len = snprintf(line, sizeof line, "%lld %s %s %u %lld\n", (long long)bt_sbx_now_ms(), clean_method,
			   clean_path, status, (long long)took_ms);
	/* A log that cannot be written is no reason to refuse a sale. */
	if (write(http->log_fd, line, (size_t)len) != len)
		return;
}

/* The terminal's number from a certificate of our CA. An expired one still names its terminal: what it may do then is
 * decided by the terminal's standing, and its journal must always be taken (PROTOCOL H5). */
static void read_caller(struct MHD_Connection *connection, char out[16], bool *is_expired)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	unsigned status = 0;
	unsigned count = 0;
	size_t len = 16;
	gnutls_x509_crt_t certificate;
	out[0] = '\0';
	*is_expired = false;
	if (!info)
		return;
	gnutls_session_t session = (gnutls_session_t)info->tls_session;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
	if (!chain || count == 0 || gnutls_certificate_verify_peers2(session, &status) != 0)
		return;
	if (status & ~(unsigned)(GNUTLS_CERT_EXPIRED | (status & GNUTLS_CERT_EXPIRED ? GNUTLS_CERT_INVALID : 0)))
		return;
	*is_expired = (status & GNUTLS_CERT_EXPIRED) != 0;
	if (gnutls_x509_crt_init(&certificate) != 0)
		return;
	if (gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) != 0 ||
	    gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, out, &len) != 0)
		out[0] = '\0';
	gnutls_x509_crt_deinit(certificate);
}

static const char *find_argument(const void *source, const char *name)
{
	/* libmicrohttpd does not mark its look-up as reading only. */
	return MHD_lookup_connection_value((struct MHD_Connection *)(uintptr_t)source, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result send_response(struct bt_sbx_http *http, struct MHD_Connection *connection, unsigned status,
				     struct MHD_Response *response, const char *type)
{
	char era[24];
	if (!response)
		return MHD_NO;
	snprintf(era, sizeof era, "%lld", (long long)http->sbx->era);
	MHD_add_response_header(response, "Batti-Era", era);
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_json(struct bt_sbx_http *http, struct MHD_Connection *connection, unsigned status,
				 const json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);
	if (!text)
		return MHD_NO;
	return send_response(http, connection, status,
			     MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE),
			     "application/json; charset=utf-8");
}

static enum MHD_Result send_error(struct bt_sbx_http *http, struct MHD_Connection *connection, enum bt_sbx_code code)
{
	const struct bt_sbx_refusal *refusal = bt_sbx_refusal_of(code);
	json_t *body = json_pack("{s:{s:s, s:{s:s, s:s}}}", "error", "code", refusal->name, "message", "en",
				 refusal->en, "hi", refusal->hi);
	enum MHD_Result result = send_json(http, connection, refusal->http, body);
	json_decref(body);
	return result;
}

/* What goes wrong before anything is done. @return true when *result is the whole answer. */
static bool fail_before(struct bt_sbx_http *http, struct MHD_Connection *connection, struct bt_sbx_fault fault,
			enum MHD_Result *result)
{
	if (fault.kind == BT_SBX_FAULT_HANG) {
		(void)bt_sbx_fault_wait(http->box, -1);
		*result = MHD_NO;
		return true;
	}
	if (fault.kind == BT_SBX_FAULT_ERROR) {
		*result = send_error(http, connection, BT_SBX_INTERNAL);
		return true;
	}
	struct MHD_Response *response = bt_sbx_mischief_reply(fault.kind);
	if (!response)
		return false;
	*result = send_response(http, connection, 200, response, "application/json; charset=utf-8");
	return true;
}

/* @return the fault under which the answer goes out: a change while waiting counts at once. */
static struct bt_sbx_fault wait_if_slow(struct bt_sbx_http *http, struct bt_sbx_fault fault)
{
	bool is_slow = fault.kind == BT_SBX_FAULT_SLOW;
	return is_slow && bt_sbx_fault_wait(http->box, fault.value) ? bt_sbx_fault_get(http->box) : fault;
}

static enum MHD_Result run_call(struct bt_sbx_http *http, struct MHD_Connection *connection, const char *method,
				const char *path, struct inbox *inbox, unsigned *status)
{
	struct bt_sbx_fault fault = bt_sbx_fault_get(http->box);
	struct bt_sbx_reply reply = {.status = 200};
	enum MHD_Result result = MHD_NO;
	char terminal[16];
	char name[64];
	bool is_expired;
	if (fail_before(http, connection, fault, &result))
		return result;
	read_caller(connection, terminal, &is_expired);
	const struct bt_sbx_route *route = bt_sbx_route_find(method, path, name, sizeof name);
	struct bt_sbx_request request = {.terminal = terminal,
					 .is_expired = is_expired,
					 .name = name,
					 .body = inbox->body ? inbox->body : "",
					 .body_len = inbox->len,
					 .argument = find_argument,
					 .source = connection};
	pthread_mutex_lock(&http->one_call);
	*status = bt_sbx_route_run(http->sbx, route, &request, &reply);
	bool is_token_free =
	    !reply.shows_token || fault.kind == BT_SBX_FAULT_DROP_REPLY ||
	    bt_sbx_ledger_release(http->sbx->db, json_string_value(json_object_get(reply.body, "sale_id")));
	pthread_mutex_unlock(&http->one_call);
	fault = wait_if_slow(http, fault);
	if (fault.kind == BT_SBX_FAULT_BIDI)
		bt_sbx_mischief_names(reply.body);
	/* A token that is not on record as handed out must not be handed out. */
	if (!is_token_free)
		result = send_error(http, connection, BT_SBX_INTERNAL);
	else if (fault.kind != BT_SBX_FAULT_DROP_REPLY && fault.kind != BT_SBX_FAULT_DOWN)
		result = send_json(http, connection, *status, reply.body);
	json_decref(reply.body);
	return result;
}

static bool keep_body(struct inbox *inbox, const char *data, size_t len)
{
	if (inbox->too_large || len > BT_SBX_BODY_MAX - inbox->len) {
		inbox->too_large = true;
		return false;
	}
	if (inbox->len + len > inbox->cap) {
		size_t cap = (inbox->len + len) * 2;
		char *wider = realloc(inbox->body, cap);
		if (!wider)
			return false;
		inbox->body = wider;
		inbox->cap = cap;
	}
	memcpy(inbox->body + inbox->len, data, len);
	inbox->len += len;
	return true;
}

static bool is_announced_too_large(struct MHD_Connection *connection)
{
	const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	int64_t len = 0;
	return text && !bt_sbx_number_parse(text, 0, BT_SBX_BODY_MAX, &len);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
			      const char *version, const char *data, size_t *len, void **state)
{
	struct bt_sbx_http *http = context;
	struct inbox *inbox = *state;
	unsigned status = 0;
	(void)version;
	if (!inbox) {
		if (is_announced_too_large(connection)) {
			write_log(http, method, path, 413, NULL);
			return send_error(http, connection, BT_SBX_TOO_LARGE);
		}
		*state = inbox = calloc(1, sizeof *inbox);
		if (inbox)
			inbox->began_ms = bt_sbx_tick_ms();
		return inbox ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		bool kept = keep_body(inbox, data, *len);
		*len = 0;
		return kept ? MHD_YES : MHD_NO;
	}
	enum MHD_Result result = run_call(http, connection, method, path, inbox, &status);
	write_log(http, method, path, result == MHD_YES ? status : 0, inbox);
	return result;
}

static void finish(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	struct inbox *inbox = *state;
	(void)context;
	(void)connection;
	(void)why;
	if (inbox)
		free(inbox->body);
	free(inbox);
	*state = NULL;
}

/* What libmicrohttpd has to say concerns connections that clients broke; the access log tells enough. */
__attribute__((format(printf, 2, 0))) static void stay_quiet(void *context, const char *format, va_list values)
{
	(void)context;
	(void)format;
	(void)values;
}

static int listen_on(struct bt_sbx_http *http)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr = http->host, .sin_port = htons((uint16_t)http->port)};
	socklen_t len = sizeof address;
	int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		close(fd);
		return -1;
	}
	http->port = ntohs(address.sin_port);
	return fd;
}

bool bt_sbx_http_start(struct bt_sbx_http *http)
{
	if (http->daemon)
		return true;
	int fd = listen_on(http);
	if (fd < 0)
		return false;
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_TLS |
			 MHD_USE_ERROR_LOG | MHD_USE_ITC;
	http->daemon =
	    MHD_start_daemon(flags, 0, NULL, NULL, handle, http, MHD_OPTION_EXTERNAL_LOGGER, stay_quiet, NULL,
			     MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_KEY, http->key,
			     MHD_OPTION_HTTPS_MEM_CERT, http->certificate, MHD_OPTION_HTTPS_MEM_TRUST, http->ca,
			     MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
			     MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
			     (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, finish, NULL, MHD_OPTION_END);
	if (!http->daemon)
		close(fd);
	return http->daemon != NULL;
}

void bt_sbx_http_stop(struct bt_sbx_http *http)
{
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	http->daemon = NULL;
}

int bt_sbx_http_port(const struct bt_sbx_http *http)
{
	return http->port;
}

bool bt_sbx_http_open(struct bt_sbx *sbx, struct bt_sbx_fault_box *box, const char *host, int port,
		      struct bt_sbx_http **out)
{
	struct bt_sbx_http *http = calloc(1, sizeof *http);
	if (!http)
		return false;
	*http = (struct bt_sbx_http){.sbx = sbx, .box = box, .port = port, .log_fd = -1};
	pthread_mutex_init(&http->one_call, NULL);
	http->log_fd = openat(sbx->dir_fd, "access.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (inet_pton(AF_INET, host, &http->host) != 1 || http->log_fd < 0 ||
	    !bt_sbx_file_read(sbx, "ca.pem", http->ca, sizeof http->ca) ||
	    !bt_sbx_file_read(sbx, "server.pem", http->certificate, sizeof http->certificate) ||
	    !bt_sbx_file_read(sbx, "server.key", http->key, sizeof http->key)) {
		bt_sbx_http_close(http);
		return false;
	}
	*out = http;
	return true;
}

void bt_sbx_http_close(struct bt_sbx_http *http)
{
	if (!http)
		return;
	bt_sbx_http_stop(http);
	if (http->log_fd >= 0)
		close(http->log_fd);
	pthread_mutex_destroy(&http->one_call);
	OPENSSL_cleanse(http->key, sizeof http->key);
	free(http);
}
