/* Slips to a print server of the test's own: what it takes, what it says became of them, and what the counter may know.
 * rooms: printer core/receipt core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <cups/cups.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "printer/link.h"

/* What the server says of job and printer. */
struct story {
	ipp_jstate_t state; /* of the job, until it is cancelled */
	int begun;          /* time-at-processing, 0: not yet */
	const char *reason; /* of the printer */
	bool refuses;       /* takes no job */
};

static struct server {
	struct story story;
	int listener;
	pthread_t thread;
	bool cancelled;
	size_t taken;
	char format[64];
} server;

static struct bt_prn_hand hand = {.wake = -1};

static void take_document(http_t *http, ipp_t *request)
{
	char bytes[4096];
	ssize_t got;
	ipp_attribute_t *format = ippFindAttribute(request, "document-format", IPP_TAG_MIMETYPE);
	(void)snprintf(server.format, sizeof(server.format), "%s", format != NULL ? ippGetString(format, 0, NULL) : "");
	while ((got = httpRead2(http, bytes, sizeof(bytes))) > 0)
		server.taken += (size_t)got;
}

static ipp_t *answer(http_t *http, ipp_t *request)
{
	ipp_t *reply = ippNewResponse(request);
	ipp_op_t operation = ippGetOperation(request);
	if (operation == IPP_OP_CREATE_JOB && server.story.refuses)
		ippSetStatusCode(reply, IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS);
	else if (operation == IPP_OP_CREATE_JOB)
		ippAddInteger(reply, IPP_TAG_JOB, IPP_TAG_INTEGER, "job-id", 7);
	else if (operation == IPP_OP_SEND_DOCUMENT)
		take_document(http, request);
	else if (operation == IPP_OP_CANCEL_JOB)
		server.cancelled = true;
	else if (operation == IPP_OP_GET_JOB_ATTRIBUTES) {
		ippAddInteger(reply, IPP_TAG_JOB, IPP_TAG_ENUM, "job-state",
			      (int)(server.cancelled ? IPP_JSTATE_CANCELED : server.story.state));
		ippAddInteger(reply, IPP_TAG_JOB, IPP_TAG_INTEGER, "time-at-processing", server.story.begun);
	} else {
		ippAddInteger(reply, IPP_TAG_PRINTER, IPP_TAG_ENUM, "printer-state", IPP_PSTATE_IDLE);
		ippAddString(reply, IPP_TAG_PRINTER, IPP_TAG_KEYWORD, "printer-state-reasons", NULL,
			     server.story.reason);
	}
	return reply;
}

static bool serve_one(http_t *http)
{
	char uri[1024];
	http_status_t status;
	http_state_t method = httpReadRequest(http, uri, sizeof(uri));
	if (method != HTTP_STATE_POST)
		return false;
	while ((status = httpUpdate(http)) == HTTP_STATUS_CONTINUE)
		;
	if (status != HTTP_STATUS_OK && status != HTTP_STATUS_CONTINUE)
		return false;
	if (httpGetExpect(http) == HTTP_STATUS_CONTINUE && httpWriteResponse(http, HTTP_STATUS_CONTINUE) != 0)
		return false;
	ipp_t *request = ippNew();
	while (ippRead(http, request) == IPP_STATE_ATTRIBUTE)
		;
	ipp_t *reply = answer(http, request);
	httpClearFields(http);
	httpSetField(http, HTTP_FIELD_CONTENT_TYPE, "application/ipp");
	httpSetLength(http, ippLength(reply));
	bool served = httpWriteResponse(http, HTTP_STATUS_OK) == 0;
	ippSetState(reply, IPP_STATE_IDLE);
	served = served && ippWrite(http, reply) == IPP_STATE_DATA;
	httpFlushWrite(http);
	ippDelete(request);
	ippDelete(reply);
	return served;
}

static void *run_server(void *nothing)
{
	http_t *http = httpAcceptConnection(server.listener, 1);
	(void)nothing;
	while (http != NULL && serve_one(http))
		;
	httpClose(http);
	return NULL;
}

