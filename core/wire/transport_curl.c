/* The worker: one thread that owns libcurl. Nothing else in the product includes curl.h.
 *
 * Whether a byte of the request left is asked of libcurl itself: it calls mark_leaving() once the connection and its
 * TLS handshake stand and before it writes the request. A call that failed without that has the fate NOTHING. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "core/base/queue.h"
#include "core/wire/wire.h"

#define WAITING_MAX     64 /* calls handed in and not yet taken out again */
#define IN_FLIGHT_MAX   16
#define HEADERS_MAX     32768
#define BODY_MAX        (2u << 20)
#define URL_CAP         512
#define ERA_HEADER      "Batti-Era:"
#define CLOSE_WITHIN_MS 900
#define POLL_MS         1000
#define PEM_PATH_CAP    512

/* A call on its way in; the worker's copy, in one piece. */
struct parcel {
	struct bt_call call;
	int64_t submitted_ms; /* boot time */
	struct bt_buf body;   /* of the call */
};

/* A call under way. */
struct exchange {
	struct parcel *parcel; /* NULL: the place is free */
	struct bt_http_request request;
	CURL *easy;
	struct bt_buf reply;
	size_t header_bytes;
	int64_t era;
	bool leaving;  /* a byte of the request may have left */
	bool too_long; /* the reply passed its limit and was cut off */
};

struct bt_wire_worker {
	char url[URL_CAP], ca_file[PEM_PATH_CAP], cert_file[PEM_PATH_CAP], key_file[PEM_PATH_CAP];
	const struct bt_protocol *protocol;
	struct bt_log *log;
	struct bt_clock clock;
	struct bt_queue *calls;   /* of struct parcel * */
	struct bt_queue *answers; /* of struct bt_answer * */
	struct bt_queue *ended;	  /* one byte, when the thread is about to return */
	struct curl_slist *headers;
	CURLM *multi;
	struct exchange exchanges[IN_FLIGHT_MAX];
	int in_flight;
	atomic_int waiting;
	atomic_bool stopping;
	pthread_t thread;
};

/* ---- parcels ---- */

static void free_parcel(struct parcel *parcel)
{
	if (!parcel)
		return;
	bt_buf_fini(&parcel->body);
	free(parcel);
}

static enum bt_err make_parcel(const struct bt_call *call, int64_t now_ms, struct parcel **out)
{
	struct parcel *parcel = calloc(1, sizeof *parcel);
	enum bt_err err;

