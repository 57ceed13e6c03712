/* Asks a device what it is and which questions it answers, before anything is printed on it.
 *
 * Each question has its own time-out; one that answers nothing costs about 10 s, one that answers all less than one.
 * Nothing is printed by one that knows the questions; one that knows none may print a few odd letters, so the question
 * with the longest text is only put when another one was answered. Source: facts of printing 2, status and id; the
 * forms of the answers, printer/status_escpos.h. */
#ifndef BT_PRINTER_PROBE_H
#define BT_PRINTER_PROBE_H

#include "core/receipt/sink.h"
#include "printer/profile.h"

struct bt_prn_probe {
	enum bt_paper paper;
	bool real_time, in_order, unasked, process_id; /* as in struct bt_prn_profile */
	/* What it calls itself, printable ASCII; "" when it did not say. */
	char maker[32], model[32], firmware[32];
};

/**
 * Hold the conversation on an open, non-blocking descriptor; it stays open.
 * @param[in]  wait_ms for each answer; twice that for the first, and for all when the first was slow.
 * @param[out] out written in each case.
 * @return BT_OK; BT_ETIMEOUT: no answer at all, as a device gives that is off; BT_ESTATE: it has no paper, is open or
 *         stuck, and answers only what it answers at once (real_time and paper are right then); BT_EOS: the line broke.
 * Time: at most 18 times wait_ms and 4 s.
 */
BT_MUST_USE enum bt_err bt_prn_probe_talk(int fd, int wait_ms, struct bt_prn_probe *out, struct bt_fault *fault);
/**
 * Open the link of @p uri, hold the conversation with 2 s for each answer, and close it.
 * @return as above; BT_EINPUT (not a printer's address), BT_EUNSUPPORTED (nothing can answer on such a link),
 *         BT_EUNREACHABLE or BT_EBUSY (not opened); *out is zeroed then.
 */
BT_MUST_USE enum bt_err bt_prn_probe(const char *uri, struct bt_prn_probe *out, struct bt_fault *fault);

#endif