static void start(struct story story)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	char name[64];
	server = (struct server){.story = story, .listener = socket(AF_INET, SOCK_STREAM, 0)};
	assert_int_equal(bind(server.listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(server.listener, 1), 0);
	assert_int_equal(getsockname(server.listener, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(name, sizeof(name), "127.0.0.1:%d", ntohs(at.sin_port));
	cupsSetServer(name);
	assert_int_equal(pthread_create(&server.thread, NULL, run_server, NULL), 0);
}

static void stop(void)
{
	pthread_join(server.thread, NULL);
	close(server.listener);
}

static struct bt_prn_outcome deliver(struct story story)
{
	static const uint8_t bytes[20000];
	const struct bt_prn_slip slip = {.bytes = {bytes, sizeof(bytes)},
					 .name = "01936f2e-7c3a-7abc-8def-0123456789ab",
					 .extension = "bin",
					 .copy = 1,
					 .timeout_ms = 300,
					 .wait_ms = 900};
	struct bt_prn_outcome outcome = {0};
	start(story);
	bt_prn_link_cups.deliver("counter", &slip, &hand, &outcome);
	stop();
	return outcome;
}

static void test_passed_on_is_not_printed(void **state)
{
	(void)state;
	struct bt_prn_outcome outcome = deliver((struct story){IPP_JSTATE_COMPLETED, 1, "none", false});
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_OK);
	assert_false(outcome.broken);
	assert_false(server.cancelled);
	assert_int_equal(server.taken, 20000);
	assert_string_equal(server.format, "application/vnd.cups-raw");
}

/* The server gave up: before a byte went to the printer, or after. */
static void test_aborted(void **state)
{
	(void)state;
	assert_int_equal(deliver((struct story){IPP_JSTATE_ABORTED, 0, "none", false}).state, BT_PRINT_FAILED);
	struct bt_prn_outcome outcome = deliver((struct story){IPP_JSTATE_ABORTED, 1, "media-jam-error", false});
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_int_equal(outcome.paper, BT_PAPER_JAM);
	assert_true(outcome.broken);
	assert_non_null(strstr(outcome.fault.what, "media-jam-error"));
}

/* It never ends: it is cancelled, and then it is known not to come later. */
static void test_a_job_that_waits_is_taken_back(void **state)
{
	(void)state;
	struct bt_prn_outcome outcome = deliver((struct story){IPP_JSTATE_PENDING, 0, "media-empty-error", false});
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.paper, BT_PAPER_OUT);
	assert_true(server.cancelled);
	outcome = deliver((struct story){IPP_JSTATE_PROCESSING, 1, "none", false});
	assert_int_equal(outcome.state, BT_PRINT_UNCONFIRMED);
	assert_true(server.cancelled);
	assert_true(outcome.broken);
}

static void test_given_up(void **state)
{
	(void)state;
	atomic_store(&hand.wish, BT_PRN_GIVE_UP);
	struct bt_prn_outcome outcome = deliver((struct story){IPP_JSTATE_PENDING, 0, "none", false});
	atomic_store(&hand.wish, BT_PRN_GO_ON);
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_true(server.cancelled);
}

static void test_refused(void **state)
{
	(void)state;
	struct bt_prn_outcome outcome = deliver((struct story){.refuses = true, .reason = "none"});
	assert_int_equal(outcome.state, BT_PRINT_FAILED);
	assert_int_equal(outcome.fault.err, BT_EREFUSED);
	assert_int_equal(server.taken, 0);
}

static void test_probe(void **state)
{
	static const struct {
		const char *reason;
		enum bt_paper paper;
	} known[] = {{"none", BT_PAPER_OK},
		     {"media-low-report", BT_PAPER_LOW},
		     {"media-empty-warning", BT_PAPER_OUT},
		     {"cover-open-error", BT_PAPER_OPEN},
		     {"offline-report", BT_PAPER_SILENT}};
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		start((struct story){.reason = known[i].reason});
		assert_int_equal(bt_prn_link_cups.probe("counter", NULL), known[i].paper);
		stop();
	}
	/* Nobody listens any more. */
	assert_int_equal(bt_prn_link_cups.probe("counter", NULL), BT_PAPER_SILENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_passed_on_is_not_printed),
	    cmocka_unit_test(test_aborted),
	    cmocka_unit_test(test_a_job_that_waits_is_taken_back),
	    cmocka_unit_test(test_given_up),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