	if (!parcel)
		return BT_ENOMEM;
	parcel->call = *call;
	parcel->submitted_ms = now_ms;
	bt_buf_init(&parcel->body, BODY_MAX);
	err = bt_buf_put(&parcel->body, call->body.data, call->body.len);
	if (err) {
		free_parcel(parcel);
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

static void fill_answer(const struct bt_wire_worker *worker, const struct exchange *exchange, CURLcode code,
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
	worker->protocol->decode(call, &reply, answer);
}

/* The number of calls waiting is bounded where they come in, so there is always room for their answers. */
static void put_answer(struct bt_wire_worker *worker, struct bt_answer *answer)
{
	bt_log_line(worker->log, "wire", "%s %s in %d ms, status %d%s%s", bt_call_name(answer->kind),
		    bt_err_name(answer->fault.err), answer->latency_ms, answer->status, answer->fault.err ? ": " : "",
		    answer->fault.err ? answer->fault.what : "");
	if (bt_queue_put(worker->answers, &answer) != BT_OK)
		abort();
}

static int measure_latency(const struct bt_wire_worker *worker, const struct parcel *parcel)
{
	return (int)(bt_clock_boot_ms(&worker->clock) - parcel->submitted_ms);
}

/* Memory for an answer that cannot be had would lose an outcome: the process cannot go on without it. */
static struct bt_answer *make_answer(const struct bt_wire_worker *worker, const struct parcel *parcel)
{
	struct bt_answer *answer = calloc(1, sizeof *answer);

	if (!answer)
		abort();
	answer->kind = parcel->call.kind;
	answer->id = parcel->call.id;
	answer->latency_ms = measure_latency(worker, parcel);
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
	bt_buf_fini(&exchange->request.body);
	free_parcel(exchange->parcel);
	*exchange = (struct exchange){0};
}

static void finish_exchange(struct bt_wire_worker *worker, struct exchange *exchange, CURLcode code)
{
	struct bt_answer *answer = make_answer(worker, exchange->parcel);

	fill_answer(worker, exchange, code, answer);
	curl_multi_remove_handle(worker->multi, exchange->easy);
	worker->in_flight--;
	clear_exchange(exchange);
	put_answer(worker, answer);
}

/* Nothing was begun. */
static void answer_unsent(struct bt_wire_worker *worker, struct exchange *exchange, enum bt_err err, const char *why)
{
	struct bt_answer *answer = make_answer(worker, exchange->parcel);

	(void)bt_fault_set(&answer->fault, err, 0, "%s: %s", bt_call_name(answer->kind), why);
	clear_exchange(exchange);
	put_answer(worker, answer);
}

/* ---- one call ---- */

static CURLcode set_trust(CURL *easy, const struct bt_wire_worker *worker)
{
	CURLcode code = CURLE_OK;

	code |= curl_easy_setopt(easy, CURLOPT_CAINFO, worker->ca_file);
	code |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	code |= curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (worker->cert_file[0]) {
		code |= curl_easy_setopt(easy, CURLOPT_SSLCERT, worker->cert_file);
		code |= curl_easy_setopt(easy, CURLOPT_SSLKEY, worker->key_file);
	}
	return code;
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
	if (moves_money) {
		code |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		code |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
	return code;
}

static CURLcode set_request(struct exchange *exchange, const struct bt_wire_worker *worker, int64_t left_ms)
{
	CURL *easy = exchange->easy;
	const struct bt_http_request *request = &exchange->request;
	char url[URL_CAP + sizeof request->path];
	CURLcode code = CURLE_OK;

	if (bt_text_printf(url, sizeof url, "%s%s", worker->url, request->path) != BT_OK)
		return CURLE_URL_MALFORMAT;
	code |= curl_easy_setopt(easy, CURLOPT_URL, url);
	code |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, worker->headers);
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

static void begin_exchange(struct bt_wire_worker *worker, struct exchange *exchange, struct parcel *parcel)
{
	enum bt_call_kind kind = parcel->call.kind;
	int64_t left_ms = parcel->call.deadline_ms - measure_latency(worker, parcel);
	enum bt_err err;

	*exchange = (struct exchange){.parcel = parcel};
	bt_buf_init(&exchange->reply, bt_call_reply_max(kind));
	if (left_ms < 1) {
		answer_unsent(worker, exchange, BT_EUNREACHABLE, "its deadline passed in the queue");
		return;
	}
	err = worker->protocol->encode(&parcel->call, &exchange->request);
	if (err) {
		answer_unsent(worker, exchange, err, "could not be put into bytes");
		return;
	}
	exchange->easy = curl_easy_init();
	if (!exchange->easy || set_trust(exchange->easy, worker) != CURLE_OK ||
	    set_manners(exchange->easy, bt_call_moves_money(kind)) != CURLE_OK ||
	    set_request(exchange, worker, left_ms) != CURLE_OK ||
	    curl_multi_add_handle(worker->multi, exchange->easy) != CURLM_OK) {
		answer_unsent(worker, exchange, BT_EUNREACHABLE, "could not be begun");
		return;
	}
	worker->in_flight++;
}

/* ---- the thread ---- */

static struct exchange *find_free(struct bt_wire_worker *worker)
{
	for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
		if (!worker->exchanges[i].parcel)
			return &worker->exchanges[i];
	return NULL;
}

static void begin_waiting(struct bt_wire_worker *worker)
{
	struct exchange *place;
	struct parcel *parcel;

	while ((place = find_free(worker)) && bt_queue_take(worker->calls, &parcel) == BT_OK)
		begin_exchange(worker, place, parcel);
}

static void finish_done(struct bt_wire_worker *worker)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(worker->multi, &left))) {
		struct exchange *exchange = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		finish_exchange(worker, exchange, message->data.result);
	}
}

