#include "ui/training.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/json.h"

#define PATH_CAP     1024
#define CONSUMERS    "400"
#define SEED         "7" /* the same people in every training office */
#define READY_MS     60000
#define LOOK_MS      20
#define END_MS       5000
#define ANSWER_MAX   (1u << 20)
#define FOLDER_DEPTH 6
#define OPEN_FILES   8
#define MARK         "training"
#define PASSPHRASE   "practice has no secrets\n"

struct training_paths {
	char dir[PATH_CAP], mark[PATH_CAP], terminal[PATH_CAP], server[PATH_CAP], log[PATH_CAP], ready[PATH_CAP],
	    passphrase[PATH_CAP], ca[PATH_CAP], program[PATH_CAP];
};

struct bt_training {
	struct training_paths at;
	char url[64];
	pid_t server;
	int hold; /* the other end is the server's standard input: it serves while this is open */
	pid_t order;
	bool is_up, wanted_up;
};

/* ---- the folder ---- */

enum bt_err bt_training_folder(char *out, size_t cap)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && state[0] == '/')
		return bt_text_printf(out, cap, "%s/batti/training", state);
	if (!home || home[0] != '/')
		return BT_ENOTFOUND;
	return bt_text_printf(out, cap, "%s/.local/state/batti/training", home);
}

static enum bt_err set_paths(const char *dir, struct training_paths *at, struct bt_fault *fault)
{
	enum bt_err err = bt_text_copy(at->dir, sizeof at->dir, dir);

	if (!err)
		err = bt_path_join(dir, MARK, at->mark, sizeof at->mark);
	if (!err)
		err = bt_path_join(dir, "terminal", at->terminal, sizeof at->terminal);
	if (!err)
		err = bt_path_join(dir, "server", at->server, sizeof at->server);
	if (!err)
		err = bt_path_join(dir, "server.log", at->log, sizeof at->log);
	if (!err)
		err = bt_path_join(dir, "ready", at->ready, sizeof at->ready);
	if (!err)
		err = bt_path_join(dir, "passphrase", at->passphrase, sizeof at->passphrase);
	if (!err)
		err = bt_path_join(dir, "server/ca.pem", at->ca, sizeof at->ca);
	return err ? bt_fault_set(fault, BT_EINPUT, 0, "the folder's path is too long") : BT_OK;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* An empty folder is as good as none. */
static bool is_empty(const char *dir)
{
	return rmdir(dir) == 0 || errno == ENOENT;
}

static enum bt_err make_parents(const char *dir, struct bt_fault *fault)
{
	char path[PATH_CAP];

	if (bt_text_copy(path, sizeof path, dir) != BT_OK)
		return bt_fault_set(fault, BT_EINPUT, 0, "the folder's path is too long");
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return bt_fault_set(fault, BT_EOS, errno, "%s", path);
		*slash = '/';
	}
	return bt_folder_make(dir, fault);
}

/* The mark comes first and is taken away last, so that a folder half made or half removed is known. */
static enum bt_err make_folder(const struct training_paths *at, struct bt_fault *fault)
{
	enum bt_err err;

	if (exists(at->mark))
		return BT_OK;
	if (!is_empty(at->dir))
		return bt_fault_set(fault, BT_EINPUT, 0, "%s holds something else than practice", at->dir);
	err = make_parents(at->dir, fault);
	if (!err)
		err = bt_file_replace(
		    at->mark, bt_bytes_of("Batti practises here. Nothing in this folder has value.\n"), 0600, fault);
	return err ? err : bt_file_replace(at->passphrase, bt_bytes_of(PASSPHRASE), 0600, fault);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	if (where->level == 0 || (where->level == 1 && strcmp(path + where->base, MARK) == 0))
		return 0;
	return where->level <= FOLDER_DEPTH ? remove(path) : -1;
}

enum bt_err bt_training_forget(const char *dir, struct bt_fault *fault)
{
	struct training_paths at;
	enum bt_err err = set_paths(dir, &at, fault);

	if (err || (!exists(at.mark) && is_empty(dir)))
		return err;
	if (!exists(at.mark))
		return bt_fault_set(fault, BT_EINPUT, 0, "%s holds something else than practice", dir);
	if (nftw(dir, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS) != 0 || unlink(at.mark) != 0)
		return bt_fault_set(fault, BT_EOS, errno, "%s cannot be emptied", dir);
	return BT_OK;
}

/* ---- its program ---- */

static enum bt_err find_program(char *out, size_t cap, struct bt_fault *fault)
{
	ssize_t len = readlink("/proc/self/exe", out, cap - 1);
	char *slash;

	if (len <= 0)
		return bt_fault_set(fault, BT_ENOTFOUND, errno, "this program");
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (!slash || bt_text_copy(slash, cap - (size_t)(slash - out), "/batti-sandbox") != BT_OK ||
	    access(out, X_OK) != 0)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "batti-sandbox is not beside this program");
	return BT_OK;
}

