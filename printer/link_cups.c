#include <cups/cups.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/text.h"
#include "printer/link.h"
#include "printer/stream.h"

#define QUEUE_MOST  127
#define CONNECT_MS  3000
#define ANSWER_S    5.0
#define LOOK_MS     300
#define REASON_MOST 96

struct print_server {
	http_t *http;
	char uri[HTTP_MAX_URI];
	char resource[QUEUE_MOST + 16];
	int job;
};

struct job_view {
	ipp_jstate_t state;
	bool begun;   /* bytes may have gone to the printer */
	bool stopped; /* the queue does not print */
	enum bt_paper paper;
	char reason[REASON_MOST]; /* of printer or job; "" */
};

static bool accept_queue(const char *address)
{
	size_t len = strlen(address);
	return len > 0 && len <= QUEUE_MOST && strcspn(address, "/#? \t'\"\\") == len;
}

/* A server that falls silent ends the call. */
static int end_silence(http_t *http, void *nothing)
{
	(void)http;
	(void)nothing;
	return 0;
}

static bool open_server(const char *queue, struct print_server *out, struct bt_fault *fault)
{
	*out = (struct print_server){0};
	out->http = httpConnect2(cupsServer(), ippPort(), NULL, AF_UNSPEC, cupsEncryption(), 1, CONNECT_MS, NULL);
	if (out->http == NULL) {
		bt_fault_set(fault, BT_EUNREACHABLE, 0, "the print server does not answer");
		return false;
	}
	httpSetTimeout(out->http, ANSWER_S, end_silence, NULL);
	(void)httpAssembleURIf(HTTP_URI_CODING_ALL, out->uri, sizeof(out->uri), "ipp", NULL, "localhost", 0,
			       "/printers/%s", queue);
	(void)bt_text_printf(out->resource, sizeof(out->resource), "/printers/%s", queue);
	return true;
}

static void refuse(struct bt_fault *fault, const char *what)
{
	char words[REASON_MOST];
	const char *said = cupsLastErrorString();
	bt_text_clean(said != NULL ? said : "", said != NULL ? strlen(said) : 0, REASON_MOST - 1, words, sizeof(words));
	bt_fault_set(fault, BT_EREFUSED, (int)cupsLastError(), "%s: %s", what, words);
}

/* ---- what the server tells ----------------------------------------------------------------------------------------
 */

static enum bt_paper read_reason(const char *reason)
{
	static const struct {
		const char *word;
		enum bt_paper paper;
	} reasons[] = {
	    {"media-empty", BT_PAPER_OUT}, {"media-needed", BT_PAPER_OUT}, {"media-low", BT_PAPER_LOW},
	    {"cover-open", BT_PAPER_OPEN}, {"door-open", BT_PAPER_OPEN},   {"media-jam", BT_PAPER_JAM},
	    {"offline", BT_PAPER_SILENT},  {"timed-out", BT_PAPER_SILENT}, {"connecting-to-device", BT_PAPER_SILENT},
	    {"shutdown", BT_PAPER_SILENT}, {"paused", BT_PAPER_SILENT},
	};
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strncmp(reason, reasons[i].word, strlen(reasons[i].word)) == 0)
			return reasons[i].paper;
	return BT_PAPER_OK;
}

/* The first reason that hinders, or else the last; "none" says nothing. */
static void read_reasons(ipp_attribute_t *list, struct job_view *out)
{
	for (int i = 0; list != NULL && i < ippGetCount(list); i++) {
		const char *reason = ippGetString(list, i, NULL);
		if (reason == NULL || strcmp(reason, "none") == 0)
			continue;
		if (out->paper == BT_PAPER_OK || out->paper == BT_PAPER_LOW) {
			out->paper = read_reason(reason);
			bt_text_clean(reason, strlen(reason), REASON_MOST - 1, out->reason, sizeof(out->reason));
		}
	}
}

static ipp_t *make_request(const struct print_server *server, ipp_op_t operation)
{
	ipp_t *request = ippNewRequest(operation);
	ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, server->uri);
	if (server->job > 0)
		ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", server->job);
	ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL, cupsUser());
	return request;
}

/* All over the one connection that has a time-out: the library's own ways to a job open others that have none. */
static ipp_t *ask_server(struct print_server *server, ipp_op_t operation)
{
	return cupsDoRequest(server->http, make_request(server, operation), server->resource);
}

static bool is_granted(ipp_t *answer)
{
	bool granted = answer != NULL && ippGetStatusCode(answer) <= IPP_STATUS_OK_CONFLICTING;
	ippDelete(answer);
	return granted;
}

/* @return false when the server does not tell. */
static bool look_at_printer(struct print_server *server, struct job_view *out)
{
	ipp_t *answer = ask_server(server, IPP_OP_GET_PRINTER_ATTRIBUTES);
	ipp_attribute_t *state = ippFindAttribute(answer, "printer-state", IPP_TAG_ENUM);
	out->paper = BT_PAPER_OK;
	out->reason[0] = '\0';
	out->stopped = state != NULL && ippGetInteger(state, 0) == IPP_PSTATE_STOPPED;
	read_reasons(ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD), out);
	ippDelete(answer);
	return state != NULL;
}

static bool look_at_job(struct print_server *server, struct job_view *out)
{
	ipp_t *answer = ask_server(server, IPP_OP_GET_JOB_ATTRIBUTES);
	ipp_attribute_t *state = ippFindAttribute(answer, "job-state", IPP_TAG_ENUM);
	ipp_attribute_t *begun = ippFindAttribute(answer, "time-at-processing", IPP_TAG_INTEGER);
	bool told = state != NULL;
	if (told) {
		out->state = (ipp_jstate_t)ippGetInteger(state, 0);
		out->begun = out->begun || out->state == IPP_JSTATE_PROCESSING || out->state == IPP_JSTATE_COMPLETED ||
			     (begun != NULL && ippGetInteger(begun, 0) > 0);
	}
	ippDelete(answer);
	return told;
}

