/* libcurl, and nothing else in the product includes its header.
 *
 * Whether a byte of the request left is asked of libcurl itself: it calls mark_leaving() once the connection and its
 * TLS handshake stand and before it writes the request. A call that failed without that has the fate NOTHING. */
#include "core/wire/transport.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "core/base/file.h"
#include "core/base/mutant.h"

#define HEADERS_MAX  32768
#define BODY_MAX     (2u << 20)
#define PEM_MAX      65536
#define URL_CAP      512
#define PEM_PATH_CAP 512
#define ACCOUNT_CAP  160
#define ERA_HEADER   "Batti-Era:"

/* A call under way. */
struct exchange {
	struct bt_parcel *parcel; /* NULL: the place is free */
	struct bt_http_request request;
	CURL *easy;
	struct bt_buf certificate, key; /* of this call */
	struct bt_buf reply;
	size_t header_bytes;
	int64_t era;
	bool leaving;  /* a byte of the request may have left */
	bool too_long; /* the reply passed its limit and was cut off */
};

struct bt_transport {
	char url[URL_CAP], ca_file[PEM_PATH_CAP], cert_file[PEM_PATH_CAP], key_file[PEM_PATH_CAP];
	char account[ACCOUNT_CAP];
	const struct bt_protocol *protocol;
	struct bt_log *log;
	struct bt_clock clock;
	bt_transport_taker *taker;
	void *context;
	struct curl_slist *headers;
	CURLM *multi;
	struct exchange exchanges[BT_TRANSPORT_AT_ONCE];
	int in_flight;
};

/* ---- parcels ---- */

void bt_parcel_free(struct bt_parcel *parcel)
{
	if (!parcel)
		return;
	bt_buf_fini(&parcel->body);
	free(parcel);
}

enum bt_err bt_parcel_make(const struct bt_call *call, int64_t now_ms, struct bt_parcel **out)
{
	struct bt_parcel *parcel = calloc(1, sizeof *parcel);
	enum bt_err err;

	if (!parcel)
		return BT_ENOMEM;
	parcel->call = *call;
	parcel->submitted_ms = now_ms;
	bt_buf_init(&parcel->body, BODY_MAX);
	err = bt_buf_put(&parcel->body, call->body.data, call->body.len);
	if (err) {
		bt_parcel_free(parcel);
		return err == BT_EFULL ? BT_EINPUT : err;
	}
	parcel->call.body = bt_buf_view(&parcel->body);
	*out = parcel;
	return BT_OK;
}

/* ---- what libcurl calls ---- */

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count;

	if (bt_buf_put(&exchange->reply, data, len) == BT_OK)
		return len;
	exchange->too_long = true;
	return 0;
}