/* Signals that the counter blocks are the server's own again. @p input and @p output: descriptors, -1 for nothing. */
static pid_t start(const char *const *words, int input, int output, const char *log)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid = -1;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	/* A group of its own: what is typed at the terminal is for the counter alone. */
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (output >= 0)
		posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (posix_spawn(&pid, words[0], &actions, &attributes, (char *const *)(uintptr_t)words, environ) != 0)
		pid = -1;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void rest(void)
{
	nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
}

/* @return true when it has ended by itself with 0. */
static bool wait_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Run it to its end. What it prints goes to @p out, at most what that holds. */
static enum bt_err ask(const struct bt_training *training, const char *const *words, struct bt_buf *out,
		       struct bt_fault *fault)
{
	enum bt_err err = BT_OK;
	char piece[4096];
	int ends[2];
	ssize_t len;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return bt_fault_set(fault, BT_EOS, errno, "pipe");
	pid = start(words, -1, ends[1], training->at.log);
	close(ends[1]);
	while (pid > 0 && !err && (len = read(ends[0], piece, sizeof piece)) > 0)
		err = bt_buf_put(out, piece, (size_t)len);
	close(ends[0]);
	if (pid <= 0 || !wait_end(pid) || err)
		return bt_fault_set(fault, BT_EOS, 0, "the training server did not answer");
	return BT_OK;
}

/* ---- the server ---- */

/* The first line of the ready file is the address. */
static bool read_url(struct bt_training *training)
{
	struct bt_buf text;
	bool ok;

	bt_buf_init(&text, sizeof training->url - 1);
	ok = bt_file_read(training->at.ready, &text, NULL) == BT_OK && text.len > 1 && text.data[text.len - 1] == '\n';
	if (ok) {
		memcpy(training->url, text.data, text.len - 1);
		training->url[text.len - 1] = '\0';
	}
	bt_buf_fini(&text);
	return ok;
}

static enum bt_err wait_ready(struct bt_training *training, struct bt_fault *fault)
{
	for (int waited = 0; waited < READY_MS; waited += LOOK_MS) {
		if (read_url(training))
			return BT_OK;
		if (waitpid(training->server, NULL, WNOHANG) == training->server) {
			training->server = -1;
			return bt_fault_set(fault, BT_EBUSY, 0, "the training server did not start, see %s",
					    training->at.log);
		}
		rest();
	}
	return bt_fault_set(fault, BT_ETIMEOUT, 0, "the training server does not get ready");
}

static enum bt_err start_server(struct bt_training *training, struct bt_fault *fault)
{
	const struct training_paths *at = &training->at;
	const char *const words[] = {at->program,   "serve",       "--state",      at->server, "--listen",
				     "127.0.0.1:0", "--consumers", CONSUMERS,      "--seed",   SEED,
				     "--training",  "--until-eof", "--ready-file", at->ready,  NULL};
	int ends[2];

	if (unlink(at->ready) != 0 && errno != ENOENT)
		return bt_fault_set(fault, BT_EOS, errno, "%s", at->ready);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return bt_fault_set(fault, BT_EOS, errno, "pipe");
	training->server = start(words, ends[0], -1, at->log);
	close(ends[0]);
	training->hold = ends[1];
	if (training->server <= 0)
		return bt_fault_set(fault, BT_EOS, errno, "%s", at->program);
	return wait_ready(training, fault);
}

/* A lesson that was cut off may have left it away. */
static enum bt_err bring_back(const struct bt_training *training, struct bt_fault *fault)
{
	const char *const words[] = {training->at.program, "fault", "--state", training->at.server, "none", NULL};
	struct bt_buf said;
	enum bt_err err;

	bt_buf_init(&said, ANSWER_MAX);
	err = ask(training, words, &said, fault);
	bt_buf_fini(&said);
	return err;
}

enum bt_err bt_training_open(const char *dir, struct bt_training **out, struct bt_fault *fault)
{
	struct bt_training *training = calloc(1, sizeof *training);
	enum bt_err err;

	if (!training)
		return bt_fault_set(fault, BT_ENOMEM, 0, "training");
	training->hold = training->server = training->order = -1;
	training->is_up = training->wanted_up = true;
	err = set_paths(dir, &training->at, fault);
	if (!err)
		err = find_program(training->at.program, sizeof training->at.program, fault);
	if (!err)
		err = make_folder(&training->at, fault);
	if (!err && exists(training->at.server))
		err = bring_back(training, fault);
	if (!err)
		err = start_server(training, fault);
	if (err)
		bt_training_close(training);
	else
		*out = training;
	return err;
}

