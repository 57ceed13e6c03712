/* What can go wrong, and what became of the money when it did.
 *
 * One list, BT_ERRORS, names every failure with its fate and a sentence for the log. The sentence a person reads is
 * chosen by the caller from the word catalogue (base/words.h); a raw error never reaches the screen. */
#ifndef BT_BASE_ERR_H
#define BT_BASE_ERR_H

#include <stdbool.h>

/** What an operation that failed may have done to money or tokens. */
enum bt_fate {
	BT_FATE_NOTHING, /* nothing happened: safe to try again or to do otherwise */
	BT_FATE_REFUSED, /* the other side understood and said no: final for this request */
	BT_FATE_UNKNOWN, /* it may have happened: ask, never re-sell, never refund blind */
	BT_FATE_STOP,    /* our own record is in doubt: selling stops */
};

/* id, fate, text for the log */
#define BT_ERRORS(ROW)                                                                                                 \
	ROW(BT_OK, NOTHING, "done")                                                                                    \
	ROW(BT_EINPUT, NOTHING, "input is not of the required form")                                                   \
	ROW(BT_ERANGE, NOTHING, "value is outside its range")                                                          \
	ROW(BT_EFULL, NOTHING, "bounded buffer or queue is full")                                                      \
	ROW(BT_ENOTFOUND, NOTHING, "not found")                                                                        \
	ROW(BT_EFORMAT, NOTHING, "data is not in the expected format")                                                 \
	ROW(BT_EAUTH, NOTHING, "signature, seal or password does not verify")                                          \
	ROW(BT_ESEALED, NOTHING, "keys are locked")                                                                    \
	ROW(BT_ELEASE, NOTHING, "outside the lease")                                                                   \
	ROW(BT_ECLOCK, NOTHING, "clock is not trusted")                                                                \
	ROW(BT_EBUSY, NOTHING, "held by another process, or work is in progress")                                      \
	ROW(BT_ESTATE, NOTHING, "not allowed in the present state")                                                    \
	ROW(BT_EUNSUPPORTED, NOTHING, "not supported")                                                                 \
	ROW(BT_ENOMEM, NOTHING, "out of memory")                                                                       \
	ROW(BT_EOS, NOTHING, "operating system call failed")                                                           \
	ROW(BT_ECRYPTO, NOTHING, "cryptographic library failed")                                                       \
	ROW(BT_EUNREACHABLE, NOTHING, "server not reached: no byte of the request left")                               \
	ROW(BT_EREFUSED, REFUSED, "server refused the request")                                                        \
	ROW(BT_ELOST, UNKNOWN, "request left, no usable answer came")                                                  \
	ROW(BT_ETIMEOUT, UNKNOWN, "no answer within the deadline")                                                     \
	ROW(BT_EGARBAGE, UNKNOWN, "answer could not be understood")                                                    \
	ROW(BT_EDISK, STOP, "writing or syncing the record failed")                                                    \
	ROW(BT_ENOSPC, STOP, "no space left for the record")                                                           \
	ROW(BT_ECORRUPT, STOP, "record does not agree with itself")                                                    \
	ROW(BT_EDIVERGED, STOP, "server and terminal made different tokens")

enum bt_err {
#define BT_ERR_ENUM(id, fate, text) id,
	BT_ERRORS(BT_ERR_ENUM)
#undef BT_ERR_ENUM
	    BT_ERR_COUNT
};

#define BT_MUST_USE __attribute__((warn_unused_result))

/** Detail of one failure, owned by the caller, filled once, where it was detected.
 *  `what` is plain ASCII for the log and `doctor`; it never holds a token, PIN, key or name. */
struct bt_fault {
	enum bt_err err;
	int sys; /* errno, SQLite or curl code; 0 when none */
	char what[160];
};

/** @return the fate of @p err. Pure. */
enum bt_fate bt_err_fate(enum bt_err err);
/** @return the identifier, e.g. "BT_ELOST"; static storage. Pure. */
const char *bt_err_name(enum bt_err err);
/** @return the sentence for the log; static storage. Pure. */
const char *bt_err_text(enum bt_err err);

/**
 * Note a failure and hand its code back, so that call sites read `return bt_fault_set(...)`.
 *
 * @param[out] fault may be NULL; otherwise overwritten whole.
 * @param[in]  sys   errno or library code, 0 when none.
 * @param[in]  format printf format; the text is cut at sizeof fault->what.
 */
__attribute__((format(printf, 4, 5))) enum bt_err bt_fault_set(struct bt_fault *fault, enum bt_err err, int sys,
							       const char *format, ...);

#endif