static int64_t parse_era(const char *text, size_t len)
{
	int64_t era = 0;

	while (len && (*text == ' ' || *text == '\t'))
		text++, len--;
	while (len && (text[len - 1] == '\r' || text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	if (len == 0 || len > 15)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		era = era * 10 + (text[i] - '0');
	}
	return era;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t len = size * count, name_len = sizeof ERA_HEADER - 1;

	exchange->header_bytes += len;
	if (exchange->header_bytes > HEADERS_MAX) {
		exchange->too_long = true;
		return 0;
	}
	if (len > name_len && strncasecmp(data, ERA_HEADER, name_len) == 0)
		exchange->era = parse_era(data + name_len, len - name_len);
	return len;
}

static int mark_leaving(void *context, char *peer_ip, char *local_ip, int peer_port, int local_port)
{
	struct exchange *exchange = context;

	(void)peer_ip;
	(void)local_ip;
	(void)peer_port;
	(void)local_port;
	exchange->leaving = true;
	return CURL_PREREQFUNC_OK;
}

/* ---- from libcurl's outcome to ours ---- */

static const struct {
	CURLcode code;
	enum bt_err err;
} after_leaving[] = {
    {CURLE_OPERATION_TIMEDOUT, BT_ETIMEOUT},   {CURLE_WRITE_ERROR, BT_EGARBAGE},
    {CURLE_WEIRD_SERVER_REPLY, BT_EGARBAGE},   {CURLE_UNSUPPORTED_PROTOCOL, BT_EGARBAGE},
    {CURLE_BAD_CONTENT_ENCODING, BT_EGARBAGE}, {CURLE_FILESIZE_EXCEEDED, BT_EGARBAGE},
};

static enum bt_err judge_failure(const struct exchange *exchange, CURLcode code)
{
	if (exchange->too_long)
		return BT_EGARBAGE;
	if (!exchange->leaving)
		return BT_EUNREACHABLE;
	for (size_t i = 0; i < sizeof after_leaving / sizeof after_leaving[0]; i++)
		if (after_leaving[i].code == code)
			return after_leaving[i].err;
	return BT_ELOST;
}

static void fill_answer(const struct bt_transport *transport, const struct exchange *exchange, CURLcode code,
			struct bt_answer *answer)
{
	const struct bt_call *call = &exchange->parcel->call;
	struct bt_http_reply reply = {.era = exchange->era, .body = bt_buf_view(&exchange->reply)};
	long status = 0;

	if (code != CURLE_OK) {
		(void)bt_fault_set(&answer->fault, judge_failure(exchange, code), (int)code, "%s: %s",
				   bt_call_name(call->kind), curl_easy_strerror(code));
		return;
	}
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	reply.status = (int)status;
	transport->protocol->decode(call, &reply, answer);
}

static void give_answer(struct bt_transport *transport, struct bt_answer *answer)
{
	const struct bt_fault *fault = &answer->fault;

	bt_log_line(transport->log, "wire", "%s %s in %d ms, status %d%s%s", bt_call_name(answer->kind),
		    bt_err_name(fault->err), answer->latency_ms, answer->status, fault->err ? ": " : "",
		    fault->err ? fault->what : "");
	transport->taker(transport->context, answer);
}

static int measure_latency(const struct bt_transport *transport, const struct bt_parcel *parcel)
{
	return (int)(bt_clock_boot_ms(&transport->clock) - parcel->submitted_ms);
}

/* Memory for an answer that cannot be had would lose an outcome: the process cannot go on without it. */
static struct bt_answer *make_answer(const struct bt_transport *transport, const struct bt_parcel *parcel)
{
	struct bt_answer *answer = calloc(1, sizeof *answer);

	if (!answer)
		abort();
	answer->kind = parcel->call.kind;
	answer->id = parcel->call.id;
	answer->latency_ms = measure_latency(transport, parcel);
	return answer;
}

static void wipe_buf(struct bt_buf *buf)
{
	/* The reply to an enrolment carries the vault's key. */
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	bt_buf_fini(buf);
}

static void clear_exchange(struct exchange *exchange)
{
	if (exchange->easy)
		curl_easy_cleanup(exchange->easy);
	wipe_buf(&exchange->reply);
	bt_buf_fini(&exchange->certificate);
	bt_buf_fini(&exchange->key);
	bt_buf_fini(&exchange->request.body);
	bt_parcel_free(exchange->parcel);
	*exchange = (struct exchange){0};
}

static void finish_exchange(struct bt_transport *transport, struct exchange *exchange, CURLcode code)
{
	struct bt_answer *answer = make_answer(transport, exchange->parcel);

	fill_answer(transport, exchange, code, answer);
	curl_multi_remove_handle(transport->multi, exchange->easy);
	transport->in_flight--;
	clear_exchange(exchange);
	give_answer(transport, answer);
}

/* Nothing was begun. */
static void answer_unsent(struct bt_transport *transport, struct exchange *exchange, enum bt_err err, const char *why)
{
	struct bt_answer *answer = make_answer(transport, exchange->parcel);

	(void)bt_fault_set(&answer->fault, err, 0, "%s: %s", bt_call_name(answer->kind), why);
	clear_exchange(exchange);
	give_answer(transport, answer);
}

/* ---- one call ---- */

static CURLcode set_trust(CURL *easy, const struct bt_transport *transport)
{
	CURLcode code = CURLE_OK;

	code |= curl_easy_setopt(easy, CURLOPT_CAINFO, transport->ca_file);
	code |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	code |= curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (transport->account[0]) {
		code |= curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		code |= curl_easy_setopt(easy, CURLOPT_USERPWD, transport->account);
	}
	return code;
}

static CURLcode set_blob(CURL *easy, CURLoption option, struct bt_bytes bytes)
{
	struct curl_blob blob = {.data = (void *)(uintptr_t)bytes.data, .len = bytes.len, .flags = CURL_BLOB_NOCOPY};

	return curl_easy_setopt(easy, option, &blob);
}

/* One file with both, the certificate first: read once, so that the two belong together, and then cut in two. */
static bool cut_pair(const struct bt_buf *file, struct bt_bytes *certificate, struct bt_bytes *key)
{
	static const char begin[] = "-----BEGIN PRIVATE KEY-----";
	const uint8_t *at = file->len ? memmem(file->data, file->len, begin, sizeof begin - 1) : NULL;

	if (!at)
		return false;
	*certificate = (struct bt_bytes){file->data, (size_t)(at - file->data)};
	*key = (struct bt_bytes){at, file->len - certificate->len};
	return true;
}

static bool read_identity(struct exchange *exchange, const struct bt_transport *transport, struct bt_bytes *certificate,
			  struct bt_bytes *key)
{
	bt_buf_init(&exchange->certificate, PEM_MAX);
	bt_buf_init(&exchange->key, PEM_MAX);
	if (bt_file_read(transport->cert_file, &exchange->certificate, NULL) != BT_OK)
		return false;
	if (strcmp(transport->cert_file, transport->key_file) == 0)
		return cut_pair(&exchange->certificate, certificate, key);
	if (bt_file_read(transport->key_file, &exchange->key, NULL) != BT_OK)
		return false;
	*certificate = bt_buf_view(&exchange->certificate);
	*key = bt_buf_view(&exchange->key);
	return true;
}

/* Read anew for each call, so that a certificate that was renewed meanwhile is used at once. Given as bytes it also
 * keeps libcurl from using a connection again that another certificate opened. */
static bool set_identity(struct exchange *exchange, const struct bt_transport *transport)
{
	struct bt_bytes certificate, key;

	if (!transport->cert_file[0])
		return true;
	return read_identity(exchange, transport, &certificate, &key) &&
	       set_blob(exchange->easy, CURLOPT_SSLCERT_BLOB, certificate) == CURLE_OK &&
	       set_blob(exchange->easy, CURLOPT_SSLKEY_BLOB, key) == CURLE_OK;
}

/* One attempt, to one place: no redirect, proxy, alternative service, negotiation of HTTP version or 100-continue,
 * each of which can make libcurl send a request a second time. */
static CURLcode set_manners(CURL *easy, bool moves_money)
{
	CURLcode code = CURLE_OK;

	code |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	code |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	code |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
	code |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	code |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	code |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "batti/" BATTI_VERSION);
	if (moves_money && !bt_mutant(BT_MUTANT_CONNECTION_KEPT)) {
		code |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		code |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
	return code;
}

static CURLcode set_request(struct exchange *exchange, const struct bt_transport *transport, int64_t left_ms)
{
	CURL *easy = exchange->easy;
	const struct bt_http_request *request = &exchange->request;
	char url[URL_CAP + sizeof request->path];
	CURLcode code = CURLE_OK;

	if (bt_text_printf(url, sizeof url, "%s%s", transport->url, request->path) != BT_OK)
		return CURLE_URL_MALFORMAT;
	code |= curl_easy_setopt(easy, CURLOPT_URL, url);
	code |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transport->headers);
	code |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	if (strcmp(request->method, "POST") == 0) {
		code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)request->body.data);
		code |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
	}
	code |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	code |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	code |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	code |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, mark_leaving);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
	code |= curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	return code;
}