/* New calls wake the wait only while there is a place for them; otherwise it would spin on a queue left readable. */
static void wait_for_work(struct bt_wire_worker *worker)
{
	struct curl_waitfd calls = {.fd = bt_queue_fd(worker->calls), .events = CURL_WAIT_POLLIN};
	unsigned extra = worker->in_flight < IN_FLIGHT_MAX ? 1 : 0;

	curl_multi_poll(worker->multi, &calls, extra, POLL_MS, NULL);
}

static void *run_worker(void *context)
{
	struct bt_wire_worker *worker = context;
	int running;

	while (!atomic_load(&worker->stopping)) {
		begin_waiting(worker);
		curl_multi_perform(worker->multi, &running);
		finish_done(worker);
		wait_for_work(worker);
	}
	for (size_t i = 0; i < IN_FLIGHT_MAX; i++) {
		if (!worker->exchanges[i].parcel)
			continue;
		curl_multi_remove_handle(worker->multi, worker->exchanges[i].easy);
		clear_exchange(&worker->exchanges[i]);
	}
	if (bt_queue_put(worker->ended, "") != BT_OK)
		abort();
	return NULL;
}

/* ---- opening and closing ---- */

static bool is_host_and_port(const char *text)
{
	size_t host = strcspn(text, ":"), port;
	long number = 0;

	for (size_t i = 0; i < host; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '.')
			return false;
	if (host == 0 || host > 253)
		return false;
	if (!text[host])
		return true;
	port = strlen(text + host + 1);
	if (port == 0 || port > 5)
		return false;
	for (const char *digit = text + host + 1; *digit; digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		number = number * 10 + (*digit - '0');
	}
	return number >= 1 && number <= 65535;
}

static bool is_url(const char *url)
{
	static const char scheme[] = "https://";

	return url && strncmp(url, scheme, sizeof scheme - 1) == 0 && is_host_and_port(url + sizeof scheme - 1);
}

static enum bt_err copy_path(char *out, size_t cap, const char *path, struct bt_fault *fault)
{
	if (!path)
		return BT_OK;
	if (bt_text_copy(out, cap, path) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "path of a certificate is too long");
	if (access(path, R_OK) != 0)
		return bt_fault_set(fault, BT_ENOTFOUND, errno, "cannot read %s", path);
	return BT_OK;
}

static enum bt_err take_options(struct bt_wire_worker *worker, const struct bt_wire_options *options,
				struct bt_fault *fault)
{
	enum bt_err err;

	if (!is_url(options->url) || bt_text_copy(worker->url, sizeof worker->url, options->url) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "url is not https://host:port");
	if (!options->ca_file || !options->protocol || !options->cert_file != !options->key_file)
		return bt_fault_set(fault, BT_EINPUT, 0, "CA, protocol, or one of certificate and key is missing");
	worker->protocol = options->protocol;
	worker->log = options->log;
	worker->clock = bt_clock_system();
	err = copy_path(worker->ca_file, sizeof worker->ca_file, options->ca_file, fault);
	if (!err)
		err = copy_path(worker->cert_file, sizeof worker->cert_file, options->cert_file, fault);
	return err ? err : copy_path(worker->key_file, sizeof worker->key_file, options->key_file, fault);
}

static bool add_header(struct bt_wire_worker *worker, const char *header)
{
	struct curl_slist *longer = curl_slist_append(worker->headers, header);

	if (longer)
		worker->headers = longer;
	return longer != NULL;
}

static void init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