/* ---- one slip -----------------------------------------------------------------------------------------------------
 */

static bool make_job(struct print_server *server, const char *name)
{
	ipp_t *request = make_request(server, IPP_OP_CREATE_JOB);
	ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL, name);
	ipp_t *answer = cupsDoRequest(server->http, request, server->resource);
	ipp_attribute_t *job = ippFindAttribute(answer, "job-id", IPP_TAG_INTEGER);
	server->job = job != NULL ? ippGetInteger(job, 0) : 0;
	ippDelete(answer);
	return server->job > 0;
}

static bool hand_over(struct print_server *server, const struct bt_prn_slip *slip)
{
	ipp_t *request = make_request(server, IPP_OP_SEND_DOCUMENT);
	ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "document-name", NULL, slip->name);
	ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL, CUPS_FORMAT_RAW);
	ippAddBoolean(request, IPP_TAG_OPERATION, "last-document", 1);
	http_status_t status = cupsSendRequest(server->http, request, server->resource, CUPS_LENGTH_VARIABLE);
	ippDelete(request);
	if (status == HTTP_STATUS_CONTINUE)
		status = cupsWriteRequestData(server->http, (const char *)slip->bytes.data, slip->bytes.len);
	return status == HTTP_STATUS_CONTINUE && is_granted(cupsGetResponse(server->http, server->resource));
}

static bool take_back(struct print_server *server)
{
	return is_granted(ask_server(server, IPP_OP_CANCEL_JOB));
}

static void wait_a_little(struct bt_prn_hand *hand)
{
	uint64_t wishes;
	struct pollfd one = {.fd = hand->wake, .events = POLLIN};
	if (poll(&one, 1, LOOK_MS) == 1 && read(hand->wake, &wishes, sizeof(wishes)) < 0)
		(void)poll(NULL, 0, LOOK_MS);
}

static bool is_patient(const struct bt_prn_slip *slip, struct bt_prn_hand *hand, const struct job_view *view,
		       int64_t begun_ms)
{
	enum bt_prn_wish wish = (enum bt_prn_wish)atomic_load(&hand->wish);
	bool hindered = bt_escpos_is_blocked(view->paper); /* a queue that is switched off is not waited for */
	int64_t most = hindered ? slip->wait_ms : slip->timeout_ms;
	if (wish == BT_PRN_GIVE_UP || (wish == BT_PRN_HURRY && hindered))
		return false;
	return bt_stream_now_ms() - begun_ms < most;
}

/* Until the server has handed the job on, or will not. */
static void follow(struct print_server *server, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
		   struct job_view *view)
{
	int64_t begun_ms = bt_stream_now_ms();
	bool told = true;
	do {
		told = look_at_job(server, view) && look_at_printer(server, view);
		if (!told || view->state >= IPP_JSTATE_CANCELED)
			return;
		atomic_store(&hand->paper, (int)view->paper);
		wait_a_little(hand);
	} while (is_patient(slip, hand, view, begun_ms));
	if (take_back(server))
		(void)look_at_job(server, view);
}

/* What never began has not left, once it is cancelled; what was handed on may be on paper or not. */
static void judge(const struct job_view *view, struct bt_prn_outcome *out)
{
	bool over = view->state == IPP_JSTATE_CANCELED || view->state == IPP_JSTATE_ABORTED;
	out->paper = view->paper;
	out->state = over && !view->begun ? BT_PRINT_FAILED : BT_PRINT_UNCONFIRMED;
	out->broken = view->begun && view->state != IPP_JSTATE_COMPLETED;
	bt_fault_set(&out->fault, out->state == BT_PRINT_FAILED ? BT_EREFUSED : BT_ETIMEOUT, (int)view->state,
		     "the print server %s%s%s",
		     view->state == IPP_JSTATE_COMPLETED ? "passed the slip on" : "did not print",
		     view->reason[0] != '\0' ? ": " : "", view->reason);
}

static void deliver_to_queue(const char *address, const struct bt_prn_slip *slip, struct bt_prn_hand *hand,
			     struct bt_prn_outcome *out)
{
	struct print_server server;
	struct job_view view = {.state = IPP_JSTATE_PENDING, .paper = BT_PAPER_OK};
	out->state = BT_PRINT_FAILED;
	out->paper = BT_PAPER_SILENT;
	if (!open_server(address, &server, &out->fault))
		return;
	if (!make_job(&server, slip->name)) {
		refuse(&out->fault, "the print server took no slip");
	} else if (!hand_over(&server, slip)) {
		refuse(&out->fault, "the print server did not take the slip");
		if (!take_back(&server))
			out->state = BT_PRINT_UNCONFIRMED;
	} else {
		follow(&server, slip, hand, &view);
		judge(&view, out);
	}
	httpClose(server.http);
}

static enum bt_paper probe_queue(const char *address, const struct bt_prn_profile *profile)
{
	struct print_server server;
	struct job_view view = {.state = IPP_JSTATE_PENDING};
	(void)profile;
	if (!open_server(address, &server, NULL))
		return BT_PAPER_SILENT;
	bool told = look_at_printer(&server, &view);
	httpClose(server.http);
	if (!told || (view.stopped && view.paper == BT_PAPER_OK))
		return BT_PAPER_SILENT;
	return view.paper;
}

const struct bt_prn_link bt_prn_link_cups = {
    .scheme = "cups",
    .accepts = accept_queue,
    .deliver = deliver_to_queue,
    .probe = probe_queue,
};