static struct exchange *find_free(struct bt_transport *transport)
{
	for (size_t i = 0; i < BT_TRANSPORT_AT_ONCE; i++)
		if (!transport->exchanges[i].parcel)
			return &transport->exchanges[i];
	return NULL;
}

void bt_transport_begin(struct bt_transport *transport, struct bt_parcel *parcel)
{
	struct exchange *exchange = find_free(transport);
	enum bt_call_kind kind = parcel->call.kind;
	int64_t left_ms = parcel->call.deadline_ms - measure_latency(transport, parcel);
	enum bt_err err;

	*exchange = (struct exchange){.parcel = parcel};
	bt_buf_init(&exchange->reply, bt_call_reply_max(kind));
	if (left_ms < 1) {
		answer_unsent(transport, exchange, BT_EUNREACHABLE, "its deadline passed in the queue");
		return;
	}
	err = transport->protocol->encode(&parcel->call, &exchange->request);
	if (err) {
		answer_unsent(transport, exchange, err, "could not be put into bytes");
		return;
	}
	exchange->easy = curl_easy_init();
	if (!exchange->easy || set_trust(exchange->easy, transport) != CURLE_OK || !set_identity(exchange, transport) ||
	    set_manners(exchange->easy, bt_call_moves_money(kind)) != CURLE_OK ||
	    set_request(exchange, transport, left_ms) != CURLE_OK ||
	    curl_multi_add_handle(transport->multi, exchange->easy) != CURLM_OK) {
		answer_unsent(transport, exchange, BT_EUNREACHABLE, "could not be begun");
		return;
	}
	transport->in_flight++;
}