static enum bt_err make_parts(struct bt_wire_worker *worker)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	enum bt_err err;

	pthread_once(&once, init_curl);
	worker->multi = curl_multi_init();
	if (!worker->multi || !add_header(worker, "Content-Type: application/json") ||
	    !add_header(worker, "Accept: application/json") || !add_header(worker, "Expect:"))
		return BT_ENOMEM;
	err = bt_queue_open(WAITING_MAX, sizeof(struct parcel *), &worker->calls);
	if (!err)
		err = bt_queue_open(WAITING_MAX, sizeof(struct bt_answer *), &worker->answers);
	return err ? err : bt_queue_open(1, 1, &worker->ended);
}

static void free_parts(struct bt_wire_worker *worker)
{
	struct parcel *parcel;
	struct bt_answer *answer;

	while (worker->calls && bt_queue_take(worker->calls, &parcel) == BT_OK)
		free_parcel(parcel);
	while (worker->answers && bt_queue_take(worker->answers, &answer) == BT_OK) {
		bt_answer_fini(answer);
		free(answer);
	}
	bt_queue_close(worker->calls);
	bt_queue_close(worker->answers);
	bt_queue_close(worker->ended);
	curl_slist_free_all(worker->headers);
	if (worker->multi)
		curl_multi_cleanup(worker->multi);
	free(worker);
}

/* No signal is the worker's: SIGPIPE of a closed socket must not end the counter, and libcurl is told to touch none. */
static int start_thread(struct bt_wire_worker *worker)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&worker->thread, NULL, run_worker, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

enum bt_err bt_wire_worker_open(const struct bt_wire_options *options, struct bt_wire_worker **out,
				struct bt_fault *fault)
{
	struct bt_wire_worker *worker = calloc(1, sizeof *worker);
	enum bt_err err;
	int failed;

	if (!worker)
		return bt_fault_set(fault, BT_ENOMEM, 0, "wire");
	err = take_options(worker, options, fault);
	if (err)
		goto out;
	err = make_parts(worker);
	if (err) {
		(void)bt_fault_set(fault, err, 0, "parts of the wire");
		goto out;
	}
	failed = start_thread(worker);
	if (failed)
		err = bt_fault_set(fault, BT_EOS, failed, "thread of the wire");
out:
	if (err)
		free_parts(worker);
	else
		*out = worker;
	return err;
}

void bt_wire_worker_close(struct bt_wire_worker *worker)
{
	if (!worker)
		return;
	atomic_store(&worker->stopping, true);
	curl_multi_wakeup(worker->multi);
	/* A worker that is stuck inside the system is left behind with its memory rather than waited for. */
	if (bt_queue_wait(worker->ended, CLOSE_WITHIN_MS) != BT_OK) {
		pthread_detach(worker->thread);
		return;
	}
	pthread_join(worker->thread, NULL);
	free_parts(worker);
}

/* ---- the interface ---- */

static enum bt_err submit_call(void *self, const struct bt_call *call)
{
	struct bt_wire_worker *worker = self;
	struct parcel *parcel;
	enum bt_err err;

	if (atomic_fetch_add(&worker->waiting, 1) >= WAITING_MAX) {
		atomic_fetch_sub(&worker->waiting, 1);
		return BT_EFULL;
	}
	err = make_parcel(call, bt_clock_boot_ms(&worker->clock), &parcel);
	if (!err) {
		err = bt_queue_put(worker->calls, &parcel);
		if (err)
			free_parcel(parcel);
	}
	if (err)
		atomic_fetch_sub(&worker->waiting, 1);
	return err;
}

static bool take_answer(void *self, struct bt_answer *out)
{
	struct bt_wire_worker *worker = self;
	struct bt_answer *answer;

	if (bt_queue_take(worker->answers, &answer) != BT_OK)
		return false;
	*out = *answer;
	free(answer);
	atomic_fetch_sub(&worker->waiting, 1);
	return true;
}

static int get_fd(void *self)
{
	const struct bt_wire_worker *worker = self;

	return bt_queue_fd(worker->answers);
}

struct bt_wire bt_wire_worker_wire(struct bt_wire_worker *worker)
{
	return (struct bt_wire){
	    .submit = submit_call, .take = take_answer, .fd = get_fd, .self = worker, .protocol = worker->protocol};
}