void bt_training_close(struct bt_training *training)
{
	if (!training)
		return;
	if (training->order > 0)
		(void)wait_end(training->order);
	if (training->hold >= 0)
		close(training->hold);
	for (int waited = 0; training->server > 0 && waited < END_MS; waited += LOOK_MS) {
		if (waitpid(training->server, NULL, WNOHANG) != 0)
			training->server = -1;
		else
			rest();
	}
	if (training->server > 0) {
		kill(training->server, SIGKILL);
		(void)wait_end(training->server);
	}
	free(training);
}

const char *bt_training_url(const struct bt_training *training)
{
	return training->url;
}

const char *bt_training_terminal(const struct bt_training *training)
{
	return training->at.terminal;
}

const char *bt_training_passphrase(const struct bt_training *training)
{
	return training->at.passphrase;
}

const char *bt_training_ca(const struct bt_training *training)
{
	return training->at.ca;
}

enum bt_err bt_training_code(const struct bt_training *training, char out[32], struct bt_fault *fault)
{
	const char *const words[] = {training->at.program, "enrolment-code", "--state", training->at.server, NULL};
	struct bt_buf said;
	enum bt_err err;

	bt_buf_init(&said, 31);
	err = ask(training, words, &said, fault);
	if (!err && (said.len < 2 || said.data[said.len - 1] != '\n'))
		err = bt_fault_set(fault, BT_EFORMAT, 0, "enrolment code");
	if (!err) {
		memcpy(out, said.data, said.len - 1);
		out[said.len - 1] = '\0';
	}
	bt_buf_fini(&said);
	return err;
}

/* ---- people ---- */

static bool read_person(const json_t *json, struct bt_lesson_person *out)
{
	return bt_json_text(json, "number", out->number, sizeof out->number) == BT_OK &&
	       bt_json_text(json, "name", out->name.en, sizeof out->name.en) == BT_OK &&
	       bt_json_text(json, "name_hi", out->name.hi, sizeof out->name.hi) == BT_OK;
}

/* Somebody with nothing special about them, but for the lesson that wants a meter without a key. */
static bool fits(const json_t *json, enum bt_lesson_id id)
{
	const char *kind = json_string_value(json_object_get(json, "kind"));
	const char *note = json_string_value(json_object_get(json, "note"));
	json_int_t dues = json_integer_value(json_object_get(json, "dues_paise"));

	return kind && strcmp(kind, "sts_units") == 0 && note &&
	       strcmp(note, bt_lessons[id].has_key ? "" : "not_covered") == 0 &&
	       (!bt_lessons[id].dues || dues > bt_lessons[id].dues);
}

static bool find_person(const json_t *list, enum bt_lesson_id id, const struct bt_lesson_person *taken,
			struct bt_lesson_person *out)
{
	const json_t *json;
	size_t index;

	json_array_foreach(list, index, json)
	{
		bool is_taken = false;

		if (!fits(json, id) || !read_person(json, out))
			continue;
		for (int i = 0; i < (int)id; i++)
			is_taken = is_taken || strcmp(taken[i].number, out->number) == 0;
		if (!is_taken)
			return true;
	}
	return false;
}

enum bt_err bt_training_people(const struct bt_training *training, struct bt_lesson_person out[BT_LESSONS],
			       struct bt_fault *fault)
{
	const char *const words[] = {training->at.program, "consumers", "--state", training->at.server, "--json", NULL};
	json_t *list = NULL;
	struct bt_buf said;
	enum bt_err err;

	bt_buf_init(&said, ANSWER_MAX);
	err = ask(training, words, &said, fault);
	if (!err)
		err = bt_json_parse(bt_buf_view(&said), ANSWER_MAX, &list, fault);
	for (int i = 0; !err && i < BT_LESSONS; i++)
		if (!find_person(list, (enum bt_lesson_id)i, out, &out[i]))
			err = bt_fault_set(fault, BT_ENOTFOUND, 0, "nobody fits lesson %d", i + 1);
	json_decref(list);
	bt_buf_fini(&said);
	return err;
}

/* ---- away and back ---- */

static void give_order(struct bt_training *training)
{
	const char *const words[] = {
	    training->at.program, "fault", "--state", training->at.server, training->wanted_up ? "none" : "down", NULL};

	training->is_up = training->wanted_up;
	training->order = start(words, -1, -1, training->at.log);
}

void bt_training_serve(struct bt_training *training, bool is_up)
{
	training->wanted_up = is_up;
	if (training->order <= 0 && training->is_up != is_up)
		give_order(training);
}

bool bt_training_step(struct bt_training *training)
{
	if (training->order <= 0 || waitpid(training->order, NULL, WNOHANG) == 0)
		return false;
	training->order = -1;
	if (training->is_up != training->wanted_up)
		give_order(training);
	return true;
}

bool bt_training_is_busy(const struct bt_training *training)
{
	return training->order > 0;
}