/* ---- the transport ---- */

bool bt_transport_has_room(const struct bt_transport *transport)
{
	return transport->in_flight < BT_TRANSPORT_AT_ONCE;
}

static void finish_done(struct bt_transport *transport)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(transport->multi, &left))) {
		struct exchange *exchange = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		finish_exchange(transport, exchange, message->data.result);
	}
}

/* Without room the descriptor is left out: a queue that stays readable would make the wait spin. */
void bt_transport_step(struct bt_transport *transport, int fd, int wait_ms)
{
	struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};
	int running;

	curl_multi_perform(transport->multi, &running);
	finish_done(transport);
	curl_multi_poll(transport->multi, &extra, bt_transport_has_room(transport) ? 1 : 0, wait_ms, NULL);
}

void bt_transport_wake(struct bt_transport *transport)
{
	curl_multi_wakeup(transport->multi);
}

static bool add_header(struct bt_transport *transport, const char *header)
{
	struct curl_slist *longer = curl_slist_append(transport->headers, header);

	if (longer)
		transport->headers = longer;
	return longer != NULL;
}

static void init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

static bool copy_options(struct bt_transport *transport, const struct bt_wire_options *options)
{
	const char *cert_file = options->cert_file ? options->cert_file : "";
	const char *key_file = options->key_file ? options->key_file : "";
	const char *account = options->account ? options->account : "";

	transport->protocol = options->protocol;
	transport->log = options->log;
	transport->clock = bt_clock_system();
	return bt_text_copy(transport->url, sizeof transport->url, options->url) == BT_OK &&
	       bt_text_copy(transport->ca_file, sizeof transport->ca_file, options->ca_file) == BT_OK &&
	       bt_text_copy(transport->cert_file, sizeof transport->cert_file, cert_file) == BT_OK &&
	       bt_text_copy(transport->key_file, sizeof transport->key_file, key_file) == BT_OK &&
	       bt_text_copy(transport->account, sizeof transport->account, account) == BT_OK;
}

/* An "Expect:" without a value keeps libcurl from asking first, and from asking again when that is refused. */
enum bt_err bt_transport_open(const struct bt_wire_options *options, bt_transport_taker *taker, void *context,
			      struct bt_transport **out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct bt_transport *transport = calloc(1, sizeof *transport);

	if (!transport)
		return BT_ENOMEM;
	pthread_once(&once, init_curl);
	transport->taker = taker;
	transport->context = context;
	if (!copy_options(transport, options)) {
		bt_transport_close(transport);
		return BT_EINPUT;
	}
	transport->multi = curl_multi_init();
	if (!transport->multi || !add_header(transport, "Content-Type: application/json") ||
	    !add_header(transport, "Accept: application/json") || !add_header(transport, "Expect:")) {
		bt_transport_close(transport);
		return BT_ENOMEM;
	}
	*out = transport;
	return BT_OK;
}

void bt_transport_drop(struct bt_transport *transport)
{
	for (size_t i = 0; i < BT_TRANSPORT_AT_ONCE; i++) {
		if (!transport->exchanges[i].parcel)
			continue;
		curl_multi_remove_handle(transport->multi, transport->exchanges[i].easy);
		clear_exchange(&transport->exchanges[i]);
	}
	transport->in_flight = 0;
}

void bt_transport_close(struct bt_transport *transport)
{
	if (!transport)
		return;
	bt_transport_drop(transport);
	curl_slist_free_all(transport->headers);
	if (transport->multi)
		curl_multi_cleanup(transport->multi);
	explicit_bzero(transport->account, sizeof transport->account);
	free(transport);
}
