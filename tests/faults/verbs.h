/* What the shim can do to a call, and which calls it can be done to: the one list, read by the shim and by the tests.
 *
 * The shim is told by the environment: FAULT_DIR the folder it watches, FAULT_AT the number of the call (1 is the
 * first; 0 or none: only count), FAULT_KIND the name of a row, FAULT_FOR how many calls from there on meet it (0:
 * every one to the end), FAULT_TRACE a file outside FAULT_DIR that gets a line for every call: its verb and its file's
 * name, and FAULT_DONE for the call that met the fault. With FAULT_LIES a sync makes nothing durable and says it did.
 */
#ifndef TESTS_FAULTS_VERBS_H
#define TESTS_FAULTS_VERBS_H

#define FAULT_DONE "met"

/** What a call does to the disk. */
#define FAULT_VERBS(ROW)                                                                                               \
	ROW(WRITE, "write") ROW(SYNC, "sync") ROW(CREATE, "create") ROW(SHAPE, "shape") ROW(NAME, "name")

#define FAULT_VERB_ENUM(id, name) FAULT_##id,
enum fault_verb { FAULT_VERBS(FAULT_VERB_ENUM) FAULT_VERB_COUNT };
#undef FAULT_VERB_ENUM

#define FAULT_BIT(verb) (1U << FAULT_##verb)
#define FAULT_ANY       ((1U << FAULT_VERB_COUNT) - 1)

enum fault_effect {
	FAULT_KILL_BEFORE,
	FAULT_KILL_AFTER,
	FAULT_KILL_HALF, /* the first sectors of the bytes are written before the kill, as a torn write leaves them */
	FAULT_CUT,       /* what no sync made durable is taken back, then the kill */
	FAULT_FAIL,      /* the call does nothing and gives the error */
	FAULT_LOSE,      /* the same, and what this sync was to make durable is taken back */
	FAULT_HALF,      /* half of the bytes are written, and the call says so */
};

/** id, name, verbs it is done to, effect, errno. */
#define FAULT_KINDS(ROW)                                                                                               \
	ROW(KILLED_BEFORE, "kill-before", FAULT_ANY, FAULT_KILL_BEFORE, 0)                                             \
	ROW(KILLED_AFTER, "kill-after", FAULT_ANY, FAULT_KILL_AFTER, 0)                                                \
	ROW(KILLED_TORN, "kill-torn", FAULT_BIT(WRITE), FAULT_KILL_HALF, 0)                                            \
	ROW(POWER_CUT, "cut", FAULT_ANY, FAULT_CUT, 0)                                                                 \
	ROW(DISK_FULL, "full", FAULT_BIT(WRITE) | FAULT_BIT(CREATE) | FAULT_BIT(SHAPE), FAULT_FAIL, ENOSPC)            \
	ROW(BROKEN, "eio", FAULT_BIT(WRITE) | FAULT_BIT(CREATE) | FAULT_BIT(SHAPE) | FAULT_BIT(NAME), FAULT_FAIL, EIO) \
	ROW(SYNC_BROKEN, "sync-eio", FAULT_BIT(SYNC), FAULT_FAIL, EIO)                                                 \
	ROW(SYNC_LOST, "sync-lost", FAULT_BIT(SYNC), FAULT_LOSE, EIO)                                                  \
	ROW(SHORT_WRITE, "short", FAULT_BIT(WRITE), FAULT_HALF, 0)

#define FAULT_KIND_ENUM(id, name, verbs, effect, error) FAULT_##id,
enum fault_kind { FAULT_KINDS(FAULT_KIND_ENUM) FAULT_KIND_COUNT };
#undef FAULT_KIND_ENUM

struct fault_kind_row {
	const char *name;
	unsigned verbs;
	enum fault_effect effect;
	int error;
};

#define FAULT_KIND_ROW(id, title, mask, does, code)                                                                    \
	{.name = (title), .verbs = (mask), .effect = (does), .error = (code)},
#define FAULT_KIND_ROWS                                                                                                \
	{                                                                                                              \
		FAULT_KINDS(FAULT_KIND_ROW)                                                                            \
	}
#define FAULT_VERB_NAME(id, name) name,
#define FAULT_VERB_NAMES                                                                                               \
	{                                                                                                              \
		FAULT_VERBS(FAULT_VERB_NAME)                                                                           \
	}

#endif
