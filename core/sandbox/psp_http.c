#include "core/sandbox/psp_http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/sandbox/ca.h"
#include "core/sandbox/psp.h"

#define BODY_MAX        16384
#define CONNECTIONS_MAX 64
#define IDLE_SECONDS    30

struct bt_sbx_psp_http {
	struct bt_sbx sbx; /* with a connection of its own to the ledger */
	pthread_mutex_t one_call;
	struct MHD_Daemon *daemon;
	char account[BT_SBX_PSP_KEY_MAX];
	char certificate[BT_SBX_PEM_MAX], key[BT_SBX_PEM_MAX];
};

struct inbox {
	char body[BODY_MAX];
	size_t len;
	bool too_large;
};

static const char *find_argument(const void *source, const char *name)
{
	/* libmicrohttpd does not mark its look-up as reading only. */
	return MHD_lookup_connection_value((struct MHD_Connection *)(uintptr_t)source, MHD_GET_ARGUMENT_KIND, name);
}

static bool is_customer(const struct bt_sbx_psp_http *http, struct MHD_Connection *connection)
{
	char said[BT_SBX_PSP_KEY_MAX];
	char *secret = NULL;
	char *id = MHD_basic_auth_get_username_password(connection, &secret);
	bool ok = id && secret;
	if (ok) {
		int len = snprintf(said, sizeof said, "%s:%s", id, secret);
		ok = len == (int)strlen(http->account) && CRYPTO_memcmp(said, http->account, (size_t)len) == 0;
	}
	MHD_free(id);
	MHD_free(secret);
	return ok;
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, unsigned status, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	json_decref(answer);
	if (!text)
		return MHD_NO;
	struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(response, "Content-Type", "application/json");
	enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
			      const char *version, const char *data, size_t *len, void **state)
{
	struct bt_sbx_psp_http *http = context;
	struct inbox *inbox = *state;
	json_t *answer = NULL;
	(void)version;
	if (!inbox) {
		*state = inbox = calloc(1, sizeof *inbox);
		return inbox ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		inbox->too_large = inbox->too_large || *len > sizeof inbox->body - inbox->len;
		if (!inbox->too_large) {
			memcpy(inbox->body + inbox->len, data, *len);
			inbox->len += *len;
		}
		*len = 0;
		return MHD_YES;
	}
	if (inbox->too_large || !is_customer(http, connection))
		return send_answer(connection, inbox->too_large ? 413 : 401, bt_sbx_psp_denial());
	struct bt_sbx_psp_request request = {.method = method,
					     .path = path,
					     .body = inbox->body,
					     .body_len = inbox->len,
					     .argument = find_argument,
					     .source = connection};
	pthread_mutex_lock(&http->one_call);
	unsigned status = bt_sbx_psp_run(&http->sbx, &request, &answer);
	pthread_mutex_unlock(&http->one_call);
	return send_answer(connection, status, answer);
}

static void finish(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	(void)context;
	(void)connection;
	(void)why;
	free(*state);
	*state = NULL;
}

static bool start(struct bt_sbx_psp_http *http, const char *host, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		return false;
	http->daemon = MHD_start_daemon(
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_TLS | MHD_USE_ITC,
	    0, NULL, NULL, handle, http, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_HTTPS_MEM_KEY, http->key, MHD_OPTION_HTTPS_MEM_CERT,
	    http->certificate, MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, finish, NULL, MHD_OPTION_END);
	return http->daemon != NULL;
}

int bt_sbx_psp_http_port(const struct bt_sbx_psp_http *http)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return info ? info->port : 0;
}

bool bt_sbx_psp_http_open(const char *dir, const char *host, int port, struct bt_sbx_psp_http **out)
{
	struct bt_sbx_psp_http *http = calloc(1, sizeof *http);
	if (!http)
		return false;
	if (!bt_sbx_open_made(dir, &http->sbx)) {
		free(http);
		return false;
	}
	pthread_mutex_init(&http->one_call, NULL);
	if (!bt_sbx_psp_key(http->sbx.db, http->account) ||
	    !bt_sbx_file_read(&http->sbx, "server.pem", http->certificate, sizeof http->certificate) ||
	    !bt_sbx_file_read(&http->sbx, "server.key", http->key, sizeof http->key) || !start(http, host, port)) {
		bt_sbx_psp_http_close(http);
		return false;
	}
	*out = http;
	return true;
}

void bt_sbx_psp_http_close(struct bt_sbx_psp_http *http)
{
	if (!http)
		return;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	bt_sbx_close(&http->sbx);
	pthread_mutex_destroy(&http->one_call);
	OPENSSL_cleanse(http->key, sizeof http->key);
	OPENSSL_cleanse(http->account, sizeof http->account);
	free(http);
}
